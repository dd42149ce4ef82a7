//! Interviews: made for a candidate, held, expired or called off; and what others are told of it.

use super::kits::{Kind, Question};
use super::{APP, texts};
use crate::Partners;
use clock::Ms;
use db::vault::{digest, random_hex};
use db::{Row, Sql, Tx, params};
use endpoint::Verb;
use jobma_api::{NewInterview, News};
use outbound::{Answer, Call, Failure, Wire};
use pipeline::{Ending, Item, NewEffect, Priority};
use serde_json::{Value, json};
use std::time::Duration;
use url::Url;

/// What is told of an interview of which nothing is left.
const DELETED: &str = "deleted";

/// The kind of effect that tells of an interview.
pub const TELL: &str = "jobma-callback";

const DAY: Duration = Duration::from_secs(86_400);
/// A day is over everywhere on Earth so long after it began in UTC.
const WHOLE_DAY: Duration = Duration::from_secs(36 * 3600);
/// Whoever has begun may finish, though the last day is over.
const TO_FINISH: Duration = Duration::from_secs(4 * 3600);

/// When the last of so many days is over, wherever the candidate is.
fn due(now: Ms, days: i64) -> Ms {
    let last = now.plus(DAY * u32::try_from(days).unwrap_or(14)).0;
    Ms(last - last.rem_euclid(DAY.as_millis() as i64)).plus(WHOLE_DAY)
}

/// How an interview stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Pending,
    Started,
    Completed,
    /// The candidate said no.
    Rejected,
    Expired,
    Cancelled,
}

impl State {
    pub const ALL: [Self; 6] = [Self::Pending, Self::Started, Self::Completed, Self::Rejected, Self::Expired, Self::Cancelled];

    /// In the API and the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Started => "started",
            Self::Completed => "completed",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether it can still be held.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Started)
    }
}

/// An interview.
#[derive(Clone, Debug)]
pub struct Interview {
    pub id: String,
    pub kit: String,
    pub kit_name: String,
    /// What was asked when it was made.
    pub questions: Vec<Question>,
    pub job_title: String,
    pub callback_url: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    link_sealed: String,
    pub state: State,
    pub due_at: Ms,
    pub created_at: Ms,
    pub ended_at: Option<Ms>,
    /// The candidate wants what they said to be deleted.
    pub delete_asked_at: Option<Ms>,
    /// What was recorded was old, and is gone.
    pub recordings_gone_at: Option<Ms>,
}

impl Interview {
    /// The last day on which it can be begun.
    pub fn last_day(&self) -> String {
        web::date(self.due_at.minus(WHOLE_DAY))
    }

    /// Whether it can be begun, or gone on with, at this moment.
    pub fn is_held(&self, now: Ms) -> bool {
        match self.state {
            State::Pending => now < self.due_at,
            State::Started => now < self.due_at.plus(TO_FINISH),
            _ => false,
        }
    }

    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }
}

pub(super) fn read(row: &Row) -> db::Result<Interview> {
    let state = row.text("state")?;
    Ok(Interview {
        id: row.text("id")?,
        kit: row.text("kit")?,
        kit_name: row.text("kit_name")?,
        questions: row.held("questions")?,
        job_title: row.text("job_title")?,
        callback_url: row.text("callback_url")?,
        first_name: row.text("first_name")?,
        last_name: row.text("last_name")?,
        email: row.text("email")?,
        link_sealed: row.text("link_sealed")?,
        state: State::ALL.into_iter().find(|s| s.name() == state).unwrap_or(State::Cancelled),
        due_at: Ms(row.int("due_at")?),
        created_at: Ms(row.int("created_at")?),
        ended_at: row.get::<Option<i64>>("ended_at")?.map(Ms),
        delete_asked_at: row.get::<Option<i64>>("delete_asked_at")?.map(Ms),
        recordings_gone_at: row.get::<Option<i64>>("recordings_gone_at")?.map(Ms),
    })
}

