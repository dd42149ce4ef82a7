use super::{Change, Hire, HrCloudEmployees, Settings, hire, wire};
use connector::{Connector, Decision, Seen};
use serde_json::json;
use std::collections::BTreeMap;

fn seen() -> Seen {
    serde_json::from_str(include_str!("../../fixtures/hire.json")).unwrap()
}

fn coded() -> Settings {
    let aliases = json!({
        "positions": { "Backend Engineer": "BE1" }, "departments": { "Product": "PRD = Product & Design" }, "locations": { "Malmo": "MMX" },
    });
    serde_json::from_value(json!({ "aliases": aliases })).unwrap()
}

fn made(settings: &Settings, seen: &Seen) -> Hire {
    let Decision::Make(effects) = HrCloudEmployees.decide(settings, seen) else { panic!() };
    let Change::Employ(hire) = effects.into_iter().next().unwrap().change;
    *hire
}

#[test]
fn hrc_18_hrc_20_to_24_hrc_26_to_28_the_older_api_gets_what_it_has_fields_for() {
    // HRC-18, HRC-20, HRC-21, HRC-22, HRC-23, HRC-24, HRC-26, HRC-27, HRC-28.
    assert_eq!(
        serde_json::to_value(made(&coded(), &seen()).employee).unwrap(),
        json!({
            "email": "mara@example.org", "firstName": "Mara Elin", "lastName": "Lindqvist", "startDate": "2026-05-01", "recordStatus": "Active",
            "accountType": "Employee", "employmentStatus": "Active", "employeeNumber": "7f1c2d0e-3b5a-4c1e-9a77-0d6f5b1a2c33",
            "managerEmail": "ines@example.com", "position": { "name": "Backend Engineer", "code": "BE1" },
            "department": { "name": "Product & Design", "code": "PRD" }, "location": { "name": "Malmo", "code": "MMX" },
        })
    );
}

#[test]
fn hrc_o05_without_a_code_nobody_is_sent_since_a_guess_could_rename_somebody_elses_department() {
    let settings = Settings { aliases: BTreeMap::new(), ..coded() };
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
    assert_eq!(hold.cause, "HR Cloud refuses: INVALID_EMAIL, REQUIRED");
    assert!(hold.why.contains("The field email is not an e-mail address (INVALID_EMAIL). lastName (REQUIRED)."), "{}", hold.why);
    assert!(wire::refusal("HR Cloud", "Ada", "<html>").why.contains("No reason was given."));
}

#[test]
fn hrc_o05_a_code_may_come_with_a_name_and_an_equals_sign_in_a_name_is_no_code() {
    let code = |text: &str| wire::Code::try_from(text.to_owned());
    let read = |text: &str, name: &str| {
        let reference = code(text).unwrap().reference(name);
        (reference.code, reference.name)
    };
    let pair = |code: &str, name: &str| (code.to_owned(), name.to_owned());
    assert_eq!(read(" ENG ", "Engineering"), pair("ENG", "Engineering"));
    assert_eq!(read("ENG = Engine Works", "Engineering"), pair("ENG", "Engine Works"));
    assert_eq!(read("R&D = Research", "R&D = Research"), pair("R&D = Research", "R&D = Research"));
    assert_eq!(read("A=B", "A=B"), pair("A=B", "A=B"));
    for wrong in ["", "  ", "ENG =", "= Engineering", "="] {
        assert!(code(wrong).is_err(), "{wrong}");
    }
    assert!(serde_json::from_value::<Settings>(json!({ "aliases": { "positions": { "Baker": "= Baker" } } })).is_err());
}

#[test]
fn hrc_19_a_middle_name_is_not_lost_though_the_older_api_has_no_field_for_it() {
    let mut seen = seen();
    seen.opportunity.name = "Ada King Lovelace".into();
    let employee = made(&coded(), &seen).employee;
    assert_eq!((employee.first_name.as_str(), employee.last_name.as_str()), ("Ada King", "Lovelace"));
}

#[test]
fn hrc_o07_hrc_o08_two_hires_with_one_e_mail_are_asked_about_and_the_employee_keeps_the_number() {
    let mut seen = Seen { same_email: vec!["N-7".into()], ..seen() };
    let Decision::Hold(hold) = HrCloudEmployees.decide(&coded(), &seen) else { panic!() };
    assert_eq!(hold.cause, "HR Cloud has an employee with this e-mail already (number N-7)");
    seen.answers.insert("same e-mail".into(), "N-7".into());
    assert_eq!(made(&coded(), &seen).employee.employee_number.unwrap(), "N-7");
}
