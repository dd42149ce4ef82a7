//! Reading a body as JSON, whatever spelling the client chose: JSON itself, or a form with Lever's array names.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use endpoint::Unreadable;
use serde_json::{Map, Value};

/// Bodies longer than this are refused. Bytes.
pub(crate) const LONGEST: usize = 1 << 20;

/// The body as JSON bytes; empty if there is none.
pub(crate) async fn read(request: Request) -> Result<Vec<u8>, Unreadable> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
    let bytes = to_bytes(request.into_body(), LONGEST).await.map_err(|_| Unreadable::new("The body is longer than 1 MiB or was cut off"))?;
    if kind.starts_with("application/x-www-form-urlencoded") {
        let pairs: Vec<(String, String)> = serde_html_form::from_bytes(&bytes).map_err(|e| Unreadable::new(format!("Invalid form body: {e}")))?;
        return Ok(object(pairs).to_string().into_bytes());
    }
    Ok(bytes.to_vec())
}

/// `a=1&b[]=2&b[]=3&c[d]=4` as `{"a":"1","b":["2","3"],"c":{"d":"4"}}`. Repeated plain names become lists too.
fn object(pairs: Vec<(String, String)>) -> Value {
    let mut all = Map::new();
    for (name, value) in pairs {
        let (name, inner) = match name.split_once('[') {
            Some((outer, inner)) => (outer.to_owned(), Some(inner.trim_end_matches(']').to_owned())),
            None => (name, None),
        };
        let value = Value::from(value);
        match (inner.as_deref(), all.get_mut(&name)) {
            (Some(""), Some(Value::Array(list))) | (None, Some(Value::Array(list))) => list.push(value),
            (Some(""), _) => drop(all.insert(name, Value::from(vec![value]))),
            (Some(key), Some(Value::Object(fields))) => drop(fields.insert(key.to_owned(), value)),
            (Some(key), _) => drop(all.insert(name, Value::from(Map::from_iter([(key.to_owned(), value)])))),
            (None, Some(first)) => *first = Value::from(vec![first.take(), value]),
            (None, None) => drop(all.insert(name, value)),
        }
    }
    Value::Object(all)
}

#[cfg(test)]
mod tests {
    use super::object;
    use serde_json::json;

    #[test]
    fn forms_are_read_with_every_spelling_of_arrays() {
        let pairs = [("a", "1"), ("b[]", "2"), ("b[]", "3"), ("c[d]", "4"), ("c[e]", "5"), ("f", "6"), ("f", "7"), ("f", "8")];
        let pairs = pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec();
        assert_eq!(object(pairs), json!({"a": "1", "b": ["2", "3"], "c": {"d": "4", "e": "5"}, "f": ["6", "7", "8"]}));
    }
}
