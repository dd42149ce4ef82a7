//! Jobma where things take an odd turn: archived by mistake, a stage chosen late, news that never came, a move in between.

use crate::jobma::{DANIEL, DAY, LEVER, MINUTE};
use crate::tap::Fault;
use crate::world::{World, on_both};
use endpoint::Verb;
use serde_json::Value;
use std::time::Duration;

impl World {
    /// Vera chooses which stages invite.
    async fn chooses_stages(&self, names: &[&str]) {
        let mut fields = vec![("do", "stages".to_owned())];
        for name in names {
            fields.push(("stage", self.stage(name).await));
        }
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.at_jobma("vera").await.press(&format!("{LEVER}/jobs"), &fields).await;
        self.drain().await;
    }
}

#[tokio::test]
async fn jbm_o12_archived_by_mistake_and_brought_back_a_candidate_is_invited_anew() {
    on_both(async |w| {
        w.connects_jobma().await;
        let (daniel, _) = w.invited(DANIEL).await;
        let mut ines = w.at_ats("ines").await;
        let (_, reasons) = w.lever(&w.key().await, Verb::Get, "/v1/archive_reasons?type=non-hired", Value::Null).await;
        w.clock.advance(MINUTE);
        ines.press(&format!("/candidates/{daniel}/archive"), &[("reason", reasons["data"][0]["id"].as_str().unwrap())]).await;
        w.later(MINUTE).await;
        assert_eq!(w.tags(&daniel).await, Vec::<String>::new());
        // Two changes are never made in the same millisecond.
        w.clock.advance(MINUTE);
        ines.press(&format!("/candidates/{daniel}/unarchive"), &[]).await;
        w.later(2 * MINUTE).await;
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Invited"]);
        assert_eq!(w.interviews().await, [("Daniel".to_owned(), "cancelled".to_owned()), ("Daniel".to_owned(), "pending".to_owned())]);
        // Nothing more follows from it.
        w.later(DAY).await;
        assert_eq!(w.interviews().await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn jbm_o02_whoever_stands_at_a_stage_when_it_is_chosen_is_not_invited_and_whoever_comes_to_it_is() {
    on_both(async |w| {
        w.connects_jobma().await;
        // Known to the connection by an earlier interview, and long at the stage that is chosen now.
        let (daniel, link) = w.invited(DANIEL).await;
        w.holds(&link).await;
        w.moves(&daniel, "On-site interview").await;
        w.later(DAY).await;
        w.chooses_stages(&["Jobma", "On-site interview"]).await;
        // Something about him changes.
        w.at_ats("ines").await.press(&format!("/candidates/{daniel}/tags"), &[("add", "relocates")]).await;
        w.later(DAY).await;
        assert_eq!(w.interviews().await.len(), 1, "he is not invited to a second interview");
        let chen = w.add("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        w.moves(&chen, "On-site interview").await;
        assert_eq!(w.tags(&chen).await, ["Jobma Interview Invited"]);
        // He too, once he comes to it again.
        w.moves(&daniel, "Phone interview").await;
        w.moves(&daniel, "On-site interview").await;
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Invited"]);
    })
    .await;
}

#[tokio::test]
async fn jbm_17_a_result_that_was_told_in_vain_is_asked_for_and_refused_calls_are_seen() {
    on_both(async |w| {
        w.connects_jobma().await;
        let (daniel, link) = w.invited(DANIEL).await;
        // Jobma proves itself with another secret from now on, and gives up after days.
        w.partners.set_jm_setting("callback_secret", "").await.unwrap();
        w.holds(&link).await;
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Invited"]);
        let overview = w.at_hub().await.read("/").await;
        assert!(overview.contains("calls of partners were refused") || overview.contains("1 call of a partner was refused"), "{overview}");
        w.later(Duration::from_secs(7 * 3600)).await;
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Completed"]);
        assert!(w.notes(&daniel).await[0].contains("Evaluate it here"));
        // Replacing the credential is not asking for a secret that nobody changed.
        let form = w.at_hub().await.open("/connections/new/jobma").await.1;
        assert!(form.contains("(empty: it stays as it is)"), "{form}");
        w.later(4 * DAY).await;
    })
    .await;
}

#[tokio::test]
async fn jbm_o13_moved_on_while_the_answer_to_an_invitation_was_lost_both_stages_invite_with_their_own_kit() {
    on_both(async |w| {
        w.connects_jobma().await;
        w.later(DAY).await;
        w.chooses_stages(&["Jobma", "On-site interview"]).await;
        let tap = w.tap_jobma("POST", "/interviews").await;
        tap.faults.lock().unwrap().extend([Fault::LoseAnswer]);
        let daniel = w.candidate(DANIEL).await;
        w.moves(&daniel, "Jobma").await;
        w.moves(&daniel, "On-site interview").await;
        w.later(10 * MINUTE).await;
        let states = w.interviews().await;
        assert_eq!(states.len(), 2, "{states:?}");
        assert_eq!(w.interview_links(&daniel).await.len(), 2);
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Invited"]);
    })
    .await;
}

#[tokio::test]
async fn promise_9_of_a_candidate_on_another_way_the_hub_keeps_nothing() {
    on_both(async |w| {
        w.connects_jobma().await;
        let zed = w.add("Zed Quillfeather", "zed.quillfeather@mail.example", "Backend Engineer").await;
        w.moves(&zed, "Phone interview").await;
        w.later(10 * MINUTE).await;
        let db = w.db("hub").await;
        for (table, column) in [("attempt", "exchanges"), ("inbox", "body"), ("hire", "name"), ("effect", "payload")] {
            let sql = format!("select {column} as text from {table}");
            for row in db::Sql::rows(&db, &sql, vec![]).await.unwrap() {
                let text = row.get::<Option<String>>("text").unwrap().unwrap_or_default();
                assert!(!text.to_lowercase().contains("quillfeather"), "{table}: {text}");
            }
        }
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn com_12_lever_s_access_revoked_between_the_invitation_and_the_tag_is_told_and_everything_follows_once_it_is_back() {
    on_both(async |w| {
        w.connects_jobma().await;
        let tap = w.tap_lever("POST", "/addTags").await;
        let revoked = Fault::Answer(401, r#"{"code":"UnauthorizedError","message":"The access token was revoked."}"#);
        tap.faults.lock().unwrap().extend(vec![revoked; 3]);
        let daniel = w.candidate(DANIEL).await;
        w.moves(&daniel, "Jobma").await;
        assert_eq!((w.interviews().await.len(), w.tags(&daniel).await.len()), (1, 0));
        let overview = w.at_hub().await.read("/").await;
        assert!(overview.contains("Jobma is not connected with Lever"), "{overview}");
        assert!(w.at_jobma("vera").await.read(LEVER).await.contains("Not connected."));
        w.later(DAY).await;
        w.connects_jobma().await;
        w.later(10 * MINUTE).await;
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Invited"]);
        assert_eq!((w.interviews().await.len(), w.interview_links(&daniel).await.len()), (1, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jbm_o17_moved_at_once_everybody_is_invited_within_lever_s_rate_and_nobody_is_told_that_we_are_too_fast() {
    // One database is enough: what waits here is the rate.
    let w = World::at_rate(db::Engine::Sqlite, true).await;
    w.connects_jobma().await;
    let tap = w.tap_lever("GET", "nothing").await;
    let (stage, mut ines) = (w.stage("Jobma").await, w.at_ats("ines").await);
    w.clock.advance(MINUTE);
    let mut moved: Vec<String> = w.everybody("archived=false").await;
    moved.truncate(24);
    for id in &moved {
        ines.press(&format!("/candidates/{id}/stage"), &[("stage", &stage)]).await;
    }
    let began = std::time::Instant::now();
    w.drain().await;
    let took = began.elapsed();
    assert_eq!(w.interviews().await.len(), moved.len());
    let statuses = tap.statuses();
    assert!(!statuses.contains(&429), "{statuses:?}");
    // Lever's rate is the floor: bursts of twenty, then ten a second.
    let floor = Duration::from_millis((statuses.len() as u64).saturating_sub(20) * 100);
    assert!(statuses.len() <= 7 * moved.len() && took >= floor.mul_f64(0.9), "{} calls took {took:?}", statuses.len());
    let (folder, database) = (w.folder.clone(), w.database());
    drop(w);
    World::discard(folder, database).await;
}

#[tokio::test]
async fn jbm_o15_jbm_o16_who_is_confidential_is_left_alone_and_in_lever_each_role_sees_what_it_may() {
    on_both(async |w| {
        w.connects_jobma().await;
        let daniel = w.candidate(DANIEL).await;
        let db = w.db("ats").await;
        db::Sql::run(&db, "update opportunity set confidentiality = 'confidential' where id = $1", db::params![daniel.as_str()]).await.unwrap();
        db.close().await;
        w.moves(&daniel, "Jobma").await;
        w.later(10 * MINUTE).await;
        assert!(w.interviews().await.is_empty(), "the connection was given no confidential access");
        assert!(!w.at_hub().await.read("/hires").await.contains(DANIEL));
        // What is written on a profile is seen by whoever sees the profile, and by nobody else.
        let nia = w.add("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        w.moves(&nia, "Jobma").await;
        assert!(w.at_ats("mei").await.read(&format!("/candidates/{nia}")).await.contains("Jobma Interview Invited"));
        assert_eq!(w.at_ats("ruth").await.open(&format!("/candidates/{nia}")).await.0, 404);
        // Jobma is told what an invitation takes: nothing of what Lever keeps apart.
        let wire = w.timeline(&nia).await.to_lowercase();
        assert!(wire.contains("interview_template_id") && !wire.contains("eeo") && !wire.contains("gender"), "{wire}");
    })
    .await;
}
