//! The work: read and decide (jobs), perform (effects), and what happens by the clock.

use crate::Hub;
use crate::connections::Connection;
use crate::hires::Noted;
use crate::holds::Held;
use crate::read::Reader;
use crate::subscriptions::SYNC;
use clock::Ms;
use connector::{AnyConnector, Cx, Decision, Good, Memo, Outcome, Seen};
use db::{Sql, Tx, params};
use outbound::{Failure, Urgency, Wire};
use pipeline::{Ending, Handler, Item, NewEffect, NewJob, Priority, Table, Tried};
use serde_json::{Value, json};
use std::time::Duration;

/// The kind of job that reads one opportunity and decides.
pub const THINK: &str = "think";
/// Held work is read again: offers, for one, do not move an opportunity's `updatedAt`.
pub const LOOK_AGAIN: &str = "look-again/900";
/// The period in its name.
pub const LOOK_AGAIN_EVERY: Duration = Duration::from_secs(900);
/// History is forgotten by age.
pub const PRUNE: &str = "prune/86400";
/// How long history is kept. Longer than the 30 days for which a webhook's token must be remembered.
const KEPT: Duration = Duration::from_secs(90 * 86_400);

/// How long the audit log is kept.
const AUDIT_KEPT: Duration = Duration::from_secs(730 * 86_400);

/// How long a decision is good without looking again.
const FRESH: Duration = Duration::from_secs(60);

/// The job that reads one opportunity and decides.
pub fn think_job(connection: &str, subject: &str, priority: Priority, now: Ms) -> NewJob {
    NewJob { connection: connection.to_owned(), kind: THINK.to_owned(), subject: subject.to_owned(), payload: Value::Null, priority, run_at: now }
}

/// Does the hub's jobs and effects.
pub struct Work(pub Hub);

impl Handler for Work {
    type Note = Noted;

    async fn handle(&self, item: Item) -> Tried<Noted> {
        let (wire, mut note) = (Wire::default(), None);
        let ending = self.0.one(&item, &wire, &mut note).await.unwrap_or_else(|e| Ending::Retry { after: None, why: e.to_string() });
        Tried { ending, exchanges: wire.json(), note }
    }

    async fn store(&self, tx: &Tx, notes: &[&Noted]) -> db::Result<()> {
        crate::hires::note(tx, notes).await
    }

    fn written(&self) {
        self.0.lobby.changed();
    }
}

fn hold(cause: impl Into<String>, why: impl Into<String>) -> Ending {
    Ending::Hold { cause: cause.into(), why: why.into(), mend: Value::Null }
}

impl Hub {
    async fn one(&self, item: &Item, wire: &Wire, note: &mut Option<Noted>) -> db::Result<Ending> {
        if item.kind == PRUNE {
            let now = self.clock.now();
            pipeline::prune(&self.db, now.minus(KEPT), true).await?;
            self.db.run("delete from audit where at < $1", params![now.minus(AUDIT_KEPT).0]).await?;
            self.db.run("delete from hire where seen_at < $1 and not hired", params![now.minus(KEPT).0]).await?;
            return Ok(Ending::Decided(Vec::new()));
        }
        let read = || self.connection(&item.tenant, &item.connection);
        let found = self.memo.read(&format!("{} of {}", item.connection, item.tenant), Good::After(item.claimed), read).await?;
        let Some(connection) = found.as_ref() else { return Ok(Ending::GiveUp { why: "The connection is gone.".to_owned() }) };
        let Some(connector) = self.connector(&connection.connector) else { return Ok(Ending::GiveUp { why: "The connector is gone.".into() }) };
        if !connection.connected {
            // Whoever connects again begins looking again.
            return Ok(if item.kind == LOOK_AGAIN { Ending::Decided(Vec::new()) } else { not_connected(connection) });
        }
        let one = Try { hub: self, connection, connector, item, memo: &self.memo(connection), wire };
        match (item.table, item.kind.as_str()) {
            (Table::Job, THINK) => one.think(note).await,
            (Table::Job, SYNC) => match self.sync_webhooks(connection, &self.lever(connection, Urgency::Now, wire)).await {
                Ok(()) => Ok(Ending::Decided(Vec::new())),
                Err(failure) => self.lever_failed(connection, &failure, "keep its webhooks").await,
            },
            (Table::Job, LOOK_AGAIN) => self.look_again(connection).await,
            (Table::Effect, kind) if kind == connection.connector => one.perform(note).await,
            (_, kind) => Ok(hold(
                format!("This version of Fulcrum does not know the work {kind:?}"),
                "It was stored by another version. Start that version, or give this work up.",
            )),
        }
    }

    /// A call to Lever failed: what passes is tried again, a lost credential ends the connection, a missing permission
    /// waits for a person.
    async fn lever_failed(&self, connection: &Connection, failure: &Failure, to: &str) -> db::Result<Ending> {
        Ok(match failure.status() {
            Some(401) => {
                let why = if connection.access_until.is_some() {
                    "Lever does not accept the token any more: access was revoked. A Super Admin can connect again; nothing was lost."
                } else {
                    "Lever does not accept the API key any more: it was revoked. A Super Admin can make a new one; nothing was lost."
                };
                self.disconnect(connection, "Lever", why).await?;
                not_connected(connection)
            }
            Some(403) => hold(
                format!("Lever does not allow this connection to {to}"),
                format!(
                    "Lever answered 403: {failure}. A Super Admin can give the missing permission: connect again, or make a new API key with it."
                ),
            ),
            _ if matches!(failure, Failure::NoCredential(_)) => not_connected(connection),
            _ if failure.may_pass() => Ending::Retry { after: failure.retry_after(), why: failure.to_string() },
            _ => hold(format!("Lever refuses what this connection asks to {to}"), failure.to_string()),
        })
    }

