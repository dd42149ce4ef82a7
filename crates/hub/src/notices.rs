//! Notices: what the hub tells others of by itself. Each is an effect, stored in the transaction of what it tells, so that
//! none is lost and none is made up; signed after the Standard Webhooks specification.

use crate::Hub;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clock::Ms;
use db::vault::random_hex;
use db::{Row, Sql, Tx, params};
use endpoint::Verb;
use outbound::{Answer, Call, Failure, Wire};
use pipeline::{Ending, Item, NewEffect, Priority};
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use url::Url;

/// The kind of effect that sends one.
pub const NOTICE: &str = "notice";

/// Where notices go.
pub struct Address {
    /// Its id.
    pub id: String,
    /// Receives them.
    pub url: String,
    /// Which kinds; empty: all.
    pub kinds: Vec<String>,
}

/// Something to be told.
pub struct Notice<'a> {
    /// One of [`hub_api::KINDS`].
    pub kind: &'static str,
    /// Names it for ever: it is told once.
    pub key: String,
    /// Whose work it is about.
    pub connection: &'a str,
    /// Ids and sentences; nothing personal.
    pub data: Value,
}

impl Hub {
    /// Adds an address; its id and the secret notices to it are signed with, told once.
    pub(crate) async fn add_address(&self, tenant: &str, url: &str, kinds: &[String], by: &str) -> db::Result<Result<(String, String), String>> {
        let checked = Url::parse(url).map_err(|e| e.to_string()).and_then(|url| self.outbound.reach().check(&url).map_err(|e| e.to_string()));
        if let Err(why) = checked {
            return Ok(Err(format!("The address {url} cannot be used: {why}")));
        }
        if let Some(unknown) = kinds.iter().find(|kind| !hub_api::KINDS.iter().any(|(known, _)| known == kind)) {
            let known = hub_api::KINDS.map(|(kind, _)| kind).join(", ");
            return Ok(Err(format!("There is no kind of notice {unknown:?}; there are: {known}.")));
        }
        let id = uuid::Uuid::new_v4().to_string();
        let secret = format!("whsec_{}", STANDARD.encode(random_hex(16).as_bytes()));
        let sealed = self.vault.seal(&format!("notice/{id}"), &secret);
        let tx = self.db.begin().await?;
        tx.run(
            "insert into notice_address (tenant, id, url, kinds, secret, created_at) values ($1, $2, $3, $4, $5, $6)",
            params![tenant, id.as_str(), url, kinds.join(" "), sealed, self.clock.now().0],
        )
        .await?;
        self.audit(&tx, tenant, by, "notices: address added", &format!("Notices go to {} from now on.", host(url))).await?;
        tx.commit().await?;
        Ok(Ok((id, secret)))
    }

    /// Where notices go.
    pub(crate) async fn addresses(&self, db: &impl Sql, tenant: &str) -> db::Result<Vec<Address>> {
        let read = |row: &Row| {
            let kinds = row.text("kinds")?.split_whitespace().map(str::to_owned).collect();
            Ok(Address { id: row.text("id")?, url: row.text("url")?, kinds })
        };
        let sql = "select id, url, kinds from notice_address where tenant = $1 order by created_at, id";
        db.rows(sql, params![tenant]).await?.iter().map(read).collect()
    }

    /// Sends no more notices to an address; whether there was one.
    pub(crate) async fn remove_address(&self, tenant: &str, id: &str, by: &str) -> db::Result<bool> {
        let tx = self.db.begin().await?;
        let row = tx.row("delete from notice_address where tenant = $1 and id = $2 returning url", params![tenant, id]).await?;
        if let Some(row) = &row {
            self.audit(&tx, tenant, by, "notices: address removed", &format!("No more notices go to {}.", host(&row.text("url")?))).await?;
        }
        tx.commit().await?;
        Ok(row.is_some())
    }

    /// Intends notices, in the transaction of what they tell.
    pub(crate) async fn tell(&self, tx: &Tx, tenant: &str, notices: &[Notice<'_>]) -> db::Result<()> {
        if notices.is_empty() {
            return Ok(());
        }
        let addresses = self.addresses(tx, tenant).await?;
        let now = self.clock.now();
        let mut effects = Vec::new();
        for notice in notices {
            for address in addresses.iter().filter(|a| a.kinds.is_empty() || a.kinds.iter().any(|kind| kind == notice.kind)) {
                let key = format!("{NOTICE}/{}/{}", address.id, notice.key);
                effects.push(NewEffect {
                    connection: notice.connection.to_owned(),
                    kind: NOTICE.to_owned(),
                    // Notices do not wait for one another.
                    subject: key.clone(),
                    key,
                    payload: json!({ "address": address.id, "type": notice.kind, "data": notice.data }),
                    priority: Priority::Usual,
                    run_at: now,
                    again: false,
                });
            }
        }
        if effects.is_empty() { Ok(()) } else { self.pipeline.effects(tx, tenant, effects).await }
    }

    /// Sends one.
    pub(crate) async fn send_notice(&self, item: &Item, wire: &Wire) -> db::Result<Ending> {
        let id = item.payload["address"].as_str().unwrap_or_default();
        let row = self.db.row("select url, secret from notice_address where tenant = $1 and id = $2", params![item.tenant.as_str(), id]).await?;
        let Some(row) = row else { return Ok(Ending::Withdrawn { why: "This address receives no notices any more.".to_owned() }) };
        let secret = self.vault.open_sealed(&format!("notice/{id}"), &row.text("secret")?)?;
        let Ok(url) = Url::parse(&row.text("url")?) else { return Ok(Ending::GiveUp { why: "The address cannot be read.".to_owned() }) };
        let body = json!({ "type": item.payload["type"], "timestamp": rfc3339(item.created_at), "data": item.payload["data"] }).to_string();
        let seconds = self.clock.now().0 / 1000;
        let mut call = Call::new(Verb::Post, url, body.clone().into_bytes());
        let signed = Webhook::new(&secret).and_then(|secret| secret.sign(&item.id, seconds, body.as_bytes()));
        let Ok(signature) = signed else { return Ok(Ending::GiveUp { why: "The secret of this address cannot be used.".to_owned() }) };
        for (name, value) in [("webhook-id", item.id.clone()), ("webhook-timestamp", seconds.to_string()), ("webhook-signature", signature)] {
            if let Ok(value) = value.parse() {
                call.headers.insert(name, value);
            }
        }
        Ok(match self.outbound.send(&call, wire).await {
            Ok(Answer { status: 200..=299, .. }) => Ending::Done { remote_id: None, sent: Value::Null, why: "the receiver took it".to_owned() },
            // The specification's word for "do not come again".
            Ok(Answer { status: 410, .. }) => {
                self.remove_address(&item.tenant, id, "the receiver (410)").await?;
                Ending::Withdrawn { why: "The receiver answered 410: it wants no notices any more.".to_owned() }
            }
            Ok(Answer { status, .. }) => Ending::Retry { after: None, why: format!("The receiver answered {status}.") },
            Err(Failure::Blocked(why)) => Ending::GiveUp { why },
            Err(failure) => Ending::Retry { after: failure.retry_after(), why: failure.to_string() },
        })
    }
}

fn rfc3339(at: Ms) -> String {
    jiff::Timestamp::from_millisecond(at.0).map(|at| at.to_string()).unwrap_or_default()
}

fn host(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}
