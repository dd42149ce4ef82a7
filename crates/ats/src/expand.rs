//! `expand` and `include`, the same for every answer: inline the named references, return only the named fields.

use crate::Ats;
use crate::refusal::{Refusal, Result};
use endpoint::Info;
use lever_api::View;
use serde_json::{Map, Value};
use std::collections::HashMap;

impl Ats {
    /// Has the last word on an answer. `expand` wins over `include`; without either it stays as it is written.
    pub(crate) async fn view(&self, info: &Info, query: &str, answer: Vec<u8>) -> Result<Vec<u8>> {
        let view = read(query)?;
        if view.expand.is_empty() && view.include.is_empty() {
            return Ok(answer);
        }
        let mut answer: Value = serde_json::from_slice(&answer).map_err(unwritable)?;
        for name in &view.expand {
            let Some((field, kind)) = info.expands.iter().find(|(field, _)| field == name) else { continue };
            self.inline(&mut answer, field, kind).await?;
        }
        if !view.include.is_empty() {
            let keep = |name: &String| view.include.contains(name) || view.expand.contains(name);
            objects(&mut answer).into_iter().for_each(|object| object.retain(|name, _| keep(name)));
        }
        serde_json::to_vec(&answer).map_err(unwritable)
    }

    async fn inline(&self, answer: &mut Value, field: &str, kind: &str) -> Result<()> {
        let mut ids: Vec<String> = Vec::new();
        for object in objects(answer) {
            match object.get(field) {
                Some(Value::String(id)) => ids.push(id.clone()),
                Some(Value::Array(list)) => ids.extend(list.iter().filter_map(Value::as_str).map(str::to_owned)),
                _ => {}
            }
        }
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(());
        }
        let found = self.objects_of(kind, &ids).await?;
        let replace = |value: &mut Value| {
            if let Some(object) = value.as_str().and_then(|id| found.get(id)) {
                *value = object.clone();
            }
        };
        for object in objects(answer) {
            match object.get_mut(field) {
                Some(Value::Array(list)) => list.iter_mut().for_each(replace),
                Some(value) => replace(value),
                None => {}
            }
        }
        Ok(())
    }

    /// Objects of a kind by id, in one query.
    async fn objects_of(&self, kind: &str, ids: &[String]) -> Result<HashMap<String, Value>> {
        let found: Vec<Value> = match kind {
            "user" => json(self.users_by_id(ids).await?),
            "stage" => json(self.stages().await?.into_iter().filter(|s| ids.contains(&s.id)).collect()),
            "contact" => json(self.contacts_by_id(ids).await?),
            "application" => json(self.applications_by_id(ids).await?),
            "posting" => json(self.postings_by_id(ids).await?),
            _ => Vec::new(),
        };
        Ok(found.into_iter().filter_map(|v| Some((v.get("id")?.as_str()?.to_owned(), v))).collect())
    }
}

fn unwritable(e: serde_json::Error) -> Refusal {
    db::Error::new(format!("an answer is no JSON: {e}")).into()
}

fn read(query: &str) -> Result<View> {
    serde_html_form::from_str(query).map_err(|e| Refusal::bad_request(format!("Invalid query parameter: {e}")))
}

/// `posting is not expandable`
pub fn check(info: &Info, query: &str) -> Result<()> {
    if query.is_empty() {
        return Ok(());
    }
    match read(query)?.expand.iter().find(|name| !info.expands.iter().any(|(field, _)| field == name)) {
        Some(name) => Err(Refusal::bad_request(format!("{name} is not expandable"))),
        None => Ok(()),
    }
}

fn json<T: serde::Serialize>(objects: Vec<T>) -> Vec<Value> {
    objects.into_iter().filter_map(|object| serde_json::to_value(object).ok()).collect()
}

/// The objects under `data`: one, or all of a page.
fn objects(answer: &mut Value) -> Vec<&mut Map<String, Value>> {
    match answer.get_mut("data") {
        Some(Value::Array(list)) => list.iter_mut().filter_map(Value::as_object_mut).collect(),
        Some(Value::Object(object)) => vec![object],
        _ => Vec::new(),
    }
}
