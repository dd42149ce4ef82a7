//! Signing in and out.

use crate::{Ats, demo};
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use web::{Fields, Problem, Shell, html, see_other, ui};

pub fn routes() -> Router<Ats> {
    Router::new().route("/sign-in", get(show).post(sign_in)).route("/sign-out", post(sign_out))
}

#[derive(Deserialize, Default)]
struct Next {
    #[serde(default)]
    next: String,
}

/// Only pages of ours: an address elsewhere would turn the sign-in page into a lure.
fn safe(next: &str) -> &str {
    if next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') { next } else { "/" }
}

async fn show(State(ats): State<Ats>, Query(next): Query<Next>) -> Response {
    page(&ats, safe(&next.next), "", None).into_response()
}

fn page(ats: &Ats, next: &str, email: &str, why: Option<&str>) -> axum::response::Html<String> {
    let main = html! {
        section.card.narrow {
            h1 { "Sign in to Fulcrum ATS" }
            p.hint { "A Lever-compatible applicant tracking system." }
            @if let Some(why) = why { p.error role="alert" { (why) } }
            form.fields method="post" action="/sign-in" {
                input type="hidden" name="next" value=(next);
                (ui::field("E-mail", "email", "email", email, true))
                (ui::field("Password", "password", "password", "", true))
                button.main type="submit" { "Sign in" }
            }
        }
        @if ats.demo {
            section.card.narrow {
                h2 { "Demo logins" }
                p { "Password for all of them: " code { (demo::PASSWORD) } }
                (ui::facts(&demo::LOGINS.map(|(_, email, role)| (role, html! { code { (email) } }))))
            }
        }
    };
    Shell { brand: "Fulcrum ATS", home: "/".into(), side: "ats", ..Shell::default() }.page("Sign in", &main)
}

async fn sign_in(State(ats): State<Ats>, fields: Fields) -> Result<Response, Problem> {
    let (email, next) = (fields.get("email"), safe(fields.get("next")));
    if !ats.throttle.allows(email, &ats.clock) {
        let why = "Too many tries for this address. Wait a minute and try again.";
        return Ok((StatusCode::TOO_MANY_REQUESTS, page(&ats, next, email, Some(why))).into_response());
    }
    let person = ats.sign_in(email, fields.get("password")).await?;
    ats.throttle.note(email, person.is_some(), &ats.clock);
    let Some(person) = person else {
        let why = "The e-mail or the password is not right.";
        return Ok((StatusCode::UNAUTHORIZED, page(&ats, next, email, Some(why))).into_response());
    };
    let mut response = see_other(next);
    response.headers_mut().insert(header::SET_COOKIE, ats.sessions.start(&person).await?);
    Ok(response)
}

async fn sign_out(State(ats): State<Ats>, headers: HeaderMap) -> Result<Response, Problem> {
    let mut response = see_other("/sign-in");
    response.headers_mut().insert(header::SET_COOKIE, ats.sessions.end(&headers).await?);
    Ok(response)
}
