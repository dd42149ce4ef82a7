//! HR Cloud: a hire becomes an employee.
//!
//! Official pages: <https://help.hrcloud.com/api>; the fields after Lever's help page on the integration. Generation 2
//! of the API. What it cannot do: it has no webhooks and no idempotency keys, so an unknown outcome is looked up by the
//! employee number, which is the opportunity's id. Numbers are unique there: a call still under way while we look is
//! refused. It demands a start date, a department, a location, a position and an employment status, none of which Lever
//! demands: that is the main reason for holds.

mod lists;
mod map;
mod plan;
mod wire;

#[cfg(test)]
mod tests;

use crate::decisions::{ERASED, Erase, answered, decision};
use crate::hires::{self, Aliases};
use connector::fields::{self, Overrides};
use connector::{
    Connector, Cx, Decision, Done, Effect, Entry, Field, Found, Good, Hold, How, Kind, Known, Mended, More, NameList, Outcome, Pick, Preview, Remember, Seen, Spec, Way, Whom,
    outcome_of,
};
use endpoint::Nothing;
use lever_api::event::Event;
use lists::{List, Lists, Missing};
use map::Hire;
use outbound::{Failure, Remote};
use plan::{Plan, Write};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use wire::{CreateRecord, DeleteRecord, EMPLOYEE, Find, ListRecords, Record, UpdateRecord};

/// The connector.
pub struct HrCloud;

/// What a customer may set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Hires are told by webhook, and looked for every half a minute.
    pub use_webhook: bool,
    /// Everybody hired is imported at midnight.
    pub automatic_import: bool,
    /// Whose midnight.
    pub time_zone: String,
    /// What an import does to employees who are there.
    pub update: Update,
    /// What becomes of the employee of somebody who is deleted in Lever.
    pub erase: Erase,
    /// Positions, departments, locations and types that HR Cloud lacks are created instead of held.
    pub create_missing: bool,
    /// `van`, `de`, `bin` and their like go with the last name.
    pub keep_particles: bool,
    /// Other names.
    pub aliases: Aliases,
    /// What fills a field of an employee, where it is not what is usual.
    pub fields: Overrides,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            use_webhook: false,
            automatic_import: false,
            time_zone: hires::HOME_ZONE.to_owned(),
            update: Update::Fill,
            erase: Erase::Ask,
            create_missing: false,
            keep_particles: false,
            aliases: Aliases::new(),
            fields: Overrides::new(),
        }
    }
}

/// What happens to an employee who is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Update {
    /// What is empty is filled.
    #[default]
    Fill,
    /// Also what Lever says otherwise now, unless somebody edited it in HR Cloud.
    Overwrite,
    /// Nothing.
    Leave,
}

/// What it may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// This person is an employee.
    Employ(Box<Hire>),
}

/// How people are told about a fault at this partner.
const NAME: &str = "HR Cloud";
/// How old what we know of lists and managers may be.
const REMEMBERED: Good = Good::For(Duration::from_secs(60));

impl Connector for HrCloud {
    const SPEC: Spec = Spec {
        id: "hr-cloud",
        name: NAME,
        about: "People hired in Lever become employees in HR Cloud.",
        whom: Whom::Hires,
        reacts_to: &[Event::CandidateHired],
        needs: &hires::NEEDS,
        fields: &[
            hires::USE_WEBHOOK,
            hires::AUTOMATIC_IMPORT,
            hires::TIME_ZONE,
            Field {
                name: "update",
                label: "Employees who are there already",
                help: "What an import does to them. What somebody edited in HR Cloud since is never overwritten.",
                kind: Kind::Choice(&[
                    ("fill", "Fill fields that are empty"),
                    ("overwrite", "Fill, and write what changed in Lever"),
                    ("leave", "Leave them alone"),
                ]),
            },
            Field {
                name: "erase",
                label: "Whoever is deleted in Lever",
                help: "The hub forgets them in any case. What becomes of the employee is for you to say.",
                kind: Kind::Choice(&[
                    ("ask", "Ask what becomes of the employee"),
                    ("delete", "Delete the employee"),
                    ("keep", "Keep the employee"),
                ]),
            },
            Field {
                name: "create_missing",
                label: "Create what is missing",
                help: "Positions, departments, locations and employment types that HR Cloud lacks are created there instead of holding the hire.",
                kind: Kind::Switch,
            },
            hires::KEEP_PARTICLES,
            Field {
                name: "aliases",
                label: "Other names",
                help: "Which of HR Cloud's positions, departments, locations and employment types stands for a name in Lever.",
                kind: Kind::Aliases,
            },
            hires::FIELDS,
        ],
        targets: &map::TARGETS,
        lists: &[
            NameList { key: List::Position.key(), label: "Positions", target: List::Position.field(), typed: None, blank: false },
            NameList { key: List::Department.key(), label: "Departments", target: List::Department.field(), typed: None, blank: false },
            NameList { key: List::Location.key(), label: "Locations", target: List::Location.field(), typed: None, blank: false },
            NameList { key: List::EmploymentType.key(), label: "Employment types", target: List::EmploymentType.field(), typed: None, blank: false },
        ],
        jobs: None,
        callback: None,
        map: None,
        arrivals: None,
        mirror: None,
        entry: Entry::Any,
        tells_jobs: false,
        credential: &[("customer_key", "Customer key"), ("customer_secret", "Customer secret")],
        home: "https://corehr-api.hrcloud.com",
        support: "https://support.hrcloud.com",
    };