fn purpose(id: &str) -> String {
    format!("jobma/interview/{id}")
}

impl Partners {
    pub(crate) async fn interview(&self, db: &impl Sql, id: &str) -> db::Result<Option<Interview>> {
        let row = db.row("select * from jm_interview where id = $1", params![id]).await?;
        row.map(|row| read(&row)).transpose()
    }

    /// By whom it tells.
    pub(crate) async fn interview_telling(&self, db: &impl Sql, callback_url: &str) -> db::Result<Option<Interview>> {
        let row = db.row("select * from jm_interview where callback_url = $1", params![callback_url]).await?;
        row.map(|row| read(&row)).transpose()
    }

    /// By the candidate's private link.
    pub(crate) async fn interview_behind(&self, token: &str) -> db::Result<Option<Interview>> {
        let row = self.db.row("select * from jm_interview where link_digest = $1", params![digest(token)]).await?;
        row.map(|row| read(&row)).transpose()
    }

    /// The newest before one, of one state (empty: any) and, if asked, of those that came from elsewhere.
    pub(crate) async fn interviews(&self, state: &str, from_elsewhere: bool, before: Option<&Interview>, limit: i64) -> db::Result<Vec<Interview>> {
        let (at, id) = before.map_or((i64::MAX, ""), |i| (i.created_at.0, i.id.as_str()));
        let sql = "select * from jm_interview where ($1 = '' or state = $1) and (not $2 or callback_url <> '') \
                   and (created_at < $3 or (created_at = $3 and id < $4)) order by created_at desc, id desc limit $5";
        let rows = self.db.rows(sql, params![state, from_elsewhere, at, id, limit]).await?;
        rows.iter().map(read).collect()
    }

    /// How many stand how.
    pub(crate) async fn count_interviews(&self) -> db::Result<Vec<(String, i64)>> {
        let rows = self.db.rows("select state, count(*) as n from jm_interview group by state order by state", vec![]).await?;
        rows.iter().map(|row| Ok((row.text("state")?, row.int("n")?))).collect()
    }

    /// Where the candidate holds it.
    pub(crate) fn interview_link(&self, interview: &Interview) -> db::Result<String> {
        let token = self.vault.open_sealed(&purpose(&interview.id), &interview.link_sealed)?;
        Ok(format!("{}/jobma/i/{token}", self.base.as_str().trim_end_matches('/')))
    }

    /// Where it is evaluated.
    pub(crate) fn results_url(&self, interview: &Interview) -> String {
        format!("{}/jobma/evaluate/{}", self.base.as_str().trim_end_matches('/'), interview.id)
    }

