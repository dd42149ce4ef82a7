//! Whether anything was committed since: what was read may be told again as long as nothing was, by whichever process or node.
//!
//! SQLite keeps a header beside the database that every commit changes, of whichever process; a reader finds there how far it may read
//! ([the WAL-index header](https://sqlite.org/walformat.html#the_wal_index_header)). Reading it costs less than a microsecond. PostgreSQL names what
//! a statement sees ([its snapshot](https://www.postgresql.org/docs/current/functions-info.html)): as long as that is the same, so is everything
//! it could read. That costs a statement, which all who ask at the same time share.

use crate::door::{Engine, rows_on};
use crate::{Error, Group, Result};
use sea_orm::DatabaseConnection;
use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

/// How a database was: where two are equal, every read between them found the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version(Vec<u8>);

/// SQLite's header beside a database. One for each file in this process, held by every [`crate::Db`] on it: SQLite's locks on that file are the
/// process's, and go when anybody in it closes the file ([how to corrupt](https://sqlite.org/howtocorrupt.html), 2.2). So it is closed last.
pub struct Header {
    path: PathBuf,
    file: OnceLock<File>,
}

impl Header {
    /// The one of this database file.
    pub fn of(path: &Path) -> Arc<Self> {
        static ALL: Mutex<BTreeMap<PathBuf, Weak<Header>>> = Mutex::new(BTreeMap::new());
        let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, header| header.strong_count() > 0);
        if let Some(header) = all.get(path).and_then(Weak::upgrade) {
            return header;
        }
        let header = Arc::new(Self { path: path.to_owned(), file: OnceLock::new() });
        all.insert(path.to_owned(), Arc::downgrade(&header));
        header
    }

    /// Opens it, if it is not open yet; somebody has the database open, or it would not be there.
    fn open(&self) -> std::io::Result<&File> {
        if let Some(file) = self.file.get() {
            return Ok(file);
        }
        let mut name = self.path.as_os_str().to_owned();
        name.push("-shm");
        let file = File::open(name)?;
        // Whoever was faster keeps theirs; this one must not be closed either.
        if let Err(late) = self.file.set(file) {
            std::mem::forget(late);
        }
        self.file.get().ok_or_else(|| std::io::Error::other("the header was not kept"))
    }
}

/// Who looks.
pub enum Watcher {
    /// At SQLite's header. The connection keeps the file there: it goes when nobody has the database open.
    Header { header: Arc<Header>, _keeps: DatabaseConnection },
    /// By a statement, for many at a time.
    Statement(Group<(), Version>),
}

/// Bytes of the first copy of the header: its change counter, how many frames are valid, their checksum.
const HEADER: usize = 48;
/// So many share one statement.
const TOGETHER: usize = 1024;

fn unreadable(e: std::io::Error) -> Error {
    Error::new(format!("the header of the database cannot be read: {e}"))
}

impl Watcher {
    /// Of a database in a file; `connection` stays open as long as the watcher is there.
    pub async fn of_file(header: Arc<Header>, connection: DatabaseConnection) -> Result<Self> {
        rows_on(&connection, Engine::Sqlite, "select count(*) as n from sqlite_schema", Vec::new()).await?;
        header.open().map_err(unreadable)?;
        Ok(Self::Header { header, _keeps: connection })
    }

    /// Of a database server.
    pub fn of_server(connection: DatabaseConnection) -> Self {
        Self::Statement(Group::new(TOGETHER, move |asking| {
            let connection = connection.clone();
            Box::pin(async move {
                let row = rows_on(&connection, Engine::Postgres, "select pg_current_snapshot()::text as v", Vec::new()).await?.into_iter().next();
                let version = row.ok_or_else(|| Error::new("the database does not say its version"))?.text("v")?;
                Ok(vec![Version(version.into_bytes()); asking.len()])
            })
        }))
    }

    /// A look that begins now.
    pub async fn look(&self) -> Result<Version> {
        match self {
            Self::Statement(group) => group.write(()).await,
            Self::Header { header, .. } => {
                let file = header.open().map_err(unreadable)?;
                let mut header = vec![0; HEADER];
                file.read_exact_at(&mut header, 0).map_err(unreadable)?;
                if file.metadata().map_err(unreadable)?.nlink() == 0 {
                    return Err(Error::new("the header of the database was taken away"));
                }
                Ok(Version(header))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Sql;
    use crate::scratch::{Scratch, engines};

    #[tokio::test]
    async fn a_version_stays_until_somebody_commits_anywhere_and_what_is_taken_back_was_nothing() {
        for engine in engines() {
            let scratch = Scratch::new(engine);
            let (db, other) = (scratch.open().await, scratch.open().await);
            db.run("create table t (n bigint not null)", vec![]).await.unwrap();
            let before = db.version().await.unwrap();
            assert_eq!(db.rows("select * from t", vec![]).await.unwrap().len(), 0);
            assert_eq!(db.version().await.unwrap(), before, "{engine:?}: reading changes nothing");
            let mut seen = vec![before];
            for writer in [&db, &other] {
                writer.run("insert into t values (1)", vec![]).await.unwrap();
                seen.push(db.version().await.unwrap());
                let tx = writer.begin().await.unwrap();
                tx.run("insert into t values (2)", vec![]).await.unwrap();
                tx.commit().await.unwrap();
                seen.push(db.version().await.unwrap());
            }
            for (n, version) in seen.iter().enumerate() {
                assert!(!seen[..n].contains(version), "{engine:?}: {seen:?}");
            }
            // Many at once, while somebody writes: whoever asks after a commit sees that it was.
            for n in 0..50 {
                let (earlier, rows) = (db.version().await.unwrap(), db.rows("select n from t", vec![]).await.unwrap().len());
                let (written, _) = tokio::join!(db.run("insert into t values ($1)", crate::params![n]), db.version());
                written.unwrap();
                assert_ne!(db.version().await.unwrap(), earlier);
                assert_eq!(db.rows("select n from t", vec![]).await.unwrap().len(), rows + 1);
            }
            scratch.discard(&db).await;
        }
    }
}
