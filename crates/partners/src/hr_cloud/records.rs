//! The store of HR Cloud: records of every kind, employees among them, with what the API demands of each.

use crate::Partners;
use db::{Clauses, Row, Sql, params};
use serde_json::{Map, Value, json};

/// A record to be created.
pub struct NewRecord {
    /// The resource: `xEmployee`, `xDepartment`, …
    pub kind: String,
    /// Its fields by the names of the API.
    pub doc: Value,
}

/// The kinds there are: field with the name, field with the code, what is demanded.
pub const KINDS: [(&str, &str, Option<&str>, &[&str]); 7] = [
    (
        "xEmployee",
        "xFullName",
        None,
        &[
            "xFirstName",
            "xLastName",
            "xFullName",
            "xEmail",
            "xEmployeeNumber",
            "xRecordStatus",
            "xStartDate",
            "xDepartmentLookup",
            "xLocationLookup",
            "xPositionLookup",
            "xEmploymentStatusLookup",
        ],
    ),
    ("xDepartment", "xDepartmentName", Some("xDepartmentCode"), &["xDepartmentCode", "xDepartmentName", "xRecordStatus"]),
    ("xDivision", "xDivisionName", Some("xDivisionCode"), &["xDivisionCode", "xDivisionName", "xRecordStatus"]),
    ("xLocation", "xLocationName", Some("xLocationCode"), &["xLocationCode", "xLocationName", "xRecordStatus"]),
    ("xPosition", "xPositionTitle", Some("xPositionCode"), &["xPositionTitle"]),
    ("xEmploymentStatus", "xType", None, &["xType"]),
    ("xEmploymentType", "xType", None, &["xType"]),
];

/// The fields of a kind that hold the name and the code.
pub fn names(kind: &str) -> (&'static str, Option<&'static str>) {
    KINDS.iter().find(|(known, ..)| *known == kind).map_or(("", None), |(_, name, code, _)| (name, *code))
}

/// Lookups of an employee and the kind each points to.
pub const LOOKUPS: [(&str, &str); 7] = [
    ("xDepartmentLookup", "xDepartment"),
    ("xLocationLookup", "xLocation"),
    ("xDivisionLookup", "xDivision"),
    ("xPositionLookup", "xPosition"),
    ("xEmploymentStatusLookup", "xEmploymentStatus"),
    ("xEmploymentTypeLookup", "xEmploymentType"),
    ("xManagerLookup", "xEmployee"),
];

/// A stored record.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its id.
    pub id: String,
    /// Its fields, lookups as ids.
    pub doc: Map<String, Value>,
}

impl Record {
    /// A text field; empty if absent.
    #[must_use]
    pub fn text(&self, field: &str) -> &str {
        self.doc.get(field).and_then(Value::as_str).unwrap_or_default()
    }
}

fn read(row: &Row) -> db::Result<Record> {
    let doc = row.json("doc")?.as_object().cloned().unwrap_or_default();
    Ok(Record { id: row.text("id")?, doc })
}

/// Which records.
#[derive(Default)]
pub struct Query {
    /// Of employees only, by number.
    pub number: Option<String>,
    /// Of employees only, by address.
    pub email: Option<String>,
    /// Part of the name, ignoring case.
    pub search: String,
    /// Records to pass over.
    pub skip: i64,
    /// How many at most.
    pub limit: i64,
    /// Newest first, for pages.
    pub newest: bool,
}

