//! The wire log of one try: what was asked and answered, without secrets, for the timeline.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::{Arc, Mutex, MutexGuard};
use url::Url;

/// One request and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// `POST`
    pub method: String,
    /// Host and path; the query only by its keys.
    pub to: String,
    /// The body sent, redacted and cut at 4 kB.
    pub sent: String,
    /// HTTP status; 0 if no answer came.
    pub status: u16,
    /// The body received, or what went wrong; redacted and cut at 4 kB.
    pub got: String,
    /// ms.
    pub took_ms: u64,
}

/// Collects the exchanges of one try. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Wire {
    log: Arc<Mutex<Log>>,
    /// See [`Wire::repeatable`].
    repeatable: bool,
}

#[derive(Debug, Default)]
struct Log {
    exchanges: Vec<Exchange>,
    wrote: bool,
    last: Option<(Url, u16)>,
}

impl Wire {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The same record for a side where everything may be written twice: it leaves no doubt behind, and [`Wire::may_have_written`]
    /// does not count it.
    #[must_use]
    pub fn repeatable(&self) -> Self {
        Self { log: self.log.clone(), repeatable: true }
    }

    /// Adds an exchange; after the fiftieth only the count would grow, so they are left out.
    pub fn add(&self, exchange: Exchange) {
        let mut log = self.log();
        if log.exchanges.len() < 50 {
            log.exchanges.push(exchange);
        }
    }

    /// The status of the last answer, if it was asked at this address; 0 if none came.
    #[must_use]
    pub fn last_status_of(&self, base: &Url) -> Option<u16> {
        let log = self.log();
        let (url, status) = log.last.as_ref()?;
        (url.origin() == base.origin() && url.path().starts_with(base.path().trim_end_matches('/'))).then_some(*status)
    }

    /// Remembers the last answer, also where the log is full.
    pub(crate) fn answered(&self, url: &Url, status: u16) {
        self.log().last = Some((url.clone(), status));
    }

    /// Something was changed at the other side, or may have been.
    pub(crate) fn wrote(&self) {
        if !self.repeatable {
            self.log().wrote = true;
        }
    }

    /// Whether anything was changed at the other side, or may have been: it was sent, and neither refused nor known not to have
    /// arrived.
    #[must_use]
    pub fn may_have_written(&self) -> bool {
        self.log().wrote
    }

    /// Adds what was said in another conversation, of which this one took the result.
    pub fn also(&self, other: &Self) {
        let others = other.log().exchanges.clone();
        others.into_iter().for_each(|exchange| self.add(exchange));
    }

    /// All of it as JSON.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string(&self.log().exchanges).unwrap_or_else(|_| "[]".to_owned())
    }
}

const LONGEST: usize = 4096;
const SECRET: &[&str] = &["token", "secret", "password", "authorization", "api_key", "apikey", "signature", "ssn", "code_verifier"];

/// A body as it may be kept: values under secret names are dots, and it is cut at 4 kB.
#[must_use]
pub fn redact(body: &[u8]) -> String {
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(mut json) => {
            hide(&mut json);
            json.to_string()
        }
        // A file, or a form with files: somebody's own.
        Err(_) if body.starts_with(b"--") || std::str::from_utf8(body).is_err() => return format!("({} bytes)", body.len()),
        Err(_) => redact_form(&String::from_utf8_lossy(body)),
    };
    if text.len() <= LONGEST {
        return text;
    }
    let cut = (0..=LONGEST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}… ({} bytes)", &text[..cut], text.len())
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET.iter().any(|secret| name.contains(secret))
}

fn hide(json: &mut Value) {
    match json {
        Value::Object(fields) => {
            for (name, value) in fields {
                if is_secret(name) && !value.is_null() {
                    *value = Value::from("•••");
                } else {
                    hide(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide),
        _ => {}
    }
}

fn redact_form(text: &str) -> String {
    if !text.contains('=') || text.contains(' ') {
        return text.to_owned();
    }
    let field = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if is_secret(name) || name == "code" => format!("{name}=•••"),
        _ => pair.to_owned(),
    };
    text.split('&').map(field).collect::<Vec<_>>().join("&")
}
