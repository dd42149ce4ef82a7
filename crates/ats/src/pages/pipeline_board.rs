//! The pipeline board: a column for each stage, a card for each active candidate. Drag a card, or use its menu.

use super::Viewer;
use crate::Ats;
use crate::people::Right;
use axum::Router;
use axum::extract::Query;
use axum::response::Html;
use axum::routing::get;
use db::Clauses;
use lever_api::{Opportunity, Stage, reference};
use serde::Deserialize;
use web::{Markup, Problem, html, ui};

pub fn routes() -> Router<Ats> {
    Router::new().route("/candidates", get(show))
}

/// Cards shown at most; the search finds the rest.
const MOST: i64 = 400;

#[derive(Deserialize, Default)]
struct Filter {
    #[serde(default)]
    q: String,
    #[serde(default)]
    posting: String,
    #[serde(default)]
    archived: String,
}

async fn show(viewer: Viewer, Query(filter): Query<Filter>) -> Result<Html<String>, Problem> {
    let ats = &viewer.ats;
    let (stages, postings) = (ats.stages().await?, ats.postings().await?);
    let archived = !filter.archived.is_empty();
    let mut only = Clauses::default();
    only.and(if archived { "o.archived_at is not null" } else { "o.archived_at is null" });
    if !filter.posting.is_empty() {
        only.is("o.posting_id =", filter.posting.as_str());
    }
    if !filter.q.trim().is_empty() {
        let q = only.bind(filter.q.trim());
        let engine = db::Sql::engine(&ats.db);
        only.and(format!("({} or {})", engine.contains("c.name", &q), engine.contains("c.emails", &q)));
    }
    let mut people = ats.opportunities(only, MOST).await?;
    if !viewer.person.may(Right::SeeAllCandidates) {
        let mut mine = Vec::new();
        for person in people {
            let posting = viewer.posting_of(&person).await?;
            if viewer.sees(&person, &postings, posting.as_deref()) {
                mine.push(person);
            }
        }
        people = mine;
    }
    let options: Vec<(String, String)> = [(String::new(), "All postings".to_owned())]
        .into_iter()
        .chain(postings.iter().filter(|p| viewer.sees_posting(p)).map(|p| (p.id.clone(), p.text.clone())))
        .collect();
    let add = html! {
        @if viewer.person.may(Right::ManageProfiles) { a.button.main href="/candidates/new" { "+ Add Candidate" } }
    };
    let main = html! {
        (ui::heading("Candidates", "Drag a card to another stage, or use the menu on it.", &add))
        form.inline method="get" action="/candidates" role="search" {
            (ui::field("Search", "q", "search", &filter.q, false))
            (ui::choice("Posting", "posting", &options, &filter.posting))
            (ui::choice("Show", "archived", &[(String::new(), "Active".into()), ("yes".into(), "Archived".into())], if archived { "yes" } else { "" }))
            button type="submit" { "Filter" }
        }
        @if people.is_empty() {
            (ui::empty("Nobody here", "No candidate fits this filter, or none has been added yet."))
        } @else if archived {
            (table_of_archived(&viewer, &people).await?)
        } @else {
            div.board {
                @for stage in &stages { (column(stage, &stages, &people)) }
            }
        }
    };
    viewer.live_page("Candidates", main).await
}

fn column(stage: &Stage, stages: &[Stage], people: &[Opportunity]) -> Markup {
    let here: Vec<&Opportunity> = people.iter().filter(|o| reference(&o.stage) == Some(&stage.id)).collect();
    html! {
        section.column data-stage=(stage.id) aria-label=(stage.text) {
            header { h2 { (stage.text) } span.badge { (here.len()) } }
            ul { @for person in here { (card(person, stages)) } }
        }
    }
}

fn card(person: &Opportunity, stages: &[Stage]) -> Markup {
    let options: Vec<(String, String)> = stages.iter().map(|s| (s.id.clone(), s.text.clone())).collect();
    html! {
        li.person draggable="true" data-card=(person.id) {
            a href=(format!("/candidates/{}", person.id)) { (name_of(person)) }
            div.soft { (person.headline) }
            form.inline method="post" action=(format!("/candidates/{}/stage", person.id)) {
                input type="hidden" name="from" value="board";
                select name="stage" data-submit aria-label=(format!("Stage of {}", name_of(person))) {
                    @for (id, text) in &options { option value=(id) selected[reference(&person.stage) == Some(id)] { (text) } }
                }
                noscript { button type="submit" { "Move" } }
            }
        }
    }
}

async fn table_of_archived(viewer: &Viewer, people: &[Opportunity]) -> Result<Markup, Problem> {
    let reasons = viewer.ats.archive_reasons().await?;
    let now = viewer.ats.clock.now();
    let rows = html! {
        @for person in people {
            @let archived = person.archived.clone().unwrap_or_default();
            @let reason = reasons.iter().find(|r| Some(&r.id) == archived.reason.as_ref());
            tr {
                td { a href=(format!("/candidates/{}", person.id)) { (name_of(person)) } }
                td { (ui::badge(if reason.is_some_and(|r| r.kind == "hired") { "good" } else { "plain" }, reason.map_or("", |r| &r.text))) }
                td { (ui::when(clock::Ms(archived.archived_at.unwrap_or(0)), now)) }
            }
        }
    };
    Ok(ui::table("Archived candidates", &["Name", "Reason", "When"], &rows))
}

pub fn name_of(person: &Opportunity) -> &str {
    if person.name.is_empty() { "(no name)" } else { &person.name }
}
