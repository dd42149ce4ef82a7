//! Opening a database, and running statements in and out of transactions.

use crate::version::{Header, Version, Watcher};
use crate::{Error, Result, Row};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait, Value,
};
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;

/// Which database answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded.
    Sqlite,
    /// A server.
    Postgres,
}

impl Engine {
    /// Rows others are working on are passed over. SQLite has one writer, so there are none.
    #[must_use]
    pub const fn skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " for update skip locked",
        }
    }

    /// Rows that are read are this transaction's to delete: others who lock them in any way wait. SQLite has one writer, so there are none.
    #[must_use]
    pub const fn to_delete(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " for update",
        }
    }

    /// Rows that are read are this transaction's to change: others who change or delete them wait.
    #[must_use]
    pub const fn to_change(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " for no key update",
        }
    }

    /// Rows that are read are not deleted before this transaction ends; others may change them.
    #[must_use]
    pub const fn to_stay(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " for key share",
        }
    }

    /// A substring test that ignores case; `column` is ours, never a caller's text.
    #[must_use]
    pub fn contains(self, column: &str, placeholder: &str) -> String {
        match self {
            Self::Sqlite => format!("instr(lower({column}), lower({placeholder})) > 0"),
            Self::Postgres => format!("strpos(lower({column}), lower({placeholder})) > 0"),
        }
    }

    /// A substring test that minds case; `column` is ours, never a caller's text.
    #[must_use]
    pub fn holds(self, column: &str, placeholder: &str) -> String {
        match self {
            Self::Sqlite => format!("instr({column}, {placeholder}) > 0"),
            Self::Postgres => format!("strpos({column}, {placeholder}) > 0"),
        }
    }

    const fn backend(self) -> DbBackend {
        match self {
            Self::Sqlite => DbBackend::Sqlite,
            Self::Postgres => DbBackend::Postgres,
        }
    }
}

/// Where a database is.
#[derive(Clone, Debug)]
pub enum Place {
    /// A file, made if absent.
    File(PathBuf),
    /// A schema of a PostgreSQL database, made if absent.
    Postgres {
        /// `postgres://…`
        url: String,
        /// One schema for each side, so that the three never share a table.
        schema: String,
    },
}

/// An open database. Clones share the connections.
#[derive(Clone)]
pub struct Db {
    engine: Engine,
    /// SQLite: exactly one connection, since a second writer would only wait.
    write: DatabaseConnection,
    read: DatabaseConnection,
    /// Tells whether anything was committed; nothing is opened before somebody asks.
    watch: Arc<Watch>,
}

/// Who tells, and what they need.
struct Watch {
    connection: DatabaseConnection,
    header: Option<Arc<Header>>,
    watcher: OnceCell<Watcher>,
}

/// Statements that see each other's changes and take effect together, at [`Tx::commit`], or not at all.
pub struct Tx {
    engine: Engine,
    inner: DatabaseTransaction,
}

/// Whoever can run a statement: the database, or a transaction in it.
pub trait Sql: Sync {
    /// Which engine answers.
    fn engine(&self) -> Engine;
    /// Runs a statement; how many rows it changed.
    fn run(&self, sql: &str, values: Vec<Value>) -> impl Future<Output = Result<u64>> + Send;
    /// Runs a statement; the rows it returns.
    fn rows(&self, sql: &str, values: Vec<Value>) -> impl Future<Output = Result<Vec<Row>>> + Send;
    /// Runs a statement; its first row, if any.
    fn row(&self, sql: &str, values: Vec<Value>) -> impl Future<Output = Result<Option<Row>>> + Send {
        async move { Ok(self.rows(sql, values).await?.into_iter().next()) }
    }
}

