//! Candidacies, as the applicant tracking system has them: told in batches, each joined with a profile; and what is gone.

use super::APP;
use super::lists::Lists;
use super::matching;
use crate::Partners;
use db::{Row, Sql, Tx, params};
use findem_api::{Application, EeoAnswers, Lacking, Profile, Wanted};
use serde_json::json;
use std::collections::{BTreeMap, HashMap, HashSet};

/// A candidacy with the profile it belongs to.
#[derive(Clone, Debug)]
pub struct Stored {
    pub profile: String,
    pub a: Application,
    /// Notes and files are as of this change; none: nobody has looked.
    pub detailed_at: Option<i64>,
    /// When they were asked for last, ms.
    pub asked_at: Option<i64>,
    /// `lever` or `csv`.
    pub came: String,
}

const COLUMNS: usize = 25;

pub fn read(row: &Row) -> db::Result<Stored> {
    Ok(Stored {
        profile: row.text("profile")?,
        detailed_at: row.get("detailed_at")?,
        asked_at: row.get("asked_at")?,
        came: row.text("came")?,
        a: Application {
            id: row.text("id")?,
            contact: row.text("contact")?,
            name: row.text("name")?,
            headline: row.text("headline")?,
            emails: row.held("emails")?,
            phones: row.held("phones")?,
            links: row.held("links")?,
            tags: row.held("tags")?,
            sources: row.held("sources")?,
            origin: row.text("origin")?,
            stage: row.text("stage")?,
            stage_since: row.int("stage_since")?,
            job: row.text("job")?,
            archived_at: row.get("archived_at")?,
            reason: row.text("reason")?,
            owner: row.text("owner")?,
            confidential: row.get("confidential")?,
            url: row.text("url")?,
            created_at: row.int("created_at")?,
            updated_at: row.int("updated_at")?,
        },
    })
}

fn row_of(profile: &str, pass: i64, came: &str, a: &Application) -> Vec<db::Value> {
    params![
        a.id.as_str(),
        profile,
        a.contact.as_str(),
        a.name.as_str(),
        a.headline.as_str(),
        json!(a.emails).to_string(),
        json!(a.phones).to_string(),
        json!(a.links).to_string(),
        json!(a.tags).to_string(),
        json!(a.sources).to_string(),
        a.origin.as_str(),
        a.stage.as_str(),
        a.stage_since,
        a.job.as_str(),
        a.archived_at,
        a.reason.as_str(),
        a.owner.as_str(),
        a.confidential,
        a.url.as_str(),
        a.created_at,
        a.updated_at,
        pass,
        None::<i64>,
        None::<i64>,
        came
    ]
}

/// What is known of applications before they are told again.
struct Before {
    profile: String,
    stage: String,
    archived: bool,
    pass: i64,
    updated_at: i64,
    detailed_at: Option<i64>,
}

impl Partners {
    /// Candidacies that are new or another now. Those whose notes and files somebody looked at before are wanted anew.
    pub(crate) async fn put_applications(&self, pass: Option<i64>, data: &[Application]) -> db::Result<Wanted> {
        if data.is_empty() {
            return Ok(Wanted::default());
        }
        let tx = self.db.begin().await?;
        let lists = self.fd_lists(&tx).await?;
        let wanted = self.put_within(&tx, pass, "lever", data, &lists).await?;
        tx.commit().await?;
        self.lobby.changed();
        Ok(wanted)
    }

