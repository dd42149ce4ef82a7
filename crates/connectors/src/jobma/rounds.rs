//! What is wanted of one candidate: the interviews there were, one round after the other, and the next thing to be done. Pure.

use super::{NAME, Settings};
use connector::{Decision, Effect, Hold, How, Name, Seen};
use lever_api::Opportunity;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How an interview stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    #[default]
    Invited,
    Started,
    Completed,
    Expired,
    Declined,
    Cancelled,
}

impl State {
    /// What stands on the profile: exactly one of these at a time, or none.
    pub const fn tag(self) -> Option<&'static str> {
        match self {
            Self::Invited => Some("Jobma Interview Invited"),
            Self::Started => Some("Jobma Interview Started"),
            Self::Completed => Some("Jobma Interview Completed"),
            Self::Expired => Some("Jobma Interview Expired"),
            Self::Declined => Some("Jobma Interview Declined"),
            Self::Cancelled => None,
        }
    }

    const fn is_open(self) -> bool {
        matches!(self, Self::Invited | Self::Started)
    }

    /// What Jobma tells. What is final stays so, unless it is opened again.
    fn told(self, status: &str) -> Self {
        match status {
            "pending" if matches!(self, Self::Expired | Self::Invited) => Self::Invited,
            "started" if self.is_open() => Self::Started,
            "completed" => Self::Completed,
            "rejected" if self.is_open() => Self::Declined,
            "expired" if self.is_open() => Self::Expired,
            "cancelled" if self.is_open() => Self::Cancelled,
            _ => self,
        }
    }
}

/// Stands on the profile while an invitation cannot be sent.
pub const FAILED: &str = "Jobma Interview Failed";

/// Every tag that is ours.
pub const TAGS: [&str; 6] = [
    "Jobma Interview Invited",
    "Jobma Interview Started",
    "Jobma Interview Completed",
    "Jobma Interview Expired",
    "Jobma Interview Declined",
    FAILED,
];

/// One interview of a candidate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Round {
    /// Names it among the candidate's: the end of the address Jobma tells.
    pub about: String,
    pub stage: String,
    pub kit: String,
    /// When the candidate came to the stage last, ms.
    pub entered: i64,
    pub token: String,
    pub link: String,
    pub state: State,
    /// What the profile shows; none: nothing yet.
    pub shown: Option<State>,
    /// A completed one was moved on.
    pub advanced: bool,
}

impl Round {
    pub fn invited(invite: &Invite, link: String, token: String) -> Self {
        let (about, stage, kit) = (invite.about.clone(), invite.stage.clone(), invite.kit.clone());
        Self { about, stage, kit, entered: invite.entered, token, link, ..Self::default() }
    }
}

/// All of them, the newest last: what is remembered with the link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rounds(pub Vec<Round>);

impl Rounds {
    pub fn read(sent: &Value) -> Self {
        serde_json::from_value(sent.clone()).unwrap_or_default()
    }

    /// The one of this name, or a new one at the end.
    pub fn of(&mut self, about: &str) -> &mut Round {
        let at = self.0.iter().position(|round| round.about == about).unwrap_or_else(|| {
            self.0.push(Round { about: about.to_owned(), ..Round::default() });
            self.0.len() - 1
        });
        &mut self.0[at]
    }
}

/// An invitation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Invite {
    pub about: String,
    pub opportunity: String,
    pub stage: String,
    pub kit: String,
    pub entered: i64,
    /// What Jobma tells.
    pub callback: String,
    pub job_id: String,
    pub job_code: String,
    pub job_title: String,
    /// For sentences.
    pub name: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub phone: String,
    /// Somebody looked: they were not invited.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sure: bool,
}

impl Invite {
    /// What is asked when nobody can tell whether it came through.
    pub fn question(&self) -> String {
        format!("invited for {}", self.about)
    }
}

/// What the profile is to show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Show {
    pub about: String,
    pub opportunity: String,
    pub state: State,
    /// Added, if it is not there.
    pub link: Option<String>,
    pub note: Option<String>,
}

