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
    /// Nothing of it is left at Jobma.
    Deleted,
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
            Self::Cancelled | Self::Deleted => None,
        }
    }

    const fn is_open(self) -> bool {
        matches!(self, Self::Invited | Self::Started)
    }

    /// What Jobma tells. What is final stays so, unless it is opened again.
    fn told(self, status: &str) -> Self {
        match status {
            _ if matches!(self, Self::Deleted) => self,
            "deleted" => Self::Deleted,
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
    /// The link is on the profile.
    pub linked: bool,
    /// How often that has changed.
    pub shows: i64,
    /// We called it off, since the candidate was archived.
    pub called_off: bool,
    /// The note with the evaluation is written.
    pub noted: bool,
    /// A completed one was moved on.
    pub advanced: bool,
    /// Until when what reviewers think was brought to Lever, ms.
    pub results: i64,
}

impl Round {
    pub fn invited(invite: &Invite, link: String, token: String) -> Self {
        let (about, stage, kit) = (invite.about.clone(), invite.stage.clone(), invite.kit.clone());
        Self { about, stage, kit, entered: invite.entered, token, link, ..Self::default() }
    }

    /// Jobma has more to tell of it.
    pub const fn is_awaited(&self) -> bool {
        self.state.is_open()
    }

    /// An invitation without an answer came through: somebody says so, or Jobma tells of it. All that is known is what it tells.
    fn came_through(about: &str, seen: &Seen, stage: &str, entered: i64) -> Self {
        Self { about: about.to_owned(), stage: stage.to_owned(), entered, token: format!("{}{about}", seen.callback), ..Self::default() }
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

    /// Remembers how one stands.
    pub fn keep(&mut self, round: Round) {
        match self.0.iter_mut().find(|known| known.about == round.about) {
            Some(known) => *known = round,
            None => self.0.push(round),
        }
    }

    pub fn knows(&self, about: &str) -> bool {
        self.0.iter().any(|round| round.about == about)
    }

    /// All of them at Jobma: what is remembered of somebody who is erased.
    pub fn tokens(&self) -> Option<String> {
        let tokens: Vec<&str> = self.0.iter().map(|round| round.token.as_str()).filter(|token| !token.is_empty()).collect();
        (!tokens.is_empty()).then(|| tokens.join(" "))
    }

    /// What the next one is called.
    fn next(&self) -> u32 {
        self.0.iter().filter_map(|round| round.about.parse::<u32>().ok()).max().unwrap_or(0) + 1
    }

    /// As Jobma tells. What it tells of came through, whatever became of the answer.
    fn hear(&mut self, seen: &Seen, stage: &str, entered: i64) {
        for (about, told) in seen.told.iter().filter(|(about, _)| about.parse::<u32>().is_ok()) {
            if !self.knows(about) {
                self.keep(Round::came_through(about, seen, stage, entered));
            }
            for round in self.0.iter_mut().filter(|round| round.about == *about) {
                round.state = round.state.told(told["status"].as_str().unwrap_or_default());
            }
        }
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
    /// How often somebody looked and said that they were not invited.
    pub sure: usize,
}

/// What is asked when nobody can tell whether an invitation came through; `n`: how often it was answered with no.
pub fn question(about: &str, n: usize) -> String {
    if n == 0 { format!("invited for {about}") } else { format!("invited for {about} ({n})") }
}

/// What the profile is to show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Show {
    /// As it stands once that is shown.
    pub round: Round,
    pub opportunity: String,
    /// Whether the tag is this one's: of several interviews it tells of the newest.
    pub tags: bool,
    /// Added, if it is not there.
    pub link: Option<String>,
    pub note: Option<String>,
}

/// What reviewers think is to be brought to the profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FileResults {
    /// As it stands once that is done.
    pub round: Round,
    pub opportunity: String,
    /// Where it is evaluated.
    pub results_url: String,
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
    Resend(Round),
    /// Remember how it stands, and do nothing.
    Pass(Round),
    /// Call the interview off.
    Cancel(Round),
    /// Show on the profile how it stands.
    Show(Show),
    /// Bring what reviewers think to the profile.
    FileResults(FileResults),
    /// Move on whoever completed it.
    Advance { round: Round, opportunity: String, stage: String },
    /// Say on the profile why nobody is invited, and wait for somebody who can mend it.
    Cannot(Cannot),
}

impl Change {
    pub const fn how(&self) -> How {
        match self {
            Self::Invite(_) => How::Created,
            Self::Pass(_) => How::Unchanged,
            _ => How::Updated,
        }
    }

    pub fn would(&self) -> String {
        match self {
            Self::Invite(invite) => format!("would invite to an interview for {}", invite.job_title),
            Self::Resend(_) => "would send the same invitation once more".to_owned(),
            Self::Pass(_) => "would send nothing: the interview is begun or over".to_owned(),
            Self::Cancel(_) => "would call the interview off".to_owned(),
            Self::Show(show) => format!("would show \"{}\" on the profile", show.round.state.tag().unwrap_or("no tag")),
            Self::FileResults(_) => "would write what reviewers think".to_owned(),
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
    let archived = seen.opportunity.archived.is_some();
    let stage = seen.stage.as_ref().map(|stage| stage.id.as_str()).unwrap_or_default();
    let entered = entered(&seen.opportunity, stage);
    let mut rounds = Rounds::read(&seen.sent);
    rounds.hear(seen, stage, entered);
    if let Some(round) = rounds.0.iter().find(|round| archived && round.state.is_open()) {
        return make(&format!("cancel/{}", round.about), Change::Cancel(Round { state: State::Cancelled, called_off: true, ..round.clone() }));
    }
    if !archived && settings.stages.iter().any(|s| s == stage) {
        let here = rounds.0.iter().rev().find(|round| round.stage == stage);
        let again = |round: &Round| Round { entered, ..round.clone() };
        match here {
            // Archived by mistake and brought back, they stand at the stage as before, and the interview is gone.
            Some(round) if round.entered >= entered && !(round.called_off && round.state == State::Cancelled) => {}
            // Who stood there before the stage was chosen is not meant.
            None if entered < settings.since(stage) => {}
            Some(round) if round.state == State::Invited => {
                return make(&format!("resend/{}/{entered}", round.about), Change::Resend(again(round)));
            }
            Some(round) if matches!(round.state, State::Started | State::Completed) || !settings.new_when_again && round.state != State::Cancelled => {
                return make(&format!("pass/{}/{entered}", round.about), Change::Pass(again(round)));
            }
            _ => {
                return match invite(settings, seen, stage, entered, rounds.next()) {
                    Next::Invite(invite) => make(&format!("invite/{}", invite.about), Change::Invite(invite)),
                    Next::CameThrough(round) => make(&format!("pass/{}/{entered}", round.about), Change::Pass(round)),
                    Next::Cannot(cannot) => make(&format!("cannot/{entered}"), Change::Cannot(cannot)),
                };
            }
        }
    }
    for (n, round) in rounds.0.iter().enumerate() {
        if let Some(show) = show(settings, seen, round, n + 1 == rounds.0.len()) {
            return make(&format!("show/{}/{}", round.about, show.round.shows), Change::Show(show));
        }
    }
    if let Some(file) = rounds.0.iter().find_map(|round| results(settings, seen, round)) {
        return make(&format!("results/{}/{}", file.round.about, file.round.results), Change::FileResults(file));
    }
    let Some(round) = rounds.0.last() else { return Decision::Nothing("not at a stage that invites".to_owned()) };
    let done_here = round.state == State::Completed && !round.advanced && !archived && round.stage == stage;
    if done_here && !settings.advance_to.is_empty() && settings.advance_to != stage {
        let round = Round { advanced: true, ..round.clone() };
        let key = format!("advance/{}", round.about);
        return make(&key, Change::Advance { round, opportunity: id.to_owned(), stage: settings.advance_to.clone() });
    }
    Decision::Nothing("everything is as it should be".to_owned())
}

/// What the profile does not show yet.
fn show(settings: &Settings, seen: &Seen, round: &Round, is_newest: bool) -> Option<Show> {
    // What is deleted leaves the profile, whichever interview it was.
    let is_new = (is_newest || round.state == State::Deleted) && round.shown != Some(round.state);
    let url = seen.told.get(&round.about).and_then(|told| told["results_url"].as_str()).filter(|_| round.state != State::Deleted);
    let evaluated = url.filter(|_| round.state == State::Completed && settings.write_note && !round.noted);
    let gone = round.state == State::Deleted;
    let link = Some(round.link.clone()).filter(|link| !gone && !round.linked && round.shown.is_none() && !link.is_empty());
    if !is_new && evaluated.is_none() && link.is_none() {
        return None;
    }
    let note = match (evaluated, round.state) {
        (Some(url), _) => Some(format!("{NAME}: the interview is completed. Evaluate it here: {url}")),
        (None, State::Deleted) => Some(format!("{NAME}: the interview was deleted there, with everything that was said in it.")),
        (None, State::Declined) => Some(format!("{NAME}: the candidate does not want the interview.")),
        _ => None,
    };
    let shown = if is_new { Some(round.state) } else { round.shown };
    let round = Round { shown, shows: round.shows + 1, noted: round.noted || evaluated.is_some(), linked: round.linked || link.is_some(), ..round.clone() };
    Some(Show { round, opportunity: seen.opportunity.id.clone(), tags: is_newest, link, note })
}

/// What reviewers said since it was last brought to Lever.
fn results(settings: &Settings, seen: &Seen, round: &Round) -> Option<FileResults> {
    let told = seen.told.get(&round.about)?;
    let at = told["reviewed_at"].as_i64().filter(|at| *at > round.results)?;
    (settings.wants_results() && round.state == State::Completed).then(|| FileResults {
        round: Round { results: at, ..round.clone() },
        opportunity: seen.opportunity.id.clone(),
        results_url: told["results_url"].as_str().unwrap_or_default().to_owned(),
    })
}

/// What follows when somebody is to be invited.
enum Next {
    Invite(Box<Invite>),
    /// Somebody said that an earlier try had come through.
    CameThrough(Round),
    Cannot(Cannot),
}

/// The next invitation, or why nobody can be invited.
fn invite(settings: &Settings, seen: &Seen, stage: &str, entered: i64, n: u32) -> Next {
    let about = n.to_string();
    let mut sure = 0;
    loop {
        match seen.answers.get(&question(&about, sure)).map(String::as_str) {
            Some("yes") => return Next::CameThrough(Round::came_through(&about, seen, stage, entered)),
            Some("no") => sure += 1,
            _ => break,
        }
    }
    let o = &seen.opportunity;
    let who = if o.name.trim().is_empty() { "A candidate" } else { o.name.trim() };
    let cannot = |cause: String, mend: &str| Next::Cannot(Cannot {
        opportunity: o.id.clone(),
        why: format!("{who} reached the stage that invites, but cannot be invited: {cause}. {mend}"),
        cause: format!("Nobody can be invited: {cause}"),
    });
    let Some(posting) = &seen.posting else {
        return cannot("the candidate is considered for no job".to_owned(), "A recruiter can add the job on the profile.");
    };
    if posting.state == "closed" {
        let cause = format!("the job \"{}\" is closed", posting.text.trim());
        return cannot(cause, "A recruiter can open it again, or move the candidate to another job.");
    }
    let Some(kit) = settings.kit(&posting.id, stage) else {
        let cause = format!("no interview kit is chosen for \"{}\"", posting.text.trim());
        return cannot(cause, &format!("An account admin of {NAME} can choose one under Integrations > Lever."));
    };
    let Some(email) = o.emails.iter().map(|email| email.trim()).find(|email| !email.is_empty()) else {
        return cannot("the candidate has no e-mail address".to_owned(), "A recruiter can add it on the profile.");
    };
    let name = Name::split(&o.name, true);
    if name.first.is_empty() {
        return cannot("the candidate has no name".to_owned(), "A recruiter can add it on the profile.");
    }
    Next::Invite(Box::new(Invite {
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
        sure,
    }))
}
