//! Files on their way: kept for a day, until an application names them.
//!
//! Official page: <https://hire.lever.co/developer/documentation#uploads>

use crate::Data;
use endpoint::{Access, Nothing, WithFiles, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A file on its way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Upload {
    /// Upload id, with the file's name at its end.
    pub id: String,
    /// The file's name.
    pub filename: String,
    /// What an application names it by.
    pub uri: String,
    /// Bytes.
    pub size: i64,
    /// ms; after that it is gone.
    pub expires_at: i64,
}

endpoint! {
    /// Upload a file, in the field `file`.
    Post "/v1/uploads" as CreateUpload {
        access: Access::new("upload a file", "uploads:write:admin"), path: {},
        query: Nothing, body: WithFiles<Nothing>, returns: Data<Upload>, status: 201,
    }
}
catalogue![CreateUpload];
