//! Joiners: the list with how far each is, and the page of one with the tasks of the journey.

use super::Done;
use super::joiners::{Edit, Joiner};
use super::journeys::Owner;
use super::places::{Kind, Place};
use super::tasks::{Comment, Task};
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::extract::Path;
use axum::response::Html;
use axum::routing::{get, post};
use jiff::civil::Date;
use joinedly_api::{JoinerChange, State, Who};
use web::{Fields, Markup, Problem, html, ui};

pub fn routes() -> Router<Partners> {
    Router::new()
        .route("/joinedly/joiners", get(list).post(add))
        .route("/joinedly/joiners/new", get(new))
        .route("/joinedly/joiners/{id}", get(show).post(edit))
        .route("/joinedly/joiners/{id}/link", post(send_link))
        .route("/joinedly/joiners/{id}/tasks/{task}", post(done))
        .route("/joinedly/joiners/{id}/tasks/{task}/comments", post(comment))
}

pub fn state(state: State) -> Markup {
    match state {
        State::Waiting => ui::badge("wait", "start date missing"),
        State::Started => ui::badge("good", "started"),
        State::Completed => ui::badge("good", "completed"),
        State::Cancelled => ui::badge("plain", "cancelled"),
    }
}

fn text(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or_default()
}

async fn list(person: Person) -> Result<Html<String>, Problem> {
    let partners = &person.partners;
    let joiners = partners.all_joiners().await?;
    let progress = partners.progress().await?;
    let names = |places: Vec<Place>| places.into_iter().map(|p| (p.id, p.name)).collect::<std::collections::HashMap<_, _>>();
    let (offices, teams) = (names(partners.places(Kind::Office).await?), names(partners.places(Kind::Team).await?));
    let named = |id: &Option<String>, said: &Option<String>, known: &std::collections::HashMap<String, String>| match id {
        Some(id) => html! { (known.get(id).map_or("gone", String::as_str)) },
        None if said.is_some() => ui::badge("wait", &format!("no match for \u{201c}{}\u{201d}", text(said))),
        None => html! { span.soft { "not set" } },
    };
    let rows = html! {
        @for j in &joiners {
            @let (done, tasks) = progress.get(&j.id).copied().unwrap_or((0, 0));
            tr {
                td { a href=(format!("/joinedly/joiners/{}", j.id)) { (j.name) } br; span.soft { (text(&j.about.position)) } }
                td { (named(&j.about.office, &j.about.office_named, &offices)) }
                td { (named(&j.about.team, &j.about.team_named, &teams)) }
                td { @if let Some(day) = j.starts_on() { (date(day)) } @else { span.soft { "not known" } } }
                td { (state(j.state)) @if tasks > 0 { " " (done) " of " (tasks) " done" progress max=(tasks) value=(done) aria-label=(format!("{done} of {tasks} tasks of {} are done", j.name)) {} } }
            }
        }
    };
    let add = html! { @if person.is_joinedly_admin() { a.button href="/joinedly/joiners/new" { "Add a joiner" } } };
    let main = html! {
        (ui::heading("Joiners", &format!("{}, the newest first.", ui::count(joiners.len(), "joiner")), &add))
        @if joiners.is_empty() { (ui::empty("Nobody joins yet", "Whoever is hired in Lever appears here once the integration is connected, and the journey begins.")) }
        @else { (ui::table("Joiners", &["Name", "Office", "Team", "Starts", "Journey"], &rows)) }
    };
    person.joinedly("Joiners", true, main).await
}

fn places(label: &str, name: &str, all: &[Place], chosen: &str) -> Markup {
    let mut options = vec![(String::new(), "not set".to_owned())];
    options.extend(all.iter().map(|place| (place.id.clone(), place.name.clone())));
    ui::choice(label, name, &options, chosen)
}

