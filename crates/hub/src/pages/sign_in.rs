//! Signing in and out.

use super::outside;
use crate::Hub;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use web::{Fields, Problem, html, see_other, ui};

pub fn routes() -> Router<Hub> {
    Router::new().route("/sign-in", get(show).post(sign_in)).route("/sign-out", post(sign_out))
}

#[derive(Deserialize, Default)]
struct Next {
    #[serde(default)]
    next: String,
}

fn safe(next: &str) -> &str {
    if next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') { next } else { "/" }
}

async fn show(State(hub): State<Hub>, Query(next): Query<Next>) -> Html<String> {
    page(&hub, safe(&next.next), "", None)
}

fn page(hub: &Hub, next: &str, email: &str, why: Option<&str>) -> Html<String> {
    let main = html! {
        section.card.narrow {
            h1 { "Sign in to Fulcrum" }
            p.hint { "The hub between Lever and the systems around hiring." }
            @if let Some(why) = why { p.error role="alert" { (why) } }
            form.fields method="post" action="/sign-in" {
                input type="hidden" name="next" value=(next);
                (ui::field("E-mail", "email", "email", email, true))
                (ui::field("Password", "password", "password", "", true))
                button.main type="submit" { "Sign in" }
            }
        }
        @if hub.demo {
            section.card.narrow {
                h2 { "Demo login" }
                (ui::facts(&[("E-mail", html! { code { "olga@northwind.example" } }), ("Password", html! { code { "demo-demo" } })]))
            }
        }
    };
    outside("Sign in", &main)
}

async fn sign_in(State(hub): State<Hub>, fields: Fields) -> Result<Response, Problem> {
    let (email, next) = (fields.get("email"), safe(fields.get("next")));
    let refused = |status, why| Ok((status, page(&hub, next, email, Some(why))).into_response());
    if !hub.throttle.allows(email, &hub.clock) {
        return refused(StatusCode::TOO_MANY_REQUESTS, "Too many tries for this address. Wait a minute and try again.");
    }
    let person = hub.sign_in(email, fields.get("password")).await?;
    hub.throttle.note(email, person.is_some(), &hub.clock);
    let Some(person) = person else { return refused(StatusCode::UNAUTHORIZED, "The e-mail or the password is not right.") };
    let mut response = see_other(next);
    response.headers_mut().insert(header::SET_COOKIE, hub.sessions.start(&person).await?);
    Ok(response)
}

async fn sign_out(State(hub): State<Hub>, headers: HeaderMap) -> Result<Response, Problem> {
    let mut response = see_other("/sign-in");
    response.headers_mut().insert(header::SET_COOKIE, hub.sessions.end(&headers).await?);
    Ok(response)
}
