//! Writing down how tries ended, the same for jobs and effects.

use crate::backoff::GIVE_UP_AFTER;
use crate::effects::{insert_effects, may_be_so};
use crate::jobs::insert_jobs;
use crate::runner::Handler;
use crate::{Ending, Item, NewJob, State, Table, backoff, fresh_id, schedule};
use clock::Ms;
use db::{Result, Sql, Tx, params};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

/// How long after an effect that was under way is looked at again.
const A_MOMENT: Duration = Duration::from_secs(2);

/// What a try came to.
#[derive(Clone, Debug)]
pub struct Tried<N = ()> {
    /// How it ended.
    pub ending: Ending,
    /// JSON: the redacted requests and answers, for the history.
    pub exchanges: String,
    /// Of an effect that is not done: it may have been made so all the same, since something was sent and not refused.
    pub perhaps: bool,
    /// What the handler wants stored together with the ending, in the same transaction.
    pub note: Option<N>,
}

impl<N> From<Ending> for Tried<N> {
    /// A try that talked to nobody.
    fn from(ending: Ending) -> Self {
        Self { ending, exchanges: "[]".to_owned(), perhaps: false, note: None }
    }
}

/// A try that is over and waits to be written down.
pub(crate) struct Ended<N> {
    pub item: Item,
    pub tried: Tried<N>,
    pub took: Duration,
}

/// Writes down many endings. Only the holder of the lease may: whoever lost it finds the row moved on, and its ending
/// is dropped, effects, note and all. Which ones counted.
pub(crate) async fn finish<H: Handler>(tx: &Tx, handler: &H, node: &str, table: Table, ended: &[Ended<H::Note>], now: Ms) -> Result<HashSet<String>> {
    if ended.is_empty() {
        return Ok(HashSet::new());
    }
    let over: Vec<_> = ended.iter().filter(|e| e.tried.ending.is_over()).collect();
    let mut mine = end(tx, table, node, &over, now).await?;
    for e in ended.iter().filter(|e| !e.tried.ending.is_over()) {
        if not_done(tx, node, e, now).await? {
            mine.insert(e.item.id.clone());
        }
    }
    let mine_only: Vec<_> = ended.iter().filter(|e| mine.contains(&e.item.id)).collect();
    let mut effects = Vec::new();
    let mut too_early = HashSet::new();
    for e in &mine_only {
        match &e.tried.ending {
            Ending::Decided(decided) => {
                effects.extend(decided.iter().cloned().map(|effect| (e.item.tenant.clone(), Some(e.item.id.clone()), effect)));
            }
            // One effect that is not wanted says nothing of the others.
            Ending::Withdrawn { why } if table == Table::Job => {
                let running = withdraw(tx, &e.item, why, now).await?;
                too_early.extend(running.then(|| e.item.id.clone()));
            }
            _ => {}
        }
    }
    too_early.extend(insert_effects(tx, effects, now).await?);
    link(tx, &mine_only, now).await?;
    if table == Table::Job {
        supersede(tx, &mine_only, now).await?;
        think_again(tx, &mine_only, &too_early, now).await?;
        leave_no_trace(tx, &mine_only).await?;
    }
    let notes: Vec<&H::Note> = mine_only.iter().filter_map(|e| e.tried.note.as_ref()).collect();
    if !notes.is_empty() {
        handler.store(tx, &notes).await?;
    }
    note_attempts(tx, &mine_only, now).await?;
    Ok(mine)
}

/// Ends what is over, as far as its lease is still ours; which that is.
async fn end<N>(tx: &Tx, table: Table, node: &str, over: &[&Ended<N>], now: Ms) -> Result<HashSet<String>> {
    if over.is_empty() {
        return Ok(HashSet::new());
    }
    let t = table.name();
    let mut values = params![now.0];
    for e in over {
        let (state, remote_id, why) = match &e.tried.ending {
            Ending::Done { remote_id, why, .. } => (State::Done, remote_id.as_deref(), Some(why.as_str())),
            Ending::Withdrawn { why } if table == Table::Effect => (State::Cancelled, None, Some(why.as_str())),
            Ending::Withdrawn { why } => (State::Done, None, Some(why.as_str())),
            _ => (State::Done, None, None),
        };
        values.extend(params![e.item.id.as_str(), node, e.item.attempts, state.name(), remote_id, why]);
    }
    // What is done says itself what was written. What is not wanted any more may be there all the same.
    let tried = if table == Table::Effect { ", tried = case v.column4 when 'done' then '' else tried end" } else { "" };
    let sql = format!(
        "update {t} set state = v.column4{tried}, ended_at = $1, lease_by = null, lease_until = null, cause = null, remote_id = v.column5, why = v.column6 \
         from (values {}) v where {t}.state = 'running' and {t}.id = v.column1 and {t}.lease_by = v.column2 and {t}.attempts = v.column3 \
         returning {t}.id",
        db::values_after(1, over.len(), 6)
    );
    tx.rows(&sql, values).await?.iter().map(|row| row.text("id")).collect()
}

