//! The letters Findem writes. People may change their texts.

use super::{APP, settings};
use crate::Partners;
use crate::accounts::Person;
use crate::letter_texts::Texts;
use db::{Sql, Tx};
use post::Template;
use serde_json::{Value, json};

pub const REJECTED: &str = "rejected";
pub const OVERDUE: &str = "overdue";
const DRIFT: &str = "drift";

/// What can be written, and when.
const TEMPLATES: [Template; 3] = [
    Template {
        name: REJECTED,
        about: "To whoever was rejected, where that is switched on",
        subject: "Your application{% if job %} for {{ job }}{% endif %}",
        body: "Hello {{ first_name }},\n\nthank you for your interest{% if job %} in {{ job }}{% endif %}, and for the time you took. We have decided to go on with others this time.\n\nWe wish you all the best.\n",
    },
    Template {
        name: OVERDUE,
        about: "To owners in Lever, in the morning, when applications are overdue",
        subject: "{{ count }} overdue",
        body: "Hello {{ name }},\n\n{{ count }} of your applications {{ are }} longer at a stage than agreed:\n\n{{ link }}\n",
    },
    Template {
        name: DRIFT,
        about: "To admins, when stages or archive reasons change in Lever",
        subject: "Lever has changed: look at the stage mapping",
        body: "Hello {{ name }},\n\nsomething is different in Lever than it was:\n\n{{ news }}\n\nNothing was guessed. The mapping is here:\n\n{{ link }}\n",
    },
];

/// Their texts, where people change them.
pub static TEXTS: Texts = Texts {
    app: APP,
    here: settings::LETTERS,
    table: "fd_setting",
    templates: &TEMPLATES,
    sample,
    may: Person::need_fd_admin,
    page: |person, title, live, body| Box::pin(async move { person.findem(title, live, settings::frame(settings::LETTERS, &body)).await }),
};

/// What stands in the places of the texts, for previews.
fn sample() -> Value {
    json!({
        "name": "Ada Byron", "first_name": "Ada", "job": "Backend Engineer", "count": 3, "are": "are",
        "news": "The stage \"Take-home\" is new in Lever.", "link": "https://app.findem.example/…",
    })
}

impl Partners {
    /// Admins are told what is different in Lever.
    pub(super) async fn tell_of_drift(&self, tx: &Tx, news: &[String]) -> db::Result<()> {
        if news.is_empty() {
            return Ok(());
        }
        let names = json!({ "news": news.join("\n"), "link": self.at(super::mapping_pages::MAPPING) });
        for row in tx.rows("select id, name, email from account where app = $1 and role = $2", db::params![APP, super::ADMIN]).await? {
            let (id, name, email) = (row.text("id")?, row.text("name")?, row.text("email")?);
            let mut names = names.clone();
            names["name"] = json!(name);
            // The same news on another day is news again.
            let key = format!("{APP}/drift/{}/{}", db::vault::digest(&news.join("\n")), self.clock.now().0 / 86_400_000);
            TEXTS.write(self, tx, DRIFT, &names, (format!("{key}/{id}"), "", (&name, &email))).await?;
        }
        Ok(())
    }
}
