//! The profile of one opportunity: stage, notes, tags, links, offer, hire, archive.

use super::pipeline_board::name_of;
use super::{Viewer, day, profile_files, profile_more};
use crate::Ats;
use crate::labels::Kind;
use crate::moves::Archiving;
use crate::notes::NewComment;
use crate::offers::Terms;
use crate::people::Right;
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, Response};
use axum::routing::{get, post};
use lever_api::{
    Application, ArchiveReason, Feedback, File, FormField, Interview, Note, Offer, Opportunity, Posting, ProfileForm, Referral, Requisition, Stage,
    User, reference,
};
use serde_json::{Value, json};
use std::collections::HashMap;
use web::{Fields, Markup, Problem, html, ui};

pub fn routes() -> Router<Ats> {
    Router::new()
        .route("/candidates/{id}", get(show))
        .route("/candidates/{id}/stage", post(stage))
        .route("/candidates/{id}/archive", post(archive))
        .route("/candidates/{id}/unarchive", post(unarchive))
        .route("/candidates/{id}/tags", post(tags))
        .route("/candidates/{id}/links", post(links))
        .route("/candidates/{id}/notes", post(note))
        .route("/candidates/{id}/offer", post(offer))
        .route("/candidates/{id}/offers/{offer}", get(document))
        .route("/candidates/{id}/forms/{template}", post(fill_in))
        .route("/candidates/{id}/delete", post(delete))
        .route("/candidates/{id}/anonymize", post(anonymize))
        .merge(profile_files::routes())
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
    files: Vec<File>,
    requisitions: Vec<Requisition>,
    interviews: Vec<Interview>,
    application: Option<Application>,
    referrals: Vec<Referral>,
    /// Whether this person may change anything.
    may: bool,
    now: clock::Ms,
}

async fn show(viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let opportunity = viewer.visible(&id).await?;
    let ats = &viewer.ats;
    let posting = match viewer.posting_of(&opportunity).await? {
        Some(id) => ats.postings_by_id(&[id]).await?.pop(),
        None => None,
    };
    let requisitions = match &posting {
        Some(posting) if opportunity.archived.is_none() => ats.open_requisitions(&posting.id, opportunity.confidentiality == "confidential").await?,
        _ => Vec::new(),
    };
    let profile = Profile {
        posting,
        requisitions,
        forms: ats.forms_of(&id).await?,
        templates: ats.form_templates().await?,
        feedback: ats.feedback_of(&id).await?,
        files: ats.files_of(&id).await?,
        interviews: ats.interviews_of(&opportunity).await?,
        application: match opportunity.application() {
            Some(application) => ats.applications_by_id(&[application.to_string()]).await?.pop(),
            None => None,
        },
        referrals: ats.referrals_of(&id).await?,
        stages: ats.stages().await?,
        reasons: ats.archive_reasons().await?.into_iter().filter(|reason| reason.status == "active").collect(),
        people: ats.people().await?,
        notes: ats.notes_of(&id).await?,
        offers: ats.offers_of(&id).await?,
        may: viewer.person.may(Right::ManageProfiles),
        now: ats.clock.now(),
        opportunity,
    };
    let profile = profile.seen_by(&viewer);
    viewer.live_page(name_of(&profile.opportunity), profile.render()).await
}

impl Profile {
    /// Without what is not for this person: secret notes are for who wrote them and for Super Admins; who only meets somebody sees whom, when,
    /// their files, and what they wrote themselves.
    fn seen_by(mut self, viewer: &Viewer) -> Self {
        let me = viewer.person.user.id.as_str();
        if !viewer.person.may(Right::ManageIntegrations) {
            self.notes.retain(|note| !note.secret || reference(&note.user) == Some(me));
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
            @if let Some(archived) = &o.archived { (self.archived_banner(archived)) }
            div.grid.wide {
                div.stack { (self.stage_card()) (self.offer_card()) (profile_more::interviews_card(&self.interviews, self.now)) (self.feedback_card()) (self.forms_card()) (self.notes_card()) }
                div.stack { (self.contact_card()) (profile_more::application_card(self.application.as_ref(), &self.referrals, self.now)) (self.labels_card()) (profile_files::files_card(&o.id, &self.files, self.may && !o.is_anonymized, self.now)) (self.history_card()) }
            }
        }
    }

