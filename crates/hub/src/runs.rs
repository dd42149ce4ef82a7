//! Runs: going through many people at somebody's word, or by the clock, with a report that names each of them.
//!
//! A run only makes hints, marked as wanted by nobody else, so that they can be called back: the work goes the same path as a webhook's. What came of each person is written down with the
//! ending of the work itself, in one transaction, so the report cannot say anything else than what happened.

use crate::Hub;
use crate::hires::Hire;
use crate::work::{THINK, think_job};
use clock::Ms;
use db::{Clauses, Row, Sql, Tx, params};
use pipeline::{NewJob, Priority};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// The kind of job that lists whom a run is about.
pub const LIST: &str = "list";
/// The kind of job that finds out what would be done.
pub const TRY: &str = "try-out";

/// The payload of a job that a run alone wants, as it is stored.
const WANTED_BY_A_RUN: &str = "{\"run\":true}";

/// Whoever asks for the same so soon after is shown the first one.
const JOINED_WITHIN: Duration = Duration::from_secs(60);

/// Why somebody goes through many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A click on Import.
    Import,
    /// Midnight.
    Daily,
    /// What an import would do.
    Trial,
    /// People chosen on a page or the command line.
    Replay,
    /// What their replay would do.
    ReplayTrial,
    /// Whom no webhook told of.
    Found,
}

impl Purpose {
    const ALL: [Self; 6] = [Self::Import, Self::Daily, Self::Trial, Self::Replay, Self::ReplayTrial, Self::Found];

    /// Its name in the database and the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Daily => "daily",
            Self::Trial => "trial",
            Self::Replay => "replay",
            Self::ReplayTrial => "replay-trial",
            Self::Found => "found",
        }
    }

    /// Whether nothing is to be written.
    #[must_use]
    pub const fn is_trial(self) -> bool {
        matches!(self, Self::Trial | Self::ReplayTrial)
    }

    /// For people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Import => "Import",
            Self::Daily => "Automatic Import",
            Self::Trial => "Trial import",
            Self::Replay => "Replay",
            Self::ReplayTrial => "Trial replay",
            Self::Found => "Found without a webhook",
        }
    }
}

/// A run as stored, with how many came to what.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// Whose people.
    pub connection: String,
    /// Why.
    pub purpose: Purpose,
    /// `listing`, `working`, `done`, `cancelled` or `failed`.
    pub state: String,
    /// Only those hired since.
    pub since: Option<Ms>,
    /// Who asked.
    pub asked_by: String,
    /// When it should have begun, if the clock asked.
    pub due_at: Option<Ms>,
    /// When it began.
    pub created_at: Ms,
    /// When it was over.
    pub ended_at: Option<Ms>,
    /// Why it failed.
    pub why: Option<String>,
    /// How many came to what; those still being worked on under `open`.
    pub counts: BTreeMap<String, i64>,
}

impl Run {
    /// One of which nothing is known yet.
    fn named(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            connection: String::new(),
            purpose: Purpose::Replay,
            state: String::new(),
            since: None,
            asked_by: String::new(),
            due_at: None,
            created_at: Ms(0),
            ended_at: None,
            why: None,
            counts: BTreeMap::new(),
        }
    }

    /// Whether it goes on.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.state.as_str(), "listing" | "working")
    }

    /// People in all.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.counts.values().sum()
    }

    /// Those that came to this.
    #[must_use]
    pub fn count(&self, outcome: &str) -> i64 {
        self.counts.get(outcome).copied().unwrap_or(0)
    }

    /// The hub was down when it should have begun.
    #[must_use]
    pub fn was_late(&self) -> bool {
        self.due_at.is_some_and(|due| self.created_at.since(due) > std::time::Duration::from_secs(300))
    }
}

/// One person of a run.
#[derive(Clone, Debug)]
pub struct RunItem {
    /// The opportunity.
    pub subject: String,
    /// Their name.
    pub name: String,
    /// `created`, `updated`, `unchanged`, `held`, `skipped`, `failed`, `cancelled`; none while it goes on.
    pub outcome: Option<String>,
    /// A sentence.
    pub why: String,
    /// Of a trial: the fields that would be written.
    pub detail: Value,
}

