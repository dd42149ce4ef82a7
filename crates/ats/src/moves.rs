//! What can happen to an opportunity, each change with the events it causes in one transaction.

use crate::Ats;
use crate::labels::{Kind, index};
use crate::profiles::text_of;
use crate::refusal::{Refusal, Result, short};
use db::{Row, Sql, Tx, params};
use lever_api::event::{Event, ORIGINS};
use lever_api::{NewOpportunity, Opportunity, StageChanged, StageId, reference};
use serde_json::json;

/// What creating an opportunity found and made.
pub struct Created {
    /// The new opportunity.
    pub id: String,
    /// Whether the person was known by an address.
    pub deduped: bool,
}

impl Ats {
    /// Creates an opportunity. An address that belongs to a contact means that contact; its own data win over the new.
    pub(crate) async fn create_opportunity(&self, tx: &Tx, by: Option<&str>, new: &NewOpportunity, owner_of_posting: bool) -> Result<Created> {
        let now = self.clock.now().0;
        if new.postings.len() > 1 {
            return Err(Refusal::bad_request("At most one posting can be given"));
        }
        let origin = new.origin.clone().unwrap_or_else(|| "sourced".to_owned());
        if !ORIGINS.contains(&origin.as_str()) {
            return Err(Refusal::bad_request(format!("origin must be one of {}", ORIGINS.join(", "))));
        }
        let created_at = new.created_at.unwrap_or(now);
        if !(0..=now).contains(&created_at) {
            return Err(Refusal::bad_request("createdAt must be a time in ms that has been"));
        }
        short("A tag", &new.tags)?;
        short("A source", &new.sources)?;
        let stage = new.stage.as_ref().map_or(StageId::LEAD_NEW, |stage| stage.as_str()).to_owned();
        let position = self.stage_position(tx, &stage).await?;
        let (contact, deduped) = self.contact_for(tx, new, created_at).await?;
        let id = uuid::Uuid::new_v4().to_string();
        let application = match new.postings.first() {
            Some(posting) => Some(self.apply(tx, &id, posting.as_str(), by, new, created_at).await?),
            None => None,
        };
        let mut tags = new.tags.clone();
        tags.extend(application.iter().flat_map(|a| a.tags.clone()));
        let tags = distinct(tags);
        let sources = distinct(new.sources.clone());
        let owner = match (&new.owner, &application) {
            (Some(owner), _) => Some(owner.to_string()),
            (None, Some(application)) if owner_of_posting => application.owner.clone(),
            _ => by.map(str::to_owned),
        };
        let followers = distinct(new.followers.iter().map(ToString::to_string).chain(by.map(str::to_owned)).collect());
        let entry = StageChanged { to_stage_id: stage.clone(), to_stage_index: position, updated_at: created_at, user_id: by.map(str::to_owned) };
        let location = new.opportunity_location.clone().or_else(|| application.as_ref().and_then(|a| a.location.clone())).unwrap_or_default();
        let confidentiality = application.as_ref().map_or("non-confidential", |a| a.confidentiality.as_str());
        tx.run(
            &format!(
                "insert into opportunity (id, contact_id, stage_id, stage_position, advanced_at, origin, owner, sourced_by, followers, stage_changes, \
                 hired, application_id, posting_id, location, tags, sources, confidentiality, created_at, updated_at, last_interaction_at, recency) values {}",
                db::values(1, 21)
            ),
            params![
                id.as_str(), contact.as_str(), stage.as_str(), position, created_at, origin.as_str(), owner, by, text_of(&followers), text_of(&[entry]),
                false, application.as_ref().map(|a| a.id.clone()), new.postings.first().map(ToString::to_string), location, text_of(&tags),
                text_of(&sources), confidentiality, created_at, now, created_at, -created_at
            ],
        )
        .await?;
        index(tx, &id, Kind::Tag, &tags).await?;
        index(tx, &id, Kind::Source, &sources).await?;
        if let Some(application) = &application {
            let data = json!({ "applicationId": application.id, "opportunityId": id, "candidateId": id, "contactId": contact });
            self.emit(tx, Event::ApplicationCreated, Some(&origin), data).await?;
        }
        if let Some(archived) = &new.archived {
            let reason = archived.reason.as_deref().ok_or_else(|| Refusal::bad_request("archived needs a reason"))?;
            self.archive(tx, &id, by, Archiving { reason: Some(reason), at: archived.archived_at, requisition: None }).await?;
        }
        Ok(Created { id, deduped })
    }

