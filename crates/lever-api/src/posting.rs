//! Postings: job advertisements, with the categories HR systems map.
//!
//! Official page: <https://hire.lever.co/developer/documentation#postings>

use crate::envelope::list_query;
use crate::{Data, DeletedWindow, List, PerformAs, PostingId, Rest, UserId};
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
        /// Of this level.
        level: Vec<String>,
        /// Shown there: `public` or `internal`.
        distribution_channel as "distributionChannel": Vec<String>,
        /// A word of older clients, which changes nothing here.
        group: Option<String>,
        /// Has this tag.
        tag: Vec<String>,
        /// Updated at or after, ms.
        updated_at_start: Option<i64>,
        /// Updated at or before, ms.
        updated_at_end: Option<i64>,
    }
}

/// The parameters of reading one posting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PostingView {
    /// Return only these fields. Repeat for several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// Inline these references as objects. Repeat for several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expand: Vec<String>,
    /// Only if it is shown there: `public` or `internal`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distribution: Option<String>,
}

/// A posting that was deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct DeletedPosting {
    /// Posting id.
    pub id: String,
    /// ms.
    pub deleted_at: i64,
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
        query: PostingView, body: Nothing, returns: Data<Posting>, expands: POSTING_EXPANDS,
    }
}
endpoint! {
    /// List postings that were deleted, oldest first.
    Get "/v1/postings/deleted" as ListDeletedPostings {
        access: Access::new("find all deleted postings", READ), path: {},
        query: DeletedWindow, body: Nothing, returns: List<DeletedPosting>,
    }
}
endpoint! {
    /// Create a posting.
    Post "/v1/postings" as CreatePosting {
        access: Access::new("create a posting", WRITE), path: {},
        query: PerformAs, body: PostingChange, returns: Data<Posting>, status: 201, expands: POSTING_EXPANDS,
    }
}
endpoint! {
    /// Change a posting: what is left out stays.
    Post "/v1/postings/{posting}" as UpdatePosting {
        access: Access::new("update a posting", WRITE), path: { posting: PostingId },
        query: PerformAs, body: PostingChange, returns: Data<Posting>, expands: POSTING_EXPANDS,
    }
}
endpoint! {
    /// The same by another verb, which is in use as well.
    Put "/v1/postings/{posting}" as PutPosting {
        access: Access::new("update a posting", WRITE), path: { posting: PostingId },
        query: PerformAs, body: PostingChange, returns: Data<Posting>, expands: POSTING_EXPANDS,
    }
}
impl From<PutPosting> for UpdatePosting {
    fn from(put: PutPosting) -> Self {
        Self { posting: put.posting, query: put.query, body: put.body }
    }
}
endpoint! {
    /// Who has to do with a posting, and in which role.
    Get "/v1/postings/{posting}/users" as ListPostingUsers {
        access: Access::new("find all posting users", READ), path: { posting: PostingId },
        query: Nothing, body: Nothing, returns: PostingUsers,
    }
}
catalogue![ListPostings, ListDeletedPostings, GetPosting, CreatePosting, UpdatePosting, PutPosting, ListPostingUsers];

const WRITE: &str = "postings:write:admin";

/// A posting as it is to be. What is left out stays; of a new one it takes its usual value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PostingChange {
    /// Title. Required of a new one.
    pub text: Option<String>,
    /// `draft` if absent, `published`, `internal` or `closed`.
    pub state: Option<String>,
    /// `public`, `internal`; both if absent.
    pub distribution_channels: Option<Vec<String>>,
    /// A user; whoever makes it, if absent.
    pub owner: Option<UserId>,
    /// A user.
    pub hiring_manager: Option<UserId>,
    /// Team, department, location, work type.
    pub categories: Option<Categories>,
    /// Free labels.
    pub tags: Option<Vec<String>>,
    /// The text of the advertisement.
    pub content: Option<NewContent>,
    /// `onsite`, `remote` or `hybrid`; there is no way back to `unspecified`.
    pub workplace_type: Option<String>,
    /// Codes of the requisitions it fills; an empty list clears them.
    pub requisition_codes: Option<Vec<String>>,
    /// HTML.
    pub salary_description_html: Option<String>,
    /// `{min, max, currency, interval}`, all four.
    pub salary_range: Option<SalaryRange>,
}

/// The text of an advertisement as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct NewContent {
    /// HTML.
    pub description_html: Option<String>,
    /// Headings with points below them.
    pub lists: Option<Vec<ContentList>>,
    /// HTML; read as `closingHtml`.
    pub closing_posting_html: Option<String>,
}

/// A heading with points below it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ContentList {
    /// The heading.
    pub text: String,
    /// HTML: `<li>…</li>`.
    pub content: String,
}

/// What a job pays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SalaryRange {
    /// At least.
    pub min: f64,
    /// At most.
    pub max: f64,
    /// ISO 4217.
    pub currency: String,
    /// `per-year-salary`, `per-month-salary`, …
    pub interval: String,
}

/// Who has to do with a posting.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct PostingUsers {
    /// The posting.
    pub posting: PostingName,
    /// The people.
    pub users: Vec<PostingUser>,
    /// The roles that see it.
    pub roles: Vec<PostingRole>,
}

/// A posting by its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct PostingName {
    /// Posting id.
    pub id: String,
    /// Title.
    pub text: String,
}

/// Somebody who has to do with a posting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PostingUser {
    /// A user.
    pub id: String,
    /// Full name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// By this role they see every posting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inherited_from_role_id: Option<String>,
}

/// A role that sees a posting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PostingRole {
    /// `owner`, `admin`, `team`, `limited`.
    pub id: String,
    /// As people call it.
    pub name: String,
    /// It may only look.
    pub is_read_only: bool,
}
