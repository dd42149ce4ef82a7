//! Settings as they were: each change is a version, with who made it, and any version can be gone back to.

use crate::Hub;
use crate::connections::Connection;
use clock::Ms;
use db::{Row, Sql, Tx, params};
use serde_json::Value;
use std::collections::BTreeMap;

/// Settings after one change.
pub struct Version {
    /// Counted from 1.
    pub n: i64,
    /// The settings.
    pub settings: Value,
    /// What was changed, in a sentence.
    pub said: String,
    /// Who changed it.
    pub actor: String,
    /// When.
    pub at: Ms,
}

impl Hub {
    /// Before the first change the settings become a version too, so that there is something to go back to.
    pub(crate) async fn first_version(&self, tx: &Tx, connection: &Connection) -> db::Result<()> {
        tx.run(
            "insert into settings_version (tenant, connection, n, settings, said, actor, at) values ($1, $2, 1, $3, $4, $5, $6) \
             on conflict (connection, n) do nothing",
            params![
                connection.tenant.as_str(),
                connection.id.as_str(),
                connection.settings.to_string(),
                "As it was when it was connected.",
                connection.connected_by.as_str(),
                connection.connected_at.0
            ],
        )
        .await
        .map(drop)
    }

    /// The newest versions.
    pub(crate) async fn versions(&self, connection: &Connection, most: i64) -> db::Result<Vec<Version>> {
        let sql = "select * from settings_version where tenant = $1 and connection = $2 order by n desc limit $3";
        let read = |row: &Row| {
            Ok(Version {
                n: row.int("n")?,
                settings: row.json("settings")?,
                said: row.text("said")?,
                actor: row.text("actor")?,
                at: Ms(row.int("at")?),
            })
        };
        self.db.rows(sql, params![connection.tenant.as_str(), connection.id.as_str(), most]).await?.iter().map(read).collect()
    }

    /// Goes back to a version: a change like any other, with a version of its own.
    pub(crate) async fn go_back(&self, connection: &Connection, n: i64, actor: &str) -> db::Result<Result<(), String>> {
        let sql = "select settings from settings_version where tenant = $1 and connection = $2 and n = $3";
        let row = self.db.row(sql, params![connection.tenant.as_str(), connection.id.as_str(), n]).await?;
        let Some(row) = row else { return Ok(Err("There is no such version.".to_owned())) };
        let wanted = flat(&row.json("settings")?);
        let now = flat(&connection.settings);
        // What is there now and was not then is taken away.
        let mut change = Value::Object(serde_json::Map::new());
        for path in now.keys().filter(|path| !wanted.contains_key(*path)) {
            put(&mut change, path, Value::Null);
        }
        for (path, value) in wanted.iter().filter(|(path, value)| now.get(*path) != Some(value)) {
            put(&mut change, path, value.clone());
        }
        let Value::Object(change) = change else { return Ok(Ok(())) };
        if change.is_empty() {
            return Ok(Ok(()));
        }
        self.change_settings(&connection.tenant, &connection.id, change, actor).await
    }
}

/// Values by path.
fn flat(settings: &Value) -> BTreeMap<Vec<String>, Value> {
    fn walk(value: &Value, path: &mut Vec<String>, all: &mut BTreeMap<Vec<String>, Value>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    path.push(name.clone());
                    walk(value, path, all);
                    path.pop();
                }
            }
            value => drop(all.insert(path.clone(), value.clone())),
        }
    }
    let mut all = BTreeMap::new();
    walk(settings, &mut Vec::new(), &mut all);
    all
}

fn put(into: &mut Value, path: &[String], value: Value) {
    match path {
        [] => *into = value,
        [first, rest @ ..] => {
            if !into.is_object() {
                *into = Value::Object(serde_json::Map::new());
            }
            put(&mut into[first.as_str()], rest, value);
        }
    }
}

/// What differs between two versions: path, before, after.
pub fn difference(before: &Value, after: &Value) -> Vec<(String, String, String)> {
    let (before, after) = (flat(before), flat(after));
    let text = |value: Option<&Value>| match value {
        None => String::new(),
        Some(Value::String(text)) if text.is_empty() => "(nothing)".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(on)) => if *on { "on" } else { "off" }.to_owned(),
        Some(other) => other.to_string(),
    };
    let paths: std::collections::BTreeSet<&Vec<String>> = before.keys().chain(after.keys()).collect();
    let differs = |path: &&&Vec<String>| before.get(**path) != after.get(**path);
    paths.iter().filter(differs).map(|path| (path.join(" › "), text(before.get(*path)), text(after.get(*path)))).collect()
}
