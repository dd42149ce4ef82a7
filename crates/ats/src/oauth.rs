//! The authorization server: consent by a Super Admin, code, tokens, refresh with rotation, revocation.
//!
//! Tokens are stored only as digests, and an access token is looked up at every call, so revoking ends it at once.
//! It looks like Lever's (a JWT with the same claims), because some clients read the claims.

use crate::Ats;
use crate::people::{Person, Right};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Ms;
use db::vault::{digest, random_hex};
use db::{Sql, Tx, params};
use lever_api::oauth::{Authorize, TokenError, TokenRequest, Tokens};
use lever_api::scope;
use serde_json::json;
use std::time::Duration;
use url::Url;

const CODE_LIVES: Duration = Duration::from_secs(10 * 60);
const ACCESS_LIVES: Duration = Duration::from_secs(3600);
const REFRESH_LIVES: Duration = Duration::from_secs(365 * 24 * 3600);
const REFRESH_LIVES_UNUSED: Duration = Duration::from_secs(90 * 24 * 3600);

/// An application that may ask for consent.
#[derive(Clone, Debug)]
pub struct App {
    /// Its client id.
    pub id: String,
    /// Its name on the consent page.
    pub name: String,
    redirect_uris: Vec<String>,
}

/// An application that was authorised, for the Authorized Apps page.
pub struct AuthorizedApp {
    pub id: String,
    pub name: String,
    pub by: String,
    pub scopes: Vec<String>,
    pub since: Ms,
}

/// A request for consent that makes sense; who may answer it is another question.
pub struct Asked {
    pub app: App,
    pub request: Authorize,
    pub scopes: Vec<String>,
}

