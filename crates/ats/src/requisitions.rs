//! Requisitions: read and written by programs; hires count against them.

use crate::Ats;
use crate::access::Caller;
use crate::events::TENANT;
use crate::paging::Page;
use crate::postings::confidentiality;
use crate::profiles::text_of;
use crate::refusal::{Refusal, Result};
use db::{Clauses, Row, Sql, params};
use endpoint::Nothing;
use lever_api::{
    CreateRequisition, Data, DeleteRequisition, GetRequisition, List, ListRequisitions, RawRequisition, Requisition, RequisitionChange, Rest,
    UpdateRequisition,
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

/// What a requisition can be set to.
pub const STATUSES: [&str; 4] = ["open", "onHold", "closed", "draft"];

pub async fn create(ats: Ats, caller: Arc<Caller>, request: CreateRequisition) -> Result<Data<RawRequisition>> {
    ats.write_requisition(None, request.body, None, caller.confidential).await.map(Data::new)
}

pub async fn update(ats: Ats, caller: Arc<Caller>, request: UpdateRequisition) -> Result<Data<RawRequisition>> {
    let id = request.requisition.as_str();
    let before = ats.visible_requisition(&ats.db, id, &caller).await?.ok_or_else(|| Refusal::not_found("requisitions", id))?;
    ats.write_requisition(Some(before), request.body, None, caller.confidential).await.map(Data::new)
}

pub async fn delete(ats: Ats, caller: Arc<Caller>, request: DeleteRequisition) -> Result<Nothing> {
    let id = request.requisition.as_str();
    ats.visible_requisition(&ats.db, id, &caller).await?.ok_or_else(|| Refusal::not_found("requisitions", id))?;
    // Whoever was hired against it stays hired: the application says so by itself.
    ats.db.run("delete from requisition where id = $1", params![id]).await?;
    ats.committed();
    Ok(Nothing)
}

fn taken(of: &Requisition) -> Refusal {
    Refusal::bad_request(format!("requisitionCode: there is a requisition {} already", of.requisition_code))
}

/// As writing answers it.
fn raw(of: &Requisition, now: i64, sent: Rest) -> RawRequisition {
    let user = |user: &Value| user.as_str().map(str::to_owned);
    let words = |text: &str| text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
    RawRequisition {
        id: of.id.clone(),
        account_id: TENANT.to_owned(),
        requisition_code: of.requisition_code.clone(),
        name: of.name.clone(),
        status: of.status.clone(),
        state_history: vec![json!({ "beginAt": now, "status": of.status, "attribution": { "timestamp": now, "service": "api" } })],
        headcount_total: of.headcount_total.clone(),
        headcount_infinite: of.headcount_infinite,
        headcount_hired: of.headcount_hired,
        backfill: of.backfill,
        creator_user_id: user(&of.creator),
        owner_user_id: user(&of.owner),
        internal_notes: of.internal_notes.clone(),
        has_confidential_posting: of.confidentiality == "confidential",
        posting_ids: of.postings.iter().filter_map(user).collect(),
        reserved_offer_ids: of.offer_ids.clone(),
        custom_fields: of.custom_fields.clone(),
        search: json!({ "nameCodeTokens": words(&format!("{} {}", of.name, of.requisition_code)) }),
        created_at: of.created_at,
        updated_at: of.updated_at,
        rest: sent,
    }
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
    /// One that this caller may see.
    pub(crate) async fn visible_requisition(&self, db: &impl Sql, id: &str, caller: &Caller) -> db::Result<Option<Requisition>> {
        Ok(self.requisition(db, id).await?.filter(|r| caller.confidential || r.confidentiality != "confidential"))
    }

    pub(crate) async fn requisition(&self, db: &impl Sql, id: &str) -> db::Result<Option<Requisition>> {
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

    /// All of this status, or all, the newest first, for pages.
    pub(crate) async fn requisitions(&self, status: Option<&str>) -> db::Result<Vec<Requisition>> {
        let mut only = Clauses::default();
        only.maybe("status =", status);
        let sql = format!("select * from requisition{} order by created_at desc, id", only.sql());
        self.db.rows(&sql, only.values()).await?.iter().map(read).collect()
    }

    /// Writes a requisition, new or changed, as a whole; its postings only if they are named. `confidential`: whether whoever writes sees
    /// confidential postings.
    pub(crate) async fn write_requisition(
        &self,
        before: Option<Requisition>,
        new: RequisitionChange,
        by: Option<&str>,
        confidential: bool,
    ) -> Result<RawRequisition> {
        let is_new = before.is_none();
        let before = before.unwrap_or_else(|| Requisition {
            id: uuid::Uuid::new_v4().to_string(),
            confidentiality: "non-confidential".to_owned(),
            creator: json!(by),
            created_at: new.created_at.unwrap_or_else(|| self.clock.now().0),
            ..Requisition::default()
        });
        let kept = Requisition {
            id: before.id,
            confidentiality: before.confidentiality,
            headcount_hired: before.headcount_hired,
            creator: before.creator,
            postings: before.postings,
            offer_ids: before.offer_ids,
            approval: before.approval,
            department: before.department,
            time_to_fill_start_at: before.time_to_fill_start_at,
            time_to_fill_end_at: before.time_to_fill_end_at,
            created_at: before.created_at,
            closed_at: before.closed_at,
            ..Requisition::default()
        };
        let (new, raw) = self.changed_requisition(confidential, kept, new).await?;
        let written = if is_new {
            self.save_requisition(&self.db, &new).await
        } else {
            let sql = "update requisition set code = $1, status = $2, doc = $3, updated_at = $4, confidentiality = $5 where id = $6";
            let values = params![
                new.requisition_code.as_str(),
                new.status.as_str(),
                text_of(&new),
                new.updated_at,
                new.confidentiality.as_str(),
                new.id.as_str()
            ];
            self.db.run(sql, values).await.map(drop)
        };
        match written {
            Err(e) if e.is_duplicate() => return Err(taken(&new)),
            other => other?,
        }
        self.committed();
        Ok(raw)
    }

    /// A requisition with what is new of it, and what is answered.
    async fn changed_requisition(&self, confidential: bool, kept: Requisition, new: RequisitionChange) -> Result<(Requisition, RawRequisition)> {
        let missing = |name: &str| Refusal::bad_request(format!("Missing required parameter: {name}"));
        let given = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let requisition_code = given(new.requisition_code).ok_or_else(|| missing("requisitionCode"))?;
        let name = given(new.name).ok_or_else(|| missing("name"))?;
        let headcount_total = new.headcount_total.ok_or_else(|| missing("headcountTotal"))?;
        let headcount_infinite = headcount_total == "unlimited";
        if !headcount_infinite && headcount_total.as_i64().is_none_or(|n| !(0..=1_000_000).contains(&n)) {
            return Err(Refusal::bad_request("headcountTotal must be a whole number, or unlimited"));
        }
        let status = new.status.unwrap_or_else(|| "open".to_owned());
        if !STATUSES.contains(&status.as_str()) {
            return Err(Refusal::bad_request(format!("status must be one of {}", STATUSES.join(", "))));
        }
        let users: Vec<String> = new.owner.iter().chain(&new.hiring_manager).map(ToString::to_string).collect();
        let known = if users.is_empty() { Vec::new() } else { self.users_by_id(&users).await? };
        if let Some(unknown) = users.iter().find(|id| !known.iter().any(|user| user.id == **id)) {
            return Err(Refusal::bad_request(format!("there is no user {unknown}")));
        }
        let mut is_confidential = kept.confidentiality == "confidential";
        let postings = match &new.posting_ids {
            None => kept.postings.clone(),
            Some(ids) => {
                let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
                let there = if ids.is_empty() { Vec::new() } else { self.postings_by_id(&ids).await? };
                let visible = |id: &String| there.iter().any(|p| p.id == *id && (confidential || p.confidentiality != "confidential"));
                if let Some(unknown) = ids.iter().find(|id| !visible(id)) {
                    return Err(Refusal::bad_request(format!("postingIds: there is no posting {unknown}")));
                }
                // A requisition of a confidential posting is confidential, and stays so.
                is_confidential |= there.iter().any(|posting| posting.confidentiality == "confidential");
                ids.into_iter().map(Value::from).collect()
            }
        };
        let custom_fields = self.checked_custom_fields(&new.custom_fields).await?;
        let now = self.clock.now().0;
        let optional = [("location", &new.location), ("team", &new.team), ("employmentStatus", &new.employment_status)];
        let mut sent: Rest = optional.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text.as_ref()?)))).collect();
        if !new.compensation_band.is_null() {
            sent.insert("compensationBand".to_owned(), new.compensation_band.clone());
        }
        let closed_at = if status == "closed" { kept.closed_at.or(Some(now)) } else { None };
        let changed = Requisition {
            requisition_code,
            name,
            status,
            headcount_total,
            headcount_infinite,
            backfill: new.backfill.unwrap_or_default(),
            owner: json!(new.owner),
            hiring_manager: json!(new.hiring_manager),
            internal_notes: new.internal_notes.unwrap_or_default(),
            compensation_band: new.compensation_band,
            approval: if kept.approval.is_null() { json!({ "steps": [] }) } else { kept.approval.clone() },
            employment_status: new.employment_status,
            location: new.location,
            team: new.team,
            postings,
            confidentiality: if is_confidential { "confidential" } else { "non-confidential" }.to_owned(),
            closed_at,
            custom_fields,
            updated_at: now,
            ..kept
        };
        let answer = raw(&changed, now, sent);
        Ok((changed, answer))
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
