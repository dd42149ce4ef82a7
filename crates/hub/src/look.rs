//! Looking for what no webhook told of: every half a minute one call for each connection that is live, and now and then one
//! more for what was deleted. What changed and was not read since goes the same path as a webhook.
//!
//! How far it has come is remembered by Lever's clock, from Lever's own answers, so that it does not matter whether ours is right:
//! by the time of day of the first answer, or, should that be missing or far ahead of ours, by the latest change it told of.

use crate::Hub;
use crate::connections::Connection;
use crate::import::LATELY;
use crate::read::{REASONS, Reader, makes_a_hire};
use crate::runs::{NewRun, Purpose};
use crate::work::think_job;
use clock::Ms;
use connector::AnyConnector;
use db::{Sql, Tx, params};
use endpoint::Nothing;
use lever_api::event::Event;
use lever_api::{DeletedFilter, ListDeletedOpportunities, Opportunity, OpportunityFilter};
use outbound::{Failure, Remote};
use pipeline::{NewJob, Priority};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;

/// The kind of job, with its period in seconds.
pub const LOOK: &str = "look/30";
/// The same where only those matter who were anonymised.
pub const LOOK_SELDOM: &str = "look/300";
/// The same for what was deleted.
pub const LOOK_FOR_DELETED: &str = "look-for-deleted/300";

/// The same for those who were hired lately, and of whom no list says that their offer changed.
pub const LOOK_AT_RECENT: &str = "look-at-recent/86400";

/// The kind of job that asks a partner for what it may have told in vain.
pub const ASK: &str = "ask/21600";

/// What changed while the last list was read page by page is found in the next one.
const OVERLAP: Duration = Duration::from_secs(120);
/// Whoever is connected may have a clock that differs from Lever's by this much.
const CLOCKS_DIFFER: Duration = Duration::from_secs(300);

/// The schedules of a connection, each with whether it is wanted; those that begin `at_once`.
pub async fn schedule(tx: &Tx, tenant: &str, connection: &str, wanted: &[(&str, bool)], at_once: &[&str], now: Ms) -> db::Result<()> {
    for &(name, wanted) in wanted {
        let there = "select 1 as one from schedule where tenant = $1 and connection = $2 and name = $3";
        let there = tx.row(there, params![tenant, connection, name]).await?.is_some();
        // One that is there already keeps its time.
        if there && !wanted {
            tx.run("delete from schedule where tenant = $1 and connection = $2 and name = $3", params![tenant, connection, name]).await?;
        } else if wanted && !there {
            let next = if at_once.contains(&name) { now } else { pipeline::next(name, now).unwrap_or(now) };
            pipeline::set(tx, tenant, connection, name, next).await?;
        }
    }
    Ok(())
}

impl Hub {
    /// Moves the next look, and the one for what was deleted, to now.
    pub(crate) async fn look_soon(&self, connection: &Connection, by: &str) -> db::Result<()> {
        let tx = self.db.begin().await?;
        let sql =
            "update schedule set next_at = $1 where tenant = $2 and connection = $3 and substr(name, 1, 5) in ('look/', 'look-') and name <> $4";
        let values = params![self.clock.now().0, connection.tenant.as_str(), connection.id.as_str(), crate::work::LOOK_AGAIN];
        tx.run(sql, values).await?;
        self.audit(&tx, &connection.tenant, by, "connection: looked through", "Lever is looked through now.").await?;
        tx.commit().await?;
        self.pipeline.wake();
        Ok(())
    }

    /// Moves the next look for what was deleted to now: Lever does not show somebody whom it showed before.
    pub(crate) async fn look_for_deleted_soon(&self, connection: &Connection) -> db::Result<()> {
        let sql = "update schedule set next_at = $1 where tenant = $2 and connection = $3 and name = $4 and next_at > $1";
        let values = params![self.clock.now().0, connection.tenant.as_str(), connection.id.as_str(), LOOK_FOR_DELETED];
        self.db.run(sql, values).await?;
        self.pipeline.wake();
        Ok(())
    }

