//! Tags and sources: free labels with the number of opportunities that carry them.
//!
//! Official pages: <https://hire.lever.co/developer/documentation#tags>, <https://hire.lever.co/developer/documentation#sources>

use crate::{List, Listing};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A tag or a source. It has no id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Label {
    /// The text.
    pub text: String,
    /// How many opportunities carry it.
    pub count: i64,
}

endpoint! {
    /// List tags, alphabetically, ignoring case.
    Get "/v1/tags" as ListTags {
        access: Access::new("find all tags", "tags:read:admin"), path: {},
        query: Listing, body: Nothing, returns: List<Label>,
    }
}
endpoint! {
    /// List sources, alphabetically, ignoring case.
    Get "/v1/sources" as ListSources {
        access: Access::new("find all sources", "sources:read:admin"), path: {},
        query: Listing, body: Nothing, returns: List<Label>,
    }
}
catalogue![ListTags, ListSources];
