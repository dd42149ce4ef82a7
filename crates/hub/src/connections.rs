//! Connections: one customer's Lever joined with one customer's partner.

use crate::Hub;
use crate::arrivals::{LOOK_FOR_ARRIVALS, TELL_JOBS};
use crate::holds::Held;
use crate::look::{ASK, LOOK, LOOK_AT_RECENT, LOOK_FOR_DELETED, LOOK_SELDOM};
use crate::mirror::{MIRROR, Mirror};
use crate::names::LOOK_AT_NAMES;
use crate::names::names_job;
use crate::setup::{Checks, PROBE_DAILY, probe_job};
use crate::work::KEEP_ALIVE;
use clock::Ms;
use connector::AnyConnector;
use db::{Row, Sql, Tx, params};
use hub_api::{Choice, Setting, Target};
use outbound::{Budget, Credential, Fixed, Pace, Remote, Urgency, Wire};
use pipeline::Priority;
use post::Notice;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use url::Url;

/// Where Lever is for a connector, and who we are there.
#[derive(Clone)]
pub struct LeverApp {
    /// Registered with Lever.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// `https://auth.lever.co/authorize`
    pub authorize_url: String,
    /// `https://auth.lever.co/oauth/token`
    pub token_url: String,
    /// `https://api.lever.co`; the endpoints' paths begin with `/v1`.
    pub api_base: String,
    /// `https://api.lever.co/v1/`
    pub audience: String,
}

/// The secret stays out of logs.
impl std::fmt::Debug for LeverApp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LeverApp").field("client_id", &self.client_id).field("api_base", &self.api_base).finish_non_exhaustive()
    }
}

/// A connection, ready to be used.
#[derive(Clone)]
pub struct Connection {
    /// Whose.
    pub tenant: String,
    /// Its id.
    pub id: String,
    /// The connector's id.
    pub connector: String,
    /// Whether it is in force.
    pub connected: bool,
    /// Whether a person pasted a signature token and nobody signed in yet.
    pub token_only: bool,
    /// Why not, or what is still missing.
    pub notice: Option<String>,
    /// The connector's settings.
    pub settings: Value,
    /// Who connected it.
    pub connected_by: String,
    /// When.
    pub connected_at: Ms,
    /// When Lever was last looked through for what no webhook told of.
    pub looked_at: Option<Ms>,
    /// How far that has come, by Lever's clock.
    pub(crate) looked_until: Option<Ms>,
    /// The same for what was deleted.
    pub(crate) deleted_until: Option<Ms>,
    /// How far telling the partner of jobs has come; none: it is to be told all of them.
    pub(crate) jobs_until: Option<Ms>,
    /// Since when people are imported; none: nobody has imported yet.
    pub(crate) import_since: Option<Ms>,
    /// Of a partner that keeps a copy: how far telling it has come.
    pub(crate) mirror: Option<Mirror>,
    /// What was found when the permissions were tried; none: that is still to come.
    pub(crate) checks: Option<Checks>,
    /// How many names in Lever lead to no entry of the partner's.
    pub unmatched: i64,
    /// Until when the token is good. None: it is an API key.
    pub(crate) access_until: Option<Ms>,
    /// What the partner proves itself with when it calls us; none: it does not.
    pub(crate) callback: Option<String>,
    pub(crate) lever: Side,
    pub(crate) partner: Side,
}

/// Where one of the two sides is, and who we are there.
#[derive(Clone)]
pub(crate) struct Side {
    pub(crate) base: Url,
    pub(crate) credential: Arc<dyn Credential>,
}

/// What a secret of a connection is sealed for.
pub(crate) fn purpose(connection: &str, what: &str) -> String {
    format!("connection/{connection}/{what}")
}

