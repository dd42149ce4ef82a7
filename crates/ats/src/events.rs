//! Telling others: an event becomes one signed delivery for each webhook that fits, in the transaction of the change
//! itself, and is sent from there with Lever's five retries.

use crate::Ats;
use crate::refusal::Result;
use db::vault::random_hex;
use db::{Sql, params};
use endpoint::Verb;
use http::header::{HeaderValue, USER_AGENT};
use lever_api::event::{Delivery, Event, sign};
use outbound::{Call, Wire};
use pipeline::{Ending, Handler, Item, NewEffect, Priority, Tried};
use serde_json::{Value, json};
use std::time::Duration;
use url::Url;

/// The pipeline of the ATS serves one account.
pub const TENANT: &str = "account";
/// The kind of its effects.
pub const DELIVERY: &str = "delivery";

/// The history of deliveries is forgotten by age, once a day.
pub const PRUNE: &str = "prune/86400";
/// Lever's own history goes back two weeks.
const KEPT: Duration = Duration::from_secs(14 * 86_400);

/// How long to wait before each of the five retries. Lever does not publish its waits, only that they grow.
const WAITS: [Duration; 5] =
    [Duration::from_secs(10), Duration::from_secs(60), Duration::from_secs(600), Duration::from_secs(3600), Duration::from_secs(6 * 3600)];
/// How long a receiver may take. Not published either.
const PATIENCE: Duration = Duration::from_secs(10);

/// When a delivery is sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timing {
    /// After it was made.
    pub late: Duration,
}

impl Ats {
    /// Makes the deliveries of an event. Nothing is sent unless a Super Admin switched the event on.
    pub(crate) async fn emit(&self, tx: &impl Sql, event: Event, origin: Option<&str>, data: Value) -> Result<()> {
        if !self.is_told(tx, event).await? {
            return Ok(());
        }
        let rows = tx.rows("select id, url, origins from webhook where event = $1", params![event.wire()]).await?;
        let mut deliveries = Vec::new();
        for row in rows {
            let origins: Vec<String> = row.held("origins")?;
            if origin.is_none_or(|origin| origins.is_empty() || origins.iter().any(|o| o == origin)) {
                let delivery = self.signed(tx, &row.text("id")?, event, data.clone()).await?;
                for (n, timing) in self.timing(tx, &row.text("id")?).await?.into_iter().enumerate() {
                    deliveries.push(self.posting(row.text("id")?, row.text("url")?, &delivery, n, timing));
                }
            }
        }
        Ok(self.pipeline.effects(tx, TENANT, deliveries).await?)
    }

    /// A delivery as it goes over the wire.
    pub(crate) async fn signed(&self, tx: &impl Sql, webhook: &str, event: Event, data: Value) -> Result<Delivery> {
        let (token, triggered_at) = (random_hex(24), self.clock.now().0);
        let key = self.signature_token(tx, webhook).await?.unwrap_or_default();
        Ok(Delivery {
            id: Some(uuid::Uuid::new_v4().to_string()),
            event: event.wire().to_owned(),
            triggered_at,
            signature: Some(sign(&key, &token, triggered_at)),
            token: Some(token),
            data,
        })
    }

    /// The same delivery with a signature that the webhook's token of today verifies.
    pub(crate) async fn signed_again(&self, webhook: &str, delivery: Delivery) -> Result<Delivery> {
        let key = self.signature_token(&self.db, webhook).await?.unwrap_or_default();
        let token = random_hex(24);
        Ok(Delivery { signature: Some(sign(&key, &token, delivery.triggered_at)), token: Some(token), ..delivery })
    }

    fn posting(&self, webhook: String, url: String, delivery: &Delivery, n: usize, timing: Timing) -> NewEffect {
        let id = delivery.id.clone().unwrap_or_default();
        // The same delivery a second time is another effect.
        let id = if n == 0 { id } else { format!("{id}/{n}") };
        NewEffect {
            key: format!("{DELIVERY}/{id}"),
            connection: webhook,
            kind: DELIVERY.to_owned(),
            // Deliveries do not wait for one another: order is not promised, and one dead receiver must not stop the rest.
            subject: id,
            payload: json!({ "url": url, "body": delivery }),
            priority: Priority::Now,
            run_at: self.clock.now().plus(timing.late),
            again: false,
        }
    }

    /// Sends the test request of the settings page and waits for the answer: whether it was a 2xx, and a sentence.
    pub(crate) async fn verify_connection(&self, webhook: &str, event: Event, url: &str) -> Result<(bool, String)> {
        let mut test = self.signed(&self.db, webhook, event, json!({})).await?;
        test.id = None;
        let body = serde_json::to_vec(&test).unwrap_or_default();
        Ok(match self.post(url, body, &Wire::default()).await {
            Ok(status) if (200..300).contains(&status) => (true, format!("Connection verified: the receiver answered {status}.")),
            Ok(status) => (false, format!("The receiver answered {status}; it must answer 2xx.")),
            Err(why) => (false, format!("The receiver could not be reached: {why}.")),
        })
    }

    async fn post(&self, url: &str, body: Vec<u8>, wire: &Wire) -> std::result::Result<u16, String> {
        let url = Url::parse(url).map_err(|e| e.to_string())?;
        let mut call = Call::new(Verb::Post, url, body);
        call.patience = PATIENCE;
        call.headers.insert(USER_AGENT, HeaderValue::from_static("Lever-Webhooks"));
        self.outbound.send(&call, wire).await.map(|answer| answer.status).map_err(|e| e.to_string())
    }
}

/// Sends deliveries.
pub struct Deliveries(pub Ats);

impl Handler for Deliveries {
    type Note = ();

    async fn handle(&self, item: Item) -> Tried {
        if item.kind == PRUNE {
            let pruned = async {
                self.0.forget_uploads().await?;
                pipeline::prune(&self.0.db, self.0.clock.now().minus(KEPT), false).await
            };
            return match pruned.await {
                Ok(_) => Ending::Decided(Vec::new()).into(),
                Err(e) => Ending::Retry { after: None, why: e.to_string() }.into(),
            };
        }
        let wire = Wire::default();
        let url = item.payload["url"].as_str().unwrap_or_default();
        let sent = self.0.post(url, item.payload["body"].to_string().into_bytes(), &wire).await;
        let tries = usize::try_from(item.attempts).unwrap_or(usize::MAX);
        let ending = match (sent, WAITS.get(tries.saturating_sub(1))) {
            (Ok(status), _) if (200..300).contains(&status) => {
                Ending::Done { remote_id: None, sent: serde_json::Value::Null, why: format!("the receiver answered {status}") }
            }
            (failed, wait) => {
                let why = failed.map_or_else(|why| why, |status| format!("the receiver answered {status}"));
                match wait {
                    Some(wait) => Ending::Retry { after: Some(*wait), why },
                    None => Ending::GiveUp { why },
                }
            }
        };
        Tried { exchanges: wire.json(), ..ending.into() }
    }

    fn written(&self) {
        self.0.lobby.changed();
    }
}
