//! Joiners: made and changed by programs or people, each with one journey.

use super::places::Kind;
use super::tasks::today_in;
use super::texts;
use super::{APP, told};
use crate::Partners;
use clock::Ms;
use db::{Row, Sql, Tx, params};
use jiff::civil::Date;
use joinedly_api::{JoinerChange, SameEmail, State, Who};
use std::collections::HashMap;

/// A joiner as stored.
#[derive(Clone, Debug)]
pub struct Joiner {
    pub id: String,
    /// What is known of them.
    pub about: JoinerChange,
    pub name: String,
    pub state: State,
    /// Empty: there was none to choose.
    pub journey: String,
    pub buddy: Who,
    pub cancelled_why: String,
    /// When the journey began, or began anew; 0: it has not.
    pub begun_at: Ms,
    pub created_at: Ms,
}

impl Joiner {
    pub fn starts_on(&self) -> Option<Date> {
        self.about.start_date.as_deref().and_then(|day| day.parse().ok())
    }

    pub fn email(&self) -> &str {
        self.about.email.as_deref().unwrap_or_default()
    }
}

/// What people here may change of a joiner; what is none is taken away.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    pub start_date: Option<String>,
    pub office: Option<String>,
    pub team: Option<String>,
    pub buddy: Option<Who>,
}

/// Why a joiner is not made or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// What was sent makes no sense: the sentences.
    Invalid(String),
    /// Another joiner, by id and name, has the e-mail.
    SameEmail(String, String),
}

/// What became of a joiner.
pub struct Put {
    pub id: String,
    pub created: bool,
}

/// Longer values are a mistake. Characters.
const LONGEST: usize = 500;

pub(super) fn read(row: &Row) -> db::Result<Joiner> {
    let state = row.text("state")?;
    Ok(Joiner {
        id: row.text("id")?,
        about: row.held("doc")?,
        name: row.text("name")?,
        state: [State::Waiting, State::Started, State::Completed].into_iter().find(|s| s.name() == state).unwrap_or(State::Cancelled),
        journey: row.text("journey")?,
        buddy: Who { name: row.text("buddy_name")?, email: row.text("buddy_email")? },
        cancelled_why: row.text("cancelled_why")?,
        begun_at: Ms(row.int("begun_at")?),
        created_at: Ms(row.int("created_at")?),
    })
}

/// What is given replaces what is there.
fn merge(about: &mut JoinerChange, change: &JoinerChange) {
    macro_rules! take {
        ($($field:ident),*) => { $(if change.$field.is_some() { about.$field.clone_from(&change.$field); })* };
    }
    take!(first_name, last_name, email, phone, position, office, office_named, team, team_named, department, work_type);
    take!(manager, recruiter, start_date, profile, links);
    about.hired_at = about.hired_at.max(change.hired_at);
    if change.start_date.is_some() {
        about.start_date_assumed = change.start_date_assumed;
    }
    // Who goes to a place without an office here is not in the old one any more.
    if change.office_named.is_some() && change.office.is_none() {
        about.office = None;
    }
    if change.team_named.is_some() && change.team.is_none() {
        about.team = None;
    }
    // Who has an office needs no word for where it should be.
    if about.office.is_some() {
        about.office_named = None;
    }
    if about.team.is_some() {
        about.team_named = None;
    }
}

impl Partners {
    pub(crate) async fn joiner(&self, db: &impl Sql, id: &str) -> db::Result<Option<Joiner>> {
        let row = db.row("select * from jy_joiner where id = $1", params![id]).await?;
        row.map(|row| read(&row)).transpose()
    }

    pub(crate) async fn joiner_known_as(&self, db: &impl Sql, external_id: &str) -> db::Result<Option<Joiner>> {
        let sql = "select j.* from jy_joiner j join jy_external e on e.joiner = j.id where e.external_id = $1";
        let row = db.row(sql, params![external_id]).await?;
        row.map(|row| read(&row)).transpose()
    }

    /// By an external id, or by our own.
    pub(crate) async fn joiner_called(&self, db: &impl Sql, id: &str) -> db::Result<Option<Joiner>> {
        match self.joiner_known_as(db, id).await? {
            Some(joiner) => Ok(Some(joiner)),
            None => self.joiner(db, id).await,
        }
    }

    /// Everybody, the newest first.
    pub(crate) async fn all_joiners(&self) -> db::Result<Vec<Joiner>> {
        self.db.rows("select * from jy_joiner order by created_at desc, id limit 5000", vec![]).await?.iter().map(read).collect()
    }

