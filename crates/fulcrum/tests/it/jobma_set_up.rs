//! Jobma, set up and taken away: kits, connecting, stages, jobs, deleting.

use crate::jobma::{DANIEL, DAY, LEVER, MINUTE};
use crate::world::on_both;
use endpoint::Verb;
use lever_api::event::Event;
use serde_json::json;

#[tokio::test]
async fn jbm_04_jbm_05_jbm_06_jbm_16_jbm_18_jbm_o02_set_up_lists_lever_s_jobs_and_a_stage_called_jobma_is_chosen_by_itself() {
    on_both(async |w| {
        let mut vera = w.at_jobma("vera").await;
        let list = vera.link("/jobma/interviews-listing", "Integrations", "Integrations").await;
        let page = vera.link(&list, "Lever", "Lever…").await;
        assert!(vera.read(&page).await.contains("Ask your Jobma support representative: support@jobma.example"));
        let mut vera = w.connects_jobma().await;
        let html = vera.open(LEVER).await.1;
        let stages = html.split("Stages in Lever").nth(1).unwrap().split("</fieldset>").next().unwrap().to_owned();
        assert_eq!(stages.matches(" checked").count(), 1, "{stages}");
        let text = vera.read(LEVER).await;
        assert!(text.contains("Backend Engineer at every stage"), "{text}");
        vera.click(LEVER, "Backend Engineer", "Save", &[("Backend Engineer at every stage", "Engineers")]).await;
        // Renamed, it is still the same stage.
        let stage = w.stage("Jobma").await;
        w.at_ats("ines").await.press(&format!("/settings/pipeline/{stage}"), &[("name", "Video")]).await;
        let new = w.add("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        w.moves(&new, "Video").await;
        assert_eq!(w.tags(&new).await, ["Jobma Interview Invited"]);
        let text = w.at_jobma("vera").await.read("/jobma/integrations/interview-listing/lever").await;
        assert!(text.contains("Nia Okafor nia@mail.example Backend Engineer Engineers invited"), "{text}");
    })
    .await;
}

#[tokio::test]
async fn jbm_02_jbm_03_jbm_o18_a_kit_has_questions_of_five_kinds_and_without_any_it_invites_nobody() {
    on_both(async |w| {
        let mut vera = w.at_jobma("vera").await;
        let kit = vera.press("/jobma/setup-interview", &[("name", "New kit"), ("intro", ""), ("due_days", "7")]).await;
        let id = kit.path().rsplit('/').next().unwrap().to_owned();
        let candidate = json!({ "first_name": "A", "last_name": "B", "email": "a@mail.example" });
        let invite = json!({ "interview_template_id": id, "candidate": candidate });
        let (status, refusal) = w.jobma(Verb::Post, "interviews", invite.clone()).await;
        assert!(status == 400 && refusal["message"].as_str().unwrap().contains("has no questions"), "{refusal}");
        for (kind, options) in [("video", ""), ("audio", ""), ("choice", "Yes\nNo"), ("essay", ""), ("code", "")] {
            let fields = [("body", kind), ("kind", kind), ("options", options), ("think_s", "30"), ("answer_s", "60"), ("takes", "3")];
            vera.press(&format!("{}/questions", kit.path()), &fields).await;
        }
        let text = vera.read(kit.path()).await;
        assert!(text.contains("30 s to think, 1 min to answer, 3 takes") && text.contains("Yes"), "{text}");
        let bad = [("body", "Which?"), ("kind", "choice"), ("options", "One"), ("think_s", "0"), ("answer_s", "0"), ("takes", "1")];
        let (status, why) = vera.try_press(&format!("{}/questions", kit.path()), &bad).await;
        assert!(status == 400 && why.contains("Multiple choice needs two answers"), "{why}");
        assert_eq!(w.jobma(Verb::Post, "interviews", invite).await.0, 201);
        assert!(w.at_jobma("rashid").await.open("/jobma/setup-interview").await.0 == 403);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn jbm_07_without_the_event_the_set_up_says_so_and_who_was_moved_is_found_by_looking() {
    on_both(async |w| {
        w.ats.tell(Event::CandidateStageChange, false, None).await.unwrap();
        w.connects_jobma().await;
        let text = w.at_jobma("vera").await.read(LEVER).await;
        assert!(text.contains("Lever has not told of any \"Candidate Stage Change\" yet. If somebody was moved to another stage since"), "{text}");
        let daniel = w.candidate(DANIEL).await;
        w.moves(&daniel, "Jobma").await;
        assert!(w.interviews().await.is_empty());
        w.later(2 * MINUTE).await;
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Invited"]);
    })
    .await;
}

#[tokio::test]
async fn whoever_stood_at_the_stage_before_anybody_connected_is_not_invited() {
    on_both(async |w| {
        let daniel = w.candidate(DANIEL).await;
        w.moves(&daniel, "Jobma").await;
        w.later(MINUTE).await;
        w.connects_jobma().await;
        w.later(10 * MINUTE).await;
        assert!(w.interviews().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn jbm_19_jbm_21_deleted_nobody_is_invited_a_late_result_makes_no_trouble_and_what_was_chosen_is_kept() {
    on_both(async |w| {
        let mut vera = w.connects_jobma().await;
        let (daniel, link) = w.invited(DANIEL).await;
        vera.click(LEVER, "Delete the integration", "Delete it", &[]).await;
        w.drain().await;
        let new = w.add("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        w.moves(&new, "Jobma").await;
        w.later(10 * MINUTE).await;
        assert_eq!(w.interviews().await.len(), 1);
        w.holds(&link).await;
        w.later(DAY).await;
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Invited"]);
        let audit = w.at_hub().await.read("/audit").await;
        assert!(audit.contains("Something was told of a connection that is not connected any more. It is kept."), "{audit}");
        // Connected again, what was chosen is still chosen.
        let mut vera = w.at_jobma("vera").await;
        let connect_page = vera.press(&format!("{LEVER}/connect"), &[]).await;
        let consent = vera.press(&format!("{connect_page}/lever"), &[]).await;
        let mut ines = w.at_ats("ines").await;
        let callback = ines.press(consent.as_str(), &[("answer", "accept")]).await;
        vera.follow(&callback).await;
        w.drain().await;
        let third = w.add("Tariq Aziz", "tariq@mail.example", "Backend Engineer").await;
        w.moves(&third, "Jobma").await;
        assert_eq!(w.tags(&third).await, ["Jobma Interview Invited"]);
        // And what was told meanwhile is filed.
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Completed"]);
    })
    .await;
}

#[tokio::test]
async fn jbm_20_jbm_21_revoked_in_lever_nobody_is_invited_both_sides_say_so_and_a_late_result_waits_for_nobody() {
    on_both(async |w| {
        w.connects_jobma().await;
        let (daniel, link) = w.invited(DANIEL).await;
        w.at_ats("ines").await.press("/settings/integrations/authorized-apps/fulcrum-jobma/revoke", &[]).await;
        let new = w.add("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        w.moves(&new, "Jobma").await;
        w.later(10 * MINUTE).await;
        assert_eq!(w.interviews().await.len(), 1);
        assert!(w.at_jobma("vera").await.read(LEVER).await.contains("Not connected."));
        let overview = w.at_hub().await.read("/").await;
        assert!(overview.contains("Jobma is not connected with Lever"), "{overview}");
        w.holds(&link).await;
        w.later(DAY).await;
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Invited"]);
        // Jobma has told, and does not tell again and again.
        let db = w.db("partners").await;
        let sql = "select count(*) as n from effect where kind = 'jobma-callback' and state <> 'done'";
        assert_eq!(db::Sql::row(&db, sql, vec![]).await.unwrap().unwrap().int("n").unwrap(), 0);
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_stage_that_is_gone_and_a_job_that_is_closed_are_told_and_choose_nothing() {
    on_both(async |w| {
        let mut vera = w.connects_jobma().await;
        let gone = "11111111-2222-4333-8444-555555555555";
        vera.press(&format!("{LEVER}/jobs"), &[("do", "stages"), ("stage", gone)]).await;
        let text = vera.read(LEVER).await;
        assert!(text.contains("A stage that is gone from Lever"), "{text}");
        let (daniel, kits) = (w.candidate(DANIEL).await, w.jobma(Verb::Get, "kits", json!(null)).await.1);
        w.moves(&daniel, "Jobma").await;
        assert!(w.interviews().await.is_empty());
        let kit = kits["data"][0]["id"].as_str().unwrap().to_owned();
        let (_, postings) = w.lever(&w.key().await, Verb::Get, "/v1/postings?limit=100", json!(null)).await;
        let posting =
            postings["data"].as_array().unwrap().iter().find(|p| p["text"] == "Backend Engineer").unwrap()["id"].as_str().unwrap().to_owned();
        let choose = [("do", "posting"), ("posting", posting.as_str()), ("stage", ""), ("kit", kit.as_str())];
        vera.press(&format!("{LEVER}/jobs"), &choose).await;
        let db = w.db("ats").await;
        db::Sql::run(&db, "update posting set state = 'closed' where id = $1", db::params![posting.as_str()]).await.unwrap();
        db.close().await;
        // What was read of postings is remembered for a minute.
        w.clock.advance(2 * MINUTE);
        let (status, why) = vera.try_press(&format!("{LEVER}/jobs"), &choose).await;
        assert!(status == 400 && why.contains("is closed in Lever: nobody comes to it any more"), "{why}");
    })
    .await;
}

#[tokio::test]
async fn jbm_o07_the_letters_to_candidates_have_texts_of_ones_own_with_a_preview() {
    on_both(async |w| {
        w.connects_jobma().await;
        let mut vera = w.at_jobma("vera").await;
        let here = "/jobma/settings/letters/invitation";
        let text = "Hi {{ first_name }}, {{ job }} awaits: {{ link }}";
        let (status, page) = vera.try_press(here, &[("do", "preview"), ("subject", "Talk to {{ company }}"), ("text", text)]).await;
        assert!(status == 200 && page.contains("Hi Ada, Backend Engineer awaits: https://jobma.example"), "{page}");
        for (bad, why) in [("Hi {{ first_name", "cannot be read"), ("Hi there", "has no {{ link }}")] {
            let (_, page) = vera.try_press(here, &[("do", "save"), ("subject", "x"), ("text", bad)]).await;
            assert!(page.contains(why), "{page}");
        }
        vera.press(here, &[("do", "save"), ("subject", "Talk to {{ company }}"), ("text", text)]).await;
        w.invited(DANIEL).await;
        let mail = vera.read("/jobma/mail").await;
        assert!(mail.contains("Talk to Northwind Robotics"), "{mail}");
        assert_eq!(w.at_jobma("rashid").await.open(here).await.0, 403);
    })
    .await;
}
