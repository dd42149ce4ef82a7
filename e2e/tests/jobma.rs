//! The source document on Jobma, sentence by sentence, as the people in it would do it; the candidate records with a camera
//! that Chromium makes up. The lines that begin with a quotation are the document's.

use anyhow::Result;
use e2e::{Demo, Person};
use std::time::Duration;
use thirtyfour::prelude::*;

/// Vera writes a question into the kit that is open.
async fn asks(vera: &Person, question: &str, kind: &str, seconds: &str) -> Result<()> {
    vera.types("Question", question).await?;
    vera.chooses("Kind", kind).await?;
    vera.types("Seconds to think (0: no limit)", "0").await?;
    vera.types("Seconds to answer (0: no limit)", seconds).await?;
    vera.driver.find(By::XPath("//form[.//textarea[@name='body']]//button")).await?.click().await?;
    vera.reads("Saved.").await?;
    vera.reads(question).await
}

/// A take of some seconds.
async fn records(candidate: &Person) -> Result<()> {
    candidate.reads("Everything is ready.").await?;
    candidate.presses("Start recording").await?;
    candidate.reads("Recording. It ends in").await?;
    // Somebody speaks.
    tokio::time::sleep(Duration::from_secs(3)).await;
    candidate.presses("Stop").await?;
    candidate.reads("Keep this answer").await
}

