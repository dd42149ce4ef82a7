//! The rate budget of one credential: a token bucket in which hires go before back-fill.
//!
//! Lever allows 10 requests a second with bursts to 20 for each credential and answers more with 429. We never get
//! there: whoever wants to call takes a token first and waits for it here.

use futures_util::future::BoxFuture;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Who is asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// A hire, a click: may use the whole bucket and goes first.
    Now,
    /// Back-fill, repair, reconciliation: leaves a quarter of the bucket for hires.
    Later,
}

/// Lever's own limit for one credential: requests a second.
pub const LEVER_RATE: u32 = 10;
/// And how many at once after a pause.
pub const LEVER_BURST: u32 = 20;

/// How many we send at once ourselves: calls do not arrive as evenly as they leave, and Lever counts when they arrive.
pub const OUR_BURST: u32 = LEVER_BURST - LEVER_BURST / 4;

/// Whoever says when the next call may go.
pub trait Pace: Send + Sync {
    /// Waits for a token.
    fn take(&self, urgency: Urgency) -> BoxFuture<'_, ()>;

    /// How many calls could go now.
    fn left(&self) -> u32;

    /// The other side says we are too fast all the same (somebody else uses the credential): there are no tokens now.
    fn empty(&self) -> BoxFuture<'_, ()>;
}

/// A token bucket. Kept as one moment: when the bucket will be full again.
#[derive(Debug)]
pub struct Budget {
    full_at: Mutex<Instant>,
    urgent: AtomicUsize,
    every: Duration,
    burst: u32,
}

impl Budget {
    /// `rate` tokens a second, at most `burst` saved up.
    #[must_use]
    pub fn new(rate: u32, burst: u32) -> Self {
        Self { full_at: Mutex::new(Instant::now()), urgent: AtomicUsize::new(0), every: Duration::from_secs(1) / rate.max(1), burst: burst.max(1) }
    }

    /// Lever's.
    #[must_use]
    pub fn of_lever() -> Self {
        Self::new(LEVER_RATE, LEVER_BURST)
    }

    /// Ours, which stays within Lever's.
    #[must_use]
    pub fn within_lever() -> Self {
        Self::new(LEVER_RATE, OUR_BURST)
    }

    /// A token now, or when to ask again.
    ///
    /// # Errors
    /// When there is none; the moment is the earliest at which there may be one.
    pub fn try_take(&self, urgency: Urgency) -> Result<(), Instant> {
        let now = Instant::now();
        let usable = match urgency {
            Urgency::Now => self.burst,
            Urgency::Later if self.urgent.load(Ordering::SeqCst) > 0 => return Err(now + self.every),
            Urgency::Later => (self.burst - self.burst / 4).max(1),
        };
        let mut full_at = self.lock();
        let filled = (*full_at).max(now) + self.every;
        let earliest = filled.checked_sub(self.every * usable).unwrap_or(now);
        if earliest <= now {
            *full_at = filled;
            Ok(())
        } else {
            Err(earliest)
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Instant> {
        self.full_at.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Pace for Budget {
    fn take(&self, urgency: Urgency) -> BoxFuture<'_, ()> {
        // Counted while it waits, also when the waiting is given up half-way.
        struct Waits<'a>(&'a AtomicUsize);
        impl Drop for Waits<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::SeqCst);
            }
        }
        Box::pin(async move {
            let _waits = (urgency == Urgency::Now).then(|| {
                self.urgent.fetch_add(1, Ordering::SeqCst);
                Waits(&self.urgent)
            });
            while let Err(until) = self.try_take(urgency) {
                tokio::time::sleep_until(until).await;
            }
        })
    }

    fn left(&self) -> u32 {
        let wait = self.lock().saturating_duration_since(Instant::now());
        self.burst - u32::try_from(wait.as_millis().div_ceil(self.every.as_millis().max(1))).unwrap_or(self.burst).min(self.burst)
    }

    fn empty(&self) -> BoxFuture<'_, ()> {
        *self.lock() = Instant::now() + self.every * self.burst;
        Box::pin(std::future::ready(()))
    }
}
