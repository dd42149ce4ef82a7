//! Receiving hints: inbox rows and their jobs, many in one transaction.

use crate::jobs::insert_jobs;
use crate::{NewJob, fresh_id};
use clock::Ms;
use db::{Db, Result, Sql, params};
use std::collections::HashSet;

/// Something we were told.
#[derive(Clone, Debug)]
pub struct Hint {
    /// Whose data.
    pub tenant: String,
    /// Who told us: a connection.
    pub source: String,
    /// The teller's own id of the hint; the same id again is the same hint.
    pub event_key: String,
    /// What kind of hint: the event's name.
    pub kind: String,
    /// What it is about; empty if nothing.
    pub subject: String,
    /// What was said, verbatim.
    pub body: String,
    /// What to think about because of it.
    pub jobs: Vec<NewJob>,
}

/// What became of a hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// Stored, with its jobs.
    New,
    /// Known already; nothing follows.
    Again,
}

/// Stores hints and their jobs in one transaction. One answer for each hint, in order.
pub(crate) async fn receive(db: &Db, hints: Vec<Hint>, now: Ms) -> Result<Vec<Received>> {
    let tx = db.begin().await?;
    let mut values = Vec::with_capacity(hints.len() * 9);
    let mut ids = Vec::with_capacity(hints.len());
    for hint in &hints {
        let id = fresh_id(now);
        values.extend(params![
            id.clone(),
            hint.tenant.as_str(),
            hint.source.as_str(),
            hint.event_key.as_str(),
            hint.kind.as_str(),
            hint.subject.as_str(),
            hint.body.as_str(),
            now.0,
            0i64
        ]);
        ids.push(id);
    }
    let sql = format!(
        "insert into inbox (id, tenant, source, event_key, kind, subject, body, received_at, again) values {} \
         on conflict (tenant, source, event_key) do nothing returning id",
        db::values(hints.len(), 9)
    );
    let stored: HashSet<String> = tx.rows(&sql, values).await?.iter().map(|row| row.text("id")).collect::<Result<_>>()?;
    let mut jobs = Vec::new();
    let mut answers = Vec::with_capacity(hints.len());
    for (hint, id) in hints.into_iter().zip(ids) {
        if stored.contains(&id) {
            jobs.extend(hint.jobs.into_iter().map(|job| (hint.tenant.clone(), Some(id.clone()), job)));
            answers.push(Received::New);
        } else {
            tx.run(
                "update inbox set again = again + 1 where tenant = $1 and source = $2 and event_key = $3",
                params![hint.tenant, hint.source, hint.event_key],
            )
            .await?;
            answers.push(Received::Again);
        }
    }
    insert_jobs(&tx, jobs, now).await?;
    tx.commit().await?;
    Ok(answers)
}
