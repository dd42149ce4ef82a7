//! What a person sent with a form, and where they go next.

use crate::Problem;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use endpoint::Attachment;

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

    /// Every field with its value.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.trim()))
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

/// What a person sent with a form that takes files.
#[derive(Clone, Debug, Default)]
pub struct FilledForm {
    /// The fields.
    pub fields: Fields,
    /// The files that were chosen.
    pub files: Vec<Attachment>,
}

impl FilledForm {
    /// The file of this field, if one was chosen.
    #[must_use]
    pub fn file(&self, field: &str) -> Option<Attachment> {
        self.files.iter().find(|file| file.field == field).cloned()
    }
}

impl<S: Send + Sync> FromRequest<S> for FilledForm {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let wrong = |_| Problem::bad_request("The form could not be read: with its files it is larger than 30 MB, or was cut off on its way.");
        let (pairs, mut files) = crate::body::read_form(request).await.map_err(wrong)?;
        // A field of which nothing was chosen comes as a file without a name.
        files.retain(|file| !file.name.is_empty());
        Ok(Self { fields: Fields(pairs), files })
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
