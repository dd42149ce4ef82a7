//! Requisitions: approved headcount, and who was hired against it.
//!
//! Official page: <https://hire.lever.co/developer/documentation#requisitions>

use crate::envelope::list_query;
use crate::{Data, List, PostingId, RequisitionFieldId, RequisitionId, Rest, UserId, View};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// One requisition.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Requisition {
    /// Requisition id.
    pub id: String,
    /// The customer's own code, unique.
    pub requisition_code: String,
    /// Its name.
    pub name: String,
    /// `open`, `closed`, `onHold`, `draft`, `pending` or `rejected`.
    pub status: String,
    /// A number, or `unlimited`.
    pub headcount_total: Value,
    /// No limit.
    pub headcount_infinite: bool,
    /// How many were hired against it.
    pub headcount_hired: i64,
    /// Somebody left.
    pub backfill: bool,
    /// A user. Expandable.
    pub creator: Value,
    /// A user. Expandable.
    pub owner: Value,
    /// A user. Expandable.
    pub hiring_manager: Value,
    /// For the company only.
    pub internal_notes: String,
    /// `{min, max, currency, interval}`
    pub compensation_band: Value,
    /// `{steps: […]}` at least.
    pub approval: Value,
    /// Free text in practice: `full-time`.
    pub employment_status: Option<String>,
    /// Location.
    pub location: Option<String>,
    /// Team.
    pub team: Option<String>,
    /// Department.
    pub department: Option<String>,
    /// Its postings. Expandable.
    pub postings: Vec<Value>,
    /// Its offers.
    pub offer_ids: Vec<String>,
    /// ms.
    pub time_to_fill_start_at: Option<i64>,
    /// ms.
    pub time_to_fill_end_at: Option<i64>,
    /// ms.
    pub closed_at: Option<i64>,
    /// ms.
    pub created_at: i64,
    /// ms.
    pub updated_at: i64,
    /// What the account added: by field id, a value or an object of them.
    pub custom_fields: Value,
    /// `confidential` or `non-confidential`.
    pub confidentiality: String,
    /// What this version does not know.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

list_query! {
    /// Filters of the list of requisitions.
    RequisitionFilter {
        /// Of exactly this code.
        requisition_code: Option<String>,
        /// In this state.
        status: Vec<String>,
        /// `confidential`, `non-confidential` (the default) or `all`.
        confidentiality: Option<String>,
        /// Made at or after, ms.
        created_at_start: Option<i64>,
        /// Made at or before, ms.
        created_at_end: Option<i64>,
    }
}

const EXPANDS: &[(&str, &str)] = &[("creator", "user"), ("owner", "user"), ("hiringManager", "user"), ("postings", "posting")];
const READ: &str = "requisitions:read:admin";

endpoint! {
    /// List requisitions, newest first.
    Get "/v1/requisitions" as ListRequisitions {
        access: Access::new("find all requisitions", READ), path: {},
        query: RequisitionFilter, body: Nothing, returns: List<Requisition>, expands: EXPANDS,
    }
}
endpoint! {
    /// Read one requisition.
    Get "/v1/requisitions/{requisition}" as GetRequisition {
        access: Access::new("find a requisition", READ), path: { requisition: RequisitionId },
        query: View, body: Nothing, returns: Data<Requisition>, expands: EXPANDS,
    }
}
endpoint! {
    /// List the fields requisitions have besides the usual ones.
    Get "/v1/requisition_fields" as ListRequisitionFields {
        access: Access::new("find all requisition fields", READ_FIELDS), path: {},
        query: FieldFilter, body: Nothing, returns: Data<Vec<RequisitionField>>,
    }
}
endpoint! {
    /// Read one field.
    Get "/v1/requisition_fields/{requisition_field}" as GetRequisitionField {
        access: Access::new("find a requisition field", READ_FIELDS), path: { requisition_field: RequisitionFieldId },
        query: Nothing, body: Nothing, returns: Data<RequisitionField>,
    }
}
endpoint! {
    /// Create a field.
    Post "/v1/requisition_fields" as CreateRequisitionField {
        access: Access::new("create a requisition field", WRITE_FIELDS), path: {},
        query: Nothing, body: RequisitionField, returns: Data<RequisitionField>, status: 201,
    }
}
endpoint! {
    /// Change a field as a whole.
    Put "/v1/requisition_fields/{requisition_field}" as UpdateRequisitionField {
        access: Access::new("update a requisition field", WRITE_FIELDS), path: { requisition_field: RequisitionFieldId },
        query: Nothing, body: RequisitionField, returns: Data<RequisitionField>,
    }
}
endpoint! {
    /// Delete a field.
    Delete "/v1/requisition_fields/{requisition_field}" as DeleteRequisitionField {
        access: Access::new("delete a requisition field", WRITE_FIELDS), path: { requisition_field: RequisitionFieldId },
        query: Nothing, body: Nothing, returns: Nothing, status: 204,
    }
}
catalogue![
    ListRequisitions,
    GetRequisition,
    ListRequisitionFields,
    GetRequisitionField,
    CreateRequisitionField,
    UpdateRequisitionField,
    DeleteRequisitionField,
    AddRequisitionFieldOptions,
    RenameRequisitionFieldOptions,
    RemoveRequisitionFieldOptions,
    CreateRequisition,
    UpdateRequisition,
    DeleteRequisition
];

