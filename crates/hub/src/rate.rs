//! Lever's rate over several nodes: one bucket in the database for each connection.
//!
//! Lever counts by credential, not by node, so nodes that each keep the rate would break it together. Every call is one
//! statement more, and one more each time it has to wait.

use clock::{Clock, Ms};
use db::{Db, Sql, params};
use futures_util::future::BoxFuture;
use futures_util::lock::Mutex;
use outbound::{Budget, LEVER_RATE, OUR_BURST, Pace, Urgency};
use std::time::Duration;

/// The bucket of one connection, as this node sees it. Like [`Budget`] it is kept as one moment: when it is full again.
/// The nodes' clocks should agree to a fraction of a second.
pub struct Shared {
    pub db: Db,
    pub clock: Clock,
    pub tenant: String,
    pub connection: String,
    /// Orders those who wait on this node, hires first.
    pub own: Budget,
    /// One of each urgency asks the database at a time; the others wait for it here.
    pub turns: [Mutex<()>; 2],
}

/// How long one token takes to come. ms.
const EVERY: i64 = 1000 / LEVER_RATE as i64;

impl Shared {
    /// A token now (`None`), or how long to wait before asking again.
    async fn try_take(&self, urgency: Urgency) -> db::Result<Option<Duration>> {
        let usable = i64::from(match urgency {
            Urgency::Now => OUR_BURST,
            Urgency::Later => OUR_BURST - OUR_BURST / 4,
        });
        let now = self.clock.now();
        let sql = "insert into rate_budget (tenant, connection, full_at) values ($1, $2, $3 + $4) \
                   on conflict (tenant, connection) do update set \
                   full_at = (case when rate_budget.full_at > $3 then rate_budget.full_at else $3 end) + $4 \
                   where (case when rate_budget.full_at > $3 then rate_budget.full_at else $3 end) + $4 - $3 <= $5";
        let (tenant, connection) = (self.tenant.as_str(), self.connection.as_str());
        if self.db.run(sql, params![tenant, connection, now.0, EVERY, EVERY * usable]).await? > 0 {
            return Ok(None);
        }
        let row = self.db.row("select full_at from rate_budget where tenant = $1 and connection = $2", params![tenant, connection]).await?;
        let full_at = row.map(|row| row.int("full_at")).transpose()?.unwrap_or(now.0);
        Ok(Some(Ms(full_at + EVERY - EVERY * usable).since(now).max(Duration::from_millis(10))))
    }
}

impl Pace for Shared {
    fn take(&self, urgency: Urgency) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.own.take(urgency).await;
            let _turn = self.turns[usize::from(urgency == Urgency::Later)].lock().await;
            loop {
                match self.try_take(urgency).await {
                    Ok(None) => return,
                    Ok(Some(wait)) => tokio::time::sleep(wait).await,
                    // Then this node's own bucket has to do.
                    Err(e) => return tracing::error!(error = %e, "the shared rate budget cannot be read"),
                }
            }
        })
    }

    fn left(&self) -> u32 {
        self.own.left()
    }

    fn empty(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.own.empty().await;
            let full_at = self.clock.now().0 + EVERY * i64::from(OUR_BURST);
            let sql = "update rate_budget set full_at = $1 where tenant = $2 and connection = $3";
            if let Err(e) = self.db.run(sql, params![full_at, self.tenant.as_str(), self.connection.as_str()]).await {
                tracing::error!(error = %e, "the shared rate budget cannot be written");
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use db::scratch::{Scratch, engines};

    #[tokio::test]
    async fn promise_5_all_nodes_together_keep_levers_rate_and_leave_a_quarter_for_hires() {
        for engine in engines() {
            let scratch = Scratch::new(engine);
            let (db, clock) = (scratch.open().await, Clock::standing_at(Ms(1_800_000_000_000)));
            db::migrate(&db, &[pipeline::MIGRATIONS, post::MIGRATIONS, crate::MIGRATIONS].concat(), clock.now()).await.unwrap();
            let node = || Shared {
                db: db.clone(),
                clock: clock.clone(),
                tenant: "t".into(),
                connection: "c".into(),
                own: Budget::within_lever(),
                turns: Default::default(),
            };
            let nodes = [node(), node(), node()];
            let taken = async |urgency: Urgency, tries: usize| {
                let mut taken = 0;
                for n in 0..tries {
                    taken += usize::from(nodes[n % 3].try_take(urgency).await.unwrap().is_none());
                }
                taken
            };
            assert_eq!(taken(Urgency::Later, 40).await, 12);
            assert_eq!(taken(Urgency::Now, 40).await, 3);
            clock.advance(Duration::from_secs(1));
            assert_eq!(taken(Urgency::Later, 40).await, 7);
            assert_eq!(taken(Urgency::Now, 40).await, 3);
            nodes[0].empty().await;
            assert_eq!(taken(Urgency::Now, 40).await, 0);
            clock.advance(Duration::from_secs(60));
            assert_eq!(taken(Urgency::Now, 40).await, 15);
            scratch.discard(&db).await;
        }
    }
}
