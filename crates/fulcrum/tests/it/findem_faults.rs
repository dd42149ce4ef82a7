//! Findem when things go wrong, or at once: nothing twice, nothing stuck, nothing of anybody left who is gone.

use crate::findem_review::INBOUND;
use crate::findem_set_up::{KEY, LEVER};
use crate::job_ring::{DAY, MINUTE};
use crate::tap::Fault;
use crate::world::{World, on_both};
use endpoint::Verb;
use serde_json::{Value, json};

const MARKER: &str = "xqzvwyq";

impl World {
    /// Tables of the partner apps in which a word stands.
    async fn tables_with(&self, word: &str) -> Vec<String> {
        let db = self.db("partners").await;
        let tables = match db::Sql::engine(&db) {
            db::Engine::Sqlite => "select name from sqlite_master where type = 'table'",
            db::Engine::Postgres => "select tablename as name from pg_tables where schemaname = current_schema()",
        };
        let mut found = Vec::new();
        for table in db::Sql::rows(&db, tables, vec![]).await.unwrap() {
            let table = table.text("name").unwrap();
            let columns = match db::Sql::engine(&db) {
                db::Engine::Sqlite => format!("select name from pragma_table_info('{table}')"),
                db::Engine::Postgres => format!(
                    "select column_name as name from information_schema.columns where table_name = '{table}' and table_schema = current_schema()"
                ),
            };
            for column in db::Sql::rows(&db, &columns, vec![]).await.unwrap() {
                let column = column.text("name").unwrap();
                let sql = format!("select count(*) as n from {table} where lower(cast(\"{column}\" as text)) like '%{word}%'");
                if db::Sql::row(&db, &sql, vec![]).await.unwrap().unwrap().int("n").unwrap() > 0 {
                    found.push(format!("{table}.{column}"));
                }
            }
        }
        db.close().await;
        found
    }

    /// The notes of an opportunity in Lever.
    async fn notes_in_lever(&self, opportunity: &str) -> usize {
        let (_, notes) = self.lever(&self.key().await, Verb::Get, &format!("/v1/opportunities/{opportunity}/notes"), Value::Null).await;
        notes["data"].as_array().unwrap().len()
    }
}

