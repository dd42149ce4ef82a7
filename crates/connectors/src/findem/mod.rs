//! Findem: it keeps a copy of Lever's candidates, whoever was found there becomes a candidate, and what its people decide about
//! applications is made so.
//!
//! Out of Lever: by the clock, page by page, what changed ([`wire`]); with notes and attachments of those somebody looks at ([`standing`]).
//! Into Lever: profiles, advances and rejections are records that arrive ([`wishes`]). No webhook: among the 79 permissions of an API key
//! that Findem asks for there is none for webhooks.

mod needs;
mod standing;
mod wire;
mod wishes;

#[cfg(test)]
mod tests;

use connector::{
    Account, Arrival, Arrivals, Connector, Cx, Decision, Done, Effect, Entry, Field, Hold, How, Kind, Known, Lists, Mirror, More, Outcome, Preview, Record,
    Seen, Spec, Wanted, Whom, outcome_of,
};
use lever_api::{EeoResponse, Opportunity};
use outbound::{Failure, Remote};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use standing::Bring;
use std::collections::BTreeMap;
use wishes::{Answer, Export, Move, Unsaid};

/// The connector.
pub struct Findem;

/// How people are told about it.
const NAME: &str = "Findem";

/// After how many seconds, and what that is called.
const EVERY: &[(&str, &str)] = &[
    ("300", "every 5 minutes"),
    ("600", "every 10 minutes"),
    ("1800", "every half hour"),
    ("3600", "every hour"),
    ("21600", "every 6 hours"),
    ("86400", "once a day"),
];

/// What a customer may set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Seconds between two questions what changed in Lever.
    pub import_every: String,
    /// Seconds between two questions what waits in Findem.
    pub export_every: String,
    /// The address of the profile is written on profiles in Lever.
    pub write_links: bool,
    /// Answers about equal employment opportunity are kept.
    pub eeo: bool,
    /// The user of Lever in whose name is written, unless whoever decides has one.
    pub perform_as: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self { import_every: "3600".to_owned(), export_every: "600".to_owned(), write_links: true, eeo: false, perform_as: String::new() }
    }
}

/// What it may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// Make an opportunity of a profile.
    Export(Box<Export>),
    /// Say that the opportunity has been made, on both sides.
    Say(Box<Unsaid>),
    /// Let a candidacy go on, or end.
    Move(Move),
    /// Say what came of a wish, and nothing else.
    Answer(Box<Answer>),
    /// Bring all there is about a candidacy.
    Bring(Box<Bring>),
}

impl Connector for Findem {
    const SPEC: Spec = Spec {
        id: "findem",
        name: NAME,
        about: "Candidates come to Findem, whoever was found there goes to Lever, and applications are advanced or rejected from there.",
        whom: Whom::Candidates,
        reacts_to: &[],
        needs: needs::NEEDS,
        fields: &[
            Field { name: "import_every", label: "Import from Lever", help: "How often Lever is asked what changed. Where nothing did, that is one call.", kind: Kind::Choice(EVERY) },
            Field { name: "export_every", label: "Export to Lever", help: "What is exported or decided goes to Lever at once; so often it is asked besides whether anything was missed.", kind: Kind::Choice(EVERY) },
            Field { name: "write_links", label: "Link profiles in Lever", help: "The address of the profile in Findem stands among the links of whoever is looked at or exported.", kind: Kind::Switch },
            Field { name: "eeo", label: "Keep equal opportunity answers", help: "Kept apart, shown as sums only, and never used to judge anybody. Switched off, what is there goes within a day. Needs the permission \"find all eeo responses with their pii\".", kind: Kind::Switch },
            Field { name: "perform_as", label: "In whose name", help: "The user of Lever who advances, rejects and exports, unless whoever does so in Findem has one of the same address.", kind: Kind::User },
        ],
        targets: &[],
        lists: &[],
        jobs: None,
        map: None,
        arrivals: Some(Arrivals { one: "decision", only: false, every: "export_every" }),
        mirror: Some(Mirror { every: "import_every", eeo: "eeo" }),
        entry: Entry::ApiKey,
        tells_jobs: false,
        callback: None,
        credential: &[("authorization", "Authorization, with a token of Findem: Bearer …")],
        home: "https://api.findem.example",
        support: "https://www.findem.ai/contact",
    };