    pub(super) async fn put_within(&self, tx: &Tx, pass: Option<i64>, came: &str, data: &[Application], lists: &Lists) -> db::Result<Wanted> {
        // Of two who are told of the same person at once, the second finds the profile of the first.
        self.in_turn(tx).await?;
        // The last of several about the same one counts.
        let latest: BTreeMap<&str, &Application> = data.iter().map(|a| (a.id.as_str(), a)).collect();
        let data: Vec<&Application> = latest.into_values().collect();
        let mut before = HashMap::new();
        let sql = format!(
            "select id, profile, stage, archived_at, pass, updated_at, detailed_at from fd_application where id in ({})",
            db::list(0, data.len())
        );
        for row in tx.rows(&sql, data.iter().map(|a| a.id.as_str().into()).collect()).await? {
            let known = Before {
                profile: row.text("profile")?,
                stage: row.text("stage")?,
                archived: row.get::<Option<i64>>("archived_at")?.is_some(),
                pass: row.int("pass")?,
                updated_at: row.int("updated_at")?,
                detailed_at: row.get("detailed_at")?,
            };
            before.insert(row.text("id")?, known);
        }
        let profiles = self.join_profiles(tx, came, &data, &before).await?;
        let values = data.iter().zip(&profiles).flat_map(|(a, profile)| {
            // Whoever is new besides a pass came after it began.
            let pass = pass.or(before.get(&a.id).map(|known| known.pass)).unwrap_or_else(|| self.clock.now().0);
            row_of(profile, pass, came, a)
        });
        let sql = format!(
            "insert into fd_application (id, profile, contact, name, headline, emails, phones, links, tags, sources, origin, stage, stage_since, job, \
             archived_at, reason, owner, confidential, url, created_at, updated_at, pass, detailed_at, asked_at, came) values {} on conflict (id) do update set \
             contact = excluded.contact, name = excluded.name, headline = excluded.headline, emails = excluded.emails, phones = excluded.phones, \
             links = excluded.links, tags = excluded.tags, sources = excluded.sources, origin = excluded.origin, stage = excluded.stage, \
             stage_since = excluded.stage_since, job = excluded.job, archived_at = excluded.archived_at, reason = excluded.reason, owner = excluded.owner, \
             confidential = excluded.confidential, url = excluded.url, updated_at = excluded.updated_at, pass = excluded.pass, came = excluded.came",
            db::values(data.len(), COLUMNS)
        );
        tx.run(&sql, values.collect()).await?;
        self.follow_lever(tx, &profiles).await?;
        for (a, profile) in data.iter().zip(&profiles) {
            let Some(known) = before.get(&a.id).filter(|known| known.updated_at != a.updated_at) else { continue };
            match (known.archived, a.archived_at.is_some()) {
                (false, true) => {
                    self.fd_event(tx, profile, &format!("Archived in Lever: {}.", lists.reason_name(&a.reason)), false, a.confidential).await?
                }
                (true, false) => self.fd_event(tx, profile, "Brought back in Lever.", false, a.confidential).await?,
                (false, false) if known.stage != a.stage => {
                    self.fd_event(tx, profile, &format!("Moved to {} in Lever.", lists.stage_name(&a.stage)), false, a.confidential).await?;
                }
                _ => {}
            }
        }
        let is_behind = |a: &&&Application| before.get(&a.id).is_some_and(|known| known.detailed_at.is_some_and(|at| at != a.updated_at));
        let unknown = |a: &&Application| {
            lists.stage(&a.stage).is_none_or(|stage| stage.gone)
                || !a.job.is_empty() && lists.job(&a.job).is_none()
                || !a.owner.is_empty() && lists.user(&a.owner).is_none()
                || !a.reason.is_empty() && !lists.reasons.iter().any(|reason| reason.id == a.reason)
        };
        Ok(Wanted { profiles: data.iter().filter(is_behind).map(|a| a.id.clone()).collect(), lists: data.iter().any(unknown) })
    }

