//! Webhooks in Lever: kept as the settings want them, by a job that may run again at any time.
//!
//! Our row is written before the call, with the id that stands in the URL, so that a crash between the call and its
//! answer leaves a trace on both sides: the next run finds a webhook whose token nobody knows, deletes it and makes
//! another.

use crate::Hub;
use crate::connections::{CONNECTED, Connection, TOKEN_ONLY, purpose};
use clock::Ms;
use connector::Whom;
use db::{Sql, params};
use endpoint::Nothing;
use hub_api::NewSignatureToken;
use lever_api::event::{Delivery, Event};
use lever_api::{Configuration, CreateWebhook, DeleteWebhook, ListWebhooks, NewWebhook};
use outbound::{Failure, Remote};
use pipeline::{NewJob, Priority};
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

/// The kind of the job.
pub const SYNC: &str = "webhooks";

/// What the receiver must know of a webhook.
pub struct Known {
    pub tenant: String,
    pub connection: String,
    pub connector: String,
    /// Whether deliveries are taken.
    pub listens: bool,
    /// Opened once, here; deliveries come by the thousand. None while Lever has not told it yet: then nothing fits. Two, where
    /// people made a webhook to the same address as we did.
    tokens: Vec<String>,
    /// When it was last written down that an event came.
    heard_at: AtomicI64,
    /// A delivery was refused since.
    refused: AtomicBool,
    /// When this was read: another node may have changed it since.
    read_at: Ms,
}

/// What was read longer ago is read again.
const KNOWN_FOR: Duration = Duration::from_secs(60);

/// Nobody's signature token is shorter.
const SHORTEST_TOKEN: usize = 8;

/// How long a delivery may take.
const A_MOMENT: Duration = Duration::from_secs(20);

/// Written down at most so often: deliveries come by the thousand.
const HEARD_EVERY: Duration = Duration::from_secs(60);

impl Known {
    /// Whether the delivery was signed with this webhook's token.
    pub fn signed(&self, delivery: &Delivery) -> bool {
        self.tokens.iter().any(|token| delivery.is_signed_with(token))
    }
}

/// The job that brings the webhooks in line with the settings.
pub fn sync_job(connection: &str, now: Ms) -> NewJob {
    NewJob {
        connection: connection.to_owned(),
        kind: SYNC.to_owned(),
        subject: SYNC.to_owned(),
        payload: Value::Null,
        priority: Priority::Now,
        run_at: now,
    }
}

struct Row {
    id: String,
    event: String,
    lever_id: Option<String>,
    has_token: bool,
    /// Lever told it when the webhook was made.
    own_token: bool,
    /// A person pasted one.
    pasted: bool,
    refused: bool,
    last_seen_at: Option<Ms>,
    tested_at: Option<Ms>,
    missed_at: Option<Ms>,
}

/// A webhook, for people.
pub struct Subscribed {
    /// The event, as Lever's settings call it.
    pub event: String,
    /// The same, as Lever's API calls it.
    pub wire: String,
    /// Where Lever sends to.
    pub url: String,
    /// Lever has confirmed it.
    pub made: bool,
    /// Since the last good delivery, some came whose signature does not fit.
    pub refused: bool,
    /// When an event last came by it.
    pub heard_at: Option<Ms>,
    /// When Lever last tested it.
    pub tested_at: Option<Ms>,
    /// When something was found last of which it should have told.
    pub missed_at: Option<Ms>,
}

