//! What is counted in this process, for `/metrics`.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;

static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Hires are quick or wait for people.
const SECONDS: &[f64] = &[0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 60.0, 3600.0, 86_400.0];

/// Begins counting; before that nothing is.
pub fn begin() {
    HANDLE.get_or_init(|| {
        let handle = PrometheusBuilder::new().set_buckets(SECONDS).ok()?.install_recorder().ok()?;
        hub::metrics::describe();
        Some(handle)
    });
}

/// What was counted so far, in Prometheus' text format.
#[must_use]
pub fn print() -> String {
    HANDLE.get().and_then(Option::as_ref).map_or_else(String::new, |handle| {
        handle.run_upkeep();
        handle.render()
    })
}
