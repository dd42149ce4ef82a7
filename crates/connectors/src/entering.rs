//! Somebody becomes an opportunity in Lever, once. Lever takes no key that makes a POST once: the opportunity is made with a moment that
//! no two records share as `createdAt`, and by that and its source it is found again when no answer came.

use connector::Cx;
use endpoint::{Attachment, Nothing, WithFiles};
use lever_api::{CreateAs, CreateOpportunity, ListOpportunities, NewOpportunity, Opportunity, OpportunityFilter, UserId};
use outbound::Failure;

/// A user of Lever's, in Lever's own type.
pub fn by(user: &str) -> Result<UserId, Failure> {
    user.parse().map_err(|_| Failure::Blocked(format!("{user:?} is no user's id")))
}

/// The opportunity a record of this moment became.
pub fn is_this(opportunity: &Opportunity, source: &str, created_at: i64) -> bool {
    opportunity.created_at == created_at && opportunity.sources.iter().any(|known| known == source)
}

fn id_and_address(o: Opportunity) -> (String, String) {
    (o.id, o.urls.map(|urls| urls.show).unwrap_or_default())
}

/// What an earlier try may have made, its id and address: by its moment, for everything else may have been corrected since.
pub async fn find(cx: &Cx<'_>, source: &str, created_at: i64) -> Result<Option<(String, String)>, Failure> {
    let query = OpportunityFilter {
        source: vec![source.to_owned()],
        created_at_start: Some(created_at),
        created_at_end: Some(created_at),
        limit: Some(100),
        ..OpportunityFilter::default()
    };
    let found = cx.lever.send(ListOpportunities { query, body: Nothing }).await?.data;
    Ok(found.into_iter().find(|o| is_this(o, source, created_at)).map(id_and_address))
}

/// Makes it, in the name of a user; its id and address. A résumé that comes along is read by Lever.
pub async fn enter(cx: &Cx<'_>, fields: NewOpportunity, resume: Option<Attachment>, user: &str) -> Result<(String, String), Failure> {
    let query = CreateAs { perform_as: Some(by(user)?), perform_as_posting_owner: None, parse: resume.is_some().then_some(true) };
    let files = resume.map(|file| Attachment { field: "resumeFile".to_owned(), ..file }).into_iter().collect();
    let made = cx.lever.send(CreateOpportunity { query, body: WithFiles { fields, files } }).await?.data;
    Ok(id_and_address(made))
}
