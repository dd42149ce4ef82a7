//! Answers of the ATS are told again while nothing was committed, and made anew as soon as anything was, whoever wrote.

use crate::world::{World, on_both};
use endpoint::Verb::{self, Get, Post, Put};
use outbound::{Call, Fixed};
use serde_json::{Value, json};
use std::time::Duration;

/// The same question with another spelling that means the same: nobody asked it before, so it is made.
async fn made(w: &World, key: &str, path: &str, n: usize) -> (u16, Value) {
    let joint = if path.contains('?') { '&' } else { '?' };
    w.lever(key, Get, &format!("{path}{joint}unknown={n}"), Value::Null).await
}

#[tokio::test]
async fn an_answer_told_again_is_the_one_that_would_be_made() {
    on_both(async |w| {
        let key = w.key().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        let (_, users) = w.lever(&key, Get, "/v1/users", Value::Null).await;
        let me = users["data"][0]["id"].as_str().unwrap().to_owned();
        let asked = [
            "/v1/opportunities?limit=100".to_owned(),
            "/v1/opportunities?tag=again".to_owned(),
            format!("/v1/opportunities/{ada}"),
            format!("/v1/opportunities/{ada}?expand=stage&expand=contact"),
            format!("/v1/opportunities/{ada}/notes"),
            "/v1/tags".to_owned(),
            "/v1/webhooks".to_owned(),
            "/v1/stages".to_owned(),
            "/v1/users?includeDeactivated=true".to_owned(),
            "/v1/audit_events".to_owned(),
            "/v1/opportunities/nobody".to_owned(),
        ];
        let mut n = 0;
        let mut all_hold = async |after: &str| {
            for path in &asked {
                for _ in 0..2 {
                    n += 1;
                    assert_eq!(w.lever(&key, Get, path, Value::Null).await, made(&w, &key, path, n).await, "after {after}: {path}");
                }
            }
        };
        all_hold("nothing").await;
        let at = |what: &str| format!("/v1/opportunities/{ada}/{what}?perform_as={me}");
        for (verb, path, body) in [
            (Post, at("addTags"), json!({ "tags": ["again"] })),
            (Put, at("stage"), json!({ "stage": "applicant-new" })),
            (Post, at("notes"), json!({ "value": "Again." })),
            (Post, "/v1/webhooks".to_owned(), json!({ "url": "https://hooks.example.com/a", "event": "candidateHired" })),
            (Post, "/v1/users".to_owned(), json!({ "name": "Nia", "email": "nia@northwind.example" })),
        ] {
            let (status, said) = w.lever(&key, verb, &path, body).await;
            assert!((200..300).contains(&status), "{path}: {said}");
            all_hold(&path).await;
        }
        // People at pages write, and other processes do: a second door to the same database.
        w.at_ats("ines").await.press(&format!("/candidates/{ada}/tags"), &[("add", "by hand")]).await;
        all_hold("a page").await;
        let db = w.db("ats").await;
        db::Sql::run(&db, "update contact set name = 'Somebody Else' where name = 'Ada Lovelace Byron'", vec![]).await.unwrap();
        all_hold("another process").await;
        db.close().await;
        let (_, ada_now) = w.lever(&key, Get, &format!("/v1/opportunities/{ada}"), Value::Null).await;
        assert_eq!(ada_now["data"]["name"], "Somebody Else");
        // Time that goes by changes who is snoozed, and writes nothing.
        let db = w.db("ats").await;
        let until = w.clock.now().0 + 60_000;
        db::Sql::run(&db, "update opportunity set snoozed_until = $1 where id = $2", db::params![until, ada.as_str()]).await.unwrap();
        db.close().await;
        let snoozed = async || w.lever(&key, Get, "/v1/opportunities?snoozed=true", Value::Null).await.1["data"].as_array().unwrap().len();
        assert_eq!(snoozed().await, 1);
        w.clock.advance(Duration::from_secs(61));
        assert_eq!(snoozed().await, 0);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_told_again_to_whom_it_was_told_and_to_nobody_else() {
    on_both(async |w| {
        let key = w.key().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        let path = format!("/v1/opportunities/{ada}");
        assert_eq!(w.lever(&key, Get, &path, Value::Null).await.0, 200);
        assert_eq!(w.lever("", Get, &path, Value::Null).await.0, 401);
        assert_eq!(w.lever("guessed", Get, &path, Value::Null).await.0, 401);
        let other = w.ats.create_api_key("stages", &["find all stages".to_owned()], false, None).await.unwrap();
        assert_eq!(w.lever(&key, Get, &path, Value::Null).await.0, 200);
        assert_eq!(w.lever(&other, Get, &path, Value::Null).await.0, 403);
        // What a credential made is its own.
        let hook = json!({ "url": "https://hooks.example.com/a", "event": "candidateHired" });
        let third = w.key().await;
        assert_eq!(w.lever(&key, Post, "/v1/webhooks", hook).await.0, 201);
        let count = async |key: &str| w.lever(key, Get, "/v1/webhooks", Value::Null).await.1["data"].as_array().unwrap().len();
        assert_eq!((count(&key).await, count(&third).await, count(&key).await), (1, 0, 1));
        // A revoked key is refused at once, a token when its hour is over.
        let mut ines = w.at_ats("ines").await;
        let (_, html) = ines.open("/settings/integrations/api-credentials").await;
        for id in html.split("/api-credentials/").filter_map(|rest| rest.split("/revoke").next()).filter(|id| id.len() == 36) {
            ines.press(&format!("/settings/integrations/api-credentials/{id}/revoke"), &[]).await;
        }
        assert_eq!(w.lever(&key, Get, &path, Value::Null).await.0, 401);
        let token = w.app_token("opportunities:read:admin").await;
        let ask = async || {
            let mut call = Call::new(Verb::Get, w.ats_url.join(&path).unwrap(), vec![]);
            call.headers.extend(outbound::Credential::headers(&Fixed::bearer(&token)).await.unwrap());
            w.call(&call).await.0
        };
        assert_eq!((ask().await, ask().await), (200, 200));
        w.clock.advance(Duration::from_secs(3601));
        assert_eq!(ask().await, 401);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_told_again_counts_against_the_rate() {
    let w = World::at_rate(db::Engine::Sqlite, true).await;
    let key = w.key().await;
    let mut statuses = Vec::new();
    for _ in 0..40 {
        statuses.push(w.lever(&key, Get, "/v1/stages", Value::Null).await.0);
    }
    assert!(statuses[..20].iter().all(|status| *status == 200) && statuses.contains(&429), "{statuses:?}");
    w.drain().await;
    World::discard(w.folder.clone(), w.database()).await;
}