    type Settings = Settings;
    type Change = Change;

    fn is_live(&self, settings: &Settings) -> bool {
        settings.use_webhook
    }

    fn imports_daily(&self, settings: &Settings) -> Option<String> {
        settings.automatic_import.then(|| settings.time_zone.clone())
    }

    fn more(&self, settings: &Settings) -> Vec<More> {
        fields::more(&settings.fields)
    }

    fn decide(&self, settings: &Settings, seen: &Seen) -> Decision<Change> {
        if !seen.hired {
            return hires::not_hired(NAME, seen);
        }
        match map::hire(settings, seen) {
            Ok(hire) => {
                let key = format!("{}/employee/{}", Self::SPEC.id, seen.opportunity.id);
                Decision::Make(vec![Effect { key, change: Change::Employ(Box::new(hire)) }])
            }
            Err(hold) => Decision::Hold(hold),
        }
    }

    async fn perform(&self, cx: Cx<'_>, settings: &Settings, effect: &Effect<Change>) -> Outcome {
        let Change::Employ(hire) = &effect.change;
        // Two hires of one person at the same moment must not both find nobody. That is so on one node; of several, the
        // employee number alone keeps them apart.
        let _turn = cx.memo.turn(&hire.email).await;
        match employ(&cx, settings, hire).await {
            Ok(outcome) => outcome,
            Err(failure) => outcome_of(NAME, &failure),
        }
    }

    fn mark(&self, change: &Change) -> Value {
        let Change::Employ(hire) = change;
        hire.mark()
    }

    async fn came_through(&self, cx: Cx<'_>, settings: &Settings) -> Result<Found, Failure> {
        for change in cx.tried.iter().rev() {
            let Ok(Change::Employ(hire)) = serde_json::from_value(change.clone()) else { continue };
            if let Some(sent) = plan::came_through(&cx, settings, &hire).await? {
                return Ok(Found::Record(sent));
            }
        }
        for mark in &cx.sent.perhaps {
            if let Some(sent) = plan::marked(&cx, mark).await? {
                return Ok(Found::Record(sent));
            }
        }
        Ok(Found::Nobody)
    }

    async fn preview(&self, cx: Cx<'_>, settings: &Settings, effect: &Effect<Change>) -> Result<Preview, Failure> {
        let Change::Employ(hire) = &effect.change;
        Ok(match plan::plan(&cx, settings, hire, None).await? {
            Plan::Hold(hold) => Preview::Hold(hold),
            Plan::Missing(missing, lists) if !settings.create_missing => Preview::Hold(lists.hold(&settings.aliases, &missing)),
            Plan::Missing(missing, _) => {
                let names = missing.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                Preview::Would { how: How::Created, said: format!("would create the {names}, then the employee {}", hire.number), fields: Vec::new() }
            }
            Plan::Write(write) => {
                let said = match write.how() {
                    How::Created => format!("would create employee {}", write.number),
                    How::Updated => format!("would update employee {}", write.number),
                    How::Unchanged => format!("employee {} is as Lever says", write.number),
                };
                Preview::Would { how: write.how(), said: said + &write.flag, fields: write.differences }
            }
        })
    }

    async fn mend(&self, cx: Cx<'_>, _: &Settings, way: &Way, picked: &str) -> Result<Mended, String> {
        match way.id.split('/').next().unwrap_or_default() {
            "create" => create_missing(&cx, &way.data).await,
            "use" => use_instead(way, picked),
            "inactive" => set_inactive(&cx, way).await,
            "delete" => {
                need_alone(&cx)?;
                let id = way.data["id"].as_str().ok_or("Which employee this was is not known any more.")?;
                delete(cx.partner, id).await.map_err(|e| e.to_string())?;
                Ok(Mended { said: format!("The employee was deleted in {NAME}."), remember: Remember::Nothing })
            }
            _ => answered(way),
        }
    }

