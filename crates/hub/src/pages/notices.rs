//! Notices: where the hub tells others of what happens, and the tokens with which others call it.

use super::Viewer;
use crate::Hub;
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use hub_api::{KINDS, scope};
use post::{Address, MAILTO, pages};
use web::{Fields, Problem, html, ui};

pub fn routes() -> Router<Hub> {
    Router::new()
        .route("/notices", get(show).post(add))
        .route("/notices/{id}/remove", post(remove))
        .route("/notices/mail", get(mail))
        .route("/notices/mail/{id}", get(letter))
        .route("/notices/mail/{id}/again", post(again))
        .route("/tokens", post(make_token))
        .route("/tokens/{id}/revoke", post(revoke_token))
}

async fn show(viewer: Viewer) -> Result<Html<String>, Problem> {
    let (hub, tenant) = (&viewer.hub, viewer.operator.tenant.as_str());
    let addresses = hub.addresses(&hub.db, tenant).await?;
    let tokens = hub.tokens(tenant).await?;
    let (may, owner, now) = (viewer.operator.may_change(), viewer.operator.is_owner(), hub.clock.now());
    let kinds = |a: &Address| match a.kinds.as_slice() {
        [] => "of everything".to_owned(),
        some => KINDS.iter().filter(|(kind, _)| some.iter().any(|k| k == kind)).map(|(_, about)| *about).collect::<Vec<_>>().join("; "),
    };
    let (people, programs): (Vec<&Address>, Vec<&Address>) = addresses.iter().partition(|a| a.url.starts_with(MAILTO));
    let rows = |addresses: &[&Address]| {
        html! {
            @for a in addresses {
                tr {
                    td { @if let Some(email) = a.url.strip_prefix(MAILTO) { (email) } @else { code { (a.url) } } }
                    td { (kinds(a)) }
                    td { @if may { (ui::action(&format!("/notices/{}/remove", a.id), "Remove", "danger")) } }
                }
            }
        }
    };
    let token_rows = html! {
        @for t in &tokens {
            tr {
                td { (t.name) } td { (t.scopes) } td { (ui::when(t.created_at, now)) }
                td { @if owner { (ui::action(&format!("/tokens/{}/revoke", t.id), "Revoke", "danger")) } }
            }
        }
    };
    let main = html! {
        (ui::heading("Notices and tokens", "What this hub tells other programs by itself, and with what they may call it.", &html! {}))
        section.card {
            h2 { "Where notices go" }
            p { "Signed after the Standard Webhooks specification; tried again for three days." }
            @if programs.is_empty() { p.soft { "No program is told of anything yet." } } @else { (ui::table("Addresses", &["Address", "Of what", "Change"], &rows(&programs))) }
            @if may {
                form.fields method="post" action="/notices" {
                    (ui::field("Address that receives them", "url", "url", "", true))
                    fieldset { legend { "Of what (none ticked: of everything)" } @for (kind, about) in KINDS { label.tick { input type="checkbox" name="kind" value=(kind); span { (about) " " code { (kind) } } } } }
                    div.actions { button.main type="submit" { "Add" } }
                }
            }
        }
        section.card {
            h2 { "By e-mail" }
            p { "People are told, too. What happens many times in an hour is told once. " a href="/notices/mail" { "What was written" } }
            @if !people.is_empty() { (ui::table("People", &["E-mail address", "Of what", "Change"], &rows(&people))) }
            @if may {
                form.fields method="post" action="/notices" {
                    (ui::field("E-mail address", "email", "email", "", true))
                    fieldset { legend { "Of what (none ticked: of everything)" } @for (kind, about) in KINDS { label.tick { input type="checkbox" name="kind" value=(kind) checked[kind != "record.created"]; span { (about) } } } }
                    div.actions { button.main type="submit" { "Tell them" } }
                }
            }
        }
        section.card {
            h2 { "Tokens of the API" }
            p { "The API is described at " a href="/openapi.json" { "/openapi.json" } "." }
            @if tokens.is_empty() { p.soft { "There is no token." } } @else { (ui::table("Tokens", &["Name", "May", "Made", "Change"], &token_rows)) }
            @if owner {
                form.fields method="post" action="/tokens" {
                    (ui::field("Name", "name", "text", "", true))
                    fieldset { legend { "What it may do" }
                        label.tick { input type="checkbox" name="scope" value=(scope::READ) checked; span { "see connections, people and what happened" } }
                        label.tick { input type="checkbox" name="scope" value=(scope::CONNECT); span { "connect, change settings, import, mend, erase" } }
                    }
                    div.actions { button type="submit" { "Make a token" } }
                }
            }
        }
    };
    viewer.form_page("Notices and tokens", main).await
}

