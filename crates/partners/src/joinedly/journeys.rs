//! Journeys as templates: what is to be done, by whom and when; and the rules that choose one for a joiner.

use crate::Partners;
use db::{Row, Sql, params};
use joinedly_api::JoinerChange;

/// When a task is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// Workdays before the start.
    Before,
    /// On a workday at work, counted from 1.
    On,
    /// Workdays after another task was done.
    After,
}

impl Timing {
    pub const ALL: [Self; 3] = [Self::Before, Self::On, Self::After];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::On => "on",
            Self::After => "after",
        }
    }

    pub fn read(name: &str) -> Self {
        Self::ALL.into_iter().find(|t| t.name() == name).unwrap_or(Self::On)
    }

    /// The block a task stands in.
    pub fn block(self, days: i64, after: &str) -> String {
        let workdays = if days == 1 { "1 workday".to_owned() } else { format!("{days} workdays") };
        match (self, days) {
            (Self::Before, _) => format!("{workdays} before the start"),
            (Self::On, _) => format!("Workday {days}"),
            (Self::After, 0) => format!("When \u{201c}{after}\u{201d} is done"),
            (Self::After, _) => format!("{workdays} after \u{201c}{after}\u{201d}"),
        }
    }
}

/// Who does a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    Joiner,
    Manager,
    Buddy,
    /// Somebody by name.
    Person,
}

impl Owner {
    pub const ALL: [Self; 4] = [Self::Joiner, Self::Manager, Self::Buddy, Self::Person];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Joiner => "joiner",
            Self::Manager => "manager",
            Self::Buddy => "buddy",
            Self::Person => "person",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Joiner => "The new hire",
            Self::Manager => "Their manager",
            Self::Buddy => "Their buddy",
            Self::Person => "Somebody by name",
        }
    }

    pub fn read(name: &str) -> Self {
        Self::ALL.into_iter().find(|o| o.name() == name).unwrap_or(Self::Joiner)
    }
}

/// One thing to be done.
#[derive(Clone, Debug)]
pub struct Step {
    pub id: String,
    pub journey: String,
    pub title: String,
    pub details: String,
    pub timing: Timing,
    pub days: i64,
    /// The step it comes after.
    pub after: Option<String>,
    pub owner: Owner,
    pub owner_name: String,
    pub owner_email: String,
    /// Workdays before it is due that a reminder goes out; negative: none does.
    pub remind: i64,
}

/// A journey.
#[derive(Clone, Debug)]
pub struct Journey {
    pub id: String,
    pub name: String,
    /// For whoever no rule fits.
    pub is_default: bool,
}

/// A rule that chooses a journey.
#[derive(Clone, Debug)]
pub struct Rule {
    pub id: String,
    /// One of [`FIELDS`].
    pub field: String,
    pub value: String,
    pub journey: String,
}

/// What rules can ask about: name, and what people call it.
pub const FIELDS: [(&str, &str); 4] = [("office", "Office"), ("team", "Team"), ("department", "Department"), ("work_type", "Work type")];

fn journey(row: &Row) -> db::Result<Journey> {
    Ok(Journey { id: row.text("id")?, name: row.text("name")?, is_default: row.get("is_default")? })
}

fn step(row: &Row) -> db::Result<Step> {
    Ok(Step {
        id: row.text("id")?,
        journey: row.text("journey")?,
        title: row.text("title")?,
        details: row.text("details")?,
        timing: Timing::read(&row.text("timing")?),
        days: row.int("days")?,
        after: row.get("after_step")?,
        owner: Owner::read(&row.text("owner")?),
        owner_name: row.text("owner_name")?,
        owner_email: row.text("owner_email")?,
        remind: row.int("remind")?,
    })
}

impl Partners {
    pub(crate) async fn journeys(&self) -> db::Result<Vec<Journey>> {
        self.db.rows("select * from jy_journey order by created_at, id", vec![]).await?.iter().map(journey).collect()
    }

    pub(crate) async fn journey(&self, db: &impl Sql, id: &str) -> db::Result<Option<Journey>> {
        let row = db.row("select * from jy_journey where id = $1", params![id]).await?;
        row.map(|row| journey(&row)).transpose()
    }

    /// The steps of a journey, in their order.
    pub(crate) async fn steps(&self, db: &impl Sql, journey: &str) -> db::Result<Vec<Step>> {
        let rows = db.rows("select * from jy_step where journey = $1 order by position, id", params![journey]).await?;
        rows.iter().map(step).collect()
    }

    pub(crate) async fn rules(&self, db: &impl Sql) -> db::Result<Vec<Rule>> {
        let rows = db.rows("select * from jy_rule order by position, id", vec![]).await?;
        let read = |row: &Row| Ok(Rule { id: row.text("id")?, field: row.text("field")?, value: row.text("value")?, journey: row.text("journey")? });
        rows.iter().map(read).collect()
    }

    /// The journey for a joiner: that of the first rule that fits, else the default one, else none. `office` and `team` are
    /// the names of theirs.
    pub(crate) async fn choose_journey(&self, db: &impl Sql, about: &JoinerChange, office: &str, team: &str) -> db::Result<Option<Journey>> {
        let fits = |rule: &&Rule| {
            let value = match rule.field.as_str() {
                "office" => office,
                "team" => team,
                "department" => about.department.as_deref().unwrap_or_default(),
                _ => about.work_type.as_deref().unwrap_or_default(),
            };
            value == rule.value
        };
        if let Some(rule) = self.rules(db).await?.iter().find(fits)
            && let Some(journey) = self.journey(db, &rule.journey).await?
        {
            return Ok(Some(journey));
        }
        let row = db.row("select * from jy_journey where is_default = $1 order by created_at, id limit 1", params![true]).await?;
        row.map(|row| journey(&row)).transpose()
    }

