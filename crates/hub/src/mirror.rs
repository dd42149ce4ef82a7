//! A partner's copy of Lever: by the clock everybody who changed is told, and once a day everybody, so that who is gone is found too.
//!
//! What is told is the truth of a moment, by the opportunity's id, and can be told again without harm. So it needs no effects: how far
//! it has come is written down with each page, and a copy that was interrupted goes on where it was. A poll with nothing new is one call.
//! Going through everybody is parted by when they came: the parts are read side by side, so that Lever's rate and not its answering time
//! says how long it takes, and how many of them are through says how far it is.

use crate::Hub;
use crate::attempt::{Try, ending};
use crate::connections::Connection;
use crate::read::Reader;
use crate::work::think_job;
use clock::Ms;
use connector::{Lists, every, outcome_of};
use db::{Sql, params};
use endpoint::Nothing;
use futures_util::{TryStreamExt, stream};
use lever_api::{
    EeoFilter, ListArchiveReasons, ListEeoResponses, ListPostings, ListStages, ListUsers, Listing, Opportunity, OpportunityFilter, PostingFilter,
    ReasonFilter, User, UserFilter,
};
use outbound::{Failure, Remote, Urgency, Wire};
use pipeline::{Ending, NewJob, Priority};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::Mutex;

/// How the schedule is called, before its period in seconds.
pub const MIRROR: &str = "mirror/";
/// Parts of a pass.
const PARTS: i64 = 16;
/// Parts that are read side by side.
const AT_ONCE: usize = 4;
/// What changed while the last list was read page by page is found in the next one.
const OVERLAP: Duration = Duration::from_secs(120);
/// After so long everybody is told again.
const WHOLE_EVERY: Duration = Duration::from_secs(86_400);

/// The steps of keeping a copy, in their order.
pub const STEPS: [(&str, &str); 6] = [
    ("users", "Users"),
    ("jobs", "Jobs"),
    ("stages", "Stages"),
    ("reasons", "Archive reasons"),
    ("people", "Candidates and applications"),
    ("eeo", "Equal opportunity answers"),
];

/// How far telling a partner has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mirror {
    /// What changed until then is told, by Lever's clock, ms.
    pub until: Option<i64>,
    /// Everybody is being told.
    pub pass: Option<Pass>,
    /// Knows the account again: its oldest user.
    pub account: String,
    /// Somebody connected since that pass began: it goes on only if this is the same account.
    pub resumed: bool,
    /// When everybody was told last, ms.
    pub whole_at: Option<i64>,
    /// How many there were.
    pub total: u64,
    /// When Lever was last asked to the end.
    pub at: Option<i64>,
    /// Each step, by its key.
    pub steps: BTreeMap<String, Step>,
}

/// Telling everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pass {
    /// When it began by Lever's clock, ms: it is named by that.
    pub id: i64,
    /// When it began, ms.
    pub began_at: i64,
    /// Its parts.
    pub parts: Vec<Part>,
    /// How many were told.
    pub told: u64,
}

/// Everybody who came to Lever between two moments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Part {
    /// The first, ms; none: the beginning.
    pub from: Option<i64>,
    /// The last, ms; none: now.
    pub to: Option<i64>,
    /// The page that comes next; none: the first.
    pub offset: Option<String>,
    /// It is through.
    pub over: bool,
}

/// How one step went last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Step {
    /// When, ms.
    pub at: i64,
    /// How many there are.
    pub count: u64,
    /// What went wrong; empty: nothing.
    pub why: String,
    /// A person has to do something about it.
    pub needs_somebody: bool,
}

impl Mirror {
    /// What is left to do of a pass that was interrupted, and nothing else; none: there is none.
    pub fn interrupted(self) -> Option<Self> {
        Some(Self { pass: Some(self.pass?), total: self.total, account: self.account, resumed: true, ..Self::default() })
    }
}

impl Pass {
    /// From the account's beginning, as far as that is known.
    fn new(id: i64, began_at: i64, beginning: Option<i64>) -> Self {
        let beginning = beginning.filter(|at| *at < id).unwrap_or(id - 1);
        let border = |n: i64| beginning + (id - beginning) / PARTS * n;
        let part = |n: i64| Part { from: (n > 0).then(|| border(n) + 1), to: (n < PARTS - 1).then(|| border(n + 1)), ..Part::default() };
        Self { id, began_at, parts: (0..PARTS).map(part).collect(), told: 0 }
    }

