//! Lever's deliveries, good and bad: the right status, one clear sentence, an audit entry, and nothing lost or doubled.

use crate::world::on_both;
use endpoint::Verb;
use lever_api::event::sign;
use outbound::Call;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn com_13_forged_truncated_stale_and_future_deliveries_are_refused_audited_and_change_nothing() {
    on_both(async |w| {
        let before = w.headcount().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        let (_, key) = w.webhook().await;
        let good = w.delivery(&ada).await;
        let signed_at = |at: i64| {
            let mut d = good.clone();
            d.triggered_at = at;
            d.signature = Some(sign(&key, d.token.as_deref().unwrap(), at));
            d
        };
        let now = w.clock.now();
        let mut forged = good.clone();
        forged.signature = Some(sign("guessed", good.token.as_deref().unwrap(), good.triggered_at));
        let mut truncated = good.clone();
        truncated.signature = truncated.signature.map(|s| s[..40].to_owned());
        let mut missing = good.clone();
        missing.signature = None;
        let mut moved = good.clone();
        moved.triggered_at += 1;
        for (bad, status, said) in [
            (forged, 401, "bad signature"),
            (truncated, 401, "bad signature"),
            (missing, 401, "bad signature"),
            (moved, 401, "bad signature"),
            (signed_at(now.0 + 301_000), 400, "from the future"),
            (signed_at(now.0 - 86_401_000), 400, "too old"),
        ] {
            assert_eq!(w.deliver_json(&bad).await, status, "{said}");
            assert!(w.at_hub().await.read("/audit").await.contains(said), "{said}");
        }
        w.drain().await;
        assert_eq!(w.headcount().await, before);
        assert!(w.at_hub().await.read("/events").await.contains("No events here"));
        // Late but valid is still a hint worth reading, and so is one a little ahead.
        assert_eq!(w.deliver_json(&signed_at(now.0 - 86_000_000)).await, 200);
    })
    .await;
}

#[tokio::test]
async fn bad_bodies_get_a_clear_status_and_are_audited() {
    on_both(async |w| {
        let mut huge = vec![b'{'; (1 << 20) + 1];
        huge.push(b'}');
        for (body, status, said) in [
            (huge, 413, "too long"),
            (b"{\"event\":".to_vec(), 400, "unreadable"),
            (b"[]".to_vec(), 400, "unreadable"),
            (vec![], 400, "unreadable"),
            (b"{\"event\":5}".to_vec(), 400, "unreadable"),
        ] {
            let (got, sentence) = w.deliver(body).await;
            assert_eq!(got, status, "{said}");
            assert!(sentence.as_str().unwrap().ends_with(".\n"), "{sentence}");
            assert!(w.at_hub().await.read("/audit").await.contains(said), "{said}");
        }
        let nowhere = w.hub_url.join("/hooks/lever/00000000000000000000000000000000").unwrap();
        assert_eq!(w.call(&Call::new(Verb::Post, nowhere, b"{}".to_vec())).await.0, 404);
    })
    .await;
}

#[tokio::test]
async fn com_15_verify_connection_unknown_events_and_unknown_people_are_accepted_and_lead_nowhere() {
    on_both(async |w| {
        let before = w.headcount().await;
        let mut test = w.delivery("x").await;
        test.data = json!({});
        test.id = None;
        assert_eq!(w.deliver_json(&test).await, 200);
        let ada = w.candidate("Ada Lovelace Byron").await;
        let mut unknown = w.delivery(&ada).await;
        unknown.event = "candidatePromoted".into();
        assert_eq!(w.deliver_json(&unknown).await, 200);
        let nobody = w.delivery("11111111-2222-4333-8444-555555555555").await;
        assert_eq!(w.deliver_json(&nobody).await, 200);
        let mut odd = w.delivery("x").await;
        odd.data = json!({ "opportunityId": "../../etc/passwd" });
        assert_eq!(w.deliver_json(&odd).await, 200);
        w.drain().await;
        assert_eq!(w.headcount().await, before);
        let audit = w.at_hub().await.read("/audit").await;
        assert!(audit.contains("Lever does not show the opportunity 11111111-2222-4333-8444-555555555555"), "{audit}");
        // The button itself, on Lever's settings page.
        let (_, hooks) = w.lever(&w.key().await, Verb::Get, "/v1/webhooks", Value::Null).await;
        assert_eq!(hooks["data"], json!([]), "a key sees only its own webhooks");
    })
    .await;
}

#[tokio::test]
async fn com_15_verify_connection_on_levers_page_says_that_the_receiver_answered() {
    on_both(async |w| {
        let mut ines = w.at_ats("ines").await;
        let (id, _, _) = w.webhooks().await.pop().unwrap();
        let back = ines.press(&format!("/settings/integrations/webhooks/{id}/verify"), &[]).await;
        assert!(ines.read(back.path()).await.contains("Connection verified: the receiver answered 200."));
    })
    .await;
}

#[tokio::test]
async fn com_14_a_replayed_delivery_is_answered_2xx_and_does_nothing_for_30_days() {
    on_both(async |w| {
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        let told = w.delivery(&ada).await;
        assert_eq!(w.deliver_json(&told).await, 200);
        w.drain().await;
        w.later(Duration::from_secs(20 * 3600)).await;
        assert_eq!(w.deliver_json(&told).await, 200);
        w.drain().await;
        assert_eq!(w.employees("ada.lovelace.byron@mail.example").await.len(), 1);
        assert!(w.timeline(&ada).await.contains("1 duplicate ignored"));
        // A month later the token is still known, and the delivery is too old besides.
        w.later(Duration::from_secs(30 * 86_400)).await;
        assert_eq!(w.deliver_json(&told).await, 400);
        assert!(w.timeline(&ada).await.contains("1 duplicate ignored"));
    })
    .await;
}

#[tokio::test]
async fn a_flood_of_forgeries_does_not_fill_the_audit_log() {
    on_both(async |w| {
        let mut forged = w.delivery("x").await;
        forged.signature = Some("00".repeat(32));
        for _ in 0..60 {
            assert_eq!(w.deliver_json(&forged).await, 401);
        }
        let audit = w.at_hub().await.read("/audit").await;
        assert_eq!(audit.matches("bad signature").count(), 30);
    })
    .await;
}
