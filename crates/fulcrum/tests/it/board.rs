//! Real input: public job boards of real companies, loaded and hired onto.

use crate::world::{World, on_both};
use endpoint::Verb;
use serde_json::Value;

/// The board as the project keeps it for tests; the same file as published.
fn board(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/boards/{name}.json", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

async fn hire_onto(w: &World, title: &str, email: &str) -> String {
    let mut ines = w.at_ats("ines").await;
    let postings = w.lever(&w.key().await, Verb::Get, "/v1/postings?limit=100", Value::Null).await.1;
    let posting =
        postings["data"].as_array().unwrap().iter().find(|p| p["text"].as_str().unwrap().trim() == title).unwrap_or_else(|| panic!("{title}"));
    let profile = ines
        .press("/candidates/new", &[("name", "Real Person"), ("email", email), ("posting", posting["id"].as_str().unwrap()), ("stage", "offer")])
        .await;
    let id = profile.path().rsplit('/').next().unwrap().to_owned();
    ines.press(&format!("/candidates/{id}/offer"), &[("start", "2026-05-04"), ("status", "signed")]).await;
    w.hire(&id).await;
    w.drain().await;
    id
}

#[tokio::test]
async fn a_real_board_gives_its_postings_and_a_hire_onto_one_arrives_with_its_real_names() {
    on_both(async |w| {
        let json = board("board-a");
        assert_eq!(w.ats.load_board(&json).await.unwrap().postings, 19);
        let source: Vec<Value> = serde_json::from_slice(&json).unwrap();
        let (_, postings) = w.lever(&w.key().await, Verb::Get, "/v1/postings?limit=100", Value::Null).await;
        for public in &source {
            let kept = postings["data"].as_array().unwrap().iter().find(|p| p["id"] == public["id"]).unwrap();
            for category in ["commitment", "department", "location", "team"] {
                assert_eq!(kept["categories"][category], public["categories"][category]);
            }
            assert_eq!((&kept["text"], &kept["createdAt"]), (&public["text"], &public["createdAt"]));
        }
        let company = w.at_ats("ines").await.read("/settings/company/departments-and-teams").await;
        assert!(company.contains("Nisum US") && company.contains("DevOps & QE"));

        let first = source[0].clone();
        let title = first["text"].as_str().unwrap().trim().to_owned();
        let hire = hire_onto(&w, &title, "real@mail.example").await;
        let timeline = w.timeline(&hire).await;
        assert!(timeline.contains("HR Cloud has no") && timeline.contains("Held"), "{timeline}");
        let mut olga = w.at_hub().await;
        let (_, html) = olga.open("/holds").await;
        let page = scraper::Html::parse_document(&html);
        let cause = page.select(&scraper::Selector::parse("input[name=cause]").unwrap()).next().unwrap().attr("value").unwrap().to_owned();
        olga.click("/holds", &cause, "Create…", &[]).await;
        w.drain().await;
        let e = w.employees("real@mail.example").await.pop().expect("one click was enough");
        assert_eq!(e["xPositionLookup"]["xPositionTitle"].as_str().unwrap(), title);
        assert_eq!(e["xDepartmentLookup"]["xDepartmentName"], first["categories"]["department"]);
        assert_eq!(e["xLocationLookup"]["xLocationName"], first["categories"]["location"]);
        assert_eq!(e["xEmploymentTypeLookup"]["xType"], first["categories"]["commitment"]);
    })
    .await;
}

#[tokio::test]
async fn a_modern_board_without_departments_falls_back_to_the_team() {
    on_both(async |w| {
        let json = board("board-a-modern");
        assert_eq!(w.ats.load_board(&json).await.unwrap().postings, 2);
        let source: Vec<Value> = serde_json::from_slice(&json).unwrap();
        let (_, postings) = w.lever(&w.key().await, Verb::Get, "/v1/postings?limit=100", Value::Null).await;
        let kept = postings["data"].as_array().unwrap().iter().find(|p| p["id"] == source[0]["id"]).unwrap();
        assert_eq!((&kept["country"], &kept["workplaceType"]), (&source[0]["country"], &source[0]["workplaceType"]));
        assert_eq!(kept["categories"]["allLocations"], source[0]["categories"]["allLocations"]);
        let title = source[0]["text"].as_str().unwrap().trim().to_owned();
        hire_onto(&w, &title, "modern@mail.example").await;
        let mut olga = w.at_hub().await;
        let (_, html) = olga.open("/holds").await;
        let page = scraper::Html::parse_document(&html);
        let cause = page.select(&scraper::Selector::parse("input[name=cause]").unwrap()).next().unwrap().attr("value").unwrap().to_owned();
        olga.click("/holds", &cause, "Create…", &[]).await;
        w.drain().await;
        let e = w.employees("modern@mail.example").await.pop().unwrap();
        assert_eq!(e["xDepartmentLookup"]["xDepartmentName"], source[0]["categories"]["team"], "HRC-O13");
    })
    .await;
}

#[tokio::test]
async fn what_is_no_board_is_refused_whole_and_loading_again_refreshes() {
    on_both(async |w| {
        for bad in ["", "{}", "[{\"id\": 5}]", "[{\"id\": \"a\", \"text\": \"A\"}, {\"id\": \"b\"}]"] {
            let why = w.ats.load_board(bad.as_bytes()).await.unwrap_err().to_string();
            assert!(why.contains("not a job board"), "{why}");
        }
        let count = async || w.lever(&w.key().await, Verb::Get, "/v1/postings?limit=100", Value::Null).await.1["data"].as_array().unwrap().len();
        let before = count().await;
        w.ats.load_board(&board("board-a-modern")).await.unwrap();
        w.ats.load_board(&board("board-a-modern")).await.unwrap();
        assert_eq!(count().await, before + 2);
    })
    .await;
}
