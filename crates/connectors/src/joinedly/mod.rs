//! Joinedly: whoever is hired becomes a joiner, and a journey begins.
//!
//! Joinedly publishes no API; this speaks the one of our own Joinedly ([`joinedly_api`]). A joiner is known there by the id
//! of the opportunity, so one request makes or changes them and may be sent twice. Locations and teams must be called
//! exactly as offices and teams are there; what is not is left blank and flagged, and nobody waits for it.

mod map;
mod wire;

#[cfg(test)]
mod tests;

use crate::decisions::{ERASED, Erase, SAME_E_MAIL, answered, decision};
use crate::hires::{self, Aliases, flagged};
use connector::fields::{self, Overrides};
use connector::{
    Connector, Cx, Decision, Difference, Done, Effect, Entry, Field, Found, Hold, How, Jobs, Kind, Known, Mended, More, NameList, Outcome, Pick, Preview, Remember, Seen, Sent,
    Spec, Way, Whom, outcome_of,
};
use endpoint::Nothing;
use joinedly_api::{GetAccount, JoinerChange, SameEmail, State};
use lever_api::event::Event;
use map::{Joining, TARGETS};
use outbound::{Failure, Remote};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use wire::Places;

/// The connector.
pub struct Joinedly;

/// How people are told about it.
const NAME: &str = "Joinedly";

/// What a customer may set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Hires are told by webhook, and looked for every half a minute.
    pub use_webhook: bool,
    /// When somebody starts of whom Lever does not say.
    pub no_start_date: NoStartDate,
    /// What becomes of the joiner when the person is deleted in Lever.
    pub erase: Erase,
    /// Offices and teams that are not there are made.
    pub create_missing: bool,
    /// `van`, `de`, `bin` and their like go with the last name.
    pub keep_particles: bool,
    /// Which office or team stands for a name.
    pub aliases: Aliases,
    /// The team of whoever is hired for a posting, whatever Lever says: by posting, under an empty name.
    pub job_teams: BTreeMap<String, BTreeMap<String, String>>,
    /// What fills a field of a joiner, where it is not what is usual.
    pub fields: Overrides,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            use_webhook: true,
            no_start_date: NoStartDate::Wait,
            erase: Erase::Ask,
            create_missing: false,
            keep_particles: false,
            aliases: Aliases::new(),
            job_teams: BTreeMap::new(),
            fields: Overrides::new(),
        }
    }
}

/// When a journey begins of whose start Lever does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoStartDate {
    /// When it is known; until then it waits.
    #[default]
    Wait,
    /// As if they started on the day of the hire.
    HiredOn,
    /// As if they started two weeks later.
    TwoWeeks,
}

/// What it may do. Of one opportunity only one of them is wanted at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// This person is a joiner.
    Join(Box<Joining>),
    /// The journey of this opportunity will not happen.
    Cancel {
        /// For sentences.
        name: String,
        /// The opportunity.
        external_id: String,
        /// Which hire it was, ms.
        hired_at: i64,
    },
}

impl Connector for Joinedly {
    const SPEC: Spec = Spec {
        id: "joinedly",
        name: NAME,
        about: "People hired in Lever become joiners in Joinedly, and their journey begins.",
        whom: Whom::Hires,
        reacts_to: &[Event::CandidateHired],
        needs: &hires::NEEDS,
        fields: &[
            Field {
                name: "use_webhook",
                label: "Add hires by themselves",
                help: "Whoever is hired is added within moments, and their journey begins. A webhook is made in Lever by itself; the event Candidate Hired must be switched on there. Whom no webhook told of is found within a minute.",
                kind: Kind::Switch,
            },
            Field {
                name: "no_start_date",
                label: "Hires without a start date",
                help: "Lever says it in the offer, as Anticipated start date. As soon as it is known, it counts.",
                kind: Kind::Choice(&[
                    ("wait", "The journey waits for it"),
                    ("hired_on", "As if they started on the day of the hire"),
                    ("two_weeks", "As if they started two weeks after the hire"),
                ]),
            },
            Field {
                name: "erase",
                label: "Whoever is deleted in Lever",
                help: "The hub forgets them in any case. What becomes of the joiner is for you to say.",
                kind: Kind::Choice(&[("ask", "Ask what becomes of the joiner"), ("delete", "Delete the joiner"), ("keep", "Keep the joiner")]),
            },
            Field {
                name: "create_missing",
                label: "Create what is missing",
                help: "Offices and teams that Joinedly lacks are made there, instead of leaving them blank.",
                kind: Kind::Switch,
            },
            hires::KEEP_PARTICLES,
            Field { name: "aliases", label: "Other names", help: "Which of Joinedly's offices and teams stands for a name in Lever.", kind: Kind::Aliases },
            Field { name: "job_teams", label: "Teams of jobs", help: "Which team whoever is hired for a job joins, whatever team the job has in Lever.", kind: Kind::ByPosting },
            Field { name: "fields", label: "Fields", help: "What fills each field of a joiner.", kind: Kind::Fields },
        ],
        targets: &TARGETS,
        lists: &[
            NameList { key: "offices", label: "Offices", target: "office", typed: None, blank: true },
            NameList { key: "teams", label: "Teams", target: "team", typed: None, blank: true },
        ],
        jobs: Some(Jobs { list: "teams", label: "Team", typed: "Joinedly has no teams yet." }),
        callback: None,
        map: None,
        arrivals: None,
        mirror: None,
        entry: Entry::Any,
        tells_jobs: false,
        credential: &[("authorization", "Authorization, with a token of Joinedly: Bearer jy_…")],
        home: "https://app.joinedly.com",
        support: "mailto:founders@joinedly.com",
    };

