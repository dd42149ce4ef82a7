//! A form that joins names of one side with entries of the other, one choice each.

use crate::{Fields, ui};
use maud::{Markup, html};

/// Names of one kind.
pub struct Group {
    /// What stands above them.
    pub legend: String,
    /// The first part of the names of their fields.
    pub kind: &'static str,
    /// The names.
    pub rows: Vec<Joined>,
}

/// A name, and what it is joined with.
pub struct Joined {
    /// Its id.
    pub id: String,
    /// As people read it.
    pub name: String,
    /// What stands in the form; empty: nothing changes; none: nobody has said.
    pub chosen: Option<String>,
    /// Nobody uses it any more.
    pub gone: bool,
}

/// Nothing changes. No entry's id begins so.
const STAYS: &str = "-";

/// The form; `more` stands before its button.
#[must_use]
pub fn form(to: &str, groups: &[Group], entries: &[(String, String)], more: &Markup, may: bool) -> Markup {
    let mut options = vec![(String::new(), "choose…".to_owned())];
    options.extend(entries.iter().cloned());
    options.push((STAYS.to_owned(), "it stays as it is".to_owned()));
    let field = |kind: &str, row: &Joined| {
        let chosen = match row.chosen.as_deref() {
            None => "",
            Some("") => STAYS,
            Some(entry) => entry,
        };
        let mut options = options.clone();
        if !options.iter().any(|(value, _)| value == chosen) {
            options.push((chosen.to_owned(), "one that is gone".to_owned()));
        }
        html! {
            div.heading {
                (ui::choice(&row.name, &format!("{kind}.{}", row.id), &options, chosen))
                @if row.gone { (ui::badge("plain", "not in use")) } @else if row.chosen.is_none() { (ui::badge("wait", "not mapped")) }
            }
        }
    };
    html! {
        form.fields method="post" action=(to) {
            @for group in groups { fieldset disabled[!may] { legend { (group.legend) } @for row in &group.rows { (field(group.kind, row)) } } }
            (more)
            @if may { div.actions { button.main type="submit" { "Save the mapping" } } }
        }
    }
}

/// What was chosen for names of a kind, by id; empty: nothing changes; none: nobody says.
#[must_use]
pub fn read(form: &Fields, kind: &str) -> Vec<(String, Option<String>)> {
    let prefix = format!("{kind}.");
    let row = |(name, value): (&str, &str)| {
        let chosen = Some(value).filter(|value| !value.is_empty()).map(|value| if value == STAYS { String::new() } else { value.to_owned() });
        Some((name.strip_prefix(&prefix)?.to_owned(), chosen))
    };
    form.pairs().filter_map(row).collect()
}
