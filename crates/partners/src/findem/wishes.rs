//! What people want to be so in the applicant tracking system: exports, advances, rejections, each with what came of it.
//!
//! Until its moment a wish can be undone: the hub learns of it only then. It is hinted at, and asked for besides.

use super::{APP, lists::Lists, texts};
use crate::Partners;
use clock::Ms;
use db::{Clauses, Row, Sql, Tx, params};
use findem_api::{By, CameOf, Kind, Standing, Wish};
use outbound::Wire;
use pipeline::{Ending, Item, NewEffect, Priority};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

/// The kind of errand that hints at a wish.
pub const HINT: &str = "findem-hint";
/// The kind of errand that writes to whoever was rejected.
pub const LETTER_LATER: &str = "findem-letter";

/// What has been on its way for so long can be given up.
pub const LONG_UNDER_WAY: Duration = Duration::from_secs(3600);

/// How it stands with a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Waiting,
    Known,
    Conflict,
    Done,
    Undone,
}

impl State {
    const ALL: [Self; 5] = [Self::Waiting, Self::Known, Self::Conflict, Self::Done, Self::Undone];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Known => "known",
            Self::Conflict => "conflict",
            Self::Done => "done",
            Self::Undone => "undone",
        }
    }
}

/// A wish with what came of it.
#[derive(Clone, Debug)]
pub struct Stored {
    pub id: String,
    pub batch: String,
    pub kind: Kind,
    pub profile: String,
    /// What it is about, or what it became.
    pub application: String,
    pub name: String,
    pub job: String,
    pub stage: String,
    pub from_stage: String,
    pub reason: String,
    pub tags: Vec<String>,
    pub note: String,
    pub anyway: bool,
    pub letter: bool,
    pub state: State,
    pub why: String,
    /// Somebody has to do something before it goes on: nothing was written.
    pub held: bool,
    /// Since when the hub knows of it; none: it does not.
    pub fetched_at: Option<Ms>,
    /// Only for people who may see what is confidential.
    pub confidential: bool,
    pub url: String,
    /// The user in whose name it was done.
    pub done_by: String,
    pub by: By,
    pub user: String,
    pub due_at: Ms,
    pub created_at: Ms,
}

/// What somebody wants.
#[derive(Clone, Debug, Default)]
pub struct NewWish {
    pub kind: Kind,
    pub profile: String,
    pub application: String,
    pub name: String,
    pub job: String,
    pub stage: String,
    pub from_stage: String,
    pub reason: String,
    pub tags: Vec<String>,
    pub note: String,
    pub anyway: bool,
    pub letter: bool,
    /// Only for people who may see what is confidential.
    pub confidential: bool,
    /// Why it cannot be; empty: it can. It is taken down all the same, as what came of it.
    pub refused: String,
}

impl NewWish {
    /// What it is about: whether it is an export, and of which profile or application.
    fn about(&self) -> (bool, String) {
        let is_export = self.kind == Kind::Export;
        (is_export, if is_export { self.profile.clone() } else { self.application.clone() })
    }
}

impl Stored {
    /// Whether it can be taken back now.
    pub fn can_be_undone(&self, now: Ms) -> bool {
        let is_old = self.fetched_at.is_none_or(|at| at < now.minus(LONG_UNDER_WAY));
        self.state == State::Known || self.state == State::Waiting && (self.due_at > now || self.held || is_old)
    }
}

const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Export => "export",
        Kind::Advance => "advance",
        Kind::Reject => "reject",
    }
}

fn read(row: &Row) -> db::Result<Stored> {
    let (kind, state) = (row.text("kind")?, row.text("state")?);
    Ok(Stored {
        kind: [Kind::Export, Kind::Advance, Kind::Reject].into_iter().find(|known| kind_name(*known) == kind).unwrap_or_default(),
        state: State::ALL.into_iter().find(|known| known.name() == state).unwrap_or(State::Waiting),
        id: row.text("id")?,
        batch: row.text("batch")?,
        profile: row.text("profile")?,
        application: row.text("application")?,
        name: row.text("name")?,
        job: row.text("job")?,
        stage: row.text("stage")?,
        from_stage: row.text("from_stage")?,
        reason: row.text("reason")?,
        tags: row.held("tags")?,
        note: row.text("note")?,
        anyway: row.get("anyway")?,
        letter: row.get("letter")?,
        why: row.text("why")?,
        held: row.get("held")?,
        fetched_at: row.get::<Option<i64>>("fetched_at")?.map(Ms),
        confidential: row.get("confidential")?,
        url: row.text("url")?,
        done_by: row.text("done_by")?,
        by: By { name: row.text("by_name")?, email: row.text("by_email")? },
        user: row.text("user_id")?,
        due_at: Ms(row.int("due_at")?),
        created_at: Ms(row.int("created_at")?),
    })
}

