//! Lever (CSV): candidates from a file, where there is no access to Lever's API. All rows are good, or none is taken.

use super::lists::{FROM_FILE, Lists};
use super::{Done, integration};
use crate::Partners;
use crate::accounts::Person;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use db::{Sql, Tx, params};
use findem_api::Application;
use std::collections::{BTreeMap, HashMap, HashSet};
use web::{FilledForm, Problem, html, ui};

pub const HERE: &str = "/findem/integrations/csv";

/// The columns, as the field mapping names them: name, what is in it. The first two are demanded.
const COLUMNS: [(&str, &str); 12] = [
    ("name", "Full name"),
    ("emails", "Addresses, divided by semicolons; at least one, or a link"),
    ("headline", "Title, or where they have been"),
    ("phones", "Telephone numbers, divided by semicolons"),
    ("links", "LinkedIn, GitHub and other addresses, divided by semicolons"),
    ("tags", "Divided by semicolons"),
    ("sources", "Divided by semicolons"),
    ("posting", "The job's title; empty: a prospect"),
    ("stage", "The stage's name"),
    ("stage_since", "Since when, as 2026-03-31; empty: today"),
    ("archived_at", "When it ended, as 2026-03-31; empty: it goes on"),
    ("archive_reason", "Why it ended"),
];

/// So many mistakes are shown.
const SHOWN: usize = 100;
/// So many rows in one file: all of them are one transaction, in which nobody else can write.
const MOST: usize = 20_000;
/// Nobody stands anywhere since before this day, ms: 1990-01-01.
const LONG_AGO: i64 = 631_152_000_000;

pub fn routes() -> Router<Partners> {
    Router::new()
        .route(HERE, get(show).post(import).layer(DefaultBodyLimit::disable()))
        .route(&format!("{HERE}/delete"), post(delete))
        .route(&format!("{HERE}/sample.csv"), get(sample))
}

/// A row that is good.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    pub application: Application,
    pub stage: String,
    pub posting: String,
    pub reason: String,
}

/// A mistake: in which line, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub line: u64,
    pub why: String,
}

fn wrong(line: u64, why: impl Into<String>) -> Wrong {
    Wrong { line, why: why.into() }
}

/// What stands between two semicolons.
fn several(text: &str) -> Vec<String> {
    text.split(';').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn day(text: &str) -> Result<Option<i64>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let no = || format!("{text:?} is no day; write it as 2026-03-31");
    let day: jiff::civil::Date = text.get(..10).unwrap_or(text).parse().map_err(|_| no())?;
    Ok(Some(day.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| no())?.timestamp().as_millisecond()))
}

