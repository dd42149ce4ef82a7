//! HR Cloud by its older API, and two integrations beside each other.

use crate::tap::Fault;
use crate::world::{At, World, on_both};
use serde_json::json;
use std::time::Duration;

const ADA: &str = "ada.lovelace.byron@mail.example";

impl World {
    /// Connects HR Cloud by its Employee API, as an operator does it; webhooks on. Its id.
    async fn connect_employee_api(&self) -> String {
        let pair = self.partners.create_service_account("employee api").await.unwrap();
        let base = self.partners_url.join("/hr-cloud").unwrap().to_string();
        let mut olga = self.at_hub().await;
        let fields = [("base_url", base.as_str()), ("authorization", &pair.authorization())];
        let hosted = olga.press("/connections/new/hr-cloud-employees", &fields).await;
        let consent = olga.press(&format!("{hosted}/lever"), &[]).await;
        let callback = self.at_ats("ines").await.press(consent.as_str(), &[("answer", "accept")]).await;
        olga.follow(&callback).await;
        let tenant = self.hub.first_tenant().await.unwrap().unwrap();
        let all = self.hub.all_connections(&tenant).await.unwrap();
        let id = all.iter().find(|c| c.connector == "hr-cloud-employees").expect("connected").id.clone();
        olga.press(&format!("/connections/{id}/settings/use_webhook"), &[("on", "yes")]).await;
        self.drain().await;
        id
    }

    async fn without_the_newer_api(&self) -> At {
        let mut olga = self.at_hub().await;
        olga.press(&format!("/connections/{}/disconnect", self.connection().await), &[]).await;
        olga
    }
}

#[tokio::test]
async fn hrc_01_hrc_o05_by_the_older_api_a_hire_waits_for_codes_once_and_then_becomes_an_employee() {
    on_both(async |w| {
        let mut olga = w.without_the_newer_api().await;
        let id = w.connect_employee_api().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        assert!(w.employees(ADA).await.is_empty());
        let holds = olga.read("/holds").await;
        assert!(holds.contains("No code is known for the position \"Backend Engineer\", department \"Engineering\", location \"Berlin\""), "{holds}");
        // HR Cloud's own codes, as its pages show them; one has another name there.
        olga.click("/holds", "Code of the department", "Use this code", &[("Code of the department", "ENGINE")]).await;
        w.drain().await;
        olga.click("/holds", "Code of the location", "Use this code", &[("Code of the location", "BERLIN = Berlin")]).await;
        w.drain().await;
        olga.click("/holds", "Backend Engineer", "Create it and go on", &[]).await;
        w.drain().await;
        let employees = w.employees(ADA).await;
        assert_eq!(employees.len(), 1);
        let e = &employees[0];
        assert_eq!(
            (&e["xEmployeeNumber"], &e["xStartDate"], &e["xDepartmentLookup"]["xDepartmentName"]),
            (&json!(ada), &json!("2026-03-23"), &json!("Engineering"))
        );
        assert_eq!(
            (&e["xPositionLookup"]["xPositionCode"], &e["xManagerLookup"]["xEmail"]),
            (&json!("Backend Engineer"), &json!("tomasz@northwind.example"))
        );
        let departments = w.hr_cloud(endpoint::Verb::Get, "xDepartment", serde_json::Value::Null).await.1;
        assert_eq!(departments.as_array().unwrap().len(), 3, "no department was made twice");
        assert!(w.timeline(&ada).await.contains("created employee"));
        // The codes stand on the page of names and can be changed there.
        let names = olga.read(&format!("/connections/{id}/names")).await;
        assert!(names.contains("chosen ENGINE") && names.contains("nowhere hires are held"), "{names}");
        olga.click(&format!("/connections/{id}/names"), "Lisbon", "Use", &[("What Lisbon leads to", "LISBON")]).await;
        assert!(olga.read(&format!("/connections/{id}/names")).await.contains("chosen LISBON"));
    })
    .await;
}

