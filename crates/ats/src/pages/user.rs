//! Settings > Users > one of them: their role, what sensitive information they see, and whether they can sign in.

use super::Viewer;
use super::users::USERS;
use crate::Ats;
use crate::people::{Right, Role, SUPER_ADMIN};
use crate::sensitive::{Sensitive, Team};
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, Response};
use axum::routing::{get, post};
use lever_api::User;
use web::{Fields, Markup, Problem, html, ui};

pub fn routes() -> Router<Ats> {
    Router::new()
        .route("/settings/users/{id}", get(show))
        .route("/settings/users/{id}/role", post(role))
        .route("/settings/users/{id}/sensitive", post(sensitive))
        .route("/settings/users/{id}/active", post(active))
}

fn at(id: &str) -> String {
    format!("{USERS}/{id}")
}

/// Why somebody cannot manage this user, or give this role.
pub fn above() -> Problem {
    Problem::forbidden("One can only manage users, and give roles, that may do less than oneself. A Super Admin can do this.")
        .way_on("Back to the users", USERS)
}

impl Viewer {
    async fn colleague(&self, id: &str) -> Result<(User, Option<Role>), Problem> {
        self.need(Right::ManageUsers)?;
        let user = self.ats.people().await?.into_iter().find(|user| user.id == id).ok_or_else(Problem::not_found)?;
        let role = self.ats.role(&user.access_role).await?;
        Ok((user, role))
    }

    fn manages(&self, role: Option<&Role>) -> bool {
        role.map_or_else(|| self.person.is_super_admin(), |role| self.person.manages(role))
    }

    /// A user this person manages.
    async fn managed(&self, id: &str) -> Result<User, Problem> {
        let (user, role) = self.colleague(id).await?;
        if self.manages(role.as_ref()) { Ok(user) } else { Err(above()) }
    }
}

async fn show(viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let (user, role) = viewer.colleague(&id).await?;
    let (may, myself, active) = (viewer.manages(role.as_ref()), user.id == viewer.person.user.id, user.deactivated_at.is_none());
    let mut options = viewer.roles_to_give().await?;
    if let Some(role) = role.as_ref().filter(|role| !options.iter().any(|(id, _)| *id == role.id)) {
        options.push((role.id.clone(), role.name.clone()));
    }
    let actions = html! {
        @if may && !myself {
            form.inline method="post" action=(format!("{}/active", at(&id))) {
                input type="hidden" name="active" value=(if active { "" } else { "yes" });
                button type="submit" { (if active { "Deactivate" } else { "Reactivate" }) }
            }
        }
    };
    let main = html! {
        (ui::heading(&user.name, user.job_title.as_deref().unwrap_or_default(), &actions))
        div.stack {
            section.card.middle {
                h2 { "Role" }
                (ui::facts(&[
                    ("E-mail", html! { (user.email) }),
                    ("State", ui::badge(if active { "good" } else { "plain" }, if active { "active" } else { "deactivated" })),
                    ("Role", html! { (role.as_ref().map_or("No role", |role| &role.name)) }),
                    ("Allows", html! { (allows(role.as_ref())) }),
                    ("User id", html! { code { (user.id) } }),
                ]))
                @if may {
                    form.inline method="post" action=(format!("{}/role", at(&id))) {
                        (ui::choice("New role", "role", &options, &user.access_role))
                        button type="submit" { "Change role" }
                    }
                    p.hint { "With another role they have to sign in again. What a role allows stands under " a href=(super::roles::ROLES) { "Roles" } "." }
                } @else {
                    p.hint { "You can change the role of those who may do less than you." }
                }
            }
            (privileges(&viewer, &user, role.as_ref()).await?)
        }
    };
    viewer.page(&user.name, main).await
}

fn allows(role: Option<&Role>) -> String {
    let names: Vec<&str> = role.iter().flat_map(|role| &role.rights).map(|right| right.name()).collect();
    if names.is_empty() { "Being scheduled for interviews, giving feedback, referring".to_owned() } else { names.join("; ") }
}

/// What divides a department from its team in a form.
const OF: char = '\u{1f}';

