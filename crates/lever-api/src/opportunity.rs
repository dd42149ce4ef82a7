//! Opportunities: one candidacy of one person, moving through the pipeline.
//!
//! Official page: <https://hire.lever.co/developer/documentation#opportunities>

use crate::envelope::list_query;
use crate::{ApplicationId, ArchiveReasonId, ContactId, Data, List, OpportunityId, PerformAs, PostingId, Rest, StageId, UserId, View};
use endpoint::{Access, Nothing, WithFiles, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// One candidacy. Fields marked *expandable* hold an id, or the object itself when `expand=` asked for it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Opportunity {
    /// Also the old candidate id.
    pub id: String,
    /// Full name of the contact; empty if none.
    pub name: String,
    /// The person. Expandable.
    pub contact: Value,
    /// Past companies or schools; empty if none.
    pub headline: String,
    /// Current stage, kept while archived. Expandable.
    pub stage: Value,
    /// `confidential` or `non-confidential`.
    pub confidentiality: String,
    /// Of the contact, as plain text.
    pub location: String,
    /// Of the contact.
    pub phones: Vec<Phone>,
    /// Of the contact.
    pub emails: Vec<String>,
    /// Of the contact.
    pub links: Vec<String>,
    /// `null` while active.
    pub archived: Option<Archived>,
    /// Free labels.
    pub tags: Vec<String>,
    /// Free labels.
    pub sources: Vec<String>,
    /// Oldest first; the first entry is the entry stage.
    pub stage_changes: Vec<StageChanged>,
    /// `agency`, `applied`, `internal`, `referred`, `sourced` or `university`.
    pub origin: String,
    /// A user. Expandable.
    pub sourced_by: Value,
    /// A user. Expandable.
    pub owner: Value,
    /// Users. Expandable.
    pub followers: Vec<Value>,
    /// Zero or one application. Expandable.
    pub applications: Vec<Value>,
    /// ms.
    pub created_at: i64,
    /// ms; `null` on records never touched since the field exists.
    pub updated_at: Option<i64>,
    /// ms.
    pub last_interaction_at: Option<i64>,
    /// ms.
    pub last_advanced_at: Option<i64>,
    /// ms.
    pub snoozed_until: Option<i64>,
    /// Addresses in the web application.
    pub urls: Option<OpportunityUrls>,
    /// Whether the person was anonymised.
    pub is_anonymized: bool,
    /// Consent, if kept.
    pub data_protection: Value,
    /// Posting location or `unspecified`; absent in write answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opportunity_location: Option<String>,
    /// Only in the list of deleted opportunities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_by: Option<String>,
    /// Only in the list of deleted opportunities. ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<i64>,
    /// What this version does not know.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

/// A telephone number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Phone {
    /// `mobile`, `home`, `work`, `skype`, `other`, or nothing.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// The number as typed.
    pub value: String,
}

/// When and why an opportunity left the pipeline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Archived {
    /// An archive reason; one of type `hired` makes a hire.
    pub reason: Option<String>,
    /// ms.
    #[serde(deserialize_with = "crate::envelope::number_or_text")]
    pub archived_at: Option<i64>,
}

/// One step through the pipeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StageChanged {
    /// Where to.
    pub to_stage_id: String,
    /// Zero-based place of that stage in the pipeline.
    pub to_stage_index: i64,
    /// ms.
    pub updated_at: i64,
    /// Missing when no user did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
}

/// Where a person looks at the opportunity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpportunityUrls {
    /// The candidates list.
    pub list: String,
    /// This profile.
    pub show: String,
}

list_query! {
    /// Filters of the list of opportunities. Several values of one filter are a union. Times are inclusive, ms.
    OpportunityFilter {
        /// Has this tag (case-sensitive).
        tag: Vec<String>,
        /// The contact has this address.
        email: Option<String>,
        /// Of this origin.
        origin: Vec<String>,
        /// Has this source.
        source: Vec<String>,
        /// `confidential`, `non-confidential` (the default) or `all`.
        confidentiality: Option<String>,
        /// Currently in the stage.
        stage_id: Vec<String>,
        /// Applied to the posting.
        posting_id: Vec<String>,
        /// The application to this posting was archived.
        archived_posting_id: Vec<String>,
        /// Created at or after.
        created_at_start: Option<i64>,
        /// Created at or before.
        created_at_end: Option<i64>,
        /// Updated at or after.
        updated_at_start: Option<i64>,
        /// Updated at or before.
        updated_at_end: Option<i64>,
        /// Last moved to another stage at or after.
        advanced_at_start: Option<i64>,
        /// Last moved to another stage at or before.
        advanced_at_end: Option<i64>,
        /// Archived at or after.
        archived_at_start: Option<i64>,
        /// Archived at or before.
        archived_at_end: Option<i64>,
        /// `true` only archived, `false` only active, absent both.
        archived: Option<bool>,
        /// Archived with this reason.
        archive_reason_id: Vec<String>,
        /// `true` only snoozed, `false` only not snoozed.
        snoozed: Option<bool>,
        /// Of this contact.
        contact_id: Vec<String>,
        /// Posting location of the opportunity; `unspecified` is a value.
        location: Vec<String>,
    }
}

