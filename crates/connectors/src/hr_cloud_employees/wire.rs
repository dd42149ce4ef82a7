//! HR Cloud's Employee API: the parts we call. Base `https://corehr.hrcloud.com`.

use connector::Hold;
use endpoint::{Access, Endpoint, Nothing, endpoint};
use outbound::{Failure, Remote};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;
use utoipa::ToSchema;

/// An employee. What is absent is as the customer's defaults say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Employee {
    /// Whoever has it already is updated.
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    /// A day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date: Option<String>,
    /// `Active` or `Inactive`
    pub record_status: String,
    /// `Employee` or `Admin`
    pub account_type: String,
    /// `Active`, `Leave of Absence` or `Terminated`
    pub employment_status: String,
    /// HR Cloud counts, if it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employee_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manager_email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub division: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// As [`ListCountries`] spells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_name: Option<String>,
}

/// An entry of a list. An unknown code makes an entry; a known code with another name renames it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reference {
    pub name: String,
    pub code: String,
}

/// What somebody typed: `ENG`, or `ENG = Engineering` where HR Cloud has another name for it than Lever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Code(String);

impl Code {
    /// What stands for a name in Lever. What is the name itself is no more than that, whatever signs are in it.
    pub fn reference(&self, name: &str) -> Reference {
        let (code, own) = self.0.rsplit_once(" = ").filter(|_| self.0 != name.trim()).unwrap_or((&self.0, name));
        Reference { name: own.trim().to_owned(), code: code.trim().to_owned() }
    }
}

impl TryFrom<String> for Code {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() || text.starts_with('=') || text.ends_with('=') {
            return Err("Type in its code as HR Cloud has it or, where the name is another one there too, code = name.".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

endpoint! {
    /// Create employees, or update those who have the e-mail already. Answers nothing: 201 created, 200 updated.
    Post "/integrations/api/v1/employees" as PutEmployees { access: Access::ANY, path: {}, query: Nothing, body: Vec<Employee>, returns: Value }
}
endpoint! {
    /// The countries there are.
    Get "/integrations/api/v1/countries" as ListCountries { access: Access::ANY, path: {}, query: Nothing, body: Nothing, returns: Vec<String> }
}

/// Creates or updates one; whether it was created.
pub async fn put(partner: &Remote, employee: &Employee) -> Result<bool, Failure> {
    let request = PutEmployees { query: Nothing, body: vec![employee.clone()] };
    let parts = request.into_parts().map_err(|e| Failure::Blocked(e.to_string()))?;
    // Only the status tells which it was.
    Ok(partner.raw(PutEmployees::INFO.verb, &parts.fill(&PutEmployees::INFO), None, parts.body).await?.status == 201)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fault {
    error_code: String,
    error_description: String,
}

/// `[{"errorCode": "REQUIRED", "errorDescription": "..."}]` as one hold; all that is wrong at once. Grouped by the codes: a
/// description may quote what was sent of one person.
pub fn refusal(partner: &str, who: &str, body: &str) -> Hold {
    const LONGEST: usize = 500;
    let faults: Vec<Fault> = serde_json::from_str(body).unwrap_or_default();
    let told: Vec<String> = faults.iter().map(|f| format!("{} ({}).", f.error_description.trim_end_matches('.'), f.error_code)).collect();
    let told: String = if told.is_empty() { "No reason was given.".to_owned() } else { told.join(" ").chars().take(LONGEST).collect() };
    let codes = faults.iter().map(|f| f.error_code.as_str()).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ");
    let codes = if codes.is_empty() { "no reason was given" } else { &codes };
    Hold::new(format!("{partner} refuses: {codes}"), format!("{partner} answered 400 for {who}: {told} Mend it in Lever or {partner}, then release."))
}