impl Db {
    /// Opens the database, making the file or the schema if absent. Migrations are the caller's business.
    ///
    /// # Errors
    /// When it cannot be reached, or the file cannot be opened.
    pub async fn open(place: &Place) -> Result<Self> {
        match place {
            Place::File(path) => {
                let url = format!("sqlite://{}?mode=rwc", path.display());
                let write = connect(&url, 1).await?;
                let read = connect(&url, 4).await?;
                // One connection that is never closed.
                let mut watch = options(&url, 1);
                watch.connect_lazy(true).idle_timeout(None).max_lifetime(None);
                let watch = Watch { connection: Database::connect(watch).await?, header: Some(Header::of(path)), watcher: OnceCell::new() };
                Ok(Self { engine: Engine::Sqlite, write, read, watch: Arc::new(watch) })
            }
            Place::Postgres { url, schema } => {
                if !schema.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
                    return Err(Error::new(format!("the schema name {schema:?} has letters other than a-z, 0-9 and _")));
                }
                let mut options = ConnectOptions::new(url.as_str());
                options.max_connections(1).sqlx_logging(false);
                let first = Database::connect(options).await?;
                match first.execute_unprepared(&format!("create schema if not exists {schema}")).await {
                    // Two nodes that start together race for the catalogue entry; the loser finds it made.
                    Err(e) if !e.to_string().contains("duplicate key") => return Err(e.into()),
                    _ => {}
                }
                first.close().await?;
                let mut options = ConnectOptions::new(url.as_str());
                options.max_connections(16).sqlx_logging(false).set_schema_search_path(schema.as_str());
                options.acquire_timeout(Duration::from_secs(30)).test_before_acquire(false);
                let pool = Database::connect(options).await?;
                let watch = Watch { connection: pool.clone(), header: None, watcher: OnceCell::new() };
                Ok(Self { engine: Engine::Postgres, write: pool.clone(), read: pool, watch: Arc::new(watch) })
            }
        }
    }

    /// Starts a transaction that may write.
    ///
    /// # Errors
    /// When no connection comes free in time.
    pub async fn begin(&self) -> Result<Tx> {
        let options = TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..TransactionOptions::default() };
        let write = self.write.clone();
        // In a task of its own, which goes on if the caller is dropped: sqlx 0.9.0 forgets a BEGIN on PostgreSQL whose answer
        // nobody waits for, and the next borrower's writes would never be committed (transact-rs/sqlx#4393, mended after 0.9.0).
        let begun = tokio::spawn(async move { write.begin_with_options(options).await });
        Ok(Tx { engine: self.engine, inner: begun.await.map_err(|e| Error::new(e.to_string()))?? })
    }

    /// Whether the database is a file of this process: then no other node can hold anything in it.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        self.engine == Engine::Sqlite
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<()> {
        self.rows("select 1 as one", Vec::new()).await.map(drop)
    }

    /// How the database is now: what is read after this may be told again as long as the version is the same.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn version(&self) -> Result<Version> {
        let Watch { connection, header, watcher } = &*self.watch;
        let begin = || async {
            match header {
                Some(header) => Watcher::of_file(header.clone(), connection.clone()).await,
                None => Ok(Watcher::of_server(connection.clone())),
            }
        };
        watcher.get_or_try_init(begin).await?.look().await
    }

    /// Runs statements as they stand, without values. For migrations.
    pub(crate) async fn script(tx: &Tx, sql: &str) -> Result<()> {
        tx.inner.execute_unprepared(sql).await?;
        Ok(())
    }

    /// Closes all connections; SQLite then folds its log into the file.
    pub async fn close(self) {
        let _ = self.write.close().await;
        let _ = self.read.close().await;
        let _ = self.watch.connection.clone().close().await;
    }
}

async fn connect(url: &str, connections: u32) -> Result<DatabaseConnection> {
    Ok(Database::connect(options(url, connections)).await?)
}

fn options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.max_connections(connections).sqlx_logging(false).acquire_timeout(Duration::from_secs(30)).test_before_acquire(false);
    options.map_sqlx_sqlite_opts(|sqlite| {
        sqlite
            .journal_mode(SqliteJournalMode::Wal)
            // FULL, not NORMAL: promise 1 says that a 2xx survives a power loss.
            .synchronous(SqliteSynchronous::Full)
            // Pages beyond this come from the system's own cache; five connections for each side add up otherwise. KiB.
            .pragma("cache_size", "-1024")
            // What is deleted is overwritten: promise 9.
            .pragma("secure_delete", "on")
            .busy_timeout(Duration::from_secs(10))
            .foreign_keys(true)
    });
    options
}

