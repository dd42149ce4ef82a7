//! Hires: the list, and the timeline of one, from the first hint to the partner's confirmation.

use super::filter::{Asked, PAGE, choice, cut, foot, form};
use super::{Viewer, state_badge};
use crate::Hub;
use crate::hires::Hire;
use crate::runs::Purpose;
use crate::work::think_job;
use axum::Router;
use axum::extract::{Path, Query};
use axum::response::{Html, Response};
use axum::routing::{get, post};
use clock::Ms;
use connector::Whom;
use lever_api::OpportunityId;
use lever_api::event::Event;
use pipeline::{Attempt, Item, MENDED, Priority, State, Table, Told};
use web::{Fields, Markup, Problem, html, ui};

pub fn routes() -> Router<Hub> {
    Router::new()
        .route("/hires", get(list))
        .route("/hires/{subject}", get(show))
        .route("/hires/replay", post(replay))
        .route("/hires/{subject}/replay", post(replay_one))
        .route("/hires/{subject}/look-again", post(look_again))
        .route("/hires/{subject}/retry/{table}/{id}", post(retry))
}

/// How a hire can stand, for the filter.
pub const STATES: [(&str, &str); 6] = [
    ("done", "confirmed"),
    ("held", "held"),
    ("failed", "failed"),
    ("waiting", "under way"),
    ("unhired", "not hired"),
    ("missing", "hired, but not at the partner"),
];

async fn list(viewer: Viewer, Query(asked): Query<Asked>) -> Result<Html<String>, Problem> {
    let hires = viewer.hub.hires(&viewer.operator.tenant, &asked.hires()?, PAGE + 1).await?;
    let (hires, next) = cut(hires, |h| (h.seen_at, h.place()), &asked);
    let connections = viewer.connections().await?;
    let connections: Vec<(&str, &str)> = connections.iter().map(|(id, name)| (id.as_str(), name.as_str())).collect();
    let special = html! {
        (choice("State", "state", "any", &STATES, &asked.state))
        @if connections.len() > 1 { (choice("Connection", "connection", "any", &connections, &asked.connection)) }
    };
    let may = viewer.operator.may_change();
    let main = html! {
        (ui::heading("Hires", "Find one by name, e-mail, job, opportunity id or Lever address.", &html! {}))
        (form("hires", "Search", &asked, &special))
        @if hires.is_empty() {
            (ui::empty("Nobody found", "Hires appear here as soon as Lever tells of them."))
            @if let Some(id) = opportunity(&asked.q).filter(|_| may) {
                p { "Lever has not told of this opportunity. " (ui::action(&format!("/hires/{id}/look-again"), "Read it from Lever", "main")) }
            }
        } @else {
            (rows(&hires, &connections, viewer.hub.clock.now()))
            (foot("hires", &asked, next))
            @if may {
                form.inline method="post" action=(format!("/hires/replay?{}", asked.whole().query())) {
                    button type="submit" name="do" value="try" { "Try a replay of all of these" }
                    span.hint { "Reads each of them again and shows what would be written; nothing is, until you say so." }
                }
            }
        }
    };
    viewer.page("Hires", main).await
}

/// More than this are not replayed at once. People.
pub const MOST: i64 = 20_000;

/// Everybody the filter shows, not only the first page.
async fn replay(viewer: Viewer, Query(asked): Query<Asked>, form: Fields) -> Result<Response, Problem> {
    viewer.need_change()?;
    let which = asked.whole().hires()?;
    let people = viewer.hub.hires(&viewer.operator.tenant, &which, MOST + 1).await?;
    if people.len() > usize::try_from(MOST).unwrap_or(0) {
        let why = format!("These are more than {MOST} people. Narrow the filter, by days for one, and replay them one part after the other.");
        return Err(Problem::bad_request(why).way_on("Back to the hires", "/hires"));
    }
    start(viewer, people, form.get("do") != "replay").await
}

async fn replay_one(viewer: Viewer, Path(subject): Path<String>, form: Fields) -> Result<Response, Problem> {
    viewer.need_change()?;
    let hires = viewer.hub.hires_of(&viewer.operator.tenant, &subject).await?;
    start(viewer, hires, form.get("do") != "replay").await
}

async fn start(viewer: Viewer, people: Vec<Hire>, trial: bool) -> Result<Response, Problem> {
    let purpose = if trial { Purpose::ReplayTrial } else { Purpose::Replay };
    let runs = viewer.hub.replay(&viewer.operator.tenant, &people, purpose, &viewer.operator.name).await?;
    match runs.as_slice() {
        [] => Err(Problem::bad_request("There is nobody to go through.").way_on("Back to the hires", "/hires")),
        [run, ..] => Ok(web::see_other(&format!("/runs/{run}"))),
    }
}

