//! The Postings API v0: what is published, for everybody; and applying from a careers page.

use crate::Ats;
use crate::applying::Submission;
use crate::refusal::Refusal;
use axum::http::request::Parts as Head;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use db::vault::digest;
use db::{Clauses, Sql, params};
use endpoint::{Attachment, Endpoint, Info, Unreadable};
use futures_util::future::BoxFuture;
use lever_api::{
    ApplyFromOutside, Board, GetPublicPosting, ListPublicPostings, NewOpportunity, Phone, Posting, PostingsKey, PublicApplication, PublicApplied,
    PublicCategories, PublicFilter, PublicGroup, PublicPosting, PublicRefusal,
};
use serde_json::{Value, json};
use std::sync::Arc;
use web::{Api, Dialect, Markup, PreEscaped, html};

/// The ATS as outsiders see it.
#[derive(Clone)]
pub struct JobBoard(Ats);

/// Somebody outside: which form they would like to read.
pub struct Guest {
    accept: String,
}

/// How this API says no: `{"ok": false, "error": "..."}`.
pub struct Refused(u16, String);

type Result<T> = std::result::Result<T, Refused>;

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.status, refusal.message)
    }
}

impl From<Unreadable> for Refused {
    fn from(e: Unreadable) -> Self {
        Self(400, e.why)
    }
}

impl From<db::Error> for Refused {
    fn from(e: db::Error) -> Self {
        Refusal::from(e).into()
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, axum::Json(PublicRefusal { ok: false, error: self.1 })).into_response()
    }
}

impl Dialect for JobBoard {
    type Caller = Guest;
    type Refusal = Refused;

    /// Everybody may read; who applies has a key in the query.
    fn admit<'a>(&'a self, info: &'static Info, head: &'a Head) -> BoxFuture<'a, Result<Guest>> {
        let accept = head.headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        Box::pin(async move {
            if info.name == ApplyFromOutside::INFO.name {
                let query: PostingsKey = serde_html_form::from_str(head.uri.query().unwrap_or_default()).unwrap_or_default();
                self.0.admit_applicant(query.key.as_deref().unwrap_or_default()).await?;
            }
            Ok(Guest { accept })
        })
    }

    /// A company's own page, wherever it is, may read what is published.
    fn headers(&self) -> &'static [(&'static str, &'static str)] {
        &[("access-control-allow-origin", "*"), ("x-lever-region", "global")]
    }
}

/// The endpoints.
pub fn mounted(ats: Ats) -> Api<JobBoard> {
    Api::new(JobBoard(ats)).on(list).on(get).on(apply)
}

async fn list(board: JobBoard, guest: Arc<Guest>, request: ListPublicPostings) -> Result<Board> {
    let (ats, query) = (board.0, request.query);
    let mode = mode(query.mode.as_deref(), &guest.accept)?;
    let postings = ats.open_jobs(&request.site, &query).await?;
    let groups = query.group.as_deref().map(|by| grouped(&postings, by)).transpose()?;
    Ok(match (mode, groups) {
        (Mode::Json, Some(groups)) => Board::Groups(groups),
        (Mode::Json, None) => Board::Postings(postings),
        (mode, groups) => {
            let groups = groups.unwrap_or_else(|| vec![PublicGroup { title: String::new(), postings }]);
            Board::Page(page(mode, &groups))
        }
    })
}

async fn get(board: JobBoard, _: Arc<Guest>, request: GetPublicPosting) -> Result<PublicPosting> {
    let posting = board.0.open_job(&request.site, request.posting.as_str()).await?;
    Ok(board.0.published_as(&request.site, &posting))
}

async fn apply(board: JobBoard, _: Arc<Guest>, request: ApplyFromOutside) -> Result<PublicApplied> {
    let ats = board.0;
    let posting = ats.open_job(&request.site, request.posting.as_str()).await?;
    let resume =
        request.body.files.into_iter().filter(|file| file.field == "resume").map(|file| Attachment { field: "resumeFile".to_owned(), ..file });
    let submission = submission(request.body.fields, resume.collect())?;
    let application_id = ats.take(&posting, submission).await?;
    Ok(PublicApplied { ok: true, application_id })
}

