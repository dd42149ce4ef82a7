//! Stages of the pipeline.
//!
//! Official page: <https://hire.lever.co/developer/documentation#stages>

use crate::{Data, List, Listing, Rest, StageId, View};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One stage.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Stage {
    /// A UUID, or the word of a system stage.
    pub id: String,
    /// Its name.
    pub text: String,
    /// What this version does not know.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

endpoint! {
    /// List stages in pipeline order.
    Get "/v1/stages" as ListStages {
        access: Access::new("find all stages", "stages:read:admin"), path: {},
        query: Listing, body: Nothing, returns: List<Stage>,
    }
}
endpoint! {
    /// Read one stage.
    Get "/v1/stages/{stage}" as GetStage {
        access: Access::new("find a stage", "stages:read:admin"), path: { stage: StageId },
        query: View, body: Nothing, returns: Data<Stage>,
    }
}
endpoint! {
    /// Stages and archive reasons at once: whatever can become of a candidate.
    Get "/v1/disposition_stages" as ListDispositionStages {
        access: Access::new("find all disposition stages", "stages:read:admin"), path: {},
        query: Nothing, body: Nothing, returns: Data<Dispositions>,
    }
}
catalogue![ListStages, GetStage, ListDispositionStages];

/// Whatever can become of a candidate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Dispositions {
    /// In pipeline order.
    pub stages: Vec<DispositionStage>,
    /// Here without a type, but for those that make a hire.
    pub archive_reasons: Vec<DispositionReason>,
}

/// A stage with its place in the pipeline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct DispositionStage {
    /// A UUID, or the word of a system stage.
    pub id: String,
    /// Its name.
    pub text: String,
    /// `lead`, `applicant`, `screen`, `onsite` or `offer`.
    pub pipeline: String,
    /// Later stages have greater ones; fractions are possible.
    pub rank: f64,
    /// Interviews belong to it.
    pub has_interview: bool,
}

/// An archive reason, as the list of dispositions prints it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct DispositionReason {
    /// Its id.
    pub id: String,
    /// Its name.
    pub text: String,
    /// `hired`, or nothing.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// `active` or `inactive`.
    pub status: String,
}
