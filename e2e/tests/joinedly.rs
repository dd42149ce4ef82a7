//! The source document on Joinedly, sentence by sentence, as the people in it would do it. The lines that begin with a
//! quotation are the document's.

use anyhow::Result;
use e2e::{Demo, Person};
use thirtyfour::prelude::*;

/// Ines hires somebody; Jo waits until they are a joiner whose journey has begun.
async fn hires(demo: &Demo, ines: &Person, jo: &Person, name: &str) -> Result<()> {
    ines.opens(&format!("{}candidates", demo.ats)).await?;
    ines.presses(name).await?;
    ines.presses("Mark as hired").await?;
    ines.reads("Hired. Congratulations!").await?;
    jo.opens(&format!("{}joiners", demo.joinedly)).await?;
    jo.reads(name).await
}

#[tokio::test]
async fn jnd_01_to_25_the_document_works_sentence_by_sentence() -> Result<()> {
    let demo = Demo::start()?;
    let (jo, ines, olga) =
        (Person::sits_down(1280, 900, false).await?, Person::sits_down(1280, 900, false).await?, Person::sits_down(1280, 900, false).await?);
    ines.opens(&demo.ats).await?;
    ines.signs_in("ines@northwind.example").await?;
    ines.reads("Drag a card to another stage").await?;
    olga.opens(&demo.hub).await?;
    olga.signs_in("olga@northwind.example").await?;
    olga.reads("Overview").await?;
    // The demo has the event switched on for HR Cloud already; the document begins with it off.
    ines.opens(&format!("{}settings/integrations/webhooks", demo.ats)).await?;
    ines.presses("Candidate Hired").await?;
    ines.reads("Candidate Hired is off.").await?;

    // "In Joinedly, navigate to Integrations; select 'Lever Integration'"
    jo.opens(&format!("{}sign-in", demo.joinedly)).await?;
    jo.signs_in("jo@northwind.example").await?;
    jo.presses("Integrations").await?;
    jo.presses_containing("Lever Integration").await?;
    // "You will see two options: Sign in with Lever, Signature Token (generated on Lever)"
    jo.reads("Sign in with Lever").await?;
    jo.reads("Signature Token").await?;
    jo.reads("You may reach out to founders@joinedly.com if you face any issues.").await?;
    jo.takes_a_picture("joinedly-options").await?;
    // "Click Sign in. On the next screen, log into your Lever account"
    jo.presses("Sign in with Lever").await?;
    jo.reads("What Joinedly will be able to do in Lever").await?;
    jo.presses("Sign in with Lever").await?;
    jo.signs_in("ines@northwind.example").await?;
    // "Review list of requested permissions; click Accept to authorize app"
    jo.reads("Joinedly wants access to your Lever account").await?;
    jo.presses("Accept").await?;
    jo.reads("Connected").await?;
    jo.reads("Lever has not told of any \"Candidate Hired\" yet.").await?;

    // "In Lever, navigate to Settings > Integrations and API > Webhooks. Turn on the 'Candidate Hired' webhook by toggling
    // the toggle to the on (blue) position"
    ines.presses("Settings").await?;
    ines.presses_containing("Integrations and API").await?;
    ines.presses("Webhooks").await?;
    ines.presses("Candidate Hired").await?;
    ines.reads("Candidate Hired is on.").await?;
    // "The signature token will automatically be added to Joinedly"
    jo.opens(&format!("{}integrations/lever", demo.joinedly)).await?;
    let set = jo.driver.find(By::XPath("//section[.//h2[.='Signature Token']]//span[.='set']")).await;
    assert!(set.is_ok(), "the token is set without anybody pasting it");

    // "Navigate to Settings > Company > Locations. Make sure that locations in Lever exactly match your offices in Joinedly"
    ines.presses("Settings").await?;
    ines.presses_containing("Company").await?;
    ines.reads("London").await?;
    jo.reads("London").await?;
    jo.reads("no match").await?;
    // "Navigate to Settings > General > Offices"
    jo.presses("Settings").await?;
    jo.reads("Offices").await?;
    let office = jo.driver.find(By::Css("input[aria-label='Name of London HQ']")).await?;
    office.clear().await?;
    office.send_keys("London").await?;
    jo.driver.find(By::XPath("//form[input[@aria-label='Name of London HQ']]//button")).await?.click().await?;
    jo.reads("Renamed.").await?;
    // "Navigate to Settings > Teams. Make sure that team names in Joinedly exactly match team names in Lever"
    jo.presses("Teams").await?;
    for team in ["EMEA", "People Operations"] {
        jo.types("New team", team).await?;
        jo.presses("Add").await?;
        jo.reads("Added.").await?;
    }
    jo.opens(&format!("{}integrations/lever", demo.joinedly)).await?;
    jo.reads("all match").await?;
    jo.takes_a_picture("joinedly-match-report").await?;

    // "Whenever a candidate is marked as 'Hired' in Lever, they will automatically get added on Joinedly and their journey
    // will start."
    hires(&demo, &ines, &jo, "Ada Lovelace Byron").await?;
    hires(&demo, &ines, &jo, "María José García López").await?;
    jo.takes_a_picture("joinedly-joiners").await?;
    // "Relevant fields of Lever will be mapped to Joinedly fields automatically."
    jo.presses("Ada Lovelace Byron").await?;
    for words in ["Backend Engineer", "Berlin", "Platform", "Engineering", "Full-time", "Tomasz Nowak", "0 of 5 tasks are done."] {
        jo.reads(words).await?;
    }
    jo.takes_a_picture("joinedly-joiner").await?;
    // Her own page, by the link in the letter she got.
    let private = jo.private_link(&demo, "Ada Lovelace").await?;
    jo.opens(&private).await?;
    jo.reads("Welcome, Ada Lovelace!").await?;
    jo.presses("Send the contract back: done").await?;
    jo.reads("1 of 3 done.").await?;
    jo.takes_a_picture("joinedly-private").await?;

    // "If you feel that there is any security breach of data between Joinedly and Lever, you must regenerate a security token
    // and update it on Joinedly."
    ines.opens(&format!("{}settings/integrations/webhooks", demo.ats)).await?;
    // Joinedly's is the later of the two.
    ines.driver.find(By::XPath("(//section[.//h2[.='Candidate Hired']]//p[contains(., 'Joinedly')]//a)[1]")).await?.click().await?;
    ines.presses("Regenerate token").await?;
    ines.presses("Regenerate").await?;
    ines.reads("a new signature token is in force").await?;
    let token = ines.driver.find(By::Id("token")).await?.text().await?;
    jo.opens(&format!("{}integrations/lever", demo.joinedly)).await?;
    jo.types("Signature Token", &token).await?;
    jo.driver.find(By::XPath("//form[.//input[@name='token']]//button")).await?.click().await?;
    jo.reads("The signature token is saved.").await?;
    hires(&demo, &ines, &jo, "Kwame Mensah").await?;

    // "Navigate to Settings > Integrations and API > Authorized Apps. Locate the Joinedly app. Click Revoke Access"
    ines.presses("Settings").await?;
    ines.presses_containing("Integrations and API").await?;
    ines.presses("Authorized Apps").await?;
    ines.driver.find(By::XPath("//tr[.//b[.='Joinedly']]//button[.='Revoke Access']")).await?.click().await?;
    ines.reads("Access revoked.").await?;
    ines.opens(&format!("{}candidates", demo.ats)).await?;
    ines.presses("Yuki Sato").await?;
    ines.presses("Mark as hired").await?;
    ines.reads("Hired. Congratulations!").await?;
    olga.presses("Overview").await?;
    olga.reads("Joinedly").await?;
    jo.opens(&format!("{}integrations/lever", demo.joinedly)).await?;
    jo.reads("Not connected.").await?;
    jo.opens(&format!("{}joiners", demo.joinedly)).await?;
    jo.reads("3 joiners").await?;
    let page = jo.driver.source().await?;
    assert!(!page.contains("Yuki Sato"), "nobody comes any more, and whoever came stays");
    Ok(())
}
