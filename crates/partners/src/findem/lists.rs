//! The applicant tracking system's lists as Findem knows them, and what people have said they mean here: which stages feed the inbound
//! applications, what is excluded, into which groups stages go, and how many days an application may stay.

use crate::Partners;
use db::{Row, Sql, params};
use findem_api::Lists as Told;
use std::collections::BTreeMap;

/// A stage, with what people have said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    pub id: String,
    pub name: String,
    pub gone: bool,
    /// The group it is in; empty: nobody has said.
    pub bucket: String,
    /// How many days an application may stay; none: as long as it takes.
    pub days: Option<i64>,
    /// It feeds the inbound applications.
    pub inbound: bool,
    /// Nobody is advanced to it.
    pub kept_out: bool,
}

/// An archive reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub id: String,
    pub name: String,
    pub hired: bool,
    pub active: bool,
    /// Nobody is rejected with it.
    pub kept_out: bool,
}

/// A group of stages: one of Findem's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    pub id: String,
    pub name: String,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub id: String,
    pub title: String,
    pub location: String,
    pub state: String,
    pub confidential: bool,
    pub gone: bool,
}

/// Somebody who works in the applicant tracking system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: String,
    pub name: String,
    pub email: String,
    pub active: bool,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct Lists {
    pub stages: Vec<Stage>,
    pub reasons: Vec<Reason>,
    pub buckets: Vec<Bucket>,
    pub jobs: Vec<Job>,
    pub users: Vec<User>,
}

/// How ids begin of what is known from files alone.
pub const FROM_FILE: &str = "csv-";

/// Findem's own stages, until somebody changes them.
const USUAL: [(&str, &str); 6] =
    [("sourced", "Sourced"), ("applied", "Applied"), ("screen", "Screen"), ("interview", "Interview"), ("offer", "Offer"), ("other", "Other")];

impl Lists {
    pub fn stage(&self, id: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id == id)
    }

    /// What a stage is called.
    pub fn stage_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.stage(id).map_or("a stage that is not known", |stage| &stage.name)
    }

    pub fn job(&self, id: &str) -> Option<&Job> {
        self.jobs.iter().find(|job| job.id == id)
    }

    pub fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub fn user_name<'a>(&'a self, id: &str) -> &'a str {
        self.user(id).map_or("nobody", |user| &user.name)
    }

    /// Somebody of this address who can still sign in.
    pub fn user_of(&self, email: &str) -> Option<&User> {
        self.users.iter().find(|user| user.active && user.email.eq_ignore_ascii_case(email))
    }

    pub fn reason_name(&self, id: &str) -> &str {
        self.reasons.iter().find(|reason| reason.id == id).map_or("a reason that is not known", |reason| &reason.name)
    }

    /// Where an application can be advanced to.
    pub fn onward(&self) -> impl Iterator<Item = &Stage> {
        // Those of files are not Lever's.
        self.stages.iter().filter(|stage| !stage.gone && !stage.kept_out && !stage.id.starts_with(FROM_FILE))
    }

    /// With what an application can be rejected. A hire is no rejection.
    pub fn rejecting(&self) -> impl Iterator<Item = &Reason> {
        self.reasons.iter().filter(|reason| reason.active && !reason.hired && !reason.kept_out)
    }

    /// Jobs somebody can be exported to.
    pub fn open_jobs(&self, sees_confidential: bool) -> impl Iterator<Item = &Job> {
        let is_open = |job: &&Job| !job.gone && matches!(job.state.as_str(), "published" | "internal");
        self.jobs.iter().filter(is_open).filter(move |job| sees_confidential || !job.confidential)
    }

    /// Stages that are there and in no group.
    pub fn unmapped(&self) -> impl Iterator<Item = &Stage> {
        self.stages.iter().filter(|stage| !stage.gone && !self.buckets.iter().any(|bucket| bucket.id == stage.bucket))
    }

    /// Whether anybody has said what feeds the inbound applications.
    pub fn is_mapped(&self) -> bool {
        self.stages.iter().any(|stage| stage.inbound)
    }
}

fn stage(row: &Row) -> db::Result<Stage> {
    Ok(Stage {
        id: row.text("id")?,
        name: row.text("name")?,
        gone: row.get("gone")?,
        bucket: row.text("bucket")?,
        days: row.get("days")?,
        inbound: row.get("inbound")?,
        kept_out: row.get("kept_out")?,
    })
}

