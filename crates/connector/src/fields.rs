//! Field maps: which expression over what Lever says fills which field of the partner.
//!
//! An expression is one of Jinja's: `posting.department or posting.team`. It sees one record ([`source`]) and the filters
//! in [`FILTERS`], nothing else; it cannot loop, call, or grow without bound.

use crate::{More, Name, Pick, Seen};
use lever_api::{FormField, Posting};
use minijinja::value::{Serde, Value as Out};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, filters};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A field of the partner that can be filled.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name at the partner: `xFirstName`.
    pub name: &'static str,
    /// As people call it.
    pub label: &'static str,
    /// What fills it unless somebody says otherwise; empty: nothing does.
    pub default: &'static str,
    /// The partner demands it.
    pub required: bool,
    /// Which list its value is looked up in, if it is not text.
    pub list: Option<&'static str>,
    /// Who can add it in Lever, and where, if it is missing there.
    pub missing: &'static str,
}

/// Expressions by target, where they differ from the defaults.
pub type Overrides = BTreeMap<String, String>;

/// A path of the source record, for people and for the check of expressions.
pub struct Path {
    /// `posting.title`
    pub path: &'static str,
    /// What it is.
    pub about: &'static str,
}

/// What expressions can name. Below `offer.fields`, `application.answers` and the like stands what the account has.
pub const PATHS: [Path; 46] = [
    Path { path: "name.full", about: "The name as it stands in Lever" },
    Path { path: "name.first", about: "Its first word" },
    Path { path: "name.middle", about: "What stands between the first and the last" },
    Path { path: "name.last", about: "Its last word" },
    Path { path: "email", about: "The first e-mail address" },
    Path { path: "emails", about: "All of them, a list" },
    Path { path: "phone", about: "The first telephone number" },
    Path { path: "phones", about: "All of them, a list of type and value" },
    Path { path: "location", about: "Where the person is, as plain text" },
    Path { path: "headline", about: "Past companies or schools" },
    Path { path: "links", about: "Addresses on the web, a list" },
    Path { path: "tags", about: "A list" },
    Path { path: "sources", about: "A list" },
    Path { path: "origin", about: "applied, sourced, referred, …" },
    Path { path: "opportunity.id", about: "The id of the opportunity" },
    Path { path: "opportunity.url", about: "The profile in Lever" },
    Path { path: "opportunity.created_on", about: "A day: 2026-01-31" },
    Path { path: "opportunity.hired_on", about: "The day of the hire, UTC" },
    Path { path: "posting.id", about: "The id of the posting" },
    Path { path: "posting.title", about: "The job's name" },
    Path { path: "posting.department", about: "The department of the job" },
    Path { path: "posting.team", about: "The team of the job" },
    Path { path: "posting.location", about: "The first location" },
    Path { path: "posting.locations", about: "All of them, a list" },
    Path { path: "posting.work_type", about: "Full-time, Part-time, …" },
    Path { path: "posting.level", about: "The level of the job: Senior, Junior, …" },
    Path { path: "posting.country", about: "Two letters" },
    Path { path: "posting.workplace_type", about: "on-site, remote, hybrid" },
    Path { path: "posting.tags", about: "A list" },
    Path { path: "posting.requisition_code", about: "The first requisition of the posting" },
    Path { path: "manager.name", about: "The hiring manager" },
    Path { path: "manager.email", about: "Their e-mail address" },
    Path { path: "recruiter.name", about: "The owner of the opportunity" },
    Path { path: "recruiter.email", about: "Their e-mail address" },
    Path { path: "offer.status", about: "Of the signed offer, else of the latest approved one" },
    Path { path: "offer.start_date", about: "The anticipated start date, a day" },
    Path { path: "offer.fields", about: "Every field of the offer by its identifier" },
    Path { path: "requisition.code", about: "Of the requisition the hire filled" },
    Path { path: "requisition.id", about: "Its id in Lever" },
    Path { path: "requisition.name", about: "Its name" },
    Path { path: "requisition.employment_status", about: "full-time, …" },
    Path { path: "requisition.fields", about: "Fields of your own, by their ids: requisition.fields.cost_center" },
    Path { path: "forms", about: "Answers of forms on the profile: forms['Onboarding data']['T-shirt size']" },
    Path { path: "application.company", about: "As the person wrote it" },
    Path { path: "application.comments", about: "What else they wrote when they applied" },
    Path { path: "application.answers", about: "Answers to custom questions, by question" },
];

