//! Jobma: a candidate who reaches the chosen stage gets a video interview.
//!
//! What its API is known to have is the invitation and the callback ([`jobma_api`]); the rest of what this calls our own Jobma
//! has, and it does without where it is not there. The state of an interview stands in Lever as a tag, of which there is exactly
//! one at a time, as Lever advises (<https://hire.lever.co/developer/usecases>).
//!
//! One effect at a time: what follows is decided when it is so.

mod lever;
mod results;
mod rounds;
mod wire;

#[cfg(test)]
mod tests;

use crate::decisions::{ERASED, answered, decision};
use connector::{
    Account, Connector, Cx, Decision, Done, Effect, Entry, Field, Found, Hold, How, Jobs, Kind, Known, Mended, More, Need, Outcome, Pick, Preview, Seen, Sent, Spec,
    Way, Whom, outcome_of,
};
use lever_api::event::Event;
use lever_api::{
    AddLinks, AddTags, CreateFeedback, CreateFeedbackTemplate, CreateNote, CreateWebhook, DeleteFeedback, DeleteFeedbackTemplate, DeleteFile, DeleteWebhook, GetContact,
    GetOpportunity, GetPosting, ListApplications, ListArchiveReasons, ListDeletedOpportunities, ListFeedback, ListFeedbackTemplates, ListFiles, ListNotes,
    ListOpportunities, ListPostings, ListStages, ListUsers, ListWebhooks, Opportunity, RemoveLinks, RemoveTags, UpdateFeedback, UpdateOpportunityStage,
    UploadFile,
};
use outbound::{Failure, Remote};
use rounds::{Change, Invite, Round, Rounds};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The connector.
pub struct Jobma;

/// How people are told about it, and what its stage is usually called.
const NAME: &str = "Jobma";

/// Lever's clock and ours may differ by this much, ms.
const CLOCKS_DIFFER: i64 = 30_000;

/// What a customer may set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Moves are told by webhook, and looked for every half a minute.
    pub use_webhook: bool,
    /// Which stages invite, by their ids.
    pub stages: Vec<String>,
    /// Since when each of them does, ms by our clock.
    pub stages_since: BTreeMap<String, i64>,
    /// The kit by posting and stage; an empty stage stands for every one.
    pub kits: BTreeMap<String, BTreeMap<String, String>>,
    /// The kit for every other posting.
    pub usual_kit: String,
    /// Whoever comes to the stage again after the interview expired or was declined gets a new one.
    pub new_when_again: bool,
    /// A note with the link to the evaluation when it is completed.
    pub write_note: bool,
    /// What reviewers think, each as a note.
    pub write_ratings: bool,
    /// The same as feedback.
    pub write_feedback: bool,
    /// The summary as a file.
    pub attach_report: bool,
    /// The stage for whoever completed it; empty: they stay.
    pub advance_to: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            use_webhook: true,
            stages: Vec::new(),
            stages_since: BTreeMap::new(),
            kits: BTreeMap::new(),
            usual_kit: String::new(),
            new_when_again: true,
            write_note: true,
            write_ratings: true,
            write_feedback: false,
            attach_report: false,
            advance_to: String::new(),
        }
    }
}

impl Settings {
    /// Whether anything of what reviewers think is brought to Lever.
    const fn wants_results(&self) -> bool {
        self.write_ratings || self.write_feedback || self.attach_report
    }

    /// Whoever came to a stage before this, ms by Lever's clock, stood there when it was chosen. Clocks differ.
    fn since(&self, stage: &str) -> i64 {
        self.stages_since.get(stage).map_or(0, |since| since - CLOCKS_DIFFER)
    }

    /// The kit for a posting at a stage.
    fn kit(&self, posting: &str, stage: &str) -> Option<&str> {
        let of_posting = self.kits.get(posting);
        let kit = of_posting.and_then(|stages| stages.get(stage).or_else(|| stages.get("")));
        kit.map(String::as_str).or(Some(self.usual_kit.as_str())).filter(|kit| !kit.is_empty())
    }
}

