//! The same journey on a ChiefOnboarding server: a stand-in with its documented API, its unique e-mails, and its silence about ids.

use crate::world::{World, on_both};
use axum::extract::{Json, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Everybody there, and how many answers are still to be lost.
#[derive(Clone, Default)]
struct Server {
    people: Arc<Mutex<Vec<Value>>>,
    lost: Arc<Mutex<usize>>,
}

fn knows(headers: &HeaderMap) -> bool {
    headers.get("authorization").is_some_and(|value| value == "Token let-me-in")
}

async fn create(State(server): State<Server>, headers: HeaderMap, Json(mut hire): Json<Value>) -> Response {
    if !knows(&headers) {
        return (StatusCode::UNAUTHORIZED, Json(json!({ "detail": "Invalid token." }))).into_response();
    }
    let mut people = server.people.lock().unwrap();
    if people.iter().any(|p| p["email"] == hire["email"]) {
        return (StatusCode::BAD_REQUEST, Json(json!({ "email": ["user with this email already exists."] }))).into_response();
    }
    let answer = hire.clone();
    hire["id"] = json!(people.len() + 1);
    people.push(hire);
    let mut lost = server.lost.lock().unwrap();
    if *lost > 0 {
        *lost -= 1;
        return (StatusCode::BAD_GATEWAY, "lost").into_response();
    }
    (StatusCode::CREATED, Json(answer)).into_response()
}

async fn employees(State(server): State<Server>, headers: HeaderMap) -> Response {
    if !knows(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Json(server.people.lock().unwrap().clone()).into_response()
}

impl World {
    /// A server with two sequences and Tomasz, connected at the hub by an operator.
    async fn connects_chief_onboarding(&self) -> Server {
        let server = Server::default();
        server.people.lock().unwrap().push(json!({ "id": 1, "first_name": "Tomasz", "last_name": "Nowak", "email": "tomasz@northwind.example" }));
        let sequences = || async { Json(json!([{ "id": 3, "name": "Engineering" }, { "id": 5, "name": "Everybody" }])) };
        let app = axum::Router::new()
            .route("/api/users/", post(create))
            .route("/api/employees/", get(employees))
            .route("/api/sequences/", get(sequences))
            .with_state(server.clone());
        let listener = web::listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { web::serve(listener, app, std::future::pending()).await });
        let mut olga = self.at_hub().await;
        let hosted = olga.press("/connections/new/chief-onboarding", &[("base_url", &base), ("authorization", "Token let-me-in")]).await;
        let consent = olga.press(&format!("{hosted}/lever"), &[]).await;
        let callback = self.at_ats("ines").await.press(consent.as_str(), &[("answer", "accept")]).await;
        olga.follow(&callback).await;
        self.drain().await;
        server
    }
}

#[tokio::test]
async fn jnd_02_the_same_hire_starts_a_sequence_on_a_chief_onboarding_server_once_though_answers_are_lost() {
    on_both(async |w| {
        let server = w.connects_chief_onboarding().await;
        *server.lost.lock().unwrap() = 1;
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        w.later(Duration::from_secs(60)).await;
        let people = server.people.lock().unwrap().clone();
        assert_eq!(people.len(), 2, "{people:?}");
        let told = json!({
            "id": 2, "first_name": "Ada Lovelace", "last_name": "Byron", "email": "ada.lovelace.byron@mail.example", "role": 0,
            "start_day": "2026-03-23", "position": "Backend Engineer", "phone": people[1]["phone"], "manager": 1, "sequences": [3],
        });
        assert_eq!(people[1], told);
        assert!(w.timeline(&ada).await.contains("the new hire is there; an earlier try had come through"));
        // The e-mail is corrected in Lever: this API cannot be told, and nobody is made twice.
        let key = w.key().await;
        let (_, told) = w.lever(&key, endpoint::Verb::Get, &format!("/v1/opportunities/{ada}"), json!(null)).await;
        let contact = told["data"]["contact"].as_str().unwrap().to_owned();
        w.clock.advance(Duration::from_secs(60));
        w.lever(&key, endpoint::Verb::Put, &format!("/v1/contacts/{contact}"), json!({ "emails": ["ada@mail.example"] })).await;
        w.at_hub().await.press(&format!("/hires/{ada}/look-again"), &[]).await;
        w.drain().await;
        assert_eq!(server.people.lock().unwrap().len(), 2);
        assert!(w.at_hub().await.read("/holds").await.contains("The e-mail of a new hire in ChiefOnboarding changed (2)"));
        // Un-hired: this API takes nothing back, so somebody is asked.
        w.clock.advance(Duration::from_secs(60));
        w.at_ats("ines").await.press(&format!("/candidates/{ada}/unarchive"), &[]).await;
        w.later(Duration::from_secs(60)).await;
        let mut olga = w.at_hub().await;
        olga.click("/holds", "but a new hire in ChiefOnboarding", "They were deleted there", &[]).await;
        w.drain().await;
        assert!(!olga.read("/holds").await.contains("but a new hire in ChiefOnboarding"));
    })
    .await;
}

#[tokio::test]
async fn jnd_o03_who_has_no_sequence_there_is_a_new_hire_all_the_same_and_it_is_told() {
    on_both(async |w| {
        let server = w.connects_chief_onboarding().await;
        let mut olga = w.at_hub().await;
        let all = w.hub.all_connections(&w.hub.first_tenant().await.unwrap().unwrap()).await.unwrap();
        let id = &all.iter().find(|c| c.connector == "chief-onboarding").unwrap().id;
        let yuki = w.candidate("Yuki Sato").await;
        w.hire(&yuki).await;
        w.drain().await;
        assert!(w.timeline(&yuki).await.contains("has no sequence for \"Product\", so none has begun"));
        olga.press(&format!("/connections/{id}/settings/usual_sequence"), &[("value", "Everybody")]).await;
        let chen = w.candidate("María José García López").await;
        w.hire(&chen).await;
        w.drain().await;
        let people = server.people.lock().unwrap().clone();
        assert_eq!((&people[1]["sequences"], &people[2]["sequences"]), (&json!(null), &json!([5])));
    })
    .await;
}
