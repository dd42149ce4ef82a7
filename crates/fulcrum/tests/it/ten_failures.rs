//! Ten things that go wrong, each found and mended from the overview by somebody who only reads what stands there: every step
//! is a link or a button by its words.

use crate::tap::Fault;
use crate::world::{At, World, on_both};
use endpoint::Verb;
use serde_json::json;
use std::time::Duration;

const ADA: (&str, &str) = ("Ada Lovelace Byron", "ada.lovelace.byron@mail.example");
const MARIA: (&str, &str) = ("María José García López", "maría.josé.garcía.lópez@mail.example");

impl World {
    async fn hires(&self, name: &str) -> String {
        let id = self.candidate(name).await;
        self.hire(&id).await;
        self.drain().await;
        id
    }

    /// The trouble stands on the overview in these words; whoever reads it presses the link beside it.
    async fn go_from_the_overview(&self, olga: &mut At, words: &str, link: &str) -> String {
        let read = olga.read("/").await;
        assert!(read.contains(words), "{words}: {read}");
        olga.link("/", words, link).await
    }

    /// Nothing is wrong any more, and this person is an employee, once.
    async fn all_is_well(&self, olga: &mut At, words: &str, email: &str) {
        self.later(Duration::from_secs(60)).await;
        let read = olga.read("/").await;
        assert!(!read.contains(words), "{words}: {read}");
        assert_eq!(self.employees(email).await.len(), 1);
        assert!(olga.read("/holds").await.contains("Nothing is held"));
    }
}

#[tokio::test]
async fn failure_1_a_revoked_token() {
    on_both(async |w| {
        w.at_ats("ines").await.press("/settings/integrations/authorized-apps/fulcrum-hr-cloud/revoke", &[]).await;
        w.hires(ADA.0).await;
        w.later(Duration::from_secs(30)).await;
        let mut olga = w.at_hub().await;
        let page = w.go_from_the_overview(&mut olga, "HR Cloud is not connected", "Mend it").await;
        let hosted = olga.click(&page, "HR Cloud", "Connect again", &[]).await;
        let consent = olga.click(hosted.path(), "Super Admin", "Sign in with Lever", &[]).await;
        let callback = w.at_ats("ines").await.click(consent.as_str(), "HR Cloud wants access", "Accept", &[]).await;
        olga.follow(&callback).await;
        w.drain().await;
        // She was hired before there was a connection again; an import is asked for in so many words.
        olga.click(&format!("{page}/import"), "Everybody", "Import", &[]).await;
        w.drain().await;
        w.all_is_well(&mut olga, "HR Cloud is not connected", ADA.1).await;
    })
    .await;
}

#[tokio::test]
async fn failure_2_the_event_is_switched_off() {
    on_both(async |w| {
        w.hires("Kwame Mensah").await;
        w.clock.advance(Duration::from_secs(60));
        w.ats.tell(lever_api::event::Event::CandidateHired, false, None).await.unwrap();
        w.hires(ADA.0).await;
        w.later(Duration::from_secs(30)).await;
        assert_eq!(w.employees(ADA.1).await.len(), 1, "found by looking");
        let mut olga = w.at_hub().await;
        let words = "Somebody was found of whom Lever had not told. If the event \"Candidate Hired\" is switched off, a Super Admin can switch it on in Lever";
        w.go_from_the_overview(&mut olga, words, "See the set-up").await;
        let mut ines = w.at_ats("ines").await;
        let settings = ines.link("/candidates", "", "Settings").await;
        let integrations = ines.link(&settings, "", "Integrations and API…").await;
        let integrations = ines.follow_if_it_leads_on(&integrations).await;
        let webhooks = ines.link(&integrations, "", "Webhooks").await;
        ines.click(&webhooks, "Candidate Hired", "Candidate Hired", &[]).await;
        w.clock.advance(Duration::from_secs(61));
        w.hires("Yuki Sato").await;
        w.all_is_well(&mut olga, words, "yuki.sato@mail.example").await;
    })
    .await;
}

