//! Bad input at the ATS' API: a 4xx in Lever's error shape, never a 5xx, and nothing is stored by half.

use crate::world::{World, on_both};
use endpoint::Verb::{Get, Post, Put};
use endpoint::{Info, Parts, Verb};
use outbound::{Call, Credential, Fixed, Wire};
use serde_json::{Value, json};

/// Sends these bytes as they are.
async fn send(w: &World, key: &str, verb: Verb, path: &str, headers: &[(&'static str, &str)], body: Vec<u8>) -> (u16, Value) {
    let mut call = Call::new(verb, w.ats_url.join(path).unwrap(), body);
    call.headers.extend(Fixed::basic(key, "").headers().await.unwrap());
    for (name, value) in headers {
        call.headers.insert(*name, value.parse().unwrap());
    }
    let answer = w.outbound.send(&call, &Wire::default()).await.unwrap();
    (answer.status, serde_json::from_slice(&answer.body).unwrap_or(Value::Null))
}

fn is_levers(status: u16, body: &Value) -> bool {
    (400..500).contains(&status) && body["code"].is_string() && body["message"].as_str().is_some_and(|message| !message.is_empty())
}

/// Everything that is stored, table by table.
async fn stored(w: &World) -> Vec<(String, i64)> {
    let db = w.db("ats").await;
    let mut counts = Vec::new();
    for table in [
        "opportunity",
        "contact",
        "contact_email",
        "application",
        "note",
        "offer",
        "form",
        "feedback",
        "file",
        "referral",
        "panel",
        "interview",
        "posting",
        "requisition",
        "requisition_field",
        "form_template",
        "feedback_template",
        "person",
        "webhook",
        "eeo",
        "upload",
        "survey_answer",
        "opportunity_label",
        "file_action",
    ] {
        let row = db::Sql::row(&db, &format!("select count(*) as n from {table}"), vec![]).await.unwrap().unwrap();
        counts.push((table.to_owned(), row.int("n").unwrap()));
    }
    db.close().await;
    counts
}

/// The path of an operation with the ids of things that are there, as far as `ids` knows them.
fn filled(info: &Info, ids: &[(&str, String)]) -> String {
    let names = info.path.split('{').skip(1).filter_map(|part| part.split('}').next());
    let id = |name: &str| ids.iter().find(|(known, _)| *known == name).map_or("nobody".to_owned(), |(_, id)| id.clone());
    Parts { path: names.map(|name| (name.to_owned(), id(name))).collect(), ..Parts::default() }.fill(info)
}

#[tokio::test]
async fn bodies_that_are_nothing_deep_or_huge_are_refused_by_every_operation_and_store_nothing() {
    on_both(async |w| {
        let key = w.key().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        let (_, postings) = w.lever(&key, Get, "/v1/postings", Value::Null).await;
        let ids = [("opportunity", ada), ("posting", postings["data"][0]["id"].as_str().unwrap().to_owned())];
        let (_, users) = w.lever(&key, Get, "/v1/users", Value::Null).await;
        let by = format!("?perform_as={}", users["data"][0]["id"].as_str().unwrap());
        let before = stored(&w).await;
        let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
        let deep_in = format!("{{\"name\":{}1{}}}", "{\"a\":".repeat(20_000), "}".repeat(20_000));
        let huge = format!("{{\"name\":\"{}\"}}", "x".repeat(2 << 20));
        // Operations that take a body; what takes none, takes any.
        let takes = |info: &&Info| (info.schemas)().body.as_object().is_none_or(|schema| schema.len() != 1) && info.verb != Verb::Get;
        for info in lever_api::catalogue().iter().filter(takes) {
            let path = format!("{}{by}", filled(info, &ids));
            for body in ["[1,2]", "\"text\"", "{", "{\"a\":1}}", "\u{0}", &deep, &deep_in, &huge] {
                let (status, said) = send(&w, &key, info.verb, &path, &[], body.as_bytes().to_vec()).await;
                let start: String = body.chars().take(12).collect();
                // What nobody asked for is not looked at, and where nothing is required an object without anything else will do.
                assert!(is_levers(status, &said) || (status < 300 && body == deep_in), "{info:?} {start}: {status} {said}");
            }
        }
        assert_eq!(stored(&w).await, before);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn ids_and_parameters_that_are_wrong_unknown_or_tricks_are_refused_by_every_operation() {
    on_both(async |w| {
        let key = w.key().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        let before = stored(&w).await;
        let tricks = [
            "nobody",
            "00000000-0000-4000-8000-000000000000",
            "..%2f..%2fetc%2fpasswd",
            "%00",
            "a'%20or%201=1--",
            "%F0%9F%92%A5",
            "x".repeat(3000).as_str(),
        ]
        .map(str::to_owned);
        for info in lever_api::catalogue().iter().filter(|info| info.path.contains('{')) {
            for trick in &tricks {
                // Every id is the trick, or all but the first.
                for first in [trick.as_str(), ada.as_str()] {
                    let mut path = info.path.to_owned();
                    let mut n = 0;
                    while let (Some(start), Some(end)) = (path.find('{'), path.find('}')) {
                        path.replace_range(start..=end, if n == 0 { first } else { trick });
                        n += 1;
                    }
                    if n == 1 && first == ada {
                        continue;
                    }
                    let (status, said) = send(&w, &key, info.verb, &path, &[], b"{}".to_vec()).await;
                    assert!(is_levers(status, &said), "{info:?} {path}: {status} {said}");
                }
            }
        }
        for info in lever_api::catalogue().iter().filter(|info| info.verb == Verb::Get && !info.path.contains('{')) {
            for query in
                ["limit=0", "limit=-1", "limit=1e9", "limit=99999999999999999999", "offset=%00", "offset=[[[[", "expand=everything", "expand=%00"]
            {
                let (status, said) = send(&w, &key, Get, &format!("{}?{query}", info.path), &[], Vec::new()).await;
                // A list without pages has neither limit nor offset, and takes what it does not know for nothing.
                assert!(is_levers(status, &said) || (status == 200 && !query.starts_with("expand")), "{info:?} {query}: {status} {said}");
                let pages = (info.schemas)().query["properties"].get("limit").is_some();
                assert!(!pages || status == 400, "{info:?} {query}: {status}");
            }
            let (status, said) = send(&w, &key, Get, &format!("{}?nobody_knows=this&created_at_start=&=&&a[b", info.path), &[], Vec::new()).await;
            assert!(status == 200 || is_levers(status, &said), "{info:?}: {status} {said}");
        }
        assert_eq!(stored(&w).await, before);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_a_bomb_or_a_path_is_kept_as_what_it_is_or_refused() {
    on_both(async |w| {
        let key = w.key().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        let (_, users) = w.lever(&key, Get, "/v1/users", Value::Null).await;
        let path = format!("/v1/opportunities/{ada}/files?perform_as={}", users["data"][0]["id"].as_str().unwrap());
        let form = |name: &str, bytes: &[u8]| {
            let mut body =
                format!("--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: application/zip\r\n\r\n")
                    .into_bytes();
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n--b--\r\n");
            body
        };
        let multipart = [("content-type", "multipart/form-data; boundary=b")];
        // What a program packed says how large it is when unpacked; nobody unpacks it here.
        let bomb = [b"PK\x03\x04".as_slice(), &[0xff; 40], &vec![0; 100_000]].concat();
        let (status, kept) = send(&w, &key, Post, &path, &multipart, form("bomb.zip", &bomb)).await;
        assert_eq!((status, kept["data"]["size"].as_u64(), kept["data"]["status"].as_str()), (201, Some(bomb.len() as u64), Some("unsupported")));
        for (name, plain) in
            [("../../etc/passwd", "passwd"), ("..\\..\\boot.ini", "boot.ini"), ("a/b/c.pdf", "c.pdf"), ("<img src=x>.png", "<img src=x>.png")]
        {
            let (status, kept) = send(&w, &key, Post, &path, &multipart, form(name, b"x")).await;
            assert_eq!((status, kept["data"]["name"].as_str()), (201, Some(plain)), "{kept}");
        }
        // Packed on the way: nothing here unpacks a body, so it is no JSON.
        let packed = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab, 0xae, 5, 0, 0x43, 0xbf, 0xa6, 0xa3, 2, 0, 0, 0];
        let (status, said) =
            send(&w, &key, Post, &format!("/v1/opportunities/{ada}/addTags"), &[("content-encoding", "gzip")], packed.to_vec()).await;
        assert!(is_levers(status, &said), "{status} {said}");
        let before = stored(&w).await;
        let too_large = vec![0; 31 << 20];
        let (status, said) = send(&w, &key, Post, &path, &multipart, form("large.pdf", &too_large)).await;
        assert!(is_levers(status, &said) && said["message"].as_str().unwrap().contains("30 MiB"), "{status} {said}");
        for broken in [&b"--b\r\nno headers"[..], b"", b"--b--", b"--c\r\n\r\n"] {
            let (status, said) = send(&w, &key, Post, &path, &multipart, broken.to_vec()).await;
            assert!(is_levers(status, &said), "{status} {said}");
        }
        assert_eq!(stored(&w).await, before);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn html_in_every_text_is_kept_as_it_was_written_and_shown_as_text() {
    on_both(async |w| {
        let key = w.key().await;
        let evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&";
        let (_, users) = w.lever(&key, Get, "/v1/users", Value::Null).await;
        let me = users["data"][0]["id"].as_str().unwrap().to_owned();
        let (_, postings) = w.lever(&key, Get, "/v1/postings", Value::Null).await;
        let posting = postings["data"][0]["id"].as_str().unwrap();
        let new = json!({
            "name": evil, "headline": evil, "location": evil, "emails": [format!("{}@mail.example", "a<b>")], "phones": [{ "type": "mobile", "value": evil }],
            "links": [evil, "javascript:alert(1)"], "tags": [evil], "sources": [evil], "postings": [posting],
        });
        let (status, made) = w.lever(&key, Post, &format!("/v1/opportunities?perform_as={me}"), new).await;
        assert_eq!((status, &made["data"]["name"], &made["data"]["tags"][0]), (201, &json!(evil), &json!(evil)), "{made}");
        let id = made["data"]["id"].as_str().unwrap();
        let at = |what: &str| format!("/v1/opportunities/{id}/{what}?perform_as={me}");
        assert_eq!(w.lever(&key, Post, &at("notes"), json!({ "value": evil })).await.0, 201);
        let talk = json!({ "subject": evil, "note": evil, "location": evil, "date": w.clock.now().0, "duration": 30, "interviewers": [{ "id": me }] });
        assert_eq!(w.lever(&key, Post, &at("panels"), json!({ "timezone": "UTC", "note": evil, "interviews": [talk] })).await.0, 201);
        let template = json!({ "text": evil, "instructions": evil, "fields": [{ "type": "text", "text": evil }] });
        let (_, template) = w.lever(&key, Post, "/v1/form_templates", template).await;
        let answer = json!([{ "id": template["data"]["fields"][0]["id"], "value": evil }]);
        assert_eq!(w.lever(&key, Post, &at("forms"), json!({ "baseTemplateId": template["data"]["id"], "fields": answer })).await.0, 201);
        let (status, refused) = w.lever(&key, Post, &format!("/v1/postings?perform_as={me}"), json!({ "text": evil, "content": { "descriptionHtml": evil } })).await;
        assert_eq!((status, refused["code"].as_str()), (400, Some("BadRequestError")), "what is HTML by definition must be harmless");
        let job = json!({ "text": evil, "state": "published", "categories": { "team": evil, "department": evil, "location": evil }, "tags": [evil] });
        let (status, job) = w.lever(&key, Post, &format!("/v1/postings?perform_as={me}"), job).await;
        assert_eq!(status, 201, "{job}");
        let job = job["data"]["id"].as_str().unwrap();
        let user = json!({ "name": evil, "email": "evil@northwind.example", "jobTitle": evil });
        assert_eq!(w.lever(&key, Post, "/v1/users", user).await.0, 201);
        assert_eq!(w.lever(&key, Put, &at("stage"), json!({ "stage": evil })).await.0, 400);
        let mut ines = w.at_ats("ines").await;
        for page in [
            format!("/candidates/{id}"), "/candidates?q=script".to_owned(), "/candidates?view=list&q=script".to_owned(), "/postings".to_owned(), format!("/postings/{job}"),
            format!("/postings/{job}/edit"), "/jobs/northwind".to_owned(), format!("/jobs/northwind/{job}"), format!("/jobs/northwind/{job}/apply"), "/settings/users".to_owned(),
            "/settings/company/departments-and-teams".to_owned(), "/settings/audit-log".to_owned(), "/v0/postings/northwind?mode=html".to_owned(), "/v0/postings/northwind?mode=iframe".to_owned(), "/v0/postings/northwind?mode=xml".to_owned(),
        ] {
            let (status, html) = ines.open(&page).await;
            assert_eq!(status, 200, "{page}");
            assert!(!html.contains("<script>alert") && !html.contains("<img src=x") && !html.contains("href=\"javascript:"), "{page}: {html}");
        }
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_looked_up_by_its_text_has_a_length_and_nothing_is_nested_without_end() {
    on_both(async |w| {
        let (key, ada) = (w.key().await, w.candidate("Ada Lovelace Byron").await);
        let me = w.lever(&key, Get, "/v1/users?limit=1", Value::Null).await.1["data"][0]["id"].as_str().unwrap().to_owned();
        // Random, so that no index makes it shorter.
        let long: String = (0..40).map(|_| db::vault::random_hex(64)).collect();
        let (before, reason) = (stored(&w).await, w.hired_reason().await);
        let deep = (0..70).fold(json!(1), |inner, _| json!([inner]));
        let posting = json!({ "text": "Smith", "categories": { "team": long, "department": long } });
        for (verb, path, body) in [
            (Post, format!("/v1/opportunities/{ada}/addTags?perform_as={me}"), json!({ "tags": [long] })),
            (Post, format!("/v1/opportunities/{ada}/addSources?perform_as={me}"), json!({ "sources": [long] })),
            (Post, format!("/v1/opportunities?perform_as={me}"), json!({ "name": "X", "emails": [format!("{long}@example.org")] })),
            (Post, format!("/v1/opportunities?perform_as={me}"), json!({ "name": "X", "tags": [long] })),
            (Post, "/v1/requisitions".to_owned(), json!({ "requisitionCode": long, "name": "X", "headcountTotal": 1 })),
            (Post, "/v1/requisitions".to_owned(), json!({ "requisitionCode": "D-1", "name": "X", "headcountTotal": 1, "compensationBand": deep })),
            (Post, "/v1/users".to_owned(), json!({ "name": "X", "email": format!("{long}@example.org") })),
            (Post, format!("/v1/opportunities?perform_as={me}"), json!({ "name": "X", "createdAt": i64::MIN })),
            (Post, format!("/v1/opportunities?perform_as={me}"), json!({ "name": "X", "archived": { "archivedAt": i64::MIN, "reason": reason } })),
            (Post, format!("/v1/postings?perform_as={me}"), posting),
            (Post, format!("/v1/postings?perform_as={me}"), json!({ "text": long })),
        ] {
            let (status, said) = w.lever(&key, verb, &path, body).await;
            assert!(is_levers(status, &said), "{path}: {status} {said}");
        }
        assert_eq!(stored(&w).await, before);
        // What fits is served in every form.
        let deep = (0..55).fold(json!(1), |inner, _| json!([inner]));
        let body = json!({ "requisitionCode": "D-2", "name": "X", "headcountTotal": 1, "compensationBand": deep });
        assert_eq!(w.lever(&key, Post, "/v1/requisitions", body).await.0, 201);
        for query in ["", "?expand=owner", "?include=compensationBand"] {
            let (status, all) = w.lever(&key, Get, &format!("/v1/requisitions{query}"), Value::Null).await;
            assert!(status == 200 && all["data"].as_array().unwrap().len() == 2, "{query}: {all}");
        }
        w.drain().await;
    })
    .await;
}
