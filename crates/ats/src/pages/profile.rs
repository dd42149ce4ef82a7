//! The profile of one opportunity: what stands on it, as far as this person may see. What its buttons do is in `profile_moves`.

use super::asking::{answer, linked, question};
use super::pipeline_board::name_of;
use super::{Viewer, interviewing, profile_files, profile_more};
use crate::Ats;
use crate::files::Shown;
use crate::people::Right;
use axum::Router;
use axum::extract::Path;
use axum::response::Html;
use axum::routing::get;
use lever_api::{
    Application, ArchiveReason, Feedback, FeedbackTemplate, Interview, Note, Offer, Opportunity, Posting, ProfileForm, Referral, Requisition, Stage,
    User, reference,
};
use web::{Fields, Markup, Problem, html, ui};

pub fn routes() -> Router<Ats> {
    Router::new().route("/candidates/{id}", get(show)).merge(profile_files::routes())
}

/// What the page shows.
struct Profile {
    opportunity: Opportunity,
    posting: Option<Posting>,
    stages: Vec<Stage>,
    reasons: Vec<ArchiveReason>,
    people: Vec<User>,
    notes: Vec<Note>,
    offers: Vec<Offer>,
    forms: Vec<ProfileForm>,
    templates: Vec<lever_api::FormTemplate>,
    feedback: Vec<Feedback>,
    feedback_templates: Vec<FeedbackTemplate>,
    files: Vec<Shown>,
    requisitions: Vec<Requisition>,
    interviews: Vec<Interview>,
    /// Panels that programs made.
    external: Vec<String>,
    application: Option<Application>,
    referrals: Vec<Referral>,
    /// Other opportunities of the same person.
    others: Vec<Opportunity>,
    /// Whether this person sees what is sensitive.
    sensitive: bool,
    /// Whether this person may change anything.
    may: bool,
    /// Whether this person may delete and anonymise.
    erases: bool,
    now: clock::Ms,
}

async fn show(viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let opportunity = viewer.visible(&id).await?;
    let ats = &viewer.ats;
    let posting = match viewer.posting_of(&opportunity).await? {
        Some(id) => ats.postings_by_id(&[id]).await?.pop(),
        None => None,
    };
    let (me, sensitive) = (viewer.person.user.id.as_str(), viewer.sees_sensitive(posting.as_ref()).await?);
    let requisitions = match &posting {
        Some(posting) if opportunity.archived.is_none() => ats.open_requisitions(&posting.id, opportunity.confidentiality == "confidential").await?,
        _ => Vec::new(),
    };
    let profile = Profile {
        posting,
        requisitions,
        forms: ats.forms_seen(&id, if sensitive { None } else { Some(me) }).await?,
        templates: ats.form_templates().await?,
        feedback: ats.feedback_of(&id).await?,
        feedback_templates: ats.feedback_templates().await?,
        files: ats.files_of(&id).await?,
        interviews: ats.interviews_of(&opportunity).await?,
        external: ats.external_panels(&id).await?,
        application: match opportunity.application() {
            Some(application) => ats.applications_by_id(&[application.to_string()]).await?.pop(),
            None => None,
        },
        referrals: ats.referrals_of(&id).await?,
        stages: ats.stages().await?,
        reasons: ats.archive_reasons().await?,
        people: ats.people().await?,
        notes: ats.notes_of(&id).await?,
        others: viewer.others_of(&opportunity).await?,
        offers: ats.offers_of(&id).await?,
        sensitive,
        may: viewer.person.may(Right::ManageProfiles),
        erases: viewer.person.may(Right::EraseCandidates) && viewer.person.may(Right::ManageProfiles),
        now: ats.clock.now(),
        opportunity,
    };
    let profile = profile.seen_by(&viewer);
    viewer.live_page(name_of(&profile.opportunity), profile.render()).await
}

impl Profile {
    /// Without what is not for this person: secret notes and offers are for who wrote them and for who has the privilege; who only meets somebody
    /// sees whom, when, their files, and what they wrote themselves.
    fn seen_by(mut self, viewer: &Viewer) -> Self {
        let me = viewer.person.user.id.as_str();
        if !self.sensitive {
            self.notes.retain(|note| !note.secret || reference(&note.user) == Some(me) || names(note, &viewer.person.user));
            self.offers.retain(|offer| reference(&offer.creator) == Some(me));
        }
        if !self.may {
            self.notes.retain(|note| reference(&note.user) == Some(me));
            self.feedback.retain(|feedback| reference(&feedback.user) == Some(me));
            (self.offers, self.forms, self.templates, self.referrals, self.application) = (vec![], vec![], vec![], vec![], None);
        }
        self
    }

