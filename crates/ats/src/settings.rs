//! What a Super Admin sets up: stages, archive reasons, locations, departments, teams, and which events are told.

use crate::Ats;
use crate::access::Caller;
use crate::paging::Page;
use crate::refusal::{Refusal, Result};
use db::{Sql, Tx, params};
use lever_api::event::Event;
use lever_api::{
    ArchiveReason, Data, DispositionReason, DispositionStage, Dispositions, GetArchiveReason, GetStage, List, ListArchiveReasons,
    ListDispositionStages, ListStages, Rest, Stage,
};
use std::sync::Arc;

pub async fn list_stages(ats: Ats, _: Arc<Caller>, request: ListStages) -> Result<List<Stage>> {
    Page::of(&request.query)?.of_all(ats.stages().await?, |stage| &stage.id)
}

pub async fn get_stage(ats: Ats, _: Arc<Caller>, request: GetStage) -> Result<Data<Stage>> {
    let stage = ats.stages().await?.into_iter().find(|stage| stage.id == request.stage.as_str());
    stage.map(Data::new).ok_or_else(|| Refusal::not_found("stages", request.stage.as_str()))
}

pub async fn list_reasons(ats: Ats, _: Arc<Caller>, request: ListArchiveReasons) -> Result<List<ArchiveReason>> {
    let page = Page::of(&request.query)?;
    let wanted = request.query.kind;
    let fits = ats.archive_reasons().await?.into_iter().filter(|r| wanted.as_ref().is_none_or(|kind| *kind == r.kind));
    page.of_all(fits.collect(), |reason| &reason.id)
}

pub async fn get_reason(ats: Ats, _: Arc<Caller>, request: GetArchiveReason) -> Result<Data<ArchiveReason>> {
    let reason = ats.archive_reasons().await?.into_iter().find(|reason| reason.id == request.archive_reason.as_str());
    reason.map(Data::new).ok_or_else(|| Refusal::not_found("archive_reasons", request.archive_reason.as_str()))
}

pub async fn dispositions(ats: Ats, _: Arc<Caller>, _: ListDispositionStages) -> Result<Data<Dispositions>> {
    let stages = ats.pipeline_stages().await?;
    let reason = |r: ArchiveReason| DispositionReason { kind: Some(r.kind).filter(|kind| kind == "hired"), id: r.id, text: r.text, status: r.status };
    Ok(Data::new(Dispositions { stages, archive_reasons: ats.archive_reasons().await?.into_iter().map(reason).collect() }))
}

/// Of the pipeline, in order.
const SECTIONS: [&str; 5] = ["lead", "applicant", "screen", "onsite", "offer"];

/// A department and its teams.
pub struct Department {
    /// Its name.
    pub name: String,
    /// Names of its teams.
    pub teams: Vec<String>,
}

impl Ats {
    /// In pipeline order.
    pub(crate) async fn stages(&self) -> db::Result<Vec<Stage>> {
        let rows = self.db.rows("select id, text from stage order by position, id", vec![]).await?;
        rows.iter().map(|row| Ok(Stage { id: row.text("id")?, text: row.text("text")?, rest: Rest::new() })).collect()
    }

    /// In pipeline order, with their sections.
    pub(crate) async fn pipeline_stages(&self) -> db::Result<Vec<DispositionStage>> {
        let mut stages: Vec<DispositionStage> = Vec::new();
        for row in &self.db.rows("select id, text, section from stage order by position, id", vec![]).await? {
            let pipeline = row.text("section")?;
            let section = SECTIONS.iter().position(|known| *known == pipeline).unwrap_or(SECTIONS.len());
            let before = stages.iter().filter(|stage| stage.pipeline == pipeline).count();
            // Each section has a hundred places, of which every second one is free.
            let rank = i32::try_from(section * 100 + before * 2 + 1).unwrap_or(i32::MAX);
            let has_interview = matches!(pipeline.as_str(), "screen" | "onsite");
            stages.push(DispositionStage { id: row.text("id")?, text: row.text("text")?, rank: rank.into(), has_interview, pipeline });
        }
        Ok(stages)
    }