    /// The ids under which senders know a joiner.
    pub(crate) async fn external_ids(&self, joiner: &str) -> db::Result<Vec<String>> {
        let rows = self.db.rows("select external_id from jy_external where joiner = $1 order by external_id", params![joiner]).await?;
        rows.iter().map(|row| row.text("external_id")).collect()
    }

    /// There is this joiner: made, or changed. Everything that follows from it is stored in the same transaction.
    pub(crate) async fn put_joiner(&self, external_id: &str, change: &JoinerChange) -> db::Result<Result<Put, Refused>> {
        // One at a time: two requests about one new person must not both find nobody.
        let _turn = self.upserts.lock().await;
        let wrong = self.wrong(external_id, change).await?;
        if !wrong.is_empty() {
            return Ok(Err(Refused::Invalid(wrong.join(" "))));
        }
        let tx = self.db.begin().await?;
        let mut known = self.joiner_known_as(&tx, external_id).await?;
        let mut is_new_id = false;
        if known.is_none() {
            if let Some(lacking) = lacking(change) {
                return Ok(Err(Refused::Invalid(lacking)));
            }
            is_new_id = true;
            let email = change.email.as_deref().unwrap_or_default().trim().to_lowercase();
            let row = tx.row("select * from jy_joiner where email = $1 order by created_at, id limit 1", params![email]).await?;
            match (row.map(|row| read(&row)).transpose()?, change.same_email) {
                (Some(other), None) => return Ok(Err(Refused::SameEmail(other.id, other.name))),
                (Some(other), Some(SameEmail::SamePerson)) => known = Some(other),
                (_, Some(SameEmail::Another)) | (None, _) => {}
            }
        }
        let created = known.is_none();
        let id = match known {
            // An older hire of the same person changes nothing about the newer one.
            Some(joiner) if is_new_id && change.hired_at < joiner.about.hired_at => joiner.id,
            Some(joiner) if self.is_older(&tx, external_id, &joiner, change).await? => joiner.id,
            Some(joiner) => self.change_joiner(&tx, external_id, joiner, change).await?,
            None => self.make_joiner(&tx, change).await?,
        };
        if is_new_id {
            let sql = "insert into jy_external (external_id, joiner, doc, hired_at, cancelled) values ($1, $2, '{}', $3, $4)";
            tx.run(sql, params![external_id, id.as_str(), change.hired_at, false]).await?;
        }
        self.remember_said(&tx, external_id, change).await?;
        tx.commit().await?;
        self.told_and_seen();
        Ok(Ok(Put { id, created }))
    }

    async fn wrong(&self, external_id: &str, change: &JoinerChange) -> db::Result<Vec<String>> {
        let mut wrong = Vec::new();
        if external_id.trim().is_empty() || external_id.len() > 200 {
            wrong.push("An external id has 1 to 200 characters.".to_owned());
        }
        let texts = [
            ("first_name", &change.first_name),
            ("last_name", &change.last_name),
            ("email", &change.email),
            ("phone", &change.phone),
            ("position", &change.position),
            ("office_named", &change.office_named),
            ("team_named", &change.team_named),
            ("department", &change.department),
            ("work_type", &change.work_type),
            ("profile", &change.profile),
        ];
        for (name, value) in texts {
            if value.as_ref().is_some_and(|value| value.chars().count() > LONGEST) {
                wrong.push(format!("{name} has more than {LONGEST} characters."));
            }
        }
        for (name, value) in [("first_name", &change.first_name), ("last_name", &change.last_name)] {
            if value.as_ref().is_some_and(|value| value.trim().is_empty()) {
                wrong.push(format!("{name} is empty."));
            }
        }
        if change.email.as_ref().is_some_and(|email| !is_email(email)) {
            wrong.push("email is not an e-mail address.".to_owned());
        }
        if change.start_date.as_ref().is_some_and(|day| day.parse::<Date>().is_err()) {
            wrong.push("start_date is not a day such as 2026-01-31.".to_owned());
        }
        if change.links.as_ref().is_some_and(|links| links.len() > 50 || links.iter().any(|link| link.len() > 2000)) {
            wrong.push("links has at most 50 addresses of at most 2,000 characters.".to_owned());
        }
        for (who, given) in [("manager", &change.manager), ("recruiter", &change.recruiter)] {
            if given.as_ref().is_some_and(|w| !w.email.is_empty() && !is_email(&w.email) || w.name.chars().count() > LONGEST) {
                wrong.push(format!("{who} has no e-mail address that could be one, or too long a name."));
            }
        }
        for (kind, id) in [(Kind::Office, &change.office), (Kind::Team, &change.team)] {
            if let Some(id) = id
                && self.place(&self.db, kind, id).await?.is_none()
            {
                wrong.push(format!("There is no {} with the id {id:?}.", kind.name()));
            }
        }
        Ok(wrong)
    }

