//! `/hr-cloud/v1/cloud/{resource}`: HR Cloud's API, generation 2, with its error texts and both readings of `page`.

use super::records::{KINDS, NewRecord, Query as Which};
use crate::Partners;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

pub fn routes(partners: Partners) -> Router {
    Router::new()
        .route("/hr-cloud/v1/cloud/{resource}", get(list).post(create).put(update_many))
        .route("/hr-cloud/v1/cloud/{resource}/{id}", get(one).put(update).delete(remove))
        .with_state(partners)
}

/// `{"Message": "..."}`
struct Refused(StatusCode, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "Message": self.1 }))).into_response()
    }
}

impl From<db::Error> for Refused {
    fn from(e: db::Error) -> Self {
        tracing::error!(error = %e, "a request could not be answered");
        Self(StatusCode::INTERNAL_SERVER_ERROR, "An error has occurred.".to_owned())
    }
}

fn invalid(why: impl Into<String>) -> Refused {
    Refused(StatusCode::BAD_REQUEST, format!("Validation failed. {}", why.into()))
}

/// Who calls, by `Customer_Key` and `Customer_Secret`, and whether the resource exists for them.
async fn admit(partners: &Partners, headers: &HeaderMap, resource: &str) -> Result<(), Refused> {
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !partners.knows_key_pair(header("customer_key"), header("customer_secret")).await? {
        return Err(Refused(StatusCode::UNAUTHORIZED, "Authorization has been denied for this request.".to_owned()));
    }
    if !KINDS.iter().any(|(kind, ..)| *kind == resource) {
        return Err(Refused(StatusCode::FORBIDDEN, format!("The account has no access to {resource}.")));
    }
    Ok(())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Parameters {
    filter: String,
    select: String,
    page: i64,
    #[serde(rename = "pageSize")]
    page_size: Option<i64>,
}

async fn list(
    State(partners): State<Partners>,
    Path(resource): Path<String>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refused> {
    admit(&partners, &headers, &resource).await?;
    let limit = parameters.page_size.unwrap_or(50).clamp(1, 500);
    // Documented as records to skip, used by clients as a page number from 1: a setting chooses.
    let skip = if partners.hr_setting("paging").await? == "skip" { parameters.page } else { (parameters.page - 1).max(0) * limit };
    let mut which = Which { skip: skip.max(0), limit, ..Which::default() };
    let condition = if parameters.filter.is_empty() { None } else { Some(condition(&parameters.filter)?) };
    match &condition {
        Some((field, true, value)) if field == "xEmployeeNumber" => which.number = Some(value.clone()),
        Some((field, true, value)) if field == "xEmail" => which.email = Some(value.clone()),
        Some(_) => (which.skip, which.limit) = (0, i64::from(i32::MAX)),
        None => {}
    }
    let mut printed = Vec::new();
    for record in partners.records(&resource, which).await? {
        printed.push(partners.printed(&resource, record).await?);
    }
    if let Some((field, equal, value)) = &condition
        && field != "xEmployeeNumber"
        && field != "xEmail"
    {
        printed.retain(|record| (at(record, field) == Some(value)) == *equal);
        let from = usize::try_from(skip.max(0)).unwrap_or(0).min(printed.len());
        printed = printed.split_off(from);
        printed.truncate(usize::try_from(limit).unwrap_or(500));
    }
    if !parameters.select.is_empty() {
        let keep: Vec<&str> = parameters.select.split(',').map(str::trim).chain(["Id"]).collect();
        for record in &mut printed {
            if let Some(fields) = record.as_object_mut() {
                fields.retain(|name, _| keep.contains(&name.as_str()));
            }
        }
    }
    Ok(Json(Value::Array(printed)))
}

/// `xFirstName eq 'Fred'`, `xEmploymentStatusLookup.xType neq 'Terminated'`: field, whether equal, value.
fn condition(filter: &str) -> Result<(String, bool, String), Refused> {
    let wrong = || invalid("The filter must be: field eq 'value', or field neq 'value'.");
    let (field, rest) = filter.trim().split_once(' ').ok_or_else(wrong)?;
    let (operator, value) = rest.trim().split_once(' ').ok_or_else(wrong)?;
    let value = value.trim().strip_prefix('\'').and_then(|v| v.strip_suffix('\'')).ok_or_else(wrong)?;
    let equal = match operator {
        "eq" => true,
        "neq" => false,
        _ => return Err(wrong()),
    };
    // Some clients write the names of fields with an underscore: xFirst_Name.
    Ok((field.replace('_', ""), equal, value.replace("''", "'")))
}

fn at<'a>(record: &'a Value, path: &str) -> Option<&'a str> {
    path.split('.').try_fold(record, |value, name| value.get(name)).and_then(Value::as_str)
}

