//! The truth about one opportunity, read from Lever just now.

use lever_api::{Application, Contact, Offer, Opportunity, Posting, User};
use serde::{Deserialize, Serialize};

/// What a connector decides on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seen {
    /// The candidacy.
    pub opportunity: Opportunity,
    /// The person.
    pub contact: Option<Contact>,
    /// The application, if there is one.
    pub application: Option<Application>,
    /// What was applied to.
    pub posting: Option<Posting>,
    /// The hiring manager of the posting, or of the moment of applying.
    pub hiring_manager: Option<User>,
    /// All offers.
    pub offers: Vec<Offer>,
    /// Whether it is archived with a reason of type `hired`.
    pub hired: bool,
}
