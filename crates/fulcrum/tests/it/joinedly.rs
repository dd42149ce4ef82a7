//! Joinedly, set up and in use: the source document's sentences, and what it leaves open.

use crate::tap::Fault;
use crate::world::{At, World, on_both};
use endpoint::Verb;
use lever_api::event::{Delivery, Event, sign};
use outbound::Call;
use serde_json::{Value, json};
use std::time::Duration;

pub const LEVER: &str = "/joinedly/integrations/lever";
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

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
        assert_eq!(jo.follow(&callback).await.path(), LEVER);
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

    /// A delivery about this opportunity, signed with this token: the status.
    async fn tell_joinedly(&self, opportunity: &str, signed_with: &str) -> u16 {
        let (_, url, _) = self.webhook_of("joinedly").await;
        let (token, at) = (db::vault::random_hex(24), self.clock.now().0);
        let delivery = Delivery {
            id: Some("e".into()),
            event: "candidateHired".into(),
            triggered_at: at,
            signature: Some(sign(signed_with, &token, at)),
            token: Some(token),
            data: json!({ "opportunityId": opportunity }),
        };
        self.call(&Call::new(Verb::Post, url, serde_json::to_vec(&delivery).unwrap())).await.0
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
        let mail = w.at_joinedly("jo").await.read("/joinedly/mail").await;
        assert!(mail.contains("Welcome to Northwind Robotics, Ada Lovelace!"), "{mail}");
    })
    .await;
}

