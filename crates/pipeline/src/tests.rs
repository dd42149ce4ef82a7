use crate::claim::{Places, claim};
use crate::finish::{Ended, finish};
use crate::*;
use clock::{Clock, Ms};
use db::scratch::{Scratch, engines};
use db::{Db, Sql, params};
use serde_json::json;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A partner that remembers what was done to it, and a job that decides one effect for its subject.
#[derive(Default)]
struct Stub {
    clock: Clock,
    done: Mutex<Vec<String>>,
    answers: Mutex<Vec<Ending>>,
}

impl Handler for Stub {
    type Note = ();

    async fn handle(&self, item: Item) -> Tried {
        let ending = match item.table {
            Table::Job => Ending::Decided(vec![NewEffect {
                connection: item.connection,
                kind: "make".into(),
                key: format!("make/{}", item.subject),
                subject: item.subject,
                payload: item.payload,
                priority: Priority::Usual,
                run_at: self.clock.now(),
                again: false,
            }]),
            Table::Effect => match self.answers.lock().unwrap().pop() {
                Some(ending) => ending,
                None => {
                    self.done.lock().unwrap().push(item.subject);
                    Ending::Done { remote_id: Some("r1".into()), sent: item.payload, why: "made".into() }
                }
            },
        };
        ending.into()
    }
}

async fn on_both<F: AsyncFn(Db, Pipeline, Arc<Stub>)>(story: F) {
    for engine in engines() {
        let scratch = Scratch::new(engine);
        let db = scratch.open().await;
        let clock = Clock::standing_at(Ms(1_800_000_000_000));
        db::migrate(&db, MIGRATIONS, clock.now()).await.unwrap();
        let pipeline = Pipeline::new(db.clone(), clock.clone(), Settings::default());
        story(db.clone(), pipeline, Arc::new(Stub { clock, ..Stub::default() })).await;
        scratch.discard(&db).await;
    }
}

fn hint(key: &str, subject: &str) -> Hint {
    let job = NewJob {
        connection: "c".into(),
        kind: "think".into(),
        subject: subject.into(),
        payload: json!(null),
        priority: Priority::Now,
        run_at: Ms(0),
    };
    Hint {
        tenant: "t".into(),
        source: "c".into(),
        event_key: key.into(),
        kind: "told".into(),
        subject: subject.into(),
        body: "{}".into(),
        jobs: vec![job],
    }
}

fn hold(cause: &str) -> Ending {
    Ending::Hold { cause: cause.into(), why: cause.into(), mend: json!(null) }
}

