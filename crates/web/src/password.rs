//! Passwords: Argon2id, off the async threads.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

/// Each hash takes 19 MiB and a core for a while; more at once would only be slower, and a flood of guesses must not
/// take the machine.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// The hash to store.
///
/// # Panics
/// When the machine has no randomness.
#[allow(clippy::expect_used, reason = "without randomness nothing safe can be done")]
pub async fn hash(password: &str) -> String {
    let _turn = AT_ONCE.acquire().await;
    let password = password.to_owned();
    tokio::task::spawn_blocking(move || Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()))
        .await
        .expect("hashing does not panic")
        .expect("hashing with the default parameters")
}

/// Whether the password belongs to the hash. Takes as long when there is no such person (`stored` is `None`), so that
/// the time of an answer tells nobody which addresses have an account.
pub async fn verify(password: &str, stored: Option<String>) -> bool {
    // A hash of nothing anybody knows, with the default parameters.
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$VE0e3g7DalWHgDwou3nuRA$uC6TER156UQpk0lNQ5+jHM0l5poVjPA1he/Tyn9J4Zw";
    let (password, known) = (password.to_owned(), stored.is_some());
    let stored = stored.unwrap_or_else(|| NOBODY.to_owned());
    let _turn = AT_ONCE.acquire().await;
    let fits = tokio::task::spawn_blocking(move || {
        PasswordHash::new(&stored).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    })
    .await
    .unwrap_or(false);
    fits && known
}
