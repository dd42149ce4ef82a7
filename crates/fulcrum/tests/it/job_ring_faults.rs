//! Job Ring when things go wrong: nothing is lost, nothing is done twice, and everybody reads why.

use crate::job_ring::{DASHBOARD, MINUTE};
use crate::tap::{Fault, Tap};
use crate::world::{World, on_both};
use endpoint::Verb;
use outbound::Call;
use serde_json::{Value, json};

impl World {
    /// Between the hub and Job Ring; faults happen to these calls.
    pub async fn tap_job_ring(&self, method: &'static str, path: &'static str) -> Tap {
        self.tap(&self.partners_url, "/job-ring", "target_base", "connector = 'job-ring'", (method, path)).await
    }

    /// Notes on a profile.
    async fn all_notes(&self, opportunity: &str) -> usize {
        let (_, notes) = self.lever(&self.key().await, Verb::Get, &format!("/v1/opportunities/{opportunity}/notes"), json!(null)).await;
        notes["data"].as_array().unwrap().len()
    }

    /// A posting is changed in Lever.
    pub async fn posting_becomes(&self, title: &str, column: &str, value: &str) {
        let db = self.db("ats").await;
        let sql = format!("update posting set {column} = $1, updated_at = $2 where text = $3");
        db::Sql::run(&db, &sql, db::params![value, self.clock.now().0, title]).await.unwrap();
        db.close().await;
    }

    /// Job Ring tells of a referral once more.
    pub async fn hints(&self, referral: &str) {
        let (_, all) = self.as_vendor(Verb::Get, "connections?connector=job-ring", json!(null)).await;
        let connection = all["data"][0]["id"].as_str().unwrap();
        let (status, answer) = self.as_vendor(Verb::Post, &format!("connections/{connection}/arrivals"), json!({ "record": referral })).await;
        assert_eq!(status, 204, "{answer}");
        self.drain().await;
    }

    /// The hub's own API.
    pub async fn as_vendor(&self, verb: Verb, path: &str, body: Value) -> (u16, Value) {
        let tenant = self.hub.first_tenant().await.unwrap().unwrap();
        let token = self.hub.create_token(&tenant, "test", &["read", "connect"], "test").await.unwrap();
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let mut call = Call::new(verb, self.hub_url.join(&format!("/api/v1/{path}")).unwrap(), body);
        call.headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
        self.call(&call).await
    }
}

