//! Feedback on an opportunity.

use crate::Ats;
use crate::access::Caller;
use crate::paging::Page;
use crate::profiles::text_of;
use crate::refusal::{Refusal, Result};
use db::{Clauses, Row, Sql, params};
use endpoint::Nothing;
use lever_api::{
    CreateFeedback, Data, DeleteFeedback, Feedback, FeedbackTemplate, FieldValue, FormField, GetFeedback, List, ListFeedback, Opportunity,
    RawFeedback, Rest, SCORE_SYSTEM, UpdateFeedback,
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
    let about = match (new.panel, new.interview) {
        (None, None) => None,
        (Some(panel), Some(interview)) => Some((panel.to_string(), interview.to_string())),
        _ => return Err(Refusal::bad_request("panel and interview are given together, or neither")),
    };
    let given = Given { template, values: new.field_values, about, created_at: new.created_at, completed_at: new.completed_at };
    let id = ats.give_feedback(&opportunity, &actor, given).await?;
    ats.one_feedback(&ats.db, &opportunity.id, &id).await.map(Data::new)
}

/// Feedback as somebody gives it.
pub struct Given {
    /// Whose questions.
    pub template: FeedbackTemplate,
    /// What was answered.
    pub values: Vec<FieldValue>,
    /// The panel and the interview it is about.
    pub about: Option<(String, String)>,
    /// ms; now, if absent.
    pub created_at: Option<i64>,
    /// ms; now, if absent.
    pub completed_at: Option<i64>,
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

/// Whether this is a line of a scorecard: a score of 1 to 4, and a comment; either may be missing.
fn is_scored(line: &Value) -> bool {
    let score = &line["score"];
    line.is_object()
        && (score.is_null() || score.as_i64().is_some_and(|score| (1..=4).contains(&score)))
        && (line["comment"].is_null() || line["comment"].is_string())
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
            "scorecard" => given.value.as_array().is_some_and(|lines| lines.iter().all(is_scored)),
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
        fields: row.held("fields")?,
        base_template_id: row.text("template_id")?,
        interview: row.get("interview_id")?,
        panel: row.get("panel_id")?,
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
    let about = [("panelId", given.panel), ("interviewId", given.interview)];
    let about: Rest = about.into_iter().filter_map(|(name, id)| Some((name.to_owned(), json!(id?)))).collect();
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
        rest: about,
    }
}

impl Ats {
    /// Files feedback: its id.
    pub(crate) async fn give_feedback(&self, of: &Opportunity, by: &str, given: Given) -> Result<String> {
        let Given { template, values, about, created_at, completed_at } = given;
        let (mut fields, now) = (template.fields, self.clock.now().0);
        answer(&mut fields, &values)?;
        let tx = self.db.begin().await?;
        self.locked_to_add(&tx, &of.id).await?;
        if let Some((panel, interview)) = &about {
            let sql = "select id from interview where id = $1 and panel_id = $2 and opportunity_id = $3";
            let row = tx.row(sql, params![interview.as_str(), panel.as_str(), of.id.as_str()]).await?;
            row.ok_or_else(|| Refusal::bad_request(format!("interview: the panel {panel} has no interview {interview}")))?;
        }
        let (panel, interview) = about.unzip();
        let id = uuid::Uuid::new_v4().to_string();
        let sql = format!(
            "insert into feedback (id, opportunity_id, template_id, text, instructions, fields, person, panel_id, interview_id, created_at, completed_at) values {}",
            db::values(1, 11)
        );
        let values = params![
            id.as_str(),
            of.id.as_str(),
            template.id,
            template.text,
            template.instructions,
            text_of(&fields),
            by,
            panel,
            interview,
            created_at.unwrap_or(now),
            completed_at.unwrap_or(now)
        ];
        tx.run(&sql, values).await?;
        tx.run("update opportunity set last_interaction_at = $1, updated_at = $1 where id = $2", params![now, of.id.as_str()]).await?;
        tx.commit().await?;
        self.committed();
        Ok(id)
    }

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
