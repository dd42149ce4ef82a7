//! What happens again and again. When stands in the name, so that a row says all there is to know: `look-again/900`
//! comes every 900 seconds, `import@Europe/Berlin` at each midnight there.

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

/// What the jobs of schedules are about.
pub const SUBJECT: &str = "schedule/";

/// When a schedule of this name comes next. A day begins once in each zone, also where clocks are changed at midnight.
#[must_use]
pub fn next(name: &str, after: Ms) -> Option<Ms> {
    if let Some((_, zone)) = name.split_once('@') {
        let zone = jiff::tz::TimeZone::get(zone).ok()?;
        let today = jiff::Timestamp::from_millisecond(after.0).ok()?.to_zoned(zone.clone()).date();
        let midnight = today.tomorrow().ok()?.to_zoned(zone).ok()?;
        return Some(Ms(midnight.timestamp().as_millisecond()));
    }
    let seconds = name.rsplit('/').next()?.parse().ok()?;
    Some(after.plus(Duration::from_secs(seconds)))
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

/// Ends the schedules of a connection whose name begins so.
///
/// # Errors
/// When the database does not answer.
pub async fn clear(tx: &impl Sql, tenant: &str, connection: &str, begins: &str) -> Result<()> {
    let sql = "delete from schedule where tenant = $1 and connection = $2 and substr(name, 1, $3) = $4";
    let length = i32::try_from(begins.len()).unwrap_or(0);
    tx.run(sql, params![tenant, connection, length, begins]).await.map(drop)
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

/// When a schedule of a connection whose name begins so is due next.
///
/// # Errors
/// When the database does not answer.
pub async fn next_due(db: &impl Sql, tenant: &str, connection: &str, begins: &str) -> Result<Option<Ms>> {
    let sql = "select min(next_at) as at from schedule where tenant = $1 and connection = $2 and substr(name, 1, $3) = $4";
    let length = i32::try_from(begins.len()).unwrap_or(0);
    let row = db.row(sql, params![tenant, connection, length, begins]).await?;
    Ok(row.map(|row| row.get::<Option<i64>>("at")).transpose()?.flatten().map(Ms))
}

pub(crate) async fn take_turn(tx: &impl Sql, tenant: &str, connection: &str, name: &str, was: Ms, next: Ms) -> Result<bool> {
    let sql = "update schedule set next_at = $1 where tenant = $2 and connection = $3 and name = $4 and next_at = $5";
    Ok(tx.run(sql, params![next.0, tenant, connection, name, was.0]).await? > 0)
}
