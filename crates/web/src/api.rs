//! Mounting typed endpoints: the handler's argument type brings route, method and permission.

use crate::body;
use axum::extract::{Path, Request, State};
use axum::http::request::Parts as Head;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use endpoint::{Answer, Answered, Attachment, Endpoint, Info, Parts, Unreadable, Verb};
use futures_util::future::BoxFuture;
use std::future::Future;
use std::sync::Arc;
use tracing::Instrument;

/// What differs from API to API: who is let in, how a refusal looks, and what is done to every answer.
pub trait Dialect: Clone + Send + Sync + 'static {
    /// Whom a credential stands for.
    type Caller: Send + Sync + 'static;
    /// How this API says no.
    type Refusal: IntoResponse + From<Unreadable> + Send + 'static;

    /// Checks the credential and its permission for this endpoint. Called before the body is read.
    fn admit<'a>(&'a self, info: &'static Info, head: &'a Head) -> BoxFuture<'a, Result<Self::Caller, Self::Refusal>>;

    /// Refuses a query that makes no sense, before anything is done.
    ///
    /// # Errors
    /// When it makes none.
    fn check(&self, _info: &'static Info, _query: &str) -> Result<(), Self::Refusal> {
        Ok(())
    }

    /// Has the last word on an answer in JSON: `expand`, `include`.
    fn finish<'a>(
        &'a self,
        _caller: &'a Self::Caller,
        _info: &'static Info,
        _query: &'a str,
        answer: Vec<u8>,
    ) -> BoxFuture<'a, Result<Vec<u8>, Self::Refusal>> {
        Box::pin(std::future::ready(Ok(answer)))
    }

    /// The header `date` of an answer, where the time of day is not this machine's.
    fn date(&self) -> Option<HeaderValue> {
        None
    }

    /// Headers every answer carries.
    fn headers(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }
}

type Serve<D> = Arc<dyn Fn(Arc<<D as Dialect>::Caller>, Parts) -> BoxFuture<'static, Result<Answered, <D as Dialect>::Refusal>> + Send + Sync>;

/// Endpoints with their handlers.
pub struct Api<D: Dialect> {
    dialect: D,
    mounted: Vec<(&'static Info, Serve<D>)>,
}

/// A `'static` place for each definition, so that everything can point at it.
struct Static<E>(std::marker::PhantomData<E>);
impl<E: Endpoint> Static<E> {
    const INFO: &'static Info = &E::INFO;
}

impl<D: Dialect> Api<D> {
    /// Without endpoints yet.
    pub fn new(dialect: D) -> Self {
        Self { dialect, mounted: Vec::new() }
    }

    /// Mounts the endpoint the handler takes.
    #[must_use]
    pub fn on<E, H, F>(mut self, handler: H) -> Self
    where
        E: Endpoint,
        H: Fn(D, Arc<D::Caller>, E) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<E::Response, D::Refusal>> + Send + 'static,
    {
        let dialect = self.dialect.clone();
        let serve: Serve<D> = Arc::new(move |caller, parts| {
            let (dialect, handler) = (dialect.clone(), handler.clone());
            Box::pin(async move {
                let request = E::from_parts(&parts)?;
                let answer = handler(dialect, caller, request).await?;
                Ok(answer.write()?)
            })
        });
        self.mounted.push((Static::<E>::INFO, serve));
        self
    }

    /// Mounts another spelling of an endpoint: its requests are those of the endpoint the handler takes.
    #[must_use]
    pub fn alias<A, E, H, F>(self, handler: H) -> Self
    where
        A: Endpoint<Response = E::Response>,
        E: Endpoint + From<A>,
        H: Fn(D, Arc<D::Caller>, E) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<E::Response, D::Refusal>> + Send + 'static,
    {
        self.on(move |dialect, caller, request: A| handler(dialect, caller, E::from(request)))
    }

    /// What is mounted.
    #[must_use]
    pub fn infos(&self) -> Vec<Info> {
        self.mounted.iter().map(|(info, _)| **info).collect()
    }

