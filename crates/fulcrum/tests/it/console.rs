//! The console: finding, filtering, exporting, replaying, and who may do what.

use crate::world::{World, on_both};
use endpoint::Verb;
use serde_json::{Value, json};
use std::time::Duration;

impl World {
    async fn some_hires(&self) {
        for name in ["Ada Lovelace Byron", "María José García López", "Priya Raman"] {
            self.hire(&self.candidate(name).await).await;
        }
        self.drain().await;
    }
}

#[tokio::test]
async fn anybody_is_found_however_they_are_spelt_and_by_how_they_stand() {
    on_both(async |w| {
        w.some_hires().await;
        let mut olga = w.at_hub().await;
        for search in ["garcia lopez", "GARCÍA", "maria jose", "account exec"] {
            let found = olga.read(&format!("/hires?q={search}")).await;
            assert!(found.contains("María José García López") && !found.contains("Ada Lovelace"), "{search}: {found}");
        }
        let held = olga.read("/hires?state=held").await;
        assert!(held.contains("Priya Raman") && !held.contains("Ada Lovelace"), "{held}");
        let missing = olga.read("/hires?state=missing").await;
        assert!(missing.contains("Priya Raman") && !missing.contains("Ada Lovelace"), "{missing}");
        assert!(olga.read("/hires?from=2026-03-02&until=2026-03-02").await.contains("Ada Lovelace"));
        assert!(olga.read("/hires?until=2026-03-01").await.contains("Nobody found"));
        let (status, wrong) = olga.open("/hires?from=yesterday").await;
        assert!(status == 400 && wrong.contains("is no day"), "{wrong}");
    })
    .await;
}

#[tokio::test]
async fn events_are_filtered_by_any_field_and_every_list_is_a_file_too() {
    on_both(async |w| {
        w.some_hires().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        let mut olga = w.at_hub().await;
        let found = olga.read(&format!("/events?q=https://hire.lever.co/candidates/{ada}&event=candidateHired")).await;
        assert_eq!(found.matches("Timeline").count(), 1, "{found}");
        assert!(olga.read("/events?event=candidateStageChange").await.contains("No events here"));

        let (status, csv) = olga.open("/export/hires.csv?state=held").await;
        assert_eq!(status, 200);
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines[0], "name,email,job,state,read_at,opportunity,profile");
        assert_eq!(lines.len(), 3, "{csv}");
        assert!(csv.contains("Priya Raman,priya.raman@mail.example,Technical Writer,held,2026-03-02T09:00:00Z,"), "{csv}");
        let (_, json) = olga.open("/export/events.json").await;
        let events: Vec<Value> = serde_json::from_str(&json).unwrap();
        assert_eq!((events.len(), events[0]["event"].as_str().unwrap()), (3, "candidateHired"));
        let (_, json) = olga.open("/export/audit.json?q=webhook").await;
        let lines: Vec<Value> = serde_json::from_str(&json).unwrap();
        assert!(lines.iter().any(|line| line["what"] == "webhook: made"), "{json}");
        assert_eq!(olga.open("/export/secrets.csv").await.0, 404);
    })
    .await;
}

#[tokio::test]
async fn a_long_list_is_read_page_by_page_and_exported_whole() {
    on_both(async |w| {
        let db = w.db("hub").await;
        let (tenant, connection) = (w.hub.first_tenant().await.unwrap().unwrap(), w.connection().await);
        for n in 0..650 {
            let id = uuid::Uuid::new_v4().to_string();
            let sql = "insert into hire (tenant, connection, subject, name, email, posting, url, hired, seen_at) values ($1, $2, $3, $4, '', '', '', true, $5)";
            db::Sql::run(&db, sql, db::params![tenant.as_str(), connection.as_str(), id, format!("Person {n:03}"), 1_000 + n / 7]).await.unwrap();
        }
        db.close().await;
        let mut olga = w.at_hub().await;
        let (mut page, mut seen) = ("/hires".to_owned(), 0);
        loop {
            let (_, html) = olga.open(&page).await;
            seen += html.matches("<td><a href=\"/hires/").count();
            let document = scraper::Html::parse_document(&html);
            let links = scraper::Selector::parse("a.button").unwrap();
            let Some(older) = document.select(&links).find(|a| a.text().collect::<String>() == "Older") else { break };
            page = older.attr("href").unwrap().to_owned();
        }
        assert_eq!(seen, 650);
        let (_, csv) = olga.open("/export/hires.csv").await;
        let names: std::collections::BTreeSet<&str> = csv.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
        assert_eq!((csv.lines().count(), names.len()), (651, 650));
    })
    .await;
}