/// A person to be gone through.
pub struct Listed {
    /// The opportunity.
    pub subject: String,
    /// Their name.
    pub name: String,
    /// What is known already without any work: `unchanged`.
    pub outcome: Option<&'static str>,
}

/// What a run is asked for.
pub struct NewRun<'a> {
    /// Why.
    pub purpose: Purpose,
    /// Only those hired since.
    pub since: Option<Ms>,
    /// Who asks.
    pub by: &'a str,
    /// When it should have begun, if the clock asks.
    pub due_at: Option<Ms>,
}

impl Hub {
    /// Starts a run over everybody hired. One for the same people that has just begun is joined: its id.
    pub(crate) async fn start_run(&self, tenant: &str, connection: &str, new: &NewRun<'_>) -> db::Result<String> {
        let now = self.clock.now();
        let tx = self.db.begin().await?;
        // The row is taken first: two clicks at once make one run.
        tx.run("update connection set settings = settings where tenant = $1 and id = $2", params![tenant, connection]).await?;
        // One that asks for less, or has listed its people long ago, is another.
        let sql = "select id from run where tenant = $1 and connection = $2 and kind = $3 and coalesce(since, 0) = $4 \
                   and (state = 'listing' or (state = 'working' and created_at > $5)) limit 1";
        let lately = now.minus(JOINED_WITHIN).0;
        if let Some(row) = tx.row(sql, params![tenant, connection, new.purpose.name(), new.since.map_or(0, |since| since.0), lately]).await? {
            return row.text("id");
        }
        let id = self.insert_run(&tx, tenant, connection, new, "listing").await?;
        if new.purpose == Purpose::Import {
            let sql = "update connection set import_since = $1 where tenant = $2 and id = $3";
            tx.run(sql, params![new.since.map_or(0, |since| since.0), tenant, connection]).await?;
        }
        self.pipeline.job(&tx, tenant, list_job(connection, &id, now)).await?;
        tx.commit().await?;
        self.committed();
        Ok(id)
    }

    /// Goes through these people again, each for the connection they belong to: the runs. As a trial it only finds out what
    /// would be done.
    pub(crate) async fn replay(&self, tenant: &str, people: &[Hire], purpose: Purpose, by: &str) -> db::Result<Vec<String>> {
        let mut by_connection: BTreeMap<&str, Vec<Listed>> = BTreeMap::new();
        for hire in people {
            let listed = Listed { subject: hire.subject.clone(), name: hire.name.clone(), outcome: None };
            by_connection.entry(&hire.connection).or_default().push(listed);
        }
        let mut runs = Vec::new();
        for (connection, listed) in by_connection {
            let tx = self.db.begin().await?;
            let new = NewRun { purpose, since: None, by, due_at: None };
            let id = self.insert_run(&tx, tenant, connection, &new, "working").await?;
            let run = Run { connection: connection.to_owned(), purpose, ..Run::named(&id) };
            self.add_to_run(&tx, tenant, &run, &listed).await?;
            tx.commit().await?;
            runs.push(id);
        }
        self.committed();
        Ok(runs)
    }

    /// Writes a run down.
    pub(crate) async fn insert_run(&self, tx: &Tx, tenant: &str, connection: &str, new: &NewRun<'_>, state: &str) -> db::Result<String> {
        let now = self.clock.now();
        let id = pipeline::fresh_id(now);
        tx.run(
            "insert into run (tenant, id, connection, kind, state, since, asked_by, due_at, created_at) values ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
            params![
                tenant,
                id.as_str(),
                connection,
                new.purpose.name(),
                state,
                new.since.map(|since| since.0),
                new.by,
                new.due_at.map(|due| due.0),
                now.0
            ],
        )
        .await?;
        let said = format!("{} {id} began.", new.purpose.words());
        self.audit(tx, tenant, new.by, "run: began", &said).await?;
        Ok(id)
    }

