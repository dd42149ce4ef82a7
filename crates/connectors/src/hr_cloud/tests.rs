use super::map::hire;
use super::{Change, HrCloud, Settings, wire};
use connector::{Connector, Decision, Name, Seen};
use serde_json::json;

fn seen() -> Seen {
    serde_json::from_str(include_str!("../../fixtures/hire.json")).unwrap()
}

#[test]
fn hrc_18_to_28_all_mapped_fields_come_from_where_the_document_says() {
    // HRC-18, HRC-19, HRC-20, HRC-21, HRC-22, HRC-23, HRC-24, HRC-25, HRC-26, HRC-27, HRC-28.
    let Decision::Make(effects) = HrCloud.decide(&Settings::default(), &seen()) else { panic!() };
    let Change::Employ(hire) = &effects[0].change;
    let told = serde_json::to_value(hire).unwrap();
    assert_eq!(
        told,
        json!({
            "full_name": "Mara Elin Lindqvist", "email": "mara@example.org", "number": "7f1c2d0e-3b5a-4c1e-9a77-0d6f5b1a2c33",
            "opportunity": "7f1c2d0e-3b5a-4c1e-9a77-0d6f5b1a2c33",
            "fields": {
                "xFirstName": "Mara", "xMIddleName": "Elin", "xLastName": "Lindqvist", "xFullName": "Mara Elin Lindqvist",
                "xEmail": "mara@example.org", "xPositionLookup": "Backend Engineer", "xDepartmentLookup": "Product", "xLocationLookup": "Malmo",
                "xEmploymentTypeLookup": "Full-time", "xEmploymentStatusLookup": "Active", "xManagerLookup": "ines@example.com",
                "xStartDate": "2026-05-01", "xEmployeeNumber": "7f1c2d0e-3b5a-4c1e-9a77-0d6f5b1a2c33",
            },
            "hired_at": 1760000200000i64,
        })
    );
}

#[test]
fn hrc_o02_names_of_twenty_five_kinds() {
    // name | first | middle | last, and with particles kept: middle | last
    let table = "
        Ada Lovelace                     | Ada     | -                  | Lovelace   | -              | Lovelace
        Ada King Lovelace                | Ada     | King               | Lovelace   | King           | Lovelace
        Sukarno                          | Sukarno | -                  | Sukarno    | -              | Sukarno
        Ada de la Cruz                   | Ada     | de la              | Cruz       | -              | de la Cruz
        Jan van den Berg                 | Jan     | van den            | Berg       | -              | van den Berg
        Vincent Willem van Gogh          | Vincent | Willem van         | Gogh       | Willem         | van Gogh
        Ludwig van Beethoven             | Ludwig  | van                | Beethoven  | -              | van Beethoven
        Tariq al-Mansour                 | Tariq   | -                  | al-Mansour | -              | al-Mansour
        Osama bin Zaid                   | Osama   | bin                | Zaid       | -              | bin Zaid
        María José García López          | María   | José García        | López      | José García    | López
        Nguyễn Thị Mai                   | Nguyễn  | Thị                | Mai        | Thị            | Mai
        Chen Wei                         | Chen    | -                  | Wei        | -              | Wei
        Liam O'Connor                    | Liam    | -                  | O'Connor   | -              | O'Connor
        Jean-Luc Picard                  | Jean-Luc | -                 | Picard     | -              | Picard
        Anna Smith-Jones                 | Anna    | -                  | Smith-Jones | -             | Smith-Jones
        Martin Luther King Jr.           | Martin  | Luther King        | Jr.        | Luther King    | Jr.
        Zeynep Yılmaz                    | Zeynep  | -                  | Yılmaz     | -              | Yılmaz
        Николай Петрович Иванов          | Николай | Петрович           | Иванов     | Петрович       | Иванов
        山田 太郎                          | 山田     | -                  | 太郎        | -              | 太郎
        Leonardo da Vinci                | Leonardo | da                | Vinci      | -              | da Vinci
        Otto von Bismarck                | Otto    | von                | Bismarck   | -              | von Bismarck
        Catherine de' Medici             | Catherine | de'              | Medici     | de'            | Medici
        J. R. R. Tolkien                 | J.      | R. R.              | Tolkien    | R. R.          | Tolkien
        Simone de Beauvoir               | Simone  | de                 | Beauvoir   | -              | de Beauvoir
        Björk Guðmundsdóttir             | Björk   | -                  | Guðmundsdóttir | -          | Guðmundsdóttir";
    let mut rows = 0;
    for line in table.lines().filter(|l| l.contains('|')) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let told = |keep| {
            let n = Name::split(cells[0], keep);
            format!("{}|{}|{}", n.first, if n.middle.is_empty() { "-" } else { &n.middle }, n.last)
        };
        assert_eq!(told(false), format!("{}|{}|{}", cells[1], cells[2], cells[3]));
        assert_eq!(told(true), format!("{}|{}|{}", cells[1], cells[4], cells[5]));
        rows += 1;
    }
    assert_eq!(rows, 25);
    assert_eq!(Name::split("   ", false), Name::default());
    assert_eq!(Name::split("  Ada \t Lovelace ", false).last, "Lovelace");
}

