//! What partners tell by themselves: check, store, then say yes. Where Lever sends hints, a partner sends news: what it says
//! is remembered, and read with the next decision.

use crate::Hub;
use crate::connections::Connection;
use crate::work::think_job;
use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::put;
use connector::AnyConnector;
use db::vault::digest;
use db::{Sql, params};
use pipeline::{Hint, Priority};
use serde_json::Value;

/// What the audit log says of a call without the right secret.
pub(crate) const WRONG_SECRET: &str = "callback: wrong secret";

/// Longer bodies are refused. Bytes.
const LONGEST: usize = 64 << 10;

pub fn routes(hub: Hub) -> Router {
    Router::new().route("/callbacks/{connection}/{subject}/{about}", put(receive).post(receive)).with_state(hub)
}

impl Hub {
    /// Remembers what a partner tells, or says why it makes no sense; with it since when that is so, ms. Told twice in a row, it is one
    /// piece of news; told again after something else, it is another.
    pub(crate) async fn hear(
        &self,
        connection: &Connection,
        connector: &dyn AnyConnector,
        subject: &str,
        about: &str,
        body: &Value,
    ) -> db::Result<Result<(Value, i64), String>> {
        let tx = self.db.begin().await?;
        let (tenant, id) = (connection.tenant.as_str(), connection.id.as_str());
        // One after the other: what is told late must not be written over what was told meanwhile.
        tx.run("update connection set settings = settings where tenant = $1 and id = $2", params![tenant, id]).await?;
        let sql = "select value, at from told where tenant = $1 and connection = $2 and subject = $3 and about = $4";
        let before = tx.row(sql, params![tenant, id, subject, about]).await?;
        let before = before.map(|row| Ok::<_, db::Error>((row.json("value")?, row.int("at")?))).transpose()?;
        let value = match connector.hear(before.as_ref().map_or(&Value::Null, |(value, _)| value), body) {
            Ok(value) => value,
            Err(why) => return Ok(Err(why)),
        };
        let at = before.filter(|(known, _)| *known == value).map_or(self.clock.now().0, |(_, at)| at);
        let sql = "insert into told (tenant, connection, subject, about, value, at) values ($1, $2, $3, $4, $5, $6) \
                   on conflict (tenant, connection, subject, about) do update set value = excluded.value, at = excluded.at";
        tx.run(sql, params![tenant, id, subject, about, value.to_string(), at]).await?;
        tx.commit().await?;
        Ok(Ok((value, at)))
    }

    /// Where the partner tells of this opportunity; what it tells of is added.
    pub(crate) fn callback_of(&self, connection: &Connection, subject: &str) -> String {
        if connection.callback.is_none() { String::new() } else { self.at(&format!("/callbacks/{}/{subject}/", connection.id)) }
    }
}

type Refused = (StatusCode, String);

async fn receive(State(hub): State<Hub>, Path(about): Path<(String, String, String)>, request: Request) -> Response {
    match accept(&hub, &about, request).await {
        Ok(said) => (StatusCode::OK, said).into_response(),
        Err(Trouble::Refused(refused)) => refused.into_response(),
        Err(Trouble::Database(e)) => {
            tracing::error!(error = %e, "what a partner told could not be stored");
            (StatusCode::SERVICE_UNAVAILABLE, "It could not be stored. Try again.\n").into_response()
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

fn refuse<T>(status: StatusCode, why: impl Into<String>) -> Result<T, Trouble> {
    Err(Trouble::Refused((status, format!("{}\n", why.into()))))
}

/// Whether the caller has the secret agreed with the partner: `Authorization: Bearer …`. Compared by digest, so that the time
/// it takes tells nothing.
fn is_partner(connection: &Connection, headers: &HeaderMap) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()?.strip_prefix("Bearer ")).unwrap_or_default();
    connection.callback.as_ref().is_some_and(|secret| !secret.is_empty() && digest(secret) == digest(given))
}

async fn accept(hub: &Hub, (id, subject, about): &(String, String, String), request: Request) -> Result<&'static str, Trouble> {
    let row = hub.db.row("select tenant from connection where id = $1", params![id.as_str()]).await?;
    let Some(tenant) = row.map(|row| row.text("tenant")).transpose()? else { return refuse(StatusCode::NOT_FOUND, "There is no such connection.") };
    let Some(connection) = hub.connection(&tenant, id).await? else { return refuse(StatusCode::NOT_FOUND, "There is no such connection.") };
    let Some(connector) = hub.connector(&connection.connector) else { return refuse(StatusCode::NOT_FOUND, "There is no such connection.") };
    let name = connector.spec().name;
    if !is_partner(&connection, request.headers()) {
        let why = format!("Somebody called back for {name} without the secret agreed with it. Nothing was changed.");
        hub.audit_refusal(&tenant, id, WRONG_SECRET, name, &why).await;
        return refuse(StatusCode::UNAUTHORIZED, "The secret does not fit: send Authorization: Bearer and the one that was agreed.");
    }
    if subject.parse::<lever_api::OpportunityId>().is_err() || about.len() > 200 {
        return refuse(StatusCode::BAD_REQUEST, "This address tells of no opportunity.");
    }
    let Ok(body) = to_bytes(request.into_body(), LONGEST).await else {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "The body is longer than 64 kB, or was cut off.");
    };
    let body: Value = match serde_json::from_slice(&body) {
        Ok(body) => body,
        Err(e) => return refuse(StatusCode::BAD_REQUEST, format!("The body is not JSON: {e}.")),
    };
    if hub.erasure_of(&tenant, subject).await?.is_some() {
        return refuse(StatusCode::GONE, "Nothing is known of this opportunity any more.");
    }
    let (value, at) = match hub.hear(&connection, connector, subject, about, &body).await? {
        Ok(heard) => heard,
        Err(why) => return refuse(StatusCode::BAD_REQUEST, why),
    };
    let (now, text) = (hub.clock.now(), value.to_string());
    let event_key = digest(&format!("{subject}/{about}/{at}/{text}"));
    let jobs = vec![think_job(id, subject, Priority::Now, now)];
    let hint =
        Hint { tenant: tenant.clone(), source: id.clone(), event_key, kind: format!("{name} told"), subject: subject.clone(), body: text, jobs };
    hub.pipeline.receive(hint).await?;
    if !connection.connected {
        hub.audit(&hub.db, &tenant, name, "callback: late", "Something was told of a connection that is not connected any more. It is kept.").await?;
    }
    hub.lobby.changed();
    Ok("stored\n")
}