/// The filters there are, for people.
pub const FILTERS: [&str; 13] =
    ["lower", "upper", "title", "capitalize", "trim", "replace", "split", "join", "first", "last", "length", "int", "default"];

/// Expressions are no programs.
const LONGEST: usize = 1000;
/// Nothing a field of anybody's would hold. Characters.
const LONGEST_VALUE: usize = 10_000;
/// Steps one expression may take.
const FUEL: u64 = 20_000;

fn environment() -> &'static Environment<'static> {
    static ENVIRONMENT: OnceLock<Environment<'static>> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| {
        let mut env = Environment::empty();
        env.set_undefined_behavior(UndefinedBehavior::Chainable);
        env.set_fuel(Some(FUEL));
        env.add_filter("lower", filters::lower);
        env.add_filter("upper", filters::upper);
        env.add_filter("title", filters::title);
        env.add_filter("capitalize", filters::capitalize);
        env.add_filter("trim", filters::trim);
        env.add_filter("split", filters::split);
        env.add_filter("first", filters::first);
        env.add_filter("last", filters::last);
        env.add_filter("length", filters::length);
        env.add_filter("int", filters::int);
        env.add_filter("default", filters::default);
        env.add_filter("replace", replace);
        env.add_filter("join", join);
        env
    })
}

/// The usual one can turn a page into a gigabyte.
fn replace(text: String, from: String, to: String) -> Result<String, Error> {
    let growth = text.matches(from.as_str()).count().saturating_mul(to.len());
    bounded(text.len().saturating_add(growth))?;
    Ok(text.replace(&from, &to))
}

fn join(list: Vec<Out>, between: Option<String>) -> Result<String, Error> {
    let between = between.unwrap_or_default();
    let parts: Vec<String> = list.iter().map(ToString::to_string).collect();
    bounded(parts.iter().map(String::len).sum::<usize>().saturating_add(between.len().saturating_mul(parts.len())))?;
    Ok(parts.join(&between))
}

fn bounded(length: usize) -> Result<(), Error> {
    if length > LONGEST_VALUE {
        return Err(Error::new(ErrorKind::InvalidOperation, format!("the value would be longer than {LONGEST_VALUE} characters")));
    }
    Ok(())
}

/// Whether an expression can be used; else a sentence that says where it is wrong.
///
/// # Errors
/// That sentence.
pub fn check(expression: &str) -> Result<(), String> {
    if expression.trim().is_empty() {
        return Ok(());
    }
    if expression.chars().count() > LONGEST {
        return Err(format!("An expression has at most {LONGEST} characters."));
    }
    let compiled = environment().compile_expression(expression).map_err(|e| sentence(&e))?;
    for path in compiled.undeclared_variables(true) {
        // A list is counted from zero: emails.0
        let plain = path.split(['.', '[']).take_while(|part| part.parse::<usize>().is_err()).collect::<Vec<_>>().join(".");
        let begins = |known: &str, path: &str| known == path || known.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
        if !PATHS.iter().any(|known| begins(known.path, &plain) || begins(&plain, known.path)) {
            let near = PATHS.iter().map(|p| p.path).max_by(|a, b| strsim::jaro(a, &plain).total_cmp(&strsim::jaro(b, &plain)));
            let near = near.filter(|near| strsim::jaro(near, &plain) > 0.75).map(|near| format!(" Did you mean {near}?")).unwrap_or_default();
            return Err(format!("Lever says nothing of {plain:?}.{near}"));
        }
    }
    // What can only be seen by trying: a filter that does not exist, for one.
    value(expression, &Value::Null).map(drop).or_else(|why| if why.contains("unknown") { Err(why) } else { Ok(()) })
}

/// What has to be read for these expressions beside what is read of every hire.
#[must_use]
pub fn more(overrides: &Overrides) -> Vec<More> {
    let named = |fits: &dyn Fn(&str) -> bool| {
        let names = |e: &String| environment().compile_expression(e).is_ok_and(|e| e.undeclared_variables(true).iter().any(|v| fits(v)));
        overrides.values().any(names)
    };
    let mut more = Vec::new();
    if named(&|path| path.starts_with("forms")) {
        more.push(More::Forms);
    }
    // Its code and id stand on the application. Whoever names it as a whole, `requisition['fields']` for one, may mean any part.
    let known = ["requisition.code", "requisition.id"];
    if named(&|path| path.split('.').next() == Some("requisition") && !known.contains(&path)) {
        more.push(More::Requisition);
    }
    more
}

/// What an expression makes of a source record, as text; empty if Lever does not say.
///
/// # Errors
/// A sentence, if it cannot be worked out.
pub fn value(expression: &str, source: &Value) -> Result<String, String> {
    value_of(expression, &Out::from(Serde(source)))
}

