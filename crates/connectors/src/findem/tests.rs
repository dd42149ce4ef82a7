//! What is decided, without anybody being asked.

use super::{Change, Findem, Settings};
use connector::{Arrival, Connector, Decision, Record, Seen};
use findem_api::{Kind, Standing as Stands, Wish};
use lever_api::{Archived, Opportunity, Posting, Stage};
use serde_json::json;

fn settings() -> Settings {
    Settings { perform_as: "u1".into(), ..Settings::default() }
}

fn arrival(wish: Wish) -> Arrival {
    let record = Record { value: json!(wish), ..Record::default() };
    Arrival { id: "w1".into(), record, ..Arrival::default() }
}

fn export() -> Wish {
    Wish { id: "w1".into(), kind: Kind::Export, name: "Nia".into(), created_at: 1000, asked_at: 1000, ..Wish::default() }
}

fn admitted(arrival: &Arrival) -> Change {
    match Findem.admit(&settings(), arrival) {
        Decision::Make(mut effects) => effects.pop().unwrap().change,
        other => panic!("{other:?}"),
    }
}

fn stands(arrival: &Arrival) -> (Stands, String) {
    match admitted(arrival) {
        Change::Answer(answer) => (answer.came.standing, answer.came.why),
        other => panic!("{other:?}"),
    }
}

fn known(created_at: i64, sources: &[&str]) -> Opportunity {
    Opportunity { id: "o1".into(), created_at, sources: sources.iter().map(|s| (*s).to_owned()).collect(), ..Opportunity::default() }
}

#[test]
fn fnd_o16_whoever_is_known_is_not_doubled_unless_somebody_says_so_and_never_onto_the_same_job() {
    let mut arrival = arrival(export());
    assert!(matches!(admitted(&arrival), Change::Export(_)));
    arrival.known = vec![known(500, &["Job site"])];
    assert_eq!(stands(&arrival).0, Stands::Known);
    arrival.record.value["anyway"] = json!(true);
    assert!(matches!(admitted(&arrival), Change::Export(_)));
    arrival.applied = vec!["o1".into()];
    assert!(stands(&arrival).1.contains("this very job"));
    // What an earlier try made is that one, whatever else is known.
    arrival.known = vec![known(1000, &["Findem"])];
    let Change::Export(made) = admitted(&arrival) else { panic!() };
    assert_eq!(made.there.as_deref(), Some("o1"));
}

#[test]
fn fnd_36_a_job_that_is_closed_or_out_of_sight_is_waited_for_and_nobody_writes_without_a_name() {
    let mut arrival = arrival(Wish { job: "p1".into(), ..export() });
    assert!(stands(&arrival).1.contains("Lever does not show the job"));
    arrival.posting = Some(Posting { state: "closed".into(), text: "Cook".into(), ..Posting::default() });
    assert!(stands(&arrival).1.contains("\"Cook\" is closed"));
    arrival.posting = Some(Posting { state: "published".into(), ..Posting::default() });
    assert!(matches!(admitted(&arrival), Change::Export(_)));
    match Findem.admit(&Settings::default(), &arrival) {
        Decision::Make(mut effects) => {
            let Change::Answer(answer) = effects.pop().unwrap().change else { panic!() };
            assert!(answer.came.why.contains("Link another user") && !answer.cause.is_empty());
        }
        other => panic!("{other:?}"),
    }
    arrival.record.value["user"] = json!("u2");
    let Change::Export(export) = admitted(&arrival) else { panic!() };
    assert_eq!(export.user, "u2", "whoever wants it has a user of their own");
}

fn standing_at(stage: &str, archived: Option<&str>) -> Opportunity {
    let archived = archived.map(|reason| Archived { reason: Some(reason.into()), archived_at: Some(5) });
    Opportunity { id: "o1".into(), stage: json!(stage), archived, ..Opportunity::default() }
}

#[test]
fn fnd_o08_nothing_is_written_where_lever_moved_on_and_what_is_so_already_is_told_as_done() {
    let mut cases = 0;
    for (from, to, now) in ["aaa", "aab", "aba", "abb", "abc", "baa", "bac"].map(|c| (&c[..1], &c[1..2], &c[2..])) {
        for (archived, rejects) in [(None, false), (None, true), (Some("x"), false), (Some("x"), true), (Some("y"), false), (Some("y"), true)] {
            let kind = if rejects { Kind::Reject } else { Kind::Advance };
            let (stage, reason) = if rejects { ("", "x") } else { (to, "") };
            let mut arrival = arrival(Wish { kind, from_stage: from.into(), stage: stage.into(), reason: reason.into(), ..export() });
            arrival.opportunity = Some(standing_at(now, archived));
            let is_so = if rejects { archived == Some("x") } else { archived.is_none() && now == to };
            let untouched = archived.is_none() && now == from;
            match admitted(&arrival) {
                Change::Move(_) => assert!(is_so || untouched, "{from}{to}{now} {archived:?} {rejects}"),
                Change::Answer(answer) => {
                    assert_eq!(answer.came.standing, Stands::Conflict);
                    assert!(!is_so && !untouched && answer.cause.is_empty(), "{from}{to}{now} {archived:?} {rejects}");
                }
                other => panic!("{other:?}"),
            }
            cases += 1;
        }
    }
    assert_eq!(cases, 42);
}

#[test]
fn fnd_35_of_whoever_lever_does_not_show_nothing_is_guessed() {
    let arrival = arrival(Wish { kind: Kind::Reject, reason: "x".into(), ..export() });
    let (stands, why) = stands(&arrival);
    assert!(stands == Stands::Held && why.contains("does not show this application any more"), "{why}");
}

#[test]
fn fnd_23_what_findem_has_as_it_is_costs_nothing_and_what_changed_is_brought_once() {
    let mut seen = Seen { opportunity: Opportunity { updated_at: Some(7), ..standing_at("a", None) }, ..Seen::default() };
    seen.stage = Some(Stage { id: "a".into(), ..Stage::default() });
    let Decision::Make(effects) = Findem.decide(&settings(), &seen) else { panic!() };
    assert_eq!(effects[0].key, "findem/profile/o1/7");
    seen.sent = json!({ "until": 7 });
    assert!(matches!(Findem.decide(&settings(), &seen), Decision::Nothing(_)));
    seen.opportunity.updated_at = Some(8);
    assert!(matches!(Findem.decide(&settings(), &seen), Decision::Make(_)));
    let silent = Settings { write_links: false, ..settings() };
    let Decision::Make(effects) = Findem.decide(&silent, &seen) else { panic!() };
    let Change::Bring(bring) = &effects[0].change else { panic!() };
    assert_eq!(bring.user, "", "no link is written where that is switched off");
}
