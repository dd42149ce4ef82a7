//! The work: read and decide (jobs), perform (effects), and what happens by the clock.

use crate::Hub;
use crate::arrivals::{LOOK_FOR_ARRIVALS, TELL_JOBS};
use crate::attempt::Try;
use crate::connections::{Connection, DAILY};
use crate::erase::ERASE;
use crate::hires::{Noted, Person, Settled};
use crate::holds::Held;
use crate::import::Stopped;
use crate::look::{ASK, LOOK, LOOK_AT_RECENT, LOOK_FOR_DELETED, LOOK_SELDOM};
use crate::mirror::MIRROR;
use crate::names::{LOOK_AT_NAMES, NoNames};
use crate::runs::{Came, LIST, NewRun, Purpose, TRY};
use crate::setup::{PROBE, PROBE_DAILY};
use crate::subscriptions::SYNC;
use clock::Ms;
use connector::{Good, Hold, How, Outcome, outcome_of};
use db::{Sql, Tx, params};
use outbound::{Failure, Urgency, Wire};
use pipeline::{Ending, Handler, Item, NewJob, Priority, Table, Tried};
use post::{LETTER, NOTICE, Notice};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The kind of job that reads one opportunity and decides.
pub const THINK: &str = "think";
/// Held work is read again: offers, for one, do not move an opportunity's `updatedAt`.
pub const LOOK_AGAIN: &str = "look-again/900";
/// The period in its name.
pub const LOOK_AGAIN_EVERY: Duration = Duration::from_secs(900);
/// A refresh token that nobody uses for 90 days is over.
pub const KEEP_ALIVE: &str = "keep-alive/604800";
/// History is forgotten by age.
pub const PRUNE: &str = "prune/86400";
/// How long history is kept. Longer than the 30 days for which a webhook's token must be remembered.
const KEPT: Duration = Duration::from_secs(90 * 86_400);

/// How long the audit log is kept.
const AUDIT_KEPT: Duration = Duration::from_secs(730 * 86_400);

/// The job that reads one opportunity and decides.
pub fn think_job(connection: &str, subject: &str, priority: Priority, now: Ms) -> NewJob {
    NewJob { connection: connection.to_owned(), kind: THINK.to_owned(), subject: subject.to_owned(), payload: Value::Null, priority, run_at: now }
}

/// Does the hub's jobs and effects.
pub struct Work(pub Hub);

impl Handler for Work {
    type Note = Noted;

    async fn handle(&self, item: Item) -> Tried<Noted> {
        let (wire, mut learnt) = (Wire::default(), Learnt::default());
        let (kind, table) = (item.kind.clone(), item.table);
        let ending = self.0.one(&item, &wire, &mut learnt).await.unwrap_or_else(|e| Ending::Retry { after: None, why: e.to_string() });
        let (erased, nobody, perhaps) = (learnt.erased, learnt.nobody, learnt.perhaps);
        let note = self.0.noted(&item, &ending, learnt);
        // What a partner says of somebody erased is nobody's business any more, and of a candidate on another way never was.
        // Nor are lists of people kept with work that is about none of them.
        let about_nobody = !matches!(kind.as_str(), THINK | TRY | SYNC) && table == Table::Job;
        let exchanges = if about_nobody || erased || nobody { "[]".to_owned() } else { wire.json() };
        Tried { ending, exchanges, note, perhaps: perhaps || kind != NOTICE && wire.may_have_written() }
    }

    async fn store(&self, tx: &Tx, notes: &[&Noted]) -> db::Result<()> {
        let now = self.0.clock.now();
        crate::hires::note(tx, notes, now).await?;
        for (n, (opportunity, then)) in notes.iter().filter_map(|n| Some((n, n.became.as_ref()?))) {
            self.0.becomes(tx, n, opportunity, then).await?;
            self.0.thinks_again.store(true, Ordering::Relaxed);
        }
        for (n, priority) in notes.iter().filter_map(|n| Some((n, n.again?))) {
            self.0.pipeline.job(tx, &n.tenant, think_job(&n.connection, &n.subject, priority, now)).await?;
            self.0.thinks_again.store(true, Ordering::Relaxed);
        }
        let mut tenants: Vec<&str> = notes.iter().filter(|n| n.notice.is_some()).map(|n| n.tenant.as_str()).collect();
        tenants.sort_unstable();
        tenants.dedup();
        for tenant in tenants {
            let notices: Vec<Notice<'_>> = notes.iter().filter(|n| n.tenant == tenant).filter_map(|n| n.notice()).collect();
            self.0.tell(tx, tenant, &notices).await?;
        }
        Ok(())
    }

