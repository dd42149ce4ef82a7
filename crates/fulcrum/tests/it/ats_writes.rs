//! Postings, requisitions, users, templates and uploads written over the API. What is refused changes nothing. (FND-05, FND-07, FND-36)

use crate::world::{World, on_both};
use endpoint::Verb::{Delete, Get, Post, Put};
use outbound::Call;
use serde_json::{Value, json};

async fn ines(w: &World, key: &str) -> String {
    let (_, found) = w.lever(key, Get, "/v1/users?email=ines@northwind.example", Value::Null).await;
    found["data"][0]["id"].as_str().unwrap().to_owned()
}

fn id(answer: &(u16, Value)) -> String {
    answer.1["data"]["id"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

#[tokio::test]
async fn a_posting_is_made_published_changed_in_part_and_never_takes_what_would_run() {
    on_both(async |w| {
        let key = w.key().await;
        let me = ines(&w, &key).await;
        let path = format!("/v1/postings?perform_as={me}");
        let made = w.lever(&key, Post, &path, json!({ "text": "Glassblower", "categories": { "location": "Lyon", "team": "Atelier" } })).await;
        assert_eq!((made.0, &made.1["data"]["state"], &made.1["data"]["owner"]), (201, &json!("draft"), &json!(me)), "{}", made.1);
        assert_eq!((&made.1["data"]["urls"], &made.1["data"]["categories"]["allLocations"]), (&Value::Null, &json!(["Lyon"])));
        let at = format!("/v1/postings/{}?perform_as={me}", id(&made));
        w.clock.advance(std::time::Duration::from_secs(1));
        let change = json!({
            "state": "published", "content": { "descriptionHtml": "<div>Blow <b>glass</b>.</div>", "closingPostingHtml": "<p>Write to us.</p>",
            "lists": [{ "text": "You bring", "content": "<li>Breath</li>" }] }, "salaryRange": { "min": 1, "max": 2, "currency": "EUR", "interval": "per-year-salary" },
        });
        let (status, changed) = w.lever(&key, Post, &at, change).await;
        let posting = &changed["data"];
        assert_eq!((status, &posting["text"], &posting["state"]), (200, &json!("Glassblower"), &json!("published")), "{changed}");
        assert_eq!((&posting["content"]["description"], &posting["content"]["closingHtml"]), (&json!("Blow glass."), &json!("<p>Write to us.</p>")));
        assert!(posting["urls"]["show"].is_string() && posting["updatedAt"].as_i64() > posting["createdAt"].as_i64());
        assert_eq!(posting["salaryRange"]["currency"], "EUR");
        let (_, again) = w.lever(&key, Put, &at, json!({ "tags": ["Craft"] })).await;
        assert_eq!((&again["data"]["tags"], &again["data"]["content"]), (&json!(["Craft"]), &posting["content"]), "what is left out stays");
        assert_eq!(w.lever(&key, Get, "/v1/postings?team=Atelier", Value::Null).await.1["data"][0]["id"], again["data"]["id"]);
        let tagged = async |tag: &str| w.lever(&key, Get, &format!("/v1/postings?limit=1&tag={tag}"), Value::Null).await.1["data"].as_array().unwrap().len();
        assert_eq!((tagged("Craft").await, tagged("craft").await, tagged("Cra").await), (1, 0, 0), "a tag is the whole of it");
        for bad in [
            json!({ "state": "sold" }),
            json!({ "text": " " }),
            json!({ "owner": "nobody" }),
            json!({ "workplaceType": "moon" }),
            json!({ "distributionChannels": ["radio"] }),
            json!({ "salaryRange": { "min": 3, "max": 2, "currency": "EUR", "interval": "per-year-salary" } }),
            json!({ "content": { "descriptionHtml": "<script>alert(1)</script>" } }),
            json!({ "content": { "descriptionHtml": "<div onclick='alert(1)'>x</div>" } }),
            json!({ "content": { "descriptionHtml": "<a href='javascript:alert(1)'>x</a>" } }),
            json!({ "content": { "lists": [{ "text": "x", "content": "<img src=x>" }] } }),
        ] {
            assert_eq!(w.lever(&key, Post, &at, bad.clone()).await.0, 400, "{bad}");
        }
        assert_eq!(w.lever(&key, Get, &format!("/v1/postings/{}", id(&made)), Value::Null).await.1, again);
        assert_eq!(w.lever(&key, Post, "/v1/postings", json!({ "text": "x" })).await.0, 400, "perform_as is required");
        assert_eq!(w.lever(&key, Post, &path, json!({})).await.0, 400);
        let (status, users) = w.lever(&key, Get, &format!("/v1/postings/{}/users", id(&made)), Value::Null).await;
        assert_eq!((status, &users["posting"]["text"]), (200, &json!("Glassblower")), "{users}");
        let own = users["users"].as_array().unwrap().iter().find(|user| user["id"] == me.as_str()).unwrap();
        assert!(own.get("inheritedFromRoleId").is_none() && users["roles"].as_array().unwrap().iter().any(|role| role["id"] == "owner"), "{users}");
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn a_requisition_is_made_with_the_fields_of_the_company_and_answers_its_raw_record() {
    on_both(async |w| {
        let key = w.key().await;
        let me = ines(&w, &key).await;
        let fields = "/v1/requisition_fields";
        let dropdown =
            json!({ "id": "budget_line", "text": "Cost centre", "type": "dropdown", "isRequired": true, "options": [{ "text": "Berlin" }] });
        assert_eq!(w.lever(&key, Post, fields, dropdown).await.0, 201);
        let options = format!("{fields}/budget_line/options");
        let (status, lyon) = w.lever(&key, Post, &options, json!({ "values": [{ "text": "Lyon" }] })).await;
        assert_eq!((status, &lyon["data"]["text"]), (201, &json!("Lyon")), "{lyon}");
        let lyon = lyon["data"]["id"].as_str().unwrap().to_owned();
        let (_, renamed) = w.lever(&key, Put, &options, json!({ "values": [{ "id": lyon, "text": "Lyon 7e" }] })).await;
        assert_eq!(renamed["data"]["options"][1]["text"], "Lyon 7e");
        assert_eq!(w.lever(&key, Put, &options, json!({ "values": [{ "id": "none", "text": "x" }] })).await.0, 400);

        let new =
            json!({ "requisitionCode": "GLA-1", "name": "Glassblowers", "headcountTotal": 2, "owner": me, "customFields": { "budget_line": lyon } });
        let made = w.lever(&key, Post, "/v1/requisitions", new.clone()).await;
        assert_eq!((made.0, &made.1["data"]["ownerUserId"], &made.1["data"]["status"]), (201, &json!(me), &json!("open")), "{}", made.1);
        let at = format!("/v1/requisitions/{}", id(&made));
        let (_, read) = w.lever(&key, Get, &at, Value::Null).await;
        assert_eq!((&read["data"]["customFields"], &read["data"]["owner"]), (&json!({ "budget_line": lyon }), &json!(me)));
        // Somebody is hired against it; a change keeps the count, and clears what is left out.
        let ada = w.candidate("Ada Lovelace Byron").await;
        let body = json!({ "reason": w.hired_reason().await, "requisitionId": id(&made) });
        assert_eq!(w.lever(&key, Put, &format!("/v1/opportunities/{ada}/archived"), body).await.0, 200);
        let smaller =
            json!({ "requisitionCode": "GLA-1", "name": "Glass", "headcountTotal": "unlimited", "customFields": { "budget_line": "Berlin" } });
        let (status, changed) = w.lever(&key, Put, &at, smaller).await;
        assert_eq!((status, &changed["data"]["headcountInfinite"], &changed["data"]["headcountHired"]), (200, &json!(true), &json!(1)), "{changed}");
        let (_, read) = w.lever(&key, Get, &at, Value::Null).await;
        assert_eq!((&read["data"]["owner"], &read["data"]["name"]), (&Value::Null, &json!("Glass")));
        let with = |name: &str, value: Value| {
            let mut body = new.clone();
            body["requisitionCode"] = json!("GLA-2");
            body[name] = value;
            body
        };
        for bad in [
            new.clone(),
            with("name", Value::Null),
            with("headcountTotal", json!("many")),
            with("status", json!("sold")),
            with("owner", json!("nobody")),
            with("postingIds", json!(["none"])),
            with("customFields", json!({})),
            with("customFields", json!({ "budget_line": "Rome" })),
            with("customFields", json!({ "budget_line": lyon, "other": 1 })),
        ] {
            assert_eq!(w.lever(&key, Post, "/v1/requisitions", bad.clone()).await.0, 400, "{bad}");
        }
        assert_eq!(w.lever(&key, Get, "/v1/requisitions?requisition_code=GLA-2", Value::Null).await.1["data"], json!([]));
        assert_eq!(w.lever(&key, Delete, &options, json!({ "values": [lyon] })).await.0, 204);
        assert_eq!(w.lever(&key, Get, &format!("{fields}/budget_line"), Value::Null).await.1["data"]["options"].as_array().unwrap().len(), 1);
        assert_eq!(w.lever(&key, Delete, &at, Value::Null).await.0, 204);
        assert_eq!(w.lever(&key, Get, &at, Value::Null).await.0, 404);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn a_user_is_added_and_put_out_and_the_last_super_admin_stays() {
    on_both(async |w| {
        let key = w.key().await;
        let me = ines(&w, &key).await;
        let made = w.lever(&key, Post, "/v1/users", json!({ "name": "Noor Haddad", "email": "Noor@Northwind.example" })).await;
        assert_eq!((made.0, &made.1["data"]["accessRole"], &made.1["data"]["username"]), (201, &json!("interviewer"), &json!("noor")), "{}", made.1);
        assert_eq!(w.lever(&key, Post, "/v1/users", json!({ "name": "N", "email": "noor@northwind.example" })).await.0, 400, "one address, one user");
        let at = format!("/v1/users/{}", id(&made));
        let (status, out) = w.lever(&key, Post, &format!("{at}/deactivate"), Value::Null).await;
        assert_eq!((status, &out["data"]["deactivatedAt"]), (200, &json!(w.clock.now().0)), "{out}");
        let (_, back) = w.lever(&key, Post, &format!("{at}/reactivate"), Value::Null).await;
        assert_eq!(back["data"]["deactivatedAt"], Value::Null);
        assert_eq!(w.lever(&key, Post, "/v1/users/nobody/deactivate", Value::Null).await.0, 404);
        // Whoever is left alone at the top cannot go.
        let (_, all) = w.lever(&key, Get, "/v1/users?limit=100&accessRole=super%20admin", Value::Null).await;
        for other in all["data"].as_array().unwrap().iter().filter(|user| user["id"] != me.as_str()) {
            assert_eq!(w.lever(&key, Post, &format!("/v1/users/{}/deactivate", other["id"].as_str().unwrap()), Value::Null).await.0, 200);
        }
        let (status, why) = w.lever(&key, Post, &format!("/v1/users/{me}/deactivate"), Value::Null).await;
        assert!(status == 400 && why.to_string().contains("the last Super Admin"), "{why}");
        let less = json!({ "name": "Ines", "email": "ines@northwind.example", "accessRole": "interviewer" });
        assert_eq!(w.lever(&key, Put, &format!("/v1/users/{me}"), less).await.0, 400);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn a_form_template_is_made_filled_in_changed_and_deleted_and_what_was_filled_in_stays() {
    on_both(async |w| {
        let key = w.key().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        let question = json!({ "type": "text", "text": "Glove size", "required": true });
        let made = w.lever(&key, Post, "/v1/form_templates", json!({ "text": "Gloves", "fields": [question], "secretByDefault": true })).await;
        assert_eq!((made.0, &made.1["data"]["secretByDefault"]), (201, &json!(true)), "{}", made.1);
        let (template, field) = (id(&made), made.1["data"]["fields"][0]["id"].as_str().unwrap().to_owned());
        let form = json!({ "baseTemplateId": template, "fields": [{ "id": field, "value": "M" }] });
        let filled = w.lever(&key, Post, &format!("/v1/opportunities/{ada}/forms"), form).await;
        assert_eq!(filled.0, 201, "{}", filled.1);
        let at = format!("/v1/form_templates/{template}");
        let changed = json!({ "text": "Gloves and hats", "fields": [{ "id": field, "type": "text", "text": "Glove size" }, { "type": "date", "text": "Since" }] });
        let (_, changed) = w.lever(&key, Put, &at, changed).await;
        assert_eq!((&changed["data"]["fields"][0]["id"], changed["data"]["fields"].as_array().unwrap().len()), (&json!(field), 2), "{changed}");
        assert!(w.lever(&key, Get, "/v1/form_templates", Value::Null).await.1.to_string().contains("Gloves and hats"));
        for bad in [
            json!({ "text": "x", "fields": [] }),
            json!({ "fields": [{ "type": "text", "text": "x" }] }),
            json!({ "text": "x", "fields": [{ "type": "magic", "text": "x" }] }),
            json!({ "text": "x", "fields": [{ "type": "dropdown", "text": "x" }] }),
            json!({ "text": "x", "fields": [{ "type": "score-system", "text": "x" }] }),
        ] {
            assert_eq!(w.lever(&key, Put, &at, bad.clone()).await.0, 400, "{bad}");
        }
        assert_eq!(w.lever(&key, Delete, &at, Value::Null).await.0, 204);
        assert_eq!(w.lever(&key, Get, &at, Value::Null).await.0, 404);
        let (_, forms) = w.lever(&key, Get, &format!("/v1/opportunities/{ada}/forms"), Value::Null).await;
        assert!(forms.to_string().contains("Glove size"));
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn an_uploaded_file_becomes_the_resume_of_an_application_and_is_gone_after_a_day() {
    on_both(async |w| {
        let key = w.key().await;
        let upload = async || {
            let body = b"--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"../cv of Nia.pdf\"\r\ncontent-type: application/pdf\r\n\r\n%PDF-1.4 nia\r\n--b--\r\n";
            let mut call = Call::new(Post, w.ats_url.join("/v1/uploads").unwrap(), body.to_vec());
            call.headers.extend(outbound::Credential::headers(&outbound::Fixed::basic(&key, "")).await.unwrap());
            call.headers.insert("content-type", "multipart/form-data; boundary=b".parse().unwrap());
            let (status, answer) = w.call(&call).await;
            assert_eq!((status, &answer["data"]["filename"], &answer["data"]["size"]), (201, &json!("cv of Nia.pdf"), &json!(12)), "{answer}");
            answer["data"]["uri"].as_str().unwrap().to_owned()
        };
        let (_, postings) = w.lever(&key, Get, "/v1/postings?state=published", Value::Null).await;
        let path = format!("/v1/postings/{}/apply", postings["data"][0]["id"].as_str().unwrap());
        let says = |name: &str, value: &str| json!({ "name": name, "value": value });
        let application = |email: &str, resume: &str| json!({ "personalInformation": [says("fullName", "Nia"), says("email", email), says("resume", resume)] });
        let uri = upload().await;
        let (status, applied) = w.lever(&key, Post, &path, application("nia@mail.example", &uri)).await;
        assert_eq!(status, 201, "{applied}");
        let (_, found) = w.lever(&key, Get, "/v1/opportunities?email=nia@mail.example", Value::Null).await;
        let resumes = format!("/v1/opportunities/{}/resumes", found["data"][0]["id"].as_str().unwrap());
        let (_, listed) = w.lever(&key, Get, &resumes, Value::Null).await;
        assert_eq!(listed["data"][0]["file"]["name"], "cv of Nia.pdf", "{listed}");
        let (_, bytes) = w.lever(&key, Get, &format!("{resumes}/{}/download", listed["data"][0]["id"].as_str().unwrap()), Value::Null).await;
        assert_eq!(bytes, json!("%PDF-1.4 nia"));
        for bad in ["https://elsewhere.example/x", "../../secret", "é", ""] {
            let expected = if bad.is_empty() { 201 } else { 400 };
            assert_eq!(w.lever(&key, Post, &path, application(&format!("n{}@mail.example", bad.len()), bad)).await.0, expected, "{bad}");
        }
        // After a day nobody finds it any more, also before it is taken away; then nothing of it is kept.
        w.clock.advance(std::time::Duration::from_secs(86_400));
        let key = w.key().await;
        assert_eq!(w.lever(&key, Post, &path, application("late@mail.example", &uri)).await.0, 400);
        w.later(std::time::Duration::from_secs(2 * 86_400)).await;
        assert_eq!(w.lever(&key, Post, &path, application("late@mail.example", &uri)).await.0, 400);
        let db = w.db("ats").await;
        assert!(db::Sql::rows(&db, "select id from upload", vec![]).await.unwrap().is_empty());
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_done_to_files_users_keys_and_applications_can_be_read_afterwards() {
    on_both(async |w| {
        let key = w.key().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        let mut person = w.at_ats("ines").await;
        person.upload(&format!("/candidates/{ada}/files"), &[], ("file", "plan.txt", b"a plan")).await;
        let (_, files) = w.lever(&key, Get, &format!("/v1/opportunities/{ada}/files"), Value::Null).await;
        let file = files["data"][0]["id"].as_str().unwrap();
        w.clock.advance(std::time::Duration::from_secs(1));
        let me = ines(&w, &key).await;
        assert_eq!(w.lever(&key, Delete, &format!("/v1/opportunities/{ada}/files/{file}?perform_as={me}"), Value::Null).await.0, 204);
        let actions = format!("/v1/opportunities/{ada}/file_actions");
        let (_, done) = w.lever(&key, Get, &actions, Value::Null).await;
        let kinds: Vec<&str> = done["data"].as_array().unwrap().iter().map(|action| action["type"].as_str().unwrap()).collect();
        assert_eq!((kinds, &done["data"][0]["user"]["id"]), (vec!["file-remove", "file-added"], &json!(me)), "{done}");

        let noor = id(&w.lever(&key, Post, "/v1/users", json!({ "name": "Noor", "email": "noor@northwind.example" })).await);
        w.clock.advance(std::time::Duration::from_secs(1));
        person.press(&format!("/settings/users/{noor}/active"), &[]).await;
        let (_, events) = w.lever(&key, Get, "/v1/audit_events?target_type=user", Value::Null).await;
        let kinds: Vec<&str> = events["data"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
        let signed_in = "user.authentication:succeeded";
        assert_eq!(kinds, ["user:deactivated", "user:added", signed_in, signed_in], "{events}");
        assert_eq!((&events["data"][0]["user"]["id"], &events["data"][0]["target"]["id"]), (&json!(me), &json!(noor)));
        let count =
            async |query: &str| w.lever(&key, Get, &format!("/v1/audit_events?{query}"), Value::Null).await.1["data"].as_array().unwrap().len();
        assert_eq!(count("user_id=null&target_type=user").await, 1);
        assert_eq!(count(&format!("target_type=user&target_id={noor}")).await, 2);
        assert!(count("type=key:added").await >= 1);
        assert_eq!(w.lever(&key, Get, "/v1/audit_events?target_id=x", Value::Null).await.0, 400);

        let start = w.clock.now().0;
        person.press(&format!("/candidates/{ada}/delete"), &[]).await;
        let window = format!("/v1/applications/deleted?deleted_at_start={start}&deleted_at_end={}", start + 1000);
        let (status, deleted) = w.lever(&key, Get, &window, Value::Null).await;
        assert_eq!((status, &deleted["data"][0]["opportunityId"], &deleted["data"][0]["deletedAt"]), (200, &json!(ada), &json!(start)), "{deleted}");
        for bad in ["", "?deleted_at_start=1", "?deleted_at_start=1&deleted_at_end=9999999999999", "?deleted_at_start=5&deleted_at_end=1"] {
            assert_eq!(w.lever(&key, Get, &format!("/v1/applications/deleted{bad}"), Value::Null).await.0, 400, "{bad}");
        }
        let (_, dispositions) = w.lever(&key, Get, "/v1/disposition_stages", Value::Null).await;
        let stages = dispositions["data"]["stages"].as_array().unwrap();
        assert!(stages.windows(2).all(|two| two[0]["rank"].as_f64() < two[1]["rank"].as_f64()), "{dispositions}");
        assert_eq!((&stages[0]["id"], &stages[0]["pipeline"], &stages[0]["rank"]), (&json!("lead-new"), &json!("lead"), &json!(1.0)));
        let hired = dispositions["data"]["archiveReasons"].as_array().unwrap().iter().filter(|reason| reason["type"] == "hired").count();
        assert_eq!(hired, 1);
        w.drain().await;
    })
    .await;
}
