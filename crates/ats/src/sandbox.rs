//! The sandbox: what goes wrong in real life, on demand. Only in the demo or where a setting allows it; every fault has an end, every page says
//! that it is there, and every answer it spoils names it in a header.
//!
//! A fault is a row, so that a page, a call and a verb beside a running server can all make one.

use crate::Ats;
use crate::events::Timing;
use crate::refusal::{Refusal, Result};
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use clock::Ms;
use db::{Row, Sql, Version, params};
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Declares what can go wrong: each kind once, with its name for programs and its words for people.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $kind:ident = $name:literal, $words:literal;)*) => {
        /// What can go wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Kind {
            $($(#[doc = $doc])* #[serde(rename = $name)] $kind,)*
        }

        impl Kind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// As calls and verbs name it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            /// As people read it.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $(Self::$kind => $words,)* }
            }
        }
    };
}

kinds! {
    /// The API answers 429.
    AnswersTooMany = "answers-429", "The API answers 429, too many requests";
    /// The API answers 500.
    AnswersFail = "answers-500", "The API answers 500";
    /// The API takes its time.
    AnswersSlow = "answers-slow", "The API answers late";
    /// The API's answers break off in the middle.
    AnswersCut = "answers-cut", "The API's answers break off in the middle";
    /// OAuth tokens are refused, and renewed no more.
    TokensRefused = "tokens-refused", "OAuth tokens are refused, as if access was revoked";
    /// Deliveries are not sent.
    WebhooksLost = "webhooks-lost", "Webhooks are not sent";
    /// Deliveries are sent twice.
    WebhooksTwice = "webhooks-twice", "Webhooks are sent twice";
    /// Deliveries are sent late.
    WebhooksLate = "webhooks-late", "Webhooks are sent late";
    /// Every other delivery is overtaken.
    WebhooksDisordered = "webhooks-disordered", "Webhooks overtake one another";
}

impl Kind {
    const fn of_webhooks(self) -> bool {
        matches!(self, Self::WebhooksLost | Self::WebhooksTwice | Self::WebhooksLate | Self::WebhooksDisordered)
    }
}

impl std::str::FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> std::result::Result<Self, String> {
        let known = || Self::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ");
        Self::ALL.iter().copied().find(|kind| kind.name() == name).ok_or_else(|| format!("there is no fault {name}; there are: {}", known()))
    }
}

/// Something that is to go wrong.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewFault {
    /// What.
    pub kind: Kind,
    /// How often, of a hundred times.
    #[serde(default = "always")]
    pub share: i64,
    /// How late, ms, where something is late.
    #[serde(default = "late")]
    pub late_ms: i64,
    /// Only what is asked below this path: `/v1/opportunities`.
    #[serde(default)]
    pub path: String,
    /// How long, seconds; a day at most.
    #[serde(default = "a_while")]
    pub seconds: i64,
}

const fn always() -> i64 {
    100
}
const fn late() -> i64 {
    5_000
}
const fn a_while() -> i64 {
    600
}
/// No fault lasts longer, seconds.
const LONGEST: i64 = 86_400;

/// Something that goes wrong.
#[derive(Clone, Debug, Serialize)]
pub struct Fault {
    /// Its id.
    pub id: String,
    /// What.
    pub kind: Kind,
    /// How often, of a hundred times.
    pub share: i64,
    /// How late, ms.
    pub late_ms: i64,
    /// Only below this path.
    pub path: String,
    /// When it ends by itself, ms.
    pub until: i64,
}

/// What is known of faults between requests: those of a version of the database, and how often each was looked at.
#[derive(Default)]
pub struct Sandbox {
    known: Mutex<Option<(Version, Vec<Fault>)>>,
    looked: Mutex<HashMap<String, u64>>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sandbox {
    /// Whether it is this fault's turn with this one: so many of a hundred times, evenly. Each webhook has its own turns.
    fn strikes(&self, fault: &Fault, with: &str) -> bool {
        let share = u64::try_from(fault.share).unwrap_or(0);
        let n = self.count(format!("{}/{with}", fault.id));
        n * share / 100 > (n - 1) * share / 100
    }

    /// The how-manieth time this is.
    fn count(&self, what: String) -> u64 {
        let mut looked = lock(&self.looked);
        let n = looked.entry(what).or_default();
        *n += 1;
        *n
    }
}

fn read(row: &Row) -> db::Result<Fault> {
    Ok(Fault {
        id: row.text("id")?,
        kind: row.text("kind")?.parse().map_err(|why: String| db::Error::new(why))?,
        share: row.int("share")?,
        late_ms: row.int("late_ms")?,
        path: row.text("path")?,
        until: row.int("until")?,
    })
}

impl Ats {
    /// Says at the start of a server whether this account is a sandbox. Where it is none, what was wrong is over.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin_sandbox(&self) -> db::Result<()> {
        self.db.run("update account set sandbox = $1", params![self.sandbox.is_some()]).await?;
        if self.sandbox.is_none() {
            self.db.run("delete from fault", vec![]).await?;
        }
        Ok(())
    }

