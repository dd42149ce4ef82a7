//! The source document on HR Cloud, sentence by sentence, as the people in it would do it. The lines that begin with a
//! quotation are the document's.

use anyhow::Result;
use e2e::{Demo, Person};

/// Three people at three desks.
struct Office {
    demo: Demo,
    /// HR Admin, and before that the Account Manager.
    helen: Person,
    /// Super Admin in Lever.
    ines: Person,
    /// Operator of the hub.
    olga: Person,
}

impl Office {
    async fn opens() -> Result<Self> {
        let demo = Demo::start()?;
        let (helen, ines, olga) =
            (Person::sits_down(1280, 900, false).await?, Person::sits_down(1280, 900, false).await?, Person::sits_down(1280, 900, false).await?);
        ines.opens(&demo.ats).await?;
        ines.signs_in("ines@northwind.example").await?;
        ines.reads("Drag a card to another stage").await?;
        olga.opens(&demo.hub).await?;
        olga.signs_in("olga@northwind.example").await?;
        olga.reads("Overview").await?;
        Ok(Self { demo, helen, ines, olga })
    }

    async fn hires(&self, name: &str) -> Result<()> {
        self.ines.opens(&format!("{}candidates", self.demo.ats)).await?;
        self.ines.presses(name).await?;
        self.ines.presses("Mark as hired").await?;
        self.ines.reads("Hired. Congratulations!").await
    }

    /// Helen looks at the people; somebody is among them, or is not.
    async fn is_an_employee(&self, name: &str) -> Result<bool> {
        self.helen.opens(&format!("{}people", self.demo.hr_cloud)).await?;
        self.helen.reads("employees, the newest first").await?;
        let page = self.helen.driver.source().await?;
        Ok(page.contains(name))
    }

    async fn lever_page(&self) -> Result<()> {
        self.helen.opens(&format!("{}settings/integrations/lever", self.demo.hr_cloud)).await
    }
}

