//! Contacts: the person, shared by all of their opportunities.
//!
//! Official page: <https://hire.lever.co/developer/documentation#contacts>

use crate::{ContactId, Data, Phone, Rest, View};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Contact {
    /// Contact id.
    pub id: String,
    /// Full name.
    pub name: String,
    /// Past companies or schools.
    pub headline: String,
    /// Anonymised people cannot be updated or linked. Missing in the answer to an update.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_anonymized: Option<bool>,
    /// An object here, plain text on an opportunity.
    pub location: Option<Place>,
    /// E-mail addresses.
    pub emails: Vec<String>,
    /// Telephone numbers.
    pub phones: Vec<Phone>,
    /// Consent, null if nobody asked; absent in the answer to a change.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "crate::envelope::there")]
    pub data_protection: Option<Value>,
    /// What this version does not know.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

/// A place by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Place {
    /// As typed.
    pub name: String,
}

/// Changes to a contact. What is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ContactChange {
    /// Full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Past companies or schools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// Plain text, not an object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// All addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emails: Option<Vec<String>>,
    /// All numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phones: Option<Vec<Phone>>,
}

endpoint! {
    /// Read one contact.
    Get "/v1/contacts/{contact}" as GetContact {
        access: Access::new("find a contact", "contact:read:admin"), path: { contact: ContactId },
        query: View, body: Nothing, returns: Data<Contact>,
    }
}
endpoint! {
    /// Change a contact.
    Put "/v1/contacts/{contact}" as UpdateContact {
        access: Access::new("update a contact", "contact:write:admin"), path: { contact: ContactId },
        query: Nothing, body: ContactChange, returns: Data<Contact>,
    }
}
catalogue![GetContact, UpdateContact];
