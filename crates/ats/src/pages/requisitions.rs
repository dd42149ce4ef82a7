//! Requisitions: how many may be hired for what, and how many were.

use super::Viewer;
use crate::Ats;
use crate::people::Right;
use crate::requisition_writes::STATUSES;
use axum::Router;
use axum::extract::{Path, Query};
use axum::response::{Html, Response};
use axum::routing::{get, post};
use lever_api::{Posting, Requisition, RequisitionField, reference};
use serde::Deserialize;
use serde_json::Value;
use web::{Fields, Markup, Problem, html, ui};

pub fn routes() -> Router<Ats> {
    Router::new().route(REQUISITIONS, get(list)).route("/requisitions/{id}", get(show)).route("/requisitions/{id}/status", post(status))
}

/// Where they are.
pub const REQUISITIONS: &str = "/requisitions";

pub fn at(id: &str) -> String {
    format!("{REQUISITIONS}/{id}")
}

/// As people call a status.
pub fn words(status: &str) -> &str {
    if status == "onHold" { "on hold" } else { status }
}

fn badge(status: &str) -> Markup {
    let tone = match status {
        "open" => "good",
        "onHold" | "pending" | "draft" => "wait",
        _ => "plain",
    };
    ui::badge(tone, words(status))
}

/// `1 of 3`
fn filled(of: &Requisition) -> String {
    let total = if of.headcount_infinite { "any number".to_owned() } else { of.headcount_total.to_string() };
    format!("{} of {total}", of.headcount_hired)
}

impl Viewer {
    /// Confidential ones are for Super Admins, for who works on one of their confidential postings, and for whose they are; the others for
    /// whoever sees all candidates, works on one of their postings, or has them.
    fn sees_requisition(&self, requisition: &Requisition, postings: &[Posting]) -> bool {
        let me = self.person.user.id.as_str();
        let mine = [&requisition.owner, &requisition.hiring_manager, &requisition.creator].iter().any(|who| reference(who) == Some(me));
        let confidential = requisition.confidentiality == "confidential";
        let of = |posting: &&Posting| {
            requisition.postings.iter().any(|id| *id == *posting.id) && (posting.confidentiality == "confidential" || !confidential)
        };
        let open = !confidential && self.person.may(Right::SeeAllCandidates);
        open || self.person.is_super_admin() || mine || postings.iter().filter(of).any(|posting| self.works_on(posting))
    }