    fn actions(&self) -> Markup {
        let hired = self.reasons.iter().filter(|r| r.kind == "hired" && r.status == "active");
        let others: Vec<_> =
            self.reasons.iter().filter(|r| r.kind != "hired" && r.status == "active").map(|r| (r.id.clone(), r.text.clone())).collect();
        html! {
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
                } @else {
                    p { (stages.iter().find(|(id, _)| reference(&self.opportunity.stage) == Some(id)).map_or("", |(_, text)| text)) }
                }
            }
        }
    }

    fn offer_card(&self) -> Markup {
        let tomorrow = web::date(self.now);
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
                @if self.offers.is_empty() { p.soft { "No offer yet. Today is " (tomorrow) "." } }
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
        profile_files::feedback_card(&self.feedback, |id| self.person(id), self.now)
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
                                @for field in &template.fields { (question(field)) }
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
                        div.actions { button type="submit" { "Save note" } }
                    }
                }
                @for note in &self.notes {
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
                        li { p { (stage) } p.soft { (self.person(change.user_id.as_deref())) " · " (ui::when(clock::Ms(change.updated_at), self.now)) } }
                    }
                }
                @if self.may {
                    details id="danger" {
                        summary { "Delete" }
                        p.soft { "Deleted, the candidate leaves all lists, and integrations are told. Anonymized, the opportunity stays without the person." }
                        (ui::action(&self.at("delete"), "Delete this candidate", "danger"))
                        (ui::action(&self.at("anonymize"), "Anonymize", "danger"))
                    }
                }
            }
        }
    }
}

/// The kind of question that takes several options.
const SEVERAL: &str = "multiple-select";

/// The options of a question.
fn options(field: &FormField) -> Vec<(String, String)> {
    let texts = field.rest.get("options").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut all: Vec<(String, String)> = texts.iter().filter_map(|o| o["text"].as_str()).map(|t| (t.to_owned(), t.to_owned())).collect();
    if field.kind == "yes-no" {
        all = ["yes", "no"].map(|t| (t.to_owned(), t.to_owned())).to_vec();
    }
    if !field.required && !all.is_empty() {
        all.insert(0, (String::new(), "not answered".to_owned()));
    }
    all
}

fn question(field: &FormField) -> Markup {
    let options = options(field);
    match field.kind.as_str() {
        SEVERAL => html! {
            fieldset.field { legend { (field.text) }
                @for (value, text) in options.iter().filter(|(value, _)| !value.is_empty()) {
                    label { input type="checkbox" name=(field.id) value=(value); " " (text) }
                }
            }
        },
        _ if !options.is_empty() => ui::choice(&field.text, &field.id, &options, ""),
        "textarea" => html! { label.field { span { (field.text) } textarea name=(field.id) required[field.required] {} } },
        "date" => ui::field(&field.text, &field.id, "date", "", field.required),
        "currency" => ui::field(&field.text, &field.id, "number", "", field.required),
        _ => ui::field(&field.text, &field.id, "text", "", field.required),
    }
}

/// A text whose addresses can be followed.
fn linked(text: &str) -> Markup {
    html! {
        @for (n, line) in text.lines().enumerate() {
            @if n > 0 { "\n" }
            @for (m, word) in line.split(' ').enumerate() {
                @if m > 0 { " " }
                @if word.starts_with("https://") || word.starts_with("http://") { a href=(word) rel="noreferrer" { (word) } } @else { (word) }
            }
        }
    }
}

