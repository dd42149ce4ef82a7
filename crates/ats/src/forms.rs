//! Forms on a profile: read and filed by programs, filled in by people.

use crate::Ats;
use crate::access::Caller;
use crate::paging::Page;
use crate::profiles::text_of;
use crate::refusal::{Refusal, Result};
use db::{Clauses, Row, Sql, params};
use lever_api::{CreateForm, Data, FormField, FormTemplate, GetForm, List, ListForms, Opportunity, ProfileForm, Rest, reference};
use serde_json::{Value, json};
use std::sync::Arc;

pub async fn list(ats: Ats, caller: Arc<Caller>, request: ListForms) -> Result<List<ProfileForm>> {
    let opportunity = ats.opportunity(request.opportunity.as_str(), &caller).await?;
    let page = Page::of(&request.query)?;
    let mut only = Clauses::default();
    only.is("opportunity_id =", opportunity.id);
    let sql = format!("select * from form{}", page.newest(&mut only)?);
    let forms = ats.db.rows(&sql, only.values()).await?.iter().map(read).collect::<db::Result<Vec<_>>>()?;
    Ok(page.list(forms, |form| vec![json!(form.created_at), json!(form.id)]))
}

pub async fn get(ats: Ats, caller: Arc<Caller>, request: GetForm) -> Result<Data<ProfileForm>> {
    ats.opportunity(request.opportunity.as_str(), &caller).await?;
    let sql = "select * from form where id = $1 and opportunity_id = $2";
    let row = ats.db.row(sql, params![request.form.as_str(), request.opportunity.as_str()]).await?;
    row.map(|row| read(&row)).transpose()?.map(Data::new).ok_or_else(|| Refusal::not_found("forms", request.form.as_str()))
}

pub async fn create(ats: Ats, caller: Arc<Caller>, request: CreateForm) -> Result<Data<ProfileForm>> {
    let opportunity = ats.opportunity(request.opportunity.as_str(), &caller).await?;
    let actor = ats.actor(request.query.perform_as.as_ref()).await?;
    let missing = |name: &str| Refusal::bad_request(format!("Missing required parameter: {name}"));
    let wanted = request.body.base_template_id.ok_or_else(|| missing("baseTemplateId"))?;
    let answers = request.body.fields.ok_or_else(|| missing("fields"))?;
    let template = ats.form_templates().await?.into_iter().find(|template| template.id == wanted);
    let template = template.ok_or_else(|| Refusal::bad_request(format!("baseTemplateId: there is no form template {wanted:?}")))?;
    if let Some(unknown) = answers.iter().find(|answer| !template.fields.iter().any(|field| field.id == answer.id)) {
        return Err(Refusal::bad_request(format!("fields: the template has no field {:?}", unknown.id)));
    }
    let answer = |field: &FormField| answers.iter().find(|answer| answer.id == field.id).map_or(Value::Null, |answer| answer.value.clone());
    ats.fill_in(&opportunity, actor.as_deref(), &template, request.body.secret.unwrap_or(template.secret_by_default), answer).await?;
    ats.committed();
    let newest = ats.forms_of(&opportunity.id).await?.into_iter().find(|form| form.base_template_id == template.id);
    newest.map(Data::new).ok_or_else(|| Refusal::not_found("forms", &template.id))
}

fn read(row: &Row) -> db::Result<ProfileForm> {
    let created_at = row.int("created_at")?;
    Ok(ProfileForm {
        id: row.text("id")?,
        kind: "form".to_owned(),
        text: row.text("text")?,
        instructions: row.text("instructions")?,
        base_template_id: row.text("template_id")?,
        fields: row.held("fields")?,
        user: json!(row.get::<Option<String>>("person")?),
        stage: json!(row.get::<Option<String>>("stage_id")?),
        created_at,
        completed_at: Some(created_at),
        deleted_at: None,
        rest: Rest::new(),
    })
}

impl Ats {
    /// Newest first.
    pub(crate) async fn forms_of(&self, opportunity: &str) -> db::Result<Vec<ProfileForm>> {
        let sql = "select * from form where opportunity_id = $1 order by created_at desc, id";
        self.db.rows(sql, params![opportunity]).await?.iter().map(read).collect()
    }

    /// Newest first, as somebody sees them who does not see secret ones, but for their own; with nobody named, all.
    pub(crate) async fn forms_seen(&self, opportunity: &str, by: Option<&str>) -> db::Result<Vec<ProfileForm>> {
        let Some(by) = by else { return self.forms_of(opportunity).await };
        let sql = "select * from form where opportunity_id = $1 and (not secret or person = $2) order by created_at desc, id";
        self.db.rows(sql, params![opportunity, by]).await?.iter().map(read).collect()
    }

    /// Files a form; `answer` says what was answered to a question. An opportunity's `updatedAt` does not move.
    pub(crate) async fn fill_in(
        &self,
        of: &Opportunity,
        by: Option<&str>,
        template: &FormTemplate,
        secret: bool,
        answer: impl Fn(&FormField) -> Value,
    ) -> Result<()> {
        let mut fields = template.fields.clone();
        for field in &mut fields {
            field.value = answer(field);
            if field.required && field.value.is_null() {
                return Err(Refusal::bad_request(format!("{} must be answered", field.text)));
            }
        }
        let tx = self.db.begin().await?;
        let now = self.locked_to_add(&tx, &of.id).await?;
        let sql = format!(
            "insert into form (id, opportunity_id, template_id, text, instructions, fields, person, stage_id, created_at, secret) values {}",
            db::values(1, 10)
        );
        let values = params![
            uuid::Uuid::new_v4().to_string(),
            of.id.as_str(),
            template.id.as_str(),
            template.text.as_str(),
            template.instructions.as_str(),
            text_of(&fields),
            by,
            reference(&now.stage),
            self.clock.now().0,
            secret
        ];
        tx.run(&sql, values).await?;
        tx.commit().await?;
        Ok(())
    }
}
