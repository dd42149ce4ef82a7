//! The ceiling: a bare axum endpoint that checks the signature, parses, and commits one row in groups. What the hub does
//! beyond that is the hub's cost.

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use db::scratch::Scratch;
use db::{Db, Engine, Group, Sql};
use lever_api::event::Delivery;
use tokio::task::JoinHandle;
use url::Url;

pub struct Ceiling {
    pub hook: Url,
    pub key: String,
    scratch: Scratch,
    db: Db,
    server: JoinHandle<()>,
}

#[derive(Clone)]
struct Bare {
    key: String,
    rows: Group<(String, String), ()>,
}

async fn receive(State(bare): State<Bare>, body: Bytes) -> StatusCode {
    let Ok(delivery) = serde_json::from_slice::<Delivery>(&body) else { return StatusCode::BAD_REQUEST };
    if !delivery.is_signed_with(&bare.key) {
        return StatusCode::UNAUTHORIZED;
    }
    let row = (delivery.token.unwrap_or_default(), String::from_utf8_lossy(&body).into_owned());
    if bare.rows.write(row).await.is_ok() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

impl Ceiling {
    pub async fn open(engine: Engine) -> Result<Self> {
        let scratch = Scratch::new(engine);
        let db = scratch.open().await;
        db.run("create table bare (token text primary key, body text not null)", vec![]).await?;
        let key = db::vault::random_hex(24);
        let rows = {
            let db = db.clone();
            Group::new(256, move |items: Vec<(String, String)>| {
                let db = db.clone();
                Box::pin(async move {
                    let tx = db.begin().await?;
                    let sql = format!("insert into bare (token, body) values {} on conflict do nothing", db::values(items.len(), 2));
                    let count = items.len();
                    tx.run(&sql, items.into_iter().flat_map(|(t, b)| db::params![t, b]).collect()).await?;
                    tx.commit().await?;
                    Ok(vec![(); count])
                })
            })
        };
        let listener = web::listen("127.0.0.1:0".parse()?).await?;
        let hook = format!("http://{}/hook", listener.local_addr()?).parse()?;
        let router = Router::new().route("/hook", post(receive)).with_state(Bare { key: key.clone(), rows });
        let server = tokio::spawn(async move { drop(web::serve(listener, router, std::future::pending()).await) });
        Ok(Self { hook, key, scratch, db, server })
    }

    pub async fn close(self) {
        self.server.abort();
        self.scratch.discard(&self.db).await;
        self.db.close().await;
    }
}
