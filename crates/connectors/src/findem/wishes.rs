//! What people want in Findem, made so in Lever: a profile becomes a candidate, an application goes on or ends.
//!
//! Where Lever has moved on meanwhile, Lever is right: nothing is written, and whoever wanted it is told. What has been made is
//! remembered at once; Findem is told, and a note written, as the opportunity's own next effect.

use super::{NAME, Settings, standing::Standing, wire};
use crate::{entering, profile};
use connector::{Arrival, Cx, Decision, Done, Effect, Hold, How, Outcome, outcome_of};
use findem_api::{CameOf, Kind, Standing as Stands, User, Wish};
use lever_api::{
    ArchiveChange, NewOpportunity, Opportunity, PerformAs, Phone, Posting, StageChange, UpdateOpportunityArchived, UpdateOpportunityStage, reference,
};
use outbound::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Where whoever is exported comes from: exactly so.
pub const SOURCE: &str = "Findem";
/// Where those begin who did not apply.
const STAGE: &str = "lead-new";

/// An opportunity that is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Export {
    pub wish: Wish,
    /// The address of the profile, where it is to stand among the links.
    pub link: String,
    /// A user of Lever.
    pub user: String,
    /// It is in Lever already: this opportunity.
    pub there: Option<String>,
}

/// A candidacy that is to go on, or to end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Move {
    pub wish: String,
    pub opportunity: String,
    /// Where to; empty: it ends.
    pub stage: String,
    /// Why it ends.
    pub reason: String,
    pub user: String,
}

/// What is to be said of a wish, and nothing else done about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answer {
    pub wish: String,
    pub came: CameOf,
    /// What the hold is called, where somebody has to do something first; empty: it is over.
    pub cause: String,
    /// The opportunity to whose history it belongs; empty: none.
    pub of: String,
}

/// What is still to be said of an opportunity that has been made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Unsaid {
    pub wish: String,
    pub came: CameOf,
    pub note: String,
    /// The note may be there already.
    pub perhaps: bool,
    pub user: String,
}

pub fn admit(settings: &Settings, arrival: &Arrival) -> Decision<super::Change> {
    let Ok(wish) = serde_json::from_value::<Wish>(arrival.record.value.clone()) else {
        return Decision::Nothing(format!("{NAME} said nothing that makes sense"));
    };
    // Whoever wants it is asked for as the user of the same address, if Lever has one.
    let user = if wish.user.is_empty() { settings.perform_as.clone() } else { wish.user.clone() };
    let link = if settings.write_links { wish.url.clone() } else { String::new() };
    let decided = Decided { arrival, wish, user, link };
    if decided.user.is_empty() {
        return decided.cannot("nobody is linked in whose name Lever is written to", "An admin of Findem can link a user: Integrations > Lever > Manage > Link another user.");
    }
    if decided.wish.kind == Kind::Export { decided.export() } else { decided.go() }
}

struct Decided<'a> {
    arrival: &'a Arrival,
    wish: Wish,
    user: String,
    link: String,
}