    /// Adds a stage behind another, in its section; whether the other is there.
    pub(crate) async fn add_stage(&self, text: &str, after: &str, by: Option<&str>) -> db::Result<bool> {
        let tx = self.db.begin().await?;
        let Some(row) = tx.row("select section, position from stage where id = $1", params![after]).await? else { return Ok(false) };
        let (section, position) = (row.text("section")?, row.int("position")?);
        tx.run("update stage set position = position + 1 where position > $1", params![position]).await?;
        let id = uuid::Uuid::new_v4().to_string();
        let sql = "insert into stage (id, text, section, position) values ($1, $2, $3, $4)";
        tx.run(sql, params![id.as_str(), text, section, position + 1]).await?;
        self.place_everybody(&tx).await?;
        self.audit(&tx, "stage:added", by, &id, text).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Stages are in another order now: lists of opportunities go by it.
    async fn place_everybody(&self, tx: &Tx) -> db::Result<()> {
        let position = "(select position from stage s where s.id = opportunity.stage_id)";
        tx.run(&format!("update opportunity set stage_position = {position} where stage_position <> {position}"), vec![]).await.map(drop)
    }

    /// A stage changes places with the one before it, within its section; whether it did.
    pub(crate) async fn raise_stage(&self, id: &str, by: Option<&str>) -> db::Result<bool> {
        let tx = self.db.begin().await?;
        let Some(row) = tx.row("select text, section, position from stage where id = $1", params![id]).await? else { return Ok(false) };
        let (text, section, position) = (row.text("text")?, row.text("section")?, row.int("position")?);
        let before = "select id, position from stage where section = $1 and position < $2 order by position desc limit 1";
        let Some(other) = tx.row(before, params![section, position]).await? else { return Ok(false) };
        for (id, position) in [(id.to_owned(), other.int("position")?), (other.text("id")?, position)] {
            tx.run("update stage set position = $1 where id = $2", params![position, id]).await?;
        }
        self.place_everybody(&tx).await?;
        self.audit(&tx, "stage:moved", by, id, &text).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Takes a stage away in which nobody is; or a sentence why it stays.
    pub(crate) async fn delete_stage(&self, id: &str, by: Option<&str>) -> db::Result<std::result::Result<(), String>> {
        let tx = self.db.begin().await?;
        let Some(row) = tx.row("select text from stage where id = $1", params![id]).await? else {
            return Ok(Err("There is no such stage.".to_owned()));
        };
        let text = row.text("text")?;
        if crate::setup::is_system_stage(id) {
            return Ok(Err(format!("\"{text}\" is one of the stages every account has: it stays.")));
        }
        if tx.row("select 1 as one from opportunity where stage_id = $1 and deleted_at is null limit 1", params![id]).await?.is_some() {
            return Ok(Err(format!("Somebody is in \"{text}\", perhaps archived: only empty stages can be deleted.")));
        }
        tx.run("delete from stage where id = $1", params![id]).await?;
        self.audit(&tx, "stage:deleted", by, id, &text).await?;
        tx.commit().await?;
        Ok(Ok(()))
    }

    /// Adds an archive reason that makes no hire.
    pub(crate) async fn add_reason(&self, text: &str, by: Option<&str>) -> db::Result<()> {
        let (id, tx) = (uuid::Uuid::new_v4().to_string(), self.db.begin().await?);
        let sql = "insert into archive_reason (id, text, status, kind, position) select $1, $2, 'active', 'non-hired', coalesce(max(position), 0) + 1 from archive_reason";
        tx.run(sql, params![id.as_str(), text]).await?;
        self.audit(&tx, "archive_reason:added", by, &id, text).await?;
        tx.commit().await
    }

    /// Takes an archive reason out of use, or back into it; whether it is there. Whoever was archived with it stays so.
    pub(crate) async fn use_reason(&self, id: &str, on: bool, by: Option<&str>) -> db::Result<bool> {
        let (status, tx) = (if on { "active" } else { "inactive" }, self.db.begin().await?);
        if tx.run("update archive_reason set status = $1 where id = $2", params![status, id]).await? == 0 {
            return Ok(false);
        }
        self.audit(&tx, "archive_reason:changed", by, id, status).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// A stage gets another name; whether it is there.
    pub(crate) async fn rename_stage(&self, id: &str, text: &str, by: Option<&str>) -> db::Result<bool> {
        let tx = self.db.begin().await?;
        if tx.run("update stage set text = $1 where id = $2", params![text, id]).await? == 0 {
            return Ok(false);
        }
        self.audit(&tx, "stage:renamed", by, id, text).await?;
        tx.commit().await?;
        Ok(true)
    }

    pub(crate) async fn archive_reasons(&self) -> db::Result<Vec<ArchiveReason>> {
        let rows = self.db.rows("select * from archive_reason order by position, id", vec![]).await?;
        rows.iter()
            .map(|row| {
                Ok(ArchiveReason {
                    id: row.text("id")?,
                    text: row.text("text")?,
                    status: row.text("status")?,
                    kind: row.text("kind")?,
                    rest: Rest::new(),
                })
            })
            .collect()
    }

    /// Names of a plain list: `location`, `work_type`.
    pub(crate) async fn names(&self, table: &'static str) -> db::Result<Vec<String>> {
        let rows = self.db.rows(&format!("select name from {table} order by lower(name), name"), vec![]).await?;
        rows.iter().map(|row| row.text("name")).collect()
    }

    pub(crate) async fn departments(&self) -> db::Result<Vec<Department>> {
        let mut all: Vec<Department> = self.names("department").await?.into_iter().map(|name| Department { name, teams: Vec::new() }).collect();
        for row in self.db.rows("select name, department from team order by lower(name), name", vec![]).await? {
            let (team, department) = (row.text("name")?, row.text("department")?);
            match all.iter_mut().find(|d| d.name == department) {
                Some(found) => found.teams.push(team),
                None => all.push(Department { name: department, teams: vec![team] }),
            }
        }
        Ok(all)
    }

    /// Adds a location, department or work type, if it is not there yet.
    pub(crate) async fn add_name(&self, tx: &impl Sql, table: &'static str, name: &str) -> db::Result<()> {
        tx.run(&format!("insert into {table} (name) values ($1) on conflict do nothing"), params![name]).await.map(drop)
    }

    /// Adds a team, if it is not there yet. Lever lets a posting have a team without a department; so do we.
    pub(crate) async fn add_team(&self, tx: &impl Sql, name: &str, department: &str) -> db::Result<()> {
        tx.run("insert into team (name, department) values ($1, $2) on conflict do nothing", params![name, department]).await.map(drop)
    }

    /// Whether the event group is switched on. Off, nothing is sent, also for webhooks made through the API.
    pub(crate) async fn is_told(&self, tx: &impl Sql, event: Event) -> db::Result<bool> {
        let row = tx.row("select is_on from event_switch where event = $1", params![event.wire()]).await?;
        row.map_or(Ok(false), |row| row.get("is_on"))
    }

    /// Switches an event group.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tell(&self, event: Event, on: bool, by: Option<&str>) -> db::Result<()> {
        let tx = self.db.begin().await?;
        tx.run(
            "insert into event_switch (event, is_on) values ($1, $2) on conflict (event) do update set is_on = excluded.is_on",
            params![event.wire(), on],
        )
        .await?;
        self.audit(&tx, if on { "webhook.event:on" } else { "webhook.event:off" }, by, event.wire(), event.label()).await?;
        tx.commit().await
    }

    /// The account's name and package.
    pub(crate) async fn account(&self) -> db::Result<(String, String)> {
        let row = self.db.row("select name, package from account", vec![]).await?;
        row.map_or(Ok((String::new(), String::new())), |row| Ok((row.text("name")?, row.text("package")?)))
    }

    /// Why this account may have no integrations, if so.
    pub(crate) fn wrong_package(package: &str) -> Option<String> {
        let fits = package.starts_with("LeverTRM");
        (!fits).then(|| format!("This account has the package {package}. Integrations need LeverTRM or LeverTRM for Enterprise."))
    }

    /// Changes the package the account has paid for: `LeverTRM`, `LeverTRM for Enterprise` or `Lever Basic`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_package(&self, package: &str) -> db::Result<()> {
        self.db.run("update account set package = $1", params![package]).await.map(drop)
    }
}
