//! Job Ring: whoever is referred there becomes a candidate in Lever, and how they stand in Lever comes back.
//!
//! In: a referral is a record that arrives ([`coming`]). Back: what happened to its opportunity is told as statuses, which the
//! stage map joins with Lever's stages and archive reasons ([`standing`]). Payouts are Job Ring's business: they follow the statuses.
//! Lever's own referral form cannot be filled over its API, which only reads it; a note names the referrer.

mod coming;
mod standing;
mod wire;

#[cfg(test)]
mod tests;

use coming::{Cannot, Create, Unsaid};
use connector::{
    Account, Arrival, Arrivals, Connector, Cx, Decision, Done, Effect, Entry, Field, Hold, How, Kind, Known, Mended, More, Need, Outcome, Pick, Preview, Record,
    Remember, Seen, Spec, StageMap, Way, Whom, outcome_of,
};
use lever_api::event::Event;
use lever_api::{
    AddSources, AddTags, CreateNote, CreateOpportunity, CreateWebhook, DeleteWebhook, GetContact, GetOpportunity, GetPosting, ListApplications, ListArchiveReasons,
    ListDeletedOpportunities, ListNotes, ListOpportunities, ListPostings, ListStages, ListUsers, ListWebhooks, Opportunity, Posting,
};
use outbound::{Failure, Remote};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use standing::{Tell, Unmapped};
use std::collections::BTreeMap;

/// The connector.
pub struct JobRing;

/// How people are told about it.
const NAME: &str = "Job Ring";

/// What a customer may set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Changes are told by webhook, and looked for every half a minute.
    pub use_webhook: bool,
    /// The status each stage means, by id; empty: the status stays.
    pub stages: BTreeMap<String, String>,
    /// The same for archive reasons.
    pub reasons: BTreeMap<String, String>,
    /// The user of Lever in whose name is written.
    pub perform_as: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self { use_webhook: true, stages: BTreeMap::new(), reasons: BTreeMap::new(), perform_as: String::new() }
    }
}

impl Settings {
    /// The status of a stage or an archive reason; empty: it stays; none: nobody has said.
    fn status(&self, setting: &str, id: &str) -> Option<&str> {
        let map = if setting == "stages" { &self.stages } else { &self.reasons };
        map.get(id).map(String::as_str)
    }

    /// Nothing is done before somebody has said what the stages mean.
    fn unmapped(&self) -> Option<Hold> {
        let why = format!(
            "{NAME} is connected, and nobody has said yet which status each stage in Lever means. An admin of {NAME} can do that on its Integrations page; then this goes on by itself."
        );
        self.stages.is_empty().then(|| Hold::new("The stages are not mapped yet", why))
    }
}

/// What it may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// Make an opportunity of a referral.
    Create(Box<Create>),
    /// Say why a referral cannot be sent, and wait for somebody who can mend it.
    Cannot(Cannot),
    /// Say that the opportunity has been made, on both sides.
    Say(Box<Unsaid>),
    /// Tell changes of status.
    Tell(Tell),
    /// Say that a stage leads to no status, and wait for somebody who chooses one.
    Unmapped(Unmapped),
}

const NEEDS: [Need; 18] = [
    Need::of::<CreateOpportunity>("make a candidate of a referral"),
    Need::of::<AddTags>("tag whoever is a candidate already"),
    Need::of::<AddSources>("say where else they come from"),
    Need::of::<CreateNote>("name the referrer on the profile"),
    Need::of::<ListNotes>("write no note twice"),
    Need::of::<ListUsers>("choose in whose name Lever is written to"),
    Need::of::<GetOpportunity>("read how a referral stands"),
    Need::of::<ListOpportunities>("find whom no webhook told of, and whom Lever knows already"),
    Need::of::<ListDeletedOpportunities>("forget who was deleted"),
    Need::of::<GetContact>("read whose candidacy it is"),
    Need::of::<ListApplications>("find the posting"),
    Need::of::<GetPosting>("see whether the job is still open"),
    Need::of::<ListPostings>("list the jobs people can be referred to"),
    Need::of::<ListStages>("list the stages to be mapped"),
    Need::of::<ListArchiveReasons>("list the archive reasons to be mapped"),
    Need::of::<CreateWebhook>("be told of a change within seconds"),
    Need::of::<ListWebhooks>("keep exactly one webhook for each event"),
    Need::of::<DeleteWebhook>("take the webhooks away again"),
];

