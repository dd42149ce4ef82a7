//! Jobs: which entry of the partner's each posting and stage in Lever leads to.

use crate::{Entry, scope};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Stages and postings of Lever, and what they are joined with. To change it, set the settings named here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Jobs {
    /// One entry of the partner's, as people call it: `Interview kit`.
    pub label: String,
    /// The setting that holds the chosen stages, a list of ids.
    pub stages_setting: String,
    /// The setting that holds the entries by posting and stage: an empty stage stands for every one.
    pub by_posting_setting: String,
    /// The setting that holds the entry for every other posting.
    pub usual_setting: String,
    /// The setting that holds the stage for whoever is done; empty: there is no such setting.
    pub afterwards_setting: String,
    /// The stages, in pipeline order.
    pub stages: Vec<StageRow>,
    /// The postings that are not closed, by title.
    pub postings: Vec<PostingRow>,
    /// The partner's entries.
    pub entries: Vec<Entry>,
    /// The entry for every other posting; empty: none.
    pub usual: String,
    /// The stage for whoever is done, by its id; empty: they stay.
    pub afterwards: String,
}

/// A stage.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StageRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is chosen.
    pub chosen: bool,
    /// It was chosen, and is not in Lever any more.
    pub gone: bool,
}

/// A posting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PostingRow {
    /// Its id.
    pub id: String,
    /// The job's title.
    pub title: String,
    /// Where.
    pub location: String,
    /// `published`, `internal`, `pending`, …
    pub state: String,
    /// Entries by stage; an empty stage stands for every one.
    pub entries: BTreeMap<String, String>,
}

endpoint! {
    /// List stages and postings with what they are joined with.
    Get "/api/v1/connections/{connection}/jobs" as ListJobs {
        access: Access::new("", scope::READ), path: { connection: String }, query: Nothing, body: Nothing, returns: Jobs,
    }
}

catalogue![ListJobs];