    /// The routes. All endpoints are served by one function.
    pub fn router(self) -> axum::Router {
        let mut router = axum::Router::new();
        for (info, serve) in self.mounted {
            let mounted = Mounted { dialect: self.dialect.clone(), info, serve };
            let method = match info.verb {
                Verb::Get => MethodFilter::GET,
                Verb::Post => MethodFilter::POST,
                Verb::Put => MethodFilter::PUT,
                Verb::Patch => MethodFilter::PATCH,
                Verb::Delete => MethodFilter::DELETE,
            };
            router = router.route(info.path, on(method, answer::<D>).with_state(mounted));
        }
        router
    }
}

struct Mounted<D: Dialect> {
    dialect: D,
    info: &'static Info,
    serve: Serve<D>,
}

impl<D: Dialect> Clone for Mounted<D> {
    fn clone(&self) -> Self {
        Self { dialect: self.dialect.clone(), info: self.info, serve: self.serve.clone() }
    }
}

async fn answer<D: Dialect>(State(mounted): State<Mounted<D>>, Path(path): Path<Vec<(String, String)>>, request: Request) -> Response {
    let span =
        tracing::debug_span!("request", otel.name = mounted.info.name, otel.kind = "server", http.response.status_code = tracing::field::Empty);
    let mut response = match exchange(&mounted, path, request).instrument(span.clone()).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    };
    span.record("http.response.status_code", response.status().as_u16());
    served(&mounted.dialect, mounted.info, &mut response);
    response
}

/// What is done to every answer at the end, also to one that was made earlier: it is counted, and has the dialect's headers.
pub fn served<D: Dialect>(dialect: &D, info: &'static Info, response: &mut Response) {
    metrics::counter!("fulcrum_requests_total", "endpoint" => info.name, "status" => response.status().as_u16().to_string()).increment(1);
    if let Some(date) = dialect.date() {
        response.headers_mut().insert(header::DATE, date);
    }
    for (name, value) in dialect.headers() {
        response.headers_mut().insert(*name, HeaderValue::from_static(value));
    }
}

/// The answer remembers who asked (`Arc<Caller>`) and what (`&'static Info`), for layers around it.
async fn exchange<D: Dialect>(mounted: &Mounted<D>, path: Vec<(String, String)>, request: Request) -> Result<Response, D::Refusal> {
    let (head, body) = request.into_parts();
    let caller = Arc::new(mounted.dialect.admit(mounted.info, &head).await?);
    let request = Request::from_parts(head, body);
    let mut response = made(mounted, &caller, path, request).await?;
    response.extensions_mut().insert(caller);
    response.extensions_mut().insert(mounted.info);
    Ok(response)
}

async fn made<D: Dialect>(
    mounted: &Mounted<D>,
    caller: &Arc<D::Caller>,
    path: Vec<(String, String)>,
    request: Request,
) -> Result<Response, D::Refusal> {
    let Mounted { dialect, info, serve } = mounted;
    let query = request.uri().query().unwrap_or_default().to_owned();
    dialect.check(info, &query)?;
    let (body, files) = body::read(request, !info.files.is_empty()).await?;
    let answered = serve(caller.clone(), Parts { path, query: query.clone(), body, files }).await?;
    let status = StatusCode::from_u16(info.status).unwrap_or(StatusCode::OK);
    let json = match answered {
        Answered::Nothing => return Ok(status.into_response()),
        Answered::Json(json) => json,
        Answered::File(file) => return Ok((status, download(file)).into_response()),
        Answered::Page(page) => return Ok((status, framed(page)).into_response()),
    };
    let json = dialect.finish(caller, info, &query, json).await?;
    Ok((status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], json).into_response())
}

/// A page to be shown within other people's pages: it loads nothing, runs nothing, sends nothing.
fn framed(page: Attachment) -> Response {
    let kind = HeaderValue::try_from(page.media_type).unwrap_or(HeaderValue::from_static("text/plain"));
    let policy = HeaderValue::from_static("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors *");
    ([(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, policy)], page.bytes).into_response()
}

/// A file to be kept, never to be shown: somebody else wrote it.
pub fn download(file: Attachment) -> Response {
    let encoded = percent_encoding::utf8_percent_encode(&file.name, percent_encoding::NON_ALPHANUMERIC).to_string();
    let kind = HeaderValue::try_from(file.media_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let mut response = file.bytes.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(disposition) = HeaderValue::try_from(format!("attachment; filename*=UTF-8''{encoded}")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}
