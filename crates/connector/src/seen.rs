//! The truth about one opportunity, read from Lever just now, and what we know of it ourselves.

use lever_api::{Application, ArchiveReason, Contact, Offer, Opportunity, Posting, ProfileForm, Requisition, Stage, User};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a connector decides on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seen {
    /// The candidacy.
    pub opportunity: Opportunity,
    /// The stage they are in.
    pub stage: Option<Stage>,
    /// The person.
    pub contact: Option<Contact>,
    /// The application, if there is one.
    pub application: Option<Application>,
    /// What was applied to.
    pub posting: Option<Posting>,
    /// The hiring manager of the posting, or of the moment of applying.
    pub hiring_manager: Option<User>,
    /// Whose the candidacy is: the recruiter.
    pub owner: Option<User>,
    /// All offers.
    pub offers: Vec<Offer>,
    /// Forms on the profile, if [`More::Forms`](crate::More::Forms) is wanted.
    pub forms: Vec<ProfileForm>,
    /// The requisition the hire filled, if [`More::Requisition`](crate::More::Requisition) is wanted.
    pub requisition: Option<Requisition>,
    /// The partner's records of other opportunities with the same e-mail, if [`More::SameEmail`](crate::More::SameEmail) is
    /// wanted and this one has none yet.
    pub same_email: Vec<String>,
    /// Whether it is archived with a reason of type `hired`.
    pub hired: bool,
    /// The reason it is archived with, if Lever still lists it.
    pub reason: Option<ArchiveReason>,
    /// The partner's id of its record; none: nothing was written there.
    pub record: Option<String>,
    /// What the partner holds of it: what was said last by [`Done::sent`](crate::Done::sent); null if nothing.
    pub sent: Value,
    /// What the partner told of it by itself, as [`Connector::hear`](crate::Connector::hear) understood it: the latest, by what it was
    /// about.
    pub told: BTreeMap<String, Value>,
    /// Where the partner can tell us of it: an address to which what it is about is added. Empty, if nothing can be told.
    pub callback: String,
    /// Somebody asked for it anew: what the partner is thought to hold may not be there.
    pub again: bool,
    /// Whether a try without an answer may have made a record, and none is known.
    pub perhaps: bool,
    /// What people decided about this person, by question.
    pub answers: BTreeMap<String, String>,
}
