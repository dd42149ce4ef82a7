//! ChiefOnboarding: the same journey as in [`crate::joinedly`], on an open onboarding server of one's own.
//!
//! Official page: <https://docs.chiefonboarding.com/api.html>. A sequence there is a journey. What its API cannot do: change or
//! delete a new hire, or take a journey back. Where that matters, people are asked. It knows people by their e-mail, which must
//! be unique; its answer to a new hire does not tell the id, so that is looked up in the list of employees.

mod wire;

#[cfg(test)]
mod tests;

use crate::decisions::{ERASED, SAME_E_MAIL, answered, decision};
use crate::hires::{self, Aliases, flagged};
use connector::fields::{self, Overrides, Target};
use connector::{
    Connector, Cx, Decision, Difference, Done, Effect, Entry, Field, Found, Hold, How, Kind, Known, Mended, More, Name, NameList, Outcome, Pick, Preview, Seen, Sent,
    Spec, Way, Whom, demand, outcome_of,
};
use lever_api::event::Event;
use outbound::{Failure, Remote};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use wire::{Directory, NewHire};

/// The connector.
pub struct ChiefOnboarding;

/// How people are told about it.
const NAME: &str = "ChiefOnboarding";

/// What a customer may set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Hires are told by webhook, and looked for every half a minute.
    pub use_webhook: bool,
    /// The name of the sequence for whoever no other fits.
    pub usual_sequence: String,
    /// `van`, `de`, `bin` and their like go with the last name.
    pub keep_particles: bool,
    /// Which sequence stands for a name in Lever.
    pub aliases: Aliases,
    /// What fills a field of a new hire, where it is not what is usual.
    pub fields: Overrides,
}

impl Default for Settings {
    fn default() -> Self {
        Self { use_webhook: true, usual_sequence: String::new(), keep_particles: false, aliases: Aliases::new(), fields: Overrides::new() }
    }
}

/// What it may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// This person is a new hire.
    Join(Box<Joining>),
}

/// A hire as a new hire, people and sequences still by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Joining {
    /// For sentences.
    pub name: String,
    /// When the person was hired, ms.
    pub hired_at: i64,
    /// The manager's e-mail.
    pub manager: String,
    /// What chooses the sequence.
    pub sequence: String,
    /// The id there of whom somebody took for the same person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same: Option<String>,
    /// Everything else.
    pub body: NewHire,
}

const fn target(name: &'static str, label: &'static str, default: &'static str, required: bool, list: Option<&'static str>, missing: &'static str) -> Target {
    Target { name, label, default, required, list, missing }
}

const ON_PROFILE: &str = "A recruiter can add it on the profile.";

const TARGETS: [Target; 8] = [
    target("first_name", "First name", "(name.first ~ ' ' ~ name.middle) | trim", true, None, ON_PROFILE),
    target("last_name", "Last name", "name.last", true, None, ON_PROFILE),
    target("email", "E-mail", "email", true, None, ON_PROFILE),
    target("phone", "Phone", "phone", false, None, ""),
    target("position", "Position", "posting.title", false, None, ""),
    target("start_day", "Start date", "offer.start_date", true, None, "It is the field Anticipated start date of the signed offer."),
    target("manager", "Manager's e-mail", "manager.email", false, None, ""),
    target("sequence", "Sequence", "posting.department", false, Some("sequences"), ""),
];

impl Connector for ChiefOnboarding {
    const SPEC: Spec = Spec {
        id: "chief-onboarding",
        name: NAME,
        about: "People hired in Lever become new hires on a ChiefOnboarding server of your own, and their sequence begins.",
        whom: Whom::Hires,
        reacts_to: &[Event::CandidateHired],
        needs: &hires::NEEDS,
        fields: &[
            Field {
                name: "use_webhook",
                label: "Add hires by themselves",
                help: "Whoever is hired is added within moments. A webhook is made in Lever by itself; the event Candidate Hired must be switched on there. Whom no webhook told of is found within a minute.",
                kind: Kind::Switch,
            },
            Field {
                name: "usual_sequence",
                label: "Usual sequence",
                help: "The name of the sequence for hires whose department has none of its own name. Empty: none.",
                kind: Kind::Text,
            },
            hires::KEEP_PARTICLES,
            Field { name: "aliases", label: "Sequences", help: "Which sequence stands for a name in Lever.", kind: Kind::Aliases },
            Field { name: "fields", label: "Fields", help: "What fills each field of a new hire.", kind: Kind::Fields },
        ],
        targets: &TARGETS,
        lists: &[NameList { key: "sequences", label: "Sequences", target: "sequence", typed: None, blank: true }],
        jobs: None,
        callback: None,
        map: None,
        arrivals: None,
        mirror: None,
        entry: Entry::Any,
        tells_jobs: false,
        credential: &[("authorization", "Authorization, with a token of the server: Token …")],
        home: "https://onboarding.example.com",
        support: "https://github.com/chiefonboarding/ChiefOnboarding",
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
        if !seen.hired {
            return not_hired(seen);
        }
        let joining = match joining(settings, seen) {
            Ok(joining) => joining,
            Err(hold) => return Decision::Hold(hold),
        };
        if let Some(hold) = moved(seen, &joining) {
            return Decision::Hold(hold);
        }
        let key = format!("{}/new-hire/{}", Self::SPEC.id, seen.opportunity.id);
        Decision::Make(vec![Effect { key, change: Change::Join(Box::new(joining)) }])
    }

