//! Resumes that arrive: they are read before anything is written, so that what they say is known when somebody is added.

use crate::Ats;
use crate::files::{Kind, ext};
use endpoint::Attachment;
use lever_api::{NewOpportunity, ParsedData, Phone};
use reader::Reading;

/// What can be shown; other kinds are kept all the same.
const KNOWN: [&str; 8] = ["docx", "doc", "js", "jpg", "jpeg", "png", "pdf", "txt"];
/// A headline names so many of the places somebody worked at.
const MOST_PLACES: usize = 3;

/// A file that arrived, and what a resume says.
pub struct Received {
    pub kind: Kind,
    pub file: Attachment,
    /// `processed`, `unsupported`, or `error`: it is not what its name says.
    pub status: &'static str,
    reading: Option<Reading>,
}

impl Received {
    /// What was read, as the API tells it.
    pub fn parsed(&self) -> Option<&ParsedData> {
        self.reading.as_ref().map(|reading| &reading.parsed)
    }
}

impl Ats {
    /// Looks at a file. Only resumes are read: other files are somebody's business.
    pub(crate) async fn receive(&self, kind: Kind, file: Attachment) -> Received {
        let ext = ext(&file.name);
        let ext = ext.trim_start_matches('.');
        let readable = reader::Kind::of(ext).filter(|_| kind == Kind::Resume);
        let (status, reading) = match (readable, &self.reader) {
            (Some(of), Some(reader)) => match reader.read(of, &file.bytes).await {
                Ok(reading) => ("processed", Some(reading)),
                Err(_) => ("error", None),
            },
            _ if KNOWN.contains(&ext) => ("processed", None),
            _ => ("unsupported", None),
        };
        Received { kind, file, status, reading }
    }

    /// Looks at what came with a new opportunity, by the names of the parts; empty ones, and those that nobody asked for, are left out.
    pub(crate) async fn receive_all(&self, files: Vec<Attachment>) -> Vec<Received> {
        let mut received = Vec::new();
        for file in files.into_iter().filter(|file| !file.bytes.is_empty()) {
            match file.field.trim_end_matches("[]") {
                "resumeFile" => received.push(self.receive(Kind::Resume, file).await),
                "files" => received.push(self.receive(Kind::File, file).await),
                _ => {}
            }
        }
        received
    }
}

/// Fills what was not said of somebody with what their resume says.
pub fn complete(new: &mut NewOpportunity, received: &[Received]) {
    let Some(reading) = received.iter().find_map(|received| received.reading.clone()) else { return };
    let unsaid = |text: &Option<String>| text.as_ref().is_none_or(|text| text.trim().is_empty());
    let Reading { name, location, emails, phones, links, parsed } = reading;
    if unsaid(&new.name) {
        new.name = name;
    }
    if unsaid(&new.location) {
        new.location = location;
    }
    if unsaid(&new.headline) {
        let places: Vec<String> = parsed.positions.into_iter().filter_map(|position| position.org).take(MOST_PLACES).collect();
        new.headline = (!places.is_empty()).then(|| places.join(", "));
    }
    if new.emails.is_empty() {
        new.emails = emails;
    }
    if new.phones.is_empty() {
        new.phones = phones.into_iter().map(|value| Phone { kind: None, value }).collect();
    }
    if new.links.is_empty() {
        new.links = links;
    }
}
