//! What a connector is: what it reacts to, what it needs of Lever, what it decides, how it performs.
//!
//! A connector is pure at the edges. [`Connector::decide`] sees the truth as read from Lever and answers what should be
//! so at the partner: no clock, no network, no database. [`Connector::perform`] makes one such change, with a key under
//! which it can be found again, and says how it ended. Storing, retrying, ordering and showing are the hub's business.

mod any;
mod arrival;
mod demand;
mod every;
pub mod fields;
mod hold;
mod memo;
mod name;
mod seen;
mod spec;

pub use any::{AnyConnector, Decided};
pub use arrival::{Arrival, Record, arrival_of, arrival_subject};
pub use demand::{ON_POSTING, demand};
pub use every::every;
pub use hold::{Hold, Mended, Pick, Remember, Way, ways};
pub use memo::{Good, Memo};
pub use name::Name;
pub use seen::Seen;
pub use spec::{Arrivals, Entry, Field, Jobs, Kind, Mirror, More, NameList, Need, Spec, StageMap, Whom};

use clock::Tick;
use lever_api::{ArchiveReason, EeoResponse, Opportunity, Posting, Stage, User};
use outbound::{Failure, Remote};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashSet};
use std::future::Future;
use std::time::Duration;

/// One intended change at the partner, or back in Lever.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect<C> {
    /// Names the intention and begins with the connector's id: `hr-cloud/employee/<opportunity>`. The same key is
    /// never performed twice.
    pub key: String,
    /// What to do.
    pub change: C,
}

/// What a connector wants after seeing the truth.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision<C> {
    /// Nothing, and why.
    Nothing(String),
    /// These changes.
    Make(Vec<Effect<C>>),
    /// Something is missing that a person can add. Nothing is guessed.
    Hold(Hold),
}

/// How performing ended. There is no other way out.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is so now, made by us or found made.
    Done(Done),
    /// A moment may mend it.
    Retry {
        /// When, if the partner said so.
        after: Option<Duration>,
        /// What went wrong.
        why: String,
    },
    /// A person must mend it.
    Hold(Hold),
    /// Nothing can mend it.
    GiveUp(String),
}

impl Outcome {
    /// The sentence for people about the failure it came of.
    #[must_use]
    pub fn sentence(self, failure: &Failure) -> String {
        match self {
            Self::Hold(hold) => hold.why,
            _ => failure.to_string(),
        }
    }
}

/// It is so now.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Done {
    /// The partner's id of the record.
    pub remote_id: Option<String>,
    /// What it took.
    pub how: How,
    /// For the timeline: `created employee 42`.
    pub said: String,
    /// What the record holds of ours now: [`Cx::sent`] and [`Seen::sent`] of the next time.
    pub sent: Value,
    /// Something was left out that may be possible later: the next import looks again, though nothing changed in Lever.
    pub left_out: bool,
    /// Now that this is so, something else may be wanted: it is decided again at once.
    pub more: bool,
    /// A record of the partner's became the opportunity [`Done::remote_id`]: what is remembered with that opportunity from now on; null:
    /// what was remembered before.
    pub became: Option<Value>,
}

/// What it took to make something so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// A record was made.
    Created,
    /// A record was changed.
    Updated,
    /// It was so already.
    #[default]
    Unchanged,
}

impl How {
    /// `created`
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
        }
    }
}

/// What performing would do, found out without doing it.
#[derive(Clone, Debug, PartialEq)]
pub enum Preview {
    /// This, with these fields.
    Would {
        /// What it would take.
        how: How,
        /// In a sentence: `would create employee 42`.
        said: String,
        /// What would be written, field by field.
        fields: Vec<Difference>,
    },
    /// It would wait.
    Hold(Hold),
}

/// One field that would be written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// As people call it.
    pub field: String,
    /// What is there; empty if nothing.
    pub from: String,
    /// What would be there.
    pub to: String,
}

/// What the partner has.
#[derive(Clone, Debug)]
pub enum Known {
    /// It cannot be asked: what was written is taken to be there.
    Unreadable,
    /// These.
    These {
        /// The opportunities its records name.
        subjects: HashSet<String>,
        /// The partner's ids of its records.
        records: HashSet<String>,
    },
}

