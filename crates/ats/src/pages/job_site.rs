//! The job site: what the company publishes, for everybody who looks for a job, and applying.

use super::asking::{SEVERAL, question};
use crate::Ats;
use crate::applying::{EEO, Submission};
use crate::questions;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use endpoint::Attachment;
use lever_api::{Agreed, Consent, DiversitySurvey, FormField, NewOpportunity, Phone, Posting, PublicFilter, PublicPosting, QuestionGroup};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use web::{Fields, FilledForm, Markup, PreEscaped, Problem, Shell, html, see_other, ui};

pub fn routes() -> Router<Ats> {
    Router::new()
        .route("/jobs", get(first))
        .route("/jobs/{site}", get(list))
        .route("/jobs/{site}/{posting}", get(show))
        .route("/jobs/{site}/{posting}/thank-you", get(thanks))
        .route("/jobs/{site}/{posting}/apply", get(form).post(apply).layer(DefaultBodyLimit::disable()))
}

/// Profiles elsewhere that are asked for.
const LINKS: [&str; 3] = ["LinkedIn", "GitHub", "Portfolio"];

async fn first(State(ats): State<Ats>) -> Result<Response, Problem> {
    Ok(see_other(&format!("/jobs/{}", ats.site().await?)))
}

/// The frame of a page that anybody may read.
async fn page(ats: &Ats, title: &str, main: &Markup) -> Result<Html<String>, Problem> {
    let (company, _) = ats.account().await?;
    let home = format!("/jobs/{}", ats.site().await?);
    Ok(Shell { brand: company.into(), home, side: "ats", ..Shell::default() }.page(title, main))
}

type Pairs = Query<Vec<(String, String)>>;

async fn list(State(ats): State<Ats>, Path(site): Path<String>, Query(mut given): Pairs) -> Result<Html<String>, Problem> {
    // An empty choice in a form is none.
    given.retain(|(_, value)| !value.is_empty());
    let chosen = Fields::new(given);
    let several = |name: &str| chosen.all(name).map(str::to_owned).collect::<Vec<_>>();
    let filter = PublicFilter { location: several("location"), team: several("team"), commitment: several("commitment"), ..PublicFilter::default() };
    let (all, found) = (ats.open_jobs(&site, &PublicFilter::default()).await?, ats.open_jobs(&site, &filter).await?);
    let options = |of: fn(&PublicPosting) -> Option<&String>| {
        let names: BTreeMap<&String, ()> = all.iter().filter_map(of).map(|name| (name, ())).collect();
        let any = (String::new(), "All".to_owned());
        std::iter::once(any).chain(names.into_keys().map(|name| (name.clone(), name.clone()))).collect::<Vec<_>>()
    };
    let mut by_department: BTreeMap<&str, Vec<&PublicPosting>> = BTreeMap::new();
    for posting in &found {
        by_department.entry(posting.categories.department.as_deref().unwrap_or("Other")).or_default().push(posting);
    }
    let main = html! {
        (ui::heading("Open positions", &ui::count(found.len(), "position"), &html! {}))
        form.inline method="get" action=(format!("/jobs/{site}")) {
            (ui::choice("Location", "location", &options(|p| p.categories.location.as_ref()), chosen.get("location")))
            (ui::choice("Team", "team", &options(|p| p.categories.team.as_ref()), chosen.get("team")))
            (ui::choice("Work type", "commitment", &options(|p| p.categories.commitment.as_ref()), chosen.get("commitment")))
            button type="submit" { "Show" }
        }
        @if found.is_empty() { (ui::empty("No open positions here", "Look again soon, or choose another place or team.")) }
        @for (department, postings) in by_department {
            section.card {
                h2 { (department) }
                ul.list { @for p in postings { li { div { a href=(format!("/jobs/{site}/{}", p.id)) { (p.text) } p.soft { (places(&p.categories)) } } } } }
            }
        }
    };
    page(&ats, "Open positions", &main).await
}

/// `per-year-salary` as `a year`.
fn per(interval: &str) -> String {
    let unit = interval.trim_start_matches("per-").split('-').next().unwrap_or_default();
    match unit {
        "" => String::new(),
        "hour" => "an hour".to_owned(),
        unit => format!("a {unit}"),
    }
}

