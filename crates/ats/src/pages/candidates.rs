//! Candidates: filters and search, as the pipeline board or as a list.

use super::{Viewer, pipeline_board};
use crate::Ats;
use crate::people::Right;
use axum::Router;
use axum::extract::Query;
use axum::response::Html;
use axum::routing::get;
use db::{Clauses, Sql};
use lever_api::{ArchiveReason, Opportunity, Posting, Stage, User, reference};
use serde::{Deserialize, Serialize};
use web::{Markup, Problem, html, ui};

pub fn routes() -> Router<Ats> {
    Router::new().route("/candidates", get(show))
}

/// Rows of the list on a page.
const PAGE: usize = 50;

/// Whom to show, and how.
#[derive(Clone, Deserialize, Serialize, Default)]
#[serde(default)]
pub struct Filter {
    #[serde(skip_serializing_if = "String::is_empty")]
    q: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    posting: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    stage: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    tag: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    source: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    owner: String,
    /// Empty: the active ones; `snoozed`; `yes`: the archived ones; `all`.
    #[serde(skip_serializing_if = "String::is_empty")]
    archived: String,
    /// `list`, or the board.
    #[serde(skip_serializing_if = "String::is_empty")]
    view: String,
    /// Where the page begins: when and who.
    #[serde(skip_serializing_if = "String::is_empty")]
    from: String,
}

impl Filter {
    /// The address of these candidates.
    fn href(&self) -> String {
        format!("/candidates?{}", serde_html_form::to_string(self).unwrap_or_default())
    }

    /// Those of a stage, as a list.
    pub fn of_stage(&self, stage: &str) -> String {
        Self { stage: stage.to_owned(), view: "list".to_owned(), from: String::new(), ..self.clone() }.href()
    }

    fn is_list(&self) -> bool {
        self.view == "list" || !self.archived.is_empty()
    }

    fn clauses(&self, viewer: &Viewer) -> Clauses {
        let mut only = Clauses::default();
        viewer.sight(&mut only);
        let now = viewer.ats.clock.now().0;
        match self.archived.as_str() {
            "yes" => only.and("o.archived_at is not null"),
            "all" => &mut only,
            "snoozed" => only.and("o.archived_at is null").is("o.snoozed_until >", now),
            _ => {
                let now = only.bind(now);
                only.and(format!("o.archived_at is null and (o.snoozed_until is null or o.snoozed_until <= {now})"))
            }
        };
        for (column, value) in [("o.posting_id =", &self.posting), ("o.stage_id =", &self.stage), ("o.owner =", &self.owner)] {
            only.maybe(column, (!value.is_empty()).then_some(value.as_str()));
        }
        for (kind, text) in [("tag", self.tag.trim()), ("source", self.source.trim())] {
            if !text.is_empty() {
                let (kind, text) = (only.bind(kind), only.bind(text));
                only.and(format!("o.id in (select l.opportunity_id from opportunity_label l where l.kind = {kind} and l.text = {text})"));
            }
        }
        if !self.q.trim().is_empty() {
            let (q, engine) = (only.bind(self.q.trim()), viewer.ats.db.engine());
            only.and(format!("({} or {})", engine.contains("c.name", &q), engine.contains("c.emails", &q)));
        }
        only
    }
}

async fn show(viewer: Viewer, Query(filter): Query<Filter>) -> Result<Html<String>, Problem> {
    let ats = &viewer.ats;
    let (stages, postings, people) = (ats.stages().await?, ats.postings().await?, ats.people().await?);
    let only = filter.clauses(&viewer);
    let add = html! {
        a.button.main href="/candidates/new" { @if viewer.person.may(Right::ManageProfiles) { "+ Add Candidate" } @else { "Refer somebody" } }
    };
    let shown = if filter.is_list() {
        list(&viewer, &filter, only, &stages, &postings, &people).await?
    } else {
        pipeline_board::board(&viewer, &filter, &only, &stages).await?
    };
    let hint = match () {
        () if !viewer.person.may(Right::ManageProfiles) => "Whom you are to meet.",
        () if filter.is_list() => "",
        () => "Drag a card to another stage, or use the menu on it.",
    };
    let main = html! {
        (ui::heading("Candidates", hint, &add))
        (form(&viewer, &filter, &stages, &postings, &people))
        (shown)
    };
    viewer.live_page("Candidates", main).await
}

