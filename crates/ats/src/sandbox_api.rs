//! The sandbox for programs: `/sandbox/faults` and `/sandbox/clock`, with any API key of the account. It is no part of Lever's API.

use crate::Ats;
use crate::refusal::{Refusal, Result};
use crate::sandbox::{Fault, NewFault};
use axum::extract::{Path, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

/// The routes; nothing, where there is no sandbox.
pub fn routes(ats: Ats) -> Router {
    if ats.sandbox.is_none() {
        return Router::new();
    }
    Router::new()
        .route("/sandbox/faults", get(list).post(add))
        .route("/sandbox/faults/{id}", delete(end))
        .route("/sandbox/clock", get(now).post(clock))
        .layer(from_fn_with_state(ats.clone(), with_key))
        .with_state(ats)
}

async fn with_key(State(ats): State<Ats>, request: Request, next: Next) -> Response {
    match ats.has_key(request.headers()).await {
        Ok(true) => next.run(request).await,
        Ok(false) => Refusal::unauthorized().into_response(),
        Err(e) => Refusal::from(e).into_response(),
    }
}

async fn list(State(ats): State<Ats>) -> Result<Json<Value>> {
    Ok(Json(json!({ "data": ats.faults().await? })))
}

async fn add(State(ats): State<Ats>, body: axum::body::Bytes) -> Result<Json<Fault>> {
    let new: NewFault = serde_json::from_slice(&body).map_err(|e| Refusal::bad_request(format!("Invalid body: {e}")))?;
    ats.add_fault(&new).await.map(Json)
}

async fn end(State(ats): State<Ats>, Path(id): Path<String>) -> Result<Json<Value>> {
    if ats.end_fault(&id).await? { Ok(Json(json!({}))) } else { Err(Refusal::not_found("faults", &id)) }
}

async fn now(State(ats): State<Ats>) -> Json<Value> {
    Json(json!({ "now": ats.clock.now() }))
}

/// By how much the clock is moved on.
#[derive(Deserialize)]
struct By {
    seconds: u64,
}

async fn clock(State(ats): State<Ats>, body: axum::body::Bytes) -> Result<Json<Value>> {
    let by: By = serde_json::from_slice(&body).map_err(|e| Refusal::bad_request(format!("Invalid body: {e}")))?;
    Ok(Json(json!({ "now": ats.move_clock(by.seconds)? })))
}
