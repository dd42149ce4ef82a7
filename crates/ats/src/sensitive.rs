//! Sensitive Information Privileges: secret notes and forms, offers, and the profiles of hired people, of the departments, teams, locations or
//! single postings a user was given.

use crate::Ats;
use crate::profiles::text_of;
use db::{Clauses, Sql, params};
use lever_api::Posting;
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

    /// Whether it covers candidates of this posting.
    #[must_use]
    pub fn covers(&self, posting: Option<&Posting>) -> bool {
        let Some(posting) = posting else { return self.everything };
        let c = &posting.categories;
        let department = c.department.as_deref().unwrap_or_default();
        let is_team = |team: &Team| team.department == department && Some(&team.name) == c.team.as_ref();
        self.everything
            || self.postings.contains(&posting.id)
            || self.departments.iter().any(|name| name == department)
            || self.teams.iter().any(is_team)
            || c.location.iter().chain(&c.all_locations).any(|location| self.locations.contains(location))
    }

    /// The same of a row of postings, `p`, each condition for itself. Not asked of who sees everything.
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
        let row = self.db.row("select sensitive from person where id = $1", params![person]).await?;
        let held = row.map(|row| row.json("sensitive")).transpose()?.unwrap_or_default();
        Ok(serde_json::from_value(held).unwrap_or_default())
    }

    /// Gives a user this and nothing else; they see less, or more, with their next page.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn give_sensitive(&self, person: &str, scope: &Sensitive, by: Option<&str>) -> db::Result<()> {
        let before = self.sensitive_of(person).await?;
        let tx = self.db.begin().await?;
        let sql = "update person set sensitive = $1 where id = $2 returning email";
        if let Some(row) = tx.row(sql, params![scope.stored(), person]).await? {
            let meta = serde_json::json!({ "from": before, "to": scope });
            self.audit_more(&tx, "user.permission:changed", by, (person, &row.text("email")?), &meta).await?;
        }
        tx.commit().await?;
        self.committed();
        Ok(())
    }
}