    /// Adds people to a run, and the work about those of whom nothing is known yet.
    pub(crate) async fn add_to_run(&self, tx: &Tx, tenant: &str, run: &Run, listed: &[Listed]) -> db::Result<()> {
        let now = self.clock.now();
        let dry = run.purpose.is_trial();
        for chunk in listed.chunks(500) {
            let values = chunk.iter().flat_map(|l| {
                let (why, at) = if l.outcome.is_some() { (Some("as it was at the last look"), Some(now.0)) } else { (None, None) };
                params![tenant, run.id.as_str(), run.connection.as_str(), l.subject.as_str(), l.name.as_str(), dry, l.outcome, why, at]
            });
            let sql = format!(
                "insert into run_item (tenant, run, connection, subject, name, dry, outcome, why, at) values {} on conflict (run, subject) do nothing",
                db::values(chunk.len(), 9)
            );
            tx.run(&sql, values.collect()).await?;
        }
        let open: Vec<&str> = listed.iter().filter(|l| l.outcome.is_none()).map(|l| l.subject.as_str()).collect();
        self.work_on(tx, tenant, run, &open).await
    }

    async fn work_on(&self, tx: &Tx, tenant: &str, run: &Run, subjects: &[&str]) -> db::Result<()> {
        let now = self.clock.now();
        for subject in subjects {
            let think = think_job(&run.connection, subject, Priority::Later, now);
            let kind = if run.purpose.is_trial() { TRY } else { THINK }.to_owned();
            self.pipeline.job(tx, tenant, NewJob { kind, payload: json!({ "run": true }), ..think }).await?;
        }
        Ok(())
    }

    /// A run, with how many came to what.
    pub(crate) async fn run(&self, tenant: &str, id: &str) -> db::Result<Option<Run>> {
        let row = self.db.row("select * from run where tenant = $1 and id = $2", params![tenant, id]).await?;
        let Some(mut run) = row.map(|row| read(&row)).transpose()? else { return Ok(None) };
        self.count(std::slice::from_mut(&mut run)).await?;
        Ok(Some(run))
    }

    /// The newest runs of a connection.
    pub(crate) async fn runs(&self, tenant: &str, connection: &str, most: i64) -> db::Result<Vec<Run>> {
        let sql = "select * from run where tenant = $1 and connection = $2 order by created_at desc, id desc limit $3";
        let rows = self.db.rows(sql, params![tenant, connection, most]).await?;
        let mut runs = rows.iter().map(read).collect::<db::Result<Vec<_>>>()?;
        self.count(&mut runs).await?;
        Ok(runs)
    }

