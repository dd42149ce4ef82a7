//! The eleven mapped fields, as a pure function of what was seen in Lever.

use super::lists::{List, Lists, Missing};
use super::{Aliases, NAME, SAME_E_MAIL, Settings, StartDate};
use connector::{Hold, Seen};
use lever_api::Offer;
use serde::{Deserialize, Serialize};

/// A hire in the words of HR Cloud, names still as Lever spells them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hire {
    pub first_name: String,
    pub middle_name: Option<String>,
    pub last_name: String,
    pub full_name: String,
    pub email: String,
    pub position: String,
    pub department: String,
    pub location: String,
    pub employment_type: Option<String>,
    /// E-mail of the hiring manager.
    pub manager: Option<String>,
    /// `2026-04-01`
    pub start_date: String,
    /// The opportunity's id.
    pub number: String,
    /// The employment status every new employee has.
    pub status: String,
    /// When the person was hired, ms: hired again, they come back.
    pub hired_at: i64,
    /// What somebody decided about an employee who has this e-mail already: whom to update, or [`NEW`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_person: Option<String>,
}

/// There are to be two employees with one e-mail.
pub const NEW: &str = "new";

/// A field of an employee as it should be.
pub struct Wanted {
    /// By the name of the API.
    pub field: &'static str,
    /// As people call it.
    pub label: &'static str,
    /// What it should hold, of a lookup the id. Nothing: Lever does not say.
    pub value: Option<String>,
    /// The same for people.
    pub shown: String,
    /// Whether it says what the person does, not who they are: a move to another job changes it.
    pub of_the_job: bool,
}

impl Hire {
    /// The fields with ids for names; or what HR Cloud has no id for.
    pub fn wanted(&self, aliases: &Aliases, lists: &Lists, manager: Option<&str>) -> (Vec<Wanted>, Vec<Missing>) {
        let mut missing = Vec::new();
        let text = |field, label, value: Option<&str>| {
            let value = value.map(str::to_owned);
            Wanted { field, label, shown: value.clone().unwrap_or_default(), value, of_the_job: false }
        };
        let mut lookup = |field, list: List, name: Option<&String>| {
            let id = name.and_then(|name| lists.id(aliases, list, name));
            if let (Some(name), None) = (name, id) {
                missing.push(Missing { list, name: name.clone() });
            }
            let shown = id.map(|id| lists.name(id).to_owned()).or_else(|| name.cloned()).unwrap_or_default();
            Wanted { field, label: list.label(), value: id.map(str::to_owned), shown, of_the_job: true }
        };
        let lookups = [
            lookup("xPositionLookup", List::Position, Some(&self.position)),
            lookup("xDepartmentLookup", List::Department, Some(&self.department)),
            lookup("xLocationLookup", List::Location, Some(&self.location)),
            lookup("xEmploymentTypeLookup", List::EmploymentType, self.employment_type.as_ref()),
            lookup("xEmploymentStatusLookup", List::EmploymentStatus, Some(&self.status)),
        ];
        let mut wanted = vec![
            text("xFirstName", "First name", Some(&self.first_name)),
            text("xMIddleName", "Middle name", self.middle_name.as_deref()),
            text("xLastName", "Last name", Some(&self.last_name)),
            text("xFullName", "Full name", Some(&self.full_name)),
            text("xEmail", "E-mail", Some(&self.email)),
        ];
        wanted.extend(lookups);
        wanted.push(Wanted { of_the_job: true, ..text("xStartDate", "Start date", Some(&self.start_date)) });
        let email = self.manager.clone().unwrap_or_default();
        wanted.push(Wanted { of_the_job: true, shown: email, ..text("xManagerLookup", "Manager", manager) });
        (wanted, missing)
    }
}

