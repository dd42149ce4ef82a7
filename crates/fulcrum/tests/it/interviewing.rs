//! People meet candidates, say what they think, refer others, and put right what is written about somebody.

use crate::world::{World, on_both};
use endpoint::Verb::{Get, Post, Put};
use serde_json::{Value, json};

async fn user(w: &World, name: &str) -> String {
    let (_, users) = w.lever(&w.key().await, Get, &format!("/v1/users?email={name}@northwind.example"), Value::Null).await;
    users["data"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_interview_is_scheduled_met_and_judged_by_people() {
    on_both(async |w| {
        let (key, ada) = (w.key().await, w.candidate("Ada Lovelace Byron").await);
        let (mut mei, mut ruth, at) = (w.at_ats("mei").await, w.at_ats("ruth").await, format!("/candidates/{ada}"));
        assert_eq!(ruth.open(&at).await.0, 404);
        for wrong in [vec![("Day", "someday")], vec![("Time, UTC", "late")], vec![("Minutes", "0")], vec![("Ruth Adeyemi", "")]] {
            let mut typed =
                vec![("Subject", "Work sample"), ("Day", "2026-05-04"), ("Time, UTC", "14:30"), ("Minutes", "45"), ("Ruth Adeyemi", "on")];
            typed.retain(|(label, _)| !wrong.iter().any(|(other, _)| label == other));
            assert_eq!(mei.try_click(&at, "Schedule an interview", "Schedule", &[typed, wrong.clone()].concat()).await.0, 400, "{wrong:?}");
        }
        let typed = [("Subject", "Work sample"), ("Day", "2026-05-04"), ("Time, UTC", "14:30"), ("Minutes", "45"), ("Ruth Adeyemi", "on")];
        mei.click(&at, "Schedule an interview", "Schedule", &typed).await;
        let path = format!("/v1/opportunities/{ada}/interviews");
        let planned = w.lever(&key, Get, &path, Value::Null).await.1["data"][0].clone();
        assert_eq!((&planned["date"], &planned["duration"], &planned["subject"]), (&json!(1_777_905_000_000_i64), &json!(45), &json!("Work sample")));
        // People made it: programs do not change it.
        let me = user(&w, "mei").await;
        let interview = format!("{path}/{}?perform_as={me}", planned["id"].as_str().unwrap());
        assert_eq!(w.lever(&key, endpoint::Verb::Delete, &interview, Value::Null).await.0, 400);
        // Whoever meets them sees them, and says what they think; others' feedback is not for them.
        let typed = [
            ("Overall", "2 - No Hire"),
            ("What went well, what did not?", "Too quick"),
            ("Craft", "3"),
            ("Comment on Working together", "Hardly <i>asked</i>"),
        ];
        mei.click(&at, "Give feedback", "Save feedback", &typed).await;
        assert!(ruth.read(&at).await.contains("Work sample") && !ruth.read(&at).await.contains("Too quick"));
        let typed = [("Overall", "4 - Strong Hire"), ("What went well, what did not?", "<b>Clear</b>"), ("About", "Work sample…")];
        ruth.click(&at, "Give feedback", "Save feedback", &typed).await;
        let (seen, shown) = (ruth.read(&at).await, mei.read(&at).await);
        assert!(seen.contains("Interview feedback: Work sample"), "{seen}");
        assert!(shown.contains("<b>Clear</b>"), "{shown}");
        let (_, given) = w.lever(&key, Get, &format!("/v1/opportunities/{ada}/feedback"), Value::Null).await;
        let ruths = given["data"].as_array().unwrap().iter().find(|f| f["interview"] == planned["id"]).unwrap().clone();
        let card = |of: &Value| of["fields"].as_array().unwrap().iter().find(|field| field["type"] == "scorecard").unwrap()["value"].clone();
        let meis = given["data"].as_array().unwrap().iter().find(|f| f["user"] == json!(me)).unwrap();
        assert_eq!(card(meis), json!([{ "score": 3, "comment": null }, { "score": null, "comment": "Hardly <i>asked</i>" }]));
        assert!(card(&ruths).is_null() && shown.contains("Working together: Hardly <i>asked</i>"), "{shown}");
        assert_eq!((&ruths["panel"], &ruths["user"]), (&planned["panel"], &json!(user(&w, "ruth").await)), "{ruths}");
        let judged = w.lever(&key, Get, &path, Value::Null).await.1["data"][0].clone();
        assert_eq!(judged["feedbackForms"], json!([ruths["id"]]));
        let (status, said) = ruth.try_press(&format!("{at}/feedback/{}", ruths["baseTemplateId"].as_str().unwrap()), &[]).await;
        assert!(status == 400 && said.contains("must be answered"), "{said}");
        // What was judged has taken place; what is to come can be called off.
        let judged = format!("{at}/interviews/{}/call-off", planned["id"].as_str().unwrap());
        assert_eq!(mei.try_press(&judged, &[]).await.0, 400);
        let typed = [("Subject", "Second talk"), ("Day", "2026-05-05"), ("Time, UTC", "09:00"), ("Minutes", "30"), ("Tomasz Nowak", "on")];
        mei.click(&at, "Schedule an interview", "Schedule", &typed).await;
        mei.click(&at, "Second talk", "Call off", &[]).await;
        let left = w.lever(&key, Get, &path, Value::Null).await.1["data"].clone();
        assert_eq!((left.as_array().unwrap().len(), &left[0]["id"]), (1, &planned["id"]));
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn programs_give_feedback_about_an_interview_that_is_there() {
    on_both(async |w| {
        let (key, ada, me) = (w.key().await, w.candidate("Ada Lovelace Byron").await, user(&w, "mei").await);
        let at = |what: &str| format!("/v1/opportunities/{ada}/{what}?perform_as={me}");
        let panel = json!({ "timezone": "UTC", "interviews": [{ "date": w.clock.now().0, "duration": 30, "interviewers": [{ "id": me }] }] });
        let (_, made) = w.lever(&key, Post, &at("panels"), panel).await;
        let (panel, interview) = (&made["data"]["id"], &made["data"]["interviews"][0]["id"]);
        let (_, templates) = w.lever(&key, Get, "/v1/feedback_templates", Value::Null).await;
        let score = templates["data"][0]["fields"].as_array().unwrap().iter().find(|f| f["type"] == "score-system").unwrap()["id"].clone();
        let body = |panel: &Value, interview: &Value| json!({ "baseTemplateId": templates["data"][0]["id"], "panel": panel, "interview": interview, "fieldValues": [{ "id": score, "value": "3 - Hire" }] });
        let nobody = json!("00000000-0000-4000-8000-000000000000");
        for (panel, interview) in [(panel, &nobody), (&nobody, interview), (panel, &Value::Null)] {
            assert_eq!(w.lever(&key, Post, &at("feedback"), body(panel, interview)).await.0, 400);
        }
        // A program planned it: people do not call it off.
        let (_, page) = w.at_ats("mei").await.open(&format!("/candidates/{ada}")).await;
        assert!(!page.contains("/call-off"), "{page}");
        let call_off = format!("/candidates/{ada}/interviews/{}/call-off", interview.as_str().unwrap());
        let (status, said) = w.at_ats("mei").await.try_press(&call_off, &[]).await;
        assert!(status == 400 && said.contains("A program made this interview"), "{said}");
        let (status, given) = w.lever(&key, Post, &at("feedback"), body(panel, interview)).await;
        assert_eq!((status, &given["data"]["panel"], &given["data"]["interview"]), (201, panel, interview), "{given}");
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn whoever_only_meets_candidates_refers_somebody_and_who_is_named_reads_a_secret_note() {
    on_both(async |w| {
        let (key, mut ruth) = (w.key().await, w.at_ats("ruth").await);
        let typed =
            [("Full name", "Ola Ek"), ("E-mail", "ola@example.org"), ("Job", "Product Designer…"), ("How you know each other", "Rowed together")];
        let to = ruth.click("/candidates/new", "Refer somebody", "Refer somebody", &typed).await;
        assert_eq!(to.path(), "/candidates");
        assert!(ruth.read("/candidates").await.contains("your referral has arrived"));
        let (_, found) = w.lever(&key, Get, "/v1/opportunities?email=ola@example.org", Value::Null).await;
        let (o, id) = (&found["data"][0], found["data"][0]["id"].as_str().unwrap());
        assert_eq!((&o["origin"], &o["sources"], &o["stage"]), (&json!("referred"), &json!(["Referral"]), &json!("applicant-new")));
        assert_eq!(o["owner"], json!(user(&w, "omar").await), "the job's owner");
        let (status, said) = ruth.try_press("/candidates/new", &[("name", "Nobody's"), ("email", "x@example.org")]).await;
        assert!(status == 200 && said.contains("Choose the job"), "{said}");
        let (_, referrals) = w.lever(&key, Get, &format!("/v1/opportunities/{id}/referrals"), Value::Null).await;
        assert_eq!(referrals["data"][0]["referrer"], json!(user(&w, "ruth").await), "{referrals}");
        assert_eq!(ruth.open(&format!("/candidates/{id}")).await.0, 404, "to refer is not to see");
        // Nobody is referred in another's name.
        let (_, postings) = w.lever(&key, Get, "/v1/postings?limit=1", Value::Null).await;
        let job = postings["data"][0]["id"].as_str().unwrap();
        let typed = [("name", "Bo Ek"), ("email", "bo@example.org"), ("referrer", &user(&w, "mei").await), ("stage", "offer"), ("posting", job)];
        ruth.press("/candidates/new", &typed).await;
        let (_, found) = w.lever(&key, Get, "/v1/opportunities?email=bo@example.org", Value::Null).await;
        let (_, referrals) =
            w.lever(&key, Get, &format!("/v1/opportunities/{}/referrals", found["data"][0]["id"].as_str().unwrap()), Value::Null).await;
        assert_eq!((&referrals["data"][0]["referrer"], &found["data"][0]["stage"]), (&json!(user(&w, "ruth").await), &json!("applicant-new")));
        // Tomasz hires for the job. A secret note is his as soon as it names him.
        let (mut ines, mut tomasz, at) = (w.at_ats("ines").await, w.at_ats("tomasz").await, format!("/candidates/{id}"));
        for (note, sees) in [("Between us", false), ("Between us, @tomasz, and nobody else", true), ("Not for tomasz or @tomaszek", false)] {
            ines.press(&format!("{at}/notes"), &[("value", note), ("secret", "yes")]).await;
            assert_eq!(tomasz.read(&at).await.contains(note), sees, "{note}");
        }
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_about_somebody_is_put_right_on_their_profile() {
    on_both(async |w| {
        let (key, mut mei) = (w.key().await, w.at_ats("mei").await);
        let page = mei.press("/candidates/new", &[("name", "Nia"), ("stage", "applicant-new")]).await.path().to_owned();
        let (id, edit) = (page.rsplit('/').next().unwrap().to_owned(), format!("{page}/edit"));
        let read = async || w.lever(&key, Get, &format!("/v1/opportunities/{id}"), Value::Null).await.1["data"].clone();
        let before = read().await;
        for (label, wrong, why) in [
            ("Full name", "", "The name is missing"),
            ("E-mails, one a line", "nobody", "has no @"),
            ("E-mails, one a line", "ada.lovelace.byron@mail.example", "belongs to another contact"),
        ] {
            let (status, said) = mei.try_click(&edit, "Edit Nia", "Save", &[(label, wrong)]).await;
            assert!(status == 200 && said.contains(why), "{why}: {said}");
        }
        assert_eq!(read().await, before, "what is refused changes nothing");
        let typed = [
            ("Full name", "Nia Nkosi"),
            ("E-mails, one a line", "nia@example.org\r\nn.nkosi@example.org"),
            ("Phones, one a line", "+27 1"),
            ("Owner", "Omar Haddad"),
            ("Job", "Product Designer…"),
        ];
        mei.click(&edit, "Edit Nia", "Save", &typed).await;
        let now = read().await;
        assert_eq!((&now["name"], &now["emails"]), (&json!("Nia Nkosi"), &json!(["nia@example.org", "n.nkosi@example.org"])));
        assert_eq!((&now["phones"][0]["value"], &now["owner"]), (&json!("+27 1"), &json!(user(&w, "omar").await)));
        assert!(now["applications"].as_array().unwrap().len() == 1 && now["tags"].as_array().unwrap().contains(&json!("Product Designer")), "{now}");
        // Who looks at what is no more does not write over it.
        let old = [("name", "Old news"), ("emails", ""), ("seen", &before["updatedAt"].to_string())];
        w.clock.advance(std::time::Duration::from_secs(1));
        w.lever(&key, Post, &format!("/v1/opportunities/{id}/addTags?perform_as={}", user(&w, "mei").await), json!({ "tags": ["new"] })).await;
        let (status, said) = mei.try_press(&edit, &old).await;
        assert!(status == 200 && said.contains("changed in the meantime"), "{said}");
        let now = read().await;
        // Typing nothing changes nothing; the job stays.
        mei.click(&edit, "Edit Nia", "Save", &[]).await;
        let mut again = read().await;
        again["updatedAt"] = now["updatedAt"].clone();
        assert_eq!(again, now);
        let (_, known) = w.lever(&key, Get, "/v1/opportunities?email=N.Nkosi@example.org", Value::Null).await;
        assert_eq!(known["data"][0]["id"], json!(id));
        assert_eq!(w.at_ats("ruth").await.open(&edit).await.0, 404);
        // To take somebody away for good needs a right of its own.
        for what in ["delete", "anonymize"] {
            assert_eq!(mei.try_press(&format!("{page}/{what}"), &[]).await.0, 403);
        }
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn a_hire_fills_a_requisition_only_with_an_application_and_no_offer_that_waits_to_be_signed() {
    on_both(async |w| {
        let (key, mut ines, me) = (w.key().await, w.at_ats("ines").await, user(&w, "ines").await);
        let (_, found) = w.lever(&key, Get, "/v1/requisitions?requisition_code=ENG-7", Value::Null).await;
        let requisition = found["data"][0]["id"].clone();
        let reason = w.hired_reason().await;
        let hire = async |id: &str| {
            w.lever(&key, Put, &format!("/v1/opportunities/{id}/archived?perform_as={me}"), json!({ "reason": reason, "requisitionId": requisition }))
                .await
        };
        let page = ines.press("/candidates/new", &[("name", "Nia"), ("stage", "offer")]).await.path().to_owned();
        let (status, said) = hire(page.rsplit('/').next().unwrap()).await;
        assert!(status == 400 && said["message"].as_str().unwrap().contains("no application"), "{said}");
        let nova = w.add("Nova Lind", "nova@example.org", "Backend Engineer").await;
        w.clock.advance(std::time::Duration::from_secs(1));
        ines.press(&format!("/candidates/{nova}/offer"), &[("status", "sent")]).await;
        let (status, said) = hire(&nova).await;
        assert!(status == 400 && said["message"].as_str().unwrap().contains("not signed"), "{said}");
        let (_, still) = w.lever(&key, Get, &format!("/v1/opportunities/{nova}"), Value::Null).await;
        assert_eq!(still["data"]["archived"], Value::Null);
        // Hired without, they are not counted by the back door.
        let bare = json!({ "reason": reason });
        assert_eq!(w.lever(&key, Put, &format!("/v1/opportunities/{nova}/archived?perform_as={me}"), bare).await.0, 200);
        assert_eq!(hire(&nova).await.0, 400);
        ines.press(&format!("/candidates/{nova}/unarchive"), &[]).await;
        w.clock.advance(std::time::Duration::from_secs(1));
        ines.press(&format!("/candidates/{nova}/offer"), &[("status", "signed")]).await;
        assert_eq!(hire(&nova).await.0, 200);
        let (_, filled) = w.lever(&key, Get, "/v1/requisitions?requisition_code=ENG-7", Value::Null).await;
        assert_eq!(filled["data"][0]["headcountHired"], 1);
        w.drain().await;
    })
    .await;
}
