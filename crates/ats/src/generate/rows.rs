//! Rows on their way into the database, many at a time, and a digest of all of them.

use db::{Db, Result, Sql, Tx, Value};
use sha2::{Digest, Sha256};

/// A table and its columns, divided by commas.
pub type Table = (&'static str, &'static str);

/// Values in one statement. Both databases take more; SQLite looks for the name of each among those before it, so many more are slower.
const MOST_VALUES: usize = 500;

/// Rows by table. What is there already stays, so writing the same again changes nothing.
#[derive(Default)]
pub struct Rows {
    waiting: Vec<(Table, Vec<Vec<Value>>)>,
    digest: Sha256,
    /// How many there were.
    pub count: usize,
}

impl Rows {
    /// Adds a row. Tables are written in the order in which they are first named.
    pub fn add(&mut self, table: Table, row: Vec<Value>) {
        self.digest.update(table.0);
        for value in &row {
            self.digest.update(format!("\u{1f}{value:?}"));
        }
        self.count += 1;
        match self.waiting.iter_mut().find(|((name, _), _)| *name == table.0) {
            Some((_, rows)) => rows.push(row),
            None => self.waiting.push((table, vec![row])),
        }
    }

    /// Writes what waits, in one transaction.
    pub async fn write(&mut self, db: &Db) -> Result<()> {
        let tx = db.begin().await?;
        for ((table, columns), rows) in &mut self.waiting {
            insert(&tx, table, columns, std::mem::take(rows)).await?;
        }
        tx.commit().await
    }

    /// Of all rows that were added, in hexadecimal.
    pub fn digest(self) -> String {
        hex::encode(self.digest.finalize())
    }
}

async fn insert(tx: &Tx, table: &str, columns: &str, rows: Vec<Vec<Value>>) -> Result<()> {
    let width = columns.split(',').count();
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let values: Vec<Value> = rows.by_ref().take(MOST_VALUES / width).flatten().collect();
        let sql = format!("insert into {table} ({columns}) values {} on conflict do nothing", db::values(values.len() / width, width));
        tx.run(&sql, values).await?;
    }
    Ok(())
}
