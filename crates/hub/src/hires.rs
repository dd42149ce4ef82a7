//! Whom the timeline is about: found again by name, e-mail or Lever address.

use crate::Hub;
use crate::connections::Connection;
use crate::runs::{Came, settle};
use clock::Ms;
use connector::{Record, Seen, Whom};
use db::{Clauses, Row, Sql, Tx, params};
use lever_api::{OpportunityId, Posting};
use pipeline::{Priority, Unsure};
use post::Notice;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

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
    /// Their e-mail addresses, with spaces between.
    pub email: String,
}

impl Hire {
    /// Somebody of whom no more is known.
    pub fn of(connection: &str, subject: &str, name: &str) -> Self {
        Self {
            connection: connection.to_owned(),
            subject: subject.to_owned(),
            name: name.to_owned(),
            posting: String::new(),
            url: String::new(),
            seen_at: Ms(0),
            state: None,
            email: String::new(),
        }
    }
}

/// How people call somebody.
pub struct Named {
    /// Their name; may be empty.
    pub name: String,
    /// The posting's title: one person may be hired for two jobs. Empty: it was not read yet.
    pub posting: String,
}

/// What one try tells of a person, stored with its ending.
pub struct Noted {
    /// Whose data.
    pub tenant: String,
    /// Whose work.
    pub connection: String,
    /// The opportunity.
    pub subject: String,
    /// Who they are, if Lever was read.
    pub person: Option<Person>,
    /// Whether anything is left to be done about them; none: that is not known yet.
    pub settled: Option<Settled>,
    /// What it means for runs.
    pub came: Option<Came>,
    /// Something else may be wanted now that this is so: it is thought about again.
    pub again: Option<Priority>,
    /// A record of the partner's became this opportunity, with what is to be remembered of that.
    pub became: Option<(String, Value)>,
    /// What others are to be told: the kind, what makes it this one, and its data.
    pub notice: Option<(&'static str, String, Value)>,
}

/// What is left to be done about somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// Nothing.
    Yes,
    /// It is done, but something was left out that may be possible later.
    LeftOut,
    /// It is not done.
    No,
}

impl Noted {
    /// What others are to be told of it.
    pub fn notice(&self) -> Option<Notice<'_>> {
        let (kind, key, data) = self.notice.as_ref()?;
        let mut data = data.clone();
        data["connection"] = json!(self.connection);
        data["opportunity"] = json!(self.subject);
        Some(Notice { kind, key: key.clone(), connection: &self.connection, data })
    }
}

/// What is needed to find a person again.
pub struct Person {
    name: String,
    email: String,
    posting: String,
    url: String,
    hired: bool,
    updated_at: Option<i64>,
    seen_at: Ms,
}

impl Person {
    /// Out of what was read in Lever just now.
    pub fn new(seen: &Seen, whom: Whom, now: Ms) -> Self {
        let o = &seen.opportunity;
        Self {
            name: o.name.clone(),
            email: o.emails.join(" "),
            posting: seen.posting.as_ref().map(|p| p.text.clone()).unwrap_or_default(),
            url: o.urls.as_ref().map(|u| u.show.clone()).unwrap_or_default(),
            // Of candidates nobody waits for a hire.
            hired: seen.hired || whom == Whom::Candidates,
            updated_at: o.updated_at,
            seen_at: now,
        }
    }
}

impl Person {
    /// Somebody of whom a partner tells, on the way into Lever.
    pub fn arriving(record: &Record, posting: Option<&Posting>, now: Ms) -> Self {
        Self {
            name: record.name.clone(),
            email: record.emails.join(" "),
            posting: posting.map(|p| p.text.clone()).unwrap_or_default(),
            url: String::new(),
            hired: true,
            updated_at: None,
            seen_at: now,
        }
    }
}

