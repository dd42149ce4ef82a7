//! Erasure: whoever is deleted or anonymised in Lever is forgotten here, in every table, and the partner is instructed. A
//! record of it remains that holds nothing of the person.

use crate::Hub;
use crate::connections::Connection;
use crate::runs::finish_runs;
use clock::Ms;
use connector::{Sent, arrival_subject};
use db::vault::digest;
use db::{Row, Sql, Tx, params};
use pipeline::{Item, NewJob, Priority, Unsure};
use post::Notice;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The kind of job that instructs the partner.
pub const ERASE: &str = "erase";

/// A record of an erasure.
pub struct Erasure {
    /// Of the opportunity's id.
    pub digest: String,
    /// `deleted in Lever`, `anonymised in Lever` or `erased by hand`.
    pub why: String,
    /// When it was forgotten here.
    pub erased_at: Ms,
    /// What the partner did; none: that is still to come.
    pub partner: Option<String>,
    /// When that was.
    pub ended_at: Option<Ms>,
}

/// Where the partner's record of somebody erased is, or may be: all that is remembered until the partner is told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Left {
    /// The partner's id of it.
    pub record: Option<String>,
    /// It was there before us.
    pub theirs: bool,
    /// What it would be found by, if there is one: [`connector::Connector::mark`].
    pub perhaps: Vec<Value>,
}

impl Left {
    /// As a job has it; none, if another version of Fulcrum stored it.
    pub fn read(payload: &Value) -> Self {
        serde_json::from_value(payload.clone()).unwrap_or_default()
    }

    /// With what is known since.
    fn and(self, since: Self) -> Self {
        let theirs = if since.record.is_some() { since.theirs } else { self.theirs };
        let mut perhaps = self.perhaps;
        perhaps.extend(since.perhaps.into_iter().filter(|mark| !perhaps.contains(mark)).collect::<Vec<_>>());
        Self { record: since.record.or(self.record), theirs, perhaps }
    }

    /// It was looked for and is this.
    pub fn found(self, sent: Sent) -> Self {
        Self { record: sent.remote_id, theirs: sent.what["theirs"] == true, ..self }
    }

    /// In the words of connectors.
    pub fn sent(&self, shared: bool) -> Sent {
        Sent { remote_id: self.record.clone(), what: json!({ "theirs": self.theirs }), shared, perhaps: self.perhaps.clone() }
    }
}

/// What is stored of whom.
fn of(subject: &str) -> String {
    digest(&format!("erased/{subject}"))
}

