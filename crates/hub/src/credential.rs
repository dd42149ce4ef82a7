//! Lever's credential of a connection: a key that stays, or a token that is renewed shortly before it ends.
//!
//! Renewing rotates the refresh token, so two renewals at once would lose the grant. Whoever moves `refreshing_until`
//! in the database owns the turn; others, on this node or another, wait for the new token to appear.

use crate::connections::purpose;
use crate::{Hub, LeverApp};
use clock::Ms;
use db::{Row, Sql, params};
use endpoint::Verb;
use futures_util::future::BoxFuture;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use lever_api::oauth::{TokenRequest, Tokens};
use outbound::{Answer, Call, Credential, Failure, Fixed, Wire};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use url::Url;

/// Renewed when it has less than this left.
pub(crate) const SPARE: Duration = Duration::from_secs(120);
/// How long a renewal may take before another may try; longer than the call itself may take.
const TURN: Duration = Duration::from_secs(20);
/// How long Lever's authorization server may take.
const PATIENCE: Duration = Duration::from_secs(10);

struct Renewing {
    hub: Hub,
    tenant: String,
    connection: String,
    connector: String,
    connected_at: Ms,
    /// The token handed out last, and until when it is fresh: asked for with every call, read from the database once.
    handed: Mutex<Option<(String, Ms)>>,
}

impl Hub {
    /// The credential that is a token, renewed when need be.
    pub(crate) fn token_of(&self, row: &Row) -> db::Result<Arc<dyn Credential>> {
        Ok(Arc::new(Renewing {
            hub: self.clone(),
            tenant: row.text("tenant")?,
            connection: row.text("id")?,
            connector: row.text("connector")?,
            connected_at: Ms(row.int("connected_at")?),
            handed: Mutex::default(),
        }))
    }

    /// Takes up what a process that died was renewing. Lever may have used up the refresh token already, and gives another
    /// answer to it only for a moment; so this is done at the start, and not when somebody is hired next.
    pub async fn take_up(&self) {
        if let Err(e) = self.try_take_up().await {
            tracing::error!(error = %e, "the renewing of tokens could not be taken up; it is tried again when they are needed");
        }
    }

    async fn try_take_up(&self) -> db::Result<()> {
        if self.db.is_embedded() {
            // Whoever had the turn is dead: there is no other node.
            self.db.run("update connection set refreshing_until = 0 where refreshing_until > 0", vec![]).await?;
        }
        let rows = self.db.rows("select tenant, id from connection where state = 'connected' and refreshing_until is not null", vec![]).await?;
        for row in rows {
            let (tenant, id) = (row.text("tenant")?, row.text("id")?);
            if let Some(connection) = self.connection(&tenant, &id).await?
                && let Err(failure) = connection.lever.credential.headers().await
            {
                tracing::warn!(connection = %id, error = %failure, "a token could not be renewed");
            }
        }
        Ok(())
    }

    /// Asks Lever's authorization server for tokens. `Err(Refused)` when it says no for good.
    pub(crate) async fn ask_for_tokens(&self, app: &LeverApp, request: &TokenRequest) -> Result<Tokens, Failure> {
        let url = Url::parse(&app.token_url).map_err(|e| Failure::Blocked(e.to_string()))?;
        let body = serde_json::to_vec(request).map_err(|e| Failure::Blocked(e.to_string()))?;
        let mut call = Call::new(Verb::Post, url, body);
        call.patience = PATIENCE;
        let Answer { status, body, .. } = self.outbound.send(&call, &Wire::default()).await?;
        if status != 200 {
            let body = outbound::redact(&body);
            return Err(Failure::Refused { host: "Lever's sign-in server".into(), status, body, retry_after: None });
        }
        serde_json::from_slice(&body).map_err(|e| Failure::Unknown(format!("Lever's sign-in server answered no token: {e}")))
    }
}

