//! A load generator that costs little: requests written as bytes over kept connections.

use anyhow::{Context, Result, bail};
use lever_api::event::sign;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;
use url::Url;

/// A signed delivery about an opportunity of its own, as an HTTP request.
pub fn request(hook: &Url, key: &str, n: u64) -> Vec<u8> {
    let token = format!("{n:048x}");
    let at = clock::Clock::of_this_machine().now().0;
    let body = format!(
        r#"{{"id":"e{n}","event":"candidateHired","triggeredAt":{at},"token":"{token}","signature":"{}","data":{{"opportunityId":"o-{n}","candidateId":"o-{n}","contactId":"c-{n}"}}}}"#,
        sign(key, &token, at)
    );
    format!(
        "POST {} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        hook.path(),
        hook.authority(),
        body.len()
    )
    .into_bytes()
}

/// One kept connection.
pub struct Connection(TcpStream);

impl Connection {
    #[allow(clippy::disallowed_methods, reason = "a load generator opens sockets, to this machine only")]
    pub async fn open(hook: &Url) -> Result<Self> {
        let stream = TcpStream::connect(hook.socket_addrs(|| None)?[0]).await?;
        stream.set_nodelay(true)?;
        Ok(Self(stream))
    }

    /// Sends a request and waits for the whole answer; anything but success is an error.
    pub async fn post(&mut self, request: &[u8]) -> Result<()> {
        self.exchange(request).await.map(drop)
    }

    /// The same: the body of the answer.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<Vec<u8>> {
        self.0.write_all(request).await?;
        let mut buffer = Vec::with_capacity(4096);
        // Where the body begins, and how long the answer is.
        let mut whole: Option<(usize, usize)> = None;
        loop {
            if self.0.read_buf(&mut buffer).await? == 0 {
                bail!("the connection was closed");
            }
            if whole.is_none()
                && let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n")
            {
                let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
                if !head.starts_with("http/1.1 2") {
                    bail!("answered {head}");
                }
                let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse::<usize>().ok());
                whole = Some((end + 4, end + 4 + length.context("an answer with a length")?));
            }
            if let Some((body, all)) = whole
                && buffer.len() >= all
            {
                return Ok(buffer.split_off(body));
            }
        }
    }
}

/// Every connection asks again as soon as it is answered, what `ask` says the next time: answers a second.
#[allow(clippy::cast_precision_loss, reason = "a rate")]
pub async fn asking(base: &Url, connections: usize, span: Duration, ask: impl Fn(u64) -> Vec<u8> + Clone + Send + 'static) -> Result<f64> {
    let until = Instant::now() + span;
    let answered = Arc::new(AtomicU64::new(0));
    let lane = |_| {
        let (base, ask, answered) = (base.clone(), ask.clone(), answered.clone());
        tokio::spawn(async move {
            let mut connection = Connection::open(&base).await?;
            while Instant::now() < until {
                connection.exchange(&ask(NEXT.fetch_add(1, Ordering::Relaxed))).await?;
                answered.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(())
        })
    };
    for task in (0..connections).map(lane).collect::<Vec<_>>() {
        task.await??;
    }
    Ok(answered.load(Ordering::Relaxed) as f64 / span.as_secs_f64())
}

static NEXT: AtomicU64 = AtomicU64::new(1);

/// Every connection tells again as soon as it is answered: answers a second.
pub async fn closed_loop(hook: &Url, key: &str, connections: usize, span: Duration) -> Result<f64> {
    let (to, key) = (hook.clone(), key.to_owned());
    asking(hook, connections, span, move |n| request(&to, &key, n)).await
}

/// Timers count in whole milliseconds, which is what is to be measured: the last two are waited out awake.
async fn wait_until(due: Instant) {
    tokio::time::sleep_until(due - Duration::from_millis(2)).await;
    while Instant::now() < due {
        tokio::task::yield_now().await;
    }
}

/// So many a second, whatever the answers take: the waits in ms, counted from when each should have been sent.
pub async fn at_rate(hook: &Url, key: &str, rate: u32, span: Duration) -> Result<Vec<f64>> {
    let (start, every) = (Instant::now(), Duration::from_secs(1) / rate);
    let lanes = 8u32;
    let total = u32::try_from(span.as_secs())? * rate;
    let lane = |lane: u32| {
        let (hook, key) = (hook.clone(), key.to_owned());
        tokio::spawn(async move {
            let mut connection = Connection::open(&hook).await?;
            let mut waits = Vec::new();
            for n in (lane..total).step_by(lanes as usize) {
                let due = start + every * n;
                wait_until(due).await;
                connection.post(&request(&hook, &key, NEXT.fetch_add(1, Ordering::Relaxed))).await?;
                waits.push(due.elapsed().as_secs_f64() * 1000.0);
            }
            anyhow::Ok(waits)
        })
    };
    let mut all = Vec::new();
    for task in (0..lanes).map(lane).collect::<Vec<_>>() {
        all.extend(task.await??);
    }
    Ok(all)
}
