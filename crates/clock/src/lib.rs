//! Time, as everything in Fulcrum sees it: milliseconds since the Unix epoch, UTC, handed in by whoever starts the work.
//!
//! Invariant: only this crate asks the machine what time it is. Everything else takes a [`Clock`], so a test moves
//! the hands itself and a story about midnight runs at noon. Clippy's `disallowed-methods` holds the rule.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A moment: milliseconds since 1970-01-01T00:00:00Z, the unit Lever uses everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Ms(pub i64);

impl Ms {
    /// The same moment, this much later.
    #[must_use]
    pub fn plus(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The same moment, this much earlier.
    #[must_use]
    pub fn minus(self, wait: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long from `earlier` to here; nothing when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl fmt::Display for Ms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A place in the order of what happens in this process; later is greater. No time, only order: it goes on while the
/// hands of a clock stand still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tick(u64);

impl Tick {
    /// The next place, after every one that was handed out.
    #[must_use]
    pub fn next() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(LAST.fetch_add(1, Ordering::SeqCst))
    }
}

/// Where "now" comes from. Clones share the same hands.
#[derive(Clone, Default)]
pub struct Clock(Hands);

#[derive(Clone, Default)]
enum Hands {
    /// The machine's.
    #[default]
    Machine,
    /// They stand still until moved.
    Standing(Arc<AtomicI64>),
    /// The machine's, so many ms ahead.
    Ahead(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's own clock.
    #[must_use]
    pub fn of_this_machine() -> Self {
        Self(Hands::Machine)
    }

    /// A clock that stands at `at` until a test moves it.
    #[must_use]
    pub fn standing_at(at: Ms) -> Self {
        Self(Hands::Standing(Arc::new(AtomicI64::new(at.0))))
    }

    /// The machine's clock, which can be moved on: for a demo in which midnight comes at a click.
    #[must_use]
    pub fn that_can_be_moved() -> Self {
        Self(Hands::Ahead(Arc::default()))
    }

    /// The present moment.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    pub fn now(&self) -> Ms {
        let machine = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX));
        Ms(match &self.0 {
            Hands::Machine => machine(),
            Hands::Standing(hands) => hands.load(Ordering::SeqCst),
            Hands::Ahead(ahead) => machine().saturating_add(ahead.load(Ordering::SeqCst)),
        })
    }

    /// Moves the hands on. The machine's own clock cannot be moved.
    pub fn advance(&self, by: Duration) {
        if let Hands::Standing(hands) | Hands::Ahead(hands) = &self.0 {
            hands.fetch_add(i64::try_from(by.as_millis()).unwrap_or(0), Ordering::SeqCst);
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}