impl Hub {
    /// What the receiver must know of a webhook, from memory if possible. `fresh`: read again, since what we knew did
    /// not fit.
    pub(crate) async fn subscription(&self, id: &str, fresh: bool) -> db::Result<Option<Arc<Known>>> {
        if !fresh {
            let known = self.subscriptions.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(id).cloned();
            if let Some(known) = known.filter(|known| self.clock.now().since(known.read_at) < KNOWN_FOR) {
                return Ok(Some(known));
            }
        }
        let sql = "select s.tenant, s.connection, s.signature_token, s.pasted_token, s.last_seen_at, s.refused_at, c.connector, c.state from subscription s \
                   join connection c on c.tenant = s.tenant and c.id = s.connection where s.id = $1";
        let Some(row) = self.db.row(sql, params![id]).await? else { return Ok(None) };
        let sealed = [row.get::<Option<String>>("signature_token")?, row.get("pasted_token")?].into_iter().flatten();
        let tokens = sealed.map(|s| self.vault.open_sealed(&purpose(id, "signature"), &s)).collect::<db::Result<_>>()?;
        let known = Arc::new(Known {
            tenant: row.text("tenant")?,
            connection: row.text("connection")?,
            connector: row.text("connector")?,
            listens: matches!(row.text("state")?.as_str(), CONNECTED | TOKEN_ONLY),
            tokens,
            heard_at: AtomicI64::new(row.get::<Option<i64>>("last_seen_at")?.unwrap_or(0)),
            refused: AtomicBool::new(row.get::<Option<i64>>("refused_at")?.is_some()),
            read_at: self.clock.now(),
        });
        self.subscriptions.write().unwrap_or_else(std::sync::PoisonError::into_inner).insert(id.to_owned(), known.clone());
        Ok(Some(known))
    }

    /// An event came by this webhook: so it is switched on in Lever.
    pub(crate) async fn heard(&self, known: &Known, id: &str) -> db::Result<()> {
        let (now, before) = (self.clock.now(), known.heard_at.load(Ordering::Relaxed));
        if now.since(Ms(before)) < HEARD_EVERY && !known.refused.load(Ordering::Relaxed) {
            return Ok(());
        }
        let sql = "update subscription set last_seen_at = $1, refused_at = null where tenant = $2 and id = $3";
        self.db.run(sql, params![now.0, known.tenant.as_str(), id]).await?;
        known.heard_at.store(now.0, Ordering::Relaxed);
        known.refused.store(false, Ordering::Relaxed);
        Ok(())
    }

    /// Lever's test of a webhook came: so it reaches us.
    pub(crate) async fn tested(&self, known: &Known, id: &str) -> db::Result<()> {
        let sql = "update subscription set tested_at = $1 where tenant = $2 and id = $3";
        self.db.run(sql, params![self.clock.now().0, known.tenant.as_str(), id]).await.map(drop)
    }

    /// A delivery came whose signature does not fit: its token was regenerated, or somebody forges.
    pub(crate) async fn unsigned(&self, known: &Known, id: &str) -> db::Result<()> {
        if known.refused.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        let sql = "update subscription set refused_at = $1 where tenant = $2 and id = $3";
        self.db.run(sql, params![self.clock.now().0, known.tenant.as_str(), id]).await.map(drop)
    }

