//! Scenes that several walks begin with: somebody connects, hires, refers, invites.

use crate::{Demo, Person};
use anyhow::Result;
use thirtyfour::prelude::*;

impl Person {
    /// Adds somebody with an offer and hires them, from the ATS' page + Add Candidate on.
    ///
    /// # Errors
    /// When a page does not say what it should.
    pub async fn adds_and_hires(&self, name: &str, email: &str, job: &str) -> Result<()> {
        self.reads("Full name").await?;
        self.types("Full name", name).await?;
        self.types("E-mail", email).await?;
        self.chooses("Job", job).await?;
        self.chooses("Stage", "Offer").await?;
        self.presses("Add Candidate").await?;
        self.reads("Candidate added.").await?;
        self.presses("Make an offer").await?;
        self.driver.execute("document.querySelector('input[name=start]').value = '2027-03-01'", vec![]).await?;
        self.presses("Save offer").await?;
        self.reads("1 Mar 2027").await?;
        self.presses("Mark as hired").await?;
        self.reads("Hired. Congratulations!").await
    }

    /// Jo, signed in at Joinedly, signs in with Lever as its Super Admin.
    ///
    /// # Errors
    /// When a page does not say what it should.
    pub async fn connects_joinedly(&self, demo: &Demo) -> Result<()> {
        self.opens(&format!("{}integrations/lever", demo.joinedly)).await?;
        self.presses("Sign in with Lever").await?;
        self.reads("What Joinedly will be able to do in Lever").await?;
        self.presses("Sign in with Lever").await?;
        // Somebody may have signed in to Lever with this browser before.
        if self.reads_either("Password", "wants access to your Lever account").await? {
            self.signs_in("ines@northwind.example").await?;
        }
        self.reads("Joinedly wants access to your Lever account").await?;
        self.presses("Accept").await?;
        self.reads("To disconnect: in Lever").await
    }

    /// Bianca, signed in at Job Ring, connects Lever, maps the stages, and refers somebody; the private page of whoever refers by the link.
    ///
    /// # Errors
    /// When a page does not say what it should.
    pub async fn refers(&self, demo: &Demo, name: &str) -> Result<String> {
        self.opens(&format!("{}integrations", demo.job_ring)).await?;
        self.presses("Connect Lever").await?;
        self.reads("What Job Ring will be able to do in Lever").await?;
        self.presses("Sign in with Lever").await?;
        if self.reads_either("Password", "wants access to your Lever account").await? {
            self.signs_in("ines@northwind.example").await?;
        }
        self.reads("Job Ring wants access to your Lever account").await?;
        self.presses("Accept").await?;
        self.reads("One more step: map your stages").await?;
        self.chooses("New applicant", "Applied").await?;
        self.presses("Save the mapping").await?;
        self.reads("Your Lever connection is active.").await?;
        self.opens(&format!("{}jobs", demo.job_ring)).await?;
        self.reloads_until_it_says("Backend Engineer").await?;
        self.presses("Backend Engineer").await?;
        let link = self.finds_link("//a[contains(@href, '/job-ring/r/')]").await?;
        self.opens(&link).await?;
        for (label, text) in
            [("Your name", "Paul Ferry"), ("Your e-mail", "paul@outside.example"), ("Their name", name), ("Their e-mail", "nia@mail.example")]
        {
            self.types(label, text).await?;
        }
        self.presses("Refer").await?;
        self.reads("goes by mail to the address you gave").await?;
        self.opens(&format!("{}mail", demo.job_ring)).await?;
        self.presses(&format!("You referred {name} for Backend Engineer")).await?;
        let own = self.finds_link("//a[contains(@href, '/job-ring/my/')]").await?;
        self.opens(&own).await?;
        self.reads("Your referral for Backend Engineer").await?;
        self.reloads_until_it_says("They are among the applicants now.").await?;
        Ok(self.driver.current_url().await?.to_string())
    }

