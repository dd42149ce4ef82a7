//! One door to the database: SQLite (the embedded default) or PostgreSQL, behind the same SQL text.
//!
//! SQL lives with the owner of the table, beside the function that needs it; this crate only opens the door. The text
//! is the same on both engines: `$1` placeholders, ids and JSON as TEXT, times as BIGINT milliseconds. The few
//! fragments that differ come from [`Engine`]. Transactions are immediate on SQLite, so a reader that turns writer
//! never meets "database is locked".
//!
//! Invariant: this is the only crate that names a database driver.

mod clauses;
mod door;
mod group;
mod migrate;
mod row;
pub mod scratch;
pub mod vault;
mod version;

pub use clauses::Clauses;
pub use door::{Db, Engine, Place, Sql, Tx};
pub use group::Group;
pub use migrate::{Migration, migrate};
pub use row::{Row, list, values, values_after};
pub use sea_orm::Value;
pub use version::Version;

/// What went wrong at the database. Callers rarely match on it; it becomes a 500, or the reason a job is tried again.
#[derive(Debug, Clone, thiserror::Error)]
#[error("database: {why}")]
pub struct Error {
    why: String,
    unique: bool,
}

impl Error {
    /// From a sentence.
    pub fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), unique: false }
    }

    /// Whether a row with this key exists already.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        self.unique
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(e: sea_orm::DbErr) -> Self {
        let unique = matches!(e.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_)));
        Self { why: e.to_string(), unique }
    }
}

/// Shorthand for results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The values of a statement, in the order of `$1`, `$2`, …
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$($crate::Value::from($value)),*] };
}
