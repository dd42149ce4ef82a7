//! Databases for tests: a new one each, on SQLite always and on PostgreSQL when `FULCRUM_TEST_POSTGRES` names a server.
//!
//! `make test` starts that server, so there every test runs on both. The benchmarks use the same door.

use crate::vault::random_hex;
use crate::{Db, Engine, Place, Sql};
use std::path::PathBuf;

/// A place that disappears when dropped.
pub struct Scratch {
    /// Where.
    pub place: Place,
    folder: Option<PathBuf>,
}

/// The engines to test on.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "tests learn here where PostgreSQL is")]
pub fn engines() -> Vec<Engine> {
    match std::env::var("FULCRUM_TEST_POSTGRES") {
        Ok(_) => vec![Engine::Sqlite, Engine::Postgres],
        Err(_) => vec![Engine::Sqlite],
    }
}

impl Scratch {
    /// A new, empty place on this engine.
    ///
    /// # Panics
    /// When no folder can be made, or the variable is not set for PostgreSQL.
    #[must_use]
    #[allow(clippy::expect_used, clippy::disallowed_methods, reason = "a test cannot go on without its database")]
    pub fn new(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => {
                let folder = std::env::temp_dir().join(format!("fulcrum-{}", random_hex(8)));
                std::fs::create_dir_all(&folder).expect("a scratch folder");
                Self { place: Place::File(folder.join("test.db")), folder: Some(folder) }
            }
            Engine::Postgres => {
                let url = std::env::var("FULCRUM_TEST_POSTGRES").expect("FULCRUM_TEST_POSTGRES");
                Self { place: Place::Postgres { url, schema: format!("t_{}", random_hex(8)) }, folder: None }
            }
        }
    }

    /// Opens it.
    ///
    /// # Panics
    /// When it cannot be opened.
    #[allow(clippy::expect_used, reason = "a test cannot go on without its database")]
    pub async fn open(&self) -> Db {
        Db::open(&self.place).await.expect("the scratch database")
    }

    /// Removes what a file system does not: the schema on the server.
    pub async fn discard(self, db: &Db) {
        if let Place::Postgres { schema, .. } = &self.place {
            let _ = db.run(&format!("drop schema {schema} cascade"), vec![]).await;
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}