#[tokio::test]
async fn failure_3_a_missing_permission() {
    on_both(async |w| {
        let offers = connectors::ALL[0].spec().needs.iter().find(|need| need.to == "read the start date").unwrap().access.permission;
        w.connect_with_a_key_without(&[offers]).await;
        w.hires(ADA.0).await;
        let mut olga = w.at_hub().await;
        let words = "Lever does not allow HR Cloud to read the start date";
        let page = w.go_from_the_overview(&mut olga, words, "Mend it").await;
        assert!(olga.read(&page).await.contains("A Super Admin can make a new API key with it, and connect with that."));
        w.connect_with_a_key_without(&[]).await;
        w.all_is_well(&mut olga, words, ADA.1).await;
    })
    .await;
}

#[tokio::test]
async fn failure_4_an_unknown_department() {
    on_both(async |w| {
        w.hires(MARIA.0).await;
        let mut olga = w.at_hub().await;
        let words = "HR Cloud has no department \"Sales\"";
        let holds = w.go_from_the_overview(&mut olga, words, words).await;
        olga.click(&holds, words, "Create it and go on", &[]).await;
        w.drain().await;
        w.all_is_well(&mut olga, words, MARIA.1).await;
    })
    .await;
}

#[tokio::test]
async fn failure_5_an_unknown_start_date() {
    on_both(async |w| {
        let mut ines = w.at_ats("ines").await;
        let fields = [("Full name", "Grace Hopper"), ("E-mail", "grace@mail.example"), ("Job", "Backend Engineer…"), ("Stage", "Offer")];
        let profile = ines.click("/candidates/new", "Full name", "Add Candidate", &fields).await;
        w.hire(profile.path().rsplit('/').next().unwrap()).await;
        w.drain().await;
        let mut olga = w.at_hub().await;
        let words = "Start date is missing in Lever";
        let holds = w.go_from_the_overview(&mut olga, words, words).await;
        assert!(olga.read(&holds).await.contains("It is the field Anticipated start date of the signed offer."));
        ines.press(&format!("{}/offer", profile.path()), &[("start", "2026-06-01"), ("status", "signed")]).await;
        olga.click(&holds, words, "Try again", &[]).await;
        w.drain().await;
        w.all_is_well(&mut olga, words, "grace@mail.example").await;
    })
    .await;
}

#[tokio::test]
async fn failure_6_the_partner_is_down() {
    on_both(async |w| {
        let tap = w.tap_hr_cloud("POST", "xEmployee").await;
        tap.faults.lock().unwrap().extend((0..3).map(|_| Fault::Answer(503, "out of order")));
        w.hires(ADA.0).await;
        w.later(Duration::from_secs(3)).await;
        let mut olga = w.at_hub().await;
        let words = "1 hire does not reach HR Cloud";
        let read = olga.read("/").await;
        assert!(read.contains(words) && read.contains("answered 503"), "{read}");
        tap.faults.lock().unwrap().clear();
        olga.click("/", words, "Try all now", &[]).await;
        w.drain().await;
        w.all_is_well(&mut olga, words, ADA.1).await;
    })
    .await;
}

#[tokio::test]
async fn failure_7_the_partner_refuses_a_field() {
    on_both(async |w| {
        let tap = w.tap_hr_cloud("POST", "xEmployee").await;
        tap.faults.lock().unwrap().push_back(Fault::Answer(400, "{\"Message\":\"Validation failed. Value for xCountry is required but missing.\"}"));
        w.hires(ADA.0).await;
        let mut olga = w.at_hub().await;
        let words = "HR Cloud refuses: Value for xCountry is required but missing.";
        let holds = w.go_from_the_overview(&mut olga, words, words).await;
        assert!(olga.read(&holds).await.contains("HR Cloud answered 400 for Ada Lovelace Byron"));
        let connections = olga.link("/", "", "Connections").await;
        let page = olga.link(&connections, "", "HR Cloud").await;
        let fields = olga.link(&page, "", "Fields").await;
        olga.click(&fields, "Country", "Save", &[("Country", "posting.country")]).await;
        w.drain().await;
        w.all_is_well(&mut olga, words, ADA.1).await;
        assert_eq!(w.employees(ADA.1).await[0]["xCountry"], "DE");
    })
    .await;
}

