//! Profile forms: questions a team answers about a candidate, or hands over for onboarding.
//!
//! Official page: <https://hire.lever.co/developer/documentation#profile-forms>

use crate::{Data, FormId, List, Listing, OpportunityId, PerformAs, Rest, View};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A form that was filled in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ProfileForm {
    /// Form id.
    pub id: String,
    /// `form`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its title, of the template.
    pub text: String,
    /// How to fill it in.
    pub instructions: String,
    /// The template.
    pub base_template_id: String,
    /// Questions with answers.
    pub fields: Vec<FormField>,
    /// Who filled it in. Expandable.
    pub user: Value,
    /// The stage at that time. Expandable.
    pub stage: Value,
    /// ms.
    pub created_at: i64,
    /// ms.
    pub completed_at: Option<i64>,
    /// ms.
    pub deleted_at: Option<i64>,
    /// What this version does not know.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

/// A question, and its answer where it is filled in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct FormField {
    /// Field id.
    pub id: String,
    /// `text`, `textarea`, `dropdown`, `multiple-choice`, `multiple-select`, `yes-no`, `date`, `currency`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// The question.
    pub text: String,
    /// More about it.
    pub description: String,
    /// It must be answered.
    pub required: bool,
    /// A text, a list of texts, a number, or ms for dates; null where nobody answered.
    pub value: Value,
    /// Options, prompt, currency and what else its kind has.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

/// A form to be filed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct NewForm {
    /// The template. Required.
    #[schema(required = true, nullable = false)]
    pub base_template_id: Option<String>,
    /// Answers by the ids of the template's fields. Required.
    #[schema(required = true, nullable = false)]
    pub fields: Option<Vec<FieldAnswer>>,
    /// Only for people with the right to see secret forms.
    pub secret: Option<bool>,
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct FieldAnswer {
    /// The field.
    pub id: String,
    /// As [`FormField::value`].
    pub value: Value,
}

const READ: &str = "forms:read:admin";
const EXPANDS: &[(&str, &str)] = &[("user", "user"), ("stage", "stage")];

endpoint! {
    /// List the forms of an opportunity, newest first.
    Get "/v1/opportunities/{opportunity}/forms" as ListForms {
        access: Access::new("find all opportunity forms", READ), path: { opportunity: OpportunityId },
        query: Listing, body: Nothing, returns: List<ProfileForm>, expands: EXPANDS,
    }
}
endpoint! {
    /// Read one form.
    Get "/v1/opportunities/{opportunity}/forms/{form}" as GetForm {
        access: Access::new("find an opportunity form", READ), path: { opportunity: OpportunityId, form: FormId },
        query: View, body: Nothing, returns: Data<ProfileForm>, expands: EXPANDS,
    }
}
endpoint! {
    /// File a form that was filled in.
    Post "/v1/opportunities/{opportunity}/forms" as CreateForm {
        access: Access::new("create an opportunity form", "forms:write:admin"), path: { opportunity: OpportunityId },
        query: PerformAs, body: NewForm, returns: Data<ProfileForm>, status: 201,
    }
}
catalogue![ListForms, GetForm, CreateForm];
