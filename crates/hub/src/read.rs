//! Reading the truth about one opportunity: five calls at most, those that can go together do. What many of a batch
//! want, the posting above all, is read once for all of them.

use clock::{Ms, Tick};
use connector::{Good, Memo, More, Seen, every};
use endpoint::Nothing;
use lever_api::{
    Application, ArchiveReason, GetOpportunity, GetPosting, GetRequisition, List, ListArchiveReasons, ListForms, ListOffers, ListOpportunities,
    Listing, Opportunity, OpportunityFilter, OpportunityId, Posting, PostingView, ProfileForm, ReasonFilter, Requisition, RequisitionId, User, View,
    reference,
};
use outbound::{Failure, Remote, Urgency, Wire};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// The archive reasons of an account change once in years.
pub const REASONS: Good = Good::For(Duration::from_secs(3600));

/// As long as anybody asks.
const ALWAYS: Duration = Duration::from_secs(366 * 86_400);

/// A posting with its hiring manager, and what was said while it was read: it stands in the history of all who share it.
type Offered = (Option<(Posting, Option<User>)>, Wire);

/// Whoever reads.
pub struct Reader<'a> {
    pub lever: &'a Remote,
    pub memo: &'a Memo,
    /// What was read after this is fresh enough.
    pub asked: Tick,
    /// What else of a hire is wanted.
    pub more: &'a [More],
}

