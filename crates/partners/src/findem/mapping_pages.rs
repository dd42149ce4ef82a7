//! Integrations > Lever > Manage > Stage Mapping: what feeds the inbound applications, what is excluded, groups, and days.

use super::lists::{Lists, Stage};
use super::{Done, integration};
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::extract::Path;
use axum::response::Html;
use axum::routing::{get, post};
use web::{Fields, Markup, Problem, html, ui};

pub const MAPPING: &str = "/findem/integrations/lever/mapping";

pub fn routes() -> Router<Partners> {
    Router::new()
        .route(MAPPING, get(show).post(choose))
        .route(&format!("{MAPPING}/stages/{{stage}}/group"), post(group))
        .route(&format!("{MAPPING}/stages/{{stage}}/days"), post(days))
        .route(&format!("{MAPPING}/groups"), post(add))
        .route(&format!("{MAPPING}/groups/{{group}}/drop"), post(drop_one))
}

/// No group.
const NONE: &str = "-";

async fn show(person: Person) -> Result<Html<String>, Problem> {
    person.need_fd_admin()?;
    let partners = &person.partners;
    let lists = partners.fd_lists(&partners.db).await?;
    let unmapped = lists.unmapped().count();
    let main = html! {
        (ui::heading("Stage Mapping", "What the stages and archive reasons of Lever mean here.", &html! {
            a.button href=(integration::LEVER) { "Manage" }
            (ui::action(&format!("{}/sync", integration::LEVER), "Read them from Lever now", ""))
        }))
        @if lists.stages.is_empty() { (ui::empty("No stages yet", "They come with the first import from Lever.")) }
        @else {
            (choices(&lists))
            h2 { "Groups" }
            p.hint { "Drag each stage into the group it belongs to, or choose the group in its own menu. A stage is in one group at most. How long an application may stay is said in days." }
            @if unmapped > 0 { p.warn { (ui::count(unmapped, "stage")) " in no group yet." } }
            div.board {
                @if unmapped > 0 { (column(&lists, NONE, "Unmapped", &lists.unmapped().collect::<Vec<_>>())) }
                @for bucket in &lists.buckets {
                    (column(&lists, &bucket.id, &bucket.name, &lists.stages.iter().filter(|s| s.bucket == bucket.id).collect::<Vec<_>>()))
                }
                @if unmapped == 0 { (column(&lists, NONE, "Unmapped", &[])) }
            }
            (groups(&lists))
        }
    };
    person.findem("Stage Mapping", true, main).await
}

/// The three lists of the set-up page.
fn choices(lists: &Lists) -> Markup {
    let tick = |name: &str, id: &str, label: &str, on: bool, hint: &str| {
        html! { label.tick { input type="checkbox" name=(name) value=(id) checked[on]; span { (label) @if !hint.is_empty() { " " (ui::badge("plain", hint)) } } } }
    };
    // One that is gone shows as long as it is ticked.
    let shown = |on: bool| move |stage: &&Stage| !stage.gone || on;
    html! {
        form.card.fields method="post" action=(MAPPING) {
            div.grid {
                details id="feeds" open[!lists.is_mapped()] {
                    summary { "Which ATS stages should be in the Inbound Applicants tab: " (lists.stages.iter().filter(|s| s.inbound).count()) }
                    fieldset { legend.hidden { "Which ATS stages should be in the Inbound Applicants tab" }
                        @for s in lists.stages.iter().filter(|s| shown(s.inbound)(s)) { (tick("inbound", &s.id, &s.name, s.inbound, if s.gone { "gone from Lever" } else { "" })) }
                    }
                }
                details id="not-for-advance" open[!lists.is_mapped()] {
                    summary { "Which ATS stages should be excluded when advancing an application: " (lists.stages.iter().filter(|s| s.kept_out).count()) }
                    fieldset { legend.hidden { "Which ATS stages should be excluded when advancing an application" }
                        @for s in lists.stages.iter().filter(|s| shown(s.kept_out)(s)) { (tick("stage_out", &s.id, &s.name, s.kept_out, if s.gone { "gone from Lever" } else { "" })) }
                    }
                }
                details id="not-for-reject" open[!lists.is_mapped()] {
                    summary { "Which rejection reasons should be excluded when rejecting an application: " (lists.reasons.iter().filter(|r| r.kept_out).count()) }
                    fieldset { legend.hidden { "Which rejection reasons should be excluded when rejecting an application" }
                        @for r in lists.reasons.iter().filter(|r| !r.hired && (r.active || r.kept_out)) { (tick("reason_out", &r.id, &r.name, r.kept_out, if r.active { "" } else { "out of use" })) }
                    }
                }
            }
            div.actions { button.main type="submit" { "Save" } }
        }
    }
}

