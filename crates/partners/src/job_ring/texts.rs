//! The letters Job Ring writes. People may change their texts.

use super::payouts::{Payout, State};
use super::program::{Step, money};
use super::referrals::Referral;
use super::{APP, settings};
use crate::Partners;
use crate::accounts::Person;
use crate::letter_texts::Texts;
use db::Tx;
use job_ring_api::Change;
use post::Template;
use serde_json::{Map, Value, json};

const THANKS: Template = Template {
    name: "thanks",
    about: "To the referrer, when they referred somebody",
    subject: "You referred {{ name }} for {{ job }}",
    body: "Hello {{ referrer }},\n\nthank you for referring {{ name }} for {{ job }}.{% if ineligible %} This referral earns nothing: {{ ineligible }}{% endif %}\n\nYour page shows how it goes, from now on:\n\n{{ link }}\n\n{{ company }}\n",
};

const CONSENT: Template = Template {
    name: "consent",
    about: "To whoever is referred, who is asked first",
    subject: "{{ referrer }} would like to refer you to {{ company }}",
    body: "Hello {{ name }},\n\n{{ referrer }} thinks of you for {{ job }} at {{ company }}. Nothing is passed on unless you agree, until {{ until }}:\n\n{{ link }}\n\nIf you do nothing, your name and address are deleted then.\n\n{{ company }}\n",
};

const STATUS: Template = Template {
    name: "status",
    about: "To the referrer, whenever the status changes",
    subject: "{{ name }}, {{ job }}: {{ status }}",
    body: "Hello {{ referrer }},\n\nyour referral of {{ name }} for {{ job }} is now: {{ status }}.\n{{ meaning }}\n\n{{ link }}\n\n{{ company }}\n",
};

const PAYOUT: Template = Template {
    name: "payout",
    about: "To the referrer, when something is paid or falls away",
    subject: "{{ amount }} for {{ name }}: {{ state }}",
    body: "Hello {{ referrer }},\n\n{{ amount }} for your referral of {{ name }} for {{ job }}: {{ state }}.{% if why %} {{ why }}{% endif %}\n\n{{ link }}\n\n{{ company }}\n",
};

/// What can be written, and when.
const TEMPLATES: [Template; 4] = [THANKS, CONSENT, STATUS, PAYOUT];

/// Their texts, where people change them.
pub static TEXTS: Texts = Texts {
    app: APP,
    here: settings::LETTERS,
    table: "jr_setting",
    templates: &TEMPLATES,
    sample,
    may: Person::need_jr_admin,
    page: |person, title, live, body| Box::pin(async move { person.job_ring(title, live, settings::frame(settings::LETTERS, &body)).await }),
};

/// What stands in the places of the texts, for previews.
fn sample() -> Value {
    json!({
        "company": "Northwind Robotics", "referrer": "Rosa Lindqvist", "name": "Ada Byron", "job": "Backend Engineer", "status": "Interview",
        "meaning": "They were invited to talk.", "until": "16 Mar 2026", "amount": "1,500.00 EUR", "state": "paid", "why": "", "ineligible": "",
        "link": "https://jobring.example/job-ring/my/…",
    })
}

/// What every letter about a referral can say; `more` besides.
async fn names(partners: &Partners, tx: &Tx, referral: &Referral, more: Value) -> db::Result<Value> {
    let mut names = json!({
        "company": partners.jr_company(tx).await?, "referrer": referral.referrer_name, "name": referral.who(), "job": referral.job_title,
        "link": partners.page_of(referral)?,
    });
    if let (Some(names), Value::Object(more)) = (names.as_object_mut(), more) {
        names.extend(more.into_iter().collect::<Map<String, Value>>());
    }
    Ok(names)
}

fn referrer(referral: &Referral) -> (&str, &str) {
    (&referral.referrer_name, &referral.referrer_email)
}

/// They referred themselves, and were forgotten: nobody is left to write to.
const fn is_forgotten(referrer: &Referral) -> bool {
    referrer.referrer_email.is_empty()
}

/// Thanks, with the page on which they see how it goes.
pub async fn thanks(partners: &Partners, tx: &Tx, referral: &Referral) -> db::Result<()> {
    let names = names(partners, tx, referral, json!({ "ineligible": referral.why_told() })).await?;
    TEXTS.write(partners, tx, THANKS.name, &names, (format!("thanks/{}", referral.id), &referral.id, referrer(referral))).await
}

/// Whoever is referred is asked.
pub async fn consent(partners: &Partners, tx: &Tx, referral: &Referral) -> db::Result<()> {
    let until = referral.consent_until.map(web::date).unwrap_or_default();
    let names = names(partners, tx, referral, json!({ "link": partners.consent_of(referral)?, "until": until })).await?;
    TEXTS.write(partners, tx, CONSENT.name, &names, (format!("consent/{}", referral.id), &referral.id, (&referral.name, &referral.email))).await
}

/// The status is another.
pub async fn status(partners: &Partners, tx: &Tx, referral: &Referral, step: &Step, change: &Change) -> db::Result<()> {
    if is_forgotten(referral) {
        return Ok(());
    }
    let names = names(partners, tx, referral, json!({ "status": step.name, "meaning": step.about })).await?;
    let key = format!("status/{}/{}/{}", referral.id, change.at, change.status);
    TEXTS.write(partners, tx, STATUS.name, &names, (key, &referral.id, referrer(referral))).await
}

/// Something is paid, or falls away.
pub async fn payout(partners: &Partners, tx: &Tx, referral: &Referral, payout: &Payout) -> db::Result<()> {
    if is_forgotten(referral) {
        return Ok(());
    }
    let state = if payout.state == State::Paid { "paid" } else { "not paid after all" };
    let more = json!({ "amount": money(payout.amount, &payout.currency), "state": state, "why": payout.why });
    let key = format!("payout/{}/{}/{}", payout.id, payout.state.name(), payout.changed_at.0);
    TEXTS.write(partners, tx, PAYOUT.name, &names(partners, tx, referral, more).await?, (key, &referral.id, referrer(referral))).await
}