    async fn perform(&self, cx: Cx<'_>, settings: &Settings, effect: &Effect<Change>) -> Outcome {
        let Change::Join(joining) = &effect.change;
        // Two hires of one person at the same moment must not both find nobody.
        let _turn = cx.memo.turn(&joining.body.email).await;
        join(&cx, settings, joining).await.unwrap_or_else(|failure| outcome_of(NAME, &failure))
    }

    fn mark(&self, change: &Change) -> Value {
        let Change::Join(joining) = change;
        json!(joining.body.email)
    }

    async fn came_through(&self, cx: Cx<'_>, _: &Settings) -> Result<Found, Failure> {
        let tried: Vec<Joining> =
            cx.tried.iter().filter_map(|change| serde_json::from_value(change.clone()).ok()).map(|Change::Join(joining)| *joining).collect();
        let directory = Directory::of(cx.partner).await?;
        for joining in tried.iter().rev() {
            if let Some(id) = directory.id_of(&joining.body.email) {
                return Ok(Found::Record(Sent { remote_id: Some(id), what: sent(joining), ..Sent::default() }));
            }
        }
        let marked = cx.sent.perhaps.iter().find_map(|email| directory.id_of(email.as_str()?));
        Ok(marked.map_or(Found::Nobody, |id| Found::Record(Sent { remote_id: Some(id), ..Sent::default() })))
    }

    async fn preview(&self, cx: Cx<'_>, settings: &Settings, effect: &Effect<Change>) -> Result<Preview, Failure> {
        let Change::Join(joining) = &effect.change;
        let directory = Directory::read(&cx).await?;
        match there(&cx, joining, &directory) {
            There::Nobody => {}
            There::Somebody(id) => return Ok(Preview::Hold(same_email(joining, &id))),
            There::Ours(id) if directory.id_of(&joining.body.email).as_ref() != Some(&id) => return Ok(Preview::Hold(other_email(joining, &id))),
            There::Ours(id) | There::Came(id) | There::Same(id) => {
                return Ok(Preview::Would { how: How::Unchanged, said: format!("{NAME} has the new hire {id} already"), fields: Vec::new() });
            }
        }
        let (body, flags) = joining.placed(settings, &directory);
        let now = json!(body);
        let fields = now.as_object().into_iter().flatten().filter(|(name, _)| *name != "role").map(|(name, value)| Difference {
            field: TARGETS.iter().find(|t| t.name == name).map_or(name.as_str(), |t| t.label).to_owned(),
            from: String::new(),
            to: value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        });
        let said = format!("would create a new hire{}", flagged(&flags));
        Ok(Preview::Would { how: How::Created, said, fields: fields.collect() })
    }

    async fn mend(&self, _: Cx<'_>, _: &Settings, way: &Way, _: &str) -> Result<Mended, String> {
        answered(way)
    }

    fn fill(&self, settings: &Settings, seen: &Seen) -> BTreeMap<String, Result<String, String>> {
        let name = Name::split(&seen.opportunity.name, settings.keep_particles);
        fields::fill(&TARGETS, &settings.fields, &fields::source(seen, &name))
    }

    async fn entries(&self, partner: &Remote) -> Result<BTreeMap<String, Vec<Pick>>, Failure> {
        let picks = wire::sequences(partner).await?.into_iter().map(|s| Pick { value: s.id.to_string(), label: s.name }).collect();
        Ok(BTreeMap::from([("sequences".to_owned(), picks)]))
    }

