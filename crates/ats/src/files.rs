//! Files and resumes on an opportunity: about each a row, what is in it in the store.

use crate::Ats;
use crate::access::Caller;
use crate::paging::Page;
use crate::profiles::text_of;
use crate::refusal::{Refusal, Result};
use crate::resumes::Received;
use db::{Clauses, Row, Sql, Tx, params};
use endpoint::{Attachment, Nothing};
use lever_api::{
    Data, DeleteFile, DownloadFile, DownloadResume, File, FileAction, FileFilter, GetFile, GetResume, List, ListFileActions, ListFiles, ListResumes,
    Opportunity, OpportunityId, ParsedData, PerformAs, Rest, Resume, ResumeFile, UploadFile,
};
use serde_json::{Value, json};
use std::sync::Arc;

/// Names are not longer, characters.
const LONGEST_NAME: usize = 255;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    File,
    Resume,
}

impl Kind {
    /// In the database.
    const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Resume => "resume",
        }
    }

    /// In refusals.
    const fn resource(self) -> &'static str {
        match self {
            Self::File => "files",
            Self::Resume => "resumes",
        }
    }
}

pub async fn list(ats: Ats, caller: Arc<Caller>, request: ListFiles) -> Result<List<File>> {
    let opportunity = ats.opportunity(request.opportunity.as_str(), &caller).await?;
    let (page, rows) = ats.file_rows(&opportunity, Kind::File, &request.query).await?;
    let files = rows.iter().map(|row| ats.file(row)).collect::<db::Result<Vec<_>>>()?;
    Ok(page.list(files, |file| vec![json!(file.uploaded_at), json!(file.id)]))
}

pub async fn list_actions(ats: Ats, caller: Arc<Caller>, request: ListFileActions) -> Result<List<FileAction>> {
    let (opportunity, q) = (ats.opportunity(request.opportunity.as_str(), &caller).await?, request.query);
    let page = Page::of(&q)?;
    let mut only = Clauses::default();
    only.is("opportunity_id =", opportunity.id).maybe("created_at >=", q.occurred_at_start).maybe("created_at <", q.occurred_at_end);
    let sql = format!("select * from file_action{}", page.newest(&mut only)?);
    let read = |row: &Row| {
        let at = row.int("created_at")?;
        let person = row.get::<Option<String>>("person")?;
        Ok(FileAction {
            id: row.text("id")?,
            opportunity_id: row.text("opportunity_id")?,
            kind: row.text("kind")?,
            occurred_at: at,
            created_at: at,
            user: person.map_or(Value::Null, |id| json!({ "id": id })),
            meta: json!({ "fileId": row.text("file")?, "name": row.text("name")? }),
        })
    };
    let actions = ats.db.rows(&sql, only.values()).await?.iter().map(read).collect::<db::Result<Vec<_>>>()?;
    Ok(page.list(actions, |action| vec![json!(action.created_at), json!(action.id)]))
}

pub async fn get(ats: Ats, caller: Arc<Caller>, request: GetFile) -> Result<Data<File>> {
    let opportunity = ats.opportunity(request.opportunity.as_str(), &caller).await?;
    let row = ats.file_row(&opportunity.id, Kind::File, request.file.as_str()).await?;
    Ok(Data::new(ats.file(&row)?))
}

pub async fn download(ats: Ats, caller: Arc<Caller>, request: DownloadFile) -> Result<Attachment> {
    let opportunity = ats.opportunity(request.opportunity.as_str(), &caller).await?;
    ats.content(&ats.file_row(&opportunity.id, Kind::File, request.file.as_str()).await?).await
}

pub async fn list_resumes(ats: Ats, caller: Arc<Caller>, request: ListResumes) -> Result<List<Resume>> {
    let opportunity = ats.opportunity(request.opportunity.as_str(), &caller).await?;
    let (page, rows) = ats.file_rows(&opportunity, Kind::Resume, &request.query).await?;
    let resumes = rows.iter().map(|row| ats.resume(row)).collect::<db::Result<Vec<_>>>()?;
    Ok(page.list(resumes, |resume| vec![json!(resume.created_at), json!(resume.id)]))
}