    /// The profile of each: the one it had, or whoever is known by the surest word, or a new one.
    async fn join_profiles(&self, tx: &Tx, came: &str, data: &[&Application], before: &HashMap<String, Before>) -> db::Result<Vec<String>> {
        let profiles_at = self.at(&format!("{}/", super::profile_pages::PROFILES));
        let words: Vec<Vec<matching::Word>> = data.iter().map(|a| matching::of_application(a, &profiles_at)).collect();
        let all: Vec<&str> = words.iter().flatten().map(String::as_str).collect::<HashSet<_>>().into_iter().collect();
        let mut known: HashMap<String, String> = HashMap::new();
        for chunk in all.chunks(1000) {
            let sql = format!("select word, profile from fd_key where word in ({})", db::list(0, chunk.len()));
            for row in tx.rows(&sql, chunk.iter().map(|word| (*word).into()).collect()).await? {
                known.insert(row.text("word")?, row.text("profile")?);
            }
        }
        let (mut profiles, mut new, mut keys) = (Vec::new(), Vec::new(), Vec::new());
        for (a, words) in data.iter().zip(&words) {
            let found = before.get(&a.id).map(|known| known.profile.clone()).or_else(|| words.iter().find_map(|word| known.get(word).cloned()));
            let profile = found.unwrap_or_else(|| {
                let id = pipeline::fresh_id(self.clock.now());
                new.push((id.clone(), *a));
                id
            });
            for word in words.iter().filter(|word| !known.contains_key(*word)).collect::<Vec<_>>() {
                known.insert(word.clone(), profile.clone());
                keys.push((word.clone(), profile.clone()));
            }
            profiles.push(profile);
        }
        if !new.is_empty() {
            let now = self.clock.now().0;
            let values = new.iter().flat_map(|(id, a)| {
                params![
                    id.as_str(),
                    came,
                    a.name.as_str(),
                    a.headline.as_str(),
                    "",
                    "",
                    "",
                    "",
                    "[]",
                    "[]",
                    json!(a.emails).to_string(),
                    json!(a.phones).to_string(),
                    json!(a.links).to_string(),
                    matching::linkedin(&a.links),
                    matching::github(&a.links),
                    "",
                    a.confidential,
                    "[]",
                    now
                ]
            });
            let sql = format!(
                "insert into fd_profile (id, origin, name, title, company, location, summary, skills, experience, education, emails, phones, links, \
                 linkedin, github, words, confidential, own_emails, created_at) values {}",
                db::values(new.len(), 19)
            );
            tx.run(&sql, values.collect()).await?;
        }
        self.keep_words(tx, &keys).await?;
        Ok(profiles)
    }

    /// What profiles are known by from now on. A word that somebody else has already stays theirs.
    pub(super) async fn keep_words(&self, tx: &Tx, keys: &[(matching::Word, String)]) -> db::Result<()> {
        for chunk in keys.chunks(1000) {
            let sql = format!("insert into fd_key (word, profile) values {} on conflict (word) do nothing", db::values(chunk.len(), 2));
            tx.run(&sql, chunk.iter().flat_map(|(word, profile)| params![word.as_str(), profile.as_str()]).collect()).await?;
        }
        Ok(())
    }

    /// What Lever says of people counts: their addresses always; their name, title and links where Findem knows them from there alone.
    /// Work, company, location and education are not Lever's, and stay.
    async fn follow_lever(&self, tx: &Tx, profiles: &[String]) -> db::Result<()> {
        let ids: Vec<&String> = profiles.iter().collect::<HashSet<_>>().into_iter().collect();
        let sql = format!("select * from fd_application where profile in ({}) order by profile, created_at desc, id", db::list(0, ids.len()));
        let rows = tx.rows(&sql, ids.iter().map(|id| id.as_str().into()).collect()).await?;
        let mut newest: BTreeMap<String, (Application, bool)> = BTreeMap::new();
        for row in &rows {
            let stored = read(row)?;
            let confidential = stored.a.confidential;
            let entry = newest.entry(stored.profile).or_insert((stored.a, true));
            entry.1 &= confidential;
        }
        if newest.is_empty() {
            return Ok(());
        }
        let values = newest.iter().flat_map(|(profile, (a, confidential))| {
            params![
                profile.as_str(),
                a.name.as_str(),
                a.headline.as_str(),
                json!(a.emails).to_string(),
                json!(a.phones).to_string(),
                json!(a.links).to_string(),
                matching::linkedin(&a.links),
                matching::github(&a.links),
                if *confidential { "yes" } else { "" },
                format!("{} {} {}", a.name, a.headline, a.emails.join(" ")).to_lowercase()
            ]
        });
        let is_lever = "fd_profile.origin <> 'sourced'";
        let theirs = |column: &str, n: u8| format!("{column} = case when {is_lever} then v.column{n} else fd_profile.{column} end");
        let sql = format!(
            "update fd_profile set {}, {}, emails = case when v.column4 = '[]' then fd_profile.emails else v.column4 end, {}, {}, {}, {}, {}, \
             confidential = ({is_lever} and v.column9 = 'yes') from (values {}) v where fd_profile.id = v.column1",
            theirs("name", 2),
            theirs("title", 3),
            theirs("phones", 5),
            theirs("links", 6),
            theirs("linkedin", 7),
            theirs("github", 8),
            theirs("words", 10),
            db::values(newest.len(), 10)
        );
        tx.run(&sql, values.collect()).await.map(drop)
    }

