//! Settings: what there is to set, for those who may.

use super::Viewer;
use crate::Ats;
use crate::people::Right;
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use web::{Problem, html, ui};

/// Where they are.
pub const SETTINGS: &str = "/settings";

/// One family of settings.
pub struct Family {
    name: &'static str,
    about: &'static str,
    href: &'static str,
    /// The right without which it is not shown.
    pub needs: Right,
}

/// All of them.
pub const ALL: [Family; 6] = [
    Family {
        name: "Integrations and API",
        about: "API credentials, webhooks, authorized apps",
        href: "/settings/integrations",
        needs: Right::ManageIntegrations,
    },
    Family { name: "Company", about: "Locations, departments and teams", href: "/settings/company", needs: Right::ManageCompany },
    Family {
        name: "Pipeline",
        about: "The stages candidates go through, and archive reasons",
        href: super::pipeline::PIPELINE,
        needs: Right::ManageCompany,
    },
    Family {
        name: "Diversity surveys",
        about: "What applicants are asked of their own choice",
        href: super::surveys::SURVEYS,
        needs: Right::ManageCompany,
    },
    Family { name: "Users", about: "Who works here, and their roles", href: "/settings/users", needs: Right::ManageUsers },
    Family { name: "Audit log", about: "Who changed what about access", href: super::audit::AUDIT, needs: Right::ManageIntegrations },
];

pub fn routes() -> Router<Ats> {
    Router::new().route(SETTINGS, get(show))
}

async fn show(viewer: Viewer) -> Result<Html<String>, Problem> {
    let mine: Vec<&Family> = ALL.iter().filter(|family| viewer.person.may(family.needs)).collect();
    if mine.is_empty() {
        viewer.need(Right::ManageIntegrations)?;
    }
    let main = html! {
        (ui::heading("Settings", "", &html! {}))
        div.grid {
            @for family in mine { a.tile href=(family.href) { b { (family.name) } span { (family.about) } } }
            @if viewer.ats.sandbox.is_some() && viewer.person.may(Right::ManageIntegrations) {
                a.tile href=(super::sandbox::SANDBOX) { b { "Sandbox" } span { "What goes wrong in real life, on demand" } }
            }
        }
    };
    viewer.page("Settings", main).await
}
