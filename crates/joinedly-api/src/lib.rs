//! Joinedly's HTTP API, declared once: our Joinedly serves it, the connector calls it.
//!
//! Joinedly publishes no API of its own, so this one is ours, after what its source document and the onboarding tools
//! around it speak of: offices, teams, journeys, joiners. A program names a joiner by an id of its own, the `external_id`,
//! so that whatever it sends may be sent twice.
//!
//! Invariant: no I/O here.

mod events;

pub use events::*;

use endpoint::openapi::Document;
use endpoint::{Access, Info, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whose Joinedly it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Account {
    /// The company.
    pub name: String,
}

/// An office, a team or a journey.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// All of a kind, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Entries {
    /// The entries.
    pub data: Vec<Entry>,
}

/// A new office or team. One that has the name already is answered instead of making a second.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEntry {
    /// What people call it; what stands around it is cut off, nothing else is changed.
    pub name: String,
}

/// Somebody who has part in a journey.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Who {
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
}

/// What is to be so of a joiner. What is left out stays as it is, or stays empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct JoinerChange {
    /// Demanded of a new joiner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[allow(missing_docs, reason = "the name says it")]
    pub last_name: Option<String>,
    /// The personal address; demanded of a new joiner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[allow(missing_docs, reason = "the name says it")]
    pub phone: Option<String>,
    /// The job's title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// The id of an office.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub office: Option<String>,
    /// What the sender calls the place, where it has no office here: shown beside the blank, until somebody fills it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub office_named: Option<String>,
    /// The id of a team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The same as `office_named`, for the team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_named: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[allow(missing_docs, reason = "the name says it")]
    pub department: Option<String>,
    /// Full-time, Part-time, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_type: Option<String>,
    /// Has tasks in the journey.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manager: Option<Who>,
    /// Who hired them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recruiter: Option<Who>,
    /// A day: 2026-01-31. Without one the journey waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date: Option<String>,
    /// Nobody said the start date: it is what is usual. The admins are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date_assumed: Option<bool>,
    /// When they were hired, ms. A later one than before begins a journey that was cancelled anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hired_at: Option<i64>,
    /// Where the sender shows them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Addresses on the web.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub links: Option<Vec<String>>,
    /// What to do if another joiner has the e-mail; without it that is refused with 409.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_email: Option<SameEmail>,
}

/// What an e-mail means that another joiner has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SameEmail {
    /// The same person: that joiner is meant, and has this external id too from now on.
    SamePerson,
    /// Another person: a joiner of their own.
    Another,
}

/// How far a journey is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The start date is missing.
    #[default]
    Waiting,
    /// Under way.
    Started,
    /// Every task is done.
    Completed,
    /// It will not happen; the person stays in the history.
    Cancelled,
}

impl State {
    /// Its name in the API and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Started => "started",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// The journey of a joiner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JourneyState {
    /// Its id; empty: there is no journey for them.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How far it is.
    pub state: State,
    /// Tasks that are done.
    pub done: i64,
    /// Tasks in all.
    pub tasks: i64,
}

/// A joiner as Joinedly has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Joiner {
    /// Joinedly's id.
    pub id: String,
    /// The sender's ids: more than one, if several hires are one person.
    pub external_ids: Vec<String>,
    /// What is known of them; empty fields are left out.
    pub joiner: JoinerChange,
    /// Their journey.
    pub journey: JourneyState,
    /// Whether this request made them.
    #[serde(default)]
    pub created: bool,
    /// When they were made, ms.
    pub created_at: i64,
}

/// A joiner in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Listed {
    /// Joinedly's id.
    pub id: String,
    /// The sender's id.
    pub external_id: String,
}

/// External ids with their joiners, in order of the external id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Page {
    /// At most 500.
    pub data: Vec<Listed>,
    /// Ask for what comes after this; none: that was all.
    pub next: Option<String>,
}

/// Which page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct After {
    /// Those whose external id comes after this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// Why a journey will not happen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cancellation {
    /// In a sentence.
    pub why: String,
}

/// How Joinedly says no.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Refusal {
    /// `unauthorized`, `unreadable`, `invalid`, `not_found`, `same_email`, `internal`
    pub code: String,
    /// What happened, why, and who can mend it.
    pub message: String,
    /// With `same_email`: Joinedly's id of who has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joiner: Option<String>,
}

endpoint! {
    /// Whose Joinedly the token opens.
    Get "/api/v1/account" as GetAccount { access: Access::ANY, path: {}, query: Nothing, body: Nothing, returns: Account }
}
endpoint! {
    /// List the offices.
    Get "/api/v1/offices" as ListOffices { access: Access::ANY, path: {}, query: Nothing, body: Nothing, returns: Entries }
}
endpoint! {
    /// Add an office; one of the same name is answered if there is one.
    Post "/api/v1/offices" as CreateOffice { access: Access::ANY, path: {}, query: Nothing, body: NewEntry, returns: Entry, status: 201 }
}
endpoint! {
    /// List the teams.
    Get "/api/v1/teams" as ListTeams { access: Access::ANY, path: {}, query: Nothing, body: Nothing, returns: Entries }
}
endpoint! {
    /// Add a team; one of the same name is answered if there is one.
    Post "/api/v1/teams" as CreateTeam { access: Access::ANY, path: {}, query: Nothing, body: NewEntry, returns: Entry, status: 201 }
}
endpoint! {
    /// List the journeys.
    Get "/api/v1/journeys" as ListJourneys { access: Access::ANY, path: {}, query: Nothing, body: Nothing, returns: Entries }
}
endpoint! {
    /// List joiners by their external ids.
    Get "/api/v1/joiners" as ListJoiners { access: Access::ANY, path: {}, query: After, body: Nothing, returns: Page }
}
endpoint! {
    /// One joiner, by an external id or Joinedly's own.
    Get "/api/v1/joiners/{joiner}" as GetJoiner { access: Access::ANY, path: { joiner: String }, query: Nothing, body: Nothing, returns: Joiner }
}
endpoint! {
    /// There is this joiner, by an external id: they are made and their journey begins, or what is given of them is changed.
    Put "/api/v1/joiners/{joiner}" as PutJoiner { access: Access::ANY, path: { joiner: String }, query: Nothing, body: JoinerChange, returns: Joiner }
}
endpoint! {
    /// Cancel a joiner's journey. By an external id: who has others too keeps it for those. By Joinedly's own: for all.
    Post "/api/v1/joiners/{joiner}/cancellation" as CancelJourney {
        access: Access::ANY, path: { joiner: String }, query: Nothing, body: Cancellation, returns: Joiner,
    }
}
endpoint! {
    /// Forget a joiner and their tasks. By an external id: who has others too is kept for those. By Joinedly's own: for all.
    Delete "/api/v1/joiners/{joiner}" as DeleteJoiner {
        access: Access::ANY, path: { joiner: String }, query: Nothing, body: Nothing, returns: Nothing, status: 204,
    }
}

catalogue![
    GetAccount,
    ListOffices,
    CreateOffice,
    ListTeams,
    CreateTeam,
    ListJourneys,
    ListJoiners,
    GetJoiner,
    PutJoiner,
    CancelJourney,
    DeleteJoiner
];

/// Every endpoint of Joinedly's API.
#[must_use]
pub fn catalogue() -> Vec<Info> {
    [ENDPOINTS, events::ENDPOINTS].concat()
}

/// The OpenAPI document.
#[must_use]
pub fn openapi() -> serde_json::Value {
    Document::new("Joinedly", "Joiners and their journeys.").with::<Refusal>(&["bearer"], &catalogue()).json()
}
