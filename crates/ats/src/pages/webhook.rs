//! One webhook: its signature token, Verify connection, and the history of its deliveries with Rerun.

use super::Viewer;
use super::integrations::frame;
use crate::Ats;
use crate::events::{DELIVERY, TENANT};
use crate::people::Right;
use crate::webhooks::BY_PAGE;
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, Response};
use axum::routing::{get, post};
use lever_api::Webhook;
use lever_api::event::Delivery;
use pipeline::{Item, NewEffect, Priority, State, Table};
use web::{Problem, html, ui};

pub fn routes() -> Router<Ats> {
    Router::new()
        .route("/settings/integrations/webhooks/{id}", get(show))
        .route("/settings/integrations/webhooks/{id}/regenerate", post(regenerate))
        .route("/settings/integrations/webhooks/{id}/verify", post(verify))
        .route("/settings/integrations/webhooks/{id}/delete", post(delete))
        .route("/settings/integrations/webhooks/{id}/rerun/{delivery}", post(rerun))
}

const WEBHOOKS: &str = "/settings/integrations/webhooks";

impl Viewer {
    async fn hook(&self, id: &str) -> Result<(Webhook, String), Problem> {
        self.need(Right::ManageIntegrations)?;
        self.ats.all_webhooks().await?.into_iter().find(|(hook, _)| hook.id == id).ok_or_else(Problem::not_found)
    }

    /// People change only what people made.
    async fn own_hook(&self, id: &str) -> Result<Webhook, Problem> {
        let (hook, made_by) = self.hook(id).await?;
        if made_by == BY_PAGE {
            return Ok(hook);
        }
        Err(Problem::forbidden("This webhook was made by an application through the API; only the application can change it.")
            .way_on("Back to the webhook", format!("{WEBHOOKS}/{id}")))
    }
}

async fn show(viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let (hook, made_by) = viewer.hook(&id).await?;
    let ats = &viewer.ats;
    let by_page = made_by == BY_PAGE;
    let token = if by_page { ats.signature_token(&ats.db, &id).await? } else { None };
    let deliveries = pipeline::latest(&ats.db, Table::Effect, TENANT, &id, 50).await?;
    let ids: Vec<&str> = deliveries.iter().map(|d| d.id.as_str()).collect();
    let attempts = pipeline::attempts(&ats.db, &ids).await?;
    let now = ats.clock.now();
    let at = |what: &str| format!("{WEBHOOKS}/{id}/{what}");
    let rows = html! {
        @for delivery in &deliveries {
            @let tone = match delivery.state { State::Done => "good", State::Failed => "bad", _ => "wait" };
            tr {
                td { (ui::badge(tone, state(delivery))) }
                td { (ui::when(delivery.created_at, now)) }
                td {
                    details id=(delivery.id) {
                        summary { (delivery.attempts) " " (if delivery.attempts == 1 { "try" } else { "tries" }) @if let Some(why) = &delivery.why { " · " (why) } }
                        pre { (serde_json::to_string_pretty(&delivery.payload["body"]).unwrap_or_default()) }
                        @for attempt in attempts.iter().filter(|a| a.item == delivery.id) {
                            p.soft { "Try " (attempt.n) ", " (ui::when(attempt.at, now)) ": " (attempt.why) " (" (attempt.took_ms) " ms)" }
                        }
                        @if delivery.state == State::Ready { p.soft { "Next try " (ui::when(delivery.run_at, now)) } }
                    }
                }
                td.end { (ui::action(&at(&format!("rerun/{}", delivery.id)), "Rerun", "")) }
            }
        }
    };
    let body = html! {
        section.card {
            h2 { (hook.event.label()) }
            (ui::facts(&[
                ("URL", html! { code { (hook.url) } }),
                ("Origins", html! { (hook.configuration.conditions.as_ref().map_or("all".to_owned(), |c| c.origins.join(", "))) }),
                ("Signature token", html! {
                    @match &token {
                        Some(token) => { code.key id="token" { (token) } button type="button" data-copy="token" { "Copy" } },
                        None => { "Known only to the application that made this webhook." },
                    }
                }),
            ]))
            div.actions {
                (ui::action(&at("verify"), "Verify connection", ""))
                (ui::sure(&at("regenerate"), "Regenerate token", if by_page {
                    "Deliveries are signed with the new one from then on; until the receiver knows it, it refuses them."
                } else {
                    "An application made this webhook, and does not get to know the new token by itself: it refuses our deliveries until somebody enters it there."
                }, "Regenerate"))
                @if by_page {
                    (ui::action(&at("delete"), "Delete", "danger"))
                }
            }
        }
        h2 { "Deliveries" }
        @if deliveries.is_empty() {
            (ui::empty("Nothing sent yet", "Deliveries appear here with what was sent and what was answered."))
        } @else {
            (ui::table("Deliveries", &["State", "When", "Request", ""], &rows))
        }
    };
    viewer.live_page(hook.event.label(), frame(WEBHOOKS, &body)).await
}

/// As people call the state of a delivery.
fn state(delivery: &Item) -> &str {
    match delivery.state {
        State::Ready if delivery.attempts > 0 => "tried again later",
        State::Ready => "on its way",
        other => other.name(),
    }
}

async fn regenerate(viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    // Also of a webhook an application made: after a breach nobody should have to wait for the application.
    let (hook, _) = viewer.hook(&id).await?;
    let token = viewer.ats.regenerate_token(&id).await?;
    let body = html! {
        section.card.middle {
            h2 { (hook.event.label()) ": a new signature token is in force" }
            p { "Enter it at the receiver; until then it refuses our deliveries. The old one signs nothing any more." }
            code.key id="token" { (token) }
            div.actions { button type="button" data-copy="token" { "Copy" } a.button.main href=(format!("{WEBHOOKS}/{id}")) { "Done" } }
        }
    };
    viewer.page("A new signature token", frame(WEBHOOKS, &body)).await
}

async fn verify(viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let (hook, _) = viewer.hook(&id).await?;
    let (_, said) = viewer.ats.verify_connection(&id, hook.event, &hook.url).await?;
    viewer.done(&said, &format!("{WEBHOOKS}/{id}")).await
}

async fn delete(viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    viewer.own_hook(&id).await?;
    viewer.ats.remove_webhook(&id).await?;
    viewer.done("Deleted.", WEBHOOKS).await
}

/// Sends the same event once more, signed with the token of today.
async fn rerun(viewer: Viewer, Path((id, delivery)): Path<(String, String)>) -> Result<Response, Problem> {
    viewer.hook(&id).await?;
    let ats = &viewer.ats;
    let mut old = pipeline::get(&ats.db, Table::Effect, TENANT, &delivery).await?.filter(|d| d.connection == id).ok_or_else(Problem::not_found)?;
    if let Ok(body) = serde_json::from_value::<Delivery>(old.payload["body"].clone()) {
        old.payload["body"] = serde_json::json!(ats.signed_again(&id, body).await?);
    }
    let now = ats.clock.now();
    let again = pipeline::fresh_id(now);
    let effect = NewEffect {
        connection: id.clone(),
        kind: DELIVERY.to_owned(),
        key: format!("{}/rerun/{again}", old.key),
        subject: again,
        payload: old.payload,
        priority: Priority::Now,
        run_at: now,
        again: false,
    };
    let tx = ats.db.begin().await?;
    ats.pipeline.effects(&tx, TENANT, vec![effect]).await?;
    tx.commit().await?;
    ats.committed();
    viewer.done("Sent again.", &format!("{WEBHOOKS}/{id}")).await
}
