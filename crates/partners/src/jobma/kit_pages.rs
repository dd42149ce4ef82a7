//! Setup Interview > Interview Kit.

use super::Done;
use super::kits::{Kind, Kit, Question};
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::extract::Path;
use axum::response::Html;
use axum::routing::{get, post};
use web::{Fields, Markup, Problem, html, ui};

pub const LIST: &str = "/jobma/setup-interview";

pub fn routes() -> Router<Partners> {
    Router::new()
        .route(LIST, get(list).post(make))
        .route("/jobma/setup-interview/{id}", get(show).post(change))
        .route("/jobma/setup-interview/{id}/questions", post(put_question))
        .route("/jobma/setup-interview/{id}/questions/{question}", get(edit_question))
        .route("/jobma/setup-interview/{id}/questions/{question}/remove", post(remove_question))
}

async fn list(person: Person) -> Result<Html<String>, Problem> {
    person.need_jobma_admin()?;
    let kits = person.partners.kits().await?;
    let rows = html! {
        @for kit in &kits {
            tr {
                td { a href=(format!("{LIST}/{}", kit.id)) { (kit.name) } }
                td { @if kit.questions.is_empty() { (ui::badge("wait", "no questions yet")) } @else { (ui::count(kit.questions.len(), "question")) } }
                td { (ui::count(usize::try_from(kit.due_days).unwrap_or(0), "day")) }
            }
        }
    };
    let main = html! {
        (ui::heading("Interview Kit", "What candidates are asked. A kit without questions invites nobody.", &html! {}))
        @if kits.is_empty() { (ui::empty("No interview kits yet", "Make the first one below, then add its questions.")) }
        @else { (ui::table("Interview kits", &["Kit", "Questions", "Candidates have"], &rows)) }
        section.card.middle { h2 { "New interview kit" } (kit_form(LIST, None)) }
    };
    person.jobma("Interview Kit", false, main).await
}

fn kit_form(to: &str, kit: Option<&Kit>) -> Markup {
    html! {
        form.fields method="post" action=(to) {
            (ui::field("Name", "name", "text", kit.map_or("", |k| &k.name), true))
            label.field { span { "Introduction, which candidates read first" } textarea name="intro" { (kit.map_or("", |k| &k.intro)) } }
            (ui::field("Days candidates have", "due_days", "number", &kit.map_or(14, |k| k.due_days).to_string(), true))
            div.actions { button.main type="submit" { "Save" } }
        }
    }
}

fn read_kit(id: String, fields: &Fields) -> Result<Kit, Problem> {
    let due_days = fields.get("due_days").parse().map_err(|_| back("Days are a number.".to_owned(), LIST))?;
    Ok(Kit { id, name: fields.get("name").to_owned(), intro: fields.get("intro").to_owned(), due_days, questions: Vec::new() })
}

fn back(why: String, to: &str) -> Problem {
    Problem::bad_request(why).way_on("Back to the kit", to)
}

async fn make(person: Person, fields: Fields) -> Done {
    person.need_jobma_admin()?;
    let kit = read_kit(uuid::Uuid::new_v4().to_string(), &fields)?;
    person.partners.put_kit(&kit).await?.map_err(|why| back(why, LIST))?;
    person.done("Saved. Add the questions.", &format!("{LIST}/{}", kit.id)).await
}

async fn there(person: &Person, id: &str) -> Result<Kit, Problem> {
    person.need_jobma_admin()?;
    person.partners.kit(&person.partners.db, id).await?.ok_or_else(Problem::not_found)
}

async fn change(person: Person, Path(id): Path<String>, fields: Fields) -> Done {
    there(&person, &id).await?;
    let here = format!("{LIST}/{id}");
    person.partners.put_kit(&read_kit(id, &fields)?).await?.map_err(|why| back(why, &here))?;
    person.done("Saved.", &here).await
}

/// `30 s to think, 2 min to answer, 3 takes`
fn limits(q: &Question) -> String {
    let time = |s: i64| if s % 60 == 0 { format!("{} min", s / 60) } else { format!("{s} s") };
    let mut parts = Vec::new();
    if q.think_s > 0 {
        parts.push(format!("{} to think", time(q.think_s)));
    }
    if q.answer_s > 0 {
        parts.push(format!("{} to answer", time(q.answer_s)));
    }
    if q.kind.is_recorded() {
        parts.push(ui::count(usize::try_from(q.takes).unwrap_or(1), "take"));
    }
    parts.join(", ")
}

