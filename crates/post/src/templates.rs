//! Texts of letters with places for names, as people may change them.

use minijinja::value::Serde;
use minijinja::{Environment, Error, UndefinedBehavior};
use serde_json::{Map, Value};

/// A text people may change.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// Its name in the settings.
    pub name: &'static str,
    /// When it is sent, for people.
    pub about: &'static str,
    /// The subject, unless somebody changed it.
    pub subject: &'static str,
    /// The text, unless somebody changed it.
    pub body: &'static str,
}

/// Steps one text may take.
const FUEL: u64 = 50_000;

/// Fills the places: `Hello {{ first_name }}`. What is not known is left empty.
///
/// # Errors
/// A sentence that says where the text cannot be read.
pub fn render(text: &str, names: &Value) -> Result<String, String> {
    let sentence = |e: Error| {
        let line = e.line().map(|line| format!(" (line {line})")).unwrap_or_default();
        format!("The text cannot be read: {}{line}.", e.detail().map_or_else(|| e.kind().to_string(), str::to_owned))
    };
    let mut env = Environment::empty();
    env.set_undefined_behavior(UndefinedBehavior::Chainable);
    env.set_fuel(Some(FUEL));
    // Null is nothing as well, and not the word "none".
    let known: Map<String, Value> =
        names.as_object().into_iter().flatten().filter(|(_, v)| !v.is_null()).map(|(n, v)| (n.clone(), v.clone())).collect();
    env.template_from_str(text).and_then(|text| text.render(Serde(known))).map_err(sentence)
}

/// The places of a text for which there is no name among these: a slip of the pen, which would leave a gap in every letter.
#[must_use]
pub fn unknown_places(text: &str, names: &Value) -> Vec<String> {
    let env = Environment::empty();
    let Ok(template) = env.template_from_str(text) else { return Vec::new() };
    let mut unknown: Vec<String> = template.undeclared_variables(false).into_iter().filter(|name| names.get(name).is_none()).collect();
    unknown.sort();
    unknown
}

#[cfg(test)]
mod tests {
    use super::{render, unknown_places};
    use serde_json::json;

    #[test]
    fn a_place_without_a_name_is_noticed() {
        let names = json!({ "first_name": "Ada", "link": "…" });
        assert_eq!(unknown_places("{{ firstname }} {{ link }}{% if manager %}{{ manager.name }}{% endif %}", &names), ["firstname", "manager"]);
        assert!(unknown_places("{{ first_name }} {{ link", &names).is_empty(), "what cannot be read says so itself");
    }

    #[test]
    fn names_stand_in_their_places_and_faults_are_told_with_their_line() {
        let names = json!({ "first_name": "Ada", "manager": null });
        assert_eq!(render("Hello {{ first_name }}{% if manager %}, {{ manager }}{% endif %}!", &names).unwrap(), "Hello Ada!");
        assert_eq!(render("{{ nobody.name }}{{ manager }}.", &names).unwrap(), ".");
        assert_eq!(render("<b>{{ first_name }}", &json!({ "first_name": "<i>" })).unwrap(), "<b><i>", "letters are plain text");
        assert!(render("Hello\n{{ first_name", &names).unwrap_err().contains("line 2"));
        assert!(render("{% for x in range(100000000) %}{{ x }}{% endfor %}", &names).is_err());
    }
}