    /// The time of day of an answer; none, if it is further ahead than what is listed twice: a wrong one, taken for true, would
    /// hide every change until then.
    pub(crate) fn trusted(&self, date: Option<Ms>) -> Option<Ms> {
        date.filter(|date| *date <= self.clock.now().plus(OVERLAP))
    }

    /// Reads what changed since the last look, and thinks about whom nobody told of.
    pub(crate) async fn look(&self, connection: &Connection, reader: &Reader<'_>, live: bool) -> Result<(), Failure> {
        let fault = |e: db::Error| Failure::NotSent(e.to_string());
        let ours = connection.import_since.unwrap_or(connection.connected_at).min(connection.connected_at);
        // Of whom we know already, what happened since then counts, though nobody has looked yet.
        let begin = connection.looked_until.unwrap_or_else(|| ours.minus(CLOCKS_DIFFER));
        let ours = if connection.looked_until.is_some() { ours } else { connection.connected_at };
        let filter = OpportunityFilter { updated_at_start: Some(begin.minus(OVERLAP).0), limit: Some(100), ..OpportunityFilter::default() };
        let mut changed = Vec::new();
        let (mut offset, mut asked_at) = (None, None);
        loop {
            let (page, date) = reader.people_dated(OpportunityFilter { offset: offset.take(), ..filter.clone() }).await?;
            asked_at = asked_at.or(date);
            changed.extend(page.data);
            offset = page.next.filter(|_| page.has_next == Some(true));
            if offset.is_none() {
                break;
            }
        }
        let latest = || changed.iter().filter_map(|o| o.updated_at).map(Ms).max();
        let until = self.trusted(asked_at).or_else(latest).unwrap_or(begin).max(begin);
        // Who was hired before anybody connected or imported is nobody's business, and who was hired between two connections is. How
        // Lever's clock differs from ours, its answer says.
        let first = match self.trusted(asked_at) {
            Some(date) => Ms(ours.0 + date.0 - self.clock.now().0),
            None => ours.minus(CLOCKS_DIFFER),
        };
        let since = connection.looked_until.map_or(first, |until| until.minus(CLOCKS_DIFFER).max(first));
        let mut untold = self.untold(connection, changed, since, reader).await?;
        self.missed(connection, &untold, begin.max(since), reader).await?;
        if !live {
            untold.retain(|o| o.is_anonymized);
        }
        self.found(connection, &untold, "looked_until", until).await.map_err(fault)
    }

    /// Writes down which webhooks should have told of these since then, and did not.
    async fn missed(&self, connection: &Connection, untold: &[Opportunity], since: Ms, reader: &Reader<'_>) -> Result<(), Failure> {
        let fault = |e: db::Error| Failure::NotSent(e.to_string());
        let reasons = reader.reasons(REASONS).await?;
        let hires = |o: &Opportunity| o.archived.as_ref().and_then(|a| a.reason.as_ref()).and_then(|id| reasons.get(id)).is_some_and(makes_a_hire);
        let event = |o: &Opportunity| {
            let is_new = |at: Option<i64>| at.is_some_and(|at| at >= since.0);
            match &o.archived {
                Some(archived) if is_new(archived.archived_at) => Some(if hires(o) { Event::CandidateHired } else { Event::CandidateArchiveChange }),
                // The first of them is no move.
                _ => is_new(o.stage_changes.iter().skip(1).map(|change| change.updated_at).max()).then_some(Event::CandidateStageChange),
            }
        };
        let mut events: Vec<Event> = untold.iter().filter_map(event).collect();
        events.sort_unstable();
        events.dedup();
        for event in events {
            self.has_missed(connection, event).await.map_err(fault)?;
        }
        Ok(())
    }

