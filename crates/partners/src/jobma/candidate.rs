//! The candidate's interview, behind a private link: what it is about, a check of camera and microphone, the questions one
//! after the other, and what becomes of the answers.

use super::answers::{Answer, LONGEST_TEXT};
use super::evaluate::play;
use super::interviews::{Interview, State};
use super::kits::{Kind, Question};
use super::{APP, interviews};
use crate::Partners;
use axum::Router;
use axum::extract::{Path, State as Of};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use db::{Sql, params};
use web::{Fields, Markup, Problem, Shell, html, see_other, ui};

pub fn routes() -> Router<Partners> {
    Router::new()
        .route("/jobma/i/{token}", get(show))
        .route("/jobma/i/{token}/check", get(check))
        .route("/jobma/i/{token}/begin", post(begin))
        .route("/jobma/i/{token}/takes/{answer}", get(take))
        .route("/jobma/i/{token}/decline", post(decline))
        .route("/jobma/i/{token}/submit", post(submit))
        .route("/jobma/i/{token}/delete", post(ask_to_delete))
}

/// The interview behind a link.
async fn behind(partners: &Partners, token: &str) -> Result<Interview, Problem> {
    let why = "It may be cut off, or mistyped. Whoever invited you can send the invitation once more.";
    partners.interview_behind(token).await?.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "This link leads nowhere", why).ending_here())
}

/// The interview behind a link, if it can still be held.
pub async fn open(partners: &Partners, token: &str) -> Result<Interview, Problem> {
    let interview = behind(partners, token).await?;
    if interview.is_held(partners.clock.now()) {
        return Ok(interview);
    }
    Err(Problem::bad_request("This interview cannot be held any more.").way_on("To the interview", format!("/jobma/i/{token}")))
}

