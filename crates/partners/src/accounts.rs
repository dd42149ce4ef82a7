//! Signing in to a partner app. Each app has its own people; one cookie remembers one of them.

use crate::{Partners, demo};
use axum::Router;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use db::{Sql, params};
use futures_util::Stream;
use serde::Deserialize;
use std::convert::Infallible;
use web::{Fields, Problem, Session, Shell, html, see_other, ui};

/// A signed-in person of an app.
pub struct Person {
    /// The apps.
    pub partners: Partners,
    /// Which app they belong to.
    pub app: String,
    /// Their name.
    pub name: String,
    /// Their role in that app.
    pub role: String,
    /// Their session.
    pub session: Session,
    /// The address being shown.
    pub here: String,
}

/// Nobody is signed in here: off to the app's sign-in page, or a fault.
pub enum Stranger {
    /// The page to come back to.
    SignIn(String),
    /// What went wrong.
    Fault(Problem),
}

impl IntoResponse for Stranger {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn(here) => {
                let app = here.split('/').nth(1).unwrap_or("hr-cloud").to_owned();
                let next: String = url::form_urlencoded::byte_serialize(here.as_bytes()).collect();
                see_other(&format!("/{app}/sign-in?next={next}"))
            }
            Self::Fault(problem) => problem.into_response(),
        }
    }
}

impl FromRequestParts<Partners> for Person {
    type Rejection = Stranger;

    async fn from_request_parts(parts: &mut Parts, partners: &Partners) -> Result<Self, Stranger> {
        let fault = |e: db::Error| Stranger::Fault(e.into());
        let path = parts.uri.path().to_owned();
        let app = path.split('/').nth(1).unwrap_or_default().to_owned();
        let next = if parts.method == http::Method::GET {
            parts.uri.path_and_query().map_or(path.as_str(), |p| p.as_str()).to_owned()
        } else {
            format!("/{app}/")
        };
        let session = partners.sessions.of(&parts.headers).await.map_err(fault)?.ok_or_else(|| Stranger::SignIn(next.clone()))?;
        let sql = "select * from account where id = $1";
        let row = partners.db.row(sql, params![session.person.as_str()]).await.map_err(fault)?.ok_or_else(|| Stranger::SignIn(next.clone()))?;
        let of = row.text("app").map_err(fault)?;
        // `/live` belongs to every app.
        if app != of && app != "live" {
            return Err(Stranger::SignIn(next));
        }
        let (name, role) = (row.text("name").map_err(fault)?, row.text("role").map_err(fault)?);
        Ok(Self { partners: partners.clone(), app: of, name, role, session, here: path })
    }
}

impl Person {
    /// Done: say so, and go to a page.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn done(&self, said: &str, to: &str) -> Result<Response, Problem> {
        self.partners.sessions.say(&self.session, said).await?;
        Ok(see_other(to))
    }
}

/// The names of the apps, by the first part of their addresses.
fn brand(app: &str) -> Option<&'static str> {
    match app {
        "hr-cloud" => Some("HR Cloud"),
        _ => None,
    }
}

pub(crate) fn routes() -> Router<Partners> {
    Router::new().route("/{app}/sign-in", get(show).post(sign_in)).route("/{app}/sign-out", post(sign_out)).route("/live", get(live))
}

/// Tells open pages that something changed.
async fn live(State(partners): State<Partners>, _: Person) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changes = futures_util::stream::unfold(partners.changed.subscribe(), |mut changes| async move {
        match changes.recv().await {
            Err(tokio::sync::broadcast::error::RecvError::Closed) => None,
            _ => Some((Ok(Event::default().event("changed").data("")), changes)),
        }
    });
    Sse::new(changes).keep_alive(KeepAlive::default())
}

#[derive(Deserialize, Default)]
struct Next {
    #[serde(default)]
    next: String,
}

fn safe(app: &str, next: &str) -> String {
    let own = next.starts_with(&format!("/{app}/")) && !next.contains('\\');
    if own { next.to_owned() } else { format!("/{app}/") }
}

async fn show(State(partners): State<Partners>, Path(app): Path<String>, Query(next): Query<Next>) -> Result<Response, Problem> {
    let brand = brand(&app).ok_or_else(Problem::not_found)?;
    Ok(page(&partners, &app, brand, &safe(&app, &next.next), "", None).into_response())
}

fn page(partners: &Partners, app: &str, brand: &'static str, next: &str, email: &str, why: Option<&str>) -> Html<String> {
    let main = html! {
        section.card.narrow {
            h1 { "Sign in to " (brand) }
            @if let Some(why) = why { p.error role="alert" { (why) } }
            form.fields method="post" action=(format!("/{app}/sign-in")) {
                input type="hidden" name="next" value=(next);
                (ui::field("E-mail", "email", "email", email, true))
                (ui::field("Password", "password", "password", "", true))
                button.main type="submit" { "Sign in" }
            }
        }
        @if partners.demo {
            section.card.narrow {
                h2 { "Demo logins" }
                p { "Password for all of them: " code { (demo::PASSWORD) } }
                (ui::facts(&demo::LOGINS.map(|(_, email, role)| (role, html! { code { (email) } }))))
            }
        }
    };
    Shell { brand, home: format!("/{app}/"), side: "hr-cloud", ..Shell::default() }.page("Sign in", &main)
}

async fn sign_in(State(partners): State<Partners>, Path(app): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let brand = brand(&app).ok_or_else(Problem::not_found)?;
    let (email, next) = (fields.get("email").to_lowercase(), safe(&app, fields.get("next")));
    let refused = |status, why| Ok((status, page(&partners, &app, brand, &next, &email, Some(why))).into_response());
    if !partners.throttle.allows(&email, &partners.clock) {
        return refused(StatusCode::TOO_MANY_REQUESTS, "Too many tries for this address. Wait a minute and try again.");
    }
    let row = partners.db.row("select id, password from account where app = $1 and email = $2", params![app.as_str(), email.as_str()]).await?;
    let (id, hash) = match &row {
        Some(row) => (Some(row.text("id")?), Some(row.text("password")?)),
        None => (None, None),
    };
    let fits = web::password::verify(fields.get("password"), hash).await;
    partners.throttle.note(&email, fits, &partners.clock);
    match id {
        Some(id) if fits => {
            let mut response = see_other(&next);
            response.headers_mut().insert(header::SET_COOKIE, partners.sessions.start(&id).await?);
            Ok(response)
        }
        _ => refused(StatusCode::UNAUTHORIZED, "The e-mail or the password is not right."),
    }
}

async fn sign_out(State(partners): State<Partners>, Path(app): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let mut response = see_other(&format!("/{app}/sign-in"));
    response.headers_mut().insert(header::SET_COOKIE, partners.sessions.end(&headers).await?);
    Ok(response)
}

impl Partners {
    /// Adds a person to an app.
    ///
    /// # Errors
    /// When the address is taken there, or the database does not answer.
    pub async fn add_account(&self, app: &str, name: &str, email: &str, role: &str, password_hash: &str) -> db::Result<()> {
        let id = uuid::Uuid::new_v4().to_string();
        self.db
            .run(
                "insert into account (id, app, name, email, role, password) values ($1, $2, $3, $4, $5, $6)",
                params![id, app, name, email.to_lowercase(), role, password_hash],
            )
            .await
            .map(drop)
    }
}
