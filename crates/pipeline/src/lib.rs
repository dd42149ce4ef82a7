//! The durable path: what we were told, what we must think about, what we intend to do to someone else.
//!
//! Three tables, three words. **Inbox**: a hint, verbatim, each once. **Job**: think about one subject; hints for the
//! same subject share one waiting job, because the truth is read again anyway. **Effect**: one intended change at
//! somebody else's system, unique by its key, stored before it is sent. Leases, backoff and schedules know nothing of
//! hiring; webhook deliveries of the ATS and e-mails run on the same machinery.
//!
//! Invariant: nothing is acknowledged before it is durable ([`Pipeline::receive`] returns after the commit).
//! Invariant: an effect is recorded before it is sent, and only the holder of its lease may finish it.

mod backoff;
mod claim;
mod effects;
mod finish;
mod history;
mod inbox;
mod item;
mod jobs;
mod release;
mod runner;
mod schedule;

pub use backoff::{GIVE_UP_AFTER, backoff};
pub use effects::{Unsure, found, rethought, unsure};
pub use finish::Tried;
pub use history::{
    Attempt, Held, Lately, Link, MENDED, Told, WhichTold, attempts, done_by_hour, forget, held, held_items, inbox_of, items_of, lately, latest,
    link_of, note_mended, prune, told, waiting_since, was_told,
};
pub use inbox::{Hint, Received};
pub use item::{Ending, Item, NewEffect, NewJob, Priority, State, Table};
pub use release::{cancel, get, release_one};
pub use runner::{Handler, Pipeline, Settings};
pub use schedule::{SUBJECT, Schedule, clear, due, next, next_due, set};

use db::Migration;

/// The tables of the pipeline; whoever runs one applies them before its own.
pub const MIGRATIONS: &[Migration] = &[
    Migration { id: "000_pipeline_001", sql: include_str!("migrations/001_start.sql") },
    Migration { id: "000_pipeline_002", sql: include_str!("migrations/002_claiming.sql") },
    Migration { id: "000_pipeline_003", sql: include_str!("migrations/003_sent.sql") },
    Migration { id: "000_pipeline_004", sql: include_str!("migrations/004_tried.sql") },
];

/// Counts within one millisecond, so that ids made in a row sort in that order.
static COUNTER: std::sync::Mutex<uuid::timestamp::context::ContextV7> = std::sync::Mutex::new(uuid::timestamp::context::ContextV7::new());

/// A fresh id that sorts by time of creation.
#[must_use]
pub fn fresh_id(now: clock::Ms) -> String {
    let seconds = u64::try_from(now.0 / 1000).unwrap_or(0);
    let nanos = u32::try_from(now.0 % 1000).unwrap_or(0) * 1_000_000;
    uuid::Uuid::new_v7(uuid::Timestamp::from_unix(&COUNTER, seconds, nanos)).to_string()
}

#[cfg(test)]
mod tests;