#[tokio::test]
async fn hrc_o19_the_older_api_may_be_asked_again_after_an_answer_was_lost_and_says_when_it_is_closed() {
    on_both(async |w| {
        let mut olga = w.without_the_newer_api().await;
        let id = w.connect_employee_api().await;
        olga.press(&format!("/connections/{id}/settings/create_missing"), &[("on", "yes")]).await;
        let before = w.headcount().await;
        let tap = w.tap_hr_cloud("POST", "employees").await;
        tap.faults.lock().unwrap().extend([Fault::LoseAnswer, Fault::Answer(503, "")]);
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        w.later(Duration::from_secs(60)).await;
        w.later(Duration::from_secs(10)).await;
        assert_eq!(w.headcount().await, before + 1);
        assert!(w.timeline(&ada).await.contains("is there; an earlier try had come through"), "{}", w.timeline(&ada).await);
        // An import again sends nothing: what was sent is known.
        tap.calls();
        let run = olga.click(&format!("/connections/{id}/import"), "Everybody", "Import", &[("Only people", "")]).await;
        w.drain().await;
        let report = olga.read(run.path()).await;
        assert!(report.contains("1 unchanged"), "{report}");
        assert!(!tap.calls().iter().any(|call| call.starts_with("POST")));
        // Not hired after all.
        w.at_ats("ines").await.press(&format!("/candidates/{ada}/unarchive"), &[]).await;
        w.later(Duration::from_secs(60)).await;
        olga.click("/holds", "Ada", "Set the employee inactive", &[]).await;
        w.drain().await;
        assert_eq!(w.employees(ADA).await[0]["xRecordStatus"], "Inactive");
        // Switched off by the vendor.
        let mut sam = w.at_hr_cloud("sam@hrcloud.example").await;
        sam.press("/hr-cloud/account-manager/employee_api", &[("on", "")]).await;
        let priya = w.candidate("Priya Raman").await;
        w.hire(&priya).await;
        w.drain().await;
        let holds = olga.read("/holds").await;
        assert!(holds.contains("the Employee API is not enabled for this account, or its credential was made anew"), "{holds}");
        sam.press("/hr-cloud/account-manager/employee_api", &[("on", "yes")]).await;
        olga.click("/holds", "does not accept the credential", "Try again", &[]).await;
        w.drain().await;
        assert_eq!(w.headcount().await, before + 2);
    })
    .await;
}

#[tokio::test]
async fn com_16_each_integration_has_its_own_grant_webhook_and_settings_and_goes_on_when_another_is_revoked() {
    on_both(async |w| {
        let first = w.connection().await;
        let second = w.connect_employee_api().await;
        let mut olga = w.at_hub().await;
        olga.press(&format!("/connections/{second}/settings/create_missing"), &[("on", "yes")]).await;
        let hooks = w.webhooks().await;
        assert_eq!(hooks.len(), 2);
        assert!(hooks[0].1 != hooks[1].1 && hooks[0].2 != hooks[1].2, "an address and a signature token each");
        let mut ines = w.at_ats("ines").await;
        let apps = ines.read("/settings/integrations/authorized-apps").await;
        assert!(apps.contains("HR Cloud (Employee API)") && apps.contains("HR Cloud "), "{apps}");
        ines.press("/settings/integrations/authorized-apps/fulcrum-hr-cloud/revoke", &[]).await;
        w.later(Duration::from_secs(60)).await;
        assert!(olga.read(&format!("/connections/{first}")).await.contains("Disconnected"));
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        assert_eq!(w.employees(ADA).await.len(), 1);
        let timeline = w.timeline(&ada).await;
        assert!(timeline.contains("HR Cloud (Employee API)"), "{timeline}");
        // Known at two connections, a person stands twice in the list, each with its own state.
        w.reconnect().await;
        w.later(Duration::from_secs(60)).await;
        let kwame = w.candidate("Kwame Mensah").await;
        w.hire(&kwame).await;
        w.drain().await;
        let hires = olga.read("/hires?q=Kwame").await;
        assert_eq!(hires.matches("Kwame Mensah Robotics Engineer HR Cloud").count(), 2, "{hires}");
        let timeline = w.timeline(&kwame).await;
        assert!(timeline.contains("Confirmed by HR Cloud (Employee API)"), "{timeline}");
        assert!(timeline.contains("Read from Lever and decided for HR Cloud "), "{timeline}");
    })
    .await;
}

