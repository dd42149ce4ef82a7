//! Records of a partner's that are to come into Lever: hints at them, and what stages and archive reasons mean to the partner.

use crate::{Choice, Entry, scope};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A record that is to come into Lever, or is another now. It is read anew at the partner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewArrival {
    /// The partner's id of it: letters, digits, `-` and `_`.
    pub record: String,
}

/// What stages and archive reasons of Lever mean to the partner. To change it, set the settings named here; an empty entry means that
/// nothing changes at the partner, null that nobody has said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StageMap {
    /// One entry of the partner's, as people call it: `Status in Job Ring`.
    pub label: String,
    /// Whom it is about: `applications`.
    pub whom: String,
    /// Somebody has said what the stages mean: the connection is in force.
    pub saved: bool,
    /// The setting that holds the entries of stages.
    pub stages_setting: String,
    /// The setting that holds the entries of archive reasons.
    pub reasons_setting: String,
    /// The setting that holds the user in whose name is written.
    pub user_setting: String,
    /// The stages, in pipeline order; then those that are mapped and gone.
    pub stages: Vec<MapRow>,
    /// The archive reasons; then those that are mapped and gone.
    pub reasons: Vec<MapRow>,
    /// The partner's entries.
    pub entries: Vec<Entry>,
    /// The users of Lever.
    pub users: Vec<Choice>,
    /// The user in whose name is written, by id; empty: nobody is chosen.
    pub user: String,
}

/// A stage or an archive reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MapRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it means; empty: nothing changes; absent: nobody has said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// What it may mean, by its name: for a form that nobody has filled in yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
    /// It is not in Lever any more, or not in use.
    pub gone: bool,
}

impl StageMap {
    /// How many stages and archive reasons in use mean nothing: nobody has said what, or the partner took that away since.
    #[must_use]
    pub fn unmapped(&self) -> usize {
        let means = |entry: &String| entry.is_empty() || self.entries.iter().any(|known| known.value == *entry);
        self.stages.iter().chain(&self.reasons).filter(|row| !row.gone && !row.entry.as_ref().is_some_and(means)).count()
    }

    /// What a form shows as chosen: what was said, or, while nobody has said anything, what it may mean.
    #[must_use]
    pub fn chosen<'a>(&self, row: &'a MapRow) -> Option<&'a str> {
        row.entry.as_deref().or_else(|| row.suggestion.as_deref().filter(|_| !self.saved))
    }
}

endpoint! {
    /// Hint at a record that is to come into Lever.
    Post "/api/v1/connections/{connection}/arrivals" as TellArrival {
        access: Access::new("", scope::CONNECT), path: { connection: String }, query: Nothing, body: NewArrival, returns: Nothing, status: 204,
    }
}
endpoint! {
    /// Read what stages and archive reasons mean to the partner.
    Get "/api/v1/connections/{connection}/stage-map" as GetStageMap {
        access: Access::new("", scope::READ), path: { connection: String }, query: Nothing, body: Nothing, returns: StageMap,
    }
}

catalogue![TellArrival, GetStageMap];
