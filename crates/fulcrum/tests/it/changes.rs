//! After the first time: aliases, employees who are there already, changes in Lever, un-hiring, hiring again.

use crate::tap::Fault;
use crate::world::{At, World, on_both};
use endpoint::Verb;
use serde_json::{Value, json};
use std::time::Duration;

const ADA: &str = "ada.lovelace.byron@mail.example";

impl World {
    /// The only employee with this e-mail.
    async fn employee(&self, email: &str) -> Value {
        let mut found = self.employees(email).await;
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }

    /// HR edits an employee.
    async fn edit(&self, employee: &Value, change: Value) {
        let (status, said) = self.hr_cloud(Verb::Put, &format!("xEmployee/{}", employee["Id"].as_str().unwrap()), change).await;
        assert_eq!(status, 200, "{said}");
    }

    /// A hundred days go by, week after week.
    async fn much_later(&self) {
        for _ in 0..15 {
            self.later(Duration::from_secs(7 * 86_400)).await;
        }
    }

    async fn set(&self, olga: &mut At, name: &str, value: &str) {
        olga.press(&format!("/connections/{}/settings/{name}", self.connection().await), &[("value", value)]).await;
        self.drain().await;
    }
}

#[tokio::test]
async fn hrc_o05_another_name_is_chosen_with_one_click_remembered_and_survives_a_renaming_there() {
    on_both(async |w| {
        let sales = w.candidate("María José García López").await;
        w.hire(&sales).await;
        w.drain().await;
        let mut olga = w.at_hub().await;
        // "Sales" is nearest to none of them; People is what this company means.
        let cause = "HR Cloud has no department \"Sales\"";
        olga.click("/holds", cause, "Use this department", &[("Choose", "People")]).await;
        w.drain().await;
        let department = |e: &Value| e["xDepartmentLookup"]["xDepartmentName"].as_str().unwrap().to_owned();
        assert_eq!(department(&w.employee("maría.josé.garcía.lópez@mail.example").await), "People");
        assert!(olga.read("/audit").await.contains("The department \"People\" in HR Cloud stands for \"Sales\" from now on."));

        let (_, found) = w.hr_cloud(Verb::Get, "xDepartment", json!(null)).await;
        let people = found.as_array().unwrap().iter().find(|d| d["xDepartmentName"] == "People").unwrap()["Id"].as_str().unwrap().to_owned();
        w.hr_cloud(Verb::Put, &format!("xDepartment/{people}"), json!({ "xDepartmentName": "People and Culture" })).await;
        w.clock.advance(Duration::from_secs(61));
        let anna = w.candidate("Anna Kowalska").await;
        w.hire(&anna).await;
        w.drain().await;
        assert_eq!(department(&w.employee("anna.kowalska@mail.example").await), "People and Culture", "nobody is asked twice");

        w.hr_cloud(Verb::Put, &format!("xDepartment/{people}"), json!({ "xRecordStatus": "Inactive" })).await;
        w.clock.advance(Duration::from_secs(61));
        let zeynep = w.candidate("Zeynep Yılmaz").await;
        w.hire(&zeynep).await;
        w.drain().await;
        let holds = olga.read("/holds").await;
        assert!(holds.contains("What stood for the department \"Sales\" before is gone from HR Cloud."), "{holds}");
    })
    .await;
}

#[tokio::test]
async fn hrc_o07_a_rehire_or_a_move_updates_the_employee_who_is_there_when_somebody_says_so() {
    on_both(async |w| {
        let eva = w.add("Eva Lund", "eva@northwind.example", "Backend Engineer").await;
        w.hire(&eva).await;
        w.drain().await;
        let before = w.headcount().await;
        let old = w.employee("eva@northwind.example").await;
        let mut olga = w.at_hub().await;
        let cause = "HR Cloud has an employee with this e-mail already (number 1003)";
        olga.click("/holds", cause, "It is the same person: update them", &[]).await;
        w.drain().await;
        let e = w.employee("eva@northwind.example").await;
        assert_eq!((w.headcount().await, &e["Id"], &e["xEmployeeNumber"]), (before, &old["Id"], &json!("1003")));
        assert_eq!(e["xPositionLookup"]["xPositionTitle"], "Backend Engineer");
        assert_eq!(e["xStartDate"], "2026-06-01");
        assert_eq!(e["xDepartmentLookup"]["xDepartmentName"], "Engineering");
        assert!(olga.read("/holds").await.contains("Nothing is held"));
        assert!(w.timeline(&eva).await.contains("updated employee 1003: Position, Department"), "{}", w.timeline(&eva).await);
        // It stays decided.
        olga.press(&format!("/hires/{eva}/look-again"), &[]).await;
        w.drain().await;
        assert!(olga.read("/holds").await.contains("Nothing is held"));
    })
    .await;
}