#[tokio::test]
async fn jbm_01_to_21_the_document_works_sentence_by_sentence() -> Result<()> {
    let demo = Demo::start()?;
    let (vera, ines, candidate) =
        (Person::sits_down(1280, 900, false).await?, Person::sits_down(1280, 900, false).await?, Person::sits_down(420, 900, false).await?);
    ines.opens(&demo.ats).await?;
    ines.signs_in("ines@northwind.example").await?;
    ines.reads("Drag a card to another stage").await?;
    // The demo has the event switched on already; the document begins with it off.
    ines.opens(&format!("{}settings/integrations/webhooks", demo.ats)).await?;
    ines.presses("Candidate Stage Change").await?;
    ines.reads("Candidate Stage Change is off.").await?;

    // "Log in to Jobma"
    vera.opens(&format!("{}sign-in", demo.jobma)).await?;
    vera.signs_in("vera@northwind.example").await?;
    // "Navigate to Setup Interview > Interview Kit; add the desired interview questions; click Save"
    vera.presses("Setup Interview").await?;
    vera.reads("Interview Kit").await?;
    vera.types("Name", "On camera").await?;
    vera.presses("Save").await?;
    vera.reads("Until there is one, nobody can be invited with this kit.").await?;
    asks(&vera, "What did you build last?", "Video", "60").await?;
    asks(&vera, "How would you begin here?", "Essay", "0").await?;
    vera.takes_a_picture("jobma-kit").await?;
    // "Navigate to Integrations > Integrations on the left hand menu; select Lever from the list"
    vera.presses("Integrations").await?;
    vera.presses_containing("Lever").await?;
    vera.reads("Ask your Jobma support representative").await?;
    vera.presses("Connect Lever").await?;
    vera.reads("What Jobma will be able to do in Lever").await?;
    vera.presses("Sign in with Lever").await?;
    vera.signs_in("ines@northwind.example").await?;
    // "Review the list of requested permissions; click Accept"
    vera.reads("Jobma wants access to your Lever account").await?;
    vera.presses("Accept").await?;
    vera.reads("Interview kits").await?;

    // "Click Lever in the integrations list; select the job; select the interview kit that you want to add to this job; click
    // Save"
    vera.presses("Integrations").await?;
    vera.presses_containing("Lever").await?;
    vera.reads("Interview kits").await?;
    vera.chooses("Backend Engineer at every stage", "On camera").await?;
    vera.driver.find(By::XPath("//form[.//span[.='Backend Engineer at every stage']]//button")).await?.click().await?;
    vera.reads("Saved.").await?;
    vera.takes_a_picture("jobma-integration").await?;

    // "Scroll to the 'Candidate Stage Change' webhook and toggle it to the on (blue) position"
    ines.presses("Settings").await?;
    ines.presses_containing("Integrations and API").await?;
    ines.presses("Webhooks").await?;
    ines.presses("Candidate Stage Change").await?;
    ines.reads("Candidate Stage Change is on.").await?;

    // "To add a new candidate click + Add Candidate. Enter the candidate's name and email; select a job"
    ines.opens(&format!("{}candidates/new", demo.ats)).await?;
    ines.types("Full name", "Nia Okafor").await?;
    ines.types("E-mail", "nia@mail.example").await?;
    ines.chooses("Job", "Backend Engineer").await?;
    ines.presses("Add Candidate").await?;
    ines.reads("Candidate added.").await?;
    let profile = ines.driver.current_url().await?;
    // "Move the candidate to the Jobma stage in your Lever pipeline"
    ines.driver.find(By::XPath("//select[@aria-label='Stage']/option[.='Jobma']")).await?.click().await?;
    ines.driver.find(By::XPath("//form[.//select[@aria-label='Stage']]//button")).await?.click().await?;
    // "the interview link is added to the candidate's profile in Lever and the status for the interview will be set to 'Jobma
    // Interview Invited'"
    ines.reads("Moved.").await?;
    ines.opens(profile.as_str()).await?;
    ines.reads("Jobma Interview Invited").await?;
    ines.takes_a_picture("jobma-invited").await?;
    let link = ines.finds_link("//a[contains(@href, '/jobma/i/')]").await?;

    // The candidate holds it, on a phone: tries the camera, records a take, and writes.
    candidate.opens(&link).await?;
    candidate.reads("Hello Nia").await?;
    candidate.takes_a_picture("jobma-welcome").await?;
    candidate.presses("Try camera and microphone first").await?;
    candidate.reads("Everything is ready.").await?;
    candidate.takes_a_picture("jobma-check").await?;
    candidate.presses("Back").await?;
    candidate.driver.find(By::Css("input[name=agree]")).await?.click().await?;
    candidate.presses("Begin").await?;
    candidate.reads("What did you build last?").await?;
    records(&candidate).await?;
    candidate.takes_a_picture("jobma-recorded").await?;
    candidate.presses("Keep this answer").await?;
    candidate.reads("How would you begin here?").await?;
    candidate.types("Your answer", "By listening.").await?;
    candidate.presses("Next").await?;
    candidate.presses("Send my answers").await?;
    candidate.reads("Thank you, Nia").await?;

    // "you can evaluate it by going to the candidate's profile in Lever and clicking on the link provided in the note"
    ines.opens(profile.as_str()).await?;
    ines.reads("Jobma Interview Completed").await?;
    ines.reads("the interview is completed. Evaluate it here:").await?;
    let page = ines.driver.find(By::Css("body")).await?.text().await?;
    assert!(!page.contains("Jobma Interview Invited"), "one status at a time");
    let evaluate = page.split_whitespace().find(|word| word.contains("/jobma/evaluate/")).unwrap_or_default().to_owned();
    vera.opens(&evaluate).await?;
    vera.reads("By listening.").await?;
    // It plays, to its end.
    let play = "const done = arguments[arguments.length - 1]; const v = document.querySelector('video'); v.muted = true; \
                v.onended = () => done('ended'); v.onerror = () => done('error ' + v.error.message); v.play().catch((e) => done(String(e)));";
    let said: String = vera.driver.execute_async(play, vec![]).await?.convert()?;
    assert_eq!(said, "ended");
    vera.takes_a_picture("jobma-evaluate").await?;
    // What she thinks goes back to the profile, as a note, and where it is wanted as feedback and as a file.
    vera.opens(&format!("{}integrations/lever", demo.jobma)).await?;
    for switch in ["Give feedback in Lever", "Attach a summary as PDF"] {
        vera.presses(switch).await?;
        vera.reads("Saved.").await?;
    }
    vera.opens(&evaluate).await?;
    for option in ["3 of 5", "Not sure"] {
        vera.driver.find(By::XPath(format!("//option[.='{option}']"))).await?.click().await?;
    }
    vera.types("Comment", "Calm and clear.").await?;
    vera.presses("Save").await?;
    vera.reads("3.0 of 5").await?;
    ines.opens(profile.as_str()).await?;
    for words in ["gives 3 of 5. Not sure.", "2 - No Hire", "Jobma interview 1.pdf"] {
        ines.reads(words).await?;
    }
    ines.takes_a_picture("jobma-results").await?;
    // "You may also copy the same link and share it with another member of your team"
    let rashid = candidate;
    rashid.opens(&evaluate).await?;
    rashid.signs_in("rashid@northwind.example").await?;
    rashid.reads("By listening.").await?;

    // "view interviews on your Jobma account by going to Integrations > Interview Listing and clicking on Lever"
    vera.presses("Integrations").await?;
    vera.driver.find(By::XPath("//main//a[.='Interview Listing']")).await?.click().await?;
    vera.presses_containing("Lever").await?;
    vera.reads("Nia Okafor").await?;
    vera.takes_a_picture("jobma-listing").await?;

    // "Navigate to the Integrations List; select Lever; click delete"
    vera.presses("Integrations").await?;
    vera.presses_containing("Lever").await?;
    vera.presses("Delete the integration").await?;
    vera.presses("Delete it").await?;
    vera.reads("Deleted. Nobody is invited any more; the interviews stay.").await?;
    // "Under the 'Authorized Apps' tab, locate the Jobma app; click Revoke access"
    ines.opens(&format!("{}settings/integrations/authorized-apps", demo.ats)).await?;
    let rows = ines.driver.find_all(By::XPath("//tr[.//b[.='Jobma']]//button[.='Revoke Access']")).await?;
    if let Some(revoke) = rows.first() {
        revoke.click().await?;
        ines.reads("Access revoked.").await?;
    }
    Ok(())
}
