//! Interview Listing: every interview with how it stands, those that came from Lever on a page of their own; sending again and
//! calling off.

use super::Done;
use super::interviews::State;
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::extract::{Path, Query};
use axum::response::Html;
use axum::routing::{get, post};
use serde::Deserialize;
use web::{Markup, Problem, html, ui};

/// Everything.
pub const LIST: &str = "/jobma/interviews-listing";
/// What came from Lever.
pub const LEVER: &str = "/jobma/integrations/interview-listing/lever";

pub fn routes() -> Router<Partners> {
    Router::new()
        .route(LIST, get(list))
        .route("/jobma/integrations/interview-listing", get(sources))
        .route(LEVER, get(from_lever))
        .route("/jobma/interviews-listing/{id}/again", post(again))
        .route("/jobma/interviews-listing/{id}/cancel", post(cancel))
}

pub fn state(state: State) -> Markup {
    match state {
        State::Pending => ui::badge("wait", "invited"),
        State::Started => ui::badge("wait", "started"),
        State::Completed => ui::badge("good", "completed"),
        State::Rejected => ui::badge("bad", "declined"),
        State::Expired => ui::badge("bad", "expired"),
        State::Cancelled => ui::badge("plain", "cancelled"),
    }
}

#[derive(Deserialize, Default)]
struct Which {
    #[serde(default)]
    state: String,
    /// The last one of the page before.
    #[serde(default)]
    before: String,
}

/// So many on a page.
const PAGE: usize = 100;

async fn list(person: Person, Query(which): Query<Which>) -> Result<Html<String>, Problem> {
    let table = interviews(&person, LIST, &which, false).await?;
    let counts = person.partners.count_interviews().await?;
    let main = html! {
        (ui::heading("Interview Listing", "Every interview, the newest first.", &html! {}))
        div.tiles {
            @for s in State::ALL {
                @if let Some((_, n)) = counts.iter().find(|(name, _)| name == s.name()) {
                    a.tile href=(format!("{LIST}?state={}", s.name())) aria-current=[(which.state == s.name()).then_some("page")] { b { (n) } (state(s)) }
                }
            }
        }
        (table)
    };
    person.jobma("Interview Listing", true, main).await
}

async fn sources(person: Person) -> Result<Html<String>, Problem> {
    let main = html! {
        (ui::heading("Interview Listing", "Interviews by where they came from.", &html! {}))
        a.tile href=(LEVER) { b { "Lever" } span { "Candidates who were moved to a stage of yours" } }
    };
    person.jobma("Interview Listing", false, main).await
}

async fn from_lever(person: Person, Query(which): Query<Which>) -> Result<Html<String>, Problem> {
    let table = interviews(&person, LEVER, &which, true).await?;
    let main = html! { (ui::heading("Lever", "Interviews of candidates who came from Lever, the newest first.", &html! {})) (table) };
    person.jobma("Lever", true, main).await
}

async fn interviews(person: &Person, here: &str, which: &Which, from_lever: bool) -> Result<Markup, Problem> {
    let (partners, now) = (&person.partners, person.partners.clock.now());
    let before = partners.interview(&partners.db, &which.before).await?;
    let mut all = partners.interviews(&which.state, from_lever, before.as_ref(), PAGE as i64 + 1).await?;
    let is_more = all.len() > PAGE;
    all.truncate(PAGE);
    let rows = html! {
        @for i in &all {
            tr {
                td { a href=(format!("/jobma/evaluate/{}", i.id)) { (i.name()) } br; span.soft { (i.email) } }
                td { (i.job_title) br; span.soft { (i.kit_name) } }
                td { (state(i.state)) @if i.delete_asked_at.is_some() { " " (ui::badge("bad", "to be deleted")) } }
                td { (ui::when(i.created_at, now)) @if i.state.is_open() { br; span.soft { "until " (i.last_day()) } } @else if let Some(at) = i.ended_at { br; span.soft { "ended " (ui::when(at, now)) } } }
                td.end {
                    @if person.is_jobma_admin() {
                        @if i.state.is_open() || i.state == State::Expired { (ui::action(&format!("{LIST}/{}/again", i.id), "Send again", "")) }
                        @if i.state.is_open() { (ui::action(&format!("{LIST}/{}/cancel", i.id), "Cancel", "danger")) }
                    }
                }
            }
        }
    };
    Ok(html! {
        @if all.is_empty() { (ui::empty("No interviews yet", "Whoever is moved to a stage you chose in Lever is invited, and appears here.")) }
        @else { (ui::table("Interviews", &["Candidate", "Job", "State", "Invited", ""], &rows)) }
        @if let Some(last) = all.last().filter(|_| is_more) { p { a.button href=(format!("{here}?state={}&before={}", which.state, last.id)) { "Older ones" } } }
    })
}

async fn again(person: Person, Path(id): Path<String>) -> Done {
    person.need_jobma_admin()?;
    match person.partners.invite_again(&id, None).await? {
        Ok(_) => person.done("The invitation is on its way once more, with all its days.", LIST).await,
        Err(why) => Err(Problem::bad_request(why).way_on("Back", LIST)),
    }
}

async fn cancel(person: Person, Path(id): Path<String>) -> Done {
    person.need_jobma_admin()?;
    let partners = &person.partners;
    let interview = partners.interview(&partners.db, &id).await?.ok_or_else(Problem::not_found)?;
    let tx = partners.db.begin().await?;
    // Whoever sent it did not call it off, so they are told that the candidate will not hold it.
    let done = partners.interview_becomes(&tx, &interview, &[State::Pending, State::Started], State::Cancelled).await?;
    tx.commit().await?;
    partners.told_and_seen();
    if !done {
        return Err(Problem::bad_request("This interview is over already.").way_on("Back", LIST));
    }
    person.done("Cancelled. Its link leads nowhere any more.", LIST).await
}