#[tokio::test]
async fn hrc_o11_two_integrations_that_ask_the_same_are_asked_and_answered_each_for_itself() {
    on_both(async |w| {
        let second = w.connect_employee_api().await;
        let mut olga = w.at_hub().await;
        olga.press(&format!("/connections/{second}/settings/create_missing"), &[("on", "yes")]).await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        w.later(Duration::from_secs(60)).await;
        w.at_ats("ines").await.press(&format!("/candidates/{ada}/unarchive"), &[]).await;
        w.later(Duration::from_secs(60)).await;
        let cause = "Not hired any more in Lever, but an employee in HR Cloud";
        assert_eq!(olga.read("/holds").await.matches(cause).count(), 2);
        let (status, why) = olga.try_press("/holds/mend", &[("cause", cause), ("subject", &ada), ("way", "leave")]).await;
        assert!(status == 400 && why.contains("Several connections wait for this"), "{why}");
        olga.press("/holds/release", &[("cause", "")]).await;
        assert!(olga.read("/holds").await.contains("0 are tried again."));
        olga.click("/holds", "HR Cloud (Employee API) ·", "Leave the employee as they are", &[]).await;
        w.drain().await;
        let holds = olga.read("/holds").await;
        assert!(holds.matches(cause).count() == 1 && !holds.contains("HR Cloud (Employee API) ·"), "{holds}");
        assert_eq!(w.employees(ADA).await[0]["xRecordStatus"], "Active");
        olga.click("/holds", cause, "Set the employee inactive", &[]).await;
        w.drain().await;
        assert_eq!(w.employees(ADA).await[0]["xRecordStatus"], "Inactive");
    })
    .await;
}

#[tokio::test]
async fn hrc_o11_where_the_partner_cannot_be_asked_a_lost_answer_counts_as_perhaps() {
    on_both(async |w| {
        let mut olga = w.without_the_newer_api().await;
        let id = w.connect_employee_api().await;
        olga.press(&format!("/connections/{id}/settings/create_missing"), &[("on", "yes")]).await;
        let tap = w.tap_hr_cloud("POST", "employees").await;
        tap.faults.lock().unwrap().extend([Fault::LoseAnswer, Fault::Answer(429, ""), Fault::LoseAnswer]);
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        w.at_ats("ines").await.press(&format!("/candidates/{ada}/unarchive"), &[]).await;
        w.later(Duration::from_secs(60)).await;
        let holds = olga.read("/holds").await;
        assert!(holds.contains("Not hired any more in Lever, but perhaps an employee in HR Cloud"), "{holds}");
        olga.click("/holds", "Ada", "I have looked there", &[]).await;
        w.drain().await;
        assert!(olga.read("/holds").await.contains("Nothing is held"));
        // Nothing was sent of Priya: nobody has to look.
        let priya = w.candidate("Priya Raman").await;
        w.hire(&priya).await;
        w.drain().await;
        w.at_ats("ines").await.press(&format!("/candidates/{priya}/unarchive"), &[]).await;
        w.later(Duration::from_secs(60)).await;
        assert!(olga.read("/holds").await.contains("Nothing is held"));
        // Kwame may be there, and is forgotten here.
        let kwame = w.candidate("Kwame Mensah").await;
        w.hire(&kwame).await;
        w.drain().await;
        olga.click("/erasures", "Forget somebody", "Erase", &[("Opportunity id", &kwame)]).await;
        w.drain().await;
        let holds = olga.read("/holds").await;
        assert!(holds.contains(&format!("with the number {kwame} may be there: it was sent, and no answer came")), "{holds}");
        olga.click("/holds", "may be there", "They were deleted there", &[]).await;
        w.drain().await;
        assert!(olga.read("/erasures").await.contains("somebody decided about the employee"));
        let db = w.db("hub").await;
        let kept = db::Sql::rows(&db, "select payload from job where kind = 'erase' and payload <> 'null'", db::params![]).await.unwrap();
        assert!(kept.is_empty(), "where the record was is not remembered any longer");
        db.close().await;
        // Ada was not made after all, somebody saw: hired again, she is hired like anybody.
        w.later(Duration::from_secs(60)).await;
        w.hire(&ada).await;
        w.drain().await;
        assert_eq!(w.employees(ADA).await.len(), 1);
        assert!(olga.read("/holds").await.contains("Nothing is held"));
    })
    .await;
}

