//! Diversity surveys: what applicants of some countries are asked of their own choice.
//!
//! Official page: <https://hire.lever.co/developer/documentation#diversity-surveys>

use crate::{FormField, List, PostingId};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One survey. It has either `candidate_locations` or `posting_locations`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct DiversitySurvey {
    /// Survey id.
    pub id: String,
    /// ms.
    pub created_at: i64,
    /// ms.
    pub updated_at: i64,
    /// Its title.
    pub text: String,
    /// What is said above it.
    pub instructions: String,
    /// For applicants who live there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidate_locations: Option<Countries>,
    /// For postings there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posting_locations: Option<Countries>,
    /// The questions.
    pub fields: Vec<FormField>,
}

/// Some countries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Countries {
    /// ISO 3166-1 alpha-2.
    pub country_codes: Vec<String>,
}

/// For whom.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SurveyQuery {
    /// Where the applicant lives, ISO 3166-1 alpha-2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
    /// Which of the posting's locations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}

endpoint! {
    /// Read the surveys that go with a posting.
    Get "/v1/surveys/diversity/{posting}" as FindDiversitySurvey {
        access: Access::new("find a diversity survey", "diversity_surveys:read:admin"), path: { posting: PostingId },
        query: SurveyQuery, body: Nothing, returns: List<DiversitySurvey>,
    }
}
catalogue![FindDiversitySurvey];
