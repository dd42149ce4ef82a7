//! Measurements, side by side in one run, on SQLite and (with `FULCRUM_TEST_POSTGRES`) PostgreSQL:
//! `make bench` runs this with fsync on and writes docs/performance.md.

mod ceiling;
mod load;
mod process;
mod stage;

use anyhow::Result;
use db::scratch::engines;
use load::{at_rate, closed_loop};
use stage::Stage;
use std::time::Duration;

const CONNECTIONS: usize = 16;
const SECONDS: u64 = 6;

#[tokio::main]
async fn main() -> Result<()> {
    let quick = std::env::args().any(|a| a == "--quick");
    let seconds = Duration::from_secs(if quick { 2 } else { SECONDS });
    let hires = if quick { 500 } else { 4000 };
    println!("| what | engine | figure | goal |\n|---|---|---|---|");
    for engine in engines() {
        let name = format!("{engine:?}");
        // Ceiling and hub take turns, so that a noisy moment of the machine meets both.
        let mut acks = Vec::new();
        let mut tops = Vec::new();
        for _ in 0..if quick { 1 } else { 3 } {
            let ceiling = ceiling::Ceiling::open(engine).await?;
            tops.push(closed_loop(&ceiling.hook, &ceiling.key, CONNECTIONS, seconds).await?);
            ceiling.close().await;
            let stage = Stage::open(engine).await?;
            acks.push(closed_loop(&stage.hook, &stage.key, CONNECTIONS, seconds).await?);
            stage.close().await;
        }
        let (top, ack) = (median(&mut tops), median(&mut acks));
        println!("| bare axum endpoint: check, parse, commit in groups; {CONNECTIONS} connections | {name} | {top:.0}/s | the ceiling |");
        println!(
            "| durable webhook acknowledgements, {CONNECTIONS} connections | {name} | {ack:.0}/s, {:.0} % of the ceiling | ≥ 50 % |",
            ack / top * 100.0
        );

        let stage = Stage::open(engine).await?;
        let mut waits = at_rate(&stage.hook, &stage.key, 200, seconds).await?;
        println!(
            "| acknowledgement at 200/s | {name} | p50 {:.2} ms, p99 {:.2} ms | ≤ 1 / 4 ms |",
            quantile(&mut waits, 0.5),
            quantile(&mut waits, 0.99)
        );
        stage.close().await;

        let stage = Stage::open(engine).await?;
        let (rate, lost) = stage.hires_per_second(hires).await?;
        println!("| webhook to record, {hires} hires, stub Lever and stub target | {name} | {rate:.0}/s, {lost} missing | ≥ 2,000/s |");
        let mut waits = stage.one_by_one(if quick { 20 } else { 100 }).await?;
        println!(
            "| webhook to record, idle system | {name} | p50 {:.1} ms, p99 {:.1} ms | p50 ≤ 250 ms |",
            quantile(&mut waits, 0.5),
            quantile(&mut waits, 0.99)
        );
        stage.close().await;
    }
    process::report(if quick { 20_000 } else { 1_000_000 }).await
}

fn median(figures: &mut [f64]) -> f64 {
    quantile(figures, 0.5)
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
fn quantile(figures: &mut [f64], q: f64) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(((figures.len() as f64 - 1.0) * q).round() as usize).copied().unwrap_or(f64::NAN)
}
