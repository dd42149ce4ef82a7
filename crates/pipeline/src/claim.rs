//! Claiming, the same for jobs and effects.

use crate::{Item, Table};
use clock::Ms;
use db::{Db, Result, Sql, Value, params};
use std::collections::HashMap;
use std::time::Duration;

/// How long a claim lasts. A process that dies loses its claims after this long.
pub(crate) const LEASE: Duration = Duration::from_secs(60);

/// What is under way, and how much more may be.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    at_once: usize,
    each: usize,
    /// By table: connection, and how many of its items are under way.
    under_way: [HashMap<String, usize>; 2],
}

impl Places {
    pub fn new(at_once: usize, each: usize) -> Self {
        Self { at_once, each, under_way: Default::default() }
    }

    pub fn take(&mut self, item: &Item) {
        *self.under_way[item.table as usize].entry(item.connection.clone()).or_default() += 1;
    }

    pub fn give_back(&mut self, item: &Item) {
        let by_connection = &mut self.under_way[item.table as usize];
        if let Some(count) = by_connection.get_mut(&item.connection) {
            *count -= 1;
            if *count == 0 {
                by_connection.remove(&item.connection);
            }
        }
    }

    /// How many to claim. In good portions: a statement for each freed place would cost the gain.
    pub fn free(&self, table: Table) -> usize {
        let free = self.at_once - self.under_way[table as usize].values().sum::<usize>().min(self.at_once);
        if free * 4 < self.at_once { 0 } else { free }
    }

    /// Connections that get no more: one slow partner must not fill all places.
    fn full(&self, table: Table) -> Vec<Value> {
        let counts = self.under_way[table as usize].iter();
        counts.filter(|(_, count)| **count >= self.each).map(|(connection, _)| Value::from(connection.as_str())).collect()
    }
}

/// Takes items whose time has come, under a lease. Work on one subject is never claimed twice at once, the effects on
/// one subject go in the order they were stored, and no connection gets more than its share. With `orphans`, first what
/// somebody who died had in hand: under load it would otherwise wait behind everything new.
pub(crate) async fn claim(tx: &impl Sql, table: Table, node: &str, places: &Places, orphans: bool, now: Ms) -> Result<Vec<Item>> {
    let (t, skip_locked, until) = (table.name(), tx.engine().skip_locked(), now.plus(LEASE).0);
    let mut left = i64::try_from(places.free(table)).unwrap_or(i64::MAX);
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
        let mut values = params![node, until, now.0, left, left * 4, i64::try_from(places.each).unwrap_or(i64::MAX)];
        let full = places.full(table);
        let not_full = if full.is_empty() { String::new() } else { format!(" and w.connection not in ({})", db::list(values.len(), full.len())) };
        values.extend(full);
        // The head of the queue, then of each connection its share of that.
        let sql = format!(
            "update {t} set state = 'running', lease_by = $1, lease_until = $2, attempts = attempts + 1 where id in (\
               select id from (\
                 select id, priority, run_at, row_number() over (partition by connection order by priority, run_at, id) as n from (\
                   select w.id, w.priority, w.run_at, w.connection from {t} w where w.state = 'ready' and w.run_at <= $3{not_full} and not exists (\
                     select 1 from {t} r where r.tenant = w.tenant and r.connection = w.connection and r.subject = w.subject and r.state = 'running')\
                   {in_order} order by w.priority, w.run_at, w.id limit $5{skip_locked}) head) shares \
               where n <= $6 order by priority, run_at, id limit $4) returning *"
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
