//! HR Cloud's Employee API: the parts we call. Base `https://corehr.hrcloud.com`.

use connector::Hold;
use endpoint::{Access, Endpoint, Nothing, endpoint};
use outbound::{Failure, Remote};
use serde::{Deserialize, Serialize};
use serde_json::Value;
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

impl Reference {
    /// What somebody typed: `ENG`, or `ENG = Engineering` where HR Cloud has another name for it than Lever.
    pub fn typed(text: &str, name: &str) -> Self {
        let (code, own) = text.split_once('=').map_or((text, name), |(code, own)| (code, own));
        Self { name: own.trim().to_owned(), code: code.trim().to_owned() }
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

/// `[{"errorCode": "REQUIRED", "errorDescription": "..."}]` as one hold; all that is wrong at once.
pub fn refusal(partner: &str, who: &str, body: &str) -> Hold {
    let faults: Vec<Fault> = serde_json::from_str(body).unwrap_or_default();
    let told: Vec<String> = faults.iter().map(|f| format!("{} ({}).", f.error_description.trim_end_matches('.'), f.error_code)).collect();
    let told = if told.is_empty() { "No reason was given.".to_owned() } else { told.join(" ") };
    Hold::new(format!("{partner} refuses: {told}"), format!("{partner} answered 400 for {who}: {told} Mend it in Lever or {partner}, then release."))
}
