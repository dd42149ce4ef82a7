//! Files on an opportunity.
//!
//! Official page: <https://hire.lever.co/developer/documentation#files>

use crate::{Data, FileId, List, OpportunityId, PerformAs, Rest, View, envelope::list_query};
use endpoint::{Access, Attachment, Nothing, WithFiles, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A file, without what is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct File {
    /// File id.
    pub id: String,
    /// For people who are signed in; programs use [`DownloadFile`].
    pub download_url: String,
    /// With its dot: `.pdf`.
    pub ext: String,
    /// `cv.pdf`.
    pub name: String,
    /// ms.
    pub uploaded_at: Option<i64>,
    /// `processing`, `processed`, `unsupported` or `error`.
    pub status: Option<String>,
    /// Bytes.
    pub size: i64,
    /// What this version does not know.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

list_query! {
    /// Filters of the list of files.
    FileFilter {
        /// Uploaded at or after, ms.
        uploaded_at_start: Option<i64>,
        /// Uploaded at or before, ms.
        uploaded_at_end: Option<i64>,
    }
}

list_query! {
    /// Filters of the list of what was done to files.
    FileActionFilter {
        /// At or after, ms.
        occurred_at_start: Option<i64>,
        /// Before, ms.
        occurred_at_end: Option<i64>,
    }
}

/// Something that was done to a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct FileAction {
    /// Its id.
    pub id: String,
    /// Of which opportunity.
    pub opportunity_id: String,
    /// `file-added`, `resume-imported` or `file-remove`.
    #[serde(rename = "type")]
    pub kind: String,
    /// ms.
    pub occurred_at: i64,
    /// ms.
    pub created_at: i64,
    /// `{id}` of a user, or nothing.
    pub user: Value,
    /// The file: `{fileId, name}`.
    pub meta: Value,
}

const READ: &str = "files:read:admin";
const WRITE: &str = "files:write:admin";

endpoint! {
    /// List the files of an opportunity, newest first.
    Get "/v1/opportunities/{opportunity}/files" as ListFiles {
        access: Access::new("find all opportunity files", READ), path: { opportunity: OpportunityId },
        query: FileFilter, body: Nothing, returns: List<File>,
    }
}
endpoint! {
    /// List what was done to the files of an opportunity, newest first.
    Get "/v1/opportunities/{opportunity}/file_actions" as ListFileActions {
        access: Access::new("find all opportunity file actions", READ), path: { opportunity: OpportunityId },
        query: FileActionFilter, body: Nothing, returns: List<FileAction>,
    }
}
endpoint! {
    /// Read about one file.
    Get "/v1/opportunities/{opportunity}/files/{file}" as GetFile {
        access: Access::new("find an opportunity file", READ), path: { opportunity: OpportunityId, file: FileId },
        query: View, body: Nothing, returns: Data<File>,
    }
}
endpoint! {
    /// Download a file. 422 when it could not be processed.
    Get "/v1/opportunities/{opportunity}/files/{file}/download" as DownloadFile {
        access: Access::new("download an opportunity file", READ), path: { opportunity: OpportunityId, file: FileId },
        query: Nothing, body: Nothing, returns: Attachment,
    }
}
endpoint! {
    /// Upload a file of at most 30 MB, as the part `file` of a form. `perform_as` is required.
    Post "/v1/opportunities/{opportunity}/files" as UploadFile {
        access: Access::new("upload an opportunity file", WRITE), path: { opportunity: OpportunityId },
        query: PerformAs, body: WithFiles<Nothing>, returns: Data<File>, status: 201,
    }
}
endpoint! {
    /// Delete a file. `perform_as` is required.
    Delete "/v1/opportunities/{opportunity}/files/{file}" as DeleteFile {
        access: Access::new("delete an opportunity file", WRITE), path: { opportunity: OpportunityId, file: FileId },
        query: PerformAs, body: Nothing, returns: Nothing, status: 204,
    }
}
catalogue![ListFiles, ListFileActions, GetFile, DownloadFile, UploadFile, DeleteFile];
