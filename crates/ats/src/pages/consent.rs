//! The consent page: what an application asks for, Accept, Cancel. A person who may not answer is told before, not
//! at the very end.

use super::Viewer;
use crate::Ats;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use lever_api::oauth::Authorize;
use lever_api::scope;
use web::{Fields, Problem, html, see_other};

pub fn routes() -> Router<Ats> {
    Router::new().route("/authorize", get(show).post(answer))
}

async fn show(State(ats): State<Ats>, Query(request): Query<Authorize>, viewer: Viewer) -> Result<Response, Problem> {
    let asked = ats.asked(request).await?.map_err(Problem::bad_request)?;
    let refusal = ats.may_not_consent(&viewer.person).await?;
    let query = serde_html_form::to_string(&asked.request).unwrap_or_default();
    let main = html! {
        section.card.middle {
            p.kicker { "Authorize an application" }
            h1 { (asked.app.name) " wants access to your Lever account" }
            @if let Some(why) = &refusal {
                p.error role="alert" { (why) }
                p { "Nothing was granted. Ask a Super Admin to do this step, or sign in as one." }
            } @else {
                p { "You are signed in as " b { (viewer.person.user.name) } ". If you accept, " (asked.app.name) " may:" }
            }
            ul { @for scope in &asked.scopes { li { (scope::sentence(scope)) " " code { (scope) } } } }
            form.actions method="post" action=(format!("/authorize?{query}")) {
                @if refusal.is_none() { button.main type="submit" name="answer" value="accept" { "Accept" } }
                button type="submit" name="answer" value="cancel" { "Cancel" }
            }
            p.hint { "You can take this back at any time under Settings > Integrations and API > Authorized Apps." }
        }
    };
    let page = viewer.page(&format!("Authorize {}", asked.app.name), main).await?.into_response();
    Ok(web::leading_to(page, &[&asked.request.redirect_uri]))
}

async fn answer(State(ats): State<Ats>, Query(request): Query<Authorize>, viewer: Viewer, fields: Fields) -> Result<Response, Problem> {
    let asked = ats.asked(request).await?.map_err(Problem::bad_request)?;
    if fields.get("answer") != "accept" {
        return Ok(see_other(&Ats::cancelled(&asked)));
    }
    if let Some(why) = ats.may_not_consent(&viewer.person).await? {
        return Err(Problem::forbidden(why));
    }
    Ok(see_other(&ats.consent(&asked, &viewer.person).await?))
}