#[tokio::test]
async fn hrc_01_to_30_the_document_works_sentence_by_sentence() -> Result<()> {
    let o = Office::opens().await?;
    let (helen, ines, olga) = (&o.helen, &o.ines, &o.olga);
    // The demo is connected already; here everything begins at the beginning.
    olga.presses("Connections").await?;
    olga.presses("HR Cloud").await?;
    olga.presses("Disconnect").await?;
    olga.reads("Disconnected.").await?;

    // "Ask your HR Cloud Account Manager to enable the Lever integration for you."
    helen.opens(&format!("{}sign-in", o.demo.hr_cloud)).await?;
    helen.signs_in("sam@hrcloud.example").await?;
    helen.presses("Customers").await?;
    helen.presses("Lever integration").await?;
    helen.reads("The Lever integration is off.").await?;
    helen.presses("Sign out").await?;
    helen.signs_in("helen@northwind.example").await?;
    helen.presses("Settings").await?;
    helen.presses("Integrations").await?;
    helen.reads("Ask your HR Cloud Account Manager to enable the Lever integration for you.").await?;
    helen.presses("Sign out").await?;
    helen.signs_in("sam@hrcloud.example").await?;
    helen.presses("Customers").await?;
    helen.presses("Lever integration").await?;
    helen.reads("The Lever integration is on.").await?;
    helen.presses("Sign out").await?;

    // "Log in to HR Cloud (HR Admin) and navigate to Settings. There you will find Lever listed in the 'Integrations'
    // section. Click Lever. Click Connect on the next screen"
    helen.signs_in("helen@northwind.example").await?;
    helen.presses("Settings").await?;
    helen.presses("Integrations").await?;
    helen.presses_containing("Lever").await?;
    helen.presses("Connect").await?;
    helen.reads("Lever refuses everyone else.").await?;
    helen.presses("Sign in with Lever").await?;
    // "On the prompt, log in to Lever using your Admin account. Review the list of requested permissions and click Accept"
    helen.signs_in("ines@northwind.example").await?;
    helen.reads("HR Cloud wants access to your Lever account").await?;
    helen.presses("Accept").await?;
    helen.reads("Connected").await?;

    // "Use webhook for import" is a setting that stays over a new connection; here it is off, for what follows by hand.
    helen.presses("Use webhook for import").await?;
    helen.reads("Saved.").await?;

    // "Click Import to import candidates from Lever. Every time you click Import, HR Cloud will collect information about
    // all hired employees from Lever and add them to the HR Cloud system."
    o.hires("Ada Lovelace Byron").await?;
    o.hires("Kwame Mensah").await?;
    assert!(!o.is_an_employee("Ada Lovelace Byron").await?);
    o.lever_page().await?;
    helen.presses("Try first, change nothing").await?;
    helen.reads("2 would be created").await?;
    assert!(!o.is_an_employee("Ada Lovelace Byron").await?);
    o.lever_page().await?;
    helen.presses("Import").await?;
    helen.reads("2 created").await?;
    helen.takes_a_picture("import-report").await?;
    assert!(o.is_an_employee("Ada Lovelace Byron").await? && o.is_an_employee("Kwame Mensah").await?);
    o.hires("Yuki Sato").await?;
    o.lever_page().await?;
    helen.presses("Import").await?;
    helen.reads("1 created, 2 unchanged").await?;

    // The table of fields: "First Name, Middle Name, Last Name, Email, Position, Department, Location, Employment Type,
    // Manager, Start Date, Employee Number"
    assert!(o.is_an_employee("Ada Lovelace Byron").await?);
    helen.presses_containing("Ada Lovelace Byron").await?;
    let fields = [
        "ada.lovelace.byron@mail.example",
        "Lovelace",
        "Backend Engineer",
        "Engineering",
        "Berlin",
        "Full-time",
        "Tomasz Nowak",
        "Start date",
        "Employee number",
    ];
    for words in fields {
        helen.reads(words).await?;
    }

    // "Enabling 'Automatic Import' will automatically import newly hired employees from Lever into HR Cloud. The daily import
    // will occur at 12:00 AM PST."
    o.lever_page().await?;
    helen.presses("Automatic Import").await?;
    helen.reads("Saved.").await?;
    o.hires("Jan van den Berg").await?;
    assert!(!o.is_an_employee("Jan van den Berg").await?);
    olga.presses("Sandbox").await?;
    olga.presses("To the next Automatic Import").await?;
    // Everybody was signed in for most of a day by now: whoever moved the clock must sign in again, and so must Helen.
    olga.reads_either("The clock was moved.", "Password").await?;
    helen.opens(&format!("{}sign-in", o.demo.hr_cloud)).await?;
    helen.signs_in("helen@northwind.example").await?;
    helen.opens(&format!("{}people", o.demo.hr_cloud)).await?;
    helen.reads("Jan van den Berg").await?;
    o.lever_page().await?;
    helen.reads("Automatic Import").await?;
    helen.reads("1 created").await?;

    // "In Lever, go to Settings > Integrations and API > Webhooks. If it is not already enabled, toggle the 'Candidate Hired'
    // webhook to the on position." "The HR Cloud integration webhooks have already been automatically configured in Lever"
    helen.presses("Use webhook for import").await?;
    helen.reads("Saved.").await?;
    ines.opens(&format!("{}sign-in", o.demo.ats)).await?;
    ines.signs_in("ines@northwind.example").await?;
    ines.reads("Drag a card to another stage").await?;
    ines.presses("Settings").await?;
    ines.presses_containing("Integrations and API").await?;
    ines.presses("Webhooks").await?;
    ines.reads("/hooks/lever/").await?;
    ines.reads("Candidate Hired").await?;

    // "New employees (hired candidates) are imported to HR Cloud within a couple of moments."
    o.hires("Liam O'Connor").await?;
    helen.opens(&format!("{}people", o.demo.hr_cloud)).await?;
    helen.reads("Liam O'Connor").await?;

    // "In Lever navigate to Settings > Integrations and API. Under the Authorized Apps tab, locate the HR Cloud app. Click
    // Revoke access to disable the integration"
    ines.presses("Settings").await?;
    ines.presses_containing("Integrations and API").await?;
    ines.presses("Authorized Apps").await?;
    ines.reads("HR Cloud").await?;
    ines.presses("Revoke Access").await?;
    ines.reads("No authorized apps").await?;
    o.hires("Chen Wei").await?;
    olga.opens(&format!("{}sign-in", o.demo.hub)).await?;
    olga.signs_in("olga@northwind.example").await?;
    olga.presses("Sandbox").await?;
    olga.presses("A minute later").await?;
    olga.reads("The clock was moved.").await?;
    olga.opens(&o.demo.hub).await?;
    olga.reads("is not connected").await?;
    o.lever_page().await?;
    helen.reads("Not connected").await?;
    assert!(!o.is_an_employee("Chen Wei").await?);
    // COM-12: connected again, nothing was lost meanwhile.
    olga.presses("Mend it").await?;
    olga.presses("Connect again").await?;
    olga.presses("Sign in with Lever").await?;
    olga.signs_in("ines@northwind.example").await?;
    olga.presses("Accept").await?;
    olga.reads("HR Cloud lets us in").await?;
    olga.presses("Sandbox").await?;
    olga.presses("A minute later").await?;
    olga.reads("The clock was moved.").await?;
    olga.presses("Hires").await?;
    olga.reloads_until_it_says("Chen Wei").await?;
    olga.presses("Chen Wei").await?;
    olga.reloads_until_it_says("Confirmed by HR Cloud").await?;
    assert!(o.is_an_employee("Chen Wei").await?);
    assert!(o.is_an_employee("Ada Lovelace Byron").await?, "what was imported stays");
    Ok(())
}
