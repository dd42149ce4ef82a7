//! Rows, read by column name.

use crate::{Error, Result};
use sea_orm::{QueryResult, TryGetable};

/// One row of an answer.
pub struct Row(QueryResult);

impl From<QueryResult> for Row {
    fn from(inner: QueryResult) -> Self {
        Self(inner)
    }
}

impl Row {
    /// The value of a column as its type; `Option` where it may be null.
    ///
    /// # Errors
    /// When there is no such column, or it holds something else.
    pub fn get<T: TryGetable>(&self, column: &str) -> Result<T> {
        Ok(self.0.try_get("", column)?)
    }

    /// Text that is not null.
    ///
    /// # Errors
    /// As [`Row::get`].
    pub fn text(&self, column: &str) -> Result<String> {
        self.get(column)
    }

    /// A whole number that is not null.
    ///
    /// # Errors
    /// As [`Row::get`].
    pub fn int(&self, column: &str) -> Result<i64> {
        self.get(column)
    }

    /// A JSON document kept as text; null where the column is null.
    ///
    /// # Errors
    /// As [`Row::get`], or when the text is not JSON.
    pub fn json(&self, column: &str) -> Result<serde_json::Value> {
        match self.get::<Option<String>>(column)? {
            None => Ok(serde_json::Value::Null),
            Some(text) => serde_json::from_str(&text).map_err(|e| Error::new(format!("{column} holds no JSON: {e}"))),
        }
    }

    /// The same as its type; the default, where the column is null or holds a document of another shape, as older versions wrote it.
    ///
    /// # Errors
    /// As [`Row::json`].
    pub fn held<T: serde::de::DeserializeOwned + Default>(&self, column: &str) -> Result<T> {
        let Some(text) = self.get::<Option<String>>(column)? else { return Ok(T::default()) };
        match serde_json::from_str(&text) {
            Ok(held) => Ok(held),
            Err(e) if e.is_data() => Ok(T::default()),
            Err(e) => Err(Error::new(format!("{column} holds no JSON: {e}"))),
        }
    }
}

/// `($1, $2), ($3, $4)` for a statement that inserts `rows` rows of `columns` columns.
#[must_use]
pub fn values(rows: usize, columns: usize) -> String {
    values_after(0, rows, columns)
}

/// The same after the first `before` values of the statement.
#[must_use]
pub fn values_after(before: usize, rows: usize, columns: usize) -> String {
    use std::fmt::Write;
    let mut sql = String::with_capacity(rows * columns * 6);
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ",(" });
        for column in 0..columns {
            let _ = write!(sql, "{}${}", if column == 0 { "" } else { "," }, before + row * columns + column + 1);
        }
        sql.push(')');
    }
    sql
}

/// Helper for `in (…)`: `$3,$4,$5` for `count` values after the first `before`.
#[must_use]
pub fn list(before: usize, count: usize) -> String {
    (before + 1..=before + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(",")
}
