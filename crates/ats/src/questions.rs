//! What whoever applies to a posting is asked besides the usual, and what they answer.

use crate::Ats;
use crate::profiles::text_of;
use crate::refusal::{Refusal, Result};
use db::{Sql, params};
use lever_api::{FormField, QuestionGroup};
use serde_json::{Value, json};

impl Ats {
    /// The questions of a posting, in their order.
    pub(crate) async fn questions_of(&self, posting: &str) -> db::Result<Vec<QuestionGroup>> {
        let row = self.db.row("select questions from posting where id = $1", params![posting]).await?;
        Ok(row.map(|row| row.held("questions")).transpose()?.unwrap_or_default())
    }

    /// Asks these from now on, and no others. What was answered before stays as it was asked.
    pub(crate) async fn ask(&self, posting: &str, groups: &[QuestionGroup]) -> db::Result<()> {
        let held = (!groups.is_empty()).then(|| text_of(&groups));
        let sql = "update posting set questions = $1, updated_at = $2 where id = $3";
        self.db.run(sql, params![held, self.clock.now().0, posting]).await?;
        self.committed();
        Ok(())
    }
}

/// Those for this audience, `internal` or `external`; all, if none is named.
pub fn for_audience(groups: Vec<QuestionGroup>, audience: Option<&str>) -> Vec<QuestionGroup> {
    let fits =
        |group: &QuestionGroup| audience.is_none_or(|audience| group.distribution.is_empty() || group.distribution.iter().any(|d| d == audience));
    groups.into_iter().filter(fits).collect()
}

/// The texts of a question's options.
pub fn options(field: &FormField) -> impl Iterator<Item = &str> {
    let options = field.rest.get("options").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    options.iter().filter_map(|option| option["text"].as_str())
}

/// What was answered, as forms: the questions of each group in their order, with the answers, `[{id, fields: [{value}]}]` in the same order or
/// by the ids of the questions. What nobody asked is kept as it came.
///
/// # Errors
/// When an answer is missing that must be there, or is none of its question's options.
pub fn answered(groups: &[QuestionGroup], given: &[Value]) -> Result<Vec<Value>> {
    let mut forms = Vec::new();
    for group in groups {
        let answers = given.iter().find(|answers| answers["id"] == *group.id).and_then(|answers| answers["fields"].as_array());
        let answers = answers.map(Vec::as_slice).unwrap_or_default();
        let mut fields = group.fields.clone();
        for (n, field) in fields.iter_mut().enumerate() {
            let by_id = answers.iter().find(|answer| answer["id"] == *field.id);
            let in_order = || answers.get(n).filter(|answer| answer["id"].is_null());
            field.value = by_id.or_else(in_order).map(|answer| answer["value"].clone()).unwrap_or_default();
            check(field)?;
        }
        forms.push(json!({ "id": group.id, "type": "form", "text": group.text, "fields": fields }));
    }
    forms.extend(given.iter().filter(|answers| !groups.iter().any(|group| answers["id"] == *group.id)).cloned());
    Ok(forms)
}

fn check(field: &FormField) -> Result<()> {
    let wrong = |why: &str| Refusal::bad_request(format!("customQuestions: {:?} {why}", field.text));
    let is_empty = match &field.value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(chosen) => chosen.is_empty(),
        _ => false,
    };
    if is_empty {
        return if field.required { Err(wrong("must be answered")) } else { Ok(()) };
    }
    let chosen: Vec<&Value> = match &field.value {
        Value::Array(chosen) => chosen.iter().collect(),
        one => vec![one],
    };
    let fits = |value: &&Value| options(field).next().is_none() || value.as_str().is_some_and(|text| options(field).any(|option| option == text));
    if chosen.iter().all(fits) { Ok(()) } else { Err(wrong("has no such answer")) }
}
