//! What stages and archive reasons of Lever mean to a partner; and noticing when Lever adds, renames or retires one.

use crate::Hub;
use crate::connections::Connection;
use crate::jobs::{setting, stages, users};
use crate::names::NoNames;
use connector::{AnyConnector, Kind, Pick, every};
use endpoint::Nothing;
use hub_api::{Choice, Entry, MapRow, StageMap};
use lever_api::{ArchiveReason, ListArchiveReasons, ReasonFilter, Stage};
use outbound::{Failure, Remote, Urgency, Wire};
use serde_json::Value;

/// What Lever has that can be mapped: id, name, whether it is in use.
type Named = (String, String, bool);

async fn reasons(lever: &Remote) -> Result<Vec<ArchiveReason>, Failure> {
    every(lever, |offset| ListArchiveReasons { query: ReasonFilter { offset, ..ReasonFilter::default() }, body: Nothing }).await
}

/// Each with what it means; then those that are mapped and not in Lever any more.
fn rows(there: Vec<Named>, map: &Value, propose: impl Fn(&str, &str) -> Option<String>) -> Vec<MapRow> {
    let entry = |id: &str| map[id].as_str().map(str::to_owned);
    let gone = map.as_object().into_iter().flatten().filter(|(id, _)| !there.iter().any(|(known, ..)| known == *id));
    let gone: Vec<MapRow> = gone
        .map(|(id, entry)| MapRow {
            id: id.clone(),
            name: "One that is gone from Lever".to_owned(),
            entry: entry.as_str().map(str::to_owned),
            suggestion: None,
            gone: true,
        })
        .collect();
    let row = |(id, name, in_use): Named| MapRow { entry: entry(&id), suggestion: propose(&id, &name), gone: !in_use, id, name };
    there.into_iter().map(row).chain(gone).collect()
}

/// The entry whose name is part of this one, or the other way round: a form proposes it, and somebody decides.
fn alike(name: &str, entries: &[Pick]) -> Option<String> {
    let name = name.to_lowercase();
    let is_like = |pick: &&Pick| {
        let label = pick.label.to_lowercase();
        name.contains(&label) || label.contains(&name)
    };
    entries.iter().find(is_like).map(|pick| pick.value.clone())
}

/// The entry of this very name. "Offer declined" is no offer, and a rejection must not earn what a hire earns.
fn named(name: &str, entries: &[Pick]) -> Option<String> {
    entries.iter().find(|pick| pick.label.eq_ignore_ascii_case(name.trim())).map(|pick| pick.value.clone())
}

impl Hub {
    /// The map as it is now.
    pub(crate) async fn stage_map(&self, connection: &Connection, connector: &dyn AnyConnector) -> Result<StageMap, NoNames> {
        let wire = Wire::default();
        let (partner, lever) = (self.partner(connection, &wire), self.lever(connection, Urgency::Now, &wire));
        let (spec, settings) = (connector.spec(), &connection.settings);
        let Some(map) = spec.map else { return Ok(StageMap::default()) };
        let (stages, reasons, users) = futures_util::future::join3(stages(&lever), reasons(&lever), users(&lever)).await;
        let (stages, reasons, users) = (stages.map_err(NoNames::Lever)?, reasons.map_err(NoNames::Lever)?, users.map_err(NoNames::Lever)?);
        let entries = connector.entries(&partner).await.map_err(NoNames::Partner)?.remove(map.list).unwrap_or_default();
        let value = |kind| &settings[setting(spec, kind)];
        // Whatever the reasons of hires are called, they mean a hire.
        let hires: Vec<String> = reasons.iter().filter(|reason| crate::read::makes_a_hire(reason)).map(|reason| reason.id.clone()).collect();
        let hired = alike("hired", &entries);
        let of_stage = |stage: Stage| (stage.id, stage.text, true);
        let of_reason = |reason: ArchiveReason| (reason.id, reason.text, reason.status != "inactive");
        // One that is out of use and mapped to nothing is nobody's business.
        let reasons = reasons.into_iter().filter(|reason| reason.status != "inactive" || value(Kind::OfReasons).get(&reason.id).is_some());
        Ok(StageMap {
            label: map.label.to_owned(),
            whom: map.whom.to_owned(),
            saved: connector.lacks(settings).is_none(),
            stages_setting: setting(spec, Kind::OfStages).to_owned(),
            reasons_setting: setting(spec, Kind::OfReasons).to_owned(),
            user_setting: setting(spec, Kind::User).to_owned(),
            stages: rows(stages.into_iter().map(of_stage).collect(), value(Kind::OfStages), |_, name| alike(name, &entries)),
            reasons: rows(reasons.map(of_reason).collect(), value(Kind::OfReasons), |id, name| {
                if hires.iter().any(|hire| hire == id) { hired.clone() } else { named(name, &entries) }
            }),
            user: value(Kind::User).as_str().unwrap_or_default().to_owned(),
            users: users.into_iter().map(|user| Choice { label: format!("{} ({})", user.name, user.access_role), value: user.id }).collect(),
            entries: entries.into_iter().map(|pick| Entry { value: pick.value, label: pick.label }).collect(),
        })
    }
}
