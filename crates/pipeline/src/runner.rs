//! The runner: claims, hands to the handler, writes down the ending. And the pipeline as its users hold it.

use crate::claim::{self, Places};
use crate::finish::{self, Ended, Tried};
use crate::inbox::{self, Hint, Received};
use crate::jobs::insert_jobs;
use crate::{Ending, Item, NewEffect, NewJob, Schedule, Table, schedule};
use clock::{Clock, Ms};
use db::{Db, Group, Result, Sql, Tx};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, MissedTickBehavior};
use tracing::Instrument;

/// With more than so many under way a turn waits a moment for others to end: a commit for each would cost more than it
/// gains. With fewer nobody waits.
const BUSY: usize = 8;
/// That moment, counted from the turn before.
const GATHER: Duration = Duration::from_millis(5);

/// Whoever knows what jobs and effects mean.
pub trait Handler: Send + Sync + 'static {
    /// What it wants stored together with an ending.
    type Note: Send + Sync;

    /// Does one try.
    fn handle(&self, item: Item) -> impl Future<Output = Tried<Self::Note>> + Send;

    /// Stores notes in the transaction that writes the endings they came with.
    fn store(&self, tx: &Tx, notes: &[&Self::Note]) -> impl Future<Output = Result<()>> + Send {
        let _ = (tx, notes);
        std::future::ready(Ok(()))
    }

    /// Endings were written down: open pages may look again now, and not a moment earlier.
    fn written(&self) {}
}

/// How many at once.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Tries under way at the same time, for each of jobs and effects.
    pub at_once: usize,
    /// Of these, how many of one connection; twice that of what cannot wait.
    pub each: usize,
    /// Hints in one transaction at most.
    pub in_one_commit: usize,
    /// How often to look for work that nobody announced: retries that came due, other nodes' leftovers.
    pub look_every: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { at_once: 512, each: 64, in_one_commit: 256, look_every: Duration::from_millis(500) }
    }
}

