//! The hub's own API: tokens with scopes that can be ended, settings that do not undo each other.

use crate::world::{World, on_both};
use endpoint::Verb;
use outbound::{Call, Credential, Fixed};
use serde_json::{Value, json};
use std::time::Duration;

impl World {
    async fn hub_api(&self, token: &str, verb: Verb, path: &str, body: Value) -> (u16, Value) {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let mut call = Call::new(verb, self.hub_url.join(path).unwrap(), body);
        call.headers.extend(Fixed::bearer(token).headers().await.unwrap());
        self.call(&call).await
    }
}

#[tokio::test]
async fn a_token_works_as_far_as_its_scopes_go_and_until_it_is_revoked() {
    on_both(async |w| {
        let tenant = w.hub.first_tenant().await.unwrap().unwrap();
        let token = w.hub.create_token(&tenant, "reader", &[hub_api::scope::READ], "command line").await.unwrap();
        let (status, found) = w.hub_api(&token, Verb::Get, "/api/v1/connections", Value::Null).await;
        assert_eq!(status, 200, "{found}");
        let connection = found["data"][0]["id"].as_str().unwrap();
        let settings = format!("/api/v1/connections/{connection}/settings");
        assert_eq!(w.hub_api(&token, Verb::Put, &settings, json!({ "use_webhook": false })).await.0, 403);

        let id = w.hub.tokens(&tenant).await.unwrap().into_iter().find(|t| t.name == "reader").unwrap().id;
        assert!(w.hub.revoke_token(&tenant, &id, "Olga").await.unwrap());
        assert!(!w.hub.revoke_token(&tenant, &id, "Olga").await.unwrap(), "once is enough");
        assert_eq!(w.hub_api(&token, Verb::Get, "/api/v1/connections", Value::Null).await.0, 401);
        assert!(w.at_hub().await.read("/audit").await.contains("token: revoked"));
    })
    .await;
}

#[tokio::test]
async fn settings_changed_at_the_same_moment_do_not_undo_each_other_and_unknown_ones_change_nothing() {
    on_both(async |w| {
        let tenant = w.hub.first_tenant().await.unwrap().unwrap();
        let token = w.hub.create_token(&tenant, "writer", &[hub_api::scope::READ, hub_api::scope::CONNECT], "command line").await.unwrap();
        let (_, found) = w.hub_api(&token, Verb::Get, "/api/v1/connections", Value::Null).await;
        let path = format!("/api/v1/connections/{}/settings", found["data"][0]["id"].as_str().unwrap());
        for on in [true, false, true] {
            let one = w.hub_api(&token, Verb::Put, &path, json!({ "create_missing": on }));
            let two = w.hub_api(&token, Verb::Put, &path, json!({ "keep_particles": on }));
            let (one, two) = futures_util::future::join(one, two).await;
            assert_eq!((one.0, two.0), (200, 200));
            let (_, found) = w.hub_api(&token, Verb::Get, "/api/v1/connections", Value::Null).await;
            let settings = found["data"][0]["settings"].as_array().unwrap();
            let value = |name: &str| settings.iter().find(|s| s["name"] == name).unwrap()["value"].clone();
            assert_eq!((value("create_missing"), value("keep_particles")), (json!(on), json!(on)));
        }
        let (status, why) = w.hub_api(&token, Verb::Put, &path, json!({ "create_missing": false, "nonsense": true })).await;
        assert_eq!(status, 400);
        assert!(why["message"].as_str().unwrap().contains("There is no setting \"nonsense\"; there are: use_webhook, automatic_import,"), "{why}");
        let (_, found) = w.hub_api(&token, Verb::Get, "/api/v1/connections", Value::Null).await;
        assert_eq!(found["data"][0]["settings"].as_array().unwrap().iter().find(|s| s["name"] == "create_missing").unwrap()["value"], json!(true));
        w.drain().await;
    })
    .await;
}

impl World {
    /// A token that may do everything.
    async fn token(&self) -> String {
        let tenant = self.hub.first_tenant().await.unwrap().unwrap();
        self.hub.create_token(&tenant, "writer", &[hub_api::scope::READ, hub_api::scope::CONNECT], "command line").await.unwrap()
    }
}

