//! Calling the other side: typed endpoints, or raw requests where there is no type.

use crate::{Exchange, Failure, Next, Pace, Reach, Urgency, Wire, again, multipart, redact};
use base64::Engine as _;
use clock::{Clock, Ms};
use endpoint::{Answer as _, Endpoint, Verb};
use futures_util::future::BoxFuture;
use http::header::{AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tracing::Instrument;
use url::Url;

/// Answers longer than this are refused. Bytes.
const LONGEST_ANSWER: usize = 32 << 20;

/// The door. Clones share its connections.
#[derive(Clone)]
pub struct Outbound {
    client: reqwest::Client,
    reach: Reach,
    clock: Clock,
}

impl std::fmt::Debug for Outbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Outbound({:?})", self.reach)
    }
}

/// A raw request.
#[derive(Clone)]
pub struct Call {
    /// The method.
    pub verb: Verb,
    /// The full address.
    pub url: Url,
    /// Extra headers; never recorded.
    pub headers: HeaderMap,
    /// The body; empty for none.
    pub body: Vec<u8>,
    /// How long the whole exchange may take.
    pub patience: Duration,
}

impl Call {
    /// A request with a JSON body (or none) and thirty seconds of patience.
    #[must_use]
    pub fn new(verb: Verb, url: Url, body: Vec<u8>) -> Self {
        let mut headers = HeaderMap::new();
        if !body.is_empty() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Self { verb, url, headers, body, patience: Duration::from_secs(30) }
    }
}

/// Any answer that came, whatever its status.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Vec<u8>,
}

impl Outbound {
    /// A door with this reach. No redirects are followed, no proxy variables read.
    ///
    /// # Panics
    /// When the machine offers no TLS at all.
    #[must_use]
    #[allow(clippy::disallowed_methods, clippy::expect_used, reason = "this is the door")]
    pub fn new(reach: Reach, clock: Clock) -> Self {
        // Two providers may be compiled in by others; ours is named once, and a second naming is harmless.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(Duration::from_secs(5))
            .pool_max_idle_per_host(128)
            .dns_resolver(Guarded(reach.clone()))
            .build()
            .expect("a TLS client");
        Self { client, reach, clock }
    }

    /// How far calls may reach.
    #[must_use]
    pub const fn reach(&self) -> &Reach {
        &self.reach
    }

    /// Sends one request, once. Every answer counts as success here, whatever its status.
    ///
    /// # Errors
    /// When the address is out of reach, no connection came about, or no whole answer came in time.
    pub async fn send(&self, call: &Call, wire: &Wire) -> Result<Answer, Failure> {
        let (verb, host) = (call.verb.name(), call.url.host_str().unwrap_or_default());
        let span = tracing::debug_span!(
            "call",
            otel.name = format!("{verb} {host}"),
            otel.kind = "client",
            http.request.method = verb,
            server.address = host,
            http.response.status_code = tracing::field::Empty
        );
        let outcome = self.note(call, wire).instrument(span.clone()).await;
        if let Ok(answer) = &outcome {
            span.record("http.response.status_code", answer.status);
        }
        outcome
    }

    /// Sends, counts, and writes down what was said.
    async fn note(&self, call: &Call, wire: &Wire) -> Result<Answer, Failure> {
        let started = self.clock.now();
        let outcome = self.exchange(call).await;
        let (status, got) = match &outcome {
            // A file is somebody's own.
            Ok(answer) if answer.headers.contains_key(CONTENT_DISPOSITION) => (answer.status, format!("({} bytes)", answer.body.len())),
            Ok(answer) => (answer.status, redact(&answer.body)),
            Err(failure) => (0, failure.to_string()),
        };
        let took_ms = u64::try_from(self.clock.now().since(started).as_millis()).unwrap_or(u64::MAX);
        let host = call.url.host_str().unwrap_or_default();
        let answered = match status {
            0 => "none",
            200..=299 => "2xx",
            429 => "429",
            400..=499 => "4xx",
            _ => "5xx",
        };
        let happened = match &outcome {
            Ok(answer) => !matches!(answer.status, 300..=499) || answer.status == 408,
            Err(failure) => failure.may_have_happened(),
        };
        wire.answered(&call.url, status);
        if happened && call.verb != Verb::Get {
            wire.wrote();
        }
        metrics::counter!("fulcrum_calls_total", "answer" => answered).increment(1);
        tracing::debug!(method = call.verb.name(), host, status, took_ms, "called");
        let keys: Vec<String> = call.url.query_pairs().map(|(key, _)| key.into_owned()).collect();
        let query = if keys.is_empty() { String::new() } else { format!("?{}", keys.join("&")) };
        let port = call.url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let to = format!("{host}{port}{}{query}", call.url.path());
        wire.add(Exchange { method: call.verb.name().to_owned(), to, sent: redact(&call.body), status, got, took_ms });
        outcome
    }