impl Ats {
    /// Registers an application: its client secret, shown once.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn register_app(&self, id: &str, name: &str, redirect_uris: &[String]) -> db::Result<String> {
        let secret = random_hex(32);
        self.db
            .run(
                "insert into oauth_app (id, name, secret_digest, redirect_uris, created_at) values ($1, $2, $3, $4, $5) \
                 on conflict (id) do update set name = excluded.name, secret_digest = excluded.secret_digest, redirect_uris = excluded.redirect_uris",
                params![id, name, digest(&secret), crate::profiles::text_of(&redirect_uris), self.clock.now().0],
            )
            .await?;
        Ok(secret)
    }

    async fn app(&self, id: &str) -> db::Result<Option<App>> {
        let row = self.db.row("select * from oauth_app where id = $1", params![id]).await?;
        row.map(|row| {
            let redirect_uris = row.held("redirect_uris")?;
            Ok(App { id: row.text("id")?, name: row.text("name")?, redirect_uris })
        })
        .transpose()
    }

    /// Checks a request for consent. The error is a sentence for the page: a request whose address cannot be trusted
    /// is never answered with a redirect.
    pub(crate) async fn asked(&self, request: Authorize) -> db::Result<Result<Asked, String>> {
        let Some(app) = self.app(&request.client_id).await? else {
            return Ok(Err(format!("There is no application with the client id {:?}.", request.client_id)));
        };
        if !app.redirect_uris.contains(&request.redirect_uri) {
            return Ok(Err(format!("{} asked to be answered at an address that is not registered for it.", app.name)));
        }
        if request.response_type != "code" {
            return Ok(Err("The response_type must be code.".to_owned()));
        }
        if request.state.is_empty() {
            return Ok(Err("The parameter state is missing.".to_owned()));
        }
        let scopes: Vec<String> = request.scope.split_whitespace().map(str::to_owned).collect();
        if let Some(unknown) = scopes.iter().find(|s| !scope::is_known(s)) {
            return Ok(Err(format!("{} asks for a permission that does not exist: {unknown}", app.name)));
        }
        if scopes.is_empty() {
            return Ok(Err(format!("{} asks for no permission at all.", app.name)));
        }
        Ok(Ok(Asked { app, request, scopes }))
    }

    /// Why this person may not authorise applications, if so; asked before consent, and again at Accept.
    pub(crate) async fn may_not_consent(&self, person: &Person) -> db::Result<Option<String>> {
        let (_, package) = self.account().await?;
        if let Some(why) = Self::wrong_package(&package) {
            return Ok(Some(why));
        }
        if !person.may(Right::ManageIntegrations) {
            return Ok(Some(format!(
                "Only a Super Admin with the permission \"{}\" can authorise an application. You are signed in as {} ({}).",
                Right::ManageIntegrations.name(),
                person.user.name,
                person.role
            )));
        }
        Ok(None)
    }

    /// Accept: the address to go back to, with the code.
    pub(crate) async fn consent(&self, asked: &Asked, person: &Person) -> db::Result<String> {
        let code = random_hex(24);
        let grant = uuid::Uuid::new_v4().to_string();
        let now = self.clock.now();
        let tx = self.db.begin().await?;
        tx.run(
            "insert into oauth_grant (id, app_id, person, scopes, created_at) values ($1, $2, $3, $4, $5)",
            params![grant.as_str(), asked.app.id.as_str(), person.user.id.as_str(), asked.scopes.join(" "), now.0],
        )
        .await?;
        let redirect = Some(asked.request.redirect_uri.clone());
        self.keep_token(&tx, &code, &grant, "code", redirect, now.plus(CODE_LIVES)).await?;
        self.audit(&tx, "app:authorized", Some(&person.user.id), &asked.app.id, &asked.app.name).await?;
        tx.commit().await?;
        Ok(back(&asked.request, &[("code", &code)]))
    }

    /// Cancel: the address to go back to, with the refusal.
    pub(crate) fn cancelled(asked: &Asked) -> String {
        back(&asked.request, &[("error", "access_denied"), ("error_description", "The resource owner denied the request")])
    }

    async fn keep_token(&self, tx: &Tx, token: &str, grant: &str, kind: &str, redirect: Option<String>, until: Ms) -> db::Result<()> {
        tx.run(
            "insert into oauth_token (digest, grant_id, kind, redirect_uri, expires_at) values ($1, $2, $3, $4, $5)",
            params![digest(token), grant, kind, redirect, until.0],
        )
        .await
        .map(drop)
    }

    /// Exchanges a code or a refresh token.
    async fn exchange(&self, request: &TokenRequest) -> db::Result<Result<Tokens, (u16, TokenError)>> {
        let refused = |status, error: &str, why: &str| Ok(Err((status, TokenError { error: error.into(), error_description: why.into() })));
        let row = self.db.row("select secret_digest from oauth_app where id = $1", params![request.client_id.as_str()]).await?;
        let fits = row.map(|row| row.text("secret_digest")).transpose()?.is_some_and(|d| d == digest(&request.client_secret));
        if !fits {
            return refused(401, "invalid_client", "Unknown client or wrong secret");
        }
        let (token, kind) = match request.grant_type.as_str() {
            "authorization_code" => (request.code.as_deref().unwrap_or_default(), "code"),
            "refresh_token" => (request.refresh_token.as_deref().unwrap_or_default(), "refresh"),
            other => return refused(403, "unsupported_grant_type", &format!("Grant type {other} is not supported")),
        };
        let now = self.clock.now();
        let tx = self.db.begin().await?;
        let row = tx
            .row(
                "select t.*, g.app_id, g.person, g.scopes, g.revoked_at from oauth_token t join oauth_grant g on g.id = t.grant_id \
                 where t.digest = $1 and t.kind = $2",
                params![digest(token), kind],
            )
            .await?;
        let Some(row) = row else { return refused(403, "invalid_grant", "Invalid authorization code or refresh token") };
        let grant = row.text("grant_id")?;
        let usable = row.text("app_id")? == request.client_id && row.get::<Option<i64>>("revoked_at")?.is_none() && row.int("expires_at")? > now.0;
        let elsewhere = request
            .redirect_uri
            .as_ref()
            .is_some_and(|uri| kind == "code" && row.get::<Option<String>>("redirect_uri").ok().flatten().as_ref() != Some(uri));
        if !usable || elsewhere {
            return refused(403, "invalid_grant", "Invalid authorization code or refresh token");
        }
        let used = tx.run("update oauth_token set used_at = $1 where digest = $2 and used_at is null", params![now.0, digest(token)]).await?;
        // Whoever was cut off before the answer came may ask again for a moment: Lever does not say whether it allows that,
        // but without it a crash at the wrong moment would cost the grant.
        let used_at = tx.row("select used_at from oauth_token where digest = $1", params![digest(token)]).await?;
        let used_at = used_at.map(|row| row.get::<Option<i64>>("used_at")).transpose()?.flatten();
        let cut_off = kind == "refresh" && used_at.is_some_and(|at| now.since(Ms(at)) < LEEWAY);
        if used == 0 && !cut_off {
            // A code or refresh token that comes twice was stolen, from us or from them: nobody keeps the grant.
            tx.run("update oauth_grant set revoked_at = $1 where id = $2", params![now.0, grant.as_str()]).await?;
            tx.commit().await?;
            return refused(403, "invalid_grant", "The token was used before; the grant was revoked");
        }
        let scopes = row.text("scopes")?;
        let account = tx.row("select id from account", vec![]).await?.map(|row| row.text("id")).transpose()?.unwrap_or_default();
        let access = self.jwt(&account, &request.client_id, &row.text("person")?, &scopes, now);
        self.keep_token(&tx, &access, &grant, "access", None, now.plus(ACCESS_LIVES)).await?;
        let refresh = scopes.split(' ').any(|s| s == scope::OFFLINE).then(|| random_hex(32));
        if let Some(refresh) = &refresh {
            let lives = REFRESH_LIVES.min(REFRESH_LIVES_UNUSED);
            self.keep_token(&tx, refresh, &grant, "refresh", None, now.plus(lives)).await?;
        }
        tx.run("delete from oauth_token where expires_at < $1", params![now.0]).await?;
        tx.commit().await?;
        let expires_in = i64::try_from(ACCESS_LIVES.as_secs()).unwrap_or(3600);
        Ok(Ok(Tokens { access_token: access, refresh_token: refresh, token_type: "Bearer".into(), scope: scopes, expires_in }))
    }

    /// A token with Lever's claims. Its last part is random, not a signature: it is looked up, never verified.
    fn jwt(&self, account: &str, app: &str, person: &str, scopes: &str, now: Ms) -> String {
        let part = |json: serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let issued = now.0 / 1000;
        let claims = json!({
            "https://oauth.lever.co/userId": person, "https://oauth.lever.co/accountId": account, "https://oauth.lever.co/clientId": app,
            "iss": self.base.as_str(), "sub": person, "aud": format!("{}v1/", self.base), "iat": issued, "exp": issued + 3600, "azp": app, "scope": scopes,
        });
        format!("{}.{}.{}", part(json!({ "alg": "HS256", "typ": "JWT" })), part(claims), URL_SAFE_NO_PAD.encode(random_hex(32)))
    }

    /// The applications with a grant in force.
    pub(crate) async fn authorized_apps(&self) -> db::Result<Vec<AuthorizedApp>> {
        // A consent that was never taken up, because its code was not exchanged, is none.
        let rows = self
            .db
            .rows(
                "select g.app_id, a.name, p.name as by_name, g.scopes, g.created_at from oauth_grant g join oauth_app a on a.id = g.app_id \
                 left join person p on p.id = g.person where g.revoked_at is null \
                 and exists (select 1 from oauth_token t where t.grant_id = g.id and t.kind <> 'code') order by g.created_at desc",
                vec![],
            )
            .await?;
        let mut apps: Vec<AuthorizedApp> = Vec::new();
        for row in rows {
            let id = row.text("app_id")?;
            if !apps.iter().any(|app| app.id == id) {
                apps.push(AuthorizedApp {
                    id,
                    name: row.text("name")?,
                    by: row.get::<Option<String>>("by_name")?.unwrap_or_default(),
                    scopes: row.text("scopes")?.split(' ').map(str::to_owned).collect(),
                    since: Ms(row.int("created_at")?),
                });
            }
        }
        Ok(apps)
    }

    /// Revoke Access: every token of the application ends at once. Its webhooks stay its own to delete, as in Lever.
    pub(crate) async fn revoke_app(&self, app: &str, by: &str) -> db::Result<()> {
        let now = self.clock.now();
        let tx = self.db.begin().await?;
        tx.run("update oauth_grant set revoked_at = $1 where app_id = $2 and revoked_at is null", params![now.0, app]).await?;
        tx.run("delete from oauth_token where grant_id in (select id from oauth_grant where app_id = $1)", params![app]).await?;
        self.audit(&tx, "app:revoked", Some(by), app, "").await?;
        tx.commit().await
    }
}