#[tokio::test]
async fn hrc_o07_or_a_new_employee_is_made_when_somebody_says_that_it_is_another_person() {
    on_both(async |w| {
        let eva = w.add("Eva Lund", "eva@northwind.example", "Backend Engineer").await;
        w.hire(&eva).await;
        w.drain().await;
        let mut olga = w.at_hub().await;
        olga.click("/holds", "number 1003", "It is somebody else: create a new employee", &[]).await;
        w.drain().await;
        let both = w.employees("eva@northwind.example").await;
        let numbers: std::collections::BTreeSet<&str> = both.iter().map(|e| e["xEmployeeNumber"].as_str().unwrap()).collect();
        assert_eq!(numbers, ["1003", eva.as_str()].into());
    })
    .await;
}

#[tokio::test]
async fn hrc_o08_one_person_hired_for_two_jobs_at_once_is_one_employee_and_a_question() {
    on_both(async |w| {
        let one = w.add("Ruth Blum", "ruth.blum@mail.example", "Backend Engineer").await;
        let two = w.add("Ruth Blum", "ruth.blum@mail.example", "Robotics Engineer").await;
        w.hire(&one).await;
        w.hire(&two).await;
        w.drain().await;
        let e = w.employee("ruth.blum@mail.example").await;
        let number = e["xEmployeeNumber"].as_str().unwrap();
        assert!([&one, &two].iter().any(|id| id.as_str() == number));
        let holds = w.at_hub().await.read("/holds").await;
        assert!(holds.contains("They were hired in Lever before, for another job."), "{holds}");
    })
    .await;
}

#[tokio::test]
async fn hrc_o09_an_import_fills_what_is_empty_or_also_writes_what_changed_or_leaves_all_alone() {
    on_both(async |w| {
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        let mut olga = w.at_hub().await;
        let import = format!("/connections/{}/import", w.connection().await);
        let report = async |olga: &mut At| {
            let run = olga.click(&import, "Everybody", "Import", &[]).await;
            w.drain().await;
            olga.read(run.path()).await
        };
        // HR empties one field and edits another; Lever changes a third.
        let (_, types) = w.hr_cloud(Verb::Get, "xEmploymentType", json!(null)).await;
        let contract = types.as_array().unwrap().iter().find(|t| t["xType"] == "Contract").unwrap()["Id"].clone();
        w.edit(&w.employee(ADA).await, json!({ "xMIddleName": null, "xEmploymentTypeLookup": contract })).await;
        w.offer(&ada, "2026-07-15").await;
        let state = async || {
            let e = w.employee(ADA).await;
            (e["xMIddleName"].clone(), e["xEmploymentTypeLookup"]["xType"].clone(), e["xStartDate"].clone())
        };

        w.set(&mut olga, "update", "leave").await;
        assert!(report(&mut olga).await.contains("1 unchanged"));
        assert_eq!(state().await, (json!(null), json!("Contract"), json!("2026-03-23")));

        w.set(&mut olga, "update", "fill").await;
        let said = report(&mut olga).await;
        assert!(said.contains(&format!("updated employee {ada}: Middle name")), "{said}");
        assert_eq!(state().await, (json!("Lovelace"), json!("Contract"), json!("2026-03-23")));

        w.set(&mut olga, "update", "overwrite").await;
        let said = report(&mut olga).await;
        assert!(said.contains(&format!("updated employee {ada}: Start date")), "{said}");
        assert_eq!(state().await, (json!("Lovelace"), json!("Contract"), json!("2026-07-15")), "what HR edited stays");
        assert!(report(&mut olga).await.contains("1 unchanged"));
    })
    .await;
}

#[tokio::test]
async fn hrc_o06_a_manager_who_comes_later_is_filled_in_by_the_next_import() {
    on_both(async |w| {
        let db = w.db("partners").await;
        db::Sql::run(&db, "update hr_record set email = $1 where email = $2", db::params!["nobody@northwind.example", "tomasz@northwind.example"])
            .await
            .unwrap();
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        assert_eq!(w.employee(ADA).await["xManagerLookup"], json!(null));
        // Long after, when nobody who was hired lately is read again anyway.
        w.much_later().await;
        db::Sql::run(&db, "update hr_record set email = $2 where email = $1", db::params!["nobody@northwind.example", "tomasz@northwind.example"])
            .await
            .unwrap();
        db.close().await;
        let mut olga = w.at_hub().await;
        let run = olga.click(&format!("/connections/{}/import", w.connection().await), "Everybody", "Import", &[]).await;
        w.drain().await;
        assert!(olga.read(run.path()).await.contains("Manager"), "{}", olga.read(run.path()).await);
        assert_eq!(w.employee(ADA).await["xManagerLookup"]["xEmail"], "tomasz@northwind.example");
    })
    .await;
}

