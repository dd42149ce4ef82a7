//! Reading what happened: the timeline of a subject, what is held and why; and forgetting it by age.

use crate::{Item, Table, fresh_id};
use clock::Ms;
use db::{Result, Sql, params};

/// A hint as stored.
#[derive(Clone, Debug)]
pub struct Told {
    /// Inbox id.
    pub id: String,
    /// Who told us.
    pub source: String,
    /// The event's name.
    pub kind: String,
    /// What it was about.
    pub subject: String,
    /// Verbatim.
    pub body: String,
    /// When.
    pub at: Ms,
    /// How often it came again.
    pub again: i64,
}

/// One try.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The job or effect.
    pub item: String,
    /// Which try.
    pub n: i64,
    /// When it ended.
    pub at: Ms,
    /// How long it took.
    pub took_ms: i64,
    /// `done`, `retry`, `held` or `failed`.
    pub outcome: String,
    /// A sentence.
    pub why: String,
    /// The redacted requests and answers.
    pub exchanges: serde_json::Value,
}

/// Everything held for one cause.
#[derive(Clone, Debug)]
pub struct Held {
    /// The cause.
    pub cause: String,
    /// Whose work.
    pub connection: String,
    /// One of the sentences.
    pub why: String,
    /// What one click could do about it; null if nothing.
    pub mend: serde_json::Value,
    /// How many.
    pub count: i64,
    /// Since when the oldest waits.
    pub since: Ms,
}

/// Hints about a subject, oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn inbox_of(db: &impl Sql, tenant: &str, subject: &str) -> Result<Vec<Told>> {
    let sql = "select * from inbox where tenant = $1 and subject = $2 order by received_at, id limit 500";
    db.rows(sql, params![tenant, subject]).await?.iter().map(read_told).collect()
}

/// A row of the inbox.
///
/// # Errors
/// When the row is not of the inbox.
fn read_told(row: &db::Row) -> Result<Told> {
    Ok(Told {
        id: row.text("id")?,
        source: row.text("source")?,
        kind: row.text("kind")?,
        subject: row.text("subject")?,
        body: row.text("body")?,
        at: Ms(row.int("received_at")?),
        again: row.int("again")?,
    })
}

/// Jobs or effects about a subject, oldest first; the newest five hundred.
///
/// # Errors
/// When the database does not answer.
pub async fn items_of(db: &impl Sql, table: Table, tenant: &str, subject: &str) -> Result<Vec<Item>> {
    let sql = format!("select * from {} where tenant = $1 and subject = $2 order by id desc limit 500", table.name());
    db.rows(&sql, params![tenant, subject]).await?.iter().rev().map(|row| Item::read(table, row)).collect()
}

/// The tries of some items, in order.
///
/// # Errors
/// When the database does not answer.
pub async fn attempts(db: &impl Sql, items: &[&str]) -> Result<Vec<Attempt>> {
    let mut all = Vec::new();
    for chunk in items.chunks(500) {
        let sql = format!("select * from attempt where item in ({}) order by at, n", db::list(0, chunk.len()));
        for row in db.rows(&sql, chunk.iter().map(|id| db::Value::from(*id)).collect()).await? {
            all.push(Attempt {
                item: row.text("item")?,
                n: row.int("n")?,
                at: Ms(row.int("at")?),
                took_ms: row.int("took_ms")?,
                outcome: row.text("outcome")?,
                why: row.text("why")?,
                exchanges: row.json("exchanges")?,
            });
        }
    }
    Ok(all)
}

/// What is held, grouped by cause, the largest group first.
///
/// # Errors
/// When the database does not answer.
pub async fn held(db: &impl Sql, tenant: &str) -> Result<Vec<Held>> {
    let sql = "select cause, connection, min(why) as why, min(mend) as mend, count(*) as n, min(created_at) as since from (\
                 select cause, connection, why, mend, created_at from job where tenant = $1 and state = 'held' \
                 union all select cause, connection, why, mend, created_at from effect where tenant = $1 and state = 'held') h \
               group by cause, connection order by n desc, cause";
    db.rows(sql, params![tenant])
        .await?
        .iter()
        .map(|row| {
            Ok(Held {
                cause: row.get::<Option<String>>("cause")?.unwrap_or_default(),
                connection: row.text("connection")?,
                why: row.get::<Option<String>>("why")?.unwrap_or_default(),
                mend: row.json("mend")?,
                count: row.int("n")?,
                since: Ms(row.int("since")?),
            })
        })
        .collect()
}

