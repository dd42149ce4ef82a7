//! Files on a profile.

use super::Viewer;
use crate::Ats;
use crate::files::{Kind, Shown};
use crate::people::Right;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path};
use axum::response::Response;
use axum::routing::{get, post};
use lever_api::{Month, ParsedData};
use web::{FilledForm, Markup, Problem, html, ui};

pub fn routes() -> Router<Ats> {
    Router::new()
        .route("/candidates/{id}/files", post(upload).layer(DefaultBodyLimit::disable()))
        .route("/candidates/{id}/files/{file}", get(download))
        .route("/candidates/{id}/files/{file}/delete", post(delete))
}

/// What was attached, and a form for more.
pub fn files_card(opportunity: &str, files: &[Shown], may: bool, now: clock::Ms) -> Markup {
    let at = format!("/candidates/{opportunity}/files");
    html! {
        section.card {
            h2 { "Files" }
            @if files.is_empty() { p.soft { "No files yet." } }
            ul.list {
                @for Shown { file, is_resume, parsed } in files {
                    li {
                        div {
                            a href=(format!("{at}/{}", file.id)) { (file.name) }
                            p.soft {
                                @if *is_resume { "Resume · " }
                                (size(file.size)) " · " (ui::when(clock::Ms(file.uploaded_at.unwrap_or(0)), now))
                            }
                            @if file.status.as_deref() == Some("error") { p.soft { "Could not be read: damaged, locked, or not what its name says." } }
                            @if let Some(parsed) = parsed { (said(&file.id, parsed)) }
                        }
                        @if may { (ui::action(&format!("{at}/{}/delete", file.id), "Delete", "danger")) }
                    }
                }
            }
            @if may {
                form.fields method="post" enctype="multipart/form-data" action=(at) {
                    label.field { span { "Add a file" } input type="file" name="file" required; }
                    label.tick { input type="checkbox" name="resume" value="yes"; span { "It is their resume" } }
                    div.actions { button type="submit" { "Upload" } }
                }
            }
        }
    }
}

/// What was read in a resume.
fn said(id: &str, ParsedData { positions, schools }: &ParsedData) -> Markup {
    let line = |parts: [&Option<String>; 3], start: Option<Month>, end: Option<Month>| {
        let what = parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ");
        html! { li { (what) @if let Some(span) = span(start, end) { span.soft { (span) } } } }
    };
    html! {
        @if !positions.is_empty() || !schools.is_empty() {
            details id=(format!("resume-{id}")) {
                summary { "Work and studies" }
                ul.list {
                    @for job in positions { (line([&job.title, &job.org, &job.location], job.start, job.end)) }
                    @for school in schools { (line([&school.degree, &school.field, &school.org], school.start, school.end)) }
                }
            }
        }
    }
}

/// `3/2021 – now`
fn span(start: Option<Month>, end: Option<Month>) -> Option<String> {
    let written = |month: Month| match (month.month, month.year) {
        (Some(month), Some(year)) => format!("{month}/{year}"),
        (_, year) => year.map(|year| year.to_string()).unwrap_or_default(),
    };
    match (start.map(written), end.map(written)) {
        (None, None) => None,
        (Some(start), None) => Some(format!("{start} – now")),
        (None, Some(end)) => Some(end),
        (Some(start), Some(end)) => Some(format!("{start} – {end}")),
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
    let kind = if form.fields.is_on("resume") { Kind::Resume } else { Kind::File };
    viewer.ats.add_file(&opportunity, kind, Some(&viewer.person.user.id), file).await?;
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
