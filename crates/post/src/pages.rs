//! How letters are shown, the same on every side: what went out, what did not and why. Without a mail server this is where they
//! can be read.

use crate::Stored;
use clock::Ms;
use web::{Markup, html, ui};

fn state(state: &str) -> Markup {
    match state {
        "sent" => ui::badge("good", "sent"),
        "kept" => ui::badge("good", "kept here"),
        "refused" => ui::badge("bad", "refused"),
        "unsure" => ui::badge("bad", "perhaps sent"),
        _ => ui::badge("wait", "waiting"),
    }
}

/// The newest, each leading to itself below `here`. `sends`: there is a mail server.
#[must_use]
pub fn list(letters: &[Stored], here: &str, sends: bool, now: Ms) -> Markup {
    let hint = if sends {
        "What was handed to the mail server, the newest first."
    } else {
        "No mail server is set, so letters are not sent: they are kept here. The operator can name one with FULCRUM_SMTP_URL."
    };
    let rows = html! {
        @for l in letters {
            tr {
                td { a href=(format!("{here}/{}", l.id)) { (l.subject) } }
                td { (l.to_name) " " span.soft { (l.to_email) } }
                td { (state(&l.state)) @if !l.why.is_empty() { " " (l.why) } }
                td { (ui::when(l.at, now)) }
            }
        }
    };
    html! {
        (ui::heading("Mail", hint, &html! {}))
        @if letters.is_empty() { (ui::empty("No letters yet", "Whatever is written to people stands here.")) }
        @else { (ui::table("Letters", &["Subject", "To", "State", "Written"], &rows)) }
    }
}

/// One of them. What leads to `base` can be followed, as in any mail program.
#[must_use]
pub fn show(letter: &Stored, here: &str, base: &str, now: Ms) -> Markup {
    html! {
        (ui::heading(&letter.subject, "", &html! { a.button href=(here) { "Back" } }))
        section.card.middle {
            (ui::facts(&[
                ("To", html! { (letter.to_name) " <" (letter.to_email) ">" }),
                ("Written", ui::when(letter.at, now)),
                ("State", html! { (state(&letter.state)) @if !letter.why.is_empty() { " " (letter.why) } }),
            ]))
            hr;
            @for paragraph in letter.body.split("\n\n") {
                p { @for line in paragraph.lines() { @if line.starts_with(base.trim_end_matches('/')) { a href=(line) { (line) } } @else { (line) } br; } }
            }
            @if letter.state != "waiting" { div.actions { (ui::action(&format!("{here}/{}/again", letter.id), "Send again", "")) } }
        }
    }
}
