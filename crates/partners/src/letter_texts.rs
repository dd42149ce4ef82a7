//! The texts of an app's letters, as its people may change them: which there are, one beside what becomes of it, and the letter
//! written after it.

use crate::Partners;
use crate::accounts::{Page, Person};
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use db::{Sql, Tx, params};
use post::{Letter, Template, render, unknown_places};
use serde_json::Value;
use web::{Fields, Problem, html, ui};

/// The texts of one app.
pub struct Texts {
    /// Whose letters.
    pub app: &'static str,
    /// The page that lists them.
    pub here: &'static str,
    /// The app's table of settings, in which changed texts are kept.
    pub table: &'static str,
    /// What can be written, and when.
    pub templates: &'static [Template],
    /// What stands in the places of the texts, for previews.
    pub sample: fn() -> Value,
    /// Whether this person may.
    pub may: fn(&Person) -> Result<(), Problem>,
    /// A page in the app's own frame.
    pub page: Page,
}

pub fn routes(texts: &'static Texts) -> Router<Partners> {
    let show = move |person: Person, Path(name): Path<String>| show(texts, person, name);
    let change = move |person: Person, Path(name): Path<String>, fields: Fields| change(texts, person, name, fields);
    Router::new().route(texts.here, get(move |person: Person| list(texts, person))).route(&format!("{}/{{name}}", texts.here), get(show).post(change))
}

impl Texts {
    /// A text as it stands now: subject and body.
    async fn text(&self, db: &impl Sql, template: &Template) -> db::Result<(String, String)> {
        let [mut subject, mut body] = [String::new(), String::new()];
        for (slot, part) in [(&mut subject, "subject"), (&mut body, "body")] {
            let sql = format!("select value from {} where name = $1", self.table);
            let row = db.row(&sql, params![format!("text/{}/{part}", template.name)]).await?;
            *slot = row.map_or(Ok(String::new()), |row| row.text("value"))?;
        }
        Ok(if subject.is_empty() { (template.subject.to_owned(), template.body.to_owned()) } else { (subject, body) })
    }

    async fn set(&self, partners: &Partners, template: &Template, subject: &str, body: &str) -> db::Result<()> {
        let tx = partners.db.begin().await?;
        for (part, value) in [("subject", subject), ("body", body)] {
            let sql = format!("insert into {} (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value", self.table);
            tx.run(&sql, params![format!("text/{}/{part}", template.name), value]).await?;
        }
        tx.commit().await
    }

    /// Writes a letter after one of the texts: `about` whom, `to` name and address.
    pub async fn write(
        &self,
        partners: &Partners,
        tx: &Tx,
        name: &str,
        names: &Value,
        (key, about, to): (String, &str, (&str, &str)),
    ) -> db::Result<()> {
        let Some(template) = self.templates.iter().find(|t| t.name == name) else { return Ok(()) };
        let (subject, body) = self.text(tx, template).await?;
        // What people wrote was tried when it was saved; should it fail all the same, the usual text says enough.
        let subject = render(&subject, names).or_else(|_| render(template.subject, names)).unwrap_or_default();
        let body = render(&body, names).or_else(|_| render(template.body, names)).unwrap_or_default();
        let letter = Letter { key, about, to, subject: subject.replace(['\r', '\n'], " "), body };
        partners.letters.write(tx, self.app, &letter).await
    }
}

async fn list(texts: &'static Texts, person: Person) -> Result<Html<String>, Problem> {
    (texts.may)(&person)?;
    let mut rows = Vec::new();
    for template in texts.templates {
        let (subject, _) = texts.text(&person.partners.db, template).await?;
        let subject = render(&subject, &(texts.sample)()).unwrap_or(subject);
        rows.push(html! { tr { td { a href=(format!("{}/{}", texts.here, template.name)) { (template.about) } } td { (subject) } } });
    }
    let body = ui::table("Letters", &["Letter", "Subject, with sample names"], &html! { @for row in &rows { (row) } });
    (texts.page)(&person, "Letters", false, body).await
}

fn template(texts: &Texts, name: &str) -> Result<&'static Template, Problem> {
    texts.templates.iter().find(|t| t.name == name).ok_or_else(Problem::not_found)
}

async fn show(texts: &'static Texts, person: Person, name: String) -> Result<Html<String>, Problem> {
    (texts.may)(&person)?;
    let template = template(texts, &name)?;
    let (subject, text) = texts.text(&person.partners.db, template).await?;
    page(texts, &person, template, (&subject, &text), None).await
}

/// A letter's text beside what becomes of it; with the sentence why it was not saved.
async fn page(
    texts: &'static Texts,
    person: &Person,
    template: &'static Template,
    (subject, text): (&str, &str),
    wrong: Option<&str>,
) -> Result<Html<String>, Problem> {
    let sample = (texts.sample)();
    let (shown, preview) = (render(subject, &sample).unwrap_or_default(), render(text, &sample).unwrap_or_default());
    let places = sample.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect::<Vec<_>>();
    let body = html! {
        @if let Some(wrong) = wrong { p.error role="alert" { (wrong) } }
        div.grid {
            section.card {
                h2 { (template.about) }
                form.fields method="post" action=(format!("{}/{}", texts.here, template.name)) {
                    (ui::field("Subject", "subject", "text", subject, true))
                    label.field { span { "Text" } textarea name="text" rows="14" required { (text) } }
                    p.hint { "Places for names: " @for name in &places { code { "{{ " (name) " }}" } " " } }
                    div.actions {
                        button type="submit" name="do" value="preview" { "Preview" }
                        button.main type="submit" name="do" value="save" { "Save" }
                        button type="submit" name="do" value="usual" formnovalidate { "Back to the usual text" }
                    }
                }
            }
            section.card { h2 { "Preview, with sample names" } p { b { (shown) } } pre { (preview) } }
        }
    };
    (texts.page)(person, template.about, false, body).await
}

async fn change(texts: &'static Texts, person: Person, name: String, fields: Fields) -> Result<Response, Problem> {
    (texts.may)(&person)?;
    let template = template(texts, &name)?;
    if fields.get("do") == "usual" {
        texts.set(&person.partners, template, "", "").await?;
        return person.done("Letters have the usual text again.", &format!("{}/{}", texts.here, template.name)).await;
    }
    let (subject, text, sample) = (fields.get("subject"), fields.get("text"), (texts.sample)());
    let wrong = [subject, text].iter().find_map(|part| render(part, &sample).err());
    let unknown = [subject, text].map(|part| unknown_places(part, &sample)).concat();
    let wrong = wrong.or_else(|| unknown.first().map(|name| format!("There is no place {{{{ {name} }}}}: it would be left empty in every letter.")));
    let wrong = wrong.or_else(|| {
        // Without the link a letter leads nowhere.
        let link = sample["link"].as_str().unwrap_or_default();
        let lacks = template.body.contains("{{ link }}") && !render(text, &sample).is_ok_and(|text| text.contains(link));
        lacks.then(|| "The text has no {{ link }}: whoever gets the letter could not go on.".to_owned())
    });
    let wrong = wrong.or_else(|| {
        (subject.is_empty() || text.is_empty() || text.len() > 20_000)
            .then(|| "A letter has a subject and a text of at most 20,000 characters.".to_owned())
    });
    if wrong.is_some() || fields.get("do") == "preview" {
        return Ok(page(texts, &person, template, (subject, text), wrong.as_deref()).await?.into_response());
    }
    texts.set(&person.partners, template, subject, text).await?;
    person.done("Saved. Letters from now on have this text.", texts.here).await
}
