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
const TOLD: [&str; 9] = [
    "key:added",
    "key:removed",
    "user:added",
    "user:deactivated",
    "user:reactivated",
    "user.authentication:failed",
    "user.authentication:succeeded",
    "user.permission:changed",
    "user.role:changed",
];

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
    let known = "select a.id, a.at as created_at, a.kind, a.person, a.target, a.label, a.meta, p.name, p.email, p.access_role, \
                 k.name as key_name, k.last_four, k.service, u.name as of_name, u.email as of_email, u.access_role as of_role \
                 from audit a left join person p on p.id = a.person left join api_key k on k.id = a.target left join person u on u.id = a.target";
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
    let of = |column: &str| -> db::Result<Option<String>> { row.get(column) };
    let mut meta = match target.kind.as_str() {
        "key" => json!({ "key": {
            "id": target.id, "name": of("key_name")?, "partner": false, "tokenLastFour": of("last_four")?, "service": of("service")?,
        }}),
        "user" => json!({ "user": { "id": target.id, "email": of("of_email")?, "name": of("of_name")?, "role": of("of_role")? } }),
        _ => json!({}),
    };
    if let (Some(all), Some(Value::Object(more))) = (meta.as_object_mut(), of("meta")?.and_then(|text| serde_json::from_str(&text).ok())) {
        all.extend(more);
    }
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
        self.audit_more(tx, kind, by, (target, label), &Value::Null).await
    }

    /// The same, with more: from what to what. The target by its id and its name.
    pub(crate) async fn audit_more(
        &self,
        tx: &impl Sql,
        kind: &str,
        by: Option<&str>,
        (target, label): (&str, &str),
        meta: &Value,
    ) -> db::Result<()> {
        let now = self.clock.now();
        tx.run(
            "insert into audit (id, at, kind, person, target, label, meta) values ($1, $2, $3, $4, $5, $6, $7)",
            params![pipeline::fresh_id(now), now.0, kind, by, target, label, (!meta.is_null()).then(|| meta.to_string())],
        )
        .await
        .map(drop)
    }

    /// A page of lines, the newest first, and where the next one begins.
    pub(crate) async fn audit_lines(&self, before: Option<&str>) -> db::Result<(Vec<Line>, Option<String>)> {
        let mut only = Clauses::default();
        only.maybe("a.id <", before.map(str::to_owned));
        let limit = only.bind(PAGE);
        let sql = format!("select a.*, p.name from audit a left join person p on p.id = a.person{} order by a.id desc limit {limit}", only.sql());
        let read = |row: &Row| {
            Ok((row.text("id")?, Line { at: clock::Ms(row.int("at")?), kind: row.text("kind")?, by: row.get("name")?, label: row.text("label")? }))
        };
        let rows = self.db.rows(&sql, only.values()).await?.iter().map(read).collect::<db::Result<Vec<_>>>()?;
        let next = rows.last().filter(|_| rows.len() as i64 == PAGE).map(|(id, _)| id.clone());
        Ok((rows.into_iter().map(|(_, line)| line).collect(), next))
    }
}

/// Lines on a page.
const PAGE: i64 = 100;

/// A line of the log, for people.
pub struct Line {
    pub at: clock::Ms,
    /// `key:added`
    pub kind: String,
    /// Who did it; nobody, if it was a program.
    pub by: Option<String>,
    /// What it was done to.
    pub label: String,
}
