//! Field maps and names: what fills which field, tried on real people before it is saved; what leads nowhere, seen before
//! the first hire; every version kept.

use crate::world::on_both;
use endpoint::Verb;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn a_field_map_is_tried_on_the_latest_hires_before_it_is_saved_and_what_cannot_be_meant_is_refused() {
    on_both(async |w| {
        for name in ["Ada Lovelace Byron", "Kwame Mensah"] {
            w.hire(&w.candidate(name).await).await;
        }
        w.drain().await;
        let mut olga = w.at_hub().await;
        let page = format!("/connections/{}/fields", w.connection().await);
        let read = olga.read(&page).await;
        assert!(
            read.contains("Position Backend Engineer Robotics Engineer") || read.contains("Position Robotics Engineer Backend Engineer"),
            "{read}"
        );
        assert!(read.contains("Mobile phone empty empty"), "{read}");

        let trying = format!("{page}/try");
        let form = [("xCellPhone", "phone"), ("xLocationLookup", "posting.level")];
        let (status, tried) = olga.try_press(&trying, &form).await;
        assert!(status == 200 && tried.contains("Nothing is saved yet") && tried.contains("Mobile phone +49 30 5550"), "{tried}");
        assert!(tried.contains("Location missing missing"), "what is demanded and empty is marked: {tried}");
        let (_, tried) = olga.try_press(&trying, &[("xCity", "posting.locaton")]).await;
        assert!(tried.contains("City: Lever says nothing of \"posting.locaton\". Did you mean posting.location?"), "{tried}");
        assert!(olga.read(&page).await.contains("Mobile phone empty empty"), "trying saves nothing");

        let (status, refused) = olga.try_press(&page, &[("xCity", "posting.locaton")]).await;
        assert!(status == 400 && refused.contains("Did you mean posting.location?"), "{refused}");

        olga.click(&page, "Mobile phone", "Save", &[("Mobile phone", "phone"), ("City", "posting.location | upper")]).await;
        let yuki = w.candidate("Yuki Sato").await;
        w.hire(&yuki).await;
        w.drain().await;
        let e = &w.employees("yuki.sato@mail.example").await[0];
        assert_eq!((e["xCellPhone"].as_str().unwrap(), e["xCity"].as_str().unwrap()), ("+49 30 5550 0002", "LISBON"));
    })
    .await;
}

