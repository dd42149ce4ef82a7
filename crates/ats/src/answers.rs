//! Answers told again: whoever asks what was asked before gets the same bytes, as long as nothing was committed to the database since.
//!
//! Programs ask for the same lists over and over, and mostly nothing has changed. An answer is kept under the credential and the whole address
//! it was asked with, together with the version the database had before it was made ([`db::Version`]); one look at the version, shared by all
//! who ask at that moment, says whether it still holds. So nothing can be stale, whichever process or node wrote.
//!
//! Invariant: an answer told again is the one that would be made (`an_answer_told_again_is_the_one_that_would_be_made`).

use crate::Ats;
use crate::access::Caller;
use crate::refusal::Refusal;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use db::Version;
use endpoint::Info;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Bytes kept in all; beyond that what is asked least is let go, and what was asked once before what was asked again.
const MOST: u64 = 32 << 20;
/// What an answer costs beside its bytes.
const AROUND: usize = 2 << 10;
/// Longer answers are not kept.
const LONGEST: usize = 1 << 20;
/// So many short ones fit: of as many it is remembered that they were asked for.
const USUAL: usize = 16 << 10;

/// What was asked: a digest of the credential and the address.
type Asked = [u8; 32];

#[derive(Clone)]
struct Kept {
    /// Of the database, before the answer was made.
    version: Version,
    caller: Arc<Caller>,
    info: &'static Info,
    headers: HeaderMap,
    body: Bytes,
}

#[derive(Clone)]
struct Size;

impl Weighter<Asked, Kept> for Size {
    fn weight(&self, _: &Asked, kept: &Kept) -> u64 {
        (kept.body.len() + AROUND) as u64
    }
}

/// The answers that may be told again.
pub struct Answers(Cache<Asked, Kept, Size>);

impl Default for Answers {
    fn default() -> Self {
        // Half is for what was asked again, half for what is new: more for the old, and a program that asks for a thousand things in turn would
        // push each out before it comes back. Few shards, since the longest answer must fit into one.
        let options =
            OptionsBuilder::new().estimated_items_capacity(USUAL).weight_capacity(MOST).hot_allocation(0.5).ghost_allocation(1.0).shards(4).build();
        Self(options.map_or_else(
            |_| Cache::with_weighter(USUAL, MOST, Size),
            |options| Cache::with_options(options, Size, DefaultHashBuilder::default(), DefaultLifecycle::default()),
        ))
    }
}

impl Answers {
    fn find(&self, version: &Version, asked: &Asked) -> Option<Kept> {
        self.0.get(asked).filter(|kept| kept.version == *version)
    }
}

/// What depends on the time of day as well is made anew each time.
fn lasts(query: &str) -> bool {
    let named: Vec<(String, String)> = serde_html_form::from_str(query).unwrap_or_default();
    named.iter().all(|(name, _)| name != "snoozed")
}

fn asked(request: &Request) -> Option<Asked> {
    let credential = request.headers().get(header::AUTHORIZATION)?.as_bytes();
    let address = request.uri().path_and_query()?;
    if request.method() != Method::GET || !lasts(address.query().unwrap_or_default()) {
        return None;
    }
    let length = (credential.len() as u64).to_le_bytes();
    Some(Sha256::new().chain_update(length).chain_update(credential).chain_update(address.as_str()).finalize().into())
}

/// Tells an answer again, or has it made and keeps it.
pub async fn again(State(ats): State<Ats>, request: Request, next: Next) -> Response {
    let Some(asked) = asked(&request) else { return next.run(request).await };
    let Ok(version) = ats.db.version().await else { return next.run(request).await };
    if let Some(kept) = ats.answers.find(&version, &asked) {
        return ats.told_again(kept);
    }
    let response = next.run(request).await;
    let (parts, body) = response.into_parts();
    let told = (parts.extensions.get::<Arc<Caller>>().cloned(), parts.extensions.get::<&'static Info>().copied());
    let is_json = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let (Some(caller), Some(info), true, StatusCode::OK) = (told.0, told.1, is_json, parts.status) else {
        return Response::from_parts(parts, body);
    };
    // It was made in memory: this takes it, and copies nothing.
    let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else {
        return Refusal::from(db::Error::new("an answer could not be written")).into_response();
    };
    if body.len() <= LONGEST {
        ats.answers.0.insert(asked, Kept { version, caller, info, headers: parts.headers.clone(), body: body.clone() });
    }
    Response::from_parts(parts, Body::from(body))
}

impl Ats {
    /// The same answer, as if it were made: within the caller's rate, while the credential lives, counted, at the time of day.
    fn told_again(&self, kept: Kept) -> Response {
        let Kept { version: _, caller, info, headers, body } = kept;
        let refused = match caller.until {
            Some(until) if until <= self.clock.now().0 => Some(Refusal::unauthorized()),
            _ if self.rate_limit && !self.buckets.take(&caller.owner) => Some(Refusal::too_many()),
            _ => None,
        };
        let mut response = refused.map_or_else(
            || {
                let mut response = Response::new(Body::from(body));
                *response.headers_mut() = headers;
                response
            },
            IntoResponse::into_response,
        );
        web::served(self, info, &mut response);
        response
    }
}
