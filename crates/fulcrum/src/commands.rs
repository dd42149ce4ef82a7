#![allow(missing_docs, reason = "each verb is described where the command line declares it")]
//! What the verbs do. Answers for programs stand alone on standard output; everything else goes to standard error.

use crate::cli::{LeverAppAt, NewKey, NewUser};
use crate::settings::Side;
use crate::sides::Ground;
use anyhow::{Context, Result, bail};
use ats::people::{NewPerson, ROLES};
use hub::{LeverApp, NewOperator};
use std::io::Write;
use std::path::Path;

/// Prints a line. Whoever reads it may stop in the middle, which is no fault.
macro_rules! out {
    ($($words:tt)*) => { writeln!(std::io::stdout(), $($words)*)? };
}

/// A secret from standard input, so that it stands in no shell history and no process list.
fn secret(what: &str) -> Result<String> {
    eprintln!("{what}, then Enter:");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).context("standard input cannot be read")?;
    let secret = line.trim().to_owned();
    if secret.is_empty() {
        bail!("nothing was entered on standard input");
    }
    Ok(secret)
}

fn password() -> Result<String> {
    let password = secret("Password (at least 8 characters)")?;
    if password.len() < 8 {
        bail!("a password has at least 8 characters");
    }
    Ok(password)
}

pub async fn create_api_key(ground: &Ground, new: NewKey) -> Result<()> {
    let ats = ground.ats().await?;
    let permissions = if new.all { lever_api::permissions().into_iter().map(str::to_owned).collect() } else { new.permission };
    let key = if new.postings_api {
        ats.create_postings_key(&new.name, None).await?
    } else {
        ats.create_api_key(&new.name, &permissions, new.confidential, None).await?
    };
    out!("{key}");
    Ok(())
}

/// Says how far it is on the way, and at the end what was made, in one line of JSON.
pub async fn generate(ground: &Ground, opportunities: usize, seed: u64) -> Result<()> {
    let ats = ground.ats().await?;
    let step = (opportunities / 10).max(1_000);
    let told = |n: usize| {
        if n.is_multiple_of(step) {
            eprintln!("{n} of {opportunities} opportunities");
        }
    };
    let made = ats.generate(opportunities, seed, told).await?;
    out!(
        "{}",
        serde_json::json!({
            "opportunities": made.opportunities, "contacts": made.people, "postings": made.postings, "rows": made.rows, "sha256": made.digest,
        })
    );
    Ok(())
}

pub async fn list_faults(ground: &Ground) -> Result<()> {
    out!("{}", serde_json::json!({ "data": ground.ats().await?.faults().await? }));
    Ok(())
}

pub async fn add_fault(ground: &Ground, new: &ats::sandbox::NewFault) -> Result<()> {
    out!("{}", serde_json::to_string(&ground.ats().await?.add_fault(new).await?)?);
    Ok(())
}

pub async fn end_fault(ground: &Ground, id: &str) -> Result<()> {
    if !ground.ats().await?.end_fault(id).await? {
        bail!("there is no fault {id}; fulcrum ats sandbox list says what there is");
    }
    Ok(())
}

/// The file beside the databases is looked at by whoever serves them.
pub async fn move_clock(ground: &Ground, seconds: u64) -> Result<()> {
    if !ground.ats().await?.is_sandbox().await? {
        bail!("this account is no sandbox: serve it with --demo or --sandbox");
    }
    if seconds > 400 * 86_400 {
        bail!("the clock moves by 400 days at most");
    }
    let clock = clock::Clock::that_can_be_moved(ground.settings.data.join("clock")).map_err(anyhow::Error::msg)?;
    clock.advance(std::time::Duration::from_secs(seconds));
    out!("{}", serde_json::json!({ "now": clock.now() }));
    Ok(())
}

/// Where Lever publishes job boards.
const PUBLIC_BOARDS: &str = "https://api.lever.co/v0/postings/";

async fn fetch_board(ground: &Ground, address: url::Url) -> Result<Vec<u8>> {
    let call = outbound::Call::new(endpoint::Verb::Get, address.clone(), Vec::new());
    let answer = ground.outbound.send(&call, &outbound::Wire::default()).await.map_err(|e| anyhow::anyhow!("{address} does not answer: {e}"))?;
    if answer.status != 200 {
        bail!("{address} answers {}: is that the name of a job site?", answer.status);
    }
    Ok(answer.body.to_vec())
}

pub async fn create_oauth_app(ground: &Ground, client_id: &str, name: &str, redirect_uris: &[String]) -> Result<()> {
    let client_secret = ground.ats().await?.register_app(client_id, name, redirect_uris).await?;
    out!("{}", serde_json::json!({ "client_id": client_id, "client_secret": client_secret }));
    Ok(())
}

