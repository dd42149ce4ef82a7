//! What applicants answered on equal employment opportunity, with and without who they are.

use crate::Ats;
use crate::access::Caller;
use crate::paging::Page;
use crate::refusal::Result;
use db::{Clauses, Row, Sql};
use lever_api::{AnonymousEeoResponse, EeoResponse, List, ListAnonymousEeoResponses, ListEeoResponses};
use serde_json::json;
use std::sync::Arc;

// Ordered by a key of their own: the token of a page names the next one, and must not say whose it is.
const SELECT: &str = "select e.*, o.deleted_at, o.confidentiality, o.stage_id, o.contact_id, o.owner, o.origin, o.sources, o.posting_id, o.archived_at, o.archived_reason, o.hired, \
                      o.created_at as applied_at, p.text, p.hiring_manager from eeo e join opportunity o on o.id = e.opportunity_id \
                      left join posting p on p.id = o.posting_id";

pub async fn list_eeo(ats: Ats, caller: Arc<Caller>, request: ListEeoResponses) -> Result<List<EeoResponse>> {
    let (page, q) = (Page::of(&request.query)?, request.query);
    let rows = ats.eeo_rows(&page, &caller, q.created_at_start, q.created_at_end).await?;
    let read = |row: &Row| -> db::Result<EeoResponse> {
        let (archived_at, hired): (Option<i64>, bool) = (row.get("archived_at")?, row.get("hired")?);
        Ok(EeoResponse {
            id: row.text("application_id")?,
            application_id: row.text("application_id")?,
            answers: anonymous(row)?,
            contact: json!(row.text("contact_id")?),
            eeo_response_source: "api".to_owned(),
            eeo_survey_responded_at: row.int("created_at")?,
            hired_date: archived_at.filter(|_| hired),
            hiring_manager: json!(row.get::<Option<String>>("hiring_manager")?),
            opportunity_id: row.text("opportunity_id")?,
            opportunity_owner: row.get("owner")?,
            origin: row.text("origin")?,
            posting: json!(row.get::<Option<String>>("posting_id")?),
            sources: row.held("sources")?,
        })
    };
    page_of(&page, &rows, read)
}

pub async fn list_anonymous_eeo(ats: Ats, caller: Arc<Caller>, request: ListAnonymousEeoResponses) -> Result<List<AnonymousEeoResponse>> {
    let (page, q) = (Page::of(&request.query)?, request.query);
    let rows = ats.eeo_rows(&page, &caller, q.from_date, q.to_date).await?;
    page_of(&page, &rows, anonymous)
}

/// A page of answers, by the keys of their rows.
fn page_of<T>(page: &Page, rows: &[Row], read: impl Fn(&Row) -> db::Result<T>) -> Result<List<T>> {
    let keyed = rows.iter().map(|row| Ok(((row.int("created_at")?, row.text("id")?), read(row)?))).collect::<db::Result<Vec<_>>>()?;
    let list = page.list(keyed, |((at, id), _)| vec![json!(at), json!(id)]);
    Ok(List { data: list.data.into_iter().map(|(_, response)| response).collect(), has_next: list.has_next, next: list.next })
}

fn anonymous(row: &Row) -> db::Result<AnonymousEeoResponse> {
    let answers = row.json("answers")?;
    let answer = |name: &str| answers[name].as_str().map(str::to_owned);
    Ok(AnonymousEeoResponse {
        application_archived_at: row.get("archived_at")?,
        application_archived_by: None,
        application_archive_reason: row.get("archived_reason")?,
        application_title: row.get::<Option<String>>("text")?.unwrap_or_default(),
        applied_at: row.int("applied_at")?,
        current_stage: row.text("stage_id")?,
        gender: answer("gender"),
        race: answer("race"),
        veteran: answer("veteran"),
        disability: answer("disability"),
    })
}

impl Ats {
    async fn eeo_rows(&self, page: &Page, caller: &Caller, from: Option<i64>, until: Option<i64>) -> Result<Vec<Row>> {
        let mut only = Clauses::default();
        only.and("deleted_at is null").maybe("applied_at >=", from).maybe("applied_at <=", until);
        if !caller.confidential {
            only.is("confidentiality =", "non-confidential");
        }
        let sql = format!("select * from ({SELECT}) e{}", page.newest(&mut only)?);
        Ok(self.db.rows(&sql, only.values()).await?)
    }
}
