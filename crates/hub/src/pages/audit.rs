//! The audit log: who did what, and what was refused.

use super::Viewer;
use crate::Hub;
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use web::{Problem, html, ui};

pub fn routes() -> Router<Hub> {
    Router::new().route("/audit", get(show))
}

async fn show(viewer: Viewer) -> Result<Html<String>, Problem> {
    let entries = viewer.hub.audited(&viewer.operator.tenant, 300).await?;
    let now = viewer.hub.clock.now();
    let rows = html! {
        @for e in &entries { tr { td { (ui::when(e.at, now)) } td { (e.actor) } td { (e.what) } td { (e.why) } } }
    };
    let main = html! {
        (ui::heading("Audit log", "Who did what, and which deliveries were refused and why.", &html! {}))
        @if entries.is_empty() { (ui::empty("Nothing yet", "Changes and refusals appear here.")) }
        @else { (ui::table("Audit log", &["When", "Who", "What", "Why"], &rows)) }
    };
    viewer.page("Audit log", main).await
}
