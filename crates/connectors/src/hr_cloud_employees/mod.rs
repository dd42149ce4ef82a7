//! HR Cloud by its older Employee API (2017), for customers who have no other: a hire becomes an employee.
//!
//! Official page: <https://hrcloudapis.github.io>. One call creates whoever has no employee with their e-mail, and
//! updates whoever has; so it may be repeated. What it cannot do: nothing can be read. There is no way to see whether
//! somebody else has the e-mail, what HR Cloud's departments are, or what somebody edited there; it has no middle name and
//! no employment type, and deletes nobody. Where that matters, people are asked or told. It knows people by their e-mail alone:
//! of two hires with one e-mail the second is asked about, unless both are made within the same moment; then one employee is
//! there, with the number of the later one. Whoever can use the newer API ([`crate::hr_cloud`]) should.

mod wire;

#[cfg(test)]
mod tests;

use crate::decisions::{ERASED, SAME_E_MAIL, answered, decision};
use crate::hires;
use connector::fields::{self, Overrides, Target};
use connector::{
    Connector, Cx, Decision, Difference, Done, Effect, Entry, Field, Hold, How, Kind, Known, Mended, More, Name, NameList, ON_POSTING, Outcome, Preview, Remember, Seen,
    Spec, Way, Whom, demand, outcome_of,
};
use endpoint::Nothing;
use lever_api::event::Event;
use outbound::{Failure, Remote};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use wire::{Code, Employee, ListCountries, Reference};

/// The connector.
pub struct HrCloudEmployees;

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
    /// Positions, departments, locations and divisions get the name in Lever as their code, without asking.
    pub create_missing: bool,
    /// `van`, `de`, `bin` and their like go with the last name.
    pub keep_particles: bool,
    /// Codes by list and name.
    pub aliases: BTreeMap<String, BTreeMap<String, Code>>,
    /// What fills a field of an employee, where it is not what is usual.
    pub fields: Overrides,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            use_webhook: false,
            automatic_import: false,
            time_zone: hires::HOME_ZONE.to_owned(),
            update: Update::Leave,
            create_missing: false,
            keep_particles: false,
            aliases: BTreeMap::new(),
            fields: Overrides::new(),
        }
    }
}

/// What happens to an employee who is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Update {
    /// Nothing.
    #[default]
    Leave,
    /// What Lever says now, whatever HR Cloud holds: it cannot be read.
    Overwrite,
}

/// What it may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// This person is an employee.
    Employ(Box<Hire>),
}

/// A hire as an employee.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hire {
    /// For sentences.
    pub name: String,
    /// What is sent.
    pub employee: Employee,
    /// When the person was hired, ms: hired again, they come back.
    pub hired_at: i64,
    /// By which e-mail HR Cloud knows them, as somebody decided after it changed in Lever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_by: Option<String>,
}

/// How people are told about it.
const NAME: &str = "HR Cloud";

const fn target(name: &'static str, label: &'static str, default: &'static str, required: bool, list: Option<&'static str>, missing: &'static str) -> Target {
    Target { name, label, default, required, list, missing }
}

const TARGETS: [Target; 12] = [
    target("email", "E-mail", "email", true, None, "A recruiter can add it on the profile."),
    target("firstName", "First name", "(name.first ~ ' ' ~ name.middle) | trim", true, None, "A recruiter can add it on the profile."),
    target("lastName", "Last name", "name.last", true, None, "A recruiter can add it on the profile."),
    target("startDate", "Start date", "offer.start_date", true, None, "It is the field Anticipated start date of the signed offer."),
    target("employeeNumber", "Employee number", "opportunity.id", true, None, ""),
    target("position", "Position", "posting.title", true, Some("positions"), "A recruiter can add the job on the profile."),
    target("department", "Department", "posting.department or posting.team", true, Some("departments"), ON_POSTING),
    target("location", "Location", "posting.location", true, Some("locations"), ON_POSTING),
    target("division", "Division", "", false, Some("divisions"), ""),
    target("managerEmail", "Manager", "manager.email", false, None, ""),
    target("city", "City", "", false, None, ""),
    target("countryName", "Country", "", false, None, ""),
];

const fn list(key: &'static str, label: &'static str, target: &'static str) -> NameList {
    NameList { key, label, target, typed: Some("Type the code each has in HR Cloud. Where HR Cloud has another name for it too: code = name."), blank: false }
}

