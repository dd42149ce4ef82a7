//! Requisitions written, by programs and by people.

use crate::Ats;
use crate::access::Caller;
use crate::profiles::text_of;
use crate::refusal::{Refusal, Result, short};
use db::{Sql, Tx, params};
use lever_api::{CreateRequisition, Data, RawRequisition, Requisition, RequisitionChange, Rest, UpdateRequisition};
use serde_json::{Value, json};
use std::sync::Arc;

/// What a requisition can be set to.
pub const STATUSES: [&str; 4] = ["open", "onHold", "closed", "draft"];

pub async fn create(ats: Ats, caller: Arc<Caller>, request: CreateRequisition) -> Result<Data<RawRequisition>> {
    ats.write_requisition(None, request.body, &Author { confidential: caller.confidential, ..Author::default() }).await.map(Data::new)
}

pub async fn update(ats: Ats, caller: Arc<Caller>, request: UpdateRequisition) -> Result<Data<RawRequisition>> {
    let id = request.requisition.as_str();
    ats.visible_requisition(&ats.db, id, &caller).await?.ok_or_else(|| Refusal::not_found("requisitions", id))?;
    ats.write_requisition(Some(id), request.body, &Author { confidential: caller.confidential, ..Author::default() }).await.map(Data::new)
}

/// Who writes a requisition.
#[derive(Clone, Copy, Default)]
pub struct Author<'a> {
    /// The user, if it is one.
    pub user: Option<&'a str>,
    /// Whether they see confidential postings.
    pub confidential: bool,
    /// When the requisition they look at was changed last, ms: of what was changed since they know nothing.
    pub seen: Option<i64>,
}

impl Author<'_> {
    /// Refuses to write over what they have not seen.
    fn knows(&self, requisition: &Requisition) -> Result<()> {
        match self.seen {
            Some(seen) if seen != requisition.updated_at => {
                Err(Refusal::bad_request("It was changed in the meantime, by somebody else or by a hire: look at it again"))
            }
            _ => Ok(()),
        }
    }
}

pub(crate) async fn update_requisition(tx: &Tx, new: &Requisition) -> db::Result<()> {
    let sql = "update requisition set code = $1, status = $2, doc = $3, updated_at = $4, confidentiality = $5 where id = $6";
    let values =
        params![new.requisition_code.as_str(), new.status.as_str(), text_of(new), new.updated_at, new.confidentiality.as_str(), new.id.as_str()];
    tx.run(sql, values).await.map(drop)
}

fn taken(of: &Requisition) -> Refusal {
    Refusal::bad_request(format!("requisitionCode: there is a requisition {} already", of.requisition_code))
}

