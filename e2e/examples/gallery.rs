//! Takes a picture of every page, at desk and phone width, light and dark, for people to judge:
//! `cargo run -p e2e --example gallery -- FOLDER`

use anyhow::{Context, Result};
use e2e::pages::{ATS, CONNECTION, HR_CLOUD, HUB, JOBMA, JOINEDLY};
use e2e::{Demo, Person};
use std::path::Path;
use thirtyfour::prelude::*;

#[tokio::main]
async fn main() -> Result<()> {
    let folder = std::env::args().nth(1).context("name a folder for the pictures")?;
    std::fs::create_dir_all(&folder)?;
    let demo = Demo::start()?;
    for (width, height, dark, kind) in
        [(1280, 900, false, "desk"), (1280, 900, true, "desk-dark"), (390, 900, false, "phone"), (390, 900, true, "phone-dark")]
    {
        let person = Person::sits_down(width, height, dark).await?;
        person.resizes(width, height).await?;
        for (side, base, pages, email) in
            [("ats", &demo.ats, ATS, "ines"), ("hr-cloud", &demo.hr_cloud, HR_CLOUD, "helen"), ("hub", &demo.hub, HUB, "olga")]
        {
            person.opens(&format!("{base}{}", if side == "hr-cloud" { "sign-in" } else { "" })).await?;
            save(&person, &folder, side, "sign-in", kind).await?;
            person.signs_in(&format!("{email}@northwind.example")).await?;
            person.reads("Sign out").await?;
            let mut pages: Vec<String> = pages.iter().map(|p| (*p).to_owned()).collect();
            if side == "ats" {
                person.opens(&format!("{base}candidates")).await?;
                let profile = person.finds_link("//section[@data-stage='offer']//a").await?;
                pages.push(profile.trim_start_matches('/').to_owned());
                if kind == "desk" {
                    for name in ["Ada Lovelace Byron", "María José García López", "Priya Raman"] {
                        person.opens(&format!("{base}candidates")).await?;
                        person.presses(name).await?;
                        person.presses("Mark as hired").await?;
                        person.reads("Congratulations").await?;
                    }
                }
            }
            let links = [
                ("hires", "//td/a"),
                ("connections", "//table//td/a"),
                ("people", "//ul//a"),
                ("settings/integrations/webhooks", "//section//a[contains(@href, '/webhooks/')]"),
            ];
            for (page, selector) in links {
                if pages.iter().any(|p| p == page) {
                    person.opens(&format!("{base}{page}")).await?;
                    if let Ok(link) = person.driver.find(By::XPath(selector)).await {
                        let href = link.attr("href").await?.unwrap_or_default();
                        let href = href.trim_start_matches('/').trim_start_matches("hr-cloud/");
                        let below = if page == "connections" { CONNECTION } else { &[""] };
                        pages.extend(below.iter().map(|part| format!("{href}{part}")));
                    }
                }
            }
            for page in pages {
                person.opens(&format!("{base}{page}")).await?;
                person.reads("Sign out").await?;
                let name = page.split('/').map(|p| if p.len() == 36 { "one" } else { p }).collect::<Vec<_>>().join("-");
                save(&person, &folder, side, &name, kind).await?;
            }
        }
        joinedly(&person, &demo, &folder, kind).await?;
        jobma(&person, &demo, &folder, kind).await?;
        connecting(&person, &demo, &folder, kind).await?;
        typing_codes(&person, &demo, &folder, kind).await?;
    }
    Ok(())
}

/// Joinedly: connected, with joiners, letters and a private link.
async fn joinedly(person: &Person, demo: &Demo, folder: &str, kind: &str) -> Result<()> {
    person.opens(&format!("{}sign-in", demo.joinedly)).await?;
    save(person, folder, "joinedly", "sign-in", kind).await?;
    person.signs_in("jo@northwind.example").await?;
    person.reads("Sign out").await?;
    if kind == "desk" {
        person.opens(&format!("{}integrations/lever", demo.joinedly)).await?;
        save(person, folder, "joinedly", "not-connected", kind).await?;
        person.connects_joinedly(demo).await?;
        for name in ["Kwame Mensah", "Sukarno"] {
            person.opens(&format!("{}candidates", demo.ats)).await?;
            person.presses(name).await?;
            person.presses("Mark as hired").await?;
            person.reads("Congratulations").await?;
        }
        person.adds_a_joiner(demo, "Mary", "Jackson").await?;
    }
    let mut pages: Vec<String> = JOINEDLY.iter().map(|p| (*p).to_owned()).collect();
    for page in ["joiners", "journeys", "mail"] {
        person.opens(&format!("{}{page}", demo.joinedly)).await?;
        let links = person.driver.find_all(By::XPath("//td/a")).await?;
        for link in links.iter().take(3) {
            pages.push(link.attr("href").await?.unwrap_or_default().trim_start_matches("/joinedly/").to_owned());
        }
    }
    for (n, page) in pages.iter().enumerate() {
        person.opens(&format!("{}{page}", demo.joinedly)).await?;
        let name = page.split('/').map(|p| if p.len() == 36 { "one" } else { p }).collect::<Vec<_>>().join("-");
        save(person, folder, "joinedly", &format!("{name}-{n}"), kind).await?;
    }
    let private = person.private_link(demo, "Mary").await?;
    person.opens(&private).await?;
    save(person, folder, "joinedly", "private", kind).await?;
    person.opens(&format!("{}/0", private.rsplit_once('/').map_or("", |(base, _)| base))).await?;
    save(person, folder, "joinedly", "wrong-link", kind).await
}

