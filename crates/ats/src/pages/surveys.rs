//! Settings > Diversity surveys: what applicants of some countries are asked of their own choice.

use super::Viewer;
use crate::Ats;
use crate::people::Right;
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use lever_api::{Countries, DiversitySurvey, FormField};
use serde_json::json;
use web::{Fields, Problem, html, ui};

pub const SURVEYS: &str = "/settings/diversity-surveys";

pub fn routes() -> Router<Ats> {
    Router::new().route(SURVEYS, get(show).post(add)).route("/settings/diversity-surveys/{id}/delete", post(delete))
}

async fn show(viewer: Viewer) -> Result<Html<String>, Problem> {
    viewer.need(Right::ManageCompany)?;
    page(&viewer, &Fields::default(), None).await
}

async fn page(viewer: &Viewer, typed: &Fields, why: Option<&str>) -> Result<Html<String>, Problem> {
    let surveys = viewer.ats.surveys().await?;
    let by = [("posting", "Postings in these countries"), ("candidate", "Applicants who live in these countries")];
    let by: Vec<_> = by.iter().map(|(value, text)| ((*value).to_owned(), (*text).to_owned())).collect();
    let rows = html! {
        @for survey in &surveys {
            @let (whose, countries) = match &survey.posting_locations { Some(c) => ("postings in", c.clone()), None => ("applicants in", survey.candidate_locations.clone().unwrap_or_default()) };
            tr {
                td { b { (survey.text) } }
                td { (whose) " " (countries.country_codes.join(", ")) }
                td { (ui::count(survey.fields.len(), "question")) }
                td.end { (ui::action(&format!("{SURVEYS}/{}/delete", survey.id), "Delete", "danger")) }
            }
        }
    };
    let main = html! {
        (ui::heading("Diversity surveys", "Asked on the job site, of everybody's own choice. No page and no call shows what somebody answered.", &html! {}))
        @if surveys.is_empty() { (ui::empty("No surveys yet", "Write one below. Without any, nobody is asked.")) }
        @else { (ui::table("Diversity surveys", &["Survey", "For", "Questions", ""], &rows)) }
        section.card {
            h2 { "New survey" }
            @if let Some(why) = why { p.error role="alert" { (why) } }
            form.fields method="post" action=(SURVEYS) {
                (ui::field("Title", "text", "text", typed.get("text"), true))
                (ui::field("What is said above it", "instructions", "text", typed.get("instructions"), false))
                (ui::choice("For", "by", &by, typed.get("by")))
                (ui::field("Countries, two letters each, divided by commas", "countries", "text", typed.get("countries"), true))
                label.field {
                    span { "Questions" }
                    textarea name="questions" rows="5" required { (typed.get("questions")) }
                    small.hint { "One a line, with its answers: How old are you? under 30, 30 to 50, over 50" }
                }
                div.actions { button.main type="submit" { "Save survey" } }
            }
        }
    };
    viewer.page("Diversity surveys", main).await
}

/// A question with its answers: `How old are you? under 30, 30 to 50`.
fn question(line: &str) -> Result<FormField, String> {
    let (text, answers) = line.split_once('?').ok_or_else(|| format!("This line has no question mark: {line}"))?;
    let answers: Vec<&str> = answers.split(',').map(str::trim).filter(|answer| !answer.is_empty()).collect();
    if text.trim().is_empty() || answers.len() < 2 {
        return Err(format!("This question needs at least two answers, divided by commas: {line}"));
    }
    let options: Vec<_> = answers.iter().map(|text| json!({ "text": text, "optionId": uuid::Uuid::new_v4().to_string() })).collect();
    let rest = json!({ "options": options }).as_object().cloned().unwrap_or_default();
    let text = format!("{}?", text.trim());
    Ok(FormField { id: uuid::Uuid::new_v4().to_string(), kind: "multiple-choice".to_owned(), text, rest, ..FormField::default() })
}

fn read(typed: &Fields) -> Result<DiversitySurvey, String> {
    let text = typed.some("text").ok_or("The title is missing.")?;
    let country_codes: Vec<String> = typed.get("countries").split(',').map(|c| c.trim().to_uppercase()).filter(|c| !c.is_empty()).collect();
    if country_codes.is_empty() || country_codes.iter().any(|code| code.len() != 2 || !code.bytes().all(|b| b.is_ascii_uppercase())) {
        return Err("Countries are written with two letters each: DE, FR.".to_owned());
    }
    let fields: Vec<FormField> = typed.get("questions").lines().filter(|line| !line.trim().is_empty()).map(question).collect::<Result<_, _>>()?;
    if fields.is_empty() {
        return Err("A survey needs a question.".to_owned());
    }
    let countries = Some(Countries { country_codes });
    let (posting_locations, candidate_locations) = if typed.get("by") == "candidate" { (None, countries) } else { (countries, None) };
    let instructions = typed.get("instructions").to_owned();
    Ok(DiversitySurvey { text, instructions, posting_locations, candidate_locations, fields, ..DiversitySurvey::default() })
}

async fn add(viewer: Viewer, typed: Fields) -> Result<Response, Problem> {
    viewer.need(Right::ManageCompany)?;
    match read(&typed) {
        Ok(survey) => {
            viewer.ats.add_survey(&survey).await?;
            viewer.done("Saved. It is on the job site from now on.", SURVEYS).await
        }
        Err(why) => Ok(page(&viewer, &typed, Some(&why)).await?.into_response()),
    }
}

async fn delete(viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    viewer.need(Right::ManageCompany)?;
    viewer.ats.drop_survey(&id).await?;
    viewer.done("Deleted. Nobody is asked any more.", SURVEYS).await
}