/// Maps a hire; what HR Cloud demands and Lever lacks is a hold that says who can add it and where.
pub fn hire(settings: &Settings, seen: &Seen) -> Result<Hire, Hold> {
    let o = &seen.opportunity;
    let who = if o.name.trim().is_empty() { "The hire" } else { o.name.trim() };
    let lacks = |what: &str, mend: &str| {
        let why = format!("{who} has no {} in Lever, and {NAME} demands one. {mend} Fulcrum looks again by itself every 15 minutes.", what.to_lowercase());
        Hold::new(format!("{what} is missing in Lever"), why)
    };
    let (first_name, middle_name, last_name) =
        split(&o.name, settings.keep_particles).ok_or_else(|| lacks("Name", "A recruiter can add it on the profile."))?;
    let email = o.emails.iter().map(|e| e.trim()).find(|e| !e.is_empty());
    let email = email.ok_or_else(|| lacks("E-mail", "A recruiter can add it on the profile."))?;
    let posting = seen.posting.as_ref().ok_or_else(|| lacks("Posting", "A recruiter can add the job on the profile."))?;
    let c = &posting.categories;
    let text = |value: &Option<String>| value.as_deref().map(str::trim).filter(|v| !v.is_empty()).map(str::to_owned);
    let department = text(&c.department).or_else(|| text(&c.team));
    let location = text(&c.location).or_else(|| c.all_locations.first().cloned());
    let on_posting = |what: &str| lacks(what, &format!("Someone who may edit the posting \"{}\" can add it there.", posting.text));
    let hired_at = o.archived.as_ref().and_then(|a| a.archived_at).unwrap_or(0);
    let start = start_date(&seen.offers).or_else(|| day(hired_at).filter(|_| settings.start_date == StartDate::DayOfHire));
    Ok(Hire {
        first_name,
        middle_name,
        last_name,
        full_name: o.name.split_whitespace().collect::<Vec<_>>().join(" "),
        email: email.to_owned(),
        position: posting.text.trim().to_owned(),
        department: department.ok_or_else(|| on_posting("Department"))?,
        location: location.ok_or_else(|| on_posting("Location"))?,
        employment_type: text(&c.commitment),
        manager: seen.hiring_manager.as_ref().map(|m| m.email.clone()).filter(|e| !e.is_empty()),
        start_date: start.ok_or_else(|| lacks("Start date", "It is the field Anticipated start date of the signed offer."))?,
        number: o.id.clone(),
        status: "Active".to_owned(),
        hired_at,
        same_person: seen.answers.get(SAME_E_MAIL).cloned(),
    })
}

/// From the latest signed offer, else from the latest approved one. The offer is chosen first: if it has no date, there is
/// none, and an older offer's is not taken for it. A date has no time zone: the day as written stays.
fn start_date(offers: &[Offer]) -> Option<String> {
    let latest = |fits: &dyn Fn(&&Offer) -> bool| offers.iter().filter(fits).max_by_key(|offer| offer.created_at);
    let offer = latest(&|o| o.status == "signed").or_else(|| latest(&|o| o.approved == Some(true) && o.status != "denied"))?;
    let value = offer.field("anticipated_start_date")?;
    day(value.as_i64().or_else(|| value.as_str()?.parse().ok())?)
}

fn day(ms: i64) -> Option<String> {
    Some(jiff::Timestamp::from_millisecond(ms).ok()?.to_zoned(jiff::tz::TimeZone::UTC).date().to_string())
}

const PARTICLES: &[&str] = &[
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "du", "la", "le", "bin", "bint", "ibn", "al", "el", "ter", "ten", "zu", "af",
];

/// First, middle, last. One word is both first and last, since HR Cloud demands both; three and more have a middle.
pub fn split(name: &str, keep_particles: bool) -> Option<(String, Option<String>, String)> {
    let words: Vec<&str> = name.split_whitespace().collect();
    match words.as_slice() {
        [] => None,
        [only] => Some(((*only).to_owned(), None, (*only).to_owned())),
        [first, middle @ .., last] => {
            let mut middle = middle.to_vec();
            let mut last = vec![*last];
            while keep_particles && middle.last().is_some_and(|word| PARTICLES.contains(&word.to_lowercase().as_str())) {
                last.insert(0, middle.pop().unwrap_or_default());
            }
            let middle = (!middle.is_empty()).then(|| middle.join(" "));
            Some(((*first).to_owned(), middle, last.join(" ")))
        }
    }
}
