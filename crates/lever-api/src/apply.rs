//! Applying to a posting: the questions, and the answers.
//!
//! Official page: <https://hire.lever.co/developer/documentation#apply-to-a-posting>

use crate::{Consent, Data, FormField, PostingId};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What whoever applies is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ApplicationForm {
    /// The posting.
    pub id: String,
    /// Its title.
    pub text: String,
    /// Questions of the company's own.
    pub custom_questions: Vec<QuestionGroup>,
    /// Questions on equal employment opportunity; absent where they are switched off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eeo_questions: Option<Value>,
    /// Name, e-mail and the like.
    pub personal_information: Vec<Question>,
    /// Addresses of profiles elsewhere.
    pub urls: Vec<Question>,
    /// What has to be agreed to.
    pub consent_disclosures: Option<Value>,
}

/// Questions that belong together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct QuestionGroup {
    /// Names it.
    pub id: String,
    /// Its title.
    pub text: String,
    /// The questions.
    pub fields: Vec<FormField>,
    /// For whom they are: `external`, `internal`, or both.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub distribution: Vec<String>,
}

/// A question everybody is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Question {
    /// As people read it.
    pub text: String,
    /// As programs name it: `fullName`.
    pub name: String,
    /// `text`, `textarea`, `file-upload`.
    #[serde(rename = "type")]
    pub kind: String,
    /// It must be answered.
    pub required: bool,
    /// Nothing: it is a question.
    pub value: Value,
    /// What can be answered, `{text}` each; absent where everything can.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Value>,
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct NamedValue {
    /// [`Question::name`]
    pub name: String,
    /// What was answered.
    pub value: Value,
}

/// An application to be made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct NewApplication {
    /// Name, e-mail and the like. Required.
    #[schema(required = true)]
    pub personal_information: Vec<NamedValue>,
    /// Answers to questions of the company's own: `{id, fields: [{value}]}`, in the order of the form.
    pub custom_questions: Vec<Value>,
    /// `gender`, `race`, `veteran`, `disability`, as far as somebody wants to answer.
    #[schema(value_type = Object)]
    pub eeo_responses: Map<String, Value>,
    /// Addresses of profiles elsewhere.
    pub urls: Vec<NamedValue>,
    /// `applied` if absent, or `internal`.
    pub origin: Option<String>,
    /// A free label.
    pub source: Option<String>,
    /// Where it came from.
    pub ip_address: Option<String>,
    /// Where it came from.
    pub referer: Option<String>,
    /// With which program.
    pub user_agent: Option<String>,
    /// In which language.
    pub accept_language: Option<String>,
    /// IANA name; one that is none is refused.
    pub timezone: Option<String>,
    /// What the applicant agrees to.
    pub consent: Option<Consent>,
    /// Answers to a diversity survey: `{surveyId, responses: [{questionId, answer}]}`.
    #[schema(value_type = Object)]
    pub diversity_survey: Option<Value>,
}

/// For whom the questions are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FormQuery {
    /// Questions on equal employment opportunity for this location only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// `internal` or `external`: the company's own questions for these readers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distribution: Option<String>,
}

/// Whether a letter confirms it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApplyQuery {
    /// Send a letter to the applicant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_confirmation_email: Option<bool>,
}

/// Which application was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Applied {
    /// The application.
    pub application_id: String,
}

endpoint! {
    /// Read what whoever applies is asked.
    Get "/v1/postings/{posting}/apply" as GetApplicationForm {
        access: Access::new("find a posting application question form", "postings:read:admin"), path: { posting: PostingId },
        query: FormQuery, body: Nothing, returns: Data<ApplicationForm>,
    }
}
endpoint! {
    /// Apply to a posting that is published or internal.
    Post "/v1/postings/{posting}/apply" as ApplyToPosting {
        access: Access::new("apply to a posting", "postings:write:admin"), path: { posting: PostingId },
        query: ApplyQuery, body: NewApplication, returns: Data<Applied>, status: 201,
    }
}
catalogue![GetApplicationForm, ApplyToPosting];