/// Remembers whom we were told about and what came of it. Work on one subject runs alone, so nobody is in it twice.
pub async fn note(tx: &Tx, noted: &[&Noted], now: Ms) -> db::Result<()> {
    let people: Vec<_> = noted.iter().filter_map(|n| Some((n, n.person.as_ref()?))).collect();
    if !people.is_empty() {
        // What was settled stays so, unless Lever has changed it since.
        let sql = format!(
            "insert into hire (tenant, connection, subject, name, email, posting, url, search, hired, updated_at, seen_at) values {} \
             on conflict (tenant, connection, subject) do update set name = excluded.name, email = excluded.email, posting = case when excluded.posting = '' then hire.posting else excluded.posting end, \
             url = excluded.url, search = excluded.search, hired = excluded.hired, seen_at = excluded.seen_at, updated_at = excluded.updated_at, \
             settled = (hire.settled and excluded.updated_at is not null and excluded.updated_at = hire.updated_at)",
            db::values(people.len(), 11)
        );
        let row = |(n, p): (&&Noted, &Person)| {
            let texts = [&n.tenant, &n.connection, &n.subject, &p.name, &p.email, &p.posting, &p.url];
            let search = folded(&format!("{} {} {}", p.name, p.email, p.posting));
            let rest = [search.into(), p.hired.into(), p.updated_at.into(), p.seen_at.0.into()];
            texts.into_iter().map(|text| db::Value::from(text.as_str())).chain(rest).collect::<Vec<_>>()
        };
        tx.run(&sql, people.into_iter().flat_map(|(n, p)| row((n, p))).collect()).await?;
    }
    for (settled, left_out) in [(Settled::Yes, "false"), (Settled::LeftOut, "true"), (Settled::No, "left_out")] {
        let those: Vec<_> = noted.iter().filter(|n| n.settled == Some(settled)).collect();
        if !those.is_empty() {
            let mut values = params![settled == Settled::Yes];
            values.extend(those.iter().flat_map(|n| params![n.tenant.as_str(), n.connection.as_str(), n.subject.as_str()]));
            let sql = format!(
                "update hire set settled = $1, left_out = {left_out} from (values {}) v where hire.tenant = v.column1 and hire.connection = v.column2 and hire.subject = v.column3",
                db::values_after(1, those.len(), 3)
            );
            tx.run(&sql, values).await?;
        }
    }
    let came: Vec<_> = noted.iter().filter_map(|n| Some((n.tenant.as_str(), n.connection.as_str(), n.subject.as_str(), n.came.as_ref()?))).collect();
    settle(tx, &came, now).await
}

/// Which hires.
#[derive(Clone, Debug, Default)]
pub struct Which {
    /// Part of a name, an e-mail or a job; a Lever address; an opportunity's id.
    pub search: String,
    /// `done`, `held`, `failed`, `waiting`, `missing` (hired, and not at the partner); empty: any.
    pub state: String,
    /// Of this connection; empty: any.
    pub connection: String,
    /// Read since.
    pub from: Option<Ms>,
    /// Read until.
    pub until: Option<Ms>,
    /// After this one, in the order of the list: when it was seen, and [`Hire::place`].
    pub after: Option<(Ms, String)>,
}

/// How a person stands. What waits or failed comes before what was done once; a trial says nothing of it.
const STATE: &str = "coalesce(\
    case when exists (select 1 from effect e where e.tenant = h.tenant and e.connection = h.connection and e.subject = h.subject and e.state = 'held') \
       or exists (select 1 from job j where j.tenant = h.tenant and j.connection = h.connection and j.subject = h.subject and j.kind = 'think' \
       and j.state = 'held') then 'held' end,\
    (select e.state from effect e where e.tenant = h.tenant and e.connection = h.connection and e.subject = h.subject \
       and e.state in ('ready', 'running', 'failed') order by e.id desc limit 1),\
    (select j.state from job j where j.tenant = h.tenant and j.connection = h.connection and j.subject = h.subject and j.kind = 'think' \
       and j.state in ('ready', 'running', 'failed') and not exists (select 1 from job k where k.tenant = h.tenant and k.connection = h.connection \
       and k.subject = h.subject and k.kind = 'think' and k.id > j.id) limit 1),\
    case when not h.hired then 'unhired' end,\
    (select 'done' from link l where l.tenant = h.tenant and l.connection = h.connection and l.subject = h.subject),\
    (select e.state from effect e where e.tenant = h.tenant and e.connection = h.connection and e.subject = h.subject order by e.id desc limit 1))";

/// Without accents, in small letters.
pub fn folded(text: &str) -> String {
    deunicode::deunicode(text).to_lowercase()
}

impl Hub {
    /// The partner's records of other opportunities whose person has one of these addresses, and what those would be found by
    /// that a try without an answer may have made.
    pub(crate) async fn records_by_email(&self, connection: &Connection, but: &OpportunityId, emails: &[String]) -> db::Result<Vec<String>> {
        let mut only = Clauses::default();
        only.is("h.tenant =", connection.tenant.as_str()).is("h.connection =", connection.id.as_str()).is("h.subject <>", but.as_str());
        let engine = self.db.engine();
        let has = |email: &String| engine.contains("' ' || h.email || ' '", &only.bind(format!(" {} ", email.trim())));
        let any: Vec<String> = emails.iter().filter(|email| !email.trim().is_empty()).map(has).collect();
        if any.is_empty() {
            return Ok(Vec::new());
        }
        only.and(format!("({})", any.join(" or ")));
        let (is, of) = (only.sql(), "on x.tenant = h.tenant and x.connection = h.connection and x.subject = h.subject");
        let sql = format!(
            "select x.remote_id as record, '' as tried from hire h join link x {of}{is} union \
             select '' as record, x.tried from hire h join effect x {of}{is} and x.tried <> '' order by 1, 2"
        );
        let connector = self.connector(&connection.connector);
        let mut records = BTreeSet::new();
        for row in self.db.rows(&sql, only.values()).await? {
            let tried = Unsure { effect: String::new(), tried: row.text("tried")?, at: Ms(0) };
            let marks = tried.payloads().into_iter().filter_map(|payload| Some(connector?.mark(&payload["change"]).as_str()?.to_owned()));
            records.extend(marks.chain([row.text("record")?]).filter(|record| !record.is_empty()));
        }
        Ok(records.into_iter().collect())
    }

