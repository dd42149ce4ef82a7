//! Claiming, the same for jobs and effects.

use crate::{Item, Table};
use clock::Ms;
use db::{Db, Result, Sql, params};
use std::collections::HashMap;
use std::time::Duration;

/// How long a claim lasts. A process that dies loses its claims after this long.
pub(crate) const LEASE: Duration = Duration::from_secs(60);

/// What is under way, and how much more may be.
#[derive(Debug)]
pub(crate) struct Places {
    at_once: usize,
    each: usize,
    under_way: usize,
    by_connection: HashMap<String, Share>,
}

/// What one connection has under way. Full when it has its share, until half of that is over: in between the turns are
/// the others'.
#[derive(Debug, Default)]
struct Share {
    under_way: usize,
    full: bool,
}

impl Places {
    pub fn new(at_once: usize, each: usize) -> Self {
        Self { at_once, each, under_way: 0, by_connection: HashMap::new() }
    }

    pub fn take(&mut self, item: &Item) {
        self.under_way += 1;
        let share = self.by_connection.entry(item.connection.clone()).or_default();
        share.under_way += 1;
        share.full |= share.under_way >= self.each;
    }

    pub fn give_back(&mut self, item: &Item) {
        self.under_way -= 1;
        let Some(share) = self.by_connection.get_mut(&item.connection) else { return };
        share.under_way -= 1;
        share.full &= share.under_way * 2 > self.each;
        if share.under_way == 0 {
            self.by_connection.remove(&item.connection);
        }
    }

    /// How many to claim. In good portions: a statement for each freed place would cost the gain.
    fn free(&self) -> usize {
        let free = self.at_once.saturating_sub(self.under_way);
        if free * 4 < self.at_once { 0 } else { free.min(self.each) }
    }

    /// Connections that get no more: one slow partner must not fill all places.
    fn full(&self) -> Vec<db::Value> {
        self.by_connection.iter().filter(|(_, share)| share.full).map(|(connection, _)| connection.as_str().into()).collect()
    }
}

/// Takes items whose time has come, under a lease. Work on one subject is never claimed twice at once, the effects on
/// one subject go in the order they were stored, and no connection gets more than its share. With `orphans`, first what
/// somebody who died had in hand: under load it would otherwise wait behind everything new.
pub(crate) async fn claim(tx: &impl Sql, table: Table, node: &str, places: &Places, orphans: bool, now: Ms) -> Result<Vec<Item>> {
    let (t, skip_locked, until) = (table.name(), tx.engine().skip_locked(), now.plus(LEASE).0);
    let mut left = i64::try_from(places.free()).unwrap_or(i64::MAX);
    let mut rows = Vec::new();
    if orphans && left > 0 {
        let sql = format!(
            "update {t} set lease_by = $1, lease_until = $2, attempts = attempts + 1 where id in (\
               select id from {t} where state = 'running' and lease_until <= $3 order by lease_until limit $4{skip_locked}) returning *"
        );
        rows = tx.rows(&sql, params![node, until, now.0, left]).await?;
        left -= i64::try_from(rows.len()).unwrap_or(left);
    }
    if left > 0 {
        let in_order = match table {
            Table::Job => "",
            Table::Effect => {
                " and not exists (select 1 from effect e where e.tenant = w.tenant and e.connection = w.connection \
                 and e.subject = w.subject and e.state = 'ready' and e.id < w.id)"
            }
        };
        let mut values = params![node, until, now.0, left];
        let full = places.full();
        let not_full = if full.is_empty() { String::new() } else { format!(" and w.connection not in ({})", db::list(values.len(), full.len())) };
        values.extend(full);
        let sql = format!(
            "update {t} set state = 'running', lease_by = $1, lease_until = $2, attempts = attempts + 1 where id in (\
               select w.id from {t} w where w.state = 'ready' and w.run_at <= $3{not_full} and not exists (\
                 select 1 from {t} r where r.tenant = w.tenant and r.connection = w.connection and r.subject = w.subject and r.state = 'running')\
               {in_order} order by w.priority, w.run_at, w.id limit $4{skip_locked}) returning *"
        );
        rows.extend(tx.rows(&sql, values).await?);
    }
    let mut items: Vec<Item> = rows.iter().map(|row| Item::read(table, row)).collect::<Result<_>>()?;
    items.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(items)
}

/// Makes a lease last longer, if it is still ours.
pub(crate) async fn keep(db: &Db, item: &Item, node: &str, until: Ms) -> Result<()> {
    let sql = format!("update {} set lease_until = $1 where id = $2 and lease_by = $3 and attempts = $4 and state = 'running'", item.table.name());
    db.run(&sql, params![until.0, item.id.as_str(), node, item.attempts]).await.map(drop)
}
