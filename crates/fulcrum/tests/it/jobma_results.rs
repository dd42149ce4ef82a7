//! What reviewers think in Jobma, brought to the profile in Lever.

use crate::jobma::{DANIEL, LEVER};
use crate::tap::Fault;
use crate::world::{World, on_both};
use endpoint::Verb;
use serde_json::Value;

impl World {
    /// A reviewer says what they think of the newest interview.
    async fn rates(&self, who: &str, stars: &str, recommend: &str, comment: &str) {
        let mut reviewer = self.at_jobma(who).await;
        let page = reviewer.link("/jobma/interviews-listing", DANIEL, DANIEL).await;
        reviewer.press(&page, &[("stars", stars), ("recommend", recommend), ("comment", comment)]).await;
        self.drain().await;
    }

    /// The feedback on a profile: who wrote it, and what was answered.
    async fn feedback(&self, opportunity: &str) -> Vec<(String, Vec<String>)> {
        let path = format!("/v1/opportunities/{opportunity}/feedback?expand=user");
        let (_, list) = self.lever(&self.key().await, Verb::Get, &path, Value::Null).await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let answers = |given: &Value| given["fields"].as_array().unwrap().iter().map(|field| text(&field["value"])).collect();
        list["data"].as_array().unwrap().iter().map(|given| (text(&given["user"]["name"]), answers(given))).collect()
    }

    /// The files on a profile: id and name.
    async fn files(&self, opportunity: &str) -> Vec<(String, String)> {
        let (_, list) = self.lever(&self.key().await, Verb::Get, &format!("/v1/opportunities/{opportunity}/files"), Value::Null).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        list["data"].as_array().unwrap().iter().map(|file| (text(&file["id"]), text(&file["name"]))).collect()
    }
}

#[tokio::test]
async fn jbm_o09_what_a_reviewer_thinks_is_a_note_and_where_it_is_wanted_feedback_and_a_summary_too() {
    on_both(async |w| {
        let mut vera = w.connects_jobma().await;
        let (daniel, link) = w.invited(DANIEL).await;
        w.holds(&link).await;
        let ratings = async || w.notes(&daniel).await.into_iter().filter(|note| note.contains(" of 5")).collect::<Vec<_>>();
        w.rates("rashid", "4", "yes", "Clear & calm.").await;
        assert_eq!(ratings().await, ["Jobma: Rashid Amari gives 4 of 5. Go on with them.\nClear & calm."]);
        // Saved again, it says nothing new.
        w.rates("rashid", "4", "yes", "Clear & calm.").await;
        assert_eq!(ratings().await.len(), 1);
        assert_eq!((w.feedback(&daniel).await.len(), w.files(&daniel).await.len()), (0, 0), "neither was asked for");
        for switch in ["write_feedback", "attach_report"] {
            vera.press(&format!("{LEVER}/settings/{switch}"), &[("on", "true")]).await;
        }
        // Vera changes her mind, and two answers of Lever are lost.
        let tap = w.tap_lever("POST", "/feedback").await;
        tap.faults.lock().unwrap().push_back(Fault::LoseAnswer);
        w.rates("vera", "1", "no", "").await;
        w.later(crate::jobma::MINUTE).await;
        w.rates("vera", "5", "yes", "On second thoughts, yes.").await;
        w.later(crate::jobma::MINUTE).await;
        assert_eq!(ratings().await.len(), 3);
        let mut feedback = w.feedback(&daniel).await;
        feedback.sort();
        assert_eq!(feedback.len(), 2, "{feedback:?}");
        let of = |who: &str| feedback.iter().find(|(_, answers)| answers[1].starts_with(who)).unwrap();
        assert_eq!(of("Rashid").1[0], "3 - Hire");
        assert_eq!(of("Vera").1[..1], ["4 - Strong Hire"]);
        assert_eq!(of("Vera").1[2..4], ["Go on with them (5 of 5)", "On second thoughts, yes."]);
        assert!(of("Vera").1[4].contains("/jobma/evaluate/"), "{feedback:?}");
        let (_, templates) = w.lever(&w.key().await, Verb::Get, "/v1/feedback_templates", Value::Null).await;
        let ours = templates["data"].as_array().unwrap().iter().filter(|template| template["text"] == "Jobma Interview").count();
        assert_eq!(ours, 1, "made once: {templates}");
        // One summary, the newest.
        let files = w.files(&daniel).await;
        assert!(files.len() == 1 && files[0].1 == "Jobma interview 1.pdf", "{files:?}");
        let mut ines = w.at_ats("ines").await;
        let (status, pdf) = ines.open(&format!("/candidates/{daniel}/files/{}", files[0].0)).await;
        assert!(status == 200 && pdf.starts_with("%PDF-"));
        assert!(w.timeline(&daniel).await.contains("what reviewers think is on the profile"));
    })
    .await;
}

