//! The first hire, as a recruiter, an HR person and an operator see it.

use anyhow::Result;
use e2e::{Demo, Person};
use thirtyfour::prelude::*;

#[tokio::test]
async fn a_recruiter_hires_someone_and_the_employee_is_there_and_the_timeline_tells_how() -> Result<()> {
    let demo = Demo::start()?;
    let person = Person::sits_down(1280, 900, false).await?;

    // The recruiter.
    person.opens(&demo.ats).await?;
    person.reads("Demo logins").await?;
    person.takes_a_picture("1-sign-in").await?;
    person.signs_in("ines@northwind.example").await?;
    person.reads("Drag a card to another stage").await?;
    person.takes_a_picture("2-board").await?;
    person.presses("Ada Lovelace Byron").await?;
    person.reads("Anticipated start date").await?;
    person.takes_a_picture("3-profile").await?;
    person.presses("Mark as hired").await?;
    person.reads("Hired. Congratulations!").await?;

    // The HR person.
    person.opens(&demo.hr_cloud).await?;
    person.signs_in("helen@northwind.example").await?;
    person.reads("Ada Lovelace Byron").await?;
    person.takes_a_picture("4-people").await?;
    person.presses_containing("Ada Lovelace Byron").await?;
    for words in ["Backend Engineer", "Engineering", "Berlin", "Full-time", "Tomasz Nowak", "Lovelace"] {
        person.reads(words).await?;
    }
    person.takes_a_picture("5-employee").await?;

    // The operator.
    person.opens(&demo.hub).await?;
    person.signs_in("olga@northwind.example").await?;
    person.reads("confirmed at a partner").await?;
    person.takes_a_picture("6-overview").await?;
    person.presses("Ada Lovelace Byron").await?;
    for words in ["Lever told us: Candidate Hired", "Read from Lever and decided", "To be sent to HR Cloud", "Confirmed by HR Cloud"] {
        person.reads(words).await?;
    }
    person.takes_a_picture("7-timeline").await?;

    // Every page listens for news; looking through many of them in a row must not use up the browser's connections.
    for page in ["hires", "holds", "events", "connections", "audit", ""].into_iter().cycle().take(18) {
        person.opens(&format!("{}{page}", demo.hub)).await?;
    }
    person.reads("confirmed at a partner").await?;
    Ok(())
}

#[tokio::test]
async fn hrc_04_an_hr_admin_connects_and_is_back_where_she_came_from() -> Result<()> {
    let demo = Demo::start()?;
    let person = Person::sits_down(1280, 900, false).await?;
    person.opens(&format!("{}connections", demo.hub)).await?;
    person.signs_in("olga@northwind.example").await?;
    person.presses("HR Cloud").await?;
    person.presses("Disconnect").await?;
    person.reads("Disconnected.").await?;

    person.opens(&format!("{}settings/integrations", demo.hr_cloud)).await?;
    person.signs_in("helen@northwind.example").await?;
    person.presses_containing("Lever").await?;
    person.presses("Connect").await?;
    person.reads("What HR Cloud will be able to do in Lever").await?;
    person.presses("Sign in with Lever").await?;
    person.signs_in("ines@northwind.example").await?;
    person.reads("HR Cloud wants access to your Lever account").await?;
    person.presses("Accept").await?;
    person.reads("To disconnect: in Lever").await?;
    let address = person.driver.current_url().await?.to_string();
    assert!(address.starts_with(&demo.hr_cloud), "{address}");
    Ok(())
}

#[tokio::test]
async fn a_card_is_dragged_to_another_stage_and_a_new_candidate_is_added_held_and_mended_in_one_click() -> Result<()> {
    let demo = Demo::start()?;
    let person = Person::sits_down(1600, 1000, false).await?;
    person.opens(&demo.ats).await?;
    person.signs_in("ines@northwind.example").await?;
    person.reads("Drag a card to another stage").await?;

    let card = person.driver.find(By::XPath("//section[@data-stage='lead-new']//li[@data-card]")).await?;
    let name = card.find(By::Tag("a")).await?.text().await?;
    let column = person.driver.find(By::XPath("//section[@data-stage='lead-responded']")).await?;
    person.driver.action_chain().drag_and_drop_element(&card, &column).perform().await?;
    let moved = format!("//section[@data-stage='lead-responded']//li[@data-card][.//a[normalize-space(.)=\"{name}\"]]");
    person.driver.query(By::XPath(&moved)).first().await?;

    person.presses("+ Add Candidate").await?;
    person.adds_and_hires("Grace Brewster Hopper", "grace@mail.example", "Account Executive").await?;

    person.opens(&format!("{}holds", demo.hub)).await?;
    person.signs_in("olga@northwind.example").await?;
    person.reads("HR Cloud has no department \"Sales\"").await?;
    person.takes_a_picture("8-holds").await?;
    person.presses("Create it and go on").await?;
    person.reads("Nothing is held").await?;

    person.opens(&demo.hr_cloud).await?;
    person.signs_in("helen@northwind.example").await?;
    person.reads("Grace Brewster Hopper").await?;
    Ok(())
}