#[tokio::test]
async fn hrc_o11_whoever_is_un_hired_is_set_inactive_only_when_somebody_confirms_it_and_comes_back_when_hired_again() {
    on_both(async |w| {
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        w.clock.advance(Duration::from_secs(60));
        let mut ines = w.at_ats("ines").await;
        ines.press(&format!("/candidates/{ada}/unarchive"), &[]).await;
        w.later(Duration::from_secs(30)).await;
        assert_eq!(w.employee(ADA).await["xRecordStatus"], "Active");
        let mut olga = w.at_hub().await;
        let cause = "Not hired any more in Lever, but an employee in HR Cloud";
        assert!(olga.read("/holds").await.contains(cause));
        olga.click("/holds", "Ada Lovelace Byron", "Set the employee inactive", &[]).await;
        w.drain().await;
        assert_eq!(w.employee(ADA).await["xRecordStatus"], "Inactive");
        assert!(olga.read("/holds").await.contains("Nothing is held"));

        w.clock.advance(Duration::from_secs(60));
        w.hire(&ada).await;
        w.drain().await;
        assert_eq!(w.employee(ADA).await["xRecordStatus"], "Active");
        // And once more: it is another un-hiring, and another question.
        w.clock.advance(Duration::from_secs(60));
        ines.press(&format!("/candidates/{ada}/unarchive"), &[]).await;
        w.later(Duration::from_secs(30)).await;
        olga.click("/holds", "Ada Lovelace Byron", "Leave the employee as they are", &[]).await;
        w.drain().await;
        assert_eq!(w.employee(ADA).await["xRecordStatus"], "Active");
        assert!(olga.read("/holds").await.contains("Nothing is held"));
    })
    .await;
}

#[tokio::test]
async fn what_changes_in_lever_after_the_hire_arrives_by_itself_where_the_setting_says_so() {
    on_both(async |w| {
        let mut olga = w.at_hub().await;
        w.set(&mut olga, "update", "overwrite").await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        w.clock.advance(Duration::from_secs(60));
        // A changed offer moves nothing that a list shows; whoever was hired lately is read again once a day.
        w.offer(&ada, "2026-07-15").await;
        w.later(Duration::from_secs(60)).await;
        assert_eq!(w.employee(ADA).await["xStartDate"], "2026-03-23");
        w.later(Duration::from_secs(86_400)).await;
        assert_eq!(w.employee(ADA).await["xStartDate"], "2026-07-15");
    })
    .await;
}

#[tokio::test]
async fn hrc_o04_without_a_date_in_any_offer_the_day_of_the_hire_is_taken_where_the_setting_says_so() {
    on_both(async |w| {
        let mut olga = w.at_hub().await;
        olga.click(
            &format!("/connections/{}/fields", w.connection().await),
            "Start date",
            "Save",
            &[("Start date", "offer.start_date or opportunity.hired_on")],
        )
        .await;
        let mut ines = w.at_ats("ines").await;
        let (_, postings) = w.lever(&w.key().await, Verb::Get, "/v1/postings", json!(null)).await;
        let job = postings["data"].as_array().unwrap().iter().find(|p| p["text"] == "Backend Engineer").unwrap()["id"].as_str().unwrap().to_owned();
        let fields = [("name", "Grace Hopper"), ("email", "grace@mail.example"), ("posting", job.as_str()), ("stage", "offer")];
        let profile = ines.press("/candidates/new", &fields).await;
        w.hire(profile.path().rsplit('/').next().unwrap()).await;
        w.drain().await;
        assert_eq!(w.employee("grace@mail.example").await["xStartDate"], "2026-03-02");
    })
    .await;
}