    async fn apply(&self, tx: &Tx, opportunity: &str, posting: &str, by: Option<&str>, new: &NewOpportunity, at: i64) -> Result<Application> {
        let row = tx.row(&format!("select * from posting where id = $1{}", tx.engine().to_stay()), params![posting]).await?;
        let row = row.ok_or_else(|| Refusal::bad_request(format!("there is no posting {posting}")))?;
        let id = uuid::Uuid::new_v4().to_string();
        let maybe = |column: &str| -> db::Result<Option<String>> { row.get(column) };
        let kind = match new.origin.as_deref() {
            Some("referred") => "referral",
            Some("applied" | "internal") => "posting",
            _ => "user",
        };
        let submitted = json!({
            "name": new.name, "email": new.emails.first(), "phone": new.phones.first(), "company": new.headline, "links": new.links,
            "comments": null, "customQuestions": [], "requisitionForHire": null,
            "ipAddress": null, "referer": null, "userAgent": null, "acceptLanguage": null, "timezone": null,
        });
        tx.run(
            "insert into application (id, opportunity_id, posting_id, kind, person, hiring_manager, owner, submitted, created_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            params![id.as_str(), opportunity, posting, kind, by, maybe("hiring_manager")?, maybe("owner")?, submitted.to_string(), at],
        )
        .await?;
        let tags = ["text", "team", "department", "location", "commitment"];
        Ok(Application {
            id,
            owner: maybe("owner")?,
            location: maybe("location")?,
            confidentiality: row.text("confidentiality")?,
            tags: tags.iter().filter_map(|column| maybe(column).ok().flatten()).collect(),
        })
    }

    async fn stage_position(&self, tx: &impl Sql, stage: &str) -> Result<i64> {
        let row = tx.row("select position from stage where id = $1", params![stage]).await?;
        Ok(row.ok_or_else(|| Refusal::bad_request(format!("there is no stage {stage}")))?.int("position")?)
    }

    pub(crate) async fn account_id(&self, tx: &impl Sql) -> Result<String> {
        Ok(tx.row("select id from account", vec![]).await?.map(|row| row.text("id")).transpose()?.unwrap_or_default())
    }

    /// The opportunity, locked against others who change it at the same moment.
    pub(crate) async fn locked(&self, tx: &Tx, id: &str) -> Result<Opportunity> {
        tx.rows(&format!("select id from opportunity where id = $1{}", tx.engine().to_change()), params![id]).await?;
        self.find_opportunity(tx, id).await?.ok_or_else(|| Refusal::not_found("opportunities", id))
    }

    /// The same for whoever adds something: nothing comes back of the anonymised.
    pub(crate) async fn locked_to_add(&self, tx: &Tx, id: &str) -> Result<Opportunity> {
        let opportunity = self.locked(tx, id).await?;
        if opportunity.is_anonymized {
            return Err(Refusal::bad_request("the opportunity is anonymised: nothing of the person may be added"));
        }
        Ok(opportunity)
    }

    /// Gives an opportunity to somebody, or to nobody.
    pub(crate) async fn own(&self, tx: &Tx, id: &str, owner: Option<&str>) -> Result<()> {
        let opportunity = self.locked(tx, id).await?;
        if reference(&opportunity.owner) != owner {
            let sql = "update opportunity set owner = $1, updated_at = $2 where id = $3";
            tx.run(sql, params![owner, self.clock.now().0, id]).await?;
        }
        Ok(())
    }

    /// An opportunity that is for no posting yet becomes one for this, with its tags and where it is.
    pub(crate) async fn apply_later(&self, tx: &Tx, id: &str, posting: &str, by: &str) -> Result<()> {
        let o = self.locked(tx, id).await?;
        if o.application().is_some() {
            return Err(Refusal::bad_request("The opportunity is for a posting already"));
        }
        let now = self.clock.now().0;
        let new = NewOpportunity {
            name: Some(o.name.clone()),
            headline: Some(o.headline.clone()),
            emails: o.emails.clone(),
            phones: o.phones.clone(),
            links: o.links.clone(),
            origin: Some(o.origin.clone()),
            ..NewOpportunity::default()
        };
        let application = self.apply(tx, id, posting, Some(by), &new, now).await?;
        let tags = distinct([o.tags.clone(), application.tags].concat());
        let sql = "update opportunity set application_id = $1, posting_id = $2, tags = $3, location = case when location = '' then $4 else location end, \
                   confidentiality = $5, updated_at = $6, last_interaction_at = $6 where id = $7";
        let values =
            params![application.id.as_str(), posting, text_of(&tags), application.location.unwrap_or_default(), application.confidentiality, now, id];
        tx.run(sql, values).await?;
        index(tx, id, Kind::Tag, &tags).await?;
        let data = json!({ "applicationId": application.id, "opportunityId": id, "candidateId": id, "contactId": reference(&o.contact) });
        self.emit(tx, Event::ApplicationCreated, Some(&o.origin), data).await
    }