    fn fill(&self, settings: &Settings, seen: &Seen) -> BTreeMap<String, Result<String, String>> {
        map::fill(settings, seen)
    }

    async fn entries(&self, partner: &Remote) -> Result<BTreeMap<String, Vec<Pick>>, Failure> {
        let lists = Lists::read(partner).await?;
        Ok(List::ALL.into_iter().map(|list| (list.key().to_owned(), lists.entries(list))).collect())
    }

    async fn erase(&self, cx: Cx<'_>, settings: &Settings, answers: &BTreeMap<String, String>) -> Outcome {
        let done = |said: &str| Outcome::Done(Done { said: said.to_owned(), ..Done::default() });
        let Some(id) = &cx.sent.remote_id else { return done("there was no employee") };
        match wire::get(cx.partner, id).await {
            Ok(Some(_)) => {}
            Ok(None) => return done("the employee is not there any more"),
            Err(failure) => return outcome_of(NAME, &failure),
        }
        match settings.erase {
            Erase::Keep => done("the employee is kept, as the settings say"),
            Erase::Delete if cx.sent.what["theirs"] != true => match delete(cx.partner, id).await {
                Ok(()) => done("the employee was deleted"),
                Err(failure) => outcome_of(NAME, &failure),
            },
            _ if answers.contains_key(ERASED) => done("the employee is kept, as somebody decided"),
            _ => Outcome::Hold(erased(id)),
        }
    }

    async fn known(&self, partner: &Remote) -> Result<Known, Failure> {
        let (mut subjects, mut records) = (HashSet::new(), HashSet::new());
        for record in wire::all(partner, EMPLOYEE, Some("xEmployeeNumber")).await? {
            subjects.insert(record.text("xEmployeeNumber").to_owned());
            records.insert(record.text("Id").to_owned());
        }
        Ok(Known::These { subjects, records })
    }

    async fn check(&self, partner: &Remote) -> Result<(), String> {
        let find = Find { page_size: Some(1), ..Find::default() };
        match partner.send(ListRecords { resource: EMPLOYEE.to_owned(), query: find, body: Nothing }).await {
            Ok(_) => Ok(()),
            Err(failure) => Err(outcome_of(NAME, &failure).sentence(&failure)),
        }
    }
}

async fn employ(cx: &Cx<'_>, settings: &Settings, hire: &Hire) -> Result<Outcome, Failure> {
    let mut plan = plan::plan(cx, settings, hire, None).await?;
    if let Plan::Missing(missing, _) = &plan
        && settings.create_missing
    {
        // One at a time, each reading anew: two hires that lack the same department must not make it twice.
        let _turn = cx.memo.turn("lists").await;
        let mut fresh = Lists::read(cx.partner).await?;
        for missing in missing {
            let made = fresh.create(cx.partner, missing).await;
            // Also when the answer was lost: it may be there now.
            cx.memo.forget();
            made?;
        }
        plan = plan::plan(cx, settings, hire, Some(Arc::new(fresh))).await?;
    }
    match plan {
        Plan::Hold(hold) => Ok(Outcome::Hold(hold)),
        Plan::Missing(missing, lists) => Ok(Outcome::Hold(lists.hold(&settings.aliases, &missing))),
        Plan::Write(write) => make(cx, settings, hire, write).await,
    }
}

/// Writes, if there is anything to write.
async fn make(cx: &Cx<'_>, settings: &Settings, hire: &Hire, write: Write) -> Result<Outcome, Failure> {
    let written = match &write.id {
        Some(_) if write.fields.is_empty() => return Ok(done(&write, None)),
        Some(id) => {
            let body = Record(write.fields.clone());
            cx.partner.send(UpdateRecord { resource: EMPLOYEE.to_owned(), id: id.clone(), query: Nothing, body }).await
        }
        None => cx.partner.send(CreateRecord { resource: EMPLOYEE.to_owned(), query: Nothing, body: Record(write.fields.clone()) }).await,
    };
    match written {
        Ok(record) => Ok(done(&write, Some(&record))),
        Err(Failure::Refused { status: 400, body, .. }) => refused(cx, settings, hire, &write, &body).await,
        Err(failure) => Err(failure),
    }
}

