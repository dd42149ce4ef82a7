//! Profiles: people Findem knows, who were found, or applied, or came in a file.

use super::matching;
use crate::Partners;
use db::{Clauses, Row, Sql, Tx, params};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Where somebody worked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Post {
    pub title: String,
    pub company: String,
    pub years: String,
}

/// A person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    pub id: String,
    /// `sourced`, `lever` or `csv`.
    pub origin: String,
    pub name: String,
    pub title: String,
    pub company: String,
    pub location: String,
    pub summary: String,
    pub skills: String,
    pub experience: Vec<Post>,
    pub education: Vec<Post>,
    pub emails: Vec<String>,
    /// Those that were found; `emails` has Lever's instead, where there are any.
    pub own_emails: Vec<String>,
    pub phones: Vec<String>,
    pub links: Vec<String>,
    pub linkedin: String,
    pub github: String,
    /// Known from confidential applications alone.
    pub confidential: bool,
}

impl Profile {
    /// What they are known by, as they were found.
    pub fn words(&self) -> Vec<matching::Word> {
        let companies = self.experience.iter().map(|post| post.company.as_str()).chain([self.company.as_str()]);
        let mut words = matching::of_profile(&self.name, &self.own_emails, &self.links, companies);
        words.push(matching::own(&self.id));
        words
    }

    /// `Backend Engineer at Acme`
    pub fn headline(&self) -> String {
        match (self.title.is_empty(), self.company.is_empty()) {
            (false, false) => format!("{} at {}", self.title, self.company),
            (true, _) => self.company.clone(),
            (_, true) => self.title.clone(),
        }
    }
}

fn read(row: &Row) -> db::Result<Profile> {
    Ok(Profile {
        experience: row.held("experience")?,
        education: row.held("education")?,
        emails: row.held("emails")?,
        own_emails: row.held("own_emails")?,
        phones: row.held("phones")?,
        links: row.held("links")?,
        id: row.text("id")?,
        origin: row.text("origin")?,
        name: row.text("name")?,
        title: row.text("title")?,
        company: row.text("company")?,
        location: row.text("location")?,
        summary: row.text("summary")?,
        skills: row.text("skills")?,
        linkedin: row.text("linkedin")?,
        github: row.text("github")?,
        confidential: row.get("confidential")?,
    })
}

/// Which profiles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Search {
    /// In all there is about them.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub q: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub location: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub company: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub skill: String,
    /// `sourced`, `lever` or `csv`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub origin: String,
    /// `yes` or `no`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub in_lever: String,
    /// From behind this one: its id.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub after: String,
}

impl Search {
    /// As the query of an address, without the place.
    pub fn query(&self) -> String {
        serde_html_form::to_string(Self { after: String::new(), ..self.clone() }).unwrap_or_default()
    }
}

/// So many on a page.
pub const PAGE: usize = 50;

impl Partners {
    pub(super) async fn fd_profile(&self, db: &impl Sql, id: &str) -> db::Result<Option<Profile>> {
        db.row("select * from fd_profile where id = $1", params![id]).await?.map(|row| read(&row)).transpose()
    }

    /// A page of profiles by name, and one more if there are more.
    pub(super) async fn fd_profiles(&self, search: &Search, sees_confidential: bool) -> db::Result<Vec<Profile>> {
        let mut only = Clauses::default();
        let engine = self.db.engine();
        for word in search.q.split_whitespace().take(8) {
            let word = only.bind(word.to_lowercase());
            only.and(engine.holds("words", &word));
        }
        for (column, wanted) in [("location", &search.location), ("company", &search.company), ("skills", &search.skill)] {
            if !wanted.trim().is_empty() {
                let wanted = only.bind(wanted.trim());
                only.and(engine.contains(column, &wanted));
            }
        }
        only.maybe("origin =", Some(search.origin.as_str()).filter(|origin| !origin.is_empty()));
        let seen = if sees_confidential { "" } else { " and not a.confidential" };
        let in_lever = format!("exists (select 1 from fd_application a where a.profile = fd_profile.id and a.came = 'lever'{seen})");
        match search.in_lever.as_str() {
            "yes" => drop(only.and(in_lever)),
            "no" => drop(only.and(format!("not {in_lever}"))),
            _ => {}
        }
        if !sees_confidential {
            only.is("confidential =", false);
        }
        if !search.after.is_empty() {
            let after = only.bind(search.after.as_str());
            only.and(format!("(name, id) > (select p.name, p.id from fd_profile p where p.id = {after})"));
        }
        let most = only.bind(PAGE as i64 + 1);
        let sql = format!("select * from fd_profile{} order by name, id limit {most}", only.sql());
        self.db.rows(&sql, only.values()).await?.iter().map(read).collect()
    }

    /// Adds somebody who was found.
    pub(super) async fn add_fd_profile(&self, tx: &Tx, p: &Profile) -> db::Result<()> {
        let id = pipeline::fresh_id(self.clock.now());
        let p = &Profile { id: id.clone(), own_emails: p.emails.clone(), ..p.clone() };
        let experience: String = p.experience.iter().map(|post| format!("{} {} ", post.title, post.company)).collect();
        let words =
            [&p.name, &p.title, &p.company, &p.location, &p.skills, &p.summary, &experience, &p.emails.join(" ")].map(String::as_str).join(" ");
        let sql = format!(
            "insert into fd_profile (id, origin, name, title, company, location, summary, skills, experience, education, emails, own_emails, phones, \
             links, linkedin, github, words, confidential, created_at) values {}",
            db::values(1, 19)
        );
        let values = params![
            id.as_str(),
            p.origin.as_str(),
            p.name.as_str(),
            p.title.as_str(),
            p.company.as_str(),
            p.location.as_str(),
            p.summary.as_str(),
            p.skills.as_str(),
            json!(p.experience).to_string(),
            json!(p.education).to_string(),
            json!(p.emails).to_string(),
            json!(p.emails).to_string(),
            json!(p.phones).to_string(),
            json!(p.links).to_string(),
            matching::linkedin(&p.links),
            matching::github(&p.links),
            words.to_lowercase(),
            false,
            self.clock.now().0
        ];
        tx.run(&sql, values).await?;
        self.keep_words(tx, &p.words().into_iter().map(|word| (word, id.clone())).collect::<Vec<_>>()).await
    }

    /// What happened to somebody here, the newest first: when, what, whether two sides disagreed.
    pub(super) async fn fd_events(&self, profile: &str, sees_confidential: bool) -> db::Result<Vec<(clock::Ms, String, bool)>> {
        let sql = "select at, said, conflict from fd_event where profile = $1 and ($2 or not confidential) order by at desc, id desc limit 100";
        let event = |row: &Row| Ok((clock::Ms(row.int("at")?), row.text("said")?, row.get("conflict")?));
        self.db.rows(sql, params![profile, sees_confidential]).await?.iter().map(event).collect()
    }
}
