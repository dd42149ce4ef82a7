//! Ids, one type for each kind of thing, so that a posting's id cannot be passed where a user's is meant.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A text that cannot be an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id is 1 to 100 letters, digits, '-', '_' or '.'")
    }
}

impl std::error::Error for NotAnId {}

fn check(text: &str) -> Result<(), NotAnId> {
    let fits = (1..=100).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if fits { Ok(()) } else { Err(NotAnId) }
}

macro_rules! ids {
    ($($(#[doc = $doc:literal])* $name:ident),* $(,)?) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                check(text).map(|()| Self(text.to_owned()))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// An opportunity: one candidacy of one person. Also the old candidate id.
    OpportunityId,
    /// A contact: the person.
    ContactId,
    /// An application: the link of an opportunity and a posting.
    ApplicationId,
    /// A posting: a job advertisement.
    PostingId,
    /// A requisition: headcount.
    RequisitionId,
    /// A stage: a UUID, or one of the five words of the system stages.
    StageId,
    /// An archive reason.
    ArchiveReasonId,
    /// A user of the account.
    UserId,
    /// An offer.
    OfferId,
    /// A note.
    NoteId,
    /// A profile form.
    FormId,
    /// A template of profile forms.
    FormTemplateId,
    /// Feedback.
    FeedbackId,
    /// A feedback template.
    FeedbackTemplateId,
    /// A file.
    FileId,
    /// A resume.
    ResumeId,
    /// A webhook.
    WebhookId,
    /// A referral form.
    ReferralId,
    /// An interview.
    InterviewId,
    /// A panel: interviews that belong together.
    PanelId,
    /// A field of requisitions, in snake case.
    RequisitionFieldId,
}

impl StageId {
    /// The first stage of a sourced person.
    pub const LEAD_NEW: &str = "lead-new";
    /// The first stage of an applicant or a referral.
    pub const APPLICANT_NEW: &str = "applicant-new";
    /// The system stage of the last section.
    pub const OFFER: &str = "offer";
}
