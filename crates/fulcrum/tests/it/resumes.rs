//! Resumes are read: what they say of somebody is known when they are added, and whatever a file is, the ATS goes on.

use crate::world::{World, on_both};
use endpoint::{Attachment, Nothing, Verb, WithFiles};
use lever_api::{CreateAs, CreateOpportunity, DownloadResume, FileFilter, ListResumes, NewOpportunity, Opportunity, Resume, UserId};
use outbound::{Fixed, Remote};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use reader::{Kind, Reader};
use serde_json::{Value, json};
use std::io::Write;
use std::sync::Arc;

/// Printed by a browser.
const PDF: &[u8] = include_bytes!("../../../reader/tests/dubois.pdf");

impl World {
    async fn lever_as_ines(&self) -> (Remote, Option<UserId>) {
        let key = self.key().await;
        let (_, users) = self.lever(&key, Verb::Get, "/v1/users?email=ines@northwind.example", Value::Null).await;
        let lever = Remote::new(self.outbound.clone(), self.ats_url.clone(), Arc::new(Fixed::basic(&key, "")));
        (lever, users["data"][0]["id"].as_str().unwrap().parse().ok())
    }
}

async fn add(lever: &Remote, by: &Option<UserId>, parse: bool, fields: NewOpportunity, name: &str, bytes: &[u8]) -> Opportunity {
    let file = Attachment { field: "resumeFile".into(), name: name.into(), media_type: "application/pdf".into(), bytes: bytes.to_vec() };
    let query = CreateAs { perform_as: by.clone(), parse: Some(parse), ..CreateAs::default() };
    lever.send(CreateOpportunity { query, body: WithFiles { fields, files: vec![file] } }).await.unwrap().data
}

async fn resume(lever: &Remote, of: &Opportunity) -> Resume {
    let opportunity = of.id.parse().unwrap();
    lever.send(ListResumes { opportunity, query: FileFilter::default(), body: Nothing }).await.unwrap().data.remove(0)
}

