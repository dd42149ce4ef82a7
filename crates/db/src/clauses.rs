//! Conditions that come and go with a request's filters, with their values bound in order.

use sea_orm::Value;

/// Conditions joined by *and*. Column names are ours; values are bound, never written into the text.
#[derive(Clone, Debug, Default)]
pub struct Clauses {
    texts: Vec<String>,
    values: Vec<Value>,
}

impl Clauses {
    /// Adds a value; its placeholder.
    pub fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// Adds a condition as it stands.
    pub fn and(&mut self, text: impl Into<String>) -> &mut Self {
        self.texts.push(text.into());
        self
    }

    /// `left operator value`
    pub fn is(&mut self, left: &str, value: impl Into<Value>) -> &mut Self {
        let placeholder = self.bind(value);
        self.and(format!("{left} {placeholder}"))
    }

    /// `left operator value`, if there is a value.
    pub fn maybe(&mut self, left: &str, value: Option<impl Into<Value>>) -> &mut Self {
        if let Some(value) = value {
            self.is(left, value);
        }
        self
    }

    /// `column in (values)`, if there are any.
    pub fn any_of(&mut self, column: &str, values: &[String]) -> &mut Self {
        if !values.is_empty() {
            let placeholders = self.bind_all(values);
            self.and(format!("{column} in ({placeholders})"));
        }
        self
    }

    /// Adds several values; their placeholders, divided by commas.
    pub fn bind_all(&mut self, values: &[String]) -> String {
        values.iter().map(|value| self.bind(value.as_str())).collect::<Vec<_>>().join(",")
    }

    /// ` where …`, or nothing.
    #[must_use]
    pub fn sql(&self) -> String {
        if self.texts.is_empty() { String::new() } else { format!(" where {}", self.texts.join(" and ")) }
    }

    /// The values, in order.
    #[must_use]
    pub fn values(self) -> Vec<Value> {
        self.values
    }
}