impl Known {
    /// Whether there is a record of this opportunity, written by us as `record` or naming it.
    #[must_use]
    pub fn has(&self, subject: &str, record: Option<&str>) -> bool {
        match self {
            Self::Unreadable => record.is_some(),
            Self::These { subjects, records } => subjects.contains(subject) || record.is_some_and(|id| records.contains(id)),
        }
    }
}

/// What became of tries without an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// There is this record.
    Record(Sent),
    /// There is none.
    Nobody,
    /// The partner cannot be asked.
    CannotTell,
}

/// What performing may use.
pub struct Cx<'a> {
    /// The partner, as this connection reaches it.
    pub partner: &'a Remote,
    /// Lever, as this connection reaches it.
    pub lever: &'a Remote,
    /// What this connection has read.
    pub memo: &'a Memo,
    /// When this was asked for: whatever was read later is fresh enough.
    pub asked: Tick,
    /// Which try this is, from 1. After the first, an earlier one may have taken effect without our knowing.
    pub attempt: i64,
    /// What was written last, and where to; null if nothing was.
    pub sent: &'a Sent,
    /// Changes that earlier tries may have made, though no answer came: each once, as [`Connector::Change`] is stored.
    pub tried: &'a [Value],
}

/// What the partner holds of one of ours.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sent {
    /// The partner's id of the record.
    pub remote_id: Option<String>,
    /// What [`Done::sent`] said.
    pub what: Value,
    /// Another opportunity has the same record. Known only where a person decides.
    pub shared: bool,
    /// What records would be found by that tries without an answer may have made: [`Connector::mark`]. Known only where
    /// somebody is erased and no record is known.
    pub perhaps: Vec<Value>,
}

/// What is known of the account in Lever when it has just been connected.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// The stages, in pipeline order, if [`Kind::Stages`] is among the settings.
    pub stages: Vec<Stage>,
    /// The active users, the oldest first, if [`Kind::User`] is among the settings.
    pub users: Vec<User>,
}

/// Lists of the account, each as a whole; one that Lever did not show is none.
#[derive(Clone, Debug, Default)]
pub struct Lists {
    /// Everybody, also who was put out.
    pub users: Option<Vec<User>>,
    /// All postings this credential may see.
    pub postings: Option<Vec<Posting>>,
    /// In pipeline order.
    pub stages: Option<Vec<Stage>>,
    /// Also those that are out of use.
    pub reasons: Option<Vec<ArchiveReason>>,
}

/// What a partner that keeps a copy would like to know besides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Opportunities that are to be thought about one by one.
    pub subjects: Vec<String>,
    /// The lists: something was named that is in none of them.
    pub lists: bool,
}

