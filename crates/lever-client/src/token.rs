//! A token that renews itself: once, however many callers find that it is over.

use clock::{Clock, Ms};
use endpoint::Verb;
use futures_util::future::BoxFuture;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use lever_api::oauth::{TokenRequest, Tokens};
use outbound::{Answer, Call, Credential, Failure, Fixed, Outbound, Wire};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use url::Url;

/// Renewed when it has less than this left.
const SPARE: Duration = Duration::from_secs(120);

/// An OAuth application, as registered with Lever.
#[derive(Clone)]
pub struct App {
    /// Its id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
}

/// The secret stays out of logs.
impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "App({})", self.client_id)
    }
}

/// What the authorization server gave.
#[derive(Clone, Default)]
pub struct Token {
    /// Sent with every call; empty: it is renewed before the first.
    pub access: String,
    /// When that ends, ms.
    pub until: i64,
    /// What it is renewed with.
    pub refresh: String,
}

/// The tokens stay out of logs.
impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Token(until {})", self.until)
    }
}

/// Whoever keeps tokens: told of each new one, before it is used.
pub type Renewed = Arc<dyn Fn(&Token) -> BoxFuture<'static, ()> + Send + Sync>;

pub(crate) struct Renewing(Arc<Inner>);

struct Inner {
    outbound: Outbound,
    clock: Clock,
    url: Url,
    app: App,
    renewed: Option<Renewed>,
    token: Mutex<Token>,
}

impl Renewing {
    pub(crate) fn new(outbound: Outbound, clock: Clock, url: Url, app: App, token: Token, renewed: Option<Renewed>) -> Self {
        Self(Arc::new(Inner { outbound, clock, url, app, renewed, token: Mutex::new(token) }))
    }

    /// The token there is, or a new one. `worn`: this one was refused.
    async fn current(&self, worn: Option<&str>) -> Result<String, Failure> {
        if let Some(token) = self.0.good(&*self.0.token.lock().await, worn) {
            return Ok(token);
        }
        // In a task of its own, which goes on if the caller gives up: the refresh token is used up when Lever has answered.
        let (inner, worn) = (self.0.clone(), worn.map(str::to_owned));
        tokio::spawn(async move { inner.renewed(worn.as_deref()).await }).await.map_err(|e| Failure::NotSent(e.to_string()))?
    }
}

impl Inner {
    fn good(&self, token: &Token, worn: Option<&str>) -> Option<String> {
        let fresh = Ms(token.until).minus(SPARE) > self.clock.now() && !token.access.is_empty();
        (fresh && worn != Some(token.access.as_str())).then(|| token.access.clone())
    }

    /// Whoever comes while it is renewed waits, and finds it new.
    async fn renewed(&self, worn: Option<&str>) -> Result<String, Failure> {
        let mut token = self.token.lock().await;
        if let Some(token) = self.good(&token, worn) {
            return Ok(token);
        }
        let next = match self.renew(&token).await {
            // Lever cannot renew it at this moment, and it is good for another.
            Err(failure) if failure.may_pass() && worn.is_none() && Ms(token.until) > self.clock.now() => return Ok(token.access.clone()),
            next => next?,
        };
        // First here: the one before is used up, whatever becomes of whoever is told.
        *token = next;
        if let Some(renewed) = &self.renewed {
            renewed(&token).await;
        }
        Ok(token.access.clone())
    }

    async fn renew(&self, token: &Token) -> Result<Token, Failure> {
        let request = TokenRequest {
            grant_type: "refresh_token".to_owned(),
            client_id: self.app.client_id.clone(),
            client_secret: self.app.client_secret.clone(),
            refresh_token: Some(token.refresh.clone()),
            ..TokenRequest::default()
        };
        let body = serde_json::to_vec(&request).map_err(|e| Failure::Blocked(e.to_string()))?;
        let asked_at = self.clock.now();
        let Answer { status, body, .. } = self.outbound.send(&Call::new(Verb::Post, self.url.clone(), body), &Wire::default()).await?;
        let why = || outbound::redact(&body);
        if !matches!(status, 200 | 400 | 401 | 403) {
            let host = self.url.host_str().unwrap_or_default().to_owned();
            return Err(Failure::Refused { host, status, body: why(), retry_after: None });
        }
        if status != 200 {
            let why = why();
            return Err(Failure::NoCredential(format!("Lever renews the token no more ({status}: {why}). Somebody has to connect again.")));
        }
        let tokens: Tokens = serde_json::from_slice(&body).map_err(|e| Failure::Unknown(format!("Lever answered no token: {e}")))?;
        Ok(Token {
            access: tokens.access_token,
            until: asked_at.0 + tokens.expires_in * 1000,
            // Without a new one the one before goes on.
            refresh: tokens.refresh_token.unwrap_or_else(|| token.refresh.clone()),
        })
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

impl Credential for Renewing {
    fn headers(&self) -> BoxFuture<'_, Result<HeaderMap, Failure>> {
        Box::pin(async move { Fixed::bearer(&self.current(None).await?).headers().await })
    }

    fn refused(&self, sent: &HeaderMap) -> BoxFuture<'_, Result<bool, Failure>> {
        let worn = bearer(sent).map(str::to_owned);
        Box::pin(async move {
            let Some(worn) = worn else { return Ok(false) };
            Ok(self.current(Some(&worn)).await? != worn)
        })
    }
}
