//! The sandbox of the ATS: what goes wrong in real life, on demand, each thing with an end, and never silently.

use crate::world::{World, on_both};
use endpoint::Verb::{self, Delete, Get, Post};
use outbound::{Call, Failure, Fixed, Wire};
use serde_json::{Value, json};
use std::process::Command;
use std::time::Duration;

impl World {
    async fn goes_wrong(&self, key: &str, fault: Value) -> String {
        let (status, made) = self.lever(key, Post, "/sandbox/faults", fault).await;
        assert_eq!(status, 200, "{made}");
        made["id"].as_str().unwrap().to_owned()
    }

    async fn asks(&self, credential: &Fixed, path: &str) -> Result<outbound::Answer, Failure> {
        let mut call = Call::new(Verb::Get, self.ats_url.join(path).unwrap(), vec![]);
        call.headers.extend(outbound::Credential::headers(credential).await.unwrap());
        self.outbound.send(&call, &Wire::default()).await
    }
}

/// What comes over the wire, as far as it comes.
#[allow(clippy::disallowed_methods, reason = "half an answer is none to a client: this reads what arrived")]
async fn raw(w: &World, credential: &Fixed, path: &str) -> String {
    let headers = outbound::Credential::headers(credential).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: {}\r\n\r\n", headers["authorization"].to_str().unwrap());
    let mut socket = tokio::net::TcpStream::connect(w.ats_url.socket_addrs(|| None).unwrap()[0]).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut socket, request.as_bytes()).await.unwrap();
    let mut got = Vec::new();
    let _ = tokio::io::AsyncReadExt::read_to_end(&mut socket, &mut got).await;
    String::from_utf8_lossy(&got).into_owned()
}

