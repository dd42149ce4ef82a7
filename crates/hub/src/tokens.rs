//! Tokens of the hub's own API: random, shown once, stored as digests, with scopes.

use crate::Hub;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use clock::Ms;
use db::vault::{digest, random_hex};
use db::{Row, Sql, params};
use endpoint::{Answer as _, Endpoint};
use tower::ServiceExt;

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
    pub async fn create_token(&self, tenant: &str, name: &str, scopes: &[&str], by: &str) -> db::Result<String> {
        let token = format!("ful_{}", random_hex(24));
        let tx = self.db.begin().await?;
        tx.run(
            "insert into api_token (tenant, id, name, digest, scopes, created_at) values ($1, $2, $3, $4, $5, $6)",
            params![tenant, uuid::Uuid::new_v4().to_string(), name, digest(&token), scopes.join(" "), self.clock.now().0],
        )
        .await?;
        self.audit(&tx, tenant, by, "token: made", &format!("The API token \"{name}\" was made.")).await?;
        tx.commit().await?;
        Ok(token)
    }

    /// Calls the API from within this process, with every right: for the command line, whose user can read the database
    /// anyway.
    ///
    /// # Errors
    /// The API's sentence.
    pub async fn ask<E: Endpoint>(&self, tenant: &str, request: E) -> Result<E::Response, String> {
        let own = self.own.get_or_init(|| (random_hex(24), tenant.to_owned()));
        let parts = request.into_parts().map_err(|e| e.to_string())?;
        let query = if parts.query.is_empty() { String::new() } else { format!("?{}", parts.query) };
        let request = Request::builder()
            .method(E::INFO.verb.name())
            .uri(format!("{}{query}", parts.fill(&E::INFO)))
            .header(AUTHORIZATION, format!("Bearer {}", own.0))
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(parts.body))
            .map_err(|e| e.to_string())?;
        let response = crate::api::routes(self.clone()).oneshot(request).await.map_err(|e| e.to_string())?;
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.map_err(|e| e.to_string())?;
        if !status.is_success() {
            let refusal: hub_api::Refusal = serde_json::from_slice(&body).map_err(|_| format!("the hub answered {status}"))?;
            return Err(refusal.message);
        }
        E::Response::read(body.to_vec(), "", "").map_err(|e| e.to_string())
    }

    pub(crate) async fn caller(&self, token: &str) -> db::Result<Option<Caller>> {
        if let Some((own, tenant)) = self.own.get()
            && own == token
        {
            let scopes = [hub_api::scope::READ, hub_api::scope::CONNECT].map(str::to_owned).to_vec();
            return Ok(Some(Caller { tenant: tenant.clone(), name: "command line".to_owned(), scopes }));
        }
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