#[tokio::test]
async fn failure_8_a_renamed_location() {
    on_both(async |w| {
        let (_, found) = w.hr_cloud(Verb::Get, "xLocation", json!(null)).await;
        let berlin = found.as_array().unwrap().iter().find(|l| l["xLocationName"] == "Berlin").unwrap()["Id"].as_str().unwrap().to_owned();
        w.hr_cloud(Verb::Put, &format!("xLocation/{berlin}"), json!({ "xLocationName": "Berlin Mitte" })).await;
        w.later(Duration::from_secs(3600)).await;
        let mut olga = w.at_hub().await;
        let words = "3 names in Lever lead nowhere in HR Cloud";
        let names = w.go_from_the_overview(&mut olga, words, "Match them").await;
        olga.click(&names, "Berlin 2 postings", "Use", &[("What Berlin leads to", "Berlin Mitte")]).await;
        w.hires(ADA.0).await;
        w.later(Duration::from_secs(3600)).await;
        w.all_is_well(&mut olga, words, ADA.1).await;
    })
    .await;
}

#[tokio::test]
async fn failure_9_a_duplicate_person() {
    on_both(async |w| {
        let mut ines = w.at_ats("ines").await;
        let fields = [("Full name", "Eva Lund"), ("E-mail", "eva@northwind.example"), ("Job", "Backend Engineer…"), ("Stage", "Offer")];
        let profile = ines.click("/candidates/new", "Full name", "Add Candidate", &fields).await;
        ines.press(&format!("{}/offer", profile.path()), &[("start", "2026-06-01"), ("status", "signed")]).await;
        w.hire(profile.path().rsplit('/').next().unwrap()).await;
        w.drain().await;
        let mut olga = w.at_hub().await;
        let words = "HR Cloud has an employee with this e-mail already (number 1003)";
        let holds = w.go_from_the_overview(&mut olga, words, words).await;
        olga.click(&holds, "Eva Lund", "It is the same person: update them", &[]).await;
        w.drain().await;
        w.all_is_well(&mut olga, words, "eva@northwind.example").await;
    })
    .await;
}

#[tokio::test]
async fn failure_10_clocks_that_differ() {
    on_both(async |w| {
        let ada = w.candidate(ADA.0).await;
        w.ats.tell(lever_api::event::Event::CandidateHired, false, None).await.unwrap();
        w.hire(&ada).await;
        // Lever's clock is an hour ahead of ours.
        let told = w.delivery(&ada).await;
        let at = told.triggered_at + 3_600_000;
        let (_, key) = w.webhook().await;
        let signature = lever_api::event::sign(&key, told.token.as_deref().unwrap(), at);
        let told = lever_api::event::Delivery { triggered_at: at, signature: Some(signature), ..told };
        assert_eq!(w.deliver_json(&told).await, 400);
        let mut olga = w.at_hub().await;
        let words = "1 delivery was refused";
        let read = olga.read("/").await;
        assert!(read.contains("the clock of this machine and Lever's differ: whoever operates it can set it right"), "{read}");
        let audit = w.go_from_the_overview(&mut olga, words, "See them").await;
        assert!(olga.read(&audit).await.contains("triggeredAt is more than five minutes ahead of our clock"));
        // Whoever operates the machine sets its clock; meanwhile nobody was lost.
        w.later(Duration::from_secs(3600)).await;
        assert_eq!(w.deliver_json(&told).await, 200);
        w.drain().await;
        assert_eq!(w.employees(ADA.1).await.len(), 1);
    })
    .await;
}