async fn one(State(partners): State<Partners>, Path((resource, id)): Path<(String, String)>, headers: HeaderMap) -> Result<Json<Value>, Refused> {
    admit(&partners, &headers, &resource).await?;
    let missing = || Refused(StatusCode::NOT_FOUND, format!("There is no {resource} with the Id {id}."));
    let record = partners.record(&resource, &id).await?.ok_or_else(missing)?;
    Ok(Json(partners.printed(&resource, record).await?))
}

fn json(body: &Bytes) -> Result<Value, Refused> {
    serde_json::from_slice(body).map_err(|e| Refused(StatusCode::BAD_REQUEST, format!("The body is not JSON: {e}")))
}

/// One object, or an array of them.
async fn create(State(partners): State<Partners>, Path(resource): Path<String>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refused> {
    admit(&partners, &headers, &resource).await?;
    let body = json(&body)?;
    let (many, objects) = match body {
        Value::Array(objects) => (true, objects),
        object => (false, vec![object]),
    };
    let mut made = Vec::new();
    for doc in objects {
        let record = partners.create_record(NewRecord { kind: resource.clone(), doc }).await?.map_err(invalid)?;
        made.push(partners.printed(&resource, record).await?);
    }
    Ok(Json(if many { Value::Array(made) } else { made.into_iter().next().unwrap_or(Value::Null) }))
}

async fn update(
    State(partners): State<Partners>,
    Path((resource, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    admit(&partners, &headers, &resource).await?;
    let record = partners.update_record(&resource, &id, json(&body)?).await?.map_err(invalid)?;
    Ok(Json(partners.printed(&resource, record).await?))
}

async fn remove(State(partners): State<Partners>, Path((resource, id)): Path<(String, String)>, headers: HeaderMap) -> Result<Json<Value>, Refused> {
    admit(&partners, &headers, &resource).await?;
    if partners.delete_record(&resource, &id).await? {
        return Ok(Json(json!({ "Id": id })));
    }
    Err(Refused(StatusCode::NOT_FOUND, format!("There is no {resource} with the Id {id}.")))
}

#[derive(Deserialize, Default)]
struct Identifier {
    #[serde(default, rename = "Identifier")]
    identifier: Option<String>,
}

/// An array of objects, each with its `Id` or with the unique field named by `Identifier`.
async fn update_many(
    State(partners): State<Partners>,
    Path(resource): Path<String>,
    Query(by): Query<Identifier>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    admit(&partners, &headers, &resource).await?;
    let Value::Array(objects) = json(&body)? else { return Err(invalid("The body must be an array.")) };
    let mut changed = Vec::new();
    for change in objects {
        let id = match (&by.identifier, change["Id"].as_str()) {
            (None, Some(id)) => Some(id.to_owned()),
            (Some(field), _) => {
                let value = change[field.as_str()].as_str().unwrap_or_default().to_owned();
                let which = match field.as_str() {
                    "xEmployeeNumber" => Which { number: Some(value), limit: 1, ..Which::default() },
                    "xEmail" => Which { email: Some(value), limit: 1, ..Which::default() },
                    other => return Err(invalid(format!("{other} is not a unique field."))),
                };
                partners.records(&resource, which).await?.pop().map(|record| record.id)
            }
            (None, None) => None,
        };
        let id = id.ok_or_else(|| invalid("Value for Id is required but missing."))?;
        let record = partners.update_record(&resource, &id, change).await?.map_err(invalid)?;
        changed.push(partners.printed(&resource, record).await?);
    }
    Ok(Json(Value::Array(changed)))
}
