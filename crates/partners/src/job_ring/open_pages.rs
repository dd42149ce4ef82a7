//! Pages without an account, behind links: referring from outside, and agreeing to be referred.

use super::eligibility::Refusal;
use super::jobs::Job;
use super::referrals::{By, NewReferral, Referral, Sending, is_email};
use super::{open_page, refer_pages};
use crate::Partners;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use job_ring_api::Kind;
use web::{FilledForm, Problem, html, see_other, ui};

pub fn routes() -> Router<Partners> {
    Router::new()
        .route("/job-ring/r/{code}", get(show).post(refer).layer(DefaultBodyLimit::disable()))
        .route("/job-ring/r/{code}/thanks", get(thanks))
        .route("/job-ring/consent/{token}", get(ask))
        .route("/job-ring/consent/{token}/yes", post(yes).layer(DefaultBodyLimit::disable()))
        .route("/job-ring/consent/{token}/no", post(no))
}

fn nowhere() -> Problem {
    let why = "It may be cut off or mistyped, or what it led to is over. Whoever sent it to you can tell you more.";
    Problem::new(StatusCode::NOT_FOUND, "This link leads nowhere", why).ending_here()
}

async fn job(partners: &Partners, code: &str) -> Result<Job, Problem> {
    // Mail programs like to append a full stop.
    partners.job_by_code(code.trim_end_matches(['.', ',', ')'])).await?.ok_or_else(nowhere)
}

async fn show(State(partners): State<Partners>, Path(code): Path<String>) -> Result<Html<String>, Problem> {
    let job = job(&partners, &code).await?;
    let (program, steps, company) =
        (partners.program(&partners.db).await?, partners.jr_steps(&partners.db).await?, partners.jr_company(&partners.db).await?);
    let about = partners.jr_setting(&partners.db, "about").await?;
    let (reward, here) = (program.external.in_words(&steps), format!("/job-ring/r/{}", job.code));
    let main = html! {
        (ui::heading(&job.title, &format!("{company} · {}", job.facts()), &html! { @if !job.url.is_empty() { a.button href=(job.url) rel="noreferrer" { "The advertisement" } } }))
        @if !job.open || !program.external.open {
            section.card.middle { p.warn { "This job is closed, or does not take referrals at the moment. Thank you for thinking of it." } }
        } @else {
            section.card.middle {
                @if !about.is_empty() { p { (about) } }
                @if !reward.is_empty() { p { "It earns you " b { (reward) } "." @if program.external.waiting_days > 0 { " What a hire earns is paid when they have stayed " (program.external.waiting_days) " days." } } }
                form.fields method="post" enctype="multipart/form-data" action=(here) {
                    fieldset {
                        legend { "You" }
                        (ui::field("Your name", "your_name", "text", "", true))
                        (ui::field("Your e-mail", "your_email", "email", "", true))
                    }
                    fieldset { legend { "Whom you refer" } (refer_pages::fields(&program)) }
                    div.actions { button.main type="submit" { "Refer" } }
                }
                p.hint { "You get a page of your own, by mail, that shows how it goes." }
            }
        }
    };
    Ok(open_page(&job.title, &here, &main))
}

async fn refer(State(partners): State<Partners>, Path(code): Path<String>, form: FilledForm) -> Result<Response, Problem> {
    let job = job(&partners, &code).await?;
    let here = format!("/job-ring/r/{}", job.code);
    let back = |why: String| Problem::bad_request(why).way_on("Back to the job", here.as_str());
    let (name, email) = (form.fields.get("your_name").to_owned(), form.fields.get("your_email").to_owned());
    if name.is_empty() || name.chars().count() > 200 || !is_email(&email) {
        return Err(back("Say who you are: your name, and an e-mail address at which you can be reached.".to_owned()));
    }
    // Nobody here can tell whether it is really them.
    if partners.has_account(&email).await? {
        let why = "This address belongs to somebody who works here. Sign in to refer: nothing was taken.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "Sign in to refer", why).way_on("Sign in", "/job-ring/sign-in"));
    }
    // Whoever has the link learns nothing here about others, and the page of the referral goes only to the address that was typed.
    match partners.take_referral(&job, Kind::External, &By { name, email }, refer_pages::filled(&form)).await? {
        Ok(_) | Err(Refusal::Again) => Ok(see_other(&format!("{here}/thanks"))),
        Err(Refusal::TooMany) => {
            let why = "Twenty people were referred from this address within a day. Come back tomorrow: nothing was taken.";
            Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "That is enough for today", why).way_on("Back to the job", here))
        }
        Err(Refusal::Manager) => Err(back("The program does not take this referral.".to_owned())),
        Err(refusal) => Err(back(refusal.words())),
    }
}

