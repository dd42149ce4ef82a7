//! Service accounts: the key pairs programs call the API with. The secret is shown once.

use super::Done;
use super::settings::frame;
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, IntoResponse};
use axum::routing::{get, post};
use clock::Ms;
use db::vault::{digest, random_hex};
use db::{Sql, params};
use serde::Serialize;
use web::{Fields, Problem, html, ui};

const HERE: &str = "/hr-cloud/settings/service-accounts";

/// A new key pair, shown once.
#[derive(Clone, Serialize)]
pub struct KeyPair {
    /// Header `Customer_Key`.
    pub customer_key: String,
    /// Header `Customer_Secret`.
    pub customer_secret: String,
}

impl KeyPair {
    /// Header `Authorization` of the Employee API.
    #[must_use]
    pub fn authorization(&self) -> String {
        super::employee_api::authorization(&self.customer_key, &self.customer_secret)
    }
}

impl Partners {
    /// Makes a service account.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn create_service_account(&self, title: &str) -> db::Result<KeyPair> {
        let pair = KeyPair { customer_key: random_hex(16), customer_secret: random_hex(24) };
        self.db
            .run(
                "insert into hr_service_account (id, title, customer_key, secret_digest, active, created_at) values ($1, $2, $3, $4, $5, $6)",
                params![uuid::Uuid::new_v4().to_string(), title, pair.customer_key.as_str(), digest(&pair.customer_secret), true, self.clock.now().0],
            )
            .await?;
        Ok(pair)
    }

    pub(crate) async fn knows_key_pair(&self, key: &str, secret: &str) -> db::Result<bool> {
        let sql = "select 1 as one from hr_service_account where customer_key = $1 and secret_digest = $2 and active = $3";
        Ok(self.db.row(sql, params![key, digest(secret), true]).await?.is_some())
    }

    /// Ends a service account, or wakes it again.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_service_account(&self, id: &str, active: bool) -> db::Result<()> {
        self.db.run("update hr_service_account set active = $1 where id = $2", params![active, id]).await.map(drop)
    }
}

pub fn routes() -> Router<Partners> {
    Router::new().route(HERE, get(show).post(create)).route("/hr-cloud/settings/service-accounts/{id}", post(switch))
}

async fn show(person: Person) -> Result<Html<String>, Problem> {
    person.need_hr_admin()?;
    let rows = person.partners.db.rows("select * from hr_service_account order by created_at desc, id", vec![]).await?;
    let mut accounts = Vec::new();
    for row in rows {
        let active: bool = row.get("active")?;
        accounts.push((row.text("id")?, row.text("title")?, row.text("customer_key")?, active, Ms(row.int("created_at")?)));
    }
    let now = person.partners.clock.now();
    let table = html! {
        @for (id, title, key, active, at) in &accounts {
            tr {
                td { b { (title) } } td { code { (key) } } td { (ui::when(*at, now)) }
                td.end { (ui::switch(&format!("{HERE}/{id}"), &format!("{title} active"), *active)) }
            }
        }
    };
    let body = html! {
        form.inline method="post" action=(HERE) {
            (ui::field("Title", "title", "text", "", true))
            button.main type="submit" { "Add service account" }
        }
        @if accounts.is_empty() { (ui::empty("No service accounts", "A service account lets a program call the API.")) }
        @else { (ui::table("Service accounts", &["Title", "Customer key", "Made", "Active"], &table)) }
    };
    person.page("Service Accounts", false, frame(HERE, &body)).await
}

async fn create(person: Person, fields: Fields) -> Done {
    person.need_hr_admin()?;
    let pair = person.partners.create_service_account(fields.get("title")).await?;
    let body = html! {
        section.card.middle {
            h2 { "Copy the secret now" }
            p { "This is the only time it is shown." }
            (ui::facts(&[
                ("Customer key", html! { code id="key" { (pair.customer_key) } }),
                ("Customer secret", html! { code id="secret" { (pair.customer_secret) } }),
                ("Employee API: Authorization", html! { code id="authorization" { (pair.authorization()) } }),
            ]))
            div.actions { button type="button" data-copy="secret" { "Copy secret" } button type="button" data-copy="authorization" { "Copy Authorization" } a.button.main href=(HERE) { "Done" } }
        }
    };
    Ok(person.page("New service account", false, frame(HERE, &body)).await?.into_response())
}

async fn switch(person: Person, Path(id): Path<String>, fields: Fields) -> Done {
    person.need_hr_admin()?;
    person.partners.set_service_account(&id, fields.is_on("on")).await?;
    person.done("Saved.", HERE).await
}