/// The application's address with parameters and the state it gave.
fn back(request: &Authorize, parameters: &[(&str, &str)]) -> String {
    match Url::parse(&request.redirect_uri) {
        Ok(mut url) => {
            url.query_pairs_mut().extend_pairs(parameters).append_pair("state", &request.state);
            url.to_string()
        }
        Err(_) => "/".to_owned(),
    }
}

/// How long a refresh token that was just exchanged may be exchanged again.
const LEEWAY: Duration = Duration::from_secs(60);

/// `POST /oauth/token`: form-encoded as documented, or JSON as Lever's own sample application sends it.
pub fn token_routes(ats: Ats) -> Router {
    Router::new().route("/oauth/token", post(token)).with_state(ats)
}

async fn token(State(ats): State<Ats>, request: Request) -> Response {
    let is_json = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("json"));
    let Ok(body) = axum::body::to_bytes(request.into_body(), 64 << 10).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let read: Option<TokenRequest> = if is_json { serde_json::from_slice(&body).ok() } else { serde_html_form::from_bytes(&body).ok() };
    let refused = |status: u16, error: TokenError| (StatusCode::from_u16(status).unwrap_or(StatusCode::FORBIDDEN), axum::Json(error)).into_response();
    let Some(read) = read else {
        return refused(400, TokenError { error: "invalid_request".into(), error_description: "The body could not be read".into() });
    };
    match ats.exchange(&read).await {
        Ok(Ok(tokens)) => axum::Json(tokens).into_response(),
        Ok(Err((status, error))) => refused(status, error),
        Err(e) => crate::refusal::Refusal::from(e).into_response(),
    }
}

/// What an application hears that may do nothing here any more.
pub fn access_denied() -> Response {
    let why = TokenError { error: "invalid_grant".into(), error_description: "Invalid authorization code or refresh token".into() };
    (StatusCode::FORBIDDEN, axum::Json(why)).into_response()
}
