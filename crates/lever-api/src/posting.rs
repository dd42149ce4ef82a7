//! Postings: job advertisements, with the categories HR systems map.
//!
//! Official page: <https://hire.lever.co/developer/documentation#postings>

use crate::envelope::list_query;
use crate::{Data, List, PostingId, Rest, View};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// One posting.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Posting {
    /// Posting id.
    pub id: String,
    /// Title.
    pub text: String,
    /// `published`, `internal`, `closed`, `draft`, `pending` or `rejected`.
    pub state: String,
    /// `public`, `internal`; `null` if never published.
    pub distribution_channels: Option<Vec<String>>,
    /// The creator. Expandable.
    pub user: Value,
    /// A user. Expandable.
    pub owner: Value,
    /// A user. Expandable.
    pub hiring_manager: Value,
    /// Team, department, location, work type.
    pub categories: Categories,
    /// Free labels.
    pub tags: Vec<String>,
    /// The text of the advertisement.
    pub content: Value,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Users. Expandable.
    pub followers: Vec<Value>,
    /// Deprecated.
    pub req_code: Option<String>,
    /// Codes of the requisitions it fills.
    pub requisition_codes: Vec<String>,
    /// Addresses on the job site; `null` for a draft.
    pub urls: Value,
    /// `confidential` or `non-confidential`; never changeable.
    pub confidentiality: String,
    /// ms.
    pub created_at: i64,
    /// ms.
    pub updated_at: i64,
    /// `unspecified`, `onsite`, `remote` or `hybrid`.
    pub workplace_type: Option<String>,
    /// What this version does not know.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

/// How a posting is filed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Categories {
    /// Work type: `Full-time`, `Contract`, …
    pub commitment: Option<String>,
    /// Department.
    pub department: Option<String>,
    /// Level.
    pub level: Option<String>,
    /// The first or primary location.
    pub location: Option<String>,
    /// Team.
    pub team: Option<String>,
    /// All locations.
    pub all_locations: Vec<String>,
    /// What this version does not know.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

list_query! {
    /// Filters of the list of postings.
    PostingFilter {
        /// In this state.
        state: Vec<String>,
        /// `confidential`, `non-confidential` (the default) or `all`.
        confidentiality: Option<String>,
        /// Of this team.
        team: Vec<String>,
        /// Of this department.
        department: Vec<String>,
        /// At this location.
        location: Vec<String>,
        /// Of this work type.
        commitment: Vec<String>,
        /// Has this tag.
        tag: Vec<String>,
        /// Updated at or after, ms.
        updated_at_start: Option<i64>,
        /// Updated at or before, ms.
        updated_at_end: Option<i64>,
    }
}

/// References of a posting that can be inlined.
pub const POSTING_EXPANDS: &[(&str, &str)] = &[("user", "user"), ("owner", "user"), ("hiringManager", "user"), ("followers", "user")];
const READ: &str = "postings:read:admin";

endpoint! {
    /// List postings, newest first.
    Get "/v1/postings" as ListPostings {
        access: Access::new("find all postings", READ), path: {},
        query: PostingFilter, body: Nothing, returns: List<Posting>, expands: POSTING_EXPANDS,
    }
}
endpoint! {
    /// Read one posting.
    Get "/v1/postings/{posting}" as GetPosting {
        access: Access::new("find a posting", READ), path: { posting: PostingId },
        query: View, body: Nothing, returns: Data<Posting>, expands: POSTING_EXPANDS,
    }
}
catalogue![ListPostings, GetPosting];
