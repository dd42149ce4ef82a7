//! The console: what the hub does, for people. Each file is a page or a family of pages.

mod audit;
mod connect;
mod connections;
mod erasures;
mod events;
mod export;
mod fields;
mod filter;
pub mod hires;
mod holds;
mod jobs;
mod names;
mod notices;
mod overview;
mod people;
mod runs;
mod sandbox;
mod stage_map;

use crate::Hub;
use crate::connections::Connection;
use crate::operators::Operator;
use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{Html, Response};
use web::{Door, Front, Lobby, Markup, Nav, Problem, Session, Shell, Stranger, see_other};

/// A signed-in person looking at a page.
pub struct Viewer {
    pub hub: Hub,
    pub operator: Operator,
    pub session: Session,
    pub here: String,
}

impl FromRequestParts<Hub> for Viewer {
    type Rejection = Stranger;

    async fn from_request_parts(parts: &mut Parts, hub: &Hub) -> Result<Self, Stranger> {
        let session = hub.lobby.session(&parts.headers).await?.ok_or_else(|| Stranger::at(parts, ""))?;
        let operator = hub.operator(&session.person).await?.ok_or_else(|| Stranger::at(parts, ""))?;
        Ok(Self { hub: hub.clone(), operator, session, here: parts.uri.path().to_owned() })
    }
}

impl Door for Hub {
    fn lobby(&self) -> &Lobby {
        &self.lobby
    }
    fn front(&self, _: &'static str) -> Front {
        let demo = self.demo.map(|(email, password)| (password, vec![("Operator", email)]));
        Front { brand: "Fulcrum", side: "hub", about: "The hub between Lever and the systems around hiring.", demo }
    }
    async fn check(&self, _: &'static str, email: &str, password: &str) -> db::Result<Option<String>> {
        self.sign_in(email, password).await
    }
}

impl Viewer {
    /// The page, refreshed when something changes.
    pub async fn page(&self, title: &str, main: Markup) -> Result<Html<String>, Problem> {
        self.shown(title, main, Some(self.session.seen)).await
    }

    /// The page with a form on it: what somebody has typed is not refreshed away.
    pub async fn form_page(&self, title: &str, main: Markup) -> Result<Html<String>, Problem> {
        self.shown(title, main, None).await
    }

    async fn shown(&self, title: &str, main: Markup, live: Option<u64>) -> Result<Html<String>, Problem> {
        let mut nav = vec![
            ("Overview", "/"),
            ("Hires", "/hires"),
            ("Holds", "/holds"),
            ("Events", "/events"),
            ("Connections", "/connections"),
            ("Notices", "/notices"),
            ("Erasures", "/erasures"),
            ("Audit log", "/audit"),
            ("People", "/people"),
        ];
        if self.hub.demo.is_some() {
            nav.push(("Sandbox", "/sandbox"));
        }
        let shell = Shell {
            brand: "Fulcrum".into(),
            home: "/".into(),
            side: "hub",
            nav: nav.into_iter().map(|(label, href)| Nav { label, href: href.into() }).collect(),
            here: self.here.clone(),
            person: self.operator.name.clone(),
            sign_out: "/sign-out".into(),
            said: self.hub.lobby.sessions.heard(&self.session).await?,
            live,
        };
        Ok(shell.page(title, &main))
    }

    /// The connections: id and the partner's name.
    pub async fn connections(&self) -> Result<Vec<(String, String)>, Problem> {
        let all = self.hub.connections(&self.operator.tenant).await?;
        let name = |c: &Connection| {
            let (name, twins) = (self.partner_name(c), all.iter().filter(|other| other.connector == c.connector).count());
            if twins > 1 { format!("{name}, since {}", web::date(c.connected_at)) } else { name.to_owned() }
        };
        Ok(all.iter().map(|c| (c.id.clone(), name(c))).collect())
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
        self.hub.lobby.sessions.say(&self.session, said).await?;
        Ok(see_other(to))
    }
}

/// A page for someone who is not signed in to the hub: sign-in, hosted connect.
pub fn outside(title: &str, main: &Markup) -> Html<String> {
    Shell { brand: "Fulcrum".into(), home: "/".into(), side: "hub", ..Shell::default() }.page(title, main)
}

/// Words for a state, with its tone.
pub fn state_badge(state: &str) -> Markup {
    let (tone, text) = match state {
        "done" => ("good", "confirmed"),
        "held" => ("wait", "held"),
        "failed" => ("bad", "failed"),
        "cancelled" => ("plain", "superseded"),
        "running" => ("wait", "under way"),
        "unhired" => ("plain", "not hired"),
        _ => ("wait", "waiting"),
    };
    web::ui::badge(tone, text)
}

/// All pages.
pub fn routes(hub: Hub) -> Router {
    Router::new()
        .merge(web::live())
        .merge(web::door_routes(""))
        .merge(overview::routes())
        .merge(hires::routes())
        .merge(holds::routes())
        .merge(events::routes())
        .merge(connections::routes())
        .merge(runs::routes())
        .merge(sandbox::routes())
        .merge(notices::routes())
        .merge(erasures::routes())
        .merge(export::routes())
        .merge(people::routes())
        .merge(fields::routes())
        .merge(jobs::routes())
        .merge(stage_map::routes())
        .merge(names::routes())
        .merge(connect::routes())
        .merge(audit::routes())
        .with_state(hub)
}
