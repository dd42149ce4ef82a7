//! The dashboard: every referral by its type, with how it stands; one of them with all there is to it.

use super::own_pages::{stands, status, told};
use super::program::{Step, money};
use super::referrals::{NewReferral, Referral, Sending, Which, kind_name, read_kind};
use super::{Done, refer_pages};
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::extract::{Path, Query};
use axum::response::{Html, Response};
use axum::routing::{get, post};
use clock::Ms;
use endpoint::Attachment;
use job_ring_api::Kind;
use serde::Deserialize;
use std::fmt::Write;
use web::{Fields, Markup, Problem, html, ui};

pub const DASHBOARD: &str = "/job-ring/dashboard";
const ONE: &str = "/job-ring/referrals";

pub fn routes() -> Router<Partners> {
    Router::new()
        .route(DASHBOARD, get(list))
        .route(&format!("{ONE}/{{id}}"), get(show).post(correct))
        .route(&format!("{ONE}/{{id}}/resume"), get(resume))
        .route(&format!("{ONE}/{{id}}/send"), post(send))
        .route(&format!("{ONE}/{{id}}/eligibility"), post(eligibility))
        .route(&format!("{ONE}/{{id}}/remove"), post(remove))
}

/// What a status is called.
pub fn name<'a>(steps: &'a [Step], id: &'a str) -> &'a str {
    steps.iter().find(|step| step.id == id).map_or(id, |step| step.name.as_str())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    #[serde(rename = "type")]
    kind: String,
    status: String,
    q: String,
    before: String,
}

impl Asked {
    /// The dashboard with this asked.
    fn address(&self) -> String {
        let mut address = format!("{DASHBOARD}?type={}&status={}", self.kind, self.status);
        if !self.q.is_empty() {
            let _ = write!(address, "&q={}", url::form_urlencoded::byte_serialize(self.q.as_bytes()).collect::<String>());
        }
        address
    }
}

/// So many on a page.
const PAGE: usize = 100;

async fn list(person: Person, Query(asked): Query<Asked>) -> Result<Html<String>, Problem> {
    person.need_jr_admin()?;
    let (partners, now) = (&person.partners, person.partners.clock.now());
    let (steps, counts) = (partners.jr_steps(&partners.db).await?, partners.count_referrals().await?);
    let kind = read_kind(&asked.kind);
    let before = asked.before.split_once('-').and_then(|(at, id)| Some((Ms(at.parse().ok()?), id.to_owned())));
    let which = Which { kind, status: asked.status.clone(), search: asked.q.clone(), before, ..Which::default() };
    let mut found = partners.referrals(&which, PAGE as i64 + 1).await?;
    let is_more = found.len() > PAGE;
    found.truncate(PAGE);
    let total = |kind: Option<Kind>| counts.iter().filter(|(k, ..)| kind.is_none_or(|kind| kind == *k)).map(|(.., n)| n).sum::<i64>();
    let tabs = [("All", None), ("Internal", Some(Kind::Internal)), ("External", Some(Kind::External))];
    let of_kind = |status: &str| counts.iter().filter(|(k, s, _)| kind.is_none_or(|kind| kind == *k) && s == status).map(|(.., n)| n).sum::<i64>();
    let rows = html! {
        @for r in &found {
            tr {
                td { a href=(format!("{ONE}/{}", r.id)) { (r.who()) } br; span.soft { (r.email) } }
                td { (r.job_title) }
                td { (r.referrer_name) br; span.soft { (kind_name(r.kind)) } }
                td { (status(&steps, &r.status)) @for flag in flags(r) { " " (flag) } }
                td { (ui::when(r.created_at, now)) }
            }
        }
    };
    let here = Asked { kind: asked.kind.clone(), status: asked.status.clone(), q: asked.q.clone(), before: String::new() };
    let main = html! {
        (ui::heading("Dashboard", "Every application that came by a referral.", &html! {}))
        nav.tabs aria-label="Referral type" {
            @for (label, of) in tabs {
                @let to = Asked { kind: of.map(kind_name).unwrap_or_default().to_owned(), ..Asked::default() }.address();
                a href=(to) aria-current=[(of == kind).then_some("page")] { (label) " (" (total(of)) ")" }
            }
        }
        div.tiles {
            @for step in steps.iter().filter(|step| of_kind(&step.id) > 0) {
                @let to = Asked { kind: asked.kind.clone(), status: step.id.clone(), ..Asked::default() }.address();
                a.tile href=(to) aria-current=[(asked.status == step.id).then_some("page")] { b { (of_kind(&step.id)) } (status(&steps, &step.id)) }
            }
        }
        form.inline method="get" action=(DASHBOARD) {
            input type="hidden" name="type" value=(asked.kind);
            input type="hidden" name="status" value=(asked.status);
            input type="search" name="q" value=(asked.q) aria-label="Search by name, address, referrer or job" placeholder="Name, address, referrer or job";
            button type="submit" { "Search" }
            @if !asked.status.is_empty() || !asked.q.is_empty() { a.button href=(Asked { kind: asked.kind.clone(), ..Asked::default() }.address()) { "Show all" } }
        }
        @if found.is_empty() { (ui::empty("No referrals here", "Whoever is referred to one of your jobs appears here.")) }
        @else { (ui::table("Applications", &["Who", "Job", "Referred by", "Status", "Date"], &rows)) }
        @if let Some(last) = found.last().filter(|_| is_more) { p { a.button href=(format!("{}&before={}-{}", here.address(), last.created_at.0, last.id)) { "Older ones" } } }
    };
    person.job_ring("Dashboard", true, main).await
}

