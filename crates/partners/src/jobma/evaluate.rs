//! Evaluating an interview: play it, rate it, say what should become of the candidate; and show it to others for a while.

use super::answers::Answer;
use super::interviews::{Interview, State};
use super::kits::Kind;
use super::listing;
use super::reviews::{RECOMMEND, mean, report_name};
use super::{APP, Done};
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::extract::{Path, State as Of};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use clock::Ms;
use endpoint::Attachment;
use jobma_api::Review;
use web::{Fields, Markup, Problem, Shell, html, ui};

pub fn routes() -> Router<Partners> {
    Router::new()
        .route("/jobma/evaluate/{id}", get(show).post(rate))
        .route("/jobma/evaluate/{id}/answers/{answer}", get(media))
        .route("/jobma/evaluate/{id}/report", get(report))
        .route("/jobma/evaluate/{id}/shares", post(share))
        .route("/jobma/evaluate/{id}/shares/{share}/revoke", post(revoke))
        .route("/jobma/evaluate/{id}/delete", post(delete))
        .route("/jobma/shared/{token}", get(shared))
        .route("/jobma/shared/{token}/answers/{answer}", get(shared_media))
}

/// Comments are not longer. Characters.
const LONGEST_COMMENT: usize = 5000;

async fn there(partners: &Partners, id: &str) -> Result<Interview, Problem> {
    partners.interview(&partners.db, id).await?.ok_or_else(Problem::not_found)
}

async fn show(person: Person, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let partners = &person.partners;
    let interview = there(partners, &id).await?;
    let now = partners.clock.now();
    let here = format!("/jobma/evaluate/{id}");
    let main = html! {
        (ui::heading(&interview.name(), &format!("{} · {}", interview.job_title, interview.kit_name), &listing::state(interview.state)))
        @if interview.delete_asked_at.is_some() {
            p.warn { "The candidate asks for these answers to be deleted." }
            @if person.is_jobma_admin() { (ui::sure(&format!("{here}/delete"), "Delete the interview and everything in it", "It cannot be brought back.", "Delete it")) }
        }
        div.grid.wide {
            div.stack { (answers(partners, &interview, &here).await?) }
            div.stack {
                (ratings(partners, &interview).await?)
                @if interview.state == State::Completed { (rating_form(partners, &interview.id, &person.session.person, &here).await?) }
                (shares(partners, &interview, &here, now).await?)
            }
        }
    };
    person.jobma(&interview.name(), true, main).await
}

/// What was asked, and what was answered. `at`: below it lie the recordings.
async fn answers(partners: &Partners, interview: &Interview, at: &str) -> Result<Markup, Problem> {
    let answers = partners.answers(&partners.db, &interview.id).await?;
    let answer = |question: &str| answers.iter().find(|a| a.question == question && a.kept);
    Ok(html! {
        @for (n, q) in interview.questions.iter().enumerate() {
            section.card {
                p.kicker { "Question " (n + 1) " · " (q.kind.label()) }
                h2 { (q.body) }
                @match answer(&q.id) {
                    None if q.kind.is_recorded() && interview.recordings_gone_at.is_some() => { p.soft { "Recordings are deleted after some time, and this one was." } }
                    None => { p.soft { "Not answered." } }
                    Some(a) if q.kind == Kind::Video => { video.playback controls playsinline preload="metadata" src=(format!("{at}/answers/{}", a.id)) aria-label=(format!("Answer to question {}", n + 1)) {} }
                    Some(a) if q.kind == Kind::Audio => { audio controls preload="metadata" src=(format!("{at}/answers/{}", a.id)) aria-label=(format!("Answer to question {}", n + 1)) {} }
                    Some(a) if q.kind == Kind::Code => { pre { (a.body) } }
                    Some(a) => { p.lines { (a.body) } }
                }
            }
        }
    })
}

async fn ratings(partners: &Partners, interview: &Interview) -> Result<Markup, Problem> {
    let (evaluation, now) = (partners.evaluation(&interview.id).await?, partners.clock.now());
    Ok(html! {
        section.card {
            h2 { "Evaluation" }
            @if evaluation.reviews.is_empty() { p.soft { "Nobody has rated it yet." } } @else { p { b { (mean(&evaluation)) } } }
            @for r in &evaluation.reviews {
                hr;
                p {
                    b { (r.name) } " " span.soft { (r.stars) " of 5, " (ui::when(Ms(r.at), now)) } " "
                    @if let Some((_, words, tone)) = RECOMMEND.iter().find(|(value, ..)| *value == r.recommendation) { (ui::badge(tone, words)) }
                }
                @if !r.comment.is_empty() { p.lines { (r.comment) } }
            }
            hr;
            p { a href=(format!("/jobma/evaluate/{}/report", interview.id)) { "Summary as PDF" } }
        }
    })
}