    async fn make_joiner(&self, tx: &Tx, change: &JoinerChange) -> db::Result<String> {
        let (id, now) = (pipeline::fresh_id(self.clock.now()), self.clock.now());
        let mut about = JoinerChange { same_email: None, ..JoinerChange::default() };
        merge(&mut about, change);
        let joiner = Joiner {
            name: full_name(&about),
            id,
            about,
            state: State::Waiting,
            journey: String::new(),
            buddy: Who::default(),
            cancelled_why: String::new(),
            begun_at: Ms(0),
            created_at: now,
        };
        self.store_joiner(tx, &joiner).await?;
        told(self, tx, &joiner, "joiner.created").await?;
        self.begin(tx, joiner).await.map(|joiner| joiner.id)
    }

    async fn change_joiner(&self, tx: &Tx, external_id: &str, mut joiner: Joiner, change: &JoinerChange) -> db::Result<String> {
        let before = joiner.clone();
        let row = tx.row("select hired_at from jy_external where external_id = $1", params![external_id]).await?;
        let is_known = row.is_some();
        let earlier = match &row {
            Some(row) => row.get::<Option<i64>>("hired_at")?,
            None => joiner.about.hired_at,
        };
        let hired_anew = change.hired_at.is_some() && change.hired_at > earlier;
        if hired_anew && is_known {
            let sql = "update jy_external set hired_at = $1, cancelled = $2 where external_id = $3";
            tx.run(sql, params![change.hired_at, false, external_id]).await?;
        }
        let over = match joiner.state {
            State::Cancelled | State::Completed => true,
            // Hired for something else after the day on which this journey led up to: what was left undone of it is over too.
            State::Started => !is_known && change.hired_at.map(|at| today_in("UTC", Ms(at))) > before.starts_on(),
            State::Waiting => false,
        };
        if over && hired_anew {
            // The hires before are no longer what the journey is for.
            let sql = "update jy_external set cancelled = $1 where joiner = $2 and external_id <> $3 and coalesce(hired_at, 0) < $4";
            tx.run(sql, params![true, joiner.id.as_str(), external_id, change.hired_at]).await?;
            // What is not said anew of somebody hired again is not known of this hire.
            let JoinerChange { first_name, last_name, email, phone, links, .. } = joiner.about;
            joiner.about = JoinerChange { first_name, last_name, email, phone, links, ..JoinerChange::default() };
        }
        merge(&mut joiner.about, change);
        joiner.name = full_name(&joiner.about);
        let the_same = is_known && joiner.starts_on().is_some() && joiner.starts_on() == before.starts_on();
        if over && hired_anew && the_same && joiner.state == State::Cancelled && self.resume(tx, &mut joiner).await? {
            // Called off by mistake: what was done is done, and nobody is written to a second time. What changed meanwhile counts.
            self.follow(tx, &before, &joiner).await?;
        } else if over && hired_anew && !(the_same && joiner.state == State::Completed) {
            joiner.state = State::Waiting;
            joiner.cancelled_why.clear();
            joiner = self.begin(tx, joiner).await?;
        } else if joiner.state == State::Waiting {
            joiner = self.begin(tx, joiner).await?;
        } else {
            self.store_joiner(tx, &joiner).await?;
            self.follow(tx, &before, &joiner).await?;
        }
        Ok(joiner.id)
    }

    /// Whether what is said is about a hire of this joiner's before the one that counts. Should it be brought back, it is remembered.
    async fn is_older(&self, tx: &Tx, external_id: &str, joiner: &Joiner, change: &JoinerChange) -> db::Result<bool> {
        let row = tx.row("select hired_at from jy_external where external_id = $1", params![external_id]).await?;
        let Some(stored) = row.map(|row| row.get::<Option<i64>>("hired_at")).transpose()? else { return Ok(false) };
        let at = stored.max(change.hired_at);
        let (Some(this), Some(counts)) = (at, joiner.about.hired_at) else { return Ok(false) };
        if this < counts && at > stored {
            let sql = "update jy_external set hired_at = $1, cancelled = $2 where external_id = $3";
            tx.run(sql, params![this, false, external_id]).await?;
        }
        Ok(this < counts)
    }