    async fn count(&self, runs: &mut [Run]) -> db::Result<()> {
        if runs.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "select run, coalesce(outcome, 'open') as outcome, count(*) as n from run_item where run in ({}) group by run, coalesce(outcome, 'open')",
            db::list(0, runs.len())
        );
        for row in self.db.rows(&sql, runs.iter().map(|run| run.id.as_str().into()).collect()).await? {
            let (id, outcome, n) = (row.text("run")?, row.text("outcome")?, row.int("n")?);
            if let Some(run) = runs.iter_mut().find(|run| run.id == id) {
                run.counts.insert(outcome, n);
            }
        }
        Ok(())
    }

    /// People of a run by name: those of one outcome, or all; from the one after this opportunity on.
    pub(crate) async fn run_items(&self, tenant: &str, run: &str, outcome: &str, after: &str, most: i64) -> db::Result<Vec<RunItem>> {
        let mut only = Clauses::default();
        only.is("tenant =", tenant).is("run =", run);
        match outcome {
            "" => {}
            "open" => {
                only.and("outcome is null");
            }
            outcome => {
                only.is("outcome =", outcome);
            }
        }
        if !after.is_empty() {
            let (run, after) = (only.bind(run), only.bind(after));
            only.and(format!("(name, subject) > (select a.name, a.subject from run_item a where a.run = {run} and a.subject = {after})"));
        }
        let most = only.bind(most);
        let sql = format!("select * from run_item{} order by name, subject limit {most}", only.sql());
        let item = |row: &Row| {
            Ok(RunItem {
                subject: row.text("subject")?,
                name: row.text("name")?,
                outcome: row.get("outcome")?,
                why: row.get::<Option<String>>("why")?.unwrap_or_default(),
                detail: row.json("detail")?,
            })
        };
        self.db.rows(&sql, only.values()).await?.iter().map(item).collect()
    }

    /// Ends a run; whether it went on. What was begun is finished; what only this run wanted, and of which nothing was sent yet,
    /// is not.
    pub(crate) async fn cancel_run(&self, tenant: &str, id: &str, by: &str) -> db::Result<bool> {
        let now = self.clock.now().0;
        let tx = self.db.begin().await?;
        let sql = "update run set state = 'cancelled', ended_at = $1 where tenant = $2 and id = $3 and state in ('listing', 'working')";
        let was_open = tx.run(sql, params![now, tenant, id]).await? > 0;
        if was_open {
            // Whoever is under way is finished, and the report will say so.
            let why = format!("The run was cancelled by {by} before anything was done.");
            // Wanted by this run alone: its own reading intended it, and neither a webhook nor another run has asked since.
            let sql = "update effect set state = 'cancelled', ended_at = $1, why = $2, cause = null where tenant = $3 and state = 'ready' and tried = '' \
                       and exists (select 1 from run_item i where i.run = $4 and i.tenant = effect.tenant and i.connection = effect.connection \
                         and i.subject = effect.subject and i.outcome is null) \
                       and not exists (select 1 from run_item i where i.run <> $4 and i.tenant = effect.tenant and i.connection = effect.connection \
                         and i.subject = effect.subject and not i.dry and i.outcome is null) \
                       and exists (select 1 from job j where j.id = effect.origin and j.payload = $5)";
            tx.run(sql, params![now, why.as_str(), tenant, id, WANTED_BY_A_RUN]).await?;
            let busy = |table: &str, states: &str| {
                format!(
                    "not exists (select 1 from {table} w where w.tenant = run_item.tenant and w.connection = run_item.connection \
                     and w.subject = run_item.subject and w.state in ({states}))"
                )
            };
            let sql = format!(
                "update run_item set outcome = 'cancelled', why = $1, at = $2 where run = $3 and outcome is null and {} and {}",
                busy("effect", "'ready', 'running'"),
                busy("job", "'running'")
            );
            tx.run(&sql, params![why, now, id]).await?;
            self.audit(&tx, tenant, by, "run: cancelled", &format!("The run {id} was cancelled.")).await?;
        }
        tx.commit().await?;
        self.committed();
        Ok(was_open)
    }

    /// Those of a run that failed, are held or were cancelled go again; how many.
    pub(crate) async fn retry_run(&self, tenant: &str, id: &str, by: &str) -> db::Result<usize> {
        let Some(run) = self.run(tenant, id).await? else { return Ok(0) };
        let tx = self.db.begin().await?;
        let sql = "update run_item set outcome = null, why = null, at = null where tenant = $1 and run = $2 \
                   and outcome in ('failed', 'held', 'cancelled') returning subject";
        let rows = tx.rows(sql, params![tenant, id]).await?;
        let subjects = rows.iter().map(|row| row.text("subject")).collect::<db::Result<Vec<_>>>()?;
        if !subjects.is_empty() {
            let sql = "update run set state = 'working', ended_at = null, why = null where tenant = $1 and id = $2 and state <> 'listing'";
            tx.run(sql, params![tenant, id]).await?;
            self.work_on(&tx, tenant, &run, &subjects.iter().map(String::as_str).collect::<Vec<_>>()).await?;
            self.audit(&tx, tenant, by, "run: tried again", &format!("{} of the run {id} are tried again.", subjects.len())).await?;
        }
        tx.commit().await?;
        self.committed();
        Ok(subjects.len())
    }
}

/// The first moment of a day, UTC; nothing for an empty field.
pub fn day(text: &str) -> Result<Option<Ms>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let day: jiff::civil::Date = text.parse().map_err(|_| format!("{text:?} is no day; write it as 2026-01-31."))?;
    let start = day.to_zoned(jiff::tz::TimeZone::UTC).map_err(|e| e.to_string())?;
    Ok(Some(Ms(start.timestamp().as_millisecond())))
}

/// The job that lists whom a run is about.
pub fn list_job(connection: &str, run: &str, now: Ms) -> NewJob {
    NewJob {
        connection: connection.to_owned(),
        kind: LIST.to_owned(),
        subject: run.to_owned(),
        payload: Value::Null,
        priority: Priority::Usual,
        run_at: now,
    }
}

