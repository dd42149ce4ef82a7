//! The frame around every page of a side: its name, the way around, who is signed in, and what was just done.

use crate::assets;
use axum::response::Html;
use maud::{DOCTYPE, Markup, html};

/// One entry of the navigation.
#[derive(Clone, Debug)]
pub struct Nav {
    /// What it says.
    pub label: &'static str,
    /// Where it leads.
    pub href: String,
}

/// The frame.
#[derive(Clone, Debug, Default)]
pub struct Shell {
    /// The product's name, top left.
    pub brand: std::borrow::Cow<'static, str>,
    /// Where the name leads.
    pub home: String,
    /// Chooses the accent colour: `hub`, `ats`, `hr-cloud`.
    pub side: &'static str,
    /// The way around.
    pub nav: Vec<Nav>,
    /// The address being shown, to mark its entry.
    pub here: String,
    /// The signed-in person's name; nobody if empty.
    pub person: String,
    /// Where the sign-out button posts to.
    pub sign_out: String,
    /// What was just done, in a sentence.
    pub said: Option<String>,
    /// Reload the page's content when the server says that it has come further than this.
    pub live: Option<u64>,
}

impl Shell {
    /// The whole page.
    pub fn page(&self, title: &str, main: &Markup) -> Html<String> {
        let page = html! {
            (DOCTYPE)
            html lang="en" data-side=(self.side) {
                head { (assets::head(&format!("{title} · {}", self.brand))) }
                body {
                    a.skip href="#main" { "Skip to the content" }
                    header.top {
                        a.brand href=(self.home) { (self.brand) }
                        @if !self.nav.is_empty() {
                            nav aria-label="Main" {
                                @for entry in &self.nav {
                                    a href=(entry.href) aria-current=[self.is_here(&entry.href).then_some("page")] { (entry.label) }
                                }
                            }
                        }
                        @if !self.person.is_empty() {
                            form.who method="post" action=(self.sign_out) {
                                span { (self.person) }
                                button.quiet type="submit" { "Sign out" }
                            }
                        }
                    }
                    main #main tabindex="-1" data-live=[self.live] {
                        @if let Some(said) = &self.said { p.said role="status" { (said) } }
                        (main)
                    }
                }
            }
        };
        Html(page.into_string())
    }

    /// The longest entry that the shown address begins with is where we are.
    fn is_here(&self, href: &str) -> bool {
        let begins = |href: &str| self.here == href || self.here.starts_with(&format!("{}/", href.trim_end_matches('/')));
        begins(href) && !self.nav.iter().any(|other| other.href.len() > href.len() && begins(&other.href))
    }
}
