use crate::queue::Places;
use crate::*;
use clock::{Clock, Ms};
use db::scratch::{Scratch, engines};
use db::{Db, Sql, params};
use futures_util::future::BoxFuture;
use serde_json::json;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const JOBS: Places = Places { jobs: 10, effects: 0 };

/// A partner that remembers what was done to it, and a job that decides one effect for its subject.
#[derive(Default)]
struct Stub {
    clock: Clock,
    done: Mutex<Vec<String>>,
    answers: Mutex<Vec<Ending>>,
}

impl Handler for Stub {
    fn handle(&self, item: Item) -> BoxFuture<'_, (Ending, String)> {
        Box::pin(async move {
            let ending = match item.table {
                Table::Job => Ending::Decided(vec![NewEffect {
                    connection: item.connection,
                    kind: "make".into(),
                    key: format!("make/{}", item.subject),
                    subject: item.subject,
                    payload: json!({"from": item.id}),
                    priority: Priority::Usual,
                    run_at: self.clock.now(),
                }]),
                Table::Effect => match self.answers.lock().unwrap().pop() {
                    Some(ending) => ending,
                    None => {
                        self.done.lock().unwrap().push(item.subject);
                        Ending::Done { remote_id: Some("r1".into()), why: "made".into() }
                    }
                },
            };
            (ending, "[]".into())
        })
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
        assert_eq!(link_of(&db, "t", "c", "ada").await.unwrap().as_deref(), Some("r1"));
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
        assert!(waits[0] < Duration::from_secs(3) && waits[5] > Duration::from_secs(40), "{waits:?}");
        assert!(waits.iter().sum::<Duration>() >= Duration::from_secs(72 * 3600));
        assert!(waits.iter().sum::<Duration>() < Duration::from_secs(80 * 3600));
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
        assert_eq!(release(&db, "t", "no office", stub.clock.now()).await.unwrap(), 3);
        assert_eq!(release(&db, "other tenant", "no office", stub.clock.now()).await.unwrap(), 0);
        pipeline.drain(&*stub).await.unwrap();
        assert_eq!(stub.done.lock().unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn whoever_lost_the_lease_cannot_finish() {
    on_both(async |db, pipeline, stub| {
        pipeline.receive(hint("e1", "ada")).await.unwrap();
        let lost = queue::claim(&db, "dead node", JOBS, true, stub.clock.now()).await.unwrap().pop().unwrap();
        pipeline.drain(&*stub).await.unwrap();
        assert!(stub.done.lock().unwrap().is_empty(), "the lease still holds");
        stub.clock.advance(Duration::from_secs(61));
        pipeline.drain(&*stub).await.unwrap();
        assert_eq!(*stub.done.lock().unwrap(), ["ada"]);
        let late = queue::Ended {
            item: lost,
            node: "dead node".into(),
            ending: Ending::Hold { cause: "x".into(), why: "x".into(), mend: json!(null) },
            exchanges: "[]".into(),
            took: Duration::ZERO,
        };
        assert_eq!(queue::finish(&db, Table::Job, vec![late], stub.clock.now()).await.unwrap(), [false]);
        assert!(held(&db, "t").await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn jobs_of_one_subject_never_run_at_the_same_time() {
    on_both(async |db, pipeline, stub| {
        pipeline.receive(hint("e1", "ada")).await.unwrap();
        assert_eq!(queue::claim(&db, "a", JOBS, true, stub.clock.now()).await.unwrap().len(), 1);
        pipeline.receive(hint("e2", "ada")).await.unwrap();
        pipeline.receive(hint("e3", "bob")).await.unwrap();
        let next = queue::claim(&db, "b", JOBS, true, stub.clock.now()).await.unwrap();
        assert_eq!(next.iter().map(|i| i.subject.as_str()).collect::<Vec<_>>(), ["bob"]);
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
