//! Secrets: sealed at rest with XChaCha20-Poly1305, tokens made from the machine's randomness and stored only as digests.
//!
//! A key file with mode 0600 is made at the first start. Each sealed value names its key, so keys can be added and
//! values sealed anew while the system runs. What a value is *for* is bound into it: a token copied into another row
//! does not open there.

use crate::Error;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::Arc;

/// The keys of one installation. Clones share them.
#[derive(Clone)]
pub struct Vault {
    /// Newest last; the newest seals, all open.
    keys: Arc<Vec<(String, XChaCha20Poly1305)>>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vault({} keys)", self.keys.len())
    }
}

impl Vault {
    /// Reads the key file, or makes one with a fresh key and mode 0600.
    ///
    /// # Errors
    /// When the file cannot be read or made, or a line of it is no key.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let fault = |what: &str| Error::new(format!("the key file {}: {what}", path.display()));
        if !path.exists() {
            make(path).map_err(|e| fault(&e.to_string()))?;
        }
        let text = std::fs::read_to_string(path).map_err(|e| fault(&e.to_string()))?;
        Self::from_lines(&text).ok_or_else(|| fault("each line must be a key id, a space, and 64 hexadecimal digits"))
    }

    /// Reads keys from lines of `id hex`.
    #[must_use]
    pub fn from_lines(text: &str) -> Option<Self> {
        let mut keys = Vec::new();
        for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            let (id, digits) = line.trim().split_once(' ')?;
            let bytes = hex::decode(digits.trim()).ok()?;
            keys.push((id.to_owned(), XChaCha20Poly1305::new_from_slice(&bytes).ok()?));
        }
        if keys.is_empty() { None } else { Some(Self { keys: Arc::new(keys) }) }
    }

    /// A vault with a key of its own, gone with the process. For tests.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    #[allow(clippy::expect_used, reason = "64 digits are a key")]
    pub fn for_a_test() -> Self {
        Self::from_lines(&format!("test {}", random_hex(32))).expect("a key")
    }

    /// Seals a secret for one purpose, such as `connection/7/refresh_token`.
    #[must_use]
    #[allow(clippy::expect_used, reason = "the newest key exists, and encryption of memory does not fail")]
    pub fn seal(&self, purpose: &str, secret: &str) -> String {
        let (id, key) = self.keys.last().expect("a vault has a key");
        let nonce = random_bytes::<24>();
        let payload = Payload { msg: secret.as_bytes(), aad: purpose.as_bytes() };
        let sealed = key.encrypt(&XNonce::from(nonce), payload).expect("encryption");
        format!("{id}.{}{}", hex::encode(nonce), hex::encode(sealed))
    }

    /// Opens a secret sealed for the same purpose.
    ///
    /// # Errors
    /// When its key is not in the key file, or the value was changed or moved.
    pub fn open_sealed(&self, purpose: &str, sealed: &str) -> Result<String, Error> {
        let fault = || Error::new(format!("the secret for {purpose} does not open: is this the key file it was sealed with?"));
        let (id, digits) = sealed.split_once('.').ok_or_else(fault)?;
        let key = self.keys.iter().find(|(known, _)| known == id).map(|(_, key)| key).ok_or_else(fault)?;
        let bytes = hex::decode(digits).map_err(|_| fault())?;
        let (nonce, ciphertext) = bytes.split_at_checked(24).ok_or_else(fault)?;
        let nonce: [u8; 24] = nonce.try_into().map_err(|_| fault())?;
        let opened = key.decrypt(&XNonce::from(nonce), Payload { msg: ciphertext, aad: purpose.as_bytes() }).map_err(|_| fault())?;
        String::from_utf8(opened).map_err(|_| fault())
    }
}

fn make(path: &Path) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // Written aside and linked into place, so that two processes that start together agree on one key.
    let aside = path.with_extension(format!("new-{}", random_hex(4)));
    let mut file = std::fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(&aside)?;
    writeln!(file, "k{} {}", random_hex(4), random_hex(32))?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&aside, path);
    std::fs::remove_file(&aside)?;
    match linked {
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

/// Random bytes from the machine.
///
/// # Panics
/// When the machine has no randomness; nothing safe can be done then.
#[must_use]
#[allow(clippy::expect_used, reason = "without randomness nothing safe can be done")]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the machine's randomness");
    bytes
}

/// `bytes` random bytes in lower-case hexadecimal: tokens, codes, keys.
#[must_use]
#[allow(clippy::expect_used, reason = "without randomness nothing safe can be done")]
pub fn random_hex(bytes: usize) -> String {
    let mut buffer = vec![0; bytes];
    getrandom::fill(&mut buffer).expect("the machine's randomness");
    hex::encode(buffer)
}

/// What is stored instead of a random token: its SHA-256. Good for tokens, not for passwords.
#[must_use]
pub fn digest(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn com_17_a_sealed_secret_opens_only_for_its_purpose_and_unchanged() {
        let vault = Vault::for_a_test();
        let sealed = vault.seal("connection/1/key", "s3cret");
        assert!(!sealed.contains("s3cret"));
        assert_eq!(vault.open_sealed("connection/1/key", &sealed).unwrap(), "s3cret");
        assert!(vault.open_sealed("connection/2/key", &sealed).is_err());
        let mut bent = sealed.clone();
        bent.replace_range(bent.len() - 1.., if sealed.ends_with('0') { "1" } else { "0" });
        assert!(vault.open_sealed("connection/1/key", &bent).is_err());
        assert!(Vault::for_a_test().open_sealed("connection/1/key", &sealed).is_err());
    }

    #[test]
    fn the_key_file_is_made_once_and_only_its_owner_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let path = std::env::temp_dir().join(format!("fulcrum-key-{}", random_hex(6)));
        let first = Vault::open(&path).unwrap();
        let second = Vault::open(&path).unwrap();
        assert_eq!(second.open_sealed("x", &first.seal("x", "y")).unwrap(), "y");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::remove_file(path).unwrap();
    }
}