#[tokio::test]
async fn holds_hires_events_and_replays_are_there_for_programs_too() {
    on_both(async |w| {
        let token = w.token().await;
        let ask = async |verb, path: &str, body| w.hub_api(&token, verb, path, body).await;
        let maria = w.candidate("María José García López").await;
        w.hire(&maria).await;
        w.drain().await;
        // Nobody is replayed, listed or imported by a slip of the pen.
        for (body, why) in [
            (json!({}), "Say whom"),
            (json!({ "filter": { "limit": 1 } }), "Say whom"),
            (json!({ "state": "held" }), "state"),
            (json!({ "filter": { "state": "hold" } }), "no state of a hire"),
        ] {
            let (status, said) = ask(Verb::Post, "/api/v1/replays", body).await;
            assert!(status == 400 && said.to_string().contains(why), "{said}");
        }
        for path in ["/api/v1/hires?state=bogus", "/api/v1/hires?stat=held", "/api/v1/events?state=bogus"] {
            assert_eq!(ask(Verb::Get, path, Value::Null).await.0, 400, "{path}");
        }
        assert_eq!(ask(Verb::Get, "/api/v1/connections/nobody/imports", Value::Null).await.0, 404);
        let (_, holds) = ask(Verb::Get, "/api/v1/holds", Value::Null).await;
        let hold = &holds["data"][0];
        assert_eq!((hold["cause"].as_str().unwrap(), &hold["opportunities"][0]), ("HR Cloud has no department \"Sales\"", &json!(maria)));
        let (status, why) = ask(Verb::Post, "/api/v1/holds/mend", json!({ "cause": hold["cause"], "way": "nonsense" })).await;
        assert!(status == 409 && why["message"] == "Nothing waits for this any more.", "{why}");
        let people = hold["ways"][1]["pick"].as_array().unwrap().iter().find(|p| p["label"] == "People").unwrap()["value"].clone();
        let (status, said) =
            ask(Verb::Post, "/api/v1/holds/mend", json!({ "cause": hold["cause"], "way": "use/departments", "picked": people })).await;
        assert!(status == 200 && said["said"].as_str().unwrap().contains("stands for \"Sales\""), "{said}");
        w.drain().await;

        let (_, hires) = ask(Verb::Get, "/api/v1/hires?q=garcia&state=done", Value::Null).await;
        assert_eq!(hires["data"][0]["opportunity"], json!(maria));
        let (_, hire) = ask(Verb::Get, &format!("/api/v1/hires/{maria}"), Value::Null).await;
        let steps: Vec<&str> = hire["steps"].as_array().unwrap().iter().map(|s| s["what"].as_str().unwrap()).collect();
        assert!(["told", "read", "intended", "tried"].iter().all(|step| steps.contains(step)), "{hire}");
        assert!(hire["record"].is_string() && hire["state"] == "done");

        let (_, events) = ask(Verb::Get, &format!("/api/v1/events?q={maria}&limit=1"), Value::Null).await;
        assert_eq!((events["data"].as_array().unwrap().len(), &events["next"]), (1, &Value::Null));
        let (status, replays) = ask(Verb::Post, "/api/v1/replays", json!({ "opportunities": [maria], "dry_run": true })).await;
        assert_eq!(status, 201, "{replays}");
        w.drain().await;
        let (_, run) = ask(Verb::Get, &format!("/api/v1/imports/{}", replays["data"][0]["id"].as_str().unwrap()), Value::Null).await;
        assert_eq!((&run["kind"], &run["state"], &run["counts"]), (&json!("replay-trial"), &json!("done"), &json!({ "unchanged": 1 })));
        assert_eq!(ask(Verb::Get, "/api/v1/hires?offset=nonsense", Value::Null).await.0, 400);
        assert_eq!(ask(Verb::Get, "/api/v1/hires?from=soon", Value::Null).await.0, 400);

        let (status, _) = ask(Verb::Post, "/api/v1/erasures", json!({ "opportunity": maria })).await;
        assert_eq!(status, 201);
        w.drain().await;
        assert_eq!(ask(Verb::Get, &format!("/api/v1/hires/{maria}"), Value::Null).await.0, 404);
    })
    .await;
}

