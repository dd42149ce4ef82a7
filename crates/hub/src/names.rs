//! Names: which of the partner's entries each name in Lever leads to, before anybody is hired onto it; and noticing when
//! either side adds, renames or removes one.

use crate::Hub;
use crate::connections::Connection;
use clock::Ms;
use connector::fields::near;
use connector::{AnyConnector, Good, NameList, Pick, Seen, every};
use db::{Sql, params};
use endpoint::Nothing;
use hub_api::StageMap;
use lever_api::{ListPostings, Posting, PostingFilter};
use outbound::{Failure, Remote, Urgency, Wire};
use pipeline::{NewJob, Priority};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// The kind of job that notices changes, with its period in seconds.
pub const LOOK_AT_NAMES: &str = "look-at-names/3600";
/// The job that compares them now.
pub fn names_job(connection: &str, now: Ms) -> NewJob {
    NewJob {
        connection: connection.to_owned(),
        kind: LOOK_AT_NAMES.to_owned(),
        subject: format!("{}{LOOK_AT_NAMES}", pipeline::SUBJECT),
        payload: Value::Null,
        priority: Priority::Later,
        run_at: now,
    }
}

/// How old the postings may be that a page shows.
const REMEMBERED: Good = Good::For(Duration::from_secs(60));

/// One list with the names Lever has for it.
pub struct ListReport {
    /// The list.
    pub list: NameList,
    /// What the partner has, by name.
    pub entries: Vec<Pick>,
    /// What Lever has: those without an entry first, then the most used.
    pub names: Vec<NameRow>,
}

/// A name in Lever.
pub struct NameRow {
    /// As Lever spells it.
    pub name: String,
    /// How many postings have it.
    pub postings: usize,
    /// Where it leads.
    pub leads_to: LeadsTo,
    /// What it could mean, the likeliest first.
    pub suggestions: Vec<Pick>,
}

/// Where a name leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeadsTo {
    /// To the entry of the same name.
    SameName,
    /// To this one, because somebody said so.
    Alias(String),
    /// Somebody chose an entry that is gone.
    Gone,
    /// To a new entry, made with the next hire: that is what the setting `create_missing` says.
    Made,
    /// Nowhere: hires onto these postings will be held.
    Nowhere,
}

impl LeadsTo {
    /// Whether a hire can go on.
    pub fn somewhere(&self) -> bool {
        matches!(self, Self::SameName | Self::Alias(_) | Self::Made)
    }
}

impl ListReport {
    /// As the API prints it.
    pub fn printed(self) -> hub_api::Names {
        let entry = |pick: &Pick| hub_api::Entry { value: pick.value.clone(), label: pick.label.clone() };
        let is_used = |pick: &&Pick| {
            self.names.iter().any(|name| match &name.leads_to {
                LeadsTo::SameName => name.name.trim() == pick.label.trim(),
                LeadsTo::Alias(label) => *label == pick.label,
                _ => false,
            })
        };
        let unused = self.entries.iter().filter(|pick| !is_used(pick)).map(entry).collect();
        let names = self.names.iter().map(|name| {
            let (leads_to, chosen) = match &name.leads_to {
                LeadsTo::SameName => ("same_name", None),
                LeadsTo::Alias(label) => ("chosen", Some(label.clone())),
                LeadsTo::Gone => ("gone", None),
                LeadsTo::Made => ("made", None),
                LeadsTo::Nowhere => ("nowhere", None),
            };
            hub_api::Named {
                name: name.name.clone(),
                postings: name.postings,
                leads_to: leads_to.to_owned(),
                entry: chosen,
                suggestions: name.suggestions.iter().map(entry).collect(),
            }
        });
        hub_api::Names { key: self.list.key.to_owned(), label: self.list.label.to_owned(), names: names.collect(), unused }
    }
}

/// Why names could not be compared.
pub enum NoNames {
    /// Lever did not answer.
    Lever(Failure),
    /// The partner did not.
    Partner(Failure),
}

