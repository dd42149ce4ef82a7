//! What every connector must be, checked over the whole list; nobody has to remember to add theirs.

use crate::ALL;
use connector::{AnyConnector, Decision, Entry, Kind, Seen, Whom};
use lever_api::Stage;
use serde_json::{Map, Value, json};

/// A hire with everything a connector could ask for.
fn full() -> Seen {
    serde_json::from_str(include_str!("../fixtures/hire.json")).unwrap()
}

/// Somebody this connector is meant for, and settings by which it is.
fn meant_for(connector: &dyn AnyConnector) -> (Value, Seen) {
    let mut seen = full();
    if matches!(connector.spec().whom, Whom::Hires) {
        return (json!({ "create_missing": true }), seen);
    }
    seen.hired = false;
    seen.opportunity.archived = None;
    // Whoever came from the partner.
    seen.record = connector.spec().arrivals.map(|_| "r1".to_owned());
    let stage = seen.opportunity.stage.as_str().unwrap_or_default().to_owned();
    seen.stage = Some(Stage { id: stage, ..Stage::default() });
    let mut settings = Map::new();
    for field in connector.spec().fields {
        match field.kind {
            Kind::Stages => drop(settings.insert(field.name.into(), json!([seen.opportunity.stage]))),
            Kind::Usual => drop(settings.insert(field.name.into(), json!("usual"))),
            Kind::OfStages => drop(settings.insert(field.name.into(), json!({ seen.opportunity.stage.as_str().unwrap_or_default(): "applied" }))),
            _ => {}
        }
    }
    (Value::Object(settings), seen)
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
    for connector in ALL {
        let (settings, seen) = meant_for(*connector);
        let first = connector.decide(&settings, &seen);
        assert_eq!(first, connector.decide(&settings, &seen));
        let Decision::Make(effects) = first else { panic!("{}: somebody with everything must lead somewhere: {first:?}", connector.spec().id) };
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
        assert!(spec.entry == Entry::ApiKey || spec.scopes().len() <= 20, "Lever grants at most 20 scopes");
        assert!(!spec.about.is_empty() && spec.about.ends_with('.'));
    }
}
