//! What looking for changes costs on a large account: real ATS, hub and partner app, the calls counted by the ATS.

use crate::account::{Account, Place, text};
use anyhow::Result;
use db::Engine;
use endpoint::Verb;
use lever_api::event::Event;
use serde_json::{Value, json};
use std::time::Duration;

/// Half a minute goes by: how many calls that took, and how long.
async fn poll(account: &Account) -> Result<(u64, Duration)> {
    account.later(Duration::from_secs(30)).await
}

/// What changed before is old, and what is remembered for a while is known.
async fn rest(account: &Account) -> Result<()> {
    for _ in 0..12 {
        poll(account).await?;
    }
    Ok(())
}

/// Prints the rows about polls.
pub async fn report(engine: Engine, opportunities: usize) -> Result<()> {
    let place = Place::new(engine, "polls");
    let account = Account::open(&place, false).await?;
    let reasons = account.call(Verb::Get, "/v1/archive_reasons?type=hired", Value::Null).await?;
    let reason = text(&reasons["data"][0]["id"]);
    let people = account.people(opportunities, "offer").await?;
    let mut ines = account.visitor(&account.lever.join("/sign-in")?, ats::demo::LOGINS[0].1).await?;
    for id in &people[..101] {
        let to = account.lever.join(&format!("/candidates/{id}/offer"))?;
        account.press(&mut ines, &to, &[("start", "2026-06-01"), ("status", "signed")]).await?;
    }
    account.ats.tell(Event::CandidateHired, false, None).await?;
    rest(&account).await?;

    let tag = async |id: &str| account.write(Verb::Post, id, "addTags", json!({ "tags": ["seen"] })).await;
    let hire = async |id: &str| account.write(Verb::Put, id, "archived", json!({ "reason": reason })).await;
    let row = |what: &str, (calls, took): (u64, Duration), goal: &str| {
        let ms = took.as_secs_f64() * 1000.0;
        println!(
            "| a poll, {what}, of {opportunities} opportunities | {engine:?} | {calls} {}, {ms:.0} ms | {goal} |",
            if calls == 1 { "call" } else { "calls" }
        );
    };
    row("nothing changed", poll(&account).await?, "1 call");
    tag(&people[200]).await?;
    row("1 tagged", poll(&account).await?, "1 call");
    rest(&account).await?;
    for id in &people[300..400] {
        tag(id).await?;
    }
    row("100 tagged", poll(&account).await?, "1 call");
    rest(&account).await?;
    hire(&people[0]).await?;
    row("1 hired of whom nobody told", poll(&account).await?, "1 call, and those of the hire");
    rest(&account).await?;
    for id in &people[1..101] {
        hire(id).await?;
    }
    row("100 hired of whom nobody told", poll(&account).await?, "1 call, and ≤ 3 a hire");
    Ok(())
}
