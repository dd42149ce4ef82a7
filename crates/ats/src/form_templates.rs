//! What forms on profiles ask.

use crate::Ats;
use crate::access::Caller;
use crate::feedback_templates::checked_field;
use crate::paging::Page;
use crate::profiles::text_of;
use crate::refusal::{Refusal, Result};
use db::{Clauses, Row, Sql, params};
use endpoint::Nothing;
use lever_api::{
    CreateFormTemplate, Data, DeleteFormTemplate, FormField, FormTemplate, GetFormTemplate, List, ListFormTemplates, NewFormTemplate, Rest,
    SCORE_SYSTEM, UpdateFormTemplate,
};
use serde_json::{Value, json};
use std::sync::Arc;

pub async fn list(ats: Ats, _: Arc<Caller>, request: ListFormTemplates) -> Result<List<FormTemplate>> {
    let page = Page::of(&request.query)?;
    let mut only = Clauses::default();
    only.and("deleted_at is null");
    let sql = format!("select * from form_template{}", page.newest(&mut only)?);
    let templates = ats.db.rows(&sql, only.values()).await?.iter().map(read).collect::<db::Result<Vec<_>>>()?;
    Ok(page.list(templates, |template| vec![json!(template.created_at), json!(template.id)]))
}

pub async fn get(ats: Ats, _: Arc<Caller>, request: GetFormTemplate) -> Result<Data<FormTemplate>> {
    ats.form_template(request.form_template.as_str()).await.map(Data::new)
}

pub async fn create(ats: Ats, _: Arc<Caller>, request: CreateFormTemplate) -> Result<Data<FormTemplate>> {
    let new = checked(request.body, &[])?;
    let new = FormTemplate { id: uuid::Uuid::new_v4().to_string(), ..new };
    ats.save_form_template(&ats.db, &new).await?;
    ats.committed();
    ats.form_template(&new.id).await.map(Data::new)
}

pub async fn update(ats: Ats, _: Arc<Caller>, request: UpdateFormTemplate) -> Result<Data<FormTemplate>> {
    let before = ats.form_template(request.form_template.as_str()).await?;
    let new = checked(request.body, &before.fields)?;
    let sql = "update form_template set text = $1, instructions = $2, fields = $3, secret = $4, updated_at = $5, template_group = $6 where id = $7";
    let now = ats.clock.now().0;
    ats.db
        .run(sql, params![new.text, new.instructions, text_of(&new.fields), new.secret_by_default, now, group_of(&new.group), before.id.as_str()])
        .await?;
    ats.committed();
    ats.form_template(&before.id).await.map(Data::new)
}

pub async fn delete(ats: Ats, _: Arc<Caller>, request: DeleteFormTemplate) -> Result<Nothing> {
    let template = ats.form_template(request.form_template.as_str()).await?;
    // What was filled in by it stays readable.
    ats.db.run("update form_template set deleted_at = $1 where id = $2", params![ats.clock.now().0, template.id]).await?;
    ats.committed();
    Ok(Nothing)
}

/// A template as it can be; a question that was there before keeps its id.
fn checked(new: NewFormTemplate, before: &[FormField]) -> Result<FormTemplate> {
    let text = new.text.filter(|text| !text.trim().is_empty()).ok_or_else(|| Refusal::bad_request("Missing required parameter: text"))?;
    let mut fields = new.fields;
    if fields.is_empty() {
        return Err(Refusal::bad_request("Missing required parameter: fields"));
    }
    for field in &mut fields {
        if field.kind == SCORE_SYSTEM {
            return Err(Refusal::bad_request("fields: score-system is for feedback only"));
        }
        checked_field(field)?;
        if !before.iter().any(|old| old.id == field.id) {
            field.id = uuid::Uuid::new_v4().to_string();
        }
    }
    Ok(FormTemplate {
        text: text.trim().to_owned(),
        instructions: new.instructions.unwrap_or_default(),
        secret_by_default: new.secret_by_default.unwrap_or_default(),
        group: new.group,
        fields,
        ..FormTemplate::default()
    })
}

/// The id of a group, however it is written.
fn group_of(group: &Value) -> Option<String> {
    lever_api::reference(group).map(str::to_owned)
}

fn read(row: &Row) -> db::Result<FormTemplate> {
    let created_at = row.int("created_at")?;
    Ok(FormTemplate {
        id: row.text("id")?,
        text: row.text("text")?,
        instructions: row.text("instructions")?,
        group: row.get::<Option<String>>("template_group")?.map_or(Value::Null, |id| json!({ "id": id })),
        secret_by_default: row.get("secret")?,
        fields: row.held("fields")?,
        created_at: Some(created_at),
        updated_at: row.get::<Option<i64>>("updated_at")?.or(Some(created_at)),
        rest: Rest::new(),
    })
}

impl Ats {
    /// One that is in use.
    async fn form_template(&self, id: &str) -> Result<FormTemplate> {
        let row = self.db.row("select * from form_template where id = $1 and deleted_at is null", params![id]).await?;
        row.map(|row| read(&row)).transpose()?.ok_or_else(|| Refusal::not_found("form_templates", id))
    }

    /// Those in use, by title.
    pub(crate) async fn form_templates(&self) -> db::Result<Vec<FormTemplate>> {
        self.db.rows("select * from form_template where deleted_at is null order by text, id", vec![]).await?.iter().map(read).collect()
    }

    pub(crate) async fn save_form_template(&self, tx: &impl Sql, new: &FormTemplate) -> db::Result<()> {
        let sql =
            "insert into form_template (id, text, instructions, fields, secret, template_group, created_at) values ($1, $2, $3, $4, $5, $6, $7)";
        let now = self.clock.now().0;
        let (fields, group) = (text_of(&new.fields), group_of(&new.group));
        let values = params![new.id.as_str(), new.text.as_str(), new.instructions.as_str(), fields, new.secret_by_default, group, now];
        tx.run(sql, values).await.map(drop)
    }
}