    fn at(&self, what: &str) -> String {
        format!("/candidates/{}/{what}", self.opportunity.id)
    }

    fn person(&self, id: Option<&str>) -> &str {
        id.and_then(|id| self.people.iter().find(|p| p.id == id)).map_or("nobody", |p| &p.name)
    }

    fn render(&self) -> Markup {
        let o = &self.opportunity;
        html! {
            (ui::heading(name_of(o), &o.headline, &if self.may { self.actions() } else { html! {} }))
            @if o.confidentiality == "confidential" { p.warn { "Confidential: only who works with this candidate sees them, and integrations that were given access." } }
            @if let Some(archived) = &o.archived { (self.archived_banner(archived)) }
            div.grid.wide {
                div.stack { (self.stage_card()) @if self.may { (self.offer_card()) } (interviewing::interviews_card(&format!("/candidates/{}", o.id), &self.interviews, &self.external, &self.people, self.may && !o.is_anonymized, self.now)) (self.feedback_card()) (self.forms_card()) @if self.may || !self.notes.is_empty() { (self.notes_card()) } }
                div.stack { (self.contact_card()) (profile_more::others_card(&o.id, &self.others, &self.stages, &self.reasons, self.may)) (profile_more::application_card(self.application.as_ref(), &self.referrals, self.now)) (self.labels_card()) (profile_files::files_card(&o.id, &self.files, self.may && !o.is_anonymized, self.now)) (self.history_card()) }
            }
        }
    }

    fn actions(&self) -> Markup {
        let hired = self.reasons.iter().filter(|r| r.kind == "hired" && r.status == "active");
        let others: Vec<_> =
            self.reasons.iter().filter(|r| r.kind != "hired" && r.status == "active").map(|r| (r.id.clone(), r.text.clone())).collect();
        html! {
            @if !self.opportunity.is_anonymized { a.button href=(self.at("edit")) { "Edit" } }
            @if self.opportunity.archived.is_none() {
                @for reason in hired {
                    form.inline method="post" action=(self.at("archive")) {
                        input type="hidden" name="reason" value=(reason.id);
                        @if !self.requisitions.is_empty() {
                            select name="requisition" aria-label="Requisition" {
                                @for r in &self.requisitions { option value=(r.id) { "Requisition " (r.requisition_code) } }
                                option value="" { "No requisition" }
                            }
                        }
                        button.main type="submit" { @if reason.text == "Hired" { "Mark as hired" } @else { "Hire: " (reason.text) } }
                    }
                }
                form.inline method="post" action=(self.at("archive")) {
                    select name="reason" aria-label="Archive reason" { @for (id, text) in &others { option value=(id) { (text) } } }
                    button type="submit" { "Archive" }
                }
            } @else {
                (ui::action(&self.at("unarchive"), "Unarchive", ""))
            }
        }
    }

    fn archived_banner(&self, archived: &lever_api::Archived) -> Markup {
        let reason = self.reasons.iter().find(|r| Some(&r.id) == archived.reason.as_ref());
        let hired = reason.is_some_and(|r| r.kind == "hired");
        let at = clock::Ms(archived.archived_at.unwrap_or(0));
        html! {
            p class=(if hired { "said" } else { "warn" }) {
                @if hired { b { "Hired " } } @else { b { "Archived " } "as " (reason.map_or("?", |r| &r.text)) " " }
                (ui::when(at, self.now)) "."
            }
        }
    }

    fn stage_card(&self) -> Markup {
        let stages: Vec<_> = self.stages.iter().map(|s| (s.id.clone(), s.text.clone())).collect();
        html! {
            section.card {
                h2 { "Stage" }
                @if self.may {
                    form.inline method="post" action=(self.at("stage")) {
                        select name="stage" aria-label="Stage" {
                            @for (id, text) in &stages { option value=(id) selected[reference(&self.opportunity.stage) == Some(id)] { (text) } }
                        }
                        button type="submit" { "Move" }
                    }
                    @if self.opportunity.archived.is_none() { (self.snooze()) }
                } @else {
                    p { (stages.iter().find(|(id, _)| reference(&self.opportunity.stage) == Some(id)).map_or("", |(_, text)| text)) }
                }
            }
        }
    }

