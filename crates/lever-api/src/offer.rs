//! Offers, read only. The anticipated start date of the signed one is what HR systems need at hire.
//!
//! Official page: <https://hire.lever.co/developer/documentation#offers>

use crate::envelope::Listing;
use crate::{List, OfferId, OpportunityId, Rest};
use endpoint::{Access, Attachment, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// One offer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Offer {
    /// Offer id.
    pub id: String,
    /// The posting.
    pub posting: Option<String>,
    /// ms.
    pub created_at: i64,
    /// `draft`, `approval-sent`, `approved`, `sent`, `sent-manually`, `opened`, `denied` or `signed`.
    pub status: String,
    /// A user. Expandable.
    pub creator: Value,
    /// What the offer says.
    pub fields: Vec<OfferField>,
    /// By role.
    pub signatures: Value,
    /// Whether it was approved.
    pub approved: Option<bool>,
    /// ms.
    pub approved_at: Option<i64>,
    /// ms.
    pub sent_at: Option<i64>,
    /// The document as sent.
    pub sent_document: Value,
    /// The document as signed.
    pub signed_document: Value,
    /// What this version does not know.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

/// One field of an offer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct OfferField {
    /// Label.
    pub text: String,
    /// `anticipated_start_date`, `job_title`, `salary_amount`, …, or `custom_<name>`.
    pub identifier: String,
    /// Text, number, or ms for dates.
    pub value: Value,
}

impl Offer {
    /// The value of a field by its identifier.
    #[must_use]
    pub fn field(&self, identifier: &str) -> Option<&Value> {
        self.fields.iter().find(|f| f.identifier == identifier).map(|f| &f.value).filter(|v| !v.is_null())
    }
}

endpoint! {
    /// List the offers of an opportunity.
    Get "/v1/opportunities/{opportunity}/offers" as ListOffers {
        access: Access::new("find all opportunity offers", "offers:read:admin"), path: { opportunity: OpportunityId },
        query: Listing, body: Nothing, returns: List<Offer>, expands: &[("creator", "user")],
    }
}
endpoint! {
    /// Download the document of an offer.
    Get "/v1/opportunities/{opportunity}/offers/{offer}/download" as DownloadOffer {
        access: Access::new("download an opportunity offer file", "offers:read:admin"), path: { opportunity: OpportunityId, offer: OfferId },
        query: OfferDocument, body: Nothing, returns: Attachment,
    }
}
catalogue![ListOffers, DownloadOffer];

/// Which of the two documents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfferDocument {
    /// `sent` or `signed`; if absent, the signed one if there is one, else the sent one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}
