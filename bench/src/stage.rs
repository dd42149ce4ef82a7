//! The hub as it is, between a stub Lever and a stub HR Cloud that answer at once.

use crate::load::{Connection, request};
use anyhow::Result;
use axum::extract::Path;
use axum::routing::get;
use axum::{Json, Router};
use clock::Clock;
use db::scratch::Scratch;
use db::vault::Vault;
use db::{Db, Engine, Sql, params};
use outbound::{Outbound, Reach};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;
use url::Url;

pub struct Stage {
    pub hook: Url,
    pub key: String,
    scratch: Scratch,
    db: Db,
    hub: hub::Hub,
    records: Arc<AtomicUsize>,
    tasks: tokio::task::JoinSet<()>,
}

/// Hires are onto ten postings in turn.
fn opportunity(id: &str) -> Value {
    let posting = id.bytes().last().unwrap_or_default();
    json!({ "data": {
        "id": id, "name": "Ada King Lovelace", "contact": { "id": "c", "name": "Ada King Lovelace" }, "headline": "", "stage": "offer",
        "emails": [format!("{id}@mail.example")], "phones": [], "archived": { "reason": "hired", "archivedAt": 1 }, "tags": [], "sources": [],
        "applications": [{ "id": "a", "posting": format!("p{posting}"), "opportunityId": id }], "stageChanges": [], "createdAt": 1,
    }})
}

fn lever() -> Router {
    let posting = |id: &str| {
        json!({ "data": {
            "id": id, "text": "Engineer", "state": "published", "hiringManager": { "id": "u", "name": "Grace", "email": "grace@mail.example" },
            "categories": { "commitment": "Full-time", "department": "Engineering", "location": "Berlin", "team": "Motion", "allLocations": ["Berlin"] },
        }})
    };
    let offers = json!({ "hasNext": false, "data": [{ "id": "f", "status": "signed", "createdAt": 1, "approved": true,
        "fields": [{ "text": "", "identifier": "anticipated_start_date", "value": 1_777_593_600_000_i64 }] }] });
    let reasons = json!({ "hasNext": false, "data": [{ "id": "hired", "text": "Hired", "status": "active", "type": "hired" }] });
    Router::new()
        .route("/v1/opportunities/{id}", get(|Path(id): Path<String>| async move { Json(opportunity(&id)) }))
        .route("/v1/opportunities/{id}/offers", get(move || async move { Json(offers) }))
        .route("/v1/postings/{id}", get(move |Path(id): Path<String>| async move { Json(posting(&id)) }))
        .route("/v1/archive_reasons", get(move || async move { Json(reasons) }))
}

fn hr_cloud(records: Arc<AtomicUsize>) -> Router {
    let list =
        |field: &'static str, name: &'static str| get(move || async move { Json(json!([{ "Id": name, field: name, "xRecordStatus": "Active" }])) });
    let create = move || async move {
        let n = records.fetch_add(1, Ordering::SeqCst);
        Json(json!({ "Id": format!("e{n}") }))
    };
    Router::new()
        .route("/v1/cloud/xEmployee", get(|| async { Json(json!([])) }).post(create))
        .route("/v1/cloud/xPosition", list("xPositionTitle", "Engineer"))
        .route("/v1/cloud/xDepartment", list("xDepartmentName", "Engineering"))
        .route("/v1/cloud/xLocation", list("xLocationName", "Berlin"))
        .route("/v1/cloud/xEmploymentType", list("xType", "Full-time"))
        .route("/v1/cloud/xEmploymentStatus", list("xType", "Active"))
}

