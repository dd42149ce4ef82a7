use super::{Change, ChiefOnboarding, Settings, wire};
use connector::{Connector, Decision, Seen};
use serde_json::json;

fn seen() -> Seen {
    serde_json::from_str(include_str!("../../fixtures/hire.json")).unwrap()
}

#[test]
fn jnd_03_the_same_hire_becomes_a_new_hire_there() {
    let Decision::Make(effects) = ChiefOnboarding.decide(&Settings::default(), &seen()) else { panic!() };
    let Change::Join(joining) = &effects[0].change;
    assert_eq!((joining.manager.as_str(), joining.sequence.as_str()), ("ines@example.com", "Product"));
    assert_eq!(
        serde_json::to_value(&joining.body).unwrap(),
        json!({
            "first_name": "Mara Elin", "last_name": "Lindqvist", "email": "mara@example.org", "role": 0, "start_day": "2026-05-01",
            "position": "Backend Engineer", "phone": "+46 70 000 00 00",
        })
    );
}

#[test]
fn jnd_o05_what_cannot_be_taken_back_or_moved_there_is_asked_about_once() {
    let mut seen = Seen { sent: json!({ "hired_at": 7, "start_day": "2026-04-01" }), ..seen() };
    let Decision::Hold(hold) = ChiefOnboarding.decide(&Settings::default(), &seen) else { panic!() };
    assert!(hold.why.contains("starts on 2026-05-01 instead of 2026-04-01"), "{}", hold.why);
    seen.answers.insert("starts on 2026-05-01".into(), "changed there".into());
    assert!(matches!(ChiefOnboarding.decide(&Settings::default(), &seen), Decision::Make(_)));
    seen.hired = false;
    let Decision::Hold(hold) = ChiefOnboarding.decide(&Settings::default(), &seen) else { panic!() };
    assert_eq!(hold.ways.len(), 2);
    seen.answers.insert("not hired any more, after the hire of 7".into(), "deleted there".into());
    assert!(matches!(ChiefOnboarding.decide(&Settings::default(), &seen), Decision::Nothing(_)));
}

#[test]
fn a_refusal_is_told_field_by_field() {
    let hold = wire::refusal("ChiefOnboarding", "Ada", r#"{"email":["user with this email already exists."],"start_day":["Date has wrong format."]}"#);
    assert_eq!(hold.cause, "ChiefOnboarding refuses: email, start_day");
    assert!(hold.why.contains("email: user with this email already exists. start_day: Date has wrong format."), "{}", hold.why);
    assert!(wire::refusal("ChiefOnboarding", "Ada", "<html>").why.contains("No reason was given."));
}
