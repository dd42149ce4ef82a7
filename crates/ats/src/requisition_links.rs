//! Postings and requisitions belong together, by codes on one side and by ids on the other: said on either side, it stands on both. Requisitions
//! are locked before postings.

use crate::Ats;
use crate::profiles::text_of;
use crate::refusal::Result;
use crate::requisition_writes::update_requisition;
use db::{Clauses, Sql, Tx};
use lever_api::{Posting, Requisition};
use serde_json::json;

impl Ats {
    /// The requisitions of the codes a posting names have it from now on, and no others. A code nobody knows is kept: some companies have their
    /// requisitions elsewhere.
    pub(crate) async fn link_requisitions(&self, tx: &Tx, posting: &Posting) -> Result<()> {
        let mut only = Clauses::default();
        let id = only.bind(format!("\"{}\"", posting.id));
        let mut either = vec![tx.engine().holds("doc", &id)];
        if !posting.requisition_codes.is_empty() {
            either.push(format!("code in ({})", only.bind_all(&posting.requisition_codes)));
        }
        only.and(format!("({})", either.join(" or ")));
        let sql = format!("select id, code from requisition{} order by id{}", only.sql(), tx.engine().to_change());
        for row in tx.rows(&sql, only.values()).await? {
            let named = posting.requisition_codes.contains(&row.text("code")?);
            let Some(mut requisition) = self.requisition(tx, &row.text("id")?).await? else { continue };
            if requisition.postings.iter().any(|id| *id == *posting.id) == named {
                continue;
            }
            if named {
                requisition.postings.push(json!(posting.id));
            } else {
                requisition.postings.retain(|id| *id != *posting.id);
            }
            if named && posting.confidentiality == "confidential" {
                requisition.confidentiality.clone_from(&posting.confidentiality);
            }
            requisition.updated_at = self.clock.now().0;
            update_requisition(tx, &requisition).await?;
        }
        Ok(())
    }

    /// The postings of a requisition name its code from now on, and those it had before do not; a code it had before is named nowhere.
    pub(crate) async fn link_postings(&self, tx: &Tx, before: Option<&Requisition>, now: &Requisition) -> Result<()> {
        let old = before.map(|before| before.requisition_code.clone());
        let has = |of: &Requisition, id: &str| of.postings.iter().any(|posting| *posting == *id);
        let mut ids: Vec<String> =
            before.into_iter().chain([now]).flat_map(|r| &r.postings).filter_map(|id| id.as_str().map(str::to_owned)).collect();
        ids.sort();
        ids.dedup();
        if ids.is_empty() {
            return Ok(());
        }
        let mut only = Clauses::default();
        only.any_of("id", &ids);
        let sql = format!("select id, requisition_codes from posting{} order by id{}", only.sql(), tx.engine().to_change());
        for row in tx.rows(&sql, only.values()).await? {
            let id = row.text("id")?;
            let known: Vec<String> = row.held("requisition_codes")?;
            let mut codes: Vec<String> = known.iter().filter(|code| Some(*code) != old.as_ref() && **code != now.requisition_code).cloned().collect();
            if has(now, &id) {
                codes.push(now.requisition_code.clone());
            }
            if codes != known {
                let sql = "update posting set requisition_codes = $1, updated_at = $2 where id = $3";
                tx.run(sql, db::params![text_of(&codes), self.clock.now().0, id]).await?;
            }
        }
        Ok(())
    }
}
