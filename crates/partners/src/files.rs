//! Files of people, in the store. Which there are stands in the database: what is not named there is nobody's.

use db::Error;
use futures_util::StreamExt;
use store::Store;

/// Files of one app, by whom they are of: `FOLDER/WHOM/FILE`.
#[derive(Clone, Debug)]
pub struct Files {
    /// Where they are kept.
    pub store: Store,
    /// The first part of their keys.
    pub folder: &'static str,
}

fn fault(e: std::io::Error) -> Error {
    Error::new(format!("a file: {e}"))
}

impl Files {
    fn key(&self, whom: &str, file: &str) -> String {
        format!("{}/{whom}/{file}", self.folder)
    }

    /// Keeps one.
    pub(crate) async fn keep(&self, whom: &str, file: &str, bytes: &[u8]) -> db::Result<()> {
        self.store.put(&self.key(whom, file), bytes).await.map_err(fault)
    }

    /// What is in it; none: it is gone.
    pub(crate) async fn read(&self, whom: &str, file: &str) -> db::Result<Option<Vec<u8>>> {
        if file.is_empty() || self.store.list(&self.key(whom, file)).await.map_err(fault)?.is_empty() {
            return Ok(None);
        }
        let mut pieces = Box::pin(self.store.read(&self.key(whom, file), 0, u64::MAX).await.map_err(fault)?);
        let mut bytes = Vec::new();
        while let Some(piece) = pieces.next().await {
            bytes.extend(piece.map_err(fault)?);
        }
        Ok(Some(bytes))
    }

    /// Takes one away that was kept in vain.
    pub(crate) async fn drop_file(&self, whom: &str, file: &str) -> db::Result<()> {
        self.store.delete(&self.key(whom, file)).await.map_err(fault)
    }

    /// Takes away whatever there is of somebody.
    pub(crate) async fn forget(&self, whom: &str) -> db::Result<()> {
        self.store.delete(&self.key(whom, "")).await.map_err(fault)
    }
}
