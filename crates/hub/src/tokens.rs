//! Tokens of the hub's own API: random, shown once, stored as digests, with scopes.

use crate::Hub;
use db::vault::{digest, random_hex};
use db::{Sql, params};

/// Whom a token stands for.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Whose data.
    pub tenant: String,
    /// The token's name, for the audit log.
    pub name: String,
    pub(crate) scopes: Vec<String>,
}

impl Hub {
    /// Makes a token: the token, shown once.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn create_token(&self, tenant: &str, name: &str, scopes: &[&str]) -> db::Result<String> {
        let token = format!("ful_{}", random_hex(24));
        let tx = self.db.begin().await?;
        tx.run(
            "insert into api_token (tenant, id, name, digest, scopes, created_at) values ($1, $2, $3, $4, $5, $6)",
            params![tenant, uuid::Uuid::new_v4().to_string(), name, digest(&token), scopes.join(" "), self.clock.now().0],
        )
        .await?;
        self.audit(&tx, tenant, name, "token: made", "An API token was made.").await?;
        tx.commit().await?;
        Ok(token)
    }

    pub(crate) async fn caller(&self, token: &str) -> db::Result<Option<Caller>> {
        let sql = "select tenant, name, scopes from api_token where digest = $1 and revoked_at is null";
        let row = self.db.row(sql, params![digest(token)]).await?;
        row.map(|row| {
            let scopes = row.text("scopes")?.split(' ').map(str::to_owned).collect();
            Ok(Caller { tenant: row.text("tenant")?, name: row.text("name")?, scopes })
        })
        .transpose()
    }
}
