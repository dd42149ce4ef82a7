//! HR Cloud: people directory, settings, and its two documented APIs.
//!
//! Official pages: <https://help.hrcloud.com/api>. The hub reaches it only over HTTP, so the real HR Cloud is a base URL
//! and a key pair away.

mod api;
mod directory;
mod employee_api;
mod integrations;
pub mod records;
mod service_accounts;
mod settings;

use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::response::{Html, Response};
use axum::routing::get;
use db::{Sql, params};
use records::NewRecord;
use serde_json::json;
use web::{Markup, Nav, Problem, Shell};

pub use service_accounts::KeyPair;

pub(crate) fn api_routes(partners: Partners) -> Router {
    api::routes(partners.clone()).merge(employee_api::routes(partners))
}

pub(crate) fn page_routes() -> Router<Partners> {
    Router::new()
        .route("/hr-cloud/", get(|| async { web::see_other("/hr-cloud/people") }))
        .route("/hr-cloud", get(|| async { web::see_other("/hr-cloud/people") }))
        .merge(directory::routes())
        .merge(settings::routes())
        .merge(service_accounts::routes())
        .merge(integrations::routes())
}

/// What every customer of HR Cloud has from the start.
pub(crate) async fn first_start(partners: &Partners) -> db::Result<()> {
    if partners.db.row("select id from hr_record where kind = $1 limit 1", params!["xEmploymentStatus"]).await?.is_some() {
        return Ok(());
    }
    for status in ["Active", "Leave of Absence", "Terminated"] {
        let doc = json!({ "xType": status, "xRecordStatus": "Active" });
        partners.create_record(NewRecord { kind: "xEmploymentStatus".to_owned(), doc }).await?.map_err(db::Error::new)?;
    }
    Ok(())
}

impl Partners {
    /// A switch or oddity by name; empty if never set.
    pub(crate) async fn hr_setting(&self, name: &str) -> db::Result<String> {
        let row = self.db.row("select value from hr_setting where name = $1", params![name]).await?;
        row.map_or(Ok(String::new()), |row| row.text("value"))
    }

    /// Sets one: `lever_enabled` (the account manager's switch), `employee_api` (that API is open), `paging` (`skip`:
    /// `page` counts records).
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_hr_setting(&self, name: &str, value: &str) -> db::Result<()> {
        let sql = "insert into hr_setting (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value";
        self.db.run(sql, params![name, value]).await.map(drop)
    }
}

impl Person {
    fn is_hr_admin(&self) -> bool {
        self.role == "HR Admin"
    }

    fn need_hr_admin(&self) -> Result<(), Problem> {
        if self.is_hr_admin() {
            return Ok(());
        }
        Err(Problem::forbidden(format!("Settings are for HR Admins; you are signed in as {} ({}).", self.name, self.role))
            .way_on("Back to the people", "/hr-cloud/people"))
    }

    /// A page of HR Cloud.
    async fn page(&self, title: &str, live: bool, main: Markup) -> Result<Html<String>, Problem> {
        let mut nav = vec![Nav { label: "People", href: "/hr-cloud/people".into() }];
        if self.is_hr_admin() {
            nav.push(Nav { label: "Settings", href: "/hr-cloud/settings".into() });
        }
        if self.role == "Account Manager" {
            nav.push(Nav { label: "Customers", href: "/hr-cloud/account-manager".into() });
        }
        let shell = Shell {
            brand: "HR Cloud".into(),
            home: "/hr-cloud/people".into(),
            side: "hr-cloud",
            nav,
            here: self.here.clone(),
            person: format!("{} · {}", self.name, self.role),
            sign_out: "/hr-cloud/sign-out".into(),
            said: self.partners.lobby.sessions.heard(&self.session).await?,
            live: live.then_some(self.session.seen),
        };
        Ok(shell.page(title, &main))
    }
}

/// A form's answer.
type Done = Result<Response, Problem>;
