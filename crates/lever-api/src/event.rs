//! Webhook deliveries: the ten events, their envelope, and the signature that proves who sent them.
//!
//! The signature covers `token` and `triggeredAt`, not `data`: a delivery is a hint, and what it hints at is read
//! again from the API. Official page: <https://hire.lever.co/developer/documentation#webhooks>

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Sha256;
use std::{fmt, str::FromStr};

macro_rules! events {
    ($($name:ident = $wire:literal, $label:literal, conditions: $conditions:literal;)*) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Event {
            $(#[doc = $label] #[serde(rename = $wire)] $name,)*
        }

        impl Event {
            /// All ten, in the order of Lever's settings page.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name on the wire.
            #[must_use]
            pub const fn wire(self) -> &'static str {
                match self { $(Self::$name => $wire),* }
            }

            /// The name on the settings page.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$name => $label),* }
            }

            /// Whether a webhook for it can be narrowed to some origins.
            #[must_use]
            pub const fn has_conditions(self) -> bool {
                match self { $(Self::$name => $conditions),* }
            }
        }
    };
}

events! {
    ApplicationCreated = "applicationCreated", "Application Created", conditions: true;
    CandidateHired = "candidateHired", "Candidate Hired", conditions: true;
    CandidateStageChange = "candidateStageChange", "Candidate Stage Change", conditions: true;
    CandidateArchiveChange = "candidateArchiveChange", "Candidate Archive State Change", conditions: true;
    CandidateDeleted = "candidateDeleted", "Candidate Deleted", conditions: false;
    InterviewCreated = "interviewCreated", "Interview Created", conditions: false;
    InterviewUpdated = "interviewUpdated", "Interview Updated", conditions: false;
    InterviewDeleted = "interviewDeleted", "Interview Deleted", conditions: false;
    ContactCreated = "contactCreated", "Contact Created", conditions: false;
    ContactUpdated = "contactUpdated", "Contact Updated", conditions: false;
}

/// An event name that is none of the ten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownEvent;

impl fmt::Display for UnknownEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not one of Lever's ten events")
    }
}

impl FromStr for Event {
    type Err = UnknownEvent;
    fn from_str(text: &str) -> Result<Self, UnknownEvent> {
        Self::ALL.iter().copied().find(|event| event.wire() == text).ok_or(UnknownEvent)
    }
}

/// The six origins; a webhook made without conditions gets them all.
pub const ORIGINS: [&str; 6] = ["applied", "sourced", "referred", "university", "agency", "internal"];

/// One delivery, as POSTed. `event` stays text, so that an event of next year is still a readable delivery.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// The event's id; Lever's own examples leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The event's name.
    pub event: String,
    /// ms.
    pub triggered_at: i64,
    /// 48 random hexadecimal characters; the same one never comes twice, except when the delivery itself is repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// See [`sign`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// Ids of what the event is about; `{}` in the test request of the settings page.
    #[serde(default)]
    pub data: Value,
}

impl Delivery {
    /// The opportunity the hint points at. `None` in test requests and contact events.
    #[must_use]
    pub fn opportunity(&self) -> Option<&str> {
        self.data.get("opportunityId").or_else(|| self.data.get("candidateId")).and_then(Value::as_str)
    }

    /// Whether the signature was made with this signature token. Compares in constant time.
    #[must_use]
    pub fn is_signed_with(&self, signature_token: &str) -> bool {
        let (Some(token), Some(signature)) = (&self.token, &self.signature) else { return false };
        let Ok(claimed) = hex::decode(signature) else { return false };
        mac(signature_token, token, self.triggered_at).verify_slice(&claimed).is_ok()
    }
}

/// Lever's signature: HMAC-SHA256 over `token` directly followed by `triggeredAt` in decimal, keyed with the text of
/// the webhook's signature token, in lower-case hexadecimal.
#[must_use]
pub fn sign(signature_token: &str, token: &str, triggered_at: i64) -> String {
    hex::encode(mac(signature_token, token, triggered_at).finalize().into_bytes())
}

fn mac(signature_token: &str, token: &str, triggered_at: i64) -> Hmac<Sha256> {
    #[allow(clippy::expect_used, reason = "HMAC takes keys of every length")]
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(signature_token.as_bytes()).expect("any length");
    mac.update(token.as_bytes());
    mac.update(triggered_at.to_string().as_bytes());
    mac
}
