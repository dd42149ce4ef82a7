//! Imports: by click, at midnight, on trial; and finding whom no webhook told of.

use crate::tap::Fault;
use crate::world::{At, World, on_both};
use clock::Ms;
use endpoint::Verb;
use lever_api::event::Event;
use serde_json::json;
use std::time::Duration;
use url::Url;

const LEVER: &str = "/hr-cloud/settings/integrations/lever";
const HOUR: u64 = 3600;

impl World {
    /// Switches one of the settings on HR Cloud's page.
    async fn switch(&self, helen: &mut At, label: &str) {
        helen.click(LEVER, label, label, &[]).await;
        self.drain().await;
    }

    /// Without a webhook nobody is told of by itself.
    async fn by_hand(&self) -> At {
        let mut helen = self.at_hr_cloud("helen").await;
        self.switch(&mut helen, "Use webhook for import").await;
        helen
    }

    /// Hires each of them, and waits until whatever follows is over.
    async fn hire_all(&self, names: &[&str]) {
        for name in names {
            let id = self.candidate(name).await;
            self.hire(&id).await;
        }
        self.drain().await;
    }

    /// Presses Import and reads the report once it is over.
    async fn import(&self, helen: &mut At) -> String {
        let report = helen.click(LEVER, "Collects everybody", "Import", &[]).await;
        self.drain().await;
        helen.read(report.path()).await
    }
}

