//! Jobs of a connection that works by stages: the stages that count, and what each posting leads to.

use super::Viewer;
use crate::Hub;
use crate::jobs::setting;
use crate::names::NoNames;
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, Response};
use axum::routing::get;
use connector::{Kind, Spec};
use hub_api::{Jobs, PostingRow};
use serde_json::{Map, Value, json};
use web::{Fields, Markup, Problem, html, ui};

pub fn routes() -> Router<Hub> {
    Router::new().route("/connections/{id}/jobs", get(show).post(change))
}

async fn show(viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let c = viewer.connection(&id).await?;
    let connector = viewer.hub.connector(&c.connector).ok_or_else(Problem::not_found)?;
    let spec = connector.spec();
    let jobs = spec.jobs.ok_or_else(Problem::not_found)?;
    let report = if c.connected { viewer.hub.jobs_report(&c, connector).await } else { Ok(Jobs::default()) };
    let may = viewer.operator.may_change();
    let main = html! {
        (ui::heading("Jobs", &about(spec, jobs.label), &html! { a.button href=(format!("/connections/{id}")) { "Back" } }))
        @match &report {
            Err(NoNames::Lever(failure)) => { p.error role="alert" { "Lever could not be asked for its stages and postings: " (failure) } }
            Err(NoNames::Partner(failure)) => { p.error role="alert" { (spec.name) " could not be asked for what it has: " (failure) } }
            Ok(_) if !c.connected => { p.warn { "This connection is not connected." } }
            Ok(report) => {
                @if !report.stages_setting.is_empty() { (stages(&id, report, may)) }
                @if !report.afterwards_setting.is_empty() { (afterwards(&id, report, may)) }
                (postings(&id, report, jobs.typed, may))
            }
        }
    };
    viewer.page("Jobs", main).await
}

/// What the page is for.
fn about(spec: &Spec, label: &str) -> String {
    let label = label.to_lowercase();
    match setting(spec, Kind::Stages) {
        "" => format!("Which {label} of {} each job leads to, where it is not what Lever says.", spec.name),
        _ => format!("Which stages in Lever count, and which {label} of {} each job leads to.", spec.name),
    }
}

fn stages(id: &str, report: &Jobs, may: bool) -> Markup {
    html! {
        section.card {
            h2 { "Stages" }
            p { "Whoever is moved to one of these is this connection's business." }
            form.fields method="post" action=(format!("/connections/{id}/jobs")) {
                input type="hidden" name="do" value="stages";
                fieldset {
                    legend { "Stages" }
                    @for stage in &report.stages { label.tick { input type="checkbox" name="stage" value=(stage.id) checked[stage.chosen] disabled[!may]; span { (stage.name) } } }
                }
                @if may { div.actions { button.main type="submit" { "Save" } } }
            }
        }
    }
}

fn afterwards(id: &str, report: &Jobs, may: bool) -> Markup {
    let mut options = vec![(String::new(), "stay where they are".to_owned())];
    options.extend(report.stages.iter().filter(|stage| !stage.gone).map(|stage| (stage.id.clone(), format!("move to {}", stage.name))));
    html! {
        section.card {
            h2 { "Afterwards" }
            form.inline method="post" action=(format!("/connections/{id}/jobs")) {
                input type="hidden" name="do" value="afterwards";
                (ui::choice("Whoever is done", "stage", &options, &report.afterwards))
                @if may { button type="submit" { "Save" } }
            }
        }
    }
}

fn postings(id: &str, report: &Jobs, typed: &str, may: bool) -> Markup {
    let chosen: Vec<_> = report.stages.iter().filter(|stage| stage.chosen).collect();
    let rows = html! {
        @for posting in &report.postings {
            tr {
                td { b { (posting.title) } br; span.soft { (posting.location) " · " (posting.state) } }
                td {
                    (entry(id, report, posting, "", if report.stages_setting.is_empty() { "" } else { " at every stage" }, may))
                    @if chosen.len() > 1 { @for stage in &chosen { (entry(id, report, posting, &stage.id, &format!(" at {}", stage.name), may)) } }
                }
            }
        }
    };
    html! {
        section.card {
            h2 { (report.label) }
            @if report.entries.is_empty() { p.hint { (typed) } }
            @if !report.usual_setting.is_empty() {
                form.inline method="post" action=(format!("/connections/{id}/jobs")) {
                    input type="hidden" name="do" value="usual";
                    (field(report, &format!("{} for every other job", report.label), &report.usual))
                    @if may { button type="submit" { "Save" } }
                }
            }
            @if report.postings.is_empty() { p.soft { "There is no posting in Lever." } }
            @else { (ui::table("Jobs", &["Job", &report.label], &rows)) }
        }
    }
}

/// An entry of the partner's, chosen or typed in.
fn field(report: &Jobs, label: &str, value: &str) -> Markup {
    if report.entries.is_empty() {
        return html! { label.field { span { (label) } input name="entry" value=(value) autocomplete="off"; } };
    }
    let mut options = vec![(String::new(), "none".to_owned())];
    options.extend(report.entries.iter().map(|e| (e.value.clone(), e.label.clone())));
    if !value.is_empty() && !report.entries.iter().any(|e| e.value == value) {
        options.push((value.to_owned(), "one that is gone".to_owned()));
    }
    ui::choice(label, "entry", &options, value)
}

fn entry(id: &str, report: &Jobs, posting: &PostingRow, stage: &str, of: &str, may: bool) -> Markup {
    let value = posting.entries.get(stage).map_or("", String::as_str);
    html! {
        form.inline method="post" action=(format!("/connections/{id}/jobs")) {
            input type="hidden" name="do" value="posting";
            input type="hidden" name="posting" value=(posting.id);
            input type="hidden" name="stage" value=(stage);
            (field(report, &format!("{}{of}", posting.title), value))
            @if may { button type="submit" { "Save" } }
        }
    }
}

async fn change(viewer: Viewer, Path(id): Path<String>, form: Fields) -> Result<Response, Problem> {
    viewer.need_change()?;
    let c = viewer.connection(&id).await?;
    let spec = viewer.hub.connector(&c.connector).ok_or_else(Problem::not_found)?.spec();
    let here = format!("/connections/{id}/jobs");
    let entry = form.some("entry").map_or(Value::Null, |entry| json!(entry));
    let (name, value) = match form.get("do") {
        "stages" => (setting(spec, Kind::Stages), json!(form.all("stage").collect::<Vec<_>>())),
        "afterwards" => (setting(spec, Kind::Stage), json!(form.get("stage"))),
        "usual" => (setting(spec, Kind::Usual), json!(form.get("entry"))),
        "posting" => (setting(spec, Kind::ByPosting), json!({ form.get("posting"): { form.get("stage"): entry } })),
        _ => return Err(Problem::bad_request("There is nothing like this to be changed.").way_on("Back to the jobs", here)),
    };
    match viewer.hub.choose(&c, Map::from_iter([(name.to_owned(), value)]), &viewer.operator.name).await? {
        Ok(()) => viewer.done("Saved.", &here).await,
        Err(why) => Err(Problem::bad_request(why).way_on("Back to the jobs", here)),
    }
}
