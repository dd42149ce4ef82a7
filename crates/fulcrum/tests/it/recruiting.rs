//! What a recruiter sees of candidates: search, filters, the board, the list, and who may see whom.

use crate::world::on_both;
use endpoint::Verb::{Get, Post};
use serde_json::{Value, json};

#[tokio::test]
async fn candidates_are_found_by_name_job_stage_tag_source_owner_and_archive() {
    on_both(async |w| {
        let mut ines = w.at_ats("ines").await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        let kwame = w.candidate("Kwame Mensah").await;
        ines.press(&format!("/candidates/{ada}/tags"), &[("add", "fast & curious")]).await;
        w.hire(&kwame).await;
        let (_, postings) = w.lever(&w.key().await, Get, "/v1/postings", Value::Null).await;
        let backend =
            postings["data"].as_array().unwrap().iter().find(|p| p["text"] == "Backend Engineer").unwrap()["id"].as_str().unwrap().to_owned();
        let (_, users) = w.lever(&w.key().await, Get, "/v1/users?email=omar@northwind.example", Value::Null).await;
        let omar = users["data"][0]["id"].as_str().unwrap().to_owned();
        let mut seen = async |query: &str| ines.read(&format!("/candidates?{query}")).await;
        let count = |page: &str| page.split(" candidate").next().and_then(|before| before.rsplit(' ').next()?.parse::<usize>().ok()).unwrap_or(0);
        assert!(seen("q=lovelace").await.contains("Ada Lovelace Byron") && !seen("q=lovelace").await.contains("Yuki Sato"));
        assert_eq!(count(&seen("view=list").await), 55, "without whom was archived");
        assert_eq!(count(&seen("archived=all").await), 62);
        let archived = seen("archived=yes").await;
        assert!(count(&archived) == 7 && archived.contains("Kwame Mensah") && archived.contains("Hired"), "{archived}");
        assert_eq!(count(&seen("view=list&stage=offer").await), 23);
        assert_eq!(count(&seen(&format!("view=list&posting={backend}")).await), 10);
        assert_eq!(count(&seen("view=list&tag=fast+%26+curious").await), 1);
        assert_eq!(count(&seen("view=list&source=LinkedIn&tag=Berlin").await), 4);
        assert_eq!(count(&seen(&format!("view=list&owner={omar}")).await), 55);
        assert!(seen("view=list&tag=nobody").await.contains("Nobody here"));
        assert!(seen("view=list&from=nonsense").await.contains("Ada Lovelace Byron"), "an address somebody mistyped begins at the beginning");
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn in_a_large_account_every_column_has_its_cards_and_the_list_walks_through_all() {
    on_both(async |w| {
        w.ats.generate(1_500, 3, |_| ()).await.unwrap();
        let mut ines = w.at_ats("ines").await;
        let key = w.key().await;
        let (_, stages) = w.lever(&key, Get, "/v1/stages", Value::Null).await;
        let (_, html) = ines.open("/candidates").await;
        for stage in stages["data"].as_array().unwrap() {
            let (_, there) = w
                .lever(&key, Get, &format!("/v1/opportunities?archived=false&limit=1&stage_id={}", stage["id"].as_str().unwrap()), Value::Null)
                .await;
            let column = html.split(&format!("data-stage=\"{}\"", stage["id"].as_str().unwrap())).nth(1).unwrap().split("</section>").next().unwrap();
            assert_eq!(column.contains("data-card"), !there["data"].as_array().unwrap().is_empty(), "{stage}");
        }
        // The list, page by page, is everybody once.
        let (mut address, mut names) = ("/candidates?archived=all".to_owned(), Vec::new());
        loop {
            let (_, html) = ines.open(&address).await;
            names.extend(
                html.split("<a href=\"/candidates/").skip(1).filter_map(|rest| rest.split('"').next()).filter(|id| id.len() == 36).map(str::to_owned),
            );
            let next = html
                .split("<a class=\"button\" href=\"")
                .skip(1)
                .find(|rest| rest.split("</a>").next().is_some_and(|link| link.ends_with("Next page")));
            let Some(next) = next else { break };
            address = next.split('"').next().unwrap().replace("&amp;", "&");
        }
        let (all, count) = (names.len(), {
            names.sort();
            names.dedup();
            names.len()
        });
        assert_eq!(all, count, "each once");
        let db = w.db("ats").await;
        let sql = "select count(*) as n from opportunity where deleted_at is null";
        let there = db::Sql::row(&db, sql, vec![]).await.unwrap().unwrap().int("n").unwrap();
        db.close().await;
        assert_eq!(all, usize::try_from(there).unwrap());
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn confidential_candidates_are_for_who_works_on_them_and_interviewers_see_whom_they_meet() {
    on_both(async |w| {
        let ada = w.candidate("Ada Lovelace Byron").await;
        let db = w.db("ats").await;
        let people = db::Sql::rows(&db, "select id, name from person", vec![]).await.unwrap();
        let id = |name: &str| people.iter().find(|row| row.text("name").unwrap() == name).unwrap().text("id").unwrap();
        let posting = db::Sql::row(&db, "select posting_id from opportunity where id = $1", db::params![ada.as_str()])
            .await
            .unwrap()
            .unwrap()
            .text("posting_id")
            .unwrap();
        let see = async |who: &str| {
            (
                w.at_ats(who).await.open(&format!("/candidates/{ada}")).await.0,
                w.at_ats(who).await.read("/candidates?q=lovelace").await.contains("Ada Lovelace Byron"),
            )
        };
        assert_eq!((see("mei").await, see("ruth").await), ((200, true), (404, false)));
        // An interview with Ruth.
        let key = w.key().await;
        let panel =
            json!({ "timezone": "UTC", "interviews": [{ "date": w.clock.now().0, "duration": 30, "interviewers": [{ "id": id("Ruth Adeyemi") }] }] });
        assert_eq!(w.lever(&key, Post, &format!("/v1/opportunities/{ada}/panels?perform_as={}", id("Ines Bauer")), panel).await.0, 201);
        assert_eq!(see("ruth").await, (200, true), "whom they meet");
        assert!(!w.at_ats("ruth").await.read("/candidates").await.contains("Kwame Mensah"));
        // Confidential from here on, with nobody but Tomasz on the posting.
        let sql = "update opportunity set confidentiality = 'confidential', owner = null, followers = '[]' where posting_id = $1";
        db::Sql::run(&db, sql, db::params![posting.as_str()]).await.unwrap();
        let sql = "update posting set confidentiality = 'confidential', owner = $1, hiring_manager = null where id = $2";
        db::Sql::run(&db, sql, db::params![id("Tomasz Nowak"), posting.as_str()]).await.unwrap();
        assert_eq!((see("tomasz").await, see("ines").await), ((200, true), (200, true)), "who works on it, and Super Admins");
        assert_eq!((see("mei").await, see("omar").await), ((404, false), (404, false)), "and no other");
        db.close().await;
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn a_profile_shows_interviews_what_was_applied_with_who_referred_and_the_offer_as_a_document() {
    on_both(async |w| {
        let key = w.key().await;
        let mut ines = w.at_ats("ines").await;
        let (_, users) = w.lever(&key, Get, "/v1/users", Value::Null).await;
        let user = |name: &str| users["data"].as_array().unwrap().iter().find(|u| u["name"] == name).unwrap()["id"].as_str().unwrap().to_owned();
        let (_, postings) = w.lever(&key, Get, "/v1/postings", Value::Null).await;
        let job = postings["data"][0]["id"].as_str().unwrap();
        let typed = [("name", "Ola Ek"), ("email", "ola@mail.example"), ("posting", job), ("stage", "offer"), ("referrer", &user("Mei Tanaka")), ("relationship", "Rowed together")];
        let page = ines.press("/candidates/new", &typed).await.path().to_owned();
        let id = page.rsplit('/').next().unwrap();
        w.offer(id, "2026-06-01").await;
        let panel = json!({ "timezone": "UTC", "interviews": [{ "subject": "Work <b>sample</b>", "date": w.clock.now().0 + 3_600_000, "duration": 45, "interviewers": [{ "id": user("Ruth Adeyemi") }] }] });
        assert_eq!(w.lever(&key, Post, &format!("/v1/opportunities/{id}/panels?perform_as={}", user("Ines Bauer")), panel).await.0, 201);
        let shown = ines.read(&page).await;
        for words in ["Interviews Work <b>sample</b> ", ", 45 minutes", "Ruth Adeyemi to come", "Application Applied", "Referral Name of referrer Mei Tanaka Relationship Rowed together"] {
            assert!(shown.contains(words), "{words}: {shown}");
        }
        let document = ines.link(&page, "Offer", "The document").await;
        let (status, _) = ines.open(&document).await;
        assert_eq!((status, w.at_ats("ruth").await.open(&document).await.0), (200, 403), "not for who only meets them");
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn somebody_snoozed_is_out_of_sight_until_the_day_and_programs_are_told_until_when() {
    on_both(async |w| {
        let (key, ada, mut ines) = (w.key().await, w.candidate("Ada Lovelace Byron").await, w.at_ats("ines").await);
        let at = format!("/candidates/{ada}");
        let before = w.lever(&key, Get, &format!("/v1/opportunities/{ada}"), Value::Null).await.1["data"].clone();
        for wrong in ["2020-01-01", "someday"] {
            assert_eq!(ines.try_press(&format!("{at}/snooze"), &[("until", wrong)]).await.0, 400, "{wrong}");
        }
        let tomorrow = web::day(clock::Ms(w.clock.now().0 + 86_400_000));
        w.clock.advance(std::time::Duration::from_secs(1));
        ines.click(&at, "Stage", "Snooze", &[("Until", &tomorrow)]).await;
        let now = w.lever(&key, Get, &format!("/v1/opportunities/{ada}"), Value::Null).await.1["data"].clone();
        assert!(now["snoozedUntil"].as_i64().unwrap() > w.clock.now().0 && now["updatedAt"].as_i64() > before["updatedAt"].as_i64(), "{now}");
        let mut seen = async |query: &str| ines.read(&format!("/candidates?{query}")).await.contains("Ada Lovelace Byron");
        let hidden = (seen("").await, seen("view=list").await, seen("view=list&archived=snoozed").await, seen("archived=all&q=lovelace").await);
        assert_eq!(hidden, (false, false, true, true));
        w.clock.advance(std::time::Duration::from_secs(86_400));
        let mut ines = w.at_ats("ines").await;
        let mut seen = async |query: &str| ines.read(&format!("/candidates?{query}")).await.contains("Ada Lovelace Byron");
        assert_eq!((seen("").await, seen("view=list&archived=snoozed").await), (true, false), "the day has come");
        // Or sooner, by hand.
        let later = web::day(clock::Ms(w.clock.now().0 + 9 * 86_400_000));
        ines.click(&at, "Stage", "Snooze", &[("Until", &later)]).await;
        ines.click(&at, "Stage", "Wake up now", &[]).await;
        assert!(ines.read("/candidates").await.contains("Ada Lovelace Byron"));
        let awake = w.lever(&key, Get, &format!("/v1/opportunities/{ada}"), Value::Null).await.1["data"]["snoozedUntil"].clone();
        assert_eq!(awake, Value::Null);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn two_profiles_of_one_person_become_one_by_hand_and_later_applications_find_it() {
    on_both(async |w| {
        let (key, mut ines) = (w.key().await, w.at_ats("ines").await);
        let ada = w.candidate("Ada Lovelace Byron").await;
        let other = w.add("Ada Byron", "ada.private@example.org", "Product Designer").await;
        let read = async |id: &str| w.lever(&key, Get, &format!("/v1/opportunities/{id}"), Value::Null).await.1["data"].clone();
        let (first, second) = (read(&ada).await, read(&other).await);
        let at = ines.link(&format!("/candidates/{ada}"), "Other opportunities", "Merge with another profile of the same person").await;
        assert!(ines.read(&format!("{at}?q=ada.private")).await.contains("Ada Byron"));
        assert!(ines.read(&format!("{at}?q=nobody-like-this")).await.contains("Nobody found"));
        ines.click(&format!("{at}?q=ada.private"), "Ada Byron", "Merge the two", &[]).await;
        let (kept, moved) = (read(&ada).await, read(&other).await);
        assert_eq!((&kept["contact"], &moved["contact"]), (&first["contact"], &first["contact"]));
        assert_eq!(
            (&moved["id"], &moved["name"], &moved["stage"]),
            (&second["id"], &first["name"], &second["stage"]),
            "an opportunity stays what it was"
        );
        let emails: Vec<Value> = [&first, &second].iter().flat_map(|o| o["emails"].as_array().unwrap().clone()).collect();
        assert_eq!(kept["emails"], json!(emails));
        let gone = format!("/v1/contacts/{}", second["contact"].as_str().unwrap());
        assert_eq!(w.lever(&key, Get, &gone, Value::Null).await.0, 404);
        assert!(ines.read(&format!("/candidates/{ada}")).await.contains("Other opportunities Offer"));
        // An address of either means this person from now on.
        let me = w.lever(&key, Get, "/v1/users?limit=1", Value::Null).await.1["data"][0]["id"].as_str().unwrap().to_owned();
        let (_, new) = w
            .lever(&key, Post, &format!("/v1/opportunities?perform_as={me}"), json!({ "name": "A. Byron", "emails": ["ADA.private@example.org"] }))
            .await;
        assert_eq!((&new["deduped"], &new["data"]["contact"]), (&json!(true), &first["contact"]), "{new}");
        // With oneself, with nobody, with somebody anonymised, by somebody who may not: nothing changes.
        let kwame = w.candidate("Kwame Mensah").await;
        ines.press(&format!("/candidates/{kwame}/anonymize"), &[]).await;
        for (with, status) in [(&ada, 400), (&other, 400), (&"nobody".to_owned(), 404), (&kwame, 400)] {
            assert_eq!(ines.try_press(&at, &[("other", with)]).await.0, status, "{with}");
        }
        let yuki = w.candidate("Yuki Sato").await;
        assert_ne!(w.at_ats("ruth").await.try_press(&at, &[("other", &yuki)]).await.0, 303);
        assert_ne!(read(&yuki).await["contact"], first["contact"]);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn a_merge_keeps_every_refusal_and_whose_profile_it_is_and_changes_nobody_one_does_not_see() {
    on_both(async |w| {
        let (key, mut ines) = (w.key().await, w.at_ats("ines").await);
        let ada = w.candidate("Ada Lovelace Byron").await;
        let other = w.add("Ada Byron", "ada.private@example.org", "Product Designer").await;
        let read = async |id: &str| w.lever(&key, Get, &format!("/v1/opportunities/{id}"), Value::Null).await.1["data"].clone();
        let (a, b) = (read(&ada).await["contact"].as_str().unwrap().to_owned(), read(&other).await["contact"].as_str().unwrap().to_owned());
        let agreed = |store: (bool, Option<i64>), contact: (bool, Option<i64>)| {
            json!({ "store": { "allowed": store.0, "expiresAt": store.1 }, "contact": { "allowed": contact.0, "expiresAt": contact.1 } }).to_string()
        };
        let db = w.db("ats").await;
        for (id, said) in [(&a, agreed((true, Some(900)), (false, None))), (&b, agreed((true, Some(500)), (true, None)))] {
            db::Sql::run(
                &db,
                "update contact set data_protection = $1, phones = $2 where id = $3",
                db::params![said, json!([{ "type": "home", "value": format!("+{}", id.len()) }]).to_string(), id.as_str()],
            )
            .await
            .unwrap();
        }
        let sql = "update person set linked_contact_ids = $1 where email = 'omar@northwind.example'";
        db::Sql::run(&db, sql, db::params![json!([b]).to_string()]).await.unwrap();
        ines.press(&format!("/candidates/{other}/links"), &[("add", "https://example.org/ada")]).await;
        // Somebody who sees only one of the other's opportunities does not merge.
        let (mut tomasz, at) = (w.at_ats("tomasz").await, format!("/candidates/{ada}/merge"));
        let sql = "update opportunity set confidentiality = 'confidential', owner = null, followers = '[]', posting_id = null where id = $1";
        let again = w.add("Ada Byron", "ada.private@example.org", "Backend Engineer").await;
        db::Sql::run(&db, sql, db::params![again.as_str()]).await.unwrap();
        db.close().await;
        let (status, said) = tomasz.try_press(&at, &[("other", &other)]).await;
        assert!(status == 403 && said.contains("Ask a Super Admin"), "{status}: {said}");
        assert_eq!(read(&other).await["contact"], json!(b));
        ines.press(&at, &[("other", &other)]).await;
        let now = read(&ada).await;
        assert_eq!(
            now["dataProtection"],
            json!({ "store": { "allowed": true, "expiresAt": 500 }, "contact": { "allowed": false, "expiresAt": null } })
        );
        assert_eq!((now["phones"].as_array().unwrap().len(), &now["links"]), (1, &json!(["https://example.org/ada"])), "one number, once: {now}");
        let (_, omar) = w.lever(&key, Get, "/v1/users?email=omar@northwind.example", Value::Null).await;
        assert_eq!(omar["data"][0]["linkedContactIds"], json!([a]), "{omar}");
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn whoever_adds_links_renames_or_anonymises_while_two_are_merged_loses_nothing_and_nobody_fails() {
    on_both(async |w| {
        let key = w.key().await;
        let me = w.lever(&key, Get, "/v1/users?limit=1", Value::Null).await.1["data"][0]["id"].as_str().unwrap().to_owned();
        for n in 0..8 {
            let (mail, mine) = (format!("second{n}@example.org"), format!("first{n}@example.org"));
            let add = async |mail: &str| {
                let body = json!({ "name": format!("Twin {n}"), "emails": [mail] });
                w.lever(&key, Post, &format!("/v1/opportunities?perform_as={me}"), body).await.1["data"].clone()
            };
            let (one, other) = (add(&mine).await, add(&mail).await);
            let (first, second) = (one["id"].as_str().unwrap(), other["id"].as_str().unwrap());
            let (mut ines, mut anna) = (w.at_ats("ines").await, w.at_ats("ines").await);
            let (at, anonymize) = (format!("/candidates/{first}/merge"), format!("/candidates/{second}/anonymize"));
            let links = format!("/v1/opportunities/{second}/addLinks?perform_as={me}");
            let rename = format!("/v1/contacts/{}", other["contact"].as_str().unwrap());
            let with = [("other", second)];
            let (merged, added, linked, renamed, gone) = tokio::join!(
                ines.try_press(&at, &with),
                add(&mail),
                w.lever(&key, Post, &links, json!({ "links": ["https://example.org/x"] })),
                w.lever(&key, endpoint::Verb::Put, &rename, json!({ "name": "Renamed" })),
                async { if n % 2 == 0 { anna.try_press(&anonymize, &[]).await.0 } else { 303 } },
            );
            assert!(merged.0 < 500 && linked.0 < 500 && renamed.0 < 500 && gone == 303, "{merged:?} {linked:?} {renamed:?} {gone}");
            let read = async |id: &str| w.lever(&key, Get, &format!("/v1/opportunities/{id}"), Value::Null).await.1["data"].clone();
            let new = read(added["id"].as_str().unwrap()).await;
            assert!(new["contact"].is_string(), "nobody who was added is lost: {added}");
            let (first, second) = (read(first).await, read(second).await);
            assert_eq!(
                (merged.0 == 303) && first["isAnonymized"] == false,
                first["contact"] == second["contact"] && first["isAnonymized"] == false,
                "{merged:?}"
            );
            assert!(n % 2 == 1 || second["isAnonymized"] == true, "who was told that nobody is left is told the truth: {second}");
        }
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn nothing_of_a_person_comes_back_by_what_is_added_while_they_are_anonymised() {
    on_both(async |w| {
        let key = w.key().await;
        let me = w.lever(&key, Get, "/v1/users?limit=1", Value::Null).await.1["data"][0]["id"].as_str().unwrap().to_owned();
        let templates = w.lever(&key, Get, "/v1/feedback_templates", Value::Null).await.1["data"].clone();
        let score = templates[0]["fields"].as_array().unwrap().iter().find(|f| f["type"] == "score-system").unwrap()["id"].clone();
        for n in 0..6 {
            let mail = format!("gone{n}@example.org");
            let add = async |body: Value| w.lever(&key, Post, &format!("/v1/opportunities?perform_as={me}"), body).await;
            let first = add(json!({ "name": "Gone Soon", "emails": [mail] })).await.1["data"].clone();
            let second = add(json!({ "name": "Gone Soon", "emails": [mail] })).await.1["data"].clone();
            let again = json!({ "name": "Gone Soon", "contact": first["contact"], "emails": [format!("more{n}@example.org")] });
            let judged = json!({ "baseTemplateId": templates[0]["id"], "fieldValues": [{ "id": score, "value": "3 - Hire" }] });
            let feedback = format!("/v1/opportunities/{}/feedback?perform_as={me}", second["id"].as_str().unwrap());
            let (mut ines, path) = (w.at_ats("ines").await, format!("/candidates/{}/anonymize", first["id"].as_str().unwrap()));
            let (gone, added, one, other, given) = tokio::join!(
                ines.try_press(&path, &[]),
                add(again.clone()),
                add(json!({ "name": "Two", "emails": [format!("a{n}@example.org"), format!("b{n}@example.org")] })),
                add(json!({ "name": "Two", "emails": [format!("b{n}@example.org"), format!("a{n}@example.org")] })),
                w.lever(&key, Post, &feedback, judged),
            );
            assert!(
                gone.0 == 303 && added.0 < 500 && one.0 < 500 && other.0 < 500 && given.0 < 500,
                "{gone:?} {added:?} {one:?} {other:?} {given:?}"
            );
            let contact = w.lever(&key, Get, &format!("/v1/contacts/{}", first["contact"].as_str().unwrap()), Value::Null).await.1["data"].clone();
            assert_eq!((&contact["isAnonymized"], &contact["emails"], &contact["name"]), (&json!(true), &json!([]), &json!("")), "{contact}");
            let (_, left) = w.lever(&key, Get, &format!("/v1/opportunities/{}/feedback", second["id"].as_str().unwrap()), Value::Null).await;
            assert_eq!(left["data"], json!([]), "{given:?}");
        }
        w.drain().await;
    })
    .await;
}
