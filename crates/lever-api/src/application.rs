//! Applications: the link of an opportunity and a posting, with what was submitted.
//!
//! Official page: <https://hire.lever.co/developer/documentation#applications>

use crate::envelope::{Listing, list_query};
use crate::{ApplicationId, Archived, Data, List, OpportunityId, Phone, Rest, View};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// One application.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Application {
    /// Application id.
    pub id: String,
    /// `referral`, `user` or `posting`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Deprecated: the opportunity's id.
    pub candidate_id: String,
    /// The opportunity.
    pub opportunity_id: String,
    /// The posting. Expandable.
    pub posting: Value,
    /// As at the time of applying. Expandable.
    pub posting_hiring_manager: Value,
    /// As at the time of applying. Expandable.
    pub posting_owner: Value,
    /// Referrer of a referral, adder of a user's. Expandable.
    pub user: Value,
    /// As submitted.
    pub name: Option<String>,
    /// As submitted.
    pub company: Option<String>,
    /// As submitted: a single object.
    pub phone: Option<Phone>,
    /// As submitted.
    pub email: Option<String>,
    /// As submitted.
    pub links: Option<Vec<String>>,
    /// As submitted.
    pub comments: Option<String>,
    /// Filled forms.
    pub custom_questions: Vec<Value>,
    /// ms.
    pub created_at: i64,
    /// When and why it was archived.
    pub archived: Option<Archived>,
    /// The requisition of the hire.
    pub requisition_for_hire: Value,
    /// What this version does not know.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

const READ: &str = "applications:read:admin";
/// References of an application that can be inlined.
pub const APPLICATION_EXPANDS: &[(&str, &str)] =
    &[("posting", "posting"), ("postingHiringManager", "user"), ("postingOwner", "user"), ("user", "user")];

endpoint! {
    /// List the applications of an opportunity: none or one.
    Get "/v1/opportunities/{opportunity}/applications" as ListApplications {
        access: Access::new("find all opportunity applications", READ), path: { opportunity: OpportunityId },
        query: Listing, body: Nothing, returns: List<Application>, expands: APPLICATION_EXPANDS,
    }
}
endpoint! {
    /// Read one application.
    Get "/v1/opportunities/{opportunity}/applications/{application}" as GetApplication {
        access: Access::new("find an opportunity application", READ), path: { opportunity: OpportunityId, application: ApplicationId },
        query: View, body: Nothing, returns: Data<Application>, expands: APPLICATION_EXPANDS,
    }
}
endpoint! {
    /// List applications that were deleted with their opportunities, the oldest first.
    Get "/v1/applications/deleted" as ListDeletedApplications {
        access: Access::new("find all deleted applications", "applications:read:admin"), path: {},
        query: DeletedWindow, body: Nothing, returns: List<DeletedApplication>,
    }
}
catalogue![ListApplications, GetApplication, ListDeletedApplications];

list_query! {
    /// Which deleted records: both ends are required, and at most 30 days apart. ms.
    DeletedWindow {
        /// Deleted at or after.
        deleted_at_start: Option<i64>,
        /// Deleted before.
        deleted_at_end: Option<i64>,
    }
}

/// An application that was deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct DeletedApplication {
    /// Application id.
    pub id: String,
    /// ms.
    pub deleted_at: i64,
    /// The opportunity it belonged to.
    pub opportunity_id: Option<String>,
    /// The posting it was for.
    pub posting_id: Option<String>,
}