list_query! {
    /// Filters of a list of deleted records: a window of at most 30 days, ms, inclusive.
    DeletedFilter {
        /// Deleted at or after.
        deleted_at_start: Option<i64>,
        /// Deleted at or before.
        deleted_at_end: Option<i64>,
    }
}

/// A new opportunity. Unknown keys are ignored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct NewOpportunity {
    /// Full name.
    pub name: Option<String>,
    /// Past companies or schools.
    pub headline: Option<String>,
    /// `lead-new` if absent.
    pub stage: Option<StageId>,
    /// Of the contact.
    pub location: Option<String>,
    /// Of the contact.
    pub phones: Vec<Phone>,
    /// Drive de-duplication: an address known already means the same contact.
    pub emails: Vec<String>,
    /// Of the contact.
    pub links: Vec<String>,
    /// Unknown tags are created.
    pub tags: Vec<String>,
    /// Unknown sources are created.
    pub sources: Vec<String>,
    /// `sourced` if absent.
    pub origin: Option<String>,
    /// The `perform_as` user if absent.
    pub owner: Option<UserId>,
    /// The creator is always added.
    pub followers: Vec<UserId>,
    /// At most one.
    pub postings: Vec<PostingId>,
    /// Past only, ms.
    #[serde(deserialize_with = "crate::envelope::number_or_text")]
    pub created_at: Option<i64>,
    /// Create it archived.
    pub archived: Option<Archived>,
    /// Link to this contact instead of matching by address.
    pub contact: Option<ContactId>,
    /// Posting location.
    pub opportunity_location: Option<String>,
}

/// Query of the creation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreateAs {
    /// Required: act as this user.
    #[schema(required = true, nullable = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub perform_as: Option<UserId>,
    /// Owner becomes the owner of the posting given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub perform_as_posting_owner: Option<bool>,
    /// Parse the résumé file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parse: Option<bool>,
}

/// To which stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StageChange {
    /// The stage.
    pub stage: StageId,
}

/// Archive, or with `reason: null` bring back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ArchiveChange {
    /// `null` unarchives; a reason of type `hired` hires.
    pub reason: Option<ArchiveReasonId>,
    /// Remove pending interviews.
    pub clean_interviews: Option<bool>,
    /// Hire against this requisition.
    pub requisition_id: Option<crate::RequisitionId>,
}

macro_rules! labels {
    ($($(#[doc = $doc:literal])* $name:ident { $field:ident }),* $(,)?) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        pub struct $name {
            /// The texts.
            pub $field: Vec<String>,
        }
    )*};
}
labels! {
    /// Tags to add or remove.
    Tags { tags },
    /// Sources to add or remove.
    Sources { sources },
    /// Links to add or remove.
    Links { links },
}

const READ: &str = "opportunities:read:admin";
const WRITE: &str = "opportunities:write:admin";
/// References of an opportunity that can be inlined, with the kind of object each names.
pub const OPPORTUNITY_EXPANDS: &[(&str, &str)] =
    &[("contact", "contact"), ("stage", "stage"), ("owner", "user"), ("followers", "user"), ("sourcedBy", "user"), ("applications", "application")];

endpoint! {
    /// List opportunities.
    ///
    /// Ordered by stage, then newest advance first.
    Get "/v1/opportunities" as ListOpportunities {
        access: Access::new("find all opportunities", READ), path: {},
        query: OpportunityFilter, body: Nothing, returns: List<Opportunity>, expands: OPPORTUNITY_EXPANDS,
    }
}
endpoint! {
    /// List deleted opportunities.
    Get "/v1/opportunities/deleted" as ListDeletedOpportunities {
        access: Access::new("find all deleted opportunities", READ), path: {},
        query: DeletedFilter, body: Nothing, returns: List<Opportunity>, expands: OPPORTUNITY_EXPANDS,
    }
}
endpoint! {
    /// Read one opportunity.
    Get "/v1/opportunities/{opportunity}" as GetOpportunity {
        access: Access::new("find an opportunity", READ), path: { opportunity: OpportunityId },
        query: View, body: Nothing, returns: Data<Opportunity>, expands: OPPORTUNITY_EXPANDS,
    }
}
/// What may come with a new opportunity.
pub(crate) const NEW_FILES: &[&str] = &["resumeFile", "files"];

