//! HR Cloud: a hire becomes an employee.
//!
//! Official pages: <https://help.hrcloud.com/api>; the fields after Lever's help page on the integration. Generation 2
//! of the API. What it cannot do: it has no webhooks and no idempotency keys, so an unknown outcome is looked up by the
//! employee number, which is the opportunity's id. Numbers are unique there: a call still under way while we look is
//! refused. It demands a start date, a department, a location, a position and an employment status, none of which Lever
//! demands: that is the main reason for holds.

mod lists;
mod map;
mod wire;

#[cfg(test)]
mod tests;

use connector::{Connector, Cx, Decision, Effect, Field, Good, Hold, Kind, Need, Outcome, Seen, Spec, outcome_of};
use lever_api::event::Event;
use lever_api::{
    CreateWebhook, DeleteWebhook, GetContact, GetOpportunity, GetPosting, GetUser, ListApplications, ListArchiveReasons, ListOffers, ListWebhooks,
};
use lists::{Lists, Missing};
use map::Hire;
use outbound::{Failure, Remote};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use wire::{CreateEmployee, Employee, Find, FindEmployees};

/// The connector.
pub struct HrCloud;

/// What a customer may set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Hires are told by webhook.
    pub use_webhook: bool,
    /// Positions, departments, locations and types that HR Cloud lacks are created instead of held.
    pub create_missing: bool,
    /// `van`, `de`, `bin` and their like go with the last name.
    pub keep_particles: bool,
}

/// What it may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// This person is an employee.
    Employ(Box<Hire>),
}

/// How people are told about a fault at this partner.
const NAME: &str = "HR Cloud";
/// How old what we know of lists and managers may be.
const REMEMBERED: Good = Good::For(Duration::from_secs(60));

impl Connector for HrCloud {
    const SPEC: Spec = Spec {
        id: "hr-cloud",
        name: NAME,
        about: "People hired in Lever become employees in HR Cloud.",
        reacts_to: &[Event::CandidateHired],
        needs: &[
            Need::of::<GetOpportunity>("read who was hired"),
            Need::of::<GetContact>("read the name and e-mail"),
            Need::of::<ListApplications>("find the posting of the hire"),
            Need::of::<GetPosting>("read position, department, location and work type"),
            Need::of::<GetUser>("read the hiring manager's e-mail"),
            Need::of::<ListOffers>("read the start date"),
            Need::of::<ListArchiveReasons>("tell a hire from a rejection"),
            Need::of::<CreateWebhook>("be told of a hire within seconds"),
            Need::of::<ListWebhooks>("keep exactly one webhook"),
            Need::of::<DeleteWebhook>("take the webhook away again"),
        ],
        fields: &[
            Field {
                name: "use_webhook",
                label: "Use webhook for import",
                help: "New hires are imported within a couple of moments. A webhook is made in Lever by itself; the event Candidate Hired must be switched on there.",
                kind: Kind::Switch,
            },
            Field {
                name: "create_missing",
                label: "Create what is missing",
                help: "Positions, departments, locations and employment types that HR Cloud lacks are created there instead of holding the hire.",
                kind: Kind::Switch,
            },
            Field {
                name: "keep_particles",
                label: "Keep name particles with the last name",
                help: "\"Jan van den Berg\" has the last name \"van den Berg\" instead of the middle name \"van den\".",
                kind: Kind::Switch,
            },
        ],
        credential: &[("customer_key", "Customer key"), ("customer_secret", "Customer secret")],
        home: "https://corehr-api.hrcloud.com",
        support: "https://support.hrcloud.com",
    };

    type Settings = Settings;
    type Change = Change;

    fn wants_webhooks(&self, settings: &Settings) -> bool {
        settings.use_webhook
    }

    fn decide(&self, settings: &Settings, seen: &Seen) -> Decision<Change> {
        if !seen.hired {
            return Decision::Nothing("not hired".to_owned());
        }
        match map::hire(settings, seen) {
            Ok(hire) => {
                let key = format!("{}/employee/{}", Self::SPEC.id, seen.opportunity.id);
                Decision::Make(vec![Effect { key, change: Change::Employ(Box::new(hire)) }])
            }
            Err(hold) => Decision::Hold(hold),
        }
    }

    async fn perform(&self, cx: Cx<'_>, settings: &Settings, effect: &Effect<Change>) -> Outcome {
        let Change::Employ(hire) = &effect.change;
        match employ(&cx, settings, hire).await {
            Ok(outcome) => outcome,
            Err(failure) => outcome_of(NAME, &failure),
        }
    }

    /// Creates what HR Cloud lacks.
    async fn mend(&self, cx: Cx<'_>, mend: &Value) -> Result<String, String> {
        let missing: Vec<Missing> = serde_json::from_value(mend.clone()).map_err(|e| e.to_string())?;
        let mut made = Vec::new();
        let _turn = cx.memo.turn().await;
        let mut lists = Lists::read(cx.partner).await.map_err(|e| e.to_string())?;
        for missing in missing {
            let created = lists.create(cx.partner, &missing).await;
            cx.memo.forget();
            created.map_err(|e| e.to_string())?;
            made.push(missing.to_string());
        }
        Ok(format!("Created in {NAME}: {}.", made.join(", ")))
    }

