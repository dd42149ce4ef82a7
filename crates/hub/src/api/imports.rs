//! Imports over the API.

use super::Refused;
use crate::Hub;
use crate::runs::{NewRun, Purpose, Run, RunItem, day};
use crate::tokens::Caller;
use axum::http::StatusCode;
use hub_api::{CancelImport, CreateImport, GetImport, Import, ImportedPeople, ImportedPerson, Imports, ListImportedPeople, ListImports, RetryImport};
use std::sync::Arc;

pub async fn create(hub: Hub, caller: Arc<Caller>, request: CreateImport) -> Result<Import, Refused> {
    let connection =
        hub.connection(&caller.tenant, &request.connection).await?.ok_or_else(|| Refused::not_found("connection", &request.connection))?;
    if !connection.connected {
        return Err(Refused::new(StatusCode::CONFLICT, "not_connected", "This connection is not connected with Lever."));
    }
    let since = day(request.body.since.as_deref().unwrap_or_default()).map_err(|why| Refused::new(StatusCode::BAD_REQUEST, "bad_day", why))?;
    let purpose = if request.body.dry_run { Purpose::Trial } else { Purpose::Import };
    let by = request.body.asked_by.map_or_else(|| caller.name.clone(), |asked| format!("{asked} (over {})", caller.name));
    let id = hub.start_run(&caller.tenant, &connection.id, &NewRun { purpose, since, by: &by, due_at: None }).await?;
    one(&hub, &caller, &id).await
}

pub async fn list(hub: Hub, caller: Arc<Caller>, request: ListImports) -> Result<Imports, Refused> {
    let found = hub.connection(&caller.tenant, &request.connection).await?;
    let connection = found.ok_or_else(|| Refused::not_found("connection", &request.connection))?;
    let runs = hub.runs(&caller.tenant, &connection.id, 20).await?;
    Ok(Imports { data: runs.iter().map(printed).collect() })
}

pub async fn get(hub: Hub, caller: Arc<Caller>, request: GetImport) -> Result<Import, Refused> {
    one(&hub, &caller, &request.import).await
}

/// What can come of a person.
const OUTCOMES: [&str; 8] = ["open", "created", "updated", "unchanged", "held", "skipped", "failed", "cancelled"];

pub async fn people(hub: Hub, caller: Arc<Caller>, request: ListImportedPeople) -> Result<ImportedPeople, Refused> {
    one(&hub, &caller, &request.import).await?;
    let query = request.query;
    // The last one of the page before.
    let offset = query.offset.unwrap_or_default();
    let limit = query.limit.unwrap_or(100).clamp(1, 500);
    let outcome = query.outcome.unwrap_or_default();
    if !outcome.is_empty() && !OUTCOMES.contains(&outcome.as_str()) {
        let why = format!("{outcome:?} is no outcome; there are {}.", OUTCOMES.join(", "));
        return Err(Refused::new(StatusCode::BAD_REQUEST, "unknown_outcome", why));
    }
    let mut items = hub.run_items(&caller.tenant, &request.import, &outcome, &offset, limit + 1).await?;
    let more = items.len() as i64 > limit;
    items.truncate(usize::try_from(limit).unwrap_or(100));
    let next = items.last().filter(|_| more).map(|last| last.subject.clone());
    Ok(ImportedPeople { data: items.into_iter().map(person).collect(), next })
}

pub async fn cancel(hub: Hub, caller: Arc<Caller>, request: CancelImport) -> Result<Import, Refused> {
    hub.cancel_run(&caller.tenant, &request.import, &caller.name).await?;
    one(&hub, &caller, &request.import).await
}

pub async fn retry(hub: Hub, caller: Arc<Caller>, request: RetryImport) -> Result<Import, Refused> {
    hub.retry_run(&caller.tenant, &request.import, &caller.name).await?;
    one(&hub, &caller, &request.import).await
}

async fn one(hub: &Hub, caller: &Caller, id: &str) -> Result<Import, Refused> {
    let run = hub.run(&caller.tenant, id).await?.ok_or_else(|| Refused::not_found("import", id))?;
    Ok(printed(&run))
}

pub fn printed(run: &Run) -> Import {
    Import {
        id: run.id.clone(),
        connection: run.connection.clone(),
        kind: run.purpose.name().to_owned(),
        state: run.state.clone(),
        why: run.why.clone(),
        since: run.since.map(|since| since.0),
        asked_by: run.asked_by.clone(),
        late: run.was_late(),
        created_at: run.created_at.0,
        ended_at: run.ended_at.map(|at| at.0),
        counts: run.counts.clone(),
    }
}

fn person(item: RunItem) -> ImportedPerson {
    ImportedPerson {
        opportunity: item.subject,
        name: item.name,
        outcome: item.outcome.unwrap_or_else(|| "open".to_owned()),
        why: item.why,
        fields: serde_json::from_value(item.detail).unwrap_or_default(),
    }
}