/// What was said on a careers page, in the words of the ATS.
fn submission(new: PublicApplication, resume: Vec<Attachment>) -> Result<Submission> {
    let said = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let cut = |text: Option<String>, most: usize| said(text).map(|text| text.chars().take(most).collect::<String>());
    let missing = |what: &str| Refused(400, format!("Missing required field: {what}"));
    let name = said(new.name).ok_or_else(|| missing("name"))?;
    let email = said(new.email).filter(|email| email.contains('@')).ok_or_else(|| missing("email"))?;
    let zone = said(new.timezone).filter(|zone| jiff::tz::TimeZone::get(zone).is_ok());
    let links: Vec<String> = new.urls.into_values().filter_map(|url| said(Some(url))).collect();
    Ok(Submission {
        candidate: NewOpportunity {
            name: Some(name),
            headline: said(new.org),
            emails: vec![email],
            phones: said(new.phone).map(|value| Phone { kind: None, value }).into_iter().collect(),
            links,
            sources: vec![said(new.source).unwrap_or_else(|| "Job site".to_owned())],
            origin: Some("applied".to_owned()),
            opportunity_location: said(new.opportunity_location),
            ..NewOpportunity::default()
        },
        resume,
        more: json!({
            "comments": said(new.comments), "ipAddress": said(new.ip), "timezone": zone, "userAgent": cut(new.user_agent, 512),
            "acceptLanguage": cut(new.accept_language, 256), "referer": cut(new.referer, 2048),
        }),
        consent: new.consent,
        ..Submission::default()
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Json,
    Html,
    Iframe,
    Xml,
}

fn mode(asked: Option<&str>, accept: &str) -> Result<Mode> {
    match asked {
        Some("json") => Ok(Mode::Json),
        Some("html") => Ok(Mode::Html),
        Some("iframe") => Ok(Mode::Iframe),
        Some("xml") => Ok(Mode::Xml),
        Some(other) => Err(Refused(400, format!("mode must be json, html, iframe or xml, not {other}"))),
        None if accept.starts_with("text/html") => Ok(Mode::Html),
        None if accept.starts_with("text/xml") || accept.starts_with("application/xml") => Ok(Mode::Xml),
        None => Ok(Mode::Json),
    }
}

/// Under headings, in the order of the headings.
fn grouped(postings: &[PublicPosting], by: &str) -> Result<Vec<PublicGroup>> {
    let title: fn(&PublicCategories) -> &Option<String> = match by {
        "location" => |c| &c.location,
        "commitment" => |c| &c.commitment,
        "team" => |c| &c.team,
        other => return Err(Refused(400, format!("group must be location, commitment or team, not {other}"))),
    };
    let mut groups: Vec<PublicGroup> = Vec::new();
    for posting in postings {
        let title = title(&posting.categories).clone().unwrap_or_default();
        match groups.iter_mut().find(|group| group.title == title) {
            Some(group) => group.postings.push(posting.clone()),
            None => groups.push(PublicGroup { title, postings: vec![posting.clone()] }),
        }
    }
    groups.sort_by(|a, b| a.title.cmp(&b.title));
    Ok(groups)
}

/// A piece of a page, a page, or XML. What people wrote is text in all of them.
fn page(mode: Mode, groups: &[PublicGroup]) -> Attachment {
    let (media_type, text) = match mode {
        Mode::Xml => ("text/xml; charset=utf-8", format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{}", xml(groups).into_string())),
        Mode::Iframe => ("text/html; charset=utf-8", framed(&list_of(groups)).into_string()),
        _ => ("text/html; charset=utf-8", list_of(groups).into_string()),
    };
    Attachment { media_type: media_type.to_owned(), bytes: text.into_bytes(), ..Attachment::default() }
}

fn framed(body: &Markup) -> Markup {
    html! {
        (web::DOCTYPE)
        html lang="en" { head { meta charset="utf-8"; title { "Open positions" } base target="_top"; } body { (body) } }
    }
}

fn list_of(groups: &[PublicGroup]) -> Markup {
    html! {
        @for group in groups {
            @if !group.title.is_empty() { h3 class="lever-group" { (group.title) } }
            ul class="lever-postings" {
                @for p in &group.postings {
                    li class="lever-posting" {
                        a href=(p.hosted_url) { (p.text) }
                        " " span class="lever-categories" { (places(&p.categories)) }
                    }
                }
            }
        }
    }
}

fn places(c: &PublicCategories) -> String {
    [&c.location, &c.team, &c.commitment].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" / ")
}

fn xml(groups: &[PublicGroup]) -> Markup {
    html! {
        postings {
            @for p in groups.iter().flat_map(|group| &group.postings) {
                posting {
                    id { (p.id) } text { (p.text) }
                    categories {
                        @for (name, value) in [("location", &p.categories.location), ("commitment", &p.categories.commitment), ("team", &p.categories.team), ("department", &p.categories.department)] {
                            @if let Some(value) = value { (PreEscaped(format!("<{name}>"))) (value) (PreEscaped(format!("</{name}>"))) }
                        }
                    }
                    descriptionPlain { (p.description_plain) } additionalPlain { (p.additional_plain) }
                    hostedUrl { (p.hosted_url) } applyUrl { (p.apply_url) }
                }
            }
        }
    }
}

impl Ats {
    /// The name of the job site, in addresses.
    pub(crate) async fn site(&self) -> db::Result<String> {
        Ok(self.db.row("select site from account", vec![]).await?.map(|row| row.text("site")).transpose()?.unwrap_or_default())
    }

    /// Where the public reads a posting.
    pub(crate) fn job_page(&self, site: &str, posting: &str) -> String {
        format!("{}jobs/{site}/{posting}", self.base)
    }

    /// What is published at this site, newest first.
    pub(crate) async fn open_jobs(&self, site: &str, query: &PublicFilter) -> crate::refusal::Result<Vec<PublicPosting>> {
        if self.site().await? != site {
            return Err(Refusal::not_found("job sites", site));
        }
        let mut only = self.public_postings();
        only.any_of("team", &query.team).any_of("department", &query.department).any_of("commitment", &query.commitment);
        only.any_of("level", &query.level);
        // A posting is at each of its locations.
        self.holds_any(&mut only, "all_locations", &query.location);
        let (limit, skip) = (only.bind(i64::from(query.limit.unwrap_or(u32::MAX))), only.bind(i64::from(query.skip.unwrap_or(0))));
        let sql = format!("select * from posting{} order by created_at desc, id limit {limit} offset {skip}", only.sql());
        let rows = self.db.rows(&sql, only.values()).await?;
        let public = |row| Ok(self.published_as(site, &crate::postings::read(self, site, row)?));
        Ok(rows.iter().map(public).collect::<db::Result<_>>()?)
    }

    /// A posting of this job site that everybody may read.
    pub(crate) async fn open_job(&self, site: &str, id: &str) -> crate::refusal::Result<Posting> {
        let mut only = self.public_postings();
        only.is("id =", id);
        let row = if self.site().await? == site { self.db.row(&format!("select * from posting{}", only.sql()), only.values()).await? } else { None };
        let posting = row.map(|row| crate::postings::read(self, site, &row)).transpose()?;
        posting.ok_or_else(|| Refusal::not_found("postings", id))
    }

    /// What everybody may read.
    fn public_postings(&self) -> Clauses {
        let mut only = Clauses::default();
        only.is("state =", "published").is("confidentiality =", "non-confidential");
        self.holds_any(&mut only, crate::postings::SHOWN, &["public".to_owned()]);
        only
    }

    /// The Data API's posting in the words of the public one.
    pub(crate) fn published_as(&self, site: &str, posting: &Posting) -> PublicPosting {
        let text = |name: &str| posting.content[name].as_str().unwrap_or_default().to_owned();
        let more = |name: &str| posting.rest.get(name).and_then(Value::as_str).map(str::to_owned);
        let page = self.job_page(site, &posting.id);
        PublicPosting {
            id: posting.id.clone(),
            text: posting.text.clone(),
            categories: posting.categories.clone().into(),
            country: posting.country.clone(),
            created_at: Some(posting.created_at),
            workplace_type: posting.workplace_type.as_deref().map(|kind| kind.replace("onsite", "on-site")),
            description: text("descriptionHtml"),
            description_plain: text("description"),
            description_body: text("descriptionHtml"),
            description_body_plain: text("description"),
            lists: posting.content.get("lists").cloned().unwrap_or_else(|| json!([])),
            additional: text("closingHtml"),
            additional_plain: text("closing"),
            salary_range: posting.rest.get("salaryRange").and_then(|range| serde_json::from_value(range.clone()).ok()),
            salary_description: more("salaryDescriptionHtml"),
            salary_description_plain: more("salaryDescription"),
            apply_url: format!("{page}/apply"),
            hosted_url: page,
            ..PublicPosting::default()
        }
    }

    /// Whoever applies from outside has a key of this API, and takes their time.
    async fn admit_applicant(&self, key: &str) -> Result<()> {
        let sql = "select id from api_key where digest = $1 and service = $2 and revoked_at is null";
        let row = self.db.row(sql, params![digest(key), crate::access::POSTINGS_API]).await?;
        let Some(row) = row.filter(|_| !key.is_empty()) else {
            return Err(Refused(401, "The key is not valid: applying needs a key of the Postings API, as ?key=".to_owned()));
        };
        if self.rate_limit && !self.buckets.take_application(&row.text("id")?) {
            return Err(Refused(429, "Too many applications: 2 a second are allowed.".to_owned()));
        }
        Ok(())
    }
}
