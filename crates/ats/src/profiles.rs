//! Reading opportunities, contacts and applications.

use crate::Ats;
use crate::access::Caller;
use crate::paging::Page;
use crate::postings::confidentiality;
use crate::refusal::{Refusal, Result};
use db::{Clauses, Row, Sql, params};
use lever_api::{
    Application, Archived, Contact, Data, DeletedApplication, GetApplication, GetContact, GetOpportunity, List, ListApplications,
    ListDeletedApplications, ListDeletedOpportunities, ListOpportunities, Opportunity, OpportunityUrls, Place, Rest,
};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// An opportunity with what its contact lends it.
const SELECT: &str = "select o.*, c.name as c_name, c.headline as c_headline, c.location as c_location, c.emails as c_emails, \
                      c.phones as c_phones, c.links as c_links, c.is_anonymized as c_anonymized, c.data_protection as c_data_protection \
                      from opportunity o join contact c on c.id = o.contact_id";

/// A column that holds JSON, as text.
pub fn text_of(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

pub fn read(ats: &Ats, row: &Row) -> db::Result<Opportunity> {
    let id = row.text("id")?;
    let archived_at: Option<i64> = row.get("archived_at")?;
    let reason: Option<String> = row.get("archived_reason")?;
    let base = ats.base.as_str().trim_end_matches('/');
    let location: String = row.text("location")?;
    Ok(Opportunity {
        name: row.text("c_name")?,
        contact: json!(row.text("contact_id")?),
        headline: row.text("c_headline")?,
        stage: json!(row.text("stage_id")?),
        confidentiality: row.text("confidentiality")?,
        location: row.text("c_location")?,
        phones: row.held("c_phones")?,
        emails: row.held("c_emails")?,
        links: row.held("c_links")?,
        archived: archived_at.map(|at| Archived { reason, archived_at: Some(at) }),
        tags: row.held("tags")?,
        sources: row.held("sources")?,
        stage_changes: row.held("stage_changes")?,
        origin: row.text("origin")?,
        sourced_by: json!(row.get::<Option<String>>("sourced_by")?),
        owner: json!(row.get::<Option<String>>("owner")?),
        followers: row.held("followers")?,
        applications: row.get::<Option<String>>("application_id")?.into_iter().map(Value::from).collect(),
        created_at: row.int("created_at")?,
        updated_at: Some(row.int("updated_at")?),
        last_interaction_at: Some(row.int("last_interaction_at")?),
        last_advanced_at: Some(row.int("advanced_at")?),
        snoozed_until: row.get("snoozed_until")?,
        urls: Some(OpportunityUrls { list: format!("{base}/candidates"), show: format!("{base}/candidates/{id}") }),
        is_anonymized: row.get("c_anonymized")?,
        data_protection: row.held("c_data_protection")?,
        opportunity_location: Some(if location.is_empty() { "unspecified".to_owned() } else { location }),
        deleted_by: row.get("deleted_by")?,
        deleted_at: row.get("deleted_at")?,
        rest: Rest::new(),
        id,
    })
}

pub async fn list(ats: Ats, caller: Arc<Caller>, request: ListOpportunities) -> Result<List<Opportunity>> {
    let q = request.query;
    let page = Page::of(&q)?;
    let mut only = Clauses::default();
    only.and("o.deleted_at is null");
    confidentiality(&mut only, "o.confidentiality", q.confidentiality.as_deref(), &caller)?;
    for (kind, texts) in [("tag", &q.tag), ("source", &q.source)] {
        if !texts.is_empty() {
            let kind = only.bind(kind);
            let texts = only.bind_all(texts);
            only.and(format!("exists (select 1 from opportunity_label l where l.opportunity_id = o.id and l.kind = {kind} and l.text in ({texts}))"));
        }
    }
    if let Some(email) = q.email {
        let email = only.bind(email.trim().to_lowercase());
        only.and(format!("o.contact_id in (select contact_id from contact_email where email = {email})"));
    }
    only.any_of("o.origin", &q.origin).any_of("o.stage_id", &q.stage_id).any_of("o.contact_id", &q.contact_id);
    only.any_of("o.archived_reason", &q.archive_reason_id).any_of("o.posting_id", &q.posting_id);
    only.any_of("case when o.location = '' then 'unspecified' else o.location end", &q.location);
    if !q.archived_posting_id.is_empty() {
        only.any_of("o.posting_id", &q.archived_posting_id).and("o.archived_at is not null");
    }
    only.maybe("o.created_at >=", q.created_at_start).maybe("o.created_at <=", q.created_at_end);
    only.maybe("o.updated_at >=", q.updated_at_start).maybe("o.updated_at <=", q.updated_at_end);
    only.maybe("o.advanced_at >=", q.advanced_at_start).maybe("o.advanced_at <=", q.advanced_at_end);
    only.maybe("o.archived_at >=", q.archived_at_start).maybe("o.archived_at <=", q.archived_at_end);
    match q.archived {
        Some(true) => only.and("o.archived_at is not null"),
        Some(false) => only.and("o.archived_at is null"),
        None => &mut only,
    };
    let now = ats.clock.now().0;
    match q.snoozed {
        Some(true) => only.is("o.snoozed_until >", now),
        Some(false) => {
            let now = only.bind(now);
            only.and(format!("(o.snoozed_until is null or o.snoozed_until <= {now})"))
        }
        None => &mut only,
    };
    if let (Some(stage), Some(at), Some(id)) = (page.int(0)?, page.int(1)?, page.text(2)?) {
        let (stage, at, id) = (only.bind(stage), only.bind(at.saturating_neg()), only.bind(id));
        only.and(format!("(o.stage_position, o.recency, o.id) >= ({stage}, {at}, {id})"));
    }
    let limit = only.bind(page.ask());
    let sql = format!("{SELECT}{} order by o.stage_position, o.recency, o.id limit {limit}", only.sql());
    let rows = ats.db.rows(&sql, only.values()).await?;
    let keyed = rows.iter().map(|row| Ok((row.int("stage_position")?, read(&ats, row)?))).collect::<db::Result<Vec<_>>>()?;
    let list = page.list(keyed, |(stage, o)| vec![json!(stage), json!(o.last_advanced_at), json!(o.id)]);
    Ok(List { data: list.data.into_iter().map(|(_, o)| o).collect(), has_next: list.has_next, next: list.next })
}

pub async fn list_deleted(ats: Ats, caller: Arc<Caller>, request: ListDeletedOpportunities) -> Result<List<Opportunity>> {
    let q = request.query;
    let page = Page::of(&q)?;
    let mut only = Clauses::default();
    if !caller.confidential {
        only.is("o.confidentiality =", "non-confidential");
    }
    only.and("o.deleted_at is not null").maybe("o.deleted_at >=", q.deleted_at_start).maybe("o.deleted_at <=", q.deleted_at_end);
    let sql = format!("{SELECT}{}", page.oldest(&mut only, "o.deleted_at", "o.id")?);
    let deleted = ats.db.rows(&sql, only.values()).await?.iter().map(|row| read(&ats, row)).collect::<db::Result<Vec<_>>>()?;
    Ok(page.list(deleted, |o| vec![json!(o.deleted_at), json!(o.id)]))
}

/// A month, ms: the longest window of a list of deleted records.
const WINDOW: i64 = 30 * 86_400_000;

/// A window of a list of deleted records that is not too wide, where it has both ends.
pub fn window(start: Option<i64>, end: Option<i64>) -> Result<()> {
    match (start, end) {
        (Some(start), Some(end)) if start > end || end.saturating_sub(start) > WINDOW => {
            Err(Refusal::bad_request("deleted_at_end must be after deleted_at_start, and at most 30 days later"))
        }
        _ => Ok(()),
    }
}

pub async fn list_deleted_applications(ats: Ats, caller: Arc<Caller>, request: ListDeletedApplications) -> Result<List<DeletedApplication>> {
    let q = request.query;
    let page = Page::of(&q)?;
    let (Some(start), Some(end)) = (q.deleted_at_start, q.deleted_at_end) else {
        return Err(Refusal::bad_request("Missing required parameter: deleted_at_start and deleted_at_end"));
    };
    window(Some(start), Some(end))?;
    let mut only = Clauses::default();
    if !caller.confidential {
        only.is("o.confidentiality =", "non-confidential");
    }
    only.is("o.deleted_at >=", start).is("o.deleted_at <", end);
    let sql = format!(
        "select a.id, a.posting_id, o.id as opportunity_id, o.deleted_at from opportunity o join application a on a.opportunity_id = o.id{}",
        page.oldest(&mut only, "o.deleted_at", "a.id")?
    );
    let read = |row: &Row| {
        Ok(DeletedApplication {
            id: row.text("id")?,
            deleted_at: row.int("deleted_at")?,
            opportunity_id: row.get("opportunity_id")?,
            posting_id: row.get("posting_id")?,
        })
    };
    let deleted = ats.db.rows(&sql, only.values()).await?.iter().map(read).collect::<db::Result<Vec<_>>>()?;
    Ok(page.list(deleted, |a| vec![json!(a.deleted_at), json!(a.id)]))
}

pub async fn get(ats: Ats, caller: Arc<Caller>, request: GetOpportunity) -> Result<Data<Opportunity>> {
    ats.opportunity(request.opportunity.as_str(), &caller).await.map(Data::new)
}

pub async fn get_contact(ats: Ats, _: Arc<Caller>, request: GetContact) -> Result<Data<Contact>> {
    let found = ats.contacts_by_id(&[request.contact.to_string()]).await?.pop();
    found.map(Data::new).ok_or_else(|| Refusal::not_found("contacts", request.contact.as_str()))
}

pub async fn list_applications(ats: Ats, caller: Arc<Caller>, request: ListApplications) -> Result<List<Application>> {
    let opportunity = ats.opportunity(request.opportunity.as_str(), &caller).await?;
    let ids: Vec<String> = opportunity.application().into_iter().map(|id| id.to_string()).collect();
    Ok(List::last(if ids.is_empty() { Vec::new() } else { ats.applications_by_id(&ids).await? }))
}

pub async fn get_application(ats: Ats, caller: Arc<Caller>, request: GetApplication) -> Result<Data<Application>> {
    let opportunity = ats.opportunity(request.opportunity.as_str(), &caller).await?;
    let mut found = ats.applications_by_id(&[request.application.to_string()]).await?;
    let found = found.pop().filter(|a| a.opportunity_id == opportunity.id);
    found.map(Data::new).ok_or_else(|| Refusal::not_found("applications", request.application.as_str()))
}

impl Ats {
    /// One opportunity this caller may see; what is hidden is not found.
    pub(crate) async fn opportunity(&self, id: &str, caller: &Caller) -> Result<Opportunity> {
        let found = self.find_opportunity(&self.db, id).await?;
        let found = found.filter(|o| caller.confidential || o.confidentiality != "confidential");
        found.ok_or_else(|| Refusal::not_found("opportunities", id))
    }

    /// One opportunity that was not deleted, whoever asks.
    pub(crate) async fn find_opportunity(&self, tx: &impl Sql, id: &str) -> db::Result<Option<Opportunity>> {
        let row = tx.row(&format!("{SELECT} where o.id = $1 and o.deleted_at is null"), params![id]).await?;
        row.map(|row| read(self, &row)).transpose()
    }

    /// The newest opportunities that fit, for pages.
    pub(crate) async fn opportunities(&self, mut only: Clauses, most: i64) -> db::Result<Vec<Opportunity>> {
        only.and("o.deleted_at is null");
        let limit = only.bind(most);
        let sql = format!("{SELECT}{} order by o.stage_position, o.recency, o.id limit {limit}", only.sql());
        self.db.rows(&sql, only.values()).await?.iter().map(|row| read(self, row)).collect()
    }

    /// Those who fit, who moved last first, from this moment and id on; each with the moment, and the posting they are for.
    pub(crate) async fn opportunities_page(
        &self,
        mut only: Clauses,
        from: Option<(i64, &str)>,
        most: usize,
    ) -> db::Result<Vec<(i64, Option<String>, Opportunity)>> {
        let at = "coalesce(o.archived_at, o.advanced_at)";
        only.and("o.deleted_at is null");
        if let Some((moment, id)) = from {
            let (moment, id) = (only.bind(moment), only.bind(id));
            only.and(format!("({at} < {moment} or ({at} = {moment} and o.id >= {id}))"));
        }
        let limit = only.bind(i64::try_from(most).unwrap_or(100));
        let sql = format!("{SELECT}{} order by {at} desc, o.id limit {limit}", only.sql());
        let moved = |row: &Row| row.get::<Option<i64>>("archived_at")?.map_or_else(|| row.int("advanced_at"), Ok);
        let read = |row: &Row| Ok((moved(row)?, row.get("posting_id")?, read(self, row)?));
        self.db.rows(&sql, only.values()).await?.iter().map(read).collect()
    }

    /// How many fit.
    pub(crate) async fn count_opportunities(&self, only: Clauses) -> db::Result<i64> {
        Ok(self.count_by_stage(only).await?.values().sum())
    }

    /// How many fit, by stage.
    pub(crate) async fn count_by_stage(&self, mut only: Clauses) -> db::Result<HashMap<String, i64>> {
        only.and("o.deleted_at is null");
        let from = "from opportunity o join contact c on c.id = o.contact_id";
        let sql = format!("select o.stage_id, count(*) as n {from}{} group by o.stage_id", only.sql());
        self.db.rows(&sql, only.values()).await?.iter().map(|row| Ok((row.text("stage_id")?, row.int("n")?))).collect()
    }

    pub(crate) async fn contacts_by_id(&self, ids: &[String]) -> Result<Vec<Contact>> {
        let mut only = Clauses::default();
        only.any_of("id", ids);
        let rows = self.db.rows(&format!("select * from contact{}", only.sql()), only.values()).await?;
        let read = |row: &Row| {
            Ok(Contact {
                id: row.text("id")?,
                name: row.text("name")?,
                headline: row.text("headline")?,
                is_anonymized: Some(row.get("is_anonymized")?),
                location: Some(Place { name: row.text("location")? }),
                emails: row.held("emails")?,
                phones: row.held("phones")?,
                data_protection: Some(row.held("data_protection")?),
                rest: Rest::new(),
            })
        };
        Ok(rows.iter().map(read).collect::<db::Result<_>>()?)
    }

    pub(crate) async fn applications_by_id(&self, ids: &[String]) -> Result<Vec<Application>> {
        let mut only = Clauses::default();
        only.any_of("id", ids);
        let rows = self.db.rows(&format!("select * from application{}", only.sql()), only.values()).await?;
        let read = |row: &Row| {
            let mut application: Application = row.held("submitted")?;
            let opportunity = row.text("opportunity_id")?;
            let archived_at: Option<i64> = row.get("archived_at")?;
            let reason: Option<String> = row.get("archived_reason")?;
            application.id = row.text("id")?;
            application.kind = row.text("kind")?;
            application.candidate_id.clone_from(&opportunity);
            application.opportunity_id = opportunity;
            application.posting = json!(row.text("posting_id")?);
            application.posting_hiring_manager = json!(row.get::<Option<String>>("hiring_manager")?);
            application.posting_owner = json!(row.get::<Option<String>>("owner")?);
            application.user = json!(row.get::<Option<String>>("person")?);
            application.created_at = row.int("created_at")?;
            application.archived = archived_at.map(|at| Archived { reason, archived_at: Some(at) });
            Ok(application)
        };
        Ok(rows.iter().map(read).collect::<db::Result<_>>()?)
    }
}
