//! Loading a public job board: the JSON of the Postings API v0, as any company on Lever publishes it.
//!
//! Source: <https://github.com/lever/postings-api>. Absent categories are null or left out; both are read.

use crate::Ats;
use lever_api::{Categories, Posting, Rest};
use serde::Deserialize;
use serde_json::{Value, json};

/// One posting as the public API prints it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PublicPosting {
    id: String,
    text: String,
    #[serde(default)]
    categories: Categories,
    #[serde(default)]
    created_at: Option<i64>,
    #[serde(default)]
    country: Option<String>,
    #[serde(default)]
    workplace_type: Option<String>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    description_plain: String,
    #[serde(default)]
    lists: Value,
    #[serde(default)]
    additional: String,
    #[serde(default)]
    additional_plain: String,
    #[serde(default)]
    salary_range: Value,
    #[serde(flatten)]
    rest: Rest,
}

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
        let owner = self.people().await?.into_iter().find(|p| p.access_role == "super admin" && p.deactivated_at.is_none()).map(|p| p.id);
        let now = self.clock.now().0;
        let tx = self.db.begin().await?;
        for public in &board {
            let known = self.postings_by_id(std::slice::from_ref(&public.id)).await.ok().and_then(|mut found| found.pop());
            let mut posting = public.to_posting(now);
            // What the board does not say is kept, or given to the account's owner, so that a hire finds a manager.
            posting.owner = known.as_ref().map_or_else(|| json!(owner), |k| k.owner.clone());
            posting.hiring_manager = known.as_ref().map_or_else(|| json!(owner), |k| k.hiring_manager.clone());
            posting.user = known.map_or_else(|| json!(owner), |k| k.user);
            self.save_posting(&tx, &posting).await?;
        }
        tx.commit().await?;
        Ok(Loaded { postings: board.len() })
    }
}

impl PublicPosting {
    fn to_posting(&self, now: i64) -> Posting {
        let mut categories = self.categories.clone();
        if categories.all_locations.is_empty() {
            categories.all_locations = categories.location.iter().cloned().collect();
        }
        let mut rest = Rest::new();
        if !self.salary_range.is_null() {
            rest.insert("salaryRange".into(), self.salary_range.clone());
        }
        for (name, value) in &self.rest {
            if name.starts_with("salaryDescription") {
                rest.insert(name.clone(), value.clone());
            }
        }
        Posting {
            id: self.id.clone(),
            text: self.text.clone(),
            state: "published".to_owned(),
            distribution_channels: Some(vec!["public".to_owned(), "internal".to_owned()]),
            categories,
            content: json!({
                "description": self.description_plain, "descriptionHtml": self.description, "lists": self.lists,
                "closing": self.additional_plain, "closingHtml": self.additional,
            }),
            country: self.country.clone(),
            confidentiality: "non-confidential".to_owned(),
            created_at: self.created_at.unwrap_or(now),
            updated_at: now,
            // The public API spells it with a hyphen, the Data API without.
            workplace_type: Some(self.workplace_type.as_deref().unwrap_or("unspecified").replace("on-site", "onsite")),
            rest,
            ..Posting::default()
        }
    }
}
