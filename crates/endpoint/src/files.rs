//! What is not JSON: files that are sent along with a request, and files that come back.

use crate::{Nothing, Parts, Unreadable};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use std::fmt;
use utoipa::openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type};

/// A file: a part of a multipart body, or an answer.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Attachment {
    /// The name of the part: `file`.
    pub field: String,
    /// What the file is called.
    pub name: String,
    /// `application/pdf`.
    pub media_type: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// What is in it, and what it is called, is somebody's own.
impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attachment({} bytes)", self.bytes.len())
    }
}

/// The body of a request: JSON, or a form with files.
pub trait Body: Sized {
    /// What the files that come with it are called, unless the endpoint says otherwise: then it may be `multipart/form-data`.
    const FILES: &'static [&'static str];

    /// The client's half.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    fn write(self) -> Result<(Vec<u8>, Vec<Attachment>), Unreadable>;

    /// The server's half.
    ///
    /// # Errors
    /// When it is not what the definition says; the sentence names the place.
    fn read(parts: &Parts) -> Result<Self, Unreadable>;
}

impl<T: Serialize + DeserializeOwned> Body for T {
    const FILES: &'static [&'static str] = &[];

    fn write(self) -> Result<(Vec<u8>, Vec<Attachment>), Unreadable> {
        match serde_json::to_value(&self) {
            Ok(Value::Null) => Ok((Vec::new(), Vec::new())),
            _ => serde_json::to_vec(&self).map(|body| (body, Vec::new())).map_err(|e| Unreadable::new(e.to_string())),
        }
    }

    fn read(parts: &Parts) -> Result<Self, Unreadable> {
        parts.read_body()
    }
}

/// A form: fields, as they would stand in JSON, and files.
#[derive(Clone, Debug, Default)]
pub struct WithFiles<T> {
    /// The fields.
    pub fields: T,
    /// The files, in the order in which they came.
    pub files: Vec<Attachment>,
}

impl WithFiles<Nothing> {
    /// One file and nothing else.
    #[must_use]
    pub fn one(file: Attachment) -> Self {
        Self { fields: Nothing, files: vec![Attachment { field: "file".to_owned(), ..file }] }
    }
}

impl<T: Serialize + DeserializeOwned> Body for WithFiles<T> {
    const FILES: &'static [&'static str] = &["file"];

    fn write(self) -> Result<(Vec<u8>, Vec<Attachment>), Unreadable> {
        Ok((Body::write(self.fields)?.0, self.files))
    }

    fn read(parts: &Parts) -> Result<Self, Unreadable> {
        Ok(Self { fields: parts.read_body()?, files: parts.files.clone() })
    }
}

fn binary() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary))).into()
}

impl<T: utoipa::ToSchema> utoipa::PartialSchema for WithFiles<T> {
    fn schema() -> RefOr<Schema> {
        T::schema()
    }
}

impl<T: utoipa::ToSchema> utoipa::ToSchema for WithFiles<T> {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        T::schemas(schemas);
    }
}

/// An answer as it goes over the wire.
#[derive(Clone, Debug, PartialEq)]
pub enum Answered {
    /// No body.
    Nothing,
    /// JSON, as it is written.
    Json(Vec<u8>),
    /// A file, to be kept.
    File(Attachment),
    /// A page or a document, to be shown where it is asked for, also within other people's pages.
    Page(Attachment),
}

/// What comes back: JSON, or a file.
pub trait Answer: Sized {
    /// Whether it is a file.
    const IS_FILE: bool;

    /// The server's half.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    fn write(self) -> Result<Answered, Unreadable>;

    /// The client's half. `name` and `media_type` as the headers have them.
    ///
    /// # Errors
    /// When it is not what the definition says.
    fn read(bytes: Vec<u8>, name: &str, media_type: &str) -> Result<Self, Unreadable>;
}

impl<T: Serialize + DeserializeOwned> Answer for T {
    const IS_FILE: bool = false;

    fn write(self) -> Result<Answered, Unreadable> {
        let json = serde_json::to_vec(&self).map_err(|e| Unreadable::new(e.to_string()))?;
        Ok(if json == b"null" { Answered::Nothing } else { Answered::Json(json) })
    }

    fn read(bytes: Vec<u8>, _: &str, _: &str) -> Result<Self, Unreadable> {
        let bytes: &[u8] = if bytes.is_empty() { b"null" } else { &bytes };
        serde_json::from_slice(bytes).map_err(|e| Unreadable::new(e.to_string()))
    }
}

impl Answer for Attachment {
    const IS_FILE: bool = true;

    fn write(self) -> Result<Answered, Unreadable> {
        Ok(Answered::File(self))
    }

    fn read(bytes: Vec<u8>, name: &str, media_type: &str) -> Result<Self, Unreadable> {
        Ok(Self { field: String::new(), name: name.to_owned(), media_type: media_type.to_owned(), bytes })
    }
}

impl utoipa::PartialSchema for Attachment {
    fn schema() -> RefOr<Schema> {
        binary()
    }
}

impl utoipa::ToSchema for Attachment {}

/// How an answer is written, for the OpenAPI document.
pub(crate) fn answer(is_file: bool, schema: &Value) -> Value {
    json!({ (if is_file { "*/*" } else { "application/json" }): { "schema": schema } })
}

/// How a body is written. What takes files takes JSON too, without them.
pub(crate) fn body(files: &[&str], schema: &Value) -> Value {
    let mut content = json!({ "application/json": { "schema": schema } });
    if !files.is_empty() {
        let files: Map<String, Value> =
            files.iter().map(|name| ((*name).to_owned(), json!({ "type": "string", "contentMediaType": "application/octet-stream" }))).collect();
        content["multipart/form-data"] = json!({ "schema": { "allOf": [schema, { "type": "object", "properties": files }] } });
    }
    content
}
