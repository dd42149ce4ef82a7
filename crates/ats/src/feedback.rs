//! Feedback on an opportunity.

use crate::Ats;
use crate::access::Caller;
use crate::paging::Page;
use crate::profiles::text_of;
use crate::refusal::{Refusal, Result};
use db::{Clauses, Row, Sql, params};
use endpoint::Nothing;
use lever_api::{
    CreateFeedback, Data, DeleteFeedback, Feedback, FieldValue, FormField, GetFeedback, List, ListFeedback, RawFeedback, Rest, SCORE_SYSTEM,
    UpdateFeedback,
};
use serde_json::{Value, json};
use std::sync::Arc;

pub async fn list(ats: Ats, caller: Arc<Caller>, request: ListFeedback) -> Result<List<Feedback>> {
    let opportunity = ats.opportunity(request.opportunity.as_str(), &caller).await?;
    let page = Page::of(&request.query)?;
    let mut only = Clauses::default();
    only.is("opportunity_id =", opportunity.id).and("deleted_at is null");
    let sql = format!("select * from feedback{}", page.newest(&mut only)?);
    let feedback = ats.db.rows(&sql, only.values()).await?.iter().map(read).collect::<db::Result<Vec<_>>>()?;
    Ok(page.list(feedback, |given| vec![json!(given.created_at), json!(given.id)]))
}

pub async fn get(ats: Ats, caller: Arc<Caller>, request: GetFeedback) -> Result<Data<Feedback>> {
    let opportunity = ats.opportunity(request.opportunity.as_str(), &caller).await?;
    ats.one_feedback(&ats.db, &opportunity.id, request.feedback.as_str()).await.map(Data::new)
}

pub async fn create(ats: Ats, caller: Arc<Caller>, request: CreateFeedback) -> Result<Data<Feedback>> {
    let (opportunity, actor) = ats.to_write_as(&request.opportunity, &request.query, &caller).await?;
    let new = request.body;
    let template = new.base_template_id.ok_or_else(|| Refusal::bad_request("Missing required parameter: baseTemplateId"))?;
    let template = ats.feedback_template(&template).await?.ok_or_else(|| Refusal::bad_request("baseTemplateId: there is no such template"))?;
    if new.panel.is_some() != new.interview.is_some() {
        return Err(Refusal::bad_request("panel and interview are given together, or neither"));
    }
    if let Some(panel) = new.panel {
        return Err(Refusal::bad_request(format!("panel: there is no panel {panel}")));
    }
    let mut fields = template.fields;
    answer(&mut fields, &new.field_values)?;
    let now = ats.clock.now().0;
    let id = uuid::Uuid::new_v4().to_string();
    let sql = format!(
        "insert into feedback (id, opportunity_id, template_id, text, instructions, fields, person, created_at, completed_at) values {}",
        db::values(1, 9)
    );
    let values = params![
        id.as_str(),
        opportunity.id.as_str(),
        template.id,
        template.text,
        template.instructions,
        text_of(&fields),
        actor,
        new.created_at.unwrap_or(now),
        new.completed_at.unwrap_or(now)
    ];
    let tx = ats.db.begin().await?;
    tx.run(&sql, values).await?;
    tx.run("update opportunity set last_interaction_at = $1, updated_at = $1 where id = $2", params![now, opportunity.id.as_str()]).await?;
    tx.commit().await?;
    ats.committed();
    ats.one_feedback(&ats.db, &opportunity.id, &id).await.map(Data::new)
}

pub async fn update(ats: Ats, caller: Arc<Caller>, request: UpdateFeedback) -> Result<Data<RawFeedback>> {
    let (opportunity, _) = ats.to_write_as(&request.opportunity, &request.query, &caller).await?;
    let tx = ats.db.begin().await?;
    // One change after the other: answers that are not named stay.
    ats.locked(&tx, &opportunity.id).await?;
    let mut given = ats.one_feedback(&tx, &opportunity.id, request.feedback.as_str()).await?;
    if given.deleted_at.is_some() {
        return Err(Refusal::bad_request("deleted feedback cannot be changed"));
    }
    answer(&mut given.fields, &request.body.field_values)?;
    let now = ats.clock.now().0;
    given.completed_at = Some(request.body.completed_at.unwrap_or(now));
    given.updated_at = Some(now);
    let sql = "update feedback set fields = $1, completed_at = $2, updated_at = $3 where id = $4";
    tx.run(sql, params![text_of(&given.fields), given.completed_at, now, given.id.as_str()]).await?;
    tx.run("update opportunity set updated_at = $1 where id = $2", params![now, opportunity.id.as_str()]).await?;
    let account = ats.account_id(&tx).await?;
    tx.commit().await?;
    ats.committed();
    Ok(Data::new(raw(given, account, opportunity.id)))
}

