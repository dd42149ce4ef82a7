//! Journeys: the templates, their tasks, and the rules that choose one.

use super::Done;
use super::journeys::{FIELDS, Owner, Step, Timing};
use super::tasks::FAREST;
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::extract::Path;
use axum::response::Html;
use axum::routing::{get, post};
use web::{Fields, Markup, Problem, html, ui};

const LIST: &str = "/joinedly/journeys";

pub fn routes() -> Router<Partners> {
    Router::new()
        .route(LIST, get(list).post(add))
        .route("/joinedly/journeys/rules", post(add_rule))
        .route("/joinedly/journeys/rules/{rule}/remove", post(remove_rule))
        .route("/joinedly/journeys/{id}", get(show))
        .route("/joinedly/journeys/{id}/default", post(make_default))
        .route("/joinedly/journeys/{id}/steps", post(put_step))
        .route("/joinedly/journeys/{id}/steps/{step}", get(edit_step))
        .route("/joinedly/journeys/{id}/steps/{step}/remove", post(remove_step))
}

async fn list(person: Person) -> Result<Html<String>, Problem> {
    let partners = &person.partners;
    let (journeys, rules, admin) = (partners.journeys().await?, partners.rules(&partners.db).await?, person.is_joinedly_admin());
    let mut rows = Vec::new();
    for j in &journeys {
        let steps = partners.steps(&partners.db, &j.id).await?.len();
        rows.push(html! {
            tr {
                td { a href=(format!("{LIST}/{}", j.id)) { (j.name) } @if j.is_default { " " (ui::badge("good", "for everybody else")) } }
                td { (ui::count(steps, "task")) }
                td.end { @if admin && !j.is_default { (ui::action(&format!("{LIST}/{}/default", j.id), "Use for everybody else", "")) } }
            }
        });
    }
    let name = |id: &str| journeys.iter().find(|j| j.id == id).map_or("a journey that is gone", |j| j.name.as_str());
    let label = |field: &str| FIELDS.iter().find(|(known, _)| *known == field).map_or("Work type", |(_, label)| *label);
    let main = html! {
        (ui::heading("Journeys", "What there is to do before and after the first day, by whom and when.", &html! {}))
        @if journeys.is_empty() { (ui::empty("No journeys yet", "A journey is a list of tasks. The first one you make is for everybody.")) }
        @else { (ui::table("Journeys", &["Journey", "Tasks", ""], &html! { @for row in &rows { (row) } })) }
        @if admin {
            form.inline method="post" action=(LIST) {
                (ui::field("Name of a new journey", "name", "text", "", true))
                button.main type="submit" { "Make it" }
            }
            section.card {
                h2 { "Who gets which" }
                p { "The first rule that fits counts. Who fits none gets the journey for everybody else." }
                @if !rules.is_empty() {
                    ol.list {
                        @for rule in &rules {
                            li { span { (label(&rule.field)) " is " b { (rule.value) } ": " (name(&rule.journey)) } (ui::action(&format!("{LIST}/rules/{}/remove", rule.id), "Remove", "danger")) }
                        }
                    }
                }
                @if !journeys.is_empty() {
                    form.inline method="post" action=(format!("{LIST}/rules")) {
                        (ui::choice("If", "field", &FIELDS.map(|(value, label)| (value.to_owned(), label.to_owned())), ""))
                        (ui::field("is exactly", "value", "text", "", true))
                        (ui::choice("then", "journey", &journeys.iter().map(|j| (j.id.clone(), j.name.clone())).collect::<Vec<_>>(), ""))
                        button type="submit" { "Add the rule" }
                    }
                }
            }
        }
    };
    person.joinedly("Journeys", false, main).await
}

async fn show(person: Person, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let partners = &person.partners;
    let journey = partners.journey(&partners.db, &id).await?.ok_or_else(Problem::not_found)?;
    let (steps, admin) = (partners.steps(&partners.db, &id).await?, person.is_joinedly_admin());
    let title = |step: &str| steps.iter().find(|s| s.id == step).map_or("another task", |s| s.title.as_str()).to_owned();
    let rows = html! {
        @for s in &steps {
            tr {
                td { b { (s.title) } @if !s.details.is_empty() { p.soft { (s.details) } } }
                td { (s.timing.block(s.days, &s.after.as_deref().map(title).unwrap_or_default())) }
                td { @if s.owner == Owner::Person { (s.owner_name) } @else { (s.owner.label()) } }
                td { (reminder(s.remind)) }
                td.end { @if admin { a.button href=(format!("{LIST}/{id}/steps/{}", s.id)) { "Change" } " " (ui::action(&format!("{LIST}/{id}/steps/{}/remove", s.id), "Remove", "danger")) } }
            }
        }
    };
    let main = html! {
        (ui::heading(&journey.name, "Journeys that began already keep their tasks.", &html! { a.button href=(LIST) { "Back" } }))
        @if steps.is_empty() { (ui::empty("No tasks yet", "Add the first one below.")) }
        @else { (ui::table("Tasks", &["Task", "When", "Who", "Reminder", ""], &rows)) }
        @if admin { section.card.middle { h2 { "Add a task" } (form(&id, None, &steps)) } }
    };
    person.joinedly(&journey.name, false, main).await
}

fn reminder(remind: i64) -> String {
    match remind {
        ..0 => "none".to_owned(),
        0 => "on the day".to_owned(),
        1 => "1 workday before".to_owned(),
        n => format!("{n} workdays before"),
    }
}

