//! The sandbox, only in the demo: what a trial needs and real life brings by itself.

use super::Viewer;
use crate::Hub;
use crate::connections::DAILY;
use axum::Router;
use axum::response::{Html, Response};
use axum::routing::{get, post};
use clock::Ms;
use std::time::Duration;
use web::{Fields, Problem, html, ui};

pub fn routes() -> Router<Hub> {
    Router::new().route("/sandbox", get(show)).route("/sandbox/clock", post(clock))
}

impl Viewer {
    fn need_demo(&self) -> Result<(), Problem> {
        if self.hub.demo.is_some() { Ok(()) } else { Err(Problem::not_found()) }
    }

    async fn next_import(&self) -> Result<Option<Ms>, Problem> {
        let mut next = None;
        for c in self.hub.connections(&self.operator.tenant).await? {
            let at = pipeline::next_due(&self.hub.db, &c.tenant, &c.id, DAILY).await?;
            next = [next, at].into_iter().flatten().min();
        }
        Ok(next)
    }
}

async fn show(viewer: Viewer) -> Result<Html<String>, Problem> {
    viewer.need_demo()?;
    let now = viewer.hub.clock.now();
    let next = viewer.next_import().await?;
    let main = html! {
        (ui::heading("Sandbox", "Only in the demo: what would take hours comes at a click.", &html! {}))
        section.card {
            h2 { "The clock" }
            p { "It is " b { (web::moment(now)) } " for all three sides." }
            div.actions {
                @for (label, seconds) in [("A minute later", 60), ("An hour later", 3600), ("A day later", 86_400)] {
                    form.inline method="post" action="/sandbox/clock" { input type="hidden" name="seconds" value=(seconds); button type="submit" { (label) } }
                }
                @if let Some(at) = next {
                    form.inline method="post" action="/sandbox/clock" {
                        input type="hidden" name="seconds" value=(at.since(now).as_secs() + 1);
                        button.main type="submit" { "To the next Automatic Import" }
                    }
                }
            }
            p.hint { "Who is signed in for longer than half a day by this clock signs in again." }
        }
    };
    viewer.form_page("Sandbox", main).await
}

async fn clock(viewer: Viewer, form: Fields) -> Result<Response, Problem> {
    viewer.need_demo()?;
    viewer.need_change()?;
    let seconds: u64 =
        form.get("seconds").parse().ok().filter(|s| *s <= 400 * 86_400).ok_or_else(|| Problem::bad_request("That is no time to go by."))?;
    viewer.hub.clock.advance(Duration::from_secs(seconds));
    viewer.hub.committed();
    viewer.done("The clock was moved.", "/sandbox").await
}