/// Remembers which record at the other side belongs to which subject.
async fn link<N>(tx: &Tx, ended: &[&Ended<N>], now: Ms) -> Result<()> {
    // Two endings of one subject in one statement would be refused; the later one counts. In order, so that two nodes
    // never wait for each other.
    let mut links = BTreeMap::new();
    for e in ended {
        if let Ending::Done { remote_id: Some(remote_id), sent, .. } = &e.tried.ending {
            links.insert((&e.item.tenant, &e.item.connection, &e.item.subject), (remote_id, sent));
        }
    }
    if links.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "insert into link (tenant, connection, subject, remote_id, sent, at) values {} \
         on conflict (tenant, connection, subject) do update set remote_id = excluded.remote_id, sent = excluded.sent, at = excluded.at",
        db::values(links.len(), 6)
    );
    let row = |((tenant, connection, subject), (remote_id, sent)): ((&String, &String, &String), (&String, &Value))| {
        params![tenant.as_str(), connection.as_str(), subject.as_str(), remote_id.as_str(), sent.to_string(), now.0]
    };
    tx.run(&sql, links.into_iter().flat_map(row).collect()).await.map(drop)
}

/// The truth wants nothing of this subject: what waits to be sent is not sent. Whether something is under way all the same:
/// then the truth has to be looked at again when that is over.
async fn withdraw(tx: &Tx, item: &Item, why: &str, now: Ms) -> Result<bool> {
    tx.run(
        "update effect set state = 'cancelled', ended_at = $1, why = $2, cause = null \
         where tenant = $3 and connection = $4 and subject = $5 and state in ('ready', 'held', 'failed')",
        params![now.0, why, item.tenant.as_str(), item.connection.as_str(), item.subject.as_str()],
    )
    .await?;
    let sql = "select 1 as one from effect where tenant = $1 and connection = $2 and subject = $3 and state = 'running' limit 1";
    Ok(tx.row(sql, params![item.tenant.as_str(), item.connection.as_str(), item.subject.as_str()]).await?.is_some())
}

/// Retry, hold or give up. Answers whether the lease was still ours.
async fn not_done<N>(tx: &Tx, node: &str, ended: &Ended<N>, now: Ms) -> Result<bool> {
    let (item, ending) = (&ended.item, &ended.tried.ending);
    let t = item.table.name();
    let (mut state, cause, why, mut run_at, mend) = match ending {
        Ending::Retry { after, why } => {
            let wait = after.unwrap_or_else(|| backoff(now.since(item.tried_since), item.attempts, &item.id));
            ("ready", None, why.as_str(), now.plus(wait), None)
        }
        Ending::Hold { cause, why, mend } => ("held", Some(cause.as_str()), why.as_str(), now, Some(mend.to_string())),
        Ending::GiveUp { why } => ("failed", None, why.as_str(), now, None),
        Ending::Decided(_) | Ending::Moot | Ending::Withdrawn { .. } | Ending::Done { .. } => return Ok(false),
    };
    if state == "ready" && now.since(item.tried_since) >= GIVE_UP_AFTER {
        (state, run_at) = ("failed", now);
    }
    if state == "ready" && item.table == Table::Job {
        // A later hint made a waiting job of its own: that one goes on for both.
        let sql = "select 1 as one from job where tenant = $1 and connection = $2 and kind = $3 and key = $4 and state = 'ready'";
        if tx.row(sql, params![item.tenant.as_str(), item.connection.as_str(), item.kind.as_str(), item.key.as_str()]).await?.is_some() {
            state = "cancelled";
            if item.payload.is_null() {
                // It was wanted without conditions, so the other one is now.
                let sql = "update job set payload = 'null' where tenant = $1 and connection = $2 and kind = $3 and key = $4 and state = 'ready'";
                tx.run(sql, params![item.tenant.as_str(), item.connection.as_str(), item.kind.as_str(), item.key.as_str()]).await?;
            }
        }
    }
    let ended_at = matches!(state, "failed" | "cancelled").then_some(now.0);
    let tried = if ended.tried.perhaps && item.table == Table::Effect { may_be_so("$10") } else { String::new() };
    let sql = format!(
        "update {t} set state = $1, cause = $2, why = $3, run_at = $4, ended_at = $5, mend = $9{tried}, lease_by = null, lease_until = null \
         where id = $6 and lease_by = $7 and attempts = $8 and state = 'running'"
    );
    let mut values = params![state, cause, why, run_at.0, ended_at, item.id.as_str(), node, item.attempts, mend];
    if !tried.is_empty() {
        values.extend(params![now.0]);
    }
    Ok(tx.run(&sql, values).await? > 0)
}

