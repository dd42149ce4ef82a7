//! Idempotency keys: whoever sends a request again with the same `Idempotency-Key` gets the first answer again, for a day.
//!
//! The key belongs to the token. Another request under the same key is refused, and so is the same one while the first is
//! still being worked on. What ended with a fault of ours is not kept, so that it can be tried again.

use super::Refused;
use crate::Hub;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use db::vault::digest;
use db::{Sql, params};
use std::time::Duration;

/// Longer than any request takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// Answers longer than this are not kept. Bytes.
const LONGEST: usize = 1 << 20;

pub async fn once(State(hub): State<Hub>, request: Request, next: Next) -> Response {
    let key = request.headers().get("idempotency-key").and_then(|v| v.to_str().ok()).map(str::to_owned);
    let Some(key) = key.filter(|_| request.method() == Method::POST) else { return next.run(request).await };
    match keep(&hub, &key, request, next).await {
        Ok(response) => response,
        Err(refused) => refused.into_response(),
    }
}

async fn keep(hub: &Hub, key: &str, request: Request, next: Next) -> Result<Response, Refused> {
    if key.is_empty() || key.len() > 200 {
        return Err(Refused::new(StatusCode::BAD_REQUEST, "bad_key", "An idempotency key has 1 to 200 characters."));
    }
    let token =
        request.headers().get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default().trim_start_matches("Bearer ").to_owned();
    // Whoever is not let in is answered so, and leaves nothing behind.
    let Some(caller) = hub.caller(&token).await? else { return Ok(next.run(request).await) };
    let (parts, body) = request.into_parts();
    let too_long = |_| Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "too_long", "The body is longer than 1 MiB.");
    let body = to_bytes(body, LONGEST).await.map_err(too_long)?;
    let asked = digest(&format!("{} {}", parts.uri, String::from_utf8_lossy(&body)));
    let (tenant, token) = (caller.tenant.as_str(), digest(&token));
    let sql = "insert into idempotency (tenant, token, key, request, at) values ($1, $2, $3, $4, $5) on conflict (tenant, token, key) do nothing";
    let values = params![tenant, token.as_str(), key, asked.as_str(), hub.clock.now().0];
    if hub.db.run(sql, values).await? == 0 && !take_over(hub, tenant, &token, key, &asked).await? {
        return again(hub, tenant, &token, key, &asked).await;
    }
    // Whoever hangs up meanwhile finds the answer when they ask again.
    let (hub, tenant, key) = (hub.clone(), tenant.to_owned(), key.to_owned());
    let work = tokio::spawn(async move { work(&hub, &tenant, &token, &key, Request::from_parts(parts, Body::from(body)), next).await });
    work.await.map_err(|_| Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "An unexpected error happened; the hub's log says more."))?
}

/// Whoever began this died: it is begun again.
async fn take_over(hub: &Hub, tenant: &str, token: &str, key: &str, asked: &str) -> db::Result<bool> {
    let now = hub.clock.now();
    let sql = "update idempotency set at = $1 where tenant = $2 and token = $3 and key = $4 and request = $5 and status is null and at < $6";
    Ok(hub.db.run(sql, params![now.0, tenant, token, key, asked, now.minus(PATIENCE).0]).await? > 0)
}

async fn work(hub: &Hub, tenant: &str, token: &str, key: &str, request: Request, next: Next) -> Result<Response, Refused> {
    let response = next.run(request).await;
    let (parts, body) = response.into_parts();
    let answer = to_bytes(body, LONGEST).await.unwrap_or_default();
    if parts.status.is_server_error() {
        let sql = "delete from idempotency where tenant = $1 and token = $2 and key = $3";
        hub.db.run(sql, params![tenant, token, key]).await?;
    } else {
        let text = String::from_utf8_lossy(&answer).into_owned();
        let sealed = hub.vault.seal(&format!("idempotency/{token}/{key}"), &text);
        let sql = "update idempotency set status = $1, answer = $2 where tenant = $3 and token = $4 and key = $5";
        hub.db.run(sql, params![i64::from(parts.status.as_u16()), sealed, tenant, token, key]).await?;
    }
    Ok(Response::from_parts(parts, Body::from(answer)))
}

/// The first answer once more.
async fn again(hub: &Hub, tenant: &str, token: &str, key: &str, asked: &str) -> Result<Response, Refused> {
    let sql = "select request, status, answer from idempotency where tenant = $1 and token = $2 and key = $3";
    let row = hub.db.row(sql, params![tenant, token, key]).await?;
    let busy = || Refused::new(StatusCode::CONFLICT, "in_progress", "The first request with this idempotency key is still being worked on.");
    let row = row.ok_or_else(busy)?;
    if row.text("request")? != asked {
        let why = "This idempotency key was used for another request. Use a new key for a new request.";
        return Err(Refused::new(StatusCode::UNPROCESSABLE_ENTITY, "key_reused", why));
    }
    let status = row.get::<Option<i64>>("status")?.ok_or_else(busy)?;
    let answer = hub.vault.open_sealed(&format!("idempotency/{token}/{key}"), &row.text("answer")?)?;
    let status = u16::try_from(status).ok().and_then(|s| StatusCode::from_u16(s).ok()).unwrap_or(StatusCode::OK);
    Ok((status, [("content-type", "application/json"), ("idempotency-replayed", "true")], answer).into_response())
}
