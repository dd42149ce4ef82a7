use super::coming::Create;
use super::standing::{Standing, Tell};
use super::{Change, JobRing, Settings};
use connector::{Arrival, Connector, Decision, Record, Seen};
use job_ring_api::Referral;
use lever_api::{ArchiveReason, Archived, Opportunity, Posting, Stage, StageChanged};
use serde_json::{Value, json};

fn settings() -> Settings {
    let stages = json!({ "new": "applied", "phone": "interview", "site": "interview", "waiting-room": "" });
    serde_json::from_value(json!({ "stages": stages, "reasons": { "hired": "hired", "other": "rejected" }, "perform_as": "u1" })).unwrap()
}

/// Somebody who came from Job Ring and moved so: stages with their times.
fn moved(stages: &[(&str, i64)]) -> Seen {
    let change = |(id, at): &(&str, i64)| StageChanged { to_stage_id: (*id).into(), to_stage_index: 0, updated_at: *at, user_id: None };
    let last = stages.last().unwrap().0;
    let mut seen = Seen { record: Some("r1".into()), ..Seen::default() };
    seen.opportunity = Opportunity { id: "o1".into(), stage: json!(last), stage_changes: stages.iter().map(change).collect(), updated_at: Some(900), ..Opportunity::default() };
    seen.stage = Some(Stage { id: last.into(), text: last.to_uppercase(), ..Stage::default() });
    seen
}

fn archived(seen: &Seen, reason: &str, at: i64, hired: bool) -> Seen {
    let mut seen = seen.clone();
    seen.opportunity.archived = Some(Archived { reason: Some(reason.into()), archived_at: Some(at) });
    seen.reason = Some(ArchiveReason { id: reason.into(), text: reason.into(), ..ArchiveReason::default() });
    Seen { hired, ..seen }
}

/// What is told, and what is remembered then.
fn told(seen: &Seen) -> Option<(Vec<(String, i64)>, Value)> {
    match JobRing.decide(&settings(), seen) {
        Decision::Make(mut effects) => match effects.pop().map(|effect| effect.change) {
            Some(Change::Tell(Tell { changes, then, .. })) => Some((changes.into_iter().map(|c| (c.status, c.at)).collect(), json!(then))),
            other => panic!("{other:?}"),
        },
        _ => None,
    }
}

fn pairs(pairs: &[(&str, i64)]) -> Vec<(String, i64)> {
    pairs.iter().map(|(status, at)| ((*status).to_owned(), *at)).collect()
}

#[test]
fn jrg_18_jrg_o03_every_change_is_told_once_in_order_also_those_that_nobody_heard_of() {
    let seen = moved(&[("new", 1), ("phone", 5), ("site", 9)]);
    let (changes, sent) = told(&seen).unwrap();
    assert_eq!(changes, pairs(&[("applied", 1), ("interview", 5), ("interview", 9)]));
    assert!(told(&Seen { sent, ..seen }).is_none());
}

#[test]
fn jrg_19_jrg_20_jrg_o08_archived_hired_and_brought_back_each_have_their_status() {
    let seen = moved(&[("new", 1)]);
    let (_, sent) = told(&seen).unwrap();
    let gone = archived(&Seen { sent, ..seen.clone() }, "other", 20, false);
    let (changes, sent) = told(&gone).unwrap();
    assert_eq!(changes, pairs(&[("rejected", 20)]));
    assert!(told(&Seen { sent: sent.clone(), ..gone }).is_none());
    let back = Seen { sent, ..seen.clone() };
    let (changes, sent) = told(&back).unwrap();
    assert_eq!(changes, pairs(&[("applied", 900)]));
    let (changes, sent) = told(&archived(&Seen { sent, ..seen.clone() }, "hired", 1000, true)).unwrap();
    assert_eq!(changes, pairs(&[("hired", 1000)]));
    // Archived once more for another reason, without anybody having heard that they were back.
    let (changes, _) = told(&archived(&Seen { sent, ..seen }, "other", 1100, false)).unwrap();
    assert_eq!(changes, pairs(&[("rejected", 1100)]));
}

#[test]
fn jrg_19_jrg_o08_whoever_is_hired_stays_hired_until_they_are_brought_back_wherever_to() {
    let seen = moved(&[("new", 1), ("phone", 5)]);
    let (_, sent) = told(&archived(&seen, "hired", 20, true)).unwrap();
    // Shoved to another stage while archived.
    let shoved = moved(&[("new", 1), ("phone", 5), ("site", 30)]);
    assert!(told(&archived(&Seen { sent: sent.clone(), ..shoved }, "hired", 20, true)).is_none());
    // Brought back to a stage that means nothing: the hire is over.
    let waits = moved(&[("new", 1), ("phone", 5), ("waiting-room", 30)]);
    let (changes, _) = told(&Seen { sent: sent.clone(), ..waits }).unwrap();
    assert_eq!(changes.last().map(|(status, _)| status.as_str()), Some("interview"));
    // Nor is one who never had a status.
    let nothing = moved(&[("waiting-room", 30)]);
    let (changes, _) = told(&Seen { sent, ..nothing }).unwrap();
    assert_eq!(changes.last().map(|(status, _)| status.as_str()), Some("applied"));
}

#[test]
fn jrg_12_before_anything_else_both_sides_are_told_that_it_has_been_made() {
    let sent = json!(Standing { unsaid: Some(Box::default()), ..Standing::default() });
    let Decision::Make(effects) = JobRing.decide(&settings(), &Seen { sent, ..moved(&[("new", 1)]) }) else { panic!() };
    assert!(matches!(effects[..], [connector::Effect { change: Change::Say(_), .. }]));
}