/// Claims jobs and keeps them.
async fn jobs(db: &Db, node: &str, stub: &Stub) -> Vec<Item> {
    let tx = db.begin().await.unwrap();
    let items = claim(&tx, Table::Job, node, &Places::new(64, 16), true, stub.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    items
}

#[tokio::test]
async fn com_14_a_hint_that_comes_again_has_one_effect() {
    on_both(async |db, pipeline, stub| {
        assert_eq!(pipeline.receive(hint("e1", "ada")).await.unwrap(), Received::New);
        assert_eq!(pipeline.receive(hint("e1", "ada")).await.unwrap(), Received::Again);
        assert_eq!(pipeline.receive(hint("e2", "ada")).await.unwrap(), Received::New);
        pipeline.drain(&*stub).await.unwrap();
        assert_eq!(pipeline.receive(hint("e3", "ada")).await.unwrap(), Received::New);
        pipeline.drain(&*stub).await.unwrap();
        assert_eq!(*stub.done.lock().unwrap(), ["ada"]);
        let told = inbox_of(&db, "t", "ada").await.unwrap();
        assert_eq!(told.iter().map(|t| t.again).collect::<Vec<_>>(), [1, 0, 0]);
        assert_eq!(link_of(&db, "t", "c", "ada").await.unwrap().unwrap().remote_id, "r1");
    })
    .await;
}

#[tokio::test]
async fn what_a_partner_says_with_a_nul_in_it_is_kept_without() {
    on_both(async |db, pipeline, stub| {
        stub.answers.lock().unwrap().push(hold("no\0 office"));
        pipeline.receive(hint("e1", "a\0da")).await.unwrap();
        pipeline.drain(&*stub).await.unwrap();
        assert_eq!(held(&db, "t").await.unwrap()[0].cause, "no office");
    })
    .await;
}

#[tokio::test]
async fn many_hints_share_commits_and_each_gets_its_own_answer() {
    on_both(async |_, pipeline, stub| {
        let hints = (0..300).map(|i| pipeline.receive(hint(&format!("e{}", i % 250), &format!("p{}", i % 250))));
        let answers: Vec<_> = futures_util::future::join_all(hints).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(answers.iter().filter(|a| **a == Received::New).count(), 250);
        pipeline.drain(&*stub).await.unwrap();
        assert_eq!(stub.done.lock().unwrap().len(), 250);
    })
    .await;
}

#[tokio::test]
async fn a_try_that_fails_waits_longer_each_time_and_fails_for_good_after_72_hours() {
    on_both(async |db, pipeline, stub| {
        pipeline.receive(hint("e1", "ada")).await.unwrap();
        let again = Ending::Retry { after: None, why: "503".into() };
        *stub.answers.lock().unwrap() = vec![again; 10_000];
        let mut waits = Vec::new();
        loop {
            pipeline.drain(&*stub).await.unwrap();
            let effect = items_of(&db, Table::Effect, "t", "ada").await.unwrap().pop().unwrap();
            if effect.state == State::Failed {
                break;
            }
            waits.push(effect.run_at.since(stub.clock.now()));
            stub.clock.advance(effect.run_at.since(stub.clock.now()));
        }
        // Each wait is as long as it has been tried for, give or take a fifth, between two seconds and four hours.
        let mut tried_for = 0.0_f64;
        for wait in waits.iter().map(Duration::as_secs_f64) {
            let meant = tried_for.clamp(2.0, 4.0 * 3600.0);
            assert!((0.799 * meant..1.201 * meant).contains(&wait), "after {tried_for} s: {waits:?}");
            tried_for += wait;
        }
        assert!((72.0 * 3600.0..77.0 * 3600.0).contains(&tried_for), "{waits:?}");
    })
    .await;
}

#[tokio::test]
async fn what_is_held_waits_grouped_by_cause_and_goes_when_released() {
    on_both(async |db, pipeline, stub| {
        let hold = Ending::Hold { cause: "no office".into(), why: "ask the office manager".into(), mend: json!(null) };
        *stub.answers.lock().unwrap() = vec![hold; 3];
        for who in ["ada", "bob", "cy"] {
            pipeline.receive(hint(who, who)).await.unwrap();
        }
        pipeline.drain(&*stub).await.unwrap();
        stub.clock.advance(Duration::from_secs(100 * 3600));
        pipeline.drain(&*stub).await.unwrap();
        assert!(stub.done.lock().unwrap().is_empty());
        let groups = held(&db, "t").await.unwrap();
        assert_eq!((groups.len(), groups[0].count, groups[0].cause.as_str()), (1, 3, "no office"));
        for who in ["ada", "bob", "cy"] {
            let id = items_of(&db, Table::Effect, "t", who).await.unwrap().pop().unwrap().id;
            assert!(!release_one(&db, Table::Effect, "other tenant", &id, stub.clock.now()).await.unwrap());
            assert!(release_one(&db, Table::Effect, "t", &id, stub.clock.now()).await.unwrap());
        }
        pipeline.drain(&*stub).await.unwrap();
        assert_eq!(stub.done.lock().unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn whoever_lost_the_lease_cannot_finish() {
    on_both(async |db, pipeline, stub| {
        pipeline.receive(hint("e1", "ada")).await.unwrap();
        let lost = jobs(&db, "dead node", &stub).await.pop().unwrap();
        pipeline.drain(&*stub).await.unwrap();
        assert!(stub.done.lock().unwrap().is_empty(), "the lease still holds");
        stub.clock.advance(Duration::from_secs(61));
        pipeline.drain(&*stub).await.unwrap();
        assert_eq!(*stub.done.lock().unwrap(), ["ada"]);
        let late = Ended { item: lost, tried: hold("x").into(), took: Duration::ZERO };
        let tx = db.begin().await.unwrap();
        assert!(finish(&tx, &*stub, "dead node", Table::Job, &[late], stub.clock.now()).await.unwrap().is_empty());
        tx.commit().await.unwrap();
        assert!(held(&db, "t").await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn jobs_of_one_subject_never_run_at_the_same_time() {
    on_both(async |db, pipeline, stub| {
        pipeline.receive(hint("e1", "ada")).await.unwrap();
        assert_eq!(jobs(&db, "a", &stub).await.len(), 1);
        pipeline.receive(hint("e2", "ada")).await.unwrap();
        pipeline.receive(hint("e3", "bob")).await.unwrap();
        let next = jobs(&db, "b", &stub).await;
        assert_eq!(next.iter().map(|i| i.subject.as_str()).collect::<Vec<_>>(), ["bob"]);
    })
    .await;
}

#[tokio::test]
async fn an_effect_that_is_not_wanted_any_more_ends_alone() {
    on_both(async |db, pipeline, stub| {
        let effect = |key: &str| NewEffect {
            connection: "c".into(),
            kind: "make".into(),
            key: key.into(),
            subject: "ada".into(),
            payload: json!(null),
            priority: Priority::Usual,
            run_at: Ms(0),
            again: false,
        };
        let tx = db.begin().await.unwrap();
        pipeline.effects(&tx, "t", vec![effect("first"), effect("second")]).await.unwrap();
        tx.commit().await.unwrap();
        stub.answers.lock().unwrap().push(Ending::Withdrawn { why: "not wanted".into() });
        pipeline.drain(&*stub).await.unwrap();
        let states: Vec<_> = items_of(&db, Table::Effect, "t", "ada").await.unwrap().iter().map(|e| (e.key.clone(), e.state)).collect();
        assert_eq!(states, [("first".to_owned(), State::Cancelled), ("second".to_owned(), State::Done)]);
    })
    .await;
}

#[tokio::test]
async fn one_connection_with_much_to_do_leaves_places_for_the_others() {
    on_both(async |db, pipeline, stub| {
        let tell = async |connection: &str, subject: &str, priority: Priority| {
            let mut told = hint(subject, subject);
            (told.jobs[0].connection, told.jobs[0].priority) = (connection.into(), priority);
            pipeline.receive(told).await.unwrap();
        };
        for n in 0..100 {
            tell("c", &format!("p{n}"), Priority::Usual).await;
        }
        tell("other", "ada", Priority::Usual).await;
        let mut places = Places::new(64, 16);
        let claim_more = async |places: &mut Places| {
            let tx = db.begin().await.unwrap();
            let items = claim(&tx, Table::Job, "a", places, false, stub.clock.now()).await.unwrap();
            tx.commit().await.unwrap();
            items.iter().for_each(|item| places.take(item));
            let others = items.iter().filter(|item| item.connection == "other").count();
            (items.len() - others, others)
        };
        assert_eq!(claim_more(&mut places).await, (16, 0));
        assert_eq!(claim_more(&mut places).await, (0, 1), "sixteen of the first are under way and slow");
        assert_eq!(claim_more(&mut places).await, (0, 0));
        tell("c", "a hire", Priority::Now).await;
        assert_eq!(claim_more(&mut places).await, (1, 0), "a hire does not wait behind its own connection's back-fill");
        for n in 0..30 {
            tell("c", &format!("hire {n}"), Priority::Now).await;
        }
        let more = claim_more(&mut places).await.0 + claim_more(&mut places).await.0;
        assert!((15..=31).contains(&more), "twice its share and no more: {more}");
        assert_eq!(claim_more(&mut places).await, (0, 0));
        // Eight slow partners later there is still a place for a ninth.
        let mut places = Places::new(Settings::default().at_once, Settings::default().each);
        for slow in 0..8 {
            for n in 0..100 {
                tell(&format!("slow {slow}"), &format!("s{slow} {n}"), Priority::Usual).await;
            }
            while claim_more(&mut places).await != (0, 0) {}
        }
        tell("other", "bob", Priority::Usual).await;
        assert_eq!(claim_more(&mut places).await, (0, 1));
    })
    .await;
}

#[tokio::test]
async fn looking_again_at_what_is_held_leaves_one_job_with_its_first_date() {
    on_both(async |db, pipeline, stub| {
        let first = stub.clock.now();
        for n in 0..5 {
            pipeline.receive(hint(&format!("e{n}"), "ada")).await.unwrap();
            let node = format!("n{n}");
            let ended: Vec<_> =
                jobs(&db, &node, &stub).await.into_iter().map(|item| Ended { item, tried: hold("x").into(), took: Duration::ZERO }).collect();
            let tx = db.begin().await.unwrap();
            finish(&tx, &*stub, &node, Table::Job, &ended, stub.clock.now()).await.unwrap();
            tx.commit().await.unwrap();
            stub.clock.advance(Duration::from_secs(900));
        }
        let held = held(&db, "t").await.unwrap();
        assert_eq!((held.len(), held[0].count, held[0].since), (1, 1, first));
        let items = items_of(&db, Table::Job, "t", "ada").await.unwrap();
        assert_eq!(items.len(), 1);
        assert_eq!(attempts(&db, &[&items[0].id]).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn with_nothing_to_do_the_wheels_hardly_turn_and_what_comes_due_is_found_all_the_same() {
    on_both(async |db, _, _| {
        let clock = Clock::of_this_machine();
        let settings = Settings { look_every: Duration::from_millis(100), ..Settings::default() };
        let pipeline = Pipeline::new(db.clone(), clock.clone(), settings);
        let stub = Arc::new(Stub { clock: clock.clone(), ..Stub::default() });
        let (stop, told) = tokio::sync::watch::channel(false);
        let runner = {
            tokio::spawn({
                let (pipeline, stub) = (pipeline.clone(), stub.clone());
                async move { pipeline.run(stub, told).await }
            })
        };
        tokio::time::sleep(Duration::from_secs(1)).await;
        let turns = pipeline.turns();
        assert!((4..40).contains(&turns), "{turns} turns in a second");
        // A lease that runs out and a schedule that comes due are announced by nobody.
        set(&db, "t", "c", "sweep/3600", clock.now()).await.unwrap();
        pipeline.receive(hint("e1", "ada")).await.unwrap();
        let found =
            async || !stub.done.lock().unwrap().is_empty() && !items_of(&db, Table::Job, "t", "schedule/sweep/3600").await.unwrap().is_empty();
        let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
        while !found().await && tokio::time::Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(found().await);
        stop.send(true).unwrap();
        runner.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_schedule_fires_once_however_many_nodes_look() {
    on_both(async |db, pipeline, stub| {
        set(&db, "t", "c", "sweep/30", stub.clock.now()).await.unwrap();
        let other = Pipeline::new(db.clone(), stub.clock.clone(), Settings::default());
        let (a, b) = tokio::join!(pipeline.drain(&*stub), other.drain(&*stub));
        a.unwrap();
        b.unwrap();
        let fired = db.rows("select id from job where kind = $1", params!["sweep/30"]).await.unwrap().len();
        assert_eq!(fired, 1);
        stub.clock.advance(Duration::from_secs(30));
        pipeline.drain(&*stub).await.unwrap();
        assert_eq!(db.rows("select id from job where kind = $1", params!["sweep/30"]).await.unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_done_effect_goes_again_when_it_is_decided_otherwise_or_asked_for_again_and_only_then() {
    on_both(async |db, pipeline, stub| {
        let effect = |change: &str, again: bool| NewEffect {
            connection: "c".into(),
            kind: "make".into(),
            key: "make/ada".into(),
            subject: "ada".into(),
            payload: json!(change),
            priority: Priority::Usual,
            run_at: Ms(0),
            again,
        };
        for (change, again, done) in [("one", false, 1), ("one", false, 1), ("two", false, 2), ("two", true, 3), ("two", false, 3)] {
            let tx = db.begin().await.unwrap();
            pipeline.effects(&tx, "t", vec![effect(change, again)]).await.unwrap();
            tx.commit().await.unwrap();
            pipeline.drain(&*stub).await.unwrap();
            assert_eq!(stub.done.lock().unwrap().len(), done, "{change} {again}");
            assert_eq!(link_of(&db, "t", "c", "ada").await.unwrap().unwrap().sent, json!(change));
        }
    })
    .await;
}

#[tokio::test]
async fn a_decision_that_comes_while_its_effect_is_under_way_is_taken_again_when_that_is_over() {
    on_both(async |db, pipeline, stub| {
        pipeline.receive(hint("e1", "ada")).await.unwrap();
        let turn = async |table, ended: &[Ended<()>], more: bool| {
            let tx = db.begin().await.unwrap();
            finish(&tx, &*stub, "n", table, ended, stub.clock.now()).await.unwrap();
            let items = if more { claim(&tx, table, "n", &Places::new(64, 16), false, stub.clock.now()).await.unwrap() } else { vec![] };
            tx.commit().await.unwrap();
            items
        };
        let decided = async |item: Item, change: &str| {
            let ending = Ending::Decided(vec![NewEffect {
                connection: "c".into(),
                kind: "make".into(),
                key: "make/ada".into(),
                subject: "ada".into(),
                payload: json!(change),
                priority: Priority::Usual,
                run_at: Ms(0),
                again: false,
            }]);
            turn(Table::Job, &[Ended { item, tried: ending.into(), took: Duration::ZERO }], false).await;
        };
        let first = turn(Table::Job, &[], true).await.remove(0);
        decided(first, "one").await;
        let under_way = turn(Table::Effect, &[], true).await.remove(0);
        pipeline.receive(hint("e2", "ada")).await.unwrap();
        let second = turn(Table::Job, &[], true).await.remove(0);
        decided(second, "two").await;
        let done = Ending::Done { remote_id: None, sent: json!(null), why: "made".into() };
        turn(Table::Effect, &[Ended { item: under_way, tried: done.into(), took: Duration::ZERO }], false).await;
        assert!(turn(Table::Effect, &[], true).await.is_empty(), "what was sent is not what is wanted now");
        stub.clock.advance(Duration::from_secs(2));
        let third = turn(Table::Job, &[], true).await.remove(0);
        decided(third, "two").await;
        assert_eq!(turn(Table::Effect, &[], true).await[0].payload, json!("two"));
    })
    .await;
}

#[test]
fn hrc_13_hrc_o01_a_day_begins_once_in_each_zone_also_when_clocks_change() {
    let at = |text: &str| Ms(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
    for (name, after, expected) in [
        // Pacific time: eight hours behind in winter, seven in summer.
        ("import@America/Los_Angeles", "2026-01-15T07:59:59Z", "2026-01-15T08:00:00Z"),
        ("import@America/Los_Angeles", "2026-01-15T08:00:00Z", "2026-01-16T08:00:00Z"),
        ("import@America/Los_Angeles", "2026-07-15T06:00:00Z", "2026-07-15T07:00:00Z"),
        // The days of 23 and 25 hours.
        ("import@America/Los_Angeles", "2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z"),
        ("import@America/Los_Angeles", "2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z"),
        // Fixed eight hours behind all year: the literal PST of the document.
        ("import@Etc/GMT+8", "2026-07-15T06:00:00Z", "2026-07-15T08:00:00Z"),
        // Where clocks go forward at midnight the day begins at one.
        ("import@Africa/Cairo", "2026-04-23T12:00:00Z", "2026-04-23T22:00:00Z"),
        ("look-again/900", "2026-01-15T08:00:00Z", "2026-01-15T08:15:00Z"),
    ] {
        assert_eq!(next(name, at(after)), Some(at(expected)), "{name} after {after}");
    }
    assert_eq!(next("import@Nowhere/Land", at("2026-01-15T08:00:00Z")), None);
    assert_eq!(next("import", at("2026-01-15T08:00:00Z")), None);
}
