//! What is to be done about one hire at HR Cloud, found out by reading alone: whoever previews stops here.

use super::lists::{Lists, Missing};
use super::map::{Hire, MANAGER, NEW, NUMBER, Wanted};
use super::wire::{self, Record};
use super::{Change, NAME, REMEMBERED, Settings, Update};
use crate::decisions::{SAME_E_MAIL, decision};
use connector::{Cx, Difference, Good, Hold, How, Sent, Way};
use outbound::Failure;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// What is to be done.
pub enum Plan {
    /// These fields are written: to this record, or to a new one.
    Write(Write),
    /// HR Cloud has no entries of these names.
    Missing(Vec<Missing>, Arc<Lists>),
    /// A person decides first.
    Hold(Hold),
}

/// What is to be written.
pub struct Write {
    /// The employee; none yet.
    pub id: Option<String>,
    /// Their number.
    pub number: String,
    /// By the names of the API.
    pub fields: Map<String, Value>,
    /// The same for people.
    pub differences: Vec<Difference>,
    /// What the record holds of ours afterwards.
    pub sent: Value,
    /// What people should know, after a semicolon.
    pub flag: String,
}

impl Write {
    pub fn how(&self) -> How {
        match (&self.id, self.fields.is_empty()) {
            (None, _) => How::Created,
            (Some(_), false) => How::Updated,
            (Some(_), true) => How::Unchanged,
        }
    }
}

/// Reads what there is and compares. `lists`: newer ones than we remember.
pub async fn plan(cx: &Cx<'_>, settings: &Settings, hire: &Hire, lists: Option<Arc<Lists>>) -> Result<Plan, Failure> {
    let (found, theirs) = match find(cx, hire).await? {
        Found::Nobody => (None, false),
        Found::Ours(record) => (Some(record), false),
        Found::Theirs(record) => (Some(record), true),
        Found::Asks(hold) => return Ok(Plan::Hold(hold)),
    };
    compare(cx, settings, hire, found, theirs, lists).await
}

/// The plan, once it is known which employee it is about.
pub async fn compare(
    cx: &Cx<'_>,
    settings: &Settings,
    hire: &Hire,
    found: Option<Record>,
    theirs: bool,
    lists: Option<Arc<Lists>>,
) -> Result<Plan, Failure> {
    let manager = manager(cx, hire).await?;
    let (mut lists, newest) = match lists {
        Some(lists) => (lists, true),
        None => (remembered(cx, REMEMBERED).await?, false),
    };
    let (mut wanted, mut missing) = hire.wanted(&settings.aliases, &lists, manager.as_deref());
    if !missing.is_empty() && !newest {
        // It may have been added since: nobody is held for what we only remember.
        lists = remembered(cx, Good::After(cx.asked)).await?;
        (wanted, missing) = hire.wanted(&settings.aliases, &lists, manager.as_deref());
    }
    let flag = match (hire.manager(), &manager) {
        (Some(email), None) => format!("; the manager {email} is no employee yet and was left empty"),
        _ => String::new(),
    };
    let Some(record) = found else {
        return Ok(if missing.is_empty() { Plan::Write(create(hire, &wanted, flag)) } else { Plan::Missing(missing, lists) });
    };
    let ours = Ours::of(cx, settings, &lists);
    // A name HR Cloud lacks matters only where it would be written.
    missing.retain(|m| {
        let (field, there) = (m.list.field(), record.value(m.list.field()));
        let untouched = ours.wrote(field, there);
        match settings.update {
            _ if theirs => true,
            Update::Leave => false,
            Update::Fill => there.is_empty(),
            Update::Overwrite => there.is_empty() || untouched,
        }
    });
    if !missing.is_empty() {
        return Ok(Plan::Missing(missing, lists));
    }
    Ok(Plan::Write(update(settings.update, hire, &wanted, &record, theirs, &ours, &flag)))
}

fn create(hire: &Hire, wanted: &[Wanted], flag: String) -> Write {
    let mut fields: Map<String, Value> = wanted.iter().filter_map(|w| Some((w.field.clone(), json!(w.value.as_ref()?)))).collect();
    let sent = json!({ "hired_at": hire.hired_at, "fields": fields });
    let told = |w: &&Wanted| w.value.is_some();
    let differences =
        wanted.iter().filter(told).map(|w| Difference { field: w.label.clone(), from: String::new(), to: w.shown.clone() }).collect();
    fields.insert(NUMBER.to_owned(), json!(hire.number));
    fields.insert("xRecordStatus".to_owned(), json!("Active"));
    Write { id: None, number: hire.number.clone(), fields, differences, sent, flag }
}

