//! Settings: General (company and offices), Teams, Letters, API.

use super::places::Kind;
use super::texts::TEXTS;
use super::{APP, Done};
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, IntoResponse};
use axum::routing::{get, post};
use clock::Ms;
use db::{Sql, params};
use hub_api::{Jobs, PostingRow};
use serde_json::{Value, json};
use web::{Fields, Markup, Problem, html, ui};

const GENERAL: &str = "/joinedly/settings/general";
const TEAMS: &str = "/joinedly/settings/teams";
pub const LETTERS: &str = "/joinedly/settings/letters";
const API: &str = "/joinedly/settings/api";

pub fn routes() -> Router<Partners> {
    Router::new()
        .route("/joinedly/settings", get(|| async { web::see_other(GENERAL) }))
        .route(GENERAL, get(general).post(set_general))
        .route(TEAMS, get(teams))
        .route(&format!("{TEAMS}/jobs"), post(set_job_team))
        .route("/joinedly/settings/places/{kind}", post(add_place))
        .route("/joinedly/settings/places/{kind}/{id}", post(rename_place))
        .route("/joinedly/settings/places/{kind}/{id}/remove", post(remove_place))
        .merge(crate::letter_texts::routes(&TEXTS))
        .route(API, get(api))
        .route("/joinedly/settings/api/tokens", post(add_token))
        .route("/joinedly/settings/api/tokens/{id}/remove", post(remove_token))
        .route("/joinedly/settings/api/addresses", post(add_address))
        .route("/joinedly/settings/api/addresses/{id}/remove", post(remove_address))
}

pub fn frame(here: &str, body: &Markup) -> Markup {
    let entries = [("General", GENERAL.to_owned()), ("Teams", TEAMS.to_owned()), ("Letters", LETTERS.to_owned()), ("API", API.to_owned())];
    html! { (ui::heading("Settings", "", &html! {})) (ui::tabs("Settings", &entries, here)) (body) }
}

async fn general(person: Person) -> Result<Html<String>, Problem> {
    person.need_joinedly_admin()?;
    let partners = &person.partners;
    let (company, zone) = (partners.jy_setting("company").await?, partners.jy_setting("time_zone").await?);
    let body = html! {
        div.grid {
            section.card {
                h2 { "Company" }
                form.fields method="post" action=(GENERAL) {
                    (ui::field("Name", "company", "text", &company, true))
                    (ui::field("Time zone: Europe/Berlin, America/New_York", "time_zone", "text", if zone.is_empty() { "UTC" } else { &zone }, true))
                    div.actions { button.main type="submit" { "Save" } }
                }
            }
            (places(partners, Kind::Office).await?)
        }
    };
    person.joinedly("General", false, frame(GENERAL, &body)).await
}

async fn teams(person: Person) -> Result<Html<String>, Problem> {
    person.need_joinedly_admin()?;
    let body = html! { div.grid { (places(&person.partners, Kind::Team).await?) (job_teams(&person.partners).await?) } };
    person.joinedly("Teams", false, frame(TEAMS, &body)).await
}

/// The jobs in Lever, where it is connected: whoever is hired for one joins the team that is chosen here.
async fn job_teams(partners: &Partners) -> Result<Markup, Problem> {
    let Some(hub) = partners.hub(APP).await? else { return Ok(html! {}) };
    let Ok(Some(connection)) = hub.connection(APP).await else { return Ok(html! {}) };
    if connection.state != "connected" {
        return Ok(html! {});
    }
    let jobs = hub.jobs(&connection.id).await;
    let row = |jobs: &Jobs, posting: &PostingRow| {
        let mut options = vec![(String::new(), "as Lever says".to_owned())];
        options.extend(jobs.entries.iter().map(|e| (e.value.clone(), e.label.clone())));
        let chosen = posting.entries.get("").map_or("", String::as_str);
        html! {
            tr {
                td { b { (posting.title) } br; span.soft { (posting.location) } }
                td {
                    form.inline method="post" action=(format!("{TEAMS}/jobs")) {
                        input type="hidden" name="posting" value=(posting.id);
                        (ui::choice(&format!("Team of {}", posting.title), "team", &options, chosen))
                        button type="submit" { "Save" }
                    }
                }
            }
        }
    };
    Ok(html! {
        section.card {
            h2 { "Job postings" }
            p.hint { "Whoever is hired joins the team that the posting has in Lever. For a posting whose team is another here, choose it." }
            @match &jobs {
                Err(why) => { p.error role="alert" { (why) } }
                Ok(jobs) if jobs.postings.is_empty() => { p.soft { "There is no posting in Lever." } }
                Ok(jobs) => { (ui::table("Job postings", &["Posting", "Team"], &html! { @for posting in &jobs.postings { (row(jobs, posting)) } })) }
            }
        }
    })
}

