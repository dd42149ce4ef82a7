//! Storing effects: each intention once.

use crate::{NewEffect, fresh_id};
use clock::Ms;
use db::{Result, Sql, params};
use std::collections::HashSet;

/// Stores effects. What is done or under way is left alone, whatever the new decision says. What waits takes the new
/// decision and keeps its time; what was held, given up or withdrawn takes it and goes again.
pub(crate) async fn insert_effects(tx: &impl Sql, effects: Vec<(String, Option<String>, NewEffect)>, now: Ms) -> Result<()> {
    let mut seen = HashSet::new();
    let effects: Vec<_> = effects.into_iter().filter(|(tenant, _, e)| seen.insert((tenant.clone(), e.key.clone()))).collect();
    for chunk in effects.chunks(500) {
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
             payload = excluded.payload, origin = excluded.origin, cause = null, \
             run_at = case when effect.state = 'ready' then effect.run_at else excluded.run_at end, \
             tried_since = case when effect.state = 'ready' then effect.tried_since else excluded.tried_since end, \
             state = 'ready', ended_at = null where effect.state in ('ready', 'held', 'failed', 'cancelled')",
            db::values(chunk.len(), 14)
        );
        tx.run(&sql, values).await?;
    }
    Ok(())
}
