//! Integrations > Lever Integration: sign in with Lever, or a signature token by hand; and which of Lever's locations and
//! teams match the offices and teams here.

use super::Done;
use super::places::Kind;
use crate::Partners;
use crate::accounts::Person;
use crate::hub_link::Hub;
use crate::lever::App;
use axum::Router;
use axum::response::Html;
use axum::routing::{get, post};
use hub_api::{Connection, Names, NewSignatureToken, Target};
use serde_json::{Map, Value, json};
use web::{Fields, Markup, Problem, html, ui};

const LIST: &str = "/joinedly/integrations";
const HERE: &str = "/joinedly/integrations/lever";
/// Whom people ask who face any issues.
const HELP: &str = "founders@joinedly.com";

static LEVER: App = App {
    id: super::APP,
    brand: "Joinedly",
    list: LIST,
    here: HERE,
    offer: "Whoever is hired in Lever becomes a joiner, and the journey begins.",
    connect: "Sign in with Lever",
    import: "Adds people who were hired before the integration was connected, as joiners whose journey begins.",
    may: |person| Box::pin(std::future::ready(person.need_joinedly_admin())),
    credential: |partners| {
        Box::pin(async {
            let token = partners.create_joinedly_token("Fulcrum").await?;
            Ok(Map::from_iter([("authorization".to_owned(), json!(format!("Bearer {token}")))]))
        })
    },
    page: |person, title, live, body| {
        Box::pin(async move { person.joinedly(if title == "Lever" { "Lever Integration" } else { title }, live, frame(body)).await })
    },
    besides: |person, hub, connection| Box::pin(besides(person, hub, connection)),
    last: || html! {},
};

pub fn routes() -> Router<Partners> {
    Router::new()
        .route(LIST, get(list))
        .route(&format!("{HERE}/signature-token"), post(paste))
        .route(&format!("{HERE}/names"), post(match_name))
        .merge(crate::lever::routes(&LEVER))
}

fn frame(body: Markup) -> Markup {
    html! { (ui::heading("Lever Integration", "", &html! { a.button href=(LIST) { "Integrations" } })) (body) }
}

async fn list(person: Person) -> Result<Html<String>, Problem> {
    person.need_joinedly_admin()?;
    let main = html! {
        (ui::heading("Integrations", "", &html! {}))
        a.tile href=(HERE) { b { "Lever Integration" } span { "Whoever is hired in Lever joins by themselves" } }
    };
    person.joinedly("Integrations", false, main).await
}

async fn besides(_: &Person, hub: &Hub, connection: Option<&Connection>) -> Result<Markup, Problem> {
    let names = match connection.filter(|c| c.state == "connected") {
        Some(connection) => Some(hub.names(&connection.id).await),
        None => None,
    };
    Ok(html! {
        (token(connection))
        @match &names {
            None => {},
            Some(Err(why)) => { p.error role="alert" { (why) } }
            Some(Ok(lists)) => { @for list in &lists.data { (report(list)) } }
        }
        p.hint.middle { "You may reach out to " a href=(format!("mailto:{HELP}")) { (HELP) } " if you face any issues." }
    })
}

/// The second way: the token Lever signs with, pasted.
fn token(connection: Option<&Connection>) -> Markup {
    let webhooks: &[hub_api::Webhook] = connection.map_or(&[], |c| &c.webhooks);
    html! {
        section.card.middle {
            div.heading { h2 { "Signature Token" } @if webhooks.iter().any(|w| w.has_token) { (ui::badge("good", "set")) } @else { (ui::badge("wait", "not set")) } }
            p { "Generated on Lever. Who signs in with Lever need not paste it: it is added by itself. After regenerating it in Lever, paste the new one here." }
            @for webhook in webhooks {
                @if webhook.refused { p.warn { "Deliveries came whose signature does not fit, and were refused. If the token was regenerated in Lever, paste the new one here. Who was hired meanwhile is found by looking, or with a back-fill below." } }
                @if connection.is_some_and(|c| c.state == "token_only") {
                    p { "In Lever, under Settings > Integrations and API > Webhooks, add this address to Candidate Hired: " code id="hook" { (webhook.url) } " " button type="button" data-copy="hook" { "Copy" } }
                    p.warn { "Without signing in, Lever tells that somebody was hired, but not who: hires wait until somebody signs in." }
                }
            }
            @if webhooks.is_empty() {
                p { "Lever shows a token for an address:" }
                (ui::action(&format!("{HERE}/signature-token"), "Show the address for Lever", ""))
            } @else {
                form.inline method="post" action=(format!("{HERE}/signature-token")) {
                    (ui::field("Signature Token", "token", "password", "", true))
                    button type="submit" { "Save" }
                }
            }
        }
    }
}

