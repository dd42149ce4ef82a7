//! The hub's own API, as declared in `hub-api`.

mod idempotency;
mod imports;
mod mirror;
mod notices;
mod people;

use crate::Hub;
use crate::connections::Connection as Stored;
use crate::names::NoNames;
use crate::tokens::Caller;
use axum::Router;
use axum::http::request::Parts as Head;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use clock::Ms;
use connector::AnyConnector;
use endpoint::{Info, Nothing, Unreadable};
use futures_util::future::BoxFuture;
use hub_api::{
    ConnectSession, Connection, Connections, CreateConnectSession, Disconnect, GetStageMap, Jobs, ListConnections, ListJobs, ListNames, LookNow,
    NamesReport, Refusal, SetSignatureToken, SetupStep, StageMap, TellArrival, UpdateSettings, Webhook,
};
use std::sync::Arc;
use web::{Api, Dialect};

/// A refusal with its status.
pub struct Refused(StatusCode, Refusal);

impl Refused {
    fn not_found(what: &str, id: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("There is no {what} {id}."))
    }

    fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self(status, Refusal { code: code.to_owned(), message: message.into() })
    }
}

impl From<Unreadable> for Refused {
    fn from(e: Unreadable) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unreadable", e.why)
    }
}

impl From<db::Error> for Refused {
    fn from(e: db::Error) -> Self {
        tracing::error!(error = %e, "a request could not be answered");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "An unexpected error happened; the hub's log says more.")
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, axum::Json(self.1)).into_response()
    }
}

impl Dialect for Hub {
    type Caller = Caller;
    type Refusal = Refused;

    fn admit<'a>(&'a self, info: &'static Info, head: &'a Head) -> BoxFuture<'a, Result<Caller, Refused>> {
        Box::pin(async move {
            let value = head.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
            let token = value.strip_prefix("Bearer ").unwrap_or_default();
            let unknown = || Refused::new(StatusCode::UNAUTHORIZED, "unauthorized", "Send a token of the hub: Authorization: Bearer …");
            let caller = self.caller(token).await?.ok_or_else(unknown)?;
            if caller.scopes.iter().any(|s| s == info.access.scope) {
                return Ok(caller);
            }
            Err(Refused::new(StatusCode::FORBIDDEN, "forbidden", format!("The token lacks the scope {}.", info.access.scope)))
        })
    }
}

pub fn routes(hub: Hub) -> Router {
    let whole = hub.clone();
    Api::new(hub)
        .on(create_connect_session)
        .on(list_connections)
        .on(update_settings)
        .on(imports::create)
        .on(imports::list)
        .on(imports::get)
        .on(imports::people)
        .on(imports::cancel)
        .on(imports::retry)
        .on(people::hires)
        .on(people::hire)
        .on(people::holds)
        .on(people::release)
        .on(people::mend)
        .on(people::events)
        .on(people::replay)
        .on(people::erase)
        .on(notices::list)
        .on(notices::create)
        .on(notices::delete)
        .on(look_now)
        .on(disconnect)
        .on(set_signature_token)
        .on(names)
        .on(jobs)
        .on(tell_arrival)
        .on(stage_map)
        .on(mirror::connector)
        .on(mirror::connect)
        .on(mirror::sync)
        .on(mirror::sync_now)
        .on(mirror::test)
        .on(mirror::read)
        .router()
        .layer(axum::middleware::from_fn_with_state(whole, idempotency::once))
        .route("/openapi.json", axum::routing::get(|| async { axum::Json(hub_api::openapi()) }))
}

async fn create_connect_session(hub: Hub, caller: Arc<Caller>, request: CreateConnectSession) -> Result<ConnectSession, Refused> {
    let new = request.body;
    match hub.start_connecting(&caller.tenant, &new.connector, &new.return_url, &new.target).await? {
        Ok(url) => Ok(ConnectSession { url }),
        Err(why) => Err(Refused::new(StatusCode::BAD_REQUEST, "cannot_connect", why)),
    }
}

