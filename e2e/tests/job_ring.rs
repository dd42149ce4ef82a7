//! The source document on Job Ring, sentence by sentence, as the people in it would do it. The lines that begin with a quotation are
//! the document's.

use anyhow::Result;
use e2e::{Demo, Person};
use thirtyfour::prelude::*;

#[tokio::test]
async fn jrg_01_to_26_the_document_works_sentence_by_sentence() -> Result<()> {
    let demo = Demo::start()?;
    let (bianca, ines, stranger) =
        (Person::sits_down(1280, 900, false).await?, Person::sits_down(1280, 900, false).await?, Person::sits_down(420, 900, false).await?);
    ines.opens(&demo.ats).await?;
    ines.signs_in("ines@northwind.example").await?;
    ines.reads("Drag a card to another stage").await?;

    // "log in with your business credentials to access your Job Ring Business account; start on your Job Ring business profile page"
    bianca.opens(&format!("{}sign-in", demo.job_ring)).await?;
    bianca.signs_in("bianca@northwind.example").await?;
    bianca.reads("What whoever refers or is referred reads about you.").await?;
    // "Scroll to the bottom of the page and select Manage Integrations"
    bianca.presses("Manage Integrations").await?;
    // "you will be directed to the Job Ring Integrations Page with options for different applicant tracking systems"
    bianca.reads("Greenhouse").await?;
    // "Select the Connect button next to Lever; you will be redirected to Lever; sign into your Lever account"
    bianca.presses("Connect Lever").await?;
    bianca.reads("What Job Ring will be able to do in Lever").await?;
    bianca.presses("Sign in with Lever").await?;
    bianca.signs_in("ines@northwind.example").await?;
    // "Review the list of requested permissions and click Accept"
    bianca.reads("Job Ring wants access to your Lever account").await?;
    bianca.presses("Accept").await?;
    // "you will be redirected back to the Job Ring Integrations page", and "prompted to map your organization's Lever hiring stages"
    bianca.reads("One more step: map your stages").await?;
    bianca.reads("Mapping needed").await?;
    bianca.takes_a_picture("job-ring-mapping").await?;
    for (stage, status) in
        [("New applicant", "Applied"), ("Recruiter screen", "In review"), ("Phone interview", "Interview"), ("Withdrew", "Withdrawn")]
    {
        bianca.chooses(stage, status).await?;
    }
    bianca.presses("Save the mapping").await?;
    // "Your Lever connection is now active in Job Ring"
    bianca.reads("The mapping is saved. Your Lever connection is active.").await?;

    // "In Lever, go to Settings > Integrations and API > Webhooks; enable the following webhooks if they are not already enabled"
    ines.presses("Settings").await?;
    ines.presses_containing("Integrations and API").await?;
    ines.presses("Webhooks").await?;
    for event in ["Candidate Stage Change", "Candidate Archive State Change", "Candidate Hired", "Candidate Deleted"] {
        let is_on = format!("//button[@role='switch' and @aria-label='{event}' and @aria-checked='true']");
        ines.driver.find(By::XPath(&is_on)).await?;
    }

    // "Job Ring enables users to source, access, and manage job candidate referrals, both internal and external": a link is passed around.
    bianca.presses("Jobs").await?;
    bianca.presses("Backend Engineer").await?;
    bianca.reads("Pass it around").await?;
    bianca.takes_a_picture("job-ring-job").await?;
    let link = bianca.finds_link("//a[contains(@href, '/job-ring/r/')]").await?;
    stranger.opens(&link).await?;
    stranger.types("Your name", "Paul Ferry").await?;
    stranger.types("Your e-mail", "paul@outside.example").await?;
    stranger.types("Their name", "Nia Okafor").await?;
    stranger.types("Their e-mail", "nia@mail.example").await?;
    stranger.takes_a_picture("job-ring-refer").await?;
    stranger.presses("Refer").await?;
    stranger.reads("goes by mail to the address you gave").await?;
    stranger.takes_a_picture("job-ring-thanks").await?;
    bianca.presses("Mail").await?;
    bianca.presses("You referred Nia Okafor for Backend Engineer").await?;
    stranger.opens(&bianca.finds_link("//a[contains(@href, '/job-ring/my/')]").await?).await?;
    stranger.reads("Your referral for Backend Engineer").await?;
    stranger.reloads_until_it_says("They are among the applicants now.").await?;
    bianca.presses("Jobs").await?;
    bianca.presses("Backend Engineer").await?;
    bianca.types("Their name", "Tariq Aziz").await?;
    bianca.types("Their e-mail", "tariq@mail.example").await?;
    bianca.presses("Refer").await?;
    bianca.reads("Thank you! Your referral is on its way.").await?;

    // "When an application is submitted through Job Ring, it will appear in both": "on your dashboard based on the referral type"
    bianca.presses("Dashboard").await?;
    bianca.reads("External (1)").await?;
    bianca.reads("Nia Okafor").await?;
    bianca.takes_a_picture("job-ring-dashboard").await?;
    bianca.presses("Internal (1)").await?;
    bianca.reads("Tariq Aziz").await?;
    // "with a Job Ring source tag label", "an additional 'Referral' tag"; "you can filter for applications with a referral tag"
    ines.opens(&format!("{}candidates", demo.ats)).await?;
    ines.presses("Nia Okafor").await?;
    ines.reads("Referral").await?;
    ines.reads("Job Ring").await?;
    ines.reads("referred by Paul Ferry").await?;
    ines.takes_a_picture("job-ring-profile").await?;
    let profile = ines.driver.current_url().await?;

    // "Any time an applicant's status changes in Lever, it will be reflected in Job Ring"
    ines.driver.find(By::XPath("//select[@aria-label='Stage']/option[.='Phone interview']")).await?.click().await?;
    ines.driver.find(By::XPath("//form[.//select[@aria-label='Stage']]//button")).await?.click().await?;
    ines.reads("Moved.").await?;
    stranger.reloads_until_it_says("They were invited to talk.").await?;
    // "Payouts will happen according to the candidate's status"
    ines.opens(profile.as_str()).await?;
    ines.presses("Mark as hired").await?;
    ines.reads("Congratulations").await?;
    stranger.reloads_until_it_says("They have to stay until").await?;
    stranger.takes_a_picture("job-ring-own-page").await?;
    bianca.presses("Payouts").await?;
    bianca.reads("750.00 EUR").await?;
    bianca.takes_a_picture("job-ring-payouts").await?;

    // "Manage Integrations; select the Disconnect button next to Lever; your accounts will no longer be connected"
    bianca.presses("Business profile").await?;
    bianca.presses("Manage Integrations").await?;
    bianca.presses("Disconnect").await?;
    bianca.presses("Disconnect Lever").await?;
    bianca.reads("Your accounts are no longer connected").await?;
    // "Under the Authorized Apps tab, locate the Job Ring app; click Revoke access"
    ines.opens(&format!("{}settings/integrations/authorized-apps", demo.ats)).await?;
    ines.driver.find(By::XPath("//tr[.//b[.='Job Ring']]//button[.='Revoke Access']")).await?.click().await?;
    ines.reads("Access revoked.").await
}
