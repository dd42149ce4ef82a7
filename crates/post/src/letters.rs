//! Letters: mail to people. With a mail server they are sent; without one they are kept, and a page of the side shows them.
//!
//! Mail cannot be taken back and a server cannot be asked whether it has a letter already. So whatever is not known to have
//! failed is not sent a second time by itself: it shows as unsure, and a person decides.

use clock::{Clock, Ms};
use db::{Db, Migration, Row, Sql, Tx, params};
use outbound::{Mail, Smtp, Unsent};
use pipeline::{Ending, GIVE_UP_AFTER, Item, NewEffect, Pipeline, Priority};
use serde_json::{Value, json};

/// The table, for sides that write letters.
pub const MIGRATIONS: &[Migration] = &[Migration { id: "000_letters_001", sql: include_str!("migrations/001_letters.sql") }];

/// The kind of effect that sends one.
pub const LETTER: &str = "letter";

/// A letter to be sent.
#[derive(Clone, Debug)]
pub struct Letter<'a> {
    /// Names it for ever: it is written once. `joinedly/welcome/<joiner>`
    pub key: String,
    /// Whom or what it is about: forgotten together with it.
    pub about: &'a str,
    /// Whom it goes to: name and address.
    pub to: (&'a str, &'a str),
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// A letter with what became of it.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its id.
    pub id: String,
    /// Whom it goes to.
    pub to_name: String,
    /// At which address.
    pub to_email: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// `waiting`, `sent`, `kept`, `refused` or `unsure`.
    pub state: String,
    /// Why, if there is something to say.
    pub why: String,
    /// When it was written.
    pub at: Ms,
}

/// The letters of one side. Clones share it.
#[derive(Clone)]
pub struct Letters {
    /// Keeps them.
    pub db: Db,
    /// Where "now" comes from.
    pub clock: Clock,
    /// Tries again.
    pub pipeline: Pipeline,
    /// The mail server; without one letters are kept.
    pub smtp: Option<Smtp>,
}

