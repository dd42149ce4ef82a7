//! Notices: what the hub tells others of by itself. How they are kept and sent is [`post`]'s business.

use crate::Hub;
use db::{Sql, Tx};
use outbound::Wire;
use pipeline::{Ending, Item};
use post::{Address, ByMail, Letters, Notice, Notices};
use url::Url;

impl Hub {
    /// Letters to people, such as notices by e-mail.
    pub(crate) fn letters(&self) -> Letters {
        Letters { db: self.db.clone(), clock: self.clock.clone(), pipeline: self.pipeline.clone(), smtp: self.smtp.clone() }
    }

    fn notices(&self) -> Notices {
        let base = self.base.as_str().trim_end_matches('/').to_owned();
        Notices {
            by_mail: Some(ByMail { letters: self.letters(), words, base }),
            db: self.db.clone(),
            clock: self.clock.clone(),
            vault: self.vault.clone(),
            outbound: self.outbound.clone(),
            pipeline: self.pipeline.clone(),
        }
    }

    /// Adds an address; its id and the secret notices to it are signed with, told once.
    pub(crate) async fn add_address(&self, tenant: &str, url: &str, kinds: &[String], by: &str) -> db::Result<Result<(String, String), String>> {
        if let Some(unknown) = kinds.iter().find(|kind| !hub_api::KINDS.iter().any(|(known, _)| known == kind)) {
            let known = hub_api::KINDS.map(|(kind, _)| kind).join(", ");
            return Ok(Err(format!("There is no kind of notice {unknown:?}; there are: {known}.")));
        }
        let tx = self.db.begin().await?;
        let added = self.notices().add(&tx, tenant, url, kinds).await?;
        if added.is_ok() {
            self.audit(&tx, tenant, by, "notices: address added", &format!("Notices go to {} from now on.", host(url))).await?;
        }
        tx.commit().await?;
        Ok(added)
    }

    /// Where notices go.
    pub(crate) async fn addresses(&self, db: &impl Sql, tenant: &str) -> db::Result<Vec<Address>> {
        self.notices().addresses(db, tenant).await
    }

    /// Sends no more notices to an address; whether there was one.
    pub(crate) async fn remove_address(&self, tenant: &str, id: &str, by: &str) -> db::Result<bool> {
        let tx = self.db.begin().await?;
        let gone = self.notices().remove(&tx, tenant, id).await?;
        if let Some(url) = &gone {
            self.audit(&tx, tenant, by, REMOVED, &format!("No more notices go to {}.", host(url))).await?;
        }
        tx.commit().await?;
        Ok(gone.is_some())
    }

    /// Intends notices, in the transaction of what they tell.
    pub(crate) async fn tell(&self, tx: &Tx, tenant: &str, notices: &[Notice<'_>]) -> db::Result<()> {
        self.notices().tell(tx, tenant, notices).await
    }

    /// Sends one.
    pub(crate) async fn send_notice(&self, item: &Item, wire: &Wire) -> db::Result<Ending> {
        let (ending, gone) = self.notices().send(item, wire).await?;
        if let Some(url) = gone {
            self.audit(&self.db, &item.tenant, "the receiver (410)", REMOVED, &format!("No more notices go to {}.", host(&url))).await?;
        }
        Ok(ending)
    }
}

const REMOVED: &str = "notices: address removed";

/// The host of a program, or the whole address of a person.
fn host(url: &str) -> String {
    match url.strip_prefix(post::MAILTO) {
        Some(email) => email.to_owned(),
        None => Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default(),
    }
}

/// What a person reads of it.
fn words(notice: &Notice<'_>, base: &str) -> (String, String) {
    let text = |name: &str| notice.data[name].as_str().unwrap_or_default().to_owned();
    let (subject, said, page) = match notice.kind {
        "hold.opened" => (format!("Something waits for a person: {}", text("cause")), String::new(), "/holds".to_owned()),
        "connection.broken" => {
            (format!("{} is not connected any more", text("connector")), text("why"), format!("/connections/{}", notice.connection))
        }
        "person.erased" => ("A person was forgotten".to_owned(), text("why"), "/erasures".to_owned()),
        _ => ("A record was made at a partner".to_owned(), String::new(), "/hires".to_owned()),
    };
    let said = if said.is_empty() { String::new() } else { format!("{said}\n\n") };
    (subject.clone(), format!("{subject}.\n\n{said}{base}{page}\n\nWhat happens many times in an hour is told once.\n"))
}
