//! Settings > Users > Roles: what each role allows, and roles of the company's own.

use super::users::USERS;
use super::{Viewer, is_name};
use crate::Ats;
use crate::people::{Right, Role};
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, Response};
use axum::routing::{get, post};
use web::{Fields, Markup, Problem, html, ui};

pub fn routes() -> Router<Ats> {
    Router::new()
        .route(ROLES, get(show).post(add))
        .route("/settings/roles/{id}", get(edit).post(change))
        .route("/settings/roles/{id}/delete", post(delete))
}

/// Where they are.
pub const ROLES: &str = "/settings/roles";

async fn show(viewer: Viewer) -> Result<Html<String>, Problem> {
    viewer.need(Right::ManageUsers)?;
    let (roles, people) = (viewer.ats.roles().await?, viewer.ats.people().await?);
    let may = viewer.person.is_super_admin();
    let rows = html! {
        @for role in &roles {
            tr {
                td { @if may && !role.is_built_in { a href=(format!("{ROLES}/{}", role.id)) { (role.name) } } @else { b { (role.name) } } }
                td { @if role.is_built_in { "built in" } @else { "your own" } }
                td { ul.tags { @for right in &role.rights { li.badge { (right.name()) } } @if role.rights.is_empty() { li.soft { "interviews, feedback, referrals" } } } }
                td { (ui::count(people.iter().filter(|user| user.access_role == role.id && user.deactivated_at.is_none()).count(), "active user")) }
            }
        }
    };
    let main = html! {
        (ui::heading("Roles", "What users may do. The built-in roles cannot be changed.", &html! { a.button href=(USERS) { "Users" } }))
        (ui::table("Roles", &["Role", "Kind", "Allows", "Who"], &rows))
        @if may { section.card.middle { h2 { "Add a role" } (form(ROLES, "", &[], "Add role")) } }
        @else { p.hint { "A Super Admin can add roles." } }
    };
    viewer.page("Roles", main).await
}

fn form(to: &str, name: &str, rights: &[Right], submit: &str) -> Markup {
    html! {
        form.fields method="post" action=(to) {
            (ui::field("Name", "name", "text", name, true))
            fieldset {
                legend { "Allows" }
                @for right in Right::ALL {
                    label.tick { input type="checkbox" name="right" value=(right.name()) checked[rights.contains(&right)]; span { (right.name()) } }
                }
            }
            div.actions { button.main type="submit" { (submit) } a.button href=(ROLES) { "Cancel" } }
        }
    }
}

impl Viewer {
    fn need_super_admin(&self) -> Result<(), Problem> {
        self.need(Right::ManageUsers)?;
        if self.person.is_super_admin() {
            return Ok(());
        }
        Err(Problem::forbidden("Only a Super Admin makes and changes roles.").way_on("Back to the roles", ROLES))
    }

    async fn own_role(&self, id: &str) -> Result<Role, Problem> {
        self.need_super_admin()?;
        self.ats.role(id).await?.filter(|role| !role.is_built_in).ok_or_else(Problem::not_found)
    }

    /// What was typed: a name no other role has, and what it allows.
    async fn typed_role(&self, fields: &Fields, id: Option<&str>) -> Result<(String, Vec<Right>), Problem> {
        let back = |why: &str| Problem::bad_request(why).way_on("Back to the roles", ROLES);
        let name = fields.get("name");
        if !is_name(name) {
            return Err(back("A role has a name of 1 to 100 characters."));
        }
        if self.ats.roles().await?.iter().any(|role| role.name.eq_ignore_ascii_case(name) && Some(role.id.as_str()) != id) {
            return Err(back("There is a role of this name already: nobody could tell them apart."));
        }
        Ok((name.to_owned(), Right::ALL.into_iter().filter(|right| fields.all("right").any(|given| given == right.name())).collect()))
    }
}

async fn edit(viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let role = viewer.own_role(&id).await?;
    let at = format!("{ROLES}/{id}");
    let main = html! {
        section.card.middle {
            h1 { (role.name) }
            p.hint { "Whoever has this role may do what it says from their next page on." }
            (form(&at, &role.name, &role.rights, "Save"))
            (ui::sure(&format!("{at}/delete"), "Delete", "Only a role that nobody has can be deleted.", "Delete this role"))
        }
    };
    viewer.page(&role.name, main).await
}

async fn add(viewer: Viewer, fields: Fields) -> Result<Response, Problem> {
    viewer.need_super_admin()?;
    let (name, rights) = viewer.typed_role(&fields, None).await?;
    viewer.ats.add_role(&name, &rights).await?;
    viewer.done("Role added.", ROLES).await
}

async fn change(viewer: Viewer, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    viewer.own_role(&id).await?;
    let (name, rights) = viewer.typed_role(&fields, Some(&id)).await?;
    viewer.ats.change_role(&id, &name, &rights).await?;
    viewer.done("Saved.", ROLES).await
}

async fn delete(viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    viewer.own_role(&id).await?;
    if viewer.ats.delete_role(&id).await? {
        return viewer.done("Role deleted.", ROLES).await;
    }
    Err(Problem::bad_request("Somebody has this role. Give them another one first.").way_on("Back to the roles", ROLES))
}
