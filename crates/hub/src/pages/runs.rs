//! Runs: what one import, trial or look did, person by person, while it goes on and afterwards.

use super::Viewer;
use crate::Hub;
use crate::connections::Connection;
use crate::hires::Hire;
use crate::runs::{NewRun, Purpose, Run, RunItem, day};
use axum::Router;
use axum::extract::{Path, Query};
use axum::response::{Html, Response};
use axum::routing::{get, post};
use clock::Ms;
use serde::Deserialize;
use web::{Fields, Markup, Problem, html, ui};

pub fn routes() -> Router<Hub> {
    Router::new()
        .route("/connections/{id}/import", get(ask).post(start))
        .route("/runs/{run}", get(show))
        .route("/runs/{run}/cancel", post(cancel))
        .route("/runs/{run}/retry", post(retry))
        .route("/runs/{run}/do-it", post(do_it))
}

/// Outcomes in the order of a report, each with its tone and the words for it, done and on trial.
const OUTCOMES: [(&str, &str, &str, &str); 8] = [
    ("open", "wait", "under way", "under way"),
    ("created", "good", "created", "would be created"),
    ("updated", "good", "updated", "would be updated"),
    ("unchanged", "plain", "unchanged", "unchanged"),
    ("held", "wait", "held", "would be held"),
    ("skipped", "plain", "skipped", "would be skipped"),
    ("failed", "bad", "failed", "would fail"),
    ("cancelled", "plain", "cancelled", "cancelled"),
];

fn words(outcome: &str, trial: bool) -> (&'static str, &'static str) {
    let found = OUTCOMES.iter().find(|(known, ..)| *known == outcome).unwrap_or(&OUTCOMES[0]);
    (found.1, if trial { found.3 } else { found.2 })
}

/// The newest runs of a connection, as a table.
pub fn table(runs: &[Run], now: Ms) -> Markup {
    let rows = html! {
        @for run in runs {
            tr {
                td { a href=(format!("/runs/{}", run.id)) { (run.purpose.words()) } }
                td { (ui::when(run.created_at, now)) @if run.was_late() { " " (ui::badge("wait", "late")) } }
                td { (state(run)) }
                td { (summary(run)) }
                td { (run.asked_by) }
            }
        }
    };
    ui::table("Runs", &["What", "When", "State", "What came of it", "Asked by"], &rows)
}

fn state(run: &Run) -> Markup {
    match run.state.as_str() {
        "done" => ui::badge("good", "done"),
        "cancelled" => ui::badge("plain", "cancelled"),
        "failed" => ui::badge("bad", "failed"),
        _ => ui::badge("wait", "under way"),
    }
}

/// `3 created, 2 unchanged`
fn summary(run: &Run) -> String {
    let trial = run.purpose.is_trial();
    let told = OUTCOMES.iter().filter(|(outcome, ..)| run.count(outcome) > 0);
    let told: Vec<String> = told.map(|(outcome, ..)| format!("{} {}", run.count(outcome), words(outcome, trial).1)).collect();
    if told.is_empty() { "nobody".to_owned() } else { told.join(", ") }
}

/// Before the first import: since when, and what would happen.
async fn ask(viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    viewer.need_change()?;
    let c = viewer.connection(&id).await?;
    let since = c.import_since.filter(|since| since.0 > 0).map(web::day).unwrap_or_default();
    let main = html! {
        section.card.middle {
            h1 { "Import" }
            p { "Everybody who was hired in Lever is read and brought to " (viewer.partner_name(&c)) ". Who is there already is not made twice." }
            form.fields method="post" action=(format!("/connections/{id}/import")) {
                (ui::field("Only people hired since (leave it empty for everybody ever hired)", "since", "date", &since, false))
                div.actions {
                    button.main type="submit" name="do" value="try" { "Try first, change nothing" }
                    button type="submit" name="do" value="import" { "Import" }
                    a.button href=(format!("/connections/{id}")) { "Cancel" }
                }
            }
            p.hint { "Trying first counts them, and shows of each what would be written." }
        }
    };
    viewer.form_page("Import", main).await
}

