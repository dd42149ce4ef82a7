//! `/joinedly/api/v1/…`: Joinedly's API, as declared in [`joinedly_api`].

use super::APP;
use super::joiners::{Joiner, Refused as No};
use super::places::{Kind, Place};
use crate::Partners;
use axum::Router;
use axum::http::StatusCode;
use axum::http::request::Parts as Head;
use axum::response::{IntoResponse, Response};
use db::{Sql, params};
use endpoint::{Info, Nothing, Unreadable};
use futures_util::future::BoxFuture;
use joinedly_api::{
    Account, CancelJourney, CreateEventAddress, CreateOffice, CreateTeam, DeleteEventAddress, DeleteJoiner, Entries, Entry, EventAddress,
    EventAddresses, GetAccount, GetJoiner, JoinerChange, JourneyState, ListEventAddresses, ListJoiners, ListJourneys, ListOffices, ListTeams, Listed,
    Page, PutJoiner, Refusal,
};
use std::sync::Arc;
use web::{Api, Dialect};

/// Joiners on a page of the list.
const PAGE: usize = 500;

/// The API over the apps.
#[derive(Clone)]
struct Door(Partners);

/// A refusal with its status.
struct Refused(StatusCode, Refusal);

impl Refused {
    fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self(status, Refusal { code: code.to_owned(), message: message.into(), joiner: None })
    }

    fn no_joiner(id: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("There is no joiner {id:?}."))
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
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "An unexpected error happened. Nothing was changed; trying again may help.")
    }
}

impl From<No> for Refused {
    fn from(no: No) -> Self {
        match no {
            No::Invalid(why) => Self::new(StatusCode::BAD_REQUEST, "invalid", why),
            No::SameEmail(id, _) => {
                let why = "Another joiner has this e-mail. Say with same_email whether it is the same person.";
                Self(StatusCode::CONFLICT, Refusal { joiner: Some(id), ..Self::new(StatusCode::CONFLICT, "same_email", why).1 })
            }
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, axum::Json(self.1)).into_response()
    }
}

impl Dialect for Door {
    type Caller = ();
    type Refusal = Refused;

    fn admit<'a>(&'a self, _: &'static Info, head: &'a Head) -> BoxFuture<'a, Result<(), Refused>> {
        Box::pin(async move {
            let known = self.0.knows_bearer("jy_token", &head.headers).await?;
            let why = "Send a token of Joinedly: Authorization: Bearer jy_… An admin makes one under Settings > API.";
            if known { Ok(()) } else { Err(Refused::new(StatusCode::UNAUTHORIZED, "unauthorized", why)) }
        })
    }
}

type Answer<T> = Result<T, Refused>;

pub fn routes(partners: Partners) -> Router {
    Api::new(Door(partners))
        .on(async |door: Door, _: Arc<()>, _: GetAccount| -> Answer<Account> { Ok(Account { name: door.0.jy_setting("company").await? }) })
        .on(async |door: Door, _, _: ListOffices| places(&door.0, Kind::Office).await)
        .on(async |door: Door, _, new: CreateOffice| add_place(&door.0, Kind::Office, &new.body.name).await)
        .on(async |door: Door, _, _: ListTeams| places(&door.0, Kind::Team).await)
        .on(async |door: Door, _, new: CreateTeam| add_place(&door.0, Kind::Team, &new.body.name).await)
        .on(journeys)
        .on(list)
        .on(get)
        .on(put)
        .on(cancel)
        .on(delete)
        .on(addresses)
        .on(add_address)
        .on(remove_address)
        .router()
        .route("/openapi.json", axum::routing::get(|| async { axum::Json(joinedly_api::openapi()) }))
}

fn entry(place: Place) -> Entry {
    Entry { id: place.id, name: place.name }
}

async fn places(partners: &Partners, kind: Kind) -> Answer<Entries> {
    Ok(Entries { data: partners.places(kind).await?.into_iter().map(entry).collect() })
}

async fn add_place(partners: &Partners, kind: Kind, name: &str) -> Answer<Entry> {
    let added = partners.add_place(kind, name, "").await?;
    added.map(entry).map_err(|why| Refused::new(StatusCode::BAD_REQUEST, "invalid", why))
}