impl Connector for JobRing {
    const SPEC: Spec = Spec {
        id: "job-ring",
        name: NAME,
        about: "Whoever is referred becomes a candidate in Lever; how they stand comes back, and payouts follow.",
        whom: Whom::Candidates,
        reacts_to: &[Event::CandidateStageChange, Event::CandidateArchiveChange, Event::CandidateHired, Event::CandidateDeleted],
        needs: &NEEDS,
        fields: &[
            Field {
                name: "use_webhook",
                label: "Bring statuses back",
                help: "Whatever happens to a referral in Lever is told within moments. Webhooks are made in Lever by themselves; Candidate Stage Change, Candidate Archive State Change, Candidate Hired and Candidate Deleted must be switched on there. What no webhook told of is found within a minute.",
                kind: Kind::Switch,
            },
            Field { name: "stages", label: "Stages", help: "The status each stage of Lever means.", kind: Kind::OfStages },
            Field { name: "reasons", label: "Archive reasons", help: "The status each archive reason of Lever means.", kind: Kind::OfReasons },
            Field { name: "perform_as", label: "In whose name", help: "The user of Lever who adds referrals.", kind: Kind::User },
        ],
        targets: &[],
        lists: &[],
        jobs: None,
        map: Some(StageMap { list: "statuses", label: "Status in Job Ring", whom: "applications" }),
        arrivals: Some(Arrivals { one: "referral", only: true, every: "" }),
        mirror: None,
        entry: Entry::Any,
        tells_jobs: true,
        callback: None,
        credential: &[("authorization", "Authorization, with a token of Job Ring: Bearer …")],
        home: "https://api.jobring.example",
        support: "https://www.jobring.example/support",
    };

    type Settings = Settings;
    type Change = Change;

    fn is_live(&self, settings: &Settings) -> bool {
        settings.use_webhook
    }

    fn more(&self, _: &Settings) -> Vec<More> {
        vec![More::Posting]
    }

    /// Only who came from Job Ring is its business, and of them it knows.
    fn meant_since(&self, _: &Settings, _: &Opportunity, _: bool) -> Option<i64> {
        None
    }

    fn preset(&self, settings: &Settings, account: &Account) -> Option<Map<String, Value>> {
        let usual = account.users.iter().find(|user| user.access_role == "super admin").filter(|_| settings.perform_as.is_empty())?;
        Some(Map::from_iter([("perform_as".to_owned(), json!(usual.id))]))
    }

    fn lacks(&self, settings: &Settings) -> Option<String> {
        settings.unmapped().map(|hold| hold.why)
    }

    async fn tell_jobs(&self, partner: &Remote, postings: &[Posting], whole: bool) -> Result<(), Failure> {
        wire::jobs(partner, postings, whole).await
    }

    async fn fetch(&self, partner: &Remote, record: &str) -> Result<Option<Record>, Failure> {
        wire::referral(partner, record).await
    }

    async fn waiting(&self, partner: &Remote) -> Result<Vec<String>, Failure> {
        wire::waiting(partner).await
    }

    fn admit(&self, settings: &Settings, arrival: &Arrival) -> Decision<Change> {
        coming::admit(settings, arrival)
    }

    fn decide(&self, settings: &Settings, seen: &Seen) -> Decision<Change> {
        standing::decide(settings, seen)
    }

    async fn perform(&self, cx: Cx<'_>, _: &Settings, effect: &Effect<Change>) -> Outcome {
        match &effect.change {
            Change::Create(create) => coming::create(&cx, create).await,
            Change::Cannot(cannot) => coming::tell_why_not(&cx, cannot).await,
            Change::Say(unsaid) => coming::say(&cx, unsaid).await,
            Change::Tell(tell) => told(&cx, tell).await,
            Change::Unmapped(unmapped) => ask(&cx, unmapped).await,
        }
    }

    async fn preview(&self, _: Cx<'_>, _: &Settings, effect: &Effect<Change>) -> Result<Preview, Failure> {
        let would = |how, said: String| Preview::Would { how, said, fields: Vec::new() };
        Ok(match &effect.change {
            Change::Create(create) => would(How::Created, format!("would make {} a candidate", create.name)),
            Change::Cannot(cannot) => Preview::Hold(Hold::new(cannot.cause.clone(), cannot.why.clone())),
            Change::Say(_) => would(How::Updated, format!("would tell {NAME} and write a note that names the referrer")),
            Change::Tell(tell) => {
                let last = tell.changes.last().map_or("nothing new", |change| change.status.as_str());
                would(How::Updated, format!("would tell {NAME}: {last}"))
            }
            Change::Unmapped(unmapped) => Preview::Hold(unmapped.hold()),
        })
    }

