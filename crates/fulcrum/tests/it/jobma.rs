//! Jobma, set up and in use: the source document's sentences, and what it leaves open.

use crate::tap::{Fault, Tap};
use crate::world::{At, World, on_both};
use endpoint::Verb;
use outbound::Call;
use serde_json::{Value, json};
use std::time::Duration;

pub const LEVER: &str = "/jobma/integrations/lever";
pub const MINUTE: Duration = Duration::from_secs(60);
pub const DAY: Duration = Duration::from_secs(86_400);

/// Somebody who stands before the stage, and is considered for a job.
pub const DANIEL: &str = "Daniel Kim";

impl World {
    /// Somebody signed in at Jobma.
    pub async fn at_jobma(&self, who: &str) -> At {
        At::sign_in(&self.outbound, &self.partners_url, "/jobma/sign-in", who).await
    }

    /// Vera connects, and chooses a kit for every job.
    pub async fn connects_jobma(&self) -> At {
        let mut vera = self.at_jobma("vera").await;
        let connect_page = vera.press(&format!("{LEVER}/connect"), &[]).await;
        let consent = vera.press(&format!("{connect_page}/lever"), &[]).await;
        let mut ines = self.at_ats("ines").await;
        let callback = ines.press(consent.as_str(), &[("answer", "accept")]).await;
        assert_eq!(vera.follow(&callback).await.path(), LEVER);
        self.drain().await;
        vera.click(LEVER, "Kit for every other job", "Save", &[("Kit for every other job", "First conversation")]).await;
        self.drain().await;
        vera
    }

    /// Calls Jobma's API with a token of its own.
    pub async fn jobma(&self, verb: Verb, path: &str, body: Value) -> (u16, Value) {
        let token = self.partners.create_jobma_token("test").await.unwrap();
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let mut call = Call::new(verb, self.partners_url.join(&format!("/jobma/{path}")).unwrap(), body);
        call.headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
        self.call(&call).await
    }

    /// The id of a stage by its name.
    pub async fn stage(&self, name: &str) -> String {
        let (_, stages) = self.lever(&self.key().await, Verb::Get, "/v1/stages", json!(null)).await;
        let found = stages["data"].as_array().unwrap().iter().find(|stage| stage["text"] == name);
        found.unwrap_or_else(|| panic!("no stage {name}"))["id"].as_str().unwrap().to_owned()
    }

    /// The recruiter moves somebody to a stage.
    pub async fn moves(&self, opportunity: &str, stage: &str) {
        // Two moves are never made in the same millisecond.
        self.clock.advance(Duration::from_secs(1));
        let stage = self.stage(stage).await;
        self.at_ats("ines").await.press(&format!("/candidates/{opportunity}/stage"), &[("stage", &stage)]).await;
        self.drain().await;
    }

    pub async fn profile(&self, opportunity: &str) -> Value {
        self.lever(&self.key().await, Verb::Get, &format!("/v1/opportunities/{opportunity}"), json!(null)).await.1["data"].clone()
    }

    /// What Lever shows of the interview: the tags that are Jobma's.
    pub async fn tags(&self, opportunity: &str) -> Vec<String> {
        let profile = self.profile(opportunity).await;
        let tags = profile["tags"].as_array().unwrap().iter().map(|tag| tag.as_str().unwrap().to_owned());
        tags.filter(|tag| tag.starts_with("Jobma")).collect()
    }

    /// The links to interviews on a profile.
    pub async fn interview_links(&self, opportunity: &str) -> Vec<String> {
        let profile = self.profile(opportunity).await;
        let links = profile["links"].as_array().unwrap().iter().map(|link| link.as_str().unwrap().to_owned());
        links.filter(|link| link.contains("/jobma/i/")).collect()
    }

    /// What Jobma wrote in notes.
    pub async fn notes(&self, opportunity: &str) -> Vec<String> {
        let (_, notes) = self.lever(&self.key().await, Verb::Get, &format!("/v1/opportunities/{opportunity}/notes"), json!(null)).await;
        let fields = notes["data"].as_array().unwrap().iter().flat_map(|note| note["fields"].as_array().unwrap());
        fields.filter_map(|field| field["value"].as_str()).filter(|text| text.starts_with("Jobma")).map(str::to_owned).collect()
    }

