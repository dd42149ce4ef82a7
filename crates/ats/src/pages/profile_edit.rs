//! Changing who somebody is, whose they are, and which job they are for.

use super::Viewer;
use super::pipeline_board::name_of;
use crate::Ats;
use crate::people::Right;
use crate::refusal::{self, Refusal};
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use db::Sql;
use lever_api::{ContactChange, Opportunity, Phone, reference};
use web::{Fields, Problem, html, ui};

pub fn routes() -> Router<Ats> {
    Router::new().route("/candidates/{id}/edit", get(show).post(save))
}

/// One a line, without empty ones.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

async fn show(viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let o = viewer.to_change(&id).await?;
    let phones: Vec<&str> = o.phones.iter().map(|phone| phone.value.as_str()).collect();
    let pairs = [
        ("name", o.name.clone()),
        ("headline", o.headline.clone()),
        ("location", o.location.clone()),
        ("emails", o.emails.join("\n")),
        ("phones", phones.join("\n")),
        ("owner", reference(&o.owner).unwrap_or_default().to_owned()),
        ("seen", o.updated_at.unwrap_or_default().to_string()),
    ];
    form(&viewer, &o, &Fields::new(pairs.map(|(name, value)| (name.to_owned(), value)).into()), None).await
}

async fn form(viewer: &Viewer, o: &Opportunity, typed: &Fields, why: Option<&str>) -> Result<Html<String>, Problem> {
    let none = |text: &str| vec![(String::new(), text.to_owned())];
    let people = viewer.people_to_choose(&[typed.get("owner")]).await?;
    let postings = match o.application() {
        Some(_) => None,
        None => Some([none("No posting"), viewer.postings_to_take().await?].concat()),
    };
    let at = format!("/candidates/{}", o.id);
    let main = html! {
        section.card.middle {
            h1 { "Edit " (name_of(o)) }
            @if let Some(why) = why { p.error role="alert" { (why) } }
            form.fields method="post" action=(format!("{at}/edit")) {
                input type="hidden" name="seen" value=(typed.get("seen"));
                (ui::field("Full name", "name", "text", typed.get("name"), true))
                (ui::field("Current company", "headline", "text", typed.get("headline"), false))
                (ui::field("Location", "location", "text", typed.get("location"), false))
                label.field { span { "E-mails, one a line" } textarea name="emails" rows="3" { (typed.get("emails")) } }
                label.field { span { "Phones, one a line" } textarea name="phones" rows="2" { (typed.get("phones")) } }
                (ui::choice("Owner", "owner", &people, typed.get("owner")))
                @match &postings {
                    Some(postings) => { (ui::choice("Job", "posting", postings, typed.get("posting"))) }
                    None => { p.hint { "The job somebody applied for stays; for another one add them anew, with the same e-mail." } }
                }
                div.actions { button.main type="submit" { "Save" } a.button href=(at) { "Cancel" } }
            }
        }
    };
    viewer.page("Edit", main).await
}

async fn save(viewer: Viewer, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let o = viewer.to_change(&id).await?;
    viewer.need(Right::ManageProfiles)?;
    let phone = |value: String| o.phones.iter().find(|known| known.value == value).cloned().unwrap_or(Phone { kind: None, value });
    let change = ContactChange {
        name: Some(fields.get("name").to_owned()),
        headline: Some(fields.get("headline").to_owned()),
        location: Some(fields.get("location").to_owned()),
        emails: Some(lines(fields.get("emails"))),
        phones: Some(lines(fields.get("phones")).into_iter().map(phone).collect()),
    };
    let why = match (fields.get("name"), change.emails.iter().flatten().find(|email| !email.contains('@'))) {
        ("", _) => Some("The name is missing.".to_owned()),
        (_, Some(email)) => Some(format!("The e-mail {email} has no @.")),
        _ => None,
    };
    if let Some(why) = why {
        return Ok(form(&viewer, &o, &fields, Some(&why)).await?.into_response());
    }
    let owner = match fields.some("owner") {
        Some(id) => Some(viewer.ats.users_by_id(&[id]).await?.pop().ok_or_else(|| Problem::bad_request("That person is not in the list."))?.id),
        None => None,
    };
    let posting = viewer.posting_taken(&fields).await?;
    let tx = viewer.ats.db.begin().await?;
    let by = viewer.person.user.id.as_str();
    let changed: refusal::Result<()> = async {
        let now = viewer.ats.locked_with_contact(&tx, &id, tx.engine().to_change()).await?;
        if fields.get("seen").parse() != Ok(now.updated_at.unwrap_or_default()) {
            return Err(Refusal::bad_request("Something about them was changed in the meantime: look at the profile again."));
        }
        viewer.ats.change_contact(&tx, reference(&now.contact).unwrap_or_default(), &change).await?;
        viewer.ats.own(&tx, &id, owner.as_deref()).await?;
        if let Some(posting) = &posting {
            viewer.ats.apply_later(&tx, &id, posting, by).await?;
        }
        Ok(())
    }
    .await;
    match changed {
        Ok(()) => {}
        Err(refusal) if refusal.status == 400 => {
            tx.rollback().await?;
            return Ok(form(&viewer, &o, &fields, Some(&refusal.message)).await?.into_response());
        }
        Err(refusal) => return Err(refusal.into()),
    }
    tx.commit().await?;
    viewer.ats.committed();
    viewer.back_to(&id, "Saved.").await
}
