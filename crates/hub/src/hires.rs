//! Whom the timeline is about: found again by name, e-mail or Lever address.

use crate::Hub;
use clock::Ms;
use connector::Seen;
use db::{Clauses, Row, Sql, Tx, params};

/// A person we were told about.
pub struct Hire {
    /// Whose work it was.
    pub connection: String,
    /// The opportunity.
    pub subject: String,
    /// Their name.
    pub name: String,
    /// The posting's title.
    pub posting: String,
    /// Their profile in Lever.
    pub url: String,
    /// When Lever was read last.
    pub seen_at: Ms,
    /// How it stands at the partner: the state of the latest effect, else of the latest job.
    pub state: Option<String>,
}

/// What is needed to find a person again.
pub struct Noted {
    tenant: String,
    connection: String,
    subject: String,
    name: String,
    email: String,
    posting: String,
    url: String,
    hired: bool,
    seen_at: Ms,
}

impl Noted {
    /// Out of what was read in Lever just now.
    pub fn new(tenant: &str, connection: &str, seen: &Seen, now: Ms) -> Self {
        let o = &seen.opportunity;
        Self {
            tenant: tenant.to_owned(),
            connection: connection.to_owned(),
            subject: o.id.clone(),
            name: o.name.clone(),
            email: o.emails.join(" "),
            posting: seen.posting.as_ref().map(|p| p.text.clone()).unwrap_or_default(),
            url: o.urls.as_ref().map(|u| u.show.clone()).unwrap_or_default(),
            hired: seen.hired,
            seen_at: now,
        }
    }
}

/// Remembers whom we were told about. Work on one subject runs alone, so nobody is in it twice.
pub async fn note(tx: &Tx, noted: &[&Noted]) -> db::Result<()> {
    let sql = format!(
        "insert into hire (tenant, connection, subject, name, email, posting, url, hired, seen_at) values {} \
         on conflict (tenant, connection, subject) do update set name = excluded.name, email = excluded.email, posting = excluded.posting, \
         url = excluded.url, hired = excluded.hired, seen_at = excluded.seen_at",
        db::values(noted.len(), 9)
    );
    let row = |n: &&Noted| {
        let texts = [&n.tenant, &n.connection, &n.subject, &n.name, &n.email, &n.posting, &n.url];
        texts.into_iter().map(|text| db::Value::from(text.as_str())).chain([n.hired.into(), n.seen_at.0.into()]).collect::<Vec<_>>()
    };
    tx.run(&sql, noted.iter().flat_map(row).collect()).await.map(drop)
}

impl Hub {
    /// The newest hires that fit: part of a name or an e-mail, a Lever address, an opportunity id.
    pub(crate) async fn hires(&self, tenant: &str, search: &str, most: i64) -> db::Result<Vec<Hire>> {
        let mut only = Clauses::default();
        only.is("h.tenant =", tenant);
        let search = search.trim().rsplit('/').next().unwrap_or_default();
        if !search.is_empty() {
            let engine = self.db.engine();
            let text = only.bind(search);
            only.and(format!("({} or {} or h.subject = {text})", engine.contains("h.name", &text), engine.contains("h.email", &text)));
        }
        let most = only.bind(most);
        let sql = format!(
            "select h.*, coalesce(\
               (select e.state from effect e where e.tenant = h.tenant and e.subject = h.subject order by e.id desc limit 1),\
               (select j.state from job j where j.tenant = h.tenant and j.subject = h.subject order by j.id desc limit 1)) as state \
             from hire h{} order by h.seen_at desc, h.subject limit {most}",
            only.sql()
        );
        self.db.rows(&sql, only.values()).await?.iter().map(read).collect()
    }

    /// One of them.
    pub(crate) async fn hire(&self, tenant: &str, subject: &str) -> db::Result<Option<Hire>> {
        let sql = "select h.*, null as state from hire h where tenant = $1 and subject = $2 order by seen_at desc limit 1";
        self.db.row(sql, params![tenant, subject]).await?.map(|row| read(&row)).transpose()
    }
}

fn read(row: &Row) -> db::Result<Hire> {
    Ok(Hire {
        connection: row.text("connection")?,
        subject: row.text("subject")?,
        name: row.text("name")?,
        posting: row.text("posting")?,
        url: row.text("url")?,
        seen_at: Ms(row.int("seen_at")?),
        state: row.get("state")?,
    })
}