fn value_of(expression: &str, source: &Out) -> Result<String, String> {
    if expression.trim().is_empty() {
        return Ok(String::new());
    }
    let compiled = environment().compile_expression(expression).map_err(|e| sentence(&e))?;
    let out = compiled.eval(source.clone()).map_err(|e| sentence(&e))?;
    if out.is_undefined() || out.is_none() {
        return Ok(String::new());
    }
    let text = match out.as_str() {
        Some(text) => text.trim().to_owned(),
        None => out.to_string(),
    };
    if text.chars().count() > LONGEST_VALUE {
        return Err(format!("The value is longer than {LONGEST_VALUE} characters."));
    }
    Ok(text)
}

fn sentence(e: &Error) -> String {
    let place = e.range().map(|range| format!(" (at character {})", range.start + 1)).unwrap_or_default();
    let why = e.detail().map_or_else(|| e.kind().to_string(), str::to_owned);
    format!("The expression cannot be read: {why}{place}.")
}

/// Entries of a list, those first whose names are nearest.
#[must_use]
pub fn near(name: &str, entries: &[Pick]) -> Vec<Pick> {
    let wanted = name.to_lowercase();
    let mut near: Vec<(f64, &Pick)> = entries.iter().map(|e| (strsim::jaro_winkler(&wanted, &e.label.to_lowercase()), e)).collect();
    near.sort_by(|(a, x), (b, y)| b.total_cmp(a).then_with(|| x.label.cmp(&y.label)));
    near.into_iter().map(|(_, e)| e.clone()).collect()
}

/// All targets filled: each with its value or the sentence why there is none.
#[must_use]
pub fn fill(targets: &[Target], overrides: &Overrides, source: &Value) -> BTreeMap<String, Result<String, String>> {
    let known = targets.iter().map(|t| (t.name.to_owned(), overrides.get(t.name).map_or(t.default, String::as_str)));
    let own = overrides.iter().filter(|(name, _)| !targets.iter().any(|t| t.name == **name)).map(|(name, e)| (name.clone(), e.as_str()));
    let source = Out::from(Serde(source));
    known.chain(own).map(|(name, expression)| (name, value_of(expression, &source))).collect()
}

/// The record expressions see.
#[must_use]
pub fn source(seen: &Seen, name: &Name) -> Value {
    let o = &seen.opportunity;
    let mut record = json!({
        "name": { "full": o.name.split_whitespace().collect::<Vec<_>>().join(" "), "first": name.first, "middle": name.middle, "last": name.last },
        "emails": o.emails.iter().map(|e| e.trim()).filter(|e| !e.is_empty()).collect::<Vec<_>>(),
        "phones": o.phones, "location": o.location, "headline": o.headline, "links": o.links, "tags": o.tags, "sources": o.sources, "origin": o.origin,
        "opportunity": {
            "id": o.id, "url": o.urls.as_ref().map(|u| &u.show), "created_on": day(o.created_at),
            "hired_on": o.archived.as_ref().and_then(|a| a.archived_at).and_then(day),
        },
        "posting": seen.posting.as_ref().map(posting),
        "manager": seen.hiring_manager.as_ref().map(|m| json!({ "name": m.name, "email": m.email })),
        "recruiter": seen.owner.as_ref().map(|o| json!({ "name": o.name, "email": o.email })),
        "offer": offer(seen), "forms": forms(seen),
    });
    record["email"] = record["emails"][0].clone();
    record["phone"] = record["phones"][0]["value"].clone();
    if let Some(a) = &seen.application {
        let r = seen.requisition.as_ref();
        record["requisition"] = json!({
            "code": a.requisition_for_hire["requisitionCode"], "id": a.requisition_for_hire["id"],
            "name": r.map(|r| &r.name), "employment_status": r.map(|r| &r.employment_status), "fields": r.map(|r| &r.custom_fields),
        });
        record["application"] = json!({ "company": a.company, "comments": a.comments, "answers": answers(&a.custom_questions) });
    }
    record
}

fn posting(p: &Posting) -> Value {
    let c = &p.categories;
    let text = |value: &Option<String>| value.as_deref().map(str::trim).filter(|v| !v.is_empty()).map(str::to_owned);
    json!({
        "id": p.id, "title": p.text.trim(), "department": text(&c.department), "team": text(&c.team),
        "location": text(&c.location).or_else(|| c.all_locations.first().cloned()), "locations": c.all_locations,
        "work_type": text(&c.commitment), "level": c.level, "country": p.country, "workplace_type": p.workplace_type, "tags": p.tags,
        "requisition_code": p.requisition_codes.first(),
    })
}