/// As writing answers it, but for the account and the history.
fn raw(of: &Requisition, sent: Rest) -> RawRequisition {
    let user = |user: &Value| user.as_str().map(str::to_owned);
    let words = |text: &str| text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
    RawRequisition {
        id: of.id.clone(),
        account_id: String::new(),
        requisition_code: of.requisition_code.clone(),
        name: of.name.clone(),
        status: of.status.clone(),
        state_history: Vec::new(),
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

/// A change that can be made: everything it names is there.
struct Checked {
    requisition_code: String,
    name: String,
    status: String,
    headcount_total: Value,
    custom_fields: Value,
    /// Nothing, if they stay.
    postings: Option<Vec<Value>>,
    /// Whether one of them is confidential.
    is_confidential: bool,
    new: RequisitionChange,
}

impl Checked {
    /// The requisition with what is new of it. What cannot be said in a change stays: hires, approval, who made it when.
    fn onto(self, kept: Requisition, now: i64) -> Requisition {
        let closed_at = if self.status == "closed" { kept.closed_at.or(Some(now)) } else { None };
        // A requisition of a confidential posting is confidential, and stays so.
        let is_confidential = self.is_confidential || kept.confidentiality == "confidential";
        Requisition {
            requisition_code: self.requisition_code,
            name: self.name,
            status: self.status,
            headcount_infinite: self.headcount_total == UNLIMITED,
            headcount_total: self.headcount_total,
            backfill: self.new.backfill.unwrap_or_default(),
            owner: json!(self.new.owner),
            hiring_manager: json!(self.new.hiring_manager),
            internal_notes: self.new.internal_notes.unwrap_or_default(),
            compensation_band: self.new.compensation_band,
            approval: if kept.approval.is_null() { json!({ "steps": [] }) } else { kept.approval.clone() },
            employment_status: self.new.employment_status,
            location: self.new.location,
            team: self.new.team,
            postings: self.postings.unwrap_or_else(|| kept.postings.clone()),
            confidentiality: if is_confidential { "confidential" } else { "non-confidential" }.to_owned(),
            closed_at,
            custom_fields: self.custom_fields,
            updated_at: now,
            ..kept
        }
    }
}

/// As many as one likes.
const UNLIMITED: &str = "unlimited";

impl Ats {
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

    /// Writes a requisition, new or changed, as a whole; its postings only if they are named.
    pub(crate) async fn write_requisition(&self, of: Option<&str>, new: RequisitionChange, by: &Author<'_>) -> Result<RawRequisition> {
        let now = self.clock.now().0;
        let known = match of {
            Some(id) => self.requisition(&self.db, id).await?,
            None => None,
        };
        if let Some(known) = &known {
            by.knows(known)?;
        }
        let created_at = new.created_at.unwrap_or(now);
        let checked = self.checked_change(new, known.as_ref().map_or(&Value::Null, |known| &known.custom_fields), by.confidential).await?;
        let sent = sent(&checked.new);
        let tx = self.db.begin().await?;
        let before = match of {
            Some(id) => {
                let before = self.locked_requisition(&tx, id).await?;
                by.knows(&before)?;
                if checked.headcount_total.as_i64().is_some_and(|most| most < before.headcount_hired) {
                    return Err(Refusal::bad_request(format!("headcountTotal: {} are hired already", before.headcount_hired)));
                }
                Some(before)
            }
            None => None,
        };
        let fresh = || Requisition { id: uuid::Uuid::new_v4().to_string(), creator: json!(by.user), created_at, ..Requisition::default() };
        let new = checked.onto(before.clone().unwrap_or_else(fresh), now);
        let written = if of.is_none() { self.save_requisition(&tx, &new).await } else { update_requisition(&tx, &new).await };
        match written {
            Err(e) if e.is_duplicate() => return Err(taken(&new)),
            other => other?,
        }
        let history = self.status_told(&tx, before.as_ref(), &new, if by.user.is_some() { "app" } else { "api" }).await?;
        self.link_postings(&tx, before.as_ref(), &new).await?;
        let account = self.account_id(&tx).await?;
        tx.commit().await?;
        self.committed();
        Ok(RawRequisition { account_id: account, state_history: history, ..raw(&new, sent) })
    }

    /// Opens, pauses or closes a requisition; all else stays as it is.
    pub(crate) async fn set_requisition_status(&self, id: &str, status: &str) -> Result<()> {
        let tx = self.db.begin().await?;
        let before = self.locked_requisition(&tx, id).await?;
        let mut requisition = before.clone();
        let now = self.clock.now().0;
        requisition.closed_at = if status == "closed" { requisition.closed_at.or(Some(now)) } else { None };
        (requisition.status, requisition.updated_at) = (status.to_owned(), now);
        update_requisition(&tx, &requisition).await?;
        self.status_told(&tx, Some(&before), &requisition, "app").await?;
        tx.commit().await?;
        self.committed();
        Ok(())
    }

    /// Writes down since when a requisition has its status, if that is new: each status it had.
    async fn status_told(&self, tx: &Tx, before: Option<&Requisition>, of: &Requisition, service: &str) -> Result<Vec<Value>> {
        let row = tx.row("select history from requisition where id = $1", params![of.id.as_str()]).await?;
        let mut history: Vec<Value> = row.map(|row| row.held("history")).transpose()?.unwrap_or_default();
        let state =
            |at: i64, status: &str, service: &str| json!({ "beginAt": at, "status": status, "attribution": { "timestamp": at, "service": service } });
        // Of what was written before this was written down, only the beginning is known.
        if let Some(before) = before.filter(|_| history.is_empty()) {
            history.push(state(before.created_at, &before.status, "api"));
        }
        if history.last().is_none_or(|last| last["status"] != *of.status) {
            history.push(state(of.updated_at, &of.status, service));
            tx.run("update requisition set history = $1 where id = $2", params![text_of(&history), of.id.as_str()]).await?;
        }
        Ok(history)
    }

    /// Checks a change; `before`: what is said in fields of the company's own. `confidential`: whether whoever writes sees confidential postings.
    async fn checked_change(&self, new: RequisitionChange, before: &Value, confidential: bool) -> Result<Checked> {
        let missing = |name: &str| Refusal::bad_request(format!("Missing required parameter: {name}"));
        let given = |text: &Option<String>| text.as_ref().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let requisition_code = given(&new.requisition_code).ok_or_else(|| missing("requisitionCode"))?;
        short("requisitionCode", [&requisition_code])?;
        let name = given(&new.name).ok_or_else(|| missing("name"))?;
        let headcount_total = new.headcount_total.clone().ok_or_else(|| missing("headcountTotal"))?;
        if headcount_total != UNLIMITED && headcount_total.as_i64().is_none_or(|n| !(0..=1_000_000).contains(&n)) {
            return Err(Refusal::bad_request("headcountTotal must be a whole number, or unlimited"));
        }
        let status = new.status.clone().unwrap_or_else(|| "open".to_owned());
        if !STATUSES.contains(&status.as_str()) {
            return Err(Refusal::bad_request(format!("status must be one of {}", STATUSES.join(", "))));
        }
        let users: Vec<String> = new.owner.iter().chain(&new.hiring_manager).map(ToString::to_string).collect();
        let known = if users.is_empty() { Vec::new() } else { self.users_by_id(&users).await? };
        if let Some(unknown) = users.iter().find(|id| !known.iter().any(|user| user.id == **id)) {
            return Err(Refusal::bad_request(format!("there is no user {unknown}")));
        }
        let (mut postings, mut is_confidential) = (None, false);
        if let Some(ids) = &new.posting_ids {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            let there = if ids.is_empty() { Vec::new() } else { self.postings_by_id(&ids).await? };
            let visible = |id: &String| there.iter().any(|p| p.id == *id && (confidential || p.confidentiality != "confidential"));
            if let Some(unknown) = ids.iter().find(|id| !visible(id)) {
                return Err(Refusal::bad_request(format!("postingIds: there is no posting {unknown}")));
            }
            is_confidential = there.iter().any(|posting| posting.confidentiality == "confidential");
            postings = Some(ids.into_iter().map(Value::from).collect());
        }
        let custom_fields = self.checked_custom_fields(&new.custom_fields, before).await?;
        Ok(Checked { requisition_code, name, status, headcount_total, custom_fields, postings, is_confidential, new })
    }
}

/// What was sent besides, as it is answered.
fn sent(new: &RequisitionChange) -> Rest {
    let optional = [("location", &new.location), ("team", &new.team), ("employmentStatus", &new.employment_status)];
    let mut sent: Rest = optional.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text.as_ref()?)))).collect();
    if !new.compensation_band.is_null() {
        sent.insert("compensationBand".to_owned(), new.compensation_band.clone());
    }
    sent
}