impl Decided<'_> {
    fn make(&self, what: &str, change: super::Change) -> Decision<super::Change> {
        Decision::Make(vec![Effect { key: format!("findem/{what}/{}", self.arrival.id), change }])
    }

    fn answer(&self, what: &str, stands: Stands, why: String, cause: String, of: &str) -> Decision<super::Change> {
        let came = CameOf { standing: stands, why, application: of.to_owned(), ..CameOf::default() };
        // Whoever is known already may be exported all the same: then this is no history of the one that is known.
        let of = if stands == Stands::Known { "" } else { of };
        self.make(what, super::Change::Answer(Box::new(Answer { wish: self.arrival.id.clone(), came, cause, of: of.to_owned() })))
    }

    /// Somebody has to do something first.
    fn cannot(&self, cause: &str, mend: &str) -> Decision<super::Change> {
        let what = match self.wish.kind {
            Kind::Export => "The export",
            Kind::Advance => "The advance",
            Kind::Reject => "The rejection",
        };
        let why = format!("{what} of {} cannot be made: {cause}. {mend}", self.wish.name);
        self.answer("cannot", Stands::Held, why, format!("{what} cannot be made: {cause}"), "")
    }

    fn conflict(&self, why: String, of: &str) -> Decision<super::Change> {
        self.answer("conflict", Stands::Conflict, why, String::new(), of)
    }

    fn export(self) -> Decision<super::Change> {
        let (arrival, wish) = (self.arrival, &self.wish);
        // Findem was told, and its answer was lost; or another hub sent it.
        let told = Some(wish.application.clone()).filter(|id| !id.is_empty());
        let there = told.or_else(|| arrival.known.iter().find(|o| entering::is_this(o, SOURCE, wish.created_at)).map(|o| o.id.clone()));
        if there.is_none() {
            if let Some(same) = arrival.known.iter().find(|o| arrival.applied.contains(&o.id)) {
                return self.answer(&format!("known/{}", wish.asked_at), Stands::Known, format!("{} is a candidate for this very job already.", wish.name), String::new(), &same.id);
            }
            // By an address Lever knows them; by anything else Findem does.
            let newest = arrival.known.iter().max_by_key(|o| (o.archived.is_none(), o.created_at)).map(|o| &o.id);
            let known = newest.or(Some(&wish.known).filter(|id| !id.is_empty()));
            if let Some(known) = known.filter(|_| !wish.anyway) {
                return self.answer(&format!("known/{}", wish.asked_at), Stands::Known, format!("{} is in Lever already.", wish.name), String::new(), known);
            }
            if !wish.job.is_empty() {
                match &arrival.posting {
                    None => return self.cannot("Lever does not show the job", "It may be gone, or confidential. Whoever exports can choose another job."),
                    Some(posting) if posting.state == "closed" => return self.cannot(&closed(posting), "A recruiter can open it again in Lever, or whoever exports can choose another job."),
                    Some(_) => {}
                }
            }
        }
        let export = Export { there, link: self.link.clone(), wish: self.wish.clone(), user: self.user.clone() };
        self.make("opportunity", super::Change::Export(Box::new(export)))
    }

    fn go(self) -> Decision<super::Change> {
        let wish = &self.wish;
        let Some(o) = &self.arrival.opportunity else {
            return self.cannot("Lever does not show this application any more", "It was deleted, or the API key may not see it. Whoever wanted it can take it back.");
        };
        let stage = reference(&o.stage).unwrap_or_default();
        let is_so = match wish.kind {
            Kind::Advance => o.archived.is_none() && stage == wish.stage,
            _ => o.archived.as_ref().is_some_and(|archived| archived.reason.as_deref() == Some(&wish.reason)),
        };
        if !is_so {
            if o.archived.is_some() {
                return self.conflict(format!("{} was archived in Lever meanwhile. Lever counts; nothing was written.", wish.name), &o.id);
            }
            if stage != wish.from_stage {
                return self.conflict(format!("{} was moved to another stage in Lever meanwhile. Lever counts; nothing was written.", wish.name), &o.id);
            }
        }
        let go = Move { wish: wish.id.clone(), opportunity: o.id.clone(), stage: wish.stage.clone(), reason: wish.reason.clone(), user: self.user.clone() };
        self.make("move", super::Change::Move(go))
    }
}

fn closed(posting: &Posting) -> String {
    format!("the job \"{}\" is closed in Lever", posting.text.trim())
}

fn note(wish: &Wish) -> String {
    let mut lines = vec![format!("{NAME}: found by {} <{}>.", wish.by.name, wish.by.email)];
    if !wish.note.is_empty() {
        lines.push(wish.note.clone());
    }
    lines.push(format!("The profile: {}", wish.url));
    lines.join("\n")
}