    /// Moves to another stage. The stage it is in already changes nothing and tells nobody.
    pub(crate) async fn move_to(&self, tx: &Tx, id: &str, by: Option<&str>, stage: &str) -> Result<()> {
        let opportunity = self.locked(tx, id).await?;
        let position = self.stage_position(tx, stage).await?;
        let from = reference(&opportunity.stage).unwrap_or_default();
        if from == stage {
            return Ok(());
        }
        let now = self.clock.now().0;
        let mut changes = opportunity.stage_changes.clone();
        changes.push(StageChanged { to_stage_id: stage.into(), to_stage_index: position, updated_at: now, user_id: by.map(str::to_owned) });
        tx.run(
            "update opportunity set stage_id = $1, stage_position = $2, advanced_at = $3, stage_changes = $4, last_interaction_at = $3, updated_at = $3, \
             recency = $6 where id = $5",
            params![stage, position, now, text_of(&changes), id, -now],
        )
        .await?;
        let data = json!({
            "fromStageId": from, "toStageId": stage, "opportunityId": id, "candidateId": id, "contactId": reference(&opportunity.contact),
        });
        self.emit(tx, Event::CandidateStageChange, Some(&opportunity.origin), data).await
    }

    /// Archives, hires (a reason of type `hired`) or brings back (no reason).
    pub(crate) async fn archive(&self, tx: &Tx, id: &str, by: Option<&str>, Archiving { reason, at, requisition }: Archiving<'_>) -> Result<()> {
        let opportunity = self.locked(tx, id).await?;
        let now = self.clock.now().0;
        let kind = match reason {
            Some(reason) => {
                let row: Option<Row> = tx.row("select kind from archive_reason where id = $1", params![reason]).await?;
                Some(row.ok_or_else(|| Refusal::bad_request(format!("there is no archive reason {reason}")))?.text("kind")?)
            }
            None => None,
        };
        let before = opportunity.archived.as_ref();
        let hired = kind.as_deref() == Some("hired");
        if hired && requisition.is_some() {
            self.can_fill(tx, id).await?;
        }
        if at.is_some_and(|at| !(0..=i64::MAX / 2).contains(&at)) {
            return Err(Refusal::bad_request("archivedAt must be a time in ms"));
        }
        if before.and_then(|a| a.reason.as_deref()) == reason {
            // Whoever was hired before may be counted against a requisition later.
            if hired && requisition.is_some() && self.count_hire(tx, id, requisition).await? {
                tx.run("update opportunity set updated_at = $1 where id = $2", params![now, id]).await?;
            }
            return Ok(());
        }
        let archived_at = reason.map(|_| at.unwrap_or(now));
        // Whoever was archived before they came here moved at that time, not now.
        let moved = archived_at.unwrap_or(now);
        tx.run(
            "update opportunity set archived_reason = $1, archived_at = $2, hired = $3, last_interaction_at = $7, updated_at = $4, \
             advanced_at = case when archived_at is null and $5 then $7 else advanced_at end, \
             recency = case when archived_at is null and $5 then $8 else recency end where id = $6",
            params![reason, archived_at, hired, now, reason.is_some(), id, moved, -moved],
        )
        .await?;
        tx.run("update application set archived_reason = $1, archived_at = $2 where opportunity_id = $3", params![reason, archived_at, id]).await?;
        self.count_hire(tx, id, requisition.filter(|_| hired)).await?;
        if let (Some(by), true) = (by, hired) {
            self.audit(tx, "opportunity:hired", Some(by), id, "").await?;
        }
        let data = json!({
            "fromArchived": before, "toArchived": reason.map(|reason| json!({ "reason": reason, "archivedAt": archived_at })),
            "opportunityId": id, "candidateId": id, "contactId": reference(&opportunity.contact),
        });
        self.emit(tx, Event::CandidateArchiveChange, Some(&opportunity.origin), data).await?;
        if hired {
            let data = json!({ "opportunityId": id, "candidateId": id, "contactId": reference(&opportunity.contact) });
            self.emit(tx, Event::CandidateHired, Some(&opportunity.origin), data).await?;
        }
        Ok(())
    }

