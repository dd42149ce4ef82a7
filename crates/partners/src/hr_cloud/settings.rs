//! Settings: the lists an employee is made of. And the account manager's switch for the Lever integration.

use super::Done;
use super::records::{KINDS, NewRecord, Query};
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::extract::Path;
use axum::response::Html;
use axum::routing::{get, post};
use serde_json::json;
use web::{Fields, Markup, Problem, html, ui};

pub fn routes() -> Router<Partners> {
    Router::new()
        .route("/hr-cloud/settings", get(|| async { web::see_other(LISTS) }))
        .route(LISTS, get(lists))
        .route("/hr-cloud/settings/lists/{kind}", post(add))
        .route("/hr-cloud/account-manager", get(account_manager))
        .route("/hr-cloud/account-manager/{name}", post(enable))
}

const LISTS: &str = "/hr-cloud/settings/lists";

/// The frame of all settings pages.
pub fn frame(here: &str, body: &Markup) -> Markup {
    html! {
        (ui::heading("Settings", "", &html! {}))
        (ui::tabs(
            "Settings",
            &[
                ("Lists", LISTS.into()),
                ("Integrations", "/hr-cloud/settings/integrations".into()),
                ("Service Accounts", "/hr-cloud/settings/service-accounts".into()),
            ],
            here,
        ))
        (body)
    }
}

fn label(kind: &str) -> &'static str {
    match kind {
        "xDepartment" => "Departments",
        "xDivision" => "Divisions",
        "xLocation" => "Locations",
        "xPosition" => "Positions",
        "xEmploymentStatus" => "Employment statuses",
        _ => "Employment types",
    }
}

async fn lists(person: Person) -> Result<Html<String>, Problem> {
    person.need_hr_admin()?;
    let mut cards = Vec::new();
    for (kind, name_field, code_field, _) in KINDS.iter().filter(|(kind, ..)| *kind != "xEmployee") {
        let records = person.partners.records(kind, Query { limit: 500, ..Query::default() }).await?;
        cards.push(html! {
            section.card {
                h2 { (label(kind)) }
                ul.tags { @for record in &records { li.badge { (record.text(name_field)) @if let Some(code) = code_field { " " code { (record.text(code)) } } } } }
                form.inline method="post" action=(format!("{LISTS}/{kind}")) {
                    input name="name" aria-label=(format!("New entry in {}", label(kind))) required;
                    button type="submit" { "Add" }
                }
            }
        });
    }
    let body = html! { div.grid { @for card in &cards { (card) } } };
    person.page("Lists", false, frame(LISTS, &body)).await
}

async fn add(person: Person, Path(kind): Path<String>, fields: Fields) -> Done {
    person.need_hr_admin()?;
    let (_, name_field, code_field, _) = KINDS.iter().find(|(known, ..)| **known == kind).ok_or_else(Problem::not_found)?;
    let name = fields.get("name");
    let mut doc = json!({ *name_field: name, "xRecordStatus": "Active" });
    if let Some(code) = code_field {
        doc[*code] = json!(name.chars().filter(|c| c.is_alphanumeric()).take(12).collect::<String>().to_uppercase());
    }
    match person.partners.create_record(NewRecord { kind: kind.clone(), doc }).await? {
        Ok(_) => person.done("Added.", LISTS).await,
        Err(why) => Err(Problem::bad_request(why).way_on("Back to the lists", LISTS)),
    }
}

async fn account_manager(person: Person) -> Result<Html<String>, Problem> {
    if person.role != "Account Manager" {
        return Err(Problem::forbidden("This page is for HR Cloud's account managers.").way_on("Back to the people", "/hr-cloud/people"));
    }
    let lever = person.partners.hr_setting("lever_enabled").await? == "yes";
    let employees = person.partners.hr_setting("employee_api").await? == "yes";
    let switch = |name: &str, label: &str, about: &str, on: bool| {
        html! {
            section.card.middle {
                div.heading {
                    div { h2 { (label) } p.soft { (about) } }
                    (ui::switch(&format!("/hr-cloud/account-manager/{name}"), label, on))
                }
            }
        }
    };
    let main = html! {
        (ui::heading("Customers", "What this customer may use.", &html! {}))
        (switch("lever_enabled", "Lever integration", "HR Admins find Lever under Settings > Integrations while this is on.", lever))
        (switch("employee_api", "Employee API", "Programs may use the API of 2017, with the Authorization of a service account, while this is on.", employees))
    };
    person.page("Customers", false, main).await
}

async fn enable(person: Person, Path(name): Path<String>, fields: Fields) -> Done {
    if person.role != "Account Manager" {
        return Err(Problem::forbidden("This switch is for HR Cloud's account managers."));
    }
    let label = match name.as_str() {
        "lever_enabled" => "The Lever integration",
        "employee_api" => "The Employee API",
        _ => return Err(Problem::not_found()),
    };
    let on = fields.is_on("on");
    person.partners.set_hr_setting(&name, if on { "yes" } else { "" }).await?;
    person.done(&format!("{label} is {}.", if on { "on" } else { "off" }), "/hr-cloud/account-manager").await
}