pub async fn delete(ats: Ats, caller: Arc<Caller>, request: DeleteFeedback) -> Result<Nothing> {
    let (opportunity, _) = ats.to_write_as(&request.opportunity, &request.query, &caller).await?;
    let given = ats.one_feedback(&ats.db, &opportunity.id, request.feedback.as_str()).await?;
    let sql = "update feedback set deleted_at = $1 where id = $2 and deleted_at is null";
    ats.db.run(sql, params![ats.clock.now().0, given.id]).await?;
    ats.committed();
    Ok(Nothing)
}

/// Puts answers to their questions.
fn answer(fields: &mut [FormField], values: &[FieldValue]) -> Result<()> {
    for given in values {
        let field = fields.iter_mut().find(|field| field.id == given.id);
        let field = field.ok_or_else(|| Refusal::bad_request(format!("fieldValues: there is no field {}", given.id)))?;
        let wrong = |what: &str| Refusal::bad_request(format!("fieldValues: {:?} {what}", field.text));
        let options = field.rest.get("options").and_then(Value::as_array);
        let is_option = |value: &Value| options.is_none_or(|options| options.iter().any(|option| option["text"] == *value));
        let fits = match field.kind.as_str() {
            _ if given.value.is_null() => true,
            "dropdown" | "multiple-choice" | SCORE_SYSTEM => given.value.is_string() && is_option(&given.value),
            "multiple-select" => given.value.as_array().is_some_and(|chosen| chosen.iter().all(is_option)),
            "yes-no" => given.value == "yes" || given.value == "no",
            "score" => given.value.as_i64().is_some_and(|score| (1..=4).contains(&score)),
            "date" | "currency" => given.value.is_number(),
            "scorecard" => given.value.is_array(),
            "file-upload" => true,
            _ => given.value.is_string(),
        };
        if !fits {
            return Err(wrong("has a value that does not fit"));
        }
        field.value = given.value.clone();
    }
    Ok(())
}

fn read(row: &Row) -> db::Result<Feedback> {
    Ok(Feedback {
        id: row.text("id")?,
        kind: "interview".to_owned(),
        text: row.text("text")?,
        instructions: row.text("instructions")?,
        fields: serde_json::from_value(row.json("fields")?).unwrap_or_default(),
        base_template_id: row.text("template_id")?,
        interview: None,
        panel: None,
        user: json!(row.get::<Option<String>>("person")?),
        created_at: row.int("created_at")?,
        completed_at: row.get("completed_at")?,
        updated_at: row.get("updated_at")?,
        deleted_at: row.get("deleted_at")?,
        rest: Rest::new(),
    })
}

/// As a change answers it (recorded): other names, and the score system as a summarising score.
fn raw(given: Feedback, account_id: String, profile_id: String) -> RawFeedback {
    let mut fields = given.fields;
    for field in fields.iter_mut().filter(|field| field.kind == SCORE_SYSTEM) {
        field.kind = "score".to_owned();
        field.rest.insert("isSummary".to_owned(), json!(true));
    }
    RawFeedback {
        id: given.id,
        account_id,
        user_id: given.user.as_str().map(str::to_owned),
        profile_id,
        base_template_id: given.base_template_id,
        text: given.text,
        instructions: given.instructions,
        kind: given.kind,
        fields,
        created_at: given.created_at,
        completed_at: given.completed_at,
        updated_at: given.updated_at,
        rest: Rest::new(),
    }
}

impl Ats {
    async fn one_feedback(&self, db: &impl Sql, opportunity: &str, id: &str) -> Result<Feedback> {
        let row = db.row("select * from feedback where id = $1 and opportunity_id = $2", params![id, opportunity]).await?;
        row.map(|row| read(&row)).transpose()?.ok_or_else(|| Refusal::not_found("feedback", id))
    }

    /// Newest first, without what was deleted.
    pub(crate) async fn feedback_of(&self, opportunity: &str) -> db::Result<Vec<Feedback>> {
        let sql = "select * from feedback where opportunity_id = $1 and deleted_at is null order by created_at desc, id limit 200";
        self.db.rows(sql, params![opportunity]).await?.iter().map(read).collect()
    }
}
