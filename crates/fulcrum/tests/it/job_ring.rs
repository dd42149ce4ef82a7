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
pub const STAGES: [(&str, &str); 18] = [
    ("Jobma", "Interview"),
    ("New applicant", "Applied"),
    ("Recruiter screen", "In review"),
    ("Phone interview", "Interview"),
    ("On-site interview", "Interview"),
    ("Reference check", "Interview"),
    ("New lead", "it stays as it is"),
    ("Reached out", "it stays as it is"),
    ("Responded", "it stays as it is"),
    ("Withdrew", "Withdrawn"),
    ("Underqualified", "Rejected"),
    ("Offer declined", "Withdrawn"),
    ("Timing", "Rejected"),
    ("Position", "Rejected"),
    ("Future hire", "Rejected"),
    ("No response", "Withdrawn"),
    ("Compensation", "Rejected"),
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
        // Two referrals are never made in the same millisecond.
        self.clock.advance(Duration::from_secs(1));
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

    /// Whoever is referred is asked first, from now on.
    pub async fn asks_for_consent(&self) {
        let mut program = json!({ "consent": true, "consent_days": 14 });
        program["internal"] = json!({ "milestones": [{ "status": "hired", "amount": 150_000 }] });
        self.partners.set_jr_setting("program", &program.to_string()).await.unwrap();
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

#[tokio::test]
async fn jrg_18_jrg_19_jrg_20_whatever_happens_in_lever_is_the_status_in_job_ring_with_its_history() {
    on_both(async |w| {
        w.connects_job_ring().await;
        let referral = w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        let o = w.became(&referral).await;
        for stage in ["Recruiter screen", "Phone interview", "On-site interview", "Offer"] {
            w.moves(&o, stage).await;
        }
        w.archives(&o, "Withdrew").await;
        let text = w.referral_page(&referral).await;
        assert!(text.contains("moved to Offer") && text.contains("archived: Withdrew"), "{text}");
        w.at_ats("ines").await.press(&format!("/candidates/{o}/unarchive"), &[]).await;
        w.drain().await;
        assert!(w.referral_page(&referral).await.contains("brought back to Offer"));
        w.archives(&o, "Hired").await;
        let expected = ["referred", "applied", "in-review", "interview", "interview", "offer", "withdrawn", "offer", "hired"];
        assert_eq!(w.statuses(&referral).await, expected);
        // The referrer reads what each means.
        let text = w.at_job_ring("rosa").await.read(&format!("/job-ring/mine/{referral}")).await;
        assert!(text.contains("How it goes Hired") && text.contains("They are being made an offer."), "{text}");
        let mail = w.at_job_ring("bianca").await.read("/job-ring/mail").await;
        assert!(mail.contains("Nia Okafor, Backend Engineer: Hired"), "{mail}");
    })
    .await;
}

#[tokio::test]
async fn jrg_22_jrg_23_jrg_o07_each_milestone_is_earned_once_and_a_hire_only_after_they_stayed() {
    on_both(async |w| {
        w.connects_job_ring().await;
        let referral = w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        let o = w.became(&referral).await;
        w.moves(&o, "Recruiter screen").await;
        assert!(w.payouts().await.is_empty(), "not before");
        for stage in ["Phone interview", "Recruiter screen", "Phone interview", "On-site interview"] {
            w.moves(&o, stage).await;
        }
        let interview = |state: &str| ("interview".to_owned(), 10_000, state.to_owned());
        assert_eq!(w.payouts().await, [interview("eligible")]);
        w.archives(&o, "Hired").await;
        let hired = |state: &str| ("hired".to_owned(), 150_000, state.to_owned());
        assert_eq!(w.payouts().await, [interview("eligible"), hired("pending")]);
        w.later(89 * DAY).await;
        assert_eq!(w.payouts().await[1], hired("pending"));
        w.later(DAY + 60 * MINUTE).await;
        assert_eq!(w.payouts().await[1], hired("eligible"));
        let mut bianca = w.at_job_ring("bianca").await;
        bianca.click("/job-ring/payouts", "1,500.00 EUR", "Approve", &[]).await;
        assert_eq!(w.payouts().await[1], hired("approved"));
        bianca.click("/job-ring/payouts", "1,500.00 EUR", "Mark as paid", &[]).await;
        bianca.click("/job-ring/payouts", "100.00 EUR", "Approve", &[]).await;
        assert_eq!(w.payouts().await, [interview("approved"), hired("paid")]);
        let link = bianca.link("/job-ring/payouts", "Payouts", "CSV for payroll").await;
        assert!(link.ends_with("state=approved"), "{link}");
        let csv = bianca.open(&link).await.1;
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines[0], "referrer,referrer_email,type,referred,job,milestone,amount,currency,state,due_on,why,payout");
        assert!(
            lines.len() == 2
                && lines[1].starts_with("Rosa Lindqvist,rosa@northwind.example,internal,Nia Okafor,Backend Engineer,interview,100.00,EUR,approved,"),
            "{csv}"
        );
        let text = w.at_job_ring("rosa").await.read(&format!("/job-ring/mine/{referral}")).await;
        assert!(text.contains("1,500.00 EUR for \"Hired\" paid") && text.contains("paid with one of the next payrolls"), "{text}");
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn jrg_o08_un_hired_before_the_payout_it_falls_away_and_hired_again_it_is_one_and_the_same() {
    on_both(async |w| {
        w.connects_job_ring().await;
        let referral = w.refers("Nia Okafor", "nia@mail.example", "Robotics Engineer").await;
        let o = w.became(&referral).await;
        w.archives(&o, "Hired").await;
        w.later(DAY).await;
        w.at_ats("ines").await.press(&format!("/candidates/{o}/unarchive"), &[]).await;
        w.drain().await;
        assert_eq!(w.payouts().await, [("hired".to_owned(), 150_000, "void".to_owned())]);
        let text = w.at_job_ring("rosa").await.read(&format!("/job-ring/mine/{referral}")).await;
        assert!(text.contains("It fell away: not hired any more: brought back to New applicant."), "{text}");
        w.later(DAY).await;
        w.archives(&o, "Hired").await;
        assert_eq!(w.payouts().await, [("hired".to_owned(), 150_000, "pending".to_owned())]);
        // What somebody voids stays so, also when it ripens or is reached again.
        let mut bianca = w.at_job_ring("bianca").await;
        bianca.click("/job-ring/payouts", "1,500.00 EUR", "Void it", &[("Why it falls away", "left in the first week")]).await;
        w.later(100 * DAY).await;
        assert_eq!(w.payouts().await[0].2, "void");
        assert!(w.at_job_ring("rosa").await.read(&format!("/job-ring/mine/{referral}")).await.contains("It fell away: left in the first week."));
    })
    .await;
}

#[tokio::test]
async fn jrg_21_whoever_is_deleted_in_lever_leaves_the_dashboard_and_the_referrer_sees_that_they_were_removed() {
    on_both(async |w| {
        w.connects_job_ring().await;
        let referral = w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        let o = w.became(&referral).await;
        assert!(w.at_job_ring("bianca").await.read(DASHBOARD).await.contains("Nia Okafor"));
        w.at_ats("ines").await.press(&format!("/candidates/{o}/delete"), &[]).await;
        w.drain().await;
        // Lever told of it, so nobody waits for the next look.
        let (_, printed) = w.job_ring(Verb::Get, &format!("referrals/{referral}"), json!(null)).await;
        assert_eq!((&printed["removed"], &printed["name"], &printed["email"]), (&json!(true), &json!(""), &json!("")), "{printed}");
        assert!(!w.at_job_ring("bianca").await.read(DASHBOARD).await.contains("Nia"));
        assert!(!w.at_job_ring("bianca").await.read("/job-ring/mail").await.contains("Nia"));
        let text = w.at_job_ring("rosa").await.read(&format!("/job-ring/mine/{referral}")).await;
        assert!(text.contains("Their data was removed.") && text.contains("Withdrawn") && !text.contains("Nia"), "{text}");
        // The hub has forgotten them too.
        for table in ["inbox", "job", "effect", "attempt", "hire", "link"] {
            let db = w.db("hub").await;
            let rows = db::Sql::rows(&db, &format!("select * from {table}"), vec![]).await.unwrap();
            let columns = ["body", "payload", "exchanges", "name", "email", "why", "sent"];
            for row in &rows {
                for column in columns {
                    if let Ok(text) = row.text(column) {
                        assert!(!text.contains("Nia") && !text.contains("nia@"), "{table}.{column}: {text}");
                    }
                }
            }
            db.close().await;
        }
    })
    .await;
}

#[tokio::test]
async fn jrg_01_jrg_13_jrg_14_jrg_o10_referrals_from_inside_and_outside_stand_on_the_dashboard_by_type() {
    on_both(async |w| {
        w.connects_job_ring().await;
        w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        // Somebody outside has the link, and a résumé.
        let page = w.job_page("Product Designer").await;
        let html = w.at_job_ring("rosa").await.open(&page).await.1;
        let link = html.split("value=\"").find_map(|part| part.split('"').next().filter(|v| v.contains("/job-ring/r/"))).unwrap().to_owned();
        let mut stranger = w.stranger();
        w.clock.advance(Duration::from_secs(1));
        let fields =
            [("your_name", "Paul Ferry"), ("your_email", "paul@outside.example"), ("name", "Ada Byron"), ("candidate_email", "ada@mail.example")];
        let thanks = stranger.upload(&link, &fields, ("resume", "ada byron.pdf", b"%PDF-1.4 what Ada did")).await;
        assert!(thanks.path().ends_with("/thanks"), "{thanks}");
        let own = w.letter_link("paul@outside.example", "/job-ring/my/").await;
        w.drain().await;
        let mut bianca = w.at_job_ring("bianca").await;
        let text = bianca.read(DASHBOARD).await;
        assert!(text.contains("All (2) Internal (1) External (1)"), "{text}");
        let text = bianca.read(&format!("{DASHBOARD}?type=external")).await;
        assert!(text.contains("Ada Byron ada@mail.example Product Designer Paul Ferry external Applied") && !text.contains("Nia"), "{text}");
        let text = bianca.read(&format!("{DASHBOARD}?type=internal")).await;
        assert!(text.contains("Nia Okafor nia@mail.example Backend Engineer Rosa Lindqvist internal Applied") && !text.contains("Ada"), "{text}");
        // The résumé is the candidate's in Lever.
        let ada = w.with_email("ada@mail.example").await.remove(0);
        let (_, resumes) =
            w.lever(&w.key().await, Verb::Get, &format!("/v1/opportunities/{}/resumes", ada["id"].as_str().unwrap()), json!(null)).await;
        assert_eq!(resumes["data"][0]["file"]["name"], "ada byron.pdf", "{resumes}");
        // The stranger's own page tells how it goes, and nobody else's link opens it.
        w.moves(ada["id"].as_str().unwrap(), "Offer").await;
        let text = stranger.read(&own).await;
        assert!(text.contains("Offer just now They are being made an offer.") && text.contains("Up to 750.00 EUR"), "{text}");
        assert_eq!(stranger.open("/job-ring/my/0123").await.0, 404);
    })
    .await;
}