#[tokio::test]
async fn hrc_o09_the_older_api_knows_people_by_e_mail_so_a_changed_one_makes_nobody_twice() {
    on_both(async |w| {
        let mut olga = w.without_the_newer_api().await;
        let id = w.connect_employee_api().await;
        olga.press(&format!("/connections/{id}/settings/create_missing"), &[("on", "yes")]).await;
        olga.press(&format!("/connections/{id}/settings/update"), &[("value", "overwrite")]).await;
        let before = w.headcount().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        let key = w.key().await;
        let contact = w.lever(&key, endpoint::Verb::Get, &format!("/v1/opportunities/{ada}"), json!(null)).await.1["data"]["contact"]
            .as_str()
            .unwrap()
            .to_owned();
        let rename = async |email: &str| {
            w.clock.advance(Duration::from_secs(60));
            let (status, said) = w.lever(&key, endpoint::Verb::Put, &format!("/v1/contacts/{contact}"), json!({ "emails": [email] })).await;
            assert_eq!(status, 200, "{said}");
            olga_reads(&w, &id).await;
        };
        let tap = w.tap_hr_cloud("POST", "employees").await;
        rename("countess@mail.example").await;
        let holds = olga.read("/holds").await;
        assert!(holds.contains("The e-mail of an employee in HR Cloud changed in Lever"), "{holds}");
        assert_eq!(w.headcount().await, before + 1);
        // What somebody decided stands, though the first try with it fails.
        w.at_ats("ines").await.press(&format!("/candidates/{ada}/offer"), &[("start", "2026-10-01"), ("status", "signed")]).await;
        tap.faults.lock().unwrap().push_back(Fault::Answer(503, ""));
        olga.click("/holds", "Ada", "Keep the old one there", &[]).await;
        w.drain().await;
        w.later(Duration::from_secs(60)).await;
        assert!(tap.faults.lock().unwrap().is_empty());
        let holds = olga.read("/holds").await;
        assert!(holds.contains("Nothing is held"), "{holds}");
        assert_eq!((w.headcount().await, w.employees(ADA).await.len()), (before + 1, 1));
        assert_eq!(w.employees(ADA).await[0]["xStartDate"], "2026-10-01");
        // Changed once more, and in HR Cloud by hand as well.
        rename("ada@work.example").await;
        let employee = w.employees(ADA).await[0]["Id"].as_str().unwrap().to_owned();
        w.partners.update_record("xEmployee", &employee, json!({ "xEmail": "ada@work.example" })).await.unwrap().unwrap();
        olga.click("/holds", "Ada", "It is changed there", &[]).await;
        w.drain().await;
        assert_eq!((w.headcount().await, w.employees("ada@work.example").await.len()), (before + 1, 1));
        assert!(olga.read("/holds").await.contains("Nothing is held"));
    })
    .await;
}

/// An import brings everybody up to date.
async fn olga_reads(w: &World, connection: &str) {
    let mut olga = w.at_hub().await;
    olga.click(&format!("/connections/{connection}/import"), "Everybody", "Import", &[("Only people", "")]).await;
    w.drain().await;
}

#[tokio::test]
async fn hrc_o07_hrc_o08_a_second_hire_of_one_person_is_asked_about_by_the_older_api_too() {
    on_both(async |w| {
        let mut olga = w.without_the_newer_api().await;
        let id = w.connect_employee_api().await;
        olga.press(&format!("/connections/{id}/settings/create_missing"), &[("on", "yes")]).await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        let again = w.add("Ada L. Byron", ADA, "Robotics Engineer").await;
        w.hire(&again).await;
        w.drain().await;
        assert_eq!(w.employees(ADA).await[0]["xPositionLookup"]["xPositionTitle"], "Backend Engineer");
        olga.click("/holds", &format!("with this e-mail already (number {ada})"), "It is the same person: update them", &[]).await;
        w.drain().await;
        let employees = w.employees(ADA).await;
        assert_eq!((employees.len(), &employees[0]["xEmployeeNumber"]), (1, &json!(ada)));
        assert_eq!(employees[0]["xPositionLookup"]["xPositionTitle"], "Robotics Engineer");
        // Un-hired for one job, the person still has the other.
        w.later(Duration::from_secs(60)).await;
        w.at_ats("ines").await.press(&format!("/candidates/{ada}/unarchive"), &[]).await;
        w.later(Duration::from_secs(60)).await;
        let cause = "Not hired any more in Lever, but an employee in HR Cloud";
        let (status, why) = olga.try_press("/holds/mend", &[("cause", cause), ("subject", &ada), ("way", "inactive")]).await;
        assert!(status == 400 && why.contains("belongs to another hire in Lever too"), "{why}");
    })
    .await;
}