/// A subject that has just been read again needs no older held job any more. One that waited for the same thing goes on
/// in the new one, so that looking again every quarter of an hour leaves neither rows nor a younger date.
async fn supersede<N>(tx: &Tx, ended: &[&Ended<N>], now: Ms) -> Result<()> {
    let read = |e: &&&Ended<N>| !matches!(e.tried.ending, Ending::Moot | Ending::Retry { .. } | Ending::GiveUp { .. });
    let read: Vec<&Item> = ended.iter().filter(read).map(|e| &e.item).collect();
    if read.is_empty() {
        return Ok(());
    }
    let mut values = params![now.0];
    for item in &read {
        values.extend(params![item.tenant.as_str(), item.connection.as_str(), item.kind.as_str(), item.key.as_str(), item.id.as_str()]);
    }
    let sql = format!(
        "update job set state = 'cancelled', ended_at = $1 from (values {}) v where job.tenant = v.column1 and job.connection = v.column2 \
         and job.kind = v.column3 and job.key = v.column4 and job.subject = v.column4 and job.state = 'held' and job.id <> v.column5 \
         returning *",
        db::values_after(1, read.len(), 5)
    );
    for row in tx.rows(&sql, values).await? {
        let old = Item::read(Table::Job, &row)?;
        let same = |i: &Item| (&i.tenant, &i.connection, &i.kind, &i.key) == (&old.tenant, &old.connection, &old.kind, &old.key);
        let goes_on = |e: &&&Ended<N>| same(&e.item) && matches!(&e.tried.ending, Ending::Hold { cause, .. } if old.cause.as_ref() == Some(cause));
        if let Some(e) = ended.iter().find(goes_on) {
            tx.run("update job set created_at = $1 where id = $2", params![old.created_at.0, e.item.id.as_str()]).await?;
            tx.run("delete from attempt where item = $1", params![old.id.as_str()]).await?;
            tx.run("delete from job where id = $1", params![old.id]).await?;
        }
    }
    Ok(())
}

/// A decision came while its effect was being made so with an older one: it is taken again in a moment, when that is over.
async fn think_again<N>(tx: &Tx, ended: &[&Ended<N>], too_early: &HashSet<String>, now: Ms) -> Result<()> {
    let early = ended.iter().map(|e| &e.item).filter(|item| too_early.contains(&item.id));
    let again = |item: &Item| NewJob {
        connection: item.connection.clone(),
        kind: item.kind.clone(),
        subject: item.subject.clone(),
        // Whoever wanted the first decision may be content with what was under way; the newer one is wanted all the same.
        payload: Value::Null,
        priority: item.priority,
        run_at: now.plus(A_MOMENT),
    };
    insert_jobs(tx, early.map(|item| (item.tenant.clone(), item.origin.clone(), again(item))).collect(), now).await
}

/// What comes every half a minute and found nothing is not worth a row, nor is what nobody wanted any more.
async fn leave_no_trace<N>(tx: &Tx, ended: &[&Ended<N>]) -> Result<()> {
    let idle = |e: &&&Ended<N>| match &e.tried.ending {
        Ending::Moot => true,
        Ending::Decided(effects) => effects.is_empty() && e.item.subject.starts_with(schedule::SUBJECT),
        _ => false,
    };
    let idle: Vec<db::Value> = ended.iter().filter(idle).map(|e| e.item.id.as_str().into()).collect();
    if idle.is_empty() {
        return Ok(());
    }
    let those = db::list(0, idle.len());
    tx.run(&format!("delete from attempt where item in ({those})"), idle.clone()).await?;
    tx.run(&format!("delete from job where id in ({those})"), idle).await.map(drop)
}

/// Writes the history. A job that simply decided needs no line of its own: its effects tell.
async fn note_attempts<N>(tx: &Tx, ended: &[&Ended<N>], now: Ms) -> Result<()> {
    let mut values = Vec::new();
    let mut rows = 0;
    for e in ended {
        let (outcome, why) = match &e.tried.ending {
            // What led to nothing is not worth telling of.
            Ending::Decided(effects) if effects.is_empty() => continue,
            Ending::Moot => continue,
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
            e.tried.exchanges.as_str()
        ]);
        rows += 1;
    }
    if rows > 0 {
        let sql = format!("insert into attempt (id, tenant, item, n, at, took_ms, outcome, why, exchanges) values {}", db::values(rows, 9));
        tx.run(&sql, values).await?;
    }
    Ok(())
}
