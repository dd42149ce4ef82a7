//! A process of its own for each file: what is in it can neither hold up, nor crash, nor read anything of who asks.

use crate::{Kind, Reading, facts, text};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::sync::Semaphore;

/// What the executable is called with, before the kind of file, to be that process.
pub const VERB: &str = "read-resume";
/// So long it may take; a resume takes some hundredths of it.
const LONGEST: Duration = Duration::from_secs(5);
/// Seconds of processor time, and bytes of memory.
const PROCESSOR: u64 = 3;
const MEMORY: u64 = 512 << 20;
/// The allocator of our executable sets a gigabyte aside for later, which would be all there is. kB.
const SET_ASIDE: (&str, &str) = ("MIMALLOC_ARENA_RESERVE", "65536");
/// Bytes of stack: some files nest.
const STACK: usize = 64 << 20;
/// At a time; the others wait.
const TOGETHER: usize = 2;
/// Bytes of an answer.
const ANSWER: u64 = 4 << 20;

/// Why a file could not be read; what is in it is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the file could not be read: it is damaged, locked, or not what its name says")]
pub struct Unread;

/// Whoever has files read. Clones share the places.
#[derive(Clone)]
pub struct Reader {
    executable: PathBuf,
    places: Arc<Semaphore>,
}

impl Reader {
    /// By processes of this executable, which does [`work`] when it is called with [`VERB`].
    #[must_use]
    pub fn new(executable: PathBuf) -> Self {
        Self { executable, places: Arc::new(Semaphore::new(TOGETHER)) }
    }

    /// By processes of the executable that asks.
    ///
    /// # Errors
    /// When the machine does not say which that is.
    pub fn by_this_executable() -> std::io::Result<Self> {
        // Whatever replaces the file meanwhile, this stays the one that runs.
        let running = PathBuf::from("/proc/self/exe");
        Ok(Self::new(if running.exists() { running } else { std::env::current_exe()? }))
    }

    /// What a file says.
    ///
    /// # Errors
    /// When it cannot be read, in time or at all.
    pub async fn read(&self, kind: Kind, file: &[u8]) -> Result<Reading, Unread> {
        let _place = self.places.acquire().await.map_err(|_| Unread)?;
        let mut command = Command::new(&self.executable);
        command.args([VERB, kind.ext()]).env_clear().env(SET_ASIDE.0, SET_ASIDE.1).current_dir("/").kill_on_drop(true);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(|_| Unread)?;
        let (mut stdin, stdout) = (child.stdin.take().ok_or(Unread)?, child.stdout.take().ok_or(Unread)?);
        let mut answer = Vec::new();
        let talk = async {
            let tell = async move {
                // It may have seen enough, and be gone.
                let _ = stdin.write_all(file).await;
            };
            let mut stdout = stdout.take(ANSWER);
            let ((), heard) = tokio::join!(tell, stdout.read_to_end(&mut answer));
            (heard.is_ok() && child.wait().await.is_ok_and(|status| status.success())).then_some(()).ok_or(Unread)
        };
        tokio::time::timeout(LONGEST, talk).await.map_err(|_| Unread)??;
        serde_json::from_slice(&answer).map_err(|_| Unread)
    }
}

/// What the process does: reads a file from its standard input, says on its standard output what is in it. `false`, if it cannot be read.
#[must_use]
pub fn work(kind: &str) -> bool {
    // Where a limit cannot be set, there are still the others.
    let _ = rlimit::Resource::CPU.set(PROCESSOR, PROCESSOR);
    let _ = rlimit::Resource::DATA.set(MEMORY, MEMORY);
    let _ = rlimit::Resource::CORE.set(0, 0);
    let Some(kind) = Kind::of(kind) else { return false };
    let worker = std::thread::Builder::new().stack_size(STACK).spawn(move || {
        let mut file = Vec::new();
        std::io::stdin().read_to_end(&mut file).ok()?;
        let reading = facts::of(&text::of(kind, &file)?);
        std::io::stdout().write_all(&serde_json::to_vec(&reading).ok()?).ok()
    });
    // A library that panics has not read it.
    worker.is_ok_and(|worker| matches!(worker.join(), Ok(Some(()))))
}
