//! The Lever-compatible API on a large account, beside a bare axum handler that returns the same bytes from memory.

use crate::load::{Connection, asking};
use crate::{CONNECTIONS, median};
use anyhow::{Context, Result};
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use clock::Clock;
use db::Engine;
use db::scratch::Scratch;
use outbound::{Credential, Fixed, Outbound, Reach};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;
use url::Url;

/// The page that is far down, of those of 100.
const DEEP: usize = 900;
/// How many pages programs ask for again and again, spread over the whole list; and how many single opportunities.
const HOT: [usize; 2] = [64, 1000];

struct Lever {
    base: Url,
    authorization: String,
    user: String,
    scratch: Scratch,
    db: db::Db,
    folder: PathBuf,
    servers: JoinSet<()>,
}

async fn serve(servers: &mut JoinSet<()>, router: impl FnOnce(&Url) -> Router) -> Result<Url> {
    let listener = web::listen("127.0.0.1:0".parse()?).await?;
    let base: Url = format!("http://{}/", listener.local_addr()?).parse()?;
    let router = router(&base);
    servers.spawn(async move { drop(web::serve(listener, router, std::future::pending()).await) });
    Ok(base)
}

impl Lever {
    async fn open(engine: Engine, opportunities: usize) -> Result<Self> {
        let scratch = Scratch::new(engine);
        let folder = std::env::temp_dir().join(format!("fulcrum-bench-lever-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let clock = Clock::of_this_machine();
        let (mut servers, listener) = (JoinSet::new(), web::listen("127.0.0.1:0".parse()?).await?);
        let base: Url = format!("http://{}/", listener.local_addr()?).parse()?;
        let db = db::Db::open(&scratch.place).await?;
        let ground = ats::Ground {
            reader: None,
            db: db.clone(),
            outbound: Outbound::new(Reach::with_loopback(), clock.clone()),
            vault: db::vault::Vault::open(&folder.join("key"))?,
            store: store::Store::folder(folder.clone()),
            base: base.clone(),
            rate_limit: false,
            demo: false,
            sandbox: false,
            clock,
        };
        let ats = ground.open().await?;
        ats.generate(opportunities, 1, |_| ()).await?;
        let all: Vec<String> = lever_api::permissions().into_iter().map(str::to_owned).collect();
        let key = Fixed::basic(&ats.create_api_key("bench", &all, true, None).await?, "");
        let authorization = key.headers().await?.get("authorization").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let router = ats.router();
        servers.spawn(async move { drop(web::serve(listener, router, std::future::pending()).await) });
        let mut lever = Self { base, authorization, user: String::new(), scratch, db, folder, servers };
        lever.user = id(&lever.read("/v1/users?limit=1").await?["data"][0]);
        Ok(lever)
    }

    fn request(&self, method: &str, path: &str, body: &Value) -> Vec<u8> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (host, authorization, length) = (self.base.authority(), &self.authorization, body.len());
        let head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: {authorization}\r\ncontent-type: application/json");
        format!("{head}\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
    }

    async fn bytes(&self, path: &str) -> Result<Vec<u8>> {
        Connection::open(&self.base).await?.exchange(&self.request("GET", path, &Value::Null)).await
    }

    async fn read(&self, path: &str) -> Result<Value> {
        Ok(serde_json::from_slice(&self.bytes(path).await?)?)
    }

    /// What the pages of the list are asked with, as far as the deep one, and the ids on the way.
    async fn pages(&self) -> Result<(Vec<String>, Vec<String>)> {
        let (mut paths, mut ids) = (vec!["/v1/opportunities?limit=100".to_owned()], Vec::new());
        while paths.len() <= DEEP {
            let page = self.read(&paths[paths.len() - 1]).await?;
            ids.extend(page["data"].as_array().into_iter().flatten().map(id));
            let Some(next) = page["next"].as_str() else { break };
            paths.push(format!("/v1/opportunities?limit=100&offset={next}"));
        }
        Ok((paths, ids))
    }

    /// `anew`: each is asked in a way in which nobody asked before.
    async fn rate(
        &self,
        span: Duration,
        method: &'static str,
        paths: Vec<String>,
        body: impl Fn(u64) -> Value + Clone + Send + 'static,
        anew: bool,
    ) -> Result<f64> {
        let (paths, this) = (Arc::new(paths), Arc::new((self.base.clone(), self.authorization.clone())));
        asking(&self.base, CONNECTIONS, span, move |n| {
            let path = &paths[usize::try_from(n.wrapping_mul(7919)).unwrap_or(0) % paths.len()];
            let (host, authorization, body) = (this.0.authority(), &this.1, body(n));
            let path = if anew { unasked(path, n) } else { path.clone() };
            let body = if body.is_null() { String::new() } else { body.to_string() };
            let head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: {authorization}\r\ncontent-type: application/json");
            format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
        })
        .await
    }
}

/// The same question with a word nobody looks at: it is another address, so the answer is made anew.
fn unasked(path: &str, n: u64) -> String {
    format!("{path}{}n={n}", if path.contains('?') { '&' } else { '?' })
}

fn id(object: &Value) -> String {
    object["id"].as_str().unwrap_or_default().to_owned()
}

/// A handler that does nothing but return these bytes.
async fn bare(servers: &mut JoinSet<()>, bytes: Vec<u8>) -> Result<Url> {
    let bytes = axum::body::Bytes::from(bytes);
    serve(servers, |_| Router::new().route("/", get(move || async move { ([(CONTENT_TYPE, "application/json; charset=utf-8")], bytes) }))).await
}

pub async fn report(engine: Engine, opportunities: usize, span: Duration, turns: usize) -> Result<()> {
    let mut lever = Lever::open(engine, opportunities).await?;
    let (pages, ids) = lever.pages().await?;
    let singles: Vec<String> = ids.iter().map(|id| format!("/v1/opportunities/{id}")).collect();
    let none = |_: u64| Value::Null;
    for (what, paths, hot, goal) in [("list of 100", pages.clone(), HOT[0], 40), ("single read", singles, HOT[1], 50)] {
        let again: Vec<String> = paths.iter().step_by(paths.len().div_ceil(hot).max(1)).cloned().collect();
        let many = again.len();
        let bytes = lever.bytes(&paths[paths.len() / 2]).await?;
        let size = bytes.len();
        let top = bare(&mut lever.servers, bytes).await?;
        let (mut ours, mut tops, mut news) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..turns {
            let ask = format!("GET / HTTP/1.1\r\nhost: {}\r\n\r\n", top.authority()).into_bytes();
            tops.push(asking(&top, CONNECTIONS, span, move |_| ask.clone()).await?);
            ours.push(lever.rate(span, "GET", again.clone(), none, false).await?);
            news.push(lever.rate(span, "GET", paths.clone(), none, true).await?);
        }
        let (ours, tops, news) = (median(&mut ours), median(&mut tops), median(&mut news));
        println!(
            "| {what}: bare axum handler, the same {size} bytes from memory, {CONNECTIONS} connections | {engine:?} | {tops:.0}/s | the ceiling |"
        );
        println!(
            "| {what}, of {opportunities} opportunities, {many} of them in turn, nothing written between | {engine:?} | {ours:.0}/s, {:.0} % of the ceiling | ≥ {goal} % |",
            ours / tops * 100.0
        );
        println!("| {what}, of {opportunities} opportunities, spread over all, each made anew | {engine:?} | {news:.0}/s | |");
    }
    depth(&lever, engine, &pages).await?;
    let create = vec![format!("/v1/opportunities?perform_as={}", lever.user)];
    let new =
        |n: u64| json!({ "name": format!("Person {n}"), "emails": [format!("person.{n}@bench.example")], "sources": ["Bench"], "tags": ["bench"] });
    let stages = ["applicant-new", "offer", "lead-new"];
    let moved: Vec<String> = ids.iter().take(3000).map(|id| format!("/v1/opportunities/{id}/stage?perform_as={}", lever.user)).collect();
    let (mut created, mut changed) = (Vec::new(), Vec::new());
    for _ in 0..turns {
        created.push(lever.rate(span, "POST", create.clone(), new, false).await?);
        changed.push(
            lever.rate(span, "PUT", moved.clone(), move |n| json!({ "stage": stages[usize::try_from(n / 3000 % 3).unwrap_or(0)] }), false).await?,
        );
    }
    println!("| create an opportunity, of {opportunities} | {engine:?} | {:.0}/s | |", median(&mut created));
    println!("| change a stage, of {opportunities} | {engine:?} | {:.0}/s | |", median(&mut changed));
    lever.servers.shutdown().await;
    let _ = std::fs::remove_dir_all(&lever.folder);
    lever.scratch.discard(&lever.db).await;
    Ok(())
}

/// How far down the list pages are looked at, of a hundred: an index may help at the ends only.
const DEPTHS: [usize; 4] = [25, 50, 75, 100];

/// The first page and those far down take turns; the slowest of them counts.
#[allow(clippy::cast_precision_loss, reason = "a ratio")]
async fn depth(lever: &Lever, engine: Engine, pages: &[String]) -> Result<()> {
    let places: Vec<usize> = std::iter::once(0).chain(DEPTHS.map(|depth| (pages.len() - 1) * depth / 100)).collect();
    let mut waits = vec![Vec::new(); places.len()];
    let mut connection = Connection::open(&lever.base).await?;
    for n in 0..60 {
        for (place, waits) in places.iter().zip(&mut waits) {
            let request = lever.request("GET", &unasked(pages.get(*place).context("a page")?, n), &Value::Null);
            let began = Instant::now();
            connection.exchange(&request).await?;
            waits.push(began.elapsed().as_secs_f64() * 1000.0);
        }
    }
    let medians: Vec<f64> = waits.iter_mut().map(|waits| median(waits)).collect();
    let (first, slowest) = (medians[0], medians[1..].iter().copied().fold(0.0, f64::max));
    println!(
        "| page 1, and the slowest of pages {:?} of the list, that nobody asked before | {engine:?} | {first:.1} and {slowest:.1} ms, {:.2} × | ≤ 1.2 × |",
        &places[1..],
        slowest / first
    );
    Ok(())
}
