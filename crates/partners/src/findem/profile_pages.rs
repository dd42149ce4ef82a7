//! Profiles: looking for people, and all that is known of one of them.

use super::applications::Stored;
use super::lists::Lists;
use super::profiles::{PAGE, Post, Profile, Search};
use super::{export_pages, matching};
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::extract::{Path, Query};
use axum::response::{Html, Response};
use axum::routing::get;
use clock::Ms;
use db::{Row, Sql, params};
use endpoint::Attachment;
use paper::Paper;
use std::collections::HashMap;
use web::{Markup, Problem, html, ui};

pub const PROFILES: &str = "/findem/profiles";

pub fn routes() -> Router<Partners> {
    Router::new()
        .route(PROFILES, get(list))
        .route(&format!("{PROFILES}/{{id}}"), get(show))
        .route("/findem/files/{application}/{file}", get(download))
}

/// What was asked for is asked for again after so long, ms.
const ASKED_ANEW: i64 = 60_000;

/// A note, as it is shown.
struct Note {
    text: String,
    author: String,
    at: Ms,
}

/// A file, as it is shown.
struct File {
    id: String,
    name: String,
    stored: bool,
}

impl Partners {
    async fn notes_of(&self, application: &str) -> db::Result<Vec<Note>> {
        let note = |row: &Row| Ok(Note { text: row.text("text")?, author: row.text("author")?, at: Ms(row.int("at")?) });
        self.db.rows("select * from fd_note where application = $1 order by at desc, id", params![application]).await?.iter().map(note).collect()
    }

    async fn files_of(&self, application: &str) -> db::Result<Vec<File>> {
        let file = |row: &Row| Ok(File { id: row.text("id")?, name: row.text("name")?, stored: row.get("stored")? });
        self.db.rows("select * from fd_file where application = $1 order by at desc, id", params![application]).await?.iter().map(file).collect()
    }

    /// Keeps the content of a file that was told of. Whether it was.
    pub(crate) async fn keep_fd_file(&self, application: &str, id: &str, file: &Attachment) -> db::Result<bool> {
        let told = "select 1 as one from fd_file where application = $1 and id = $2";
        if self.db.row(told, params![application, id]).await?.is_none() {
            return Ok(false);
        }
        self.fd_files.keep(application, id, &file.bytes).await?;
        let sql = "update fd_file set stored = $1, media_type = $2 where application = $3 and id = $4";
        let is_there = self.db.run(sql, params![true, file.media_type.as_str(), application, id]).await? > 0;
        if !is_there {
            // They were forgotten meanwhile.
            self.fd_files.drop_file(application, id).await?;
        }
        self.lobby.changed();
        Ok(is_there)
    }

    /// The résumé of whoever is exported: what is known of them, on paper.
    pub(crate) async fn fd_resume(&self, wish: &str) -> db::Result<Option<Vec<u8>>> {
        let Some(wish) = self.fd_wish(&self.db, wish).await? else { return Ok(None) };
        let Some(p) = self.fd_profile(&self.db, &wish.profile).await? else { return Ok(None) };
        let mut paper = Paper::new(&p.name);
        paper.text(&p.headline());
        paper.text(
            &[p.location.as_str(), &p.emails.join(", "), &p.phones.join(", ")].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" · "),
        );
        for (heading, posts) in [("Experience", &p.experience), ("Education", &p.education)] {
            if !posts.is_empty() {
                paper.heading(heading);
            }
            for post in posts {
                paper.text(&words(post));
            }
        }
        for (heading, text) in [("Skills", &p.skills), ("Summary", &p.summary)] {
            if !text.is_empty() {
                paper.heading(heading);
                paper.text(text);
            }
        }
        paper.finish().map(Some).map_err(db::Error::new)
    }

    /// Whom of these the applicant tracking system knows: the newest active candidacy, or the newest.
    pub(super) async fn badges(&self, profiles: &[String], sees_confidential: bool) -> db::Result<HashMap<String, Stored>> {
        let mut only = db::Clauses::default();
        only.any_of("profile", profiles);
        if !sees_confidential {
            only.is("confidential =", false);
        }
        let mut found: HashMap<String, Stored> = HashMap::new();
        if profiles.is_empty() {
            return Ok(found);
        }
        let sql = format!("select * from fd_application{} order by created_at desc, id", only.sql());
        for row in self.db.rows(&sql, only.values()).await? {
            let stored = super::applications::read(&row)?;
            let is_better = found.get(&stored.profile).is_none_or(|known| known.a.archived_at.is_some() && stored.a.archived_at.is_none());
            if is_better {
                found.insert(stored.profile.clone(), stored);
            }
        }
        Ok(found)
    }
}

/// `Engineer, Acme (2019 to 2022)`
fn words(post: &Post) -> String {
    let what = [post.title.as_str(), &post.company].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ");
    if post.years.is_empty() { what } else { format!("{what} ({})", post.years) }
}

