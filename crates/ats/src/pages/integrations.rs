//! Settings > Integrations and API: API Credentials, Webhooks, Authorized Apps.

use super::Viewer;
use crate::Ats;
use crate::people::Right;
use crate::webhooks::BY_PAGE;
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use endpoint::Verb;
use lever_api::event::{Event, ORIGINS};
use lever_api::scope;
use web::{Fields, Markup, Problem, html, ui};

pub fn routes() -> Router<Ats> {
    Router::new()
        .route("/settings/integrations", get(|| async { web::see_other("/settings/integrations/webhooks") }))
        .route("/settings/integrations/api-credentials", get(credentials))
        .route("/settings/integrations/api-credentials/new", get(new_key).post(make_key))
        .route("/settings/integrations/api-credentials/new-postings-key", get(new_postings_key).post(make_postings_key))
        .route("/settings/integrations/api-credentials/{id}/revoke", post(revoke_key))
        .route("/settings/integrations/webhooks", get(webhooks))
        .route("/settings/integrations/webhooks/{event}/switch", post(switch))
        .route("/settings/integrations/webhooks/{event}/add", post(add_webhook))
        .route("/settings/integrations/authorized-apps", get(apps))
        .route("/settings/integrations/authorized-apps/{app}/revoke", post(revoke_app))
}

const WEBHOOKS: &str = "/settings/integrations/webhooks";
const CREDENTIALS: &str = "/settings/integrations/api-credentials";
const APPS: &str = "/settings/integrations/authorized-apps";

pub fn frame(here: &str, body: &Markup) -> Markup {
    html! {
        (ui::heading("Integrations and API", "", &html! {}))
        (ui::tabs(
            "Integrations and API",
            &[("API Credentials", CREDENTIALS.into()), ("Webhooks", WEBHOOKS.into()), ("Authorized Apps", APPS.into())],
            here,
        ))
        (body)
    }
}

async fn credentials(viewer: Viewer) -> Result<Html<String>, Problem> {
    viewer.need(Right::ManageIntegrations)?;
    let keys = viewer.ats.api_keys().await?;
    let now = viewer.ats.clock.now();
    let rows = html! {
        @for key in &keys {
            tr {
                td { b { (key.name) } }
                td { code { "…" (key.last_four) } }
                td { @if key.for_postings { "Postings API: apply" } @else { (ui::count(key.permissions.len(), "permission")) } @if key.confidential { " " (ui::badge("wait", "confidential data")) } }
                td { (ui::when(key.created_at, now)) }
                td.end { (ui::action(&format!("{CREDENTIALS}/{}/revoke", key.id), "Revoke", "danger")) }
            }
        }
    };
    let body = html! {
        div.actions {
            a.button.main href=(format!("{CREDENTIALS}/new")) { "Generate New API Key" }
            a.button href=(format!("{CREDENTIALS}/new-postings-key")) { "Generate New Postings API Key" }
        }
        @if keys.is_empty() {
            (ui::empty("No API keys", "A key lets a program read and write with exactly the permissions you tick."))
        } @else {
            (ui::table("API keys", &["Name", "Key", "Permissions", "Made", ""], &rows))
        }
    };
    viewer.page("API Credentials", frame(CREDENTIALS, &body)).await
}

