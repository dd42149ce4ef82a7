//! Who did what, and what was refused. Written in the transaction of the change itself where there is one.

use crate::Hub;
use clock::Ms;
use db::{Clauses, Row, Sql, params};
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

/// Which lines.
#[derive(Clone, Debug, Default)]
pub struct Which {
    /// Part of who, what or why; empty: any.
    pub text: String,
    /// Written since.
    pub from: Option<Ms>,
    /// Written until.
    pub until: Option<Ms>,
    /// After this one, in the order of the list.
    pub after: Option<(Ms, String)>,
}

/// One line.
pub struct Entry {
    /// Its id; sorts by time.
    pub id: String,
    /// When.
    pub at: Ms,
    /// A person, an application, or `Lever`.
    pub actor: String,
    /// `connection: connected`
    pub what: String,
    /// A sentence.
    pub why: String,
}

/// Refused deliveries come as fast as whoever sends them likes. The log takes so many a minute for each sender and
/// counts the rest, so that a forger cannot fill the disk.
#[derive(Default)]
pub struct Refusals(Mutex<HashMap<String, (Ms, u32)>>);

const A_MINUTE: u32 = 30;

impl Refusals {
    fn may_write(&self, source: &str, now: Ms) -> bool {
        let mut all = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if all.len() > 1000 {
            all.retain(|_, (since, _)| now.since(*since) < Duration::from_secs(60));
        }
        let entry = all.entry(source.to_owned()).or_insert((now, 0));
        if now.since(entry.0) >= Duration::from_secs(60) {
            *entry = (now, 0);
        }
        entry.1 += 1;
        entry.1 <= A_MINUTE
    }
}

impl Hub {
    /// Writes one line.
    pub(crate) async fn audit(&self, tx: &impl Sql, tenant: &str, actor: &str, what: &str, why: &str) -> db::Result<()> {
        let now = self.clock.now();
        tx.run(
            "insert into audit (tenant, id, at, actor, what, why) values ($1, $2, $3, $4, $5, $6)",
            params![tenant, pipeline::fresh_id(now), now.0, actor, what, why],
        )
        .await
        .map(drop)
    }

    /// Writes that a delivery was refused, unless too many were lately.
    pub(crate) async fn audit_refusal(&self, tenant: &str, source: &str, what: &str, by: &str, why: &str) {
        if self.refusals.may_write(source, self.clock.now())
            && let Err(e) = self.audit(&self.db, tenant, by, what, why).await
        {
            tracing::error!(error = %e, "a refusal could not be audited");
        }
        self.lobby.changed();
    }

    /// Says in the log that something came for a webhook nobody made, unless it was said often enough.
    pub(crate) fn log_stray(&self, id: &str) {
        if self.refusals.may_write("", self.clock.now()) {
            tracing::warn!(webhook = %id.chars().take(40).collect::<String>(), "a delivery came for a webhook that is not ours, or not any more");
        }
    }

    /// The lines that fit, the newest first.
    pub(crate) async fn audited(&self, tenant: &str, which: &Which, most: i64) -> db::Result<Vec<Entry>> {
        let mut only = Clauses::default();
        only.is("tenant =", tenant);
        if !which.text.is_empty() {
            let (engine, text) = (self.db.engine(), only.bind(which.text.as_str()));
            only.and(format!("({} or {} or {})", engine.contains("actor", &text), engine.contains("what", &text), engine.contains("why", &text)));
        }
        only.maybe("at >=", which.from.map(|at| at.0)).maybe("at <", which.until.map(|at| at.0));
        if let Some((at, id)) = &which.after {
            let (at, id) = (only.bind(at.0), only.bind(id.as_str()));
            only.and(format!("(at < {at} or (at = {at} and id < {id}))"));
        }
        let most = only.bind(most);
        let sql = format!("select * from audit{} order by at desc, id desc limit {most}", only.sql());
        let read = |row: &Row| {
            Ok(Entry { id: row.text("id")?, at: Ms(row.int("at")?), actor: row.text("actor")?, what: row.text("what")?, why: row.text("why")? })
        };
        self.db.rows(&sql, only.values()).await?.iter().map(read).collect()
    }
}
