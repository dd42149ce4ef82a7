//! Tokens of the hub's own API: random, shown once, stored as digests, with scopes.

use crate::Hub;
use clock::Ms;
use db::vault::{digest, random_hex};
use db::{Row, Sql, params};

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
        self.audit(&tx, tenant, "command line", "token: made", &format!("The API token \"{name}\" was made.")).await?;
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

    /// The tokens in use, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tokens(&self, tenant: &str) -> db::Result<Vec<Token>> {
        let sql = "select id, name, scopes, created_at from api_token where tenant = $1 and revoked_at is null order by created_at, id";
        let read = |row: &Row| {
            Ok(Token { id: row.text("id")?, name: row.text("name")?, scopes: row.text("scopes")?, created_at: Ms(row.int("created_at")?) })
        };
        self.db.rows(sql, params![tenant]).await?.iter().map(read).collect()
    }

    /// Ends a token at once; whether it was in use.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn revoke_token(&self, tenant: &str, id: &str, by: &str) -> db::Result<bool> {
        let tx = self.db.begin().await?;
        let sql = "update api_token set revoked_at = $1 where tenant = $2 and id = $3 and revoked_at is null";
        let revoked = tx.run(sql, params![self.clock.now().0, tenant, id]).await? > 0;
        if revoked {
            self.audit(&tx, tenant, by, "token: revoked", &format!("The API token {id} was revoked.")).await?;
        }
        tx.commit().await?;
        Ok(revoked)
    }
}

/// A token as listed; the token itself was shown once.
#[derive(Clone, Debug)]
pub struct Token {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it may do, separated by spaces.
    pub scopes: String,
    /// When it was made.
    pub created_at: Ms,
}
