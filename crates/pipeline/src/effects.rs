//! Storing effects: each intention once.

use crate::{NewEffect, fresh_id};
use clock::Ms;
use db::{Result, Sql, params};
use std::collections::HashSet;

/// Stores effects. A key that exists is left alone, whatever the new decision says: done is done, and what is under
/// way is finished first. Only what is held takes the new decision and goes again, since the old one was refused.
pub(crate) async fn insert_effects(tx: &impl Sql, effects: Vec<(String, Option<String>, NewEffect)>, now: Ms) -> Result<()> {
    let mut seen = HashSet::new();
    let effects: Vec<_> = effects.into_iter().filter(|(tenant, _, e)| seen.insert((tenant.clone(), e.key.clone()))).collect();
    for chunk in effects.chunks(500) {
        let mut values = Vec::with_capacity(chunk.len() * 13);
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
                now.0
            ]);
        }
        let sql = format!(
            "insert into effect (id, tenant, connection, kind, key, subject, payload, origin, state, priority, run_at, attempts, created_at) \
             values {} on conflict (tenant, key) do update set \
             payload = excluded.payload, origin = excluded.origin, state = 'ready', run_at = excluded.run_at, cause = null \
             where effect.state = 'held'",
            db::values(chunk.len(), 13)
        );
        tx.run(&sql, values).await?;
    }
    Ok(())
}
