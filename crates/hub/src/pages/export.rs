//! Lists as files: the same question as the page's, all of its answer, sent page by page while it is read.

use super::Viewer;
use super::filter::Asked;
use crate::Hub;
use axum::Router;
use axum::extract::{Path, Query};
use axum::response::Response;
use axum::routing::get;
use clock::Ms;
use futures_util::stream::{self, Stream};
use std::future::Future;
use web::Problem;
use web::export::{Format, file};

pub fn routes() -> Router<Hub> {
    Router::new().route("/export/{file}", get(export))
}

/// Rows read at a time.
const AT_ONCE: i64 = 500;

async fn export(viewer: Viewer, Path(name): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let (list, format) = Format::of(&name).ok_or_else(Problem::not_found)?;
    let (hub, tenant) = (viewer.hub.clone(), viewer.operator.tenant.clone());
    Ok(match list {
        "hires" => {
            let which = asked.hires()?;
            let read = move |after| {
                let (hub, tenant, which) = (hub.clone(), tenant.clone(), crate::hires::Which { after, ..which.clone() });
                async move {
                    let hires = hub.hires(&tenant, &which, AT_ONCE).await?;
                    let last = hires.last().map(|h| (h.seen_at, h.place()));
                    let row =
                        |h: crate::hires::Hire| vec![h.name, h.email, h.posting, h.state.unwrap_or_default(), time(h.seen_at), h.subject, h.url];
                    Ok((hires.into_iter().map(row).collect(), last))
                }
            };
            file(format, "hires", &["name", "email", "job", "state", "read_at", "opportunity", "profile"], pages(read))
        }
        "events" => {
            let which = asked.told()?;
            let read = move |after| {
                let (hub, tenant, which) = (hub.clone(), tenant.clone(), pipeline::WhichTold { after, ..which.clone() });
                async move {
                    let told = pipeline::told(&hub.db, &tenant, &which, AT_ONCE).await?;
                    let last = told.last().map(|t| (t.at, t.id.clone()));
                    let row = |t: pipeline::Told| vec![t.kind, t.subject, time(t.at), t.again.to_string(), t.source, t.body];
                    Ok((told.into_iter().map(row).collect(), last))
                }
            };
            file(format, "events", &["event", "opportunity", "at", "duplicates", "connection", "body"], pages(read))
        }
        "audit" => {
            let which = asked.audit()?;
            let read = move |after| {
                let (hub, tenant, which) = (hub.clone(), tenant.clone(), crate::audit::Which { after, ..which.clone() });
                async move {
                    let entries = hub.audited(&tenant, &which, AT_ONCE).await?;
                    let last = entries.last().map(|e| (e.at, e.id.clone()));
                    let row = |e: crate::audit::Entry| vec![time(e.at), e.actor, e.what, e.why];
                    Ok((entries.into_iter().map(row).collect(), last))
                }
            };
            file(format, "audit", &["at", "who", "what", "why"], pages(read))
        }
        "run" => {
            hub.run(&tenant, &asked.run).await?.ok_or_else(Problem::not_found)?;
            let read = move |after: Option<(Ms, String)>| {
                let (hub, tenant, run) = (hub.clone(), tenant.clone(), asked.run.clone());
                async move {
                    let after = after.map(|(_, subject)| subject).unwrap_or_default();
                    let items = hub.run_items(&tenant, &run, "", &after, AT_ONCE).await?;
                    let last = items.last().map(|i| (Ms(0), i.subject.clone()));
                    let row = |i: crate::runs::RunItem| vec![i.name, i.outcome.unwrap_or_else(|| "open".to_owned()), i.why, i.subject];
                    Ok((items.into_iter().map(row).collect(), last))
                }
            };
            file(format, "run", &["name", "outcome", "why", "opportunity"], pages(read))
        }
        _ => return Err(Problem::not_found()),
    })
}

fn time(at: Ms) -> String {
    jiff::Timestamp::from_millisecond(at.0).map(|at| at.to_string()).unwrap_or_default()
}

/// A page of rows, and the place of its last.
type Page = (Vec<Vec<String>>, Option<(Ms, String)>);

/// Page after page, each from the last of the one before.
fn pages<R, F>(read: R) -> impl Stream<Item = db::Result<Vec<Vec<String>>>> + Send + 'static
where
    R: Fn(Option<(Ms, String)>) -> F + Send + 'static,
    F: Future<Output = db::Result<Page>> + Send + 'static,
{
    stream::try_unfold((read, Some(None)), |(read, place)| async move {
        let Some(place) = place else { return Ok(None) };
        let (rows, last) = read(place).await?;
        let done = i64::try_from(rows.len()).unwrap_or(0) < AT_ONCE;
        let next = if done { None } else { Some(last) };
        Ok((!rows.is_empty()).then_some((rows, (read, next))))
    })
}
