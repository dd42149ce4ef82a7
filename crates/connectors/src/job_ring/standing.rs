//! How a referral stands in Lever, told as the statuses the stage map says.

use super::coming::Unsaid;
use super::{NAME, Settings};
use connector::{Decision, Effect, Hold, Seen};
use job_ring_api::Change as Told;
use lever_api::{Opportunity, reference};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Job Ring's own status of whoever has just come into Lever.
const APPLIED: &str = "applied";

/// What was told of an opportunity so far: remembered with the link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    /// It has been made, and that is still to be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsaid: Option<Box<Unsaid>>,
    /// The last stage change that was told, ms.
    pub until: i64,
    /// When it was archived, as that was told, ms; 0: it was told as active.
    pub archived_at: i64,
}

impl Standing {
    pub fn read(sent: &Value) -> Self {
        serde_json::from_value(sent.clone()).unwrap_or_default()
    }
}

/// Changes of status, and how it stands once they are told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tell {
    pub referral: String,
    pub changes: Vec<Told>,
    pub then: Standing,
}

/// A stage or an archive reason that leads to no status.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Unmapped {
    pub referral: String,
    /// The setting that maps it: `stages` or `reasons`.
    pub setting: String,
    pub id: String,
    /// What it is called in Lever.
    pub name: String,
}

impl Unmapped {
    /// What is said of it.
    pub fn hold(&self) -> Hold {
        let what = if self.setting == "stages" { "stage" } else { "archive reason" };
        Hold::new(
            format!("No status is chosen for the {what} \"{}\"", self.name),
            format!(
                "A referral reached the {what} \"{}\" in Lever, and {NAME} does not know which status that means. Choose one; until then the status stays as it is.",
                self.name
            ),
        )
    }
}

/// One thing that happened to an opportunity.
struct Point<'a> {
    at: i64,
    setting: &'static str,
    id: &'a str,
}

/// The status of the last stage that had one; of whoever never had one, the status of everybody who has just come into Lever.
fn before(settings: &Settings, opportunity: &Opportunity) -> String {
    let mut stages: Vec<_> = opportunity.stage_changes.iter().map(|change| (change.updated_at, change.to_stage_id.as_str())).collect();
    stages.sort_unstable();
    let told = |(_, id): &(i64, &str)| settings.status("stages", id).filter(|status| !status.is_empty());
    stages.iter().rev().find_map(told).unwrap_or(APPLIED).to_owned()
}

pub fn decide(settings: &Settings, seen: &Seen) -> Decision<super::Change> {
    let o = &seen.opportunity;
    let Some(referral) = seen.record.clone() else { return Decision::Nothing(format!("it did not come from {NAME}")) };
    let make = |what: &str, change| Decision::Make(vec![Effect { key: format!("job-ring/{what}/{}", o.id), change }]);
    let told = Standing::read(&seen.sent);
    if let Some(unsaid) = told.unsaid {
        return make("said", super::Change::Say(unsaid));
    }
    if let Some(hold) = settings.unmapped() {
        return Decision::Hold(hold);
    }
    let stage = reference(&o.stage).unwrap_or_default();
    let mut points: Vec<Point<'_>> = o.stage_changes.iter().filter(|change| change.updated_at > told.until).map(|c| Point { at: c.updated_at, setting: "stages", id: &c.to_stage_id }).collect();
    if o.stage_changes.is_empty() && told.until == 0 {
        points.push(Point { at: o.created_at, setting: "stages", id: stage });
    }
    points.sort_by_key(|point| point.at);
    let mut then = Standing { until: points.last().map_or(told.until, |point| point.at), ..Standing::default() };
    if let Some(archived) = &o.archived {
        then.archived_at = archived.archived_at.or(o.updated_at).unwrap_or(1);
        // Whoever is archived is where that leaves them, through whatever stage they are shoved since.
        points.retain(|point| point.at <= then.archived_at);
        if then.archived_at != told.archived_at {
            points.push(Point { at: then.archived_at, setting: "reasons", id: archived.reason.as_deref().unwrap_or_default() });
        }
    } else if told.archived_at != 0 {
        // Lever does not say when somebody was brought back; the opportunity changed then.
        points.push(Point { at: o.updated_at.unwrap_or(told.archived_at + 1), setting: "stages", id: stage });
    }
    let Some(last) = points.last() else { return Decision::Nothing("its status is told".to_owned()) };
    let name = |point: &Point<'_>| match point.setting {
        "reasons" => seen.reason.as_ref().map(|reason| reason.text.clone()),
        _ => seen.stage.as_ref().filter(|stage| stage.id == point.id).map(|stage| stage.text.clone()),
    };
    // Through what leads nowhere they only came; what counts is where they stand.
    if settings.status(last.setting, last.id).is_none() {
        let (setting, id) = (last.setting.to_owned(), last.id.to_owned());
        let unmapped = Unmapped { referral, name: name(last).unwrap_or_else(|| id.clone()), setting, id };
        return make(&format!("unmapped/{}", unmapped.id), super::Change::Unmapped(unmapped));
    }
    let because = |point: &Point<'_>| match (point.setting, name(point)) {
        ("reasons", Some(name)) if seen.hired => format!("hired: {name}"),
        ("reasons", Some(name)) => format!("archived: {name}"),
        (_, Some(name)) if o.archived.is_none() && told.archived_at != 0 => format!("brought back to {name}"),
        (_, Some(name)) => format!("moved to {name}"),
        _ => String::new(),
    };
    let change = |point: &Point<'_>| {
        let status = settings.status(point.setting, point.id).filter(|status| !status.is_empty())?;
        Some(Told { status: status.to_owned(), at: point.at, because: because(point) })
    };
    let mut changes: Vec<Told> = points.iter().filter_map(change).collect();
    // Brought back to where nothing is told: then they stand again where they stood before, and are not hired any more.
    let was_archived_otherwise = told.archived_at != 0 && told.archived_at != then.archived_at;
    if was_archived_otherwise && settings.status(last.setting, last.id) == Some("") {
        changes.push(Told { status: before(settings, o), at: last.at, because: because(last) });
    }
    let key = format!("told/{}/{}", then.until, then.archived_at);
    make(&key, super::Change::Tell(Tell { referral, changes, then }))
}