impl Connector for HrCloudEmployees {
    const SPEC: Spec = Spec {
        id: "hr-cloud-employees",
        name: "HR Cloud (Employee API)",
        about: "People hired in Lever become employees in HR Cloud, by its API of 2017. For accounts without the newer one.",
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
                help: "What an import does to those it made before. This API cannot be read: whatever HR Cloud holds is written over.",
                kind: Kind::Choice(&[("leave", "Leave them alone"), ("overwrite", "Write what changed in Lever")]),
            },
            Field {
                name: "create_missing",
                label: "Create what is missing",
                help: "Positions, departments, locations and divisions without a code get their name as their code. Where HR Cloud has them under another code, it makes them a second time.",
                kind: Kind::Switch,
            },
            hires::KEEP_PARTICLES,
            Field { name: "aliases", label: "Codes", help: "Which code each name in Lever has in HR Cloud.", kind: Kind::Aliases },
            hires::FIELDS,
        ],
        targets: &TARGETS,
        lists: &[
            list("positions", "Positions", "position"),
            list("departments", "Departments", "department"),
            list("locations", "Locations", "location"),
            list("divisions", "Divisions", "division"),
        ],
        jobs: None,
        callback: None,
        map: None,
        arrivals: None,
        mirror: None,
        entry: Entry::Any,
        tells_jobs: false,
        credential: &[("authorization", "Authorization, as HR Cloud gave it: Basic …")],
        home: "https://corehr.hrcloud.com",
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
        fields::more(&settings.fields).into_iter().chain([More::SameEmail]).collect()
    }

    fn decide(&self, settings: &Settings, seen: &Seen) -> Decision<Change> {
        if !seen.hired && seen.perhaps && seen.sent.is_null() {
            return Decision::Hold(hires::perhaps_there(NAME, seen));
        }
        if !seen.hired {
            return hires::not_hired(NAME, seen);
        }
        match hire(settings, seen) {
            Ok(hire) => {
                let key = format!("{}/employee/{}", Self::SPEC.id, seen.opportunity.id);
                Decision::Make(vec![Effect { key, change: Change::Employ(Box::new(hire)) }])
            }
            Err(hold) => Decision::Hold(hold),
        }
    }

    async fn perform(&self, cx: Cx<'_>, settings: &Settings, effect: &Effect<Change>) -> Outcome {
        let Change::Employ(hire) = &effect.change;
        let hire = &match resolved(&cx, hire) {
            Ok(hire) => hire,
            Err(hold) => return Outcome::Hold(hold),
        };
        let number = number(hire);
        if nothing_to_write(&cx, settings, hire) {
            let said = format!("employee {number} was sent before, nothing was to be changed");
            return Outcome::Done(Done { remote_id: Some(number), said, sent: cx.sent.what.clone(), ..Done::default() });
        }
        let created = match wire::put(cx.partner, &hire.employee).await {
            Ok(created) => created,
            Err(Failure::Refused { status: 400, body, .. }) => return Outcome::Hold(wire::refusal(NAME, &hire.name, &body)),
            Err(failure) => return failed(&failure),
        };
        let again = cx.sent.remote_id.is_some();
        let (how, said) = match (created, again, cx.tried.is_empty()) {
            (true, ..) => (How::Created, format!("created employee {number}")),
            (false, true, _) => (How::Updated, format!("updated employee {number}")),
            (false, false, true) => {
                (How::Updated, format!("{NAME} had an employee with this e-mail already and has updated them; the number is {number} now"))
            }
            (false, false, false) => (How::Created, format!("employee {number} is there; an earlier try had come through, or the e-mail was there before")),
        };
        let sent = sent(hire);
        Outcome::Done(Done { remote_id: Some(number), how, said, sent, left_out: false, ..Done::default() })
    }

    fn mark(&self, change: &Change) -> Value {
        let Change::Employ(hire) = change;
        json!(number(hire))
    }

    async fn preview(&self, cx: Cx<'_>, settings: &Settings, effect: &Effect<Change>) -> Result<Preview, Failure> {
        let Change::Employ(hire) = &effect.change;
        let hire = &match resolved(&cx, hire) {
            Ok(hire) => hire,
            Err(hold) => return Ok(Preview::Hold(hold)),
        };
        let number = number(hire);
        if nothing_to_write(&cx, settings, hire) {
            return Ok(Preview::Would { how: How::Unchanged, said: format!("employee {number} was sent before as it is"), fields: Vec::new() });
        }
        let (how, said) = match cx.sent.remote_id {
            Some(_) => (How::Updated, format!("would update employee {number}")),
            None => (How::Created, format!("would create employee {number}, or update whoever has the e-mail in {NAME} already")),
        };
        Ok(Preview::Would { how, said, fields: differences(&cx.sent.what["employee"], &hire.employee) })
    }

    async fn mend(&self, cx: Cx<'_>, _: &Settings, way: &Way, picked: &str) -> Result<Mended, String> {
        match way.id.split('/').next().unwrap_or_default() {
            "create" => Ok(remember(serde_json::from_value(way.data.clone()).map_err(|e| e.to_string())?)),
            "code" => {
                let mut named: Vec<Nameless> = serde_json::from_value(way.data.clone()).map_err(|e| e.to_string())?;
                let code = Code::try_from(picked.to_owned())?;
                named.iter_mut().for_each(|nameless| nameless.code = code.to_string());
                Ok(remember(named))
            }
            "inactive" => {
                if cx.sent.shared {
                    return Err(format!(
                        "This employee belongs to another hire in Lever too. Set them inactive in {NAME} if that is meant, then choose to leave them as they are."
                    ));
                }
                let sent = serde_json::from_value::<Employee>(cx.sent.what["employee"].clone());
                let employee = sent.map_err(|_| "What was sent of this employee is not known any more.")?;
                let employee = Employee { record_status: "Inactive".to_owned(), ..employee };
                wire::put(cx.partner, &employee).await.map_err(|e| e.to_string())?;
                answered(way)
            }
            hires::LOOKED => Ok(Mended { said: "Somebody looked there.".to_owned(), remember: Remember::Looked }),
            _ => answered(way),
        }
    }

    fn fill(&self, settings: &Settings, seen: &Seen) -> BTreeMap<String, Result<String, String>> {
        let name = Name::split(&seen.opportunity.name, settings.keep_particles);
        fields::fill(&TARGETS, &settings.fields, &fields::source(seen, &name))
    }

    async fn erase(&self, cx: Cx<'_>, _: &Settings, answers: &BTreeMap<String, String>) -> Outcome {
        let done = |said: &str| Outcome::Done(Done { said: said.to_owned(), ..Done::default() });
        match (&cx.sent.remote_id, cx.sent.perhaps.first()) {
            (None, None) => done("there was no employee"),
            _ if answers.contains_key(ERASED) => done("somebody decided about the employee"),
            (Some(number), _) => Outcome::Hold(erased(number, "is still there")),
            (None, Some(number)) => Outcome::Hold(erased(number.as_str().unwrap_or_default(), "may be there: it was sent, and no answer came")),
        }
    }

    async fn known(&self, _: &Remote) -> Result<Known, Failure> {
        Ok(Known::Unreadable)
    }

    async fn check(&self, partner: &Remote) -> Result<(), String> {
        match partner.send(ListCountries { query: Nothing, body: Nothing }).await {
            Ok(_) => Ok(()),
            Err(failure) => Err(failed(&failure).sentence(&failure)),
        }
    }
}

