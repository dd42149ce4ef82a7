use super::map::joining;
use super::wire::Places;
use super::{Change, Joinedly, NoStartDate, Settings};
use connector::{Connector, Decision, Seen};
use joinedly_api::{Entry, JoinerChange, SameEmail, Who};
use serde_json::json;

fn seen() -> Seen {
    serde_json::from_str(include_str!("../../fixtures/hire.json")).unwrap()
}

fn places() -> Places {
    let entry = |name: &str| Entry { id: format!("id of {name}"), name: name.to_owned() };
    Places { offices: vec![entry("Malmo"), entry("Paris")], teams: vec![entry("Engineering")] }
}

fn made(settings: &Settings, seen: &Seen) -> Change {
    let Decision::Make(effects) = Joinedly.decide(settings, seen) else { panic!() };
    assert_eq!(effects.len(), 1);
    effects.into_iter().next().unwrap().change
}

#[test]
fn jnd_03_jnd_o01_the_relevant_fields_of_lever_fill_a_joiner_without_any_mapping() {
    let joining = joining(&Settings::default(), &seen()).unwrap();
    let (body, flags) = joining.placed(&Settings::default(), &places());
    let text = |value: &str| Some(value.to_owned());
    let expected = JoinerChange {
        first_name: text("Mara Elin"),
        last_name: text("Lindqvist"),
        email: text("mara@example.org"),
        phone: text("+46 70 000 00 00"),
        position: text("Backend Engineer"),
        office: text("id of Malmo"),
        team: text("id of Engineering"),
        department: text("Product"),
        work_type: text("Full-time"),
        manager: Some(Who { name: "Ines Bauer".into(), email: "ines@example.com".into() }),
        start_date: text("2026-05-01"),
        hired_at: Some(1_760_000_200_000),
        ..JoinerChange::default()
    };
    assert_eq!((body, flags), (expected, Vec::new()));
    assert_eq!(joining.external_id, "7f1c2d0e-3b5a-4c1e-9a77-0d6f5b1a2c33");
}

#[test]
fn jnd_16_jnd_17_names_match_to_the_letter_or_are_left_blank_and_flagged() {
    for (location, office) in [("Paris", Some("id of Paris")), ("paris", None), ("Pari s", None), (" Paris ", Some("id of Paris")), ("", None)] {
        let mut seen = seen();
        let posting = seen.posting.as_mut().unwrap();
        posting.categories.location = Some(location.to_owned()).filter(|name| !name.is_empty());
        posting.categories.all_locations.clear();
        let (body, flags) = joining(&Settings::default(), &seen).unwrap().placed(&Settings::default(), &places());
        assert_eq!(body.office.as_deref(), office, "{location:?}");
        let flagged = office.is_none() && !location.is_empty();
        assert_eq!((body.office_named.as_deref() == Some(location), flags.len()), (flagged, usize::from(flagged)), "{location:?}: {flags:?}");
    }
    let settings: Settings = serde_json::from_value(json!({ "aliases": { "teams": { "Engineering": "id of Paris" } } })).unwrap();
    let (body, _) = joining(&settings, &seen()).unwrap().placed(&settings, &places());
    assert_eq!((body.team.as_deref(), body.team_named.as_deref()), (None, Some("Engineering")), "an alias to what is gone is no match");
}

#[test]
fn jnd_o04_without_a_start_date_the_settings_say_what_happens() {
    let seen = Seen { offers: Vec::new(), ..seen() };
    for (no_start_date, day) in
        [(NoStartDate::Wait, None), (NoStartDate::HiredOn, Some("2025-10-09")), (NoStartDate::TwoWeeks, Some("2025-10-23"))]
    {
        let settings = Settings { no_start_date, ..Settings::default() };
        let (body, flags) = joining(&settings, &seen).unwrap().placed(&settings, &places());
        assert_eq!(body.start_date.as_deref(), day);
        assert!(flags[0].contains("start date is missing"), "so that it is looked for again: {flags:?}");
    }
}

#[test]
fn jnd_20_jnd_o05_who_was_never_hired_is_nobodys_business_and_who_was_un_hired_is_cancelled_once() {
    let seen = Seen { hired: false, ..seen() };
    assert_eq!(Joinedly.decide(&Settings::default(), &seen), Decision::Nothing("not hired".into()));
    let joined = Seen { sent: json!({ "hired_at": 7, "body": {}, "cancelled": false }), ..seen.clone() };
    let Change::Cancel { hired_at, .. } = made(&Settings::default(), &joined) else { panic!() };
    assert_eq!(hired_at, 7);
    let cancelled = Seen { sent: json!({ "hired_at": 7, "body": {}, "cancelled": true }), ..seen };
    assert!(matches!(Joinedly.decide(&Settings::default(), &cancelled), Decision::Nothing(_)));
}

#[test]
fn jnd_o06_what_was_decided_about_an_e_mail_is_told() {
    let mut seen = seen();
    for (answer, expected) in [("same_person", Some(SameEmail::SamePerson)), ("another", Some(SameEmail::Another)), ("?", None)] {
        seen.answers.insert("same e-mail".into(), answer.into());
        let Change::Join(joining) = made(&Settings::default(), &seen) else { panic!() };
        assert_eq!(joining.body.same_email, expected);
    }
}
