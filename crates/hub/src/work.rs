//! The work: read and decide (jobs), perform (effects), and what happens by the clock.

use crate::Hub;
use crate::connections::{Connection, DAILY};
use crate::erase::ERASE;
use crate::hires::{Noted, Person};
use crate::holds::Held;
use crate::import::Stopped;
use crate::look::{LOOK, LOOK_AT_RECENT, LOOK_FOR_DELETED, LOOK_SELDOM};
use crate::names::{LOOK_AT_NAMES, NoNames};
use crate::notices::{NOTICE, Notice};
use crate::read::Reader;
use crate::runs::{Came, LIST, NewRun, Purpose, TRY};
use crate::setup::{PROBE, PROBE_DAILY};
use crate::subscriptions::SYNC;
use clock::Ms;
use connector::{AnyConnector, Cx, Decision, Good, Hold, How, Memo, More, Outcome, Preview, Seen, Sent, outcome_of};
use db::{Sql, Tx, params};
use outbound::{Failure, Remote, Urgency, Wire};
use pipeline::{Ending, Handler, Item, NewEffect, NewJob, Priority, Table, Tried};
use serde_json::{Value, json};
use std::collections::BTreeMap;
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

/// How long it is tried to tell a partner of an erasure before somebody is told that it does not work.
const PATIENT: Duration = Duration::from_secs(86_400);

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
        let (wire, mut learnt) = (Wire::default(), Learnt::default());
        let (kind, table) = (item.kind.clone(), item.table);
        let ending = self.0.one(&item, &wire, &mut learnt).await.unwrap_or_else(|e| Ending::Retry { after: None, why: e.to_string() });
        let erased = learnt.erased;
        let note = self.0.noted(&item, &ending, learnt);
        // What a partner says of somebody erased is nobody's business any more.
        // Nor are lists of people kept with work that is about none of them.
        let about_nobody = !matches!(kind.as_str(), THINK | TRY | SYNC) && table == Table::Job;
        let exchanges = if about_nobody || erased { "[]".to_owned() } else { wire.json() };
        Tried { ending, exchanges, note }
    }

    async fn store(&self, tx: &Tx, notes: &[&Noted]) -> db::Result<()> {
        crate::hires::note(tx, notes, self.0.clock.now()).await?;
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
        self.0.lobby.changed();
    }
}

/// What a try learnt besides how it ended.
#[derive(Default)]
struct Learnt {
    /// Who it is about.
    person: Option<Person>,
    /// What it took at the partner, and whether something was left out.
    done: Option<(How, bool)>,
    /// What a trial found out.
    trial: Option<Came>,
    /// The person was forgotten just now.
    erased: bool,
    /// The connection was in force.
    connected: bool,
}

fn hold(cause: impl Into<String>, why: impl Into<String>) -> Ending {
    Ending::Hold { cause: cause.into(), why: why.into(), mend: Value::Null }
}

/// Waits for a person, with the ways out the connector offers.
fn wait(hold: Hold) -> Ending {
    let mend = hold.stored();
    Ending::Hold { cause: hold.cause, why: hold.why, mend }
}

