//! The hub: the one path from a hint to an effect, for every connector, with nothing lost, nothing done twice, and
//! everything visible.
//!
//! receive (inbox row and job, one transaction, then 2xx) → read the truth from Lever → decide (pure) → effect rows →
//! perform → link and timeline. Every row has a tenant, and every query asks for it.

mod api;
mod arrivals;
mod attempt;
mod audit;
mod callbacks;
mod connect;
mod connections;
mod credential;
mod erase;
mod hires;
mod holds;
mod import;
mod jobs;
mod latest;
mod look;
pub mod metrics;
mod mirror;
mod names;
mod notices;
mod operators;
mod pages;
mod rate;
mod read;
mod receive;
mod runs;
mod setup;
mod stage_map;
mod subscriptions;
mod tokens;
mod troubles;
mod versions;
mod work;

pub use connections::{Connection, LeverApp};
pub use operators::NewOperator;
pub use tokens::Token;
pub use troubles::Trouble;
pub use work::Work;

use axum::Router;
use clock::{Clock, Ms};
use connector::{AnyConnector, Memo};
use db::vault::Vault;
use db::{Db, Migration};
use outbound::{Outbound, Pace, Smtp};
use pipeline::Pipeline;
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock, RwLock};
use url::Url;
use web::Lobby;

/// The tables, after those of sessions and the pipeline.
pub const MIGRATIONS: &[Migration] = &[
    Migration { id: "001_start", sql: include_str!("migrations/001_start.sql") },
    Migration { id: "002_rate_budget", sql: include_str!("migrations/002_rate_budget.sql") },
    Migration { id: "003_runs", sql: include_str!("migrations/003_runs.sql") },
    Migration { id: "004_joinedly", sql: include_str!("migrations/004_joinedly.sql") },
    Migration { id: "005_told", sql: include_str!("migrations/005_told.sql") },
    Migration { id: "006_arrivals", sql: include_str!("migrations/006_arrivals.sql") },
    Migration { id: "007_mirror", sql: include_str!("migrations/007_mirror.sql") },
];

/// What the hub stands on.
pub struct Ground {
    /// Its own database.
    pub db: Db,
    /// Where "now" comes from.
    pub clock: Clock,
    /// Seals tokens and credentials.
    pub vault: Vault,
    /// Calls Lever and the partners.
    pub outbound: Outbound,
    /// The mail server; without one letters are kept.
    pub smtp: Option<Smtp>,
    /// Where people, Lever and partners reach it; no final slash.
    pub base: Url,
    /// The connectors there are.
    pub connectors: &'static [&'static dyn AnyConnector],
    /// Whether to hold ourselves within Lever's rate: 10 requests a second, bursts of 20.
    pub rate_budget: bool,
    /// How many at once, and in one commit.
    pub work: pipeline::Settings,
    /// Prints what was counted.
    pub metrics: metrics::Print,
    /// The demo's login, shown on the sign-in page: e-mail and password.
    pub demo: Option<(&'static str, &'static str)>,
}

/// The hub. Clones share everything.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

/// What a [`Hub`] is made of.
pub struct Inner {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) vault: Vault,
    pub(crate) outbound: Outbound,
    pub(crate) smtp: Option<Smtp>,
    pub(crate) base: Url,
    pub(crate) connectors: &'static [&'static dyn AnyConnector],
    pub(crate) rate_budget: bool,
    pub(crate) metrics: metrics::Print,
    pub(crate) demo: Option<(&'static str, &'static str)>,
    /// The durable path.
    pub pipeline: Pipeline,
    pub(crate) lobby: Lobby,
    pub(crate) budgets: Mutex<HashMap<String, Arc<dyn Pace>>>,
    pub(crate) subscriptions: RwLock<HashMap<String, Arc<subscriptions::Known>>>,
    /// What was read of connections themselves, shared by a batch of work.
    pub(crate) memo: Memo,
    pub(crate) memos: Mutex<HashMap<String, (Ms, Arc<Memo>)>>,
    pub(crate) refusals: audit::Refusals,
    /// Something was stored with an ending that is to be thought about at once.
    pub(crate) thinks_again: AtomicBool,
    /// The token with which this process calls its own API, and for whom.
    pub(crate) own: OnceLock<(String, String)>,
}

impl Deref for Hub {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Ground {
    /// Brings the tables up to date and opens the hub.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open(self) -> db::Result<Hub> {
        db::migrate(&self.db, &[pipeline::MIGRATIONS, web::MIGRATIONS, post::MIGRATIONS, MIGRATIONS].concat(), self.clock.now()).await?;
        let lobby = Lobby::new(self.db.clone(), self.clock.clone(), "fulcrum_hub", &self.base);
        Ok(Hub(Arc::new(Inner {
            pipeline: Pipeline::new(self.db.clone(), self.clock.clone(), self.work),
            lobby,
            memo: Memo::new(self.clock.clone()),
            db: self.db,
            clock: self.clock,
            vault: self.vault,
            outbound: self.outbound,
            smtp: self.smtp,
            base: self.base,
            connectors: self.connectors,
            rate_budget: self.rate_budget,
            metrics: self.metrics,
            demo: self.demo,
            budgets: Mutex::default(),
            subscriptions: RwLock::default(),
            memos: Mutex::default(),
            refusals: audit::Refusals::default(),
            thinks_again: AtomicBool::default(),
            own: OnceLock::new(),
        })))
    }
}

impl Hub {
    /// Everything: receiver, API, pages.
    pub fn router(&self) -> Router {
        web::finish(
            &self.db,
            pages::routes(self.clone()),
            receive::routes(self.clone())
                .merge(callbacks::routes(self.clone()))
                .merge(api::routes(self.clone()))
                .merge(metrics::routes(self.clone())),
            |_, _| None,
        )
    }

    pub(crate) fn connector(&self, id: &str) -> Option<&'static dyn AnyConnector> {
        self.connectors.iter().copied().find(|c| c.spec().id == id)
    }

    /// What was read with a connection. Connected anew, perhaps with another account, it knows nothing.
    pub(crate) fn memo(&self, connection: &Connection) -> Arc<Memo> {
        let mut memos = self.memos.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let fresh = || (connection.connected_at, Arc::new(Memo::new(self.clock.clone())));
        let known = memos.entry(connection.id.clone()).or_insert_with(fresh);
        if known.0 != connection.connected_at {
            *known = fresh();
        }
        known.1.clone()
    }

    /// Open pages refresh, and the runner looks for work.
    pub(crate) fn committed(&self) {
        self.pipeline.wake();
        self.lobby.changed();
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_str().trim_end_matches('/'))
    }
}