    /// A cancelled journey goes on where it stood, if it had begun; whether it had.
    async fn resume(&self, tx: &Tx, joiner: &mut Joiner) -> db::Result<bool> {
        let tasks = self.tasks(tx, &joiner.id).await?;
        if tasks.is_empty() {
            return Ok(false);
        }
        joiner.state = if tasks.iter().all(|task| task.done_at.is_some()) { State::Completed } else { State::Started };
        joiner.cancelled_why.clear();
        // Who was told that it is off is told that it is on again; who began is not welcomed twice.
        joiner.begun_at = self.clock.now();
        self.store_joiner(tx, joiner).await?;
        told(self, tx, joiner, "journey.started").await?;
        texts::helpers(self, tx, joiner).await?;
        Ok(true)
    }

    /// What follows for tasks, links and letters from what changed of somebody whose journey began.
    async fn follow(&self, tx: &Tx, before: &Joiner, joiner: &Joiner) -> db::Result<()> {
        if !matches!(joiner.state, State::Started | State::Completed) {
            return Ok(());
        }
        if joiner.starts_on() != before.starts_on() {
            self.move_tasks(tx, joiner).await?;
            texts::moved(self, tx, joiner).await?;
        }
        let moved = !joiner.email().trim().eq_ignore_ascii_case(before.email().trim());
        if moved || joiner.name != before.name || joiner.about.manager != before.about.manager || joiner.buddy != before.buddy {
            self.give_tasks(tx, joiner).await?;
        }
        if moved {
            // Whoever has the old address has nothing to see here any more.
            self.end_links(tx, joiner).await?;
            texts::welcome(self, tx, joiner, None).await?;
        }
        Ok(())
    }

    /// Keeps what a sender said of one hire.
    async fn remember_said(&self, tx: &Tx, external_id: &str, change: &JoinerChange) -> db::Result<()> {
        let row = tx.row("select doc from jy_external where external_id = $1", params![external_id]).await?;
        let mut said: JoinerChange = row.map(|row| row.json("doc")).transpose()?.and_then(|doc| serde_json::from_value(doc).ok()).unwrap_or_default();
        merge(&mut said, change);
        let doc = serde_json::to_string(&said).map_err(|e| db::Error::new(e.to_string()))?;
        tx.run("update jy_external set doc = $1 where external_id = $2", params![doc, external_id]).await.map(drop)
    }

    /// Chooses the journey of somebody who waits for one, and begins it if the start date is known.
    pub(super) async fn begin(&self, tx: &Tx, mut joiner: Joiner) -> db::Result<Joiner> {
        let (office, team) = self.place_names(tx, &joiner.about).await?;
        let journey = self.choose_journey(tx, &joiner.about, &office, &team).await?;
        joiner.journey = journey.as_ref().map(|journey| journey.id.clone()).unwrap_or_default();
        if joiner.starts_on().is_some() {
            joiner.state = State::Started;
            joiner.begun_at = self.clock.now();
            self.store_joiner(tx, &joiner).await?;
            self.plan_tasks(tx, &joiner).await?;
            told(self, tx, &joiner, "journey.started").await?;
            texts::welcome(self, tx, &joiner, None).await?;
            texts::helpers(self, tx, &joiner).await?;
            if joiner.about.start_date_assumed == Some(true) {
                texts::no_start_date(self, tx, &joiner).await?;
            }
        } else {
            self.store_joiner(tx, &joiner).await?;
            texts::no_start_date(self, tx, &joiner).await?;
        }
        Ok(joiner)
    }

