//! Joinedly: a hire starts a journey, offices and teams match by name, a breach is mended, and nothing is lost or twice.

use crate::world::{At, World, on_both};
use endpoint::Verb;
use outbound::Call;
use serde_json::{Value, json};
use std::time::Duration;

pub const LEVER: &str = "/joinedly/integrations/lever";

impl World {
    /// Somebody signed in at Joinedly.
    pub async fn at_joinedly(&self, who: &str) -> At {
        At::sign_in(&self.outbound, &self.partners_url, "/joinedly/sign-in", who).await
    }

    /// Jo signs in with Lever, as the document says.
    pub async fn connects_joinedly(&self) -> At {
        let mut jo = self.at_joinedly("jo").await;
        let connect_page = jo.press(&format!("{LEVER}/connect"), &[]).await;
        let consent = jo.press(&format!("{connect_page}/lever"), &[]).await;
        let mut ines = self.at_ats("ines").await;
        let callback = ines.press(consent.as_str(), &[("answer", "accept")]).await;
        jo.follow(&callback).await;
        self.drain().await;
        jo
    }

    /// Calls Joinedly's API with a token of its own.
    pub async fn joinedly(&self, verb: Verb, path: &str, body: Value) -> (u16, Value) {
        let token = self.partners.create_joinedly_token("test").await.unwrap();
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let mut call = Call::new(verb, self.partners_url.join(&format!("/joinedly/api/v1/{path}")).unwrap(), body);
        call.headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
        self.call(&call).await
    }

    /// The joiner of an opportunity, if there is one.
    pub async fn joiner(&self, opportunity: &str) -> Option<Value> {
        let (status, joiner) = self.joinedly(Verb::Get, &format!("joiners/{opportunity}"), json!(null)).await;
        (status == 200).then_some(joiner)
    }

    /// How many joiners there are.
    pub async fn joiners(&self) -> usize {
        let (_, page) = self.joinedly(Verb::Get, "joiners", json!(null)).await;
        page["data"].as_array().unwrap().len()
    }
}

#[tokio::test]
async fn jnd_02_jnd_03_jnd_o01_a_hire_becomes_a_joiner_with_a_journey_and_every_field_lever_has() {
    on_both(async |w| {
        w.connects_joinedly().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        let joiner = w.joiner(&ada).await.expect("a joiner");
        let j = &joiner["joiner"];
        let texts = ["first_name", "last_name", "email", "position", "department", "work_type", "start_date"].map(|f| j[f].as_str().unwrap());
        assert_eq!(texts, ["Ada Lovelace", "Byron", "ada.lovelace.byron@mail.example", "Backend Engineer", "Engineering", "Full-time", "2026-03-23"]);
        assert_eq!(j["manager"], json!({ "name": "Tomasz Nowak", "email": "tomasz@northwind.example" }));
        assert!(j["recruiter"]["email"].as_str().unwrap().ends_with("@northwind.example"), "{j}");
        assert!(j["profile"].as_str().unwrap().contains(&ada));
        let (_, offices) = w.joinedly(Verb::Get, "offices", json!(null)).await;
        let berlin = offices["data"].as_array().unwrap().iter().find(|o| o["name"] == "Berlin").unwrap();
        assert_eq!(j["office"], berlin["id"]);
        assert_eq!(joiner["external_ids"], json!([ada]));
        assert_eq!(joiner["journey"], json!({ "id": joiner["journey"]["id"], "name": "Engineering", "state": "started", "done": 0, "tasks": 5 }));
        assert!(w.timeline(&ada).await.contains("created the joiner; the journey \"Engineering\" has begun"));
        // The letter to her is in the outbox, with a link of her own.
        let mail = w.at_joinedly("jo").await.read("/joinedly/mail").await;
        assert!(mail.contains("Welcome to Northwind Robotics, Ada Lovelace!"), "{mail}");
    })
    .await;
}
