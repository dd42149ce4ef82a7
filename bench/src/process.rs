//! The binary itself: start to ready with many stored events, and memory when idle.

use anyhow::{Context, Result, bail};
use db::{Db, Place, Sql, params};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn binary() -> Result<PathBuf> {
    let binary = std::env::current_exe()?.parent().context("the target folder")?.join("fulcrum");
    if binary.exists() { Ok(binary) } else { bail!("{} is not built", binary.display()) }
}

fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn start(folder: &Path, arguments: &[&str], ready: u16) -> Result<(Running, Duration)> {
    let started = Instant::now();
    let child = Command::new(binary()?).arg("serve").args(arguments).arg("--data").arg(folder).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let running = Running(child);
    while started.elapsed() < Duration::from_secs(60) {
        if answers(ready) {
            return Ok((running, started.elapsed()));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    bail!("not ready within a minute")
}

fn answers(port: u16) -> bool {
    use std::io::{Read, Write};
    let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) else { return false };
    let mut answer = [0; 12];
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").is_ok()
        && stream.read_exact(&mut answer).is_ok()
        && &answer[9..] == b"200"
}

/// Prints the rows about the process.
pub async fn report(events: usize) -> Result<()> {
    let folder = Folder(std::env::temp_dir().join(format!("fulcrum-bench-{}", std::process::id())));
    let (hub, ats, partners) = (free_port()?, free_port()?, free_port()?);
    let at = |port: u16| format!("127.0.0.1:{port}");
    let only_hub = ["--only", "hub", "--hub", &at(hub)];
    drop(start(&folder.0, &only_hub, hub)?);
    fill(&folder.0.join("hub.db"), events).await?;
    let mut times = Vec::new();
    for _ in 0..5 {
        let (running, took) = start(&folder.0, &only_hub, hub)?;
        times.push(took.as_secs_f64() * 1000.0);
        drop(running);
    }
    println!("| start to ready, {events} stored events | Sqlite | {:.0} ms | ≤ 300 ms |", crate::quantile(&mut times, 0.5));
    let demo = Folder(folder.0.with_extension("demo"));
    let (running, _) = start(&demo.0, &["--demo", "--hub", &at(hub), "--ats", &at(ats), "--partners", &at(partners)], hub)?;
    tokio::time::sleep(Duration::from_secs(8)).await;
    let status = std::fs::read_to_string(format!("/proc/{}/status", running.0.id()))?;
    let kib: f64 = status.lines().find_map(|l| l.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok()).context("VmRSS")?;
    println!("| memory idle, all three sides of the demo | Sqlite | {:.0} MB | ≤ 60 MB |", kib / 1024.0);
    Ok(())
}

async fn fill(path: &Path, events: usize) -> Result<()> {
    let db = Db::open(&Place::File(path.to_owned())).await?;
    for chunk in (0..events).collect::<Vec<_>>().chunks(2000) {
        let tx = db.begin().await?;
        let mut values = Vec::new();
        for n in chunk {
            values.extend(params![
                format!("i{n:012}"),
                "t",
                "c",
                format!("k{n}"),
                "candidateHired",
                format!("o-{n}"),
                "{\"event\":\"candidateHired\"}",
                *n as i64,
                0i64
            ]);
        }
        let sql = format!(
            "insert into inbox (id, tenant, source, event_key, kind, subject, body, received_at, again) values {}",
            db::values(chunk.len(), 9)
        );
        tx.run(&sql, values).await?;
        tx.commit().await?;
    }
    db.close().await;
    Ok(())
}
