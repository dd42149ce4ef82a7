//! Admin > Integrations: Connect ATS, and everything about the connection with Lever. It lives in the hub, which is asked over its API.

use super::{APP, Done, csv, mapping_pages};
use crate::Partners;
use crate::accounts::Person;
use crate::hub_link::Hub;
use axum::Router;
use axum::extract::Path;
use axum::response::Html;
use axum::routing::{get, post};
use clock::Ms;
use db::{Sql, params};
use hub_api::{Connection, LackingPermission, NewConnection, StepState, Sync, SyncStep, Target};
use serde_json::{Map, Value, json};
use web::ui::Entry;
use web::{Fields, Markup, Problem, html, ui};

pub const INTEGRATIONS: &str = "/findem/integrations";
pub const LEVER: &str = "/findem/integrations/lever";
const CONNECT: &str = "/findem/integrations/connect";
const KEY: &str = "/findem/integrations/lever/connect";
/// Others there are; nobody has built them here.
const OTHERS: [&str; 4] = ["Greenhouse", "Ashby", "SmartRecruiters", "Workday"];
/// What the tokens of the hub are called.
const HUB: &str = "Fulcrum";

/// Which field here is which of Lever's: the field map of the set-up page.
const FIELDS: [(&str, &str, &str); 14] = [
    ("Candidate Name", "Opportunity", "name"),
    ("Work Experience", "none", "Findem's own; no sync touches it"),
    ("Company", "none", "Findem's own; no sync touches it"),
    ("Location", "none", "Findem's own; no sync touches it"),
    ("Title", "Opportunity", "headline"),
    ("E-mail", "Opportunity", "emails, in their order"),
    ("Education", "none", "Findem's own; no sync touches it"),
    ("Tags", "Opportunity", "tags"),
    ("Attachments", "Opportunity", "files and résumés"),
    ("Notes", "Opportunity", "notes, without secret ones"),
    ("Activity Feed", "none", "kept here only"),
    ("LinkedIn URL", "Opportunity", "links: the one at linkedin.com"),
    ("Findem Profile URL", "Opportunity", "links: written back, once"),
    ("GitHub URL", "Opportunity", "links: the one at github.com"),
];

pub fn routes() -> Router<Partners> {
    Router::new()
        .route(INTEGRATIONS, get(list))
        .route(CONNECT, get(options))
        .route(LEVER, get(manage))
        .route(KEY, get(key).post(connect))
        .route(&format!("{LEVER}/test"), post(test))
        .route(&format!("{LEVER}/sync"), post(sync_now))
        .route(&format!("{LEVER}/user"), post(link_user))
        .route(&format!("{LEVER}/settings/{{name}}"), post(set))
        .route(&format!("{LEVER}/disconnect"), post(disconnect))
}

fn back(why: impl Into<String>) -> Problem {
    Problem::bad_request(why).way_on("Back to the integrations", INTEGRATIONS)
}

async fn the_hub(person: &Person) -> Result<Hub, Problem> {
    person.need_fd_admin()?;
    let why = "This Findem does not know its integration service yet. The operator can set it with: fulcrum partners link-hub";
    person.partners.hub(APP).await?.ok_or_else(|| back(why))
}

async fn connection(hub: &Hub) -> Result<Option<Connection>, Problem> {
    hub.connection(APP).await.map_err(back)
}

async fn connected(hub: &Hub) -> Result<Connection, Problem> {
    connection(hub).await?.ok_or_else(|| back("There is no connection with Lever."))
}

impl Partners {
    /// Asks for all there is about these. Should that not work now, the next look asks again.
    pub(super) async fn read_anew(&self, applications: &[String]) -> db::Result<()> {
        let now = self.clock.now().0;
        for id in applications {
            self.db.run("update fd_application set asked_at = $1 where id = $2", params![now, id.as_str()]).await?;
        }
        let Some(hub) = self.hub(APP).await? else { return Ok(()) };
        let asked = async {
            let Some(connection) = hub.connection(APP).await?.filter(|c| c.state == "connected") else { return Ok(()) };
            for id in applications {
                hub.read_anew(&connection.id, id).await?;
            }
            Ok::<(), String>(())
        };
        if let Err(why) = asked.await {
            tracing::info!(why, "an application could not be asked for");
        }
        Ok(())
    }

