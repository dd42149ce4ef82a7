//! Interviews and panels. Only panels that programs made can be changed by programs.

use crate::Ats;
use crate::access::Caller;
use crate::paging::Page;
use crate::profiles::text_of;
use crate::refusal::{Refusal, Result};
use db::{Clauses, Row, Sql, Tx, params};
use endpoint::Nothing;
use lever_api::event::Event;
use lever_api::{
    CreateInterview, CreatePanel, Data, DeleteInterview, DeletePanel, GetInterview, GetPanel, Interview, Interviewer, List, ListInterviews,
    ListPanels, NewInterview, NewPanel, Opportunity, Panel, PanelInterview, REMINDERS, Rest, UpdateInterview, UpdatePanel, reference,
};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

const NO_FEEDBACK: &str = "no-feedback";
const SELECT: &str = "select i.*, p.timezone from interview i join panel p on p.id = i.panel_id";

pub async fn list(ats: Ats, caller: Arc<Caller>, request: ListInterviews) -> Result<List<Interview>> {
    let opportunity = ats.opportunity(request.opportunity.as_str(), &caller).await?;
    let page = Page::of(&request.query)?;
    let mut only = Clauses::default();
    only.is("opportunity_id =", opportunity.id.as_str());
    let sql = format!("select i.*, p.timezone from (select * from interview{}) i join panel p on p.id = i.panel_id", page.newest(&mut only)?);
    let mut found = ats.db.rows(&sql, only.values()).await?.iter().map(read).collect::<db::Result<Vec<_>>>()?;
    found.sort_by(|a, b| (b.created_at, &a.id).cmp(&(a.created_at, &b.id)));
    ats.complete(&opportunity, &mut found).await?;
    Ok(page.list(found, |interview| vec![json!(interview.created_at), json!(interview.id)]))
}

pub async fn get(ats: Ats, caller: Arc<Caller>, request: GetInterview) -> Result<Data<Interview>> {
    let opportunity = ats.opportunity(request.opportunity.as_str(), &caller).await?;
    ats.interview(&opportunity, request.interview.as_str()).await.map(Data::new)
}

pub async fn create(ats: Ats, caller: Arc<Caller>, request: CreateInterview) -> Result<Data<Interview>> {
    let (opportunity, actor) = ats.to_write_as(&request.opportunity, &request.query, &caller).await?;
    let panel = request.body.panel.clone().ok_or_else(|| Refusal::bad_request("Missing required parameter: panel"))?;
    let new = ats.checked(request.body).await?;
    let tx = ats.db.begin().await?;
    ats.own_panel(&tx, &opportunity, panel.as_str()).await?;
    let id = ats.add_interview(&tx, &opportunity, panel.as_str(), &new, &actor).await?;
    tx.commit().await?;
    ats.committed();
    ats.interview(&opportunity, &id).await.map(Data::new)
}

pub async fn update(ats: Ats, caller: Arc<Caller>, request: UpdateInterview) -> Result<Data<Interview>> {
    let (opportunity, _) = ats.to_write_as(&request.opportunity, &request.query, &caller).await?;
    let before = ats.interview(&opportunity, request.interview.as_str()).await?;
    let new = ats.checked(request.body).await?;
    let tx = ats.db.begin().await?;
    ats.own_panel(&tx, &opportunity, &before.panel).await?;
    ats.change_interview(&tx, &opportunity, &before.panel, &before.id, &new).await?;
    tx.commit().await?;
    ats.committed();
    ats.interview(&opportunity, &before.id).await.map(Data::new)
}

pub async fn delete(ats: Ats, caller: Arc<Caller>, request: DeleteInterview) -> Result<Nothing> {
    let (opportunity, _) = ats.to_write_as(&request.opportunity, &request.query, &caller).await?;
    let interview = ats.interview(&opportunity, request.interview.as_str()).await?;
    let tx = ats.db.begin().await?;
    ats.own_panel(&tx, &opportunity, &interview.panel).await?;
    ats.drop_interview(&tx, &opportunity, &interview).await?;
    tx.commit().await?;
    ats.committed();
    Ok(Nothing)
}

