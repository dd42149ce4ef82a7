//! Job Ring, set up and taken away: connecting, mapping, disconnecting, and the events of Lever.

use crate::job_ring::{DAY, INTEGRATIONS, MINUTE, STAGES};
use crate::world::on_both;
use endpoint::Verb;
use lever_api::event::Event;
use serde_json::json;

#[tokio::test]
async fn jrg_03_jrg_04_jrg_05_jrg_06_jrg_07_jrg_08_jrg_09_from_the_profile_to_the_mapping_and_nothing_moves_before_it_is_saved() {
    on_both(async |w| {
        let mut bianca = w.at_job_ring("bianca").await;
        assert_eq!(bianca.follow_if_it_leads_on("/job-ring/").await, "/job-ring/business");
        assert_eq!(bianca.link("/job-ring/business", "Integrations", "Manage Integrations").await, INTEGRATIONS);
        let text = bianca.read(INTEGRATIONS).await;
        assert!(text.contains("Connect Lever") && text.contains("Greenhouse not available here"), "{text}");
        assert_eq!(w.at_job_ring("rosa").await.open(INTEGRATIONS).await.0, 403);
        // A stage of their own is among those to be mapped.
        w.at_ats("ines").await.press("/settings/pipeline", &[("name", "Robot trial"), ("after", "applicant-new")]).await;
        let mut bianca = w.begins_job_ring().await;
        let text = bianca.read(INTEGRATIONS).await;
        assert!(text.contains("Mapping needed") && text.contains("One more step: map your stages") && text.contains("Robot trial"), "{text}");
        // Of an archive reason only the very name is proposed: "Offer declined" is no offer.
        let proposed = |name: &str| {
            let row = text.split(&format!(" {name} choose…")).nth(1).unwrap_or_else(|| panic!("no row {name}: {text}"));
            !row.split("choose…").next().unwrap().contains("not mapped")
        };
        assert_eq!(["Offer", "Hired", "Offer declined", "Withdrew"].map(proposed), [true, true, false, false], "{text}");
        let referral = w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        assert!(w.with_email("nia@mail.example").await.is_empty());
        let holds = w.at_hub().await.read("/holds").await;
        assert!(holds.contains("The stages are not mapped yet"), "{holds}");
        w.maps(&mut bianca, &STAGES).await;
        let text = bianca.read(INTEGRATIONS).await;
        assert!(text.contains("Connected") && !text.contains("Mapping needed"), "{text}");
        // What waited goes on by itself.
        assert_eq!(w.with_email("nia@mail.example").await.len(), 1);
        assert_eq!(w.statuses(&referral).await, ["referred", "applied"]);
    })
    .await;
}

