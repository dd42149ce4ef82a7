//! A large account made of a seed: the same seed gives the same account, what is made holds together, and the API serves it.

use crate::world::{World, on_both};
use ats::Ats;
use clock::Clock;
use db::scratch::{Scratch, engines};
use endpoint::Verb::{Get, Post};
use outbound::{Outbound, Reach};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};

/// An ATS with nothing in it.
async fn empty(scratch: &Scratch, folder: &std::path::Path) -> Ats {
    std::fs::create_dir_all(folder).unwrap();
    let clock = Clock::standing_at(crate::world::START);
    let outbound = Outbound::new(Reach::with_loopback(), clock.clone());
    let vault = db::vault::Vault::open(&folder.join("key")).unwrap();
    let store = store::Store::folder(folder.to_owned());
    let db = db::Db::open(&scratch.place).await.unwrap();
    let base = "http://127.0.0.1:9/".parse().unwrap();
    ats::Ground { db, clock, vault, outbound, store, reader: None, base, rate_limit: false, demo: false, sandbox: false }.open().await.unwrap()
}

/// What is written, with the columns that say which row comes first.
const WRITTEN: [(&str, &str, &str); 8] = [
    ("contact", "id, name, headline, location, emails, phones, links, is_anonymized, created_at, updated_at", "id"),
    (
        "opportunity",
        "id, contact_id, stage_id, stage_position, advanced_at, origin, owner, followers, stage_changes, archived_reason, archived_at, hired, application_id, \
         posting_id, location, tags, sources, confidentiality, created_at, updated_at, last_interaction_at, snoozed_until, deleted_at",
        "id",
    ),
    ("opportunity_label", "kind, text, opportunity_id", "opportunity_id, kind, text"),
    ("application", "id, opportunity_id, posting_id, kind, owner, submitted, created_at, archived_at", "id"),
    ("note", "id, opportunity_id, person, secret, fields, created_at", "id"),
    ("offer", "id, opportunity_id, status, fields, signatures, approved_at, created_at", "id"),
    ("interview", "id, panel_id, opportunity_id, subject, interviewers, date, duration, created_at", "id"),
    ("posting", "id, text, state, owner, team, department, content, confidentiality, created_at", "id"),
];

/// All that stands in the tables, as text.
async fn stored(db: &db::Db) -> Vec<String> {
    let mut all = Vec::new();
    for (table, columns, order) in WRITTEN {
        let texts = columns.split(", ").map(|name| format!("cast({name} as text) as {name}")).collect::<Vec<_>>().join(", ");
        let rows = db::Sql::rows(db, &format!("select {texts} from {table} order by {order}"), vec![]).await.unwrap();
        assert!(rows.len() >= 10, "{table}: {}", rows.len());
        for row in rows {
            let values = columns.split(", ").map(|name| match row.get::<Option<String>>(name).unwrap().as_deref() {
                // As the two databases write a boolean.
                Some("true") => "1".to_owned(),
                Some("false") => "0".to_owned(),
                value => format!("{value:?}"),
            });
            all.push(format!(
                "{table} {}",
                values.map(|value| value.trim_start_matches("Some(\"").trim_end_matches("\")").to_owned()).collect::<Vec<_>>().join("|")
            ));
        }
    }
    all.sort();
    all
}

#[tokio::test]
async fn the_same_seed_gives_the_same_account_to_the_byte_on_every_database() {
    let (mut made, mut there) = (Vec::new(), Vec::new());
    for engine in engines() {
        for _ in 0..2 {
            let (scratch, folder) = (Scratch::new(engine), std::env::temp_dir().join(format!("fulcrum-{}", db::vault::random_hex(8))));
            let ats = empty(&scratch, &folder).await;
            made.push(ats.generate(1_500, 7, |_| ()).await.unwrap());
            let again = ats.generate(1_500, 7, |_| ()).await.unwrap();
            assert_eq!(Some(&again), made.last(), "said again, it is the same");
            let db = db::Db::open(&scratch.place).await.unwrap();
            there.push(stored(&db).await);
            db.close().await;
            std::fs::remove_dir_all(folder).unwrap();
        }
    }
    assert!(made.iter().all(|one| *one == made[0]), "{made:?}");
    for other in &there[1..] {
        let differs = there[0].iter().zip(other).find(|(one, other)| one != other);
        assert!(differs.is_none() && other.len() == there[0].len(), "{differs:?}");
    }
    let (scratch, folder) = (Scratch::new(db::Engine::Sqlite), std::env::temp_dir().join(format!("fulcrum-{}", db::vault::random_hex(8))));
    assert_ne!(empty(&scratch, &folder).await.generate(1_500, 8, |_| ()).await.unwrap().digest, made[0].digest, "another seed, another account");
    std::fs::remove_dir_all(folder).unwrap();
}

