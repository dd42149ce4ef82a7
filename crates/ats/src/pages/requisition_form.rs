//! Writing and changing a requisition by hand.

use super::requisitions::{REQUISITIONS, at, plain, words};
use super::{Viewer, day};
use crate::Ats;
use crate::people::Right;
use crate::requisition_writes::{Author, STATUSES};
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use lever_api::{Posting, Requisition, RequisitionChange, RequisitionField, reference};
use serde_json::{Map, Value, json};
use web::{Fields, Markup, Problem, html, ui};

pub fn routes() -> Router<Ats> {
    Router::new().route("/requisitions/new", get(new).post(create)).route("/requisitions/{id}/edit", get(edit).post(change))
}

async fn new(viewer: Viewer) -> Result<Html<String>, Problem> {
    viewer.need(Right::ManagePostings)?;
    form(&viewer, None, &Fields::default(), None).await
}

async fn edit(viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let requisition = viewer.requisition(&id).await?;
    viewer.need(Right::ManagePostings)?;
    let typed = typed(&requisition, &viewer.ats.requisition_fields().await?);
    form(&viewer, Some(&requisition), &typed, None).await
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
        ("seen", r.updated_at.to_string()),
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

async fn form(viewer: &Viewer, before: Option<&Requisition>, typed: &Fields, why: Option<&str>) -> Result<Html<String>, Problem> {
    let ats = &viewer.ats;
    let people = viewer.people_to_choose(&[typed.get("owner"), typed.get("manager")]).await?;
    let statuses = STATUSES.map(|status| (status.to_owned(), words(status).to_owned()));
    let (postings, fields) = (ats.postings().await?, ats.requisition_fields().await?);
    let (title, to, back) = match before {
        Some(before) => ("Edit requisition", format!("{}/edit", at(&before.id)), at(&before.id)),
        None => ("New requisition", "/requisitions/new".to_owned(), REQUISITIONS.to_owned()),
    };
    let main = html! {
        section.card.middle {
            h1 { (title) }
            @if let Some(why) = why { p.error role="alert" { (why) } }
            form.fields method="post" action=(to) {
                input type="hidden" name="seen" value=(typed.get("seen"));
                (ui::field("Code, as your HR system knows it", "code", "text", typed.get("code"), true))
                (ui::field("Name", "name", "text", typed.get("name"), true))
                (ui::field("How many may be hired (empty: any number)", "headcount", "number", typed.get("headcount"), false))
                (ui::choice("Status", "status", &statuses, typed.some("status").as_deref().unwrap_or("open")))
                (ui::choice("Owner", "owner", &people, typed.some("owner").as_deref().unwrap_or(if before.is_none() { &viewer.person.user.id } else { "" })))
                (ui::choice("Hiring manager", "manager", &people, typed.get("manager")))
                (ui::field("Location", "location", "text", typed.get("location"), false))
                (ui::field("Team", "team", "text", typed.get("team"), false))
                (ui::field("Employment (full-time, part-time, …)", "employment", "text", typed.get("employment"), false))
                label.tick { input type="checkbox" name="backfill" value="yes" checked[typed.is_on("backfill")]; span { "Backfill: somebody left, and this fills their place" } }
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
            let now = typed.get(&name);
            let mut options: Vec<_> = field.options.iter().map(|option| (option.id.clone(), option.text.clone())).collect();
            if !now.is_empty() && !options.iter().any(|(id, _)| id == now) {
                let offered = options.iter().any(|(_, text)| text == now);
                options.insert(0, (now.to_owned(), if offered { now.to_owned() } else { format!("{now} (not offered any more)") }));
            }
            if field.is_required {
                if now.is_empty() {
                    options.insert(0, (String::new(), "Choose one".to_owned()));
                }
                return ui::must_choose(&field.text, &name, &options, now);
            }
            options.insert(0, (String::new(), "Not set".to_owned()));
            ui::choice(&field.text, &name, &options, now)
        }
        other => ui::field(&field.text, &name, kind(other), typed.get(&name), field.is_required),
    }
}

/// What was typed into an input of the company's own; nothing, if it is empty. What nobody touched stays as it was: a date shows no time of day.
fn own_value(kind: &str, label: &str, typed: &Fields, name: &str, before: &Value) -> Result<Option<Value>, String> {
    let Some(text) = typed.some(name) else { return Ok(None) };
    if text == plain(kind, before).trim() {
        return Ok(Some(before.clone()));
    }
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
fn read(typed: &Fields, fields: &[RequisitionField], before: &Value) -> Result<RequisitionChange, String> {
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
                let before = &before[&field.id][&part.id];
                parts.extend(own_value(&part.kind, &part.text, typed, &input(&field.id, &part.id), before)?.map(|value| (part.id.clone(), value)));
            }
            (!parts.is_empty()).then_some(Value::Object(parts))
        } else {
            own_value(&field.kind, &field.text, typed, &input(&field.id, ""), &before[&field.id])?
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
    let known = before.as_ref().map_or(&Value::Null, |before| &before.custom_fields);
    let mut change = match read(fields, &viewer.ats.requisition_fields().await?, known) {
        Ok(change) => change,
        Err(why) => return Ok(form(viewer, before.as_ref(), fields, Some(&why)).await?.into_response()),
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
    let by = Author { user: Some(&viewer.person.user.id), confidential: true, seen: fields.get("seen").parse().ok() };
    match viewer.ats.write_requisition(before.as_ref().map(|before| before.id.as_str()), change, &by).await {
        Ok(saved) => viewer.done("Saved.", &at(&saved.id)).await,
        Err(refusal) if refusal.status == 400 => Ok(form(viewer, before.as_ref(), fields, Some(said(&refusal.message))).await?.into_response()),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Without the name of a field of the API, which stands in front.
fn said(message: &str) -> &str {
    message.split_once(": ").filter(|(name, _)| !name.contains(' ')).map_or(message, |(_, rest)| rest)
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
