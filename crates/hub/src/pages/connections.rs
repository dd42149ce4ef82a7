//! Connections: the list with what can be connected, and one connection with its state and settings.

use super::Viewer;
use crate::Hub;
use crate::connections::{Connection, DAILY};
use crate::credential::SPARE;
use crate::setup::{Seen, Step};
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, Response};
use axum::routing::{get, post};
use connector::Whom;
use hub_api::Target;
use lever_api::scope;
use outbound::{Urgency, Wire};
use serde_json::{Map, Value, json};
use web::ui::Entry;
use web::{Fields, Markup, Problem, html, see_other, ui};

pub fn routes() -> Router<Hub> {
    Router::new()
        .route("/connections", get(list))
        .route("/connections/new/{connector}", get(new).post(start))
        .route("/connections/{id}", get(show))
        .route("/connections/{id}/settings/{name}", post(set))
        .route("/connections/{id}/check", post(check))
        .route("/connections/{id}/disconnect", post(disconnect))
        .route("/connections/{id}/again", post(again))
        .route("/connections/{id}/try-now", post(try_now))
}

async fn list(viewer: Viewer) -> Result<Html<String>, Problem> {
    let hub = &viewer.hub;
    let connections = hub.connections(&viewer.operator.tenant).await?;
    let now = hub.clock.now();
    let rows = html! {
        @for c in &connections {
            tr {
                td { a href=(format!("/connections/{}", c.id)) { (hub.connector(&c.connector).map_or(c.connector.as_str(), |k| k.spec().name)) } }
                td { (state(hub, c)) }
                td { (ui::when(c.connected_at, now)) }
                td { (c.connected_by) }
            }
        }
    };
    let main = html! {
        (ui::heading("Connections", "Lever on one side, a partner on the other.", &html! {}))
        @if !connections.is_empty() { (ui::table("Connections", &["Partner", "State", "Since", "Connected by"], &rows)) }
        h2 { "What can be connected" }
        div.grid {
            @for connector in hub.connectors {
                section.card {
                    h3 { (connector.spec().name) }
                    p { (connector.spec().about) }
                    a.button href=(format!("/connections/new/{}", connector.spec().id)) { "Connect" }
                }
            }
        }
    };
    viewer.page("Connections", main).await
}

fn state(hub: &Hub, connection: &Connection) -> Markup {
    let lacks = hub.connector(&connection.connector).is_some_and(|connector| connector.lacks(&connection.settings).is_some());
    let lets_in = connection.checks.as_ref().is_none_or(|checks| checks.partner.is_none());
    match (connection.connected, lets_in) {
        (false, _) if connection.token_only => ui::badge("wait", "Waits for sign-in"),
        (true, true) if lacks => ui::badge("wait", "Mapping needed"),
        (true, true) => ui::badge("good", "Connected"),
        (true, false) => ui::badge("bad", "Connected with Lever alone"),
        (false, _) => ui::badge("bad", "Disconnected"),
    }
}

/// The partner's side first: its address and credential; then Lever's consent.
async fn new(viewer: Viewer, Path(connector): Path<String>) -> Result<Html<String>, Problem> {
    viewer.need_change()?;
    let spec = viewer.hub.connector(&connector).ok_or_else(Problem::not_found)?.spec();
    let old = viewer.hub.connections(&viewer.operator.tenant).await?.into_iter().find(|c| c.connector == connector);
    let main = html! {
        section.card.middle {
            h1 { "Connect " (spec.name) }
            p { (spec.about) }
            @if old.as_ref().is_some_and(|c| c.connected) {
                p.warn { (spec.name) " is connected already. Going through with this replaces its address and credential; settings and history stay." }
            }
            form.fields method="post" action=(format!("/connections/new/{connector}")) {
                (ui::field(&format!("Address of {}'s API", spec.name), "base_url", "url", old.as_ref().map_or(spec.home, |c| c.partner.base.as_str()), true))
                @for (name, label) in spec.credential {
                    @let stays = old.is_some() && spec.callback == Some(name);
                    (ui::field(&if stays { format!("{label} (empty: it stays as it is)") } else { (*label).to_owned() }, name, "text", "", !stays))
                }
                div.actions { button.main type="submit" { "Continue to Lever" } a.button href="/connections" { "Cancel" } }
            }
        }
    };
    viewer.page(&format!("Connect {}", spec.name), main).await
}

