//! Pages of a list: limit, offset token, and one row more than asked for to know whether another page follows.

use crate::refusal::{Refusal, Result};
use db::Clauses;
use lever_api::{List, Paged, page};
use serde_json::Value;

/// Where a page begins, and how long it is.
pub struct Page {
    /// The sort key of its first row; the beginning of the list if there is none.
    pub from: Option<Vec<Value>>,
    /// How many rows at most.
    pub limit: usize,
}

impl Page {
    /// Reads limit and offset.
    pub fn of(query: &impl Paged) -> Result<Self> {
        let (limit, offset) = query.paging();
        let limit = limit.unwrap_or(100);
        let limit = usize::try_from(limit).ok().filter(|n| (1..=100).contains(n));
        let limit = limit.ok_or_else(|| Refusal::bad_request("limit must be a whole number from 1 to 100"))?;
        let from = offset.map(|token| page::read(token).ok_or_else(invalid)).transpose()?;
        Ok(Self { from, limit })
    }

    /// How many rows to ask the database for.
    pub fn ask(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(100) + 1
    }

    /// A whole number of the key.
    pub fn int(&self, at: usize) -> Result<Option<i64>> {
        self.from.as_ref().map(|key| key.get(at).and_then(Value::as_i64).ok_or_else(invalid)).transpose()
    }

    /// A text of the key.
    pub fn text(&self, at: usize) -> Result<Option<String>> {
        self.from.as_ref().map(|key| key.get(at).and_then(Value::as_str).map(str::to_owned).ok_or_else(invalid)).transpose()
    }

    /// The end of a statement that lists the newest first: what `only` says, from the first row of this page on, and one row
    /// more than asked for.
    pub fn newest(&self, only: &mut Clauses) -> Result<String> {
        if let (Some(at), Some(id)) = (self.int(0)?, self.text(1)?) {
            let (at, id) = (only.bind(at), only.bind(id));
            only.and(format!("(created_at < {at} or (created_at = {at} and id >= {id}))"));
        }
        let limit = only.bind(self.ask());
        Ok(format!("{} order by created_at desc, id limit {limit}", only.sql()))
    }

    /// The same of a list that has the oldest first, by this moment and this id.
    pub fn oldest(&self, only: &mut Clauses, moment: &str, row: &str) -> Result<String> {
        if let (Some(at), Some(id)) = (self.int(0)?, self.text(1)?) {
            let (at, id) = (only.bind(at), only.bind(id));
            only.and(format!("({moment}, {row}) >= ({at}, {id})"));
        }
        let limit = only.bind(self.ask());
        Ok(format!("{} order by {moment}, {row} limit {limit}", only.sql()))
    }

    /// A page of a list that is short enough to be read whole; `id` names a row.
    pub fn of_all<T>(&self, all: Vec<T>, id: impl Fn(&T) -> &str) -> Result<List<T>> {
        let start = match self.text(0)? {
            Some(first) => all.iter().position(|row| id(row) == first).ok_or_else(invalid)?,
            None => 0,
        };
        Ok(self.list(all.into_iter().skip(start).take(self.limit + 1).collect(), |row| vec![Value::from(id(row))]))
    }

    /// The page, from up to one row more than asked for; `key` is the sort key of a row.
    pub fn list<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> Vec<Value>) -> List<T> {
        if rows.len() <= self.limit {
            return List::last(rows);
        }
        rows.truncate(self.limit + 1);
        let first_of_next = rows.pop();
        let next = first_of_next.map(|row| page::token(&key(&row)));
        List { data: rows, has_next: Some(true), next }
    }
}

fn invalid() -> Refusal {
    Refusal::bad_request("Invalid offset token")
}