    /// Hires that fit, the newest first.
    pub(crate) async fn hires(&self, tenant: &str, which: &Which, most: i64) -> db::Result<Vec<Hire>> {
        let mut only = Clauses::default();
        only.is("h.tenant =", tenant);
        let search = which.search.trim().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        if !search.is_empty() {
            let engine = self.db.engine();
            let (text, plain) = (only.bind(search), only.bind(folded(search)));
            only.and(format!("({} or h.subject = {text})", engine.contains("h.search", &plain)));
        }
        if !which.connection.is_empty() {
            only.is("h.connection =", which.connection.as_str());
        }
        match which.state.as_str() {
            "" => {}
            "missing" => {
                only.and("h.hired and not exists (select 1 from link l where l.tenant = h.tenant and l.connection = h.connection and l.subject = h.subject)");
            }
            "waiting" => {
                only.and(format!("{STATE} in ('ready', 'running')"));
            }
            state => {
                only.is(&format!("{STATE} ="), state);
            }
        }
        only.maybe("h.seen_at >=", which.from.map(|at| at.0)).maybe("h.seen_at <", which.until.map(|at| at.0));
        if let Some((at, subject)) = &which.after {
            let (subject, connection) = subject.split_once('/').unwrap_or((subject, ""));
            let (at, subject, connection) = (only.bind(at.0), only.bind(subject), only.bind(connection));
            only.and(format!(
                "(h.seen_at < {at} or (h.seen_at = {at} and (h.subject > {subject} or (h.subject = {subject} and h.connection > {connection}))))"
            ));
        }
        let most = only.bind(most);
        let sql = format!("select h.*, {STATE} as state from hire h{} order by h.seen_at desc, h.subject, h.connection limit {most}", only.sql());
        self.db.rows(&sql, only.values()).await?.iter().map(read).collect()
    }

    /// About how many people something stands in one of these states, written as SQL.
    pub(crate) async fn count_people(&self, connection: &Connection, states: &'static str) -> db::Result<i64> {
        let of = |table: &str| format!("select subject from {table} where tenant = $1 and connection = $2 and state in ({states})");
        let sql = format!("select count(*) as n from ({} and kind = 'think' union {}) p", of("job"), of("effect"));
        let row = self.db.row(&sql, params![connection.tenant.as_str(), connection.id.as_str()]).await?;
        row.map_or(Ok(0), |row| row.int("n"))
    }

    /// Their names, by opportunity.
    pub(crate) async fn names(&self, tenant: &str, subjects: &[&str]) -> db::Result<HashMap<String, Named>> {
        let mut names = HashMap::new();
        for chunk in subjects.chunks(500) {
            let mut values = params![tenant];
            values.extend(chunk.iter().map(|subject| db::Value::from(*subject)));
            let sql = format!("select subject, name, posting from hire where tenant = $1 and subject in ({})", db::list(1, chunk.len()));
            for row in self.db.rows(&sql, values).await? {
                names.insert(row.text("subject")?, Named { name: row.text("name")?, posting: row.text("posting")? });
            }
        }
        Ok(names)
    }

    /// One of them.
    pub(crate) async fn hire(&self, tenant: &str, subject: &str) -> db::Result<Option<Hire>> {
        Ok(self.hires_of(tenant, subject).await?.into_iter().next())
    }

    /// The same person at every connection that knows them, the one read last first.
    pub(crate) async fn hires_of(&self, tenant: &str, subject: &str) -> db::Result<Vec<Hire>> {
        let sql = format!("select h.*, {STATE} as state from hire h where h.tenant = $1 and h.subject = $2 order by h.seen_at desc, h.connection");
        self.db.rows(&sql, params![tenant, subject]).await?.iter().map(read).collect()
    }
}

impl Hire {
    /// Where it stands among those that were seen at the same moment.
    pub fn place(&self) -> String {
        format!("{}/{}", self.subject, self.connection)
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
        email: row.text("email")?,
    })
}