    /// Whether whoever serves this account lets things go wrong.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_sandbox(&self) -> db::Result<bool> {
        self.db.row("select sandbox from account", vec![]).await?.map_or(Ok(false), |row| row.get("sandbox"))
    }

    /// What goes wrong at present.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn faults(&self) -> db::Result<Vec<Fault>> {
        let sql = "select * from fault where until > $1 order by until, id";
        self.db.rows(sql, params![self.clock.now().0]).await?.iter().map(read).collect()
    }

    /// Lets something go wrong for a while.
    ///
    /// # Errors
    /// When this is no sandbox, or the fault makes no sense; the sentence says which.
    pub async fn add_fault(&self, new: &NewFault) -> Result<Fault> {
        if !self.is_sandbox().await? {
            return Err(Refusal::forbidden("This account is no sandbox: serve it with --demo or --sandbox"));
        }
        if !(1..=100).contains(&new.share) || !(0..=600_000).contains(&new.late_ms) || !(1..=LONGEST).contains(&new.seconds) {
            return Err(Refusal::bad_request("share is 1 to 100, late_ms 0 to 600000, seconds 1 to 86400"));
        }
        // Without the version the path is the API's: a fault that never strikes helps nobody.
        let path = match new.path.as_str() {
            "" => String::new(),
            known if ["/v1", "/v0", "/oauth"].iter().any(|begins| known.starts_with(begins)) => known.to_owned(),
            other => format!("/v1/{}", other.trim_start_matches('/')),
        };
        let fault = Fault {
            id: uuid::Uuid::new_v4().to_string(),
            kind: new.kind,
            share: new.share,
            late_ms: new.late_ms,
            path,
            until: self.clock.now().0 + new.seconds * 1000,
        };
        let sql = "insert into fault (id, kind, share, late_ms, path, until) values ($1, $2, $3, $4, $5, $6)";
        let values = params![fault.id.as_str(), fault.kind.name(), fault.share, fault.late_ms, fault.path.as_str(), fault.until];
        self.db.run(sql, values).await?;
        tracing::warn!(kind = fault.kind.name(), seconds = new.seconds, "the sandbox lets something go wrong");
        self.committed();
        Ok(fault)
    }

    /// Ends a fault before its time; whether it was there.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_fault(&self, id: &str) -> db::Result<bool> {
        let ended = self.db.run("delete from fault where id = $1", params![id]).await? > 0;
        self.committed();
        Ok(ended)
    }

    /// Moves the clock on, for all sides that share it.
    pub(crate) fn move_clock(&self, seconds: u64) -> Result<Ms> {
        if seconds > 400 * 86_400 {
            return Err(Refusal::bad_request("The clock moves by 400 days at most"));
        }
        self.clock.advance(Duration::from_secs(seconds));
        self.committed();
        Ok(self.clock.now())
    }

    /// Those of the faults that strike now, looked up again only when something was committed.
    async fn striking(&self, sandbox: &Sandbox, fits: impl Fn(&Fault) -> bool) -> db::Result<Vec<Fault>> {
        let version = self.db.version().await?;
        let known = lock(&sandbox.known).as_ref().filter(|(of, _)| *of == version).map(|(_, faults)| faults.clone());
        let faults = match known {
            Some(faults) => faults,
            None => {
                let faults = self.faults().await?;
                // What is over needs no counting any more.
                lock(&sandbox.looked).retain(|what, _| faults.iter().any(|fault| what.starts_with(&fault.id)));
                *lock(&sandbox.known) = Some((version, faults.clone()));
                faults
            }
        };
        let now = self.clock.now().0;
        Ok(faults.into_iter().filter(|fault| fault.until > now && fits(fault) && sandbox.strikes(fault, "")).collect())
    }

    /// When a delivery to a webhook is sent, each time it is: once and at once, unless something is wrong.
    pub(crate) async fn timing(&self, tx: &impl Sql, webhook: &str) -> db::Result<Vec<Timing>> {
        let mut timings = vec![Timing::default()];
        let Some(sandbox) = &self.sandbox else { return Ok(timings) };
        // Within the transaction: another connection might not come free while this one is held.
        let rows = tx.rows("select * from fault where until > $1 order by until, id", params![self.clock.now().0]).await?;
        let faults = rows.iter().map(read).collect::<db::Result<Vec<_>>>()?;
        for fault in faults.into_iter().filter(|fault| fault.kind.of_webhooks() && sandbox.strikes(fault, webhook)) {
            let late = Duration::from_millis(u64::try_from(fault.late_ms).unwrap_or(0));
            match fault.kind {
                Kind::WebhooksLost => timings.clear(),
                Kind::WebhooksTwice => timings = timings.iter().flat_map(|timing| [*timing, *timing]).collect(),
                Kind::WebhooksLate => timings.iter_mut().for_each(|timing| timing.late += late),
                // Every other one waits until the next has gone.
                Kind::WebhooksDisordered => {
                    let odd = sandbox.count(format!("{}/{webhook}/struck", fault.id)) % 2 == 1;
                    timings.iter_mut().filter(|_| odd).for_each(|timing| timing.late += late);
                }
                _ => {}
            }
        }
        Ok(timings)
    }
}

