//! Private links: whoever holds one sees the tasks of one person in the journey of one joiner, without signing in.

use super::joiners::Joiner;
use super::journeys::Owner;
use crate::Partners;
use db::vault::{digest, random_hex};
use db::{Sql, Tx, params};
use std::time::Duration;

/// How long a link is good.
const LIVES: Duration = Duration::from_secs(180 * 86_400);

/// Whose tasks a link shows.
pub struct Holder {
    pub joiner: Joiner,
    pub owner: Owner,
    pub email: String,
    /// They can look no more: it is too late.
    pub expired: bool,
}

impl Partners {
    /// The link of somebody in a journey; the same every time, until it runs out.
    pub(super) async fn link(&self, tx: &Tx, joiner: &str, owner: Owner, email: &str) -> db::Result<String> {
        let now = self.clock.now();
        let email = email.trim().to_lowercase();
        let sql = "select digest, sealed, expires_at from jy_link where joiner = $1 and owner = $2 and email = $3";
        let row = tx.row(sql, params![joiner, owner.name(), email.as_str()]).await?;
        let known = match row {
            // One that cannot be opened any more is as good as none.
            Some(row) if row.int("expires_at")? > now.0 => {
                self.vault.open_sealed(&format!("joinedly/{}", row.text("digest")?), &row.text("sealed")?).ok()
            }
            _ => None,
        };
        let token = match known {
            Some(token) => token,
            None => {
                let token = random_hex(24);
                let sealed = self.vault.seal(&format!("joinedly/{}", digest(&token)), &token);
                let sql = "insert into jy_link (digest, sealed, joiner, owner, email, expires_at) values ($1, $2, $3, $4, $5, $6) \
                           on conflict (joiner, owner, email) do update set digest = excluded.digest, sealed = excluded.sealed, expires_at = excluded.expires_at";
                tx.run(sql, params![digest(&token), sealed, joiner, owner.name(), email, now.plus(LIVES).0]).await?;
                token
            }
        };
        Ok(format!("{}/joinedly/my/{token}", self.base.as_str().trim_end_matches('/')))
    }

    /// The joiner's own links lead nowhere any more.
    pub(super) async fn end_links(&self, tx: &Tx, joiner: &Joiner) -> db::Result<()> {
        tx.run("delete from jy_link where joiner = $1 and owner = $2", params![joiner.id.as_str(), Owner::Joiner.name()]).await.map(drop)
    }

    /// Whoever holds this link.
    pub(super) async fn holder(&self, token: &str) -> db::Result<Option<Holder>> {
        let Some(row) = self.db.row("select * from jy_link where digest = $1", params![digest(token)]).await? else { return Ok(None) };
        let Some(joiner) = self.joiner(&self.db, &row.text("joiner")?).await? else { return Ok(None) };
        let expired = row.int("expires_at")? <= self.clock.now().0;
        Ok(Some(Holder { joiner, owner: Owner::read(&row.text("owner")?), email: row.text("email")?, expired }))
    }
}
