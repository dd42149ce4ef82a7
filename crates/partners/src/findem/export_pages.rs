//! Exporting to Lever: onto a job or as prospects, with who is there already shown first, and what came of each.

use super::profiles::Profile;
use super::wishes::{NewWish, State, Stored};
use super::{Done, move_pages, profile_pages};
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::extract::{Path, RawQuery};
use axum::response::Html;
use axum::routing::{get, post};
use findem_api::Kind;
use web::{Fields, Problem, html, see_other, ui};

pub const EXPORTS: &str = "/findem/exports";
pub const NEW: &str = "/findem/export";

/// Whoever is known by nothing.
const NOBODY: &str = "They have neither an address nor an account elsewhere: nobody could tell later whether they are in Lever.";

/// So many at once.
const MOST: usize = 200;

pub fn routes() -> Router<Partners> {
    Router::new()
        .route(EXPORTS, get(list))
        .route(NEW, get(new).post(export))
        .route(&format!("{EXPORTS}/{{batch}}"), get(show))
        .route(&format!("{EXPORTS}/{{batch}}/{{id}}/anyway"), post(anyway))
        .route(&format!("{EXPORTS}/{{batch}}/{{id}}/again"), post(again))
        .route(&format!("{EXPORTS}/{{batch}}/{{id}}/cancel"), post(cancel))
}

async fn chosen(person: &Person, fields: &Fields) -> Result<Vec<Profile>, Problem> {
    let ids: Vec<&str> = fields.all("profile").collect();
    if ids.is_empty() || ids.len() > MOST {
        return Err(Problem::bad_request(format!("Tick 1 to {MOST} profiles.")).way_on("To the profiles", profile_pages::PROFILES));
    }
    let mut found = Vec::new();
    for id in ids {
        found.push(profile_pages::seen(person, id).await?);
    }
    Ok(found)
}

async fn new(person: Person, RawQuery(query): RawQuery) -> Result<Html<String>, Problem> {
    let fields = Fields::new(serde_html_form::from_str(&query.unwrap_or_default()).unwrap_or_default());
    let profiles = chosen(&person, &fields).await?;
    let (partners, sees) = (&person.partners, person.sees_confidential());
    let lists = partners.fd_lists(&partners.db).await?;
    let badges = partners.badges(&profiles.iter().map(|p| p.id.clone()).collect::<Vec<_>>(), sees).await?;
    let known = badges.values().filter(|s| s.came == "lever").count();
    let job = |job: &super::lists::Job| (job.id.clone(), format!("{} ({})", job.title, job.location));
    let jobs: Vec<_> = [(String::new(), "no job: as prospects".to_owned())].into_iter().chain(lists.open_jobs(sees).map(job)).collect();
    let stages: Vec<_> = [(String::new(), "New lead".to_owned())].into_iter().chain(lists.onward().map(|s| (s.id.clone(), s.name.clone()))).collect();
    let rows = html! {
        @for p in &profiles {
            tr { td { (p.name) br; span.soft { (p.headline()) } } td { (p.emails.join(", ")) @if p.emails.is_empty() { (ui::badge("wait", "no address")) } } td { (profile_pages::badge(&lists, badges.get(&p.id))) } }
        }
    };
    let main = html! {
        (ui::heading("Export to Lever", &ui::count(profiles.len(), "profile"), &html! {}))
        @if known > 0 {
            p.warn { (known) @if known == 1 { " of them is" } @else { " of them are" } " already in Lever: look at stage and owner first. Whoever is exported all the same becomes another candidacy of the same contact." }
        }
        (ui::table("Profiles", &["Who", "Address", "In Lever"], &rows))
        form.card.fields.middle method="post" action=(NEW) {
            @for p in &profiles { input type="hidden" name="profile" value=(p.id); }
            (ui::choice("Job", "job", &jobs, ""))
            (ui::choice("Stage", "stage", &stages, "lead-new"))
            (ui::field("Tags, divided by commas", "tags", "text", "Findem Exported", false))
            label.field { span { "Note" } textarea name="note" rows="4" maxlength="5000" {} }
            @if known > 0 { label.tick { input type="checkbox" name="anyway" value="yes"; span { "Add those who are in Lever to their existing contact" } } }
            div.actions { button.main type="submit" { "Export" } a.button href=(profile_pages::PROFILES) { "Cancel" } }
        }
    };
    person.findem("Export to Lever", false, main).await
}

async fn export(person: Person, fields: Fields) -> Done {
    let profiles = chosen(&person, &fields).await?;
    let partners = &person.partners;
    let lists = partners.fd_lists(&partners.db).await?;
    let back = |why: String| Problem::bad_request(why).way_on("To the profiles", profile_pages::PROFILES);
    let (job, stage, note) = (fields.get("job"), fields.get("stage"), fields.get("note"));
    if !job.is_empty() && !lists.open_jobs(person.sees_confidential()).any(|known| known.id == job) {
        return Err(back("This job is closed, or not there any more. Nothing was exported: choose another.".to_owned()));
    }
    if !stage.is_empty() && !lists.onward().any(|known| known.id == stage) {
        return Err(back("This stage is excluded, or not there any more. Nothing was exported: choose another.".to_owned()));
    }
    let tags: Vec<String> = fields.get("tags").split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
    if note.chars().count() > 5000 || tags.len() > 20 || tags.iter().any(|tag| tag.chars().count() > 100) {
        return Err(back("A note has at most 5,000 characters; there are at most 20 tags of at most 100. Nothing was exported.".to_owned()));
    }
    if let Some(why) = partners.not_connected().await? {
        return Err(back(why));
    }
    let wish = |p: &Profile| NewWish {
        kind: Kind::Export,
        profile: p.id.clone(),
        name: p.name.clone(),
        job: job.to_owned(),
        stage: stage.to_owned(),
        tags: tags.clone(),
        note: note.to_owned(),
        anyway: fields.is_on("anyway"),
        refused: if p.emails.is_empty() && p.linkedin.is_empty() && p.github.is_empty() { NOBODY } else { "" }.to_owned(),
        confidential: p.confidential || lists.job(job).is_some_and(|job| job.confidential),
        ..NewWish::default()
    };
    let wishes: Vec<NewWish> = profiles.iter().map(wish).collect();
    let user = lists.user_of(&person.email).map(|user| user.id.clone()).unwrap_or_default();
    let batch = partners.wish(&person.as_by(), &user, partners.clock.now(), &wishes).await?;
    Ok(see_other(&format!("{EXPORTS}/{batch}")))
}

