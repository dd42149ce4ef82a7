//! Findem's HTTP API, declared once: our Findem serves it, the connector calls it. Findem publishes none, so this one is ours.
//!
//! Half of it is for whoever keeps Findem in step with an applicant tracking system ([`mirror`]), half for the programs of Findem's
//! customers ([`review`]). Times are milliseconds UTC. A credential is a token: `Authorization: Bearer …`.
//!
//! Invariant: no I/O here.

mod mirror;
mod outbox;
mod review;

pub use mirror::*;
pub use outbox::*;
pub use review::*;

use endpoint::Info;
use endpoint::openapi::Document;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How Findem says no.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Refusal {
    /// What happened, why, and who can mend it.
    pub message: String,
}

/// Every endpoint of Findem's API.
#[must_use]
pub fn catalogue() -> Vec<Info> {
    [mirror::ENDPOINTS, outbox::ENDPOINTS, review::ENDPOINTS].concat()
}

/// The OpenAPI document.
#[must_use]
pub fn openapi() -> serde_json::Value {
    Document::new("Findem", "People, applications, and what is to become of them.").with::<endpoint::Refusal>(&["bearer"], &catalogue()).json()
}