impl Partners {
    pub(super) async fn fd_lists(&self, db: &impl Sql) -> db::Result<Lists> {
        let rows = db.rows("select * from fd_stage order by gone, place, id", vec![]).await?;
        let stages = rows.iter().map(stage).collect::<db::Result<_>>()?;
        let reason = |row: &Row| {
            Ok(Reason {
                id: row.text("id")?,
                name: row.text("name")?,
                hired: row.get("hired")?,
                active: row.get("active")?,
                kept_out: row.get("kept_out")?,
            })
        };
        let rows = db.rows("select * from fd_reason order by name, id", vec![]).await?;
        let reasons = rows.iter().map(reason).collect::<db::Result<_>>()?;
        let rows = db.rows("select * from fd_bucket order by place, id", vec![]).await?;
        let bucket = |row: &Row| Ok(Bucket { id: row.text("id")?, name: row.text("name")? });
        let buckets = rows.iter().map(bucket).collect::<db::Result<_>>()?;
        let job = |row: &Row| {
            Ok(Job {
                id: row.text("id")?,
                title: row.text("title")?,
                location: row.text("location")?,
                state: row.text("state")?,
                confidential: row.get("confidential")?,
                gone: row.get("gone")?,
            })
        };
        let rows = db.rows("select * from fd_job order by title, location, id", vec![]).await?;
        let jobs = rows.iter().map(job).collect::<db::Result<_>>()?;
        let user = |row: &Row| Ok(User { id: row.text("id")?, name: row.text("name")?, email: row.text("email")?, active: row.get("active")? });
        let rows = db.rows("select * from fd_user order by name, id", vec![]).await?;
        let users = rows.iter().map(user).collect::<db::Result<_>>()?;
        Ok(Lists { stages, reasons, buckets, jobs, users })
    }

    /// The groups there are at the start.
    pub(crate) async fn first_buckets(&self) -> db::Result<()> {
        // Whoever took them away has begun already.
        if self.fd_setting(&self.db, "begun").await? == "yes" {
            return Ok(());
        }
        self.set_fd_setting("begun", "yes").await?;
        for (place, (id, name)) in (0_i64..).zip(USUAL) {
            let sql = "insert into fd_bucket (id, name, place) values ($1, $2, $3) on conflict (id) do nothing";
            self.db.run(sql, params![id, name, place]).await?;
        }
        Ok(())
    }

    /// The lists as they are told now. What people have said about a stage stays with it, whatever it is called and wherever it stands;
    /// what is gone is marked. What is another now, in sentences for whoever looks after the mapping.
    pub(super) async fn put_fd_lists(&self, told: &Told) -> db::Result<Vec<String>> {
        let tx = self.db.begin().await?;
        let before = self.fd_lists(&tx).await?;
        let mut news = Vec::new();
        if let Some(users) = &told.users {
            tx.run("update fd_user set active = false", vec![]).await?;
            for chunk in users.chunks(500) {
                let sql = format!(
                    "insert into fd_user (id, name, email, active) values {} on conflict (id) do update set name = excluded.name, \
                     email = excluded.email, active = excluded.active",
                    db::values(chunk.len(), 4)
                );
                tx.run(&sql, chunk.iter().flat_map(|u| params![u.id.as_str(), u.name.as_str(), u.email.as_str(), u.active]).collect()).await?;
            }
        }
        if let Some(jobs) = &told.jobs {
            tx.run("update fd_job set gone = true", vec![]).await?;
            for chunk in jobs.chunks(500) {
                let sql = format!(
                    "insert into fd_job (id, title, location, team, state, confidential, gone) values {} on conflict (id) do update set \
                     title = excluded.title, location = excluded.location, team = excluded.team, state = excluded.state, \
                     confidential = excluded.confidential, gone = false",
                    db::values(chunk.len(), 7)
                );
                let row = |j: &findem_api::Job| {
                    params![j.id.as_str(), j.title.as_str(), j.location.as_str(), j.team.as_str(), j.state.as_str(), j.confidential, false]
                };
                tx.run(&sql, chunk.iter().flat_map(row).collect()).await?;
            }
        }
        if let Some(stages) = &told.stages {
            let known: BTreeMap<&str, &Stage> = before.stages.iter().map(|stage| (stage.id.as_str(), stage)).collect();
            for stage in
                known.values().filter(|stage| !stage.gone && !stage.id.starts_with(FROM_FILE) && !stages.iter().any(|told| told.id == stage.id))
            {
                news.push(format!("The stage \"{}\" is gone from Lever. Who stood there is still shown; nobody can be advanced to it.", stage.name));
            }
            tx.run("update fd_stage set gone = true where substr(id, 1, 4) <> 'csv-'", vec![]).await?;
            for (place, stage) in (0_i64..).zip(stages) {
                match known.get(stage.id.as_str()) {
                    // What is seen for the first time is no news.
                    None if known.keys().any(|id| !id.starts_with(FROM_FILE)) => news.push(format!(
                        "The stage \"{}\" is new in Lever. It is in no group, and feeds no inbound applications, until somebody says so.",
                        stage.name
                    )),
                    Some(old) if old.gone => news.push(format!("The stage \"{}\" is in Lever again.", stage.name)),
                    Some(old) if old.name != stage.name => {
                        news.push(format!("The stage \"{}\" is called \"{}\" in Lever now. It means what it meant.", old.name, stage.name))
                    }
                    _ => {}
                }
                let sql = "insert into fd_stage (id, name, place, gone, bucket, days, inbound, kept_out) values ($1, $2, $3, $4, '', null, $4, $4) \
                           on conflict (id) do update set name = excluded.name, place = excluded.place, gone = $4";
                tx.run(sql, params![stage.id.as_str(), stage.name.as_str(), place, false]).await?;
            }
        }
        if let Some(reasons) = &told.reasons {
            for reason in before.reasons.iter().filter(|known| known.active) {
                if !reasons.iter().any(|told| told.id == reason.id && told.active) {
                    news.push(format!("The archive reason \"{}\" is out of use in Lever. Nobody can be rejected with it any more.", reason.name));
                }
            }
            tx.run("update fd_reason set active = $1", params![false]).await?;
            for reason in reasons {
                if !before.reasons.is_empty() && reason.active && !before.reasons.iter().any(|known| known.id == reason.id) {
                    news.push(format!(
                        "The archive reason \"{}\" is new in Lever. It can be used for rejections unless somebody excludes it.",
                        reason.name
                    ));
                }
                let sql = "insert into fd_reason (id, name, hired, active, kept_out) values ($1, $2, $3, $4, $5) \
                           on conflict (id) do update set name = excluded.name, hired = excluded.hired, active = excluded.active";
                tx.run(sql, params![reason.id.as_str(), reason.name.as_str(), reason.hired, reason.active, false]).await?;
            }
        }
        self.tell_of_drift(&tx, &news).await?;
        tx.commit().await?;
        self.lobby.changed();
        Ok(news)
    }