pub async fn create_user(ground: &Ground, new: NewUser) -> Result<()> {
    let role = if new.role.is_empty() { "team member".to_owned() } else { new.role.to_lowercase() };
    if !ROLES.iter().any(|(name, _, _)| *name == role) {
        bail!("the role {role:?} does not exist; the roles are: {}", ROLES.map(|(name, _, _)| name).join(", "));
    }
    let person = NewPerson {
        name: new.name,
        email: new.email.clone(),
        role,
        password_hash: Some(web::password::hash(&password()?).await),
        ..NewPerson::default()
    };
    match ground.ats().await?.add_person(person).await {
        Err(e) if e.is_duplicate() => bail!("there is a user with the e-mail {} already", new.email),
        other => other.map(drop).context("the user could not be added"),
    }
}

/// From a file, from an address, or by the name of a site on Lever.
pub async fn load_board(ground: &Ground, from: &str) -> Result<()> {
    let json = match from.parse::<url::Url>() {
        _ if Path::new(from).exists() => std::fs::read(from).with_context(|| format!("{from} cannot be read"))?,
        Ok(address) => fetch_board(ground, address).await?,
        Err(_) if from.contains(['/', '.']) => bail!("there is no file {from}"),
        Err(_) => fetch_board(ground, url::Url::parse(PUBLIC_BOARDS)?.join(&format!("{from}?mode=json"))?).await?,
    };
    let loaded = ground.ats().await?.load_board(&json).await?;
    eprintln!("{} postings loaded.", loaded.postings);
    Ok(())
}

pub async fn create_service_account(ground: &Ground, name: &str) -> Result<()> {
    let pair = ground.partners().await?.create_service_account(name).await?;
    out!("{}", serde_json::to_string(&pair)?);
    Ok(())
}

/// The role of whoever administers the app, unless another is named.
pub async fn create_account(ground: &Ground, app: &str, admin: &str, new: NewUser) -> Result<()> {
    let role = if new.role.is_empty() { admin } else { &new.role };
    ground
        .partners()
        .await?
        .add_account(app, &new.name, &new.email, role, &web::password::hash(&password()?).await)
        .await
        .context("the person could not be added")
}

pub async fn create_joinedly_token(ground: &Ground, name: &str) -> Result<()> {
    out!("{}", ground.partners().await?.create_joinedly_token(name).await?);
    Ok(())
}

pub async fn create_job_ring_token(ground: &Ground, name: &str) -> Result<()> {
    out!("{}", ground.partners().await?.create_job_ring_token(name).await?);
    Ok(())
}

pub async fn create_findem_token(ground: &Ground, name: &str) -> Result<()> {
    out!("{}", ground.partners().await?.create_findem_token(name).await?);
    Ok(())
}

pub async fn create_jobma_token(ground: &Ground, name: &str) -> Result<()> {
    out!("{}", ground.partners().await?.create_jobma_token(name).await?);
    Ok(())
}

pub async fn enable_lever(ground: &Ground) -> Result<()> {
    ground.partners().await?.set_hr_setting("lever_enabled", "yes").await?;
    eprintln!("HR Admins find Lever under Settings > Integrations now.");
    Ok(())
}

pub async fn link_hub(ground: &Ground, app: &str, url: &url::Url) -> Result<()> {
    let token = secret("The hub's token (fulcrum hub token create)")?;
    Ok(ground.partners().await?.link_to_hub(app, url, &token).await?)
}

/// The tenant the verbs work on; made with the first person.
async fn tenant(hub: &hub::Hub) -> Result<String> {
    match hub.first_tenant().await? {
        Some(tenant) => Ok(tenant),
        None => Ok(hub.add_tenant("My company").await?),
    }
}

pub async fn create_operator(ground: &Ground, new: NewUser) -> Result<()> {
    let role = if new.role.is_empty() { "owner".to_owned() } else { new.role };
    if !["owner", "operator", "viewer"].contains(&role.as_str()) {
        bail!("the role {role:?} does not exist; the roles are: owner, operator, viewer");
    }
    let password_hash = web::password::hash(&password()?).await;
    let hub = ground.hub().await?;
    let tenant = tenant(&hub).await?;
    let operator = NewOperator { name: new.name, email: new.email.clone(), role, password_hash };
    match hub.add_operator(&tenant, &operator).await {
        Err(e) if e.is_duplicate() => bail!("there is a person with the e-mail {} already", new.email),
        other => other.context("the person could not be added"),
    }
}

pub async fn create_token(ground: &Ground, name: &str) -> Result<()> {
    let hub = ground.hub().await?;
    let tenant = tenant(&hub).await?;
    out!("{}", hub.create_token(&tenant, name, &[hub_api::scope::READ, hub_api::scope::CONNECT], "command line").await?);
    Ok(())
}

pub async fn tokens(ground: &Ground, json: bool) -> Result<()> {
    let hub = ground.hub().await?;
    let Some(tenant) = hub.first_tenant().await? else { return Ok(()) };
    for token in hub.tokens(&tenant).await? {
        if json {
            out!("{}", serde_json::json!({ "id": token.id, "name": token.name, "scopes": token.scopes, "created_at": token.created_at.0 }));
        } else {
            out!("{}  {:<24} {}", token.id, token.name, token.scopes);
        }
    }
    Ok(())
}

