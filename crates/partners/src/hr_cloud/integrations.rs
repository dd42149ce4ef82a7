//! Settings > Integrations, once the account manager enabled it.

use super::settings::frame;
use crate::Partners;
use crate::accounts::Person;
use crate::lever::App;
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use serde_json::{Map, json};
use web::{Problem, html, ui};

const LIST: &str = "/hr-cloud/settings/integrations";

static LEVER: App = App {
    id: "hr-cloud",
    brand: "HR Cloud",
    list: LIST,
    here: "/hr-cloud/settings/integrations/lever",
    offer: "Import candidates who were hired in Lever as employees.",
    connect: "Connect",
    import: "Collects everybody who was hired in Lever and adds them as employees.",
    may: |person| Box::pin(person.may_integrate()),
    credential: |partners| {
        Box::pin(async {
            let pair = partners.create_service_account("Fulcrum").await?;
            Ok(Map::from_iter([("customer_key".to_owned(), json!(pair.customer_key)), ("customer_secret".to_owned(), json!(pair.customer_secret))]))
        })
    },
    page: |person, title, live, body| Box::pin(async move { person.page(title, live, frame(LIST, &body)).await }),
    besides: |_, _, _| Box::pin(std::future::ready(Ok(html! {}))),
    last: || html! {},
};

pub fn routes() -> Router<Partners> {
    Router::new().route(LIST, get(list)).merge(crate::lever::routes(&LEVER))
}

async fn list(person: Person) -> Result<Html<String>, Problem> {
    person.need_hr_admin()?;
    let enabled = person.partners.hr_setting("lever_enabled").await? == "yes";
    let body = html! {
        @if enabled {
            a.tile href=(LEVER.here) { b { "Lever" } span { "Import people who were hired in Lever" } }
        } @else {
            (ui::empty("No integrations yet", "Ask your HR Cloud Account Manager to enable the Lever integration for you."))
        }
    };
    person.page("Integrations", false, frame(LIST, &body)).await
}

impl Person {
    async fn may_integrate(&self) -> Result<(), Problem> {
        self.need_hr_admin()?;
        if self.partners.hr_setting("lever_enabled").await? == "yes" {
            return Ok(());
        }
        Err(Problem::forbidden("Ask your HR Cloud Account Manager to enable the Lever integration for you.").way_on("Back to the integrations", LIST))
    }
}
