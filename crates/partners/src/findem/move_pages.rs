//! Advancing and rejecting: what somebody decides about many applications at once, and what came of each.

use super::wishes::{NewWish, State, Stored};
use super::{Done, inbound_pages, lists::Lists, profile_pages};
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::extract::Path;
use axum::response::Html;
use axum::routing::{get, post};
use findem_api::{By, Kind};
use web::{Markup, Problem, html, ui};

pub const MOVES: &str = "/findem/moves";

pub fn routes() -> Router<Partners> {
    Router::new()
        .route(MOVES, get(list))
        .route(&format!("{MOVES}/{{batch}}"), get(show))
        .route(&format!("{MOVES}/{{batch}}/undo"), post(undo_all))
        .route(&format!("{MOVES}/{{batch}}/retry"), post(retry))
        .route(&format!("{MOVES}/{{batch}}/{{id}}/undo"), post(undo))
}

impl Partners {
    /// Decides about applications: where they go on, or why they end. A sentence, if that cannot be wanted: nothing is taken down then.
    pub(crate) async fn decide_about(
        &self,
        by: &By,
        ids: &[String],
        kind: Kind,
        to: &str,
        letter: bool,
        sees_confidential: bool,
    ) -> db::Result<Result<String, String>> {
        let lists = self.fd_lists(&self.db).await?;
        // What is excluded is refused, whoever asks.
        let refused = match kind {
            Kind::Advance => match lists.stage(to) {
                Some(stage) if stage.kept_out => {
                    Some(format!("\"{}\" is excluded when advancing an application: Stage Mapping says so.", stage.name))
                }
                Some(stage) if stage.gone => Some(format!("\"{}\" is not in Lever any more.", stage.name)),
                Some(_) => None,
                None => Some("Choose a stage to advance to.".to_owned()),
            },
            _ => match lists.reasons.iter().find(|reason| reason.id == to) {
                Some(reason) if reason.kept_out => {
                    Some(format!("\"{}\" is excluded when rejecting an application: Stage Mapping says so.", reason.name))
                }
                Some(reason) if !reason.active => Some(format!("\"{}\" is out of use in Lever.", reason.name)),
                Some(reason) if reason.hired => Some(format!("\"{}\" makes a hire: nobody is rejected with it.", reason.name)),
                Some(_) => None,
                None => Some("Choose a reason to reject with.".to_owned()),
            },
        };
        if let Some(why) = refused {
            return Ok(Err(why));
        }
        if let Some(why) = self.not_connected().await? {
            return Ok(Err(why));
        }
        let mut wishes = Vec::new();
        for id in ids {
            let Some(stored) = self.fd_application(&self.db, id).await?.filter(|stored| sees_confidential || !stored.a.confidential) else {
                return Ok(Err(format!("There is no application {id:?} any more. Nothing was done: look again.")));
            };
            let (stage, reason) = if kind == Kind::Advance { (to, "") } else { ("", to) };
            let refused = if stored.came != "lever" {
                "They came in a file, and not from Lever: nothing can be written there."
            } else if stored.a.archived_at.is_some() {
                "They are archived in Lever already."
            } else if kind == Kind::Advance && stored.a.stage == to {
                "They stand at this stage already."
            } else if !lists.stage(&stored.a.stage).is_some_and(|stage| stage.inbound) {
                "They do not stand at a stage that feeds the Inbound Applicants."
            } else {
                ""
            };
            wishes.push(NewWish {
                kind,
                profile: stored.profile,
                application: stored.a.id,
                name: stored.a.name,
                job: stored.a.job,
                from_stage: stored.a.stage,
                stage: stage.to_owned(),
                reason: reason.to_owned(),
                letter: letter && kind == Kind::Reject,
                confidential: stored.a.confidential,
                refused: refused.to_owned(),
                ..NewWish::default()
            });
        }
        if wishes.is_empty() {
            return Ok(Err("Tick at least one application.".to_owned()));
        }
        let window = if kind == Kind::Reject { self.undo_window().await? } else { std::time::Duration::ZERO };
        let user = lists.user_of(&by.email).map(|user| user.id.clone()).unwrap_or_default();
        self.wish(by, &user, self.clock.now().plus(window), &wishes).await.map(Ok)
    }
}

async fn list(person: Person) -> Result<Html<String>, Problem> {
    person.need_reviewer()?;
    let (partners, now) = (&person.partners, person.partners.clock.now());
    let (lists, batches) =
        (partners.fd_lists(&partners.db).await?, partners.batches(&[Kind::Advance, Kind::Reject], person.sees_confidential()).await?);
    let rows = html! {
        @for (wish, counts) in &batches {
            tr {
                td { a href=(format!("{MOVES}/{}", wish.batch)) { (headline(&lists, wish)) } }
                td { (wish.by.name) }
                td { (summary(counts)) }
                td { (ui::when(wish.created_at, now)) }
            }
        }
    };
    let main = html! {
        (ui::heading("Decisions", "What was advanced and rejected from here, and what came of it.", &html! { a.button href=(inbound_pages::INBOUND) { "Inbound Applicants" } }))
        @if batches.is_empty() { (ui::empty("Nothing was decided yet", "Tick applications among the Inbound Applicants, then advance or reject them.")) }
        @else { (ui::table("Decisions", &["What", "By", "Stands", "When"], &rows)) }
    };
    person.findem("Decisions", true, main).await
}

fn headline(lists: &Lists, wish: &Stored) -> String {
    match wish.kind {
        Kind::Advance => format!("Advance to {}", lists.stage_name(&wish.stage)),
        Kind::Reject => format!("Reject: {}", lists.reason_name(&wish.reason)),
        Kind::Export if wish.job.is_empty() => "Export as prospects".to_owned(),
        Kind::Export => format!("Export to {}", lists.job(&wish.job).map_or("a job", |job| &job.title)),
    }
}