#[tokio::test]
async fn jrg_o11_whatever_lever_answers_a_referral_becomes_one_candidate_with_one_note() {
    on_both(async |w| {
        w.connects_job_ring().await;
        for (method, path, faults) in [
            ("POST", "/v1/opportunities", vec![Fault::Answer(429, "slow down"), Fault::Answer(503, "out"), Fault::Nothing]),
            ("POST", "/v1/opportunities", vec![Fault::LoseAnswer]),
            ("POST", "/notes", vec![Fault::Answer(500, "out"), Fault::LoseAnswer]),
        ] {
            let tap = w.tap_lever(method, path).await;
            tap.faults.lock().unwrap().extend(faults.clone());
            let email = format!("n{}@mail.example", db::vault::random_hex(4));
            let referral = w.refers("Nia Okafor", &email, "Backend Engineer").await;
            for _ in 0..12 {
                w.later(MINUTE).await;
            }
            assert!(tap.faults.lock().unwrap().is_empty(), "{path}");
            let found = w.with_email(&email).await;
            assert_eq!(found.len(), 1, "{path} {faults:?}");
            let o = found[0]["id"].as_str().unwrap().to_owned();
            assert_eq!((w.became(&referral).await, w.all_notes(&o).await), (o.clone(), 1), "{path} {faults:?}");
            assert_eq!(w.statuses(&referral).await, ["referred", "applied"]);
        }
        for (method, path) in [("PUT", "/opportunity"), ("POST", "/changes")] {
            let tap = w.tap_job_ring(method, path).await;
            tap.faults.lock().unwrap().extend([Fault::LoseAnswer, Fault::Answer(502, "out")]);
            let email = format!("n{}@mail.example", db::vault::random_hex(4));
            let referral = w.refers("Nia Okafor", &email, "Backend Engineer").await;
            for _ in 0..12 {
                w.later(MINUTE).await;
            }
            assert!(tap.faults.lock().unwrap().is_empty(), "{path}");
            assert_eq!(w.with_email(&email).await.len(), 1, "{path}");
            assert_eq!(w.statuses(&referral).await, ["referred", "applied"], "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn jrg_o11_what_lever_refuses_is_shown_with_the_reason_and_goes_when_it_is_corrected() {
    on_both(async |w| {
        w.connects_job_ring().await;
        let tap = w.tap_lever("POST", "/v1/opportunities").await;
        tap.faults.lock().unwrap().push_back(Fault::Answer(400, r#"{"code":"BadRequestError","message":"Invalid email"}"#));
        let referral = w.refers("Nia Okafor", "nia@typo.example", "Backend Engineer").await;
        let text = w.referral_page(&referral).await;
        assert!(
            text.contains("not sent") && text.contains("Invalid email") && text.contains("An admin of Job Ring can correct the referral there"),
            "{text}"
        );
        assert!(w.at_hub().await.read("/holds").await.contains("Lever does not take a referral"));
        let mut bianca = w.at_job_ring("bianca").await;
        bianca.click(&format!("/job-ring/referrals/{referral}"), "Correct it", "Save and send", &[("E-mail", "nia@mail.example")]).await;
        w.drain().await;
        assert_eq!(w.with_email("nia@mail.example").await.len(), 1);
        assert!(w.with_email("nia@typo.example").await.is_empty());
        let text = w.referral_page(&referral).await;
        assert!(text.contains("In Lever:") && !text.contains("Invalid email"), "{text}");
        assert!(w.at_hub().await.read("/holds").await.contains("Nothing is held"));
    })
    .await;
}

#[tokio::test]
async fn jrg_o06_a_job_that_closes_takes_nobody_and_whoever_was_referred_meanwhile_waits_until_it_opens_again() {
    on_both(async |w| {
        w.connects_job_ring().await;
        let page = w.job_page("Backend Engineer").await;
        w.posting_becomes("Backend Engineer", "state", "closed").await;
        let referral = w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        let text = w.referral_page(&referral).await;
        assert!(
            text.contains("not sent") && text.contains("the job \"Backend Engineer\" is closed in Lever. A recruiter can open it again"),
            "{text}"
        );
        assert!(w.with_email("nia@mail.example").await.is_empty());
        w.later(11 * MINUTE).await;
        let mut rosa = w.at_job_ring("rosa").await;
        assert!(!rosa.read("/job-ring/jobs").await.contains("Backend Engineer"));
        let (status, why) = rosa.try_press(&page, &[("name", "Ada"), ("candidate_email", "ada@mail.example")]).await;
        assert!(status == 400 && why.contains("is closed by now"), "{why}");
        w.posting_becomes("Backend Engineer", "state", "published").await;
        w.later(16 * MINUTE).await;
        assert_eq!(w.with_email("nia@mail.example").await.len(), 1);
        assert!(rosa.read("/job-ring/jobs").await.contains("Backend Engineer"));
        // What is not for everybody's eyes is not told.
        w.posting_becomes("Product Designer", "confidentiality", "confidential").await;
        w.posting_becomes("Robotics Engineer", "state", "internal").await;
        let referral = w.refers("Ada Byron", "ada@mail.example", "Product Designer").await;
        assert!(w.referral_page(&referral).await.contains("Lever does not show its job"));
        w.later(11 * MINUTE).await;
        assert!(!rosa.read("/job-ring/jobs").await.contains("Robotics Engineer"));
    })
    .await;
}

#[tokio::test]
async fn jrg_o11_a_hint_that_is_lost_is_made_up_for_by_asking_and_who_never_came_from_job_ring_costs_no_call() {
    on_both(async |w| {
        w.connects_job_ring().await;
        // Job Ring knows of no hub for a while.
        let db = w.db("partners").await;
        let link = db::Sql::row(&db, "select base, token from hub_link where app = 'job-ring'", vec![]).await.unwrap().unwrap();
        db::Sql::run(&db, "delete from hub_link where app = 'job-ring'", vec![]).await.unwrap();
        w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        assert!(w.with_email("nia@mail.example").await.is_empty());
        w.later(11 * MINUTE).await;
        assert_eq!(w.with_email("nia@mail.example").await.len(), 1);
        let sql = "insert into hub_link (app, base, token) values ('job-ring', $1, $2)";
        db::Sql::run(&db, sql, db::params![link.text("base").unwrap(), link.text("token").unwrap()]).await.unwrap();
        db.close().await;
        let daniel = w.candidate("Daniel Kim").await;
        w.later(MINUTE).await;
        let tap = w.tap_lever("GET", "nothing").await;
        w.moves(&daniel, "Offer").await;
        assert!(tap.calls().iter().all(|call| !call.contains(&daniel)), "nobody asks for Daniel");
        assert!(!w.at_hub().await.read("/hires").await.contains("Daniel Kim"));
    })
    .await;
}

#[tokio::test]
async fn jrg_18_nonsense_is_refused_on_both_doors_and_changes_nothing() {
    on_both(async |w| {
        w.connects_job_ring().await;
        let referral = w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        let before = (w.referral_page(&referral).await, w.at_job_ring("bianca").await.read(DASHBOARD).await);
        let path = |end: &str| format!("referrals/{referral}/{end}");
        let at = w.clock.now().0;
        for (verb, path, body, expected) in [
            (Verb::Post, path("changes"), json!({ "data": [{ "status": "king", "at": at }] }), 400),
            (Verb::Post, path("changes"), json!({ "data": [{ "status": "hired", "at": -1 }] }), 400),
            (Verb::Post, path("changes"), json!({ "data": "hired" }), 400),
            (Verb::Post, "referrals/nobody/changes".to_owned(), json!({ "data": [] }), 404),
            (Verb::Put, path("opportunity"), json!({ "opportunity": "" }), 400),
            (Verb::Get, path("resume"), json!(null), 404),
            (Verb::Put, "jobs".to_owned(), json!({ "whole": true, "data": [{ "id": "" }] }), 400),
            (Verb::Delete, "referrals/nobody/person".to_owned(), json!(null), 404),
        ] {
            let (status, answer) = w.job_ring(verb, &path, body.clone()).await;
            assert_eq!(status, expected, "{path} {body}: {answer}");
            assert!(answer["message"].as_str().is_some_and(|message| message.ends_with('.') || expected == 400), "{answer}");
        }
        let call = Call::new(Verb::Get, w.partners_url.join("/job-ring/v1/statuses").unwrap(), Vec::new());
        assert_eq!(w.call(&call).await.0, 401);
        let (_, all) = w.as_vendor(Verb::Get, "connections?connector=job-ring", json!(null)).await;
        let connection = all["data"][0]["id"].as_str().unwrap().to_owned();
        for (record, expected) in [("", 400), ("../x", 400), ("no-such", 204)] {
            let (status, answer) = w.as_vendor(Verb::Post, &format!("connections/{connection}/arrivals"), json!({ "record": record })).await;
            assert_eq!(status, expected, "{record:?}: {answer}");
        }
        let (_, others) = w.as_vendor(Verb::Get, "connections?connector=hr-cloud", json!(null)).await;
        let other = others["data"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(w.as_vendor(Verb::Post, &format!("connections/{other}/arrivals"), json!({ "record": "r" })).await.0, 400);
        w.drain().await;
        // A referral that is told of again is in Lever already.
        w.as_vendor(Verb::Post, &format!("connections/{connection}/arrivals"), json!({ "record": referral })).await;
        w.drain().await;
        assert_eq!(w.with_email("nia@mail.example").await.len(), 1);
        assert_eq!((w.referral_page(&referral).await, w.at_job_ring("bianca").await.read(DASHBOARD).await), before);
    })
    .await;
}

#[tokio::test]
async fn jrg_09_bad_forms_change_nothing_and_say_what_is_wrong() {
    on_both(async |w| {
        w.connects_job_ring().await;
        let (page, mut rosa) = (w.job_page("Backend Engineer").await, w.at_job_ring("rosa").await);
        let long = "x".repeat(6000);
        for (fields, words) in [
            (vec![("name", ""), ("candidate_email", "a@b.example")], "Say who you refer"),
            (vec![("name", "Nia"), ("candidate_email", "nobody")], "Their e-mail address cannot be one"),
            (vec![("name", "Nia"), ("candidate_email", "a@b"), ("words", "x")], "Their e-mail address cannot be one"),
            (vec![("name", "Nia"), ("candidate_email", "a@b.example"), ("words", long.as_str())], "5,000"),
            (vec![("name", "Nia"), ("candidate_email", "a@b.example"), ("linkedin", "javascript:alert(1)")], "begins with https://"),
        ] {
            let (status, why) = rosa.try_press(&page, &fields).await;
            assert!(status == 400 && why.contains(words), "{words}: {why}");
        }
        for (name, bytes, words) in [("virus.exe", &b"MZ"[..], "one of these kinds"), ("empty.pdf", &b""[..], "is empty")] {
            let (status, why) = rosa.try_upload(&page, &[("name", "Nia"), ("candidate_email", "a@b.example")], ("resume", name, bytes)).await;
            assert!(status == 400 && why.contains(words), "{why}");
        }
        let large = vec![b'x'; 31 << 20];
        let (status, why) = rosa.try_upload(&page, &[("name", "Nia"), ("candidate_email", "a@b.example")], ("resume", "large.pdf", &large)).await;
        assert!(status == 400 && why.contains("larger than 30 MB"), "{why}");
        assert!(w.at_job_ring("bianca").await.read(DASHBOARD).await.contains("No referrals here"));
        w.drain().await;
    })
    .await;
}