pub async fn get_resume(ats: Ats, caller: Arc<Caller>, request: GetResume) -> Result<Data<Resume>> {
    let opportunity = ats.opportunity(request.opportunity.as_str(), &caller).await?;
    let row = ats.file_row(&opportunity.id, Kind::Resume, request.resume.as_str()).await?;
    Ok(Data::new(ats.resume(&row)?))
}

pub async fn download_resume(ats: Ats, caller: Arc<Caller>, request: DownloadResume) -> Result<Attachment> {
    let opportunity = ats.opportunity(request.opportunity.as_str(), &caller).await?;
    ats.content(&ats.file_row(&opportunity.id, Kind::Resume, request.resume.as_str()).await?).await
}

pub async fn upload(ats: Ats, caller: Arc<Caller>, request: UploadFile) -> Result<Data<File>> {
    let (opportunity, actor) = ats.to_write_as(&request.opportunity, &request.query, &caller).await?;
    let file = request.body.files.into_iter().find(|file| file.field == "file");
    let file = file.ok_or_else(|| Refusal::bad_request("Missing required parameter: file"))?;
    let row = ats.add_file(&opportunity, Kind::File, Some(&actor), file).await?;
    Ok(Data::new(ats.file(&row)?))
}

pub async fn delete(ats: Ats, caller: Arc<Caller>, request: DeleteFile) -> Result<Nothing> {
    let (opportunity, actor) = ats.to_write_as(&request.opportunity, &request.query, &caller).await?;
    let row = ats.file_row(&opportunity.id, Kind::File, request.file.as_str()).await?;
    ats.drop_file(&opportunity.id, &row.text("id")?, Some(&actor)).await?;
    Ok(Nothing)
}

/// A file as people see it.
pub struct Shown {
    pub file: File,
    pub is_resume: bool,
    /// What was read in it.
    pub parsed: Option<ParsedData>,
}

fn parsed(row: &Row) -> db::Result<Option<ParsedData>> {
    Ok(row.get::<Option<String>>("parsed")?.and_then(|text| serde_json::from_str(&text).ok()))
}

fn key(opportunity: &str, file: &str) -> String {
    format!("files/{opportunity}/{file}")
}

/// `.pdf`, in small letters; empty without one.
pub(crate) fn ext(name: &str) -> String {
    name.rsplit_once('.').map(|(_, ext)| format!(".{}", ext.to_lowercase())).unwrap_or_default()
}

/// A name as it can stand on a page and in a folder: what would be a path or a control character is taken out.
pub(crate) fn plain(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    let kept = kept.trim();
    if kept.is_empty() || kept.chars().all(|c| c == '.') { "file".to_owned() } else { kept.to_owned() }
}

impl Ats {
    /// The opportunity, and the user a write is done as, who must be named.
    pub(crate) async fn to_write_as(&self, id: &OpportunityId, query: &PerformAs, caller: &Caller) -> Result<(Opportunity, String)> {
        let opportunity = self.opportunity(id.as_str(), caller).await?;
        let actor = self.actor(query.perform_as.as_ref()).await?;
        Ok((opportunity, actor.ok_or_else(|| Refusal::bad_request("Missing required parameter: perform_as"))?))
    }

    fn file(&self, row: &Row) -> db::Result<File> {
        let (id, opportunity, name) = (row.text("id")?, row.text("opportunity_id")?, row.text("name")?);
        Ok(File {
            download_url: format!("{}/candidates/{opportunity}/files/{id}", self.base.as_str().trim_end_matches('/')),
            id,
            ext: ext(&name),
            name,
            uploaded_at: Some(row.int("created_at")?),
            status: Some(row.text("status")?),
            size: row.int("bytes")?,
            rest: Rest::new(),
        })
    }

