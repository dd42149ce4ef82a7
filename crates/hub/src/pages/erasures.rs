//! The erase desk: who was forgotten, as far as that can be said, and forgetting somebody by hand.

use super::Viewer;
use crate::Hub;
use axum::Router;
use axum::response::{Html, Response};
use axum::routing::get;
use lever_api::OpportunityId;
use web::{Fields, Problem, html, ui};

pub fn routes() -> Router<Hub> {
    Router::new().route("/erasures", get(show).post(erase))
}

async fn show(viewer: Viewer) -> Result<Html<String>, Problem> {
    let (hub, now) = (&viewer.hub, viewer.hub.clock.now());
    let erasures = hub.erasures(&viewer.operator.tenant, 200).await?;
    let rows = html! {
        @for e in &erasures {
            tr {
                td { (ui::when(e.erased_at, now)) }
                td { (e.why) }
                td { @match (&e.partner, e.ended_at) { (Some(said), Some(at)) => { (said) ", " (ui::when(at, now)) } _ => { (ui::badge("wait", "being instructed")) " or waits under " a href="/holds" { "Holds" } } } }
                td { code { (e.digest.chars().take(16).collect::<String>()) } }
            }
        }
    };
    let main = html! {
        (ui::heading("Erasures", "Whoever is deleted or anonymised in Lever is forgotten here within minutes, and the partner is instructed. These records hold nothing of anybody.", &html! {}))
        @if erasures.is_empty() { (ui::empty("Nobody was erased", "It happens by itself.")) }
        @else { (ui::table("Erasures", &["Forgotten here", "Because", "At the partner", "Record"], &rows)) }
        @if viewer.operator.may_change() {
            section.card.middle {
                h2 { "Forget somebody by hand" }
                p { "Everything this hub knows of them is erased, and the partner is instructed. Should Lever tell of them again, they are known again." }
                form.fields method="post" action="/erasures" {
                    (ui::field("Opportunity id or Lever address", "who", "text", "", true))
                    div.actions { button.danger type="submit" { "Erase" } }
                }
            }
        }
    };
    viewer.form_page("Erasures", main).await
}

async fn erase(viewer: Viewer, form: Fields) -> Result<Response, Problem> {
    viewer.need_change()?;
    let (hub, tenant) = (&viewer.hub, viewer.operator.tenant.as_str());
    let who = form.get("who").trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let back = |why: &str| Problem::bad_request(why).way_on("Back to the erasures", "/erasures");
    let id: OpportunityId = who.parse().map_err(|_| back("This is no opportunity id and no Lever address."))?;
    let mut erased = false;
    for connection in hub.connections(tenant).await? {
        erased |= hub.erase(&connection, &id.to_string(), "erased by hand").await?;
    }
    if !erased {
        return Err(back("Nothing is known of them here."));
    }
    hub.audit(&hub.db, tenant, &viewer.operator.name, "person: erased", "Somebody was erased by hand.").await?;
    viewer.done("Forgotten.", "/erasures").await
}