async fn journeys(door: Door, _: Arc<()>, _: ListJourneys) -> Answer<Entries> {
    Ok(Entries { data: door.0.journeys().await?.into_iter().map(|j| Entry { id: j.id, name: j.name }).collect() })
}

async fn list(door: Door, _: Arc<()>, request: ListJoiners) -> Answer<Page> {
    let sql = "select external_id, joiner from jy_external where external_id > $1 order by external_id limit $2";
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
    let rows = door.0.db.rows(sql, params![request.query.after.unwrap_or_default(), limit]).await?;
    let read = |row: &db::Row| Ok(Listed { id: row.text("joiner")?, external_id: row.text("external_id")? });
    let data = rows.iter().map(read).collect::<db::Result<Vec<_>>>()?;
    let next = data.last().filter(|_| data.len() == PAGE).map(|last| last.external_id.clone());
    Ok(Page { data, next })
}

async fn printed(partners: &Partners, joiner: Joiner, created: bool) -> db::Result<joinedly_api::Joiner> {
    let tasks = partners.tasks(&partners.db, &joiner.id).await?;
    let journey = partners.journey(&partners.db, &joiner.journey).await?;
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    Ok(joinedly_api::Joiner {
        external_ids: partners.external_ids(&joiner.id).await?,
        id: joiner.id,
        joiner: JoinerChange { same_email: None, ..joiner.about },
        journey: JourneyState {
            id: joiner.journey,
            name: journey.map(|j| j.name).unwrap_or_default(),
            state: joiner.state,
            done: count(tasks.iter().filter(|t| t.done_at.is_some()).count()),
            tasks: count(tasks.len()),
        },
        created,
        created_at: joiner.created_at.0,
    })
}

async fn known(partners: &Partners, id: &str, created: bool) -> Answer<joinedly_api::Joiner> {
    let joiner = partners.joiner_called(&partners.db, id).await?.ok_or_else(|| Refused::no_joiner(id))?;
    Ok(printed(partners, joiner, created).await?)
}

async fn get(door: Door, _: Arc<()>, request: GetJoiner) -> Answer<joinedly_api::Joiner> {
    known(&door.0, &request.joiner, false).await
}

async fn put(door: Door, _: Arc<()>, request: PutJoiner) -> Answer<joinedly_api::Joiner> {
    let put = door.0.put_joiner(&request.joiner, &request.body).await??;
    known(&door.0, &request.joiner, put.created).await
}

async fn cancel(door: Door, _: Arc<()>, request: CancelJourney) -> Answer<joinedly_api::Joiner> {
    if !door.0.cancel_journey(&request.joiner, &request.body.why).await? {
        return Err(Refused::no_joiner(&request.joiner));
    }
    known(&door.0, &request.joiner, false).await
}

async fn delete(door: Door, _: Arc<()>, request: DeleteJoiner) -> Answer<Nothing> {
    if door.0.forget_joiner(&request.joiner).await? { Ok(Nothing) } else { Err(Refused::no_joiner(&request.joiner)) }
}

async fn addresses(door: Door, _: Arc<()>, _: ListEventAddresses) -> Answer<EventAddresses> {
    let all = door.0.notices.addresses(&door.0.db, APP).await?;
    Ok(EventAddresses { data: all.into_iter().map(|a| EventAddress { id: a.id, url: a.url, secret: None }).collect() })
}

async fn add_address(door: Door, _: Arc<()>, request: CreateEventAddress) -> Answer<EventAddress> {
    let url = request.body.url;
    let tx = door.0.db.begin().await?;
    let added = door.0.notices.add(&tx, APP, &url, &[]).await?;
    tx.commit().await?;
    let (id, secret) = added.map_err(|why| Refused::new(StatusCode::BAD_REQUEST, "invalid", why))?;
    Ok(EventAddress { id, url, secret: Some(secret) })
}

async fn remove_address(door: Door, _: Arc<()>, request: DeleteEventAddress) -> Answer<Nothing> {
    let tx = door.0.db.begin().await?;
    let gone = door.0.notices.remove(&tx, APP, &request.address).await?;
    tx.commit().await?;
    let none = || Refused::new(StatusCode::NOT_FOUND, "not_found", format!("There is no event address {:?}.", request.address));
    gone.map(|_| Nothing).ok_or_else(none)
}