fn at(text: &str) -> Ms {
    Ms(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

#[tokio::test]
async fn hrc_07_hrc_08_hrc_09_hrc_10_every_click_on_import_collects_everybody_hired_and_makes_nobody_twice() {
    on_both(async |w| {
        let mut helen = w.by_hand().await;
        let before = w.headcount().await;
        w.hire_all(&["Ada Lovelace Byron", "Kwame Mensah", "Yuki Sato"]).await;
        w.later(Duration::from_secs(HOUR)).await;
        assert_eq!(w.headcount().await, before, "nothing comes by itself");
        let report = w.import(&mut helen).await;
        assert!(report.contains("3 created"), "{report}");
        assert_eq!(w.headcount().await, before + 3);

        w.hire_all(&["Jan van den Berg", "Liam O'Connor"]).await;
        let report = w.import(&mut helen).await;
        assert!(report.contains("2 created, 3 unchanged"), "{report}");
        assert_eq!(w.headcount().await, before + 5);

        let report = w.import(&mut helen).await;
        assert!(report.contains("5 unchanged") && !report.contains("created"), "{report}");
        assert_eq!(w.headcount().await, before + 5);
        assert_eq!(w.employees("kwame.mensah@mail.example").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn whoever_was_removed_at_the_partner_comes_back_with_the_next_import() {
    on_both(async |w| {
        let mut helen = w.by_hand().await;
        w.hire_all(&["Ada Lovelace Byron", "Kwame Mensah"]).await;
        w.import(&mut helen).await;
        let db = w.db("partners").await;
        db::Sql::run(&db, "delete from hr_record where email = $1", db::params!["kwame.mensah@mail.example"]).await.unwrap();
        db.close().await;
        let report = w.import(&mut helen).await;
        assert!(report.contains("1 created, 1 unchanged"), "{report}");
        assert_eq!(w.employees("kwame.mensah@mail.example").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn hrc_11_hrc_12_hrc_13_hrc_14_the_daily_import_is_off_until_it_is_switched_on_and_comes_at_midnight() {
    on_both(async |w| {
        w.by_hand().await;
        let before = w.headcount().await;
        w.hire_all(&["Ada Lovelace Byron"]).await;
        w.later(at("2026-03-03T08:00:00Z").since(w.clock.now())).await;
        assert_eq!(w.headcount().await, before, "HRC-11: off by default");

        let mut helen = w.at_hr_cloud("helen").await;
        w.switch(&mut helen, "Automatic Import").await;
        w.hire_all(&["Kwame Mensah"]).await;
        w.later(at("2026-03-04T07:59:59Z").since(w.clock.now())).await;
        assert_eq!(w.headcount().await, before, "HRC-13: not a second before midnight in California");
        w.later(Duration::from_secs(1)).await;
        assert_eq!(w.headcount().await, before + 2, "HRC-12");
        let mut helen = w.at_hr_cloud("helen").await;
        let page = helen.read(LEVER).await;
        assert!(page.contains("Automatic Import just now done 2 created"), "{page}");

        w.hire_all(&["Yuki Sato"]).await;
        w.later(Duration::from_secs(24 * HOUR)).await;
        assert_eq!(w.headcount().await, before + 3, "24 hours later");

        w.switch(&mut w.at_hr_cloud("helen").await, "Automatic Import").await;
        w.hire_all(&["Liam O'Connor"]).await;
        w.later(Duration::from_secs(3 * 24 * HOUR)).await;
        assert_eq!(w.headcount().await, before + 3, "HRC-14: off means no run");
    })
    .await;
}

#[tokio::test]
async fn hrc_o01_midnight_is_where_the_setting_says_and_a_zone_that_is_none_is_refused() {
    on_both(async |w| {
        let mut helen = w.by_hand().await;
        let before = w.headcount().await;
        helen.click(LEVER, "Time zone", "Save", &[("Time zone", "Asia/Tokyo")]).await;
        let refused = helen.try_press(&format!("{LEVER}/settings/time_zone"), &[("value", "Mars/Olympus")]).await;
        assert!(refused.0 == 400 && refused.1.contains("There is no time zone \"Mars/Olympus\""), "{refused:?}");
        w.switch(&mut helen, "Automatic Import").await;
        w.hire_all(&["Ada Lovelace Byron"]).await;
        w.later(at("2026-03-02T14:59:59Z").since(w.clock.now())).await;
        assert_eq!(w.headcount().await, before);
        w.later(Duration::from_secs(1)).await;
        assert_eq!(w.headcount().await, before + 1);
    })
    .await;
}

#[tokio::test]
async fn hrc_o16_a_midnight_the_hub_slept_through_is_made_up_for_once_and_marked_late() {
    on_both(async |w| {
        let mut helen = w.by_hand().await;
        w.switch(&mut helen, "Automatic Import").await;
        w.hire_all(&["Ada Lovelace Byron"]).await;
        // Three midnights go by while nothing runs.
        w.clock.advance(Duration::from_secs(3 * 24 * HOUR));
        w.drain().await;
        assert_eq!(w.employees("ada.lovelace.byron@mail.example").await.len(), 1);
        let page = w.at_hr_cloud("helen").await.read(LEVER).await;
        assert_eq!(page.matches("just now late done").count(), 1, "{page}");
    })
    .await;
}

#[tokio::test]
async fn hrc_o17_whoever_clicks_while_an_import_goes_on_joins_it() {
    on_both(async |w| {
        let mut helen = w.by_hand().await;
        w.hire_all(&["Ada Lovelace Byron"]).await;
        let click = async |mut helen: At| helen.click(LEVER, "Collects everybody", "Import", &[]).await;
        let (one, two): (Url, Url) = futures_util::future::join(click(helen.clone()), click(helen.clone())).await;
        assert_eq!(one, two);
        w.drain().await;
        assert!(helen.read(one.path()).await.contains("1 created"));
    })
    .await;
}

#[tokio::test]
async fn hrc_17_webhook_midnight_and_click_together_make_one_employee() {
    on_both(async |w| {
        let mut helen = w.at_hr_cloud("helen").await;
        w.switch(&mut helen, "Automatic Import").await;
        let before = w.headcount().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        // All three at once, none of them done yet.
        w.clock.advance(Duration::from_secs(23 * HOUR));
        let mut helen = w.at_hr_cloud("helen").await;
        helen.click(LEVER, "Collects everybody", "Import", &[]).await;
        w.drain().await;
        w.import(&mut helen).await;
        w.later(Duration::from_secs(24 * HOUR)).await;
        assert_eq!(w.headcount().await, before + 1);
    })
    .await;
}

#[tokio::test]
async fn hrc_o12_one_who_cannot_be_imported_stops_nobody_and_is_tried_again_from_the_report() {
    on_both(async |w| {
        let mut helen = w.by_hand().await;
        let names = ["Ada Lovelace Byron", "Kwame Mensah", "Yuki Sato", "Jan van den Berg", "Priya Raman"];
        w.hire_all(&names).await;
        let report = helen.click(LEVER, "Collects everybody", "Import", &[]).await;
        w.drain().await;
        let read = helen.read(report.path()).await;
        assert!(read.contains("4 created, 1 waiting for a person"), "{read}");
        assert!(read.contains("Priya Raman waiting for a person HR Cloud has no position \"Technical Writer\""), "{read}");
        helen.press("/hr-cloud/settings/lists/xPosition", &[("name", "Technical Writer")]).await;
        helen.click(report.path(), "Import", "Try the 1 again", &[]).await;
        w.drain().await;
        let read = helen.read(report.path()).await;
        assert!(read.contains("5 created"), "{read}");
        assert!(w.at_hub().await.read("/holds").await.contains("Nothing is held"));
    })
    .await;
}

#[tokio::test]
async fn hrc_o10_a_trial_counts_and_shows_what_would_be_written_and_writes_nothing() {
    on_both(async |w| {
        w.by_hand().await;
        let before = w.headcount().await;
        w.hire_all(&["Ada Lovelace Byron", "Priya Raman"]).await;
        w.clock.advance(Duration::from_secs(10 * 24 * HOUR));
        w.hire_all(&["Kwame Mensah"]).await;
        let mut helen = w.at_hr_cloud("helen").await;
        let trial = helen.click(LEVER, "Collects everybody", "Try first, change nothing", &[]).await;
        w.drain().await;
        let report = helen.read(trial.path()).await;
        assert!(report.contains("2 would be created, 1 would wait for a person"), "{report}");
        assert!(report.contains("Position: Robotics Engineer"), "{report}");
        assert_eq!(w.headcount().await, before);
        assert!(w.at_hub().await.read("/holds").await.contains("Nothing is held"));

        // The first import asks since when.
        let import = helen.click(LEVER, "Collects everybody", "Import", &[("Only people hired since", "2026-03-05")]).await;
        w.drain().await;
        let report = helen.read(import.path()).await;
        assert!(report.contains("1 created") && !report.contains("Ada"), "{report}");
        assert_eq!(w.headcount().await, before + 1);

        // In the hub a trial is done with one click; there everybody ever hired was asked for.
        let mut olga = w.at_hub().await;
        let page = olga.read("/connections").await;
        assert!(page.contains("HR Cloud"));
        let connection = w.connection().await;
        let trial = olga.click(&format!("/connections/{connection}/import"), "Everybody", "Try first, change nothing", &[("Only people", "")]).await;
        w.drain().await;
        let run = olga.click(trial.path(), "Trial import", "Import them now", &[]).await;
        w.drain().await;
        let report = olga.read(run.path()).await;
        assert!(report.contains("1 created 1 unchanged 1 held"), "{report}");
        assert_eq!(w.headcount().await, before + 2);
    })
    .await;
}

#[tokio::test]
async fn an_import_that_is_cancelled_leaves_whom_it_did_not_come_to_and_can_be_taken_up_again() {
    on_both(async |w| {
        let mut helen = w.by_hand().await;
        let before = w.headcount().await;
        w.hire_all(&["Ada Lovelace Byron", "Kwame Mensah"]).await;
        let report = helen.click(LEVER, "Collects everybody", "Import", &[]).await;
        let cancelled = helen.click(report.path(), "Import", "Cancel", &[]).await;
        w.drain().await;
        assert_eq!(w.headcount().await, before);
        assert!(helen.read(cancelled.path()).await.contains("cancelled"));
        let report = w.import(&mut helen).await;
        assert!(report.contains("2 created"), "{report}");
    })
    .await;
}

#[tokio::test]
async fn promise_3_with_all_webhooks_lost_a_hire_arrives_within_a_minute_and_the_report_says_who_was_found() {
    on_both(async |w| {
        w.ats.tell(Event::CandidateHired, false, None).await.unwrap();
        let before = w.headcount().await;
        w.hire_all(&["Ada Lovelace Byron"]).await;
        assert_eq!((w.headcount().await, w.deliveries().await), (before, 0));
        w.later(Duration::from_secs(30)).await;
        assert_eq!(w.headcount().await, before + 1);
        let mut olga = w.at_hub().await;
        let page = olga.read(&format!("/connections/{}", w.connection().await)).await;
        assert!(page.contains("Found without a webhook just now done 1 created Fulcrum"), "{page}");

        // A second look finds nothing new, and a webhook's hire is not found again.
        w.ats.tell(Event::CandidateHired, true, None).await.unwrap();
        w.hire_all(&["Kwame Mensah"]).await;
        for _ in 0..5 {
            w.later(Duration::from_secs(30)).await;
        }
        let page = olga.read(&format!("/connections/{}", w.connection().await)).await;
        assert_eq!(page.matches("Found without a webhook").count(), 1, "{page}");
    })
    .await;
}

#[tokio::test]
async fn whoever_was_hired_before_connecting_is_not_imported_unasked() {
    on_both(async |w| {
        w.by_hand().await;
        let before = w.headcount().await;
        w.hire_all(&["Ada Lovelace Byron"]).await;
        w.clock.advance(Duration::from_secs(HOUR));
        w.at_ats("ines").await.press("/settings/integrations/authorized-apps/fulcrum-hr-cloud/revoke", &[]).await;
        w.drain().await;
        w.reconnect().await;
        let mut helen = w.at_hr_cloud("helen").await;
        w.switch(&mut helen, "Use webhook for import").await;
        w.later(Duration::from_secs(HOUR)).await;
        assert_eq!(w.headcount().await, before);
    })
    .await;
}

#[tokio::test]
async fn a_run_always_ends_also_when_the_connection_does() {
    on_both(async |w| {
        w.hire_all(&["Ada Lovelace Byron"]).await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        let mut olga = w.at_hub().await;
        let trial = olga.click(&format!("/hires/{ada}"), "Ada", "Try a replay", &[]).await;
        w.at_ats("ines").await.press("/settings/integrations/authorized-apps/fulcrum-hr-cloud/revoke", &[]).await;
        w.drain().await;
        w.later(Duration::from_secs(60)).await;
        let later = olga.click(&format!("/hires/{ada}"), "Ada", "Try a replay", &[]).await;
        w.later(Duration::from_secs(60)).await;
        for run in [trial, later] {
            let read = olga.read(run.path()).await;
            assert!(!read.contains("under way"), "{read}");
        }
    })
    .await;
}

#[tokio::test]
async fn promise_6_a_look_costs_one_call_also_after_everybody_was_changed_at_once() {
    on_both(async |w| {
        w.later(Duration::from_secs(3600)).await;
        let key = w.key().await;
        let (_, postings) = w.lever(&key, Verb::Get, "/v1/postings?limit=1", json!(null)).await;
        let (_, users) = w.lever(&key, Verb::Get, "/v1/users?limit=1", json!(null)).await;
        let path = format!("/v1/opportunities?perform_as={}", users["data"][0]["id"].as_str().unwrap());
        for n in 0..150 {
            let new = json!({ "name": format!("Person {n}"), "emails": [format!("p{n}@mail.example")], "postings": [postings["data"][0]["id"]] });
            assert_eq!(w.lever(&key, Verb::Post, &path, new).await.0, 201);
        }
        let tap = w.tap_lever("GET", "nothing").await;
        for _ in 0..10 {
            w.later(Duration::from_secs(30)).await;
        }
        let lists = |calls: &[String]| calls.iter().filter(|call| call.starts_with("GET /v1/opportunities?")).count();
        assert!(lists(&tap.calls()) >= 2, "all of them were looked at");
        w.later(Duration::from_secs(30)).await;
        let calls = tap.calls();
        assert_eq!(lists(&calls), 1, "{calls:?}");
    })
    .await;
}

#[tokio::test]
async fn promise_6_a_date_of_lever_that_cannot_be_right_hides_nobody() {
    on_both(async |w| {
        let tap = w.tap_lever("GET", "/opportunities").await;
        tap.faults.lock().unwrap().extend([
            Fault::Date("Fri, 01 Jan 2049 00:00:00 GMT"),
            Fault::Date("Fri, 01 Jan 1999 00:00:00 GMT"),
            Fault::Date("soon"),
        ]);
        w.ats.tell(Event::CandidateHired, false, None).await.unwrap();
        for _ in 0..4 {
            w.later(Duration::from_secs(30)).await;
        }
        assert!(tap.faults.lock().unwrap().is_empty());
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.later(Duration::from_secs(60)).await;
        assert_eq!(w.employees("ada.lovelace.byron@mail.example").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_import_that_is_cancelled_sends_nothing_of_which_nothing_was_sent_yet() {
    on_both(async |w| {
        let mut helen = w.by_hand().await;
        let before = w.headcount().await;
        w.hire_all(&["Ada Lovelace Byron", "Kwame Mensah"]).await;
        let tap = w.tap_hr_cloud("POST", "xEmployee").await;
        tap.faults.lock().unwrap().extend([Fault::Answer(429, ""), Fault::Answer(429, "")]);
        let report = helen.click(LEVER, "Collects everybody", "Import", &[]).await;
        w.drain().await;
        let cancelled = helen.click(report.path(), "Import", "Cancel", &[]).await;
        w.later(Duration::from_secs(600)).await;
        let report = helen.read(cancelled.path()).await;
        assert!(w.headcount().await == before && report.contains("2 cancelled"), "{report}");
        let report = w.import(&mut helen).await;
        assert!(report.contains("2 created"), "{report}");
    })
    .await;
}

#[tokio::test]
async fn a_trial_says_nothing_of_how_somebody_stands_and_whoever_is_not_hired_any_more_is_shown_so() {
    on_both(async |w| {
        let mut olga = w.at_hub().await;
        let (ada, priya) = (w.candidate("Ada Lovelace Byron").await, w.candidate("Priya Raman").await);
        w.hire(&ada).await;
        w.hire(&priya).await;
        w.drain().await;
        olga.click("/hires", "Hires", "Try a replay of all of these", &[]).await;
        w.drain().await;
        let hires = olga.read("/hires").await;
        assert!(hires.contains("Priya Raman Technical Writer held") && hires.contains("Ada Lovelace Byron Backend Engineer confirmed"), "{hires}");
        assert!(olga.read("/hires?state=held").await.contains("Priya Raman"));
        w.later(Duration::from_secs(60)).await;
        w.at_ats("ines").await.press(&format!("/candidates/{ada}/unarchive"), &[]).await;
        w.later(Duration::from_secs(60)).await;
        assert!(olga.read("/hires?state=held").await.contains("Ada"));
        olga.click("/holds", "Ada", "Set the employee inactive", &[]).await;
        w.drain().await;
        let hires = olga.read("/hires").await;
        assert!(hires.contains("Ada Lovelace Byron Backend Engineer not hired"), "{hires}");
        // What somebody sent while mending stands on the timeline.
        assert!(w.timeline(&ada).await.contains("Inactive"));
        // Whoever was told of before is no sign that Lever is silent.
        assert!(!olga.read("/").await.contains("Lever is silent"));
    })
    .await;
}

#[tokio::test]
async fn promise_10_who_is_held_stays_held_when_a_replay_of_them_is_called_back() {
    on_both(async |w| {
        let mut olga = w.at_hub().await;
        let priya = w.candidate("Priya Raman").await;
        w.hire(&priya).await;
        w.drain().await;
        let jan = w.without_a_start("Jan van den Berg").await;
        for who in [&priya, &jan] {
            let run = olga.click(&format!("/hires/{who}"), "Timeline", "Replay", &[]).await;
            olga.press(&format!("{}/cancel", run.path()), &[]).await;
            w.drain().await;
        }
        let holds = olga.read("/holds").await;
        assert!(holds.contains("Technical Writer") && holds.contains("Start date is missing in Lever"), "{holds}");
    })
    .await;
}

impl World {
    /// Somebody hired without an offer.
    async fn without_a_start(&self, name: &str) -> String {
        let (_, postings) = self.lever(&self.key().await, Verb::Get, "/v1/postings?limit=1", json!(null)).await;
        let posting = postings["data"][0]["id"].as_str().unwrap().to_owned();
        let mut ines = self.at_ats("ines").await;
        let profile =
            ines.press("/candidates/new", &[("name", name), ("email", "no.start@mail.example"), ("posting", &posting), ("stage", "offer")]).await;
        let id = profile.path().rsplit('/').next().unwrap().to_owned();
        self.hire(&id).await;
        self.drain().await;
        id
    }
}

#[tokio::test]
async fn promise_1_what_a_webhook_wanted_is_sent_though_an_import_of_the_same_person_was_cancelled() {
    on_both(async |w| {
        let before = w.headcount().await;
        let tap = w.tap_hr_cloud("POST", "xEmployee").await;
        tap.faults.lock().unwrap().extend([Fault::Answer(429, ""), Fault::Answer(429, "")]);
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        let mut olga = w.at_hub().await;
        let run = olga.click(&format!("/connections/{}/import", w.connection().await), "Everybody", "Import", &[("Only people", "")]).await;
        w.drain().await;
        olga.press(&format!("{}/cancel", run.path()), &[]).await;
        w.later(Duration::from_secs(600)).await;
        w.later(Duration::from_secs(600)).await;
        assert_eq!(w.headcount().await, before + 1, "{}", w.timeline(&ada).await);
    })
    .await;
}
