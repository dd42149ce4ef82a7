//! HR Cloud's own lists: Lever names things, HR Cloud wants ids. A name that is in no list is never guessed.

use super::wire::{CreateRecord, Record};
use super::{NAME, wire};
use crate::hires::Aliases;
use connector::{Hold, Pick, Way};
use endpoint::Nothing;
use outbound::{Failure, Remote};
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};
use std::fmt;

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum List {
    Position,
    Department,
    Location,
    EmploymentType,
    EmploymentStatus,
}

impl List {
    pub const ALL: [Self; 5] = [Self::Position, Self::Department, Self::Location, Self::EmploymentType, Self::EmploymentStatus];

    const fn resource(self) -> &'static str {
        match self {
            Self::Position => "xPosition",
            Self::Department => "xDepartment",
            Self::Location => "xLocation",
            Self::EmploymentType => "xEmploymentType",
            Self::EmploymentStatus => "xEmploymentStatus",
        }
    }

    /// The field that holds the name, and the one for a code, where there is one.
    const fn fields(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Position => ("xPositionTitle", Some("xPositionCode")),
            Self::Department => ("xDepartmentName", Some("xDepartmentCode")),
            Self::Location => ("xLocationName", Some("xLocationCode")),
            Self::EmploymentType | Self::EmploymentStatus => ("xType", None),
        }
    }

    /// Its name in the settings.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Position => "positions",
            Self::Department => "departments",
            Self::Location => "locations",
            Self::EmploymentType => "employment_types",
            Self::EmploymentStatus => "employment_statuses",
        }
    }

    pub const fn word(self) -> &'static str {
        match self {
            Self::Position => "position",
            Self::Department => "department",
            Self::Location => "location",
            Self::EmploymentType => "employment type",
            Self::EmploymentStatus => "employment status",
        }
    }
}

impl List {
    /// The field of an employee that points into it.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Position => "xPositionLookup",
            Self::Department => "xDepartmentLookup",
            Self::Location => "xLocationLookup",
            Self::EmploymentType => "xEmploymentTypeLookup",
            Self::EmploymentStatus => "xEmploymentStatusLookup",
        }
    }

    /// The list a field of an employee points into.
    pub fn of(field: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.field() == field)
    }
}

/// A name that is in no list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    pub list: List,
    pub name: String,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} \"{}\"", self.list.word(), self.name)
    }
}

/// An entry of a list.
struct Entry {
    list: List,
    name: String,
    id: String,
    code: String,
}

/// The lists as they are now.
pub struct Lists(Vec<Entry>);

impl Lists {
    /// Reads all five, each to its end.
    pub async fn read(partner: &Remote) -> Result<Self, Failure> {
        // Together: one after the other would be five round trips for each hire.
        let lists = futures_util::future::try_join_all(List::ALL.map(|list| read(partner, list))).await?;
        Ok(Self(lists.into_iter().flatten().collect()))
    }

    /// The id of a name: an alias somebody gave it, else the entry of that name. Names must agree to the letter; only
    /// spaces around them are forgiven.
    pub fn id(&self, aliases: &Aliases, list: List, name: &str) -> Option<&str> {
        let alias = aliases.get(list.key()).and_then(|names| names.get(name.trim()));
        let is_it = |e: &&Entry| if let Some(id) = alias { e.id == *id } else { e.name.trim() == name.trim() };
        self.0.iter().filter(|e| e.list == list).find(is_it).map(|e| e.id.as_str())
    }

    /// The name of an entry; empty if it is gone.
    pub fn name(&self, id: &str) -> &str {
        self.0.iter().find(|e| e.id == id).map_or("", |e| e.name.as_str())
    }

    /// The entries of one list, by name.
    pub fn entries(&self, list: List) -> Vec<Pick> {
        let mut entries: Vec<Pick> =
            self.0.iter().filter(|e| e.list == list).map(|e| Pick { value: e.id.clone(), label: e.name.clone() }).collect();
        entries.sort_by(|a, b| a.label.cmp(&b.label));
        entries
    }