async fn start(viewer: Viewer, Path(connector): Path<String>, fields: Fields) -> Result<Response, Problem> {
    viewer.need_change()?;
    let spec = viewer.hub.connector(&connector).ok_or_else(Problem::not_found)?.spec();
    let credential = spec.credential.iter().map(|(name, _)| ((*name).to_owned(), json!(fields.get(name)))).collect();
    let target = Target { base_url: fields.get("base_url").trim_end_matches('/').to_owned(), credential };
    match viewer.hub.start_connecting(&viewer.operator.tenant, &connector, "", &target).await? {
        Ok(url) => Ok(see_other(&url)),
        Err(why) => Err(Problem::bad_request(why).way_on("Back", format!("/connections/new/{connector}"))),
    }
}

impl Viewer {
    pub async fn connection(&self, id: &str) -> Result<Connection, Problem> {
        self.hub.connection(&self.operator.tenant, id).await?.ok_or_else(Problem::not_found)
    }

    /// The partner as people call it.
    pub fn partner_name<'a>(&self, connection: &'a Connection) -> &'a str {
        self.hub.connector(&connection.connector).map_or(connection.connector.as_str(), |c| c.spec().name)
    }
}

async fn show(viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let hub = &viewer.hub;
    let c = viewer.connection(&id).await?;
    let connector = hub.connector(&c.connector).ok_or_else(Problem::not_found)?;
    let spec = connector.spec();
    let webhooks = hub.webhooks(&c).await?;
    let missing = hub.missing(&c, &webhooks).await?;
    let now = hub.clock.now();
    let may = viewer.operator.may_change();
    let waiting = pipeline::waiting_since(&hub.db, &c.tenant, &c.id, now).await?;
    let left = hub.lever(&c, Urgency::Now, &Wire::default()).budget.map_or(outbound::OUR_BURST, |budget| budget.left());
    let steps = hub.setup(&c, connector).await?;
    let runs = hub.runs(&c.tenant, &c.id, 8).await?;
    let daily = pipeline::next_due(&hub.db, &c.tenant, &c.id, DAILY).await?;
    let next = pipeline::next_due(&hub.db, &c.tenant, &c.id, crate::work::LOOK_AGAIN).await?;
    let main = html! {
        (ui::heading(spec.name, spec.about, &html! { (state(hub, &c)) }))
        @for notice in c.notice.iter().chain(&missing) { p.warn { (notice) } }
        @if !c.connected && may {
            div.actions {
                (ui::action(&format!("/connections/{id}/again"), "Connect again", "main"))
                a.button href=(format!("/connections/new/{}", c.connector)) { "With another address or credential" }
            }
        }
        (setup(&steps))
        div.grid {
            section.card {
                h2 { "State" }
                (ui::facts(&[
                    ("Lever", html! { code { (c.lever.base) } }),
                    ("Signed in by", html! { @if c.token_only { "nobody yet; there is a signature token" } @else if c.access_until.is_some() { "Lever's consent page" } @else { "an API key" } }),
                    ("Token good until", html! { @match c.access_until { Some(until) => { (ui::when(until, now)) ", renewed by itself" }, None if c.token_only => "there is none", None => "does not end" } }),
                    (spec.name, html! { code { (c.partner.base) } }),
                    ("Connected", html! { (ui::when(c.connected_at, now)) " by " (c.connected_by) }),
                    ("Next renewal", html! { @match c.access_until { Some(until) => (ui::when(until.minus(SPARE), now)), None => "none" } }),
                    ("Calls to Lever left", html! { (left) " of " (outbound::OUR_BURST) " at once, " (outbound::LEVER_RATE) " more each second" }),
                    ("Oldest work waiting", html! { @match waiting { Some(since) => (ui::when(since, now)), None => "nothing waits" } }),
                    ("Webhook last heard", html! { @match webhooks.iter().filter_map(|w| w.heard_at).max() { Some(at) => (ui::when(at, now)), None => "never" } }),
                    ("Lever looked through", html! { @match c.looked_at { Some(at) => (ui::when(at, now)), None if connector.is_live(&c.settings) => "not yet; within half a minute", None => "only by imports" } }),
                    ("Held work read again", html! { @match next { Some(at) => (ui::when(at, now)), None => "not scheduled" } }),
                ]))
                @if may {
                    div.actions {
                        (ui::action(&format!("/connections/{id}/check"), "Check both sides", ""))
                        @if c.connected { a.button href=(format!("/connections/new/{}", c.connector)) { "Replace the credential" } }
                        @if c.connected || c.token_only { (ui::action(&format!("/connections/{id}/disconnect"), "Disconnect", "danger")) }
                    }
                }
            }
            section.card {
                div.heading {
                    h2 { "Settings" }
                    div.actions {
                        @if spec.jobs.is_some() { a.button href=(format!("/connections/{id}/jobs")) { "Jobs" } }
                        @if spec.map.is_some() { a.button href=(format!("/connections/{id}/stage-map")) { "Stage map" @if c.unmatched > 0 { " " (ui::badge("bad", &c.unmatched.to_string())) } } }
                        @if !spec.targets.is_empty() { a.button href=(format!("/connections/{id}/fields")) { "Fields" } }
                        @if !spec.lists.is_empty() { a.button href=(format!("/connections/{id}/names")) { "Names" @if c.unmatched > 0 { " " (ui::badge("bad", &c.unmatched.to_string())) } } }
                        a.button href=(format!("/connections/{id}/versions")) { "Versions" }
                    }
                }
                @for setting in hub.settings_of(&c).iter().filter(|s| !s.own_page) {
                    @let options = setting.options.iter().map(|o| (o.value.as_str(), o.label.as_str()));
                    (ui::setting(&format!("/connections/{id}/settings/{}", setting.name), &setting.label, &setting.help, &Entry::of(&setting.kind, &setting.value, options), may))
                    hr;
                }
                @for webhook in &webhooks {
                    p {
                        (ui::badge(if webhook.made { "good" } else { "wait" }, if webhook.made { "webhook made" } else { "being made" })) " "
                        (webhook.event)
                        @if let Some(at) = webhook.heard_at { ", last heard " (ui::when(at, now)) }
                    }
                }
            }
            @if spec.whom == Whom::Hires { section.card {
                div.heading {
                    h2 { "Imports" }
                    @if may && c.connected { div.actions { a.button.main href=(format!("/connections/{id}/import")) { "Import" } } }
                }
                @if let Some(at) = daily { p { "The next Automatic Import is " (ui::when(at, now)) " (" (web::moment(at)) ")." } }
                @if runs.is_empty() { p.soft { "Nothing has been imported by hand or by the clock yet." } } @else { (super::runs::table(&runs, now)) }
            } }
            section.card {
                h2 { "What it needs in Lever" }
                ul { @for need in spec.needs { li { b { (scope::sentence(need.access.scope)) } ": to " (need.to) @if need.only.is_some() { ", where the field map names them" } } } }
            }
        }
    };
    viewer.page(spec.name, main).await
}

