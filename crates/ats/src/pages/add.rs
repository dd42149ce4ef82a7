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
    /// Whether this person may add candidates to the posting. Whoever only refers knows what everybody knows.
    fn takes(&self, posting: &Posting) -> bool {
        let public = posting.confidentiality != "confidential" && !self.person.may(Right::ManageProfiles);
        matches!(posting.state.as_str(), "published" | "internal") && (public || self.sees_posting(posting))
    }

    /// The postings somebody can be added to, by id and title.
    pub async fn postings_to_take(&self) -> Result<Vec<(String, String)>, Problem> {
        let label = |p: &Posting| match &p.categories.location {
            Some(location) => format!("{} · {location}", p.text),
            None => p.text.clone(),
        };
        let all = self.ats.postings().await?.into_iter();
        Ok(all.filter(|posting| self.takes(posting)).map(|posting| (posting.id.clone(), label(&posting))).collect())
    }

    /// The posting that was chosen, if one was.
    pub async fn posting_taken(&self, fields: &Fields) -> Result<Option<String>, Problem> {
        let Some(id) = fields.some("posting") else { return Ok(None) };
        let found = self.ats.postings_by_id(&[id]).await?.pop().filter(|posting| self.takes(posting));
        found.map(|posting| Some(posting.id)).ok_or_else(|| Problem::bad_request("The job is not one of the list."))
    }

    /// Whether all this person can do about candidates is to refer somebody.
    fn refers_only(&self) -> bool {
        !self.person.may(Right::ManageProfiles)
    }
}

async fn show(viewer: Viewer) -> Result<Html<String>, Problem> {
    form(&viewer, &Fields::default(), None).await
}

async fn form(viewer: &Viewer, typed: &Fields, why: Option<&str>) -> Result<Html<String>, Problem> {
    let none = |text: &str| vec![(String::new(), text.to_owned())];
    let refers = viewer.refers_only();
    let postings = [none(if refers { "Choose one" } else { "No posting" }), viewer.postings_to_take().await?].concat();
    let title = if refers { "Refer somebody" } else { "Add Candidate" };
    let stages: Vec<_> = viewer.ats.stages().await?.into_iter().map(|s| (s.id, s.text)).collect();
    let stage = typed.some("stage").unwrap_or_else(|| "applicant-new".to_owned());
    let people = viewer.people_to_choose(&[]).await?;
    let main = html! {
        section.card.middle {
            h1 { (title) }
            @if refers { p.hint { "They become a candidate of the job's owner, who sees that you referred them. You see their profile if you are to meet them." } }
            @if let Some(why) = why { p.error role="alert" { (why) } }
            form.fields method="post" action="/candidates/new" {
                (ui::field("Full name", "name", "text", typed.get("name"), true))
                (ui::field("E-mail", "email", "email", typed.get("email"), false))
                (ui::field("Phone", "phone", "tel", typed.get("phone"), false))
                (ui::field("Current company", "headline", "text", typed.get("headline"), false))
                @if refers { (ui::must_choose("Job", "posting", &postings, typed.get("posting"))) } @else { (ui::choice("Job", "posting", &postings, typed.get("posting"))) }
                @if !refers { (ui::choice("Stage", "stage", &stages, &stage)) }
                (ui::field("Link", "link", "url", typed.get("link"), false))
                @if !refers { (ui::choice("Referred by", "referrer", &people, typed.get("referrer"))) }
                (ui::field(if refers { "How you know each other" } else { "How they know each other" }, "relationship", "text", typed.get("relationship"), false))
                div.actions { button.main type="submit" { (title) } a.button href="/candidates" { "Cancel" } }
            }
        }
    };
    viewer.page(title, main).await
}

async fn add(viewer: Viewer, fields: Fields) -> Result<Response, Problem> {
    let refers = viewer.refers_only();
    if fields.get("name").is_empty() {
        return Ok(form(&viewer, &fields, Some("The name is missing.")).await?.into_response());
    }
    let email = fields.some("email");
    if email.as_ref().is_some_and(|e| !e.contains('@')) {
        return Ok(form(&viewer, &fields, Some("The e-mail has no @.")).await?.into_response());
    }
    let parse = |name: &str| Problem::bad_request(format!("The {name} is not one of the list."));
    let postings = viewer.posting_taken(&fields).await?.and_then(|id| id.parse().ok()).into_iter().collect();
    if refers && fields.some("posting").is_none() {
        return Ok(form(&viewer, &fields, Some("Choose the job you refer them for.")).await?.into_response());
    }
    let referrer = match fields.some("referrer").filter(|_| !refers) {
        _ if refers => Some(viewer.person.user.clone()),
        Some(id) => Some(viewer.ats.users_by_id(&[id]).await?.pop().ok_or_else(|| parse("referrer"))?),
        None => None,
    };
    let new = NewOpportunity {
        name: fields.some("name"),
        headline: fields.some("headline"),
        emails: email.into_iter().collect(),
        phones: fields.some("phone").map(|value| Phone { kind: Some("mobile".into()), value }).into_iter().collect(),
        links: fields.some("link").into_iter().collect(),
        sources: vec![if referrer.is_some() { "Referral" } else { "Added manually" }.to_owned()],
        origin: referrer.as_ref().map(|_| "referred".to_owned()),
        stage: fields
            .some("stage")
            .filter(|_| !refers)
            .or_else(|| refers.then(|| lever_api::StageId::APPLICANT_NEW.to_string()))
            .map(|s| s.parse().map_err(|_| parse("stage")))
            .transpose()?,
        postings,
        ..NewOpportunity::default()
    };
    let ats = &viewer.ats;
    let tx = ats.db.begin().await?;
    let created = ats.create_opportunity(&tx, Some(&viewer.person.user.id), &new, refers).await?;
    if let Some(user) = &referrer {
        ats.file_referral(&tx, &created.id, (&user.id, &user.name), fields.get("relationship"), &viewer.person.user.id).await?;
    }
    tx.commit().await?;
    ats.committed();
    if refers {
        return viewer.done("Thank you: your referral has arrived.", "/candidates").await;
    }
    let said = if created.deduped { "Added. The e-mail was known, so this is a new opportunity of the same person." } else { "Candidate added." };
    viewer.done(said, &format!("/candidates/{}", created.id)).await
}