pub async fn list_panels(ats: Ats, caller: Arc<Caller>, request: ListPanels) -> Result<List<Panel>> {
    let opportunity = ats.opportunity(request.opportunity.as_str(), &caller).await?;
    let page = Page::of(&request.query)?;
    let mut only = Clauses::default();
    only.is("opportunity_id =", opportunity.id);
    let sql = format!("select * from panel{}", page.newest(&mut only)?);
    let rows = ats.db.rows(&sql, only.values()).await?;
    let panels = ats.panels(&rows).await?;
    Ok(page.list(panels, |panel| vec![json!(panel.created_at), json!(panel.id)]))
}

pub async fn get_panel(ats: Ats, caller: Arc<Caller>, request: GetPanel) -> Result<Data<Panel>> {
    let opportunity = ats.opportunity(request.opportunity.as_str(), &caller).await?;
    ats.panel(&opportunity, request.panel.as_str()).await.map(Data::new)
}

pub async fn create_panel(ats: Ats, caller: Arc<Caller>, request: CreatePanel) -> Result<Data<Panel>> {
    let (opportunity, actor) = ats.to_write_as(&request.opportunity, &request.query, &caller).await?;
    let id = ats.schedule(&opportunity, request.body, &actor, true).await?;
    ats.panel(&opportunity, &id).await.map(Data::new)
}

pub async fn update_panel(ats: Ats, caller: Arc<Caller>, request: UpdatePanel) -> Result<Data<Panel>> {
    let (opportunity, actor) = ats.to_write_as(&request.opportunity, &request.query, &caller).await?;
    let id = request.panel.as_str();
    let (panel, interviews) = ats.checked_panel(request.body, &opportunity).await?;
    let tx = ats.db.begin().await?;
    ats.own_panel(&tx, &opportunity, id).await?;
    let sql = "update panel set applications = $1, timezone = $2, reminder = $3, note = $4, external_url = $5 where id = $6";
    let values = params![text_of(&panel.applications), panel.timezone, panel.feedback_reminder, panel.note, panel.external_url, id];
    tx.run(sql, values).await?;
    // Feedback is about an interview by its id: those that are named stay the same ones.
    let there = tx.rows("select id from interview where panel_id = $1", params![id]).await?;
    let mut gone = there.iter().map(|row| row.text("id")).collect::<db::Result<BTreeSet<_>>>()?;
    for interview in &interviews {
        if interview.id.is_empty() {
            ats.add_interview(&tx, &opportunity, id, interview, &actor).await?;
        } else if gone.remove(&interview.id) {
            ats.change_interview(&tx, &opportunity, id, &interview.id, interview).await?;
        } else {
            return Err(Refusal::bad_request(format!("interviews: {:?} is none of this panel, or stands there twice", interview.id)));
        }
    }
    for interview in gone {
        ats.drop_interviews(&tx, &opportunity, "id", &interview).await?;
    }
    tx.commit().await?;
    ats.committed();
    ats.panel(&opportunity, id).await.map(Data::new)
}

pub async fn delete_panel(ats: Ats, caller: Arc<Caller>, request: DeletePanel) -> Result<Nothing> {
    let (opportunity, _) = ats.to_write_as(&request.opportunity, &request.query, &caller).await?;
    let id = request.panel.as_str();
    let tx = ats.db.begin().await?;
    ats.own_panel(&tx, &opportunity, id).await?;
    ats.drop_interviews(&tx, &opportunity, "panel_id", id).await?;
    tx.run("delete from panel where id = $1", params![id]).await?;
    tx.commit().await?;
    ats.committed();
    Ok(Nothing)
}

/// A template by its id; Lever says `no-feedback` where there is none.
fn template(given: Option<String>) -> Option<String> {
    given.filter(|template| !template.is_empty())
}

