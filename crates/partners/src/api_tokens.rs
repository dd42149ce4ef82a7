//! Tokens of the apps' own APIs: random, told once, kept as digests.

use crate::Partners;
use axum::http::{HeaderMap, header};
use db::vault::{digest, random_hex};
use db::{Sql, params};
use std::time::Duration;

/// Whoever connects uses the token each day; one that was not used for so long was made in vain.
const IN_VAIN: Duration = Duration::from_secs(30 * 86_400);
/// That a token is used is written down no more often.
const DAY: Duration = Duration::from_secs(86_400);

impl Partners {
    /// Makes a token in an app's table; told once. Those of the same name that nobody uses any more are taken away.
    pub(crate) async fn create_token(&self, table: &'static str, prefix: &str, name: &str) -> db::Result<String> {
        let (token, now) = (format!("{prefix}_{}", random_hex(24)), self.clock.now());
        let sql = format!("delete from {table} where name = $1 and coalesce(used_at, created_at) < $2");
        self.db.run(&sql, params![name, now.minus(IN_VAIN).0]).await?;
        let sql = format!("insert into {table} (id, name, digest, created_at) values ($1, $2, $3, $4)");
        self.db.run(&sql, params![uuid::Uuid::new_v4().to_string(), name, digest(&token), now.0]).await?;
        Ok(token)
    }

    /// Whether a request bears one of an app's tokens.
    pub(crate) async fn knows_bearer(&self, table: &'static str, headers: &HeaderMap) -> db::Result<bool> {
        let value = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let token = value.strip_prefix("Bearer ").unwrap_or_default();
        let sql = format!("select used_at from {table} where digest = $1");
        let Some(row) = self.db.row(&sql, params![digest(token)]).await? else { return Ok(false) };
        let now = self.clock.now();
        if row.get::<Option<i64>>("used_at")?.is_none_or(|at| at < now.minus(DAY).0) {
            let sql = format!("update {table} set used_at = $1 where digest = $2");
            self.db.run(&sql, params![now.0, digest(token)]).await?;
        }
        Ok(true)
    }
}