    /// Whether a hire can fill a requisition: somebody who applied, and has no offer that was sent and is not signed, or is for another posting.
    async fn can_fill(&self, tx: &Tx, opportunity: &str) -> Result<()> {
        let wrong = |why: &str| Err(Refusal::bad_request(format!("requisitionId: {why}")));
        let sql = "select a.posting_id from application a join opportunity o on o.application_id = a.id where o.id = $1";
        let Some(application) = tx.row(sql, params![opportunity]).await? else { return wrong("the opportunity has no application to a posting") };
        let sql = "select status, posting_id from offer where opportunity_id = $1 order by created_at desc, id limit 1";
        let Some(offer) = tx.row(sql, params![opportunity]).await? else { return Ok(()) };
        let (status, posting) = (offer.text("status")?, offer.get::<Option<String>>("posting_id")?);
        match status.as_str() {
            "sent" | "sent-manually" | "opened" => wrong("the offer that was sent is not signed yet"),
            "signed" if posting.is_some() && posting != application.get("posting_id")? => wrong("the offer that was signed is for another posting"),
            _ => Ok(()),
        }
    }

    /// The requisition of the hire, on the application; the one before is not filled any more. Whether that is another one.
    async fn count_hire(&self, tx: &Tx, opportunity: &str, requisition: Option<&str>) -> Result<bool> {
        let sql = "select a.id, a.submitted from application a join opportunity o on o.application_id = a.id where o.id = $1";
        let Some(row) = tx.row(sql, params![opportunity]).await? else { return Ok(false) };
        let mut submitted = row.json("submitted")?;
        let before = submitted["requisitionForHire"]["id"].as_str().map(str::to_owned);
        if before.as_deref() == requisition {
            return Ok(false);
        }
        if let Some(before) = before {
            self.hire_undone(tx, &before).await?;
        }
        submitted["requisitionForHire"] = match requisition {
            Some(requisition) => self.hire_against(tx, requisition).await?,
            None => json!(null),
        };
        tx.run("update application set submitted = $1 where id = $2", params![submitted.to_string(), row.text("id")?]).await?;
        Ok(true)
    }

    /// Adds or removes tags or sources.
    pub(crate) async fn relabel(&self, tx: &Tx, id: &str, kind: Kind, texts: &[String], add: bool) -> Result<()> {
        short(&format!("A {}", kind.name()), texts.iter().filter(|_| add))?;
        let opportunity = self.locked(tx, id).await?;
        let mut all = if kind == Kind::Tag { opportunity.tags } else { opportunity.sources };
        if add {
            all.extend(texts.iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()));
        } else {
            all.retain(|text| !texts.contains(text));
        }
        let all = distinct(all);
        let column = if kind == Kind::Tag { "tags" } else { "sources" };
        tx.run(&format!("update opportunity set {column} = $1, updated_at = $2 where id = $3"), params![text_of(&all), self.clock.now().0, id])
            .await?;
        Ok(index(tx, id, kind, &all).await?)
    }

    /// Out of the pipeline's sight until then; with nothing, back in it.
    pub(crate) async fn snooze(&self, tx: &Tx, id: &str, until: Option<clock::Ms>) -> Result<()> {
        self.locked(tx, id).await?;
        let sql = "update opportunity set snoozed_until = $1, updated_at = $2 where id = $3";
        tx.run(sql, params![until.map(|until| until.0), self.clock.now().0, id]).await?;
        Ok(())
    }

    /// Deletes an opportunity. It stays visible in the list of deleted ones.
    pub(crate) async fn delete_opportunity(&self, tx: &Tx, id: &str, by: Option<&str>) -> Result<()> {
        let opportunity = self.locked(tx, id).await?;
        let now = self.clock.now().0;
        tx.run("update opportunity set deleted_at = $1, deleted_by = $2, updated_at = $1 where id = $3", params![now, by, id]).await?;
        for table in ["opportunity_label", "file", "file_action", "eeo", "survey_answer"] {
            tx.run(&format!("delete from {table} where opportunity_id = $1"), params![id]).await?;
        }
        let data = json!({ "deletedBy": by, "opportunityId": id, "candidateId": id, "contactId": reference(&opportunity.contact) });
        self.emit(tx, Event::CandidateDeleted, None, data).await
    }
}

/// How somebody is archived; with nothing, they are brought back.
#[derive(Clone, Copy, Default)]
pub struct Archiving<'a> {
    pub reason: Option<&'a str>,
    /// ms; now, if absent.
    pub at: Option<i64>,
    /// The requisition a hire fills.
    pub requisition: Option<&'a str>,
}

struct Application {
    id: String,
    owner: Option<String>,
    location: Option<String>,
    confidentiality: String,
    tags: Vec<String>,
}

/// Each once, in the order of first appearance.
pub fn distinct(texts: Vec<String>) -> Vec<String> {
    let mut seen = Vec::with_capacity(texts.len());
    for text in texts {
        if !text.is_empty() && !seen.contains(&text) {
            seen.push(text);
        }
    }
    seen
}
