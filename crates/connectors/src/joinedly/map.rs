//! What of a hire makes a joiner. Pure.

use super::wire::Places;
use super::{NAME, NoStartDate, Settings, decided};
use connector::fields::{self, Target};
use connector::{Hold, Name, Seen, demand};
use jiff::civil::Date;
use joinedly_api::{JoinerChange, Who};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A hire as a joiner, offices and teams still by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Joining {
    /// For sentences.
    pub name: String,
    /// The opportunity.
    pub external_id: String,
    /// When the person was hired, ms: hired again, the journey begins again.
    pub hired_at: i64,
    /// The location in Lever.
    pub office: String,
    /// The team in Lever.
    pub team: String,
    /// The team that was chosen for the job, by its id; empty: none was.
    pub job_team: String,
    /// Everything else.
    pub body: JoinerChange,
}

const fn target(name: &'static str, label: &'static str, default: &'static str, required: bool, list: Option<&'static str>, missing: &'static str) -> Target {
    Target { name, label, default, required, list, missing }
}

const ON_PROFILE: &str = "A recruiter can add it on the profile.";

pub const TARGETS: [Target; 15] = [
    target("first_name", "First name", "(name.first ~ ' ' ~ name.middle) | trim", true, None, ON_PROFILE),
    target("last_name", "Last name", "name.last", true, None, ON_PROFILE),
    target("email", "E-mail", "email", true, None, ON_PROFILE),
    target("phone", "Phone", "phone", false, None, ""),
    target("position", "Position", "posting.title", false, None, ""),
    target("office", "Office", "posting.location", false, Some("offices"), ""),
    target("team", "Team", "posting.team", false, Some("teams"), ""),
    target("department", "Department", "posting.department", false, None, ""),
    target("work_type", "Work type", "posting.work_type", false, None, ""),
    target("manager_name", "Manager", "manager.name", false, None, ""),
    target("manager_email", "Manager's e-mail", "manager.email", false, None, ""),
    target("recruiter_name", "Recruiter", "recruiter.name", false, None, ""),
    target("recruiter_email", "Recruiter's e-mail", "recruiter.email", false, None, ""),
    target("start_date", "Start date", "offer.start_date", false, None, "It is the field Anticipated start date of the signed offer."),
    target("profile", "Profile", "opportunity.url", false, None, ""),
];

/// As people call a field of the API.
pub fn label(field: &str) -> String {
    let target = TARGETS.iter().find(|t| t.name == field);
    target.map_or_else(|| field.replace('_', " "), |t| t.label.to_owned())
}

pub fn fill(settings: &Settings, seen: &Seen) -> BTreeMap<String, Result<String, String>> {
    let name = Name::split(&seen.opportunity.name, settings.keep_particles);
    fields::fill(&TARGETS, &settings.fields, &fields::source(seen, &name))
}

/// Whether an address opens something in the candidate's own name, such as an interview: it is nobody else's to have.
fn is_private(link: &str) -> bool {
    let after = link.split_once("://").map_or(link, |(_, rest)| rest).to_ascii_lowercase();
    let (host, path) = after.split_once('/').unwrap_or((&after, ""));
    host == "jobma.com" || host.ends_with(".jobma.com") || path.starts_with("jobma/i/")
}

/// Maps a hire; what Joinedly demands and Lever lacks is a hold.
pub fn joining(settings: &Settings, seen: &Seen) -> Result<Joining, Hold> {
    let mut fields = demand(NAME, &TARGETS, fill(settings, seen), seen)?;
    let mut take = |name: &str| fields.remove(name);
    let hired_at = seen.opportunity.archived.as_ref().and_then(|a| a.archived_at).unwrap_or(0);
    let mut who = |name: &str, email: &str| match (take(name), take(email)) {
        (None, None) => None,
        (name, email) => Some(Who { name: name.or_else(|| email.clone()).unwrap_or_default(), email: email.unwrap_or_default() }),
    };
    let (manager, recruiter) = (who("manager_name", "manager_email"), who("recruiter_name", "recruiter_email"));
    let job_team = seen.posting.as_ref().and_then(|posting| settings.job_teams.get(&posting.id)?.get("").cloned());
    let links = seen.opportunity.links.iter().filter(|link| !is_private(link)).cloned().collect::<Vec<_>>();
    let links = Some(links).filter(|links| !links.is_empty());
    let body = JoinerChange {
        first_name: take("first_name"),
        last_name: take("last_name"),
        email: take("email"),
        phone: take("phone"),
        position: take("position"),
        department: take("department"),
        work_type: take("work_type"),
        start_date: take("start_date"),
        profile: take("profile"),
        manager,
        recruiter,
        links,
        hired_at: Some(hired_at),
        same_email: decided(seen),
        ..JoinerChange::default()
    };
    Ok(Joining {
        name: seen.opportunity.name.trim().to_owned(),
        external_id: seen.opportunity.id.clone(),
        hired_at,
        office: take("office").unwrap_or_default(),
        team: take("team").unwrap_or_default(),
        job_team: job_team.unwrap_or_default(),
        body,
    })
}

impl Joining {
    /// With the ids of office and team, or the names where there is none; and what was left blank.
    pub fn placed(&self, settings: &Settings, places: &Places) -> (JoinerChange, Vec<String>) {
        let (mut body, mut flags) = (self.body.clone(), Vec::new());
        let mut place = |list: &str, name: &str, what: &str| -> (Option<String>, Option<String>) {
            if name.is_empty() {
                return (None, None);
            }
            let id = places.id(&settings.aliases, list, name).map(str::to_owned);
            if id.is_none() {
                flags.push(format!("{NAME} has no {what} \"{name}\", so it was left blank"));
            }
            let named = id.is_none().then(|| name.to_owned());
            (id, named)
        };
        (body.office, body.office_named) = place("offices", &self.office, "office");
        (body.team, body.team_named) = match places.name(&self.job_team) {
            Some(_) => (Some(self.job_team.clone()), None),
            // None was chosen, or it is gone.
            None => place("teams", &self.team, "team"),
        };
        if body.start_date.is_none() {
            body.start_date = self.usual_start(settings.no_start_date);
            body.start_date_assumed = body.start_date.is_some().then_some(true);
            flags.push(match &body.start_date {
                None => "the start date is missing in Lever, so the journey waits".to_owned(),
                Some(day) => format!("the start date is missing in Lever, so {day} is taken, as the settings say"),
            });
        }
        (body, flags)
    }

    fn usual_start(&self, setting: NoStartDate) -> Option<String> {
        let hired_on: Date = jiff::Timestamp::from_millisecond(self.hired_at).ok()?.to_zoned(jiff::tz::TimeZone::UTC).date();
        match setting {
            NoStartDate::Wait => None,
            NoStartDate::HiredOn => Some(hired_on.to_string()),
            NoStartDate::TwoWeeks => hired_on.checked_add(jiff::Span::new().days(14)).ok().map(|day| day.to_string()),
        }
    }
}