    /// Lever signs with this token from now on, and with none before. Who never signed in hears of hires by it, and no more.
    pub(crate) async fn set_signature_token(&self, tenant: &str, new: &NewSignatureToken, by: &str) -> db::Result<Result<String, String>> {
        let Some(connector) = self.connector(&new.connector) else { return Ok(Err(format!("There is no connector {:?}.", new.connector))) };
        let spec = connector.spec();
        let event = match new.event.parse::<Event>() {
            Ok(event) if spec.reacts_to.contains(&event) => event,
            _ => return Ok(Err(format!("{} does not react to the event {:?}.", spec.name, new.event))),
        };
        // Without one, only the address is made by which Lever can show one.
        let token = new.token.trim();
        if !token.is_empty() && !(SHORTEST_TOKEN..=500).contains(&token.len()) {
            return Ok(Err("Paste the signature token as Lever shows it, under Settings > Integrations and API > Webhooks.".to_owned()));
        }
        let tx = self.db.begin().await?;
        // One at a time: two clicks must not make two connections.
        tx.run("update tenant set name = name where id = $1", params![tenant]).await?;
        let old = "select id from connection where tenant = $1 and connector = $2 order by connected_at desc, id limit 1";
        let connection = match tx.row(old, params![tenant, spec.id]).await?.map(|row| row.text("id")).transpose()? {
            Some(old) => old,
            None => match self.hear_only(&tx, tenant, connector, &new.target, by).await? {
                Ok(id) => id,
                Err(why) => return Ok(Err(why)),
            },
        };
        let sql = "update connection set state = $1, notice = null where tenant = $2 and id = $3 and state <> $4";
        tx.run(sql, params![TOKEN_ONLY, tenant, connection.as_str(), CONNECTED]).await?;
        let sql = "select id from subscription where tenant = $1 and connection = $2 and event = $3";
        let row = tx.row(sql, params![tenant, connection.as_str(), event.wire()]).await?;
        let id = row.map(|row| row.text("id")).transpose()?.unwrap_or_else(|| db::vault::random_hex(16));
        let sealed = (!token.is_empty()).then(|| self.vault.seal(&purpose(&id, "signature"), token));
        // Which of two webhooks to one address it belongs to is not known: ours is made anew, if need be.
        let sql = "insert into subscription (tenant, id, connection, event, pasted_token) values ($1, $2, $3, $4, $5) \
                   on conflict (id) do update set pasted_token = excluded.pasted_token, signature_token = null, refused_at = null \
                   where excluded.pasted_token is not null";
        tx.run(sql, params![tenant, id.as_str(), connection.as_str(), event.wire(), sealed]).await?;
        self.pipeline.job(&tx, tenant, sync_job(&connection, self.clock.now())).await?;
        let said = match token.is_empty() {
            true => format!("{}: an address for \"{}\" was made.", spec.name, event.label()),
            false => format!("{}: the signature token of \"{}\" was entered.", spec.name, event.label()),
        };
        self.audit(&tx, tenant, by, "webhook: signature token", &said).await?;
        tx.commit().await?;
        self.forget_subscriptions();
        self.committed();
        Ok(Ok(connection))
    }

    /// Something about connections changed; the receiver reads anew.
    pub(crate) fn forget_subscriptions(&self) {
        self.subscriptions.write().unwrap_or_else(std::sync::PoisonError::into_inner).clear();
    }

    /// The address Lever sends to. Letters that cannot be guessed, though the signature is what counts.
    fn hook_url(&self, id: &str) -> String {
        self.at(&format!("/hooks/lever/{id}"))
    }