    /// Invites a candidate, or answers the interview that tells the same address; or the sentences why not.
    pub(crate) async fn invite(&self, new: &NewInterview) -> db::Result<Result<Interview, String>> {
        let _turn = self.upserts.lock().await;
        if !new.callback_url.is_empty()
            && let Some(there) = self.interview_telling(&self.db, &new.callback_url).await?
        {
            return Ok(Ok(there));
        }
        let kit = self.kit(&self.db, &new.interview_template_id).await?;
        let wrong = wrong(new, kit.as_ref().map(|kit| kit.questions.len()), self.outbound.reach());
        let kit = match kit {
            Some(kit) if wrong.is_empty() => kit,
            _ => return Ok(Err(wrong.join(" "))),
        };
        let (id, token, now) = (pipeline::fresh_id(self.clock.now()), random_hex(24), self.clock.now());
        let due_at = due(now, kit.due_days);
        let questions = serde_json::to_string(&kit.questions).map_err(|e| db::Error::new(e.to_string()))?;
        let tx = self.db.begin().await?;
        let sql = "insert into jm_interview (id, kit, kit_name, questions, job_id, job_code, job_title, callback_url, first_name, last_name, phone, email, \
                   link_digest, link_sealed, state, due_at, created_at, reminded) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
                   'pending', $15, $16, $17)";
        let c = &new.candidate;
        let values = params![
            id.as_str(),
            kit.id.as_str(),
            kit.name.as_str(),
            questions,
            new.job_id.as_str(),
            new.job_code.as_str(),
            new.job_title.as_str(),
            new.callback_url.as_str(),
            c.first_name.trim(),
            c.last_name.trim(),
            c.phone.trim(),
            c.email.trim(),
            digest(&token),
            self.vault.seal(&purpose(&id), &token),
            due_at.0,
            now.0,
            false
        ];
        tx.run(sql, values).await?;
        let made = self.interview(&tx, &id).await?.ok_or_else(|| db::Error::new("an interview that was made is gone"))?;
        texts::invitation(self, &tx, &made, None).await?;
        tx.commit().await?;
        self.told_and_seen();
        Ok(Ok(made))
    }

    /// Sends the invitation once more; the candidate gets the days of the kit again. Asked for twice by one key, it is sent once.
    pub(crate) async fn invite_again(&self, id: &str, key: Option<String>) -> db::Result<Result<Interview, String>> {
        let tx = self.db.begin().await?;
        let Some(interview) = self.interview(&tx, id).await? else { return Ok(Err("There is no such interview.".to_owned())) };
        let days = self.kit(&tx, &interview.kit).await?.map_or(14, |kit| kit.due_days);
        let due_at = due(self.clock.now(), days);
        // What is told depends on how it stood when this changed it, not on how it was read.
        let reopened = tx.run("update jm_interview set state = 'pending' where id = $1 and state = 'expired'", params![id]).await? > 0;
        let sql = "update jm_interview set due_at = $1, reminded = $2, ended_at = null, recordings_gone_at = null \
                   where id = $3 and state in ('pending', 'started')";
        if tx.run(sql, params![due_at.0, false, id]).await? == 0 {
            return Ok(Err(format!("The interview is {}; nobody can be invited to it any more.", interview.state.name())));
        }
        let state = if reopened { State::Pending } else { interview.state };
        let interview = Interview { due_at, state, ..interview };
        texts::invitation(self, &tx, &interview, Some(&key.unwrap_or_else(|| random_hex(4)))).await?;
        if reopened {
            self.tell_later(&tx, &interview, &format!("{}/{}", interview.state.name(), self.clock.now().0)).await?;
        }
        tx.commit().await?;
        self.told_and_seen();
        Ok(Ok(interview))
    }

    /// An interview comes to stand otherwise, if it stands as one of `from`; whether it did. Others are told.
    pub(crate) async fn interview_becomes(&self, tx: &Tx, interview: &Interview, from: &[State], to: State) -> db::Result<bool> {
        let from = from.iter().map(|state| format!("'{}'", state.name())).collect::<Vec<_>>().join(", ");
        let now = self.clock.now().0;
        let (started, ended) = ((to == State::Started).then_some(now), (!to.is_open()).then_some(now));
        let sql = format!(
            "update jm_interview set state = $1, started_at = coalesce(started_at, $2), ended_at = coalesce($3, ended_at) where id = $4 and state in ({from})"
        );
        if tx.run(&sql, params![to.name(), started, ended, interview.id.as_str()]).await? == 0 {
            return Ok(false);
        }
        let interview = Interview { state: to, ..interview.clone() };
        self.tell_later(tx, &interview, &format!("{}/{now}", to.name())).await?;
        Ok(true)
    }

    /// Intends to tell how an interview stands, in the transaction that made it so. `news` names what happened, once for ever.
    pub(super) async fn tell_later(&self, tx: &Tx, interview: &Interview, news: &str) -> db::Result<()> {
        if interview.callback_url.is_empty() {
            return Ok(());
        }
        self.tell(tx, &interview.id, news, json!({ "interview": interview.id })).await
    }

    async fn tell(&self, tx: &Tx, id: &str, news: &str, payload: Value) -> db::Result<()> {
        let effect = NewEffect {
            connection: String::new(),
            kind: TELL.to_owned(),
            key: format!("{TELL}/{id}/{news}"),
            subject: id.to_owned(),
            payload,
            priority: Priority::Now,
            run_at: self.clock.now(),
            again: false,
        };
        self.pipeline.effects(tx, APP, vec![effect]).await
    }

    /// Tells how an interview stands by now: `PUT {callback_url}`. Telling twice does no harm, and telling late tells nothing old.
    pub(crate) async fn tell_of_interview(&self, item: &Item, wire: &Wire) -> db::Result<Ending> {
        let text = |name: &str| item.payload[name].as_str().unwrap_or_default();
        let (address, news) = match self.interview(&self.db, text("interview")).await? {
            Some(interview) => {
                let results_url = (interview.state == State::Completed).then(|| self.results_url(&interview));
                let reviewed_at = self.reviewed_at(&self.db, &interview.id).await?;
                (interview.callback_url, News { status: interview.state.name().to_owned(), results_url, reviewed_at })
            }
            None if text("status") == DELETED => (text("callback_url").to_owned(), News { status: DELETED.to_owned(), ..News::default() }),
            None => return Ok(Ending::Withdrawn { why: "The interview was forgotten.".to_owned() }),
        };
        let Ok(url) = Url::parse(&address) else { return Ok(Ending::GiveUp { why: "The address cannot be read.".to_owned() }) };
        let body = serde_json::to_vec(&news).unwrap_or_default();
        let mut call = Call::new(Verb::Put, url, body);
        if let Ok(value) = format!("Bearer {}", self.jobma_callback_secret().await?).parse() {
            call.headers.insert("authorization", value);
        }
        Ok(match self.outbound.send(&call, wire).await {
            Ok(Answer { status: 200..=299, .. }) => Ending::Done { remote_id: None, sent: Value::Null, why: "it was taken".to_owned() },
            Ok(Answer { status: status @ (404 | 410), .. }) => {
                Ending::GiveUp { why: format!("The receiver answered {status}: it does not know this interview.") }
            }
            Ok(Answer { status, .. }) => Ending::Retry { after: None, why: format!("The receiver answered {status}.") },
            Err(Failure::Blocked(why)) => Ending::GiveUp { why },
            Err(failure) => Ending::Retry { after: failure.retry_after(), why: failure.to_string() },
        })
    }

    /// Reminds of what will soon be too late, and ends what is.
    pub(crate) async fn mind_interviews(&self) -> db::Result<()> {
        let now = self.clock.now();
        let begun = now.minus(TO_FINISH);
        let is_late = "(state = 'pending' and due_at <= $1 or state = 'started' and due_at <= $2)";
        let sql = format!("select * from jm_interview where {is_late} order by due_at limit 1000");
        for row in self.db.rows(&sql, params![now.0, begun.0]).await? {
            let interview = read(&row)?;
            let tx = self.db.begin().await?;
            // Somebody may have given more time since it was read.
            let sql = format!("select id from jm_interview where id = $3 and {is_late}");
            let late = tx.row(&sql, params![now.0, begun.0, interview.id.as_str()]).await?;
            if late.is_some() {
                self.interview_becomes(&tx, &interview, &[State::Pending, State::Started], State::Expired).await?;
            }
            tx.commit().await?;
        }
        let soon = "select * from jm_interview where state in ('pending', 'started') and not reminded and due_at <= $1 and due_at > $2 and created_at <= $3 \
                    order by due_at limit 1000";
        for row in self.db.rows(soon, params![now.plus(WHOLE_DAY + DAY).0, now.0, now.minus(DAY).0]).await? {
            let interview = read(&row)?;
            let tx = self.db.begin().await?;
            let sql = "update jm_interview set reminded = $1 where id = $2 and not reminded";
            if tx.run(sql, params![true, interview.id.as_str()]).await? > 0 {
                texts::reminder(self, &tx, &interview).await?;
            }
            tx.commit().await?;
        }
        self.told_and_seen();
        Ok(())
    }

    /// Takes away recordings that are older than the company keeps them. What was written and rated stays.
    pub(crate) async fn forget_old_recordings(&self) -> db::Result<()> {
        let Some(days) = self.kept_days().await? else { return Ok(()) };
        let (now, before) = (self.clock.now(), self.clock.now().minus(DAY * days));
        let sql = "select id from jm_interview where ended_at <= $1 and recordings_gone_at is null order by ended_at limit 1000";
        for row in self.db.rows(sql, params![before.0]).await? {
            let id = row.text("id")?;
            // First the files: what breaks off in between is done again tomorrow.
            self.recordings.forget(&id).await.map_err(|e| db::Error::new(e.to_string()))?;
            let tx = self.db.begin().await?;
            for kind in Kind::ALL.into_iter().filter(|kind| kind.is_recorded()) {
                tx.run("delete from jm_answer where interview = $1 and kind = $2", params![id.as_str(), kind.name()]).await?;
            }
            tx.run("update jm_interview set recordings_gone_at = $1 where id = $2", params![now.0, id.as_str()]).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Forgets an interview with everything that was said in it; whether there was one. `tells`: whoever asked for it knows nothing of it yet.
    pub(crate) async fn forget_interview(&self, id: &str, tells: bool) -> db::Result<bool> {
        // First the files: while the interview is there, somebody can ask again.
        self.recordings.forget(id).await.map_err(|e| db::Error::new(e.to_string()))?;
        let tx = self.db.begin().await?;
        for table in ["jm_answer", "jm_rating", "jm_share"] {
            tx.run(&format!("delete from {table} where interview = $1"), params![id]).await?;
        }
        self.letters.forget(&tx, APP, id).await?;
        if let Some(interview) = self.interview(&tx, id).await?.filter(|i| tells && !i.callback_url.is_empty()) {
            let payload = json!({ "interview": id, "callback_url": interview.callback_url, "status": DELETED });
            self.tell(&tx, id, DELETED, payload).await?;
        }
        let there = tx.run("delete from jm_interview where id = $1", params![id]).await? > 0;
        tx.commit().await?;
        // And what an upload that was under way has written since.
        self.recordings.forget(id).await.map_err(|e| db::Error::new(e.to_string()))?;
        self.lobby.changed();
        Ok(there)
    }
}

/// What makes no sense about an invitation. `questions`: how many the kit has; none: there is no such kit.
fn wrong(new: &NewInterview, questions: Option<usize>, reach: &outbound::Reach) -> Vec<String> {
    let mut wrong = Vec::new();
    match questions {
        None => wrong.push(format!("There is no interview kit {:?}.", new.interview_template_id)),
        Some(0) => wrong.push("The interview kit has no questions; an account admin can add some under Setup Interview > Interview Kit.".to_owned()),
        Some(_) => {}
    }
    let c = &new.candidate;
    for (name, value) in [("first_name", &c.first_name), ("email", &c.email)] {
        if value.trim().is_empty() || value.chars().count() > 300 {
            wrong.push(format!("The candidate's {name} is missing, or longer than 300 characters."));
        }
    }
    if !c.email.trim().is_empty() && (!c.email.contains('@') || c.email.trim().contains(char::is_whitespace)) {
        wrong.push("The candidate's email is not an e-mail address.".to_owned());
    }
    // Some people have one name.
    if [&new.job_id, &new.job_code, &new.job_title, &c.phone, &c.last_name].iter().any(|value| value.chars().count() > 300)
        || new.callback_url.len() > 2000
    {
        wrong.push(
            "The job's id, code and title, the last name and the phone have at most 300 characters each, the callback_url at most 2,000.".to_owned(),
        );
    }
    if !new.callback_url.is_empty() {
        let url = Url::parse(&new.callback_url).map_err(|e| e.to_string()).and_then(|url| reach.check(&url).map_err(|e| e.to_string()));
        wrong.extend(url.err().map(|why| format!("The callback_url cannot be used: {why}")));
    }
    wrong
}
