//! Hires, holds, events, replays and erasures over the API.

use super::imports::printed;
use super::{Refused, cut, page};
use crate::Hub;
use crate::hires;
use crate::holds::Chosen;
use crate::pages::hires::{MOST, STATES};
use crate::runs::{Purpose, day};
use crate::tokens::Caller;
use axum::http::StatusCode;
use clock::Ms;
use hub_api::{
    Choice, CreateErasure, CreateReplay, Events, GetHire, Hire, Hires, Hold, Holds, ListEvents, ListHires, ListHolds, MendHold, Query, ReleaseHold,
    Replays, Said, Step, Told, WayOut,
};
use lever_api::OpportunityId;
use lever_api::event::Event;
use pipeline::{Table, WhichTold};
use std::sync::Arc;
use std::time::Duration;

fn days(query: &Query) -> Result<(Option<Ms>, Option<Ms>), Refused> {
    let read = |text: &Option<String>| day(text.as_deref().unwrap_or_default()).map_err(|why| Refused::new(StatusCode::BAD_REQUEST, "bad_day", why));
    Ok((read(&query.from)?, read(&query.until)?.map(|at| at.plus(Duration::from_secs(86_400)))))
}

fn which(query: &Query) -> Result<hires::Which, Refused> {
    let (from, until) = days(query)?;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    if let Some(state) = query.state.as_deref().filter(|state| !STATES.iter().any(|(known, _)| known == state)) {
        let known = STATES.map(|(known, _)| known).join(", ");
        return Err(Refused::new(StatusCode::BAD_REQUEST, "unknown_state", format!("{state:?} is no state of a hire; there are {known}.")));
    }
    Ok(hires::Which {
        search: text(&query.q),
        state: text(&query.state),
        connection: text(&query.connection),
        from,
        until,
        after: page(&query.offset)?,
    })
}

/// Whether it leaves anybody out.
fn narrows(query: &Query) -> bool {
    [&query.q, &query.state, &query.connection, &query.from, &query.until]
        .into_iter()
        .any(|text| text.as_deref().is_some_and(|text| !text.trim().is_empty()))
}

pub async fn hires(hub: Hub, caller: Arc<Caller>, request: ListHires) -> Result<Hires, Refused> {
    let limit = request.query.limit.unwrap_or(100).clamp(1, 500);
    let found = hub.hires(&caller.tenant, &which(&request.query)?, limit + 1).await?;
    let (found, next) = cut(found, limit, |h| (h.seen_at, h.place()));
    Ok(Hires { data: found.into_iter().map(plain).collect(), next })
}

fn plain(hire: hires::Hire) -> Hire {
    Hire {
        opportunity: hire.subject,
        connection: hire.connection,
        name: hire.name,
        emails: hire.email.split_whitespace().map(str::to_owned).collect(),
        job: hire.posting,
        state: hire.state,
        read_at: hire.seen_at.0,
        record: None,
        steps: Vec::new(),
    }
}

pub async fn hire(hub: Hub, caller: Arc<Caller>, request: GetHire) -> Result<Hire, Refused> {
    let (tenant, subject) = (caller.tenant.as_str(), request.opportunity.as_str());
    let found = hub.hire(tenant, subject).await?.ok_or_else(|| Refused::not_found("hire", subject))?;
    let link = pipeline::link_of(&hub.db, tenant, &found.connection, subject).await?;
    let mut steps: Vec<Step> = pipeline::inbox_of(&hub.db, tenant, subject)
        .await?
        .into_iter()
        .map(|told| Step {
            at: told.at.0,
            what: "told".into(),
            outcome: told.kind,
            why: String::new(),
            detail: serde_json::from_str(&told.body).unwrap_or_default(),
        })
        .collect();
    for table in [Table::Job, Table::Effect] {
        let items = pipeline::items_of(&hub.db, table, tenant, subject).await?;
        let ids: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
        let attempts = pipeline::attempts(&hub.db, &ids).await?;
        steps.extend(items.iter().map(|item| Step {
            at: item.created_at.0,
            what: if table == Table::Job { "read" } else { "intended" }.into(),
            outcome: item.state.name().into(),
            why: item.why.clone().unwrap_or_default(),
            detail: if table == Table::Job { serde_json::Value::Null } else { item.payload.clone() },
        }));
        steps.extend(attempts.into_iter().map(|a| Step { at: a.at.0, what: "tried".into(), outcome: a.outcome, why: a.why, detail: a.exchanges }));
    }
    steps.sort_by_key(|step| step.at);
    Ok(Hire { record: link.map(|link| link.remote_id), steps, ..plain(found) })
}

