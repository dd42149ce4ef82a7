//! A wire between the hub and another side that can be listened in on, and broken.

use crate::world::World;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use endpoint::Verb;
use outbound::{Call, Outbound, Wire};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use url::Url;

/// What happens to one call.
#[derive(Clone, Debug)]
pub enum Fault {
    Answer(u16, &'static str),
    /// Carried out, but the connection breaks before the answer.
    LoseAnswer,
    /// The connection breaks before anything happens.
    Nothing,
    /// Carried out and answered, with another time of day.
    Date(&'static str),
}

/// The wire. Clones are the same wire.
#[derive(Clone)]
pub struct Tap {
    outbound: Outbound,
    to: Url,
    /// Which calls the faults happen to: method and the end of the path.
    at: (&'static str, &'static str),
    /// What happens to the next of them.
    pub faults: Arc<Mutex<VecDeque<Fault>>>,
    calls: Arc<Mutex<Vec<String>>>,
    statuses: Arc<Mutex<Vec<u16>>>,
}

impl Tap {
    /// What was asked since the last time: `GET /v1/opportunities?updated_at_start=…`
    pub fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }

    /// How what was asked was answered, ever.
    pub fn statuses(&self) -> Vec<u16> {
        self.statuses.lock().unwrap().clone()
    }
}

async fn carry(State(tap): State<Tap>, request: Request) -> Response<Body> {
    let path = request.uri().path_and_query().unwrap().as_str().to_owned();
    tap.calls.lock().unwrap().push(format!("{} {path}", request.method()));
    let is_meant = request.method() == tap.at.0 && request.uri().path().ends_with(tap.at.1);
    let fault = if is_meant { tap.faults.lock().unwrap().pop_front() } else { None };
    if let Some(Fault::Answer(status, body)) = fault {
        return Response::builder().status(status).header("retry-after", "7").body(Body::from(body)).unwrap();
    }
    let broken = || Body::from_stream(futures_util::stream::once(async { Err::<Vec<u8>, _>(std::io::Error::other("the wire broke")) }));
    if let Some(Fault::Nothing) = fault {
        return Response::new(broken());
    }
    let verb = match request.method().as_str() {
        "POST" => Verb::Post,
        "PUT" => Verb::Put,
        "DELETE" => Verb::Delete,
        _ => Verb::Get,
    };
    let url = tap.to.join(&path).unwrap();
    let headers = request.headers().clone();
    let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
    let mut call = Call::new(verb, url, body.to_vec());
    for name in ["customer_key", "customer_secret", "authorization", "content-type"] {
        if let Some(value) = headers.get(name) {
            call.headers.insert(name, value.clone());
        }
    }
    let answer = tap.outbound.send(&call, &Wire::default()).await.unwrap();
    tap.statuses.lock().unwrap().push(answer.status);
    if let Some(Fault::LoseAnswer) = fault {
        return Response::new(broken());
    }
    let mut response = Response::builder().status(StatusCode::from_u16(answer.status).unwrap()).body(Body::from(answer.body)).unwrap();
    match (fault, answer.headers.get("date")) {
        (Some(Fault::Date(date)), _) => drop(response.headers_mut().insert("date", date.parse().unwrap())),
        (_, Some(date)) => drop(response.headers_mut().insert("date", date.clone())),
        _ => {}
    }
    response
}

impl World {
    /// `whose`: a condition on the connections it stands in.
    pub async fn tap(&self, to: &Url, path: &str, column: &str, whose: &str, at: (&'static str, &'static str)) -> Tap {
        let tap =
            Tap { outbound: self.outbound.clone(), to: to.clone(), at, faults: Arc::default(), calls: Arc::default(), statuses: Arc::default() };
        let listener = web::listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let base = format!("http://{}{path}", listener.local_addr().unwrap());
        let app = Router::new().fallback(carry).with_state(tap.clone());
        tokio::spawn(async move { web::serve(listener, app, std::future::pending()).await });
        let db = self.db("hub").await;
        db::Sql::run(&db, &format!("update connection set {column} = $1 where {whose}"), db::params![base]).await.unwrap();
        db.close().await;
        tap
    }

    /// Between the hub and HR Cloud; faults happen to these calls.
    pub async fn tap_hr_cloud(&self, method: &'static str, path: &'static str) -> Tap {
        self.tap(&self.partners_url, "/hr-cloud", "target_base", "connector like 'hr-cloud%'", (method, path)).await
    }

    /// Between the hub and Joinedly.
    pub async fn tap_joinedly(&self, method: &'static str, path: &'static str) -> Tap {
        self.tap(&self.partners_url, "/joinedly", "target_base", "connector = 'joinedly'", (method, path)).await
    }

    /// Between the hub and Lever.
    pub async fn tap_lever(&self, method: &'static str, path: &'static str) -> Tap {
        self.tap(&self.ats_url, "", "lever_base", "1 = 1", (method, path)).await
    }
}