/// The opportunity in an id or in the address of a profile in Lever.
fn opportunity(search: &str) -> Option<OpportunityId> {
    search.trim().trim_end_matches('/').rsplit('/').next()?.parse().ok()
}

/// A table of hires; `connections` by id and name.
pub fn rows(hires: &[Hire], connections: &[(&str, &str)], now: Ms) -> Markup {
    let several = connections.len() > 1;
    let name = |id: &str| connections.iter().find(|(known, _)| *known == id).map_or("", |(_, name)| *name).to_owned();
    let rows = html! {
        @for hire in hires {
            tr {
                td { a href=(format!("/hires/{}", hire.subject)) { (if hire.name.is_empty() { "(no name)" } else { &hire.name }) } }
                td { (hire.posting) }
                @if several { td { (name(&hire.connection)) } }
                td { @if let Some(state) = &hire.state { (state_badge(state)) } }
                td { (ui::when(hire.seen_at, now)) }
            }
        }
    };
    let columns: &[&str] = if several { &["Name", "Job", "At", "State", "Read"] } else { &["Name", "Job", "State", "Read"] };
    ui::table("Hires", columns, &rows)
}

/// One entry of the timeline.
struct Step {
    at: Ms,
    tone: &'static str,
    title: String,
    body: Markup,
}

async fn show(viewer: Viewer, Path(subject): Path<String>) -> Result<Html<String>, Problem> {
    let (hub, tenant) = (&viewer.hub, viewer.operator.tenant.as_str());
    let told = pipeline::inbox_of(&hub.db, tenant, &subject).await?;
    let jobs = pipeline::items_of(&hub.db, Table::Job, tenant, &subject).await?;
    let effects = pipeline::items_of(&hub.db, Table::Effect, tenant, &subject).await?;
    let hire = hub.hire(tenant, &subject).await?;
    if hire.is_none()
        && let Some(erasure) = hub.erasure_of(tenant, &subject).await?
    {
        let now = hub.clock.now();
        let main = html! {
            section.card.middle {
                h1 { "Erased" }
                p { "This person was " (erasure.why) ", and everything known of them here was erased " (ui::when(erasure.erased_at, now)) "." }
                p { @match &erasure.partner { Some(said) => { "At the partner: " (said) "." } None => { "The partner is being instructed, or " a href="/holds" { "somebody decides" } " what becomes of the record there." } } }
                p { a.button href="/hires" { "Back to the hires" } }
            }
        };
        return viewer.page("Erased", main).await;
    }
    if told.is_empty() && jobs.is_empty() && hire.is_none() {
        return Err(Problem::not_found().way_on("Back to the hires", "/hires"));
    }
    let ids: Vec<&str> = jobs.iter().chain(&effects).map(|item| item.id.as_str()).collect();
    let attempts = pipeline::attempts(&hub.db, &ids).await?;
    let now = hub.clock.now();
    let name = hire.as_ref().map(|h| h.name.clone()).filter(|n| !n.is_empty()).unwrap_or_else(|| "(no name)".to_owned());
    let connections = hub.connections(tenant).await?;
    let spec_of = |item: &Item| connections.iter().find(|c| c.id == item.connection).and_then(|c| hub.connector(&c.connector)).map(|c| c.spec());
    let whom_of = |item: &Item| spec_of(item).map_or(Whom::Hires, |spec| spec.whom);
    let partner_of = |item: &Item| connections.iter().find(|c| c.id == item.connection).map_or("the partner", |c| viewer.partner_name(c));
    let mut steps: Vec<Step> = told.iter().map(told_step).collect();
    for job in &jobs {
        let partner = if connections.len() > 1 { partner_of(job) } else { "" };
        steps.extend(past(job, &attempts));
        steps.push(job_step(job, &attempts, now, &subject, partner));
    }
    for effect in &effects {
        steps.extend(effect_steps(effect, &attempts, now, &subject, (partner_of(effect), whom_of(effect))));
    }
    steps.sort_by_key(|step| step.at);
    let actions = html! {
        @if let Some(url) = hire.as_ref().map(|h| &h.url).filter(|u| u.starts_with("http")) { a.button href=(url) rel="noreferrer" { "Profile in Lever" } }
        @if viewer.operator.may_change() {
            (ui::action(&format!("/hires/{subject}/look-again"), "Read again", ""))
            @if hire.is_some() {
                form.inline method="post" action=(format!("/hires/{subject}/replay")) {
                    button type="submit" name="do" value="try" { "Try a replay" }
                    button type="submit" name="do" value="replay" { "Replay" }
                }
            }
        }
    };
    let main = html! {
        (ui::heading(&name, hire.as_ref().map_or("", |h| h.posting.as_str()), &actions))
        section.card {
            h2 { "Timeline" }
            ol.steps {
                @for step in &steps {
                    li class=(step.tone) {
                        p { b { (step.title) } " " span.soft { (ui::when(step.at, now)) } }
                        (step.body)
                    }
                }
            }
        }
        p.soft { "Opportunity " code { (subject) } }
    };
    viewer.page(&name, main).await
}

