//! The generated pages say what the definitions say.

#[test]
fn the_generated_reference_is_current() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference");
    for (name, text) in fulcrum::commands::reference() {
        let stored = std::fs::read_to_string(format!("{folder}/{name}")).unwrap_or_default();
        assert!(stored == text, "docs/reference/{name} is stale: run `make bless`");
    }
}

#[test]
fn every_operation_of_the_openapi_document_has_a_summary_and_an_answer() {
    let document = lever_api::openapi();
    let mut operations = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            operations += 1;
            assert!(!operation["summary"].as_str().unwrap().is_empty(), "{method} {path}");
            assert!(!operation["responses"].as_object().unwrap().is_empty(), "{method} {path}");
        }
    }
    assert_eq!(operations, lever_api::catalogue().len() + lever_api::POSTINGS_API.len());
    let text = document.to_string();
    for reference in text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(document["components"]["schemas"].get(reference).is_some(), "{reference} is named and not described");
    }
}
