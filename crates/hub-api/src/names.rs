//! Names: which of the partner's entries each name in Lever leads to.

use crate::scope;
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The lists of a connection, compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NamesReport {
    /// The lists.
    pub data: Vec<Names>,
}

/// One list of the partner's, with the names Lever has for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Names {
    /// Its name under the setting `aliases`.
    pub key: String,
    /// As people call it.
    pub label: String,
    /// The names in Lever: those that lead nowhere first.
    pub names: Vec<Named>,
    /// Entries of the partner's to which no name leads.
    pub unused: Vec<Entry>,
}

/// A name in Lever.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Named {
    /// As Lever spells it.
    pub name: String,
    /// How many postings have it.
    pub postings: usize,
    /// `same_name`, `chosen`, `made` (with the next hire), `gone` (what was chosen is) or `nowhere`.
    pub leads_to: String,
    /// What was chosen.
    pub entry: Option<String>,
    /// What it could mean, the likeliest first.
    pub suggestions: Vec<Entry>,
}

impl Named {
    /// Whether it leads to an entry.
    #[must_use]
    pub fn leads_somewhere(&self) -> bool {
        matches!(self.leads_to.as_str(), "same_name" | "chosen" | "made")
    }
}

/// An entry of a list of the partner's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    /// What is stored.
    pub value: String,
    /// What it is called.
    pub label: String,
}

endpoint! {
    /// Compare Lever's names with the partner's. To match one, set `aliases`.
    Get "/api/v1/connections/{connection}/names" as ListNames {
        access: Access::new("", scope::READ), path: { connection: String }, query: Nothing, body: Nothing, returns: NamesReport,
    }
}

catalogue![ListNames];
