//! Archive reasons. Exactly those of type `hired` make a hire.
//!
//! Official page: <https://hire.lever.co/developer/documentation#archive-reasons>

use crate::envelope::list_query;
use crate::{ArchiveReasonId, Data, List, Rest, View};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One archive reason.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ArchiveReason {
    /// Its id.
    pub id: String,
    /// Its name.
    pub text: String,
    /// `active` or `inactive`.
    pub status: String,
    /// `hired` or `non-hired`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What this version does not know.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

list_query! {
    /// Filter of the list of archive reasons.
    ReasonFilter {
        /// `hired` or `non-hired`.
        kind as "type": Option<String>,
    }
}

endpoint! {
    /// List archive reasons.
    Get "/v1/archive_reasons" as ListArchiveReasons {
        access: Access::new("find all archive reasons", "archive_reasons:read:admin"), path: {},
        query: ReasonFilter, body: Nothing, returns: List<ArchiveReason>,
    }
}
endpoint! {
    /// Read one archive reason.
    Get "/v1/archive_reasons/{archive_reason}" as GetArchiveReason {
        access: Access::new("find an archive reason", "archive_reasons:read:admin"), path: { archive_reason: ArchiveReasonId },
        query: View, body: Nothing, returns: Data<ArchiveReason>,
    }
}
catalogue![ListArchiveReasons, GetArchiveReason];
