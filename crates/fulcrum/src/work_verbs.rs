//! The verbs that do at the command line what the console does on pages. Each is a call of the hub's own API, made within
//! this process, beside a running server or without one: what it asks for is stored, and whoever serves does it.

use crate::sides::Ground;
use anyhow::{Result, anyhow, bail};
use clap::{Args, Subcommand};
use endpoint::{Endpoint, Nothing};
use hub_api::{
    CancelImport, Connection, CreateErasure, CreateImport, CreateNoticeAddress, CreateReplay, DeleteNoticeAddress, Disconnect, GetHire, GetImport,
    Import, ListConnections, ListEvents, ListHires, ListHolds, ListImportedPeople, ListImports, ListNoticeAddresses, LookNow, Mend, MendHold,
    NewErasure, NewImport, NewNoticeAddress, NewReplay, NewSettings, Query, Release, ReleaseHold, RetryImport, UpdateSettings, Which, WhichPeople,
};
use serde::Serialize;
use serde_json::Value;
use std::io::Write;

#[derive(Debug, Subcommand)]
pub enum WorkVerb {
    /// The connections, with what is still missing
    Connections {
        #[command(flatten)]
        print: Print,
    },
    /// One connection: settings and set-up, step by step
    Connection {
        /// Its id, or the connector's
        connection: String,
        #[command(flatten)]
        print: Print,
    },
    /// Change a setting of a connection
    Set {
        /// Its id, or the connector's
        connection: String,
        /// The setting's name
        name: String,
        /// true, false, or text
        value: String,
        #[command(flatten)]
        print: Print,
    },
    /// End a connection; history stays
    Disconnect {
        /// Its id, or the connector's
        connection: String,
        #[command(flatten)]
        print: Print,
    },
    /// Import everybody who was hired
    Import {
        /// Its id, or the connector's
        connection: String,
        /// Only people hired since this day: 2026-01-31
        #[arg(long, value_name = "DAY")]
        since: Option<String>,
        /// Find out what would be done, and do none of it
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        print: Print,
    },
    /// The imports of a connection, newest first
    Imports {
        /// Its id, or the connector's
        connection: String,
        #[command(flatten)]
        print: Print,
    },
    /// One import or replay, person by person
    Report {
        /// Its id
        run: String,
        /// Only those that came to this: created, updated, unchanged, held, skipped, failed, cancelled, open
        #[arg(long)]
        outcome: Option<String>,
        #[command(flatten)]
        print: Print,
    },
    /// Cancel an import or replay
    Cancel {
        /// Its id
        run: String,
        #[command(flatten)]
        print: Print,
    },
    /// Try those of an import or replay again that failed, are held or were cancelled
    Retry {
        /// Its id
        run: String,
        #[command(flatten)]
        print: Print,
    },
    /// Look through Lever at once for what no webhook told of
    Reconcile {
        /// Its id, or the connector's
        connection: String,
        #[command(flatten)]
        print: Print,
    },
    /// People Lever told of
    Hires {
        #[command(flatten)]
        filter: Filter,
        #[command(flatten)]
        print: Print,
    },
    /// One person, every step from the first hint to the partner's confirmation
    Hire {
        /// The opportunity's id
        opportunity: String,
        #[command(flatten)]
        print: Print,
    },
    /// What waits for a person, by cause
    Holds {
        /// Try everything again that waits for this cause
        #[arg(long, value_name = "CAUSE", conflicts_with = "mend")]
        release: Option<String>,
        /// Take a way out of this cause
        #[arg(long, value_name = "CAUSE", requires = "way")]
        mend: Option<String>,
        /// Which way, as listed
        #[arg(long)]
        way: Option<String>,
        /// What is picked or typed in, if the way out asks for something
        #[arg(long, value_name = "VALUE")]
        pick: Option<String>,
        /// Of which connection, if several hold for the same cause
        #[arg(long, value_name = "ID")]
        connection: Option<String>,
        /// About whom, if it is about one person
        #[arg(long, value_name = "OPPORTUNITY")]
        about: Option<String>,
        #[command(flatten)]
        print: Print,
    },
    /// What Lever told us, newest first; --state names the event
    Events {
        #[command(flatten)]
        filter: Filter,
        #[command(flatten)]
        print: Print,
    },
    /// Go through people again: these, or whoever the filter finds
    Replay {
        /// The opportunity's id; may be repeated
        #[arg(long)]
        opportunity: Vec<String>,
        #[command(flatten)]
        filter: Filter,
        /// Find out what would be done, and do none of it
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        print: Print,
    },
    /// Forget a person, and instruct the partner
    Erase {
        /// The opportunity's id
        opportunity: String,
        #[command(flatten)]
        print: Print,
    },
    /// Where notices go
    Notices {
        /// Send them to this address from now on; prints the secret they are signed with
        #[arg(long, value_name = "URL", conflicts_with = "remove")]
        add: Option<String>,
        /// Only this kind; may be repeated
        #[arg(long, requires = "add")]
        kind: Vec<String>,
        /// Send no more to this one
        #[arg(long, value_name = "ID")]
        remove: Option<String>,
        #[command(flatten)]
        print: Print,
    },
}

