//! Claiming and finishing, the same for jobs and effects.

use crate::backoff::GIVE_UP_AFTER;
use crate::effects::insert_effects;
use crate::{Ending, Item, Table, backoff, fresh_id};
use clock::Ms;
use db::{Db, Result, Sql, params};
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// How long a claim lasts. A process that dies loses its claims after this long.
pub(crate) const LEASE: Duration = Duration::from_secs(60);

/// How many to take at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Places {
    pub jobs: usize,
    pub effects: usize,
}

/// Takes items whose time has come, under a lease, jobs and effects in one transaction. Work on one subject is never
/// claimed twice at once, and the effects on one subject go in the order they were stored. With `orphans`, first what
/// somebody who died had in hand: under load it would otherwise wait behind everything new.
pub(crate) async fn claim(db: &Db, node: &str, places: Places, orphans: bool, now: Ms) -> Result<Vec<Item>> {
    let tx = db.begin().await?;
    let until = now.plus(LEASE).0;
    let skip_locked = db.engine().skip_locked();
    let mut claimed = Vec::new();
    for (table, most) in [(Table::Job, places.jobs), (Table::Effect, places.effects)] {
        let t = table.name();
        let mut most = i64::try_from(most).unwrap_or(i64::MAX);
        if orphans && most > 0 {
            let sql = format!(
                "update {t} set lease_by = $1, lease_until = $2, attempts = attempts + 1 where id in (\
                   select id from {t} where state = 'running' and lease_until <= $3 order by lease_until limit $4{skip_locked}) returning *"
            );
            let rows = tx.rows(&sql, params![node, until, now.0, most]).await?;
            most -= i64::try_from(rows.len()).unwrap_or(most);
            claimed.extend(rows.into_iter().map(|row| (table, row)));
        }
        if most > 0 {
            let in_order = match table {
                Table::Job => "",
                Table::Effect => {
                    " and not exists (select 1 from effect e where e.tenant = w.tenant and e.connection = w.connection \
                     and e.subject = w.subject and e.state = 'ready' and e.id < w.id)"
                }
            };
            let sql = format!(
                "update {t} set state = 'running', lease_by = $1, lease_until = $2, attempts = attempts + 1 where id in (\
                   select w.id from {t} w where w.state = 'ready' and w.run_at <= $3 and not exists (\
                     select 1 from {t} r where r.tenant = w.tenant and r.connection = w.connection and r.subject = w.subject and r.state = 'running')\
                   {in_order} order by w.priority, w.run_at, w.id limit $4{skip_locked}) returning *"
            );
            claimed.extend(tx.rows(&sql, params![node, until, now.0, most]).await?.into_iter().map(|row| (table, row)));
        }
    }
    tx.commit().await?;
    let mut items: Vec<Item> = claimed.iter().map(|(table, row)| Item::read(*table, row)).collect::<Result<_>>()?;
    items.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(items)
}

/// Makes a lease last longer, if it is still ours.
pub(crate) async fn keep(db: &Db, item: &Item, node: &str, until: Ms) -> Result<()> {
    let sql = format!("update {} set lease_until = $1 where id = $2 and lease_by = $3 and attempts = $4 and state = 'running'", item.table.name());
    db.run(&sql, params![until.0, item.id.as_str(), node, item.attempts]).await.map(drop)
}

/// A try that has ended and waits to be written down.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    pub item: Item,
    pub node: String,
    pub ending: Ending,
    /// JSON: the redacted requests and answers of this try.
    pub exchanges: String,
    pub took: Duration,
}

/// Writes down many endings in one transaction. Only the holder of the lease may: whoever lost it finds the row moved
/// on, and its ending is dropped, effects and all. One answer for each: whether it counted.
pub(crate) async fn finish(db: &Db, table: Table, ended: Vec<Ended>, now: Ms) -> Result<Vec<bool>> {
    let tx = db.begin().await?;
    let over: Vec<&Ended> = ended.iter().filter(|e| e.ending.is_over()).collect();
    let mut mine = end(&tx, table, &over, now).await?;
    let mut effects = Vec::new();
    for e in &ended {
        match &e.ending {
            Ending::Decided(decided) if mine.contains(&e.item.id) => {
                effects.extend(decided.iter().cloned().map(|effect| (e.item.tenant.clone(), Some(e.item.id.clone()), effect)));
            }
            Ending::Withdrawn { why } if mine.contains(&e.item.id) => withdraw(&tx, e, why, now).await?,
            Ending::Decided(_) | Ending::Withdrawn { .. } | Ending::Done { .. } => {}
            unfinished => {
                if not_done(&tx, e, unfinished, now).await? {
                    mine.insert(e.item.id.clone());
                }
            }
        }
    }
    insert_effects(&tx, effects, now).await?;
    link(&tx, &ended, &mine, now).await?;
    supersede(&tx, table, &ended, &mine, now).await?;
    note_attempts(&tx, table, &ended, &mine, now).await?;
    tx.commit().await?;
    Ok(ended.iter().map(|e| mine.contains(&e.item.id)).collect())
}

