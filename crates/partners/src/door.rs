//! The door of an app's own API whose refusals are one sentence: who comes in, and how the door says no.

use crate::Partners;
use axum::http::StatusCode;
use axum::http::request::Parts as Head;
use axum::response::{IntoResponse, Response};
use endpoint::{Info, Unreadable};
use futures_util::future::BoxFuture;
use std::ops::Deref;
use web::Dialect;

/// The API over the apps, as one of them opens it.
#[derive(Clone)]
pub struct Door {
    partners: Partners,
    brand: &'static str,
    tokens: &'static str,
}

impl Door {
    /// Whoever has a token of this table comes in.
    pub const fn new(partners: Partners, brand: &'static str, tokens: &'static str) -> Self {
        Self { partners, brand, tokens }
    }
}

impl Deref for Door {
    type Target = Partners;
    fn deref(&self) -> &Partners {
        &self.partners
    }
}

/// A refusal with its status: what happened, why, and who can mend it.
pub struct Refused(pub StatusCode, pub String);

/// What a handler answers.
pub type Answer<T> = Result<T, Refused>;

impl From<Unreadable> for Refused {
    fn from(e: Unreadable) -> Self {
        Self(StatusCode::BAD_REQUEST, e.why)
    }
}

impl From<db::Error> for Refused {
    fn from(e: db::Error) -> Self {
        tracing::error!(error = %e, "a request could not be answered");
        Self(StatusCode::INTERNAL_SERVER_ERROR, "An unexpected error happened. Nothing was changed; trying again may help.".to_owned())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, axum::Json(endpoint::Refusal { message: self.1 })).into_response()
    }
}

impl Dialect for Door {
    type Caller = ();
    type Refusal = Refused;

    fn admit<'a>(&'a self, _: &'static Info, head: &'a Head) -> BoxFuture<'a, Result<(), Refused>> {
        Box::pin(async move {
            if self.knows_bearer(self.tokens, &head.headers).await? {
                return Ok(());
            }
            Err(Refused(StatusCode::UNAUTHORIZED, format!("Send a token of {}: Authorization: Bearer …", self.brand)))
        })
    }
}
