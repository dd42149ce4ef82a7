//! A large account: real ATS, hub and partner apps over HTTP, and a count of what the ATS is asked.

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
use outbound::{Call, Credential, Fixed, Outbound, Reach, Wire};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use url::Url;

/// A Monday morning.
const START: Ms = Ms(1_772_442_000_000);
const TOGETHER: usize = 32;

/// Where an account is kept: it can be opened again, with other limits.
pub struct Place {
    scratch: Scratch,
    folder: PathBuf,
    /// Where the sides listened first: they know one another by that.
    ports: Mutex<[u16; 3]>,
}

impl Place {
    pub fn new(engine: Engine, name: &str) -> Self {
        Self {
            scratch: Scratch::new(engine),
            folder: std::env::temp_dir().join(format!("fulcrum-bench-{name}-{}", std::process::id())),
            ports: Mutex::default(),
        }
    }
}

impl Place {
    fn ports(&self) -> [u16; 3] {
        *self.ports.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub struct Account {
    pub ats: ats::Ats,
    pub clock: Clock,
    pub outbound: Outbound,
    pub lever: Url,
    pub partners: Url,
    console: Url,
    pub user: String,
    pub posting: String,
    hub: hub::Hub,
    apps: partners::Partners,
    key: Fixed,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Account {
    /// Opens it; `limited`: the ATS keeps Lever's rate, and so does the hub.
    pub async fn open(place: &Place, limited: bool) -> Result<Self> {
        let url = match &place.scratch.place {
            db::Place::Postgres { url, .. } => Some(url.clone()),
            db::Place::File(_) => None,
        };
        let [hub, ats, partners] = place.ports().map(|port| format!("127.0.0.1:{port}"));
        let mut settings: Settings = serde_json::from_value(json!({
            "data": place.folder, "database_url": url, "log": "warn", "only": [], "hub": hub, "ats": ats, "partners": partners,
            "demo": true, "allow_loopback": true, "allow_private_networks": false, "allow_plain_http": false, "no_rate_limit": !limited,
        }))?;
        counted::begin();
        let listeners = Listeners::bind(&mut settings).await?;
        let clock = Clock::standing_at(START);
        let mut ground = Ground::new(settings)?;
        ground.clock = clock.clone();
        ground.outbound = Outbound::new(Reach::with_loopback(), clock.clone());
        let (stop, told) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let sides: Sides = start(&ground, listeners, &told, &mut tasks).await?;
        demo::fill(&ground, &sides).await?;
        let (lever, partners, console) = (ground.settings.url(Side::Ats)?, ground.settings.url(Side::Partners)?, ground.settings.url(Side::Hub)?);
        *place.ports.lock().unwrap_or_else(PoisonError::into_inner) = [&console, &lever, &partners].map(|url| url.port().unwrap_or_default());
        let (ats, hub, apps) = (sides.ats.context("the ATS")?, sides.hub.context("the hub")?, sides.partners.context("the partner apps")?);
        let all: Vec<String> = lever_api::permissions().into_iter().map(str::to_owned).collect();
        let key = Fixed::basic(&ats.create_api_key("bench", &all, true, None).await?, "");
        let outbound = ground.outbound.clone();
        let (user, posting) = (String::new(), String::new());
        let mut account = Self { ats, clock, outbound, lever, partners, console, user, posting, hub, apps, key, stop, tasks };
        account.settle().await?;
        account.user = text(&account.call(Verb::Get, "/v1/users?limit=1", Value::Null).await?["data"][0]["id"]);
        let postings = account.call(Verb::Get, "/v1/postings?limit=100", Value::Null).await?;
        let posting = postings["data"].as_array().into_iter().flatten().find(|p| p["text"] == "Backend Engineer").context("the demo's posting")?;
        account.posting = text(&posting["id"]);
        Ok(account)
    }

    /// Ends it, so that it can be opened again.
    pub async fn close(self) {
        let Self { stop, mut tasks, .. } = self;
        let _ = stop.send(true);
        while tasks.join_next().await.is_some() {}
    }

    /// Calls the ATS' API.
    pub async fn call(&self, verb: Verb, path: &str, body: Value) -> Result<Value> {
        let mut call = Call::new(verb, self.lever.join(path)?, if body.is_null() { Vec::new() } else { body.to_string().into_bytes() });
        call.headers.extend(self.key.headers().await?);
        let answer = self.outbound.send(&call, &Wire::default()).await?;
        anyhow::ensure!((200..300).contains(&answer.status), "{path} answered {}", answer.status);
        Ok(serde_json::from_slice(&answer.body).unwrap_or_default())
    }

    /// Writes about an opportunity.
    pub async fn write(&self, verb: Verb, opportunity: &str, what: &str, body: Value) -> Result<()> {
        self.call(verb, &format!("/v1/opportunities/{opportunity}/{what}?perform_as={}", self.user), body).await.map(drop)
    }

    /// Makes so many candidates at a stage: their ids.
    pub async fn people(&self, count: usize, stage: &str) -> Result<Vec<String>> {
        let create = |n: usize| {
            let new =
                json!({ "name": format!("Person {n}"), "emails": [format!("person.{n}@mail.example")], "postings": [self.posting], "stage": stage });
            let path = format!("/v1/opportunities?perform_as={}", self.user);
            async move { anyhow::Ok(text(&self.call(Verb::Post, &path, new).await?["data"]["id"])) }
        };
        stream::iter(0..count).map(create).buffered(TOGETHER).try_collect().await
    }

    pub async fn settle(&self) -> Result<()> {
        loop {
            let sent = self.ats.pipeline.drain(&ats::Deliveries(self.ats.clone())).await?;
            let done = self.hub.pipeline.drain(&hub::Work(self.hub.clone())).await?;
            if sent + done + self.apps.pipeline.drain(&partners::Errands(self.apps.clone())).await? == 0 {
                return Ok(());
            }
        }
    }

    /// Time goes by: how many calls that took, and how long.
    pub async fn later(&self, by: Duration) -> Result<(u64, Duration)> {
        let (before, began) = (served(), Instant::now());
        self.clock.advance(by);
        self.settle().await?;
        Ok((served() - before, began.elapsed()))
    }

    /// Ends the connections of the demo: what they ask of Lever is not what is measured.
    pub async fn ends_other_connections(&self) -> Result<()> {
        let mut olga = self.visitor(&self.console.join("/sign-in")?, demo::OPERATOR.1).await?;
        let (_, page) = olga.open(&self.console.join("/connections")?).await?;
        for id in page.split("href=\"/connections/").skip(1).filter_map(|rest| rest.split('"').next()).filter(|id| id.len() == 36) {
            olga.press(&self.console.join(&format!("/connections/{id}/disconnect"))?, "").await?;
        }
        self.settle().await
    }

    /// Somebody signed in at a page.
    pub async fn visitor(&self, page: &Url, who: &str) -> Result<Visitor> {
        let mut visitor = Visitor::new(&self.outbound);
        visitor.sign_in(page, who).await?;
        Ok(visitor)
    }

    /// Presses a button.
    pub async fn press(&self, visitor: &mut Visitor, url: &Url, fields: &[(&str, &str)]) -> Result<Url> {
        visitor.press(url, &form(fields)).await
    }
}

/// Requests of Lever's API that the ATS has served.
pub fn served() -> u64 {
    let text = counted::print();
    let ours = |line: &str| lever_api::catalogue().iter().any(|info| line.contains(&format!("endpoint=\"{}\"", info.name)));
    let lines = text.lines().filter(|line| line.starts_with("fulcrum_requests_total{") && ours(line));
    lines.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