#[test]
fn jrg_10_jrg_o02_where_they_stand_must_mean_something_and_what_they_only_came_through_need_not() {
    let Decision::Make(effects) = JobRing.decide(&settings(), &moved(&[("new", 1), ("strange", 5)])) else { panic!() };
    let Change::Unmapped(unmapped) = &effects[0].change else { panic!() };
    assert_eq!((unmapped.setting.as_str(), unmapped.id.as_str(), unmapped.name.as_str()), ("stages", "strange", "STRANGE"));
    assert!(unmapped.hold().why.contains("until then the status stays as it is"));
    let (changes, _) = told(&moved(&[("new", 1), ("strange", 5), ("phone", 9)])).unwrap();
    assert_eq!(changes, pairs(&[("applied", 1), ("interview", 9)]));
    // Somebody said that nothing changes there.
    let (changes, sent) = told(&moved(&[("new", 1), ("waiting-room", 5)])).unwrap();
    assert_eq!((changes, sent["until"].as_i64()), (pairs(&[("applied", 1)]), Some(5)));
}

#[test]
fn jrg_09_nothing_is_decided_before_the_stages_are_mapped() {
    let nobody = Settings::default();
    assert!(matches!(JobRing.decide(&nobody, &moved(&[("new", 1)])), Decision::Hold(_)));
    assert!(matches!(JobRing.admit(&nobody, &arrival()), Decision::Hold(_)));
    assert!(JobRing.lacks(&nobody).is_some() && JobRing.lacks(&settings()).is_none());
    assert!(matches!(JobRing.decide(&settings(), &Seen { record: None, ..moved(&[("new", 1)]) }), Decision::Nothing(_)));
}

/// A referral on its way.
fn arrival() -> Arrival {
    let referral = Referral {
        id: "r1".into(),
        job: "3a5e9b17-7c24-4b86-a0f1-d48c2e6b9f05".into(),
        name: "Nia Okafor".into(),
        email: "nia@mail.example".into(),
        created_at: 1000,
        owned_since: 100,
        ..Referral::default()
    };
    let record = Record { name: referral.name.clone(), emails: vec![referral.email.clone()], posting: referral.job.clone(), value: json!(referral), ..Record::default() };
    let posting = Posting { state: "published".into(), text: "Backend Engineer".into(), confidentiality: "non-confidential".into(), ..Posting::default() };
    Arrival { id: "r1".into(), record, posting: Some(posting), ..Arrival::default() }
}

fn create(arrival: &Arrival) -> Create {
    match JobRing.admit(&settings(), arrival) {
        Decision::Make(mut effects) => match effects.pop().unwrap().change {
            Change::Create(create) => *create,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn cannot(arrival: &Arrival) -> String {
    match JobRing.admit(&settings(), arrival) {
        Decision::Make(mut effects) => match effects.pop().unwrap().change {
            Change::Cannot(cannot) => cannot.why,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn jrg_o04_whoever_is_in_lever_already_gets_another_candidacy_that_earns_nothing_while_somebody_owns_them() {
    let known = |created_at, sources: &[&str]| Opportunity { id: "old".into(), created_at, sources: sources.iter().map(|s| (*s).to_owned()).collect(), origin: "applied".into(), ..Opportunity::default() };
    let mut arrival = arrival();
    assert!(create(&arrival).duplicate.is_empty());
    arrival.known = vec![known(99, &["LinkedIn"])];
    assert!(create(&arrival).duplicate.is_empty(), "too long ago");
    arrival.known = vec![known(500, &["LinkedIn"])];
    assert!(create(&arrival).duplicate.contains("brought to Lever on 1 January 1970 already (LinkedIn)"));
    arrival.known = vec![known(500, &["Job Ring"])];
    assert!(create(&arrival).duplicate.is_empty(), "who of several that referred somebody came first is Job Ring's business");
    // The very one that an earlier try made.
    arrival.known = vec![known(1000, &["Job Ring"])];
    let made = create(&arrival);
    assert_eq!((made.there.as_deref(), made.duplicate.as_str()), (Some("old"), ""));
    // Job Ring knows what it became, and we do not: its answer was lost.
    arrival.record.value["opportunity"] = json!("other");
    assert_eq!(create(&arrival).there.as_deref(), Some("other"));
}

#[test]
fn jrg_o06_jrg_o11_to_a_job_that_is_closed_hidden_or_confidential_nobody_is_sent() {
    let mut arrival = arrival();
    let posting = arrival.posting.take();
    assert!(cannot(&arrival).contains("Lever does not show its job"));
    for (state, confidentiality) in [("closed", "non-confidential"), ("internal", "non-confidential"), ("published", "confidential")] {
        arrival.posting = posting.clone().map(|p| Posting { state: state.into(), confidentiality: confidentiality.into(), ..p });
        assert!(cannot(&arrival).contains("is closed in Lever"), "{state} {confidentiality}");
    }
    let inside = Some(vec!["internal".to_owned()]);
    arrival.posting = posting.map(|p| Posting { distribution_channels: inside, ..p });
    assert!(cannot(&arrival).contains("is closed in Lever"));
}

#[test]
fn what_is_remembered_reads_back_and_starts_with_nothing() {
    assert_eq!(Standing::read(&Value::Null), Standing::default());
}
