//! Jobs of a connection that works by stages: which entry of the partner's each posting and stage leads to.

use crate::Hub;
use crate::connections::Connection;
use crate::names::NoNames;
use connector::{Account, AnyConnector, Kind, Spec, Whom, every};
use endpoint::Nothing;
use hub_api::{Entry, Jobs, PostingRow, StageRow};
use lever_api::{ListStages, ListUsers, Listing, Stage, User, UserFilter};
use outbound::{Failure, Remote, Urgency, Wire};
use serde_json::{Map, Value};

/// The setting of this kind; empty, if there is none.
pub fn setting(spec: &Spec, kind: Kind) -> &'static str {
    spec.fields.iter().find(|field| field.kind == kind).map_or("", |field| field.name)
}

/// The stages of an account, in pipeline order.
pub async fn stages(lever: &Remote) -> Result<Vec<Stage>, Failure> {
    every(lever, |offset| ListStages { query: Listing { offset, limit: Some(100), ..Listing::default() }, body: Nothing }).await
}

/// The active users of an account, the oldest first.
pub async fn users(lever: &Remote) -> Result<Vec<User>, Failure> {
    let ask = |offset| ListUsers { query: UserFilter { offset, limit: Some(100), ..UserFilter::default() }, body: Nothing };
    let mut all: Vec<User> = every(lever, ask).await?;
    all.retain(|user| user.deactivated_at.is_none());
    all.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    Ok(all)
}

impl Hub {
    /// Stages, postings and entries, as they are now.
    pub(crate) async fn jobs_report(&self, connection: &Connection, connector: &dyn AnyConnector) -> Result<Jobs, NoNames> {
        let wire = Wire::default();
        let (partner, lever) = (self.partner(connection, &wire), self.lever(connection, Urgency::Later, &wire));
        let (spec, settings) = (connector.spec(), &connection.settings);
        let Some(jobs) = spec.jobs else { return Ok(Jobs::default()) };
        // Who works by jobs alone has no need to read stages, and may not be allowed to.
        let stages = async { if setting(spec, Kind::Stages).is_empty() { Ok(Vec::new()) } else { stages(&lever).await } };
        let (stages, postings) = futures_util::future::join(stages, self.postings(connection, &lever)).await;
        let (stages, postings) = (stages.map_err(NoNames::Lever)?, postings.map_err(NoNames::Lever)?);
        // Some partners do not tell what they have: then it is typed in.
        let entries = match connector.entries(&partner).await {
            Ok(mut lists) => lists.remove(jobs.list).unwrap_or_default(),
            Err(failure) if failure.status() == Some(404) => Vec::new(),
            Err(failure) => return Err(NoNames::Partner(failure)),
        };
        let (chosen, by_posting) = (&settings[setting(spec, Kind::Stages)], &settings[setting(spec, Kind::ByPosting)]);
        let is_chosen = |stage: &Stage| chosen.as_array().is_some_and(|ids| ids.iter().any(|id| id.as_str() == Some(&stage.id)));
        let gone = chosen.as_array().into_iter().flatten().filter_map(Value::as_str).filter(|id| !stages.iter().any(|stage| stage.id == *id));
        let gone: Vec<StageRow> =
            gone.map(|id| StageRow { chosen: true, id: id.to_owned(), name: "A stage that is gone from Lever".to_owned(), gone: true }).collect();
        let rows = stages.into_iter().map(|stage| StageRow { chosen: is_chosen(&stage), id: stage.id, name: stage.text, gone: false }).chain(gone);
        let mut open: Vec<PostingRow> = postings
            .iter()
            .filter(|posting| posting.state != "closed" || by_posting.get(&posting.id).is_some())
            .map(|posting| PostingRow {
                id: posting.id.clone(),
                title: posting.text.clone(),
                location: posting.categories.location.clone().unwrap_or_default(),
                state: posting.state.clone(),
                entries: serde_json::from_value(by_posting[&posting.id].clone()).unwrap_or_default(),
            })
            .collect();
        open.sort_by(|a, b| (&a.title, &a.location, &a.id).cmp(&(&b.title, &b.location, &b.id)));
        Ok(Jobs {
            label: jobs.label.to_owned(),
            stages_setting: setting(spec, Kind::Stages).to_owned(),
            by_posting_setting: setting(spec, Kind::ByPosting).to_owned(),
            usual_setting: setting(spec, Kind::Usual).to_owned(),
            afterwards_setting: setting(spec, Kind::Stage).to_owned(),
            stages: rows.collect(),
            postings: open,
            entries: entries.into_iter().map(|pick| Entry { value: pick.value, label: pick.label }).collect(),
            usual: settings[setting(spec, Kind::Usual)].as_str().unwrap_or_default().to_owned(),
            afterwards: settings[setting(spec, Kind::Stage)].as_str().unwrap_or_default().to_owned(),
        })
    }

    /// Changes settings that somebody chose. An entry for a posting to which no candidate comes any more is refused, as far as Lever can
    /// be asked. Whoever is about to be hired may still be.
    pub(crate) async fn choose(&self, connection: &Connection, change: Map<String, Value>, by: &str) -> db::Result<Result<(), String>> {
        let spec = self.connector(&connection.connector).map(|connector| connector.spec()).filter(|spec| spec.whom == Whom::Candidates);
        let chosen = spec.and_then(|spec| change.get(setting(spec, Kind::ByPosting))?.as_object());
        let is_entry = |stages: &Value| stages.as_object().is_some_and(|stages| stages.values().any(|entry| !entry.is_null()));
        let chosen: Vec<&String> = chosen.into_iter().flatten().filter(|(_, stages)| is_entry(stages)).map(|(posting, _)| posting).collect();
        if !chosen.is_empty() {
            let lever = self.lever(connection, Urgency::Now, &Wire::default());
            let postings = self.postings(connection, &lever).await.unwrap_or_default();
            if let Some(closed) = postings.iter().find(|posting| posting.state == "closed" && chosen.contains(&&posting.id)) {
                let title = closed.text.trim();
                return Ok(Err(format!(
                    "\"{title}\" is closed in Lever: nobody comes to it any more. Open it there again, or choose nothing for it."
                )));
            }
        }
        self.change_settings(&connection.tenant, &connection.id, change, by).await
    }

    /// What can be set without asking anybody, once it is connected.
    pub(crate) async fn preset(&self, connection: &Connection, connector: &dyn AnyConnector, lever: &Remote) -> Result<(), Failure> {
        let has = |kind| !setting(connector.spec(), kind).is_empty();
        if !has(Kind::Stages) && !has(Kind::User) {
            return Ok(());
        }
        let account = Account {
            stages: if has(Kind::Stages) { stages(lever).await? } else { Vec::new() },
            users: if has(Kind::User) { users(lever).await? } else { Vec::new() },
        };
        let Some(change) = connector.preset(&connection.settings, &account) else { return Ok(()) };
        let changed = self.change_settings(&connection.tenant, &connection.id, change, "Fulcrum").await;
        match changed.map_err(|e| Failure::NotSent(e.to_string()))? {
            Ok(()) => Ok(()),
            Err(why) => Err(Failure::NotSent(why)),
        }
    }
}

/// Whether any stage is chosen.
pub fn has_stages(spec: &Spec, settings: &Value) -> bool {
    settings[setting(spec, Kind::Stages)].as_array().is_some_and(|stages| !stages.is_empty())
}
