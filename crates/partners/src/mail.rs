//! The letters of an app.

use crate::Partners;
use crate::accounts::{Page, Person};
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, Response};
use axum::routing;
use web::Problem;

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
        .route(app.here, routing::get(move |person: Person| list(app, person)))
        .route(&format!("{}/{{id}}", app.here), routing::get(move |person: Person, Path(id): Path<String>| show(app, person, id)))
        .route(&format!("{}/{{id}}/again", app.here), routing::post(move |person: Person, Path(id): Path<String>| again(app, person, id)))
}

async fn list(app: App, person: Person) -> Result<Html<String>, Problem> {
    (app.may)(&person)?;
    let letters = &person.partners.letters;
    let main = post::pages::list(&letters.newest(app.id).await?, app.here, letters.smtp.is_some(), person.partners.clock.now());
    (app.page)(&person, "Mail", true, main).await
}

async fn show(app: App, person: Person, id: String) -> Result<Html<String>, Problem> {
    (app.may)(&person)?;
    let letter = person.partners.letters.one(app.id, &id).await?.ok_or_else(Problem::not_found)?;
    let main = post::pages::show(&letter, app.here, person.partners.base.as_str(), person.partners.clock.now());
    (app.page)(&person, &letter.subject, false, main).await
}

async fn again(app: App, person: Person, id: String) -> Result<Response, Problem> {
    (app.may)(&person)?;
    if !person.partners.letters.send_again(app.id, &id).await? {
        return Err(Problem::not_found());
    }
    let sends = person.partners.letters.smtp.is_some();
    person.done(if sends { "It is sent again." } else { "No mail server is set, so it stays here." }, app.here).await
}