    /// Creates an entry, unless it is there by now, and remembers it.
    pub async fn create(&mut self, partner: &Remote, missing: &Missing) -> Result<(), Failure> {
        if self.0.iter().any(|e| e.list == missing.list && e.name.trim() == missing.name.trim()) {
            return Ok(());
        }
        let (name_field, code_field) = missing.list.fields();
        let code = self.free_code(missing);
        let mut body = Map::from_iter([(name_field.to_owned(), json!(missing.name)), ("xRecordStatus".to_owned(), json!("Active"))]);
        if let Some(code_field) = code_field {
            body.insert(code_field.to_owned(), json!(code));
        }
        let resource = missing.list.resource().to_owned();
        let made = partner.send(CreateRecord { resource, query: Nothing, body: Record(body) }).await?;
        self.0.push(Entry { list: missing.list, name: missing.name.clone(), id: made.text("Id").to_owned(), code });
        Ok(())
    }

    /// A code made of the name that no other entry has: HR Cloud lets two departments share one, people do not.
    fn free_code(&self, missing: &Missing) -> String {
        let letters: String = missing.name.chars().filter(|c| c.is_alphanumeric()).take(12).collect::<String>().to_uppercase();
        let taken = |code: &str| self.0.iter().any(|e| e.list == missing.list && e.code == code);
        (1..).map(|n| if n == 1 { letters.clone() } else { format!("{letters}{n}") }).find(|code| !taken(code)).unwrap_or(letters)
    }

    /// What could be meant by a name, the likeliest first.
    fn picks(&self, missing: &Missing) -> Vec<Pick> {
        const MOST: usize = 30;
        let mut near = connector::fields::near(&missing.name, &self.entries(missing.list));
        near.truncate(MOST);
        near
    }

    /// One hold for all that is missing: one click creates it, another uses what is there already.
    pub fn hold(&self, aliases: &Aliases, missing: &[Missing]) -> Hold {
        let names = missing.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let gone = |m: &&Missing| aliases.get(m.list.key()).is_some_and(|names| names.contains_key(m.name.trim()));
        let gone: Vec<String> = missing.iter().filter(gone).map(ToString::to_string).collect();
        let also = if gone.is_empty() { String::new() } else { format!(" What stood for the {} before is gone from {NAME}.", gone.join(" and the ")) };
        let create = Way {
            id: "create".to_owned(),
            label: if missing.len() == 1 { "Create it and go on".to_owned() } else { format!("Create these {} and go on", missing.len()) },
            data: json!(missing),
            ..Way::default()
        };
        let instead = missing.iter().map(|m| Way {
            id: format!("use/{}", m.list.key()),
            label: format!("Use this {}", m.list.word()),
            help: format!("From now on it stands for \"{}\".", m.name),
            pick: self.picks(m),
            data: json!(m),
            ..Way::default()
        });
        Hold {
            cause: format!("{NAME} has no {names}"),
            why: format!(
                "{NAME} has no {names}.{also} An HR Admin can add it there under Settings > Lists, or it is created from here with one click; names \
                 must agree to the letter. If it is there under another name, choose that."
            ),
            ways: std::iter::once(create).chain(instead.filter(|way| !way.pick.is_empty())).collect(),
        }
    }
}

/// One list to its end, without what is not in use any more.
async fn read(partner: &Remote, list: List) -> Result<Vec<Entry>, Failure> {
    let (name_field, code_field) = list.fields();
    let records = wire::all(partner, list.resource(), None).await?;
    let entry = |record: &Record| {
        let text = |field: &str| record.text(field).to_owned();
        Entry { list, name: text(name_field), id: text("Id"), code: code_field.map(text).unwrap_or_default() }
    };
    Ok(records.iter().filter(|record| record.text("xRecordStatus") != "Inactive").map(entry).collect())
}