/// Permissions of one resource, under its name.
type OfResource = (String, Vec<&'static str>);

/// Permissions by reading and writing, as Lever's page groups them, and by resource below; straight from the catalogue.
fn permissions_by_kind() -> [(&'static str, Vec<OfResource>); 2] {
    let mut groups: [(&str, Vec<OfResource>); 2] = [("Read endpoints", Vec::new()), ("Write endpoints", Vec::new())];
    let mut seen = Vec::new();
    for info in lever_api::catalogue() {
        let permission = info.access.permission;
        if seen.contains(&permission) {
            continue;
        }
        seen.push(permission);
        let resource = info.access.scope.split(':').next().unwrap_or_default().replace('_', " ");
        let resource = if info.path.starts_with("/v1/candidates") { "candidates (deprecated)".to_owned() } else { resource };
        let group = &mut groups[usize::from(info.verb != Verb::Get)].1;
        match group.iter_mut().find(|(name, _)| *name == resource) {
            Some((_, names)) => names.push(permission),
            None => group.push((resource, vec![permission])),
        }
    }
    groups
}

async fn new_key(viewer: Viewer) -> Result<Html<String>, Problem> {
    viewer.need(Right::ManageIntegrations)?;
    key_form(&viewer, None).await
}

async fn key_form(viewer: &Viewer, why: Option<&str>) -> Result<Html<String>, Problem> {
    let body = html! {
        section.card {
            h2 { "Generate new API key" }
            @if let Some(why) = why { p.error role="alert" { (why) } }
            p.hint { "A key is shown once and can never be edited, only revoked." }
            form.fields method="post" action=(format!("{CREDENTIALS}/new")) {
                (ui::field("Key name", "name", "text", "", true))
                @for (group, resources) in permissions_by_kind() {
                    fieldset {
                        legend { (group) }
                        div.actions { button type="button" data-tick=(group) { "Select all: " (group) } }
                        @for (resource, names) in resources {
                            fieldset {
                                legend { (resource) }
                                div.columns {
                                    @for name in names {
                                        label.tick { input type="checkbox" name="permission" value=(name) data-group=(group); span { (name) } }
                                    }
                                }
                            }
                        }
                    }
                }
                label.tick { input type="checkbox" name="confidential" value="yes"; span { "Allow access to confidential data" } }
                div.actions { button.main type="submit" { "Generate key" } a.button href=(CREDENTIALS) { "Cancel" } }
            }
        }
    };
    viewer.page("Generate New API Key", frame(CREDENTIALS, &body)).await
}

async fn make_key(viewer: Viewer, fields: Fields) -> Result<Response, Problem> {
    viewer.need(Right::ManageIntegrations)?;
    let permissions: Vec<String> = fields.all("permission").map(str::to_owned).collect();
    if fields.get("name").is_empty() || permissions.is_empty() {
        return Ok(key_form(&viewer, Some("A key needs a name and at least one permission.")).await?.into_response());
    }
    let by = Some(viewer.person.user.id.as_str());
    let key = viewer.ats.create_api_key(fields.get("name"), &permissions, fields.is_on("confidential"), by).await?;
    shown_once(&viewer, &key).await
}

async fn new_postings_key(viewer: Viewer) -> Result<Html<String>, Problem> {
    viewer.need(Right::ManageIntegrations)?;
    let to = format!("{CREDENTIALS}/new-postings-key");
    let body = html! {
        section.card.middle {
            h2 { "Generate new Postings API key" }
            p.hint { "With it a careers page sends applications. It reads nothing: what is published anybody may read." }
            form.fields method="post" action=(to) {
                (ui::field("Key name", "name", "text", "", true))
                div.actions { button.main type="submit" { "Generate key" } a.button href=(CREDENTIALS) { "Cancel" } }
            }
        }
    };
    viewer.page("Generate New Postings API Key", frame(CREDENTIALS, &body)).await
}

async fn make_postings_key(viewer: Viewer, fields: Fields) -> Result<Response, Problem> {
    viewer.need(Right::ManageIntegrations)?;
    let Some(name) = fields.some("name") else {
        return Err(Problem::bad_request("A key needs a name.").way_on("Back", CREDENTIALS));
    };
    let key = viewer.ats.create_postings_key(&name, Some(&viewer.person.user.id)).await?;
    shown_once(&viewer, &key).await
}

async fn shown_once(viewer: &Viewer, key: &str) -> Result<Response, Problem> {
    let body = html! {
        section.card.middle {
            h2 { "Copy your key now" }
            p { "This is the only time it is shown." }
            code.key id="key" { (key) }
            div.actions { button type="button" data-copy="key" { "Copy key" } a.button.main href=(CREDENTIALS) { "Done" } }
        }
    };
    Ok(viewer.page("Your new API key", frame(CREDENTIALS, &body)).await?.into_response())
}

async fn revoke_key(viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    viewer.need(Right::ManageIntegrations)?;
    viewer.ats.revoke_api_key(&id, &viewer.person.user.id).await?;
    viewer.done("The key was revoked. Whoever used it is refused from now on.", CREDENTIALS).await
}

async fn webhooks(viewer: Viewer) -> Result<Html<String>, Problem> {
    viewer.need(Right::ManageIntegrations)?;
    let ats = &viewer.ats;
    let hooks = ats.all_webhooks().await?;
    let apps = ats.authorized_apps().await?;
    let mut cards = Vec::new();
    for event in Event::ALL {
        let on = ats.is_told(&ats.db, *event).await?;
        let here: Vec<_> = hooks.iter().filter(|(hook, _)| hook.event == *event).collect();
        let maker = |made_by: &str| match made_by.split_once(':') {
            Some(("app", app)) => apps.iter().find(|a| a.id == app).map_or(app.to_owned(), |a| a.name.clone()),
            Some(("key", _)) => "an API key".to_owned(),
            _ => "this page".to_owned(),
        };
        cards.push(html! {
            section.card {
                div.heading {
                    div { h2 { (event.label()) } code { (event.wire()) } }
                    (ui::switch(&format!("{WEBHOOKS}/{}/switch", event.wire()), event.label(), on))
                }
                @if !on && !here.is_empty() { p.warn { "Off: nothing is sent, also not to the addresses below." } }
                @for (hook, made_by) in here {
                    p { a href=(format!("{WEBHOOKS}/{}", hook.id)) { (hook.url) } " " span.badge { "made by " (maker(made_by)) } }
                }
                details id=(format!("add-{}", event.wire())) {
                    summary { "Add a URL" }
                    form.fields method="post" action=(format!("{WEBHOOKS}/{}/add", event.wire())) {
                        (ui::field("URL", "url", "url", "", true))
                        @if event.has_conditions() {
                            fieldset {
                                legend { "Only for candidates of these origins" }
                                @for origin in ORIGINS { label.tick { input type="checkbox" name="origin" value=(origin) checked; span { (origin) } } }
                            }
                        }
                        div.actions { button type="submit" { "Add" } }
                    }
                }
            }
        });
    }
    let body = html! { div.grid { @for card in &cards { (card) } } };
    viewer.live_page("Webhooks", frame(WEBHOOKS, &body)).await
}

async fn switch(viewer: Viewer, Path(event): Path<String>, fields: Fields) -> Result<Response, Problem> {
    viewer.need(Right::ManageIntegrations)?;
    let event: Event = event.parse().map_err(|_| Problem::not_found())?;
    let on = fields.is_on("on");
    viewer.ats.tell(event, on, Some(&viewer.person.user.id)).await?;
    viewer.done(&format!("{} is {}.", event.label(), if on { "on" } else { "off" }), WEBHOOKS).await
}

async fn add_webhook(viewer: Viewer, Path(event): Path<String>, fields: Fields) -> Result<Response, Problem> {
    viewer.need(Right::ManageIntegrations)?;
    let event: Event = event.parse().map_err(|_| Problem::not_found())?;
    let origins: Vec<String> = if event.has_conditions() { fields.all("origin").map(str::to_owned).collect() } else { Vec::new() };
    let (id, _) = viewer.ats.add_webhook(BY_PAGE, event, fields.get("url"), &origins).await?;
    viewer.done("Added. Its signature token is below.", &format!("{WEBHOOKS}/{id}")).await
}

async fn apps(viewer: Viewer) -> Result<Html<String>, Problem> {
    viewer.need(Right::ManageIntegrations)?;
    let apps = viewer.ats.authorized_apps().await?;
    let now = viewer.ats.clock.now();
    let rows = html! {
        @for app in &apps {
            tr {
                td { b { (app.name) } }
                td { details id=(format!("app-{}", app.id)) { summary { (ui::count(app.scopes.len(), "permission")) } ul { @for s in &app.scopes { li { (scope::sentence(s)) } } } } }
                td { (app.by) }
                td { (ui::when(app.since, now)) }
                td.end { (ui::action(&format!("{APPS}/{}/revoke", app.id), "Revoke Access", "danger")) }
            }
        }
    };
    let body = html! {
        @if apps.is_empty() {
            (ui::empty("No authorized apps", "Applications appear here once a Super Admin has accepted what they ask for."))
        } @else {
            (ui::table("Authorized apps", &["Application", "Permissions", "Authorized by", "Since", ""], &rows))
        }
    };
    viewer.live_page("Authorized Apps", frame(APPS, &body)).await
}

async fn revoke_app(viewer: Viewer, Path(app): Path<String>) -> Result<Response, Problem> {
    viewer.need(Right::ManageIntegrations)?;
    viewer.ats.revoke_app(&app, &viewer.person.user.id).await?;
    viewer.done("Access revoked. The application can do nothing here any more.", APPS).await
}
