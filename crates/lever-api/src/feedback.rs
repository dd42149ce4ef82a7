//! Feedback on a candidate, and the templates it is given by.
//!
//! Official pages: <https://hire.lever.co/developer/documentation#feedback>,
//! <https://hire.lever.co/developer/documentation#feedback-templates>

use crate::{Data, FeedbackId, FeedbackTemplateId, FormField, List, Listing, OpportunityId, PerformAs, Rest, View};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// The kind of field a feedback template has exactly one of.
pub const SCORE_SYSTEM: &str = "score-system";
/// Its options, from the best down.
pub const SCORES: [&str; 4] = ["4 - Strong Hire", "3 - Hire", "2 - No Hire", "1 - Strong No Hire"];

/// Feedback somebody gave.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Feedback {
    /// Feedback id.
    pub id: String,
    /// `interview`, `assignment` or `share`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its title, of the template.
    pub text: String,
    /// How to fill it in.
    pub instructions: String,
    /// Questions with answers.
    pub fields: Vec<FormField>,
    /// The template.
    pub base_template_id: String,
    /// The interview it is about, if one was scheduled in Lever.
    pub interview: Option<String>,
    /// The panel of that interview.
    pub panel: Option<String>,
    /// Who gave it. Expandable.
    pub user: Value,
    /// ms.
    pub created_at: i64,
    /// ms.
    pub completed_at: Option<i64>,
    /// ms.
    pub updated_at: Option<i64>,
    /// ms; deleted feedback can still be read.
    pub deleted_at: Option<i64>,
    /// What this version does not know.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

/// Feedback as a change answers it: the raw record, whose names differ.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RawFeedback {
    /// Feedback id.
    pub id: String,
    /// The account.
    pub account_id: String,
    /// Who gave it.
    pub user_id: Option<String>,
    /// The opportunity.
    pub profile_id: String,
    /// The template.
    pub base_template_id: String,
    /// Its title.
    pub text: String,
    /// How to fill it in.
    pub instructions: String,
    /// `interview`, `assignment` or `share`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Questions with answers; the score system has the type `score`.
    pub fields: Vec<FormField>,
    /// ms.
    pub created_at: i64,
    /// ms.
    pub completed_at: Option<i64>,
    /// ms.
    pub updated_at: Option<i64>,
    /// What this version does not know.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

/// An answer to one question.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct FieldValue {
    /// The field.
    pub id: String,
    /// As its kind demands.
    pub value: Value,
}

/// New feedback.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct NewFeedback {
    /// The template. Required.
    #[schema(required = true, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_template_id: Option<String>,
    /// A panel, with `interview`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub panel: Option<String>,
    /// An interview of that panel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interview: Option<String>,
    /// Answers.
    pub field_values: Vec<FieldValue>,
    /// ms; now, if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<i64>,
    /// ms; now, if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<i64>,
}

/// A change of feedback.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct FeedbackChange {
    /// Answers; others stay.
    pub field_values: Vec<FieldValue>,
    /// ms; now, if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<i64>,
}

/// What feedback is given by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct FeedbackTemplate {
    /// Template id.
    pub id: String,
    /// Its title.
    pub text: String,
    /// How to fill it in.
    pub instructions: String,
    /// `{id, name}`, or null.
    pub group: Value,
    /// `{id, text}`, or null.
    pub stage: Value,
    /// Questions.
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

/// A new template, or all of one that is changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct NewFeedbackTemplate {
    /// Its title. Required.
    #[schema(required = true, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// How to fill it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// A group's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Questions, exactly one of which is a [`SCORE_SYSTEM`]. Required.
    #[schema(required = true)]
    pub fields: Vec<FormField>,
}

const READ: &str = "feedback:read:admin";
const WRITE: &str = "feedback:write:admin";
const READ_TEMPLATES: &str = "feedback_templates:read:admin";
const WRITE_TEMPLATES: &str = "feedback_templates:write:admin";
const EXPANDS: &[(&str, &str)] = &[("user", "user")];

