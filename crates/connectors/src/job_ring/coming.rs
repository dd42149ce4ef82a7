//! A referral on its way into Lever: an opportunity on the posting, with source, tag and résumé; then Job Ring is told, and a note
//! names the referrer.
//!
//! The opportunity is remembered as soon as Lever has made it. What follows is done on the opportunity, so whoever is deleted in Lever
//! while Job Ring is out of order is forgotten and not made again.

use super::{NAME, Settings, standing::Standing, wire};
use crate::{entering, profile};
use connector::{Arrival, Cx, Decision, Done, Effect, Hold, How, Outcome, outcome_of};
use job_ring_api::{Kind, Referral, Sent};
use lever_api::{AddSources, AddTags, NewOpportunity, Opportunity, PerformAs, Phone, Sources, Tags};
use outbound::Failure;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What Lever calls whoever comes this way: exactly so.
pub const SOURCE: &str = "Job Ring";
pub const TAG: &str = "Referral";
/// Where applicants and referrals begin in every account of Lever.
const STAGE: &str = "applicant-new";

/// An opportunity that is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Create {
    pub referral: String,
    pub posting: String,
    pub name: String,
    pub email: String,
    pub phone: String,
    pub links: Vec<String>,
    /// Whether there is a résumé.
    pub resume: bool,
    /// Names the referrer.
    pub note: String,
    /// Why it earns nothing; empty: it may.
    pub duplicate: String,
    /// When they were referred, ms. By it the opportunity is found again, should no answer come.
    pub created_at: i64,
    /// A user of Lever.
    pub perform_as: String,
    /// It is in Lever already: this opportunity.
    pub there: Option<String>,
    /// That one did not come through Job Ring.
    pub joins: bool,
}

/// What is still to be said of an opportunity that has been made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Unsaid {
    pub referral: String,
    pub sent: Sent,
    /// Names the referrer.
    pub note: String,
    /// The note may be there already.
    pub perhaps: bool,
    /// The opportunity was there before, without our tag and source.
    pub joins: bool,
    /// A user of Lever.
    pub perform_as: String,
}

/// Why a referral cannot be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cannot {
    pub referral: String,
    pub cause: String,
    pub why: String,
}

/// It came through Job Ring and no other way.
fn is_from_us(opportunity: &Opportunity) -> bool {
    !opportunity.sources.is_empty() && opportunity.sources.iter().all(|source| source == SOURCE)
}

pub fn admit(settings: &Settings, arrival: &Arrival) -> Decision<super::Change> {
    let Ok(referral) = serde_json::from_value::<Referral>(arrival.record.value.clone()) else {
        return Decision::Nothing(format!("{NAME} said nothing that makes sense"));
    };
    if let Some(hold) = settings.unmapped() {
        return Decision::Hold(hold);
    }
    // Job Ring was told, and its answer was lost; or another hub sent it.
    let told = Some(referral.opportunity.clone()).filter(|id| !id.is_empty());
    let ours = told.or_else(|| arrival.known.iter().find(|o| entering::is_this(o, SOURCE, referral.created_at)).map(|o| o.id.clone()));
    // Whoever is a candidate for this very job already is one: a second candidacy would only confuse those who decide.
    let same = arrival.known.iter().filter(|o| arrival.applied.contains(&o.id) && !is_from_us(o)).min_by_key(|o| o.created_at);
    let joins = ours.is_none() && same.is_some();
    let there = ours.or_else(|| same.map(|o| o.id.clone()));
    let cannot = |cause: &str, mend: &str| {
        let why = format!("The referral of {} cannot be sent to Lever: {cause}. {mend}", referral.name);
        let cannot = Cannot { referral: arrival.id.clone(), cause: format!("A referral cannot be sent: {cause}"), why };
        let effects = vec![Effect { key: format!("job-ring/cannot/{}", arrival.id), change: super::Change::Cannot(cannot) }];
        Decision::Make(effects)
    };
    let title = |posting: &lever_api::Posting| format!("the job \"{}\" is closed in Lever", posting.text.trim());
    match &arrival.posting {
        _ if there.is_some() => {}
        None => return cannot("Lever does not show its job", "It may be gone, or confidential. A recruiter can make it public, or an admin of Job Ring can choose another job."),
        Some(posting) if !wire::is_open(posting) => return cannot(&title(posting), "A recruiter can open it again, or an admin of Job Ring can choose another job."),
        Some(_) => {}
    }
    if settings.perform_as.is_empty() {
        return cannot("nobody is chosen in whose name Lever is written to", "An admin of Job Ring can choose somebody where the stages are mapped.");
    }
    // Who of several that referred somebody came first is Job Ring's business.
    let theirs = |o: &&Opportunity| o.created_at < referral.created_at && !is_from_us(o);
    let earlier = arrival.known.iter().filter(theirs);
    let owner = earlier.filter(|o| o.created_at >= referral.owned_since).min_by_key(|o| o.created_at);
    let links = [referral.linkedin.clone(), referral.url.clone()];
    let create = Create {
        referral: arrival.id.clone(),
        posting: referral.job.clone(),
        note: note(&referral),
        duplicate: owner.map(|o| duplicate(&referral, o)).unwrap_or_default(),
        name: referral.name,
        email: referral.email,
        phone: referral.phone,
        links: links.into_iter().filter(|link| !link.is_empty()).collect(),
        resume: !referral.resume.is_empty(),
        created_at: referral.created_at,
        perform_as: settings.perform_as.clone(),
        there,
        joins,
    };
    Decision::Make(vec![Effect { key: format!("job-ring/opportunity/{}", arrival.id), change: super::Change::Create(Box::new(create)) }])
}

