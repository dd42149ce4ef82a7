//! The field map of a connection: an expression for each field, what it makes of the latest hires, and earlier versions.

use super::Viewer;
use crate::Hub;
use crate::connections::Connection;
use crate::versions::difference;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use connector::fields::{self, FILTERS, PATHS, Target};
use connector::{Seen, Spec};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use web::{Fields, Markup, Problem, html, ui};

pub fn routes() -> Router<Hub> {
    Router::new()
        .route("/connections/{id}/fields", get(show).post(save))
        .route("/connections/{id}/fields/try", post(try_out))
        .route("/connections/{id}/versions", get(versions))
        .route("/connections/{id}/versions/{n}", post(go_back))
}

/// Fields of the partner's that are not among those it documents.
fn own_fields<'a>(spec: &Spec, settings: &'a Value) -> Vec<(&'a str, &'a str)> {
    let set = settings["fields"].as_object().into_iter().flatten();
    set.filter(|(name, _)| !spec.targets.iter().any(|t| t.name == **name)).map(|(name, e)| (name.as_str(), e.as_str().unwrap_or_default())).collect()
}

fn expression<'a>(target: &Target, settings: &'a Value) -> &'a str {
    settings["fields"][target.name].as_str().unwrap_or(target.default)
}

async fn show(viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let c = viewer.connection(&id).await?;
    let settings = c.settings.clone();
    page(&viewer, &c, &settings, &Typed::default()).await
}

/// What somebody typed, shown again: what came of it, what is wrong with it, and a field that is not among the others yet.
#[derive(Default)]
struct Typed<'a> {
    note: &'a str,
    wrong: Vec<String>,
    name: &'a str,
    expression: &'a str,
}

/// The form with these settings, which may not be those in force, and what they make of the latest hires.
async fn page(viewer: &Viewer, c: &Connection, settings: &Value, typed: &Typed<'_>) -> Result<Html<String>, Problem> {
    let spec = viewer.hub.connector(&c.connector).ok_or_else(Problem::not_found)?.spec();
    let (id, may) = (&c.id, viewer.operator.may_change());
    let preview = preview(viewer, c, settings).await;
    let about = format!("What Lever says, and which field of {} it fills.", spec.name);
    let main = html! {
        (ui::heading("Fields", &about, &html! { a.button href=(format!("/connections/{id}/versions")) { "Earlier versions" } }))
        @if !typed.note.is_empty() { p.warn { (typed.note) } }
        @for why in &typed.wrong { p.error role="alert" { (why) } }
        form.card.fields.several method="post" action=(format!("/connections/{id}/fields")) data-check=(format!("/connections/{id}/fields/try")) {
            @for target in spec.targets { (input(target, expression(target, settings), may)) }
            @for (name, expression) in own_fields(spec, settings).into_iter().filter(|(name, _)| *name != typed.name) {
                label.field { span { (name) } input name=(name) value=(expression) disabled[!may] autocomplete="off" spellcheck="false"; }
            }
            @if may {
                fieldset {
                    legend { "Another field of " (spec.name) }
                    label.field { span { "Its name there" } input name="new_name" value=(typed.name) placeholder="xExternalId" autocomplete="off" spellcheck="false"; }
                    label.field { span { "What fills it" } input name="new_expression" value=(typed.expression) placeholder="opportunity.id" autocomplete="off" spellcheck="false"; }
                }
                div.actions { button.main type="submit" { "Save" } button type="submit" formaction=(format!("/connections/{id}/fields/try")) { "Try on the latest hires" } a.button href=(format!("/connections/{id}")) { "Back" } }
            }
        }
        (preview)
        details.card #paths {
            summary { "What can be named" }
            p { "An expression names what Lever says, as in " code { "posting.department or posting.team" } ". Text stands in quotes: " code { "'Active'" }
                "; " code { "~" } " puts two together; " code { "|" } " changes what stands before it: " (FILTERS.join(", ")) "." }
            (ui::table("What can be named", &["Name", "What it is"], &html! { @for p in &PATHS { tr { td { code { (p.path) } } td { (p.about) } } } }))
        }
    };
    viewer.form_page("Fields", main).await
}

