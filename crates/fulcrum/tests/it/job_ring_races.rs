//! Job Ring and Lever at odds: something happened on one side while the other did not answer.

use crate::job_ring::{DAY, MINUTE};
use crate::tap::Fault;
use crate::world::on_both;
use endpoint::Verb;
use serde_json::json;

#[tokio::test]
async fn jrg_21_whoever_is_deleted_while_job_ring_is_out_of_order_is_forgotten_there_and_never_made_again() {
    on_both(async |w| {
        w.connects_job_ring().await;
        let tap = w.tap_job_ring("PUT", "/opportunity").await;
        tap.faults.lock().unwrap().extend(std::iter::repeat_n(Fault::Answer(503, "out"), 40));
        let referral = w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        let found = w.with_email("nia@mail.example").await;
        assert_eq!(found.len(), 1);
        w.at_ats("ines").await.press(&format!("/candidates/{}/delete", found[0]["id"].as_str().unwrap()), &[]).await;
        for _ in 0..30 {
            w.later(MINUTE).await;
        }
        assert!(w.with_email("nia@mail.example").await.is_empty(), "nobody comes back");
        let (_, printed) = w.job_ring(Verb::Get, &format!("referrals/{referral}"), json!(null)).await;
        assert_eq!((&printed["removed"], &printed["name"]), (&json!(true), &json!("")), "{printed}");
        // Asked once more, nothing happens either.
        tap.faults.lock().unwrap().clear();
        w.hints(&referral).await;
        w.later(11 * MINUTE).await;
        assert!(w.with_email("nia@mail.example").await.is_empty());
        assert!(!w.at_hub().await.read("/hires").await.contains("Nia"));
        assert!(w.at_hub().await.read("/holds").await.contains("Nothing is held"));
    })
    .await;
}

#[tokio::test]
async fn jrg_o11_an_address_corrected_after_a_lost_answer_makes_no_second_candidate() {
    on_both(async |w| {
        let mut bianca = w.connects_job_ring().await;
        let tap = w.tap_lever("POST", "/v1/opportunities").await;
        tap.faults.lock().unwrap().push_back(Fault::LoseAnswer);
        let referral = w.refers("Nia Okafor", "nia@typo.example", "Backend Engineer").await;
        bianca.click(&format!("/job-ring/referrals/{referral}"), "Correct it", "Save and send", &[("E-mail", "nia@mail.example")]).await;
        for _ in 0..5 {
            w.later(MINUTE).await;
        }
        let (typo, right) = (w.with_email("nia@typo.example").await, w.with_email("nia@mail.example").await);
        assert_eq!(typo.len() + right.len(), 1, "one candidate");
        let there = typo.iter().chain(&right).next().unwrap()["id"].as_str().unwrap();
        assert_eq!(w.became(&referral).await, there);
    })
    .await;
}

#[tokio::test]
async fn jrg_12_told_again_and_again_of_one_referral_the_hub_knows_one_person_and_forgets_them_whole() {
    on_both(async |w| {
        w.connects_job_ring().await;
        let referral = w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        for _ in 0..2 {
            w.hints(&referral).await;
        }
        assert_eq!(w.at_hub().await.read("/hires").await.matches("Nia Okafor").count(), 1);
        let o = w.became(&referral).await;
        w.at_ats("ines").await.press(&format!("/candidates/{o}/delete"), &[]).await;
        w.drain().await;
        w.hints(&referral).await;
        assert!(!w.at_hub().await.read("/hires").await.contains("Nia"));
    })
    .await;
}

#[tokio::test]
async fn jrg_o06_a_job_that_is_hidden_in_lever_is_gone_from_job_ring_within_a_day() {
    on_both(async |w| {
        w.connects_job_ring().await;
        let jobs = async || w.at_job_ring("rosa").await.read("/job-ring/jobs").await;
        assert!(jobs().await.contains("Product Designer"));
        w.posting_becomes("Product Designer", "confidentiality", "confidential").await;
        w.later(DAY).await;
        let there = jobs().await;
        assert!(!there.contains("Product Designer") && there.contains("Backend Engineer"), "{there}");
        // One that is closed leaves no title behind at a partner that never knew it.
        let db = w.db("partners").await;
        let rows = db::Sql::rows(&db, "select title from jr_job where open = $1", db::params![false]).await.unwrap();
        let closed: Vec<String> = rows.iter().map(|row| row.text("title").unwrap()).collect();
        db.close().await;
        assert_eq!(closed, ["Product Designer"]);
    })
    .await;
}

#[tokio::test]
async fn jrg_22_whoever_refers_somebody_to_two_jobs_is_first_for_both() {
    on_both(async |w| {
        w.connects_job_ring().await;
        w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        let second = w.refers("Nia Okafor", "nia@mail.example", "Robotics Engineer").await;
        let o = w.became(&second).await;
        assert_eq!(w.with_email("nia@mail.example").await.len(), 2);
        assert!(!w.referral_page(&second).await.contains("comes first"));
        w.archives(&o, "Hired").await;
        assert_eq!(w.payouts().await.len(), 1, "hired for the second, it earns");
    })
    .await;
}

#[tokio::test]
async fn jrg_16_whoever_is_a_candidate_for_the_job_already_gets_no_second_candidacy_and_nobody_learns_of_the_first() {
    on_both(async |w| {
        w.connects_job_ring().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        let (_, before) = w.lever(&w.key().await, Verb::Get, &format!("/v1/opportunities/{ada}?expand=applications"), json!(null)).await;
        let email = before["data"]["emails"][0].as_str().unwrap().to_owned();
        let posting = before["data"]["applications"][0]["posting"].as_str().unwrap().to_owned();
        let (_, job) = w.lever(&w.key().await, Verb::Get, &format!("/v1/postings/{posting}"), json!(null)).await;
        let all = w.with_email(&email).await.len();
        let referral = w.refers("Ada B.", &email, job["data"]["text"].as_str().unwrap()).await;
        assert_eq!((w.with_email(&email).await.len(), w.became(&referral).await), (all, ada.clone()));
        let (_, now) = w.lever(&w.key().await, Verb::Get, &format!("/v1/opportunities/{ada}"), json!(null)).await;
        let has = |list: &str, word: &str| now["data"][list].as_array().unwrap().contains(&json!(word));
        assert!(has("tags", "Referral") && has("sources", "Job Ring"), "{now}");
        assert_eq!(now["data"]["stage"], before["data"]["stage"]["id"].as_str().map_or(before["data"]["stage"].clone(), |id| json!(id)));
        // The business admin reads why it earns nothing, and how it goes; the referrer reads neither whence they came nor how it goes.
        w.archives(&ada, "Hired").await;
        let admin = w.referral_page(&referral).await;
        assert!(admin.contains("was brought to Lever on") && admin.contains("Hired"), "{admin}");
        let rosa = w.at_job_ring("rosa").await.read(&format!("/job-ring/mine/{referral}")).await;
        assert!(rosa.contains("Nothing: Somebody else came first.") && rosa.contains("They were known here before you referred them"), "{rosa}");
        assert!(!rosa.contains("brought to Lever") && !rosa.contains("Hired") && !rosa.contains("Offer"), "{rosa}");
        let mail = w.at_job_ring("bianca").await.read("/job-ring/mail").await;
        assert!(!mail.contains("Ada B., Backend Engineer: "), "no letter says how it goes: {mail}");
        assert!(w.payouts().await.is_empty());
    })
    .await;
}
