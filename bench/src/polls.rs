//! What looking for changes costs on a large account: real ATS, hub and partner app, the calls counted by the ATS.

use anyhow::{Context, Result};
use clock::{Clock, Ms};
use db::Engine;
use db::scratch::Scratch;
use endpoint::Verb;
use fulcrum::serve::{Listeners, Sides, start};
use fulcrum::settings::{Settings, Side};
use fulcrum::sides::Ground;
use fulcrum::visitor::{Visitor, form};
use fulcrum::{counted, demo};
use futures_util::{StreamExt, TryStreamExt, stream};
use lever_api::event::Event;
use outbound::{Call, Credential, Fixed, Outbound, Reach, Wire};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use url::Url;

/// A Monday morning.
const START: Ms = Ms(1_772_442_000_000);
const TOGETHER: usize = 32;

struct Account {
    ats: ats::Ats,
    hub: hub::Hub,
    clock: Clock,
    outbound: Outbound,
    lever: Url,
    key: Fixed,
}

impl Account {
    async fn call(&self, verb: Verb, path: &str, body: Value) -> Result<Value> {
        let mut call = Call::new(verb, self.lever.join(path)?, if body.is_null() { Vec::new() } else { body.to_string().into_bytes() });
        call.headers.extend(self.key.headers().await?);
        let answer = self.outbound.send(&call, &Wire::default()).await?;
        anyhow::ensure!((200..300).contains(&answer.status), "{path} answered {}", answer.status);
        Ok(serde_json::from_slice(&answer.body).unwrap_or_default())
    }

    async fn settle(&self) -> Result<()> {
        loop {
            let sent = self.ats.pipeline.drain(&ats::Deliveries(self.ats.clone())).await?;
            if sent + self.hub.pipeline.drain(&hub::Work(self.hub.clone())).await? == 0 {
                return Ok(());
            }
        }
    }

    /// Half a minute goes by: how many calls that took, and how long.
    async fn poll(&self) -> Result<(u64, Duration)> {
        let (before, began) = (served(), Instant::now());
        self.clock.advance(Duration::from_secs(30));
        self.settle().await?;
        Ok((served() - before, began.elapsed()))
    }

    /// What changed before is old, and what is remembered for a while is known.
    async fn rest(&self) -> Result<()> {
        for _ in 0..12 {
            self.poll().await?;
        }
        Ok(())
    }
}

/// Requests of Lever's API that the ATS has served.
fn served() -> u64 {
    let text = counted::print();
    let ours = |line: &str| lever_api::catalogue().iter().any(|info| line.contains(&format!("endpoint=\"{}\"", info.name)));
    let lines = text.lines().filter(|line| line.starts_with("fulcrum_requests_total{") && ours(line));
    lines.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
}

/// Prints the rows about polls.
pub async fn report(engine: Engine, opportunities: usize) -> Result<()> {
    let scratch = Scratch::new(engine);
    let folder = std::env::temp_dir().join(format!("fulcrum-bench-polls-{}", std::process::id()));
    let url = match &scratch.place {
        db::Place::Postgres { url, .. } => Some(url.clone()),
        db::Place::File(_) => None,
    };
    let mut settings: Settings = serde_json::from_value(json!({
        "data": folder, "database_url": url, "log": "warn", "only": [], "hub": "127.0.0.1:0", "ats": "127.0.0.1:0", "partners": "127.0.0.1:0",
        "demo": true, "allow_loopback": true, "allow_private_networks": false, "allow_plain_http": false, "no_rate_limit": true,
    }))?;
    counted::begin();
    let listeners = Listeners::bind(&mut settings).await?;
    let clock = Clock::standing_at(START);
    let mut ground = Ground::new(settings)?;
    ground.clock = clock.clone();
    ground.outbound = Outbound::new(Reach::with_loopback(), clock.clone());
    let (_stop, told) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let sides: Sides = start(&ground, listeners, &told, &mut tasks).await?;
    demo::fill(&ground, &sides).await?;
    let lever = ground.settings.url(Side::Ats)?;
    let (ats, hub) = (sides.ats.context("the ATS")?, sides.hub.context("the hub")?);
    let all: Vec<String> = lever_api::permissions().into_iter().map(str::to_owned).collect();
    let key = Fixed::basic(&ats.create_api_key("bench", &all, false, None).await?, "");
    let account = Account { ats, hub, clock, outbound: ground.outbound.clone(), lever, key };
    account.settle().await?;

    let user = text(&account.call(Verb::Get, "/v1/users?limit=1", Value::Null).await?["data"][0]["id"]);
    let postings = account.call(Verb::Get, "/v1/postings?limit=100", Value::Null).await?;
    let posting = postings["data"].as_array().into_iter().flatten().find(|p| p["text"] == "Backend Engineer").context("the demo's posting")?;
    let posting = text(&posting["id"]);
    let reasons = account.call(Verb::Get, "/v1/archive_reasons?type=hired", Value::Null).await?;
    let reason = text(&reasons["data"][0]["id"]);
    let create = |n: usize| {
        let new = json!({ "name": format!("Person {n}"), "emails": [format!("person.{n}@mail.example")], "postings": [posting], "stage": "offer" });
        let path = format!("/v1/opportunities?perform_as={user}");
        let account = &account;
        async move { anyhow::Ok(text(&account.call(Verb::Post, &path, new).await?["data"]["id"])) }
    };
    let people: Vec<String> = stream::iter(0..opportunities).map(create).buffered(TOGETHER).try_collect().await?;
    let mut ines = Visitor::new(&account.outbound);
    ines.sign_in(&account.lever.join("/sign-in")?, ats::demo::LOGINS[0].1).await?;
    for id in &people[..101] {
        ines.press(&account.lever.join(&format!("/candidates/{id}/offer"))?, &form(&[("start", "2026-06-01"), ("status", "signed")])).await?;
    }
    account.ats.tell(Event::CandidateHired, false, None).await?;
    account.rest().await?;

    let write = async |verb, id: &str, what: &str, body: Value| {
        account.call(verb, &format!("/v1/opportunities/{id}/{what}?perform_as={user}"), body).await.map(drop)
    };
    let tag = async |id: &str| write(Verb::Post, id, "addTags", json!({ "tags": ["seen"] })).await;
    let hire = async |id: &str| write(Verb::Put, id, "archived", json!({ "reason": reason })).await;
    let row = |what: &str, (calls, took): (u64, Duration), goal: &str| {
        let ms = took.as_secs_f64() * 1000.0;
        println!(
            "| a poll, {what}, of {opportunities} opportunities | {engine:?} | {calls} {}, {ms:.0} ms | {goal} |",
            if calls == 1 { "call" } else { "calls" }
        );
    };
    row("nothing changed", account.poll().await?, "1 call");
    tag(&people[200]).await?;
    row("1 tagged", account.poll().await?, "1 call");
    account.rest().await?;
    for id in &people[300..400] {
        tag(id).await?;
    }
    row("100 tagged", account.poll().await?, "1 call");
    account.rest().await?;
    hire(&people[0]).await?;
    row("1 hired of whom nobody told", account.poll().await?, "1 call, and those of the hire");
    account.rest().await?;
    for id in &people[1..101] {
        hire(id).await?;
    }
    row("100 hired of whom nobody told", account.poll().await?, "1 call, and ≤ 3 a hire");
    let _ = std::fs::remove_dir_all(&folder);
    Ok(())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