fn input(target: &Target, expression: &str, may: bool) -> Markup {
    html! {
        label.field {
            span { (target.label) @if target.required { " (demanded)" } }
            input name=(target.name) value=(expression) disabled[!may] autocomplete="off" spellcheck="false" aria-label=(target.label);
            @if !target.default.is_empty() && expression != target.default { small { "usually " code { (target.default) } } }
        }
    }
}

/// What the settings make of the ten latest hires at once.
async fn preview(viewer: &Viewer, c: &Connection, settings: &Value) -> Markup {
    let Some(connector) = viewer.hub.connector(&c.connector) else { return html! {} };
    let more = connector.more(settings);
    let seen = if c.connected { viewer.hub.latest_hires(c, &more).await.map_err(|e| e.to_string()) } else { Ok(Arc::default()) };
    let spec = connector.spec();
    let body = match seen {
        Err(why) => html! { p.error role="alert" { "The latest hires could not be read from Lever: " (why) } },
        Ok(seen) if seen.is_empty() => ui::empty("Nobody to try it on", "As soon as somebody is hired, this shows what each field would hold."),
        Ok(seen) => {
            let filled: Vec<_> = seen.iter().map(|one: &Seen| connector.fill(settings, one)).collect();
            let names: Vec<&str> = seen.iter().map(|one| one.opportunity.name.as_str()).collect();
            let columns: Vec<&str> = std::iter::once("Field").chain(names).collect();
            let own = own_fields(spec, settings);
            let fields = spec.targets.iter().map(|t| (t.name, t.label, t.required)).chain(own.iter().map(|(name, _)| (*name, *name, false)));
            let rows = html! {
                @for (name, label, required) in fields {
                    tr {
                        td { b { (label) } }
                        @for person in &filled { td { (cell(person.get(name), required)) } }
                    }
                }
            };
            ui::table("The latest hires", &columns, &rows)
        }
    };
    html! { section #preview aria-live="polite" { h2 { "On the latest hires" } (body) } }
}

fn cell(value: Option<&Result<String, String>>, required: bool) -> Markup {
    match value {
        Some(Ok(text)) if !text.is_empty() => html! { (text) },
        Some(Err(why)) => html! { (ui::badge("bad", "cannot be read")) " " (why) },
        _ if required => ui::badge("bad", "missing"),
        _ => html! { span.soft { "empty" } },
    }
}

/// The changes a form asks for: an expression as it usually is, is none.
fn change(spec: &Spec, settings: &Value, form: &Fields) -> Map<String, Value> {
    let mut change = Map::new();
    for target in spec.targets {
        let given = form.get(target.name);
        let value = if given == target.default { Value::Null } else { json!(given) };
        if settings["fields"][target.name] != value {
            change.insert(target.name.to_owned(), value);
        }
    }
    for (name, old) in own_fields(spec, settings) {
        let given = form.get(name);
        if given != old {
            change.insert(name.to_owned(), if given.is_empty() { Value::Null } else { json!(given) });
        }
    }
    if let Some(name) = form.some("new_name") {
        change.insert(name, json!(form.get("new_expression")));
    }
    change
}

fn again<'a>(note: &'a str, wrong: Vec<String>, form: &'a Fields) -> Typed<'a> {
    Typed { note, wrong, name: form.get("new_name"), expression: form.get("new_expression") }
}

/// The settings as they would be, so that nothing typed is lost.
fn typed(settings: &Value, change: &Map<String, Value>) -> Value {
    let mut settings = settings.clone();
    if !settings["fields"].is_object() {
        settings["fields"] = json!({});
    }
    for (name, value) in change {
        match value {
            Value::Null => drop(settings["fields"].as_object_mut().and_then(|fields| fields.remove(name))),
            value => settings["fields"][name.as_str()] = value.clone(),
        }
    }
    settings
}

async fn save(viewer: Viewer, Path(id): Path<String>, form: Fields) -> Result<Response, Problem> {
    viewer.need_change()?;
    let c = viewer.connection(&id).await?;
    let spec = viewer.hub.connector(&c.connector).ok_or_else(Problem::not_found)?.spec();
    let change = change(spec, &c.settings, &form);
    let here = format!("/connections/{id}/fields");
    if form.some("new_name").is_none() && form.some("new_expression").is_some() {
        let why = "Say which field of the partner's the last expression fills.".to_owned();
        let page = page(&viewer, &c, &typed(&c.settings, &change), &again("Nothing is saved.", vec![why], &form)).await?;
        return Ok((StatusCode::BAD_REQUEST, page).into_response());
    }
    if change.is_empty() {
        return viewer.done("Nothing was changed.", &here).await;
    }
    let settings = typed(&c.settings, &change);
    let change = Map::from_iter([("fields".to_owned(), Value::Object(change))]);
    match viewer.hub.change_settings(&c.tenant, &c.id, change, &viewer.operator.name).await? {
        Ok(()) => viewer.done("Saved. Who is held is read again; who is there already follows with the next import.", &here).await,
        Err(why) => Ok((StatusCode::BAD_REQUEST, page(&viewer, &c, &settings, &again("Nothing is saved.", vec![why], &form)).await?).into_response()),
    }
}

/// What is typed, tried and not saved.
async fn try_out(viewer: Viewer, Path(id): Path<String>, form: Fields) -> Result<Html<String>, Problem> {
    viewer.need_change()?;
    let c = viewer.connection(&id).await?;
    let spec = viewer.hub.connector(&c.connector).ok_or_else(Problem::not_found)?.spec();
    let change = change(spec, &c.settings, &form);
    let label = |name: &str| spec.targets.iter().find(|t| t.name == name).map_or(name, |t| t.label).to_owned();
    let check =
        |(name, value): (&String, &Value)| fields::check(value.as_str().unwrap_or_default()).err().map(|why| format!("{}: {why}", label(name)));
    let wrong: Vec<String> = change.iter().filter_map(check).collect();
    page(&viewer, &c, &typed(&c.settings, &change), &again("Nothing is saved yet.", wrong, &form)).await
}

async fn versions(viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let c = viewer.connection(&id).await?;
    let now = viewer.hub.clock.now();
    let versions = viewer.hub.versions(&c, 50).await?;
    let may = viewer.operator.may_change();
    let main = html! {
        (ui::heading("Versions of the settings", "Every change, who made it, and the way back.", &html! { a.button href=(format!("/connections/{id}")) { "Back" } }))
        @if versions.is_empty() { (ui::empty("No change yet", "With the first change of a setting, the settings before it are kept here too.")) }
        @for (i, v) in versions.iter().enumerate() {
            section.card {
                div.heading {
                    div { h2 { "Version " (v.n) @if i == 0 { " " (ui::badge("good", "in force")) } } p.soft { (v.actor) ", " (ui::when(v.at, now)) } }
                    @if may && i > 0 { (ui::action(&format!("/connections/{id}/versions/{}", v.n), "Go back to this", "")) }
                }
                p { (v.said) }
                @if let Some(before) = versions.get(i + 1) {
                    ul.list {
                        @for (what, from, to) in difference(&before.settings, &v.settings) { li { b { (what) ":" } @if !from.is_empty() { del { (from) } } @if to.is_empty() { "as usual" } @else { ins { (to) } } } }
                    }
                }
            }
        }
    };
    viewer.page("Versions", main).await
}

async fn go_back(viewer: Viewer, Path((id, n)): Path<(String, i64)>) -> Result<Response, Problem> {
    viewer.need_change()?;
    let c = viewer.connection(&id).await?;
    let here = format!("/connections/{id}/versions");
    match viewer.hub.go_back(&c, n, &viewer.operator.name).await? {
        Ok(()) => viewer.done(&format!("The settings are those of version {n} again."), &here).await,
        Err(why) => Err(Problem::bad_request(why).way_on("Back to the versions", here)),
    }
}