/// Already in Lever: at which stage, and whose.
pub fn badge(lists: &Lists, stored: Option<&Stored>) -> Markup {
    html! {
        @match stored {
            None => span.soft { "not in Lever" },
            Some(s) if s.came == "csv" => { (ui::badge("plain", "from a file")) }
            Some(s) => {
                (ui::badge(if s.a.archived_at.is_some() { "plain" } else { "good" }, "already in Lever"))
                br; span.soft {
                    @if s.a.archived_at.is_some() { "archived: " (lists.reason_name(&s.a.reason)) } @else { (lists.stage_name(&s.a.stage)) }
                    ", owner " (lists.user_name(&s.a.owner))
                }
            }
        }
    }
}

async fn list(person: Person, Query(search): Query<Search>) -> Result<Html<String>, Problem> {
    person.need_reviewer()?;
    let (partners, sees) = (&person.partners, person.sees_confidential());
    let lists = partners.fd_lists(&partners.db).await?;
    let mut found = partners.fd_profiles(&search, sees).await?;
    let is_more = found.len() > PAGE;
    found.truncate(PAGE);
    let badges = partners.badges(&found.iter().map(|p| p.id.clone()).collect::<Vec<_>>(), sees).await?;
    let here = search.query();
    let rows = html! {
        @for p in &found {
            tr {
                td { label.tick { input type="checkbox" name="profile" value=(p.id) data-group="profiles" aria-label=(format!("Choose {}", p.name)); } }
                td { a href=(format!("{PROFILES}/{}", p.id)) { (if p.name.is_empty() { "no name" } else { &p.name }) } br; span.soft { (p.headline()) } }
                td { (p.location) }
                td { span.soft { (p.skills) } }
                td { (badge(&lists, badges.get(&p.id))) }
            }
        }
    };
    let line = |label: &str, name: &str, value: &str| html! { label.field { span { (label) } input type="search" name=(name) value=(value) autocomplete="off"; } };
    let choose = |all: &[(&str, &str)]| all.iter().map(|(value, text)| ((*value).to_owned(), (*text).to_owned())).collect::<Vec<_>>();
    let main = html! {
        (ui::heading("Profiles", "People who were found, and people who applied.", &html! {}))
        form.fields method="get" action=(PROFILES) {
            (line("Search: name, title, company, skills, address", "q", &search.q))
            details id="filters" open[Search { q: String::new(), after: String::new(), ..search.clone() } != Search::default()] {
                summary { "Filters" }
                div.grid {
                    (line("Location", "location", &search.location))
                    (line("Company", "company", &search.company))
                    (line("Skill", "skill", &search.skill))
                    (ui::choice("Where they come from", "origin", &choose(&[("", "anywhere"), ("sourced", "found"), ("lever", "Lever"), ("csv", "a file")]), &search.origin))
                    (ui::choice("In Lever", "in_lever", &choose(&[("", "whether or not"), ("yes", "already in Lever"), ("no", "not in Lever")]), &search.in_lever))
                }
            }
            div.actions { button type="submit" { "Search" } @if !here.is_empty() { a.button href=(PROFILES) { "Show all" } } }
        }
        @if found.is_empty() { (ui::empty("Nobody fits", "Look with fewer words, or with other filters.")) }
        @else {
            form method="get" action=(export_pages::NEW) {
                div.actions { button type="button" data-tick="profiles" { "Tick all on this page" } button.main type="submit" { "Export those ticked to Lever" } }
                (ui::table("Profiles", &["", "Who", "Where", "Skills", "In Lever"], &rows))
            }
        }
        @if let Some(last) = found.last().filter(|_| is_more) { p { a.button href=(format!("{PROFILES}?{}&after={}", here, last.id)) { "Next page" } } }
    };
    person.findem("Profiles", false, main).await
}

/// A profile this person may see.
pub(super) async fn seen(person: &Person, id: &str) -> Result<Profile, Problem> {
    person.need_reviewer()?;
    let found = person.partners.fd_profile(&person.partners.db, id).await?.filter(|p| person.sees_confidential() || !p.confidential);
    found.ok_or_else(|| Problem::not_found().way_on("To the profiles", PROFILES))
}

async fn show(person: Person, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let p = seen(&person, &id).await?;
    let (partners, now, sees) = (&person.partners, person.partners.clock.now(), person.sees_confidential());
    let lists = partners.fd_lists(&partners.db).await?;
    let mut applications = partners.applications_of(&id).await?;
    applications.retain(|s| sees || !s.a.confidential);
    let is_behind = |stored: &Stored| stored.came == "lever" && stored.detailed_at != Some(stored.a.updated_at);
    // Asked for once in a while, whoever looks how often.
    let asks = |stored: &&Stored| is_behind(stored) && stored.asked_at.is_none_or(|at| at < now.0 - ASKED_ANEW);
    let behind: Vec<String> = applications.iter().filter(asks).map(|stored| stored.a.id.clone()).collect();
    if !behind.is_empty() {
        partners.read_anew(&behind).await?;
    }
    let mut cards = Vec::new();
    for stored in &applications {
        let behind = is_behind(stored);
        cards.push(application(&lists, stored, &partners.notes_of(&stored.a.id).await?, &partners.files_of(&stored.a.id).await?, behind, now));
    }
    let events = partners.fd_events(&id, sees).await?;
    let badges = partners.badges(std::slice::from_ref(&id), sees).await?;
    let main = html! {
        (ui::heading(if p.name.is_empty() { "No name" } else { &p.name }, &p.headline(), &html! {
            (badge(&lists, badges.get(&id)))
            a.button.main href=(format!("{}?profile={id}", export_pages::NEW)) { "Export to Lever" }
        }))
        div.grid {
            section.card { h2 { "Profile" } (facts(&p)) }
            (posts("Work experience", &p.experience))
            (posts("Education", &p.education))
            @for card in &cards { (card) }
            section.card {
                h2 { "Activity" }
                p.hint { "Kept here only: Lever does not get it." }
                @if events.is_empty() { p.soft { "Nothing yet." } }
                ul.list { @for (at, said, conflict) in &events { li { div { (said) br; span.soft { (ui::when(*at, now)) } } @if *conflict { (ui::badge("bad", "conflict")) } } } }
            }
        }
        @if applications.iter().any(is_behind) { (ui::asks_again(2)) }
    };
    person.findem(&p.name, true, main).await
}

