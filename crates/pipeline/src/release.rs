//! By hand: letting held work go, ending what waits.

use crate::{Item, Table};
use clock::Ms;
use db::{Result, Sql, params};

/// One item by id.
///
/// # Errors
/// When the database does not answer.
pub async fn get(db: &impl Sql, table: Table, tenant: &str, id: &str) -> Result<Option<Item>> {
    let sql = format!("select * from {} where tenant = $1 and id = $2", table.name());
    db.row(&sql, params![tenant, id]).await?.map(|row| Item::read(table, &row)).transpose()
}

/// Lets one held or failed item go again; whether there was one. A job whose subject has a waiting job already is left
/// to that one.
///
/// # Errors
/// When the database does not answer.
pub async fn release_one(tx: &impl Sql, table: Table, tenant: &str, id: &str, now: Ms) -> Result<bool> {
    let sql = format!(
        "update {} set state = 'ready', run_at = $1, tried_since = $1, cause = null, ended_at = null \
         where tenant = $2 and id = $3 and state in ('held', 'failed', 'ready'){}",
        table.name(),
        no_other_waits(table)
    );
    Ok(tx.run(&sql, params![now.0, tenant, id]).await? > 0)
}

/// Only one job waits for a subject.
const fn no_other_waits(table: Table) -> &'static str {
    match table {
        Table::Job => {
            " and not exists (select 1 from job w where w.tenant = job.tenant and w.connection = job.connection \
             and w.kind = job.kind and w.key = job.key and w.state = 'ready' and w.id <> job.id)"
        }
        Table::Effect => "",
    }
}

/// Ends everything that waits for one connection; how much that was. What is running finishes by itself.
///
/// # Errors
/// When the database does not answer.
pub async fn cancel(tx: &impl Sql, tenant: &str, connection: &str, why: &str, now: Ms) -> Result<u64> {
    let mut cancelled = 0;
    for table in [Table::Job, Table::Effect] {
        let sql = format!(
            "update {} set state = 'cancelled', ended_at = $1, why = $2 where tenant = $3 and connection = $4 and state in ('ready', 'held')",
            table.name()
        );
        cancelled += tx.run(&sql, params![now.0, why, tenant, connection]).await?;
    }
    Ok(cancelled)
}