impl Letters {
    /// Writes a letter in the transaction of what it tells, if it was not written before.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn write(&self, tx: &Tx, tenant: &str, letter: &Letter<'_>) -> db::Result<()> {
        let (id, now) = (pipeline::fresh_id(self.clock.now()), self.clock.now());
        let sql = "insert into letter (id, tenant, key, about, to_name, to_email, subject, body, state, why, at) \
                   values ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', '', $9) on conflict (tenant, key) do nothing";
        let (name, email) = letter.to;
        let values =
            params![id.as_str(), tenant, letter.key.as_str(), letter.about, name, email, letter.subject.as_str(), letter.body.as_str(), now.0];
        if tx.run(sql, values).await? > 0 {
            self.send_later(tx, tenant, &id, &format!("{LETTER}/{id}")).await?;
        }
        Ok(())
    }

    /// Remembers that a letter was written without writing one: whoever is told of the same elsewhere is not told again. Whether it was
    /// not remembered yet.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn remember(&self, tx: &Tx, tenant: &str, key: &str) -> db::Result<bool> {
        let sql = "insert into letter (id, tenant, key, about, to_name, to_email, subject, body, state, why, at) \
                   values ($1, $2, $3, '', '', '', '', '', 'forgotten', '', $4) on conflict (tenant, key) do nothing";
        let now = self.clock.now();
        Ok(tx.run(sql, params![pipeline::fresh_id(now), tenant, key, now.0]).await? > 0)
    }

    async fn send_later(&self, tx: &Tx, tenant: &str, id: &str, key: &str) -> db::Result<()> {
        let effect = NewEffect {
            connection: String::new(),
            kind: LETTER.to_owned(),
            key: key.to_owned(),
            // Letters do not wait for one another.
            subject: key.to_owned(),
            payload: json!({ "letter": id }),
            priority: Priority::Usual,
            run_at: self.clock.now(),
            again: false,
        };
        self.pipeline.effects(tx, tenant, vec![effect]).await
    }

    /// Sends one. Whether the server may have it though no answer came is for the caller to write down with the ending.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn send(&self, item: &Item) -> db::Result<(Ending, bool)> {
        let id = item.payload["letter"].as_str().unwrap_or_default();
        let Some(letter) = self.one(&item.tenant, id).await? else {
            return Ok((Ending::Withdrawn { why: "The letter was forgotten.".to_owned() }, false));
        };
        let done = |why: &str| Ending::Done { remote_id: None, sent: Value::Null, why: why.to_owned() };
        let Some(smtp) = &self.smtp else {
            self.became(id, "kept", "").await?;
            return Ok((done("no mail server is set, so it is kept here"), false));
        };
        if !item.tried.is_empty() {
            return self.unsure(id, "an earlier try ended without an answer").await;
        }
        let mail = Mail { id: &letter.id, to: (&letter.to_name, &letter.to_email), subject: &letter.subject, body: &letter.body };
        match smtp.send(&mail).await {
            Ok(()) => {
                self.became(id, "sent", "").await?;
                Ok((done("the mail server took it"), false))
            }
            Err(Unsent::Refused(why)) => {
                self.became(id, "refused", &why).await?;
                Ok((Ending::GiveUp { why: format!("The mail server refuses it: {why}") }, false))
            }
            Err(Unsent::NotYet(why)) if self.clock.now().since(item.tried_since) >= GIVE_UP_AFTER => {
                self.became(id, "refused", &format!("given up after three days: {why}")).await?;
                Ok((Ending::GiveUp { why }, false))
            }
            Err(Unsent::NotYet(why)) => {
                self.became(id, "waiting", &why).await?;
                Ok((Ending::Retry { after: None, why }, false))
            }
            Err(Unsent::Unknown(why)) => self.unsure(id, &why).await,
        }
    }

    async fn unsure(&self, id: &str, why: &str) -> db::Result<(Ending, bool)> {
        self.became(id, "unsure", why).await?;
        Ok((Ending::GiveUp { why: format!("Whether it went out is not known ({why}), so it is not sent again by itself.") }, true))
    }

    async fn became(&self, id: &str, state: &str, why: &str) -> db::Result<()> {
        let sent_at = matches!(state, "sent" | "kept").then(|| self.clock.now().0);
        let sql = "update letter set state = $1, why = $2, sent_at = coalesce($3, sent_at) where id = $4";
        self.db.run(sql, params![state, why, sent_at, id]).await.map(drop)
    }

    /// A person wants a letter sent once more; whether there is one that is not about to be sent anyway.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn send_again(&self, tenant: &str, id: &str) -> db::Result<bool> {
        let tx = self.db.begin().await?;
        let again =
            tx.run("update letter set state = 'waiting', why = '' where tenant = $1 and id = $2 and state <> 'waiting'", params![tenant, id]).await?
                > 0;
        if again {
            // A new intention: what the old one may have done is known to the person.
            self.send_later(&tx, tenant, id, &format!("{LETTER}/{id}/{}", db::vault::random_hex(4))).await?;
        }
        tx.commit().await?;
        self.pipeline.wake();
        Ok(again)
    }

    /// One letter.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn one(&self, tenant: &str, id: &str) -> db::Result<Option<Stored>> {
        let sql = "select * from letter where tenant = $1 and id = $2 and state <> 'forgotten'";
        let row = self.db.row(sql, params![tenant, id]).await?;
        row.map(|row| read(&row)).transpose()
    }

    /// The newest.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn newest(&self, tenant: &str) -> db::Result<Vec<Stored>> {
        let sql = "select * from letter where tenant = $1 and state <> 'forgotten' order by at desc, id desc limit 200";
        self.db.rows(sql, params![tenant]).await?.iter().map(read).collect()
    }

    /// Forgets whatever was written about somebody.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forget(&self, tx: &Tx, tenant: &str, about: &str) -> db::Result<()> {
        tx.run("delete from letter where tenant = $1 and about = $2", params![tenant, about]).await.map(drop)
    }

    /// Forgets what stands in older letters. That they were written stays known, so that none is written again.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn prune(&self, before: Ms) -> db::Result<()> {
        let sql = "update letter set to_name = '', to_email = '', subject = '', body = '', why = '', state = 'forgotten' \
                   where at < $1 and state not in ('waiting', 'forgotten')";
        self.db.run(sql, params![before.0]).await.map(drop)
    }
}

fn read(row: &Row) -> db::Result<Stored> {
    Ok(Stored {
        id: row.text("id")?,
        to_name: row.text("to_name")?,
        to_email: row.text("to_email")?,
        subject: row.text("subject")?,
        body: row.text("body")?,
        state: row.text("state")?,
        why: row.text("why")?,
        at: Ms(row.int("at")?),
    })
}