/// What is stored of a token.
struct Stored {
    access: Option<String>,
    until: Ms,
    refresh: Option<String>,
    refreshing_until: Option<i64>,
}

impl Stored {
    /// The token and until when it is fresh, if it has enough time left and is not the one that was refused.
    fn fresh(&self, now: Ms, worn: Option<&str>) -> Option<(String, Ms)> {
        let until = self.until.minus(SPARE);
        let token = self.access.as_ref().filter(|token| until > now && worn != Some(token.as_str()))?;
        Some((token.clone(), until))
    }
}

impl Renewing {
    async fn stored(&self) -> Result<Stored, Failure> {
        let sql = "select access_token, access_until, refresh_token, refreshing_until from connection where tenant = $1 and id = $2 and state = 'connected'";
        let fault = |e: db::Error| Failure::NotSent(e.to_string());
        let row = self.hub.db.row(sql, params![self.tenant.as_str(), self.connection.as_str()]).await.map_err(fault)?;
        let row = row.ok_or_else(|| Failure::NoCredential("This connection is not connected with Lever any more.".to_owned()))?;
        let open = |column: &str| -> Result<Option<String>, Failure> {
            let sealed: Option<String> = row.get(column).map_err(fault)?;
            sealed.map(|s| self.hub.vault.open_sealed(&purpose(&self.connection, column), &s)).transpose().map_err(fault)
        };
        Ok(Stored {
            access: open("access_token")?,
            until: Ms(row.get::<Option<i64>>("access_until").map_err(fault)?.unwrap_or(0)),
            refresh: open("refresh_token")?,
            refreshing_until: row.get("refreshing_until").map_err(fault)?,
        })
    }