/// Why nobody can be invited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cannot {
    pub opportunity: String,
    pub cause: String,
    pub why: String,
}

impl Cannot {
    pub fn hold(&self) -> Hold {
        Hold::new(self.cause.clone(), self.why.clone())
    }
}

/// What it may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// Invite to a new interview.
    Invite(Box<Invite>),
    /// Send the invitation to the same interview once more.
    Resend {
        about: String,
        token: String,
        entered: i64,
    },
    /// Remember that the candidate came again, and do nothing.
    Pass {
        about: String,
        entered: i64,
    },
    /// Call the interview off.
    Cancel {
        about: String,
        token: String,
    },
    /// Show on the profile how it stands.
    Show(Show),
    /// Move on whoever completed it.
    Advance {
        about: String,
        opportunity: String,
        stage: String,
    },
    /// Say on the profile why nobody is invited, and wait for somebody who can mend it.
    Cannot(Cannot),
}

impl Change {
    pub const fn how(&self) -> How {
        match self {
            Self::Invite(_) => How::Created,
            Self::Pass { .. } => How::Unchanged,
            _ => How::Updated,
        }
    }

    pub fn would(&self) -> String {
        match self {
            Self::Invite(invite) => format!("would invite to an interview for {}", invite.job_title),
            Self::Resend { .. } => "would send the same invitation once more".to_owned(),
            Self::Pass { .. } => "would send nothing: the interview is begun or over".to_owned(),
            Self::Cancel { .. } => "would call the interview off".to_owned(),
            Self::Show(show) => format!("would show \"{}\" on the profile", show.state.tag().unwrap_or("no tag")),
            Self::Advance { .. } => "would move on to the stage for whoever completed it".to_owned(),
            Self::Cannot(cannot) => cannot.why.clone(),
        }
    }
}

/// When a candidate came to a stage last, ms.
pub fn entered(opportunity: &Opportunity, stage: &str) -> i64 {
    let moves = opportunity.stage_changes.iter().filter(|change| change.to_stage_id == stage);
    moves.map(|change| change.updated_at).max().unwrap_or(opportunity.created_at)
}

pub fn decide(settings: &Settings, seen: &Seen) -> Decision<Change> {
    let id = seen.opportunity.id.as_str();
    let make = |what: &str, change: Change| Decision::Make(vec![Effect { key: format!("jobma/{what}/{id}"), change }]);
    let mut rounds = Rounds::read(&seen.sent);
    for round in &mut rounds.0 {
        if let Some(told) = seen.told.get(&round.about) {
            round.state = round.state.told(told["status"].as_str().unwrap_or_default());
        }
    }
    let archived = seen.opportunity.archived.is_some();
    let stage = seen.stage.as_ref().map(|stage| stage.id.as_str()).unwrap_or_default();
    let last = rounds.0.last();
    if let Some(round) = last.filter(|round| archived && round.state.is_open()) {
        return make(&format!("cancel/{}", round.about), Change::Cancel { about: round.about.clone(), token: round.token.clone() });
    }
    if !archived && settings.stages.iter().any(|s| s == stage) {
        let entered = entered(&seen.opportunity, stage);
        let here = rounds.0.iter().rev().find(|round| round.stage == stage);
        match here {
            Some(round) if round.entered >= entered => {}
            Some(round) if round.state == State::Invited => {
                let (about, token) = (round.about.clone(), round.token.clone());
                return make(&format!("resend/{about}/{entered}"), Change::Resend { about, token, entered });
            }
            Some(round) if matches!(round.state, State::Started | State::Completed) || !settings.new_when_again && round.state != State::Cancelled => {
                let about = round.about.clone();
                return make(&format!("pass/{about}/{entered}"), Change::Pass { about, entered });
            }
            _ => {
                return match invite(settings, seen, stage, entered, rounds.0.len() + 1) {
                    Ok(Some(invite)) => make(&format!("invite/{}", invite.about), Change::Invite(Box::new(invite))),
                    Ok(None) => Decision::Nothing("somebody said that they were invited by an earlier try".to_owned()),
                    Err(cannot) => make(&format!("cannot/{entered}"), Change::Cannot(cannot)),
                };
            }
        }
    }
    let Some(round) = last else { return Decision::Nothing("not at a stage that invites".to_owned()) };
    if let Some(show) = show(settings, seen, round) {
        return make(&format!("show/{}/{}", round.about, round.state.tag().unwrap_or("nothing")), Change::Show(show));
    }
    let done_here = round.state == State::Completed && !round.advanced && !archived && round.stage == stage;
    if done_here && !settings.advance_to.is_empty() && settings.advance_to != stage {
        let (about, opportunity) = (round.about.clone(), id.to_owned());
        return make(&format!("advance/{about}"), Change::Advance { about, opportunity, stage: settings.advance_to.clone() });
    }
    Decision::Nothing("everything is as it should be".to_owned())
}

