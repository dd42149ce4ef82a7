//! Questions on a page: how each kind is asked, read from what was sent, and shown once it is answered.

use super::day;
use crate::questions;
use lever_api::FormField;
use serde_json::{Value, json};
use web::{Fields, Markup, Problem, html, ui};

/// The kind of question that takes several options.
pub const SEVERAL: &str = "multiple-select";
/// The kind that asks for a score, and a comment, on several things.
const SCORECARD: &str = "scorecard";
/// The scores, the best first.
const SCORES: [&str; 4] = ["4", "3", "2", "1"];

/// The options of a question.
pub fn options(field: &FormField) -> Vec<(String, String)> {
    let offered = match field.kind.as_str() {
        "yes-no" => vec!["yes", "no"],
        "score" => SCORES.to_vec(),
        _ => questions::options(field).collect(),
    };
    let none = (!field.required && !offered.is_empty()).then(|| (String::new(), "not answered".to_owned()));
    none.into_iter().chain(offered.into_iter().map(|text| (text.to_owned(), text.to_owned()))).collect()
}

/// What a scorecard asks for: of each its name and what is meant by it.
fn scored(field: &FormField) -> impl Iterator<Item = (&str, &str)> {
    let scores = field.rest.get("scores").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    scores.iter().map(|score| (score["text"].as_str().unwrap_or("Score"), score["description"].as_str().unwrap_or_default()))
}

/// How the parts of a scorecard are sent: the score, and the comment.
fn part(field: &FormField, n: usize) -> [String; 2] {
    ["score", "comment"].map(|what| format!("{}.{n}.{what}", field.id))
}

/// A question with what was typed already.
pub fn question(field: &FormField, typed: &Fields) -> Markup {
    let (options, name, now) = (options(field), field.id.as_str(), typed.get(&field.id));
    match field.kind.as_str() {
        SEVERAL => html! {
            fieldset.field { legend { (field.text) }
                @for (value, text) in options.iter().filter(|(value, _)| !value.is_empty()) {
                    label.tick { input type="checkbox" name=(name) value=(value) checked[typed.all(name).any(|given| given == value)]; span { (text) } }
                }
            }
        },
        SCORECARD => html! {
            fieldset.field { legend { (field.text) }
                @for (n, (what, meant)) in scored(field).enumerate() {
                    @let [score, comment] = part(field, n);
                    (ui::choice(what, &score, &scores(), typed.get(&score)))
                    @if !meant.is_empty() { p.hint { (meant) } }
                    (ui::field(&format!("Comment on {what}"), &comment, "text", typed.get(&comment), false))
                }
            }
        },
        // Nothing is chosen for whoever must answer.
        _ if !options.is_empty() && field.required && now.is_empty() => {
            let unchosen = std::iter::once((String::new(), "Choose one".to_owned())).chain(options).collect::<Vec<_>>();
            ui::must_choose(&field.text, name, &unchosen, now)
        }
        _ if !options.is_empty() => ui::choice(&field.text, name, &options, now),
        "textarea" => html! { label.field { span { (field.text) } textarea name=(name) required[field.required] { (now) } } },
        "date" => ui::field(&field.text, name, "date", now, field.required),
        "currency" => ui::field(&field.text, name, "number", now, field.required),
        _ => ui::field(&field.text, name, "text", now, field.required),
    }
}

/// The scores of one line, none chosen.
fn scores() -> Vec<(String, String)> {
    let all = SCORES.map(|score| (score.to_owned(), score.to_owned()));
    std::iter::once((String::new(), "not scored".to_owned())).chain(all).collect()
}

/// What was answered to a question of a form or of feedback; nothing, if nothing was.
///
/// # Errors
/// When the answer is none of those that were offered; `back` leads to where it was asked.
pub fn answered(field: &FormField, fields: &Fields, back: &str) -> Result<Option<Value>, Problem> {
    let wrong = |what: &str| Problem::bad_request(format!("{}: {what}.", field.text)).way_on("Back to the profile", back.to_owned());
    if field.kind == SCORECARD {
        let mut given = Vec::new();
        for n in 0..scored(field).count() {
            let [score, comment] = part(field, n);
            let (score, comment) = (fields.some(&score), fields.some(&comment));
            if score.as_ref().is_some_and(|score| !SCORES.contains(&score.as_str())) {
                return Err(wrong("scores are 1 to 4"));
            }
            given.push(json!({ "score": score.and_then(|score| score.parse::<i64>().ok()), "comment": comment }));
        }
        let said = given.iter().any(|line| !line["score"].is_null() || !line["comment"].is_null());
        return Ok(said.then(|| json!(given)));
    }
    let Some(given) = fields.some(&field.id) else { return Ok(None) };
    let known = options(field);
    Ok(Some(match field.kind.as_str() {
        "date" => json!(day(&given)?.map(|at| at.0)),
        _ if !known.is_empty() && !fields.all(&field.id).all(|given| known.iter().any(|(value, _)| value == given)) => {
            return Err(wrong("choose one of the options"));
        }
        "score" => json!(given.parse::<i64>().map_err(|_| wrong("this is no score"))?),
        "currency" => json!(given.parse::<f64>().ok().filter(|n| n.is_finite()).ok_or_else(|| wrong("this is no amount"))?),
        SEVERAL => json!(fields.all(&field.id).collect::<Vec<_>>()),
        _ => json!(given),
    }))
}

/// What was answered to a question.
pub fn answer(field: &FormField) -> Markup {
    match &field.value {
        Value::String(text) => html! { span.lines { (linked(text)) } },
        Value::Number(at) if field.kind == "date" => html! { (web::date(clock::Ms(at.as_i64().unwrap_or(0)))) },
        Value::Null => html! { span.soft { "not answered" } },
        Value::Array(lines) if field.kind == SCORECARD => html! {
            ul.list {
                @for ((what, _), line) in scored(field).zip(lines) {
                    li {
                        span { (what) @if let Some(comment) = line["comment"].as_str() { ": " (comment) } }
                        @match line["score"].as_i64() { Some(score) => b { (score) }, None => span.soft { "not scored" } }
                    }
                }
            }
        },
        Value::Array(chosen) => html! { (chosen.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")) },
        other => html! { (other) },
    }
}

/// A text whose addresses can be followed.
pub fn linked(text: &str) -> Markup {
    html! {
        @for (n, line) in text.lines().enumerate() {
            @if n > 0 { "\n" }
            @for (m, word) in line.split(' ').enumerate() {
                @if m > 0 { " " }
                @if word.starts_with("https://") || word.starts_with("http://") { a href=(word) rel="noreferrer" { (word) } } @else { (word) }
            }
        }
    }
}
