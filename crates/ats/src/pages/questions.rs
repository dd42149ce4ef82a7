//! What whoever applies to a posting is asked besides the usual.

use super::Viewer;
use crate::Ats;
use crate::people::Right;
use crate::questions::options;
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use lever_api::{FormField, QuestionGroup};
use serde_json::json;
use web::{Fields, Problem, html, ui};

pub fn routes() -> Router<Ats> {
    Router::new().route("/postings/{id}/questions", get(show).post(save))
}

/// For whom they are.
const AUDIENCES: [(&str, &str); 3] = [("", "Everybody"), ("external", "The job site"), ("internal", "Colleagues only")];

async fn show(viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    viewer.need(Right::ManagePostings)?;
    let groups = viewer.ats.questions_of(&viewer.posting(&id).await?.id).await?;
    let typed = groups.first().map_or_else(Fields::default, |group| {
        let audience = if group.distribution.len() == 1 { group.distribution[0].clone() } else { String::new() };
        let lines: Vec<String> = group.fields.iter().map(line).collect();
        let pairs = [("title", group.text.clone()), ("audience", audience), ("questions", lines.join("\n"))];
        Fields::new(pairs.map(|(name, value)| (name.to_owned(), value)).into())
    });
    form(&viewer, &id, &typed, None).await
}

async fn form(viewer: &Viewer, id: &str, typed: &Fields, why: Option<&str>) -> Result<Html<String>, Problem> {
    let posting = viewer.posting(id).await?;
    let audiences = AUDIENCES.map(|(value, text)| (value.to_owned(), text.to_owned()));
    let main = html! {
        section.card.middle {
            h1 { "Questions: " (posting.text) }
            p.hint { "Asked of whoever applies, besides name, e-mail, resume and the like. Programs read them with the application form." }
            @if let Some(why) = why { p.error role="alert" { (why) } }
            form.fields method="post" action=(format!("/postings/{id}/questions")) {
                (ui::field("Title above them", "title", "text", typed.some("title").as_deref().unwrap_or("Questions"), true))
                (ui::choice("For", "audience", &audiences, typed.get("audience")))
                label.field {
                    span { "Questions" }
                    textarea name="questions" rows="8" { (typed.get("questions")) }
                    small.hint { "One a line. A star in front: it must be answered. Answers to choose from stand behind the question mark: * When could you start? at once, in a month, later" }
                }
                div.actions { button.main type="submit" { "Save questions" } a.button href=(format!("/postings/{id}")) { "Cancel" } }
            }
        }
    };
    viewer.page("Questions", main).await
}

/// A question as a line.
fn line(field: &FormField) -> String {
    let answers = options(field).collect::<Vec<_>>().join(", ");
    format!("{}{}{}{answers}", if field.required { "* " } else { "" }, field.text, if answers.is_empty() { "" } else { " " })
}

/// A line as a question. One that was there before keeps its id, so that answers before and after belong together.
fn question(line: &str, before: &[FormField]) -> Result<FormField, String> {
    let (required, line) = line.trim().strip_prefix('*').map_or((false, line.trim()), |rest| (true, rest.trim()));
    let (text, answers) = line.split_once('?').map_or((line.to_owned(), ""), |(text, answers)| (format!("{}?", text.trim()), answers));
    let answers: Vec<&str> = answers.split(',').map(str::trim).filter(|answer| !answer.is_empty()).collect();
    if text.trim_end_matches('?').is_empty() || text.chars().count() > 500 {
        return Err(format!("A question has 1 to 500 characters: {line}"));
    }
    if answers.len() == 1 {
        return Err(format!("A question with answers needs at least two, divided by commas: {line}"));
    }
    let id = before.iter().find(|field| field.text == text).map_or_else(|| uuid::Uuid::new_v4().to_string(), |field| field.id.clone());
    let options: Vec<_> = answers.iter().map(|text| json!({ "text": text })).collect();
    let (kind, rest) = match options.is_empty() {
        true => ("textarea", json!({})),
        false => ("multiple-choice", json!({ "options": options })),
    };
    Ok(FormField { id, kind: kind.to_owned(), text, required, rest: rest.as_object().cloned().unwrap_or_default(), ..FormField::default() })
}

async fn save(viewer: Viewer, Path(id): Path<String>, typed: Fields) -> Result<Response, Problem> {
    viewer.need(Right::ManagePostings)?;
    let posting = viewer.posting(&id).await?;
    let before = viewer.ats.questions_of(&posting.id).await?.into_iter().next().unwrap_or_default();
    let lines = typed.get("questions").lines().filter(|line| !line.trim().is_empty());
    let fields: Vec<FormField> = match lines.map(|line| question(line, &before.fields)).collect() {
        Ok(fields) => fields,
        Err(why) => return Ok(form(&viewer, &id, &typed, Some(&why)).await?.into_response()),
    };
    let group = QuestionGroup {
        id: if before.id.is_empty() { uuid::Uuid::new_v4().to_string() } else { before.id },
        text: typed.some("title").unwrap_or_else(|| "Questions".to_owned()),
        fields,
        distribution: match typed.get("audience") {
            one @ ("external" | "internal") => vec![one.to_owned()],
            _ => vec!["external".to_owned(), "internal".to_owned()],
        },
    };
    let groups = if group.fields.is_empty() { vec![] } else { vec![group] };
    viewer.ats.ask(&id, &groups).await?;
    let said =
        if groups.is_empty() { "Nobody is asked anything besides the usual any more." } else { "Saved: whoever applies from now on is asked." };
    viewer.done(said, &format!("/postings/{id}")).await
}