#[tokio::test]
async fn what_a_resume_says_fills_what_was_not_said_and_nothing_else() {
    on_both(async |w| {
        let (lever, by) = w.lever_as_ines().await;
        let new = add(&lever, &by, true, NewOpportunity::default(), "cv.pdf", PDF).await;
        assert_eq!((new.name.as_str(), new.emails.as_slice()), ("Amélie Dubois-Østergård", &["amelie.dubois@mail.example".to_owned()][..]));
        assert_eq!((new.headline.as_str(), new.location.as_str()), ("Northwind Labs, Contoso GmbH", "Lyon, France"));
        assert_eq!((new.phones[0].value.as_str(), new.links.len()), ("+33 6 12 34 56 78", 2));
        let kept = resume(&lever, &new).await;
        assert_eq!(kept.file.as_ref().unwrap().status.as_deref(), Some("processed"));
        let parsed = serde_json::to_value(kept.parsed_data.unwrap()).unwrap();
        assert_eq!(parsed["positions"][1]["title"], "Software Engineer");
        assert_eq!(parsed["schools"][0]["start"], json!({ "year": 2015, "month": null }));
        // Known by the address in the resume: the same person, once more. What was said by hand stays.
        let by_hand =
            NewOpportunity { name: Some("A. Dubois".into()), phones: vec![], headline: Some("Fabrikam".into()), ..NewOpportunity::default() };
        let again = add(&lever, &by, true, by_hand.clone(), "cv.pdf", PDF).await;
        assert_eq!(again.contact, new.contact);
        let stranger = NewOpportunity { emails: vec!["other@mail.example".into()], ..by_hand };
        let stranger = add(&lever, &by, true, stranger, "cv.pdf", PDF).await;
        assert_eq!((stranger.name.as_str(), stranger.headline.as_str()), ("A. Dubois", "Fabrikam"));
        assert_eq!((stranger.emails.as_slice(), stranger.location.as_str()), (&["other@mail.example".to_owned()][..], "Lyon, France"));
        // Not asked to, nothing is filled; the resume is read all the same.
        let plain = add(&lever, &by, false, NewOpportunity::default(), "cv.pdf", PDF).await;
        assert!(plain.name.is_empty() && plain.emails.is_empty(), "{plain:?}");
        assert_eq!(resume(&lever, &plain).await.parsed_data.unwrap().positions.len(), 2);
        // By a person, on the profile; and by whoever applies.
        let (mut mei, kwame) = (w.at_ats("mei").await, w.candidate("Kwame Mensah").await);
        let at = format!("/candidates/{kwame}");
        mei.upload(&format!("{at}/files"), &[], ("file", "portfolio.pdf", PDF)).await;
        assert!(!mei.read(&at).await.contains("Work and studies"), "what is no resume is not read");
        mei.upload(&format!("{at}/files"), &[("resume", "yes")], ("file", "cv.pdf", PDF)).await;
        let shown = mei.read(&at).await;
        assert!(shown.contains("Senior Backend Engineer, Northwind Labs, Lyon 3/2021 – now") && shown.contains("2015 – 2017"), "{shown}");
        assert!(shown.contains("Kwame Mensah") && !shown.contains("amelie.dubois"), "who somebody is, is left alone");
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn a_resume_that_cannot_be_read_is_kept_and_says_so() {
    on_both(async |w| {
        let (lever, by) = w.lever_as_ines().await;
        let fields = || NewOpportunity { name: Some("Nobody Knows".into()), ..NewOpportunity::default() };
        let cases: [(&str, &[u8], &str); 5] = [
            ("cv.pdf", b"%PDF-1.4 cut off", "error"),
            ("cv.docx", b"PK\x03\x04 cut off", "error"),
            ("cv.doc", b"an old one", "processed"),
            ("cv.pages", b"who knows", "unsupported"),
            ("cv.txt", b"Nobody\nnobody@mail.example", "processed"),
        ];
        for (name, bytes, status) in cases {
            let new = add(&lever, &by, true, fields(), name, bytes).await;
            let kept = resume(&lever, &new).await;
            assert_eq!(kept.file.as_ref().unwrap().status.as_deref(), Some(status), "{name}");
            assert_eq!(kept.parsed_data.is_some(), name == "cv.txt", "{name}");
            let (opportunity, resume) = (new.id.parse().unwrap(), kept.id.parse().unwrap());
            let got = lever.send(DownloadResume { opportunity, resume, query: Nothing, body: Nothing }).await.unwrap();
            assert_eq!(got.bytes, bytes, "{name}");
        }
        w.drain().await;
    })
    .await;
}

/// A Word file whose text is 64 MB.
fn bomb() -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
    let block = vec![b' '; 1 << 20];
    archive.write_all(b"<w:document><w:p><w:r><w:t>").unwrap();
    for _ in 0..64 {
        archive.write_all(&block).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[tokio::test]
async fn whatever_a_file_is_reading_it_ends_and_leaves_the_reader_as_it_was() {
    let reader = Reader::new(env!("CARGO_BIN_EXE_fulcrum").into());
    assert!(reader.read(Kind::Docx, &bomb()).await.is_ok_and(|read| read.name.is_none()), "so much of it is looked at, and no more");
    // A PDF whose pages are each other's parents, and deeper than any stack.
    let deep = format!("%PDF-1.4\n1 0 obj {}{} endobj\ntrailer << /Root 1 0 R >>", "[".repeat(500_000), "]".repeat(500_000));
    let circle = "%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n2 0 obj << /Type /Pages /Kids [2 0 R] /Count 1 >> endobj\ntrailer << /Root 1 0 R >>";
    for file in [deep.as_bytes(), circle.as_bytes(), &vec![0; 1 << 20], b""] {
        let _ = reader.read(Kind::Pdf, file).await;
    }
    // Damaged in places, as a bad line would.
    let mut runner = TestRunner::deterministic();
    let damage = prop::collection::vec((0..PDF.len(), any::<u8>()), 1..12);
    for _ in 0..40 {
        let mut file = PDF.to_vec();
        for (at, byte) in damage.new_tree(&mut runner).unwrap().current() {
            file[at] = byte;
        }
        let _ = reader.read(Kind::Pdf, &file).await;
    }
    assert_eq!(reader.read(Kind::Pdf, PDF).await.unwrap().name.unwrap(), "Amélie Dubois-Østergård");
    assert!(Reader::new("/nowhere/fulcrum".into()).read(Kind::Pdf, PDF).await.is_err());
}