    /// How many candidacies Lever has, as far as is known here.
    async fn lever_count(&self) -> db::Result<u64> {
        let row = self.db.row("select count(*) as n from fd_application where came = 'lever'", vec![]).await?;
        Ok(row.map_or(Ok(0), |row| row.int("n"))?.try_into().unwrap_or(0))
    }

    /// Forgets all that came from Lever: people with their letters, users, and what applicants answered. What the stages mean stays, for the day
    /// somebody connects again.
    async fn forget_lever(&self) -> db::Result<()> {
        loop {
            let some = self.fd_gone(i64::MAX).await?;
            if some.is_empty() {
                break;
            }
            self.forget_applications(&some).await?;
        }
        let tx = self.db.begin().await?;
        for table in ["fd_user", "fd_eeo"] {
            tx.run(&format!("delete from {table}"), vec![]).await?;
        }
        tx.commit().await
    }

    /// Why nothing can be written in Lever now; none: it can be, or nobody knows. Then what is wanted waits.
    pub(super) async fn not_connected(&self) -> db::Result<Option<String>> {
        let Some(hub) = self.hub(APP).await? else { return Ok(None) };
        let is_off = hub.connection(APP).await.is_ok_and(|found| found.is_none_or(|c| c.state != "connected"));
        let why = "Lever is not connected: nothing can be written there. An admin connects it under Integrations. Nothing was done.";
        Ok(is_off.then(|| why.to_owned()))
    }
}

async fn list(person: Person) -> Result<Html<String>, Problem> {
    person.need_fd_admin()?;
    let lever = match the_hub(&person).await {
        Ok(hub) => hub.connection(APP).await,
        Err(why) => Err(why.why().to_owned()),
    };
    let files = person.partners.csv_count().await?;
    let main = html! {
        (ui::heading("Integrations", "Systems Findem works with.", &html! {}))
        section.card.middle {
            h2 { "Connect ATS" }
            details id="manage-ats" {
                summary { "Manage" }
                ul.list {
                    li { a.button href=(CONNECT) { "Connect your ATS system" } }
                    @if matches!(&lever, Ok(Some(_))) { li { a.button href=(LEVER) { "Lever" } } li { a.button href=(mapping_pages::MAPPING) { "Stage Mapping" } } }
                    li { a.button href=(csv::HERE) { "Lever (CSV)" } }
                }
            }
            @match &lever {
                Err(why) => { p.error role="alert" { (why) } }
                Ok(None) => { p.soft { "No applicant tracking system is connected." } }
                Ok(Some(c)) => { div.heading { h3 { "Lever" } (state(c)) a.button href=(LEVER) { "Manage" } } }
            }
            @if files > 0 { div.heading { h3 { "Lever (CSV)" } (ui::badge("plain", &ui::count(files, "application"))) } }
        }
    };
    person.findem("Integrations", true, main).await
}

fn state(connection: &Connection) -> Markup {
    if connection.state == "connected" { ui::badge("good", "Connected") } else { ui::badge("bad", "Not connected") }
}

async fn options(person: Person) -> Result<Html<String>, Problem> {
    person.need_fd_admin()?;
    let main = html! {
        (ui::heading("Connect your ATS system", "Which one do you use?", &html! { a.button href=(INTEGRATIONS) { "Integrations" } }))
        div.grid {
            a.tile href=(KEY) { b { "Lever" } span { "With an API key: candidates come and go by themselves." } }
            a.tile href=(csv::HERE) { b { "Lever (CSV)" } span { "With a file, where there is no access to the API." } }
        }
        section.card.middle { h2 { "Others" } ul.list { @for name in OTHERS { li { b { (name) } (ui::badge("plain", "not available here")) } } } }
    };
    person.findem("Connect your ATS system", false, main).await
}

fn permissions(title: &str, all: &[LackingPermission]) -> Markup {
    html! {
        details id=(title.to_lowercase().replace(' ', "-")) {
            summary { (title) " (" (all.len()) ")" }
            ul { @for p in all { li { code { (p.permission) } span.soft { ": to " (p.to) } } } }
        }
    }
}

