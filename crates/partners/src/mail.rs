//! The letters of an app: what went out, what did not and why. Without a mail server this is where they can be read.

use crate::Partners;
use crate::accounts::{Page, Person};
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, Response};
use axum::routing::{get, post};
use web::{Markup, Problem, html, ui};

/// What differs from app to app.
#[derive(Clone, Copy)]
pub struct App {
    /// Whose letters.
    pub id: &'static str,
    /// This page.
    pub here: &'static str,
    /// Whether this person may.
    pub may: fn(&Person) -> Result<(), Problem>,
    /// A page in the app's own frame.
    pub page: Page,
}

pub fn routes(app: &App) -> Router<Partners> {
    let app = *app;
    Router::new()
        .route(app.here, get(move |person: Person| list(app, person)))
        .route(&format!("{}/{{id}}", app.here), get(move |person: Person, Path(id): Path<String>| show(app, person, id)))
        .route(&format!("{}/{{id}}/again", app.here), post(move |person: Person, Path(id): Path<String>| again(app, person, id)))
}

fn state(state: &str) -> Markup {
    match state {
        "sent" => ui::badge("good", "sent"),
        "kept" => ui::badge("good", "kept here"),
        "refused" => ui::badge("bad", "refused"),
        "unsure" => ui::badge("bad", "perhaps sent"),
        _ => ui::badge("wait", "waiting"),
    }
}

async fn list(app: App, person: Person) -> Result<Html<String>, Problem> {
    (app.may)(&person)?;
    let letters = person.partners.letters.newest(app.id).await?;
    let now = person.partners.clock.now();
    let hint = match &person.partners.letters.smtp {
        Some(_) => "What was handed to the mail server, the newest first.",
        None => "No mail server is set, so letters are not sent: they are kept here. The operator can name one with FULCRUM_SMTP_URL.",
    };
    let rows = html! {
        @for l in &letters {
            tr {
                td { a href=(format!("{}/{}", app.here, l.id)) { (l.subject) } }
                td { (l.to_name) " " span.soft { (l.to_email) } }
                td { (state(&l.state)) @if !l.why.is_empty() { " " (l.why) } }
                td { (ui::when(l.at, now)) }
            }
        }
    };
    let main = html! {
        (ui::heading("Mail", hint, &html! {}))
        @if letters.is_empty() { (ui::empty("No letters yet", "Letters to joiners, managers and admins stand here once there are some.")) }
        @else { (ui::table("Letters", &["Subject", "To", "State", "Written"], &rows)) }
    };
    (app.page)(&person, "Mail", true, main).await
}

async fn show(app: App, person: Person, id: String) -> Result<Html<String>, Problem> {
    (app.may)(&person)?;
    let letter = person.partners.letters.one(app.id, &id).await?.ok_or_else(Problem::not_found)?;
    let now = person.partners.clock.now();
    let main = html! {
        (ui::heading(&letter.subject, "", &html! { a.button href=(app.here) { "Back" } }))
        section.card.middle {
            (ui::facts(&[
                ("To", html! { (letter.to_name) " <" (letter.to_email) ">" }),
                ("Written", ui::when(letter.at, now)),
                ("State", html! { (state(&letter.state)) @if !letter.why.is_empty() { " " (letter.why) } }),
            ]))
            hr;
            @for paragraph in letter.body.split("\n\n") {
                p {
                    @for line in paragraph.lines() {
                        // What leads here can be followed, as in any mail program.
                        @if line.starts_with(person.partners.base.as_str().trim_end_matches('/')) { a href=(line) { (line) } } @else { (line) } br;
                    }
                }
            }
            @if letter.state != "waiting" { div.actions { (ui::action(&format!("{}/{id}/again", app.here), "Send again", "")) } }
        }
    };
    (app.page)(&person, &letter.subject, false, main).await
}

async fn again(app: App, person: Person, id: String) -> Result<Response, Problem> {
    (app.may)(&person)?;
    if !person.partners.letters.send_again(app.id, &id).await? {
        return Err(Problem::not_found());
    }
    person.done("It is sent again.", app.here).await
}
