//! The source document on Findem, sentence by sentence, as the people in it would do it. The lines that begin with a quotation are the
//! document's.

use anyhow::Result;
use e2e::{Demo, Person};
use thirtyfour::prelude::*;

/// Where a stage stands on the page of the mapping.
fn in_group(group: &str, stage: &str) -> String {
    format!("//section[@data-stage='{group}']//li[@data-card][./b[normalize-space(.)='{stage}']]")
}

#[tokio::test]
async fn fnd_01_to_36_the_document_works_sentence_by_sentence() -> Result<()> {
    let demo = Demo::start()?;
    let (fatima, ines) = (Person::sits_down(1400, 1000, false).await?, Person::sits_down(1280, 900, false).await?);

    // "Create an API Key in Lever": "As the Lever SuperAdmin user, head to the API Credentials Page. Click Generate New API Key."
    ines.opens(&demo.ats).await?;
    ines.signs_in("ines@northwind.example").await?;
    ines.presses("Settings").await?;
    ines.presses_containing("Integrations and API").await?;
    // "Add a recognizable name"; "Copy the API key: this is the only time that this API key will be accessible"
    let key = ines.makes_a_key(&demo, "Findem").await?;
    ines.presses("Done").await?;
    ines.reads("Findem").await?;
    anyhow::ensure!(!ines.driver.source().await?.contains(&key), "a key is shown once");

    // "Log into Findem and navigate to Admin > Integrations"
    fatima.opens(&format!("{}sign-in", demo.findem)).await?;
    fatima.signs_in("fatima@northwind.example").await?;
    fatima.reads("People who were found").await?;
    fatima.takes_a_picture("findem-profiles").await?;
    fatima.presses("Integrations").await?;
    // "From the Connect ATS menu, select Manage > Connect your ATS system"
    fatima.reads("Connect ATS").await?;
    fatima.presses("Manage").await?;
    fatima.presses("Connect your ATS system").await?;
    // "Select Lever from the ATS options. Do not select Lever (CSV)"
    fatima.reads("Lever (CSV)").await?;
    fatima.takes_a_picture("findem-options").await?;
    fatima.presses_containing("LeverWith an API key").await?;
    fatima.reads("Permissions to read").await?;
    // "Paste the API key. Click Save."
    fatima.types("API key", &key).await?;
    fatima.takes_a_picture("findem-key").await?;
    fatima.presses("Save").await?;
    fatima.reads("Connected. The first import has begun.").await?;
    fatima.reloads_until_it_says("All 79 were tried.").await?;
    fatima.reloads_until_it_says("candidates from Lever. Last asked").await?;
    fatima.takes_a_picture("findem-manage").await?;
    // "use the table below to ensure you have accurate mapping"
    fatima.presses("Field mapping").await?;
    fatima.reads("Findem Profile URL").await?;

    // "Head to Integrations > Lever > Manage > Stage Mapping. Select: which ATS stages should be in the Inbound Applicants tab"
    fatima.presses("Stage Mapping").await?;
    fatima.reads("What the stages and archive reasons of Lever mean here.").await?;
    let tick = |name: &str, label: &str| format!("//input[@name='{name}'][following-sibling::span[starts-with(normalize-space(.), '{label}')]]");
    // "which should be excluded when advancing an application", "which rejection reasons should be excluded when rejecting an application"
    for (name, label) in [("inbound", "Recruiter screen"), ("stage_out", "Offer"), ("reason_out", "Timing")] {
        fatima.driver.find(By::XPath(tick(name, label))).await?.click().await?;
    }
    fatima.presses("Save").await?;
    fatima.reads("Saved.").await?;
    // "Scroll down to group and map existing ATS stages to Findem stages. Click and drag any applicable variable within each stage."
    let card = fatima.driver.find(By::XPath(in_group("-", "Recruiter screen"))).await?;
    let column = fatima.driver.find(By::XPath("//section[@data-stage='screen']")).await?;
    fatima.driver.action_chain().drag_and_drop_element(&card, &column).perform().await?;
    fatima.driver.query(By::XPath(in_group("screen", "Recruiter screen"))).first().await?;
    // By keyboard the group's own menu does the same.
    fatima.driver.find(By::XPath("//select[@aria-label='Group of Phone interview']")).await?.send_keys("Interview").await?;
    fatima.driver.query(By::XPath(in_group("interview", "Phone interview"))).first().await?;
    // "You can also set SLA days for each stage."
    let days = fatima.driver.find(By::XPath("//input[@aria-label='SLA days at Recruiter screen']")).await?;
    days.send_keys("3").await?;
    days.find(By::XPath("following-sibling::button")).await?.click().await?;
    fatima.reads("Saved.").await?;
    fatima.opens(fatima.driver.current_url().await?.as_ref()).await?;
    fatima.driver.query(By::XPath(in_group("screen", "Recruiter screen"))).first().await?;
    fatima.takes_a_picture("findem-mapping").await?;
    fatima.presses("Pipeline").await?;
    fatima.reads("Active applications in Lever, by group and stage.").await?;
    fatima.takes_a_picture("findem-pipeline").await?;

    // Inbound applications are advanced, and rejected, each with a result; a rejection can be undone.
    fatima.presses("Inbound Applicants").await?;
    fatima.reads("Applications, not people").await?;
    fatima.takes_a_picture("findem-inbound").await?;
    fatima.driver.find(By::XPath("(//input[@name='id'])[1]")).await?.click().await?;
    fatima.chooses("To the stage", "Phone interview").await?;
    fatima.presses("Advance those ticked").await?;
    fatima.reads("Advance to Phone interview").await?;
    fatima.reloads_until_it_says("in the name of Ines Bauer").await?;
    fatima.takes_a_picture("findem-decision").await?;
    fatima.presses("Inbound Applicants").await?;
    fatima.reads("Applications, not people").await?;
    fatima.driver.find(By::XPath("(//input[@name='id'])[1]")).await?.click().await?;
    fatima.chooses("Because", "Position filled").await?;
    fatima.presses("Reject those ticked").await?;
    fatima.reads("can be undone").await?;
    fatima.presses("Undo").await?;
    fatima.reads("Undone. Lever never heard of it.").await?;

    // Whoever was found is exported; who is in Lever already is shown first.
    fatima.presses("Profiles").await?;
    fatima.reads("People who were found").await?;
    fatima.types("Search: name, title, company, skills, address", "amara okafor").await?;
    fatima.presses("Search").await?;
    fatima.reads("Show all").await?;
    fatima.driver.find(By::XPath("(//input[@name='profile'])[1]")).await?.click().await?;
    fatima.presses("Export those ticked to Lever").await?;
    fatima.reads("Tags, divided by commas").await?;
    fatima.chooses("Job", "Backend Engineer (Berlin)").await?;
    fatima.takes_a_picture("findem-export").await?;
    fatima.presses("Export").await?;
    fatima.reloads_until_it_says("1 of 1 profile in Lever").await?;
    fatima.presses("Amara Okafor").await?;
    fatima.reads("already in Lever").await?;
    fatima.reads("Exported to Lever by Fatima Diallo").await?;
    fatima.takes_a_picture("findem-profile").await?;
    ines.opens(&format!("{}candidates", demo.ats)).await?;
    ines.presses("Amara Okafor").await?;
    ines.reads("Findem Exported").await?;
    ines.reads("found by Fatima Diallo").await?;
    ines.takes_a_picture("findem-in-lever").await?;

    // "If you lose the key, you'll need to disable the integration toggle and repeat these steps."
    ines.opens(&format!("{}settings/integrations/api-credentials", demo.ats)).await?;
    ines.driver.find(By::XPath("//tr[contains(., 'Findem')]//form//button")).await?.click().await?;
    fatima.presses("Integrations").await?;
    fatima.presses("Manage").await?;
    fatima.presses("Lever").await?;
    fatima.presses("Sync now").await?;
    fatima.reloads_until_it_says("does not accept the API key any more").await?;
    fatima.takes_a_picture("findem-disabled").await?;
    let key = ines.makes_a_key(&demo, "Findem again").await?;
    fatima.presses("Connect again").await?;
    fatima.reads("Permissions to read").await?;
    fatima.types("API key", &key).await?;
    fatima.presses("Save").await?;
    fatima.reads("Connected.").await
}
