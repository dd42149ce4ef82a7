//! What else stands on a profile: interviews, what was applied with, who referred.

use super::profile::answer;
use lever_api::{Application, Interview, Referral};
use serde_json::Value;
use web::{Markup, html, ui};

/// When somebody meets whom.
pub fn interviews_card(interviews: &[Interview], now: clock::Ms) -> Markup {
    html! {
        @if !interviews.is_empty() {
            section.card {
                h2 { "Interviews" }
                ul.list {
                    @for interview in interviews {
                        li {
                            div {
                                b { (if interview.subject.is_empty() { "Interview" } else { &interview.subject }) }
                                p.soft {
                                    (web::moment(clock::Ms(interview.date))) ", " (interview.duration) " minutes"
                                    @if let Some(place) = &interview.location { ", " (place) }
                                }
                                p.soft { (interview.interviewers.iter().map(|who| who.name.as_str()).collect::<Vec<_>>().join(", ")) }
                            }
                            @if interview.date < now.0 { (ui::badge("plain", "past")) } @else { (ui::badge("wait", "to come")) }
                        }
                    }
                }
            }
        }
    }
}

/// What somebody applied with, and who referred them.
pub fn application_card(application: Option<&Application>, referrals: &[Referral], now: clock::Ms) -> Markup {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    html! {
        @if application.is_some() || !referrals.is_empty() {
            section.card {
                h2 { "Application" }
                @if let Some(a) = application {
                    (ui::facts(&[
                        ("Applied", ui::when(clock::Ms(a.created_at), now)),
                        ("As", html! { (text(&a.name)) }),
                        ("Company", html! { (text(&a.company)) }),
                        ("Said", html! { p.lines { (text(&a.comments)) } }),
                    ]))
                    @for question in a.custom_questions.iter().flat_map(|group| group["fields"].as_array().into_iter().flatten()) {
                        p { b { (question["text"].as_str().unwrap_or_default()) } " " (question["value"].as_str().unwrap_or_default()) }
                    }
                    @if let Some(code) = a.requisition_for_hire.get("requisitionCode").and_then(Value::as_str) { p { "Hired for requisition " (code) } }
                }
                @for referral in referrals {
                    h3 { "Referral" }
                    dl.facts { @for field in &referral.fields { div { dt { (field.text) } dd { (answer(field)) } } } }
                }
            }
        }
    }
}