async fn set_job_team(person: Person, fields: Fields) -> Done {
    person.need_joinedly_admin()?;
    let back = |why: String| Problem::bad_request(why).way_on("Back to the teams", TEAMS);
    let hub = person.partners.hub(APP).await?.ok_or_else(|| back("Lever is not connected.".to_owned()))?;
    let connection = hub.connection(APP).await.map_err(back)?.ok_or_else(|| back("Lever is not connected.".to_owned()))?;
    let jobs = hub.jobs(&connection.id).await.map_err(back)?;
    let team = fields.some("team").map_or(Value::Null, |team| json!(team));
    hub.set(&connection.id, &jobs.by_posting_setting, json!({ fields.get("posting"): { "": team } })).await.map_err(back)?;
    person.done("Saved.", TEAMS).await
}

async fn places(partners: &Partners, kind: Kind) -> Result<Markup, Problem> {
    let all = partners.places(kind).await?;
    let (title, in_lever) = match kind {
        Kind::Office => ("Offices", "Make sure that offices exactly match your locations in Lever."),
        Kind::Team => ("Teams", "Make sure that team names exactly match team names in Lever."),
    };
    let at = format!("/joinedly/settings/places/{}", kind.name());
    Ok(html! {
        section.card {
            h2 { (title) }
            p.hint { (in_lever) }
            @if all.is_empty() { p.soft { "None yet." } }
            ul.list {
                @for place in &all {
                    li {
                        form.inline method="post" action=(format!("{at}/{}", place.id)) {
                            input name="name" value=(place.name) aria-label=(format!("Name of {}", place.name)) required autocomplete="off";
                            button type="submit" { "Rename" }
                        }
                        (ui::action(&format!("{at}/{}/remove", place.id), "Remove", "danger"))
                        @if !place.zone.is_empty() { span.soft { (place.zone) } }
                    }
                }
            }
            form.inline method="post" action=(at) {
                (ui::field(if kind == Kind::Office { "New office" } else { "New team" }, "name", "text", "", true))
                @if kind == Kind::Office { (ui::field("Time zone (empty: the company's)", "zone", "text", "", false)) }
                button.main type="submit" { "Add" }
            }
        }
    })
}

fn kind_of(name: &str) -> Result<(Kind, &'static str), Problem> {
    match name {
        "office" => Ok((Kind::Office, GENERAL)),
        "team" => Ok((Kind::Team, TEAMS)),
        _ => Err(Problem::not_found()),
    }
}

fn back(why: String, to: &str) -> Problem {
    Problem::bad_request(why).way_on("Back to the settings", to)
}

async fn set_general(person: Person, fields: Fields) -> Done {
    person.need_joinedly_admin()?;
    let (company, zone) = (fields.get("company"), fields.get("time_zone"));
    if company.is_empty() || jiff::tz::TimeZone::get(zone).is_err() {
        return Err(back(format!("A company has a name, and a time zone such as Europe/Berlin; {zone:?} is none."), GENERAL));
    }
    person.partners.set_jy_setting("company", company).await?;
    person.partners.set_jy_setting("time_zone", zone).await?;
    person.done("Saved.", GENERAL).await
}

async fn add_place(person: Person, Path(kind): Path<String>, fields: Fields) -> Done {
    person.need_joinedly_admin()?;
    let (kind, here) = kind_of(&kind)?;
    person.partners.add_place(kind, fields.get("name"), fields.get("zone")).await?.map_err(|why| back(why, here))?;
    person.done("Added.", here).await
}

async fn rename_place(person: Person, Path((kind, id)): Path<(String, String)>, fields: Fields) -> Done {
    person.need_joinedly_admin()?;
    let (kind, here) = kind_of(&kind)?;
    person.partners.rename_place(kind, &id, fields.get("name")).await?.map_err(|why| back(why, here))?;
    person.done("Renamed.", here).await
}

