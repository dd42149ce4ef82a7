//! The pages a recruiter knows. Each file is a page or a family of pages: what it loads, what it shows, what its
//! buttons do. A page reads and writes through the same functions as the API.

mod add;
mod company;
mod consent;
mod integrations;
mod pipeline_board;
mod postings;
mod profile;
mod sign_in;
mod users;
mod webhook;

use crate::Ats;
use crate::people::{Person, Right};
use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use futures_util::Stream;
use lever_api::{Opportunity, Posting, reference};
use std::convert::Infallible;
use web::{Markup, Nav, Problem, Session, Shell, see_other};

/// A signed-in person looking at a page.
pub struct Viewer {
    pub ats: Ats,
    pub person: Person,
    pub session: Session,
    /// The address being shown.
    pub here: String,
}

/// Nobody is signed in: off to the sign-in page and back, or a fault.
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

impl FromRequestParts<Ats> for Viewer {
    type Rejection = Stranger;

    async fn from_request_parts(parts: &mut Parts, ats: &Ats) -> Result<Self, Stranger> {
        let fault = |e: db::Error| Stranger::Fault(e.into());
        let here = parts.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
        let back = if parts.method == http::Method::GET { here.clone() } else { "/".to_owned() };
        let session = ats.sessions.of(&parts.headers).await.map_err(fault)?.ok_or_else(|| Stranger::SignIn(back.clone()))?;
        let person = ats.person(&session.person).await.map_err(fault)?.ok_or(Stranger::SignIn(back))?;
        Ok(Self { ats: ats.clone(), person, session, here: parts.uri.path().to_owned() })
    }
}

impl Viewer {
    /// The frame of the page, with what was just done.
    pub async fn page(&self, title: &str, main: Markup) -> Result<Html<String>, Problem> {
        let mut shell = self.shell();
        shell.said = self.ats.sessions.heard(&self.session).await?;
        Ok(shell.page(title, &main))
    }

    /// The same, refreshed when something changes.
    pub async fn live_page(&self, title: &str, main: Markup) -> Result<Html<String>, Problem> {
        let mut shell = self.shell();
        shell.live = true;
        shell.said = self.ats.sessions.heard(&self.session).await?;
        Ok(shell.page(title, &main))
    }

    fn shell(&self) -> Shell {
        let mut nav = vec![Nav { label: "Candidates", href: "/candidates".into() }, Nav { label: "Postings", href: "/postings".into() }];
        if self.person.may(Right::ManageIntegrations) {
            nav.push(Nav { label: "Integrations and API", href: "/settings/integrations".into() });
        }
        if self.person.may(Right::ManageCompany) {
            nav.push(Nav { label: "Company", href: "/settings/company".into() });
        }
        if self.person.may(Right::ManageUsers) {
            nav.push(Nav { label: "Users", href: "/settings/users".into() });
        }
        Shell {
            brand: "Fulcrum ATS",
            home: "/candidates".into(),
            side: "ats",
            nav,
            here: self.here.clone(),
            person: format!("{} · {}", self.person.user.name, self.person.role),
            sign_out: "/sign-out".into(),
            ..Shell::default()
        }
    }

    /// Goes on only with the right; the sentence says who has it.
    pub fn need(&self, right: Right) -> Result<(), Problem> {
        if self.person.may(right) {
            return Ok(());
        }
        Err(Problem::forbidden(format!(
            "This page needs the permission \"{}\", which the role {} does not have. A Super Admin can change your role under Settings > Users.",
            right.name(),
            self.person.role
        ))
        .way_on("Back to the candidates", "/candidates"))
    }

    /// Done: say so, and go to a page.
    pub async fn done(&self, said: &str, to: &str) -> Result<Response, Problem> {
        self.ats.sessions.say(&self.session, said).await?;
        Ok(see_other(to))
    }

    /// The opportunity, if this person may see it. What is hidden is not found.
    pub async fn visible(&self, id: &str) -> Result<Opportunity, Problem> {
        let found = self.ats.find_opportunity(&self.ats.db, id).await?.ok_or_else(Problem::not_found)?;
        let postings = self.ats.postings().await?;
        if self.sees(&found, &postings, self.posting_of(&found).await?.as_deref()) { Ok(found) } else { Err(Problem::not_found()) }
    }

    async fn posting_of(&self, opportunity: &Opportunity) -> Result<Option<String>, Problem> {
        let ids: Vec<String> = opportunity.application().into_iter().map(|id| id.to_string()).collect();
        if ids.is_empty() {
            return Ok(None);
        }
        let found = self.ats.applications_by_id(&ids).await?.pop();
        Ok(found.and_then(|application| reference(&application.posting).map(str::to_owned)))
    }

    /// Those who may see all candidates see this one; others when they work on it or on its posting.
    fn sees(&self, opportunity: &Opportunity, postings: &[Posting], posting: Option<&str>) -> bool {
        if self.person.may(Right::SeeAllCandidates) {
            return true;
        }
        let me = self.person.user.id.as_str();
        let mine = |value: &serde_json::Value| reference(value) == Some(me);
        let on_posting =
            postings.iter().any(|p| Some(p.id.as_str()) == posting && (mine(&p.owner) || mine(&p.hiring_manager) || p.followers.iter().any(mine)));
        self.person.may(Right::ManageProfiles) && (on_posting || mine(&opportunity.owner) || opportunity.followers.iter().any(mine))
    }
}

/// A day a person picked, `2026-04-01`, as its midnight UTC.
pub fn day(text: &str) -> Result<Option<clock::Ms>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    let date: jiff::civil::Date = text.parse().map_err(|_| Problem::bad_request(format!("{text} is not a date.")))?;
    let midnight = date.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| Problem::bad_request(format!("{text} is not a date.")))?;
    Ok(Some(clock::Ms(midnight.timestamp().as_millisecond())))
}

/// All pages.
pub fn routes(ats: Ats) -> Router {
    Router::new()
        .route("/", get(|| async { see_other("/candidates") }))
        .route("/live", get(live))
        .merge(sign_in::routes())
        .merge(consent::routes())
        .merge(pipeline_board::routes())
        .merge(add::routes())
        .merge(profile::routes())
        .merge(postings::routes())
        .merge(integrations::routes())
        .merge(webhook::routes())
        .merge(company::routes())
        .merge(users::routes())
        .with_state(ats)
}

/// Tells open pages that something changed; they fetch themselves again.
async fn live(State(ats): State<Ats>, _: Viewer) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changes = futures_util::stream::unfold(ats.changed.subscribe(), |mut changes| async move {
        match changes.recv().await {
            Err(tokio::sync::broadcast::error::RecvError::Closed) => None,
            _ => Some((Ok(Event::default().event("changed").data("")), changes)),
        }
    });
    Sse::new(changes).keep_alive(KeepAlive::default())
}