#[tokio::test]
async fn every_list_is_read_page_by_page_to_its_end() {
    on_both(async |w| {
        for name in ["Ada Lovelace Byron", "Kwame Mensah", "Yuki Sato", "Jan van den Berg", "Priya Raman"] {
            w.hire(&w.candidate(name).await).await;
        }
        w.drain().await;
        let token = w.token().await;
        for list in ["hires", "events"] {
            let (mut seen, mut path) = (std::collections::BTreeSet::new(), format!("/api/v1/{list}?limit=2"));
            loop {
                let (status, page) = w.hub_api(&token, Verb::Get, &path, Value::Null).await;
                assert_eq!(status, 200, "{page}");
                seen.extend(page["data"].as_array().unwrap().iter().map(|row| row["opportunity"].to_string()));
                let Some(next) = page["next"].as_str() else { break };
                path = format!("/api/v1/{list}?limit=2&offset={next}");
            }
            assert_eq!(seen.len(), 5, "{list}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_request_sent_again_under_its_idempotency_key_is_done_once_and_answered_alike() {
    on_both(async |w| {
        let token = w.token().await;
        let path = format!("/api/v1/connections/{}/imports", w.connection().await);
        let send = async |token: &str, key: &str, body: Value| {
            let mut call = Call::new(Verb::Post, w.hub_url.join(&path).unwrap(), body.to_string().into_bytes());
            call.headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
            call.headers.insert("idempotency-key", key.parse().unwrap());
            w.call(&call).await
        };
        let (status, first) = send(&token, "k1", json!({ "dry_run": true })).await;
        assert_eq!(status, 201, "{first}");
        w.drain().await;
        assert_eq!(send(&token, "k1", json!({ "dry_run": true })).await, (201, first.clone()));
        assert_ne!(send(&token, "k2", json!({ "dry_run": true })).await.1["id"], first["id"]);
        w.drain().await;
        let (status, why) = send(&token, "k1", json!({ "dry_run": false })).await;
        assert!(status == 422 && why["code"] == "key_reused", "{why}");
        // Another token's key is another key; a stranger's is nobody's.
        let other = w.token().await;
        assert_ne!(send(&other, "k1", json!({ "dry_run": true })).await.1["id"], first["id"]);
        w.drain().await;
        assert_eq!(send("nobody", "k1", json!({ "dry_run": true })).await.0, 401);
        assert_eq!(send(&token, &"x".repeat(201), json!({})).await.0, 400);
        // The same at the same moment: one does it, the other is told so or gets its answer.
        let (a, b) = futures_util::future::join(send(&token, "k3", json!({ "dry_run": true })), send(&token, "k3", json!({ "dry_run": true }))).await;
        assert!([a.0, b.0].contains(&201) && [a.0, b.0].iter().all(|s| [201, 409].contains(s)), "{a:?} {b:?}");
        w.drain().await;
    })
    .await;
}

/// What a receiver of notices got: headers and body, in order.
type Got = std::sync::Arc<std::sync::Mutex<Vec<(axum::http::HeaderMap, String)>>>;

#[tokio::test]
async fn notices_are_signed_after_the_standard_come_once_and_name_nobody() {
    on_both(async |w| {
        let got = Got::default();
        let listener = web::listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = format!("http://{}/notices", listener.local_addr().unwrap());
        let receiver = {
            let got = got.clone();
            axum::Router::new().route(
                "/notices",
                axum::routing::post(move |headers: axum::http::HeaderMap, body: String| {
                    let mut got = got.lock().unwrap();
                    // The first is lost: it comes again.
                    let status = if got.is_empty() { axum::http::StatusCode::INTERNAL_SERVER_ERROR } else { axum::http::StatusCode::OK };
                    got.push((headers, body));
                    std::future::ready(status)
                }),
            )
        };
        tokio::spawn(async move { web::serve(listener, receiver, std::future::pending()).await });
        let token = w.token().await;
        let (status, made) = w.hub_api(&token, Verb::Post, "/api/v1/notice-addresses", json!({ "url": address })).await;
        assert_eq!(status, 201, "{made}");
        let (_, listed) = w.hub_api(&token, Verb::Get, "/api/v1/notice-addresses", Value::Null).await;
        assert!(listed["data"][0]["secret"].is_null());
        let signed = standardwebhooks::Webhook::new(made["secret"].as_str().unwrap()).unwrap();

        w.hire(&w.candidate("Ada Lovelace Byron").await).await;
        w.hire(&w.candidate("Priya Raman").await).await;
        for _ in 0..4 {
            w.later(Duration::from_secs(900)).await;
        }
        w.at_ats("ines").await.press("/settings/integrations/authorized-apps/fulcrum-hr-cloud/revoke", &[]).await;
        w.hire(&w.candidate("Kwame Mensah").await).await;
        w.later(Duration::from_secs(60)).await;
        let got = std::mem::take(&mut *got.lock().unwrap());
        let mut kinds = Vec::new();
        for (headers, body) in got.iter().skip(1) {
            // The standard's own check wants a time of now, and the world's clock stands elsewhere; so the signature alone.
            let header = |name: &str| headers[name].to_str().unwrap();
            let expected = signed.sign(header("webhook-id"), header("webhook-timestamp").parse().unwrap(), body.as_bytes()).unwrap();
            assert_eq!(header("webhook-signature"), expected);
            let notice: Value = serde_json::from_str(body).unwrap();
            kinds.push(notice["type"].as_str().unwrap().to_owned());
            assert!(!body.contains("Ada") && !body.contains("Priya") && !body.contains("@"), "{body}");
        }
        assert_eq!(got[0].0["webhook-id"], got.iter().skip(1).find(|(h, _)| h["webhook-id"] == got[0].0["webhook-id"]).unwrap().0["webhook-id"]);
        kinds.sort();
        assert_eq!(kinds.iter().filter(|k| *k == "record.created").count(), 1, "{kinds:?}");
        assert_eq!(kinds.iter().filter(|k| *k == "connection.broken").count(), 1, "{kinds:?}");
        assert!(kinds.iter().filter(|k| *k == "hold.opened").count() >= 1, "{kinds:?}");

        let id = made["id"].as_str().unwrap();
        assert_eq!(w.hub_api(&token, Verb::Delete, &format!("/api/v1/notice-addresses/{id}"), Value::Null).await.0, 204);
        let (status, why) = w.hub_api(&token, Verb::Post, "/api/v1/notice-addresses", json!({ "url": "http://169.254.169.254/" })).await;
        assert_eq!(status, 400, "{why}");
    })
    .await;
}
