//! Claiming, the same for jobs and effects.

use crate::effects::may_be_so;
use crate::{Item, Priority, Table};
use clock::Ms;
use db::{Db, Result, Sql, params};
use std::collections::HashMap;
use std::time::Duration;

/// How long a claim lasts. A process that dies loses its claims after this long.
pub(crate) const LEASE: Duration = Duration::from_secs(60);

/// What is under way, and how much more may be. One connection may have `each` places, and never more than half of those
/// that are left: slow partners must not fill all of them.
#[derive(Debug)]
pub(crate) struct Places {
    at_once: usize,
    each: usize,
    under_way: usize,
    by_connection: HashMap<String, Share>,
}

/// What one connection has under way. Full when it has its share, until half of that is over: in between the turns are
/// the others', and those of its own hires, up to twice its share.
#[derive(Debug, Default)]
struct Share {
    under_way: usize,
    full: bool,
}

/// A connection's share is never less.
const LEAST: usize = 8;

impl Places {
    pub fn new(at_once: usize, each: usize) -> Self {
        Self { at_once, each, under_way: 0, by_connection: HashMap::new() }
    }

    pub fn take(&mut self, item: &Item) {
        self.under_way += 1;
        let each = self.each();
        let share = self.by_connection.entry(item.connection.clone()).or_default();
        share.under_way += 1;
        share.full |= share.under_way >= each;
    }

    pub fn give_back(&mut self, item: &Item) {
        let each = self.each();
        self.under_way -= 1;
        let Some(share) = self.by_connection.get_mut(&item.connection) else { return };
        share.under_way -= 1;
        share.full &= share.under_way * 2 > each;
        if share.under_way == 0 {
            self.by_connection.remove(&item.connection);
        }
    }

    /// How many to claim: no more than one connection's share, since all of them may be of one.
    pub fn free(&self) -> usize {
        self.left().min(self.each())
    }

    fn left(&self) -> usize {
        self.at_once.saturating_sub(self.under_way)
    }

    fn each(&self) -> usize {
        (self.left() / 2).clamp(LEAST.min(self.each), self.each)
    }

    /// Connections that get no more; those with their share still get what cannot wait.
    fn no_more(&self) -> [Vec<db::Value>; 2] {
        let most = 2 * self.each;
        let those = |fits: &dyn Fn(&Share) -> bool| {
            self.by_connection.iter().filter(|(_, share)| fits(share)).map(|(connection, _)| connection.as_str().into()).collect()
        };
        [those(&|share| share.under_way >= most), those(&|share| share.full)]
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
        // How far they came is not known.
        let tried = if table == Table::Effect { may_be_so("$3") } else { String::new() };
        let sql = format!(
            "update {t} set lease_by = $1, lease_until = $2, attempts = attempts + 1{tried} where id in (\
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
        let mut not_full = String::new();
        for (or, connections) in [String::new(), format!("w.priority <= {} or ", Priority::Now as i64)].iter().zip(places.no_more()) {
            if !connections.is_empty() {
                not_full += &format!(" and ({or}w.connection not in ({}))", db::list(values.len(), connections.len()));
                values.extend(connections);
            }
        }
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
