//! Journeys at Joinedly: tasks with owners and due dates, private links, letters, reminders, events.

use crate::joinedly::LEVER;
use crate::world::{World, on_both};
use endpoint::Verb;
use outbound::{Call, Wire};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

impl World {
    /// A joiner made by a program.
    async fn joins(&self, id: &str, change: Value) -> Value {
        let mut body = json!({ "first_name": "Mary", "last_name": "Jackson", "email": format!("{id}@mail.example"), "start_date": "2026-03-23" });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let (status, joiner) = self.joinedly(Verb::Put, &format!("joiners/{id}"), body).await;
        assert_eq!(status, 200, "{joiner}");
        self.drain().await;
        joiner
    }

    /// The page of a joiner, read by Jo.
    async fn joiner_page(&self, joiner: &Value) -> String {
        self.at_joinedly("jo").await.read(&format!("/joinedly/joiners/{}", joiner["id"].as_str().unwrap())).await
    }

    /// The private link in the newest letter with this in its subject.
    async fn link_in_letter(&self, subject: &str) -> String {
        let mut jo = self.at_joinedly("jo").await;
        let letter = jo.link("/joinedly/mail", subject, &format!("{subject}…")).await;
        let text = jo.read(&letter).await;
        let link = text.split_whitespace().find(|word| word.contains("/joinedly/my/")).unwrap_or_else(|| panic!("no link: {text}"));
        url::Url::parse(link).unwrap().path().to_owned()
    }
}

