//! Files on an opportunity: about each a row, what is in it in the store.

use crate::Ats;
use crate::access::Caller;
use crate::paging::Page;
use crate::refusal::{Refusal, Result};
use db::{Clauses, Row, Sql, params};
use endpoint::{Attachment, Nothing};
use lever_api::{Data, DeleteFile, DownloadFile, File, GetFile, List, ListFiles, Opportunity, OpportunityId, PerformAs, Rest, UploadFile};
use serde_json::json;
use std::sync::Arc;

/// What Lever can show and read; other kinds are kept all the same.
const KNOWN: [&str; 8] = ["docx", "doc", "js", "jpg", "jpeg", "png", "pdf", "txt"];
/// Names are not longer, characters.
const LONGEST_NAME: usize = 255;

pub async fn list(ats: Ats, caller: Arc<Caller>, request: ListFiles) -> Result<List<File>> {
    let opportunity = ats.opportunity(request.opportunity.as_str(), &caller).await?;
    let page = Page::of(&request.query)?;
    let mut only = Clauses::default();
    only.is("opportunity_id =", opportunity.id);
    only.maybe("created_at >=", request.query.uploaded_at_start).maybe("created_at <=", request.query.uploaded_at_end);
    let sql = format!("select * from file{}", page.newest(&mut only)?);
    let files = ats.db.rows(&sql, only.values()).await?.iter().map(|row| ats.file(row)).collect::<db::Result<Vec<_>>>()?;
    Ok(page.list(files, |file| vec![json!(file.uploaded_at), json!(file.id)]))
}

pub async fn get(ats: Ats, caller: Arc<Caller>, request: GetFile) -> Result<Data<File>> {
    let opportunity = ats.opportunity(request.opportunity.as_str(), &caller).await?;
    let row = ats.file_row(&opportunity.id, request.file.as_str()).await?;
    Ok(Data::new(ats.file(&row)?))
}

pub async fn download(ats: Ats, caller: Arc<Caller>, request: DownloadFile) -> Result<Attachment> {
    let opportunity = ats.opportunity(request.opportunity.as_str(), &caller).await?;
    ats.content(&opportunity.id, request.file.as_str()).await
}

pub async fn upload(ats: Ats, caller: Arc<Caller>, request: UploadFile) -> Result<Data<File>> {
    let (opportunity, actor) = ats.to_write_as(&request.opportunity, &request.query, &caller).await?;
    let file = request.body.files.into_iter().find(|file| file.field == "file");
    let file = file.ok_or_else(|| Refusal::bad_request("Missing required parameter: file"))?;
    ats.add_file(&opportunity, Some(&actor), file).await.map(Data::new)
}

pub async fn delete(ats: Ats, caller: Arc<Caller>, request: DeleteFile) -> Result<Nothing> {
    let (opportunity, _) = ats.to_write_as(&request.opportunity, &request.query, &caller).await?;
    let row = ats.file_row(&opportunity.id, request.file.as_str()).await?;
    ats.drop_file(&opportunity.id, &row.text("id")?).await?;
    Ok(Nothing)
}

fn key(opportunity: &str, file: &str) -> String {
    format!("files/{opportunity}/{file}")
}

/// `.pdf`, in small letters; empty without one.
fn ext(name: &str) -> String {
    name.rsplit_once('.').map(|(_, ext)| format!(".{}", ext.to_lowercase())).unwrap_or_default()
}

/// A name as it can stand on a page and in a folder: what would be a path or a control character is taken out.
fn plain(name: &str) -> String {
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

    async fn file_row(&self, opportunity: &str, file: &str) -> Result<Row> {
        let row = self.db.row("select * from file where id = $1 and opportunity_id = $2", params![file, opportunity]).await?;
        row.ok_or_else(|| Refusal::not_found("files", file))
    }

    /// What is in a file.
    pub(crate) async fn content(&self, opportunity: &str, file: &str) -> Result<Attachment> {
        let row = self.file_row(opportunity, file).await?;
        let bytes = self.store.part(&key(opportunity, file), 0, u64::try_from(row.int("bytes")?).unwrap_or(0)).await.map_err(|e| {
            tracing::error!(error = %e, "a file cannot be read");
            Refusal { status: 422, code: "UnprocessableEntity", message: "This file could not be processed.".to_owned() }
        })?;
        Ok(Attachment { field: String::new(), name: row.text("name")?, media_type: row.text("media_type")?, bytes })
    }

    /// Keeps a file; a file is an interaction with the candidate.
    pub(crate) async fn add_file(&self, opportunity: &Opportunity, by: Option<&str>, file: Attachment) -> Result<File> {
        if opportunity.is_anonymized {
            return Err(Refusal::bad_request("the opportunity is anonymised: nothing of the person may be added"));
        }
        let id = uuid::Uuid::new_v4().to_string();
        let name = plain(&file.name);
        let status = if KNOWN.contains(&ext(&name).trim_start_matches('.')) { "processed" } else { "unsupported" };
        // First what is in it: a row without is a file that cannot be read.
        self.store.put(&key(&opportunity.id, &id), &file.bytes).await.map_err(|e| db::Error::new(e.to_string()))?;
        let now = self.clock.now().0;
        let tx = self.db.begin().await?;
        // Somebody may have deleted or anonymised the person meanwhile.
        if self.locked(&tx, &opportunity.id).await?.is_anonymized {
            self.forget_files(&opportunity.id).await?;
            return Err(Refusal::bad_request("the opportunity is anonymised: nothing of the person may be added"));
        }
        let sql =
            "insert into file (id, opportunity_id, name, media_type, bytes, status, person, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)";
        let bytes = i64::try_from(file.bytes.len()).unwrap_or(0);
        tx.run(sql, params![id.as_str(), opportunity.id.as_str(), name, file.media_type, bytes, status, by, now]).await?;
        tx.run("update opportunity set last_interaction_at = $1, updated_at = $1 where id = $2", params![now, opportunity.id.as_str()]).await?;
        let row = tx.row("select * from file where id = $1", params![id]).await?;
        tx.commit().await?;
        self.committed();
        Ok(row.map(|row| self.file(&row)).transpose()?.unwrap_or_default())
    }

    pub(crate) async fn drop_file(&self, opportunity: &str, file: &str) -> db::Result<()> {
        self.db.run("delete from file where id = $1 and opportunity_id = $2", params![file, opportunity]).await?;
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

    /// Newest first.
    pub(crate) async fn files_of(&self, opportunity: &str) -> db::Result<Vec<File>> {
        let sql = "select * from file where opportunity_id = $1 order by created_at desc, id limit 200";
        self.db.rows(sql, params![opportunity]).await?.iter().map(|row| self.file(row)).collect()
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
