//! Import: everybody hired, page by page. Who was hired long ago, was read since Lever changed them last, and is at the
//! partner, needs no further call; so a second import of ten thousand costs some hundred calls, not forty thousand.

use crate::Hub;
use crate::connections::Connection;
use crate::read::{Reader, makes_a_hire};
use crate::runs::{Listed, Purpose, Run, finish_runs};
use clock::Ms;
use connector::{AnyConnector, Good, Known};
use db::{Sql, params};
use lever_api::{Opportunity, OpportunityFilter};
use outbound::{Failure, Remote};
use pipeline::Ending;
use std::collections::HashMap;
use std::time::Duration;

/// Whoever was hired since may still be changed in ways no list of Lever's shows: the offer, above all.
pub(crate) const LATELY: Duration = Duration::from_secs(90 * 86_400);

/// What stopped a listing.
pub(crate) enum Stopped {
    /// Lever's answer, or our own database.
    AtLever(Failure),
    /// The partner's.
    AtPartner(Failure),
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::AtLever(failure)
    }
}

/// Before an import without a webhook, what is looked for reaches back so far.
const OVERLAP: Duration = Duration::from_secs(3600);

impl Hub {
    /// Lists whom a run is about, as far as it has not been listed. Where it stands is written down with each page.
    pub(crate) async fn list_run(
        &self,
        connection: &Connection,
        connector: &dyn AnyConnector,
        id: &str,
        reader: &Reader<'_>,
        partner: &Remote,
    ) -> Result<Ending, Stopped> {
        let fault = |e: db::Error| Failure::NotSent(e.to_string());
        let row = self.db.row("select place from run where tenant = $1 and id = $2", params![connection.tenant.as_str(), id]).await.map_err(fault)?;
        let mut place: Option<String> = row.map(|row| row.get("place")).transpose().map_err(fault)?.flatten();
        let Some(run) = self.run(&connection.tenant, id).await.map_err(fault)? else { return Ok(over()) };
        if run.state != "listing" {
            return Ok(over());
        }
        let known = connector.known(partner).await.map_err(Stopped::AtPartner)?;
        let filter = self.whom(connection, &run, reader).await?;
        loop {
            if filter.archive_reason_id.is_empty() {
                break;
            }
            let query = OpportunityFilter { offset: place.clone(), ..filter.clone() };
            let page = reader.people(query).await?;
            let listed = self.sorted(connection, page.data, &known).await.map_err(fault)?;
            let next = page.next.filter(|_| page.has_next == Some(true));
            let tx = self.db.begin().await.map_err(fault)?;
            let sql = "update run set place = $1 where tenant = $2 and id = $3 and state = 'listing'";
            let goes_on = tx.run(sql, params![next.clone(), connection.tenant.as_str(), id]).await.map_err(fault)? > 0;
            if !goes_on {
                return Ok(over());
            }
            self.add_to_run(&tx, &connection.tenant, &run, &listed).await.map_err(fault)?;
            tx.commit().await.map_err(fault)?;
            self.committed();
            place = next;
            if place.is_none() {
                break;
            }
        }
        let now = self.clock.now();
        let tx = self.db.begin().await.map_err(fault)?;
        let sql = "update run set state = 'working', place = null where tenant = $1 and id = $2 and state = 'listing'";
        tx.run(sql, params![connection.tenant.as_str(), id]).await.map_err(fault)?;
        finish_runs(&tx, &[id.to_owned()], now).await.map_err(fault)?;
        tx.commit().await.map_err(fault)?;
        Ok(over())
    }

    /// A run could not list its people for good: it says so.
    pub(crate) async fn run_failed(&self, tenant: &str, id: &str, why: &str) -> db::Result<()> {
        let sql = "update run set state = 'failed', ended_at = $1, why = $2 where tenant = $3 and id = $4 and state = 'listing'";
        self.db.run(sql, params![self.clock.now().0, why, tenant, id]).await.map(drop)
    }

    /// Whom a run asks Lever for. The daily one asks for those that changed since the last that came to its end.
    async fn whom(&self, connection: &Connection, run: &Run, reader: &Reader<'_>) -> Result<OpportunityFilter, Failure> {
        let fault = |e: db::Error| Failure::NotSent(e.to_string());
        let reasons = reader.reasons(Good::After(reader.asked)).await?;
        let archive_reason_id = reasons.values().filter(|reason| makes_a_hire(reason)).map(|reason| reason.id.clone()).collect();
        let mut filter = OpportunityFilter { archived: Some(true), archive_reason_id, limit: Some(100), ..OpportunityFilter::default() };
        filter.archived_at_start = run.since.map(|since| since.0).filter(|since| *since > 0);
        if run.purpose == Purpose::Daily {
            let sql =
                "select max(created_at) as at from run where tenant = $1 and connection = $2 and kind in ('import', 'daily') and state = 'done'";
            let row = self.db.row(sql, params![connection.tenant.as_str(), connection.id.as_str()]).await.map_err(fault)?;
            let last: Option<i64> = row.map(|row| row.get("at")).transpose().map_err(fault)?.flatten();
            filter.updated_at_start = last.map(|at| Ms(at).minus(OVERLAP).0);
        }
        Ok(filter)
    }

    /// Those of a page, each with what is known of them without any call.
    async fn sorted(&self, connection: &Connection, people: Vec<Opportunity>, known: &Known) -> db::Result<Vec<Listed>> {
        if people.is_empty() {
            return Ok(Vec::new());
        }
        let mut values = params![connection.tenant.as_str(), connection.id.as_str()];
        values.extend(people.iter().map(|o| db::Value::from(o.id.as_str())));
        let sql = format!(
            "select h.subject, h.updated_at, l.remote_id from hire h left join link l on l.tenant = h.tenant and l.connection = h.connection and l.subject = h.subject \
             where h.tenant = $1 and h.connection = $2 and h.settled and h.subject in ({})",
            db::list(2, people.len())
        );
        let mut settled = HashMap::new();
        for row in self.db.rows(&sql, values).await? {
            settled.insert(row.text("subject")?, (row.get::<Option<i64>>("updated_at")?, row.get::<Option<String>>("remote_id")?));
        }
        let listed = |o: Opportunity| {
            let there = |record: &Option<String>| known.has(&o.id, record.as_deref());
            // Offers, for one, move nothing that a list shows: who was hired lately is always read.
            let lately = o.archived.as_ref().and_then(|a| a.archived_at).is_none_or(|at| Ms(at) > self.clock.now().minus(LATELY));
            let unchanged = !lately
                && settled.get(&o.id).is_some_and(|(updated_at, record)| *updated_at == o.updated_at && o.updated_at.is_some() && there(record));
            Listed { outcome: unchanged.then_some("unchanged"), subject: o.id, name: o.name }
        };
        Ok(people.into_iter().map(listed).collect())
    }
}

fn over() -> Ending {
    Ending::Decided(Vec::new())
}
