//! Erasure: whoever is deleted or anonymised in Lever is forgotten here, in every table, and the partner is instructed. A
//! record of it remains that holds nothing of the person.

use crate::Hub;
use crate::connections::Connection;
use crate::notices::Notice;
use clock::Ms;
use connector::Sent;
use db::vault::digest;
use db::{Row, Sql, params};
use pipeline::{NewJob, Priority};
use serde_json::{Value, json};

/// The kind of job that instructs the partner.
pub const ERASE: &str = "erase";

/// A record of an erasure.
pub struct Erasure {
    /// Of the opportunity's id.
    pub digest: String,
    /// `deleted`, `anonymised` or `by hand`.
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
        if known.is_none() && link.is_none() {
            return Ok(false);
        }
        // Their name and addresses may stand in sentences a partner said.
        let mut words = Vec::new();
        if let Some(row) = &known {
            words.push(row.text("name")?);
            words.extend(row.text("email")?.split(' ').map(str::to_owned));
        }
        words.retain(|word| word.chars().count() > 3);
        pipeline::forget(&tx, tenant, id, subject, now).await?;
        for (table, sql) in [
            ("hire", "delete from hire where tenant = $1 and connection = $2 and subject = $3"),
            ("answer", "delete from answer where tenant = $1 and connection = $2 and subject = $3"),
            ("run_item", "update run_item set name = 'erased', why = null, detail = null where tenant = $1 and connection = $2 and subject = $3"),
        ] {
            tx.run(sql, params![tenant, id, subject]).await.map_err(|e| db::Error::new(format!("{table}: {e}")))?;
        }
        for word in &words {
            let engine = self.db.engine();
            let sql =
                format!("update audit set why = 'A sentence about somebody who was erased.' where tenant = $1 and {}", engine.contains("why", "$2"));
            tx.run(&sql, params![tenant, word.as_str()]).await?;
            // Two that are held for the same cause share its words.
            for table in ["job", "effect"] {
                let sql =
                    format!("update {table} set cause = 'Held', why = null where tenant = $1 and {}", engine.contains("coalesce(cause, '')", "$2"));
                tx.run(&sql, params![tenant, word.as_str()]).await?;
            }
        }
        let sql = "insert into erasure (tenant, connection, digest, why, found_at, erased_at) values ($1, $2, $3, $4, $5, $5) \
                   on conflict (tenant, connection, digest) do update set erased_at = excluded.erased_at";
        tx.run(sql, params![tenant, id, of(subject), why, now.0]).await?;
        let job = NewJob {
            connection: id.to_owned(),
            kind: ERASE.to_owned(),
            subject: subject.to_owned(),
            payload: json!({ "record": link.map(|link| link.remote_id) }),
            priority: Priority::Usual,
            run_at: now,
        };
        self.pipeline.job(&tx, tenant, job).await?;
        self.audit(&tx, tenant, "Fulcrum", "person: erased", &format!("Somebody was {why} in Lever and is forgotten here.")).await?;
        let data = json!({ "connection": id, "why": why });
        self.tell(&tx, tenant, &[Notice { kind: "person.erased", key: of(subject), connection: id, data }]).await?;
        tx.commit().await?;
        self.memo(connection).forget();
        self.db.scrub().await?;
        self.committed();
        Ok(true)
    }

    /// What the partner holds of somebody erased.
    pub(crate) fn erased_record(payload: &Value) -> Sent {
        Sent { remote_id: payload["record"].as_str().map(str::to_owned), what: Value::Null }
    }

    /// The partner did what is to be done.
    pub(crate) async fn erased_there(&self, connection: &Connection, subject: &str, said: &str) -> db::Result<()> {
        let tx = self.db.begin().await?;
        // Whatever was under way when the person was forgotten may have written since.
        pipeline::forget(&tx, &connection.tenant, &connection.id, subject, self.clock.now()).await?;
        tx.run(
            "delete from hire where tenant = $1 and connection = $2 and subject = $3",
            params![connection.tenant.as_str(), connection.id.as_str(), subject],
        )
        .await?;
        tx.run(
            "delete from answer where tenant = $1 and connection = $2 and subject = $3",
            params![connection.tenant.as_str(), connection.id.as_str(), subject],
        )
        .await?;
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

fn read(row: &Row) -> db::Result<Erasure> {
    Ok(Erasure {
        digest: row.text("digest")?,
        why: row.text("why")?,
        erased_at: Ms(row.int("erased_at")?),
        partner: row.get("partner")?,
        ended_at: row.get::<Option<i64>>("ended_at")?.map(Ms),
    })
}
