//! Referral forms: who referred somebody, and what they said. Only read over the API.
//!
//! Official page: <https://hire.lever.co/developer/documentation#referrals>

use crate::{Data, FormField, List, Listing, OpportunityId, ReferralId, Rest, View};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A referral form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Referral {
    /// Referral id.
    pub id: String,
    /// `referral`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its title.
    pub text: String,
    /// How to fill it in.
    pub instructions: String,
    /// By default the name of the referrer, the relationship, comments.
    pub fields: Vec<FormField>,
    /// The template.
    pub base_template_id: String,
    /// Who filled it in. Expandable.
    pub user: Value,
    /// Who refers, if it is a user. Expandable.
    pub referrer: Value,
    /// The stage at that time. Expandable.
    pub stage: Value,
    /// ms.
    pub created_at: i64,
    /// ms.
    pub completed_at: Option<i64>,
    /// What this version does not know.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

const READ: &str = "referrals:read:admin";
const EXPANDS: &[(&str, &str)] = &[("user", "user"), ("referrer", "user"), ("stage", "stage")];

endpoint! {
    /// List the referral forms of an opportunity, newest first.
    Get "/v1/opportunities/{opportunity}/referrals" as ListReferrals {
        access: Access::new("find all opportunity referrals", READ), path: { opportunity: OpportunityId },
        query: Listing, body: Nothing, returns: List<Referral>, expands: EXPANDS,
    }
}
endpoint! {
    /// Read one referral form.
    Get "/v1/opportunities/{opportunity}/referrals/{referral}" as GetReferral {
        access: Access::new("find an opportunity referral", READ), path: { opportunity: OpportunityId, referral: ReferralId },
        query: View, body: Nothing, returns: Data<Referral>, expands: EXPANDS,
    }
}
catalogue![ListReferrals, GetReferral];
