//! HR Cloud's API, generation 2: the parts we call.
//!
//! Base `https://corehr-api.hrcloud.com`, headers `Customer_Key` and `Customer_Secret`.

use endpoint::{Access, Nothing, endpoint};
use outbound::{Failure, Remote};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::HashSet;
use utoipa::ToSchema;

/// A record of any kind, by the names of the API, its odd spelling of the middle name (`xMIddleName`) included.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub struct Record(pub Map<String, Value>);

impl Record {
    /// A text; empty if absent.
    pub fn text(&self, field: &str) -> &str {
        self.0.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// What a field holds, as text that can be compared: of a lookup the id, of a date the day. Empty if nothing.
    pub fn value(&self, field: &str) -> &str {
        match self.0.get(field) {
            Some(Value::Object(lookup)) => lookup.get("Id").and_then(Value::as_str).unwrap_or_default(),
            Some(Value::String(text)) if field == "xStartDate" => text.get(..10).unwrap_or(text),
            Some(Value::String(text)) => text.trim(),
            _ => "",
        }
    }

    /// What a field holds, for people: of a lookup the name.
    pub fn shown(&self, field: &str) -> &str {
        let names = ["xPositionTitle", "xDepartmentName", "xLocationName", "xType", "xFullName"];
        match self.0.get(field) {
            Some(Value::Object(lookup)) => names.iter().find_map(|name| lookup.get(*name)?.as_str()).unwrap_or_default(),
            _ => self.value(field),
        }
    }
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
    /// Only these fields, divided by commas; `Id` comes always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<String>,
}

endpoint! {
    /// Read records: employees, positions, departments, locations, types, statuses.
    Get "/v1/cloud/{resource}" as ListRecords { access: Access::ANY, path: { resource: String }, query: Find, body: Nothing, returns: Vec<Record> }
}
endpoint! {
    /// Read one record.
    Get "/v1/cloud/{resource}/{id}" as GetRecord { access: Access::ANY, path: { resource: String, id: String }, query: Nothing, body: Nothing, returns: Record }
}
endpoint! {
    /// Create a record; answers it with its `Id`.
    Post "/v1/cloud/{resource}" as CreateRecord { access: Access::ANY, path: { resource: String }, query: Nothing, body: Record, returns: Record }
}
endpoint! {
    /// Change the fields that are given; answers the record.
    Put "/v1/cloud/{resource}/{id}" as UpdateRecord { access: Access::ANY, path: { resource: String, id: String }, query: Nothing, body: Record, returns: Record }
}

endpoint! {
    /// Take a record away.
    Delete "/v1/cloud/{resource}/{id}" as DeleteRecord { access: Access::ANY, path: { resource: String, id: String }, query: Nothing, body: Nothing, returns: Value }
}

/// The resource of employees.
pub const EMPLOYEE: &str = "xEmployee";

/// All records of a resource, to the end. The documents say that `page` counts records to skip, clients use it as a page
/// number from 1. Without it both begin at the beginning; a second page that mostly repeats the first tells which it is.
pub async fn all(partner: &Remote, resource: &str, select: Option<&str>) -> Result<Vec<Record>, Failure> {
    const PAGE: usize = 200;
    const UNASKED: usize = 50;
    let mut all: Vec<Record> = Vec::new();
    let mut ids = HashSet::new();
    let (mut page, mut counts_records) = (None, false);
    for turn in 1..10_000 {
        let find = Find { page, page_size: i64::try_from(PAGE).ok(), select: select.map(str::to_owned), ..Find::default() };
        let records = partner.send(ListRecords { resource: resource.to_owned(), query: find, body: Nothing }).await?;
        let (got, before) = (records.len(), all.len());
        all.extend(records.into_iter().filter(|record| ids.insert(record.text("Id").to_owned())));
        if turn > 1 && all.len() - before < got {
            counts_records = true;
        }
        // A server may give fewer than asked for, but hardly fewer than it gives unasked.
        if got < UNASKED || (counts_records && all.len() == before) {
            break;
        }
        page = i64::try_from(if counts_records { all.len() } else { turn + 1 }).ok();
    }
    Ok(all)
}

/// The first employee whose field has this value.
pub async fn find(partner: &Remote, field: &str, value: &str) -> Result<Option<Record>, Failure> {
    let filter = format!("{field} eq '{}'", value.replace('\'', "''"));
    let find = Find { filter: Some(filter), ..Find::default() };
    Ok(partner.send(ListRecords { resource: EMPLOYEE.to_owned(), query: find, body: Nothing }).await?.into_iter().next())
}

/// An employee by id; none, if there is none any more.
pub async fn get(partner: &Remote, id: &str) -> Result<Option<Record>, Failure> {
    match partner.send(GetRecord { resource: EMPLOYEE.to_owned(), id: id.to_owned(), query: Nothing, body: Nothing }).await {
        Ok(record) => Ok(Some(record)),
        Err(failure) if failure.status() == Some(404) => Ok(None),
        Err(failure) => Err(failure),
    }
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
