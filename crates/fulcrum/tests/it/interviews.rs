//! Interviews at Jobma: held behind a private link, recorded in pieces, evaluated, shared, deleted.

use crate::jobma::{DANIEL, DAY, WEBM};
use crate::world::on_both;
use endpoint::Verb;
use outbound::{Call, Wire};
use serde_json::json;

/// An interview that has begun: its link, and the address of its first recorded question.
async fn begun(w: &crate::world::World) -> (String, String) {
    w.connects_jobma().await;
    let (_, link) = w.invited(DANIEL).await;
    w.at_link(&link).await.press(&format!("{link}/begin"), &[("agree", "yes")]).await;
    let questions = w.questions(&link).await;
    let (question, _) = questions.iter().find(|(_, kind)| kind == "video").unwrap();
    let at = format!("{link}/answers/{question}");
    w.drain().await;
    (link, at)
}

#[tokio::test]
async fn a_recording_is_taken_in_pieces_each_once_and_goes_on_where_the_connection_broke() {
    on_both(async |w| {
        let (_, at) = begun(&w).await;
        assert_eq!(w.put(Verb::Get, &format!("{at}/1"), &[]).await.1["next"], 0);
        assert_eq!(w.piece(&at, 1, 0, WEBM).await, (200, json!({ "next": 1, "bytes": 12, "complete": false })));
        // The answer was lost: the same piece once more.
        assert_eq!(w.piece(&at, 1, 0, WEBM).await.1["next"], 1);
        // One was skipped: the next one that is wanted is told.
        let (status, told) = w.piece(&at, 1, 2, b"zzz").await;
        assert_eq!((status, &told["next"]), (409, &json!(1)));
        assert_eq!(w.piece(&at, 1, 1, b"and more").await.1["bytes"], 20);
        // Begun anew, nothing of it is left; finished, it stays.
        assert_eq!(w.put(Verb::Delete, &format!("{at}/1"), &[]).await.1["next"], 0);
        assert_eq!(w.put(Verb::Post, &format!("{at}/1"), &[]).await.0, 409);
        w.piece(&at, 1, 0, WEBM).await;
        assert_eq!(w.put(Verb::Post, &format!("{at}/1"), &[]).await.0, 200);
        w.put(Verb::Delete, &format!("{at}/1"), &[]).await;
        assert_eq!(w.put(Verb::Get, &format!("{at}/1"), &[]).await.1, json!({ "next": 1, "bytes": 12, "complete": true }));
    })
    .await;
}

