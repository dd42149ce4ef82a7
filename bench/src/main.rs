//! Measurements, side by side in one run, on SQLite and (with `FULCRUM_TEST_POSTGRES`) PostgreSQL:
//! `make bench` runs this with fsync on and writes docs/performance.md. `--quick` takes less time and measures less well;
//! `acks`, `hires`, `polls`, `lever`, `copies` or `process` measures only that.

mod account;
mod ceiling;
mod copies;
mod lever;
mod load;
mod polls;
mod process;
mod stage;

use anyhow::Result;
use db::Engine;
use db::scratch::engines;
use load::{at_rate, closed_loop};
use stage::Stage;
use std::time::Duration;

const CONNECTIONS: usize = 16;
const SECONDS: u64 = 6;

/// The one of the binary that is shipped.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let quick = arguments.iter().any(|a| a == "--quick");
    let wanted = |part: &str| arguments.iter().all(|a| a == "--quick" || a == part);
    let seconds = Duration::from_secs(if quick { 2 } else { SECONDS });
    println!("| what | engine | figure | goal |\n|---|---|---|---|");
    for engine in engines() {
        if wanted("acks") {
            acknowledgements(engine, seconds, if quick { 1 } else { 3 }).await?;
        }
        if wanted("hires") {
            hires(engine, if quick { 500 } else { 4000 }, if quick { 20 } else { 100 }).await?;
        }
    }
    for engine in engines() {
        if wanted("polls") {
            polls::report(engine, if quick { 500 } else { 10_000 }).await?;
        }
    }
    for engine in engines() {
        if wanted("lever") {
            lever::report(engine, if quick { 5_000 } else { 100_000 }, seconds / 2, if quick { 1 } else { 3 }).await?;
        }
    }
    for engine in engines() {
        if wanted("copies") {
            copies::report(engine, if quick { 1000 } else { 50_000 }).await?;
        }
    }
    if wanted("process") {
        process::report(if quick { 20_000 } else { 1_000_000 }).await?;
    }
    Ok(())
}

/// Ceiling and hub take turns, so that a noisy moment of the machine meets both.
async fn acknowledgements(engine: Engine, span: Duration, turns: usize) -> Result<()> {
    let (mut acks, mut tops) = (Vec::new(), Vec::new());
    for _ in 0..turns {
        let ceiling = ceiling::Ceiling::open(engine).await?;
        tops.push(closed_loop(&ceiling.hook, &ceiling.key, CONNECTIONS, span).await?);
        ceiling.close().await;
        let stage = Stage::open(engine).await?;
        acks.push(closed_loop(&stage.hook, &stage.key, CONNECTIONS, span).await?);
        stage.close().await;
    }
    let (top, ack) = (median(&mut tops), median(&mut acks));
    println!("| bare axum endpoint: check, parse, commit in groups; {CONNECTIONS} connections | {engine:?} | {top:.0}/s | the ceiling |");
    println!(
        "| durable webhook acknowledgements, {CONNECTIONS} connections | {engine:?} | {ack:.0}/s, {:.0} % of the ceiling | ≥ 50 % |",
        ack / top * 100.0
    );
    let (mut halves, mut mosts) = (Vec::new(), Vec::new());
    for _ in 0..turns {
        let stage = Stage::open(engine).await?;
        let mut waits = at_rate(&stage.hook, &stage.key, 200, span).await?;
        halves.push(quantile(&mut waits, 0.5));
        mosts.push(quantile(&mut waits, 0.99));
        stage.close().await;
    }
    let (half, most) = (median(&mut halves), median(&mut mosts));
    println!("| acknowledgement at 200/s | {engine:?} | p50 {half:.2} ms, p99 {most:.2} ms | ≤ 1 / 4 ms |");
    Ok(())
}

async fn hires(engine: Engine, at_once: usize, one_by_one: usize) -> Result<()> {
    let mut rates = Vec::new();
    for _ in 0..3 {
        let stage = Stage::open(engine).await?;
        rates.push(stage.hires_per_second(at_once).await?);
        stage.close().await;
    }
    let rate = median(&mut rates);
    println!("| webhook to record, {at_once} hires, stub Lever and stub target | {engine:?} | {rate:.0}/s | ≥ 2,000/s |");
    let stage = Stage::open(engine).await?;
    let mut waits = stage.one_by_one(one_by_one).await?;
    let (half, most) = (quantile(&mut waits, 0.5), quantile(&mut waits, 0.99));
    println!("| webhook to record, idle system | {engine:?} | p50 {half:.1} ms, p99 {most:.1} ms | p50 ≤ 250 ms |");
    stage.close().await;
    Ok(())
}

fn median(figures: &mut [f64]) -> f64 {
    quantile(figures, 0.5)
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
fn quantile(figures: &mut [f64], q: f64) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(((figures.len() as f64 - 1.0) * q).round() as usize).copied().unwrap_or(f64::NAN)
}
