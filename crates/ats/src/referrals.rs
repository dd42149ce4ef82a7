//! Referral forms: read by programs, filled in by people who add somebody whom a colleague referred.

use crate::Ats;
use crate::access::Caller;
use crate::paging::Page;
use crate::profiles::text_of;
use crate::refusal::{Refusal, Result};
use db::{Clauses, Row, Sql, Tx, params};
use lever_api::{Data, FormField, GetReferral, List, ListReferrals, Referral, Rest};
use serde_json::json;
use std::sync::Arc;

/// There is one form, and everybody has it.
const TEMPLATE: &str = "4c0b5d74-a759-442a-b4d5-95bc47534000";

pub async fn list(ats: Ats, caller: Arc<Caller>, request: ListReferrals) -> Result<List<Referral>> {
    let opportunity = ats.opportunity(request.opportunity.as_str(), &caller).await?;
    let page = Page::of(&request.query)?;
    let mut only = Clauses::default();
    only.is("opportunity_id =", opportunity.id);
    let sql = format!("select * from referral{}", page.newest(&mut only)?);
    let found = ats.db.rows(&sql, only.values()).await?.iter().map(read).collect::<db::Result<Vec<_>>>()?;
    Ok(page.list(found, |referral| vec![json!(referral.created_at), json!(referral.id)]))
}

pub async fn get(ats: Ats, caller: Arc<Caller>, request: GetReferral) -> Result<Data<Referral>> {
    ats.opportunity(request.opportunity.as_str(), &caller).await?;
    let sql = "select * from referral where id = $1 and opportunity_id = $2";
    let row = ats.db.row(sql, params![request.referral.as_str(), request.opportunity.as_str()]).await?;
    row.map(|row| read(&row)).transpose()?.map(Data::new).ok_or_else(|| Refusal::not_found("referrals", request.referral.as_str()))
}

fn read(row: &Row) -> db::Result<Referral> {
    let created_at = row.int("created_at")?;
    Ok(Referral {
        id: row.text("id")?,
        kind: "referral".to_owned(),
        text: "Referral".to_owned(),
        instructions: String::new(),
        fields: row.held("fields")?,
        base_template_id: TEMPLATE.to_owned(),
        user: json!(row.get::<Option<String>>("person")?),
        referrer: json!(row.get::<Option<String>>("referrer")?),
        stage: json!(row.get::<Option<String>>("stage_id")?),
        created_at,
        completed_at: Some(created_at),
        rest: Rest::new(),
    })
}

impl Ats {
    /// All of an opportunity, newest first.
    pub(crate) async fn referrals_of(&self, opportunity: &str) -> db::Result<Vec<Referral>> {
        let sql = "select * from referral where opportunity_id = $1 order by created_at desc, id limit 50";
        self.db.rows(sql, params![opportunity]).await?.iter().map(read).collect()
    }

    /// Files a referral form: which user refers, and how they know each other.
    pub(crate) async fn file_referral(&self, tx: &Tx, opportunity: &str, referrer: (&str, &str), relationship: &str, by: &str) -> db::Result<()> {
        let field = |text: &str, value: &str| FormField {
            id: uuid::Uuid::new_v4().to_string(),
            kind: "text".to_owned(),
            text: text.to_owned(),
            value: json!(value),
            ..FormField::default()
        };
        let (id, name) = referrer;
        let fields = [field("Name of referrer", name), field("Relationship", relationship)];
        let sql = "insert into referral (id, opportunity_id, referrer, person, fields, stage_id, created_at) \
                   select $1, id, $2, $3, $4, stage_id, $5 from opportunity where id = $6";
        let values = params![uuid::Uuid::new_v4().to_string(), id, by, text_of(&fields), self.clock.now().0, opportunity];
        tx.run(sql, values).await.map(drop)
    }
}
