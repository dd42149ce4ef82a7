//! Opening the sides: each its own database, one key file, one door to the outside.

use crate::settings::{Settings, Side};
use anyhow::{Context, Result};
use ats::Ats;
use clock::Clock;
use db::vault::Vault;
use db::{Db, Place};
use hub::Hub;
use outbound::{Outbound, Reach};
use partners::Partners;
use reader::Reader;
use store::Store;

/// What all sides stand on.
#[derive(Clone)]
pub struct Ground {
    /// Settings.
    pub settings: Settings,
    /// The machine's clock, or the demo's.
    pub clock: Clock,
    /// Secrets.
    pub vault: Vault,
    /// The outside.
    pub outbound: Outbound,
    /// Recordings and files.
    pub store: Store,
    /// Reads resumes, in processes of this executable; without, nobody does.
    pub reader: Option<Reader>,
}

impl Ground {
    /// Makes the data folder and the key file if absent.
    ///
    /// # Errors
    /// When they cannot be made or read.
    pub fn new(settings: Settings) -> Result<Self> {
        std::fs::create_dir_all(&settings.data).with_context(|| format!("the data folder {} cannot be made", settings.data.display()))?;
        let key_file = settings.key_file.clone().unwrap_or_else(|| settings.data.join("key"));
        let vault = Vault::open(&key_file)?;
        // In the demo midnight comes at a click, and for whatever works beside it too.
        let moved = settings.data.join("clock");
        let clock = if settings.demo || settings.sandbox || moved.exists() {
            if !settings.demo && !settings.sandbox {
                tracing::warn!(
                    "this data folder belongs to a demo or a sandbox whose clock was moved, and time here is that clock's; the file clock in it says how far"
                );
            }
            Clock::that_can_be_moved(moved).map_err(anyhow::Error::msg)?
        } else {
            Clock::of_this_machine()
        };
        let reach =
            Reach { loopback: settings.allow_loopback || settings.demo, private: settings.allow_private_networks, plain: settings.allow_plain_http };
        let outbound = Outbound::new(reach, clock.clone());
        let store = settings.bucket(clock.clone())?.map_or_else(|| Store::folder(settings.data.clone()), Store::bucket);
        Ok(Self { settings, clock, vault, outbound, store, reader: None })
    }

    async fn db(&self, side: &str) -> Result<Db> {
        let place = match &self.settings.database_url {
            Some(url) => Place::Postgres { url: url.0.clone(), schema: side.to_owned() },
            None => Place::File(self.settings.data.join(format!("{side}.db"))),
        };
        Db::open(&place).await.with_context(|| format!("the database of {side} cannot be opened"))
    }

    /// Opens the ATS.
    ///
    /// # Errors
    /// When its database cannot be opened or brought up to date.
    pub async fn ats(&self) -> Result<Ats> {
        let ground = ats::Ground {
            db: self.db("ats").await?,
            clock: self.clock.clone(),
            vault: self.vault.clone(),
            outbound: self.outbound.clone(),
            store: self.store.clone(),
            reader: self.reader.clone(),
            base: self.settings.url(Side::Ats)?,
            rate_limit: !self.settings.no_rate_limit,
            demo: self.settings.demo,
            sandbox: self.settings.demo || self.settings.sandbox,
        };
        ground.open().await.context("the database of the ATS cannot be brought up to date")
    }

    /// Opens the partner apps.
    ///
    /// # Errors
    /// When their database cannot be opened or brought up to date.
    pub async fn partners(&self) -> Result<Partners> {
        let ground = partners::Ground {
            db: self.db("partners").await?,
            clock: self.clock.clone(),
            vault: self.vault.clone(),
            outbound: self.outbound.clone(),
            smtp: self.settings.smtp()?,
            store: self.store.clone(),
            base: self.settings.url(Side::Partners)?,
            demo: self.settings.demo,
        };
        ground.open().await.context("the database of the partner apps cannot be brought up to date")
    }

    /// Opens the hub.
    ///
    /// # Errors
    /// When its database cannot be opened or brought up to date.
    pub async fn hub(&self) -> Result<Hub> {
        let ground = hub::Ground {
            db: self.db("hub").await?,
            clock: self.clock.clone(),
            vault: self.vault.clone(),
            outbound: self.outbound.clone(),
            smtp: self.settings.smtp()?,
            base: self.settings.url(Side::Hub)?,
            connectors: connectors::ALL,
            rate_budget: !self.settings.no_rate_limit,
            work: pipeline::Settings::default(),
            metrics: crate::counted::print,
            demo: self.settings.demo.then_some((crate::demo::OPERATOR.1, ats::demo::PASSWORD)),
        };
        ground.open().await.context("the database of the hub cannot be brought up to date")
    }
}