/// Maps a hire; what Lever lacks or has no code yet is a hold.
fn hire(settings: &Settings, seen: &Seen) -> Result<Hire, Hold> {
    let mut filled = demand(NAME, &TARGETS, HrCloudEmployees.fill(settings, seen), seen)?;
    let mut nameless = Vec::new();
    let mut refer = |filled: &mut BTreeMap<String, String>, list: &NameList| {
        let name = filled.remove(list.target)?;
        let typed = settings.aliases.get(list.key).and_then(|codes| codes.get(&name));
        match typed {
            Some(code) => Some(code.reference(&name)),
            // The name itself: any shorter code could be that of another, and a known code renames.
            None if settings.create_missing => Some(Reference { code: name.clone(), name }),
            None => {
                nameless.push(Nameless { list: list.key.to_owned(), code: name.clone(), name });
                None
            }
        }
    };
    let [position, department, location, division] = [0, 1, 2, 3].map(|at| refer(&mut filled, &HrCloudEmployees::SPEC.lists[at]));
    if !nameless.is_empty() {
        return Err(no_code(&nameless));
    }
    let mut take = |field: &str| filled.remove(field);
    let o = &seen.opportunity;
    let employee = Employee {
        email: take("email").unwrap_or_default(),
        first_name: take("firstName").unwrap_or_default(),
        last_name: take("lastName").unwrap_or_default(),
        start_date: take("startDate"),
        record_status: "Active".to_owned(),
        account_type: "Employee".to_owned(),
        employment_status: "Active".to_owned(),
        employee_number: take("employeeNumber"),
        manager_email: take("managerEmail"),
        position,
        department,
        location,
        division,
        city: take("city"),
        country_name: take("countryName"),
    };
    let known_by = seen.answers.get(&known_by(&employee.email)).cloned();
    let hire = Hire {
        name: o.name.split_whitespace().collect::<Vec<_>>().join(" "),
        employee,
        hired_at: o.archived.as_ref().and_then(|a| a.archived_at).unwrap_or(0),
        known_by,
    };
    match (seen.answers.get(SAME_E_MAIL), seen.same_email.first()) {
        (Some(number), _) => Ok(Hire { employee: Employee { employee_number: Some(number.clone()), ..hire.employee }, ..hire }),
        (None, Some(number)) => Err(somebody_else(&hire, number)),
        (None, None) => Ok(hire),
    }
}

