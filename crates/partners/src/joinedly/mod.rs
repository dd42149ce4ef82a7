//! Joinedly: onboarding. Whoever was hired becomes a joiner, and a journey of tasks begins.
//!
//! Joinedly has no public API; this one is ours ([`joinedly_api`]), and so are its pages, after the source document and what
//! onboarding tools do.

mod api;
mod demo;
mod integration;
mod joiner_pages;
mod joiners;
mod journey_pages;
mod journeys;
mod links;
mod own_page;
mod places;
mod settings;
mod tasks;
mod texts;

use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::response::{Html, Response};
use axum::routing::get;
use clock::Ms;
use db::{Sql, Tx, params};
use joiners::Joiner;
use post::Notice;
use serde_json::json;
use tasks::Task;
use web::{Markup, Nav, Problem, Shell};

/// The first part of its addresses, and whose its letters and notices are.
pub const APP: &str = "joinedly";
/// The role that may change what is everybody's.
pub const ADMIN: &str = "Admin";

pub(crate) fn api_routes(partners: Partners) -> Router {
    Router::new().nest("/joinedly", api::routes(partners))
}

pub(crate) fn page_routes() -> Router<Partners> {
    Router::new()
        .route("/joinedly/", get(|| async { web::see_other("/joinedly/joiners") }))
        .route("/joinedly", get(|| async { web::see_other("/joinedly/joiners") }))
        .merge(joiner_pages::routes())
        .merge(journey_pages::routes())
        .merge(settings::routes())
        .merge(integration::routes())
        .merge(own_page::routes())
        .merge(crate::mail::routes(&crate::mail::App {
            id: APP,
            here: "/joinedly/mail",
            may: Person::need_joinedly_admin,
            page: |person, title, live, body| Box::pin(async move { person.joinedly(title, live, body).await }),
        }))
}

impl Partners {
    /// A setting by name; empty if never set.
    pub(crate) async fn jy_setting(&self, name: &str) -> db::Result<String> {
        let row = self.db.row("select value from jy_setting where name = $1", params![name]).await?;
        row.map_or(Ok(String::new()), |row| row.text("value"))
    }

    /// Sets one: `company`, `time_zone`, `text/<letter>/subject`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_jy_setting(&self, name: &str, value: &str) -> db::Result<()> {
        let sql = "insert into jy_setting (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value";
        self.db.run(sql, params![name, value]).await.map(drop)
    }

    /// Makes a token of the API; told once.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn create_joinedly_token(&self, name: &str) -> db::Result<String> {
        self.create_token("jy_token", "jy", name).await
    }
}

/// Programs are told of a joiner; ids and states, nothing personal.
async fn told(partners: &Partners, tx: &Tx, joiner: &Joiner, kind: &'static str) -> db::Result<()> {
    let key = format!("{kind}/{}/{}", joiner.id, joiner.about.hired_at.unwrap_or(0));
    tell(partners, tx, joiner, kind, key, json!({})).await
}

/// Programs are told of a task.
async fn told_of_task(partners: &Partners, tx: &Tx, joiner: &Joiner, task: &Task, at: Ms) -> db::Result<()> {
    tell(partners, tx, joiner, "task.completed", format!("task.completed/{}/{}", task.id, at.0), json!({ "task": task.id })).await
}

async fn tell(partners: &Partners, tx: &Tx, joiner: &Joiner, kind: &'static str, key: String, mut data: serde_json::Value) -> db::Result<()> {
    let ids = tx.rows("select external_id from jy_external where joiner = $1 order by external_id", params![joiner.id.as_str()]).await?;
    let ids = ids.iter().map(|row| row.text("external_id")).collect::<db::Result<Vec<String>>>()?;
    data["joiner"] = json!(joiner.id);
    data["external_ids"] = json!(ids);
    data["state"] = json!(joiner.state);
    partners.notices.tell(tx, APP, &[Notice { kind, key, connection: "", data }]).await
}

impl Person {
    fn is_joinedly_admin(&self) -> bool {
        self.role == ADMIN
    }

    fn need_joinedly_admin(&self) -> Result<(), Problem> {
        if self.is_joinedly_admin() {
            return Ok(());
        }
        Err(Problem::forbidden(format!("This is for admins of Joinedly; you are signed in as {} ({}).", self.name, self.role))
            .way_on("Back to the joiners", "/joinedly/joiners"))
    }

    /// A page of Joinedly.
    async fn joinedly(&self, title: &str, live: bool, main: Markup) -> Result<Html<String>, Problem> {
        let mut nav = vec![Nav { label: "Joiners", href: "/joinedly/joiners".into() }, Nav { label: "Journeys", href: "/joinedly/journeys".into() }];
        if self.is_joinedly_admin() {
            nav.push(Nav { label: "Integrations", href: "/joinedly/integrations".into() });
            nav.push(Nav { label: "Mail", href: "/joinedly/mail".into() });
            nav.push(Nav { label: "Settings", href: "/joinedly/settings".into() });
        }
        let shell = Shell {
            brand: "Joinedly".into(),
            home: "/joinedly/joiners".into(),
            side: APP,
            nav,
            here: self.here.clone(),
            person: format!("{} · {}", self.name, self.role),
            sign_out: "/joinedly/sign-out".into(),
            said: self.partners.lobby.sessions.heard(&self.session).await?,
            live: live.then_some(self.session.seen),
        };
        Ok(shell.page(title, &main))
    }
}

/// A form's answer.
type Done = Result<Response, Problem>;
