//! The Inbound Applicants tab, and the pipeline by groups of stages.

use super::inbound::{Filter, PAGE, limit, place};
use super::lists::Lists;
use super::{Done, move_pages, profile_pages};
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::extract::{Path, Query};
use axum::response::Html;
use axum::routing::{get, post};
use clock::Ms;
use findem_api::Kind;
use web::{Fields, Markup, Problem, html, see_other, ui};

pub const INBOUND: &str = "/findem/inbound";
pub const PIPELINE: &str = "/findem/pipeline";

pub fn routes() -> Router<Partners> {
    Router::new()
        .route(INBOUND, get(list).post(decide))
        .route("/findem/segments", post(keep))
        .route("/findem/segments/{id}/drop", post(drop_one))
        .route(PIPELINE, get(pipeline))
}

async fn list(person: Person, Query(filter): Query<Filter>) -> Result<Html<String>, Problem> {
    person.need_reviewer()?;
    let (partners, sees) = (&person.partners, person.sees_confidential());
    let (lists, days) = (partners.fd_lists(&partners.db).await?, partners.days(&partners.db).await?);
    if !lists.is_mapped() {
        return unmapped(&person).await;
    }
    let mut found = partners.inbound(&lists, &days, &filter, sees).await?;
    let is_more = found.len() > PAGE;
    found.truncate(PAGE);
    let count = async |due: &str| {
        let filter = Filter { due: due.to_owned(), after: String::new(), ..filter.clone() };
        partners.count_inbound(&lists, &days, &filter, sees).await
    };
    let (all, overdue, today) = (count("").await?, count("overdue").await?, count("today").await?);
    let segments = partners.segments().await?;
    let decided = partners.on_their_way(&found.iter().map(|s| s.a.id.clone()).collect::<Vec<_>>()).await?;
    let here = filter.query();
    let may_write = !partners.fd_setting(&partners.db, "letter").await?.is_empty();
    let to = |due: &str| format!("{INBOUND}?{}", Filter { due: due.to_owned(), after: String::new(), ..filter.clone() }.query());
    let rows = html! {
        @for s in &found {
            tr {
                td { label.tick { input type="checkbox" name="id" value=(s.a.id) data-group="applications" aria-label=(format!("Choose {}", s.a.name)); } }
                td {
                    a href=(format!("{}/{}", profile_pages::PROFILES, s.profile)) { (s.a.name) }
                    @if s.a.confidential { " " (ui::badge("plain", "confidential")) }
                    @match decided.get(&s.a.id) { Some((_, Kind::Advance)) => { " " (ui::badge("wait", "being advanced")) } Some(_) => { " " (ui::badge("wait", "being rejected")) } None => {} }
                    br; span.soft { (s.a.headline) }
                }
                td { (lists.job(&s.a.job).map_or("no job", |job| job.title.as_str())) }
                td { (lists.stage_name(&s.a.stage)) @if lists.stage(&s.a.stage).is_some_and(|stage| stage.gone) { " " (ui::badge("bad", "gone from Lever")) } }
                td { (waits(limit(&lists, &days, s), Ms(s.a.stage_since), partners.clock.now())) }
                td { (lists.user_name(&s.a.owner)) }
            }
        }
    };
    let main = html! {
        (ui::heading("Inbound Applicants", "Applications, not people: whoever applied twice is here twice. The longest at their stage come first.", &html! { a.button href=(move_pages::MOVES) { "Decisions" } }))
        nav.tabs aria-label="Segments" {
            a href=(INBOUND) aria-current=[here.is_empty().then_some("page")] { "All" }
            @for segment in &segments { a href=(format!("{INBOUND}?{}", segment.query)) aria-current=[(segment.query == here).then_some("page")] { (segment.name) } }
        }
        div.tiles {
            a.tile href=(to("")) aria-current=[filter.due.is_empty().then_some("page")] { b { (all) } span { "to review" } }
            a.tile href=(to("today")) aria-current=[(filter.due == "today").then_some("page")] { b { (today) } (ui::badge("wait", "due today")) }
            a.tile href=(to("overdue")) aria-current=[(filter.due == "overdue").then_some("page")] { b { (overdue) } (ui::badge("bad", "overdue")) }
        }
        (filters(&lists, &filter, sees))
        @if found.is_empty() { (ui::empty("Nobody waits here", "Whoever stands in Lever at a stage that feeds this list appears here with the next import.")) }
        @else {
            form method="post" action=(INBOUND) {
                input type="hidden" name="back" value=(here);
                section.card {
                    div.grid {
                        fieldset.fields { legend { "Advance" }
                            (ui::choice("To the stage", "stage", &options("choose…", lists.onward().map(|s| (&s.id, &s.name))), ""))
                            div.actions { button.main type="submit" name="do" value="advance" { "Advance those ticked" } }
                        }
                        fieldset.fields { legend { "Reject" }
                            (ui::choice("Because", "reason", &options("choose…", lists.rejecting().map(|r| (&r.id, &r.name))), ""))
                            @if may_write { label.tick { input type="checkbox" name="letter" value="yes"; span { "Write to them" } } }
                            div.actions { button.danger type="submit" name="do" value="reject" { "Reject those ticked" } }
                        }
                    }
                }
                p { button type="button" data-tick="applications" { "Tick all on this page" } }
                (ui::table("Inbound applications", &["", "Who", "Job", "Stage", "There", "Owner"], &rows))
            }
        }
        @if let Some(last) = found.last().filter(|_| is_more) { p { a.button href=(format!("{INBOUND}?{}&after={}", here, place(last))) { "Next page" } } }
        (keeping(&here, &segments))
    };
    // While somebody ticks, nothing moves under their hands.
    person.findem("Inbound Applicants", false, main).await
}

