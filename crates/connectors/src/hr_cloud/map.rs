//! The eleven mapped fields, as a pure function of what was seen in Lever.

use super::lists::{List, Lists};
use super::wire::Employee;
use super::{NAME, Settings};
use connector::{Hold, Seen};
use lever_api::Offer;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A hire in the words of HR Cloud, names still as Lever spells them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
}

impl Hire {
    /// The body of the call, with ids for names.
    pub fn employee(&self, lists: &Lists, manager: Option<String>) -> Employee {
        let id = |list, name: &str| lists.id(list, name).map_or(Value::Null, |id| json!(id));
        Employee {
            id: None,
            first_name: Some(self.first_name.clone()),
            middle_name: self.middle_name.clone(),
            last_name: Some(self.last_name.clone()),
            full_name: Some(self.full_name.clone()),
            email: Some(self.email.clone()),
            number: Some(self.number.clone()),
            record_status: Some("Active".to_owned()),
            start_date: Some(self.start_date.clone()),
            position: id(List::Position, &self.position),
            department: id(List::Department, &self.department),
            location: id(List::Location, &self.location),
            employment_type: self.employment_type.as_ref().map_or(Value::Null, |name| id(List::EmploymentType, name)),
            employment_status: id(List::EmploymentStatus, &self.status),
            manager: manager.map_or(Value::Null, Value::from),
        }
    }
}

/// Maps a hire; what HR Cloud demands and Lever lacks is a hold that says who can add it and where.
pub fn hire(settings: &Settings, seen: &Seen) -> Result<Hire, Hold> {
    let o = &seen.opportunity;
    let who = if o.name.trim().is_empty() { "The hire" } else { o.name.trim() };
    let lacks = |what: &str, mend: &str| Hold {
        cause: format!("{what} is missing in Lever"),
        why: format!("{who} has no {} in Lever, and {NAME} demands one. {mend} Fulcrum looks again by itself every 15 minutes.", what.to_lowercase()),
        mend: Value::Null,
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
    let start = start_date(&seen.offers);
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
    })
}

/// From the latest signed offer, else from the latest approved one. The offer is chosen first: if it has no date, there is
/// none, and an older offer's is not taken for it. A date has no time zone: the day as written stays.
fn start_date(offers: &[Offer]) -> Option<String> {
    let latest = |fits: &dyn Fn(&&Offer) -> bool| offers.iter().filter(fits).max_by_key(|offer| offer.created_at);
    let offer = latest(&|o| o.status == "signed").or_else(|| latest(&|o| o.approved == Some(true) && o.status != "denied"))?;
    let value = offer.field("anticipated_start_date")?;
    let ms = value.as_i64().or_else(|| value.as_str()?.parse().ok())?;
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
