//! People who work with the hub: who they are, what they may do, and their passwords.

use super::Viewer;
use crate::Hub;
use crate::operators::{NewOperator, ROLES};
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, Response};
use axum::routing::{get, post};
use web::{Fields, Problem, html, ui};

pub fn routes() -> Router<Hub> {
    Router::new()
        .route("/people", get(show).post(add))
        .route("/people/{id}/role", post(role))
        .route("/people/{id}/remove", post(remove))
        .route("/people/password", post(password))
}

/// The shortest password. Characters.
const SHORTEST: usize = 8;

fn roles() -> Vec<(String, String)> {
    ROLES.iter().map(|(role, about)| ((*role).to_owned(), format!("{role}: {about}"))).collect()
}

async fn show(viewer: Viewer) -> Result<Html<String>, Problem> {
    let people = viewer.hub.operators(&viewer.operator.tenant).await?;
    let owner = viewer.operator.is_owner();
    let rows = html! {
        @for p in &people {
            tr {
                td { (p.name) @if p.id == viewer.session.person { " " (ui::badge("plain", "you")) } }
                td { (p.email) }
                td {
                    @if owner && p.id != viewer.session.person {
                        form.inline method="post" action=(format!("/people/{}/role", p.id)) {
                            select name="role" aria-label=(format!("Role of {}", p.name)) { @for (value, text) in roles() { option value=(value) selected[value == p.role] { (text) } } }
                            button type="submit" { "Save" }
                        }
                    } @else { (p.role) }
                }
                td { @if owner && p.id != viewer.session.person { (ui::action(&format!("/people/{}/remove", p.id), "Remove", "danger")) } }
            }
        }
    };
    let main = html! {
        (ui::heading("People", "Who works with this hub.", &html! {}))
        (ui::table("People", &["Name", "E-mail", "Role", "Change"], &rows))
        div.grid {
            @if owner {
                section.card {
                    h2 { "Add somebody" }
                    form.fields method="post" action="/people" {
                        (ui::field("Name", "name", "text", "", true))
                        (ui::field("E-mail", "email", "email", "", true))
                        (ui::choice("Role", "role", &roles(), "operator"))
                        (ui::field(&format!("First password (at least {SHORTEST} characters)"), "password", "password", "", true))
                        div.actions { button.main type="submit" { "Add" } }
                    }
                }
            } @else { p.soft { "An owner of this hub adds people and changes roles." } }
            section.card {
                h2 { "Your password" }
                form.fields method="post" action="/people/password" {
                    (ui::field("The one you have", "old", "password", "", true))
                    (ui::field(&format!("The new one (at least {SHORTEST} characters)"), "new", "password", "", true))
                    div.actions { button type="submit" { "Change it" } }
                }
            }
        }
    };
    viewer.form_page("People", main).await
}

fn back(why: impl Into<String>) -> Problem {
    Problem::bad_request(why).way_on("Back to the people", "/people")
}

impl Viewer {
    pub fn need_owner(&self) -> Result<(), Problem> {
        if self.operator.is_owner() {
            return Ok(());
        }
        Err(Problem::forbidden("Only an owner of this hub may add people, change roles, or make and revoke tokens.")
            .way_on("Back to the people", "/people"))
    }
}

async fn add(viewer: Viewer, form: Fields) -> Result<Response, Problem> {
    viewer.need_owner()?;
    let (name, email, role) = (form.get("name"), form.get("email"), form.get("role"));
    if name.is_empty() || !email.contains('@') {
        return Err(back("A person has a name and an e-mail address."));
    }
    if !ROLES.iter().any(|(known, _)| *known == role) {
        return Err(back(format!("There is no role {role:?}.")));
    }
    if form.get("password").chars().count() < SHORTEST {
        return Err(back(format!("A password has at least {SHORTEST} characters.")));
    }
    let password_hash = web::password::hash(form.get("password")).await;
    let new = NewOperator { name: name.to_owned(), email: email.to_owned(), role: role.to_owned(), password_hash };
    match viewer.hub.add_operator_by(&viewer.operator.tenant, &new, &viewer.operator.name).await {
        Err(e) if e.is_duplicate() => Err(back(format!("Somebody with the e-mail {email} is there already."))),
        Err(e) => Err(e.into()),
        Ok(()) => viewer.done(&format!("{name} can sign in now."), "/people").await,
    }
}

async fn role(viewer: Viewer, Path(id): Path<String>, form: Fields) -> Result<Response, Problem> {
    viewer.need_owner()?;
    let role = form.get("role");
    if id == viewer.session.person || !ROLES.iter().any(|(known, _)| *known == role) {
        return Err(back("Nobody changes their own role, and only to a role there is."));
    }
    viewer.hub.change_role(&viewer.operator.tenant, &id, role, &viewer.operator.name).await?;
    viewer.done("The role is changed.", "/people").await
}

async fn remove(viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    viewer.need_owner()?;
    if id == viewer.session.person {
        return Err(back("Nobody removes themselves: somebody must be left who can sign in."));
    }
    viewer.hub.remove_operator(&viewer.operator.tenant, &id, &viewer.operator.name).await?;
    viewer.done("Removed. They are signed out.", "/people").await
}

async fn password(viewer: Viewer, form: Fields) -> Result<Response, Problem> {
    if form.get("new").chars().count() < SHORTEST {
        return Err(back(format!("A password has at least {SHORTEST} characters.")));
    }
    if !viewer.hub.change_password(&viewer.session.person, form.get("old"), form.get("new")).await? {
        return Err(back("The password you have is another one."));
    }
    viewer.done("Your password is changed.", "/people").await
}
