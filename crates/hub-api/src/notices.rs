//! Notices: what the hub tells others of by itself, signed after the Standard Webhooks specification.
//!
//! Headers `webhook-id`, `webhook-timestamp` (seconds) and `webhook-signature`; see <https://www.standardwebhooks.com>.

use crate::scope;
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// What can be told, and when.
pub const KINDS: [(&str, &str); 4] = [
    ("record.created", "A record was made at a partner"),
    ("hold.opened", "Something waits for a person"),
    ("connection.broken", "A connection does not work any more"),
    ("person.erased", "A person was forgotten"),
];

/// Where notices go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewNoticeAddress {
    /// Receives `POST` with JSON.
    pub url: String,
    /// Which kinds; empty: all.
    pub kinds: Vec<String>,
}

/// Where notices go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoticeAddress {
    /// Its id.
    pub id: String,
    /// Receives them.
    pub url: String,
    /// Which kinds; empty: all.
    pub kinds: Vec<String>,
    /// `whsec_…`; told once, when it is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// Where notices go.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct NoticeAddresses {
    /// The addresses.
    pub data: Vec<NoticeAddress>,
}

/// A notice as it is sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Notice {
    /// One of [`KINDS`].
    #[serde(rename = "type")]
    pub kind: String,
    /// When it came to be, RFC 3339.
    pub timestamp: String,
    /// Ids and sentences; nothing personal.
    #[schema(value_type = Object)]
    pub data: Value,
}

endpoint! {
    /// List where notices go.
    Get "/api/v1/notice-addresses" as ListNoticeAddresses { access: Access::new("", scope::READ), path: {}, query: Nothing, body: Nothing, returns: NoticeAddresses }
}
endpoint! {
    /// Send notices to an address from now on; answers the secret they are signed with, once.
    Post "/api/v1/notice-addresses" as CreateNoticeAddress {
        access: Access::new("", scope::CONNECT), path: {}, query: Nothing, body: NewNoticeAddress, returns: NoticeAddress, status: 201,
    }
}
endpoint! {
    /// Send no more notices to an address.
    Delete "/api/v1/notice-addresses/{address}" as DeleteNoticeAddress {
        access: Access::new("", scope::CONNECT), path: { address: String }, query: Nothing, body: Nothing, returns: Nothing, status: 204,
    }
}

catalogue![ListNoticeAddresses, CreateNoticeAddress, DeleteNoticeAddress];
