//! Résumés: one file for each referral, in the store.

use db::Error;
use futures_util::StreamExt;
use store::Store;

/// Where they are kept: `resumes/REFERRAL/file`.
#[derive(Clone, Debug)]
pub struct Resumes(pub Store);

fn key(referral: &str) -> String {
    format!("resumes/{referral}/file")
}

fn fault(e: std::io::Error) -> Error {
    Error::new(format!("a résumé: {e}"))
}

impl Resumes {
    /// Keeps one. Kept twice, it is written over.
    pub(super) async fn keep(&self, referral: &str, bytes: &[u8]) -> db::Result<()> {
        self.0.put(&key(referral), bytes).await.map_err(fault)
    }

    /// What is in it; none: it is gone.
    pub(super) async fn read(&self, referral: &str) -> db::Result<Option<Vec<u8>>> {
        if self.0.list(&key(referral)).await.map_err(fault)?.is_empty() {
            return Ok(None);
        }
        let mut pieces = Box::pin(self.0.read(&key(referral), 0, u64::MAX).await.map_err(fault)?);
        let mut bytes = Vec::new();
        while let Some(piece) = pieces.next().await {
            bytes.extend(piece.map_err(fault)?);
        }
        Ok(Some(bytes))
    }

    /// Takes it away, if it is there.
    pub(super) async fn forget(&self, referral: &str) -> db::Result<()> {
        self.0.delete(&format!("resumes/{referral}/")).await.map_err(fault)
    }
}
