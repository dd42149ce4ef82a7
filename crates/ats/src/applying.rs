//! Applying to a posting: what is asked, and taking what is answered, whether it comes over the API, from a careers page or from our job site.

use crate::Ats;
use crate::access::Caller;
use crate::moves::Created;
use crate::questions;
use crate::refusal::{Refusal, Result};
use crate::resumes::Received;
use db::{Sql, Tx, params};
use endpoint::Attachment;
use lever_api::{ApplicationForm, Applied, ApplyToPosting, Consent, Data, GetApplicationForm, NamedValue, NewOpportunity, Phone, Posting, Question};
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
/// Where somebody would like to work, of a posting's locations.
const PREFERRED: &str = "preferredPostingLocation";
const URLS: [&str; 4] = ["LinkedIn", "GitHub", "Twitter", "Portfolio"];
/// What may be answered on equal employment opportunity, and what to choose from.
pub const EEO: [(&str, &[&str]); 4] = [
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
        options: Vec::new(),
    };
    let distribution = request.query.distribution.as_deref();
    if let Some(other) = distribution.filter(|audience| !matches!(*audience, "internal" | "external")) {
        return Err(Refusal::bad_request(format!("distribution must be internal or external, not {other}")));
    }
    let mut personal: Vec<Question> = QUESTIONS.iter().map(|(name, text, kind, required)| question(text, name, kind, *required)).collect();
    if posting.categories.all_locations.len() > 1 {
        let options = posting.categories.all_locations.iter().map(|text| json!({ "text": text })).collect();
        personal.push(Question { options, ..question("Which location are you applying for?", PREFERRED, "dropdown", false) });
    }
    let custom_questions = questions::for_audience(ats.questions_of(&posting.id).await?, distribution);
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
        custom_questions,
        eeo_questions: Some(Value::Object(eeo)),
        personal_information: personal,
        urls: URLS.iter().map(|name| question(name, name, "text", false)).collect(),
        consent_disclosures: None,
    }))
}

pub async fn apply(ats: Ats, caller: Arc<Caller>, request: ApplyToPosting) -> Result<Data<Applied>> {
    let posting = ats.posting_for(&caller, request.posting.as_str()).await?;
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
    if let Some(zone) = new.timezone.as_deref().filter(|zone| jiff::tz::TimeZone::get(zone).is_err()) {
        return Err(Refusal::bad_request(format!("timezone: there is no time zone {zone}")));
    }
    let audience = if origin == "internal" { "internal" } else { "external" };
    let asked = questions::for_audience(ats.questions_of(&posting.id).await?, Some(audience));
    let submission = Submission {
        candidate: NewOpportunity {
            name: Some(name),
            headline: said("currentCompany"),
            location: said("currentLocation"),
            emails: vec![email],
            phones: said("phone").map(|value| Phone { kind: None, value }).into_iter().collect(),
            links: new.urls.iter().filter_map(|url| url.value.as_str().map(str::to_owned)).filter(|url| !url.is_empty()).collect(),
            sources: vec![new.source.clone().unwrap_or_else(|| "Posting".to_owned())],
            origin: Some(origin),
            opportunity_location: said(PREFERRED),
            ..NewOpportunity::default()
        },
        resume,
        more: json!({
            "comments": said("additionalInformation"), "customQuestions": questions::answered(&asked, &new.custom_questions)?, "ipAddress": new.ip_address, "referer": new.referer,
            "userAgent": new.user_agent, "acceptLanguage": new.accept_language, "timezone": new.timezone,
        }),
        eeo: new.eeo_responses,
        consent: new.consent,
        surveys: new.diversity_survey.into_iter().collect(),
    };
    ats.take(&posting, submission).await.map(|application_id| Data::new(Applied { application_id }))
}

/// What whoever applies says, wherever they say it.
#[derive(Default)]
pub struct Submission {
    /// Who they are. Stage and posting are the application's business.
    pub candidate: NewOpportunity,
    /// At most one.
    pub resume: Vec<Attachment>,
    /// What else stands in the application: comments, answers, where it came from.
    pub more: Value,
    /// Answers on equal employment opportunity.
    pub eeo: Map<String, Value>,
    /// What they agree to.
    pub consent: Option<Consent>,
    /// Answers to diversity surveys, one entry for each.
    pub surveys: Vec<Value>,
}

/// What somebody writes about themselves is not longer, characters.
const LONGEST: usize = 2_000;

/// Names, addresses and the like are of a length people have.
fn check_length(candidate: &NewOpportunity) -> Result<()> {
    let own = [&candidate.name, &candidate.headline, &candidate.location].into_iter().flatten();
    let all = own.chain(&candidate.emails).chain(&candidate.links).chain(&candidate.sources).chain(candidate.phones.iter().map(|phone| &phone.value));
    match all.map(|text| text.chars().count()).max() {
        Some(length) if length > LONGEST => Err(Refusal::bad_request(format!("A name, address or link is longer than {LONGEST} characters"))),
        _ => Ok(()),
    }
}

