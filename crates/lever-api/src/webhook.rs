//! Webhooks made through the API. Only those of the calling key or application are seen.
//!
//! Official page: <https://hire.lever.co/developer/documentation#webhooks>

use crate::event::Event;
use crate::{Data, List, Rest, WebhookId};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// One webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// Webhook id.
    pub id: String,
    /// The event it tells of.
    #[schema(value_type = String)]
    pub event: Event,
    /// Where to.
    pub url: String,
    /// Conditions and, in the answer to the creation only, the signature token.
    pub configuration: Configuration,
    /// ms.
    #[serde(default)]
    pub created_at: i64,
    /// ms.
    #[serde(default)]
    pub updated_at: i64,
    /// What this version does not know.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

/// When to send, and the key to sign with.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Configuration {
    /// Only for opportunities that fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conditions: Option<Conditions>,
    /// A spelling of Lever's own example: the origins without `conditions` around them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origins: Option<Vec<String>>,
    /// 48 hexadecimal characters; in the answer to the creation only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature_token: Option<String>,
    /// Send a test request first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verify_connection: Option<bool>,
}

/// The signature token is a secret and stays out of logs.
impl fmt::Debug for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Configuration").field("conditions", &self.conditions).finish_non_exhaustive()
    }
}

/// Which opportunities a webhook tells of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Conditions {
    /// Origins of the opportunity.
    #[serde(default)]
    pub origins: Vec<String>,
}

/// A new webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NewWebhook {
    /// Where to; https.
    pub url: String,
    /// The event.
    pub event: String,
    /// When to send.
    #[serde(default)]
    pub configuration: Configuration,
}

/// Changes to several webhooks at once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WebhookChanges {
    /// One entry per webhook.
    pub data: Vec<WebhookChange>,
}

/// A change to one webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WebhookChange {
    /// Which.
    pub id: WebhookId,
    /// Another address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Another event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Other conditions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration: Option<Configuration>,
}

const READ: &str = "webhooks:read:admin";
const WRITE: &str = "webhooks:write:admin";

endpoint! {
    /// List the caller's webhooks. There is no `hasNext` in the answer.
    Get "/v1/webhooks" as ListWebhooks {
        access: Access::new("find all webhooks", READ), path: {}, query: Nothing, body: Nothing, returns: List<Webhook>,
    }
}
endpoint! {
    /// Create a webhook. The signature token is in this answer and in no other.
    Post "/v1/webhooks" as CreateWebhook {
        access: Access::new("create a webhook", WRITE), path: {}, query: Nothing, body: NewWebhook, returns: Data<Webhook>, status: 201,
    }
}
endpoint! {
    /// Change several webhooks.
    Put "/v1/webhooks" as UpdateWebhooks {
        access: Access::new("update webhooks", WRITE), path: {}, query: Nothing, body: WebhookChanges, returns: List<Webhook>,
    }
}
endpoint! {
    /// Delete a webhook.
    Delete "/v1/webhooks/{webhook}" as DeleteWebhook {
        access: Access::new("delete a webhook", WRITE), path: { webhook: WebhookId }, query: Nothing, body: Nothing, returns: Nothing, status: 204,
    }
}
catalogue![ListWebhooks, CreateWebhook, UpdateWebhooks, DeleteWebhook];