/// A partner's credential: headers by name, without what the partner proves itself with.
pub(crate) fn credential_of(parts: &Map<String, Value>, callback: Option<&str>) -> Fixed {
    let headers = parts.iter().filter(|(name, _)| callback != Some(name.as_str()));
    let headers: Vec<(&str, &str)> = headers.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect();
    Fixed::headers_of(&headers)
}

/// How the schedule of the Automatic Import is called, before its time zone.
pub(crate) const DAILY: &str = "import@";

/// A connection in force.
pub(crate) const CONNECTED: &str = "connected";
/// Lever tells that somebody was hired, but nobody signed in yet, so it cannot be asked who.
pub(crate) const TOKEN_ONLY: &str = "token_only";

/// How Lever let us in.
pub(crate) enum Entry {
    /// A key someone pasted.
    ApiKey(String),
    /// Tokens after consent.
    Tokens(lever_api::oauth::Tokens),
}

/// The schedules the settings ask for. One that is there already keeps its time.
async fn follow(tx: &Tx, tenant: &str, connection: &str, connector: &dyn AnyConnector, settings: &Value, now: Ms) -> db::Result<()> {
    let (spec, is_live) = (connector.spec(), connector.is_live(settings));
    // Who imports by hand is not imported for; whoever is deleted or anonymised is forgotten all the same. A copy is kept in step otherwise.
    let looks = spec.mirror.is_none();
    let wanted = [
        (LOOK, is_live && looks),
        (LOOK_SELDOM, !is_live && looks),
        (LOOK_FOR_DELETED, looks),
        (LOOK_AT_RECENT, is_live || connector.imports_daily(settings).is_some()),
        (ASK, spec.callback.is_some()),
        (TELL_JOBS, spec.tells_jobs),
    ];
    // What was told in vain before is asked for at once, and jobs are told before anybody is referred to one.
    crate::look::schedule(tx, tenant, connection, &wanted, &[ASK, TELL_JOBS], now).await?;
    let daily = connector.imports_daily(settings).map(|zone| format!("{DAILY}{zone}"));
    let first = daily.as_ref().and_then(|name| pipeline::next(name, now)).unwrap_or(now);
    only(tx, tenant, connection, DAILY, daily, first).await?;
    let arrivals = spec.arrivals.map(|arrivals| format!("{LOOK_FOR_ARRIVALS}{}", settings[arrivals.every].as_str().unwrap_or("600")));
    only(tx, tenant, connection, LOOK_FOR_ARRIVALS, arrivals, now).await?;
    only(tx, tenant, connection, MIRROR, Hub::mirror_schedule(connector, settings), now).await
}

/// Of the schedules whose names begin so there is this one, or none. If it is there already, it keeps its time.
async fn only(tx: &Tx, tenant: &str, connection: &str, begins: &str, wanted: Option<String>, first: Ms) -> db::Result<()> {
    let there = "select name from schedule where tenant = $1 and connection = $2 and substr(name, 1, $3) = $4";
    let length = i32::try_from(begins.len()).unwrap_or(0);
    let there = tx.row(there, params![tenant, connection, length, begins]).await?.map(|row| row.text("name")).transpose()?;
    if there == wanted {
        return Ok(());
    }
    pipeline::clear(tx, tenant, connection, begins).await?;
    match wanted {
        Some(name) => pipeline::set(tx, tenant, connection, &name, first).await,
        None => Ok(()),
    }
}

/// Changes what is named and leaves the rest, also inside of objects; null takes away (RFC 7386).
fn merge(settings: &mut Value, change: Value) {
    let Value::Object(change) = change else {
        *settings = change;
        return;
    };
    if !settings.is_object() {
        *settings = Value::Object(Map::new());
    }
    let Some(fields) = settings.as_object_mut() else { return };
    for (name, value) in change {
        if value.is_null() {
            fields.remove(&name);
        } else {
            merge(fields.entry(name).or_insert(Value::Null), value);
        }
    }
}

