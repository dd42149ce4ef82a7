//! Files on their way: an application names them within a day.

use crate::Ats;
use crate::access::Caller;
use crate::files::plain;
use crate::refusal::{Refusal, Result};
use db::{Sql, params};
use endpoint::Attachment;
use lever_api::{CreateUpload, Data, Upload};
use std::sync::Arc;

/// How long they are kept, ms.
const KEPT: i64 = 86_400_000;

fn key(id: &str) -> String {
    format!("uploads/{id}")
}

pub async fn create(ats: Ats, _: Arc<Caller>, request: CreateUpload) -> Result<Data<Upload>> {
    let file = request.body.files.into_iter().find(|file| file.field == "file" && !file.bytes.is_empty());
    let file = file.ok_or_else(|| Refusal::bad_request("Missing required parameter: file"))?;
    ats.forget_uploads().await?;
    let (filename, size) = (plain(&file.name), i64::try_from(file.bytes.len()).unwrap_or(0));
    let id = uuid::Uuid::new_v4().to_string();
    let expires_at = ats.clock.now().0 + KEPT;
    ats.store.put(&key(&id), &file.bytes).await.map_err(|e| db::Error::new(e.to_string()))?;
    let sql = "insert into upload (id, name, media_type, bytes, expires_at) values ($1, $2, $3, $4, $5)";
    ats.db.run(sql, params![id.as_str(), filename.as_str(), file.media_type, size, expires_at]).await?;
    let id = format!("{id}-{filename}");
    let encoded: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
    let uri = format!("{}v1/uploads/{}", ats.base, encoded.replace('+', "%20"));
    Ok(Data::new(Upload { id, filename, uri, size, expires_at }))
}

impl Ats {
    /// The file of an upload, by its uri or its id; as a resume.
    pub(crate) async fn uploaded(&self, name: &str) -> Result<Attachment> {
        let gone = || Refusal::bad_request("resume: there is no such upload, or it is older than a day");
        let last = name.rsplit('/').next().unwrap_or_default();
        let id = last.get(..36).ok_or_else(gone)?;
        let row = self.db.row("select * from upload where id = $1 and expires_at > $2", params![id, self.clock.now().0]).await?;
        let row = row.ok_or_else(gone)?;
        let size = u64::try_from(row.int("bytes")?).unwrap_or(0);
        let bytes = self.store.part(&key(id), 0, size).await.map_err(|e| db::Error::new(e.to_string()))?;
        Ok(Attachment { field: "resumeFile".to_owned(), name: row.text("name")?, media_type: row.text("media_type")?, bytes })
    }

    /// Takes away what nobody named in time.
    pub(crate) async fn forget_uploads(&self) -> db::Result<()> {
        let now = self.clock.now().0;
        for row in self.db.rows("select id from upload where expires_at <= $1 limit 1000", params![now]).await? {
            let id = row.text("id")?;
            self.store.delete(&key(&id)).await.map_err(|e| db::Error::new(e.to_string()))?;
            self.db.run("delete from upload where id = $1", params![id]).await?;
        }
        Ok(())
    }
}
