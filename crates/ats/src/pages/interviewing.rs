//! Interviews and feedback on a profile: what is planned, planning and calling off, and what people thought.

use super::Viewer;
use super::asking::{answer, answered, question};
use crate::Ats;
use crate::feedback::Given;
use crate::moves::distinct;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::post;
use lever_api::{Feedback, FeedbackTemplate, FieldValue, Interview, Interviewer, NewInterview, NewPanel, User};
use web::{Fields, Markup, Problem, html, ui};

pub fn routes() -> Router<Ats> {
    Router::new()
        .route("/candidates/{id}/interviews", post(schedule))
        .route("/candidates/{id}/interviews/{interview}/call-off", post(call_off))
        .route("/candidates/{id}/feedback/{template}", post(give))
}

/// The kind of question that a page cannot ask.
const NOT_HERE: &str = "file-upload";

/// When somebody meets whom; and planning it, for who may.
pub fn interviews_card(at: &str, interviews: &[Interview], external: &[String], people: &[User], may: bool, now: clock::Ms) -> Markup {
    html! {
        @if may || !interviews.is_empty() {
            section.card {
                h2 { "Interviews" }
                @if interviews.is_empty() { p.soft { "None planned." } }
                ul.list {
                    @for interview in interviews {
                        li {
                            div {
                                b { (subject(interview)) }
                                p.soft {
                                    (web::moment(clock::Ms(interview.date))) ", " (interview.duration) " minutes"
                                    @if let Some(place) = &interview.location { ", " (place) }
                                }
                                p.soft { (interview.interviewers.iter().map(|who| who.name.as_str()).collect::<Vec<_>>().join(", ")) }
                            }
                            @if interview.date < now.0 { (ui::badge("plain", "past")) } @else {
                                (ui::badge("wait", "to come"))
                                @if may && interview.feedback_forms.is_empty() && !external.contains(&interview.panel) { (ui::action(&format!("{at}/interviews/{}/call-off", interview.id), "Call off", "")) }
                            }
                        }
                    }
                }
                @if may { (planning(at, people)) }
            }
        }
    }
}

fn subject(interview: &Interview) -> &str {
    if interview.subject.is_empty() { "Interview" } else { &interview.subject }
}

fn planning(at: &str, people: &[User]) -> Markup {
    html! {
        details id="new-interview" {
            summary { "Schedule an interview" }
            form.fields method="post" action=(format!("{at}/interviews")) {
                (ui::field("Subject", "subject", "text", "", false))
                (ui::field("Day", "day", "date", "", true))
                (ui::field("Time, UTC", "time", "time", "", true))
                (ui::field("Minutes", "minutes", "number", "45", true))
                (ui::field("Where", "place", "text", "", false))
                fieldset {
                    legend { "Interviewers" }
                    @for person in people.iter().filter(|person| person.deactivated_at.is_none()) {
                        label.tick { input type="checkbox" name="who" value=(person.id); span { (person.name) } }
                    }
                }
                div.actions { button.main type="submit" { "Schedule" } }
            }
        }
    }
}

/// What people think of the candidate, and giving one's own view; `person` says who somebody is.
pub fn feedback_card<'a>(
    at: &str,
    feedback: &'a [Feedback],
    templates: &[FeedbackTemplate],
    interviews: &[Interview],
    person: impl Fn(Option<&'a str>) -> &'a str,
    now: clock::Ms,
) -> Markup {
    let about = |given: &Feedback| interviews.iter().find(|interview| Some(&interview.id) == given.interview.as_ref());
    html! {
        @if !feedback.is_empty() || !templates.is_empty() {
            section.card {
                h2 { "Feedback" }
                @for given in feedback {
                    h3 { (given.text) @if let Some(interview) = about(given) { ": " (subject(interview)) } }
                    dl.facts { @for field in &given.fields { div { dt { (field.text) } dd { (answer(field)) } } } }
                    p.soft { (person(given.user.as_str())) " · " (ui::when(clock::Ms(given.completed_at.unwrap_or(given.created_at)), now)) }
                }
                @for template in templates {
                    details id=(format!("feedback-{}", template.id)) {
                        summary { "Give feedback: " (template.text) }
                        form.fields method="post" action=(format!("{at}/feedback/{}", template.id)) {
                            @if !template.instructions.is_empty() { p.soft { (template.instructions) } }
                            @if !interviews.is_empty() { (ui::choice("About", "about", &abouts(interviews), "")) }
                            @for field in template.fields.iter().filter(|field| field.kind != NOT_HERE) { (question(field, &Fields::default())) }
                            div.actions { button.main type="submit" { "Save feedback" } }
                        }
                    }
                }
            }
        }
    }
}