/// `3 done, 1 waiting`
pub fn summary(counts: &std::collections::HashMap<String, i64>) -> String {
    let order = ["done", "waiting", "known", "conflict", "undone"];
    let words = |state: &str| if state == "known" { "in Lever already".to_owned() } else { state.to_owned() };
    order.iter().filter_map(|state| Some(format!("{} {}", counts.get(*state)?, words(state)))).collect::<Vec<_>>().join(", ")
}

/// How it stands with one of them.
pub fn standing(lists: &Lists, wish: &Stored, now: clock::Ms) -> Markup {
    let user = lists.user_name(&wish.done_by);
    html! {
        @match wish.state {
            State::Done => { (ui::badge("good", "done")) " " span.soft { "in the name of " (user) } }
            State::Conflict if wish.fetched_at.is_none() => { (ui::badge("plain", "not done")) br; (wish.why) }
            State::Conflict => { (ui::badge("bad", "conflict")) br; (wish.why) }
            State::Undone => { (ui::badge("plain", "undone")) @if !wish.why.is_empty() { br; (wish.why) } }
            State::Known => { (ui::badge("wait", "in Lever already")) " " (wish.why) }
            State::Waiting if wish.due_at > now => { (ui::badge("wait", "can be undone")) " " span.soft { "goes to Lever " (ui::when(wish.due_at, now)) } }
            State::Waiting if wish.why.is_empty() => { (ui::badge("wait", "on its way")) }
            State::Waiting => { (ui::badge(if wish.held { "bad" } else { "wait" }, if wish.held { "waits" } else { "on its way" })) br; (wish.why) }
        }
    }
}

async fn of_batch(person: &Person, batch: &str) -> Result<Vec<Stored>, Problem> {
    person.need_reviewer()?;
    let wishes = person.partners.batch(batch, person.sees_confidential()).await?;
    if wishes.is_empty() {
        return Err(Problem::not_found().way_on("To the decisions", MOVES));
    }
    Ok(wishes)
}

async fn show(person: Person, Path(batch): Path<String>) -> Result<Html<String>, Problem> {
    let wishes = of_batch(&person, &batch).await?;
    let (partners, now) = (&person.partners, person.partners.clock.now());
    let lists = partners.fd_lists(&partners.db).await?;
    let first = &wishes[0];
    let (open, failed) = (wishes.iter().filter(|w| w.can_be_undone(now)).count(), wishes.iter().filter(|w| can_retry(w)).count());
    let done = wishes.iter().filter(|w| w.state == State::Done).count();
    let rows = html! {
        @for w in &wishes {
            tr {
                td { a href=(format!("{}/{}", profile_pages::PROFILES, w.profile)) { (w.name) } }
                td { (standing(&lists, w, now)) }
                td.end { @if w.can_be_undone(now) { (ui::action(&format!("{MOVES}/{batch}/{}/undo", w.id), "Undo", "")) } }
            }
        }
    };
    let main = html! {
        (ui::heading(&headline(&lists, first), &format!("{done} of {}, by {}.", ui::count(wishes.len(), "application"), first.by.name), &html! {
            @if open > 1 { (ui::action(&format!("{MOVES}/{batch}/undo"), &format!("Undo all {open}"), "")) }
            @if failed > 0 { (ui::action(&format!("{MOVES}/{batch}/retry"), "Try again what waits", "")) }
            a.button href=(inbound_pages::INBOUND) { "Inbound Applicants" }
        }))
        progress max=(wishes.len()) value=(done) aria-label="Done" {}
        (ui::table("Applications", &["Who", "Result", ""], &rows))
    };
    person.findem("Decision", true, main).await
}

fn can_retry(wish: &Stored) -> bool {
    wish.state == State::Waiting && wish.held
}

async fn undo(person: Person, Path((batch, id)): Path<(String, String)>) -> Done {
    let wishes = of_batch(&person, &batch).await?;
    let back = format!("{MOVES}/{batch}");
    let wish = wishes.iter().find(|wish| wish.id == id).ok_or_else(|| Problem::not_found().way_on("Back", back.clone()))?;
    if !person.partners.undo_wish(&id).await? {
        return Err(Problem::bad_request("It is on its way to Lever by now, or was undone before.").way_on("Back", back));
    }
    person.done(undone_words(wish), &back).await
}

/// What undoing means, by how far it had come.
pub fn undone_words(wish: &Stored) -> &'static str {
    match (wish.fetched_at, wish.held) {
        (None, _) => "Undone. Lever never heard of it.",
        (_, true) => "Undone. Nothing was written in Lever.",
        _ => "Given up: it is not tried any more. Should Lever have taken it without an answer, it shows there.",
    }
}

async fn undo_all(person: Person, Path(batch): Path<String>) -> Done {
    let (wishes, now) = (of_batch(&person, &batch).await?, person.partners.clock.now());
    let mut undone = 0;
    for wish in wishes.iter().filter(|wish| wish.can_be_undone(now)) {
        undone += usize::from(person.partners.undo_wish(&wish.id).await?);
    }
    person.done(&format!("{} undone.", ui::count(undone, "decision")), &format!("{MOVES}/{batch}")).await
}

async fn retry(person: Person, Path(batch): Path<String>) -> Done {
    for wish in of_batch(&person, &batch).await?.iter().filter(|wish| can_retry(wish)) {
        person.partners.wish_again(&wish.id, false).await?;
    }
    person.done("What waits is tried again.", &format!("{MOVES}/{batch}")).await
}
