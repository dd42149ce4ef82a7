//! What a list page is asked for: words, days, a place in the list. The same question asks for an export.

use crate::runs::day;
use crate::{audit, hires};
use clock::Ms;
use pipeline::WhichTold;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use web::{Markup, Problem, html, ui};

/// The query of a list page. Everything is optional.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Asked {
    /// Words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub q: String,
    /// How a hire stands.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub state: String,
    /// Which event.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub event: String,
    /// Which connection.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub connection: String,
    /// First day: `2026-01-31`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// Last day.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub until: String,
    /// Which run.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub run: String,
    /// After the row of this time, ms ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<i64>,
    /// ... and this id.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub after: String,
}

/// Rows on one page.
pub const PAGE: i64 = 100;

impl Asked {
    fn days(&self) -> Result<(Option<Ms>, Option<Ms>), Problem> {
        let read = |text: &str| day(text).map_err(Problem::bad_request);
        // The last day counts to its end.
        Ok((read(&self.from)?, read(&self.until)?.map(|at| at.plus(Duration::from_secs(86_400)))))
    }

    fn place(&self) -> Option<(Ms, String)> {
        self.at.map(|at| (Ms(at), self.after.clone()))
    }

    pub fn hires(&self) -> Result<hires::Which, Problem> {
        let (from, until) = self.days()?;
        let (state, connection) = (self.state.clone(), self.connection.clone());
        Ok(hires::Which { search: self.q.clone(), state, connection, from, until, after: self.place() })
    }

    pub fn told(&self) -> Result<WhichTold, Problem> {
        let (from, until) = self.days()?;
        // A Lever address is looked for by its last part.
        let text = self.q.trim().trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
        Ok(WhichTold { source: self.connection.clone(), kind: self.event.clone(), text, from, until, after: self.place() })
    }

    pub fn audit(&self) -> Result<audit::Which, Problem> {
        let (from, until) = self.days()?;
        Ok(audit::Which { text: self.q.trim().to_owned(), from, until, after: self.place() })
    }

    /// The same question from another place on.
    pub fn after(&self, at: Ms, id: &str) -> Self {
        Self { at: Some(at.0), after: id.to_owned(), ..self.clone() }
    }

    /// The same question, all of its answer.
    pub fn whole(&self) -> Self {
        Self { at: None, after: String::new(), ..self.clone() }
    }

    /// As it stands in an address.
    pub fn query(&self) -> String {
        serde_html_form::to_string(self).unwrap_or_default()
    }
}

/// A labelled choice of a filter; the first is any.
pub fn choice(label: &str, name: &str, any: &str, options: &[(&str, &str)], chosen: &str) -> Markup {
    let all: Vec<(String, String)> =
        std::iter::once(("", any)).chain(options.iter().copied()).map(|(value, text)| (value.to_owned(), text.to_owned())).collect();
    ui::choice(label, name, &all, chosen)
}

/// The form above a list, with what is special to it between words and days.
pub fn form(page: &str, words: &str, asked: &Asked, special: &Markup) -> Markup {
    html! {
        form.inline.filter method="get" action=(format!("/{page}")) role="search" {
            (ui::field(words, "q", "search", &asked.q, false))
            (special)
            (ui::field("From", "from", "date", &asked.from, false))
            (ui::field("Until", "until", "date", &asked.until, false))
            button type="submit" { "Show" }
        }
    }
}

/// Below a list: the next page, and the whole list as a file.
pub fn foot(page: &str, asked: &Asked, next: Option<Asked>) -> Markup {
    let query = asked.whole().query();
    html! {
        p.actions {
            @if let Some(next) = next { a.button href=(format!("/{page}?{}", next.query())) { "Older" } }
            span.soft { "All of these as " a href=(format!("/export/{page}.csv?{query}")) { "CSV" } " or " a href=(format!("/export/{page}.json?{query}")) { "JSON" } }
        }
    }
}

/// A page of rows, and from where the next begins.
pub fn cut<T>(mut rows: Vec<T>, place: impl Fn(&T) -> (Ms, String), asked: &Asked) -> (Vec<T>, Option<Asked>) {
    let most = usize::try_from(PAGE).unwrap_or(100);
    let more = rows.len() > most;
    rows.truncate(most);
    let next = rows.last().filter(|_| more).map(|last| {
        let (at, id) = place(last);
        asked.after(at, &id)
    });
    (rows, next)
}
