//! What every connector must be, checked over the whole list; nobody has to remember to add theirs.

use crate::ALL;
use connector::{Decision, Seen};
use serde_json::{Value, json};

/// A hire with everything a connector could ask for.
fn full() -> Seen {
    serde_json::from_str(include_str!("../fixtures/hire.json")).unwrap()
}

#[test]
fn ids_are_unique_and_lower_case() {
    let mut ids: Vec<&str> = ALL.iter().map(|c| c.spec().id).collect();
    assert!(ids.iter().all(|id| id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')), "{ids:?}");
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), ALL.len());
}

#[test]
fn decisions_repeat_and_their_keys_begin_with_the_id_and_name_the_subject() {
    let seen = full();
    for connector in ALL {
        let first = connector.decide(&Value::Null, &seen);
        assert_eq!(first, connector.decide(&Value::Null, &seen));
        // A connector that asks first must offer a way out, and go on once nothing needs asking.
        let second = match first {
            Decision::Hold(hold) if !hold.ways.is_empty() => connector.decide(&json!({ "create_missing": true }), &seen),
            other => other,
        };
        let Decision::Make(effects) = second else { panic!("{}: a full hire must lead somewhere: {second:?}", connector.spec().id) };
        for effect in effects {
            assert!(effect.key.starts_with(&format!("{}/", connector.spec().id)), "{}", effect.key);
            assert!(effect.key.contains(&seen.opportunity.id), "{}", effect.key);
        }
    }
}

#[test]
fn whatever_is_missing_a_decision_is_made_without_a_panic() {
    let whole = serde_json::to_value(full()).unwrap();
    for connector in ALL {
        for part in whole.as_object().unwrap().keys() {
            let mut less = whole.clone();
            less.as_object_mut().unwrap().remove(part);
            let seen: Seen = serde_json::from_value(less).unwrap();
            if let Decision::Hold(hold) = connector.decide(&Value::Null, &seen) {
                assert!(!hold.cause.is_empty() && hold.why.ends_with('.'), "{part}: {hold:?}");
            }
        }
    }
}

#[test]
fn settings_round_trip_and_every_setting_is_described() {
    for connector in ALL {
        let defaults = connector.settings(&json!({})).unwrap();
        assert_eq!(connector.settings(&defaults).unwrap(), defaults);
        let described: Vec<&str> = connector.spec().fields.iter().map(|f| f.name).collect();
        let stored: Vec<&String> = defaults.as_object().unwrap().keys().collect();
        assert_eq!(described, stored, "{}", connector.spec().id);
        assert!(connector.settings(&json!({ described[0]: ["not", "of", "its", "kind"] })).is_err());
    }
}

#[test]
fn needs_say_what_breaks_and_scopes_are_few() {
    for connector in ALL {
        let spec = connector.spec();
        assert!(spec.needs.iter().all(|need| !need.to.is_empty()));
        assert!(spec.scopes().len() <= 20, "Lever grants at most 20 scopes");
        assert!(!spec.about.is_empty() && spec.about.ends_with('.'));
    }
}