async fn key(person: Person) -> Result<Html<String>, Problem> {
    let hub = the_hub(&person).await?;
    let needs = hub.connector(APP).await.map_err(back)?;
    let main = html! {
        (ui::heading("Connect Lever", "", &html! { a.button href=(INTEGRATIONS) { "Integrations" } }))
        section.card.middle {
            h2 { "1. In Lever" }
            ol {
                li { "As a Super Admin, open Settings > Integrations and API > API Credentials, and press " b { "Generate New API Key" } "." }
                li { "Give it a name you will know again." }
                li { "Tick the permissions below. More do no harm. They have to be ticked when the key is made: a key cannot be changed afterwards." }
                li { "Switch on " b { "Allow access to confidential data" } "." }
                li { "Copy the key: Lever shows it once. Whoever loses it makes a new one." }
            }
            (permissions("Permissions to read", &needs.reads))
            (permissions("Permissions to write", &needs.writes))
            h2 { "2. Here" }
            form.fields method="post" action=(KEY) {
                (ui::field("API key", "key", "password", "", true))
                div.actions { button.main type="submit" { "Save" } }
            }
        }
    };
    person.findem("Connect Lever", false, main).await
}

async fn connect(person: Person, fields: Fields) -> Done {
    let hub = the_hub(&person).await?;
    let partners = &person.partners;
    let token = partners.create_findem_token(HUB).await?;
    let digest = db::vault::digest(&token);
    let base = partners.base.as_str().trim_end_matches('/');
    let credential = Map::from_iter([("authorization".to_owned(), json!(format!("Bearer {token}")))]);
    let target = Target { base_url: format!("{base}/{APP}"), credential };
    let new = NewConnection { connector: APP.to_owned(), key: fields.get("key").to_owned(), target };
    let made = hub.connect_with_key(new).await;
    // Of the tokens the hub has had, the one in use is left.
    let in_vain = if made.is_ok() { "digest <> $2" } else { "digest = $2" };
    partners.db.run(&format!("delete from fd_token where name = $1 and {in_vain}"), params![HUB, digest]).await?;
    match made {
        Ok(_) => person.done("Connected. The first import has begun.", LEVER).await,
        Err(why) => Err(Problem::bad_request(format!("{why} Nothing was saved.")).way_on("Back to the key", KEY)),
    }
}

fn step(state: StepState) -> Markup {
    match state {
        StepState::Success => ui::badge("good", "Success"),
        StepState::Failure => ui::badge("bad", "Failure"),
        StepState::NotStarted => ui::badge("plain", "Not Started"),
        StepState::NeedsAttention => ui::badge("wait", "Needs Attention"),
    }
}

/// `4 minutes`
fn duration(ms: i64) -> String {
    let seconds = (ms / 1000).max(1);
    let n = |n: i64, word: &str| ui::count(usize::try_from(n).unwrap_or(0), word);
    if seconds < 90 {
        n(seconds, "second")
    } else if seconds < 5400 {
        n(seconds / 60, "minute")
    } else {
        n(seconds / 3600, "hour")
    }
}

