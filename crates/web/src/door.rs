//! The front door of a side: signing in and out, leading strangers to the sign-in page and back, and telling open
//! pages that something changed. Every side has the same door; what differs is who knows the people ([`Door`]).

use crate::{Fields, Problem, Session, Sessions, Shell, Throttle, see_other, ui};
use axum::Router;
use axum::extract::{Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use clock::Clock;
use db::Db;
use futures_util::Stream;
use maud::{Markup, html};
use serde::Deserialize;
use std::convert::Infallible;
use std::future::Future;
use tokio::sync::watch;
use url::Url;

/// What every side keeps behind its door.
pub struct Lobby {
    /// Who is signed in.
    pub sessions: Sessions,
    /// Slows down whoever guesses.
    pub throttle: Throttle,
    /// Where "now" comes from.
    pub clock: Clock,
    /// Counts what changed; it begins elsewhere with each start.
    changed: watch::Sender<u64>,
}

impl Lobby {
    /// With this cookie name; `base` is where people reach the side.
    #[must_use]
    pub fn new(db: Db, clock: Clock, cookie: &'static str, base: &Url) -> Self {
        let sessions = Sessions::new(db, clock.clone(), cookie, base.scheme() == "https");
        let changed = watch::Sender::new(u64::try_from(clock.now().0).unwrap_or(0));
        Self { sessions, throttle: Throttle::default(), clock, changed }
    }

    /// Something changed that pages show: open ones refresh.
    pub fn changed(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    /// Who sent these headers, if somebody signed in did.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn session(&self, headers: &HeaderMap) -> db::Result<Option<Session>> {
        let seen = *self.changed.borrow();
        self.sessions.of(headers, seen).await
    }
}

/// What a side must offer to have a door.
pub trait Door: Clone + Send + Sync + 'static {
    /// What it keeps behind the door.
    fn lobby(&self) -> &Lobby;
    /// What the sign-in page says.
    fn front(&self, prefix: &'static str) -> Front;
    /// The id of whoever signs in with this address and password.
    fn check(&self, prefix: &'static str, email: &str, password: &str) -> impl Future<Output = db::Result<Option<String>>> + Send;
}

/// What the sign-in page says.
pub struct Front {
    /// The product's name.
    pub brand: &'static str,
    /// Chooses the accent colour.
    pub side: &'static str,
    /// What it is, in a sentence.
    pub about: &'static str,
    /// Logins to show, with their shared password; only in a demo.
    pub demo: Option<(&'static str, Vec<(&'static str, &'static str)>)>,
}

/// Sign-in and sign-out under a prefix (empty, or an app's), and the live channel of its pages.
pub fn routes<D: Door>(prefix: &'static str) -> Router<D> {
    let show = move |State(side): State<D>, Query(next): Query<Next>| async move { page(&side, prefix, &own(prefix, &next.next), "", None) };
    let enter = move |State(side): State<D>, fields: Fields| async move { sign_in(&side, prefix, &fields).await };
    let leave = move |State(side): State<D>, headers: HeaderMap| async move { sign_out(&side, prefix, &headers).await };
    Router::new().route(&format!("{prefix}/sign-in"), get(show).post(enter)).route(&format!("{prefix}/sign-out"), post(leave))
}

/// `/live`: tells open pages how far the side has come; those that show less fetch themselves again. It carries no data,
/// so it needs no session.
pub fn live<D: Door>() -> Router<D> {
    Router::new().route(
        "/live",
        get(|State(side): State<D>| async move { Sse::new(ticks(side.lobby().changed.subscribe())).keep_alive(KeepAlive::default()) }),
    )
}

fn ticks(mut changes: watch::Receiver<u64>) -> impl Stream<Item = Result<Event, Infallible>> {
    // The first is where we are now: something may have changed between the page and this.
    changes.mark_changed();
    futures_util::stream::unfold(changes, |mut changes| async move {
        changes.changed().await.ok()?;
        let count = *changes.borrow_and_update();
        Some((Ok(Event::default().event("changed").data(count.to_string())), changes))
    })
}

/// Nobody is signed in: off to the sign-in page and back. Or a fault.
pub enum Stranger {
    /// To the sign-in page under this prefix, to come back to this address.
    SignIn(&'static str, String),
    /// What went wrong.
    Fault(Problem),
}

impl Stranger {
    /// Somebody who asked for a page, without a session. A form is not sent again by itself, so it leads to the start.
    #[must_use]
    pub fn at(parts: &Parts, prefix: &'static str) -> Self {
        let here = parts.uri.path_and_query().map_or("/", |p| p.as_str());
        Self::SignIn(prefix, if parts.method == Method::GET { here.to_owned() } else { format!("{prefix}/") })
    }
}

impl From<db::Error> for Stranger {
    fn from(e: db::Error) -> Self {
        Self::Fault(e.into())
    }
}

impl IntoResponse for Stranger {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn(prefix, next) => {
                let query = serde_html_form::to_string([("next", next)]).unwrap_or_default();
                see_other(&format!("{prefix}/sign-in?{query}"))
            }
            Self::Fault(problem) => problem.into_response(),
        }
    }
}

#[derive(Deserialize, Default)]
struct Next {
    #[serde(default)]
    next: String,
}

/// Only pages of ours: an address elsewhere would turn the sign-in page into a lure.
fn own(prefix: &str, next: &str) -> String {
    let ours = next.starts_with(&format!("{prefix}/")) && !next.starts_with("//") && !next.contains(|c: char| c == '\\' || c.is_control());
    if ours { next.to_owned() } else { format!("{prefix}/") }
}

fn page<D: Door>(side: &D, prefix: &'static str, next: &str, email: &str, why: Option<&str>) -> Html<String> {
    let front = side.front(prefix);
    let main = html! {
        section.card.narrow {
            h1 { "Sign in to " (front.brand) }
            p.hint { (front.about) }
            @if let Some(why) = why { p.error role="alert" { (why) } }
            form.fields method="post" action=(format!("{prefix}/sign-in")) {
                input type="hidden" name="next" value=(next);
                (ui::field("E-mail", "email", "email", email, true))
                (ui::field("Password", "password", "password", "", true))
                button.main type="submit" { "Sign in" }
            }
        }
        @if let Some((password, logins)) = &front.demo { (demo_logins(password, logins)) }
    };
    Shell { brand: front.brand.into(), home: format!("{prefix}/"), side: front.side, ..Shell::default() }.page("Sign in", &main)
}

fn demo_logins(password: &str, logins: &[(&str, &str)]) -> Markup {
    let logins: Vec<(&str, Markup)> = logins.iter().map(|(role, email)| (*role, html! { code { (email) } })).collect();
    html! {
        section.card.narrow {
            h2 { "Demo logins" }
            p { "Password for all of them: " code { (password) } }
            (ui::facts(&logins))
        }
    }
}

/// Where a session counts: whoever signs in to one app is not signed out of another.
fn below(prefix: &'static str) -> &'static str {
    if prefix.is_empty() { "/" } else { prefix }
}

async fn sign_in<D: Door>(side: &D, prefix: &'static str, fields: &Fields) -> Result<Response, Problem> {
    let (email, next) = (fields.get("email").to_lowercase(), own(prefix, fields.get("next")));
    let refused = |status, why| Ok((status, page(side, prefix, &next, &email, Some(why))).into_response());
    if !side.lobby().throttle.allows(&email, &side.lobby().clock) {
        return refused(StatusCode::TOO_MANY_REQUESTS, "Too many tries for this address. Wait a minute and try again.");
    }
    // Counted before it is checked: many guesses at once must not all find the count at nothing.
    side.lobby().throttle.note(&email, false, &side.lobby().clock);
    let person = side.check(prefix, &email, fields.get("password")).await?;
    if person.is_some() {
        side.lobby().throttle.note(&email, true, &side.lobby().clock);
    }
    let Some(person) = person else { return refused(StatusCode::UNAUTHORIZED, "The e-mail or the password is not right.") };
    let mut response = see_other(&next);
    response.headers_mut().insert(header::SET_COOKIE, side.lobby().sessions.start(&person, below(prefix)).await?);
    Ok(response)
}

async fn sign_out<D: Door>(side: &D, prefix: &'static str, headers: &HeaderMap) -> Result<Response, Problem> {
    let mut response = see_other(&format!("{prefix}/sign-in"));
    response.headers_mut().insert(header::SET_COOKIE, side.lobby().sessions.end(headers, below(prefix)).await?);
    Ok(response)
}
