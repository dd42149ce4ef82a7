//! The letters Joinedly writes. People may change their texts.

use super::APP;
use super::joiner_pages::date;
use super::joiners::Joiner;
use super::journeys::Owner;
use super::settings::{LETTERS, frame};
use super::tasks::Task;
use crate::Partners;
use crate::accounts::Person;
use crate::letter_texts::Texts;
use db::{Sql, Tx, params};
use joinedly_api::{State, Who};
use post::Template;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What can be written, and when.
const TEMPLATES: [Template; 7] = [
    Template {
        name: "welcome",
        about: "To the new hire, when the journey begins",
        subject: "Welcome to {{ company }}, {{ first_name }}!",
        body: "Hello {{ first_name }},\n\nwe are glad that you join us{% if position %} as {{ position }}{% endif %} on {{ start_date }}.\nEverything there is to do until then and in your first days stands here:\n\n{{ link }}\n\nThe link is yours alone; please do not pass it on.\n\n{{ company }}\n",
    },
    Template {
        name: "helper",
        about: "To manager, buddy and others who have tasks in a journey",
        subject: "{{ name }} starts on {{ start_date }}",
        body: "Hello {{ to_name }},\n\n{{ name }} joins{% if position %} as {{ position }}{% endif %} on {{ start_date }}, and you have a part in it.\nWhat there is to do stands here:\n\n{{ link }}\n",
    },
    Template {
        name: "reminder",
        about: "To whoever has a task that is due or late",
        subject: "{{ task }} is due on {{ due_on }}",
        body: "Hello {{ to_name }},\n\nin the journey of {{ name }} this is due on {{ due_on }}:\n\n{{ task }}\n{{ details }}\n\n{{ link }}\n",
    },
    Template {
        name: "moved",
        about: "To the new hire and everybody with a part in the journey, when the start date changes",
        subject: "{{ name }}: the first day is now {{ start_date }}",
        body: "Hello {{ to_name }},\n\nthe first day of {{ name }} at {{ company }} is now {{ start_date }}. What there is to do has moved with it:\n\n{{ link }}\n",
    },
    Template {
        name: "called_off",
        about: "To manager, buddy and others who have tasks, when a journey is called off",
        subject: "The journey of {{ name }} was called off",
        body: "Hello {{ to_name }},\n\n{{ name }} does not start. There is nothing left for you to do.\n\n{{ company }}\n",
    },
    Template {
        name: "no_start_date",
        about: "To the admins, when a journey waits for a start date",
        subject: "{{ name }} has no start date",
        body: "{{ name }} was hired, but the start date is missing. The journey waits. Add the start date to the offer in Lever, or here:\n\n{{ link }}\n",
    },
    Template {
        name: "usual_start_date",
        about: "To the admins, when a journey begins by the usual start date, since none is known",
        subject: "{{ name }} has no start date: {{ start_date }} is assumed",
        body: "{{ name }} was hired, but Lever says no start date. As you chose, the journey begins as if it were {{ start_date }}. As soon as the offer in Lever has one, it counts. You can change it here, too:\n\n{{ link }}\n",
    },
];

/// What stands in the places of the texts, for previews.
fn sample() -> Value {
    json!({
        "company": "Northwind Robotics", "first_name": "Ada", "name": "Ada Byron", "position": "Backend Engineer", "start_date": "23 Mar 2026",
        "to_name": "Tomasz Nowak", "task": "Order the laptop", "details": "The list of models is on the intranet.", "due_on": "16 Mar 2026",
        "office": "Berlin", "team": "Platform", "department": "Engineering", "manager": "Tomasz Nowak", "manager_email": "tomasz@northwind.example",
        "buddy": "Eva Lund", "buddy_email": "eva@northwind.example", "link": "https://joinedly.example/joinedly/my/…",
    })
}

async fn names(partners: &Partners, tx: &Tx, joiner: &Joiner) -> db::Result<Value> {
    let (office, team) = partners.place_names(tx, &joiner.about).await?;
    let manager = joiner.about.manager.clone().unwrap_or_default();
    Ok(json!({
        "company": partners.jy_setting("company").await?, "first_name": joiner.about.first_name, "name": joiner.name, "email": joiner.about.email,
        "position": joiner.about.position, "start_date": joiner.starts_on().map(date), "office": office, "team": team, "department": joiner.about.department,
        "manager": manager.name, "manager_email": manager.email, "buddy": joiner.buddy.name, "buddy_email": joiner.buddy.email,
    }))
}

/// Their texts, where people change them.
pub static TEXTS: Texts = Texts {
    app: APP,
    here: LETTERS,
    table: "jy_setting",
    templates: &TEMPLATES,
    sample,
    may: Person::need_joinedly_admin,
    page: |person, title, live, body| Box::pin(async move { person.joinedly(title, live, frame(LETTERS, &body)).await }),
};

/// Writes a letter after one of the texts.
async fn write(partners: &Partners, tx: &Tx, joiner: &Joiner, name: &str, key: String, to: &Who, more: &[(&str, &str)]) -> db::Result<()> {
    let mut names = names(partners, tx, joiner).await?;
    for (name, value) in more.iter().chain(&[("to_name", to.name.as_str())]) {
        names[*name] = json!(value);
    }
    TEXTS.write(partners, tx, name, &names, (key, &joiner.id, (&to.name, &to.email))).await
}

/// Who started longer ago is not welcomed any more. Days.
const LONG_AGO: i32 = 30;