    /// A new journey, empty. The first is the default one.
    pub(crate) async fn add_journey(&self, name: &str) -> db::Result<String> {
        let id = uuid::Uuid::new_v4().to_string();
        let is_first = self.journeys().await?.is_empty();
        let sql = "insert into jy_journey (id, name, is_default, created_at) values ($1, $2, $3, $4)";
        self.db.run(sql, params![id.as_str(), name.trim(), is_first, self.clock.now().0]).await?;
        self.lobby.changed();
        Ok(id)
    }

    /// From now on for whoever no rule fits.
    pub(crate) async fn make_default(&self, id: &str) -> db::Result<()> {
        self.db.run("update jy_journey set is_default = (id = $1)", params![id]).await.map(drop)
    }

    /// Adds a step at the end, or writes over the one with its id; or a sentence why not. Journeys that began already keep their
    /// tasks.
    pub(crate) async fn put_step(&self, step: &Step) -> db::Result<Result<(), String>> {
        if let Err(why) = sensible(step, &self.steps(&self.db, &step.journey).await?) {
            return Ok(Err(why));
        }
        let sql = "insert into jy_step (id, journey, position, title, details, timing, days, after_step, owner, owner_name, owner_email, remind) \
                   select $1, $2, coalesce(max(position), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11 from jy_step where journey = $2 \
                   on conflict (id) do update set title = excluded.title, details = excluded.details, timing = excluded.timing, days = excluded.days, \
                   after_step = excluded.after_step, owner = excluded.owner, owner_name = excluded.owner_name, owner_email = excluded.owner_email, \
                   remind = excluded.remind where jy_step.journey = excluded.journey";
        let values = params![
            step.id.as_str(),
            step.journey.as_str(),
            step.title.trim(),
            step.details.trim(),
            step.timing.name(),
            step.days,
            step.after.clone().filter(|_| step.timing == Timing::After),
            step.owner.name(),
            step.owner_name.trim(),
            step.owner_email.trim(),
            step.remind
        ];
        self.db.run(sql, values).await?;
        self.lobby.changed();
        Ok(Ok(()))
    }

    /// Takes a step away; what came after it stands on the start date from then on. Whether anything did.
    pub(crate) async fn remove_step(&self, journey: &str, id: &str) -> db::Result<bool> {
        let tx = self.db.begin().await?;
        let after = "update jy_step set timing = case when timing = 'after' then 'on' else timing end, after_step = null, days = 1 where journey = $1 and after_step = $2";
        let moved = tx.run(after, params![journey, id]).await? > 0;
        tx.run("delete from jy_step where journey = $1 and id = $2", params![journey, id]).await?;
        tx.commit().await?;
        self.lobby.changed();
        Ok(moved)
    }

    pub(crate) async fn add_rule(&self, field: &str, value: &str, journey: &str) -> db::Result<Result<(), String>> {
        if !FIELDS.iter().any(|(known, _)| *known == field) || value.trim().is_empty() || self.journey(&self.db, journey).await?.is_none() {
            return Ok(Err("A rule has something it asks about, a value, and a journey.".to_owned()));
        }
        let id = uuid::Uuid::new_v4().to_string();
        let sql = "insert into jy_rule (id, position, field, value, journey) select $1, coalesce(max(position), 0) + 1, $2, $3, $4 from jy_rule";
        self.db.run(sql, params![id, field, value.trim(), journey]).await?;
        self.lobby.changed();
        Ok(Ok(()))
    }

    pub(crate) async fn remove_rule(&self, id: &str) -> db::Result<()> {
        self.db.run("delete from jy_rule where id = $1", params![id]).await?;
        self.lobby.changed();
        Ok(())
    }
}

/// Why a step cannot be as it is.
fn sensible(step: &Step, others: &[Step]) -> Result<(), String> {
    if step.title.trim().is_empty() || step.title.chars().count() > 200 {
        return Err("A task has a title of 1 to 200 characters.".to_owned());
    }
    if step.details.chars().count() > 5000 {
        return Err("What is to be done has at most 5,000 characters.".to_owned());
    }
    let least = if step.timing == Timing::After { 0 } else { 1 };
    if step.days < least || step.days > 500 {
        return Err(format!("The number of workdays is {least} to 500."));
    }
    if step.timing == Timing::After {
        // Follow the chain: a task that waits for itself is never due.
        let mut next = step.after.clone();
        for _ in 0..=others.len() {
            match next {
                None => break,
                Some(id) if id == step.id => return Err("A task cannot wait for itself, not even around others.".to_owned()),
                Some(id) => next = others.iter().find(|o| o.id == id).and_then(|o| o.after.clone()),
            }
        }
        if !step.after.as_ref().is_some_and(|after| others.iter().any(|o| o.id == *after)) {
            return Err("Say which task it comes after.".to_owned());
        }
    }
    if step.owner == Owner::Person && (step.owner_name.trim().is_empty() || !step.owner_email.contains('@')) {
        return Err("Somebody by name has a name and an e-mail address.".to_owned());
    }
    Ok(())
}