    type Settings = Settings;
    type Change = Change;

    fn is_live(&self, settings: &Settings) -> bool {
        settings.use_webhook
    }

    fn more(&self, settings: &Settings) -> Vec<More> {
        fields::more(&settings.fields)
    }

    fn decide(&self, settings: &Settings, seen: &Seen) -> Decision<Change> {
        let key = format!("{}/joiner/{}", Self::SPEC.id, seen.opportunity.id);
        let change = if seen.hired {
            match map::joining(settings, seen) {
                Ok(joining) => Change::Join(Box::new(joining)),
                Err(hold) => return Decision::Hold(hold),
            }
        } else {
            let (hired_at, cancelled) = (seen.sent["hired_at"].as_i64(), seen.sent["cancelled"] == true);
            let Some(hired_at) = hired_at else { return Decision::Nothing("not hired".to_owned()) };
            // What a try without an answer may have begun anew is cancelled once more: that does no harm.
            if cancelled && !seen.perhaps {
                return Decision::Nothing("not hired any more; the journey was cancelled".to_owned());
            }
            Change::Cancel { name: seen.opportunity.name.clone(), external_id: seen.opportunity.id.clone(), hired_at }
        };
        Decision::Make(vec![Effect { key, change }])
    }

    async fn perform(&self, cx: Cx<'_>, settings: &Settings, effect: &Effect<Change>) -> Outcome {
        let done = match &effect.change {
            Change::Join(joining) => join(&cx, settings, joining).await,
            Change::Cancel { external_id, hired_at, .. } => cancel(&cx, external_id, *hired_at).await,
        };
        done.unwrap_or_else(|failure| outcome_of(NAME, &failure))
    }

    fn mark(&self, change: &Change) -> Value {
        match change {
            Change::Join(joining) => json!(joining.external_id),
            Change::Cancel { external_id, .. } => json!(external_id),
        }
    }

    async fn came_through(&self, cx: Cx<'_>, _: &Settings) -> Result<Found, Failure> {
        let tried = cx.tried.iter().filter_map(|change| serde_json::from_value::<Change>(change.clone()).ok()).map(|change| self.mark(&change));
        let marks: HashSet<String> = tried.chain(cx.sent.perhaps.iter().cloned()).filter_map(|mark| mark.as_str().map(str::to_owned)).collect();
        for external_id in marks {
            if let Some(there) = wire::get(cx.partner, &external_id).await? {
                let what = sent(there.joiner.hired_at.unwrap_or_default(), &there.joiner, there.journey.state == State::Cancelled);
                return Ok(Found::Record(Sent { remote_id: Some(there.id), what, ..Sent::default() }));
            }
        }
        Ok(Found::Nobody)
    }

    async fn preview(&self, cx: Cx<'_>, settings: &Settings, effect: &Effect<Change>) -> Result<Preview, Failure> {
        let would = |how, said: String, fields| Ok(Preview::Would { how, said, fields });
        match &effect.change {
            Change::Cancel { .. } => would(How::Updated, "would cancel the journey".to_owned(), Vec::new()),
            Change::Join(joining) => {
                let places = Places::read(&cx).await?;
                let (body, flags) = joining.placed(settings, &places);
                let there = wire::get(cx.partner, &joining.external_id).await?;
                let before = there.as_ref().map(|there| there.joiner.clone()).unwrap_or_default();
                let fields = differences(&before, &written(&cx, &body), &places);
                let flags = flagged(&flags);
                match there {
                    None => would(How::Created, format!("would create a joiner and begin the journey{flags}"), fields),
                    Some(_) if fields.is_empty() => would(How::Unchanged, format!("the joiner is as Lever says{flags}"), fields),
                    Some(_) => would(How::Updated, format!("would change the joiner{flags}"), fields),
                }
            }
        }
    }

