//! The Integrations page: applicant tracking systems, each with its own Connect. Lever's settings and its stage map live in the hub.

use super::{Done, business};
use crate::Partners;
use crate::accounts::Person;
use crate::hub_link::Hub;
use crate::lever::App;
use axum::Router;
use axum::routing::post;
use hub_api::{Connection, MapRow, StageMap};
use serde_json::{Map, Value, json};
use web::mapping::{Group, Joined};
use web::{Fields, Markup, Problem, html, mapping, ui};

pub const HERE: &str = "/job-ring/integrations";
/// Others there are; nobody has built them here.
const OTHERS: [&str; 4] = ["Greenhouse", "Ashby", "SmartRecruiters", "Workday"];
/// What the tokens of the hub are called.
const HUB: &str = "Fulcrum";

static LEVER: App = App {
    id: super::APP,
    brand: "Job Ring",
    list: business::PROFILE,
    here: HERE,
    offer: "Open jobs come from Lever, whoever is referred becomes a candidate there, and how they stand comes back.",
    connect: "Connect Lever",
    import: "",
    may: |person| Box::pin(std::future::ready(person.need_jr_admin())),
    credential: |partners| {
        Box::pin(async {
            let token = partners.create_job_ring_token(HUB).await?;
            Ok(Map::from_iter([("authorization".to_owned(), json!(format!("Bearer {token}")))]))
        })
    },
    page: |person, _, live, body| Box::pin(async move { person.job_ring("Integrations", live, frame(&body)).await }),
    besides: |_, hub, connection| Box::pin(besides(hub, connection)),
    last: disconnect_card,
};

pub fn routes() -> Router<Partners> {
    Router::new().route(&format!("{HERE}/map"), post(map)).route(&format!("{HERE}/disconnect"), post(disconnect)).merge(crate::lever::routes(&LEVER))
}

fn frame(body: &Markup) -> Markup {
    html! {
        (ui::heading("Integrations", "Applicant tracking systems Job Ring works with.", &html! { a.button href=(business::PROFILE) { "Business profile" } }))
        (body)
        section.card.middle {
            h2 { "Others" }
            ul.list { @for name in OTHERS { li { b { (name) } (ui::badge("plain", "not available here")) } } }
        }
    }
}

fn disconnect_card() -> Markup {
    html! {
        section.card.middle {
            h2 { "Disconnect Lever" }
            p { "Nothing is sent to Lever any more, and nothing comes back. Referrals, their history and the mapping are kept for the day you connect again." }
            (ui::sure(&format!("{HERE}/disconnect"), "Disconnect", "Referrals wait here until somebody connects again.", "Disconnect Lever"))
        }
    }
}

async fn besides(hub: &Hub, connection: Option<&Connection>) -> Result<Markup, Problem> {
    let Some(c) = connection.filter(|c| matches!(c.state.as_str(), "connected" | "mapping_needed")) else { return Ok(html! {}) };
    let map = hub.stage_map(&c.id).await;
    Ok(html! {
        @if c.under_way + c.held > 0 {
            section.card.middle {
                h2 { "Under way" }
                @if c.under_way > 0 { p { (ui::count(usize::try_from(c.under_way).unwrap_or(0), "referral")) " being worked on." } }
                @if c.held > 0 { p.warn { (ui::count(usize::try_from(c.held).unwrap_or(0), "referral")) " waiting for somebody's decision: the dashboard says why." } }
            }
        }
        @match &map {
            Err(why) => { p.error role="alert" { (why) } }
            Ok(map) => { (stage_map(map)) }
        }
    })
}