/// The set-up, step by step; one line once everything was seen.
fn setup(steps: &[Step]) -> Markup {
    let done = steps.iter().filter(|step| step.state == Seen::Good).count();
    let list = html! {
        ol.list.checks {
            @for step in steps {
                li {
                    @match step.state {
                        Seen::Good => (ui::badge("good", "done")),
                        Seen::NotYet => (ui::badge("wait", "not seen yet")),
                        Seen::Bad => (ui::badge("bad", "wrong")),
                    }
                    div { b { (step.what) } p.hint { (step.how) } }
                }
            }
        }
    };
    html! {
        @if done == steps.len() {
            details.card #setup { summary { "Set up: all " (done) " steps were seen to be done" } (list) }
        } @else {
            section.card { h2 { "Set-up: " (done) " of " (steps.len()) " steps were seen to be done" } (list) }
        }
    }
}

async fn set(viewer: Viewer, Path((id, name)): Path<(String, String)>, fields: Fields) -> Result<Response, Problem> {
    viewer.need_change()?;
    let c = viewer.connection(&id).await?;
    let value = if fields.get("value").is_empty() { Value::Bool(fields.is_on("on")) } else { json!(fields.get("value")) };
    let change = Map::from_iter([(name, value)]);
    let here = format!("/connections/{id}");
    match viewer.hub.change_settings(&c.tenant, &c.id, change, &viewer.operator.name).await? {
        Ok(()) => viewer.done("Saved.", &here).await,
        Err(why) => Err(Problem::bad_request(why).way_on("Back", here)),
    }
}

