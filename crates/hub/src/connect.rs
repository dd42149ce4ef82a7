//! Connecting: a session leads one person through Lever's consent, or takes a pasted key, and back to where they came
//! from.

use crate::connections::{Entry, credential_of};
use crate::{Hub, LeverApp};
use connector::AnyConnector;
use db::vault::{digest, random_hex};
use db::{Sql, params};
use endpoint::Nothing;
use hub_api::Target;
use lever_api::oauth::{Authorize, TokenRequest};
use lever_api::{ListStages, Listing};
use outbound::{Fixed, Remote};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// How long a link to connect is good.
pub const LIVES: Duration = Duration::from_secs(3600);

/// A person being led through connecting.
pub struct ConnectSession {
    pub tenant: String,
    pub connector: &'static dyn AnyConnector,
    pub return_url: String,
    pub target: Target,
    pub connection: Option<String>,
    digest: String,
}

/// Why connecting did not work, for the page.
pub type Trouble = String;

impl Hub {
    /// Starts connecting: the address to send the person to.
    pub(crate) async fn start_connecting(
        &self,
        tenant: &str,
        connector: &str,
        return_url: &str,
        target: &Target,
    ) -> db::Result<Result<String, Trouble>> {
        let Some(found) = self.connector(connector) else {
            let known: Vec<&str> = self.connectors.iter().map(|c| c.spec().id).collect();
            return Ok(Err(format!("There is no connector {connector:?}; there are: {}.", known.join(", "))));
        };
        let target = &self.with_known_secret(tenant, found.spec(), target).await?;
        if let Err(why) = self.opens(found, target, return_url).await {
            return Ok(Err(why));
        }
        let token = random_hex(24);
        let sealed = self.vault.seal(&format!("connect/{}", digest(&token)), &serde_json::to_string(target).unwrap_or_default());
        let now = self.clock.now();
        self.db.run("delete from connect_session where expires_at < $1", params![now.0]).await?;
        self.db
            .run(
                "insert into connect_session (tenant, digest, connector, return_url, target, expires_at) values ($1, $2, $3, $4, $5, $6)",
                params![tenant, digest(&token), connector, return_url, sealed, now.plus(LIVES).0],
            )
            .await?;
        Ok(Ok(self.at(&format!("/connect/{token}"))))
    }

    /// Whether these addresses can be used, and the partner lets us in: nobody is led through consent for one that does not.
    async fn opens(&self, connector: &dyn AnyConnector, target: &Target, return_url: &str) -> Result<(), Trouble> {
        for url in [Some(target.base_url.as_str()), Some(return_url).filter(|url| !url.is_empty())].into_iter().flatten() {
            let parsed = Url::parse(url).map_err(|e| e.to_string());
            if let Err(why) = parsed.and_then(|url| self.outbound.reach().check(&url).map_err(|e| e.to_string())) {
                return Err(format!("The address {url} cannot be used: {why}"));
            }
        }
        let Ok(base) = Url::parse(&target.base_url) else { return Ok(()) };
        let spec = connector.spec();
        let partner = Remote::new(self.outbound.clone(), base, Arc::new(credential_of(&target.credential, spec.callback)));
        let refused = connector.check(&partner).await;
        refused.map_err(|why| format!("This address and credential do not open {}: {why}", spec.name))
    }

    /// Connects with a key that somebody pasted on the partner's own page.
    pub(crate) async fn connect_with_key(&self, tenant: &str, connector: &str, key: &str, target: &Target) -> db::Result<Result<String, Trouble>> {
        let Some(found) = self.connector(connector) else { return Ok(Err(format!("There is no connector {connector:?}."))) };
        let target = &self.with_known_secret(tenant, found.spec(), target).await?;
        if let Err(why) = self.opens(found, target, "").await {
            return Ok(Err(why));
        }
        match self.try_key(tenant, found, key).await? {
            Ok(base) => self.made(tenant, found, &base, &Entry::ApiKey(key.to_owned()), target).await.map(Ok),
            Err(why) => Ok(Err(why)),
        }
    }

