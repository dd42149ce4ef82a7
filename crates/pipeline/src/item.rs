//! Jobs and effects: one shape, two tables, and the four ways a try can end.

use clock::{Ms, Tick};
use db::{Result, Row};
use serde_json::Value;
use std::time::Duration;

/// Which of the two tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// What we must think about.
    Job,
    /// What we intend to do to someone else.
    Effect,
}

impl Table {
    /// Its name in SQL.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Job => "job",
            Self::Effect => "effect",
        }
    }
}

/// Where a job or effect stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Waits for its time and a runner.
    Ready,
    /// Somebody holds its lease.
    Running,
    /// Waits for a person, or for its cause to go.
    Held,
    /// Over, as intended.
    Done,
    /// Over, not as intended; can be tried again by hand.
    Failed,
    /// Over, because it is no longer wanted.
    Cancelled,
}

impl State {
    /// Its name in SQL.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Held => "held",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    fn read(name: &str) -> Self {
        [Self::Ready, Self::Running, Self::Held, Self::Done, Self::Cancelled].into_iter().find(|s| s.name() == name).unwrap_or(Self::Failed)
    }
}

/// Who goes first when both could go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// A person waits: a hire, a click.
    Now = 10,
    /// The usual.
    Usual = 20,
    /// Back-fill and repair.
    Later = 30,
}

impl Priority {
    fn read(number: i64) -> Self {
        match number {
            ..=10 => Self::Now,
            11..=20 => Self::Usual,
            _ => Self::Later,
        }
    }
}

/// A job to be stored.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// Whose work it is.
    pub connection: String,
    /// Which handler does it.
    pub kind: String,
    /// What it is about; a waiting job for the same subject is shared.
    pub subject: String,
    /// What the handler wants to know.
    pub payload: Value,
    /// Who goes first.
    pub priority: Priority,
    /// Not before.
    pub run_at: Ms,
}

/// An effect to be stored.
#[derive(Clone, Debug)]
pub struct NewEffect {
    /// Whose work it is.
    pub connection: String,
    /// Which handler performs it.
    pub kind: String,
    /// The intention, unique for ever within a tenant: `hr-cloud/employee/<opportunity>`.
    pub key: String,
    /// What it is about.
    pub subject: String,
    /// The change, as the handler wrote it.
    pub payload: Value,
    /// Who goes first.
    pub priority: Priority,
    /// Not before.
    pub run_at: Ms,
    /// To be made so once more, though it was done with the same change: a person asks whether it still is so.
    pub again: bool,
}

/// A job or effect as stored.
#[derive(Clone, Debug)]
pub struct Item {
    /// Which table it stands in.
    pub table: Table,
    /// Its id; sorts by time.
    pub id: String,
    /// Whose data.
    pub tenant: String,
    /// Whose work it is.
    pub connection: String,
    /// Which handler does it.
    pub kind: String,
    /// The intention.
    pub key: String,
    /// What it is about.
    pub subject: String,
    /// What the handler wrote.
    pub payload: Value,
    /// Of an effect: payloads that earlier tries may have carried out, though no answer came.
    pub tried: Vec<Value>,
    /// The inbox row or job it came from.
    pub origin: Option<String>,
    /// Where it stands.
    pub state: State,
    /// Who goes first.
    pub priority: Priority,
    /// When it may run next.
    pub run_at: Ms,
    /// Tries so far, this one included.
    pub attempts: i64,
    /// What groups it with others that are held.
    pub cause: Option<String>,
    /// How the last try ended, for people.
    pub why: Option<String>,
    /// What one click could do about the cause; null if nothing.
    pub mend: Value,
    /// The record it made at the other side.
    pub remote_id: Option<String>,
    /// When it was stored.
    pub created_at: Ms,
    /// Giving up counts from here.
    pub tried_since: Ms,
    /// When it was over.
    pub ended_at: Option<Ms>,
    /// When it was claimed, or read for a page: what is learnt later is fresh enough for it.
    pub claimed: Tick,
}

impl Item {
    pub(crate) fn read(table: Table, row: &Row) -> Result<Self> {
        Ok(Self {
            table,
            id: row.text("id")?,
            tenant: row.text("tenant")?,
            connection: row.text("connection")?,
            kind: row.text("kind")?,
            key: row.text("key")?,
            subject: row.text("subject")?,
            payload: row.json("payload")?,
            tried: if table == Table::Effect { read_tried(&row.text("tried")?) } else { Vec::new() },
            origin: row.get("origin")?,
            state: State::read(&row.text("state")?),
            priority: Priority::read(row.int("priority")?),
            run_at: Ms(row.int("run_at")?),
            attempts: row.int("attempts")?,
            cause: row.get("cause")?,
            why: row.get("why")?,
            mend: row.json("mend")?,
            remote_id: row.get("remote_id")?,
            created_at: Ms(row.int("created_at")?),
            tried_since: Ms(row.int("tried_since")?),
            ended_at: row.get::<Option<i64>>("ended_at")?.map(Ms),
            claimed: Tick::next(),
        })
    }
}

/// What stands in the column: `,{…},{…}`. None, if another version of Fulcrum wrote it.
pub(crate) fn read_tried(text: &str) -> Vec<Value> {
    serde_json::from_str(&format!("[{}]", text.trim_start_matches(','))).unwrap_or_default()
}

/// How a try ended. There is no other way out of a handler.
#[derive(Clone, Debug)]
pub enum Ending {
    /// A job: these effects follow, stored in the same transaction.
    Decided(Vec<NewEffect>),
    /// A job that nobody wants any more: nothing was read, and nothing else is touched.
    Moot,
    /// Nothing is wanted any more. An effect is cancelled; with a job, whatever was intended for its subject and is not
    /// sent yet, in the same transaction.
    Withdrawn {
        /// Why.
        why: String,
    },
    /// An effect: it is so now. The record at the other side, and a sentence for the timeline.
    Done {
        /// The other side's id, remembered as a link.
        remote_id: Option<String>,
        /// What it holds of ours now, remembered with the link.
        sent: Value,
        /// `created employee 42`
        why: String,
    },
    /// Try again: after this time if the other side said so, else by [`backoff`](crate::backoff).
    Retry {
        /// What the other side asked for.
        after: Option<Duration>,
        /// What went wrong.
        why: String,
    },
    /// Waits for a person. Same cause, same group.
    Hold {
        /// A short, stable text: `HR Cloud has no department "Research"`.
        cause: String,
        /// The whole sentence, with who can mend it and where.
        why: String,
        /// What one click could do about it, in the handler's own words; null if nothing.
        mend: Value,
    },
    /// Never again by itself.
    GiveUp {
        /// Why.
        why: String,
    },
}

impl Ending {
    /// Nothing more is to be done, and that is well.
    pub(crate) const fn is_over(&self) -> bool {
        matches!(self, Self::Decided(_) | Self::Moot | Self::Withdrawn { .. } | Self::Done { .. })
    }

    /// In one word.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Decided(_) | Self::Moot | Self::Done { .. } => "done",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Retry { .. } => "retry",
            Self::Hold { .. } => "held",
            Self::GiveUp { .. } => "failed",
        }
    }

    pub(crate) const fn has_effects(&self) -> bool {
        matches!(self, Self::Decided(effects) if !effects.is_empty())
    }
}