    pub(crate) async fn fd_application(&self, db: &impl Sql, id: &str) -> db::Result<Option<Stored>> {
        db.row("select * from fd_application where id = $1", params![id]).await?.map(|row| read(&row)).transpose()
    }

    /// All candidacies of a profile, the newest first.
    pub(super) async fn applications_of(&self, profile: &str) -> db::Result<Vec<Stored>> {
        let sql = "select * from fd_application where profile = $1 order by created_at desc, id";
        self.db.rows(sql, params![profile]).await?.iter().map(read).collect()
    }

    /// Who came from Lever and was not told of in this pass over everybody; some of them.
    pub(crate) async fn fd_gone(&self, pass: i64) -> db::Result<Vec<String>> {
        let sql = "select id from fd_application where came = 'lever' and pass < $1 order by id limit 500";
        self.db.rows(sql, params![pass]).await?.iter().map(|row| row.text("id")).collect()
    }

    /// Forgets candidacies, by their ids or by those of the wishes they came of: their notes, files, letters, what was wanted of them and
    /// what happened; and profiles that are known from them alone.
    pub(crate) async fn forget_applications(&self, ids: &[String]) -> db::Result<()> {
        let tx = self.db.begin().await?;
        self.in_turn(&tx).await?;
        let mut gone = Vec::new();
        for id in ids {
            let of_wish = tx.row("select application from fd_wish where id = $1 and application <> ''", params![id.as_str()]).await?;
            let id = of_wish.map_or_else(|| Ok(id.clone()), |row| row.text("application"))?;
            for table in ["fd_note", "fd_file"] {
                tx.run(&format!("delete from {table} where application = $1"), params![id.as_str()]).await?;
            }
            let profile = tx.row("select profile from fd_application where id = $1", params![id.as_str()]).await?;
            tx.run("delete from fd_application where id = $1", params![id.as_str()]).await?;
            let open = "select id from fd_wish where application = $1 and state in ('waiting', 'known')";
            for row in tx.rows(open, params![id.as_str()]).await? {
                // What the hub keeps of it is forgotten there, as soon as it asks.
                self.hint_later(&tx, &row.text("id")?, self.clock.now()).await?;
            }
            let erased = "update fd_wish set name = 'somebody who was deleted', note = '', tags = '[]', url = '', \
                          why = case when state in ('waiting', 'known') then 'They are not in Lever any more.' else '' end, \
                          state = case when state in ('waiting', 'known') then 'undone' else state end where application = $1";
            tx.run(erased, params![id.as_str()]).await?;
            self.letters.forget(&tx, APP, &id).await?;
            if let Some(row) = profile {
                self.forget_with(&tx, &row.text("profile")?).await?;
            }
            gone.push(id);
        }
        tx.commit().await?;
        for id in gone {
            self.fd_files.forget(&id).await?;
        }
        self.pipeline.wake();
        self.lobby.changed();
        Ok(())
    }

    /// One of a profile's candidacies is gone: so is the profile if it is known from nothing else, and what it was known by from there.
    async fn forget_with(&self, tx: &Tx, profile: &str) -> db::Result<()> {
        tx.run("delete from fd_event where profile = $1", params![profile]).await?;
        tx.run("delete from fd_key where profile = $1", params![profile]).await?;
        let others = tx.rows("select * from fd_application where profile = $1", params![profile]).await?;
        let others = others.iter().map(read).collect::<db::Result<Vec<_>>>()?;
        let known = self.fd_profile(tx, profile).await?;
        let Some(known) = known.filter(|known| known.origin == "sourced" || !others.is_empty()) else {
            return tx.run("delete from fd_profile where id = $1", params![profile]).await.map(drop);
        };
        if known.origin == "sourced" {
            tx.run("update fd_profile set emails = own_emails where id = $1", params![profile]).await?;
            self.keep_words(tx, &known.words().into_iter().map(|word| (word, profile.to_owned())).collect::<Vec<_>>()).await?;
        }
        let here = self.at(&format!("{}/", super::profile_pages::PROFILES));
        let words = others.iter().flat_map(|other| matching::of_application(&other.a, &here));
        self.keep_words(tx, &words.map(|word| (word, profile.to_owned())).collect::<Vec<_>>()).await?;
        if others.is_empty() { Ok(()) } else { self.follow_lever(tx, &[profile.to_owned()]).await }
    }