async fn thanks(State(partners): State<Partners>, Path(code): Path<String>) -> Result<Html<String>, Problem> {
    let job = job(&partners, &code).await?;
    let here = format!("/job-ring/r/{}", job.code);
    let main = html! {
        section.card.middle {
            h1 { "Thank you" }
            p { "Your referral for " b { (job.title) } " is here. A page of your own shows how it goes: the link to it goes by mail to the address you gave." }
            div.actions { a.button href=(here) { "Refer somebody else" } }
        }
    };
    Ok(open_page("Thank you", &here, &main))
}

async fn asked(partners: &Partners, token: &str) -> Result<Referral, Problem> {
    partners.referral_of_consent(token).await?.filter(|referral| !referral.removed).ok_or_else(nowhere)
}

async fn ask(State(partners): State<Partners>, Path(token): Path<String>) -> Result<Response, Problem> {
    let referral = asked(&partners, &token).await?;
    let (company, here) = (partners.jr_company(&partners.db).await?, format!("/job-ring/consent/{token}"));
    let main = match referral.sending {
        Sending::Consent => html! {
            section.card.middle {
                p.kicker { (company) }
                h1 { (referral.referrer_name) " would like to refer you" }
                p { "For: " b { (referral.job_title) } ". Nothing is passed on unless you agree." @if let Some(until) = referral.consent_until { " You can answer until " (web::date(until)) "; after that your name and address are deleted." } }
                form.fields method="post" enctype="multipart/form-data" action=(format!("{here}/yes")) {
                    (ui::field("Your telephone number (if you like)", "phone", "tel", "", false))
                    label.field { span { "Your résumé (if you like: pdf, doc, docx, odt, rtf, txt; at most 20 MB)" } input type="file" name="resume" accept=".pdf,.doc,.docx,.odt,.rtf,.txt"; }
                    p.hint { "If you agree, " (company) " gets your name, your address, and what you add here." }
                    div.actions { button.main type="submit" { "I agree" } }
                }
                (ui::sure(&format!("{here}/no"), "No, thank you", "Your name and address are deleted. Nothing is passed on.", "Delete my data"))
            }
        },
        _ => html! { section.card.middle { h1 { "Thank you" } p { "You agreed; " (company) " has your data now, and will be in touch." } } },
    };
    Ok(open_page("You are being referred", &here, &main).into_response())
}

async fn yes(State(partners): State<Partners>, Path(token): Path<String>, form: FilledForm) -> Result<Response, Problem> {
    let referral = asked(&partners, &token).await?;
    let here = format!("/job-ring/consent/{token}");
    let added = NewReferral {
        name: referral.name.clone(),
        email: referral.email.clone(),
        phone: form.fields.get("phone").to_owned(),
        resume: form.file("resume"),
        ..NewReferral::default()
    };
    if let Some(wrong) = added.wrong() {
        return Err(Problem::bad_request(wrong).way_on("Back", here));
    }
    if referral.sending != Sending::Consent || !partners.agree(&referral, &added.phone, added.resume).await? {
        return Err(Problem::bad_request("You have answered already. What you sent now was not kept.").way_on("Back", here));
    }
    Ok(see_other(&here))
}

async fn no(State(partners): State<Partners>, Path(token): Path<String>) -> Result<Html<String>, Problem> {
    let referral = asked(&partners, &token).await?;
    if !partners.decline(&referral.id, false).await? {
        return Err(Problem::bad_request("You have answered already.").way_on("Back", format!("/job-ring/consent/{token}")));
    }
    let main = html! { section.card.middle { h1 { "Your data is deleted" } p { "Nothing was passed on. Whoever wanted to refer you learns that you do not want it, and no more." } } };
    Ok(open_page("Deleted", "/job-ring/", &main))
}
