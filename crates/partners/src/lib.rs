//! Working partner products behind their own HTTP APIs, so that every flow can be tried to its end. They embed the hub
//! as a vendor would: over its API, with a token.

pub mod accounts;
mod api_tokens;
pub mod demo;
mod door;
mod errands;
mod files;
pub mod findem;
pub mod hr_cloud;
mod hub_link;
pub mod job_ring;
pub mod jobma;
pub mod joinedly;
mod letter_texts;
mod lever;
mod mail;
mod workdays;

pub use errands::Errands;
use files::Files;

use axum::Router;
use clock::Clock;
use db::vault::Vault;
use db::{Db, Migration};
use outbound::{Outbound, Smtp};
use pipeline::Pipeline;
use post::{Letters, Notices};
use std::ops::Deref;
use std::sync::Arc;
use store::Store;
use url::Url;
use web::Lobby;

/// The tables, after those of sessions.
pub const MIGRATIONS: &[Migration] = &[
    Migration { id: "001_start", sql: include_str!("migrations/001_start.sql") },
    Migration { id: "002_joinedly", sql: include_str!("migrations/002_joinedly.sql") },
    Migration { id: "003_jobma", sql: include_str!("migrations/003_jobma.sql") },
    Migration { id: "004_tokens", sql: include_str!("migrations/004_tokens.sql") },
    Migration { id: "005_job_ring", sql: include_str!("migrations/005_job_ring.sql") },
    Migration { id: "006_findem", sql: include_str!("migrations/006_findem.sql") },
];

/// What the partner apps stand on.
pub struct Ground {
    /// Their own database.
    pub db: Db,
    /// Where "now" comes from.
    pub clock: Clock,
    /// Seals the hub's token.
    pub vault: Vault,
    /// Calls the hub, and whoever wants to be told of something.
    pub outbound: Outbound,
    /// The mail server; without one letters are kept.
    pub smtp: Option<Smtp>,
    /// Keeps recordings.
    pub store: Store,
    /// Where people and programs reach them; no final slash.
    pub base: Url,
    /// Shows the demo's logins on the sign-in pages.
    pub demo: bool,
}

/// The partner apps. Clones share everything.
#[derive(Clone)]
pub struct Partners(Arc<Inner>);

/// What [`Partners`] is made of.
pub struct Inner {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) vault: Vault,
    pub(crate) outbound: Outbound,
    pub(crate) base: Url,
    pub(crate) demo: bool,
    pub(crate) lobby: Lobby,
    /// What they do by themselves.
    pub pipeline: Pipeline,
    pub(crate) letters: Letters,
    pub(crate) notices: Notices,
    pub(crate) recordings: jobma::Recordings,
    pub(crate) resumes: Files,
    pub(crate) fd_files: Files,
    /// Whose turn it is to create or update people.
    pub(crate) upserts: tokio::sync::Mutex<()>,
}

impl Deref for Partners {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Ground {
    /// Brings the tables up to date and opens the apps.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open(self) -> db::Result<Partners> {
        db::migrate(&self.db, &[pipeline::MIGRATIONS, web::MIGRATIONS, post::MIGRATIONS, MIGRATIONS].concat(), self.clock.now()).await?;
        let lobby = Lobby::new(self.db.clone(), self.clock.clone(), "fulcrum_partners", &self.base);
        let pipeline = Pipeline::new(self.db.clone(), self.clock.clone(), pipeline::Settings::default());
        let letters = Letters { db: self.db.clone(), clock: self.clock.clone(), pipeline: pipeline.clone(), smtp: self.smtp };
        let notices = Notices {
            db: self.db.clone(),
            clock: self.clock.clone(),
            vault: self.vault.clone(),
            outbound: self.outbound.clone(),
            pipeline: pipeline.clone(),
            by_mail: None,
        };
        let partners = Partners(Arc::new(Inner {
            pipeline,
            letters,
            notices,
            recordings: jobma::Recordings(self.store.clone()),
            resumes: Files { store: self.store.clone(), folder: "resumes" },
            fd_files: Files { store: self.store, folder: "findem" },
            db: self.db,
            clock: self.clock,
            vault: self.vault,
            outbound: self.outbound,
            base: self.base,
            demo: self.demo,
            lobby,
            upserts: tokio::sync::Mutex::default(),
        }));
        hr_cloud::first_start(&partners).await?;
        partners.first_buckets().await?;
        errands::schedule(&partners).await?;
        Ok(partners)
    }
}

impl Partners {
    /// Where people and programs reach a path.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_str().trim_end_matches('/'))
    }

    /// Every app's pages and API.
    pub fn router(&self) -> Router {
        let pages = Router::new()
            .merge(accounts::routes())
            .merge(hr_cloud::page_routes())
            .merge(joinedly::page_routes())
            .merge(jobma::page_routes())
            .merge(job_ring::page_routes())
            .merge(findem::page_routes())
            .with_state(self.clone());
        let apis = hr_cloud::api_routes(self.clone())
            .merge(joinedly::api_routes(self.clone()))
            .merge(jobma::api_routes(self.clone()))
            .merge(job_ring::api_routes(self.clone()))
            .merge(findem::api_routes(self.clone()));
        web::finish(&self.db, pages, apis, |_, _| None)
    }
}
