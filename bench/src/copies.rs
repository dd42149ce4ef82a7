//! What a partner's copy of a large account costs: the first import at Lever's rate, and polls afterwards; real ATS, hub and Findem, the
//! calls counted by the ATS.

use crate::account::{Account, Place, served};
use anyhow::Result;
use db::Engine;
use endpoint::Verb;
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

/// Requests a second that Lever takes, and how many at once after a pause.
const RATE: f64 = 10.0;
const BURST: f64 = 20.0;
/// So often Lever is asked what changed.
const HOUR: Duration = Duration::from_secs(3600);

/// Prints the rows about copies.
pub async fn report(engine: Engine, opportunities: usize) -> Result<()> {
    let place = Place::new(engine, "copies");
    let account = Account::open(&place, false).await?;
    let people = account.people(opportunities, "applicant-new").await?;
    account.close().await;
    let account = Account::open(&place, true).await?;
    let needs = connectors::ALL.iter().find(|c| c.spec().id == "findem").map(|c| c.spec().needs).unwrap_or_default();
    let permissions: Vec<String> = needs.iter().map(|need| need.access.permission.to_owned()).collect();
    account.ends_other_connections().await?;
    // Nobody came or changed in the last hours.
    account.later(12 * HOUR).await?;
    let key = account.ats.create_api_key("Findem", &permissions, true, None).await?;
    let mut fatima = account.visitor(&account.partners.join("/findem/sign-in")?, "fatima@northwind.example").await?;
    let connect = account.partners.join("/findem/integrations/lever/connect")?;
    let (before, began) = (served(), Instant::now());
    account.press(&mut fatima, &connect, &[("key", &key)]).await?;
    account.settle().await?;
    let (calls, took) = (served() - before, began.elapsed().as_secs_f64());
    #[allow(clippy::cast_precision_loss, reason = "some hundreds")]
    let floor = (calls as f64 - BURST).max(0.0) / RATE;
    println!(
        "| first import, {opportunities} opportunities at Lever's rate, with trying all 79 permissions | {engine:?} | {calls} calls, {took:.1} s, {:.2} × the floor of {floor:.1} s | ≤ 1.05 × |",
        took / floor
    );
    let row = |what: &str, (calls, took): (u64, Duration), goal: &str| {
        let ms = took.as_secs_f64() * 1000.0;
        println!(
            "| a poll of the copy, {what}, of {opportunities} opportunities | {engine:?} | {calls} {}, {ms:.0} ms | {goal} |",
            if calls == 1 { "call" } else { "calls" }
        );
    };
    let poll = async || account.later(HOUR).await;
    for _ in 0..2 {
        poll().await?;
    }
    row("nothing changed", poll().await?, "1 call");
    let tag = async |id: &str| {
        account.write(Verb::Post, id, "addTags", json!({ "tags": ["seen"] })).await?;
        // Whoever writes keeps to Lever's rate too.
        tokio::time::sleep(Duration::from_millis(110)).await;
        anyhow::Ok(())
    };
    tag(&people[200]).await?;
    row("1 tagged", poll().await?, "1 call");
    for id in &people[300..400] {
        tag(id).await?;
    }
    row("100 tagged", poll().await?, "1 call");
    Ok(())
}
