//! Writing through the API: each handler finds the opportunity the caller may see, makes one move, and answers it anew.

use crate::Ats;
use crate::access::Caller;
use crate::labels::Kind;
use crate::moves::Archiving;
use crate::refusal::{Refusal, Result};
use crate::resumes::complete;
use lever_api::{
    AddLinks, AddSources, AddTags, Contact, CreateOpportunity, Data, Opportunity, OpportunityId, PerformAs, RemoveLinks, RemoveSources, RemoveTags,
    UpdateContact, UpdateOpportunityArchived, UpdateOpportunityStage,
};
use serde_json::json;
use std::sync::Arc;

pub async fn create(ats: Ats, caller: Arc<Caller>, request: CreateOpportunity) -> Result<Data<Opportunity>> {
    if request.query.perform_as.is_none() {
        return Err(Refusal::bad_request("Missing required parameter: perform_as"));
    }
    let actor = ats.actor(request.query.perform_as.as_ref()).await?;
    // A posting this caller may not see is not there for them; checked before anything is written.
    let (mut new, files) = (request.body.fields, request.body.files);
    let postings: Vec<String> = new.postings.iter().map(ToString::to_string).collect();
    let hidden =
        !caller.confidential && !postings.is_empty() && ats.postings_by_id(&postings).await?.iter().any(|p| p.confidentiality == "confidential");
    if hidden {
        return Err(Refusal::bad_request(format!("there is no posting {}", postings.join(", "))));
    }
    let received = ats.receive_all(files).await;
    if request.query.parse == Some(true) {
        complete(&mut new, &received);
    }
    let tx = ats.db.begin().await?;
    let owner_of_posting = request.query.perform_as_posting_owner == Some(true);
    let created = ats.create_opportunity(&tx, actor.as_deref(), &new, owner_of_posting).await?;
    ats.keep_with(&tx, &created.id, actor.as_deref(), &received).await?;
    tx.commit().await?;
    ats.committed();
    let mut answer = ats.answer(&created.id, &caller).await?;
    answer.rest.insert("deduped".into(), json!(created.deduped));
    Ok(answer)
}

pub async fn stage(ats: Ats, caller: Arc<Caller>, request: UpdateOpportunityStage) -> Result<Data<Opportunity>> {
    let (id, actor) = ats.to_write(&request.opportunity, &request.query, &caller).await?;
    let tx = ats.db.begin().await?;
    ats.move_to(&tx, &id, actor.as_deref(), request.body.stage.as_str()).await?;
    tx.commit().await?;
    ats.committed();
    ats.answer(&id, &caller).await
}

pub async fn archived(ats: Ats, caller: Arc<Caller>, request: UpdateOpportunityArchived) -> Result<Data<Opportunity>> {
    let (id, actor) = ats.to_write(&request.opportunity, &request.query, &caller).await?;
    let tx = ats.db.begin().await?;
    let reason = request.body.reason.as_ref().map(|r| r.as_str());
    let requisition = request.body.requisition_id.as_ref().map(|r| r.as_str());
    if let Some(requisition) = requisition {
        // One that may not be seen is not there.
        ats.visible_requisition(&tx, requisition, &caller)
            .await?
            .ok_or_else(|| Refusal::bad_request("requisitionId: there is no such requisition"))?;
    }
    ats.archive(&tx, &id, actor.as_deref(), Archiving { reason, requisition, at: None }).await?;
    tx.commit().await?;
    ats.committed();
    ats.answer(&id, &caller).await
}

pub async fn add_tags(ats: Ats, caller: Arc<Caller>, request: AddTags) -> Result<Data<Opportunity>> {
    ats.relabel_and_answer(&request.opportunity, &request.query, &caller, Kind::Tag, &request.body.tags, true).await
}

pub async fn remove_tags(ats: Ats, caller: Arc<Caller>, request: RemoveTags) -> Result<Data<Opportunity>> {
    ats.relabel_and_answer(&request.opportunity, &request.query, &caller, Kind::Tag, &request.body.tags, false).await
}

pub async fn add_sources(ats: Ats, caller: Arc<Caller>, request: AddSources) -> Result<Data<Opportunity>> {
    ats.relabel_and_answer(&request.opportunity, &request.query, &caller, Kind::Source, &request.body.sources, true).await
}

pub async fn remove_sources(ats: Ats, caller: Arc<Caller>, request: RemoveSources) -> Result<Data<Opportunity>> {
    ats.relabel_and_answer(&request.opportunity, &request.query, &caller, Kind::Source, &request.body.sources, false).await
}

pub async fn add_links(ats: Ats, caller: Arc<Caller>, request: AddLinks) -> Result<Data<Opportunity>> {
    ats.relink_and_answer(&request.opportunity, &request.query, &caller, &request.body.links, true).await
}

pub async fn remove_links(ats: Ats, caller: Arc<Caller>, request: RemoveLinks) -> Result<Data<Opportunity>> {
    ats.relink_and_answer(&request.opportunity, &request.query, &caller, &request.body.links, false).await
}

pub async fn update_contact(ats: Ats, _: Arc<Caller>, request: UpdateContact) -> Result<Data<Contact>> {
    let tx = ats.db.begin().await?;
    ats.change_contact(&tx, request.contact.as_str(), &request.body).await?;
    tx.commit().await?;
    ats.committed();
    let mut found = ats.contacts_by_id(&[request.contact.to_string()]).await?;
    let mut contact = found.pop().ok_or_else(|| Refusal::not_found("contacts", request.contact.as_str()))?;
    // Recorded answers to this write leave the two out.
    (contact.is_anonymized, contact.data_protection) = (None, None);
    Ok(Data::new(contact))
}

impl Ats {
    async fn to_write(&self, id: &OpportunityId, query: &PerformAs, caller: &Caller) -> Result<(String, Option<String>)> {
        let opportunity = self.opportunity(id.as_str(), caller).await?;
        Ok((opportunity.id, self.actor(query.perform_as.as_ref()).await?))
    }

    /// Answers a write with the whole opportunity; like Lever, without `opportunityLocation`.
    async fn answer(&self, id: &str, caller: &Caller) -> Result<Data<Opportunity>> {
        let mut opportunity = self.opportunity(id, caller).await?;
        opportunity.opportunity_location = None;
        Ok(Data::new(opportunity))
    }

    async fn relabel_and_answer(
        &self,
        id: &OpportunityId,
        query: &PerformAs,
        caller: &Caller,
        kind: Kind,
        texts: &[String],
        add: bool,
    ) -> Result<Data<Opportunity>> {
        let (id, _) = self.to_write(id, query, caller).await?;
        let tx = self.db.begin().await?;
        self.relabel(&tx, &id, kind, texts, add).await?;
        tx.commit().await?;
        self.committed();
        self.answer(&id, caller).await
    }

    async fn relink_and_answer(
        &self,
        id: &OpportunityId,
        query: &PerformAs,
        caller: &Caller,
        links: &[String],
        add: bool,
    ) -> Result<Data<Opportunity>> {
        let (id, _) = self.to_write(id, query, caller).await?;
        let tx = self.db.begin().await?;
        self.relink(&tx, &id, links, add).await?;
        tx.commit().await?;
        self.committed();
        self.answer(&id, caller).await
    }
}
