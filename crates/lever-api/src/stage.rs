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
catalogue![ListStages, GetStage];