fn form(viewer: &Viewer, filter: &Filter, stages: &[Stage], postings: &[Posting], people: &[User]) -> Markup {
    let options = |all: &str, pairs: Vec<(String, String)>| std::iter::once((String::new(), all.to_owned())).chain(pairs).collect::<Vec<_>>();
    let open = postings.iter().filter(|p| viewer.sees_posting(p)).map(|p| (p.id.clone(), p.text.clone())).collect();
    let more = [&filter.stage, &filter.tag, &filter.source, &filter.owner].iter().any(|value| !value.is_empty());
    let which =
        [("", "Active"), ("snoozed", "Snoozed"), ("yes", "Archived"), ("all", "Everybody")].map(|(value, text)| (value.to_owned(), text.to_owned()));
    let view = [("", "Board"), ("list", "List")].map(|(value, text)| (value.to_owned(), text.to_owned()));
    html! {
        form.fields method="get" action="/candidates" role="search" {
            div.inline {
                (ui::field("Search", "q", "search", &filter.q, false))
                (ui::choice("Posting", "posting", &options("All postings", open), &filter.posting))
                (ui::choice("Show", "archived", &which, &filter.archived))
                (ui::choice("As", "view", &view, if filter.is_list() { "list" } else { "" }))
                button type="submit" { "Filter" }
            }
            details id="more-filters" open[more] {
                summary { "More filters" }
                div.inline {
                    (ui::choice("Stage", "stage", &options("All stages", stages.iter().map(|s| (s.id.clone(), s.text.clone())).collect()), &filter.stage))
                    (ui::choice("Owner", "owner", &options("Everybody", people.iter().map(|p| (p.id.clone(), p.name.clone())).collect()), &filter.owner))
                    (ui::field("Tag", "tag", "text", &filter.tag, false))
                    (ui::field("Source", "source", "text", &filter.source, false))
                }
            }
        }
    }
}

async fn list(viewer: &Viewer, filter: &Filter, only: Clauses, stages: &[Stage], postings: &[Posting], people: &[User]) -> Result<Markup, Problem> {
    let count = viewer.ats.count_opportunities(only.clone()).await?;
    let from = filter.from.split_once('.').and_then(|(at, id)| Some((at.parse().ok()?, id)));
    let (mut found, reasons) = (viewer.ats.opportunities_page(only, from, PAGE + 1).await?, viewer.ats.archive_reasons().await?);
    let next =
        (found.len() > PAGE).then(|| found.pop()).flatten().map(|(at, _, o)| Filter { from: format!("{at}.{}", o.id), ..filter.clone() }.href());
    let rows = html! { @for (_, posting, person) in &found { (row(viewer, person, posting.as_deref(), stages, &reasons, postings, people)) } };
    Ok(html! {
        @if found.is_empty() {
            (ui::empty("Nobody here", "No candidate fits this filter, or none has been added yet."))
        } @else {
            p.soft { (ui::count(usize::try_from(count).unwrap_or(0), "candidate")) }
            (ui::table("Candidates", &["Name", "Stage", "Job", "Owner", "Sources", "Since"], &rows))
            div.actions {
                @if !filter.from.is_empty() { a.button href=(Filter { from: String::new(), ..filter.clone() }.href()) { "From the beginning" } }
                @if let Some(next) = next { a.button href=(next) { "Next page" } }
            }
        }
    })
}

fn row(
    viewer: &Viewer,
    person: &Opportunity,
    posting: Option<&str>,
    stages: &[Stage],
    reasons: &[ArchiveReason],
    postings: &[Posting],
    people: &[User],
) -> Markup {
    let stage = stages.iter().find(|s| Some(s.id.as_str()) == reference(&person.stage)).map_or("", |s| &s.text);
    let reason = person.archived.as_ref().and_then(|a| reasons.iter().find(|r| Some(&r.id) == a.reason.as_ref()));
    let job = postings.iter().find(|p| Some(p.id.as_str()) == posting).map_or("", |p| &p.text);
    let since = person.archived.as_ref().and_then(|a| a.archived_at).or(person.last_advanced_at).unwrap_or(person.created_at);
    html! {
        tr {
            td { a href=(format!("/candidates/{}", person.id)) { (pipeline_board::name_of(person)) } @if person.confidentiality == "confidential" { " " (ui::badge("wait", "confidential")) } }
            td { (stage) @if let Some(reason) = reason { " " (ui::badge(if reason.kind == "hired" { "good" } else { "plain" }, &reason.text)) } }
            td { (job) }
            td { (people.iter().find(|p| Some(p.id.as_str()) == reference(&person.owner)).map_or("", |p| &p.name)) }
            td { (person.sources.join(", ")) }
            td { (ui::when(clock::Ms(since), viewer.ats.clock.now())) }
        }
    }
}
