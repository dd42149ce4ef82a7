//! Offices, teams and journeys for `--demo`. Some names differ from Lever's on purpose: one click matches them.

use super::journeys::{Owner, Step, Timing};
use super::places::Kind;
use crate::Partners;

/// Title, what is to be done, when, workdays, after which task, who, reminder.
type Task = (&'static str, &'static str, Timing, i64, &'static str, Owner, i64);

const EVERYBODY: [Task; 8] = [
    ("Send the contract back", "Sign it and send it to the People team.", Timing::Before, 10, "", Owner::Joiner, 2),
    ("Tell us your T-shirt size", "", Timing::Before, 5, "", Owner::Joiner, 1),
    ("Plan the first week", "Who meets whom, and when.", Timing::Before, 5, "", Owner::Manager, 2),
    ("Say hello before the first day", "A short message goes a long way.", Timing::Before, 2, "", Owner::Buddy, 0),
    ("Pick up your badge", "At the reception, with an identity card.", Timing::On, 1, "", Owner::Joiner, -1),
    ("Have lunch together", "", Timing::On, 1, "", Owner::Buddy, 0),
    ("First conversation about goals", "", Timing::On, 5, "", Owner::Manager, 1),
    ("Write down your goals", "After the conversation with your manager.", Timing::After, 3, "First conversation about goals", Owner::Joiner, 1),
];

const ENGINEERING: [Task; 5] = [
    ("Send the contract back", "Sign it and send it to the People team.", Timing::Before, 10, "", Owner::Joiner, 2),
    ("Order the laptop", "The list of models is on the intranet.", Timing::Before, 10, "", Owner::Manager, 2),
    ("Set up your laptop", "The guide is in the welcome package.", Timing::On, 1, "", Owner::Joiner, 0),
    ("First change in production", "Small is fine.", Timing::On, 5, "", Owner::Joiner, 1),
    ("Look at the first change together", "", Timing::After, 1, "First change in production", Owner::Manager, 0),
];

impl Partners {
    pub(crate) async fn fill_joinedly(&self) -> db::Result<()> {
        self.set_jy_setting("company", "Northwind Robotics").await?;
        self.set_jy_setting("time_zone", "Europe/Berlin").await?;
        for (name, zone) in [("Berlin", ""), ("Lisbon", "Europe/Lisbon"), ("London HQ", "Europe/London")] {
            self.add_place(Kind::Office, name, zone).await?.map_err(db::Error::new)?;
        }
        for name in ["Platform", "Motion", "Design", "People Ops", "Documentation"] {
            self.add_place(Kind::Team, name, "").await?.map_err(db::Error::new)?;
        }
        self.fill_journey("Everybody", &EVERYBODY).await?;
        let engineering = self.fill_journey("Engineering", &ENGINEERING).await?;
        self.add_rule("department", "Engineering", &engineering).await?.map_err(db::Error::new)
    }

    async fn fill_journey(&self, name: &str, tasks: &[Task]) -> db::Result<String> {
        let journey = self.add_journey(name).await?;
        for &(title, details, timing, days, after, owner, remind) in tasks {
            let after = self.steps(&self.db, &journey).await?.into_iter().find(|step| step.title == after).map(|step| step.id);
            let step = Step {
                id: uuid::Uuid::new_v4().to_string(),
                journey: journey.clone(),
                title: title.to_owned(),
                details: details.to_owned(),
                timing,
                days,
                after,
                owner,
                owner_name: String::new(),
                owner_email: String::new(),
                remind,
            };
            self.put_step(&step).await?.map_err(db::Error::new)?;
        }
        Ok(journey)
    }
}
