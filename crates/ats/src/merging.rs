//! Two contacts that are one person become one, by hand: opportunities keep their ids, the contact that goes gives all it has.

use crate::Ats;
use crate::moves::distinct;
use crate::profiles::text_of;
use crate::refusal::{Refusal, Result};
use db::{Clauses, Sql, Tx, params};
use lever_api::Phone;
use serde_json::{Value, json};

impl Ats {
    /// What `other` has goes to `into`, which keeps what it says itself; then there is no `other` any more. It cannot be undone.
    ///
    /// # Errors
    /// When they are the same or one is not there; or one was anonymised: a person would be found there again.
    pub(crate) async fn merge_contacts(&self, tx: &Tx, into: &str, other: &str, by: &str) -> Result<()> {
        if into == other {
            return Err(Refusal::bad_request("These are opportunities of one person already"));
        }
        // In one order, so that two who merge the same two wait for each other instead of both.
        let sql = format!("select * from contact where id in ($1, $2) order by id{}", tx.engine().to_delete());
        let rows = tx.rows(&sql, params![into, other]).await?;
        let of = |id: &str| rows.iter().find(|row| row.text("id").is_ok_and(|found| found == id)).ok_or_else(|| Refusal::not_found("contacts", id));
        let (kept, gone) = (of(into)?, of(other)?);
        if kept.get::<bool>("is_anonymized")? || gone.get::<bool>("is_anonymized")? {
            return Err(Refusal::bad_request("An anonymized person cannot be merged with anybody"));
        }
        let now = self.clock.now().0;
        let emails = distinct([kept.held::<Vec<String>>("emails")?, gone.held("emails")?].concat());
        let links = distinct([kept.held::<Vec<String>>("links")?, gone.held("links")?].concat());
        let mut phones: Vec<Phone> = kept.held("phones")?;
        phones.extend(
            gone.held::<Vec<Phone>>("phones")?.into_iter().filter(|phone| !phones.iter().any(|known| known.value == phone.value)).collect::<Vec<_>>(),
        );
        let either =
            |column: &str| -> db::Result<String> { Ok(Some(kept.text(column)?).filter(|text| !text.is_empty()).unwrap_or(gone.text(column)?)) };
        let agreed = agreement(&kept.json("data_protection")?, &gone.json("data_protection")?);
        let values = params![
            either("name")?,
            either("headline")?,
            either("location")?,
            text_of(&emails),
            text_of(&phones),
            text_of(&links),
            agreed,
            now,
            into
        ];
        tx.run("delete from contact_email where contact_id = $1", params![other]).await?;
        tx.run("update opportunity set contact_id = $1 where contact_id = $2", params![into, other]).await?;
        tx.run("delete from contact where id = $1", params![other]).await?;
        let sql = "update contact set name = $1, headline = $2, location = $3, emails = $4, phones = $5, links = $6, data_protection = $7, updated_at = $8 where id = $9";
        tx.run(sql, values).await?;
        self.index_emails(tx, into, &emails).await?;
        tx.run("update opportunity set updated_at = $1 where contact_id = $2", params![now, into]).await?;
        self.link_users(tx, into, other).await?;
        self.audit(tx, "contact:merged", Some(by), into, other).await?;
        self.contact_changed(tx, into, now).await
    }

    /// Users who are the contact that goes are the other one now.
    async fn link_users(&self, tx: &Tx, into: &str, other: &str) -> Result<()> {
        let mut only = Clauses::default();
        self.holds_any(&mut only, "coalesce(linked_contact_ids, '[]')", &[other.to_owned()]);
        let rows = tx.rows(&format!("select id, linked_contact_ids from person{}", only.sql()), only.values()).await?;
        for row in rows {
            let linked = row.held::<Vec<String>>("linked_contact_ids")?.into_iter().map(|id| if id == other { into.to_owned() } else { id });
            let linked = text_of(&distinct(linked.collect()));
            tx.run("update person set linked_contact_ids = $1 where id = $2", params![linked, row.text("id")?]).await?;
        }
        Ok(())
    }
}

/// What one person agreed to who agreed twice: for each purpose only what was never refused, and not longer than the sooner of two ends.
/// Nothing, if they were never asked.
fn agreement(one: &Value, other: &Value) -> Option<String> {
    if one.is_null() && other.is_null() {
        return None;
    }
    let purpose = |name: &str| match (&one[name], &other[name]) {
        (Value::Null, asked) | (asked, Value::Null) => asked.clone(),
        (one, other) => {
            let sooner = [one, other].iter().filter_map(|asked| asked["expiresAt"].as_i64()).min();
            json!({ "allowed": one["allowed"] == true && other["allowed"] == true, "expiresAt": sooner })
        }
    };
    Some(json!({ "store": purpose("store"), "contact": purpose("contact") }).to_string())
}
