//! Settings > Pipeline: the stages in their order.

use super::Viewer;
use crate::Ats;
use crate::people::Right;
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, Response};
use axum::routing::{get, post};
use web::{Fields, Problem, html, ui};

/// Where it is.
pub const PIPELINE: &str = "/settings/pipeline";

pub fn routes() -> Router<Ats> {
    Router::new().route(PIPELINE, get(show).post(add)).route("/settings/pipeline/{stage}", post(rename))
}

async fn show(viewer: Viewer) -> Result<Html<String>, Problem> {
    viewer.need(Right::ManageCompany)?;
    let stages = viewer.ats.stages().await?;
    let after: Vec<(String, String)> = stages.iter().map(|stage| (stage.id.clone(), stage.text.clone())).collect();
    let last = stages.last().map_or("", |stage| stage.id.as_str());
    let rows = html! {
        @for stage in &stages {
            tr {
                td { b { (stage.text) } }
                td {
                    form.inline method="post" action=(format!("{PIPELINE}/{}", stage.id)) {
                        (ui::field(&format!("New name of {}", stage.text), "name", "text", &stage.text, true))
                        button type="submit" { "Rename" }
                    }
                }
            }
        }
    };
    let main = html! {
        (ui::heading("Pipeline", "The stages candidates go through. Integrations may begin with one of them.", &html! {}))
        form.inline method="post" action=(PIPELINE) {
            (ui::field("New stage", "name", "text", "", true))
            (ui::choice("After", "after", &after, last))
            button type="submit" { "Add stage" }
        }
        (ui::table("Stages", &["Stage", "Change"], &rows))
    };
    viewer.page("Pipeline", main).await
}

fn name(fields: &Fields) -> Result<&str, Problem> {
    let name = fields.get("name").trim();
    let fits = (1..=100).contains(&name.chars().count());
    fits.then_some(name).ok_or_else(|| Problem::bad_request("A stage has a name of 1 to 100 characters.").way_on("Back", PIPELINE))
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