/// A page of the interview. It may play what it has just recorded.
fn page(token: &str, title: &str, main: &Markup) -> Response {
    let here = format!("/jobma/i/{token}");
    let shell = Shell { brand: "Jobma".into(), home: here.clone(), side: APP, here, ..Shell::default() };
    let mut response = shell.page(title, main).into_response();
    let policy = "default-src 'self'; media-src 'self' blob:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'";
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

async fn show(Of(partners): Of<Partners>, Path(token): Path<String>) -> Result<Response, Problem> {
    let interview = behind(&partners, &token).await?;
    let company = partners.jm_company(&partners.db).await?;
    let late = interview.state.is_open() && !interview.is_held(partners.clock.now());
    let over = |title: &str, why: &str| Ok(page(&token, title, &html! { section.card.narrow { h1 { (title) } p { (why) } p.soft { (company) } } }));
    match interview.state {
        State::Cancelled => over("This interview was called off", "There is nothing for you to do. Whoever invited you can tell you more."),
        State::Rejected => {
            over("You said no to this interview", "Whoever invited you knows. Should you change your mind, ask them to invite you again.")
        }
        State::Expired => {
            over("It is too late for this interview", "It could be held until its last day. Whoever invited you can give you more time.")
        }
        _ if late => over("It is too late for this interview", "It could be held until its last day. Whoever invited you can give you more time."),
        State::Completed => Ok(page(&token, "Thank you", &thanks(&interview, &token, &company))),
        State::Pending => Ok(page(&token, "Your interview", &welcome(&partners, &interview, &token, &company).await?)),
        State::Started => {
            let answers = partners.answers(&partners.db, &interview.id).await?;
            let is_answered = |q: &&Question| answers.iter().any(|a| a.question == q.id && a.kept);
            let n = interview.questions.iter().take_while(is_answered).count();
            Ok(match interview.questions.get(n) {
                Some(q) => {
                    page(&token, &format!("Question {} of {}", n + 1, interview.questions.len()), &question(&interview, n, q, &answers, &token))
                }
                None => page(&token, "Send your answers", &last(&interview, &token)),
            })
        }
    }
}

async fn welcome(partners: &Partners, interview: &Interview, token: &str, company: &str) -> Result<Markup, Problem> {
    let intro = partners.kit(&partners.db, &interview.kit).await?.map(|kit| kit.intro).unwrap_or_default();
    let recorded = interview.questions.iter().any(|q| q.kind.is_recorded());
    // Whoever writes takes a few minutes, too.
    let seconds = |q: &Question| if q.kind.is_recorded() { q.think_s + q.answer_s } else { 240.max(q.answer_s) };
    let minutes = (interview.questions.iter().map(seconds).sum::<i64>() + 59) / 60;
    Ok(html! {
        (ui::heading(&format!("Hello {}", interview.first_name), &format!("{company} · {}", interview.job_title), &html! {}))
        section.card.middle {
            h2 { "Your interview" }
            @if !intro.is_empty() { p { (intro) } }
            (ui::facts(&[
                ("Questions", html! { (interview.questions.len()) }),
                ("Takes about", html! { (minutes.max(1)) " min" }),
                ("Until", html! { "the end of " (interview.last_day()) }),
            ]))
            @if recorded { p { a.button href=(format!("/jobma/i/{token}/check")) { "Try camera and microphone first" } } }
            form.fields method="post" action=(format!("/jobma/i/{token}/begin")) {
                label.tick { input type="checkbox" name="agree" value="yes" required; span { "What I say and record is shown to the people who decide about this job. I can ask for it to be deleted." } }
                div.actions { button.main type="submit" { "Begin" } }
            }
            hr;
            (ui::sure(&format!("/jobma/i/{token}/decline"), "I do not want this interview", "Whoever invited you is told. You can only come back if they invite you again.", "No, thank you"))
        }
    })
}

/// A recorder, worked by the page's script. `url`: where takes go; empty: nowhere, this is for practice.
fn recorder(kind: Kind, url: &str, take: i64, think_s: i64, answer_s: i64) -> Markup {
    html! {
        div.stack data-record=(kind.name()) data-url=(url) data-take=(take) data-think=(think_s) data-answer=(answer_s) {
            video.preview muted playsinline hidden aria-label="What the camera sees" {}
            p data-said role="status" { "Your browser asks whether this page may use " (if kind == Kind::Video { "camera and microphone" } else { "the microphone" }) "." }
            progress max="100" value="0" hidden aria-label="Time that is left" {}
            div.actions {
                button.main type="button" data-start hidden { "Start recording" }
                button type="button" data-skip hidden { "Begin to record now" }
                button type="button" data-stop hidden { "Stop" }
            }
            video.playback controls playsinline hidden aria-label="What was recorded" {}
        }
        script src=(web::script("interview.js")) defer {}
    }
}

async fn check(Of(partners): Of<Partners>, Path(token): Path<String>) -> Result<Response, Problem> {
    let interview = open(&partners, &token).await?;
    let kind = if interview.questions.iter().any(|q| q.kind == Kind::Video) { Kind::Video } else { Kind::Audio };
    let main = html! {
        (ui::heading("Try it first", "Nothing of this is sent anywhere.", &html! { a.button href=(format!("/jobma/i/{token}")) { "Back" } }))
        section.card.middle {
            h2 { "Practice question: what did you have for breakfast?" }
            p { "You have 5 seconds to think and 15 to answer. Then you see what was recorded." }
            (recorder(kind, "", 1, 5, 15))
        }
    };
    Ok(page(&token, "Try it first", &main))
}

/// `90 s`, `2 min`
fn time(seconds: i64) -> String {
    if seconds % 60 == 0 { format!("{} min", seconds / 60) } else { format!("{seconds} s") }
}

fn question(interview: &Interview, n: usize, q: &Question, answers: &[Answer], token: &str) -> Markup {
    let at = format!("/jobma/i/{token}/answers/{}", q.id);
    let takes: Vec<&Answer> = answers.iter().filter(|a| a.question == q.id).collect();
    let used = takes.iter().filter(|a| a.complete).count();
    // A take that broke off is gone on with.
    let take = takes.iter().find(|a| !a.complete).map_or_else(|| i64::try_from(used).unwrap_or(0) + 1, |a| a.take);
    html! {
        (ui::heading(&format!("Question {} of {}", n + 1, interview.questions.len()), q.kind.label(), &html! {}))
        section.card.middle {
            h2 { (q.body) }
            progress max=(interview.questions.len()) value=(n) aria-label="How far you are" {}
            @match q.kind {
                Kind::Choice => {
                    form.fields method="post" action=(at) {
                        fieldset { legend { "Your answer" } @for option in &q.options { label.tick { input type="radio" name="body" value=(option) required; span { (option) } } } }
                        div.actions { button.main type="submit" { "Next" } }
                    }
                }
                Kind::Essay | Kind::Code => {
                    form.fields method="post" action=(at) {
                        label.field { span { "Your answer" } textarea name="body" rows="14" maxlength=(LONGEST_TEXT) required spellcheck=(if q.kind == Kind::Code { "false" } else { "true" }) {} }
                        div.actions { button.main type="submit" { "Next" } }
                    }
                }
                Kind::Video | Kind::Audio => {
                    p.hint {
                        @if q.think_s > 0 { "You have " (time(q.think_s)) " to think and " } @else { "You have " }
                        (time(q.answer_s)) " to answer. "
                        @if q.takes > 1 { "You can try " (q.takes) " times; " (q.takes - i64::try_from(used).unwrap_or(0)) " left. The last one counts." } @else { "You can try once." }
                    }
                    @if used > 0 {
                        p { (ui::badge("good", "recorded")) }
                        @if let Some(last) = takes.iter().filter(|a| a.complete).max_by_key(|a| a.take) {
                            @let src = format!("/jobma/i/{token}/takes/{}", last.id);
                            @if q.kind == Kind::Video { video.playback controls playsinline preload="metadata" src=(src) aria-label="What you recorded" {} }
                            @else { audio controls preload="metadata" src=(src) aria-label="What you recorded" {} }
                        }
                        form.inline method="post" action=(format!("{at}/keep")) { button.main type="submit" { "Keep this answer" } }
                    }
                    @if take <= q.takes {
                        @if used > 0 { hr; h3 { "Once more" } }
                        (recorder(q.kind, &at, take, q.think_s, q.answer_s))
                        details id="other" {
                            summary { "Recording does not work here" }
                            p.hint { "Record with the camera of your phone, and choose the file." }
                            form.fields method="post" enctype="multipart/form-data" action=(format!("{at}/file")) {
                                label.field { span { "File" } input type="file" name="file" required accept=(if q.kind == Kind::Video { "video/*" } else { "audio/*" }); }
                                div.actions { button type="submit" { "Send it" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn last(interview: &Interview, token: &str) -> Markup {
    html! {
        section.card.narrow {
            h1 { "That was all" }
            p { "You have answered " (interview.questions.len()) " of " (interview.questions.len()) " questions. Once you send them, nothing can be changed." }
            form method="post" action=(format!("/jobma/i/{token}/submit")) { button.main type="submit" { "Send my answers" } }
        }
    }
}

fn thanks(interview: &Interview, token: &str, company: &str) -> Markup {
    html! {
        section.card.narrow {
            h1 { "Thank you, " (interview.first_name) }
            p { "Your answers are with " (company) ". They will be in touch." }
            @if interview.delete_asked_at.is_some() { p.warn { "You asked for your answers to be deleted. " (company) " was told." } }
            @else { (ui::sure(&format!("/jobma/i/{token}/delete"), "Ask for my answers to be deleted", "Nobody can watch or read them any more once they are deleted.", "Ask for it")) }
        }
    }
}

/// What the candidate has recorded, while the interview is held.
async fn take(Of(partners): Of<Partners>, Path((token, answer)): Path<(String, String)>, headers: HeaderMap) -> Result<Response, Problem> {
    let interview = open(&partners, &token).await?;
    play(&partners, &interview.id, &answer, &headers).await
}

async fn begin(Of(partners): Of<Partners>, Path(token): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let interview = open(&partners, &token).await?;
    let here = format!("/jobma/i/{token}");
    if !fields.is_on("agree") {
        return Err(Problem::bad_request("Say first that your answers may be shown to the people who decide.").way_on("Back", here));
    }
    becomes(&partners, &interview, &[State::Pending], State::Started).await?;
    Ok(see_other(&here))
}

async fn decline(Of(partners): Of<Partners>, Path(token): Path<String>) -> Result<Response, Problem> {
    if behind(&partners, &token).await?.state == State::Rejected {
        return Ok(see_other(&format!("/jobma/i/{token}")));
    }
    let interview = open(&partners, &token).await?;
    becomes(&partners, &interview, &[State::Pending, State::Started], State::Rejected).await?;
    Ok(see_other(&format!("/jobma/i/{token}")))
}

async fn submit(Of(partners): Of<Partners>, Path(token): Path<String>) -> Result<Response, Problem> {
    // Sent already: the first answer may have been lost on its way.
    if behind(&partners, &token).await?.state == State::Completed {
        return Ok(see_other(&format!("/jobma/i/{token}")));
    }
    let interview = open(&partners, &token).await?;
    let answers = partners.answers(&partners.db, &interview.id).await?;
    if !interview.questions.iter().all(|q| answers.iter().any(|a| a.question == q.id && a.kept)) {
        return Err(Problem::bad_request("There are questions you have not answered yet.").way_on("Back", format!("/jobma/i/{token}")));
    }
    becomes(&partners, &interview, &[State::Started], State::Completed).await?;
    Ok(see_other(&format!("/jobma/i/{token}")))
}

async fn ask_to_delete(Of(partners): Of<Partners>, Path(token): Path<String>) -> Result<Response, Problem> {
    let interview = behind(&partners, &token).await?;
    let sql = "update jm_interview set delete_asked_at = $1 where id = $2 and delete_asked_at is null";
    partners.db.run(sql, params![partners.clock.now().0, interview.id.as_str()]).await?;
    partners.lobby.changed();
    Ok(see_other(&format!("/jobma/i/{token}")))
}

async fn becomes(partners: &Partners, interview: &Interview, from: &[interviews::State], to: interviews::State) -> Result<(), Problem> {
    let tx = partners.db.begin().await?;
    partners.interview_becomes(&tx, interview, from, to).await?;
    tx.commit().await?;
    partners.told_and_seen();
    Ok(())
}
