//! The list of postings.

use super::Viewer;
use super::posting::state_badge;
use crate::Ats;
use crate::people::Right;
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use web::{Problem, html, ui};

pub fn routes() -> Router<Ats> {
    Router::new().route("/postings", get(show))
}

async fn show(viewer: Viewer) -> Result<Html<String>, Problem> {
    viewer.need_jobs()?;
    let postings: Vec<_> = viewer.ats.postings().await?.into_iter().filter(|p| viewer.sees_posting(p)).collect();
    let rows = html! {
        @for p in &postings {
            tr {
                td { a href=(format!("/postings/{}", p.id)) { (p.text) } @if p.confidentiality == "confidential" { " " (ui::badge("wait", "confidential")) } }
                td { (state_badge(&p.state)) }
                td { (p.categories.department.as_deref().unwrap_or_default()) }
                td { (p.categories.team.as_deref().unwrap_or_default()) }
                td { (p.categories.location.as_deref().unwrap_or_default()) }
                td { (p.categories.commitment.as_deref().unwrap_or_default()) }
                td.end { a href=(format!("/candidates?posting={}", p.id)) { "Candidates" } }
            }
        }
    };
    let actions = html! {
        @if viewer.person.may(Right::ManagePostings) { a.button.main href="/postings/new" { "New posting" } }
        a.button href=(format!("/jobs/{}", viewer.ats.site().await?)) { "Job site" }
    };
    let main = html! {
        (ui::heading("Postings", "Job postings, with what HR systems read from them.", &actions))
        @if postings.is_empty() {
            (ui::empty("No postings yet", "Write one, or load a public job board: fulcrum ats load-board FILE"))
        } @else {
            (ui::table("Postings", &["Title", "State", "Department", "Team", "Location", "Work type", ""], &rows))
        }
    };
    viewer.page("Postings", main).await
}