/// A reviewer's rating: what they said before, or nothing yet. Nothing is chosen for them.
async fn rating_form(partners: &Partners, interview: &str, reviewer: &str, here: &str) -> Result<Markup, Problem> {
    let mine = partners.evaluation(interview).await?.reviews.into_iter().find(|review| review.reviewer == reviewer);
    let choose = || (String::new(), "Choose".to_owned());
    let first = if mine.is_none() { vec![choose()] } else { Vec::new() };
    let stars: Vec<(String, String)> = first.iter().cloned().chain((1..=5).rev().map(|n| (n.to_string(), format!("{n} of 5")))).collect();
    let recommend = first.into_iter().chain(RECOMMEND.map(|(value, words, _)| (value.to_owned(), words.to_owned()))).collect::<Vec<_>>();
    let review = mine.unwrap_or_default();
    let given = if review.stars == 0 { String::new() } else { review.stars.to_string() };
    Ok(html! {
        section.card {
            h2 { "Your rating" }
            form.fields method="post" action=(here) {
                (ui::must_choose("Stars", "stars", &stars, &given))
                (ui::must_choose("Recommendation", "recommend", &recommend, &review.recommendation))
                label.field { span { "Comment" } textarea name="comment" maxlength=(LONGEST_COMMENT) { (review.comment) } }
                div.actions { button.main type="submit" { "Save" } }
            }
        }
    })
}

async fn shares(partners: &Partners, interview: &Interview, here: &str, now: Ms) -> Result<Markup, Problem> {
    let shares = partners.shares(&interview.id).await?;
    Ok(html! {
        section.card {
            h2 { "Show it to others" }
            p.hint { "Whoever has an account opens this page's address. For others make a link that ends by itself." }
            @for (n, s) in shares.iter().enumerate() {
                hr;
                p {
                    @if s.revoked { (ui::badge("plain", "revoked")) } @else if s.expires_at <= now { (ui::badge("plain", "expired")) } @else { (ui::badge("good", "open")) }
                    " made by " (s.by) ", until " (web::date(s.expires_at))
                }
                @if !s.revoked && s.expires_at > now {
                    code id=(format!("share-{n}")) { (s.url) }
                    div.actions { button type="button" data-copy=(format!("share-{n}")) { "Copy" } (ui::action(&format!("{here}/shares/{}/revoke", s.digest), "Revoke", "danger")) }
                }
            }
            form.inline method="post" action=(format!("{here}/shares")) {
                (ui::choice("Good for", "days", &[1, 7, 30].map(|n: usize| (n.to_string(), ui::count(n, "day"))), "7"))
                button type="submit" { "Make a link" }
            }
        }
    })
}

async fn rate(person: Person, Path(id): Path<String>, fields: Fields) -> Done {
    let interview = there(&person.partners, &id).await?;
    let here = format!("/jobma/evaluate/{id}");
    let back = |why: &str| Problem::bad_request(why).way_on("Back", here.clone());
    let stars = fields.get("stars").parse::<i64>().ok().filter(|n| (1..=5).contains(n)).ok_or_else(|| back("Give 1 to 5 stars."))?;
    if interview.state != State::Completed {
        return Err(back("The interview is not completed yet."));
    }
    if !RECOMMEND.iter().any(|(value, ..)| *value == fields.get("recommend")) {
        return Err(back("Choose what you recommend."));
    }
    if fields.get("comment").chars().count() > LONGEST_COMMENT {
        return Err(back("A comment has at most 5,000 characters."));
    }
    let review = Review {
        reviewer: person.session.person.clone(),
        name: person.name.clone(),
        stars,
        recommendation: fields.get("recommend").to_owned(),
        comment: fields.get("comment").to_owned(),
        ..Review::default()
    };
    person.partners.review(&interview, &review).await?;
    person.done("Saved.", &here).await
}

async fn report(person: Person, Path(id): Path<String>) -> Done {
    let interview = there(&person.partners, &id).await?;
    let bytes = person.partners.report(&interview).await?;
    Ok(web::download(Attachment { name: report_name(&interview), media_type: "application/pdf".to_owned(), bytes, ..Attachment::default() }))
}

async fn share(person: Person, Path(id): Path<String>, fields: Fields) -> Done {
    there(&person.partners, &id).await?;
    let days = fields.get("days").parse::<u32>().ok().filter(|days| (1..=90).contains(days)).unwrap_or(7);
    person.partners.share(&id, &person.name, days).await?;
    person.done("The link is made.", &format!("/jobma/evaluate/{id}")).await
}