#[test]
fn hrc_o04_the_start_date_is_the_signed_offers_else_the_latest_approved_ones_else_the_hire_waits() {
    let offer = |status: &str, created: i64, day: Option<i64>| {
        json!({ "id": "x", "status": status, "approved": status != "draft", "createdAt": created,
                "fields": [{ "text": "", "identifier": "anticipated_start_date", "value": day.map(|d| d * 86_400_000) }] })
    };
    let date = |offers: Vec<serde_json::Value>| {
        let mut seen = seen();
        seen.offers = serde_json::from_value(json!(offers)).unwrap();
        hire(&Settings::default(), &seen).map(|h| h.fields["xStartDate"].clone()).map_err(|h| h.cause)
    };
    assert_eq!(date(vec![offer("signed", 1, Some(20_000)), offer("approved", 9, Some(20_500))]).unwrap(), "2024-10-04");
    assert_eq!(date(vec![offer("approved", 1, Some(20_000)), offer("sent", 9, Some(20_500))]).unwrap(), "2026-02-16");
    for none in [vec![], vec![offer("draft", 1, Some(20_000))], vec![offer("denied", 1, Some(20_000))], vec![offer("signed", 1, None)], vec![offer("signed", 2, None), offer("approved", 1, Some(20_000))]] {
        assert_eq!(date(none).unwrap_err(), "Start date is missing in Lever");
    }
}

#[test]
fn hrc_o13_department_falls_back_to_the_team_and_hrc_o14_the_first_location_counts() {
    let mut seen = seen();
    let posting = seen.posting.as_mut().unwrap();
    posting.categories.department = None;
    posting.categories.location = None;
    posting.categories.all_locations = vec!["Oslo".into(), "Bergen".into()];
    let mapped = hire(&Settings::default(), &seen).unwrap();
    assert_eq!((mapped.fields["xDepartmentLookup"].as_str(), mapped.fields["xLocationLookup"].as_str()), ("Engineering", "Oslo"));
    seen.posting.as_mut().unwrap().categories.team = None;
    assert_eq!(hire(&Settings::default(), &seen).unwrap_err().cause, "Department is missing in Lever");
}

#[test]
fn nobody_who_is_not_hired_is_employed() {
    let seen = Seen { hired: false, ..seen() };
    assert!(matches!(HrCloud.decide(&Settings::default(), &seen), Decision::Nothing(_)));
}

#[test]
fn hrc_o19_a_refusal_is_split_into_its_sentences() {
    let body = r#"{"Message":"Validation failed. Value for xStartDate is required but missing. Value for xEmail is not valid."}"#;
    assert_eq!(wire::sentences(body), ["Value for xStartDate is required but missing.", "Value for xEmail is not valid."]);
    assert_eq!(wire::sentences("<html>"), ["<html>."]);
    assert_eq!(wire::sentences(""), ["No reason was given."]);
}

#[test]
fn hrc_o03_of_several_addresses_the_first_is_taken_unless_the_field_map_says_otherwise() {
    let mut seen = seen();
    seen.opportunity.emails = vec!["  ".into(), "home@example.org".into(), "work@example.org".into()];
    assert_eq!(hire(&Settings::default(), &seen).unwrap().email, "home@example.org");
    let fields = [("xEmail".to_owned(), "emails | last".to_owned())].into();
    assert_eq!(hire(&Settings { fields, ..Settings::default() }, &seen).unwrap().email, "work@example.org");
}

#[test]
fn hrc_o18_the_employee_number_may_be_another_and_the_opportunitys_id_stands_in_another_field() {
    let fields = [("xEmployeeNumber", "'L-' ~ (opportunity.id | split('-') | first)"), ("xExternalId", "opportunity.id")];
    let fields = fields.map(|(name, e)| (name.to_owned(), e.to_owned())).into();
    let mapped = hire(&Settings { fields, ..Settings::default() }, &seen()).unwrap();
    assert_eq!((mapped.number.as_str(), mapped.fields["xExternalId"].as_str()), ("L-7f1c2d0e", "7f1c2d0e-3b5a-4c1e-9a77-0d6f5b1a2c33"));
}

#[test]
fn an_expression_that_cannot_be_worked_out_holds_and_says_which_and_where_to_mend_it() {
    let fields = [("xFirstName".to_owned(), "name.first |".to_owned())].into();
    let hold = hire(&Settings { fields, ..Settings::default() }, &seen()).unwrap_err();
    assert_eq!(hold.cause, "The field map cannot fill First name");
    assert!(hold.why.contains("on the connection's page, under Fields"), "{}", hold.why);
}

#[test]
fn whatever_is_missing_is_told_at_once() {
    let mut seen = seen();
    seen.offers.clear();
    seen.posting.as_mut().unwrap().categories.location = None;
    seen.posting.as_mut().unwrap().categories.all_locations.clear();
    let hold = hire(&Settings::default(), &seen).unwrap_err();
    assert_eq!(hold.cause, "Location is missing in Lever");
    assert!(hold.why.contains("Also missing: start date."), "{}", hold.why);
}