/// What we wrote, or may have written in a try whose end we do not know.
struct Ours<'a> {
    sent: &'a Sent,
    tried: Vec<Wanted>,
}

impl<'a> Ours<'a> {
    fn of(cx: &Cx<'a>, settings: &Settings, lists: &Lists) -> Self {
        let change = |tried: &Value| serde_json::from_value(tried.clone()).ok().map(|Change::Employ(hire)| hire);
        let tried = cx.tried.iter().filter_map(change).flat_map(|hire| hire.wanted(&settings.aliases, lists, None).0).collect();
        Self { sent: cx.sent, tried }
    }

    /// Whether what stands in a field is our own.
    fn wrote(&self, field: &str, there: &str) -> bool {
        self.sent.what["fields"][field].as_str() == Some(there) || self.tried.iter().any(|w| w.field == field && w.value.as_deref() == Some(there))
    }
}

/// What is written to an employee who is there: what is empty; on request also what Lever says otherwise now, as far as
/// nobody edited it in HR Cloud since we wrote it. An employee who was theirs before moves to the new job.
fn update(mode: Update, hire: &Hire, wanted: &[Wanted], record: &Record, theirs: bool, ours: &Ours<'_>, flag: &str) -> Write {
    let mut fields = Map::new();
    let mut differences = Vec::new();
    let mut sent = Map::new();
    let before = ours.sent;
    let was = &before.what["fields"];
    for w in wanted {
        let there = record.value(&w.field);
        let untouched = ours.wrote(&w.field, there);
        let Some(value) = &w.value else {
            // Not known now; what is ours there stays ours.
            if let Some(was) = was[&w.field].as_str() {
                sent.insert(w.field.clone(), json!(was));
            }
            continue;
        };
        let write = there != value
            && match mode {
                _ if theirs && w.of_the_job => true,
                Update::Leave => false,
                _ if there.is_empty() => true,
                Update::Fill => false,
                Update::Overwrite => untouched,
            };
        if write {
            fields.insert(w.field.clone(), json!(value));
            differences.push(Difference { field: w.label.clone(), from: record.shown(&w.field).to_owned(), to: w.shown.clone() });
        }
        // What we wrote is ours to write again; what somebody else wrote is theirs.
        if write || there == value {
            sent.insert(w.field.clone(), json!(value));
        } else if let Some(was) = was[&w.field].as_str() {
            sent.insert(w.field.clone(), json!(was));
        }
    }
    let hired_again = before.what["hired_at"].as_i64().is_some_and(|at| at != hire.hired_at);
    if record.text("xRecordStatus") == "Inactive" && (theirs || hired_again) {
        fields.insert("xRecordStatus".to_owned(), json!("Active"));
        differences.push(Difference { field: "Record status".to_owned(), from: "Inactive".to_owned(), to: "Active".to_owned() });
    }
    Write {
        id: Some(record.text("Id").to_owned()),
        number: record.text(NUMBER).to_owned(),
        fields,
        differences,
        // Whoever was an employee before they were hired in Lever is not only ours.
        sent: json!({ "hired_at": hire.hired_at, "fields": sent, "theirs": theirs || before.what["theirs"] == true }),
        flag: if was[MANAGER].is_null() { flag.to_owned() } else { String::new() },
    }
}

/// What the record holds of ours, if a try without an answer came through. An employee who was there before tells by the job
/// they have now.
pub async fn came_through(cx: &Cx<'_>, settings: &Settings, hire: &Hire) -> Result<Option<Sent>, Failure> {
    let theirs = hire.theirs();
    let record = match theirs {
        Some(id) => wire::get(cx.partner, id).await?,
        None => wire::find(cx.partner, NUMBER, &hire.number).await?.filter(|record| hire.is_me(record)),
    };
    let Some(record) = record else { return Ok(None) };
    let (lists, manager) = (remembered(cx, REMEMBERED).await?, manager(cx, hire).await?);
    let (wanted, _) = hire.wanted(&settings.aliases, &lists, manager.as_deref());
    let stands = |w: &&Wanted| w.value.as_deref() == Some(record.value(&w.field));
    if theirs.is_some() && !wanted.iter().filter(|w| w.of_the_job && w.value.is_some()).all(|w| stands(&w)) {
        return Ok(None);
    }
    let fields: Map<String, Value> = wanted.iter().filter(stands).map(|w| (w.field.clone(), json!(w.value))).collect();
    let what = json!({ "hired_at": hire.hired_at, "fields": fields, "theirs": theirs.is_some() });
    Ok(Some(Sent { remote_id: Some(record.text("Id").to_owned()), what, ..Sent::default() }))
}

