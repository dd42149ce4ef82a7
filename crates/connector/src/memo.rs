//! One reading for many: what was read of the other side, while it is good enough for whoever asks.
//!
//! Work is claimed in batches, and much of it wants the same thing: the same posting, the same list. A reading that
//! began after the work was claimed is as fresh as one's own would be, so it is shared without ever being stale.
//! What changes once in a week may also be asked for by its age.

use clock::{Clock, Ms, Tick};
use std::any::Any;
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

/// Which readings are good enough.
#[derive(Clone, Copy, Debug)]
pub enum Good {
    /// Those that began after this.
    After(Tick),
    /// Those that began at most so long ago.
    For(Duration),
}

/// What one connection has read. In memory, on this node.
pub struct Memo {
    clock: Clock,
    readings: Mutex<Readings>,
    /// Who waits for whom, as long as somebody does.
    turns: Mutex<HashMap<String, Weak<futures_util::lock::Mutex<()>>>>,
}

struct Readings {
    /// What began earlier is forgotten.
    from: Tick,
    by_name: HashMap<String, Arc<Reading>>,
}

/// One thing that can be read. Whoever holds `turn` is reading it now.
#[derive(Default)]
struct Reading {
    turn: futures_util::lock::Mutex<()>,
    latest: Mutex<Option<Latest>>,
}

/// When it began, by order and by time, and what came of it.
type Latest = (Tick, Ms, Arc<dyn Any + Send + Sync>);

/// More names than this, and all are forgotten: most of them were wanted by one batch only.
const MOST: usize = 100;

impl Memo {
    /// Knows nothing yet.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { clock, readings: Mutex::new(Readings { from: Tick::next(), by_name: HashMap::new() }), turns: Mutex::default() }
    }

    /// The value under `name`, read by `read` unless somebody's reading of it is good enough. Those who ask meanwhile
    /// wait for that reading, and share its failure too.
    ///
    /// # Errors
    /// Those of `read`.
    pub async fn read<T, E, R>(&self, name: &str, good: Good, read: impl FnOnce() -> R) -> Result<Arc<T>, E>
    where
        T: Send + Sync + 'static,
        E: Clone + Send + Sync + 'static,
        R: Future<Output = Result<T, E>>,
    {
        let reading = self.reading(name);
        if let Some(known) = self.known(&reading, good) {
            return known;
        }
        let _turn = reading.turn.lock().await;
        if let Some(known) = self.known(&reading, good) {
            return known;
        }
        let (began, at) = (Tick::next(), self.clock.now());
        let value: Result<Arc<T>, E> = read().await.map(Arc::new);
        *lock(&reading.latest) = Some((began, at, Arc::new(value.clone())));
        value
    }

    fn known<T: Send + Sync + 'static, E: Clone + Send + Sync + 'static>(&self, reading: &Reading, good: Good) -> Option<Result<Arc<T>, E>> {
        let (began, at, value) = lock(&reading.latest).clone()?;
        let value = value.downcast::<Result<Arc<T>, E>>().ok()?;
        let good = match good {
            Good::After(tick) => began > tick,
            // A failure is over as soon as somebody asks anew.
            Good::For(long) => value.is_ok() && self.clock.now().since(at) < long,
        };
        (good && began > lock(&self.readings).from).then(|| Result::clone(&value))
    }

    fn reading(&self, name: &str) -> Arc<Reading> {
        let mut readings = lock(&self.readings);
        if readings.by_name.len() >= MOST && !readings.by_name.contains_key(name) {
            readings.by_name.clear();
        }
        readings.by_name.entry(name.to_owned()).or_default().clone()
    }

    /// Waits until nobody else of this connection, on this node, does what must be done one at a time.
    pub async fn turn(&self, name: &str) -> impl Drop + use<> {
        let turn = {
            let mut turns = lock(&self.turns);
            if turns.len() >= MOST {
                turns.retain(|_, turn| turn.strong_count() > 0);
            }
            let known = turns.get(name).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                let turn = Arc::default();
                turns.insert(name.to_owned(), Arc::downgrade(&turn));
                turn
            })
        };
        turn.lock_owned().await
    }

    /// Forgets everything, what is being read at this moment too: the other side said that something is not so any more.
    pub fn forget(&self) {
        lock(&self.readings).from = Tick::next();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicU32, Ordering};

    async fn count(memo: &Memo, good: Good, reads: &AtomicU32) -> u32 {
        let read = async || {
            futures_util::future::ready(()).await;
            Ok::<_, Infallible>(reads.fetch_add(1, Ordering::SeqCst) + 1)
        };
        *memo.read("n", good, read).await.unwrap()
    }

    #[tokio::test]
    async fn a_reading_is_shared_by_all_who_asked_before_it_began_and_by_nobody_who_asked_later() {
        let (memo, reads) = (Memo::new(Clock::standing_at(Ms(0))), AtomicU32::new(0));
        let (early, also_early) = (Tick::next(), Tick::next());
        assert_eq!(count(&memo, Good::After(early), &reads).await, 1);
        assert_eq!(count(&memo, Good::After(also_early), &reads).await, 1);
        let late = Tick::next();
        assert_eq!(count(&memo, Good::After(late), &reads).await, 2);
        assert_eq!(count(&memo, Good::After(early), &reads).await, 2);
    }

    #[tokio::test]
    async fn a_reading_is_good_for_so_long_and_not_after_it_was_forgotten() {
        let clock = Clock::standing_at(Ms(0));
        let (memo, reads) = (Memo::new(clock.clone()), AtomicU32::new(0));
        let minute = Good::For(Duration::from_secs(60));
        assert_eq!(count(&memo, minute, &reads).await, 1);
        clock.advance(Duration::from_secs(59));
        assert_eq!(count(&memo, minute, &reads).await, 1);
        clock.advance(Duration::from_secs(1));
        assert_eq!(count(&memo, minute, &reads).await, 2);
        memo.forget();
        assert_eq!(count(&memo, minute, &reads).await, 3);
    }

    #[tokio::test]
    async fn a_failure_is_shared_by_those_who_wait_and_never_remembered() {
        let memo = Memo::new(Clock::standing_at(Ms(0)));
        let asked = Tick::next();
        let fail = async || Err::<u32, _>("no".to_owned());
        assert_eq!(memo.read("n", Good::After(asked), fail).await, Err("no".to_owned()));
        let works = async || Ok::<u32, String>(1);
        assert_eq!(memo.read("n", Good::After(asked), works).await, Err("no".to_owned()));
        let works = async || Ok::<u32, String>(1);
        assert_eq!(*memo.read("n", Good::For(Duration::from_secs(60)), works).await.unwrap(), 1);
    }
}