async fn list_connections(hub: Hub, caller: Arc<Caller>, request: ListConnections) -> Result<Connections, Refused> {
    let wanted = request.query.connector;
    let found = hub.connections(&caller.tenant).await?.into_iter().filter(|c| wanted.as_ref().is_none_or(|w| *w == c.connector));
    let mut data = Vec::new();
    for connection in found {
        data.push(printed(&hub, &connection).await?);
    }
    Ok(Connections { data })
}

async fn update_settings(hub: Hub, caller: Arc<Caller>, request: UpdateSettings) -> Result<Connection, Refused> {
    let gone = || Refused::not_found("connection", &request.connection);
    let connection = hub.connection(&caller.tenant, &request.connection).await?.ok_or_else(gone)?;
    hub.choose(&connection, request.body.0, &caller.name).await?.map_err(|why| Refused::new(StatusCode::BAD_REQUEST, "bad_setting", why))?;
    let connection = hub.connection(&caller.tenant, &request.connection).await?.ok_or_else(gone)?;
    Ok(printed(&hub, &connection).await?)
}

async fn look_now(hub: Hub, caller: Arc<Caller>, request: LookNow) -> Result<Connection, Refused> {
    let gone = || Refused::not_found("connection", &request.connection);
    let connection = hub.connection(&caller.tenant, &request.connection).await?.ok_or_else(gone)?;
    hub.look_soon(&connection, &caller.name).await?;
    Ok(printed(&hub, &connection).await?)
}

async fn disconnect(hub: Hub, caller: Arc<Caller>, request: Disconnect) -> Result<Connection, Refused> {
    let gone = || Refused::not_found("connection", &request.connection);
    let connection = hub.connection(&caller.tenant, &request.connection).await?.ok_or_else(gone)?;
    hub.leave_lever(&connection).await;
    hub.disconnect(&connection, &caller.name, &format!("Disconnected by {}.", caller.name)).await?;
    let connection = hub.connection(&caller.tenant, &request.connection).await?.ok_or_else(gone)?;
    Ok(printed(&hub, &connection).await?)
}

async fn set_signature_token(hub: Hub, caller: Arc<Caller>, request: SetSignatureToken) -> Result<Connection, Refused> {
    let set = hub.set_signature_token(&caller.tenant, &request.body, &caller.name).await?;
    let id = set.map_err(|why| Refused::new(StatusCode::BAD_REQUEST, "bad_token", why))?;
    let connection = hub.connection(&caller.tenant, &id).await?.ok_or_else(|| Refused::not_found("connection", &id))?;
    Ok(printed(&hub, &connection).await?)
}

async fn connection_and_connector(hub: &Hub, caller: &Caller, id: &str) -> Result<(Stored, &'static dyn AnyConnector), Refused> {
    let gone = || Refused::not_found("connection", id);
    let connection = hub.connection(&caller.tenant, id).await?.ok_or_else(gone)?;
    let connector = hub.connector(&connection.connector).ok_or_else(gone)?;
    Ok((connection, connector))
}

fn cannot_compare(connector: &dyn AnyConnector, no: NoNames) -> Refused {
    let (side, failure) = match no {
        NoNames::Lever(failure) => ("Lever", failure),
        NoNames::Partner(failure) => (connector.spec().name, failure),
    };
    Refused::new(StatusCode::BAD_GATEWAY, "cannot_compare", format!("{side} could not be asked for what it has: {failure}"))
}

async fn names(hub: Hub, caller: Arc<Caller>, request: ListNames) -> Result<NamesReport, Refused> {
    let (connection, connector) = connection_and_connector(&hub, &caller, &request.connection).await?;
    let report = hub.names_report(&connection, connector).await.map_err(|no| cannot_compare(connector, no))?;
    Ok(NamesReport { data: report.into_iter().map(crate::names::ListReport::printed).collect() })
}

