//! Job Ring's HTTP API, declared once: our Job Ring serves it, the connector calls it. Job Ring publishes none, so this one is ours.
//!
//! Times are milliseconds UTC. A credential is a token: `Authorization: Bearer …`.
//!
//! Invariant: no I/O here.

use endpoint::openapi::Document;
use endpoint::{Access, Attachment, Info, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A job people can be referred to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Job {
    /// The sender's id of it: the posting in Lever.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// Where.
    pub location: String,
    /// Of which team.
    pub team: String,
    /// Full-time, contract, …
    pub work_type: String,
    /// The public advertisement; may be empty.
    pub url: String,
    /// Who decides about hires; may be empty.
    pub hiring_manager_email: String,
    /// Whether anybody can be referred to it now.
    pub open: bool,
}

/// Jobs that are new or another now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Jobs {
    /// These and [`Jobs::others`] are all that are open: whatever else is known is closed.
    pub whole: bool,
    /// With `whole`: ids of jobs that were told of in calls before, where there are too many for one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
    /// The jobs. Of those that are closed the id is enough.
    pub data: Vec<Job>,
}

/// What a status means, whatever it is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Meaning {
    /// On the way.
    #[default]
    Open,
    /// Hired.
    Hired,
    /// It came to nothing.
    Closed,
}

/// A status an application can have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Status {
    /// Names it; it stays when the status is called something else.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it means.
    pub meaning: Meaning,
}

/// The statuses, in the order of the way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Statuses {
    /// The statuses.
    pub data: Vec<Status>,
}

/// Whether somebody inside or outside of the company refers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Somebody who works there.
    #[default]
    Internal,
    /// Anybody else, by a link.
    External,
}

/// Who refers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Referrer {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
}

/// A referral.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Referral {
    /// Names it.
    pub id: String,
    /// Whether it comes from inside or outside.
    pub kind: Kind,
    /// [`Job::id`]
    pub job: String,
    /// Who is referred.
    pub name: String,
    /// Their address.
    pub email: String,
    /// May be empty.
    pub phone: String,
    /// May be empty.
    pub linkedin: String,
    /// How the two know each other; may be empty.
    pub relationship: String,
    /// Why they fit, in the referrer's words; may be empty.
    pub words: String,
    /// Who refers.
    pub referrer: Referrer,
    /// The name of their résumé; empty: there is none. [`GetResume`] downloads it.
    pub resume: String,
    /// Where Job Ring shows it.
    pub url: String,
    /// When they were referred.
    pub created_at: i64,
    /// Whoever came to Lever since then belongs to whoever brought them. Equal to `created_at`: nobody does.
    pub owned_since: i64,
    /// The opportunity it became; empty: it was not sent yet.
    pub opportunity: String,
    /// Their data is gone from here.
    pub removed: bool,
}

/// Which referrals wait to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Waiting {
    /// Their ids, oldest first; at most a thousand.
    pub data: Vec<String>,
}

/// It is an opportunity now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Sent {
    /// Its id.
    pub opportunity: String,
    /// Where Lever shows it; may be empty.
    pub url: String,
    /// Why it earns nothing: somebody else brought this person before. Empty: nobody did.
    pub duplicate: String,
}

/// It could not be sent so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct NotSent {
    /// Why, and who can mend it.
    pub why: String,
}

/// What happened to an application.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Change {
    /// [`Status::id`]
    pub status: String,
    /// When.
    pub at: i64,
    /// What stands behind it, for people: `moved to Phone screen`.
    pub because: String,
}

/// What happened, oldest first. What is known already is told again without harm.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Changes {
    /// The changes.
    pub data: Vec<Change>,
}

/// How Job Ring says no.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Refusal {
    /// What happened, why, and who can mend it.
    pub message: String,
}

endpoint! {
    /// Bring jobs up to date.
    Put "/v1/jobs" as PutJobs { access: Access::ANY, path: {}, query: Nothing, body: Jobs, returns: Nothing, status: 204 }
}
endpoint! {
    /// List the statuses an application can have.
    Get "/v1/statuses" as ListStatuses { access: Access::ANY, path: {}, query: Nothing, body: Nothing, returns: Statuses }
}
endpoint! {
    /// List referrals that wait to be sent to Lever.
    Get "/v1/referrals/waiting" as ListWaiting { access: Access::ANY, path: {}, query: Nothing, body: Nothing, returns: Waiting }
}
endpoint! {
    /// Read a referral.
    Get "/v1/referrals/{referral}" as GetReferral { access: Access::ANY, path: { referral: String }, query: Nothing, body: Nothing, returns: Referral }
}
endpoint! {
    /// Download the résumé of a referral.
    Get "/v1/referrals/{referral}/resume" as GetResume { access: Access::ANY, path: { referral: String }, query: Nothing, body: Nothing, returns: Attachment }
}
endpoint! {
    /// A referral is in Lever now.
    Put "/v1/referrals/{referral}/opportunity" as PutSent { access: Access::ANY, path: { referral: String }, query: Nothing, body: Sent, returns: Referral }
}
endpoint! {
    /// A referral could not be sent to Lever so far.
    Put "/v1/referrals/{referral}/trouble" as PutNotSent { access: Access::ANY, path: { referral: String }, query: Nothing, body: NotSent, returns: Referral }
}
endpoint! {
    /// Tell what happened to an application in Lever.
    Post "/v1/referrals/{referral}/changes" as TellChanges { access: Access::ANY, path: { referral: String }, query: Nothing, body: Changes, returns: Referral }
}
endpoint! {
    /// Forget the person who was referred: they were deleted in Lever. That there was a referral stays.
    Delete "/v1/referrals/{referral}/person" as ForgetPerson { access: Access::ANY, path: { referral: String }, query: Nothing, body: Nothing, returns: Nothing, status: 204 }
}

catalogue![PutJobs, ListStatuses, ListWaiting, GetReferral, GetResume, PutSent, PutNotSent, TellChanges, ForgetPerson];

/// Every endpoint of Job Ring's API.
#[must_use]
pub fn catalogue() -> Vec<Info> {
    ENDPOINTS.to_vec()
}

/// The OpenAPI document.
#[must_use]
pub fn openapi() -> serde_json::Value {
    Document::new("Job Ring", "Referrals, how they stand, and what they earn.").with::<endpoint::Refusal>(&["bearer"], &catalogue()).json()
}
