//! Equal opportunity: what applicants answered about themselves, as sums, for whoever looks after it and nobody else. Nothing here leads
//! to a person, and no list of people knows of it.

use super::{APP, EEO};
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use db::Sql;
use std::collections::BTreeMap;
use web::{Markup, Problem, html, ui};

pub const HERE: &str = "/findem/equal-opportunity";

/// Fewer answers than this are not shown: they could be somebody's.
const FEW: i64 = 5;

pub fn routes() -> Router<Partners> {
    Router::new().route(HERE, get(show))
}

impl Partners {
    /// How often each answer to a question was given. Few are put together, and where that leaves few, nothing is told.
    async fn eeo_sums(&self, column: &'static str) -> db::Result<Vec<(String, i64)>> {
        let sql = format!("select {column} as answer, count(*) as n from fd_eeo group by {column} order by n desc, {column}");
        let mut all = BTreeMap::new();
        for row in self.db.rows(&sql, vec![]).await? {
            let answer = row.text("answer")?;
            all.insert(if answer.is_empty() { "no answer".to_owned() } else { answer }, row.int("n")?);
        }
        Ok(told(all))
    }
}

fn told(all: BTreeMap<String, i64>) -> Vec<(String, i64)> {
    let (mut shown, few): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, n)| *n >= FEW);
    let rest: i64 = few.iter().map(|(_, n)| n).sum();
    if few.len() == 1 && rest < FEW {
        // What is left out could be worked out from the others: so one more goes with it.
        if let Some((_, n)) = shown.iter().enumerate().min_by_key(|(_, (_, n))| *n).map(|(i, _)| i).map(|i| shown.remove(i)) {
            shown.push(("others".to_owned(), rest + n));
        }
        return shown;
    }
    if rest >= FEW {
        shown.push(("others".to_owned(), rest));
    }
    shown
}

async fn show(person: Person) -> Result<Html<String>, Problem> {
    if person.role != EEO {
        return Err(Problem::forbidden("This is for the EEO Officer alone: whoever reviews applications must not know it.")
            .way_on("Home", format!("/{APP}/")));
    }
    let mut cards: Vec<(&str, Markup)> = Vec::new();
    for (title, column) in [("Gender", "gender"), ("Race", "race"), ("Veteran status", "veteran"), ("Disability", "disability")] {
        let answers = person.partners.eeo_sums(column).await?;
        let most = answers.iter().map(|(_, n)| *n).max().unwrap_or(1);
        cards.push((
            title,
            html! {
                @if answers.is_empty() { p.soft { "Too few answers to be shown." } }
                ul.list { @for (answer, n) in &answers { li { span { (answer) } meter min="0" max=(most) value=(n) { (n) } b { (n) } } } }
            },
        ));
    }
    let main = html! {
        (ui::heading("Equal opportunity", "What applicants answered of their own free will, as sums. Kept apart from everything else; it weighs on nobody.", &html! {}))
        p.hint { "Answers given fewer than " (FEW) " times are put together, or left out. An admin switches on whether they are kept at all: Integrations > Lever > Manage." }
        div.grid { @for (title, card) in &cards { section.card { h2 { (title) } (card) } } }
    };
    person.findem("Equal opportunity", true, main).await
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn fnd_o09_few_answers_are_nobody_s_and_cannot_be_worked_out() {
        let of = |all: &[(&str, i64)]| told(all.iter().map(|(answer, n)| ((*answer).to_owned(), *n)).collect());
        assert_eq!(of(&[("a", 12), ("b", 7)]), [("a".to_owned(), 12), ("b".to_owned(), 7)]);
        assert_eq!(
            of(&[("a", 12), ("b", 7), ("c", 2)]),
            [("a".to_owned(), 12), ("others".to_owned(), 9)],
            "the one that is left out is not the difference"
        );
        assert_eq!(of(&[("a", 12), ("b", 3), ("c", 2)]), [("a".to_owned(), 12), ("others".to_owned(), 5)]);
        assert_eq!(of(&[("a", 12), ("b", 1), ("c", 1)]), [("a".to_owned(), 12)]);
        assert!(of(&[("a", 2)]).is_empty());
    }
}
