//! The hub's own API: tokens with scopes that can be ended, settings that do not undo each other.

use crate::world::{World, on_both};
use endpoint::Verb;
use outbound::{Call, Credential, Fixed};
use serde_json::{Value, json};

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
        let token = w.hub.create_token(&tenant, "reader", &[hub_api::scope::READ]).await.unwrap();
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
        let token = w.hub.create_token(&tenant, "writer", &[hub_api::scope::READ, hub_api::scope::CONNECT]).await.unwrap();
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
