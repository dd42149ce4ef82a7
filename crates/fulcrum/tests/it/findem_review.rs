//! Findem's Inbound Applicants: which stages feed them, what is excluded, groups and days, advancing and rejecting.

use crate::findem::HOUR;
use crate::findem_set_up::LEVER;
use crate::job_ring::{DAY, MINUTE};
use crate::world::{At, World, on_both};
use endpoint::Verb;
use serde_json::{Value, json};

pub const INBOUND: &str = "/findem/inbound";
const MAPPING: &str = "/findem/integrations/lever/mapping";

impl World {
    /// The id of an archive reason in Lever.
    pub async fn reason(&self, name: &str) -> String {
        let (_, reasons) = self.lever(&self.key().await, Verb::Get, "/v1/archive_reasons", Value::Null).await;
        reasons["data"].as_array().unwrap().iter().find(|s| s["text"] == name).unwrap_or_else(|| panic!("{name}"))["id"].as_str().unwrap().to_owned()
    }

    /// Fatima connects, and lets these stages feed the inbound applications.
    pub async fn reviews(&self, feeding: &[&str]) -> At {
        let mut fatima = self.connects_findem().await;
        let mut fields = Vec::new();
        for name in feeding {
            fields.push(("inbound", self.stage(name).await));
        }
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fatima.press(MAPPING, &fields).await;
        fatima
    }

    /// Somebody who applied and stands at a stage.
    pub async fn stands(&self, name: &str, stage: &str) -> String {
        let address = format!("{}@mail.example", name.to_lowercase().replace(' ', "."));
        let stage = self.stage(stage).await;
        self.applies(json!({ "name": name, "emails": [address], "stage": stage, "sources": ["Job site"], "origin": "applied" })).await
    }

    /// Decides about applications as a person would; the page with what came of them.
    pub async fn decides(&self, who: &mut At, ids: &[&str], what: &str, to: &str) -> String {
        let field = if what == "advance" { "stage" } else { "reason" };
        let mut fields: Vec<(&str, &str)> = ids.iter().map(|id| ("id", *id)).collect();
        fields.extend([("do", what), (field, to)]);
        let page = who.press(INBOUND, &fields).await.path().to_owned();
        self.drain().await;
        page
    }
}

#[tokio::test]
async fn fnd_28_fnd_29_fnd_o03_only_who_stands_at_a_chosen_stage_is_inbound_and_moving_on_in_lever_takes_them_out() {
    on_both(async |w| {
        let one = w.stands("Nia Okoye", "Recruiter screen").await;
        w.stands("Nia Okoye", "Recruiter screen").await;
        w.stands("Bo Lind", "Phone interview").await;
        let mut fatima = w.connects_findem().await;
        assert!(fatima.read(INBOUND).await.contains("No stage feeds this list yet"));
        assert_eq!(fatima.link(LEVER, "", "Stage Mapping").await, MAPPING);
        let screen = w.stage("Recruiter screen").await;
        fatima.press(MAPPING, &[("inbound", &screen)]).await;
        let page = fatima.read(INBOUND).await;
        assert_eq!(page.matches("Nia Okoye").count(), 2, "two applications are two rows: {page}");
        assert!(!page.contains("Bo Lind"), "{page}");
        let phone = w.stage("Phone interview").await;
        w.writes(Verb::Put, &one, "stage", json!({ "stage": phone })).await;
        w.imports().await;
        assert_eq!(fatima.read(INBOUND).await.matches("Nia Okoye").count(), 1);
        // Archived is not inbound either.
        let other = fatima.open(INBOUND).await.1.split("name=\"id\" value=\"").nth(1).unwrap()[..36].to_owned();
        let before = fatima.read(INBOUND).await.matches("Recruiter screen").count();
        w.writes(Verb::Put, &other, "archived", json!({ "reason": w.reason("Timing").await })).await;
        w.imports().await;
        assert_eq!(fatima.read(INBOUND).await.matches("Recruiter screen").count(), before - 1);
        assert!(fatima.read(LEVER).await.contains("Set-up: 5 of 5 parts"), "{}", fatima.read(LEVER).await);
    })
    .await;
}