impl Partners {
    /// Takes wishes of one click down; their batch. They go at `due_at`. Of whom something is on its way already, nothing more goes.
    pub(super) async fn wish(&self, by: &By, user: &str, due_at: Ms, new: &[NewWish]) -> db::Result<String> {
        let now = self.clock.now();
        let batch = pipeline::fresh_id(now);
        let tx = self.db.begin().await?;
        self.in_turn(&tx).await?;
        let mut under_way = under_way(&tx, new).await?;
        for (wish, created_at) in new.iter().zip(moments(&tx, now, new.len()).await?) {
            let id = pipeline::fresh_id(now);
            // Named twice in one click, it is done once.
            let is_first = under_way.insert(wish.about());
            let refused = match wish.refused.as_str() {
                "" if !is_first => "What was decided about them before is still on its way: wait for it, or undo it.",
                refused => refused,
            };
            let state = if refused.is_empty() { State::Waiting } else { State::Conflict };
            let values = params![
                id.as_str(),
                batch.as_str(),
                kind_name(wish.kind),
                wish.profile.as_str(),
                wish.application.as_str(),
                wish.name.as_str(),
                wish.job.as_str(),
                wish.stage.as_str(),
                wish.from_stage.as_str(),
                wish.reason.as_str(),
                json!(wish.tags).to_string(),
                wish.note.as_str(),
                wish.anyway,
                wish.letter,
                wish.confidential,
                state.name(),
                false,
                None::<i64>,
                refused,
                "",
                "",
                by.name.as_str(),
                by.email.as_str(),
                user,
                due_at.0,
                created_at,
                (state != State::Waiting).then_some(now.0)
            ];
            let sql = format!(
                "insert into fd_wish (id, batch, kind, profile, application, name, job, stage, from_stage, reason, tags, note, anyway, letter, \
                 confidential, state, held, fetched_at, why, url, done_by, by_name, by_email, user_id, due_at, created_at, ended_at) values {}",
                db::values(1, 27)
            );
            tx.run(&sql, values).await?;
            if state == State::Waiting {
                self.hint_later(&tx, &id, due_at).await?;
            }
        }
        tx.commit().await?;
        self.pipeline.wake();
        self.lobby.changed();
        Ok(batch)
    }

    /// From here to the end of the transaction nobody else is as far: what is looked for and then made is made once.
    pub(super) async fn in_turn(&self, tx: &Tx) -> db::Result<()> {
        tx.run("update fd_setting set value = value where name = 'begun'", vec![]).await.map(drop)
    }

    pub(super) async fn hint_later(&self, tx: &impl Sql, wish: &str, at: Ms) -> db::Result<()> {
        let effect = NewEffect {
            connection: String::new(),
            kind: HINT.to_owned(),
            key: format!("{HINT}/{wish}/{}", db::vault::random_hex(4)),
            subject: wish.to_owned(),
            payload: json!({ "wish": wish }),
            priority: Priority::Now,
            run_at: at,
            again: false,
        };
        self.pipeline.effects(tx, APP, vec![effect]).await
    }

    /// Hints the hub at a wish. It asks by itself now and then, so whoever is not connected loses nothing.
    pub(crate) async fn hint_at_wish(&self, item: &Item, _: &Wire) -> db::Result<Ending> {
        let id = item.payload["wish"].as_str().unwrap_or_default();
        let waits = self.fd_wish(&self.db, id).await?.is_some_and(|wish| wish.state != State::Conflict);
        let done = |why: &str| Ending::Done { remote_id: None, sent: Value::Null, why: why.to_owned() };
        if !waits {
            return Ok(done("it is over"));
        }
        let Some(hub) = self.hub(APP).await? else { return Ok(done("there is no integration service")) };
        let hinted = async {
            match hub.connection(APP).await?.filter(|c| c.state == "connected") {
                None => Ok("Lever is not connected: it waits"),
                Some(connection) => hub.hint(&connection.id, id).await.map(|()| "it was taken"),
            }
        };
        Ok(match hinted.await {
            Ok(said) => done(said),
            Err(why) => Ending::Retry { after: None, why },
        })
    }

    pub(crate) async fn fd_wish(&self, db: &impl Sql, id: &str) -> db::Result<Option<Stored>> {
        db.row("select * from fd_wish where id = $1", params![id]).await?.map(|row| read(&row)).transpose()
    }