impl Stage {
    pub async fn open(engine: Engine) -> Result<Self> {
        let scratch = Scratch::new(engine);
        let db = scratch.open().await;
        let (clock, vault) = (Clock::of_this_machine(), Vault::for_a_test());
        let records = Arc::new(AtomicUsize::new(0));
        let mut tasks = tokio::task::JoinSet::new();
        let mut serve = async |router: Router| -> Result<Url> {
            let listener = web::listen("127.0.0.1:0".parse()?).await?;
            let url = format!("http://{}", listener.local_addr()?).parse()?;
            tasks.spawn(async move { drop(web::serve(listener, router, std::future::pending()).await) });
            Ok(url)
        };
        let (lever, hr_cloud) = (serve(lever()).await?, serve(hr_cloud(records.clone())).await?);
        let ground = hub::Ground {
            db: db.clone(),
            clock: clock.clone(),
            vault: vault.clone(),
            outbound: Outbound::new(Reach::with_loopback(), clock.clone()),
            smtp: None,
            base: "http://127.0.0.1:1".parse()?,
            connectors: connectors::ALL,
            rate_budget: false,
            work: pipeline::Settings::default(),
            metrics: String::new,
            demo: None,
        };
        let hub = ground.open().await?;
        let tenant = hub.add_tenant("bench").await?;
        let (key, now) = (db::vault::random_hex(24), clock.now().0);
        db.run(
            "insert into connection (tenant, id, connector, state, lever_base, api_key, target_base, target_credential, settings, connected_by, connected_at) \
             values ($1, 'c', 'hr-cloud', 'connected', $2, $3, $4, $5, '{}', 'bench', $6)",
            params![
                tenant.as_str(), lever.as_str(), vault.seal("connection/c/api_key", "key"), hr_cloud.as_str(),
                vault.seal("connection/c/target", "{}"), now
            ],
        )
        .await?;
        db.run(
            "insert into subscription (tenant, id, connection, event, lever_id, signature_token) values ($1, 's', 'c', 'candidateHired', 'w', $2)",
            params![tenant.as_str(), vault.seal("connection/s/signature", &key)],
        )
        .await?;
        let hook = serve(hub.router()).await?.join("/hooks/lever/s")?;
        Ok(Self { hook, key, scratch, db, hub, records, tasks })
    }

    /// So many hires told at once while the runner works: records a second. Every hire must come, and come once.
    #[allow(clippy::cast_precision_loss, reason = "a rate")]
    pub async fn hires_per_second(&self, hires: usize) -> Result<f64> {
        let (stop, told) = watch::channel(false);
        let started = Instant::now();
        let (pipeline, work) = (self.hub.pipeline.clone(), Arc::new(hub::Work(self.hub.clone())));
        let runner = tokio::spawn(async move { pipeline.run(work, told).await });
        let tellers = (0..16).map(|lane| {
            let (hook, key) = (self.hook.clone(), self.key.clone());
            tokio::spawn(async move {
                let mut connection = Connection::open(&hook).await?;
                for n in (lane..hires).step_by(16) {
                    connection.post(&request(&hook, &key, 10_000_000_000 + n as u64)).await?;
                }
                anyhow::Ok(())
            })
        });
        for teller in tellers.collect::<Vec<_>>() {
            teller.await??;
        }
        let deadline = started + Duration::from_secs(60);
        while self.records.load(Ordering::SeqCst) < hires && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let took = started.elapsed();
        let _ = stop.send(true);
        runner.await?;
        let came = self.records.load(Ordering::SeqCst);
        anyhow::ensure!(came == hires, "{hires} hires became {came} records");
        Ok(came as f64 / took.as_secs_f64())
    }

    /// One hire at a time on an idle system: ms from the delivery to the record.
    pub async fn one_by_one(&self, hires: usize) -> Result<Vec<f64>> {
        let (stop, told) = watch::channel(false);
        let (pipeline, work) = (self.hub.pipeline.clone(), Arc::new(hub::Work(self.hub.clone())));
        let runner = tokio::spawn(async move { pipeline.run(work, told).await });
        let mut connection = Connection::open(&self.hook).await?;
        let mut waits = Vec::new();
        for n in 0..hires {
            let before = self.records.load(Ordering::SeqCst);
            let told_at = Instant::now();
            connection.post(&request(&self.hook, &self.key, 20_000_000_000 + n as u64)).await?;
            while self.records.load(Ordering::SeqCst) == before {
                tokio::time::sleep(Duration::from_micros(200)).await;
            }
            waits.push(told_at.elapsed().as_secs_f64() * 1000.0);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let _ = stop.send(true);
        runner.await?;
        Ok(waits)
    }

    pub async fn close(mut self) {
        self.tasks.shutdown().await;
        self.scratch.discard(&self.db).await;
        self.db.close().await;
    }
}