impl Hub {
    /// Forgets a person, if anything is known of them; whether there was. What the partner holds of them is the business of
    /// a job in the same transaction, which knows the partner's own id of the record and nothing else.
    pub(crate) async fn erase(&self, connection: &Connection, subject: &str, why: &str) -> db::Result<bool> {
        let (tenant, id, now) = (connection.tenant.as_str(), connection.id.as_str(), self.clock.now());
        let tx = self.db.begin().await?;
        let known =
            tx.row("select name, email from hire where tenant = $1 and connection = $2 and subject = $3", params![tenant, id, subject]).await?;
        let link = pipeline::link_of(&tx, tenant, id, subject).await?;
        let listed = "select 1 as one from run_item where tenant = $1 and connection = $2 and subject = $3 and name <> 'erased' limit 1";
        let listed = tx.row(listed, params![tenant, id, subject]).await?;
        if known.is_none() && link.is_none() && listed.is_none() {
            return Ok(false);
        }
        // Their addresses and their whole name may stand in what a partner said and somebody let go. A single word could be
        // anybody's, or a town's.
        let mut words = Vec::new();
        if let Some(row) = &known {
            words.push(row.text("name")?);
            words.retain(|name| name.contains(' '));
            words.extend(row.text("email")?.split(' ').filter(|e| e.contains('@')).map(str::to_owned));
        }
        let unsure = pipeline::unsure(&tx, tenant, id, subject).await?;
        wipe(&tx, tenant, id, subject, now).await?;
        if let Some(link) = &link {
            // As the record they came from, they are known no more either.
            let sql = "delete from hire where tenant = $1 and connection = $2 and subject = $3";
            tx.run(sql, params![tenant, id, arrival_subject(&link.remote_id)]).await?;
        }
        for word in &words {
            let sql = format!(
                "update audit set why = 'A sentence about somebody who was erased.' where tenant = $1 and substr(what, 1, 5) = 'hold:' and {}",
                self.db.engine().contains("why", "$2")
            );
            tx.run(&sql, params![tenant, word.as_str()]).await?;
        }
        let sql = "insert into erasure (tenant, connection, digest, why, found_at, erased_at) values ($1, $2, $3, $4, $5, $5) \
                   on conflict (tenant, connection, digest) do update set why = excluded.why, erased_at = excluded.erased_at, partner = null, ended_at = null";
        tx.run(sql, params![tenant, id, of(subject), why, now.0]).await?;
        let left = self.left(connection, link.map(|link| (link.remote_id, link.sent)), &unsure);
        // One that waits to tell the partner learns of it; one that is about to may know less than is known now.
        let told = "select id, payload, state from job where tenant = $1 and connection = $2 and subject = $3 and kind = $4 \
                    and state in ('ready', 'running', 'held') order by id";
        let told = tx.rows(told, params![tenant, id, subject, ERASE]).await?;
        let mut waits = false;
        let mut all = left.clone();
        for row in &told {
            // The one that runs may end without having told; then this one takes over.
            all = Left::read(&row.json("payload")?).and(all);
            if row.text("state")? != "running" {
                self.remember_left(&tx, &row.text("id")?, &Left::read(&row.json("payload")?).and(left.clone())).await?;
                waits = true;
            }
        }
        if !waits && (told.is_empty() || left != Left::default()) {
            let job = NewJob {
                connection: id.to_owned(),
                kind: ERASE.to_owned(),
                subject: subject.to_owned(),
                payload: json!(all),
                priority: Priority::Usual,
                run_at: now,
            };
            self.pipeline.job(&tx, tenant, job).await?;
        }
        self.audit(&tx, tenant, "Fulcrum", "person: erased", &format!("Somebody is forgotten here: {why}.")).await?;
        let data = json!({ "connection": id, "why": why });
        self.tell(&tx, tenant, &[Notice { kind: "person.erased", key: of(subject), connection: id, data }]).await?;
        tx.commit().await?;
        self.memo(connection).forget();
        self.db.scrub().await?;
        self.committed();
        Ok(true)
    }

    /// A record that was to come into Lever is gone at the partner: so is what is known of it.
    pub(crate) async fn forget_arrival(&self, connection: &Connection, record: &str) -> db::Result<()> {
        let tx = self.db.begin().await?;
        wipe(&tx, &connection.tenant, &connection.id, &arrival_subject(record), self.clock.now()).await?;
        tx.commit().await?;
        self.db.scrub().await
    }

    fn left(&self, connection: &Connection, record: Option<(String, Value)>, unsure: &[Unsure]) -> Left {
        let (record, theirs) = record.map_or((None, false), |(record, sent)| (Some(record), sent["theirs"] == true));
        let connector = self.connector(&connection.connector);
        let marks = unsure.iter().flat_map(Unsure::payloads).filter_map(|payload| Some(connector?.mark(&payload["change"])));
        Left { record, theirs, perhaps: marks.filter(|mark| !mark.is_null()).collect() }
    }

    /// Forgets what was written about somebody erased since: whatever was under way then may have written. Where the partner's
    /// record is.
    pub(crate) async fn forget_again(&self, connection: &Connection, job: &Item, ours: &Sent) -> db::Result<Left> {
        let subject = job.subject.as_str();
        let tx = self.db.begin().await?;
        let unsure = pipeline::unsure(&tx, &job.tenant, &job.connection, subject).await?;
        let since = self.left(connection, ours.remote_id.clone().map(|id| (id, ours.what.clone())), &unsure);
        let row = tx.row("select payload from job where id = $1", params![job.id.as_str()]).await?;
        let known = row.map(|row| row.json("payload")).transpose()?.unwrap_or_default();
        let left = Left::read(&known).and(since);
        self.remember_left(&tx, &job.id, &left).await?;
        // What was decided about them since they were forgotten is kept until it is done.
        pipeline::forget(&tx, &connection.tenant, &connection.id, subject, ERASE, self.clock.now()).await?;
        tx.run(
            "delete from hire where tenant = $1 and connection = $2 and subject = $3",
            params![connection.tenant.as_str(), connection.id.as_str(), subject],
        )
        .await?;
        tx.commit().await?;
        self.db.scrub().await?;
        Ok(left)
    }