#[tokio::test]
async fn answers_are_spoilt_as_often_and_as_long_as_was_said_and_say_so() {
    on_both(async |w| {
        let key = w.key().await;
        let credential = Fixed::basic(&key, "");
        for (kind, status) in [("answers-429", 429), ("answers-500", 500)] {
            w.goes_wrong(&key, json!({ "kind": kind, "share": 25, "seconds": 60, "path": "/v1/stages" })).await;
            let mut statuses = Vec::new();
            for _ in 0..12 {
                let answer = w.asks(&credential, "/v1/stages").await.unwrap();
                let named = answer.headers.get("x-fulcrum-sandbox").map(|v| v.to_str().unwrap().to_owned());
                assert_eq!(named.as_deref() == Some(kind), answer.status == status, "{named:?} {}", answer.status);
                statuses.push(answer.status);
            }
            assert_eq!(statuses.iter().filter(|s| **s == status).count(), 3, "{statuses:?}");
            assert_eq!(w.asks(&credential, "/v1/tags").await.unwrap().status, 200, "elsewhere nothing is wrong");
            w.clock.advance(Duration::from_secs(61));
            for _ in 0..8 {
                assert_eq!(w.asks(&credential, "/v1/stages").await.unwrap().status, 200, "it is over by itself");
            }
        }
        let whole = w.asks(&credential, "/v1/stages").await.unwrap().body;
        let id = w.goes_wrong(&key, json!({ "kind": "answers-cut", "seconds": 60 })).await;
        let broken = w.asks(&credential, "/v1/stages").await;
        assert!(matches!(&broken, Err(Failure::Unknown(why)) if why.contains("broke")), "{broken:?}");
        // In the middle: what was sent is there, and says what spoilt it.
        let got = raw(&w, &credential, "/v1/stages").await;
        let (head, half) = got.split_once("\r\n\r\n").unwrap_or((got.as_str(), ""));
        assert!(head.starts_with("HTTP/1.1 200") && head.contains("x-fulcrum-sandbox: answers-cut"), "{got:?}");
        assert!(!half.is_empty() && half.len() < whole.len() && String::from_utf8_lossy(&whole).starts_with(half), "{got:?}");
        assert_eq!(w.lever(&key, Delete, &format!("/sandbox/faults/{id}"), Value::Null).await.0, 200);
        assert_eq!(w.asks(&credential, "/v1/stages").await.unwrap().body, whole);
        w.goes_wrong(&key, json!({ "kind": "answers-slow", "late_ms": 300, "seconds": 60 })).await;
        let began = std::time::Instant::now();
        assert_eq!(w.asks(&credential, "/v1/stages").await.unwrap().status, 200);
        assert!(began.elapsed() >= Duration::from_millis(300));
        // What makes no sense, and who may not.
        for bad in [
            json!({ "kind": "earthquake" }),
            json!({ "kind": "answers-500", "share": 0 }),
            json!({ "kind": "answers-500", "seconds": 90_000 }),
            json!([]),
        ] {
            assert_eq!(w.lever(&key, Post, "/sandbox/faults", bad.clone()).await.0, 400, "{bad}");
        }
        assert_eq!(w.lever("guessed", Get, "/sandbox/faults", Value::Null).await.0, 401);
        assert_eq!(w.lever("", Post, "/sandbox/clock", json!({ "seconds": 1 })).await.0, 401);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn tokens_are_refused_for_a_while_and_keys_are_not() {
    on_both(async |w| {
        let key = w.key().await;
        let token = Fixed::bearer(&w.app_token("stages:read:admin").await);
        assert_eq!(w.asks(&token, "/v1/stages").await.unwrap().status, 200);
        w.goes_wrong(&key, json!({ "kind": "tokens-refused", "seconds": 60 })).await;
        assert_eq!(w.asks(&token, "/v1/stages").await.unwrap().status, 401);
        assert_eq!(w.asks(&Fixed::basic(&key, ""), "/v1/stages").await.unwrap().status, 200);
        let renewing = Call::new(Post, w.ats_url.join("/oauth/token").unwrap(), b"{\"grant_type\":\"refresh_token\"}".to_vec());
        assert_eq!(w.call(&renewing).await.1["error"], "invalid_grant");
        w.clock.advance(Duration::from_secs(61));
        assert_eq!(w.asks(&token, "/v1/stages").await.unwrap().status, 200);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn with_webhooks_lost_doubled_late_and_out_of_order_a_hire_still_arrives_once() {
    on_both(async |w| {
        let key = w.key().await;
        let sent = async |w: &World| {
            let db = w.db("ats").await;
            let rows = db::Sql::rows(&db, "select run_at from effect", vec![]).await.unwrap();
            let times: Vec<i64> = rows.iter().map(|row| row.int("run_at").unwrap()).collect();
            db.close().await;
            times
        };
        for (kind, name, made) in [
            ("webhooks-lost", "Ada Lovelace Byron", 0),
            ("webhooks-twice", "Kwame Mensah", 2),
            ("webhooks-late", "Yuki Sato", 1),
            ("webhooks-disordered", "Jan van den Berg", 1),
        ] {
            let (before, who) = (sent(&w).await.len(), w.candidate(name).await);
            let id = w.goes_wrong(&key, json!({ "kind": kind, "late_ms": 5000, "seconds": 60 })).await;
            w.hire(&who).await;
            assert_eq!(sent(&w).await.len() - before, made, "{kind}");
            w.drain().await;
            w.lever(&key, Delete, &format!("/sandbox/faults/{id}"), Value::Null).await;
            // What is late comes; what is lost the hub finds by itself.
            w.later(Duration::from_secs(60)).await;
            let email = format!("{}@mail.example", name.to_lowercase().replace(' ', "."));
            assert_eq!(w.employees(&email).await.len(), 1, "{kind}");
        }
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn of_several_webhooks_each_loses_its_own_share() {
    on_both(async |w| {
        let key = w.key().await;
        w.at_ats("ines").await.press("/settings/integrations/webhooks/candidateStageChange/switch", &[("on", "yes")]).await;
        let mut hooks = Vec::new();
        for n in 0..2 {
            let hook = json!({ "url": format!("http://127.0.0.1:9/{n}"), "event": "candidateStageChange" });
            hooks.push(w.lever(&key, Post, "/v1/webhooks", hook).await.1["data"]["id"].as_str().unwrap().to_owned());
        }
        let me = w.lever(&key, Get, "/v1/users?limit=1", Value::Null).await.1["data"][0]["id"].as_str().unwrap().to_owned();
        // Without the version a path is the API's.
        w.goes_wrong(&key, json!({ "kind": "answers-500", "path": "/tags", "seconds": 60 })).await;
        assert_eq!(w.lever(&key, Get, "/v1/tags", Value::Null).await.0, 500);
        w.goes_wrong(&key, json!({ "kind": "webhooks-lost", "share": 50, "seconds": 60 })).await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        for stage in ["lead-new", "lead-responded", "lead-new", "lead-responded"] {
            let path = format!("/v1/opportunities/{ada}/stage?perform_as={me}");
            assert_eq!(w.lever(&key, endpoint::Verb::Put, &path, json!({ "stage": stage })).await.0, 200);
        }
        let db = w.db("ats").await;
        for hook in &hooks {
            let sql = "select count(*) as n from effect where connection = $1";
            let row = db::Sql::row(&db, sql, db::params![hook.as_str()]).await.unwrap().unwrap();
            assert_eq!(row.int("n").unwrap(), 2, "every other one");
        }
        db::Sql::run(&db, "delete from effect where kind = 'delivery' and state = 'ready'", vec![]).await.unwrap();
        db.close().await;
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn every_page_says_that_something_is_wrong_and_without_a_sandbox_nothing_can_be() {
    on_both(async |w| {
        let mut ines = w.at_ats("ines").await;
        assert!(!ines.read("/candidates").await.contains("Sandbox:"));
        ines.press("/settings/sandbox", &[("kind", "webhooks-lost"), ("share", "50"), ("seconds", "600"), ("late_ms", "5000"), ("path", "")]).await;
        for page in ["/candidates", "/postings", "/settings/sandbox"] {
            assert!(ines.read(page).await.contains("Sandbox: Webhooks are not sent, 50 of 100 times"), "{page}");
        }
        assert_eq!(w.at_ats("omar").await.open("/settings/sandbox").await.0, 403, "for those who manage integrations");
        assert!(w.at_ats("omar").await.read("/candidates").await.contains("Sandbox: Webhooks are not sent"), "but all are told");
        let before = w.clock.now();
        ines.press("/settings/sandbox/clock", &[("seconds", "3600")]).await;
        assert_eq!(w.clock.now(), before.plus(Duration::from_secs(3600)));
        // The command line, beside a running server.
        let verb = |words: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_fulcrum"));
            command.args(["ats", "sandbox"]).args(words).args(["--log", "error", "--data"]).arg(&w.folder);
            if let Some(url) = w.database_url() {
                command.args(["--database-url", &url]);
            }
            let done = command.output().unwrap();
            (done.status.success(), String::from_utf8_lossy(if done.status.success() { &done.stdout } else { &done.stderr }).into_owned())
        };
        let (well, said) = verb(&["fault", "earthquake"]);
        assert!(!well && said.contains("answers-429, answers-500"), "{said}");
        let (well, said) = verb(&["fault", "answers-slow", "--share", "10", "--path", "/v1/nothing", "--seconds", "60"]);
        let made: Value = serde_json::from_str(&said).unwrap_or_else(|e| panic!("{e}: {said}"));
        assert!(well && made["kind"] == "answers-slow" && made["share"] == 10);
        let id = made["id"].as_str().unwrap();
        assert!(verb(&["list"]).1.contains(id) && verb(&["end", id]).0 && !verb(&["list"]).1.contains(id) && !verb(&["end", id]).0);
        // Served without a sandbox, the next time: what was wrong is over, and nothing can be made to.
        let db = w.db("ats").await;
        db::Sql::run(&db, "update account set sandbox = $1", db::params![false]).await.unwrap();
        db.close().await;
        let (well, said) = verb(&["fault", "answers-500"]);
        assert!(!well && said.contains("no sandbox"), "{said}");
        assert!(!verb(&["clock", "60"]).0);
        w.drain().await;
    })
    .await;
}
