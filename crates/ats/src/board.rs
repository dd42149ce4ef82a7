//! Loading a public job board: the JSON of the Postings API v0, as any company on Lever publishes it.
//!
//! Source: <https://github.com/lever/postings-api>. Absent categories are null or left out; both are read.

use crate::Ats;
use lever_api::{Posting, PostingId, PublicPosting, Rest};
use serde_json::json;

/// What was loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// Postings stored or refreshed.
    pub postings: usize,
}

impl Ats {
    /// Loads a board, all of it or nothing. Loading it again refreshes it.
    ///
    /// # Errors
    /// When it is not a board, with the place; or the database does not answer.
    pub async fn load_board(&self, json: &[u8]) -> db::Result<Loaded> {
        let board: Vec<PublicPosting> = serde_json::from_slice(json)
            .map_err(|e| db::Error::new(format!("this is not a job board of the Postings API v0 (an array of postings): {e}")))?;
        if let Some(at) = board.iter().position(|public| public.id.parse::<PostingId>().is_err() || public.text.trim().is_empty()) {
            return Err(db::Error::new(format!("this is not a job board of the Postings API v0: posting {} of it has no id or no title", at + 1)));
        }
        let owner = self.people().await?.into_iter().find(|p| p.access_role == "super admin" && p.deactivated_at.is_none()).map(|p| p.id);
        let now = self.clock.now().0;
        let tx = self.db.begin().await?;
        for public in &board {
            let known = self.postings_by_id(std::slice::from_ref(&public.id)).await.ok().and_then(|mut found| found.pop());
            let mut posting = to_posting(public, now);
            // What the board does not say is kept, or given to the account's owner, so that a hire finds a manager.
            posting.owner = known.as_ref().map_or_else(|| json!(owner), |k| k.owner.clone());
            posting.hiring_manager = known.as_ref().map_or_else(|| json!(owner), |k| k.hiring_manager.clone());
            posting.requisition_codes = known.as_ref().map(|k| k.requisition_codes.clone()).unwrap_or_default();
            posting.user = known.map_or_else(|| json!(owner), |k| k.user);
            self.save_posting(&tx, &posting).await?;
        }
        tx.commit().await?;
        Ok(Loaded { postings: board.len() })
    }
}

fn to_posting(public: &PublicPosting, now: i64) -> Posting {
    let mut categories: lever_api::Categories = public.categories.clone().into();
    if categories.all_locations.is_empty() {
        categories.all_locations = categories.location.iter().cloned().collect();
    }
    let mut rest = Rest::new();
    if let Some(range) = &public.salary_range {
        rest.insert("salaryRange".into(), json!(range));
    }
    // The public API's HTML is the Data API's, and its plain text has another name.
    for (name, text) in [("salaryDescriptionHtml", &public.salary_description), ("salaryDescription", &public.salary_description_plain)] {
        if let Some(text) = text {
            rest.insert(name.into(), json!(text));
        }
    }
    Posting {
        id: public.id.clone(),
        text: public.text.clone(),
        state: "published".to_owned(),
        distribution_channels: Some(vec!["public".to_owned(), "internal".to_owned()]),
        categories,
        content: json!({
            "description": public.description_plain, "descriptionHtml": public.description, "lists": public.lists,
            "closing": public.additional_plain, "closingHtml": public.additional,
        }),
        country: public.country.clone(),
        confidentiality: "non-confidential".to_owned(),
        created_at: public.created_at.unwrap_or(now),
        updated_at: now,
        // The public API spells it with a hyphen, the Data API without.
        workplace_type: Some(public.workplace_type.as_deref().unwrap_or("unspecified").replace("on-site", "onsite")),
        rest,
        ..Posting::default()
    }
}