/// What stands in a file; or its mistakes, all of them as far as they can be told.
pub fn parse(bytes: &[u8], now: i64) -> Result<Vec<Row>, Vec<Wrong>> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(vec![wrong(1, "The file is UTF-16. Save it as \"CSV UTF-8\".")]);
    }
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let line = 1 + bytes.iter().take(e.valid_up_to()).filter(|b| **b == b'\n').count() as u64;
        vec![wrong(line, "The file is not UTF-8 here: letters would be lost. Save it as \"CSV UTF-8\".")]
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.matches(';').count() > first.matches(',').count() { b';' } else { b',' };
    let mut reader = ::csv::ReaderBuilder::new().delimiter(delimiter).trim(::csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|e| vec![wrong(1, e.to_string())])?.clone();
    let names: Vec<String> = header.iter().map(|name| name.to_lowercase().replace(' ', "_")).collect();
    let mut mistakes: Vec<Wrong> = Vec::new();
    for name in names.iter().filter(|name| !COLUMNS.iter().any(|(known, _)| known == *name)) {
        mistakes.push(wrong(1, format!("There is no column {name:?}. The columns are: {}.", COLUMNS.map(|(name, _)| name).join(", "))));
    }
    for (demanded, _) in &COLUMNS[..2] {
        if !names.iter().any(|name| name == demanded) {
            mistakes.push(wrong(1, format!("The column {demanded:?} is missing.")));
        }
    }
    let mut seen = HashSet::new();
    if let Some(twice) = names.iter().find(|name| !seen.insert(name.as_str())) {
        mistakes.push(wrong(1, format!("The column {twice:?} is there twice.")));
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let (mut rows, mut ids) = (Vec::new(), BTreeMap::new());
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(e) => {
                let line = e.position().map_or(0, ::csv::Position::line);
                mistakes.push(wrong(line, "The row has another number of columns than the first line."));
                if mistakes.len() > SHOWN { break } else { continue }
            }
        };
        let line = record.position().map_or(0, ::csv::Position::line);
        let cells: BTreeMap<&str, &str> = names.iter().map(String::as_str).zip(record.iter()).collect();
        match row(&cells, now) {
            Ok(row) => match ids.insert(row.application.id.clone(), line) {
                None => rows.push(row),
                Some(before) => mistakes.push(wrong(line, format!("It is the same person and posting as in line {before}."))),
            },
            Err(whys) => mistakes.extend(whys.into_iter().map(|why| wrong(line, why))),
        }
        if rows.len() > MOST {
            return Err(vec![wrong(line, format!("A file has at most {MOST} rows. Part it."))]);
        }
        if mistakes.len() > SHOWN {
            break;
        }
    }
    if rows.is_empty() && mistakes.is_empty() {
        mistakes.push(wrong(2, "There is no row below the first line."));
    }
    if mistakes.is_empty() { Ok(rows) } else { Err(mistakes) }
}

fn row(cells: &BTreeMap<&str, &str>, now: i64) -> Result<Row, Vec<String>> {
    let cell = |name: &str| cells.get(name).copied().unwrap_or_default();
    let mut whys = Vec::new();
    let (name, emails, links) = (cell("name"), several(cell("emails")), several(cell("links")));
    if name.is_empty() {
        whys.push("The name is missing.".to_owned());
    }
    if emails.is_empty() && links.is_empty() {
        whys.push("There is neither an address nor a link: nobody could tell who it is.".to_owned());
    }
    let is_address = |email: &&String| email.split_once('@').is_none_or(|(who, host)| who.is_empty() || !host.contains('.') || email.contains(' '));
    whys.extend(emails.iter().filter(is_address).map(|email| format!("{email:?} is no e-mail address.")));
    if cells.values().any(|text| text.chars().count() > 5000) {
        whys.push("A cell has more than 5,000 characters.".to_owned());
    }
    let mut when = |name: &str| {
        day(cell(name)).unwrap_or_else(|why| {
            whys.push(format!("{name}: {why}."));
            None
        })
    };
    let (since, archived_at) = (when("stage_since"), when("archived_at"));
    for (name, at) in [("stage_since", since), ("archived_at", archived_at)] {
        // A file may come from where it is tomorrow already.
        if at.is_some_and(|at| !(LONG_AGO..=now + 86_400_000).contains(&at)) {
            whys.push(format!("{name}: this day is in the future, or before 1990."));
        }
    }
    if archived_at.zip(since).is_some_and(|(end, since)| end < since) {
        whys.push("It ended before it began: archived_at is before stage_since.".to_owned());
    }
    if !cell("archive_reason").is_empty() && archived_at.is_none() && !whys.iter().any(|why| why.starts_with("archived_at")) {
        whys.push("There is an archive reason, and no day on which it ended.".to_owned());
    }
    if !whys.is_empty() {
        return Err(whys);
    }
    let who = emails.first().or(links.first()).map(|text| text.to_lowercase()).unwrap_or_default();
    let posting = cell("posting").to_owned();
    let id = format!("csv-{}", &db::vault::digest(&format!("{who}\n{}", posting.to_lowercase()))[..32]);
    let application = Application {
        id,
        name: name.to_owned(),
        headline: cell("headline").to_owned(),
        emails,
        links,
        phones: several(cell("phones")),
        tags: several(cell("tags")),
        sources: several(cell("sources")),
        origin: if posting.is_empty() { "sourced" } else { "applied" }.to_owned(),
        stage_since: since.unwrap_or(0),
        archived_at,
        created_at: since.unwrap_or(now),
        updated_at: now,
        ..Application::default()
    };
    Ok(Row { application, stage: cell("stage").to_owned(), posting, reason: cell("archive_reason").to_owned() })
}