impl Db {
    /// Leaves nothing of what was deleted in the journal beside the file either. A server's own journal is its operator's.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn scrub(&self) -> Result<()> {
        match self.engine {
            Engine::Sqlite => self.rows("pragma wal_checkpoint(truncate)", Vec::new()).await.map(drop),
            Engine::Postgres => Ok(()),
        }
    }

    /// After a great many rows were written at once: a server plans with what it counted last, and counts by itself a minute later. SQLite's
    /// plans here need no counts.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn count_anew(&self) -> Result<()> {
        match self.engine {
            Engine::Sqlite => Ok(()),
            Engine::Postgres => self.run("analyze", Vec::new()).await.map(drop),
        }
    }
}

impl Tx {
    /// Makes the changes durable and seen by others.
    ///
    /// # Errors
    /// When the database refuses; then nothing has changed.
    pub async fn commit(self) -> Result<()> {
        Ok(self.inner.commit().await?)
    }

    /// Takes all changes back. Dropping the transaction does the same a little later.
    ///
    /// # Errors
    /// When the connection is gone; then nothing has changed either.
    pub async fn rollback(self) -> Result<()> {
        Ok(self.inner.rollback().await?)
    }
}

/// PostgreSQL keeps no NUL in a text, and whoever sent us one meant nothing by it.
fn without_nul(values: Vec<Value>) -> Vec<Value> {
    let clean = |value| match value {
        Value::String(Some(text)) if text.contains('\0') => Value::from(text.replace('\0', "")),
        other => other,
    };
    values.into_iter().map(clean).collect()
}

async fn run_on(on: &impl ConnectionTrait, engine: Engine, sql: &str, values: Vec<Value>) -> Result<u64> {
    Ok(on.execute_raw(Statement::from_sql_and_values(engine.backend(), sql, without_nul(values))).await?.rows_affected())
}

pub(crate) async fn rows_on(on: &impl ConnectionTrait, engine: Engine, sql: &str, values: Vec<Value>) -> Result<Vec<Row>> {
    let rows = on.query_all_raw(Statement::from_sql_and_values(engine.backend(), sql, without_nul(values))).await?;
    Ok(rows.into_iter().map(Row::from).collect())
}

impl Sql for Db {
    fn engine(&self) -> Engine {
        self.engine
    }

    async fn run(&self, sql: &str, values: Vec<Value>) -> Result<u64> {
        run_on(&self.write, self.engine, sql, values).await
    }

    /// Reads on the reading connections: statements that write and return rows belong into a transaction.
    async fn rows(&self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>> {
        rows_on(&self.read, self.engine, sql, values).await
    }
}

impl Sql for Tx {
    fn engine(&self) -> Engine {
        self.engine
    }

    async fn run(&self, sql: &str, values: Vec<Value>) -> Result<u64> {
        run_on(&self.inner, self.engine, sql, values).await
    }

    async fn rows(&self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>> {
        rows_on(&self.inner, self.engine, sql, values).await
    }
}

#[cfg(test)]
mod tests {
    use crate::Sql;
    use crate::scratch::{Scratch, engines};
    use std::pin::pin;
    use std::task::Poll;

    /// Whoever starts a transaction may be dropped at any moment: a browser that closes the connection does that.
    #[tokio::test]
    async fn a_transaction_whose_beginning_is_abandoned_at_any_moment_leaves_nothing_open() {
        for engine in engines() {
            let scratch = Scratch::new(engine);
            let (db, other) = (scratch.open().await, scratch.open().await);
            db.run("create table t (n bigint not null)", vec![]).await.unwrap();
            for moments in 0..40u8 {
                {
                    let mut begin = pin!(db.begin());
                    let mut left = moments % 8;
                    std::future::poll_fn(|cx| {
                        if left == 0 {
                            return Poll::Ready(());
                        }
                        left -= 1;
                        begin.as_mut().poll(cx).map(drop)
                    })
                    .await;
                }
                // On every connection there is, that one too.
                let insert = || db.run("insert into t values ($1)", crate::params![i64::from(moments)]);
                futures_util::future::try_join_all((0..16).map(|_| insert())).await.unwrap();
                let seen = other.rows("select n from t", vec![]).await.unwrap().len();
                assert_eq!(seen, 16 * (usize::from(moments) + 1), "{engine:?}: something was written into a transaction that nobody ends");
            }
            scratch.discard(&db).await;
        }
    }
}
