//! Storing jobs: one waiting job for each subject.

use crate::{NewJob, fresh_id};
use clock::Ms;
use db::{Result, Sql, params};
use std::collections::HashSet;

/// Stores jobs. A subject that already has a waiting job of the kind keeps that one, moved forward if need be. Whoever asks
/// without conditions, which is without a payload, is heard above those who make some.
pub(crate) async fn insert_jobs(tx: &impl Sql, jobs: Vec<(String, Option<String>, NewJob)>, now: Ms) -> Result<()> {
    let mut seen = HashSet::new();
    let jobs: Vec<_> = jobs
        .into_iter()
        .filter(|(tenant, _, job)| seen.insert((tenant.clone(), job.connection.clone(), job.kind.clone(), job.subject.clone())))
        .collect();
    let mut jobs = jobs;
    // In order, so that two nodes never wait for each other.
    jobs.sort_by(|(a, _, x), (b, _, y)| (a, &x.connection, &x.kind, &x.subject).cmp(&(b, &y.connection, &y.kind, &y.subject)));
    for chunk in jobs.chunks(500) {
        let mut values = Vec::with_capacity(chunk.len() * 14);
        for (tenant, origin, job) in chunk {
            values.extend(params![
                fresh_id(now),
                tenant.as_str(),
                job.connection.as_str(),
                job.kind.as_str(),
                job.subject.as_str(),
                job.subject.as_str(),
                job.payload.to_string(),
                origin.clone(),
                "ready",
                job.priority as i64,
                job.run_at.0,
                0i64,
                now.0,
                now.0
            ]);
        }
        let sql = format!(
            "insert into job (id, tenant, connection, kind, key, subject, payload, origin, state, priority, run_at, attempts, created_at, tried_since) \
             values {} on conflict (tenant, connection, kind, key) where state = 'ready' do update set \
             run_at = case when excluded.run_at < job.run_at then excluded.run_at else job.run_at end, \
             priority = case when excluded.priority < job.priority then excluded.priority else job.priority end, \
             payload = case when excluded.payload = 'null' then excluded.payload else job.payload end",
            db::values(chunk.len(), 14)
        );
        tx.run(&sql, values).await?;
    }
    Ok(())
}
