//! The business profile: what people outside read about the company. Integrations are reached at its bottom.

use super::{Done, integration};
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use web::{Fields, Problem, html, ui};

pub const PROFILE: &str = "/job-ring/business";

pub fn routes() -> Router<Partners> {
    Router::new().route(PROFILE, get(show).post(change))
}

async fn show(person: Person) -> Result<Html<String>, Problem> {
    person.need_jr_admin()?;
    let (partners, db) = (&person.partners, &person.partners.db);
    let main = html! {
        (ui::heading("Business profile", "What whoever refers or is referred reads about you.", &html! {}))
        form.card.fields.middle method="post" action=(PROFILE) {
            (ui::field("Company", "company", "text", &partners.jr_company(db).await?, true))
            (ui::field("Website", "website", "url", &partners.jr_setting(db, "website").await?, false))
            label.field { span { "About the company" } textarea name="about" rows="4" maxlength="2000" { (partners.jr_setting(db, "about").await?) } }
            div.actions { button.main type="submit" { "Save" } }
        }
        section.card.middle {
            h2 { "Integrations" }
            p { "Jobs come from your applicant tracking system, referrals go there, and how they stand comes back." }
            p { a.button href=(integration::HERE) { "Manage Integrations" } }
        }
    };
    person.job_ring("Business profile", false, main).await
}

async fn change(person: Person, fields: Fields) -> Done {
    person.need_jr_admin()?;
    let back = |why: &str| Problem::bad_request(why).way_on("Back to the business profile", PROFILE);
    let (company, website, about) = (fields.get("company"), fields.get("website"), fields.get("about"));
    if company.is_empty() || company.chars().count() > 200 || about.chars().count() > 2000 {
        return Err(back("A company has a name of 1 to 200 characters; what is said about it has at most 2,000."));
    }
    if !website.is_empty() && !(website.len() <= 500 && (website.starts_with("https://") || website.starts_with("http://"))) {
        return Err(back("The website is an address that begins with https://."));
    }
    for (name, value) in [("company", company), ("website", website), ("about", about)] {
        person.partners.set_jr_setting(name, value).await?;
    }
    person.done("Saved.", PROFILE).await
}
