//! The person behind opportunities: found by an address, changed, merged by hand, and made nobody.
//!
//! Invariant: whoever changes a contact and its opportunities locks the contact first; whoever adds an opportunity keeps the contact from going.

use crate::Ats;
use crate::moves::distinct;
use crate::profiles::text_of;
use crate::refusal::{Refusal, Result, short};
use db::{Sql, Tx, params};
use lever_api::event::Event;
use lever_api::{ContactChange, NewOpportunity, Opportunity, Phone, reference};
use serde_json::json;

/// Whoever finds that a contact was merged a moment ago looks again so often.
const TRIES: usize = 8;

impl Ats {
    /// The contact of whoever is added: the one that is named, the one of an address, or a new one; and whether it was there.
    pub(crate) async fn contact_for(&self, tx: &Tx, new: &NewOpportunity, at: i64) -> Result<(String, bool)> {
        let emails = distinct(new.emails.iter().map(|e| e.trim().to_owned()).filter(|e| !e.is_empty()).collect());
        short("An e-mail", &emails)?;
        let known = match &new.contact {
            Some(contact) => {
                let sql = format!("select id, is_anonymized from contact where id = $1{}", tx.engine().to_stay());
                let row = tx.row(&sql, params![contact.as_str()]).await?;
                let row = row.ok_or_else(|| Refusal::bad_request(format!("there is no contact {contact}")))?;
                if row.get::<bool>("is_anonymized")? {
                    return Err(Refusal::bad_request("an anonymized contact cannot be linked"));
                }
                Some(row.text("id")?)
            }
            None => self.contact_with(tx, &emails).await?,
        };
        if let Some(id) = known {
            if new.contact.is_some() {
                self.add_to_contact(tx, &id, &emails, &new.phones, &new.links).await?;
            }
            return Ok((id, true));
        }
        let id = uuid::Uuid::new_v4().to_string();
        // The addresses come first: whoever adds the same person at the same moment waits here, and then finds them.
        if self.index_emails(tx, &id, &emails).await? < emails.len() as u64
            && let Some(known) = self.contact_with(tx, &emails).await?.filter(|known| *known != id)
        {
            tx.run("delete from contact_email where contact_id = $1", params![id]).await?;
            return Ok((known, true));
        }
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        tx.run(
            "insert into contact (id, name, headline, location, emails, phones, links, is_anonymized, created_at, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
            params![
                id.as_str(),
                text(&new.name),
                text(&new.headline),
                text(&new.location),
                text_of(&emails),
                text_of(&new.phones),
                text_of(&distinct(new.links.clone())),
                false,
                at
            ],
        )
        .await?;
        self.emit(tx, Event::ContactCreated, None, json!({ "contactId": id, "createdAt": at, "accountId": self.account_id(tx).await? })).await?;
        Ok((id, false))
    }

    /// The contact of the first address that belongs to one. It stays until this transaction ends.
    async fn contact_with(&self, tx: &Tx, emails: &[String]) -> Result<Option<String>> {
        let stays = format!("select id from contact where id = $1 and not is_anonymized{}", tx.engine().to_stay());
        for email in emails {
            for _ in 0..TRIES {
                let row = tx.row("select contact_id from contact_email where email = $1", params![email.to_lowercase()]).await?;
                let Some(row) = row else { break };
                let contact = row.text("contact_id")?;
                if tx.row(&stays, params![contact.as_str()]).await?.is_some() {
                    return Ok(Some(contact));
                }
                // It was merged into another a moment ago, which has the address now; or anonymised, and nobody has.
            }
        }
        Ok(None)
    }

