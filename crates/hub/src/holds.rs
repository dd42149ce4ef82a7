//! Mending what is held: one click does what the connector offers, then lets go.

use crate::Hub;
use crate::connections::Connection;
use crate::erase::{ERASE, Left};
use crate::names::names_job;
use crate::runs::{LIST, list_job};
use crate::setup::{PROBE, probe_job};
use crate::subscriptions::{SYNC, sync_job};
use crate::work::think_job;
use clock::Tick;
use connector::{Cx, Mended, Remember, Sent};
use db::{Sql, params};
use outbound::{Urgency, Wire};
use pipeline::{NewJob, Priority};

/// Which held work.
pub(crate) enum Held<'a> {
    /// All that waits for the same thing, of one connection or, where that is empty, of all.
    ByCause { cause: &'a str, connection: &'a str },
    /// All of one connection.
    OfConnection(&'a str),
}

/// The way out somebody chose.
pub(crate) struct Chosen<'a> {
    /// Of this hold.
    pub cause: &'a str,
    /// Of this connection; may be empty where no other holds for the same cause.
    pub connection: &'a str,
    /// About this person; empty if it is about all.
    pub subject: &'a str,
    /// The way's id.
    pub way: &'a str,
    /// What they picked, if there was something to pick.
    pub picked: &'a str,
}

impl Hub {
    /// Reads held work again from Lever, oldest look first; how much that is. What was decided days ago is never sent as it
    /// was: whoever is not hired any more is not employed, and a corrected start date counts.
    pub(crate) async fn read_held_again(&self, tx: &impl Sql, tenant: &str, which: &Held<'_>, priority: Priority) -> db::Result<u64> {
        let (cause, connection) = match which {
            Held::ByCause { cause, connection } => (Some(*cause), *connection),
            Held::OfConnection(connection) => (None, *connection),
        };
        let columns = "tenant, connection, kind, subject, cause, run_at, payload from";
        let sql = format!(
            "select connection, kind, subject, min(run_at) as since, min(payload) as payload from (select {columns} job where state = 'held' union all \
             select {columns} effect where state = 'held') h where tenant = $1 and cause = coalesce($2, cause) and $3 in ('', connection) and substr(subject, 1, 9) <> 'schedule/' \
             group by connection, kind, subject order by since, subject limit 2000"
        );
        let rows = tx.rows(&sql, params![tenant, cause, connection]).await?;
        for row in &rows {
            let (connection, subject, now) = (row.text("connection")?, row.text("subject")?, self.clock.now());
            let job = match row.text("kind")?.as_str() {
                SYNC => sync_job(&connection, now),
                PROBE => probe_job(&connection, now),
                // It knows what nothing else knows any more: which record it is about.
                ERASE => NewJob { kind: ERASE.to_owned(), payload: row.json("payload")?, ..think_job(&connection, &subject, priority, now) },
                LIST => list_job(&connection, &subject, now),
                _ => think_job(&connection, &subject, priority, now),
            };
            self.pipeline.job(tx, tenant, job).await?;
        }
        Ok(rows.len() as u64)
    }

    /// Lets everything go that waits for this cause.
    pub(crate) async fn release(&self, tenant: &str, cause: &str, connection: &str, by: &str) -> db::Result<u64> {
        let tx = self.db.begin().await?;
        let held = pipeline::held_items(&tx, tenant, connection, cause, 2000).await?;
        pipeline::note_mended(&tx, &held.iter().collect::<Vec<_>>(), &format!("{by} asked to try again."), "[]", self.clock.now()).await?;
        let released = self.read_held_again(&tx, tenant, &Held::ByCause { cause, connection }, Priority::Usual).await?;
        self.audit(&tx, tenant, by, "hold: released", &format!("{released} released: {cause}")).await?;
        tx.commit().await?;
        self.committed();
        Ok(released)
    }

