//! Settings > Integrations > Lever > Import: the button, how far an import is, and what came of each person. The hub does
//! the work; this page asks it over its API.

use super::App;
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use clock::Ms;
use hub_api::{Import, NewImport, WhichPeople};
use serde::Deserialize;
use web::{Fields, Markup, Problem, html, see_other, ui};

pub fn routes(app: &'static App) -> Router<Partners> {
    let at = |what: &str| format!("{}/{what}", app.here);
    Router::new()
        .route(&at("import"), post(move |person: Person, fields: Fields| import(app, person, fields)))
        .route(&at("imports/{import}"), get(move |person: Person, Path(id): Path<String>, Query(which): Query<Which>| show(app, person, id, which)))
        .route(&at("imports/{import}/cancel"), post(move |person: Person, Path(id): Path<String>| cancel(app, person, id)))
        .route(&at("imports/{import}/retry"), post(move |person: Person, Path(id): Path<String>| retry(app, person, id)))
}

/// The order of a report: outcome, tone, words, words on trial.
const OUTCOMES: [(&str, &str, &str, &str); 8] = [
    ("open", "wait", "under way", "under way"),
    ("created", "good", "created", "would be created"),
    ("updated", "good", "updated", "would be updated"),
    ("unchanged", "plain", "unchanged", "unchanged"),
    ("held", "wait", "waiting for a person", "would wait for a person"),
    ("skipped", "plain", "skipped", "would be skipped"),
    ("failed", "bad", "failed", "would fail"),
    ("cancelled", "plain", "cancelled", "cancelled"),
];

fn words(outcome: &str, trial: bool) -> (&'static str, &'static str) {
    let found = OUTCOMES.iter().find(|(known, ..)| *known == outcome).unwrap_or(&OUTCOMES[0]);
    (found.1, if trial { found.3 } else { found.2 })
}

fn title(import: &Import) -> &'static str {
    match import.kind.as_str() {
        "daily" => "Automatic Import",
        "trial" => "Trial import",
        "found" => "Found without a webhook",
        "replay" => "Sent again",
        _ => "Import",
    }
}

fn summary(import: &Import) -> String {
    let told = OUTCOMES.iter().filter(|(outcome, ..)| import.count(outcome) > 0);
    let told: Vec<String> = told.map(|(outcome, ..)| format!("{} {}", import.count(outcome), words(outcome, import.kind == "trial").1)).collect();
    if told.is_empty() { "nobody".to_owned() } else { told.join(", ") }
}

fn state(import: &Import) -> Markup {
    match import.state.as_str() {
        "done" => ui::badge("good", "done"),
        "cancelled" => ui::badge("plain", "cancelled"),
        "failed" => ui::badge("bad", "failed"),
        _ => ui::badge("wait", "under way"),
    }
}

/// The Import button with what was imported before.
pub fn card(app: &App, imports: &[Import], now: Ms) -> Markup {
    let is_first = !imports.iter().any(|import| import.kind == "import" && import.state == "done");
    let rows = html! {
        @for import in imports {
            tr {
                td { a href=(format!("{}/imports/{}", app.here, import.id)) { (title(import)) } }
                td { (ui::when(Ms(import.created_at), now)) @if import.late { " " (ui::badge("wait", "late")) } }
                td { (state(import)) }
                td { (summary(import)) }
            }
        }
    };
    html! {
        section.card.middle {
            h2 { "Import" }
            p { (app.import) " Who is here already is not added twice." }
            form.fields method="post" action=(format!("{}/import", app.here)) {
                @if is_first {
                    p.hint { "This is the first import. An account of many years has many hires: choose since when, or try first and see how many there are." }
                    (ui::field("Only people hired since (empty: everybody ever hired)", "since", "date", "", false))
                }
                div.actions {
                    button.main type="submit" name="do" value="import" { "Import" }
                    button type="submit" name="do" value="try" { "Try first, change nothing" }
                }
            }
            @if !imports.is_empty() { (ui::table("Imports", &["What", "When", "State", "What came of it"], &rows)) }
        }
    }
}