#[tokio::test]
async fn fnd_30_fnd_31_fnd_o06_what_is_excluded_is_not_offered_and_refused_by_the_api() {
    on_both(async |w| {
        let id = w.stands("Nia Okoye", "Recruiter screen").await;
        let mut fatima = w.connects_findem().await;
        let (screen, phone, offer) = (w.stage("Recruiter screen").await, w.stage("Phone interview").await, w.stage("Offer").await);
        let (timing, position) = (w.reason("Timing").await, w.reason("Position closed").await);
        // The stage that feeds the list is excluded too: these are different lists.
        fatima.press(MAPPING, &[("inbound", &screen), ("stage_out", &offer), ("stage_out", &screen), ("reason_out", &timing)]).await;
        let html = fatima.open(INBOUND).await.1.split("To the stage").nth(1).unwrap().to_owned();
        let offered = |id: &str| html.contains(&format!("<option value=\"{id}\">"));
        assert_eq!((offered(&phone), offered(&offer), offered(&position), offered(&timing)), (true, false, true, false), "{html}");
        assert!(!offered(&w.hired_reason().await), "a hire is no rejection");
        for (path, body) in [("advance", json!({ "stage": offer })), ("reject", json!({ "reason": timing }))] {
            let (status, why) = w.findem(Verb::Post, &format!("applications/{id}/{path}"), body).await;
            assert!(status == 400 && why["message"].as_str().unwrap().contains("is excluded when"), "{why}");
        }
        let (status, why) = fatima.try_press(INBOUND, &[("id", &id), ("do", "advance"), ("stage", &offer)]).await;
        assert!(status == 400 && why.contains("is excluded when advancing"), "{why}");
        let (_, choices) = w.findem(Verb::Get, "choices", Value::Null).await;
        let names = |list: &str| choices[list].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert!(!names("stages").contains(&"Offer".to_owned()) && !names("reasons").contains(&"Timing".to_owned()), "{choices}");
        let (status, done) = w.findem(Verb::Post, &format!("applications/{id}/advance"), json!({ "stage": phone })).await;
        assert_eq!((status, &done["state"]), (202, &json!("waiting")), "{done}");
        w.drain().await;
        let (_, done) = w.findem(Verb::Get, &format!("moves/{}", done["id"].as_str().unwrap()), Value::Null).await;
        assert_eq!(done["state"], "done", "{done}");
        assert_eq!(w.in_lever(&id).await["stage"], json!(phone));
        let (_, list) = w.findem(Verb::Get, "applications", Value::Null).await;
        assert!(list["data"].as_array().unwrap().iter().all(|row| row["application"]["id"] != json!(id)), "it went on: {list}");
    })
    .await;
}

