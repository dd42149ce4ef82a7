//! `/tags` and `/sources`: free labels with their counts.

use crate::Ats;
use crate::access::Caller;
use crate::paging::Page;
use crate::refusal::Result;
use db::{Clauses, Sql, params};
use lever_api::{Label, List, ListSources, ListTags, Listing};
use serde_json::json;
use std::sync::Arc;

/// Which of the two lists of an opportunity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Tag,
    Source,
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Source => "source",
        }
    }
}

pub async fn list_tags(ats: Ats, _: Arc<Caller>, request: ListTags) -> Result<List<Label>> {
    list(&ats, Kind::Tag, &request.query).await
}

pub async fn list_sources(ats: Ats, _: Arc<Caller>, request: ListSources) -> Result<List<Label>> {
    list(&ats, Kind::Source, &request.query).await
}

async fn list(ats: &Ats, kind: Kind, query: &Listing) -> Result<List<Label>> {
    let page = Page::of(query)?;
    let mut only = Clauses::default();
    only.is("kind =", kind.name());
    if let (Some(lower), Some(text)) = (page.text(0)?, page.text(1)?) {
        let (lower, text) = (only.bind(lower), only.bind(text));
        only.and(format!("(lower(text) > {lower} or (lower(text) = {lower} and text >= {text}))"));
    }
    let limit = only.bind(page.ask());
    let sql = format!("select text, count(*) as n from opportunity_label{} group by text order by lower(text), text limit {limit}", only.sql());
    let rows = ats.db.rows(&sql, only.values()).await?;
    let labels = rows.iter().map(|row| Ok(Label { text: row.text("text")?, count: row.int("n")? })).collect::<db::Result<Vec<_>>>()?;
    Ok(page.list(labels, |label| vec![json!(label.text.to_lowercase()), json!(label.text)]))
}

/// Writes the index of an opportunity's labels anew.
pub async fn index(tx: &impl Sql, opportunity: &str, kind: Kind, texts: &[String]) -> db::Result<()> {
    tx.run("delete from opportunity_label where opportunity_id = $1 and kind = $2", params![opportunity, kind.name()]).await?;
    for text in texts {
        tx.run(
            "insert into opportunity_label (kind, text, opportunity_id) values ($1, $2, $3) on conflict do nothing",
            params![kind.name(), text.as_str(), opportunity],
        )
        .await?;
    }
    Ok(())
}