/// Whether a journey is told of in letters: whoever is back-filled years later would wonder.
async fn is_told(partners: &Partners, tx: &Tx, joiner: &Joiner) -> db::Result<bool> {
    let today = partners.today_of(tx, &joiner.about).await?;
    Ok(joiner.starts_on().is_some_and(|start| today.since(start).is_ok_and(|span| span.get_days() <= LONG_AGO)))
}

/// Names an address without telling it.
fn mark(email: &str) -> String {
    db::vault::digest(&email.trim().to_lowercase()).chars().take(16).collect()
}

/// To the new hire: once for each time a journey begins and each address; and whenever somebody asks for it.
pub async fn welcome(partners: &Partners, tx: &Tx, joiner: &Joiner, again: Option<&str>) -> db::Result<()> {
    if again.is_none() && !is_told(partners, tx, joiner).await? {
        return Ok(());
    }
    let link = partners.link(tx, &joiner.id, Owner::Joiner, joiner.email()).await?;
    let to = Who { name: joiner.name.clone(), email: joiner.email().to_owned() };
    let key = format!("welcome/{}/{}/{}/{}", joiner.id, joiner.begun_at.0, mark(joiner.email()), again.unwrap_or_default());
    write(partners, tx, joiner, "welcome", key, &to, &[("link", &link)]).await
}

/// To everybody else who has something to do: each once.
pub async fn helpers(partners: &Partners, tx: &Tx, joiner: &Joiner) -> db::Result<()> {
    if joiner.state != State::Started || !is_told(partners, tx, joiner).await? {
        return Ok(());
    }
    let mut written = BTreeSet::new();
    for task in partners.tasks(tx, &joiner.id).await? {
        let email = task.who.email.trim().to_lowercase();
        if task.owner == Owner::Joiner || task.done_at.is_some() || email.is_empty() || !written.insert((task.owner.name(), email.clone())) {
            continue;
        }
        let link = partners.link(tx, &joiner.id, task.owner, &email).await?;
        let key = format!("helper/{}/{}/{}/{}", joiner.id, joiner.begun_at.0, task.owner.name(), mark(&email));
        write(partners, tx, joiner, "helper", key, &task.who, &[("link", &link)]).await?;
    }
    Ok(())
}

/// To everybody with a part: the first day is another.
pub async fn moved(partners: &Partners, tx: &Tx, joiner: &Joiner) -> db::Result<()> {
    if joiner.state != State::Started || !is_told(partners, tx, joiner).await? {
        return Ok(());
    }
    let day = joiner.about.start_date.clone().unwrap_or_default();
    for (owner, to) in part_takers(partners, tx, joiner).await? {
        let link = partners.link(tx, &joiner.id, owner, &to.email).await?;
        let key = format!("moved/{}/{}/{day}/{}/{}", joiner.id, partners.clock.now().0, owner.name(), mark(&to.email));
        write(partners, tx, joiner, "moved", key, &to, &[("link", &link)]).await?;
    }
    Ok(())
}

/// To everybody who would have helped. The new hire hears of it from people.
pub async fn called_off(partners: &Partners, tx: &Tx, joiner: &Joiner) -> db::Result<()> {
    if !is_told(partners, tx, joiner).await? {
        return Ok(());
    }
    for (_, to) in part_takers(partners, tx, joiner).await?.into_iter().filter(|(owner, _)| *owner != Owner::Joiner) {
        let key = format!("called_off/{}/{}/{}", joiner.id, partners.clock.now().0, mark(&to.email));
        write(partners, tx, joiner, "called_off", key, &to, &[]).await?;
    }
    Ok(())
}

/// Who has something left to do, each once.
async fn part_takers(partners: &Partners, tx: &Tx, joiner: &Joiner) -> db::Result<Vec<(Owner, Who)>> {
    let (mut seen, mut all) = (BTreeSet::new(), Vec::new());
    for task in partners.tasks(tx, &joiner.id).await?.into_iter().filter(|task| task.done_at.is_none()) {
        let email = task.who.email.trim().to_lowercase();
        if !email.is_empty() && seen.insert(email) {
            all.push((task.owner, task.who));
        }
    }
    Ok(all)
}

/// To whoever has the task.
pub async fn reminder(partners: &Partners, tx: &Tx, joiner: &Joiner, task: &Task, mark: &str) -> db::Result<()> {
    let link = partners.link(tx, &joiner.id, task.owner, &task.who.email).await?;
    let due = task.due_on.map(date).unwrap_or_default();
    let more = [("link", link.as_str()), ("task", task.title.as_str()), ("details", task.details.as_str()), ("due_on", due.as_str())];
    write(partners, tx, joiner, "reminder", format!("reminder/{}/{mark}", task.id), &task.who, &more).await
}

/// To all admins: nobody knows when they start, and the journey waits, or begins by what is usual.
pub async fn no_start_date(partners: &Partners, tx: &Tx, joiner: &Joiner) -> db::Result<()> {
    let name = if joiner.starts_on().is_some() { "usual_start_date" } else { "no_start_date" };
    let link = format!("{}/joinedly/joiners/{}", partners.base.as_str().trim_end_matches('/'), joiner.id);
    for row in tx.rows("select name, email from account where app = $1 and role = $2 order by email", params![APP, super::ADMIN]).await? {
        let to = Who { name: row.text("name")?, email: row.text("email")? };
        let key = format!("{name}/{}/{}/{}", joiner.id, joiner.about.hired_at.unwrap_or(0), mark(&to.email));
        write(partners, tx, joiner, name, key, &to, &[("link", &link)]).await?;
    }
    Ok(())
}
