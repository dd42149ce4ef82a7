//! Recordings: each answer in the pieces in which it came, as files in a folder of the interview.

use axum::body::{Body, Bytes};
use futures_util::Stream;
use std::io::{Error, Result, SeekFrom};
use std::path::PathBuf;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

/// A piece is not longer. Bytes.
pub const LONGEST_PIECE: usize = 16 << 20;
/// An answer is not longer. Bytes.
pub const LONGEST: i64 = 1 << 30;
/// What is read at once. Bytes.
const CHUNK: u64 = 256 << 10;

/// Where recordings are kept.
#[derive(Clone, Debug)]
pub struct Recordings {
    /// Has a folder for each interview.
    pub folder: PathBuf,
}

/// What a recording is by its first bytes, whatever its sender says; none: it is no recording.
pub fn media_type(begins: &[u8], is_video: bool) -> Option<&'static str> {
    let kind = |video: &'static str, audio: &'static str| Some(if is_video { video } else { audio });
    match begins {
        [0x1A, 0x45, 0xDF, 0xA3, ..] => kind("video/webm", "audio/webm"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => kind("video/mp4", "audio/mp4"),
        [b'O', b'g', b'g', b'S', ..] => kind("video/ogg", "audio/ogg"),
        _ => None,
    }
}

/// A name that cannot lead out of its folder: ids are made by us.
fn plain(name: &str) -> Result<&str> {
    let is_plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    is_plain.then_some(name).ok_or_else(|| Error::other("a name that is no id"))
}

impl Recordings {
    fn piece(&self, interview: &str, answer: &str, n: i64) -> Result<PathBuf> {
        Ok(self.folder.join(plain(interview)?).join(format!("{}.{n:06}", plain(answer)?)))
    }

    /// Keeps a piece. One that was kept half is written over.
    pub async fn keep(&self, interview: &str, answer: &str, n: i64, bytes: &[u8]) -> Result<()> {
        let path = self.piece(interview, answer, n)?;
        let folder = path.parent().ok_or_else(|| Error::other("no folder"))?;
        tokio::fs::create_dir_all(folder).await?;
        let half = path.with_extension("half");
        tokio::fs::write(&half, bytes).await?;
        File::open(&half).await?.sync_all().await?;
        tokio::fs::rename(&half, &path).await
    }

    /// Takes a take away, if it is there.
    pub async fn discard(&self, interview: &str, answer: &str, pieces: i64) -> Result<()> {
        for n in 0..pieces {
            let _ = tokio::fs::remove_file(self.piece(interview, answer, n)?).await;
        }
        Ok(())
    }

    /// Takes away whatever was recorded in an interview.
    pub async fn forget(&self, interview: &str) -> Result<()> {
        match tokio::fs::remove_dir_all(self.folder.join(plain(interview)?)).await {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    /// The bytes of a recording from one place on, so many.
    pub fn read(&self, interview: &str, answer: &str, pieces: i64, from: u64, length: u64) -> Result<Body> {
        let paths = (0..pieces).map(|n| self.piece(interview, answer, n)).collect::<Result<Vec<_>>>()?;
        Ok(Body::from_stream(bytes(paths, from, length)))
    }
}

/// Where a reading stands.
struct Reading {
    paths: std::vec::IntoIter<PathBuf>,
    file: Option<File>,
    skip: u64,
    left: u64,
}

fn bytes(paths: Vec<PathBuf>, skip: u64, left: u64) -> impl Stream<Item = Result<Bytes>> {
    let reading = Reading { paths: paths.into_iter(), file: None, skip, left };
    futures_util::stream::try_unfold(reading, |mut r| async move {
        loop {
            if r.left == 0 {
                return Ok(None);
            }
            let Some(file) = &mut r.file else {
                let Some(path) = r.paths.next() else { return Ok(None) };
                let mut file = File::open(path).await?;
                let length = file.metadata().await?.len();
                if length <= r.skip {
                    r.skip -= length;
                } else {
                    file.seek(SeekFrom::Start(r.skip)).await?;
                    r.skip = 0;
                    r.file = Some(file);
                }
                continue;
            };
            let mut chunk = Vec::new();
            let n = file.take(CHUNK.min(r.left)).read_to_end(&mut chunk).await?;
            if n == 0 {
                r.file = None;
                continue;
            }
            r.left -= n as u64;
            return Ok(Some((Bytes::from(chunk), r)));
        }
    })
}