    async fn erase(&self, cx: Cx<'_>, _: &Settings, answers: &BTreeMap<String, String>) -> Outcome {
        let done = |said: &str| Outcome::Done(Done { said: said.to_owned(), ..Done::default() });
        let Some(id) = &cx.sent.remote_id else { return done("there was no new hire") };
        match Directory::of(cx.partner).await {
            Ok(directory) if !directory.has(id) => done("the new hire is not there any more"),
            Ok(_) if answers.contains_key(ERASED) => done("somebody decided about the new hire"),
            Ok(_) => Outcome::Hold(erased(id)),
            Err(failure) => outcome_of(NAME, &failure),
        }
    }

    async fn known(&self, _: &Remote) -> Result<Known, Failure> {
        // It knows nothing of opportunities.
        Ok(Known::Unreadable)
    }

    async fn check(&self, partner: &Remote) -> Result<(), String> {
        match wire::sequences(partner).await {
            Ok(_) => Ok(()),
            Err(failure) => Err(outcome_of(NAME, &failure).sentence(&failure)),
        }
    }
}

/// Maps a hire; what ChiefOnboarding demands and Lever lacks is a hold.
fn joining(settings: &Settings, seen: &Seen) -> Result<Joining, Hold> {
    let mut fields = demand(NAME, &TARGETS, ChiefOnboarding.fill(settings, seen), seen)?;
    let mut take = |name: &str| fields.remove(name).unwrap_or_default();
    let body = NewHire {
        first_name: take("first_name"),
        last_name: take("last_name"),
        email: take("email").to_lowercase(),
        phone: take("phone"),
        position: take("position"),
        start_day: take("start_day"),
        ..NewHire::default()
    };
    Ok(Joining {
        name: seen.opportunity.name.trim().to_owned(),
        hired_at: seen.opportunity.archived.as_ref().and_then(|a| a.archived_at).unwrap_or(0),
        manager: take("manager"),
        sequence: take("sequence"),
        same: seen.answers.get(SAME_E_MAIL).cloned(),
        body,
    })
}

impl Joining {
    /// With the ids of manager and sequence; and what was left blank.
    fn placed(&self, settings: &Settings, directory: &Directory) -> (NewHire, Vec<String>) {
        let (mut body, mut flags) = (self.body.clone(), Vec::new());
        body.manager = directory.id_of(&self.manager).and_then(|id| id.parse().ok());
        if body.manager.is_none() && !self.manager.is_empty() {
            flags.push(format!("{NAME} knows nobody with the e-mail of the manager, so that was left blank"));
        }
        let sequence = directory.sequence(&settings.aliases, &self.sequence).or_else(|| directory.sequence(&Aliases::new(), &settings.usual_sequence));
        match sequence {
            Some(id) => body.sequences = vec![id],
            None => flags.push(format!("{NAME} has no sequence for \"{}\", so none has begun", self.sequence)),
        }
        (body, flags)
    }
}

/// Whom ChiefOnboarding has already, by their id there.
enum There {
    /// The one we made.
    Ours(String),
    /// One an earlier try made, though no answer came.
    Came(String),
    /// One somebody took for the same person.
    Same(String),
    /// Somebody else with this e-mail, or the same person by another way.
    Somebody(String),
    Nobody,
}

fn there(cx: &Cx<'_>, joining: &Joining, directory: &Directory) -> There {
    if let Some(id) = cx.sent.remote_id.as_ref().filter(|id| directory.has(id)) {
        return There::Ours(id.clone());
    }
    // The e-mail may have been another one when they were tried.
    let tried = cx.tried.iter().filter_map(|change| serde_json::from_value(change.clone()).ok());
    if let Some(id) = tried.into_iter().find_map(|Change::Join(tried)| directory.id_of(&tried.body.email)) {
        return There::Came(id);
    }
    match directory.id_of(&joining.body.email) {
        Some(id) if joining.same.as_ref() == Some(&id) => There::Same(id),
        Some(id) => There::Somebody(id),
        None => There::Nobody,
    }
}

