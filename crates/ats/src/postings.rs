//! `/postings`: job advertisements.

use crate::Ats;
use crate::access::Caller;
use crate::paging::Page;
use crate::profiles::text_of;
use crate::refusal::{Refusal, Result};
use db::{Clauses, Row, Sql, params};
use lever_api::{Categories, Data, DeletedPosting, GetPosting, List, ListDeletedPostings, ListPostings, Posting, Rest};
use serde_json::{Value, json};
use std::sync::Arc;

pub async fn list(ats: Ats, caller: Arc<Caller>, request: ListPostings) -> Result<List<Posting>> {
    let query = request.query;
    let page = Page::of(&query)?;
    let mut only = Clauses::default();
    confidentiality(&mut only, "confidentiality", query.confidentiality.as_deref(), &caller)?;
    only.any_of("state", &query.state).any_of("team", &query.team).any_of("department", &query.department);
    only.any_of("location", &query.location).any_of("commitment", &query.commitment).any_of("level", &query.level);
    shown_there(&ats, &mut only, &query)?;
    only.maybe("updated_at >=", query.updated_at_start).maybe("updated_at <=", query.updated_at_end);
    ats.holds_any(&mut only, "tags", &query.tag);
    let sql = format!("select * from posting{}", page.newest(&mut only)?);
    let (rows, site) = (ats.db.rows(&sql, only.values()).await?, ats.site().await?);
    let postings = rows.iter().map(|row| read(&ats, &site, row)).collect::<db::Result<Vec<Posting>>>()?;
    Ok(page.list(postings, |posting| vec![json!(posting.created_at), json!(posting.id)]))
}

pub async fn get(ats: Ats, caller: Arc<Caller>, request: GetPosting) -> Result<Data<Posting>> {
    if let Some(other) = request.query.distribution.as_deref().filter(|there| !matches!(*there, "internal" | "external")) {
        return Err(Refusal::bad_request(format!("distribution must be internal or external, not {other}")));
    }
    ats.posting_for(&caller, request.posting.as_str()).await.map(Data::new)
}

/// Where a posting is shown, as a JSON list.
pub const SHOWN: &str = "coalesce(distribution_channels, '[]')";

/// Where published postings must be shown. As in Lever, asking for those that are published means those that everybody sees, unless somebody
/// says otherwise.
fn shown_there(ats: &Ats, only: &mut Clauses, query: &lever_api::PostingFilter) -> Result<()> {
    let published = query.state.iter().any(|state| state == "published");
    let channels = match query.distribution_channel.as_slice() {
        [] if published => &["public".to_owned()][..],
        given => given,
    };
    if let Some(other) = channels.iter().find(|channel| !matches!(channel.as_str(), "public" | "internal")) {
        return Err(Refusal::bad_request(format!("distributionChannel must be public or internal, not {other}")));
    }
    if let Some(there) = ats.any_held(only, SHOWN, channels) {
        only.and(format!("(state <> 'published' or {there})"));
    }
    Ok(())
}

pub async fn list_deleted(ats: Ats, caller: Arc<Caller>, request: ListDeletedPostings) -> Result<List<DeletedPosting>> {
    let (page, q) = (Page::of(&request.query)?, request.query);
    // Announced as needing both times; a call without them was answered all the same.
    let mut only = Clauses::default();
    only.maybe("deleted_at >=", q.deleted_at_start).maybe("deleted_at <", q.deleted_at_end);
    crate::profiles::window(q.deleted_at_start, q.deleted_at_end)?;
    if !caller.confidential {
        only.is("confidentiality =", "non-confidential");
    }
    let sql = format!("select id, deleted_at from posting_deleted{}", page.oldest(&mut only, "deleted_at", "id")?);
    let rows = ats.db.rows(&sql, only.values()).await?;
    let read = |row: &Row| Ok(DeletedPosting { id: row.text("id")?, deleted_at: row.int("deleted_at")? });
    let deleted = rows.iter().map(read).collect::<db::Result<Vec<_>>>()?;
    Ok(page.list(deleted, |posting| vec![json!(posting.deleted_at), json!(posting.id)]))
}

/// Lists show what is not confidential; asking for more without the right is an error, not an empty list.
pub fn confidentiality(only: &mut Clauses, column: &str, wanted: Option<&str>, caller: &Caller) -> Result<()> {
    match wanted.unwrap_or("non-confidential") {
        "non-confidential" => only.is(&format!("{column} ="), "non-confidential"),
        "confidential" | "all" if !caller.confidential => {
            return Err(Refusal::forbidden("The credential has no access to confidential data"));
        }
        "confidential" => only.is(&format!("{column} ="), "confidential"),
        "all" => only,
        other => return Err(Refusal::bad_request(format!("confidentiality must be confidential, non-confidential or all, not {other}"))),
    };
    Ok(())
}