async fn list(person: Person) -> Result<Html<String>, Problem> {
    person.need_reviewer()?;
    let (partners, now) = (&person.partners, person.partners.clock.now());
    let (lists, batches) = (partners.fd_lists(&partners.db).await?, partners.batches(&[Kind::Export], person.sees_confidential()).await?);
    let rows = html! {
        @for (wish, counts) in &batches {
            tr {
                td { a href=(format!("{EXPORTS}/{}", wish.batch)) { (lists.job(&wish.job).map_or("As prospects", |job| job.title.as_str())) } }
                td { (wish.by.name) }
                td { (move_pages::summary(counts)) }
                td { (ui::when(wish.created_at, now)) }
            }
        }
    };
    let main = html! {
        (ui::heading("Exports", "Who was sent to Lever from here, and what came of it.", &html! {}))
        @if batches.is_empty() { (ui::empty("Nobody was exported yet", "Tick profiles, and export them to Lever.")) }
        @else { (ui::table("Exports", &["Onto", "By", "Stands", "When"], &rows)) }
    };
    person.findem("Exports", true, main).await
}

async fn show(person: Person, Path(batch): Path<String>) -> Result<Html<String>, Problem> {
    person.need_reviewer()?;
    let (partners, now) = (&person.partners, person.partners.clock.now());
    let wishes = partners.batch(&batch, person.sees_confidential()).await?;
    let Some(first) = wishes.first() else { return Err(Problem::not_found().way_on("To the exports", EXPORTS)) };
    let lists = partners.fd_lists(&partners.db).await?;
    let mut known = std::collections::HashMap::new();
    for wish in wishes.iter().filter(|wish| wish.state == State::Known) {
        let stored = partners.fd_application(&partners.db, &wish.application).await?;
        if let Some(stored) = stored.filter(|stored| person.sees_confidential() || !stored.a.confidential) {
            known.insert(wish.id.clone(), stored);
        }
    }
    let done = wishes.iter().filter(|wish| wish.state == State::Done).count();
    let to = |id: &str, what: &str| format!("{EXPORTS}/{batch}/{id}/{what}");
    let rows = html! {
        @for w in &wishes {
            tr {
                td { a href=(format!("{}/{}", profile_pages::PROFILES, w.profile)) { (w.name) } }
                td {
                    (move_pages::standing(&lists, w, now))
                    @if let Some(s) = known.get(&w.id) { br; (profile_pages::badge(&lists, Some(s))) }
                    @if w.url.starts_with("http") { " " a href=(w.url) rel="noreferrer" { "Open in Lever" } }
                }
                td.end {
                    @if w.state == State::Known && !w.anyway { (ui::action(&to(&w.id, "anyway"), "Add to the existing contact", "")) }
                    @if w.state == State::Waiting && w.held { (ui::action(&to(&w.id, "again"), "Try again", "")) }
                    @if w.can_be_undone(now) { (ui::action(&to(&w.id, "cancel"), "Cancel", "")) }
                }
            }
        }
    };
    let onto = lists.job(&first.job).map_or_else(|| "As prospects".to_owned(), |job| format!("Onto {}", job.title));
    let main = html! {
        (ui::heading(&onto, &format!("{done} of {} in Lever, by {}.", ui::count(wishes.len(), "profile"), first.by.name), &html! { a.button href=(EXPORTS) { "Exports" } }))
        progress max=(wishes.len()) value=(done) aria-label="In Lever" {}
        (ui::table("Profiles", &["Who", "Result", ""], &rows))
    };
    person.findem("Export", true, main).await
}

/// One of a batch that this person may see.
async fn of_batch(person: &Person, batch: &str, id: &str) -> Result<Stored, Problem> {
    person.need_reviewer()?;
    let wishes = person.partners.batch(batch, person.sees_confidential()).await?;
    wishes.into_iter().find(|wish| wish.id == id).ok_or_else(|| Problem::not_found().way_on("To the exports", EXPORTS))
}

async fn anyway(person: Person, Path((batch, id)): Path<(String, String)>) -> Done {
    of_batch(&person, &batch, &id).await?;
    person.partners.wish_again(&id, true).await?;
    person.done("It becomes another candidacy of the same contact.", &format!("{EXPORTS}/{batch}")).await
}

async fn again(person: Person, Path((batch, id)): Path<(String, String)>) -> Done {
    of_batch(&person, &batch, &id).await?;
    person.partners.wish_again(&id, false).await?;
    person.done("It is tried again.", &format!("{EXPORTS}/{batch}")).await
}

async fn cancel(person: Person, Path((batch, id)): Path<(String, String)>) -> Done {
    let wish = of_batch(&person, &batch, &id).await?;
    let back = format!("{EXPORTS}/{batch}");
    if !person.partners.undo_wish(&id).await? {
        return Err(Problem::bad_request("It is on its way to Lever by now, or was cancelled before.").way_on("Back", back));
    }
    person.done(move_pages::undone_words(&wish), &back).await
}
