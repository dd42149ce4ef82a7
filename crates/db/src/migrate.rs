//! Migrations: one set of SQL texts that both engines run, each in a transaction, each once.

use crate::{Db, Result, Sql, params};
use clock::Ms;

/// One step of the schema, never edited once released.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Sorts in order of application: `001_start`.
    pub id: &'static str,
    /// Statements, divided by semicolons.
    pub sql: &'static str,
}

/// Applies what has not been applied. Several nodes may start together: one works, the others wait and find it done.
///
/// # Errors
/// When a statement is refused; the database then stands as after the last whole migration.
pub async fn migrate(db: &Db, migrations: &[Migration], now: Ms) -> Result<()> {
    let tx = db.begin().await?;
    if db.engine() == crate::Engine::Postgres {
        tx.run("select pg_advisory_xact_lock(7400, hashtext(current_schema()))", vec![]).await?;
    }
    tx.run("create table if not exists migration (id text primary key, applied_at bigint not null)", vec![]).await?;
    let applied: Vec<String> = tx.rows("select id from migration", vec![]).await?.iter().map(|row| row.text("id")).collect::<Result<_>>()?;
    for migration in migrations.iter().filter(|m| !applied.iter().any(|id| id == m.id)) {
        Db::script(&tx, migration.sql).await?;
        tx.run("insert into migration (id, applied_at) values ($1, $2)", params![migration.id, now.0]).await?;
    }
    tx.commit().await
}