    /// Out of the pipeline's sight until a day.
    fn snooze(&self) -> Markup {
        let until = self.opportunity.snoozed_until.map(clock::Ms).filter(|until| *until > self.now);
        html! {
            @if let Some(until) = until {
                p { (ui::badge("wait", "snoozed")) " until " (web::date(until)) }
                (ui::action(&self.at("snooze"), "Wake up now", ""))
            } @else {
                details id="snooze" {
                    summary { "Snooze" }
                    form.inline method="post" action=(self.at("snooze")) {
                        (ui::field("Until", "until", "date", "", true))
                        button type="submit" { "Snooze" }
                    }
                }
            }
        }
    }

    fn offer_card(&self) -> Markup {
        let today = web::date(self.now);
        html! {
            section.card {
                h2 { "Offer" }
                @for offer in &self.offers {
                    @let start = offer.field("anticipated_start_date").and_then(serde_json::Value::as_i64);
                    (ui::facts(&[
                        ("Status", ui::badge(if offer.status == "signed" { "good" } else { "wait" }, &offer.status)),
                        ("Anticipated start date", html! { @if let Some(start) = start { (web::date(clock::Ms(start))) } @else { "not set" } }),
                        ("Salary", html! { (offer.field("salary_amount").and_then(|v| v.as_str()).unwrap_or("not set")) }),
                        ("Made", ui::when(clock::Ms(offer.created_at), self.now)),
                    ]))
                    @if !offer.sent_document.is_null() { p { a href=(self.at(&format!("offers/{}", offer.id))) { "The document" } } }
                    hr;
                }
                @if !self.sensitive { p.soft { "Offers are for people with sensitive information privileges, and for who made them." } }
                @else if self.offers.is_empty() { p.soft { "No offer yet. Today is " (today) "." } }
                @if self.may {
                    details id="new-offer" {
                        summary { "Make an offer" }
                        form.fields method="post" action=(self.at("offer")) {
                            (ui::field("Anticipated start date", "start", "date", "", false))
                            (ui::field("Salary", "salary", "text", "", false))
                            (ui::choice("Status", "status", &["signed", "approved", "sent", "draft"].map(|s| (s.to_owned(), s.to_owned())), "signed"))
                            div.actions { button.main type="submit" { "Save offer" } }
                        }
                    }
                }
            }
        }
    }

    fn feedback_card(&self) -> Markup {
        let (at, o) = (format!("/candidates/{}", self.opportunity.id), &self.opportunity);
        let templates = if o.is_anonymized { &[][..] } else { &self.feedback_templates };
        interviewing::feedback_card(&at, &self.feedback, templates, &self.interviews, |id| self.person(id), self.now)
    }

    fn forms_card(&self) -> Markup {
        html! {
            @if !self.forms.is_empty() || !self.templates.is_empty() {
                section.card {
                    h2 { "Forms" }
                    @for form in &self.forms {
                        h3 { (form.text) }
                        dl.facts { @for field in &form.fields { div { dt { (field.text) } dd { (answer(field)) } } } }
                        p.soft { (self.person(reference(&form.user))) " · " (ui::when(clock::Ms(form.created_at), self.now)) }
                    }
                    @for template in self.templates.iter().filter(|_| self.may && !self.opportunity.is_anonymized) {
                        details id=(format!("form-{}", template.id)) {
                            summary { "Fill in: " (template.text) }
                            form.fields method="post" action=(self.at(&format!("forms/{}", template.id))) {
                                @if !template.instructions.is_empty() { p.soft { (template.instructions) } }
                                @for field in &template.fields { (question(field, &Fields::default())) }
                                div.actions { button.main type="submit" { "Save form" } }
                            }
                        }
                    }
                }
            }
        }
    }

