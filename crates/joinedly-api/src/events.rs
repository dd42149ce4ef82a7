//! What Joinedly tells others of by itself: `POST` with JSON, signed after the Standard Webhooks specification.
//!
//! Headers `webhook-id`, `webhook-timestamp` (seconds) and `webhook-signature`; see <https://www.standardwebhooks.com>.

use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is told, and when.
pub const EVENTS: [(&str, &str); 5] = [
    ("joiner.created", "A joiner was made"),
    ("journey.started", "A journey began"),
    ("journey.completed", "Every task of a journey is done"),
    ("journey.cancelled", "A journey will not happen"),
    ("task.completed", "A task is done"),
];

/// Where events go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEventAddress {
    /// Receives `POST` with JSON.
    pub url: String,
}

/// Where events go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventAddress {
    /// Its id.
    pub id: String,
    /// Receives them.
    pub url: String,
    /// `whsec_…`; told once, when it is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// Where events go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventAddresses {
    /// The addresses.
    pub data: Vec<EventAddress>,
}

endpoint! {
    /// List where events go.
    Get "/api/v1/event-addresses" as ListEventAddresses { access: Access::ANY, path: {}, query: Nothing, body: Nothing, returns: EventAddresses }
}
endpoint! {
    /// Send events to an address from now on; answers the secret they are signed with, once.
    Post "/api/v1/event-addresses" as CreateEventAddress { access: Access::ANY, path: {}, query: Nothing, body: NewEventAddress, returns: EventAddress, status: 201 }
}
endpoint! {
    /// Send no more events to an address.
    Delete "/api/v1/event-addresses/{address}" as DeleteEventAddress {
        access: Access::ANY, path: { address: String }, query: Nothing, body: Nothing, returns: Nothing, status: 204,
    }
}

catalogue![ListEventAddresses, CreateEventAddress, DeleteEventAddress];