async fn unmapped(person: &Person) -> Result<Html<String>, Problem> {
    let main = html! {
        (ui::heading("Inbound Applicants", "", &html! {}))
        (ui::empty("No stage feeds this list yet", "An admin chooses which stages of Lever do: Integrations > Lever > Manage > Stage Mapping."))
        @if person.sees_confidential() { p { a.button.main href=(super::mapping_pages::MAPPING) { "To the stage mapping" } } }
    };
    person.findem("Inbound Applicants", true, main).await
}

fn options<'a>(first: &str, all: impl Iterator<Item = (&'a String, &'a String)>) -> Vec<(String, String)> {
    [(String::new(), first.to_owned())].into_iter().chain(all.map(|(id, name)| (id.clone(), name.clone()))).collect()
}

fn waits(limit: Option<(Ms, i64)>, since: Ms, now: Ms) -> Markup {
    html! {
        (ui::when(since, now))
        @match limit {
            Some((_, left)) if left < 0 => { br; (ui::badge("bad", &format!("overdue for {}", ui::count(usize::try_from(-left).unwrap_or(0), "day")))) }
            Some((_, 0)) => { br; (ui::badge("wait", "due today")) }
            Some((_, left)) => { br; span.soft { (ui::count(usize::try_from(left).unwrap_or(0), "day")) " left" } }
            None => {}
        }
    }
}

fn filters(lists: &Lists, filter: &Filter, sees_confidential: bool) -> Markup {
    let feeding = lists.stages.iter().filter(|stage| stage.inbound);
    let jobs: Vec<(String, String)> =
        lists.open_jobs(sees_confidential).map(|job| (job.id.clone(), format!("{} ({})", job.title, job.location))).collect();
    let jobs = [(String::new(), "every job".to_owned())].into_iter().chain(jobs).collect::<Vec<_>>();
    html! {
        details id="filters" open[*filter != Filter::default()] {
            summary { "Filters" }
            form.fields method="get" action=(INBOUND) {
                input type="hidden" name="due" value=(filter.due);
                label.field { span { "Name, headline, address or tag" } input type="search" name="q" value=(filter.q) autocomplete="off"; }
                (ui::choice("Stage", "stage", &options("every stage that feeds this list", feeding.map(|s| (&s.id, &s.name))), &filter.stage))
                (ui::choice("Group", "bucket", &options("every group", lists.buckets.iter().map(|b| (&b.id, &b.name))), &filter.bucket))
                (ui::choice("Job", "job", &jobs, &filter.job))
                (ui::choice("Owner", "owner", &options("everybody", lists.users.iter().filter(|u| u.active).map(|u| (&u.id, &u.name))), &filter.owner))
                div.actions { button type="submit" { "Show" } a.button href=(INBOUND) { "Show all" } }
            }
        }
    }
}

