//! The audit log: who did what, and what was refused.

use super::Viewer;
use super::filter::{Asked, PAGE, cut, foot, form};
use crate::Hub;
use axum::Router;
use axum::extract::Query;
use axum::response::Html;
use axum::routing::get;
use web::{Problem, html, ui};

pub fn routes() -> Router<Hub> {
    Router::new().route("/audit", get(show))
}

async fn show(viewer: Viewer, Query(asked): Query<Asked>) -> Result<Html<String>, Problem> {
    let entries = viewer.hub.audited(&viewer.operator.tenant, &asked.audit()?, PAGE + 1).await?;
    let (entries, next) = cut(entries, |e| (e.at, e.id.clone()), &asked);
    let now = viewer.hub.clock.now();
    let rows = html! {
        @for e in &entries { tr { td { (ui::when(e.at, now)) } td { (e.actor) } td { (e.what) } td { (e.why) } } }
    };
    let main = html! {
        (ui::heading("Audit log", "Who did what, and which deliveries were refused and why.", &html! {}))
        (form("audit", "Who, what or why", &asked, &html! {}))
        @if entries.is_empty() { (ui::empty("Nothing here", "Changes and refusals appear here; the filter may hide some.")) }
        @else { (ui::table("Audit log", &["When", "Who", "What", "Why"], &rows)) (foot("audit", &asked, next)) }
    };
    viewer.page("Audit log", main).await
}
