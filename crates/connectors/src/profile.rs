//! Writing on profiles in Lever, as every connector does it that brings something back.

use connector::{Cx, Hold, Outcome, outcome_of};
use endpoint::Nothing;
use lever_api::{CreateNote, ListNotes, Listing, NewNote, OpportunityId, PerformAs};
use outbound::Failure;

/// An opportunity's id in Lever's own type.
pub fn id(opportunity: &str) -> Result<OpportunityId, Failure> {
    opportunity.parse().map_err(|_| Failure::Blocked(format!("{opportunity:?} is no opportunity id")))
}

/// Writes a note in the name of a user, unless one that says this is there.
pub async fn note(cx: &Cx<'_>, opportunity: &OpportunityId, text: &str, by: PerformAs) -> Result<(), Failure> {
    let mut query = Listing { limit: Some(100), ..Listing::default() };
    loop {
        let page = cx.lever.send(ListNotes { opportunity: opportunity.clone(), query: query.clone(), body: Nothing }).await?;
        if page.data.iter().flat_map(|note| &note.fields).any(|comment| comment.value.trim() == text) {
            return Ok(());
        }
        query.offset = page.next.filter(|_| page.has_next == Some(true));
        if query.offset.is_none() {
            break;
        }
    }
    write_note(cx, opportunity, text, by).await
}

/// Writes a note, whatever is there, in the name of a user.
pub async fn write_note(cx: &Cx<'_>, opportunity: &OpportunityId, text: &str, by: PerformAs) -> Result<(), Failure> {
    let body = NewNote { value: Some(text.to_owned()), ..NewNote::default() };
    cx.lever.send(CreateNote { opportunity: opportunity.clone(), query: by.into(), body }).await.map(drop)
}

/// Writes a note about an opportunity that was just made, in the name of a user. `perhaps`: it may be there already.
pub async fn note_once(cx: &Cx<'_>, opportunity: &str, text: &str, user: &str, perhaps: bool) -> Result<(), Failure> {
    let opportunity = id(opportunity)?;
    let by = PerformAs { perform_as: Some(crate::entering::by(user)?) };
    if perhaps || cx.attempt > 1 || !cx.tried.is_empty() {
        note(cx, &opportunity, text, by).await
    } else {
        write_note(cx, &opportunity, text, by).await
    }
}

/// Lever does not let us write: somebody must give the permission. Everything else is as with any failure.
pub fn refused(partner: &str, failure: &Failure) -> Result<Outcome, Failure> {
    match failure.status() {
        Some(403) => Ok(Outcome::Hold(Hold::new(
            format!("Lever does not allow {partner} to write on profiles"),
            format!("Lever answered 403: {failure}. A Super Admin can give the missing permission: connect again, or make a new API key with it."),
        ))),
        Some(404) => Ok(Outcome::GiveUp("Lever does not have this opportunity any more.".to_owned())),
        _ => Ok(outcome_of("Lever", failure)),
    }
}
