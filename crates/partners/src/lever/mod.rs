//! Integrations > Lever, the same in every app: Connect, the state of the connection, its settings, its imports. All of it
//! lives in the hub; these pages show it through the hub's API, as a vendor's product would.

mod imports;

use crate::Partners;
use crate::accounts::{Page, Person, Soon};
use crate::hub_link::Hub;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::future::BoxFuture;
use hub_api::{Connection, Target};
use serde_json::{Map, Value, json};
use web::ui::Entry;
use web::{Fields, Markup, Problem, html, see_other, ui};

/// A credential by its parts, in a while.
type Credential<'a> = BoxFuture<'a, db::Result<Map<String, Value>>>;

/// What differs from app to app.
pub struct App {
    /// The first part of its addresses, and the connector's id.
    pub id: &'static str,
    /// Its name.
    pub brand: &'static str,
    /// The page with the list of integrations.
    pub list: &'static str,
    /// This page.
    pub here: &'static str,
    /// What connecting is for.
    pub offer: &'static str,
    /// What the button says.
    pub connect: &'static str,
    /// What importing does; empty: there is nothing to import.
    pub import: &'static str,
    /// Whether this person may.
    pub may: for<'a> fn(&'a Person) -> Soon<'a, ()>,
    /// A credential for the hub.
    pub credential: for<'a> fn(&'a Partners) -> Credential<'a>,
    /// A page in the app's own frame.
    pub page: Page,
    /// What the app has to say besides.
    pub besides: for<'a> fn(&'a Person, &'a Hub, Option<&'a Connection>) -> Soon<'a, Markup>,
    /// And what stands last, where it is connected.
    pub last: fn() -> Markup,
}

pub fn routes(app: &'static App) -> Router<Partners> {
    Router::new()
        .route(app.here, get(move |person: Person| show(app, person)))
        .route(&format!("{}/connect", app.here), post(move |person: Person| connect(app, person)))
        .route(
            &format!("{}/settings/{{name}}", app.here),
            post(move |person: Person, Path(name): Path<String>, fields: Fields| set(app, person, name, fields)),
        )
        .merge(imports::routes(app))
}

impl App {
    pub async fn hub(&self, partners: &Partners) -> Result<Hub, Problem> {
        let why = format!("This {} does not know its integration service yet. The operator can set it with: fulcrum partners link-hub", self.brand);
        partners.hub(self.id).await?.ok_or_else(|| Problem::bad_request(why).way_on("Back to the integrations", self.list))
    }

    /// Something the hub said no to.
    pub fn back(&self, why: String) -> Problem {
        Problem::bad_request(why).way_on("Back to Lever", self.here)
    }

    /// The connection, which must be there.
    pub async fn connection(&self, hub: &Hub) -> Result<Connection, Problem> {
        hub.connection(self.id).await.map_err(|why| self.back(why))?.ok_or_else(|| self.back("There is no connection.".to_owned()))
    }

    /// Where the hub reaches this app, with a credential made for it.
    pub async fn target(&self, partners: &Partners) -> db::Result<Target> {
        let base = partners.base.as_str().trim_end_matches('/');
        Ok(Target { base_url: format!("{base}/{}", self.id), credential: (self.credential)(partners).await? })
    }
}

async fn show(app: &'static App, person: Person) -> Result<Response, Problem> {
    (app.may)(&person).await?;
    let hub = app.hub(&person.partners).await?;
    let shown = match hub.connection(app.id).await {
        Err(why) => html! { p.error role="alert" { (why) } },
        Ok(connection) => {
            let besides = (app.besides)(&person, &hub, connection.as_ref()).await?;
            match connection {
                Some(connection) if matches!(connection.state.as_str(), "connected" | "mapping_needed") => {
                    let imports = hub.imports(&connection.id).await.unwrap_or_default();
                    html! {
                        // What somebody has to do comes first.
                        @if connection.state == "mapping_needed" { (besides) (state(&connection)) } @else { (state(&connection)) (besides) }
                        @if !app.import.is_empty() { (imports::card(app, &imports, person.partners.clock.now())) }
                        (settings(app, &connection))
                        ((app.last)())
                    }
                }
                other => html! { (offer(app, other.as_ref())) (besides) },
            }
        }
    };
    // What the hub does meanwhile, it does not tell this product.
    let body = html! { (shown) (ui::asks_again(5)) };
    let page = (app.page)(&person, "Lever", true, body).await?.into_response();
    // Connect leads to the hub's page.
    Ok(web::leading_to(page, &[&person.partners.hub_base(app.id).await?.unwrap_or_default()]))
}

fn offer(app: &App, old: Option<&Connection>) -> Markup {
    html! {
        section.card.middle {
            h2 { (app.connect) }
            @if let Some(old) = old {
                p.warn { "Not connected. " (old.notice.as_deref().unwrap_or_default()) }
            }
            p { (app.offer) " You need a Lever account with the role Super Admin." }
            form method="post" action=(format!("{}/connect", app.here)) { button.main type="submit" { (app.connect) } }
        }
    }
}

/// Whether it works, and what is still missing.
fn state(connection: &Connection) -> Markup {
    html! {
        section.card.middle {
            div.heading { h2 { "Lever" } @if connection.state == "mapping_needed" { (ui::badge("wait", "Mapping needed")) } @else { (ui::badge("good", "Connected")) } }
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
fn settings(app: &App, connection: &Connection) -> Markup {
    html! {
        section.card.middle {
            h2 { "Settings" }
            @for setting in connection.settings.iter().filter(|s| !s.own_page) {
                hr;
                @let options = setting.options.iter().map(|o| (o.value.as_str(), o.label.as_str()));
                (ui::setting(&format!("{}/settings/{}", app.here, setting.name), &setting.label, &setting.help, &Entry::of(&setting.kind, &setting.value, options), true))
            }
            hr;
            p.hint { "To disconnect: in Lever, Settings > Integrations and API > Authorized Apps > " (app.brand) " > Revoke Access." }
        }
    }
}

/// Makes a credential for the hub, and sends the person to the hub's connect page.
async fn connect(app: &'static App, person: Person) -> Result<Response, Problem> {
    (app.may)(&person).await?;
    let partners = &person.partners;
    let hub = app.hub(partners).await?;
    let base = partners.base.as_str().trim_end_matches('/');
    match hub.connect(app.id, format!("{base}{}", app.here), app.target(partners).await?).await {
        Ok(session) => Ok(see_other(&session.url)),
        Err(why) => Err(app.back(why)),
    }
}

async fn set(app: &'static App, person: Person, name: String, fields: Fields) -> Result<Response, Problem> {
    (app.may)(&person).await?;
    let hub = app.hub(&person.partners).await?;
    let connection = app.connection(&hub).await?;
    let value = if fields.get("value").is_empty() { Value::Bool(fields.is_on("on")) } else { json!(fields.get("value")) };
    hub.set(&connection.id, &name, value).await.map_err(|why| app.back(why))?;
    person.done("Saved.", app.here).await
}