endpoint! {
    /// Add options to a dropdown; the last of them is answered.
    Post "/v1/requisition_fields/{requisition_field}/options" as AddRequisitionFieldOptions {
        access: Access::new("update a requisition field", WRITE_FIELDS), path: { requisition_field: RequisitionFieldId },
        query: Nothing, body: OptionChanges, returns: Data<FieldOption>, status: 201,
    }
}
endpoint! {
    /// Rename options of a dropdown.
    Put "/v1/requisition_fields/{requisition_field}/options" as RenameRequisitionFieldOptions {
        access: Access::new("update a requisition field", WRITE_FIELDS), path: { requisition_field: RequisitionFieldId },
        query: Nothing, body: OptionChanges, returns: Data<RequisitionField>,
    }
}
endpoint! {
    /// Take options of a dropdown away.
    Delete "/v1/requisition_fields/{requisition_field}/options" as RemoveRequisitionFieldOptions {
        access: Access::new("update a requisition field", WRITE_FIELDS), path: { requisition_field: RequisitionFieldId },
        query: Nothing, body: OptionIds, returns: Nothing, status: 204,
    }
}
endpoint! {
    /// Create a requisition.
    Post "/v1/requisitions" as CreateRequisition {
        access: Access::new("create a requisition", WRITE), path: {},
        query: Nothing, body: RequisitionChange, returns: Data<RawRequisition>, status: 201,
    }
}
endpoint! {
    /// Change a requisition as a whole: what is left out is cleared, but for its postings.
    Put "/v1/requisitions/{requisition}" as UpdateRequisition {
        access: Access::new("update a requisition", WRITE), path: { requisition: RequisitionId },
        query: Nothing, body: RequisitionChange, returns: Data<RawRequisition>,
    }
}
endpoint! {
    /// Delete a requisition.
    Delete "/v1/requisitions/{requisition}" as DeleteRequisition {
        access: Access::new("delete a requisition", WRITE), path: { requisition: RequisitionId },
        query: Nothing, body: Nothing, returns: Nothing, status: 204,
    }
}

const WRITE: &str = "requisitions:write:admin";

/// Options that are to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct OptionChanges {
    /// Of new ones only the text is told.
    pub values: Vec<FieldOption>,
}

/// Options by their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct OptionIds {
    /// [`FieldOption::id`]
    pub values: Vec<String>,
}

/// A requisition as it is to be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RequisitionChange {
    /// The customer's own code, unique. Required.
    #[schema(required = true, nullable = false)]
    pub requisition_code: Option<String>,
    /// Required.
    #[schema(required = true, nullable = false)]
    pub name: Option<String>,
    /// A number, or `unlimited`. Required.
    #[schema(required = true, nullable = false)]
    pub headcount_total: Option<Value>,
    /// Somebody left.
    pub backfill: Option<bool>,
    /// `{min, max, currency, interval}`
    pub compensation_band: Value,
    /// ms; now, if absent.
    pub created_at: Option<i64>,
    /// By requisition field.
    pub custom_fields: Value,
    /// Free text in practice.
    pub employment_status: Option<String>,
    /// A user.
    pub hiring_manager: Option<UserId>,
    /// For the company only.
    pub internal_notes: Option<String>,
    /// Location.
    pub location: Option<String>,
    /// A user.
    pub owner: Option<UserId>,
    /// `open` if absent, `onHold`, `closed` or `draft`.
    pub status: Option<String>,
    /// Team.
    pub team: Option<String>,
    /// Postings; absent: as they are, empty: none.
    pub posting_ids: Option<Vec<PostingId>>,
}

/// What writing answers: the record as it is stored, in names of its own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RawRequisition {
    /// Requisition id.
    pub id: String,
    /// The account.
    pub account_id: String,
    /// The customer's own code.
    pub requisition_code: String,
    /// Its name.
    pub name: String,
    /// [`Requisition::status`]
    pub status: String,
    /// Each status it had: `{beginAt, status, attribution}`.
    pub state_history: Vec<Value>,
    /// [`Requisition::headcount_total`]
    pub headcount_total: Value,
    /// No limit.
    pub headcount_infinite: bool,
    /// How many were hired against it.
    pub headcount_hired: i64,
    /// Somebody left.
    pub backfill: bool,
    /// A user.
    pub creator_user_id: Option<String>,
    /// A user.
    pub owner_user_id: Option<String>,
    /// For the company only.
    pub internal_notes: String,
    /// One of its postings is confidential.
    pub has_confidential_posting: bool,
    /// Postings.
    pub posting_ids: Vec<String>,
    /// Offers that take a place.
    pub reserved_offer_ids: Vec<String>,
    /// By requisition field.
    pub custom_fields: Value,
    /// What it is found by.
    pub search: Value,
    /// ms.
    pub created_at: i64,
    /// ms.
    pub updated_at: i64,
    /// What was sent besides.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

const READ_FIELDS: &str = "requisition_fields:read:admin";
const WRITE_FIELDS: &str = "requisition_fields:write:admin";

/// A field of a company's own that requisitions have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RequisitionField {
    /// In snake case, at most 50 characters.
    pub id: String,
    /// What people call it.
    pub text: String,
    /// `number`, `text`, `date`, `object` or `dropdown`.
    #[serde(rename = "type")]
    pub kind: String,
    /// It must be filled in.
    pub is_required: bool,
    /// Of an object.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subfields: Vec<Subfield>,
    /// Of a dropdown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<FieldOption>,
}

/// A part of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Subfield {
    /// In snake case.
    pub id: String,
    /// What people call it.
    pub text: String,
    /// `number`, `text` or `date`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// One of a dropdown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct FieldOption {
    /// Made by Lever.
    pub id: String,
    /// What people choose.
    pub text: String,
}

/// Which fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldFilter {
    /// Only those that must be filled in, or only the others.
    #[serde(default, rename = "isRequired", skip_serializing_if = "Option::is_none")]
    pub is_required: Option<bool>,
    /// Of this kind.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}