fn posts(title: &str, posts: &[Post]) -> Markup {
    html! { @if !posts.is_empty() { section.card { h2 { (title) } ul.list { @for post in posts { li { (words(post)) } } } } } }
}

fn link(url: &str) -> Markup {
    html! { @if url.starts_with("http") { a href=(url) rel="noreferrer" { (url) } } @else { (url) } }
}

fn facts(p: &Profile) -> Markup {
    let text = |text: &str| html! { (text) };
    let all = [
        ("Candidate name", text(&p.name)),
        ("Title", text(&p.title)),
        ("Company", text(&p.company)),
        ("Location", text(&p.location)),
        ("E-mail", html! { @for email in &p.emails { div { (email) } } }),
        ("Telephone", html! { @for phone in &p.phones { div { (phone) } } }),
        ("LinkedIn URL", link(&p.linkedin)),
        ("GitHub URL", link(&p.github)),
        ("Skills", text(&p.skills)),
        ("Summary", text(&p.summary)),
    ];
    let known: Vec<_> = all.into_iter().filter(|(_, value)| !value.0.is_empty()).collect();
    ui::facts(&known)
}

/// One candidacy, as Lever has it.
fn application(lists: &Lists, s: &Stored, notes: &[Note], files: &[File], behind: bool, now: Ms) -> Markup {
    let a = &s.a;
    let tags = html! { @for tag in &a.tags { (ui::badge("plain", tag)) " " } };
    let mut pairs = vec![
        ("Candidate name", html! { (a.name) }),
        ("Title", html! { (a.headline) }),
        ("E-mail", html! { @for email in &a.emails { div { (email) } } }),
        ("Stage", html! { @if a.archived_at.is_some() { "archived: " (lists.reason_name(&a.reason)) } @else { (lists.stage_name(&a.stage)) } }),
        ("Owner", html! { (lists.user_name(&a.owner)) }),
        ("Source", html! { (a.sources.join(", ")) }),
        ("Tags", tags),
    ];
    for (label, url) in [("LinkedIn URL", matching::linkedin(&a.links)), ("GitHub URL", matching::github(&a.links))] {
        if !url.is_empty() {
            pairs.push((label, link(url)));
        }
    }
    html! {
        section.card {
            div.heading {
                h2 { (lists.job(&a.job).map_or("No job", |job| job.title.as_str())) @if a.confidential { " " (ui::badge("plain", "confidential")) } }
            }
            (ui::facts(&pairs))
            @if a.url.starts_with("http") { p { a.button href=(a.url) rel="noreferrer" { "Open in Lever" } } }
            @if s.came == "lever" {
                h3 { "Attachments" }
                @if behind { p.hint { "Notes and attachments are being read from Lever." } }
                @if files.is_empty() && !behind { p.soft { "None." } }
                ul.list { @for file in files { li { @if file.stored { a href=(format!("/findem/files/{}/{}", a.id, file.id)) { (file.name) } } @else { (file.name) " " (ui::badge("wait", "not here")) } } } }
                h3 { "Notes" }
                @if notes.is_empty() && !behind { p.soft { "None." } }
                ul.list { @for note in notes { li { div { p.lines { (note.text) } span.soft { (lists.user_name(&note.author)) ", " (ui::when(note.at, now)) } } } } }
            }
        }
    }
}

async fn download(person: Person, Path((application, file)): Path<(String, String)>) -> Result<Response, Problem> {
    person.need_reviewer()?;
    let partners = &person.partners;
    let stored = partners.fd_application(&partners.db, &application).await?.filter(|s| person.sees_confidential() || !s.a.confidential);
    stored.ok_or_else(Problem::not_found)?;
    let sql = "select * from fd_file where application = $1 and id = $2";
    let row = partners.db.row(sql, params![application.as_str(), file.as_str()]).await?.ok_or_else(Problem::not_found)?;
    let bytes = partners.fd_files.read(&application, &file).await?.ok_or_else(Problem::not_found)?;
    Ok(web::download(Attachment { name: row.text("name")?, media_type: row.text("media_type")?, bytes, ..Attachment::default() }))
}