    /// The opportunity and its contact, locked against others who change them at the same moment: the contact first, as everybody does, and
    /// that way.
    pub(crate) async fn locked_with_contact(&self, tx: &Tx, id: &str, that_way: &str) -> Result<Opportunity> {
        for _ in 0..TRIES {
            let opportunity = self.find_opportunity(tx, id).await?.ok_or_else(|| Refusal::not_found("opportunities", id))?;
            let contact = reference(&opportunity.contact).unwrap_or_default().to_owned();
            tx.rows(&format!("select id from contact where id = $1{that_way}"), params![contact.as_str()]).await?;
            let locked = self.locked(tx, id).await?;
            // It may have been merged into another just before.
            if reference(&locked.contact) == Some(contact.as_str()) {
                return Ok(locked);
            }
        }
        Err(Refusal::from(db::Error::new("a contact is merged over and over")))
    }

    async fn add_to_contact(&self, tx: &Tx, id: &str, emails: &[String], phones: &[Phone], links: &[String]) -> Result<()> {
        let sql = format!("select emails, phones, links from contact where id = $1{}", tx.engine().to_change());
        let Some(row) = tx.row(&sql, params![id]).await? else { return Ok(()) };
        let mut all_emails: Vec<String> = row.held("emails")?;
        let mut all_phones: Vec<Phone> = row.held("phones")?;
        let mut all_links: Vec<String> = row.held("links")?;
        all_emails.extend_from_slice(emails);
        all_links.extend_from_slice(links);
        all_phones.extend(phones.iter().filter(|p| !all_phones.contains(p)).cloned().collect::<Vec<_>>());
        let all_emails = distinct(all_emails);
        tx.run(
            "update contact set emails = $1, phones = $2, links = $3, updated_at = $4 where id = $5",
            params![text_of(&all_emails), text_of(&all_phones), text_of(&distinct(all_links)), self.clock.now().0, id],
        )
        .await?;
        self.index_emails(tx, id, &all_emails).await.map(drop)
    }

    /// Writes which addresses are this contact's; how many were free.
    pub(crate) async fn index_emails(&self, tx: &impl Sql, id: &str, emails: &[String]) -> Result<u64> {
        let mut free = 0;
        tx.run("delete from contact_email where contact_id = $1", params![id]).await?;
        // In one order, so that two who add the same addresses wait for each other instead of both.
        let mut emails: Vec<String> = emails.iter().map(|email| email.to_lowercase()).collect();
        emails.sort();
        for email in emails {
            let sql = "insert into contact_email (email, contact_id) values ($1, $2) on conflict do nothing";
            free += tx.run(sql, params![email, id]).await?;
        }
        Ok(free)
    }

    /// Adds or removes links of the contact.
    pub(crate) async fn relink(&self, tx: &Tx, id: &str, links: &[String], add: bool) -> Result<()> {
        let opportunity = self.locked_with_contact(tx, id, tx.engine().to_change()).await?;
        let mut all = opportunity.links.clone();
        if add {
            all.extend(links.iter().map(|link| link.trim().to_owned()).filter(|link| !link.is_empty()));
        } else {
            all.retain(|link| !links.contains(link));
        }
        let now = self.clock.now().0;
        let contact = reference(&opportunity.contact).unwrap_or_default();
        tx.run("update contact set links = $1, updated_at = $2 where id = $3", params![text_of(&distinct(all)), now, contact]).await?;
        tx.run("update opportunity set updated_at = $1 where contact_id = $2", params![now, contact]).await?;
        self.contact_changed(tx, contact, now).await
    }

