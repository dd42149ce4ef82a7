//! Passwords: Argon2id, off the async threads.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

/// Each hash takes 7 MiB and a core for a while; more at once would only be slower, and a flood of guesses must not
/// take the machine.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// The least memory of the equally strong parameters that OWASP names (password storage cheat sheet): 7 MiB, five rounds.
/// A stored hash names its own, so these may change.
fn hasher() -> Argon2<'static> {
    let params = Params::new(7 * 1024, 5, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The hash to store.
///
/// # Panics
/// When the machine has no randomness.
#[allow(clippy::expect_used, reason = "without randomness nothing safe can be done")]
pub async fn hash(password: &str) -> String {
    let _turn = AT_ONCE.acquire().await;
    let password = password.to_owned();
    tokio::task::spawn_blocking(move || hasher().hash_password(password.as_bytes()).map(|hash| hash.to_string()))
        .await
        .expect("hashing does not panic")
        .expect("hashing with the default parameters")
}

/// Whether the password belongs to the hash. Takes as long when there is no such person (`stored` is `None`), so that
/// the time of an answer tells nobody which addresses have an account.
pub async fn verify(password: &str, stored: Option<String>) -> bool {
    // Some hash with our parameters; whatever fits it fits nobody.
    const NOBODY: &str = "$argon2id$v=19$m=7168,t=5,p=1$4Kez2HJ+txxqhcj5358T0Q$OI/jkNjhme3SrIcM1LyLCHof6gZkCht25javcKLNues";
    let (password, known) = (password.to_owned(), stored.is_some());
    let stored = stored.unwrap_or_else(|| NOBODY.to_owned());
    let _turn = AT_ONCE.acquire().await;
    let fits = tokio::task::spawn_blocking(move || {
        PasswordHash::new(&stored).is_ok_and(|hash| hasher().verify_password(password.as_bytes(), &hash).is_ok())
    })
    .await
    .unwrap_or(false);
    fits && known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only_and_older_parameters_still_do() {
        let stored = hash("correct horse").await;
        assert!(stored.starts_with("$argon2id$v=19$m=7168,t=5,p=1$"));
        assert!(verify("correct horse", Some(stored.clone())).await);
        assert!(!verify("battery staple", Some(stored)).await);
        assert!(!verify("", None).await);
        let older = Argon2::default().hash_password(b"correct horse").unwrap().to_string();
        assert!(older.contains("m=19456") && verify("correct horse", Some(older)).await);
    }
}