async fn import(app: &'static App, person: Person, fields: Fields) -> Result<Response, Problem> {
    (app.may)(&person).await?;
    let back = |why| app.back(why);
    let hub = app.hub(&person.partners).await?;
    let connection = app.connection(&hub).await?;
    // Who chose since when at the first import need not choose it again.
    let before = hub.imports(&connection.id).await.map_err(back)?;
    let before = before.iter().find(|import| import.kind == "import" && import.state == "done").and_then(|import| import.since);
    let since = fields.some("since").or_else(|| before.filter(|since| *since > 0).map(|since| web::day(Ms(since))));
    let new = NewImport { since, dry_run: fields.get("do") == "try", asked_by: Some(person.name.clone()) };
    let import = hub.import(&connection.id, new).await.map_err(back)?;
    Ok(see_other(&format!("{}/imports/{}", app.here, import.id)))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Which {
    outcome: Option<String>,
    offset: Option<String>,
}

async fn show(app: &'static App, person: Person, id: String, which: Which) -> Result<Response, Problem> {
    (app.may)(&person).await?;
    let (here, back) = (app.here, |why| app.back(why));
    let hub = app.hub(&person.partners).await?;
    let import = hub.one_import(&id).await.map_err(back)?;
    let query = WhichPeople { outcome: which.outcome.clone(), offset: which.offset, limit: Some(100) };
    let people = hub.imported(&id, query).await.map_err(back)?;
    let trial = import.kind == "trial";
    let total: i64 = import.counts.values().sum();
    let done = total - import.count("open");
    let again = import.count("failed") + import.count("held") + import.count("cancelled");
    let rows = html! {
        @for p in &people.data {
            @let (tone, text) = words(&p.outcome, trial);
            tr {
                td { (if p.name.is_empty() { "(no name)" } else { &p.name }) }
                td { (ui::badge(tone, text)) }
                td {
                    (p.why)
                    @if !p.fields.is_empty() {
                        details id=(p.opportunity) {
                            summary { (ui::count(p.fields.len(), "field")) }
                            ul.list { @for f in &p.fields { li { b { (f.field) ":" } @if !f.from.is_empty() { del { (f.from) } } ins { (f.to) } } } }
                        }
                    }
                }
            }
        }
    };
    let actions = html! {
        (state(&import))
        @if import.is_open() { (ui::action(&format!("{here}/imports/{id}/cancel"), "Cancel", "danger")) }
        @if !trial && !import.is_open() && again > 0 { (ui::action(&format!("{here}/imports/{id}/retry"), &format!("Try the {again} again"), "")) }
    };
    let body = html! {
        section.card {
            div.heading { h2 { (title(&import)) } div.actions { (actions) } }
            @if let Some(why) = &import.why { p.error role="alert" { (why) } }
            @if import.is_open() {
                p { @if import.state == "listing" { "Reading who was hired: " (total) " so far." } @else { (done) " of " (total) " are done." } }
                progress max=(total.max(1)) value=(done) aria-label="How far it is" {}
            } @else { p { (summary(&import)) "." } }
        }
        @if !people.data.is_empty() { (ui::table("People", &["Name", "What came of it", "Why"], &rows)) }
        @if let Some(next) = &people.next {
            @let query = [("outcome", which.outcome.as_deref().unwrap_or_default()), ("offset", next)];
            p { a.button href=(format!("{here}/imports/{id}?{}", url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query.into_iter().filter(|(_, v)| !v.is_empty())).finish())) { "More" } }
        }
        p { a href=(here) { "Back to Lever" } }
    };
    // The hub does not tell this product of progress.
    let body = html! { (body) @if import.is_open() { (ui::asks_again(2)) } };
    Ok((app.page)(&person, title(&import), true, body).await?.into_response())
}

async fn cancel(app: &'static App, person: Person, id: String) -> Result<Response, Problem> {
    (app.may)(&person).await?;
    app.hub(&person.partners).await?.cancel_import(&id).await.map_err(|why| app.back(why))?;
    person.done("The import was cancelled. Who was begun already is still finished.", &format!("{}/imports/{id}", app.here)).await
}

async fn retry(app: &'static App, person: Person, id: String) -> Result<Response, Problem> {
    (app.may)(&person).await?;
    app.hub(&person.partners).await?.retry_import(&id).await.map_err(|why| app.back(why))?;
    person.done("They are tried again.", &format!("{}/imports/{id}", app.here)).await
}
