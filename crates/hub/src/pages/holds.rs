//! Holds: what waits for a person, grouped by cause, with the click that mends it.

use super::Viewer;
use crate::Hub;
use axum::Router;
use axum::response::{Html, Response};
use axum::routing::{get, post};
use serde_json::Value;
use web::{Fields, Problem, html, ui};

pub fn routes() -> Router<Hub> {
    Router::new().route("/holds", get(show)).route("/holds/release", post(release)).route("/holds/mend", post(mend))
}

async fn show(viewer: Viewer) -> Result<Html<String>, Problem> {
    let (hub, tenant) = (&viewer.hub, viewer.operator.tenant.as_str());
    let held = pipeline::held(&hub.db, tenant).await?;
    let now = hub.clock.now();
    let may = viewer.operator.may_change();
    let main = html! {
        (ui::heading("Holds", "Nothing is guessed and nothing is dropped: what cannot go on waits here.", &html! {}))
        @if held.is_empty() { (ui::empty("Nothing is held", "Everything Lever told of went through, or is on its way.")) }
        @for h in &held {
            section.card {
                div.heading {
                    div { h2 { (h.cause) } p.soft { (h.count) (if h.count == 1 { " waits" } else { " wait" }) ", the first since " (ui::when(h.since, now)) } }
                    @if may {
                        div.actions {
                            @if h.mend != Value::Null {
                                form.inline method="post" action="/holds/mend" {
                                    input type="hidden" name="cause" value=(h.cause);
                                    button.main type="submit" { (mend_label(&h.mend)) }
                                }
                            }
                            form.inline method="post" action="/holds/release" {
                                input type="hidden" name="cause" value=(h.cause);
                                button type="submit" { "Try again" }
                            }
                        }
                    }
                }
                p { (h.why) }
            }
        }
    };
    viewer.page("Holds", main).await
}

fn mend_label(mend: &Value) -> String {
    match mend.as_array().map(Vec::len) {
        Some(1) => "Create it and go on".to_owned(),
        Some(n) => format!("Create these {n} and go on"),
        None => "Mend it and go on".to_owned(),
    }
}

async fn release(viewer: Viewer, fields: Fields) -> Result<Response, Problem> {
    viewer.need_change()?;
    let n = viewer.hub.release(&viewer.operator.tenant, fields.get("cause"), &viewer.operator.name).await?;
    viewer.done(&format!("{n} {} tried again.", if n == 1 { "is" } else { "are" }), "/holds").await
}

async fn mend(viewer: Viewer, fields: Fields) -> Result<Response, Problem> {
    viewer.need_change()?;
    match viewer.hub.mend(&viewer.operator.tenant, fields.get("cause"), &viewer.operator.name).await? {
        Ok(said) => viewer.done(&format!("{said} Everything that waited for it goes on."), "/holds").await,
        Err(why) => Err(Problem::bad_request(why).way_on("Back to the holds", "/holds")),
    }
}