    /// Which stages feed the inbound applications, and what is excluded: these and no others.
    pub(super) async fn choose_stages(&self, inbound: &[&str], stages_out: &[&str], reasons_out: &[&str]) -> db::Result<()> {
        let tx = self.db.begin().await?;
        for (table, column, chosen) in
            [("fd_stage", "inbound", inbound), ("fd_stage", "kept_out", stages_out), ("fd_reason", "kept_out", reasons_out)]
        {
            tx.run(&format!("update {table} set {column} = $1"), params![false]).await?;
            for id in chosen {
                tx.run(&format!("update {table} set {column} = $1 where id = $2"), params![true, *id]).await?;
            }
        }
        tx.commit().await?;
        self.lobby.changed();
        Ok(())
    }

    /// Puts a stage into a group, or into none. Whether there are both.
    pub(super) async fn group_stage(&self, stage: &str, bucket: &str) -> db::Result<bool> {
        let sql = "update fd_stage set bucket = $1 where id = $2 and ($1 = '' or exists (select 1 from fd_bucket where id = $1))";
        let changed = self.db.run(sql, params![bucket, stage]).await?;
        self.lobby.changed();
        Ok(changed > 0)
    }

    /// How many days an application may stay at a stage; none: as long as it takes. Whether there is such a stage.
    pub(super) async fn set_days(&self, stage: &str, days: Option<i64>) -> db::Result<bool> {
        let changed = self.db.run("update fd_stage set days = $1 where id = $2", params![days, stage]).await?;
        self.lobby.changed();
        Ok(changed > 0)
    }

    /// Adds a group at the end. None, if there is one of this name.
    pub(super) async fn add_bucket(&self, name: &str) -> db::Result<Option<()>> {
        let there = "select 1 as one from fd_bucket where lower(name) = lower($1)";
        if self.db.row(there, params![name]).await?.is_some() {
            return Ok(None);
        }
        let sql = "insert into fd_bucket (id, name, place) values ($1, $2, (select coalesce(max(place), 0) + 1 from fd_bucket))";
        self.db.run(sql, params![uuid::Uuid::new_v4().to_string(), name]).await?;
        self.lobby.changed();
        Ok(Some(()))
    }

    /// Takes a group away; its stages are in none then.
    pub(super) async fn drop_bucket(&self, id: &str) -> db::Result<()> {
        let tx = self.db.begin().await?;
        tx.run("update fd_stage set bucket = '' where bucket = $1", params![id]).await?;
        tx.run("delete from fd_bucket where id = $1", params![id]).await?;
        tx.commit().await?;
        self.lobby.changed();
        Ok(())
    }
}