/// After so many tries Findem says that it goes on being tried.
const SAYS_SO_FROM: i64 = 3;

/// What becomes of a failure at Lever, and what Findem shows of it.
async fn failed(cx: &Cx<'_>, wish: &str, failure: Failure) -> Outcome {
    let lever_says_no = matches!(failure.status(), Some(400..=499)) && !failure.may_pass() && failure.status() != Some(401);
    let held = |hold: Hold| (Some((Stands::Held, hold.why.clone())), Outcome::Hold(hold));
    let (tell, outcome) = match failure.status() {
        // Our clock may be ahead of Lever's.
        Some(400) if failure.to_string().contains("createdAt") => (None, Outcome::Retry { after: None, why: failure.to_string() }),
        Some(403) => match profile::refused(NAME, &failure) {
            Ok(Outcome::Hold(hold)) => held(hold),
            Ok(outcome) => (None, outcome),
            Err(failure) => (None, outcome_of(NAME, &failure)),
        },
        _ if lever_says_no => held(Hold::new(
            "Lever does not take what was decided in Findem",
            format!(
                "Lever does not take it: {failure} The stage, the archive reason or the linked user may be gone. Whoever wanted it can choose another, or take it back."
            ),
        )),
        _ => {
            let why = format!("It could not be sent to Lever so far: {failure} It is tried again by itself; nothing is lost.");
            ((cx.attempt >= SAYS_SO_FROM).then_some((Stands::Waiting, why)), outcome_of("Lever", &failure))
        }
    };
    if let Some((standing, why)) = tell {
        // What went wrong first is what counts.
        let _ = wire::came_of(cx.partner, wish, CameOf { standing, why, ..CameOf::default() }).await;
    }
    outcome
}

fn at_findem(failure: &Failure) -> Outcome {
    match outcome_of(NAME, failure) {
        Outcome::Hold(_) if !matches!(failure.status(), Some(401 | 403)) => Outcome::Hold(wire::refusal(failure)),
        outcome => outcome,
    }
}

pub async fn export(cx: &Cx<'_>, export: &Export) -> Outcome {
    match try_to_export(cx, export).await {
        Ok(outcome) => outcome,
        Err(failure) => failed(cx, &export.wish.id, failure).await,
    }
}

/// Fails as Lever does; what Findem refuses is an outcome.
async fn try_to_export(cx: &Cx<'_>, export: &Export) -> Result<Outcome, Failure> {
    let wish = &export.wish;
    let found = match &export.there {
        Some(id) => Some((id.clone(), String::new())),
        None if cx.attempt > 1 || !cx.tried.is_empty() => entering::find(cx, SOURCE, wish.created_at).await?,
        None => None,
    };
    let perhaps = found.is_some();
    let (id, url) = match found {
        Some(found) => found,
        None => {
            let resume = if wish.file.is_empty() { Ok(None) } else { wire::wish_file(cx.partner, &wish.id).await };
            let resume = match resume {
                Ok(resume) => resume,
                Err(failure) => return Ok(at_findem(&failure)),
            };
            let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
            let fields = NewOpportunity {
                name: text(&wish.name),
                headline: text(&wish.headline),
                location: text(&wish.location),
                emails: wish.emails.clone(),
                phones: wish.phones.iter().map(|value| Phone { kind: None, value: value.clone() }).collect(),
                links: wish.links.iter().cloned().chain(text(&export.link)).collect(),
                tags: wish.tags.clone(),
                sources: vec![SOURCE.to_owned()],
                origin: Some("sourced".to_owned()),
                stage: if wish.stage.is_empty() { STAGE } else { &wish.stage }.parse().ok(),
                postings: wish.job.parse().into_iter().collect(),
                created_at: Some(wish.created_at),
                ..NewOpportunity::default()
            };
            entering::enter(cx, fields, resume, &export.user).await?
        }
    };
    let by = Some(User { id: export.user.clone(), ..User::default() });
    let came = CameOf { standing: Stands::Done, why: String::new(), application: id.clone(), url, by };
    let unsaid = Unsaid { wish: wish.id.clone(), came, note: note(wish), perhaps, user: export.user.clone() };
    Ok(Outcome::Done(Done {
        remote_id: Some(id),
        how: How::Created,
        said: format!("{} is in Lever", wish.name),
        became: Some(json!(Standing { unsaid: Some(Box::new(unsaid)), ..Standing::default() })),
        ..Done::default()
    }))
}