/// What the profile does not show yet.
fn show(settings: &Settings, seen: &Seen, round: &Round) -> Option<Show> {
    if round.shown == Some(round.state) {
        return None;
    }
    let url = seen.told.get(&round.about).and_then(|told| told["results_url"].as_str());
    let link = Some(round.link.clone()).filter(|link| round.shown.is_none() && !link.is_empty());
    let note = match (round.state, url) {
        (State::Completed, Some(url)) if settings.write_note => Some(format!("{NAME}: the interview is completed. Evaluate it here: {url}")),
        (State::Declined, _) => Some(format!("{NAME}: the candidate does not want the interview.")),
        _ => None,
    };
    Some(Show { about: round.about.clone(), opportunity: seen.opportunity.id.clone(), state: round.state, link, note })
}

/// The next invitation; none: somebody said that it came through already. Or why nobody can be invited.
fn invite(settings: &Settings, seen: &Seen, stage: &str, entered: i64, n: usize) -> Result<Option<Invite>, Cannot> {
    let o = &seen.opportunity;
    let who = if o.name.trim().is_empty() { "A candidate" } else { o.name.trim() };
    let cannot = |cause: String, mend: &str| Cannot {
        opportunity: o.id.clone(),
        why: format!("{who} reached the stage that invites, but cannot be invited: {cause}. {mend}"),
        cause: format!("Nobody can be invited: {cause}"),
    };
    let Some(posting) = &seen.posting else {
        return Err(cannot("the candidate is considered for no job".to_owned(), "A recruiter can add the job on the profile."));
    };
    let Some(kit) = settings.kit(&posting.id, stage) else {
        let cause = format!("no interview kit is chosen for \"{}\"", posting.text.trim());
        return Err(cannot(cause, &format!("An account admin of {NAME} can choose one under Integrations > Lever.")));
    };
    let Some(email) = o.emails.iter().map(|email| email.trim()).find(|email| !email.is_empty()) else {
        return Err(cannot("the candidate has no e-mail address".to_owned(), "A recruiter can add it on the profile."));
    };
    let name = Name::split(&o.name, true);
    if name.first.is_empty() {
        return Err(cannot("the candidate has no name".to_owned(), "A recruiter can add it on the profile."));
    }
    let about = n.to_string();
    let mut invite = Invite {
        callback: format!("{}{about}", seen.callback),
        opportunity: o.id.clone(),
        stage: stage.to_owned(),
        kit: kit.to_owned(),
        entered,
        job_id: posting.id.clone(),
        job_code: posting.requisition_codes.first().cloned().unwrap_or_default(),
        job_title: posting.text.trim().to_owned(),
        name: o.name.trim().to_owned(),
        first_name: format!("{} {}", name.first, name.middle).trim().to_owned(),
        last_name: name.last,
        email: email.to_owned(),
        phone: o.phones.first().map(|phone| phone.value.clone()).unwrap_or_default(),
        about,
        ..Invite::default()
    };
    match seen.answers.get(&invite.question()).map(String::as_str) {
        Some("yes") => return Ok(None),
        Some("no") => invite.sure = true,
        _ => {}
    }
    Ok(Some(invite))
}
