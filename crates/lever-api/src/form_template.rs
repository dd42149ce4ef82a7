//! Templates of profile forms.
//!
//! Official page: <https://hire.lever.co/developer/documentation#profile-form-templates>

use crate::{Data, FormField, FormTemplateId, List, Listing, Rest};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// What a form asks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct FormTemplate {
    /// Template id.
    pub id: String,
    /// Its title.
    pub text: String,
    /// How to fill it in.
    pub instructions: String,
    /// `{id, name}` or null.
    pub group: Value,
    /// Its forms are secret unless somebody says otherwise.
    pub secret_by_default: bool,
    /// The questions.
    pub fields: Vec<FormField>,
    /// ms.
    pub created_at: Option<i64>,
    /// ms.
    pub updated_at: Option<i64>,
    /// What this version does not know.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

/// A template as it is to be, as a whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct NewFormTemplate {
    /// Its title. Required.
    #[schema(required = true, nullable = false)]
    pub text: Option<String>,
    /// How to fill it in.
    pub instructions: Option<String>,
    /// The id of a group of templates, or `{id, name}`.
    pub group: Value,
    /// Its forms are secret unless somebody says otherwise.
    pub secret_by_default: Option<bool>,
    /// The questions, at least one; one with the id of a question there is stays that question.
    pub fields: Vec<FormField>,
}

const READ: &str = "form_templates:read:admin";
const WRITE: &str = "form_templates:write:admin";

endpoint! {
    /// List the templates in use, newest first.
    Get "/v1/form_templates" as ListFormTemplates {
        access: Access::new("find all form templates", READ), path: {},
        query: Listing, body: Nothing, returns: List<FormTemplate>,
    }
}
endpoint! {
    /// Read one template.
    Get "/v1/form_templates/{form_template}" as GetFormTemplate {
        access: Access::new("find a form template", READ), path: { form_template: FormTemplateId },
        query: Nothing, body: Nothing, returns: Data<FormTemplate>,
    }
}
endpoint! {
    /// Create a template.
    Post "/v1/form_templates" as CreateFormTemplate {
        access: Access::new("create a form template", WRITE), path: {},
        query: Nothing, body: NewFormTemplate, returns: Data<FormTemplate>, status: 201,
    }
}
endpoint! {
    /// Change a template as a whole. Forms that were filled in stay as they are.
    Put "/v1/form_templates/{form_template}" as UpdateFormTemplate {
        access: Access::new("update a form template", WRITE), path: { form_template: FormTemplateId },
        query: Nothing, body: NewFormTemplate, returns: Data<FormTemplate>,
    }
}
endpoint! {
    /// Delete a template. Forms that were filled in stay.
    Delete "/v1/form_templates/{form_template}" as DeleteFormTemplate {
        access: Access::new("delete a form template", WRITE), path: { form_template: FormTemplateId },
        query: Nothing, body: Nothing, returns: Nothing, status: 204,
    }
}
catalogue![ListFormTemplates, GetFormTemplate, CreateFormTemplate, UpdateFormTemplate, DeleteFormTemplate];
