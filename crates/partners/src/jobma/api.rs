//! `/jobma/interviews`: Jobma's API, as declared in [`jobma_api`].

use super::interviews::{Interview as Stored, State};
use super::reviews::report_name;
use crate::Partners;
use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use endpoint::{Attachment, Info, Nothing, Unreadable};
use futures_util::future::BoxFuture;
use jobma_api::{
    CancelInterview, CreateInterview, DeleteInterview, Evaluation, FindInterview, GetEvaluation, GetInterview, GetReport, Interview, InviteAgain,
    Invited, Kit, Kits, ListKits, Refusal,
};
use std::sync::Arc;
use web::{Api, Dialect};

/// The API over the apps.
#[derive(Clone)]
struct Door(Partners);

/// A refusal with its status.
struct Refused(StatusCode, String);

impl From<Unreadable> for Refused {
    fn from(e: Unreadable) -> Self {
        Self(StatusCode::BAD_REQUEST, e.why)
    }
}

impl From<db::Error> for Refused {
    fn from(e: db::Error) -> Self {
        tracing::error!(error = %e, "a request could not be answered");
        Self(StatusCode::INTERNAL_SERVER_ERROR, "An unexpected error happened. Nothing was changed; trying again may help.".to_owned())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, axum::Json(Refusal { message: self.1 })).into_response()
    }
}

impl Dialect for Door {
    type Caller = ();
    type Refusal = Refused;

    fn admit<'a>(&'a self, _: &'static Info, headers: &'a HeaderMap) -> BoxFuture<'a, Result<(), Refused>> {
        Box::pin(async move {
            let value = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
            let token = value.strip_prefix("Bearer ").unwrap_or_default();
            let known = self.0.knows_token("jm_token", token).await?;
            if known { Ok(()) } else { Err(Refused(StatusCode::UNAUTHORIZED, "Send a token of Jobma: Authorization: Bearer …".to_owned())) }
        })
    }
}

type Answer<T> = Result<T, Refused>;

pub fn routes(partners: Partners) -> Router {
    let document = endpoint::openapi::document("Jobma", "1", "Video interviews.", &jobma_api::catalogue());
    Api::new(Door(partners))
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
        .route("/openapi.json", axum::routing::get(move || async move { axum::Json(document) }))
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
    let made = door.0.invite(&request.body).await?.map_err(|why| Refused(StatusCode::BAD_REQUEST, why))?;
    Ok(Invited { interview_link: Some(door.0.interview_link(&made)?), interview_token: Some(made.id) })
}

async fn find(door: Door, _: Arc<()>, request: FindInterview) -> Answer<Interview> {
    let found = door.0.interview_telling(&door.0.db, &request.query.callback_url).await?;
    Ok(printed(&door.0, &found.ok_or_else(|| none(&request.query.callback_url))?).await?)
}

async fn get(door: Door, _: Arc<()>, request: GetInterview) -> Answer<Interview> {
    let found = door.0.interview(&door.0.db, &request.token).await?.ok_or_else(|| none(&request.token))?;
    Ok(printed(&door.0, &found).await?)
}

async fn evaluation(door: Door, _: Arc<()>, request: GetEvaluation) -> Answer<Evaluation> {
    let found = door.0.interview(&door.0.db, &request.token).await?.ok_or_else(|| none(&request.token))?;
    Ok(door.0.evaluation(&found.id).await?)
}

async fn report(door: Door, _: Arc<()>, request: GetReport) -> Answer<Attachment> {
    let found = door.0.interview(&door.0.db, &request.token).await?.ok_or_else(|| none(&request.token))?;
    let bytes = door.0.report(&found).await?;
    Ok(Attachment { name: report_name(&found), media_type: "application/pdf".to_owned(), bytes, ..Attachment::default() })
}

async fn again(door: Door, _: Arc<()>, request: InviteAgain) -> Answer<Interview> {
    door.0.interview(&door.0.db, &request.token).await?.ok_or_else(|| none(&request.token))?;
    let sent = door
        .0
        .invite_again(&request.token, Some(request.query.key).filter(|key| !key.is_empty()))
        .await?
        .map_err(|why| Refused(StatusCode::CONFLICT, why))?;
    Ok(printed(&door.0, &sent).await?)
}

async fn cancel(door: Door, _: Arc<()>, request: CancelInterview) -> Answer<Interview> {
    let found = door.0.interview(&door.0.db, &request.token).await?.ok_or_else(|| none(&request.token))?;
    let tx = door.0.db.begin().await?;
    door.0.interview_becomes(&tx, &found, &[State::Pending, State::Started, State::Expired], State::Cancelled).await?;
    tx.commit().await?;
    door.0.told_and_seen();
    let found = door.0.interview(&door.0.db, &request.token).await?.ok_or_else(|| none(&request.token))?;
    Ok(printed(&door.0, &found).await?)
}

async fn delete(door: Door, _: Arc<()>, request: DeleteInterview) -> Answer<Nothing> {
    if door.0.forget_interview(&request.token, false).await? { Ok(Nothing) } else { Err(none(&request.token)) }
}

async fn kits(door: Door, _: Arc<()>, _: ListKits) -> Answer<Kits> {
    let kits = door.0.kits().await?;
    let kit = |k: super::kits::Kit| Kit { id: k.id, name: k.name, questions: i64::try_from(k.questions.len()).unwrap_or(i64::MAX) };
    Ok(Kits { data: kits.into_iter().map(kit).collect() })
}
