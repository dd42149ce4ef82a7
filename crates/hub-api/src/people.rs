//! People and what became of them: hires, holds, events, replays, erasures.

use crate::{Import, scope};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Which of a list, and from where on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Query {
    /// Words; of hires a name, e-mail, job, Lever address or opportunity id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Of hires: `done`, `held`, `failed`, `waiting`, `unhired`, `missing`. Of events: Lever's name of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Of this connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
    /// From this day on, UTC: `2026-01-31`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Until the end of this day, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// 1 to 500; 100 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// The `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<String>,
}

/// Somebody Lever told of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Hire {
    /// The opportunity in Lever.
    pub opportunity: String,
    /// Of which connection.
    pub connection: String,
    /// Their name.
    pub name: String,
    /// Their addresses.
    pub emails: Vec<String>,
    /// The posting's title.
    pub job: String,
    /// `done`, `held`, `failed`, `ready`, `running`, `cancelled` or `unhired`; absent if nothing was intended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// When Lever was read last, ms.
    pub read_at: i64,
    /// The partner's id of the record. Only of a single hire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// From the first hint to the partner's confirmation, oldest first. Only of a single hire.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

/// One step of somebody's way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    /// When, ms.
    pub at: i64,
    /// `told`, `read`, `intended`, `tried`.
    pub what: String,
    /// Of `told` Lever's event, else how it stands or ended.
    pub outcome: String,
    /// A sentence.
    pub why: String,
    /// What was said, intended, or sent and answered.
    #[schema(value_type = Object)]
    pub detail: Value,
}

/// Hires, the newest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Hires {
    /// The hires.
    pub data: Vec<Hire>,
    /// The `offset` of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Something for which work waits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Hold {
    /// What groups it; [`ReleaseHold`] and [`MendHold`] name it.
    pub cause: String,
    /// Of which connection.
    pub connection: String,
    /// The whole sentence, with who can mend it and where.
    pub why: String,
    /// How many wait.
    pub count: i64,
    /// Since when the first waits, ms.
    pub since: i64,
    /// The ways out that can be taken from here.
    pub ways: Vec<WayOut>,
    /// Who waits; the first hundred.
    pub opportunities: Vec<String>,
}

/// A way out of a hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WayOut {
    /// Names it.
    pub way: String,
    /// What it does.
    pub label: String,
    /// It is about one person: name the opportunity.
    pub personal: bool,
    /// What to choose from.
    pub pick: Vec<crate::Choice>,
    /// What to type in, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ask: Option<String>,
}

/// What waits, the largest group first.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Holds {
    /// The holds.
    pub data: Vec<Hold>,
}

/// Which hold is let go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Release {
    /// Its cause.
    pub cause: String,
    /// Of this connection; of all, if absent.
    pub connection: Option<String>,
}

/// Which way out is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mend {
    /// Of which hold.
    pub cause: String,
    /// Of which connection; may be absent where only one holds for this cause.
    pub connection: Option<String>,
    /// Which way.
    pub way: String,
    /// What was picked or typed in, if the way out asks for something.
    pub picked: Option<String>,
    /// About whom, if it is about one person.
    pub opportunity: Option<String>,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Said {
    /// In a sentence.
    pub said: String,
}

/// What Lever told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Told {
    /// Its id.
    pub id: String,
    /// Lever's name of the event.
    pub event: String,
    /// About which opportunity; empty if about none.
    pub opportunity: String,
    /// By which connection.
    pub connection: String,
    /// When, ms.
    pub at: i64,
    /// How often it came again.
    pub duplicates: i64,
    /// What was said, without token and signature.
    pub body: String,
}

/// What Lever told, the newest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Events {
    /// The events.
    pub data: Vec<Told>,
    /// The `offset` of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Whom to go through again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewReplay {
    /// These; if absent, whoever the filter finds.
    pub opportunities: Option<Vec<String>>,
    /// As of the list of hires.
    pub filter: Query,
    /// Find out what would be done, and do none of it.
    pub dry_run: bool,
}

/// One run for each connection.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Replays {
    /// The runs.
    pub data: Vec<Import>,
}

/// Whom to forget.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewErasure {
    /// The opportunity in Lever.
    pub opportunity: String,
}

endpoint! {
    /// List hires.
    Get "/api/v1/hires" as ListHires { access: Access::new("", scope::READ), path: {}, query: Query, body: Nothing, returns: Hires }
}
endpoint! {
    /// Read one hire with every step from the first hint to the partner's confirmation.
    Get "/api/v1/hires/{opportunity}" as GetHire { access: Access::new("", scope::READ), path: { opportunity: String }, query: Nothing, body: Nothing, returns: Hire }
}
endpoint! {
    /// List what waits for a person, by cause.
    Get "/api/v1/holds" as ListHolds { access: Access::new("", scope::READ), path: {}, query: Nothing, body: Nothing, returns: Holds }
}
endpoint! {
    /// Try everything again that waits for a cause.
    Post "/api/v1/holds/release" as ReleaseHold { access: Access::new("", scope::CONNECT), path: {}, query: Nothing, body: Release, returns: Said }
}
endpoint! {
    /// Take a way out of a hold.
    Post "/api/v1/holds/mend" as MendHold { access: Access::new("", scope::CONNECT), path: {}, query: Nothing, body: Mend, returns: Said }
}
endpoint! {
    /// List what Lever told.
    Get "/api/v1/events" as ListEvents { access: Access::new("", scope::READ), path: {}, query: Query, body: Nothing, returns: Events }
}
endpoint! {
    /// Go through people again: read, decide, make it so; or, as a dry run, show what would be done.
    Post "/api/v1/replays" as CreateReplay { access: Access::new("", scope::CONNECT), path: {}, query: Nothing, body: NewReplay, returns: Replays, status: 201 }
}
endpoint! {
    /// Forget a person, and instruct the partner.
    Post "/api/v1/erasures" as CreateErasure { access: Access::new("", scope::CONNECT), path: {}, query: Nothing, body: NewErasure, returns: Said, status: 201 }
}

catalogue![ListHires, GetHire, ListHolds, ReleaseHold, MendHold, ListEvents, CreateReplay, CreateErasure];
