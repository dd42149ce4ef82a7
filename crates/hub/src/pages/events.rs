//! Events: what we were told, newest first, by any field.

use super::Viewer;
use super::filter::{Asked, PAGE, choice, cut, foot, form};
use crate::Hub;
use axum::Router;
use axum::extract::Query;
use axum::response::Html;
use axum::routing::get;
use lever_api::event::Event;
use web::{Problem, html, ui};

pub fn routes() -> Router<Hub> {
    Router::new().route("/events", get(show))
}

async fn show(viewer: Viewer, Query(asked): Query<Asked>) -> Result<Html<String>, Problem> {
    let hub = &viewer.hub;
    let told = pipeline::told(&hub.db, &viewer.operator.tenant, &asked.told()?, PAGE + 1).await?;
    let (told, next) = cut(told, |t| (t.at, t.id.clone()), &asked);
    let now = hub.clock.now();
    let kinds: Vec<(&str, &str)> = Event::ALL.iter().map(|e| (e.wire(), e.label())).collect();
    let connections = viewer.connections().await?;
    let connections: Vec<(&str, &str)> = connections.iter().map(|(id, name)| (id.as_str(), name.as_str())).collect();
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
    let special = html! {
        (choice("Event", "event", "any", &kinds, &asked.event))
        @if connections.len() > 1 { (choice("Connection", "connection", "any", &connections, &asked.connection)) }
    };
    let main = html! {
        (ui::heading("Events", "Every delivery that was accepted. Refused ones are in the audit log.", &html! {}))
        (form("events", "Words, opportunity or Lever address", &asked, &special))
        @if told.is_empty() { (ui::empty("No events here", "Deliveries from Lever appear here as they come in; the filter may hide some.")) }
        @else { (ui::table("Events", &["Event", "About", "When", "Duplicates", "Said"], &rows)) (foot("events", &asked, next)) }
    };
    viewer.page("Events", main).await
}
