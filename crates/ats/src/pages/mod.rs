//! The pages a recruiter knows. Each file is a page or a family of pages: what it loads, what it shows, what its
//! buttons do. A page reads and writes through the same functions as the API.

mod add;
mod asking;
mod audit;
mod candidates;
mod company;
mod consent;
mod integrations;
mod interviewing;
mod job_site;
mod merge;
mod pipeline;
mod pipeline_board;
mod posting;
mod postings;
mod profile;
mod profile_edit;
mod profile_files;
mod profile_more;
mod profile_moves;
mod questions;
mod requisition_form;
mod requisitions;
mod roles;
mod sandbox;
mod settings;
mod surveys;
mod user;
mod users;
mod webhook;

use crate::people::{Person, Right};
use crate::{Ats, demo};
use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{Html, Response};
use axum::routing::get;
use db::{Clauses, Sql};
use lever_api::{Opportunity, Posting, reference};
use web::{Door, Front, Lobby, Markup, Nav, Problem, Session, Shell, Stranger, see_other};

/// A signed-in person looking at a page.
pub struct Viewer {
    pub ats: Ats,
    pub person: Person,
    pub session: Session,
    /// The address being shown.
    pub here: String,
}

impl FromRequestParts<Ats> for Viewer {
    type Rejection = Stranger;

    async fn from_request_parts(parts: &mut Parts, ats: &Ats) -> Result<Self, Stranger> {
        let session = ats.lobby.session(&parts.headers).await?.ok_or_else(|| Stranger::at(parts, ""))?;
        let person = ats.person(&session.person).await?.ok_or_else(|| Stranger::at(parts, ""))?;
        Ok(Self { ats: ats.clone(), person, session, here: parts.uri.path().to_owned() })
    }
}

impl Door for Ats {
    fn lobby(&self) -> &Lobby {
        &self.lobby
    }
    fn front(&self, _: &'static str) -> Front {
        let logins = demo::LOGINS.iter().map(|(_, email, role)| (*role, *email)).collect();
        let demo = self.demo.then_some((demo::PASSWORD, logins));
        Front { brand: "Fulcrum ATS", side: "ats", about: "A Lever-compatible applicant tracking system.", demo }
    }
    async fn check(&self, _: &'static str, email: &str, password: &str) -> db::Result<Option<String>> {
        self.sign_in(email, password).await
    }
}

impl Viewer {
    /// The frame of the page, with what was just done.
    pub async fn page(&self, title: &str, main: Markup) -> Result<Html<String>, Problem> {
        let mut shell = self.shell();
        shell.said = self.ats.lobby.sessions.heard(&self.session).await?;
        Ok(shell.page(title, &web::html! { (self.sandbox_banner().await?) (main) }))
    }

    /// The same, refreshed when something changes.
    pub async fn live_page(&self, title: &str, main: Markup) -> Result<Html<String>, Problem> {
        let mut shell = self.shell();
        shell.live = Some(self.session.seen);
        shell.said = self.ats.lobby.sessions.heard(&self.session).await?;
        Ok(shell.page(title, &web::html! { (self.sandbox_banner().await?) (main) }))
    }