/// Opens by itself until it is saved.
fn stage_map(map: &StageMap) -> Markup {
    let row = |row: &MapRow| Joined { id: row.id.clone(), name: row.name.clone(), chosen: map.chosen(row).map(str::to_owned), gone: row.gone };
    let groups = [
        Group { legend: "Hiring stage in Lever → status in Job Ring".to_owned(), kind: "stage", rows: map.stages.iter().map(row).collect() },
        Group { legend: "Archive reason in Lever → status in Job Ring".to_owned(), kind: "reason", rows: map.reasons.iter().map(row).collect() },
    ];
    let entries: Vec<_> = map.entries.iter().map(|entry| (entry.value.clone(), entry.label.clone())).collect();
    let users: Vec<_> = map.users.iter().map(|user| (user.value.clone(), user.label.clone())).collect();
    let open = map.unmapped();
    let form =
        mapping::form(&format!("{HERE}/map"), &groups, &entries, &ui::choice("Referrals are added in the name of", "user", &users, &map.user), true);
    html! {
        @if !map.saved {
            section.card.middle {
                h2 { "One more step: map your stages" }
                p { "Say which status each of your hiring stages in Lever means. Until then nothing is sent to Lever, and no status comes back. What is proposed was found by its name: look at it." }
                (form)
            }
        } @else {
            details.card.middle id="stage-map" open[open > 0] {
                summary { "Stage map" @if open > 0 { " " (ui::badge("bad", &format!("{open} not mapped"))) } }
                @if open > 0 { p.warn { "Whoever reaches a stage that is not mapped keeps the status they have." } }
                (form)
            }
        }
    }
}

/// A status that stages or archive reasons are mapped to cannot go; the first of these that is.
pub(super) async fn mapped(partners: &Partners, gone: &[&str]) -> Result<Option<String>, Problem> {
    let Ok(hub) = LEVER.hub(partners).await else { return Ok(None) };
    let Ok(connection) = LEVER.connection(&hub).await else { return Ok(None) };
    let Ok(map) = hub.stage_map(&connection.id).await else { return Ok(None) };
    let used = map.stages.iter().chain(&map.reasons).filter(|row| !row.gone).filter_map(|row| row.entry.clone());
    Ok(used.into_iter().find(|entry| gone.contains(&entry.as_str())))
}

async fn map(person: Person, fields: Fields) -> Done {
    person.need_jr_admin()?;
    let hub = LEVER.hub(&person.partners).await?;
    let connection = LEVER.connection(&hub).await?;
    let map = hub.stage_map(&connection.id).await.map_err(|why| LEVER.back(why))?;
    let rows = |kind: &str| {
        let known =
            |entry: &Option<String>| entry.as_ref().is_none_or(|entry| entry.is_empty() || map.entries.iter().any(|known| known.value == *entry));
        let rows = mapping::read(&fields, kind);
        rows.iter()
            .all(|(_, entry)| known(entry))
            .then(|| rows.into_iter().map(|(id, entry)| (id, entry.map_or(Value::Null, Value::String))).collect::<Map<_, _>>())
    };
    let gone = || LEVER.back("One of these statuses is not there any more. Nothing was changed: look again.".to_owned());
    let (stages, reasons) = (rows("stage").ok_or_else(gone)?, rows("reason").ok_or_else(gone)?);
    if stages.values().all(Value::is_null) {
        return Err(LEVER.back("Say what at least one stage means.".to_owned()));
    }
    let change = Map::from_iter([
        (map.stages_setting.clone(), Value::Object(stages)),
        (map.reasons_setting.clone(), Value::Object(reasons)),
        (map.user_setting.clone(), json!(fields.get("user"))),
    ]);
    hub.set_all(&connection.id, change).await.map_err(|why| LEVER.back(why))?;
    person.done("The mapping is saved. Your Lever connection is active.", HERE).await
}

async fn disconnect(person: Person) -> Done {
    person.need_jr_admin()?;
    let hub = LEVER.hub(&person.partners).await?;
    let connection = LEVER.connection(&hub).await?;
    hub.disconnect(&connection.id).await.map_err(|why| LEVER.back(why))?;
    person.partners.revoke_job_ring_tokens(HUB).await?;
    person.done("Disconnected. Your accounts are no longer connected; everything here is kept.", HERE).await
}
