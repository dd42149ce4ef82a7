//! Jobs, and referring somebody to one: for people who work here.

use super::Done;
use super::jobs::Job;
use super::program::Program;
use super::referrals::{By, NewReferral};
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path};
use axum::response::Html;
use axum::routing::get;
use job_ring_api::Kind;
use web::{FilledForm, Markup, Problem, html, ui};

pub const JOBS: &str = "/job-ring/jobs";

pub fn routes() -> Router<Partners> {
    Router::new().route(JOBS, get(list)).route(&format!("{JOBS}/{{id}}"), get(show).post(refer).layer(DefaultBodyLimit::disable()))
}

async fn list(person: Person) -> Result<Html<String>, Problem> {
    let partners = &person.partners;
    let (jobs, program, steps) = (partners.open_jobs().await?, partners.program(&partners.db).await?, partners.jr_steps(&partners.db).await?);
    let reward = program.internal.in_words(&steps);
    let rows = html! {
        @for job in &jobs {
            tr {
                td { a href=(format!("{JOBS}/{}", job.id)) { (job.title) } br; span.soft { (job.facts()) } }
                td { @if reward.is_empty() { span.soft { "thanks" } } @else { (reward) } }
                td.end { a.button href=(format!("{JOBS}/{}", job.id)) { "Refer somebody" } }
            }
        }
    };
    let main = html! {
        (ui::heading("Jobs", "Whom do you know who should work here?", &html! {}))
        @if jobs.is_empty() { (ui::empty("No open jobs", "They come from the applicant tracking system, once it is connected.")) }
        @else { (ui::table("Jobs", &["Job", "What it earns you", ""], &rows)) }
    };
    person.job_ring("Jobs", true, main).await
}

/// The fields about whoever is referred.
pub fn fields(program: &Program) -> Markup {
    html! {
        (ui::field("Their name", "name", "text", "", true))
        (ui::field("Their e-mail", "candidate_email", "email", "", true))
        @if program.consent {
            p.hint { "They are asked first, and have " (program.consent_days) " days to answer. Until then only name and address are kept; what else there is to say they say themselves." }
        } @else {
            (ui::field("Their telephone number", "phone", "tel", "", false))
            (ui::field("Their LinkedIn profile", "linkedin", "url", "", false))
            label.field { span { "Their résumé (pdf, doc, docx, odt, rtf, txt; at most 20 MB)" } input type="file" name="resume" accept=".pdf,.doc,.docx,.odt,.rtf,.txt"; }
            (ui::field("How do you know each other?", "relationship", "text", "", false))
            label.field { span { "Why do they fit?" } textarea name="words" rows="4" maxlength="5000" {} }
        }
    }
}

/// What was filled in about whoever is referred.
pub fn filled(form: &FilledForm) -> NewReferral {
    let text = |name: &str| form.fields.get(name).to_owned();
    NewReferral {
        name: text("name"),
        email: text("candidate_email"),
        phone: text("phone"),
        linkedin: text("linkedin"),
        relationship: text("relationship"),
        words: text("words"),
        resume: form.file("resume"),
    }
}

async fn job(person: &Person, id: &str) -> Result<Job, Problem> {
    person.partners.jr_job(&person.partners.db, id).await?.ok_or_else(|| Problem::not_found().way_on("To the jobs", JOBS))
}

async fn show(person: Person, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let (partners, job) = (&person.partners, job(&person, &id).await?);
    let (program, steps) = (partners.program(&partners.db).await?, partners.jr_steps(&partners.db).await?);
    let (inside, outside) = (program.internal.in_words(&steps), program.external.in_words(&steps));
    let link = partners.at(&format!("/job-ring/r/{}", job.code));
    let main = html! {
        (ui::heading(&job.title, &job.facts(), &html! { a.button href=(JOBS) { "All jobs" } @if !job.url.is_empty() { " " a.button href=(job.url) rel="noreferrer" { "The advertisement" } } }))
        @if !job.open { p.warn { "This job is closed: nobody can be referred to it any more." } } @else {
            div.grid {
                @if !program.internal.open { section.card { h2 { "Refer somebody" } p { "The program takes no referrals from colleagues at the moment." } } }
                @else { section.card {
                    h2 { "Refer somebody" }
                    @if !inside.is_empty() { p { "It earns you " b { (inside) } "." } }
                    @if program.internal.waiting_days > 0 && !inside.is_empty() { p.hint { "What a hire earns is paid when they have stayed " (program.internal.waiting_days) " days." } }
                    form.fields method="post" enctype="multipart/form-data" action=(format!("{JOBS}/{id}")) {
                        (fields(&program))
                        div.actions { button.main type="submit" { "Refer" } }
                    }
                } }
                @if program.external.open { section.card {
                    h2 { "Pass it around" }
                    p { "Whoever has this link can refer somebody, without an account." @if !outside.is_empty() { " It earns them " b { (outside) } "." } }
                    p { label.field { span { "Link" } input type="text" readonly value=(link); } }
                    p { a href=(link) { "Open it" } }
                } }
            }
        }
    };
    person.job_ring(&job.title, false, main).await
}

async fn refer(person: Person, Path(id): Path<String>, form: FilledForm) -> Done {
    let (partners, job) = (&person.partners, job(&person, &id).await?);
    let by = By { name: person.name.clone(), email: person.email.clone() };
    match partners.take_referral(&job, Kind::Internal, &by, filled(&form)).await? {
        Ok(referral) => person.done("Thank you! Your referral is on its way.", &format!("{}/{}", super::own_pages::MINE, referral.id)).await,
        Err(refusal) => Err(Problem::bad_request(refusal.words()).way_on("Back to the job", format!("{JOBS}/{id}"))),
    }
}