    fn written(&self) {
        if self.0.thinks_again.swap(false, Ordering::Relaxed) {
            self.0.pipeline.wake();
        }
        self.0.lobby.changed();
    }
}

/// What a try learnt besides how it ended.
#[derive(Default)]
pub(crate) struct Learnt {
    /// Who it is about.
    pub person: Option<Person>,
    /// What it took at the partner, and whether something was left out.
    pub done: Option<(How, bool)>,
    /// Something else may be wanted now that this is so.
    pub more: bool,
    /// It became this opportunity, with what is to be remembered of that.
    pub became: Option<(String, Value)>,
    /// What a trial found out.
    pub trial: Option<Came>,
    /// The person was forgotten just now.
    pub erased: bool,
    /// A letter may have gone out, though nobody can tell.
    pub perhaps: bool,
    /// It is about a person who is none of this connection's business: nothing of them is kept.
    pub nobody: bool,
    /// The connection was in force.
    pub connected: bool,
}

fn hold(cause: impl Into<String>, why: impl Into<String>) -> Ending {
    Ending::Hold { cause: cause.into(), why: why.into(), mend: Value::Null }
}

/// Waits for a person, with the ways out the connector offers.
pub(crate) fn wait(hold: Hold) -> Ending {
    let mend = hold.stored();
    Ending::Hold { cause: hold.cause, why: hold.why, mend }
}

impl Hub {
    /// What an ending tells of a person. Work that is about nobody tells nothing.
    fn noted(&self, item: &Item, ending: &Ending, learnt: Learnt) -> Option<Noted> {
        if matches!(item.kind.as_str(), NOTICE | LETTER) || item.table == Table::Job && item.kind != THINK && item.kind != TRY {
            return None;
        }
        let gives_up = self.clock.now().since(item.tried_since) >= pipeline::GIVE_UP_AFTER;
        let over = |outcome: &'static str, why: &str| Some(Came { outcome: Some(outcome), why: why.to_owned(), detail: Value::Null, dry: false });
        let dry = |outcome: &'static str, why: &str| Some(Came { outcome: Some(outcome), why: why.to_owned(), detail: Value::Null, dry: true });
        let came = match (learnt.trial, ending) {
            (Some(trial), _) => Some(trial),
            (None, Ending::Retry { why, .. }) if item.kind == TRY && gives_up => dry("failed", why),
            (None, _) if item.kind == TRY && !learnt.connected => dry("failed", "The connection is not connected with Lever."),
            (None, Ending::Moot) => None,
            (None, _) if item.kind == TRY => None,
            (None, Ending::Decided(effects)) => {
                (!effects.is_empty()).then(|| Came { outcome: None, why: String::new(), detail: Value::Null, dry: false })
            }
            (None, Ending::Withdrawn { why }) => over("skipped", why),
            (None, Ending::Done { why, .. }) => over(learnt.done.map_or("unchanged", |(how, _)| how.word()), why),
            (None, Ending::Hold { why, .. }) => over("held", why),
            (None, Ending::GiveUp { why }) => over("failed", why),
            (None, Ending::Retry { why, .. }) => {
                if gives_up {
                    over("failed", why)
                } else {
                    None
                }
            }
        };
        let settled = match ending {
            Ending::Done { .. } if learnt.done.is_some_and(|(_, left_out)| left_out) => Some(Settled::LeftOut),
            Ending::Done { .. } => Some(Settled::Yes),
            Ending::Hold { .. } | Ending::GiveUp { .. } => Some(Settled::No),
            _ => None,
        };
        // The item's id makes it the same notice for ever; who waits longer for the same thing is no news.
        let notice = match ending {
            Ending::Done { remote_id, .. } if learnt.done.is_some_and(|(how, _)| how == How::Created) => {
                Some(("record.created", item.id.clone(), json!({ "record": remote_id })))
            }
            // The sentence names the person; what groups them does not.
            Ending::Hold { cause, .. } if item.kind != TRY => {
                let key = db::vault::digest(&format!("{}/{cause}", item.subject));
                // A partner's own sentence may quote what it was sent.
                let cause = cause.split_once(" refuses: ").map_or_else(|| cause.clone(), |(name, _)| format!("{name} refuses what was sent"));
                Some(("hold.opened", key, json!({ "cause": cause })))
            }
            _ => None,
        };
        (learnt.person.is_some() || settled.is_some() || came.is_some() || notice.is_some()).then(|| Noted {
            notice,
            became: learnt.became,
            tenant: item.tenant.clone(),
            connection: item.connection.clone(),
            subject: item.subject.clone(),
            person: learnt.person,
            settled,
            came,
            again: learnt.more.then_some(item.priority),
        })
    }

