//! The hosted connect page: a vendor sends a person here; they sign in with Lever or paste a key, and go back.

use super::outside;
use crate::Hub;
use crate::connect::{ConnectSession, LIVES};
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use db::vault::random_hex;
use lever_api::scope;
use serde::Deserialize;
use web::{Fields, Problem, html, see_other, ui};

pub fn routes() -> Router<Hub> {
    Router::new()
        .route("/connect/callback", get(callback))
        .route("/connect/{token}", get(show))
        .route("/connect/{token}/lever", post(sign_in_with_lever))
        .route("/connect/{token}/api-key", post(api_key))
}

async fn session(hub: &Hub, token: &str) -> Result<ConnectSession, Problem> {
    hub.connect_session(token).await?.ok_or_else(|| {
        Problem::new(
            axum::http::StatusCode::NOT_FOUND,
            "This link has run out",
            "Links to connect are good for one hour. Go back to where you came from and press Connect again.",
        )
    })
}

/// For the steps that connect: a link that has done its work leads nowhere any more.
async fn unused(hub: &Hub, token: &str) -> Result<ConnectSession, Problem> {
    let session = session(hub, token).await?;
    match &session.connection {
        None => Ok(session),
        Some(connection) => {
            Err(Problem::bad_request("This link has done its work: it was connected with it. To connect anew, press Connect where you came from.")
                .way_on("Back", back(&session, connection)))
        }
    }
}

async fn show(State(hub): State<Hub>, Path(token): Path<String>) -> Result<Response, Problem> {
    let session = session(&hub, &token).await?;
    if let Some(connection) = &session.connection {
        return Ok(see_other(&back(&session, connection)));
    }
    page(&hub, &session, &token, None).await
}

async fn page(hub: &Hub, session: &ConnectSession, token: &str, why: Option<&str>) -> Result<Response, Problem> {
    let spec = session.connector.spec();
    let app = hub.lever_app(&session.tenant, spec.id).await?.filter(|_| spec.entry == connector::Entry::Any);
    let main = html! {
        section.card.middle {
            p.kicker { "Connect Lever" }
            h1 { "Connect " (spec.name) " with Lever" }
            @if let Some(why) = why { p.error role="alert" { (why) } }
            p { (spec.about) " You need a Lever account with the role " b { "Super Admin" } "; Lever refuses everyone else." }
            p { "What is shared goes to " b { (host(&session.target.base_url)) } @if !session.return_url.is_empty() { "; afterwards you are back at " b { (host(&session.return_url)) } } "." }
            h2 { "What " (spec.name) " will be able to do in Lever" }
            ul { @for need in spec.needs { li { b { (scope::sentence(need.access.scope)) } ": to " (need.to) @if need.only.is_some() { ", where the field map names them" } } } }
            @if app.is_some() {
                form method="post" action=(format!("/connect/{token}/lever")) { button.main type="submit" { "Sign in with Lever" } }
            }
            details id="key" open[app.is_none()] {
                summary { "Use an API key instead" }
                p.hint { "In Lever: Settings > Integrations and API > API Credentials > Generate New API Key. Tick these permissions:" }
                ul { @for need in spec.needs { li { code { (need.access.permission) } } } }
                form.fields method="post" action=(format!("/connect/{token}/api-key")) {
                    (ui::field("API key", "key", "password", "", true))
                    div.actions { button type="submit" { "Connect with this key" } }
                }
            }
            p.hint { "Help: " a href=(spec.support) rel="noreferrer" { (spec.support.trim_start_matches("mailto:")) } }
        }
    };
    // "Sign in with Lever" leads to Lever's origin; "Connect with this key" back to the vendor's.
    let lever = app.map(|app| app.authorize_url).unwrap_or_default();
    Ok(web::leading_to(outside(&format!("Connect {}", spec.name), &main).into_response(), &[&lever, &session.return_url]))
}

/// Knows the browser in which somebody pressed "Sign in with Lever".
const COOKIE: &str = "fulcrum_connect";

async fn sign_in_with_lever(State(hub): State<Hub>, Path(token): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let session = unused(&hub, &token).await?;
    // One for all that is begun in this browser: two tabs do not spoil each other.
    let browser = web::cookie(&headers, COOKIE).map_or_else(|| random_hex(16), str::to_owned);
    match hub.consent_url(&session, &browser).await? {
        Ok(url) => Ok(hub.lobby.sessions.with_cookie(see_other(&url), COOKIE, &browser, "/connect", LIVES)),
        Err(why) => page(&hub, &session, &token, Some(&why)).await,
    }
}

async fn api_key(State(hub): State<Hub>, Path(token): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let session = unused(&hub, &token).await?;
    match hub.finish_with_key(&session, fields.get("key")).await? {
        Ok(connection) => Ok(see_other(&back(&session, &connection))),
        Err(why) => page(&hub, &session, &token, Some(&why)).await,
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Answer {
    code: String,
    state: String,
    error: String,
    error_description: String,
}

/// Back from Lever, with a code or a refusal.
async fn callback(State(hub): State<Hub>, Query(answer): Query<Answer>, headers: HeaderMap) -> Result<Response, Problem> {
    let forged = || {
        Problem::bad_request(
            "This answer from Lever belongs to no connection that is being made in this browser. Go back to where you came from and press Connect again.",
        )
    };
    let browser = web::cookie(&headers, COOKIE).unwrap_or_default();
    let session = hub.session_of_state(&answer.state, browser).await?.ok_or_else(forged)?;
    let spec = session.connector.spec();
    let refused = |why: String| {
        let page = Problem::new(axum::http::StatusCode::OK, format!("{} is not connected", spec.name), why);
        let to = if session.return_url.is_empty() { "/connections".to_owned() } else { session.return_url.clone() };
        page.way_on("Back to where you came from", to)
    };
    if !answer.error.is_empty() {
        let why =
            if answer.error == "access_denied" { "You pressed Cancel in Lever. Nothing was granted.".to_owned() } else { answer.error_description };
        return Err(refused(why));
    }
    match hub.finish_with_code(&session, &answer.code).await? {
        Ok(connection) => Ok(go_on(spec.name, &back(&session, &connection))),
        Err(why) => Err(refused(why)),
    }
}

/// Connected; and on to where the person came from. A page and not a redirect: a browser follows a form's redirects only
/// to where the page with the form allows, and Lever's consent page knows nothing of the partner.
fn go_on(name: &str, to: &str) -> Response {
    let main = html! {
        section.card.middle {
            p.kicker { "Connected" }
            h1 { (name) " is connected with Lever" }
            p { a.button.main href=(to) { "Go on" } }
        }
    };
    let mut page = outside(&format!("{name} is connected"), &main).into_response();
    if let Ok(refresh) = axum::http::HeaderValue::try_from(format!("0; url={to}")) {
        page.headers_mut().insert(axum::http::header::REFRESH, refresh);
    }
    page
}

/// Host and port of an address, by which people know whom they deal with.
fn host(address: &str) -> String {
    let parsed = url::Url::parse(address).ok();
    let host = parsed.as_ref().and_then(|url| Some((url.host_str()?.to_owned(), url.port())));
    host.map_or_else(|| address.to_owned(), |(host, port)| port.map_or(host.clone(), |port| format!("{host}:{port}")))
}

/// Where the person came from; the connection's page for those who started here.
fn back(session: &ConnectSession, connection: &str) -> String {
    if session.return_url.is_empty() { format!("/connections/{connection}") } else { session.return_url.clone() }
}