    async fn mend(&self, cx: Cx<'_>, _: &Settings, way: &Way, _: &str) -> Result<Mended, String> {
        if way.id != "delete" {
            return answered(way);
        }
        if cx.sent.shared {
            return Err(format!("This joiner belongs to another hire in Lever too. Delete them in {NAME} if that is meant, then choose to keep them."));
        }
        let id = way.data["id"].as_str().ok_or("Which joiner this was is not known any more.")?;
        wire::delete(cx.partner, id).await.map_err(|e| e.to_string())?;
        Ok(Mended { said: format!("The joiner was deleted in {NAME}."), remember: Remember::Nothing })
    }

    fn fill(&self, settings: &Settings, seen: &Seen) -> BTreeMap<String, Result<String, String>> {
        map::fill(settings, seen)
    }

    async fn entries(&self, partner: &Remote) -> Result<BTreeMap<String, Vec<Pick>>, Failure> {
        let places = Places::of(partner).await?;
        let picks = |entries: &[joinedly_api::Entry]| entries.iter().map(|e| Pick { value: e.id.clone(), label: e.name.clone() }).collect();
        Ok(BTreeMap::from([("offices".to_owned(), picks(&places.offices)), ("teams".to_owned(), picks(&places.teams))]))
    }

    async fn erase(&self, cx: Cx<'_>, settings: &Settings, answers: &BTreeMap<String, String>) -> Outcome {
        let done = |said: &str| Outcome::Done(Done { said: said.to_owned(), ..Done::default() });
        let Some(id) = &cx.sent.remote_id else { return done("there was no joiner") };
        match wire::get(cx.partner, id).await {
            Ok(Some(_)) => {}
            Ok(None) => return done("the joiner is not there any more"),
            Err(failure) => return outcome_of(NAME, &failure),
        }
        match settings.erase {
            Erase::Keep => done("the joiner is kept, as the settings say"),
            Erase::Delete => match wire::delete(cx.partner, id).await {
                Ok(()) => done("the joiner was deleted"),
                Err(failure) => outcome_of(NAME, &failure),
            },
            Erase::Ask if answers.contains_key(ERASED) => done("the joiner is kept, as somebody decided"),
            Erase::Ask => Outcome::Hold(erased(id)),
        }
    }

    async fn known(&self, partner: &Remote) -> Result<Known, Failure> {
        let (mut subjects, mut records) = (HashSet::new(), HashSet::new());
        for listed in wire::all(partner).await? {
            subjects.insert(listed.external_id);
            records.insert(listed.id);
        }
        Ok(Known::These { subjects, records })
    }

    async fn check(&self, partner: &Remote) -> Result<(), String> {
        match partner.send(GetAccount { query: Nothing, body: Nothing }).await {
            Ok(_) => Ok(()),
            Err(failure) => Err(outcome_of(NAME, &failure).sentence(&failure)),
        }
    }
}

/// What Joinedly holds of ours, once it is sent.
fn sent(hired_at: i64, body: &JoinerChange, cancelled: bool) -> Value {
    json!({ "hired_at": hired_at, "body": JoinerChange { same_email: None, ..body.clone() }, "cancelled": cancelled })
}

/// What is to be written: of a joiner who is there already only what Lever says otherwise than before, so that nothing is
/// undone that people changed in Joinedly since.
fn written(cx: &Cx<'_>, body: &JoinerChange) -> JoinerChange {
    let before = &cx.sent.what["body"];
    // Hired again, everything counts anew.
    if cx.sent.remote_id.is_none() || before.is_null() || cx.sent.what["hired_at"] != json!(body.hired_at) {
        return body.clone();
    }
    // What was decided about the e-mail counts once.
    let now = json!(JoinerChange { same_email: None, ..body.clone() });
    let changed = now.as_object().into_iter().flatten().filter(|(name, value)| before[name.as_str()] != **value);
    serde_json::from_value(Value::Object(changed.map(|(name, value)| (name.clone(), value.clone())).collect())).unwrap_or_default()
}

