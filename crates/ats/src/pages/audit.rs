//! Settings > Audit log: who changed what about access.

use super::Viewer;
use crate::Ats;
use crate::people::Right;
use axum::Router;
use axum::extract::Query;
use axum::response::Html;
use axum::routing::get;
use serde::Deserialize;
use web::{Problem, html, ui};

pub const AUDIT: &str = "/settings/audit-log";

pub fn routes() -> Router<Ats> {
    Router::new().route(AUDIT, get(show))
}

#[derive(Deserialize)]
struct From {
    /// Lines before this one; the newest, if absent.
    before: Option<String>,
}

async fn show(viewer: Viewer, Query(from): Query<From>) -> Result<Html<String>, Problem> {
    viewer.need(Right::ManageIntegrations)?;
    let (lines, next) = viewer.ats.audit_lines(from.before.as_deref()).await?;
    let now = viewer.ats.clock.now();
    let rows = html! {
        @for line in &lines {
            tr {
                td { (ui::when(line.at, now)) }
                td { code { (line.kind) } }
                td { (line.by.as_deref().unwrap_or("a program")) }
                td { (line.label) }
            }
        }
    };
    let main = html! {
        (ui::heading("Audit log", "Who signed in, and who changed what about access: keys, applications, webhooks, users, the pipeline.", &html! {}))
        @if lines.is_empty() { (ui::empty("Nothing yet", "What people change about access is written down here.")) }
        @else { (ui::table("Audit log", &["When", "What", "By", "Of"], &rows)) }
        @if let Some(next) = next { div.actions { a.button href=(format!("{AUDIT}?before={next}")) { "Older" } } }
    };
    viewer.page("Audit log", main).await
}
