//! The console: what the hub does, for people. Each file is a page or a family of pages.

mod audit;
mod connect;
mod connections;
mod events;
mod hires;
mod holds;
mod overview;
mod sign_in;

use crate::Hub;
use crate::operators::Operator;
use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use futures_util::Stream;
use std::convert::Infallible;
use web::{Markup, Nav, Problem, Session, Shell, see_other};

/// A signed-in person looking at a page.
pub struct Viewer {
    pub hub: Hub,
    pub operator: Operator,
    pub session: Session,
    pub here: String,
}

/// Nobody is signed in, or a fault.
pub enum Stranger {
    SignIn(String),
    Fault(Problem),
}

impl IntoResponse for Stranger {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn(next) => {
                let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
                see_other(&format!("/sign-in?next={next}"))
            }
            Self::Fault(problem) => problem.into_response(),
        }
    }
}

impl FromRequestParts<Hub> for Viewer {
    type Rejection = Stranger;

    async fn from_request_parts(parts: &mut Parts, hub: &Hub) -> Result<Self, Stranger> {
        let fault = |e: db::Error| Stranger::Fault(e.into());
        let here = parts.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
        let back = if parts.method == http::Method::GET { here } else { "/".to_owned() };
        let session = hub.sessions.of(&parts.headers).await.map_err(fault)?.ok_or_else(|| Stranger::SignIn(back.clone()))?;
        let operator = hub.operator(&session.person).await.map_err(fault)?.ok_or(Stranger::SignIn(back))?;
        Ok(Self { hub: hub.clone(), operator, session, here: parts.uri.path().to_owned() })
    }
}

impl Viewer {
    /// The page, refreshed when something changes.
    pub async fn page(&self, title: &str, main: Markup) -> Result<Html<String>, Problem> {
        let nav = [
            ("Overview", "/"),
            ("Hires", "/hires"),
            ("Holds", "/holds"),
            ("Events", "/events"),
            ("Connections", "/connections"),
            ("Audit log", "/audit"),
        ];
        let shell = Shell {
            brand: "Fulcrum",
            home: "/".into(),
            side: "hub",
            nav: nav.map(|(label, href)| Nav { label, href: href.into() }).to_vec(),
            here: self.here.clone(),
            person: self.operator.name.clone(),
            sign_out: "/sign-out".into(),
            said: self.hub.sessions.heard(&self.session).await?,
            live: true,
        };
        Ok(shell.page(title, &main))
    }

    /// Goes on only for those who may change things.
    pub fn need_change(&self) -> Result<(), Problem> {
        if self.operator.may_change() {
            return Ok(());
        }
        Err(Problem::forbidden("You may look at everything here and change nothing. An owner of this hub can change your role."))
    }

    /// Done: say so, and go to a page.
    pub async fn done(&self, said: &str, to: &str) -> Result<Response, Problem> {
        self.hub.sessions.say(&self.session, said).await?;
        Ok(see_other(to))
    }
}

/// A page for someone who is not signed in to the hub: sign-in, hosted connect.
pub fn outside(title: &str, main: &Markup) -> Html<String> {
    Shell { brand: "Fulcrum", home: "/".into(), side: "hub", ..Shell::default() }.page(title, main)
}

/// Words for a state, with its tone.
pub fn state_badge(state: &str) -> Markup {
    let (tone, text) = match state {
        "done" => ("good", "confirmed"),
        "held" => ("wait", "held"),
        "failed" => ("bad", "failed"),
        "cancelled" => ("plain", "superseded"),
        "running" => ("wait", "under way"),
        _ => ("wait", "waiting"),
    };
    web::ui::badge(tone, text)
}

/// All pages.
pub fn routes(hub: Hub) -> Router {
    Router::new()
        .route("/live", get(live))
        .merge(sign_in::routes())
        .merge(overview::routes())
        .merge(hires::routes())
        .merge(holds::routes())
        .merge(events::routes())
        .merge(connections::routes())
        .merge(connect::routes())
        .merge(audit::routes())
        .with_state(hub)
}

/// Tells open pages that something changed.
async fn live(State(hub): State<Hub>, _: Viewer) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changes = futures_util::stream::unfold(hub.changed.subscribe(), |mut changes| async move {
        match changes.recv().await {
            Err(tokio::sync::broadcast::error::RecvError::Closed) => None,
            _ => Some((Ok(Event::default().event("changed").data("")), changes)),
        }
    });
    Sse::new(changes).keep_alive(KeepAlive::default())
}