fn keeping(here: &str, segments: &[super::inbound::Segment]) -> Markup {
    html! {
        details.card.middle id="segments" {
            summary { "Segments" }
            @if here.is_empty() { p.hint { "A segment is a filter with a name. Set a filter first." } }
            @else {
                form.inline method="post" action="/findem/segments" {
                    input type="hidden" name="query" value=(here);
                    input name="name" aria-label="Name of the segment" placeholder="Name of the segment" required maxlength="60" autocomplete="off";
                    button type="submit" { "Keep this filter" }
                }
            }
            ul.list { @for segment in segments { li { b { (segment.name) } (ui::action(&format!("/findem/segments/{}/drop", segment.id), "Drop", "")) } } }
        }
    }
}

async fn keep(person: Person, fields: Fields) -> Done {
    person.need_reviewer()?;
    let name = fields.get("name");
    let filter: Filter = serde_html_form::from_str(fields.get("query")).unwrap_or_default();
    if name.is_empty() || name.chars().count() > 60 || filter == Filter::default() {
        return Err(Problem::bad_request("A segment has a name of 1 to 60 characters, and a filter.").way_on("Back", INBOUND));
    }
    person.partners.keep_segment(name, &filter).await?;
    person.done("Kept.", &format!("{INBOUND}?{}", filter.query())).await
}

async fn drop_one(person: Person, Path(id): Path<String>) -> Done {
    person.need_reviewer()?;
    person.partners.drop_segment(&id).await?;
    person.done("Dropped.", INBOUND).await
}

async fn decide(person: Person, fields: Fields) -> Done {
    person.need_reviewer()?;
    let ids: Vec<String> = fields.all("id").map(str::to_owned).collect();
    let (kind, to) = if fields.get("do") == "advance" { (Kind::Advance, fields.get("stage")) } else { (Kind::Reject, fields.get("reason")) };
    let back = format!("{INBOUND}?{}", fields.get("back"));
    match person.partners.decide_about(&person.as_by(), &ids, kind, to, fields.is_on("letter"), person.sees_confidential()).await? {
        Ok(batch) => Ok(see_other(&format!("{}/{batch}", move_pages::MOVES))),
        Err(why) => Err(Problem::bad_request(why).way_on("Back to the applications", back)),
    }
}

/// Every stage in its group; what a group counts is the sum of its stages.
async fn pipeline(person: Person) -> Result<Html<String>, Problem> {
    person.need_reviewer()?;
    let partners = &person.partners;
    let (lists, counts) = (partners.fd_lists(&partners.db).await?, partners.count_stages(person.sees_confidential()).await?);
    let of = |id: &str| counts.get(id).copied().unwrap_or(0);
    let in_bucket = |bucket: &str| lists.stages.iter().filter(|s| s.bucket == bucket && (!s.gone || of(&s.id) > 0)).collect::<Vec<_>>();
    let known = |id: &str| lists.buckets.iter().any(|bucket| bucket.id == id);
    let unmapped: Vec<_> = lists.stages.iter().filter(|s| !known(&s.bucket) && (!s.gone || of(&s.id) > 0)).collect();
    let bucket = |name: &str, stages: &[&super::lists::Stage]| {
        html! {
            section.card {
                div.heading { h2 { (name) } b { (stages.iter().map(|s| of(&s.id)).sum::<i64>()) } }
                @if stages.is_empty() { p.soft { "No stage" } }
                ul.list { @for s in stages { li {
                    @if s.inbound { a href=(format!("{INBOUND}?stage={}", s.id)) { (s.name) } } @else { span { (s.name) } }
                    @if s.gone { (ui::badge("bad", "gone from Lever")) }
                    b { (of(&s.id)) }
                } } }
            }
        }
    };
    let main = html! {
        (ui::heading("Pipeline", "Active applications in Lever, by group and stage.", &html! {}))
        @if lists.stages.is_empty() { (ui::empty("Nothing from Lever yet", "Stages and applications come with the first import.")) }
        @else {
            div.grid {
                @for b in &lists.buckets { (bucket(&b.name, &in_bucket(&b.id))) }
                @if !unmapped.is_empty() { (bucket("Unmapped", &unmapped)) }
            }
        }
    };
    person.findem("Pipeline", true, main).await
}