async fn new(person: Person) -> Result<Html<String>, Problem> {
    person.need_joinedly_admin()?;
    let (offices, teams) = (person.partners.places(Kind::Office).await?, person.partners.places(Kind::Team).await?);
    let main = html! {
        (ui::heading("Add a joiner", "Somebody who was not hired in Lever.", &html! { a.button href="/joinedly/joiners" { "Back" } }))
        section.card.middle {
            form.fields method="post" action="/joinedly/joiners" {
                (ui::field("First name", "first_name", "text", "", true))
                (ui::field("Last name", "last_name", "text", "", true))
                (ui::field("E-mail", "mail", "email", "", true))
                (ui::field("Position", "position", "text", "", false))
                (places("Office", "office", &offices, ""))
                (places("Team", "team", &teams, ""))
                (ui::field("Start date", "start_date", "date", "", false))
                div.actions { button.main type="submit" { "Add" } }
            }
        }
    };
    person.joinedly("Add a joiner", false, main).await
}

async fn add(person: Person, fields: Fields) -> Done {
    person.need_joinedly_admin()?;
    let back = |why: String| Problem::bad_request(why).way_on("Back to the form", "/joinedly/joiners/new");
    let change = JoinerChange {
        first_name: Some(fields.get("first_name").to_owned()),
        last_name: Some(fields.get("last_name").to_owned()),
        email: Some(fields.get("mail").to_owned()),
        position: fields.some("position"),
        office: fields.some("office"),
        team: fields.some("team"),
        start_date: fields.some("start_date"),
        ..JoinerChange::default()
    };
    // Made here, so nobody else knows them by an id.
    let id = format!("here/{}", uuid::Uuid::new_v4());
    match person.partners.put_joiner(&id, &change).await? {
        Ok(put) => person.done("Added.", &format!("/joinedly/joiners/{}", put.id)).await,
        Err(super::joiners::Refused::Invalid(why)) => Err(back(why)),
        Err(super::joiners::Refused::SameEmail(_, name)) => Err(back(format!("{name} has this e-mail already."))),
    }
}

async fn show(person: Person, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let partners = &person.partners;
    let joiner = partners.joiner(&partners.db, &id).await?.ok_or_else(Problem::not_found)?;
    let (tasks, comments) = (partners.tasks(&partners.db, &id).await?, partners.comments(&id).await?);
    let journey = partners.journey(&partners.db, &joiner.journey).await?;
    let today = partners.today_of(&partners.db, &joiner.about).await?;
    let admin = person.is_joinedly_admin();
    let done = tasks.iter().filter(|t| t.done_at.is_some()).count();
    let main = html! {
        (ui::heading(&joiner.name, text(&joiner.about.position), &state(joiner.state)))
        @if joiner.state == State::Waiting { p.warn { "The start date is missing, so the journey waits. Add it to the offer in Lever, or below." } }
        @if joiner.state == State::Cancelled { p.warn { "This journey will not happen. " (joiner.cancelled_why) } }
        @for (what, said) in [("office", &joiner.about.office_named), ("team", &joiner.about.team_named)] {
            @if let Some(said) = said { p.warn { "There is no " (what) " called \u{201c}" (said) "\u{201d}, so the " (what) " is not set. An admin can choose one below, or match the name for good under Integrations > Lever." } }
        }
        div.grid.wide {
            section.card {
                h2 { (journey.as_ref().map_or("No journey", |j| j.name.as_str())) }
                @if tasks.is_empty() {
                    p.soft { @if journey.is_none() { "No journey fits, and none is the default one. An admin can make one under Journeys." } @else { "The tasks are planned when the start date is known." } }
                } @else {
                    p { (done) " of " (tasks.len()) " tasks are done." }
                    progress max=(tasks.len()) value=(done) aria-label="How far the journey is" {}
                    (blocks(&tasks, &tasks, &comments, today, &format!("/joinedly/joiners/{id}"), joiner.state == State::Started || joiner.state == State::Completed))
                }
            }
            div.stack { (about(&joiner, admin, partners).await?) }
        }
    };
    person.joinedly(&joiner.name, true, main).await
}

