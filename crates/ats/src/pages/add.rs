//! + Add Candidate.

use super::Viewer;
use crate::Ats;
use crate::people::Right;
use axum::Router;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use lever_api::{NewOpportunity, Phone, Posting};
use web::{Fields, Problem, html, ui};

pub fn routes() -> Router<Ats> {
    Router::new().route("/candidates/new", get(show).post(add))
}

impl Viewer {
    /// Whether this person may add candidates to the posting.
    fn takes(&self, posting: &Posting) -> bool {
        matches!(posting.state.as_str(), "published" | "internal") && self.sees_posting(posting)
    }
}

async fn show(viewer: Viewer) -> Result<Html<String>, Problem> {
    viewer.need(Right::ManageProfiles)?;
    form(&viewer, &Fields::default(), None).await
}

async fn form(viewer: &Viewer, typed: &Fields, why: Option<&str>) -> Result<Html<String>, Problem> {
    let none = |text: &str| vec![(String::new(), text.to_owned())];
    let postings = viewer.ats.postings().await?.into_iter().filter(|p| viewer.takes(p));
    let label = |p: &lever_api::Posting| match &p.categories.location {
        Some(location) => format!("{} · {location}", p.text),
        None => p.text.clone(),
    };
    let postings: Vec<_> = none("No posting").into_iter().chain(postings.map(|p| (p.id.clone(), label(&p)))).collect();
    let stages: Vec<_> = viewer.ats.stages().await?.into_iter().map(|s| (s.id, s.text)).collect();
    let stage = typed.some("stage").unwrap_or_else(|| "applicant-new".to_owned());
    let active = viewer.ats.people().await?.into_iter().filter(|user| user.deactivated_at.is_none());
    let people: Vec<_> = none("Nobody").into_iter().chain(active.map(|user| (user.id, user.name))).collect();
    let main = html! {
        section.card.middle {
            h1 { "Add Candidate" }
            @if let Some(why) = why { p.error role="alert" { (why) } }
            form.fields method="post" action="/candidates/new" {
                (ui::field("Full name", "name", "text", typed.get("name"), true))
                (ui::field("E-mail", "email", "email", typed.get("email"), false))
                (ui::field("Phone", "phone", "tel", typed.get("phone"), false))
                (ui::field("Current company", "headline", "text", typed.get("headline"), false))
                (ui::choice("Job", "posting", &postings, typed.get("posting")))
                (ui::choice("Stage", "stage", &stages, &stage))
                (ui::field("Link", "link", "url", typed.get("link"), false))
                (ui::choice("Referred by", "referrer", &people, typed.get("referrer")))
                (ui::field("How they know each other", "relationship", "text", typed.get("relationship"), false))
                div.actions { button.main type="submit" { "Add Candidate" } a.button href="/candidates" { "Cancel" } }
            }
        }
    };
    viewer.page("Add Candidate", main).await
}

async fn add(viewer: Viewer, fields: Fields) -> Result<Response, Problem> {
    viewer.need(Right::ManageProfiles)?;
    if fields.get("name").is_empty() {
        return Ok(form(&viewer, &fields, Some("The name is missing.")).await?.into_response());
    }
    let email = fields.some("email");
    if email.as_ref().is_some_and(|e| !e.contains('@')) {
        return Ok(form(&viewer, &fields, Some("The e-mail has no @.")).await?.into_response());
    }
    let parse = |name: &str| Problem::bad_request(format!("The {name} is not one of the list."));
    let postings = match fields.some("posting") {
        Some(id) => {
            let found = viewer.ats.postings_by_id(&[id]).await?.pop().filter(|posting| viewer.takes(posting));
            vec![found.and_then(|posting| posting.id.parse().ok()).ok_or_else(|| parse("job"))?]
        }
        None => Vec::new(),
    };
    let referrer = match fields.some("referrer") {
        Some(id) => Some(viewer.ats.users_by_id(&[id]).await?.pop().ok_or_else(|| parse("referrer"))?),
        None => None,
    };
    let new = NewOpportunity {
        name: fields.some("name"),
        headline: fields.some("headline"),
        emails: email.into_iter().collect(),
        phones: fields.some("phone").map(|value| Phone { kind: Some("mobile".into()), value }).into_iter().collect(),
        links: fields.some("link").into_iter().collect(),
        sources: vec![if referrer.is_some() { "Referred" } else { "Added manually" }.to_owned()],
        origin: referrer.as_ref().map(|_| "referred".to_owned()),
        stage: fields.some("stage").map(|s| s.parse().map_err(|_| parse("stage"))).transpose()?,
        postings,
        ..NewOpportunity::default()
    };
    let ats = &viewer.ats;
    let tx = ats.db.begin().await?;
    let created = ats.create_opportunity(&tx, Some(&viewer.person.user.id), &new, false).await?;
    if let Some(user) = &referrer {
        ats.file_referral(&tx, &created.id, (&user.id, &user.name), fields.get("relationship"), &viewer.person.user.id).await?;
    }
    tx.commit().await?;
    ats.committed();
    let said = if created.deduped { "Added. The e-mail was known, so this is a new opportunity of the same person." } else { "Candidate added." };
    viewer.done(said, &format!("/candidates/{}", created.id)).await
}
