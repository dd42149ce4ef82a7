//! `/hr-cloud/integrations/api/v1/…`: HR Cloud's Employee API of 2017. It creates and updates by e-mail, answers nothing
//! but a status, and reads nothing.

use super::records::{NewRecord, Query};
use crate::Partners;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

pub fn routes(partners: Partners) -> Router {
    Router::new()
        .route("/hr-cloud/integrations/api/v1/employees", post(employees))
        .route("/hr-cloud/integrations/api/v1/countries", get(countries))
        .with_state(partners)
}

/// What the header of a service account is.
pub fn authorization(key: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{key}:{secret}")))
}

enum Refused {
    /// The credential is not known, or the API is not switched on for this customer.
    Closed,
    /// `[{"errorCode": …, "errorDescription": …}]`
    Wrong(Vec<Fault>),
    Broken,
}

impl From<db::Error> for Refused {
    fn from(e: db::Error) -> Self {
        tracing::error!(error = %e, "a request could not be answered");
        Self::Broken
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Closed => StatusCode::FORBIDDEN.into_response(),
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            Self::Wrong(faults) => {
                let told: Vec<Value> = faults.iter().map(|(code, why)| json!({ "errorCode": code, "errorDescription": why })).collect();
                (StatusCode::BAD_REQUEST, Json(told)).into_response()
            }
        }
    }
}

type Fault = (&'static str, String);

async fn admit(partners: &Partners, headers: &HeaderMap) -> Result<(), Refused> {
    let given = headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok()?.strip_prefix("Basic "));
    let pair = given.and_then(|given| String::from_utf8(STANDARD.decode(given).ok()?).ok()).unwrap_or_default();
    let (key, secret) = pair.split_once(':').unwrap_or_default();
    let open = partners.hr_setting("employee_api").await? == "yes" && partners.knows_key_pair(key, secret).await?;
    if open { Ok(()) } else { Err(Refused::Closed) }
}

async fn countries(State(partners): State<Partners>, headers: HeaderMap) -> Result<Json<Vec<&'static str>>, Refused> {
    admit(&partners, &headers).await?;
    Ok(Json(COUNTRIES.lines().collect()))
}

/// Nothing is changed before all are found right. Should one be refused all the same, those before it are made.
async fn employees(State(partners): State<Partners>, headers: HeaderMap, body: Bytes) -> Result<StatusCode, Refused> {
    admit(&partners, &headers).await?;
    let wrong = |why: String| Refused::Wrong(vec![("INVALID_VALUE", why)]);
    let employees: Vec<Map<String, Value>> =
        serde_json::from_slice(&body).map_err(|e| wrong(format!("The body is not an array of employees: {e}")))?;
    let faults: Vec<Fault> = employees.iter().flat_map(check).collect();
    if !faults.is_empty() {
        return Err(Refused::Wrong(faults));
    }
    // One request after the other: two that bring the same address must not both find nobody.
    let _turn = partners.upserts.lock().await;
    let mut created = false;
    for employee in &employees {
        let mut put = partners.put_employee(employee).await?;
        if put.is_err() {
            // The newer API may have created them at this very moment.
            put = partners.put_employee(employee).await?;
        }
        created |= put.map_err(wrong)?;
    }
    Ok(if created { StatusCode::CREATED } else { StatusCode::OK })
}

fn text<'a>(employee: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
    employee.get(field).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
}

const REFERENCES: [(&str, &str, &str); 4] = [
    ("location", "xLocation", "xLocationLookup"),
    ("department", "xDepartment", "xDepartmentLookup"),
    ("division", "xDivision", "xDivisionLookup"),
    ("position", "xPosition", "xPositionLookup"),
];