    /// One candidacy with its notes and files, as they are now. The files whose content is not here, and where the profile is.
    pub(crate) async fn put_fd_profile(&self, told: &Profile) -> db::Result<Lacking> {
        let a = &told.application;
        let tx = self.db.begin().await?;
        let lists = self.fd_lists(&tx).await?;
        self.put_within(&tx, None, "lever", std::slice::from_ref(a), &lists).await?;
        tx.run("delete from fd_note where application = $1", params![a.id.as_str()]).await?;
        for note in &told.notes {
            let sql = "insert into fd_note (application, id, text, author, at) values ($1, $2, $3, $4, $5) on conflict (application, id) do nothing";
            tx.run(sql, params![a.id.as_str(), note.id.as_str(), note.text.as_str(), note.author.as_str(), note.at]).await?;
        }
        let mut there = HashMap::new();
        for row in tx.rows("select id, stored from fd_file where application = $1", params![a.id.as_str()]).await? {
            there.insert(row.text("id")?, row.get::<bool>("stored")?);
        }
        let gone: Vec<&String> = there.keys().filter(|id| !told.files.iter().any(|file| file.id == **id)).collect();
        for id in &gone {
            tx.run("delete from fd_file where application = $1 and id = $2", params![a.id.as_str(), id.as_str()]).await?;
        }
        for file in &told.files {
            let sql = "insert into fd_file (application, id, name, media_type, stored, at) values ($1, $2, $3, '', $4, $5) \
                       on conflict (application, id) do update set name = excluded.name";
            tx.run(sql, params![a.id.as_str(), file.id.as_str(), file.name.as_str(), false, file.at]).await?;
        }
        tx.run("update fd_application set detailed_at = $1 where id = $2", params![a.updated_at, a.id.as_str()]).await?;
        let profile = self.fd_application(&tx, &a.id).await?.map(|stored| stored.profile).unwrap_or_default();
        tx.commit().await?;
        for id in gone {
            self.fd_files.drop_file(&a.id, id).await?;
        }
        self.lobby.changed();
        let lacking = told.files.iter().filter(|file| there.get(&file.id) != Some(&true)).map(|file| file.id.clone());
        Ok(Lacking { files: lacking.collect(), url: self.at(&format!("{}/{profile}", super::profile_pages::PROFILES)) })
    }

    /// What applicants answered about themselves: kept without their names, joined with nothing but the job.
    pub(crate) async fn put_eeo(&self, told: &EeoAnswers) -> db::Result<()> {
        let tx = self.db.begin().await?;
        for chunk in told.data.chunks(500) {
            let row = |a: &findem_api::EeoAnswer| {
                params![a.id.as_str(), a.job.as_str(), a.gender.as_str(), a.race.as_str(), a.veteran.as_str(), a.disability.as_str(), a.at, told.pass]
            };
            let sql = format!(
                "insert into fd_eeo (id, job, gender, race, veteran, disability, at, pass) values {} on conflict (id) do update set job = excluded.job, \
                 gender = excluded.gender, race = excluded.race, veteran = excluded.veteran, disability = excluded.disability, at = excluded.at, pass = excluded.pass",
                db::values(chunk.len(), 8)
            );
            tx.run(&sql, chunk.iter().flat_map(row).collect()).await?;
        }
        if told.last {
            tx.run("delete from fd_eeo where pass < $1", params![told.pass]).await?;
        }
        tx.commit().await
    }

    /// Writes down what happened to somebody here.
    pub(super) async fn fd_event(&self, tx: &impl Sql, profile: &str, said: &str, conflict: bool, confidential: bool) -> db::Result<()> {
        let sql = "insert into fd_event (id, profile, at, said, conflict, confidential) values ($1, $2, $3, $4, $5, $6)";
        tx.run(sql, params![pipeline::fresh_id(self.clock.now()), profile, self.clock.now().0, said, conflict, confidential]).await.map(drop)
    }
}
