//! Reading the truth about one opportunity: five calls at most, those that can go together do.

use crate::Hub;
use connector::Seen;
use endpoint::Nothing;
use lever_api::{
    Application, GetOpportunity, GetPosting, ListArchiveReasons, ListOffers, Listing, OpportunityId, Posting, ReasonFilter, User, View, reference,
};
use outbound::{Failure, Remote};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::PoisonError;

/// The archive reasons of an account: id, and whether it makes a hire. They change once in years.
pub struct Reasons(HashMap<String, bool>);

impl Hub {
    /// What Lever knows now. `None`: there is no such opportunity, or not any more.
    pub(crate) async fn read_truth(&self, connection: &str, lever: &Remote, id: &OpportunityId) -> Result<Option<Seen>, Failure> {
        let view = View::expanding(&["contact", "applications"]);
        let get = GetOpportunity { opportunity: id.clone(), query: view, body: Nothing };
        let mut opportunity = match lever.send(get).await {
            Ok(found) => found.data,
            Err(failure) if failure.status() == Some(404) => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let archived = opportunity.archived.as_ref().and_then(|a| a.reason.clone());
        let hired = match &archived {
            Some(reason) => self.makes_a_hire(connection, lever, reason).await?,
            None => false,
        };
        let contact = take_object(&mut opportunity.contact);
        let application: Option<Application> = opportunity.applications.first_mut().and_then(take_object);
        if !hired {
            return Ok(Some(Seen { opportunity, contact, application, ..Seen::default() }));
        }
        let posting = application.as_ref().and_then(|a| reference(&a.posting).map(str::to_owned));
        let offers = lever.send(ListOffers { opportunity: id.clone(), query: Listing::default(), body: Nothing });
        let (offers, posting) = futures_util::future::try_join(offers, read_posting(lever, posting)).await?;
        let (posting, hiring_manager) = posting.map_or((None, None), |(posting, manager)| (Some(posting), manager));
        Ok(Some(Seen { opportunity, contact, application, posting, hiring_manager, offers: offers.data, hired, remote_id: None }))
    }

    /// Whether this archive reason makes a hire. One that is not known yet is a reason to read the list again.
    async fn makes_a_hire(&self, connection: &str, lever: &Remote, reason: &str) -> Result<bool, Failure> {
        let known = self.reasons.lock().unwrap_or_else(PoisonError::into_inner).get(connection).and_then(|r| r.0.get(reason).copied());
        if let Some(hires) = known {
            return Ok(hires);
        }
        let all = lever.send(ListArchiveReasons { query: ReasonFilter::default(), body: Nothing }).await?.data;
        let reasons: HashMap<String, bool> = all.into_iter().map(|r| (r.id, r.kind == "hired")).collect();
        let hires = reasons.get(reason).copied().unwrap_or(false);
        self.reasons.lock().unwrap_or_else(PoisonError::into_inner).insert(connection.to_owned(), Reasons(reasons));
        Ok(hires)
    }
}

/// The posting with its hiring manager in one call. A posting that is gone is none.
async fn read_posting(lever: &Remote, id: Option<String>) -> Result<Option<(Posting, Option<User>)>, Failure> {
    let Some(id) = id.and_then(|id| id.parse().ok()) else { return Ok(None) };
    let get = GetPosting { posting: id, query: View::expanding(&["hiringManager"]), body: Nothing };
    match lever.send(get).await {
        Ok(mut found) => {
            let manager = take_object(&mut found.data.hiring_manager);
            Ok(Some((found.data, manager)))
        }
        Err(failure) if failure.status() == Some(404) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// The object in an expanded reference; the reference keeps the id.
fn take_object<T: serde::de::DeserializeOwned>(value: &mut Value) -> Option<T> {
    let id = value.get("id").cloned()?;
    let object = std::mem::replace(value, id);
    serde_json::from_value(object).ok()
}
