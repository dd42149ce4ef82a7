//! What a connector is, as data: the console, the consent page and the checks read it.

use crate::fields::Target;
use endpoint::{Access, Endpoint, Verb};
use lever_api::event::Event;
use lever_api::scope;

/// What a connector is and needs.
#[derive(Debug)]
pub struct Spec {
    /// Lower-case with hyphens; never changed, since effect keys begin with it.
    pub id: &'static str,
    /// The partner's name.
    pub name: &'static str,
    /// One sentence for people.
    pub about: &'static str,
    /// Whom it is about.
    pub whom: Whom,
    /// Events that are a reason to look.
    pub reacts_to: &'static [Event],
    /// What it calls in Lever, and what breaks without.
    pub needs: &'static [Need],
    /// What a customer may set.
    pub fields: &'static [Field],
    /// Fields of the partner that an expression over what Lever says can fill.
    pub targets: &'static [Target],
    /// Lists of the partner in which names from Lever are looked up.
    pub lists: &'static [NameList],
    /// What a posting and a stage of Lever are joined with, if it works by stages.
    pub jobs: Option<Jobs>,
    /// What stages and archive reasons of Lever are joined with, if how somebody stands is told to the partner.
    pub map: Option<StageMap>,
    /// Records of the partner's that come into Lever, if any do.
    pub arrivals: Option<Arrivals>,
    /// Whether the partner is told of jobs that anybody may see.
    pub tells_jobs: bool,
    /// What the partner keeps a copy of, if it does: everybody in Lever is told to it, by the clock.
    pub mirror: Option<Mirror>,
    /// How somebody may connect it with Lever.
    pub entry: Entry,
    /// What the partner's credential consists of: name, label.
    pub credential: &'static [(&'static str, &'static str)],
    /// Which part of the credential the partner proves itself with when it calls us; it is not sent.
    pub callback: Option<&'static str>,
    /// The partner's real address.
    pub home: &'static str,
    /// Where to ask for help.
    pub support: &'static str,
}

/// Whom a connector is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// Whoever is hired. They can be imported, and may be un-hired.
    Hires,
    /// Candidates on their way, by the stage they are in.
    Candidates,
}

impl Whom {
    /// `somebody was hired`
    #[must_use]
    pub const fn what_happens(self) -> &'static str {
        match self {
            Self::Hires => "somebody was hired",
            Self::Candidates => "somebody was moved to another stage",
        }
    }

    /// `new hires`
    #[must_use]
    pub const fn newcomers(self) -> &'static str {
        match self {
            Self::Hires => "new hires",
            Self::Candidates => "candidates who are moved",
        }
    }

    /// `read who was hired`
    #[must_use]
    pub const fn reading(self) -> &'static str {
        match self {
            Self::Hires => "read who was hired",
            Self::Candidates => "read candidates",
        }
    }
}

/// What postings are joined with, stage by stage: settings of the kinds [`Kind::Stages`] and [`Kind::ByPosting`].
#[derive(Clone, Copy, Debug)]
pub struct Jobs {
    /// Which list of the partner's: its key in what [`Connector::entries`](crate::Connector::entries) answers.
    pub list: &'static str,
    /// One entry, as people call it: `Interview kit`.
    pub label: &'static str,
    /// The partner does not tell what is in the list: an entry is typed in, and this says what to type.
    pub typed: &'static str,
}

/// Records of the partner's that come into Lever.
#[derive(Clone, Copy, Debug)]
pub struct Arrivals {
    /// One of them, as people call it: `referral`.
    pub one: &'static str,
    /// Only whoever came so is this connector's business: nobody else is read.
    pub only: bool,
    /// The setting that holds after how many seconds the partner is asked again what waits; empty: ten minutes.
    pub every: &'static str,
}

/// A copy of Lever's candidacies that a partner keeps. No webhook tells of them: what changed is asked for by the clock.
#[derive(Clone, Copy, Debug)]
pub struct Mirror {
    /// The setting that holds after how many seconds it is asked again what changed.
    pub every: &'static str,
    /// The setting that holds whether the answers about equal employment opportunity are told too; empty: they never are.
    pub eeo: &'static str,
}

/// How a connector is connected with Lever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// By Lever's consent page, or with an API key.
    Any,
    /// With an API key alone: Lever grants at most 20 scopes by consent, and it needs more.
    ApiKey,
}

/// What stages and archive reasons are joined with: settings of the kinds [`Kind::OfStages`] and [`Kind::OfReasons`].
#[derive(Clone, Copy, Debug)]
pub struct StageMap {
    /// Which list of the partner's: its key in what [`Connector::entries`](crate::Connector::entries) answers.
    pub list: &'static str,
    /// One entry, as people call it: `Status`.
    pub label: &'static str,
    /// Whom it is about, in people's words: `applications`.
    pub whom: &'static str,
}