async fn edit_step(person: Person, Path((id, step)): Path<(String, String)>) -> Result<Html<String>, Problem> {
    person.need_joinedly_admin()?;
    let steps = person.partners.steps(&person.partners.db, &id).await?;
    let this = steps.iter().find(|s| s.id == step).ok_or_else(Problem::not_found)?;
    let main = html! {
        (ui::heading(&this.title, "", &html! { a.button href=(format!("{LIST}/{id}")) { "Back" } }))
        section.card.middle { (form(&id, Some(this), &steps)) }
    };
    person.joinedly(&this.title, false, main).await
}

fn form(journey: &str, this: Option<&Step>, steps: &[Step]) -> Markup {
    let timings = [
        (Timing::On, "On a workday at work (1 is the first day)"),
        (Timing::Before, "Workdays before the start"),
        (Timing::After, "Workdays after another task is done"),
    ];
    let timings: Vec<(String, String)> = timings.map(|(t, label)| (t.name().to_owned(), label.to_owned())).to_vec();
    let others = steps.iter().filter(|s| this.is_none_or(|this| this.id != s.id));
    let others: Vec<(String, String)> =
        std::iter::once((String::new(), "none".to_owned())).chain(others.map(|s| (s.id.clone(), s.title.clone()))).collect();
    let owners = Owner::ALL.map(|o| (o.name().to_owned(), o.label().to_owned()));
    let text = |f: fn(&Step) -> &str| this.map(f).unwrap_or_default();
    let (days, remind) = (this.map_or(1, |s| s.days).to_string(), this.map_or(1, |s| s.remind).to_string());
    html! {
        form.fields method="post" action=(format!("{LIST}/{journey}/steps")) {
            @if let Some(this) = this { input type="hidden" name="step" value=(this.id); }
            (ui::field("Task", "title", "text", text(|s| &s.title), true))
            label.field { span { "What is to be done" } textarea name="details" { (text(|s| &s.details)) } }
            (ui::choice("When", "timing", &timings, text(|s| s.timing.name())))
            (ui::field("Workdays", "days", "number", &days, true))
            (ui::choice("The other task", "after", &others, this.and_then(|s| s.after.as_deref()).unwrap_or_default()))
            (ui::choice("Who", "owner", &owners, text(|s| s.owner.name())))
            (ui::field("Somebody by name", "owner_name", "text", text(|s| &s.owner_name), false))
            (ui::field("Their e-mail", "owner_mail", "email", text(|s| &s.owner_email), false))
            (ui::field("Reminder: workdays before it is due (0: on the day, -1: none)", "remind", "number", &remind, true))
            div.actions { button.main type="submit" { "Save" } }
        }
    }
}

async fn add(person: Person, fields: Fields) -> Done {
    person.need_joinedly_admin()?;
    let name = fields.get("name");
    if name.is_empty() || name.chars().count() > 200 {
        return Err(Problem::bad_request("A journey has a name of 1 to 200 characters.").way_on("Back to the journeys", LIST));
    }
    let id = person.partners.add_journey(name).await?;
    person.done("Made. Add its tasks.", &format!("{LIST}/{id}")).await
}

async fn make_default(person: Person, Path(id): Path<String>) -> Done {
    person.need_joinedly_admin()?;
    person.partners.journey(&person.partners.db, &id).await?.ok_or_else(Problem::not_found)?;
    person.partners.make_default(&id).await?;
    person.done("Saved.", LIST).await
}

async fn put_step(person: Person, Path(id): Path<String>, fields: Fields) -> Done {
    person.need_joinedly_admin()?;
    person.partners.journey(&person.partners.db, &id).await?.ok_or_else(Problem::not_found)?;
    let here = format!("{LIST}/{id}");
    let back = |why: &str| Problem::bad_request(why).way_on("Back to the journey", here.clone());
    let number = |name: &str| fields.get(name).parse::<i64>().map_err(|_| back("Workdays are a number."));
    let step = Step {
        id: fields.some("step").unwrap_or_else(|| uuid::Uuid::new_v4().to_string()),
        journey: id.clone(),
        title: fields.get("title").to_owned(),
        details: fields.get("details").to_owned(),
        timing: Timing::read(fields.get("timing")),
        days: number("days")?,
        after: fields.some("after"),
        owner: Owner::read(fields.get("owner")),
        owner_name: fields.get("owner_name").to_owned(),
        owner_email: fields.get("owner_mail").to_owned(),
        remind: number("remind")?.clamp(-1, FAREST),
    };
    match person.partners.put_step(&step).await? {
        Ok(()) => person.done("Saved.", &here).await,
        Err(why) => Err(back(&why)),
    }
}

async fn remove_step(person: Person, Path((id, step)): Path<(String, String)>) -> Done {
    person.need_joinedly_admin()?;
    let moved = person.partners.remove_step(&id, &step).await?;
    let said = if moved { "Removed. What came after it is due on the start date from now on." } else { "Removed." };
    person.done(said, &format!("{LIST}/{id}")).await
}

async fn add_rule(person: Person, fields: Fields) -> Done {
    person.need_joinedly_admin()?;
    match person.partners.add_rule(fields.get("field"), fields.get("value"), fields.get("journey")).await? {
        Ok(()) => person.done("Added.", LIST).await,
        Err(why) => Err(Problem::bad_request(why).way_on("Back to the journeys", LIST)),
    }
}

async fn remove_rule(person: Person, Path(rule): Path<String>) -> Done {
    person.need_joinedly_admin()?;
    person.partners.remove_rule(&rule).await?;
    person.done("Removed.", LIST).await
}
