use super::{Change, Hire, HrCloudEmployees, Settings, hire, wire};
use crate::hires::Aliases;
use connector::{Connector, Decision, Seen};
use serde_json::json;

fn seen() -> Seen {
    serde_json::from_str(include_str!("../../fixtures/hire.json")).unwrap()
}

fn coded() -> Settings {
    let one = |name: &str, code: &str| [(name.to_owned(), code.to_owned())].into();
    let aliases: Aliases = [
        ("positions".to_owned(), one("Backend Engineer", "BE1")),
        ("departments".to_owned(), one("Product", "PRD = Product & Design")),
        ("locations".to_owned(), one("Malmo", "MMX")),
    ]
    .into();
    Settings { aliases, ..Settings::default() }
}

fn made(settings: &Settings, seen: &Seen) -> Hire {
    let Decision::Make(effects) = HrCloudEmployees.decide(settings, seen) else { panic!() };
    let Change::Employ(hire) = effects.into_iter().next().unwrap().change;
    *hire
}

#[test]
fn hrc_18_to_28_the_older_api_gets_what_it_has_fields_for() {
    assert_eq!(
        serde_json::to_value(made(&coded(), &seen()).employee).unwrap(),
        json!({
            "email": "mara@example.org", "firstName": "Mara", "lastName": "Lindqvist", "startDate": "2026-05-01", "recordStatus": "Active",
            "accountType": "Employee", "employmentStatus": "Active", "employeeNumber": "7f1c2d0e-3b5a-4c1e-9a77-0d6f5b1a2c33",
            "managerEmail": "ines@example.com", "position": { "name": "Backend Engineer", "code": "BE1" },
            "department": { "name": "Product & Design", "code": "PRD" }, "location": { "name": "Malmo", "code": "MMX" },
        })
    );
}

#[test]
fn hrc_o05_without_a_code_nobody_is_sent_since_a_guess_could_rename_somebody_elses_department() {
    let settings = Settings { aliases: Aliases::new(), ..coded() };
    let hold = hire(&settings, &seen()).unwrap_err();
    assert_eq!(hold.cause, "No code is known for the position \"Backend Engineer\", department \"Product\", location \"Malmo\"");
    let ways: Vec<&str> = hold.ways.iter().map(|way| way.id.as_str()).collect();
    assert_eq!(ways, ["create", "code/positions", "code/departments", "code/locations"]);
    let employee = made(&Settings { create_missing: true, ..settings }, &seen()).employee;
    assert_eq!(employee.department.unwrap().code, "Product");
}

#[test]
fn hrc_o19_a_refusal_of_the_older_api_is_told_with_its_codes() {
    let body = r#"[{"errorCode":"INVALID_EMAIL","errorDescription":"The field email is not an e-mail address."},{"errorCode":"REQUIRED","errorDescription":"lastName"}]"#;
    let hold = wire::refusal("HR Cloud", "Ada", body);
    assert_eq!(hold.cause, "HR Cloud refuses: The field email is not an e-mail address (INVALID_EMAIL). lastName (REQUIRED).");
    assert!(wire::refusal("HR Cloud", "Ada", "<html>").why.contains("No reason was given."));
}
