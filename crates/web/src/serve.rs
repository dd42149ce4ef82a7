//! Putting a router on an address, with the layers every side has.

use crate::{Problem, assets};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use db::Db;
use std::future::Future;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;

/// Adds what every side has: assets, liveness, readiness (whether its database answers), security headers, the cross-origin check on pages, and a page for what
/// is not there and for what cannot be done there: 404 and 405, unless `elsewhere` says it otherwise. `api` is called by programs and has no cookies, so the cross-origin check does not apply to it.
pub fn finish(db: &Db, pages: Router, api: Router, elsewhere: fn(&Request, StatusCode) -> Option<Response>) -> Router {
    pages
        .layer(CsrfLayer::new())
        .merge(api)
        .merge(assets::routes())
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready).with_state(db.clone()))
        .method_not_allowed_fallback(move |request: Request| async move {
            elsewhere(&request, StatusCode::METHOD_NOT_ALLOWED).unwrap_or_else(|| Problem::not_this_way().into_response())
        })
        .fallback(move |request: Request| async move {
            elsewhere(&request, StatusCode::NOT_FOUND).unwrap_or_else(|| Problem::not_found().into_response())
        })
        .layer(from_fn(secure))
        .layer(CompressionLayer::new().gzip(true))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            tracing::error!("a request ended in a panic");
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong here", "This is a fault of this server; its log says more.")
                .into_response()
        }))
}

async fn ready(State(db): State<Db>) -> (StatusCode, &'static str) {
    match db.ping().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}

const POLICY: &str = "default-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'";

/// Nothing from elsewhere, no inline script or style, no framing. A page whose form leads to another origin is
/// made with [`leading_to`].
async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// A page whose form leads to other origins as well: the consent page back to the application, a partner's Connect to
/// the hub. Everything else stays forbidden.
#[must_use]
pub fn leading_to(mut response: Response, addresses: &[&str]) -> Response {
    let origins: Vec<String> =
        addresses.iter().filter_map(|a| url::Url::parse(a).ok()).map(|url| url.origin().ascii_serialization()).filter(|o| o != "null").collect();
    if let Ok(policy) = HeaderValue::try_from(POLICY.replace("form-action 'self'", &format!("form-action 'self' {}", origins.join(" ")))) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Takes an address, before anything is served.
///
/// # Errors
/// When somebody else has it.
pub async fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// Serves until `stop` ends, then finishes the requests in hand.
///
/// # Errors
/// When the listener breaks.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(stop).await
}