    /// What was decided about these and is still on its way: by application, who and what.
    pub(super) async fn on_their_way(&self, ids: &[String]) -> db::Result<HashMap<String, (String, Kind)>> {
        let mut only = Clauses::default();
        only.and("state = 'waiting' and kind <> 'export'").any_of("application", ids);
        let rows = self.db.rows(&format!("select * from fd_wish{}", only.sql()), only.values()).await?;
        rows.iter().map(|row| read(row).map(|wish| (wish.application, (wish.name, wish.kind)))).collect()
    }

    /// The wishes of one click, in the order of the names.
    pub(super) async fn batch(&self, batch: &str, sees_confidential: bool) -> db::Result<Vec<Stored>> {
        let sql = "select * from fd_wish where batch = $1 and ($2 or not confidential) order by name, id";
        self.db.rows(sql, params![batch, sees_confidential]).await?.iter().map(read).collect()
    }

    /// The newest wishes of these kinds: one row for each click.
    pub(super) async fn batches(&self, kinds: &[Kind], sees_confidential: bool) -> db::Result<Vec<(Stored, HashMap<String, i64>)>> {
        let mut only = Clauses::default();
        if !sees_confidential {
            only.is("confidential =", false);
        }
        only.any_of("kind", &kinds.iter().map(|kind| kind_name(*kind).to_owned()).collect::<Vec<_>>());
        let sql = format!("select max(id) as id, batch from fd_wish{} group by batch order by batch desc limit 50", only.sql());
        let mut found = Vec::new();
        for row in self.db.rows(&sql, only.values()).await? {
            let Some(wish) = self.fd_wish(&self.db, &row.text("id")?).await? else { continue };
            let counted =
                self.db.rows("select state, count(*) as n from fd_wish where batch = $1 group by state", params![row.text("batch")?]).await?;
            let counts = counted.iter().map(|row| Ok((row.text("state")?, row.int("n")?))).collect::<db::Result<_>>()?;
            found.push((wish, counts));
        }
        Ok(found)
    }

    /// What waits and is due, the oldest first.
    pub(crate) async fn waiting_wishes(&self) -> db::Result<Vec<String>> {
        let sql = "select id from fd_wish where state = 'waiting' and due_at <= $1 order by created_at limit 1000";
        self.db.rows(sql, params![self.clock.now().0]).await?.iter().map(|row| row.text("id")).collect()
    }

    /// A wish as the hub reads it, which knows of it from now on. One that was undone, or whose moment has not come, is none.
    pub(crate) async fn told_wish(&self, id: &str) -> db::Result<Option<Wish>> {
        let now = self.clock.now();
        let Some(w) = self.fd_wish(&self.db, id).await?.filter(|w| w.state != State::Undone && w.due_at <= now) else { return Ok(None) };
        if w.fetched_at.is_none() {
            let sql = "update fd_wish set fetched_at = $1 where id = $2 and state <> 'undone'";
            if self.db.run(sql, params![now.0, id]).await? == 0 {
                return Ok(None);
            }
        }
        // Of an export, what it became; whoever is known already is another candidacy.
        let application = if w.kind == Kind::Export && w.state != State::Done { String::new() } else { w.application };
        let mut wish = Wish {
            url: self.at(&format!("{}/{}", super::profile_pages::PROFILES, w.profile)),
            id: w.id,
            kind: w.kind,
            by: w.by,
            user: w.user,
            created_at: w.created_at.0,
            asked_at: w.due_at.0,
            application,
            from_stage: w.from_stage,
            stage: w.stage,
            reason: w.reason,
            name: w.name,
            tags: w.tags,
            job: w.job,
            note: w.note,
            anyway: w.anyway,
            ..Wish::default()
        };
        if w.kind != Kind::Export {
            return Ok(Some(wish));
        }
        let Some(p) = self.fd_profile(&self.db, &w.profile).await? else { return Ok(None) };
        wish.headline = p.headline();
        wish.location.clone_from(&p.location);
        wish.links = p.links.iter().filter(|link| **link != wish.url).cloned().collect();
        wish.file = format!("{}.pdf", p.name);
        let known = self.applications_of(&p.id).await?.into_iter().filter(|known| known.came == "lever");
        wish.known = known.max_by_key(|known| known.a.archived_at.is_none()).map(|known| known.a.id).unwrap_or_default();
        (wish.emails, wish.phones) = (p.emails, p.phones);
        Ok(Some(wish))
    }

