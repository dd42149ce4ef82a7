//! The letters Jobma writes. People may change their texts.

use super::APP;
use super::interviews::Interview;
use super::settings::{LETTERS, frame};
use crate::Partners;
use crate::accounts::Person;
use crate::letter_texts::Texts;
use db::Tx;
use post::Template;
use serde_json::{Value, json};

const INVITATION: Template = Template {
    name: "invitation",
    about: "To the candidate, with the link to the interview",
    subject: "{{ company }} invites you to an interview: {{ job }}",
    body: "Hello {{ first_name }},\n\nthank you for your interest in {{ job }}. The next step is an interview that you hold in your browser, whenever it suits you, until the end of {{ due_on }}:\n\n{{ link }}\n\nIt has {{ questions }}. You need a quiet place and, where answers are recorded, a camera and a microphone; a phone will do.\nThe link is yours alone; please do not pass it on.\n\n{{ company }}\n",
};

const REMINDER: Template = Template {
    name: "reminder",
    about: "To the candidate, two days before it is too late",
    subject: "Your interview with {{ company }}: until {{ due_on }}",
    body: "Hello {{ first_name }},\n\nyour interview for {{ job }} can be held until the end of {{ due_on }}:\n\n{{ link }}\n\n{{ company }}\n",
};

/// What can be written, and when.
const TEMPLATES: [Template; 2] = [INVITATION, REMINDER];

/// Their texts, where people change them.
pub static TEXTS: Texts = Texts {
    app: APP,
    here: LETTERS,
    table: "jm_setting",
    templates: &TEMPLATES,
    sample,
    may: Person::need_jobma_admin,
    page: |person, title, live, body| Box::pin(async move { person.jobma(title, live, frame(LETTERS, &body)).await }),
};

/// What stands in the places of the texts, for previews.
fn sample() -> Value {
    json!({
        "company": "Northwind Robotics", "first_name": "Ada", "name": "Ada Byron", "job": "Backend Engineer", "due_on": "16 Mar 2026",
        "link": "https://jobma.example/jobma/i/…", "questions": "4 questions",
    })
}

async fn write(partners: &Partners, tx: &Tx, interview: &Interview, template: &Template, key: String) -> db::Result<()> {
    let name = interview.name();
    let names = json!({
        "company": partners.jm_company(tx).await?, "first_name": interview.first_name, "name": name, "job": interview.job_title,
        "due_on": interview.last_day(), "link": partners.interview_link(interview)?, "questions": web::ui::count(interview.questions.len(), "question"),
    });
    TEXTS.write(partners, tx, template.name, &names, (key, &interview.id, (&name, &interview.email))).await
}

/// The invitation: once, and once more for each time somebody asks for it.
pub async fn invitation(partners: &Partners, tx: &Tx, interview: &Interview, again: Option<&str>) -> db::Result<()> {
    let key = format!("invitation/{}/{}", interview.id, again.unwrap_or("first"));
    write(partners, tx, interview, &INVITATION, key).await
}

/// It will soon be too late.
pub async fn reminder(partners: &Partners, tx: &Tx, interview: &Interview) -> db::Result<()> {
    write(partners, tx, interview, &REMINDER, format!("reminder/{}/{}", interview.id, interview.due_at.0)).await
}
