//! Who changed what about access: keys, applications, webhooks, users.

use crate::Ats;
use db::{Sql, params};

impl Ats {
    /// Writes one line, in the transaction of the change itself.
    pub(crate) async fn audit(&self, tx: &impl Sql, kind: &str, by: Option<&str>, target: &str, label: &str) -> db::Result<()> {
        let now = self.clock.now();
        tx.run(
            "insert into audit (id, at, kind, person, target, label) values ($1, $2, $3, $4, $5, $6)",
            params![pipeline::fresh_id(now), now.0, kind, by, target, label],
        )
        .await
        .map(drop)
    }
}