    /// What came of a wish. Whether there is such a wish. What was done counts, also if it was taken back meanwhile.
    pub(crate) async fn came_of(&self, id: &str, came: &CameOf) -> db::Result<bool> {
        let tx = self.db.begin().await?;
        let (state, held) = match came.standing {
            Standing::Done => (State::Done, false),
            Standing::Waiting => (State::Waiting, false),
            Standing::Held => (State::Waiting, true),
            Standing::Known => (State::Known, false),
            Standing::Conflict => (State::Conflict, false),
        };
        let counts = |w: &Stored| state == State::Done || !matches!(w.state, State::Undone | State::Done);
        let Some(w) = self.fd_wish(&tx, id).await?.filter(counts) else { return Ok(false) };
        let application = if came.application.is_empty() || w.kind != Kind::Export { &w.application } else { &came.application };
        let by = came.by.as_ref().map(|user| user.id.as_str()).unwrap_or_default();
        let now = self.clock.now().0;
        let sql = "update fd_wish set state = $1, held = $2, why = $3, application = $4, url = $5, done_by = $6, ended_at = $7 where id = $8";
        let ended = (state != State::Waiting).then_some(now);
        let values = params![state.name(), held, came.why.as_str(), application.as_str(), came.url.as_str(), by, ended, id];
        tx.run(sql, values).await?;
        if w.state != State::Done {
            let lists = self.fd_lists(&tx).await?;
            match (state, w.kind) {
                (State::Done, kind) => {
                    self.fd_event(&tx, &w.profile, &done_words(&lists, kind, &w, by), false, w.confidential).await?;
                    // So it is in Lever now: what is read there next says the same.
                    match kind {
                        Kind::Export => {}
                        Kind::Advance => {
                            let sql = "update fd_application set stage = $1, stage_since = $2 where id = $3 and stage <> $1";
                            tx.run(sql, params![w.stage.as_str(), now, w.application.as_str()]).await?;
                        }
                        Kind::Reject => {
                            let sql = "update fd_application set archived_at = coalesce(archived_at, $1), reason = $2 where id = $3";
                            tx.run(sql, params![now, w.reason.as_str(), w.application.as_str()]).await?;
                        }
                    }
                    if kind == Kind::Reject && w.letter {
                        self.write_later(&tx, id).await?;
                    }
                }
                (State::Conflict, _) => self.fd_event(&tx, &w.profile, &format!("Conflict: {}", came.why), true, w.confidential).await?,
                _ => {}
            }
        }
        tx.commit().await?;
        self.pipeline.wake();
        self.lobby.changed();
        Ok(true)
    }

    /// Takes a wish back, if nothing can have been written: its moment has not come, or the hub has not heard of it, or it waits for somebody.
    /// What has been on its way for an hour can be given up too: nobody tries it any more. Whether it was taken back.
    pub(crate) async fn undo_wish(&self, id: &str) -> db::Result<bool> {
        let now = self.clock.now();
        let sql = "update fd_wish set state = 'undone', why = '', ended_at = $1 where id = $2 and (state = 'known' \
                   or state = 'waiting' and (due_at > $1 or fetched_at is null or held or fetched_at < $3))";
        let undone = self.db.run(sql, params![now.0, id, now.minus(LONG_UNDER_WAY).0]).await? > 0;
        if undone {
            // Whatever the hub keeps of it is forgotten there, as soon as it asks.
            self.hint_now(id).await?;
        }
        self.lobby.changed();
        Ok(undone)
    }

    /// Takes back whatever waits: Lever was disconnected. How much that was.
    pub(super) async fn take_all_back(&self) -> db::Result<usize> {
        let tx = self.db.begin().await?;
        let sql = "update fd_wish set state = 'undone', why = 'Lever was disconnected.', ended_at = $1 where state in ('waiting', 'known')";
        let n = tx.run(sql, params![self.clock.now().0]).await?;
        tx.commit().await?;
        self.lobby.changed();
        Ok(usize::try_from(n).unwrap_or(0))
    }

    async fn hint_now(&self, id: &str) -> db::Result<()> {
        let tx = self.db.begin().await?;
        self.hint_later(&tx, id, self.clock.now()).await?;
        tx.commit().await?;
        self.pipeline.wake();
        Ok(())
    }

    /// Sends a wish again that waits; with `anyway`, though whoever it is about is known already.
    pub(super) async fn wish_again(&self, id: &str, anyway: bool) -> db::Result<bool> {
        let sql = "update fd_wish set state = 'waiting', held = false, why = '', application = case when kind = 'export' then '' else application end, \
                   anyway = (anyway or $1), due_at = case when due_at > $2 then due_at else $2 end where id = $3 and state in ('waiting', 'known')";
        let changed = self.db.run(sql, params![anyway, self.clock.now().0, id]).await? > 0;
        if changed {
            self.hint_now(id).await?;
        }
        self.lobby.changed();
        Ok(changed)
    }