async fn jobs(hub: Hub, caller: Arc<Caller>, request: ListJobs) -> Result<Jobs, Refused> {
    let (connection, connector) = connection_and_connector(&hub, &caller, &request.connection).await?;
    hub.jobs_report(&connection, connector).await.map_err(|no| cannot_compare(connector, no))
}

async fn stage_map(hub: Hub, caller: Arc<Caller>, request: GetStageMap) -> Result<StageMap, Refused> {
    let (connection, connector) = connection_and_connector(&hub, &caller, &request.connection).await?;
    hub.stage_map(&connection, connector).await.map_err(|no| cannot_compare(connector, no))
}

async fn tell_arrival(hub: Hub, caller: Arc<Caller>, request: TellArrival) -> Result<Nothing, Refused> {
    let (connection, connector) = connection_and_connector(&hub, &caller, &request.connection).await?;
    let (record, spec) = (request.body.record, connector.spec());
    if spec.arrivals.is_none() {
        return Err(Refused::new(StatusCode::BAD_REQUEST, "no_arrivals", format!("{} brings nobody into Lever.", spec.name)));
    }
    let is_id = !record.is_empty() && record.len() <= 100 && record.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if !is_id {
        return Err(Refused::new(StatusCode::BAD_REQUEST, "bad_record", "The record is named by 1 to 100 letters, digits, - and _."));
    }
    if !connection.connected {
        let why = "This connection is not connected. What waits is asked for when somebody connects again.";
        return Err(Refused::new(StatusCode::CONFLICT, "not_connected", why));
    }
    hub.hear_of(&connection, &record).await?;
    Ok(Nothing)
}

/// Where a page begins: after the time and the id that its offset names.
fn page(offset: &Option<String>) -> Result<Option<(Ms, String)>, Refused> {
    let Some(offset) = offset else { return Ok(None) };
    let place = offset.split_once('-').and_then(|(at, id)| Some((Ms(at.parse().ok()?), id.to_owned())));
    place.map(Some).ok_or_else(|| Refused::new(StatusCode::BAD_REQUEST, "bad_offset", "This offset is not one that an answer named as `next`."))
}

/// A page of rows, and the offset of the next.
fn cut<T>(mut rows: Vec<T>, limit: i64, place: impl Fn(&T) -> (Ms, String)) -> (Vec<T>, Option<String>) {
    let limit = usize::try_from(limit).unwrap_or(100);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|last| {
        let (at, id) = place(last);
        format!("{}-{id}", at.0)
    });
    (rows, next)
}

async fn printed(hub: &Hub, connection: &Stored) -> db::Result<Connection> {
    // Read once: the notice and the list below speak of the same moment.
    let webhooks = hub.webhooks(connection).await?;
    Ok(Connection {
        id: connection.id.clone(),
        connector: connection.connector.clone(),
        state: match (connection.connected, connection.token_only) {
            (true, _) if hub.connector(&connection.connector).is_some_and(|c| c.lacks(&connection.settings).is_some()) => "mapping_needed",
            (true, _) => "connected",
            (_, true) => "token_only",
            _ => "disconnected",
        }
        .to_owned(),
        notice: match &connection.notice {
            Some(notice) => Some(notice.clone()),
            None => hub.missing(connection, &webhooks).await?,
        },
        connected_at: connection.connected_at.0,
        settings: hub.settings_of(connection),
        under_way: hub.count_people(connection, "'ready', 'running'").await?,
        held: hub.count_people(connection, "'held'").await?,
        webhooks: webhooks.into_iter().map(|w| Webhook { event: w.wire, url: w.url, has_token: w.made, refused: w.refused }).collect(),
        setup: match hub.connector(&connection.connector) {
            None => Vec::new(),
            Some(connector) => {
                let steps = hub.setup(connection, connector).await?;
                steps.into_iter().map(|s| SetupStep { what: s.what, state: s.state.name().to_owned(), how: s.how }).collect()
            }
        },
    })
}
