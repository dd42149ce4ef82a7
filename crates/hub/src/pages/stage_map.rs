//! The stage map: what each stage and archive reason of Lever means to the partner.

use super::Viewer;
use crate::Hub;
use crate::jobs::setting;
use crate::names::NoNames;
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, Response};
use axum::routing::get;
use connector::Kind;
use hub_api::{MapRow, StageMap};
use serde_json::{Map, Value, json};
use web::mapping::{Group, Joined};
use web::{Fields, Markup, Problem, html, mapping, ui};

pub fn routes() -> Router<Hub> {
    Router::new().route("/connections/{id}/stage-map", get(show).post(change))
}

async fn show(viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let c = viewer.connection(&id).await?;
    let connector = viewer.hub.connector(&c.connector).ok_or_else(Problem::not_found)?;
    let spec = connector.spec();
    spec.map.ok_or_else(Problem::not_found)?;
    let report = if c.connected { viewer.hub.stage_map(&c, connector).await } else { Ok(StageMap::default()) };
    let may = viewer.operator.may_change();
    let main = html! {
        (ui::heading("Stage map", &format!("What each stage and archive reason of Lever means in {}.", spec.name), &html! { a.button href=(format!("/connections/{id}")) { "Back" } }))
        @match &report {
            Err(NoNames::Lever(failure)) => { p.error role="alert" { "Lever could not be asked for its stages: " (failure) } }
            Err(NoNames::Partner(failure)) => { p.error role="alert" { (spec.name) " could not be asked for what it has: " (failure) } }
            Ok(_) if !c.connected => { p.warn { "This connection is not connected." } }
            Ok(map) => {
                section.card.middle {
                    p { "What each stage means for " (map.whom) ". Several may mean the same." }
                    (mapping::form(&format!("/connections/{id}/stage-map"), &groups(map), &entries(map), &in_whose_name(map), may))
                }
            }
        }
    };
    viewer.form_page("Stage map", main).await
}

/// As the form shows it.
fn groups(map: &StageMap) -> [Group; 2] {
    let row = |row: &MapRow| Joined { id: row.id.clone(), name: row.name.clone(), chosen: map.chosen(row).map(str::to_owned), gone: row.gone };
    [
        Group { legend: format!("Stage in Lever → {}", map.label), kind: "stage", rows: map.stages.iter().map(row).collect() },
        Group { legend: format!("Archive reason in Lever → {}", map.label), kind: "reason", rows: map.reasons.iter().map(row).collect() },
    ]
}

fn entries(map: &StageMap) -> Vec<(String, String)> {
    map.entries.iter().map(|entry| (entry.value.clone(), entry.label.clone())).collect()
}

fn in_whose_name(map: &StageMap) -> Markup {
    let users: Vec<_> = map.users.iter().map(|user| (user.value.clone(), user.label.clone())).collect();
    html! { (ui::choice("Lever is written to in the name of", "user", &users, &map.user)) }
}

async fn change(viewer: Viewer, Path(id): Path<String>, form: Fields) -> Result<Response, Problem> {
    viewer.need_change()?;
    let c = viewer.connection(&id).await?;
    let spec = viewer.hub.connector(&c.connector).ok_or_else(Problem::not_found)?.spec();
    let here = format!("/connections/{id}/stage-map");
    let back = |why: String| Problem::bad_request(why).way_on("Back to the stage map", here.clone());
    let entries = |kind: &str| {
        let rows = mapping::read(&form, kind).into_iter();
        Value::Object(rows.map(|(id, entry)| (id, entry.map_or(Value::Null, |entry| json!(entry)))).collect())
    };
    let stages = entries("stage");
    if stages.as_object().is_some_and(|stages| stages.values().all(Value::is_null)) {
        return Err(back("Say what at least one stage means: without that nothing can go on.".to_owned()));
    }
    let change = Map::from_iter([
        (setting(spec, Kind::OfStages).to_owned(), stages),
        (setting(spec, Kind::OfReasons).to_owned(), entries("reason")),
        (setting(spec, Kind::User).to_owned(), json!(form.get("user"))),
    ]);
    match viewer.hub.change_settings(&c.tenant, &c.id, change, &viewer.operator.name).await? {
        Ok(()) => viewer.done("Saved. What waited for it goes on.", &here).await,
        Err(why) => Err(back(why)),
    }
}
