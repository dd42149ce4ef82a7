//! What the company publishes: the Postings API v0, the job site, applying there; and postings written, published, closed and deleted by people.

use crate::world::{World, on_both};
use endpoint::Verb::{Get, Post};
use outbound::Call;
use serde_json::{Value, json};

const SITE: &str = "/v0/postings/northwind";

async fn public(w: &World, path: &str) -> (u16, Value) {
    w.lever("", Get, path, Value::Null).await
}

/// The public posting of this title.
async fn job(w: &World, title: &str) -> String {
    let (_, all) = public(w, SITE).await;
    all.as_array().unwrap().iter().find(|p| p["text"] == title).unwrap_or_else(|| panic!("no {title}"))["id"].as_str().unwrap().to_owned()
}

/// Calls the Postings API with a body of this kind.
async fn send(w: &World, path: &str, kind: &str, body: &str) -> (u16, Value) {
    let mut call = Call::new(Post, w.ats_url.join(path).unwrap(), body.as_bytes().to_vec());
    call.headers.insert("content-type", kind.parse().unwrap());
    w.call(&call).await
}

async fn text(w: &World, path: &str, accept: &str) -> (u16, String, String) {
    let mut call = Call::new(Get, w.ats_url.join(path).unwrap(), Vec::new());
    if !accept.is_empty() {
        call.headers.insert("accept", accept.parse().unwrap());
    }
    let answer = w.outbound.send(&call, &outbound::Wire::default()).await.unwrap();
    let kind = answer.headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    (answer.status, kind, String::from_utf8(answer.body.to_vec()).unwrap())
}

