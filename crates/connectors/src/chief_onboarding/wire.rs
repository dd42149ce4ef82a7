//! ChiefOnboarding's API: the parts we call. <https://docs.chiefonboarding.com/api.html>

use crate::hires::Aliases;
use connector::{Cx, Good, Hold};
use endpoint::{Access, Nothing, endpoint};
use outbound::{Failure, Remote};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;

/// A new hire. What is empty is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct NewHire {
    pub first_name: String,
    pub last_name: String,
    /// Unique.
    pub email: String,
    /// 0: a new hire.
    pub role: u8,
    /// A day; today, if it is absent.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub start_day: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub position: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub phone: String,
    /// The id of somebody there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manager: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sequences: Vec<i64>,
}

/// Somebody there, new hires among them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Employee {
    pub id: i64,
    #[serde(default)]
    pub email: String,
}

/// A sequence: a journey.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sequence {
    pub id: i64,
    #[serde(default)]
    pub name: String,
}

endpoint! {
    /// Add somebody.
    Post "/api/users/" as CreateUser { access: Access::ANY, path: {}, query: Nothing, body: NewHire, returns: Value, status: 201 }
}
endpoint! {
    /// Everybody there.
    Get "/api/employees/" as ListEmployees { access: Access::ANY, path: {}, query: Nothing, body: Nothing, returns: Vec<Employee> }
}
endpoint! {
    /// The sequences there are.
    Get "/api/sequences/" as ListSequences { access: Access::ANY, path: {}, query: Nothing, body: Nothing, returns: Vec<Sequence> }
}

pub async fn sequences(partner: &Remote) -> Result<Vec<Sequence>, Failure> {
    partner.send(ListSequences { query: Nothing, body: Nothing }).await
}

/// Adds a new hire. The answer says nothing that we do not know.
pub async fn create(partner: &Remote, hire: &NewHire) -> Result<(), Failure> {
    partner.send(CreateUser { query: Nothing, body: hire.clone() }).await.map(drop)
}

/// Who is there, and which sequences there are.
pub struct Directory {
    people: Vec<Employee>,
    sequences: Vec<Sequence>,
}

impl Directory {
    /// Reads both lists.
    pub async fn of(partner: &Remote) -> Result<Self, Failure> {
        let people = partner.send(ListEmployees { query: Nothing, body: Nothing });
        let (people, sequences) = futures_util::future::try_join(people, sequences(partner)).await?;
        Ok(Self { people, sequences })
    }

    /// The same, shared by all that are performed together.
    pub async fn read(cx: &Cx<'_>) -> Result<Arc<Self>, Failure> {
        cx.memo.read("people and sequences", Good::After(cx.asked), || Self::of(cx.partner)).await
    }

    /// The id of whoever has this e-mail.
    pub fn id_of(&self, email: &str) -> Option<String> {
        let email = email.trim();
        self.people.iter().find(|p| !email.is_empty() && p.email.trim().eq_ignore_ascii_case(email)).map(|p| p.id.to_string())
    }

    /// Whether somebody has this id.
    pub fn has(&self, id: &str) -> bool {
        self.people.iter().any(|p| p.id.to_string() == id)
    }

    /// The sequence of a name: an alias somebody gave it, else the one of exactly that name.
    pub fn sequence(&self, aliases: &Aliases, name: &str) -> Option<i64> {
        let alias = aliases.get("sequences").and_then(|names| names.get(name.trim()));
        let is_it = |s: &&Sequence| if let Some(id) = alias { s.id.to_string() == *id } else { !name.trim().is_empty() && s.name.trim() == name.trim() };
        self.sequences.iter().find(is_it).map(|s| s.id)
    }
}

/// `{"email": ["This field must be unique."]}` as one hold. Grouped by the fields: a sentence may quote what was sent.
pub fn refusal(partner: &str, who: &str, body: &str) -> Hold {
    let faults: Value = serde_json::from_str(body).unwrap_or_default();
    let faults = faults.as_object().cloned().unwrap_or_default();
    let fields = faults.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    let told: Vec<String> = faults.iter().map(|(field, why)| format!("{field}: {}", why[0].as_str().unwrap_or("not taken"))).collect();
    let told = if told.is_empty() { "No reason was given.".to_owned() } else { told.join(" ") };
    let fields = if fields.is_empty() { "no reason was given" } else { &fields };
    Hold::new(format!("{partner} refuses: {fields}"), format!("{partner} answered 400 for {who}: {told} Mend it in Lever or {partner}, then release."))
}
