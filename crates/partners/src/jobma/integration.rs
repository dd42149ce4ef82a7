//! Integrations > Integrations > Lever: connect, choose the stages and the interview kit of each job, delete. What is chosen
//! lives in the hub.

use super::{Done, listing};
use crate::Partners;
use crate::accounts::Person;
use crate::hub_link::Hub;
use crate::lever::App;
use axum::Router;
use axum::response::Html;
use axum::routing::{get, post};
use hub_api::{Connection, Jobs, PostingRow};
use serde_json::{Map, Value, json};
use web::{Fields, Markup, Problem, html, ui};

pub const LIST: &str = "/jobma/integrations";
const HERE: &str = "/jobma/integrations/lever";
/// What the tokens of the hub are called.
const HUB: &str = "Fulcrum";

static LEVER: App = App {
    id: super::APP,
    brand: "Jobma",
    list: LIST,
    here: HERE,
    offer: "Whoever is moved to a stage you choose in Lever is invited to an interview; the link, the state and the result come back to the profile.",
    connect: "Connect Lever",
    import: "",
    may: |person| Box::pin(std::future::ready(person.need_jobma_admin())),
    credential: |partners| {
        Box::pin(async {
            let token = partners.create_jobma_token(HUB).await?;
            let secret = partners.jobma_callback_secret().await?;
            Ok(Map::from_iter([("authorization".to_owned(), json!(format!("Bearer {token}"))), ("callback_secret".to_owned(), json!(secret))]))
        })
    },
    page: |person, title, live, body| Box::pin(async move { person.jobma(title, live, frame(HERE, title, &body)).await }),
    besides: |person, hub, connection| Box::pin(besides(person, hub, connection)),
    last: delete_card,
};

pub fn routes() -> Router<Partners> {
    Router::new()
        .route(LIST, get(list))
        .route(&format!("{HERE}/jobs"), post(change))
        .route(&format!("{HERE}/delete"), post(delete))
        .merge(crate::lever::routes(&LEVER))
}

fn frame(here: &str, title: &str, body: &Markup) -> Markup {
    html! {
        (ui::heading(title, "", &html! {}))
        (ui::tabs("Integrations", &[("Integrations", LIST.into()), ("Interview Listing", "/jobma/integrations/interview-listing".into())], here))
        (body)
    }
}

async fn list(person: Person) -> Result<Html<String>, Problem> {
    person.need_jobma_admin()?;
    let body = html! {
        a.tile href=(HERE) { b { "Lever" } span { "Interviews start with a stage of your pipeline" } }
    };
    person.jobma("Integrations", false, frame(LIST, "Integrations", &body)).await
}

fn delete_card() -> Markup {
    html! {
        section.card.middle {
            h2 { "Delete" }
            p { "Nobody is invited any more. What was chosen above is kept for the day you connect again." }
            (ui::sure(&format!("{HERE}/delete"), "Delete the integration", "Whoever is invited already keeps the invitation.", "Delete it"))
        }
    }
}

async fn besides(person: &Person, hub: &Hub, connection: Option<&Connection>) -> Result<Markup, Problem> {
    let connected = connection.filter(|c| c.state == "connected");
    let jobs = match connected {
        Some(connection) => Some(hub.jobs(&connection.id).await),
        None => None,
    };
    let support = person.partners.jm_setting(&person.partners.db, "support").await?;
    Ok(html! {
        @if let Some(c) = connected {
            @if c.under_way + c.held > 0 {
                section.card.middle {
                    h2 { "Under way" }
                    @if c.under_way > 0 { p { (ui::count(usize::try_from(c.under_way).unwrap_or(0), "candidate")) " being worked on." } }
                    @if c.held > 0 { p.warn { (ui::count(usize::try_from(c.held).unwrap_or(0), "candidate")) " waiting for somebody's decision in the integration service." } }
                }
            }
        }
        @match &jobs {
            None => {},
            Some(Err(why)) => { p.error role="alert" { (why) } }
            Some(Ok(jobs)) => { (stages(jobs)) (kits(jobs)) (afterwards(jobs)) }
        }
        p.middle { a href=(listing::LEVER) { "Interviews from Lever" } }
        p.hint.middle { "Questions? Ask your Jobma support representative: " (support) }
    })
}

fn stages(jobs: &Jobs) -> Markup {
    let chosen = jobs.stages.iter().any(|stage| stage.chosen);
    html! {
        section.card.middle {
            h2 { "Stages" }
            @if !chosen { p.warn { "No stage is called Jobma, and none is chosen. Add one in Lever, under Settings > Pipeline, or choose others here." } }
            p { "Whoever is moved to one of these is invited." }
            form.fields method="post" action=(format!("{HERE}/jobs")) {
                input type="hidden" name="do" value="stages";
                fieldset { legend { "Stages in Lever" } @for stage in &jobs.stages { label.tick { input type="checkbox" name="stage" value=(stage.id) checked[stage.chosen]; span { (stage.name) } } } }
                div.actions { button.main type="submit" { "Save" } }
            }
        }
    }
}

