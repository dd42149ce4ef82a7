//! A page that says what went wrong, who can mend it and where to go next. No dead ends.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, html};

/// What the person sees instead of the page they wanted.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    title: String,
    why: String,
    ways_on: Vec<(String, String)>,
    /// There is no way on, see [`Problem::ending_here`].
    ends_here: bool,
}

impl Problem {
    /// From its parts.
    pub fn new(status: StatusCode, title: impl Into<String>, why: impl Into<String>) -> Self {
        Self { status, title: title.into(), why: why.into(), ways_on: Vec::new(), ends_here: false }
    }

    /// The request makes no sense.
    pub fn bad_request(why: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "That could not be done", why)
    }

    /// There is no such page, or this person may not know of it.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "There is nothing here", "The address may be mistyped, or what stood here was removed.")
    }

    /// There is something, and it is asked for in another way: a form that was bookmarked, a link that is a button.
    #[must_use]
    pub fn not_this_way() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "This address is not a page", "It is where a button leads. Go back, and press the button.")
    }

    /// This person lacks a right; the sentence names it and who can give it.
    pub fn forbidden(why: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "You may not do this", why)
    }

    /// A sentence that helps and a link that leads on.
    #[must_use]
    pub fn way_on(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.ways_on.push((label.into(), href.into()));
        self
    }

    /// There is no way on from here: whoever follows a private link has nothing to do elsewhere.
    #[must_use]
    pub const fn ending_here(mut self) -> Self {
        self.ends_here = true;
        self
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The sentence.
    #[must_use]
    pub fn why(&self) -> &str {
        &self.why
    }
}

/// Logged once, here; the person learns that it is our fault and nothing else.
impl From<db::Error> for Problem {
    fn from(e: db::Error) -> Self {
        tracing::error!(error = %e, "a page could not be made");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong here",
            "This is a fault of this server, not yours. Nothing was changed. Its log says more; trying again may help.",
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let ways = if self.ways_on.is_empty() && !self.ends_here { vec![("Back to the start".to_owned(), "/".to_owned())] } else { self.ways_on };
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    (crate::assets::head(&self.title))
                }
                body.plain {
                    main.card.narrow {
                        @if !self.status.is_success() { p.kicker { (self.status.as_u16()) } }
                        h1 { (self.title) }
                        p { (self.why) }
                        p.actions { @for (label, href) in &ways { a.button href=(href) { (label) } } }
                    }
                }
            }
        };
        (self.status, Html(page.into_string())).into_response()
    }
}
