//! Offers: read by programs, made by people on the profile page.

use crate::Ats;
use crate::access::Caller;
use crate::profiles::text_of;
use crate::refusal::Result;
use clock::Ms;
use db::{Row, Sql, params};
use lever_api::{List, ListOffers, Offer, OfferField, Rest};
use serde_json::{Value, json};
use std::sync::Arc;

pub async fn list(ats: Ats, caller: Arc<Caller>, request: ListOffers) -> Result<List<Offer>> {
    ats.opportunity(request.opportunity.as_str(), &caller).await?;
    Ok(List::last(ats.offers_of(request.opportunity.as_str()).await?))
}

fn read(row: &Row) -> db::Result<Offer> {
    Ok(Offer {
        id: row.text("id")?,
        posting: row.get("posting_id")?,
        created_at: row.int("created_at")?,
        status: row.text("status")?,
        creator: json!(row.get::<Option<String>>("creator")?),
        fields: serde_json::from_value(row.json("fields")?).unwrap_or_default(),
        signatures: row.json("signatures")?,
        approved: row.get("approved")?,
        approved_at: row.get("approved_at")?,
        sent_at: row.get("sent_at")?,
        sent_document: Value::Null,
        signed_document: Value::Null,
        rest: Rest::new(),
    })
}

/// What a recruiter writes into an offer.
pub struct Terms {
    /// The first day at work, as ms of that day's midnight UTC.
    pub start: Option<Ms>,
    /// Yearly salary, as typed.
    pub salary: Option<String>,
    /// `signed`, `approved`, `sent`, …
    pub status: &'static str,
}

impl Ats {
    /// Newest first.
    pub(crate) async fn offers_of(&self, opportunity: &str) -> db::Result<Vec<Offer>> {
        let sql = "select * from offer where opportunity_id = $1 order by created_at desc, id";
        self.db.rows(sql, params![opportunity]).await?.iter().map(read).collect()
    }

    /// Makes an offer. An opportunity's `updatedAt` does not move: it does not in Lever either.
    pub(crate) async fn make_offer(&self, tx: &impl Sql, opportunity: &str, by: Option<&str>, terms: &Terms) -> Result<()> {
        let now = self.clock.now();
        let Some(candidate) = self.find_opportunity(tx, opportunity).await? else { return Ok(()) };
        let posting: Option<Row> = tx
            .row(
                "select p.id, p.text, p.team, p.location, p.hiring_manager from application a join posting p on p.id = a.posting_id where a.opportunity_id = $1",
                params![opportunity],
            )
            .await?;
        let from_posting = |column: &str| -> db::Result<Option<String>> { posting.as_ref().map_or(Ok(None), |row| row.get(column)) };
        let field = |text: &str, identifier: &str, value: Value| OfferField { text: text.into(), identifier: identifier.into(), value };
        let fields = vec![
            field("Candidate name", "candidate_name", json!(candidate.name)),
            field("Job title", "job_title", json!(from_posting("text")?)),
            field("Team", "team", json!(from_posting("team")?)),
            field("Location", "location/office", json!(from_posting("location")?)),
            field("Hiring manager", "hiring_manager", json!(from_posting("hiring_manager")?)),
            field("Salary", "salary_amount", json!(terms.salary)),
            field("Anticipated start date", "anticipated_start_date", json!(terms.start.map(|at| at.0))),
        ];
        let signed = terms.status == "signed";
        let signatures = json!({ "candidate": {
            "role": "candidate", "name": candidate.name, "email": candidate.emails.first(),
            "firstOpenedAt": signed.then_some(now.0), "lastOpenedAt": signed.then_some(now.0), "signedAt": signed.then_some(now.0), "signed": signed,
        }});
        let approved = terms.status != "draft";
        tx.run(
            &format!(
                "insert into offer (id, opportunity_id, posting_id, creator, status, fields, signatures, approved, approved_at, sent_at, created_at) values {}",
                db::values(1, 11)
            ),
            params![
                uuid::Uuid::new_v4().to_string(), opportunity, from_posting("id")?, by, terms.status, text_of(&fields), text_of(&signatures),
                approved, approved.then_some(now.0), approved.then_some(now.0), now.0
            ],
        )
        .await?;
        Ok(())
    }
}