#[tokio::test]
async fn everybody_reads_what_is_published_in_the_form_they_like_and_nothing_else() {
    on_both(async |w| {
        let (status, all) = public(&w, &format!("{SITE}?mode=json")).await;
        assert_eq!((status, all.as_array().unwrap().len()), (200, 6), "a bare list: {all}");
        let first = &all[0];
        assert_eq!((first["text"].as_str(), first["workplaceType"].as_str()), (Some("Backend Engineer"), Some("hybrid")), "newest first");
        assert!(first["hostedUrl"].as_str().unwrap().ends_with(&format!("/jobs/northwind/{}", first["id"].as_str().unwrap())));
        let (_, one) = public(&w, &format!("{SITE}/{}", first["id"].as_str().unwrap())).await;
        assert_eq!(&one, first);
        let count = async |query: &str| public(&w, &format!("{SITE}?{query}")).await.1.as_array().unwrap().len();
        assert_eq!(count("location=Berlin").await, 2);
        assert_eq!(count("location=Berlin&location=Lisbon").await, 4, "several are a union");
        assert_eq!(count("location=Berlin&team=Motion").await, 1);
        assert_eq!(count("department=Product&commitment=Contract").await, 1);
        assert_eq!((count("skip=4").await, count("limit=2").await, count("skip=5&limit=2").await), (2, 2, 1));
        let (_, groups) = public(&w, &format!("{SITE}?group=location")).await;
        let titles: Vec<&str> = groups.as_array().unwrap().iter().map(|g| g["title"].as_str().unwrap()).collect();
        assert_eq!(titles, ["Berlin", "Lisbon", "London"]);
        // The mode beats the header.
        let (_, kind, html) = text(&w, &format!("{SITE}?mode=html"), "application/json").await;
        assert!(kind.starts_with("text/html") && html.contains(">Backend Engineer</a>"), "{html}");
        let (_, kind, xml) = text(&w, SITE, "text/xml").await;
        assert!(kind.starts_with("text/xml") && xml.starts_with("<?xml") && xml.contains("<text>Backend Engineer</text>"), "{xml}");
        assert!(text(&w, &format!("{SITE}?mode=iframe"), "").await.2.starts_with("<!DOCTYPE html>"));
        // What is not public is not there: another state, another channel, confidential, another site.
        let id = job(&w, "Technical Writer").await;
        let db = w.db("ats").await;
        for (column, value) in
            [("state", "internal"), ("distribution_channels", "[\"internal\"]"), ("confidentiality", "confidential"), ("state", "draft")]
        {
            let before = db::Sql::row(&db, &format!("select {column} as v from posting where id = $1"), db::params![id.as_str()])
                .await
                .unwrap()
                .unwrap()
                .text("v")
                .unwrap();
            db::Sql::run(&db, &format!("update posting set {column} = $1 where id = $2"), db::params![value, id.as_str()]).await.unwrap();
            assert_eq!(count("").await, 5, "{column} {value}");
            let (status, refused) = public(&w, &format!("{SITE}/{id}")).await;
            assert_eq!((status, &refused["ok"]), (404, &json!(false)));
            assert_eq!(text(&w, &format!("/jobs/northwind/{id}"), "").await.0, 404);
            db::Sql::run(&db, &format!("update posting set {column} = $1 where id = $2"), db::params![before, id.as_str()]).await.unwrap();
        }
        db.close().await;
        for (path, status) in [
            ("/v0/postings/elsewhere", 404),
            ("/v0/postings/northwind?mode=csv", 400),
            ("/v0/postings/northwind?group=moon", 400),
            ("/v0/postings/northwind?limit=-1", 400),
        ] {
            let (found, refused) = public(&w, path).await;
            assert_eq!((found, &refused["ok"]), (status, &json!(false)), "{path}");
            assert!(!refused["error"].as_str().unwrap().is_empty());
        }
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn an_application_from_a_careers_page_arrives_in_each_of_its_spellings_with_a_key_of_its_own_kind() {
    on_both(async |w| {
        let key = w.ats.create_postings_key("careers page", None).await.unwrap();
        let data_key = w.key().await;
        let id = job(&w, "Product Designer").await;
        let path = format!("{SITE}/{id}?key={key}");
        let whole = json!({
            "name": "Lale Aksoy", "email": "lale@mail.example", "phone": "+90 1", "org": "Contoso", "urls": { "GitHub": "https://github.example/lale" },
            "comments": "Hello", "silent": "true", "source": "Our blog", "timezone": "Europe/Istanbul", "ip": "192.0.2.7", "referer": "x".repeat(3000),
            "consent": { "marketing": true, "store": { "provided": "true", "compliancePolicyId": "p" } }, "unknown": 1,
        });
        let (status, done) = send(&w, &path, "application/json", &whole.to_string()).await;
        assert_eq!((status, &done["ok"]), (200, &json!(true)), "{done}");
        let (_, found) = w.lever(&data_key, Get, "/v1/opportunities?email=lale@mail.example&expand=applications", Value::Null).await;
        let (o, a) = (&found["data"][0], &found["data"][0]["applications"][0]);
        assert_eq!((&o["name"], &o["stage"], &o["origin"], &o["sources"]), (&json!("Lale Aksoy"), &json!("applicant-new"), &json!("applied"), &json!(["Our blog"])));
        assert_eq!((&a["id"], &a["posting"], &a["comments"]), (&done["applicationId"], &json!(id), &json!("Hello")));
        assert_eq!((a["referer"].as_str().unwrap().len(), &a["timezone"], &a["ipAddress"]), (2048, &json!("Europe/Istanbul"), &json!("192.0.2.7")));
        assert_eq!((&o["dataProtection"]["contact"]["allowed"], &o["dataProtection"]["store"]["allowed"]), (&json!(true), &json!(true)));
        // A form, and a form with a resume.
        let plain = "name=Bo+Ek&email=bo%40mail.example&urls%5BGitHub%5D=https%3A%2F%2Fgithub.example%2Fbo&timezone=Moon%2FBase";
        let (status, done) = send(&w, &path, "application/x-www-form-urlencoded", plain).await;
        assert_eq!(status, 200, "{done}");
        let part = |name: &str, value: &str| format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        let file = "--b\r\ncontent-disposition: form-data; name=\"resume\"; filename=\"cv.pdf\"\r\ncontent-type: application/pdf\r\n\r\n%PDF-1\r\n--b--\r\n";
        let form = format!("{}{}{file}", part("name", "Bo Ek"), part("email", "BO@mail.example"));
        assert_eq!(send(&w, &path, "multipart/form-data; boundary=b", &form).await.0, 200);
        let (_, found) = w.lever(&data_key, Get, "/v1/opportunities?email=bo@mail.example&expand=applications", Value::Null).await;
        let both = found["data"].as_array().unwrap();
        assert_eq!((both.len(), &both[0]["contact"], &both[0]["links"]), (2, &both[1]["contact"], &json!(["https://github.example/bo"])), "one person");
        assert!(both.iter().any(|o| o["applications"][0]["timezone"].is_null()), "a zone that is none is ignored");
        let mut resumes = 0;
        for o in both {
            let (_, kept) = w.lever(&data_key, Get, &format!("/v1/opportunities/{}/resumes", o["id"].as_str().unwrap()), Value::Null).await;
            resumes += kept["data"].as_array().unwrap().iter().filter(|resume| resume["file"]["name"] == "cv.pdf").count();
        }
        assert_eq!(resumes, 1);
        // Who may not, and what cannot be: nothing is made.
        let before = w.deliveries().await;
        let body = whole.to_string();
        for (path, body, status) in [
            (format!("{SITE}/{id}"), body.as_str(), 401),
            // The key comes first: nobody without one is read to the end.
            (format!("{SITE}/{id}"), "[", 401),
            (format!("{SITE}/{id}?key={data_key}"), &body, 401),
            (format!("{SITE}/nobody?key={key}"), &body, 404),
            (format!("/v0/postings/elsewhere/{id}?key={key}"), &body, 404),
            (path.clone(), "{\"name\":\"X\"}", 400),
            (path.clone(), "{\"email\":\"x@y.z\"}", 400),
            (path.clone(), "{\"name\":\"X\",\"email\":\"nowhere\"}", 400),
            (path.clone(), "[", 400),
        ] {
            let (found, refused) = send(&w, &path, "application/json", body).await;
            assert_eq!((found, &refused["ok"]), (status, &json!(false)), "{body}: {refused}");
        }
        assert_eq!(w.deliveries().await, before);
        // The key of the careers page opens nothing else.
        assert_eq!(w.lever(&key, Get, "/v1/stages", Value::Null).await.0, 401);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn a_posting_deleted_while_somebody_applies_is_deleted_or_applied_to_and_never_both() {
    on_both(async |w| {
        let (key, data_key) = (w.ats.create_postings_key("careers page", None).await.unwrap(), w.key().await);
        let (mut applied, mut deleted) = (0, 0);
        for n in 0..12 {
            let mut ines = w.at_ats("ines").await;
            let page = ines.press("/postings/new", &[("text", "Short-lived")]).await.path().to_owned();
            ines.press(&format!("{page}/state"), &[("state", "published")]).await;
            let id = page.rsplit('/').next().unwrap().to_owned();
            let (path, body) =
                (format!("{SITE}/{id}?key={key}"), json!({ "name": "Lale Aksoy", "email": format!("lale{n}@mail.example") }).to_string());
            let delete = format!("{page}/delete");
            let ((took, said), (went, _)) = tokio::join!(send(&w, &path, "application/json", &body), ines.try_press(&delete, &[]));
            let there = w.lever(&data_key, Get, &format!("/v1/postings/{id}"), Value::Null).await.0 == 200;
            assert_eq!((took == 200, went == 303), (there, !there), "{said}");
            if there { applied += 1 } else { deleted += 1 }
        }
        assert_eq!(applied + deleted, 12);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn a_careers_page_sends_two_applications_a_second_and_no_more() {
    let w = World::at_rate(db::Engine::Sqlite, true).await;
    let key = w.ats.create_postings_key("careers page", None).await.unwrap();
    let path = format!("{SITE}/{}?key={key}", job(&w, "Product Designer").await);
    let mut statuses = Vec::new();
    for n in 0..4 {
        statuses.push(send(&w, &path, "application/json", &json!({ "name": "A B", "email": format!("n{n}@mail.example") }).to_string()).await.0);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), statuses.len() - statuses.iter().filter(|status| **status == 200).count());
    assert!(statuses[..2] == [200, 200] && statuses.contains(&429), "{statuses:?}");
    w.drain().await;
    World::discard(w.folder.clone(), w.database()).await;
}

#[tokio::test]
async fn somebody_applies_on_the_job_site_with_a_survey_of_their_own_choice() {
    on_both(async |w| {
        let mut ines = w.at_ats("ines").await;
        let survey = [
            ("text", "About you"),
            ("by", "posting"),
            ("countries", "de, fr"),
            ("questions", "How old are you? under 30, 30 or older\nDo you care for somebody? yes, no"),
        ];
        ines.press("/settings/diversity-surveys", &survey).await;
        let key = w.key().await;
        let (berlin, lisbon) = (job(&w, "Backend Engineer").await, job(&w, "Product Designer").await);
        let (_, there) = w.lever(&key, Get, &format!("/v1/surveys/diversity/{berlin}"), Value::Null).await;
        let survey = &there["data"][0];
        assert_eq!((&survey["text"], &survey["postingLocations"]["countryCodes"]), (&json!("About you"), &json!(["DE", "FR"])));
        assert!(there.get("hasNext").is_none() && survey.get("candidateLocations").is_none());
        assert_eq!(w.lever(&key, Get, &format!("/v1/surveys/diversity/{lisbon}"), Value::Null).await.1, json!({ "data": [] }));
        assert_eq!(w.lever(&key, Get, "/v1/surveys/diversity/nobody", Value::Null).await.0, 404);
        let question = survey["fields"][0]["id"].as_str().unwrap().to_owned();

        let mut stranger = w.stranger_at_ats();
        let list = stranger.read("/jobs/northwind").await;
        assert!(list.contains("6 positions") && list.contains("Backend Engineer"), "{list}");
        assert!(stranger.read("/jobs/northwind?location=Berlin&team=&commitment=").await.contains("2 positions"));
        assert!(stranger.read(&format!("/jobs/northwind/{berlin}")).await.contains("We look for a Backend Engineer."));
        let form = format!("/jobs/northwind/{berlin}/apply");
        assert!(stranger.read(&form).await.contains("How old are you?"));
        let answers = [
            ("name", "Rosa <b>Luz</b>"),
            ("email", "rosa@mail.example"),
            ("GitHub", "https://github.example/rosa"),
            ("contact", "yes"),
            (question.as_str(), "under 30"),
        ];
        let thanks = stranger.press(&form, &answers).await;
        assert!(stranger.read(thanks.path()).await.contains("Your application for Backend Engineer has arrived."));
        let (_, found) = w.lever(&key, Get, "/v1/opportunities?email=rosa@mail.example", Value::Null).await;
        assert_eq!((&found["data"][0]["name"], &found["data"][0]["sources"]), (&json!("Rosa <b>Luz</b>"), &json!(["Job site"])));
        assert_eq!(found["data"][0]["dataProtection"]["contact"]["allowed"], true);
        let db = w.db("ats").await;
        let answered = async || db::Sql::rows(&db, "select answers from survey_answer", vec![]).await.unwrap();
        assert!(answered().await[0].text("answers").unwrap().contains("under 30"));
        // Over the API too, to questions that there are; and all of it goes when the person does.
        let mut whole =
            json!({ "personalInformation": [{ "name": "fullName", "value": "Ola Ek" }, { "name": "email", "value": "ola@mail.example" }] });
        whole["diversitySurvey"] = json!({ "surveyId": survey["id"], "responses": [{ "questionId": question, "answer": "30 or older" }] });
        assert_eq!(w.lever(&key, Post, &format!("/v1/postings/{berlin}/apply"), whole.clone()).await.0, 201);
        whole["diversitySurvey"]["responses"][0]["questionId"] = json!("another");
        assert_eq!(w.lever(&key, Post, &format!("/v1/postings/{berlin}/apply"), whole).await.0, 400);
        assert_eq!(answered().await.len(), 2);
        let rosa = found["data"][0]["id"].as_str().unwrap();
        ines.press(&format!("/candidates/{rosa}/anonymize"), &[]).await;
        assert_eq!(answered().await.len(), 1);
        let (_, gone) = w.lever(&key, Get, &format!("/v1/opportunities/{rosa}"), Value::Null).await;
        assert_eq!((&gone["data"]["isAnonymized"], &gone["data"]["dataProtection"]), (&json!(true), &Value::Null));
        db.close().await;
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn a_posting_is_written_published_changed_closed_and_deleted_by_people_and_programs_see_it() {
    on_both(async |w| {
        let key = w.key().await;
        let mut ines = w.at_ats("ines").await;
        let written = [
            ("text", "Data Engineer"),
            ("team", "Engineering\u{1f}Platform"),
            ("location", "Berlin"),
            ("location", "Lisbon"),
            ("commitment", "Full-time"),
            ("workplace", "remote"),
            ("country", "de"),
            ("codes", "ENG-7, ENG-8"),
            ("description", "<p>Build <script>alert(1)</script><b>pipes</b></p>"),
            ("min", "50000"),
            ("max", "70000"),
            ("currency", "eur"),
            ("interval", "per-year-salary"),
        ];
        let page = ines.press("/postings/new", &written).await;
        let id = page.path().rsplit('/').next().unwrap().to_owned();
        let read = async || w.lever(&key, Get, &format!("/v1/postings/{id}"), Value::Null).await.1["data"].clone();
        let posting = read().await;
        assert_eq!((&posting["state"], &posting["urls"], &posting["country"]), (&json!("draft"), &Value::Null, &json!("DE")));
        assert_eq!((&posting["categories"]["team"], &posting["categories"]["allLocations"]), (&json!("Platform"), &json!(["Berlin", "Lisbon"])));
        assert_eq!((&posting["requisitionCodes"], &posting["salaryRange"]["currency"]), (&json!(["ENG-7", "ENG-8"]), &json!("EUR")));
        assert_eq!(posting["content"]["descriptionHtml"], "<p>Build <b>pipes</b></p>");
        let path = format!("/postings/{id}/state");
        for (state, seen) in [("published", true), ("internal", false), ("closed", false), ("published", true)] {
            ines.press(&path, &[("state", state)]).await;
            assert_eq!((&read().await["state"], public(&w, &format!("{SITE}/{id}")).await.0 == 200), (&json!(state), seen));
        }
        assert_eq!(public(&w, &format!("{SITE}?location=Lisbon&team=Platform")).await.1.as_array().unwrap().len(), 1, "at each of its locations");
        // Asking for what is published means what everybody sees, unless somebody says otherwise.
        let db = w.db("ats").await;
        db::Sql::run(&db, "update posting set distribution_channels = '[\"internal\"]' where id = $1", db::params![id.as_str()]).await.unwrap();
        let count = async |query: &str| w.lever(&key, Get, &format!("/v1/postings?{query}"), Value::Null).await.1["data"].as_array().unwrap().len();
        assert_eq!((count("state=published").await, count("state=published&distributionChannel=internal").await, count("").await), (6, 7, 7));
        db.close().await;
        // Deleted only while nobody applied; and those who may not, do not.
        let mut mei = w.at_ats("mei").await;
        assert_eq!(mei.try_press(&format!("/postings/{id}/delete"), &[]).await.0, 403);
        let applied = job(&w, "Backend Engineer").await;
        assert_eq!(ines.try_press(&format!("/postings/{applied}/delete"), &[]).await.0, 400);
        ines.press(&format!("/postings/{id}/delete"), &[]).await;
        assert_eq!(w.lever(&key, Get, &format!("/v1/postings/{id}"), Value::Null).await.0, 404);
        let now = w.clock.now().0;
        let deleted = async |query: &str| w.lever(&key, Get, &format!("/v1/postings/deleted{query}"), Value::Null).await;
        assert_eq!(deleted("").await.1["data"], json!([{ "id": id, "deletedAt": now }]));
        assert_eq!(deleted(&format!("?deleted_at_start={now}&deleted_at_end={}", now + 1)).await.1["data"].as_array().unwrap().len(), 1);
        assert_eq!(deleted(&format!("?deleted_at_start={}&deleted_at_end={now}", now - 9)).await.1["data"], json!([]), "the end is not in it");
        assert_eq!(deleted(&format!("?deleted_at_start=0&deleted_at_end={now}")).await.0, 400, "30 days at most");
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn the_document_of_an_offer_is_downloaded_as_it_was_sent_and_as_it_was_signed() {
    on_both(async |w| {
        let key = w.key().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        let (_, offers) = w.lever(&key, Get, &format!("/v1/opportunities/{ada}/offers"), Value::Null).await;
        let offer = &offers["data"][0];
        assert_eq!(
            (&offer["sentDocument"]["fileName"], &offer["signedDocument"]["fileName"]),
            (&json!("sent-offer.pdf"), &json!("signed-offer.pdf"))
        );
        let path = format!("/v1/opportunities/{ada}/offers/{}/download", offer["id"].as_str().unwrap());
        let load = async |query: &str| {
            let mut call = Call::new(Get, w.ats_url.join(&format!("{path}{query}")).unwrap(), Vec::new());
            call.headers.extend(outbound::Credential::headers(&outbound::Fixed::basic(&key, "")).await.unwrap());
            let answer = w.outbound.send(&call, &outbound::Wire::default()).await.unwrap();
            (answer.status, answer.body.to_vec())
        };
        let (sent, signed) = (load("?status=sent").await, load("?status=signed").await);
        assert!(sent.0 == 200 && signed.0 == 200 && sent.1.starts_with(b"%PDF") && sent.1 != signed.1);
        assert_eq!(load("").await, signed, "the signed one, if there is one");
        assert_eq!(load("?status=signed").await, signed, "the same bytes each time");
        assert_eq!(load("?status=draft").await.0, 400);
        // One that is not sent yet has none.
        let kwame = w.add("Nia Draft", "nia@mail.example", "Backend Engineer").await;
        let mut ines = w.at_ats("ines").await;
        ines.press(&format!("/candidates/{kwame}/offer"), &[("start", "2026-09-01"), ("status", "draft")]).await;
        let (_, offers) = w.lever(&key, Get, &format!("/v1/opportunities/{kwame}/offers"), Value::Null).await;
        let draft = offers["data"].as_array().unwrap().iter().find(|o| o["status"] == "draft").unwrap();
        assert!(draft["sentDocument"].is_null() && draft["signedDocument"].is_null() && draft["sentAt"].is_null(), "{draft}");
        let none = format!("/v1/opportunities/{kwame}/offers/{}/download", draft["id"].as_str().unwrap());
        assert_eq!(w.lever(&key, Get, &none, Value::Null).await.0, 404);
        assert_eq!(w.lever(&key, Get, &path.replace(&ada, &kwame), Value::Null).await.0, 404, "of somebody else");
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn an_application_that_is_refused_leaves_nothing_and_nobody_agrees_for_somebody_else() {
    on_both(async |w| {
        let key = w.key().await;
        let berlin = job(&w, "Backend Engineer").await;
        let upload = {
            let mut call = Call::new(
                Post,
                w.ats_url.join("/v1/uploads").unwrap(),
                b"--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"cv.pdf\"\r\n\r\n%PDF\r\n--b--\r\n".to_vec(),
            );
            call.headers.extend(outbound::Credential::headers(&outbound::Fixed::basic(&key, "")).await.unwrap());
            call.headers.insert("content-type", "multipart/form-data; boundary=b".parse().unwrap());
            w.call(&call).await.1["data"]["uri"].as_str().unwrap().to_owned()
        };
        let files = || walk(&w.folder.join("files"));
        let before = files();
        let say = |name: &str, value: &str| json!({ "name": name, "value": value });
        let mut whole = json!({ "personalInformation": [say("fullName", "Ola Ek"), say("email", "ola@mail.example"), say("resume", &upload)] });
        whole["diversitySurvey"] = json!({ "surveyId": "nothing", "responses": [] });
        let apply = async |body: &Value| w.lever(&key, Post, &format!("/v1/postings/{berlin}/apply"), body.clone()).await;
        assert_eq!(apply(&whole).await.0, 400);
        let (_, found) = w.lever(&key, Get, "/v1/opportunities?email=ola@mail.example", Value::Null).await;
        assert_eq!((found["data"].as_array().unwrap().len(), files()), (0, before));
        whole["diversitySurvey"] = Value::Null;
        let mut long = whole.clone();
        long["personalInformation"][0]["value"] = json!("x".repeat(5_000));
        assert_eq!(apply(&long).await.0, 400);
        // Asked once, and said no; somebody else who knows the address says yes.
        whole["consent"] = json!({ "marketing": false });
        assert_eq!(apply(&whole).await.0, 201);
        whole["consent"] = json!({ "marketing": true });
        assert_eq!(apply(&whole).await.0, 201);
        let (_, found) = w.lever(&key, Get, "/v1/opportunities?email=ola@mail.example", Value::Null).await;
        let both = found["data"].as_array().unwrap();
        assert!(both.len() == 2 && both.iter().all(|o| o["dataProtection"]["contact"]["allowed"] == false), "{found}");
        w.drain().await;
    })
    .await;
}

/// The files below a folder.
fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.flat_map(|entry| if entry.path().is_dir() { walk(&entry.path()) } else { vec![entry.path()] }).collect()
}

#[tokio::test]
async fn a_posting_asks_questions_of_its_own_on_the_job_site_and_over_the_api() {
    on_both(async |w| {
        let (key, id) = (w.key().await, job(&w, "Product Designer").await);
        let mut omar = w.at_ats("omar").await;
        let at = format!("/postings/{id}/questions");
        let lines = "* When could you start? at once, in a month\nWhat did you draw last?";
        for wrong in ["Ready? yes", "* ?"] {
            let (status, page) = omar.try_press(&at, &[("title", "About you"), ("questions", wrong)]).await;
            assert!(status == 200 && page.contains("question"), "{page}");
        }
        omar.press(&at, &[("title", "About you"), ("audience", "external"), ("questions", lines)]).await;
        let form = async |query: &str| w.lever(&key, Get, &format!("/v1/postings/{id}/apply{query}"), Value::Null).await.1["data"].clone();
        let group = form("").await["customQuestions"][0].clone();
        assert_eq!((&group["text"], &group["distribution"]), (&json!("About you"), &json!(["external"])));
        assert_eq!((&group["fields"][0]["required"], &group["fields"][0]["options"]), (&json!(true), &json!([{ "text": "at once" }, { "text": "in a month" }])));
        assert_eq!(form("?distribution=internal").await["customQuestions"], json!([]));
        assert_eq!(w.lever(&key, Get, &format!("/v1/postings/{id}/apply?distribution=moon"), Value::Null).await.0, 400);
        // On the job site: what is missing is asked for again, and nothing typed is lost.
        let mut stranger = w.stranger_at_ats();
        let apply = format!("/jobs/northwind/{id}/apply");
        let (first, second) = (group["fields"][0]["id"].as_str().unwrap(), group["fields"][1]["id"].as_str().unwrap());
        let typed = [("name", "Lale Aksoy"), ("email", "lale@mail.example"), (second, "A <chair>")];
        let (status, page) = stranger.try_upload(&apply, &typed, ("resume", "", b"")).await;
        assert!(status == 400 && page.contains("When could you start?\" must be answered") && page.contains("A <chair>"), "{status}: {page}");
        let (status, _) = stranger.try_upload(&apply, &[&typed[..], &[(first, "never")]].concat(), ("resume", "", b"")).await;
        assert_eq!(status, 400, "no such answer");
        let (status, _) = stranger.try_upload(&apply, &[&typed[..], &[(first, "in a month")]].concat(), ("resume", "", b"")).await;
        assert_eq!(status, 303);
        // Over the API in the order of the form, or by id; what nobody asked is kept.
        let body = |custom: Value| json!({
            "personalInformation": [{ "name": "fullName", "value": "Bo Ek" }, { "name": "email", "value": "bo@mail.example" }], "customQuestions": custom,
        });
        let send = async |custom: Value| w.lever(&key, Post, &format!("/v1/postings/{id}/apply"), body(custom)).await;
        for refused in [json!([]), json!([{ "id": group["id"], "fields": [{ "value": "never" }] }]), json!([{ "id": group["id"], "fields": [{ "value": 7 }] }])] {
            let (status, said) = send(refused).await;
            assert!(status == 400 && said["message"].as_str().unwrap().starts_with("customQuestions"), "{said}");
        }
        let given = json!([{ "id": group["id"], "fields": [{ "value": "at once" }, { "value": "A lamp" }] }, { "id": "another", "fields": [{ "value": 1 }] }]);
        assert_eq!(send(given).await.0, 201);
        assert_eq!(send(json!([{ "id": group["id"], "fields": [{ "id": first, "value": "at once" }] }])).await.0, 201);
        let answers = async |email: &str| {
            let (_, found) = w.lever(&key, Get, &format!("/v1/opportunities?email={email}&expand=applications"), Value::Null).await;
            found["data"].as_array().unwrap().iter().map(|o| (o["id"].as_str().unwrap().to_owned(), o["applications"][0]["customQuestions"].clone())).collect::<Vec<_>>()
        };
        let lale = answers("lale@mail.example").await;
        assert_eq!((lale.len(), &lale[0].1[0]["fields"][0]["value"], &lale[0].1[0]["text"]), (1, &json!("in a month"), &json!("About you")));
        let bo = answers("bo@mail.example").await;
        assert!(bo.len() == 2 && bo.iter().any(|(_, a)| a[0]["fields"][1]["value"] == "A lamp" && a[1]["id"] == "another"), "{bo:?}");
        assert!(omar.read(&format!("/candidates/{}", lale[0].0)).await.contains("What did you draw last? A <chair>"));
        // The page shows what is asked; a question that stays keeps its id; with none, nobody is asked.
        omar.click(&at, "Questions", "Save questions", &[("Title above them", "More about you")]).await;
        let now = form("").await["customQuestions"][0].clone();
        assert_eq!((&now["id"], &now["fields"]), (&group["id"], &group["fields"]));
        omar.click(&at, "Questions", "Save questions", &[("Questions", "")]).await;
        assert_eq!(form("").await["customQuestions"], json!([]));
        assert_eq!(w.at_ats("mei").await.open(&at).await.0, 403);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn who_applies_to_a_posting_of_several_locations_says_where() {
    on_both(async |w| {
        let key = w.key().await;
        let mut omar = w.at_ats("omar").await;
        let page = omar.press("/postings/new", &[("text", "Roving Painter"), ("location", "Berlin"), ("location", "Lisbon")]).await.path().to_owned();
        omar.press(&format!("{page}/state"), &[("state", "published")]).await;
        let id = page.rsplit('/').next().unwrap();
        let (_, form) = w.lever(&key, Get, &format!("/v1/postings/{id}/apply"), Value::Null).await;
        let asked =
            form["data"]["personalInformation"].as_array().unwrap().iter().find(|q| q["name"] == "preferredPostingLocation").cloned().unwrap();
        assert_eq!(asked["options"], json!([{ "text": "Berlin" }, { "text": "Lisbon" }]));
        let typed = [("name", "Lale Aksoy"), ("email", "lale@mail.example"), ("preferred", "Lisbon")];
        let (status, said) = w.stranger_at_ats().try_upload(&format!("/jobs/northwind/{id}/apply"), &typed, ("resume", "", b"")).await;
        assert_eq!(status, 303, "{said}");
        let (_, found) = w.lever(&key, Get, "/v1/opportunities?email=lale@mail.example", Value::Null).await;
        assert_eq!(found["data"][0]["opportunityLocation"], "Lisbon");
        w.drain().await;
    })
    .await;
}
