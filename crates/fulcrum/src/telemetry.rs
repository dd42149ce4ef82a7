//! Traces for whoever collects them with OpenTelemetry (OTLP over HTTP): requests served, work tried, calls made. Names of
//! things, of nobody. Off unless `otlp_endpoint` is set.

use anyhow::{Context, Result};
use clock::Clock;
use endpoint::Verb;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use outbound::{Call, Outbound, Reach, Wire};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;
use url::Url;

/// Traces on their way to a collector.
pub struct Telemetry(SdkTracerProvider);

impl Telemetry {
    /// Sends to this address: `http://127.0.0.1:4318/v1/traces`. The operator named it, so it may be anywhere.
    ///
    /// # Errors
    /// When the exporter cannot be made.
    pub fn to(collector: &Url) -> Result<Self> {
        let door = Door { outbound: Outbound::new(Reach::anywhere(), Clock::of_this_machine()), runtime: tokio::runtime::Handle::current() };
        let exporter =
            SpanExporter::builder().with_http().with_http_client(door).with_endpoint(collector.as_str()).build().context("the traces' way out")?;
        let who = Resource::builder().with_service_name("fulcrum").build();
        Ok(Self(SdkTracerProvider::builder().with_resource(who).with_batch_exporter(exporter).build()))
    }

    /// What turns spans into traces.
    pub fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        let layer = tracing_opentelemetry::layer().with_tracer(self.0.tracer("fulcrum")).with_location(false).with_threads(false);
        layer.with_filter(filter_fn(is_ours))
    }

    /// Sends what is still here.
    pub async fn flush(&self) {
        let provider = self.0.clone();
        // It waits for the exporter's thread, which waits for us.
        if let Ok(Err(e)) = tokio::task::spawn_blocking(move || provider.force_flush()).await {
            tracing::warn!(error = %e, "traces could not be sent");
        }
    }
}

/// Spans of ours and nothing that was only logged beside them.
fn is_ours(what: &Metadata<'_>) -> bool {
    what.is_span() && ["web::", "pipeline::", "outbound::", "hub::"].iter().any(|side| what.target().starts_with(side))
}

/// The only door to the outside, for the exporter's own thread.
#[derive(Debug)]
struct Door {
    outbound: Outbound,
    runtime: tokio::runtime::Handle,
}

impl HttpClient for Door {
    fn send_bytes<'a, 'b>(&'a self, request: Request<Bytes>) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(async move {
            let url = Url::parse(&request.uri().to_string())?;
            let mut call = Call::new(Verb::Post, url, request.body().to_vec());
            call.headers.extend(request.headers().clone());
            call.patience = Duration::from_secs(10);
            let outbound = self.outbound.clone();
            // The exporter's thread has no reactor; and telling of a trace must not be the next trace.
            let sent = async move { outbound.send(&call, &Wire::default()).await }.with_subscriber(NoSubscriber::default());
            let answer = self.runtime.spawn(sent).await??;
            Ok(Response::builder().status(answer.status).body(Bytes::from(answer.body))?)
        })
    }
}