    fn shell(&self) -> Shell {
        let mut nav = vec![Nav { label: "Candidates", href: "/candidates".into() }];
        if self.need_jobs().is_ok() {
            nav.push(Nav { label: "Postings", href: "/postings".into() });
            nav.push(Nav { label: "Requisitions", href: requisitions::REQUISITIONS.into() });
        }
        if settings::ALL.iter().any(|page| self.person.may(page.needs)) {
            nav.push(Nav { label: "Settings", href: settings::SETTINGS.into() });
        }
        Shell {
            brand: "Fulcrum ATS".into(),
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

    /// Goes on only for who has to do with jobs: works with profiles, or writes postings.
    pub fn need_jobs(&self) -> Result<(), Problem> {
        if self.person.may(Right::ManagePostings) { Ok(()) } else { self.need(Right::ManageProfiles) }
    }

    /// Users to choose from, or nobody: those who are active, and those who are chosen already, also when they are gone.
    pub async fn people_to_choose(&self, chosen: &[&str]) -> Result<Vec<(String, String)>, Problem> {
        let nobody = (String::new(), "Nobody".to_owned());
        let people = self.ats.people().await?.into_iter().filter(|user| user.deactivated_at.is_none() || chosen.contains(&user.id.as_str()));
        Ok(std::iter::once(nobody).chain(people.map(|user| (user.id, user.name))).collect())
    }

    /// Done: say so, and go to a page.
    pub async fn done(&self, said: &str, to: &str) -> Result<Response, Problem> {
        self.ats.lobby.sessions.say(&self.session, said).await?;
        Ok(see_other(to))
    }

    /// The opportunity, if this person may see it. What is hidden is not found.
    pub async fn visible(&self, id: &str) -> Result<Opportunity, Problem> {
        let mut only = Clauses::default();
        self.sight(&mut only);
        only.is("o.id =", id);
        self.ats.opportunities(only, 1).await?.pop().ok_or_else(Problem::not_found)
    }

    /// Whom this person sees. Super Admins see everybody. Confidential candidates are for who works with them; whoever may see all sees all others; interviewers
    /// see whom they meet. Hired people are for who has the privilege, and for their posting's owner and hiring manager.
    pub fn sight(&self, only: &mut Clauses) {
        if self.person.is_super_admin() {
            return;
        }
        let (me, engine) = (self.person.user.id.as_str(), self.ats.db.engine());
        let (mine, quoted) = (only.bind(me), only.bind(format!("\"{me}\"")));
        let works = format!(
            "o.posting_id in (select p.id from posting p where p.owner = {mine} or p.hiring_manager = {mine} or {})",
            engine.holds("p.followers", &quoted)
        );
        let meets = format!("o.id in (select i.opportunity_id from interview i where {})", engine.holds("i.interviewers", &quoted));
        let own = format!("{works} or o.owner = {mine} or {} or {meets}", engine.holds("o.followers", &quoted));
        only.and(if self.person.may(Right::SeeAllCandidates) {
            format!("(o.confidentiality = 'non-confidential' or {own})")
        } else if self.person.may(Right::ManageProfiles) {
            format!("({own})")
        } else {
            meets
        });
        if !self.person.sensitive.everything {
            let mut any = vec![format!("p.owner = {mine}"), format!("p.hiring_manager = {mine}")];
            any.extend(self.person.sensitive.conditions(&self.ats, only));
            only.and(format!("(not o.hired or o.posting_id in (select p.id from posting p where {}))", any.join(" or ")));
        }
    }

    /// Whether this person sees what is sensitive of candidates of this posting, or of none.
    pub async fn sees_sensitive(&self, posting: Option<&Posting>) -> Result<bool, Problem> {
        Ok(self.ats.covers(&self.person.sensitive, posting.map(|posting| posting.id.as_str())).await?)
    }

    /// Other opportunities of the same person that this person sees.
    pub async fn others_of(&self, opportunity: &Opportunity) -> Result<Vec<Opportunity>, Problem> {
        let mut only = Clauses::default();
        self.sight(&mut only);
        only.is("o.contact_id =", reference(&opportunity.contact).unwrap_or_default()).is("o.id <>", opportunity.id.as_str());
        Ok(self.ats.opportunities(only, 50).await?)
    }

    pub async fn posting_of(&self, opportunity: &Opportunity) -> Result<Option<String>, Problem> {
        let ids: Vec<String> = opportunity.application().into_iter().map(|id| id.to_string()).collect();
        if ids.is_empty() {
            return Ok(None);
        }
        let found = self.ats.applications_by_id(&ids).await?.pop();
        Ok(found.and_then(|application| reference(&application.posting).map(str::to_owned)))
    }

    /// Confidential postings, and all of them for those who see only their own candidates, are for who works on them, and for Super Admins.
    pub fn sees_posting(&self, posting: &Posting) -> bool {
        let open = posting.confidentiality != "confidential" && self.person.may(Right::SeeAllCandidates);
        open || self.person.is_super_admin() || self.works_on(posting)
    }

    /// Whether they own it, hire for it, or follow it.
    pub fn works_on(&self, posting: &Posting) -> bool {
        let mine = |value: &serde_json::Value| reference(value) == Some(self.person.user.id.as_str());
        mine(&posting.owner) || mine(&posting.hiring_manager) || posting.followers.iter().any(mine)
    }
}

/// Whether somebody can call a stage, a reason or a role this.
pub fn is_name(text: &str) -> bool {
    (1..=100).contains(&text.trim().chars().count()) && !text.chars().any(char::is_control)
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
        .merge(web::live())
        .merge(web::door_routes(""))
        .merge(job_site::routes())
        .merge(consent::routes())
        .merge(candidates::routes())
        .merge(add::routes())
        .merge(profile::routes())
        .merge(postings::routes())
        .merge(posting::routes())
        .merge(questions::routes())
        .merge(settings::routes())
        .merge(integrations::routes())
        .merge(webhook::routes())
        .merge(company::routes())
        .merge(surveys::routes())
        .merge(pipeline::routes())
        .merge(users::routes())
        .merge(user::routes())
        .merge(roles::routes())
        .merge(requisitions::routes())
        .merge(requisition_form::routes())
        .merge(profile_moves::routes())
        .merge(profile_edit::routes())
        .merge(interviewing::routes())
        .merge(merge::routes())
        .merge(audit::routes())
        .merge(sandbox::routes())
        .with_state(ats)
}