const NEEDS: [Need; 31] = [
    Need::of::<GetOpportunity>("read who is to be invited"),
    Need::of::<ListOpportunities>("find whom no webhook told of"),
    Need::of::<ListDeletedOpportunities>("forget who was deleted"),
    Need::of::<GetContact>("read the name and e-mail"),
    Need::of::<ListApplications>("find the posting"),
    Need::of::<GetPosting>("read which job it is"),
    Need::of::<ListPostings>("list the jobs an interview kit can be chosen for"),
    Need::of::<ListStages>("list the stages that can invite"),
    Need::of::<ListArchiveReasons>("tell a hire from a rejection"),
    Need::of::<AddTags>("show on the profile how far the interview is"),
    Need::of::<RemoveTags>("show nothing that is not so any more"),
    Need::of::<AddLinks>("add the link to the interview to the profile"),
    Need::of::<RemoveLinks>("take away the link to an interview that was deleted"),
    Need::of::<ListNotes>("write no note twice"),
    Need::of::<CreateNote>("write where the interview is evaluated"),
    Need::of::<ListUsers>("write in the name of the reviewer").only(More::Feedback),
    Need::of::<ListFeedbackTemplates>("find the feedback form").only(More::Feedback),
    Need::of::<CreateFeedbackTemplate>("make the feedback form").only(More::Feedback),
    Need::of::<DeleteFeedbackTemplate>("keep exactly one feedback form").only(More::Feedback),
    Need::of::<ListFeedback>("give no feedback twice").only(More::Feedback),
    Need::of::<CreateFeedback>("give feedback").only(More::Feedback),
    Need::of::<UpdateFeedback>("change feedback when a reviewer changes their mind").only(More::Feedback),
    Need::of::<DeleteFeedback>("take back feedback on an interview that was deleted").only(More::Feedback),
    Need::of::<ListUsers>("attach in the name of the reviewer").only(More::Files),
    Need::of::<ListFiles>("attach no summary twice").only(More::Files),
    Need::of::<UploadFile>("attach the summary").only(More::Files),
    Need::of::<DeleteFile>("replace the summary by a newer one").only(More::Files),
    Need::of::<UpdateOpportunityStage>("move on whoever completed the interview, where you chose that"),
    Need::of::<CreateWebhook>("be told of a move within seconds"),
    Need::of::<ListWebhooks>("keep exactly one webhook"),
    Need::of::<DeleteWebhook>("take the webhook away again"),
];

impl Connector for Jobma {
    const SPEC: Spec = Spec {
        id: "jobma",
        name: NAME,
        about: "Candidates who reach a stage you choose are invited to a video interview.",
        whom: Whom::Candidates,
        reacts_to: &[Event::CandidateStageChange],
        needs: &NEEDS,
        fields: &[
            Field {
                name: "use_webhook",
                label: "Invite by themselves",
                help: "Whoever reaches the stage is invited within moments. A webhook is made in Lever by itself; the event Candidate Stage Change must be switched on there. Whom no webhook told of is found within a minute.",
                kind: Kind::Switch,
            },
            Field { name: "stages", label: "Stages", help: "Whoever comes to one of these stages from now on is invited.", kind: Kind::Stages },
            Field { name: "stages_since", label: "Chosen", help: "Since when each stage invites.", kind: Kind::Kept },
            Field { name: "kits", label: "Interview kits", help: "Which kit each job gets.", kind: Kind::ByPosting },
            Field { name: "usual_kit", label: "Usual kit", help: "The kit for every other job.", kind: Kind::Usual },
            Field {
                name: "new_when_again",
                label: "A new interview for whoever comes again",
                help: "Whoever comes to the stage again after the interview expired or was declined gets a new one. Whoever has one that is still open is sent the same once more.",
                kind: Kind::Switch,
            },
            Field {
                name: "write_note",
                label: "Write a note when it is completed",
                help: "The note has the link to the evaluation.",
                kind: Kind::Switch,
            },
            Field {
                name: "write_ratings",
                label: "Write what reviewers think as notes",
                help: "Each reviewer's stars, recommendation and comment, as soon as they save them.",
                kind: Kind::Switch,
            },
            Field {
                name: "write_feedback",
                label: "Give feedback in Lever",
                help: "What reviewers think is filed as feedback, in the name of the reviewer where Lever knows their e-mail, or else of the candidate's owner. The form \"Jobma Interview\" is made in Lever.",
                kind: Kind::Switch,
            },
            Field {
                name: "attach_report",
                label: "Attach a summary as PDF",
                help: "Ratings, questions and what was answered in words. A newer one replaces it.",
                kind: Kind::Switch,
            },
            Field { name: "advance_to", label: "Afterwards", help: "Where whoever completed it is moved.", kind: Kind::Stage },
        ],
        targets: &[],
        lists: &[],
        jobs: Some(Jobs {
            list: "kits",
            label: "Interview kit",
            typed: "Jobma does not tell which kits there are. Type the id of the kit, as the address of its page in Jobma has it.",
        }),
        callback: Some("callback_secret"),
        map: None,
        arrivals: None,
        mirror: None,
        entry: Entry::Any,
        tells_jobs: false,
        credential: &[("authorization", "Authorization, with an access token of Jobma: Bearer …"), ("callback_secret", "Secret that Jobma sends with results")],
        home: "https://api.jobma.com",
        support: "https://www.jobma.com/contact",
    };

