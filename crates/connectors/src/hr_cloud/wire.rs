//! HR Cloud's API, generation 2: the parts we call.
//!
//! Base `https://corehr-api.hrcloud.com`, headers `Customer_Key` and `Customer_Secret`.

use endpoint::{Access, Nothing, endpoint};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// An employee, by the names of the API, its odd spelling of the middle name included.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Employee {
    #[serde(rename = "Id", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(rename = "xFirstName", skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(rename = "xMIddleName", skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    #[serde(rename = "xLastName", skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(rename = "xFullName", skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    #[serde(rename = "xEmail", skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(rename = "xEmployeeNumber", skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    #[serde(rename = "xRecordStatus", skip_serializing_if = "Option::is_none")]
    pub record_status: Option<String>,
    /// `2026-04-01`
    #[serde(rename = "xStartDate", skip_serializing_if = "Option::is_none")]
    pub start_date: Option<String>,
    #[serde(rename = "xPositionLookup", skip_serializing_if = "Value::is_null")]
    pub position: Value,
    #[serde(rename = "xDepartmentLookup", skip_serializing_if = "Value::is_null")]
    pub department: Value,
    #[serde(rename = "xLocationLookup", skip_serializing_if = "Value::is_null")]
    pub location: Value,
    #[serde(rename = "xEmploymentTypeLookup", skip_serializing_if = "Value::is_null")]
    pub employment_type: Value,
    #[serde(rename = "xEmploymentStatusLookup", skip_serializing_if = "Value::is_null")]
    pub employment_status: Value,
    #[serde(rename = "xManagerLookup", skip_serializing_if = "Value::is_null")]
    pub manager: Value,
}

/// Which records to return. `page` is documented as records to skip and used by clients as a page number; we read
/// until an empty page and take each id once, which is right either way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Find {
    /// `xEmail eq 'ada@example.org'`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// See above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<i64>,
    /// 50 if absent.
    #[serde(default, rename = "pageSize", skip_serializing_if = "Option::is_none")]
    pub page_size: Option<i64>,
}

/// Records of any other kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Vec<Object>)]
pub struct Records(pub Vec<Value>);

endpoint! {
    /// Find employees.
    Get "/v1/cloud/xEmployee" as FindEmployees { access: Access::ANY, path: {}, query: Find, body: Nothing, returns: Vec<Employee> }
}
endpoint! {
    /// Create an employee; answers it with its `Id`.
    Post "/v1/cloud/xEmployee" as CreateEmployee { access: Access::ANY, path: {}, query: Nothing, body: Employee, returns: Employee }
}
endpoint! {
    /// Read a list: positions, departments, locations, types, statuses.
    Get "/v1/cloud/{resource}" as ListRecords { access: Access::ANY, path: { resource: String }, query: Find, body: Nothing, returns: Records }
}
endpoint! {
    /// Add an entry to a list; answers it with its `Id`.
    Post "/v1/cloud/{resource}" as CreateRecord { access: Access::ANY, path: { resource: String }, query: Nothing, body: Value, returns: Value }
}

/// The sentences of a refusal: `{"Message": "Validation failed. Value for xEmail is required but missing."}`, several
/// in one string.
pub fn sentences(body: &str) -> Vec<String> {
    let message = serde_json::from_str::<Value>(body).ok().and_then(|json| json.get("Message")?.as_str().map(str::to_owned));
    let message = message.unwrap_or_else(|| body.to_owned());
    let split = message.split(". ").map(|s| s.trim().trim_end_matches('.')).filter(|s| !s.is_empty());
    let sentences: Vec<String> = split.filter(|s| *s != "Validation failed").map(|s| format!("{s}.")).collect();
    if sentences.is_empty() { vec!["No reason was given.".to_owned()] } else { sentences }
}
