//! Settings > Pipeline: the stages in their order, and the reasons for which somebody is archived.

use super::{Viewer, is_name};
use crate::Ats;
use crate::people::Right;
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, Response};
use axum::routing::{get, post};
use web::{Fields, Problem, html, ui};

/// Where it is.
pub const PIPELINE: &str = "/settings/pipeline";

/// Where the reasons are.
pub const REASONS: &str = "/settings/archive-reasons";

pub fn routes() -> Router<Ats> {
    Router::new()
        .route(PIPELINE, get(show).post(add))
        .route("/settings/pipeline/{stage}", post(rename))
        .route("/settings/pipeline/{stage}/up", post(up))
        .route("/settings/pipeline/{stage}/delete", post(delete))
        .route(REASONS, get(reasons).post(add_reason))
        .route("/settings/archive-reasons/{reason}", post(use_reason))
}

async fn show(viewer: Viewer) -> Result<Html<String>, Problem> {
    viewer.need(Right::ManageCompany)?;
    let stages = viewer.ats.pipeline_stages().await?;
    // The order of the sections is fixed.
    let is_first = |n: usize| n == 0 || stages.get(n - 1).map(|before| &before.pipeline) != stages.get(n).map(|stage| &stage.pipeline);
    let after: Vec<(String, String)> = stages.iter().map(|stage| (stage.id.clone(), stage.text.clone())).collect();
    let last = stages.last().map_or("", |stage| stage.id.as_str());
    let rows = html! {
        @for (n, stage) in stages.iter().enumerate() {
            tr {
                td { b { (stage.text) } }
                td {
                    form.inline method="post" action=(format!("{PIPELINE}/{}", stage.id)) {
                        (ui::field(&format!("New name of {}", stage.text), "name", "text", &stage.text, true))
                        button type="submit" { "Rename" }
                    }
                }
                td.end { div.actions {
                    @if !is_first(n) { (ui::action(&format!("{PIPELINE}/{}/up", stage.id), &format!("Move {} up", stage.text), "")) }
                    @if !crate::setup::is_system_stage(&stage.id) { (ui::action(&format!("{PIPELINE}/{}/delete", stage.id), &format!("Delete {}", stage.text), "danger")) }
                } }
            }
        }
    };
    let main = html! {
        (ui::heading("Pipeline", "The stages candidates go through. Integrations may begin with one of them.", &html! { a.button href=(REASONS) { "Archive reasons" } }))
        form.inline method="post" action=(PIPELINE) {
            (ui::field("New stage", "name", "text", "", true))
            (ui::choice("After", "after", &after, last))
            button type="submit" { "Add stage" }
        }
        (ui::table("Stages", &["Stage", "Change", ""], &rows))
    };
    viewer.page("Pipeline", main).await
}

fn name(fields: &Fields) -> Result<&str, Problem> {
    let name = fields.get("name").trim();
    is_name(name).then_some(name).ok_or_else(|| Problem::bad_request("A stage has a name of 1 to 100 characters.").way_on("Back", PIPELINE))
}

async fn add(viewer: Viewer, fields: Fields) -> Result<Response, Problem> {
    viewer.need(Right::ManageCompany)?;
    if viewer.ats.stages().await?.iter().any(|stage| stage.text.trim().eq_ignore_ascii_case(name(&fields).unwrap_or_default())) {
        return Err(Problem::bad_request("There is a stage of this name already: nobody could tell them apart.").way_on("Back", PIPELINE));
    }
    let added = viewer.ats.add_stage(name(&fields)?, fields.get("after"), Some(&viewer.person.user.id)).await?;
    if !added {
        return Err(Problem::bad_request("The stage it is to stand after is not there.").way_on("Back", PIPELINE));
    }
    viewer.done("Stage added.", PIPELINE).await
}

async fn rename(viewer: Viewer, Path(stage): Path<String>, fields: Fields) -> Result<Response, Problem> {
    viewer.need(Right::ManageCompany)?;
    if !viewer.ats.rename_stage(&stage, name(&fields)?, Some(&viewer.person.user.id)).await? {
        return Err(Problem::not_found());
    }
    viewer.done("Renamed.", PIPELINE).await
}

async fn up(viewer: Viewer, Path(stage): Path<String>) -> Result<Response, Problem> {
    viewer.need(Right::ManageCompany)?;
    if !viewer.ats.raise_stage(&stage, Some(&viewer.person.user.id)).await? {
        return Err(Problem::bad_request("It is the first of its section already: the order of the sections is fixed.").way_on("Back", PIPELINE));
    }
    viewer.done("Moved.", PIPELINE).await
}

async fn delete(viewer: Viewer, Path(stage): Path<String>) -> Result<Response, Problem> {
    viewer.need(Right::ManageCompany)?;
    let deleted = viewer.ats.delete_stage(&stage, Some(&viewer.person.user.id)).await?;
    deleted.map_err(|why| Problem::bad_request(why).way_on("Back", PIPELINE))?;
    viewer.done("Stage deleted.", PIPELINE).await
}

async fn reasons(viewer: Viewer) -> Result<Html<String>, Problem> {
    viewer.need(Right::ManageCompany)?;
    let rows = html! {
        @for reason in &viewer.ats.archive_reasons().await? {
            tr {
                td { b { (reason.text) } }
                td { @if reason.kind == "hired" { (ui::badge("good", "makes a hire")) } }
                td { (ui::switch(&format!("{REASONS}/{}", reason.id), &format!("{} is in use", reason.text), reason.status == "active")) }
            }
        }
    };
    let main = html! {
        (ui::heading("Archive reasons", "Why somebody leaves the pipeline. One that is out of use stays with whoever was archived for it.", &html! { a.button href=(PIPELINE) { "Stages" } }))
        form.inline method="post" action=(REASONS) {
            (ui::field("New reason", "name", "text", "", true))
            button type="submit" { "Add reason" }
        }
        (ui::table("Archive reasons", &["Reason", "Kind", "In use"], &rows))
    };
    viewer.page("Archive reasons", main).await
}

async fn add_reason(viewer: Viewer, fields: Fields) -> Result<Response, Problem> {
    viewer.need(Right::ManageCompany)?;
    let name = fields.get("name");
    let back = |why: &str| Problem::bad_request(why).way_on("Back", REASONS);
    if !is_name(name) {
        return Err(back("A reason has a name of 1 to 100 characters."));
    }
    if viewer.ats.archive_reasons().await?.iter().any(|reason| reason.text.trim().eq_ignore_ascii_case(name)) {
        return Err(back("There is a reason of this name already: nobody could tell them apart."));
    }
    viewer.ats.add_reason(name, Some(&viewer.person.user.id)).await?;
    viewer.done("Reason added.", REASONS).await
}

async fn use_reason(viewer: Viewer, Path(reason): Path<String>, fields: Fields) -> Result<Response, Problem> {
    viewer.need(Right::ManageCompany)?;
    let reasons = viewer.ats.archive_reasons().await?;
    let others = reasons.iter().any(|r| r.kind == "hired" && r.status == "active" && r.id != reason);
    let is_hire = reasons.iter().any(|r| r.kind == "hired" && r.id == reason);
    if is_hire && !others && !fields.is_on("on") {
        return Err(Problem::bad_request("Without a reason that makes a hire nobody could be hired.").way_on("Back", REASONS));
    }
    if !viewer.ats.use_reason(&reason, fields.is_on("on"), Some(&viewer.person.user.id)).await? {
        return Err(Problem::not_found());
    }
    viewer.done("Saved.", REASONS).await
}
