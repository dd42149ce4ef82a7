//! Requisitions: read by programs; hires count against them.

use crate::Ats;
use crate::access::Caller;
use crate::paging::Page;
use crate::postings::confidentiality;
use crate::refusal::{Refusal, Result};
use db::{Clauses, Row, Sql, Tx, params};
use endpoint::Nothing;
use lever_api::{Data, DeleteRequisition, GetRequisition, List, ListRequisitions, Requisition};
use serde_json::{Value, json};
use std::sync::Arc;

pub async fn list(ats: Ats, caller: Arc<Caller>, request: ListRequisitions) -> Result<List<Requisition>> {
    let query = request.query;
    let page = Page::of(&query)?;
    let mut only = Clauses::default();
    confidentiality(&mut only, "confidentiality", query.confidentiality.as_deref(), &caller)?;
    only.any_of("status", &query.status).maybe("code =", query.requisition_code);
    only.maybe("created_at >=", query.created_at_start).maybe("created_at <=", query.created_at_end);
    let sql = format!("select * from requisition{}", page.newest(&mut only)?);
    let found = ats.db.rows(&sql, only.values()).await?.iter().map(read).collect::<db::Result<Vec<_>>>()?;
    Ok(page.list(found, |r| vec![json!(r.created_at), json!(r.id)]))
}

pub async fn get(ats: Ats, caller: Arc<Caller>, request: GetRequisition) -> Result<Data<Requisition>> {
    let id = request.requisition.as_str();
    let found = ats.visible_requisition(&ats.db, id, &caller).await?;
    found.map(Data::new).ok_or_else(|| Refusal::not_found("requisitions", id))
}

pub async fn delete(ats: Ats, caller: Arc<Caller>, request: DeleteRequisition) -> Result<Nothing> {
    let id = request.requisition.as_str();
    ats.visible_requisition(&ats.db, id, &caller).await?.ok_or_else(|| Refusal::not_found("requisitions", id))?;
    let tx = ats.db.begin().await?;
    let before = ats.locked_requisition(&tx, id).await?;
    ats.link_postings(&tx, Some(&before), &Requisition { postings: Vec::new(), ..before.clone() }).await?;
    // Whoever was hired against it stays hired: the application says so by itself.
    tx.run("delete from requisition where id = $1", params![id]).await?;
    tx.commit().await?;
    ats.committed();
    Ok(Nothing)
}

fn read(row: &Row) -> db::Result<Requisition> {
    let doc: Requisition = row.held("doc")?;
    Ok(Requisition {
        headcount_hired: row.int("hired")?,
        status: row.text("status")?,
        confidentiality: row.text("confidentiality")?,
        updated_at: row.int("updated_at")?,
        ..doc
    })
}

impl Ats {
    /// One that this caller may see.
    pub(crate) async fn visible_requisition(&self, db: &impl Sql, id: &str, caller: &Caller) -> db::Result<Option<Requisition>> {
        Ok(self.requisition(db, id).await?.filter(|r| caller.confidential || r.confidentiality != "confidential"))
    }

    pub(crate) async fn requisition(&self, db: &impl Sql, id: &str) -> db::Result<Option<Requisition>> {
        db.row("select * from requisition where id = $1", params![id]).await?.map(|row| read(&row)).transpose()
    }

    /// Open ones with places left, of this posting; confidential ones for those who see a confidential candidate.
    pub(crate) async fn open_requisitions(&self, posting: &str, confidential: bool) -> db::Result<Vec<Requisition>> {
        let rows = self.db.rows("select * from requisition where status = 'open' order by code", vec![]).await?;
        let all = rows.iter().map(read).collect::<db::Result<Vec<_>>>()?;
        let fits = |r: &Requisition| {
            let visible = confidential || r.confidentiality != "confidential";
            visible && r.postings.iter().any(|p| p == posting) && (r.headcount_infinite || r.headcount_total.as_i64() > Some(r.headcount_hired))
        };
        Ok(all.into_iter().filter(fits).collect())
    }

    /// All of this status, or all, the newest first, for pages.
    pub(crate) async fn requisitions(&self, status: Option<&str>) -> db::Result<Vec<Requisition>> {
        let mut only = Clauses::default();
        only.maybe("status =", status);
        let sql = format!("select * from requisition{} order by created_at desc, id", only.sql());
        self.db.rows(&sql, only.values()).await?.iter().map(read).collect()
    }

    /// One that is this transaction's to change.
    pub(crate) async fn locked_requisition(&self, tx: &Tx, id: &str) -> Result<Requisition> {
        tx.rows(&format!("select id from requisition where id = $1{}", tx.engine().to_change()), params![id]).await?;
        self.requisition(tx, id).await?.ok_or_else(|| Refusal::not_found("requisitions", id))
    }

    /// Counts a hire against a requisition: what the application says of it.
    pub(crate) async fn hire_against(&self, tx: &Tx, id: &str) -> Result<Value> {
        let wrong = |why: &str| Refusal::bad_request(format!("requisitionId: {why}"));
        // Two hires at once must not both take the last place.
        let found = self
            .locked_requisition(tx, id)
            .await
            .map_err(|refusal| if refusal.status == 404 { wrong("there is no such requisition") } else { refusal })?;
        if found.status != "open" {
            return Err(wrong("the requisition is not open"));
        }
        let most = if found.headcount_infinite { i64::MAX } else { found.headcount_total.as_i64().unwrap_or(0) };
        let sql = "update requisition set hired = hired + 1, updated_at = $1 where id = $2 and status = 'open' and hired < $3";
        if tx.run(sql, params![self.clock.now().0, id, most]).await? == 0 {
            return Err(wrong("the requisition has no place left"));
        }
        Ok(json!({ "id": id, "requisitionCode": found.requisition_code, "hiringManagerOnHire": found.hiring_manager }))
    }

    /// Somebody is not hired any more.
    pub(crate) async fn hire_undone(&self, tx: &impl Sql, id: &str) -> db::Result<()> {
        let sql = "update requisition set hired = hired - 1, updated_at = $1 where id = $2 and hired > 0";
        tx.run(sql, params![self.clock.now().0, id]).await.map(drop)
    }
}
