//! Settings: the texts of letters.

use super::texts::TEXTS;
use crate::Partners;
use axum::Router;
use axum::routing::get;
use web::{Markup, html, see_other, ui};

pub const HERE: &str = "/job-ring/settings";
pub const LETTERS: &str = "/job-ring/settings/letters";

pub fn routes() -> Router<Partners> {
    Router::new().route(HERE, get(|| async { see_other(LETTERS) })).merge(crate::letter_texts::routes(&TEXTS))
}

pub fn frame(here: &str, body: &Markup) -> Markup {
    html! { (ui::heading("Settings", "", &html! {})) (ui::tabs("Settings", &[("Letters", LETTERS.to_owned())], here)) (body) }
}