/// What was answered to a question.
pub fn answer(field: &FormField) -> Markup {
    match &field.value {
        Value::String(text) => html! { span.lines { (linked(text)) } },
        Value::Number(at) if field.kind == "date" => html! { (web::date(clock::Ms(at.as_i64().unwrap_or(0)))) },
        Value::Null => html! { span.soft { "not answered" } },
        Value::Array(chosen) => html! { (chosen.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")) },
        other => html! { (other) },
    }
}

async fn fill_in(viewer: Viewer, Path((id, template)): Path<(String, String)>, fields: Fields) -> Result<Response, Problem> {
    let opportunity = viewer.to_change(&id).await?;
    let templates = viewer.ats.form_templates().await?;
    let template = templates.iter().find(|t| t.id == template).ok_or_else(Problem::not_found)?;
    let mut answers = HashMap::new();
    for field in &template.fields {
        let wrong = |what: &str| Problem::bad_request(format!("{}: {what}.", field.text)).way_on("Back to the profile", format!("/candidates/{id}"));
        let Some(given) = fields.some(&field.id) else { continue };
        let value = match field.kind.as_str() {
            "date" => json!(day(&given)?.map(|at| at.0)),
            "currency" => json!(given.parse::<f64>().ok().filter(|n| n.is_finite()).ok_or_else(|| wrong("this is no amount"))?),
            _ if !options(field).is_empty() && !fields.all(&field.id).all(|given| options(field).iter().any(|(value, _)| value == given)) => {
                return Err(wrong("choose one of the options"));
            }
            SEVERAL => json!(fields.all(&field.id).collect::<Vec<_>>()),
            _ => json!(given),
        };
        answers.insert(field.id.clone(), value);
    }
    viewer.ats.fill_in(&opportunity, Some(&viewer.person.user.id), template, |field| answers.get(&field.id).cloned().unwrap_or_default()).await?;
    viewer.done("Form saved.", &format!("/candidates/{id}")).await
}

impl Viewer {
    async fn to_change(&self, id: &str) -> Result<Opportunity, Problem> {
        let opportunity = self.visible(id).await?;
        self.need(Right::ManageProfiles)?;
        Ok(opportunity)
    }
}

async fn stage(viewer: Viewer, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    viewer.to_change(&id).await?;
    let tx = viewer.ats.db.begin().await?;
    viewer.ats.move_to(&tx, &id, Some(&viewer.person.user.id), fields.get("stage")).await?;
    tx.commit().await?;
    viewer.ats.committed();
    if fields.get("from") == "board" {
        return Ok(web::see_other("/candidates"));
    }
    viewer.done("Moved.", &format!("/candidates/{id}")).await
}

async fn archive(viewer: Viewer, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let opportunity = viewer.to_change(&id).await?;
    let reasons = viewer.ats.archive_reasons().await?;
    let reason = reasons.iter().find(|r| r.id == fields.get("reason")).ok_or_else(|| Problem::bad_request("Choose a reason from the list."))?;
    let requisition = fields.some("requisition");
    if let Some(chosen) = &requisition {
        let posting = viewer.posting_of(&opportunity).await?.unwrap_or_default();
        let offered = viewer.ats.open_requisitions(&posting, opportunity.confidentiality == "confidential").await?;
        if !offered.iter().any(|r| r.id == *chosen) {
            return Err(Problem::bad_request("This requisition takes no more hires. Choose another one.")
                .way_on("Back to the profile", format!("/candidates/{id}")));
        }
    }
    let tx = viewer.ats.db.begin().await?;
    let archiving = Archiving { reason: Some(&reason.id), at: None, requisition: requisition.as_deref() };
    viewer.ats.archive(&tx, &id, Some(&viewer.person.user.id), archiving).await?;
    tx.commit().await?;
    viewer.ats.committed();
    let said = if reason.kind == "hired" { "Hired. Congratulations!" } else { "Archived." };
    viewer.done(said, &format!("/candidates/{id}")).await
}

async fn unarchive(viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    viewer.to_change(&id).await?;
    let tx = viewer.ats.db.begin().await?;
    viewer.ats.archive(&tx, &id, Some(&viewer.person.user.id), Archiving::default()).await?;
    tx.commit().await?;
    viewer.ats.committed();
    viewer.done("Back in the pipeline, in the stage it was in.", &format!("/candidates/{id}")).await
}

async fn tags(viewer: Viewer, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    viewer.to_change(&id).await?;
    let tx = viewer.ats.db.begin().await?;
    match (fields.some("add"), fields.some("remove")) {
        (Some(add), _) => viewer.ats.relabel(&tx, &id, Kind::Tag, &[add], true).await?,
        (None, Some(remove)) => viewer.ats.relabel(&tx, &id, Kind::Tag, &[remove], false).await?,
        (None, None) => {}
    }
    tx.commit().await?;
    viewer.ats.committed();
    Ok(web::see_other(&format!("/candidates/{id}")))
}

async fn links(viewer: Viewer, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    viewer.to_change(&id).await?;
    let tx = viewer.ats.db.begin().await?;
    match (fields.some("add"), fields.some("remove")) {
        (Some(add), _) => viewer.ats.relink(&tx, &id, &[add], true).await?,
        (None, Some(remove)) => viewer.ats.relink(&tx, &id, &[remove], false).await?,
        (None, None) => {}
    }
    tx.commit().await?;
    viewer.ats.committed();
    Ok(web::see_other(&format!("/candidates/{id}")))
}

async fn note(viewer: Viewer, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let opportunity = viewer.to_change(&id).await?;
    if fields.get("value").is_empty() {
        return Err(Problem::bad_request("The note is empty.").way_on("Back to the profile", format!("/candidates/{id}")));
    }
    let comment = NewComment { by: Some(&viewer.person.user.id), value: fields.get("value"), ..NewComment::default() };
    viewer.ats.write_note(&opportunity, comment).await?;
    Ok(web::see_other(&format!("/candidates/{id}")))
}

async fn document(viewer: Viewer, Path((id, offer)): Path<(String, String)>) -> Result<Response, Problem> {
    viewer.visible(&id).await?;
    viewer.need(Right::ManageProfiles)?;
    Ok(web::download(viewer.ats.offer_document(&id, &offer, None).await?))
}

async fn offer(viewer: Viewer, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    viewer.to_change(&id).await?;
    let status = ["signed", "approved", "sent", "draft"].into_iter().find(|s| *s == fields.get("status")).unwrap_or("draft");
    let terms = Terms { start: day(fields.get("start"))?, salary: fields.some("salary"), status };
    let tx = viewer.ats.db.begin().await?;
    viewer.ats.make_offer(&tx, &id, Some(&viewer.person.user.id), &terms).await?;
    tx.commit().await?;
    viewer.ats.committed();
    viewer.done("Offer saved.", &format!("/candidates/{id}")).await
}

async fn delete(viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    viewer.to_change(&id).await?;
    // First what is in files: while the person is there, somebody can press again.
    viewer.ats.forget_files(&id).await?;
    let tx = viewer.ats.db.begin().await?;
    viewer.ats.delete_opportunity(&tx, &id, Some(&viewer.person.user.id)).await?;
    tx.commit().await?;
    // And what was uploaded meanwhile.
    viewer.ats.forget_files(&id).await?;
    viewer.ats.committed();
    viewer.done("Deleted.", "/candidates").await
}

/// Takes the person out of it; the numbers stay.
async fn anonymize(viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let opportunity = viewer.to_change(&id).await?;
    let contact = reference(&opportunity.contact).unwrap_or_default();
    viewer.ats.forget_files_of(contact).await?;
    let tx = viewer.ats.db.begin().await?;
    viewer.ats.anonymize(&tx, contact).await?;
    tx.commit().await?;
    viewer.ats.forget_files_of(contact).await?;
    viewer.ats.committed();
    viewer.done("Anonymized. Integrations find out by themselves.", &format!("/candidates/{id}")).await
}
