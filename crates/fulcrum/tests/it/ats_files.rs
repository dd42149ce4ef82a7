//! Files and feedback on an opportunity, as programs write them and people see them.

use crate::world::{World, on_both};
use endpoint::{Attachment, Nothing, Verb, WithFiles};
use lever_api::{
    CreateAs, CreateOpportunity, DeleteFile, DownloadFile, DownloadResume, FileFilter, ListFiles, ListResumes, NewOpportunity, PerformAs, UploadFile,
    UserId,
};
use outbound::{Failure, Fixed, Remote};
use serde_json::{Value, json};
use std::sync::Arc;

impl World {
    /// Lever's API with every permission, and Ines, whom writes are done as.
    async fn as_ines(&self) -> (Remote, PerformAs) {
        let key = self.key().await;
        let (_, users) = self.lever(&key, Verb::Get, "/v1/users?email=ines@northwind.example", Value::Null).await;
        let ines: UserId = users["data"][0]["id"].as_str().unwrap().parse().unwrap();
        let lever = Remote::new(self.outbound.clone(), self.ats_url.clone(), Arc::new(Fixed::basic(&key, "")));
        (lever, PerformAs { perform_as: Some(ines) })
    }
}

fn file(name: &str, bytes: &[u8]) -> WithFiles<Nothing> {
    WithFiles::one(Attachment { name: name.to_owned(), media_type: "application/pdf".to_owned(), bytes: bytes.to_vec(), ..Attachment::default() })
}

