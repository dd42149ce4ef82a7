//! The tasks of a journey that began: planned from its steps, moved with the start date, done one after the other.

use super::joiners::Joiner;
use super::journeys::{Owner, Step, Timing};
use super::{texts, told};
use crate::Partners;
use crate::workdays;
use clock::Ms;
use db::{Row, Sql, Tx, params};
use jiff::civil::Date;
use joinedly_api::{State, Who};
use std::collections::HashMap;

/// One task of one joiner.
#[derive(Clone, Debug)]
pub struct Task {
    pub id: String,
    pub joiner: String,
    pub title: String,
    pub details: String,
    pub timing: Timing,
    pub days: i64,
    pub after: Option<String>,
    pub owner: Owner,
    /// Nobody yet, if both are empty.
    pub who: Who,
    pub remind: i64,
    pub due_on: Option<Date>,
    pub done_at: Option<Ms>,
    pub done_by: String,
}

impl Task {
    /// It waits for another.
    pub fn waits(&self) -> bool {
        self.done_at.is_none() && self.due_on.is_none()
    }
}

/// What somebody said about a task.
#[derive(Clone, Debug)]
pub struct Comment {
    pub task: String,
    pub by: String,
    pub body: String,
    pub at: Ms,
}

pub(super) fn read(row: &Row) -> db::Result<Task> {
    Ok(Task {
        id: row.text("id")?,
        joiner: row.text("joiner")?,
        title: row.text("title")?,
        details: row.text("details")?,
        timing: Timing::read(&row.text("timing")?),
        days: row.int("days")?,
        after: row.get("after_task")?,
        owner: Owner::read(&row.text("owner")?),
        who: Who { name: row.text("owner_name")?, email: row.text("owner_email")? },
        remind: row.int("remind")?,
        due_on: row.get::<Option<String>>("due_on")?.and_then(|day| day.parse().ok()),
        done_at: row.get::<Option<i64>>("done_at")?.map(Ms),
        done_by: row.text("done_by")?,
    })
}