/// What is known of somebody, and what admins may change.
async fn about(joiner: &Joiner, admin: bool, partners: &Partners) -> Result<Markup, Problem> {
    let (office, team) = partners.place_names(&partners.db, &joiner.about).await?;
    let zone = partners.zone_of(&partners.db, &joiner.about).await?;
    let who = |who: &Option<Who>| html! { @match who { Some(w) => { (w.name) " " span.soft { (w.email) } }, None => { "not known" } } };
    let or_not = |value: &str| html! { (if value.is_empty() { "not set" } else { value }) };
    let a = &joiner.about;
    let form = html! {
        section.card {
            h2 { "Change" }
            form.fields method="post" action=(format!("/joinedly/joiners/{}", joiner.id)) {
                (ui::field("Start date", "start_date", "date", text(&a.start_date), false))
                (places("Office", "office", &partners.places(Kind::Office).await?, text(&a.office)))
                (places("Team", "team", &partners.places(Kind::Team).await?, text(&a.team)))
                (ui::field("Buddy", "buddy_name", "text", &joiner.buddy.name, false))
                (ui::field("Buddy's e-mail", "buddy_mail", "email", &joiner.buddy.email, false))
                div.actions { button.main type="submit" { "Save" } }
            }
            hr;
            (ui::action(&format!("/joinedly/joiners/{}/link", joiner.id), "Send a new private link", ""))
        }
    };
    Ok(html! {
        section.card {
            h2 { "About" }
            (ui::facts(&[
                ("E-mail", or_not(joiner.email())),
                ("Phone", or_not(text(&a.phone))),
                ("Office", or_not(&office)),
                ("Team", or_not(&team)),
                ("Department", or_not(text(&a.department))),
                ("Work type", or_not(text(&a.work_type))),
                ("Starts on", html! { (or_not(&joiner.starts_on().map(date).unwrap_or_default())) @if a.start_date_assumed == Some(true) { " (assumed: Lever says none)" } }),
                ("Manager", who(&a.manager)),
                ("Recruiter", who(&a.recruiter)),
                ("Buddy", or_not(&joiner.buddy.name)),
                ("Time zone", html! { (zone) }),
            ]))
            @if let Some(profile) = a.profile.as_ref().filter(|link| is_web(link)) { p { a href=(profile) { "Profile in Lever" } } }
            @if let Some(links) = &a.links { ul.list { @for link in links { li { @if is_web(link) { a href=(link) rel="noreferrer" { (link) } } @else { (link) } } } } }
        }
        @if admin { (form) }
    })
}

/// `4 Mar 2026`
pub fn date(day: Date) -> String {
    day.strftime("%-d %b %Y").to_string()
}

/// Whatever else somebody sent as an address is no link.
fn is_web(link: &str) -> bool {
    link.starts_with("https://") || link.starts_with("http://")
}

/// Those tasks that are shown, by block, each with what can be done about it. `at` is the page they stand on.
pub fn blocks(tasks: &[Task], shown: &[Task], comments: &[Comment], today: Date, at: &str, may: bool) -> Markup {
    let mut blocks: Vec<(String, Vec<&Task>)> = Vec::new();
    for task in shown {
        let after = task.after.as_ref().and_then(|id| tasks.iter().find(|t| t.id == *id)).map_or("another task", |t| t.title.as_str());
        let block = task.timing.block(task.days, after);
        match blocks.iter_mut().find(|(name, _)| *name == block) {
            Some((_, those)) => those.push(task),
            None => blocks.push((block, vec![task])),
        }
    }
    html! {
        @for (name, those) in &blocks {
            hr;
            h3 { (name) }
            ul.list { @for task in those { li { (one(task, comments, today, at, may)) } } }
        }
    }
}

