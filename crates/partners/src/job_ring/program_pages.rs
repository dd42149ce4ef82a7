//! Program: the rules, what is earned, and the statuses.

use super::Done;
use super::program::{Milestone, Program, Reward, Rule, Step, amount};
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::response::Html;
use axum::routing::{get, post};
use db::{Sql, params};
use job_ring_api::Meaning;
use serde_json::json;
use web::{Fields, Markup, Problem, html, ui};

pub const PROGRAM: &str = "/job-ring/program";

pub fn routes() -> Router<Partners> {
    Router::new().route(PROGRAM, get(show).post(change)).route(&format!("{PROGRAM}/statuses"), post(change_statuses))
}

const RULES: [(Rule, &str, &str); 3] = [
    (Rule::Allow, "allow", "is taken, and may earn"),
    (Rule::Ineligible, "ineligible", "is taken, and earns nothing"),
    (Rule::Refuse, "refuse", "is not taken"),
];
const MEANINGS: [(Meaning, &str, &str); 3] =
    [(Meaning::Open, "open", "on the way"), (Meaning::Hired, "hired", "hired"), (Meaning::Closed, "closed", "came to nothing")];

fn rule(label: &str, name: &str, chosen: Rule) -> Markup {
    let options = RULES.map(|(_, value, words)| (value.to_owned(), words.to_owned()));
    let chosen = RULES.iter().find(|(rule, ..)| *rule == chosen).map_or("", |(_, value, _)| value);
    ui::choice(label, name, &options, chosen)
}

fn reward(legend: &str, prefix: &str, reward: &Reward, steps: &[Step]) -> Markup {
    let name = |field: &str| format!("{prefix}.{field}");
    html! {
        fieldset {
            legend { (legend) }
            label.tick { input type="checkbox" name=(name("open")) value="yes" checked[reward.open]; span { "They may refer" } }
            (ui::field("Currency", &name("currency"), "text", &reward.currency, true))
            (ui::field("Days somebody has to stay once hired", &name("waiting_days"), "number", &reward.waiting_days.to_string(), true))
            p.hint { "What each status earns; empty or 0: nothing. Each is paid once, however often it is reached." }
            @for step in steps {
                @let amount = reward.milestones.iter().find(|m| m.status == step.id).map_or(String::new(), |m| format!("{}.{:02}", m.amount / 100, m.amount % 100));
                (ui::field(&step.name, &name(&format!("amount.{}", step.id)), "text", &amount, false))
            }
        }
    }
}

async fn show(person: Person) -> Result<Html<String>, Problem> {
    person.need_jr_admin()?;
    let (partners, db) = (&person.partners, &person.partners.db);
    let (p, steps) = (partners.program(db).await?, partners.jr_steps(db).await?);
    let meanings = MEANINGS.map(|(_, value, words)| (value.to_owned(), words.to_owned()));
    let main = html! {
        (ui::heading("Program", "Who may refer, what it earns, and which statuses there are.", &html! {}))
        form.card.fields.middle method="post" action=(PROGRAM) {
            h2 { "Rules" }
            (ui::field("Days somebody belongs to whoever brought them first (0: nobody does)", "ownership_days", "number", &p.ownership_days.to_string(), true))
            (rule("Somebody refers themselves: it", "self_referral", p.self_referral))
            (rule("The hiring manager of the job refers: it", "hiring_manager", p.hiring_manager))
            label.tick { input type="checkbox" name="consent" value="yes" checked[p.consent]; span { "Whoever is referred is asked before anything is stored or sent" } }
            (ui::field("Days they have to answer", "consent_days", "number", &p.consent_days.to_string(), true))
            (reward("People who work here", "internal", &p.internal, &steps))
            (reward("People outside", "external", &p.external, &steps))
            div.actions { button.main type="submit" { "Save the program" } }
        }
        form.card.fields.middle method="post" action=(format!("{PROGRAM}/statuses")) {
            h2 { "Statuses" }
            p.hint { "In the order of the way. What each is called, what it means, and what whoever referred reads about it. A status without a name is taken away, if nobody has it." }
            @for (n, step) in steps.iter().chain([&Step::default()]).enumerate() {
                fieldset {
                    legend { @if step.id.is_empty() { "A new one" } @else { (step.name) } }
                    input type="hidden" name=(format!("id.{n}")) value=(step.id);
                    (ui::field("Name", &format!("name.{n}"), "text", &step.name, false))
                    (ui::choice("It means", &format!("meaning.{n}"), &meanings, MEANINGS.iter().find(|(m, ..)| *m == step.meaning).map_or("", |(_, value, _)| value)))
                    (ui::field("What the referrer reads", &format!("about.{n}"), "text", &step.about, false))
                }
            }
            div.actions { button.main type="submit" { "Save the statuses" } }
        }
    };
    person.job_ring("Program", false, main).await
}

fn back(why: impl Into<String>) -> Problem {
    Problem::bad_request(why).way_on("Back to the program", PROGRAM)
}

