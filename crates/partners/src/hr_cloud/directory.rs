//! The people directory and the page of one person.

use super::records::{LOOKUPS, Query as Which};
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::extract::{Path, Query};
use axum::response::Html;
use axum::routing::get;
use serde::Deserialize;
use serde_json::Value;
use web::{Markup, Problem, html, ui};

pub fn routes() -> Router<Partners> {
    Router::new().route("/hr-cloud/people", get(list)).route("/hr-cloud/people/{id}", get(show))
}

#[derive(Deserialize, Default)]
struct Filter {
    #[serde(default)]
    q: String,
}

async fn list(person: Person, Query(filter): Query<Filter>) -> Result<Html<String>, Problem> {
    let partners = &person.partners;
    let which = Which { search: filter.q.trim().to_owned(), limit: 120, newest: true, ..Which::default() };
    let mut people = Vec::new();
    for record in partners.records("xEmployee", which).await? {
        people.push(partners.printed("xEmployee", record).await?);
    }
    let total = partners.count_records("xEmployee").await?;
    let main = html! {
        (ui::heading("People", &format!("{total} employees, the newest first."), &html! {}))
        form.inline method="get" action="/hr-cloud/people" role="search" {
            (ui::field("Search by name", "q", "search", &filter.q, false))
            button type="submit" { "Search" }
        }
        @if people.is_empty() {
            (ui::empty("Nobody here", "People hired in Lever appear here once the integration is connected."))
        } @else {
            ul.people {
                @for p in &people {
                    li {
                        a.card href=(format!("/hr-cloud/people/{}", text(p, "Id"))) {
                            h2 { (text(p, "xFullName")) }
                            div { (name(p, "xPositionLookup")) }
                            div.soft { (name(p, "xDepartmentLookup")) " · " (name(p, "xLocationLookup")) }
                            div.soft { "Starts " (text(p, "xStartDate")) }
                        }
                    }
                }
            }
        }
    };
    person.page("People", true, main).await
}

fn text<'a>(record: &'a Value, field: &str) -> &'a str {
    record[field].as_str().unwrap_or_default()
}

/// The name in a lookup.
fn name<'a>(record: &'a Value, field: &str) -> &'a str {
    ["xPositionTitle", "xDepartmentName", "xLocationName", "xType", "xFullName"].iter().find_map(|f| record[field][f].as_str()).unwrap_or("not set")
}

async fn show(person: Person, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let record = person.partners.record("xEmployee", &id).await?.ok_or_else(Problem::not_found)?;
    let p = person.partners.printed("xEmployee", record).await?;
    let label = |field: &str| match field {
        "xDepartmentLookup" => "Department",
        "xLocationLookup" => "Location",
        "xPositionLookup" => "Position",
        "xEmploymentStatusLookup" => "Employment status",
        "xEmploymentTypeLookup" => "Employment type",
        "xDivisionLookup" => "Division",
        _ => "Manager",
    };
    let middle = text(&p, "xMIddleName");
    // Whatever else somebody filled: a cell phone, a field of the company's own.
    let shown = ["xFirstName", "xMIddleName", "xLastName", "xFullName", "xEmail", "xEmployeeNumber", "xStartDate", "xRecordStatus"];
    let others = p.as_object().into_iter().flatten().filter(|(field, _)| field.starts_with('x') && !shown.contains(&field.as_str()));
    let others: Vec<(&str, Markup)> = others.filter_map(|(field, value)| value.as_str().map(|value| (field.as_str(), html! { (value) }))).collect();
    let main = html! {
        (ui::heading(text(&p, "xFullName"), name(&p, "xPositionLookup"), &html! { (ui::badge("good", text(&p, "xRecordStatus"))) }))
        div.grid {
            section.card {
                h2 { "Personal" }
                (ui::facts(&[
                    ("First name", html! { (text(&p, "xFirstName")) }),
                    ("Middle name", html! { (if middle.is_empty() { "none" } else { middle }) }),
                    ("Last name", html! { (text(&p, "xLastName")) }),
                    ("E-mail", html! { (text(&p, "xEmail")) }),
                ]))
            }
            section.card {
                h2 { "Employment" }
                (ui::facts(&[
                    ("Employee number", html! { code { (text(&p, "xEmployeeNumber")) } }),
                    ("Start date", html! { (text(&p, "xStartDate")) }),
                ]))
                (ui::facts(&LOOKUPS.map(|(field, _)| (label(field), html! { (name(&p, field)) }))))
            }
            @if !others.is_empty() { section.card { h2 { "More" } (ui::facts(&others)) } }
        }
    };
    person.page(text(&p, "xFullName"), true, main).await
}