    /// Those of whom nobody told: the connector's business since then, or known to us, and changed since they were read.
    async fn untold(&self, connection: &Connection, changed: Vec<Opportunity>, since: Ms, reader: &Reader<'_>) -> Result<Vec<Opportunity>, Failure> {
        let fault = |e: db::Error| Failure::NotSent(e.to_string());
        if changed.is_empty() {
            return Ok(Vec::new());
        }
        let mut read = HashMap::new();
        for chunk in changed.chunks(500) {
            let mut values = params![connection.tenant.as_str(), connection.id.as_str()];
            values.extend(chunk.iter().map(|o| db::Value::from(o.id.as_str())));
            let sql =
                format!("select subject, updated_at from hire where tenant = $1 and connection = $2 and subject in ({})", db::list(2, chunk.len()));
            for row in self.db.rows(&sql, values).await.map_err(fault)? {
                read.insert(row.text("subject").map_err(fault)?, row.get::<Option<i64>>("updated_at").map_err(fault)?);
            }
        }
        let reasons = reader.reasons(REASONS).await?;
        let connector = self.connector(&connection.connector);
        let is_new = |o: &Opportunity| {
            let hired = o.archived.as_ref().and_then(|a| a.reason.as_ref()).is_some_and(|reason| reasons.get(reason).is_some_and(makes_a_hire));
            connector.and_then(|connector| connector.meant_since(&connection.settings, o, hired)).is_some_and(|at| at >= since.0)
        };
        let is_untold = |o: &Opportunity| match read.get(&o.id) {
            Some(updated_at) => *updated_at != o.updated_at,
            None => is_new(o),
        };
        let mut untold = Vec::new();
        for o in changed.into_iter().filter(is_untold) {
            // Whoever was forgotten by hand is not looked up again; should Lever tell of them, they are known again.
            if read.contains_key(&o.id) || self.erasure_of(&connection.tenant, &o.id).await.map_err(fault)?.is_none() {
                untold.push(o);
            }
        }
        Ok(untold)
    }

    /// Reads what was deleted since the last look, and forgets whom of them we know.
    pub(crate) async fn look_for_deleted(&self, connection: &Connection, lever: &Remote) -> Result<(), Failure> {
        let fault = |e: db::Error| Failure::NotSent(e.to_string());
        let ours = connection.import_since.unwrap_or(connection.connected_at).min(connection.connected_at);
        let begin = connection.deleted_until.unwrap_or_else(|| ours.minus(CLOCKS_DIFFER));
        let mut filter = DeletedFilter { deleted_at_start: Some(begin.minus(OVERLAP).0), limit: Some(100), ..DeletedFilter::default() };
        let (mut deleted, mut asked_at) = (Vec::new(), None);
        loop {
            let (page, date) = lever.send_dated(ListDeletedOpportunities { query: filter.clone(), body: Nothing }).await?;
            asked_at = asked_at.or(date);
            deleted.extend(page.data);
            filter.offset = page.next.filter(|_| page.has_next == Some(true));
            if filter.offset.is_none() {
                break;
            }
        }
        let latest = || deleted.iter().filter_map(|o| o.deleted_at).map(Ms).max();
        let until = self.trusted(asked_at).or_else(latest).unwrap_or(begin).max(begin);
        // Whoever is in that list was deleted, and is forgotten; nobody else is.
        for o in deleted {
            let told =
                pipeline::was_told(&self.db, &connection.tenant, &connection.id, &o.id, Event::CandidateDeleted.wire()).await.map_err(fault)?;
            if self.erase(connection, &o.id, "deleted in Lever").await.map_err(fault)? && !told {
                self.has_missed(connection, Event::CandidateDeleted).await.map_err(fault)?;
            }
        }
        self.found(connection, &[], "deleted_until", until).await.map_err(fault)
    }

