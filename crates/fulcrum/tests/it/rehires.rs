//! What Joinedly's document leaves open: people who are hired more than once, and jobs whose team is another than Lever says.

use crate::world::{World, on_both};
use endpoint::Verb;
use serde_json::{Value, json};

/// A day, ms.
const DAY: i64 = 86_400_000;
/// 2 March 2026, 9:00 UTC: when stories begin.
const NOW: i64 = 1_772_442_000_000;

impl World {
    /// A hire of Ida's, as a sender tells it.
    async fn ida(&self, external_id: &str, change: Value) -> Value {
        let mut body = json!({
            "first_name": "Ida", "last_name": "Wells", "email": "ida@mail.example", "position": "Analyst", "start_date": "2026-03-09",
            "manager": { "name": "Mei Tanaka", "email": "mei@northwind.example" }, "hired_at": NOW - 7 * DAY,
        });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let (status, answer) = self.joinedly(Verb::Put, &format!("joiners/{external_id}"), body).await;
        assert!(status == 200 || status == 201, "{answer}");
        self.drain().await;
        answer
    }

    async fn call_off(&self, external_id: &str) {
        self.joinedly(Verb::Post, &format!("joiners/{external_id}/cancellation"), json!({ "why": "Not hired any more." })).await;
        self.drain().await;
    }

    async fn letters_that_say(&self, words: &str) -> usize {
        self.at_joinedly("jo").await.read("/joinedly/mail").await.matches(words).count()
    }
}

const WELCOME: &str = "Welcome to Northwind Robotics, Ida!";

#[tokio::test]
async fn jnd_o06_hired_again_for_another_job_a_new_journey_begins_though_a_task_of_the_old_one_is_open() {
    on_both(async |w| {
        w.ida("first", json!({})).await;
        assert_eq!(w.letters_that_say(WELCOME).await, 1);
        // Months later, with nothing ticked off.
        w.later(std::time::Duration::from_secs(20 * 86_400)).await;
        let again = json!({ "position": "Editor", "start_date": "2026-04-13", "hired_at": NOW + 20 * DAY, "same_email": "same_person" });
        let joiner = w.ida("second", again).await;
        assert_eq!((&joiner["journey"]["state"], &joiner["joiner"]["position"]), (&json!("started"), &json!("Editor")));
        assert_eq!(w.letters_that_say(WELCOME).await, 2, "the new journey is told of");
        // Called off, it ends; the one before does not come back to life.
        w.call_off("second").await;
        let joiner = w.joiner("second").await.unwrap();
        assert_eq!(joiner["journey"]["state"], "cancelled");
        let before = w.letters_that_say("is late").await;
        w.later(std::time::Duration::from_secs(3 * 86_400)).await;
        assert_eq!(w.letters_that_say("is late").await, before, "nobody is reminded of what is over");
    })
    .await;
}

#[tokio::test]
async fn jnd_o06_what_changes_of_an_older_hire_changes_nothing_of_the_newer_one() {
    on_both(async |w| {
        w.ida("older", json!({})).await;
        let newer = json!({ "position": "Editor", "start_date": "2026-03-30", "hired_at": NOW, "same_email": "same_person" });
        w.ida("newer", newer).await;
        let change = json!({ "manager": { "name": "Omar Haddad", "email": "omar@northwind.example" }, "start_date": "2026-03-16" });
        let (_, joiner) = w.joinedly(Verb::Put, "joiners/older", change).await;
        assert_eq!((&joiner["joiner"]["manager"]["name"], &joiner["joiner"]["start_date"]), (&json!("Mei Tanaka"), &json!("2026-03-30")));
        w.drain().await;
        assert_eq!(w.letters_that_say("Omar Haddad").await, 0);
        // Should the newer one be called off, the older counts, as it stands by then.
        w.call_off("newer").await;
        let joiner = w.joiner("older").await.unwrap();
        assert_eq!((&joiner["joiner"]["manager"]["name"], &joiner["joiner"]["start_date"]), (&json!("Omar Haddad"), &json!("2026-03-16")));
        // And what is said of it from now on counts at once.
        let (_, joiner) = w.joinedly(Verb::Put, "joiners/older", json!({ "position": "Reader" })).await;
        assert_eq!(joiner["joiner"]["position"], "Reader");
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn jnd_o05_un_hired_by_mistake_and_hired_again_the_journey_goes_on_with_whoever_is_the_manager_by_then() {
    on_both(async |w| {
        w.ida("first", json!({})).await;
        w.call_off("first").await;
        let omar = json!({ "name": "Omar Haddad", "email": "omar@northwind.example" });
        let joiner = w.ida("first", json!({ "manager": omar, "hired_at": NOW })).await;
        assert_eq!(joiner["journey"]["state"], "started");
        assert_eq!(w.letters_that_say(WELCOME).await, 1, "she is not welcomed twice");
        let mail = w.at_joinedly("jo").await.read("/joinedly/mail").await;
        assert!(mail.contains("Omar Haddad omar@northwind.example"), "the new manager is written to: {mail}");
    })
    .await;
}

#[tokio::test]
async fn jnd_o05_whoever_has_a_part_is_told_when_the_first_day_moves_and_when_a_journey_is_called_off() {
    on_both(async |w| {
        w.ida("first", json!({})).await;
        w.ida("first", json!({ "start_date": "2026-04-06" })).await;
        let mail = w.at_joinedly("jo").await.read("/joinedly/mail").await;
        let told = |who: &str| mail.contains(&format!("Ida Wells: the first day is now 6 Apr 2026 {who}"));
        assert!(told("Ida Wells ida@mail.example") && told("Mei Tanaka mei@northwind.example"), "{mail}");
        w.call_off("first").await;
        let mail = w.at_joinedly("jo").await.read("/joinedly/mail").await;
        assert!(mail.contains("The journey of Ida Wells was called off Mei Tanaka"), "{mail}");
        assert!(!mail.contains("was called off Ida Wells"), "the new hire hears of it from people: {mail}");
    })
    .await;
}

#[tokio::test]
async fn jnd_o07_whoever_is_hired_for_a_posting_joins_the_team_that_was_chosen_for_it() {
    on_both(async |w| {
        let mut jo = w.connects_joinedly().await;
        let teams = "/joinedly/settings/teams";
        assert!(jo.read(teams).await.contains("Backend Engineer Berlin"), "{}", jo.read(teams).await);
        jo.click(teams, "Backend Engineer", "Save", &[("Team of Backend Engineer", "Design")]).await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        let (_, all) = w.joinedly(Verb::Get, "teams", json!(null)).await;
        let id_of = |name: &str| all["data"].as_array().unwrap().iter().find(|team| team["name"] == name).unwrap()["id"].clone();
        assert_eq!(w.joiner(&ada).await.unwrap()["joiner"]["team"], id_of("Design"));
        // The team gone, it is as Lever says.
        jo.click(teams, "Backend Engineer", "Save", &[("Team of Backend Engineer", "Motion")]).await;
        let motion = id_of("Motion").as_str().unwrap().to_owned();
        jo.press(&format!("/joinedly/settings/places/team/{motion}/remove"), &[]).await;
        let nia = w.add("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        w.hire(&nia).await;
        w.drain().await;
        assert_eq!(w.joiner(&nia).await.expect("nobody is lost")["joiner"]["team"], id_of("Platform"));
    })
    .await;
}