#[tokio::test]
async fn fnd_o11_fnd_o16_two_who_decide_or_export_at_once_do_it_once() {
    on_both(async |w| {
        let id = w.stands("Nia Okoye", "Recruiter screen").await;
        let mut fatima = w.reviews(&["Recruiter screen"]).await;
        let (mut robin, mut other) = (w.at_findem("robin").await, w.at_findem("fatima").await);
        let position = w.reason("Position closed").await;
        let fields = [("id", id.as_str()), ("do", "reject"), ("reason", position.as_str())];
        let (one, two, three) =
            futures_util::future::join3(fatima.press(INBOUND, &fields), robin.press(INBOUND, &fields), other.press(INBOUND, &fields)).await;
        let mut undone = 0;
        for page in [one.path(), two.path(), three.path()] {
            let text = fatima.read(page).await;
            if text.contains("can be undone") {
                fatima.click(page, "", "Undo", &[]).await;
                undone += 1;
            } else {
                assert!(text.contains("not done What was decided about them before"), "{text}");
            }
        }
        assert_eq!(undone, 1, "one decision");
        w.later(15 * MINUTE).await;
        assert!(w.in_lever(&id).await["archived"].is_null(), "undone is undone");
        let amara = fatima.link("/findem/profiles?q=amara", "", "Amara Okafor").await;
        let fields = [("profile", amara.rsplit('/').next().unwrap()), ("stage", "lead-new")];
        futures_util::future::join3(
            fatima.press("/findem/export", &fields),
            robin.press("/findem/export", &fields),
            other.press("/findem/export", &fields),
        )
        .await;
        w.drain().await;
        assert_eq!(w.with_email("amara.okafor@inbox.example").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn fnd_o16_whoever_is_known_stays_so_however_often_it_is_hinted_at() {
    on_both(async |w| {
        let mut fatima = w.connects_findem().await;
        let before = w.with_email("grace.wanjiku@mail.example").await;
        let notes = w.notes_in_lever(before[0]["id"].as_str().unwrap()).await;
        let page = w.exports(&mut fatima, &["Grace Wanjiku"], &[]).await;
        let db = w.db("partners").await;
        let wish = db::Sql::row(&db, "select id from fd_wish", vec![]).await.unwrap().unwrap().text("id").unwrap();
        db.close().await;
        let (_, all) = w.as_vendor(Verb::Get, "connections?connector=findem", json!(null)).await;
        let arrivals = format!("connections/{}/arrivals", all["data"][0]["id"].as_str().unwrap());
        for _ in 0..2 {
            assert_eq!(w.as_vendor(Verb::Post, &arrivals, json!({ "record": wish })).await.0, 204);
            w.later(11 * MINUTE).await;
        }
        assert!(fatima.read(&page).await.contains("Grace Wanjiku in Lever already"), "{}", fatima.read(&page).await);
        assert_eq!(w.with_email("grace.wanjiku@mail.example").await.len(), before.len());
        assert_eq!(w.notes_in_lever(before[0]["id"].as_str().unwrap()).await, notes, "no note on a candidacy that is not ours");
    })
    .await;
}

#[tokio::test]
async fn fnd_36_whoever_is_looked_at_before_an_answer_that_was_lost_is_told_of_and_noted_all_the_same() {
    on_both(async |w| {
        let mut fatima = w.connects_findem().await;
        let tap = w.tap_lever("POST", "/v1/opportunities").await;
        tap.faults.lock().unwrap().push_back(Fault::LoseAnswer);
        w.clock.advance(MINUTE);
        let amara = fatima.link("/findem/profiles?q=amara", "", "Amara Okafor").await;
        let page = fatima.press("/findem/export", &[("profile", amara.rsplit('/').next().unwrap()), ("stage", "lead-new")]).await.path().to_owned();
        w.drain().await;
        // It is in Lever and nobody knows; the copy brings it, and somebody looks.
        fatima.click(LEVER, "", "Sync now", &[]).await;
        w.drain().await;
        fatima.read(&amara).await;
        w.drain().await;
        for _ in 0..6 {
            w.later(5 * MINUTE).await;
        }
        let found = w.with_email("amara.okafor@inbox.example").await;
        assert_eq!(found.len(), 1);
        assert!(fatima.read(&page).await.contains("1 of 1 profile in Lever"), "{}", fatima.read(&page).await);
        assert_eq!(w.notes_in_lever(found[0]["id"].as_str().unwrap()).await, 1);
    })
    .await;
}

#[tokio::test]
async fn fnd_13_fnd_o15_a_key_that_could_not_import_is_replaced_and_the_lists_are_read_with_the_new_one() {
    on_both(async |w| {
        let mut fatima = w.at_findem("fatima").await;
        let poor = w.ats.create_api_key("poor", &["find all stages".to_owned()], true, None).await.unwrap();
        fatima.click(KEY, "", "Save", &[("API key", &poor)]).await;
        w.drain().await;
        let page = fatima.read(LEVER).await;
        assert!(page.contains("Needs Attention Users") && page.contains("Needs Attention Candidates and applications"), "{page}");
        w.clock.advance(MINUTE);
        fatima.click(KEY, "", "Save", &[("API key", &w.findem_key().await)]).await;
        w.drain().await;
        let page = fatima.read(LEVER).await;
        for step in ["Users", "Jobs", "Stages", "Archive reasons", "Candidates and applications"] {
            assert!(page.contains(&format!("Success {step}")), "{step}: {page}");
        }
        // Of the tokens made on the way one is left.
        let db = w.db("partners").await;
        let n = db::Sql::row(&db, "select count(*) as n from fd_token where name = 'Fulcrum'", vec![]).await.unwrap().unwrap().int("n").unwrap();
        db.close().await;
        assert_eq!(n, 1);
    })
    .await;
}

#[tokio::test]
async fn fnd_o10_whoever_may_not_see_what_is_confidential_sees_no_decision_about_it_either() {
    on_both(async |w| {
        let id = w.stands("Nia Okoye", "Recruiter screen").await;
        w.confides(&id).await;
        let mut fatima = w.reviews(&["Recruiter screen"]).await;
        let mut robin = w.at_findem("robin").await;
        assert!(fatima.read(INBOUND).await.contains("Nia Okoye") && !robin.read(INBOUND).await.contains("Nia Okoye"));
        let (status, why) = robin.try_press(INBOUND, &[("id", &id), ("do", "advance"), ("stage", &w.stage("Phone interview").await)]).await;
        assert!(status == 400 && why.contains("There is no application"), "{why}");
        let page = w.decides(&mut fatima, &[&id], "advance", &w.stage("Phone interview").await).await;
        assert!(fatima.read(&page).await.contains("Nia Okoye done"), "{}", fatima.read(&page).await);
        assert_eq!(robin.open(&page).await.0, 404);
        assert!(robin.read("/findem/moves").await.contains("Nothing was decided yet"));
        let (_, list) = w.findem(Verb::Get, "applications", Value::Null).await;
        assert!(!list.to_string().contains("Nia Okoye"), "nor do programs");
    })
    .await;
}

#[tokio::test]
async fn fnd_o14_promise_9_of_whoever_is_gone_from_lever_nothing_is_left_in_findem_and_what_was_found_stays() {
    on_both(async |w| {
        let name = format!("Zed {MARKER}");
        let id = w
            .applies(json!({
                "name": name, "emails": [format!("{MARKER}@mail.example"), "amara.okafor@inbox.example"], "stage": w.stage("Recruiter screen").await,
                "headline": format!("{MARKER} Ltd"), "tags": [MARKER],
            }))
            .await;
        w.writes(Verb::Post, &id, "notes", json!({ "value": format!("{MARKER} was kind") })).await;
        w.at_ats("ines").await.upload(&format!("/candidates/{id}/files"), &[], ("file", &format!("{MARKER}.txt"), MARKER.as_bytes())).await;
        let mut fatima = w.reviews(&["Recruiter screen"]).await;
        let settings = [("undo_minutes", "0"), ("zone", "UTC"), ("letter", "yes"), ("digest", "yes"), ("letter_hours", "0")];
        fatima.press("/findem/settings", &settings).await;
        let profile = fatima.link("/findem/profiles?q=amara", "", "Amara Okafor").await;
        fatima.read(&profile).await;
        w.drain().await;
        assert!(fatima.read(&profile).await.contains(MARKER), "her candidacy under another name");
        let timing = w.reason("Timing").await;
        fatima.press(INBOUND, &[("id", &id), ("do", "reject"), ("reason", &timing), ("letter", "yes")]).await;
        w.drain().await;
        assert!(w.letter_to(&format!("{MARKER}@mail.example")).await.contains("Hello Zed"), "the letter went");
        assert!(!w.tables_with(MARKER).await.is_empty());
        w.at_ats("ines").await.press(&format!("/candidates/{id}/delete"), &[]).await;
        w.later(DAY + 60 * MINUTE).await;
        let left: Vec<String> = w.tables_with(MARKER).await.into_iter().filter(|place| !place.starts_with("effect.")).collect();
        assert!(left.is_empty(), "{left:?}");
        let mut fatima = w.at_findem("fatima").await;
        let text = fatima.read(&profile).await;
        assert!(text.contains("Northstar Systems") && text.contains("amara.okafor@inbox.example") && text.contains("not in Lever"), "{text}");
        let mut olga = w.at_hub().await;
        assert!(!olga.read("/hires").await.contains(MARKER), "{}", olga.read("/hires").await);
    })
    .await;
}

#[tokio::test]
async fn fnd_35_whoever_was_deleted_in_lever_is_gone_as_soon_as_somebody_looks_or_decides() {
    on_both(async |w| {
        let (one, two) = (w.stands("Nia Okoye", "Recruiter screen").await, w.stands("Bo Lind", "Recruiter screen").await);
        let mut fatima = w.reviews(&["Recruiter screen"]).await;
        let nia = fatima.link("/findem/profiles?q=nia", "", "Nia Okoye").await;
        for id in [&one, &two] {
            w.at_ats("ines").await.press(&format!("/candidates/{id}/delete"), &[]).await;
        }
        fatima.read(&nia).await;
        w.drain().await;
        assert_eq!(fatima.open(&nia).await.0, 404, "looked at");
        let page = w.decides(&mut fatima, &[&two], "advance", &w.stage("Phone interview").await).await;
        assert!(fatima.read(&page).await.contains("They are not in Lever any more."), "{}", fatima.read(&page).await);
        assert!(!fatima.read(INBOUND).await.contains("Bo Lind"));
        let mut olga = w.at_hub().await;
        assert!(!olga.read("/holds").await.contains("Bo Lind"), "nothing waits for anybody: {}", olga.read("/holds").await);
    })
    .await;
}

/// A key is disabled in the middle of the first import, and another takes its place, of the same account or of another: how many of the
/// parts were asked for with the first, and with the second.
async fn interrupted(w: &World, of_another_account: bool) -> (usize, usize) {
    let mut fatima = w.at_findem("fatima").await;
    fatima.click(KEY, "", "Save", &[("API key", &w.findem_key().await)]).await;
    let tap = w.tap_lever("GET", "/v1/opportunities").await;
    let some = (0..12).map(|_| Fault::Date("x")).chain((0..20).map(|_| Fault::Answer(401, "{\"code\":\"UnauthorizedError\"}")));
    tap.faults.lock().unwrap().extend(some);
    w.drain().await;
    let page = fatima.read(LEVER).await;
    assert!(page.contains("Not connected") && page.contains("does not accept the API key any more"), "{page}");
    let parts = |calls: &[String]| calls.iter().filter(|call| call.contains("created_at_")).count();
    let before = parts(&tap.calls());
    if of_another_account {
        let db = w.db("hub").await;
        let sql = "update connection set mirror = replace(mirror, '\"account\":\"', '\"account\":\"another') where connector = 'findem'";
        assert_eq!(db::Sql::run(&db, sql, vec![]).await.unwrap(), 1);
        db.close().await;
    }
    w.clock.advance(MINUTE);
    fatima.click(KEY, "", "Save", &[("API key", &w.findem_key().await)]).await;
    let tap = w.tap_lever("GET", "nothing").await;
    w.drain().await;
    let page = fatima.read(LEVER).await;
    assert!(page.contains("Success Candidates and applications") && page.contains("62 candidates from Lever"), "{page}");
    assert!(fatima.read("/findem/profiles?q=tom+baker").await.contains(", owner"));
    (before, parts(&tap.calls()))
}

#[tokio::test]
async fn fnd_o18_a_key_disabled_in_the_middle_of_the_first_import_loses_nothing_and_the_next_key_goes_on_where_it_was() {
    on_both(async |w| {
        let (before, after) = interrupted(&w, false).await;
        assert!(before > 4 && after < 16 && before + after <= 16 + 4, "what was told is not told again: {before} and {after} of 16");
    })
    .await;
}

#[tokio::test]
async fn fnd_o18_another_account_begins_anew_and_takes_no_place_of_the_first_for_its_own() {
    on_both(async |w| assert_eq!(interrupted(&w, true).await.1, 16)).await;
}