impl Partners {
    /// Creates a record: its id, or the sentences of the refusal.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn create_record(&self, new: NewRecord) -> db::Result<Result<Record, String>> {
        self.store(None, &new.kind, new.doc).await
    }

    /// Changes the fields that are given.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn update_record(&self, kind: &str, id: &str, change: Value) -> db::Result<Result<Record, String>> {
        let Some(old) = self.record(kind, id).await? else { return Ok(Err(format!("There is no {kind} with the Id {id}."))) };
        let mut doc = old.doc;
        doc.extend(change.as_object().cloned().unwrap_or_default());
        self.store(Some(id), kind, Value::Object(doc)).await
    }

    /// Takes a record away; whether there was one.
    pub(crate) async fn delete_record(&self, kind: &str, id: &str) -> db::Result<bool> {
        let deleted = self.db.run("delete from hr_record where kind = $1 and id = $2", params![kind, id]).await? > 0;
        self.lobby.changed();
        Ok(deleted)
    }

    async fn store(&self, id: Option<&str>, kind: &str, doc: Value) -> db::Result<Result<Record, String>> {
        let Some((.., demanded)) = KINDS.iter().find(|(known, ..)| *known == kind) else {
            return Ok(Err(format!("There is no resource {kind}.")));
        };
        let Some(mut doc) = doc.as_object().cloned() else { return Ok(Err("The body must be an object.".to_owned())) };
        doc.remove("Id");
        let mut wrong: Vec<String> = Vec::new();
        for field in *demanded {
            let empty = doc.get(*field).is_none_or(|v| v.is_null() || v.as_str().is_some_and(|s| s.trim().is_empty()));
            if empty {
                wrong.push(format!("Value for {field} is required but missing."));
            }
        }
        if kind == "xEmployee" {
            wrong.extend(self.check_employee(&mut doc).await?);
        }
        if !wrong.is_empty() {
            return Ok(Err(wrong.join(" ")));
        }
        self.write(id, kind, doc).await
    }

    /// Stores an employee of whom less is demanded.
    pub(crate) async fn keep_employee(&self, id: Option<&str>, mut doc: Map<String, Value>) -> db::Result<Result<Record, String>> {
        let wrong = self.check_employee(&mut doc).await?;
        if wrong.is_empty() { self.write(id, "xEmployee", doc).await } else { Ok(Err(wrong.join(" "))) }
    }

    async fn write(&self, id: Option<&str>, kind: &str, doc: Map<String, Value>) -> db::Result<Result<Record, String>> {
        let now = self.clock.now().0;
        let text = |field: &str| doc.get(field).and_then(Value::as_str).map(str::to_owned);
        let (number, email) = if kind == "xEmployee" { (text("xEmployeeNumber"), text("xEmail").map(|e| e.to_lowercase())) } else { (None, None) };
        let name = text(names(kind).0).unwrap_or_default();
        let json = Value::Object(doc.clone()).to_string();
        let stored = match id {
            Some(id) => {
                let sql = "update hr_record set doc = $1, number = $2, email = $3, name = $4, updated_at = $5 where id = $6";
                self.db.run(sql, params![json, number.clone(), email, name, now, id]).await.map(|_| id.to_owned())
            }
            None => {
                let id = uuid::Uuid::new_v4().to_string();
                let sql = "insert into hr_record (id, kind, doc, number, email, name, created_at, updated_at) values ($1,$2,$3,$4,$5,$6,$7,$7)";
                self.db.run(sql, params![id.as_str(), kind, json, number.clone(), email, name, now]).await.map(|_| id)
            }
        };
        match stored {
            Ok(id) => {
                self.lobby.changed();
                Ok(Ok(Record { id, doc }))
            }
            Err(e) if e.is_duplicate() => Ok(Err(format!("Value {} for xEmployeeNumber is not unique.", number.unwrap_or_default()))),
            Err(e) => Err(e),
        }
    }

    /// Checks what an employee names, and puts ids where objects stood.
    async fn check_employee(&self, doc: &mut Map<String, Value>) -> db::Result<Vec<String>> {
        let mut wrong = Vec::new();
        for (field, kind) in LOOKUPS {
            let id = match doc.get(field) {
                None | Some(Value::Null) => continue,
                Some(Value::String(id)) => id.clone(),
                Some(object) => object["Id"].as_str().unwrap_or_default().to_owned(),
            };
            if self.record(kind, &id).await?.is_some() {
                doc.insert(field.to_owned(), json!(id));
            } else {
                wrong.push(format!("Value for {field} is not a known {kind}."));
            }
        }
        let date = doc.get("xStartDate").and_then(Value::as_str).unwrap_or_default();
        if !date.is_empty() && date.get(..10).is_none_or(|day| day.parse::<jiff::civil::Date>().is_err()) {
            wrong.push("Value for xStartDate is not a date.".to_owned());
        }
        let email = doc.get("xEmail").and_then(Value::as_str).unwrap_or_default();
        if !email.is_empty() && !email.contains('@') {
            wrong.push("Value for xEmail is not an e-mail address.".to_owned());
        }
        Ok(wrong)
    }

    pub(crate) async fn record(&self, kind: &str, id: &str) -> db::Result<Option<Record>> {
        let row = self.db.row("select id, doc from hr_record where kind = $1 and id = $2", params![kind, id]).await?;
        row.map(|row| read(&row)).transpose()
    }

    /// The id of the record with this name.
    pub(crate) async fn record_named(&self, kind: &str, name: &str) -> db::Result<Option<String>> {
        let row = self.db.row("select id from hr_record where kind = $1 and name = $2", params![kind, name]).await?;
        row.map(|row| row.text("id")).transpose()
    }

    pub(crate) async fn records(&self, kind: &str, query: Query) -> db::Result<Vec<Record>> {
        let mut only = Clauses::default();
        only.is("kind =", kind).maybe("number =", query.number).maybe("email =", query.email.map(|e| e.to_lowercase()));
        if !query.search.is_empty() {
            let search = only.bind(query.search);
            only.and(self.db.engine().contains("name", &search));
        }
        let (limit, skip) = (only.bind(query.limit), only.bind(query.skip));
        let order = if query.newest { "created_at desc, id" } else { "created_at, id" };
        let sql = format!("select id, doc from hr_record{} order by {order} limit {limit} offset {skip}", only.sql());
        self.db.rows(&sql, only.values()).await?.iter().map(read).collect()
    }

    pub(crate) async fn count_records(&self, kind: &str) -> db::Result<i64> {
        let row = self.db.row("select count(*) as n from hr_record where kind = $1", params![kind]).await?;
        row.map_or(Ok(0), |row| row.int("n"))
    }

    /// The record as the API prints it: with its id, and lookups as objects.
    pub(crate) async fn printed(&self, kind: &str, record: Record) -> db::Result<Value> {
        let mut doc = record.doc;
        doc.insert("Id".to_owned(), json!(record.id));
        if kind == "xEmployee" {
            for (field, kind) in LOOKUPS {
                let Some(id) = doc.get(field).and_then(Value::as_str).map(str::to_owned) else { continue };
                if let Some(found) = self.record(kind, &id).await? {
                    let mut object = if kind == "xEmployee" {
                        Map::from_iter(["xFullName", "xEmail"].map(|f| (f.to_owned(), json!(found.text(f)))))
                    } else {
                        found.doc
                    };
                    object.insert("Id".to_owned(), json!(id));
                    object.insert("__ObjectName".to_owned(), json!(kind));
                    doc.insert(field.to_owned(), Value::Object(object));
                }
            }
        }
        Ok(Value::Object(doc))
    }
}