#[tokio::test]
async fn jrg_10_jrg_o01_jrg_o02_jrg_o03_a_new_stage_waits_for_somebody_who_says_what_it_means_and_a_renamed_one_does_not() {
    on_both(async |w| {
        w.connects_job_ring().await;
        let referral = w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        let o = w.became(&referral).await;
        let stage = w.stage("Phone interview").await;
        w.at_ats("ines").await.press(&format!("/settings/pipeline/{stage}"), &[("name", "Call")]).await;
        w.moves(&o, "Call").await;
        assert_eq!(w.statuses(&referral).await.last().unwrap(), "interview");
        w.at_ats("ines").await.press("/settings/pipeline", &[("name", "Robot trial"), ("after", "applicant-new")]).await;
        // Noticed before anybody stands there.
        w.later(61 * MINUTE).await;
        let overview = w.at_hub().await.read("/").await;
        assert!(overview.contains("without a meaning in Job Ring"), "{overview}");
        let audit = w.at_hub().await.read("/audit?q=names").await;
        assert!(
            audit.contains("Lever has \"Robot trial\" among its stages now.")
                && audit.contains("Lever renamed \"Phone interview\" to \"Call\" among its stages."),
            "{audit}"
        );
        w.moves(&o, "Robot trial").await;
        assert_eq!(w.statuses(&referral).await.last().unwrap(), "interview", "it stays as it is");
        let text = w.referral_page(&referral).await;
        assert!(text.contains("unmapped stage") && text.contains("does not know which status that means"), "{text}");
        let mut olga = w.at_hub().await;
        let holds = olga.read("/holds").await;
        assert!(holds.contains("No status is chosen for the stage \"Robot trial\""), "{holds}");
        // A status of their own, and one click for all who wait.
        let mut bianca = w.at_job_ring("bianca").await;
        bianca.click("/job-ring/program", "A new one", "Save the statuses", &[]).await;
        olga.click("/holds", "Robot trial", "It means", &[("", "In review")]).await;
        w.drain().await;
        assert_eq!(w.statuses(&referral).await.last().unwrap(), "in-review");
        assert!(!w.referral_page(&referral).await.contains("unmapped stage"));
        let html = bianca.open(INTEGRATIONS).await.1;
        assert!(!html.contains("not mapped"), "everything means something again");
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn jrg_24_jrg_25_jrg_o15_disconnected_nothing_moves_and_connected_again_everything_is_brought_up_to_date() {
    on_both(async |w| {
        let mut bianca = w.connects_job_ring().await;
        let referral = w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        let o = w.became(&referral).await;
        assert_eq!(w.webhooks().await.iter().filter(|(_, url, _)| url.path().contains("/hooks/lever/")).count(), 5, "one of HR Cloud's and four");
        bianca.click(INTEGRATIONS, "Disconnect Lever", "Disconnect Lever", &[]).await;
        w.drain().await;
        assert_eq!(w.webhooks().await.len(), 1);
        let text = bianca.read(INTEGRATIONS).await;
        assert!(text.contains("Connect Lever") && text.contains("Not connected."), "{text}");
        w.moves(&o, "Offer").await;
        let second = w.refers("Ada Byron", "ada@mail.example", "Backend Engineer").await;
        w.later(DAY).await;
        assert!(w.with_email("ada@mail.example").await.is_empty());
        assert_eq!(w.statuses(&referral).await, ["referred", "applied"]);
        assert!(w.referral_page(&referral).await.contains("Nia Okafor"), "history is kept");
        // The mapping is kept: connected again, nobody maps anew.
        let mut bianca = w.begins_job_ring().await;
        w.later(MINUTE).await;
        assert!(!bianca.read(INTEGRATIONS).await.contains("Mapping needed"));
        assert_eq!(w.statuses(&referral).await, ["referred", "applied", "offer"]);
        assert_eq!(w.with_email("ada@mail.example").await.len(), 1);
        assert_eq!(w.statuses(&second).await, ["referred", "applied"]);
    })
    .await;
}

#[tokio::test]
async fn jrg_26_revoked_in_lever_the_integrations_page_says_so_and_referrals_wait() {
    on_both(async |w| {
        w.connects_job_ring().await;
        let mut ines = w.at_ats("ines").await;
        let apps = ines.read("/settings/integrations/authorized-apps").await;
        assert_eq!(apps.matches("Job Ring").count(), 1, "{apps}");
        ines.click("/settings/integrations/authorized-apps", "Job Ring", "Revoke Access", &[]).await;
        let referral = w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        w.later(MINUTE).await;
        let text = w.at_job_ring("bianca").await.read(INTEGRATIONS).await;
        assert!(text.contains("Not connected.") && text.contains("revoked"), "{text}");
        assert!(w.with_email("nia@mail.example").await.is_empty());
        assert!(w.referral_page(&referral).await.contains("not sent yet"));
        w.begins_job_ring().await;
        w.later(MINUTE).await;
        assert_eq!(w.with_email("nia@mail.example").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn jrg_11_each_event_that_is_switched_off_is_named_and_what_it_would_have_told_is_found_by_looking() {
    on_both(async |w| {
        for event in [Event::CandidateStageChange, Event::CandidateArchiveChange, Event::CandidateHired, Event::CandidateDeleted] {
            w.ats.tell(event, true, None).await.unwrap();
        }
        w.connects_job_ring().await;
        let names = ["Nia", "Ada", "Ben", "Eve"];
        let mut people = Vec::new();
        for name in names {
            let referral = w.refers(name, &format!("{name}@mail.example"), "Backend Engineer").await;
            people.push((w.became(&referral).await, referral));
        }
        w.later(10 * MINUTE).await;
        assert!(!w.at_hub().await.read("/").await.contains("Lever is silent"));
        let cases = [
            (Event::CandidateStageChange, "offer"),
            (Event::CandidateArchiveChange, "withdrawn"),
            (Event::CandidateHired, "hired"),
            (Event::CandidateDeleted, "withdrawn"),
        ];
        for ((event, status), (o, referral)) in cases.into_iter().zip(&people) {
            w.ats.tell(event, false, None).await.unwrap();
            // A hire is also an archive change: for this once neither is told.
            w.ats.tell(Event::CandidateArchiveChange, event == Event::CandidateStageChange || event == Event::CandidateDeleted, None).await.unwrap();
            w.later(2 * MINUTE).await;
            match event {
                Event::CandidateStageChange => w.moves(o, "Offer").await,
                Event::CandidateArchiveChange => w.archives(o, "Withdrew").await,
                Event::CandidateHired => w.archives(o, "Hired").await,
                _ => drop(w.at_ats("ines").await.press(&format!("/candidates/{o}/delete"), &[]).await),
            }
            w.drain().await;
            assert_eq!(w.statuses(referral).await.last().unwrap(), "applied", "{event:?} is off");
            w.later(10 * MINUTE).await;
            assert_eq!(w.statuses(referral).await.last().unwrap(), status, "{event:?} is off");
            // A delivery may take a moment.
            w.clock.advance(MINUTE);
            let text = w.at_hub().await.read("/").await;
            assert!(text.contains("Lever is silent towards Job Ring") && text.contains(&format!("\"{}\"", event.label())), "{event:?}: {text}");
            w.ats.tell(event, true, None).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn jrg_o12_lever_is_written_to_in_the_name_that_was_chosen_and_first_in_that_of_a_super_admin() {
    on_both(async |w| {
        let mut bianca = w.connects_job_ring().await;
        let users = w.lever(&w.key().await, Verb::Get, "/v1/users", json!(null)).await.1;
        let id = |name: &str| users["data"].as_array().unwrap().iter().find(|u| u["name"] == name).unwrap()["id"].clone();
        w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        assert_eq!(w.with_email("nia@mail.example").await[0]["owner"], id("Ines Bauer"));
        w.maps(&mut bianca, &[("Referrals are added in the name of", "Omar Haddad (admin)")]).await;
        w.refers("Ada Byron", "ada@mail.example", "Backend Engineer").await;
        let ada = w.with_email("ada@mail.example").await.remove(0);
        assert_eq!(ada["owner"], id("Omar Haddad"));
        let (_, notes) = w.lever(&w.key().await, Verb::Get, &format!("/v1/opportunities/{}/notes", ada["id"].as_str().unwrap()), json!(null)).await;
        assert_eq!(notes["data"][0]["user"], id("Omar Haddad"));
    })
    .await;
}

#[tokio::test]
async fn jrg_10_jrg_o02_stages_that_are_moved_or_deleted_and_reasons_that_are_retired_are_noticed_and_nothing_is_guessed() {
    on_both(async |w| {
        let mut bianca = w.connects_job_ring().await;
        let mut ines = w.at_ats("ines").await;
        ines.press("/settings/archive-reasons", &[("name", "Moved away")]).await;
        let referral = w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        let o = w.became(&referral).await;
        // A reason that nobody has mapped waits, with one way out for everybody.
        w.archives(&o, "Moved away").await;
        assert_eq!(w.statuses(&referral).await.last().unwrap(), "applied");
        let mut olga = w.at_hub().await;
        assert!(olga.read("/holds").await.contains("No status is chosen for the archive reason \"Moved away\""));
        olga.click("/holds", "Moved away", "It means", &[("", "Withdrawn")]).await;
        w.drain().await;
        assert_eq!(w.statuses(&referral).await.last().unwrap(), "withdrawn");
        // Whoever is in a stage keeps it there; moved up it means the same.
        let (offer, screen, check) = (w.stage("Offer").await, w.stage("Recruiter screen").await, w.stage("Reference check").await);
        for (stage, why) in [(&offer, "is one of the stages every account has"), (&w.stage("Phone interview").await, "Somebody is in")] {
            let (status, text) = ines.try_press(&format!("/settings/pipeline/{stage}/delete"), &[]).await;
            assert!(status == 400 && text.contains(why), "{text}");
        }
        ines.press(&format!("/settings/pipeline/{check}/up"), &[]).await;
        for id in w.everybody(&format!("stage_id={check}")).await {
            w.moves(&id, "Offer").await;
        }
        w.later(61 * MINUTE).await;
        ines.press(&format!("/settings/pipeline/{check}/delete"), &[]).await;
        let reasons = w.lever(&w.key().await, Verb::Get, "/v1/archive_reasons", json!(null)).await.1;
        let timing = reasons["data"].as_array().unwrap().iter().find(|r| r["text"] == "Timing").unwrap()["id"].as_str().unwrap().to_owned();
        ines.press(&format!("/settings/archive-reasons/{timing}"), &[]).await;
        w.later(61 * MINUTE).await;
        let audit = olga.read("/audit?q=names").await;
        for line in ["Lever has no \"Reference check\" among its stages any more.", "Lever has no \"Timing\" among its archive reasons any more."] {
            assert!(audit.contains(line), "{audit}");
        }
        let text = bianca.read(INTEGRATIONS).await;
        assert!(text.contains("One that is gone from Lever") && text.contains("not in use"), "{text}");
        assert_ne!(screen, offer);
        let order = w.lever(&w.key().await, Verb::Get, "/v1/opportunities?limit=100", json!(null)).await.1;
        assert_eq!(order["data"].as_array().unwrap().len(), 63);
    })
    .await;
}
