//! What the buttons of a profile do.

use super::asking::answered;
use super::{Viewer, day};
use crate::Ats;
use crate::labels::Kind;
use crate::moves::Archiving;
use crate::notes::NewComment;
use crate::offers::Terms;
use crate::people::Right;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use lever_api::{FormField, Opportunity, reference};
use std::collections::HashMap;
use web::{Fields, Problem};

pub fn routes() -> Router<Ats> {
    Router::new()
        .route("/candidates/{id}/stage", post(stage))
        .route("/candidates/{id}/archive", post(archive))
        .route("/candidates/{id}/unarchive", post(unarchive))
        .route("/candidates/{id}/snooze", post(snooze))
        .route("/candidates/{id}/tags", post(tags))
        .route("/candidates/{id}/links", post(links))
        .route("/candidates/{id}/notes", post(note))
        .route("/candidates/{id}/offer", post(offer))
        .route("/candidates/{id}/offers/{offer}", get(document))
        .route("/candidates/{id}/forms/{template}", post(fill_in))
        .route("/candidates/{id}/delete", post(delete))
        .route("/candidates/{id}/anonymize", post(anonymize))
}

async fn fill_in(viewer: Viewer, Path((id, template)): Path<(String, String)>, fields: Fields) -> Result<Response, Problem> {
    let (opportunity, back) = (viewer.to_change(&id).await?, format!("/candidates/{id}"));
    let templates = viewer.ats.form_templates().await?;
    let template = templates.iter().find(|t| t.id == template).ok_or_else(Problem::not_found)?;
    let mut answers = HashMap::new();
    for field in &template.fields {
        answers.extend(answered(field, &fields, &back)?.map(|value| (field.id.clone(), value)));
    }
    let answer = |field: &FormField| answers.get(&field.id).cloned().unwrap_or_default();
    viewer.ats.fill_in(&opportunity, Some(&viewer.person.user.id), template, template.secret_by_default, answer).await?;
    viewer.done("Form saved.", &back).await
}

impl Viewer {
    /// Back to the profile; to the list, if it is not for this person any more.
    pub async fn back_to(&self, id: &str, said: &str) -> Result<Response, Problem> {
        if self.visible(id).await.is_ok() {
            return self.done(said, &format!("/candidates/{id}")).await;
        }
        self.done(&format!("{said} You do not see their profile any more: ask a Super Admin, if you should."), "/candidates").await
    }

    pub async fn to_change(&self, id: &str) -> Result<Opportunity, Problem> {
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
    viewer.back_to(&id, said).await
}

async fn unarchive(viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    viewer.to_change(&id).await?;
    let tx = viewer.ats.db.begin().await?;
    viewer.ats.archive(&tx, &id, Some(&viewer.person.user.id), Archiving::default()).await?;
    tx.commit().await?;
    viewer.ats.committed();
    viewer.done("Back in the pipeline, in the stage it was in.", &format!("/candidates/{id}")).await
}

/// Until a day, which must be to come; without one, back in sight.
async fn snooze(viewer: Viewer, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    viewer.to_change(&id).await?;
    let until = day(fields.get("until"))?;
    if until.is_some_and(|until| until <= viewer.ats.clock.now()) {
        return Err(Problem::bad_request("Snoozing ends on a day to come.").way_on("Back to the profile", format!("/candidates/{id}")));
    }
    let tx = viewer.ats.db.begin().await?;
    viewer.ats.snooze(&tx, &id, until).await?;
    tx.commit().await?;
    viewer.ats.committed();
    let said = until.map_or_else(|| "Awake again.".to_owned(), |until| format!("Out of sight until {}.", web::date(until)));
    viewer.done(&said, &format!("/candidates/{id}")).await
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
    let comment =
        NewComment { by: Some(&viewer.person.user.id), value: fields.get("value"), secret: fields.is_on("secret"), ..NewComment::default() };
    viewer.ats.write_note(&opportunity, comment).await?;
    Ok(web::see_other(&format!("/candidates/{id}")))
}

async fn document(viewer: Viewer, Path((id, offer)): Path<(String, String)>) -> Result<Response, Problem> {
    let opportunity = viewer.to_change(&id).await?;
    let posting = viewer.posting_of(&opportunity).await?;
    let postings = viewer.ats.postings_by_id(posting.as_slice()).await?;
    let made = viewer.ats.offers_of(&id).await?.into_iter().find(|made| made.id == offer).ok_or_else(Problem::not_found)?;
    if !viewer.sees_sensitive(postings.first()).await? && reference(&made.creator) != Some(&viewer.person.user.id) {
        return Err(Problem::not_found());
    }
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
    viewer.need(Right::EraseCandidates)?;
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
    viewer.need(Right::EraseCandidates)?;
    viewer.ats.forget_files_of(reference(&opportunity.contact).unwrap_or_default()).await?;
    let tx = viewer.ats.db.begin().await?;
    let contact = viewer.ats.anonymize(&tx, &id).await?;
    tx.commit().await?;
    viewer.ats.forget_files_of(&contact).await?;
    viewer.ats.committed();
    viewer.done("Anonymized. Integrations find out by themselves.", &format!("/candidates/{id}")).await
}
