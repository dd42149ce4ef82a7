//! Every page for everybody: axe-core finds nothing on any page, light or dark, at desk or phone width, and none is wider than
//! the window.

use anyhow::Result;
use e2e::pages::{ATS, CONNECTION, FINDEM, HR_CLOUD, HUB, JOB_RING, JOBMA, JOINEDLY};
use e2e::{Demo, Person};
use thirtyfour::prelude::*;

/// Signs in, opens each page, and writes down what hinders.
async fn walk(person: &Person, base: &str, email: &str, pages: &[String], found: &mut Vec<String>) -> Result<()> {
    let sign_in = format!("{base}sign-in");
    person.opens(&sign_in).await?;
    found.extend(person.finds_hindrances().await?.into_iter().map(|what| format!("{sign_in}: {what}")));
    person.signs_in(email).await?;
    person.reads("Sign out").await?;
    for page in pages {
        person.opens(&format!("{base}{page}")).await?;
        person.reads("Sign out").await?;
        found.extend(person.finds_hindrances().await?.into_iter().map(|what| format!("{page}: {what}")));
    }
    Ok(())
}

#[tokio::test]
async fn no_page_hinders_anybody() -> Result<()> {
    let demo = Demo::start()?;
    let (mut found, mut interview, mut referral, mut key) = (Vec::new(), String::new(), String::new(), String::new());
    for (width, dark) in [(1280, false), (390, true)] {
        let person = Person::sits_down(width, 900, dark).await?;
        person.resizes(width, 900).await?;
        let owned = |pages: &[&str]| pages.iter().map(|page| (*page).to_owned()).collect::<Vec<_>>();

        let mut ats = owned(ATS);
        person.opens(&demo.ats).await?;
        person.signs_in("ines@northwind.example").await?;
        for name in ["Ada Lovelace Byron", "María José García López"] {
            person.opens(&format!("{}candidates", demo.ats)).await?;
            if !dark {
                person.presses(name).await?;
                person.presses("Mark as hired").await?;
                person.reads("Congratulations").await?;
                ats.push(person.driver.current_url().await?.path().trim_start_matches('/').to_owned());
            }
        }
        if !dark {
            key = person.makes_a_key(&demo, "Findem").await?;
        }
        person.presses("Sign out").await?;
        walk(&person, &demo.ats, "ines@northwind.example", &ats, &mut found).await?;
        walk(&person, &demo.hr_cloud, "helen@northwind.example", &owned(HR_CLOUD), &mut found).await?;
        person.opens(&format!("{}sign-in", demo.joinedly)).await?;
        person.signs_in("jo@northwind.example").await?;
        person.reads("Sign out").await?;
        if !dark {
            person.connects_joinedly(&demo).await?;
            person.adds_a_joiner(&demo, "Mary", "Jackson").await?;
        }
        let mut joinedly = owned(JOINEDLY);
        for (page, link) in [("joiners", "//td/a"), ("journeys", "//td/a"), ("mail", "//td/a")] {
            person.opens(&format!("{}{page}", demo.joinedly)).await?;
            let link = person.finds_link(link).await?;
            joinedly.push(link.trim_start_matches("/joinedly/").to_owned());
        }
        let private = person.private_link(&demo, "Mary").await?;
        person.opens(&private).await?;
        person.reads("Welcome, Mary!").await?;
        found.extend(person.finds_hindrances().await?.into_iter().map(|what| format!("private link: {what}")));
        person.opens(&format!("{}joiners", demo.joinedly)).await?;
        person.presses("Sign out").await?;
        walk(&person, &demo.joinedly, "jo@northwind.example", &joinedly, &mut found).await?;

        person.opens(&format!("{}sign-in", demo.jobma)).await?;
        person.signs_in("vera@northwind.example").await?;
        person.reads("Sign out").await?;
        if !dark {
            interview = person.invites(&demo, "Daniel Kim").await?;
        }
        let mut jobma = owned(JOBMA);
        for page in ["interviews-listing", "setup-interview", "mail"] {
            person.opens(&format!("{}{page}", demo.jobma)).await?;
            let link = person.finds_link("//td/a").await?;
            jobma.push(link.trim_start_matches("/jobma/").to_owned());
        }
        for (page, words) in [("", if dark { "Question 1 of" } else { "Hello Daniel" }), ("/check", "breakfast")] {
            person.opens(&format!("{interview}{page}")).await?;
            person.reads(words).await?;
            found.extend(person.finds_hindrances().await?.into_iter().map(|what| format!("interview{page}: {what}")));
        }
        if !dark {
            person.opens(&interview).await?;
            person.driver.find(By::Css("input[name=agree]")).await?.click().await?;
            person.presses("Begin").await?;
            person.reads("Question 1 of").await?;
            found.extend(person.finds_hindrances().await?.into_iter().map(|what| format!("a question: {what}")));
        }
        person.opens(&format!("{}interviews-listing", demo.jobma)).await?;
        person.presses("Sign out").await?;
        walk(&person, &demo.jobma, "vera@northwind.example", &jobma, &mut found).await?;

        person.opens(&format!("{}sign-in", demo.job_ring)).await?;
        person.signs_in("bianca@northwind.example").await?;
        person.reads("Sign out").await?;
        if !dark {
            referral = person.refers(&demo, "Nia Okafor").await?;
        }
        let mut job_ring = owned(JOB_RING);
        for page in ["dashboard", "jobs", "mail"] {
            person.opens(&format!("{}{page}", demo.job_ring)).await?;
            let link = person.finds_link("//td/a").await?;
            job_ring.push(link.trim_start_matches("/job-ring/").to_owned());
        }
        let link = {
            person.opens(&format!("{}jobs", demo.job_ring)).await?;
            person.presses("Backend Engineer").await?;
            person.finds_link("//a[contains(@href, '/job-ring/r/')]").await?
        };
        for (page, words) in [(&referral, "How it goes"), (&link, "Whom you refer")] {
            person.opens(page).await?;
            person.reads(words).await?;
            found.extend(person.finds_hindrances().await?.into_iter().map(|what| format!("{page}: {what}")));
        }
        person.opens(&format!("{}jobs", demo.job_ring)).await?;
        person.presses("Sign out").await?;
        walk(&person, &demo.job_ring, "bianca@northwind.example", &job_ring, &mut found).await?;

        person.opens(&format!("{}sign-in", demo.findem)).await?;
        person.signs_in("fatima@northwind.example").await?;
        person.reads("Sign out").await?;
        if !dark {
            person.connects_findem(&demo, &key).await?;
            person.opens(&format!("{}profiles?q=amara", demo.findem)).await?;
            person.presses("Amara Okafor").await?;
            person.presses("Export to Lever").await?;
            found.extend(person.finds_hindrances().await?.into_iter().map(|what| format!("export: {what}")));
            person.presses("Export").await?;
            person.reloads_until_it_says("1 of 1 profile in Lever").await?;
        }
        let mut findem = owned(FINDEM);
        for page in ["profiles?q=amara", "exports"] {
            person.opens(&format!("{}{page}", demo.findem)).await?;
            let link = person.finds_link("//td/a").await?;
            findem.push(link.trim_start_matches("/findem/").to_owned());
        }
        person.presses("Sign out").await?;
        walk(&person, &demo.findem, "fatima@northwind.example", &findem, &mut found).await?;
        person.presses("Sign out").await?;
        walk(&person, &demo.findem, "edda@northwind.example", &owned(&["equal-opportunity"]), &mut found).await?;

        person.opens(&format!("{}sign-in", demo.hub)).await?;
        person.signs_in("olga@northwind.example").await?;
        person.reads("Sign out").await?;
        let mut hub = owned(HUB);
        for (page, path) in [("hires", "//td/a[contains(@href, '/hires/')]"), ("connections", "//td/a[contains(@href, '/connections/')]")] {
            person.opens(&format!("{}{page}", demo.hub)).await?;
            let link = person.finds_link(path).await?;
            let below = if page == "connections" { CONNECTION } else { &[""] };
            hub.extend(below.iter().map(|part| format!("{}{part}", link.trim_start_matches('/'))));
        }
        // A run, with what a trial found.
        person.opens(&format!("{}{}", demo.hub, hub.iter().find(|page| page.ends_with("/import")).cloned().unwrap_or_default())).await?;
        person.presses("Try first, change nothing").await?;
        person.reads("Import them now").await?;
        hub.push(person.driver.current_url().await?.path().trim_start_matches('/').to_owned());
        person.presses("Sign out").await?;
        walk(&person, &demo.hub, "olga@northwind.example", &hub, &mut found).await?;
    }
    assert!(found.is_empty(), "{} hindrances:\n{}", found.len(), found.join("\n"));
    Ok(())
}
