//! Jobma: video interviews. Whoever is invited answers the questions of a kit in the browser; the team watches and rates.
//!
//! Its HTTP API is the one the vendor's clients use ([`jobma_api`]), so the real Jobma is a base URL away.

mod answers;
mod api;
mod candidate;
mod demo;
mod evaluate;
mod integration;
mod interviews;
mod kit_pages;
mod kits;
mod listing;
mod recordings;
mod reviews;
mod settings;
mod shares;
mod texts;

use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::response::{Html, Response};
use axum::routing::get;
use db::vault::random_hex;
use db::{Sql, params};
use web::{Markup, Nav, Problem, Shell};

pub use interviews::TELL;
pub use recordings::Recordings;

/// The first part of its addresses, and whose its letters are.
pub const APP: &str = "jobma";
/// The role that may change what is everybody's.
pub const ADMIN: &str = "Account Admin";

pub(crate) fn api_routes(partners: Partners) -> Router {
    Router::new().nest("/jobma", api::routes(partners))
}

pub(crate) fn page_routes() -> Router<Partners> {
    Router::new()
        .route("/jobma/", get(|| async { web::see_other(listing::LIST) }))
        .route("/jobma", get(|| async { web::see_other(listing::LIST) }))
        .merge(kit_pages::routes())
        .merge(listing::routes())
        .merge(evaluate::routes())
        .merge(integration::routes())
        .merge(settings::routes())
        .merge(candidate::routes())
        .merge(answers::routes())
        .merge(crate::mail::routes(&crate::mail::App {
            id: APP,
            here: "/jobma/mail",
            may: Person::need_jobma_admin,
            page: |person, title, live, body| Box::pin(async move { person.jobma(title, live, body).await }),
        }))
}

impl Partners {
    /// A setting by name; empty if never set.
    pub(crate) async fn jm_setting(&self, db: &impl Sql, name: &str) -> db::Result<String> {
        let row = db.row("select value from jm_setting where name = $1", params![name]).await?;
        row.map_or(Ok(String::new()), |row| row.text("value"))
    }

    /// Sets one: `company`, `support`, `keep_days`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_jm_setting(&self, name: &str, value: &str) -> db::Result<()> {
        let sql = "insert into jm_setting (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value";
        self.db.run(sql, params![name, value]).await.map(drop)
    }

    /// Makes a token of the API; told once.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn create_jobma_token(&self, name: &str) -> db::Result<String> {
        self.create_token("jm_token", "jm", name).await
    }

    /// Takes the tokens of this name back.
    async fn revoke_jobma_tokens(&self, name: &str) -> db::Result<()> {
        self.db.run("delete from jm_token where name = $1", params![name]).await.map(drop)
    }

    /// What Jobma proves itself with when it tells of an interview; made at the first need.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn jobma_callback_secret(&self) -> db::Result<String> {
        let sealed = self.jm_setting(&self.db, "callback_secret").await?;
        if !sealed.is_empty() {
            return self.vault.open_sealed("jobma/callback", &sealed);
        }
        let secret = random_hex(24);
        self.set_jm_setting("callback_secret", &self.vault.seal("jobma/callback", &secret)).await?;
        Ok(secret)
    }
}

impl Person {
    fn is_jobma_admin(&self) -> bool {
        self.role == ADMIN
    }

    fn need_jobma_admin(&self) -> Result<(), Problem> {
        if self.is_jobma_admin() {
            return Ok(());
        }
        Err(Problem::forbidden(format!("This is for account admins of Jobma; you are signed in as {} ({}).", self.name, self.role))
            .way_on("Back to the interviews", listing::LIST))
    }

    /// A page of Jobma.
    async fn jobma(&self, title: &str, live: bool, main: Markup) -> Result<Html<String>, Problem> {
        let mut nav = vec![Nav { label: "Interview Listing", href: listing::LIST.into() }];
        if self.is_jobma_admin() {
            nav.insert(0, Nav { label: "Setup Interview", href: kit_pages::LIST.into() });
            nav.push(Nav { label: "Integrations", href: integration::LIST.into() });
            nav.push(Nav { label: "Mail", href: "/jobma/mail".into() });
            nav.push(Nav { label: "Settings", href: settings::HERE.into() });
        }
        let shell = Shell {
            brand: "Jobma".into(),
            home: listing::LIST.into(),
            side: APP,
            nav,
            here: self.here.clone(),
            person: format!("{} · {}", self.name, self.role),
            sign_out: "/jobma/sign-out".into(),
            said: self.partners.lobby.sessions.heard(&self.session).await?,
            live: live.then_some(self.session.seen),
        };
        Ok(shell.page(title, &main))
    }
}

/// A form's answer.
type Done = Result<Response, Problem>;
