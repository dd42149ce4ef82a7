//! Files that are too large for a database, such as recordings: in a folder, or in a bucket of an S3-compatible store.
//!
//! A key is a path of plain names, `recordings/6f2c…/0193….000001`: letters, digits, `-`, `_` and `.`, so that none leads out
//! of its folder. A file is written as a whole or not at all.
//!
//! Invariant: what is kept under a key is never changed in place, only written anew.

mod bucket;
mod folder;

pub use bucket::Bucket;

use futures_util::Stream;
use std::io::{Error, ErrorKind, Result};
use std::path::PathBuf;
use std::sync::Arc;

/// What is read at once, bytes.
const CHUNK: u64 = 1 << 20;

/// Where files are kept. Clones share it.
#[derive(Clone, Debug)]
pub struct Store(Arc<Place>);

#[derive(Debug)]
enum Place {
    Folder(PathBuf),
    Bucket(Box<Bucket>),
}

/// A file that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its key.
    pub key: String,
    /// How long it is, bytes.
    pub bytes: u64,
}

impl Store {
    /// In a folder, which is made when the first file comes.
    #[must_use]
    pub fn folder(path: PathBuf) -> Self {
        Self(Arc::new(Place::Folder(path)))
    }

    /// In a bucket.
    #[must_use]
    pub fn bucket(bucket: Bucket) -> Self {
        Self(Arc::new(Place::Bucket(Box::new(bucket))))
    }

    /// Keeps a file. It is on disk, or the bucket has it, when this returns.
    ///
    /// # Errors
    /// When the key is none, or there is no room, or the bucket does not take it.
    pub async fn put(&self, key: &str, bytes: &[u8]) -> Result<()> {
        plain(key)?;
        match &*self.0 {
            Place::Folder(root) => folder::put(root, key, bytes).await,
            Place::Bucket(bucket) => bucket.put(key, bytes).await,
        }
    }

    /// At most `length` bytes of a file, from one place on.
    ///
    /// # Errors
    /// When it is not there ([`ErrorKind::NotFound`]), or cannot be read.
    pub async fn part(&self, key: &str, from: u64, length: u64) -> Result<Vec<u8>> {
        plain(key)?;
        match &*self.0 {
            _ if length == 0 => Ok(Vec::new()),
            Place::Folder(root) => folder::part(root, key, from, length).await,
            Place::Bucket(bucket) => bucket.part(key, from, length).await,
        }
    }

    /// What is kept under keys that begin so, by key. The beginning has at least one whole name: `recordings/6f2c/`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn list(&self, begins: &str) -> Result<Vec<Kept>> {
        plain(&format!("{begins}x"))?;
        let mut found = match &*self.0 {
            Place::Folder(root) => folder::list(root, begins).await?,
            Place::Bucket(bucket) => bucket.list(begins).await?,
        };
        found.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(found)
    }

    /// Takes away whatever is kept under keys that begin so; nothing is fine too.
    ///
    /// # Errors
    /// When something is left.
    pub async fn delete(&self, begins: &str) -> Result<()> {
        plain(&format!("{begins}x"))?;
        match &*self.0 {
            Place::Folder(root) => folder::delete(root, begins).await,
            Place::Bucket(bucket) => {
                for kept in bucket.list(begins).await? {
                    bucket.delete(&kept.key).await?;
                }
                Ok(())
            }
        }
    }

    /// The files whose keys begin so, one after the other as if they were one: `length` bytes from one place on. Nothing is
    /// read before it is asked for.
    ///
    /// # Errors
    /// When they cannot be listed; what fails later ends the stream.
    pub async fn read(&self, begins: &str, from: u64, length: u64) -> Result<impl Stream<Item = Result<Vec<u8>>> + use<>> {
        let files = self.list(begins).await?;
        let reading = Reading { store: self.clone(), files: files.into_iter(), open: None, skip: from, left: length };
        Ok(futures_util::stream::try_unfold(reading, |mut reading| async move { Ok(reading.next().await?.map(|bytes| (bytes, reading))) }))
    }
}

/// Where a reading stands.
struct Reading {
    store: Store,
    files: std::vec::IntoIter<Kept>,
    /// The file that is read, and from where on.
    open: Option<(Kept, u64)>,
    skip: u64,
    left: u64,
}

impl Reading {
    async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        while self.left > 0 {
            let Some((file, at)) = &mut self.open else {
                let Some(file) = self.files.next() else { return Ok(None) };
                let at = self.skip.min(file.bytes);
                self.skip -= at;
                self.open = Some((file, at));
                continue;
            };
            if *at >= file.bytes {
                self.open = None;
                continue;
            }
            let bytes = self.store.part(&file.key, *at, CHUNK.min(self.left).min(file.bytes - *at)).await?;
            if bytes.is_empty() {
                return Err(Error::new(ErrorKind::UnexpectedEof, format!("{} is shorter than it was", file.key)));
            }
            *at += bytes.len() as u64;
            self.left -= bytes.len() as u64;
            return Ok(Some(bytes));
        }
        Ok(None)
    }
}

/// Whether a key is one: it must not lead anywhere else.
fn plain(key: &str) -> Result<()> {
    let is_plain =
        |name: &str| !name.is_empty() && !name.starts_with('.') && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    let good = key.len() <= 500 && key.contains('/') && key.split('/').all(is_plain);
    if good { Ok(()) } else { Err(Error::new(ErrorKind::InvalidInput, "a name that is no key")) }
}

#[cfg(test)]
mod tests;
