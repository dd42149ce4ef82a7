//! A large account, made of a seed: the same seed gives the same account, to the byte, in an account that was empty.
//!
//! It is written beside whatever is there, and beside a running server, a few thousand rows at a time. No webhook tells of it: it is history.
//! Written again, it changes nothing; so what was cut off is finished by saying the same again. Files are not made.

mod chance;
mod company;
mod history;
mod names;
mod rows;

use crate::Ats;
use chance::Chance;
use db::{Sql, params};
use history::{Path, People};
use rows::Rows;

/// A day, ms.
const DAY: i64 = 86_400_000;
/// History ends on 1 January 2026, whenever it is made, and begins eight years before.
const END: i64 = 1_767_225_600_000;
const START: i64 = END - 8 * 365 * DAY;
/// So many candidacies are written at once.
const AT_ONCE: usize = 1_000;

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// Candidacies.
    pub opportunities: usize,
    /// Contacts.
    pub people: usize,
    /// Advertisements.
    pub postings: usize,
    /// Rows in all.
    pub rows: usize,
    /// SHA-256 of everything that was made, in hexadecimal.
    pub digest: String,
}

impl Ats {
    /// Makes a large account. `told` hears how many opportunities there are.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn generate(&self, opportunities: usize, seed: u64, mut told: impl FnMut(usize)) -> db::Result<Generated> {
        self.name_the_pipeline(seed).await?;
        let (stages, reasons) = (self.stages().await?, self.archive_reasons().await?);
        let path = Path { stages: &stages, reasons: &reasons };
        let (mut chance, mut rows) = (Chance::new(seed), Rows::default());
        let mut company = company::make(&mut chance, &mut rows, seed, opportunities);
        let mut people = People::new(seed);
        for n in 1..=opportunities {
            people.candidacy(&mut chance, &mut rows, &path, &mut company);
            if n % AT_ONCE == 0 {
                rows.write(&self.db).await?;
                told(n);
            }
        }
        company::count(&company.jobs, &mut rows);
        rows.write(&self.db).await?;
        self.db.count_anew().await?;
        self.committed();
        Ok(Generated { opportunities, people: people.count(), postings: company.jobs.len(), rows: rows.count, digest: rows.digest() })
    }

    /// In an account that is empty the stages and archive reasons get ids of the seed too: elsewhere they have those they have.
    async fn name_the_pipeline(&self, seed: u64) -> db::Result<()> {
        let tx = self.db.begin().await?;
        // Only where nobody can know the ids yet.
        for table in ["opportunity", "posting", "person", "api_key", "oauth_app"] {
            if tx.row(&format!("select id from {table} limit 1"), vec![]).await?.is_some() {
                return Ok(());
            }
        }
        let mut chance = Chance::new(!seed);
        for table in ["stage", "archive_reason"] {
            for row in tx.rows(&format!("select id from {table} order by position, id"), vec![]).await? {
                let (id, new) = (row.text("id")?, chance.id());
                if !crate::setup::is_system_stage(&id) {
                    tx.run(&format!("update {table} set id = $1 where id = $2"), params![new, id]).await?;
                }
            }
        }
        tx.commit().await
    }
}
