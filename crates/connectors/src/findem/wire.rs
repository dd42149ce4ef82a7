//! Calling Findem, and Lever's things in Findem's words.

use super::NAME;
use connector::{Hold, Lists, Record, Wanted};
use endpoint::{Attachment, Nothing, WithFiles};
use findem_api::{
    Application, Applications, CameOf, DeleteApplication, EeoAnswer, EeoAnswers, ForgetApplications, Gone, ListGone, GetWish, GetWishFile, Job, Kind, Lacking, ListChoices,
    ListWaiting, Profile, PutApplications, PutEeoAnswers, PutFile, PutLists, PutProfile, PutResult, Reason, Stage, User, Wish,
};
use lever_api::{EeoResponse, Opportunity, reference};
use outbound::{Failure, Remote};
use serde_json::json;

/// An id where Lever has one, whether it is expanded or not.
fn id_of(value: &serde_json::Value) -> String {
    reference(value).or(value["id"].as_str()).unwrap_or_default().to_owned()
}

/// One candidacy. Work experience, company, location and education are not taken from Lever.
pub fn application(o: &Opportunity) -> Application {
    let stage = id_of(&o.stage);
    let here = |change: &&lever_api::StageChanged| change.to_stage_id == stage;
    let since = o.stage_changes.iter().rev().find(here).map(|change| change.updated_at);
    Application {
        id: o.id.clone(),
        contact: id_of(&o.contact),
        name: o.name.clone(),
        headline: o.headline.clone(),
        emails: o.emails.clone(),
        phones: o.phones.iter().map(|phone| phone.value.clone()).collect(),
        links: o.links.clone(),
        tags: o.tags.clone(),
        sources: o.sources.clone(),
        origin: o.origin.clone(),
        stage_since: since.or(o.last_advanced_at).unwrap_or(o.created_at),
        stage,
        job: o.applications.first().map(|application| id_of(&application["posting"])).unwrap_or_default(),
        archived_at: o.archived.as_ref().map(|archived| archived.archived_at.or(o.updated_at).unwrap_or(o.created_at)),
        reason: o.archived.as_ref().and_then(|archived| archived.reason.clone()).unwrap_or_default(),
        owner: id_of(&o.owner),
        confidential: o.confidentiality == "confidential",
        url: o.urls.as_ref().map(|urls| urls.show.clone()).unwrap_or_default(),
        created_at: o.created_at,
        updated_at: o.updated_at.unwrap_or(o.created_at),
    }
}

pub async fn lists(partner: &Remote, lists: &Lists) -> Result<(), Failure> {
    let user = |user: &lever_api::User| User { id: user.id.clone(), name: user.name.clone(), email: user.email.clone(), active: user.deactivated_at.is_none() };
    let job = |posting: &lever_api::Posting| Job {
        id: posting.id.clone(),
        title: posting.text.trim().to_owned(),
        location: posting.categories.location.clone().unwrap_or_default(),
        team: posting.categories.team.clone().unwrap_or_default(),
        state: posting.state.clone(),
        confidential: posting.confidentiality == "confidential",
    };
    let stage = |stage: &lever_api::Stage| Stage { id: stage.id.clone(), name: stage.text.clone() };
    let reason = |reason: &lever_api::ArchiveReason| Reason {
        id: reason.id.clone(),
        name: reason.text.clone(),
        hired: reason.kind == "hired",
        active: reason.status != "inactive",
    };
    let body = findem_api::Lists {
        users: lists.users.as_ref().map(|all| all.iter().map(user).collect()),
        jobs: lists.postings.as_ref().map(|all| all.iter().map(job).collect()),
        stages: lists.stages.as_ref().map(|all| all.iter().map(stage).collect()),
        reasons: lists.reasons.as_ref().map(|all| all.iter().map(reason).collect()),
    };
    partner.send(PutLists { query: Nothing, body }).await.map(drop)
}

/// Whoever was anonymised is forgotten, everybody else told.
pub async fn people(partner: &Remote, people: &[Opportunity], pass: Option<i64>) -> Result<Wanted, Failure> {
    let anonymous: Vec<String> = people.iter().filter(|o| o.is_anonymized).map(|o| o.id.clone()).collect();
    if !anonymous.is_empty() {
        forget_all(partner, &anonymous).await?;
    }
    let data: Vec<Application> = people.iter().filter(|o| !o.is_anonymized).map(application).collect();
    if data.is_empty() {
        return Ok(Wanted::default());
    }
    let wanted = partner.send(PutApplications { query: Nothing, body: Applications { pass, data } }).await?;
    Ok(Wanted { subjects: wanted.profiles, lists: wanted.lists })
}