/// What can be changed of an interview, in the order of its statement.
fn columns(new: &Interview) -> Vec<db::Value> {
    params![
        new.subject.as_str(),
        new.note.as_str(),
        text_of(&new.interviewers),
        new.date,
        new.duration,
        new.location.clone(),
        new.feedback_template.clone(),
        new.feedback_reminder.as_str()
    ]
}

fn read(row: &Row) -> db::Result<Interview> {
    Ok(Interview {
        id: row.text("id")?,
        panel: row.text("panel_id")?,
        subject: row.text("subject")?,
        note: row.text("note")?,
        interviewers: row.held("interviewers")?,
        timezone: row.text("timezone")?,
        created_at: row.int("created_at")?,
        date: row.int("date")?,
        duration: row.int("duration")?,
        location: row.get("location")?,
        feedback_template: row.get("feedback_template")?,
        feedback_forms: Vec::new(),
        feedback_reminder: row.text("reminder")?,
        user: json!(row.get::<Option<String>>("person")?),
        stage: json!(row.get::<Option<String>>("stage_id")?),
        canceled_at: None,
        postings: Vec::new(),
        gcal_event_url: None,
        opportunity_id: row.text("opportunity_id")?,
        rest: Rest::new(),
    })
}

impl Ats {
    /// Makes a panel with its interviews: its id. `external`: programs made it, and only they change it.
    pub(crate) async fn schedule(&self, opportunity: &Opportunity, new: NewPanel, by: &str, external: bool) -> Result<String> {
        let (panel, interviews) = self.checked_panel(new, opportunity).await?;
        let (id, tx) = (uuid::Uuid::new_v4().to_string(), self.db.begin().await?);
        self.locked_to_add(&tx, &opportunity.id).await?;
        let sql = format!(
            "insert into panel (id, opportunity_id, applications, timezone, reminder, note, external_url, external, person, stage_id, created_at) values {}",
            db::values(1, 11)
        );
        let values = params![
            id.as_str(),
            opportunity.id.as_str(),
            text_of(&panel.applications),
            panel.timezone,
            panel.feedback_reminder,
            panel.note,
            panel.external_url,
            external,
            by,
            reference(&opportunity.stage),
            self.clock.now().0
        ];
        tx.run(&sql, values).await?;
        for interview in &interviews {
            self.add_interview(&tx, opportunity, &id, interview, by).await?;
        }
        tx.commit().await?;
        self.committed();
        Ok(id)
    }

    /// The panels that programs made: people do not change them.
    pub(crate) async fn external_panels(&self, opportunity: &str) -> db::Result<Vec<String>> {
        let sql = "select id from panel where opportunity_id = $1 and external";
        self.db.rows(sql, params![opportunity]).await?.iter().map(|row| row.text("id")).collect()
    }

    /// Takes an interview away that people scheduled and that is to come, and its panel if it was the last.
    pub(crate) async fn call_off(&self, opportunity: &Opportunity, id: &str) -> Result<()> {
        let interview = self.interview(opportunity, id).await?;
        if self.external_panels(&opportunity.id).await?.contains(&interview.panel) {
            return Err(Refusal::bad_request("A program made this interview; only the program can call it off."));
        }
        if interview.date < self.clock.now().0 || !interview.feedback_forms.is_empty() {
            return Err(Refusal::bad_request("What has taken place cannot be called off."));
        }
        let tx = self.db.begin().await?;
        self.locked(&tx, &opportunity.id).await?;
        self.drop_interview(&tx, opportunity, &interview).await?;
        tx.commit().await?;
        self.committed();
        Ok(())
    }

    async fn drop_interview(&self, tx: &Tx, opportunity: &Opportunity, interview: &Interview) -> Result<()> {
        self.drop_interviews(tx, opportunity, "id", &interview.id).await?;
        let sql = "delete from panel where id = $1 and not exists (select 1 from interview where panel_id = $1)";
        Ok(tx.run(sql, params![interview.panel.as_str()]).await.map(drop)?)
    }

