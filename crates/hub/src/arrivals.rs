//! Records of a partner's on their way into Lever, and jobs on their way to the partner.
//!
//! A record is a subject like an opportunity: somebody hints at it, it is read anew at the partner, what is to become of it is decided,
//! and an effect makes it so. When it has become an opportunity, its history goes over to that.

use crate::Hub;
use crate::attempt::{Ours, Try, ending};
use crate::connections::Connection;
use crate::hires::{Noted, Person};
use crate::work::{Learnt, think_job};
use clock::Ms;
use connector::{Arrival, Decided, Record, arrival_subject, outcome_of};
use db::{Sql, Tx, params};
use endpoint::Nothing;
use lever_api::{GetOpportunity, ListPostings, Opportunity, OpportunityFilter, Posting, PostingFilter, View};
use outbound::Failure;
use pipeline::{Ending, Hint, Priority};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::time::Duration;

/// The kind of job that asks a partner which records wait, with its period in seconds. Partners hint at each; a hint may be lost.
pub const LOOK_FOR_ARRIVALS: &str = "look-for-arrivals/";
/// The kind of job that tells a partner of jobs that are new or another now.
pub const TELL_JOBS: &str = "tell-jobs/600";

/// What changed while the last list was read page by page is found in the next one.
const OVERLAP: Duration = Duration::from_secs(120);

/// ms.
const DAY: i64 = 86_400_000;

impl Hub {
    /// A partner hints at a record that is to come into Lever.
    pub(crate) async fn hear_of(&self, connection: &Connection, record: &str) -> db::Result<()> {
        let (subject, name) = (arrival_subject(record), self.connector(&connection.connector).map_or("A partner", |c| c.spec().name));
        let hint = Hint {
            tenant: connection.tenant.clone(),
            source: connection.id.clone(),
            // It says no more than that there is something to be read, so each counts.
            event_key: db::vault::random_hex(16),
            kind: format!("{name} told"),
            subject: subject.clone(),
            body: json!({ "record": record }).to_string(),
            jobs: vec![think_job(&connection.id, &subject, Priority::Now, self.clock.now())],
        };
        self.pipeline.receive(hint).await?;
        self.lobby.changed();
        Ok(())
    }

    /// A record became an opportunity: what was said and done about it is that one's history from now on.
    pub(crate) async fn becomes(&self, tx: &Tx, noted: &Noted, opportunity: &str, then: &Value) -> db::Result<()> {
        let (tenant, connection, subject, now) = (noted.tenant.as_str(), noted.connection.as_str(), noted.subject.as_str(), self.clock.now());
        let record = connector::arrival_of(subject).unwrap_or(subject);
        // Somebody may have looked at the opportunity before it was known what it became of: what is still to be said is said.
        let again = if then.is_null() { "nothing" } else { "update set sent = excluded.sent" };
        let sql = format!(
            "insert into link (tenant, connection, subject, remote_id, sent, at) values ($1, $2, $3, $4, $5, $6) \
             on conflict (tenant, connection, subject) do {again}"
        );
        tx.run(&sql, params![tenant, connection, opportunity, record, then.to_string(), now.0]).await?;
        let over = [("inbox", "source", ""), ("job", "connection", "and state in ('done', 'cancelled', 'failed')"), ("effect", "connection", "")];
        for (table, column, and) in over {
            let sql = format!("update {table} set subject = $1 where tenant = $2 and {column} = $3 and subject = $4 {and}");
            tx.run(&sql, params![opportunity, tenant, connection, subject]).await?;
        }
        tx.run("delete from hire where tenant = $1 and connection = $2 and subject = $3", params![tenant, connection, subject]).await?;
        self.pipeline.job(tx, tenant, think_job(connection, opportunity, Priority::Now, now)).await
    }
}