    fn resume(&self, row: &Row) -> db::Result<Resume> {
        let file = self.file(row)?;
        let ext = file.ext.trim_start_matches('.').to_owned();
        let File { name, download_url, uploaded_at, status, size, .. } = file;
        Ok(Resume {
            id: file.id,
            created_at: row.int("created_at")?,
            file: Some(ResumeFile { name, ext, download_url, uploaded_at, status, size }),
            parsed_data: parsed(row)?,
            rest: Rest::new(),
        })
    }

    /// A page of what is there of a kind.
    async fn file_rows(&self, of: &Opportunity, kind: Kind, query: &FileFilter) -> Result<(Page, Vec<Row>)> {
        let page = Page::of(query)?;
        let mut only = Clauses::default();
        only.is("opportunity_id =", of.id.as_str()).is("kind =", kind.name());
        only.maybe("created_at >=", query.uploaded_at_start).maybe("created_at <=", query.uploaded_at_end);
        let sql = format!("select * from file{}", page.newest(&mut only)?);
        let rows = self.db.rows(&sql, only.values()).await?;
        Ok((page, rows))
    }

    async fn file_row(&self, opportunity: &str, kind: Kind, file: &str) -> Result<Row> {
        let sql = "select * from file where id = $1 and opportunity_id = $2 and kind = $3";
        let row = self.db.row(sql, params![file, opportunity, kind.name()]).await?;
        row.ok_or_else(|| Refusal::not_found(kind.resource(), file))
    }

    /// A file or a resume, for whoever sees the profile.
    pub(crate) async fn attached(&self, opportunity: &str, file: &str) -> Result<Attachment> {
        match self.file_row(opportunity, Kind::File, file).await {
            Ok(row) => self.content(&row).await,
            Err(_) => self.content(&self.file_row(opportunity, Kind::Resume, file).await?).await,
        }
    }

    /// What is in a file.
    async fn content(&self, row: &Row) -> Result<Attachment> {
        let key = key(&row.text("opportunity_id")?, &row.text("id")?);
        let bytes = self.store.part(&key, 0, u64::try_from(row.int("bytes")?).unwrap_or(0)).await.map_err(|e| {
            tracing::error!(error = %e, "a file cannot be read");
            Refusal { status: 422, code: "UnprocessableEntity", message: "This file could not be processed.".to_owned() }
        })?;
        Ok(Attachment { field: String::new(), name: row.text("name")?, media_type: row.text("media_type")?, bytes })
    }

    /// Puts a file into the store, before there is a row: a row without is a file that cannot be read. Its id.
    async fn store_file(&self, opportunity: &str, bytes: &[u8]) -> db::Result<String> {
        let id = uuid::Uuid::new_v4().to_string();
        self.store.put(&key(opportunity, &id), bytes).await.map_err(|e| db::Error::new(e.to_string()))?;
        Ok(id)
    }

    /// Writes down a file that lies in the store.
    async fn note_file(&self, tx: &Tx, opportunity: &str, by: Option<&str>, id: &str, received: &Received) -> db::Result<()> {
        let Received { kind, file, status, .. } = received;
        let (name, parsed) = (plain(&file.name), received.parsed().map(text_of));
        let sql = format!(
            "insert into file (id, opportunity_id, kind, name, media_type, bytes, status, person, created_at, parsed) values {}",
            db::values(1, 10)
        );
        let (bytes, now) = (i64::try_from(file.bytes.len()).unwrap_or(0), self.clock.now().0);
        tx.run(&sql, params![id, opportunity, kind.name(), name.as_str(), file.media_type.as_str(), bytes, *status, by, now, parsed]).await?;
        let done = if *kind == Kind::Resume { "resume-imported" } else { "file-added" };
        self.note_action(tx, opportunity, done, id, &name, by).await
    }

    /// Writes down what was done to a file.
    async fn note_action(&self, tx: &Tx, opportunity: &str, kind: &str, file: &str, name: &str, by: Option<&str>) -> db::Result<()> {
        let sql = format!("insert into file_action (id, opportunity_id, kind, file, name, person, created_at) values {}", db::values(1, 7));
        let now = self.clock.now();
        tx.run(&sql, params![pipeline::fresh_id(now), opportunity, kind, file, name, by, now.0]).await.map(drop)
    }

