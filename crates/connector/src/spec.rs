//! What a connector is, as data: the console, the consent page and the checks read it.

use endpoint::{Access, Endpoint};
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
    /// Events that are a reason to look.
    pub reacts_to: &'static [Event],
    /// What it calls in Lever, and what breaks without.
    pub needs: &'static [Need],
    /// What a customer may set.
    pub fields: &'static [Field],
    /// What the partner's credential consists of: name, label.
    pub credential: &'static [(&'static str, &'static str)],
    /// The partner's real address.
    pub home: &'static str,
    /// Where to ask for help.
    pub support: &'static str,
}

/// One endpoint of Lever a connector calls.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    /// Permission and scope.
    pub access: Access,
    /// `read the name and e-mail`: without it, this is what breaks.
    pub to: &'static str,
}

impl Need {
    /// The endpoint is named as a type, so that it cannot be misspelt.
    #[must_use]
    pub const fn of<E: Endpoint>(to: &'static str) -> Self {
        Self { access: E::INFO.access, to }
    }
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