#[tokio::test]
async fn an_import_of_people_hired_long_ago_costs_calls_for_pages_and_not_for_people() {
    on_both(async |w| {
        for name in ["Ada Lovelace Byron", "Kwame Mensah", "Yuki Sato", "Jan van den Berg"] {
            let id = w.candidate(name).await;
            w.hire(&id).await;
        }
        w.drain().await;
        w.much_later().await;
        let (lever, hr_cloud) = (w.tap_lever("", "").await, w.tap_hr_cloud("", "").await);
        let mut olga = w.at_hub().await;
        let run = olga.click(&format!("/connections/{}/import", w.connection().await), "Everybody", "Import", &[]).await;
        w.drain().await;
        assert!(olga.read(run.path()).await.contains("4 unchanged"));
        let (lever, hr_cloud) = (lever.calls(), hr_cloud.calls());
        assert_eq!(hr_cloud.len(), 1, "{hr_cloud:?}");
        assert!(lever.len() <= 3 && lever.iter().all(|call| !call.contains("/opportunities/")), "{lever:?}");
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_only_imports_by_hand_is_still_connected_after_half_a_year() {
    on_both(async |w| {
        let mut helen = w.at_hr_cloud("helen").await;
        let page = "/hr-cloud/settings/integrations/lever";
        helen.click(page, "Use webhook for import", "Use webhook for import", &[]).await;
        w.much_later().await;
        w.much_later().await;
        assert!(w.at_hr_cloud("helen").await.read(page).await.contains("Connected"));
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        let mut helen = w.at_hr_cloud("helen").await;
        helen.click(page, "Collects everybody", "Import", &[]).await;
        w.drain().await;
        w.employee(ADA).await;
    })
    .await;
}

#[tokio::test]
async fn a_number_somebody_chose_never_makes_one_person_of_two() {
    on_both(async |w| {
        let mut olga = w.at_hub().await;
        let fields = format!("/connections/{}/fields", w.connection().await);
        olga.click(&fields, "Employee number", "Save", &[("Employee number", "'ONE'")]).await;
        for name in ["Ada Lovelace Byron", "Kwame Mensah"] {
            w.hire(&w.candidate(name).await).await;
            w.drain().await;
        }
        assert_eq!(w.employee(ADA).await["xFullName"], "Ada Lovelace Byron");
        assert!(w.employees("kwame.mensah@mail.example").await.is_empty());
        let holds = olga.read("/holds").await;
        assert!(holds.contains("Value ONE for xEmployeeNumber is not unique."), "{holds}");
    })
    .await;
}

#[tokio::test]
async fn a_name_hr_cloud_lacks_is_not_passed_over_when_it_would_replace_ours() {
    on_both(async |w| {
        let mut olga = w.at_hub().await;
        w.set(&mut olga, "update", "overwrite").await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        let fields = format!("/connections/{}/fields", w.connection().await);
        olga.click(&fields, "Department", "Save", &[("Department", "'Ventures'")]).await;
        w.drain().await;
        let again = format!("/hires/{ada}");
        olga.click(&again, "Ada", "Replay", &[]).await;
        w.drain().await;
        olga.click("/holds", "HR Cloud has no department \"Ventures\"", "Create it and go on", &[]).await;
        w.drain().await;
        assert_eq!(w.employee(ADA).await["xDepartmentLookup"]["xDepartmentName"], "Ventures");
    })
    .await;
}

#[tokio::test]
async fn whoever_is_hired_while_nothing_is_connected_is_found_when_it_is_again() {
    on_both(async |w| {
        w.later(Duration::from_secs(60)).await;
        let mut ines = w.at_ats("ines").await;
        ines.press("/settings/integrations/authorized-apps/fulcrum-hr-cloud/revoke", &[]).await;
        w.later(Duration::from_secs(60)).await;
        w.hire(&w.candidate("Ada Lovelace Byron").await).await;
        w.later(Duration::from_secs(20 * 3600)).await;
        w.reconnect().await;
        w.later(Duration::from_secs(60)).await;
        w.employee(ADA).await;
    })
    .await;
}

#[tokio::test]
async fn hrc_o09_what_a_try_without_an_answer_wrote_is_ours_and_follows_lever_but_what_hr_edited_since_is_not() {
    on_both(async |w| {
        let mut olga = w.at_hub().await;
        w.set(&mut olga, "update", "overwrite").await;
        let tap = w.tap_hr_cloud("POST", "xEmployee").await;
        tap.faults.lock().unwrap().extend([Fault::LoseAnswer, Fault::LoseAnswer]);
        let ada = w.add("Ada Ours", "ada.ours@mail.example", "Backend Engineer").await;
        let eve = w.add("Eve Edited", "eve.edited@mail.example", "Backend Engineer").await;
        for id in [&ada, &eve] {
            w.hire(id).await;
        }
        w.drain().await;
        let edited = w.employee("eve.edited@mail.example").await;
        w.edit(&edited, json!({ "xStartDate": "2026-07-07" })).await;
        for id in [&ada, &eve] {
            w.offer(id, "2026-06-15").await;
        }
        w.later(Duration::from_secs(60)).await;
        assert_eq!(w.employee("ada.ours@mail.example").await["xStartDate"], "2026-06-15");
        assert_eq!(w.employee("eve.edited@mail.example").await["xStartDate"], "2026-07-07");
    })
    .await;
}
