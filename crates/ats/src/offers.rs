//! Offers: read by programs, made by people on the profile page.

use crate::Ats;
use crate::access::Caller;
use crate::paging::Page;
use crate::profiles::text_of;
use crate::refusal::{Refusal, Result};
use clock::Ms;
use db::{Row, Sql, params};
use endpoint::Attachment;
use lever_api::{DownloadOffer, List, ListOffers, Offer, OfferField, Rest};
use paper::Paper;
use serde_json::{Value, json};
use std::sync::Arc;

pub async fn list(ats: Ats, caller: Arc<Caller>, request: ListOffers) -> Result<List<Offer>> {
    ats.opportunity(request.opportunity.as_str(), &caller).await?;
    Page::of(&request.query)?.of_all(ats.offers_of(request.opportunity.as_str()).await?, |offer| &offer.id)
}

pub async fn download(ats: Ats, caller: Arc<Caller>, request: DownloadOffer) -> Result<Attachment> {
    ats.opportunity(request.opportunity.as_str(), &caller).await?;
    let status = request.query.status.as_deref();
    if let Some(other) = status.filter(|status| !matches!(*status, "sent" | "signed")) {
        return Err(Refusal::bad_request(format!("status must be sent or signed, not {other}")));
    }
    ats.offer_document(request.opportunity.as_str(), request.offer.as_str(), status).await
}

/// What is said of a document: there is one as soon as the offer was sent, and another once it was signed.
fn document(ats: &Ats, opportunity: &str, offer: &str, kind: &str, at: Option<i64>) -> Value {
    let Some(at) = at else { return Value::Null };
    let url = format!("{}v1/opportunities/{opportunity}/offers/{offer}/download?status={kind}", ats.base);
    json!({ "fileName": format!("{kind}-offer.pdf"), "uploadedAt": at, "downloadUrl": url })
}

/// An offer on paper. The same offer gives the same bytes, so nothing is kept beside it.
fn on_paper(offer: &Offer, signed_at: Option<i64>) -> Result<Vec<u8>, String> {
    let said = |value: &Value| match value {
        Value::Null => "not set".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut paper = Paper::new(&format!("Offer: {}", offer.field("job_title").map_or("a job".to_owned(), said)));
    paper.text(&format!("For {}, written on {}", offer.field("candidate_name").map_or(String::new(), said), web::date(Ms(offer.created_at))));
    for field in offer.fields.iter().filter(|field| field.identifier != "candidate_name") {
        paper.heading(&field.text);
        paper.said(&match (field.identifier.as_str(), field.value.as_i64()) {
            ("anticipated_start_date", Some(day)) => web::date(Ms(day)),
            _ => said(&field.value),
        });
    }
    if let Some(at) = signed_at {
        let by = offer.signatures["candidate"]["name"].as_str().unwrap_or_default();
        paper.heading("Signed");
        paper.said(&format!("{by}, {}", web::moment(Ms(at))));
    }
    paper.finish()
}

fn read(ats: &Ats, row: &Row) -> db::Result<Offer> {
    let (id, opportunity, signatures) = (row.text("id")?, row.text("opportunity_id")?, row.json("signatures")?);
    let signed_at = signatures["candidate"]["signedAt"].as_i64();
    let status = row.text("status")?;
    // What is only approved was not sent yet.
    let sent_at: Option<i64> = row.get::<Option<i64>>("sent_at")?.filter(|_| !matches!(status.as_str(), "draft" | "approval-sent" | "approved"));
    Ok(Offer {
        sent_document: document(ats, &opportunity, &id, "sent", sent_at),
        signed_document: document(ats, &opportunity, &id, "signed", signed_at),
        sent_at,
        signatures,
        status,
        id,
        posting: row.get("posting_id")?,
        created_at: row.int("created_at")?,
        creator: json!(row.get::<Option<String>>("creator")?),
        fields: row.held("fields")?,
        approved: row.get("approved")?,
        approved_at: row.get("approved_at")?,
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
        self.db.rows(sql, params![opportunity]).await?.iter().map(|row| read(self, row)).collect()
    }

    /// The document of an offer; without a wish the signed one if there is one, else the sent one.
    pub(crate) async fn offer_document(&self, opportunity: &str, id: &str, wish: Option<&str>) -> Result<Attachment> {
        let row = self.db.row("select * from offer where id = $1 and opportunity_id = $2", params![id, opportunity]).await?;
        let offer = row.map(|row| read(self, &row)).transpose()?.ok_or_else(|| Refusal::not_found("offers", id))?;
        let signed_at = offer.signed_document["uploadedAt"].as_i64();
        let (document, signed_at) = match wish {
            Some("sent") => (offer.sent_document.clone(), None),
            None if signed_at.is_none() => (offer.sent_document.clone(), None),
            _ => (offer.signed_document.clone(), signed_at),
        };
        let name = document["fileName"].as_str().ok_or_else(|| Refusal::not_found("offer documents", id))?.to_owned();
        let written = tokio::task::spawn_blocking(move || on_paper(&offer, signed_at)).await.map_err(|e| db::Error::new(e.to_string()))?;
        let bytes = written.map_err(db::Error::new)?;
        Ok(Attachment { field: String::new(), name, media_type: "application/pdf".to_owned(), bytes })
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