#[tokio::test]
async fn jbm_o09_a_jobma_without_ratings_is_asked_once_and_a_missing_permission_is_told() {
    on_both(async |w| {
        let mut vera = w.connects_jobma().await;
        let (daniel, link) = w.invited(DANIEL).await;
        w.holds(&link).await;
        let tap = w.tap_jobma("GET", "/evaluation").await;
        tap.faults.lock().unwrap().push_back(Fault::Answer(404, "no such path"));
        w.rates("rashid", "3", "maybe", "").await;
        assert_eq!(w.notes(&daniel).await.len(), 1, "only where it is evaluated");
        assert_eq!(tap.calls().iter().filter(|call| call.ends_with("/evaluation")).count(), 1);
        // Lever does not let us give feedback.
        vera.press(&format!("{LEVER}/settings/write_feedback"), &[("on", "true")]).await;
        let lever = w.tap_lever("POST", "/feedback").await;
        let forbidden = Fault::Answer(403, r#"{"code":"ForbiddenError","message":"no"}"#);
        lever.faults.lock().unwrap().extend(vec![forbidden; 20]);
        w.rates("rashid", "2", "no", "").await;
        let held = w.at_hub().await.read("/holds").await;
        assert!(held.contains("Lever does not allow Jobma to write on profiles"), "{held}");
        assert!(w.feedback(&daniel).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_interview_deleted_in_jobma_leaves_nothing_of_what_was_said_on_the_profile() {
    on_both(async |w| {
        let mut vera = w.connects_jobma().await;
        for switch in ["write_feedback", "attach_report"] {
            vera.press(&format!("{LEVER}/settings/{switch}"), &[("on", "true")]).await;
        }
        let (daniel, link) = w.invited(DANIEL).await;
        w.holds(&link).await;
        w.rates("rashid", "4", "yes", "Clear.").await;
        assert_eq!((w.feedback(&daniel).await.len(), w.files(&daniel).await.len(), w.interview_links(&daniel).await.len()), (1, 1, 1));
        let page = vera.link("/jobma/interviews-listing", DANIEL, DANIEL).await;
        w.at_link(&link).await.press(&format!("{link}/delete"), &[]).await;
        vera.click(&page, "asks for these answers to be deleted", "Delete it", &[]).await;
        w.drain().await;
        assert_eq!((w.feedback(&daniel).await.len(), w.files(&daniel).await.len(), w.interview_links(&daniel).await.len()), (0, 0, 0));
        assert!(w.tags(&daniel).await.is_empty());
        assert!(w.notes(&daniel).await.iter().any(|note| note.contains("the interview was deleted there")));
        // Nothing more follows from it, and a new one can be held.
        w.later(std::time::Duration::from_secs(7 * 3600)).await;
        assert!(w.interviews().await.is_empty());
        w.moves(&daniel, "Phone interview").await;
        w.moves(&daniel, "Jobma").await;
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Invited"]);
    })
    .await;
}

#[tokio::test]
async fn jbm_o09_a_template_that_somebody_took_questions_out_of_waits_for_them_and_gives_nothing_twice() {
    on_both(async |w| {
        let mut vera = w.connects_jobma().await;
        vera.press(&format!("{LEVER}/settings/write_feedback"), &[("on", "true")]).await;
        let (daniel, link) = w.invited(DANIEL).await;
        w.holds(&link).await;
        w.rates("rashid", "4", "yes", "Clear.").await;
        let key = w.key().await;
        let (_, templates) = w.lever(&key, Verb::Get, "/v1/feedback_templates", Value::Null).await;
        let template = &templates["data"][0];
        let path = format!("/v1/feedback_templates/{}", template["id"].as_str().unwrap());
        let less = serde_json::json!({ "text": template["text"], "fields": [template["fields"][0]] });
        assert_eq!(w.lever(&key, Verb::Put, &path, less).await.0, 200);
        w.later(std::time::Duration::from_secs(900)).await;
        w.rates("rashid", "2", "no", "On second thoughts.").await;
        let held = w.at_hub().await.read("/holds").await;
        assert!(held.contains("The feedback template lacks a question"), "{held}");
        assert_eq!(w.feedback(&daniel).await.len(), 1);
    })
    .await;
}