async fn show(person: Person, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let kit = there(&person, &id).await?;
    let rows = html! {
        @for q in &kit.questions {
            tr {
                td { b { (q.body) } @if !q.options.is_empty() { ul { @for option in &q.options { li { (option) } } } } }
                td { (q.kind.label()) }
                td { (limits(q)) }
                td.end { a.button href=(format!("{LIST}/{id}/questions/{}", q.id)) { "Change" } " " (ui::action(&format!("{LIST}/{id}/questions/{}/remove", q.id), "Remove", "danger")) }
            }
        }
    };
    let main = html! {
        (ui::heading(&kit.name, "Who was invited already keeps the questions of that day.", &html! { a.button href=(LIST) { "Back" } }))
        @if kit.questions.is_empty() { (ui::empty("No questions yet", "Until there is one, nobody can be invited with this kit.")) }
        @else { (ui::table("Questions", &["Question", "Kind", "Limits", ""], &rows)) }
        div.grid {
            section.card { h2 { "Add a question" } (question_form(&id, None)) }
            section.card { h2 { "The kit" } (kit_form(&format!("{LIST}/{id}"), Some(&kit))) }
        }
    };
    person.jobma(&kit.name, false, main).await
}

fn question_form(kit: &str, q: Option<&Question>) -> Markup {
    let kinds = Kind::ALL.map(|kind| (kind.name().to_owned(), kind.label().to_owned()));
    let number = |f: fn(&Question) -> i64, usual: i64| q.map_or(usual, f).to_string();
    html! {
        form.fields method="post" action=(format!("{LIST}/{kit}/questions")) {
            @if let Some(q) = q { input type="hidden" name="question" value=(q.id); }
            label.field { span { "Question" } textarea name="body" required { (q.map_or("", |q| &q.body)) } }
            (ui::choice("Kind", "kind", &kinds, q.map_or("video", |q| q.kind.name())))
            label.field { span { "To choose from, one on each line" } textarea name="options" { (q.map(|q| q.options.join("\n")).unwrap_or_default()) } }
            (ui::field("Seconds to think (0: no limit)", "think_s", "number", &number(|q| q.think_s, 30), true))
            (ui::field("Seconds to answer (0: no limit)", "answer_s", "number", &number(|q| q.answer_s, 120), true))
            (ui::field("Takes", "takes", "number", &number(|q| q.takes, 2), true))
            div.actions { button.main type="submit" { "Save" } }
        }
    }
}

async fn edit_question(person: Person, Path((id, question)): Path<(String, String)>) -> Result<Html<String>, Problem> {
    let kit = there(&person, &id).await?;
    let q = kit.questions.iter().find(|q| q.id == question).ok_or_else(Problem::not_found)?;
    let main = html! {
        (ui::heading("A question", &kit.name, &html! { a.button href=(format!("{LIST}/{id}")) { "Back" } }))
        section.card.middle { (question_form(&id, Some(q))) }
    };
    person.jobma("A question", false, main).await
}

async fn put_question(person: Person, Path(id): Path<String>, fields: Fields) -> Done {
    there(&person, &id).await?;
    let here = format!("{LIST}/{id}");
    let number = |name: &str| fields.get(name).parse::<i64>().map_err(|_| back("Seconds and takes are numbers.".to_owned(), &here));
    let kind = Kind::read(fields.get("kind")).ok_or_else(|| back("There is no such kind of question.".to_owned(), &here))?;
    let options = fields.get("options").lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
    let q = Question {
        id: fields.some("question").unwrap_or_else(|| uuid::Uuid::new_v4().to_string()),
        kind,
        body: fields.get("body").to_owned(),
        options: if kind == Kind::Choice { options } else { Vec::new() },
        think_s: number("think_s")?,
        answer_s: number("answer_s")?,
        takes: number("takes")?,
    };
    person.partners.put_question(&id, &q).await?.map_err(|why| back(why, &here))?;
    person.done("Saved.", &here).await
}

async fn remove_question(person: Person, Path((id, question)): Path<(String, String)>) -> Done {
    there(&person, &id).await?;
    person.partners.remove_question(&id, &question).await?;
    person.done("Removed.", &format!("{LIST}/{id}")).await
}
