//! A partner that keeps a copy of Lever: connecting it with a key, how far the copy is, and asking for more.

use crate::{Connection, Target, scope};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// An API key of Lever's that somebody pasted on the partner's own page.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConnection {
    /// The connector's id: `findem`.
    pub connector: String,
    /// As Lever showed it, once.
    pub key: String,
    /// The partner's side of the connection.
    pub target: Target,
}

/// The key is a secret and stays out of logs.
impl fmt::Debug for NewConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewConnection").field("connector", &self.connector).finish_non_exhaustive()
    }
}

/// How one step of a sync stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// It went well.
    Success,
    /// It went wrong, and is tried again by itself.
    Failure,
    /// It was not tried yet.
    #[default]
    NotStarted,
    /// It goes on only when a person does something.
    NeedsAttention,
}

/// One step of a sync.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct SyncStep {
    /// Names it.
    pub key: String,
    /// For people.
    pub name: String,
    /// How it stands.
    pub state: StepState,
    /// What went wrong and who can mend it, or what there is.
    pub detail: String,
    /// When it was last tried, ms.
    pub at: Option<i64>,
}

/// A permission an API key lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LackingPermission {
    /// As Lever calls it: `find all tags`.
    pub permission: String,
    /// What cannot be done without it.
    pub to: String,
}

/// How a copy of Lever stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Sync {
    /// The steps, in their order.
    pub steps: Vec<SyncStep>,
    /// Permissions the key lacks.
    pub lacking: Vec<LackingPermission>,
    /// Whether the key sees what is confidential; absent: that was not tried yet.
    pub confidential: Option<bool>,
    /// It goes on now.
    pub running: bool,
    /// While everybody is being told: how much of it is done.
    pub percent: Option<u8>,
    /// And how long the rest may take, ms.
    pub left_ms: Option<i64>,
    /// How many candidates were told so far, or in all.
    pub told: u64,
    /// When Lever was last asked, ms.
    pub last_at: Option<i64>,
    /// When it is asked again, ms.
    pub next_at: Option<i64>,
}

/// What a connector needs of Lever.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Connector {
    /// Its id: `findem`.
    pub id: String,
    /// The partner's name.
    pub name: String,
    /// Permissions an API key needs, to read.
    pub reads: Vec<LackingPermission>,
    /// Permissions an API key needs, to write.
    pub writes: Vec<LackingPermission>,
}

/// Of whom the partner wants to know more, or something newer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReading {
    /// The opportunity in Lever.
    pub opportunity: String,
}

endpoint! {
    /// Read what a connector needs of Lever: for whoever makes an API key.
    Get "/api/v1/connectors/{connector}" as GetConnector {
        access: Access::new("", scope::READ), path: { connector: String }, query: Nothing, body: Nothing, returns: Connector,
    }
}
endpoint! {
    /// Connect with an API key of Lever's. A key that Lever does not know changes nothing.
    Post "/api/v1/connections" as ConnectWithKey {
        access: Access::new("", scope::CONNECT), path: {}, query: Nothing, body: NewConnection, returns: Connection, status: 201,
    }
}
endpoint! {
    /// Read how a copy of Lever stands, step by step.
    Get "/api/v1/connections/{connection}/sync" as GetSync {
        access: Access::new("", scope::READ), path: { connection: String }, query: Nothing, body: Nothing, returns: Sync,
    }
}
endpoint! {
    /// Ask Lever now what changed, and for its lists.
    Post "/api/v1/connections/{connection}/sync" as SyncNow {
        access: Access::new("", scope::CONNECT), path: { connection: String }, query: Nothing, body: Nothing, returns: Nothing, status: 202,
    }
}
endpoint! {
    /// Try every permission again, and both sides.
    Post "/api/v1/connections/{connection}/test" as TestConnection {
        access: Access::new("", scope::CONNECT), path: { connection: String }, query: Nothing, body: Nothing, returns: Nothing, status: 202,
    }
}
endpoint! {
    /// Read one opportunity anew, with all there is to it.
    Post "/api/v1/connections/{connection}/readings" as ReadOpportunity {
        access: Access::new("", scope::CONNECT), path: { connection: String }, query: Nothing, body: NewReading, returns: Nothing, status: 202,
    }
}

catalogue![GetConnector, ConnectWithKey, GetSync, SyncNow, TestConnection, ReadOpportunity];