    async fn one(&self, item: &Item, wire: &Wire, learnt: &mut Learnt) -> db::Result<Ending> {
        if item.kind == PRUNE {
            return self.prune().await;
        }
        // Also of a connection that is broken: that is what some of them tell.
        if item.kind == NOTICE {
            return self.send_notice(item, wire).await;
        }
        if item.kind == LETTER {
            let (ending, perhaps) = self.letters().send(item).await?;
            learnt.perhaps = perhaps;
            return Ok(ending);
        }
        let read = || self.connection(&item.tenant, &item.connection);
        let found = self.memo.read(&format!("{} of {}", item.connection, item.tenant), Good::After(item.claimed), read).await?;
        let Some(connection) = found.as_ref() else { return Ok(Ending::GiveUp { why: "The connection is gone.".to_owned() }) };
        let Some(connector) = self.connector(&connection.connector) else { return Ok(Ending::GiveUp { why: "The connector is gone.".into() }) };
        learnt.connected = connection.connected;
        // The partner is told of an erasure whatever became of Lever.
        if !connection.connected && item.kind != ERASE {
            if item.kind == LIST {
                self.run_failed(&item.tenant, &item.subject, "The connection is not connected with Lever any more.").await?;
            }
            // Whoever connects again begins looking again; a run is begun again by whoever wants it.
            // A connection that only hears has no webhook of its own.
            let by_the_clock = item.table == Table::Job && item.kind != THINK && (item.kind != SYNC || connection.token_only);
            return Ok(if by_the_clock { Ending::Decided(Vec::new()) } else { self.not_connected(connection) });
        }
        let one = Try { hub: self, connection, connector, item, memo: &self.memo(connection), wire };
        match (item.table, item.kind.as_str()) {
            (Table::Job, THINK) => one.think(learnt).await,
            (Table::Job, TRY) => one.try_out(learnt).await,
            (Table::Job, LIST) => one.list().await,
            (Table::Job, ERASE) => one.erase().await,
            (Table::Job, SYNC) => match self.sync_webhooks(connection, &self.lever(connection, Urgency::Now, wire), false).await {
                Ok(()) => Ok(Ending::Decided(Vec::new())),
                Err(failure) => self.lever_failed(connection, &failure, "keep its webhooks").await,
            },
            (Table::Job, LOOK | LOOK_SELDOM) => one.look(false).await,
            (Table::Job, LOOK_FOR_DELETED) => one.look(true).await,
            (Table::Job, LOOK_AT_RECENT) => self.look_at_recent(connection).await.map(|()| Ending::Decided(Vec::new())),
            (Table::Job, ASK) => self.ask_for_news(connection, connector).await.map(|()| Ending::Decided(Vec::new())),
            (Table::Job, kind) if kind.starts_with(LOOK_FOR_ARRIVALS) => one.look_for_arrivals().await,
            (Table::Job, kind) if kind.starts_with(MIRROR) => one.mirror().await,
            (Table::Job, TELL_JOBS) => one.tell_jobs().await,
            (Table::Job, LOOK_AT_NAMES) => match self.look_at_names(connection, connector).await {
                Ok(()) => Ok(Ending::Decided(Vec::new())),
                Err(NoNames::Lever(failure)) if !failure.may_pass() => {
                    self.lever_failed(connection, &failure, "compare the names of jobs and places").await
                }
                // In an hour comes the next look.
                Err(_) => Ok(Ending::Decided(Vec::new())),
            },
            (Table::Job, PROBE | PROBE_DAILY) => {
                let (lever, partner) = (self.lever(connection, Urgency::Later, wire), self.partner(connection, wire));
                // First what people may already count on: whoever moves meanwhile is meant.
                let preset = match self.preset(connection, connector, &lever).await {
                    // The permission that is missing for it is found by trying it, and named.
                    Err(failure) if failure.status() == Some(403) => Ok(()),
                    preset => preset,
                };
                match self.probe(connection, connector, &lever, &partner).await.and(preset) {
                    Ok(()) => Ok(Ending::Decided(Vec::new())),
                    Err(failure) => self.lever_failed(connection, &failure, "try its permissions").await,
                }
            }
            // Asking for the token renews it.
            (Table::Job, KEEP_ALIVE) => match connection.lever.credential.headers().await {
                Err(failure) if !failure.may_pass() => self.lever_failed(connection, &failure, "stay signed in").await,
                _ => Ok(Ending::Decided(Vec::new())),
            },
            (Table::Job, LOOK_AGAIN) => self.look_again(connection).await,
            (Table::Job, kind) if kind.starts_with(DAILY) => self.daily(connection, item).await,
            (Table::Effect, kind) if kind == connection.connector => one.perform(learnt).await,
            (_, kind) => Ok(hold(
                format!("This version of Fulcrum does not know the work {kind:?}"),
                "It was stored by another version. Start that version, or give this work up.",
            )),
        }
    }