fn days(fields: &Fields, name: &str, most: u32) -> Result<u32, Problem> {
    let wrong = || back(format!("Days are a number from 0 to {most}."));
    fields.get(name).parse::<u32>().ok().filter(|days| *days <= most).ok_or_else(wrong)
}

fn read_reward(fields: &Fields, prefix: &str, steps: &[Step]) -> Result<Reward, Problem> {
    let name = |field: &str| format!("{prefix}.{field}");
    let currency = fields.get(&name("currency")).to_uppercase();
    if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(back("A currency has three letters: EUR, USD, GBP."));
    }
    let mut milestones = Vec::new();
    for step in steps {
        let typed = fields.some(&name(&format!("amount.{}", step.id))).unwrap_or_default();
        let amount = if typed.is_empty() {
            0
        } else {
            amount(&typed).ok_or_else(|| {
                back(format!(
                    "{typed:?} is no amount. Write 1500 or 1,500.00: thousands in groups of three, and at most two digits after the last mark."
                ))
            })?
        };
        if amount > 0 {
            milestones.push(Milestone { status: step.id.clone(), amount });
        }
    }
    Ok(Reward { open: fields.is_on(&name("open")), currency, waiting_days: days(fields, &name("waiting_days"), 3650)?, milestones })
}

async fn change(person: Person, fields: Fields) -> Done {
    person.need_jr_admin()?;
    let partners = &person.partners;
    let steps = partners.jr_steps(&partners.db).await?;
    let rule = |name: &str| {
        RULES.iter().find(|(_, value, _)| *value == fields.get(name)).map(|(rule, ..)| *rule).ok_or_else(|| back("Choose what becomes of it."))
    };
    let consent_days = days(&fields, "consent_days", 365)?;
    if consent_days == 0 {
        return Err(back("Whoever is asked needs at least a day to answer."));
    }
    let program = Program {
        ownership_days: days(&fields, "ownership_days", 3650)?,
        self_referral: rule("self_referral")?,
        hiring_manager: rule("hiring_manager")?,
        consent: fields.is_on("consent"),
        consent_days,
        internal: read_reward(&fields, "internal", &steps)?,
        external: read_reward(&fields, "external", &steps)?,
    };
    partners.set_jr_setting("program", &json!(program).to_string()).await?;
    person.done("Saved. It counts for referrals and changes from now on.", PROGRAM).await
}

async fn change_statuses(person: Person, fields: Fields) -> Done {
    person.need_jr_admin()?;
    let partners = &person.partners;
    let before = partners.jr_steps(&partners.db).await?;
    let mut after: Vec<Step> = Vec::new();
    for n in 0..=before.len() {
        let text = |name: &str| fields.some(&format!("{name}.{n}")).unwrap_or_default();
        let (id, name, about) = (text("id"), text("name"), text("about"));
        if name.is_empty() {
            continue;
        }
        if name.chars().count() > 60 || about.chars().count() > 300 {
            return Err(back("A status has a name of at most 60 characters, and 300 about it."));
        }
        let meaning = MEANINGS.iter().find(|(_, value, _)| *value == text("meaning")).map(|(meaning, ..)| *meaning).unwrap_or_default();
        let id = if id.is_empty() { format!("own-{}", db::vault::random_hex(4)) } else { id };
        if id.starts_with("own-") || before.iter().any(|step| step.id == id) {
            after.push(Step { id, name, meaning, about });
        }
    }
    let program = partners.program(&partners.db).await?;
    for gone in before.iter().filter(|step| !after.iter().any(|kept| kept.id == step.id)) {
        let used = "select 1 as one from jr_referral where status = $1 limit 1";
        if partners.db.row(used, params![gone.id.as_str()]).await?.is_some() || super::program::is_needed(&gone.id) {
            return Err(back(format!("Somebody has the status \"{}\", or Job Ring itself needs it: it stays, and needs a name.", gone.name)));
        }
        if [&program.internal, &program.external].iter().any(|reward| reward.milestones.iter().any(|m| m.status == gone.id && m.amount > 0)) {
            return Err(back(format!("Reaching \"{}\" earns something. Empty its amount in the program first.", gone.name)));
        }
    }
    let gone: Vec<&str> = before.iter().filter(|step| !after.iter().any(|kept| kept.id == step.id)).map(|step| step.id.as_str()).collect();
    if !gone.is_empty()
        && let Some(used) = super::integration::mapped(partners, &gone).await?
    {
        let name = before.iter().find(|step| step.id == used).map_or(used.as_str(), |step| step.name.as_str());
        return Err(back(format!("Stages in Lever are mapped to \"{name}\". Choose another status for them on the Integrations page first.")));
    }
    let mut names: Vec<String> = after.iter().map(|step| step.name.to_lowercase()).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() != after.len() {
        return Err(back("Two statuses are called the same."));
    }
    if !after.iter().any(|step| step.meaning == Meaning::Hired) {
        return Err(back("One status has to mean that somebody was hired."));
    }
    partners.set_jr_setting("statuses", &json!(after).to_string()).await?;
    person.done("Saved.", PROGRAM).await
}
