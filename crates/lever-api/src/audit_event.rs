//! Audit events: who changed what about access.
//!
//! Official page: <https://hire.lever.co/developer/documentation#audit-events>

use crate::{List, envelope::list_query};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Something that was changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct AuditEvent {
    /// Event id.
    pub id: String,
    /// ms.
    pub created_at: i64,
    /// `key:added`, `user.role:changed`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Who did it; nothing, if it was the system.
    pub user: AuditUser,
    /// What it was done to.
    pub target: AuditTarget,
    /// More, by type.
    pub meta: Value,
}

/// Who did something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct AuditUser {
    /// A user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Role at present.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

/// What something was done to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct AuditTarget {
    /// Its id.
    pub id: String,
    /// `key`, `user`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is called.
    pub label: String,
}

list_query! {
    /// Which events.
    AuditFilter {
        /// Of this type.
        kind as "type": Option<String>,
        /// Done by this user; `null`: by nobody.
        user_id: Option<String>,
        /// Done to such a thing: the first part of a type.
        target_type: Option<String>,
        /// Done to this thing; needs its type.
        target_id: Option<String>,
        /// At or after, ms.
        created_at_start: Option<i64>,
        /// At or before, ms.
        created_at_end: Option<i64>,
    }
}

endpoint! {
    /// List audit events, newest first.
    Get "/v1/audit_events" as ListAuditEvents {
        access: Access::new("find all audit events", "audit_events:read:admin"), path: {},
        query: AuditFilter, body: Nothing, returns: List<AuditEvent>,
    }
}
catalogue![ListAuditEvents];
