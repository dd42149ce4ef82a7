//! What the API speaks beyond profiles: the old names of the operations, interviews and panels, applications and what applicants answer on
//! equal employment opportunity, and the fields of a company's own. (FND-04, FND-05, JRG-O10)

use crate::world::{World, on_both};
use endpoint::Verb::{Delete, Get, Post, Put};
use serde_json::{Value, json};

/// Some user's id.
async fn user(w: &World, key: &str, name: &str) -> String {
    let (_, found) = w.lever(key, Get, &format!("/v1/users?email={name}@northwind.example"), Value::Null).await;
    found["data"][0]["id"].as_str().unwrap().to_owned()
}

/// The posting of this title.
async fn posting(w: &World, key: &str, title: &str) -> String {
    let (_, postings) = w.lever(key, Get, "/v1/postings?limit=100", Value::Null).await;
    postings["data"].as_array().unwrap().iter().find(|p| p["text"] == title).unwrap()["id"].as_str().unwrap().to_owned()
}

fn id(answer: &(u16, Value)) -> String {
    answer.1["data"]["id"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

#[tokio::test]
async fn an_operation_by_its_old_name_answers_as_by_its_new_one() {
    on_both(async |w| {
        let key = w.key().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        let me = user(&w, &key, "ines").await;
        let (status, note) =
            w.lever(&key, Post, &format!("/v1/candidates/{ada}/notes?perform_as={me}"), json!({ "value": "By the old name." })).await;
        assert_eq!((status, &note["data"]["fields"][0]["value"]), (201, &json!("By the old name.")), "{note}");
        assert_eq!(w.lever(&key, Post, &format!("/v1/candidates/{ada}/addTags"), json!({ "tags": ["Old"] })).await.0, 200);
        assert_eq!(w.lever(&key, Put, &format!("/v1/candidates/{ada}/stage?perform_as={me}"), json!({ "stage": "offer" })).await.0, 200);
        let note = note["data"]["id"].as_str().unwrap();
        let of_one = [
            "",
            "notes",
            &format!("notes/{note}"),
            "files",
            "resumes",
            "offers",
            "forms",
            "feedback",
            "interviews",
            "panels",
            "referrals",
            "applications",
        ];
        let mut paths: Vec<String> = of_one.iter().map(|rest| format!("/{ada}/{rest}").trim_end_matches('/').to_owned()).collect();
        paths.extend(["?limit=5&tag=Old".to_owned(), "?limit=7&expand=stage".to_owned(), "?limit=x".to_owned(), "/nobody".to_owned()]);
        for path in paths {
            let by_new = w.lever(&key, Get, &format!("/v1/opportunities{path}"), Value::Null).await;
            let by_old = w.lever(&key, Get, &format!("/v1/candidates{path}"), Value::Null).await;
            assert_eq!(by_old, by_new, "{path}");
            assert!(path.contains("limit=x") || path == "/nobody" || by_new.0 == 200, "{path}: {by_new:?}");
        }
        let made =
            w.lever(&key, Post, &format!("/v1/candidates?perform_as={me}"), json!({ "name": "Old Way", "emails": ["old@mail.example"] })).await;
        assert_eq!(w.lever(&key, Get, &format!("/v1/opportunities/{}", id(&made)), Value::Null).await.1["data"]["name"], "Old Way");
        // Each asks for the permission of its own name.
        let old = ["find a candidate".to_owned()];
        let only_old = w.ats.create_api_key("old", &old, false, None).await.unwrap();
        assert_eq!(w.lever(&only_old, Get, &format!("/v1/candidates/{ada}"), Value::Null).await.0, 200);
        assert_eq!(w.lever(&only_old, Get, &format!("/v1/opportunities/{ada}"), Value::Null).await.0, 403);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn a_panel_with_its_interviews_is_made_changed_and_taken_away_and_webhooks_say_so() {
    on_both(async |w| {
        let key = w.key().await;
        let (ada, kwame) = (w.candidate("Ada Lovelace Byron").await, w.candidate("Kwame Mensah").await);
        let me = user(&w, &key, "ines").await;
        let mut ines = w.at_ats("ines").await;
        ines.press("/settings/integrations/webhooks/interviewCreated/switch", &[("on", "true")]).await;
        let hook = json!({ "url": format!("{}elsewhere", w.hub_url), "event": "interviewCreated" });
        assert_eq!(w.lever(&key, Post, "/v1/webhooks", hook).await.0, 201);
        let at = |rest: &str| format!("/v1/opportunities/{ada}/{rest}?perform_as={me}");
        let begins = w.clock.now().0 + 86_400_000;
        let talk = |subject: &str, after: i64| json!({ "subject": subject, "interviewers": [{ "id": me, "feedbackTemplate": "" }], "date": begins + after, "duration": 45 });
        let panel = json!({ "timezone": "Europe/Berlin", "interviews": [talk("Second", 3_600_000), talk("First", 0)], "externalUrl": "https://calendar.example/1" });
        let made = w.lever(&key, Post, &at("panels"), panel.clone()).await;
        assert_eq!(made.0, 201, "{}", made.1);
        let panel_id = id(&made);
        let data = &made.1["data"];
        assert_eq!((&data["start"], &data["end"]), (&json!(begins), &json!(begins + 3_600_000 + 45 * 60_000)));
        assert_eq!(data["interviews"][0]["subject"], "First", "in the order of their beginnings");
        assert_eq!(data["interviews"][0]["interviewers"][0]["email"], "ines@northwind.example");
        assert_eq!((&data["externallyManaged"], &data["user"]), (&json!(true), &json!(me)));
        w.drain().await;
        assert_eq!(w.deliveries().await, 2, "one for each interview");

        // One more, changed, and gone again.
        let mut third = talk("Third", 7_200_000);
        third["panel"] = json!(panel_id);
        let third_made = w.lever(&key, Post, &at("interviews"), third.clone()).await;
        assert_eq!((third_made.0, &third_made.1["data"]["panel"], &third_made.1["data"]["timezone"]), (201, &json!(panel_id), &json!("Europe/Berlin")));
        let third_id = id(&third_made);
        third["duration"] = json!(30);
        let changed = w.lever(&key, Put, &at(&format!("interviews/{third_id}")), third).await;
        assert_eq!((changed.0, &changed.1["data"]["duration"]), (200, &json!(30)));
        let (_, listed) = w.lever(&key, Get, &at("interviews"), Value::Null).await;
        assert_eq!(listed["data"].as_array().unwrap().len(), 3);
        assert_eq!(w.lever(&key, Get, &format!("/v1/opportunities/{kwame}/interviews/{third_id}"), Value::Null).await.0, 404, "of somebody else");
        assert_eq!(w.lever(&key, Delete, &at(&format!("interviews/{third_id}")), Value::Null).await.0, 204);
        // The change of a panel replaces its interviews, except for those it names: feedback about them stays about them.
        let before = w.lever(&key, Get, &at(&format!("panels/{panel_id}")), Value::Null).await.1["data"]["interviews"].clone();
        let mut longer = before[0].clone();
        longer["duration"] = json!(50);
        let whole = json!({ "timezone": "UTC", "interviews": [longer, talk("New", 60_000)] });
        let (_, changed) = w.lever(&key, Put, &at(&format!("panels/{panel_id}")), whole).await;
        let told: Vec<_> = changed["data"]["interviews"].as_array().unwrap().iter().map(|i| (i["subject"].clone(), i["duration"].clone())).collect();
        assert_eq!(told, [(json!("First"), json!(50)), (json!("New"), json!(45))]);
        assert_eq!(changed["data"]["interviews"][0]["id"], before[0]["id"]);
        for unknown in [json!([before[1]]), json!([before[0], before[0]])] {
            let whole = json!({ "timezone": "UTC", "interviews": unknown });
            assert_eq!(w.lever(&key, Put, &at(&format!("panels/{panel_id}")), whole).await.0, 400, "gone, or twice");
        }
        let (_, fewer) = w.lever(&key, Put, &at(&format!("panels/{panel_id}")), json!({ "timezone": "UTC", "interviews": [talk("Only", 0)] })).await;
        assert_eq!(fewer["data"]["interviews"].as_array().unwrap().len(), 1, "{fewer}");
        for bad in [
            json!({ "timezone": "Moon/Base", "interviews": [talk("x", 0)] }),
            json!({ "timezone": "UTC", "interviews": [] }),
            json!({ "timezone": "UTC", "interviews": [{ "date": begins, "duration": 30 }] }),
            json!({ "timezone": "UTC", "interviews": [{ "date": begins, "duration": 0, "interviewers": [{ "id": me }] }] }),
            json!({ "timezone": "UTC", "interviews": [{ "date": begins, "duration": 30, "interviewers": [{ "id": ada }] }] }),
            json!({ "timezone": "UTC", "interviews": [talk("x", 0)], "feedbackReminder": "hourly" }),
            json!({ "timezone": "UTC", "interviews": [talk("x", 0)], "applications": ["another"] }),
        ] {
            assert_eq!(w.lever(&key, Post, &at("panels"), bad.clone()).await.0, 400, "{bad}");
        }
        assert_eq!(w.lever(&key, Post, &format!("/v1/opportunities/{ada}/panels"), panel.clone()).await.0, 400, "perform_as is required");
        // Pages walk in one order.
        for n in 0..4 {
            w.lever(&key, Post, &at("panels"), json!({ "timezone": "UTC", "interviews": [talk(&format!("P{n}"), 0)] })).await;
        }
        for what in ["panels", "interviews"] {
            let (_, whole) = w.lever(&key, Get, &format!("/v1/opportunities/{ada}/{what}"), Value::Null).await;
            let (mut walked, mut offset) = (Vec::new(), String::new());
            loop {
                let (_, page) = w.lever(&key, Get, &format!("/v1/opportunities/{ada}/{what}?limit=2{offset}"), Value::Null).await;
                walked.extend(page["data"].as_array().unwrap().clone());
                let Some(next) = page["next"].as_str() else { break };
                offset = format!("&offset={}", url::form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>());
            }
            assert_eq!(json!(walked), whole["data"], "{what}");
        }
        assert_eq!(w.lever(&key, Delete, &at(&format!("panels/{panel_id}")), Value::Null).await.0, 204);
        assert_eq!(w.lever(&key, Get, &at(&format!("panels/{panel_id}")), Value::Null).await.0, 404);
        // Nothing of the person is left, and nothing comes, once they are anonymised.
        ines.press(&format!("/candidates/{ada}/anonymize"), &[]).await;
        for what in ["panels", "interviews", "referrals"] {
            assert_eq!(w.lever(&key, Get, &at(what), Value::Null).await.1["data"], json!([]), "{what}");
        }
        assert_eq!(w.lever(&key, Post, &at("panels"), panel).await.0, 400);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn whoever_applies_over_the_api_stands_in_the_pipeline_and_their_eeo_answers_stand_apart() {
    on_both(async |w| {
        let key = w.key().await;
        let job = posting(&w, &key, "Robotics Engineer").await;
        let path = format!("/v1/postings/{job}/apply");
        let (status, form) = w.lever(&key, Get, &path, Value::Null).await;
        assert_eq!((status, &form["data"]["text"]), (200, &json!("Robotics Engineer")), "{form}");
        let required: Vec<&str> = form["data"]["personalInformation"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|q| q["required"] == true)
            .map(|q| q["name"].as_str().unwrap())
            .collect();
        assert_eq!(required, ["fullName", "email"]);
        let gender = form["data"]["eeoQuestions"]["gender"]["options"][0]["text"].clone();
        let says = |name: &str, value: &str| json!({ "name": name, "value": value });
        let application = json!({
            "personalInformation": [says("fullName", "Nia Applies"), says("email", "nia.applies@mail.example"), says("phone", "+49 30 1")],
            "urls": [says("LinkedIn", "https://linkedin.example/nia")], "eeoResponses": { "gender": gender }, "source": "Findem",
        });
        let (status, applied) = w.lever(&key, Post, &path, application).await;
        assert_eq!(status, 201, "{applied}");
        let (_, found) = w.lever(&key, Get, "/v1/opportunities?email=nia.applies@mail.example", Value::Null).await;
        let nia = &found["data"][0];
        assert_eq!((&nia["stage"], &nia["origin"], &nia["sources"]), (&json!("applicant-new"), &json!("applied"), &json!(["Findem"])));
        assert_eq!(nia["applications"][0], applied["data"]["applicationId"]);
        assert_eq!(nia["links"], json!(["https://linkedin.example/nia"]));
        let (_, named) = w.lever(&key, Get, "/v1/eeo/responses/pii", Value::Null).await;
        assert_eq!((&named["data"][0]["opportunityId"], &named["data"][0]["gender"]), (&nia["id"], &gender), "{named}");
        let (_, anonymous) = w.lever(&key, Get, "/v1/eeo/responses", Value::Null).await;
        assert_eq!(anonymous["data"][0]["gender"], gender);
        let says_who = anonymous.to_string();
        assert!(!says_who.contains(nia["id"].as_str().unwrap()) && !says_who.contains("nia."), "{says_who}");
        // Nor does the way to the next page.
        let more =
            json!({ "personalInformation": [says("fullName", "Two"), says("email", "two@mail.example")], "eeoResponses": { "gender": gender } });
        assert_eq!(w.lever(&key, Post, &path, more).await.0, 201);
        let (_, first) = w.lever(&key, Get, "/v1/eeo/responses?limit=1", Value::Null).await;
        let next = first["next"].as_str().unwrap();
        let (_, named) = w.lever(&key, Get, "/v1/eeo/responses/pii", Value::Null).await;
        for row in named["data"].as_array().unwrap() {
            assert!(!next.contains(row["id"].as_str().unwrap()) && !next.contains(row["opportunityId"].as_str().unwrap()), "{next}");
        }
        let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let (_, second) = w.lever(&key, Get, &format!("/v1/eeo/responses?limit=1&offset={next}"), Value::Null).await;
        assert_eq!((second["data"].as_array().unwrap().len(), &second["hasNext"]), (1, &json!(false)), "{second}");
        // Nothing of it on the profile.
        assert!(!nia.to_string().contains(gender.as_str().unwrap()));
        for bad in [
            json!({ "personalInformation": [says("email", "x@mail.example")] }),
            json!({ "personalInformation": [says("fullName", "X"), says("email", "nobody")] }),
            json!({ "personalInformation": [says("fullName", "X"), says("email", "x@mail.example")], "eeoResponses": { "gender": "purple" } }),
            json!({ "personalInformation": [says("fullName", "X"), says("email", "x@mail.example")], "origin": "sourced" }),
        ] {
            assert_eq!(w.lever(&key, Post, &path, bad.clone()).await.0, 400, "{bad}");
        }
        assert_eq!(
            w.lever(&key, Get, "/v1/opportunities?email=x@mail.example", Value::Null).await.1["data"],
            json!([]),
            "what is refused leaves nothing"
        );
        // Of whoever is deleted no answer is kept either.
        let eve =
            json!({ "personalInformation": [says("fullName", "Eve"), says("email", "eve@mail.example")], "eeoResponses": { "gender": gender } });
        assert_eq!(w.lever(&key, Post, &path, eve).await.0, 201);
        let (_, found) = w.lever(&key, Get, "/v1/opportunities?email=eve@mail.example", Value::Null).await;
        let eve = found["data"][0]["id"].as_str().unwrap();
        w.at_ats("ines").await.press(&format!("/candidates/{eve}/delete"), &[]).await;
        let db = w.db("ats").await;
        assert!(db::Sql::rows(&db, "select 1 as one from eeo where opportunity_id = $1", db::params![eve]).await.unwrap().is_empty());
        db.close().await;
        // Anonymised, nobody can say whose answer it was: it is gone.
        w.at_ats("ines").await.press(&format!("/candidates/{}/anonymize", nia["id"].as_str().unwrap()), &[]).await;
        let (_, left) = w.lever(&key, Get, "/v1/eeo/responses/pii", Value::Null).await;
        assert!(left["data"].as_array().unwrap().len() == 1 && !left.to_string().contains(nia["id"].as_str().unwrap()), "{left}");
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn notes_forms_users_and_the_fields_of_requisitions_are_written_and_what_does_not_fit_is_refused() {
    on_both(async |w| {
        let key = w.key().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        let at = |rest: &str| format!("/v1/opportunities/{ada}/{rest}");
        let note = id(&w.lever(&key, Post, &at("notes"), json!({ "value": "First words." })).await);
        let (status, said) = w.lever(&key, Put, &at(&format!("notes/{note}")), json!({ "values": [{ "value": "Better words.", "score": 3 }] })).await;
        assert_eq!((status, &said["data"]["noteId"]), (200, &json!(note)), "{said}");
        let (_, read) = w.lever(&key, Get, &at(&format!("notes/{note}")), Value::Null).await;
        assert_eq!((&read["data"]["fields"][0]["value"], &read["data"]["fields"][0]["score"]), (&json!("Better words."), &json!(3)));
        for bad in [json!({}), json!({ "values": [] }), json!({ "values": [{ "value": "x", "score": 5 }] })] {
            assert_eq!(w.lever(&key, Put, &at(&format!("notes/{note}")), bad.clone()).await.0, 400, "{bad}");
        }
        assert_eq!(w.lever(&key, Put, &at("notes/none"), json!({ "values": [{ "value": "x" }] })).await.0, 404);

        let db = w.db("ats").await;
        let template = db::Sql::row(&db, "select id, fields from form_template", db::params![]).await.unwrap().unwrap();
        let field = template.json("fields").unwrap()[0]["id"].as_str().unwrap().to_owned();
        let template = template.text("id").unwrap();
        db.close().await;
        let form = json!({ "baseTemplateId": template, "fields": [{ "id": field, "value": "From a program" }] });
        let filled = w.lever(&key, Post, &at("forms"), form).await;
        assert_eq!((filled.0, &filled.1["data"]["fields"][0]["value"]), (201, &json!("From a program")), "{}", filled.1);
        assert_eq!(w.lever(&key, Get, &at(&format!("forms/{}", id(&filled))), Value::Null).await.1, filled.1);
        for bad in [json!({ "baseTemplateId": "none", "fields": [] }), json!({ "baseTemplateId": template, "fields": [{ "id": "none" }] }), json!({})]
        {
            assert_eq!(w.lever(&key, Post, &at("forms"), bad.clone()).await.0, 400, "{bad}");
        }

        let marcus = w.lever(&key, Get, "/v1/users?limit=100", Value::Null).await.1["data"]
            .as_array()
            .unwrap()
            .iter()
            .find(|u| u["name"] != "Ines Keller" && u["accessRole"] != "super admin")
            .unwrap()
            .clone();
        let path = format!("/v1/users/{}", marcus["id"].as_str().unwrap());
        let change = json!({ "name": "New Name", "email": marcus["email"], "accessRole": "admin", "jobTitle": "Lead" });
        let (status, user) = w.lever(&key, Put, &path, change).await;
        assert_eq!((status, &user["data"]["name"], &user["data"]["accessRole"]), (200, &json!("New Name"), &json!("admin")), "{user}");
        for bad in [
            json!({ "name": "X", "email": marcus["email"], "accessRole": "king" }),
            json!({ "name": "X", "email": "ines@northwind.example", "accessRole": "admin" }),
            json!({ "name": "X" }),
        ] {
            assert_eq!(w.lever(&key, Put, &path, bad.clone()).await.0, 400, "{bad}");
        }
        assert_eq!(w.lever(&key, Get, &path, Value::Null).await.1, user, "what is refused changes nothing");

        let fields = "/v1/requisition_fields";
        let cost = json!({ "id": "budget_line", "text": "Cost centre", "type": "dropdown", "isRequired": true, "options": [{ "text": "Berlin" }] });
        let (status, made) = w.lever(&key, Post, fields, cost.clone()).await;
        assert_eq!(status, 201, "{made}");
        assert!(made["data"]["options"][0]["id"].is_string(), "{made}");
        assert_eq!(w.lever(&key, Post, fields, cost).await.0, 400, "its id is taken");
        assert_eq!(w.lever(&key, Get, &format!("{fields}?isRequired=false"), Value::Null).await.1["data"].as_array().unwrap().len(), 1, "the demo's");
        let (_, changed) = w.lever(&key, Put, &format!("{fields}/budget_line"), json!({ "text": "Cost", "type": "text", "isRequired": false })).await;
        assert_eq!((&changed["data"]["id"], &changed["data"]["text"]), (&json!("budget_line"), &json!("Cost")));
        for bad in [
            json!({ "id": "Not Snake", "text": "x", "type": "text" }),
            json!({ "id": "x", "text": "x", "type": "magic" }),
            json!({ "id": "x", "text": "x", "type": "object" }),
        ] {
            assert_eq!(w.lever(&key, Post, fields, bad.clone()).await.0, 400, "{bad}");
        }
        assert_eq!(w.lever(&key, Delete, &format!("{fields}/budget_line"), Value::Null).await.0, 204);
        assert_eq!(w.lever(&key, Get, &format!("{fields}/budget_line"), Value::Null).await.0, 404);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn whoever_is_added_as_referred_by_a_colleague_has_a_referral_form() {
    on_both(async |w| {
        let key = w.key().await;
        let job = posting(&w, &key, "Robotics Engineer").await;
        let me = user(&w, &key, "ines").await;
        let fields = [
            ("name", "Refi Referred"),
            ("email", "refi@mail.example"),
            ("posting", &job),
            ("stage", "applicant-new"),
            ("referrer", &me),
            ("relationship", "We studied together"),
        ];
        let profile = w.at_ats("ines").await.press("/candidates/new", &fields).await;
        let opportunity = profile.path().rsplit('/').next().unwrap().to_owned();
        let (_, list) = w.lever(&key, Get, &format!("/v1/opportunities/{opportunity}/referrals"), Value::Null).await;
        let referral = &list["data"][0];
        assert_eq!((&referral["referrer"], &referral["fields"][1]["value"]), (&json!(me), &json!("We studied together")), "{list}");
        let one = w.lever(&key, Get, &format!("/v1/opportunities/{opportunity}/referrals/{}", referral["id"].as_str().unwrap()), Value::Null).await;
        assert_eq!(one.1["data"], *referral);
        let (_, o) = w.lever(&key, Get, &format!("/v1/opportunities/{opportunity}"), Value::Null).await;
        assert_eq!((&o["data"]["origin"], &o["data"]["sources"]), (&json!("referred"), &json!(["Referral"])));
        w.drain().await;
    })
    .await;
}