    /// All of an opportunity, in the order of their beginnings.
    pub(crate) async fn interviews_of(&self, opportunity: &Opportunity) -> Result<Vec<Interview>> {
        let sql = format!("{SELECT} where i.opportunity_id = $1 order by i.date, i.id limit 200");
        let rows = self.db.rows(&sql, params![opportunity.id.as_str()]).await?;
        let mut found = rows.iter().map(read).collect::<db::Result<Vec<_>>>()?;
        self.complete(opportunity, &mut found).await?;
        Ok(found)
    }

    async fn interview(&self, opportunity: &Opportunity, id: &str) -> Result<Interview> {
        let row = self.db.row(&format!("{SELECT} where i.id = $1 and i.opportunity_id = $2"), params![id, opportunity.id.as_str()]).await?;
        let row = row.ok_or_else(|| Refusal::not_found("interviews", id))?;
        let mut found = [read(&row)?];
        self.complete(opportunity, &mut found).await?;
        let [interview] = found;
        Ok(interview)
    }

    /// What stands elsewhere: who the interviewers are, and what the opportunity applied to.
    async fn complete(&self, opportunity: &Opportunity, interviews: &mut [Interview]) -> Result<()> {
        self.name_interviewers(interviews.iter_mut().flat_map(|interview| &mut interview.interviewers)).await?;
        let application: Vec<String> = opportunity.application().iter().map(ToString::to_string).collect();
        let applications = if application.is_empty() { Vec::new() } else { self.applications_by_id(&application).await? };
        let sql = "select id, interview_id from feedback where opportunity_id = $1 and interview_id is not null and deleted_at is null order by created_at, id";
        let given = self.db.rows(sql, params![opportunity.id.as_str()]).await?;
        for interview in interviews {
            let about = given.iter().filter(|row| row.text("interview_id").is_ok_and(|of| of == interview.id));
            interview.feedback_forms = about.map(|row| Ok(json!(row.text("id")?))).collect::<db::Result<_>>()?;
            interview.postings = applications.iter().map(|application| application.posting.clone()).collect();
        }
        Ok(())
    }

