//! Group commit: durable writes that arrive together share one transaction and one fsync.
//!
//! One fsync costs 0.2 to 4 ms, so one commit per event would cap a hub at hundreds or a few thousand events a second.
//! Here every writer hands its item to one task; while a commit is under way the next items queue up, and the next
//! commit takes them all. Nobody waits for a timer: an idle system commits at once.

use crate::{Error, Result};
use futures_util::future::BoxFuture;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

type Waiting<I, O> = (I, oneshot::Sender<Result<O>>);

/// A door through which many writers go together. Clones share the door.
pub struct Group<I, O> {
    queue: mpsc::Sender<Waiting<I, O>>,
}

impl<I, O> Clone for Group<I, O> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone() }
    }
}

impl<I: Clone + Send + 'static, O: Send + 'static> Group<I, O> {
    /// `write` stores all items in one transaction and answers one result for each, in order. At most `most` go
    /// together; as many may wait, and then the callers feel the back-pressure.
    pub fn new<F>(most: usize, write: F) -> Self
    where
        F: Fn(Vec<I>) -> BoxFuture<'static, Result<Vec<O>>> + Send + Sync + 'static,
    {
        let (queue, mut arrivals) = mpsc::channel::<Waiting<I, O>>(most * 2);
        let write = Arc::new(write);
        tokio::spawn(async move {
            let mut batch = Vec::with_capacity(most);
            while arrivals.recv_many(&mut batch, most).await > 0 {
                // Whoever arrives at this very moment comes along: the fewer go, the more each costs.
                tokio::task::yield_now().await;
                while batch.len() < most
                    && let Ok(late) = arrivals.try_recv()
                {
                    batch.push(late);
                }
                let (items, answers): (Vec<I>, Vec<_>) = batch.drain(..).unzip();
                settle(&*write, items, answers).await;
            }
        });
        Self { queue }
    }

    /// Stores one item; returns when it is durable.
    ///
    /// # Errors
    /// When the database refused this item.
    pub async fn write(&self, item: I) -> Result<O> {
        let (answer, wait) = oneshot::channel();
        self.queue.send((item, answer)).await.map_err(|_| Error::new("the writer has stopped"))?;
        wait.await.map_err(|_| Error::new("the writer has stopped"))?
    }
}

/// One transaction for all; if it fails, one for each, so that a bad item spoils only itself.
async fn settle<I: Clone + Send + 'static, O: Send + 'static>(
    write: &(dyn Fn(Vec<I>) -> BoxFuture<'static, Result<Vec<O>>> + Send + Sync),
    items: Vec<I>,
    answers: Vec<oneshot::Sender<Result<O>>>,
) {
    let alone = items.len() == 1;
    match write(items.clone()).await {
        Ok(results) => {
            for (answer, result) in answers.into_iter().zip(results) {
                let _ = answer.send(Ok(result));
            }
        }
        Err(e) if alone => answers.into_iter().for_each(|answer| drop(answer.send(Err(e.clone())))),
        Err(_) => {
            for (item, answer) in items.into_iter().zip(answers) {
                let result = write(vec![item]).await.and_then(|mut one| one.pop().ok_or_else(|| Error::new("the writer gave no answer")));
                let _ = answer.send(result);
            }
        }
    }
}
