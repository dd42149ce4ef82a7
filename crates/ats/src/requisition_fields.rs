//! Fields of a company's own that requisitions have.

use crate::Ats;
use crate::access::Caller;
use crate::profiles::text_of;
use crate::refusal::{Refusal, Result};
use db::{Sql, params};
use endpoint::Nothing;
use lever_api::{
    AddRequisitionFieldOptions, CreateRequisitionField, Data, DeleteRequisitionField, FieldOption, GetRequisitionField, ListRequisitionFields,
    RemoveRequisitionFieldOptions, RenameRequisitionFieldOptions, RequisitionField, UpdateRequisitionField,
};
use serde_json::{Value, json};
use std::sync::Arc;

pub async fn list(ats: Ats, _: Arc<Caller>, request: ListRequisitionFields) -> Result<Data<Vec<RequisitionField>>> {
    let q = request.query;
    let mut all = ats.requisition_fields().await?;
    all.retain(|field| q.is_required.is_none_or(|required| required == field.is_required) && q.kind.as_ref().is_none_or(|kind| *kind == field.kind));
    Ok(Data::new(all))
}

pub async fn get(ats: Ats, _: Arc<Caller>, request: GetRequisitionField) -> Result<Data<RequisitionField>> {
    let id = request.requisition_field.as_str();
    let found = ats.requisition_fields().await?.into_iter().find(|field| field.id == id);
    found.map(Data::new).ok_or_else(|| Refusal::not_found("requisition_fields", id))
}

/// An account has no more fields.
const MOST_FIELDS: usize = 100;

pub async fn create(ats: Ats, _: Arc<Caller>, request: CreateRequisitionField) -> Result<Data<RequisitionField>> {
    let field = checked(request.body)?;
    if ats.requisition_fields().await?.len() >= MOST_FIELDS {
        return Err(Refusal::bad_request(format!("An account has at most {MOST_FIELDS} requisition fields")));
    }
    if ats.add_requisition_field(&ats.db, &field).await? {
        return Ok(Data::new(field));
    }
    Err(Refusal::bad_request(format!("id: there is a field {} already", field.id)))
}

pub async fn update(ats: Ats, _: Arc<Caller>, request: UpdateRequisitionField) -> Result<Data<RequisitionField>> {
    let id = request.requisition_field.as_str();
    let field = checked(RequisitionField { id: id.to_owned(), ..request.body })?;
    match ats.db.run("update requisition_field set doc = $1 where id = $2", params![text_of(&field), id]).await? {
        0 => Err(Refusal::not_found("requisition_fields", id)),
        _ => Ok(Data::new(field)),
    }
}

pub async fn delete(ats: Ats, _: Arc<Caller>, request: DeleteRequisitionField) -> Result<Nothing> {
    let id = request.requisition_field.as_str();
    match ats.db.run("delete from requisition_field where id = $1", params![id]).await? {
        0 => Err(Refusal::not_found("requisition_fields", id)),
        _ => Ok(Nothing),
    }
}

/// A field as it can be: options get their ids.
fn checked(mut field: RequisitionField) -> Result<RequisitionField> {
    let is_snake = |id: &str| (1..=50).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !is_snake(&field.id) || field.text.trim().is_empty() {
        return Err(Refusal::bad_request("id must be snake_case of at most 50 characters, and text must not be empty"));
    }
    let fits = match field.kind.as_str() {
        "number" | "text" | "date" => field.subfields.is_empty() && field.options.is_empty(),
        "object" => !field.subfields.is_empty() && field.options.is_empty() && field.subfields.iter().all(|part| is_snake(&part.id)),
        "dropdown" => field.subfields.is_empty() && field.options.iter().all(|option| !option.text.trim().is_empty()),
        _ => false,
    };
    if !fits {
        return Err(Refusal::bad_request("type must be number, text, date, object with subfields, or dropdown with options"));
    }
    for option in field.options.iter_mut().filter(|option| option.id.is_empty()) {
        option.id = uuid::Uuid::new_v4().to_string();
    }
    Ok(field)
}

pub async fn add_options(ats: Ats, _: Arc<Caller>, request: AddRequisitionFieldOptions) -> Result<Data<FieldOption>> {
    let mut field = ats.dropdown(request.requisition_field.as_str()).await?;
    let new = request.body.values.into_iter().map(|option| FieldOption { id: uuid::Uuid::new_v4().to_string(), text: option.text });
    field.options.extend(new);
    let field = ats.store_field(field).await?;
    field.options.into_iter().next_back().map(Data::new).ok_or_else(|| Refusal::bad_request("Missing required parameter: values"))
}

