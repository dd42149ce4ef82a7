//! Findem: sourcing. It finds people, knows who of them is in Lever already, brings them there, and lets those who applied be reviewed.
//!
//! Its HTTP API is ours to design ([`findem_api`]): the vendor publishes none.

mod api;
mod applications;
mod csv;
mod days;
mod demo;
mod eeo_pages;
mod export_pages;
mod inbound;
mod inbound_pages;
mod integration;
mod lists;
mod mapping_pages;
mod matching;
mod move_pages;
mod profile_pages;
mod profiles;
mod settings;
mod texts;
mod wishes;

use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::response::{Html, Response};
use axum::routing::get;
use db::{Sql, params};
use findem_api::By;
use web::{Markup, Nav, Problem, Shell, see_other};

pub use wishes::{HINT, LETTER_LATER};

/// The first part of its addresses, and whose its letters are.
pub const APP: &str = "findem";
/// The role that may change what is everybody's, and sees what is confidential.
pub const ADMIN: &str = "Admin";
/// The role that sees what applicants answered about themselves, as sums, and nothing else.
pub const EEO: &str = "EEO Officer";

pub(crate) fn api_routes(partners: Partners) -> Router {
    Router::new().nest("/findem", api::routes(partners))
}

pub(crate) fn page_routes() -> Router<Partners> {
    Router::new()
        .route("/findem/", get(home))
        .route("/findem", get(home))
        .merge(profile_pages::routes())
        .merge(export_pages::routes())
        .merge(inbound_pages::routes())
        .merge(move_pages::routes())
        .merge(integration::routes())
        .merge(mapping_pages::routes())
        .merge(csv::routes())
        .merge(eeo_pages::routes())
        .merge(settings::routes())
        .merge(crate::mail::routes(&crate::mail::App {
            id: APP,
            here: "/findem/mail",
            may: Person::need_fd_admin,
            page: |person, title, live, body| Box::pin(async move { person.findem(title, live, body).await }),
        }))
}

async fn home(person: Person) -> Response {
    see_other(if person.role == EEO { eeo_pages::HERE } else { profile_pages::PROFILES })
}

impl Partners {
    /// Makes a token of the API; told once.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn create_findem_token(&self, name: &str) -> db::Result<String> {
        self.create_token("fd_token", "fd", name).await
    }

    /// Takes the tokens of this name back.
    async fn revoke_findem_tokens(&self, name: &str) -> db::Result<()> {
        self.db.run("delete from fd_token where name = $1", params![name]).await.map(drop)
    }
}

impl Person {
    fn need_fd_admin(&self) -> Result<(), Problem> {
        if self.role == ADMIN {
            return Ok(());
        }
        Err(Problem::forbidden(format!("This is for admins of Findem; you are signed in as {} ({}).", self.name, self.role))
            .way_on("Home", "/findem/"))
    }

    /// Whoever reviews applications and looks for people. An EEO Officer does not: what they know must not weigh on anybody.
    fn need_reviewer(&self) -> Result<(), Problem> {
        if self.role != EEO {
            return Ok(());
        }
        Err(Problem::forbidden("An EEO Officer sees sums, and nobody in particular.").way_on("To the sums", eeo_pages::HERE))
    }

    fn sees_confidential(&self) -> bool {
        self.role == ADMIN
    }

    fn as_by(&self) -> By {
        By { name: self.name.clone(), email: self.email.clone() }
    }

    /// A page of Findem.
    async fn findem(&self, title: &str, live: bool, main: Markup) -> Result<Html<String>, Problem> {
        let entry = |label, href: &str| Nav { label, href: href.to_owned() };
        let mut nav = Vec::new();
        if self.role == EEO {
            nav.push(entry("Equal opportunity", eeo_pages::HERE));
        } else {
            nav.push(entry("Profiles", profile_pages::PROFILES));
            nav.push(entry("Inbound Applicants", inbound_pages::INBOUND));
            nav.push(entry("Pipeline", inbound_pages::PIPELINE));
            nav.push(entry("Exports", export_pages::EXPORTS));
        }
        if self.role == ADMIN {
            nav.push(entry("Integrations", integration::INTEGRATIONS));
            nav.push(entry("Mail", "/findem/mail"));
            nav.push(entry("Settings", settings::HERE));
        }
        let shell = Shell {
            brand: "Findem".into(),
            home: "/findem/".into(),
            side: APP,
            nav,
            here: self.here.clone(),
            person: format!("{} · {}", self.name, self.role),
            sign_out: "/findem/sign-out".into(),
            said: self.partners.lobby.sessions.heard(&self.session).await?,
            live: live.then_some(self.session.seen),
        };
        Ok(shell.page(title, &main))
    }
}

/// A form's answer.
type Done = Result<Response, Problem>;