/// How an answer is printed.
#[derive(Args, Clone, Copy, Debug)]
pub struct Print {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Which of a list.
#[derive(Args, Clone, Debug)]
pub struct Filter {
    /// Words: a name, e-mail, job, Lever address or opportunity id
    #[arg(long, short)]
    q: Option<String>,
    /// done, held, failed, waiting or missing
    #[arg(long)]
    state: Option<String>,
    /// Of this connection
    #[arg(long)]
    connection: Option<String>,
    /// From this day on: 2026-01-31
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// Until the end of this day
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
    /// How many at most
    #[arg(long)]
    limit: Option<i64>,
}

impl Filter {
    fn query(self) -> Query {
        Query { q: self.q, state: self.state, connection: self.connection, from: self.from, until: self.until, limit: self.limit, offset: None }
    }

    fn is_empty(&self) -> bool {
        [&self.q, &self.state, &self.connection, &self.from, &self.until].iter().all(|part| part.is_none())
    }
}

/// The hub, and whose.
struct Ask {
    hub: hub::Hub,
    tenant: String,
}

impl Ask {
    async fn ask<E: Endpoint>(&self, request: E) -> Result<E::Response> {
        self.hub.ask(&self.tenant, request).await.map_err(|why| anyhow!(why))
    }

    /// A connection by its id, or by its connector's.
    async fn connection(&self, name: &str) -> Result<Connection> {
        let all = self.ask(ListConnections { query: Which::default(), body: Nothing }).await?.data;
        let known = all.iter().map(|c| c.connector.clone()).collect::<Vec<_>>().join(", ");
        let found = all.into_iter().find(|c| c.id == name || c.connector == name);
        found.ok_or_else(|| anyhow!("there is no connection {name:?}; there are: {known}"))
    }
}

/// Prints an answer: as JSON, or the lines people read.
fn say<T: Serialize>(print: Print, answer: &T, lines: impl FnOnce(&Value) -> Vec<String>) -> Result<()> {
    let value = serde_json::to_value(answer)?;
    let mut out = std::io::stdout();
    if print.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&value)?)?;
        return Ok(());
    }
    for line in lines(&value) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// One line for each row of a list, with these fields.
fn rows(list: &Value, fields: &[&str]) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    };
    let line = |row: &Value| {
        fields
            .iter()
            .map(|field| if field.ends_with("_at") || *field == "at" { moment(&row[*field]) } else { text(&row[*field]) })
            .collect::<Vec<_>>()
            .join("  ")
    };
    list.as_array().into_iter().flatten().map(line).collect()
}

fn moment(at: &Value) -> String {
    at.as_i64().map(|at| web::moment(clock::Ms(at))).unwrap_or_default()
}

fn run_line(import: &Value) -> String {
    let counts = import["counts"].as_object().into_iter().flatten().map(|(outcome, n)| format!("{n} {outcome}")).collect::<Vec<_>>().join(", ");
    let text = |field: &str| import[field].as_str().unwrap_or_default().to_owned();
    format!("{}  {:<13} {:<9} {}  {counts}", text("id"), text("kind"), text("state"), moment(&import["created_at"]))
}