    /// The journey will not happen, if none of the joiner's hires is left; the person stays in the history.
    pub(crate) async fn cancel_journey(&self, id: &str, why: &str) -> db::Result<bool> {
        let _turn = self.upserts.lock().await;
        let tx = self.db.begin().await?;
        let Some(mut joiner) = self.joiner_called(&tx, id).await? else { return Ok(false) };
        let sql = "update jy_external set cancelled = $1 where joiner = $2 and $3 in (external_id, joiner)";
        tx.run(sql, params![true, joiner.id.as_str(), id]).await?;
        let left =
            "select doc, hired_at from jy_external where joiner = $1 and not cancelled order by coalesce(hired_at, 0) desc, external_id limit 1";
        let left = tx.row(left, params![joiner.id.as_str()]).await?;
        if let Some(row) = &left {
            // The newest of the hires that are left counts from now on.
            let before = joiner.clone();
            let said: JoinerChange = row.held("doc")?;
            merge(&mut joiner.about, &said);
            joiner.about.hired_at = row.get("hired_at")?;
            joiner.name = full_name(&joiner.about);
            self.store_joiner(&tx, &joiner).await?;
            self.follow(&tx, &before, &joiner).await?;
        } else if joiner.state != State::Cancelled {
            if joiner.state == State::Started {
                texts::called_off(self, &tx, &joiner).await?;
            }
            joiner.state = State::Cancelled;
            joiner.cancelled_why = why.chars().take(LONGEST).collect();
            self.store_joiner(&tx, &joiner).await?;
            told(self, &tx, &joiner, "journey.cancelled").await?;
        }
        tx.commit().await?;
        self.told_and_seen();
        Ok(true)
    }

    /// Forgets a joiner with tasks, comments, letters and links, if none of their other ids is left; whether the id was known.
    pub(crate) async fn forget_joiner(&self, id: &str) -> db::Result<bool> {
        let _turn = self.upserts.lock().await;
        let tx = self.db.begin().await?;
        let Some(joiner) = self.joiner_called(&tx, id).await? else { return Ok(false) };
        tx.run("delete from jy_external where joiner = $1 and $2 in (external_id, joiner)", params![joiner.id.as_str(), id]).await?;
        let left = "select external_id from jy_external where joiner = $1 limit 1";
        if tx.row(left, params![joiner.id.as_str()]).await?.is_none() {
            for table in ["jy_task", "jy_comment", "jy_link"] {
                tx.run(&format!("delete from {table} where joiner = $1"), params![joiner.id.as_str()]).await?;
            }
            self.letters.forget(&tx, APP, &joiner.id).await?;
            tx.run("delete from jy_joiner where id = $1", params![joiner.id.as_str()]).await?;
        }
        tx.commit().await?;
        self.lobby.changed();
        Ok(true)
    }

    /// What people here change of a joiner; or a sentence why not.
    pub(crate) async fn edit_joiner(&self, id: &str, edit: &Edit) -> db::Result<Result<(), String>> {
        let _turn = self.upserts.lock().await;
        let change =
            JoinerChange { start_date: edit.start_date.clone(), office: edit.office.clone(), team: edit.team.clone(), ..JoinerChange::default() };
        let mut wrong = self.wrong("here", &change).await?;
        if edit.buddy.as_ref().is_some_and(|b| b.name.trim().is_empty() || !is_email(&b.email)) {
            wrong.push("A buddy has a name and an e-mail address.".to_owned());
        }
        if !wrong.is_empty() {
            return Ok(Err(wrong.join(" ")));
        }
        let tx = self.db.begin().await?;
        let Some(mut joiner) = self.joiner(&tx, id).await? else { return Ok(Err("This joiner is gone.".to_owned())) };
        if edit.start_date.is_none() && joiner.state != State::Waiting {
            return Ok(Err("A journey that began has a start date.".to_owned()));
        }
        let before = joiner.clone();
        let about = &mut joiner.about;
        (about.start_date, about.office, about.team) = (edit.start_date.clone(), edit.office.clone(), edit.team.clone());
        // Somebody looked at it, whatever they chose.
        if about.office.is_some() {
            about.office_named = None;
        }
        if about.team.is_some() {
            about.team_named = None;
        }
        joiner.buddy = edit.buddy.clone().unwrap_or_default();
        if joiner.state == State::Waiting {
            self.begin(&tx, joiner).await?;
        } else {
            self.store_joiner(&tx, &joiner).await?;
            self.follow(&tx, &before, &joiner).await?;
        }
        tx.commit().await?;
        self.told_and_seen();
        Ok(Ok(()))
    }

    /// Sends the joiner a new private link; the old one leads nowhere any more. Or a sentence why not.
    pub(crate) async fn send_link(&self, id: &str) -> db::Result<Result<(), String>> {
        let _turn = self.upserts.lock().await;
        let tx = self.db.begin().await?;
        let Some(joiner) = self.joiner(&tx, id).await? else { return Ok(Err("This joiner is gone.".to_owned())) };
        if !matches!(joiner.state, State::Started | State::Completed) {
            return Ok(Err("There is no journey yet, or not any more, for a link to lead to.".to_owned()));
        }
        self.end_links(&tx, &joiner).await?;
        texts::welcome(self, &tx, &joiner, Some(&db::vault::random_hex(4))).await?;
        tx.commit().await?;
        self.told_and_seen();
        Ok(Ok(()))
    }