/// What is wrong with one.
fn check(employee: &Map<String, Value>) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Vec::new();
    for field in ["email", "firstName", "lastName"] {
        if text(employee, field).is_none() {
            faults.push(("REQUIRED", format!("The field {field} is required.")));
        }
    }
    if text(employee, "email").is_some_and(|email| !email.contains('@')) {
        faults.push(("INVALID_EMAIL", "The field email is not an e-mail address.".to_owned()));
    }
    for (field, values) in [
        ("recordStatus", &["Active", "Inactive"][..]),
        ("accountType", &["Employee", "Admin"]),
        ("employmentStatus", &["Active", "Leave of Absence", "Terminated"]),
    ] {
        if text(employee, field).is_some_and(|value| !values.contains(&value)) {
            faults.push(("INVALID_VALUE", format!("The field {field} must be one of {}.", values.join(", "))));
        }
    }
    if text(employee, "startDate").is_some_and(|day| day.get(..10).is_none_or(|day| day.parse::<jiff::civil::Date>().is_err())) {
        faults.push(("INVALID_VALUE", "The field startDate is not a date.".to_owned()));
    }
    if text(employee, "countryName").is_some_and(|country| !COUNTRIES.lines().any(|known| known == country)) {
        faults.push(("INVALID_VALUE", "The field countryName is not a known country.".to_owned()));
    }
    for (field, ..) in REFERENCES {
        if let Some(reference) = employee.get(field).and_then(Value::as_object)
            && (text(reference, "name").is_none() || text(reference, "code").is_none())
        {
            faults.push(("REQUIRED", format!("The field {field} needs a name and a code.")));
        }
    }
    faults
}

impl Partners {
    /// Creates whoever has no employee with their e-mail, updates whoever has; whether one was created.
    async fn put_employee(&self, employee: &Map<String, Value>) -> db::Result<Result<bool, String>> {
        let say = |field: &str| text(employee, field).map(str::to_owned);
        let email = say("email").unwrap_or_default();
        let there = self.records("xEmployee", Query { email: Some(email.clone()), limit: 1, ..Query::default() }).await?.pop();
        let mut doc = there.as_ref().map(|record| record.doc.clone()).unwrap_or_default();
        let (first, last) = (say("firstName").unwrap_or_default(), say("lastName").unwrap_or_default());
        let mut put = |field: &str, value: Option<String>| {
            if let Some(value) = value {
                doc.insert(field.to_owned(), json!(value));
            }
        };
        put("xFullName", Some(format!("{first} {last}")));
        put("xFirstName", Some(first));
        put("xLastName", Some(last));
        put("xEmail", Some(email));
        put("xStartDate", say("startDate"));
        put("xCity", say("city"));
        put("xCountry", say("countryName"));
        put("xRecordStatus", say("recordStatus").or_else(|| there.is_none().then(|| "Active".to_owned())));
        let number = match (say("employeeNumber"), &there) {
            (None, None) => Some((1000 + self.count_records("xEmployee").await? + 1).to_string()),
            (number, _) => number,
        };
        put("xEmployeeNumber", number);
        let status = say("employmentStatus").unwrap_or_else(|| "Active".to_owned());
        put("xEmploymentStatusLookup", self.record_named("xEmploymentStatus", &status).await?);
        if let Some(email) = say("managerEmail") {
            let manager = self.records("xEmployee", Query { email: Some(email), limit: 1, ..Query::default() }).await?.pop();
            put("xManagerLookup", manager.map(|manager| manager.id));
        }
        for (field, kind, lookup) in REFERENCES {
            let Some(reference) = employee.get(field).and_then(Value::as_object) else { continue };
            let (name, code) = (text(reference, "name").unwrap_or_default(), text(reference, "code").unwrap_or_default());
            match self.refer(kind, name, code).await? {
                Ok(id) => put(lookup, Some(id)),
                Err(why) => return Ok(Err(why)),
            }
        }
        Ok(self.keep_employee(there.as_ref().map(|record| record.id.as_str()), doc).await?.map(|_| there.is_none()))
    }

    /// An unknown code makes an entry; a known code with another name renames it. Its id.
    async fn refer(&self, kind: &str, name: &str, code: &str) -> db::Result<Result<String, String>> {
        let (name_field, code_field) = super::records::names(kind);
        let code_field = code_field.unwrap_or_default();
        let all = self.records(kind, Query { limit: i64::from(i32::MAX), ..Query::default() }).await?;
        let stored = match all.into_iter().find(|record| record.text(code_field) == code) {
            Some(record) if record.text(name_field) == name => return Ok(Ok(record.id)),
            Some(record) => self.update_record(kind, &record.id, json!({ name_field: name })).await?,
            None => {
                let doc = json!({ name_field: name, code_field: code, "xRecordStatus": "Active" });
                self.create_record(NewRecord { kind: kind.to_owned(), doc }).await?
            }
        };
        Ok(stored.map(|record| record.id))
    }
}

const COUNTRIES: &str = include_str!("countries.txt");