    /// Goes a way out of a hold that the connector offers, then lets everything of the connection go: others may have
    /// waited for the same thing under another cause. What still lacks something is held again.
    pub(crate) async fn mend(&self, tenant: &str, chosen: &Chosen<'_>, by: &str) -> db::Result<Result<String, String>> {
        let gone = || Ok(Err("Nothing waits for this any more.".to_owned()));
        let held = pipeline::held_items(&self.db, tenant, chosen.connection, chosen.cause, 2000).await?;
        let fits = |item: &&pipeline::Item| chosen.subject.is_empty() || item.subject == chosen.subject;
        let Some(item) = held.iter().find(fits) else { return gone() };
        if held.iter().any(|other| other.connection != item.connection) {
            return Ok(Err("Several connections wait for this. Say which one is meant.".to_owned()));
        }
        let Some(way) = connector::ways(&item.mend).into_iter().find(|way| way.id == chosen.way) else { return gone() };
        if way.personal && chosen.subject.is_empty() {
            return Ok(Err("This can only be decided for one person.".to_owned()));
        }
        let Some(connection) = self.connection(tenant, &item.connection).await? else { return Ok(Err("The connection is gone.".to_owned())) };
        let Some(connector) = self.connector(&connection.connector) else { return Ok(Err("The connector is gone.".to_owned())) };
        let wire = Wire::default();
        let (partner, lever, memo) = (self.partner(&connection, &wire), self.lever(&connection, Urgency::Now, &wire), self.memo(&connection));
        let sent = if item.kind == ERASE {
            let left = Left::read(&item.payload);
            let shared = match &left.record {
                Some(record) => self.is_shared(&connection, &item.subject, record).await?,
                None => false,
            };
            left.sent(shared)
        } else {
            self.sent(&connection, &item.subject).await?
        };
        let cx = Cx { partner: &partner, lever: &lever, memo: &memo, asked: Tick::next(), attempt: 1, sent: &sent, tried: &[] };
        let Mended { said, remember } = match connector.mend(cx, &connection.settings, &way, chosen.picked).await {
            Ok(mended) => mended,
            Err(why) => return Ok(Err(why)),
        };
        if let Remember::Settings(change) = &remember
            && let Err(why) = self.change_settings(tenant, &connection.id, change.clone(), by).await?
        {
            return Ok(Err(why));
        }
        let tx = self.db.begin().await?;
        if remember == Remember::Looked {
            let unsure = pipeline::unsure(&tx, tenant, &connection.id, &item.subject).await?;
            pipeline::found(&tx, item, &unsure, None, self.clock.now()).await?;
        }
        if let Remember::Answer { question, answer } = &remember {
            tx.run(
                "insert into answer (tenant, connection, subject, question, answer, actor, at) values ($1, $2, $3, $4, $5, $6, $7) \
                 on conflict (tenant, connection, subject, question) do update set answer = excluded.answer, actor = excluded.actor, at = excluded.at",
                params![tenant, connection.id.as_str(), item.subject.as_str(), question.as_str(), answer.as_str(), by, self.clock.now().0],
            )
            .await?;
        }
        // What is still held: the partner may have taken its time.
        let held = pipeline::held_items(&tx, tenant, &connection.id, chosen.cause, 2000).await?;
        let mended: Vec<_> = held.iter().filter(fits).collect();
        // What was said stands with the one it was said for; of somebody erased nothing is written down.
        let (this, others): (Vec<_>, Vec<_>) = mended.into_iter().partition(|other| other.id == item.id && other.kind != ERASE);
        let why = format!("{by}: {said}");
        pipeline::note_mended(&tx, &this, &why, &wire.json(), self.clock.now()).await?;
        pipeline::note_mended(&tx, &others, &why, "[]", self.clock.now()).await?;
        let released = self.read_held_again(&tx, tenant, &Held::OfConnection(&connection.id), Priority::Usual).await?;
        self.read_left_out_again(&tx, tenant, &connection.id, false).await?;
        if !connector.spec().lists.is_empty() || connector.spec().map.is_some() {
            self.pipeline.job(&tx, tenant, names_job(&connection.id, self.clock.now())).await?;
        }
        self.audit(&tx, tenant, by, "hold: mended", &format!("{said} What waits at this connection is read again: {released}.")).await?;
        tx.commit().await?;
        self.committed();
        Ok(Ok(said))
    }

    /// What the partner holds of one of ours.
    async fn sent(&self, connection: &Connection, subject: &str) -> db::Result<Sent> {
        let link = pipeline::link_of(&self.db, &connection.tenant, &connection.id, subject).await?;
        let Some(link) = link else { return Ok(Sent::default()) };
        let shared = self.is_shared(connection, subject, &link.remote_id).await?;
        Ok(Sent { remote_id: Some(link.remote_id), what: link.sent, shared, ..Sent::default() })
    }
}

impl Hub {
    /// What is held, by cause. For the command line.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn held(&self, tenant: &str) -> db::Result<Vec<pipeline::Held>> {
        pipeline::held(&self.db, tenant).await
    }

    /// All connections. For the command line.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn all_connections(&self, tenant: &str) -> db::Result<Vec<crate::Connection>> {
        self.connections(tenant).await
    }
}