/// The day it is in a zone.
pub fn today_in(zone: &str, now: Ms) -> Date {
    let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
    jiff::Timestamp::from_millisecond(now.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_zoned(zone).date()
}

/// When a task is due that waits for no other.
fn due(timing: Timing, days: i64, start: Date) -> Option<Date> {
    match timing {
        Timing::Before => Some(workdays::before(start, days)),
        Timing::On => Some(workdays::of_work(start, days)),
        Timing::After => None,
    }
}

/// Who does a task of somebody.
fn who(owner: Owner, named: Who, joiner: &Joiner) -> Who {
    match owner {
        Owner::Joiner => Who { name: joiner.name.clone(), email: joiner.email().to_owned() },
        Owner::Manager => joiner.about.manager.clone().unwrap_or_default(),
        Owner::Buddy => joiner.buddy.clone(),
        Owner::Person => named,
    }
}

impl Partners {
    /// The tasks of a joiner, in the order of the journey.
    pub(crate) async fn tasks(&self, db: &impl Sql, joiner: &str) -> db::Result<Vec<Task>> {
        db.rows("select * from jy_task where joiner = $1 order by position, id", params![joiner]).await?.iter().map(read).collect()
    }

    /// Plans the tasks of a journey that begins; what was planned before is forgotten.
    pub(super) async fn plan_tasks(&self, tx: &Tx, joiner: &Joiner) -> db::Result<()> {
        tx.run("delete from jy_comment where joiner = $1", params![joiner.id.as_str()]).await?;
        tx.run("delete from jy_task where joiner = $1", params![joiner.id.as_str()]).await?;
        let Some(start) = joiner.starts_on() else { return Ok(()) };
        let today = self.today_of(tx, &joiner.about).await?;
        let steps: Vec<Step> = self.steps(tx, &joiner.journey).await?;
        let ids: HashMap<&str, String> = steps.iter().map(|step| (step.id.as_str(), uuid::Uuid::new_v4().to_string())).collect();
        for (position, step) in (0_i64..).zip(&steps) {
            let named = Who { name: step.owner_name.clone(), email: step.owner_email.clone() };
            let who = who(step.owner, named, joiner);
            let due_on = due(step.timing, step.days, start);
            // Nobody is reminded of what was too late when it was planned.
            let reminded = due_on.filter(|due| *due < today).map(late).unwrap_or_default();
            let due_on = due_on.map(|day| day.to_string());
            let after = step.after.as_deref().and_then(|id| ids.get(id)).cloned();
            let sql = "insert into jy_task (id, joiner, step, position, title, details, timing, days, after_task, owner, owner_name, owner_email, remind, \
                       due_on, state, done_by, reminded) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, '', $16)";
            let values = params![
                ids[step.id.as_str()].as_str(),
                joiner.id.as_str(),
                step.id.as_str(),
                position,
                step.title.as_str(),
                step.details.as_str(),
                step.timing.name(),
                step.days,
                after,
                step.owner.name(),
                who.name,
                who.email,
                step.remind,
                due_on,
                "open",
                reminded
            ];
            tx.run(sql, values).await?;
        }
        Ok(())
    }

    /// The start date moved: so do the due dates of what is not done yet.
    pub(super) async fn move_tasks(&self, tx: &Tx, joiner: &Joiner) -> db::Result<()> {
        let Some(start) = joiner.starts_on() else { return Ok(()) };
        for task in self.tasks(tx, &joiner.id).await?.iter().filter(|task| task.done_at.is_none()) {
            if let Some(day) = due(task.timing, task.days, start) {
                tx.run("update jy_task set due_on = $1 where id = $2", params![day.to_string(), task.id.as_str()]).await?;
            }
        }
        Ok(())
    }

    /// The joiner, the manager or the buddy has another name or address: they get what is not done yet.
    pub(super) async fn give_tasks(&self, tx: &Tx, joiner: &Joiner) -> db::Result<()> {
        for owner in [Owner::Joiner, Owner::Manager, Owner::Buddy] {
            let who = who(owner, Who::default(), joiner);
            let sql = "update jy_task set owner_name = $1, owner_email = $2 where joiner = $3 and owner = $4 and state = 'open'";
            tx.run(sql, params![who.name, who.email, joiner.id.as_str(), owner.name()]).await?;
        }
        texts::helpers(self, tx, joiner).await
    }

    /// A task is done, or is not after all. `false`: there is no such task, or the journey will not happen.
    pub(crate) async fn set_done(&self, joiner: &str, task: &str, done: bool, by: &str) -> db::Result<bool> {
        let _turn = self.upserts.lock().await;
        let tx = self.db.begin().await?;
        let Some(mut joiner) = self.joiner(&tx, joiner).await? else { return Ok(false) };
        if !matches!(joiner.state, State::Started | State::Completed) {
            return Ok(false);
        }
        let tasks = self.tasks(&tx, &joiner.id).await?;
        let Some(this) = tasks.iter().find(|t| t.id == task) else { return Ok(false) };
        if this.waits() {
            return Ok(false);
        }
        if this.done_at.is_some() == done {
            return Ok(true);
        }
        let now = self.clock.now();
        let sql = "update jy_task set state = $1, done_at = $2, done_by = $3 where id = $4";
        tx.run(sql, params![if done { "done" } else { "open" }, done.then_some(now.0), if done { by } else { "" }, task]).await?;
        let today = self.today_of(&tx, &joiner.about).await?;
        for next in tasks.iter().filter(|t| t.after.as_deref() == Some(task) && t.done_at.is_none()) {
            let day = done.then(|| workdays::after(today, next.days).to_string());
            tx.run("update jy_task set due_on = $1 where id = $2", params![day, next.id.as_str()]).await?;
        }
        if done {
            super::told_of_task(self, &tx, &joiner, this, now).await?;
        }
        let all_done = done && tasks.iter().all(|t| t.id == task || t.done_at.is_some());
        if all_done && joiner.state == State::Started {
            joiner.state = State::Completed;
            self.store_joiner(&tx, &joiner).await?;
            told(self, &tx, &joiner, "journey.completed").await?;
        } else if !done && joiner.state == State::Completed {
            joiner.state = State::Started;
            self.store_joiner(&tx, &joiner).await?;
        }
        tx.commit().await?;
        self.told_and_seen();
        Ok(true)
    }

    /// Somebody says something about a task; or a sentence why not.
    pub(crate) async fn comment(&self, joiner: &str, task: &str, by: &str, body: &str) -> db::Result<Result<(), String>> {
        let body = body.trim();
        if body.is_empty() || body.chars().count() > 5000 {
            return Ok(Err("A comment has 1 to 5,000 characters.".to_owned()));
        }
        let there = self.db.row("select id from jy_task where id = $1 and joiner = $2", params![task, joiner]).await?;
        if there.is_none() {
            return Ok(Err("This task is gone.".to_owned()));
        }
        let id = pipeline::fresh_id(self.clock.now());
        let sql = "insert into jy_comment (id, task, joiner, by_name, body, at) values ($1, $2, $3, $4, $5, $6)";
        self.db.run(sql, params![id, task, joiner, by, body, self.clock.now().0]).await?;
        self.lobby.changed();
        Ok(Ok(()))
    }

    pub(crate) async fn comments(&self, joiner: &str) -> db::Result<Vec<Comment>> {
        let rows = self.db.rows("select * from jy_comment where joiner = $1 order by at, id", params![joiner]).await?;
        let read = |row: &Row| Ok(Comment { task: row.text("task")?, by: row.text("by_name")?, body: row.text("body")?, at: Ms(row.int("at")?) });
        rows.iter().map(read).collect()
    }

    /// Reminds of what is due, at eight in the morning where the joiner is: once as early as the task says, once when it is late.
    pub(crate) async fn remind(&self) -> db::Result<()> {
        let now = self.clock.now();
        // Where it is latest, tomorrow has begun; and the earliest reminder goes out some weeks ahead.
        let (today, horizon) = (today_in("UTC", now), workdays::after(today_in("UTC", now), FAREST));
        let sql = "select t.* from jy_task t join jy_joiner j on j.id = t.joiner where t.state = 'open' and t.due_on is not null and t.due_on <= $1 \
                   and j.state = 'started' and t.owner_email <> '' and t.remind >= 0 and t.reminded <> 'late/' || t.due_on \
                   and (t.reminded <> 'due/' || t.due_on or t.due_on <= $2) order by t.due_on, t.id limit 1000";
        for row in self.db.rows(sql, params![horizon.to_string(), today.to_string()]).await? {
            let task = read(&row)?;
            // One that cannot be reminded of must not keep the others from it.
            if let Err(e) = self.remind_of(&task, &row.text("reminded")?).await {
                tracing::error!(error = %e, task = %task.id, "nobody could be reminded of a task");
            }
        }
        self.pipeline.wake();
        Ok(())
    }
}

impl Partners {
    /// Reminds of one task, if it is time.
    async fn remind_of(&self, task: &Task, reminded: &str) -> db::Result<()> {
        let (Some(due), now) = (task.due_on, self.clock.now()) else { return Ok(()) };
        let _turn = self.upserts.lock().await;
        let Some(joiner) = self.joiner(&self.db, &task.joiner).await?.filter(|joiner| joiner.state == State::Started) else { return Ok(()) };
        let zone = self.zone_of(&self.db, &joiner.about).await?;
        let today = today_in(&zone, now);
        let mark = match (today > due, today >= workdays::before(due, task.remind)) {
            (true, _) => late(due),
            (false, true) => format!("due/{due}"),
            (false, false) => return Ok(()),
        };
        if reminded == mark || hour_in(&zone, now) < 8 {
            return Ok(());
        }
        let tx = self.db.begin().await?;
        // It may be done by now, or somebody else's.
        let sql = "update jy_task set reminded = $1 where id = $2 and state = 'open' and due_on = $3 and owner_email = $4";
        if tx.run(sql, params![mark.as_str(), task.id.as_str(), due.to_string(), task.who.email.as_str()]).await? > 0 {
            texts::reminder(self, &tx, &joiner, task, &mark).await?;
        }
        tx.commit().await
    }
}

/// How it is remembered that somebody was told that a task is late.
fn late(due: Date) -> String {
    format!("late/{due}")
}

/// No reminder goes out earlier than so many workdays ahead.
pub const FAREST: i64 = 20;

fn hour_in(zone: &str, now: Ms) -> i8 {
    let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
    jiff::Timestamp::from_millisecond(now.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_zoned(zone).hour()
}
