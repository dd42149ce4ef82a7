//! Requisitions: read by programs; hires count against them.

use crate::Ats;
use crate::access::Caller;
use crate::paging::Page;
use crate::postings::confidentiality;
use crate::profiles::text_of;
use crate::refusal::{Refusal, Result};
use db::{Clauses, Row, Sql, params};
use endpoint::Nothing;
use lever_api::{
    CreateRequisitionField, Data, DeleteRequisitionField, GetRequisition, GetRequisitionField, List, ListRequisitionFields, ListRequisitions,
    Requisition, RequisitionField, UpdateRequisitionField,
};
use serde_json::{Value, json};
use std::sync::Arc;

pub async fn list(ats: Ats, caller: Arc<Caller>, request: ListRequisitions) -> Result<List<Requisition>> {
    let query = request.query;
    let page = Page::of(&query)?;
    let mut only = Clauses::default();
    confidentiality(&mut only, "confidentiality", query.confidentiality.as_deref(), &caller)?;
    only.any_of("status", &query.status).maybe("code =", query.requisition_code);
    only.maybe("created_at >=", query.created_at_start).maybe("created_at <=", query.created_at_end);
    let sql = format!("select * from requisition{}", page.newest(&mut only)?);
    let found = ats.db.rows(&sql, only.values()).await?.iter().map(read).collect::<db::Result<Vec<_>>>()?;
    Ok(page.list(found, |r| vec![json!(r.created_at), json!(r.id)]))
}

pub async fn get(ats: Ats, caller: Arc<Caller>, request: GetRequisition) -> Result<Data<Requisition>> {
    let id = request.requisition.as_str();
    let found = ats.visible_requisition(&ats.db, id, &caller).await?;
    found.map(Data::new).ok_or_else(|| Refusal::not_found("requisitions", id))
}

pub async fn list_fields(ats: Ats, _: Arc<Caller>, request: ListRequisitionFields) -> Result<Data<Vec<RequisitionField>>> {
    let q = request.query;
    let mut all = ats.requisition_fields().await?;
    all.retain(|field| q.is_required.is_none_or(|required| required == field.is_required) && q.kind.as_ref().is_none_or(|kind| *kind == field.kind));
    Ok(Data::new(all))
}

pub async fn get_field(ats: Ats, _: Arc<Caller>, request: GetRequisitionField) -> Result<Data<RequisitionField>> {
    let id = request.requisition_field.as_str();
    let found = ats.requisition_fields().await?.into_iter().find(|field| field.id == id);
    found.map(Data::new).ok_or_else(|| Refusal::not_found("requisition_fields", id))
}

/// An account has no more fields.
const MOST_FIELDS: usize = 100;

pub async fn create_field(ats: Ats, _: Arc<Caller>, request: CreateRequisitionField) -> Result<Data<RequisitionField>> {
    let field = checked(request.body)?;
    if ats.requisition_fields().await?.len() >= MOST_FIELDS {
        return Err(Refusal::bad_request(format!("An account has at most {MOST_FIELDS} requisition fields")));
    }
    let sql = "insert into requisition_field (id, doc, created_at) values ($1, $2, $3) on conflict (id) do nothing";
    match ats.db.run(sql, params![field.id.as_str(), text_of(&field), ats.clock.now().0]).await? {
        0 => Err(Refusal::bad_request(format!("id: there is a field {} already", field.id))),
        _ => Ok(Data::new(field)),
    }
}

pub async fn update_field(ats: Ats, _: Arc<Caller>, request: UpdateRequisitionField) -> Result<Data<RequisitionField>> {
    let id = request.requisition_field.as_str();
    let field = checked(RequisitionField { id: id.to_owned(), ..request.body })?;
    match ats.db.run("update requisition_field set doc = $1 where id = $2", params![text_of(&field), id]).await? {
        0 => Err(Refusal::not_found("requisition_fields", id)),
        _ => Ok(Data::new(field)),
    }
}

