//! One definition of an HTTP endpoint, from which the rest is derived.
//!
//! [`endpoint!`] makes a struct that *is* the request. The client turns it into [`Parts`] and sends them; the server
//! turns [`Parts`] back into it and hands it to the handler; the API-key permission, the OAuth scope and the OpenAPI
//! document are read from its [`Info`]. Nothing is written twice, so nothing can disagree.
//!
//! Invariant: this crate performs no I/O. What goes over the wire is somebody else's business (`outbound`, `web`).

mod files;
mod macros;
pub mod openapi;
mod parts;
mod path;

pub use files::{Answer, Answered, Attachment, Body, WithFiles};
pub use macros::__private;
pub use parts::{Nothing, Parts, Refusal, Unreadable, nothing};
pub use path::path_names;

/// The HTTP method of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Verb {
    /// `GET`, `POST`, …
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Who may call an endpoint. Lever has two answers: one named permission per endpoint for API keys, and one scope per
/// resource and action for OAuth tokens. Partner APIs have neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// The API-key permission, in the words of Lever's *Generate new key* page. Empty: any valid credential.
    pub permission: &'static str,
    /// The OAuth scope, `resource:action:admin`. Empty: any valid credential.
    pub scope: &'static str,
}

impl Access {
    /// Both names at once.
    #[must_use]
    pub const fn new(permission: &'static str, scope: &'static str) -> Self {
        Self { permission, scope }
    }

    /// Any credential the server accepts.
    pub const ANY: Self = Self::new("", "");
}

/// What is known of an endpoint without calling it.
#[derive(Clone, Copy)]
pub struct Info {
    /// The Rust name, also the OpenAPI operation id.
    pub name: &'static str,
    /// The method.
    pub verb: Verb,
    /// The path with parameters in braces: `/v1/stages/{stage}`.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// The status of success.
    pub status: u16,
    /// The doc comment, line by line.
    pub docs: &'static [&'static str],
    /// Fields that `expand=` may inline, with the kind of object each one names.
    pub expands: &'static [(&'static str, &'static str)],
    /// The names of files that may come with it: then the body may be `multipart/form-data`.
    pub files: &'static [&'static str],
    /// The answer is a file.
    pub gives_file: bool,
    /// Schemas of query, body and answer, for the OpenAPI document.
    pub schemas: fn() -> openapi::Schemas,
}

impl std::fmt::Debug for Info {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.name, self.verb.name(), self.path)
    }
}

/// A request that knows where it goes, what it needs and what comes back.
pub trait Endpoint: Sized + Send + 'static {
    /// What is known without calling it.
    const INFO: Info;
    /// What stands behind the `?`.
    type Query;
    /// What comes back with the status of success.
    type Response: Answer + Send;

    /// The query, to be changed: a list is asked for its next page.
    fn query(&mut self) -> &mut Self::Query;

    /// The client's half.
    ///
    /// # Errors
    /// When a value cannot be written as a query or as JSON.
    fn into_parts(self) -> Result<Parts, Unreadable>;

    /// The server's half.
    ///
    /// # Errors
    /// When a path value, the query or the body is not what the definition says; the sentence names the place.
    fn from_parts(parts: &Parts) -> Result<Self, Unreadable>;
}