    /// Ines, signed in at Lever, makes an API key that may do everything; the key.
    ///
    /// # Errors
    /// When a page does not say what it should.
    pub async fn makes_a_key(&self, demo: &Demo, name: &str) -> Result<String> {
        self.opens(&format!("{}settings/integrations/api-credentials", demo.ats)).await?;
        self.presses("Generate New API Key").await?;
        self.reads("A key is shown once").await?;
        self.types("Key name", name).await?;
        for button in self.driver.find_all(By::Css("button[data-tick]")).await? {
            button.click().await?;
        }
        self.driver.find(By::Css("input[name=confidential]")).await?.click().await?;
        self.presses("Generate key").await?;
        self.reads("This is the only time it is shown.").await?;
        Ok(self.driver.find(By::Id("key")).await?.text().await?)
    }

    /// Fatima, signed in at Findem, connects Lever with a key, and lets new applicants feed the inbound ones.
    ///
    /// # Errors
    /// When a page does not say what it should.
    pub async fn connects_findem(&self, demo: &Demo, key: &str) -> Result<()> {
        self.opens(&format!("{}integrations/lever/connect", demo.findem)).await?;
        self.types("API key", key).await?;
        self.presses("Save").await?;
        self.reloads_until_it_says("All 79 were tried.").await?;
        self.presses("Stage Mapping").await?;
        self.reads("What the stages and archive reasons of Lever mean here.").await?;
        self.driver
            .find(By::XPath("//input[@name='inbound'][following-sibling::span[starts-with(normalize-space(.), 'New applicant')]]"))
            .await?
            .click()
            .await?;
        self.presses("Save").await?;
        self.reads("Saved.").await
    }

    /// Vera connects Jobma, lets everybody have one kit, and Ines moves somebody to its stage; the candidate's private link.
    ///
    /// # Errors
    /// When a page does not say what it should.
    pub async fn invites(&self, demo: &Demo, name: &str) -> Result<String> {
        self.opens(&format!("{}integrations/lever", demo.jobma)).await?;
        self.presses("Connect Lever").await?;
        self.reads("What Jobma will be able to do in Lever").await?;
        self.presses("Sign in with Lever").await?;
        if self.reads_either("Password", "wants access to your Lever account").await? {
            self.signs_in("ines@northwind.example").await?;
        }
        self.reads("Jobma wants access to your Lever account").await?;
        self.presses("Accept").await?;
        self.reads("Interview kits").await?;
        self.chooses("Kit for every other job", "First conversation").await?;
        self.driver.find(By::XPath("//form[.//span[.='Kit for every other job']]//button")).await?.click().await?;
        self.reads("Saved.").await?;
        self.opens(&format!("{}candidates", demo.ats)).await?;
        self.presses(name).await?;
        self.reads("Stage").await?;
        self.driver.find(By::XPath("//select[@aria-label='Stage']/option[.='Jobma']")).await?.click().await?;
        self.driver.find(By::XPath("//form[.//select[@aria-label='Stage']]//button")).await?.click().await?;
        self.reads("Jobma Interview Invited").await?;
        self.finds_link("//a[contains(@href, '/jobma/i/')]").await
    }

    /// Jo adds somebody by hand, who starts soon.
    ///
    /// # Errors
    /// When a page does not say what it should.
    pub async fn adds_a_joiner(&self, demo: &Demo, first: &str, last: &str) -> Result<()> {
        self.opens(&format!("{}joiners/new", demo.joinedly)).await?;
        self.types("First name", first).await?;
        self.types("Last name", last).await?;
        self.types("E-mail", &format!("{}@mail.example", first.to_lowercase())).await?;
        self.driver.execute("document.querySelector('input[name=start_date]').value = '2027-03-01'", vec![]).await?;
        self.presses("Add").await?;
        self.reads("Added.").await
    }

    /// The private link in the letter that welcomes somebody, as Jo finds it on the page Mail.
    ///
    /// # Errors
    /// When there is no such letter.
    pub async fn private_link(&self, demo: &Demo, first: &str) -> Result<String> {
        self.opens(&format!("{}mail", demo.joinedly)).await?;
        self.presses(&format!("Welcome to Northwind Robotics, {first}!")).await?;
        self.reads("The link is yours alone").await?;
        self.finds_link("//a[contains(@href, '/joinedly/my/')]").await
    }
}