fn duplicate(referral: &Referral, owner: &Opportunity) -> String {
    let on = jiff::Timestamp::from_millisecond(owner.created_at).map(|at| at.strftime(" on %-d %B %Y").to_string()).unwrap_or_default();
    let by = owner.sources.first().map_or_else(|| owner.origin.clone(), Clone::clone);
    format!("{} was brought to Lever{on} already ({by}): whoever did that comes first.", referral.name)
}

fn note(referral: &Referral) -> String {
    let from = if referral.kind == Kind::Internal { "a colleague" } else { "somebody outside the company" };
    let mut lines = vec![format!("{NAME}: referred by {} <{}>, {from}.", referral.referrer.name, referral.referrer.email)];
    if !referral.relationship.is_empty() {
        lines.push(format!("How they know each other: {}", referral.relationship));
    }
    if !referral.words.is_empty() {
        lines.push(format!("Why they fit: {}", referral.words));
    }
    lines.push(format!("The referral: {}", referral.url));
    lines.join("\n")
}

/// After so many tries Job Ring says that it goes on being tried.
const SAYS_SO_FROM: i64 = 3;

pub async fn create(cx: &Cx<'_>, create: &Create) -> Outcome {
    match try_to(cx, create).await {
        Ok(outcome) => outcome,
        Err(failure) => {
            let lever_says_no = matches!(failure.status(), Some(400..=499)) && !failure.may_pass() && failure.status() != Some(401);
            let (outcome, why) = match failure.status() {
                // Our clock may be ahead of Lever's.
                Some(400) if failure.to_string().contains("createdAt") => (Outcome::Retry { after: None, why: failure.to_string() }, None),
                Some(403) => match profile::refused(NAME, &failure) {
                    Ok(Outcome::Hold(hold)) => (Outcome::Hold(hold.clone()), Some(hold.why)),
                    Ok(outcome) => (outcome, None),
                    Err(failure) => (outcome_of(NAME, &failure), None),
                },
                _ if lever_says_no => {
                    let why = format!(
                        "Lever does not take the referral of {}: {failure} An admin of {NAME} can correct the referral there, or choose another user on its Integrations page, should the one in whose name it is written be gone.",
                        create.name
                    );
                    (Outcome::Hold(Hold::new("Lever does not take a referral", why.clone())), Some(why))
                }
                _ if cx.attempt >= SAYS_SO_FROM => {
                    let why = format!("It could not be sent to Lever so far: {failure} It is tried again by itself; nothing is lost.");
                    (outcome_of("Lever", &failure), Some(why))
                }
                _ => (outcome_of("Lever", &failure), None),
            };
            if let Some(why) = why {
                // What went wrong first is what counts.
                let _ = wire::trouble(cx.partner, &create.referral, &why).await;
            }
            outcome
        }
    }
}

