//! Time, as everything in Fulcrum sees it: milliseconds since the Unix epoch, UTC, handed in by whoever starts the work.
//!
//! Invariant: only this crate asks the machine what time it is. Everything else takes a [`Clock`], so a test moves
//! the hands itself and a story about midnight runs at noon. Clippy's `disallowed-methods` holds the rule.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;
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
    Ahead(Arc<Ahead>),
}

/// How far a clock is ahead of the machine's.
struct Ahead {
    ms: AtomicI64,
    /// It stands here, so that it is the same after the next start, and for other processes.
    kept: PathBuf,
    /// When the file was looked at last, by the machine's clock, ms.
    looked: AtomicI64,
}

/// Another process may have moved the clock: the file is looked at so often, ms.
const LOOKS: i64 = 100;

impl Ahead {
    fn read(kept: &std::path::Path) -> Result<i64, String> {
        match std::fs::read_to_string(kept) {
            Ok(text) => text.trim().parse().map_err(|_| format!("{} should say how many ms the clock is ahead, and does not", kept.display())),
            Err(_) => Ok(0),
        }
    }

    fn ms(&self, machine: i64) -> i64 {
        if machine.saturating_sub(self.looked.load(Ordering::SeqCst)) >= LOOKS {
            self.looked.store(machine, Ordering::SeqCst);
            // Never back: time that has gone by stays so.
            if let Ok(ms) = Self::read(&self.kept) {
                self.ms.fetch_max(ms, Ordering::SeqCst);
            }
        }
        self.ms.load(Ordering::SeqCst)
    }
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

    /// The machine's clock, which can be moved on: for a demo in which midnight comes at a click. How far it is ahead stands in
    /// this file, in ms, so that time does not jump back with the next start.
    ///
    /// # Errors
    /// When there is such a file, and no number in it.
    pub fn that_can_be_moved(kept: PathBuf) -> Result<Self, String> {
        let ms = AtomicI64::new(Ahead::read(&kept)?);
        Ok(Self(Hands::Ahead(Arc::new(Ahead { ms, kept, looked: AtomicI64::new(0) }))))
    }

    /// The present moment.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    pub fn now(&self) -> Ms {
        let machine = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX));
        Ms(match &self.0 {
            Hands::Machine => machine(),
            Hands::Standing(hands) => hands.load(Ordering::SeqCst),
            Hands::Ahead(ahead) => {
                let machine = machine();
                machine.saturating_add(ahead.ms(machine))
            }
        })
    }

    /// Moves the hands on. The machine's own clock cannot be moved.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(0);
        match &self.0 {
            Hands::Machine => {}
            Hands::Standing(hands) => drop(hands.fetch_add(by, Ordering::SeqCst)),
            Hands::Ahead(hands) => {
                hands.ms.fetch_max(Ahead::read(&hands.kept).unwrap_or(0), Ordering::SeqCst);
                let ahead = hands.ms.load(Ordering::SeqCst).saturating_add(by);
                hands.ms.fetch_max(ahead, Ordering::SeqCst);
                // A folder that cannot be written to any more stops more than this.
                let half = hands.kept.with_extension("new");
                let _ = std::fs::write(&half, ahead.to_string()).and_then(|()| std::fs::rename(&half, &hands.kept));
            }
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, Duration};

    #[test]
    fn a_clock_that_another_process_moves_goes_along_and_never_back() {
        let kept = std::env::temp_dir().join(format!("fulcrum-clock-other-{}", std::process::id()));
        let (one, other) = (Clock::that_can_be_moved(kept.clone()).unwrap(), Clock::that_can_be_moved(kept.clone()).unwrap());
        let before = one.now();
        one.advance(Duration::from_secs(3600));
        other.advance(Duration::from_secs(3600));
        let there = Clock::that_can_be_moved(kept.clone()).unwrap().now();
        assert!(there.since(before) >= Duration::from_secs(7200), "both count");
        std::fs::remove_file(kept).unwrap();
        assert!(other.now() >= before.plus(Duration::from_secs(7200)));
    }

    #[test]
    fn a_clock_that_was_moved_is_as_far_ahead_after_the_next_start() {
        let kept = std::env::temp_dir().join(format!("fulcrum-clock-{}", std::process::id()));
        let clock = Clock::that_can_be_moved(kept.clone()).unwrap();
        clock.advance(Duration::from_secs(86_400));
        let next = Clock::that_can_be_moved(kept.clone()).unwrap();
        assert!(next.now().since(clock.now()) < Duration::from_secs(60) && clock.now().since(next.now()) < Duration::from_secs(60));
        assert!(next.now().since(Clock::of_this_machine().now()) > Duration::from_secs(86_000));
        std::fs::write(&kept, "soon").unwrap();
        assert!(Clock::that_can_be_moved(kept.clone()).is_err());
        std::fs::remove_file(kept).unwrap();
    }
}