/// What is to be known at once.
fn flags(r: &Referral) -> Vec<Markup> {
    let mut flags = Vec::new();
    match r.sending {
        Sending::Consent => flags.push(ui::badge("wait", "being asked")),
        Sending::Waiting if r.opportunity.is_empty() => flags.push(ui::badge("wait", "not sent yet")),
        _ => {}
    }
    if !r.trouble.is_empty() {
        flags.push(ui::badge("bad", if r.opportunity.is_empty() { "not sent" } else { "unmapped stage" }));
    }
    if !r.ineligible.is_empty() {
        flags.push(ui::badge("plain", "ineligible"));
    }
    flags
}

/// What becomes of a referral that is taken back.
const REMOVED: &str = "It is not sent to Lever any more. The person and what was said about them are deleted for good, and what it earned falls away. Whoever referred is told that it was withdrawn.";

async fn referral(person: &Person, id: &str) -> Result<Referral, Problem> {
    person.need_jr_admin()?;
    let found = person.partners.referral(&person.partners.db, id).await?;
    found.ok_or_else(|| Problem::not_found().way_on("To the dashboard", DASHBOARD))
}

async fn show(person: Person, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let r = referral(&person, &id).await?;
    let (partners, now) = (&person.partners, person.partners.clock.now());
    let (steps, happened, payouts) =
        (partners.jr_steps(&partners.db).await?, partners.happened(&partners.db, &id).await?, partners.payouts_of(&id).await?);
    let open = r.sending == Sending::Waiting && r.is_here_only();
    let jobs = if open { partners.open_jobs().await? } else { Vec::new() };
    let main = html! {
        (ui::heading(r.who(), &r.job_title, &html! { (status(&steps, &r.status)) @for flag in flags(&r) { (flag) } }))
        @if !r.trouble.is_empty() { p.error role="alert" { (r.trouble) } }
        div.grid {
            section.card { h2 { "Referral" } (facts(&r, now)) (lever(&r)) @if r.is_here_only() { (ui::sure(&format!("{ONE}/{id}/remove"), "Remove", REMOVED, "Remove it")) } }
            section.card { h2 { "What happened" } (told(&happened, &steps, now)) }
            section.card {
                h2 { "What it earns" }
                @if payouts.is_empty() && r.ineligible.is_empty() { p.soft { "Nothing yet." } }
                @if !r.ineligible.is_empty() { p.warn { "Ineligible: " (r.ineligible) } }
                @for p in &payouts { div.heading { p { b { (money(p.amount, &p.currency)) } " for \"" (name(&steps, &p.milestone)) "\"" @if !p.why.is_empty() { br; span.soft { (p.why) } } } (stands(p.state)) } }
                form.inline method="post" action=(format!("{ONE}/{id}/eligibility")) {
                    @if r.ineligible.is_empty() {
                        input name="why" aria-label="Why it earns nothing" placeholder="Why it earns nothing" required maxlength="300" autocomplete="off";
                        button type="submit" { "Make ineligible" }
                    } @else { button type="submit" { "Make eligible" } }
                }
            }
            @if open {
                section.card {
                    h2 { "Correct it" }
                    p.hint { "As long as it is not in Lever." }
                    form.fields method="post" action=(format!("{ONE}/{id}")) {
                        (ui::field("Name", "name", "text", &r.name, true))
                        (ui::field("E-mail", "candidate_email", "email", &r.email, true))
                        (ui::field("Telephone", "phone", "tel", &r.phone, false))
                        (ui::field("LinkedIn", "linkedin", "url", &r.linkedin, false))
                        (ui::field("How they know each other", "relationship", "text", &r.relationship, false))
                        label.field { span { "Why they fit" } textarea name="words" rows="4" maxlength="5000" { (r.words) } }
                        (ui::choice("Job", "job", &choices(&jobs, &r), &r.job))
                        div.actions { button.main type="submit" { "Save and send" } }
                    }
                }
            }
        }
    };
    person.job_ring(r.who(), !open, main).await
}

