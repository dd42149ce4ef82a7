//! `/jobma/interviews`: Jobma's API, as declared in [`jobma_api`].

use super::interviews::{Interview as Stored, State};
use super::reviews::report_name;
use crate::Partners;
use crate::door::{Answer, Door, Refused};
use axum::Router;
use axum::http::StatusCode;
use endpoint::{Attachment, Nothing};
use jobma_api::{
    CancelInterview, CreateInterview, DeleteInterview, Evaluation, FindInterview, GetEvaluation, GetInterview, GetReport, Interview, InviteAgain,
    Invited, Kit, Kits, ListKits,
};
use std::sync::Arc;
use web::Api;

pub fn routes(partners: Partners) -> Router {
    Api::new(Door::new(partners, "Jobma", "jm_token"))
        .on(create)
        .on(find)
        .on(get)
        .on(evaluation)
        .on(report)
        .on(again)
        .on(cancel)
        .on(delete)
        .on(kits)
        .router()
        .route("/openapi.json", axum::routing::get(|| async { axum::Json(jobma_api::openapi()) }))
}

async fn printed(partners: &Partners, interview: &Stored) -> db::Result<Interview> {
    Ok(Interview {
        interview_token: interview.id.clone(),
        interview_link: partners.interview_link(interview)?,
        status: interview.state.name().to_owned(),
        results_url: (interview.state == State::Completed).then(|| partners.results_url(interview)),
        reviewed_at: partners.reviewed_at(&partners.db, &interview.id).await?,
        due_at: interview.due_at.0,
    })
}

fn none(token: &str) -> Refused {
    Refused(StatusCode::NOT_FOUND, format!("There is no interview {token:?}."))
}

async fn create(door: Door, _: Arc<()>, request: CreateInterview) -> Answer<Invited> {
    let made = door.invite(&request.body).await?.map_err(|why| Refused(StatusCode::BAD_REQUEST, why))?;
    Ok(Invited { interview_link: Some(door.interview_link(&made)?), interview_token: Some(made.id) })
}

async fn find(door: Door, _: Arc<()>, request: FindInterview) -> Answer<Interview> {
    let found = door.interview_telling(&door.db, &request.query.callback_url).await?;
    Ok(printed(&door, &found.ok_or_else(|| none(&request.query.callback_url))?).await?)
}

async fn get(door: Door, _: Arc<()>, request: GetInterview) -> Answer<Interview> {
    let found = door.interview(&door.db, &request.token).await?.ok_or_else(|| none(&request.token))?;
    Ok(printed(&door, &found).await?)
}

async fn evaluation(door: Door, _: Arc<()>, request: GetEvaluation) -> Answer<Evaluation> {
    let found = door.interview(&door.db, &request.token).await?.ok_or_else(|| none(&request.token))?;
    Ok(door.evaluation(&found.id).await?)
}

async fn report(door: Door, _: Arc<()>, request: GetReport) -> Answer<Attachment> {
    let found = door.interview(&door.db, &request.token).await?.ok_or_else(|| none(&request.token))?;
    let bytes = door.report(&found).await?;
    Ok(Attachment { name: report_name(&found), media_type: "application/pdf".to_owned(), bytes, ..Attachment::default() })
}

async fn again(door: Door, _: Arc<()>, request: InviteAgain) -> Answer<Interview> {
    door.interview(&door.db, &request.token).await?.ok_or_else(|| none(&request.token))?;
    let sent = door
        .invite_again(&request.token, Some(request.query.key).filter(|key| !key.is_empty()))
        .await?
        .map_err(|why| Refused(StatusCode::CONFLICT, why))?;
    Ok(printed(&door, &sent).await?)
}

async fn cancel(door: Door, _: Arc<()>, request: CancelInterview) -> Answer<Interview> {
    let found = door.interview(&door.db, &request.token).await?.ok_or_else(|| none(&request.token))?;
    let tx = door.db.begin().await?;
    door.interview_becomes(&tx, &found, &[State::Pending, State::Started, State::Expired], State::Cancelled).await?;
    tx.commit().await?;
    door.told_and_seen();
    let found = door.interview(&door.db, &request.token).await?.ok_or_else(|| none(&request.token))?;
    Ok(printed(&door, &found).await?)
}

async fn delete(door: Door, _: Arc<()>, request: DeleteInterview) -> Answer<Nothing> {
    if door.forget_interview(&request.token, false).await? { Ok(Nothing) } else { Err(none(&request.token)) }
}

async fn kits(door: Door, _: Arc<()>, _: ListKits) -> Answer<Kits> {
    let kits = door.kits().await?;
    let kit = |k: super::kits::Kit| Kit { id: k.id, name: k.name, questions: i64::try_from(k.questions.len()).unwrap_or(i64::MAX) };
    Ok(Kits { data: kits.into_iter().map(kit).collect() })
}