    type Settings = Settings;
    type Change = Change;

    fn is_live(&self, settings: &Settings) -> bool {
        settings.use_webhook
    }

    fn more(&self, settings: &Settings) -> Vec<More> {
        let wanted = [(More::Posting, true), (More::Feedback, settings.write_feedback), (More::Files, settings.attach_report)];
        wanted.into_iter().filter(|(_, wanted)| *wanted).map(|(more, _)| more).collect()
    }

    fn meant_since(&self, settings: &Settings, opportunity: &Opportunity, _: bool) -> Option<i64> {
        let stage = lever_api::reference(&opportunity.stage)?;
        let counts = opportunity.archived.is_none() && settings.stages.iter().any(|id| id == stage);
        counts.then(|| rounds::entered(opportunity, stage))
    }

    fn preset(&self, settings: &Settings, account: &Account) -> Option<Map<String, Value>> {
        if !settings.stages.is_empty() {
            return None;
        }
        let usual = account.stages.iter().find(|stage| stage.text.trim().eq_ignore_ascii_case(NAME))?;
        Some(Map::from_iter([("stages".to_owned(), json!([usual.id]))]))
    }

    fn chosen(&self, before: &Settings, after: &mut Settings, now: i64) {
        let since = |stage: &String| {
            let known = before.stages_since.get(stage).copied();
            // One that was chosen before this was remembered counts since ever.
            known.unwrap_or(if before.stages.contains(stage) { 0 } else { now })
        };
        after.stages_since = after.stages.iter().map(|stage| (stage.clone(), since(stage))).collect();
    }

    fn hear(&self, before: &Value, body: &Value) -> Result<Value, String> {
        wire::hear(before, body)
    }

    fn awaits(&self, sent: &Value) -> bool {
        Rounds::read(sent).0.iter().any(Round::is_awaited)
    }

    async fn ask(&self, cx: Cx<'_>) -> Result<BTreeMap<String, Value>, Failure> {
        let mut news = BTreeMap::new();
        for round in Rounds::read(&cx.sent.what).0.iter().filter(|round| round.is_awaited()) {
            if let Some(told) = wire::news(cx.partner, &round.token).await? {
                news.insert(round.about.clone(), json!(told));
            }
        }
        Ok(news)
    }

    fn decide(&self, settings: &Settings, seen: &Seen) -> Decision<Change> {
        rounds::decide(settings, seen)
    }

    async fn perform(&self, cx: Cx<'_>, settings: &Settings, effect: &Effect<Change>) -> Outcome {
        let mut rounds = Rounds::read(&cx.sent.what);
        let done = match &effect.change {
            Change::Invite(invite) => invite_to(&cx, &mut rounds, invite).await,
            Change::Resend(round) => resend(&cx, &mut rounds, round).await,
            Change::Pass(round) => {
                rounds.keep(round.clone());
                Ok(done(&rounds, How::Unchanged, "the interview is there already; nothing is sent"))
            }
            Change::Cancel(round) => cancel(&cx, &mut rounds, round).await,
            Change::Show(show) => lever::show(&cx, &mut rounds, show).await,
            Change::FileResults(file) => results::file(&cx, settings, &mut rounds, file).await,
            Change::Advance { round, opportunity, stage } => lever::advance(&cx, &mut rounds, round, opportunity, stage).await,
            Change::Cannot(cannot) => return lever::tell_why_not(&cx, cannot).await,
        };
        done.unwrap_or_else(|failure| outcome_of(NAME, &failure))
    }

    fn mark(&self, change: &Change) -> Value {
        match change {
            Change::Invite(invite) => json!(invite.callback),
            _ => Value::Null,
        }
    }

