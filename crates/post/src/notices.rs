//! Notices to programs: `POST` with JSON, signed after the Standard Webhooks specification
//! (<https://www.standardwebhooks.com>): headers `webhook-id`, `webhook-timestamp` in seconds, `webhook-signature`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clock::{Clock, Ms};
use db::vault::{Vault, random_hex};
use db::{Db, Row, Sql, Tx, params};
use endpoint::Verb;
use outbound::{Answer, Call, Failure, Outbound, Wire};
use pipeline::{Ending, Item, NewEffect, Pipeline, Priority};
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
    /// What it tells of: `hold.opened`.
    pub kind: &'static str,
    /// Names it for ever: it is told once.
    pub key: String,
    /// Whose work it is about.
    pub connection: &'a str,
    /// Ids and sentences; nothing personal.
    pub data: Value,
}

/// How a side tells people of what it tells programs. An address that begins with `mailto:` is a person's.
#[derive(Clone)]
pub struct ByMail {
    /// Sends them.
    pub letters: crate::Letters,
    /// What to write of it: a subject and a text. What has the same subject is written once in an hour.
    pub words: fn(&Notice<'_>, base: &str) -> (String, String),
    /// Where people reach the side; no final slash.
    pub base: String,
}

/// The notices of one side. Clones share it.
#[derive(Clone)]
pub struct Notices {
    /// Keeps `notice_address`, a table of the side's own.
    pub db: Db,
    /// Where "now" comes from.
    pub clock: Clock,
    /// Seals the secrets they are signed with.
    pub vault: Vault,
    /// Sends them.
    pub outbound: Outbound,
    /// Tries again.
    pub pipeline: Pipeline,
    /// Tells people; none: programs alone are told.
    pub by_mail: Option<ByMail>,
}

/// What an address of a person begins with.
pub const MAILTO: &str = "mailto:";

fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    text.len() <= 254
        && !text.contains(char::is_whitespace)
        && parts.is_some_and(|(who, at)| !who.is_empty() && at.contains('.') && !at.ends_with('.'))
}

