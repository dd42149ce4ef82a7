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
        assert_eq!(count(&seen("archived=all").await), 56);
        let archived = seen("archived=yes").await;
        assert!(count(&archived) == 1 && archived.contains("Kwame Mensah") && archived.contains("Hired"), "{archived}");
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
