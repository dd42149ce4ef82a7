//! The style sheet and the script, served from the binary under names that change with their content.

use axum::Router;
use axum::http::header;
use axum::routing::get;
use maud::{Markup, html};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

const CSS: &str = include_str!("assets/app.css");
const JS: &str = include_str!("assets/app.js");
const INTERVIEW: &str = include_str!("assets/interview.js");
const ICON: &str = include_str!("assets/icon.svg");

/// Changes with every edit, so that browsers may keep files for a year.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = DefaultHasher::new();
    (CSS, JS, INTERVIEW, ICON).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
});

pub(crate) fn head(title: &str) -> Markup {
    let v = VERSION.as_str();
    html! {
        meta charset="utf-8";
        meta name="viewport" content="width=device-width, initial-scale=1";
        meta name="color-scheme" content="light dark";
        title { (title) }
        link rel="stylesheet" href=(format!("/assets/app.css?v={v}"));
        link rel="icon" href=(format!("/assets/icon.svg?v={v}")) type="image/svg+xml";
        script defer src=(format!("/assets/app.js?v={v}")) {}
    }
}

/// Where a script of its own lies, beside the one every page has: `interview.js`.
#[must_use]
pub fn script(name: &str) -> String {
    format!("/assets/{name}?v={}", VERSION.as_str())
}

pub(crate) fn routes() -> Router {
    let file = |kind: &'static str, body: &'static str| {
        get(move || async move { ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")], body) })
    };
    Router::new()
        .route("/assets/app.css", file("text/css; charset=utf-8", CSS))
        .route("/assets/app.js", file("text/javascript; charset=utf-8", JS))
        .route("/assets/interview.js", file("text/javascript; charset=utf-8", INTERVIEW))
        .route("/assets/icon.svg", file("image/svg+xml", ICON))
}