pub(crate) fn read(ats: &Ats, site: &str, row: &Row) -> db::Result<Posting> {
    let id = row.text("id")?;
    let state = row.text("state")?;
    let (list_url, show) = (format!("{}jobs/{site}", ats.base), ats.job_page(site, &id));
    let urls = if state == "draft" { Value::Null } else { json!({ "list": list_url, "apply": format!("{show}/apply"), "show": show }) };
    let mut rest: Rest = row.held("extra")?;
    rest.insert("transcribeInterviews".into(), json!(false));
    rest.insert("screening".into(), json!({ "enabled": false }));
    Ok(Posting {
        text: row.text("text")?,
        // Null for one that was never published.
        distribution_channels: if state == "draft" { None } else { row.held("distribution_channels")? },
        user: json!(row.get::<Option<String>>("creator")?),
        owner: json!(row.get::<Option<String>>("owner")?),
        hiring_manager: json!(row.get::<Option<String>>("hiring_manager")?),
        categories: Categories {
            commitment: row.get("commitment")?,
            department: row.get("department")?,
            level: row.get("level")?,
            location: row.get("location")?,
            team: row.get("team")?,
            all_locations: row.held("all_locations")?,
            rest: Rest::new(),
        },
        tags: row.held("tags")?,
        content: row.json("content")?,
        country: row.get("country")?,
        followers: row.held::<Vec<String>>("followers")?.into_iter().map(Value::from).collect(),
        req_code: None,
        requisition_codes: row.held("requisition_codes")?,
        urls,
        confidentiality: row.text("confidentiality")?,
        created_at: row.int("created_at")?,
        updated_at: row.int("updated_at")?,
        workplace_type: row.get("workplace_type")?,
        rest,
        id,
        state,
    })
}

impl Ats {
    /// That a column with a JSON list holds one of these texts, as JSON spells them; nothing, if there are none.
    pub(crate) fn any_held(&self, only: &mut Clauses, column: &str, texts: &[String]) -> Option<String> {
        let any: Vec<String> = texts.iter().map(|text| self.db.engine().holds(column, &only.bind(text_of(text)))).collect();
        (!any.is_empty()).then(|| format!("({})", any.join(" or ")))
    }

    /// Only those whose list holds one of these, if there are any.
    pub(crate) fn holds_any(&self, only: &mut Clauses, column: &str, texts: &[String]) {
        if let Some(any) = self.any_held(only, column, texts) {
            only.and(any);
        }
    }

    pub(crate) async fn postings_by_id(&self, ids: &[String]) -> Result<Vec<Posting>> {
        let mut only = Clauses::default();
        only.any_of("id", ids);
        let sql = format!("select * from posting{}", only.sql());
        let (rows, site) = (self.db.rows(&sql, only.values()).await?, self.site().await?);
        Ok(rows.iter().map(|row| read(self, &site, row)).collect::<db::Result<_>>()?)
    }

    /// All postings, open ones first, by title.
    pub(crate) async fn postings(&self) -> db::Result<Vec<Posting>> {
        let sql = "select * from posting order by case when state in ('published', 'internal') then 0 else 1 end, lower(text), id";
        let (rows, site) = (self.db.rows(sql, vec![]).await?, self.site().await?);
        rows.iter().map(|row| read(self, &site, row)).collect()
    }

    /// Deletes a posting that nobody applied to; whether it did. It stays visible in the list of deleted ones.
    pub(crate) async fn delete_posting(&self, id: &str, by: &str) -> db::Result<bool> {
        let tx = self.db.begin().await?;
        // Whoever is applying at this moment comes first, and is seen by the next statement.
        tx.rows(&format!("select id from posting where id = $1{}", tx.engine().to_delete()), params![id]).await?;
        let sql = "delete from posting where id = $1 and not exists (select 1 from application a where a.posting_id = posting.id) returning text, confidentiality";
        let Some(row) = tx.row(sql, params![id]).await? else { return Ok(false) };
        let now = self.clock.now().0;
        let sql = "insert into posting_deleted (id, confidentiality, deleted_at) values ($1, $2, $3) on conflict (id) do update set deleted_at = excluded.deleted_at";
        tx.run(sql, params![id, row.text("confidentiality")?, now]).await?;
        self.audit(&tx, "posting:deleted", Some(by), id, &row.text("text")?).await?;
        tx.commit().await?;
        self.committed();
        Ok(true)
    }

    /// Stores a posting, new or known by its id, with the locations, departments, teams and work types it names.
    pub(crate) async fn save_posting(&self, tx: &impl Sql, posting: &Posting) -> db::Result<()> {
        // One that comes back, from a job board, is not deleted any more.
        tx.run("delete from posting_deleted where id = $1", params![posting.id.as_str()]).await?;
        let c = &posting.categories;
        for location in c.location.iter().chain(&c.all_locations) {
            self.add_name(tx, "location", location).await?;
        }
        if let Some(department) = &c.department {
            self.add_name(tx, "department", department).await?;
        }
        if let Some(team) = &c.team {
            self.add_team(tx, team, c.department.as_deref().unwrap_or_default()).await?;
        }
        if let Some(commitment) = &c.commitment {
            self.add_name(tx, "work_type", commitment).await?;
        }
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let columns = "id, text, state, creator, owner, hiring_manager, team, department, location, commitment, level, all_locations, tags, \
                       followers, content, country, workplace_type, distribution_channels, requisition_codes, confidentiality, extra, created_at, updated_at";
        let updates: Vec<String> = columns.split(", ").skip(1).map(|name| format!("{name} = excluded.{name}")).collect();
        let sql = format!("insert into posting ({columns}) values {} on conflict (id) do update set {}", db::values(1, 23), updates.join(", "));
        tx.run(
            &sql,
            params![
                posting.id.as_str(),
                posting.text.as_str(),
                posting.state.as_str(),
                text(&posting.user),
                text(&posting.owner),
                text(&posting.hiring_manager),
                c.team.clone(),
                c.department.clone(),
                c.location.clone(),
                c.commitment.clone(),
                c.level.clone(),
                text_of(&c.all_locations),
                text_of(&posting.tags),
                text_of(&posting.followers),
                text_of(&posting.content),
                posting.country.clone(),
                posting.workplace_type.clone(),
                text_of(&posting.distribution_channels),
                text_of(&posting.requisition_codes),
                posting.confidentiality.as_str(),
                text_of(&posting.rest),
                posting.created_at,
                posting.updated_at
            ],
        )
        .await
        .map(drop)
    }
}