async fn start(viewer: Viewer, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    viewer.need_change()?;
    let c = viewer.connection(&id).await?;
    let since = day(fields.get("since")).map_err(|why| Problem::bad_request(why).way_on("Back", format!("/connections/{id}/import")))?;
    let purpose = if fields.get("do") == "try" { Purpose::Trial } else { Purpose::Import };
    begin(viewer, &c, purpose, since).await
}

async fn begin(viewer: Viewer, c: &Connection, purpose: Purpose, since: Option<Ms>) -> Result<Response, Problem> {
    if !c.connected {
        return Err(Problem::bad_request("This connection is not connected with Lever.").way_on("Back", format!("/connections/{}", c.id)));
    }
    let new = NewRun { purpose, since, by: &viewer.operator.name, due_at: None };
    let run = viewer.hub.start_run(&viewer.operator.tenant, &c.id, &new).await?;
    Ok(web::see_other(&format!("/runs/{run}")))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Which {
    outcome: String,
    after: String,
}

/// People on one page.
const PAGE: usize = 100;

async fn show(viewer: Viewer, Path(id): Path<String>, Query(which): Query<Which>) -> Result<Html<String>, Problem> {
    let (hub, tenant, now) = (&viewer.hub, viewer.operator.tenant.as_str(), viewer.hub.clock.now());
    let run = hub.run(tenant, &id).await?.ok_or_else(Problem::not_found)?;
    let c = viewer.connection(&run.connection).await?;
    let trial = run.purpose.is_trial();
    let mut items = hub.run_items(tenant, &id, &which.outcome, &which.after, PAGE as i64 + 1).await?;
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let (done, total) = (run.total() - run.count("open"), run.total());
    let again = run.count("failed") + run.count("held") + run.count("cancelled");
    let may = viewer.operator.may_change();
    let title = format!("{} of {}", run.purpose.words(), viewer.partner_name(&c));
    let actions = html! {
        (state(&run))
        @if may && run.is_open() { (ui::action(&format!("/runs/{id}/cancel"), "Cancel", "danger")) }
        @if may && trial && run.state == "done" { (ui::action(&format!("/runs/{id}/do-it"), if run.purpose == Purpose::Trial { "Import them now" } else { "Replay them now" }, "main")) }
        @if may && !trial && !run.is_open() && again > 0 { (ui::action(&format!("/runs/{id}/retry"), &format!("Try the {again} again"), "")) }
    };
    let main = html! {
        (ui::heading(&title, &whom(&run), &actions))
        @if let Some(why) = &run.why { p.error role="alert" { (why) } }
        section.card {
            @if run.is_open() {
                p { @if run.state == "listing" { "Reading who was hired: " (total) " so far." } @else { (done) " of " (total) " are done" (left(&run, done, total, now)) "." } }
                progress max=(total.max(1)) value=(done) aria-label="How far it is" {}
            }
            div.tiles {
                @for (outcome, ..) in OUTCOMES.iter().filter(|(outcome, ..)| run.count(outcome) > 0) {
                    a.tile href=(format!("/runs/{id}?outcome={outcome}")) aria-current=[(which.outcome == *outcome).then_some("true")] {
                        b { (run.count(outcome)) } span { (words(outcome, trial).1) }
                    }
                }
            }
            p.soft { "Begun " (ui::when(run.created_at, now)) " by " (run.asked_by)
                @if let Some(due) = run.due_at.filter(|_| run.was_late()) { ", late: it was due " (ui::when(due, now)) }
                @if let Some(ended) = run.ended_at { ", ended " (ui::when(ended, now)) } ". "
                a href=(format!("/export/run.csv?run={id}")) { "CSV" } " " a href=(format!("/export/run.json?run={id}")) { "JSON" } }
        }
        @if total == 0 && !run.is_open() { (ui::empty("Nobody", "Lever knows of nobody who was hired in that time.")) }
        @if !items.is_empty() {
            h2 { "Person by person" @if !which.outcome.is_empty() { ": " (words(&which.outcome, trial).1) } }
            @if !which.outcome.is_empty() { p { a href=(format!("/runs/{id}")) { "Show all" } } }
            (people(&items, trial))
            @if let Some(last) = items.last().filter(|_| more) {
                p { a.button href=(next_page(&id, &which.outcome, last)) { "More" } }
            }
        }
        p { a href=(format!("/connections/{}", c.id)) { "Back to the connection" } }
    };
    viewer.page(&title, main).await
}

fn whom(run: &Run) -> String {
    match (run.purpose, run.since) {
        (Purpose::Found, _) => "Whom Lever changed without telling us.".to_owned(),
        (Purpose::Replay | Purpose::ReplayTrial, _) => "People somebody chose.".to_owned(),
        (_, Some(since)) => format!("People hired since {}.", web::date(since)),
        (_, None) => "Everybody ever hired.".to_owned(),
    }
}

/// `, about 3 min left`, once there is something to go by.
fn left(run: &Run, done: i64, total: i64, now: Ms) -> String {
    let took = now.since(run.created_at).as_secs();
    let (Ok(done), Ok(total)) = (u64::try_from(done), u64::try_from(total)) else { return String::new() };
    if done < 10 || took < 5 {
        return String::new();
    }
    let seconds = took * (total - done) / done;
    if seconds < 60 { format!(", about {seconds} s left") } else { format!(", about {} min left", seconds / 60 + 1) }
}

fn next_page(run: &str, outcome: &str, last: &RunItem) -> String {
    let query = [("outcome", outcome), ("after", last.subject.as_str())];
    format!("/runs/{run}?{}", serde_html_form::to_string(query).unwrap_or_default())
}

fn people(items: &[RunItem], trial: bool) -> Markup {
    let rows = html! {
        @for item in items {
            @let (tone, text) = words(item.outcome.as_deref().unwrap_or("open"), trial);
            tr {
                td { a href=(format!("/hires/{}", item.subject)) { (if item.name.is_empty() { "(no name)" } else { &item.name }) } }
                td { (ui::badge(tone, text)) }
                td { (item.why) (differences(item)) }
            }
        }
    };
    ui::table("People", &["Name", "What came of it", "Why"], &rows)
}

/// The fields a trial would write.
pub fn differences(item: &RunItem) -> Markup {
    let fields: Vec<connector::Difference> = serde_json::from_value(item.detail.clone()).unwrap_or_default();
    html! {
        @if !fields.is_empty() {
            details id=(item.subject) {
                summary { (ui::count(fields.len(), "field")) }
                ul.list { @for f in &fields { li { b { (f.field) ":" } @if !f.from.is_empty() { del { (f.from) } } ins { (f.to) } } } }
            }
        }
    }
}

async fn cancel(viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    viewer.need_change()?;
    let cancelled = viewer.hub.cancel_run(&viewer.operator.tenant, &id, &viewer.operator.name).await?;
    viewer.done(if cancelled { "Cancelled. Who was begun already is still finished." } else { "It was over already." }, &format!("/runs/{id}")).await
}

async fn retry(viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    viewer.need_change()?;
    let n = viewer.hub.retry_run(&viewer.operator.tenant, &id, &viewer.operator.name).await?;
    viewer.done(&format!("{n} {} tried again.", if n == 1 { "is" } else { "are" }), &format!("/runs/{id}")).await
}

/// What was tried is done: the same people, for real.
async fn do_it(viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    viewer.need_change()?;
    let trial = viewer.hub.run(&viewer.operator.tenant, &id).await?.ok_or_else(Problem::not_found)?;
    if trial.purpose == Purpose::ReplayTrial {
        let (hub, tenant) = (&viewer.hub, viewer.operator.tenant.as_str());
        let items = hub.run_items(tenant, &id, "", "", 100_000).await?;
        let chosen: Vec<Hire> = items.into_iter().map(|item| Hire::of(&trial.connection, &item.subject, &item.name)).collect();
        let runs = hub.replay(tenant, &chosen, Purpose::Replay, &viewer.operator.name).await?;
        return Ok(web::see_other(&format!("/runs/{}", runs.first().map_or(id.as_str(), String::as_str))));
    }
    let c = viewer.connection(&trial.connection).await?;
    begin(viewer, &c, Purpose::Import, trial.since).await
}
