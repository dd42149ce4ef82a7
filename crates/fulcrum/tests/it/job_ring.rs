//! Job Ring in use: the source document's sentences.

use crate::world::{At, World, on_both};
use endpoint::Verb;
use outbound::Call;
use serde_json::{Value, json};
use std::time::Duration;

pub const INTEGRATIONS: &str = "/job-ring/integrations";
pub const DASHBOARD: &str = "/job-ring/dashboard";
pub const MINUTE: Duration = Duration::from_secs(60);
pub const DAY: Duration = Duration::from_secs(86_400);

/// What each stage and archive reason means, as Bianca maps them.
pub const STAGES: [(&str, &str); 6] = [
    ("New applicant", "Applied"),
    ("Recruiter screen", "In review"),
    ("Phone interview", "Interview"),
    ("On-site interview", "Interview"),
    ("Reference check", "Interview"),
    ("Offer", "Offer"),
];

impl World {
    /// Somebody signed in at Job Ring.
    pub async fn at_job_ring(&self, who: &str) -> At {
        At::sign_in(&self.outbound, &self.partners_url, "/job-ring/sign-in", who).await
    }

    /// Bianca connects Lever; the stages are not mapped yet.
    pub async fn begins_job_ring(&self) -> At {
        let mut bianca = self.at_job_ring("bianca").await;
        let connect_page = bianca.press(&format!("{INTEGRATIONS}/connect"), &[]).await;
        let consent = bianca.press(&format!("{connect_page}/lever"), &[]).await;
        let mut ines = self.at_ats("ines").await;
        let callback = ines.press(consent.as_str(), &[("answer", "accept")]).await;
        assert_eq!(bianca.follow(&callback).await.path(), INTEGRATIONS);
        self.drain().await;
        bianca
    }

    /// Bianca maps the stages: what the form proposes, and what else these say.
    pub async fn maps(&self, bianca: &mut At, mapped: &[(&str, &str)]) {
        bianca.click(INTEGRATIONS, "", "Save the mapping", mapped).await;
        self.drain().await;
    }

    /// Bianca connects and maps.
    pub async fn connects_job_ring(&self) -> At {
        let mut bianca = self.begins_job_ring().await;
        self.maps(&mut bianca, &STAGES).await;
        bianca
    }

    /// Calls Job Ring's API with a token of its own.
    pub async fn job_ring(&self, verb: Verb, path: &str, body: Value) -> (u16, Value) {
        let token = self.partners.create_job_ring_token("test").await.unwrap();
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let mut call = Call::new(verb, self.partners_url.join(&format!("/job-ring/v1/{path}")).unwrap(), body);
        call.headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
        self.call(&call).await
    }

    /// The page of a job at Job Ring.
    pub async fn job_page(&self, title: &str) -> String {
        self.at_job_ring("rosa").await.link("/job-ring/jobs", title, title).await
    }

    /// Rosa refers somebody to a job: the id of the referral.
    pub async fn refers(&self, name: &str, email: &str, job: &str) -> String {
        let page = self.job_page(job).await;
        let fields = [("name", name), ("candidate_email", email), ("relationship", "We studied together"), ("words", "Kind and quick")];
        let mine = self.at_job_ring("rosa").await.press(&page, &fields).await;
        self.drain().await;
        mine.path().rsplit('/').next().unwrap().to_owned()
    }

    /// The opportunity a referral became.
    pub async fn became(&self, referral: &str) -> String {
        let (status, printed) = self.job_ring(Verb::Get, &format!("referrals/{referral}"), json!(null)).await;
        assert_eq!(status, 200, "{printed}");
        printed["opportunity"].as_str().unwrap().to_owned()
    }

    /// Everybody in Lever with this address.
    pub async fn with_email(&self, email: &str) -> Vec<Value> {
        let path = format!("/v1/opportunities?limit=100&email={}", email.replace('@', "%40"));
        let (_, found) = self.lever(&self.key().await, Verb::Get, &path, json!(null)).await;
        found["data"].as_array().unwrap().clone()
    }

    /// How a referral stands, as its page for the business admin says.
    pub async fn referral_page(&self, referral: &str) -> String {
        self.at_job_ring("bianca").await.read(&format!("/job-ring/referrals/{referral}")).await
    }

    /// What happened to a referral, as the referrer reads it, without the dates.
    pub async fn statuses(&self, referral: &str) -> Vec<String> {
        let db = self.db("partners").await;
        let rows = db::Sql::rows(&db, "select status from jr_change where referral = $1 order by at, id", db::params![referral]).await.unwrap();
        let found = rows.iter().map(|row| row.text("status").unwrap()).collect();
        db.close().await;
        found
    }

    /// Payouts: milestone, amount in hundredths, state.
    pub async fn payouts(&self) -> Vec<(String, i64, String)> {
        let db = self.db("partners").await;
        let rows = db::Sql::rows(&db, "select milestone, amount, state from jr_payout order by created_at, id", vec![]).await.unwrap();
        let found = rows.iter().map(|row| (row.text("milestone").unwrap(), row.int("amount").unwrap(), row.text("state").unwrap())).collect();
        db.close().await;
        found
    }

    /// The recruiter archives somebody for this reason.
    pub async fn archives(&self, opportunity: &str, reason: &str) {
        self.clock.advance(Duration::from_secs(1));
        let (_, reasons) = self.lever(&self.key().await, Verb::Get, "/v1/archive_reasons", json!(null)).await;
        let found =
            reasons["data"].as_array().unwrap().iter().find(|r| r["text"] == reason).unwrap_or_else(|| panic!("no reason {reason}: {reasons}"));
        let id = found["id"].as_str().unwrap();
        self.at_ats("ines").await.press(&format!("/candidates/{opportunity}/archive"), &[("reason", id)]).await;
        self.drain().await;
    }
}

#[tokio::test]
async fn jrg_02_jrg_12_jrg_15_jrg_16_jrg_17_a_referral_is_a_candidate_in_lever_with_source_tag_and_a_note_that_names_the_referrer() {
    on_both(async |w| {
        w.connects_job_ring().await;
        let referral = w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        let found = w.with_email("nia@mail.example").await;
        assert_eq!(found.len(), 1);
        let o = &found[0];
        assert_eq!(w.became(&referral).await, o["id"].as_str().unwrap());
        assert_eq!((&o["sources"], &o["origin"], &o["name"]), (&json!(["Job Ring"]), &json!("referred"), &json!("Nia Okafor")));
        assert!(o["tags"].as_array().unwrap().contains(&json!("Referral")), "{o}");
        assert_eq!(w.everybody("tag=Referral").await, [o["id"].as_str().unwrap()]);
        let (_, notes) = w.lever(&w.key().await, Verb::Get, &format!("/v1/opportunities/{}/notes", o["id"].as_str().unwrap()), json!(null)).await;
        let note = notes["data"][0]["fields"][0]["value"].as_str().unwrap().to_owned();
        assert!(
            note.starts_with("Job Ring: referred by Rosa Lindqvist <rosa@northwind.example>, a colleague.") && note.contains("Kind and quick"),
            "{note}"
        );
        assert_eq!(w.statuses(&referral).await, ["referred", "applied"]);
    })
    .await;
}