    fn notes_card(&self) -> Markup {
        html! {
            section.card {
                h2 { "Notes" }
                @if self.may {
                    form.fields method="post" action=(self.at("notes")) {
                        label.field { span { "Add a note" } textarea name="value" required {} }
                        label.tick { input type="checkbox" name="secret" value="yes"; span { "Secret: for people with sensitive information privileges" } }
                        div.actions { button type="submit" { "Save note" } }
                    }
                }
                @for note in &self.notes {
                    @if note.secret { (ui::badge("wait", "secret")) }
                    @for comment in &note.fields {
                        p.lines { (linked(&comment.value)) }
                        p.soft { (comment.user.as_deref().map_or("an integration", |user| self.person(Some(user)))) " · " (ui::when(clock::Ms(comment.created_at), self.now)) }
                    }
                    hr;
                }
            }
        }
    }

    fn contact_card(&self) -> Markup {
        let o = &self.opportunity;
        html! {
            section.card {
                h2 { "Contact" }
                (ui::facts(&[
                    ("E-mail", html! { @for email in &o.emails { div { (email) } } }),
                    ("Phone", html! { @for phone in &o.phones { div { (phone.value) } } }),
                    ("Location", html! { (o.location) }),
                    ("Job", html! { @match &self.posting { Some(p) => { (p.text) }, None => { "No posting" } } }),
                    ("Department", html! { (self.category(|c| c.department.as_deref())) }),
                    ("Job location", html! { (self.category(|c| c.location.as_deref())) }),
                    ("Work type", html! { (self.category(|c| c.commitment.as_deref())) }),
                    ("Owner", html! { (self.person(reference(&o.owner))) }),
                    ("Origin", html! { (o.origin) }),
                    ("Opportunity id", html! { code { (o.id) } }),
                ]))
            }
        }
    }

    fn category(&self, get: impl Fn(&lever_api::Categories) -> Option<&str>) -> &str {
        self.posting.as_ref().and_then(|p| get(&p.categories)).unwrap_or("not set")
    }

    fn labels_card(&self) -> Markup {
        let o = &self.opportunity;
        let list = |what: &str, texts: &[String], is_link: bool| {
            html! {
                ul.tags {
                    @for text in texts {
                        li {
                            form.inline.badge method="post" action=(self.at(what)) {
                                input type="hidden" name="remove" value=(text);
                                @if is_link && text.starts_with("http") { a href=(text) rel="noreferrer" { (text) } } @else { span { (text) } }
                                @if self.may { button type="submit" aria-label=(format!("Remove {text}")) { "×" } }
                            }
                        }
                    }
                }
                @if self.may {
                    form.inline method="post" action=(self.at(what)) {
                        input name="add" aria-label=(format!("Add to {what}")) required;
                        button type="submit" { "Add" }
                    }
                }
            }
        };
        html! {
            section.card.stack {
                div { h2 { "Tags" } (list("tags", &o.tags, false)) }
                div { h2 { "Links" } (list("links", &o.links, true)) }
                div { h2 { "Sources" } ul.tags { @for source in &o.sources { li.badge { (source) } } } }
            }
        }
    }

    fn history_card(&self) -> Markup {
        html! {
            section.card {
                h2 { "History" }
                ol.steps {
                    @for change in &self.opportunity.stage_changes {
                        @let stage = self.stages.iter().find(|s| s.id == change.to_stage_id).map_or("a stage that is gone", |s| &s.text);
                        li { p { (stage) } p.soft { (change.user_id.as_deref().map_or("an integration or the applicant", |user| self.person(Some(user)))) " · " (ui::when(clock::Ms(change.updated_at), self.now)) } }
                    }
                }
                @if self.erases {
                    (ui::sure(&self.at("delete"), "Delete", "The candidate leaves all lists for good, and integrations are told.", "Delete this candidate"))
                    (ui::sure(&self.at("anonymize"), "Anonymize", "The person goes for good, from all their opportunities: name, addresses, files, feedback. What is left are opportunities of nobody.", "Anonymize this person"))
                }
            }
        }
    }
}

/// Whether somebody is @-named in a note: then it is for them, secret or not.
fn names(note: &Note, user: &User) -> bool {
    let called = |word: &str| word.trim_start_matches('@').trim_end_matches(|c: char| !c.is_alphanumeric()).eq_ignore_ascii_case(&user.username);
    note.fields.iter().any(|comment| comment.value.split_whitespace().any(|word| word.starts_with('@') && called(word)))
}
