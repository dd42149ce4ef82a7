//! `/job-ring/v1/`: Job Ring's API, as declared in [`job_ring_api`].

use super::referrals::{Referral as Stored, Sending};
use crate::Partners;
use crate::door::{Answer, Door, Refused};
use axum::Router;
use axum::http::StatusCode;
use endpoint::{Attachment, Nothing};
use job_ring_api::{
    ForgetPerson, GetReferral, GetResume, ListStatuses, ListWaiting, PutJobs, PutNotSent, PutSent, Referral, Referrer, Statuses, TellChanges, Waiting,
};
use std::sync::Arc;
use web::Api;

pub fn routes(partners: Partners) -> Router {
    Api::new(Door::new(partners, "Job Ring", "jr_token"))
        .on(jobs)
        .on(statuses)
        .on(waiting)
        .on(get)
        .on(resume)
        .on(sent)
        .on(not_sent)
        .on(changes)
        .on(forget)
        .router()
        .route("/openapi.json", axum::routing::get(|| async { axum::Json(job_ring_api::openapi()) }))
}

async fn found(door: &Door, id: &str) -> Answer<Stored> {
    let none = || Refused(StatusCode::NOT_FOUND, format!("There is no referral {id:?}."));
    door.referral(&door.db, id).await?.ok_or_else(none)
}

async fn printed(door: &Door, id: &str) -> Answer<Referral> {
    let r = found(door, id).await?;
    let program = door.program(&door.db).await?;
    let owned_since = Partners::owned_since(&r, &program).0;
    Ok(Referral {
        url: door.at(&format!("/job-ring/referrals/{id}")),
        kind: r.kind,
        referrer: Referrer { name: r.referrer_name, email: r.referrer_email },
        resume: r.resume_name,
        created_at: r.created_at.0,
        owned_since,
        opportunity: r.opportunity,
        removed: r.removed,
        job: r.job,
        name: r.name,
        email: r.email,
        phone: r.phone,
        linkedin: r.linkedin,
        relationship: r.relationship,
        words: r.words,
        id: r.id,
    })
}

async fn jobs(door: Door, _: Arc<()>, request: PutJobs) -> Answer<Nothing> {
    let is_id = |id: &str| !id.is_empty() && id.len() <= 100;
    if let Some(job) = request.body.data.iter().find(|job| !is_id(&job.id) || job.title.chars().count() > 1000) {
        return Err(Refused(
            StatusCode::BAD_REQUEST,
            format!("The job {:?} needs an id of at most 100 characters, and a title of at most 1,000.", job.id),
        ));
    }
    Ok(door.put_jobs(&request.body).await.map(|()| Nothing)?)
}

async fn statuses(door: Door, _: Arc<()>, _: ListStatuses) -> Answer<Statuses> {
    Ok(Statuses { data: door.jr_steps(&door.db).await?.iter().map(super::program::Step::printed).collect() })
}

async fn waiting(door: Door, _: Arc<()>, _: ListWaiting) -> Answer<Waiting> {
    Ok(Waiting { data: door.waiting_referrals().await? })
}

async fn get(door: Door, _: Arc<()>, request: GetReferral) -> Answer<Referral> {
    let stored = found(&door, &request.referral).await?;
    if stored.sending == Sending::Consent {
        return Err(Refused(StatusCode::NOT_FOUND, "They were not asked yet, or did not answer: nothing of them is told.".to_owned()));
    }
    printed(&door, &request.referral).await
}

async fn resume(door: Door, _: Arc<()>, request: GetResume) -> Answer<Attachment> {
    let r = found(&door, &request.referral).await?;
    let bytes = door.resumes.read(&r.id, &r.resume_file).await?;
    let bytes = bytes.ok_or_else(|| Refused(StatusCode::NOT_FOUND, "There is no résumé.".to_owned()))?;
    Ok(Attachment { name: r.resume_name, media_type: r.resume_type, bytes, ..Attachment::default() })
}

async fn sent(door: Door, _: Arc<()>, request: PutSent) -> Answer<Referral> {
    found(&door, &request.referral).await?;
    if request.body.opportunity.is_empty() {
        return Err(Refused(StatusCode::BAD_REQUEST, "Name the opportunity it became.".to_owned()));
    }
    door.is_sent(&request.referral, &request.body).await?;
    printed(&door, &request.referral).await
}

async fn not_sent(door: Door, _: Arc<()>, request: PutNotSent) -> Answer<Referral> {
    found(&door, &request.referral).await?;
    let why: String = request.body.why.chars().take(2000).collect();
    door.has_trouble(&request.referral, &why).await?;
    printed(&door, &request.referral).await
}

async fn changes(door: Door, _: Arc<()>, request: TellChanges) -> Answer<Referral> {
    let referral = found(&door, &request.referral).await?;
    let steps = door.jr_steps(&door.db).await?;
    if let Some(unknown) = request.body.data.iter().find(|change| !steps.iter().any(|step| step.id == change.status)) {
        let known = steps.iter().map(|step| step.id.as_str()).collect::<Vec<_>>().join(", ");
        return Err(Refused(StatusCode::BAD_REQUEST, format!("There is no status {:?}; there are: {known}.", unknown.status)));
    }
    if request.body.data.iter().any(|change| change.at <= 0 || change.because.chars().count() > 500) {
        return Err(Refused(StatusCode::BAD_REQUEST, "Each change says when it was, in ms, and why in at most 500 characters.".to_owned()));
    }
    if !referral.removed {
        door.changes(&request.referral, &request.body.data).await?;
    }
    printed(&door, &request.referral).await
}

async fn forget(door: Door, _: Arc<()>, request: ForgetPerson) -> Answer<Nothing> {
    if door.forget_person(&request.referral).await? {
        return Ok(Nothing);
    }
    Err(Refused(StatusCode::NOT_FOUND, format!("There is no referral {:?}.", request.referral)))
}
