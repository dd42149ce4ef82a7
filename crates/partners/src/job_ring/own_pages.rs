//! What whoever referred sees: their referrals, every change explained, and what they earn.

use super::payouts::{Payout, State as Stands};
use super::program::{Step, money};
use super::referrals::{Happened, Referral, Which};
use super::{dashboard, open_page};
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::get;
use clock::Ms;
use job_ring_api::Meaning;
use web::{Markup, Problem, html, ui};

pub const MINE: &str = "/job-ring/mine";

pub fn routes() -> Router<Partners> {
    Router::new().route(MINE, get(mine)).route(&format!("{MINE}/{{id}}"), get(one)).route("/job-ring/my/{token}", get(open))
}

/// A status, as a word with its tone.
pub fn status(steps: &[Step], id: &str) -> Markup {
    let step = steps.iter().find(|step| step.id == id);
    let tone = match step.map(|step| step.meaning) {
        Some(Meaning::Hired) => "good",
        Some(Meaning::Open) => "wait",
        _ => "plain",
    };
    ui::badge(tone, step.map_or(id, |step| step.name.as_str()))
}

pub fn stands(state: Stands) -> Markup {
    match state {
        Stands::Pending => ui::badge("wait", "pending"),
        Stands::Eligible => ui::badge("wait", "eligible"),
        Stands::Approved => ui::badge("good", "approved"),
        Stands::Paid => ui::badge("good", "paid"),
        Stands::Void => ui::badge("plain", "void"),
    }
}

async fn mine(person: Person) -> Result<Html<String>, Problem> {
    let (partners, now) = (&person.partners, person.partners.clock.now());
    let which = Which { referrer_email: person.email.to_lowercase(), ..Which::default() };
    let (all, steps) = (partners.referrals(&which, 200).await?, partners.jr_steps(&partners.db).await?);
    let rows = html! {
        @for r in &all {
            tr {
                td { a href=(format!("{MINE}/{}", r.id)) { (r.who()) } }
                td { (r.job_title) }
                td { (status(&steps, r.status_told())) @if !r.ineligible.is_empty() { " " (ui::badge("plain", "earns nothing")) } }
                td { (ui::when(r.created_at, now)) }
            }
        }
    };
    let main = html! {
        (ui::heading("My referrals", "", &html! { a.button.main href=(super::refer_pages::JOBS) { "Refer somebody" } }))
        @if all.is_empty() { (ui::empty("You have referred nobody yet", "Choose a job, and say who should have it.")) }
        @else { (ui::table("My referrals", &["Who", "Job", "Status", "Referred"], &rows)) }
    };
    person.job_ring("My referrals", true, main).await
}

async fn one(person: Person, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let partners = &person.partners;
    let found = partners.referral(&partners.db, &id).await?;
    let referral =
        found.filter(|r| r.referrer_email.eq_ignore_ascii_case(&person.email)).ok_or_else(|| Problem::not_found().way_on("My referrals", MINE))?;
    let main = html! {
        (ui::heading(referral.who(), &referral.job_title, &html! { a.button href=(MINE) { "My referrals" } }))
        (story(partners, &referral).await?)
    };
    person.job_ring(referral.who(), true, main).await
}

async fn open(State(partners): State<Partners>, Path(token): Path<String>) -> Result<Html<String>, Problem> {
    let nowhere = || {
        Problem::new(StatusCode::NOT_FOUND, "This link leads nowhere", "It may be cut off, or mistyped. The letter you got has the whole of it.")
            .ending_here()
    };
    let referral = partners.referral_of_page(&token).await?.ok_or_else(nowhere)?;
    let main = html! {
        (ui::heading(referral.who(), &format!("Your referral for {}", referral.job_title), &html! {}))
        (story(&partners, &referral).await?)
        (ui::asks_again(30))
    };
    Ok(open_page("Your referral", &format!("/job-ring/my/{token}"), &main))
}

/// How it stands, how it came to that, and what it earns.
async fn story(partners: &Partners, referral: &Referral) -> Result<Markup, Problem> {
    let (steps, now) = (partners.jr_steps(&partners.db).await?, partners.clock.now());
    let (happened, payouts) = (partners.happened(&partners.db, &referral.id).await?, partners.payouts_of(&referral.id).await?);
    let reward = partners.program(&partners.db).await?.reward(referral.kind).in_words(&steps);
    Ok(html! {
        section.card.middle {
            div.heading { h2 { "How it goes" } (status(&steps, referral.status_told())) }
            @if referral.removed { p { "Their data was removed. What you earned before stays yours." } }
            @if referral.shows_how_it_goes() { (history(&happened, &steps, now)) }
            @else if !referral.removed { p { "They were known here before you referred them, so how it goes is between them and us." } }
        }
        section.card.middle {
            h2 { "What it earns you" }
            @if !referral.ineligible.is_empty() { p.warn { "Nothing: " (referral.why_told()) } }
            @else if referral.removed && payouts.is_empty() { p { "Nothing: it goes no further." } }
            @else if payouts.is_empty() { p { @if reward.is_empty() { "Our thanks." } @else { "Up to " (reward) "." } } }
            @for payout in &payouts { (earned(payout, &steps, now)) }
        }
    })
}

/// Every change, with what it means.
pub fn history(happened: &[Happened], steps: &[Step], now: Ms) -> Markup {
    html! {
        ol.steps {
            @for h in happened {
                @let step = steps.iter().find(|step| step.id == h.status);
                li.good {
                    p { b { (step.map_or(h.status.as_str(), |step| step.name.as_str())) } " " span.soft { (ui::when(h.at, now)) } }
                    @if let Some(step) = step { p { (step.about) } }
                }
            }
        }
    }
}

fn earned(payout: &Payout, steps: &[Step], now: Ms) -> Markup {
    let milestone = steps.iter().find(|step| step.id == payout.milestone).map_or(payout.milestone.as_str(), |step| step.name.as_str());
    html! {
        div.heading { p { b { (money(payout.amount, &payout.currency)) } " for \"" (milestone) "\"" } (stands(payout.state)) }
        p.hint {
            @match payout.state {
                Stands::Pending => { "They have to stay until " (web::date(payout.due_at)) "; then it is looked at." }
                Stands::Eligible => { "It waits for somebody's approval." }
                Stands::Approved => { "It is approved, and paid with one of the next payrolls." }
                Stands::Paid => { "It was paid " (ui::when(payout.changed_at, now)) "." }
                Stands::Void => { "It fell away: " (payout.why) "." }
            }
        }
    }
}

/// The same for whoever administers, with what stands behind each change.
pub fn told(happened: &[Happened], steps: &[Step], now: Ms) -> Markup {
    html! {
        ol.steps {
            @for h in happened {
                li.good {
                    p { b { (dashboard::name(steps, &h.status)) } " " span.soft { (ui::when(h.at, now)) } }
                    @if !h.because.is_empty() { p { (h.because) } }
                }
            }
        }
    }
}