pub async fn holds(hub: Hub, caller: Arc<Caller>, _: ListHolds) -> Result<Holds, Refused> {
    let mut data = Vec::new();
    for held in pipeline::held(&hub.db, &caller.tenant).await? {
        let items = pipeline::held_items(&hub.db, &caller.tenant, &held.connection, &held.cause, 100).await?;
        let way = |way: connector::Way| WayOut {
            way: way.id,
            label: way.label,
            personal: way.personal,
            ask: Some(way.ask).filter(|ask| !ask.is_empty()),
            pick: way.pick.into_iter().map(|pick| Choice { value: pick.value, label: pick.label }).collect(),
        };
        data.push(Hold {
            ways: connector::ways(&held.mend).into_iter().map(way).collect(),
            opportunities: items.into_iter().map(|item| item.subject).filter(|s| s.parse::<OpportunityId>().is_ok()).collect(),
            cause: held.cause,
            connection: held.connection,
            why: held.why,
            count: held.count,
            since: held.since.0,
        });
    }
    Ok(Holds { data })
}

pub async fn release(hub: Hub, caller: Arc<Caller>, request: ReleaseHold) -> Result<Said, Refused> {
    let n = hub.release(&caller.tenant, &request.body.cause, &request.body.connection.unwrap_or_default(), &caller.name).await?;
    Ok(Said { said: format!("{n} tried again.") })
}

pub async fn mend(hub: Hub, caller: Arc<Caller>, request: MendHold) -> Result<Said, Refused> {
    let body = request.body;
    let (subject, picked, connection) = (body.opportunity.unwrap_or_default(), body.picked.unwrap_or_default(), body.connection.unwrap_or_default());
    let chosen = Chosen { cause: &body.cause, connection: &connection, subject: &subject, way: &body.way, picked: &picked };
    match hub.mend(&caller.tenant, &chosen, &caller.name).await? {
        Ok(said) => Ok(Said { said }),
        Err(why) => Err(Refused::new(StatusCode::CONFLICT, "cannot_mend", why)),
    }
}

/// Lever's name of an event, if one is asked for.
fn event(state: Option<String>) -> Result<String, Refused> {
    match state {
        Some(name) if name.parse::<Event>().is_err() => {
            Err(Refused::new(StatusCode::BAD_REQUEST, "unknown_event", format!("Lever has no event {name:?}; candidateHired is one.")))
        }
        name => Ok(name.unwrap_or_default()),
    }
}

pub async fn events(hub: Hub, caller: Arc<Caller>, request: ListEvents) -> Result<Events, Refused> {
    let query = request.query;
    let limit = query.limit.unwrap_or(100).clamp(1, 500);
    let (from, until) = days(&query)?;
    let text = |text: Option<String>| text.unwrap_or_default();
    let after = page(&query.offset)?;
    let which = WhichTold { source: text(query.connection), kind: event(query.state)?, text: text(query.q), from, until, after };
    let told = pipeline::told(&hub.db, &caller.tenant, &which, limit + 1).await?;
    let (told, next) = cut(told, limit, |t| (t.at, t.id.clone()));
    let one = |t: pipeline::Told| Told {
        id: t.id,
        event: t.kind,
        opportunity: t.subject,
        connection: t.source,
        at: t.at.0,
        duplicates: t.again,
        body: t.body,
    };
    Ok(Events { data: told.into_iter().map(one).collect(), next })
}

pub async fn replay(hub: Hub, caller: Arc<Caller>, request: CreateReplay) -> Result<Replays, Refused> {
    let body = request.body;
    let mut people = Vec::new();
    match body.opportunities {
        Some(ids) => {
            for id in ids {
                let found = hub.hires_of(&caller.tenant, &id).await?;
                if found.is_empty() {
                    return Err(Refused::not_found("hire", &id));
                }
                people.extend(found);
            }
        }
        None if !narrows(&body.filter) => {
            let why = "Say whom: opportunities, or a filter. Of a connection everybody, for one: {\"filter\":{\"connection\":\"…\"}}.";
            return Err(Refused::new(StatusCode::BAD_REQUEST, "nobody_named", why.to_owned()));
        }
        None => people = hub.hires(&caller.tenant, &which(&body.filter)?, MOST + 1).await?,
    }
    if people.len() > usize::try_from(MOST).unwrap_or(0) {
        return Err(Refused::new(
            StatusCode::BAD_REQUEST,
            "too_many",
            format!("These are more than {MOST} people. Narrow the filter, and replay them part by part."),
        ));
    }
    let purpose = if body.dry_run { Purpose::ReplayTrial } else { Purpose::Replay };
    let mut data = Vec::new();
    for id in hub.replay(&caller.tenant, &people, purpose, &caller.name).await? {
        data.extend(hub.run(&caller.tenant, &id).await?.as_ref().map(printed));
    }
    Ok(Replays { data })
}

pub async fn erase(hub: Hub, caller: Arc<Caller>, request: CreateErasure) -> Result<Said, Refused> {
    let mut erased = false;
    for connection in hub.connections(&caller.tenant).await? {
        erased |= hub.erase(&connection, &request.body.opportunity, "erased by hand").await?;
    }
    if erased {
        hub.audit(&hub.db, &caller.tenant, &caller.name, "person: erased", "Somebody was erased by hand.").await?;
        Ok(Said { said: "Forgotten; the partner is being instructed.".to_owned() })
    } else {
        Err(Refused::not_found("hire", &request.body.opportunity))
    }
}