/// Tells Findem that somebody is in Lever, and Lever what is said about them.
pub async fn say(cx: &Cx<'_>, unsaid: &Unsaid) -> Outcome {
    if let Err(failure) = wire::came_of(cx.partner, &unsaid.wish, unsaid.came.clone()).await {
        return at_findem(&failure);
    }
    match profile::note_once(cx, &unsaid.came.application, &unsaid.note, &unsaid.user, unsaid.perhaps).await {
        Ok(()) => Outcome::Done(Done {
            remote_id: Some(unsaid.came.application.clone()),
            how: How::Updated,
            said: format!("{NAME} knows, and a note says who found them"),
            sent: json!(Standing::default()),
            more: true,
            ..Done::default()
        }),
        Err(failure) => profile::refused(NAME, &failure).unwrap_or_else(|failure| outcome_of("Lever", &failure)),
    }
}

/// Moves or archives, in the name of a user, and tells Findem. Done twice it is as done once.
pub async fn go(cx: &Cx<'_>, go: &Move) -> Outcome {
    let written = async {
        let opportunity = profile::id(&go.opportunity)?;
        let query = PerformAs { perform_as: Some(entering::by(&go.user)?) };
        let no = |what: &str, id: &str| Failure::Blocked(format!("{id:?} is no {what} of Lever's"));
        let moved: Opportunity = if go.stage.is_empty() {
            let reason = Some(go.reason.parse().map_err(|_| no("archive reason", &go.reason))?);
            let body = ArchiveChange { reason, ..ArchiveChange::default() };
            cx.lever.send(UpdateOpportunityArchived { opportunity, query, body }).await?.data
        } else {
            let body = StageChange { stage: go.stage.parse().map_err(|_| no("stage", &go.stage))? };
            cx.lever.send(UpdateOpportunityStage { opportunity, query, body }).await?.data
        };
        Ok(moved)
    };
    if let Err(failure) = written.await {
        return failed(cx, &go.wish, failure).await;
    }
    let by = Some(User { id: go.user.clone(), ..User::default() });
    let came = CameOf { standing: Stands::Done, application: go.opportunity.clone(), by, ..CameOf::default() };
    if let Err(failure) = wire::came_of(cx.partner, &go.wish, came).await {
        return at_findem(&failure);
    }
    Outcome::Done(Done {
        remote_id: Some(go.opportunity.clone()),
        how: How::Updated,
        said: if go.stage.is_empty() { "archived in Lever" } else { "moved to the next stage in Lever" }.to_owned(),
        became: Some(Value::Null),
        ..Done::default()
    })
}

/// Says what came of it; then it is over, or waits for whoever can mend it.
pub async fn answer(cx: &Cx<'_>, answer: &Answer) -> Outcome {
    if let Err(failure) = wire::came_of(cx.partner, &answer.wish, answer.came.clone()).await {
        return at_findem(&failure);
    }
    if !answer.cause.is_empty() {
        return Outcome::Hold(Hold::new(answer.cause.clone(), answer.came.why.clone()));
    }
    let of = Some(answer.of.clone()).filter(|id| !id.is_empty());
    Outcome::Done(Done {
        became: of.as_ref().map(|_| Value::Null),
        remote_id: of,
        said: answer.came.why.trim_end_matches('.').to_owned(),
        ..Done::default()
    })
}