/// One endpoint of Lever a connector calls.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    /// Permission and scope.
    pub access: Access,
    /// How it is called.
    pub verb: Verb,
    /// Its path with parameters in braces.
    pub path: &'static str,
    /// `read the name and e-mail`: without it, this is what breaks.
    pub to: &'static str,
    /// Only where this is wanted.
    pub only: Option<More>,
}

/// What is read of a hire only where the field map names it: each costs a call and a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum More {
    /// Forms on the profile.
    Forms,
    /// The requisition the hire filled, with the company's own fields.
    Requisition,
    /// The posting of whoever is a candidate, and nothing of a hire.
    Posting,
    /// Feedback is given; nothing more is read.
    Feedback,
    /// Files are attached; nothing more is read.
    Files,
    /// Other hires of this connection with the same e-mail whose records are known; nothing of it is read from Lever.
    SameEmail,
}

impl Need {
    /// The endpoint is named as a type, so that it cannot be misspelt.
    #[must_use]
    pub const fn of<E: Endpoint>(to: &'static str) -> Self {
        Self { access: E::INFO.access, verb: E::INFO.verb, path: E::INFO.path, to, only: None }
    }

    /// Needed only where this is wanted.
    #[must_use]
    pub const fn only(self, more: More) -> Self {
        Self { only: Some(more), ..self }
    }
}

/// A list of the partner's in which names from Lever are looked up.
#[derive(Clone, Copy, Debug)]
pub struct NameList {
    /// Its name in the settings, under `aliases`.
    pub key: &'static str,
    /// As people call it: `Departments`.
    pub label: &'static str,
    /// Which field of the partner points into it: its expression tells the names Lever has.
    pub target: &'static str,
    /// The partner does not tell what is in it: what a name leads to is typed in, and this says what to type.
    pub typed: Option<&'static str>,
    /// A name without an entry holds nobody: its field is left blank.
    pub blank: bool,
}

/// How a setting is entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// On or off.
    Switch,
    /// A line of text.
    Text,
    /// One of these: value and what it is called.
    Choice(&'static [(&'static str, &'static str)]),
    /// A time zone by its name: `Europe/Berlin`.
    Zone,
    /// Another name for each of some names, by list. Kept by one click on a hold, shown on a page of its own.
    Aliases,
    /// Stages of Lever, by their ids. On the page of jobs.
    Stages,
    /// One stage of Lever, or none. On the page of jobs.
    Stage,
    /// The entry for whoever no other fits. On the page of jobs.
    Usual,
    /// Entries by posting and stage; an empty stage stands for every one. On the page of jobs.
    ByPosting,
    /// An entry for each stage of Lever. On the page of the stage map.
    OfStages,
    /// An entry for each archive reason of Lever. On the page of the stage map.
    OfReasons,
    /// A user of Lever, in whose name is written. On the page of the stage map.
    User,
    /// Kept beside another setting by the connector itself: nobody chooses it.
    Kept,
    /// Expressions by the partner's fields, where they differ from what is usual. On a page of its own.
    Fields,
}

impl Kind {
    /// Whether it is entered on a page of its own instead of among the settings.
    #[must_use]
    pub const fn has_own_page(self) -> bool {
        !matches!(self, Self::Switch | Self::Text | Self::Choice(_) | Self::Zone)
    }

    /// Its name in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Switch => "switch",
            Self::Text => "text",
            Self::Choice(_) => "choice",
            Self::Zone => "zone",
            Self::Aliases => "aliases",
            Self::Stages => "stages",
            Self::Stage => "stage",
            Self::Usual => "usual",
            Self::ByPosting => "by_posting",
            Self::OfStages => "of_stages",
            Self::OfReasons => "of_reasons",
            Self::User => "user",
            Self::Kept => "kept",
            Self::Fields => "fields",
        }
    }
}

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in the settings.
    pub name: &'static str,
    /// What the form says.
    pub label: &'static str,
    /// What it does, in a sentence.
    pub help: &'static str,
    /// How it is entered.
    pub kind: Kind,
}

impl Spec {
    /// What becomes of hires onto jobs whose names lead to no entry.
    #[must_use]
    pub fn unmatched(&self) -> &'static str {
        if self.lists.iter().all(|list| list.blank) { "for hires onto those jobs the field is left blank" } else { "hires onto those jobs are held" }
    }

    /// The OAuth scopes to ask for, each once.
    #[must_use]
    pub fn scopes(&self) -> Vec<&'static str> {
        let mut scopes = vec![scope::OFFLINE];
        for need in self.needs {
            if !scopes.contains(&need.access.scope) {
                scopes.push(need.access.scope);
            }
        }
        // Writing includes reading; asking for both only makes the consent page longer.
        let writes: Vec<String> = scopes.iter().filter_map(|s| s.strip_suffix(":write:admin").map(|r| format!("{r}:read:admin"))).collect();
        scopes.retain(|s| !writes.iter().any(|w| w == s));
        scopes
    }
}
