//! Working partner products behind their own HTTP APIs, so that every flow can be tried to its end. They embed the hub
//! as a vendor would: over its API, with a token.

pub mod accounts;
pub mod demo;
pub mod hr_cloud;
mod hub_link;

use axum::Router;
use clock::Clock;
use db::vault::Vault;
use db::{Db, Migration};
use outbound::Outbound;
use std::ops::Deref;
use std::sync::Arc;
use url::Url;
use web::Lobby;

/// The tables, after those of sessions.
pub const MIGRATIONS: &[Migration] = &[Migration { id: "001_start", sql: include_str!("migrations/001_start.sql") }];

/// What the partner apps stand on.
pub struct Ground {
    /// Their own database.
    pub db: Db,
    /// Where "now" comes from.
    pub clock: Clock,
    /// Seals the hub's token.
    pub vault: Vault,
    /// Calls the hub.
    pub outbound: Outbound,
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
    /// Whose turn it is to create or update by e-mail.
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
        db::migrate(&self.db, &[web::MIGRATIONS, MIGRATIONS].concat(), self.clock.now()).await?;
        let lobby = Lobby::new(self.db.clone(), self.clock.clone(), "fulcrum_partners", &self.base);
        let partners = Partners(Arc::new(Inner {
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
        Ok(partners)
    }
}

impl Partners {
    /// Every app's pages and API.
    pub fn router(&self) -> Router {
        let pages = Router::new()
            .route("/", axum::routing::get(|| async { web::see_other("/hr-cloud/people") }))
            .merge(accounts::routes())
            .merge(hr_cloud::page_routes())
            .with_state(self.clone());
        web::finish(&self.db, pages, hr_cloud::api_routes(self.clone()), |_| None)
    }
}