fn told_step(told: &Told) -> Step {
    let event = told.kind.parse::<Event>().map_or(told.kind.clone(), |e| e.label().to_owned());
    let again = match told.again {
        0 => String::new(),
        1 => " · 1 duplicate ignored".to_owned(),
        n => format!(" · {n} duplicates ignored"),
    };
    Step {
        at: told.at,
        tone: "good",
        // A partner's news name who tells.
        title: if told.kind.ends_with(" told") { format!("{event} us{again}") } else { format!("Lever told us: {event}{again}") },
        body: html! { details id=(told.id) { summary { "What was said" } pre { (told.body) } } },
    }
}

/// What is behind of what was held, and what somebody did about it.
fn past(item: &Item, attempts: &[Attempt]) -> Vec<Step> {
    let mine = attempts.iter().filter(|a| a.item == item.id);
    let is_past = |a: &&Attempt| a.outcome == "held" && (item.state != State::Held || a.n < item.attempts);
    let held = mine.clone().filter(is_past).map(|a| Step { at: a.at, tone: "wait", title: "Held".to_owned(), body: html! { p { (a.why) } } });
    let mended = mine.filter(|a| a.outcome == MENDED);
    let mended = mended.map(|a| Step { at: a.at, tone: "good", title: "Mended".to_owned(), body: html! { p { (a.why) } (exchanges(a)) } });
    held.chain(mended).collect()
}

fn job_step(job: &Item, attempts: &[Attempt], now: Ms, subject: &str, partner: &str) -> Step {
    let (tone, title) = match job.state {
        State::Done => ("good", "Read from Lever and decided"),
        State::Held => ("wait", "Held"),
        State::Failed => ("bad", "Could not be decided"),
        State::Cancelled => ("plain", "Superseded by a later reading"),
        State::Ready | State::Running => ("wait", "Being read from Lever"),
    };
    let body = html! {
        @if job.state != State::Done { (why(job, now)) }
        (tries(job, attempts, now, "with what Lever answered"))
        @if job.state != State::Done { (mend(job, "job", subject)) }
    };
    let title = if partner.is_empty() { title.to_owned() } else { format!("{title} for {partner}") };
    Step { at: job.ended_at.unwrap_or(job.created_at), tone, title, body }
}

fn effect_steps(effect: &Item, attempts: &[Attempt], now: Ms, subject: &str, (partner, whom): (&str, Whom)) -> Vec<Step> {
    // What is done for a partner of candidates is often done in Lever.
    let (done, doing, to_do) = match whom {
        Whom::Hires => ("Confirmed by", "Being sent to", "To be sent to"),
        Whom::Candidates => ("Done for", "Being done for", "To be done for"),
    };
    let (tone, title) = match effect.state {
        State::Done => ("good", format!("{done} {partner}")),
        State::Held => ("wait", "Held".to_owned()),
        State::Failed => ("bad", "Failed".to_owned()),
        State::Cancelled => ("plain", "No longer wanted".to_owned()),
        State::Ready | State::Running => ("wait", format!("{doing} {partner}")),
    };
    let intended = Step {
        at: effect.created_at,
        tone: "good",
        title: format!("{to_do} {partner}"),
        body: html! {
            p.soft { code { (effect.payload["key"].as_str().unwrap_or(&effect.key)) } }
            details id=(format!("{}-change", effect.id)) {
                summary { @if whom == Whom::Hires { "What is to be sent" } @else { "What is to be done" } }
                pre { (serde_json::to_string_pretty(&effect.payload["change"]).unwrap_or_default()) }
            }
        },
    };
    let came = Step {
        at: effect.ended_at.unwrap_or(effect.created_at),
        tone,
        title,
        body: html! {
            (why(effect, now))
            @if let Some(id) = &effect.remote_id { p.soft { "Record " code { (id) } } }
            (tries(effect, attempts, now, "with what was sent and answered"))
            (mend(effect, "effect", subject))
        },
    };
    std::iter::once(intended).chain(past(effect, attempts)).chain([came]).collect()
}

fn why(item: &Item, now: Ms) -> Markup {
    html! {
        @if let Some(why) = &item.why { p { (why) } }
        @if item.state == State::Ready && item.attempts > 0 { p.soft { "Next try " (ui::when(item.run_at, now)) } }
    }
}