    /// Forgets what is old.
    async fn prune(&self) -> db::Result<Ending> {
        let now = self.clock.now();
        let before = now.minus(KEPT).0;
        pipeline::prune(&self.db, now.minus(KEPT), true).await?;
        self.letters().prune(now.minus(KEPT)).await?;
        self.db.run("delete from idempotency where at < $1", params![now.minus(Duration::from_secs(86_400)).0]).await?;
        self.db.run("delete from audit where at < $1", params![now.minus(AUDIT_KEPT).0]).await?;
        self.db.run("delete from hire where seen_at < $1 and not hired", params![before]).await?;
        self.db.run("delete from run_item where run in (select id from run where ended_at < $1)", params![before]).await?;
        self.db.run("delete from run where ended_at < $1", params![before]).await?;
        Ok(Ending::Decided(Vec::new()))
    }

    /// Midnight: everybody hired since the last import. Whom the hub slept through comes late, and once.
    async fn daily(&self, connection: &Connection, item: &Item) -> db::Result<Ending> {
        let due_at = item.payload["due"].as_i64().map(Ms);
        // Who never imported by hand gets those who are hired from the connecting on.
        let since = connection.import_since.unwrap_or(connection.connected_at);
        let new = NewRun { purpose: Purpose::Daily, since: Some(since).filter(|since| since.0 > 0), by: "Automatic Import", due_at };
        self.start_run(&connection.tenant, &connection.id, &new).await?;
        Ok(Ending::Decided(Vec::new()))
    }

    /// A call to Lever failed: what passes is tried again, a lost credential ends the connection, a missing permission
    /// waits for a person.
    pub(crate) async fn lever_failed(&self, connection: &Connection, failure: &Failure, to: &str) -> db::Result<Ending> {
        Ok(match failure.status() {
            Some(401) => {
                let why = if connection.access_until.is_some() {
                    "Lever does not accept the token any more: access was revoked. A Super Admin can connect again; nothing was lost."
                } else {
                    "Lever does not accept the API key any more: it was revoked. A Super Admin can make a new one; nothing was lost."
                };
                self.disconnect(connection, "Lever", why).await?;
                self.not_connected(connection)
            }
            Some(403) => hold(
                format!("Lever does not allow this connection to {to}"),
                format!(
                    "Lever answered 403: {failure}. A Super Admin can give the missing permission: connect again, or make a new API key with it."
                ),
            ),
            _ if matches!(failure, Failure::NoCredential(_)) => self.not_connected(connection),
            _ if failure.may_pass() => Ending::Retry { after: failure.retry_after(), why: failure.to_string() },
            _ => hold(format!("Lever refuses what this connection asks to {to}"), failure.to_string()),
        })
    }