/// Why settings that can be read make no sense all the same.
fn nonsense(spec: &connector::Spec, settings: &Value) -> Option<String> {
    spec.fields.iter().find_map(|field| match field.kind {
        connector::Kind::Zone => {
            let zone = settings[field.name].as_str().unwrap_or_default();
            let known = jiff::tz::TimeZone::get(zone).is_ok();
            (!known).then(|| format!("There is no time zone {zone:?}. Time zones are called Europe/Berlin, America/New_York, Etc/GMT+8."))
        }
        connector::Kind::Fields => settings[field.name].as_object().into_iter().flatten().find_map(|(name, expression)| {
            let label = spec.targets.iter().find(|t| t.name == name).map_or(name.as_str(), |t| t.label);
            let is_name = !name.is_empty() && name.len() <= 60 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            if !is_name {
                return Some(format!("{name:?} cannot be the name of a field: letters, digits and _ only."));
            }
            let expression = expression.as_str().unwrap_or_default();
            if expression.trim().is_empty() && spec.targets.iter().any(|t| t.name == name && t.required) {
                return Some(format!("{} demands {label}: say what fills it.", spec.name));
            }
            connector::fields::check(expression).err().map(|why| format!("{label}: {why}"))
        }),
        _ => None,
    })
}

impl Hub {
    /// Says where Lever is for a connector, and who we are there.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_lever_app(&self, tenant: &str, connector: &str, app: &LeverApp) -> db::Result<()> {
        let secret = self.vault.seal(&format!("lever_app/{tenant}/{connector}"), &app.client_secret);
        self.db
            .run(
                "insert into lever_app (tenant, connector, client_id, client_secret, authorize_url, token_url, api_base, audience) \
                 values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (tenant, connector) do update set client_id = excluded.client_id, \
                 client_secret = excluded.client_secret, authorize_url = excluded.authorize_url, token_url = excluded.token_url, \
                 api_base = excluded.api_base, audience = excluded.audience",
                params![
                    tenant,
                    connector,
                    app.client_id.as_str(),
                    secret,
                    app.authorize_url.as_str(),
                    app.token_url.as_str(),
                    app.api_base.as_str(),
                    app.audience.as_str()
                ],
            )
            .await
            .map(drop)
    }

    /// Whether it was said where Lever is for a connector.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn knows_lever_app(&self, tenant: &str, connector: &str) -> db::Result<bool> {
        self.lever_app(tenant, connector).await.map(|app| app.is_some())
    }

    pub(crate) async fn lever_app(&self, tenant: &str, connector: &str) -> db::Result<Option<LeverApp>> {
        let row = self.db.row("select * from lever_app where tenant = $1 and connector = $2", params![tenant, connector]).await?;
        row.map(|row| {
            Ok(LeverApp {
                client_id: row.text("client_id")?,
                client_secret: self.vault.open_sealed(&format!("lever_app/{tenant}/{connector}"), &row.text("client_secret")?)?,
                authorize_url: row.text("authorize_url")?,
                token_url: row.text("token_url")?,
                api_base: row.text("api_base")?,
                audience: row.text("audience")?,
            })
        })
        .transpose()
    }

    pub(crate) async fn connections(&self, tenant: &str) -> db::Result<Vec<Connection>> {
        let sql = "select * from connection where tenant = $1 order by connected_at desc, id";
        self.db.rows(sql, params![tenant]).await?.iter().map(|row| self.open(row)).collect()
    }

    pub(crate) async fn connection(&self, tenant: &str, id: &str) -> db::Result<Option<Connection>> {
        let row = self.db.row("select * from connection where tenant = $1 and id = $2", params![tenant, id]).await?;
        row.map(|row| self.open(&row)).transpose()
    }

    /// Makes the connection, or brings an older one of the same connector back to life with its settings.
    pub(crate) async fn connect(
        &self,
        tenant: &str,
        connector: &dyn AnyConnector,
        base: &str,
        entry: &Entry,
        target: &Target,
        by: &str,
    ) -> db::Result<String> {
        let now = self.clock.now();
        let spec = connector.spec();
        let old = self.connections(tenant).await?.into_iter().find(|c| c.connector == spec.id);
        // A copy that was interrupted goes on; one that was whole is told anew: another credential may see others.
        let mirror = old.as_ref().and_then(|old| old.mirror.clone()?.interrupted()).map(|state| json!(state).to_string());
        let (id, settings) = match old {
            Some(old) => (old.id, old.settings),
            None => (uuid::Uuid::new_v4().to_string(), connector.settings(&Value::Null).map_err(db::Error::new)?),
        };
        let seal = |what: &str, secret: &str| Some(self.vault.seal(&purpose(&id, what), secret));
        let (key, access, refresh, until) = match entry {
            Entry::ApiKey(key) => (seal("api_key", key), None, None, None),
            Entry::Tokens(t) => {
                let until = now.0 + t.expires_in * 1000;
                (None, seal("access_token", &t.access_token), t.refresh_token.as_ref().and_then(|r| seal("refresh_token", r)), Some(until))
            }
        };
        let credential = seal("target", &Value::Object(target.credential.clone()).to_string());
        let tx = self.db.begin().await?;
        tx.run(
            "insert into connection (tenant, id, connector, state, lever_base, api_key, access_token, access_until, refresh_token, target_base, \
             target_credential, settings, connected_by, connected_at, mirror) values ($1, $2, $3, 'connected', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
             on conflict (id) do update set state = 'connected', notice = null, lever_base = excluded.lever_base, api_key = excluded.api_key, \
             access_token = excluded.access_token, access_until = excluded.access_until, refresh_token = excluded.refresh_token, \
             refreshing_until = null, target_base = excluded.target_base, target_credential = excluded.target_credential, \
             connected_by = excluded.connected_by, connected_at = excluded.connected_at, disconnected_at = null, checks = null, jobs_until = null, mirror = excluded.mirror, \
             import_since = coalesce(connection.import_since, connection.connected_at)",
            params![
                tenant,
                id.as_str(),
                spec.id,
                base,
                key,
                access,
                until,
                refresh,
                target.base_url.as_str(),
                credential,
                settings.to_string(),
                by,
                now.0,
                mirror
            ],
        )
        .await?;
        self.audit(&tx, tenant, by, "connection: connected", &format!("{} is connected with Lever.", spec.name)).await?;
        self.pipeline.job(&tx, tenant, crate::subscriptions::sync_job(&id, now)).await?;
        pipeline::set(&tx, tenant, &id, crate::work::LOOK_AGAIN, now.plus(crate::work::LOOK_AGAIN_EVERY)).await?;
        pipeline::set(&tx, tenant, &id, KEEP_ALIVE, pipeline::next(KEEP_ALIVE, now).unwrap_or(now)).await?;
        self.pipeline.job(&tx, tenant, probe_job(&id, now)).await?;
        pipeline::set(&tx, tenant, &id, PROBE_DAILY, pipeline::next(PROBE_DAILY, now).unwrap_or(now)).await?;
        // Soon, so that what leads nowhere shows before the first hire.
        pipeline::set(&tx, tenant, &id, LOOK_AT_NAMES, now).await?;
        // Another credential may see others: what is copied is asked for at once.
        pipeline::clear(&tx, tenant, &id, MIRROR).await?;
        follow(&tx, tenant, &id, connector, &settings, now).await?;
        self.read_held_again(&tx, tenant, &Held::OfConnection(&id), Priority::Usual).await?;
        tx.commit().await?;
        self.forget_subscriptions();
        self.committed();
        Ok(id)
    }

    /// A connection without a credential: it hears, and waits for somebody to sign in.
    pub(crate) async fn hear_only(
        &self,
        tx: &Tx,
        tenant: &str,
        connector: &dyn AnyConnector,
        target: &Target,
        by: &str,
    ) -> db::Result<Result<String, String>> {
        let checked = Url::parse(&target.base_url).map_err(|e| e.to_string());
        if let Err(why) = checked.and_then(|url| self.outbound.reach().check(&url).map_err(|e| e.to_string())) {
            return Ok(Err(format!("The address {} cannot be used: {why}", target.base_url)));
        }
        let (spec, id) = (connector.spec(), uuid::Uuid::new_v4().to_string());
        let settings = connector.settings(&Value::Null).map_err(db::Error::new)?;
        let base = self.lever_app(tenant, spec.id).await?.map_or_else(LeverApp::real_base, |app| app.api_base);
        let credential = self.vault.seal(&purpose(&id, "target"), &Value::Object(target.credential.clone()).to_string());
        let sql = "insert into connection (tenant, id, connector, state, lever_base, target_base, target_credential, settings, connected_by, connected_at) \
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let now = self.clock.now().0;
        let values = params![tenant, id.as_str(), spec.id, TOKEN_ONLY, base, target.base_url.as_str(), credential, settings.to_string(), by, now];
        tx.run(sql, values).await?;
        let said = format!("{} hears of hires by a signature token; nobody has signed in with Lever yet.", spec.name);
        self.audit(tx, tenant, by, "connection: token only", &said).await?;
        Ok(Ok(id))
    }

    /// Ends a connection: nothing is sent any more, history stays.
    pub(crate) async fn disconnect(&self, connection: &Connection, actor: &str, why: &str) -> db::Result<()> {
        let now = self.clock.now();
        let tx = self.db.begin().await?;
        let changed = tx
            .run(
                "update connection set state = 'disconnected', notice = $1, access_token = null, refresh_token = null, api_key = null, \
                 disconnected_at = $2 where tenant = $3 and id = $4 and state in ('connected', 'token_only') and connected_at = $5",
                // Whoever failed with an older credential must not end what was connected since.
                params![why, now.0, connection.tenant.as_str(), connection.id.as_str(), connection.connected_at.0],
            )
            .await?;
        if changed > 0 {
            tx.run("delete from schedule where tenant = $1 and connection = $2", params![connection.tenant.as_str(), connection.id.as_str()]).await?;
            self.audit(&tx, &connection.tenant, actor, "connection: disconnected", why).await?;
            let key = format!("{}/{}", connection.id, connection.connected_at.0);
            let data = json!({ "connection": connection.id, "connector": connection.connector, "why": why });
            self.tell(&tx, &connection.tenant, &[Notice { kind: "connection.broken", key, connection: &connection.id, data }]).await?;
        }
        tx.commit().await?;
        self.forget_subscriptions();
        self.committed();
        Ok(())
    }

    /// Changes settings, if they make sense; what follows from them (webhooks) is a job in the same transaction. Who changes
    /// another setting at the same moment is not undone.
    pub(crate) async fn change_settings(&self, tenant: &str, id: &str, change: Map<String, Value>, actor: &str) -> db::Result<Result<(), String>> {
        let tx = self.db.begin().await?;
        // The row is taken first, and read then.
        tx.run("update connection set settings = settings where tenant = $1 and id = $2", params![tenant, id]).await?;
        let row = tx.row("select * from connection where tenant = $1 and id = $2", params![tenant, id]).await?;
        let Some(connection) = row.map(|row| self.open(&row)).transpose()? else { return Ok(Err("This connection is gone.".to_owned())) };
        let Some(connector) = self.connector(&connection.connector) else { return Ok(Err("This connector is gone.".to_owned())) };
        let known: Vec<&connector::Field> = connector.spec().fields.iter().filter(|field| field.kind != connector::Kind::Kept).collect();
        if let Some(unknown) = change.keys().find(|name| !known.iter().any(|field| field.name == *name)) {
            let known = known.iter().map(|field| field.name).collect::<Vec<_>>().join(", ");
            return Ok(Err(format!("There is no setting {unknown:?}; there are: {known}.")));
        }
        let said = |field: &&connector::Field| {
            change.get(field.name).map(|value| match value {
                Value::Bool(on) => format!("\"{}\" is {}", field.label, if *on { "on" } else { "off" }),
                other => format!("\"{}\" is {other}", field.label),
            })
        };
        let said = format!("{}: {}.", connector.spec().name, known.iter().filter_map(said).collect::<Vec<_>>().join(", "));
        let now = self.clock.now();
        let mut settings = connection.settings.clone();
        merge(&mut settings, change.into());
        let settings = match connector.settings(&settings) {
            Ok(settings) => connector.chosen(&connection.settings, settings, now.0),
            Err(why) => return Ok(Err(format!("A setting makes no sense: {why}."))),
        };
        if let Some(why) = nonsense(connector.spec(), &settings) {
            return Ok(Err(why));
        }
        self.first_version(&tx, &connection).await?;
        tx.run("update connection set settings = $1 where tenant = $2 and id = $3", params![settings.to_string(), tenant, id]).await?;
        tx.run(
            "insert into settings_version (tenant, connection, n, settings, said, actor, at) select $1, $2, coalesce(max(n), 0) + 1, $3, $4, $5, $6 \
             from settings_version where tenant = $1 and connection = $2",
            params![tenant, id, settings.to_string(), said.as_str(), actor, now.0],
        )
        .await?;
        // What is to be written may be something else now, for everybody.
        tx.run("update hire set settled = false where tenant = $1 and connection = $2", params![tenant, id]).await?;
        self.audit(&tx, tenant, actor, "connection: settings", &said).await?;
        if connection.connected {
            follow(&tx, tenant, id, connector, &settings, now).await?;
            if connector.more(&settings) != connector.more(&connection.settings) {
                // Another permission is needed now, or one less.
                self.pipeline.job(&tx, tenant, probe_job(id, now)).await?;
            }
        }
        if connection.connected {
            self.pipeline.job(&tx, &connection.tenant, crate::subscriptions::sync_job(&connection.id, self.clock.now())).await?;
        }
        if connection.connected && (!connector.spec().lists.is_empty() || connector.spec().map.is_some()) {
            self.pipeline.job(&tx, tenant, names_job(id, now)).await?;
        }
        // Perhaps this was what somebody waited for.
        self.read_held_again(&tx, tenant, &Held::OfConnection(id), Priority::Usual).await?;
        self.read_left_out_again(&tx, tenant, id, false).await?;
        tx.commit().await?;
        self.committed();
        Ok(Ok(()))
    }

    /// The settings with their labels.
    pub(crate) fn settings_of(&self, connection: &Connection) -> Vec<Setting> {
        let Some(connector) = self.connector(&connection.connector) else { return Vec::new() };
        let values = connector.settings(&connection.settings).unwrap_or(Value::Null);
        let describe = |f: &connector::Field| Setting {
            name: f.name.to_owned(),
            label: f.label.to_owned(),
            help: f.help.to_owned(),
            kind: f.kind.name().to_owned(),
            own_page: f.kind.has_own_page(),
            options: match f.kind {
                connector::Kind::Choice(options) => {
                    options.iter().map(|(value, label)| Choice { value: (*value).to_owned(), label: (*label).to_owned() }).collect()
                }
                _ => Vec::new(),
            },
            value: values[f.name].clone(),
        };
        connector.spec().fields.iter().filter(|field| field.kind != connector::Kind::Kept).map(describe).collect()
    }

    fn open(&self, row: &Row) -> db::Result<Connection> {
        let id = row.text("id")?;
        let base = |column: &str| -> db::Result<Url> { Url::parse(&row.text(column)?).map_err(|e| db::Error::new(format!("{column}: {e}"))) };
        let moment = |column: &str| -> db::Result<Option<Ms>> { Ok(row.get::<Option<i64>>(column)?.map(Ms)) };
        let open = |what: &str, sealed: &str| self.vault.open_sealed(&purpose(&id, what), sealed);
        let key: Option<String> = row.get("api_key")?;
        let lever = match key {
            Some(sealed) => Arc::new(Fixed::basic(&open("api_key", &sealed)?, "")),
            None => self.token_of(row)?,
        };
        let credential: Map<String, Value> = serde_json::from_str(&open("target", &row.text("target_credential")?)?).unwrap_or_default();
        let callback = self.connector(&row.text("connector")?).and_then(|connector| connector.spec().callback);
        Ok(Connection {
            callback: callback.and_then(|part| Some(credential.get(part)?.as_str()?.to_owned())),
            tenant: row.text("tenant")?,
            connector: row.text("connector")?,
            connected: row.text("state")? == CONNECTED,
            token_only: row.text("state")? == TOKEN_ONLY,
            notice: row.get("notice")?,
            settings: row.json("settings")?,
            connected_by: row.text("connected_by")?,
            connected_at: Ms(row.int("connected_at")?),
            checks: serde_json::from_value(row.json("checks")?).ok(),
            mirror: serde_json::from_value(row.json("mirror")?).ok(),
            unmatched: row.int("unmatched")?,
            looked_at: moment("looked_at")?,
            looked_until: moment("looked_until")?,
            deleted_until: moment("deleted_until")?,
            jobs_until: moment("jobs_until")?,
            import_since: moment("import_since")?,
            access_until: moment("access_until")?,
            lever: Side { base: base("lever_base")?, credential: lever },
            partner: Side { base: base("target_base")?, credential: Arc::new(credential_of(&credential, callback)) },
            id,
        })
    }

    /// The partner's address and credential as they are stored, for connecting again.
    pub(crate) async fn target_of(&self, connection: &Connection) -> db::Result<Target> {
        let sql = "select target_credential from connection where tenant = $1 and id = $2";
        let row = self.db.row(sql, params![connection.tenant.as_str(), connection.id.as_str()]).await?;
        let sealed = row.map(|row| row.text("target_credential")).transpose()?.unwrap_or_default();
        let credential = serde_json::from_str(&self.vault.open_sealed(&purpose(&connection.id, "target"), &sealed)?).unwrap_or_default();
        Ok(Target { base_url: connection.partner.base.as_str().trim_end_matches('/').to_owned(), credential })
    }

    /// The partner, as this connection reaches it.
    pub(crate) fn partner(&self, connection: &Connection, wire: &Wire) -> Remote {
        let Side { base, credential } = connection.partner.clone();
        Remote { wire: wire.clone(), ..Remote::new(self.outbound.clone(), base, credential) }
    }

    /// Lever's rate for this connection. A database of our own has no other node.
    fn pace(&self, connection: &Connection) -> Arc<dyn Pace> {
        let own = Budget::within_lever();
        if self.db.is_embedded() {
            return Arc::new(own);
        }
        let (tenant, connection) = (connection.tenant.clone(), connection.id.clone());
        Arc::new(crate::rate::Shared { db: self.db.clone(), clock: self.clock.clone(), tenant, connection, own, turns: Default::default() })
    }

    /// Lever, as this connection reaches it: its token, its budget.
    pub(crate) fn lever(&self, connection: &Connection, urgency: Urgency, wire: &Wire) -> Remote {
        let Side { base, credential } = connection.lever.clone();
        let budget = self.rate_budget.then(|| {
            let mut budgets = self.budgets.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            budgets.entry(connection.id.clone()).or_insert_with(|| self.pace(connection)).clone()
        });
        Remote { budget, urgency, wire: wire.repeatable(), ..Remote::new(self.outbound.clone(), base, credential) }
    }
}
