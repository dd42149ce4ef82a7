//! Reading the truth about one opportunity: five calls at most, those that can go together do.

use crate::Hub;
use clock::Ms;
use connector::Seen;
use endpoint::Nothing;
use lever_api::{
    Application, GetOpportunity, GetPosting, ListArchiveReasons, ListOffers, Listing, OpportunityId, Posting, ReasonFilter, User, View, reference,
};
use outbound::{Failure, Remote};
use serde_json::Value;
use std::time::Duration;

/// The hired-type archive reasons of an account, and when they were read.
pub struct Reasons {
    hired: Vec<String>,
    read_at: Ms,
}

/// Archive reasons change once in years.
const REASONS_LAST: Duration = Duration::from_secs(60);

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
            Some(reason) => self.hired_reasons(connection, lever, reason).await?.contains(reason),
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

    /// Which archive reasons make a hire. An unknown reason is a reason to read again.
    async fn hired_reasons(&self, connection: &str, lever: &Remote, reason: &str) -> Result<Vec<String>, Failure> {
        let now = self.clock.now();
        {
            let known = self.reasons.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if let Some(known) = known.get(connection)
                && (known.hired.iter().any(|r| r == reason) || now.since(known.read_at) < REASONS_LAST)
            {
                return Ok(known.hired.clone());
            }
        }
        let all = lever.send(ListArchiveReasons { query: ReasonFilter::default(), body: Nothing }).await?.data;
        let hired: Vec<String> = all.into_iter().filter(|r| r.kind == "hired").map(|r| r.id).collect();
        let mut known = self.reasons.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.insert(connection.to_owned(), Reasons { hired: hired.clone(), read_at: now });
        Ok(hired)
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