    /// How much of it is through, in percent, and how long the rest may take, ms.
    pub fn progress(&self, total: u64, now: Ms) -> (u8, Option<i64>) {
        let over = self.parts.iter().filter(|part| part.over).count() as u64;
        // How many there were the last time says more than how many parts are through.
        let percent = (self.told * 100).checked_div(total).unwrap_or(over * 100 / self.parts.len().max(1) as u64).min(99);
        let took = now.0 - self.began_at;
        let left = (percent > 0).then(|| took * (100 - i64::try_from(percent).unwrap_or(99)) / i64::try_from(percent).unwrap_or(1));
        (u8::try_from(percent).unwrap_or(99), left)
    }
}

/// What ended a try half-way.
enum Stopped {
    AtLever(Failure),
    AtPartner(Failure),
    /// Somebody connected anew, or disconnected.
    Over,
}

impl From<db::Error> for Stopped {
    fn from(e: db::Error) -> Self {
        Self::AtPartner(Failure::NotSent(e.to_string()))
    }
}

impl Hub {
    /// The schedule of a copy.
    pub(crate) fn mirror_schedule(connector: &dyn connector::AnyConnector, settings: &Value) -> Option<String> {
        let mirror = connector.spec().mirror?;
        Some(format!("{MIRROR}{}", settings[mirror.every].as_str().unwrap_or("3600")))
    }

    /// Lever is asked now, for its lists too.
    pub(crate) async fn mirror_now(&self, connection: &Connection, by: &str) -> db::Result<()> {
        let Some(name) = self.connector(&connection.connector).and_then(|c| Self::mirror_schedule(c, &connection.settings)) else { return Ok(()) };
        let tx = self.db.begin().await?;
        let job = NewJob {
            connection: connection.id.clone(),
            subject: format!("{}{name}", pipeline::SUBJECT),
            kind: name,
            payload: json!({ "lists": true }),
            priority: Priority::Now,
            run_at: self.clock.now(),
        };
        self.pipeline.job(&tx, &connection.tenant, job).await?;
        self.audit(&tx, &connection.tenant, by, "connection: synced", "What changed in Lever is asked for now.").await?;
        tx.commit().await?;
        self.committed();
        Ok(())
    }

    async fn keep_mirror(&self, connection: &Connection, state: &Mirror) -> Result<(), Stopped> {
        let sql = "update connection set mirror = $1 where tenant = $2 and id = $3 and connected_at = $4 and state = 'connected'";
        let json = serde_json::to_string(state).unwrap_or_default();
        let values = params![json, connection.tenant.as_str(), connection.id.as_str(), connection.connected_at.0];
        if self.db.run(sql, values).await? == 0 {
            return Err(Stopped::Over);
        }
        self.lobby.changed();
        Ok(())
    }
}

/// Keeps that one step went well.
fn went_well(state: &mut Mirror, step: &str, now: Ms, count: u64) {
    state.steps.insert(step.to_owned(), Step { at: now.0, count, ..Step::default() });
}

/// Keeps what went wrong with one step, on which side.
fn went_wrong(state: &mut Mirror, step: &str, now: Ms, side: &str, failure: &Failure) {
    let needs_somebody = !failure.may_pass();
    let mend = match failure.status() {
        _ if !needs_somebody => "It is tried again by itself.",
        Some(403) if side == "Lever" => "A Super Admin can make a new API key with the missing permission; enter it with \"Edit Auth\".",
        Some(401) => "Enter a new API key with \"Edit Auth\".",
        _ => "Whoever operates the hub can look at what it holds, and release it.",
    };
    let count = state.steps.get(step).map_or(0, |step| step.count);
    state.steps.insert(step.to_owned(), Step { at: now.0, count, why: format!("{side}: {failure} {mend}"), needs_somebody });
}