    fn not_connected(&self, connection: &Connection) -> Ending {
        let name = self.connector(&connection.connector).map_or(connection.connector.as_str(), |connector| connector.spec().name);
        if connection.token_only {
            return hold(
                format!("{name} needs sign-in"),
                format!(
                    "Lever told that somebody was hired, but not who: {name} has a signature token, and nobody has signed in with Lever yet. A Super Admin \
                     can sign in with Lever on {name}'s integration page; then this goes on by itself."
                ),
            );
        }
        hold(
            format!("{name} is not connected with Lever"),
            "This connection is not connected any more. A Super Admin can connect again on the connection's page; then this goes on by itself.",
        )
    }

    /// Everything this connection holds is read again, behind what is new.
    async fn look_again(&self, connection: &Connection) -> db::Result<Ending> {
        let tx = self.db.begin().await?;
        self.read_held_again(&tx, &connection.tenant, &Held::OfConnection(&connection.id), Priority::Later).await?;
        self.read_left_out_again(&tx, &connection.tenant, &connection.id, true).await?;
        tx.commit().await?;
        self.pipeline.wake();
        Ok(Ending::Decided(Vec::new()))
    }
}

impl Try<'_> {
    /// Lists whom a run is about.
    async fn list(&self) -> db::Result<Ending> {
        let (hub, item) = (self.hub, self.item);
        let (partner, lever) = (hub.partner(self.connection, self.wire), hub.lever(self.connection, Urgency::Later, self.wire));
        let ending = match hub.list_run(self.connection, self.connector, &item.subject, &self.reader(&lever, &[]), &partner).await {
            Ok(ending) => ending,
            Err(Stopped::AtLever(failure)) => hub.lever_failed(self.connection, &failure, "list who was hired").await?,
            Err(Stopped::AtPartner(failure)) => match outcome_of(self.connector.spec().name, &failure) {
                Outcome::Hold(hold) => wait(hold),
                Outcome::Retry { after, why } => Ending::Retry { after, why },
                Outcome::GiveUp(why) => Ending::GiveUp { why },
                Outcome::Done(_) => Ending::Decided(Vec::new()),
            },
        };
        // What waits for a person ends the run: whoever mends it begins it again. So does what does not pass.
        let gives_up = hub.clock.now().since(item.tried_since) >= pipeline::GIVE_UP_AFTER;
        if let Ending::Retry { why, .. } = &ending
            && gives_up
        {
            hub.run_failed(&item.tenant, &item.subject, why).await?;
            return Ok(Ending::Decided(Vec::new()));
        }
        if let Ending::Hold { why, .. } | Ending::GiveUp { why } = &ending {
            hub.run_failed(&item.tenant, &item.subject, why).await?;
            return Ok(Ending::Decided(Vec::new()));
        }
        Ok(ending)
    }

    /// Looks for what no webhook told of. What passes needs no second try: in half a minute comes the next look.
    async fn look(&self, deleted: bool) -> db::Result<Ending> {
        let lever = self.hub.lever(self.connection, Urgency::Later, self.wire);
        let looked = if deleted {
            self.hub.look_for_deleted(self.connection, &lever).await
        } else {
            self.hub.look(self.connection, &self.reader(&lever, &[]), self.item.kind == LOOK).await
        };
        match looked {
            Ok(()) => Ok(Ending::Decided(Vec::new())),
            Err(failure) => match self.hub.lever_failed(self.connection, &failure, "look for what no webhook told of").await? {
                Ending::Retry { .. } => Ok(Ending::Decided(Vec::new())),
                ending => Ok(ending),
            },
        }
    }
}
