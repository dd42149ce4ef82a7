//! Who changed what about access: keys, applications, webhooks, users.

use crate::Ats;
use crate::access::Caller;
use crate::paging::Page;
use crate::refusal::{Refusal, Result};
use db::{Clauses, Row, Sql, params};
use lever_api::{AuditEvent, AuditTarget, AuditUser, List, ListAuditEvents};
use serde_json::{Value, json};
use std::sync::Arc;

/// What programs are told of, and what it is done to; the rest is for the account's own pages.
const TOLD: [&str; 6] = ["key:added", "key:removed", "user:added", "user:deactivated", "user:reactivated", "user.role:changed"];

pub async fn list(ats: Ats, _: Arc<Caller>, request: ListAuditEvents) -> Result<List<AuditEvent>> {
    let q = request.query;
    let page = Page::of(&q)?;
    if q.target_id.is_some() && q.target_type.is_none() {
        return Err(Refusal::bad_request("target_id needs target_type"));
    }
    let of_type = |kind: &str| q.target_type.as_ref().is_none_or(|wanted| wanted == target_type(kind));
    let kinds: Vec<String> = TOLD.into_iter().filter(|kind| of_type(kind) && q.kind.as_ref().is_none_or(|k| k == kind)).map(str::to_owned).collect();
    if kinds.is_empty() {
        return Ok(List::last(Vec::new()));
    }
    let mut only = Clauses::default();
    only.any_of("kind", &kinds).maybe("target =", q.target_id).maybe("created_at >=", q.created_at_start).maybe("created_at <=", q.created_at_end);
    match q.user_id.as_deref() {
        Some("null") => only.and("person is null"),
        user => only.maybe("person =", user.map(str::to_owned)),
    };
    let known = "select a.id, a.at as created_at, a.kind, a.person, a.target, a.label, p.name, p.email, p.access_role \
                 from audit a left join person p on p.id = a.person";
    let sql = format!("select * from ({known}) a{}", page.newest(&mut only)?);
    let events = ats.db.rows(&sql, only.values()).await?.iter().map(read).collect::<db::Result<Vec<_>>>()?;
    Ok(page.list(events, |event| vec![json!(event.created_at), json!(event.id)]))
}

/// `user.role:changed` is done to a user.
fn target_type(kind: &str) -> &str {
    kind.split([':', '.']).next().unwrap_or_default()
}

fn read(row: &Row) -> db::Result<AuditEvent> {
    let kind = row.text("kind")?;
    let target = AuditTarget { id: row.text("target")?, kind: target_type(&kind).to_owned(), label: row.text("label")? };
    let meta = match target.kind.as_str() {
        "key" => json!({ "key": { "id": target.id, "name": target.label, "service": "data-api" } }),
        "user" => json!({ "user": { "id": target.id, "name": target.label } }),
        _ => Value::Null,
    };
    Ok(AuditEvent {
        id: row.text("id")?,
        created_at: row.int("created_at")?,
        user: AuditUser { id: row.get("person")?, email: row.get("email")?, name: row.get("name")?, role: row.get("access_role")? },
        kind,
        target,
        meta,
    })
}

impl Ats {
    /// Writes one line, in the transaction of the change itself.
    pub(crate) async fn audit(&self, tx: &impl Sql, kind: &str, by: Option<&str>, target: &str, label: &str) -> db::Result<()> {
        let now = self.clock.now();
        tx.run(
            "insert into audit (id, at, kind, person, target, label) values ($1, $2, $3, $4, $5, $6)",
            params![pipeline::fresh_id(now), now.0, kind, by, target, label],
        )
        .await
        .map(drop)
    }
}
