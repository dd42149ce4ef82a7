//! Who is signed in: a random cookie, stored only as its digest, with one message to show on the next page.
//!
//! Cookies are not kept apart by port, so each side names its own. `SameSite=Lax` and the origin check of
//! [`finish`](crate::finish) keep other sites from acting for a person.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use clock::Clock;
use db::vault::{digest, random_hex};
use db::{Db, Migration, Result, Sql, params};
use std::time::Duration;

/// The table of sessions; each side has its own.
pub const MIGRATIONS: &[Migration] = &[Migration {
    id: "000_session_001",
    sql: "create table session (digest text primary key, person text not null, flash text, created_at bigint not null, expires_at bigint not null);
          create index session_person on session (person);
          create index session_age on session (expires_at)",
}];

const LIVES: Duration = Duration::from_secs(12 * 3600);

/// The sessions of one side.
#[derive(Clone)]
pub struct Sessions {
    db: Db,
    clock: Clock,
    cookie: &'static str,
    /// Only over https, when that is how people reach us.
    secure: bool,
}

/// One signed-in person.
#[derive(Clone, Debug)]
pub struct Session {
    /// Whose id the side knows.
    pub person: String,
    /// How far the side had come when they asked: what their page shows is not older.
    pub seen: u64,
    digest: String,
}

impl Sessions {
    /// With this cookie name.
    #[must_use]
    pub const fn new(db: Db, clock: Clock, cookie: &'static str, secure: bool) -> Self {
        Self { db, clock, cookie, secure }
    }

    /// Signs a person in: the header that sets the cookie, for pages below this path.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn start(&self, person: &str, path: &str) -> Result<HeaderValue> {
        let token = random_hex(32);
        let now = self.clock.now();
        self.db.run("delete from session where expires_at < $1", params![now.0]).await?;
        self.db
            .run(
                "insert into session (digest, person, created_at, expires_at) values ($1, $2, $3, $4)",
                params![digest(&token), person, now.0, now.plus(LIVES).0],
            )
            .await?;
        self.set(self.cookie, &token, path, LIVES)
    }

    /// The header that sets a cookie no script can read and no other site can send with a form.
    fn set(&self, name: &str, value: &str, path: &str, lives: Duration) -> Result<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let cookie = format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax; Max-Age={}{secure}", lives.as_secs());
        HeaderValue::try_from(cookie).map_err(|e| db::Error::new(e.to_string()))
    }

    /// The answer, setting one more cookie for pages below `path`. A value that cannot be a cookie sets none.
    #[must_use]
    pub fn with_cookie(&self, mut answer: Response, name: &str, value: &str, path: &str, lives: Duration) -> Response {
        if let Ok(cookie) = self.set(name, value, path, lives) {
            answer.headers_mut().append(header::SET_COOKIE, cookie);
        }
        answer
    }

    /// Who sent these headers, if somebody signed in did.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn of(&self, headers: &HeaderMap, seen: u64) -> Result<Option<Session>> {
        let Some(token) = self.token(headers) else { return Ok(None) };
        let digest = digest(token);
        let sql = "select person from session where digest = $1 and expires_at > $2";
        let row = self.db.row(sql, params![digest.as_str(), self.clock.now().0]).await?;
        row.map(|row| Ok(Session { person: row.text("person")?, seen, digest })).transpose()
    }

    fn token<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        cookie(headers, self.cookie)
    }

    /// Signs out: the header that removes the cookie.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end(&self, headers: &HeaderMap, path: &str) -> Result<HeaderValue> {
        if let Some(token) = self.token(headers) {
            self.db.run("delete from session where digest = $1", params![digest(token)]).await?;
        }
        self.set(self.cookie, "", path, Duration::ZERO)
    }

    /// Signs a person out everywhere.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_all_of(&self, person: &str) -> Result<()> {
        self.db.run("delete from session where person = $1", params![person]).await.map(drop)
    }

    /// Keeps a message for the next page this person sees.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn say(&self, session: &Session, message: &str) -> Result<()> {
        self.db.run("update session set flash = $1 where digest = $2", params![message, session.digest.as_str()]).await.map(drop)
    }

    /// Takes the message.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn heard(&self, session: &Session) -> Result<Option<String>> {
        let row = self.db.row("select flash from session where digest = $1", params![session.digest.as_str()]).await?;
        let flash: Option<String> = row.map(|row| row.get("flash")).transpose()?.flatten();
        if flash.is_some() {
            self.db.run("update session set flash = null where digest = $1", params![session.digest.as_str()]).await?;
        }
        Ok(flash)
    }
}

/// The value of a cookie.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('=')).find(|(n, _)| *n == name).map(|(_, value)| value)
}
