//! Settings > Integrations > Lever: Connect, the state of the connection, its settings. The settings live in the hub;
//! this page shows them through the hub's API, as a vendor's product would.

use super::settings::frame;
use super::{Done, imports};
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use hub_api::{Connection, Target};
use serde_json::{Map, Value, json};
use web::ui::Entry;
use web::{Fields, Markup, Problem, html, see_other, ui};

pub(super) const LIST: &str = "/hr-cloud/settings/integrations";
pub(super) const LEVER: &str = "/hr-cloud/settings/integrations/lever";

pub fn routes() -> Router<Partners> {
    Router::new()
        .route(LIST, get(list))
        .route(LEVER, get(show))
        .route("/hr-cloud/settings/integrations/lever/connect", post(connect))
        .route("/hr-cloud/settings/integrations/lever/settings/{name}", post(set))
}

async fn list(person: Person) -> Result<Html<String>, Problem> {
    person.need_hr_admin()?;
    let enabled = person.partners.hr_setting("lever_enabled").await? == "yes";
    let body = html! {
        @if enabled {
            a.tile href=(LEVER) { b { "Lever" } span { "Import people who were hired in Lever" } }
        } @else {
            (ui::empty("No integrations yet", "Ask your HR Cloud Account Manager to enable the Lever integration for you."))
        }
    };
    person.page("Integrations", false, frame(LIST, &body)).await
}

impl Person {
    pub(super) async fn may_integrate(&self) -> Result<(), Problem> {
        self.need_hr_admin()?;
        if self.partners.hr_setting("lever_enabled").await? == "yes" {
            return Ok(());
        }
        Err(Problem::forbidden("Ask your HR Cloud Account Manager to enable the Lever integration for you.").way_on("Back to the integrations", LIST))
    }

    pub(super) async fn hub(&self) -> Result<crate::hub_link::Hub, Problem> {
        let why = "This HR Cloud does not know its integration service yet. The operator can set it with: fulcrum partners link-hub";
        self.partners.hub("hr-cloud").await?.ok_or_else(|| Problem::bad_request(why).way_on("Back to the integrations", LIST))
    }
}

async fn show(person: Person) -> Result<Response, Problem> {
    person.may_integrate().await?;
    let connection = person.hub().await?.connection("hr-cloud").await;
    let body = match &connection {
        Err(why) => html! { p.error role="alert" { (why) } },
        Ok(Some(connection)) if connection.state == "connected" => {
            let imports = person.hub().await?.imports(&connection.id).await.unwrap_or_default();
            html! { (state(connection)) (imports::card(&imports, person.partners.clock.now())) (settings(connection)) }
        }
        Ok(other) => offer(other.as_ref()),
    };
    let page = person.page("Lever", true, frame(LIST, &body)).await?.into_response();
    // Connect leads to the hub's page.
    Ok(web::leading_to(page, &[&person.partners.hub_base("hr-cloud").await?.unwrap_or_default()]))
}

fn offer(old: Option<&Connection>) -> Markup {
    html! {
        section.card.middle {
            h2 { "Lever" }
            @if let Some(old) = old {
                p.warn { "Not connected. " (old.notice.as_deref().unwrap_or_default()) }
            }
            p { "Import candidates who were hired in Lever as employees. You need a Lever account with the role Super Admin." }
            form method="post" action=(format!("{LEVER}/connect")) { button.main type="submit" { "Connect" } }
        }
    }
}

/// Whether it works, and what is still missing.
fn state(connection: &Connection) -> Markup {
    html! {
        section.card.middle {
            div.heading { h2 { "Lever" } (ui::badge("good", "Connected")) }
            p.soft { "Since " (web::date(clock::Ms(connection.connected_at))) "." }
            @if let Some(notice) = &connection.notice { p.warn { (notice) } }
            @let done = connection.setup.iter().filter(|step| step.state == "done").count();
            details id="setup" open[connection.setup.iter().any(|step| step.state == "wrong")] {
                summary { "Set-up: " (done) " of " (connection.setup.len()) " steps were seen to be done" }
                ol.list.checks {
                    @for step in &connection.setup {
                        li {
                            @match step.state.as_str() {
                                "done" => (ui::badge("good", "done")),
                                "wrong" => (ui::badge("bad", "wrong")),
                                _ => (ui::badge("wait", "not seen yet")),
                            }
                            div { b { (step.what) } p.hint { (step.how) } }
                        }
                    }
                }
            }
        }
    }
}

/// The settings, which live in the hub.
fn settings(connection: &Connection) -> Markup {
    html! {
        section.card.middle {
            h2 { "Settings" }
            @for setting in connection.settings.iter().filter(|s| s.kind != "aliases" && s.kind != "fields") {
                hr;
                @let options = setting.options.iter().map(|o| (o.value.as_str(), o.label.as_str()));
                (ui::setting(&format!("{LEVER}/settings/{}", setting.name), &setting.label, &setting.help, &Entry::of(&setting.kind, &setting.value, options), true))
            }
            hr;
            p.hint { "To disconnect: in Lever, Settings > Integrations and API > Authorized Apps > HR Cloud > Revoke Access." }
        }
    }
}

/// Makes a key pair for the hub, and sends the person to the hub's connect page.
async fn connect(person: Person) -> Done {
    person.may_integrate().await?;
    let hub = person.hub().await?;
    let base = person.partners.base.as_str().trim_end_matches('/').to_owned();
    let pair = person.partners.create_service_account("Fulcrum").await?;
    let credential =
        Map::from_iter([("customer_key".to_owned(), json!(pair.customer_key)), ("customer_secret".to_owned(), json!(pair.customer_secret))]);
    let target = Target { base_url: format!("{base}/hr-cloud"), credential };
    match hub.connect("hr-cloud", format!("{base}{LEVER}"), target).await {
        Ok(session) => Ok(see_other(&session.url)),
        Err(why) => Err(Problem::bad_request(why).way_on("Back to Lever", LEVER)),
    }
}

async fn set(person: Person, Path(name): Path<String>, fields: Fields) -> Done {
    person.may_integrate().await?;
    let hub = person.hub().await?;
    let back = |why: String| Problem::bad_request(why).way_on("Back to Lever", LEVER);
    let connection = hub.connection("hr-cloud").await.map_err(back)?.ok_or_else(|| back("There is no connection.".to_owned()))?;
    let value = if fields.get("value").is_empty() { Value::Bool(fields.is_on("on")) } else { json!(fields.get("value")) };
    hub.set(&connection.id, &name, value).await.map_err(back)?;
    person.done("Saved.", LEVER).await
}
