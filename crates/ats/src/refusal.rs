//! How the API says no: `{"code": "...", "message": "..."}` with Lever's words.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use endpoint::Unreadable;
use lever_api::{ErrorBody, code};

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// A word for programs.
    pub code: &'static str,
    /// A sentence for people.
    pub message: String,
}

pub type Result<T, E = Refusal> = std::result::Result<T, E>;

impl Refusal {
    /// 400: the sentence says what is wrong, and where.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self { status: 400, code: code::BAD_REQUEST, message: message.into() }
    }

    /// 401.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self { status: 401, code: code::UNAUTHORIZED, message: "The request requires authentication.".to_owned() }
    }

    /// 403: the sentence says what is missing.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self { status: 403, code: code::FORBIDDEN, message: message.into() }
    }

    /// `stages <id> was not found`
    pub fn not_found(resource: &str, id: &str) -> Self {
        Self { status: 404, code: code::NOT_FOUND, message: format!("{resource} {id} was not found") }
    }

    /// 404: there is no such path.
    #[must_use]
    pub fn no_such_path(path: &str) -> Self {
        Self { status: 404, code: code::NOT_FOUND, message: format!("{path} does not exist") }
    }

    /// 405: there is such a path, and it is not asked this way.
    #[must_use]
    pub fn not_this_way(method: &str, path: &str) -> Self {
        Self { status: 405, code: code::METHOD_NOT_ALLOWED, message: format!("{method} is not allowed on {path}") }
    }

    /// 429.
    #[must_use]
    pub fn too_many() -> Self {
        Self { status: 429, code: code::TOO_MANY, message: "Too many requests: 10 a second are allowed, with bursts of 20.".to_owned() }
    }
}

/// What things are looked up by is not longer, characters; PostgreSQL's indexes take no more than some thousand bytes.
const LONGEST: usize = 255;

/// Refuses names, labels and addresses of a length that none has.
///
/// # Errors
/// When one is longer than 255 characters.
pub fn short<'a>(what: &str, texts: impl IntoIterator<Item = &'a String>) -> Result<()> {
    match texts.into_iter().find(|text| text.chars().count() > LONGEST) {
        Some(_) => Err(Refusal::bad_request(format!("{what} is longer than {LONGEST} characters"))),
        None => Ok(()),
    }
}

impl From<Unreadable> for Refusal {
    fn from(e: Unreadable) -> Self {
        Self::bad_request(e.why)
    }
}

impl From<db::Error> for Refusal {
    fn from(e: db::Error) -> Self {
        tracing::error!(error = %e, "a request could not be answered");
        Self { status: 500, code: code::INTERNAL, message: "An unexpected error happened.".to_owned() }
    }
}

/// On a page the same refusal is a page.
impl From<Refusal> for web::Problem {
    fn from(refusal: Refusal) -> Self {
        let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match refusal.status {
            404 => Self::not_found(),
            _ => Self::new(status, "That could not be done", refusal.message),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = ErrorBody { code: self.code.to_owned(), message: self.message };
        let json = serde_json::to_string(&body).unwrap_or_default();
        (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], json).into_response()
    }
}