/// Every record of a list, page by page.
async fn all(w: &World, key: &str, path: &str) -> Vec<Value> {
    let (mut found, mut offset) = (Vec::new(), String::new());
    loop {
        let joint = if path.contains('?') { '&' } else { '?' };
        let (status, page) = w.lever(key, Get, &format!("{path}{joint}limit=100{offset}"), Value::Null).await;
        assert_eq!(status, 200, "{path}: {page}");
        found.extend(page["data"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { return found };
        offset = format!("&offset={next}");
    }
}

#[tokio::test]
async fn what_is_made_of_a_seed_holds_together_beside_what_was_there() {
    on_both(async |w| {
        let made = w.ats.generate(1_500, 1, |_| ()).await.unwrap();
        let (rows, deliveries) = (made.rows, w.deliveries().await);
        assert_eq!(w.ats.generate(1_500, 1, |_| ()).await.unwrap().rows, rows);
        let everything: Vec<String> = lever_api::permissions().into_iter().map(str::to_owned).collect();
        let key = w.ats.create_api_key("sees everything", &everything, true, None).await.unwrap();
        let opportunities = all(&w, &key, "/v1/opportunities?confidentiality=all").await;
        let deleted = all(&w, &key, "/v1/opportunities/deleted").await;
        assert_eq!(opportunities.len() + deleted.len(), 1_500 + 62, "with the demo's");
        assert!(!deleted.is_empty());
        let ids: HashSet<&str> = opportunities.iter().map(|o| o["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), opportunities.len());
        // The labels' counts are the opportunities'.
        let mut counted: BTreeMap<String, i64> = BTreeMap::new();
        for tag in opportunities.iter().flat_map(|o| o["tags"].as_array().unwrap()) {
            *counted.entry(tag.as_str().unwrap().to_owned()).or_default() += 1;
        }
        let told: BTreeMap<String, i64> =
            all(&w, &key, "/v1/tags").await.iter().map(|t| (t["text"].as_str().unwrap().to_owned(), t["count"].as_i64().unwrap())).collect();
        assert_eq!(told, counted);
        // History is in order, begins with the making, ends where it says, and a hire is a hire.
        let hired = w.hired_reason().await;
        let is_hired = |o: &Value| o["archived"]["reason"] == json!(hired);
        for o in &opportunities {
            let times: Vec<i64> = o["stageChanges"].as_array().unwrap().iter().map(|c| c["updatedAt"].as_i64().unwrap()).collect();
            assert!(times.is_sorted() && times.last() <= o["updatedAt"].as_i64().as_ref(), "{o}");
            assert_eq!(o["stageChanges"].as_array().unwrap().last().unwrap()["toStageId"], o["stage"], "{o}");
        }
        let (hires, total) = (opportunities.iter().filter(|o| is_hired(o)).count(), opportunities.len());
        assert!(hires * 100 > total && hires * 10 < total, "{hires} hires of {total}");
        let people: HashSet<&str> = opportunities.iter().map(|o| o["contact"].as_str().unwrap()).collect();
        assert!(people.len() < total, "some came again");
        let confidential = opportunities.iter().filter(|o| o["confidentiality"] == "confidential").count();
        let open = all(&w, &w.key().await, "/v1/opportunities").await.len();
        assert!(open + confidential == total && confidential > 0, "{open} and {confidential} of {total}");
        // Somebody hired has a signed offer for the posting, counted against the requisition, if there is one.
        for o in opportunities.iter().filter(|o| is_hired(o)).take(20) {
            let id = o["id"].as_str().unwrap();
            let (_, offers) = w.lever(&key, Get, &format!("/v1/opportunities/{id}/offers"), Value::Null).await;
            assert!(offers["data"].as_array().unwrap().iter().any(|offer| offer["status"] == "signed"), "{o}");
        }
        let requisitions = all(&w, &key, "/v1/requisitions?confidentiality=all").await;
        let filled: i64 = requisitions.iter().map(|r| r["headcountHired"].as_i64().unwrap()).sum();
        assert!(filled > 0 && filled <= hires as i64 && requisitions.iter().all(|r| r["headcountHired"].as_i64() <= r["headcountTotal"].as_i64()));
        // It is written to like everything else, and people see it.
        let one = opportunities.iter().find(|o| o["archived"].is_null() && o["name"] != "" && o["stage"] != "offer").unwrap();
        let (id, name) = (one["id"].as_str().unwrap(), one["name"].as_str().unwrap());
        assert_eq!(w.lever(&key, Post, &format!("/v1/opportunities/{id}/addTags"), json!({ "tags": ["seen"] })).await.0, 200);
        assert!(w.at_ats("ines").await.read(&format!("/candidates/{id}")).await.contains(name.split_whitespace().next().unwrap()));
        w.drain().await;
        assert_eq!(w.deliveries().await, deliveries, "history is told to nobody");
    })
    .await;
}
