//! One try: what is read, decided and performed about one opportunity, with what it may use.

use crate::Hub;
use crate::connections::Connection;
use crate::hires::Person;
use crate::read::Reader;
use crate::runs::Came;
use crate::setup::probe_job;
use crate::work::{Learnt, wait};
use clock::Ms;
use connector::{AnyConnector, Cx, Decided, Decision, Found, Hold, How, Memo, More, Outcome, Preview, Seen, Sent, Whom, arrival_of, outcome_of};
use db::{Sql, params};
use outbound::{Failure, Remote, Urgency, Wire};
use pipeline::{Ending, Item, NewEffect, Priority, Unsure};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long it is tried to tell a partner of an erasure before somebody is told that it does not work.
const PATIENT: Duration = Duration::from_secs(86_400);

/// How long a call without an answer may still be carried out at the other side.
const UNDER_WAY: Duration = Duration::from_secs(300);

/// How long what was found when both sides were tried is good enough.
const PROBED_LATELY: Duration = Duration::from_secs(600);

/// How long a decision is good without looking again.
const FRESH: Duration = Duration::from_secs(60);

/// One try, with what it may use.
pub(crate) struct Try<'a> {
    pub hub: &'a Hub,
    pub connection: &'a Connection,
    pub connector: &'static dyn AnyConnector,
    pub item: &'a Item,
    pub memo: &'a Memo,
    pub wire: &'a Wire,
}