/// Ends what is over, as far as its lease is still ours; which that is.
async fn end(tx: &impl Sql, table: Table, over: &[&Ended], now: Ms) -> Result<HashSet<String>> {
    if over.is_empty() {
        return Ok(HashSet::new());
    }
    let t = table.name();
    let mut values = params![now.0];
    for e in over {
        let (remote_id, why) = match &e.ending {
            Ending::Done { remote_id, why } => (remote_id.as_deref(), Some(why.as_str())),
            Ending::Withdrawn { why } => (None, Some(why.as_str())),
            _ => (None, None),
        };
        values.extend(params![e.item.id.as_str(), e.node.as_str(), e.item.attempts, remote_id, why]);
    }
    let sql = format!(
        "update {t} set state = 'done', ended_at = $1, lease_by = null, lease_until = null, cause = null, remote_id = v.column4, why = v.column5 \
         from (values {}) v where {t}.state = 'running' and {t}.id = v.column1 and {t}.lease_by = v.column2 and {t}.attempts = v.column3 \
         returning {t}.id",
        db::values_after(1, over.len(), 5)
    );
    tx.rows(&sql, values).await?.iter().map(|row| row.text("id")).collect()
}

/// Remembers which record at the other side belongs to which subject.
async fn link(tx: &impl Sql, ended: &[Ended], mine: &HashSet<String>, now: Ms) -> Result<()> {
    // Two endings of one subject in one statement would be refused; the later one counts.
    let mut links = HashMap::new();
    for e in ended.iter().filter(|e| mine.contains(&e.item.id)) {
        if let Ending::Done { remote_id: Some(remote_id), .. } = &e.ending {
            links.insert((&e.item.tenant, &e.item.connection, &e.item.subject), remote_id);
        }
    }
    if links.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "insert into link (tenant, connection, subject, remote_id, at) values {} \
         on conflict (tenant, connection, subject) do update set remote_id = excluded.remote_id, at = excluded.at",
        db::values(links.len(), 5)
    );
    let row = |((tenant, connection, subject), remote_id): ((&String, &String, &String), &String)| {
        params![tenant.as_str(), connection.as_str(), subject.as_str(), remote_id.as_str(), now.0]
    };
    tx.run(&sql, links.into_iter().flat_map(row).collect()).await.map(drop)
}

/// The truth wants nothing of this subject: what waits to be sent is not sent.
async fn withdraw(tx: &impl Sql, e: &Ended, why: &str, now: Ms) -> Result<()> {
    tx.run(
        "update effect set state = 'cancelled', ended_at = $1, why = $2, cause = null \
         where tenant = $3 and connection = $4 and subject = $5 and state in ('ready', 'held', 'failed')",
        params![now.0, why, e.item.tenant.as_str(), e.item.connection.as_str(), e.item.subject.as_str()],
    )
    .await
    .map(drop)
}

/// Retry, hold or give up. Answers whether the lease was still ours.
async fn not_done(tx: &impl Sql, e: &Ended, ending: &Ending, now: Ms) -> Result<bool> {
    let t = e.item.table.name();
    let (mut state, cause, why, mut run_at, mend) = match ending {
        Ending::Retry { after, why } => {
            let wait = after.unwrap_or_else(|| backoff(e.item.attempts, &e.item.id));
            ("ready", None, why.as_str(), now.plus(wait), None)
        }
        Ending::Hold { cause, why, mend } => ("held", Some(cause.as_str()), why.as_str(), now, Some(mend.to_string())),
        Ending::GiveUp { why } => ("failed", None, why.as_str(), now, None),
        Ending::Decided(_) | Ending::Withdrawn { .. } | Ending::Done { .. } => return Ok(false),
    };
    if state == "ready" && now.since(e.item.tried_since) >= GIVE_UP_AFTER {
        (state, run_at) = ("failed", now);
    }
    if state == "ready" && e.item.table == Table::Job {
        // A later hint made a waiting job of its own: that one goes on for both.
        let sql = "select 1 as one from job where tenant = $1 and connection = $2 and kind = $3 and key = $4 and state = 'ready'";
        let i = &e.item;
        if tx.row(sql, params![i.tenant.as_str(), i.connection.as_str(), i.kind.as_str(), i.key.as_str()]).await?.is_some() {
            state = "cancelled";
        }
    }
    let ended_at = matches!(state, "failed" | "cancelled").then_some(now.0);
    let sql = format!(
        "update {t} set state = $1, cause = $2, why = $3, run_at = $4, ended_at = $5, mend = $9, lease_by = null, lease_until = null \
         where id = $6 and lease_by = $7 and attempts = $8 and state = 'running'"
    );
    let values = params![state, cause, why, run_at.0, ended_at, e.item.id.as_str(), e.node.as_str(), e.item.attempts, mend];
    Ok(tx.run(&sql, values).await? > 0)
}

