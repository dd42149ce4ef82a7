//! Jobs people can be referred to. They come from the applicant tracking system; nobody makes them here.

use crate::Partners;
use db::vault::random_hex;
use db::{Row, Sql, params};
use job_ring_api::Jobs;

/// A job.
#[derive(Clone, Debug)]
pub struct Job {
    pub id: String,
    pub title: String,
    pub location: String,
    pub team: String,
    pub work_type: String,
    pub url: String,
    pub manager_email: String,
    pub open: bool,
    /// Stands in the link that is passed around.
    pub code: String,
}

impl Job {
    /// `Berlin · Engineering · Full-time`
    pub fn facts(&self) -> String {
        [&self.location, &self.team, &self.work_type].into_iter().filter(|text| !text.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" · ")
    }
}

fn read(row: &Row) -> db::Result<Job> {
    Ok(Job {
        id: row.text("id")?,
        title: row.text("title")?,
        location: row.text("location")?,
        team: row.text("team")?,
        work_type: row.text("work_type")?,
        url: row.text("url")?,
        manager_email: row.text("manager_email")?,
        open: row.get("open")?,
        code: row.text("code")?,
    })
}

impl Partners {
    /// Brings jobs up to date. A link that is passed around goes on leading to its job.
    pub(super) async fn put_jobs(&self, jobs: &Jobs) -> db::Result<()> {
        let (now, tx) = (self.clock.now().0, self.db.begin().await?);
        if jobs.whole {
            tx.run("update jr_job set open = $1, changed_at = $2 where open", params![false, now]).await?;
        }
        let (open, closed): (Vec<_>, Vec<_>) = jobs.data.iter().partition(|job| job.open);
        let closed = closed.into_iter().map(|job| (&job.id, false));
        let switched: Vec<_> = jobs.others.iter().map(|id| (id, true)).chain(closed).collect();
        for (id, is_open) in switched {
            tx.run("update jr_job set open = $1, changed_at = $2 where id = $3", params![is_open, now, id.as_str()]).await?;
        }
        for chunk in open.chunks(100) {
            let sql = format!(
                "insert into jr_job (id, title, location, team, work_type, url, manager_email, open, code, changed_at) values {} \
                 on conflict (id) do update set title = excluded.title, location = excluded.location, team = excluded.team, work_type = excluded.work_type, \
                 url = excluded.url, manager_email = excluded.manager_email, open = excluded.open, changed_at = excluded.changed_at",
                db::values(chunk.len(), 10)
            );
            let row = |j: &&job_ring_api::Job| {
                let texts = [&j.id, &j.title, &j.location, &j.team, &j.work_type, &j.url, &j.hiring_manager_email];
                let rest: Vec<db::Value> = vec![j.open.into(), random_hex(6).into(), now.into()];
                texts.into_iter().map(|text| db::Value::from(text.as_str())).chain(rest).collect::<Vec<_>>()
            };
            tx.run(&sql, chunk.iter().flat_map(row).collect()).await?;
        }
        tx.commit().await?;
        self.lobby.changed();
        Ok(())
    }

    pub(super) async fn open_jobs(&self) -> db::Result<Vec<Job>> {
        self.db.rows("select * from jr_job where open order by lower(title), location, id", vec![]).await?.iter().map(read).collect()
    }

    pub(super) async fn jr_job(&self, db: &impl Sql, id: &str) -> db::Result<Option<Job>> {
        db.row("select * from jr_job where id = $1", params![id]).await?.map(|row| read(&row)).transpose()
    }

    pub(super) async fn job_by_code(&self, code: &str) -> db::Result<Option<Job>> {
        self.db.row("select * from jr_job where code = $1", params![code]).await?.map(|row| read(&row)).transpose()
    }
}
