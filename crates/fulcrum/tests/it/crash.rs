//! Promise 1 and 2: `kill -9` at any moment loses no accepted event and doubles no employee. The hub is a process of its
//! own, killed again and again under load, while Lever keeps telling and HR Cloud keeps counting.
//!
//! This story needs real time: a process dies when it dies.

use crate::world::{World, on_both};
use endpoint::Verb;
use lever_api::event::{Delivery, Event, sign};
use outbound::{Call, Wire};
use serde_json::{Value, json};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use url::Url;

/// The hub in a process of its own, over the world's database.
fn start(w: &World, address: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fulcrum"));
    command.args(["serve", "--only", "hub", "--hub", address, "--allow-loopback", "--no-rate-limit", "--log", "error", "--data"]).arg(&w.folder);
    if let Some(url) = w.database_url() {
        command.args(["--database-url", &url]);
    }
    command.stdout(Stdio::null()).spawn().unwrap()
}

/// Tells of these again and again while the hub is started and killed, from "just started" to "in full work": the moments differ, so
/// that every step of the path is hit. Then waits until this is so, and a moment more, in which a second record would appear.
async fn killed_under_load(w: &World, hook: &Url, key: &str, event: Event, subjects: &[String], is_so: impl AsyncFn() -> bool) {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let hook: Url = format!("http://{free}{}", hook.path()).parse().unwrap();
    let telling = async {
        for round in 0..3 {
            for (i, opportunity) in subjects.iter().enumerate() {
                tell(w, &hook, key, event, opportunity).await;
                tokio::time::sleep(Duration::from_millis(((i * 7 + round * 3) % 11) as u64)).await;
            }
        }
    };
    let killing = async {
        for n in 0..20u64 {
            let mut hub = start(w, &free);
            tokio::time::sleep(Duration::from_millis(120 + n * n % 37 * 13)).await;
            hub.kill().unwrap();
            hub.wait().unwrap();
        }
        start(w, &free)
    };
    let ((), mut hub) = tokio::join!(telling, killing);
    let deadline = Instant::now() + Duration::from_secs(150);
    while !is_so().await && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(hub.try_wait().unwrap().is_none(), "the last one ended by itself");
    hub.kill().unwrap();
    hub.wait().unwrap();
}

#[tokio::test]
async fn killed_at_any_moment_under_load_every_accepted_hire_ends_as_exactly_one_employee() {
    on_both(async |w| {
        w.at_hr_cloud("helen").await.press("/hr-cloud/settings/integrations/lever/settings/create_missing", &[("on", "yes")]).await;
        let hires = everyone_hired(&w).await;
        let before = w.headcount().await;
        let (hook, key) = w.webhook().await;
        killed_under_load(&w, &hook, &key, Event::CandidateHired, &hires, async || w.headcount().await >= before + hires.len()).await;
        let (_, all) = w.hr_cloud(Verb::Get, "xEmployee?pageSize=500", Value::Null).await;
        let mut numbers: Vec<&str> = all.as_array().unwrap().iter().map(|e| e["xEmployeeNumber"].as_str().unwrap()).collect();
        let count = numbers.len();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!((count, numbers.len()), (before + hires.len(), before + hires.len()), "everyone once");
        assert!(hires.iter().all(|h| numbers.contains(&h.as_str())));
        for (list, field) in [("xDepartment", "xDepartmentName"), ("xPosition", "xPositionTitle")] {
            let (_, entries) = w.hr_cloud(Verb::Get, &format!("{list}?pageSize=500"), Value::Null).await;
            let names: Vec<&str> = entries.as_array().unwrap().iter().map(|e| e[field].as_str().unwrap()).collect();
            let once: std::collections::BTreeSet<&&str> = names.iter().collect();
            assert_eq!(once.len(), names.len(), "what was missing was created once: {names:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn jnd_19_killed_at_any_moment_everybody_hired_is_one_joiner_whose_journey_began_once() {
    on_both(async |w| {
        w.connects_joinedly().await;
        let hires = everyone_hired(&w).await;
        let (_, hook, key) = w.webhook_of("joinedly").await;
        killed_under_load(&w, &hook, &key, Event::CandidateHired, &hires, async || w.joiners().await >= hires.len()).await;
        assert_eq!(w.joiners().await, hires.len(), "everyone once");
        w.drain().await;
        let mail = w.at_joinedly("jo").await.read("/joinedly/mail").await;
        for hire in &hires {
            let joiner = w.joiner(hire).await.unwrap_or_else(|| panic!("{hire} is no joiner"));
            assert_eq!((&joiner["external_ids"], &joiner["journey"]["state"]), (&json!([hire]), &json!("started")));
        }
        let first = w.joiner(&hires[0]).await.unwrap()["joiner"]["first_name"].as_str().unwrap().to_owned();
        assert!(mail.contains(&format!("Welcome to Northwind Robotics, {first}!")), "{mail}");
    })
    .await;
}

#[tokio::test]
async fn jbm_o11_killed_at_any_moment_everybody_moved_to_the_stage_is_invited_to_one_interview_and_shown_so() {
    on_both(async |w| {
        w.connects_jobma().await;
        // What Lever tells by itself goes to the hub of this process, which does nothing: only the other one works.
        let moved = w.moves_everybody("Jobma").await;
        let (_, hook, key) = w.webhook_of("jobma").await;
        let shown = async || w.tagged("Jobma Interview Invited").await;
        killed_under_load(&w, &hook, &key, Event::CandidateStageChange, &moved, async || shown().await >= moved.len()).await;
        assert_eq!((w.interviews().await.len(), shown().await), (moved.len(), moved.len()), "everyone once");
        for opportunity in &moved {
            assert_eq!(w.interview_links(opportunity).await.len(), 1);
        }
    })
    .await;
}

/// Every demo candidate with an offer, hired through the API.
async fn everyone_hired(w: &World) -> Vec<String> {
    let key = w.key().await;
    let (_, found) = w.lever(&key, Verb::Get, "/v1/opportunities?limit=100", Value::Null).await;
    let (reason, mut mei) = (w.hired_reason().await, w.at_ats("mei").await);
    let mut hires = Vec::new();
    for o in found["data"].as_array().unwrap() {
        let id = o["id"].as_str().unwrap().to_owned();
        if o["stage"] != "offer" {
            mei.press(&format!("/candidates/{id}/offer"), &[("start", "2026-06-01"), ("status", "signed")]).await;
        }
        let (status, _) = w.lever(&key, Verb::Put, &format!("/v1/opportunities/{id}/archived"), json!({ "reason": reason })).await;
        assert_eq!(status, 200);
        hires.push(id);
    }
    hires
}

/// One delivery, repeated as Lever would until somebody says 2xx.
async fn tell(w: &World, hook: &Url, key: &str, event: Event, opportunity: &str) {
    let (token, at) = (db::vault::random_hex(24), clock::Clock::of_this_machine().now().0);
    let delivery = Delivery {
        event: event.wire().into(),
        triggered_at: at,
        signature: Some(sign(key, &token, at)),
        token: Some(token),
        data: json!({ "opportunityId": opportunity }),
        ..Delivery::default()
    };
    let call = Call::new(Verb::Post, hook.clone(), serde_json::to_vec(&delivery).unwrap());
    loop {
        match w.outbound.send(&call, &Wire::default()).await {
            Ok(answer) if answer.status == 200 => return,
            _ => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}
