//! Credentials of the API: keys with one permission per endpoint, and OAuth tokens with scopes. And how fast they may go.

use crate::Ats;
use crate::refusal::{Refusal, Result};
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use clock::Ms;
use db::vault::{digest, random_hex};
use db::{Sql, params};
use endpoint::Info;
use lever_api::scope;
use std::collections::HashMap;
use std::sync::Mutex;

/// Whom a credential stands for.
#[derive(Clone, Debug)]
pub struct Caller {
    /// `key:<id>` or `app:<id>`: whose webhooks are seen.
    pub owner: String,
    /// Whether confidential records are shown.
    pub confidential: bool,
    /// What the account has paid for.
    pub package: String,
    /// When the credential dies by itself, ms.
    pub until: Option<i64>,
}

/// The two kinds of keys, in the words of audit events.
const DATA_API: &str = "data-api";
pub(crate) const POSTINGS_API: &str = "postings-api";

/// An API key as listed; the key itself was shown once.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The last four characters of the key.
    pub last_four: String,
    /// How many permissions it has.
    pub permissions: Vec<String>,
    /// Whether it opens confidential records.
    pub confidential: bool,
    /// Whether it is one of the Postings API, which may do nothing but apply.
    pub for_postings: bool,
    /// When it was made.
    pub created_at: Ms,
}

