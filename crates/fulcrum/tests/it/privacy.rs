//! Promises 7 and 9: what is personal or secret never reaches a log, and whoever is deleted in Lever is forgotten.

use crate::tap::Fault;
use crate::world::{World, on_both};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use db::Sql;
use endpoint::Verb;
use fulcrum::telemetry::Telemetry;
use serde_json::json;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::OnceCell;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// No word of any language, and no part of anything else.
const MARKER: &str = "Xqzvwyqumbl";
const EMAIL: &str = "xqzvwyqumbl@mail.example";

impl World {
    /// Somebody with the marker for a name stands in Offer: their opportunity.
    async fn marked(&self) -> String {
        let mut ines = self.at_ats("ines").await;
        let (_, postings) = self.lever(&self.key().await, Verb::Get, "/v1/postings?limit=100", json!(null)).await;
        let job = postings["data"].as_array().unwrap().iter().find(|p| p["text"] == "Backend Engineer").unwrap()["id"].as_str().unwrap().to_owned();
        let name = format!("Zed {MARKER}");
        let fields = [("name", name.as_str()), ("email", EMAIL), ("posting", job.as_str()), ("stage", "offer")];
        let profile = ines.press("/candidates/new", &fields).await;
        let id = profile.path().rsplit('/').next().unwrap().to_owned();
        ines.press(&format!("/candidates/{id}/offer"), &[("start", "2026-06-01"), ("status", "signed")]).await;
        id
    }

    /// Every place of the hub's where the marker stands: files byte by byte, or tables where there are no files.
    async fn where_marked(&self) -> Vec<String> {
        let mut found = Vec::new();
        let (name, email) = (MARKER.as_bytes(), EMAIL.as_bytes());
        for file in ["hub.db", "hub.db-wal"] {
            let bytes = std::fs::read(self.folder.join(file)).unwrap_or_default();
            if [name, email].iter().any(|word| bytes.windows(word.len()).any(|w| w.eq_ignore_ascii_case(word))) {
                let at = bytes.windows(name.len()).position(|w| w.eq_ignore_ascii_case(name)).unwrap_or(0);
                found.push(format!("{file}: {}", String::from_utf8_lossy(&bytes[at.saturating_sub(400)..(at + 400).min(bytes.len())])));
            }
        }
        let db = self.db("hub").await;
        if db.engine() == db::Engine::Postgres {
            let tables = "select tablename as name from pg_tables where schemaname = current_schema()";
            for table in db.rows(tables, vec![]).await.unwrap() {
                let table = table.text("name").unwrap();
                let sql = format!("select count(*) as n from {table} t where row_to_json(t)::text ilike '%{MARKER}%'");
                if db.row(&sql, vec![]).await.unwrap().unwrap().int("n").unwrap() > 0 {
                    found.push(table);
                }
            }
        }
        db.close().await;
        let mut olga = self.at_hub().await;
        for list in ["hires", "events", "audit"] {
            if olga.open(&format!("/export/{list}.csv")).await.1.contains(MARKER) {
                found.push(format!("export of {list}"));
            }
        }
        found
    }

    /// Until nothing more comes: deletions are looked for every five minutes.
    async fn five_minutes(&self) {
        for _ in 0..11 {
            self.later(Duration::from_secs(30)).await;
        }
    }
}

