//! Components: the few shapes every page is made of. No page invents a class.

use clock::Ms;
use maud::{Markup, html};

/// A labelled input. `kind` is the HTML type.
#[must_use]
pub fn field(label: &str, name: &str, kind: &str, value: &str, required: bool) -> Markup {
    html! {
        label.field {
            span { (label) }
            input type=(kind) name=(name) value=(value) required[required] autocomplete=(autocomplete(name, kind));
        }
    }
}

fn autocomplete(name: &str, kind: &str) -> &'static str {
    match (name, kind) {
        ("email", _) => "username",
        (_, "password") => "current-password",
        _ => "off",
    }
}

/// A labelled choice.
#[must_use]
pub fn choice(label: &str, name: &str, options: &[(String, String)], chosen: &str) -> Markup {
    select(label, name, options, chosen, false)
}

/// The same where nothing is chosen beforehand, and something must be.
#[must_use]
pub fn must_choose(label: &str, name: &str, options: &[(String, String)], chosen: &str) -> Markup {
    select(label, name, options, chosen, true)
}

fn select(label: &str, name: &str, options: &[(String, String)], chosen: &str, required: bool) -> Markup {
    html! {
        label.field {
            span { (label) }
            select name=(name) required[required] {
                @for (value, text) in options { option value=(value) selected[value == chosen] { (text) } }
            }
        }
    }
}

/// A form with one button: an action on the page it stands on.
#[must_use]
pub fn action(to: &str, label: &str, class: &str) -> Markup {
    html! { form.inline method="post" action=(to) { button class=(class) type="submit" { (label) } } }
}

/// An action that cannot be taken back: it is asked for again before it is done.
#[must_use]
pub fn sure(to: &str, label: &str, words: &str, yes: &str) -> Markup {
    html! {
        details.sure {
            summary { (label) }
            p { (words) }
            form method="post" action=(to) { button.danger type="submit" { (yes) } }
        }
    }
}

/// A switch that is a button, so that it works without script: says what it is and turns on click.
#[must_use]
pub fn switch(to: &str, label: &str, on: bool) -> Markup {
    html! {
        form.inline method="post" action=(to) {
            input type="hidden" name="on" value=(if on { "" } else { "yes" });
            button.switch type="submit" role="switch" aria-checked=(if on { "true" } else { "false" }) aria-label=(label) { span {} }
        }
    }
}

/// How a setting is entered.
pub enum Entry<'a> {
    /// On or off.
    Switch(bool),
    /// A line of text.
    Line(&'a str),
    /// One of these: value and words; and the one that is chosen.
    Choice(Vec<(String, String)>, &'a str),
}

impl<'a> Entry<'a> {
    /// After the kind of a setting, as APIs name it.
    #[must_use]
    pub fn of(kind: &str, value: &'a serde_json::Value, options: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let text = value.as_str().unwrap_or_default();
        match kind {
            "switch" => Self::Switch(*value == true),
            "choice" => Self::Choice(options.map(|(value, label)| (value.to_owned(), label.to_owned())).collect(), text),
            _ => Self::Line(text),
        }
    }
}

/// A setting with what it does. Its form sends `on` for a switch and `value` for anything else.
#[must_use]
pub fn setting(to: &str, label: &str, help: &str, entry: &Entry<'_>, may: bool) -> Markup {
    html! {
        div.heading {
            div { h3 { (label) } p.hint { (help) } }
            @match entry {
                Entry::Switch(on) => { @if may { (switch(to, label, *on)) } @else { (badge("plain", if *on { "on" } else { "off" })) } }
                Entry::Line(value) => {
                    @if may {
                        form.inline method="post" action=(to) {
                            input name="value" value=(value) aria-label=(label) required autocomplete="off";
                            button type="submit" { "Save" }
                        }
                    } @else { (value) }
                }
                Entry::Choice(options, chosen) => {
                    @if may {
                        form.inline method="post" action=(to) {
                            select name="value" aria-label=(label) {
                                @for (value, text) in options { option value=(value) selected[value == chosen] { (text) } }
                            }
                            button type="submit" { "Save" }
                        }
                    } @else { (options.iter().find(|(value, _)| value == chosen).map_or(*chosen, |(_, text)| text.as_str())) }
                }
            }
        }
    }
}

/// A word about a state. `tone`: `good`, `wait`, `bad` or `plain`.
#[must_use]
pub fn badge(tone: &str, text: &str) -> Markup {
    html! { span class=(format!("badge {tone}")) { (text) } }
}

/// With this, a live page fetches itself again every so many seconds while it is seen.
#[must_use]
pub fn asks_again(seconds: u32) -> Markup {
    html! { div hidden data-asks-again=(seconds) {} }
}

/// A moment, exact on hover.
#[must_use]
pub fn when(at: Ms, now: Ms) -> Markup {
    html! { time datetime=(at.0) title=(crate::moment(at)) { (crate::moment_in_words(at, now)) } }
}

/// What stands where a list would be if there were anything in it: what it is for, and what to do first.
#[must_use]
pub fn empty(title: &str, hint: &str) -> Markup {
    html! { div.empty { p.strong { (title) } p { (hint) } } }
}

/// A title with what can be done beside it.
#[must_use]
pub fn heading(title: &str, hint: &str, actions: &Markup) -> Markup {
    html! {
        div.heading {
            div { h1 { (title) } @if !hint.is_empty() { p.hint { (hint) } } }
            div.actions { (actions) }
        }
    }
}

/// Tabs of a settings page.
#[must_use]
pub fn tabs(label: &str, entries: &[(&str, String)], here: &str) -> Markup {
    html! {
        nav.tabs aria-label=(label) {
            @for (text, href) in entries { a href=(href) aria-current=[(href == here).then_some("page")] { (text) } }
        }
    }
}

/// A table that scrolls sideways on a phone.
#[must_use]
pub fn table(caption: &str, columns: &[&str], rows: &Markup) -> Markup {
    html! {
        div.table role="region" aria-label=(caption) tabindex="0" {
            table {
                caption.hidden { (caption) }
                thead { tr { @for column in columns { th scope="col" { @if column.is_empty() { span.hidden { "Actions" } } @else { (column) } } } } }
                tbody { (rows) }
            }
        }
    }
}

/// Facts by name.
#[must_use]
pub fn facts(pairs: &[(&str, Markup)]) -> Markup {
    html! { dl.facts { @for (name, value) in pairs { div { dt { (name) } dd { (value) } } } } }
}

/// `1 permission`, `2 permissions`: for words that take an s.
#[must_use]
pub fn count(n: usize, thing: &str) -> String {
    if n == 1 { format!("1 {thing}") } else { format!("{n} {thing}s") }
}
