//! How long to wait before the next try.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// From the first try on, this long; then the item is failed and waits for a person.
pub const GIVE_UP_AFTER: Duration = Duration::from_secs(72 * 3600);
const FIRST: f64 = 2.0;
const LONGEST: f64 = 4.0 * 3600.0;

/// As long again as it was tried already, from 2 s to 4 h, give or take a fifth: so the waits double, also for what was
/// held and released many times before. The jitter comes from the item's id, so that a thousand items that failed together
/// do not come back together, and a test sees the same wait every time.
#[must_use]
pub fn backoff(tried_for: Duration, attempts: i64, id: &str) -> Duration {
    let mut hasher = DefaultHasher::new();
    (id, attempts).hash(&mut hasher);
    #[allow(clippy::cast_precision_loss, reason = "a thousandth is precise enough")]
    let jitter = 0.8 + 0.4 * ((hasher.finish() % 1000) as f64 / 1000.0);
    Duration::from_secs_f64(tried_for.as_secs_f64().clamp(FIRST, LONGEST) * jitter)
}