/// The same address in another hire: hired again, moved, or hired for two jobs. Whoever has the e-mail would be written
/// over, so people decide that.
fn somebody_else(hire: &Hire, number: &str) -> Hold {
    let help = format!("Employee {number} keeps the number and gets position, department, location, manager and start date of this hire.");
    let same = Way { help, ..decision("same", "It is the same person: update them", SAME_E_MAIL, number) };
    Hold {
        cause: format!("{NAME} has an employee with this e-mail already (number {number})"),
        why: format!(
            "{} has the e-mail of employee {number}, who was hired in Lever for another job. This API knows people by their e-mail alone: if it is the \
             same person, say so here; if it is somebody else, a recruiter can change the e-mail on the profile.",
            hire.name
        ),
        ways: vec![same],
    }
}

/// The hire with the e-mail HR Cloud knows the person by. Another one than was sent before would make a second employee, so
/// people are asked.
fn resolved(cx: &Cx<'_>, hire: &Hire) -> Result<Hire, Hold> {
    let tried = cx.tried.iter().filter_map(|change| serde_json::from_value(change.clone()).ok());
    let tried = tried.map(|Change::Employ(hire)| hire.email().to_owned());
    let before: BTreeSet<String> = cx.sent.what["employee"]["email"].as_str().map(str::to_owned).into_iter().chain(tried).collect();
    match before.first() {
        Some(old) if hire.known_by.is_none() && !before.contains(&hire.employee.email) => Err(another_email(hire, old)),
        _ => Ok(Hire { employee: Employee { email: hire.email().to_owned(), ..hire.employee.clone() }, ..hire.clone() }),
    }
}

impl Hire {
    /// The one HR Cloud knows them by.
    fn email(&self) -> &str {
        self.known_by.as_deref().unwrap_or(&self.employee.email)
    }
}

/// What is asked about somebody whose e-mail is now this one.
fn known_by(email: &str) -> String {
    format!("e-mail in HR Cloud, now that Lever has {email}")
}

fn another_email(hire: &Hire, old: &str) -> Hold {
    let question = known_by(&hire.employee.email);
    let way = |id: &str, label: &str, help: &str, email: &str| Way { help: help.to_owned(), ..decision(id, label, &question, email) };
    Hold {
        cause: format!("The e-mail of an employee in {NAME} changed in Lever"),
        why: format!(
            "{} was sent to {NAME} with another e-mail. This API knows people by their e-mail alone and cannot change it: with the new one it would \
             make a second employee. An HR Admin can change it in {NAME} first.",
            hire.name
        ),
        ways: vec![
            way("changed", "It is changed there", "From now on the employee is found by the new e-mail.", &hire.employee.email),
            way("kept", "Keep the old one there", "The employee keeps the e-mail they have; everything else is sent.", old),
        ],
    }
}

/// What HR Cloud holds of ours, once it is sent.
fn sent(hire: &Hire) -> Value {
    json!({ "hired_at": hire.hired_at, "employee": hire.employee })
}