#[tokio::test]
async fn due_dates_count_workdays_from_the_start_date_move_with_it_and_follow_other_tasks() {
    on_both(async |w| {
        let joiner = w.joins("mary", json!({ "manager": { "name": "Tomasz Nowak", "email": "tomasz@northwind.example" } })).await;
        let page = w.joiner_page(&joiner).await;
        // 2026-03-23 is a Monday. Ten workdays earlier is the 9th; workday 5 is the 27th.
        for words in [
            "10 workdays before the start Send the contract back Mary Jackson (the new hire) · due on 9 Mar 2026",
            "Workday 1 Pick up your badge Mary Jackson (the new hire) · due on 23 Mar 2026",
            "First conversation about goals Tomasz Nowak (their manager) · due on 27 Mar 2026",
            "3 workdays after “First conversation about goals” Write down your goals not yet",
            "Nobody does this yet: their buddy is not known.",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        w.joins("mary", json!({ "start_date": "2026-04-04" })).await;
        let page = w.joiner_page(&joiner).await;
        // A Saturday: workday 1 is the Monday after.
        for words in [
            "Pick up your badge Mary Jackson (the new hire) · due on 6 Apr 2026",
            "Send the contract back Mary Jackson (the new hire) · due on 23 Mar 2026",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let mut jo = w.at_joinedly("jo").await;
        let here = format!("/joinedly/joiners/{}", joiner["id"].as_str().unwrap());
        jo.click(&here, "First conversation about goals", "Done", &[]).await;
        let page = w.joiner_page(&joiner).await;
        // Today is Monday the 2nd: three workdays later is Thursday.
        assert!(page.contains("Write down your goals Mary Jackson (the new hire) · due on 5 Mar 2026"), "{page}");
        assert!(page.contains("done by Jo Fisher") && page.contains("1 of 8 tasks are done"), "{page}");
        jo.click(&here, "First conversation about goals", "Not done after all", &[]).await;
        assert!(w.joiner_page(&joiner).await.contains("Write down your goals not yet"));
        // A buddy is named: their tasks are theirs from now on, and they are written to.
        jo.click(&here, "Change", "Save", &[("Buddy's e-mail", "eva@northwind.example"), ("Buddy", "Eva Lund")]).await;
        w.drain().await;
        assert!(w.joiner_page(&joiner).await.contains("Have lunch together Eva Lund (their buddy)"));
        assert!(jo.read("/joinedly/mail").await.contains("Mary Jackson starts on 4 Apr 2026 Eva Lund"));
    })
    .await;
}

#[tokio::test]
async fn a_joiner_sees_their_own_tasks_by_a_private_link_and_nobody_elses_and_a_wrong_link_says_so() {
    on_both(async |w| {
        let joiner = w.joins("mary", json!({ "manager": { "name": "Tomasz Nowak", "email": "tomasz@northwind.example" } })).await;
        let hers = w.link_in_letter("Welcome to Northwind Robotics, Mary!").await;
        let his = w.link_in_letter("Mary Jackson starts on").await;
        let mut mary = w.at_joinedly("malik").await;
        let text = mary.read(&hers).await;
        assert!(text.contains("Welcome, Mary!") && text.contains("Pick up your badge") && !text.contains("Plan the first week"), "{text}");
        mary.click(&hers, "Tell us your T-shirt size", "Done", &[]).await;
        mary.click(&hers, "Pick up your badge", "Say it", &[("Comment on Pick up your badge", "Where is the reception?")]).await;
        let page = w.joiner_page(&joiner).await;
        assert!(page.contains("done by Mary Jackson") && page.contains("Where is the reception?"), "{page}");
        let text = mary.read(&his).await;
        assert!(text.contains("The journey of Mary Jackson") && text.contains("Plan the first week") && !text.contains("badge"), "{text}");
        // Somebody else's task through one's own link, a guessed link, one that ran out, one of a journey that was called off.
        let (_, html) = mary.open(&his).await;
        let task = html.split("/tasks/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert_eq!(mary.try_press(&format!("{hers}/tasks/{task}"), &[("done", "yes")]).await.0, 400);
        let (status, html) = mary.open(&format!("{hers}0")).await;
        assert!(status == 404 && html.contains("This link leads nowhere"), "{html}");
        w.clock.advance(181 * DAY);
        let (status, html) = mary.open(&hers).await;
        assert!(status == 404 && html.contains("This link has expired"), "{html}");
        let other = w.joins("dorothy", json!({ "first_name": "Dorothy", "start_date": "2026-10-01" })).await;
        let theirs = w.link_in_letter("Welcome to Northwind Robotics, Dorothy!").await;
        w.joinedly(Verb::Post, &format!("joiners/{}/cancellation", other["id"].as_str().unwrap()), json!({ "why": "Changed her mind." })).await;
        let mut dorothy = w.at_joinedly("malik").await;
        let (status, html) = dorothy.open(&theirs).await;
        assert!(status == 404 && html.contains("This journey was called off"), "{html}");
    })
    .await;
}

#[tokio::test]
async fn a_corrected_address_gets_a_link_of_its_own_and_the_old_one_leads_nowhere() {
    on_both(async |w| {
        w.joins("mary", json!({ "email": "mray@mail.example" })).await;
        let astray = w.link_in_letter("Welcome to Northwind Robotics, Mary!").await;
        let joiner = w.joins("mary", json!({ "email": "mary@mail.example" })).await;
        let mut jo = w.at_joinedly("jo").await;
        assert_eq!(jo.open(&astray).await.0, 404);
        let mail = jo.read("/joinedly/mail").await;
        assert!(mail.contains("Mary Jackson mray@mail.example") && mail.contains("Mary Jackson mary@mail.example"), "{mail}");
        let fresh = w.link_in_letter("Welcome to Northwind Robotics, Mary!").await;
        assert!(jo.read(&fresh).await.contains("Welcome, Mary!"));
        // Whoever lost the link gets another.
        jo.click(&format!("/joinedly/joiners/{}", joiner["id"].as_str().unwrap()), "Change", "Send a new private link", &[]).await;
        w.drain().await;
        assert_eq!(jo.open(&fresh).await.0, 404);
        assert_eq!(jo.read("/joinedly/mail").await.matches("Welcome to Northwind Robotics, Mary!").count(), 3);
    })
    .await;
}

#[tokio::test]
async fn jnd_o06_of_several_hires_of_one_person_the_newest_counts_and_when_it_is_called_off_the_one_before() {
    on_both(async |w| {
        let (old, new) = (1_772_000_000_000_i64, 1_772_400_000_000_i64);
        w.joins("second", json!({ "email": "mary@mail.example", "position": "Analyst", "hired_at": new })).await;
        let same = json!({
            "email": "mary@mail.example", "position": "Clerk", "start_date": "2020-01-06", "hired_at": old, "same_email": "same_person", "office_named": "Attic",
        });
        let joiner = w.joins("first", same).await;
        assert_eq!((&joiner["joiner"]["position"], &joiner["joiner"]["start_date"]), (&json!("Analyst"), &json!("2026-03-23")));
        assert_eq!(joiner["external_ids"], json!(["first", "second"]));
        w.joinedly(Verb::Post, "joiners/second/cancellation", json!({ "why": "" })).await;
        let joiner = w.joiner("first").await.unwrap();
        assert_eq!((&joiner["joiner"]["position"], &joiner["journey"]["state"]), (&json!("Clerk"), &json!("started")));
        // Hired once more, without a start date: nobody is welcomed on the day of another hire.
        w.joinedly(Verb::Post, "joiners/first/cancellation", json!({ "why": "" })).await;
        let again = json!({ "first_name": "Mary", "last_name": "Jackson", "email": "mary@mail.example", "hired_at": new + 1 });
        let (_, joiner) = w.joinedly(Verb::Put, "joiners/first", again).await;
        assert_eq!((&joiner["journey"]["state"], &joiner["joiner"]["start_date"]), (&json!("waiting"), &json!(null)));
    })
    .await;
}

#[tokio::test]
async fn jnd_o10_who_started_long_ago_gets_no_letters_and_nobody_is_told_twice() {
    on_both(async |w| {
        let boss = json!({ "name": "Tomasz Nowak", "email": "tomasz@northwind.example" });
        w.joins("old", json!({ "start_date": "2024-01-08", "manager": boss })).await;
        w.later(2 * DAY).await;
        let mut jo = w.at_joinedly("jo").await;
        assert!(jo.read("/joinedly/mail").await.contains("No letters yet"));
        let joiner = w.joins("mary", json!({ "manager": boss })).await;
        let here = format!("/joinedly/joiners/{}", joiner["id"].as_str().unwrap());
        let told = async || w.at_joinedly("jo").await.read("/joinedly/mail").await.matches("Mary Jackson starts on").count();
        assert_eq!(told().await, 1);
        // The letters of long ago are forgotten, and that they were written is not.
        w.later(120 * DAY).await;
        let mut jo = w.at_joinedly("jo").await;
        assert!(!jo.read("/joinedly/mail").await.contains("Mary Jackson starts on"));
        jo.click(&here, "Change", "Save", &[("Start date", "2026-07-20")]).await;
        jo.click(&here, "Change", "Save", &[("Office", "Lisbon")]).await;
        w.drain().await;
        assert_eq!(told().await, 0);
    })
    .await;
}

#[tokio::test]
async fn reminders_go_out_at_eight_where_the_joiner_is_once_ahead_and_once_when_it_is_late() {
    on_both(async |w| {
        let (_, offices) = w.joinedly(Verb::Get, "offices", json!(null)).await;
        let lisbon = offices["data"].as_array().unwrap().iter().find(|o| o["name"] == "Lisbon").unwrap()["id"].clone();
        // Starts on the 23rd: the contract is due on the 9th, and two workdays before is Thursday the 5th.
        w.joins("mary", json!({ "office": lisbon })).await;
        let count = async || w.at_joinedly("jo").await.read("/joinedly/mail").await.matches("Send the contract back is due on 9 Mar 2026").count();
        // It is Monday the 2nd, 9:00 UTC. Until Thursday, 7:59 in Lisbon, which is on UTC.
        w.later(2 * DAY + Duration::from_secs(22 * 3600 + 59 * 60)).await;
        assert_eq!(count().await, 0);
        w.later(Duration::from_secs(3600)).await;
        assert_eq!(count().await, 1);
        w.later(Duration::from_secs(6 * 3600)).await;
        assert_eq!(count().await, 1, "once");
        w.later(5 * DAY).await;
        assert_eq!(count().await, 2, "and once more when it is late");
        w.later(10 * DAY).await;
        assert_eq!(count().await, 2);
    })
    .await;
}

#[tokio::test]
async fn what_happens_to_a_journey_is_told_signed_and_the_api_refuses_what_makes_no_sense() {
    on_both(async |w| {
        let heard = Arc::new(Mutex::new(Vec::<(String, Value)>::new()));
        let listener = web::listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let url = format!("http://{}/events", listener.local_addr().unwrap());
        let (status, made) = w.joinedly(Verb::Post, "event-addresses", json!({ "url": url })).await;
        assert_eq!(status, 201);
        let secret = made["secret"].as_str().unwrap().to_owned();
        let keep = heard.clone();
        let app = axum::Router::new().route(
            "/events",
            axum::routing::post(move |headers: axum::http::HeaderMap, body: String| {
                let (keep, secret) = (keep.clone(), secret.clone());
                async move {
                    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
                    let seconds = header("webhook-timestamp").parse().unwrap();
                    let signature = standardwebhooks::Webhook::new(&secret).unwrap().sign(&header("webhook-id"), seconds, body.as_bytes()).unwrap();
                    assert_eq!(signature, header("webhook-signature"));
                    let event: Value = serde_json::from_str(&body).unwrap();
                    keep.lock().unwrap().push((event["type"].as_str().unwrap().to_owned(), event["data"].clone()));
                }
            }),
        );
        tokio::spawn(async move { web::serve(listener, app, std::future::pending()).await });
        w.at_joinedly("jo").await.press("/joinedly/journeys", &[("name", "Short")]).await;
        let (_, journeys) = w.joinedly(Verb::Get, "journeys", json!(null)).await;
        let short = journeys["data"].as_array().unwrap().iter().find(|j| j["name"] == "Short").unwrap()["id"].as_str().unwrap().to_owned();
        let mut jo = w.at_joinedly("jo").await;
        jo.press(
            &format!("/joinedly/journeys/{short}/steps"),
            &[("title", "Say hello"), ("timing", "on"), ("days", "1"), ("owner", "joiner"), ("remind", "-1")],
        )
        .await;
        jo.press(&format!("/joinedly/journeys/{short}/default"), &[]).await;
        let joiner = w.joins("mary", json!({})).await;
        jo.click(&format!("/joinedly/joiners/{}", joiner["id"].as_str().unwrap()), "Say hello", "Done", &[]).await;
        w.drain().await;
        w.joinedly(Verb::Post, "joiners/mary/cancellation", json!({ "why": "" })).await;
        w.drain().await;
        let mut kinds: Vec<String> = heard.lock().unwrap().iter().map(|(kind, _)| kind.clone()).collect();
        kinds.sort();
        assert_eq!(kinds, ["joiner.created", "journey.cancelled", "journey.completed", "journey.started", "task.completed"]);
        let all = serde_json::to_string(&heard.lock().unwrap().iter().map(|(_, data)| data).collect::<Vec<_>>()).unwrap();
        assert!(all.contains(joiner["id"].as_str().unwrap()) && !all.contains("Mary") && !all.contains("mail.example"), "{all}");

        for (change, why) in [
            (json!({ "first_name": "A" }), "A new joiner has last_name, email."),
            (json!({ "first_name": "A", "last_name": "B", "email": "nobody" }), "email is not an e-mail address."),
            (json!({ "first_name": "A", "last_name": "B", "email": "a@b.example", "start_date": "soon" }), "start_date is not a day"),
            (json!({ "first_name": "A", "last_name": "B", "email": "a@b.example", "office": "gone" }), "There is no office with the id"),
            (json!({ "first_name": "A".repeat(501), "last_name": "B", "email": "a@b.example" }), "first_name has more than 500 characters."),
            (json!({ "favourite_colour": "red" }), "favourite_colour"),
        ] {
            let (status, said) = w.joinedly(Verb::Put, "joiners/new", change).await;
            assert!(status == 400 && said["message"].as_str().unwrap().contains(why), "{why}: {said}");
        }
        let mut call = Call::new(Verb::Get, w.partners_url.join("/joinedly/api/v1/joiners").unwrap(), vec![]);
        call.headers.insert("authorization", "Bearer jy_guessed".parse().unwrap());
        assert_eq!(w.call(&call).await.0, 401);
        assert_eq!(w.joinedly(Verb::Get, "joiners/nobody", json!(null)).await.0, 404);
        let open = Call::new(Verb::Get, w.partners_url.join("/joinedly/openapi.json").unwrap(), vec![]);
        assert_eq!(w.outbound.send(&open, &Wire::default()).await.unwrap().status, 200);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_erased_in_lever_is_erased_at_joinedly_with_tasks_letters_and_links() {
    on_both(async |w| {
        let mut jo = w.connects_joinedly().await;
        jo.press(&format!("{LEVER}/settings/erase"), &[("value", "delete")]).await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        let link = w.link_in_letter("Welcome to Northwind Robotics, Ada").await;
        w.later(Duration::from_secs(60)).await;
        let mut ines = w.at_ats("ines").await;
        ines.press(&format!("/candidates/{ada}/anonymize"), &[]).await;
        w.later(Duration::from_secs(10 * 60)).await;
        let mut olga = w.at_hub().await;
        let (erasures, holds) = (olga.read("/erasures").await, olga.read("/holds").await);
        assert!(w.joiner(&ada).await.is_none(), "{erasures} {holds}");
        assert_eq!(jo.open(&link).await.0, 404);
        let db = w.db("partners").await;
        for table in ["jy_joiner", "jy_external", "jy_task", "jy_comment", "jy_link", "letter"] {
            let row = db::Sql::row(&db, &format!("select count(*) as n from {table}"), vec![]).await.unwrap().unwrap();
            assert_eq!(row.int("n").unwrap(), 0, "{table}");
        }
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn letters_have_texts_of_ones_own_with_a_preview_and_a_text_that_cannot_be_read_is_refused() {
    on_both(async |w| {
        let mut jo = w.at_joinedly("jo").await;
        let here = "/joinedly/settings/letters/welcome";
        let fields = [("subject", "Hi {{ first_name }}"), ("text", "See {{ link }} at {{ office }}"), ("do", "preview")];
        let (status, text) = jo.try_press(here, &fields).await;
        assert!(status == 200 && text.contains("Hi Ada See https://joinedly.example/joinedly/my/… at Berlin"), "{text}");
        let (_, text) = jo.try_press(here, &[("subject", "Hi {{ first_name"), ("text", "x"), ("do", "save")]).await;
        assert!(text.contains("The text cannot be read:") && text.contains("(line 1)"), "{text}");
        jo.press(here, &[("subject", "Hi {{ first_name }}"), ("text", "See {{ link }}"), ("do", "save")]).await;
        w.joins("mary", json!({})).await;
        assert!(jo.read("/joinedly/mail").await.contains("Hi Mary Mary Jackson mary@mail.example kept here"));
    })
    .await;
}

#[tokio::test]
async fn whoever_presses_sign_in_and_does_not_go_on_leaves_no_credential_behind_for_good() {
    on_both(async |w| {
        for _ in 0..3 {
            w.at_joinedly("jo").await.press("/joinedly/integrations/lever/connect", &[]).await;
        }
        w.connects_joinedly().await;
        w.later(32 * DAY).await;
        // The one in use stays, however often somebody presses.
        w.at_joinedly("jo").await.press("/joinedly/integrations/lever/connect", &[]).await;
        let tokens = w.at_joinedly("jo").await.read("/joinedly/settings/api").await;
        assert_eq!(tokens.matches("Fulcrum").count(), 2, "the one in use and the new one: {tokens}");
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        assert!(w.joiner(&ada).await.is_some());
    })
    .await;
}
