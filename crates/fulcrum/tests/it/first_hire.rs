//! The first hire: from a click in the ATS to an employee in HR Cloud, once, whatever happens on the way.

use crate::world::on_both;
use lever_api::event::Event;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn hrc_01_hrc_16_a_hire_becomes_one_employee_however_often_lever_tells_us() {
    on_both(async |w| {
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        let told = w.delivery(&ada).await;
        for _ in 0..3 {
            assert_eq!(w.deliver_json(&told).await, 200);
        }
        let again = w.delivery(&ada).await;
        assert_eq!(w.deliver_json(&again).await, 200);
        w.drain().await;

        let employees = w.employees("ada.lovelace.byron@mail.example").await;
        assert_eq!(employees.len(), 1);
        let e = &employees[0];
        // HRC-18 to HRC-29: the eleven fields of the document, and what the API demands beside them.
        let names =
            ["xFirstName", "xMIddleName", "xLastName", "xFullName", "xEmail", "xEmployeeNumber", "xRecordStatus"].map(|f| e[f].as_str().unwrap());
        assert_eq!(names, ["Ada", "Lovelace", "Byron", "Ada Lovelace Byron", "ada.lovelace.byron@mail.example", ada.as_str(), "Active"]);
        assert_eq!(e["xPositionLookup"]["xPositionTitle"], "Backend Engineer");
        assert_eq!(e["xDepartmentLookup"]["xDepartmentName"], "Engineering");
        assert_eq!(e["xLocationLookup"]["xLocationName"], "Berlin");
        assert_eq!(e["xEmploymentTypeLookup"]["xType"], "Full-time");
        assert_eq!(e["xEmploymentStatusLookup"]["xType"], "Active");
        assert_eq!(e["xManagerLookup"]["xEmail"], "tomasz@northwind.example");
        assert_eq!(e["xStartDate"], "2026-03-23");

        let timeline = w.timeline(&ada).await;
        for words in [
            "Lever told us: Candidate Hired",
            "2 duplicates ignored",
            "Read from Lever and decided",
            "To be sent to HR Cloud",
            "Confirmed by HR Cloud",
            "created employee",
        ] {
            assert!(timeline.contains(words), "{words}: {timeline}");
        }
    })
    .await;
}

#[tokio::test]
async fn hrc_05_com_09_with_the_event_switched_off_in_lever_nothing_is_told_and_both_sides_warn_until_it_is_switched_on() {
    on_both(async |w| {
        w.ats.tell(Event::CandidateHired, false, None).await.unwrap();
        let before = w.headcount().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        assert_eq!((w.headcount().await, w.deliveries().await), (before, 0));
        let warning = "a Super Admin can switch it on in Lever under Settings > Integrations and API > Webhooks";
        let tenant = w.hub.first_tenant().await.unwrap().unwrap();
        let page = format!("/connections/{}", w.hub.all_connections(&tenant).await.unwrap()[0].id);
        let (mut olga, mut helen) = (w.at_hub().await, w.at_hr_cloud("helen").await);
        let integration = "/hr-cloud/settings/integrations/lever";
        assert!(olga.read(&page).await.contains(warning));
        assert!(helen.read(integration).await.contains(warning));

        // Whom nobody told of is read when somebody asks, by the address of the profile.
        let search = olga.read(&format!("/hires?q=https://hire.lever.co/candidates/{ada}")).await;
        assert!(search.contains("Lever has not told of this opportunity. Read it from Lever"), "{search}");
        olga.press(&format!("/hires/{ada}/look-again"), &[]).await;
        w.drain().await;
        assert_eq!(w.headcount().await, before + 1);
        assert!(w.timeline(&ada).await.contains("Confirmed by HR Cloud"));

        w.ats.tell(Event::CandidateHired, true, None).await.unwrap();
        let charles = w.candidate("Chen Wei").await;
        w.hire(&charles).await;
        w.drain().await;
        assert_eq!(w.deliveries().await, 1, "exactly one for each subscription");
        let text = olga.read(&page).await;
        assert!(!text.contains(warning) && text.contains("last heard"), "{text}");
        assert!(!helen.read(integration).await.contains(warning));
    })
    .await;
}