/// The latest signed offer, else the latest approved one. The offer is chosen first: if a field of it is empty, it is
/// empty, and an older offer's is not taken for it.
fn offer(seen: &Seen) -> Value {
    let latest = |fits: &dyn Fn(&&lever_api::Offer) -> bool| seen.offers.iter().filter(fits).max_by_key(|offer| offer.created_at);
    let offer = latest(&|o| o.status == "signed").or_else(|| latest(&|o| o.approved == Some(true) && o.status != "denied"));
    let Some(offer) = offer else { return Value::Null };
    let fields: Map<String, Value> = offer.fields.iter().map(|field| (field.identifier.clone(), field.value.clone())).collect();
    // A date has no time zone: the day as written stays.
    let start = offer.field("anticipated_start_date").and_then(|v| v.as_i64().or_else(|| v.as_str()?.parse().ok())).and_then(day);
    json!({ "status": offer.status, "start_date": start, "fields": fields })
}

/// Answers by form and question. Of two forms with one title the later one counts.
fn forms(seen: &Seen) -> Value {
    let mut forms = Map::new();
    let mut in_order: Vec<_> = seen.forms.iter().filter(|form| form.deleted_at.is_none()).collect();
    in_order.sort_by_key(|form| form.completed_at.unwrap_or(form.created_at));
    for form in in_order {
        let value = |field: &FormField| match field.value.as_i64() {
            Some(at) if field.kind == "date" => json!(day(at)),
            _ => field.value.clone(),
        };
        let fields: Map<String, Value> = form.fields.iter().map(|field| (field.text.clone(), value(field))).collect();
        forms.insert(form.text.clone(), Value::Object(fields));
    }
    Value::Object(forms)
}

/// Answers by question.
fn answers(questions: &[Value]) -> Value {
    let mut answers = Map::new();
    for field in questions.iter().flat_map(|form| form["fields"].as_array().cloned().unwrap_or_default()) {
        if let Some(text) = field["text"].as_str() {
            answers.insert(text.to_owned(), field["value"].clone());
        }
    }
    Value::Object(answers)
}

fn day(ms: i64) -> Option<String> {
    Some(jiff::Timestamp::from_millisecond(ms).ok()?.to_zoned(jiff::tz::TimeZone::UTC).date().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Value {
        json!({ "name": { "first": "Ada" }, "email": "ada@example.org", "emails": ["ada@example.org", "a@b.example"], "posting": { "team": "Engines" },
                "offer": { "fields": { "salary_amount": 52_000 } } })
    }

    #[test]
    fn expressions_say_what_people_mean() {
        for (expression, expected) in [
            ("name.first", "Ada"),
            ("posting.department or posting.team", "Engines"),
            ("emails[1]", "a@b.example"),
            ("emails | last", "a@b.example"),
            ("name.first | upper ~ '-' ~ offer.fields.salary_amount", "ADA-52000"),
            ("email | split('@') | first", "ada"),
            ("posting.level | default('none')", "none"),
            ("offer.start_date", ""),
            ("manager.email", ""),
            ("'Employee'", "Employee"),
            ("emails | join(', ')", "ada@example.org, a@b.example"),
            ("", ""),
        ] {
            assert_eq!(check(expression), Ok(()), "{expression}");
            assert_eq!(value(expression, &record()).as_deref(), Ok(expected), "{expression}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_said_with_its_place() {
        for (expression, why) in [
            ("posting.departmnt", "Lever says nothing of \"posting.departmnt\". Did you mean posting.department?"),
            ("salary", "Lever says nothing of \"salary\"."),
            ("name.first ~", "The expression cannot be read:"),
            ("name.first | shout", "The expression cannot be read:"),
            ("range(10)", "Lever says nothing of \"range\"."),
        ] {
            let said = check(expression).unwrap_err();
            assert!(said.starts_with(why), "{expression}: {said}");
        }
        assert!(check(&"a".repeat(1001)).unwrap_err().contains("at most 1000"));
    }

    #[test]
    fn nothing_runs_away() {
        let big = json!({ "name": { "full": "x".repeat(5000) } });
        for expression in
            ["name.full | replace('x', 'yyyyyyyyyyyyyyyyyyyy')", "'x' * 2000000000", "name.full ~ name.full ~ name.full", "[1] * 1000000000"]
        {
            assert!(value(expression, &big).is_err(), "{expression}");
        }
    }
}
