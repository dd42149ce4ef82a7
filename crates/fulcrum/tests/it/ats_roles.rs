//! Who sees and does what in the ATS.

use crate::world::on_both;
use ats::people::{NewPerson, Right};
use endpoint::Verb;
use serde_json::json;

#[tokio::test]
async fn com_01_com_04_four_roles_see_what_integrations_write_and_interviewers_do_not() {
    on_both(async |w| {
        let key = w.key().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.lever(&key, Verb::Post, &format!("/v1/opportunities/{ada}/addTags"), json!({ "tags": ["Synced by a partner"] })).await;
        w.lever(&key, Verb::Post, &format!("/v1/opportunities/{ada}/notes"), json!({ "value": "Written by a partner" })).await;
        // Tomasz, the Limited Team Member, is the hiring manager of Ada's posting.
        for who in ["ines", "omar", "mei", "tomasz"] {
            let page = w.at_ats(who).await.read(&format!("/candidates/{ada}")).await;
            assert!(page.contains("Synced by a partner") && page.contains("Written by a partner"), "{who}");
        }
        let mut ruth = w.at_ats("ruth").await;
        assert_eq!(ruth.open(&format!("/candidates/{ada}")).await.0, 404, "what is hidden is not found");
        assert!(!ruth.read("/candidates").await.contains("Ada"));
        assert_eq!(ruth.try_press(&format!("/candidates/{ada}/tags"), &[("add", "x")]).await.0, 404);
    })
    .await;
}

#[tokio::test]
async fn a_limited_team_member_sees_only_candidates_of_their_own_postings() {
    on_both(async |w| {
        let person = NewPerson {
            name: "Lone Limited".into(),
            email: "lone@northwind.example".into(),
            role: "limited team member".into(),
            job_title: None,
            password_hash: Some(web::password::hash(ats::demo::PASSWORD).await),
            ..NewPerson::default()
        };
        w.ats.add_person(person).await.unwrap();
        let ada = w.candidate("Ada Lovelace Byron").await;
        let mut lone = w.at_ats("lone").await;
        assert_eq!(lone.open(&format!("/candidates/{ada}")).await.0, 404);
        assert!(lone.read("/candidates").await.contains("Nobody here"));
    })
    .await;
}

#[tokio::test]
async fn com_03_jnd_01_settings_need_their_permission_also_in_a_role_of_ones_own() {
    on_both(async |w| {
        for (who, company, integrations, users) in [("ines", 200, 200, 200), ("omar", 200, 403, 200), ("mei", 403, 403, 200), ("ruth", 403, 403, 403)]
        {
            let mut at = w.at_ats(who).await;
            assert_eq!(at.open("/settings/company/locations").await.0, company, "{who}");
            assert_eq!(at.open("/settings/integrations/webhooks").await.0, integrations, "{who}");
            assert_eq!(at.open("/settings/users").await.0, users, "{who}");
        }
        let rights: Vec<Right> = Right::ALL.into_iter().filter(|r| *r != Right::ManageIntegrations).collect();
        let role = w.ats.add_role("Super Admin without integrations", &rights).await.unwrap();
        let person = NewPerson {
            name: "Almost Super".into(),
            email: "almost@northwind.example".into(),
            role,
            job_title: None,
            password_hash: Some(web::password::hash(ats::demo::PASSWORD).await),
            ..NewPerson::default()
        };
        w.ats.add_person(person).await.unwrap();
        let mut almost = w.at_ats("almost").await;
        assert_eq!(almost.open("/settings/integrations/webhooks").await.0, 403);
        let (_, _, consent) = w.to_consent().await;
        assert!(almost.read(consent.as_str()).await.contains("Super Admin without integrations"));
        assert_eq!(almost.try_press(consent.as_str(), &[("answer", "accept")]).await.0, 403);
    })
    .await;
}

#[tokio::test]
async fn a_deactivated_user_is_signed_out_and_an_admin_cannot_deactivate_a_super_admin() {
    on_both(async |w| {
        let (_, users) = w.lever(&w.key().await, Verb::Get, "/v1/users", json!(null)).await;
        let id = |email: &str| users["data"].as_array().unwrap().iter().find(|u| u["email"] == email).unwrap()["id"].as_str().unwrap().to_owned();
        let mut mei = w.at_ats("mei").await;
        assert_eq!(mei.open("/candidates").await.0, 200);
        let mut omar = w.at_ats("omar").await;
        assert_eq!(omar.try_press(&format!("/settings/users/{}/active", id("ines@northwind.example")), &[("active", "")]).await.0, 403);
        omar.press(&format!("/settings/users/{}/active", id("mei@northwind.example")), &[("active", "")]).await;
        assert_eq!(mei.open("/candidates").await.0, 303);
        let (_, now) = w.lever(&w.key().await, Verb::Get, "/v1/users", json!(null)).await;
        assert_eq!(now["data"].as_array().unwrap().len(), users["data"].as_array().unwrap().len() - 1);
        let (_, all) = w.lever(&w.key().await, Verb::Get, "/v1/users?includeDeactivated=true", json!(null)).await;
        assert_eq!(all["data"].as_array().unwrap().len(), users["data"].as_array().unwrap().len());
    })
    .await;
}