/// The pipeline over one database. Clones share it.
#[derive(Clone)]
pub struct Pipeline {
    db: Db,
    clock: Clock,
    node: Arc<str>,
    settings: Settings,
    hints: Group<Hint, Received>,
    /// Something was stored, by table.
    work: Arc<[Notify; 2]>,
    turns: Arc<AtomicU64>,
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
        Self { db, clock, node: db::vault::random_hex(8).into(), settings, hints, work: Arc::default(), turns: Arc::default() }
    }

    /// Stores a hint and its jobs. When this returns, a power loss changes nothing any more.
    ///
    /// # Errors
    /// When the database refused.
    pub async fn receive(&self, hint: Hint) -> Result<Received> {
        let received = self.hints.write(hint).await?;
        if received == Received::New {
            self.tell(Table::Job);
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
        crate::effects::insert_effects(tx, effects, self.clock.now()).await.map(drop)
    }

    /// How many transactions the wheels have made: a few a second when there is nothing to do.
    #[must_use]
    pub fn turns(&self) -> u64 {
        self.turns.load(Ordering::Relaxed)
    }

    /// Tells the runner that something was committed.
    pub fn wake(&self) {
        self.tell(Table::Job);
        self.tell(Table::Effect);
    }

    fn tell(&self, table: Table) {
        self.work[table as usize].notify_one();
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
    pub async fn run<H: Handler>(&self, handler: Arc<H>, stop: watch::Receiver<bool>) {
        if let Err(e) = self.recover().await {
            tracing::error!(error = %e, "leases of an earlier run could not be taken back; they run out by themselves");
        }
        let jobs = self.wheel(Table::Job, handler.clone(), stop.clone());
        futures_util::future::join(jobs, self.wheel(Table::Effect, handler, stop)).await;
    }

    /// Turns until told to stop: what ended is written down and what comes next is claimed, in one transaction.
    async fn wheel<H: Handler>(&self, table: Table, handler: Arc<H>, mut stop: watch::Receiver<bool>) {
        let mut places = Places::new(self.settings.at_once, self.settings.each);
        let mut under_way = FuturesUnordered::new();
        let mut ended = Vec::new();
        // What nobody announces is looked for now and then: schedules, and what somebody who died had in hand.
        let mut look = tokio::time::interval(self.settings.look_every);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut orphans = true;
        loop {
            let stopping = *stop.borrow();
            let more = (!stopping && places.free() > 0).then_some(Claim { places: &places, orphans });
            // A turn that had no place for them leaves them to the next.
            orphans &= more.is_none();
            for item in self.turn(&*handler, table, &std::mem::take(&mut ended), more).await {
                let (this, handler) = (self.clone(), handler.clone());
                places.take(&item);
                under_way.push(tokio::spawn(async move { this.one(&*handler, item).await }));
            }
            if stopping && under_way.is_empty() {
                return;
            }
            let turned = Instant::now();
            tokio::select! {
                Some(one) = under_way.next() => ended.extend(one.ok()),
                () = self.work[table as usize].notified(), if !stopping => {}
                _ = stop.changed(), if !stopping => {}
                _ = look.tick(), if !stopping => {
                    orphans = true;
                    if table == Table::Job {
                        self.fire_schedules().await;
                    }
                }
            }
            if under_way.len() > BUSY {
                tokio::time::sleep_until(turned + GATHER).await;
            }
            // What ended meanwhile goes with it.
            while let Some(Some(one)) = under_way.next().now_or_never() {
                ended.extend(one.ok());
            }
            ended.iter().for_each(|e: &Ended<H::Note>| places.give_back(&e.item));
        }
    }

    /// Does everything whose time has come, until nothing is left. For tests: with a hand-moved clock this is the
    /// whole runner, without a single sleep.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn drain<H: Handler>(&self, handler: &H) -> Result<usize> {
        let places = Places::new(self.settings.at_once, self.settings.each);
        let mut done = 0;
        loop {
            self.fire_schedules().await;
            let before = done;
            for table in [Table::Job, Table::Effect] {
                let items = self.try_turn(handler, table, &[], Some(Claim { places: &places, orphans: true })).await?;
                done += items.len();
                let ended = futures_util::future::join_all(items.into_iter().map(|item| self.one(handler, item))).await;
                self.try_turn(handler, table, &ended, None).await?;
            }
            if done == before {
                return Ok(done);
            }
        }
    }

    /// One turn, never failing: endings that cannot be written together are written one by one, so that a bad one
    /// spoils only itself.
    async fn turn<H: Handler>(&self, handler: &H, table: Table, ended: &[Ended<H::Note>], more: Option<Claim<'_>>) -> Vec<Item> {
        let e = match self.try_turn(handler, table, ended, more).await {
            Ok(items) => return items,
            Err(e) => e,
        };
        tracing::error!(error = %e, endings = ended.len(), "a turn of work could not be written");
        for one in ended.chunks(1) {
            if let Err(e) = self.try_turn(handler, table, one, None).await {
                tracing::error!(error = %e, item = %one[0].item.id, "an ending could not be written; the lease will run out and the item comes again");
            }
        }
        Vec::new()
    }

    async fn try_turn<H: Handler>(&self, handler: &H, table: Table, ended: &[Ended<H::Note>], more: Option<Claim<'_>>) -> Result<Vec<Item>> {
        if ended.is_empty() && more.is_none() {
            return Ok(Vec::new());
        }
        self.turns.fetch_add(1, Ordering::Relaxed);
        let now = self.clock.now();
        let tx = self.db.begin().await?;
        let mine = finish::finish(&tx, handler, &self.node, table, ended, now).await?;
        let items = match more {
            Some(Claim { places, orphans }) => claim::claim(&tx, table, &self.node, places, orphans, now).await?,
            None => Vec::new(),
        };
        tx.commit().await?;
        if !mine.is_empty() {
            handler.written();
        }
        if table == Table::Job && ended.iter().any(|e| e.tried.ending.has_effects()) {
            self.tell(Table::Effect);
        }
        if mine.len() < ended.len() {
            tracing::warn!(count = ended.len() - mine.len(), "endings came after their lease was lost and were dropped");
        }
        Ok(items)
    }

    async fn one<H: Handler>(&self, handler: &H, item: Item) -> Ended<H::Note> {
        let started = self.clock.now();
        // A handler that panics must not take the runner with it, nor lose the item.
        let span = tracing::debug_span!(
            "try", otel.name = format!("{} {}", item.table.name(), item.kind), table = item.table.name(), item = %item.id, tenant = %item.tenant,
            connection = %item.connection, attempt = item.attempts, outcome = tracing::field::Empty
        );
        let mut work = std::pin::pin!(AssertUnwindSafe(handler.handle(item.clone()).instrument(span.clone())).catch_unwind());
        // A try that takes long keeps its lease, so that nobody else begins the same thing beside it.
        let tried = loop {
            tokio::select! {
                tried = &mut work => break tried,
                () = tokio::time::sleep(claim::LEASE / 3) => self.keep_lease(&item).await,
            }
        };
        let why = "an unexpected fault inside Fulcrum; its log has the details";
        let tried = tried.unwrap_or_else(|_| Tried { perhaps: true, ..Ending::Retry { after: None, why: why.to_owned() }.into() });
        if matches!(tried.ending, Ending::Retry { .. } | Ending::GiveUp { .. }) {
            // Why stands in the history, where only those see it who may: it can quote what the other side said.
            tracing::warn!(item = %item.id, kind = %item.kind, attempt = item.attempts, "a try ended without success");
        }
        let took = self.clock.now().since(started);
        let outcome = tried.ending.word();
        span.record("outcome", outcome);
        metrics::counter!("fulcrum_tries_total", "table" => item.table.name(), "outcome" => outcome).increment(1);
        if item.table == Table::Effect && outcome == "done" {
            // From the intention to the other side's confirmation, waiting for people and for repairs included.
            metrics::histogram!("fulcrum_effect_seconds").record(self.clock.now().since(item.tried_since).as_secs_f64());
        }
        Ended { item, tried, took }
    }

    async fn keep_lease(&self, item: &Item) {
        let until = self.clock.now().plus(claim::LEASE);
        if let Err(e) = claim::keep(&self.db, item, &self.node, until).await {
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
            let Some(next) = schedule::next(&name, now) else { continue };
            let tx = self.db.begin().await?;
            if schedule::take_turn(&tx, &tenant, &connection, &name, next_at, next).await? {
                let job = NewJob {
                    connection: connection.clone(),
                    kind: name.clone(),
                    subject: format!("{}{name}", schedule::SUBJECT),
                    payload: serde_json::json!({ "due": next_at.0 }),
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

/// What a turn claims.
#[derive(Clone, Copy)]
struct Claim<'a> {
    places: &'a Places,
    /// What somebody who died had in hand, too.
    orphans: bool,
}
