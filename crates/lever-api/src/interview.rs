//! Interviews, and the panels they belong to. Only what the API made can be changed by it.
//!
//! Official pages: <https://hire.lever.co/developer/documentation#interviews>, <https://hire.lever.co/developer/documentation#panels>

use crate::{Data, InterviewId, List, Listing, OpportunityId, PanelId, PerformAs, Rest, View};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Who asks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Interviewer {
    /// A user.
    pub id: String,
    /// Full name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// E-mail address.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub email: String,
    /// A feedback template, or `no-feedback`.
    pub feedback_template: Option<String>,
    /// Of panels: `needsAction`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_status: Option<String>,
}

/// An interview.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Interview {
    /// Interview id.
    pub id: String,
    /// The panel it belongs to.
    pub panel: String,
    /// Its title.
    pub subject: String,
    /// For the interviewers.
    pub note: String,
    /// Who asks.
    pub interviewers: Vec<Interviewer>,
    /// IANA name.
    pub timezone: String,
    /// ms.
    pub created_at: i64,
    /// When it begins, ms.
    pub date: i64,
    /// Minutes.
    pub duration: i64,
    /// Where.
    pub location: Option<String>,
    /// A feedback template, `no-feedback`, or nothing.
    pub feedback_template: Option<String>,
    /// Feedback that was given. Expandable.
    pub feedback_forms: Vec<Value>,
    /// `once`, `daily`, `frequently` or `none`.
    pub feedback_reminder: String,
    /// Who made it. Expandable.
    pub user: Value,
    /// The stage at that time. Expandable.
    pub stage: Value,
    /// ms.
    pub canceled_at: Option<i64>,
    /// Expandable.
    pub postings: Vec<Value>,
    /// In Google's calendar.
    pub gcal_event_url: Option<String>,
    /// Of which opportunity.
    pub opportunity_id: String,
    /// What this version does not know.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

/// An interview within a panel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PanelInterview {
    /// Interview id.
    pub id: String,
    /// When it begins, ms.
    pub date: i64,
    /// Minutes.
    pub duration: i64,
    /// `once`, `daily`, `frequently` or `none`.
    pub feedback_reminder: String,
    /// A feedback template, or `no-feedback`.
    pub feedback_template: Option<String>,
    /// Who asks.
    pub interviewers: Vec<Interviewer>,
    /// Where.
    pub location: Option<String>,
    /// For the interviewers.
    pub note: String,
    /// Its title.
    pub subject: String,
}

/// Interviews that belong together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Panel {
    /// Panel id.
    pub id: String,
    /// Applications it is about.
    pub applications: Vec<String>,
    /// ms.
    pub canceled_at: Option<i64>,
    /// ms.
    pub created_at: i64,
    /// When the first begins, ms.
    pub start: i64,
    /// When the last ends, ms.
    pub end: i64,
    /// Made over the API: then it can be changed by it.
    pub externally_managed: bool,
    /// Where it is managed.
    pub external_url: Option<String>,
    /// `once`, `daily`, `frequently` or `none`.
    pub feedback_reminder: String,
    /// The interviews, in the order of their beginnings.
    pub interviews: Vec<PanelInterview>,
    /// For everybody.
    pub note: Option<String>,
    /// The stage at that time. Expandable.
    pub stage: Value,
    /// IANA name.
    pub timezone: String,
    /// Who made it. Expandable.
    pub user: Value,
    /// What this version does not know.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

/// An interview that is to be, or is to be otherwise: as a whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct NewInterview {
    /// Of a panel that is to be otherwise: which of its interviews this is. Without it, one more.
    pub id: Option<String>,
    /// The panel; of a change it may be left out.
    pub panel: Option<PanelId>,
    /// Its title.
    pub subject: Option<String>,
    /// For the interviewers.
    pub note: Option<String>,
    /// Who asks. Required.
    #[schema(required = true, nullable = false)]
    pub interviewers: Option<Vec<Interviewer>>,
    /// When it begins, ms. Required.
    #[schema(required = true, nullable = false)]
    pub date: Option<i64>,
    /// Minutes, at least 1. Required.
    #[schema(required = true, nullable = false)]
    pub duration: Option<i64>,
    /// Where.
    pub location: Option<String>,
    /// A feedback template.
    pub feedback_template: Option<String>,
    /// `once`, `daily`, `frequently` or `none`.
    pub feedback_reminder: Option<String>,
}

/// A panel that is to be, or is to be otherwise: as a whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct NewPanel {
    /// Applications it is about.
    pub applications: Vec<String>,
    /// IANA name. Required.
    #[schema(required = true, nullable = false)]
    pub timezone: Option<String>,
    /// `once`, `daily`, `frequently` or `none`.
    pub feedback_reminder: Option<String>,
    /// For everybody.
    pub note: Option<String>,
    /// Where it is managed.
    pub external_url: Option<String>,
    /// At least one. Required.
    #[schema(required = true)]
    pub interviews: Vec<NewInterview>,
}

