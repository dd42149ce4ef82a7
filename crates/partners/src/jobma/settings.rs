//! Settings: who invites, whom to ask, for how long recordings are kept; and the texts of letters.

use super::Done;
use super::texts::TEXTS;
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use db::Sql;
use web::{Fields, Markup, Problem, html, ui};

pub const HERE: &str = "/jobma/settings";
pub const LETTERS: &str = "/jobma/settings/letters";

/// The longest recordings can be kept by a number, days.
const LONGEST: u32 = 3650;

pub fn routes() -> Router<Partners> {
    Router::new().route(HERE, get(show).post(change)).merge(crate::letter_texts::routes(&TEXTS))
}

pub fn frame(here: &str, body: &Markup) -> Markup {
    let entries = [("General", HERE.to_owned()), ("Letters", LETTERS.to_owned())];
    html! { (ui::heading("Settings", "", &html! {})) (ui::tabs("Settings", &entries, here)) (body) }
}

impl Partners {
    /// Who invites, as candidates read it.
    pub(super) async fn jm_company(&self, db: &impl Sql) -> db::Result<String> {
        let name = self.jm_setting(db, "company").await?;
        Ok(if name.is_empty() { "Jobma".to_owned() } else { name })
    }

    /// For how many days recordings are kept once the interview is over; none: until somebody deletes them.
    pub(super) async fn kept_days(&self) -> db::Result<Option<u32>> {
        Ok(self.jm_setting(&self.db, "keep_days").await?.parse().ok())
    }
}

async fn show(person: Person) -> Result<Html<String>, Problem> {
    person.need_jobma_admin()?;
    let partners = &person.partners;
    let kept = partners.kept_days().await?.map(|days| days.to_string()).unwrap_or_default();
    let main = html! {
        form.card.fields.middle method="post" action=(HERE) {
            (ui::field("Company, as candidates read it", "company", "text", &partners.jm_company(&partners.db).await?, true))
            (ui::field("Support, for questions about Jobma", "support", "text", &partners.jm_setting(&partners.db, "support").await?, false))
            (ui::field("Days recordings are kept after an interview (empty: until they are deleted)", "keep_days", "number", &kept, false))
            p.hint { "What was written, chosen and rated stays; a candidate's wish to be deleted takes everything." }
            div.actions { button.main type="submit" { "Save" } }
        }
    };
    person.jobma("Settings", false, frame(HERE, &main)).await
}

async fn change(person: Person, fields: Fields) -> Done {
    person.need_jobma_admin()?;
    let back = |why: String| Problem::bad_request(why).way_on("Back to the settings", HERE);
    let (company, support, days) = (fields.get("company"), fields.get("support"), fields.get("keep_days"));
    if company.is_empty() || company.chars().count() > 200 || support.chars().count() > 200 {
        return Err(back("A company has a name of 1 to 200 characters; the support has at most 200.".to_owned()));
    }
    if !days.is_empty() && !days.parse::<u32>().is_ok_and(|days| (1..=LONGEST).contains(&days)) {
        return Err(back(format!("Recordings are kept 1 to {LONGEST} days, or, with nothing here, until they are deleted.")));
    }
    for (name, value) in [("company", company), ("support", support), ("keep_days", days)] {
        person.partners.set_jm_setting(name, value).await?;
    }
    person.done("Saved.", HERE).await
}