async fn manage(person: Person) -> Result<Html<String>, Problem> {
    let hub = the_hub(&person).await?;
    let Some(c) = connection(&hub).await? else { return list(person).await };
    let partners = &person.partners;
    let (mut sync, lists, now) = (hub.sync(&c.id).await.map_err(back)?, partners.fd_lists(&partners.db).await?, partners.clock.now());
    if sync.percent.is_none() {
        // Between two passes over everybody some came and went.
        sync.told = partners.lever_count().await?;
    }
    let is_connected = c.state == "connected";
    let stages = stage_step(&lists);
    let chosen = c.settings.iter().find(|s| s.name == "perform_as").and_then(|s| s.value.as_str()).unwrap_or_default().to_owned();
    let user = lists.user(&chosen);
    let main = html! {
        (ui::heading("Lever", "", &html! { (state(&c)) }))
        @if let Some(notice) = c.notice.as_ref().filter(|_| !is_connected) { p.error role="alert" { "Not connected. " (notice) } }
        @if sync.confidential == Some(false) { p.warn { "The key may not see confidential data: confidential postings and their candidates stay out of sight, and cannot be exported to. \"Allow access to confidential data\" can only be switched on for a new key: enter that with Edit Auth." } }
        div.actions {
            a.button.main href=(mapping_pages::MAPPING) { "Stage Mapping" }
            @if is_connected {
                (ui::action(&format!("{LEVER}/sync"), "Sync now", ""))
                (ui::action(&format!("{LEVER}/test"), "Test connection", ""))
            }
            a.button href=(KEY) { @if is_connected { "Edit Auth" } @else { "Connect again" } }
        }
        (progress(&sync, now))
        (set_up(&c, &sync, lists.is_mapped()))
        @if !sync.lacking.is_empty() {
            section.card.middle id="missing" {
                h2 { "Missing Permissions" }
                p { "The key lacks these. A key cannot be changed once it is made: a Super Admin makes another with them, and you enter it with Edit Auth." }
                ul { @for p in &sync.lacking { li { code { (p.permission) } ": without it Findem cannot " (p.to) "." } } }
            }
        }
        section.card.middle {
            h2 { "Steps" }
            ol.list.checks {
                @for s in sync.steps.iter().chain([&stages]) {
                    li { (step(s.state)) div { b { (s.name) } @if let Some(at) = s.at { " " span.soft { (ui::when(Ms(at), now)) } } p.hint { (s.detail) } } }
                }
            }
        }
        section.card.middle id="user" {
            h2 { "In whose name" }
            @match user {
                Some(user) if user.active => { p { "Advances, rejections and exports are done as " b { (user.name) } " (" (user.email) "), unless whoever does them here has a user of the same address in Lever." } }
                Some(user) => { p.warn { (user.name) " is not active in Lever any more. Link another user." } }
                None => { p.warn { "Nobody is linked yet: nothing can be written to Lever." } }
            }
            @if is_connected {
                form.inline method="post" action=(format!("{LEVER}/user")) {
                    select name="user" aria-label="Link another user" { @for u in lists.users.iter().filter(|u| u.active) { option value=(u.id) selected[u.id == chosen] { (u.name) " (" (u.email) ")" } } }
                    button type="submit" { "Link another user" }
                }
            }
        }
        section.card.middle {
            h2 { "Settings" }
            @for setting in c.settings.iter().filter(|s| !s.own_page) {
                hr;
                @let options = setting.options.iter().map(|o| (o.value.as_str(), o.label.as_str()));
                (ui::setting(&format!("{LEVER}/settings/{}", setting.name), &setting.label, &setting.help, &Entry::of(&setting.kind, &setting.value, options), is_connected))
            }
        }
        details.card.middle id="fields" {
            summary { "Field mapping" }
            (ui::table("Field mapping", &["Findem Field", "Lever Object", "Lever Field Name"], &html! { @for (ours, object, field) in FIELDS { tr { td { (ours) } td { (object) } td { (field) } } } }))
        }
        @if is_connected { (leaving()) }
        (ui::asks_again(3))
    };
    person.findem("Lever", true, main).await
}

/// The groups: the only step that is Findem's own.
fn stage_step(lists: &super::lists::Lists) -> SyncStep {
    let (unmapped, gone) = (lists.unmapped().count(), lists.stages.iter().filter(|s| s.gone && (s.inbound || !s.bucket.is_empty())).count());
    let (state, detail) = if lists.stages.is_empty() {
        (StepState::NotStarted, "Stages come with the first import.".to_owned())
    } else if !lists.is_mapped() {
        (StepState::NeedsAttention, "No stage feeds the Inbound Applicants tab yet.".to_owned())
    } else if unmapped + gone > 0 {
        (StepState::NeedsAttention, format!("{} in no group, {gone} gone from Lever.", ui::count(unmapped, "stage")))
    } else {
        (StepState::Success, "Every stage is in a group.".to_owned())
    };
    SyncStep { key: "mapping".to_owned(), name: "Stage Mapping".to_owned(), state, detail, at: None }
}