/// How often interviewers are reminded of their feedback.
pub const REMINDERS: [&str; 4] = ["once", "daily", "frequently", "none"];

const INTERVIEW_EXPANDS: &[(&str, &str)] = &[("user", "user"), ("stage", "stage"), ("postings", "posting")];
const PANEL_EXPANDS: &[(&str, &str)] = &[("user", "user"), ("stage", "stage")];
const READ: &str = "interviews:read:admin";
const WRITE: &str = "interviews:write:admin";
const READ_PANELS: &str = "panels:read:admin";
const WRITE_PANELS: &str = "panels:write:admin";

endpoint! {
    /// List the interviews of an opportunity, newest first.
    Get "/v1/opportunities/{opportunity}/interviews" as ListInterviews {
        access: Access::new("find all opportunity interviews", READ), path: { opportunity: OpportunityId },
        query: Listing, body: Nothing, returns: List<Interview>, expands: INTERVIEW_EXPANDS,
    }
}
endpoint! {
    /// Read one interview.
    Get "/v1/opportunities/{opportunity}/interviews/{interview}" as GetInterview {
        access: Access::new("find an opportunity interview", READ), path: { opportunity: OpportunityId, interview: InterviewId },
        query: View, body: Nothing, returns: Data<Interview>, expands: INTERVIEW_EXPANDS,
    }
}
endpoint! {
    /// Add an interview to a panel.
    Post "/v1/opportunities/{opportunity}/interviews" as CreateInterview {
        access: Access::new("create an opportunity interview", WRITE), path: { opportunity: OpportunityId },
        query: PerformAs, body: NewInterview, returns: Data<Interview>, status: 201,
    }
}
endpoint! {
    /// Change an interview as a whole: what is left out is cleared.
    Put "/v1/opportunities/{opportunity}/interviews/{interview}" as UpdateInterview {
        access: Access::new("update an opportunity interview", WRITE), path: { opportunity: OpportunityId, interview: InterviewId },
        query: PerformAs, body: NewInterview, returns: Data<Interview>,
    }
}
endpoint! {
    /// Delete an interview. With the last one its panel goes too.
    Delete "/v1/opportunities/{opportunity}/interviews/{interview}" as DeleteInterview {
        access: Access::new("delete an opportunity interview", WRITE), path: { opportunity: OpportunityId, interview: InterviewId },
        query: PerformAs, body: Nothing, returns: Nothing, status: 204,
    }
}
endpoint! {
    /// List the panels of an opportunity, newest first.
    Get "/v1/opportunities/{opportunity}/panels" as ListPanels {
        access: Access::new("find all opportunity panels", READ_PANELS), path: { opportunity: OpportunityId },
        query: Listing, body: Nothing, returns: List<Panel>, expands: PANEL_EXPANDS,
    }
}
endpoint! {
    /// Read one panel.
    Get "/v1/opportunities/{opportunity}/panels/{panel}" as GetPanel {
        access: Access::new("find an opportunity panel", READ_PANELS), path: { opportunity: OpportunityId, panel: PanelId },
        query: View, body: Nothing, returns: Data<Panel>, expands: PANEL_EXPANDS,
    }
}
endpoint! {
    /// Create a panel with its interviews.
    Post "/v1/opportunities/{opportunity}/panels" as CreatePanel {
        access: Access::new("create an opportunity panel", WRITE_PANELS), path: { opportunity: OpportunityId },
        query: PerformAs, body: NewPanel, returns: Data<Panel>, status: 201,
    }
}
endpoint! {
    /// Change a panel as a whole, interviews and all.
    Put "/v1/opportunities/{opportunity}/panels/{panel}" as UpdatePanel {
        access: Access::new("update an opportunity panel", WRITE_PANELS), path: { opportunity: OpportunityId, panel: PanelId },
        query: PerformAs, body: NewPanel, returns: Data<Panel>,
    }
}
endpoint! {
    /// Delete a panel with its interviews.
    Delete "/v1/opportunities/{opportunity}/panels/{panel}" as DeletePanel {
        access: Access::new("delete an opportunity panel", WRITE_PANELS), path: { opportunity: OpportunityId, panel: PanelId },
        query: PerformAs, body: Nothing, returns: Nothing, status: 204,
    }
}
catalogue![
    ListInterviews,
    GetInterview,
    CreateInterview,
    UpdateInterview,
    DeleteInterview,
    ListPanels,
    GetPanel,
    CreatePanel,
    UpdatePanel,
    DeletePanel
];