async fn join(cx: &Cx<'_>, settings: &Settings, joining: &Joining) -> Result<Outcome, Failure> {
    let directory = Directory::read(cx).await?;
    let mail = &joining.body.email;
    let done = |how, id: Option<String>, said: String, left_out| Outcome::Done(Done { remote_id: id, how, said, sent: sent(joining), left_out, ..Done::default() });
    match there(cx, joining, &directory) {
        There::Ours(id) if directory.id_of(mail).as_ref() == Some(&id) => {
            return Ok(done(How::Unchanged, Some(id), "the new hire was there already, nothing was to be changed".to_owned(), false));
        }
        There::Ours(id) => return Ok(Outcome::Hold(other_email(joining, &id))),
        There::Came(id) => return Ok(done(How::Created, Some(id), "the new hire is there; an earlier try had come through".to_owned(), false)),
        There::Same(id) => return Ok(done(How::Unchanged, Some(id), "the same person is there already, and is left as they are".to_owned(), false)),
        There::Somebody(id) => return Ok(Outcome::Hold(same_email(joining, &id))),
        There::Nobody => {}
    }
    let (body, flags) = joining.placed(settings, &directory);
    match wire::create(cx.partner, &body).await {
        Ok(()) => {}
        Err(Failure::Refused { status: 400, body, .. }) => return Ok(Outcome::Hold(wire::refusal(NAME, &joining.name, &body))),
        Err(failure) => return Err(failure),
    }
    cx.memo.forget();
    // Its own answer does not tell the id.
    let id = Directory::of(cx.partner).await?.id_of(&joining.body.email);
    Ok(done(How::Created, id, format!("created the new hire{}", flagged(&flags)), false))
}

/// What ChiefOnboarding holds of ours.
fn sent(joining: &Joining) -> Value {
    json!({ "hired_at": joining.hired_at, "start_day": joining.body.start_day })
}

/// Whoever was un-hired is somebody's business there: this API takes nothing back.
fn not_hired(seen: &Seen) -> Decision<Change> {
    let name = &seen.opportunity.name;
    hires::not_hired_any_more(seen, |question| Hold {
        cause: format!("Not hired any more in Lever, but a new hire in {NAME}"),
        why: format!(
            "{name} is not hired in Lever any more, and this API of {NAME} cannot take a sequence back. Somebody who administers {NAME} can delete the new hire there."
        ),
        ways: vec![
            decision("deleted", "They were deleted there", question, "deleted there"),
            decision("leave", "Leave the new hire as they are", question, "leave as it is"),
        ],
    })
}

/// The start date moved, and this API cannot be told.
fn moved(seen: &Seen, joining: &Joining) -> Option<Hold> {
    let (before, now) = (seen.sent["start_day"].as_str()?, joining.body.start_day.as_str());
    let question = format!("starts on {now}");
    if before == now || seen.answers.contains_key(&question) {
        return None;
    }
    let name = &joining.name;
    Some(Hold {
        cause: format!("The start date of a new hire in {NAME} moved"),
        why: format!("{name} starts on {now} instead of {before}, and this API of {NAME} cannot change that. Somebody who administers {NAME} can change it there."),
        ways: vec![decision("changed", "It is changed there", &question, "changed there")],
    })
}

/// Somebody else, or the same person hired twice.
fn same_email(joining: &Joining, id: &str) -> Hold {
    Hold {
        cause: format!("{NAME} has somebody with this e-mail already ({id})"),
        why: format!(
            "{} was hired, and {NAME} has somebody with the same e-mail (id {id}), which must be unique there. If it is somebody else, whoever operates this hub can fill the field E-mail otherwise, under Fields.",
            joining.name
        ),
        ways: vec![decision("same_person", "It is the same person: leave them as they are", SAME_E_MAIL, id)],
    }
}

/// The e-mail moved, and this API cannot be told.
fn other_email(joining: &Joining, id: &str) -> Hold {
    Hold::new(
        format!("The e-mail of a new hire in {NAME} changed ({id})"),
        format!("{} has another e-mail in Lever now, and this API of {NAME} cannot change it. Whoever administers {NAME} can change it there, then release.", joining.name),
    )
}

/// Nothing is known of the person any more but that there is a new hire.
fn erased(id: &str) -> Hold {
    let way = |id: &str, label: &str| decision(id, label, ERASED, id);
    Hold {
        cause: format!("Deleted in Lever, but a new hire in {NAME}"),
        why: format!(
            "Somebody was deleted or anonymised in Lever and is forgotten here. The new hire {id} in {NAME} is still there, and this API deletes nobody: somebody who administers {NAME} does it there, or decides that they stay."
        ),
        ways: vec![way("deleted", "They were deleted there"), way("keep", "Keep the new hire")],
    }
}