    /// Whoever was rejected gets a letter, after as many hours as somebody set.
    async fn write_later(&self, tx: &Tx, wish: &str) -> db::Result<()> {
        let hours: u64 = self.fd_setting(tx, "letter_hours").await?.parse().unwrap_or(0);
        let effect = NewEffect {
            connection: String::new(),
            kind: LETTER_LATER.to_owned(),
            key: format!("{LETTER_LATER}/{wish}"),
            subject: wish.to_owned(),
            payload: json!({ "wish": wish }),
            priority: Priority::Usual,
            run_at: self.clock.now().plus(Duration::from_secs(hours * 3600)),
            again: false,
        };
        self.pipeline.effects(tx, APP, vec![effect]).await
    }

    /// Writes that letter, unless they were brought back meanwhile.
    pub(crate) async fn write_to_rejected(&self, item: &Item) -> db::Result<Ending> {
        let done = |why: &str| Ending::Done { remote_id: None, sent: Value::Null, why: why.to_owned() };
        let id = item.payload["wish"].as_str().unwrap_or_default();
        let Some(w) = self.fd_wish(&self.db, id).await? else { return Ok(done("the rejection is gone")) };
        let Some(a) = self.fd_application(&self.db, &w.application).await? else { return Ok(done("the application is gone")) };
        if a.a.archived_at.is_none() {
            return Ok(done("they were brought back"));
        }
        let Some(email) = a.a.emails.first() else { return Ok(done("there is no address")) };
        let tx = self.db.begin().await?;
        let lists = self.fd_lists(&tx).await?;
        let job = lists.job(&a.a.job).map_or("", |job| &job.title);
        let first = a.a.name.split_whitespace().next().unwrap_or_default();
        let names = json!({ "name": a.a.name, "first_name": first, "job": job });
        let letter = (format!("findem/rejected/{}", w.id), w.application.as_str(), (a.a.name.as_str(), email.as_str()));
        texts::TEXTS.write(self, &tx, texts::REJECTED, &names, letter).await?;
        tx.commit().await?;
        self.pipeline.wake();
        Ok(done("a letter was written"))
    }
}

fn done_words(lists: &Lists, kind: Kind, w: &Stored, by: &str) -> String {
    let user = lists.user_name(by);
    match kind {
        Kind::Export => format!("Exported to Lever by {}, in the name of {user}.", w.by.name),
        Kind::Advance => format!("Advanced to {} by {}, in the name of {user}.", lists.stage_name(&w.stage), w.by.name),
        Kind::Reject => format!("Rejected ({}) by {}, in the name of {user}.", lists.reason_name(&w.reason), w.by.name),
    }
}

/// About which of these something is on its way already.
async fn under_way(tx: &Tx, new: &[NewWish]) -> db::Result<HashSet<(bool, String)>> {
    let mut found = HashSet::new();
    for is_export in [true, false] {
        let about: Vec<String> = new.iter().map(NewWish::about).filter(|(export, _)| *export == is_export).map(|(_, id)| id).collect();
        for chunk in about.chunks(500) {
            let column = if is_export { "profile" } else { "application" };
            let mut only = Clauses::default();
            only.and("state = 'waiting'").and(if is_export { "kind = 'export'" } else { "kind <> 'export'" }).any_of(column, chunk);
            for row in tx.rows(&format!("select {column} as id from fd_wish{}", only.sql()), only.values()).await? {
                found.insert((is_export, row.text("id")?));
            }
        }
    }
    Ok(found)
}

/// As many moments that no wish has, none of them ahead of now: by them exports are found again in Lever, which takes none from the future.
async fn moments(tx: &Tx, now: Ms, count: usize) -> db::Result<Vec<i64>> {
    let span = i64::try_from(count).unwrap_or(0) + 10_000;
    let rows = tx.rows("select created_at from fd_wish where created_at > $1", params![now.0 - span]).await?;
    let taken = rows.iter().map(|row| row.int("created_at")).collect::<db::Result<BTreeSet<_>>>()?;
    let mut free: Vec<i64> = (0..span).map(|back| now.0 - back).filter(|at| !taken.contains(at)).take(count).collect();
    if free.len() < count {
        return Err(db::Error::new("too much was wanted within ten seconds"));
    }
    free.reverse();
    Ok(free)
}
