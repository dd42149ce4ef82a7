//! The overview: how much came through, what waits and for what, the latest hires.

use super::hires::rows;
use super::{Viewer, state_badge};
use crate::Hub;
use crate::hires::Which;
use crate::troubles::Trouble;
use crate::work::THINK;
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use clock::Ms;
use db::{Sql, params};
use pipeline::MENDED;
use post::NOTICE;
use std::time::Duration;
use web::{Markup, Problem, html, ui};

pub fn routes() -> Router<Hub> {
    Router::new().route("/", get(show))
}

const DAY: Duration = Duration::from_secs(86_400);

/// One trouble, with the way to mend it.
fn trouble(t: &Trouble, may: bool) -> Markup {
    html! {
        div.(if t.grave { "error" } else { "warn" }) role=[t.grave.then_some("alert")] {
            b { (t.what) ". " } (t.why) " "
            a href=(t.mend.1) { (t.mend.0) }
            @if let Some(connection) = t.retry.as_ref().filter(|_| may) { " " (ui::action(&format!("/connections/{connection}/try-now"), "Try all now", "")) }
        }
    }
}

fn outcome(outcome: &str) -> Markup {
    match outcome {
        "done" => ui::badge("good", "confirmed"),
        "retry" => ui::badge("wait", "tried, goes on"),
        "held" => ui::badge("wait", "held"),
        MENDED => ui::badge("plain", "mended"),
        _ => ui::badge("bad", "failed"),
    }
}

/// A bar for each hour, the newest at the right; the numbers stand in a table for who cannot see it.
fn bars(hours: &[(Ms, i64)], now: Ms) -> Markup {
    let this_hour = now.0 / 3_600_000;
    let count = |hour: i64| hours.iter().find(|(at, _)| at.0 / 3_600_000 == hour).map_or(0, |(_, n)| *n);
    let most = hours.iter().map(|(_, n)| *n).max().unwrap_or(0).max(1);
    html! {
        svg.bars viewBox="0 0 240 60" role="img" aria-label=(format!("{} confirmed in the last day, at most {most} in an hour", hours.iter().map(|(_, n)| n).sum::<i64>())) {
            @for i in 0..24_i64 {
                @let n = count(this_hour - 23 + i);
                @let height = (n * 56 / most).max(i64::from(n > 0));
                rect x=(i * 10 + 1) y=(58 - height) width="8" height=(height) rx="1" { title { (web::moment(Ms((this_hour - 23 + i) * 3_600_000))) ": " (n) } }
            }
            line x1="0" y1="59" x2="240" y2="59" {}
        }
        p.soft { "At most " (most) " in an hour." }
    }
}

async fn show(viewer: Viewer) -> Result<Html<String>, Problem> {
    let (hub, tenant) = (&viewer.hub, viewer.operator.tenant.as_str());
    let connections = hub.connections(tenant).await?;
    let named = viewer.connections().await?;
    let partners: Vec<(&str, &str)> = named.iter().map(|(id, name)| (id.as_str(), name.as_str())).collect();
    let held = pipeline::held(&hub.db, tenant).await?;
    let waiting: i64 = held.iter().map(|h| h.count).sum();
    let count =
        async |sql: &str| -> Result<i64, Problem> { Ok(hub.db.row(sql, params![tenant]).await?.map(|row| row.int("n")).transpose()?.unwrap_or(0)) };
    let done = count("select count(*) as n from effect where tenant = $1 and kind <> 'notice' and connection <> '' and state = 'done'").await?;
    let failed = count("select count(*) as n from effect where tenant = $1 and kind <> 'notice' and connection <> '' and state = 'failed'").await?;
    let busy =
        count("select count(*) as n from effect where tenant = $1 and kind <> 'notice' and connection <> '' and state in ('ready', 'running')")
            .await?;
    let troubles = hub.troubles(tenant).await?;
    let hires = hub.hires(tenant, &Which::default(), 12).await?;
    let lately = pipeline::lately(&hub.db, tenant, NOTICE, THINK, 10).await?;
    let partner = |id: &str| match partners.as_slice() {
        [_, _, ..] => partners.iter().find(|(known, _)| *known == id).map_or("", |(_, name)| name),
        _ => "",
    };
    let subjects: Vec<&str> = lately.iter().map(|l| l.subject.as_str()).collect();
    let names = hub.names(tenant, &subjects).await?;
    let now = hub.clock.now();
    let hours = pipeline::done_by_hour(&hub.db, tenant, NOTICE, now.minus(DAY)).await?;
    let main = html! {
        (ui::heading("Overview", "Everybody Lever told us of, and what became of them.", &html! {}))
        @for t in &troubles { (trouble(t, viewer.operator.may_change())) }
        div.tiles {
            a.tile href="/hires" { b { (done) } span { "confirmed at a partner" } }
            a.tile href="/holds" { b { (waiting) } span { "held, waiting for a person" } }
            a.tile href="/events" { b { (failed) } span { "failed" } }
            div.tile { b { (busy) } span { "under way" } }
        }
        @if !held.is_empty() {
            section.card {
                h2 { "What waits, and for what" }
                @for h in held.iter().take(5) { p { (state_badge("held")) " " b { (h.count) } " · " a href="/holds" { (h.cause) } @if !partner(&h.connection).is_empty() { span.soft { " at " (partner(&h.connection)) } } } }
            }
        }
        @if !lately.is_empty() {
            div.grid {
                section.card {
                    h2 { "Lately" }
                    ul.list {
                        @for l in &lately {
                            li {
                                (outcome(&l.outcome))
                                a href=(format!("/hires/{}", l.subject)) { (names.get(&l.subject).map_or(l.subject.as_str(), |named| named.name.as_str())) }
                                span.soft { (ui::when(l.at, now)) @if !partner(&l.connection).is_empty() { " at " (partner(&l.connection)) } }
                            }
                        }
                    }
                }
                section.card { h2 { "Confirmed in each hour of the last day" } (bars(&hours, now)) }
            }
        }
        h2 { "Latest people" }
        @if connections.is_empty() {
            (ui::empty("Nothing is connected yet", "Connect a partner with Lever: open Connections, or press Connect in the partner's own settings."))
        } @else if hires.is_empty() {
            (ui::empty("No hire yet", "Mark a candidate as hired in Lever, and they appear here within seconds."))
        } @else {
            (rows(&hires, &partners, hub.clock.now()))
        }
    };
    viewer.page("Overview", main).await
}
