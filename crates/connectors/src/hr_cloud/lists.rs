//! HR Cloud's own lists: Lever names things, HR Cloud wants ids. A name that is in no list is never guessed.

use super::map::Hire;
use super::wire::{CreateRecord, Find, ListRecords};
use connector::Hold;
use endpoint::Nothing;
use outbound::{Failure, Remote};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
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
    const ALL: [Self; 5] = [Self::Position, Self::Department, Self::Location, Self::EmploymentType, Self::EmploymentStatus];

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

    const fn word(self) -> &'static str {
        match self {
            Self::Position => "position",
            Self::Department => "department",
            Self::Location => "location",
            Self::EmploymentType => "employment type",
            Self::EmploymentStatus => "employment status",
        }
    }
}

/// A name that is in no list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    list: List,
    name: String,
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
    active: bool,
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

    /// The id of a name. Names must agree to the letter; only spaces around them are forgiven.
    pub fn id(&self, list: List, name: &str) -> Option<&str> {
        self.0.iter().find(|e| e.list == list && e.name.trim() == name.trim()).map(|e| e.id.as_str())
    }

    /// What the hire names and HR Cloud lacks.
    pub fn missing(&self, hire: &Hire) -> Vec<Missing> {
        let wanted = [
            (List::Position, Some(&hire.position)),
            (List::Department, Some(&hire.department)),
            (List::Location, Some(&hire.location)),
            (List::EmploymentType, hire.employment_type.as_ref()),
            (List::EmploymentStatus, Some(&hire.status)),
        ];
        let unknown = wanted.into_iter().filter_map(|(list, name)| Some((list, name?))).filter(|(list, name)| self.id(*list, name).is_none());
        unknown.map(|(list, name)| Missing { list, name: name.clone() }).collect()
    }

    /// Creates an entry, unless it is there by now, and remembers it.
    pub async fn create(&mut self, partner: &Remote, missing: &Missing) -> Result<(), Failure> {
        if self.id(missing.list, &missing.name).is_some() {
            return Ok(());
        }
        let (name_field, code_field) = missing.list.fields();
        let mut body = json!({ name_field: missing.name, "xRecordStatus": "Active" });
        let code = self.free_code(missing);
        if let Some(code_field) = code_field {
            body[code_field] = json!(code);
        }
        let resource = missing.list.resource().to_owned();
        let made = partner.send(CreateRecord { resource, query: Nothing, body }).await?;
        let id = made["Id"].as_str().unwrap_or_default().to_owned();
        self.0.push(Entry { list: missing.list, name: missing.name.clone(), id, code, active: true });
        Ok(())
    }

    /// A code made of the name that no other entry has: HR Cloud lets two departments share one, people do not.
    fn free_code(&self, missing: &Missing) -> String {
        let letters: String = missing.name.chars().filter(|c| c.is_alphanumeric()).take(12).collect::<String>().to_uppercase();
        let taken = |code: &str| self.0.iter().any(|e| e.list == missing.list && e.code == code);
        (1..).map(|n| if n == 1 { letters.clone() } else { format!("{letters}{n}") }).find(|code| !taken(code)).unwrap_or(letters)
    }
}

/// One list to its end. The documents say that `page` counts records to skip, clients use it as a page number from 1.
/// Without it both begin at the beginning; a second page that mostly repeats the first tells which it is.
async fn read(partner: &Remote, list: List) -> Result<Vec<Entry>, Failure> {
    const PAGE: usize = 200;
    let (name_field, code_field) = list.fields();
    let mut all: Vec<Entry> = Vec::new();
    let (mut page, mut counts_records) = (None, false);
    for turn in 1..1000 {
        let find = Find { page, page_size: i64::try_from(PAGE).ok(), ..Find::default() };
        let records = partner.send(ListRecords { resource: list.resource().to_owned(), query: find, body: Nothing }).await?.0;
        let (full, before) = (records.len() >= PAGE, all.len());
        for record in &records {
            let text = |field: &str| record[field].as_str().unwrap_or_default().to_owned();
            let entry = Entry { list, name: text(name_field), id: text("Id"), code: code_field.map(text).unwrap_or_default(), active: text("xRecordStatus") != "Inactive" };
            if !all.iter().any(|known| known.id == entry.id) {
                all.push(entry);
            }
        }
        if turn > 1 && all.len() - before < records.len() {
            counts_records = true;
        }
        if !full || (counts_records && all.len() == before) {
            break;
        }
        page = i64::try_from(if counts_records { all.len() } else { turn + 1 }).ok();
    }
    all.retain(|entry| entry.active);
    Ok(all)
}

/// One hold for all that is missing, with one click that creates it.
pub fn hold(missing: &[Missing]) -> Hold {
    let names = missing.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    Hold {
        cause: format!("{} has no {names}", super::NAME),
        why: format!(
            "{name} has no {names}. An HR Admin can add it there under Settings > Lists, or create it from here with one click; names must agree to the letter.",
            name = super::NAME
        ),
        mend: serde_json::to_value(missing).unwrap_or(Value::Null),
    }
}
