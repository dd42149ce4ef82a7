//! `--demo`: three sides of one small company, connected the way people would connect them: by clicking, over HTTP.

use crate::serve::Sides;
use crate::settings::{Settings, Side};
use crate::sides::Ground;
use crate::visitor::Visitor;
use anyhow::Result;
use hub::{LeverApp, NewOperator};
use lever_api::event::Event;
use outbound::Outbound;
use std::fmt::Write;
use url::Url;

/// The hub's demo login.
pub const OPERATOR: (&str, &str) = ("Olga Petrova", "olga@northwind.example");

/// Fills what is empty and connects what is not connected.
///
/// # Errors
/// When a step fails; the message says which.
pub async fn fill(ground: &Ground, sides: &Sides) -> Result<()> {
    let settings = &ground.settings;
    if let Some(ats) = &sides.ats {
        ats.fill_demo().await?;
    }
    if let Some(partners) = &sides.partners {
        partners.fill_demo().await?;
    }
    let Some(hub) = &sides.hub else { return Ok(()) };
    let tenant = match hub.first_tenant().await? {
        Some(tenant) => tenant,
        None => hub.add_tenant("Northwind Robotics").await?,
    };
    let (name, email) = OPERATOR;
    let password_hash = web::password::hash(ats::demo::PASSWORD).await;
    match hub.add_operator(&tenant, &NewOperator { name: name.into(), email: email.into(), role: "owner".into(), password_hash }).await {
        Err(e) if !e.is_duplicate() => return Err(e.into()),
        _ => {}
    }
    let (Some(ats), Some(partners)) = (&sides.ats, &sides.partners) else { return Ok(()) };
    let (hub_url, ats_url) = (settings.url(Side::Hub)?, settings.url(Side::Ats)?);
    for connector in connectors::ALL {
        let spec = connector.spec();
        if hub.knows_lever_app(&tenant, spec.id).await? {
            continue;
        }
        let client_id = format!("fulcrum-{}", spec.id);
        let client_secret = ats.register_app(&client_id, spec.name, &[format!("{hub_url}connect/callback")]).await?;
        let app = LeverApp {
            client_id,
            client_secret,
            authorize_url: format!("{ats_url}authorize"),
            token_url: format!("{ats_url}oauth/token"),
            api_base: ats_url.as_str().trim_end_matches('/').to_owned(),
            audience: format!("{ats_url}v1/"),
        };
        hub.set_lever_app(&tenant, spec.id, &app).await?;
    }
    for (app, name) in partners::accounts::apps() {
        if !partners.knows_hub(app).await? {
            let token = hub.create_token(&tenant, name, &[hub_api::scope::READ, hub_api::scope::CONNECT], "command line").await?;
            partners.link_to_hub(app, &hub_url, &token).await?;
        }
    }
    // Whatever became of the first connection is somebody's doing, and not ours to undo.
    if !hub.all_connections(&tenant).await?.is_empty() {
        return Ok(());
    }
    for event in [Event::CandidateHired, Event::CandidateStageChange, Event::CandidateArchiveChange, Event::CandidateDeleted] {
        ats.tell(event, true, None).await?;
    }
    connect_hr_cloud(&ground.outbound, settings).await
}

/// What an HR Admin and a Super Admin do: sign in, Connect, Sign in with Lever, Accept, switch the webhook on.
async fn connect_hr_cloud(outbound: &Outbound, settings: &Settings) -> Result<()> {
    let (partners, ats) = (settings.url(Side::Partners)?, settings.url(Side::Ats)?);
    let mut helen = Visitor::new(outbound);
    helen.sign_in(&partners.join("/hr-cloud/sign-in")?, partners::demo::LOGINS[0].email).await?;
    let connect_page = helen.press(&partners.join("/hr-cloud/settings/integrations/lever/connect")?, "").await?;
    let mut ines = Visitor::new(outbound);
    ines.sign_in(&ats.join("/sign-in")?, ats::demo::LOGINS[0].1).await?;
    let consent = helen.press(&Url::parse(&format!("{connect_page}/lever"))?, "").await?;
    let callback = ines.press(&consent, "answer=accept").await?;
    helen.follow(&callback).await?;
    helen.press(&partners.join("/hr-cloud/settings/integrations/lever/settings/use_webhook")?, "on=yes").await?;
    Ok(())
}

/// What the terminal says when everything is up.
///
/// # Errors
/// Never for addresses that were read.
pub fn banner(settings: &Settings) -> Result<String> {
    let mut text = String::from("\nFulcrum is ready.\n\n");
    let sides = [
        (Side::Ats, "ATS, a Lever on your machine", "", ats::demo::LOGINS[0].1),
        (Side::Partners, "HR Cloud", "hr-cloud/", partners::demo::login("hr-cloud")),
        (Side::Partners, "Joinedly", "joinedly/", partners::demo::login("joinedly")),
        (Side::Partners, "Jobma", "jobma/", partners::demo::login("jobma")),
        (Side::Partners, "Job Ring", "job-ring/", partners::demo::login("job-ring")),
        (Side::Partners, "Findem", "findem/", partners::demo::login("findem")),
        (Side::Hub, "Hub, the timeline between them", "", OPERATOR.1),
    ];
    for (side, name, path, login) in sides {
        if settings.serves(side) {
            let _ = write!(text, "  {name:<32} {}{path}", settings.url(side)?);
            let _ = if settings.demo { writeln!(text, "\n  {:<32}   sign in as {login}", "") } else { writeln!(text) };
        }
    }
    if settings.demo {
        let _ = writeln!(text, "\n  Password for every demo login: {}", ats::demo::PASSWORD);
        let _ = writeln!(text, "  Try it: open the ATS, choose Ada Lovelace Byron in the last column (Offer), press \"Mark as hired\",");
        let _ = writeln!(text, "  then look at HR Cloud and at the hub. Stop with Ctrl-C.");
    } else {
        let _ = writeln!(text, "\n  First time here? Make people who can sign in:");
        let _ = writeln!(text, "    fulcrum ats user create --name NAME --email EMAIL --role \"super admin\"");
        let _ = writeln!(text, "    fulcrum hub operator create --name NAME --email EMAIL");
        let _ = writeln!(text, "  or look around with: fulcrum serve --demo");
    }
    Ok(text)
}
