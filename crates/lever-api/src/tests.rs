use crate::event::{Delivery, Event, sign};
use crate::{Opportunity, page, scope};
use proptest::prelude::*;
use serde_json::{Value, json};

#[test]
fn the_signature_is_levers() {
    let signature = sign("0123456789abcdef0123456789abcdef0123456789abcdef", "be58f711f349c7780e4579cd7c63341ac6f881e4dccc3154", 1_760_000_000_000);
    assert_eq!(signature, "be83dcd0103cacd5a28a786f9631ca3da9a71e812d1f446daae206803e4b5fab");
}

#[test]
fn com_13_a_truncated_or_missing_signature_is_no_signature() {
    let mut delivery = Delivery { token: Some("aa".into()), triggered_at: 1, signature: Some(sign("key", "aa", 1)), ..Delivery::default() };
    assert!(delivery.is_signed_with("key"));
    assert!(!delivery.is_signed_with("another key"));
    delivery.signature = delivery.signature.map(|s| s[..62].to_owned());
    assert!(!delivery.is_signed_with("key"));
    delivery.signature = Some(String::new());
    assert!(!delivery.is_signed_with("key"));
    delivery.signature = None;
    assert!(!delivery.is_signed_with("key"));
}

#[test]
fn unknown_fields_survive_a_round_trip() {
    let told = json!({"id": "o", "name": "Ada", "newFieldOfNextYear": {"a": [1, 2]}, "archived": null});
    let read: Opportunity = serde_json::from_value(told).unwrap();
    let written = serde_json::to_value(&read).unwrap();
    assert_eq!(written["newFieldOfNextYear"], json!({"a": [1, 2]}));
}

#[test]
fn levers_own_example_of_an_opportunity_comes_back_as_it_went_in() {
    let example: Value = serde_json::from_str(include_str!("../fixtures/opportunity.json")).unwrap();
    let read: Opportunity = serde_json::from_value(example.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), example);
    assert!(read.rest.is_empty(), "every field of the example is declared: {:?}", read.rest);
}

#[test]
fn there_are_ten_events_and_four_take_conditions() {
    assert_eq!(Event::ALL.len(), 10);
    assert_eq!(Event::ALL.iter().filter(|e| e.has_conditions()).count(), 4);
    for event in Event::ALL {
        assert_eq!(event.wire().parse(), Ok(*event));
    }
}

#[test]
fn a_write_scope_includes_reading_and_not_the_reverse() {
    assert!(scope::covers(&["notes:write:admin"], "notes:read:admin"));
    assert!(!scope::covers(&["notes:read:admin"], "notes:write:admin"));
    assert!(scope::covers(&["candidates:read:admin"], "opportunities:read:admin"));
    assert!(!scope::covers::<&str>(&[], "notes:read:admin"));
}

#[test]
fn every_scope_an_endpoint_asks_for_is_one_lever_knows() {
    for info in crate::catalogue() {
        assert!(scope::is_known(info.access.scope), "{info:?} asks for {:?}", info.access.scope);
        assert!(!info.access.permission.is_empty(), "{info:?} has no permission");
    }
}

#[test]
fn paging_tokens_look_like_the_live_ones() {
    let token = page::token(&[json!(3), json!(1_491_435_120_000_i64), json!("7f1c2d0e-3b5a-4c1e-9a77-0d6f5b1a2c33")]);
    assert_eq!(token, "%5B3%2C1491435120000%2C%227f1c2d0e-3b5a-4c1e-9a77-0d6f5b1a2c33%22%5D");
    assert_eq!(page::read("[3,5]"), Some(vec![json!(3), json!(5)]), "a client that pastes the token raw sends it decoded");
    assert_eq!(page::read("bad%zz"), None);
}

proptest! {
    #[test]
    fn a_paging_token_reads_back_as_it_was_written(rank in any::<i64>(), id in "[ -~]{0,40}") {
        let key = vec![json!(rank), json!(id)];
        prop_assert_eq!(page::read(&page::token(&key)), Some(key));
    }

    #[test]
    fn reading_a_paging_token_never_panics(text in ".{0,60}") {
        let _ = page::read(&text);
    }

    #[test]
    fn only_the_right_key_token_and_time_make_a_signature(key in "[a-f0-9]{48}", token in "[a-f0-9]{48}", at in 0i64..4_000_000_000_000, other in 1i64..1000) {
        let delivery = Delivery { token: Some(token.clone()), triggered_at: at, signature: Some(sign(&key, &token, at)), ..Delivery::default() };
        prop_assert!(delivery.is_signed_with(&key));
        let late = Delivery { triggered_at: at + other, ..delivery };
        prop_assert!(!late.is_signed_with(&key));
    }
}