    /// A token with enough time left; renewed if need be. `worn`: this one was refused just now.
    async fn token(&self, worn: Option<&str>) -> Result<(String, Ms), Failure> {
        // Longer than anybody's turn lasts.
        for _ in 0..250 {
            let stored = self.stored().await?;
            let now = self.hub.clock.now();
            if let Some(token) = stored.fresh(now, worn) {
                return Ok(token);
            }
            if self.take_turn(&stored, now).await? {
                // Somebody may have renewed between our reading and our turn; the token we read would be used up then.
                let stored = self.stored().await?;
                return match stored.fresh(now, worn) {
                    Some(token) => self.give_turn_back().await.map(|()| token),
                    None => self.renew(&stored, now).await,
                };
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err(Failure::NotSent("Lever's token is being renewed elsewhere and does not appear.".to_owned()))
    }

    async fn take_turn(&self, stored: &Stored, now: Ms) -> Result<bool, Failure> {
        if stored.refreshing_until.is_some_and(|until| until > now.0) {
            return Ok(false);
        }
        let sql =
            "update connection set refreshing_until = $1 where tenant = $2 and id = $3 and (refreshing_until is null or refreshing_until <= $4)";
        let taken = self.hub.db.run(sql, params![now.plus(TURN).0, self.tenant.as_str(), self.connection.as_str(), now.0]).await;
        Ok(taken.map_err(|e| Failure::NotSent(e.to_string()))? > 0)
    }

    async fn renew(&self, stored: &Stored, now: Ms) -> Result<(String, Ms), Failure> {
        let app = self.hub.lever_app(&self.tenant, &self.connector).await.map_err(|e| Failure::NotSent(e.to_string()))?;
        let (Some(app), Some(refresh)) = (app, &stored.refresh) else {
            self.broken("There is no refresh token. A Super Admin must connect again.").await;
            return Err(Failure::NoCredential("Lever's token ran out and cannot be renewed; a Super Admin must connect again.".to_owned()));
        };
        let request = TokenRequest {
            grant_type: "refresh_token".to_owned(),
            client_id: app.client_id.clone(),
            client_secret: app.client_secret.clone(),
            refresh_token: Some(refresh.clone()),
            ..TokenRequest::default()
        };
        match self.hub.ask_for_tokens(&app, &request).await {
            Ok(tokens) => {
                let seal = |what: &str, secret: &str| self.hub.vault.seal(&purpose(&self.connection, what), secret);
                let next = tokens.refresh_token.as_deref().unwrap_or(refresh);
                let sql = "update connection set access_token = $1, access_until = $2, refresh_token = $3, refreshing_until = null \
                           where tenant = $4 and id = $5 and state = 'connected' and connected_at = $6";
                let until = Ms(now.0 + tokens.expires_in * 1000);
                let values = params![
                    seal("access_token", &tokens.access_token),
                    until.0,
                    seal("refresh_token", next),
                    self.tenant.as_str(),
                    self.connection.as_str(),
                    self.connected_at.0
                ];
                self.hub.db.run(sql, values).await.map_err(|e| Failure::NotSent(e.to_string()))?;
                Ok((tokens.access_token, until.minus(SPARE)))
            }
            Err(Failure::Refused { status: 400..=403, body, .. }) if body.contains("invalid_grant") => {
                self.broken("Access was revoked in Lever, or ran out. A Super Admin can connect again; nothing was lost.").await;
                Err(Failure::NoCredential(format!("Lever does not renew the token any more: {body}")))
            }
            // Whatever else it says is about us, not about the grant.
            Err(Failure::Refused { status: status @ 400..=403, body, .. }) => {
                let _ = self.give_turn_back().await;
                Err(Failure::Blocked(format!(
                    "Lever's sign-in server does not accept this hub as {} (it answered {status}: {body}). Whoever operates this hub can enter the client \
                     secret again: fulcrum hub lever-app {}. Nothing was lost.",
                    app.client_id, self.connector
                )))
            }
            Err(passing) => {
                let _ = self.give_turn_back().await;
                Err(Failure::NotSent(format!("Lever's sign-in server cannot be asked for a new token now: {passing}")))
            }
        }
    }

    async fn give_turn_back(&self) -> Result<(), Failure> {
        let sql = "update connection set refreshing_until = null where tenant = $1 and id = $2";
        let given = self.hub.db.run(sql, params![self.tenant.as_str(), self.connection.as_str()]).await;
        given.map(drop).map_err(|e| Failure::NotSent(e.to_string()))
    }

    async fn broken(&self, why: &str) {
        let done = async {
            let connection = self.hub.connection(&self.tenant, &self.connection).await?;
            if let Some(connection) = connection.filter(|c| c.connected_at == self.connected_at) {
                self.hub.disconnect(&connection, "Lever", why).await?;
            }
            Ok::<(), db::Error>(())
        };
        if let Err(e) = done.await {
            tracing::error!(error = %e, "a broken connection could not be marked");
        }
    }
}

impl Credential for Renewing {
    fn headers(&self) -> BoxFuture<'_, Result<HeaderMap, Failure>> {
        Box::pin(async move {
            let token = match self.handed() {
                Some((token, until)) if until > self.hub.clock.now() => token,
                _ => self.hand(None).await?,
            };
            Fixed::bearer(&token).headers().await
        })
    }

    fn refused(&self, sent: &HeaderMap) -> BoxFuture<'_, Result<bool, Failure>> {
        let sent = sent.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer ")).map(str::to_owned);
        Box::pin(async move {
            match (sent, self.handed()) {
                // Another call was refused before, and there is a new token already.
                (Some(sent), Some((handed, _))) if sent != handed => Ok(true),
                (Some(sent), _) => self.hand(Some(&sent)).await.map(|_| true),
                (None, _) => Ok(false),
            }
        })
    }
}

impl Renewing {
    fn handed(&self) -> Option<(String, Ms)> {
        self.handed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn hand(&self, worn: Option<&str>) -> Result<String, Failure> {
        let (token, until) = self.token(worn).await?;
        *self.handed.lock().unwrap_or_else(PoisonError::into_inner) = Some((token.clone(), until));
        Ok(token)
    }
}