impl Hub {
    /// Every list of a connection, compared.
    pub(crate) async fn names_report(&self, connection: &Connection, connector: &dyn AnyConnector) -> Result<Vec<ListReport>, NoNames> {
        let wire = Wire::default();
        let (partner, lever) = (self.partner(connection, &wire), self.lever(connection, Urgency::Later, &wire));
        let entries = connector.entries(&partner);
        let (entries, postings) = futures_util::future::join(entries, self.postings(connection, &lever)).await;
        let (entries, postings) = (entries.map_err(NoNames::Partner)?, postings.map_err(NoNames::Lever)?);
        Ok(compare(connector, connection, &entries, &postings))
    }

    pub(crate) async fn postings(&self, connection: &Connection, lever: &Remote) -> Result<std::sync::Arc<Vec<Posting>>, Failure> {
        let ask = |offset| ListPostings { query: PostingFilter { offset, limit: Some(100), ..PostingFilter::default() }, body: Nothing };
        let read = async || {
            let mut all: Vec<Posting> = every(lever, ask).await?;
            all.retain(|p| !matches!(p.state.as_str(), "draft" | "rejected"));
            Ok(all)
        };
        self.memo(connection).read("postings", REMEMBERED, read).await
    }

    /// Compares with what was known, and writes down what is another now.
    pub(crate) async fn look_at_names(&self, connection: &Connection, connector: &dyn AnyConnector) -> Result<(), NoNames> {
        let spec = connector.spec();
        let report = if spec.lists.is_empty() { Vec::new() } else { self.names_report(connection, connector).await? };
        let map = if spec.map.is_some() { Some(self.stage_map(connection, connector).await?) } else { None };
        self.notice(connection, connector, &report, map.as_ref()).await.map_err(|e| NoNames::Lever(Failure::NotSent(e.to_string())))
    }

    async fn notice(&self, connection: &Connection, connector: &dyn AnyConnector, report: &[ListReport], map: Option<&StageMap>) -> db::Result<()> {
        let (tenant, id) = (connection.tenant.as_str(), connection.id.as_str());
        let mut now: BTreeMap<(String, String, String), String> = BTreeMap::new();
        for list in report {
            let key = |side: &str, id: &str| (side.to_owned(), list.list.key.to_owned(), id.to_owned());
            now.extend(list.entries.iter().map(|e| (key("partner", &e.value), e.label.clone())));
            now.extend(list.names.iter().map(|n| (key("lever", &n.name), n.name.clone())));
        }
        for (list, rows) in map.iter().flat_map(|map| [("stages", &map.stages), ("archive reasons", &map.reasons)]) {
            let in_use = rows.iter().filter(|row| !row.gone);
            now.extend(in_use.map(|row| (("lever".to_owned(), list.to_owned(), row.id.clone()), row.name.clone())));
        }
        let rows = self.db.rows("select side, list, id, name from known_name where tenant = $1 and connection = $2", params![tenant, id]).await?;
        let mut before = BTreeMap::new();
        for row in &rows {
            before.insert((row.text("side")?, row.text("list")?, row.text("id")?), row.text("name")?);
        }
        let unmatched: usize = report.iter().flat_map(|list| &list.names).filter(|name| !name.leads_to.somewhere()).count();
        let unmatched = unmatched + map.filter(|map| map.saved).map_or(0, StageMap::unmapped);
        let label = |list: &str| connector.spec().lists.iter().find(|l| l.key == list).map_or(list.to_owned(), |l| l.label.to_lowercase());
        let side_name = |side: &str| if side == "lever" { "Lever" } else { connector.spec().name };
        let mut said = Vec::new();
        // What is seen for the first time is no change.
        if !before.is_empty() {
            for (key, name) in &now {
                match before.get(key) {
                    None => said.push(format!("{} has \"{name}\" among its {} now.", side_name(&key.0), label(&key.1))),
                    Some(old) if old != name => {
                        said.push(format!("{} renamed \"{old}\" to \"{name}\" among its {}.", side_name(&key.0), label(&key.1)))
                    }
                    Some(_) => {}
                }
            }
            let gone = before.iter().filter(|(key, _)| !now.contains_key(*key));
            said.extend(gone.map(|(key, name)| format!("{} has no \"{name}\" among its {} any more.", side_name(&key.0), label(&key.1))));
        }
        let tx = self.db.begin().await?;
        let count = i64::try_from(unmatched).unwrap_or(0);
        tx.run("update connection set unmatched = $1 where tenant = $2 and id = $3", params![count, tenant, id]).await?;
        if now != before {
            tx.run("delete from known_name where tenant = $1 and connection = $2", params![tenant, id]).await?;
            let rows: Vec<_> = now.iter().collect();
            for chunk in rows.chunks(500) {
                let sql = format!("insert into known_name (tenant, connection, side, list, id, name) values {}", db::values(chunk.len(), 6));
                let row = |((side, list, own), name): &(&(String, String, String), &String)| {
                    params![tenant, id, side.as_str(), list.as_str(), own.as_str(), name.as_str()]
                };
                tx.run(&sql, chunk.iter().flat_map(row).collect()).await?;
            }
        }
        for line in said.iter().take(50) {
            self.audit(&tx, tenant, "Fulcrum", NOTICED, line).await?;
        }
        tx.commit().await?;
        if !said.is_empty() || connection.unmatched != count {
            self.lobby.changed();
        }
        Ok(())
    }

