//! What a connection remembers for a moment: lists that change once a week need not be read again for each hire.

use clock::Ms;
use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

type Kept = (Ms, Arc<dyn Any + Send + Sync>);

/// Values by name, each good for as long as its reader says. In memory, for one connection.
#[derive(Default)]
pub struct Memo {
    kept: Mutex<HashMap<String, Kept>>,
    turn: futures_util::lock::Mutex<()>,
}

impl Memo {
    /// The value, if it was kept less than `good_for` ago.
    #[must_use]
    pub fn get<T: Send + Sync + 'static>(&self, name: &str, now: Ms, good_for: Duration) -> Option<Arc<T>> {
        let all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (kept_at, value) = all.get(name)?;
        if now.since(*kept_at) < good_for { value.clone().downcast().ok() } else { None }
    }

    /// Keeps a value; a thousand at most, then all are forgotten.
    pub fn keep<T: Send + Sync + 'static>(&self, name: &str, now: Ms, value: Arc<T>) {
        let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= 1000 {
            all.clear();
        }
        all.insert(name.to_owned(), (now, value));
    }

    /// Waits until nobody else of this connection, on this node, does what must be done one at a time.
    pub async fn turn(&self) -> impl Drop + '_ {
        self.turn.lock().await
    }

    /// Forgets everything: the partner said that something is not so any more.
    pub fn forget(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
