//! Requisitions as people write them: what the pages do is what programs read.

use crate::world::on_both;
use endpoint::Verb::{Get, Post, Put};
use serde_json::{Value, json};

#[tokio::test]
async fn a_requisition_is_written_changed_filled_and_closed_by_hand() {
    on_both(async |w| {
        let key = w.key().await;
        let fields = [
            json!({ "id": "budget", "text": "Budget", "type": "dropdown", "isRequired": true, "options": [{ "text": "Lyon" }, { "text": "Oslo" }] }),
            json!({ "id": "approved_on", "text": "Approved on", "type": "date", "isRequired": false }),
            json!({ "id": "band", "text": "Band", "type": "object", "isRequired": false,
                    "subfields": [{ "id": "low", "text": "Low", "type": "number" }, { "id": "word", "text": "Word", "type": "text" }] }),
        ];
        for field in fields {
            let (status, said) = w.lever(&key, Post, "/v1/requisition_fields", field).await;
            assert_eq!(status, 201, "{said}");
        }
        let mut omar = w.at_ats("omar").await;
        let read =
            async |code: &str| w.lever(&key, Get, &format!("/v1/requisitions?requisition_code={code}"), Value::Null).await.1["data"][0].clone();
        let typed = [
            ("Code, as your HR system knows it", "GLA-1"),
            ("Name", "Glassblowers"),
            ("How many may be hired (empty: any number)", "1"),
            ("Budget", "Oslo"),
            ("Approved on", "2026-04-01"),
            ("Low", "12.5"),
            ("Word", "fair"),
            ("Product Designer", "on"),
        ];
        omar.click("/requisitions/new", "New requisition", "Save", &typed).await;
        let made = read("GLA-1").await;
        assert_eq!((&made["headcountTotal"], &made["status"]), (&json!(1), &json!("open")), "{made}");
        assert_eq!(made["customFields"]["band"], json!({ "low": 12.5, "word": "fair" }));
        assert_eq!(made["customFields"]["approved_on"], json!(1_775_001_600_000_i64));
        assert_eq!(made["postings"].as_array().unwrap().len(), 1);
        let at = format!("/requisitions/{}", made["id"].as_str().unwrap());
        for said in ["Glassblowers", "0 of 1", "Oslo", "2026-04-01", "Product Designer"] {
            assert!(omar.read(&at).await.contains(said), "{said}");
        }
        // Typing nothing changes nothing; what is wrong is said where it was typed, and changes nothing.
        let (before, edit) = (read("GLA-1").await, format!("{at}/edit"));
        omar.click(&edit, "Edit requisition", "Save", &[]).await;
        let mut after = read("GLA-1").await;
        after["updatedAt"] = before["updatedAt"].clone();
        assert_eq!(after, before);
        for (label, wrong, why) in [
            ("Code, as your HR system knows it", "ENG-7", "there is a requisition ENG-7 already"),
            ("How many may be hired (empty: any number)", "-3", "not a number of hires"),
            ("Low", "many", "Low: many is not a number"),
        ] {
            let (status, said) = omar.try_click(&edit, "Edit requisition", "Save", &[(label, wrong)]).await;
            assert!(status == 200 && said.contains(why), "{wrong}: {said}");
        }
        assert_eq!(read("GLA-1").await["requisitionCode"], "GLA-1");
        // A hire fills it; the profile offers no more than is there.
        let nova = w.add("Nova Lind", "nova@example.org", "Product Designer").await;
        let reason = w.hired_reason().await;
        let id = made["id"].as_str().unwrap();
        omar.press(&format!("/candidates/{nova}/archive"), &[("reason", &reason), ("requisition", id)]).await;
        assert!(omar.read(&at).await.contains("1 of 1"));
        omar.press(&format!("{at}/status"), &[("status", "closed")]).await;
        let closed = read("GLA-1").await;
        assert!(closed["status"] == "closed" && closed["closedAt"].is_i64() && closed["headcountHired"] == 1, "{closed}");
        assert_eq!(closed["customFields"], before["customFields"]);
        assert!(omar.read("/requisitions?status=closed").await.contains("GLA-1") && !omar.read("/requisitions?status=open").await.contains("GLA-1"));
        // It closes and saves whatever became of the fields: an option that is gone, a field that must be there from now on.
        let field: Value = w.lever(&key, Get, "/v1/requisition_fields/budget", Value::Null).await.1["data"].clone();
        let oslo = field["options"].as_array().unwrap().iter().find(|o| o["text"] == "Oslo").unwrap()["id"].clone();
        let (status, _) = w.lever(&key, endpoint::Verb::Delete, "/v1/requisition_fields/budget/options", json!({ "values": [oslo] })).await;
        assert_eq!(status, 204);
        let new = json!({ "id": "why", "text": "Why", "type": "text", "isRequired": true });
        assert_eq!(w.lever(&key, Post, "/v1/requisition_fields", new).await.0, 201);
        omar.press(&format!("{at}/status"), &[("status", "open")]).await;
        omar.click(&edit, "Edit requisition", "Save", &[("Why", "Growth")]).await;
        let saved = read("GLA-1").await;
        assert_eq!((&saved["customFields"]["budget"], &saved["customFields"]["why"]), (&oslo, &json!("Growth")), "{saved}");
        // A moment keeps its time of day, and whoever left keeps what they had, as long as nobody touches them.
        let people = w.lever(&key, Get, "/v1/users?email=mei@northwind.example", Value::Null).await.1["data"][0]["id"].clone();
        let mut whole = json!({ "requisitionCode": "GLA-1", "name": "Glass", "headcountTotal": 4, "hiringManager": people, "customFields": saved["customFields"] });
        whole["customFields"]["approved_on"] = json!(1_775_034_000_123_i64);
        let (status, said) = w.lever(&key, endpoint::Verb::Put, &format!("/v1{at}"), whole).await;
        assert_eq!(status, 200, "{said}");
        w.lever(&key, Post, &format!("/v1/users/{}/deactivate", people.as_str().unwrap()), Value::Null).await;
        omar.click(&edit, "Edit requisition", "Save", &[("Name", "Glassmakers")]).await;
        let saved = read("GLA-1").await;
        assert_eq!((&saved["name"], &saved["hiringManager"], &saved["customFields"]["approved_on"]), (&json!("Glassmakers"), &people, &json!(1_775_034_000_123_i64)));
        // Who looks at what is no more does not write over it.
        let seen = saved["updatedAt"].to_string();
        w.clock.advance(std::time::Duration::from_secs(1));
        omar.press(&format!("{at}/status"), &[("status", "onHold")]).await;
        let (status, said) = omar.try_press(&edit, &[("code", "GLA-1"), ("name", "Old news"), ("seen", &seen)]).await;
        assert!(status == 200 && said.contains("changed in the meantime"), "{said}");
        assert_eq!((&read("GLA-1").await["name"], &read("GLA-1").await["status"]), (&json!("Glassmakers"), &json!("onHold")));
        w.lever(&key, Post, &format!("/v1/users/{}/reactivate", people.as_str().unwrap()), Value::Null).await;
        // Who may not write them reads them; interviewers do not.
        let (mut mei, mut ruth) = (w.at_ats("mei").await, w.at_ats("ruth").await);
        assert_eq!((mei.open(&at).await.0, mei.open(&edit).await.0, ruth.open("/requisitions").await.0), (200, 403, 403));
        assert_eq!(mei.try_press(&format!("{at}/status"), &[("status", "open")]).await.0, 403);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn a_requisition_of_a_confidential_posting_is_confidential_and_keeps_what_its_editor_does_not_see() {
    on_both(async |w| {
        let all: Vec<String> = lever_api::permissions().into_iter().map(str::to_owned).collect();
        let key = w.ats.create_api_key("confidential", &all, true, None).await.unwrap();
        let (mut ines, mut omar) = (w.at_ats("ines").await, w.at_ats("omar").await);
        let page = ines
            .click(
                "/postings/new",
                "New posting",
                "Save",
                &[
                    ("Title", "Secret Site Lead"),
                    ("Confidential: cannot be changed later. Its candidates and requisitions are confidential too.", "on"),
                ],
            )
            .await;
        let (secret, page) = (page.path().rsplit('/').next().unwrap().to_owned(), page);
        let (_, found) = w.lever(&key, Get, "/v1/requisitions?requisition_code=ENG-7", Value::Null).await;
        let id = found["data"][0]["id"].as_str().unwrap().to_owned();
        let at = format!("/requisitions/{id}");
        // Omar owns it: he sees it also when it is confidential, but not the posting.
        omar.click(&format!("{at}/edit"), "Edit requisition", "Save", &[("Owner", "Omar Haddad")]).await;
        assert_eq!(omar.try_click(&format!("{at}/edit"), "Edit requisition", "Save", &[("Name", "Engineers")]).await.0, 303);
        ines.click(&format!("{at}/edit"), "Edit requisition", "Save", &[("Secret Site Lead", "on")]).await;
        let (_, now) = w.lever(&key, Get, &format!("/v1/requisitions/{id}"), Value::Null).await;
        assert_eq!(now["data"]["confidentiality"], "confidential", "{now}");
        let shown = omar.read(&at).await;
        assert!(shown.contains("ENG-7") && !shown.contains("Secret Site Lead"), "{shown}");
        omar.click(&format!("{at}/edit"), "Edit requisition", "Save", &[("Name", "More engineers")]).await;
        let (_, now) = w.lever(&key, Get, &format!("/v1/requisitions/{id}"), Value::Null).await;
        assert!(now["data"]["name"] == "More engineers" && now["data"]["postings"].as_array().unwrap().contains(&json!(secret)), "{now}");
        // Nor can he name a posting he does not see. Who works on none of its postings finds nothing.
        let made = omar.click("/requisitions/new", "New requisition", "Save", &[("Code, as your HR system knows it", "X-1"), ("Name", "X")]).await;
        let x = made.path().to_owned();
        let typed = [("code", "X-1"), ("name", "X"), ("status", "open"), ("posting", secret.as_str())];
        omar.press(&format!("{x}/edit"), &typed).await;
        let (_, now) = w.lever(&key, Get, &format!("/v1{x}"), Value::Null).await;
        assert_eq!(now["data"]["postings"], json!([]), "{now}");
        ines.press(&format!("{x}/edit"), &typed).await;
        let (mut mei, path) = (w.at_ats("mei").await, x.as_str());
        assert_eq!((mei.open(path).await.0, ines.open(path).await.0, omar.open(path).await.0), (404, 200, 200), "who made it sees it");
        assert!(!mei.read("/requisitions").await.contains("X-1"));
        // An open posting beside the confidential one opens nothing to those who merely see the open one.
        assert_eq!(mei.open(&at).await.0, 404);
        assert_eq!(omar.open(page.path()).await.0, 404, "of the posting he sees nothing");
        assert_eq!(ines.open(page.path()).await.0, 200);
        // Nor is it offered to who adds a candidate, nor taken.
        let listed = async |who: &str| w.at_ats(who).await.open("/candidates/new").await.1.contains("Secret Site Lead");
        ines.press(&format!("{}/state", page.path()), &[("state", "published")]).await;
        assert_eq!((listed("ines").await, listed("omar").await, listed("tomasz").await), (true, false, false));
        assert_eq!(omar.try_press("/candidates/new", &[("name", "X"), ("posting", &secret)]).await.0, 400);
        // A Limited Team Member sees those of their own postings.
        let writers = [("code", "WRI-1"), ("name", "Writers"), ("status", "open")];
        let writers = ines.press("/requisitions/new", &writers).await.path().to_owned();
        let mut tomasz = w.at_ats("tomasz").await;
        assert_eq!((tomasz.open(&at).await.0, tomasz.open(&writers).await.0, mei.open(&writers).await.0), (200, 404, 200));
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn a_posting_and_a_requisition_are_linked_on_both_sides_whoever_says_so() {
    on_both(async |w| {
        let key = w.key().await;
        let me = w.lever(&key, Get, "/v1/users?limit=1", Value::Null).await.1["data"][0]["id"].clone();
        let make = async |code: &str, postings: Value| {
            let body = json!({ "requisitionCode": code, "name": code, "headcountTotal": 1, "postingIds": postings });
            let (status, made) = w.lever(&key, Post, "/v1/requisitions", body).await;
            assert_eq!(status, 201, "{made}");
            made["data"].clone()
        };
        let (_, all) = w.lever(&key, Get, "/v1/postings?limit=100", Value::Null).await;
        let id = |title: &str| all["data"].as_array().unwrap().iter().find(|p| p["text"] == title).unwrap()["id"].clone();
        let (designer, writer) = (id("Product Designer"), id("Technical Writer"));
        let made = make("D-1", json!([designer])).await;
        let codes = async |posting: &Value| {
            w.lever(&key, Get, &format!("/v1/postings/{}", posting.as_str().unwrap()), Value::Null).await.1["data"]["requisitionCodes"].clone()
        };
        let at = format!("/v1/requisitions/{}", made["id"].as_str().unwrap());
        let postings = async || w.lever(&key, Get, &at, Value::Null).await.1["data"]["postings"].clone();
        assert_eq!(codes(&designer).await, json!(["D-1"]));
        // From the posting: a code that is known, and one that is not.
        let change = async |posting: &Value, codes: Value| {
            let path = format!("/v1/postings/{}?perform_as={}", posting.as_str().unwrap(), me.as_str().unwrap());
            assert_eq!(w.lever(&key, Put, &path, json!({ "requisitionCodes": codes })).await.0, 200);
        };
        change(&writer, json!(["D-1", "ELSEWHERE-9"])).await;
        assert_eq!(postings().await, json!([designer, writer]));
        change(&designer, json!([])).await;
        assert_eq!(postings().await, json!([writer]));
        // What is not named stays, whatever else changes.
        let path = format!("/v1/postings/{}?perform_as={}", writer.as_str().unwrap(), me.as_str().unwrap());
        assert_eq!(w.lever(&key, Put, &path, json!({ "tags": ["x"] })).await.0, 200);
        assert_eq!((postings().await, codes(&writer).await), (json!([writer]), json!(["D-1", "ELSEWHERE-9"])));
        // The code changes, the status is remembered; another posting, then none.
        w.clock.advance(std::time::Duration::from_secs(1));
        let body = json!({ "requisitionCode": "D-2", "name": "D", "headcountTotal": 1, "status": "closed" });
        let (_, told) = w.lever(&key, Put, &at, body).await;
        let history = told["data"]["stateHistory"].as_array().unwrap().iter().map(|state| state["status"].clone()).collect::<Vec<_>>();
        assert_eq!(history, ["open", "closed"], "{told}");
        assert_eq!(told["data"]["accountId"].as_str().unwrap().len(), 36);
        assert_eq!(codes(&writer).await, json!(["ELSEWHERE-9", "D-2"]));
        let (_, of_demo) = w.lever(&key, Get, "/v1/requisitions?requisition_code=ENG-7", Value::Null).await;
        let demo = &of_demo["data"][0];
        let body = json!({ "requisitionCode": "ENG-7", "name": "E", "headcountTotal": 9, "status": "onHold" });
        let (_, told) = w.lever(&key, Put, &format!("/v1/requisitions/{}", demo["id"].as_str().unwrap()), body).await;
        let first = &told["data"]["stateHistory"][0];
        assert_eq!((&first["status"], &first["beginAt"]), (&json!("open"), &demo["createdAt"]), "{told}");
        assert_eq!(w.lever(&key, endpoint::Verb::Delete, &at, Value::Null).await.0, 204);
        assert_eq!((codes(&writer).await, codes(&designer).await), (json!(["ELSEWHERE-9"]), json!([])));
        w.drain().await;
    })
    .await;
}