fn abouts(interviews: &[Interview]) -> Vec<(String, String)> {
    let none = (String::new(), "No interview".to_owned());
    let named = |interview: &Interview| (interview.id.clone(), format!("{}, {}", subject(interview), web::date(clock::Ms(interview.date))));
    std::iter::once(none).chain(interviews.iter().map(named)).collect()
}

async fn schedule(viewer: Viewer, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let (opportunity, back) = (viewer.to_change(&id).await?, format!("/candidates/{id}"));
    let wrong = |why: &str| Problem::bad_request(why).way_on("Back to the profile", back.clone());
    let day = super::day(fields.get("day"))?.ok_or_else(|| wrong("Choose a day."))?;
    let time: jiff::civil::Time = fields.get("time").parse().map_err(|_| wrong("A time is written 14:30."))?;
    let minutes = i64::from(time.hour()) * 60 + i64::from(time.minute());
    let duration = fields.get("minutes").parse().map_err(|_| wrong("Minutes are a whole number."))?;
    let who = distinct(fields.all("who").map(str::to_owned).collect());
    let who: Vec<Interviewer> = who.into_iter().map(|id| Interviewer { id, ..Interviewer::default() }).collect();
    if who.is_empty() {
        return Err(wrong("Choose who meets them."));
    }
    let interview = NewInterview {
        subject: fields.some("subject"),
        interviewers: Some(who),
        date: Some(day.0 + minutes * 60_000),
        duration: Some(duration),
        location: fields.some("place"),
        ..NewInterview::default()
    };
    let panel = NewPanel { timezone: Some("UTC".to_owned()), interviews: vec![interview], ..NewPanel::default() };
    viewer.ats.schedule(&opportunity, panel, &viewer.person.user.id, false).await?;
    viewer.done("Scheduled. Whoever meets them sees their profile from now on.", &back).await
}

async fn call_off(viewer: Viewer, Path((id, interview)): Path<(String, String)>) -> Result<Response, Problem> {
    let opportunity = viewer.to_change(&id).await?;
    viewer.ats.call_off(&opportunity, &interview).await?;
    viewer.done("Called off.", &format!("/candidates/{id}")).await
}

/// Whoever sees a candidate says what they think: interviewers too.
async fn give(viewer: Viewer, Path((id, template)): Path<(String, String)>, fields: Fields) -> Result<Response, Problem> {
    let (opportunity, back) = (viewer.visible(&id).await?, format!("/candidates/{id}"));
    let template = viewer.ats.feedback_template(&template).await?.ok_or_else(Problem::not_found)?;
    let mut values = Vec::new();
    for field in template.fields.iter().filter(|field| field.kind != NOT_HERE) {
        let value = answered(field, &fields, &back)?;
        if field.required && value.is_none() {
            return Err(Problem::bad_request(format!("{} must be answered.", field.text)).way_on("Back to the profile", back));
        }
        values.extend(value.map(|value| FieldValue { id: field.id.clone(), value }));
    }
    let interviews = viewer.ats.interviews_of(&opportunity).await?;
    let about = match fields.some("about") {
        Some(id) => {
            let interview = interviews.into_iter().find(|interview| interview.id == id);
            let gone = || Problem::bad_request("The interview is not there any more.").way_on("Back to the profile", back.clone());
            Some(interview.map(|interview| (interview.panel, interview.id)).ok_or_else(gone)?)
        }
        None => None,
    };
    let given = Given { template, values, about, created_at: None, completed_at: None };
    viewer.ats.give_feedback(&opportunity, &viewer.person.user.id, given).await?;
    viewer.done("Thank you: your feedback is saved.", &back).await
}