#[tokio::test]
async fn two_windows_that_record_one_answer_do_not_write_into_each_others_recording() {
    on_both(async |w| {
        let (_, at) = begun(&w).await;
        let begin = async || w.put(Verb::Delete, &format!("{at}/1"), &[]).await.1["recording"].as_str().unwrap().to_owned();
        let send = async |recording: &str, n: i64, body: &[u8]| w.put(Verb::Put, &format!("{at}/1/{n}?recording={recording}"), body).await.0;
        let first = begin().await;
        assert_eq!(send(&first, 0, WEBM).await, 200);
        // The candidate opens the page once more, and begins there.
        let second = begin().await;
        assert_ne!(first, second);
        assert_eq!(send(&second, 0, WEBM).await, 200);
        assert_eq!((send(&first, 1, b"of the first").await, send(&first, 0, WEBM).await), (410, 410));
        assert_eq!(w.put(Verb::Post, &format!("{at}/1?recording={first}"), &[]).await.0, 410);
        assert_eq!(send(&second, 1, b"of the second").await, 200);
        assert_eq!(w.put(Verb::Post, &format!("{at}/1?recording={second}"), &[]).await.0, 200);
        assert_eq!(w.put(Verb::Get, &format!("{at}/1"), &[]).await.1, json!({ "next": 2, "bytes": 25, "complete": true }));
        // What was recorded can be seen before it is kept, by whoever has the link and nobody else.
        let link = at.split("/answers/").next().unwrap();
        let page = w.at_link(link).await.open(link).await.1;
        let src = page.split("src=\"").find_map(|rest| rest.split('"').next().filter(|src| src.contains("/takes/"))).unwrap().to_owned();
        assert_eq!(w.put(Verb::Get, &src, &[]).await.0, 200);
        assert_eq!(w.put(Verb::Get, &src.replace("/jobma/i/", "/jobma/i/x"), &[]).await.0, 404);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_recording_or_too_much_or_too_late_is_refused_and_changes_nothing() {
    on_both(async |w| {
        let (link, at) = begun(&w).await;
        for (body, status) in [(&b"<script>alert(1)</script>"[..], 415), (&b""[..], 400), (&b"%PDF-1.7 and so on"[..], 415)] {
            assert_eq!(w.piece(&at, 1, 0, body).await.0, status);
        }
        assert_eq!(w.piece(&at, 99, 0, WEBM).await.0, 409, "a take that nobody has");
        assert_eq!(w.piece(&at, 1, 0, &vec![0; (16 << 20) + 1]).await.0, 413);
        assert_eq!(w.put(Verb::Get, &format!("{at}/1"), &[]).await.1["bytes"], 0);
        // Of a recording of nearly 1 GiB the next piece is too much.
        assert_eq!(w.piece(&at, 1, 0, WEBM).await.0, 200);
        let db = w.db("partners").await;
        db::Sql::run(&db, "update jm_answer set bytes = $1", db::params![(1_i64 << 30) - 4]).await.unwrap();
        let (status, told) = w.piece(&at, 1, 1, WEBM).await;
        assert!(status == 413 && told["why"] == "A recording has at most 1 GiB.", "{told}");
        db.close().await;
        assert_eq!(w.piece(&format!("{link}x/answers/y"), 1, 0, WEBM).await.0, 404);
        // Who has begun may finish a little after the last day, and no later.
        w.later(16 * DAY).await;
        assert_eq!(w.piece(&at, 1, 0, WEBM).await.0, 400);
    })
    .await;
}

#[tokio::test]
async fn jbm_14_jbm_o10_a_recording_is_played_in_parts_by_those_who_may_and_links_end_when_they_are_revoked_or_old() {
    on_both(async |w| {
        w.connects_jobma().await;
        let (_, link) = w.invited(DANIEL).await;
        w.holds(&link).await;
        let mut rashid = w.at_jobma("rashid").await;
        let page = rashid.link("/jobma/interviews-listing", DANIEL, DANIEL).await;
        let (_, html) = rashid.open(&page).await;
        let media = html.split("src=\"").find(|part| part.contains("/answers/")).unwrap().split('"').next().unwrap().to_owned();
        assert_eq!(rashid.open(&media).await.0, 200);
        // Without an account: the sign-in page, not the recording.
        let answer = w.outbound.send(&Call::new(Verb::Get, w.partners_url.join(&media).unwrap(), vec![]), &Wire::default()).await.unwrap();
        assert!(answer.status == 303 || answer.status == 401, "{}", answer.status);
        rashid.press(&format!("{page}/shares"), &[("days", "7")]).await;
        let shared = rashid.read(&page).await.split_whitespace().find(|word| word.contains("/jobma/shared/")).unwrap().to_owned();
        let open = async || w.outbound.send(&Call::new(Verb::Get, shared.parse().unwrap(), vec![]), &Wire::default()).await.unwrap();
        let text = String::from_utf8(open().await.body.to_vec()).unwrap();
        assert!(text.contains("To listen first.") && !text.contains("Your rating"));
        let media = text.split("src=\"").find(|part| part.contains("/answers/")).unwrap().split('"').next().unwrap().to_owned();
        let mut call = Call::new(Verb::Get, w.partners_url.join(&media).unwrap(), vec![]);
        call.headers.insert("range", "bytes=4-7".parse().unwrap());
        let part = w.outbound.send(&call, &Wire::default()).await.unwrap();
        assert_eq!((part.status, &part.body[..]), (206, &WEBM[4..8]));
        assert_eq!(part.headers["content-range"], "bytes 4-7/12");
        rashid.click(&page, "Show it to others", "Revoke", &[]).await;
        assert_eq!(open().await.status, 404);
        rashid.press(&format!("{page}/shares"), &[("days", "1")]).await;
        w.later(2 * DAY).await;
        assert_eq!(open().await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn reviewers_rate_each_once_and_a_candidate_s_wish_to_be_forgotten_is_seen_and_carried_out() {
    on_both(async |w| {
        w.connects_jobma().await;
        let (_, link) = w.invited(DANIEL).await;
        w.holds(&link).await;
        for (who, stars) in [("rashid", "4"), ("vera", "2"), ("vera", "3")] {
            let mut reviewer = w.at_jobma(who).await;
            let page = reviewer.link("/jobma/interviews-listing", DANIEL, DANIEL).await;
            reviewer.press(&page, &[("stars", stars), ("recommend", "yes"), ("comment", "Clear.")]).await;
            let (status, _) = reviewer.try_press(&page, &[("stars", "6"), ("recommend", "yes")]).await;
            assert_eq!(status, 400);
        }
        let mut vera = w.at_jobma("vera").await;
        let page = vera.link("/jobma/interviews-listing", DANIEL, DANIEL).await;
        let text = vera.read(&page).await;
        assert!(text.contains("3.5 of 5 by 2 reviewers"), "{text}");
        let mut candidate = w.at_link(&link).await;
        candidate.press(&format!("{link}/delete"), &[]).await;
        assert!(candidate.read(&link).await.contains("You asked for your answers to be deleted."));
        assert!(vera.read("/jobma/interviews-listing").await.contains("to be deleted"));
        assert_eq!(w.at_jobma("rashid").await.try_press(&format!("{page}/delete"), &[]).await.0, 403);
        vera.click(&page, "asks for these answers to be deleted", "Delete it", &[]).await;
        assert_eq!(vera.open(&page).await.0, 404);
        let folder = w.folder.join("recordings");
        let left = std::fs::read_dir(&folder).map(|found| found.count()).unwrap_or(0);
        assert_eq!(left, 0, "recordings are left");
    })
    .await;
}

#[tokio::test]
async fn answers_are_written_once_in_words_or_chosen_from_what_was_offered() {
    on_both(async |w| {
        let (link, _) = begun(&w).await;
        let questions = w.questions(&link).await;
        let (essay, _) = questions.iter().find(|(_, kind)| kind == "essay").unwrap();
        let mut candidate = w.at_link(&link).await;
        assert_eq!(candidate.try_press(&format!("{link}/submit"), &[]).await.0, 400, "not answered yet");
        assert_eq!(candidate.try_press(&format!("{link}/answers/{essay}"), &[("body", "")]).await.0, 400);
        candidate.press(&format!("{link}/answers/{essay}"), &[("body", "First.")]).await;
        assert_eq!(candidate.try_press(&format!("{link}/answers/{essay}"), &[("body", "Second.")]).await.0, 400);
        assert_eq!(candidate.try_press(&format!("{link}/answers/none"), &[("body", "x")]).await.0, 404);
    })
    .await;
}

#[tokio::test]
async fn recordings_are_kept_for_as_long_as_the_company_says_and_what_was_written_stays() {
    on_both(async |w| {
        w.connects_jobma().await;
        let mut vera = w.at_jobma("vera").await;
        let set = |days| [("company", "Northwind Robotics"), ("support", "support@jobma.example"), ("keep_days", days)];
        assert_eq!(vera.try_press("/jobma/settings", &set("0")).await.0, 400);
        vera.press("/jobma/settings", &set("30")).await;
        let (_, link) = w.invited(DANIEL).await;
        w.holds(&link).await;
        let kept = || std::fs::read_dir(w.folder.join("recordings")).map_or(0, |found| found.count());
        w.later(29 * DAY).await;
        assert_eq!(kept(), 1);
        w.later(2 * DAY).await;
        assert_eq!(kept(), 0);
        let mut vera = w.at_jobma("vera").await;
        let page = vera.link("/jobma/interviews-listing", DANIEL, DANIEL).await;
        let text = vera.read(&page).await;
        assert!(text.contains("To listen first.") && text.contains("Recordings are deleted after some time"), "{text}");
    })
    .await;
}