impl Try<'_> {
    /// Tells the partner what changed; or everybody, if that is due or was interrupted.
    pub async fn mirror(&self) -> db::Result<Ending> {
        let state = Mutex::new(self.connection.mirror.clone().unwrap_or_default());
        let done = self.tell_all(&state).await;
        let mut state = state.into_inner();
        let stopped = match done {
            Ok(()) => None,
            Err(Stopped::Over) => return Ok(Ending::Decided(Vec::new())),
            Err(Stopped::AtLever(failure)) => {
                went_wrong(&mut state, "people", self.hub.clock.now(), "Lever", &failure);
                Some(self.hub.lever_failed(self.connection, &failure, "list candidates").await?)
            }
            Err(Stopped::AtPartner(failure)) => {
                let name = self.connector.spec().name;
                went_wrong(&mut state, "people", self.hub.clock.now(), name, &failure);
                Some(ending(outcome_of(name, &failure)))
            }
        };
        // Whoever disconnected meanwhile has said so themselves.
        let _ = self.hub.keep_mirror(self.connection, &state).await;
        Ok(stopped.unwrap_or_else(|| Ending::Decided(Vec::new())))
    }

    async fn tell_all(&self, state: &Mutex<Mirror>) -> Result<(), Stopped> {
        let (hub, now) = (self.hub, self.hub.clock.now());
        // What is said of thousands is nobody's history.
        let urgency = if self.item.priority == Priority::Now { Urgency::Now } else { Urgency::Later };
        let (lever, partner) = (hub.lever(self.connection, urgency, &Wire::default()), hub.partner(self.connection, &Wire::default()));
        let (is_due, resumed) = {
            let state = state.lock().await;
            (state.pass.is_none() && state.whole_at.is_none_or(|at| now.since(Ms(at)) >= WHOLE_EVERY), state.resumed)
        };
        if self.item.payload["lists"] == true || is_due || resumed {
            let users = self.tell_lists(&lever, &partner, state).await?;
            let oldest = users.iter().min_by_key(|user| (user.created_at, &user.id));
            let account = oldest.map(|user| user.id.clone()).unwrap_or_default();
            let mut state = state.lock().await;
            if is_due || resumed && state.account != account {
                // The first answer of the pass says what time it is at Lever.
                let began = self.lever_time(&lever).await?;
                state.pass = Some(Pass::new(began.0, now.0, oldest.map(|user| user.created_at)));
            }
            (state.account, state.resumed) = (account, false);
            hub.keep_mirror(self.connection, &state).await?;
        }
        let whole = state.lock().await.pass.clone();
        let pass = whole.as_ref().map(|pass| pass.id);
        if let Some(pass) = &whole {
            let open = (0..pass.parts.len()).filter(|n| !pass.parts[*n].over);
            stream::iter(open.map(Ok)).try_for_each_concurrent(AT_ONCE, |n| self.tell_part(n, pass.id, &lever, &partner, state)).await?;
            let mut state = state.lock().await;
            state.until = Some(state.until.unwrap_or(pass.id).min(pass.id));
        }
        let (until, names_unknown) = self.tell_changes(&lever, &partner, pass, state).await?;
        if names_unknown {
            self.tell_lists(&lever, &partner, state).await?;
        }
        if let Some(pass) = pass {
            self.forget_gone(pass, &lever, &partner).await?;
            self.tell_eeo(pass, &lever, &partner, state).await?;
        }
        let mut state = state.lock().await;
        // Only now: what was named and could not be read yet is named again.
        state.until = Some(until.0);
        let (now, count) = (hub.clock.now(), state.steps.get("people").map_or(0, |step| step.count));
        went_well(&mut state, "people", now, count);
        if let Some(pass) = state.pass.take() {
            (state.total, state.whole_at) = (pass.told, Some(now.0));
        }
        state.at = Some(now.0);
        Ok(())
    }

    /// Whoever was in no part of a pass is gone from the copy. If this credential sees everything they were deleted, and are forgotten
    /// here too; else they may only be out of sight.
    async fn forget_gone(&self, pass: i64, lever: &Remote, partner: &Remote) -> Result<(), Stopped> {
        loop {
            let gone = self.connector.gone(partner, pass).await.map_err(Stopped::AtPartner)?;
            if gone.is_empty() {
                return Ok(());
            }
            if self.reads(lever).sees_confidential().await.map_err(Stopped::AtLever)? {
                for id in &gone {
                    self.hub.erase(self.connection, id, "gone from Lever").await?;
                }
            }
            self.connector.forget(partner, &gone).await.map_err(Stopped::AtPartner)?;
        }
    }

    /// What time it is at Lever; ours, if its answer does not say.
    async fn lever_time(&self, lever: &Remote) -> Result<Ms, Stopped> {
        let query = Listing { limit: Some(1), ..Listing::default() };
        let (_, date) = lever.send_dated(ListStages { query, body: Nothing }).await.map_err(Stopped::AtLever)?;
        Ok(self.hub.trusted(date).unwrap_or_else(|| self.hub.clock.now()))
    }

    fn reads<'b>(&'b self, lever: &'b Remote) -> Reader<'b> {
        self.reader(lever, &[])
    }

    /// Everybody who came between two moments, page by page; where it stands is kept after each. The parts of a pass go side by side.
    async fn tell_part(&self, n: usize, pass: i64, lever: &Remote, partner: &Remote, state: &Mutex<Mirror>) -> Result<(), Stopped> {
        let part = state.lock().await.pass.as_ref().and_then(|pass| pass.parts.get(n).cloned()).unwrap_or_default();
        let filter = OpportunityFilter {
            created_at_start: part.from,
            created_at_end: part.to,
            expand: vec!["applications".to_owned()],
            limit: Some(100),
            ..OpportunityFilter::default()
        };
        let mut offset = part.offset;
        loop {
            let query = OpportunityFilter { offset: offset.take(), ..filter.clone() };
            let goes_on = query.offset.is_some();
            let page = match self.reads(lever).people(query).await {
                Ok(page) => page,
                // Lever gave this place out, and does not know it any more: the part begins anew.
                Err(failure) if goes_on && failure.status() == Some(400) => continue,
                Err(failure) => return Err(Stopped::AtLever(failure)),
            };
            let told = self.tell(page.data, partner, Some(pass)).await?.0;
            offset = page.next.filter(|_| page.has_next == Some(true));
            let mut state = state.lock().await;
            let now = self.hub.clock.now();
            if let Some(pass) = state.pass.as_mut() {
                pass.told += told;
                pass.parts[n].offset.clone_from(&offset);
                pass.parts[n].over = offset.is_none();
                let so_far = pass.told;
                went_well(&mut state, "people", now, so_far);
            }
            self.hub.keep_mirror(self.connection, &state).await?;
            if offset.is_none() {
                return Ok(());
            }
        }
    }

    /// Who changed since the last time. Until when, by Lever's clock; whether something was named that is in none of the lists.
    async fn tell_changes(&self, lever: &Remote, partner: &Remote, pass: Option<i64>, state: &Mutex<Mirror>) -> Result<(Ms, bool), Stopped> {
        let begin = Ms(state.lock().await.until.unwrap_or(0));
        let filter = OpportunityFilter {
            updated_at_start: Some(begin.minus(OVERLAP).0),
            expand: vec!["applications".to_owned()],
            limit: Some(100),
            ..OpportunityFilter::default()
        };
        let (mut offset, mut asked_at, mut latest, mut unknown) = (None, None, begin, false);
        loop {
            let (page, date) =
                self.reads(lever).people_dated(OpportunityFilter { offset: offset.take(), ..filter.clone() }).await.map_err(Stopped::AtLever)?;
            asked_at = asked_at.or(date);
            latest = page.data.iter().filter_map(|o| o.updated_at).map(Ms).max().unwrap_or(latest).max(latest);
            for o in page.data.iter().filter(|o| o.is_anonymized) {
                self.hub.erase(self.connection, &o.id, "anonymised in Lever").await?;
            }
            unknown |= self.tell(page.data, partner, pass).await?.1;
            offset = page.next.filter(|_| page.has_next == Some(true));
            if offset.is_none() {
                break;
            }
        }
        Ok((self.hub.trusted(asked_at).unwrap_or(latest).max(begin), unknown))
    }

    /// Tells the partner of a page, and thinks about those of whom it wants to know more. How many there were; whether a list is behind.
    async fn tell(&self, people: Vec<Opportunity>, partner: &Remote, pass: Option<i64>) -> Result<(u64, bool), Stopped> {
        if people.is_empty() {
            return Ok((0, false));
        }
        let wanted = self.connector.tell_people(partner, &people, pass).await.map_err(Stopped::AtPartner)?;
        if !wanted.subjects.is_empty() {
            let tx = self.hub.db.begin().await?;
            for subject in &wanted.subjects {
                let think = think_job(&self.connection.id, subject, Priority::Later, self.hub.clock.now());
                self.hub.pipeline.job(&tx, &self.connection.tenant, think).await?;
            }
            tx.commit().await?;
            self.hub.pipeline.wake();
        }
        Ok((people.len() as u64, wanted.lists))
    }

    /// Users, postings, stages and archive reasons; the users. One that this credential may not read is left as it is.
    async fn tell_lists(&self, lever: &Remote, partner: &Remote, state: &Mutex<Mirror>) -> Result<Vec<User>, Stopped> {
        let all = Some("all".to_owned()).filter(|_| self.connection.checks.as_ref().is_none_or(|checks| checks.confidential != Some(false)));
        let hundred = Some(100);
        let users = every(lever, |offset| ListUsers {
            query: UserFilter { offset, limit: hundred, include_deactivated: Some(true), ..UserFilter::default() },
            body: Nothing,
        });
        let postings = |confidentiality: Option<String>| {
            every(lever, move |offset| ListPostings {
                query: PostingFilter { offset, limit: hundred, confidentiality: confidentiality.clone(), ..PostingFilter::default() },
                body: Nothing,
            })
        };
        let jobs = async {
            match postings(all.clone()).await {
                Err(failure) if failure.status() == Some(403) && all.is_some() => postings(None).await,
                found => found,
            }
        };
        let stages = every(lever, |offset| ListStages { query: Listing { offset, limit: hundred, ..Listing::default() }, body: Nothing });
        let reasons =
            every(lever, |offset| ListArchiveReasons { query: ReasonFilter { offset, limit: hundred, ..ReasonFilter::default() }, body: Nothing });
        let (users, jobs, stages, reasons) = futures_util::future::join4(users, jobs, stages, reasons).await;
        let now = self.hub.clock.now();
        let mut state = state.lock().await;
        let lists = Lists {
            users: kept(users, "users", &mut state, now)?,
            postings: kept(jobs, "jobs", &mut state, now)?,
            stages: kept(stages, "stages", &mut state, now)?,
            reasons: kept(reasons, "reasons", &mut state, now)?,
        };
        self.connector.tell_lists(partner, &lists).await.map_err(Stopped::AtPartner)?;
        Ok(lists.users.unwrap_or_default())
    }

    /// What applicants answered about themselves, if somebody switched that on.
    async fn tell_eeo(&self, pass: i64, lever: &Remote, partner: &Remote, state: &Mutex<Mirror>) -> Result<(), Stopped> {
        if !self.connector.spec().mirror.is_some_and(|mirror| self.connection.settings[mirror.eeo] == true) {
            // What was told before somebody switched it off is forgotten.
            return self.connector.tell_eeo(partner, &[], pass, true).await.map_err(Stopped::AtPartner);
        }
        let (mut query, mut count) = (EeoFilter { limit: Some(100), ..EeoFilter::default() }, 0);
        loop {
            let page = match lever.send(ListEeoResponses { query: query.clone(), body: Nothing }).await {
                Ok(page) => page,
                // It is no reason to end everything else.
                Err(failure) if failure.status() == Some(403) => {
                    went_wrong(&mut *state.lock().await, "eeo", self.hub.clock.now(), "Lever", &failure);
                    return Ok(());
                }
                Err(failure) => return Err(Stopped::AtLever(failure)),
            };
            count += page.data.len() as u64;
            query.offset = page.next.filter(|_| page.has_next == Some(true));
            self.connector.tell_eeo(partner, &page.data, pass, query.offset.is_none()).await.map_err(Stopped::AtPartner)?;
            if query.offset.is_none() {
                went_well(&mut *state.lock().await, "eeo", self.hub.clock.now(), count);
                return Ok(());
            }
        }
    }
}

/// A list, or none, if this credential may not read it: that is written down, and no reason to end everything else.
fn kept<T>(read: Result<Vec<T>, Failure>, step: &str, state: &mut Mirror, now: Ms) -> Result<Option<Vec<T>>, Stopped> {
    match read {
        Ok(all) => {
            went_well(state, step, now, all.len() as u64);
            Ok(Some(all))
        }
        Err(failure) => {
            went_wrong(state, step, now, "Lever", &failure);
            if failure.status() == Some(403) { Ok(None) } else { Err(Stopped::AtLever(failure)) }
        }
    }
}