/// The header that names what was spoilt.
const HEADER: &str = "x-fulcrum-sandbox";

fn is_bearer(request: &Request) -> bool {
    request.headers().get(header::AUTHORIZATION).is_some_and(|value| value.as_bytes().to_ascii_lowercase().starts_with(b"bearer "))
}

/// Spoils answers of the API.
pub async fn strike(State(ats): State<Ats>, request: Request, next: Next) -> Response {
    let Some(sandbox) = &ats.sandbox else { return next.run(request).await };
    let path = request.uri().path().to_owned();
    let (renews, bearer) = (path == "/oauth/token", is_bearer(&request));
    if !(renews || path.starts_with("/v1/") || path.starts_with("/v0/")) {
        return next.run(request).await;
    }
    let fits = |fault: &Fault| {
        let here = path.starts_with(fault.path.as_str());
        here && !fault.kind.of_webhooks() && (fault.kind != Kind::TokensRefused || renews || bearer)
    };
    let Ok(faults) = ats.striking(sandbox, fits).await else { return next.run(request).await };
    let mut cut = None;
    for fault in &faults {
        let mut refused = match fault.kind {
            Kind::AnswersTooMany => Refusal::too_many().into_response(),
            Kind::AnswersFail => Refusal::from(db::Error::new("the sandbox lets this go wrong")).into_response(),
            Kind::TokensRefused if renews => crate::oauth::access_denied(),
            Kind::TokensRefused => Refusal::unauthorized().into_response(),
            Kind::AnswersSlow => {
                tokio::time::sleep(Duration::from_millis(u64::try_from(fault.late_ms).unwrap_or(0))).await;
                continue;
            }
            Kind::AnswersCut => {
                cut = Some(fault.kind);
                continue;
            }
            _ => continue,
        };
        refused.headers_mut().insert(HEADER, HeaderValue::from_static(fault.kind.name()));
        return refused;
    }
    let mut response = next.run(request).await;
    if let Some(last) = faults.last() {
        response.headers_mut().insert(HEADER, HeaderValue::from_static(last.kind.name()));
    }
    if cut.is_some() { halved(response).await } else { response }
}

/// How long after its first half an answer breaks off.
const CUT_AFTER: Duration = Duration::from_millis(50);

/// The first half of an answer that said it would be whole.
async fn halved(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(whole) = axum::body::to_bytes(body, usize::MAX).await else { return Response::from_parts(parts, Body::empty()) };
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let half: std::result::Result<Bytes, std::io::Error> = Ok(whole.slice(..whole.len() / 2));
    let broken = async {
        // By then the first half is on its way: whoever breaks off at once sends nothing.
        tokio::time::sleep(CUT_AFTER).await;
        Err(std::io::Error::other("the sandbox cuts this answer off"))
    };
    Response::from_parts(parts, Body::from_stream(stream::iter([half]).chain(stream::once(broken))))
}
