//! Users: who works in the account, with which role.

use super::Viewer;
use crate::Ats;
use crate::people::{NewPerson, ROLES, Right};
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, Response};
use axum::routing::{get, post};
use web::{Fields, Problem, html, ui};

pub fn routes() -> Router<Ats> {
    Router::new().route(USERS, get(show).post(add)).route("/settings/users/{id}/active", post(active))
}

const USERS: &str = "/settings/users";

async fn show(viewer: Viewer) -> Result<Html<String>, Problem> {
    viewer.need(Right::ManageUsers)?;
    let people = viewer.ats.people().await?;
    let label = |role: &str| ROLES.iter().find(|(name, _, _)| *name == role).map_or(role.to_owned(), |(_, label, _)| (*label).to_owned());
    let options = ROLES.map(|(name, label, _)| (name.to_owned(), label.to_owned()));
    let rows = html! {
        @for person in &people {
            @let active = person.deactivated_at.is_none();
            tr {
                td { b { (person.name) } br; span.soft { (person.job_title.as_deref().unwrap_or_default()) } }
                td { (person.email) }
                td { (label(&person.access_role)) }
                td { (ui::badge(if active { "good" } else { "plain" }, if active { "active" } else { "deactivated" })) }
                td.end {
                    @if person.id != viewer.person.user.id {
                        form.inline method="post" action=(format!("{USERS}/{}/active", person.id)) {
                            input type="hidden" name="active" value=(if active { "" } else { "yes" });
                            button type="submit" { (if active { "Deactivate" } else { "Reactivate" }) }
                        }
                    }
                }
            }
        }
    };
    let main = html! {
        (ui::heading("Users", "Integrations can be enabled by Super Admins only.", &html! {}))
        (ui::table("Users", &["Name", "E-mail", "Role", "State", ""], &rows))
        section.card.middle {
            h2 { "Add a user" }
            form.fields method="post" action=(USERS) {
                (ui::field("Full name", "name", "text", "", true))
                (ui::field("E-mail", "email", "email", "", true))
                (ui::choice("Role", "role", &options, "team member"))
                label.field { span { "Password" } input type="password" name="password" required minlength="8" autocomplete="new-password"; }
                div.actions { button.main type="submit" { "Add user" } }
            }
        }
    };
    viewer.page("Users", main).await
}

async fn add(viewer: Viewer, fields: Fields) -> Result<Response, Problem> {
    viewer.need(Right::ManageUsers)?;
    let back = |why: &str| Problem::bad_request(why).way_on("Back to the users", USERS);
    let role = ROLES.iter().find(|(name, _, _)| *name == fields.get("role")).ok_or_else(|| back("Choose a role from the list."))?;
    if role.0 == "super admin" && !viewer.person.may(Right::ManageIntegrations) {
        return Err(Problem::forbidden("Only a Super Admin can make another one."));
    }
    if fields.get("password").len() < 8 || fields.get("name").is_empty() || !fields.get("email").contains('@') {
        return Err(back("A user needs a name, an e-mail and a password of at least eight characters."));
    }
    let new = NewPerson {
        name: fields.get("name").to_owned(),
        email: fields.get("email").to_owned(),
        role: role.0.to_owned(),
        password_hash: Some(web::password::hash(fields.get("password")).await),
        ..NewPerson::default()
    };
    match viewer.ats.add_person(new).await {
        Err(e) if e.is_duplicate() => Err(back("There is a user with this e-mail already.")),
        other => {
            viewer.ats.audit(&viewer.ats.db, "user:added", Some(&viewer.person.user.id), &other?, fields.get("email")).await?;
            viewer.done("User added.", USERS).await
        }
    }
}

async fn active(viewer: Viewer, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    viewer.need(Right::ManageUsers)?;
    if id == viewer.person.user.id {
        return Err(Problem::bad_request("Nobody deactivates themselves.").way_on("Back to the users", USERS));
    }
    let target = viewer.ats.people().await?.into_iter().find(|p| p.id == id).ok_or_else(Problem::not_found)?;
    if target.access_role == "super admin" && !viewer.person.may(Right::ManageIntegrations) {
        return Err(Problem::forbidden("Only a Super Admin can deactivate or reactivate another one.").way_on("Back to the users", USERS));
    }
    viewer.ats.set_active(&id, fields.is_on("active"), Some(&viewer.person.user.id)).await?;
    viewer.done(if fields.is_on("active") { "Reactivated." } else { "Deactivated and signed out." }, USERS).await
}
