//! The two ends of the wire: what a client sends is what a server reads.

use crate::{Attachment, Info};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned, de::IgnoredAny};
use std::fmt;

/// A request taken apart: path values by name, the raw query string, and the body (JSON, empty when there is none).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Values of the path parameters, decoded.
    pub path: Vec<(String, String)>,
    /// The query string without `?`, percent-encoded.
    pub query: String,
    /// The JSON body; empty when the endpoint has none.
    pub body: Vec<u8>,
    /// Files that come with it.
    pub files: Vec<Attachment>,
}

/// A request that cannot be read or written: which part, and why. Becomes a 400 with this sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The sentence.
    pub why: String,
}

impl Unreadable {
    /// From a sentence.
    pub fn new(why: impl Into<String>) -> Self {
        Self { why: why.into() }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for Unreadable {}

/// The plainest refusal: a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Refusal {
    /// What happened, why, and who can mend it.
    pub message: String,
}

/// No query, no body, or no answer. Reads from anything, because Lever's clients send bodies and parameters nobody asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nothing;

impl Serialize for Nothing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de> Deserialize<'de> for Nothing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

impl utoipa::PartialSchema for Nothing {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new().into()
    }
}

impl utoipa::ToSchema for Nothing {}

/// Whether a value is written as nothing at all.
pub fn nothing<T: Serialize>(value: &T) -> bool {
    serde_json::to_value(value).is_ok_and(|v| v.is_null())
}

const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Parts {
    /// The path of `info` with this request's values put in, each percent-encoded.
    #[must_use]
    pub fn fill(&self, info: &Info) -> String {
        let mut path = info.path.to_owned();
        for (name, value) in &self.path {
            path = path.replace(&format!("{{{name}}}"), &utf8_percent_encode(value, SEGMENT).to_string());
        }
        path
    }

    /// The value of a path parameter.
    ///
    /// # Errors
    /// When it is missing or not of its type.
    pub fn read_path<T: std::str::FromStr>(&self, name: &str) -> Result<T, Unreadable>
    where
        T::Err: fmt::Display,
    {
        let value = self.path.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).unwrap_or_default();
        value.parse().map_err(|e| Unreadable::new(format!("Invalid {name} in the path: {e}")))
    }

    /// The query as its type. Repeated keys become lists.
    ///
    /// # Errors
    /// When a parameter is not of its type.
    pub fn read_query<T: DeserializeOwned>(&self) -> Result<T, Unreadable> {
        let reader = serde_html_form::Deserializer::from_bytes(self.query.as_bytes());
        serde_path_to_error::deserialize(reader).map_err(|e| Unreadable::new(format!("Invalid query parameter {}: {}", e.path(), e.inner())))
    }

    /// The body as its type.
    ///
    /// # Errors
    /// When it is not JSON, or not of the shape; the sentence names the place.
    pub fn read_body<T: DeserializeOwned>(&self) -> Result<T, Unreadable> {
        let bytes: &[u8] = if self.body.is_empty() { b"null" } else { &self.body };
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let read: Result<T, _> = serde_path_to_error::deserialize(&mut reader);
        match read {
            Ok(body) => reader.end().map(|()| body).map_err(|e| Unreadable::new(format!("Invalid JSON: {e}"))),
            Err(_) if self.body.is_empty() => Err(Unreadable::new("Missing request body")),
            Err(e) if e.path().iter().next().is_none() => Err(Unreadable::new(format!("Invalid body: {}", e.inner()))),
            Err(e) => Err(Unreadable::new(format!("Invalid value at {}: {}", e.path(), e.inner()))),
        }
    }
}