fn afterwards(jobs: &Jobs) -> Markup {
    let mut options = vec![(String::new(), "stay where they are".to_owned())];
    options.extend(jobs.stages.iter().filter(|stage| !stage.gone).map(|stage| (stage.id.clone(), format!("are moved to {}", stage.name))));
    html! {
        section.card.middle {
            h2 { "Afterwards" }
            form.inline method="post" action=(format!("{HERE}/jobs")) {
                input type="hidden" name="do" value="afterwards";
                (ui::choice("Candidates who completed the interview", "stage", &options, &jobs.afterwards))
                button type="submit" { "Save" }
            }
        }
    }
}

fn options(jobs: &Jobs, chosen: &str, none: &str) -> Vec<(String, String)> {
    let mut options = vec![(String::new(), none.to_owned())];
    options.extend(jobs.entries.iter().map(|e| (e.value.clone(), e.label.clone())));
    if !chosen.is_empty() && !options.iter().any(|(value, _)| value == chosen) {
        options.push((chosen.to_owned(), "a kit that is gone".to_owned()));
    }
    options
}

fn kits(jobs: &Jobs) -> Markup {
    let chosen: Vec<_> = jobs.stages.iter().filter(|stage| stage.chosen).collect();
    let rows = html! {
        @for posting in &jobs.postings {
            tr {
                td { b { (posting.title) } br; span.soft { (posting.location) " · " (posting.state) } }
                td {
                    (kit(jobs, posting, "", "every stage"))
                    @if chosen.len() > 1 { @for stage in &chosen { (kit(jobs, posting, &stage.id, &stage.name)) } }
                }
            }
        }
    };
    html! {
        section.card {
            h2 { "Interview kits" }
            p { "Which kit candidates for a job get. A kit appears here once it has a question." }
            form.inline method="post" action=(format!("{HERE}/jobs")) {
                input type="hidden" name="do" value="usual";
                (ui::choice("Kit for every other job", "kit", &options(jobs, &jobs.usual, "none: nobody is invited"), &jobs.usual))
                button type="submit" { "Save" }
            }
            @if jobs.postings.is_empty() { p.soft { "There is no posting in Lever." } } @else { (ui::table("Jobs", &["Job in Lever", "Interview kit"], &rows)) }
        }
    }
}

fn kit(jobs: &Jobs, posting: &PostingRow, stage: &str, of: &str) -> Markup {
    let chosen = posting.entries.get(stage).map_or("", String::as_str);
    html! {
        form.inline method="post" action=(format!("{HERE}/jobs")) {
            input type="hidden" name="do" value="posting";
            input type="hidden" name="posting" value=(posting.id);
            input type="hidden" name="stage" value=(stage);
            (ui::choice(&format!("{} at {of}", posting.title), "kit", &options(jobs, chosen, "the usual one"), chosen))
            button type="submit" { "Save" }
        }
    }
}

async fn change(person: Person, fields: Fields) -> Done {
    person.need_jobma_admin()?;
    let hub = LEVER.hub(&person.partners).await?;
    let connection = LEVER.connection(&hub).await?;
    let jobs = hub.jobs(&connection.id).await.map_err(|why| LEVER.back(why))?;
    let kit = fields.some("kit");
    let (name, value) = match fields.get("do") {
        "stages" => (&jobs.stages_setting, json!(fields.all("stage").collect::<Vec<_>>())),
        "afterwards" => (&jobs.afterwards_setting, json!(fields.get("stage"))),
        "usual" => (&jobs.usual_setting, json!(kit.unwrap_or_default())),
        "posting" => (&jobs.by_posting_setting, json!({ fields.get("posting"): { fields.get("stage"): kit.map_or(Value::Null, |kit| json!(kit)) } })),
        _ => return Err(Problem::not_found()),
    };
    hub.set(&connection.id, name, value).await.map_err(|why| LEVER.back(why))?;
    person.done("Saved.", HERE).await
}

async fn delete(person: Person) -> Done {
    person.need_jobma_admin()?;
    let hub = LEVER.hub(&person.partners).await?;
    let connection = LEVER.connection(&hub).await?;
    hub.disconnect(&connection.id).await.map_err(|why| LEVER.back(why))?;
    person.partners.revoke_jobma_tokens(HUB).await?;
    person.done("Deleted. Nobody is invited any more; the interviews stay.", LIST).await
}
