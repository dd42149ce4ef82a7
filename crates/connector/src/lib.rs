//! What a connector is: what it reacts to, what it needs of Lever, what it decides, how it performs.
//!
//! A connector is pure at the edges. [`Connector::decide`] sees the truth as read from Lever and answers what should be
//! so at the partner: no clock, no network, no database. [`Connector::perform`] makes one such change, with a key under
//! which it can be found again, and says how it ended. Storing, retrying, ordering and showing are the hub's business.

mod any;
mod memo;
mod seen;
mod spec;

pub use any::{AnyConnector, Decided};
pub use memo::{Good, Memo};
pub use seen::Seen;
pub use spec::{Field, Kind, Need, Spec};

use clock::Tick;
use outbound::{Failure, Remote};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
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

/// Why something waits, who can mend it, and what one click could do about it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Hold {
    /// Short and stable, the same for all that wait for the same thing: `HR Cloud has no department "Research"`.
    pub cause: String,
    /// The whole sentence, with who can mend it and where.
    pub why: String,
    /// What [`Connector::mend`] would do; null if nothing.
    pub mend: Value,
}

/// How performing ended. There is no other way out.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is so now, made by us or found made.
    Done {
        /// The partner's id of the record.
        remote_id: Option<String>,
        /// For the timeline: `created employee 42`.
        said: String,
    },
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
}

/// A connector. One folder and one line in `connectors`.
pub trait Connector: Send + Sync + 'static {
    /// What it is and needs.
    const SPEC: Spec;
    /// What a customer may set. Every field is described in [`Spec::fields`].
    type Settings: Serialize + DeserializeOwned + Default + Send + Sync;
    /// What it may do; stored, shown, replayed.
    type Change: Serialize + DeserializeOwned + Send + Sync;

    /// Whether hires are to be told by webhook.
    fn wants_webhooks(&self, settings: &Self::Settings) -> bool;

    /// What should be so. Pure: the same truth gives the same decision.
    fn decide(&self, settings: &Self::Settings, seen: &Seen) -> Decision<Self::Change>;

    /// Makes one change so.
    fn perform(&self, cx: Cx<'_>, settings: &Self::Settings, effect: &Effect<Self::Change>) -> impl Future<Output = Outcome> + Send;

    /// Does what one click promised about a hold; the sentence says what was done.
    fn mend(&self, cx: Cx<'_>, mend: &Value) -> impl Future<Output = Result<String, String>> + Send {
        let _ = (cx, mend);
        std::future::ready(Err("There is nothing to be done from here.".to_owned()))
    }

    /// Whether the partner can be reached with this credential; else a sentence.
    fn check(&self, partner: &Remote) -> impl Future<Output = Result<(), String>> + Send;
}

/// The usual reading of a failure at a partner: what passes is tried again, what a credential lacks is held.
#[must_use]
pub fn outcome_of(partner: &str, failure: &Failure) -> Outcome {
    let hold = |cause: String, why: String| Outcome::Hold(Hold { cause, why, mend: Value::Null });
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
