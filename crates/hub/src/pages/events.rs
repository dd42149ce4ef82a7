//! Events: what we were told, newest first.

use super::Viewer;
use crate::Hub;
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use lever_api::event::Event;
use web::{Problem, html, ui};

pub fn routes() -> Router<Hub> {
    Router::new().route("/events", get(show))
}

async fn show(viewer: Viewer) -> Result<Html<String>, Problem> {
    let hub = &viewer.hub;
    let told = pipeline::told(&hub.db, &viewer.operator.tenant, 200).await?;
    let now = hub.clock.now();
    let rows = html! {
        @for event in &told {
            tr {
                td { (event.kind.parse::<Event>().map_or(event.kind.as_str(), |e| e.label())) }
                td { @if event.subject.is_empty() { "no opportunity" } @else { a href=(format!("/hires/{}", event.subject)) { "Timeline" } } }
                td { (ui::when(event.at, now)) }
                td { @if event.again > 0 { (event.again) } }
                td { details id=(event.id) { summary { "Body" } pre { (event.body) } } }
            }
        }
    };
    let main = html! {
        (ui::heading("Events", "Every delivery that was accepted. Refused ones are in the audit log.", &html! {}))
        @if told.is_empty() { (ui::empty("No events yet", "Deliveries from Lever appear here as they come in.")) }
        @else { (ui::table("Events", &["Event", "About", "When", "Duplicates", "Said"], &rows)) }
    };
    viewer.page("Events", main).await
}
