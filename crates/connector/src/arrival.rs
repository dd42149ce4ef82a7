//! Records of the partner's on their way into Lever: a referral, somebody who was found, what somebody wants to become of a candidacy.

use lever_api::{Opportunity, Posting};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What work about such a record has for a subject, before the partner's id of it. An opportunity's id never begins so.
const SUBJECT: &str = "arrival-";

/// What work about this record has for a subject.
#[must_use]
pub fn arrival_subject(record: &str) -> String {
    format!("{SUBJECT}{record}")
}

/// The record that work with this subject is about; none: it is about an opportunity.
#[must_use]
pub fn arrival_of(subject: &str) -> Option<&str> {
    subject.strip_prefix(SUBJECT)
}

/// A record as the partner tells it, and what of Lever it takes to decide about it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// Who it is about, for people.
    pub name: String,
    /// Their addresses: by them Lever is asked whom it knows already.
    pub emails: Vec<String>,
    /// The posting in Lever it is meant for; empty: none.
    pub posting: String,
    /// The opportunity it is about already; empty: it is to become one.
    pub opportunity: String,
    /// What the partner says.
    pub value: Value,
}

/// The truth about a record, read just now on both sides, and what we know of it ourselves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Arrival {
    /// The partner's id of it.
    pub id: String,
    /// As the partner tells it.
    pub record: Record,
    /// What it is meant for; none: Lever shows no such posting, or it names none.
    pub posting: Option<Posting>,
    /// What it is about already; none: it is to become one, or Lever does not show it.
    pub opportunity: Option<Opportunity>,
    /// Everybody in Lever with one of its addresses, archived or not.
    pub known: Vec<Opportunity>,
    /// Those of them that are active candidates for this very posting.
    pub applied: Vec<String>,
    /// What people decided about it, by question.
    pub answers: BTreeMap<String, String>,
}
