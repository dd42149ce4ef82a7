//! Notes on an opportunity.
//!
//! Official page: <https://hire.lever.co/developer/documentation#notes>

use crate::{Data, List, Listing, NoteId, OpportunityId, PerformAs, Rest, UserId, View};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// One note: a thread of comments.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Note {
    /// Note id.
    pub id: String,
    /// `Note`.
    pub text: String,
    /// One entry per comment.
    pub fields: Vec<Comment>,
    /// The author. Expandable.
    pub user: Value,
    /// Only for people with the right to see secret notes.
    pub secret: bool,
    /// ms.
    pub completed_at: Option<i64>,
    /// ms.
    pub created_at: i64,
    /// ms.
    pub deleted_at: Option<i64>,
    /// What this version does not know.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

/// One comment of a note.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Comment {
    /// `note`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `Comment`.
    pub text: String,
    /// What was written.
    pub value: String,
    /// ms.
    pub created_at: i64,
    /// The author.
    pub user: Option<String>,
    /// 1 to 4.
    pub score: Option<i64>,
    /// The stage at that time.
    pub stage: Option<String>,
}

/// A new note.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct NewNote {
    /// What to write. Required.
    #[schema(required = true, nullable = false)]
    pub value: Option<String>,
    /// Only for people with the right to see secret notes.
    pub secret: Option<bool>,
    /// 1 to 4.
    pub score: Option<i64>,
    /// Tell the followers.
    pub notify_followers: Option<bool>,
    /// ms.
    pub created_at: Option<i64>,
}

/// In whose name, and under which note.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WriteNote {
    /// A user id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub perform_as: Option<UserId>,
    /// Write another comment under this note, instead of a note of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note_id: Option<NoteId>,
}

impl From<PerformAs> for WriteNote {
    fn from(by: PerformAs) -> Self {
        Self { perform_as: by.perform_as, note_id: None }
    }
}

/// Comments of a note, as they are to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct NoteChange {
    /// At least one. Required.
    #[schema(required = true)]
    pub values: Vec<NoteValue>,
}

/// A comment, as it is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct NoteValue {
    /// What to write.
    pub value: String,
    /// The author.
    pub user: Option<String>,
    /// Only for people with the right to see secret notes.
    pub secret: Option<bool>,
    /// ms.
    pub created_at: Option<i64>,
    /// ms.
    pub completed_at: Option<i64>,
    /// 1 to 4.
    pub score: Option<i64>,
}

/// Which note was changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ChangedNote {
    /// Note id.
    pub note_id: String,
}

const READ: &str = "notes:read:admin";
const WRITE: &str = "notes:write:admin";

endpoint! {
    /// List the notes of an opportunity, newest first.
    Get "/v1/opportunities/{opportunity}/notes" as ListNotes {
        access: Access::new("find all opportunity notes", READ), path: { opportunity: OpportunityId },
        query: Listing, body: Nothing, returns: List<Note>, expands: &[("user", "user")],
    }
}
endpoint! {
    /// Read one note.
    Get "/v1/opportunities/{opportunity}/notes/{note}" as GetNote {
        access: Access::new("find an opportunity note", READ), path: { opportunity: OpportunityId, note: NoteId },
        query: View, body: Nothing, returns: Data<Note>, expands: &[("user", "user")],
    }
}
endpoint! {
    /// Write a note. The answer is the note and, beside its `id`, the same id as `noteId`.
    Post "/v1/opportunities/{opportunity}/notes" as CreateNote {
        access: Access::new("create an opportunity note", WRITE), path: { opportunity: OpportunityId },
        query: WriteNote, body: NewNote, returns: Data<Note>, status: 201,
    }
}
endpoint! {
    /// Delete a note.
    Delete "/v1/opportunities/{opportunity}/notes/{note}" as DeleteNote {
        access: Access::new("delete an opportunity note", WRITE), path: { opportunity: OpportunityId, note: NoteId },
        query: Nothing, body: Nothing, returns: Nothing, status: 204,
    }
}
endpoint! {
    /// Change a note that the API made: its comments as a whole.
    Put "/v1/opportunities/{opportunity}/notes/{note}" as UpdateNote {
        access: Access::new("update an opportunity note", WRITE), path: { opportunity: OpportunityId, note: NoteId },
        query: Nothing, body: NoteChange, returns: Data<ChangedNote>,
    }
}
catalogue![ListNotes, GetNote, CreateNote, UpdateNote, DeleteNote];
