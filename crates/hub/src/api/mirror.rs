//! Copies of Lever: connecting with a key, how they stand, and asking for more.

use super::{Refused, connection_and_connector, printed};
use crate::Hub;
use crate::connections::Connection as Stored;
use crate::mirror::{MIRROR, STEPS};
use crate::setup::probe_job;
use crate::tokens::Caller;
use crate::work::think_job;
use axum::http::StatusCode;
use clock::Ms;
use connector::AnyConnector;
use db::{Sql, params};
use endpoint::{Nothing, Verb};
use hub_api::{
    ConnectWithKey, Connection, Connector, GetConnector, GetSync, LackingPermission, ReadOpportunity, StepState, Sync, SyncNow, SyncStep,
    TestConnection,
};
use lever_api::OpportunityId;
use pipeline::{NewJob, Priority};
use serde_json::json;
use std::sync::Arc;

pub async fn connector(hub: Hub, _: Arc<Caller>, request: GetConnector) -> Result<Connector, Refused> {
    let spec = hub.connector(&request.connector).ok_or_else(|| Refused::not_found("connector", &request.connector))?.spec();
    let all = |reads: bool| {
        let these = spec.needs.iter().filter(move |need| (need.verb == Verb::Get) == reads);
        these.map(|need| LackingPermission { permission: need.access.permission.to_owned(), to: need.to.to_owned() }).collect()
    };
    Ok(Connector { id: spec.id.to_owned(), name: spec.name.to_owned(), reads: all(true), writes: all(false) })
}

pub async fn connect(hub: Hub, caller: Arc<Caller>, request: ConnectWithKey) -> Result<Connection, Refused> {
    let new = request.body;
    let made = hub.connect_with_key(&caller.tenant, &new.connector, new.key.trim(), &new.target).await?;
    let id = made.map_err(|why| Refused::new(StatusCode::BAD_REQUEST, "cannot_connect", why))?;
    let connection = hub.connection(&caller.tenant, &id).await?.ok_or_else(|| Refused::not_found("connection", &id))?;
    Ok(printed(&hub, &connection).await?)
}

/// A connection in force whose partner keeps a copy.
async fn mirrored(hub: &Hub, caller: &Caller, id: &str) -> Result<(Stored, &'static dyn AnyConnector), Refused> {
    let (connection, connector) = connection_and_connector(hub, caller, id).await?;
    if connector.spec().mirror.is_none() {
        return Err(Refused::new(StatusCode::BAD_REQUEST, "no_copy", format!("{} keeps no copy of Lever.", connector.spec().name)));
    }
    Ok((connection, connector))
}

async fn in_force(hub: &Hub, caller: &Caller, id: &str) -> Result<Stored, Refused> {
    let (connection, _) = mirrored(hub, caller, id).await?;
    if !connection.connected {
        return Err(Refused::new(StatusCode::CONFLICT, "not_connected", "This connection is not connected."));
    }
    Ok(connection)
}

pub async fn sync(hub: Hub, caller: Arc<Caller>, request: GetSync) -> Result<Sync, Refused> {
    let (connection, connector) = mirrored(&hub, &caller, &request.connection).await?;
    let (now, state) = (hub.clock.now(), connection.mirror.clone().unwrap_or_default());
    let checks = connection.checks.clone().unwrap_or_default();
    let lacking: Vec<LackingPermission> =
        checks.missing.iter().map(|m| LackingPermission { permission: m.permission.clone(), to: m.to.clone() }).collect();
    let mut steps = vec![signed_in(&connection), permissions(connector, checks.at, lacking.len(), checks.confidential)];
    let eeo = connector.spec().mirror.is_some_and(|mirror| connection.settings[mirror.eeo] == true);
    for (key, name) in STEPS.iter().filter(|(key, _)| *key != "eeo" || eeo) {
        let step = state.steps.get(*key).cloned().unwrap_or_default();
        steps.push(SyncStep {
            key: (*key).to_owned(),
            name: (*name).to_owned(),
            state: match (step.at, step.why.is_empty(), step.needs_somebody) {
                (0, ..) => StepState::NotStarted,
                (_, true, _) => StepState::Success,
                (_, _, true) => StepState::NeedsAttention,
                _ => StepState::Failure,
            },
            detail: if step.why.is_empty() { format!("{} in Lever", step.count) } else { step.why },
            at: Some(step.at).filter(|at| *at > 0),
        });
    }
    steps.push(hub.step(&connection, "export", "Export of profiles, and what was decided", true).await?);
    steps.push(hub.step(&connection, "profile", "Notes and attachments", false).await?);
    let busy = "select 1 as one from job where tenant = $1 and connection = $2 and substr(kind, 1, 7) = $3 and state in ('ready', 'running') limit 1";
    let busy = hub.db.row(busy, params![caller.tenant.as_str(), connection.id.as_str(), MIRROR]).await?.is_some();
    let progress = state.pass.as_ref().map(|pass| pass.progress(state.total, now));
    Ok(Sync {
        steps,
        lacking,
        confidential: checks.confidential,
        running: connection.connected && (busy || state.pass.is_some()),
        percent: progress.map(|(percent, _)| percent),
        left_ms: progress.and_then(|(_, left)| left),
        told: state.pass.as_ref().map_or(state.total, |pass| pass.told),
        last_at: state.at,
        next_at: pipeline::next_due(&hub.db, &caller.tenant, &connection.id, MIRROR).await?.map(|at| at.0),
    })
}

