//! The mapped fields, as a pure function of what was seen in Lever.

use super::lists::{List, Lists, Missing};
use super::wire::Record;
use super::{NAME, Settings};
use crate::decisions::SAME_E_MAIL;
use crate::hires::Aliases;
use connector::fields::{self, Target};
use connector::{Hold, Name, ON_POSTING, Seen, demand};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A hire in the words of HR Cloud, names still as Lever spells them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hire {
    /// For sentences.
    pub full_name: String,
    /// Whoever has it already may be the same person.
    pub email: String,
    /// The employee number: the opportunity's id, unless the field map says otherwise.
    pub number: String,
    /// The opportunity's id.
    pub opportunity: String,
    /// By the names of the API; what Lever does not say is not in it.
    pub fields: BTreeMap<String, String>,
    /// When the person was hired, ms: hired again, they come back.
    pub hired_at: i64,
    /// What somebody decided about an employee who has this e-mail already: whom to update, or [`NEW`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_person: Option<String>,
}

/// There are to be two employees with one e-mail.
pub const NEW: &str = "new";

const fn target(name: &'static str, label: &'static str, default: &'static str, required: bool, missing: &'static str) -> Target {
    Target { name, label, default, required, list: None, missing }
}

const fn listed(target: Target, list: List) -> Target {
    Target { list: Some(list.key()), ..target }
}

const ON_PROFILE: &str = "A recruiter can add it on the profile.";
pub const NUMBER: &str = "xEmployeeNumber";
pub const EMAIL: &str = "xEmail";
pub const MANAGER: &str = "xManagerLookup";

/// The eleven fields of the document, what the API demands beside them, and what it also takes.
pub const TARGETS: [Target; 16] = [
    target("xFirstName", "First name", "name.first", true, ON_PROFILE),
    target("xMIddleName", "Middle name", "name.middle", false, ""),
    target("xLastName", "Last name", "name.last", true, ON_PROFILE),
    target("xFullName", "Full name", "name.full", true, ON_PROFILE),
    target(EMAIL, "E-mail", "email", true, ON_PROFILE),
    listed(target("xPositionLookup", "Position", "posting.title", true, "A recruiter can add the job on the profile."), List::Position),
    listed(target("xDepartmentLookup", "Department", "posting.department or posting.team", true, ON_POSTING), List::Department),
    listed(target("xLocationLookup", "Location", "posting.location", true, ON_POSTING), List::Location),
    listed(target("xEmploymentTypeLookup", "Employment type", "posting.work_type", false, ""), List::EmploymentType),
    listed(target("xEmploymentStatusLookup", "Employment status", "'Active'", true, ""), List::EmploymentStatus),
    target(MANAGER, "Manager", "manager.email", false, ""),
    target("xStartDate", "Start date", "offer.start_date", true, "It is the field Anticipated start date of the signed offer."),
    target(NUMBER, "Employee number", "opportunity.id", true, ""),
    target("xCellPhone", "Mobile phone", "", false, ""),
    target("xCity", "City", "", false, ""),
    target("xCountry", "Country", "", false, ""),
];

/// A field of an employee as it should be.
pub struct Wanted {
    /// By the name of the API.
    pub field: String,
    /// As people call it.
    pub label: String,
    /// What it should hold, of a lookup the id. Nothing: Lever does not say.
    pub value: Option<String>,
    /// The same for people.
    pub shown: String,
    /// Whether it says what the person does, not who they are: a move to another job changes it.
    pub of_the_job: bool,
}

impl Hire {
    /// Whether an employee of this number is this hire, made by an earlier try. A number that somebody chose may be anybody's.
    pub fn is_me(&self, employee: &Record) -> bool {
        self.number == self.opportunity || employee.text(EMAIL).eq_ignore_ascii_case(&self.email)
    }

    /// The employee who was there before and is this person, as somebody decided.
    pub fn theirs(&self) -> Option<&str> {
        self.same_person.as_deref().filter(|id| *id != NEW)
    }

    /// What the employee is found by: of one who was there before, the Id.
    pub fn mark(&self) -> Value {
        self.theirs().map_or_else(|| json!({ "number": self.number }), |id| json!({ "id": id }))
    }

    /// E-mail of the hiring manager.
    pub fn manager(&self) -> Option<&String> {
        self.fields.get(MANAGER)
    }

    /// The fields with ids for names; or what HR Cloud has no id for.
    pub fn wanted(&self, aliases: &Aliases, lists: &Lists, manager: Option<&str>) -> (Vec<Wanted>, Vec<Missing>) {
        let mut missing = Vec::new();
        let mut wanted = Vec::new();
        for (field, text) in self.fields.iter().filter(|(field, _)| *field != NUMBER) {
            let label = TARGETS.iter().find(|t| t.name == field).map_or(field.as_str(), |t| t.label).to_owned();
            let (value, shown) = match List::of(field) {
                _ if field == MANAGER => (manager.map(str::to_owned), text.clone()),
                None => (Some(text.clone()), text.clone()),
                Some(list) => {
                    let id = lists.id(aliases, list, text);
                    if id.is_none() {
                        missing.push(Missing { list, name: text.clone() });
                    }
                    (id.map(str::to_owned), id.map_or(text.as_str(), |id| lists.name(id)).to_owned())
                }
            };
            let of_the_job = List::of(field).is_some() || field == MANAGER || field == "xStartDate";
            wanted.push(Wanted { field: field.clone(), label, value, shown, of_the_job });
        }
        // In the order people know.
        let place = |field: &str| TARGETS.iter().position(|t| t.name == field).unwrap_or(TARGETS.len());
        wanted.sort_by_key(|w| place(&w.field));
        missing.sort_by_key(|m| place(m.list.field()));
        (wanted, missing)
    }
}

/// The fields as the settings fill them.
pub fn fill(settings: &Settings, seen: &Seen) -> BTreeMap<String, Result<String, String>> {
    let name = Name::split(&seen.opportunity.name, settings.keep_particles);
    fields::fill(&TARGETS, &settings.fields, &fields::source(seen, &name))
}

/// Maps a hire; what HR Cloud demands and Lever lacks is a hold that says who can add it and where.
pub fn hire(settings: &Settings, seen: &Seen) -> Result<Hire, Hold> {
    let o = &seen.opportunity;
    let filled = demand(NAME, &TARGETS, fill(settings, seen), seen)?;
    let take = |field: &str| filled.get(field).cloned().unwrap_or_default();
    Ok(Hire {
        full_name: o.name.split_whitespace().collect::<Vec<_>>().join(" "),
        email: take(EMAIL),
        number: take(NUMBER),
        opportunity: o.id.clone(),
        hired_at: o.archived.as_ref().and_then(|a| a.archived_at).unwrap_or(0),
        same_person: seen.answers.get(SAME_E_MAIL).cloned(),
        fields: filled,
    })
}