impl Reader<'_> {
    /// What Lever knows now. `None`: there is no such opportunity, or not any more.
    pub async fn truth(&self, id: &OpportunityId) -> Result<Option<Seen>, Failure> {
        let view = View::expanding(&["contact", "applications", "owner", "stage"]);
        let get = GetOpportunity { opportunity: id.clone(), query: view, body: Nothing };
        let mut opportunity = match self.lever.send(get).await {
            Ok(found) => found.data,
            Err(failure) if failure.status() == Some(404) => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let archived = opportunity.archived.as_ref().and_then(|a| a.reason.clone());
        let reason = match &archived {
            Some(reason) => self.reason(reason).await?,
            None => None,
        };
        let hired = reason.as_ref().is_some_and(makes_a_hire);
        let contact = take_object(&mut opportunity.contact);
        let (owner, stage) = (take_object(&mut opportunity.owner), take_object(&mut opportunity.stage));
        let application: Option<Application> = opportunity.applications.first_mut().and_then(take_object);
        let posting = application.as_ref().and_then(|a| reference(&a.posting).map(str::to_owned));
        let only_posting = self.more.contains(&More::Posting);
        if !hired || only_posting {
            let posting = if only_posting { self.posting(posting).await? } else { None };
            let (posting, hiring_manager) = posting.map_or((None, None), |(posting, manager)| (Some(posting), manager));
            return Ok(Some(Seen { opportunity, stage, contact, application, posting, hiring_manager, owner, hired, reason, ..Seen::default() }));
        }
        let offers = self.lever.send(ListOffers { opportunity: id.clone(), query: Listing::default(), body: Nothing });
        let requisition =
            application.as_ref().and_then(|a| reference(&a.requisition_for_hire).or(a.requisition_for_hire["id"].as_str()).map(str::to_owned));
        let (offers, posting, requisition, forms) =
            futures_util::future::try_join4(offers, self.posting(posting), self.requisition(requisition), self.forms(id)).await?;
        let (posting, hiring_manager) = posting.map_or((None, None), |(posting, manager)| (Some(posting), manager));
        Ok(Some(Seen {
            opportunity,
            stage,
            contact,
            application,
            posting,
            hiring_manager,
            owner,
            offers: offers.data,
            forms,
            requisition,
            hired,
            reason,
            ..Seen::default()
        }))
    }

    /// The forms, if anything is to be filled from them.
    async fn forms(&self, id: &OpportunityId) -> Result<Vec<ProfileForm>, Failure> {
        if !self.more.contains(&More::Forms) {
            return Ok(Vec::new());
        }
        let ask = |offset| ListForms { opportunity: id.clone(), query: Listing { offset, ..Listing::default() }, body: Nothing };
        every(self.lever, ask).await
    }

    /// The requisition, if anything is to be filled from it. One that is gone is none.
    async fn requisition(&self, id: Option<String>) -> Result<Option<Requisition>, Failure> {
        let id = id.filter(|_| self.more.contains(&More::Requisition)).and_then(|id| id.parse::<RequisitionId>().ok());
        let Some(id) = id else { return Ok(None) };
        let name = format!("requisition {id}");
        let read = async || match self.lever.send(GetRequisition { requisition: id.clone(), query: View::default(), body: Nothing }).await {
            Ok(found) => Ok(Some(found.data)),
            Err(failure) if failure.status() == Some(404) => Ok(None),
            Err(failure) => Err(failure),
        };
        // Many hires may fill one.
        Ok(self.memo.read(&name, Good::After(self.asked), read).await?.as_ref().clone())
    }

    /// This archive reason. One that is not known yet is a reason to read the list again.
    async fn reason(&self, id: &str) -> Result<Option<ArchiveReason>, Failure> {
        if let Some(reason) = self.reasons(REASONS).await?.get(id) {
            return Ok(Some(reason.clone()));
        }
        Ok(self.reasons(Good::After(self.asked)).await?.get(id).cloned())
    }

    /// The archive reasons by their ids.
    pub async fn reasons(&self, good: Good) -> Result<Arc<HashMap<String, ArchiveReason>>, Failure> {
        let read = async || {
            let all = self.lever.send(ListArchiveReasons { query: ReasonFilter::default(), body: Nothing }).await?.data;
            Ok::<HashMap<String, ArchiveReason>, Failure>(all.into_iter().map(|r| (r.id.clone(), r)).collect())
        };
        self.memo.read("archive reasons", good, read).await
    }

    /// A page of opportunities; also of confidential ones, where this credential may see them.
    pub async fn people(&self, query: OpportunityFilter) -> Result<List<Opportunity>, Failure> {
        self.people_dated(query).await.map(|(page, _)| page)
    }

    /// The same, with the time of day at Lever.
    pub async fn people_dated(&self, query: OpportunityFilter) -> Result<(List<Opportunity>, Option<Ms>), Failure> {
        let confidentiality = self.sees_confidential().await?.then(|| "all".to_owned());
        self.lever.send_dated(ListOpportunities { query: OpportunityFilter { confidentiality, ..query }, body: Nothing }).await
    }

    /// Whether this credential sees what is confidential: asking for it without the right is refused. That is said when a credential is
    /// made, for good.
    pub async fn sees_confidential(&self) -> Result<bool, Failure> {
        let read = async || {
            let query = OpportunityFilter { confidentiality: Some("all".to_owned()), limit: Some(1), ..OpportunityFilter::default() };
            match self.lever.send(ListOpportunities { query, body: Nothing }).await {
                Ok(_) => Ok(true),
                Err(failure) if failure.status() == Some(403) => Ok(false),
                Err(failure) => Err(failure),
            }
        };
        self.memo.read("sees confidential", Good::For(ALWAYS), read).await.map(|sees| *sees)
    }

    /// The posting with its hiring manager. One that is gone is none.
    pub async fn posting(&self, id: Option<String>) -> Result<Option<(Posting, Option<User>)>, Failure> {
        let Some(id) = id.and_then(|id| id.parse().ok()) else { return Ok(None) };
        let name = format!("posting {id}");
        let read = async || {
            // Whoever reads it reads for all who wait, and a hire may be among them.
            let lever = Remote { wire: Wire::default(), urgency: Urgency::Now, ..self.lever.clone() };
            let get =
                GetPosting { posting: id, query: PostingView { expand: vec!["hiringManager".to_owned()], ..PostingView::default() }, body: Nothing };
            let found = match lever.send(get).await {
                Ok(mut found) => {
                    let manager = take_object(&mut found.data.hiring_manager);
                    Some((found.data, manager))
                }
                Err(failure) if failure.status() == Some(404) => None,
                Err(failure) => {
                    // Then only whoever asked has it in the history; the others have the failure's words.
                    self.lever.wire.also(&lever.wire);
                    return Err(failure);
                }
            };
            Ok::<Offered, Failure>((found, lever.wire))
        };
        let found = self.memo.read(&name, Good::After(self.asked), read).await?;
        self.lever.wire.also(&found.1);
        Ok(found.0.clone())
    }
}

/// Whether an archive reason makes a hire.
pub fn makes_a_hire(reason: &ArchiveReason) -> bool {
    reason.kind == "hired"
}

/// The object in an expanded reference; the reference keeps the id.
fn take_object<T: serde::de::DeserializeOwned>(value: &mut Value) -> Option<T> {
    let id = value.get("id").cloned()?;
    let object = std::mem::replace(value, id);
    serde_json::from_value(object).ok()
}
