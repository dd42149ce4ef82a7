//! Holds: what waits for a person, grouped by cause, with the clicks that mend it.

use super::Viewer;
use crate::Hub;
use crate::hires::Named;
use crate::holds::Chosen;
use axum::Router;
use axum::response::{Html, Response};
use axum::routing::{get, post};
use clock::Ms;
use connector::Way;
use lever_api::OpportunityId;
use pipeline::Held;
use std::collections::HashMap;
use web::{Fields, Markup, Problem, html, ui};

pub fn routes() -> Router<Hub> {
    Router::new().route("/holds", get(show)).route("/holds/release", post(release)).route("/holds/mend", post(mend))
}

/// How many people of one hold are named.
const NAMED: usize = 20;

async fn show(viewer: Viewer) -> Result<Html<String>, Problem> {
    let (hub, tenant) = (&viewer.hub, viewer.operator.tenant.as_str());
    let held = pipeline::held(&hub.db, tenant).await?;
    let connections = viewer.connections().await?;
    let mut cards = Vec::new();
    for h in &held {
        let partner = connections.iter().find(|(id, _)| *id == h.connection).map_or("", |(_, name)| name.as_str());
        cards.push(card(&viewer, h, if connections.len() > 1 { partner } else { "" }).await?);
    }
    let main = html! {
        (ui::heading("Holds", "Nothing is guessed and nothing is dropped: what cannot go on waits here.", &html! {}))
        @if held.is_empty() { (ui::empty("Nothing is held", "Everything Lever told of went through, or is on its way.")) }
        @for card in &cards { (card) }
    };
    viewer.page("Holds", main).await
}

async fn card(viewer: &Viewer, h: &Held, partner: &str) -> Result<Markup, Problem> {
    let (hub, tenant, now) = (&viewer.hub, viewer.operator.tenant.as_str(), viewer.hub.clock.now());
    let may = viewer.operator.may_change();
    let items = pipeline::held_items(&hub.db, tenant, &h.connection, &h.cause, 1000).await?;
    let mut subjects: Vec<&str> = items.iter().map(|item| item.subject.as_str()).filter(|s| s.parse::<OpportunityId>().is_ok()).collect();
    subjects.sort_unstable();
    subjects.dedup();
    let names = hub.names(tenant, &subjects).await?;
    let ways = connector::ways(&h.mend);
    let (personal, for_all): (Vec<&Way>, Vec<&Way>) = ways.iter().partition(|way| way.personal);
    Ok(html! {
        section.card {
            div.heading {
                div { h2 { (h.cause) } p.soft { @if !partner.is_empty() { (partner) " · " } (h.count) (if h.count == 1 { " waits" } else { " wait" }) ", " (since(h.since, now, h.count)) } }
                @if may { div.actions { (release_button(h)) } }
            }
            p { (h.why) }
            @if may { @for way in &for_all { (way_out(h, "", way)) } }
            @if !subjects.is_empty() {
                ul.list {
                    @for subject in subjects.iter().take(NAMED) {
                        li {
                            a href=(format!("/hires/{subject}")) { (name(&names, subject)) }
                            @if let Some(named) = names.get(*subject).filter(|named| !named.posting.is_empty()) { span.soft { (named.posting) } }
                            @if may { @for way in &personal { (way_out(h, subject, way)) } }
                        }
                    }
                    @if subjects.len() > NAMED { li { a href=(format!("/hires?state=held&connection={}", h.connection)) { "and " (subjects.len() - NAMED) " more" } } }
                }
            }
        }
    })
}

fn since(since: Ms, now: Ms, count: i64) -> Markup {
    html! { (if count == 1 { "since " } else { "the first since " }) (ui::when(since, now)) }
}

fn name<'a>(names: &'a HashMap<String, Named>, subject: &'a str) -> &'a str {
    names.get(subject).map(|named| named.name.as_str()).filter(|name| !name.is_empty()).unwrap_or(subject)
}

fn release_button(h: &Held) -> Markup {
    html! {
        form.inline method="post" action="/holds/release" {
            input type="hidden" name="cause" value=(h.cause);
            input type="hidden" name="connection" value=(h.connection);
            button type="submit" { "Try again" }
        }
    }
}

/// A way out of a hold: a button, with a list if there is something to choose.
fn way_out(h: &Held, subject: &str, way: &Way) -> Markup {
    let options: Vec<(String, String)> = way.pick.iter().map(|pick| (pick.value.clone(), pick.label.clone())).collect();
    html! {
        form.inline.way method="post" action="/holds/mend" {
            input type="hidden" name="cause" value=(h.cause);
            input type="hidden" name="connection" value=(h.connection);
            input type="hidden" name="way" value=(way.id);
            @if !subject.is_empty() { input type="hidden" name="subject" value=(subject); }
            @if !options.is_empty() { (ui::choice("Choose", "picked", &options, "")) }
            @if !way.ask.is_empty() { (ui::field(&way.ask, "picked", "text", "", true)) }
            button.main[options.is_empty() && way.ask.is_empty()] type="submit" { (way.label) }
            @if !way.help.is_empty() { span.hint { (way.help) } }
        }
    }
}

async fn release(viewer: Viewer, fields: Fields) -> Result<Response, Problem> {
    viewer.need_change()?;
    let n = viewer.hub.release(&viewer.operator.tenant, fields.get("cause"), fields.get("connection"), &viewer.operator.name).await?;
    viewer.done(&format!("{n} {} tried again.", if n == 1 { "is" } else { "are" }), "/holds").await
}

async fn mend(viewer: Viewer, fields: Fields) -> Result<Response, Problem> {
    viewer.need_change()?;
    let chosen = Chosen {
        cause: fields.get("cause"),
        connection: fields.get("connection"),
        subject: fields.get("subject"),
        way: fields.get("way"),
        picked: fields.get("picked"),
    };
    match viewer.hub.mend(&viewer.operator.tenant, &chosen, &viewer.operator.name).await? {
        Ok(said) => viewer.done(&format!("{said} Everything that waited for it goes on."), "/holds").await,
        Err(why) => Err(Problem::bad_request(why).way_on("Back to the holds", "/holds")),
    }
}
