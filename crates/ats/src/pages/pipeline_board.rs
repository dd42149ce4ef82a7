//! The pipeline board: a column for each stage, a card for each active candidate. Drag a card, or use its menu.

use super::Viewer;
use super::candidates::Filter;
use db::Clauses;
use lever_api::{Opportunity, Stage, reference};
use web::{Markup, Problem, html, ui};

/// Cards in a column at most; the list has the rest.
const MOST: i64 = 50;

/// The board of those who fit.
pub async fn board(viewer: &Viewer, filter: &Filter, only: &Clauses, stages: &[Stage]) -> Result<Markup, Problem> {
    let counts = viewer.ats.count_by_stage(only.clone()).await?;
    let mut columns = Vec::new();
    for stage in stages {
        let count = counts.get(&stage.id).copied().unwrap_or(0);
        let mut here = only.clone();
        here.is("o.stage_id =", stage.id.as_str());
        let people = if count == 0 { Vec::new() } else { viewer.ats.opportunities(here, MOST).await? };
        columns.push((stage, count, people));
    }
    Ok(html! {
        @if columns.iter().all(|(_, count, _)| *count == 0) {
            (ui::empty("Nobody here", "No candidate fits this filter, or none has been added yet."))
        } @else {
            div.board { @for (stage, count, people) in &columns { (column(stage, *count, stages, people, &filter.of_stage(&stage.id))) } }
        }
    })
}

fn column(stage: &Stage, count: i64, stages: &[Stage], people: &[Opportunity], all: &str) -> Markup {
    html! {
        section.column data-stage=(stage.id) aria-label=(stage.text) {
            header { h2 { (stage.text) } span.badge { (count) } }
            ul { @for person in people { (card(person, stages)) } }
            @if count > MOST { p { a href=(all) { "All " (count) " in " (stage.text) } } }
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

pub fn name_of(person: &Opportunity) -> &str {
    if person.name.is_empty() { "(no name)" } else { &person.name }
}