    async fn came_through(&self, cx: Cx<'_>, _: &Settings) -> Result<Found, Failure> {
        let tried = cx.tried.iter().filter_map(|change| serde_json::from_value::<Change>(change.clone()).ok());
        let mut rounds = Rounds::read(&cx.sent.what);
        for change in tried {
            let Change::Invite(invite) = change else { continue };
            if rounds.knows(&invite.about) {
                continue;
            }
            match wire::find(cx.partner, &invite.callback).await? {
                wire::Lookup::There(there) => {
                    rounds.keep(Round::invited(&invite, there.interview_link, there.interview_token));
                    return Ok(Found::Record(Sent { remote_id: rounds.tokens(), what: json!(rounds), ..Sent::default() }));
                }
                wire::Lookup::Nobody => {}
                wire::Lookup::CannotTell => return Ok(Found::CannotTell),
            }
        }
        for mark in &cx.sent.perhaps {
            match wire::find(cx.partner, mark.as_str().unwrap_or_default()).await? {
                wire::Lookup::There(there) => return Ok(Found::Record(Sent { remote_id: Some(there.interview_token), ..Sent::default() })),
                wire::Lookup::Nobody => {}
                wire::Lookup::CannotTell => return Ok(Found::CannotTell),
            }
        }
        Ok(Found::Nobody)
    }

    async fn preview(&self, _: Cx<'_>, _: &Settings, effect: &Effect<Change>) -> Result<Preview, Failure> {
        Ok(match &effect.change {
            Change::Cannot(cannot) => Preview::Hold(cannot.hold()),
            change => Preview::Would { how: change.how(), said: change.would(), fields: Vec::new() },
        })
    }

    async fn mend(&self, _: Cx<'_>, _: &Settings, way: &Way, _: &str) -> Result<Mended, String> {
        answered(way)
    }

    async fn entries(&self, partner: &Remote) -> Result<BTreeMap<String, Vec<Pick>>, Failure> {
        let kits = wire::kits(partner).await?.into_iter().filter(|kit| kit.questions > 0);
        Ok(BTreeMap::from([("kits".to_owned(), kits.map(|kit| Pick { value: kit.id, label: kit.name }).collect())]))
    }

    async fn erase(&self, cx: Cx<'_>, _: &Settings, answers: &BTreeMap<String, String>) -> Outcome {
        let done = |said: &str| Outcome::Done(Done { said: said.to_owned(), ..Done::default() });
        if answers.contains_key(ERASED) {
            return done("somebody decided about the interview");
        }
        // What there is, and what a try without an answer may have made.
        let known = cx.sent.remote_id.iter().flat_map(|tokens| tokens.split(' '));
        let perhaps = cx.sent.perhaps.iter().filter_map(Value::as_str);
        let mut gone = 0;
        for token in known.chain(perhaps) {
            match wire::delete(cx.partner, token).await {
                Ok(wire::Deleted::Now) => gone += 1,
                Ok(wire::Deleted::Before) => {}
                Ok(wire::Deleted::Cannot) => return Outcome::Hold(erased(token)),
                Err(failure) => return outcome_of(NAME, &failure),
            }
        }
        if gone == 0 { done("there was no interview") } else { done("every interview was deleted with everything that was said in it") }
    }

    async fn known(&self, _: &Remote) -> Result<Known, Failure> {
        Ok(Known::Unreadable)
    }

    async fn check(&self, partner: &Remote) -> Result<(), String> {
        match wire::kits(partner).await {
            Ok(_) => Ok(()),
            // It answers, and has no such list: more cannot be asked without inviting somebody.
            Err(failure) if matches!(failure.status(), Some(404 | 405)) => Ok(()),
            Err(failure) => Err(outcome_of(NAME, &failure).sentence(&failure)),
        }
    }
}

/// From this try on the profile says that the interview failed; it is tried on all the same.
const SHOWS_FAILURE_FROM: i64 = 8;

/// It is so; what follows is decided at once.
fn done(rounds: &Rounds, how: How, said: &str) -> Outcome {
    Outcome::Done(Done { remote_id: rounds.tokens(), how, said: said.to_owned(), sent: json!(rounds), more: true, ..Done::default() })
}

async fn invite_to(cx: &Cx<'_>, rounds: &mut Rounds, invite: &Invite) -> Result<Outcome, Failure> {
    if rounds.knows(&invite.about) {
        return Ok(done(rounds, How::Unchanged, "was invited already"));
    }
    let tried = try_to_invite(cx, rounds, invite).await;
    if tried.is_err() && cx.attempt >= SHOWS_FAILURE_FROM {
        lever::show_failure(cx, &invite.opportunity, "the invitation could not be sent so far. It is tried again by itself.").await;
    }
    tried
}