#[tokio::test]
async fn jnd_04_jnd_05_jnd_06_jnd_07_jnd_10_set_up_once_with_two_options_and_the_token_is_filled_in_by_itself() {
    on_both(async |w| {
        let mut jo = w.at_joinedly("jo").await;
        let list = jo.link("/joinedly/joiners", "Integrations", "Integrations").await;
        let page = jo.link(&list, "Lever Integration", "Lever Integration…").await;
        let text = jo.read(&page).await;
        assert!(text.contains("Sign in with Lever") && text.contains("Signature Token not set"), "{text}");
        assert!(text.contains("You may reach out to founders@joinedly.com if you face any issues."), "{text}");
        w.connects_joinedly().await;
        let (status, html) = jo.open(&page).await;
        let (_, _, token) = w.webhook_of("joinedly").await;
        assert!(status == 200 && !html.contains(&token), "the token is never shown");
        let text = jo.read(&page).await;
        assert!(text.contains("Lever Connected") && text.contains("Signature Token set"), "{text}");
        // A month later, the token of the sign-in long expired, and set-up opened once more.
        w.later(31 * DAY).await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        assert!(w.joiner(&ada).await.is_some());
        assert!(w.at_joinedly("jo").await.read(&page).await.contains("Lever Connected"));
        let tenant = w.hub.first_tenant().await.unwrap().unwrap();
        let connections = w.hub.all_connections(&tenant).await.unwrap();
        assert_eq!(connections.iter().filter(|c| c.connector == "joinedly").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn com_06_jnd_08_members_of_joinedly_see_no_integrations_and_a_cancelled_consent_grants_nothing() {
    on_both(async |w| {
        let mut malik = w.at_joinedly("malik").await;
        let text = malik.read("/joinedly/joiners").await;
        assert!(!text.contains("Integrations") && !text.contains("Settings"), "{text}");
        for page in ["/joinedly/integrations", LEVER, "/joinedly/settings/general", "/joinedly/mail"] {
            assert_eq!(malik.open(page).await.0, 403, "{page}");
        }
        let mut jo = w.at_joinedly("jo").await;
        let connect_page = jo.press(&format!("{LEVER}/connect"), &[]).await;
        let consent = jo.press(&format!("{connect_page}/lever"), &[]).await;
        let mut ines = w.at_ats("ines").await;
        assert!(ines.read(consent.as_str()).await.contains("Joinedly wants access to your Lever account"));
        let callback = ines.press(consent.as_str(), &[("answer", "cancel")]).await;
        jo.open(callback.as_str()).await;
        assert!(!jo.read(LEVER).await.contains("Connected"));
    })
    .await;
}

#[tokio::test]
async fn jnd_09_jnd_o09_the_hub_registers_the_webhook_and_says_so_while_the_event_is_switched_off() {
    on_both(async |w| {
        w.ats.tell(Event::CandidateHired, false, None).await.unwrap();
        let mut jo = w.connects_joinedly().await;
        let waiting = "Lever has not told of any \"Candidate Hired\" yet.";
        assert!(jo.read(LEVER).await.contains(waiting));
        let before = w.deliveries().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        assert_eq!((w.deliveries().await, w.joiners().await), (before, 0));
        w.ats.tell(Event::CandidateHired, true, None).await.unwrap();
        let chen = w.candidate("Chen Wei").await;
        w.hire(&chen).await;
        w.drain().await;
        assert!(w.joiner(&chen).await.is_some());
        assert!(!jo.read(LEVER).await.contains(waiting));
        // Whom nobody told of is found all the same.
        w.later(MINUTE).await;
        assert!(w.joiner(&ada).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn jnd_11_jnd_o02_with_a_token_alone_hires_wait_and_nobody_empty_is_made_until_somebody_signs_in() {
    on_both(async |w| {
        let (mut jo, mut ines) = (w.at_joinedly("jo").await, w.at_ats("ines").await);
        // Lever shows a token for an address, so the address comes first.
        jo.click(LEVER, "Signature Token", "Show the address for Lever", &[]).await;
        let text = jo.read(LEVER).await;
        let hook = text.split_whitespace().find(|word| word.contains("/hooks/lever/")).expect("the address").to_owned();
        assert!(text.contains("hires wait until somebody signs in"), "{text}");
        let page = ines.press("/settings/integrations/webhooks/candidateHired/add", &[("url", &hook)]).await;
        let webhook = ines.read(page.path()).await;
        let token = webhook.split("Signature token ").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap().to_owned();
        let ada = w.candidate("Ada Lovelace Byron").await;
        // What was signed with another token is refused.
        w.hire(&ada).await;
        w.drain().await;
        assert!(jo.read(LEVER).await.contains("signature does not fit"));
        jo.click(LEVER, "Signature Token", "Save", &[("Signature Token", &token)]).await;
        let chen = w.candidate("Chen Wei").await;
        w.hire(&chen).await;
        w.drain().await;
        assert_eq!(w.joiners().await, 0);
        let mut olga = w.at_hub().await;
        let holds = olga.read("/holds").await;
        assert!(holds.contains("Joinedly needs sign-in"), "{holds}");
        assert!(!jo.read(LEVER).await.contains("signature does not fit"));

        w.connects_joinedly().await;
        assert!(w.joiner(&chen).await.is_some());
        assert!(!olga.read("/holds").await.contains("Joinedly needs sign-in"));
        // Whose delivery was refused is found by looking.
        w.later(MINUTE).await;
        assert_eq!((w.joiner(&ada).await.is_some(), w.joiners().await), (true, 2));
        // Both webhooks tell of the next hire, Lever's page's and the hub's own: one joiner.
        let kwame = w.candidate("Kwame Mensah").await;
        w.hire(&kwame).await;
        w.drain().await;
        assert_eq!(w.joiners().await, 3);
    })
    .await;
}

#[tokio::test]
async fn jnd_12_jnd_13_jnd_14_jnd_15_both_sides_list_places_and_teams_on_pages_and_over_their_apis() {
    on_both(async |w| {
        let (mut ines, mut jo) = (w.at_ats("ines").await, w.at_joinedly("jo").await);
        for (page, names) in [
            ("/settings/company/locations", ["Locations", "Berlin"]),
            ("/settings/company/departments-and-teams", ["Departments & Teams", "Platform"]),
        ] {
            let text = ines.read(page).await;
            assert!(names.iter().all(|name| text.contains(name)), "{text}");
        }
        jo.click("/joinedly/settings/general", "Offices", "Add", &[("New office", "Porto"), ("Time zone", "Europe/Lisbon")]).await;
        assert!(jo.open("/joinedly/settings/general").await.1.contains("Porto"));
        jo.click("/joinedly/settings/teams", "Teams", "Add", &[("New team", "Field Tests")]).await;
        for (list, name) in [("offices", "Porto"), ("teams", "Field Tests")] {
            let (_, found) = w.joinedly(Verb::Get, list, json!(null)).await;
            assert!(found["data"].as_array().unwrap().iter().any(|entry| entry["name"] == name), "{found}");
        }
        for (fields, why) in
            [([("name", "Porto 2"), ("zone", "Europe/Nowhere")], "There is no time zone"), ([("name", " "), ("zone", "")], "1 to 200 characters")]
        {
            let (status, text) = jo.try_press("/joinedly/settings/places/office", &fields).await;
            assert!(status == 400 && text.contains(why), "{text}");
        }
    })
    .await;
}

#[tokio::test]
async fn jnd_16_jnd_17_jnd_18_jnd_o03_the_match_report_shows_what_is_left_blank_and_one_click_fills_it_for_good() {
    on_both(async |w| {
        let mut jo = w.connects_joinedly().await;
        // Before anybody is hired: Lever has London and EMEA, Joinedly has London HQ.
        let report = jo.read(LEVER).await;
        for words in [
            "London no match left blank",
            "Berlin the same name",
            "Only in Joinedly: London HQ",
            "EMEA no match left blank",
            "1 of 3 do not match",
            "2 of 6 do not match",
        ] {
            assert!(report.contains(words), "{words}: {report}");
        }
        let maria = w.candidate("María José García López").await;
        w.hire(&maria).await;
        w.drain().await;
        let joiner = w.joiner(&maria).await.expect("nobody waits for a name");
        assert_eq!((&joiner["joiner"]["office"], &joiner["joiner"]["office_named"]), (&json!(null), &json!("London")));
        assert!(jo.read("/joinedly/joiners").await.contains("no match for “London”"));
        assert!(w.timeline(&maria).await.contains("Joinedly has no office \"London\", so it was left blank"));

        jo.click(LEVER, "London no match", "Use", &[("Which office “London” is", "London HQ")]).await;
        jo.click(LEVER, "EMEA no match", "Add it here", &[]).await;
        w.drain().await;
        let joiner = w.joiner(&maria).await.unwrap();
        assert!(joiner["joiner"]["office"].is_string() && joiner["joiner"]["office_named"].is_null(), "{joiner}");
        assert!(joiner["joiner"]["team"].is_string(), "{joiner}");
        // Remembered: the next one needs no click.
        let report = jo.read(LEVER).await;
        assert!(report.contains("London matched London HQ") && report.contains("Offices all match"), "{report}");
        // What people change in Joinedly afterwards stays.
        let (_, offices) = w.joinedly(Verb::Get, "offices", json!(null)).await;
        let lisbon = offices["data"].as_array().unwrap().iter().find(|o| o["name"] == "Lisbon").unwrap()["id"].as_str().unwrap().to_owned();
        let page = format!("/joinedly/joiners/{}", joiner["id"].as_str().unwrap());
        jo.click(&page, "Change", "Save", &[("Office", "Lisbon")]).await;
        w.offer(&maria, "2026-04-20").await;
        w.later(DAY).await;
        let joiner = w.joiner(&maria).await.unwrap();
        assert_eq!((joiner["joiner"]["office"].as_str(), joiner["joiner"]["start_date"].as_str()), (Some(lisbon.as_str()), Some("2026-04-20")));
    })
    .await;
}

#[tokio::test]
async fn jnd_19_three_hires_in_one_minute_and_one_a_week_later_are_four_joiners_with_four_journeys() {
    on_both(async |w| {
        w.connects_joinedly().await;
        for who in ["Ada Lovelace Byron", "Chen Wei", "Kwame Mensah"] {
            let id = w.candidate(who).await;
            w.hire(&id).await;
            w.clock.advance(Duration::from_secs(15));
        }
        w.drain().await;
        w.later(7 * DAY).await;
        let yuki = w.candidate("Yuki Sato").await;
        w.hire(&yuki).await;
        w.drain().await;
        assert_eq!(w.joiners().await, 4);
        for who in ["Ada Lovelace Byron", "Chen Wei", "Kwame Mensah", "Yuki Sato"] {
            let joiner = w.joiner(&w.candidate(who).await).await.unwrap();
            assert_eq!(joiner["journey"]["state"], "started", "{who}: {joiner}");
        }
    })
    .await;
}

#[tokio::test]
async fn jnd_20_who_is_moved_or_rejected_never_appears() {
    on_both(async |w| {
        w.connects_joinedly().await;
        let (ada, chen) = (w.candidate("Ada Lovelace Byron").await, w.candidate("Chen Wei").await);
        let key = w.key().await;
        let (_, stages) = w.lever(&key, Verb::Get, "/v1/stages", json!(null)).await;
        let (_, reasons) = w.lever(&key, Verb::Get, "/v1/archive_reasons?type=non-hired", json!(null)).await;
        let mut ines = w.at_ats("ines").await;
        ines.press(&format!("/candidates/{ada}/stage"), &[("stage", stages["data"][0]["id"].as_str().unwrap())]).await;
        ines.press(&format!("/candidates/{chen}/archive"), &[("reason", reasons["data"][0]["id"].as_str().unwrap())]).await;
        w.drain().await;
        w.later(10 * MINUTE).await;
        assert_eq!(w.joiners().await, 0);
        // Forged: signed well, but about somebody who is not hired.
        let (_, _, token) = w.webhook_of("joinedly").await;
        assert_eq!(w.tell_joinedly(&ada, &token).await, 200);
        w.drain().await;
        assert_eq!(w.joiners().await, 0);
    })
    .await;
}

#[tokio::test]
async fn jnd_21_jnd_22_jnd_23_jnd_24_a_regenerated_token_is_pasted_and_who_was_hired_between_is_recovered_once() {
    on_both(async |w| {
        let mut jo = w.connects_joinedly().await;
        let (webhook, _, old) = w.webhook_of("joinedly").await;
        let mut ines = w.at_ats("ines").await;
        let page = format!("/settings/integrations/webhooks/{webhook}");
        let (status, said) = ines.try_press(&format!("{page}/regenerate"), &[]).await;
        let (_, _, new) = w.webhook_of("joinedly").await;
        assert!(status == 200 && said.contains(&new) && new != old, "{said}");
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        assert_eq!(w.joiners().await, 0, "the delivery was refused");
        assert!(jo.read(LEVER).await.contains("Deliveries came whose signature does not fit, and were refused."));
        assert!(w.at_hub().await.read("/audit").await.contains("bad signature"));
        jo.click(LEVER, "Signature Token", "Save", &[("Signature Token", &new)]).await;
        assert_eq!(w.tell_joinedly(&ada, &old).await, 401, "the old token is worth nothing any more");
        let chen = w.candidate("Chen Wei").await;
        w.hire(&chen).await;
        w.drain().await;
        assert!(w.joiner(&chen).await.is_some());
        assert!(!jo.read(LEVER).await.contains("signature does not fit"));
        // The one between: by a back-fill, and only once, though looking finds them too.
        let import = jo.click(LEVER, "Only people hired since", "Import", &[("Only people hired since", "2026-01-01")]).await;
        w.drain().await;
        assert!(w.joiner(&ada).await.is_some());
        assert!(jo.read(import.path()).await.contains("1 created"));
        w.later(10 * MINUTE).await;
        assert_eq!(w.joiners().await, 2);
    })
    .await;
}

#[tokio::test]
async fn jnd_25_jnd_o11_revoked_access_ends_it_and_late_deliveries_are_refused() {
    on_both(async |w| {
        let mut jo = w.connects_joinedly().await;
        let (_, url, token) = w.webhook_of("joinedly").await;
        let mut ines = w.at_ats("ines").await;
        ines.click("/settings/integrations/authorized-apps", "Joinedly", "Revoke Access", &[]).await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.later(2 * MINUTE).await;
        assert_eq!(w.joiners().await, 0);
        assert!(jo.read(LEVER).await.contains("Not connected."));
        let (secret, at) = (db::vault::random_hex(24), w.clock.now().0);
        let late = Delivery {
            id: Some("e".into()),
            event: "candidateHired".into(),
            triggered_at: at,
            signature: Some(sign(&token, &secret, at)),
            token: Some(secret),
            data: json!({ "opportunityId": ada }),
        };
        assert_eq!(w.call(&Call::new(Verb::Post, url, serde_json::to_vec(&late).unwrap())).await.0, 410);
        // HR Cloud has a grant of its own, and goes on. COM-16.
        assert_eq!(w.employees("ada.lovelace.byron@mail.example").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn jnd_o04_without_a_start_date_the_journey_waits_or_begins_by_a_setting_and_the_admin_is_told() {
    on_both(async |w| {
        let mut jo = w.connects_joinedly().await;
        let without = |name: &'static str, email: &'static str| {
            let w = &w;
            async move {
                let (_, postings) = w.lever(&w.key().await, Verb::Get, "/v1/postings?limit=100", json!(null)).await;
                let job =
                    postings["data"].as_array().unwrap().iter().find(|p| p["text"] == "Backend Engineer").unwrap()["id"].as_str().unwrap().to_owned();
                let mut ines = w.at_ats("ines").await;
                let profile = ines.press("/candidates/new", &[("name", name), ("email", email), ("posting", &job), ("stage", "offer")]).await;
                let id = profile.path().rsplit('/').next().unwrap().to_owned();
                w.hire(&id).await;
                w.drain().await;
                id
            }
        };
        let grace = without("Grace Hopper", "grace@mail.example").await;
        let joiner = w.joiner(&grace).await.unwrap();
        assert_eq!((joiner["journey"]["state"].as_str(), joiner["journey"]["tasks"].as_i64()), (Some("waiting"), Some(0)));
        assert!(jo.read("/joinedly/mail").await.contains("Grace Hopper has no start date"));
        // The offer comes: nobody does anything in Joinedly or the hub.
        w.offer(&grace, "2026-05-04").await;
        w.later(20 * MINUTE).await;
        let joiner = w.joiner(&grace).await.unwrap();
        assert_eq!((joiner["journey"]["state"].as_str(), joiner["journey"]["tasks"].as_i64()), (Some("started"), Some(5)));

        jo.press(&format!("{LEVER}/settings/no_start_date"), &[("value", "two_weeks")]).await;
        let edith = without("Edith Clarke", "edith@mail.example").await;
        let joiner = w.joiner(&edith).await.unwrap();
        assert_eq!((joiner["journey"]["state"].as_str(), joiner["joiner"]["start_date"].as_str()), (Some("started"), Some("2026-03-16")));
        assert!(jo.read("/joinedly/mail").await.contains("Edith Clarke has no start date: 16 Mar 2026 is assumed"));
        let page = format!("/joinedly/joiners/{}", joiner["id"].as_str().unwrap());
        assert!(jo.read(&page).await.contains("16 Mar 2026 (assumed: Lever says none)"));
        // What Lever says counts as soon as it says something.
        w.offer(&edith, "2026-05-11").await;
        w.later(20 * MINUTE).await;
        assert!(jo.read(&page).await.contains("Starts on 11 May 2026 Manager"), "{}", jo.read(&page).await);
    })
    .await;
}

#[tokio::test]
async fn jnd_o05_who_is_un_hired_keeps_their_history_and_loses_the_journey_and_hired_again_begins_anew() {
    on_both(async |w| {
        let mut jo = w.connects_joinedly().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.later(MINUTE).await;
        let mut ines = w.at_ats("ines").await;
        ines.press(&format!("/candidates/{ada}/unarchive"), &[]).await;
        w.later(MINUTE).await;
        let joiner = w.joiner(&ada).await.expect("the person stays");
        assert_eq!(joiner["journey"]["state"], "cancelled");
        assert!(w.timeline(&ada).await.contains("the journey was cancelled; the person stays in the history"));
        let page = jo.read(&format!("/joinedly/joiners/{}", joiner["id"].as_str().unwrap())).await;
        assert!(page.contains("This journey will not happen. Not hired any more in Lever."), "{page}");
        // Looked at again and again, nothing more is done.
        let tap = w.tap_joinedly("", "").await;
        w.later(2 * DAY).await;
        let calls = tap.calls();
        assert!(!calls.iter().any(|call| call.contains("joiners/")), "{calls:?}");

        w.hire(&ada).await;
        w.later(MINUTE).await;
        let joiner = w.joiner(&ada).await.unwrap();
        assert_eq!((joiner["journey"]["state"].as_str(), joiner["journey"]["tasks"].as_i64(), w.joiners().await), (Some("started"), Some(5), 1));
    })
    .await;
}

#[tokio::test]
async fn jnd_o06_the_same_person_hired_twice_is_asked_about_and_never_doubled_in_silence() {
    on_both(async |w| {
        w.connects_joinedly().await;
        let first = w.add("Ida Noddack", "ida@mail.example", "Backend Engineer").await;
        let second = w.add("Ida Noddack", "ida@mail.example", "Product Designer").await;
        let third = w.add("Ida Noddack", "ida@mail.example", "People Partner").await;
        for hire in [&first, &second, &third] {
            w.hire(hire).await;
            w.later(MINUTE).await;
        }
        assert_eq!(w.joiners().await, 1);
        let mut olga = w.at_hub().await;
        let question = "Ida Noddack was hired, and another joiner in Joinedly has the same e-mail.";
        assert!(olga.read("/holds").await.contains(question));
        olga.click("/holds", "Product Designer", "It is the same person: use that joiner", &[]).await;
        olga.click("/holds", "People Partner", "It is somebody else: make a joiner of their own", &[]).await;
        w.drain().await;
        let (one, two, three) = (w.joiner(&first).await.unwrap(), w.joiner(&second).await.unwrap(), w.joiner(&third).await.unwrap());
        assert_eq!(one["id"], two["id"]);
        assert_ne!(one["id"], three["id"]);
        assert!(!olga.read("/holds").await.contains("was hired, and another joiner"));
        // One of the two hires is called off: the journey goes on for the other.
        w.at_ats("ines").await.press(&format!("/candidates/{second}/unarchive"), &[]).await;
        w.later(MINUTE).await;
        assert_eq!(w.joiner(&first).await.unwrap()["journey"]["state"], "started");
        assert!(w.timeline(&second).await.contains("has another hire, for which the journey goes on"));
    })
    .await;
}

#[tokio::test]
async fn jnd_o08_the_first_rule_that_fits_chooses_the_journey_and_everybody_else_gets_the_default_one() {
    on_both(async |w| {
        let mut jo = w.connects_joinedly().await;
        jo.press("/joinedly/journeys", &[("name", "Contractors")]).await;
        jo.click("/joinedly/journeys", "Who gets which", "Add the rule", &[("If", "Work type"), ("is exactly", "Contract"), ("then", "Contractors")])
            .await;
        let names = [("Ada Lovelace Byron", "Engineering"), ("Priya Raman", "Contractors"), ("Yuki Sato", "Everybody")];
        for (who, journey) in names {
            let id = w.candidate(who).await;
            w.hire(&id).await;
            w.drain().await;
            assert_eq!(w.joiner(&id).await.unwrap()["journey"]["name"], journey, "{who}");
        }
    })
    .await;
}

#[tokio::test]
async fn jnd_o10_old_hires_are_not_added_by_themselves_and_a_back_fill_shows_first_what_it_would_do() {
    on_both(async |w| {
        let (old, older) = (w.candidate("Ada Lovelace Byron").await, w.candidate("Chen Wei").await);
        w.hire(&older).await;
        w.clock.advance(30 * DAY);
        w.hire(&old).await;
        w.clock.advance(30 * DAY);
        // Also a minute before is before.
        let just_before = w.candidate("Yuki Sato").await;
        w.hire(&just_before).await;
        w.clock.advance(MINUTE);
        let mut jo = w.connects_joinedly().await;
        w.later(10 * MINUTE).await;
        assert_eq!(w.joiners().await, 0);
        let since = [("Only people hired since", "2026-03-20")];
        let trial = jo.click(LEVER, "Only people hired since", "Try first, change nothing", &since).await;
        w.drain().await;
        let report = jo.read(trial.path()).await;
        assert!(report.contains("2 would be created") && report.contains("would create a joiner and begin the journey"), "{report}");
        assert_eq!(w.joiners().await, 0);
        jo.click(LEVER, "Only people hired since", "Import", &since).await;
        w.drain().await;
        assert_eq!((w.joiner(&old).await.is_some(), w.joiners().await), (true, 2));
    })
    .await;
}

#[tokio::test]
async fn joinedly_at_its_worst_loses_nobody_and_doubles_nobody() {
    on_both(async |w| {
        w.connects_joinedly().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        let tap = w.tap_joinedly("PUT", "").await;
        tap.faults.lock().unwrap().extend([Fault::Answer(500, "{}"), Fault::Nothing, Fault::Answer(429, "{}"), Fault::LoseAnswer]);
        w.hire(&ada).await;
        w.drain().await;
        for n in 0..8 {
            w.later(Duration::from_secs(3 * 5u64.pow(n) / 2u64.pow(n))).await;
        }
        assert_eq!(w.joiners().await, 1);
        let timeline = w.timeline(&ada).await;
        for words in ["answered 500", "broke before an answer came", "answered 429", "created the joiner"] {
            assert!(timeline.contains(words), "{words}: {timeline}");
        }
        // A token somebody removed: told at once to whoever can mend it, and it goes on from there.
        let mut jo = w.at_joinedly("jo").await;
        tap.faults.lock().unwrap().extend([Fault::Answer(401, "{}")]);
        let chen = w.candidate("Chen Wei").await;
        w.hire(&chen).await;
        w.drain().await;
        let holds = w.at_hub().await.read("/holds").await;
        assert!(holds.contains("Joinedly does not accept the credential"), "{holds}");
        assert!(jo.read(LEVER).await.contains("Connected"));
        w.at_hub().await.click("/holds", "Joinedly does not accept the credential", "Try again…", &[]).await;
        w.drain().await;
        assert!(w.joiner(&chen).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn who_is_un_hired_before_a_lost_answer_was_noticed_is_found_at_joinedly_and_the_journey_is_cancelled() {
    on_both(async |w| {
        w.connects_joinedly().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        let tap = w.tap_joinedly("PUT", "").await;
        tap.faults.lock().unwrap().extend([Fault::LoseAnswer]);
        w.hire(&ada).await;
        w.drain().await;
        w.clock.advance(Duration::from_secs(1));
        w.at_ats("ines").await.press(&format!("/candidates/{ada}/unarchive"), &[]).await;
        w.later(10 * MINUTE).await;
        assert_eq!(w.joiner(&ada).await.unwrap()["journey"]["state"], "cancelled");
    })
    .await;
}
