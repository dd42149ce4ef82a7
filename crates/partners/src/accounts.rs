//! Signing in to a partner app. Each app has its own people; one cookie remembers one of them.

use crate::{Partners, demo};
use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{Html, Response};
use axum::routing::get;
use db::{Sql, params};
use futures_util::future::BoxFuture;
use web::{Door, Front, Lobby, Markup, Problem, Session, Shell, Stranger, html, see_other, ui};

/// A signed-in person of an app.
pub struct Person {
    /// The apps.
    pub partners: Partners,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their role in that app.
    pub role: String,
    /// Their session.
    pub session: Session,
    /// The address being shown.
    pub here: String,
}

impl FromRequestParts<Partners> for Person {
    type Rejection = Stranger;

    async fn from_request_parts(parts: &mut Parts, partners: &Partners) -> Result<Self, Stranger> {
        let path = parts.uri.path().to_owned();
        let prefix = APPS.iter().map(|app| app.prefix).find(|prefix| path.starts_with(prefix)).unwrap_or(APPS[0].prefix);
        let stranger = || Stranger::at(parts, prefix);
        let session = partners.lobby.session(&parts.headers).await?.ok_or_else(stranger)?;
        let sql = "select * from account where id = $1 and app = $2";
        let row = partners.db.row(sql, params![session.person.as_str(), prefix.trim_start_matches('/')]).await?.ok_or_else(stranger)?;
        Ok(Self { partners: partners.clone(), name: row.text("name")?, email: row.text("email")?, role: row.text("role")?, session, here: path })
    }
}

/// What somebody gets to see, in a while.
pub(crate) type Soon<'a, T> = BoxFuture<'a, Result<T, Problem>>;
/// A page in an app's own frame: title, whether it fetches itself again when something changed, content.
pub(crate) type Page = for<'a> fn(&'a Person, &'a str, bool, Markup) -> Soon<'a, Html<String>>;

impl Person {
    /// Done: say so, and go to a page.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn done(&self, said: &str, to: &str) -> Result<Response, Problem> {
        self.partners.lobby.sessions.say(&self.session, said).await?;
        Ok(see_other(to))
    }
}

/// An app with people of its own.
struct App {
    /// The first part of its addresses.
    prefix: &'static str,
    /// What it is called.
    brand: &'static str,
    /// What it is, in a sentence.
    about: &'static str,
}

const APPS: [App; 5] = [
    App { prefix: "/hr-cloud", brand: "HR Cloud", about: "People directory and HR." },
    App { prefix: "/joinedly", brand: "Joinedly", about: "Onboarding: every hire starts a journey." },
    App { prefix: "/jobma", brand: "Jobma", about: "Video interviews, whenever it suits the candidate." },
    App { prefix: "/job-ring", brand: "Job Ring", about: "Referrals, from inside and outside of the company." },
    App { prefix: "/findem", brand: "Findem", about: "Sourcing: who could work here, and who applied." },
];

/// The apps: the first part of their addresses without the slash, and what they are called.
pub fn apps() -> impl Iterator<Item = (&'static str, &'static str)> {
    APPS.iter().map(|app| (app.prefix.trim_start_matches('/'), app.brand))
}

pub(crate) fn routes() -> Router<Partners> {
    APPS.iter().fold(web::live().route("/", get(choose)), |routes, app| routes.merge(web::door_routes(app.prefix)))
}

/// The way to each app.
async fn choose() -> Html<String> {
    let shell = Shell { brand: "Partner apps".into(), home: "/".into(), side: "partners", here: "/".into(), ..Shell::default() };
    let main = html! {
        (ui::heading("Partner apps", "Products around hiring, each with people, pages and an API of its own.", &html! {}))
        div.grid { @for app in &APPS { a.tile href=(format!("{}/", app.prefix)) { b { (app.brand) } span { (app.about) } } } }
    };
    shell.page("Partner apps", &main)
}

impl Door for Partners {
    fn lobby(&self) -> &Lobby {
        &self.lobby
    }
    fn front(&self, prefix: &'static str) -> Front {
        let app = APPS.iter().find(|app| app.prefix == prefix).unwrap_or(&APPS[0]);
        let side = prefix.trim_start_matches('/');
        let logins = demo::LOGINS.iter().filter(|login| login.app == side).map(|login| (login.role, login.email)).collect();
        Front { brand: app.brand, side, about: app.about, demo: self.demo.then_some((demo::PASSWORD, logins)) }
    }
    async fn check(&self, prefix: &'static str, email: &str, password: &str) -> db::Result<Option<String>> {
        let sql = "select id, password from account where app = $1 and email = $2";
        let row = self.db.row(sql, params![prefix.trim_start_matches('/'), email]).await?;
        let (id, hash) = match &row {
            Some(row) => (Some(row.text("id")?), Some(row.text("password")?)),
            None => (None, None),
        };
        Ok(if web::password::verify(password, hash).await { id } else { None })
    }
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
