//! `/metrics`: what programs that watch programs want to know, in Prometheus' text format. Numbers and names of things, of
//! nobody.

use crate::Hub;
use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use db::{Sql, params};

/// Whoever collects the counters prints them.
pub type Print = fn() -> String;

pub(crate) fn routes(hub: Hub) -> Router {
    Router::new().route("/metrics", get(show)).with_state(hub)
}

async fn show(State(hub): State<Hub>) -> Response {
    if let Err(e) = hub.measure().await {
        tracing::error!(error = %e, "the work could not be measured");
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], (hub.metrics)()).into_response()
}

/// Says what the numbers are. Once, by whoever collects them.
pub fn describe() {
    metrics::describe_counter!("fulcrum_deliveries_total", "Deliveries from Lever, by what became of them");
    metrics::describe_counter!("fulcrum_tries_total", "Tries of jobs and effects, by how they ended");
    metrics::describe_counter!("fulcrum_calls_total", "Calls to others, by kind of answer");
    metrics::describe_counter!("fulcrum_requests_total", "Requests of the APIs of this process, by endpoint and status");
    metrics::describe_histogram!("fulcrum_effect_seconds", metrics::Unit::Seconds, "From the intention to the partner's confirmation");
    metrics::describe_gauge!("fulcrum_work", "Jobs and effects that are not over, by state");
    metrics::describe_gauge!("fulcrum_oldest_waiting_seconds", metrics::Unit::Seconds, "How long the oldest work waits that could be done now");
    metrics::describe_gauge!("fulcrum_connections", "Connections, by state");
}

impl Hub {
    /// What can only be counted where it is stored.
    #[allow(clippy::cast_precision_loss, reason = "gauges are floating-point numbers")]
    async fn measure(&self) -> db::Result<()> {
        let now = self.clock.now();
        let mut oldest = None;
        for table in ["job", "effect"] {
            let count = async |state: &'static str| -> db::Result<i64> {
                // Each state has an index of its own.
                let row = self.db.row(&format!("select count(*) as n from {table} where state = '{state}'"), vec![]).await?;
                row.map_or(Ok(0), |row| row.int("n"))
            };
            for state in ["ready", "running", "held"] {
                metrics::gauge!("fulcrum_work", "table" => table, "state" => state).set(count(state).await? as f64);
            }
            let sql = format!("select min(run_at) as at from {table} where state = 'ready' and run_at <= $1");
            let at = self.db.row(&sql, params![now.0]).await?.map(|row| row.get::<Option<i64>>("at")).transpose()?.flatten();
            oldest = [oldest, at].into_iter().flatten().min();
        }
        metrics::gauge!("fulcrum_oldest_waiting_seconds").set(oldest.map_or(0.0, |at| now.since(clock::Ms(at)).as_secs_f64()));
        for state in ["connected", "disconnected"] {
            let row = self.db.row("select count(*) as n from connection where state = $1", params![state]).await?;
            metrics::gauge!("fulcrum_connections", "state" => state).set(row.map_or(Ok(0), |row| row.int("n"))? as f64);
        }
        Ok(())
    }
}
