//! Job Ring: referrals. People inside and outside of a company refer somebody to a job; how it goes is told to them, and what it earns is
//! kept in a ledger.
//!
//! Its HTTP API is ours to design ([`job_ring_api`]): the vendor publishes none.

mod api;
mod business;
mod dashboard;
mod demo;
mod eligibility;
mod integration;
mod jobs;
mod leaving;
mod open_pages;
mod own_pages;
mod payout_pages;
mod payouts;
mod program;
mod program_pages;
mod refer_pages;
mod referrals;
mod settings;
mod texts;

use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::response::{Html, Response};
use axum::routing::get;
use db::{Sql, params};
use outbound::Wire;
use pipeline::{Ending, Item, NewEffect, Priority};
use serde_json::{Value, json};
use web::{Markup, Nav, Problem, Shell};

/// The first part of its addresses, and whose its letters are.
pub const APP: &str = "job-ring";
/// The role that may change what is everybody's.
pub const ADMIN: &str = "Business Admin";
/// The kind of errand that hints at a referral.
pub const HINT: &str = "job-ring-hint";

pub(crate) fn api_routes(partners: Partners) -> Router {
    Router::new().nest("/job-ring", api::routes(partners))
}

pub(crate) fn page_routes() -> Router<Partners> {
    Router::new()
        .route("/job-ring/", get(home))
        .route("/job-ring", get(home))
        .merge(business::routes())
        .merge(integration::routes())
        .merge(refer_pages::routes())
        .merge(open_pages::routes())
        .merge(own_pages::routes())
        .merge(dashboard::routes())
        .merge(program_pages::routes())
        .merge(payout_pages::routes())
        .merge(settings::routes())
        .merge(crate::mail::routes(&crate::mail::App {
            id: APP,
            here: "/job-ring/mail",
            may: Person::need_jr_admin,
            page: |person, title, live, body| Box::pin(async move { person.job_ring(title, live, body).await }),
        }))
}

/// Business credentials open the business account; everybody else wants to refer.
async fn home(person: Person) -> Response {
    web::see_other(if person.is_jr_admin() { business::PROFILE } else { refer_pages::JOBS })
}

impl Partners {
    /// Makes a token of the API; told once.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn create_job_ring_token(&self, name: &str) -> db::Result<String> {
        self.create_token("jr_token", "jr", name).await
    }

    /// Takes the tokens of this name back.
    async fn revoke_job_ring_tokens(&self, name: &str) -> db::Result<()> {
        self.db.run("delete from jr_token where name = $1", params![name]).await.map(drop)
    }

    /// Intends to hint the hub at a referral, in the transaction that made it wait.
    async fn send_to_hub(&self, tx: &impl Sql, referral: &str) -> db::Result<()> {
        let effect = NewEffect {
            connection: String::new(),
            kind: HINT.to_owned(),
            key: format!("{HINT}/{referral}/{}", db::vault::random_hex(4)),
            subject: referral.to_owned(),
            payload: json!({ "referral": referral }),
            priority: Priority::Now,
            run_at: self.clock.now(),
            again: false,
        };
        self.pipeline.effects(tx, APP, vec![effect]).await
    }

    /// Hints the hub at a referral. It asks by itself now and then, so whoever is not connected loses nothing.
    pub(crate) async fn hint_at_referral(&self, item: &Item, _: &Wire) -> db::Result<Ending> {
        let done = |why: &str| Ending::Done { remote_id: None, sent: Value::Null, why: why.to_owned() };
        let Some(hub) = self.hub(APP).await? else { return Ok(done("there is no integration service")) };
        let hinted = async {
            match hub.connection(APP).await?.filter(|c| matches!(c.state.as_str(), "connected" | "mapping_needed")) {
                None => Ok("Lever is not connected: it waits"),
                Some(connection) => hub.hint(&connection.id, item.payload["referral"].as_str().unwrap_or_default()).await.map(|()| "it was taken"),
            }
        };
        Ok(match hinted.await {
            Ok(said) => done(said),
            Err(why) => Ending::Retry { after: None, why },
        })
    }
}

impl Person {
    fn is_jr_admin(&self) -> bool {
        self.role == ADMIN
    }

    fn need_jr_admin(&self) -> Result<(), Problem> {
        if self.is_jr_admin() {
            return Ok(());
        }
        Err(Problem::forbidden(format!("This is for business admins of Job Ring; you are signed in as {} ({}).", self.name, self.role))
            .way_on("To the jobs", refer_pages::JOBS))
    }

    /// A page of Job Ring.
    async fn job_ring(&self, title: &str, live: bool, main: Markup) -> Result<Html<String>, Problem> {
        let entry = |label, href: &str| Nav { label, href: href.to_owned() };
        let mut nav = vec![entry("Jobs", refer_pages::JOBS), entry("My referrals", own_pages::MINE)];
        if self.is_jr_admin() {
            nav.insert(0, entry("Business profile", business::PROFILE));
            nav.insert(1, entry("Dashboard", dashboard::DASHBOARD));
            nav.push(entry("Program", program_pages::PROGRAM));
            nav.push(entry("Payouts", payout_pages::PAYOUTS));
            nav.push(entry("Mail", "/job-ring/mail"));
            nav.push(entry("Settings", settings::HERE));
        }
        let shell = Shell {
            brand: "Job Ring".into(),
            home: "/job-ring/".into(),
            side: APP,
            nav,
            here: self.here.clone(),
            person: format!("{} · {}", self.name, self.role),
            sign_out: "/job-ring/sign-out".into(),
            said: self.partners.lobby.sessions.heard(&self.session).await?,
            live: live.then_some(self.session.seen),
        };
        Ok(shell.page(title, &main))
    }
}

/// A page for whoever holds a private link: nobody signs in there.
fn open_page(title: &str, here: &str, main: &Markup) -> Html<String> {
    let shell = Shell { brand: "Job Ring".into(), home: here.to_owned(), side: APP, here: here.to_owned(), ..Shell::default() };
    shell.page(title, main)
}

/// A form's answer.
type Done = Result<Response, Problem>;
