//! Without scripts, and without a mouse.

use anyhow::Result;
use e2e::pages::{ATS, CONNECTION, HR_CLOUD, HUB};
use e2e::{Demo, Person};
use thirtyfour::prelude::*;

/// Signs in and opens each page.
async fn looks_through(person: &Person, base: &str, email: &str, pages: &[&str]) -> Result<()> {
    person.opens(&format!("{base}sign-in")).await?;
    person.signs_in(email).await?;
    person.reads("Sign out").await?;
    for page in pages {
        person.opens(&format!("{base}{page}")).await?;
        person.reads("Sign out").await?;
        anyhow::ensure!(person.driver.find(By::Tag("h1")).await.is_ok() || person.driver.find(By::Tag("h2")).await.is_ok(), "{page} shows nothing");
    }
    Ok(())
}

#[tokio::test]
async fn a_hire_a_hold_an_import_and_the_settings_work_in_a_browser_that_runs_no_scripts() -> Result<()> {
    let demo = Demo::start()?;
    let person = Person::sits_down(1280, 900, false).await?;
    person.refuses_scripts().await?;
    // A page that would say otherwise if scripts ran after all.
    person.opens("data:text/html,<p id=p>no scripts here</p><script>document.getElementById('p').textContent='they run'</script>").await?;
    person.reads("no scripts here").await?;

    looks_through(&person, &demo.ats, "ines@northwind.example", ATS).await?;
    person.opens(&format!("{}candidates", demo.ats)).await?;
    person.presses("María José García López").await?;
    person.presses("Mark as hired").await?;
    person.reads("Hired. Congratulations!").await?;
    person.opens(&format!("{}candidates", demo.ats)).await?;
    person.presses("Ada Lovelace Byron").await?;
    person.presses("Fill in: Onboarding data").await?;
    person.types("Preferred first name", "Countess").await?;
    person.presses("Save form").await?;
    person.reads("Form saved.").await?;
    person.presses("Mark as hired").await?;
    person.reads("Hired. Congratulations!").await?;

    looks_through(&person, &demo.hub, "olga@northwind.example", HUB).await?;
    person.opens(&format!("{}hires", demo.hub)).await?;
    person.reloads_until_it_says("Ada Lovelace Byron").await?;
    person.presses("Ada Lovelace Byron").await?;
    person.reloads_until_it_says("Confirmed by HR Cloud").await?;
    person.opens(&format!("{}holds", demo.hub)).await?;
    person.reloads_until_it_says("HR Cloud has no department \"Sales\"").await?;
    person.presses("Create it and go on").await?;
    person.reloads_until_it_says("Nothing is held").await?;

    person.opens(&format!("{}connections", demo.hub)).await?;
    person.presses("HR Cloud").await?;
    let connection = person.driver.current_url().await?.to_string();
    for below in CONNECTION {
        person.opens(&format!("{connection}{below}")).await?;
        person.reads("Sign out").await?;
    }
    person.opens(&connection).await?;
    person.presses("Automatic Import").await?;
    person.reads("The next Automatic Import is").await?;
    person.opens(&format!("{connection}/fields")).await?;
    person.types("City", "posting.location").await?;
    person.types("Its name there", "xExternalId").await?;
    person.types("What fills it", "opportunity.id").await?;
    person.presses("Try on the latest hires").await?;
    person.reads("Nothing is saved yet").await?;
    person.presses("Save").await?;
    person.reads("Saved.").await?;
    person.reads("xExternalId").await?;
    person.opens(&format!("{connection}/import")).await?;
    person.presses("Try first, change nothing").await?;
    person.reloads_until_it_says("Import them now").await?;
    person.presses("Import them now").await?;
    person.reloads_until_it_says("2\nupdated").await?;

    looks_through(&person, &demo.hr_cloud, "helen@northwind.example", HR_CLOUD).await?;
    person.opens(&format!("{}people", demo.hr_cloud)).await?;
    person.reads("María José García López").await?;
    Ok(())
}

#[tokio::test]
async fn a_hire_is_made_seen_and_mended_with_the_keyboard_alone() -> Result<()> {
    let demo = Demo::start()?;
    let person = Person::sits_down(1280, 900, false).await?;
    person.opens(&demo.ats).await?;
    person.reads("Password").await?;
    person.tabs_to("E-mail").await?;
    person.keys("ines@northwind.example").await?;
    person.tabs_to("Password").await?;
    person.keys("demo-demo").await?;
    person.tabs_to_and_enters("Sign in").await?;
    person.reads("Drag a card to another stage").await?;
    person.tabs_to_and_enters("María José García López").await?;
    person.reads("Anticipated start date").await?;
    person.tabs_to_and_enters("Mark as hired").await?;
    person.reads("Hired. Congratulations!").await?;

    person.opens(&demo.hub).await?;
    person.reads("Password").await?;
    person.tabs_to("E-mail").await?;
    person.keys("olga@northwind.example").await?;
    person.tabs_to("Password").await?;
    person.keys("demo-demo").await?;
    person.tabs_to_and_enters("Sign in").await?;
    person.reads("Sign out").await?;
    person.tabs_to_and_enters("Holds").await?;
    person.reads("HR Cloud has no department").await?;
    person.tabs_to_and_enters("Create it and go on").await?;
    person.reads("Nothing is held").await?;
    person.tabs_to_and_enters("Hires").await?;
    person.tabs_to_and_enters("María José García López").await?;
    person.reads("Confirmed by HR Cloud").await?;
    Ok(())
}