endpoint! {
    /// Create an opportunity.
    ///
    /// An e-mail that belongs to a contact makes a new opportunity on that contact; `deduped` beside `data` says so. As a form it may
    /// come with a `resumeFile` and with `files`.
    Post "/v1/opportunities" as CreateOpportunity {
        access: Access::new("create an opportunity", WRITE), path: {},
        query: CreateAs, body: WithFiles<NewOpportunity>, returns: Data<Opportunity>, status: 201, expands: OPPORTUNITY_EXPANDS, files: NEW_FILES,
    }
}
endpoint! {
    /// Move an opportunity to another stage.
    ///
    /// Fires `candidateStageChange` unless the stage is the one it is in already.
    Put "/v1/opportunities/{opportunity}/stage" as UpdateOpportunityStage {
        access: Access::new("update an opportunity's stage", WRITE), path: { opportunity: OpportunityId },
        query: PerformAs, body: StageChange, returns: Data<Opportunity>, expands: OPPORTUNITY_EXPANDS,
    }
}
endpoint! {
    /// Archive, hire or unarchive an opportunity.
    ///
    /// A reason of type `hired` makes a hire and fires `candidateHired` beside `candidateArchiveChange`; `null` unarchives.
    Put "/v1/opportunities/{opportunity}/archived" as UpdateOpportunityArchived {
        access: Access::new("update opportunity archived state", WRITE), path: { opportunity: OpportunityId },
        query: PerformAs, body: ArchiveChange, returns: Data<Opportunity>, expands: OPPORTUNITY_EXPANDS,
    }
}
endpoint! {
    /// Add tags.
    Post "/v1/opportunities/{opportunity}/addTags" as AddTags {
        access: Access::new("add opportunity tags", WRITE), path: { opportunity: OpportunityId },
        query: PerformAs, body: Tags, returns: Data<Opportunity>,
    }
}
endpoint! {
    /// Remove tags.
    Post "/v1/opportunities/{opportunity}/removeTags" as RemoveTags {
        access: Access::new("remove opportunity tags", WRITE), path: { opportunity: OpportunityId },
        query: PerformAs, body: Tags, returns: Data<Opportunity>,
    }
}
endpoint! {
    /// Add sources.
    Post "/v1/opportunities/{opportunity}/addSources" as AddSources {
        access: Access::new("add opportunity sources", WRITE), path: { opportunity: OpportunityId },
        query: PerformAs, body: Sources, returns: Data<Opportunity>,
    }
}
endpoint! {
    /// Remove sources.
    Post "/v1/opportunities/{opportunity}/removeSources" as RemoveSources {
        access: Access::new("remove opportunity sources", WRITE), path: { opportunity: OpportunityId },
        query: PerformAs, body: Sources, returns: Data<Opportunity>,
    }
}
endpoint! {
    /// Add links to the contact.
    Post "/v1/opportunities/{opportunity}/addLinks" as AddLinks {
        access: Access::new("add opportunity links", WRITE), path: { opportunity: OpportunityId },
        query: PerformAs, body: Links, returns: Data<Opportunity>,
    }
}
endpoint! {
    /// Remove links from the contact.
    Post "/v1/opportunities/{opportunity}/removeLinks" as RemoveLinks {
        access: Access::new("remove opportunity contact links", WRITE), path: { opportunity: OpportunityId },
        query: PerformAs, body: Links, returns: Data<Opportunity>,
    }
}

catalogue![
    ListOpportunities,
    ListDeletedOpportunities,
    GetOpportunity,
    CreateOpportunity,
    UpdateOpportunityStage,
    UpdateOpportunityArchived,
    AddTags,
    RemoveTags,
    AddSources,
    RemoveSources,
    AddLinks,
    RemoveLinks
];

impl Opportunity {
    /// The application, when there is one: its id, whether or not it was expanded.
    #[must_use]
    pub fn application(&self) -> Option<ApplicationId> {
        self.applications.first().and_then(reference).and_then(|id| id.parse().ok())
    }
}

/// The id in a reference that may have been expanded.
#[must_use]
pub fn reference(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.get("id").and_then(Value::as_str))
}