    async fn exchange(&self, call: &Call) -> Result<Answer, Failure> {
        self.reach.check(&call.url)?;
        let method = match call.verb {
            Verb::Get => http::Method::GET,
            Verb::Post => http::Method::POST,
            Verb::Put => http::Method::PUT,
            Verb::Patch => http::Method::PATCH,
            Verb::Delete => http::Method::DELETE,
        };
        let host = call.url.host_str().unwrap_or_default().to_owned();
        let request = self.client.request(method, call.url.clone()).headers(call.headers.clone()).body(call.body.clone());
        let deadline = Instant::now() + call.patience;
        let late = |_| Failure::Unknown(format!("{host} gave no answer within {} s", call.patience.as_secs()));
        let mut response = tokio::time::timeout_at(deadline, request.send()).await.map_err(late)?.map_err(|e| classify(&host, &e))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        loop {
            match tokio::time::timeout_at(deadline, response.chunk()).await.map_err(late)? {
                Ok(Some(chunk)) if body.len() + chunk.len() <= LONGEST_ANSWER => body.extend_from_slice(&chunk),
                Ok(Some(_)) => return Err(Failure::Unknown(format!("{host} answered more than {} MiB", LONGEST_ANSWER >> 20))),
                Ok(None) => return Ok(Answer { status, headers, body }),
                Err(_) => return Err(Failure::Unknown(format!("{host} broke off in the middle of its answer"))),
            }
        }
    }
}

/// The guard's own sentence, when it spoke while the name was resolved; else what the connection says.
fn classify(host: &str, error: &reqwest::Error) -> Failure {
    let mut source: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(e) = source {
        if let Some(Failure::Blocked(why)) = e.downcast_ref::<Failure>() {
            return Failure::Blocked(why.clone());
        }
        source = e.source();
    }
    if error.is_connect() {
        Failure::NotSent(format!("{host} cannot be reached"))
    } else if error.is_builder() || error.is_request() && error.status().is_none() && error.is_timeout() {
        Failure::NotSent(format!("{host} cannot be reached in time"))
    } else {
        Failure::Unknown(format!("the connection to {host} broke before an answer came"))
    }
}

/// Resolves names and keeps only addresses within reach.
struct Guarded(Reach);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?.collect::<Vec<SocketAddr>>();
            let kept = reach.keep(found.into_iter())?;
            Ok(Box::new(kept.into_iter()) as Addrs)
        })
    }
}

/// Where the headers that prove who we are come from.
pub trait Credential: Send + Sync {
    /// The headers, made fresh if need be.
    fn headers(&self) -> BoxFuture<'_, Result<HeaderMap, Failure>>;

    /// The other side answered 401 to these headers. `true`: there are others now, try once more. A failure here says
    /// nothing about the credential: it may only be that it cannot be renewed at this moment.
    fn refused(&self, sent: &HeaderMap) -> BoxFuture<'_, Result<bool, Failure>> {
        let _ = sent;
        Box::pin(std::future::ready(Ok(false)))
    }
}

/// A credential that stays as it is: a key, or none at all.
#[derive(Clone, Default)]
pub struct Fixed(HeaderMap);

impl Fixed {
    /// HTTP Basic; Lever's API keys are the user name with an empty password.
    #[must_use]
    pub fn basic(user: &str, password: &str) -> Self {
        let pair = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
        Self::headers_of(&[(AUTHORIZATION.as_str(), &format!("Basic {pair}"))])
    }

    /// A bearer token.
    #[must_use]
    pub fn bearer(token: &str) -> Self {
        Self::headers_of(&[(AUTHORIZATION.as_str(), &format!("Bearer {token}"))])
    }

    /// Headers by name. Values that cannot be a header are left out, and the other side will say 401.
    #[must_use]
    pub fn headers_of(pairs: &[(&str, &str)]) -> Self {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            if let (Ok(name), Ok(mut value)) = (HeaderName::try_from(*name), HeaderValue::try_from(*value)) {
                value.set_sensitive(true);
                headers.insert(name, value);
            }
        }
        Self(headers)
    }
}

impl Credential for Fixed {
    fn headers(&self) -> BoxFuture<'_, Result<HeaderMap, Failure>> {
        Box::pin(std::future::ready(Ok(self.0.clone())))
    }
}

/// The other side, as one connection sees it: address, credential, budget, and the record of this try.
#[derive(Clone)]
pub struct Remote {
    /// The door.
    pub outbound: Outbound,
    /// Before the endpoint's path; no final slash.
    pub base: Url,
    /// Who we are.
    pub credential: Arc<dyn Credential>,
    /// How fast we may be.
    pub budget: Option<Arc<dyn Pace>>,
    /// Who is asking.
    pub urgency: Urgency,
    /// The record of this try.
    pub wire: Wire,
}