    /// Everybody whom this query finds, over all pages.
    pub async fn everybody(&self, query: &str) -> Vec<String> {
        let (key, path) = (self.key().await, format!("/v1/opportunities?limit=100&{query}"));
        let (mut ids, mut at) = (Vec::new(), path.clone());
        loop {
            let (status, page) = self.lever(&key, Verb::Get, &at, json!(null)).await;
            assert_eq!(status, 200, "{page}");
            ids.extend(page["data"].as_array().unwrap().iter().map(|o| o["id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { return ids };
            at = format!("{path}&offset={}", percent(next));
        }
    }

    /// How many profiles show this tag.
    pub async fn tagged(&self, tag: &str) -> usize {
        self.everybody(&format!("tag={}", percent(tag))).await.len()
    }

    /// The recruiter moves everybody who is not archived to a stage; who they are.
    pub async fn moves_everybody(&self, stage: &str) -> Vec<String> {
        let ids = self.everybody("archived=false").await;
        self.clock.advance(MINUTE);
        let (stage, mut ines) = (self.stage(stage).await, self.at_ats("ines").await);
        for id in &ids {
            ines.press(&format!("/candidates/{id}/stage"), &[("stage", &stage)]).await;
        }
        ids
    }

    /// Every interview there is: candidate, state.
    pub async fn interviews(&self) -> Vec<(String, String)> {
        let db = self.db("partners").await;
        let rows = db::Sql::rows(&db, "select first_name, state from jm_interview order by created_at, id", vec![]).await.unwrap();
        db.close().await;
        rows.iter().map(|row| (row.text("first_name").unwrap(), row.text("state").unwrap())).collect()
    }

    /// Who is invited: moved to the stage, with the private link.
    pub async fn invited(&self, name: &str) -> (String, String) {
        let id = self.candidate(name).await;
        self.moves(&id, "Jobma").await;
        let links = self.interview_links(&id).await;
        assert_eq!(links.len(), 1, "{links:?}");
        (id, url::Url::parse(&links[0]).unwrap().path().to_owned())
    }

    /// Holds an interview to its end, in words; whatever is recorded is sent as a file.
    pub async fn holds(&self, link: &str) {
        let mut candidate = self.at_link(link).await;
        candidate.press(&format!("{link}/begin"), &[("agree", "yes")]).await;
        for (question, kind) in self.questions(link).await {
            let at = format!("{link}/answers/{question}");
            if kind == "essay" {
                candidate.press(&at, &[("body", "To listen first.")]).await;
            } else {
                assert_eq!(self.piece(&at, 1, 0, WEBM).await.0, 200);
                assert_eq!(self.put(Verb::Post, &format!("{at}/1"), &[]).await.0, 200);
                candidate.press(&format!("{at}/keep"), &[]).await;
            }
        }
        candidate.press(&format!("{link}/submit"), &[]).await;
        self.drain().await;
    }

    /// A candidate with nothing but a link.
    pub async fn at_link(&self, link: &str) -> At {
        let mut stranger = self.at_jobma("rashid").await;
        stranger.press("/jobma/sign-out", &[]).await;
        assert_eq!(stranger.open(link).await.0, 200);
        stranger
    }

    /// The questions behind a link: id and kind.
    pub async fn questions(&self, link: &str) -> Vec<(String, String)> {
        let db = self.db("partners").await;
        let token = link.rsplit('/').next().unwrap();
        let sql = "select questions from jm_interview where link_digest = $1";
        let row = db::Sql::row(&db, sql, db::params![db::vault::digest(token)]).await.unwrap().unwrap();
        db.close().await;
        let text = |q: &Value, name: &str| q[name].as_str().unwrap().to_owned();
        row.json("questions").unwrap().as_array().unwrap().iter().map(|q| (text(q, "id"), text(q, "kind"))).collect()
    }

    pub async fn put(&self, verb: Verb, path: &str, body: &[u8]) -> (u16, Value) {
        self.call(&Call::new(verb, self.partners_url.join(path).unwrap(), body.to_vec())).await
    }

    pub async fn piece(&self, at: &str, take: i64, n: i64, body: &[u8]) -> (u16, Value) {
        self.put(Verb::Put, &format!("{at}/{take}/{n}"), body).await
    }

    /// Where the interview of somebody tells how it stands.
    pub async fn callback(&self) -> url::Url {
        let db = self.db("partners").await;
        let row = db::Sql::row(&db, "select callback_url from jm_interview order by created_at desc limit 1", vec![]).await.unwrap().unwrap();
        db.close().await;
        row.text("callback_url").unwrap().parse().unwrap()
    }

    /// Somebody tells of an interview, with this secret.
    pub async fn tells(&self, to: &url::Url, secret: &str, body: Value) -> u16 {
        let mut call = Call::new(Verb::Put, to.clone(), body.to_string().into_bytes());
        call.headers.insert("authorization", format!("Bearer {secret}").parse().unwrap());
        self.call(&call).await.0
    }

    /// Between the hub and Jobma.
    pub async fn tap_jobma(&self, method: &'static str, path: &'static str) -> Tap {
        self.tap(&self.partners_url, "/jobma", "target_base", "connector = 'jobma'", (method, path)).await
    }
}

fn percent(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Begins as a WebM file does.
pub const WEBM: &[u8] = &[0x1A, 0x45, 0xDF, 0xA3, 1, 2, 3, 4, 5, 6, 7, 8];

#[tokio::test]
async fn jbm_01_jbm_09_jbm_11_jbm_12_jbm_13_jbm_15_a_move_to_the_stage_invites_and_the_result_comes_back_to_the_profile() {
    on_both(async |w| {
        w.connects_jobma().await;
        let (daniel, link) = w.invited(DANIEL).await;
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Invited"]);
        assert_eq!(w.interviews().await, [("Daniel".to_owned(), "pending".to_owned())]);
        let mail = w.at_jobma("vera").await.read("/jobma/mail").await;
        assert!(mail.contains("Northwind Robotics invites you to an interview: "), "{mail}");
        let mut candidate = w.at_link(&link).await;
        candidate.press(&format!("{link}/begin"), &[("agree", "yes")]).await;
        w.drain().await;
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Started"]);
        w.holds(&link).await;
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Completed"]);
        let notes = w.notes(&daniel).await;
        assert!(notes.len() == 1 && notes[0].contains("the interview is completed. Evaluate it here: http"), "{notes:?}");
        // Whoever follows the link of the note evaluates it, once they are signed in.
        let url = url::Url::parse(notes[0].rsplit(' ').next().unwrap()).unwrap();
        assert!(w.at_jobma("rashid").await.read(url.path()).await.contains("To listen first."));
        assert_eq!(w.interview_links(&daniel).await.len(), 1);
        let timeline = w.timeline(&daniel).await;
        for words in ["invited to the interview", "\"Jobma Interview Completed\" stands on the profile"] {
            assert!(timeline.contains(words), "{words}: {timeline}");
        }
    })
    .await;
}

#[tokio::test]
async fn jbm_08_jbm_10_somebody_new_is_invited_too_other_stages_invite_nobody_and_a_move_told_twice_invites_once() {
    on_both(async |w| {
        w.connects_jobma().await;
        let daniel = w.candidate(DANIEL).await;
        w.moves(&daniel, "Phone interview").await;
        assert!(w.interviews().await.is_empty());
        let new = w.add("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        w.moves(&new, "Jobma").await;
        w.moves(&new, "Jobma").await;
        w.later(MINUTE).await;
        assert_eq!(w.interviews().await, [("Nia".to_owned(), "pending".to_owned())]);
    })
    .await;
}

#[tokio::test]
async fn jbm_17_only_who_has_the_secret_can_tell_and_what_is_told_twice_counts_once() {
    on_both(async |w| {
        w.connects_jobma().await;
        let (daniel, _) = w.invited(DANIEL).await;
        let to = w.callback().await;
        let secret = w.partners.jobma_callback_secret().await.unwrap();
        let completed = json!({ "status": "completed", "results_url": "https://jobma.example/r/1" });
        for wrong in ["", "guess"] {
            assert_eq!(w.tells(&to, wrong, completed.clone()).await, 401);
        }
        for bad in [json!({ "status": "wonderful" }), json!([]), json!({ "status": "completed", "results_url": "javascript:alert(1)" })] {
            assert_eq!(w.tells(&to, &secret, bad).await, 400);
        }
        let elsewhere = to.join("/callbacks/none/none/1").unwrap();
        assert_eq!(w.tells(&elsewhere, &secret, completed.clone()).await, 404);
        w.drain().await;
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Invited"]);
        for _ in 0..3 {
            assert_eq!(w.tells(&to, &secret, completed.clone()).await, 200);
            w.drain().await;
        }
        // What is told late tells nothing new.
        assert_eq!(w.tells(&to, &secret, json!({ "status": "started" })).await, 200);
        w.drain().await;
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Completed"]);
        assert_eq!(w.notes(&daniel).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn promise_9_whoever_is_deleted_in_lever_loses_every_interview_with_what_was_said_in_it() {
    on_both(async |w| {
        w.connects_jobma().await;
        let (daniel, link) = w.invited(DANIEL).await;
        w.at_link(&link).await.press(&format!("{link}/decline"), &[]).await;
        w.drain().await;
        w.moves(&daniel, "Phone interview").await;
        w.moves(&daniel, "Jobma").await;
        assert_eq!(w.interviews().await.len(), 2);
        w.at_ats("ines").await.press(&format!("/candidates/{daniel}/delete"), &[]).await;
        for _ in 0..10 {
            w.later(MINUTE).await;
        }
        assert!(w.interviews().await.is_empty());
        let read = w.at_hub().await.read("/erasures").await;
        assert!(read.contains("every interview was deleted with everything that was said in it"), "{read}");
        let mail = w.at_jobma("vera").await.read("/jobma/mail").await;
        assert!(!mail.contains("daniel.kim"), "{mail}");
    })
    .await;
}

#[tokio::test]
async fn jbm_o05_who_comes_again_is_sent_the_same_while_it_is_open_and_a_new_one_once_it_expired() {
    on_both(async |w| {
        w.connects_jobma().await;
        let (daniel, link) = w.invited(DANIEL).await;
        w.moves(&daniel, "Phone interview").await;
        w.moves(&daniel, "Jobma").await;
        assert_eq!((w.interviews().await.len(), w.interview_links(&daniel).await.len()), (1, 1));
        let mail = w.at_jobma("vera").await.read("/jobma/mail").await;
        assert_eq!(mail.matches("invites you to an interview").count(), 2, "the same invitation once more");
        w.moves(&daniel, "Phone interview").await;
        w.later(20 * DAY).await;
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Expired"]);
        assert!(w.at_link(&link).await.read(&link).await.contains("It is too late for this interview"));
        w.moves(&daniel, "Jobma").await;
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Invited"]);
        assert_eq!((w.interviews().await.len(), w.interview_links(&daniel).await.len()), (2, 2));
    })
    .await;
}

#[tokio::test]
async fn jbm_o06_before_it_is_too_late_the_candidate_is_reminded_once_and_an_admin_can_give_more_time() {
    on_both(async |w| {
        w.connects_jobma().await;
        let (daniel, link) = w.invited(DANIEL).await;
        for _ in 0..13 {
            w.later(DAY).await;
        }
        let letters = |text: &str| text.matches("Your interview with Northwind Robotics: until").count();
        let mut vera = w.at_jobma("vera").await;
        assert_eq!(letters(&vera.read("/jobma/mail").await), 1);
        w.later(3 * DAY).await;
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Expired"]);
        let mut vera = w.at_jobma("vera").await;
        vera.click("/jobma/interviews-listing", DANIEL, "Send again", &[]).await;
        w.drain().await;
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Invited"]);
        assert!(w.at_link(&link).await.read(&link).await.contains("Hello Daniel"));
        // It can happen again.
        w.later(20 * DAY).await;
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Expired"]);
        w.at_jobma("vera").await.click("/jobma/interviews-listing", DANIEL, "Send again", &[]).await;
        w.drain().await;
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Invited"]);
    })
    .await;
}

#[tokio::test]
async fn jbm_o08_jbm_o12_who_says_no_is_shown_as_declined_and_who_is_archived_is_not_interviewed() {
    on_both(async |w| {
        w.connects_jobma().await;
        let (daniel, link) = w.invited(DANIEL).await;
        w.at_link(&link).await.press(&format!("{link}/decline"), &[]).await;
        w.drain().await;
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Declined"]);
        assert_eq!(w.notes(&daniel).await, ["Jobma: the candidate does not want the interview."]);
        let new = w.add("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        w.moves(&new, "Jobma").await;
        let link = url::Url::parse(&w.interview_links(&new).await[0]).unwrap().path().to_owned();
        let (_, reasons) = w.lever(&w.key().await, Verb::Get, "/v1/archive_reasons?type=non-hired", json!(null)).await;
        w.clock.advance(MINUTE);
        let reason = reasons["data"][0]["id"].as_str().unwrap();
        w.at_ats("ines").await.press(&format!("/candidates/{new}/archive"), &[("reason", reason)]).await;
        w.drain().await;
        w.later(2 * MINUTE).await;
        assert!(w.tags(&new).await.is_empty(), "{:?}", w.tags(&new).await);
        assert!(w.at_link(&link).await.read(&link).await.contains("This interview was called off"));
    })
    .await;
}

#[tokio::test]
async fn jbm_o03_jbm_o04_whoever_cannot_be_invited_has_a_note_that_says_why_and_is_invited_once_it_is_mended() {
    on_both(async |w| {
        let mut vera = w.connects_jobma().await;
        vera.click(LEVER, "Kit for every other job", "Save", &[("Kit for every other job", "none: nobody is invited")]).await;
        let daniel = w.candidate(DANIEL).await;
        w.moves(&daniel, "Jobma").await;
        assert!(w.interviews().await.is_empty());
        let notes = w.notes(&daniel).await;
        assert!(notes.len() == 1 && notes[0].contains("no interview kit is chosen for"), "{notes:?}");
        let held = w.at_hub().await.read("/holds").await;
        assert!(held.contains("no interview kit is chosen for"), "{held}");
        assert!(w.at_jobma("vera").await.read(LEVER).await.contains("1 candidate waiting for somebody's decision"));
        vera.click(LEVER, "Kit for every other job", "Save", &[("Kit for every other job", "First conversation")]).await;
        w.drain().await;
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Invited"]);
        assert_eq!(w.notes(&daniel).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn jbm_o11_a_jobma_that_is_down_or_hangs_up_invites_once_in_the_end_and_meanwhile_the_profile_says_that_it_failed() {
    on_both(async |w| {
        w.connects_jobma().await;
        let tap = w.tap_jobma("POST", "/interviews").await;
        tap.faults.lock().unwrap().push_back(Fault::LoseAnswer);
        let (daniel, _) = {
            let id = w.candidate(DANIEL).await;
            w.moves(&id, "Jobma").await;
            (id, ())
        };
        w.later(MINUTE).await;
        assert_eq!(w.interviews().await.len(), 1);
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Invited"]);
        let new = w.add("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        tap.faults.lock().unwrap().extend(std::iter::repeat_n(Fault::Answer(503, ""), 9));
        w.moves(&new, "Jobma").await;
        let mut shown = false;
        for _ in 0..40 {
            w.later(30 * MINUTE).await;
            shown |= w.tags(&new).await == ["Jobma Interview Failed"];
        }
        assert!(shown, "the profile never said that it failed");
        assert_eq!(w.tags(&new).await, ["Jobma Interview Invited"]);
        assert_eq!(w.interviews().await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn jbm_o13_jbm_o14_two_stages_are_two_interviews_and_who_completed_one_moves_on_where_that_was_chosen() {
    on_both(async |w| {
        let mut vera = w.connects_jobma().await;
        let mut ines = w.at_ats("ines").await;
        let after = w.stage("Phone interview").await;
        ines.press("/settings/pipeline", &[("name", "Second video"), ("after", &after)]).await;
        let (first, second) = (w.stage("Jobma").await, w.stage("Second video").await);
        vera.press(&format!("{LEVER}/jobs"), &[("do", "stages"), ("stage", &first), ("stage", &second)]).await;
        let on_site = w.stage("On-site interview").await;
        let near = "Candidates who completed the interview";
        vera.click(LEVER, near, "Save", &[(near, "are moved to On-site interview")]).await;
        let (daniel, link) = w.invited(DANIEL).await;
        w.holds(&link).await;
        assert_eq!(w.profile(&daniel).await["stage"], on_site.as_str());
        w.moves(&daniel, "Second video").await;
        assert_eq!(w.interviews().await.len(), 2);
        assert_eq!(w.tags(&daniel).await, ["Jobma Interview Invited"]);
    })
    .await;
}

#[tokio::test]
async fn jbm_o17_two_hundred_moved_at_once_are_each_invited_once_and_the_page_shows_how_far_it_is() {
    on_both(async |w| {
        w.connects_jobma().await;
        let posting = w.lever(&w.key().await, Verb::Get, "/v1/postings?limit=1", json!(null)).await.1["data"][0]["id"].clone();
        let (_, people) = w.lever(&w.key().await, Verb::Get, "/v1/users", json!(null)).await;
        let add = format!("/v1/opportunities?perform_as={}", people["data"][0]["id"].as_str().unwrap());
        for n in w.everybody("archived=false").await.len()..200 {
            let body = json!({ "name": format!("Applicant Nr{n}"), "emails": [format!("n{n}@mail.example")], "postings": [posting] });
            let (status, made) = w.lever(&w.key().await, Verb::Post, &add, body).await;
            assert_eq!(status, 201, "{made}");
        }
        let moved = w.moves_everybody("Jobma").await;
        assert_eq!(moved.len(), 200);
        // Lever has told, and nothing is done yet.
        w.ats.pipeline.drain(&ats::Deliveries(w.ats.clone())).await.unwrap();
        let page = w.at_jobma("vera").await.read(LEVER).await;
        assert!(page.contains("200 candidates being worked on"), "{page}");
        w.drain().await;
        w.later(MINUTE).await;
        assert_eq!((w.interviews().await.len(), w.tagged("Jobma Interview Invited").await), (200, 200));
        let page = w.at_jobma("vera").await.read(LEVER).await;
        assert!(!page.contains("being worked on"), "{page}");
    })
    .await;
}