/// Tries every permission, and whether the partner still knows us.
async fn check(viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    viewer.need_change()?;
    let hub = &viewer.hub;
    let c = viewer.connection(&id).await?;
    let connector = hub.connector(&c.connector).ok_or_else(Problem::not_found)?;
    let wire = Wire::default();
    let (partner, lever) = (hub.partner(&c, &wire), hub.lever(&c, Urgency::Now, &wire));
    let said = match hub.probe(&c, connector, &lever, &partner).await {
        Err(failure) => format!("Lever does not answer as it should: {failure}"),
        Ok(()) => {
            let checks = viewer.connection(&id).await?.checks.unwrap_or_default();
            match (checks.missing.len(), checks.partner) {
                (0, None) => "Both sides answer, and nothing is missing.".to_owned(),
                (0, Some(why)) => why,
                (n, _) => format!("Lever refuses {}; the set-up says which.", ui::count(n, "permission")),
            }
        }
    };
    viewer.done(&said, &format!("/connections/{id}")).await
}

/// Through Lever's consent once more, with the partner's address and credential as they are.
async fn again(viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    viewer.need_change()?;
    let c = viewer.connection(&id).await?;
    let target = viewer.hub.target_of(&c).await?;
    match viewer.hub.start_connecting(&c.tenant, &c.connector, "", &target).await? {
        Ok(url) => Ok(see_other(&url)),
        Err(why) => Err(Problem::bad_request(why).way_on("With another address or credential", format!("/connections/new/{}", c.connector))),
    }
}

async fn try_now(viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    viewer.need_change()?;
    let c = viewer.connection(&id).await?;
    let n = viewer.hub.try_now(&c.tenant, &c.id, &viewer.operator.name).await?;
    viewer.done(&format!("{n} {} tried now.", if n == 1 { "is" } else { "are" }), "/").await
}

async fn disconnect(viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    viewer.need_change()?;
    let c = viewer.connection(&id).await?;
    viewer.hub.leave_lever(&c).await;
    let why = format!("Disconnected by {}.", viewer.operator.name);
    viewer.hub.disconnect(&c, &viewer.operator.name, &why).await?;
    viewer.done("Disconnected. Nothing is sent any more; history stays.", &format!("/connections/{id}")).await
}

impl Hub {
    /// Takes our webhooks out of Lever, as far as Lever lets us.
    pub(crate) async fn leave_lever(&self, connection: &Connection) {
        // Nobody signed in, so there is nothing of ours.
        if connection.token_only {
            return;
        }
        let lever = self.lever(connection, Urgency::Now, &Wire::default());
        if let Err(failure) = self.sync_webhooks(connection, &lever, true).await {
            tracing::warn!(error = %failure, "webhooks could not be removed from Lever while disconnecting");
        }
    }
}