fn choices(jobs: &[super::jobs::Job], r: &Referral) -> Vec<(String, String)> {
    let mut choices: Vec<_> = jobs.iter().map(|job| (job.id.clone(), format!("{} ({})", job.title, job.location))).collect();
    if !jobs.iter().any(|job| job.id == r.job) {
        choices.insert(0, (r.job.clone(), format!("{}, which is closed", r.job_title)));
    }
    choices
}

fn facts(r: &Referral, now: Ms) -> Markup {
    let text = |text: &str| html! { (text) };
    let mut pairs = vec![
        ("Referred by", html! { (r.referrer_name) " <" (r.referrer_email) ">" }),
        ("Type", text(kind_name(r.kind))),
        ("Date", ui::when(r.created_at, now)),
    ];
    let known = [
        ("E-mail", &r.email),
        ("Telephone", &r.phone),
        ("LinkedIn", &r.linkedin),
        ("How they know each other", &r.relationship),
        ("Why they fit", &r.words),
    ];
    pairs.extend(known.into_iter().filter(|(_, value)| !value.is_empty()).map(|(label, value)| (label, text(value))));
    if !r.resume_name.is_empty() {
        pairs.push(("Résumé", html! { a href=(format!("{ONE}/{}/resume", r.id)) { (r.resume_name) } }));
    }
    ui::facts(&pairs)
}

fn lever(r: &Referral) -> Markup {
    html! {
        @match r.sending {
            Sending::Consent => { p.hint { "They are being asked" @if let Some(until) = r.consent_until { ", until " (web::date(until)) } ". Until then nothing goes to Lever." } }
            Sending::Over => { p.hint { "It goes no further." } }
            _ if r.opportunity.is_empty() => {
                p.hint { "It is on its way to Lever, or waits until Lever is connected." }
                (ui::action(&format!("{ONE}/{}/send", r.id), "Send now", ""))
            }
            _ => { p.hint { "In Lever: " @if r.opportunity_url.starts_with("http") { a href=(r.opportunity_url) rel="noreferrer" { (r.opportunity) } } @else { code { (r.opportunity) } } } }
        }
    }
}

async fn resume(person: Person, Path(id): Path<String>) -> Result<Response, Problem> {
    let r = referral(&person, &id).await?;
    let bytes = person.partners.resumes.read(&id, &r.resume_file).await?.ok_or_else(Problem::not_found)?;
    Ok(web::download(Attachment { name: r.resume_name, media_type: r.resume_type, bytes, ..Attachment::default() }))
}

async fn send(person: Person, Path(id): Path<String>) -> Done {
    referral(&person, &id).await?;
    let partners = &person.partners;
    let tx = partners.db.begin().await?;
    partners.send_to_hub(&tx, &id).await?;
    tx.commit().await?;
    partners.referred();
    person.done("It is sent as soon as Lever takes it.", &format!("{ONE}/{id}")).await
}

async fn correct(person: Person, Path(id): Path<String>, fields: Fields) -> Done {
    referral(&person, &id).await?;
    let form = web::FilledForm { fields, files: Vec::new() };
    let new: NewReferral = refer_pages::filled(&form);
    match person.partners.correct(&id, &new, form.fields.get("job"), &person.name).await? {
        Ok(()) => person.done("Saved. It is sent again.", &format!("{ONE}/{id}")).await,
        Err(why) => Err(Problem::bad_request(why).way_on("Back to the referral", format!("{ONE}/{id}"))),
    }
}

/// Somebody decides whether a referral earns anything.
async fn eligibility(person: Person, Path(id): Path<String>, fields: Fields) -> Done {
    referral(&person, &id).await?;
    match person.partners.judge_by_hand(&id, fields.get("why"), &person.name).await? {
        Ok(()) => person.done("Saved.", &format!("{ONE}/{id}")).await,
        Err(why) => Err(Problem::bad_request(why).way_on("Back to the referral", format!("{ONE}/{id}"))),
    }
}

async fn remove(person: Person, Path(id): Path<String>) -> Done {
    referral(&person, &id).await?;
    if !person.partners.take_back(&id, &person.name).await? {
        let why = "It is in Lever already, or was removed before. Whoever is in Lever is deleted there; Job Ring follows.";
        return Err(Problem::bad_request(why).way_on("Back to the referral", format!("{ONE}/{id}")));
    }
    person.done("Removed. Nothing of them is kept.", DASHBOARD).await
}
