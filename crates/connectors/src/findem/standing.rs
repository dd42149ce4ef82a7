//! All there is about one candidacy, brought to Findem: notes, attachments, and the link back.

use super::{NAME, Settings, wire, wishes::Unsaid};
use crate::{entering, profile};
use connector::{Cx, Decision, Done, Effect, How, Outcome, Seen, every, outcome_of};
use endpoint::{Attachment, Nothing};
use findem_api::{Application, File, Note, Profile};
use lever_api::{AddLinks, DownloadFile, DownloadResume, FileFilter, Links, ListFiles, ListNotes, ListResumes, Listing, OpportunityId, PerformAs, reference};
use outbound::Failure;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What Findem holds of one candidacy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    /// It was made of an export, and Findem has not been told yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsaid: Option<Box<Unsaid>>,
    /// What it was told is how it stood then, ms.
    pub until: i64,
}

/// What is to be brought.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Bring {
    pub application: Application,
    /// The user in whose name the link is written; empty: it is not.
    pub user: String,
}

/// A résumé among the files, by its id: the two are downloaded from different places.
const RESUME: &str = "resume-";

pub fn decide(settings: &Settings, seen: &Seen) -> Decision<super::Change> {
    let o = &seen.opportunity;
    let told: Standing = serde_json::from_value(seen.sent.clone()).unwrap_or_default();
    let make = |what: String, change| Decision::Make(vec![Effect { key: format!("findem/{what}"), change }]);
    if let Some(unsaid) = told.unsaid {
        return make(format!("said/{}", o.id), super::Change::Say(unsaid));
    }
    let mut application = wire::application(o);
    // What was expanded stands beside the opportunity.
    application.stage = seen.stage.as_ref().map_or(application.stage, |stage| stage.id.clone());
    application.job = seen.application.as_ref().and_then(|a| reference(&a.posting)).unwrap_or_default().to_owned();
    if told.until == application.updated_at && !seen.again {
        return Decision::Nothing(format!("{NAME} has it as it is"));
    }
    let key = format!("profile/{}/{}", o.id, application.updated_at);
    let user = if settings.write_links { settings.perform_as.clone() } else { String::new() };
    make(key, super::Change::Bring(Box::new(Bring { application, user })))
}

pub async fn bring(cx: &Cx<'_>, bring: &Bring) -> Outcome {
    let id = &bring.application.id;
    let read = async {
        let opportunity = profile::id(id)?;
        futures_util::future::try_join3(notes(cx, &opportunity), files(cx, &opportunity), resumes(cx, &opportunity)).await
    };
    let (notes, mut files, resumes) = match read.await {
        Ok(read) => read,
        Err(failure) => return profile::refused(NAME, &failure).unwrap_or_else(|failure| outcome_of("Lever", &failure)),
    };
    files.extend(resumes);
    let (n, m) = (notes.len(), files.len());
    let lacking = match wire::profile(cx.partner, Profile { application: bring.application.clone(), notes, files }).await {
        Ok(lacking) => lacking,
        Err(failure) => return outcome_of(NAME, &failure),
    };
    for file in &lacking.files {
        let content = match download(cx, id, file).await {
            Ok(Some(content)) => content,
            // It is gone by now, or cannot be read: then its name is all there is.
            Ok(None) => continue,
            Err(failure) => return profile::refused(NAME, &failure).unwrap_or_else(|failure| outcome_of("Lever", &failure)),
        };
        match wire::file(cx.partner, id, file, content).await {
            Err(failure) if !matches!(failure.status(), Some(400 | 404 | 413)) => return outcome_of(NAME, &failure),
            _ => {}
        }
    }
    if let Err(failure) = link(cx, bring, &lacking.url).await {
        return profile::refused(NAME, &failure).unwrap_or_else(|failure| outcome_of("Lever", &failure));
    }
    Outcome::Done(Done {
        remote_id: Some(id.clone()),
        how: How::Updated,
        said: format!("{NAME} has it, with {n} {} and {m} {}", if n == 1 { "note" } else { "notes" }, if m == 1 { "file" } else { "files" }),
        sent: json!(Standing { until: bring.application.updated_at, ..Standing::default() }),
        ..Done::default()
    })
}

/// Writes the profile's address back, once: it is Findem's own, so where it is missing it is written again.
async fn link(cx: &Cx<'_>, bring: &Bring, url: &str) -> Result<(), Failure> {
    if url.is_empty() || bring.user.is_empty() || bring.application.links.iter().any(|link| link == url) {
        return Ok(());
    }
    let query = PerformAs { perform_as: Some(entering::by(&bring.user)?) };
    let body = Links { links: vec![url.to_owned()] };
    cx.lever.send(AddLinks { opportunity: profile::id(&bring.application.id)?, query, body }).await.map(drop)
}

async fn notes(cx: &Cx<'_>, opportunity: &OpportunityId) -> Result<Vec<Note>, Failure> {
    let ask = |offset| ListNotes { opportunity: opportunity.clone(), query: Listing { offset, limit: Some(100), ..Listing::default() }, body: Nothing };
    let all: Vec<lever_api::Note> = every(cx.lever, ask).await?;
    // What is secret in Lever is nobody's business outside.
    let shown = all.into_iter().filter(|note| !note.secret && note.deleted_at.is_none());
    Ok(shown
        .map(|note| Note {
            text: note.fields.iter().map(|comment| comment.value.trim()).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n"),
            author: reference(&note.user).unwrap_or_default().to_owned(),
            at: note.created_at,
            id: note.id,
        })
        .collect())
}

async fn files(cx: &Cx<'_>, opportunity: &OpportunityId) -> Result<Vec<File>, Failure> {
    let ask = |offset| ListFiles { opportunity: opportunity.clone(), query: FileFilter { offset, limit: Some(100), ..FileFilter::default() }, body: Nothing };
    let all: Vec<lever_api::File> = every(cx.lever, ask).await?;
    Ok(all.into_iter().map(|file| File { id: file.id, name: file.name, at: file.uploaded_at.unwrap_or_default() }).collect())
}

async fn resumes(cx: &Cx<'_>, opportunity: &OpportunityId) -> Result<Vec<File>, Failure> {
    let ask = |offset| ListResumes { opportunity: opportunity.clone(), query: FileFilter { offset, limit: Some(100), ..FileFilter::default() }, body: Nothing };
    let all: Vec<lever_api::Resume> = every(cx.lever, ask).await?;
    let with_file = all.into_iter().filter_map(|resume| Some((resume.id, resume.created_at, resume.file?)));
    Ok(with_file.map(|(id, at, file)| File { id: format!("{RESUME}{id}"), name: file.name, at: file.uploaded_at.unwrap_or(at) }).collect())
}

/// What is in a file; none, if it is gone or Lever cannot read it.
async fn download(cx: &Cx<'_>, opportunity: &str, file: &str) -> Result<Option<Attachment>, Failure> {
    let opportunity = profile::id(opportunity)?;
    let no = || Failure::Blocked(format!("{file:?} is no file of Lever's"));
    let found = if let Some(resume) = file.strip_prefix(RESUME) {
        let resume = resume.parse().map_err(|_| no())?;
        cx.lever.send(DownloadResume { opportunity, resume, query: Nothing, body: Nothing }).await
    } else {
        let file = file.parse().map_err(|_| no())?;
        cx.lever.send(DownloadFile { opportunity, file, query: Nothing, body: Nothing }).await
    };
    match found {
        Ok(found) => Ok(Some(found)),
        Err(failure) if matches!(failure.status(), Some(404 | 422)) => Ok(None),
        Err(failure) => Err(failure),
    }
}
