//! Requisitions: how many may be hired for what, how many were, and writing and closing them.

use super::{Viewer, day};
use crate::Ats;
use crate::people::Right;
use crate::requisitions::STATUSES;
use axum::Router;
use axum::extract::{Path, Query};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use lever_api::{Posting, Requisition, RequisitionChange, RequisitionField, reference};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use web::{Fields, Markup, Problem, html, ui};

pub fn routes() -> Router<Ats> {
    Router::new()
        .route(REQUISITIONS, get(list))
        .route("/requisitions/new", get(new).post(create))
        .route("/requisitions/{id}", get(show))
        .route("/requisitions/{id}/edit", get(edit).post(change))
        .route("/requisitions/{id}/status", post(status))
}

/// Where they are.
pub const REQUISITIONS: &str = "/requisitions";

fn at(id: &str) -> String {
    format!("{REQUISITIONS}/{id}")
}

/// As people call a status.
fn words(status: &str) -> &str {
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
    /// Confidential ones are for Super Admins, and for who works on one of their postings.
    fn sees_requisition(&self, requisition: &Requisition, postings: &[Posting]) -> bool {
        let me = self.person.user.id.as_str();
        let mine = [&requisition.owner, &requisition.hiring_manager, &requisition.creator].iter().any(|who| reference(who) == Some(me));
        let works = || postings.iter().any(|p| requisition.postings.iter().any(|id| *id == *p.id) && self.sees_posting(p));
        requisition.confidentiality != "confidential" || self.person.is_super_admin() || mine || works()
    }

    async fn requisition(&self, id: &str) -> Result<Requisition, Problem> {
        self.need(Right::ManageProfiles)?;
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
    viewer.need(Right::ManageProfiles)?;
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
    let others: Vec<&str> = STATUSES.into_iter().filter(|status| *status != r.status).collect();
    let actions = html! {
        @if may {
            form.inline method="post" action=(format!("{}/status", at(&id))) {
                select name="status" aria-label="New status" { @for status in &others { option value=(status) { (words(status)) } } }
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
                    ("Somebody left", html! { (if r.backfill { "yes" } else { "no" }) }),
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
fn plain(kind: &str, value: &Value) -> String {
    match value {
        Value::Number(at) if kind == "date" => web::day(clock::Ms(at.as_i64().unwrap_or(0))),
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

async fn new(viewer: Viewer) -> Result<Html<String>, Problem> {
    viewer.need(Right::ManagePostings)?;
    form(&viewer, None, &Fields::default(), None).await
}

async fn edit(viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let requisition = viewer.requisition(&id).await?;
    viewer.need(Right::ManagePostings)?;
    let typed = typed(&requisition, &viewer.ats.requisition_fields().await?);
    form(&viewer, Some(&id), &typed, None).await
}

/// The name of an input of the company's own.
fn input(field: &str, part: &str) -> String {
    format!("own.{field}.{part}")
}

/// A requisition as its form has it.
fn typed(r: &Requisition, fields: &[RequisitionField]) -> Fields {
    let some = |value: &Option<String>| value.clone().unwrap_or_default();
    let id = |value: &Value| reference(value).unwrap_or_default().to_owned();
    let mut pairs: Vec<(String, String)> = [
        ("code", r.requisition_code.clone()),
        ("name", r.name.clone()),
        ("headcount", if r.headcount_infinite { String::new() } else { r.headcount_total.to_string() }),
        ("status", r.status.clone()),
        ("owner", id(&r.owner)),
        ("manager", id(&r.hiring_manager)),
        ("location", some(&r.location)),
        ("team", some(&r.team)),
        ("employment", some(&r.employment_status)),
        ("backfill", if r.backfill { "yes".to_owned() } else { String::new() }),
        ("notes", r.internal_notes.clone()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    pairs.extend(r.postings.iter().map(|posting| ("posting".to_owned(), id(posting))));
    for field in fields {
        let value = &r.custom_fields[&field.id];
        pairs.push((input(&field.id, ""), plain(&field.kind, value)));
        pairs.extend(field.subfields.iter().map(|part| (input(&field.id, &part.id), plain(&part.kind, &value[&part.id]))));
    }
    Fields::new(pairs)
}

async fn form(viewer: &Viewer, id: Option<&str>, typed: &Fields, why: Option<&str>) -> Result<Html<String>, Problem> {
    let ats = &viewer.ats;
    let nobody = || (String::new(), "Nobody".to_owned());
    let active = ats.people().await?.into_iter().filter(|user| user.deactivated_at.is_none()).map(|user| (user.id, user.name));
    let people: Vec<_> = std::iter::once(nobody()).chain(active).collect();
    let statuses = STATUSES.map(|status| (status.to_owned(), words(status).to_owned()));
    let (postings, fields) = (ats.postings().await?, ats.requisition_fields().await?);
    let (title, to, back) = match id {
        Some(id) => ("Edit requisition", format!("{}/edit", at(id)), at(id)),
        None => ("New requisition", "/requisitions/new".to_owned(), REQUISITIONS.to_owned()),
    };
    let main = html! {
        section.card.middle {
            h1 { (title) }
            @if let Some(why) = why { p.error role="alert" { (why) } }
            form.fields method="post" action=(to) {
                (ui::field("Code, as your HR system knows it", "code", "text", typed.get("code"), true))
                (ui::field("Name", "name", "text", typed.get("name"), true))
                (ui::field("How many may be hired (empty: any number)", "headcount", "number", typed.get("headcount"), false))
                (ui::choice("Status", "status", &statuses, typed.some("status").as_deref().unwrap_or("open")))
                (ui::choice("Owner", "owner", &people, typed.some("owner").as_deref().unwrap_or(if id.is_none() { &viewer.person.user.id } else { "" })))
                (ui::choice("Hiring manager", "manager", &people, typed.get("manager")))
                (ui::field("Location", "location", "text", typed.get("location"), false))
                (ui::field("Team", "team", "text", typed.get("team"), false))
                (ui::field("Employment (full-time, part-time, …)", "employment", "text", typed.get("employment"), false))
                label.tick { input type="checkbox" name="backfill" value="yes" checked[typed.is_on("backfill")]; span { "Somebody left: this fills their place" } }
                details id="postings" open[typed.all("posting").next().is_some()] {
                    summary { "Postings" }
                    fieldset {
                        legend { "Whoever is hired for one of these counts" }
                        @for p in postings.iter().filter(|p| viewer.sees_posting(p)) {
                            label.tick { input type="checkbox" name="posting" value=(p.id) checked[typed.all("posting").any(|id| id == p.id)]; span { (p.text) } }
                        }
                    }
                }
                @for field in &fields { (own_input(field, typed)) }
                label.field { span { "Notes, for the company only" } textarea name="notes" rows="4" { (typed.get("notes")) } }
                div.actions { button.main type="submit" { "Save" } a.button href=(back) { "Cancel" } }
            }
        }
    };
    viewer.page(title, main).await
}

/// The input of a field of the company's own.
fn own_input(field: &RequisitionField, typed: &Fields) -> Markup {
    let kind = |kind: &str| match kind {
        "number" => "number",
        "date" => "date",
        _ => "text",
    };
    let name = input(&field.id, "");
    match field.kind.as_str() {
        "object" => html! {
            fieldset {
                legend { (field.text) }
                @for part in &field.subfields { @let name = input(&field.id, &part.id); (ui::field(&part.text, &name, kind(&part.kind), typed.get(&name), false)) }
            }
        },
        "dropdown" => {
            let none = (!field.is_required).then(|| (String::new(), "Not set".to_owned()));
            let options: Vec<_> = none.into_iter().chain(field.options.iter().map(|option| (option.id.clone(), option.text.clone()))).collect();
            ui::choice(&field.text, &name, &options, typed.get(&name))
        }
        other => ui::field(&field.text, &name, kind(other), typed.get(&name), field.is_required),
    }
}

/// What was typed into an input of the company's own; nothing, if it is empty.
fn own_value(kind: &str, label: &str, typed: &Fields, name: &str) -> Result<Option<Value>, String> {
    let Some(text) = typed.some(name) else { return Ok(None) };
    Ok(Some(match kind {
        "number" => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(n), _) => json!(n),
            (_, Ok(n)) if n.is_finite() => json!(n),
            _ => return Err(format!("{label}: {text} is not a number.")),
        },
        "date" => json!(day(&text).ok().flatten().ok_or_else(|| format!("{label}: {text} is not a date."))?.0),
        _ => json!(text),
    }))
}

/// What was typed. The sentence says what cannot be.
fn read(typed: &Fields, fields: &[RequisitionField]) -> Result<RequisitionChange, String> {
    let user = |name: &str| typed.some(name).map(|id| id.parse().map_err(|_| "That person is not in the list.".to_owned())).transpose();
    let count = |text: String| text.parse::<i64>().ok().filter(|n| (0..=1_000_000).contains(n)).ok_or(format!("{text} is not a number of hires."));
    let headcount = typed.some("headcount").map(count).transpose()?;
    let posting_ids =
        typed.all("posting").map(|id| id.parse().map_err(|_| "That posting is not in the list.".to_owned())).collect::<Result<_, _>>()?;
    let mut own = Map::new();
    for field in fields {
        let value = if field.kind == "object" {
            let mut parts = Map::new();
            for part in &field.subfields {
                parts.extend(own_value(&part.kind, &part.text, typed, &input(&field.id, &part.id))?.map(|value| (part.id.clone(), value)));
            }
            (!parts.is_empty()).then_some(Value::Object(parts))
        } else {
            own_value(&field.kind, &field.text, typed, &input(&field.id, ""))?
        };
        own.extend(value.map(|value| (field.id.clone(), value)));
    }
    Ok(RequisitionChange {
        requisition_code: typed.some("code"),
        name: typed.some("name"),
        headcount_total: Some(headcount.map_or_else(|| json!("unlimited"), |n| json!(n))),
        backfill: Some(typed.is_on("backfill")),
        status: typed.some("status"),
        owner: user("owner")?,
        hiring_manager: user("manager")?,
        location: typed.some("location"),
        team: typed.some("team"),
        employment_status: typed.some("employment"),
        internal_notes: typed.some("notes"),
        posting_ids: Some(posting_ids),
        custom_fields: Value::Object(own),
        ..RequisitionChange::default()
    })
}

async fn save(viewer: &Viewer, before: Option<Requisition>, fields: &Fields) -> Result<Response, Problem> {
    let id = before.as_ref().map(|before| before.id.clone());
    let mut change = match read(fields, &viewer.ats.requisition_fields().await?) {
        Ok(change) => change,
        Err(why) => return Ok(form(viewer, id.as_deref(), fields, Some(&why)).await?.into_response()),
    };
    let seen = |posting: &Posting| viewer.sees_posting(posting);
    let (shown, hidden): (Vec<_>, Vec<_>) = viewer.ats.postings().await?.into_iter().partition(seen);
    let mut ids = change.posting_ids.take().unwrap_or_default();
    ids.retain(|id| shown.iter().any(|posting| posting.id == id.as_str()));
    // What the form does not have, or this person does not see, stays.
    if let Some(before) = &before {
        change.compensation_band = before.compensation_band.clone();
        let kept = hidden.iter().filter(|posting| before.postings.iter().any(|id| *id == *posting.id));
        ids.extend(kept.filter_map(|posting| posting.id.parse().ok()));
    }
    change.posting_ids = Some(ids);
    match viewer.ats.write_requisition(before, change, Some(&viewer.person.user.id), true).await {
        Ok(saved) => viewer.done("Saved.", &at(&saved.id)).await,
        Err(refusal) if refusal.status < 500 => Ok(form(viewer, id.as_deref(), fields, Some(&refusal.message)).await?.into_response()),
        Err(refusal) => Err(refusal.into()),
    }
}

async fn create(viewer: Viewer, fields: Fields) -> Result<Response, Problem> {
    viewer.need(Right::ManagePostings)?;
    save(&viewer, None, &fields).await
}

async fn change(viewer: Viewer, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let requisition = viewer.requisition(&id).await?;
    viewer.need(Right::ManagePostings)?;
    save(&viewer, Some(requisition), &fields).await
}

async fn status(viewer: Viewer, Path(id_of): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let requisition = viewer.requisition(&id_of).await?;
    viewer.need(Right::ManagePostings)?;
    let Some(status) = STATUSES.into_iter().find(|status| *status == fields.get("status")) else {
        return Err(Problem::bad_request("Choose a status from the list.").way_on("Back", at(&id_of)));
    };
    let id = |value: &Value| reference(value).and_then(|id| id.parse().ok());
    // A field that is gone takes its values with it.
    let own = viewer.ats.requisition_fields().await?.into_iter().map(|field| (field.id.clone(), requisition.custom_fields[&field.id].clone()));
    let custom_fields = Value::Object(own.filter(|(_, value)| !value.is_null()).collect());
    let change = RequisitionChange {
        requisition_code: Some(requisition.requisition_code.clone()),
        name: Some(requisition.name.clone()),
        headcount_total: Some(requisition.headcount_total.clone()),
        backfill: Some(requisition.backfill),
        compensation_band: requisition.compensation_band.clone(),
        custom_fields,
        employment_status: requisition.employment_status.clone(),
        hiring_manager: id(&requisition.hiring_manager),
        internal_notes: Some(requisition.internal_notes.clone()),
        location: requisition.location.clone(),
        owner: id(&requisition.owner),
        status: Some(status.to_owned()),
        team: requisition.team.clone(),
        ..RequisitionChange::default()
    };
    viewer.ats.write_requisition(Some(requisition), change, None, true).await?;
    viewer.done(&format!("It is {} now.", words(status)), &at(&id_of)).await
}