async fn remove_place(person: Person, Path((kind, id)): Path<(String, String)>) -> Done {
    person.need_joinedly_admin()?;
    let (kind, here) = kind_of(&kind)?;
    person.partners.remove_place(kind, &id).await?.map_err(|why| back(why, here))?;
    person.done("Removed.", here).await
}

async fn api(person: Person) -> Result<Html<String>, Problem> {
    person.need_joinedly_admin()?;
    let partners = &person.partners;
    let now = partners.clock.now();
    let tokens = partners.db.rows("select * from jy_token order by created_at desc, id", vec![]).await?;
    let tokens = tokens.iter().map(|row| Ok((row.text("id")?, row.text("name")?, Ms(row.int("created_at")?)))).collect::<db::Result<Vec<_>>>()?;
    let addresses = partners.notices.addresses(&partners.db, APP).await?;
    let body = html! {
        section.card {
            h2 { "Tokens" }
            p { "The API is described at " a href="/joinedly/openapi.json" { "/joinedly/openapi.json" } "." }
            @if !tokens.is_empty() {
                (ui::table("Tokens", &["Name", "Made", ""], &html! {
                    @for (id, name, at) in &tokens { tr { td { (name) } td { (ui::when(*at, now)) } td.end { (ui::action(&format!("{API}/tokens/{id}/remove"), "Remove", "danger")) } } }
                }))
            }
            form.inline method="post" action=(format!("{API}/tokens")) {
                (ui::field("Name of a new token", "name", "text", "", true))
                button.main type="submit" { "Make it" }
            }
        }
        section.card {
            h2 { "Events" }
            p { "What happens to joiners is told to these addresses, signed after the Standard Webhooks specification: " @for (kind, about) in joinedly_api::EVENTS { code { (kind) } " (" (about.to_lowercase()) ") " } }
            @if !addresses.is_empty() {
                (ui::table("Addresses", &["Address", ""], &html! {
                    @for a in &addresses { tr { td { code { (a.url) } } td.end { (ui::action(&format!("{API}/addresses/{}/remove", a.id), "Remove", "danger")) } } }
                }))
            }
            form.inline method="post" action=(format!("{API}/addresses")) {
                (ui::field("Address that receives them", "url", "url", "", true))
                button.main type="submit" { "Add" }
            }
        }
    };
    person.joinedly("API", false, frame(API, &body)).await
}

/// Something that is told once.
async fn once(person: &Person, what: &str, secret: &str) -> Done {
    let body = html! {
        section.card.middle {
            h2 { "Copy it now" }
            p { "This is the only time it is shown." }
            (ui::facts(&[(what, html! { code.key id="secret" { (secret) } })]))
            div.actions { button type="button" data-copy="secret" { "Copy" } a.button.main href=(API) { "Done" } }
        }
    };
    Ok(person.joinedly(what, false, frame(API, &body)).await?.into_response())
}

async fn add_token(person: Person, fields: Fields) -> Done {
    person.need_joinedly_admin()?;
    let token = person.partners.create_joinedly_token(fields.get("name")).await?;
    once(&person, "Token", &token).await
}

async fn remove_token(person: Person, Path(id): Path<String>) -> Done {
    person.need_joinedly_admin()?;
    person.partners.db.run("delete from jy_token where id = $1", params![id]).await?;
    person.done("Removed. Whoever used it is refused from now on.", API).await
}

async fn add_address(person: Person, fields: Fields) -> Done {
    person.need_joinedly_admin()?;
    let tx = person.partners.db.begin().await?;
    let added = person.partners.notices.add(&tx, APP, fields.get("url"), &[]).await?;
    tx.commit().await?;
    let (_, secret) = added.map_err(|why| back(why, API))?;
    once(&person, "Secret events are signed with", &secret).await
}

async fn remove_address(person: Person, Path(id): Path<String>) -> Done {
    person.need_joinedly_admin()?;
    let tx = person.partners.db.begin().await?;
    person.partners.notices.remove(&tx, APP, &id).await?;
    tx.commit().await?;
    person.done("Removed.", API).await
}
