//! Slows down whoever guesses passwords.

use clock::{Clock, Ms};
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

const FREE_TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_secs(60);

/// Failed tries by name. In memory: a restart forgives, and an attacker cannot restart us.
#[derive(Default)]
pub struct Throttle {
    failed: Mutex<HashMap<String, (u32, Ms)>>,
}

impl Throttle {
    /// Whether this name may try now.
    #[must_use]
    pub fn allows(&self, name: &str, clock: &Clock) -> bool {
        let failed = self.lock();
        failed.get(name).is_none_or(|(count, last)| *count < FREE_TRIES || clock.now().since(*last) >= PAUSE)
    }

    /// Remembers how it went.
    pub fn note(&self, name: &str, fits: bool, clock: &Clock) {
        let mut failed = self.lock();
        if fits {
            failed.remove(name);
            return;
        }
        if failed.len() > 10_000 {
            failed.retain(|_, (_, last)| clock.now().since(*last) < PAUSE);
        }
        let entry = failed.entry(name.to_owned()).or_insert((0, clock.now()));
        if clock.now().since(entry.1) >= PAUSE {
            entry.0 = 0;
        }
        *entry = (entry.0 + 1, clock.now());
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, (u32, Ms)>> {
        self.failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