/// The id of what is called so: one that is known, or one of our own.
fn id_of(known: Option<&str>, name: &str) -> String {
    match known {
        Some(id) => id.to_owned(),
        None if name.is_empty() => String::new(),
        None => format!("csv-{}", &db::vault::digest(&name.to_lowercase())[..32]),
    }
}

impl Partners {
    /// How many applications came in files.
    pub(super) async fn csv_count(&self) -> db::Result<usize> {
        let row = self.db.row("select count(*) as n from fd_application where came = 'csv'", vec![]).await?;
        Ok(row.map_or(Ok(0), |row| row.int("n"))?.try_into().unwrap_or(0))
    }

    /// At which stage whoever came in a file stands, and since when.
    async fn stands_since(&self, tx: &Tx) -> db::Result<HashMap<String, (String, i64)>> {
        let rows = tx.rows("select id, stage, stage_since from fd_application where came = 'csv'", vec![]).await?;
        rows.iter().map(|row| Ok((row.text("id")?, (row.text("stage")?, row.int("stage_since")?)))).collect()
    }

    /// Forgets all that came in files.
    async fn forget_files(&self) -> db::Result<usize> {
        let mut n = 0;
        loop {
            let some = self.db.rows("select id from fd_application where came = 'csv' limit 500", vec![]).await?;
            let some = some.iter().map(|row| row.text("id")).collect::<db::Result<Vec<_>>>()?;
            if some.is_empty() {
                break;
            }
            n += some.len();
            self.forget_applications(&some).await?;
        }
        let tx = self.db.begin().await?;
        for table in ["fd_stage", "fd_job", "fd_reason"] {
            tx.run(&format!("delete from {table} where substr(id, 1, 4) = $1"), params![FROM_FILE]).await?;
        }
        tx.commit().await?;
        Ok(n)
    }

    /// Takes all rows, in one transaction. Stages, jobs and reasons that nobody knows yet become known by their names.
    pub(super) async fn take_csv(&self, rows: Vec<Row>) -> db::Result<usize> {
        let tx = self.db.begin().await?;
        let lists: Lists = self.fd_lists(&tx).await?;
        let plain = |name: &str| name.trim().to_lowercase();
        let stages: HashMap<String, &str> = lists.stages.iter().map(|s| (plain(&s.name), s.id.as_str())).collect();
        let jobs: HashMap<String, &str> = lists.jobs.iter().map(|j| (plain(&j.title), j.id.as_str())).collect();
        let reasons: HashMap<String, &str> = lists.reasons.iter().map(|r| (plain(&r.name), r.id.as_str())).collect();
        let since = self.stands_since(&tx).await?;
        let mut applications = Vec::new();
        let mut made = HashSet::new();
        for Row { mut application, stage, posting, reason, .. } in rows {
            application.stage = id_of(stages.get(&plain(&stage)).copied(), &stage);
            application.job = id_of(jobs.get(&plain(&posting)).copied(), &posting);
            application.reason = id_of(reasons.get(&plain(&reason)).copied(), &reason);
            if application.stage_since == 0 {
                // Since when is not said: since they were first seen there.
                let known = since.get(&application.id).filter(|(stage, _)| *stage == application.stage);
                application.stage_since = known.map_or(application.updated_at, |(_, since)| *since);
            }
            if application.stage.starts_with("csv-") && made.insert(application.stage.clone()) {
                let sql = "insert into fd_stage (id, name, place, gone, bucket, days, inbound, kept_out) values ($1, $2, 1000, $3, '', null, $3, $3) on conflict (id) do nothing";
                tx.run(sql, params![application.stage.as_str(), stage.as_str(), false]).await?;
            }
            if application.job.starts_with("csv-") && made.insert(application.job.clone()) {
                let sql = "insert into fd_job (id, title, location, team, state, confidential, gone) values ($1, $2, '', '', 'file', $3, $3) on conflict (id) do nothing";
                tx.run(sql, params![application.job.as_str(), posting.as_str(), false]).await?;
            }
            if application.reason.starts_with("csv-") && made.insert(application.reason.clone()) {
                let sql = "insert into fd_reason (id, name, hired, active, kept_out) values ($1, $2, $3, $3, $3) on conflict (id) do nothing";
                tx.run(sql, params![application.reason.as_str(), reason.as_str(), false]).await?;
            }
            applications.push(application);
        }
        for chunk in applications.chunks(500) {
            self.put_within(&tx, None, "csv", chunk, &lists).await?;
        }
        tx.commit().await?;
        self.lobby.changed();
        Ok(applications.len())
    }
}