impl Ats {
    /// Checks the credential and its permission for this endpoint.
    pub(crate) async fn admit_caller(&self, info: &'static Info, headers: &HeaderMap) -> Result<Caller> {
        let authorization = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).ok_or_else(Refusal::unauthorized)?;
        let (kind, value) = authorization.split_once(' ').ok_or_else(Refusal::unauthorized)?;
        let (caller, allowed, what) = match kind.to_ascii_lowercase().as_str() {
            "basic" => {
                let key = user_of(value).ok_or_else(Refusal::unauthorized)?;
                let (caller, permissions) = self.key(&key).await?.ok_or_else(Refusal::unauthorized)?;
                let allowed = info.access.permission.is_empty() || permissions.iter().any(|p| p == info.access.permission);
                (caller, allowed, info.access.permission)
            }
            "bearer" => {
                let (caller, scopes) = self.token(value.trim()).await?.ok_or_else(Refusal::unauthorized)?;
                let allowed = scope::covers(&scopes, info.access.scope);
                (caller, allowed, info.access.scope)
            }
            _ => return Err(Refusal::unauthorized()),
        };
        if self.rate_limit && !self.buckets.take(&caller.owner) {
            return Err(Refusal::too_many());
        }
        if let Some(why) = Self::wrong_package(&caller.package) {
            return Err(Refusal::forbidden(why));
        }
        if allowed { Ok(caller) } else { Err(Refusal::forbidden(format!("The credential lacks the permission: {what}"))) }
    }

    async fn key(&self, key: &str) -> Result<Option<(Caller, Vec<String>)>> {
        let sql = "select id, permissions, confidential, (select package from account) as package from api_key where digest = $1 and service = $2 and revoked_at is null";
        let Some(row) = self.db.row(sql, params![digest(key), DATA_API]).await? else { return Ok(None) };
        let permissions = row.held("permissions")?;
        let caller =
            Caller { owner: format!("key:{}", row.text("id")?), confidential: row.get("confidential")?, package: row.text("package")?, until: None };
        Ok(Some((caller, permissions)))
    }

    /// Whether these headers have an API key of the account, whatever it may do.
    pub(crate) async fn has_key(&self, headers: &HeaderMap) -> db::Result<bool> {
        let value = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.split_once(' '));
        let key = value.filter(|(kind, _)| kind.eq_ignore_ascii_case("basic")).and_then(|(_, value)| user_of(value));
        match key {
            Some(key) => self.key(&key).await.map(|found| found.is_some()).map_err(|refusal| db::Error::new(refusal.message)),
            None => Ok(false),
        }
    }

    async fn token(&self, token: &str) -> Result<Option<(Caller, Vec<String>)>> {
        let sql = "select g.app_id, g.scopes, t.expires_at, (select package from account) as package from oauth_token t join oauth_grant g on g.id = t.grant_id \
                   where t.digest = $1 and t.kind = 'access' and t.expires_at > $2 and g.revoked_at is null";
        let Some(row) = self.db.row(sql, params![digest(token), self.clock.now().0]).await? else { return Ok(None) };
        let scopes: Vec<String> = row.text("scopes")?.split(' ').map(str::to_owned).collect();
        let confidential = scopes.iter().any(|s| s == scope::CONFIDENTIAL);
        let (owner, until) = (format!("app:{}", row.text("app_id")?), Some(row.int("expires_at")?));
        Ok(Some((Caller { owner, confidential, package: row.text("package")?, until }, scopes)))
    }

    /// Makes an API key: the key, to be shown once. Fixed from now on; it can only be revoked.
    ///
    /// # Errors
    /// When a permission is none of the catalogue's, or the database does not answer.
    pub async fn create_api_key(&self, name: &str, permissions: &[String], confidential: bool, by: Option<&str>) -> db::Result<String> {
        let known = lever_api::permissions();
        if let Some(unknown) = permissions.iter().find(|p| !known.contains(&p.as_str())) {
            return Err(db::Error::new(format!("there is no permission {unknown:?}; the permissions are: {}", known.join(", "))));
        }
        self.add_key(name, DATA_API, permissions, confidential, by).await
    }

    /// Makes a key of the Postings API, with which a careers page sends applications; to be shown once.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn create_postings_key(&self, name: &str, by: Option<&str>) -> db::Result<String> {
        self.add_key(name, POSTINGS_API, &[], false, by).await
    }

    async fn add_key(&self, name: &str, service: &str, permissions: &[String], confidential: bool, by: Option<&str>) -> db::Result<String> {
        let key = random_hex(24);
        let id = uuid::Uuid::new_v4().to_string();
        let json = serde_json::to_string(permissions).unwrap_or_default();
        let tx = self.db.begin().await?;
        tx.run(
            &format!(
                "insert into api_key (id, name, service, digest, last_four, permissions, confidential, created_by, created_at) values {}",
                db::values(1, 9)
            ),
            params![id.as_str(), name, service, digest(&key), &key[key.len() - 4..], json, confidential, by, self.clock.now().0],
        )
        .await?;
        self.audit(&tx, "key:added", by, &id, name).await?;
        tx.commit().await?;
        Ok(key)
    }

    /// The keys in use, newest first.
    pub(crate) async fn api_keys(&self) -> db::Result<Vec<ApiKey>> {
        let rows = self.db.rows("select * from api_key where revoked_at is null order by created_at desc, id", vec![]).await?;
        rows.iter()
            .map(|row| {
                Ok(ApiKey {
                    id: row.text("id")?,
                    name: row.text("name")?,
                    last_four: row.text("last_four")?,
                    permissions: row.held("permissions")?,
                    confidential: row.get("confidential")?,
                    for_postings: row.text("service")? == POSTINGS_API,
                    created_at: Ms(row.int("created_at")?),
                })
            })
            .collect()
    }

    /// Ends a key at once, with the webhooks it made.
    pub(crate) async fn revoke_api_key(&self, id: &str, by: &str) -> db::Result<()> {
        let tx = self.db.begin().await?;
        tx.run("update api_key set revoked_at = $1 where id = $2", params![self.clock.now().0, id]).await?;
        let owner = format!("key:{id}");
        for row in tx.rows("select id from webhook where made_by = $1", params![owner.as_str()]).await? {
            pipeline::cancel(&tx, crate::events::TENANT, &row.text("id")?, "the API key was revoked", self.clock.now()).await?;
        }
        tx.run("delete from webhook where made_by = $1", params![owner]).await?;
        self.audit(&tx, "key:removed", Some(by), id, "").await?;
        tx.commit().await
    }
}

/// The user name of HTTP Basic; the password is empty and ignored.
fn user_of(value: &str) -> Option<String> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(value.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let user = text.split_once(':').map_or(text.as_str(), |(user, _)| user);
    (!user.is_empty()).then(|| user.to_owned())
}

/// One bucket for each credential: 10 a second, 20 saved up.
#[derive(Default)]
pub(crate) struct Buckets(Mutex<HashMap<String, outbound::Budget>>);

impl Buckets {
    pub(crate) fn take(&self, owner: &str) -> bool {
        self.take_of(owner, outbound::Budget::of_lever)
    }

    /// Two applications a second, with each key of the Postings API.
    pub(crate) fn take_application(&self, key: &str) -> bool {
        self.take_of(&format!("applications/{key}"), || outbound::Budget::new(2, 2))
    }

    /// Everybody who applies at the job site shares this one.
    pub(crate) fn take_at_job_site(&self) -> bool {
        self.take_of("job site", || outbound::Budget::new(20, 100))
    }

    fn take_of(&self, owner: &str, new: impl FnOnce() -> outbound::Budget) -> bool {
        let mut buckets = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        buckets.entry(owner.to_owned()).or_insert_with(new).try_take(outbound::Urgency::Now).is_ok()
    }
}