/// Every answer on equal employment opportunity is one of its options; the signature that goes with a disability is free.
fn check_eeo(answers: &Map<String, Value>) -> Result<()> {
    for (question, answer) in answers.iter().filter(|(question, _)| !question.starts_with("disabilitySignature")) {
        let options = EEO.iter().find(|(name, _)| name == question).map(|(_, options)| *options);
        let fits = options.is_some_and(|options| answer.as_str().is_some_and(|answer| options.contains(&answer)));
        if !fits {
            return Err(Refusal::bad_request(format!("eeoResponses: {question} has no such answer")));
        }
    }
    Ok(())
}

impl Ats {
    /// Takes an application, all of it or nothing: its id.
    pub(crate) async fn take(&self, posting: &Posting, mut new: Submission) -> Result<String> {
        if !matches!(posting.state.as_str(), "published" | "internal") {
            return Err(Refusal::bad_request("This posting takes no applications: it must be published or internal"));
        }
        check_eeo(&new.eeo)?;
        check_length(&new.candidate)?;
        // Looked at before anything is kept.
        for answers in &new.surveys {
            self.survey_of(answers).await?;
        }
        let candidate = NewOpportunity {
            stage: lever_api::StageId::APPLICANT_NEW.parse().ok(),
            postings: posting.id.parse().into_iter().collect(),
            ..std::mem::take(&mut new.candidate)
        };
        let resume = self.receive_all(std::mem::take(&mut new.resume)).await;
        let tx = self.db.begin().await?;
        let created = self.create_opportunity(&tx, None, &candidate, true).await?;
        let filed = self.file_application(&tx, &created, new, &resume).await;
        match filed {
            Ok(application) => {
                tx.commit().await?;
                self.committed();
                Ok(application)
            }
            Err(refused) => {
                // Nothing is left of it, in the store either.
                tx.rollback().await?;
                self.forget_files(&created.id).await?;
                Err(refused)
            }
        }
    }

    /// What belongs to an application, in the transaction that makes its opportunity: its id.
    async fn file_application(&self, tx: &Tx, created: &Created, new: Submission, resume: &[Received]) -> Result<String> {
        self.keep_with(tx, &created.id, None, resume).await?;
        let row = tx.row("select id, submitted from application where opportunity_id = $1", params![created.id.as_str()]).await?;
        let row = row.ok_or_else(|| Refusal::not_found("applications", &created.id))?;
        let (application, mut submitted) = (row.text("id")?, row.json("submitted")?);
        if let (Some(all), Value::Object(more)) = (submitted.as_object_mut(), new.more) {
            all.extend(more);
        }
        tx.run("update application set submitted = $1 where id = $2", params![submitted.to_string(), application.as_str()]).await?;
        if !new.eeo.is_empty() {
            let sql = "insert into eeo (application_id, opportunity_id, answers, created_at, id) values ($1, $2, $3, $4, $5)";
            let answers = Value::Object(new.eeo).to_string();
            let values = params![application.as_str(), created.id.as_str(), answers, self.clock.now().0, uuid::Uuid::new_v4().to_string()];
            tx.run(sql, values).await?;
        }
        if let Some(consent) = &new.consent {
            self.agree(tx, created, consent).await?;
        }
        for answers in &new.surveys {
            self.answer_survey(tx, &created.id, &application, answers).await?;
        }
        Ok(application)
    }

    /// Writes down what somebody agreed to; what they were not asked stays. Whoever merely knows an address agrees to nothing for the person
    /// who was asked before.
    async fn agree(&self, tx: &impl Sql, created: &Created, consent: &Consent) -> Result<()> {
        let sql = "select c.id, c.data_protection from opportunity o join contact c on c.id = o.contact_id where o.id = $1";
        let Some(row) = tx.row(sql, params![created.id.as_str()]).await? else { return Ok(()) };
        let none = || json!({ "allowed": false, "expiresAt": null });
        let mut all = match row.get::<Option<String>>("data_protection")? {
            Some(_) if created.deduped => return Ok(()),
            Some(text) => serde_json::from_str(&text).unwrap_or_default(),
            None => json!({ "store": none(), "contact": none() }),
        };
        for (name, agreed) in [("store", &consent.store), ("contact", &consent.marketing)] {
            if let Some(agreed) = agreed {
                all[name] = json!({ "allowed": agreed.is_yes(), "expiresAt": null });
            }
        }
        tx.run("update contact set data_protection = $1 where id = $2", params![all.to_string(), row.text("id")?]).await?;
        Ok(())
    }
}

/// What was answered; nothing, if it is empty.
fn text(answers: &[NamedValue], name: &str) -> Option<String> {
    let answer = answers.iter().find(|answer| answer.name == name)?.value.as_str()?.trim();
    (!answer.is_empty()).then(|| answer.to_owned())
}

impl Ats {
    /// One that this caller may see.
    pub(crate) async fn posting_for(&self, caller: &Caller, id: &str) -> Result<Posting> {
        let found = self.postings_by_id(&[id.to_owned()]).await?.pop();
        found.filter(|p| caller.confidential || p.confidentiality != "confidential").ok_or_else(|| Refusal::not_found("postings", id))
    }
}
