//! Interview kits: what is asked, how long one may think and answer, and how often.

use crate::Partners;
use clock::Ms;
use db::{Row, Sql, params};
use serde::{Deserialize, Serialize};

/// How a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Video,
    Audio,
    Choice,
    Essay,
    Code,
}

impl Kind {
    pub const ALL: [Self; 5] = [Self::Video, Self::Audio, Self::Choice, Self::Essay, Self::Code];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Choice => "choice",
            Self::Essay => "essay",
            Self::Code => "code",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Video => "Video",
            Self::Audio => "Audio",
            Self::Choice => "Multiple choice",
            Self::Essay => "Essay",
            Self::Code => "Code",
        }
    }

    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it is recorded.
    pub const fn is_recorded(self) -> bool {
        matches!(self, Self::Video | Self::Audio)
    }
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub id: String,
    pub kind: Kind,
    /// What is asked.
    pub body: String,
    /// What to choose from.
    #[serde(default)]
    pub options: Vec<String>,
    /// How long one may think, seconds; 0: as long as one likes.
    pub think_s: i64,
    /// How long one may answer, seconds; 0: as long as one likes.
    pub answer_s: i64,
    /// How often one may try.
    pub takes: i64,
}

/// A kit.
#[derive(Clone, Debug)]
pub struct Kit {
    pub id: String,
    pub name: String,
    /// What the candidate reads first.
    pub intro: String,
    /// How many days the candidate has.
    pub due_days: i64,
    pub questions: Vec<Question>,
}

fn question(row: &Row) -> db::Result<Question> {
    Ok(Question {
        id: row.text("id")?,
        kind: Kind::read(&row.text("kind")?).unwrap_or(Kind::Essay),
        body: row.text("body")?,
        options: row.held("options")?,
        think_s: row.int("think_s")?,
        answer_s: row.int("answer_s")?,
        takes: row.int("takes")?,
    })
}

impl Partners {
    /// All kits, by name, with their questions.
    pub(crate) async fn kits(&self) -> db::Result<Vec<Kit>> {
        let rows = self.db.rows("select * from jm_kit order by name, id", vec![]).await?;
        let mut kits = Vec::new();
        for row in rows {
            kits.push(self.opened(&self.db, &row).await?);
        }
        Ok(kits)
    }

    pub(crate) async fn kit(&self, db: &impl Sql, id: &str) -> db::Result<Option<Kit>> {
        match db.row("select * from jm_kit where id = $1", params![id]).await? {
            Some(row) => self.opened(db, &row).await.map(Some),
            None => Ok(None),
        }
    }

    async fn opened(&self, db: &impl Sql, row: &Row) -> db::Result<Kit> {
        let id = row.text("id")?;
        let questions = db.rows("select * from jm_question where kit = $1 order by position, id", params![id.as_str()]).await?;
        let questions = questions.iter().map(question).collect::<db::Result<_>>()?;
        Ok(Kit { name: row.text("name")?, intro: row.text("intro")?, due_days: row.int("due_days")?, questions, id })
    }

    /// Makes a kit, or changes the one with its id; its questions stay. Or a sentence why not.
    pub(crate) async fn put_kit(&self, kit: &Kit) -> db::Result<Result<(), String>> {
        if kit.name.trim().is_empty() || kit.name.chars().count() > 200 || kit.intro.chars().count() > 5000 {
            return Ok(Err("A kit has a name of 1 to 200 characters, and an introduction of at most 5,000.".to_owned()));
        }
        if !(1..=180).contains(&kit.due_days) {
            return Ok(Err("Candidates have 1 to 180 days.".to_owned()));
        }
        let sql = "insert into jm_kit (id, name, intro, due_days, created_at) values ($1, $2, $3, $4, $5) \
                   on conflict (id) do update set name = excluded.name, intro = excluded.intro, due_days = excluded.due_days";
        let now: Ms = self.clock.now();
        self.db.run(sql, params![kit.id.as_str(), kit.name.trim(), kit.intro.trim(), kit.due_days, now.0]).await?;
        self.lobby.changed();
        Ok(Ok(()))
    }

    /// Adds a question at the end of a kit, or changes the one with its id; or a sentence why not. Who was invited before keeps
    /// what was asked then.
    pub(crate) async fn put_question(&self, kit: &str, q: &Question) -> db::Result<Result<(), String>> {
        if let Err(why) = sensible(q) {
            return Ok(Err(why));
        }
        let options = serde_json::to_string(&q.options).unwrap_or_default();
        let sql = "insert into jm_question (id, kit, position, kind, body, options, think_s, answer_s, takes) \
                   select $1, $2, coalesce(max(position), 0) + 1, $3, $4, $5, $6, $7, $8 from jm_question where kit = $2 \
                   on conflict (id) do update set kind = excluded.kind, body = excluded.body, options = excluded.options, think_s = excluded.think_s, \
                   answer_s = excluded.answer_s, takes = excluded.takes where jm_question.kit = excluded.kit";
        let values = params![q.id.as_str(), kit, q.kind.name(), q.body.trim(), options, q.think_s, q.answer_s, q.takes];
        self.db.run(sql, values).await?;
        self.lobby.changed();
        Ok(Ok(()))
    }

    pub(crate) async fn remove_question(&self, kit: &str, id: &str) -> db::Result<()> {
        self.db.run("delete from jm_question where kit = $1 and id = $2", params![kit, id]).await?;
        self.lobby.changed();
        Ok(())
    }
}

/// Why a question cannot be as it is.
fn sensible(q: &Question) -> Result<(), String> {
    if q.body.trim().is_empty() || q.body.chars().count() > 2000 {
        return Err("A question has 1 to 2,000 characters.".to_owned());
    }
    if q.kind == Kind::Choice && q.options.iter().filter(|o| !o.trim().is_empty()).count() < 2 {
        return Err("Multiple choice needs two answers to choose from, one on each line.".to_owned());
    }
    if !(0..=3600).contains(&q.think_s) || !(0..=7200).contains(&q.answer_s) || !(1..=20).contains(&q.takes) {
        return Err("One may think for up to an hour, answer for up to two, and try 1 to 20 times.".to_owned());
    }
    if q.kind.is_recorded() && q.answer_s == 0 {
        return Err("A recording needs an end: say how long the answer may take.".to_owned());
    }
    Ok(())
}
