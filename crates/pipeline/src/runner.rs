//! The runner: claims, hands to the handler, writes down the ending. And the pipeline as its users hold it.

use crate::inbox::{self, Hint, Received};
use crate::jobs::insert_jobs;
use crate::queue::{self, Ended, Places};
use crate::{Ending, Item, NewEffect, NewJob, Schedule, Table, schedule};
use clock::{Clock, Ms};
use db::{Db, Group, Result, Sql};
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::MissedTickBehavior;

/// Whoever knows what jobs and effects mean.
pub trait Handler: Send + Sync + 'static {
    /// Does one try. The second value is the JSON of the redacted requests and answers, for the history.
    fn handle(&self, item: Item) -> BoxFuture<'_, (Ending, String)>;

    /// An ending was written down: open pages may look again now, and not a moment earlier.
    fn written(&self) {}
}

/// How many at once.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Tries under way at the same time, for each of jobs and effects.
    pub at_once: usize,
    /// Hints, or endings, in one transaction at most.
    pub in_one_commit: usize,
    /// How often to look for work that nobody announced: retries that came due, other nodes' leftovers.
    pub look_every: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { at_once: 64, in_one_commit: 256, look_every: Duration::from_millis(500) }
    }
}

/// Jobs and effects are counted apart, and their endings written apart.
const fn slot(table: Table) -> usize {
    table as usize
}

/// The pipeline over one database. Clones share it.
#[derive(Clone)]
pub struct Pipeline {
    db: Db,
    clock: Clock,
    node: Arc<str>,
    settings: Settings,
    hints: Group<Hint, Received>,
    endings: [Group<Ended, bool>; 2],
    work: Arc<Notify>,
}

impl Pipeline {
    /// Over a database whose migrations have run.
    #[must_use]
    pub fn new(db: Db, clock: Clock, settings: Settings) -> Self {
        let hints = {
            let (db, clock) = (db.clone(), clock.clone());
            Group::new(settings.in_one_commit, move |hints| {
                let (db, now) = (db.clone(), clock.now());
                Box::pin(async move { inbox::receive(&db, hints, now).await })
            })
        };
        let endings = [Table::Job, Table::Effect].map(|table| {
            let (db, clock) = (db.clone(), clock.clone());
            Group::new(settings.in_one_commit, move |ended| {
                let (db, now) = (db.clone(), clock.now());
                Box::pin(async move { queue::finish(&db, table, ended, now).await })
            })
        });
        Self { db, clock, node: db::vault::random_hex(8).into(), settings, hints, endings, work: Arc::new(Notify::new()) }
    }

    /// Stores a hint and its jobs. When this returns, a power loss changes nothing any more.
    ///
    /// # Errors
    /// When the database refused.
    pub async fn receive(&self, hint: Hint) -> Result<Received> {
        let received = self.hints.write(hint).await?;
        if received == Received::New {
            self.work.notify_one();
        }
        Ok(received)
    }

    /// Stores a job inside the caller's transaction. Call [`Pipeline::wake`] after the commit.
    ///
    /// # Errors
    /// When the database refused.
    pub async fn job(&self, tx: &impl Sql, tenant: &str, job: NewJob) -> Result<()> {
        insert_jobs(tx, vec![(tenant.to_owned(), None, job)], self.clock.now()).await
    }

    /// Stores effects inside the caller's transaction. Call [`Pipeline::wake`] after the commit.
    ///
    /// # Errors
    /// When the database refused.
    pub async fn effects(&self, tx: &impl Sql, tenant: &str, effects: Vec<NewEffect>) -> Result<()> {
        let effects = effects.into_iter().map(|e| (tenant.to_owned(), None, e)).collect();
        crate::effects::insert_effects(tx, effects, self.clock.now()).await
    }

    /// Tells the runner that something was committed.
    pub fn wake(&self) {
        self.work.notify_one();
    }

