//! Imports: everybody hired, with a report that names each of them.

use crate::scope;
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Whom to import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewImport {
    /// Only people hired since this day, UTC: `2026-01-31`. Absent: everybody ever hired.
    pub since: Option<String>,
    /// Find out what would be done, and do none of it.
    pub dry_run: bool,
    /// Who asks, for the report and the audit log.
    pub asked_by: Option<String>,
}

/// One import, or a trial of one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Import {
    /// Its id.
    pub id: String,
    /// Of which connection.
    pub connection: String,
    /// `import`, `daily`, `trial`, `replay` or `found`.
    pub kind: String,
    /// `listing`, `working`, `done`, `cancelled` or `failed`.
    pub state: String,
    /// Why it failed, for people.
    pub why: Option<String>,
    /// Only people hired since, ms.
    pub since: Option<i64>,
    /// Who asked.
    pub asked_by: String,
    /// It should have begun earlier, but the hub was down.
    pub late: bool,
    /// When it began, ms.
    pub created_at: i64,
    /// When it was over, ms.
    pub ended_at: Option<i64>,
    /// How many people came to what: `created`, `updated`, `unchanged`, `held`, `skipped`, `failed`, `cancelled`; `open`
    /// are those still to do.
    pub counts: BTreeMap<String, i64>,
}

impl Import {
    /// Whether it goes on.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.state.as_str(), "listing" | "working")
    }

    /// Those that came to this.
    #[must_use]
    pub fn count(&self, outcome: &str) -> i64 {
        self.counts.get(outcome).copied().unwrap_or(0)
    }
}

/// Imports, newest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Imports {
    /// The imports.
    pub data: Vec<Import>,
}

/// One person of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportedPerson {
    /// The opportunity in Lever.
    pub opportunity: String,
    /// Their name.
    pub name: String,
    /// As in [`Import::counts`].
    pub outcome: String,
    /// A sentence.
    pub why: String,
    /// Of a trial: what would be written.
    pub fields: Vec<FieldDifference>,
}

/// One field that would be written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldDifference {
    /// As people call it.
    pub field: String,
    /// What is there; empty if nothing.
    pub from: String,
    /// What would be there.
    pub to: String,
}

/// People of an import, by name.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct ImportedPeople {
    /// The people.
    pub data: Vec<ImportedPerson>,
    /// The `offset` of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Which people of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WhichPeople {
    /// Only those that came to this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// 1 to 500; 100 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// The `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<String>,
}

endpoint! {
    /// Import everybody who was hired. An import that goes on already is joined, and answered.
    Post "/api/v1/connections/{connection}/imports" as CreateImport {
        access: Access::new("", scope::CONNECT), path: { connection: String }, query: Nothing, body: NewImport, returns: Import, status: 201,
    }
}
endpoint! {
    /// List the imports of a connection, the newest twenty.
    Get "/api/v1/connections/{connection}/imports" as ListImports {
        access: Access::new("", scope::READ), path: { connection: String }, query: Nothing, body: Nothing, returns: Imports,
    }
}
endpoint! {
    /// Read an import: how far it is, and what came of how many.
    Get "/api/v1/imports/{import}" as GetImport {
        access: Access::new("", scope::READ), path: { import: String }, query: Nothing, body: Nothing, returns: Import,
    }
}
endpoint! {
    /// List the people of an import, each with what came of them and why.
    Get "/api/v1/imports/{import}/people" as ListImportedPeople {
        access: Access::new("", scope::READ), path: { import: String }, query: WhichPeople, body: Nothing, returns: ImportedPeople,
    }
}
endpoint! {
    /// Cancel an import. What was intended already is still made so.
    Post "/api/v1/imports/{import}/cancellation" as CancelImport {
        access: Access::new("", scope::CONNECT), path: { import: String }, query: Nothing, body: Nothing, returns: Import,
    }
}
endpoint! {
    /// Try those again that failed, are held or were cancelled.
    Post "/api/v1/imports/{import}/retry" as RetryImport {
        access: Access::new("", scope::CONNECT), path: { import: String }, query: Nothing, body: Nothing, returns: Import,
    }
}

catalogue![CreateImport, ListImports, GetImport, ListImportedPeople, CancelImport, RetryImport];
