//! What else stands on a profile: other opportunities, what was applied with, who referred.

use super::asking::answer;
use lever_api::{Application, ArchiveReason, FormField, Opportunity, Referral, Stage, reference};
use serde_json::Value;
use web::{Markup, html, ui};

/// Where else the same person is, or may be.
pub fn others_card(id: &str, others: &[Opportunity], stages: &[Stage], reasons: &[ArchiveReason], may: bool) -> Markup {
    html! {
        @if may || !others.is_empty() {
            section.card {
                h2 { "Other opportunities" }
                @if others.is_empty() { p.soft { "None." } }
                ul.list {
                    @for other in others {
                        @let stage = stages.iter().find(|stage| Some(stage.id.as_str()) == reference(&other.stage)).map_or("", |stage| &stage.text);
                        @let reason = other.archived.as_ref().and_then(|archived| reasons.iter().find(|reason| Some(&reason.id) == archived.reason.as_ref()));
                        li { a href=(format!("/candidates/{}", other.id)) { (stage) } @if let Some(reason) = reason { (ui::badge("plain", &reason.text)) } }
                    }
                }
                @if may { p { a href=(format!("/candidates/{id}/merge")) { "Merge with another profile of the same person" } } }
            }
        }
    }
}

/// What somebody applied with, and who referred them.
pub fn application_card(application: Option<&Application>, referrals: &[Referral], now: clock::Ms) -> Markup {
    html! {
        @if application.is_some() || !referrals.is_empty() {
            section.card {
                h2 { "Application" }
                @if let Some(a) = application {
                    @let said = [("As", &a.name), ("Company", &a.company), ("Said", &a.comments)];
                    @let said = said.into_iter().filter_map(|(name, text)| Some((name, text.as_deref().filter(|text| !text.is_empty())?)));
                    @let said = said.map(|(name, text)| (name, html! { span.lines { (text) } }));
                    (ui::facts(&std::iter::once(("Applied", ui::when(clock::Ms(a.created_at), now))).chain(said).collect::<Vec<_>>()))
                    dl.facts {
                        @for field in a.custom_questions.iter().flat_map(|group| group["fields"].as_array().into_iter().flatten()) {
                            @if let Ok(field) = serde_json::from_value::<FormField>(field.clone()) { div { dt { (field.text) } dd { (answer(&field)) } } }
                        }
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
