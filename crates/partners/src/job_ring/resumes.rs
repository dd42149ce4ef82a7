//! Résumés: one file for each referral, in the store. Its name stands in the referral: what is not named there is nobody's.

use db::Error;
use futures_util::StreamExt;
use store::Store;

/// Where they are kept: `resumes/REFERRAL/FILE`.
#[derive(Clone, Debug)]
pub struct Resumes(pub Store);

fn key(referral: &str, file: &str) -> String {
    format!("resumes/{referral}/{file}")
}

fn fault(e: std::io::Error) -> Error {
    Error::new(format!("a résumé: {e}"))
}

impl Resumes {
    /// Keeps one.
    pub(super) async fn keep(&self, referral: &str, file: &str, bytes: &[u8]) -> db::Result<()> {
        self.0.put(&key(referral, file), bytes).await.map_err(fault)
    }

    /// What is in it; none: it is gone.
    pub(super) async fn read(&self, referral: &str, file: &str) -> db::Result<Option<Vec<u8>>> {
        if file.is_empty() || self.0.list(&key(referral, file)).await.map_err(fault)?.is_empty() {
            return Ok(None);
        }
        let mut pieces = Box::pin(self.0.read(&key(referral, file), 0, u64::MAX).await.map_err(fault)?);
        let mut bytes = Vec::new();
        while let Some(piece) = pieces.next().await {
            bytes.extend(piece.map_err(fault)?);
        }
        Ok(Some(bytes))
    }

    /// Takes one away that was kept in vain.
    pub(super) async fn drop_file(&self, referral: &str, file: &str) -> db::Result<()> {
        self.0.delete(&key(referral, file)).await.map_err(fault)
    }

    /// Takes away whatever there is of a referral.
    pub(super) async fn forget(&self, referral: &str) -> db::Result<()> {
        self.0.delete(&format!("resumes/{referral}/")).await.map_err(fault)
    }
}