fn progress(sync: &Sync, now: Ms) -> Markup {
    html! {
        section.card.middle {
            @match sync.percent {
                Some(percent) if sync.running => {
                    h2 { "Import" }
                    progress max="100" value=(percent) aria-label="Import" {}
                    p { (percent) " %: " (sync.told) " candidates so far." @if let Some(left) = sync.left_ms { " About " (duration(left)) " left." } " It goes on where it was, should it be interrupted." }
                }
                _ => {
                    h2 { "Import" }
                    p {
                        (sync.told) " candidates from Lever."
                        @if sync.running { " Lever is being asked now." }
                        @else { @if let Some(at) = sync.last_at { " Last asked " (ui::when(Ms(at), now)) "." } @if let Some(at) = sync.next_at { " Next " (ui::when(Ms(at), now)) "." } }
                    }
                }
            }
        }
    }
}

/// The five parts of the set-up page, each as it was observed.
fn set_up(c: &Connection, sync: &Sync, is_mapped: bool) -> Markup {
    let tried = sync.confidential.is_some();
    let parts = [
        ("Select appropriate API permissions in Lever", tried && sync.lacking.is_empty() && sync.confidential == Some(true)),
        ("Create an API key in Lever", c.state == "connected"),
        ("Connect the integration from within Findem", c.state == "connected"),
        ("Field mapping", sync.last_at.is_some()),
        ("Mapping ATS stages for inbound applicants", is_mapped),
    ];
    let done = parts.iter().filter(|(_, done)| *done).count();
    html! {
        details.card.middle id="setup" open[done < parts.len()] {
            summary { "Set-up: " (done) " of " (parts.len()) " parts" }
            ol.list.checks { @for (what, done) in parts { li { @if done { (ui::badge("good", "done")) } @else { (ui::badge("wait", "missing")) } b { (what) } } } }
        }
    }
}

fn leaving() -> Markup {
    html! {
        details.sure {
            summary { "Disconnect" }
            p { "Nothing is asked of Lever any more, and nothing is written there; what was decided and has not gone yet is taken back. The hub keeps its own history. To be sure, revoke the key in Lever too: Settings > Integrations and API > API Credentials." }
            form.fields method="post" action=(format!("{LEVER}/disconnect")) {
                (ui::choice("What came from Lever", "data", &[("keep".to_owned(), "stays here".to_owned()), ("delete".to_owned(), "is deleted here".to_owned())], "keep"))
                button.danger type="submit" { "Disconnect Lever" }
            }
        }
    }
}

async fn test(person: Person) -> Done {
    let hub = the_hub(&person).await?;
    hub.test(&connected(&hub).await?.id).await.map_err(back)?;
    person.done("Every permission is being tried.", LEVER).await
}

async fn sync_now(person: Person) -> Done {
    let hub = the_hub(&person).await?;
    hub.sync_now(&connected(&hub).await?.id).await.map_err(back)?;
    person.done("Lever is being asked.", LEVER).await
}

async fn link_user(person: Person, fields: Fields) -> Done {
    let hub = the_hub(&person).await?;
    let partners = &person.partners;
    let lists = partners.fd_lists(&partners.db).await?;
    let user = lists.user(fields.get("user")).filter(|user| user.active).ok_or_else(|| back("Choose somebody who is active in Lever."))?;
    hub.set(&connected(&hub).await?.id, "perform_as", json!(user.id)).await.map_err(back)?;
    person.done("Saved. What waited for that goes on.", LEVER).await
}

async fn set(person: Person, Path(name): Path<String>, fields: Fields) -> Done {
    let hub = the_hub(&person).await?;
    let value = if fields.get("value").is_empty() { Value::Bool(fields.is_on("on")) } else { json!(fields.get("value")) };
    hub.set(&connected(&hub).await?.id, &name, value).await.map_err(back)?;
    person.done("Saved.", LEVER).await
}

async fn disconnect(person: Person, fields: Fields) -> Done {
    let hub = the_hub(&person).await?;
    let partners = &person.partners;
    hub.disconnect(&connected(&hub).await?.id).await.map_err(back)?;
    partners.revoke_findem_tokens(HUB).await?;
    let back = partners.take_all_back().await?;
    let back = if back > 0 { format!(" {} taken back that were still on their way.", ui::count(back, "decision")) } else { String::new() };
    if fields.get("data") == "delete" {
        partners.forget_lever().await?;
        return person.done(&format!("Disconnected. What came from Lever is deleted here.{back}"), INTEGRATIONS).await;
    }
    person.done(&format!("Disconnected. What came from Lever stays.{back}"), INTEGRATIONS).await
}