    /// Everything this connection holds is read again, behind what is new.
    async fn look_again(&self, connection: &Connection) -> db::Result<Ending> {
        let tx = self.db.begin().await?;
        self.read_held_again(&tx, &connection.tenant, &Held::OfConnection(&connection.id), Priority::Later).await?;
        tx.commit().await?;
        self.pipeline.wake();
        Ok(Ending::Decided(Vec::new()))
    }
}

fn not_connected(connection: &Connection) -> Ending {
    hold(
        format!("Not connected with Lever ({})", connection.connector),
        "This connection is not connected any more. A Super Admin can connect again on the connection's page; then this goes on by itself.",
    )
}

/// One try about one opportunity, with what it may use.
struct Try<'a> {
    hub: &'a Hub,
    connection: &'a Connection,
    connector: &'static dyn AnyConnector,
    item: &'a Item,
    memo: &'a Memo,
    wire: &'a Wire,
}

impl Try<'_> {
    /// What Lever knows now; or how this try ends without it.
    async fn truth(&self, note: &mut Option<Noted>) -> db::Result<Result<Seen, Ending>> {
        let (hub, item) = (self.hub, self.item);
        let Ok(id) = item.subject.parse() else { return Ok(Err(Ending::GiveUp { why: format!("{:?} is no opportunity id.", item.subject) })) };
        let urgency = if item.priority == Priority::Later { Urgency::Later } else { Urgency::Now };
        let reader = Reader { lever: &hub.lever(self.connection, urgency, self.wire), memo: self.memo, asked: item.claimed };
        match reader.truth(&id).await {
            Ok(Some(seen)) => {
                *note = Some(Noted::new(&item.tenant, &self.connection.id, &seen, hub.clock.now()));
                Ok(Ok(seen))
            }
            Ok(None) => {
                let why = format!("Lever does not know the opportunity {id}: it was deleted, or never existed. Nothing was done.");
                hub.audit(&hub.db, &item.tenant, "Lever", "opportunity: unknown", &why).await?;
                Ok(Err(Ending::Withdrawn { why }))
            }
            Err(failure) => hub.lever_failed(self.connection, &failure, "read who was hired").await.map(Err),
        }
    }

    /// Reads the truth and decides. The effects are stored with the end of this job, in one transaction.
    async fn think(&self, note: &mut Option<Noted>) -> db::Result<Ending> {
        let seen = match self.truth(note).await? {
            Ok(seen) => seen,
            Err(ending) => return Ok(ending),
        };
        Ok(match self.connector.decide(&self.connection.settings, &seen) {
            Decision::Nothing(why) => nothing(&why),
            Decision::Hold(h) => Ending::Hold { cause: h.cause, why: h.why, mend: h.mend },
            Decision::Make(effects) => Ending::Decided(
                effects
                    .into_iter()
                    .map(|effect| NewEffect {
                        connection: self.connection.id.clone(),
                        kind: self.connection.connector.clone(),
                        // Two connections of one connector are two intentions.
                        key: format!("{}:{}", self.connection.id, effect.key),
                        subject: self.item.subject.clone(),
                        payload: json!({ "key": effect.key, "change": effect.change }),
                        priority: Priority::Now,
                        run_at: self.hub.clock.now(),
                    })
                    .collect(),
            ),
        })
    }

    /// Makes an effect so. What was decided a while ago is decided again first: whoever is not hired any more is not
    /// employed because a partner was out of order for three days, and a corrected start date counts.
    async fn perform(&self, note: &mut Option<Noted>) -> db::Result<Ending> {
        let (hub, item) = (self.hub, self.item);
        let key = item.payload["key"].as_str().unwrap_or_default();
        let mut change = item.payload["change"].clone();
        if item.attempts > 1 || hub.clock.now().since(item.run_at) > FRESH {
            let seen = match self.truth(note).await? {
                Ok(seen) => seen,
                Err(ending) => return Ok(ending),
            };
            match self.connector.decide(&self.connection.settings, &seen) {
                Decision::Nothing(why) => return Ok(nothing(&why)),
                Decision::Hold(h) => return Ok(Ending::Hold { cause: h.cause, why: h.why, mend: h.mend }),
                Decision::Make(effects) => match effects.into_iter().find(|effect| effect.key == key) {
                    Some(effect) => change = effect.change,
                    None => return Ok(nothing("this is not wanted any more")),
                },
            }
        }
        let (partner, lever) = (hub.partner(self.connection, self.wire), hub.lever(self.connection, Urgency::Now, self.wire));
        let cx = Cx { partner: &partner, lever: &lever, memo: self.memo, asked: item.claimed, attempt: item.attempts };
        Ok(match self.connector.perform(cx, &self.connection.settings, key, &change).await {
            Outcome::Done { remote_id, said } => Ending::Done { remote_id, why: said },
            Outcome::Retry { after, why } => Ending::Retry { after, why },
            Outcome::Hold(h) => Ending::Hold { cause: h.cause, why: h.why, mend: h.mend },
            Outcome::GiveUp(why) => Ending::GiveUp { why },
        })
    }
}

fn nothing(why: &str) -> Ending {
    Ending::Withdrawn { why: format!("Lever says: {why}. Nothing is to be done.") }
}