    /// A secret agreed with the partner that is left empty stays as it is.
    async fn with_known_secret(&self, tenant: &str, spec: &connector::Spec, target: &Target) -> db::Result<Target> {
        let mut target = target.clone();
        let given = |part: &str| target.credential.get(part).and_then(|v| v.as_str()).is_some_and(|text| !text.is_empty());
        if let Some(part) = spec.callback.filter(|part| !given(part)) {
            let known = self.connections(tenant).await?.into_iter().find(|c| c.connector == spec.id).and_then(|c| c.callback);
            if let Some(known) = known {
                target.credential.insert(part.to_owned(), serde_json::Value::String(known));
            }
        }
        Ok(target)
    }

    /// The session behind an address.
    pub(crate) async fn connect_session(&self, token: &str) -> db::Result<Option<ConnectSession>> {
        self.session_where("digest", &digest(token)).await
    }

    async fn session_where(&self, column: &'static str, digest: &str) -> db::Result<Option<ConnectSession>> {
        let sql = format!("select * from connect_session where {column} = $1 and expires_at > $2");
        let Some(row) = self.db.row(&sql, params![digest, self.clock.now().0]).await? else { return Ok(None) };
        let digest = row.text("digest")?;
        let target = self.vault.open_sealed(&format!("connect/{digest}"), &row.text("target")?)?;
        let Some(connector) = self.connector(&row.text("connector")?) else { return Ok(None) };
        Ok(Some(ConnectSession {
            tenant: row.text("tenant")?,
            connector,
            return_url: row.text("return_url")?,
            target: serde_json::from_str(&target).map_err(|e| db::Error::new(e.to_string()))?,
            connection: row.get("connection")?,
            digest,
        }))
    }

    fn callback(&self) -> String {
        self.at("/connect/callback")
    }

    /// Sign in with Lever: the address of the consent page, with a state that is good in this browser only. Otherwise
    /// somebody could be led to finish with their own Lever what another person began.
    pub(crate) async fn consent_url(&self, session: &ConnectSession, browser: &str) -> db::Result<Result<String, Trouble>> {
        let spec = session.connector.spec();
        if spec.entry == connector::Entry::ApiKey {
            return Ok(Err(format!("{} is connected with an API key: Lever's consent page cannot grant all that it needs.", spec.name)));
        }
        let Some(app) = self.lever_app(&session.tenant, spec.id).await? else {
            return Ok(Err(format!(
                "Fulcrum is not registered with Lever for {} yet. Its operator can enter the client id and secret, or you can use an API key.",
                spec.name
            )));
        };
        let state = random_hex(24);
        self.db.run("update connect_session set state = $1 where digest = $2", params![in_browser(&state, browser), session.digest.as_str()]).await?;
        let request = Authorize {
            client_id: app.client_id,
            redirect_uri: self.callback(),
            response_type: "code".to_owned(),
            state,
            scope: spec.scopes().join(" "),
            audience: app.audience,
            prompt: Some("consent".to_owned()),
        };
        let query = serde_html_form::to_string(&request).map_err(|e| db::Error::new(e.to_string()))?;
        Ok(Ok(format!("{}?{query}", app.authorize_url)))
    }

    /// Back from Lever with a state: the session it belongs to. A forged state belongs to none, nor does one that was
    /// begun in another browser.
    pub(crate) async fn session_of_state(&self, state: &str, browser: &str) -> db::Result<Option<ConnectSession>> {
        if state.is_empty() || browser.is_empty() {
            return Ok(None);
        }
        let state = in_browser(state, browser);
        let session = self.session_where("state", &state).await?;
        // It can be used once: a page loaded twice must not exchange its code twice, since Lever then ends the grant.
        let taken = self.db.run("update connect_session set state = null where state = $1", params![state]).await?;
        Ok(session.filter(|_| taken > 0))
    }

