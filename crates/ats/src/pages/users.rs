//! Settings > Users: who works in the account, with which role.

use super::Viewer;
use crate::Ats;
use crate::people::{NewPerson, Right};
use axum::Router;
use axum::response::{Html, Response};
use axum::routing::get;
use web::{Fields, Problem, html, ui};

pub fn routes() -> Router<Ats> {
    Router::new().route(USERS, get(show).post(add))
}

/// Where they are.
pub const USERS: &str = "/settings/users";

impl Viewer {
    /// The roles this person may give, by id and name.
    pub async fn roles_to_give(&self) -> Result<Vec<(String, String)>, Problem> {
        let roles = self.ats.roles().await?;
        Ok(roles.into_iter().filter(|role| self.person.manages(role)).map(|role| (role.id, role.name)).collect())
    }
}

async fn show(viewer: Viewer) -> Result<Html<String>, Problem> {
    viewer.need(Right::ManageUsers)?;
    let (people, roles, options) = (viewer.ats.people().await?, viewer.ats.roles().await?, viewer.roles_to_give().await?);
    let rows = html! {
        @for person in &people {
            @let active = person.deactivated_at.is_none();
            tr {
                td { a href=(format!("{USERS}/{}", person.id)) { (person.name) } br; span.soft { (person.job_title.as_deref().unwrap_or_default()) } }
                td { (person.email) }
                td { (roles.iter().find(|role| role.id == person.access_role).map_or("No role", |role| &role.name)) }
                td { (ui::badge(if active { "good" } else { "plain" }, if active { "active" } else { "deactivated" })) }
            }
        }
    };
    let actions = html! { a.button href=(super::roles::ROLES) { "Roles" } };
    let chosen = options.first().map_or("", |(id, _)| id.as_str());
    let chosen = options.iter().find(|(id, _)| id == "team member").map_or(chosen, |(id, _)| id.as_str());
    let main = html! {
        (ui::heading("Users", "Who works here. Integrations can be enabled by Super Admins only.", &actions))
        (ui::table("Users", &["Name", "E-mail", "Role", "State"], &rows))
        section.card.middle {
            h2 { "Add a user" }
            form.fields method="post" action=(USERS) {
                (ui::field("Full name", "name", "text", "", true))
                (ui::field("E-mail", "email", "email", "", true))
                (ui::choice("Role", "role", &options, chosen))
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
    let role = viewer.ats.role(fields.get("role")).await?.ok_or_else(|| back("Choose a role from the list."))?;
    if !viewer.person.manages(&role) {
        return Err(super::user::above());
    }
    let email = fields.get("email");
    if fields.get("password").len() < 8 || fields.get("name").is_empty() || !email.contains('@') || email.len() > 255 {
        return Err(back("A user needs a name, an e-mail and a password of at least eight characters."));
    }
    let new = NewPerson {
        name: fields.get("name").to_owned(),
        email: fields.get("email").to_owned(),
        role: role.id,
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