impl Try<'_> {
    pub fn reader<'b>(&'b self, lever: &'b Remote, more: &'b [More]) -> Reader<'b> {
        Reader { lever, memo: self.memo, asked: self.item.claimed, more }
    }

    pub fn lever(&self) -> Remote {
        let urgency = if self.item.priority == Priority::Now { Urgency::Now } else { Urgency::Later };
        self.hub.lever(self.connection, urgency, self.wire)
    }

    /// What we know of this person ourselves, and whether a run waits for them.
    async fn ours(&self, dry: bool) -> db::Result<Ours> {
        let sql = "select 'sent' as what, remote_id as name, sent as value from link where tenant = $1 and connection = $2 and subject = $3 \
                   union all select 'told', about, value from told where tenant = $1 and connection = $2 and subject = $3 \
                   union all select 'answer', question, answer from answer where tenant = $1 and connection = $2 and subject = $3 \
                   union all select 'wanted', '', '' where exists (select 1 from run_item where tenant = $1 and connection = $2 and subject = $3 \
                   and dry = $4 and outcome is null)";
        let rows = self.hub.db.rows(sql, params![self.item.tenant.as_str(), self.connection.id.as_str(), self.item.subject.as_str(), dry]).await?;
        let mut ours = Ours::default();
        for row in rows {
            match row.text("what")?.as_str() {
                "sent" => ours.sent = Sent { remote_id: Some(row.text("name")?), what: row.json("value")?, ..Sent::default() },
                "told" => drop(ours.told.insert(row.text("name")?, row.json("value")?)),
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
                learnt.person = Some(Person::new(&seen, self.connector.spec().whom, hub.clock.now()));
                let asks = ours.sent.remote_id.is_none() && self.connector.more(&self.connection.settings).contains(&More::SameEmail);
                let same_email = if asks { hub.records_by_email(self.connection, &id, &seen.opportunity.emails).await? } else { Vec::new() };
                let callback = hub.callback_of(self.connection, &item.subject);
                let (sent, answers, told) = (ours.sent.what.clone(), ours.answers.clone(), ours.told.clone());
                let again = item.payload["again"] == true;
                Ok(Ok(Seen { sent, answers, told, callback, same_email, again, record: ours.sent.remote_id.clone(), ..seen }))
            }
            // That alone is no reason to forget anybody: this credential may not see them any more. Whoever was deleted is
            // found in Lever's list of the deleted.
            Ok(None) => {
                let why = format!(
                    "Lever does not show the opportunity {id}: it was deleted, this credential may not see it, or it never existed. Nothing is done."
                );
                hub.audit(&hub.db, &item.tenant, "Lever", "opportunity: unknown", &why).await?;
                self.gone(&item.subject).await?;
                if ours.sent.remote_id.is_some() {
                    hub.look_for_deleted_soon(self.connection).await?;
                }
                Ok(Err(Ending::Withdrawn { why }))
            }
            Err(failure) => hub.lever_failed(self.connection, &failure, self.connector.spec().whom.reading()).await.map(Err),
        }
    }

    /// Lever does not show this opportunity. A copy that sees everything has no reason to keep what is not there.
    pub async fn gone(&self, opportunity: &str) -> db::Result<()> {
        let lever = self.lever();
        if self.connector.spec().mirror.is_none() || !self.reader(&lever, &[]).sees_confidential().await.unwrap_or(false) {
            return Ok(());
        }
        let partner = self.hub.partner(self.connection, self.wire);
        if let Err(failure) = self.connector.forget(&partner, &[opportunity.to_owned()]).await {
            tracing::info!(%failure, "a copy could not be told that somebody is gone; the next pass tells it");
        }
        self.hub.erase(self.connection, opportunity, "gone from Lever").await.map(drop)
    }

    /// What is wanted now, by the truth on the side from which it comes.
    async fn wanted(&self, ours: &Ours, learnt: &mut Learnt) -> db::Result<Result<Decided, Ending>> {
        if let Some(record) = arrival_of(&self.item.subject) {
            return self.admit(record, ours, learnt).await;
        }
        match self.truth(ours, learnt).await? {
            Ok(seen) => self.decide(ours, seen).await,
            Err(ending) => Ok(Err(ending)),
        }
    }

    /// What is wanted now that Lever was read. What is wanted no more may have been made so by a try without an answer: then the
    /// partner is asked, and what is there counts.
    async fn decide(&self, ours: &Ours, seen: Seen) -> db::Result<Result<Decided, Ending>> {
        let (hub, item, settings) = (self.hub, self.item, &self.connection.settings);
        let unsure = self.unsure(&seen).await?;
        let seen = Seen { perhaps: !unsure.is_empty(), ..seen };
        let decision = self.connector.decide(settings, &seen);
        if !matches!(decision, Decision::Nothing(_)) || unsure.is_empty() {
            return Ok(Ok(decision));
        }
        let tried = changes(unsure.iter().flat_map(Unsure::payloads));
        let sent = match self.came_through(&ours.sent, &tried).await {
            Ok(Found::Record(sent)) => sent,
            Ok(Found::CannotTell) => return Ok(Ok(decision)),
            Ok(Found::Nobody) => {
                let last = unsure.iter().map(|unsure| unsure.at).max();
                if let Some(wait) = last.and_then(|last| self.still_under_way(last)) {
                    return Ok(Err(wait));
                }
                pipeline::found(&hub.db, item, &unsure, None, hub.clock.now()).await?;
                return Ok(Ok(decision));
            }
            Err(failure) => return Ok(Err(ending(outcome_of(self.connector.spec().name, &failure)))),
        };
        let record = sent.remote_id.as_deref().map(|id| (id, &sent.what));
        let tx = hub.db.begin().await?;
        pipeline::found(&tx, item, &unsure, record, hub.clock.now()).await?;
        tx.commit().await?;
        Ok(Ok(self.connector.decide(settings, &Seen { sent: sent.what, perhaps: false, ..seen })))
    }

    /// Tries without an answer, where they matter. Whoever is hired has something to be made so, whatever was tried before: nearly
    /// all are.
    async fn unsure(&self, seen: &Seen) -> db::Result<Vec<Unsure>> {
        if seen.hired && self.connector.spec().whom == Whom::Hires {
            return Ok(Vec::new());
        }
        pipeline::unsure(&self.hub.db, &self.item.tenant, &self.item.connection, &self.item.subject).await
    }

    /// What became of tries without an answer.
    async fn came_through(&self, sent: &Sent, tried: &[Value]) -> Result<Found, Failure> {
        let (partner, lever) = (self.hub.partner(self.connection, self.wire), self.lever());
        let cx = Cx { partner: &partner, lever: &lever, memo: self.memo, asked: self.item.claimed, attempt: self.item.attempts, sent, tried };
        self.connector.came_through(cx, &self.connection.settings).await
    }

    /// Asks the partner what it may have told in vain, and remembers it as if it had told.
    async fn ask(&self, sent: &Sent) -> db::Result<Result<(), Ending>> {
        let (partner, lever) = (self.hub.partner(self.connection, self.wire), self.lever());
        let cx = Cx { partner: &partner, lever: &lever, memo: self.memo, asked: self.item.claimed, attempt: self.item.attempts, sent, tried: &[] };
        match self.connector.ask(cx).await {
            Ok(news) => {
                for (about, told) in news {
                    if let Err(why) = self.hub.hear(self.connection, self.connector, &self.item.subject, &about, &told).await? {
                        tracing::warn!(why, "what a partner answered makes no sense");
                    }
                }
                Ok(Ok(()))
            }
            Err(failure) => Ok(Err(ending(outcome_of(self.connector.spec().name, &failure)))),
        }
    }

    /// Whoever is not there yet may be there in a moment: a call without an answer may still be carried out.
    fn still_under_way(&self, last_tried: Ms) -> Option<Ending> {
        let since = self.hub.clock.now().since(last_tried);
        let why = format!("What was sent to {} without an answer may still be under way there.", self.connector.spec().name);
        (since < UNDER_WAY).then(|| Ending::Retry { after: Some(UNDER_WAY - since), why })
    }

    /// Reads the truth and decides. The effects are stored with the end of this job, in one transaction.
    pub async fn think(&self, learnt: &mut Learnt) -> db::Result<Ending> {
        let mut ours = self.ours(false).await?;
        if self.item.payload["ask"] == true {
            match self.ask(&ours.sent).await? {
                Ok(()) => ours = self.ours(false).await?,
                Err(ending) => return Ok(ending),
            }
        }
        if self.item.payload["run"] == true && !ours.is_wanted {
            // The run was called back, or somebody else's reading served it too.
            return Ok(Ending::Moot);
        }
        let arrives = arrival_of(&self.item.subject).is_some();
        if !arrives && ours.sent.remote_id.is_none() && self.connector.spec().arrivals.is_some_and(|arrivals| arrivals.only) {
            learnt.nobody = true;
            return Ok(Ending::Moot);
        }
        Ok(match self.wanted(&ours, learnt).await? {
            Err(ending) => ending,
            Ok(Decision::Nothing(why)) => {
                // A candidate on another way is nobody's business.
                if self.connector.spec().whom == Whom::Candidates && ours.sent.remote_id.is_none() && !arrives {
                    learnt.person = None;
                    learnt.nobody = true;
                }
                nothing(&why)
            }
            Ok(Decision::Hold(hold)) => wait(hold),
            Ok(Decision::Make(effects)) => Ending::Decided(
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
    pub async fn perform(&self, learnt: &mut Learnt) -> db::Result<Ending> {
        let (hub, item) = (self.hub, self.item);
        let key = item.payload["key"].as_str().unwrap_or_default();
        let mut change = item.payload["change"].clone();
        let is_first_try = item.run_at <= item.tried_since;
        let is_stale = !is_first_try || hub.clock.now().since(item.run_at) > FRESH;
        // Of candidates several effects make up one record, and each must know what the others left.
        let follows = self.connector.spec().whom == Whom::Candidates;
        let ours = if is_stale || follows || item.attempts > 1 || item.remote_id.is_some() { self.ours(false).await? } else { Ours::default() };
        if is_stale {
            match self.wanted(&ours, learnt).await? {
                Err(ending) => return Ok(ending),
                Ok(Decision::Nothing(why)) => return Ok(nothing(&why)),
                Ok(Decision::Hold(hold)) => return Ok(wait(hold)),
                Ok(Decision::Make(effects)) => match effects.into_iter().find(|effect| effect.key == key) {
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
        let tried = changes(item.tried.iter().cloned());
        let cx =
            Cx { partner: &partner, lever: &lever, memo: self.memo, asked: item.claimed, attempt: item.attempts, sent: &ours.sent, tried: &tried };
        let outcome = self.connector.perform(cx, &self.connection.settings, key, &change).await;
        // What is written in Lever fails by Lever's credential, not by the partner's: then the connection is over.
        if !matches!(outcome, Outcome::Done(_)) && self.wire.last_status_of(&self.connection.lever.base) == Some(401) {
            let host = self.connection.lever.base.host_str().unwrap_or_default().to_owned();
            let revoked = Failure::Refused { host, status: 401, body: String::new(), retry_after: None };
            return hub.lever_failed(self.connection, &revoked, "write on profiles").await;
        }
        let lets_in = match &outcome {
            Outcome::Done(done) => {
                learnt.done = Some((done.how, done.left_out));
                learnt.more = done.more;
                learnt.became = done.became.clone().and_then(|then| Some((done.remote_id.clone()?, then)));
                Some(true)
            }
            Outcome::Hold(_) if matches!(self.wire.last_status_of(&self.connection.partner.base), Some(401 | 403)) => Some(false),
            _ => None,
        };
        // Whether the partner lets us in may be another than at the last look: that is for everybody to see. One who may read and
        // not write gives the same answer each time, so it is not asked again at once.
        let checks = self.connection.checks.clone().unwrap_or_default();
        let differs = lets_in.is_some_and(|lets_in| lets_in != checks.partner.is_none());
        if differs && hub.clock.now().since(Ms(checks.at)) > PROBED_LATELY {
            let probe = probe_job(&item.connection, hub.clock.now());
            if let Err(e) = hub.pipeline.job(&hub.db, &item.tenant, probe).await {
                tracing::warn!(error = %e, "whether the partner lets us in could not be asked");
            }
        }
        Ok(ending(outcome))
    }

    /// Finds out what would be done, and does none of it.
    pub async fn try_out(&self, learnt: &mut Learnt) -> db::Result<Ending> {
        let ours = self.ours(true).await?;
        if !ours.is_wanted {
            return Ok(Ending::Moot);
        }
        let trial = |outcome, why: String, detail| Some(Came { outcome: Some(outcome), why, detail, dry: true });
        let found = match self.truth(&ours, learnt).await? {
            Ok(seen) => {
                let seen = Seen { perhaps: !self.unsure(&seen).await?.is_empty(), ..seen };
                match self.connector.decide(&self.connection.settings, &seen) {
                    Decision::Nothing(why) if seen.perhaps => {
                        Decision::Nothing(format!("{why}; what an earlier try may have made would be looked for at {}", self.connector.spec().name))
                    }
                    decision => decision,
                }
            }
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

    /// A partner that cannot be told of an erasure for long is a matter for a person: nobody is told by a job that failed three
    /// days later.
    fn patiently(&self, outcome: Outcome) -> Ending {
        match outcome {
            Outcome::Retry { why, .. } if self.hub.clock.now().since(self.item.tried_since) > PATIENT => {
                let name = self.connector.spec().name;
                wait(Hold::new(
                    format!("{name} cannot be told of an erasure"),
                    format!("Somebody was erased, and {name} could not be told since: {why}"),
                ))
            }
            otherwise => ending(otherwise),
        }
    }

    /// Tells the partner that somebody was erased. Whatever is under way about them ends first.
    pub async fn erase(&self) -> db::Result<Ending> {
        let (hub, item) = (self.hub, self.item);
        if item.payload.is_null() {
            // The partner was told, and whoever did it died before that could be written down.
            return Ok(Ending::Decided(Vec::new()));
        }
        let busy = "select 1 as one from effect where tenant = $1 and connection = $2 and subject = $3 and state = 'running'";
        if hub.db.row(busy, params![item.tenant.as_str(), item.connection.as_str(), item.subject.as_str()]).await?.is_some() {
            return Ok(Ending::Retry { after: Some(Duration::from_secs(5)), why: "Something about this person is still under way.".to_owned() });
        }
        let ours = self.ours(false).await?;
        let mut left = hub.forget_again(self.connection, item, &ours.sent).await?;
        if left.record.is_none() && !left.perhaps.is_empty() {
            match self.came_through(&left.sent(false), &[]).await {
                Ok(Found::Record(sent)) => left = left.found(sent),
                Ok(Found::CannotTell) => {}
                Ok(Found::Nobody) => match self.still_under_way(item.created_at) {
                    Some(wait) => return Ok(wait),
                    None => left.perhaps.clear(),
                },
                Err(failure) => return Ok(self.patiently(outcome_of(self.connector.spec().name, &failure))),
            }
            hub.remember_left(&hub.db, &item.id, &left).await?;
        }
        if let Some(record) = &left.record
            && hub.is_shared(self.connection, &item.subject, record).await?
        {
            hub.erased_there(self.connection, &item.subject, "the record belongs to another hire too and is kept").await?;
            return Ok(Ending::Decided(Vec::new()));
        }
        let sent = left.sent(false);
        let (partner, lever) = (hub.partner(self.connection, self.wire), self.lever());
        let cx = Cx { partner: &partner, lever: &lever, memo: self.memo, asked: item.claimed, attempt: item.attempts, sent: &sent, tried: &[] };
        Ok(match self.connector.erase(cx, &self.connection.settings, &ours.answers).await {
            Outcome::Done(done) => {
                hub.erased_there(self.connection, &item.subject, &done.said).await?;
                Ending::Decided(Vec::new())
            }
            otherwise => self.patiently(otherwise),
        })
    }
}

/// What we know of one person ourselves.
#[derive(Default)]
pub(crate) struct Ours {
    pub sent: Sent,
    pub answers: BTreeMap<String, String>,
    told: BTreeMap<String, Value>,
    is_wanted: bool,
}

/// The changes in stored payloads.
fn changes(payloads: impl Iterator<Item = Value>) -> Vec<Value> {
    payloads.map(|mut payload| payload["change"].take()).collect()
}

/// How the connector ended it.
pub(crate) fn ending(outcome: Outcome) -> Ending {
    match outcome {
        Outcome::Retry { after, why } => Ending::Retry { after, why },
        Outcome::Hold(hold) => wait(hold),
        Outcome::GiveUp(why) => Ending::GiveUp { why },
        Outcome::Done(done) => Ending::Done { remote_id: done.remote_id, sent: done.sent, why: done.said },
    }
}

fn nothing(why: &str) -> Ending {
    Ending::Withdrawn { why: format!("Lever says: {why}. Nothing is to be done.") }
}
