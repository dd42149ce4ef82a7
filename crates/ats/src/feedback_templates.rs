//! What feedback is given by.

use crate::Ats;
use crate::access::Caller;
use crate::paging::Page;
use crate::profiles::text_of;
use crate::refusal::{Refusal, Result};
use db::{Clauses, Row, Sql, params};
use endpoint::Nothing;
use lever_api::{
    CreateFeedbackTemplate, Data, DeleteFeedbackTemplate, FeedbackTemplate, FormField, GetFeedbackTemplate, List, ListFeedbackTemplates,
    NewFeedbackTemplate, Rest, SCORE_SYSTEM, SCORES, UpdateFeedbackTemplate,
};
use serde_json::{Value, json};
use std::sync::Arc;

/// The kinds of questions there are.
const KINDS: [&str; 13] = [
    SCORE_SYSTEM,
    "text",
    "textarea",
    "dropdown",
    "multiple-choice",
    "multiple-select",
    "yes-no",
    "score",
    "scorecard",
    "code",
    "date",
    "currency",
    "file-upload",
];
/// Those that offer something to choose from.
const CHOICES: [&str; 3] = ["dropdown", "multiple-choice", "multiple-select"];

pub async fn list(ats: Ats, _: Arc<Caller>, request: ListFeedbackTemplates) -> Result<List<FeedbackTemplate>> {
    let page = Page::of(&request.query)?;
    let mut only = Clauses::default();
    only.and("deleted_at is null");
    let sql = format!("select * from feedback_template{}", page.newest(&mut only)?);
    let templates = ats.db.rows(&sql, only.values()).await?.iter().map(read).collect::<db::Result<Vec<_>>>()?;
    Ok(page.list(templates, |template| vec![json!(template.created_at), json!(template.id)]))
}

pub async fn get(ats: Ats, _: Arc<Caller>, request: GetFeedbackTemplate) -> Result<Data<FeedbackTemplate>> {
    let id = request.feedback_template.as_str();
    ats.feedback_template(id).await?.map(Data::new).ok_or_else(|| Refusal::not_found("feedback_templates", id))
}

pub async fn create(ats: Ats, _: Arc<Caller>, request: CreateFeedbackTemplate) -> Result<Data<FeedbackTemplate>> {
    let id = ats.add_feedback_template(&ats.db, request.body, true).await?;
    ats.committed();
    ats.feedback_template(&id).await?.map(Data::new).ok_or_else(|| Refusal::not_found("feedback_templates", &id))
}

pub async fn update(ats: Ats, _: Arc<Caller>, request: UpdateFeedbackTemplate) -> Result<Data<FeedbackTemplate>> {
    let (text, instructions, fields) = checked(request.body)?;
    let id = request.feedback_template.as_str();
    let sql = "update feedback_template set text = $1, instructions = $2, fields = $3, updated_at = $4 where id = $5 and deleted_at is null";
    ats.db.run(sql, params![text, instructions, text_of(&fields), ats.clock.now().0, id]).await?;
    ats.committed();
    ats.feedback_template(id).await?.map(Data::new).ok_or_else(|| Refusal::not_found("feedback_templates", id))
}

pub async fn delete(ats: Ats, _: Arc<Caller>, request: DeleteFeedbackTemplate) -> Result<Nothing> {
    let id = request.feedback_template.as_str();
    let there = ats.db.row("select by_api from feedback_template where id = $1 and deleted_at is null", params![id]).await?;
    if !there.ok_or_else(|| Refusal::not_found("feedback_templates", id))?.get::<bool>("by_api")? {
        return Err(Refusal::bad_request("only templates made through the API can be deleted through it"));
    }
    // What was given by it stays readable.
    ats.db.run("update feedback_template set deleted_at = $1 where id = $2", params![ats.clock.now().0, id]).await?;
    ats.committed();
    Ok(Nothing)
}

/// A question of a kind there is, with what its kind needs.
pub(crate) fn checked_field(field: &mut FormField) -> Result<()> {
    if !KINDS.contains(&field.kind.as_str()) {
        return Err(Refusal::bad_request(format!("fields: there is no type {:?}; there are: {}", field.kind, KINDS.join(", "))));
    }
    if field.text.trim().is_empty() {
        return Err(Refusal::bad_request("fields: each needs a text"));
    }
    let options = field.rest.get("options").and_then(Value::as_array);
    if CHOICES.contains(&field.kind.as_str()) && options.is_none_or(|options| options.iter().all(|o| o["text"].as_str().is_none())) {
        return Err(Refusal::bad_request(format!("fields: {:?} needs options with a text", field.text)));
    }
    field.value = Value::Null;
    Ok(())
}

/// Title, instructions, and the questions with ids of their own.
fn checked(new: NewFeedbackTemplate) -> Result<(String, String, Vec<FormField>)> {
    let text = new.text.filter(|text| !text.trim().is_empty()).ok_or_else(|| Refusal::bad_request("Missing required parameter: text"))?;
    let mut fields = new.fields;
    if fields.iter().filter(|field| field.kind == SCORE_SYSTEM).count() != 1 {
        return Err(Refusal::bad_request("fields: exactly one field must have the type score-system"));
    }
    for field in &mut fields {
        checked_field(field)?;
        field.id = uuid::Uuid::new_v4().to_string();
        if field.kind == SCORE_SYSTEM {
            field.required = true;
            field.rest.insert("prompt".to_owned(), json!("Select one"));
            field.rest.insert("options".to_owned(), json!(SCORES.map(|text| json!({ "text": text }))));
        }
    }
    Ok((text.trim().to_owned(), new.instructions.unwrap_or_default(), fields))
}

fn read(row: &Row) -> db::Result<FeedbackTemplate> {
    Ok(FeedbackTemplate {
        id: row.text("id")?,
        text: row.text("text")?,
        instructions: row.text("instructions")?,
        group: Value::Null,
        stage: Value::Null,
        fields: row.held("fields")?,
        created_at: Some(row.int("created_at")?),
        updated_at: Some(row.int("updated_at")?),
        rest: Rest::new(),
    })
}

impl Ats {
    /// Adds a template: its id. `by_api`: programs made it, and may change it.
    pub(crate) async fn add_feedback_template(&self, tx: &impl Sql, new: NewFeedbackTemplate, by_api: bool) -> Result<String> {
        let (text, instructions, fields) = checked(new)?;
        let (id, now) = (uuid::Uuid::new_v4().to_string(), self.clock.now().0);
        let sql =
            format!("insert into feedback_template (id, text, instructions, fields, by_api, created_at, updated_at) values {}", db::values(1, 7));
        tx.run(&sql, params![id.as_str(), text, instructions, text_of(&fields), by_api, now, now]).await?;
        Ok(id)
    }

    /// Those in use, by title.
    pub(crate) async fn feedback_templates(&self) -> db::Result<Vec<FeedbackTemplate>> {
        let sql = "select * from feedback_template where deleted_at is null order by lower(text), id";
        self.db.rows(sql, vec![]).await?.iter().map(read).collect()
    }

    /// One that is in use.
    pub(crate) async fn feedback_template(&self, id: &str) -> db::Result<Option<FeedbackTemplate>> {
        let row = self.db.row("select * from feedback_template where id = $1 and deleted_at is null", params![id]).await?;
        row.map(|row| read(&row)).transpose()
    }
}
