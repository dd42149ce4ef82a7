//! Payouts: the ledger, approval, and the list for payroll. No money moves here.

use super::Done;
use super::own_pages::stands;
use super::payouts::{Payout, State};
use super::program::money;
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::extract::{Path, Query};
use axum::response::{Html, Response};
use axum::routing::{get, post};
use clock::Ms;
use futures_util::stream;
use serde::Deserialize;
use web::export::{Format, file};
use web::{Fields, Markup, Problem, html, ui};

pub const PAYOUTS: &str = "/job-ring/payouts";

pub fn routes() -> Router<Partners> {
    Router::new()
        .route(PAYOUTS, get(list))
        .route(&format!("{PAYOUTS}/{{file}}"), get(export))
        .route(&format!("{PAYOUTS}/{{id}}/settle"), post(settle))
        .route("/job-ring/payouts-approved", post(approve_all))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    state: String,
    after: String,
}

/// So many on a page, and read at a time.
const PAGE: usize = 100;

async fn list(person: Person, Query(asked): Query<Asked>) -> Result<Html<String>, Problem> {
    person.need_jr_admin()?;
    let (partners, now) = (&person.partners, person.partners.clock.now());
    let (steps, sums) = (partners.jr_steps(&partners.db).await?, partners.sums().await?);
    let mut found = partners.payouts(&asked.state, &asked.after, PAGE as i64 + 1).await?;
    let is_more = found.len() > PAGE;
    found.truncate(PAGE);
    let rows = html! {
        @for p in &found {
            tr {
                td { (p.referrer_name) br; span.soft { (p.referrer_email) } }
                td { a href=(format!("/job-ring/referrals/{}", p.referral)) { (if p.name.is_empty() { "Somebody who was removed" } else { &p.name }) } br; span.soft { (p.job_title) " · " (super::dashboard::name(&steps, &p.milestone)) } }
                td { b { (money(p.amount, &p.currency)) } }
                td { (stands(p.state)) (when(p, now)) }
                td.end { (actions(p)) }
            }
        }
    };
    // Payroll pays what is approved, and nothing else.
    let (what, of) =
        if matches!(asked.state.as_str(), "" | "approved") { ("CSV for payroll", "approved") } else { ("CSV of these", asked.state.as_str()) };
    let csv = format!("{PAYOUTS}/payouts.csv?state={of}");
    let main = html! {
        (ui::heading("Payouts", "What referrals earn. Job Ring moves no money: payroll pays what is approved.", &html! { a.button href=(csv) { (what) } }))
        div.tiles {
            @for state in State::ALL {
                @if let Some((_, n, sums)) = sums.iter().find(|(known, ..)| *known == state) {
                    a.tile href=(format!("{PAYOUTS}?state={}", state.name())) aria-current=[(asked.state == state.name()).then_some("page")] {
                        b { (n) } (stands(state)) " " span.soft { (sums.iter().map(|(currency, sum)| money(*sum, currency)).collect::<Vec<_>>().join(", ")) }
                    }
                }
            }
        }
        @if sums.iter().any(|(state, ..)| *state == State::Eligible) { (ui::sure("/job-ring/payouts-approved", "Approve all that are eligible", "Payroll pays whatever is approved.", "Approve them")) }
        @if found.is_empty() { (ui::empty("No payouts here", "Each milestone of the program that a referral reaches appears here, once.")) }
        @else { (ui::table("Payouts", &["Referrer", "For", "Amount", "State", ""], &rows)) }
        @if let Some(last) = found.last().filter(|_| is_more) { p { a.button href=(format!("{PAYOUTS}?state={}&after={}", asked.state, last.id)) { "Older ones" } } }
    };
    person.job_ring("Payouts", true, main).await
}

fn when(p: &Payout, now: Ms) -> Markup {
    html! {
        br;
        span.soft {
            @match p.state {
                State::Pending => { "until " (web::date(p.due_at)) }
                State::Void => { (p.why) }
                _ => { (ui::when(p.changed_at, now)) @if !p.by_name.is_empty() { " by " (p.by_name) } }
            }
        }
    }
}

fn actions(p: &Payout) -> Markup {
    let to = format!("{PAYOUTS}/{}/settle", p.id);
    let button = |state: State, label: &str| {
        html! { form.inline method="post" action=(to) { input type="hidden" name="to" value=(state.name()); button type="submit" { (label) } } }
    };
    html! {
        @match p.state {
            State::Eligible => (button(State::Approved, "Approve")),
            State::Approved => (button(State::Paid, "Mark as paid")),
            _ => {}
        }
        @if matches!(p.state, State::Pending | State::Eligible | State::Approved) {
            details.sure {
                summary { "Void" }
                form.inline method="post" action=(to) {
                    input type="hidden" name="to" value="void";
                    input name="why" aria-label="Why it falls away" placeholder="Why" required maxlength="300" autocomplete="off";
                    button.danger type="submit" { "Void it" }
                }
            }
        }
    }
}

async fn settle(person: Person, Path(id): Path<String>, fields: Fields) -> Done {
    person.need_jr_admin()?;
    let back = |why: String| Problem::bad_request(why).way_on("Back to the payouts", PAYOUTS);
    let to = State::read(fields.get("to")).ok_or_else(|| back("There is no such state.".to_owned()))?;
    person.partners.settle(&id, to, fields.get("why"), &person.name).await?.map_err(back)?;
    person.done("Saved.", PAYOUTS).await
}

async fn approve_all(person: Person) -> Done {
    person.need_jr_admin()?;
    let mut n = 0;
    loop {
        let some = person.partners.payouts(State::Eligible.name(), "", PAGE as i64).await?;
        if some.is_empty() {
            break;
        }
        for payout in some {
            n += usize::from(person.partners.settle(&payout.id, State::Approved, "", &person.name).await?.is_ok());
        }
    }
    person.done(&format!("{} approved.", ui::count(n, "payout")), PAYOUTS).await
}

const COLUMNS: [&str; 12] =
    ["referrer", "referrer_email", "type", "referred", "job", "milestone", "amount", "currency", "state", "due_on", "why", "payout"];

/// Everything in a state, while it is read.
async fn export(person: Person, Path(name): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    person.need_jr_admin()?;
    let ("payouts", format @ (Format::Csv | Format::Json)) = Format::of(&name).ok_or_else(Problem::not_found)? else {
        return Err(Problem::not_found());
    };
    let (partners, state) = (person.partners.clone(), asked.state);
    let pages = stream::try_unfold(Some(String::new()), move |after| {
        let (partners, state) = (partners.clone(), state.clone());
        async move {
            let Some(after) = after else { return Ok(None) };
            let some = partners.payouts(&state, &after, PAGE as i64).await?;
            let next = some.last().filter(|_| some.len() == PAGE).map(|last| last.id.clone());
            Ok::<_, db::Error>(Some((some.into_iter().map(row).collect(), next)))
        }
    });
    Ok(file(format, "payouts", &COLUMNS, pages))
}

fn row(p: Payout) -> Vec<String> {
    let amount = format!("{}.{:02}", p.amount / 100, p.amount % 100);
    let (state, due) = (p.state.name().to_owned(), web::day(p.due_at));
    vec![p.referrer_name, p.referrer_email, p.kind, p.name, p.job_title, p.milestone, amount, p.currency, state, due, p.why, p.id]
}
