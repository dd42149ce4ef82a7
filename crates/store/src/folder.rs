//! Files in a folder: each key is a path below it.

use crate::Kept;
use std::io::{Error, ErrorKind, Result, SeekFrom};
use std::path::Path;
use tokio::fs::{self, File};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

/// What is half written ends so; no key does, for none holds `~`.
const HALF: &str = "~";

pub async fn put(root: &Path, key: &str, bytes: &[u8]) -> Result<()> {
    let path = root.join(key);
    let folder = path.parent().ok_or_else(|| Error::other("no folder"))?;
    fs::create_dir_all(folder).await?;
    let half = folder.join(format!("{}{HALF}", path.file_name().unwrap_or_default().to_string_lossy()));
    let mut file = File::create(&half).await?;
    file.write_all(bytes).await?;
    file.sync_all().await?;
    fs::rename(&half, &path).await?;
    // The name is on disk too.
    File::open(folder).await?.sync_all().await
}

pub async fn part(root: &Path, key: &str, from: u64, length: u64) -> Result<Vec<u8>> {
    let mut file = File::open(root.join(key)).await?;
    file.seek(SeekFrom::Start(from)).await?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

pub async fn list(root: &Path, begins: &str) -> Result<Vec<Kept>> {
    let mut found = all(root, begins).await?;
    found.retain(|kept| !kept.key.ends_with(HALF));
    Ok(found)
}

/// What is half written too. A key's last name is the file's; what stands before it is the folder.
async fn all(root: &Path, begins: &str) -> Result<Vec<Kept>> {
    let (folder, name) = begins.rsplit_once('/').unwrap_or((begins, ""));
    let mut entries = match fs::read_dir(root.join(folder)).await {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut found = Vec::new();
    while let Some(entry) = entries.next_entry().await? {
        let file = entry.file_name().to_string_lossy().into_owned();
        let meta = entry.metadata().await?;
        if meta.is_file() && file.starts_with(name) {
            found.push(Kept { key: format!("{folder}/{file}"), bytes: meta.len() });
        }
    }
    Ok(found)
}

/// The folder goes with its last file.
pub async fn delete(root: &Path, begins: &str) -> Result<()> {
    for kept in all(root, begins).await? {
        match fs::remove_file(root.join(&kept.key)).await {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(e),
            _ => {}
        }
    }
    if let Some((folder, _)) = begins.rsplit_once('/') {
        let _ = fs::remove_dir(root.join(folder)).await;
    }
    Ok(())
}