fn one(task: &Task, comments: &[Comment], today: Date, at: &str, may: bool) -> Markup {
    let is_done = task.done_at.is_some();
    let late = !is_done && task.due_on.is_some_and(|due| due < today);
    let nobody = task.who.email.is_empty() && task.who.name.is_empty();
    let role = task.owner.label().to_lowercase();
    let whose = match (nobody, task.owner) {
        // Whoever holds a private link knows who they are.
        _ if at.starts_with("/joinedly/my/") => String::new(),
        (true, _) => format!("Nobody does this yet: {role} is not known."),
        (_, Owner::Person) => task.who.name.clone(),
        _ => format!("{} ({role})", task.who.name),
    };
    let said: Vec<&Comment> = comments.iter().filter(|c| c.task == task.id).collect();
    html! {
        div.stack {
            div.heading {
                div {
                    b { (task.title) } " "
                    @match (is_done, late, task.due_on) {
                        (true, ..) => (ui::badge("good", "done")),
                        (_, true, _) => (ui::badge("bad", "late")),
                        (_, _, None) => (ui::badge("plain", "not yet")),
                        _ => {},
                    }
                    p.hint {
                        (whose)
                        @if let Some(due) = task.due_on { @if !whose.is_empty() { " · " } "due on " (date(due)) }
                        @if is_done && !task.done_by.is_empty() { " · done by " (task.done_by) }
                    }
                    @if !task.details.is_empty() { p { (task.details) } }
                }
                @if may && !task.waits() {
                    form.inline method="post" action=(format!("{at}/tasks/{}", task.id)) {
                        input type="hidden" name="done" value=(if is_done { "" } else { "yes" });
                        button type="submit" aria-label=(format!("{}: {}", task.title, if is_done { "not done after all" } else { "done" })) { (if is_done { "Not done after all" } else { "Done" }) }
                    }
                }
            }
            details id=(format!("said-{}", task.id)) {
                summary { @if said.is_empty() { "Comment" } @else { (ui::count(said.len(), "comment")) } }
                @for c in &said { p { b { (c.by) } " " span.soft { (web::moment(c.at)) } br; (c.body) } }
                form.inline method="post" action=(format!("{at}/tasks/{}/comments", task.id)) {
                    input name="body" aria-label=(format!("Comment on {}", task.title)) required autocomplete="off";
                    button type="submit" { "Say it" }
                }
            }
        }
    }
}

async fn edit(person: Person, Path(id): Path<String>, fields: Fields) -> Done {
    person.need_joinedly_admin()?;
    let here = format!("/joinedly/joiners/{id}");
    let buddy = Who { name: fields.get("buddy_name").to_owned(), email: fields.get("buddy_mail").to_owned() };
    let edit = Edit {
        start_date: fields.some("start_date"),
        office: fields.some("office"),
        team: fields.some("team"),
        buddy: Some(buddy).filter(|b| !b.name.is_empty() || !b.email.is_empty()),
    };
    match person.partners.edit_joiner(&id, &edit).await? {
        Ok(()) => person.done("Saved.", &here).await,
        Err(why) => Err(Problem::bad_request(why).way_on("Back", here)),
    }
}

async fn send_link(person: Person, Path(id): Path<String>) -> Done {
    person.need_joinedly_admin()?;
    let here = format!("/joinedly/joiners/{id}");
    match person.partners.send_link(&id).await? {
        Ok(()) => person.done("A new link is on its way. The old one leads nowhere any more.", &here).await,
        Err(why) => Err(Problem::bad_request(why).way_on("Back", here)),
    }
}

async fn done(person: Person, Path((id, task)): Path<(String, String)>, fields: Fields) -> Done {
    let done = fields.is_on("done");
    if !person.partners.set_done(&id, &task, done, &person.name).await? {
        return Err(Problem::bad_request("This task cannot be done now: it waits for another, or the journey will not happen.")
            .way_on("Back", format!("/joinedly/joiners/{id}")));
    }
    person.done(if done { "Done." } else { "Not done after all." }, &format!("/joinedly/joiners/{id}")).await
}

async fn comment(person: Person, Path((id, task)): Path<(String, String)>, fields: Fields) -> Done {
    let here = format!("/joinedly/joiners/{id}");
    match person.partners.comment(&id, &task, &person.name, fields.get("body")).await? {
        Ok(()) => person.done("Said.", &here).await,
        Err(why) => Err(Problem::bad_request(why).way_on("Back", here)),
    }
}