/// A name in Lever that has no code yet, with the one it would get.
#[derive(Serialize, Deserialize)]
struct Nameless {
    list: String,
    name: String,
    code: String,
}

impl Nameless {
    fn told(&self) -> String {
        format!("{} \"{}\"", self.list.trim_end_matches('s'), self.name)
    }
}

/// One hold for all of them.
fn no_code(nameless: &[Nameless]) -> Hold {
    let names = nameless.iter().map(Nameless::told).collect::<Vec<_>>().join(", ");
    let create = Way {
        id: "create".to_owned(),
        label: if nameless.len() == 1 { "Create it and go on".to_owned() } else { format!("Create these {} and go on", nameless.len()) },
        help: format!("{NAME} gets the name as the code. Where it has the entry under another code, it makes it a second time."),
        data: json!(nameless),
        ..Way::default()
    };
    let code = nameless.iter().map(|n| Way {
        id: format!("code/{}", n.list),
        label: "Use this code".to_owned(),
        ask: format!("Code of the {} in {NAME}", n.told()),
        help: format!("If {NAME} calls it otherwise, type: code = name. It would be renamed without."),
        data: json!([n]),
        ..Way::default()
    });
    Hold {
        cause: format!("No code is known for the {names}"),
        why: format!("{NAME} knows the {names} by code, and this API cannot be asked for it. An HR Admin finds it there under Settings > Lists."),
        ways: std::iter::once(create).chain(code).collect(),
    }
}

fn remember(named: Vec<Nameless>) -> Mended {
    let mut aliases: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for n in &named {
        aliases.entry(&n.list).or_default().insert(&n.name, &n.code);
    }
    let said = named.iter().map(|n| format!("The {} has the code {} from now on.", n.told(), n.code)).collect::<Vec<_>>().join(" ");
    Mended { said, remember: Remember::Settings(json!({ "aliases": aliases }).as_object().cloned().unwrap_or_default()) }
}

/// The number people find the employee by; not the e-mail, which must not outlive an erasure.
fn number(hire: &Hire) -> String {
    hire.employee.employee_number.clone().unwrap_or_default()
}

/// It was sent as it is, or only the first time counts. Whoever is hired again is always sent.
fn nothing_to_write(cx: &Cx<'_>, settings: &Settings, hire: &Hire) -> bool {
    let same_hire = cx.sent.what["hired_at"] == hire.hired_at;
    same_hire && (settings.update == Update::Leave || cx.sent.what["employee"] == json!(hire.employee))
}

fn differences(before: &Value, now: &Employee) -> Vec<Difference> {
    let now = json!(now);
    let shown = |value: &Value| match (value["code"].as_str(), value["name"].as_str()) {
        (Some(code), Some(name)) if code != name => format!("{code} = {name}"),
        (_, name) => name.or(value.as_str()).unwrap_or_default().to_owned(),
    };
    TARGETS
        .iter()
        .map(|t| Difference { field: t.label.to_owned(), from: shown(&before[t.name]), to: shown(&now[t.name]) })
        .filter(|d| d.from != d.to)
        .collect()
}

/// Here 403 says that the credential is wrong, or that the API is switched off for the customer.
fn failed(failure: &Failure) -> Outcome {
    if failure.status() != Some(403) {
        return outcome_of(NAME, failure);
    }
    Outcome::Hold(Hold::new(
        format!("{NAME} does not accept the credential"),
        format!(
            "{NAME} answered 403: the Employee API is not enabled for this account, or its credential was made anew. The HR Cloud Account Manager can enable it and give the new one; whoever operates this hub enters it on the connection's page with \"Replace the credential\"."
        ),
    ))
}

/// Nothing is known of the person any more but that there is an employee.
fn erased(number: &str, there: &str) -> Hold {
    let way = |id: &str, label: &str| decision(id, label, ERASED, id);
    Hold {
        cause: format!("Deleted in Lever, but an employee in {NAME}"),
        why: format!(
            "Somebody was deleted or anonymised in Lever and is forgotten here. The employee in {NAME} with the number {number} {there}, and this API deletes nobody: an HR Admin does it in {NAME}, or decides that they stay."
        ),
        ways: vec![way("deleted", "They were deleted there"), way("keep", "Keep the employee")],
    }
}