async fn try_to_invite(cx: &Cx<'_>, rounds: &mut Rounds, invite: &Invite) -> Result<Outcome, Failure> {
    let invited = |rounds: &mut Rounds, link: String, token: String, said: &str| {
        rounds.keep(Round::invited(invite, link, token));
        Ok(done(rounds, How::Created, said))
    };
    // An earlier try may have invited them, unless somebody looked since.
    let tried = cx.tried.iter().filter_map(|change| serde_json::from_value::<Change>(change.clone()).ok());
    let tried = tried.filter_map(|change| if let Change::Invite(tried) = change { Some(*tried) } else { None });
    let last = tried.filter(|tried| tried.about == invite.about).max_by_key(|tried| (tried.sure, tried.entered));
    if let Some(last) = last.filter(|tried| tried.sure >= invite.sure) {
        match wire::find(cx.partner, &invite.callback).await? {
            wire::Lookup::There(there) => {
                // What came through is what was tried: meanwhile they may have moved on to another stage, which then invites anew.
                rounds.keep(Round::invited(&last, there.interview_link, there.interview_token));
                return Ok(done(rounds, How::Created, "was invited; an earlier try had come through"));
            }
            wire::Lookup::Nobody => {}
            wire::Lookup::CannotTell => return Ok(Outcome::Hold(perhaps_invited(invite))),
        }
    }
    match wire::invite(cx.partner, invite).await {
        Ok(there) => {
            let (link, token) = (there.interview_link.unwrap_or_default(), there.interview_token.unwrap_or_else(|| invite.callback.clone()));
            invited(rounds, link, token, "invited to the interview")
        }
        Err(Failure::Refused { status: 400, body, .. }) => {
            let hold = wire::refusal(NAME, &invite.name, &body);
            lever::show_failure(cx, &invite.opportunity, &hold.why).await;
            Ok(Outcome::Hold(hold))
        }
        Err(failure) => Err(failure),
    }
}

async fn resend(cx: &Cx<'_>, rounds: &mut Rounds, round: &Round) -> Result<Outcome, Failure> {
    let said = match wire::invite_again(cx.partner, &round.token, &round.entered.to_string()).await {
        Ok(()) => "came to the stage again; the same invitation was sent once more",
        Err(failure) if matches!(failure.status(), Some(404 | 405 | 409)) => "came to the stage again; Jobma cannot send the same invitation once more",
        Err(failure) => return Err(failure),
    };
    rounds.keep(round.clone());
    Ok(done(rounds, How::Updated, said))
}

async fn cancel(cx: &Cx<'_>, rounds: &mut Rounds, round: &Round) -> Result<Outcome, Failure> {
    let said = match wire::cancel(cx.partner, &round.token).await {
        Ok(()) => "the interview was called off; its link leads nowhere any more",
        Err(failure) if matches!(failure.status(), Some(404 | 405)) => "the interview is not wanted any more; Jobma cannot call it off",
        Err(failure) => return Err(failure),
    };
    rounds.keep(round.clone());
    Ok(done(rounds, How::Updated, said))
}

/// It was sent, no answer came, and Jobma cannot be asked.
fn perhaps_invited(invite: &Invite) -> Hold {
    let question = rounds::question(&invite.about, invite.sure);
    Hold {
        cause: format!("It is not known whether {NAME} invited somebody"),
        why: format!(
            "{} was sent to {NAME}, and no answer came. This {NAME} cannot be asked: look there under Integrations > Interview Listing, and say whether they were invited.",
            invite.name
        ),
        ways: vec![decision("no", "They were not: invite them", &question, "no"), decision("yes", "They were invited", &question, "yes")],
    }
}

/// Nothing is known of the person any more but that there is an interview.
fn erased(token: &str) -> Hold {
    Hold {
        cause: format!("Deleted in Lever, but an interview in {NAME}"),
        why: format!(
            "Somebody was deleted or anonymised in Lever and is forgotten here. Their interview {token} in {NAME} is still there, and it cannot be deleted from here: an account admin does it in {NAME}, or decides that it stays."
        ),
        ways: vec![decision("deleted", "It was deleted there", ERASED, "deleted"), decision("keep", "Keep the interview", ERASED, "keep")],
    }
}