impl Hub {
    /// What an ending tells of a person. Work that is about nobody tells nothing.
    fn noted(&self, item: &Item, ending: &Ending, learnt: Learnt) -> Option<Noted> {
        if item.kind == NOTICE || item.table == Table::Job && item.kind != THINK && item.kind != TRY {
            return None;
        }
        let gives_up = self.clock.now().since(item.tried_since) >= pipeline::GIVE_UP_AFTER;
        let over = |outcome: &'static str, why: &str| Some(Came { outcome: Some(outcome), why: why.to_owned(), detail: Value::Null, dry: false });
        let dry = |outcome: &'static str, why: &str| Some(Came { outcome: Some(outcome), why: why.to_owned(), detail: Value::Null, dry: true });
        let came = match (learnt.trial, ending) {
            (Some(trial), _) => Some(trial),
            (None, Ending::Retry { why, .. }) if item.kind == TRY && gives_up => dry("failed", why),
            (None, _) if item.kind == TRY && !learnt.connected => dry("failed", "The connection is not connected with Lever."),
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
            Ending::Done { .. } => Some(learnt.done.is_none_or(|(_, left_out)| !left_out)),
            Ending::Hold { .. } | Ending::GiveUp { .. } => Some(false),
            _ => None,
        };
        // The item's id makes it the same notice for ever; who waits longer for the same thing is no news.
        let notice = match ending {
            Ending::Done { remote_id, .. } if learnt.done.is_some_and(|(how, _)| how == How::Created) => {
                Some(("employee.created", item.id.clone(), json!({ "record": remote_id })))
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
            tenant: item.tenant.clone(),
            connection: item.connection.clone(),
            subject: item.subject.clone(),
            person: learnt.person,
            settled,
            came,
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
            let by_the_clock = item.table == Table::Job && item.kind != THINK && item.kind != SYNC;
            return Ok(if by_the_clock { Ending::Decided(Vec::new()) } else { not_connected(connection) });
        }
        let one = Try { hub: self, connection, connector, item, memo: &self.memo(connection), wire };
        match (item.table, item.kind.as_str()) {
            (Table::Job, THINK) => one.think(learnt).await,
            (Table::Job, TRY) => one.try_out(learnt).await,
            (Table::Job, LIST) => one.list().await,
            (Table::Job, ERASE) => one.erase().await,
            (Table::Job, SYNC) => match self.sync_webhooks(connection, &self.lever(connection, Urgency::Now, wire)).await {
                Ok(()) => Ok(Ending::Decided(Vec::new())),
                Err(failure) => self.lever_failed(connection, &failure, "keep its webhooks").await,
            },
            (Table::Job, LOOK | LOOK_SELDOM) => one.look(false).await,
            (Table::Job, LOOK_FOR_DELETED) => one.look(true).await,
            (Table::Job, LOOK_AT_RECENT) => self.look_at_recent(connection).await.map(|()| Ending::Decided(Vec::new())),
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
                match self.probe(connection, connector, &lever, &partner).await {
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
    fn reader<'b>(&'b self, lever: &'b Remote, more: &'b [More]) -> Reader<'b> {
        Reader { lever, memo: self.memo, asked: self.item.claimed, more }
    }

    fn lever(&self) -> Remote {
        let urgency = if self.item.priority == Priority::Now { Urgency::Now } else { Urgency::Later };
        self.hub.lever(self.connection, urgency, self.wire)
    }

    /// What we know of this person ourselves, and whether a run waits for them.
    async fn ours(&self, dry: bool) -> db::Result<Ours> {
        let sql = "select 'sent' as what, remote_id as name, sent as value from link where tenant = $1 and connection = $2 and subject = $3 \
                   union all select 'answer', question, answer from answer where tenant = $1 and connection = $2 and subject = $3 \
                   union all select 'wanted', '', '' where exists (select 1 from run_item where tenant = $1 and connection = $2 and subject = $3 \
                   and dry = $4 and outcome is null)";
        let rows = self.hub.db.rows(sql, params![self.item.tenant.as_str(), self.connection.id.as_str(), self.item.subject.as_str(), dry]).await?;
        let mut ours = Ours::default();
        for row in rows {
            match row.text("what")?.as_str() {
                "sent" => ours.sent = Sent { remote_id: Some(row.text("name")?), what: row.json("value")?, shared: false },
                "answer" => drop(ours.answers.insert(row.text("name")?, row.text("value")?)),
                _ => ours.is_wanted = true,
            }
        }
        Ok(ours)
    }

    /// What Lever knows now; or how this try ends without it.
    async fn truth(&self, ours: &Ours, learnt: &mut Learnt) -> db::Result<Result<Seen, Ending>> {
        let (hub, item) = (self.hub, self.item);
        let Ok(id) = item.subject.parse() else { return Ok(Err(Ending::GiveUp { why: format!("{:?} is no opportunity id.", item.subject) })) };
        match self.reader(&self.lever(), &self.connector.more(&self.connection.settings)).truth(&id).await {
            Ok(Some(seen)) if seen.opportunity.is_anonymized => {
                hub.erase(self.connection, &item.subject, "anonymised in Lever").await?;
                learnt.erased = true;
                Ok(Err(Ending::Withdrawn { why: "The person was anonymised in Lever. Nothing is known of them any more.".to_owned() }))
            }
            Ok(Some(seen)) => {
                learnt.person = Some(Person::new(&seen, hub.clock.now()));
                Ok(Ok(Seen { sent: ours.sent.what.clone(), answers: ours.answers.clone(), ..seen }))
            }
            // That alone is no reason to forget anybody: this credential may not see them any more. Whoever was deleted is
            // found in Lever's list of the deleted.
            Ok(None) => {
                let why = format!(
                    "Lever does not show the opportunity {id}: it was deleted, this credential may not see it, or it never existed. Nothing was done."
                );
                hub.audit(&hub.db, &item.tenant, "Lever", "opportunity: unknown", &why).await?;
                Ok(Err(Ending::Withdrawn { why }))
            }
            Err(failure) => hub.lever_failed(self.connection, &failure, "read who was hired").await.map(Err),
        }
    }

    /// Reads the truth and decides. The effects are stored with the end of this job, in one transaction.
    async fn think(&self, learnt: &mut Learnt) -> db::Result<Ending> {
        let ours = self.ours(false).await?;
        if self.item.payload["run"] == true && !ours.is_wanted {
            // The run was called back, and nobody else asked.
            return Ok(Ending::Decided(Vec::new()));
        }
        let seen = match self.truth(&ours, learnt).await? {
            Ok(seen) => seen,
            Err(ending) => return Ok(ending),
        };
        Ok(match self.connector.decide(&self.connection.settings, &seen) {
            Decision::Nothing(why) => nothing(&why),
            Decision::Hold(hold) => wait(hold),
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
                        priority: self.item.priority,
                        run_at: self.hub.clock.now(),
                        again: ours.is_wanted || self.item.payload["again"] == true,
                    })
                    .collect(),
            ),
        })
    }

    /// Makes an effect so. What was decided a while ago is decided again first: whoever is not hired any more is not
    /// employed because a partner was out of order for three days, and a corrected start date counts.
    async fn perform(&self, learnt: &mut Learnt) -> db::Result<Ending> {
        let (hub, item) = (self.hub, self.item);
        let key = item.payload["key"].as_str().unwrap_or_default();
        let mut change = item.payload["change"].clone();
        let is_first_try = item.run_at <= item.tried_since;
        let is_stale = !is_first_try || hub.clock.now().since(item.run_at) > FRESH;
        let ours = if is_stale || item.attempts > 1 || item.remote_id.is_some() { self.ours(false).await? } else { Ours::default() };
        if is_stale {
            let seen = match self.truth(&ours, learnt).await? {
                Ok(seen) => seen,
                Err(ending) => return Ok(ending),
            };
            match self.connector.decide(&self.connection.settings, &seen) {
                Decision::Nothing(why) => return Ok(nothing(&why)),
                Decision::Hold(hold) => return Ok(wait(hold)),
                Decision::Make(effects) => match effects.into_iter().find(|effect| effect.key == key) {
                    Some(effect) if effect.change == change => {}
                    Some(effect) => {
                        let payload = json!({ "key": key, "change": effect.change });
                        if !pipeline::rethought(&hub.db, item, &payload).await? {
                            return Ok(nothing("somebody else does this"));
                        }
                        change = effect.change;
                    }
                    None => return Ok(nothing("this is not wanted any more")),
                },
            }
        }
        let (partner, lever) = (hub.partner(self.connection, self.wire), hub.lever(self.connection, Urgency::Now, self.wire));
        let mut tried: Vec<Value> = item.tried.iter().map(|payload| payload["change"].clone()).collect();
        if item.attempts > 1 {
            tried.push(item.payload["change"].clone());
        }
        let cx =
            Cx { partner: &partner, lever: &lever, memo: self.memo, asked: item.claimed, attempt: item.attempts, sent: &ours.sent, tried: &tried };
        Ok(match self.connector.perform(cx, &self.connection.settings, key, &change).await {
            Outcome::Done(done) => {
                learnt.done = Some((done.how, done.left_out));
                Ending::Done { remote_id: done.remote_id, sent: done.sent, why: done.said }
            }
            Outcome::Retry { after, why } => Ending::Retry { after, why },
            Outcome::Hold(hold) => wait(hold),
            Outcome::GiveUp(why) => Ending::GiveUp { why },
        })
    }

    /// Finds out what would be done, and does none of it.
    async fn try_out(&self, learnt: &mut Learnt) -> db::Result<Ending> {
        let ours = self.ours(true).await?;
        if !ours.is_wanted {
            return Ok(Ending::Decided(Vec::new()));
        }
        let trial = |outcome, why: String, detail| Some(Came { outcome: Some(outcome), why, detail, dry: true });
        let found = match self.truth(&ours, learnt).await? {
            Ok(seen) => self.connector.decide(&self.connection.settings, &seen),
            // A call that may pass is made again; whatever else ends it is what would happen.
            Err(retry @ Ending::Retry { .. }) => return Ok(retry),
            Err(Ending::Hold { why, .. }) => Decision::Hold(Hold::new("", why)),
            Err(Ending::Withdrawn { why } | Ending::GiveUp { why }) => Decision::Nothing(why),
            Err(ending) => return Ok(ending),
        };
        learnt.trial = match found {
            Decision::Nothing(why) => trial("skipped", why, Value::Null),
            Decision::Hold(hold) => trial("held", hold.why, Value::Null),
            Decision::Make(effects) => {
                let (partner, lever) = (self.hub.partner(self.connection, self.wire), self.lever());
                let (mut how, mut said, mut differences) = (How::Unchanged, Vec::new(), Vec::new());
                let mut held = None;
                for effect in &effects {
                    let cx =
                        Cx { partner: &partner, lever: &lever, memo: self.memo, asked: self.item.claimed, attempt: 2, sent: &ours.sent, tried: &[] };
                    match self.connector.preview(cx, &self.connection.settings, &effect.key, &effect.change).await {
                        Ok(Preview::Would { how: would, said: words, fields }) => {
                            how = if how == How::Unchanged { would } else { how };
                            said.push(words);
                            differences.extend(fields);
                        }
                        Ok(Preview::Hold(hold)) => held = Some(hold.why),
                        Err(failure) => match outcome_of(self.connector.spec().name, &failure) {
                            Outcome::Retry { after, why } => return Ok(Ending::Retry { after, why }),
                            Outcome::Hold(hold) => held = Some(hold.why),
                            Outcome::GiveUp(why) => held = Some(why),
                            Outcome::Done(_) => {}
                        },
                    }
                }
                match held {
                    Some(why) => trial("held", why, Value::Null),
                    None => trial(how.word(), said.join("; "), json!(differences)),
                }
            }
        };
        Ok(Ending::Decided(Vec::new()))
    }

    /// Tells the partner that somebody was erased. Whatever is under way about them ends first.
    async fn erase(&self) -> db::Result<Ending> {
        let (hub, item) = (self.hub, self.item);
        let busy = "select 1 as one from effect where tenant = $1 and connection = $2 and subject = $3 and state = 'running'";
        if hub.db.row(busy, params![item.tenant.as_str(), item.connection.as_str(), item.subject.as_str()]).await?.is_some() {
            return Ok(Ending::Retry { after: Some(Duration::from_secs(5)), why: "Something about this person is still under way.".to_owned() });
        }
        let ours = self.ours(false).await?;
        let sent = if ours.sent.remote_id.is_some() { ours.sent } else { Hub::erased_record(&item.payload) };
        // Whatever was under way when the person was forgotten may have written since.
        hub.forget_again(self.connection, &item.subject).await?;
        if let Some(record) = &sent.remote_id
            && hub.is_shared(self.connection, &item.subject, record).await?
        {
            hub.erased_there(self.connection, &item.subject, "the record belongs to another hire too and is kept").await?;
            return Ok(Ending::Decided(Vec::new()));
        }
        let (partner, lever) = (hub.partner(self.connection, self.wire), self.lever());
        let cx = Cx { partner: &partner, lever: &lever, memo: self.memo, asked: item.claimed, attempt: item.attempts, sent: &sent, tried: &[] };
        Ok(match self.connector.erase(cx, &self.connection.settings, &ours.answers).await {
            Outcome::Done(done) => {
                hub.erased_there(self.connection, &item.subject, &done.said).await?;
                Ending::Decided(Vec::new())
            }
            // Nobody is told by a job that failed three days later.
            Outcome::Retry { why, .. } if hub.clock.now().since(item.tried_since) > PATIENT => {
                let name = self.connector.spec().name;
                wait(Hold::new(
                    format!("{name} cannot be told of an erasure"),
                    format!("Somebody was erased, and {name} could not be told since: {why}"),
                ))
            }
            Outcome::Retry { after, why } => Ending::Retry { after, why },
            Outcome::Hold(hold) => wait(hold),
            Outcome::GiveUp(why) => Ending::GiveUp { why },
        })
    }

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

/// What we know of one person ourselves.
#[derive(Default)]
struct Ours {
    sent: Sent,
    answers: BTreeMap<String, String>,
    is_wanted: bool,
}

fn nothing(why: &str) -> Ending {
    Ending::Withdrawn { why: format!("Lever says: {why}. Nothing is to be done.") }
}
