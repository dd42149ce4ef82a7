//! Resumes on an opportunity. They come with the opportunity, or from people in Lever; there is no call that adds one later.
//!
//! Official page: <https://hire.lever.co/developer/documentation#resumes>

use crate::{Data, FileFilter, List, OpportunityId, Rest, ResumeId, View};
use endpoint::{Access, Attachment, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A resume, without what is in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Resume {
    /// Resume id.
    pub id: String,
    /// ms.
    pub created_at: i64,
    /// The file it is.
    pub file: Option<ResumeFile>,
    /// Positions and schools; absent where it was not parsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parsed_data: Option<ParsedData>,
    /// What this version does not know.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

/// The file of a resume.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ResumeFile {
    /// `cv.pdf`.
    pub name: String,
    /// Without a dot: `pdf`.
    pub ext: String,
    /// For people who are signed in; programs use [`DownloadResume`].
    pub download_url: String,
    /// ms.
    pub uploaded_at: Option<i64>,
    /// `processing`, `processed`, `unsupported` or `error`.
    pub status: Option<String>,
    /// Bytes.
    pub size: i64,
}

/// What was read in a resume.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ParsedData {
    /// Where somebody worked.
    pub positions: Vec<Position>,
    /// Where somebody studied.
    pub schools: Vec<School>,
}

/// One job somebody had.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Position {
    /// For whom.
    pub org: Option<String>,
    /// As what.
    pub title: Option<String>,
    /// What they did.
    pub summary: Option<String>,
    /// Where.
    pub location: Option<String>,
    /// Since when.
    pub start: Option<Month>,
    /// Until when; absent, if they are still there.
    pub end: Option<Month>,
}

/// One school somebody went to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct School {
    /// Which.
    pub org: Option<String>,
    /// `MSc`.
    pub degree: Option<String>,
    /// `Computer Science`.
    pub field: Option<String>,
    /// What else is said.
    pub summary: Option<String>,
    /// Since when.
    pub start: Option<Month>,
    /// Until when.
    pub end: Option<Month>,
}

/// A month, or a year where nothing nearer is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Month {
    /// `2021`.
    pub year: Option<u32>,
    /// 1 to 12.
    pub month: Option<u32>,
}

const READ: &str = "resumes:read:admin";

endpoint! {
    /// List the resumes of an opportunity, newest first.
    Get "/v1/opportunities/{opportunity}/resumes" as ListResumes {
        access: Access::new("find all opportunity resumes", READ), path: { opportunity: OpportunityId },
        query: FileFilter, body: Nothing, returns: List<Resume>,
    }
}
endpoint! {
    /// Read about one resume.
    Get "/v1/opportunities/{opportunity}/resumes/{resume}" as GetResume {
        access: Access::new("find an opportunity resume", READ), path: { opportunity: OpportunityId, resume: ResumeId },
        query: View, body: Nothing, returns: Data<Resume>,
    }
}
endpoint! {
    /// Download a resume. 422 when it could not be processed.
    Get "/v1/opportunities/{opportunity}/resumes/{resume}/download" as DownloadResume {
        access: Access::new("download an opportunity resume file", READ), path: { opportunity: OpportunityId, resume: ResumeId },
        query: Nothing, body: Nothing, returns: Attachment,
    }
}
catalogue![ListResumes, GetResume, DownloadResume];
