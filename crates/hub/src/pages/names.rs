//! Names of a connection: which of the partner's entries each name in Lever leads to, and the click that gives it one.

use super::Viewer;
use crate::Hub;
use crate::names::{LeadsTo, ListReport, NameRow, NoNames};
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, Response};
use axum::routing::get;
use serde_json::{Map, Value, json};
use web::{Fields, Markup, Problem, html, ui};

pub fn routes() -> Router<Hub> {
    Router::new().route("/connections/{id}/names", get(show).post(choose))
}

/// Names shown of one list; those that lead nowhere stand first.
const SHOWN: usize = 200;

async fn show(viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let c = viewer.connection(&id).await?;
    let connector = viewer.hub.connector(&c.connector).ok_or_else(Problem::not_found)?;
    let partner = connector.spec().name;
    let report = if c.connected { viewer.hub.names_report(&c, connector).await } else { Ok(Vec::new()) };
    let noticed = viewer.hub.noticed(&c.tenant).await?;
    let now = viewer.hub.clock.now();
    let may = viewer.operator.may_change();
    let main = html! {
        (ui::heading("Names", &format!("Lever names jobs, departments and places; {partner} has lists of its own. Here is which leads to which, before anybody is hired."), &html! { a.button href=(format!("/connections/{id}")) { "Back" } }))
        @match &report {
            Err(NoNames::Lever(failure)) => { p.error role="alert" { "Lever could not be asked for its postings: " (failure) } }
            Err(NoNames::Partner(failure)) => { p.error role="alert" { (partner) " could not be asked for its lists: " (failure) } }
            Ok(lists) => {
                @if !c.connected { p.warn { "This connection is not connected." } }
                @for list in lists { (card(&id, partner, list, may)) }
            }
        }
        @if !noticed.is_empty() {
            section.card { h2 { "Noticed lately" } ul.list { @for (at, what) in &noticed { li { span { (what) } span.soft { (ui::when(*at, now)) } } } } }
        }
    };
    viewer.page("Names", main).await
}

fn card(id: &str, partner: &str, list: &ListReport, may: bool) -> Markup {
    let nowhere = list.names.iter().filter(|name| !name.leads_to.somewhere()).count();
    let rows = html! {
        @for name in list.names.iter().take(SHOWN) {
            tr {
                td { (name.name) }
                td { (ui::count(name.postings, "posting")) }
                td { (leads_to(&name.leads_to, list.list.blank)) }
                td { @if may { (form(id, list, name)) } }
            }
        }
    };
    html! {
        section.card {
            div.heading {
                h2 { (list.list.label) }
                @if nowhere == 0 { (ui::badge("good", "all lead somewhere")) } @else { (ui::badge("bad", &format!("{nowhere} of {} nowhere", list.names.len()))) }
            }
            @if let Some(how) = list.list.typed { p.soft { (how) } }
            @if list.names.is_empty() { p.soft { "No posting in Lever names one." } }
            @else { (ui::table(list.list.label, &["In Lever", "Used by", &format!("In {partner}"), "Change"], &rows)) }
            @if list.names.len() > SHOWN { p.soft { "and " (list.names.len() - SHOWN) " more" } }
        }
    }
}

fn leads_to(to: &LeadsTo, blank: bool) -> Markup {
    match to {
        LeadsTo::SameName => ui::badge("good", "the same name"),
        LeadsTo::Alias(label) => html! { (ui::badge("good", "chosen")) " " (label) },
        LeadsTo::Gone => html! { (ui::badge("bad", "gone")) " what was chosen is not there any more" },
        LeadsTo::Made => html! { (ui::badge("good", "new")) " created with the next hire" },
        LeadsTo::Nowhere if blank => html! { (ui::badge("wait", "nowhere")) " left blank" },
        LeadsTo::Nowhere => html! { (ui::badge("bad", "nowhere")) " hires are held" },
    }
}

fn form(id: &str, list: &ListReport, name: &NameRow) -> Markup {
    let chosen = matches!(name.leads_to, LeadsTo::Alias(_) | LeadsTo::Gone);
    html! {
        @if name.leads_to != LeadsTo::SameName {
            form.inline method="post" action=(format!("/connections/{id}/names")) {
                input type="hidden" name="list" value=(list.list.key);
                input type="hidden" name="name" value=(name.name);
                @if list.list.typed.is_some() {
                    @let now = if let LeadsTo::Alias(typed) = &name.leads_to { typed.as_str() } else { "" };
                    input name="entry" value=(now) placeholder="code" aria-label=(format!("What {} leads to", name.name));
                } @else {
                    select name="entry" aria-label=(format!("What {} leads to", name.name)) {
                        @if chosen { option value="" { "nothing: forget the choice" } }
                        @for entry in &name.suggestions { option value=(entry.value) selected[name.leads_to == LeadsTo::Alias(entry.label.clone())] { (entry.label) } }
                    }
                }
                button type="submit" { "Use" }
            }
        }
    }
}

async fn choose(viewer: Viewer, Path(id): Path<String>, form: Fields) -> Result<Response, Problem> {
    viewer.need_change()?;
    let c = viewer.connection(&id).await?;
    let connector = viewer.hub.connector(&c.connector).ok_or_else(Problem::not_found)?;
    let here = format!("/connections/{id}/names");
    if !connector.spec().lists.iter().any(|list| list.key == form.get("list")) || form.get("name").is_empty() {
        return Err(Problem::bad_request("There is no such list.").way_on("Back to the names", here));
    }
    let entry = form.some("entry").map_or(Value::Null, |entry| json!(entry));
    let change = Map::from_iter([("aliases".to_owned(), json!({ form.get("list"): { form.get("name").trim(): entry } }))]);
    match viewer.hub.change_settings(&c.tenant, &c.id, change, &viewer.operator.name).await? {
        Ok(()) => viewer.done("Saved. Who waited for it is read again.", &here).await,
        Err(why) => Err(Problem::bad_request(why).way_on("Back to the names", here)),
    }
}
