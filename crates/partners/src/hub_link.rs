//! The hub as an app reaches it: an address and a token, as a vendor would have them.

use crate::Partners;
use db::{Sql, params};
use endpoint::{Endpoint, Nothing};
use hub_api::{ConnectSession, Connection, CreateConnectSession, ListConnections, NewConnectSession, NewSettings, Target, UpdateSettings, Which};
use outbound::{Failure, Fixed, Remote};
use serde_json::{Map, Value};
use std::sync::Arc;
use url::Url;

impl Partners {
    /// Tells an app where its hub is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn link_to_hub(&self, app: &str, base: &Url, token: &str) -> db::Result<()> {
        let sealed = self.vault.seal(&format!("hub/{app}"), token);
        self.db
            .run(
                "insert into hub_link (app, base, token) values ($1, $2, $3) on conflict (app) do update set base = excluded.base, token = excluded.token",
                params![app, base.as_str(), sealed],
            )
            .await
            .map(drop)
    }

    /// Where an app's hub is.
    pub(crate) async fn hub_base(&self, app: &str) -> db::Result<Option<String>> {
        self.db.row("select base from hub_link where app = $1", params![app]).await?.map(|row| row.text("base")).transpose()
    }

    /// The hub, if this app knows of one.
    pub(crate) async fn hub(&self, app: &str) -> db::Result<Option<Hub>> {
        let Some(row) = self.db.row("select base, token from hub_link where app = $1", params![app]).await? else { return Ok(None) };
        let token = self.vault.open_sealed(&format!("hub/{app}"), &row.text("token")?)?;
        let Ok(base) = Url::parse(&row.text("base")?) else { return Ok(None) };
        Ok(Some(Hub(Remote::new(self.outbound.clone(), base, Arc::new(Fixed::bearer(&token))))))
    }
}

/// The hub's API, as this app uses it. Failures are sentences for the page.
pub(crate) struct Hub(Remote);

impl Hub {
    async fn ask<E: Endpoint>(&self, request: E) -> Result<E::Response, String> {
        self.0.send(request).await.map_err(|failure| match &failure {
            Failure::Refused { body, .. } => serde_json::from_str::<hub_api::Refusal>(body).map_or_else(|_| failure.to_string(), |r| r.message),
            other => format!("The integration service is not reachable: {other}."),
        })
    }

    /// The connection of a connector, if there is one.
    pub async fn connection(&self, connector: &str) -> Result<Option<Connection>, String> {
        let which = Which { connector: Some(connector.to_owned()) };
        Ok(self.ask(ListConnections { query: which, body: Nothing }).await?.data.into_iter().next())
    }

    /// Starts connecting: where to send the person.
    pub async fn connect(&self, connector: &str, return_url: String, target: Target) -> Result<ConnectSession, String> {
        let body = NewConnectSession { connector: connector.to_owned(), return_url, target };
        self.ask(CreateConnectSession { query: Nothing, body }).await
    }

    /// Changes one setting.
    pub async fn set(&self, connection: &str, name: &str, value: Value) -> Result<Connection, String> {
        let body = NewSettings(Map::from_iter([(name.to_owned(), value)]));
        self.ask(UpdateSettings { connection: connection.to_owned(), query: Nothing, body }).await
    }
}