    /// Takes back what a process that died had in hand. With an embedded database there is no other node, so nobody
    /// needs to wait for the leases to run out; with a server other nodes may be alive, and the leases decide.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn recover(&self) -> Result<()> {
        if self.db.is_embedded() {
            for table in [Table::Job, Table::Effect] {
                let sql = format!("update {} set lease_until = $1 where state = 'running'", table.name());
                self.db.run(&sql, db::params![self.clock.now().0]).await?;
            }
        }
        Ok(())
    }

    /// Works until told to stop, then finishes what is in hand.
    pub async fn run(&self, handler: Arc<dyn Handler>, mut stop: watch::Receiver<bool>) {
        if let Err(e) = self.recover().await {
            tracing::error!(error = %e, "leases of an earlier run could not be taken back; they run out by themselves");
        }
        let mut under_way = FuturesUnordered::new();
        let mut counts = [0usize; 2];
        // What nobody announces is looked for now and then: schedules, and what somebody who died had in hand.
        let mut look = tokio::time::interval(self.settings.look_every);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let stopping = *stop.borrow();
            if stopping && under_way.is_empty() {
                return;
            }
            let places = Places { jobs: self.places(counts[0]), effects: self.places(counts[1]) };
            let free = !stopping && places != Places { jobs: 0, effects: 0 };
            if free {
                let looking = look.tick().now_or_never().is_some();
                if looking {
                    self.fire_schedules().await;
                }
                match queue::claim(&self.db, &self.node, places, looking, self.clock.now()).await {
                    Ok(items) => {
                        for item in items {
                            let (this, handler, slot) = (self.clone(), handler.clone(), slot(item.table));
                            counts[slot] += 1;
                            under_way.push(tokio::spawn(async move {
                                this.one(&*handler, item).await;
                                slot
                            }));
                        }
                    }
                    Err(e) => tracing::error!(error = %e, "cannot claim work; trying again soon"),
                }
            }
            tokio::select! {
                Some(slot) = under_way.next() => if let Ok(slot) = slot { counts[slot] -= 1 },
                () = self.work.notified(), if !stopping => {}
                _ = stop.changed(), if !stopping => {}
                _ = look.tick(), if free => look.reset_immediately(),
            }
            while let Some(Some(Ok(slot))) = under_way.next().now_or_never() {
                counts[slot] -= 1;
            }
        }
    }

    /// How many to claim when so many are under way. In good portions: a claim is a transaction, and one for each freed
    /// place would cost the gain.
    const fn places(&self, under_way: usize) -> usize {
        let free = self.settings.at_once - under_way;
        if free * 4 < self.settings.at_once { 0 } else { free }
    }

    /// Does everything whose time has come, until nothing is left. For tests: with a hand-moved clock this is the
    /// whole runner, without a single sleep.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn drain(&self, handler: &dyn Handler) -> Result<usize> {
        let mut done = 0;
        loop {
            self.fire_schedules().await;
            let places = Places { jobs: self.settings.at_once, effects: self.settings.at_once };
            let items = queue::claim(&self.db, &self.node, places, true, self.clock.now()).await?;
            if items.is_empty() {
                return Ok(done);
            }
            done += items.len();
            futures_util::future::join_all(items.into_iter().map(|item| self.one(handler, item))).await;
        }
    }

    async fn one(&self, handler: &dyn Handler, item: Item) {
        let started = self.clock.now();
        let slot = slot(item.table);
        // A handler that panics must not take the runner with it, nor lose the item.
        let mut work = std::pin::pin!(AssertUnwindSafe(handler.handle(item.clone())).catch_unwind());
        // A try that takes long keeps its lease, so that nobody else begins the same thing beside it.
        let tried = loop {
            tokio::select! {
                tried = &mut work => break tried,
                () = tokio::time::sleep(queue::LEASE / 3) => self.keep_lease(&item).await,
            }
        };
        let (ending, exchanges) = tried.unwrap_or_else(|_| {
            (Ending::Retry { after: None, why: "an unexpected fault inside Fulcrum; its log has the details".to_owned() }, "[]".to_owned())
        });
        if matches!(ending, Ending::Retry { .. } | Ending::GiveUp { .. }) {
            // Why stands in the history, where only those see it who may: it can quote what the other side said.
            tracing::warn!(item = %item.id, kind = %item.kind, attempt = item.attempts, "a try ended without success");
        }
        let woken = matches!(&ending, Ending::Decided(effects) if !effects.is_empty());
        let took = self.clock.now().since(started);
        let ended = Ended { item, node: self.node.to_string(), ending, exchanges, took };
        match self.endings[slot].write(ended).await {
            Ok(true) => {
                handler.written();
                if woken {
                    self.work.notify_one();
                }
            }
            Ok(false) => tracing::warn!("an ending came after its lease was lost and was dropped"),
            Err(e) => tracing::error!(error = %e, "an ending could not be written; the lease will run out and the item comes again"),
        }
    }

    async fn keep_lease(&self, item: &Item) {
        let until = self.clock.now().plus(queue::LEASE);
        if let Err(e) = queue::keep(&self.db, item, &self.node, until).await {
            tracing::error!(error = %e, "a lease could not be kept");
        }
    }

    async fn fire_schedules(&self) {
        if let Err(e) = self.try_schedules(self.clock.now()).await {
            tracing::error!(error = %e, "schedules could not be read; trying again soon");
        }
    }

    /// Turns due schedules into jobs. Whoever moves `next_at` owns the turn, so each fires once over all nodes.
    async fn try_schedules(&self, now: Ms) -> Result<()> {
        for Schedule { tenant, connection, name, next_at } in schedule::due(&self.db, now).await? {
            let Some(period) = schedule::period(&name) else { continue };
            let tx = self.db.begin().await?;
            if schedule::take_turn(&tx, &tenant, &connection, &name, next_at, now.plus(period)).await? {
                let job = NewJob {
                    connection: connection.clone(),
                    kind: name.clone(),
                    subject: format!("schedule/{name}"),
                    payload: serde_json::Value::Null,
                    priority: crate::Priority::Later,
                    run_at: now,
                };
                insert_jobs(&tx, vec![(tenant, None, job)], now).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }
}