#[tokio::test]
async fn fnd_32_fnd_33_stages_are_put_into_groups_a_stage_in_one_at_most_and_groups_count_what_their_stages_count() {
    on_both(async |w| {
        w.stands("Nia Okoye", "Recruiter screen").await;
        w.stands("Bo Lind", "Phone interview").await;
        w.stands("Cy Ray", "Phone interview").await;
        let mut fatima = w.connects_findem().await;
        let (screen, phone) = (w.stage("Recruiter screen").await, w.stage("Phone interview").await);
        for stage in [&screen, &phone] {
            fatima.press(&format!("{MAPPING}/stages/{stage}/group"), &[("group", "screen")]).await;
        }
        let counts = |page: &str| page.split("Screen ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        let (_, everybody) =
            w.lever(&w.key().await, Verb::Get, &format!("/v1/opportunities?limit=100&archived=false&stage_id={screen}"), Value::Null).await;
        let (_, others) =
            w.lever(&w.key().await, Verb::Get, &format!("/v1/opportunities?limit=100&archived=false&stage_id={phone}"), Value::Null).await;
        let sum = everybody["data"].as_array().unwrap().len() + others["data"].as_array().unwrap().len();
        let page = fatima.read("/findem/pipeline").await;
        assert_eq!(counts(&page), sum.to_string(), "{page}");
        // Into another group: it is in that one alone, also after a reload and after it is called something else in Lever.
        fatima.press(&format!("{MAPPING}/stages/{phone}/group"), &[("group", "interview")]).await;
        let mut ines = w.at_ats("ines").await;
        ines.press(&format!("/settings/pipeline/{phone}"), &[("name", "Telephone")]).await;
        w.clock.advance(MINUTE);
        fatima.click(LEVER, "", "Sync now", &[]).await;
        w.drain().await;
        let html = fatima.open(MAPPING).await.1;
        let column = html.split("data-stage=\"interview\"").nth(1).unwrap().split("</section>").next().unwrap();
        assert!(column.contains("Telephone"), "{column}");
        assert_eq!(html.matches(&format!("data-card=\"{phone}\"")).count(), 1);
        let (status, why) = fatima.try_press(&format!("{MAPPING}/stages/{phone}/group"), &[("group", "no such group")]).await;
        assert!(status == 400 && why.contains("Nothing was changed"), "{why}");
        fatima.press(&format!("{MAPPING}/groups"), &[("name", "On site")]).await;
        let (status, why) = fatima.try_press(&format!("{MAPPING}/groups"), &[("name", "on SITE")]).await;
        assert!(status == 400 && why.contains("already"), "{why}");
        fatima.press(&format!("{MAPPING}/groups/interview/drop"), &[]).await;
        let html = fatima.open(MAPPING).await.1;
        assert!(html.split("data-stage=\"-\"").nth(1).unwrap().contains("Telephone"), "without its group it is in none");
    })
    .await;
}

#[tokio::test]
async fn fnd_34_fnd_o04_fnd_o05_after_three_days_it_is_overdue_its_owner_is_told_once_a_day_and_nothing_moves_by_itself() {
    on_both(async |w| {
        let id = w.stands("Nia Okoye", "Recruiter screen").await;
        let mut fatima = w.reviews(&["Recruiter screen"]).await;
        let screen = w.stage("Recruiter screen").await;
        fatima.press(&format!("{MAPPING}/stages/{screen}/days"), &[("days", "3")]).await;
        let row = async |w: &World| {
            let page = w.at_findem("fatima").await.read(&format!("{INBOUND}?q=nia")).await;
            page.rsplit("Nia Okoye").next().unwrap().to_owned()
        };
        assert!(row(&w).await.contains("3 days left"), "{}", row(&w).await);
        w.later(2 * DAY).await;
        assert!(row(&w).await.contains("1 day left"), "{}", row(&w).await);
        w.later(DAY).await;
        assert!(row(&w).await.contains("due today"), "{}", row(&w).await);
        let mut fatima = w.at_findem("fatima").await;
        assert!(!fatima.read(&format!("{INBOUND}?due=overdue")).await.contains("Nia Okoye"));
        assert!(fatima.read(&format!("{INBOUND}?due=today")).await.contains("Nia Okoye"));
        w.later(DAY).await;
        assert!(row(&w).await.contains("overdue for 1 day"), "{}", row(&w).await);
        let mut fatima = w.at_findem("fatima").await;
        assert!(fatima.read(&format!("{INBOUND}?due=overdue")).await.contains("Nia Okoye"));
        for _ in 0..3 {
            w.later(HOUR).await;
        }
        let owner = w.in_lever(&id).await["owner"].as_str().unwrap().to_owned();
        let (_, user) = w.lever(&w.key().await, Verb::Get, &format!("/v1/users/{owner}"), Value::Null).await;
        let letters = w.letter_to(user["data"]["email"].as_str().unwrap()).await;
        assert_eq!(letters.matches("longer at a stage than agreed").count(), 1, "once a day: {letters}");
        assert_eq!(w.in_lever(&id).await["stage"], json!(screen), "nobody moved");
        let (_, list) = w.findem(Verb::Get, &format!("applications?stage={screen}"), Value::Null).await;
        let nia = list["data"].as_array().unwrap().iter().find(|row| row["application"]["id"] == json!(id)).unwrap();
        assert_eq!(nia["overdue"], true, "{nia}");
        // A filter with a name.
        let kept = fatima.press("/findem/segments", &[("name", "Too late"), ("query", "due=overdue")]).await;
        assert!(kept.as_str().ends_with("due=overdue"), "{kept}");
        assert_eq!(fatima.link(INBOUND, "", "Too late").await, format!("{INBOUND}?due=overdue"));
        let (status, why) = fatima.try_press(&format!("{MAPPING}/stages/{screen}/days"), &[("days", "three")]).await;
        assert!(status == 400 && why.contains("0 to 365"), "{why}");
    })
    .await;
}

#[tokio::test]
async fn fnd_35_advance_and_reject_are_written_in_the_name_of_whoever_decides_or_of_the_linked_user() {
    on_both(async |w| {
        let (one, two) = (w.stands("Nia Okoye", "Recruiter screen").await, w.stands("Bo Lind", "Recruiter screen").await);
        let mut fatima = w.reviews(&["Recruiter screen"]).await;
        let (phone, position) = (w.stage("Phone interview").await, w.reason("Position closed").await);
        // Fatima has no user in Lever: the linked one does it.
        w.clock.advance(MINUTE);
        let page = w.decides(&mut fatima, &[&one], "advance", &phone).await;
        let text = fatima.read(&page).await;
        assert!(text.contains("Advance to Phone interview") && text.contains("done in the name of Ines"), "{text}");
        let o = w.in_lever(&one).await;
        assert_eq!(o["stage"], json!(phone));
        let last = o["stageChanges"].as_array().unwrap().last().unwrap().clone();
        let (_, user) = w.lever(&w.key().await, Verb::Get, &format!("/v1/users/{}", last["userId"].as_str().unwrap()), Value::Null).await;
        assert!(user["data"]["name"].as_str().unwrap().starts_with("Ines"), "{user}");
        let profile = fatima.link("/findem/profiles?q=nia", "", "Nia Okoye").await;
        let text = fatima.read(&profile).await;
        assert!(text.contains("Advanced to Phone interview by Fatima Diallo, in the name of Ines"), "{text}");
        assert!(text.contains("Stage Phone interview"), "what is so in Lever is read at once: {text}");
        // A rejection goes ten minutes later; until then it can be undone.
        let page = w.decides(&mut fatima, &[&two], "reject", &position).await;
        assert!(fatima.read(&page).await.contains("can be undone goes to Lever"), "{}", fatima.read(&page).await);
        assert!(w.in_lever(&two).await["archived"].is_null());
        w.later(11 * MINUTE).await;
        let o = w.in_lever(&two).await;
        assert_eq!(o["archived"]["reason"], json!(position), "{o}");
        assert!(fatima.read(&page).await.contains("1 of 1 application"), "{}", fatima.read(&page).await);
        let two_page = fatima.link("/findem/profiles?q=bo+lind", "", "Bo Lind").await;
        assert!(fatima.read(&two_page).await.contains("Rejected (Position closed) by Fatima Diallo"));
        // Another user is linked: from now on it is theirs.
        fatima.click(LEVER, "", "Link another user", &[("Link another user", "Omar Haddad (omar@northwind.example)")]).await;
        w.drain().await;
        w.clock.advance(MINUTE);
        let three = w.stands("Cy Ray", "Recruiter screen").await;
        w.imports().await;
        let page = w.decides(&mut fatima, &[&three], "advance", &phone).await;
        assert!(fatima.read(&page).await.contains("in the name of Omar Haddad"), "{}", fatima.read(&page).await);
    })
    .await;
}

#[tokio::test]
async fn fnd_o11_many_at_once_have_a_result_each_what_failed_is_tried_again_and_what_has_not_gone_is_undone() {
    on_both(async |w| {
        let mut ids = Vec::new();
        for name in ["Nia Okoye", "Bo Lind", "Cy Ray", "Di Marsh"] {
            ids.push(w.stands(name, "Recruiter screen").await);
        }
        let mut fatima = w.reviews(&["Recruiter screen"]).await;
        let (phone, position) = (w.stage("Phone interview").await, w.reason("Position closed").await);
        let all: Vec<&str> = ids.iter().map(String::as_str).collect();
        // Lever moved one of them meanwhile, and deleted another.
        w.writes(Verb::Put, &ids[1], "stage", json!({ "stage": w.stage("Offer").await })).await;
        w.at_ats("ines").await.press(&format!("/candidates/{}/delete", ids[2]), &[]).await;
        let page = w.decides(&mut fatima, &all, "advance", &phone).await;
        let text = fatima.read(&page).await;
        assert!(text.contains("2 of 4 applications"), "{text}");
        assert!(
            text.contains("Bo Lind conflict Bo Lind was moved to another stage in Lever meanwhile. Lever counts; nothing was written."),
            "{text}"
        );
        assert!(text.contains("somebody who was deleted undone They are not in Lever any more."), "{text}");
        assert_eq!(w.in_lever(&ids[1]).await["stage"], json!(w.stage("Offer").await), "FND-O08: Lever wins");
        let bo = fatima.link("/findem/profiles?q=bo+lind", "", "Bo Lind").await;
        assert!(fatima.read(&bo).await.contains("Conflict: Bo Lind was moved"), "the conflict is logged");
        // Rejections: undone within the window, Lever never hears of them.
        let others = [w.stands("Ed Fox", "Recruiter screen").await, w.stands("Flo Gray", "Recruiter screen").await];
        let ivy = w.stands("Ivy Jones", "Recruiter screen").await;
        w.imports().await;
        let both: Vec<&str> = others.iter().map(String::as_str).collect();
        let page = w.decides(&mut fatima, &both, "reject", &position).await;
        let again = w.decides(&mut fatima, &[both[0]], "reject", &position).await;
        assert!(fatima.read(&again).await.contains("Ed Fox not done What was decided about them before is still on its way"));
        assert!(fatima.read(INBOUND).await.contains("being rejected"));
        fatima.click(&page, "Ed Fox", "Undo", &[]).await;
        let (_, wish) = w.findem(Verb::Post, &format!("applications/{ivy}/reject"), json!({ "reason": position })).await;
        let wish = format!("wishes/{}", wish["id"].as_str().unwrap());
        assert_eq!(w.findem(Verb::Get, &wish, Value::Null).await.0, 404, "not even whoever asks for it by name is told before its time");
        w.later(11 * MINUTE).await;
        assert_eq!(w.findem(Verb::Get, &wish, Value::Null).await.0, 200);
        assert!(w.in_lever(&ivy).await["archived"].is_object(), "what nobody took back went");
        assert!(w.in_lever(both[0]).await["archived"].is_null() && !w.in_lever(both[1]).await["archived"].is_null());
        let (status, why) = fatima.try_press(&format!("{page}/undo"), &[]).await;
        assert_eq!(status, 303, "{why}");
        assert!(fatima.read(&page).await.contains("Flo Gray done"), "what has gone stays: {}", fatima.read(&page).await);
        // Lever refuses, then takes it: the row says so, and goes again.
        let more = w.stands("Gus Hale", "Recruiter screen").await;
        w.imports().await;
        let tap = w.tap_lever("PUT", "/stage").await;
        tap.faults.lock().unwrap().push_back(crate::tap::Fault::Answer(400, "{\"code\":\"BadRequest\",\"message\":\"no\"}"));
        let page = w.decides(&mut fatima, &[&more], "advance", &phone).await;
        assert!(fatima.read(&page).await.contains("Lever does not take it"), "{}", fatima.read(&page).await);
        fatima.click(&page, "", "Try again what waits", &[]).await;
        w.drain().await;
        assert!(fatima.read(&page).await.contains("Gus Hale done"), "{}", fatima.read(&page).await);
        assert_eq!(w.in_lever(&more).await["stage"], json!(phone));
    })
    .await;
}

#[tokio::test]
async fn fnd_o12_a_letter_to_whoever_is_rejected_goes_only_where_that_was_switched_on_and_ticked_and_after_its_hours() {
    on_both(async |w| {
        let (one, two, three) = (
            w.stands("Nia Okoye", "Recruiter screen").await,
            w.stands("Bo Lind", "Recruiter screen").await,
            w.stands("Cy Ray", "Recruiter screen").await,
        );
        let mut fatima = w.reviews(&["Recruiter screen"]).await;
        let position = w.reason("Position closed").await;
        assert!(!fatima.read(INBOUND).await.contains("Write to them"), "off by default");
        w.decides(&mut fatima, &[&one], "reject", &position).await;
        w.later(11 * MINUTE).await;
        assert_eq!(w.letter_to("nia.okoye@mail.example").await, "");
        let settings = [("undo_minutes", "0"), ("zone", "UTC"), ("letter", "yes"), ("digest", "yes"), ("letter_hours", "24")];
        fatima.press("/findem/settings", &settings).await;
        assert!(fatima.read(INBOUND).await.contains("Write to them"));
        w.decides(&mut fatima, &[&two], "reject", &position).await;
        assert!(!w.in_lever(&two).await["archived"].is_null(), "without a window it goes at once");
        fatima.press(INBOUND, &[("id", &three), ("do", "reject"), ("reason", &position), ("letter", "yes")]).await;
        w.drain().await;
        assert_eq!(w.letter_to("cy.ray@mail.example").await, "");
        w.later(25 * HOUR).await;
        assert_eq!(w.letter_to("bo.lind@mail.example").await, "", "the box was not ticked");
        assert!(w.letter_to("cy.ray@mail.example").await.contains("Hello Cy"), "{}", w.letter_to("cy.ray@mail.example").await);
    })
    .await;
}