/// Jobma: connected, with an interview that is being held.
async fn jobma(person: &Person, demo: &Demo, folder: &str, kind: &str) -> Result<()> {
    person.opens(&format!("{}sign-in", demo.jobma)).await?;
    person.signs_in("vera@northwind.example").await?;
    person.reads("Sign out").await?;
    if kind == "desk" {
        person.opens(&format!("{}integrations/lever", demo.jobma)).await?;
        save(person, folder, "jobma", "not-connected", kind).await?;
        person.invites(demo, "Daniel Kim").await?;
    }
    let mut pages: Vec<String> = JOBMA.iter().map(|p| (*p).to_owned()).collect();
    for page in ["interviews-listing", "setup-interview", "mail"] {
        person.opens(&format!("{}{page}", demo.jobma)).await?;
        let link = person.finds_link("//td/a").await?;
        pages.push(link.trim_start_matches("/jobma/").to_owned());
    }
    for (n, page) in pages.iter().enumerate() {
        person.opens(&format!("{}{page}", demo.jobma)).await?;
        let name = page.split('/').map(|p| if p.len() == 36 { "one" } else { p }).collect::<Vec<_>>().join("-");
        save(person, folder, "jobma", &format!("{name}-{n}"), kind).await?;
    }
    person.opens(&format!("{}mail", demo.jobma)).await?;
    person.presses_containing("Northwind Robotics invites you").await?;
    let link = person.finds_link("//a[contains(@href, '/jobma/i/')]").await?;
    person.opens(&link).await?;
    save(person, folder, "jobma", "welcome", kind).await?;
    person.opens(&format!("{link}/check")).await?;
    person.reads("Everything is ready.").await?;
    save(person, folder, "jobma", "check", kind).await
}

/// The pages one sees while connecting, from HR Cloud's Connect to the way back, and a page that is not there.
async fn connecting(person: &Person, demo: &Demo, folder: &str, kind: &str) -> Result<()> {
    person.opens(&format!("{}connections", demo.hub)).await?;
    person.presses("HR Cloud").await?;
    person.presses("Disconnect").await?;
    person.reads("Disconnected.").await?;
    save(person, folder, "hub", "disconnected", kind).await?;
    person.opens(&format!("{}settings/integrations/lever", demo.hr_cloud)).await?;
    save(person, folder, "hr-cloud", "not-connected", kind).await?;
    person.presses("Connect").await?;
    person.reads("What HR Cloud will be able to do in Lever").await?;
    save(person, folder, "hub", "hosted-connect", kind).await?;
    person.presses("Sign in with Lever").await?;
    person.reads("HR Cloud wants access to your Lever account").await?;
    save(person, folder, "ats", "consent", kind).await?;
    person.presses("Accept").await?;
    person.reads("To disconnect: in Lever").await?;
    person.opens(&format!("{}nowhere", demo.hub)).await?;
    save(person, folder, "hub", "not-found", kind).await
}

/// HR Cloud by its older API: the credential, a hold that asks for codes, and the names that lead to them.
async fn typing_codes(person: &Person, demo: &Demo, folder: &str, kind: &str) -> Result<()> {
    person.opens(&format!("{}settings/service-accounts", demo.hr_cloud)).await?;
    person.types("Title", "Employee API").await?;
    person.presses("Add service account").await?;
    person.reads("Copy the secret now").await?;
    save(person, folder, "hr-cloud", "service-account-made", kind).await?;
    let authorization = person.driver.find(By::XPath("//code[starts-with(., 'Basic ')]")).await?.text().await?;
    person.opens(&format!("{}connections/new/hr-cloud-employees", demo.hub)).await?;
    save(person, folder, "hub", "connect-employee-api", kind).await?;
    person.types("Address of HR Cloud (Employee API)'s API", demo.hr_cloud.trim_end_matches('/')).await?;
    person.types("Authorization, as HR Cloud gave it: Basic …", &authorization).await?;
    person.presses("Continue to Lever").await?;
    person.reads("Sign in with Lever").await?;
    person.presses("Sign in with Lever").await?;
    person.reads("wants access to your Lever account").await?;
    person.presses("Accept").await?;
    person.reads("Use webhook for import").await?;
    if kind == "desk" {
        person.presses("Use webhook for import").await?;
        person.reads("Saved.").await?;
        person.opens(&format!("{}candidates", demo.ats)).await?;
        person.presses("Yuki Sato").await?;
        person.presses("Mark as hired").await?;
        person.reads("Congratulations").await?;
    }
    person.opens(&format!("{}connections", demo.hub)).await?;
    person.presses("HR Cloud (Employee API)").await?;
    let connection = person.driver.current_url().await?.to_string();
    save(person, folder, "hub", "employee-api", kind).await?;
    person.opens(&format!("{connection}/names")).await?;
    save(person, folder, "hub", "employee-api-names", kind).await?;
    person.opens(&format!("{}holds", demo.hub)).await?;
    person.reads("No code is known").await?;
    save(person, folder, "hub", "holds-codes", kind).await?;
    person.opens(&format!("{}hires", demo.hub)).await?;
    save(person, folder, "hub", "hires-several", kind).await
}

async fn save(person: &Person, folder: &str, side: &str, page: &str, kind: &str) -> Result<()> {
    let page = if page.is_empty() { "home" } else { page }.replace(['?', '='], "-");
    Ok(person.driver.screenshot(&Path::new(folder).join(format!("{side}-{page}-{kind}.png"))).await?)
}