/// A connector. One folder and one line in `connectors`.
pub trait Connector: Send + Sync + 'static {
    /// What it is and needs.
    const SPEC: Spec;
    /// What a customer may set. Every field is described in [`Spec::fields`].
    type Settings: Serialize + DeserializeOwned + Default + Send + Sync;
    /// What it may do; stored, shown, replayed.
    type Change: Serialize + DeserializeOwned + Send + Sync;

    /// Whether hires are to be told by webhook, and looked for every half a minute.
    fn is_live(&self, settings: &Self::Settings) -> bool;

    /// The time zone at whose midnights everything is imported, if that is wanted.
    fn imports_daily(&self, settings: &Self::Settings) -> Option<String> {
        let _ = settings;
        None
    }

    /// What else of a hire has to be read.
    fn more(&self, settings: &Self::Settings) -> Vec<More> {
        let _ = settings;
        Vec::new()
    }

    /// Since when an opportunity is this connector's business, ms; none: it is not. Of whoever no webhook told of. Pure.
    fn meant_since(&self, settings: &Self::Settings, opportunity: &Opportunity, hired: bool) -> Option<i64> {
        let _ = settings;
        opportunity.archived.as_ref().filter(|_| hired).and_then(|a| a.archived_at)
    }

    /// What can be set once it is connected, without asking anybody: a stage of the usual name, for one. Pure.
    fn preset(&self, settings: &Self::Settings, account: &Account) -> Option<Map<String, Value>> {
        let _ = (settings, account);
        None
    }

    /// What somebody must set before anything is done, in a sentence; none: it is ready. Pure.
    fn lacks(&self, settings: &Self::Settings) -> Option<String> {
        let _ = settings;
        None
    }

    /// Tells the partner of jobs that are new or another now. `whole`: these are all there are.
    fn tell_jobs(&self, partner: &Remote, postings: &[Posting], whole: bool) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (partner, postings, whole);
        std::future::ready(Ok(()))
    }

    /// Tells a partner that keeps a copy of the lists of the account.
    fn tell_lists(&self, partner: &Remote, lists: &Lists) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (partner, lists);
        std::future::ready(Ok(()))
    }

    /// Tells a partner that keeps a copy of these, whose applications are expanded; in a `pass` over everybody, or because they changed.
    fn tell_people(&self, partner: &Remote, people: &[Opportunity], pass: Option<i64>) -> impl Future<Output = Result<Wanted, Failure>> + Send {
        let _ = (partner, people, pass);
        std::future::ready(Ok(Wanted::default()))
    }

    /// A pass is over: some of those that were not told of in it, until there are none.
    fn gone(&self, partner: &Remote, pass: i64) -> impl Future<Output = Result<Vec<String>, Failure>> + Send {
        let _ = (partner, pass);
        std::future::ready(Ok(Vec::new()))
    }

    /// Tells a partner that keeps a copy that these are gone from Lever.
    fn forget(&self, partner: &Remote, subjects: &[String]) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (partner, subjects);
        std::future::ready(Ok(()))
    }

    /// Tells a partner that keeps a copy what applicants answered about themselves; `last`: these are the last of the pass.
    fn tell_eeo(&self, partner: &Remote, answers: &[EeoResponse], pass: i64, last: bool) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = (partner, answers, pass, last);
        std::future::ready(Ok(()))
    }

    /// A record that is to come into Lever; none: there is none, or not any more.
    fn fetch(&self, partner: &Remote, record: &str) -> impl Future<Output = Result<Option<Record>, Failure>> + Send {
        let _ = (partner, record);
        std::future::ready(Ok(None))
    }

    /// Which records wait to come into Lever: some of them, the oldest first.
    fn waiting(&self, partner: &Remote) -> impl Future<Output = Result<Vec<String>, Failure>> + Send {
        let _ = partner;
        std::future::ready(Ok(Vec::new()))
    }

    /// What is to become of a record in Lever. Pure: the same truth gives the same decision.
    fn admit(&self, settings: &Self::Settings, arrival: &Arrival) -> Decision<Self::Change> {
        let _ = (settings, arrival);
        Decision::Nothing(format!("{} brings nobody into Lever", Self::SPEC.name))
    }

    /// Somebody chose these settings at this moment, ms: what else is to be remembered with them. Pure.
    fn chosen(&self, before: &Self::Settings, after: &mut Self::Settings, now: i64) {
        let _ = (before, after, now);
    }

    /// What the partner tells by itself, as far as it is to be remembered; or a sentence why it makes no sense. `before`: what is
    /// remembered of the same. Pure.
    fn hear(&self, before: &Value, body: &Value) -> Result<Value, String> {
        let _ = (before, body);
        Err(format!("{} tells nothing by itself.", Self::SPEC.name))
    }

    /// Whether news are awaited of what is remembered as sent. Pure.
    fn awaits(&self, sent: &Value) -> bool {
        let _ = sent;
        false
    }

    /// What the partner would tell by itself of what [`Connector::awaits`] news: it may have told in vain. By what it is about, as
    /// [`Connector::hear`] takes it.
    fn ask(&self, cx: Cx<'_>) -> impl Future<Output = Result<BTreeMap<String, Value>, Failure>> + Send {
        let _ = cx;
        std::future::ready(Ok(BTreeMap::new()))
    }

    /// What should be so. Pure: the same truth gives the same decision.
    fn decide(&self, settings: &Self::Settings, seen: &Seen) -> Decision<Self::Change>;

    /// Makes one change so.
    fn perform(&self, cx: Cx<'_>, settings: &Self::Settings, effect: &Effect<Self::Change>) -> impl Future<Output = Outcome> + Send;

    /// What the record that a change makes can be found by at the partner, and no more of the person than that takes: of
    /// somebody erased it is remembered until the partner is told. Null: nothing. Pure.
    fn mark(&self, change: &Self::Change) -> Value {
        let _ = change;
        Value::Null
    }

    /// What is wanted no more may have been made so by a try without an answer: one of [`Cx::tried`] or, of somebody erased,
    /// what bears one of the marks [`Sent::perhaps`].
    fn came_through(&self, cx: Cx<'_>, settings: &Self::Settings) -> impl Future<Output = Result<Found, Failure>> + Send {
        let _ = (cx, settings);
        std::future::ready(Ok(Found::CannotTell))
    }

    /// What [`Connector::perform`] would do now, found out by reading alone.
    fn preview(&self, cx: Cx<'_>, settings: &Self::Settings, effect: &Effect<Self::Change>) -> impl Future<Output = Result<Preview, Failure>> + Send;

    /// Goes a way out of a hold, with what was picked.
    fn mend(&self, cx: Cx<'_>, settings: &Self::Settings, way: &Way, picked: &str) -> impl Future<Output = Result<Mended, String>> + Send {
        let _ = (cx, settings, way, picked);
        std::future::ready(Err("There is nothing to be done from here.".to_owned()))
    }

    /// The fields as the settings fill them, each with its value or why it cannot be worked out. Pure.
    fn fill(&self, settings: &Self::Settings, seen: &Seen) -> BTreeMap<String, Result<String, String>> {
        let _ = (settings, seen);
        BTreeMap::new()
    }

    /// The entries of each of the partner's lists, by [`NameList::key`].
    fn entries(&self, partner: &Remote) -> impl Future<Output = Result<BTreeMap<String, Vec<Pick>>, Failure>> + Send {
        let _ = partner;
        std::future::ready(Ok(BTreeMap::new()))
    }

    /// The person was deleted or anonymised in Lever: what is to become of the record that [`Cx::sent`] names. `answers` are
    /// what people decided about it. Nothing of the person is known any more, and nothing of them may be said.
    fn erase(&self, cx: Cx<'_>, settings: &Self::Settings, answers: &BTreeMap<String, String>) -> impl Future<Output = Outcome> + Send {
        let _ = (cx, settings, answers);
        std::future::ready(Outcome::Done(Done { said: "there was nothing to erase at the partner".to_owned(), ..Done::default() }))
    }

    /// Which opportunities have a record at the partner now, in as few calls as there are pages.
    fn known(&self, partner: &Remote) -> impl Future<Output = Result<Known, Failure>> + Send;

    /// Whether the partner can be reached with this credential; else a sentence.
    fn check(&self, partner: &Remote) -> impl Future<Output = Result<(), String>> + Send;
}

/// The usual reading of a failure at a partner: what passes is tried again, what a credential lacks is held.
#[must_use]
pub fn outcome_of(partner: &str, failure: &Failure) -> Outcome {
    let hold = |cause: String, why: String| Outcome::Hold(Hold::new(cause, why));
    match failure.status() {
        Some(401) => hold(
            format!("{partner} does not accept the credential"),
            format!(
                "{partner} answered 401: the credential of this connection is not valid any more. Someone who administers {partner} can make a new one; whoever operates this hub enters it on the connection's page with \"Replace the credential\"."
            ),
        ),
        Some(403) => hold(
            format!("{partner} does not allow this"),
            format!(
                "{partner} answered 403: the service account may not do this. Someone who administers {partner} can give it the permission. ({failure})"
            ),
        ),
        _ if failure.may_pass() => Outcome::Retry { after: failure.retry_after(), why: failure.to_string() },
        _ => hold(format!("{partner} refuses what was sent"), failure.to_string()),
    }
}