/// What is held for one cause, oldest first: jobs and effects. Of one connection, or of all where that is empty.
///
/// # Errors
/// When the database does not answer.
pub async fn held_items(db: &impl Sql, tenant: &str, connection: &str, cause: &str, most: i64) -> Result<Vec<Item>> {
    let mut all = Vec::new();
    for table in [Table::Job, Table::Effect] {
        let sql = format!(
            "select * from {} where tenant = $1 and state = 'held' and cause = $2 and $3 in ('', connection) order by created_at, id limit $4",
            table.name()
        );
        let rows = db.rows(&sql, params![tenant, cause, connection, most]).await?;
        all.extend(rows.iter().map(|row| Item::read(table, row)).collect::<Result<Vec<_>>>()?);
    }
    all.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    Ok(all)
}

/// Writes into the history of these that somebody did something about them.
///
/// # Errors
/// When the database does not answer.
pub async fn note_mended(tx: &impl Sql, items: &[&Item], why: &str, exchanges: &str, now: Ms) -> Result<()> {
    for items in items.chunks(500) {
        let row = |item: &&Item| params![fresh_id(now), item.tenant.as_str(), item.id.as_str(), item.attempts, now.0, 0i64, MENDED, why, exchanges];
        let sql = format!("insert into attempt (id, tenant, item, n, at, took_ms, outcome, why, exchanges) values {}", db::values(items.len(), 9));
        tx.run(&sql, items.iter().flat_map(row).collect()).await?;
    }
    Ok(())
}

/// The outcome of an [`Attempt`] that was a person's.
pub const MENDED: &str = "mended";

/// Whether a hint of this kind came about a subject.
///
/// # Errors
/// When the database does not answer.
pub async fn was_told(db: &impl Sql, tenant: &str, source: &str, subject: &str, kind: &str) -> Result<bool> {
    let sql = "select 1 as one from inbox where tenant = $1 and source = $2 and subject = $3 and kind = $4 limit 1";
    Ok(db.row(sql, params![tenant, source, subject, kind]).await?.is_some())
}

/// Which record at the other side belongs to a subject, and what of ours it holds.
#[derive(Clone, Debug)]
pub struct Link {
    /// The other side's id.
    pub remote_id: String,
    /// What was written there last.
    pub sent: serde_json::Value,
}

/// The record at the other side that belongs to a subject.
///
/// # Errors
/// When the database does not answer.
pub async fn link_of(db: &impl Sql, tenant: &str, connection: &str, subject: &str) -> Result<Option<Link>> {
    let sql = "select remote_id, sent from link where tenant = $1 and connection = $2 and subject = $3";
    let row = db.row(sql, params![tenant, connection, subject]).await?;
    row.map(|row| Ok(Link { remote_id: row.text("remote_id")?, sent: row.json("sent")? })).transpose()
}

/// Forgets what ended, or was told, before `before`. Held and waiting work stays. With `keep_keys` effects stay too, as
/// empty shells, since a key forgotten is a promise forgotten.
///
/// # Errors
/// When the database does not answer.
pub async fn prune(db: &impl Sql, before: Ms, keep_keys: bool) -> Result<u64> {
    let mut gone = db.run("delete from attempt where at < $1", params![before.0]).await?;
    gone += db.run("delete from inbox where received_at < $1", params![before.0]).await?;
    gone += db.run("delete from job where ended_at < $1", params![before.0]).await?;
    gone += if keep_keys {
        // Of what may be at the other side nobody knows but this row.
        db.run("update effect set payload = 'null', why = null where ended_at < $1 and payload <> 'null' and tried = ''", params![before.0]).await?
    } else {
        db.run("delete from effect where ended_at < $1", params![before.0]).await?
    };
    Ok(gone)
}

/// The newest jobs or effects of a connection.
///
/// # Errors
/// When the database does not answer.
pub async fn latest(db: &impl Sql, table: Table, tenant: &str, connection: &str, most: i64) -> Result<Vec<Item>> {
    let sql = format!("select * from {} where tenant = $1 and connection = $2 order by id desc limit $3", table.name());
    db.rows(&sql, params![tenant, connection, most]).await?.iter().map(|row| Item::read(table, row)).collect()
}

/// Which hints.
#[derive(Clone, Debug, Default)]
pub struct WhichTold {
    /// Of this connection; empty: any.
    pub source: String,
    /// Of this event; empty: any.
    pub kind: String,
    /// Part of what was said, or the subject; empty: any.
    pub text: String,
    /// Told since.
    pub from: Option<Ms>,
    /// Told until.
    pub until: Option<Ms>,
    /// After this one, in the order of the list.
    pub after: Option<(Ms, String)>,
}

/// The hints of a tenant that fit, the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn told(db: &impl Sql, tenant: &str, which: &WhichTold, most: i64) -> Result<Vec<Told>> {
    let mut only = db::Clauses::default();
    only.is("tenant =", tenant);
    for (column, value) in [("source =", &which.source), ("kind =", &which.kind)] {
        if !value.is_empty() {
            only.is(column, value.as_str());
        }
    }
    if !which.text.is_empty() {
        let text = only.bind(which.text.as_str());
        only.and(format!("({} or subject = {text})", db.engine().contains("body", &text)));
    }
    only.maybe("received_at >=", which.from.map(|at| at.0)).maybe("received_at <", which.until.map(|at| at.0));
    if let Some((at, id)) = &which.after {
        let (at, id) = (only.bind(at.0), only.bind(id.as_str()));
        only.and(format!("(received_at < {at} or (received_at = {at} and id < {id}))"));
    }
    let most = only.bind(most);
    let sql = format!("select * from inbox{} order by received_at desc, id desc limit {most}", only.sql());
    db.rows(&sql, only.values()).await?.iter().map(read_told).collect()
}