pub async fn delete_field(ats: Ats, _: Arc<Caller>, request: DeleteRequisitionField) -> Result<Nothing> {
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

fn read(row: &Row) -> db::Result<Requisition> {
    let doc: Requisition = serde_json::from_value(row.json("doc")?).unwrap_or_default();
    Ok(Requisition {
        headcount_hired: row.int("hired")?,
        status: row.text("status")?,
        confidentiality: row.text("confidentiality")?,
        updated_at: row.int("updated_at")?,
        ..doc
    })
}

impl Ats {
    /// Fields of the company's own, the oldest first.
    async fn requisition_fields(&self) -> db::Result<Vec<RequisitionField>> {
        let rows = self.db.rows("select doc from requisition_field order by created_at, id", vec![]).await?;
        rows.iter().map(|row| Ok(serde_json::from_value(row.json("doc")?).unwrap_or_default())).collect()
    }

    /// One that this caller may see.
    pub(crate) async fn visible_requisition(&self, db: &impl Sql, id: &str, caller: &Caller) -> db::Result<Option<Requisition>> {
        Ok(self.requisition(db, id).await?.filter(|r| caller.confidential || r.confidentiality != "confidential"))
    }

    async fn requisition(&self, db: &impl Sql, id: &str) -> db::Result<Option<Requisition>> {
        db.row("select * from requisition where id = $1", params![id]).await?.map(|row| read(&row)).transpose()
    }

    /// Open ones with places left, of this posting; confidential ones for those who see a confidential candidate.
    pub(crate) async fn open_requisitions(&self, posting: &str, confidential: bool) -> db::Result<Vec<Requisition>> {
        let rows = self.db.rows("select * from requisition where status = 'open' order by code", vec![]).await?;
        let all = rows.iter().map(read).collect::<db::Result<Vec<_>>>()?;
        let fits = |r: &Requisition| {
            let visible = confidential || r.confidentiality != "confidential";
            visible && r.postings.iter().any(|p| p == posting) && (r.headcount_infinite || r.headcount_total.as_i64() > Some(r.headcount_hired))
        };
        Ok(all.into_iter().filter(fits).collect())
    }

    pub(crate) async fn save_requisition(&self, tx: &impl Sql, new: &Requisition) -> db::Result<()> {
        let sql =
            format!("insert into requisition (id, code, status, doc, confidentiality, hired, created_at, updated_at) values {}", db::values(1, 8));
        let values = params![
            new.id.as_str(),
            new.requisition_code.as_str(),
            new.status.as_str(),
            text_of(new),
            new.confidentiality.as_str(),
            new.headcount_hired,
            new.created_at,
            new.updated_at
        ];
        tx.run(&sql, values).await.map(drop)
    }

    /// Counts a hire against a requisition: what the application says of it.
    pub(crate) async fn hire_against(&self, tx: &impl Sql, id: &str) -> Result<Value> {
        let wrong = |why: &str| Refusal::bad_request(format!("requisitionId: {why}"));
        let found = self.requisition(tx, id).await?.ok_or_else(|| wrong("there is no such requisition"))?;
        if found.status != "open" {
            return Err(wrong("the requisition is not open"));
        }
        // Two hires at once must not both take the last place; counting is what shuts the other one out.
        let most = if found.headcount_infinite { i64::MAX } else { found.headcount_total.as_i64().unwrap_or(0) };
        let sql = "update requisition set hired = hired + 1, updated_at = $1 where id = $2 and status = 'open' and hired < $3";
        if tx.run(sql, params![self.clock.now().0, id, most]).await? == 0 {
            return Err(wrong("the requisition has no place left"));
        }
        Ok(json!({ "id": id, "requisitionCode": found.requisition_code, "hiringManagerOnHire": found.hiring_manager }))
    }

    /// Somebody is not hired any more.
    pub(crate) async fn hire_undone(&self, tx: &impl Sql, id: &str) -> db::Result<()> {
        let sql = "update requisition set hired = hired - 1, updated_at = $1 where id = $2 and hired > 0";
        tx.run(sql, params![self.clock.now().0, id]).await.map(drop)
    }
}
