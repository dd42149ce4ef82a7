//! Mending what is held: one click does what the connector offers, then lets go.

use crate::Hub;
use crate::subscriptions::{SYNC, sync_job};
use crate::work::{LOOK_AGAIN, think_job};
use clock::Tick;
use connector::Cx;
use db::{Sql, params};
use outbound::{Urgency, Wire};
use pipeline::Priority;
use serde_json::Value;

/// Which held work.
pub(crate) enum Held<'a> {
    /// All that waits for the same thing.
    ByCause(&'a str),
    /// All of one connection.
    OfConnection(&'a str),
}

impl Hub {
    /// Reads held work again from Lever, oldest look first; how much that is. What was decided days ago is never sent as it
    /// was: whoever is not hired any more is not employed, and a corrected start date counts.
    pub(crate) async fn read_held_again(&self, tx: &impl Sql, tenant: &str, which: &Held<'_>, priority: Priority) -> db::Result<u64> {
        let (column, value) = match which {
            Held::ByCause(cause) => ("cause", *cause),
            Held::OfConnection(connection) => ("connection", *connection),
        };
        let columns = "tenant, connection, kind, subject, cause, run_at from";
        let sql = format!(
            "select connection, kind, subject, min(run_at) as since from (select {columns} job where state = 'held' union all \
             select {columns} effect where state = 'held') h where tenant = $1 and {column} = $2 and kind <> $3 group by connection, kind, subject order by since, subject limit 2000"
        );
        let rows = tx.rows(&sql, params![tenant, value, LOOK_AGAIN]).await?;
        for row in &rows {
            let (connection, now) = (row.text("connection")?, self.clock.now());
            let job =
                if row.text("kind")? == SYNC { sync_job(&connection, now) } else { think_job(&connection, &row.text("subject")?, priority, now) };
            self.pipeline.job(tx, tenant, job).await?;
        }
        Ok(rows.len() as u64)
    }

    /// Lets everything go that waits for this cause.
    pub(crate) async fn release(&self, tenant: &str, cause: &str, by: &str) -> db::Result<u64> {
        let tx = self.db.begin().await?;
        let released = self.read_held_again(&tx, tenant, &Held::ByCause(cause), Priority::Now).await?;
        self.audit(&tx, tenant, by, "hold: released", &format!("{released} released: {cause}")).await?;
        tx.commit().await?;
        self.committed();
        Ok(released)
    }

    /// Does what the connector offers about the cause, then lets everything of the connection go: others may have
    /// waited for the same thing under another cause. What still lacks something is held again.
    pub(crate) async fn mend(&self, tenant: &str, cause: &str, by: &str) -> db::Result<Result<String, String>> {
        let held = pipeline::held(&self.db, tenant).await?.into_iter().find(|h| h.cause == cause && h.mend != Value::Null);
        let Some(held) = held else { return Ok(Err("Nothing waits for this any more.".to_owned())) };
        let Some(connection) = self.connection(tenant, &held.connection).await? else { return Ok(Err("The connection is gone.".to_owned())) };
        let Some(connector) = self.connector(&connection.connector) else { return Ok(Err("The connector is gone.".to_owned())) };
        let wire = Wire::default();
        let (partner, lever, memo) = (self.partner(&connection, &wire), self.lever(&connection, Urgency::Now, &wire), self.memo(&connection));
        let cx = Cx { partner: &partner, lever: &lever, memo: &memo, asked: Tick::next(), attempt: 1 };
        let said = match connector.mend(cx, &held.mend).await {
            Ok(said) => said,
            Err(why) => return Ok(Err(why)),
        };
        let tx = self.db.begin().await?;
        let released = self.read_held_again(&tx, tenant, &Held::OfConnection(&connection.id), Priority::Now).await?;
        self.audit(&tx, tenant, by, "hold: mended", &format!("{said} {released} released.")).await?;
        tx.commit().await?;
        self.committed();
        Ok(Ok(said))
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

    /// What Lever told us, newest first. For the command line.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn told(&self, tenant: &str, most: i64) -> db::Result<Vec<pipeline::Told>> {
        pipeline::told(&self.db, tenant, most).await
    }

    /// All connections. For the command line.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn all_connections(&self, tenant: &str) -> db::Result<Vec<crate::Connection>> {
        self.connections(tenant).await
    }

    /// Lets everything go that waits for this cause.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn release_from_the_command_line(&self, tenant: &str, cause: &str) -> db::Result<u64> {
        self.release(tenant, cause, "command line").await
    }
}