    async fn mend(&self, _: Cx<'_>, _: &Settings, way: &Way, picked: &str) -> Result<Mended, String> {
        let (Some(setting), Some(id)) = (way.data["setting"].as_str(), way.data["id"].as_str()) else {
            return Err("This way out was stored by another version of Fulcrum.".to_owned());
        };
        let Some(pick) = way.pick.iter().find(|pick| pick.value == picked) else { return Err("Choose one of the statuses.".to_owned()) };
        let change = Map::from_iter([(setting.to_owned(), json!({ id: picked }))]);
        Ok(Mended { said: format!("It means \"{}\" from now on.", pick.label), remember: Remember::Settings(change) })
    }

    async fn entries(&self, partner: &Remote) -> Result<BTreeMap<String, Vec<Pick>>, Failure> {
        Ok(BTreeMap::from([("statuses".to_owned(), picks(partner).await?)]))
    }

    async fn erase(&self, cx: Cx<'_>, _: &Settings, _: &BTreeMap<String, String>) -> Outcome {
        let done = |said: &str| Outcome::Done(Done { said: said.to_owned(), ..Done::default() });
        let Some(referral) = &cx.sent.remote_id else { return done("there was no referral") };
        match wire::forget(cx.partner, referral).await {
            Ok(()) => done("the person was removed from the referral"),
            Err(failure) if failure.status() == Some(404) => done("there was no referral any more"),
            Err(failure) => outcome_of(NAME, &failure),
        }
    }

    async fn known(&self, _: &Remote) -> Result<Known, Failure> {
        Ok(Known::Unreadable)
    }

    async fn check(&self, partner: &Remote) -> Result<(), String> {
        wire::statuses(partner).await.map(drop).map_err(|failure| outcome_of(NAME, &failure).sentence(&failure))
    }
}

async fn picks(partner: &Remote) -> Result<Vec<Pick>, Failure> {
    Ok(wire::statuses(partner).await?.into_iter().map(|status| Pick { value: status.id, label: status.name }).collect())
}

/// It is so; what follows is decided at once.
async fn told(cx: &Cx<'_>, tell: &Tell) -> Outcome {
    // Also where nothing changes: then what stood there of trouble is over.
    let told = wire::tell(cx.partner, &tell.referral, tell.changes.clone()).await;
    match told {
        Ok(()) => {
            let said = match tell.changes.last() {
                Some(change) if change.because.is_empty() => format!("told the status {}", change.status),
                Some(change) => format!("told the status {} ({})", change.status, change.because),
                None => "the status stays".to_owned(),
            };
            Outcome::Done(Done { remote_id: Some(tell.referral.clone()), how: How::Updated, said, sent: json!(tell.then), more: true, ..Done::default() })
        }
        Err(failure) if failure.status() == Some(404) => Outcome::GiveUp(format!("{NAME} does not have this referral any more.")),
        Err(failure) if failure.status() == Some(400) => {
            let hold = gone(cx, tell).await.unwrap_or_else(|| wire::refusal(&failure));
            // Whoever looks at the referral sees it too, if that can be said.
            let _ = wire::trouble(cx.partner, &tell.referral, &hold.why).await;
            Outcome::Hold(hold)
        }
        Err(failure) => outcome_of(NAME, &failure),
    }
}

/// The stage map names a status that was taken away since.
async fn gone(cx: &Cx<'_>, tell: &Tell) -> Option<Hold> {
    let there = picks(cx.partner).await.ok()?;
    let gone = tell.changes.iter().find(|change| !there.iter().any(|pick| pick.value == change.status))?;
    let why = format!(
        "The stages are mapped to the status \"{}\", which {NAME} does not have any more. An admin of {NAME} can choose another on its Integrations page; then this goes on by itself.",
        gone.status
    );
    Some(Hold::new(format!("{NAME} does not have the status \"{}\" any more", gone.status), why))
}

/// Flags the referral, and asks whoever operates the hub with the statuses there are.
async fn ask(cx: &Cx<'_>, unmapped: &Unmapped) -> Outcome {
    let hold = unmapped.hold();
    let asked = async {
        wire::trouble(cx.partner, &unmapped.referral, &hold.why).await?;
        picks(cx.partner).await
    };
    match asked.await {
        Ok(pick) => {
            let data = json!({ "setting": unmapped.setting, "id": unmapped.id });
            let way = Way { id: "map".to_owned(), label: "It means".to_owned(), pick, data, ..Way::default() };
            Outcome::Hold(Hold { ways: vec![way], ..hold })
        }
        Err(failure) if failure.status() == Some(404) => Outcome::GiveUp(format!("{NAME} does not have this referral any more.")),
        Err(failure) => outcome_of(NAME, &failure),
    }
}
