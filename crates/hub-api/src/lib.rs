//! The hub's own HTTP API, declared once: the hub serves it, a vendor's product calls it to embed "Connect Lever".
//!
//! A vendor makes a connect session and sends the person to its address; there the hub leads through Lever's consent
//! and sends them back. Afterwards the vendor's pages show the connection's state and settings through this API: a
//! connector's settings exist once, in the hub.
//!
//! Invariant: no I/O here.

mod arrivals;
mod imports;
mod jobs;
mod mirror;
mod names;
mod notices;
mod people;

pub use arrivals::*;
pub use imports::*;
pub use jobs::*;
pub use mirror::*;
pub use names::*;
pub use notices::*;
pub use people::*;

use endpoint::openapi::Document;
use endpoint::{Access, Info, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;
use utoipa::ToSchema;

/// What a token of the API may do. One word each, kept small.
pub mod scope {
    /// See connections and what happened.
    pub const READ: &str = "read";
    /// Make connect sessions, change settings, disconnect.
    pub const CONNECT: &str = "connect";
}

/// Where the hub reaches the vendor's product, and how it proves who it is.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct Target {
    /// Base URL of the product's API for this customer.
    pub base_url: String,
    /// The credential's parts by name, as the connector lists them: `customer_key`, `customer_secret`.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub credential: Map<String, Value>,
}

/// The credential is a secret and stays out of logs.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

/// A request to lead a person through connecting.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewConnectSession {
    /// The connector's id: `hr-cloud`.
    pub connector: String,
    /// Where the person comes back to.
    pub return_url: String,
    /// The vendor's side of the connection.
    pub target: Target,
}

/// Where to send the person.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct ConnectSession {
    /// Good once, for one hour.
    pub url: String,
}

/// A connection, without its secrets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Connection {
    /// Its id.
    pub id: String,
    /// The connector's id.
    pub connector: String,
    /// `connected`; `mapping_needed`: nothing is done before somebody has said what the stages mean; `disconnected`; or `token_only`:
    /// Lever tells that somebody was hired, but nobody signed in yet, so not who.
    pub state: String,
    /// Why it is not connected, or what is still missing, for people.
    pub notice: Option<String>,
    /// When it was connected, ms.
    pub connected_at: i64,
    /// What may be set, with its value.
    pub settings: Vec<Setting>,
    /// The steps of the set-up, each as it was observed.
    pub setup: Vec<SetupStep>,
    /// How many people wait for something to be done about them, or have it done now.
    #[serde(default)]
    pub under_way: i64,
    /// How many wait for a person's decision.
    #[serde(default)]
    pub held: i64,
    /// The webhooks in Lever by which it is told.
    #[serde(default)]
    pub webhooks: Vec<Webhook>,
}

/// A webhook in Lever.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Webhook {
    /// As Lever's API calls it: `candidateHired`.
    pub event: String,
    /// Where Lever sends to.
    pub url: String,
    /// Whether the token is known that Lever signs with.
    pub has_token: bool,
    /// Since the last good one, deliveries came whose signature does not fit.
    pub refused: bool,
}

/// The token Lever signs with, pasted by a person.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSignatureToken {
    /// The connector's id: `joinedly`.
    pub connector: String,
    /// `candidateHired`
    pub event: String,
    /// As Lever shows it.
    pub token: String,
    /// The vendor's side of the connection, used if there is none yet.
    pub target: Target,
}

/// The token is a secret and stays out of logs.
impl fmt::Debug for NewSignatureToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewSignatureToken").field("connector", &self.connector).field("event", &self.event).finish_non_exhaustive()
    }
}

/// A step of the set-up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SetupStep {
    /// What should be so.
    pub what: String,
    /// `done`: it was seen to be so; `waiting`: not yet; `wrong`: it was seen not to be so.
    pub state: String,
    /// What was seen, or who can mend it where.
    pub how: String,
}

/// One setting with its value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// What a form says.
    pub label: String,
    /// What it does.
    pub help: String,
    /// How it is entered: `switch`, `text`, `choice`, `zone`, or another where it has a page of its own.
    pub kind: String,
    /// It is entered on a page of its own, beside the other settings: names, fields, jobs.
    #[serde(default)]
    pub own_page: bool,
    /// What to choose from, if it is a choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// Its value.
    #[schema(value_type = Object)]
    pub value: Value,
}

/// One of several to choose from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Choice {
    /// What is stored.
    pub value: String,
    /// What it is called.
    pub label: String,
}

/// Connections, newest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Connections {
    /// The connections.
    pub data: Vec<Connection>,
}

/// Which connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Which {
    /// Only of this connector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connector: Option<String>,
}

/// New values by name; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub struct NewSettings(pub Map<String, Value>);

/// How the hub says no.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Refusal {
    /// A word for programs.
    pub code: String,
    /// What happened, why, and who can mend it.
    pub message: String,
}

endpoint! {
    /// Start connecting: where to send the person.
    Post "/api/v1/connect-sessions" as CreateConnectSession {
        access: Access::new("", scope::CONNECT), path: {}, query: Nothing, body: NewConnectSession, returns: ConnectSession, status: 201,
    }
}
endpoint! {
    /// List connections.
    Get "/api/v1/connections" as ListConnections {
        access: Access::new("", scope::READ), path: {}, query: Which, body: Nothing, returns: Connections,
    }
}
endpoint! {
    /// Look through Lever at once for what no webhook told of, instead of within half a minute.
    Post "/api/v1/connections/{connection}/look" as LookNow {
        access: Access::new("", scope::CONNECT), path: { connection: String }, query: Nothing, body: Nothing, returns: Connection,
    }
}
endpoint! {
    /// Disconnect: nothing is sent any more, history stays.
    Post "/api/v1/connections/{connection}/disconnection" as Disconnect {
        access: Access::new("", scope::CONNECT), path: { connection: String }, query: Nothing, body: Nothing, returns: Connection,
    }
}
endpoint! {
    /// Change settings of a connection.
    Put "/api/v1/connections/{connection}/settings" as UpdateSettings {
        access: Access::new("", scope::CONNECT), path: { connection: String }, query: Nothing, body: NewSettings, returns: Connection,
    }
}

endpoint! {
    /// Lever signs with another token from now on, whatever it signed with before; or, where nobody signed in yet, with this one.
    Post "/api/v1/signature-tokens" as SetSignatureToken {
        access: Access::new("", scope::CONNECT), path: {}, query: Nothing, body: NewSignatureToken, returns: Connection,
    }
}

catalogue![CreateConnectSession, ListConnections, UpdateSettings, LookNow, Disconnect, SetSignatureToken];

/// Every endpoint of the hub's API.
#[must_use]
pub fn catalogue() -> Vec<Info> {
    [ENDPOINTS, arrivals::ENDPOINTS, imports::ENDPOINTS, jobs::ENDPOINTS, mirror::ENDPOINTS, names::ENDPOINTS, people::ENDPOINTS, notices::ENDPOINTS]
        .concat()
}

/// The OpenAPI document.
#[must_use]
pub fn openapi() -> serde_json::Value {
    Document::new("Fulcrum hub", "Connect Lever with the systems around hiring.").with::<Refusal>(&["bearer"], &catalogue()).json()
}