fn signed_in(connection: &Stored) -> SyncStep {
    let (state, detail) = match (connection.connected, &connection.notice) {
        (true, _) => (StepState::Success, "Lever accepts the API key.".to_owned()),
        (false, notice) => (StepState::NeedsAttention, notice.clone().unwrap_or_else(|| "It is not connected.".to_owned())),
    };
    SyncStep { key: "authentication".to_owned(), name: "Authentication".to_owned(), state, detail, at: Some(connection.connected_at.0) }
}

fn permissions(connector: &dyn AnyConnector, at: i64, lacking: usize, confidential: Option<bool>) -> SyncStep {
    let all = connector.spec().needs.len();
    let (state, detail) = match (at, lacking, confidential) {
        (0, ..) => (StepState::NotStarted, "They are being tried.".to_owned()),
        (_, 0, Some(false)) => (
            StepState::NeedsAttention,
            format!(
                "All {all} are there. \"Allow access to confidential data\" is off: confidential postings and their candidates stay out of sight. It can only be switched on for a new key."
            ),
        ),
        (_, 0, _) => (StepState::Success, format!("All {all} were tried.")),
        (_, n, _) => (StepState::NeedsAttention, format!("{n} of {all} are missing.")),
    };
    SyncStep { key: "permissions".to_owned(), name: "Permissions".to_owned(), state, detail, at: Some(at).filter(|at| *at > 0) }
}

pub async fn sync_now(hub: Hub, caller: Arc<Caller>, request: SyncNow) -> Result<Nothing, Refused> {
    let connection = in_force(&hub, &caller, &request.connection).await?;
    hub.mirror_now(&connection, &caller.name).await?;
    Ok(Nothing)
}

pub async fn test(hub: Hub, caller: Arc<Caller>, request: TestConnection) -> Result<Nothing, Refused> {
    let connection = in_force(&hub, &caller, &request.connection).await?;
    hub.pipeline.job(&hub.db, &caller.tenant, probe_job(&connection.id, hub.clock.now())).await?;
    hub.committed();
    Ok(Nothing)
}

pub async fn read(hub: Hub, caller: Arc<Caller>, request: ReadOpportunity) -> Result<Nothing, Refused> {
    let connection = in_force(&hub, &caller, &request.connection).await?;
    if request.body.opportunity.parse::<OpportunityId>().is_err() {
        return Err(Refused::new(StatusCode::BAD_REQUEST, "bad_opportunity", "Name an opportunity of Lever's by its id."));
    }
    let think = think_job(&connection.id, &request.body.opportunity, Priority::Now, hub.clock.now());
    // Whoever asks may have lost what was told before.
    hub.pipeline.job(&hub.db, &caller.tenant, NewJob { payload: json!({ "again": true }), ..think }).await?;
    hub.committed();
    Ok(Nothing)
}

impl Hub {
    /// How work about single people stands: about records that come in, or about who is in Lever.
    async fn step(&self, connection: &Stored, key: &str, name: &str, arrives: bool) -> db::Result<SyncStep> {
        // Also what cannot even be decided, and, of what arrives, asking for it. What failed yesterday is not how it stands.
        let of = if arrives { "substr(subject, 1, 8) = 'arrival-'" } else { "substr(subject, 1, 8) <> 'arrival-'" };
        let asks = if arrives { " or substr(kind, 1, 18) = 'look-for-arrivals/'" } else { "" };
        let sql = format!(
            "select state, count(*) as n, max(coalesce(ended_at, created_at)) as at from effect where tenant = $1 and connection = $2 and {of} \
             and (state <> 'failed' or ended_at > $3) group by state union all \
             select state, count(*), max(created_at) from job where tenant = $1 and connection = $2 and state = 'held' \
             and ((kind = 'think' and {of}){asks}) group by state"
        );
        let mut counts = std::collections::BTreeMap::new();
        let mut at: Option<i64> = None;
        let yesterday = self.clock.now().0 - 86_400_000;
        for row in self.db.rows(&sql, params![connection.tenant.as_str(), connection.id.as_str(), yesterday]).await? {
            *counts.entry(row.text("state")?).or_insert(0) += row.int("n")?;
            at = at.max(row.get::<Option<i64>>("at")?);
        }
        let of = |state: &str| counts.get(state).copied().unwrap_or(0);
        let under_way = of("ready") + of("running");
        let (state, detail) = match (of("held"), of("failed"), under_way, of("done")) {
            (0, 0, 0, 0) => (StepState::NotStarted, "Nothing yet.".to_owned()),
            (held, ..) if held > 0 => (StepState::NeedsAttention, format!("{held} wait for somebody.")),
            (_, failed, ..) if failed > 0 => (StepState::Failure, format!("{failed} could not be done.")),
            (_, _, under_way, done) => (StepState::Success, format!("{done} done, {under_way} under way.")),
        };
        Ok(SyncStep { key: key.to_owned(), name: name.to_owned(), state, detail, at: at.map(Ms).map(|at| at.0) })
    }
}