impl Notices {
    /// Adds an address inside the caller's transaction; its id and the secret notices to it are signed with, told once. Or a
    /// sentence why it cannot be used.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn add(&self, tx: &Tx, tenant: &str, url: &str, kinds: &[String]) -> db::Result<Result<(String, String), String>> {
        let checked = match url.strip_prefix(MAILTO) {
            Some(email) if self.by_mail.is_some() => {
                if is_email(email) {
                    Ok(())
                } else {
                    Err("it is not an e-mail address".to_owned())
                }
            }
            _ => Url::parse(url).map_err(|e| e.to_string()).and_then(|url| self.outbound.reach().check(&url).map_err(|e| e.to_string())),
        };
        if let Err(why) = checked {
            return Ok(Err(format!("The address {url} cannot be used: {why}")));
        }
        let id = uuid::Uuid::new_v4().to_string();
        let secret = format!("whsec_{}", STANDARD.encode(random_hex(16).as_bytes()));
        let sealed = self.vault.seal(&format!("notice/{id}"), &secret);
        tx.run(
            "insert into notice_address (tenant, id, url, kinds, secret, created_at) values ($1, $2, $3, $4, $5, $6)",
            params![tenant, id.as_str(), url, kinds.join(" "), sealed, self.clock.now().0],
        )
        .await?;
        Ok(Ok((id, secret)))
    }

    /// Where notices go.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn addresses(&self, db: &impl Sql, tenant: &str) -> db::Result<Vec<Address>> {
        let read = |row: &Row| {
            let kinds = row.text("kinds")?.split_whitespace().map(str::to_owned).collect();
            Ok(Address { id: row.text("id")?, url: row.text("url")?, kinds })
        };
        let sql = "select id, url, kinds from notice_address where tenant = $1 order by created_at, id";
        db.rows(sql, params![tenant]).await?.iter().map(read).collect()
    }

    /// Sends no more notices to an address; its URL, if there was one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn remove(&self, tx: &Tx, tenant: &str, id: &str) -> db::Result<Option<String>> {
        let row = tx.row("delete from notice_address where tenant = $1 and id = $2 returning url", params![tenant, id]).await?;
        row.map(|row| row.text("url")).transpose()
    }

    /// Intends notices, in the transaction of what they tell.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tell(&self, tx: &Tx, tenant: &str, notices: &[Notice<'_>]) -> db::Result<()> {
        if notices.is_empty() {
            return Ok(());
        }
        let addresses = self.addresses(tx, tenant).await?;
        let now = self.clock.now();
        let mut effects = Vec::new();
        for notice in notices {
            for address in addresses.iter().filter(|a| a.kinds.is_empty() || a.kinds.iter().any(|kind| kind == notice.kind)) {
                if let Some(email) = address.url.strip_prefix(MAILTO) {
                    self.write(tx, tenant, notice, &address.id, email).await?;
                    continue;
                }
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

    /// Tells a person; of the same once in an hour, however often it happens.
    async fn write(&self, tx: &Tx, tenant: &str, notice: &Notice<'_>, address: &str, email: &str) -> db::Result<()> {
        let Some(by_mail) = &self.by_mail else { return Ok(()) };
        // Who waits longer for the same thing is no news.
        if !by_mail.letters.remember(tx, tenant, &format!("{NOTICE}/{address}/{}/{}", notice.kind, notice.key)).await? {
            return Ok(());
        }
        let (subject, body) = (by_mail.words)(notice, &by_mail.base);
        let hour = self.clock.now().0 / 3_600_000;
        let key = format!("{NOTICE}/{address}/{hour}/{}", db::vault::digest(&subject));
        by_mail.letters.write(tx, tenant, &crate::Letter { key, about: "", to: ("", email), subject, body }).await
    }

    /// Sends one. With 410 the receiver says that it wants no more: then its address is gone, and its URL is answered too.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn send(&self, item: &Item, wire: &Wire) -> db::Result<(Ending, Option<String>)> {
        let id = item.payload["address"].as_str().unwrap_or_default();
        let row = self.db.row("select url, secret from notice_address where tenant = $1 and id = $2", params![item.tenant.as_str(), id]).await?;
        let Some(row) = row else { return Ok((Ending::Withdrawn { why: "This address receives no notices any more.".to_owned() }, None)) };
        let secret = self.vault.open_sealed(&format!("notice/{id}"), &row.text("secret")?)?;
        let Ok(url) = Url::parse(&row.text("url")?) else { return Ok((Ending::GiveUp { why: "The address cannot be read.".to_owned() }, None)) };
        let body = json!({ "type": item.payload["type"], "timestamp": rfc3339(item.created_at), "data": item.payload["data"] }).to_string();
        let seconds = self.clock.now().0 / 1000;
        let mut call = Call::new(Verb::Post, url, body.clone().into_bytes());
        let signed = Webhook::new(&secret).and_then(|secret| secret.sign(&item.id, seconds, body.as_bytes()));
        let Ok(signature) = signed else { return Ok((Ending::GiveUp { why: "The secret of this address cannot be used.".to_owned() }, None)) };
        for (name, value) in [("webhook-id", item.id.clone()), ("webhook-timestamp", seconds.to_string()), ("webhook-signature", signature)] {
            if let Ok(value) = value.parse() {
                call.headers.insert(name, value);
            }
        }
        let ending = match self.outbound.send(&call, wire).await {
            Ok(Answer { status: 200..=299, .. }) => Ending::Done { remote_id: None, sent: Value::Null, why: "the receiver took it".to_owned() },
            // The specification's word for "do not come again".
            Ok(Answer { status: 410, .. }) => {
                let tx = self.db.begin().await?;
                let gone = self.remove(&tx, &item.tenant, id).await?;
                tx.commit().await?;
                return Ok((Ending::Withdrawn { why: "The receiver answered 410: it wants no notices any more.".to_owned() }, gone));
            }
            Ok(Answer { status, .. }) => Ending::Retry { after: None, why: format!("The receiver answered {status}.") },
            Err(Failure::Blocked(why)) => Ending::GiveUp { why },
            Err(failure) => Ending::Retry { after: failure.retry_after(), why: failure.to_string() },
        };
        Ok((ending, None))
    }
}

fn rfc3339(at: Ms) -> String {
    jiff::Timestamp::from_millisecond(at.0).map(|at| at.to_string()).unwrap_or_default()
}
