//! Calling Jobma, and understanding what it tells.

use super::rounds::Invite;
use connector::Hold;
use endpoint::{Attachment, Nothing};
use jobma_api::{
    Again, ByCallback, CancelInterview, Candidate, CreateInterview, DeleteInterview, Evaluation, FindInterview, GetEvaluation, GetInterview, GetReport, Interview, Invited, InviteAgain, Kit, ListKits, NewInterview,
    News, Refusal,
};
use outbound::{Failure, Remote};
use serde_json::{Value, json};

/// What looking for an interview found.
pub enum Lookup {
    There(Interview),
    Nobody,
    /// This Jobma has no such look-up.
    CannotTell,
}

pub async fn kits(partner: &Remote) -> Result<Vec<Kit>, Failure> {
    Ok(partner.send(ListKits { query: Nothing, body: Nothing }).await?.data)
}

pub async fn invite(partner: &Remote, i: &Invite) -> Result<Invited, Failure> {
    let candidate =
        Candidate { first_name: i.first_name.clone(), last_name: i.last_name.clone(), phone: i.phone.clone(), email: i.email.clone() };
    let body = NewInterview {
        interview_template_id: i.kit.clone(),
        job_id: i.job_id.clone(),
        job_code: i.job_code.clone(),
        job_title: i.job_title.clone(),
        callback_url: i.callback.clone(),
        candidate,
    };
    partner.send(CreateInterview { query: Nothing, body }).await
}

/// The interview that tells this address.
pub async fn find(partner: &Remote, callback_url: &str) -> Result<Lookup, Failure> {
    let found = partner.send(FindInterview { query: ByCallback { callback_url: callback_url.to_owned() }, body: Nothing }).await;
    match found {
        Ok(there) => Ok(Lookup::There(there)),
        Err(failure) if matches!(failure.status(), Some(404 | 405)) => Ok(if is_ours(partner).await? { Lookup::Nobody } else { Lookup::CannotTell }),
        Err(failure) => Err(failure),
    }
}

/// The token of an interview of which only the callback is known.
async fn token_of(partner: &Remote, token: &str) -> Result<String, Failure> {
    if !token.contains("://") {
        return Ok(token.to_owned());
    }
    let found = partner.send(FindInterview { query: ByCallback { callback_url: token.to_owned() }, body: Nothing }).await;
    found.map(|there| there.interview_token)
}

/// `key`: asked for twice by one key, it is sent once.
pub async fn invite_again(partner: &Remote, token: &str, key: &str) -> Result<(), Failure> {
    let token = token_of(partner, token).await?;
    partner.send(InviteAgain { token, query: Again { key: key.to_owned() }, body: Nothing }).await.map(drop)
}

pub async fn cancel(partner: &Remote, token: &str) -> Result<(), Failure> {
    let token = token_of(partner, token).await?;
    partner.send(CancelInterview { token, query: Nothing, body: Nothing }).await.map(drop)
}

/// What became of an interview that is to be deleted.
pub enum Deleted {
    Now,
    /// It is not there.
    Before,
    /// This Jobma deletes nothing for us.
    Cannot,
}

pub async fn delete(partner: &Remote, token: &str) -> Result<Deleted, Failure> {
    let deleted = async {
        let token = token_of(partner, token).await?;
        partner.send(DeleteInterview { token, query: Nothing, body: Nothing }).await
    };
    match deleted.await {
        Ok(_) => Ok(Deleted::Now),
        Err(failure) if matches!(failure.status(), Some(404 | 405)) => Ok(if is_ours(partner).await? { Deleted::Before } else { Deleted::Cannot }),
        Err(failure) => Err(failure),
    }
}

/// Whether it lists its kits: then it has the rest too. The vendor's own does not.
async fn is_ours(partner: &Remote) -> Result<bool, Failure> {
    match kits(partner).await {
        Ok(_) => Ok(true),
        Err(failure) if matches!(failure.status(), Some(404 | 405)) => Ok(false),
        Err(failure) => Err(failure),
    }
}

/// How an interview stands, as Jobma would tell by itself; none: this Jobma cannot be asked.
pub async fn news(partner: &Remote, token: &str) -> Result<Option<News>, Failure> {
    let token = match told(token_of(partner, token).await)? {
        Some(token) => token,
        None => return Ok(None),
    };
    let there = told(partner.send(GetInterview { token, query: Nothing, body: Nothing }).await)?;
    Ok(there.map(|there| News { status: there.status, results_url: there.results_url, reviewed_at: there.reviewed_at }))
}

/// What reviewers think; none: this Jobma does not tell.
pub async fn evaluation(partner: &Remote, token: &str) -> Result<Option<Evaluation>, Failure> {
    let token = token_of(partner, token).await?;
    told(partner.send(GetEvaluation { token, query: Nothing, body: Nothing }).await)
}

/// The summary as PDF; none: this Jobma has none.
pub async fn report(partner: &Remote, token: &str) -> Result<Option<Attachment>, Failure> {
    let token = token_of(partner, token).await?;
    told(partner.send(GetReport { token, query: Nothing, body: Nothing }).await)
}

fn told<T>(answer: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match answer {
        Err(failure) if matches!(failure.status(), Some(404 | 405)) => Ok(None),
        other => other.map(Some),
    }
}

const COMPLETED: &str = "completed";
const DELETED: &str = "deleted";
const STATUSES: [&str; 7] = ["pending", "started", COMPLETED, "rejected", "expired", "cancelled", DELETED];

/// What Jobma tells by itself. What is completed stays so, whatever is told late, and keeps its address, until nothing of it is left.
pub fn hear(before: &Value, body: &Value) -> Result<Value, String> {
    let mut news: News = serde_json::from_value(body.clone()).map_err(|e| format!("The body is not {{\"status\": …, \"results_url\": …}}: {e}."))?;
    if !STATUSES.contains(&news.status.as_str()) {
        return Err(format!("There is no status {:?}; there are: {}.", news.status, STATUSES.join(", ")));
    }
    if let Some(url) = &news.results_url
        && (url.len() > 2000 || !(url.starts_with("https://") || url.starts_with("http://")) || url.contains(char::is_whitespace))
    {
        return Err("results_url is not an address.".to_owned());
    }
    if before["status"] == DELETED {
        return Ok(before.clone());
    }
    if before["status"] == COMPLETED && news.status != DELETED {
        if news.status != COMPLETED {
            return Ok(before.clone());
        }
        news.results_url = news.results_url.or_else(|| before["results_url"].as_str().map(str::to_owned));
        news.reviewed_at = news.reviewed_at.max(before["reviewed_at"].as_i64());
    }
    Ok(json!(news))
}

/// What Jobma does not take.
pub fn refusal(partner: &str, who: &str, body: &str) -> Hold {
    let refusal: Refusal = serde_json::from_str(body).unwrap_or_default();
    let why = if refusal.message.is_empty() { "No reason was given." } else { &refusal.message };
    Hold::new(format!("{partner} refuses: {why}"), format!("{partner} answered 400 for {who}: {why} Mend it in Lever or {partner}, then release."))
}