async fn revoke(person: Person, Path((id, share)): Path<(String, String)>) -> Done {
    person.partners.revoke_share(&id, &share).await?;
    person.done("Revoked. The link leads nowhere any more.", &format!("/jobma/evaluate/{id}")).await
}

async fn delete(person: Person, Path(id): Path<String>) -> Done {
    person.need_jobma_admin()?;
    person.partners.forget_interview(&id, true).await?;
    person.done("Deleted, with everything that was said in it.", listing::LIST).await
}

/// Without an account: to look at, and nothing else.
async fn shared(Of(partners): Of<Partners>, Path(token): Path<String>) -> Result<Html<String>, Problem> {
    let interview = shared_interview(&partners, &token).await?;
    let main = html! {
        (ui::heading(&interview.name(), &interview.job_title, &listing::state(interview.state)))
        div.stack { (answers(&partners, &interview, &format!("/jobma/shared/{token}")).await?) }
    };
    let shell = Shell {
        brand: "Jobma".into(),
        home: format!("/jobma/shared/{token}"),
        side: APP,
        here: format!("/jobma/shared/{token}"),
        ..Shell::default()
    };
    Ok(shell.page(&interview.name(), &main))
}

async fn shared_interview(partners: &Partners, token: &str) -> Result<Interview, Problem> {
    let why = "It was revoked, has expired, or is cut off. Whoever sent it to you can make another.";
    partners.shared(token).await?.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "This link leads nowhere", why).ending_here())
}

async fn media(person: Person, Path((id, answer)): Path<(String, String)>, headers: HeaderMap) -> Result<Response, Problem> {
    play(&person.partners, &id, &answer, &headers).await
}

async fn shared_media(Of(partners): Of<Partners>, Path((token, answer)): Path<(String, String)>, headers: HeaderMap) -> Result<Response, Problem> {
    let interview = shared_interview(&partners, &token).await?;
    play(&partners, &interview.id, &answer, &headers).await
}

/// A recording, or the part of it that is asked for.
pub async fn play(partners: &Partners, interview: &str, answer: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    let answers = partners.answers(&partners.db, interview).await?;
    let a: &Answer = answers.iter().find(|a| a.id == answer && a.complete && a.kind.is_recorded()).ok_or_else(Problem::not_found)?;
    let whole = u64::try_from(a.bytes).unwrap_or(0);
    let range = headers.get(header::RANGE).and_then(|v| v.to_str().ok()).and_then(|text| part(text, whole));
    let (from, until) = range.unwrap_or((0, whole.saturating_sub(1)));
    let length = until + 1 - from;
    let body = partners.recordings.read(interview, &a.id, from, length).await.map_err(|e| {
        tracing::error!(error = %e, "a recording cannot be read");
        Problem::not_found()
    })?;
    let mut response = body.into_response();
    *response.status_mut() = if range.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    let mut set = |name, value: String| {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, a.media_type.clone());
    set(header::CONTENT_LENGTH, length.to_string());
    set(header::ACCEPT_RANGES, "bytes".to_owned());
    if range.is_some() {
        set(header::CONTENT_RANGE, format!("bytes {from}-{until}/{whole}"));
    }
    Ok(response)
}

/// `bytes=0-`, `bytes=100-199`, `bytes=-500`: first and last byte. What makes no sense asks for all.
fn part(text: &str, whole: u64) -> Option<(u64, u64)> {
    let (from, until) = text.strip_prefix("bytes=")?.split_once('-')?;
    let last = whole.checked_sub(1)?;
    let (from, until) = match (from.parse::<u64>().ok(), until.parse::<u64>().ok()) {
        (Some(from), until) => (from, until.unwrap_or(last).min(last)),
        (None, Some(tail)) => (whole.saturating_sub(tail), last),
        (None, None) => return None,
    };
    (from <= until).then_some((from, until))
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn parts_of_a_recording_are_read_as_browsers_ask_for_them() {
        for (text, expected) in [
            ("bytes=0-", Some((0, 99))),
            ("bytes=10-19", Some((10, 19))),
            ("bytes=90-500", Some((90, 99))),
            ("bytes=-10", Some((90, 99))),
            ("bytes=100-", None),
            ("bytes=5-2", None),
            ("bytes=-", None),
            ("chapters=1", None),
        ] {
            assert_eq!(part(text, 100), expected, "{text}");
        }
        assert_eq!(part("bytes=0-", 0), None);
    }
}