async fn show(person: Person) -> Result<Html<String>, Problem> {
    person.need_fd_admin()?;
    page(&person, None).await
}

async fn page(person: &Person, report: Option<Result<usize, Vec<Wrong>>>) -> Result<Html<String>, Problem> {
    let count = person.partners.csv_count().await?;
    let main = html! {
        (ui::heading("Lever (CSV)", "Candidates from a file, where there is no access to Lever's API. With an API key, choose Lever instead.", &html! { a.button href=(integration::INTEGRATIONS) { "Integrations" } }))
        @match &report {
            Some(Err(mistakes)) => {
                p.error role="alert" { "Nothing was imported: " (if mistakes.len() > SHOWN { format!("more than {SHOWN} mistakes") } else { ui::count(mistakes.len(), "mistake") }) "." }
                (ui::table("Mistakes", &["Line", "What is wrong"], &html! { @for wrong in mistakes.iter().take(SHOWN) { tr { td { (wrong.line) } td { (wrong.why) } } } }))
            }
            Some(Ok(n)) => { p.good role="status" { (ui::count(*n, "row")) " imported." } }
            None => {}
        }
        section.card.middle {
            h2 { "Import a file" }
            p { "All rows are imported, or none: what is wrong is said line by line. Importing the same file again changes nothing twice." @if count > 0 { " So far " (ui::count(count, "application")) " came in files." } }
            form.fields method="post" enctype="multipart/form-data" action=(HERE) {
                label.field { span { "CSV file, UTF-8, at most 30 MB" } input type="file" name="file" accept=".csv,text/csv" required; }
                div.actions { button.main type="submit" { "Import" } a.button href=(format!("{HERE}/sample.csv")) { "Download a sample" } }
            }
        }
        @if count > 0 {
            section.card.middle {
                h2 { "Delete" }
                (ui::sure(&format!("{HERE}/delete"), "Delete what came in files", "People who are known from files alone are deleted with it. What came from Lever stays.", "Delete it"))
            }
        }
        details.card.middle id="columns" {
            summary { "Columns" }
            (ui::table("Columns", &["Column", "What is in it"], &html! { @for (name, about) in COLUMNS { tr { td { code { (name) } } td { (about) } } } }))
        }
    };
    person.findem("Lever (CSV)", false, main).await
}

async fn import(person: Person, form: FilledForm) -> Done {
    person.need_fd_admin()?;
    let file = form.file("file").ok_or_else(|| Problem::bad_request("Choose a file.").way_on("Back", HERE))?;
    let now = person.partners.clock.now().0;
    // Reading a large file takes a while, and others shall not wait for it.
    let read = tokio::task::spawn_blocking(move || parse(&file.bytes, now)).await.map_err(|e| db::Error::new(e.to_string()))?;
    match read {
        Ok(rows) => {
            let n = person.partners.take_csv(rows).await?;
            Ok(page(&person, Some(Ok(n))).await?.into_response())
        }
        Err(mistakes) => Ok((axum::http::StatusCode::BAD_REQUEST, page(&person, Some(Err(mistakes))).await?).into_response()),
    }
}

