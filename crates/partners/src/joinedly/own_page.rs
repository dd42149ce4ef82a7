//! What somebody sees who holds a private link: their own tasks in one journey. Nobody signs in here.

use super::APP;
use super::joiner_pages::{blocks, date};
use super::journeys::Owner;
use super::links::Holder;
use super::tasks::Task;
use crate::Partners;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, Response};
use axum::routing::{get, post};
use joinedly_api::State as Journey;
use web::{Fields, Problem, Shell, html, see_other, ui};

pub fn routes() -> Router<Partners> {
    Router::new()
        .route("/joinedly/my/{token}", get(show))
        .route("/joinedly/my/{token}/tasks/{task}", post(done))
        .route("/joinedly/my/{token}/tasks/{task}/comments", post(comment))
}

/// Whoever holds the link; or a page that says why it leads nowhere.
async fn holder(partners: &Partners, token: &str) -> Result<Holder, Problem> {
    let no = |title: &str, why: &str| Problem::new(StatusCode::NOT_FOUND, title, why).ending_here();
    let ask = "Whoever sent it to you can send a new one.";
    let holder = partners.holder(token).await?.ok_or_else(|| no("This link leads nowhere", &format!("It may be cut off, or mistyped. {ask}")))?;
    if holder.expired {
        return Err(no("This link has expired", &format!("It was good for half a year. {ask}")));
    }
    if holder.joiner.state == Journey::Cancelled {
        return Err(no("There is nothing to do here any more", "This journey was called off."));
    }
    Ok(holder)
}

impl Holder {
    fn name(&self, tasks: &[Task]) -> String {
        if self.owner == Owner::Joiner {
            return self.joiner.name.clone();
        }
        tasks.first().map(|t| t.who.name.clone()).filter(|name| !name.is_empty()).unwrap_or_else(|| self.email.clone())
    }

    fn has(&self, task: &Task) -> bool {
        task.owner == self.owner && (self.owner == Owner::Joiner || task.who.email.trim().eq_ignore_ascii_case(&self.email))
    }

    async fn tasks(&self, partners: &Partners) -> db::Result<Vec<Task>> {
        let mut tasks = partners.tasks(&partners.db, &self.joiner.id).await?;
        tasks.retain(|task| self.has(task));
        Ok(tasks)
    }
}

async fn show(State(partners): State<Partners>, Path(token): Path<String>) -> Result<Html<String>, Problem> {
    let holder = holder(&partners, &token).await?;
    let joiner = &holder.joiner;
    let all = partners.tasks(&partners.db, &joiner.id).await?;
    let tasks: Vec<Task> = all.iter().filter(|task| holder.has(task)).cloned().collect();
    let ids: Vec<&str> = tasks.iter().map(|t| t.id.as_str()).collect();
    let comments: Vec<_> = partners.comments(&joiner.id).await?.into_iter().filter(|c| ids.contains(&c.task.as_str())).collect();
    let today = partners.today_of(&partners.db, &joiner.about).await?;
    let done = tasks.iter().filter(|t| t.done_at.is_some()).count();
    let company = partners.jy_setting("company").await?;
    let first = joiner.about.first_name.as_deref().unwrap_or_default();
    let start = joiner.starts_on().map(date).unwrap_or_default();
    let title = if holder.owner == Owner::Joiner { format!("Welcome, {first}!") } else { format!("The journey of {}", joiner.name) };
    let hint = if start.is_empty() { company.clone() } else { format!("{company} · the first day is {start}") };
    let main = html! {
        (ui::heading(&title, &hint, &html! {}))
        section.card.middle {
            h2 { "What there is to do" }
            @if tasks.is_empty() { p.soft { "Nothing. We look forward to seeing you." } } @else {
                p { (done) " of " (tasks.len()) " done." }
                progress max=(tasks.len()) value=(done) aria-label="How far you are" {}
                (blocks(&all, &tasks, &comments, today, &format!("/joinedly/my/{token}"), true))
            }
        }
    };
    let shell = Shell {
        brand: "Joinedly".into(),
        home: format!("/joinedly/my/{token}"),
        side: APP,
        here: format!("/joinedly/my/{token}"),
        ..Shell::default()
    };
    Ok(shell.page(&title, &main))
}

async fn done(State(partners): State<Partners>, Path((token, task)): Path<(String, String)>, fields: Fields) -> Result<Response, Problem> {
    let holder = holder(&partners, &token).await?;
    let (tasks, here) = (holder.tasks(&partners).await?, format!("/joinedly/my/{token}"));
    let theirs = tasks.iter().any(|t| t.id == task);
    if !theirs || !partners.set_done(&holder.joiner.id, &task, fields.is_on("done"), &holder.name(&tasks)).await? {
        return Err(Problem::bad_request("This task cannot be done now: it waits for another, or is somebody else's.").way_on("Back", here));
    }
    Ok(see_other(&here))
}

async fn comment(State(partners): State<Partners>, Path((token, task)): Path<(String, String)>, fields: Fields) -> Result<Response, Problem> {
    let holder = holder(&partners, &token).await?;
    let (tasks, here) = (holder.tasks(&partners).await?, format!("/joinedly/my/{token}"));
    let back = |why: String| Problem::bad_request(why).way_on("Back", here.clone());
    if !tasks.iter().any(|t| t.id == task) {
        return Err(back("This task is somebody else's.".to_owned()));
    }
    partners.comment(&holder.joiner.id, &task, &holder.name(&tasks), fields.get("body")).await?.map_err(back)?;
    Ok(see_other(&here))
}