/// `/v1/stages/{stage}` and `/v1/stages/{id}` are the same place.
fn nameless(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

/// The names of what a body may hold.
fn body_names(document: &Value, schema: &Value, names: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        body_names(document, &document["components"]["schemas"][reference.rsplit('/').next().unwrap()], names);
    }
    schema["allOf"].as_array().into_iter().flatten().for_each(|part| body_names(document, part, names));
    names.extend(schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
}

/// What the facts collected on Lever name and we do not, or the reverse. This may shrink and never grow.
const EXCEPTIONS: &[&str] = &[];

#[test]
fn every_operation_of_lever_is_in_the_document_with_its_permission_scope_parameters_and_status() {
    let document = crate::openapi();
    assert_eq!(document["openapi"], "3.1.0");
    let mut ours = std::collections::BTreeMap::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            ours.insert(format!("{} {}", method.to_uppercase(), nameless(path)), operation);
        }
    }
    let facts: Vec<Value> = serde_json::from_str(include_str!("../fixtures/operations.json")).unwrap();
    assert_eq!(facts.len(), 152);
    let mut differences = Vec::new();
    for fact in &facts {
        let call = fact["call"].as_str().unwrap();
        let operation = ours.remove(call).unwrap_or_else(|| panic!("{call} is missing"));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut differ = |what: &str, theirs: String, ours: String| {
            if theirs != ours {
                differences.push(format!("{call}: {what} {theirs}, not {ours}"));
            }
        };
        differ("permission", text(&fact["permission"]), text(&operation["x-permission"]));
        differ("scope", text(&fact["scope"]), text(&operation["x-scope"]));
        let status: u64 = operation["responses"].as_object().unwrap().keys().next().unwrap().parse().unwrap();
        assert!(fact["status"].as_array().unwrap().contains(&json!(status)), "{call}: {status}");
        let named: Vec<&str> =
            operation["parameters"].as_array().unwrap().iter().filter(|p| p["in"] == "query").map(|p| p["name"].as_str().unwrap()).collect();
        let mut body = Vec::new();
        operation["requestBody"]["content"]
            .as_object()
            .into_iter()
            .flatten()
            .for_each(|(_, content)| body_names(&document, &content["schema"], &mut body));
        for (kind, known) in [("query", named.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>()), ("body", body)] {
            for name in fact[kind].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()) {
                differ(kind, name.clone(), if known.contains(&name) { name } else { "known".to_owned() });
            }
        }
    }
    // Another verb for one of them, which is in use as well.
    assert_eq!(ours.into_keys().collect::<Vec<_>>(), Vec::<String>::new(), "operations Lever does not have");
    assert_eq!(differences, EXCEPTIONS);
}

/// The example of an object, through our type and back: nothing is lost, nothing is added, nothing changes its type.
fn comes_back<T: serde::Serialize + serde::de::DeserializeOwned>(examples: &Value, name: &str) {
    let example = &examples[name];
    assert!(!example.is_null(), "there is no example of {name}");
    let read: T = serde_json::from_value(example.clone()).unwrap_or_else(|e| panic!("{name}: {e}"));
    let written = serde_json::to_value(&read).unwrap();
    // An object may leave out what has no value; what it has stays as it is.
    let mut differences = Vec::new();
    same(name, example, &written, &mut differences);
    assert!(differences.is_empty(), "{differences:#?}");
}

fn same(at: &str, example: &Value, written: &Value, differences: &mut Vec<String>) {
    match (example, written) {
        (Value::Object(example), Value::Object(written)) => {
            for (key, value) in example {
                match written.get(key) {
                    Some(written) => same(&format!("{at}.{key}"), value, written, differences),
                    None => differences.push(format!("{at}.{key} is lost")),
                }
            }
            let added = written.iter().filter(|(key, _)| !example.contains_key(*key));
            differences.extend(added.map(|(key, value)| format!("{at}.{key} is added: {value}")));
        }
        (Value::Array(example), Value::Array(written)) if example.len() == written.len() => {
            example.iter().zip(written).for_each(|(example, written)| same(at, example, written, differences));
        }
        // JSON knows one kind of number.
        (Value::Number(example), Value::Number(written)) if example.as_f64() == written.as_f64() => {}
        (example, written) if example == written => {}
        (example, written) => differences.push(format!("{at}: {written}, not {example}")),
    }
}

#[test]
fn the_example_of_every_object_comes_back_with_the_same_keys_and_types() {
    use crate::*;
    let examples: Value = serde_json::from_str(include_str!("../fixtures/objects.json")).unwrap();
    let e = &examples;
    comes_back::<Opportunity>(e, "Opportunity");
    comes_back::<Contact>(e, "Contact");
    comes_back::<Application>(e, "Application");
    comes_back::<ArchiveReason>(e, "ArchiveReason");
    comes_back::<Dispositions>(e, "Stage and DispositionStage");
    comes_back::<Label>(e, "Source, Tag");
    comes_back::<Posting>(e, "Posting (Data API)");
    comes_back::<PublicPosting>(e, "PublicPosting (Postings API v0)");
    comes_back::<ApplicationForm>(e, "ApplicationForm (GET /postings/:posting/apply)");
    comes_back::<Feedback>(e, "Feedback");
    comes_back::<ProfileForm>(e, "ProfileForm");
    comes_back::<Interview>(e, "Interview");
    comes_back::<Panel>(e, "Panel");
    comes_back::<Note>(e, "Note");
    comes_back::<Offer>(e, "Offer (read only)");
    comes_back::<Referral>(e, "Referral");
    comes_back::<Requisition>(e, "Requisition");
    comes_back::<RequisitionField>(e, "RequisitionField");
    comes_back::<User>(e, "User");
    comes_back::<EeoResponse>(e, "EeoResponse");
    comes_back::<DiversitySurvey>(e, "DiversitySurvey");
    comes_back::<AuditEvent>(e, "AuditEvent");
    comes_back::<Webhook>(e, "Webhook");
}