fn said(answer: &Value) -> Vec<String> {
    answer["said"].as_str().map(str::to_owned).into_iter().collect()
}

/// Does what was asked.
pub async fn run(ground: &Ground, verb: WorkVerb) -> Result<()> {
    let hub = ground.hub().await?;
    let Some(tenant) = hub.first_tenant().await? else {
        bail!("nobody works with this hub yet: fulcrum hub operator create --name NAME --email EMAIL")
    };
    let ask = Ask { hub, tenant };
    match verb {
        WorkVerb::Connections { print } => {
            let all = ask.ask(ListConnections { query: Which::default(), body: Nothing }).await?;
            say(print, &all, |v| rows(&v["data"], &["id", "connector", "state", "connected_at", "notice"]))
        }
        WorkVerb::Connection { connection, print } => {
            let connection = ask.connection(&connection).await?;
            say(print, &connection, |v| {
                let mut lines = rows(&serde_json::json!([v]), &["id", "connector", "state", "connected_at", "notice"]);
                lines.extend(rows(&v["settings"], &["name", "value"]));
                lines.extend(rows(&v["setup"], &["state", "what", "how"]));
                lines
            })
        }
        WorkVerb::Set { connection, name, value, print } => {
            let connection = ask.connection(&connection).await?.id;
            let value = serde_json::from_str(&value).unwrap_or(Value::String(value));
            let change = NewSettings(serde_json::Map::from_iter([(name, value)]));
            let changed = ask.ask(UpdateSettings { connection, query: Nothing, body: change }).await?;
            say(print, &changed, |v| rows(&v["settings"], &["name", "value"]))
        }
        WorkVerb::Disconnect { connection, print } => {
            let connection = ask.connection(&connection).await?.id;
            let ended = ask.ask(Disconnect { connection, query: Nothing, body: Nothing }).await?;
            say(print, &ended, |v| rows(&serde_json::json!([v]), &["id", "connector", "state", "notice"]))
        }
        WorkVerb::Import { connection, since, dry_run, print } => {
            let connection = ask.connection(&connection).await?.id;
            let body = NewImport { since, dry_run, asked_by: None };
            let import = ask.ask(CreateImport { connection, query: Nothing, body }).await?;
            say(print, &import, |v| vec![run_line(v)])
        }
        WorkVerb::Imports { connection, print } => {
            let connection = ask.connection(&connection).await?.id;
            let imports = ask.ask(ListImports { connection, query: Nothing, body: Nothing }).await?;
            say(print, &imports, |v| v["data"].as_array().into_iter().flatten().map(run_line).collect())
        }
        WorkVerb::Report { run, outcome, print } => report(&ask, &run, outcome, print).await,
        WorkVerb::Cancel { run, print } => {
            let import: Import = ask.ask(CancelImport { import: run, query: Nothing, body: Nothing }).await?;
            say(print, &import, |v| vec![run_line(v)])
        }
        WorkVerb::Retry { run, print } => {
            let import: Import = ask.ask(RetryImport { import: run, query: Nothing, body: Nothing }).await?;
            say(print, &import, |v| vec![run_line(v)])
        }
        WorkVerb::Reconcile { connection, print } => {
            let connection = ask.connection(&connection).await?.id;
            let connection = ask.ask(LookNow { connection, query: Nothing, body: Nothing }).await?;
            say(print, &connection, |v| rows(&serde_json::json!([v]), &["id", "connector", "state"]))
        }
        WorkVerb::Hires { filter, print } => {
            let hires = ask.ask(ListHires { query: filter.query(), body: Nothing }).await?;
            say(print, &hires, |v| rows(&v["data"], &["opportunity", "state", "read_at", "name", "job"]))
        }
        WorkVerb::Hire { opportunity, print } => {
            let hire = ask.ask(GetHire { opportunity, query: Nothing, body: Nothing }).await?;
            say(print, &hire, |v| {
                let mut lines = rows(&serde_json::json!([v]), &["opportunity", "state", "name", "job", "record"]);
                lines.extend(rows(&v["steps"], &["at", "what", "outcome", "why"]));
                lines
            })
        }
        WorkVerb::Holds { release: Some(cause), connection, print, .. } => {
            let done = ask.ask(ReleaseHold { query: Nothing, body: Release { cause, connection } }).await?;
            say(print, &done, said)
        }
        WorkVerb::Holds { mend: Some(cause), connection, way, pick, about, print, .. } => {
            let body = Mend { cause, connection, way: way.unwrap_or_default(), picked: pick, opportunity: about };
            let done = ask.ask(MendHold { query: Nothing, body }).await?;
            say(print, &done, said)
        }
        WorkVerb::Holds { print, .. } => {
            let holds = ask.ask(ListHolds { query: Nothing, body: Nothing }).await?;
            say(print, &holds, |v| {
                let hold = |h: &Value| {
                    let mut lines = vec![
                        format!("{}  {}", h["count"], h["cause"].as_str().unwrap_or_default()),
                        format!("    {}", h["why"].as_str().unwrap_or_default()),
                    ];
                    lines.extend(rows(&h["ways"], &["way", "label"]).iter().map(|way| format!("    --way {way}")));
                    lines
                };
                v["data"].as_array().into_iter().flatten().flat_map(hold).collect()
            })
        }
        WorkVerb::Events { filter, print } => {
            let events = ask.ask(ListEvents { query: filter.query(), body: Nothing }).await?;
            say(print, &events, |v| rows(&v["data"], &["at", "event", "opportunity", "duplicates"]))
        }
        WorkVerb::Replay { opportunity, filter, dry_run, print } => {
            if opportunity.is_empty() && filter.is_empty() {
                bail!("say whom: --opportunity ID, or a filter such as --state missing");
            }
            let body = NewReplay { opportunities: Some(opportunity).filter(|ids| !ids.is_empty()), filter: filter.query(), dry_run };
            let runs = ask.ask(CreateReplay { query: Nothing, body }).await?;
            say(print, &runs, |v| v["data"].as_array().into_iter().flatten().map(run_line).collect())
        }
        WorkVerb::Erase { opportunity, print } => {
            let done = ask.ask(CreateErasure { query: Nothing, body: NewErasure { opportunity } }).await?;
            say(print, &done, said)
        }
        WorkVerb::Notices { add: Some(url), kind, print, .. } => {
            let made = ask.ask(CreateNoticeAddress { query: Nothing, body: NewNoticeAddress { url, kinds: kind } }).await?;
            say(print, &made, |v| rows(&serde_json::json!([v]), &["secret"]))
        }
        WorkVerb::Notices { remove: Some(address), .. } => ask.ask(DeleteNoticeAddress { address, query: Nothing, body: Nothing }).await.map(drop),
        WorkVerb::Notices { print, .. } => {
            let all = ask.ask(ListNoticeAddresses { query: Nothing, body: Nothing }).await?;
            say(print, &all, |v| rows(&v["data"], &["id", "url", "kinds"]))
        }
    }
}

/// A run, and its people to the end.
async fn report(ask: &Ask, run: &str, outcome: Option<String>, print: Print) -> Result<()> {
    let import = ask.ask(GetImport { import: run.to_owned(), query: Nothing, body: Nothing }).await?;
    let mut people = Vec::new();
    let mut offset = None;
    loop {
        let query = WhichPeople { outcome: outcome.clone(), limit: Some(500), offset };
        let page = ask.ask(ListImportedPeople { import: run.to_owned(), query, body: Nothing }).await?;
        people.extend(page.data);
        offset = page.next;
        if offset.is_none() {
            break;
        }
    }
    let whole = serde_json::json!({ "import": import, "people": people });
    say(print, &whole, |v| {
        let mut lines = vec![run_line(&v["import"])];
        lines.extend(rows(&v["people"], &["opportunity", "outcome", "name", "why"]));
        lines
    })
}