    /// Keeps what came with a new opportunity, in the transaction that makes it.
    pub(crate) async fn keep_with(&self, tx: &Tx, opportunity: &str, by: Option<&str>, all: &[Received]) -> Result<()> {
        for received in all {
            let id = self.store_file(opportunity, &received.file.bytes).await?;
            self.note_file(tx, opportunity, by, &id, received).await?;
        }
        Ok(())
    }

    /// Keeps a file; a file is an interaction with the candidate.
    pub(crate) async fn add_file(&self, opportunity: &Opportunity, kind: Kind, by: Option<&str>, file: Attachment) -> Result<Row> {
        let received = self.receive(kind, file).await;
        let id = self.store_file(&opportunity.id, &received.file.bytes).await?;
        let noted = async {
            let tx = self.db.begin().await?;
            // Looked at here, not before: somebody may delete or anonymise the person while the file is stored.
            self.locked_to_add(&tx, &opportunity.id).await?;
            self.note_file(&tx, &opportunity.id, by, &id, &received).await?;
            let sql = "update opportunity set last_interaction_at = $1, updated_at = $1 where id = $2";
            tx.run(sql, params![self.clock.now().0, opportunity.id.as_str()]).await?;
            tx.commit().await?;
            Ok(())
        };
        if let Err(refused) = noted.await {
            self.store.delete(&key(&opportunity.id, &id)).await.map_err(|e| db::Error::new(e.to_string()))?;
            return Err(refused);
        }
        self.committed();
        self.file_row(&opportunity.id, kind, &id).await
    }

    pub(crate) async fn drop_file(&self, opportunity: &str, file: &str, by: Option<&str>) -> db::Result<()> {
        let tx = self.db.begin().await?;
        let gone = tx.row("delete from file where id = $1 and opportunity_id = $2 returning name", params![file, opportunity]).await?;
        if let Some(row) = gone {
            self.note_action(&tx, opportunity, "file-remove", file, &row.text("name")?, by).await?;
        }
        tx.commit().await?;
        self.store.delete(&key(opportunity, file)).await.map_err(|e| db::Error::new(e.to_string()))?;
        self.committed();
        Ok(())
    }

    /// Takes away what is in an opportunity's files: the person is deleted or anonymised.
    pub(crate) async fn forget_files(&self, opportunity: &str) -> db::Result<()> {
        self.store.delete(&format!("files/{opportunity}/")).await.map_err(|e| db::Error::new(e.to_string()))
    }

    /// The same, of a person's every opportunity.
    pub(crate) async fn forget_files_of(&self, contact: &str) -> db::Result<()> {
        for row in self.db.rows("select id from opportunity where contact_id = $1", params![contact]).await? {
            self.forget_files(&row.text("id")?).await?;
        }
        Ok(())
    }

    /// Files and resumes, the newest first.
    pub(crate) async fn files_of(&self, opportunity: &str) -> db::Result<Vec<Shown>> {
        let sql = "select * from file where opportunity_id = $1 order by created_at desc, id limit 200";
        let shown = |row: &Row| Ok(Shown { file: self.file(row)?, is_resume: row.text("kind")? == Kind::Resume.name(), parsed: parsed(row)? });
        self.db.rows(sql, params![opportunity]).await?.iter().map(shown).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{ext, plain};

    #[test]
    fn a_name_leads_nowhere_and_keeps_its_letters() {
        for (given, kept) in [
            ("cv.pdf", "cv.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ada\\Lebenslauf Ada.PDF", "Lebenslauf Ada.PDF"),
            ("履歴書.pdf", "履歴書.pdf"),
            ("a\r\nb\0.txt", "ab.txt"),
            ("..", "file"),
            ("", "file"),
        ] {
            assert_eq!(plain(given), kept);
        }
        assert_eq!((ext("Ada.PDF"), ext("Ada")), (".pdf".to_owned(), String::new()));
    }
}
