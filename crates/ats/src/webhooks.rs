//! Webhooks: made through the API by a key or an application, or on the settings page by a Super Admin.

use crate::Ats;
use crate::access::Caller;
use crate::refusal::{Refusal, Result};
use db::vault::random_hex;
use db::{Row, Sql, params};
use endpoint::Nothing;
use lever_api::event::{Event, ORIGINS};
use lever_api::{Conditions, Configuration, CreateWebhook, Data, DeleteWebhook, List, ListWebhooks, Rest, UpdateWebhooks, Webhook};
use std::sync::Arc;
use url::Url;

/// Who made a webhook on the settings page. Those made by programs cannot be changed by people, and the reverse.
pub const BY_PAGE: &str = "page";

pub async fn list(ats: Ats, caller: Arc<Caller>, _: ListWebhooks) -> Result<List<Webhook>> {
    Ok(List::whole(ats.webhooks_of(&caller.owner).await?))
}

pub async fn create(ats: Ats, caller: Arc<Caller>, request: CreateWebhook) -> Result<Data<Webhook>> {
    let body = request.body;
    let event = event(&body.event)?;
    let (id, token) = ats.add_webhook(&caller.owner, event, &body.url, &origins(event, &body.configuration)?).await?;
    let mut made = ats.webhook(&id, &caller.owner).await?;
    made.configuration.signature_token = Some(token);
    Ok(Data::new(made))
}

pub async fn update(ats: Ats, caller: Arc<Caller>, request: UpdateWebhooks) -> Result<List<Webhook>> {
    let tx = ats.db.begin().await?;
    for change in &request.body.data {
        let old = ats.webhook(change.id.as_str(), &caller.owner).await?;
        let event = change.event.as_deref().map_or(Ok(old.event), event)?;
        let url = change.url.clone().unwrap_or(old.url);
        ats.check_url(&url)?;
        let origins = match &change.configuration {
            Some(configuration) => origins(event, configuration)?,
            None => old.configuration.conditions.map(|c| c.origins).unwrap_or_default(),
        };
        tx.run(
            "update webhook set event = $1, url = $2, origins = $3, updated_at = $4 where id = $5",
            params![event.wire(), url, crate::profiles::text_of(&origins), ats.clock.now().0, change.id.as_str()],
        )
        .await?;
    }
    tx.commit().await?;
    let changed: Vec<String> = request.body.data.iter().map(|change| change.id.to_string()).collect();
    Ok(List::whole(ats.webhooks_of(&caller.owner).await?.into_iter().filter(|w| changed.contains(&w.id)).collect()))
}

pub async fn delete(ats: Ats, caller: Arc<Caller>, request: DeleteWebhook) -> Result<Nothing> {
    ats.webhook(request.webhook.as_str(), &caller.owner).await?;
    ats.remove_webhook(request.webhook.as_str()).await?;
    Ok(Nothing)
}

fn event(name: &str) -> Result<Event> {
    name.parse().map_err(|_| {
        let all: Vec<&str> = Event::ALL.iter().map(|e| e.wire()).collect();
        Refusal::bad_request(format!("event must be one of {}", all.join(", ")))
    })
}

/// All six origins unless told otherwise; none where the event takes no conditions.
fn origins(event: Event, configuration: &Configuration) -> Result<Vec<String>> {
    let given = configuration.conditions.as_ref().map(|c| c.origins.clone()).or_else(|| configuration.origins.clone());
    if !event.has_conditions() {
        return Ok(Vec::new());
    }
    let origins = given.filter(|list| !list.is_empty()).unwrap_or_else(|| ORIGINS.map(str::to_owned).to_vec());
    match origins.iter().find(|origin| !ORIGINS.contains(&origin.as_str())) {
        Some(unknown) => Err(Refusal::bad_request(format!("{unknown} is not an origin; the origins are {}", ORIGINS.join(", ")))),
        None => Ok(origins),
    }
}

fn read(row: &Row) -> db::Result<Webhook> {
    let event: Event = row.text("event")?.parse().map_err(|_| db::Error::new("a webhook has an unknown event"))?;
    let origins: Vec<String> = row.held("origins")?;
    Ok(Webhook {
        id: row.text("id")?,
        event,
        url: row.text("url")?,
        configuration: Configuration { conditions: event.has_conditions().then_some(Conditions { origins }), ..Configuration::default() },
        created_at: row.int("created_at")?,
        updated_at: row.int("updated_at")?,
        rest: Rest::new(),
    })
}

impl Ats {
    /// Lever takes https only. Here plain http to this machine is fine too, where the operator allows it.
    fn check_url(&self, url: &str) -> Result<()> {
        let parsed = Url::parse(url).map_err(|_| Refusal::bad_request("url must be a whole https address"))?;
        self.outbound.reach().check(&parsed).map_err(|e| Refusal::bad_request(format!("url: {e}")))
    }

    /// Adds a webhook; its id and signature token.
    pub(crate) async fn add_webhook(&self, made_by: &str, event: Event, url: &str, origins: &[String]) -> Result<(String, String)> {
        self.check_url(url)?;
        let id = uuid::Uuid::new_v4().to_string();
        let token = random_hex(24);
        let sealed = self.vault.seal(&format!("webhook/{id}"), &token);
        self.db
            .run(
                "insert into webhook (id, event, url, origins, signature_token, made_by, created_at, updated_at) values ($1,$2,$3,$4,$5,$6,$7,$7)",
                params![id.as_str(), event.wire(), url, crate::profiles::text_of(&origins), sealed, made_by, self.clock.now().0],
            )
            .await?;
        Ok((id, token))
    }

    /// A new signature token, valid at once; the old one signs nothing any more.
    pub(crate) async fn regenerate_token(&self, id: &str) -> Result<String> {
        let token = random_hex(24);
        let sealed = self.vault.seal(&format!("webhook/{id}"), &token);
        self.db.run("update webhook set signature_token = $1, updated_at = $2 where id = $3", params![sealed, self.clock.now().0, id]).await?;
        Ok(token)
    }

    pub(crate) async fn signature_token(&self, tx: &impl Sql, id: &str) -> db::Result<Option<String>> {
        let row = tx.row("select signature_token from webhook where id = $1", params![id]).await?;
        row.map(|row| self.vault.open_sealed(&format!("webhook/{id}"), &row.text("signature_token")?)).transpose()
    }

    pub(crate) async fn webhooks_of(&self, made_by: &str) -> db::Result<Vec<Webhook>> {
        let rows = self.db.rows("select * from webhook where made_by = $1 order by created_at, id", params![made_by]).await?;
        rows.iter().map(read).collect()
    }

    /// Every webhook with who made it, for the settings page.
    pub(crate) async fn all_webhooks(&self) -> db::Result<Vec<(Webhook, String)>> {
        let rows = self.db.rows("select * from webhook order by event, created_at, id", vec![]).await?;
        rows.iter().map(|row| Ok((read(row)?, row.text("made_by")?))).collect()
    }

    async fn webhook(&self, id: &str, made_by: &str) -> Result<Webhook> {
        let row = self.db.row("select * from webhook where id = $1 and made_by = $2", params![id, made_by]).await?;
        row.map(|row| read(&row)).transpose()?.ok_or_else(|| Refusal::not_found("webhooks", id))
    }

    pub(crate) async fn remove_webhook(&self, id: &str) -> Result<()> {
        let tx = self.db.begin().await?;
        tx.run("delete from webhook where id = $1", params![id]).await?;
        pipeline::cancel(&tx, crate::events::TENANT, id, "the webhook was deleted", self.clock.now()).await?;
        tx.commit().await?;
        Ok(())
    }
}
