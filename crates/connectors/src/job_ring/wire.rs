//! Calling Job Ring.

use super::NAME;
use connector::{Hold, Record};
use endpoint::{Attachment, Nothing};
use job_ring_api::{
    Change, Changes, ForgetPerson, GetReferral, GetResume, Job, Jobs, ListStatuses, ListWaiting, NotSent, PutJobs, PutNotSent, PutSent, Referral, Sent,
    Status, TellChanges,
};
use lever_api::{Posting, User};
use outbound::{Failure, Remote};
use serde_json::json;

pub async fn statuses(partner: &Remote) -> Result<Vec<Status>, Failure> {
    Ok(partner.send(ListStatuses { query: Nothing, body: Nothing }).await?.data)
}

pub async fn waiting(partner: &Remote) -> Result<Vec<String>, Failure> {
    Ok(partner.send(ListWaiting { query: Nothing, body: Nothing }).await?.data)
}

/// A referral as a record that comes in; none, if it or its person is gone.
pub async fn referral(partner: &Remote, id: &str) -> Result<Option<Record>, Failure> {
    let referral = match partner.send(GetReferral { referral: id.to_owned(), query: Nothing, body: Nothing }).await {
        Ok(referral) if referral.removed => return Ok(None),
        Ok(referral) => referral,
        Err(failure) if failure.status() == Some(404) => return Ok(None),
        Err(failure) => return Err(failure),
    };
    let (name, emails, posting) = (referral.name.clone(), vec![referral.email.clone()], referral.job.clone());
    Ok(Some(Record { name, emails, posting, value: json!(referral), ..Record::default() }))
}

/// The résumé; none, if it is gone.
pub async fn resume(partner: &Remote, id: &str) -> Result<Option<Attachment>, Failure> {
    match partner.send(GetResume { referral: id.to_owned(), query: Nothing, body: Nothing }).await {
        Ok(file) => Ok(Some(file)),
        Err(failure) if failure.status() == Some(404) => Ok(None),
        Err(failure) => Err(failure),
    }
}

pub async fn sent(partner: &Remote, id: &str, body: Sent) -> Result<Referral, Failure> {
    partner.send(PutSent { referral: id.to_owned(), query: Nothing, body }).await
}

pub async fn trouble(partner: &Remote, id: &str, why: &str) -> Result<(), Failure> {
    partner.send(PutNotSent { referral: id.to_owned(), query: Nothing, body: NotSent { why: why.to_owned() } }).await.map(drop)
}

pub async fn tell(partner: &Remote, id: &str, data: Vec<Change>) -> Result<(), Failure> {
    partner.send(TellChanges { referral: id.to_owned(), query: Nothing, body: Changes { data } }).await.map(drop)
}

pub async fn forget(partner: &Remote, id: &str) -> Result<(), Failure> {
    partner.send(ForgetPerson { referral: id.to_owned(), query: Nothing, body: Nothing }).await.map(drop)
}

/// Anybody outside may see it, so anybody may be referred to it.
pub fn is_open(posting: &Posting) -> bool {
    let is_public = posting.distribution_channels.as_ref().is_none_or(|channels| channels.iter().any(|channel| channel == "public"));
    posting.state == "published" && posting.confidentiality != "confidential" && is_public
}

pub async fn jobs(partner: &Remote, postings: &[Posting], whole: bool) -> Result<(), Failure> {
    let job = |posting: &Posting| {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let manager: User = serde_json::from_value(posting.hiring_manager.clone()).unwrap_or_default();
        Job {
            id: posting.id.clone(),
            title: posting.text.trim().to_owned(),
            location: text(&posting.categories.location),
            team: text(&posting.categories.team),
            work_type: text(&posting.categories.commitment),
            url: posting.urls["show"].as_str().unwrap_or_default().to_owned(),
            hiring_manager_email: manager.email,
            open: is_open(posting),
        }
    };
    // Of a job that nobody can be referred to, Job Ring learns no more than that.
    let closed = |posting: &Posting| Job { id: posting.id.clone(), ..Job::default() };
    let told = postings.iter().filter(|posting| !whole || is_open(posting));
    let mut data: Vec<Job> = told.map(|posting| if is_open(posting) { job(posting) } else { closed(posting) }).collect();
    let mut others = Vec::new();
    while data.len() > AT_ONCE {
        let these: Vec<Job> = data.drain(..AT_ONCE).collect();
        others.extend(these.iter().map(|job| job.id.clone()));
        partner.send(PutJobs { query: Nothing, body: Jobs { data: these, ..Jobs::default() } }).await?;
    }
    if !whole {
        others.clear();
    }
    partner.send(PutJobs { query: Nothing, body: Jobs { whole, others, data } }).await.map(drop)
}

/// Jobs told of in one call.
const AT_ONCE: usize = 500;

/// What Job Ring does not take.
pub fn refusal(failure: &Failure) -> Hold {
    Hold::new(
        format!("{NAME} refuses what was sent"),
        format!("{NAME} does not take it: {failure} An admin of {NAME} can look at the referral there; whoever operates this hub can release it then."),
    )
}