pub async fn rename_options(ats: Ats, _: Arc<Caller>, request: RenameRequisitionFieldOptions) -> Result<Data<RequisitionField>> {
    let mut field = ats.dropdown(request.requisition_field.as_str()).await?;
    for renamed in request.body.values {
        let option = field.options.iter_mut().find(|option| option.id == renamed.id);
        option.ok_or_else(|| Refusal::bad_request(format!("values: there is no option {:?}", renamed.id)))?.text = renamed.text;
    }
    ats.store_field(field).await.map(Data::new)
}

pub async fn remove_options(ats: Ats, _: Arc<Caller>, request: RemoveRequisitionFieldOptions) -> Result<Nothing> {
    let mut field = ats.dropdown(request.requisition_field.as_str()).await?;
    if let Some(unknown) = request.body.values.iter().find(|id| !field.options.iter().any(|option| option.id == **id)) {
        return Err(Refusal::bad_request(format!("values: there is no option {unknown:?}")));
    }
    field.options.retain(|option| !request.body.values.contains(&option.id));
    ats.store_field(field).await.map(|_| Nothing)
}

/// Whether a value is one of this kind.
fn fits(kind: &str, options: &[FieldOption], value: &Value) -> bool {
    match kind {
        "number" => value.is_number(),
        "date" => value.is_i64(),
        "dropdown" => options.iter().any(|option| *value == *option.id || *value == *option.text),
        _ => value.is_string(),
    }
}

impl Ats {
    /// Fields of the company's own, the oldest first.
    pub(crate) async fn requisition_fields(&self) -> db::Result<Vec<RequisitionField>> {
        let rows = self.db.rows("select doc from requisition_field order by created_at, id", vec![]).await?;
        rows.iter().map(|row| row.held("doc")).collect()
    }

    /// Adds a field; whether its id was free.
    pub(crate) async fn add_requisition_field(&self, tx: &impl Sql, field: &RequisitionField) -> db::Result<bool> {
        let sql = "insert into requisition_field (id, doc, created_at) values ($1, $2, $3) on conflict (id) do nothing";
        Ok(tx.run(sql, params![field.id.as_str(), text_of(field), self.clock.now().0]).await? > 0)
    }

    async fn dropdown(&self, id: &str) -> Result<RequisitionField> {
        let found = self.requisition_fields().await?.into_iter().find(|field| field.id == id);
        let field = found.ok_or_else(|| Refusal::not_found("requisition_fields", id))?;
        if field.kind == "dropdown" { Ok(field) } else { Err(Refusal::bad_request(format!("{id} is no dropdown: it has no options"))) }
    }

    async fn store_field(&self, field: RequisitionField) -> Result<RequisitionField> {
        let field = checked(field)?;
        self.db.run("update requisition_field set doc = $1 where id = $2", params![text_of(&field), field.id.as_str()]).await?;
        Ok(field)
    }

    /// What a requisition says in these fields: of each what fits, or what it said before; and everything that is required.
    pub(crate) async fn checked_custom_fields(&self, given: &Value, before: &Value) -> Result<Value> {
        let wrong = |why: String| Refusal::bad_request(format!("customFields: {why}"));
        let given = match given {
            Value::Null => serde_json::Map::new(),
            Value::Object(given) => given.clone(),
            _ => return Err(wrong("an object by field id is expected".to_owned())),
        };
        let fields = self.requisition_fields().await?;
        if let Some(missing) = fields.iter().find(|field| field.is_required && given.get(&field.id).is_none_or(Value::is_null)) {
            return Err(wrong(format!("{} ({}) is required", missing.text, missing.id)));
        }
        for (id, value) in given.iter().filter(|(id, value)| !value.is_null() && before.get(*id) != Some(*value)) {
            let field = fields.iter().find(|field| field.id == *id).ok_or_else(|| wrong(format!("there is no field {id}")))?;
            let is_right = match value {
                Value::Object(parts) if field.kind == "object" => parts.iter().all(|(id, value)| {
                    let part = field.subfields.iter().find(|part| part.id == *id);
                    part.is_some_and(|part| value.is_null() || fits(&part.kind, &[], value))
                }),
                _ => field.kind != "object" && fits(&field.kind, &field.options, value),
            };
            if !is_right {
                return Err(wrong(format!("{} ({id}) takes no such value", field.text)));
            }
        }
        Ok(json!(given))
    }
}