/// A subject that has just been read again needs no older held job any more.
async fn supersede(tx: &impl Sql, table: Table, ended: &[Ended], mine: &HashSet<String>, now: Ms) -> Result<()> {
    let read = |e: &&Ended| matches!(e.ending, Ending::Decided(_) | Ending::Withdrawn { .. } | Ending::Hold { .. }) && mine.contains(&e.item.id);
    let read: Vec<&Item> = ended.iter().filter(read).map(|e| &e.item).collect();
    if table == Table::Effect || read.is_empty() {
        return Ok(());
    }
    let mut values = params![now.0];
    for item in &read {
        values.extend(params![item.tenant.as_str(), item.connection.as_str(), item.kind.as_str(), item.key.as_str(), item.id.as_str()]);
    }
    let sql = format!(
        "update job set state = 'cancelled', ended_at = $1 from (values {}) v where job.tenant = v.column1 and job.connection = v.column2 \
         and job.kind = v.column3 and job.key = v.column4 and job.state = 'held' and job.id <> v.column5",
        db::values_after(1, read.len(), 5)
    );
    tx.run(&sql, values).await.map(drop)
}

/// Writes the history. A job that simply decided needs no line of its own: its effects tell.
async fn note_attempts(tx: &impl Sql, table: Table, ended: &[Ended], mine: &HashSet<String>, now: Ms) -> Result<()> {
    let mut values = Vec::new();
    let mut rows = 0;
    for e in ended.iter().filter(|e| mine.contains(&e.item.id)) {
        let (outcome, why) = match &e.ending {
            Ending::Decided(_) if table == Table::Job => continue,
            Ending::Decided(_) => ("done", ""),
            Ending::Withdrawn { why } => ("done", why.as_str()),
            Ending::Done { why, .. } => ("done", why.as_str()),
            Ending::Retry { why, .. } => ("retry", why.as_str()),
            Ending::Hold { why, .. } => ("held", why.as_str()),
            Ending::GiveUp { why } => ("failed", why.as_str()),
        };
        let took = i64::try_from(e.took.as_millis()).unwrap_or(i64::MAX);
        values.extend(params![
            fresh_id(now),
            e.item.tenant.as_str(),
            e.item.id.as_str(),
            e.item.attempts,
            now.0,
            took,
            outcome,
            why,
            e.exchanges.as_str()
        ]);
        rows += 1;
    }
    if rows > 0 {
        let sql = format!("insert into attempt (id, tenant, item, n, at, took_ms, outcome, why, exchanges) values {}", db::values(rows, 9));
        tx.run(&sql, values).await?;
    }
    Ok(())
}

/// One item by id.
///
/// # Errors
/// When the database does not answer.
pub async fn get(db: &impl Sql, table: Table, tenant: &str, id: &str) -> Result<Option<Item>> {
    let sql = format!("select * from {} where tenant = $1 and id = $2", table.name());
    db.row(&sql, params![tenant, id]).await?.map(|row| Item::read(table, &row)).transpose()
}

/// Lets everything go that is held for one cause; how much that was.
///
/// # Errors
/// When the database does not answer.
pub async fn release(tx: &impl Sql, tenant: &str, cause: &str, now: Ms) -> Result<u64> {
    let mut released = 0;
    for table in [Table::Job, Table::Effect] {
        let sql = format!(
            "update {} set state = 'ready', run_at = $1, tried_since = $1, cause = null \
             where tenant = $2 and cause = $3 and state = 'held'{}",
            table.name(),
            no_other_waits(table)
        );
        released += tx.run(&sql, params![now.0, tenant, cause]).await?;
    }
    Ok(released)
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