/// Fails as Lever does; what Job Ring refuses is an outcome.
async fn try_to(cx: &Cx<'_>, create: &Create) -> Result<Outcome, Failure> {
    let may_be_there = cx.attempt > 1 || !cx.tried.is_empty();
    let found = match &create.there {
        Some(id) => Some((id.clone(), String::new())),
        None if may_be_there => entering::find(cx, SOURCE, create.created_at).await?,
        None => None,
    };
    let is_new = found.is_none();
    let (id, url) = match found {
        Some(found) => found,
        None => {
            let resume = if create.resume { wire::resume(cx.partner, &create.referral).await } else { Ok(None) };
            let resume = match resume {
                Ok(resume) => resume,
                Err(failure) => return Ok(at_job_ring(&failure)),
            };
            let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
            let fields = NewOpportunity {
                name: text(&create.name),
                emails: vec![create.email.clone()],
                phones: text(&create.phone).map(|value| Phone { kind: None, value }).into_iter().collect(),
                links: create.links.clone(),
                tags: vec![TAG.to_owned()],
                sources: vec![SOURCE.to_owned()],
                origin: Some("referred".to_owned()),
                stage: STAGE.parse().ok(),
                postings: create.posting.parse().into_iter().collect(),
                created_at: Some(create.created_at),
                ..NewOpportunity::default()
            };
            entering::enter(cx, fields, resume, &create.perform_as).await?
        }
    };
    let sent = Sent { opportunity: id.clone(), url, duplicate: create.duplicate.clone() };
    let unsaid = Unsaid {
        referral: create.referral.clone(),
        sent,
        note: create.note.clone(),
        perhaps: !is_new,
        joins: create.joins,
        perform_as: create.perform_as.clone(),
    };
    Ok(Outcome::Done(Done {
        remote_id: Some(id),
        how: How::Created,
        said: format!("{} is in Lever", create.name),
        became: Some(json!(Standing { unsaid: Some(Box::new(unsaid)), ..Standing::default() })),
        ..Done::default()
    }))
}

/// Tells Job Ring that a referral is in Lever, and Lever who referred.
pub async fn say(cx: &Cx<'_>, unsaid: &Unsaid) -> Outcome {
    if let Err(failure) = wire::sent(cx.partner, &unsaid.referral, unsaid.sent.clone()).await {
        return at_job_ring(&failure);
    }
    let noted = async {
        if unsaid.joins {
            let opportunity = profile::id(&unsaid.sent.opportunity)?;
            let query = PerformAs { perform_as: Some(entering::by(&unsaid.perform_as)?) };
            let body = Tags { tags: vec![TAG.to_owned()] };
            cx.lever.send(AddTags { opportunity: opportunity.clone(), query: query.clone(), body }).await?;
            let body = Sources { sources: vec![SOURCE.to_owned()] };
            cx.lever.send(AddSources { opportunity, query, body }).await?;
        }
        profile::note_once(cx, &unsaid.sent.opportunity, &unsaid.note, &unsaid.perform_as, unsaid.perhaps).await
    };
    match noted.await {
        Ok(()) => Outcome::Done(Done {
            remote_id: Some(unsaid.referral.clone()),
            how: How::Updated,
            said: format!("{NAME} knows, and a note names the referrer"),
            sent: json!(Standing::default()),
            more: true,
            ..Done::default()
        }),
        Err(failure) => profile::refused(NAME, &failure).unwrap_or_else(|failure| outcome_of("Lever", &failure)),
    }
}

fn at_job_ring(failure: &Failure) -> Outcome {
    match outcome_of(NAME, failure) {
        Outcome::Hold(_) if !matches!(failure.status(), Some(401 | 403)) => Outcome::Hold(wire::refusal(failure)),
        outcome => outcome,
    }
}

/// Tells Job Ring why it cannot be sent, then waits for whoever can mend it.
pub async fn tell_why_not(cx: &Cx<'_>, cannot: &Cannot) -> Outcome {
    match wire::trouble(cx.partner, &cannot.referral, &cannot.why).await {
        Ok(()) => Outcome::Hold(Hold::new(cannot.cause.clone(), cannot.why.clone())),
        Err(failure) => outcome_of(NAME, &failure),
    }
}
