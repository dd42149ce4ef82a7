//! Shared links: somebody without an account sees one evaluation, for some days.

use super::interviews::Interview;
use crate::Partners;
use clock::Ms;
use db::vault::{digest, random_hex};
use db::{Row, Sql, params};
use std::time::Duration;

/// A shared link.
#[derive(Clone, Debug)]
pub struct Share {
    pub digest: String,
    pub url: String,
    pub by: String,
    pub expires_at: Ms,
    pub revoked: bool,
}

fn purpose(digest: &str) -> String {
    format!("jobma/share/{digest}")
}

impl Partners {
    /// The links to an evaluation, the newest last.
    pub(crate) async fn shares(&self, interview: &str) -> db::Result<Vec<Share>> {
        let rows = self.db.rows("select * from jm_share where interview = $1 order by expires_at, digest", params![interview]).await?;
        let read = |row: &Row| {
            let digest = row.text("digest")?;
            let token = self.vault.open_sealed(&purpose(&digest), &row.text("sealed")?)?;
            let url = format!("{}/jobma/shared/{token}", self.base.as_str().trim_end_matches('/'));
            Ok(Share { url, by: row.text("by_name")?, expires_at: Ms(row.int("expires_at")?), revoked: row.get("revoked")?, digest })
        };
        rows.iter().map(read).collect()
    }

    /// Makes a link that is good for some days.
    pub(crate) async fn share(&self, interview: &str, by: &str, days: u32) -> db::Result<()> {
        let token = random_hex(24);
        let (digest, now) = (digest(&token), self.clock.now());
        let until = now.plus(Duration::from_secs(86_400) * days);
        let sql = "insert into jm_share (digest, sealed, interview, by_name, expires_at, revoked) values ($1, $2, $3, $4, $5, $6)";
        self.db.run(sql, params![digest.as_str(), self.vault.seal(&purpose(&digest), &token), interview, by, until.0, false]).await?;
        self.lobby.changed();
        Ok(())
    }

    /// Ends a link.
    pub(crate) async fn revoke_share(&self, interview: &str, digest: &str) -> db::Result<()> {
        self.db.run("update jm_share set revoked = $1 where interview = $2 and digest = $3", params![true, interview, digest]).await?;
        self.lobby.changed();
        Ok(())
    }

    /// The interview a link shows; none: it leads nowhere, or not any more.
    pub(crate) async fn shared(&self, token: &str) -> db::Result<Option<Interview>> {
        let sql = "select interview from jm_share where digest = $1 and expires_at > $2 and not revoked";
        let row = self.db.row(sql, params![digest(token), self.clock.now().0]).await?;
        match row {
            Some(row) => self.interview(&self.db, &row.text("interview")?).await,
            None => Ok(None),
        }
    }
}