fn done(write: &Write, record: Option<&Record>) -> Outcome {
    let (how, number) = (write.how(), &write.number);
    let fields = write.differences.iter().map(|d| d.field.as_str()).collect::<Vec<_>>().join(", ");
    let said = match how {
        How::Created => format!("created employee {number}"),
        How::Updated => format!("updated employee {number}: {fields}"),
        How::Unchanged => format!("employee {number} was there already, nothing was to be changed"),
    };
    let made = record.map(|record| record.text("Id").to_owned()).filter(|id| !id.is_empty());
    Outcome::Done(Done { remote_id: write.id.clone().or(made), how, said: said + &write.flag, sent: write.sent.clone(), left_out: !write.flag.is_empty(), ..Done::default() })
}

/// A refusal with sentences. One of them may say that the number is taken: then an earlier try had come through.
async fn refused(cx: &Cx<'_>, settings: &Settings, hire: &Hire, write: &Write, body: &str) -> Result<Outcome, Failure> {
    // Perhaps something we remember is not so any more.
    cx.memo.forget();
    if write.id.is_none()
        && let Some(found) = wire::find(cx.partner, "xEmployeeNumber", &hire.number).await?
        && hire.is_me(&found)
        && let Plan::Write(write) = plan::compare(cx, settings, hire, Some(found), false, None).await?
    {
        return Box::pin(make(cx, settings, hire, write)).await;
    }
    let sentences = wire::sentences(body);
    Ok(Outcome::Hold(Hold::new(
        format!("{NAME} refuses: {}", sentences.join(" ")),
        format!("{NAME} answered 400 for {}: {} Mend it in Lever or {NAME}, then release.", hire.full_name, sentences.join(" ")),
    )))
}

/// Creates what HR Cloud lacks.
async fn create_missing(cx: &Cx<'_>, data: &Value) -> Result<Mended, String> {
    let missing: Vec<Missing> = serde_json::from_value(data.clone()).map_err(|e| e.to_string())?;
    let mut made = Vec::new();
    let _turn = cx.memo.turn("lists").await;
    let mut lists = Lists::read(cx.partner).await.map_err(|e| e.to_string())?;
    for missing in missing {
        let created = lists.create(cx.partner, &missing).await;
        cx.memo.forget();
        created.map_err(|e| e.to_string())?;
        made.push(missing.to_string());
    }
    Ok(Mended { said: format!("Created in {NAME}: {}.", made.join(", ")), remember: Remember::Nothing })
}

/// Another entry stands for the name from now on.
fn use_instead(way: &Way, picked: &str) -> Result<Mended, String> {
    let missing: Missing = serde_json::from_value(way.data.clone()).map_err(|e| e.to_string())?;
    let chosen = way.pick.iter().find(|pick| pick.value == picked).ok_or("Choose one of those in the list.")?;
    let alias = json!({ "aliases": { missing.list.key(): { missing.name.trim(): picked } } });
    Ok(Mended {
        said: format!("The {} \"{}\" in {NAME} stands for \"{}\" from now on.", missing.list.word(), chosen.label, missing.name),
        remember: Remember::Settings(alias.as_object().cloned().unwrap_or_default()),
    })
}

/// Nothing is known of the person any more but that there is an employee.
fn erased(id: &str) -> Hold {
    Hold {
        cause: format!("Deleted in Lever, but an employee in {NAME}"),
        why: format!("Somebody was deleted or anonymised in Lever and is forgotten here. The employee in {NAME} with the Id {id} is still there; somebody decides what becomes of them."),
        ways: vec![
            Way { id: "delete".to_owned(), label: "Delete the employee".to_owned(), personal: true, data: json!({ "id": id }), ..Way::default() },
            decision("keep", "Keep the employee", ERASED, "keep"),
        ],
    }
}

/// One who is gone already is gone.
async fn delete(partner: &Remote, id: &str) -> Result<(), Failure> {
    match partner.send(DeleteRecord { resource: EMPLOYEE.to_owned(), id: id.to_owned(), query: Nothing, body: Nothing }).await {
        Err(failure) if failure.status() == Some(404) => Ok(()),
        other => other.map(drop),
    }
}

/// What another hire has too is not for one click.
fn need_alone(cx: &Cx<'_>) -> Result<(), String> {
    if cx.sent.shared { Err(format!("This employee belongs to another hire in Lever too. Change them in {NAME} if that is meant, then choose to leave them as they are.")) } else { Ok(()) }
}

async fn set_inactive(cx: &Cx<'_>, way: &Way) -> Result<Mended, String> {
    need_alone(cx)?;
    let id = cx.sent.remote_id.clone().ok_or("Which employee this was is not known any more.")?;
    let body = Record(serde_json::Map::from_iter([("xRecordStatus".to_owned(), json!("Inactive"))]));
    cx.partner.send(UpdateRecord { resource: EMPLOYEE.to_owned(), id, query: Nothing, body }).await.map_err(|e| e.to_string())?;
    answered(way)
}
