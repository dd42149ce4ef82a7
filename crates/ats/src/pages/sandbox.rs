//! Settings > Sandbox, only where there is one: letting things go wrong for a while, and moving the clock.

use super::Viewer;
use crate::Ats;
use crate::people::Right;
use crate::sandbox::{Kind, NewFault};
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use clock::Ms;
use web::{Fields, Markup, Problem, html, ui};

pub const SANDBOX: &str = "/settings/sandbox";

pub fn routes() -> Router<Ats> {
    Router::new().route(SANDBOX, get(show).post(add)).route("/settings/sandbox/{id}/end", post(end)).route("/settings/sandbox/clock", post(clock))
}

impl Viewer {
    fn need_sandbox(&self) -> Result<(), Problem> {
        self.need(Right::ManageIntegrations)?;
        if self.ats.sandbox.is_some() { Ok(()) } else { Err(Problem::not_found()) }
    }

    /// What every page says while something is made to go wrong.
    pub async fn sandbox_banner(&self) -> Result<Markup, Problem> {
        let faults = if self.ats.sandbox.is_some() { self.ats.faults().await? } else { Vec::new() };
        let now = self.ats.clock.now();
        Ok(html! {
            @for fault in &faults {
                p.warn role="status" {
                    b { "Sandbox: " } (fault.kind.words()) @if fault.share < 100 { ", " (fault.share) " of 100 times" } ", until " (ui::when(Ms(fault.until), now)) ". "
                    @if self.person.may(Right::ManageIntegrations) { a href=(SANDBOX) { "End it" } }
                }
            }
        })
    }
}

async fn show(viewer: Viewer) -> Result<Html<String>, Problem> {
    viewer.need_sandbox()?;
    page(&viewer, None).await
}

async fn page(viewer: &Viewer, why: Option<&str>) -> Result<Html<String>, Problem> {
    let (faults, now) = (viewer.ats.faults().await?, viewer.ats.clock.now());
    let kinds: Vec<_> = Kind::ALL.iter().map(|kind| (kind.name().to_owned(), kind.words().to_owned())).collect();
    let words = |pairs: &[(&str, &str)]| pairs.iter().map(|(value, text)| ((*value).to_owned(), (*text).to_owned())).collect::<Vec<_>>();
    let rows = html! {
        @for fault in &faults {
            tr {
                td { (fault.kind.words()) " " code { (fault.kind.name()) } }
                td { (fault.share) " of 100" }
                td { (if fault.path.is_empty() { "everywhere" } else { &fault.path }) }
                td { (ui::when(Ms(fault.until), now)) }
                td.end { (ui::action(&format!("{SANDBOX}/{}/end", fault.id), "End", "danger")) }
            }
        }
    };
    let main = html! {
        (ui::heading("Sandbox", "What goes wrong in real life, on demand. Everything here ends by itself.", &html! {}))
        @if faults.is_empty() { (ui::empty("Nothing is wrong", "Let something go wrong below, and see whether your program minds.")) }
        @else { (ui::table("What goes wrong", &["What", "How often", "Where", "Ends", ""], &rows)) }
        div.grid {
            section.card {
                h2 { "Let something go wrong" }
                @if let Some(why) = why { p.error role="alert" { (why) } }
                form.fields method="post" action=(SANDBOX) {
                    (ui::choice("What", "kind", &kinds, "answers-429"))
                    (ui::choice("How often", "share", &words(&[("100", "always"), ("50", "every other time"), ("10", "one in ten times"), ("1", "one in a hundred times")]), "100"))
                    (ui::choice("For", "seconds", &words(&[("60", "a minute"), ("600", "ten minutes"), ("3600", "an hour"), ("86400", "a day")]), "600"))
                    (ui::field("How late, where something is late (ms)", "late_ms", "number", "5000", false))
                    (ui::field("Only below this path of the API", "path", "text", "", false))
                    div.actions { button.main type="submit" { "Let it go wrong" } }
                }
            }
            section.card {
                h2 { "The clock" }
                p { "It is " b { (web::moment(now)) } "." }
                div.actions {
                    @for (label, seconds) in [("A minute later", 60), ("An hour later", 3600), ("A day later", 86_400)] {
                        form.inline method="post" action="/settings/sandbox/clock" { input type="hidden" name="seconds" value=(seconds); button type="submit" { (label) } }
                    }
                }
                p.hint { "All sides that run in this process go along. Tokens end, webhooks are tried again, uploads expire." }
            }
        }
        section.card {
            h2 { "For programs" }
            p { "With any API key, and by the command line beside a running server:" }
            pre { "curl -u KEY: -X POST " (viewer.ats.base) "sandbox/faults -d '{\"kind\":\"answers-500\",\"share\":10,\"seconds\":60}'\nfulcrum ats sandbox fault answers-500 --share 10 --seconds 60\nfulcrum ats sandbox clock 3600" }
        }
    };
    viewer.live_page("Sandbox", main).await
}

async fn add(viewer: Viewer, fields: Fields) -> Result<Response, Problem> {
    viewer.need_sandbox()?;
    let number = |name: &str, usual: i64| fields.some(name).map_or(Some(usual), |text| text.parse().ok());
    let kind = fields.get("kind").parse::<Kind>().ok();
    let (Some(kind), Some(share), Some(late_ms), Some(seconds)) = (kind, number("share", 100), number("late_ms", 5000), number("seconds", 600))
    else {
        return Ok(page(&viewer, Some("One of these is not a number.")).await?.into_response());
    };
    let path = fields.get("path").to_owned();
    match viewer.ats.add_fault(&NewFault { kind, share, late_ms, path, seconds }).await {
        Ok(_) => viewer.done("It goes wrong from now on, until its time is over.", SANDBOX).await,
        Err(refusal) => Ok(page(&viewer, Some(&refusal.message)).await?.into_response()),
    }
}

async fn end(viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    viewer.need_sandbox()?;
    viewer.ats.end_fault(&id).await?;
    viewer.done("It is over.", SANDBOX).await
}

async fn clock(viewer: Viewer, fields: Fields) -> Result<Response, Problem> {
    viewer.need_sandbox()?;
    let seconds = fields.get("seconds").parse().map_err(|_| Problem::bad_request("That is no time to go by.").way_on("Back", SANDBOX))?;
    viewer.ats.move_clock(seconds)?;
    viewer.done("The clock was moved.", SANDBOX).await
}