fn tries(item: &Item, attempts: &[Attempt], now: Ms, with: &str) -> Markup {
    let mine: Vec<&Attempt> = attempts.iter().filter(|a| a.item == item.id && a.outcome != MENDED).collect();
    html! {
        @if !mine.is_empty() {
            details id=(format!("{}-tries", item.id)) {
                summary { (mine.len()) (if mine.len() == 1 { " try, " } else { " tries, " }) (with) }
                @for attempt in mine {
                    p { b { "Try " (attempt.n) } " " (ui::when(attempt.at, now)) ", " (attempt.took_ms) " ms: " (attempt.why) }
                    (said(attempt))
                }
            }
        }
    }
}

/// What was said while somebody mended.
fn exchanges(attempt: &Attempt) -> Markup {
    html! { @if attempt.exchanges.as_array().is_some_and(|all| !all.is_empty()) { details id=(format!("{}-{}-said", attempt.item, attempt.at.0)) { summary { "What was sent and answered" } (said(attempt)) } } }
}

fn said(attempt: &Attempt) -> Markup {
    html! {
        @for exchange in attempt.exchanges.as_array().into_iter().flatten() {
            p.soft { (exchange["method"].as_str().unwrap_or_default()) " " (exchange["to"].as_str().unwrap_or_default()) " → " (exchange["status"]) }
            @if exchange["sent"].as_str().is_some_and(|s| !s.is_empty()) { pre { (exchange["sent"].as_str().unwrap_or_default()) } }
            pre { (exchange["got"].as_str().unwrap_or_default()) }
        }
    }
}

fn mend(item: &Item, table: &str, subject: &str) -> Markup {
    html! {
        @if matches!(item.state, State::Held | State::Failed) || item.state == State::Ready && item.attempts > 0 {
            div.actions {
                @if item.state == State::Held { a.button href="/holds" { "See what can be done" } }
                (ui::action(&format!("/hires/{subject}/retry/{table}/{}", item.id), "Try now", ""))
            }
        }
    }
}

async fn look_again(viewer: Viewer, Path(subject): Path<String>) -> Result<Response, Problem> {
    viewer.need_change()?;
    let (hub, tenant) = (&viewer.hub, viewer.operator.tenant.as_str());
    let subject = opportunity(&subject).ok_or_else(Problem::not_found)?.to_string();
    // Somebody Lever never told of is read for every connection there is.
    let mut connections: Vec<String> = hub.hires_of(tenant, &subject).await?.into_iter().map(|hire| hire.connection).collect();
    if connections.is_empty() {
        connections = hub.connections(tenant).await?.into_iter().filter(|c| c.connected).map(|c| c.id).collect();
    }
    if connections.is_empty() {
        return Err(Problem::bad_request("Nothing is connected that could read this from Lever.").way_on("To the connections", "/connections"));
    }
    let tx = hub.db.begin().await?;
    for connection in connections {
        hub.pipeline.job(&tx, tenant, think_job(&connection, &subject, Priority::Now, hub.clock.now())).await?;
    }
    hub.audit(&tx, tenant, &viewer.operator.name, "hire: read again", &format!("{subject} is read again from Lever.")).await?;
    tx.commit().await?;
    hub.committed();
    viewer.done("Reading again.", &format!("/hires/{subject}")).await
}

async fn retry(viewer: Viewer, Path((subject, table, id)): Path<(String, String, String)>) -> Result<Response, Problem> {
    viewer.need_change()?;
    let (hub, tenant) = (&viewer.hub, viewer.operator.tenant.as_str());
    let table = if table == "job" { Table::Job } else { Table::Effect };
    let item = pipeline::get(&hub.db, table, tenant, &id).await?.ok_or_else(Problem::not_found)?;
    let tx = hub.db.begin().await?;
    // What was held is read again first: its decision may be days old.
    let found = if item.state == State::Held {
        hub.pipeline.job(&tx, tenant, think_job(&item.connection, &item.subject, Priority::Now, hub.clock.now())).await?;
        true
    } else {
        pipeline::release_one(&tx, table, tenant, &id, hub.clock.now()).await?
    };
    if found {
        pipeline::note_mended(&tx, &[&item], &format!("{} asked to try again.", viewer.operator.name), "[]", hub.clock.now()).await?;
    }
    hub.audit(&tx, tenant, &viewer.operator.name, "hire: tried again", &format!("{subject}: {id}")).await?;
    tx.commit().await?;
    hub.committed();
    viewer.done(if found { "Trying now." } else { "It is not waiting any more." }, &format!("/hires/{subject}")).await
}
