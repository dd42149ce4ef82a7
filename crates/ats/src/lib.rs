//! A Lever-compatible applicant tracking system: the API, OAuth, API keys, webhooks, and the pages a recruiter knows.
//!
//! It exists so that every integration with Lever can be built and tested without an account. Whoever speaks to Lever
//! speaks to this unchanged: point the base URL here. One account for each database.

pub mod access;
mod answers;
mod api;
mod applying;
mod audit;
pub mod board;
mod candidates;
mod contacts;
pub mod demo;
mod eeo;
mod events;
mod expand;
mod feedback;
mod feedback_templates;
mod files;
mod form_templates;
mod forms;
mod generate;
mod interviews;
mod job_board;
mod labels;
mod merging;
mod moves;
mod notes;
mod oauth;
mod offers;
mod pages;
mod paging;
pub mod people;
mod people_api;
mod posting_writes;
mod postings;
mod profiles;
mod questions;
mod referrals;
mod refusal;
mod requisition_fields;
mod requisition_links;
mod requisition_writes;
mod requisitions;
mod resumes;
pub mod sandbox;
mod sandbox_api;
pub mod sensitive;
mod settings;
pub mod setup;
mod surveys;
mod uploads;
mod webhooks;
mod writes;

pub use api::{Ats, catalogue};
pub use events::Deliveries;
pub use generate::Generated;
pub use refusal::Refusal;

use clock::Clock;
use db::vault::Vault;
use db::{Db, Migration};
use outbound::Outbound;
use pipeline::Pipeline;
use reader::Reader;
use store::Store;
use url::Url;

/// The tables, after those of sessions and the pipeline.
pub const MIGRATIONS: &[Migration] = &[
    Migration { id: "001_start", sql: include_str!("migrations/001_start.sql") },
    Migration { id: "002_forms", sql: include_str!("migrations/002_forms.sql") },
    Migration { id: "003_feedback", sql: include_str!("migrations/003_feedback.sql") },
    Migration { id: "004_resumes", sql: include_str!("migrations/004_resumes.sql") },
    Migration { id: "005_interviews", sql: include_str!("migrations/005_interviews.sql") },
    Migration { id: "006_large_accounts", sql: include_str!("migrations/006_large_accounts.sql") },
    Migration { id: "007_whole_api", sql: include_str!("migrations/007_whole_api.sql") },
    Migration { id: "008_sandbox", sql: include_str!("migrations/008_sandbox.sql") },
    Migration { id: "009_far_pages", sql: include_str!("migrations/009_far_pages.sql") },
    Migration { id: "010_sensitive", sql: include_str!("migrations/010_sensitive.sql") },
    Migration { id: "011_questions", sql: include_str!("migrations/011_questions.sql") },
    Migration { id: "012_by_hand", sql: include_str!("migrations/012_by_hand.sql") },
    Migration { id: "013_recency", sql: include_str!("migrations/013_recency.sql") },
    Migration { id: "014_parsed", sql: include_str!("migrations/014_parsed.sql") },
];

/// What the ATS stands on.
pub struct Ground {
    /// Its own database.
    pub db: Db,
    /// Where "now" comes from.
    pub clock: Clock,
    /// Seals signature tokens.
    pub vault: Vault,
    /// Delivers webhooks.
    pub outbound: Outbound,
    /// Keeps files.
    pub store: Store,
    /// Reads resumes; without, they are kept as they come.
    pub reader: Option<Reader>,
    /// Where people and programs reach it; no final slash.
    pub base: Url,
    /// Whether to hold callers to Lever's rate: 10 requests a second, bursts of 20.
    pub rate_limit: bool,
    /// Shows the demo's logins on the sign-in page.
    pub demo: bool,
    /// Lets people and programs make things go wrong.
    pub sandbox: bool,
}

impl Ground {
    /// Brings the tables up to date and opens the ATS.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open(self) -> db::Result<Ats> {
        let now = self.clock.now();
        db::migrate(&self.db, &[pipeline::MIGRATIONS, web::MIGRATIONS, MIGRATIONS].concat(), now).await?;
        let pipeline = Pipeline::new(self.db.clone(), self.clock.clone(), pipeline::Settings::default());
        setup::first_start(&self.db, &self.clock).await?;
        if pipeline::next_due(&self.db, events::TENANT, "", "").await?.is_none() {
            pipeline::set(&self.db, events::TENANT, "", events::PRUNE, now).await?;
        }
        Ok(Ats::new(self, pipeline))
    }
}
