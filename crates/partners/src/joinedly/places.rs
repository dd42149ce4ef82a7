//! Offices and teams. An ATS has locations and teams; they meet where the names are exactly the same.

use crate::Partners;
use db::{Row, Sql, params};

/// Which of the two lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Office,
    Team,
}

impl Kind {
    /// In the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Office => "office",
            Self::Team => "team",
        }
    }
}

/// An office or a team.
#[derive(Clone, Debug)]
pub struct Place {
    pub id: String,
    pub name: String,
    /// Of an office; empty: the company's.
    pub zone: String,
}

/// Longer names are a mistake. Characters.
const LONGEST: usize = 200;

fn read(row: &Row) -> db::Result<Place> {
    Ok(Place { id: row.text("id")?, name: row.text("name")?, zone: row.text("zone")? })
}

impl Partners {
    /// All of a kind, by name.
    pub(crate) async fn places(&self, kind: Kind) -> db::Result<Vec<Place>> {
        let rows = self.db.rows("select * from jy_place where kind = $1 order by name, id", params![kind.name()]).await?;
        rows.iter().map(read).collect()
    }

    pub(crate) async fn place(&self, db: &impl Sql, kind: Kind, id: &str) -> db::Result<Option<Place>> {
        let row = db.row("select * from jy_place where kind = $1 and id = $2", params![kind.name(), id]).await?;
        row.map(|row| read(&row)).transpose()
    }

    /// Adds an office or a team, or answers the one that has the name; or a sentence why not.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn add_place(&self, kind: Kind, name: &str, zone: &str) -> db::Result<Result<Place, String>> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > LONGEST {
            return Ok(Err(format!("The name of an {} has 1 to {LONGEST} characters.", kind.name()).replace("an team", "a team")));
        }
        if !zone.is_empty() && jiff::tz::TimeZone::get(zone).is_err() {
            return Ok(Err(format!("There is no time zone {zone:?}. Time zones are called Europe/Berlin, America/New_York.")));
        }
        let id = uuid::Uuid::new_v4().to_string();
        let sql = "insert into jy_place (id, kind, name, zone) values ($1, $2, $3, $4) on conflict (kind, name) do nothing";
        self.db.run(sql, params![id, kind.name(), name, zone]).await?;
        let row = self.db.row("select * from jy_place where kind = $1 and name = $2", params![kind.name(), name]).await?;
        self.lobby.changed();
        row.map(|row| read(&row)).transpose()?.ok_or_else(|| db::Error::new("a place that was added is gone")).map(Ok)
    }

    /// Gives a place another name; or a sentence why not. Who belongs to it still does.
    pub(crate) async fn rename_place(&self, kind: Kind, id: &str, name: &str) -> db::Result<Result<(), String>> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > LONGEST {
            return Ok(Err(format!("A name has 1 to {LONGEST} characters.")));
        }
        match self.db.run("update jy_place set name = $1 where kind = $2 and id = $3", params![name, kind.name(), id]).await {
            Err(e) if e.is_duplicate() => Ok(Err(format!("There is another {} called {name:?} already.", kind.name()))),
            other => {
                other?;
                self.lobby.changed();
                Ok(Ok(()))
            }
        }
    }

    /// Takes a place away, unless somebody belongs to it.
    pub(crate) async fn remove_place(&self, kind: Kind, id: &str) -> db::Result<Result<(), String>> {
        // Joiners are a few thousand at most, and this is done once in a year.
        let belongs = self.all_joiners().await?.into_iter().find(|j| {
            let of = if kind == Kind::Office { &j.about.office } else { &j.about.team };
            of.as_deref() == Some(id)
        });
        if let Some(joiner) = belongs {
            return Ok(Err(format!("{} belongs to this {}, perhaps with others. Rename it instead.", joiner.name, kind.name())));
        }
        self.db.run("delete from jy_place where kind = $1 and id = $2", params![kind.name(), id]).await?;
        self.lobby.changed();
        Ok(Ok(()))
    }
}