endpoint! {
    /// List the feedback on an opportunity, newest first.
    Get "/v1/opportunities/{opportunity}/feedback" as ListFeedback {
        access: Access::new("find all opportunity feedback", READ), path: { opportunity: OpportunityId },
        query: Listing, body: Nothing, returns: List<Feedback>, expands: EXPANDS,
    }
}
endpoint! {
    /// Read one piece of feedback, deleted or not.
    Get "/v1/opportunities/{opportunity}/feedback/{feedback}" as GetFeedback {
        access: Access::new("find an opportunity feedback form", READ), path: { opportunity: OpportunityId, feedback: FeedbackId },
        query: View, body: Nothing, returns: Data<Feedback>, expands: EXPANDS,
    }
}
endpoint! {
    /// Give feedback. `perform_as` is required.
    Post "/v1/opportunities/{opportunity}/feedback" as CreateFeedback {
        access: Access::new("create an opportunity feedback form", WRITE), path: { opportunity: OpportunityId },
        query: PerformAs, body: NewFeedback, returns: Data<Feedback>, status: 201,
    }
}
endpoint! {
    /// Change feedback. `perform_as` is required. The answer is the raw record, whose names differ.
    Put "/v1/opportunities/{opportunity}/feedback/{feedback}" as UpdateFeedback {
        access: Access::new("update an opportunity feedback form", WRITE), path: { opportunity: OpportunityId, feedback: FeedbackId },
        query: PerformAs, body: FeedbackChange, returns: Data<RawFeedback>,
    }
}
endpoint! {
    /// Delete feedback. `perform_as` is required. It can still be read, and then has `deletedAt`.
    Delete "/v1/opportunities/{opportunity}/feedback/{feedback}" as DeleteFeedback {
        access: Access::new("delete an opportunity feedback form", WRITE), path: { opportunity: OpportunityId, feedback: FeedbackId },
        query: PerformAs, body: Nothing, returns: Nothing, status: 204,
    }
}
endpoint! {
    /// List the feedback templates in use, newest first.
    Get "/v1/feedback_templates" as ListFeedbackTemplates {
        access: Access::new("find all feedback templates", READ_TEMPLATES), path: {},
        query: Listing, body: Nothing, returns: List<FeedbackTemplate>,
    }
}
endpoint! {
    /// Read one feedback template.
    Get "/v1/feedback_templates/{feedback_template}" as GetFeedbackTemplate {
        access: Access::new("find a feedback template", READ_TEMPLATES), path: { feedback_template: FeedbackTemplateId },
        query: View, body: Nothing, returns: Data<FeedbackTemplate>,
    }
}
endpoint! {
    /// Make a feedback template.
    Post "/v1/feedback_templates" as CreateFeedbackTemplate {
        access: Access::new("create a feedback template", WRITE_TEMPLATES), path: {},
        query: Nothing, body: NewFeedbackTemplate, returns: Data<FeedbackTemplate>, status: 201,
    }
}
endpoint! {
    /// Change a feedback template. Its fields get new ids.
    Put "/v1/feedback_templates/{feedback_template}" as UpdateFeedbackTemplate {
        access: Access::new("update a feedback template", WRITE_TEMPLATES), path: { feedback_template: FeedbackTemplateId },
        query: Nothing, body: NewFeedbackTemplate, returns: Data<FeedbackTemplate>,
    }
}
endpoint! {
    /// Delete a feedback template that was made through the API.
    Delete "/v1/feedback_templates/{feedback_template}" as DeleteFeedbackTemplate {
        access: Access::new("delete a feedback template", WRITE_TEMPLATES), path: { feedback_template: FeedbackTemplateId },
        query: Nothing, body: Nothing, returns: Nothing, status: 204,
    }
}
catalogue![
    ListFeedback,
    GetFeedback,
    CreateFeedback,
    UpdateFeedback,
    DeleteFeedback,
    ListFeedbackTemplates,
    GetFeedbackTemplate,
    CreateFeedbackTemplate,
    UpdateFeedbackTemplate,
    DeleteFeedbackTemplate,
];