#[tokio::test]
async fn hrc_06_hrc_15_com_10_the_setting_makes_one_webhook_and_takes_it_away_again() {
    on_both(async |w| {
        let url = "/hr-cloud/settings/integrations/lever/settings/use_webhook";
        let mut helen = w.at_hr_cloud("helen").await;
        let (first, token) = w.webhook().await;
        helen.press(url, &[("on", "yes")]).await;
        w.drain().await;
        assert_eq!(w.webhook().await, (first, token), "on already: left alone");
        helen.press(url, &[("on", "")]).await;
        w.drain().await;
        assert!(w.webhooks().await.is_empty());
        helen.press(url, &[("on", "yes")]).await;
        w.drain().await;
        assert_eq!(w.webhooks().await.len(), 1);
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        assert_eq!(w.employees("ada.lovelace.byron@mail.example").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_hr_cloud_lacks_is_held_and_one_click_mends_it_for_everyone() {
    on_both(async |w| {
        // "Account Executive" is in the department Sales, which HR Cloud does not have; "Technical Writer" is no position there.
        let (sales, writer) = (w.candidate("María José García López").await, w.candidate("Priya Raman").await);
        w.hire(&sales).await;
        w.hire(&writer).await;
        w.drain().await;
        let mut olga = w.at_hub().await;
        let holds = olga.read("/holds").await;
        assert!(holds.contains("HR Cloud has no department \"Sales\""), "{holds}");
        assert!(holds.contains("HR Cloud has no position \"Technical Writer\""), "{holds}");
        assert!(w.employees("priya.raman@mail.example").await.is_empty());

        olga.click("/holds", "HR Cloud has no department \"Sales\"", "Create it and go on", &[]).await;
        w.drain().await;
        assert_eq!(w.employees("maría.josé.garcía.lópez@mail.example").await.len(), 1);
        assert!(w.employees("priya.raman@mail.example").await.is_empty());
        olga.click("/holds", "HR Cloud has no position \"Technical Writer\"", "Create it and go on", &[]).await;
        w.drain().await;
        assert_eq!(w.employees("priya.raman@mail.example").await.len(), 1);
        assert!(olga.read("/holds").await.contains("Nothing is held"));
    })
    .await;
}

#[tokio::test]
async fn hrc_o04_a_hire_without_a_start_date_waits_and_goes_on_by_itself_when_the_offer_comes() {
    on_both(async |w| {
        let mut ines = w.at_ats("ines").await;
        let postings = w.lever(&w.key().await, endpoint::Verb::Get, "/v1/postings", json!(null)).await.1;
        let engineer =
            postings["data"].as_array().unwrap().iter().find(|p| p["text"] == "Backend Engineer").unwrap()["id"].as_str().unwrap().to_owned();
        let profile = ines
            .press("/candidates/new", &[("name", "Grace Hopper"), ("email", "grace@mail.example"), ("posting", &engineer), ("stage", "offer")])
            .await;
        let grace = profile.path().rsplit('/').next().unwrap().to_owned();
        w.hire(&grace).await;
        w.drain().await;
        assert!(w.timeline(&grace).await.contains("Grace Hopper has no start date in Lever"));
        // An offer does not move updatedAt, so no event and no list tells of it: the slow second look finds it.
        ines.press(&format!("/candidates/{grace}/offer"), &[("start", "2026-06-01"), ("status", "signed")]).await;
        w.drain().await;
        assert!(w.employees("grace@mail.example").await.is_empty());
        w.later(Duration::from_secs(15 * 60)).await;
        assert_eq!(w.employees("grace@mail.example").await[0]["xStartDate"], "2026-06-01");
    })
    .await;
}

#[tokio::test]
async fn nobody_becomes_an_employee_who_was_moved_or_rejected() {
    on_both(async |w| {
        let before = w.headcount().await;
        let mut ines = w.at_ats("ines").await;
        let (_, reasons) = w.lever(&w.key().await, endpoint::Verb::Get, "/v1/archive_reasons?type=non-hired", json!(null)).await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        ines.press(&format!("/candidates/{ada}/stage"), &[("stage", "applicant-new")]).await;
        ines.press(&format!("/candidates/{ada}/archive"), &[("reason", reasons["data"][0]["id"].as_str().unwrap())]).await;
        w.drain().await;
        // Even a delivery that claims a hire only makes us look.
        assert_eq!(w.deliver_json(&w.delivery(&ada).await).await, 200);
        w.drain().await;
        assert_eq!(w.headcount().await, before);
    })
    .await;
}

#[tokio::test]
async fn hrc_o07_the_same_e_mail_under_another_number_is_for_people_to_decide() {
    on_both(async |w| {
        let mut ines = w.at_ats("ines").await;
        let postings = w.lever(&w.key().await, endpoint::Verb::Get, "/v1/postings", json!(null)).await.1;
        let job = postings["data"].as_array().unwrap().iter().find(|p| p["text"] == "Product Designer").unwrap()["id"].as_str().unwrap().to_owned();
        let profile =
            ines.press("/candidates/new", &[("name", "Eva Lund"), ("email", "eva@northwind.example"), ("posting", &job), ("stage", "offer")]).await;
        let eva = profile.path().rsplit('/').next().unwrap().to_owned();
        ines.press(&format!("/candidates/{eva}/offer"), &[("start", "2026-06-01"), ("status", "signed")]).await;
        w.hire(&eva).await;
        w.drain().await;
        let timeline = w.timeline(&eva).await;
        assert!(timeline.contains("Eva Lund has the e-mail of employee 1003 in HR Cloud"), "{timeline}");
        assert_eq!(w.employees("eva@northwind.example").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn com_12_hrc_30_revoke_access_ends_the_connection_and_nothing_arrives_any_more() {
    on_both(async |w| {
        let mut ines = w.at_ats("ines").await;
        assert!(ines.read("/settings/integrations/authorized-apps").await.contains("HR Cloud"), "COM-11");
        ines.press("/settings/integrations/authorized-apps/fulcrum-hr-cloud/revoke", &[]).await;
        assert!(ines.read("/settings/integrations/authorized-apps").await.contains("No authorized apps"), "COM-11");
        let before = w.headcount().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        w.later(Duration::from_secs(3600)).await;
        assert_eq!(w.headcount().await, before);
        let mut olga = w.at_hub().await;
        assert!(olga.read("/").await.contains("HR Cloud is not connected"));
        assert!(w.at_hr_cloud("helen").await.read("/hr-cloud/settings/integrations/lever").await.contains("Not connected"));
        // Late deliveries are refused, and said so.
        assert_eq!(w.deliver_json(&w.delivery(&ada).await).await, 410);

        // Nothing was lost: connecting again lets go what waited.
        w.reconnect().await;
        w.drain().await;
        assert_eq!(w.employees("ada.lovelace.byron@mail.example").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_connection_outlives_its_token() {
    on_both(async |w| {
        w.later(Duration::from_secs(2 * 3600)).await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        assert_eq!(w.employees("ada.lovelace.byron@mail.example").await.len(), 1);
        w.later(Duration::from_secs(30 * 86_400)).await;
        let kwame = w.candidate("Kwame Mensah").await;
        w.hire(&kwame).await;
        w.drain().await;
        assert_eq!(w.employees("kwame.mensah@mail.example").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_client_secret_ends_no_connection_and_says_who_can_mend_it() {
    on_both(async |w| {
        let tenant = w.hub.first_tenant().await.unwrap().unwrap();
        let app = |client_secret: String| hub::LeverApp {
            client_id: "fulcrum-hr-cloud".into(),
            client_secret,
            authorize_url: w.ats_url.join("/authorize").unwrap().into(),
            token_url: w.ats_url.join("/oauth/token").unwrap().into(),
            api_base: w.ats_url.as_str().trim_end_matches('/').into(),
            audience: w.ats_url.join("/v1/").unwrap().into(),
        };
        w.hub.set_lever_app(&tenant, "hr-cloud", &app("mistyped".into())).await.unwrap();
        w.clock.advance(Duration::from_secs(2 * 3600));
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        let holds = w.at_hub().await.read("/holds").await;
        assert!(holds.contains("Whoever operates this hub can enter the client secret again: fulcrum hub lever-app hr-cloud"), "{holds}");
        assert!(w.hub.all_connections(&tenant).await.unwrap()[0].connected);

        let secret = w.ats.register_app("fulcrum-hr-cloud", "HR Cloud", &[w.hub_url.join("connect/callback").unwrap().to_string()]).await.unwrap();
        w.hub.set_lever_app(&tenant, "hr-cloud", &app(secret)).await.unwrap();
        w.later(Duration::from_secs(15 * 60)).await;
        assert_eq!(w.employees("ada.lovelace.byron@mail.example").await.len(), 1, "it goes on by itself");
    })
    .await;
}

#[tokio::test]
async fn hrc_o11_whoever_is_un_hired_while_waiting_never_becomes_an_employee() {
    on_both(async |w| {
        let priya = w.candidate("Priya Raman").await;
        w.hire(&priya).await;
        w.drain().await;
        let mut olga = w.at_hub().await;
        assert!(olga.read("/holds").await.contains("Technical Writer"));
        w.at_ats("ines").await.press(&format!("/candidates/{priya}/unarchive"), &[]).await;
        // Nobody tells of an unarchiving here; the slow second look finds it.
        w.later(Duration::from_secs(15 * 60)).await;
        assert!(w.at_hub().await.read("/holds").await.contains("Nothing is held"));
        assert!(w.employees("priya.raman@mail.example").await.is_empty());
        // Hired after all: the same intention goes again.
        w.hire(&priya).await;
        w.drain().await;
        let mut olga = w.at_hub().await;
        olga.click("/holds", "HR Cloud has no position \"Technical Writer\"", "Create it and go on", &[]).await;
        w.drain().await;
        assert_eq!(w.employees("priya.raman@mail.example").await.len(), 1);
    })
    .await;
}
