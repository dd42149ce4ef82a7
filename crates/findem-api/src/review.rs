//! For the programs of Findem's customers: inbound applications, and what is to become of them.

use crate::mirror::{Application, Reason, Stage};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which inbound applications.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Which {
    /// Only at this stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// Only for this job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// The answer's `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// An application, and how long it may stay where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Inbound {
    /// The application.
    pub application: Application,
    /// When the days for its stage are over; absent: there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<i64>,
    /// They are over.
    pub overdue: bool,
}

/// Inbound applications, the longest at their stage first; a hundred on a page. None that is confidential.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InboundPage {
    /// The applications.
    pub data: Vec<Inbound>,
    /// What [`Which::after`] names for the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What may become of applications.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Choices {
    /// Where they can be advanced to.
    pub stages: Vec<Stage>,
    /// With what they can be rejected.
    pub reasons: Vec<Reason>,
}

/// Where to. A stage that is excluded is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAdvance {
    /// [`Stage::id`]
    pub stage: String,
}

/// Why. A reason that is excluded is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReject {
    /// [`Reason::id`]
    pub reason: String,
}

/// How far it has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Move {
    /// Names it.
    pub id: String,
    /// `waiting`, `done`, `conflict` or `undone`.
    pub state: String,
    /// For people.
    pub why: String,
    /// When it is sent: until then it can be undone.
    pub due_at: i64,
}

endpoint! {
    /// List inbound applications.
    Get "/v1/applications" as ListApplications { access: Access::ANY, path: {}, query: Which, body: Nothing, returns: InboundPage }
}
endpoint! {
    /// List what may become of applications: without what is excluded.
    Get "/v1/choices" as ListChoices { access: Access::ANY, path: {}, query: Nothing, body: Nothing, returns: Choices }
}
endpoint! {
    /// Advance an application.
    Post "/v1/applications/{application}/advance" as Advance { access: Access::ANY, path: { application: String }, query: Nothing, body: NewAdvance, returns: Move, status: 202 }
}
endpoint! {
    /// Reject an application.
    Post "/v1/applications/{application}/reject" as Reject { access: Access::ANY, path: { application: String }, query: Nothing, body: NewReject, returns: Move, status: 202 }
}
endpoint! {
    /// How far an advance or a rejection has come.
    Get "/v1/moves/{id}" as GetMove { access: Access::ANY, path: { id: String }, query: Nothing, body: Nothing, returns: Move }
}
endpoint! {
    /// Undo an advance or a rejection that was not sent yet.
    Delete "/v1/moves/{id}" as UndoMove { access: Access::ANY, path: { id: String }, query: Nothing, body: Nothing, returns: Move }
}

catalogue![ListApplications, ListChoices, Advance, Reject, GetMove, UndoMove];