    /// Names and addresses, as they are now.
    async fn name_interviewers<'a>(&self, interviewers: impl Iterator<Item = &'a mut Interviewer>) -> Result<()> {
        let interviewers: Vec<&mut Interviewer> = interviewers.collect();
        let ids: Vec<String> = interviewers.iter().map(|interviewer| interviewer.id.clone()).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let users = self.users_by_id(&ids).await?;
        for interviewer in interviewers {
            if let Some(user) = users.iter().find(|user| user.id == interviewer.id) {
                interviewer.name.clone_from(&user.name);
                interviewer.email.clone_from(&user.email);
            }
        }
        Ok(())
    }

    /// An interview as it is to be.
    async fn checked(&self, new: NewInterview) -> Result<Interview> {
        let missing = |name: &str| Refusal::bad_request(format!("Missing required parameter: {name}"));
        let interviewers = new.interviewers.filter(|list| !list.is_empty()).ok_or_else(|| missing("interviewers"))?;
        let (date, duration) = (new.date.ok_or_else(|| missing("date"))?, new.duration.ok_or_else(|| missing("duration"))?);
        if !(1..=24 * 60).contains(&duration) || !(0..=i64::MAX / 2).contains(&date) {
            return Err(Refusal::bad_request("duration must be 1 to 1440 minutes, date a time in ms"));
        }
        let reminder = new.feedback_reminder.unwrap_or_else(|| "daily".to_owned());
        if !REMINDERS.contains(&reminder.as_str()) {
            return Err(Refusal::bad_request(format!("feedbackReminder must be one of {}", REMINDERS.join(", "))));
        }
        let ids: Vec<String> = interviewers.iter().map(|interviewer| interviewer.id.clone()).collect();
        let users = self.users_by_id(&ids).await?;
        if let Some(unknown) = ids.iter().find(|id| !users.iter().any(|user| user.id == **id)) {
            return Err(Refusal::bad_request(format!("interviewers: there is no user {unknown:?}")));
        }
        let known = |i: Interviewer| Interviewer {
            id: i.id,
            feedback_template: template(i.feedback_template).or(Some(NO_FEEDBACK.to_owned())),
            ..Interviewer::default()
        };
        Ok(Interview {
            id: new.id.unwrap_or_default(),
            subject: new.subject.unwrap_or_default(),
            note: new.note.unwrap_or_default(),
            interviewers: interviewers.into_iter().map(known).collect(),
            date,
            duration,
            location: new.location.filter(|location| !location.is_empty()),
            feedback_template: template(new.feedback_template),
            feedback_reminder: reminder,
            ..Interview::default()
        })
    }

    /// A panel as it is to be, and its interviews.
    async fn checked_panel(&self, new: NewPanel, opportunity: &Opportunity) -> Result<(Panel, Vec<Interview>)> {
        let timezone = new.timezone.filter(|zone| jiff::tz::TimeZone::get(zone).is_ok());
        let timezone = timezone.ok_or_else(|| Refusal::bad_request("timezone must be an IANA name, such as Europe/Berlin"))?;
        if new.interviews.is_empty() {
            return Err(Refusal::bad_request("Missing required parameter: interviews"));
        }
        let reminder = new.feedback_reminder.unwrap_or_else(|| "daily".to_owned());
        if !REMINDERS.contains(&reminder.as_str()) {
            return Err(Refusal::bad_request(format!("feedbackReminder must be one of {}", REMINDERS.join(", "))));
        }
        let own = opportunity.application().map(|id| id.to_string());
        if let Some(other) = new.applications.iter().find(|id| own.as_ref() != Some(id)) {
            return Err(Refusal::bad_request(format!("applications: {other:?} is none of this opportunity")));
        }
        let mut interviews = Vec::new();
        for interview in new.interviews {
            let reminded = interview.feedback_reminder.clone().or_else(|| Some(reminder.clone()));
            interviews.push(self.checked(NewInterview { feedback_reminder: reminded, ..interview }).await?);
        }
        let panel = Panel {
            applications: new.applications,
            timezone,
            feedback_reminder: reminder,
            note: new.note,
            external_url: new.external_url,
            ..Panel::default()
        };
        Ok((panel, interviews))
    }

    /// The panel must be one that programs made.
    async fn own_panel(&self, tx: &Tx, opportunity: &Opportunity, id: &str) -> Result<()> {
        self.locked_to_add(tx, &opportunity.id).await?;
        let row = tx.row("select external from panel where id = $1 and opportunity_id = $2", params![id, opportunity.id.as_str()]).await?;
        match row.map(|row| row.get::<bool>("external")).transpose()? {
            None => Err(Refusal::not_found("panels", id)),
            Some(false) => Err(Refusal::bad_request("this panel is managed in Lever: only panels made over the API can be changed by it")),
            Some(true) => Ok(()),
        }
    }

    async fn add_interview(&self, tx: &Tx, opportunity: &Opportunity, panel: &str, new: &Interview, by: &str) -> Result<String> {
        let (id, now) = (uuid::Uuid::new_v4().to_string(), self.clock.now().0);
        let sql = format!(
            "insert into interview (subject, note, interviewers, date, duration, location, feedback_template, reminder, id, panel_id, opportunity_id, person, \
             stage_id, created_at) values {}",
            db::values(1, 14)
        );
        let mut values = columns(new);
        values.extend(params![id.as_str(), panel, opportunity.id.as_str(), by, reference(&opportunity.stage), now]);
        tx.run(&sql, values).await?;
        let data = json!({ "interviewId": id, "panelId": panel, "opportunityId": opportunity.id, "createdAt": now });
        self.emit(tx, Event::InterviewCreated, None, data).await?;
        Ok(id)
    }

    async fn change_interview(&self, tx: &Tx, opportunity: &Opportunity, panel: &str, id: &str, new: &Interview) -> Result<()> {
        let sql = "update interview set subject = $1, note = $2, interviewers = $3, date = $4, duration = $5, location = $6, feedback_template = $7, \
                   reminder = $8 where id = $9";
        let mut values = columns(new);
        values.push(id.into());
        tx.run(sql, values).await?;
        let data = json!({ "interviewId": id, "panelId": panel, "opportunityId": opportunity.id, "updatedAt": self.clock.now().0 });
        self.emit(tx, Event::InterviewUpdated, None, data).await
    }

    /// Takes interviews away, one by its id or all of a panel.
    async fn drop_interviews(&self, tx: &Tx, opportunity: &Opportunity, column: &'static str, id: &str) -> Result<()> {
        let now = self.clock.now().0;
        let gone = tx.rows(&format!("delete from interview where {column} = $1 returning id, panel_id"), params![id]).await?;
        for row in gone {
            let data = json!({ "interviewId": row.text("id")?, "panelId": row.text("panel_id")?, "opportunityId": opportunity.id, "deletedAt": now });
            self.emit(tx, Event::InterviewDeleted, None, data).await?;
        }
        Ok(())
    }

    async fn panel(&self, opportunity: &Opportunity, id: &str) -> Result<Panel> {
        let row = self.db.row("select * from panel where id = $1 and opportunity_id = $2", params![id, opportunity.id.as_str()]).await?;
        let row = row.ok_or_else(|| Refusal::not_found("panels", id))?;
        self.panels(&[row]).await?.pop().ok_or_else(|| Refusal::not_found("panels", id))
    }

    /// Panels with their interviews, in one more query for all.
    async fn panels(&self, rows: &[Row]) -> Result<Vec<Panel>> {
        let ids = rows.iter().map(|row| row.text("id")).collect::<db::Result<Vec<_>>>()?;
        let mut only = Clauses::default();
        only.any_of("i.panel_id", &ids);
        let found =
            if ids.is_empty() { Vec::new() } else { self.db.rows(&format!("{SELECT}{} order by i.date, i.id", only.sql()), only.values()).await? };
        let mut interviews = found.iter().map(read).collect::<db::Result<Vec<_>>>()?;
        self.name_interviewers(interviews.iter_mut().flat_map(|interview| &mut interview.interviewers)).await?;
        let panel = |row: &Row| -> db::Result<Panel> {
            let id = row.text("id")?;
            let of: Vec<&Interview> = interviews.iter().filter(|interview| interview.panel == id).collect();
            let ends = of.iter().map(|interview| interview.date + interview.duration * 60_000).max();
            let part = |i: &&Interview| PanelInterview {
                id: i.id.clone(),
                date: i.date,
                duration: i.duration,
                feedback_reminder: i.feedback_reminder.clone(),
                feedback_template: i.feedback_template.clone().or(Some(NO_FEEDBACK.to_owned())),
                interviewers: i
                    .interviewers
                    .iter()
                    .map(|who| Interviewer { response_status: Some("needsAction".to_owned()), ..who.clone() })
                    .collect(),
                location: i.location.clone(),
                note: i.note.clone(),
                subject: i.subject.clone(),
            };
            Ok(Panel {
                applications: row.held("applications")?,
                canceled_at: None,
                created_at: row.int("created_at")?,
                start: of.first().map_or(0, |interview| interview.date),
                end: ends.unwrap_or(0),
                externally_managed: row.get("external")?,
                external_url: row.get("external_url")?,
                feedback_reminder: row.text("reminder")?,
                interviews: of.iter().map(part).collect(),
                note: row.get("note")?,
                stage: json!(row.get::<Option<String>>("stage_id")?),
                timezone: row.text("timezone")?,
                user: json!(row.get::<Option<String>>("person")?),
                rest: Rest::new(),
                id,
            })
        };
        Ok(rows.iter().map(panel).collect::<db::Result<Vec<_>>>()?)
    }
}
