//! Jobma's HTTP API, declared once: our Jobma serves it, the connector calls it.
//!
//! Jobma publishes no documentation; [`CreateInterview`] and the callback are as a production client of it has them
//! (<https://github.com/mitodl/bootcamp-ecommerce>, `jobma/`). The others are ours: the connector does without them where they
//! are not there.
//!
//! Invariant: no I/O here.

use endpoint::openapi::Document;
use endpoint::{Access, Attachment, Info, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who is invited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Candidate {
    /// Demanded.
    pub first_name: String,
    /// Empty for people of one name.
    pub last_name: String,
    /// May be empty.
    pub phone: String,
    /// Demanded: the invitation goes there.
    pub email: String,
}

/// An interview to be held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct NewInterview {
    /// The interview kit.
    pub interview_template_id: String,
    /// The sender's id of the job.
    pub job_id: String,
    /// Its code, if it has one.
    pub job_code: String,
    /// What people call it.
    pub job_title: String,
    /// Receives [`News`] with `PUT`, and `Authorization: Bearer` with the secret that was agreed.
    pub callback_url: String,
    /// Who is invited.
    pub candidate: Candidate,
}

/// An interview that was made, or was there for the same `callback_url`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Invited {
    /// Where the candidate holds it.
    pub interview_link: Option<String>,
    /// Names it.
    pub interview_token: Option<String>,
}

/// What Jobma tells by itself: `PUT {callback_url}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct News {
    /// `pending`, `started`, `completed`, `rejected` or `expired`. The last three are final; `started` is ours, and so is `deleted`: nothing of
    /// it is left.
    pub status: String,
    /// Where it is evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub results_url: Option<String>,
    /// When a reviewer last said what they think, ms: [`GetEvaluation`] tells what. Ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed_at: Option<i64>,
}

/// What reviewers think of an interview.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Evaluation {
    /// The mean of their stars, 1 to 5; 0 while nobody rated it.
    pub stars: f64,
    /// What each thinks, in the order in which they last said it.
    pub reviews: Vec<Review>,
}

/// What one reviewer thinks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Review {
    /// Names the reviewer.
    pub reviewer: String,
    /// What they are called.
    pub name: String,
    /// Empty, if they have no account any more.
    pub email: String,
    /// 1 to 5.
    pub stars: i64,
    /// `yes`, `maybe` or `no`: whether to go on with the candidate.
    pub recommendation: String,
    /// In their words; may be empty.
    pub comment: String,
    /// When they last said so, ms.
    pub at: i64,
}

/// An interview kit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Kit {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// How many questions it has; without any nobody can be invited with it.
    pub questions: i64,
}

/// The kits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Kits {
    /// By name.
    pub data: Vec<Kit>,
}

/// An interview as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Interview {
    /// Names it.
    pub interview_token: String,
    /// Where the candidate holds it.
    pub interview_link: String,
    /// `pending`, `started`, `completed`, `rejected`, `expired` or `cancelled`.
    pub status: String,
    /// Where it is evaluated, once it is completed.
    pub results_url: Option<String>,
    /// When a reviewer last said what they think, ms.
    pub reviewed_at: Option<i64>,
    /// Until when it can be held, ms.
    pub due_at: i64,
}

/// Which interview.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ByCallback {
    /// The one that tells this address.
    pub callback_url: String,
}

/// Sending an invitation once more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Again {
    /// Names this wish: asked for twice, it is sent once. Empty: each time.
    pub key: String,
}

/// How Jobma says no.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Refusal {
    /// What happened, why, and who can mend it.
    pub message: String,
}

endpoint! {
    /// Invite a candidate to an interview. The same `callback_url` a second time answers the interview that is there.
    Post "/interviews" as CreateInterview { access: Access::ANY, path: {}, query: Nothing, body: NewInterview, returns: Invited, status: 201 }
}
endpoint! {
    /// Find an interview by whom it tells.
    Get "/interviews" as FindInterview { access: Access::ANY, path: {}, query: ByCallback, body: Nothing, returns: Interview }
}
endpoint! {
    /// Read an interview.
    Get "/interviews/{token}" as GetInterview { access: Access::ANY, path: { token: String }, query: Nothing, body: Nothing, returns: Interview }
}
endpoint! {
    /// Read what reviewers think of an interview.
    Get "/interviews/{token}/evaluation" as GetEvaluation { access: Access::ANY, path: { token: String }, query: Nothing, body: Nothing, returns: Evaluation }
}
endpoint! {
    /// Download a summary of an interview as PDF: ratings, questions, and what was answered in words.
    Get "/interviews/{token}/report" as GetReport { access: Access::ANY, path: { token: String }, query: Nothing, body: Nothing, returns: Attachment }
}
endpoint! {
    /// Send the invitation once more, to the same interview.
    Post "/interviews/{token}/invitation" as InviteAgain { access: Access::ANY, path: { token: String }, query: Again, body: Nothing, returns: Interview }
}
endpoint! {
    /// Call an interview off that is not completed: its link leads nowhere any more.
    Post "/interviews/{token}/cancellation" as CancelInterview { access: Access::ANY, path: { token: String }, query: Nothing, body: Nothing, returns: Interview }
}
endpoint! {
    /// Forget an interview with everything that was said in it.
    Delete "/interviews/{token}" as DeleteInterview { access: Access::ANY, path: { token: String }, query: Nothing, body: Nothing, returns: Nothing, status: 204 }
}
endpoint! {
    /// List the interview kits.
    Get "/kits" as ListKits { access: Access::ANY, path: {}, query: Nothing, body: Nothing, returns: Kits }
}

catalogue![CreateInterview, FindInterview, GetInterview, GetEvaluation, GetReport, InviteAgain, CancelInterview, DeleteInterview, ListKits];

/// Every endpoint of Jobma's API.
#[must_use]
pub fn catalogue() -> Vec<Info> {
    ENDPOINTS.to_vec()
}

/// The OpenAPI document.
#[must_use]
pub fn openapi() -> serde_json::Value {
    Document::new("Jobma", "Video interviews.").with::<endpoint::Refusal>(&["bearer"], &catalogue()).json()
}