async fn join(cx: &Cx<'_>, settings: &Settings, joining: &Joining) -> Result<Outcome, Failure> {
    let mut places = Places::read(cx).await?;
    if settings.create_missing {
        places = places.with_missing(cx, settings, joining).await?;
    }
    let (body, flags) = joining.placed(settings, &places);
    let known = cx.sent.remote_id.is_some();
    let mut change = written(cx, &body);
    // Deleted there by hand, and asked for again: then everything is new.
    let gone = known && wire::get(cx.partner, &joining.external_id).await?.is_none();
    if gone {
        change = body.clone();
    }
    // Nothing to say is said all the same where a cancelled journey is to begin again: by the time of the hire.
    let nothing = known && !gone && change == JoinerChange::default();
    let there = if nothing {
        None
    } else {
        match wire::put(cx.partner, &joining.external_id, &change).await {
            Ok(there) => Some(there),
            Err(Failure::Refused { status: 409, body, .. }) => return Ok(Outcome::Hold(same_email(&joining.name, &body))),
            Err(Failure::Refused { status: 400, body, .. }) => return Ok(Outcome::Hold(wire::refusal(NAME, &joining.name, &body))),
            Err(failure) => return Err(failure),
        }
    };
    // An earlier try may have made them.
    let came = !known && !cx.tried.is_empty() && body.same_email != Some(SameEmail::SamePerson);
    let created = there.as_ref().is_some_and(|there| there.created) || came;
    let (how, said) = match (created, nothing) {
        (true, _) => (How::Created, "created the joiner"),
        (false, false) => (How::Updated, "changed the joiner"),
        (false, true) => (How::Unchanged, "the joiner was there already, nothing was to be changed"),
    };
    let journey = there.as_ref().map(|there| format!("; {}", wire::journey(&there.journey))).unwrap_or_default();
    let remote_id = there.map(|there| there.id).or_else(|| cx.sent.remote_id.clone());
    let said = format!("{said}{journey}{}", flagged(&flags));
    Ok(Outcome::Done(Done { remote_id, how, said, sent: sent(joining.hired_at, &body, false), left_out: !flags.is_empty(), ..Done::default() }))
}

async fn cancel(cx: &Cx<'_>, external_id: &str, hired_at: i64) -> Result<Outcome, Failure> {
    let body = serde_json::from_value(cx.sent.what["body"].clone()).unwrap_or_default();
    let done = |how, said: &str, id: Option<String>| {
        let sent = sent(hired_at, &body, true);
        Ok(Outcome::Done(Done { remote_id: id.or_else(|| cx.sent.remote_id.clone()), how, said: said.to_owned(), sent, left_out: false, ..Done::default() }))
    };
    match wire::cancel(cx.partner, external_id, "Not hired any more in Lever.").await? {
        Some(there) if there.journey.state == State::Cancelled => done(How::Updated, "the journey was cancelled; the person stays in the history", Some(there.id)),
        Some(there) => done(How::Updated, "the joiner has another hire, for which the journey goes on", Some(there.id)),
        None => done(How::Unchanged, "the joiner is not there any more, so there is no journey to cancel", None),
    }
}

/// Field by field, with names instead of ids.
fn differences(before: &JoinerChange, change: &JoinerChange, places: &Places) -> Vec<Difference> {
    let (before, after) = (json!(before), json!(change));
    let shown = |field: &str, value: &Value| {
        let text = value.as_str().map(str::to_owned).unwrap_or_else(|| match value {
            Value::Null => String::new(),
            other => other["name"].as_str().map(str::to_owned).unwrap_or_else(|| other.to_string()),
        });
        if matches!(field, "office" | "team") { places.name(&text).unwrap_or(&text).to_owned() } else { text }
    };
    let fields = after.as_object().into_iter().flatten().filter(|(name, _)| !matches!(name.as_str(), "hired_at" | "same_email"));
    fields
        .map(|(name, value)| Difference { field: map::label(name), from: shown(name, &before[name.as_str()]), to: shown(name, value) })
        .filter(|d| d.from != d.to)
        .collect()
}

/// Somebody else, or the same person hired twice: nobody guesses.
fn same_email(name: &str, body: &str) -> Hold {
    let there: joinedly_api::Refusal = serde_json::from_str(body).unwrap_or_default();
    let id = there.joiner.unwrap_or_default();
    Hold {
        cause: format!("{NAME} has a joiner with this e-mail already ({id})"),
        why: format!("{name} was hired, and another joiner in {NAME} has the same e-mail. It may be the same person, hired again or for another job."),
        ways: vec![
            decision("same_person", "It is the same person: use that joiner", SAME_E_MAIL, "same_person"),
            decision("another", "It is somebody else: make a joiner of their own", SAME_E_MAIL, "another"),
        ],
    }
}

/// What was decided about an e-mail that another joiner has.
fn decided(seen: &Seen) -> Option<SameEmail> {
    match seen.answers.get(SAME_E_MAIL)?.as_str() {
        "same_person" => Some(SameEmail::SamePerson),
        "another" => Some(SameEmail::Another),
        _ => None,
    }
}

/// Nothing is known of the person any more but that there is a joiner.
fn erased(id: &str) -> Hold {
    Hold {
        cause: format!("Deleted in Lever, but a joiner in {NAME}"),
        why: format!("Somebody was deleted or anonymised in Lever and is forgotten here. The joiner {id} in {NAME} is still there; somebody decides what becomes of them."),
        ways: vec![
            Way { id: "delete".to_owned(), label: "Delete the joiner".to_owned(), personal: true, data: json!({ "id": id }), ..Way::default() },
            decision("keep", "Keep the joiner", ERASED, "keep"),
        ],
    }
}
