//! Applying to a posting over the API, and what applicants answer on equal employment opportunity.

use crate::Ats;
use crate::access::Caller;
use crate::paging::Page;
use crate::refusal::{Refusal, Result};
use db::{Clauses, Row, Sql, params};
use lever_api::{
    AnonymousEeoResponse, ApplicationForm, Applied, ApplyToPosting, Data, EeoResponse, GetApplicationForm, List, ListAnonymousEeoResponses,
    ListEeoResponses, NamedValue, NewOpportunity, Phone, Posting, Question,
};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// What everybody is asked: name, words, whether it must be answered.
const QUESTIONS: [(&str, &str, &str, bool); 7] = [
    ("fullName", "Full name", "text", true),
    ("email", "Email", "text", true),
    ("resume", "Resume/CV", "file-upload", false),
    ("phone", "Phone", "text", false),
    ("currentCompany", "Current company", "text", false),
    ("currentLocation", "Current location", "text", false),
    ("additionalInformation", "Additional information", "textarea", false),
];
const URLS: [&str; 4] = ["LinkedIn", "GitHub", "Twitter", "Portfolio"];
/// What may be answered on equal employment opportunity, and what to choose from.
const EEO: [(&str, &[&str]); 4] = [
    ("gender", &["Male", "Female", "Decline to self-identify"]),
    (
        "race",
        &[
            "Hispanic or Latino",
            "White",
            "Black or African American",
            "Native Hawaiian or Other Pacific Islander",
            "Asian",
            "American Indian or Alaska Native",
            "Two or More Races",
            "Decline to self-identify",
        ],
    ),
    ("veteran", &["I am a veteran", "I am not a veteran", "Decline to self-identify"]),
    ("disability", &["Yes, I have a disability", "No, I do not have a disability", "I do not want to answer"]),
];

pub async fn form(ats: Ats, caller: Arc<Caller>, request: GetApplicationForm) -> Result<Data<ApplicationForm>> {
    let posting = ats.posting_for(&caller, request.posting.as_str()).await?;
    let question = |text: &str, name: &str, kind: &str, required: bool| Question {
        text: text.to_owned(),
        name: name.to_owned(),
        kind: kind.to_owned(),
        required,
        value: Value::Null,
    };
    let eeo: Map<String, Value> = EEO
        .iter()
        .map(|(name, options)| {
            let options: Vec<Value> = options.iter().map(|text| json!({ "text": text, "optionId": text })).collect();
            ((*name).to_owned(), json!({ "text": name, "type": "multiple-choice", "required": false, "options": options, "value": null }))
        })
        .collect();
    Ok(Data::new(ApplicationForm {
        id: posting.id,
        text: posting.text,
        custom_questions: Vec::new(),
        eeo_questions: Some(Value::Object(eeo)),
        personal_information: QUESTIONS.iter().map(|(name, text, kind, required)| question(text, name, kind, *required)).collect(),
        urls: URLS.iter().map(|name| question(name, name, "text", false)).collect(),
        consent_disclosures: None,
    }))
}

pub async fn apply(ats: Ats, caller: Arc<Caller>, request: ApplyToPosting) -> Result<Data<Applied>> {
    let posting = ats.posting_for(&caller, request.posting.as_str()).await?;
    if !matches!(posting.state.as_str(), "published" | "internal") {
        return Err(Refusal::bad_request("This posting takes no applications: it must be published or internal"));
    }
    let new = request.body;
    let said = |name: &str| text(&new.personal_information, name);
    let name = said("fullName").ok_or_else(|| Refusal::bad_request("personalInformation: fullName is required"))?;
    let email = said("email").filter(|email| email.contains('@')).ok_or_else(|| Refusal::bad_request("personalInformation: email is required"))?;
    let resume = match said("resume") {
        Some(upload) => vec![ats.uploaded(&upload).await?],
        None => Vec::new(),
    };
    let origin = new.origin.clone().unwrap_or_else(|| "applied".to_owned());
    if !matches!(origin.as_str(), "applied" | "internal") {
        return Err(Refusal::bad_request("origin must be applied or internal"));
    }
    for (question, answer) in &new.eeo_responses {
        let options = EEO.iter().find(|(name, _)| name == question).map(|(_, options)| *options);
        let fits = options.is_some_and(|options| answer.as_str().is_some_and(|answer| options.contains(&answer)));
        if !fits {
            return Err(Refusal::bad_request(format!("eeoResponses: {question} has no such answer")));
        }
    }
    let candidate = NewOpportunity {
        name: Some(name),
        headline: said("currentCompany"),
        location: said("currentLocation"),
        emails: vec![email],
        phones: said("phone").map(|value| Phone { kind: None, value }).into_iter().collect(),
        links: new.urls.iter().filter_map(|url| url.value.as_str().map(str::to_owned)).filter(|url| !url.is_empty()).collect(),
        sources: vec![new.source.clone().unwrap_or_else(|| "Posting".to_owned())],
        origin: Some(origin),
        stage: lever_api::StageId::APPLICANT_NEW.parse().ok(),
        postings: vec![request.posting.clone()],
        ..NewOpportunity::default()
    };
    let tx = ats.db.begin().await?;
    let created = ats.create_opportunity(&tx, None, &candidate, true).await?;
    ats.keep_with(&tx, &created.id, None, &resume).await?;
    let row = tx.row("select id, submitted from application where opportunity_id = $1", params![created.id.as_str()]).await?;
    let row = row.ok_or_else(|| Refusal::not_found("applications", &created.id))?;
    let (application, mut submitted) = (row.text("id")?, row.json("submitted")?);
    let more = json!({
        "comments": said("additionalInformation"), "customQuestions": new.custom_questions, "ipAddress": new.ip_address, "referer": new.referer,
        "userAgent": new.user_agent, "acceptLanguage": new.accept_language, "timezone": new.timezone,
    });
    if let (Some(all), Value::Object(more)) = (submitted.as_object_mut(), more) {
        all.extend(more);
    }
    tx.run("update application set submitted = $1 where id = $2", params![submitted.to_string(), application.as_str()]).await?;
    if !new.eeo_responses.is_empty() {
        let sql = "insert into eeo (application_id, opportunity_id, answers, created_at, id) values ($1, $2, $3, $4, $5)";
        let answers = Value::Object(new.eeo_responses).to_string();
        tx.run(sql, params![application.as_str(), created.id.as_str(), answers, ats.clock.now().0, uuid::Uuid::new_v4().to_string()]).await?;
    }
    tx.commit().await?;
    ats.committed();
    Ok(Data::new(Applied { application_id: application }))
}

/// What was answered; nothing, if it is empty.
fn text(answers: &[NamedValue], name: &str) -> Option<String> {
    let answer = answers.iter().find(|answer| answer.name == name)?.value.as_str()?.trim();
    (!answer.is_empty()).then(|| answer.to_owned())
}

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
            sources: serde_json::from_value(row.json("sources")?).unwrap_or_default(),
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
    /// One that this caller may see.
    pub(crate) async fn posting_for(&self, caller: &Caller, id: &str) -> Result<Posting> {
        let found = self.postings_by_id(&[id.to_owned()]).await?.pop();
        found.filter(|p| caller.confidential || p.confidentiality != "confidential").ok_or_else(|| Refusal::not_found("postings", id))
    }

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
