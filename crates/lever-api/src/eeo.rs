//! Equal employment opportunity: what applicants answered, by their own choice. The answers with names are the most personal of all that
//! Lever holds.
//!
//! Official page: <https://hire.lever.co/developer/documentation#eeo>

use crate::{List, envelope::list_query};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// What one applicant answered, with who they are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct EeoResponse {
    /// Of the application.
    pub id: String,
    /// The application.
    pub application_id: String,
    /// What others read without the rest.
    #[serde(flatten)]
    pub answers: AnonymousEeoResponse,
    /// The person. Expandable.
    pub contact: Value,
    /// `api`
    pub eeo_response_source: String,
    /// ms.
    pub eeo_survey_responded_at: i64,
    /// ms.
    pub hired_date: Option<i64>,
    /// A user. Expandable.
    pub hiring_manager: Value,
    /// The opportunity.
    pub opportunity_id: String,
    /// A user.
    pub opportunity_owner: Option<String>,
    /// `applied`, …
    pub origin: String,
    /// Expandable.
    pub posting: Value,
    /// Free labels.
    pub sources: Vec<String>,
}

/// What one applicant answered, without who they are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct AnonymousEeoResponse {
    /// ms.
    pub application_archived_at: Option<i64>,
    /// A user.
    pub application_archived_by: Option<String>,
    /// Why.
    pub application_archive_reason: Option<String>,
    /// The title of the posting.
    pub application_title: String,
    /// ms.
    pub applied_at: i64,
    /// The stage now.
    pub current_stage: String,
    /// Only if answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// Only if answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub race: Option<String>,
    /// Only if answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub veteran: Option<String>,
    /// Only if answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disability: Option<String>,
}

list_query! {
    /// Filters of the answers with names. Times are inclusive, ms.
    EeoFilter {
        /// Applied at or after.
        created_at_start: Option<i64>,
        /// Applied at or before.
        created_at_end: Option<i64>,
    }
}

list_query! {
    /// Filters of the answers without names. Times are inclusive, ms.
    AnonymousEeoFilter {
        /// Applied at or after.
        from_date as "fromDate": Option<i64>,
        /// Applied at or before.
        to_date as "toDate": Option<i64>,
    }
}

endpoint! {
    /// List what applicants answered, with who they are, newest first.
    Get "/v1/eeo/responses/pii" as ListEeoResponses {
        access: Access::new("find all eeo responses with their pii", "eeo_responses_pii:read:admin"), path: {},
        query: EeoFilter, body: Nothing, returns: List<EeoResponse>,
        expands: &[("contact", "contact"), ("hiringManager", "user"), ("posting", "posting")],
    }
}
endpoint! {
    /// List what applicants answered, without who they are, newest first.
    Get "/v1/eeo/responses" as ListAnonymousEeoResponses {
        access: Access::new("find all eeo responses", "eeo_responses:read:admin"), path: {},
        query: AnonymousEeoFilter, body: Nothing, returns: List<AnonymousEeoResponse>,
    }
}
catalogue![ListEeoResponses, ListAnonymousEeoResponses];