    /// What was noticed lately.
    pub(crate) async fn noticed(&self, tenant: &str) -> db::Result<Vec<(Ms, String)>> {
        let sql = "select at, why from audit where tenant = $1 and what = $2 order by at desc, id desc limit 10";
        self.db.rows(sql, params![tenant, NOTICED]).await?.iter().map(|row| Ok((Ms(row.int("at")?), row.text("why")?))).collect()
    }
}

/// How the audit log calls a change of names.
const NOTICED: &str = "names: changed";

fn compare(connector: &dyn AnyConnector, connection: &Connection, entries: &BTreeMap<String, Vec<Pick>>, postings: &[Posting]) -> Vec<ListReport> {
    // The connector's own expressions say which name a posting has for each list.
    let filled: Vec<_> = postings
        .iter()
        .map(|posting| connector.fill(&connection.settings, &Seen { posting: Some(posting.clone()), hired: true, ..Seen::default() }))
        .collect();
    let report = |list: &NameList| {
        let entries = entries.get(list.key).cloned().unwrap_or_default();
        let aliases = &connection.settings["aliases"][list.key];
        let mut used: HashMap<&str, usize> = HashMap::new();
        for name in filled.iter().filter_map(|fields| fields.get(list.target)?.as_deref().ok()).filter(|name| !name.is_empty()) {
            *used.entry(name).or_default() += 1;
        }
        let mut names: Vec<NameRow> = used
            .into_iter()
            .map(|(name, postings)| {
                let leads_to = match aliases[name.trim()].as_str() {
                    Some(typed) if list.typed.is_some() => LeadsTo::Alias(typed.to_owned()),
                    Some(id) => entries.iter().find(|e| e.value == id).map_or(LeadsTo::Gone, |e| LeadsTo::Alias(e.label.clone())),
                    None if entries.iter().any(|e| e.label.trim() == name.trim()) => LeadsTo::SameName,
                    None if connection.settings["create_missing"] == true => LeadsTo::Made,
                    None => LeadsTo::Nowhere,
                };
                let suggestions = if leads_to == LeadsTo::SameName { Vec::new() } else { near(name, &entries) };
                NameRow { name: name.to_owned(), postings, leads_to, suggestions }
            })
            .collect();
        names.sort_by(|a, b| (a.leads_to.somewhere(), b.postings, &a.name).cmp(&(b.leads_to.somewhere(), a.postings, &b.name)));
        ListReport { list: *list, entries, names }
    };
    connector.spec().lists.iter().map(report).collect()
}