    type Settings = Settings;
    type Change = Change;

    fn is_live(&self, _: &Settings) -> bool {
        false
    }

    fn more(&self, _: &Settings) -> Vec<More> {
        vec![More::Posting]
    }

    /// Nobody is read because they changed: what changed is told as it is listed.
    fn meant_since(&self, _: &Settings, _: &Opportunity, _: bool) -> Option<i64> {
        None
    }

    fn preset(&self, settings: &Settings, account: &Account) -> Option<Map<String, Value>> {
        let usual = account.users.iter().find(|user| user.access_role == "super admin").filter(|_| settings.perform_as.is_empty())?;
        Some(Map::from_iter([("perform_as".to_owned(), json!(usual.id))]))
    }

    async fn tell_lists(&self, partner: &Remote, lists: &Lists) -> Result<(), Failure> {
        wire::lists(partner, lists).await
    }

    async fn tell_people(&self, partner: &Remote, people: &[Opportunity], pass: Option<i64>) -> Result<Wanted, Failure> {
        wire::people(partner, people, pass).await
    }

    async fn gone(&self, partner: &Remote, pass: i64) -> Result<Vec<String>, Failure> {
        wire::gone(partner, pass).await
    }

    async fn forget(&self, partner: &Remote, subjects: &[String]) -> Result<(), Failure> {
        wire::forget_all(partner, subjects).await
    }

    async fn tell_eeo(&self, partner: &Remote, answers: &[EeoResponse], pass: i64, last: bool) -> Result<(), Failure> {
        wire::eeo(partner, answers, pass, last).await
    }

    async fn fetch(&self, partner: &Remote, record: &str) -> Result<Option<Record>, Failure> {
        wire::wish(partner, record).await
    }

    async fn waiting(&self, partner: &Remote) -> Result<Vec<String>, Failure> {
        wire::waiting(partner).await
    }

    fn admit(&self, settings: &Settings, arrival: &Arrival) -> Decision<Change> {
        wishes::admit(settings, arrival)
    }

    fn decide(&self, settings: &Settings, seen: &Seen) -> Decision<Change> {
        standing::decide(settings, seen)
    }

    async fn perform(&self, cx: Cx<'_>, _: &Settings, effect: &Effect<Change>) -> Outcome {
        match &effect.change {
            Change::Export(export) => wishes::export(&cx, export).await,
            Change::Say(unsaid) => wishes::say(&cx, unsaid).await,
            Change::Move(go) => wishes::go(&cx, go).await,
            Change::Answer(answer) => wishes::answer(&cx, answer).await,
            Change::Bring(bring) => standing::bring(&cx, bring).await,
        }
    }

    async fn preview(&self, _: Cx<'_>, _: &Settings, effect: &Effect<Change>) -> Result<Preview, Failure> {
        let would = |how, said: String| Preview::Would { how, said, fields: Vec::new() };
        Ok(match &effect.change {
            Change::Export(export) => would(How::Created, format!("would make {} a candidate", export.wish.name)),
            Change::Say(_) => would(How::Updated, format!("would tell {NAME} and write a note that says who found them")),
            Change::Move(go) if go.stage.is_empty() => would(How::Updated, "would archive in Lever".to_owned()),
            Change::Move(_) => would(How::Updated, "would move to the next stage in Lever".to_owned()),
            Change::Answer(answer) => Preview::Hold(Hold::new(answer.cause.clone(), answer.came.why.clone())),
            Change::Bring(_) => would(How::Updated, format!("would bring notes and attachments to {NAME}")),
        })
    }

    async fn erase(&self, cx: Cx<'_>, _: &Settings, _: &BTreeMap<String, String>) -> Outcome {
        let done = |said: &str| Outcome::Done(Done { said: said.to_owned(), ..Done::default() });
        let Some(record) = &cx.sent.remote_id else { return done("there was no record") };
        match wire::forget(cx.partner, record).await {
            Ok(()) => done("the person was deleted there"),
            Err(failure) => outcome_of(NAME, &failure),
        }
    }

    async fn known(&self, _: &Remote) -> Result<Known, Failure> {
        Ok(Known::Unreadable)
    }

    async fn check(&self, partner: &Remote) -> Result<(), String> {
        wire::opens(partner).await.map_err(|failure| outcome_of(NAME, &failure).sentence(&failure))
    }
}
