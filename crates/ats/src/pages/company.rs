//! Settings > Company: Locations, Departments & Teams, work types.

use super::{Viewer, is_name};
use crate::Ats;
use crate::people::Right;
use axum::Router;
use axum::response::{Html, Response};
use axum::routing::get;
use web::{Fields, Markup, Problem, html, ui};

pub fn routes() -> Router<Ats> {
    Router::new()
        .route("/settings/company", get(|| async { web::see_other(LOCATIONS) }))
        .route(LOCATIONS, get(locations).post(add_location))
        .route(TEAMS, get(teams).post(add_team))
}

const LOCATIONS: &str = "/settings/company/locations";
const TEAMS: &str = "/settings/company/departments-and-teams";

fn frame(here: &str, body: &Markup) -> Markup {
    html! {
        (ui::heading("Company", "HR systems match these by their exact names.", &html! {}))
        (ui::tabs("Company", &[("Locations", LOCATIONS.into()), ("Departments & Teams", TEAMS.into())], here))
        (body)
    }
}

async fn locations(viewer: Viewer) -> Result<Html<String>, Problem> {
    viewer.need(Right::ManageCompany)?;
    let names = viewer.ats.names("location").await?;
    let rows = html! { @for name in &names { tr { td { (name) } } } };
    let body = html! {
        form.inline method="post" action=(LOCATIONS) {
            (ui::field("New location", "name", "text", "", true))
            button type="submit" { "Add location" }
        }
        @if names.is_empty() { (ui::empty("No locations yet", "Add one, or load a job board.")) }
        @else { (ui::table("Locations", &["Location"], &rows)) }
    };
    viewer.page("Locations", frame(LOCATIONS, &body)).await
}

async fn add_location(viewer: Viewer, fields: Fields) -> Result<Response, Problem> {
    viewer.need(Right::ManageCompany)?;
    if !is_name(fields.get("name")) {
        return Err(Problem::bad_request("A location has a name of 1 to 100 characters.").way_on("Back", LOCATIONS));
    }
    viewer.ats.add_name(&viewer.ats.db, "location", fields.get("name")).await?;
    viewer.done("Location added.", LOCATIONS).await
}

async fn teams(viewer: Viewer) -> Result<Html<String>, Problem> {
    viewer.need(Right::ManageCompany)?;
    let departments = viewer.ats.departments().await?;
    let work_types = viewer.ats.names("work_type").await?;
    let options: Vec<(String, String)> = departments.iter().map(|d| (d.name.clone(), d.name.clone())).collect();
    let rows = html! {
        @for d in &departments {
            tr { td { (if d.name.is_empty() { "(no department)" } else { &d.name }) } td { (d.teams.join(", ")) } }
        }
    };
    let body = html! {
        div.grid {
            form.card.fields method="post" action=(TEAMS) {
                (ui::field("New department", "department", "text", "", true))
                div.actions { button type="submit" { "Add department" } }
            }
            form.card.fields method="post" action=(TEAMS) {
                (ui::field("New team", "team", "text", "", true))
                (ui::choice("In department", "of", &options, ""))
                div.actions { button type="submit" { "Add team" } }
            }
        }
        @if departments.is_empty() { (ui::empty("No departments yet", "Add one, or load a job board.")) }
        @else { (ui::table("Departments and teams", &["Department", "Teams"], &rows)) }
        section.card { h2 { "Work types" } ul.tags { @for name in &work_types { li.badge { (name) } } } }
    };
    viewer.page("Departments & Teams", frame(TEAMS, &body)).await
}

async fn add_team(viewer: Viewer, fields: Fields) -> Result<Response, Problem> {
    viewer.need(Right::ManageCompany)?;
    let back = || Problem::bad_request("A department or team has a name of 1 to 100 characters.").way_on("Back", TEAMS);
    match (fields.some("department").filter(|name| is_name(name)), fields.some("team").filter(|name| is_name(name))) {
        (Some(department), _) => viewer.ats.add_name(&viewer.ats.db, "department", &department).await?,
        (None, Some(team)) => viewer.ats.add_team(&viewer.ats.db, &team, fields.get("of")).await?,
        (None, None) => return Err(back()),
    }
    viewer.done("Added.", TEAMS).await
}
