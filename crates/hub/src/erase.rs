//! Erasure: whoever is deleted or anonymised in Lever is forgotten here, in every table, and the partner is instructed. A
//! record of it remains that holds nothing of the person.

use crate::Hub;
use crate::connections::Connection;
use crate::notices::Notice;
use crate::runs::finish_runs;
use clock::Ms;
use connector::Sent;
use db::vault::digest;
use db::{Row, Sql, Tx, params};
use pipeline::{Item, NewJob, Priority};
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
        let tried = pipeline::tried_of(&tx, tenant, id, subject).await?;
        wipe(&tx, tenant, id, subject, now).await?;
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
        // One that waits to tell the partner knows the record; another one might not any more.
        let told =
            "select 1 as one from job where tenant = $1 and connection = $2 and subject = $3 and kind = $4 and state in ('ready', 'running', 'held')";
        if link.is_some() || !tried.is_empty() || tx.row(told, params![tenant, id, subject, ERASE]).await?.is_none() {
            let job = NewJob {
                connection: id.to_owned(),
                kind: ERASE.to_owned(),
                subject: subject.to_owned(),
                payload: self.record(connection, link.map(|link| (link.remote_id, link.sent)), &tried),
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

    /// What is remembered of somebody erased until the partner is told: where the record is, or may be.
    fn record(&self, connection: &Connection, link: Option<(String, Value)>, tried: &[Value]) -> Value {
        let (record, theirs) = link.map_or((None, false), |(record, sent)| (Some(record), sent["theirs"] == true));
        let connector = self.connector(&connection.connector);
        let marks = tried.iter().filter_map(|payload| Some(connector?.mark(&payload["change"]))).filter(|mark| !mark.is_empty());
        json!({ "record": record, "theirs": theirs, "perhaps": marks.collect::<std::collections::BTreeSet<_>>() })
    }

    /// Forgets what was written about somebody erased since: whatever was under way then may have written. What the partner
    /// holds of them.
    pub(crate) async fn forget_again(&self, connection: &Connection, job: &Item, ours: &Sent) -> db::Result<Sent> {
        let subject = job.subject.as_str();
        let tx = self.db.begin().await?;
        let tried = pipeline::tried_of(&tx, &job.tenant, &job.connection, subject).await?;
        let mut record = job.payload.clone();
        if ours.remote_id.is_some() || !tried.is_empty() {
            record = self.record(connection, ours.remote_id.clone().map(|id| (id, ours.what.clone())), &tried);
            tx.run("update job set payload = $1 where id = $2", params![record.to_string(), job.id.as_str()]).await?;
        }
        // What was decided about them since they were forgotten is kept until it is done.
        pipeline::forget(&tx, &connection.tenant, &connection.id, subject, ERASE, self.clock.now()).await?;
        tx.run(
            "delete from hire where tenant = $1 and connection = $2 and subject = $3",
            params![connection.tenant.as_str(), connection.id.as_str(), subject],
        )
        .await?;
        tx.commit().await?;
        self.db.scrub().await?;
        Ok(Sent {
            remote_id: record["record"].as_str().map(str::to_owned),
            perhaps: serde_json::from_value(record["perhaps"].clone()).unwrap_or_default(),
            what: json!({ "theirs": record["theirs"] }),
            shared: false,
        })
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