/// Something that ended lately.
#[derive(Clone, Debug)]
pub struct Lately {
    /// What it was about.
    pub subject: String,
    /// Whose work it was.
    pub connection: String,
    /// `done`, `retry`, `held`, `failed` or [`MENDED`].
    pub outcome: String,
    /// A sentence.
    pub why: String,
    /// When.
    pub at: Ms,
}

/// The tries of effects that ended last, `but` for those of one kind; and what became of jobs of another that were held.
///
/// # Errors
/// When the database does not answer.
pub async fn lately(db: &impl Sql, tenant: &str, but: &str, and: &str, most: i64) -> Result<Vec<Lately>> {
    let sql = "select a.at, a.outcome, a.why, coalesce(e.subject, j.subject) as subject, coalesce(e.connection, j.connection) as connection \
               from attempt a left join effect e on e.id = a.item left join job j on j.id = a.item and a.outcome in ('held', 'mended') \
               where a.tenant = $1 and (e.kind <> $2 and e.connection <> '' or j.kind = $3) order by a.at desc, a.id desc limit $4";
    let read = |row: &db::Row| {
        Ok(Lately {
            subject: row.text("subject")?,
            connection: row.text("connection")?,
            outcome: row.text("outcome")?,
            why: row.text("why")?,
            at: Ms(row.int("at")?),
        })
    };
    db.rows(sql, params![tenant, but, and, most]).await?.iter().map(read).collect()
}

/// How many effects, but for those of one kind, were done in each hour since `from`: the hour's beginning and the number.
///
/// # Errors
/// When the database does not answer.
pub async fn done_by_hour(db: &impl Sql, tenant: &str, but: &str, from: Ms) -> Result<Vec<(Ms, i64)>> {
    let sql = "select (ended_at / 3600000) as hour, count(*) as n from effect where tenant = $1 and kind <> $2 and connection <> '' and state = 'done' and ended_at >= $3 group by ended_at / 3600000 order by 1";
    db.rows(sql, params![tenant, but, from.0]).await?.iter().map(|row| Ok((Ms(row.int("hour")? * 3_600_000), row.int("n")?))).collect()
}

/// Since when the oldest work of a connection waits that could be done now; none: nothing waits.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting_since(db: &impl Sql, tenant: &str, connection: &str, now: Ms) -> Result<Option<Ms>> {
    let part =
        |table: &str| format!("select min(run_at) as at from {table} where tenant = $1 and connection = $2 and state = 'ready' and run_at <= $3");
    let sql = format!("select min(at) as at from ({} union all {}) w", part("job"), part("effect"));
    let row = db.row(&sql, params![tenant, connection, now.0]).await?;
    Ok(row.map(|row| row.get::<Option<i64>>("at")).transpose()?.flatten().map(Ms))
}

/// Forgets what was said and done about a subject. Effects stay as empty shells, since a key forgotten is a promise
/// forgotten; that a hint came stays, without what it said. What runs at this moment ends by itself, and is forgotten by
/// whoever asks again; jobs of the kind `but` stay.
///
/// # Errors
/// When the database does not answer.
pub async fn forget(tx: &impl Sql, tenant: &str, connection: &str, subject: &str, but: &str, now: Ms) -> Result<()> {
    let about = || params![tenant, connection, subject];
    for table in ["job", "effect"] {
        let items = format!("select id from {table} where tenant = $1 and connection = $2 and subject = $3");
        tx.run(&format!("delete from attempt where item in ({items})"), about()).await?;
    }
    tx.run("update inbox set body = '{}' where tenant = $1 and source = $2 and subject = $3", about()).await?;
    let sql = "delete from job where tenant = $1 and connection = $2 and subject = $3 and state <> 'running' and kind <> $4";
    tx.run(sql, params![tenant, connection, subject, but]).await?;
    tx.run("delete from link where tenant = $1 and connection = $2 and subject = $3", about()).await?;
    let sql = "update effect set payload = 'null', tried = '', why = null, cause = null, mend = null, remote_id = null, ended_at = coalesce(ended_at, $4), \
               state = case when state in ('ready', 'held', 'failed') then 'cancelled' else state end \
               where tenant = $1 and connection = $2 and subject = $3 and state <> 'running'";
    tx.run(sql, params![tenant, connection, subject, now.0]).await.map(drop)
}