async fn delete(person: Person) -> Done {
    person.need_fd_admin()?;
    let n = person.partners.forget_files().await?;
    person.done(&format!("{} deleted.", ui::count(n, "application")), HERE).await
}

async fn sample(person: Person) -> Result<Response, Problem> {
    person.need_fd_admin()?;
    let header = COLUMNS.map(|(name, _)| name).join(",");
    let row = "Ada Byron,ada@mail.example;ada@work.example,Engineer at Acme,+44 20 7946 0000,https://linkedin.com/in/ada,Rust;Remote,Job site,Backend Engineer,New applicant,2026-01-31,,";
    let bytes = format!("{header}\n{row}\n").into_bytes();
    Ok(web::download(endpoint::Attachment {
        name: "lever.csv".to_owned(),
        media_type: "text/csv".to_owned(),
        bytes,
        ..endpoint::Attachment::default()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Result<Vec<Row>, Vec<Wrong>> {
        // 2026-06-01
        parse(text.as_bytes(), 1_780_272_000_000)
    }

    #[test]
    fn fnd_o13_a_file_is_read_with_either_divider_and_a_mark_at_its_beginning() {
        let rows = of("\u{feff}Name,Emails,Posting,Stage,Stage since\nAda Byron,a@x.example; b@x.example,Engineer,Screen,2026-03-31\n").unwrap();
        assert_eq!(rows[0].application.emails, ["a@x.example", "b@x.example"]);
        assert_eq!((rows[0].stage.as_str(), rows[0].posting.as_str()), ("Screen", "Engineer"));
        assert_eq!(rows[0].application.stage_since, 1_774_915_200_000);
        assert_eq!(of("name;emails\nAda;a@x.example\n").unwrap().len(), 1);
    }

    #[test]
    fn fnd_o13_every_mistake_is_named_with_its_line() {
        let why = |text: &str| of(text).unwrap_err().into_iter().map(|w| format!("{}: {}", w.line, w.why)).collect::<Vec<_>>().join("\n");
        let all = why(
            "name,emails,stage_since\n,a@x.example,\nBo,not-an-address,\nCy,c@x.example,31.3.2026\nDi,,\nEd,e@x.example\nFi,a@x.example,\nGo,a@x.example,\nHu,h@x.example,0001-01-01\n",
        );
        for part in [
            "2: The name is missing.",
            "3: \"not-an-address\" is no e-mail",
            "4: stage_since: \"31.3.2026\" is no day",
            "5: There is neither",
            "6: The row has another number",
            "8: It is the same person and posting as in line 7",
            "9: stage_since: this day is in the future, or before 1990.",
        ] {
            assert!(all.contains(part), "{part} in {all}");
        }
        assert!(why("name,shoe size\nAda,38\n").contains("1: There is no column \"shoe_size\""));
        assert!(why("name\nAda\n").contains("The column \"emails\" is missing"));
        assert!(why("name,emails,name\nAda,a@x.example,B\n").contains("is there twice"));
        assert!(why("name,emails\n").contains("no row"));
        assert!(why("").contains("missing"));
    }

    #[test]
    fn fnd_o13_another_encoding_is_named_not_guessed() {
        let latin: Vec<u8> = b"name,emails\nJos\xe9,j@x.example\n".to_vec();
        let mistakes = parse(&latin, 0).unwrap_err();
        assert!(mistakes[0].line == 2 && mistakes[0].why.contains("not UTF-8"), "{mistakes:?}");
        let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain("name".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert!(parse(&wide, 0).unwrap_err()[0].why.contains("UTF-16"));
    }

    proptest! {
        #[test]
        fn fnd_o13_no_file_ends_the_process(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = parse(&bytes, 0);
            let mut with_header = b"name,emails,links,stage_since\n".to_vec();
            with_header.extend(bytes);
            if let Ok(rows) = parse(&with_header, 0) {
                prop_assert!(rows.iter().all(|row| !row.application.name.is_empty()));
            }
        }
    }
}
