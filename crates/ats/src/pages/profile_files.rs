//! Files on a profile.

use super::Viewer;
use crate::Ats;
use crate::files::Kind;
use crate::people::Right;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path};
use axum::response::Response;
use axum::routing::{get, post};
use lever_api::File;
use web::{FilledForm, Markup, Problem, html, ui};

pub fn routes() -> Router<Ats> {
    Router::new()
        .route("/candidates/{id}/files", post(upload).layer(DefaultBodyLimit::disable()))
        .route("/candidates/{id}/files/{file}", get(download))
        .route("/candidates/{id}/files/{file}/delete", post(delete))
}

/// What was attached, and a form for more.
pub fn files_card(opportunity: &str, files: &[File], may: bool, now: clock::Ms) -> Markup {
    let at = format!("/candidates/{opportunity}/files");
    html! {
        section.card {
            h2 { "Files" }
            @if files.is_empty() { p.soft { "No files yet." } }
            ul.list {
                @for file in files {
                    li {
                        div { a href=(format!("{at}/{}", file.id)) { (file.name) } p.soft { (size(file.size)) " · " (ui::when(clock::Ms(file.uploaded_at.unwrap_or(0)), now)) } }
                        @if may { (ui::action(&format!("{at}/{}/delete", file.id), "Delete", "danger")) }
                    }
                }
            }
            @if may {
                form.fields method="post" enctype="multipart/form-data" action=(at) {
                    label.field { span { "Add a file" } input type="file" name="file" required; }
                    div.actions { button type="submit" { "Upload" } }
                }
            }
        }
    }
}

/// `3.2 MB`
fn size(bytes: i64) -> String {
    match bytes {
        0..1000 => format!("{bytes} bytes"),
        1000..1_000_000 => format!("{} kB", bytes / 1000),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

async fn upload(viewer: Viewer, Path(id): Path<String>, form: FilledForm) -> Result<Response, Problem> {
    let opportunity = viewer.visible(&id).await?;
    viewer.need(Right::ManageProfiles)?;
    let none = || Problem::bad_request("Choose a file first.").way_on("Back to the profile", format!("/candidates/{id}"));
    let file = form.file("file").ok_or_else(none)?;
    viewer.ats.add_file(&opportunity, Kind::File, Some(&viewer.person.user.id), file).await?;
    viewer.done("File added.", &format!("/candidates/{id}")).await
}

async fn download(viewer: Viewer, Path((id, file)): Path<(String, String)>) -> Result<Response, Problem> {
    viewer.visible(&id).await?;
    Ok(web::download(viewer.ats.attached(&id, &file).await?))
}

async fn delete(viewer: Viewer, Path((id, file)): Path<(String, String)>) -> Result<Response, Problem> {
    viewer.visible(&id).await?;
    viewer.need(Right::ManageProfiles)?;
    viewer.ats.drop_file(&id, &file, Some(&viewer.person.user.id)).await?;
    viewer.done("File deleted.", &format!("/candidates/{id}")).await
}