fn back(why: impl Into<String>) -> Problem {
    Problem::bad_request(why).way_on("Back", "/notices")
}

/// Shown once, on a page that is not kept.
async fn secret(viewer: &Viewer, title: &str, what: &str, secret: &str) -> Result<Response, Problem> {
    let main = html! {
        section.card.middle {
            h1 { (title) }
            p { (what) " It is shown this once." }
            p { code id="secret" { (secret) } }
            div.actions { button type="button" data-copy="secret" { "Copy" } a.button href="/notices" { "Done" } }
        }
    };
    Ok(viewer.form_page(title, main).await?.into_response())
}

async fn add(viewer: Viewer, form: Fields) -> Result<Response, Problem> {
    viewer.need_change()?;
    let kinds: Vec<String> = form.all("kind").map(str::to_owned).collect();
    let email = form.get("email");
    let address = if email.is_empty() { form.get("url").to_owned() } else { format!("{MAILTO}{email}") };
    match viewer.hub.add_address(&viewer.operator.tenant, &address, &kinds, &viewer.operator.name).await? {
        Ok(_) if !email.is_empty() => viewer.done("They are told from now on.", "/notices").await,
        Ok((_, signing)) => secret(&viewer, "Address added", "Notices are signed with this secret:", &signing).await,
        Err(why) => Err(back(why)),
    }
}

const MAIL: &str = "/notices/mail";

async fn mail(viewer: Viewer) -> Result<Html<String>, Problem> {
    let letters = viewer.hub.letters();
    let main = pages::list(&letters.newest(&viewer.operator.tenant).await?, MAIL, letters.smtp.is_some(), viewer.hub.clock.now());
    viewer.page("Mail", main).await
}

async fn letter(viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let letter = viewer.hub.letters().one(&viewer.operator.tenant, &id).await?.ok_or_else(Problem::not_found)?;
    viewer.page(&letter.subject, pages::show(&letter, MAIL, viewer.hub.base.as_str(), viewer.hub.clock.now())).await
}

async fn again(viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    viewer.need_change()?;
    if !viewer.hub.letters().send_again(&viewer.operator.tenant, &id).await? {
        return Err(Problem::not_found());
    }
    viewer.done("It is sent again.", MAIL).await
}

async fn remove(viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    viewer.need_change()?;
    viewer.hub.remove_address(&viewer.operator.tenant, &id, &viewer.operator.name).await?;
    viewer.done("Removed.", "/notices").await
}

async fn make_token(viewer: Viewer, form: Fields) -> Result<Response, Problem> {
    viewer.need_owner()?;
    let scopes: Vec<&str> = form.all("scope").filter(|s| [scope::READ, scope::CONNECT].contains(s)).collect();
    if form.get("name").is_empty() || scopes.is_empty() {
        return Err(back("A token has a name, and may do something."));
    }
    let token = viewer.hub.create_token(&viewer.operator.tenant, form.get("name"), &scopes, &viewer.operator.name).await?;
    secret(&viewer, "Token made", "Programs send it as Authorization: Bearer …", &token).await
}

async fn revoke_token(viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    viewer.need_owner()?;
    viewer.hub.revoke_token(&viewer.operator.tenant, &id, &viewer.operator.name).await?;
    viewer.done("Revoked: programs that use it are refused from now on.", "/notices").await
}