    /// Makes what is wanted and missing, deletes what is there and not wanted: all of it, if the connection ends.
    pub(crate) async fn sync_webhooks(&self, connection: &Connection, lever: &Remote, leaves: bool) -> Result<(), Failure> {
        let fault = |e: db::Error| Failure::NotSent(e.to_string());
        let Some(connector) = self.connector(&connection.connector) else { return Ok(()) };
        // Whoever is told by no webhook may not be allowed to ask for any.
        if connector.spec().reacts_to.is_empty() {
            return Ok(());
        }
        let wanted: Vec<Event> = if !leaves && connector.is_live(&connection.settings) { connector.spec().reacts_to.to_vec() } else { Vec::new() };
        let there = lever.send(ListWebhooks { query: Nothing, body: Nothing }).await?.data;
        let rows = self.subscription_rows(connection).await.map_err(fault)?;
        // One credential may serve several connections, of any tenant: what belongs to another is not ours to take away.
        let others = "select id from subscription where connection <> $1";
        let others = self.db.rows(others, params![connection.id.as_str()]).await.map_err(fault)?;
        let others: HashSet<String> = others.iter().map(|row| Ok(self.hook_url(&row.text("id")?))).collect::<db::Result<_>>().map_err(fault)?;
        // Ours in Lever that we know nothing of, or do not want any more.
        for hook in there.iter().filter(|hook| hook.url.starts_with(&self.hook_url("")) && !others.contains(&hook.url)) {
            let row = rows.iter().find(|row| hook.url == self.hook_url(&row.id));
            let good = row.is_some_and(|row| row.own_token && row.lever_id.as_deref() == Some(&hook.id)) && wanted.contains(&hook.event);
            if !good && let Ok(webhook) = hook.id.parse() {
                lever.send(DeleteWebhook { webhook, query: Nothing, body: Nothing }).await?;
            }
        }
        for row in &rows {
            let event = row.event.parse::<Event>();
            let alive = row.own_token && there.iter().any(|hook| Some(&hook.id) == row.lever_id.as_ref());
            let is_wanted = event.is_ok_and(|event| wanted.contains(&event));
            if is_wanted && !alive && row.pasted {
                // Somebody's own webhook comes to the same address; ours is made beside it.
                let sql = "update subscription set lever_id = null, signature_token = null where tenant = $1 and id = $2";
                self.db.run(sql, params![connection.tenant.as_str(), row.id.as_str()]).await.map_err(fault)?;
            } else if !alive || !is_wanted {
                self.db
                    .run("delete from subscription where tenant = $1 and id = $2", params![connection.tenant.as_str(), row.id.as_str()])
                    .await
                    .map_err(fault)?;
            }
        }
        let rows = self.subscription_rows(connection).await.map_err(fault)?;
        for event in wanted {
            match rows.iter().find(|row| row.event == event.wire()) {
                Some(row) if row.lever_id.is_some() => {}
                row => self.make_webhook(connection, lever, event, row.map(|row| row.id.clone())).await?,
            }
        }
        self.forget_subscriptions();
        self.lobby.changed();
        Ok(())
    }

    async fn make_webhook(&self, connection: &Connection, lever: &Remote, event: Event, at: Option<String>) -> Result<(), Failure> {
        let fault = |e: db::Error| Failure::NotSent(e.to_string());
        let id = at.unwrap_or_else(|| db::vault::random_hex(16));
        self.db
            .run(
                "insert into subscription (tenant, id, connection, event) values ($1, $2, $3, $4) on conflict (id) do nothing",
                params![connection.tenant.as_str(), id.as_str(), connection.id.as_str(), event.wire()],
            )
            .await
            .map_err(fault)?;
        let body = NewWebhook { url: self.hook_url(&id), event: event.wire().to_owned(), configuration: Configuration::default() };
        let made = lever.send(CreateWebhook { query: Nothing, body }).await?.data;
        let sealed = made.configuration.signature_token.map(|token| self.vault.seal(&purpose(&id, "signature"), &token));
        let tx = self.db.begin().await.map_err(fault)?;
        tx.run("update subscription set lever_id = $1, signature_token = $2 where id = $3", params![made.id, sealed, id]).await.map_err(fault)?;
        let said = format!("A webhook for {} was made in Lever.", event.label());
        self.audit(&tx, &connection.tenant, "Fulcrum", "webhook: made", &said).await.map_err(fault)?;
        tx.commit().await.map_err(fault)
    }

    async fn subscription_rows(&self, connection: &Connection) -> db::Result<Vec<Row>> {
        let sql = "select * from subscription where tenant = $1 and connection = $2";
        let rows = self.db.rows(sql, params![connection.tenant.as_str(), connection.id.as_str()]).await?;
        rows.iter()
            .map(|row| {
                Ok(Row {
                    id: row.text("id")?,
                    event: row.text("event")?,
                    lever_id: row.get("lever_id")?,
                    has_token: row.get::<Option<String>>("signature_token")?.is_some() || row.get::<Option<String>>("pasted_token")?.is_some(),
                    own_token: row.get::<Option<String>>("signature_token")?.is_some(),
                    pasted: row.get::<Option<String>>("pasted_token")?.is_some(),
                    refused: row.get::<Option<i64>>("refused_at")?.is_some(),
                    last_seen_at: row.get::<Option<i64>>("last_seen_at")?.map(Ms),
                    tested_at: row.get::<Option<i64>>("tested_at")?.map(Ms),
                    missed_at: row.get::<Option<i64>>("missed_at")?.map(Ms),
                })
            })
            .collect()
    }

