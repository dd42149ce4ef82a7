//! Lever's deliveries: check, store, then say yes.
//!
//! A delivery is a hint. Its signature covers the token and the time, not the data, so nothing in it is believed: the
//! opportunity it names is read again by id. 2xx is answered only after the inbox row and its job are durable.

use crate::Hub;
use crate::work::think_job;
use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use lever_api::event::{Delivery, Event};
use pipeline::{Hint, Priority};
use std::time::Duration;
use tracing::Instrument;

/// Longer bodies are refused. Lever's are under a kilobyte. Bytes.
const LONGEST: usize = 1 << 20;
/// How far ahead Lever's clock may be.
const AHEAD: Duration = Duration::from_secs(5 * 60);
/// Lever retries for some hours; what is older is a replay.
const HORIZON: Duration = Duration::from_secs(24 * 3600);

pub fn routes(hub: Hub) -> Router {
    Router::new().route("/hooks/lever/{subscription}", post(receive)).with_state(hub)
}

/// Why a delivery was not taken: the status, and a sentence for the answer and the audit log.
struct Refused(StatusCode, &'static str, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, format!("{}\n", self.2)).into_response()
    }
}

async fn receive(State(hub): State<Hub>, Path(id): Path<String>, request: Request) -> Response {
    let known = match hub.subscription(&id, false).await {
        Ok(Some(known)) => known,
        Ok(None) => {
            // It belongs to no customer, so it stands in no audit log.
            hub.log_stray(&id);
            return Refused(StatusCode::NOT_FOUND, "", "There is no such webhook here.".into()).into_response();
        }
        Err(e) => return unavailable(&e),
    };
    let count = |outcome: &'static str| metrics::counter!("fulcrum_deliveries_total", "outcome" => outcome).increment(1);
    let span = tracing::debug_span!("delivery", otel.kind = "server", webhook = %id);
    match accept(&hub, &id, request).instrument(span).await {
        Ok(said) => {
            count("accepted");
            (StatusCode::OK, said).into_response()
        }
        Err(Trouble::Refused(refused)) => {
            count("refused");
            hub.audit_refusal(&known.tenant, &id, refused.1, "Lever", &refused.2).await;
            refused.into_response()
        }
        Err(Trouble::Database(e)) => {
            count("not stored");
            unavailable(&e)
        }
    }
}

enum Trouble {
    Refused(Refused),
    Database(db::Error),
}

impl From<db::Error> for Trouble {
    fn from(e: db::Error) -> Self {
        Self::Database(e)
    }
}

fn refuse<T>(status: StatusCode, what: &'static str, why: impl Into<String>) -> Result<T, Trouble> {
    Err(Trouble::Refused(Refused(status, what, why.into())))
}

/// Not stored, so not accepted: Lever tries again.
fn unavailable(e: &db::Error) -> Response {
    tracing::error!(error = %e, "a delivery could not be stored");
    (StatusCode::SERVICE_UNAVAILABLE, "The delivery could not be stored. Try again.\n").into_response()
}

async fn accept(hub: &Hub, id: &str, request: Request) -> Result<&'static str, Trouble> {
    let Ok(body) = to_bytes(request.into_body(), LONGEST).await else {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "delivery: too long", "The body is longer than 1 MiB, or was cut off.");
    };
    let delivery: Delivery = match serde_json::from_slice(&body) {
        Ok(delivery) => delivery,
        Err(e) => return refuse(StatusCode::BAD_REQUEST, "delivery: unreadable", format!("The body is not a delivery: {e}.")),
    };
    let Some(mut known) = hub.subscription(id, false).await? else {
        return refuse(StatusCode::NOT_FOUND, "delivery: unknown webhook", "There is no such webhook here.");
    };
    if !known.signed(&delivery) {
        // The token may have changed since we read it.
        match hub.subscription(id, true).await? {
            Some(fresh) if fresh.signed(&delivery) => known = fresh,
            fresh => {
                if let Some(fresh) = fresh {
                    hub.unsigned(&fresh, id).await?;
                }
                return refuse(
                    StatusCode::UNAUTHORIZED,
                    "delivery: bad signature",
                    "The signature does not fit. If the token was regenerated in Lever, enter the new one; if not, somebody forges deliveries.",
                );
            }
        }
    }
    let now = hub.clock.now();
    let triggered = clock::Ms(delivery.triggered_at);
    if triggered > now.plus(AHEAD) {
        return refuse(StatusCode::BAD_REQUEST, "delivery: from the future", "triggeredAt is more than five minutes ahead of our clock.");
    }
    if now.since(triggered) > HORIZON {
        return refuse(StatusCode::BAD_REQUEST, "delivery: too old", "triggeredAt is more than 24 hours ago: a replay, not a retry.");
    }
    if !known.listens && !hub.subscription(id, true).await?.is_some_and(|fresh| fresh.listens) {
        return refuse(StatusCode::GONE, "delivery: not connected", "This connection is not connected any more.");
    }
    let reacts =
        delivery.event.parse::<Event>().is_ok_and(|event| hub.connector(&known.connector).is_some_and(|c| c.spec().reacts_to.contains(&event)));
    let subject = delivery.opportunity().filter(|o| o.parse::<lever_api::OpportunityId>().is_ok()).unwrap_or_default().to_owned();
    let jobs = if reacts && !subject.is_empty() { vec![think_job(&known.connection, &subject, Priority::Now, now)] } else { Vec::new() };
    let said = match (jobs.is_empty(), subject.is_empty()) {
        (false, _) => "accepted\n",
        (true, true) => "accepted; it names no opportunity, so nothing follows\n",
        (true, false) => "accepted; this connection does not react to this event\n",
    };
    let hint = Hint {
        tenant: known.tenant.clone(),
        source: known.connection.clone(),
        event_key: delivery.token.clone().unwrap_or_default(),
        kind: delivery.event.clone(),
        subject,
        // As it came, but without token and signature, and cut at 4 kB.
        body: outbound::redact(&body),
        jobs,
    };
    let is_event = !hint.subject.is_empty();
    hub.pipeline.receive(hint).await?;
    // The hint is durable: nothing that goes wrong from here on is Lever's business.
    let written = if is_event { hub.heard(&known, id).await } else { hub.tested(&known, id).await };
    if let Err(e) = written {
        tracing::error!(error = %e, "it could not be written down that a webhook was heard");
    }
    hub.lobby.changed();
    Ok(said)
}