    async fn check(&self, partner: &Remote) -> Result<(), String> {
        let find = Find { page_size: Some(1), ..Find::default() };
        match partner.send(FindEmployees { query: find, body: endpoint::Nothing }).await {
            Ok(_) => Ok(()),
            Err(failure) => Err(match outcome_of(NAME, &failure) {
                Outcome::Hold(hold) => hold.why,
                _ => failure.to_string(),
            }),
        }
    }
}

async fn employ(cx: &Cx<'_>, settings: &Settings, hire: &Hire) -> Result<Outcome, Failure> {
    // An earlier try may have taken effect without our knowing: the number is the key to find it by.
    if cx.attempt > 1
        && let Some(found) = find(cx.partner, "xEmployeeNumber", &hire.number).await?
    {
        return Ok(known(&found));
    }
    if let Some(other) = find(cx.partner, "xEmail", &hire.email).await? {
        return Ok(if other.number.as_deref() == Some(&hire.number) { known(&other) } else { somebody_else(hire, &other) });
    }
    let mut lists = lists(cx, REMEMBERED).await?;
    if !lists.missing(hire).is_empty() {
        // It may have been added since: nobody is held for what we only remember.
        lists = self::lists(cx, Good::After(cx.asked)).await?;
    }
    let missing = lists.missing(hire);
    if !missing.is_empty() {
        if !settings.create_missing {
            return Ok(Outcome::Hold(lists::hold(&missing)));
        }
        // One at a time, each reading anew: two hires that lack the same department must not make it twice.
        let _turn = cx.memo.turn().await;
        let mut fresh = Lists::read(cx.partner).await?;
        for missing in fresh.missing(hire) {
            let made = fresh.create(cx.partner, &missing).await;
            // Also when the answer was lost: it may be there now.
            cx.memo.forget();
            made?;
        }
        lists = Arc::new(fresh);
    }
    let manager = manager(cx, hire).await?;
    let flag = match (&hire.manager, &manager) {
        (Some(email), None) => format!("; the manager {email} is no employee yet and was left empty"),
        _ => String::new(),
    };
    let employee = hire.employee(&lists, manager);
    match cx.partner.send(CreateEmployee { query: endpoint::Nothing, body: employee }).await {
        Ok(created) => Ok(Outcome::Done { said: format!("created employee {}{flag}", hire.number), remote_id: created.id }),
        Err(Failure::Refused { status: 400, body, .. }) => refused(cx, hire, &body).await,
        Err(failure) => Err(failure),
    }
}

/// HR Cloud's lists.
async fn lists(cx: &Cx<'_>, good: Good) -> Result<Arc<Lists>, Failure> {
    cx.memo.read("lists", good, || Lists::read(cx.partner)).await
}

/// The manager's id. One who is not there yet is looked for anew.
async fn manager(cx: &Cx<'_>, hire: &Hire) -> Result<Option<String>, Failure> {
    let Some(email) = &hire.manager else { return Ok(None) };
    let name = format!("manager {email}");
    let find = |good| cx.memo.read(&name, good, async || Ok(find(cx.partner, "xEmail", email).await?.and_then(|m| m.id)));
    let known = find(REMEMBERED).await?;
    let known = if known.is_none() { find(Good::After(cx.asked)).await? } else { known };
    Ok(known.as_ref().clone())
}

/// A refusal with sentences. One of them may say that the number is taken: then an earlier try had come through.
async fn refused(cx: &Cx<'_>, hire: &Hire, body: &str) -> Result<Outcome, Failure> {
    // Perhaps something we remember is not so any more.
    cx.memo.forget();
    if let Some(found) = find(cx.partner, "xEmployeeNumber", &hire.number).await? {
        return Ok(known(&found));
    }
    let sentences = wire::sentences(body);
    Ok(Outcome::Hold(Hold {
        cause: format!("{NAME} refuses: {}", sentences.join(" ")),
        why: format!("{NAME} answered 400 for {}: {} Mend it in Lever or {NAME}, then release.", hire.full_name, sentences.join(" ")),
        mend: Value::Null,
    }))
}

async fn find(partner: &Remote, field: &str, value: &str) -> Result<Option<Employee>, Failure> {
    let filter = format!("{field} eq '{}'", value.replace('\'', "''"));
    let find = Find { filter: Some(filter), ..Find::default() };
    Ok(partner.send(FindEmployees { query: find, body: endpoint::Nothing }).await?.into_iter().next())
}

fn known(found: &Employee) -> Outcome {
    let number = found.number.clone().unwrap_or_default();
    Outcome::Done { remote_id: found.id.clone(), said: format!("employee {number} was there already") }
}

/// The same address under another number: a rehire, an internal move or a mix-up. People decide that.
fn somebody_else(hire: &Hire, other: &Employee) -> Outcome {
    let number = other.number.clone().unwrap_or_default();
    Outcome::Hold(Hold {
        cause: format!("{NAME} has an employee with this e-mail already (number {number})"),
        why: format!(
            "{} has the e-mail of employee {number} in {NAME}. If this is a rehire or an internal move, update that employee there; \
             if not, correct the e-mail in Lever. Then release.",
            hire.full_name
        ),
        mend: Value::Null,
    })
}
