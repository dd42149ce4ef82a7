//! What happens again and again. The period stands in the name, `hold-check/3600`, so a row says all there is to know.

use clock::Ms;
use db::{Result, Sql, params};
use std::time::Duration;

/// A schedule whose time has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Whose data.
    pub tenant: String,
    /// Whose work.
    pub connection: String,
    /// The kind of job it makes, with its period in seconds after the last slash.
    pub name: String,
    /// When it was due.
    pub next_at: Ms,
}

pub(crate) fn period(name: &str) -> Option<Duration> {
    name.rsplit('/').next()?.parse().ok().map(Duration::from_secs)
}

/// Adds a schedule, or moves it.
///
/// # Errors
/// When the database does not answer.
pub async fn set(tx: &impl Sql, tenant: &str, connection: &str, name: &str, next_at: Ms) -> Result<()> {
    tx.run(
        "insert into schedule (tenant, connection, name, next_at) values ($1, $2, $3, $4) \
         on conflict (tenant, connection, name) do update set next_at = excluded.next_at",
        params![tenant, connection, name, next_at.0],
    )
    .await
    .map(drop)
}

/// The schedules whose time has come.
///
/// # Errors
/// When the database does not answer.
pub async fn due(db: &impl Sql, now: Ms) -> Result<Vec<Schedule>> {
    let rows = db.rows("select * from schedule where next_at <= $1 order by next_at limit 100", params![now.0]).await?;
    rows.iter()
        .map(|row| {
            Ok(Schedule {
                tenant: row.text("tenant")?,
                connection: row.text("connection")?,
                name: row.text("name")?,
                next_at: Ms(row.int("next_at")?),
            })
        })
        .collect()
}

/// When the next schedule of a connection is due.
///
/// # Errors
/// When the database does not answer.
pub async fn next_due(db: &impl Sql, tenant: &str, connection: &str) -> Result<Option<Ms>> {
    let row = db.row("select min(next_at) as at from schedule where tenant = $1 and connection = $2", params![tenant, connection]).await?;
    Ok(row.map(|row| row.get::<Option<i64>>("at")).transpose()?.flatten().map(Ms))
}

pub(crate) async fn take_turn(tx: &impl Sql, tenant: &str, connection: &str, name: &str, was: Ms, next: Ms) -> Result<bool> {
    let sql = "update schedule set next_at = $1 where tenant = $2 and connection = $3 and name = $4 and next_at = $5";
    Ok(tx.run(sql, params![next.0, tenant, connection, name, was.0]).await? > 0)
}