    /// Exchanges the code and makes the connection.
    pub(crate) async fn finish_with_code(&self, session: &ConnectSession, code: &str) -> db::Result<Result<String, Trouble>> {
        let Some(app) = self.lever_app(&session.tenant, session.connector.spec().id).await? else {
            return Ok(Err("Fulcrum is not registered with Lever any more.".to_owned()));
        };
        let request = TokenRequest {
            grant_type: "authorization_code".to_owned(),
            client_id: app.client_id.clone(),
            client_secret: app.client_secret.clone(),
            code: Some(code.to_owned()),
            redirect_uri: Some(self.callback()),
            refresh_token: None,
        };
        match self.ask_for_tokens(&app, &request).await {
            Ok(tokens) => self.finish(session, &app.api_base, &Entry::Tokens(tokens)).await,
            Err(failure) => Ok(Err(format!("Lever accepted, but gave no token: {failure}. Try again; if it stays so, ask your operator."))),
        }
    }

    /// Tries the key and makes the connection.
    pub(crate) async fn finish_with_key(&self, session: &ConnectSession, key: &str) -> db::Result<Result<String, Trouble>> {
        match self.try_key(&session.tenant, session.connector, key).await? {
            Ok(base) => self.finish(session, &base, &Entry::ApiKey(key.to_owned())).await,
            Err(why) => Ok(Err(why)),
        }
    }

    /// Whether Lever knows this key; its address.
    async fn try_key(&self, tenant: &str, connector: &dyn AnyConnector, key: &str) -> db::Result<Result<String, Trouble>> {
        let base = self.lever_app(tenant, connector.spec().id).await?.map_or_else(LeverApp::real_base, |app| app.api_base);
        let Ok(url) = Url::parse(&base) else { return Ok(Err(format!("The address of Lever, {base}, cannot be read."))) };
        let lever = Remote::new(self.outbound.clone(), url, Arc::new(Fixed::basic(key, "")));
        match lever.send(ListStages { query: Listing::default(), body: Nothing }).await {
            Err(failure) if failure.status() == Some(401) => {
                Ok(Err("Lever does not know this key. Copy it again: it is shown only once.".to_owned()))
            }
            Err(failure) if failure.status() == Some(403) && failure.to_string().contains("package") => Ok(Err(format!("Lever refuses: {failure}"))),
            // The key is good; which permissions it has is another question.
            Err(failure) if failure.status() == Some(403) => Ok(Ok(base)),
            Err(failure) => Ok(Err(format!("The key could not be tried: {failure}."))),
            Ok(_) => Ok(Ok(base)),
        }
    }

    async fn finish(&self, session: &ConnectSession, base: &str, entry: &Entry) -> db::Result<Result<String, Trouble>> {
        let id = self.made(&session.tenant, session.connector, base, entry, &session.target).await?;
        // The address has done its work.
        self.db.run("update connect_session set connection = $1 where digest = $2", params![id.as_str(), session.digest.as_str()]).await?;
        Ok(Ok(id))
    }

    async fn made(&self, tenant: &str, connector: &dyn AnyConnector, base: &str, entry: &Entry, target: &Target) -> db::Result<String> {
        let spec = connector.spec();
        let by_key = matches!(entry, Entry::ApiKey(_));
        let old = self.connections(tenant).await?.into_iter().find(|c| c.connector == spec.id && c.connected);
        if let Some(old) = old.filter(|old| old.access_until.is_none() != by_key) {
            // Only who made a webhook can take it away, and that is about to be somebody else.
            self.leave_lever(&old).await;
        }
        self.connect(tenant, connector, base, entry, target, spec.name).await
    }
}

/// What is stored of a state.
fn in_browser(state: &str, browser: &str) -> String {
    digest(&format!("{state} in {browser}"))
}

impl LeverApp {
    pub(crate) fn real_base() -> String {
        "https://api.lever.co".to_owned()
    }
}