impl Try<'_> {
    /// Reads a record on both sides, and decides.
    pub async fn admit(&self, record: &str, ours: &Ours, learnt: &mut Learnt) -> db::Result<Result<Decided, Ending>> {
        let (hub, spec) = (self.hub, self.connector.spec());
        if let Some(opportunity) = &ours.sent.remote_id {
            // It became this one: what is known is known of that, and what is still to be done is done about that.
            let think = think_job(&self.item.connection, opportunity, self.item.priority, hub.clock.now());
            hub.pipeline.job(&hub.db, &self.item.tenant, think).await?;
            hub.pipeline.wake();
            return Ok(Err(Ending::Moot));
        }
        let partner = hub.partner(self.connection, self.wire);
        let found = match self.connector.fetch(&partner, record).await {
            Ok(Some(found)) => found,
            Ok(None) => {
                hub.forget_arrival(self.connection, record).await?;
                learnt.erased = true;
                return Ok(Err(Ending::Withdrawn { why: format!("{} has no such record any more. Nothing of it is kept.", spec.name) }));
            }
            Err(failure) => return Ok(Err(ending(outcome_of(spec.name, &failure)))),
        };
        let mut arrival = match self.of_lever(&found).await {
            Ok(read) => read,
            Err(failure) => return hub.lever_failed(self.connection, &failure, "see whom Lever knows already").await.map(Err),
        };
        if !found.opportunity.is_empty() && arrival.opportunity.is_none() {
            self.gone(&found.opportunity).await?;
        }
        learnt.person = Some(Person::arriving(&found, arrival.posting.as_ref(), hub.clock.now()));
        (arrival.id, arrival.record) = (record.to_owned(), found);
        arrival.answers.clone_from(&ours.answers);
        Ok(Ok(self.connector.admit(&self.connection.settings, &arrival)))
    }

    /// What of Lever it takes: whom it is about already; or the posting, everybody with the same addresses, and which of them are
    /// candidates for it.
    async fn of_lever(&self, record: &Record) -> Result<Arrival, Failure> {
        let lever = self.lever();
        let reader = self.reader(&lever, &[]);
        if !record.opportunity.is_empty() {
            let Ok(opportunity) = record.opportunity.parse() else { return Ok(Arrival::default()) };
            let get = GetOpportunity { opportunity, query: View::default(), body: Nothing };
            return match lever.send(get).await {
                Ok(found) => Ok(Arrival { opportunity: Some(found.data), ..Arrival::default() }),
                Err(failure) if failure.status() == Some(404) => Ok(Arrival::default()),
                Err(failure) => Err(failure),
            };
        }
        let posting = reader.posting(Some(record.posting.clone()).filter(|id| !id.is_empty())).await?;
        let mut known: Vec<Opportunity> = Vec::new();
        for email in record.emails.iter().filter(|email| !email.trim().is_empty()) {
            let filter = OpportunityFilter { email: Some(email.clone()), limit: Some(100), ..OpportunityFilter::default() };
            for o in reader.people(filter).await?.data {
                if !known.iter().any(|k| k.id == o.id) {
                    known.push(o);
                }
            }
        }
        let mut applied = Vec::new();
        if posting.is_some() && known.iter().any(|o| o.archived.is_none()) {
            for email in record.emails.iter().filter(|email| !email.trim().is_empty()) {
                let posting_id = vec![record.posting.clone()];
                let filter = OpportunityFilter { email: Some(email.clone()), posting_id, limit: Some(100), ..OpportunityFilter::default() };
                applied.extend(reader.people(filter).await?.data.into_iter().filter(|o| o.archived.is_none()).map(|o| o.id));
            }
        }
        Ok(Arrival { posting: posting.map(|(posting, _)| posting), known, applied, ..Arrival::default() })
    }

    /// Asks the partner which records wait, and thinks about them.
    pub async fn look_for_arrivals(&self) -> db::Result<Ending> {
        let (hub, item) = (self.hub, self.item);
        let waiting = match self.connector.waiting(&hub.partner(self.connection, self.wire)).await {
            Ok(waiting) => waiting,
            Err(failure) => {
                // In ten minutes comes the next look; only what a person must mend is worth a row.
                return Ok(if failure.may_pass() { Ending::Decided(Vec::new()) } else { ending(outcome_of(self.connector.spec().name, &failure)) });
            }
        };
        // What waits for a person is thought about when that person did something.
        let sql = "select subject from effect where tenant = $1 and connection = $2 and state = 'held' \
                   union select subject from job where tenant = $1 and connection = $2 and state = 'held'";
        let held = hub.db.rows(sql, params![item.tenant.as_str(), item.connection.as_str()]).await?;
        let held = held.iter().map(|row| row.text("subject")).collect::<db::Result<HashSet<_>>>()?;
        let tx = hub.db.begin().await?;
        for record in waiting.iter().filter(|record| !held.contains(&arrival_subject(record))) {
            let think = think_job(&item.connection, &arrival_subject(record), Priority::Usual, hub.clock.now());
            hub.pipeline.job(&tx, &item.tenant, think).await?;
        }
        tx.commit().await?;
        hub.pipeline.wake();
        Ok(Ending::Decided(Vec::new()))
    }

    /// Tells the partner of jobs that are new or another now: one call to Lever, and no more where none is.
    pub async fn tell_jobs(&self) -> db::Result<Ending> {
        let (hub, connection) = (self.hub, self.connection);
        let lever = self.lever();
        // Once a day all are told, whatever changed: one that was hidden or deleted is in no list of news.
        let (now, day) = (hub.clock.now(), |at: Ms| at.0.div_euclid(DAY));
        let since = connection.jobs_until.filter(|until| day(*until) == day(now));
        // Confidential ones are nobody's business outside; so Lever's own list leaves them out.
        let mut query = PostingFilter {
            updated_at_start: since.map(|at| at.minus(OVERLAP).0),
            limit: Some(100),
            expand: vec!["hiringManager".to_owned()],
            ..PostingFilter::default()
        };
        let (mut postings, mut asked_at) = (Vec::new(), None);
        loop {
            let page = match lever.send_dated(ListPostings { query: query.clone(), body: Nothing }).await {
                Ok((page, date)) => {
                    asked_at = asked_at.or(date);
                    page
                }
                Err(failure) => return hub.lever_failed(connection, &failure, "list the jobs people can be referred to").await,
            };
            postings.extend(page.data);
            query.offset = page.next.filter(|_| page.has_next == Some(true));
            if query.offset.is_none() {
                break;
            }
        }
        let begin = connection.jobs_until.unwrap_or(Ms(0));
        let latest = || postings.iter().map(|posting| Ms(posting.updated_at)).max();
        let until = hub.trusted(asked_at).or_else(latest).unwrap_or(begin).max(begin);
        // Told of the same twice, a partner is no wiser.
        let news: Vec<Posting> =
            postings.into_iter().filter(|posting| since.is_none_or(|since| posting.updated_at > since.minus(OVERLAP).0)).collect();
        if since.is_none() || !news.is_empty() {
            let told = self.connector.tell_jobs(&hub.partner(connection, self.wire), &news, since.is_none()).await;
            if let Err(failure) = told {
                return Ok(ending(outcome_of(self.connector.spec().name, &failure)));
            }
        }
        let sql = "update connection set jobs_until = $1 where tenant = $2 and id = $3 and connected_at = $4";
        hub.db.run(sql, params![until.0, connection.tenant.as_str(), connection.id.as_str(), connection.connected_at.0]).await?;
        Ok(Ending::Decided(Vec::new()))
    }
}