    pub async fn requisition(&self, id: &str) -> Result<Requisition, Problem> {
        self.need_jobs()?;
        let (found, postings) = (self.ats.requisition(&self.ats.db, id).await?, self.ats.postings().await?);
        found.filter(|requisition| self.sees_requisition(requisition, &postings)).ok_or_else(Problem::not_found)
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Filter {
    status: String,
}

async fn list(viewer: Viewer, Query(filter): Query<Filter>) -> Result<Html<String>, Problem> {
    viewer.need_jobs()?;
    let status = Some(filter.status.as_str()).filter(|status| !status.is_empty());
    let (mut all, postings) = (viewer.ats.requisitions(status).await?, viewer.ats.postings().await?);
    all.retain(|requisition| viewer.sees_requisition(requisition, &postings));
    let people = viewer.ats.people().await?;
    let person = |value: &Value| people.iter().find(|user| Some(user.id.as_str()) == reference(value)).map_or("", |user| &user.name);
    let options: Vec<_> = std::iter::once((String::new(), "All".to_owned())).chain(STATUSES.map(|s| (s.to_owned(), words(s).to_owned()))).collect();
    let rows = html! {
        @for r in &all {
            tr {
                td { a href=(at(&r.id)) { (r.requisition_code) } @if r.confidentiality == "confidential" { " " (ui::badge("wait", "confidential")) } }
                td { (r.name) }
                td { (badge(&r.status)) }
                td { (filled(r)) }
                td { (person(&r.hiring_manager)) }
                td { (r.location.as_deref().unwrap_or_default()) }
            }
        }
    };
    let actions = html! { @if viewer.person.may(Right::ManagePostings) { a.button.main href="/requisitions/new" { "New requisition" } } };
    let main = html! {
        (ui::heading("Requisitions", "How many may be hired for what, and how many were.", &actions))
        form.inline method="get" action=(REQUISITIONS) { (ui::choice("Status", "status", &options, &filter.status)) button type="submit" { "Filter" } }
        @if all.is_empty() {
            (ui::empty("No requisitions here", "Write one, or let your HR system write them over the API."))
        } @else {
            (ui::table("Requisitions", &["Code", "Name", "Status", "Hired", "Hiring manager", "Location"], &rows))
        }
    };
    viewer.page("Requisitions", main).await
}

async fn show(viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let r = viewer.requisition(&id).await?;
    let (people, postings, fields) = (viewer.ats.people().await?, viewer.ats.postings().await?, viewer.ats.requisition_fields().await?);
    let may = viewer.person.may(Right::ManagePostings);
    let person = |value: &Value| people.iter().find(|user| Some(user.id.as_str()) == reference(value)).map_or("nobody", |user| &user.name);
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "not set".to_owned());
    let actions = html! {
        @if may {
            form.inline method="post" action=(format!("{}/status", at(&id))) {
                select name="status" aria-label="New status" { @for status in STATUSES { option value=(status) selected[status == r.status] { (words(status)) } } }
                button type="submit" { "Set status" }
            }
            a.button href=(format!("{}/edit", at(&id))) { "Edit" }
        }
    };
    let own: Vec<_> = fields.iter().map(|field| (field, &r.custom_fields[&field.id])).filter(|(_, value)| !value.is_null()).collect();
    let main = html! {
        (ui::heading(&r.requisition_code, &r.name, &actions))
        div.grid.wide {
            section.card {
                h2 { "Requisition" }
                (ui::facts(&[
                    ("Status", badge(&r.status)),
                    ("Hired", html! { (filled(&r)) }),
                    ("Owner", html! { (person(&r.owner)) }),
                    ("Hiring manager", html! { (person(&r.hiring_manager)) }),
                    ("Location", html! { (text(&r.location)) }),
                    ("Team", html! { (text(&r.team)) }),
                    ("Employment", html! { (text(&r.employment_status)) }),
                    ("Backfill", html! { (if r.backfill { "yes" } else { "no" }) }),
                    ("Made", ui::when(clock::Ms(r.created_at), viewer.ats.clock.now())),
                    ("Requisition id", html! { code { (r.id) } }),
                ]))
                @if !r.internal_notes.is_empty() { p.lines { (r.internal_notes) } }
            }
            div.stack {
                section.card {
                    h2 { "Postings" }
                    ul.list {
                        @for p in postings.iter().filter(|p| r.postings.iter().any(|id| *id == *p.id) && viewer.sees_posting(p)) {
                            li { a href=(format!("/postings/{}", p.id)) { (p.text) } (super::posting::state_badge(&p.state)) }
                        }
                    }
                    @if r.postings.is_empty() { p.soft { "None: nobody can be hired for it yet." } }
                }
                @if !own.is_empty() {
                    section.card {
                        h2 { "Fields of your own" }
                        dl.facts { @for (field, value) in own { div { dt { (field.text) } dd { (said(field, value)) } } } }
                    }
                }
            }
        }
    };
    viewer.page(&r.requisition_code, main).await
}

/// A value of a field of the company's own, for people.
fn said(field: &RequisitionField, value: &Value) -> Markup {
    match value {
        Value::Object(parts) => {
            html! { @for part in &field.subfields { @if let Some(value) = parts.get(&part.id) { div { (part.text) ": " (plain(&part.kind, value)) } } } }
        }
        Value::String(chosen) if field.kind == "dropdown" => {
            html! { (field.options.iter().find(|option| option.id == *chosen).map_or(chosen, |option| &option.text)) }
        }
        value => html! { (plain(&field.kind, value)) },
    }
}

/// The same as it is typed.
pub fn plain(kind: &str, value: &Value) -> String {
    match value {
        Value::Number(at) if kind == "date" => web::day(clock::Ms(at.as_i64().unwrap_or(0))),
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

async fn status(viewer: Viewer, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    viewer.requisition(&id).await?;
    viewer.need(Right::ManagePostings)?;
    let Some(status) = STATUSES.into_iter().find(|status| *status == fields.get("status")) else {
        return Err(Problem::bad_request("Choose a status from the list.").way_on("Back", at(&id)));
    };
    viewer.ats.set_requisition_status(&id, status).await?;
    viewer.done(&format!("It is {} now.", words(status)), &at(&id)).await
}
