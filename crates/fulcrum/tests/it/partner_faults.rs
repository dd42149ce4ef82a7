//! HR Cloud at its worst: several sentences, 401, 403, 429, 500, silence, and a success whose answer is lost. A broken
//! wire stands between the hub and HR Cloud and does to the next calls what the story says.

use crate::tap::Fault;
use crate::world::{World, on_both};
use serde_json::json;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Puts the broken wire between; what is pushed happens to the next employees.
async fn break_the_wire(w: &World) -> Arc<Mutex<VecDeque<Fault>>> {
    w.tap_hr_cloud("POST", "xEmployee").await.faults
}

const ADA: &str = "ada.lovelace.byron@mail.example";

#[tokio::test]
async fn hrc_o19_what_passes_is_tried_again_until_it_comes_through_once() {
    on_both(async |w| {
        let faults = break_the_wire(&w).await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        faults.lock().unwrap().extend([
            Fault::Answer(500, "{\"Message\":\"An error has occurred.\"}"),
            Fault::Answer(503, "<html>down</html>"),
            Fault::Nothing,
            Fault::Answer(429, ""),
            Fault::LoseAnswer,
        ]);
        w.hire(&ada).await;
        w.drain().await;
        // Each wait is about as long as all before together.
        for n in 0..8 {
            w.later(Duration::from_secs(3 * 5u64.pow(n) / 2u64.pow(n))).await;
        }
        assert_eq!(w.employees(ADA).await.len(), 1);
        let timeline = w.timeline(&ada).await;
        for words in ["answered 500", "answered 503", "broke before an answer came", "answered 429", "was there already", "6 tries"] {
            assert!(timeline.contains(words), "{words}: {timeline}");
        }
        assert!(faults.lock().unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_success_whose_answer_is_lost_is_found_and_not_repeated() {
    on_both(async |w| {
        let faults = break_the_wire(&w).await;
        let before = w.headcount().await;
        faults.lock().unwrap().extend([Fault::LoseAnswer]);
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        assert_eq!(w.headcount().await, before + 1, "it had come through");
        w.later(Duration::from_secs(60)).await;
        assert_eq!(w.headcount().await, before + 1);
        assert!(w.timeline(&ada).await.contains("was there already"));
    })
    .await;
}

#[tokio::test]
async fn retry_after_is_kept_to_the_second() {
    on_both(async |w| {
        let faults = break_the_wire(&w).await;
        faults.lock().unwrap().extend([Fault::Answer(429, "")]);
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        w.later(Duration::from_millis(6_900)).await;
        assert!(w.employees(ADA).await.is_empty());
        w.later(Duration::from_millis(200)).await;
        assert_eq!(w.employees(ADA).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn hrc_o19_what_a_person_must_mend_is_held_with_its_sentences_and_goes_when_released() {
    on_both(async |w| {
        let faults = break_the_wire(&w).await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        let several = "{\"Message\":\"Validation failed. Value for xCostCenter is required but missing. Value for xEmail is not allowed.\"}";
        for (status, body, cause) in [
            (400, several, "HR Cloud refuses: Value for xCostCenter is required but missing. Value for xEmail is not allowed."),
            (403, "{\"Message\":\"No access.\"}", "HR Cloud does not allow this"),
            (401, "", "HR Cloud does not accept the credential"),
        ] {
            faults.lock().unwrap().extend([Fault::Answer(status, body)]);
            if status == 400 {
                w.hire(&ada).await;
            }
            w.drain().await;
            w.later(Duration::from_secs(60)).await;
            assert!(w.employees(ADA).await.is_empty(), "held, not repeated");
            let mut olga = w.at_hub().await;
            let holds = olga.read("/holds").await;
            assert!(holds.contains(cause), "{cause}: {holds}");
            olga.press("/holds/release", &[("cause", cause)]).await;
        }
        w.drain().await;
        assert_eq!(w.employees(ADA).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn hrc_o06_a_manager_who_is_no_employee_is_left_empty_and_flagged() {
    on_both(async |w| {
        let found = w.employees("tomasz@northwind.example").await;
        let id = found[0]["Id"].as_str().unwrap();
        let change = json!({ "xEmail": "moved@northwind.example" });
        w.partners.update_record("xEmployee", id, change).await.unwrap().unwrap();
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        assert_eq!(w.employees(ADA).await[0].get("xManagerLookup"), None);
        assert!(w.timeline(&ada).await.contains("the manager tomasz@northwind.example is no employee yet and was left empty"));
    })
    .await;
}

#[tokio::test]
async fn both_readings_of_the_paging_parameter_lead_to_the_same_lists() {
    on_both(async |w| {
        for i in 0..450 {
            let doc = json!({ "xPositionTitle": format!("Position {i:03}") });
            w.partners.create_record(partners::hr_cloud::records::NewRecord { kind: "xPosition".into(), doc }).await.unwrap().unwrap();
        }
        let board = json!([{ "id": "p449", "text": "Position 449", "categories":
            { "department": "Engineering", "location": "Berlin", "team": "Motion", "commitment": "Full-time" } }]);
        w.ats.load_board(board.to_string().as_bytes()).await.unwrap();
        let mut ines = w.at_ats("ines").await;
        for paging in ["", "skip"] {
            w.partners.set_hr_setting("paging", paging).await.unwrap();
            let email = format!("last{paging}@mail.example");
            let profile = ines.press("/candidates/new", &[("name", "Last One"), ("email", &email), ("posting", "p449"), ("stage", "offer")]).await;
            let opportunity = profile.path().rsplit('/').next().unwrap().to_owned();
            ines.press(&format!("/candidates/{opportunity}/offer"), &[("start", "2026-06-01"), ("status", "signed")]).await;
            w.hire(&opportunity).await;
            w.drain().await;
            assert!(w.timeline(&opportunity).await.contains("created employee"), "{paging}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_held_over_a_long_weekend_is_tried_for_another_72_hours_after_its_release() {
    on_both(async |w| {
        let faults = break_the_wire(&w).await;
        let priya = w.candidate("Priya Raman").await;
        w.hire(&priya).await;
        w.drain().await;
        w.clock.advance(Duration::from_secs(4 * 86_400));
        faults.lock().unwrap().extend([Fault::Answer(503, "")]);
        let mut olga = w.at_hub().await;
        olga.click("/holds", "HR Cloud has no position \"Technical Writer\"", "Create it and go on", &[]).await;
        w.drain().await;
        w.later(Duration::from_secs(600)).await;
        assert_eq!(w.employees("priya.raman@mail.example").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn hrc_o11_whoever_is_un_hired_while_hr_cloud_is_out_of_order_never_becomes_an_employee() {
    on_both(async |w| {
        let faults = break_the_wire(&w).await;
        faults.lock().unwrap().extend(vec![Fault::Answer(503, "down"); 3]);
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        w.at_ats("ines").await.press(&format!("/candidates/{ada}/unarchive"), &[]).await;
        for _ in 0..6 {
            w.later(Duration::from_secs(600)).await;
        }
        assert!(w.employees(ADA).await.is_empty());
        assert!(w.timeline(&ada).await.contains("Lever says: not hired. Nothing is to be done."));
        // Hired after all, with another start date: that one counts, whatever was decided before.
        faults.lock().unwrap().clear();
        w.hire(&ada).await;
        w.drain().await;
        assert_eq!(w.employees(ADA).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn hrc_o11_whoever_is_un_hired_before_a_lost_answer_was_noticed_is_found_at_hr_cloud_and_asked_about() {
    on_both(async |w| {
        let faults = break_the_wire(&w).await;
        faults.lock().unwrap().extend([Fault::LoseAnswer]);
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        w.at_ats("ines").await.press(&format!("/candidates/{ada}/unarchive"), &[]).await;
        w.later(Duration::from_secs(60)).await;
        let mut olga = w.at_hub().await;
        olga.click("/holds", "Not hired any more in Lever, but an employee", "Set the employee inactive", &[]).await;
        w.drain().await;
        assert_eq!(w.employees(ADA).await[0]["xRecordStatus"], "Inactive");
        assert!(olga.read("/holds").await.contains("Nothing is held"));
    })
    .await;
}

#[tokio::test]
async fn promise_9_an_employee_made_by_a_try_whose_answer_was_lost_is_found_when_the_person_is_deleted() {
    on_both(async |w| {
        let mut olga = w.at_hub().await;
        olga.press(&format!("/connections/{}/settings/erase", w.connection().await), &[("value", "delete")]).await;
        let faults = break_the_wire(&w).await;
        faults.lock().unwrap().extend([Fault::LoseAnswer]);
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        assert_eq!(w.employees(ADA).await.len(), 1);
        olga.click("/erasures", "Forget somebody", "Erase", &[("Opportunity id", &ada)]).await;
        w.drain().await;
        assert!(w.employees(ADA).await.is_empty());
        assert!(olga.read("/erasures").await.contains("erased by hand the employee was deleted"));
        // Another, of whom nothing was taken, left nobody there.
        faults.lock().unwrap().extend([Fault::Answer(429, "")]);
        let kwame = w.candidate("Kwame Mensah").await;
        w.hire(&kwame).await;
        w.drain().await;
        olga.click("/erasures", "Forget somebody", "Erase", &[("Opportunity id", &kwame)]).await;
        w.drain().await;
        assert!(olga.read("/erasures").await.contains("erased by hand there was no employee"));
    })
    .await;
}

impl World {
    /// Somebody hired whose record at HR Cloud came through, though no answer did.
    async fn hired_without_an_answer(&self, faults: &Mutex<VecDeque<Fault>>, name: &str) -> String {
        faults.lock().unwrap().push_back(Fault::LoseAnswer);
        let id = self.candidate(name).await;
        self.hire(&id).await;
        self.drain().await;
        id
    }

    /// A second candidacy of the same person, hired too.
    async fn hired_again(&self, name: &str, email: &str) -> String {
        let id = self.add(name, email, "Robotics Engineer").await;
        self.hire(&id).await;
        self.drain().await;
        id
    }
}

#[tokio::test]
async fn promise_9_a_record_that_a_lost_answer_made_is_kept_where_another_hire_has_it_too() {
    on_both(async |w| {
        let mut olga = w.at_hub().await;
        olga.press(&format!("/connections/{}/settings/erase", w.connection().await), &[("value", "delete")]).await;
        let faults = break_the_wire(&w).await;
        let ada = w.hired_without_an_answer(&faults, "Ada Lovelace Byron").await;
        w.hired_again("Ada Byron", ADA).await;
        olga.click("/holds", "with this e-mail already", "It is the same person: update them", &[]).await;
        w.drain().await;
        olga.click("/erasures", "Forget somebody", "Erase", &[("Opportunity id", &ada)]).await;
        w.drain().await;
        assert_eq!(w.employees(ADA).await.len(), 1);
        assert!(olga.read("/erasures").await.contains("the record belongs to another hire too and is kept"));
    })
    .await;
}

#[tokio::test]
async fn promise_9_whoever_was_there_before_is_asked_about_also_when_the_answer_to_the_update_was_lost() {
    on_both(async |w| {
        let tap = w.tap_hr_cloud("PUT", "").await;
        let eva = w.hired_again("Eva Lund", "eva@northwind.example").await;
        tap.faults.lock().unwrap().push_back(Fault::LoseAnswer);
        let mut olga = w.at_hub().await;
        olga.click("/holds", "with this e-mail already", "It is the same person: update them", &[]).await;
        w.drain().await;
        assert!(tap.faults.lock().unwrap().is_empty());
        olga.click("/erasures", "Forget somebody", "Erase", &[("Opportunity id", &eva)]).await;
        w.drain().await;
        olga.click("/holds", "Deleted in Lever, but an employee in HR Cloud", "Delete the employee", &[]).await;
        w.drain().await;
        assert!(olga.read("/erasures").await.contains("the employee is not there any more"), "{}", olga.read("/erasures").await);
    })
    .await;
}

#[tokio::test]
async fn hrc_o11_nobody_is_asked_about_an_employee_to_whom_nothing_was_written() {
    on_both(async |w| {
        let tap = w.tap_hr_cloud("PUT", "").await;
        let eva = w.hired_again("Eva Lund", "eva@northwind.example").await;
        tap.faults.lock().unwrap().extend([Fault::Answer(503, ""), Fault::Answer(503, "")]);
        let mut olga = w.at_hub().await;
        olga.click("/holds", "with this e-mail already", "It is the same person: update them", &[]).await;
        w.drain().await;
        w.at_ats("ines").await.press(&format!("/candidates/{eva}/unarchive"), &[]).await;
        for _ in 0..6 {
            w.later(Duration::from_secs(120)).await;
        }
        assert!(olga.read("/holds").await.contains("Nothing is held"));
        let timeline = w.timeline(&eva).await;
        assert!(timeline.contains("Lever says: not hired. Nothing is to be done."), "{timeline}");
        assert_eq!(w.employees("eva@northwind.example").await[0]["xRecordStatus"], "Active");
    })
    .await;
}

#[tokio::test]
async fn hrc_o09_what_a_lost_answer_wrote_is_ours_to_write_over_after_a_rehire() {
    on_both(async |w| {
        let mut olga = w.at_hub().await;
        olga.press(&format!("/connections/{}/settings/update", w.connection().await), &[("value", "overwrite")]).await;
        let faults = break_the_wire(&w).await;
        let ada = w.hired_without_an_answer(&faults, "Ada Lovelace Byron").await;
        let mut ines = w.at_ats("ines").await;
        ines.press(&format!("/candidates/{ada}/unarchive"), &[]).await;
        // Read before the effect is tried again.
        olga.click(&format!("/hires/{ada}"), "Ada", "Read again", &[]).await;
        w.drain().await;
        assert!(olga.read("/holds").await.contains("Not hired any more in Lever, but an employee in HR Cloud"));
        w.clock.advance(Duration::from_secs(60));
        ines.press(&format!("/candidates/{ada}/offer"), &[("start", "2026-10-01"), ("status", "signed")]).await;
        w.hire(&ada).await;
        w.drain().await;
        assert_eq!(w.employees(ADA).await[0]["xStartDate"], "2026-10-01");
    })
    .await;
}