impl std::fmt::Debug for Remote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Remote({})", self.base)
    }
}

impl Remote {
    /// The other side at `base`, without budget and with a record of its own.
    #[must_use]
    pub fn new(outbound: Outbound, base: Url, credential: Arc<dyn Credential>) -> Self {
        Self { outbound, base, credential, budget: None, urgency: Urgency::Now, wire: Wire::default() }
    }

    /// Calls a typed endpoint.
    ///
    /// # Errors
    /// [`Failure`]; an answer of success that cannot be read is [`Failure::Unknown`].
    pub async fn send<E: Endpoint>(&self, request: E) -> Result<E::Response, Failure> {
        self.send_dated(request).await.map(|(answer, _)| answer)
    }

    /// The same, with the time of day at the other side when it answered, if it said so.
    ///
    /// # Errors
    /// As [`Remote::send`].
    pub async fn send_dated<E: Endpoint>(&self, request: E) -> Result<(E::Response, Option<Ms>), Failure> {
        let parts = request.into_parts().map_err(|e| Failure::Blocked(e.to_string()))?;
        let path = parts.fill(&E::INFO);
        let query = (!parts.query.is_empty()).then_some(parts.query.as_str());
        let (body, kind) = match !parts.files.is_empty() {
            true => multipart::form(&parts.body, &parts.files),
            false => (parts.body, "application/json".to_owned()),
        };
        let answer = self.raw_of(E::INFO.verb, &path, query, body, &kind).await?;
        let date = answer.headers.get(DATE).and_then(|value| jiff::fmt::rfc2822::parse(value.to_str().ok()?).ok());
        let date = date.map(|date| Ms(date.timestamp().as_millisecond()));
        let kind = answer.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let name = answer.headers.get(CONTENT_DISPOSITION).and_then(|value| value.to_str().ok()).map(multipart::file_name).unwrap_or_default();
        let read = E::Response::read(answer.body, &name, &kind).map(|read| (read, date));
        read.map_err(|e| Failure::Unknown(format!("{} answered something that is not {}: {e}", self.host(), E::INFO.name)))
    }

    /// Calls a path below the base: the way round the types, for what they do not know yet.
    ///
    /// # Errors
    /// [`Failure`]; every status other than 2xx is [`Failure::Refused`].
    pub async fn raw(&self, verb: Verb, path: &str, query: Option<&str>, body: Vec<u8>) -> Result<Answer, Failure> {
        self.raw_of(verb, path, query, body, "application/json").await
    }

    async fn raw_of(&self, verb: Verb, path: &str, query: Option<&str>, body: Vec<u8>, kind: &str) -> Result<Answer, Failure> {
        let mut url = self.base.clone();
        // The path is encoded already; `set_path` leaves percent signs alone.
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        url.set_query(query);
        let mut call = Call::new(verb, url, body);
        if !call.body.is_empty()
            && let Ok(kind) = HeaderValue::try_from(kind)
        {
            call.headers.insert(CONTENT_TYPE, kind);
        }
        let mut tries = 0;
        let mut renewed = false;
        loop {
            if let Some(budget) = &self.budget {
                budget.take(self.urgency).await;
            }
            let mut headers = self.credential.headers().await?;
            headers.extend(call.headers.clone());
            let sent = Call { headers, ..call.clone() };
            let failure = match self.outbound.send(&sent, &self.wire).await {
                Ok(answer) if (200..300).contains(&answer.status) => return Ok(answer),
                Ok(answer) => self.refusal(&answer),
                Err(failure) => failure,
            };
            tries += 1;
            if failure.status() == Some(429)
                && let Some(budget) = &self.budget
            {
                budget.empty().await;
            }
            if failure.status() == Some(401) && !renewed && self.credential.refused(&sent.headers).await? {
                renewed = true;
                continue;
            }
            match again(call.verb, &failure, tries) {
                Next::Again(wait) => tokio::time::sleep(wait).await,
                Next::Stop => return Err(failure),
            }
            call.patience = Duration::from_secs(15);
        }
    }

    fn refusal(&self, answer: &Answer) -> Failure {
        let asked = answer.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()).and_then(|text| text.trim().parse().ok());
        let mut body = redact(&answer.body);
        body.truncate((0..=600).rev().find(|at| body.is_char_boundary(*at)).unwrap_or(0));
        Failure::Refused { host: self.host().to_owned(), status: answer.status, body, retry_after: asked.map(Duration::from_secs) }
    }

    fn host(&self) -> &str {
        self.base.host_str().unwrap_or("the other side")
    }
}
