//! Recordings: each answer in the pieces in which it came, each of them a file of the store.

use axum::body::Body;
use std::io::Result;
use store::Store;

/// A piece is not longer. Bytes.
pub const LONGEST_PIECE: usize = 16 << 20;
/// An answer is not longer. Bytes.
pub const LONGEST: i64 = 1 << 30;

/// Where recordings are kept: `recordings/INTERVIEW/ANSWER.PIECE`.
#[derive(Clone, Debug)]
pub struct Recordings(pub Store);

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

/// All pieces of an answer. Ids are made by us; the store refuses what is none.
fn of(interview: &str, answer: &str) -> String {
    format!("recordings/{interview}/{answer}.")
}

impl Recordings {
    /// Keeps a piece. Kept twice, it is written over.
    pub async fn keep(&self, interview: &str, answer: &str, n: i64, bytes: &[u8]) -> Result<()> {
        self.0.put(&format!("{}{n:06}", of(interview, answer)), bytes).await
    }

    /// Takes a take away, if it is there.
    pub async fn discard(&self, interview: &str, answer: &str) -> Result<()> {
        self.0.delete(&of(interview, answer)).await
    }

    /// Takes away whatever was recorded in an interview.
    pub async fn forget(&self, interview: &str) -> Result<()> {
        self.0.delete(&format!("recordings/{interview}/")).await
    }

    /// The bytes of a recording from one place on, so many.
    pub async fn read(&self, interview: &str, answer: &str, from: u64, length: u64) -> Result<Body> {
        Ok(Body::from_stream(self.0.read(&of(interview, answer), from, length).await?))
    }
}
