//! Signing in to a partner app. Each app has its own people; one cookie remembers one of them.

use crate::{Partners, demo};
use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use db::{Sql, params};
use web::{Door, Front, Lobby, Problem, Session, Stranger, see_other};

/// A signed-in person of an app.
pub struct Person {
    /// The apps.
    pub partners: Partners,
    /// Their name.
    pub name: String,
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
        let prefix = APPS.iter().map(|(prefix, _)| *prefix).find(|prefix| path.starts_with(prefix)).unwrap_or("/hr-cloud");
        let stranger = || Stranger::at(parts, prefix);
        let session = partners.lobby.session(&parts.headers).await?.ok_or_else(stranger)?;
        let sql = "select * from account where id = $1 and app = $2";
        let row = partners.db.row(sql, params![session.person.as_str(), prefix.trim_start_matches('/')]).await?.ok_or_else(stranger)?;
        Ok(Self { partners: partners.clone(), name: row.text("name")?, role: row.text("role")?, session, here: path })
    }
}

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

/// The apps, by the first part of their addresses.
const APPS: [(&str, &str); 1] = [("/hr-cloud", "HR Cloud")];

pub(crate) fn routes() -> Router<Partners> {
    APPS.iter().fold(web::live(), |routes, (prefix, _)| routes.merge(web::door_routes(prefix)))
}

impl Door for Partners {
    fn lobby(&self) -> &Lobby {
        &self.lobby
    }
    fn front(&self, prefix: &'static str) -> Front {
        let brand = APPS.iter().find(|(known, _)| *known == prefix).map_or("Partner", |(_, brand)| brand);
        let logins = demo::LOGINS.iter().map(|(_, email, role)| (*role, *email)).collect();
        Front { brand, side: prefix.trim_start_matches('/'), about: "People directory and HR.", demo: self.demo.then_some((demo::PASSWORD, logins)) }
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