    /// Until the partner is told.
    pub(crate) async fn remember_left(&self, db: &impl Sql, job: &str, left: &Left) -> db::Result<()> {
        db.run("update job set payload = $1 where id = $2", params![json!(left).to_string(), job]).await.map(drop)
    }

    /// Whether another hire has the same record at the partner.
    pub(crate) async fn is_shared(&self, connection: &Connection, subject: &str, record: &str) -> db::Result<bool> {
        let sql = "select 1 as one from link where tenant = $1 and connection = $2 and remote_id = $3 and subject <> $4 limit 1";
        let values = params![connection.tenant.as_str(), connection.id.as_str(), record, subject];
        Ok(self.db.row(sql, values).await?.is_some())
    }

    /// The partner did what is to be done.
    pub(crate) async fn erased_there(&self, connection: &Connection, subject: &str, said: &str) -> db::Result<()> {
        let tx = self.db.begin().await?;
        wipe(&tx, &connection.tenant, &connection.id, subject, self.clock.now()).await?;
        // Where the record was may say more of the person than one would think: a number made of an e-mail, for one.
        let sql = "update job set payload = 'null' where tenant = $1 and connection = $2 and subject = $3 and kind = $4 and state <> 'ready'";
        tx.run(sql, params![connection.tenant.as_str(), connection.id.as_str(), subject, ERASE]).await?;
        let sql = "update erasure set partner = $1, ended_at = $2 where tenant = $3 and connection = $4 and digest = $5";
        tx.run(sql, params![said, self.clock.now().0, connection.tenant.as_str(), connection.id.as_str(), of(subject)]).await?;
        tx.commit().await?;
        self.db.scrub().await
    }

    /// The newest erasures.
    pub(crate) async fn erasures(&self, tenant: &str, most: i64) -> db::Result<Vec<Erasure>> {
        let sql = "select * from erasure where tenant = $1 order by erased_at desc, digest limit $2";
        self.db.rows(sql, params![tenant, most]).await?.iter().map(read).collect()
    }

    /// Whether this person was erased.
    pub(crate) async fn erasure_of(&self, tenant: &str, subject: &str) -> db::Result<Option<Erasure>> {
        let sql = "select * from erasure where tenant = $1 and digest = $2 order by erased_at desc limit 1";
        self.db.row(sql, params![tenant, of(subject)]).await?.map(|row| read(&row)).transpose()
    }
}

/// Forgets a person in every table. Runs that waited for them wait no longer.
async fn wipe(tx: &Tx, tenant: &str, connection: &str, subject: &str, now: Ms) -> db::Result<()> {
    let about = || params![tenant, connection, subject];
    pipeline::forget(tx, tenant, connection, subject, ERASE, now).await?;
    tx.run("delete from hire where tenant = $1 and connection = $2 and subject = $3", about()).await?;
    tx.run("delete from answer where tenant = $1 and connection = $2 and subject = $3", about()).await?;
    tx.run("delete from told where tenant = $1 and connection = $2 and subject = $3", about()).await?;
    let sql = "update run_item set name = 'erased', why = null, detail = null, outcome = coalesce(outcome, 'skipped'), at = coalesce(at, $4) \
               where tenant = $1 and connection = $2 and subject = $3 returning run";
    let runs = tx.rows(sql, params![tenant, connection, subject, now.0]).await?;
    let runs = runs.iter().map(|row| row.text("run")).collect::<db::Result<Vec<_>>>()?;
    finish_runs(tx, &runs, now).await
}

fn read(row: &Row) -> db::Result<Erasure> {
    Ok(Erasure {
        digest: row.text("digest")?,
        why: row.text("why")?,
        erased_at: Ms(row.int("erased_at")?),
        partner: row.get("partner")?,
        ended_at: row.get::<Option<i64>>("ended_at")?.map(Ms),
    })
}
