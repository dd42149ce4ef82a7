//! Inbound applications: who stands at a stage that feeds them, the longest there first. Applications, not people.

use super::APP;
use super::applications::{Stored, read};
use super::days::Days;
use super::lists::Lists;
use super::texts;
use crate::Partners;
use clock::Ms;
use db::{Clauses, Row, Sql, params};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// Which of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub stage: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub job: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub bucket: String,
    /// `overdue` or `today`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub due: String,
    /// A user, by id.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// In the name, headline, addresses or tags.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub q: String,
    /// From behind this one: `since-id`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub after: String,
}

impl Filter {
    /// As the query of an address, without the place.
    pub fn query(&self) -> String {
        serde_html_form::to_string(Self { after: String::new(), ..self.clone() }).unwrap_or_default()
    }
}

/// A saved filter.
#[derive(Clone, Debug)]
pub struct Segment {
    pub id: String,
    pub name: String,
    pub query: String,
}

/// So many on a page.
pub const PAGE: usize = 100;

impl Partners {
    pub(super) async fn days(&self, db: &impl Sql) -> db::Result<Days> {
        let (zone, workdays) = (self.fd_setting(db, "zone").await?, self.fd_setting(db, "workdays").await?);
        Ok(Days::new(self.clock.now(), &zone, !workdays.is_empty()))
    }

    /// The conditions of a filter; none: nobody fits.
    fn inbound_where(&self, lists: &Lists, days: &Days, filter: &Filter, sees_confidential: bool) -> Option<Clauses> {
        let mut only = Clauses::default();
        let is_meant = |stage: &&super::lists::Stage| {
            stage.inbound && (filter.stage.is_empty() || stage.id == filter.stage) && (filter.bucket.is_empty() || stage.bucket == filter.bucket)
        };
        let stages: Vec<&super::lists::Stage> = lists.stages.iter().filter(is_meant).collect();
        if filter.due.is_empty() {
            let ids: Vec<String> = stages.iter().map(|stage| stage.id.clone()).collect();
            if ids.is_empty() {
                return None;
            }
            only.any_of("stage", &ids);
        } else {
            let mut any = Vec::new();
            for (stage, n) in stages.iter().filter_map(|stage| Some((stage, stage.days?))) {
                let limits = days.limits(n);
                let (id, before) =
                    (only.bind(stage.id.as_str()), only.bind(if filter.due == "today" { limits.today_before.0 } else { limits.overdue_before.0 }));
                let from = if filter.due == "today" { format!(" and stage_since >= {}", only.bind(limits.overdue_before.0)) } else { String::new() };
                any.push(format!("(stage = {id} and stage_since < {before}{from})"));
            }
            if any.is_empty() {
                return None;
            }
            only.and(format!("({})", any.join(" or ")));
        }
        only.and("archived_at is null");
        only.maybe("job =", Some(filter.job.as_str()).filter(|job| !job.is_empty()));
        only.maybe("owner =", Some(filter.owner.as_str()).filter(|owner| !owner.is_empty()));
        if !sees_confidential {
            only.is("confidential =", false);
        }
        if !filter.q.trim().is_empty() {
            let q = only.bind(filter.q.trim());
            let engine = self.db.engine();
            let any: Vec<String> = ["name", "headline", "emails", "tags"].iter().map(|column| engine.contains(column, &q)).collect();
            only.and(format!("({})", any.join(" or ")));
        }
        Some(only)
    }

    /// A page of inbound applications, and one more if there are more.
    pub(super) async fn inbound(&self, lists: &Lists, days: &Days, filter: &Filter, sees_confidential: bool) -> db::Result<Vec<Stored>> {
        let Some(mut only) = self.inbound_where(lists, days, filter, sees_confidential) else { return Ok(Vec::new()) };
        if let Some((since, id)) = filter.after.split_once('-').and_then(|(since, id)| Some((since.parse::<i64>().ok()?, id))) {
            let (since, id) = (only.bind(since), only.bind(id));
            only.and(format!("(stage_since, id) > ({since}, {id})"));
        }
        let most = only.bind(PAGE as i64 + 1);
        let sql = format!("select * from fd_application{} order by stage_since, id limit {most}", only.sql());
        self.db.rows(&sql, only.values()).await?.iter().map(read).collect()
    }