pub async fn gone(partner: &Remote, pass: i64) -> Result<Vec<String>, Failure> {
    Ok(partner.send(ListGone { pass: pass.to_string(), query: Nothing, body: Nothing }).await?.data)
}

pub async fn forget_all(partner: &Remote, ids: &[String]) -> Result<(), Failure> {
    partner.send(ForgetApplications { query: Nothing, body: Gone { data: ids.to_vec() } }).await.map(drop)
}

pub async fn eeo(partner: &Remote, answers: &[EeoResponse], pass: i64, last: bool) -> Result<(), Failure> {
    let answer = |r: &EeoResponse| EeoAnswer {
        id: r.id.clone(),
        job: id_of(&r.posting),
        at: r.eeo_survey_responded_at,
        gender: r.answers.gender.clone().unwrap_or_default(),
        race: r.answers.race.clone().unwrap_or_default(),
        veteran: r.answers.veteran.clone().unwrap_or_default(),
        disability: r.answers.disability.clone().unwrap_or_default(),
    };
    let body = EeoAnswers { pass, last, data: answers.iter().map(answer).collect() };
    partner.send(PutEeoAnswers { query: Nothing, body }).await.map(drop)
}

pub async fn profile(partner: &Remote, body: Profile) -> Result<Lacking, Failure> {
    partner.send(PutProfile { application: body.application.id.clone(), query: Nothing, body }).await
}

pub async fn file(partner: &Remote, application: &str, id: &str, file: Attachment) -> Result<(), Failure> {
    let body = WithFiles::one(file);
    partner.send(PutFile { application: application.to_owned(), file: id.to_owned(), query: Nothing, body }).await.map(drop)
}

pub async fn forget(partner: &Remote, application: &str) -> Result<(), Failure> {
    partner.send(DeleteApplication { application: application.to_owned(), query: Nothing, body: Nothing }).await.map(drop)
}

pub async fn waiting(partner: &Remote) -> Result<Vec<String>, Failure> {
    Ok(partner.send(ListWaiting { query: Nothing, body: Nothing }).await?.data)
}

/// A wish as a record that comes in; none, if it was taken back.
pub async fn wish(partner: &Remote, id: &str) -> Result<Option<Record>, Failure> {
    let wish: Wish = match partner.send(GetWish { wish: id.to_owned(), query: Nothing, body: Nothing }).await {
        Ok(wish) => wish,
        Err(failure) if failure.status() == Some(404) => return Ok(None),
        Err(failure) => return Err(failure),
    };
    let opportunity = if wish.kind == Kind::Export { String::new() } else { wish.application.clone() };
    Ok(Some(Record { name: wish.name.clone(), emails: wish.emails.clone(), posting: wish.job.clone(), opportunity, value: json!(wish) }))
}

/// The résumé; none, if it is gone.
pub async fn wish_file(partner: &Remote, id: &str) -> Result<Option<Attachment>, Failure> {
    match partner.send(GetWishFile { wish: id.to_owned(), query: Nothing, body: Nothing }).await {
        Ok(file) => Ok(Some(file)),
        Err(failure) if failure.status() == Some(404) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Says what came of a wish; of one that was taken back meanwhile nobody wants to know.
pub async fn came_of(partner: &Remote, wish: &str, body: CameOf) -> Result<(), Failure> {
    match partner.send(PutResult { wish: wish.to_owned(), query: Nothing, body }).await {
        Err(failure) if failure.status() == Some(404) => Ok(()),
        other => other.map(drop),
    }
}

/// Whether the token opens it.
pub async fn opens(partner: &Remote) -> Result<(), Failure> {
    partner.send(ListChoices { query: Nothing, body: Nothing }).await.map(drop)
}

/// What Findem does not take.
pub fn refusal(failure: &Failure) -> Hold {
    Hold::new(
        format!("{NAME} refuses what was sent"),
        format!("{NAME} does not take it: {failure} Whoever operates this hub can look at what was sent, and release it once it is mended."),
    )
}