    /// Changes a contact; what is left out stays.
    pub(crate) async fn change_contact(&self, tx: &Tx, id: &str, change: &ContactChange) -> Result<()> {
        let row = tx.row(&format!("select * from contact where id = $1{}", tx.engine().to_change()), params![id]).await?;
        let row = row.ok_or_else(|| Refusal::not_found("contacts", id))?;
        if row.get::<bool>("is_anonymized")? {
            return Err(Refusal::bad_request("an anonymized contact cannot be updated"));
        }
        let now = self.clock.now().0;
        let or_kept = |given: &Option<String>, column: &str| -> db::Result<String> { given.clone().map_or_else(|| row.text(column), Ok) };
        let emails = change.emails.clone().map(distinct);
        if let Some(emails) = &emails {
            short("An e-mail", emails)?;
            for email in emails {
                let sql = "select contact_id from contact_email where email = $1 and contact_id <> $2";
                if tx.row(sql, params![email.to_lowercase(), id]).await?.is_some() {
                    return Err(Refusal::bad_request("one of the addresses belongs to another contact"));
                }
            }
            self.index_emails(tx, id, emails).await?;
        }
        tx.run(
            "update contact set name = $1, headline = $2, location = $3, emails = $4, phones = $5, updated_at = $6 where id = $7",
            params![
                or_kept(&change.name, "name")?,
                or_kept(&change.headline, "headline")?,
                or_kept(&change.location, "location")?,
                emails.map_or_else(|| row.text("emails"), |emails| Ok(text_of(&emails)))?,
                change.phones.as_ref().map_or_else(|| row.text("phones"), |phones| Ok(text_of(phones)))?,
                now,
                id
            ],
        )
        .await?;
        tx.run("update opportunity set updated_at = $1 where contact_id = $2", params![now, id]).await?;
        self.contact_changed(tx, id, now).await
    }

    pub(crate) async fn contact_changed(&self, tx: &Tx, id: &str, now: i64) -> Result<()> {
        let account = self.account_id(tx).await?;
        self.emit(tx, Event::ContactUpdated, None, json!({ "contactId": id, "updatedAt": now, "accountId": account })).await
    }

    /// Takes the person out of an opportunity's contact: what is left are opportunities of nobody. It cannot be undone. The contact.
    pub(crate) async fn anonymize(&self, tx: &Tx, opportunity: &str) -> Result<String> {
        let now = self.clock.now().0;
        let opportunity = self.locked_with_contact(tx, opportunity, tx.engine().to_delete()).await?;
        let contact = reference(&opportunity.contact).unwrap_or_default();
        // Whoever adds something to one of them holds it, or finds it anonymised.
        let all = format!("select id from opportunity where contact_id = $1 order by id{}", tx.engine().to_change());
        tx.rows(&all, params![contact]).await?;
        let sql = "update contact set name = '', headline = '', location = '', emails = '[]', phones = '[]', links = '[]', is_anonymized = true, data_protection = null, \
                   updated_at = $1 where id = $2";
        tx.run(sql, params![now, contact]).await?;
        tx.run("delete from contact_email where contact_id = $1", params![contact]).await?;
        let of = "opportunity_id in (select id from opportunity where contact_id = $1)";
        // Which requisition a hire fills says nothing of the person, and the place is counted by it.
        for row in tx.rows(&format!("select id, submitted from application where {of}"), params![contact]).await? {
            let kept = json!({ "requisitionForHire": row.json("submitted")?["requisitionForHire"] });
            tx.run("update application set submitted = $1 where id = $2", params![kept.to_string(), row.text("id")?]).await?;
        }
        // An offer stays, without whom it was for.
        for row in tx.rows(&format!("select id, fields, signatures from offer where {of}"), params![contact]).await? {
            let (mut fields, mut signatures) = (row.json("fields")?, row.json("signatures")?);
            for field in fields.as_array_mut().into_iter().flatten().filter(|field| field["identifier"] == "candidate_name") {
                field["value"] = json!("");
            }
            for who in signatures.as_object_mut().into_iter().flat_map(|all| all.values_mut()) {
                (who["name"], who["email"]) = (json!(""), json!(null));
            }
            let sql = "update offer set fields = $1, signatures = $2 where id = $3";
            tx.run(sql, params![fields.to_string(), signatures.to_string(), row.text("id")?]).await?;
        }
        for table in ["form", "feedback", "file", "file_action", "referral", "interview", "panel", "eeo", "survey_answer"] {
            tx.run(&format!("delete from {table} where {of}"), params![contact]).await?;
        }
        tx.run("update opportunity set updated_at = $1 where contact_id = $2", params![now, contact]).await?;
        self.contact_changed(tx, contact, now).await?;
        Ok(contact.to_owned())
    }
}