pub async fn revoke_token(ground: &Ground, id: &str) -> Result<()> {
    let hub = ground.hub().await?;
    let tenant = tenant(&hub).await?;
    if !hub.revoke_token(&tenant, id, "command line").await? {
        bail!("there is no token {id} in use; see: fulcrum hub token list");
    }
    Ok(())
}

pub async fn set_lever_app(ground: &Ground, at: LeverAppAt) -> Result<()> {
    if !connectors::ALL.iter().any(|c| c.spec().id == at.connector) {
        let known: Vec<&str> = connectors::ALL.iter().map(|c| c.spec().id).collect();
        bail!("there is no connector {:?}; there are: {}", at.connector, known.join(", "));
    }
    let client_secret = secret("The client secret")?;
    let hub = ground.hub().await?;
    let tenant = tenant(&hub).await?;
    let app = LeverApp {
        client_id: at.client_id,
        client_secret,
        authorize_url: at.authorize_url,
        token_url: at.token_url,
        api_base: at.api_base.trim_end_matches('/').to_owned(),
        audience: at.audience,
    };
    hub.set_lever_app(&tenant, &at.connector, &app).await?;
    eprintln!("Register this address with Lever: {}connect/callback", ground.settings.url(Side::Hub)?);
    Ok(())
}

pub async fn migrate(ground: &Ground) -> Result<()> {
    ground.ats().await?;
    ground.partners().await?;
    ground.hub().await?;
    eprintln!("All databases are up to date.");
    Ok(())
}

/// Opens everything, looks at every connection, and says what is wrong.
pub async fn doctor(ground: &Ground) -> Result<()> {
    out!("data folder   {}", ground.settings.data.display());
    out!("key file      opens");
    let hub = ground.hub().await?;
    ground.ats().await?;
    ground.partners().await?;
    out!("databases     up to date");
    let mut wrong = 0;
    match hub.first_tenant().await? {
        None => {
            wrong += 1;
            out!("hub           nobody can sign in yet: fulcrum hub operator create --name NAME --email EMAIL");
        }
        Some(tenant) => {
            for connection in hub.all_connections(&tenant).await?.iter().filter(|c| c.connected) {
                out!("connection    {} is connected since {}", connection.connector, web::moment(connection.connected_at));
            }
            for trouble in hub.troubles(&tenant).await? {
                wrong += usize::from(trouble.grave);
                out!("{:<13} {}: {}", if trouble.grave { "wrong" } else { "look at" }, trouble.what, trouble.why);
            }
            for held in hub.held(&tenant).await? {
                wrong += 1;
                out!("held          {} wait: {}\n              {}", held.count, held.cause, held.why);
            }
        }
    }
    if wrong > 0 {
        bail!("{wrong} {} for a person", if wrong == 1 { "thing waits" } else { "things wait" });
    }
    out!("Nothing is wrong.");
    Ok(())
}

/// The reference pages, each a pure function of the definitions.
pub fn reference() -> Vec<(&'static str, String)> {
    let pretty = |json: &serde_json::Value| format!("{}\n", serde_json::to_string_pretty(json).unwrap_or_default());
    vec![
        ("lever.openapi.json", pretty(&lever_api::openapi())),
        ("hub.openapi.json", pretty(&hub_api::openapi())),
        ("joinedly.openapi.json", pretty(&joinedly_api::openapi())),
        ("jobma.openapi.json", pretty(&jobma_api::openapi())),
        ("job-ring.openapi.json", pretty(&job_ring_api::openapi())),
        ("findem.openapi.json", pretty(&findem_api::openapi())),
        ("lever.md", lever_page()),
        ("connectors.md", connectors_page()),
    ]
}

fn lever_page() -> String {
    let mut page = String::from(
        "# The Lever API that is served\n\nGenerated by `make bless` from the endpoint definitions.\n\n| call | API-key permission | OAuth scope | what it does |\n|---|---|---|---|\n",
    );
    for info in lever_api::catalogue() {
        let about = info.docs.first().map_or("", |line| line.trim());
        page.push_str(&format!("| `{} {}` | {} | `{}` | {about} |\n", info.verb.name(), info.path, info.access.permission, info.access.scope));
    }
    page
}

fn connectors_page() -> String {
    let mut page = String::from("# Connectors\n\nGenerated by `make bless` from each connector's own description.\n");
    for connector in connectors::ALL {
        let spec = connector.spec();
        page.push_str(&format!(
            "\n## {}\n\n{}\n\nReacts to: {}.\n\n| needs in Lever | so that it can |\n|---|---|\n",
            spec.name,
            spec.about,
            spec.reacts_to.iter().map(|e| e.label()).collect::<Vec<_>>().join(", ")
        ));
        for need in spec.needs {
            page.push_str(&format!("| {} (`{}`) | {} |\n", need.access.permission, need.access.scope, need.to));
        }
        page.push_str("\n| setting | what it does |\n|---|---|\n");
        for field in spec.fields {
            page.push_str(&format!("| {} (`{}`) | {} |\n", field.label, field.name, field.help));
        }
    }
    page
}

pub fn export_docs(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    for (name, text) in reference() {
        std::fs::write(folder.join(name), text)?;
    }
    Ok(())
}