fn read(row: &Row) -> db::Result<Run> {
    let kind = row.text("kind")?;
    let moment = |column| -> db::Result<Option<Ms>> { Ok(row.get::<Option<i64>>(column)?.map(Ms)) };
    Ok(Run {
        id: row.text("id")?,
        connection: row.text("connection")?,
        purpose: Purpose::ALL.into_iter().find(|purpose| purpose.name() == kind).unwrap_or(Purpose::Import),
        state: row.text("state")?,
        since: moment("since")?,
        asked_by: row.text("asked_by")?,
        due_at: moment("due_at")?,
        created_at: Ms(row.int("created_at")?),
        ended_at: moment("ended_at")?,
        why: row.get("why")?,
        counts: BTreeMap::new(),
    })
}

/// What one ending means for the runs that wait for this person.
pub struct Came {
    /// What came of it; none: effects were stored, and theirs is the last word, unless there is nothing to be made so.
    pub outcome: Option<&'static str>,
    /// A sentence.
    pub why: String,
    /// Of a trial: the fields that would be written.
    pub detail: Value,
    /// Whether it is about trials only.
    pub dry: bool,
}

/// Writes down what endings mean for runs, in the transaction of the endings themselves.
pub async fn settle(tx: &Tx, came: &[(&str, &str, &str, &Came)], now: Ms) -> db::Result<()> {
    let mut touched = Vec::new();
    for dry in [false, true] {
        let over: Vec<_> = came.iter().filter(|(.., c)| c.dry == dry && c.outcome.is_some()).collect();
        if !over.is_empty() {
            let mut values = params![now.0, dry];
            for (tenant, connection, subject, c) in &over {
                let detail = (!c.detail.is_null()).then(|| c.detail.to_string());
                values.extend(params![*tenant, *connection, *subject, c.outcome, c.why.as_str(), detail]);
            }
            let sql = format!(
                "update run_item set outcome = v.column4, why = v.column5, detail = v.column6, at = $1 from (values {}) v \
                 where run_item.outcome is null and run_item.tenant = v.column1 and run_item.connection = v.column2 \
                 and run_item.subject = v.column3 and run_item.dry = $2 returning run_item.run",
                db::values_after(2, over.len(), 6)
            );
            touched.extend(tx.rows(&sql, values).await?.iter().map(|row| row.text("run")).collect::<db::Result<Vec<_>>>()?);
        }
    }
    let intended: Vec<_> = came.iter().filter(|(.., c)| c.outcome.is_none()).collect();
    if !intended.is_empty() {
        let mut values = params![now.0, "as it was done before"];
        for (tenant, connection, subject, _) in &intended {
            values.extend(params![*tenant, *connection, *subject]);
        }
        let sql = format!(
            "update run_item set outcome = 'unchanged', why = $2, at = $1 from (values {}) v where run_item.outcome is null \
             and run_item.tenant = v.column1 and run_item.connection = v.column2 and run_item.subject = v.column3 and run_item.dry = false \
             and not exists (select 1 from effect e where e.tenant = v.column1 and e.connection = v.column2 and e.subject = v.column3 \
             and e.state in ('ready', 'running')) returning run_item.run",
            db::values_after(2, intended.len(), 3)
        );
        touched.extend(tx.rows(&sql, values).await?.iter().map(|row| row.text("run")).collect::<db::Result<Vec<_>>>()?);
    }
    touched.sort();
    touched.dedup();
    finish_runs(tx, &touched, now).await
}

/// Runs of which nobody is left are over.
pub async fn finish_runs(tx: &Tx, runs: &[String], now: Ms) -> db::Result<()> {
    if runs.is_empty() {
        return Ok(());
    }
    // The rows are taken first: of two who end the last two people at once, the second then sees the first.
    let ids: Vec<db::Value> = runs.iter().map(|run| run.as_str().into()).collect();
    tx.run(&format!("update run set state = state where state in ('listing', 'working') and id in ({})", db::list(0, runs.len())), ids).await?;
    let mut values = params![now.0];
    values.extend(runs.iter().map(|run| db::Value::from(run.as_str())));
    let sql = format!(
        "update run set state = 'done', ended_at = $1 where state = 'working' and id in ({}) \
         and not exists (select 1 from run_item i where i.run = run.id and i.outcome is null)",
        db::list(1, runs.len())
    );
    tx.run(&sql, values).await.map(drop)
}