fn column(lists: &Lists, id: &str, name: &str, stages: &[&Stage]) -> Markup {
    html! {
        section.column data-stage=(id) aria-label=(format!("Group {name}")) {
            header { h3 { (name) } span.badge { (stages.len()) } }
            ul { @for stage in stages { (card(lists, stage, id)) } }
        }
    }
}

fn card(lists: &Lists, stage: &Stage, bucket: &str) -> Markup {
    html! {
        li.person draggable="true" data-card=(stage.id) {
            b { (stage.name) } @if stage.gone { " " (ui::badge("bad", "gone from Lever")) }
            form.inline method="post" action=(format!("{MAPPING}/stages/{}/group", stage.id)) {
                select name="group" id=(format!("group-{}", stage.id)) data-submit aria-label=(format!("Group of {}", stage.name)) {
                    @for b in &lists.buckets { option value=(b.id) selected[b.id == bucket] { (b.name) } }
                    option value=(NONE) selected[bucket == NONE] { "Unmapped" }
                }
                noscript { button type="submit" { "Move" } }
            }
            form.inline method="post" action=(format!("{MAPPING}/stages/{}/days", stage.id)) {
                input type="number" name="days" min="0" max="365" size="4" value=(stage.days.map(|n| n.to_string()).unwrap_or_default())
                    placeholder="SLA days" aria-label=(format!("SLA days at {}", stage.name)) autocomplete="off";
                button type="submit" { "Save" }
            }
        }
    }
}

fn groups(lists: &Lists) -> Markup {
    html! {
        details.card.middle id="groups" {
            summary { "Add or drop groups" }
            form.inline method="post" action=(format!("{MAPPING}/groups")) {
                input name="name" aria-label="Name of the new group" placeholder="Name of the new group" required maxlength="60" autocomplete="off";
                button type="submit" { "Add" }
            }
            ul.list { @for b in &lists.buckets { li {
                b { (b.name) }
                (ui::sure(&format!("{MAPPING}/groups/{}/drop", b.id), "Drop", "Its stages are in no group then. What was decided about applications stays.", &format!("Drop {}", b.name)))
            } } }
        }
    }
}

fn back(why: impl Into<String>) -> Problem {
    Problem::bad_request(why).way_on("Back to the stage mapping", MAPPING)
}

async fn choose(person: Person, fields: Fields) -> Done {
    person.need_fd_admin()?;
    let partners = &person.partners;
    let lists = partners.fd_lists(&partners.db).await?;
    let chosen = |name: &'static str| fields.all(name).collect::<Vec<_>>();
    let (inbound, stages_out, reasons_out) = (chosen("inbound"), chosen("stage_out"), chosen("reason_out"));
    let known = inbound.iter().chain(&stages_out).all(|id| lists.stage(id).is_some())
        && reasons_out.iter().all(|id| lists.reasons.iter().any(|r| r.id == *id));
    if !known {
        return Err(back("One of these stages or reasons is not known any more. Nothing was changed: look again."));
    }
    partners.choose_stages(&inbound, &stages_out, &reasons_out).await?;
    person.done("Saved.", MAPPING).await
}

async fn group(person: Person, Path(stage): Path<String>, fields: Fields) -> Done {
    person.need_fd_admin()?;
    let group = Some(fields.get("group")).filter(|group| *group != NONE).unwrap_or_default();
    if !person.partners.group_stage(&stage, group).await? {
        return Err(back("This stage or this group is not there any more. Nothing was changed."));
    }
    person.done("Saved.", MAPPING).await
}

async fn days(person: Person, Path(stage): Path<String>, fields: Fields) -> Done {
    person.need_fd_admin()?;
    let text = fields.get("days");
    let days = if text.is_empty() {
        None
    } else {
        Some(
            text.parse::<i64>()
                .ok()
                .filter(|n| (0..=365).contains(n))
                .ok_or_else(|| back("SLA days are a number from 0 to 365, or nothing. Nothing was changed."))?,
        )
    };
    if !person.partners.set_days(&stage, days).await? {
        return Err(back("This stage is not there any more. Nothing was changed."));
    }
    person.done("Saved.", MAPPING).await
}

async fn add(person: Person, fields: Fields) -> Done {
    person.need_fd_admin()?;
    let name = fields.get("name");
    if name.is_empty() || name.chars().count() > 60 {
        return Err(back("A group has a name of 1 to 60 characters."));
    }
    if person.partners.add_bucket(name).await?.is_none() {
        return Err(back(format!("There is a group called {name} already.")));
    }
    person.done("Added.", MAPPING).await
}

async fn drop_one(person: Person, Path(group): Path<String>) -> Done {
    person.need_fd_admin()?;
    person.partners.drop_bucket(&group).await?;
    person.done("Dropped.", MAPPING).await
}