    /// Reads everybody again who was hired lately, behind what is new.
    pub(crate) async fn look_at_recent(&self, connection: &Connection) -> db::Result<()> {
        let now = self.clock.now();
        let tx = self.db.begin().await?;
        let sql = "select subject, settled from hire where tenant = $1 and connection = $2 and hired and updated_at > $3";
        for row in tx.rows(sql, params![connection.tenant.as_str(), connection.id.as_str(), now.minus(LATELY).0]).await? {
            let think = think_job(&connection.id, &row.text("subject")?, Priority::Later, now);
            // What was left out may be possible now, though nothing changed in Lever.
            let payload = if row.get("settled")? { Value::Null } else { json!({ "again": true }) };
            self.pipeline.job(&tx, &connection.tenant, NewJob { payload, ..think }).await?;
        }
        tx.commit().await?;
        self.pipeline.wake();
        Ok(())
    }

    /// Asks the partner about those of whom news are awaited.
    pub(crate) async fn ask_for_news(&self, connection: &Connection, connector: &dyn AnyConnector) -> db::Result<()> {
        let now = self.clock.now();
        let tx = self.db.begin().await?;
        let sql = "select subject, sent from link where tenant = $1 and connection = $2";
        for row in tx.rows(sql, params![connection.tenant.as_str(), connection.id.as_str()]).await? {
            if connector.awaits(&row.json("sent")?) {
                let think = think_job(&connection.id, &row.text("subject")?, Priority::Later, now);
                self.pipeline.job(&tx, &connection.tenant, NewJob { payload: json!({ "ask": true }), ..think }).await?;
            }
        }
        tx.commit().await?;
        self.pipeline.wake();
        Ok(())
    }

    /// Reads those again of whom something was left out that may be possible now. By the clock the less often the longer it is so:
    /// what does not come about within hours rarely comes about in the next minutes.
    pub(crate) async fn read_left_out_again(&self, tx: &impl Sql, tenant: &str, connection: &str, by_the_clock: bool) -> db::Result<()> {
        let now = self.clock.now();
        let sql = "select subject from hire where tenant = $1 and connection = $2 and hired and left_out and updated_at > $3 \
                   and ($4 or ($5 - seen_at) * 8 >= seen_at - updated_at) order by seen_at limit 2000";
        let values = params![tenant, connection, now.minus(LATELY).0, !by_the_clock, now.0];
        for row in tx.rows(sql, values).await? {
            let think = think_job(connection, &row.text("subject")?, Priority::Later, now);
            self.pipeline.job(tx, tenant, NewJob { payload: json!({ "again": true }), ..think }).await?;
        }
        Ok(())
    }

    /// Writes down how far we have come and, if there is anything to report, a run with those that were found.
    async fn found(&self, connection: &Connection, untold: &[Opportunity], column: &'static str, until: Ms) -> db::Result<()> {
        let now = self.clock.now();
        let tenant = connection.tenant.as_str();
        let tx = self.db.begin().await?;
        let sql = format!("update connection set looked_at = $1, {column} = $2 where tenant = $3 and id = $4 and connected_at = $5");
        tx.run(&sql, params![now.0, until.0, tenant, connection.id.as_str(), connection.connected_at.0]).await?;
        if !untold.is_empty() {
            let new = NewRun { purpose: Purpose::Found, since: None, by: "Fulcrum", due_at: None };
            let id = self.insert_run(&tx, tenant, &connection.id, &new, "working").await?;
            for o in untold {
                let sql = "insert into run_item (tenant, run, connection, subject, name, dry) values ($1, $2, $3, $4, $5, $6)";
                tx.run(sql, params![tenant, id.as_str(), connection.id.as_str(), o.id.as_str(), o.name.as_str(), false]).await?;
                self.pipeline.job(&tx, tenant, think_job(&connection.id, &o.id, Priority::Usual, now)).await?;
            }
        }
        tx.commit().await?;
        if !untold.is_empty() {
            self.committed();
        }
        Ok(())
    }
}