#[tokio::test]
async fn a_replay_is_tried_first_with_its_difference_and_then_done_for_one_or_for_all_that_are_shown() {
    on_both(async |w| {
        w.some_hires().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        let e = &w.employees("ada.lovelace.byron@mail.example").await[0];
        let path = format!("xEmployee/{}", e["Id"].as_str().unwrap());
        w.hr_cloud(Verb::Put, &path, json!({ "xMIddleName": null })).await;
        let mut olga = w.at_hub().await;
        let page = format!("/hires/{ada}");
        let trial = olga.click(&page, "Ada", "Try a replay", &[]).await;
        w.drain().await;
        let read = olga.read(trial.path()).await;
        assert!(read.contains("1 would be updated") && read.contains("Middle name: Lovelace"), "{read}");
        assert_eq!(w.employees("ada.lovelace.byron@mail.example").await[0]["xMIddleName"], json!(null));
        let run = olga.click(trial.path(), "Trial replay", "Replay them now", &[]).await;
        w.drain().await;
        assert!(olga.read(run.path()).await.contains("updated employee"), "{}", olga.read(run.path()).await);
        assert_eq!(w.employees("ada.lovelace.byron@mail.example").await[0]["xMIddleName"], "Lovelace");

        // All that is missing: what holds them is mended in HR Cloud meanwhile.
        let mut helen = w.at_hr_cloud("helen").await;
        helen.press("/hr-cloud/settings/lists/xPosition", &[("name", "Technical Writer")]).await;
        helen.press("/hr-cloud/settings/lists/xDepartment", &[("name", "Sales")]).await;
        w.clock.advance(Duration::from_secs(61));
        let trial = olga.click("/hires?state=missing", "Reads each of them", "Try a replay of all of these", &[]).await;
        w.drain().await;
        assert!(olga.read(trial.path()).await.contains("2 would be created"));
        let run = olga.click(trial.path(), "Trial replay", "Replay them now", &[]).await;
        w.drain().await;
        assert!(olga.read(run.path()).await.contains("2 created"));
        assert!(olga.read("/hires?state=missing").await.contains("Nobody found"));
        assert!(olga.read("/holds").await.contains("Nothing is held"));
    })
    .await;
}

#[tokio::test]
async fn owners_add_people_operators_mend_and_viewers_look() {
    on_both(async |w| {
        let mut olga = w.at_hub().await;
        let person =
            [("Name", "Vera Stein"), ("E-mail", "vera@northwind.example"), ("Role", "viewer: look at everything"), ("First password", "demo-demo")];
        olga.click("/people", "Add somebody", "Add", &person).await;
        let mut vera = w.at_hub_as("vera").await;
        assert!(vera.read("/people").await.contains("An owner of this hub adds people"));
        for (path, fields) in [
            ("/holds/release", vec![("cause", "x")]),
            ("/people", vec![("name", "X"), ("email", "x@y"), ("role", "owner"), ("password", "12345678")]),
            (&*format!("/connections/{}/import", w.connection().await), vec![]),
            (&*format!("/connections/{}/settings/use_webhook", w.connection().await), vec![]),
            (&*format!("/connections/{}/fields", w.connection().await), vec![("xCity", "location")]),
            (&*format!("/connections/{}/names", w.connection().await), vec![]),
            ("/hires/replay", vec![]),
        ] {
            assert_eq!(vera.try_press(path, &fields).await.0, 403, "{path}");
        }
        let (status, wrong) = vera.try_press("/people/password", &[("old", "wrong-wrong"), ("new", "another-one")]).await;
        assert!(status == 400 && wrong.contains("The password you have is another one"), "{wrong}");
        vera.click("/people", "Your password", "Change it", &[("The one you have", "demo-demo"), ("The new one", "another-one")]).await;
        assert!(olga.read("/audit?q=Vera").await.contains("Vera Stein changed their password."));
        olga.click("/people", "Vera Stein", "Remove", &[]).await;
        assert_eq!(vera.open("/").await.0, 303, "signed out");
        let (status, why) =
            olga.try_press("/people", &[("name", "V"), ("email", "olga@northwind.example"), ("role", "viewer"), ("password", "12345678")]).await;
        assert!(status == 400 && why.contains("is there already"), "{why}");
    })
    .await;
}

#[tokio::test]
async fn the_overview_shows_what_happened_lately_and_the_connection_how_it_is() {
    on_both(async |w| {
        w.some_hires().await;
        let mut olga = w.at_hub().await;
        let read = olga.read("/").await;
        assert!(read.contains("Lately") && read.contains("confirmed Ada Lovelace Byron just now"), "{read}");
        let read = olga.read(&format!("/connections/{}", w.connection().await)).await;
        for fact in [
            "Next renewal in 58 min",
            "Calls to Lever left 15 of 15 at once, 10 more each second",
            "Oldest work waiting nothing waits",
            "Webhook last heard just now",
        ] {
            assert!(read.contains(fact), "{fact}: {read}");
        }
    })
    .await;
}
