//! What waits for a person: why, and the ways out that one click can take.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Why something waits, who can mend it, and what a click could do about it. Nothing is guessed.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Hold {
    /// Short and stable, the same for all that wait for the same thing: `HR Cloud has no department "Research"`.
    pub cause: String,
    /// The whole sentence, with who can mend it and where.
    pub why: String,
    /// The ways out, the likeliest first.
    pub ways: Vec<Way>,
}

/// One way out of a hold.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Way {
    /// Names it among the ways out of one hold.
    pub id: String,
    /// What the button says.
    pub label: String,
    /// What it does, in a sentence; empty if the label says it all.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// What to choose from, the likeliest first. Nothing: the button is all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pick: Vec<Pick>,
    /// What to type in, as the form says it; empty: nothing.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ask: String,
    /// Whether it is about one person, instead of all who wait for the same thing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub personal: bool,
    /// What the connector needs in order to go it.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub data: Value,
}

/// One of several to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Pick {
    /// What is chosen.
    pub value: String,
    /// What it is called.
    pub label: String,
}

/// What became of a way out.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Mended {
    /// A sentence that says what was done.
    pub said: String,
    /// What is to be remembered of it.
    pub remember: Remember,
}

/// What the hub remembers of a person's decision.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Remember {
    /// Nothing: it is so at the partner now.
    #[default]
    Nothing,
    /// What tries without an answer may have made was looked for by a person: there is nothing more to find.
    Looked,
    /// Settings of the connection: an alias, for one.
    Settings(Map<String, Value>),
    /// An answer about this one person; [`Seen::answers`](crate::Seen::answers) has it from now on.
    Answer {
        /// What was asked, as the connector names it.
        question: String,
        /// What was answered.
        answer: String,
    },
}

impl Hold {
    /// One out of which no click leads.
    pub fn new(cause: impl Into<String>, why: impl Into<String>) -> Self {
        Self { cause: cause.into(), why: why.into(), ways: Vec::new() }
    }

    /// The ways out as they are stored; null if there are none.
    #[must_use]
    pub fn stored(&self) -> Value {
        if self.ways.is_empty() { Value::Null } else { serde_json::to_value(&self.ways).unwrap_or(Value::Null) }
    }
}

/// The ways out that were stored. None, if another version of Fulcrum stored them.
#[must_use]
pub fn ways(stored: &Value) -> Vec<Way> {
    serde_json::from_value(stored.clone()).unwrap_or_default()
}
