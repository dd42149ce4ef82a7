//! Storing effects: each intention once.

use crate::item::read_tried;
use crate::{Item, NewEffect, fresh_id};
use clock::Ms;
use db::{Result, Sql, params};
use serde_json::Value;
use std::collections::HashSet;

/// In SQL: what stands in the payload now may have been made so, by a try that ended at this placeholder's time.
pub(crate) fn may_be_so(now: &str) -> String {
    format!(", tried = replace(tried, ',' || payload, '') || ',' || payload, tried_at = {now}")
}

/// Stores effects. What waits takes the new decision and keeps its time; what was held, given up or withdrawn takes it
/// and goes again. So does what was done, if the decision is another one now or somebody asks for it `again`. Its origin
/// stays whoever waits for it without conditions. What is under way at this moment is left alone: answers where a new decision about such an effect came from, so that it can
/// be taken again.
pub(crate) async fn insert_effects(tx: &impl Sql, effects: Vec<(String, Option<String>, NewEffect)>, now: Ms) -> Result<HashSet<String>> {
    let mut seen = HashSet::new();
    let effects: Vec<_> = effects.into_iter().filter(|(tenant, _, e)| seen.insert((tenant.clone(), e.key.clone()))).collect();
    let mut too_early = HashSet::new();
    for chunk in effects.chunks(500) {
        do_again(tx, chunk).await?;
        let mut values = Vec::with_capacity(chunk.len() * 14);
        for (tenant, origin, effect) in chunk {
            values.extend(params![
                fresh_id(now),
                tenant.as_str(),
                effect.connection.as_str(),
                effect.kind.as_str(),
                effect.key.as_str(),
                effect.subject.as_str(),
                effect.payload.to_string(),
                origin.clone(),
                "ready",
                effect.priority as i64,
                effect.run_at.0,
                0i64,
                now.0,
                now.0
            ]);
        }
        let sql = format!(
            "insert into effect (id, tenant, connection, kind, key, subject, payload, origin, state, priority, run_at, attempts, created_at, tried_since) \
             values {} on conflict (tenant, key) do update set \
             payload = excluded.payload, cause = null, \
             origin = case when effect.state in ('ready', 'held', 'failed') and not exists (select 1 from job o where o.id = effect.origin \
               and o.payload <> 'null') then effect.origin else excluded.origin end, \
             priority = case when effect.state = 'ready' and effect.priority < excluded.priority then effect.priority else excluded.priority end, \
             run_at = case when effect.state = 'ready' then effect.run_at else excluded.run_at end, \
             tried_since = case when effect.state = 'ready' then effect.tried_since else excluded.tried_since end, \
             state = 'ready', ended_at = null \
             where effect.state in ('ready', 'held', 'failed', 'cancelled') or (effect.state = 'done' and effect.payload <> excluded.payload)",
            db::values(chunk.len(), 14)
        );
        let stored = tx.run(&sql, values).await?;
        if stored < chunk.len() as u64 {
            too_early.extend(under_way(tx, chunk).await?);
        }
    }
    Ok(too_early)
}

/// What is under way is done with another payload than was stored. Answers whether the effect is still whoever's this item
/// is.
///
/// # Errors
/// When the database does not answer.
pub async fn rethought(db: &impl Sql, item: &Item, payload: &Value) -> Result<bool> {
    let sql = "update effect set payload = $1 where id = $2 and attempts = $3 and state = 'running'";
    Ok(db.run(sql, params![payload.to_string(), item.id.as_str(), item.attempts]).await? > 0)
}

/// An effect, tries of which may have made it so, though no answer came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsure {
    /// The effect's id.
    pub effect: String,
    /// The payloads of those tries, as they are stored.
    pub tried: String,
    /// When the last of those tries ended.
    pub at: Ms,
}

impl Unsure {
    /// The payloads of those tries, each once, the latest last.
    #[must_use]
    pub fn payloads(&self) -> Vec<Value> {
        read_tried(&self.tried)
    }
}

/// What tries without an answer may have made of a subject.
///
/// # Errors
/// When the database does not answer.
pub async fn unsure(db: &impl Sql, tenant: &str, connection: &str, subject: &str) -> Result<Vec<Unsure>> {
    let sql = "select id, tried, tried_at from effect where tenant = $1 and connection = $2 and subject = $3 and tried <> '' order by id";
    let rows = db.rows(sql, params![tenant, connection, subject]).await?;
    rows.iter().map(|row| Ok(Unsure { effect: row.text("id")?, tried: row.text("tried")?, at: Ms(row.int("tried_at")?) })).collect()
}

/// It was found out what became of these tries: there is this record, with what it holds of ours; or there is none. A try that
/// came since keeps its own question.
///
/// # Errors
/// When the database does not answer.
pub async fn found(tx: &impl Sql, about: &Item, unsure: &[Unsure], record: Option<(&str, &Value)>, now: Ms) -> Result<()> {
    for u in unsure {
        tx.run("update effect set tried = '' where id = $1 and tried = $2", params![u.effect.as_str(), u.tried.as_str()]).await?;
    }
    if let Some((remote_id, sent)) = record {
        let sql = "insert into link (tenant, connection, subject, remote_id, sent, at) values ($1, $2, $3, $4, $5, $6) \
                   on conflict (tenant, connection, subject) do update set remote_id = excluded.remote_id, sent = excluded.sent \
                   where link.remote_id <> excluded.remote_id";
        let (tenant, connection, subject) = (about.tenant.as_str(), about.connection.as_str(), about.subject.as_str());
        tx.run(sql, params![tenant, connection, subject, remote_id, sent.to_string(), now.0]).await?;
    }
    Ok(())
}

/// What was done and is asked for again stands as if it had been decided otherwise.
async fn do_again(tx: &impl Sql, effects: &[(String, Option<String>, NewEffect)]) -> Result<()> {
    let again: Vec<_> = effects.iter().filter(|(_, _, e)| e.again).collect();
    if again.is_empty() {
        return Ok(());
    }
    let sql = format!("update effect set state = 'cancelled' where state = 'done' and (tenant, key) in (values {})", db::values(again.len(), 2));
    tx.run(&sql, again.iter().flat_map(|(tenant, _, e)| params![tenant.as_str(), e.key.as_str()]).collect()).await.map(drop)
}

/// The origins of new decisions about what is under way with another.
async fn under_way(tx: &impl Sql, effects: &[(String, Option<String>, NewEffect)]) -> Result<Vec<String>> {
    let sql =
        format!("select tenant, key, payload from effect where state = 'running' and (tenant, key) in (values {})", db::values(effects.len(), 2));
    let rows = tx.rows(&sql, effects.iter().flat_map(|(tenant, _, e)| params![tenant.as_str(), e.key.as_str()]).collect()).await?;
    let mut origins = Vec::new();
    for row in rows {
        let (tenant, key, payload) = (row.text("tenant")?, row.text("key")?, row.json("payload")?);
        let other = effects.iter().find(|(t, _, e)| *t == tenant && e.key == key && e.payload != payload);
        origins.extend(other.and_then(|(_, origin, _)| origin.clone()));
    }
    Ok(origins)
}