#[tokio::test]
async fn promise_9_whoever_is_deleted_in_lever_is_forgotten_everywhere_within_minutes_and_a_record_of_it_remains() {
    on_both(async |w| {
        let tap = w.tap_hr_cloud("POST", "xEmployee").await;
        tap.faults
            .lock()
            .unwrap()
            .push_back(Fault::Answer(400, "{\"Message\":\"Validation failed. Value xqzvwyqumbl@mail.example for xEmail is odd.\"}"));
        let id = w.marked().await;
        w.hire(&id).await;
        w.drain().await;
        let mut olga = w.at_hub().await;
        olga.click("/holds", "xEmail is odd", "Try again", &[]).await;
        w.drain().await;
        assert_eq!(w.employees(EMAIL).await.len(), 1);
        olga.click(&format!("/hires/{id}"), MARKER, "Try a replay", &[]).await;
        w.drain().await;
        assert!(!w.where_marked().await.is_empty(), "the scan sees what is there");

        w.at_ats("ines").await.press(&format!("/candidates/{id}/delete"), &[]).await;
        w.five_minutes().await;
        assert_eq!(w.where_marked().await, Vec::<String>::new());
        let page = w.timeline(&id).await;
        assert!(page.contains("This person was deleted in Lever, and everything known of them here was erased"), "{page}");

        // An employee is not an applicant: somebody decides, by a question that names nobody.
        let holds = olga.read("/holds").await;
        assert!(holds.contains("Deleted in Lever, but an employee in HR Cloud") && !holds.contains(MARKER), "{holds}");
        olga.click("/holds", "Deleted in Lever", "Delete the employee", &[]).await;
        w.drain().await;
        assert!(w.employees(EMAIL).await.is_empty());
        let read = olga.read("/erasures").await;
        assert!(read.contains("deleted in Lever the employee is not there any more"), "{read}");
        assert_eq!(w.where_marked().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn whoever_is_anonymised_is_forgotten_too_and_the_employee_kept_where_somebody_says_so() {
    on_both(async |w| {
        let id = w.marked().await;
        w.hire(&id).await;
        w.drain().await;
        w.clock.advance(Duration::from_secs(60));
        w.at_ats("ines").await.press(&format!("/candidates/{id}/anonymize"), &[]).await;
        w.five_minutes().await;
        assert_eq!(w.where_marked().await, Vec::<String>::new());
        let mut olga = w.at_hub().await;
        olga.click("/holds", "Deleted in Lever", "Keep the employee", &[]).await;
        w.drain().await;
        assert_eq!(w.employees(EMAIL).await.len(), 1);
        assert!(olga.read("/holds").await.contains("Nothing is held"));
        assert!(olga.read("/erasures").await.contains("anonymised in Lever the employee is kept, as somebody decided"));
        // Looking on and on asks nothing again.
        w.five_minutes().await;
        assert!(olga.read("/holds").await.contains("Nothing is held"));
    })
    .await;
}

#[tokio::test]
async fn an_operator_can_forget_somebody_by_hand_and_whoever_is_unknown_is_not_made_known_by_it() {
    on_both(async |w| {
        let id = w.marked().await;
        w.hire(&id).await;
        w.drain().await;
        let mut olga = w.at_hub().await;
        let address = format!("https://hire.lever.co/candidates/{id}");
        olga.click("/erasures", "Forget somebody", "Erase", &[("Opportunity id", &address)]).await;
        w.drain().await;
        assert_eq!(w.where_marked().await, Vec::<String>::new());
        let (status, why) = olga.try_press("/erasures", &[("who", &address)]).await;
        assert!(status == 400 && why.contains("Nothing is known of them here"), "{why}");
    })
    .await;
}

#[tokio::test]
async fn nobody_is_forgotten_because_a_credential_may_not_see_them() {
    on_both(async |w| {
        let id = w.marked().await;
        w.hire(&id).await;
        w.drain().await;
        // As it is with somebody on a confidential job, once the credential may not see those any more.
        let db = w.db("ats").await;
        db.run("update opportunity set confidentiality = 'confidential' where id = $1", db::params![id.as_str()]).await.unwrap();
        db.close().await;
        let mut olga = w.at_hub().await;
        olga.click(&format!("/hires/{id}"), MARKER, "Read again", &[]).await;
        w.five_minutes().await;
        assert!(w.timeline(&id).await.contains(MARKER));
        assert!(olga.read("/erasures").await.contains("Nobody was erased"));
        assert_eq!(w.employees(EMAIL).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_employee_who_belongs_to_two_hires_is_not_deleted_with_one_of_them() {
    on_both(async |w| {
        let mut olga = w.at_hub().await;
        olga.press(&format!("/connections/{}/settings/erase", w.connection().await), &[("value", "delete")]).await;
        let (one, two) = (w.marked().await, w.marked().await);
        for id in [&one, &two] {
            w.hire(id).await;
            w.drain().await;
        }
        olga.click("/holds", "with this e-mail already", "It is the same person: update them", &[]).await;
        w.drain().await;
        w.at_ats("ines").await.press(&format!("/candidates/{one}/delete"), &[]).await;
        w.five_minutes().await;
        assert_eq!(w.employees(EMAIL).await.len(), 1);
        assert!(olga.read("/erasures").await.contains("the record belongs to another hire too and is kept"));
        w.at_ats("ines").await.press(&format!("/candidates/{two}/delete"), &[]).await;
        w.five_minutes().await;
        // The second came upon an employee who was there: somebody decides.
        assert!(olga.read("/holds").await.contains("Deleted in Lever, but an employee in HR Cloud"));
    })
    .await;
}

#[tokio::test]
async fn the_partner_is_told_of_an_erasure_also_when_lever_is_not_connected() {
    on_both(async |w| {
        let mut olga = w.at_hub().await;
        olga.press(&format!("/connections/{}/settings/erase", w.connection().await), &[("value", "delete")]).await;
        let id = w.marked().await;
        w.hire(&id).await;
        w.drain().await;
        w.at_ats("ines").await.press("/settings/integrations/authorized-apps/fulcrum-hr-cloud/revoke", &[]).await;
        w.later(Duration::from_secs(60)).await;
        olga.click("/erasures", "Forget somebody", "Erase", &[("Opportunity id", &id)]).await;
        w.drain().await;
        assert!(w.employees(EMAIL).await.is_empty());
        assert!(olga.read("/erasures").await.contains("erased by hand the employee was deleted"));
    })
    .await;
}

/// What was logged since the first test asked, by all tests of this process.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Everything that is said to operators: lines, and traces as a collector gets them.
struct Heard {
    log: Log,
    telemetry: Telemetry,
    traces: Log,
}

async fn listen() -> &'static Heard {
    static HEARD: OnceCell<Heard> = OnceCell::const_new();
    HEARD
        .get_or_init(|| async {
            let (log, traces) = (Log::default(), Log::default());
            let collector = web::listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
            let address = format!("http://{}/v1/traces", collector.local_addr().unwrap());
            let collect = async |State(traces): State<Log>, body: Bytes| traces.0.lock().unwrap().extend_from_slice(&body);
            let app = Router::new().route("/v1/traces", post(collect)).with_state(traces.clone());
            tokio::spawn(async move { web::serve(collector, app, std::future::pending()).await });
            let telemetry = Telemetry::to(&address.parse().unwrap()).unwrap();
            // As loud as an operator can make it without naming libraries.
            let filter = EnvFilter::new("debug,hyper=info,h2=info,reqwest=info,sqlx=info,rustls=info");
            let lines = tracing_subscriber::fmt::layer().with_writer(log.clone()).with_filter(filter);
            tracing_subscriber::registry().with(lines).with(telemetry.layer()).init();
            Heard { log, telemetry, traces }
        })
        .await
}

#[tokio::test]
async fn promise_7_a_planted_marker_and_every_secret_stay_out_of_logs_traces_errors_and_metrics_whatever_goes_wrong() {
    let heard = listen().await;
    on_both(async |w| {
        let (_, token) = w.webhook().await;
        let key = w.key().await;
        let tap = w.tap_hr_cloud("POST", "xEmployee").await;
        tap.faults.lock().unwrap().extend([
            Fault::Answer(500, "{\"Message\":\"An error has occurred with xqzvwyqumbl@mail.example.\"}"),
            Fault::LoseAnswer,
            Fault::Answer(400, "{\"Message\":\"Validation failed. Xqzvwyqumbl is odd.\"}"),
        ]);
        let id = w.marked().await;
        w.hire(&id).await;
        for _ in 0..6 {
            w.later(Duration::from_secs(600)).await;
        }
        let mut olga = w.at_hub().await;
        olga.press("/holds/release", &[("cause", "HR Cloud refuses: Xqzvwyqumbl is odd.")]).await;
        w.drain().await;
        // Forged, garbled and wrong: what is refused is not repeated.
        let told = w.delivery(&id).await;
        w.deliver_json(&lever_api::event::Delivery { signature: Some("f00".into()), data: json!({ "opportunityId": id, "name": MARKER }), ..told })
            .await;
        w.deliver(format!("{{\"{MARKER}\"").into_bytes()).await;
        let (_, said) = w.lever(&key, Verb::Post, "/v1/opportunities", json!({ "name": [MARKER] })).await;
        assert!(!said.to_string().contains("Bearer"));
        olga.open(&format!("/hires?q={MARKER}")).await;
        w.at_ats("ines").await.press("/settings/integrations/authorized-apps/fulcrum-hr-cloud/revoke", &[]).await;
        w.drain().await;
        let numbers = w.at_hub().await.open("/metrics").await.1;
        for line in
            ["fulcrum_deliveries_total{outcome=\"accepted\"}", "fulcrum_tries_total{table=\"effect\",outcome=\"retry\"}", "fulcrum_connections"]
        {
            assert!(numbers.contains(line), "{line}: {numbers}");
        }
        heard.telemetry.flush().await;
        let said = |log: &Log| String::from_utf8_lossy(&log.0.lock().unwrap()).to_lowercase();
        let (lines, traces) = (said(&heard.log), said(&heard.traces));
        assert!(lines.contains("a try ended without success"), "the log was listened to");
        for span in ["effect hr-cloud", "post 127.0.0.1", "listopportunities", "delivery"] {
            assert!(traces.contains(span), "{span} is not among the traces");
        }
        let text = lines + &traces + &numbers.to_lowercase();
        for word in [MARKER, EMAIL, &token, &key, ats::demo::PASSWORD] {
            let at = text.find(&word.to_lowercase());
            assert!(at.is_none(), "{word} stands in the log: {:?}", at.map(|at| &text[at.saturating_sub(300)..(at + 100).min(text.len())]));
        }
    })
    .await;
}
