//! Sensitive Information Privileges: secret notes and forms, offers, and the profiles of hired people, of the departments, teams, locations or
//! single postings a user was given.

use crate::Ats;
use crate::profiles::text_of;
use db::{Clauses, Sql, Tx, params};
use serde::{Deserialize, Serialize};

/// A team of a department: the same name may stand in two.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// Its department; empty: none.
    pub department: String,
    /// Its name.
    pub name: String,
}

/// Whose sensitive information a user sees. By default nobody's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sensitive {
    /// Everybody's, also of those without a posting.
    pub everything: bool,
    /// Of postings of these departments.
    pub departments: Vec<String>,
    /// Of postings of these teams.
    pub teams: Vec<Team>,
    /// Of postings at these locations, as their main one or another.
    pub locations: Vec<String>,
    /// Of these postings, by id.
    pub postings: Vec<String>,
}

impl Sensitive {
    /// Of everybody.
    #[must_use]
    pub fn all() -> Self {
        Self { everything: true, ..Self::default() }
    }

    /// Whether they see nothing.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// As it stands in its column.
    pub(crate) fn stored(&self) -> Option<String> {
        (!self.is_none()).then(|| text_of(self))
    }

    /// That a row of postings, `p`, is one whose candidates it covers: any of these conditions. Not asked of who sees everything.
    pub(crate) fn conditions(&self, ats: &Ats, only: &mut Clauses) -> Vec<String> {
        let mut any = Vec::new();
        for (column, values) in [("p.id", &self.postings), ("p.department", &self.departments), ("p.location", &self.locations)] {
            if !values.is_empty() {
                any.push(format!("{column} in ({})", only.bind_all(values)));
            }
        }
        any.extend(ats.any_held(only, "p.all_locations", &self.locations));
        for team in &self.teams {
            let (department, name) = (only.bind(team.department.as_str()), only.bind(team.name.as_str()));
            any.push(format!("(coalesce(p.department, '') = {department} and p.team = {name})"));
        }
        any
    }
}

impl Ats {
    /// Whose sensitive information a user was given.
    pub(crate) async fn sensitive_of(&self, person: &str) -> db::Result<Sensitive> {
        sensitive_of(&self.db, person).await
    }

    /// Whether this scope covers candidates of this posting, or of none.
    pub(crate) async fn covers(&self, scope: &Sensitive, posting: Option<&str>) -> db::Result<bool> {
        let Some(posting) = posting.filter(|_| !scope.everything) else { return Ok(scope.everything) };
        let mut only = Clauses::default();
        only.is("p.id =", posting);
        let any = scope.conditions(self, &mut only);
        if any.is_empty() {
            return Ok(false);
        }
        only.and(format!("({})", any.join(" or ")));
        Ok(self.db.row(&format!("select p.id from posting p{}", only.sql()), only.values()).await?.is_some())
    }

    /// Gives a user this and nothing else; they see less, or more, with their next page.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn give_sensitive(&self, person: &str, scope: &Sensitive, by: Option<&str>) -> db::Result<()> {
        let tx = self.db.begin().await?;
        self.write_sensitive(&tx, person, scope, by).await?;
        tx.commit().await?;
        self.committed();
        Ok(())
    }

    /// The same within a transaction. What was there already is no change.
    pub(crate) async fn write_sensitive(&self, tx: &Tx, person: &str, scope: &Sensitive, by: Option<&str>) -> db::Result<()> {
        let before = sensitive_of(tx, person).await?;
        if before == *scope {
            return Ok(());
        }
        let sql = "update person set sensitive = $1 where id = $2 returning email";
        if let Some(row) = tx.row(sql, params![scope.stored(), person]).await? {
            let meta = serde_json::json!({ "from": before, "to": scope });
            self.audit_more(tx, "user.permission:changed", by, (person, &row.text("email")?), &meta).await?;
        }
        Ok(())
    }
}

async fn sensitive_of(db: &impl Sql, person: &str) -> db::Result<Sensitive> {
    let row = db.row("select sensitive from person where id = $1", params![person]).await?;
    Ok(row.map(|row| row.held("sensitive")).transpose()?.unwrap_or_default())
}
