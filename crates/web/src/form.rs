//! What a person sent with a form, and where they go next.

use crate::Problem;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// The fields of a form, in the order of the page. Repeated names keep all their values.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// From pairs; for tests and defaults.
    #[must_use]
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The first value of a field without the spaces around it; empty if absent.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.trim())
    }

    /// The value, or nothing if it is empty.
    #[must_use]
    pub fn some(&self, name: &str) -> Option<String> {
        Some(self.get(name)).filter(|v| !v.is_empty()).map(str::to_owned)
    }

    /// All values of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.trim())
    }

    /// Whether a box is ticked.
    #[must_use]
    pub fn is_on(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let bytes = axum::body::to_bytes(request.into_body(), crate::body::LONGEST)
            .await
            .map_err(|_| Problem::bad_request("The form is longer than 1 MiB, or was cut off on its way."))?;
        serde_html_form::from_bytes(&bytes).map(Self).map_err(|_| Problem::bad_request("The form could not be read."))
    }
}

/// Sends the person to a page of ours, or to an address of the other side they came from.
#[must_use]
pub fn see_other(to: &str) -> Response {
    match HeaderValue::try_from(to) {
        Ok(to) => (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response(),
        Err(_) => Problem::bad_request("The address to go on to could not be read.").into_response(),
    }
}
