//! Settings: how long a rejection can be undone, how days are counted, letters.

use super::Done;
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use db::{Sql, params};
use std::time::Duration;
use web::{Fields, Markup, Problem, html, ui};

pub const HERE: &str = "/findem/settings";
pub const LETTERS: &str = "/findem/settings/letters";

/// How long a rejection can be undone, unless somebody said otherwise, minutes.
const UNDO: u64 = 10;

pub fn routes() -> Router<Partners> {
    Router::new().route(HERE, get(show).post(save)).merge(crate::letter_texts::routes(&super::texts::TEXTS))
}

pub fn frame(here: &str, body: &Markup) -> Markup {
    html! {
        (ui::heading("Settings", "", &html! {}))
        (ui::tabs("Settings", &[("Review", HERE.to_owned()), ("Letters", LETTERS.to_owned())], here))
        (body)
    }
}

impl Partners {
    pub(super) async fn fd_setting(&self, db: &impl Sql, name: &str) -> db::Result<String> {
        let row = db.row("select value from fd_setting where name = $1", params![name]).await?;
        row.map_or(Ok(String::new()), |row| row.text("value"))
    }

    /// Sets one: `undo_minutes`, `zone`, `workdays`, `digest`, `letter`, `letter_hours`.
    pub(super) async fn set_fd_setting(&self, name: &str, value: &str) -> db::Result<()> {
        let sql = "insert into fd_setting (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value";
        self.db.run(sql, params![name, value]).await.map(drop)
    }

    /// How long a rejection can be undone.
    pub(super) async fn undo_window(&self) -> db::Result<Duration> {
        let minutes = self.fd_setting(&self.db, "undo_minutes").await?.parse().unwrap_or(UNDO);
        Ok(Duration::from_secs(minutes * 60))
    }
}

async fn show(person: Person) -> Result<Html<String>, Problem> {
    person.need_fd_admin()?;
    let (partners, db) = (&person.partners, &person.partners.db);
    let minutes = partners.undo_window().await?.as_secs() / 60;
    let zone = partners.fd_setting(db, "zone").await?;
    let hours = partners.fd_setting(db, "letter_hours").await?;
    let (workdays, digest) = (partners.fd_setting(db, "workdays").await?, partners.fd_setting(db, "digest").await?);
    let letter = partners.fd_setting(db, "letter").await?;
    let tick =
        |name: &str, label: &str, on: bool| html! { label.tick { input type="checkbox" name=(name) value="yes" checked[on]; span { (label) } } };
    let main = frame(
        HERE,
        &html! {
            form.card.fields.middle method="post" action=(HERE) {
                (ui::field("Minutes in which a rejection can be undone (0 to 4320)", "undo_minutes", "number", &minutes.to_string(), true))
                p.hint { "Lever learns of it only then. Advances go at once." }
                (ui::field("Time zone in which days are counted", "zone", "text", if zone.is_empty() { "UTC" } else { &zone }, true))
                (tick("workdays", "Count only Monday to Friday for how long an application may stay at a stage", !workdays.is_empty()))
                (tick("digest", "Tell owners in the morning what is overdue", digest != "off"))
                (tick("letter", "Offer to write to whoever is rejected. The box beside the reason is off until somebody ticks it.", !letter.is_empty()))
                (ui::field("Hours until that letter goes (0 to 240)", "letter_hours", "number", if hours.is_empty() { "0" } else { &hours }, true))
                div.actions { button.main type="submit" { "Save" } }
            }
        },
    );
    person.findem("Settings", false, main).await
}

async fn save(person: Person, fields: Fields) -> Done {
    person.need_fd_admin()?;
    let back = |why: &str| Problem::bad_request(why).way_on("Back to the settings", HERE);
    let (minutes, hours) = (fields.get("undo_minutes").parse::<u64>(), fields.get("letter_hours").parse::<u64>());
    let (Ok(minutes @ 0..=4320), Ok(hours @ 0..=240)) = (minutes, hours) else {
        return Err(back("The minutes are a number from 0 to 4320, the hours one from 0 to 240. Nothing was changed."));
    };
    let zone = fields.get("zone");
    if jiff::tz::TimeZone::get(zone).is_err() {
        return Err(back(&format!(
            "There is no time zone {zone:?}. Time zones are called Europe/Berlin, America/New_York, Etc/GMT+8. Nothing was changed."
        )));
    }
    let on = |name: &str, yes: &'static str, no: &'static str| if fields.is_on(name) { yes } else { no };
    let (minutes, hours) = (minutes.to_string(), hours.to_string());
    for (name, value) in [
        ("undo_minutes", minutes.as_str()),
        ("letter_hours", hours.as_str()),
        ("zone", zone),
        ("workdays", on("workdays", "yes", "")),
        ("digest", on("digest", "", "off")),
        ("letter", on("letter", "yes", "")),
    ] {
        person.partners.set_fd_setting(name, value).await?;
    }
    person.done("Saved.", HERE).await
}