fn places(c: &lever_api::PublicCategories) -> String {
    let place = if c.all_locations.is_empty() { c.location.clone().unwrap_or_default() } else { c.all_locations.join(", ") };
    let others = [&c.team, &c.commitment].into_iter().flatten().cloned();
    std::iter::once(place).chain(others).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// What a company writes about a job may be formatted. It may have come from anywhere, so all else is taken out.
fn formatted(text: &str) -> Markup {
    PreEscaped(ammonia::Builder::default().rm_tags(["img"]).clean(text).to_string())
}

async fn show(State(ats): State<Ats>, Path((site, id)): Path<(String, String)>) -> Result<Html<String>, Problem> {
    let posting = ats.open_job(&site, &id).await?;
    let p = ats.published_as(&site, &posting);
    let apply = html! { a.button.main href=(format!("/jobs/{site}/{id}/apply")) { "Apply for this job" } };
    let main = html! {
        (ui::heading(&p.text, &places(&p.categories), &apply))
        section.card.stack {
            div { (formatted(&p.description)) }
            @for list in p.lists.as_array().into_iter().flatten() {
                div { h2 { (list["text"].as_str().unwrap_or_default()) } ul { (formatted(list["content"].as_str().unwrap_or_default())) } }
            }
            @if let Some(pay) = &p.salary_range { p { (pay.min) " to " (pay.max) " " (pay.currency) " " (per(&pay.interval)) } }
            @if let Some(pay) = &p.salary_description { (formatted(pay)) }
            div { (formatted(&p.additional)) }
            div.actions { (apply) a.button href=(format!("/jobs/{site}")) { "All open positions" } }
        }
    };
    page(&ats, &p.text, &main).await
}

async fn form(State(ats): State<Ats>, Path((site, id)): Path<(String, String)>) -> Result<Html<String>, Problem> {
    let posting = ats.open_job(&site, &id).await?;
    ask(&ats, &site, &posting, &Fields::default(), None).await
}

async fn ask(ats: &Ats, site: &str, posting: &Posting, typed: &Fields, why: Option<&str>) -> Result<Html<String>, Problem> {
    let (surveys, asked) = (ats.surveys_there(posting).await?, ats.asked_outside(posting).await?);
    let nothing = || (String::new(), "No answer".to_owned());
    let options = |texts: Vec<String>| std::iter::once(nothing()).chain(texts.into_iter().map(|text| (text.clone(), text))).collect::<Vec<_>>();
    let main = html! {
        section.card.middle {
            h1 { "Apply: " (posting.text) }
            @if let Some(why) = why { p.error role="alert" { (why) } }
            form.fields method="post" enctype="multipart/form-data" action=(format!("/jobs/{site}/{}/apply", posting.id)) {
                (ui::field("Full name", "name", "text", typed.get("name"), true))
                (ui::field("E-mail", "email", "email", typed.get("email"), true))
                (ui::field("Phone", "phone", "tel", typed.get("phone"), false))
                (ui::field("Current company", "company", "text", typed.get("company"), false))
                (ui::field("Current location", "location", "text", typed.get("location"), false))
                label.field { span { "Resume or CV" } input type="file" name="resume"; }
                @for name in LINKS { (ui::field(&format!("{name} address"), name, "url", typed.get(name), false)) }
                @if posting.categories.all_locations.len() > 1 {
                    (ui::choice("Where you would like to work", "preferred", &options(posting.categories.all_locations.clone()), typed.get("preferred")))
                }
                @for group in &asked {
                    fieldset { legend { (group.text) } @for field in &group.fields { (question(field, typed)) } }
                }
                label.field { span { "Anything else" } textarea name="comments" { (typed.get("comments")) } }
                label.tick { input type="checkbox" name="contact" value="yes"; span { "You may write to me about other jobs" } }
                @if posting.country.as_deref() == Some("US") {
                    details id="eeo" {
                        summary { "Equal employment opportunity (your choice)" }
                        p.hint { "Your answers are no part of your application and change nothing in it." }
                        @for (name, texts) in EEO { (ui::choice(&capital(name), name, &options(texts.iter().map(|t| (*t).to_owned()).collect()), typed.get(name))) }
                    }
                }
                @for survey in &surveys {
                    details id=(survey.id) {
                        summary { (survey.text) " (your choice)" }
                        p.hint { (survey.instructions) }
                        @for field in &survey.fields { (ui::choice(&field.text, &field.id, &options(questions::options(field).map(str::to_owned).collect()), typed.get(&field.id))) }
                    }
                }
                div.actions { button.main type="submit" { "Send application" } a.button href=(format!("/jobs/{site}/{}", posting.id)) { "Back" } }
            }
        }
    };
    page(ats, &format!("Apply: {}", posting.text), &main).await
}

fn capital(name: &str) -> String {
    name.chars().take(1).flat_map(char::to_uppercase).chain(name.chars().skip(1)).collect()
}

impl Ats {
    /// What strangers are asked besides the usual.
    async fn asked_outside(&self, posting: &Posting) -> db::Result<Vec<QuestionGroup>> {
        Ok(questions::for_audience(self.questions_of(&posting.id).await?, Some("external")))
    }
}

/// What was typed as answers, in the words of the API.
fn answers(asked: &[QuestionGroup], typed: &Fields) -> Vec<Value> {
    let value = |field: &FormField| match typed.all(&field.id).filter(|text| !text.is_empty()).collect::<Vec<_>>() {
        chosen if field.kind == SEVERAL => json!(chosen),
        chosen => json!(chosen.first()),
    };
    let fields = |group: &QuestionGroup| group.fields.iter().map(|field| json!({ "id": field.id, "value": value(field) })).collect::<Vec<_>>();
    asked.iter().map(|group| json!({ "id": group.id, "fields": fields(group) })).collect()
}

async fn apply(State(ats): State<Ats>, Path((site, id)): Path<(String, String)>, filled: FilledForm) -> Result<Response, Problem> {
    let posting = ats.open_job(&site, &id).await?;
    let resume = filled.file("resume");
    let typed = filled.fields;
    if ats.rate_limit && !ats.buckets.take_at_job_site() {
        let why = "Very many people apply at this moment. Wait a second and send it again.";
        return Ok((StatusCode::TOO_MANY_REQUESTS, ask(&ats, &site, &posting, &typed, Some(why)).await?).into_response());
    }
    let why = match (typed.get("name"), typed.get("email")) {
        ("", _) => Some("Please write your name."),
        (_, email) if !email.contains('@') => Some("The e-mail address has no @."),
        _ => None,
    };
    if why.is_some() {
        return Ok((StatusCode::BAD_REQUEST, ask(&ats, &site, &posting, &typed, why).await?).into_response());
    }
    let (surveys, asked) = (ats.surveys_there(&posting).await?, ats.asked_outside(&posting).await?);
    let custom = match questions::answered(&asked, &answers(&asked, &typed)) {
        Ok(custom) => custom,
        Err(refusal) => {
            let why = refusal.message.trim_start_matches("customQuestions: ").to_owned();
            return Ok((StatusCode::BAD_REQUEST, ask(&ats, &site, &posting, &typed, Some(&why)).await?).into_response());
        }
    };
    ats.take(&posting, submission(&posting, &typed, resume, &surveys, &custom)).await?;
    // A page of its own: whoever loads it again does not apply again.
    Ok(see_other(&format!("/jobs/{site}/{}/thank-you", posting.id)))
}

async fn thanks(State(ats): State<Ats>, Path((site, id)): Path<(String, String)>) -> Result<Html<String>, Problem> {
    let posting = ats.open_job(&site, &id).await?;
    let main = html! {
        section.card.middle {
            h1 { "Thank you" }
            p { "Your application for " b { (posting.text) } " has arrived." }
            div.actions { a.button.main href=(format!("/jobs/{site}")) { "All open positions" } }
        }
    };
    page(&ats, "Thank you", &main).await
}

/// What was typed, in the words of an application.
fn submission(posting: &Posting, typed: &Fields, resume: Option<Attachment>, surveys: &[DiversitySurvey], custom: &[Value]) -> Submission {
    let eeo: Map<String, Value> = EEO.iter().filter_map(|(name, _)| typed.some(name).map(|answer| ((*name).to_owned(), json!(answer)))).collect();
    let answered = |survey: &DiversitySurvey| {
        let answer = |field: &FormField| typed.some(&field.id).map(|answer| json!({ "questionId": field.id, "answer": answer }));
        let responses: Vec<Value> = survey.fields.iter().filter_map(answer).collect();
        (!responses.is_empty()).then(|| json!({ "surveyId": survey.id, "responses": responses }))
    };
    Submission {
        candidate: NewOpportunity {
            name: typed.some("name"),
            headline: typed.some("company"),
            location: typed.some("location"),
            emails: typed.some("email").into_iter().collect(),
            phones: typed.some("phone").map(|value| Phone { kind: None, value }).into_iter().collect(),
            links: LINKS.iter().filter_map(|name| typed.some(name)).collect(),
            sources: vec!["Job site".to_owned()],
            origin: Some("applied".to_owned()),
            opportunity_location: typed.some("preferred").filter(|name| posting.categories.all_locations.contains(name)),
            ..NewOpportunity::default()
        },
        resume: resume.into_iter().map(|file| Attachment { field: "resumeFile".to_owned(), ..file }).collect(),
        more: json!({ "comments": typed.some("comments"), "customQuestions": custom }),
        eeo,
        consent: typed.is_on("contact").then(|| Consent { store: None, marketing: Some(Agreed::Plain(true)) }),
        surveys: surveys.iter().filter_map(answered).collect(),
    }
}