    /// The webhooks of a connection.
    pub(crate) async fn webhooks(&self, connection: &Connection) -> db::Result<Vec<Subscribed>> {
        let read = |row: Row| Subscribed {
            event: row.event.parse::<Event>().map_or(row.event.clone(), |event| event.label().to_owned()),
            wire: row.event,
            url: self.hook_url(&row.id),
            made: row.has_token,
            refused: row.refused,
            heard_at: row.last_seen_at,
            tested_at: row.tested_at,
            missed_at: row.missed_at,
        };
        Ok(self.subscription_rows(connection).await?.into_iter().map(read).collect())
    }

    /// What is still missing at a connection that is in force, for people. Whether an event is switched on in Lever cannot
    /// be asked; it shows when the first one comes, and when somebody is found of whom none told.
    pub(crate) async fn missing(&self, connection: &Connection, webhooks: &[Subscribed]) -> db::Result<Option<String>> {
        if !connection.connected {
            return Ok(None);
        }
        let silent = self.silent(connection, webhooks);
        let whom = self.is_about(connection);
        let refused = webhooks.iter().find(|webhook| webhook.refused).map(|webhook| {
            format!(
                "Deliveries of \"{}\" came whose signature does not fit, and were refused. If the token was regenerated in Lever, enter the new one; if \
                 not, somebody forges deliveries.",
                webhook.event
            )
        });
        let unheard = webhooks.iter().find(|webhook| webhook.made && webhook.heard_at.is_none());
        Ok(refused.or(silent).or_else(|| {
            let event = &unheard?.event;
            Some(format!("Lever has not told of any \"{event}\" yet. If {} since, the event is switched off: {}", whom.what_happens(), how(whom)))
        }))
    }

    fn is_about(&self, connection: &Connection) -> Whom {
        self.connector(&connection.connector).map_or(Whom::Hires, |connector| connector.spec().whom)
    }

    /// Something was found of which the webhook for this event should have told.
    pub(crate) async fn has_missed(&self, connection: &Connection, event: Event) -> db::Result<()> {
        let sql = "update subscription set missed_at = $1 where tenant = $2 and connection = $3 and event = $4";
        let values = params![self.clock.now().0, connection.tenant.as_str(), connection.id.as_str(), event.wire()];
        self.db.run(sql, values).await.map(drop)
    }

    /// Something was found by looking, of which Lever had not told.
    pub(crate) fn silent(&self, connection: &Connection, webhooks: &[Subscribed]) -> Option<String> {
        // What is told a moment later says nothing; and that something was heard is written down once in a while.
        let (now, long_ago) = (self.clock.now(), |w: &Subscribed, missed: Ms| w.heard_at.is_none_or(|heard| missed >= heard.plus(HEARD_EVERY)));
        let is_silent = |w: &&Subscribed| w.made && w.missed_at.is_some_and(|missed| now.since(missed) >= A_MOMENT && long_ago(w, missed));
        let silent: Vec<String> = webhooks.iter().filter(is_silent).map(|webhook| format!("\"{}\"", webhook.event)).collect();
        let (are, events) = if silent.len() == 1 { ("event", "is") } else { ("events", "are") };
        let them = silent.join(", ");
        (!silent.is_empty()).then(|| {
            format!("Somebody was found of whom Lever had not told. If the {are} {them} {events} switched off, {}", how(self.is_about(connection)))
        })
    }
}

fn how(whom: Whom) -> String {
    format!(
        "a Super Admin can switch it on in Lever under Settings > Integrations and API > Webhooks. Until then {} are found within a minute, by looking.",
        whom.newcomers()
    )
}
