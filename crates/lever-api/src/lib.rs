//! Lever's vocabulary: ids, objects, endpoints with permission and scope, webhook events and their signature, OAuth.
//!
//! Both sides speak it. The hub calls the endpoints, our Lever-compatible ATS serves them, and neither can drift from
//! the other because each endpoint is declared once. Objects keep fields they do not know (`rest`), since Lever adds
//! fields without notice and passing a record through must lose nothing.
//!
//! Source: <https://hire.lever.co/developer/documentation>. Times are integers in milliseconds, UTC, everywhere.
//!
//! Invariant: this crate performs no I/O and reads no clock.

mod application;
mod apply;
mod archive_reason;
mod audit_event;
mod candidate;
mod contact;
mod eeo;
mod envelope;
mod error;
pub mod event;
mod feedback;
mod file;
mod form;
mod form_template;
mod id;
mod interview;
mod label;
mod note;
pub mod oauth;
mod offer;
mod opportunity;
pub mod page;
mod posting;
mod public;
mod referral;
mod requisition;
mod resume;
pub mod scope;
mod stage;
mod survey;
mod upload;
mod user;
mod webhook;

pub use application::*;
pub use apply::*;
pub use archive_reason::*;
pub use audit_event::*;
pub use candidate::*;
pub use contact::*;
pub use eeo::*;
pub use envelope::*;
pub use error::*;
pub use feedback::*;
pub use file::*;
pub use form::*;
pub use form_template::*;
pub use id::*;
pub use interview::*;
pub use label::*;
pub use note::*;
pub use offer::*;
pub use opportunity::*;
pub use posting::*;
pub use public::*;
pub use referral::*;
pub use requisition::*;
pub use resume::*;
pub use stage::*;
pub use survey::*;
pub use upload::*;
pub use user::*;
pub use webhook::*;

use endpoint::Info;
use endpoint::openapi::Document;

/// Fields Lever sends and this version does not know, kept so that a round trip loses nothing.
pub type Rest = serde_json::Map<String, serde_json::Value>;

/// Every endpoint of the Data API declared here: the API-key page, the consent screen and the reference are queries over it.
#[must_use]
pub fn catalogue() -> Vec<Info> {
    [
        opportunity::ENDPOINTS,
        application::ENDPOINTS,
        offer::ENDPOINTS,
        note::ENDPOINTS,
        form::ENDPOINTS,
        form_template::ENDPOINTS,
        feedback::ENDPOINTS,
        file::ENDPOINTS,
        resume::ENDPOINTS,
        referral::ENDPOINTS,
        interview::ENDPOINTS,
        contact::ENDPOINTS,
        posting::ENDPOINTS,
        apply::ENDPOINTS,
        upload::ENDPOINTS,
        requisition::ENDPOINTS,
        stage::ENDPOINTS,
        archive_reason::ENDPOINTS,
        user::ENDPOINTS,
        label::ENDPOINTS,
        eeo::ENDPOINTS,
        survey::ENDPOINTS,
        webhook::ENDPOINTS,
        audit_event::ENDPOINTS,
        candidate::ENDPOINTS,
    ]
    .concat()
}

/// The OpenAPI document of both APIs.
#[must_use]
pub fn openapi() -> serde_json::Value {
    let about = "The Data API v1 and the Postings API v0, as Lever serves them and as Fulcrum serves them.";
    Document::new("Lever, as served by Fulcrum", about)
        .with::<ErrorBody>(&["basic", "bearer"], &catalogue())
        .with::<PublicRefusal>(&[], POSTINGS_API)
        .json()
}

/// Names of the API-key permissions, in catalogue order, each once.
#[must_use]
pub fn permissions() -> Vec<&'static str> {
    let mut names: Vec<&str> = Vec::new();
    for info in catalogue() {
        if !info.access.permission.is_empty() && !names.contains(&info.access.permission) {
            names.push(info.access.permission);
        }
    }
    names
}

#[cfg(test)]
mod tests;
