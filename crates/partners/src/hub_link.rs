//! The hub as an app reaches it: an address and a token, as a vendor would have them.

use crate::Partners;
use db::{Sql, params};
use endpoint::{Endpoint, Nothing};
use hub_api::{
    CancelImport, ConnectSession, ConnectWithKey, Connection, Connector, CreateConnectSession, CreateImport, Disconnect, GetConnector, GetImport,
    GetStageMap, GetSync, Import, ImportedPeople, Jobs, ListConnections, ListImportedPeople, ListImports, ListJobs, ListNames, NamesReport,
    NewArrival, NewConnectSession, NewConnection, NewImport, NewReading, NewSettings, NewSignatureToken, ReadOpportunity, RetryImport,
    SetSignatureToken, StageMap, Sync, SyncNow, Target, TellArrival, TestConnection, UpdateSettings, Which, WhichPeople,
};
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

    /// Whether an app was told where its hub is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn knows_hub(&self, app: &str) -> db::Result<bool> {
        self.hub_base(app).await.map(|base| base.is_some())
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

    /// Imports everybody hired; an import that goes on is joined.
    pub async fn import(&self, connection: &str, new: NewImport) -> Result<Import, String> {
        self.ask(CreateImport { connection: connection.to_owned(), query: Nothing, body: new }).await
    }

    /// The newest imports of a connection.
    pub async fn imports(&self, connection: &str) -> Result<Vec<Import>, String> {
        Ok(self.ask(ListImports { connection: connection.to_owned(), query: Nothing, body: Nothing }).await?.data)
    }

    /// One import.
    pub async fn one_import(&self, import: &str) -> Result<Import, String> {
        self.ask(GetImport { import: import.to_owned(), query: Nothing, body: Nothing }).await
    }

    /// The people of an import.
    pub async fn imported(&self, import: &str, query: WhichPeople) -> Result<ImportedPeople, String> {
        self.ask(ListImportedPeople { import: import.to_owned(), query, body: Nothing }).await
    }

    /// Ends an import.
    pub async fn cancel_import(&self, import: &str) -> Result<Import, String> {
        self.ask(CancelImport { import: import.to_owned(), query: Nothing, body: Nothing }).await
    }

    /// Those that failed or are held go again.
    pub async fn retry_import(&self, import: &str) -> Result<Import, String> {
        self.ask(RetryImport { import: import.to_owned(), query: Nothing, body: Nothing }).await
    }

    /// Stages and postings in Lever, and what they are joined with.
    pub async fn jobs(&self, connection: &str) -> Result<Jobs, String> {
        self.ask(ListJobs { connection: connection.to_owned(), query: Nothing, body: Nothing }).await
    }

    /// Ends a connection; history and settings stay.
    pub async fn disconnect(&self, connection: &str) -> Result<Connection, String> {
        self.ask(Disconnect { connection: connection.to_owned(), query: Nothing, body: Nothing }).await
    }

    /// Which of the names in Lever match what is here.
    pub async fn names(&self, connection: &str) -> Result<NamesReport, String> {
        self.ask(ListNames { connection: connection.to_owned(), query: Nothing, body: Nothing }).await
    }

    /// Lever signs with this token from now on.
    pub async fn set_signature_token(&self, new: NewSignatureToken) -> Result<Connection, String> {
        self.ask(SetSignatureToken { query: Nothing, body: new }).await
    }

    /// A record is to come into Lever.
    pub async fn hint(&self, connection: &str, record: &str) -> Result<(), String> {
        let body = NewArrival { record: record.to_owned() };
        self.ask(TellArrival { connection: connection.to_owned(), query: Nothing, body }).await.map(drop)
    }

    /// What a connector needs of Lever.
    pub async fn connector(&self, connector: &str) -> Result<Connector, String> {
        self.ask(GetConnector { connector: connector.to_owned(), query: Nothing, body: Nothing }).await
    }

    /// Connects with a key that somebody pasted here.
    pub async fn connect_with_key(&self, new: NewConnection) -> Result<Connection, String> {
        self.ask(ConnectWithKey { query: Nothing, body: new }).await
    }

    /// How the copy of Lever stands.
    pub async fn sync(&self, connection: &str) -> Result<Sync, String> {
        self.ask(GetSync { connection: connection.to_owned(), query: Nothing, body: Nothing }).await
    }

    /// Lever is asked now what changed.
    pub async fn sync_now(&self, connection: &str) -> Result<(), String> {
        self.ask(SyncNow { connection: connection.to_owned(), query: Nothing, body: Nothing }).await.map(drop)
    }

    /// Every permission is tried again.
    pub async fn test(&self, connection: &str) -> Result<(), String> {
        self.ask(TestConnection { connection: connection.to_owned(), query: Nothing, body: Nothing }).await.map(drop)
    }

    /// One opportunity is read anew, with all there is to it.
    pub async fn read_anew(&self, connection: &str, opportunity: &str) -> Result<(), String> {
        let body = NewReading { opportunity: opportunity.to_owned() };
        self.ask(ReadOpportunity { connection: connection.to_owned(), query: Nothing, body }).await.map(drop)
    }

    /// What stages and archive reasons of Lever mean here.
    pub async fn stage_map(&self, connection: &str) -> Result<StageMap, String> {
        self.ask(GetStageMap { connection: connection.to_owned(), query: Nothing, body: Nothing }).await
    }

    /// Changes some settings at once.
    pub async fn set_all(&self, connection: &str, change: Map<String, Value>) -> Result<Connection, String> {
        self.ask(UpdateSettings { connection: connection.to_owned(), query: Nothing, body: NewSettings(change) }).await
    }

    /// Changes one setting.
    pub async fn set(&self, connection: &str, name: &str, value: Value) -> Result<Connection, String> {
        self.set_all(connection, Map::from_iter([(name.to_owned(), value)])).await
    }
}
