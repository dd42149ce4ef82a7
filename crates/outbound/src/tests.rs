use crate::*;
use endpoint::Verb;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

fn verdict(reach: &Reach, url: &str) -> bool {
    reach.check(&Url::parse(url).unwrap()).is_ok()
}

#[test]
fn the_guard_sees_through_every_spelling_of_this_machine() {
    let public = Reach::default();
    for url in [
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://0.0.0.0/",
        "https://10.0.0.1/",
        "https://192.168.1.1/",
        "https://172.16.0.1/",
        "https://169.254.169.254/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://100.64.0.1/",
        "http://example.org/",
        "ftp://example.org/",
    ] {
        assert!(!verdict(&public, url), "{url}");
    }
    assert!(verdict(&public, "https://api.lever.co/v1"));
    let demo = Reach::with_loopback();
    assert!(verdict(&demo, "http://127.0.0.1:7401/v1") && verdict(&demo, "http://localhost:7401/"));
    assert!(!verdict(&demo, "http://10.0.0.1/") && !verdict(&demo, "http://example.org/"));
    assert!(verdict(&Reach { private: true, plain: true, ..Reach::default() }, "http://10.0.0.1/"));
    assert!(!verdict(&Reach { private: true, plain: true, loopback: true }, "http://169.254.169.254/"), "never, whatever is allowed");
}

#[tokio::test]
async fn a_name_that_resolves_to_this_machine_is_refused_too() {
    let outbound = Outbound::new(Reach::default(), clock::Clock::default());
    let call = Call::new(Verb::Get, Url::parse("https://localhost:1/").unwrap(), vec![]);
    assert!(matches!(outbound.send(&call, &Wire::default()).await, Err(Failure::Blocked(_))));
}

#[test]
fn only_reads_are_repeated_at_once_and_only_twice() {
    let refused = |status, retry_after| Failure::Refused { host: "h".into(), status, body: String::new(), retry_after };
    let cut = Failure::Unknown("cut".into());
    let table = [
        (Verb::Get, cut.clone(), 1, true),
        (Verb::Get, cut.clone(), 2, true),
        (Verb::Get, cut.clone(), 3, false),
        (Verb::Post, cut, 1, false),
        (Verb::Get, refused(503, None), 1, true),
        (Verb::Get, refused(503, Some(Duration::from_secs(9))), 1, false),
        (Verb::Get, refused(429, None), 1, false),
        (Verb::Get, refused(404, None), 1, false),
        (Verb::Get, Failure::Blocked("x".into()), 1, false),
    ];
    for (verb, failure, tries, repeated) in table {
        assert_eq!(again(verb, &failure, tries) != Next::Stop, repeated, "{verb:?} {failure:?} {tries}");
    }
    assert!(refused(500, None).may_have_happened() && !refused(429, None).may_have_happened());
}

#[tokio::test(start_paused = true)]
async fn lever_never_sees_more_than_ten_a_second_with_bursts_of_twenty() {
    let budget = Budget::of_lever();
    let start = tokio::time::Instant::now();
    for _ in 0..20 {
        budget.take(Urgency::Now).await;
    }
    assert!(start.elapsed() < Duration::from_millis(5));
    for _ in 0..100 {
        budget.take(Urgency::Now).await;
    }
    let took = start.elapsed();
    assert!((9_900..=10_100).contains(&took.as_millis()), "{took:?}");
    // Ours leaves room for calls that arrive closer together than they left.
    let ours = Budget::within_lever();
    assert_eq!((0..20).filter(|_| ours.try_take(Urgency::Now).is_ok()).count(), 15);
}

#[tokio::test(start_paused = true)]
async fn hires_go_before_back_fill() {
    let budget = Arc::new(Budget::of_lever());
    let start = tokio::time::Instant::now();
    let fill = {
        let budget = budget.clone();
        tokio::spawn(async move {
            for _ in 0..200 {
                budget.take(Urgency::Later).await;
            }
        })
    };
    tokio::time::sleep(Duration::from_secs(5)).await;
    let asked = tokio::time::Instant::now();
    for _ in 0..5 {
        budget.take(Urgency::Now).await;
    }
    assert!(asked.elapsed() < Duration::from_millis(50), "a quarter of the bucket is kept for hires: {:?}", asked.elapsed());
    fill.await.unwrap();
    assert!(start.elapsed() > Duration::from_secs(18));
}

#[test]
fn com_17_the_wire_log_holds_no_secret() {
    let json = redact(br#"{"client_secret":"abc","data":{"signatureToken":"def","name":"Ada"},"list":[{"api_key":"ghi"}]}"#);
    assert!(!json.contains("abc") && !json.contains("def") && !json.contains("ghi") && json.contains("Ada"), "{json}");
    let form = redact(b"grant_type=refresh_token&refresh_token=abc&client_secret=def&code=ghi");
    assert_eq!(form, "grant_type=refresh_token&refresh_token=•••&client_secret=•••&code=•••");
    assert!(redact("é".repeat(5000).as_bytes()).len() < 4200);
}