#[tokio::test]
async fn every_change_of_settings_is_a_version_with_its_difference_and_the_way_back() {
    on_both(async |w| {
        let mut olga = w.at_hub().await;
        let connection = w.connection().await;
        let fields = format!("/connections/{connection}/fields");
        olga.click(&fields, "City", "Save", &[("City", "posting.location")]).await;
        w.clock.advance(Duration::from_secs(1));
        olga.click(&fields, "City", "Save", &[("City", "location")]).await;
        let page = format!("/connections/{connection}/versions");
        let read = olga.read(&page).await;
        assert!(read.contains("fields › xCity: posting.location location"), "{read}");
        assert!(read.contains("Olga Petrova"), "{read}");
        olga.click(&page, "fields › xCity: posting.location", "Go back to this", &[]).await;
        let read = olga.read(&fields).await;
        assert!(read.contains("City"), "{read}");
        let (_, html) = olga.open(&fields).await;
        assert!(html.contains("name=\"xCity\" value=\"posting.location\""), "{html}");
        assert!(olga.read(&page).await.contains("in force"));
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn names_that_lead_nowhere_are_seen_before_the_first_hire_and_matched_with_a_click() {
    on_both(async |w| {
        let mut olga = w.at_hub().await;
        let overview = olga.read("/").await;
        assert!(overview.contains("2 names in Lever lead nowhere in HR Cloud"), "{overview}");
        let page = format!("/connections/{}/names", w.connection().await);
        let read = olga.read(&page).await;
        assert!(read.contains("Technical Writer 1 posting nowhere hires are held"), "{read}");
        assert!(read.contains("Sales 1 posting nowhere hires are held"), "{read}");
        assert!(read.contains("Backend Engineer 1 posting the same name"), "{read}");
        olga.click(&page, "Sales 1 posting", "Use", &[("What Sales leads to", "People")]).await;
        assert!(olga.read(&page).await.contains("Sales 1 posting chosen People"));
        let maria = w.candidate("María José García López").await;
        w.hire(&maria).await;
        w.drain().await;
        let e = &w.employees("maría.josé.garcía.lópez@mail.example").await[0];
        assert_eq!(e["xDepartmentLookup"]["xDepartmentName"], "People");
        olga.click(&page, "Sales 1 posting", "Use", &[("What Sales leads to", "nothing: forget the choice")]).await;
        assert!(olga.read(&page).await.contains("Sales 1 posting nowhere"));
        w.drain().await;
        // What was mended is counted at once.
        olga.click(&page, "Sales 1 posting", "Use", &[("What Sales leads to", "People")]).await;
        w.drain().await;
        assert!(olga.read("/").await.contains("1 name in Lever leads nowhere in HR Cloud"));
    })
    .await;
}

#[tokio::test]
async fn what_either_side_adds_renames_or_removes_is_noticed_within_an_hour() {
    on_both(async |w| {
        w.later(Duration::from_secs(3600)).await;
        let (_, found) = w.hr_cloud(Verb::Get, "xLocation", json!(null)).await;
        let berlin = found.as_array().unwrap().iter().find(|l| l["xLocationName"] == "Berlin").unwrap()["Id"].as_str().unwrap().to_owned();
        w.hr_cloud(Verb::Put, &format!("xLocation/{berlin}"), json!({ "xLocationName": "Berlin Mitte" })).await;
        w.hr_cloud(Verb::Post, "xDepartment", json!({ "xDepartmentName": "Legal", "xDepartmentCode": "LEGAL", "xRecordStatus": "Active" })).await;
        w.later(Duration::from_secs(3600)).await;
        let mut olga = w.at_hub().await;
        let page = format!("/connections/{}/names", w.connection().await);
        let read = olga.read(&page).await;
        assert!(read.contains("HR Cloud renamed \"Berlin\" to \"Berlin Mitte\" among its locations."), "{read}");
        assert!(read.contains("HR Cloud has \"Legal\" among its departments now."), "{read}");
        let overview = olga.read("/").await;
        assert!(overview.contains("3 names in Lever lead nowhere in HR Cloud"), "{overview}");
        // One click, and hires onto Berlin go on.
        olga.click(&page, "Berlin 2 postings", "Use", &[("What Berlin leads to", "Berlin Mitte")]).await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        assert_eq!(w.employees("ada.lovelace.byron@mail.example").await[0]["xLocationLookup"]["xLocationName"], "Berlin Mitte");
    })
    .await;
}

#[tokio::test]
async fn fields_are_filled_from_forms_and_from_the_requisition_which_are_read_only_where_the_map_names_them() {
    on_both(async |w| {
        let tap = w.tap_lever("GET", "nothing").await;
        let (ada, kwame) = (w.candidate("Ada Lovelace Byron").await, w.candidate("Kwame Mensah").await);
        w.hire(&kwame).await;
        w.drain().await;
        let named = |calls: &[String], what: &str| calls.iter().any(|call| call.contains(what));
        let calls = tap.calls();
        assert!(named(&calls, "/offers") && !named(&calls, "/forms") && !named(&calls, "/requisitions"), "{calls:?}");

        let mut ines = w.at_ats("ines").await;
        let profile = format!("/candidates/{ada}");
        let answers = [("Preferred first name", "Countess"), ("T-shirt size", "L"), ("First day in the office", "2026-04-01")];
        ines.click(&profile, "Fill in: Onboarding data", "Save form", &answers).await;
        let read = ines.read(&profile).await;
        assert!(read.contains("Preferred first name Countess T-shirt size L First day in the office 1 Apr 2026"), "{read}");
        let mut olga = w.at_hub().await;
        let page = format!("/connections/{}/fields", w.connection().await);
        let expressions = [
            ("First name", "forms['Onboarding data']['Preferred first name'] or name.first"),
            ("Start date", "forms['Onboarding data']['First day in the office'] or offer.start_date"),
            ("City", "requisition.fields.cost_center"),
            ("Mobile phone", "requisition.employment_status"),
        ];
        olga.click(&page, "City", "Save", &expressions).await;
        ines.click(&profile, "ENG-7", "Mark as hired", &[("Requisition", "Requisition ENG-7")]).await;
        w.drain().await;
        let e = &w.employees("ada.lovelace.byron@mail.example").await[0];
        let told = ["xFirstName", "xStartDate", "xCity", "xCellPhone"].map(|f| e[f].as_str().unwrap_or_default());
        assert_eq!(told, ["Countess", "2026-04-01", "4711", "full-time"]);
        let (status, found) = w.lever(&w.key().await, Verb::Get, "/v1/requisitions?requisition_code=ENG-7", json!(null)).await;
        assert_eq!((status, &found["data"][0]["headcountHired"]), (200, &json!(1)));
        // Whoever is not hired after all leaves the place free.
        ines.press(&format!("{profile}/unarchive"), &[]).await;
        let (_, found) =
            w.lever(&w.key().await, Verb::Get, &format!("/v1/requisitions/{}", found["data"][0]["id"].as_str().unwrap()), json!(null)).await;
        assert_eq!(found["data"]["headcountHired"], 0);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_typed_into_the_field_map_is_never_lost_and_a_demanded_field_is_never_left_empty() {
    on_both(async |w| {
        let mut olga = w.at_hub().await;
        let fields = format!("/connections/{}/fields", w.connection().await);
        let form = [("xStartDate", ""), ("xCity", "posting.location")];
        let (status, html) = olga.try_press(&fields, &form).await;
        assert!(status == 400 && html.contains("HR Cloud demands Department: say what fills it.") && html.contains("Nothing is saved."), "{html}");
        let tried = olga.try_press(&format!("{fields}/try"), &[("xCity", "posting.location |")]).await.1;
        assert!(tried.contains("Nothing is saved yet.") && tried.contains("City: "), "{tried}");
        let (_, nameless) = olga.try_press(&fields, &[("new_expression", "opportunity.id")]).await;
        assert!(nameless.contains("Say which field of the partner's the last expression fills."), "{nameless}");
        w.drain().await;
    })
    .await;
}
