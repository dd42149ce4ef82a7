//! Sending, walking lists, and what is repeated.

use crate::token::{App, Renewed, Token};
use clock::Clock;
use endpoint::{Endpoint, Verb};
use futures_util::{Stream, TryStreamExt, stream};
use lever_api::{List, Paged};
use outbound::{Answer, Budget, Credential, Failure, Fixed, Outbound, Reach, Remote, Urgency};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Where Lever's API is.
const BASE: &str = "https://api.lever.co/";
/// A call is repeated so many times, where it may be.
const TRIES: u32 = 5;

/// Whoever is asked to wait longer is told so.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// A client. Clones share its connections, its rate and its token.
#[derive(Clone, Debug)]
pub struct Lever {
    remote: Remote,
}

/// A client in the making.
pub struct Builder {
    base: String,
    auth: String,
    reach: Reach,
    rate: Option<(u32, u32)>,
    clock: Clock,
    who: Who,
}

enum Who {
    Nobody,
    Key(String),
    App(Box<(App, Token, Option<Renewed>)>),
}

impl Lever {
    /// With an API key, at Lever's own address.
    ///
    /// # Panics
    /// Never: the address is a constant.
    #[must_use]
    #[allow(clippy::expect_used, reason = "the address is a constant")]
    pub fn with_key(key: &str) -> Self {
        Self::builder().key(key).build().expect("Lever's own address")
    }

    /// To say more.
    #[must_use]
    pub fn builder() -> Builder {
        Builder {
            base: BASE.to_owned(),
            auth: "https://auth.lever.co/".to_owned(),
            reach: Reach::default(),
            rate: Some((outbound::LEVER_RATE, outbound::OUR_BURST)),
            clock: Clock::of_this_machine(),
            who: Who::Nobody,
        }
    }

    /// The same client for work that can wait: it leaves a quarter of the rate to everything else.
    #[must_use]
    pub fn later(&self) -> Self {
        let mut lever = self.clone();
        lever.remote.urgency = Urgency::Later;
        lever
    }

    /// Calls an operation.
    ///
    /// A refusal with 429 did nothing and is repeated after a wait; a read is repeated after a 5xx or a broken connection as well; nothing
    /// else is repeated.
    ///
    /// # Errors
    /// [`Failure`]; an answer of success that cannot be read is [`Failure::Unknown`].
    pub async fn send<E: Endpoint + Clone>(&self, request: E) -> Result<E::Response, Failure> {
        self.repeated(E::INFO.verb, || self.remote.send(request.clone())).await
    }

    /// Calls a path, for what has no type yet: `/v1/new_thing?limit=5`.
    ///
    /// # Errors
    /// [`Failure`]; every status other than 2xx is [`Failure::Refused`].
    pub async fn raw(&self, verb: Verb, path: &str, body: Vec<u8>) -> Result<Answer, Failure> {
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        self.repeated(verb, || self.remote.raw(verb, path, query, body.clone())).await
    }

    /// A list, page by page, beginning where the request says.
    pub fn pages<E, T>(&self, request: E) -> impl Stream<Item = Result<List<T>, Failure>> + Send
    where
        E: Endpoint<Response = List<T>> + Clone + Sync,
        E::Query: Paged + Send,
        T: Send + 'static,
    {
        let lever = self.clone();
        stream::try_unfold(Some(request), move |request| {
            let lever = lever.clone();
            async move {
                let Some(mut request) = request else { return Ok(None) };
                let page = lever.send(request.clone()).await?;
                let next = page.next.clone().filter(|_| page.has_next != Some(false)).map(|offset| {
                    let query = request.query().clone().at(offset);
                    *request.query() = query;
                    request
                });
                Ok(Some((page, next)))
            }
        })
    }

    /// A list, record by record; the next page is asked for when the last one is through.
    pub fn all<E, T>(&self, request: E) -> impl Stream<Item = Result<T, Failure>> + Send
    where
        E: Endpoint<Response = List<T>> + Clone + Sync,
        E::Query: Paged + Send,
        T: Send + 'static,
    {
        self.pages(request).map_ok(|page| stream::iter(page.data.into_iter().map(Ok))).try_flatten()
    }

    async fn repeated<T, F: Future<Output = Result<T, Failure>>>(&self, verb: Verb, call: impl Fn() -> F) -> Result<T, Failure> {
        let mut tries = 0;
        loop {
            let failure = match call().await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            tries += 1;
            let harmless = failure.status() == Some(429) || verb == Verb::Get && matches!(failure.status(), Some(500..=599));
            if !harmless || tries == TRIES {
                return Err(failure);
            }
            let wait = failure.retry_after().unwrap_or(Duration::from_millis(250 << tries));
            if wait > LONGEST_WAIT {
                return Err(failure);
            }
            tokio::time::sleep(wait).await;
        }
    }
}

impl Builder {
    /// Another address: Lever's sandbox, the EU, or a Lever on this machine. Without `/v1`.
    #[must_use]
    pub fn base(mut self, base: &str) -> Self {
        base.clone_into(&mut self.base);
        self
    }

    /// Another authorization server: `https://sandbox-lever.auth0.com/`, or that of a Lever on this machine.
    #[must_use]
    pub fn auth(mut self, auth: &str) -> Self {
        auth.clone_into(&mut self.auth);
        self
    }

    /// Lets it call this machine, and without TLS: for a Lever of one's own.
    #[must_use]
    pub fn allow_loopback(mut self) -> Self {
        self.reach = Reach::with_loopback();
        self
    }

    /// Another rate: requests a second, and how many at once after a pause. Lever's own is 10 and 20, for each key or token; where several
    /// programs share one, each takes its part.
    #[must_use]
    pub const fn rate(mut self, a_second: u32, at_once: u32) -> Self {
        self.rate = Some((a_second, at_once));
        self
    }

    /// As fast as it goes; Lever answers 429 then.
    #[must_use]
    pub const fn without_rate(mut self) -> Self {
        self.rate = None;
        self
    }

    /// Another clock, for tests.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// An API key.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        self.who = Who::Key(key.to_owned());
        self
    }

    /// A token of an OAuth application, which is renewed shortly before it ends, and when Lever refuses it. Each renewal gives another refresh
    /// token and uses up the one before: `renewed` is told, and must keep it.
    #[must_use]
    pub fn token(mut self, app: App, token: Token, renewed: Option<Renewed>) -> Self {
        self.who = Who::App(Box::new((app, token, renewed)));
        self
    }

    /// The client.
    ///
    /// # Errors
    /// When an address is none.
    pub fn build(self) -> Result<Lever, Failure> {
        let address = |text: &str| Url::parse(text).map_err(|e| Failure::Blocked(format!("{text} is not an address: {e}")));
        let (base, auth) = (address(&self.base)?, address(&self.auth)?);
        let outbound = Outbound::new(self.reach, self.clock.clone());
        let credential: Arc<dyn Credential> = match self.who {
            Who::Nobody => Arc::new(Fixed::default()),
            Who::Key(key) => Arc::new(Fixed::basic(&key, "")),
            Who::App(app) => {
                let (app, token, renewed) = *app;
                let url = auth.join("oauth/token").map_err(|e| Failure::Blocked(e.to_string()))?;
                Arc::new(crate::token::Renewing::new(outbound.clone(), self.clock, url, app, token, renewed))
            }
        };
        let mut remote = Remote::new(outbound, base, credential);
        remote.budget = self.rate.map(|(rate, burst)| Arc::new(Budget::new(rate, burst)) as Arc<dyn outbound::Pace>);
        Ok(Lever { remote })
    }
}