    pub(super) async fn store_joiner(&self, tx: &Tx, joiner: &Joiner) -> db::Result<()> {
        let sql = "insert into jy_joiner (id, doc, name, email, state, journey, buddy_name, buddy_email, cancelled_why, begun_at, created_at, updated_at) \
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (id) do update set doc = excluded.doc, name = excluded.name, \
                   email = excluded.email, state = excluded.state, journey = excluded.journey, buddy_name = excluded.buddy_name, \
                   buddy_email = excluded.buddy_email, cancelled_why = excluded.cancelled_why, begun_at = excluded.begun_at, updated_at = excluded.updated_at";
        let doc = serde_json::to_string(&joiner.about).map_err(|e| db::Error::new(e.to_string()))?;
        let values = params![
            joiner.id.as_str(),
            doc,
            joiner.name.as_str(),
            joiner.email().trim().to_lowercase(),
            joiner.state.name(),
            joiner.journey.as_str(),
            joiner.buddy.name.as_str(),
            joiner.buddy.email.as_str(),
            joiner.cancelled_why.as_str(),
            joiner.begun_at.0,
            joiner.created_at.0,
            self.clock.now().0
        ];
        tx.run(sql, values).await.map(drop)
    }

    /// The names of the office and the team somebody belongs to; empty where there is none.
    pub(crate) async fn place_names(&self, db: &impl Sql, about: &JoinerChange) -> db::Result<(String, String)> {
        let mut names = [String::new(), String::new()];
        for (name, kind, id) in [(0, Kind::Office, &about.office), (1, Kind::Team, &about.team)] {
            if let Some(id) = id {
                names[name] = self.place(db, kind, id).await?.map(|place| place.name).unwrap_or_default();
            }
        }
        let [office, team] = names;
        Ok((office, team))
    }

    /// Where a joiner is when it strikes eight: the zone of the office, else the company's.
    pub(crate) async fn zone_of(&self, db: &impl Sql, about: &JoinerChange) -> db::Result<String> {
        let zone = match &about.office {
            Some(id) => self.place(db, Kind::Office, id).await?.map(|place| place.zone).unwrap_or_default(),
            None => String::new(),
        };
        if zone.is_empty() { self.jy_setting("time_zone").await.map(|zone| if zone.is_empty() { "UTC".to_owned() } else { zone }) } else { Ok(zone) }
    }

    /// The day it is for a joiner.
    pub(crate) async fn today_of(&self, db: &impl Sql, about: &JoinerChange) -> db::Result<Date> {
        Ok(today_in(&self.zone_of(db, about).await?, self.clock.now()))
    }

    /// Done and all tasks, by joiner.
    pub(crate) async fn progress(&self) -> db::Result<HashMap<String, (i64, i64)>> {
        let sql = "select joiner, sum(case when state = 'done' then 1 else 0 end) as done, count(*) as n from jy_task group by joiner";
        let rows = self.db.rows(sql, vec![]).await?;
        rows.iter().map(|row| Ok((row.text("joiner")?, (row.int("done")?, row.int("n")?)))).collect()
    }

    /// Something was committed that others are told of, and that pages show.
    pub(crate) fn told_and_seen(&self) {
        self.pipeline.wake();
        self.lobby.changed();
    }
}

fn lacking(change: &JoinerChange) -> Option<String> {
    let demanded = [("first_name", &change.first_name), ("last_name", &change.last_name), ("email", &change.email)];
    let lacking: Vec<&str> = demanded.into_iter().filter(|(_, value)| value.is_none()).map(|(name, _)| name).collect();
    (!lacking.is_empty()).then(|| format!("A new joiner has {}.", lacking.join(", ")))
}

fn full_name(about: &JoinerChange) -> String {
    [&about.first_name, &about.last_name].into_iter().flatten().map(|part| part.trim()).collect::<Vec<_>>().join(" ")
}

/// Whether this could be an e-mail address; whether it is one, only a letter can tell.
pub fn is_email(text: &str) -> bool {
    let text = text.trim();
    let Some((name, host)) = text.rsplit_once('@') else { return false };
    !name.is_empty() && !host.is_empty() && text.len() <= 254 && !text.contains(char::is_whitespace)
}
