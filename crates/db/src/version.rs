//! Whether anything was committed since: what was read may be told again as long as nothing was, by whichever process or node.
//!
//! SQLite counts what other connections commit ([`data_version`](https://sqlite.org/pragma.html#pragma_data_version)), so a connection that
//! never writes watches. PostgreSQL names what a statement sees ([snapshot](https://www.postgresql.org/docs/current/functions-info.html)): as long
//! as that is the same, so is everything it could read. Either costs a statement, which all who ask at the same time share.

use crate::door::{Engine, rows_on};
use crate::{Error, Group};
use sea_orm::DatabaseConnection;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How a database was: where two are equal, every read between them found the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version(u64, String);

/// So many share one look.
const TOGETHER: usize = 1024;

/// Looks, for many at a time. Whoever asks gets a look that began after they asked.
pub fn watcher(engine: Engine, connection: DatabaseConnection) -> Group<(), Version> {
    // After a failure another connection may count from the beginning.
    let failures = Arc::new(AtomicU64::new(0));
    Group::new(TOGETHER, move |asking| {
        let (connection, failures) = (connection.clone(), failures.clone());
        Box::pin(async move {
            let sql = match engine {
                Engine::Sqlite => "select cast(data_version as text) as v from pragma_data_version",
                Engine::Postgres => "select pg_current_snapshot()::text as v",
            };
            let seen = rows_on(&connection, engine, sql, Vec::new()).await;
            if seen.is_err() {
                failures.fetch_add(1, Ordering::Relaxed);
            }
            let row = seen?.into_iter().next().ok_or_else(|| Error::new("the database does not say its version"))?;
            let version = Version(failures.load(Ordering::Relaxed), row.text("v")?);
            Ok(vec![version; asking.len()])
        })
    })
}

#[cfg(test)]
mod tests {
    use crate::Sql;
    use crate::scratch::{Scratch, engines};

    #[tokio::test]
    async fn a_version_stays_until_somebody_commits_anywhere_and_what_is_taken_back_was_nothing() {
        for engine in engines() {
            let scratch = Scratch::new(engine);
            let (db, other) = (scratch.open().await, scratch.open().await);
            db.run("create table t (n bigint not null)", vec![]).await.unwrap();
            let before = db.version().await.unwrap();
            assert_eq!(db.rows("select * from t", vec![]).await.unwrap().len(), 0);
            assert_eq!(db.version().await.unwrap(), before, "{engine:?}: reading changes nothing");
            let mut seen = vec![before];
            for writer in [&db, &other] {
                writer.run("insert into t values (1)", vec![]).await.unwrap();
                seen.push(db.version().await.unwrap());
                let tx = writer.begin().await.unwrap();
                tx.run("insert into t values (2)", vec![]).await.unwrap();
                tx.commit().await.unwrap();
                seen.push(db.version().await.unwrap());
            }
            for (n, version) in seen.iter().enumerate() {
                assert!(!seen[..n].contains(version), "{engine:?}: {seen:?}");
            }
            // Many at once, while somebody writes: whoever asks after a commit sees that it was.
            for n in 0..50 {
                let (earlier, rows) = (db.version().await.unwrap(), db.rows("select n from t", vec![]).await.unwrap().len());
                let (written, _) = tokio::join!(db.run("insert into t values ($1)", crate::params![n]), db.version());
                written.unwrap();
                assert_ne!(db.version().await.unwrap(), earlier);
                assert_eq!(db.rows("select n from t", vec![]).await.unwrap().len(), rows + 1);
            }
            scratch.discard(&db).await;
        }
    }
}