/// The record that bears a mark: [`Hire::mark`].
pub async fn marked(cx: &Cx<'_>, mark: &Value) -> Result<Option<Sent>, Failure> {
    let (record, theirs) = match (mark["id"].as_str(), mark["number"].as_str()) {
        (Some(id), _) => (wire::get(cx.partner, id).await?, true),
        // A number that somebody chose may be anybody's.
        (None, Some(number)) => (wire::find(cx.partner, NUMBER, number).await?, number.parse::<lever_api::OpportunityId>().is_err()),
        (None, None) => return Ok(None),
    };
    Ok(record.map(|record| Sent { remote_id: Some(record.text("Id").to_owned()), what: json!({ "theirs": theirs }), ..Sent::default() }))
}

/// Whom a hire is about.
enum Found {
    Nobody,
    Ours(Record),
    /// Somebody said that it is this employee, who was there before.
    Theirs(Record),
    Asks(Hold),
}

async fn find(cx: &Cx<'_>, hire: &Hire) -> Result<Found, Failure> {
    if let Some(id) = &cx.sent.remote_id
        && let Some(record) = wire::get(cx.partner, id).await?
    {
        return Ok(Found::Ours(record));
    }
    // After a try whose end we do not know, the number tells; HR Cloud has no idempotency keys.
    if cx.attempt > 1
        && let Some(record) = wire::find(cx.partner, NUMBER, &hire.number).await?
        && hire.is_me(&record)
    {
        return Ok(Found::Ours(record));
    }
    let Some(other) = wire::find(cx.partner, "xEmail", &hire.email).await? else { return Ok(Found::Nobody) };
    if other.text(NUMBER) == hire.number {
        return Ok(Found::Ours(other));
    }
    match hire.same_person.as_deref() {
        Some(NEW) => Ok(match wire::find(cx.partner, NUMBER, &hire.number).await? {
            Some(record) if hire.number == hire.opportunity => Found::Ours(record),
            _ => Found::Nobody,
        }),
        Some(id) if id == other.text("Id") => Ok(Found::Theirs(other)),
        _ => Ok(Found::Asks(somebody_else(hire, &other))),
    }
}

/// The same address under another number: a rehire, an internal move, somebody hired for two jobs, or a mix-up. People
/// decide that.
fn somebody_else(hire: &Hire, other: &Record) -> Hold {
    let number = other.text(NUMBER);
    let twice = if number.parse::<lever_api::OpportunityId>().is_ok() { " They were hired in Lever before, for another job." } else { "" };
    let way = |id: &str, label: &str, help: String, answer: &str| Way { help, ..decision(id, label, SAME_E_MAIL, answer) };
    Hold {
        cause: format!("{NAME} has an employee with this e-mail already (number {number})"),
        why: format!(
            "{} has the e-mail of employee {number} in {NAME}, {}.{twice} Nothing is overwritten and nobody made twice until somebody says which it is: \
             the same person hired again or moved to another job, or somebody else.",
            hire.full_name,
            other.text("xFullName"),
        ),
        ways: vec![
            way(
                "same",
                "It is the same person: update them",
                format!("Employee {number} keeps the number and gets position, department, location, type, manager and start date of this hire."),
                other.text("Id"),
            ),
            way("new", "It is somebody else: create a new employee", "Two employees have the same e-mail then.".to_owned(), NEW),
        ],
    }
}

/// HR Cloud's lists.
async fn remembered(cx: &Cx<'_>, good: Good) -> Result<Arc<Lists>, Failure> {
    cx.memo.read("lists", good, || Lists::read(cx.partner)).await
}

/// The manager's id. One who is not there yet is looked for anew.
async fn manager(cx: &Cx<'_>, hire: &Hire) -> Result<Option<String>, Failure> {
    let Some(email) = hire.manager() else { return Ok(None) };
    let name = format!("manager {email}");
    let find = async || Ok::<_, Failure>(wire::find(cx.partner, "xEmail", email).await?.map(|m| m.text("Id").to_owned()));
    let known = cx.memo.read(&name, REMEMBERED, find).await?;
    let known = if known.is_none() { cx.memo.read(&name, Good::After(cx.asked), find).await? } else { known };
    Ok(known.as_ref().clone())
}