async fn privileges(viewer: &Viewer, user: &User, role: Option<&Role>) -> Result<Markup, Problem> {
    let (ats, scope) = (&viewer.ats, viewer.ats.sensitive_of(&user.id).await?);
    let sees_all = role.is_some_and(|role| role.rights.contains(&Right::SeeAllCandidates));
    let head = html! {
        h2 { "Sensitive information privileges" }
        p.hint { "Who has them sees secret notes and forms, offers, and the profiles of hired people. The owner and the hiring manager of a posting see its hired people without." }
    };
    let words = match () {
        () if user.access_role == SUPER_ADMIN => Some("A Super Admin sees all sensitive information."),
        () if !sees_all => Some("Only for roles that see all candidates: choose another role first."),
        () if !viewer.person.is_super_admin() => {
            Some(if scope.is_none() { "None. A Super Admin can give them." } else { "Some. A Super Admin can change them." })
        }
        () => None,
    };
    if let Some(words) = words {
        return Ok(html! { section.card.middle { (head) p { (words) } } });
    }
    let (departments, locations, postings) = (ats.departments().await?, ats.names("location").await?, ats.postings().await?);
    let tick = |name: &str, value: &str, text: &str, on: bool| html! { label.tick { input type="checkbox" name=(name) value=(value) checked[on]; span { (text) } } };
    let teams = departments.iter().flat_map(|d| d.teams.iter().map(move |team| Team { department: d.name.clone(), name: team.clone() }));
    let teams: Vec<Team> = teams.collect();
    Ok(html! {
        section.card.middle {
            (head)
            form.fields method="post" action=(format!("{}/sensitive", at(&user.id))) {
                (tick("everything", "yes", "Of everybody, also those without a posting", scope.everything))
                fieldset { legend { "Of departments" } @for d in departments.iter().filter(|d| !d.name.is_empty()) { (tick("department", &d.name, &d.name, scope.departments.contains(&d.name))) } }
                fieldset {
                    legend { "Of teams" }
                    @for team in &teams {
                        @let text = if team.department.is_empty() { team.name.clone() } else { format!("{} · {}", team.department, team.name) };
                        (tick("team", &format!("{}{OF}{}", team.department, team.name), &text, scope.teams.contains(team)))
                    }
                }
                fieldset { legend { "At locations" } @for name in &locations { (tick("location", name, name, scope.locations.contains(name))) } }
                details id="single-postings" open[!scope.postings.is_empty()] {
                    summary { "Of single postings" }
                    fieldset { legend { "Postings" } @for p in &postings { (tick("posting", &p.id, &p.text, scope.postings.contains(&p.id))) } }
                }
                div.actions { button.main type="submit" { "Save privileges" } }
            }
        }
    })
}

async fn role(viewer: Viewer, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let user = viewer.managed(&id).await?;
    let to =
        viewer.ats.role(fields.get("role")).await?.ok_or_else(|| Problem::bad_request("Choose a role from the list.").way_on("Back", at(&id)))?;
    if !viewer.person.manages(&to) {
        return Err(above());
    }
    viewer.ats.give_role(&user, &to, Some(&viewer.person.user.id)).await?;
    viewer.done(&format!("{} is {} now.", user.name, to.name), &at(&id)).await
}

async fn sensitive(viewer: Viewer, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let user = viewer.managed(&id).await?;
    if !viewer.person.is_super_admin() {
        return Err(Problem::forbidden("Only a Super Admin gives and takes these privileges.").way_on("Back", at(&id)));
    }
    let all = |name: &str| fields.all(name).map(str::to_owned).collect::<Vec<_>>();
    let teams =
        fields.all("team").filter_map(|team| team.split_once(OF)).map(|(department, name)| Team { department: department.into(), name: name.into() });
    let scope = Sensitive {
        everything: fields.is_on("everything"),
        departments: all("department"),
        teams: teams.collect(),
        locations: all("location"),
        postings: all("posting"),
    };
    viewer.ats.give_sensitive(&user.id, &scope, Some(&viewer.person.user.id)).await?;
    viewer.done("Privileges saved.", &at(&id)).await
}

async fn active(viewer: Viewer, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let user = viewer.managed(&id).await?;
    if id == viewer.person.user.id {
        return Err(Problem::bad_request("Nobody deactivates themselves.").way_on("Back to the users", USERS));
    }
    viewer.ats.set_active(&user.id, fields.is_on("active"), Some(&viewer.person.user.id)).await?;
    viewer.done(if fields.is_on("active") { "Reactivated." } else { "Deactivated and signed out." }, &at(&id)).await
}
