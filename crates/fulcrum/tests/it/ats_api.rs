//! The API as recorded from the live one: envelopes, paging, filters, expand and include, de-duplication, odd writes.

use crate::world::{World, on_both};
use endpoint::Verb;
use serde_json::{Value, json};
use std::collections::HashSet;

async fn ines(w: &World, key: &str) -> String {
    let (_, users) = w.lever(key, Verb::Get, "/v1/users?email=ines@northwind.example", Value::Null).await;
    users["data"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn walking_the_pages_is_the_whole_list_in_order_and_next_is_absent_at_the_end() {
    on_both(async |w| {
        let key = w.key().await;
        for (path, size) in [
            ("/v1/opportunities", 7),
            ("/v1/postings", 2),
            ("/v1/users", 2),
            ("/v1/tags", 5),
            ("/v1/sources", 1),
            ("/v1/stages", 2),
            ("/v1/archive_reasons", 3),
        ] {
            let (_, whole) = w.lever(&key, Verb::Get, &format!("{path}?limit=100"), Value::Null).await;
            assert_eq!(whole["hasNext"], false);
            assert!(whole.get("next").is_none(), "{path}");
            let mut walked = Vec::new();
            let mut offset = String::new();
            loop {
                let (status, page) = w.lever(&key, Verb::Get, &format!("{path}?limit={size}{offset}"), Value::Null).await;
                assert_eq!(status, 200, "{page}");
                walked.extend(page["data"].as_array().unwrap().clone());
                let Some(next) = page["next"].as_str() else { break };
                // Clients put the token through their own URL encoder; some paste it raw. Both are read.
                let encoded: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
                offset = format!("&offset={}", if walked.len() % 2 == 0 { encoded } else { next.to_owned() });
            }
            assert_eq!(json!(walked), whole["data"], "{path}");
        }
        for bad in ["limit=0", "limit=101", "limit=many", "offset=nonsense", "offset=%255B1%255D"] {
            let (status, body) = w.lever(&key, Verb::Get, &format!("/v1/opportunities?{bad}"), Value::Null).await;
            assert_eq!((status, body["code"].as_str()), (400, Some("BadRequestError")), "{bad}: {body}");
        }
        let (_, body) = w.lever(&key, Verb::Get, "/v1/opportunities?offset=nonsense", Value::Null).await;
        assert!(body["message"].as_str().unwrap().contains("Invalid offset token"));
    })
    .await;
}

#[tokio::test]
async fn filters_narrow_and_several_values_are_a_union() {
    on_both(async |w| {
        let key = w.key().await;
        let count = async |query: &str| {
            let (status, found) = w.lever(&key, Verb::Get, &format!("/v1/opportunities?limit=100&{query}"), Value::Null).await;
            assert_eq!(status, 200, "{query}: {found}");
            found["data"].as_array().unwrap().len()
        };
        let all = count("").await;
        assert_eq!(all, 62);
        assert_eq!(count("stage_id=offer").await, 24);
        assert_eq!(count("tag=Sales").await + count("tag=People").await, count("tag=Sales&tag=People").await);
        assert_eq!(count("tag=sales").await, 0, "tags are case-sensitive");
        assert_eq!(count("email=ADA.lovelace.byron@mail.example").await, 1);
        assert_eq!(count("archived=true").await, 6);
        assert_eq!(count("archived=false").await, all - 6);
        assert_eq!(count("origin=referred&origin=sourced").await, 31);
        assert_eq!(count("source=LinkedIn").await, 16);
        assert_eq!(count("location=Berlin&location=Lisbon&location=London").await, all);
        assert_eq!(count("created_at_start=1").await, all);
        assert_eq!(count("updated_at_end=1").await, 0);
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        assert_eq!(count("archived=true").await, 7);
        assert_eq!(count(&format!("archive_reason_id={}", w.hired_reason().await)).await, 1);
        assert_eq!(count(&format!("archived_at_start={}", w.clock.now())).await, 1);
        let (status, _) = w.lever(&key, Verb::Get, "/v1/opportunities?confidentiality=all", Value::Null).await;
        assert_eq!(status, 403, "asking for confidential data without the right is an error, not an empty list");
    })
    .await;
}

#[tokio::test]
async fn expand_inlines_and_include_narrows_and_what_cannot_be_expanded_is_a_400() {
    on_both(async |w| {
        let key = w.key().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        let path = format!("/v1/opportunities/{ada}");
        let (_, plain) = w.lever(&key, Verb::Get, &path, Value::Null).await;
        assert!(plain["data"]["contact"].is_string() && plain["data"]["applications"][0].is_string());
        let (_, wide) = w
            .lever(&key, Verb::Get, &format!("{path}?expand=contact&expand=stage&expand=owner&expand=applications&expand=followers"), Value::Null)
            .await;
        let o = &wide["data"];
        assert_eq!(o["contact"]["location"], json!({ "name": "Berlin" }));
        assert_eq!(o["stage"], json!({ "id": "offer", "text": "Offer" }));
        assert_eq!(o["owner"]["accessRole"], "admin");
        assert_eq!(o["applications"][0]["opportunityId"], json!(ada));
        assert!(o["followers"][0]["email"].is_string());
        let (_, narrow) = w.lever(&key, Verb::Get, &format!("{path}?include=name&include=stage&expand=contact"), Value::Null).await;
        let fields: HashSet<&str> = narrow["data"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, HashSet::from(["name", "stage", "contact"]));
        let (status, body) = w.lever(&key, Verb::Get, &format!("{path}?expand=posting"), Value::Null).await;
        assert_eq!((status, body["message"].as_str()), (400, Some("posting is not expandable")));
    })
    .await;
}

#[tokio::test]
async fn a_known_address_makes_a_new_opportunity_of_the_same_person() {
    on_both(async |w| {
        let key = w.key().await;
        let me = ines(&w, &key).await;
        let create = async |body: Value| w.lever(&key, Verb::Post, &format!("/v1/opportunities?perform_as={me}"), body).await;
        let (status, first) = create(json!({ "name": "Ada B.", "emails": ["Ada.Lovelace.Byron@mail.example"], "unknownKey": 1 })).await;
        assert_eq!(status, 201, "{first}");
        assert_eq!(first["deduped"], true);
        assert_eq!(first["data"]["name"], "Ada Lovelace Byron", "the contact's own data win");
        assert!(first["data"].get("opportunityLocation").is_none(), "absent in write answers");
        let (_, second) = create(json!({ "name": "New Person", "emails": ["new@mail.example"] })).await;
        assert_eq!((&second["deduped"], &second["data"]["stage"], &second["data"]["origin"]), (&json!(false), &json!("lead-new"), &json!("sourced")));
        assert_eq!(second["data"]["owner"], json!(me));
        let (status, body) = w.lever(&key, Verb::Post, "/v1/opportunities", json!({ "name": "x" })).await;
        assert_eq!((status, body["message"].as_str()), (400, Some("Missing required parameter: perform_as")));
        for bad in [
            json!({ "postings": ["a", "b"] }),
            json!({ "stage": "nowhere" }),
            json!({ "origin": "moon" }),
            json!({ "postings": ["gone"] }),
            json!({ "createdAt": 9_999_999_999_999_i64 }),
        ] {
            let (status, body) = create(bad.clone()).await;
            assert_eq!(status, 400, "{bad}: {body}");
        }
    })
    .await;
}

#[tokio::test]
async fn stage_archive_tags_sources_links_and_notes_are_written_as_lever_writes_them() {
    on_both(async |w| {
        let key = w.key().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        let at = |what: &str| format!("/v1/opportunities/{ada}/{what}");
        let (status, moved) = w.lever(&key, Verb::Put, &at("stage"), json!({ "stage": "applicant-new" })).await;
        assert_eq!((status, &moved["data"]["stage"]), (200, &json!("applicant-new")));
        let change = moved["data"]["stageChanges"].as_array().unwrap().last().unwrap().clone();
        assert!(change.get("userId").is_none(), "no perform_as, no user: {change}");
        let (status, _) = w.lever(&key, Verb::Put, &at("stage"), json!({ "stage": "gone" })).await;
        assert_eq!(status, 400);
        let reason = w.hired_reason().await;
        let (_, hired) = w.lever(&key, Verb::Put, &at("archived"), json!({ "reason": reason })).await;
        assert_eq!(hired["data"]["archived"], json!({ "reason": reason, "archivedAt": w.clock.now().0 }));
        assert_eq!(hired["data"]["stage"], "applicant-new", "the stage is kept");
        let (_, back) = w.lever(&key, Verb::Put, &at("archived"), json!({ "reason": null })).await;
        assert_eq!(back["data"]["archived"], Value::Null);
        let (_, tagged) = w.lever(&key, Verb::Post, &at("addTags"), json!({ "tags": ["Brave", "Brave", "Kind"] })).await;
        assert!(tagged["data"]["tags"].as_array().unwrap().iter().filter(|t| **t == "Brave").count() == 1);
        let (_, untagged) = w.lever(&key, Verb::Post, &at("removeTags"), json!({ "tags": ["Brave"] })).await;
        assert!(!untagged["data"]["tags"].as_array().unwrap().contains(&json!("Brave")));
        let (_, tags) = w.lever(&key, Verb::Get, "/v1/tags?limit=100", Value::Null).await;
        assert!(tags["data"].as_array().unwrap().contains(&json!({ "text": "Kind", "count": 1 })));
        let (_, linked) = w.lever(&key, Verb::Post, &at("addLinks"), json!({ "links": ["https://example.org/ada"] })).await;
        assert_eq!(linked["data"]["links"], json!(["https://example.org/ada"]));
        let (_, sourced) = w.lever(&key, Verb::Post, &at("addSources"), json!({ "sources": ["Job Ring"] })).await;
        assert!(sourced["data"]["sources"].as_array().unwrap().contains(&json!("Job Ring")));
        let (status, note) = w.lever(&key, Verb::Post, &at("notes"), json!({ "value": "Called." })).await;
        assert_eq!((status, &note["data"]["noteId"]), (201, &note["data"]["id"]));
        assert_eq!(note["data"]["fields"][0]["value"], "Called.");
        let id = note["data"]["id"].as_str().unwrap();
        assert_eq!(w.lever(&key, Verb::Delete, &at(&format!("notes/{id}")), Value::Null).await, (204, json!("")));
        assert_eq!(w.lever(&key, Verb::Delete, &at(&format!("notes/{id}")), Value::Null).await.0, 404);
        let (status, body) = w.lever(&key, Verb::Get, "/v1/stages/nowhere", Value::Null).await;
        assert_eq!((status, body["message"].as_str()), (404, Some("stages nowhere was not found")));
    })
    .await;
}

#[tokio::test]
async fn webhooks_show_their_token_once_and_only_to_who_made_them() {
    on_both(async |w| {
        let (key, other) = (w.key().await, w.key().await);
        let url = format!("{}elsewhere", w.hub_url);
        let (status, made) = w.lever(&key, Verb::Post, "/v1/webhooks", json!({ "url": url, "event": "candidateStageChange" })).await;
        assert_eq!(status, 201, "{made}");
        assert_eq!(made["data"]["configuration"]["signatureToken"].as_str().unwrap().len(), 48);
        assert_eq!(made["data"]["configuration"]["conditions"]["origins"].as_array().unwrap().len(), 6);
        let (_, listed) = w.lever(&key, Verb::Get, "/v1/webhooks", Value::Null).await;
        assert!(listed.get("hasNext").is_none());
        assert!(listed["data"][0]["configuration"].get("signatureToken").is_none());
        assert_eq!(w.lever(&other, Verb::Get, "/v1/webhooks", Value::Null).await.1["data"], json!([]));
        let id = made["data"]["id"].as_str().unwrap();
        let change = json!({ "data": [{ "id": id, "configuration": { "conditions": { "origins": ["referred"] } } }] });
        let (_, changed) = w.lever(&key, Verb::Put, "/v1/webhooks", change).await;
        assert_eq!(changed["data"][0]["configuration"]["conditions"]["origins"], json!(["referred"]));
        assert_eq!(w.lever(&other, Verb::Delete, &format!("/v1/webhooks/{id}"), Value::Null).await.0, 404);
        assert_eq!(w.lever(&key, Verb::Delete, &format!("/v1/webhooks/{id}"), Value::Null).await.0, 204);
        for bad in [
            json!({ "url": url, "event": "sneezed" }),
            json!({ "url": "http://10.0.0.1/", "event": "candidateHired" }),
            json!({ "url": "nonsense", "event": "candidateHired" }),
        ] {
            assert_eq!(w.lever(&key, Verb::Post, "/v1/webhooks", bad.clone()).await.0, 400, "{bad}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_failing_receiver_is_tried_six_times_with_growing_waits_and_the_page_tells() {
    on_both(async |w| {
        let key = w.key().await;
        let url = format!("{}nobody-listens-here", w.hub_url);
        w.lever(&key, Verb::Post, "/v1/webhooks", json!({ "url": url, "event": "candidateStageChange" })).await;
        w.ats.tell(lever_api::event::Event::CandidateStageChange, true, None).await.unwrap();
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.lever(&key, Verb::Put, &format!("/v1/opportunities/{ada}/stage"), json!({ "stage": "lead-new" })).await;
        w.drain().await;
        let (id, _, _) = w.webhooks().await.into_iter().find(|(_, u, _)| u.path() == "/nobody-listens-here").unwrap();
        let mut ines = w.at_ats("ines").await;
        let page = format!("/settings/integrations/webhooks/{id}");
        assert!(ines.read(&page).await.contains("the receiver answered 404"));
        for _ in 0..6 {
            w.later(std::time::Duration::from_secs(6 * 3600)).await;
        }
        let seen = w.at_ats("ines").await.read(&page).await;
        assert!(seen.contains("failed") && seen.contains("6 tries"), "{seen}");
    })
    .await;
}

#[tokio::test]
async fn ten_a_second_with_bursts_of_twenty_and_then_429() {
    on_both(async |w| {
        let ground = ats::Ground {
            db: w.db("ats").await,
            clock: w.clock.clone(),
            vault: w.vault.clone(),
            outbound: w.outbound.clone(),
            store: store::Store::folder(w.folder.clone()),
            reader: None,
            base: w.ats_url.clone(),
            rate_limit: true,
            demo: false,
            sandbox: false,
        };
        let strict = ground.open().await.unwrap();
        let listener = web::listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let url: url::Url = format!("http://{}/v1/stages", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(web::serve(listener, strict.router(), std::future::pending()));
        let (one, other) = (w.key().await, w.key().await);
        let ask = async |key: &str| {
            let mut call = outbound::Call::new(Verb::Get, url.clone(), vec![]);
            call.headers.extend(outbound::Credential::headers(&outbound::Fixed::basic(key, "")).await.unwrap());
            w.call(&call).await.0
        };
        let answers = futures_util::future::join_all((0..40).map(|_| ask(&one))).await;
        let passed = answers.iter().filter(|s| **s == 200).count();
        assert!((20..40).contains(&passed), "{passed} of 40 at once");
        assert!(answers.contains(&429));
        assert_eq!(ask(&other).await, 200, "each credential has its own bucket");
    })
    .await;
}

#[tokio::test]
async fn a_requisition_takes_as_many_hires_as_it_has_places_and_gives_back_what_is_undone() {
    on_both(async |w| {
        let key = w.key().await;
        let read = async || w.lever(&key, Verb::Get, "/v1/requisitions?requisition_code=ENG-7", Value::Null).await.1["data"][0].clone();
        let id = read().await["id"].as_str().unwrap().to_owned();
        let db = w.db("ats").await;
        let set = async |hired: i64, confidentiality: &str| {
            let sql = "update requisition set hired = $1, confidentiality = $2 where id = $3";
            db::Sql::run(&db, sql, db::params![hired, confidentiality, id.as_str()]).await.unwrap();
        };
        let reason = w.hired_reason().await;
        let archive = async |who: &str, requisition: Option<&str>| {
            let body = json!({ "reason": reason, "requisitionId": requisition });
            w.lever(&key, Verb::Put, &format!("/v1/opportunities/{who}/archived"), body).await
        };
        let (ada, kwame) = (w.candidate("Ada Lovelace Byron").await, w.candidate("Kwame Mensah").await);
        // Two at once, and one place.
        set(24, "non-confidential").await;
        let (one, two) = tokio::join!(archive(&ada, Some(&id)), archive(&kwame, Some(&id)));
        let mut came = [one.0, two.0];
        came.sort_unstable();
        assert_eq!(came, [200, 400], "{} {}", one.1, two.1);
        assert_eq!(read().await["headcountHired"], 25);
        // Whoever got no place was not hired; hired without one, they are counted later.
        let (hired, other) = if one.0 == 200 { (ada, kwame) } else { (kwame, ada) };
        assert_eq!(archive(&other, None).await.0, 200);
        set(7, "non-confidential").await;
        assert_eq!(archive(&other, Some(&id)).await.0, 200);
        assert_eq!(archive(&other, Some(&id)).await.0, 200);
        assert_eq!(read().await["headcountHired"], 8);
        // Anonymised and brought back, the place is free again.
        let mut ines = w.at_ats("ines").await;
        ines.press(&format!("/candidates/{hired}/anonymize"), &[]).await;
        ines.press(&format!("/candidates/{hired}/unarchive"), &[]).await;
        assert_eq!(read().await["headcountHired"], 7);
        let template = db::Sql::row(&db, "select id from form_template", db::params![]).await.unwrap().unwrap().text("id").unwrap();
        let (status, page) = ines.try_press(&format!("/candidates/{hired}/forms/{template}"), &[]).await;
        assert!(status == 400 && page.contains("anonymised: nothing of the person may be added"), "{page}");
        assert!(!ines.read(&format!("/candidates/{hired}")).await.contains("Fill in"));
        // Nobody who may not see it learns that it is there.
        set(7, "confidential").await;
        let body = json!({ "reason": reason, "requisitionId": id });
        let (status, said) = w.lever(&key, Verb::Put, &format!("/v1/opportunities/{hired}/archived"), body).await;
        assert!(status == 400 && said.to_string().contains("there is no such requisition"), "{said}");
        db.close().await;
        w.drain().await;
    })
    .await;
}