    pub(super) async fn count_inbound(&self, lists: &Lists, days: &Days, filter: &Filter, sees_confidential: bool) -> db::Result<i64> {
        let Some(only) = self.inbound_where(lists, days, filter, sees_confidential) else { return Ok(0) };
        let row = self.db.row(&format!("select count(*) as n from fd_application{}", only.sql()), only.values()).await?;
        row.map_or(Ok(0), |row| row.int("n"))
    }

    /// How many active applications stand at each stage.
    pub(super) async fn count_stages(&self, sees_confidential: bool) -> db::Result<BTreeMap<String, i64>> {
        let only = if sees_confidential { "" } else { " and not confidential" };
        let sql = format!("select stage, count(*) as n from fd_application where archived_at is null{only} group by stage");
        self.db.rows(&sql, vec![]).await?.iter().map(|row| Ok((row.text("stage")?, row.int("n")?))).collect()
    }

    pub(super) async fn segments(&self) -> db::Result<Vec<Segment>> {
        let segment = |row: &Row| Ok(Segment { id: row.text("id")?, name: row.text("name")?, query: row.text("query")? });
        self.db.rows("select * from fd_segment order by name, id", vec![]).await?.iter().map(segment).collect()
    }

    /// Keeps a filter under a name; one of the same name is replaced.
    pub(super) async fn keep_segment(&self, name: &str, filter: &Filter) -> db::Result<()> {
        let sql =
            "insert into fd_segment (id, name, query, created_at) values ($1, $2, $3, $4) on conflict (name) do update set query = excluded.query";
        let values = params![uuid::Uuid::new_v4().to_string(), name, filter.query(), self.clock.now().0];
        self.db.run(sql, values).await.map(drop)
    }

    pub(super) async fn drop_segment(&self, id: &str) -> db::Result<()> {
        self.db.run("delete from fd_segment where id = $1", params![id]).await.map(drop)
    }

    /// Once a day, in the morning: owners are told which of their applications are overdue.
    pub(crate) async fn mind_applications(&self) -> db::Result<()> {
        let now = self.clock.now();
        let zone = self.fd_setting(&self.db, "zone").await?;
        let zone = jiff::tz::TimeZone::get(&zone).unwrap_or(jiff::tz::TimeZone::UTC);
        let here = jiff::Timestamp::from_millisecond(now.0).unwrap_or_default().to_zoned(zone);
        if here.hour() < 8 || self.fd_setting(&self.db, "digest").await? == "off" {
            return Ok(());
        }
        let (lists, days) = (self.fd_lists(&self.db).await?, self.days(&self.db).await?);
        let filter = Filter { due: "overdue".to_owned(), ..Filter::default() };
        let Some(only) = self.inbound_where(&lists, &days, &filter, true) else { return Ok(()) };
        let sql = format!("select owner, count(*) as n from fd_application{} and owner <> '' group by owner", only.sql());
        for row in self.db.rows(&sql, only.values()).await? {
            let (owner, n) = (row.text("owner")?, row.int("n")?);
            let Some(user) = lists.user(&owner).filter(|user| user.active && user.email.contains('@')) else { continue };
            let tx = self.db.begin().await?;
            let link = self.at(&format!("{}?due=overdue&owner={owner}", super::inbound_pages::INBOUND));
            let names = json!({ "name": user.name, "count": n, "are": if n == 1 { "is" } else { "are" }, "link": link });
            let letter = (format!("{APP}/overdue/{owner}/{}", here.date()), owner.as_str(), (user.name.as_str(), user.email.as_str()));
            texts::TEXTS.write(self, &tx, texts::OVERDUE, &names, letter).await?;
            tx.commit().await?;
        }
        self.pipeline.wake();
        Ok(())
    }
}

/// Where the next page begins.
pub fn place(stored: &Stored) -> String {
    format!("{}-{}", stored.a.stage_since, stored.a.id)
}

/// How long an application may stay: when its time is over, and whether it is.
pub fn limit(lists: &Lists, days: &Days, stored: &Stored) -> Option<(Ms, i64)> {
    let n = lists.stage(&stored.a.stage)?.days?;
    let since = Ms(stored.a.stage_since);
    Some((days.due_until(since, n), days.left(since, n)))
}