/// One list: what matches, what is only in Lever, what is only here.
fn report(list: &Names) -> Markup {
    let nowhere = list.names.iter().filter(|n| !n.leads_somewhere()).count();
    let what = if list.key == "offices" { "office" } else { "team" };
    let rows = html! {
        @for name in &list.names {
            tr {
                td { (name.name) }
                td {
                    @match name.leads_to.as_str() {
                        "same_name" => (ui::badge("good", "the same name")),
                        "chosen" => { (ui::badge("good", "matched")) " " (name.entry.as_deref().unwrap_or_default()) },
                        "made" => { (ui::badge("good", "new")) " made with the next hire" },
                        "gone" => { (ui::badge("bad", "gone")) " what was chosen is not there any more" },
                        _ => { (ui::badge("wait", "no match")) " left blank" },
                    }
                }
                td.end {
                    @if name.leads_to != "same_name" {
                        form.inline method="post" action=(format!("{HERE}/names")) {
                            input type="hidden" name="list" value=(list.key);
                            input type="hidden" name="name" value=(name.name);
                            @if !name.suggestions.is_empty() {
                                select name="entry" aria-label=(format!("Which {what} \u{201c}{}\u{201d} is", name.name)) {
                                    @if matches!(name.leads_to.as_str(), "chosen" | "gone") { option value="" { "none: forget the choice" } }
                                    @for pick in &name.suggestions { option value=(pick.value) selected[name.entry.as_deref() == Some(&pick.label)] { (pick.label) } }
                                }
                                button type="submit" name="do" value="use" { "Use" }
                            }
                            @if !name.leads_somewhere() { button type="submit" name="do" value="add" { "Add it here" } }
                        }
                    }
                }
            }
        }
    };
    html! {
        section.card.middle {
            div.heading {
                h2 { (list.label) }
                @if nowhere == 0 { (ui::badge("good", "all match")) } @else { (ui::badge("wait", &format!("{nowhere} of {} do not match", list.names.len()))) }
            }
            @if list.names.is_empty() { p.soft { "No posting in Lever names one." } }
            @else { (ui::table(&list.label, &["In Lever", "In Joinedly", ""], &rows)) }
            @if !list.unused.is_empty() { p.soft { "Only in Joinedly: " (list.unused.iter().map(|pick| pick.label.as_str()).collect::<Vec<_>>().join(", ")) "." } }
        }
    }
}

/// Another entry stands for a name from now on, or one of that name is made.
async fn match_name(person: Person, fields: Fields) -> Done {
    person.need_joinedly_admin()?;
    let hub = LEVER.hub(&person.partners).await?;
    let connection = LEVER.connection(&hub).await?;
    let (list, name) = (fields.get("list"), fields.get("name"));
    let kind = match list {
        "offices" => Kind::Office,
        "teams" => Kind::Team,
        _ => return Err(Problem::not_found()),
    };
    let entry = if fields.get("do") == "add" {
        let added = person.partners.add_place(kind, name, "").await?.map_err(|why| LEVER.back(why))?;
        // The same name needs no alias, but those who wait are read again for it.
        json!(added.id)
    } else {
        fields.some("entry").map_or(Value::Null, |entry| json!(entry))
    };
    hub.set(&connection.id, "aliases", json!({ list: { name: entry } })).await.map_err(|why| LEVER.back(why))?;
    person.done("Saved. Who was left blank for it is filled in.", HERE).await
}

async fn paste(person: Person, fields: Fields) -> Done {
    person.need_joinedly_admin()?;
    let hub = LEVER.hub(&person.partners).await?;
    // A credential is made only for a connection that is not there yet.
    let is_new = hub.connection(LEVER.id).await.map_err(|why| LEVER.back(why))?.is_none();
    let target = if is_new { LEVER.target(&person.partners).await? } else { Target::default() };
    let token = fields.get("token").to_owned();
    let said = match token.is_empty() {
        true => "Add the address below to Candidate Hired in Lever, then paste the token it shows.",
        false => "The signature token is saved. What was signed with another is refused from now on.",
    };
    let new = NewSignatureToken { connector: super::APP.to_owned(), event: "candidateHired".to_owned(), token, target };
    hub.set_signature_token(new).await.map_err(|why| LEVER.back(why))?;
    person.done(said, HERE).await
}