#[tokio::test]
async fn a_file_is_uploaded_found_downloaded_and_deleted() {
    on_both(async |w| {
        let (lever, ines) = w.as_ines().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        let at: lever_api::OpportunityId = ada.parse().unwrap();
        let upload = async |query: &PerformAs, body| lever.send(UploadFile { opportunity: at.clone(), query: query.clone(), body }).await;
        // Every byte there is, and a name with what could end the line or the quotes.
        let bytes: Vec<u8> = (0..=255).cycle().take(70_000).collect();
        let made = upload(&ines, file("Lebenslauf \"Ada\" <b>.PDF", &bytes)).await.unwrap().data;
        assert_eq!((made.name.as_str(), made.ext.as_str(), made.size), ("Lebenslauf %22Ada%22 <b>.PDF", ".pdf", 70_000));
        assert_eq!(made.status.as_deref(), Some("processed"));
        w.clock.advance(std::time::Duration::from_secs(1));
        let other = upload(&ines, file("scan.xyz", b"?")).await.unwrap().data;
        assert_eq!(other.status.as_deref(), Some("unsupported"));
        let list = async |query| lever.send(ListFiles { opportunity: at.clone(), query, body: Nothing }).await.unwrap().data;
        let names: Vec<String> = list(FileFilter::default()).await.into_iter().map(|file| file.name).collect();
        assert_eq!(names, ["scan.xyz", "Lebenslauf %22Ada%22 <b>.PDF"], "newest first");
        let until = FileFilter { uploaded_at_end: made.uploaded_at, ..FileFilter::default() };
        assert_eq!(list(until).await.len(), 1);
        let id: lever_api::FileId = made.id.parse().unwrap();
        let got = lever.send(DownloadFile { opportunity: at.clone(), file: id.clone(), query: Nothing, body: Nothing }).await.unwrap();
        assert!(got.bytes == bytes && got.media_type == "application/pdf" && got.name == made.name, "{got:?} {} {}", got.name, got.media_type);
        // People see it, as text and as a download.
        let mut person = w.at_ats("ines").await;
        let page = person.open(&format!("/candidates/{ada}")).await.1;
        assert!(page.contains("Lebenslauf %22Ada%22 &lt;b&gt;.PDF") && page.contains("70 kB"), "{page}");
        // Another's profile does not lead to it.
        let chen = w.candidate("Chen Wei").await;
        assert_eq!(person.open(&format!("/candidates/{chen}/files/{}", made.id)).await.0, 404);
        // Nobody named, nothing sent, too much: refused, and nothing is kept.
        for (query, body, why) in [
            (PerformAs::default(), file("cv.pdf", b"x"), "perform_as"),
            (ines.clone(), WithFiles::default(), "file"),
            (ines.clone(), file("cv.pdf", &vec![0; 45 << 20]), "30 MiB"),
        ] {
            let Err(Failure::Refused { status, body, .. }) = upload(&query, body).await else { panic!("{why}") };
            assert!(status == 400 && body.contains(why), "{status} {body}");
        }
        assert_eq!(list(FileFilter::default()).await.len(), 2);
        lever.send(DeleteFile { opportunity: at.clone(), file: id, query: ines.clone(), body: Nothing }).await.unwrap();
        assert_eq!(list(FileFilter::default()).await.len(), 1);
        let kept = || std::fs::read_dir(w.folder.join("files").join(&ada)).map_or(0, |found| found.count());
        assert_eq!(kept(), 1);
        // Whoever is anonymised leaves no file behind, and gets none any more.
        person.press(&format!("/candidates/{ada}/anonymize"), &[]).await;
        assert_eq!((kept(), list(FileFilter::default()).await.len()), (0, 0));
        assert!(upload(&ines, file("cv.pdf", b"x")).await.is_err());
        assert_eq!(kept(), 0);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn feedback_is_given_by_a_template_changed_and_deleted_as_lever_does() {
    on_both(async |w| {
        let (_, ines) = w.as_ines().await;
        let key = w.key().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        let template = json!({ "text": "Video interview", "instructions": "Watch first.", "fields": [
            { "type": "score-system", "text": "Rating" }, { "type": "textarea", "text": "Comments" },
        ] });
        for (bad, why) in [
            (json!({ "text": "None", "fields": [{ "type": "textarea", "text": "Comments" }] }), "exactly one"),
            (json!({ "fields": template["fields"] }), "text"),
            (json!({ "text": "Odd", "fields": [{ "type": "score-system", "text": "Rating" }, { "type": "dance", "text": "Dance" }] }), "dance"),
        ] {
            let (status, body) = w.lever(&key, Verb::Post, "/v1/feedback_templates", bad).await;
            assert!(status == 400 && body["message"].as_str().unwrap().contains(why), "{status} {body}");
        }
        let (status, made) = w.lever(&key, Verb::Post, "/v1/feedback_templates", template).await;
        assert_eq!(status, 201, "{made}");
        let made = &made["data"];
        assert_eq!(made["fields"][0]["options"][0]["text"], "4 - Strong Hire");
        let (rating, comments) = (&made["fields"][0]["id"], &made["fields"][1]["id"]);
        let at = format!("/v1/opportunities/{ada}/feedback");
        let as_ines = format!("perform_as={}", ines.perform_as.unwrap());
        let values = json!([{ "id": rating, "value": "3 - Hire" }, { "id": comments, "value": "Clear <i>answers</i>." }]);
        let new = json!({ "baseTemplateId": made["id"], "fieldValues": values });
        assert_eq!(w.lever(&key, Verb::Post, &at, new.clone()).await.0, 400, "perform_as is required");
        for (bad, why) in [
            (json!({ "fieldValues": values }), "baseTemplateId"),
            (json!({ "baseTemplateId": "gone" }), "template"),
            (json!({ "baseTemplateId": made["id"], "fieldValues": [{ "id": rating, "value": "5 - Best" }] }), "does not fit"),
            (json!({ "baseTemplateId": made["id"], "fieldValues": [{ "id": "gone", "value": "x" }] }), "no field gone"),
            (json!({ "baseTemplateId": made["id"], "panel": "x" }), "together"),
        ] {
            let (status, body) = w.lever(&key, Verb::Post, &format!("{at}?{as_ines}"), bad).await;
            assert!(status == 400 && body["message"].as_str().unwrap().contains(why), "{status} {body}");
        }
        let (status, given) = w.lever(&key, Verb::Post, &format!("{at}?{as_ines}"), new).await;
        assert_eq!(status, 201, "{given}");
        let given = &given["data"];
        assert_eq!(
            (&given["fields"][0]["value"], &given["type"], &given["text"]),
            (&json!("3 - Hire"), &json!("interview"), &json!("Video interview"))
        );
        assert!(w.at_ats("ines").await.read(&format!("/candidates/{ada}")).await.contains("Clear <i>answers</i>."));
        let one = format!("{at}/{}", given["id"].as_str().unwrap());
        let (_, expanded) = w.lever(&key, Verb::Get, &format!("{one}?expand=user"), Value::Null).await;
        assert_eq!(expanded["data"]["user"]["name"], "Ines Bauer");
        // A change answers the raw record, and leaves the other answers as they were.
        let change = json!({ "fieldValues": [{ "id": rating, "value": "4 - Strong Hire" }] });
        let (_, raw) = w.lever(&key, Verb::Put, &format!("{one}?{as_ines}"), change).await;
        assert_eq!((&raw["data"]["profileId"], &raw["data"]["fields"][0]["type"]), (&json!(ada), &json!("score")));
        let (_, list) = w.lever(&key, Verb::Get, &at, Value::Null).await;
        assert_eq!(
            (&list["data"][0]["fields"][0]["value"], &list["data"][0]["fields"][1]["value"]),
            (&json!("4 - Strong Hire"), &values[1]["value"])
        );
        assert_eq!(list["data"][0]["fields"][0]["type"], "score-system");
        // Deleted, it is in no list, and can still be read.
        assert_eq!(w.lever(&key, Verb::Delete, &format!("{one}?{as_ines}"), Value::Null).await.0, 204);
        assert_eq!(w.lever(&key, Verb::Get, &at, Value::Null).await.1["data"], json!([]));
        assert!(w.lever(&key, Verb::Get, &one, Value::Null).await.1["data"]["deletedAt"].is_i64());
        // A changed template has new fields; a deleted one is not offered any more.
        let path = format!("/v1/feedback_templates/{}", made["id"].as_str().unwrap());
        let changed = json!({ "text": "Video", "fields": [{ "type": "score-system", "text": "Rating" }] });
        let (_, changed) = w.lever(&key, Verb::Put, &path, changed).await;
        assert!(changed["data"]["text"] == "Video" && changed["data"]["fields"][0]["id"] != *rating, "{changed}");
        assert_eq!(w.lever(&key, Verb::Delete, &path, Value::Null).await.0, 204);
        assert_eq!(w.lever(&key, Verb::Get, &path, Value::Null).await.0, 404);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn an_opportunity_is_made_with_its_resume_and_files_in_one_call() {
    on_both(async |w| {
        let (lever, ines) = w.as_ines().await;
        let key = w.key().await;
        let part = |field: &str, name: &str, bytes: &[u8]| Attachment {
            field: field.to_owned(),
            name: name.to_owned(),
            media_type: "application/pdf".to_owned(),
            bytes: bytes.to_vec(),
        };
        let fields = NewOpportunity {
            name: Some("Nia Okafor".to_owned()),
            emails: vec!["nia@mail.example".to_owned(), "nia.okafor@mail.example".to_owned()],
            tags: vec!["Referral".to_owned()],
            origin: Some("referred".to_owned()),
            ..NewOpportunity::default()
        };
        let files = vec![part("resumeFile", "cv.pdf", b"%PDF-1.7 me"), part("files[]", "letter.txt", b"Hello"), part("other", "x.txt", b"no")];
        let query = CreateAs { perform_as: ines.perform_as.clone(), ..CreateAs::default() };
        let made = lever.send(CreateOpportunity { query: query.clone(), body: WithFiles { fields, files } }).await.unwrap().data;
        assert_eq!((made.origin.as_str(), made.emails.len(), made.tags.as_slice()), ("referred", 2, ["Referral".to_owned()].as_slice()));
        let at: lever_api::OpportunityId = made.id.parse().unwrap();
        let resumes = lever.send(ListResumes { opportunity: at.clone(), query: FileFilter::default(), body: Nothing }).await.unwrap().data;
        let file = resumes[0].file.as_ref().unwrap();
        assert_eq!((resumes.len(), file.name.as_str(), file.ext.as_str(), file.size), (1, "cv.pdf", "pdf", 11));
        let id: lever_api::ResumeId = resumes[0].id.parse().unwrap();
        let got = lever.send(DownloadResume { opportunity: at.clone(), resume: id, query: Nothing, body: Nothing }).await.unwrap();
        assert_eq!((got.bytes.as_slice(), got.name.as_str()), (&b"%PDF-1.7 me"[..], "cv.pdf"));
        let files = lever.send(ListFiles { opportunity: at.clone(), query: FileFilter::default(), body: Nothing }).await.unwrap().data;
        assert_eq!(
            files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(),
            ["letter.txt"],
            "a resume is no file, and unknown parts are ignored"
        );
        // A resume is not found among files, nor the other way round.
        let path = format!("/v1/opportunities/{}/files/{}", made.id, resumes[0].id);
        assert_eq!(w.lever(&key, Verb::Get, &path, Value::Null).await.0, 404);
        // JSON makes one without; what cannot be made keeps no file.
        let plain = CreateOpportunity { query: query.clone(), body: WithFiles::default() };
        assert!(lever.send(plain).await.unwrap().data.applications.is_empty());
        let folders = || std::fs::read_dir(w.folder.join("files")).map_or(0, |found| found.count());
        let before = folders();
        let wrong = NewOpportunity { origin: Some("moon".to_owned()), ..NewOpportunity::default() };
        let refused =
            lever.send(CreateOpportunity { query, body: WithFiles { fields: wrong, files: vec![part("resumeFile", "cv.pdf", b"x")] } }).await;
        assert!(matches!(refused, Err(Failure::Refused { status: 400, .. })), "{refused:?}");
        assert_eq!(folders(), before);
        let mut ines = w.at_ats("ines").await;
        assert!(ines.read(&format!("/candidates/{}", made.id)).await.contains("cv.pdf"));
        w.drain().await;
    })
    .await;
}
