//! What is the same wherever a hire becomes an employee: what it takes of Lever, settings, questions to people.

use crate::decisions::decision;
use connector::{Decision, Field, Hold, Kind, More, Need, Seen, Way};
use lever_api::{
    CreateWebhook, DeleteWebhook, GetContact, GetOpportunity, GetPosting, GetRequisition, GetUser, ListApplications, ListArchiveReasons,
    ListDeletedOpportunities, ListForms, ListOffers, ListOpportunities, ListPostings, ListWebhooks,
};
use std::collections::BTreeMap;

/// Which of the partner's entries stands for a name in Lever: by list, by name.
pub type Aliases = BTreeMap<String, BTreeMap<String, String>>;

/// What reading a hire, importing and the webhook take.
pub const NEEDS: [Need; 15] = [
    Need::of::<GetOpportunity>("read who was hired"),
    Need::of::<ListOpportunities>("import everybody who was hired, and find whom no webhook told of"),
    Need::of::<ListDeletedOpportunities>("forget who was deleted"),
    Need::of::<GetContact>("read the name and e-mail"),
    Need::of::<ListApplications>("find the posting of the hire"),
    Need::of::<GetPosting>("read position, department, location and work type"),
    Need::of::<ListPostings>("compare the names of jobs, departments and locations before anybody is hired"),
    Need::of::<GetUser>("read the hiring manager's e-mail"),
    Need::of::<ListOffers>("read the start date"),
    Need::of::<ListForms>("fill fields from forms").only(More::Forms),
    Need::of::<GetRequisition>("fill fields from requisitions").only(More::Requisition),
    Need::of::<ListArchiveReasons>("tell a hire from a rejection"),
    Need::of::<CreateWebhook>("be told of a hire within seconds"),
    Need::of::<ListWebhooks>("keep exactly one webhook"),
    Need::of::<DeleteWebhook>("take the webhook away again"),
];

/// The zone of HR Cloud's 12:00 AM: what people in California expect.
pub const HOME_ZONE: &str = "America/Los_Angeles";

/// See its help.
pub const USE_WEBHOOK: Field = Field {
    name: "use_webhook",
    label: "Use webhook for import",
    help: "New hires are imported within a couple of moments. A webhook is made in Lever by itself; the event Candidate Hired must be switched on there. Whom no webhook told of is found within a minute.",
    kind: Kind::Switch,
};

/// See its help.
pub const AUTOMATIC_IMPORT: Field = Field {
    name: "automatic_import",
    label: "Automatic Import",
    help: "Newly hired people are imported every day at 12:00 AM. If the hub was down then, it imports as soon as it is up again.",
    kind: Kind::Switch,
};

/// See its help.
pub const TIME_ZONE: Field = Field {
    name: "time_zone",
    label: "Time zone of the Automatic Import",
    help: "Whose midnight it is. America/Los_Angeles is Pacific time, with summer time; for PST all year enter Etc/GMT+8.",
    kind: Kind::Zone,
};

/// See its help.
pub const KEEP_PARTICLES: Field = Field {
    name: "keep_particles",
    label: "Keep name particles with the last name",
    help: "\"Jan van den Berg\" has the last name \"van den Berg\" instead of the middle name \"van den\".",
    kind: Kind::Switch,
};

/// See its help.
pub const FIELDS: Field = Field { name: "fields", label: "Fields", help: "What fills each field of an employee.", kind: Kind::Fields };

/// Whoever is not hired is nobody's business, unless the partner has a record of them already: then somebody decides.
/// `hold` asks, with the question to be answered.
pub fn not_hired_any_more<C>(seen: &Seen, hold: impl FnOnce(&str) -> Hold) -> Decision<C> {
    let Some(hired_at) = seen.sent["hired_at"].as_i64() else { return Decision::Nothing("not hired".to_owned()) };
    let question = format!("not hired any more, after the hire of {hired_at}");
    match seen.answers.get(&question) {
        Some(answer) => Decision::Nothing(format!("not hired any more; somebody decided: {answer}")),
        None => Decision::Hold(hold(&question)),
    }
}

/// The same of an employee.
pub fn not_hired<C>(partner: &str, seen: &Seen) -> Decision<C> {
    let name = &seen.opportunity.name;
    not_hired_any_more(seen, |question| Hold {
        cause: format!("Not hired any more in Lever, but an employee in {partner}"),
        why: format!(
            "{name} was hired and is an employee in {partner}, but is not hired in Lever any more. {partner} is changed only when somebody confirms it."
        ),
        ways: vec![
            decision("inactive", "Set the employee inactive", question, "the employee was set inactive"),
            decision("leave", "Leave the employee as they are", question, "leave as it is"),
        ],
    })
}

/// What was left blank, behind what was done.
pub fn flagged(flags: &[String]) -> String {
    if flags.is_empty() { String::new() } else { format!("; {}", flags.join("; ")) }
}

/// Not hired any more; sent, and no answer came. For partners that cannot be asked.
pub fn perhaps_there(partner: &str, seen: &Seen) -> Hold {
    let name = &seen.opportunity.name;
    Hold {
        cause: format!("Not hired any more in Lever, but perhaps an employee in {partner}"),
        why: format!(
            "{name} was hired and sent to {partner}, which gave no answer; by now they are not hired in Lever any more. {partner} cannot be asked: \
             an HR Admin can see there whether there is such an employee, and what is to become of them."
        ),
        ways: vec![Way { id: LOOKED.to_owned(), label: "I have looked there".to_owned(), personal: true, ..Way::default() }],
    }
}

/// The way out of [`perhaps_there`].
pub const LOOKED: &str = "looked";
