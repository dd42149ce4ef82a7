//! Reading a body as JSON, whatever spelling the client chose: JSON itself, or a form with Lever's array names, with files
//! or without.

use axum::body::BodyDataStream;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use endpoint::{Attachment, Unreadable};
use futures_util::StreamExt;
use serde_json::{Map, Value};

/// Bodies longer than this are refused. Bytes.
pub(crate) const LONGEST: usize = 1 << 20;

/// Forms with files longer than this are refused, as Lever does. Bytes.
const LONGEST_WITH_FILES: u64 = 30 << 20;

/// A text in a form with files is not longer. Bytes.
const LONGEST_TEXT: usize = 256 << 10;

/// Fields by name, and files.
type Form = (Vec<(String, String)>, Vec<Attachment>);

/// The body as JSON bytes, empty if there is none; and the files that come with it, where any are taken.
pub(crate) async fn read(request: Request, takes_files: bool) -> Result<(Vec<u8>, Vec<Attachment>), Unreadable> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let mut body = request.into_body().into_data_stream();
    let read = match multer::parse_boundary(&kind) {
        Ok(boundary) if takes_files => {
            form(&mut body, boundary).await.and_then(|(pairs, files)| Ok((object(pairs)?.to_string().into_bytes(), files)))
        }
        _ => plain(&mut body, &kind).await.map(|bytes| (bytes, Vec::new())),
    };
    if read.is_err() {
        let_out(&mut body).await;
    }
    let (bytes, files) = read?;
    if depth(&bytes) > DEEPEST_JSON {
        return Err(Unreadable::new(format!("The body is nested deeper than {DEEPEST_JSON} levels")));
    }
    Ok((bytes, files))
}

/// No JSON is nested deeper: what is kept of it is read again within something else.
const DEEPEST_JSON: usize = 64;

/// How deep lists and objects are nested in a text that may be JSON.
fn depth(bytes: &[u8]) -> usize {
    let (mut now, mut most, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                now += 1;
                most = most.max(now);
            }
            b']' | b'}' if !in_text => now = now.saturating_sub(1),
            _ => {}
        }
    }
    most
}

/// Reads on where a body was refused half-way, within bounds: whoever still writes when the connection is closed reads no answer.
async fn let_out(body: &mut BodyDataStream) {
    let mut left = LONGEST_WITH_FILES as usize;
    while let Some(Ok(chunk)) = body.next().await
        && chunk.len() <= left
    {
        left -= chunk.len();
    }
}

async fn form(body: &mut BodyDataStream, boundary: String) -> Result<Form, Unreadable> {
    let unreadable = |e: multer::Error| match e {
        multer::Error::StreamSizeExceeded { .. } => Unreadable::new(format!("The body is longer than {} MiB", LONGEST_WITH_FILES >> 20)),
        e => Unreadable::new(format!("Invalid form body: {e}")),
    };
    let limits = multer::Constraints::new().size_limit(multer::SizeLimit::new().whole_stream(LONGEST_WITH_FILES));
    let mut form = multer::Multipart::with_constraints(body, boundary, limits);
    let (mut pairs, mut files) = (Vec::new(), Vec::new());
    while let Some(part) = form.next_field().await.map_err(unreadable)? {
        let field = part.name().unwrap_or_default().to_owned();
        let Some(name) = part.file_name().map(str::to_owned) else {
            let text = part.text().await.map_err(unreadable)?;
            if text.len() > LONGEST_TEXT {
                return Err(Unreadable::new(format!("The field {field} is longer than {} KiB", LONGEST_TEXT >> 10)));
            }
            pairs.push((field, text));
            continue;
        };
        let media_type = part.content_type().map(ToString::to_string).unwrap_or_default();
        let bytes = part.bytes().await.map_err(unreadable)?.to_vec();
        files.push(Attachment { field, name, media_type, bytes });
    }
    Ok((pairs, files))
}

/// The fields and files of a page's form.
pub(crate) async fn read_form(request: Request) -> Result<Form, Unreadable> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let mut body = request.into_body().into_data_stream();
    let read = match multer::parse_boundary(&kind) {
        Ok(boundary) => form(&mut body, boundary).await,
        // A form without files, as every browser sends it that was told nothing else.
        Err(_) => raw(&mut body).await.and_then(|bytes| pairs(&bytes)).map(|pairs| (pairs, Vec::new())),
    };
    if read.is_err() {
        let_out(&mut body).await;
    }
    read
}

async fn raw(body: &mut BodyDataStream) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.ok().filter(|chunk| bytes.len() + chunk.len() <= LONGEST);
        bytes.extend_from_slice(&chunk.ok_or_else(|| Unreadable::new("The body is longer than 1 MiB or was cut off"))?);
    }
    Ok(bytes)
}

fn pairs(bytes: &[u8]) -> Result<Vec<(String, String)>, Unreadable> {
    serde_html_form::from_bytes(bytes).map_err(|e| Unreadable::new(format!("Invalid form body: {e}")))
}

async fn plain(body: &mut BodyDataStream, kind: &str) -> Result<Vec<u8>, Unreadable> {
    let bytes = raw(body).await?;
    if kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        return Ok(object(pairs(&bytes)?)?.to_string().into_bytes());
    }
    Ok(bytes)
}

/// Nothing in a form is nested deeper.
const DEEPEST: usize = 8;

/// `a=1&b[]=2&b[]=3&c[d]=4&e[0][f]=5` as `{"a":"1","b":["2","3"],"c":{"d":"4"},"e":[{"f":"5"}]}`. Repeated plain names become lists too.
fn object(pairs: Vec<(String, String)>) -> Result<Value, Unreadable> {
    let mut all = Map::new();
    for (name, value) in pairs {
        let (first, inner) = name.split_once('[').map_or((name.as_str(), ""), |(first, inner)| (first, inner));
        let path: Vec<&str> = inner.strip_suffix(']').into_iter().flat_map(|inner| inner.split("][")).take(DEEPEST).collect();
        if path.len() >= DEEPEST {
            return Err(Unreadable::new(format!("A field's name is nested deeper than {DEEPEST} levels")));
        }
        put(all.entry(first).or_insert(Value::Null), &path, value);
    }
    Ok(Value::Object(all.into_iter().map(|(name, value)| (name, listed(value))).collect()))
}

/// Puts a text where its name says. Lists are numbered objects until everything is there.
fn put(at: &mut Value, path: &[&str], text: String) {
    let Some((&key, rest)) = path.split_first() else {
        // A plain name that comes again makes a list.
        match at {
            Value::Null => *at = Value::from(text),
            Value::Array(list) => list.push(Value::from(text)),
            first => *first = Value::from(vec![first.take(), Value::from(text)]),
        }
        return;
    };
    if !at.is_object() {
        *at = Value::Object(Map::new());
    }
    if let Value::Object(fields) = at {
        let key = if key.is_empty() { fields.len().to_string() } else { key.to_owned() };
        put(fields.entry(key).or_insert(Value::Null), rest, text);
    }
}

/// With lists for what is numbered throughout, in the order of the numbers.
fn listed(value: Value) -> Value {
    let Value::Object(fields) = value else { return value };
    let mut numbered: Vec<(usize, Value)> = Vec::new();
    let mut named = Map::new();
    for (key, value) in fields {
        match key.parse() {
            Ok(n) if named.is_empty() => numbered.push((n, listed(value))),
            _ => drop(named.insert(key, listed(value))),
        }
    }
    if named.is_empty() {
        numbered.sort_by_key(|(n, _)| *n);
        return numbered.into_iter().map(|(_, value)| value).collect();
    }
    named.extend(numbered.into_iter().map(|(n, value)| (n.to_string(), value)));
    Value::Object(named)
}

#[cfg(test)]
mod tests {
    use super::{depth, object};
    use serde_json::{Value, json};

    #[test]
    fn depth_is_counted_outside_of_texts() {
        for (json, deep) in [("", 0), ("7", 0), ("[]", 1), (r#"{"a":[{}],"b":[]}"#, 3), (r#""[[[""#, 0), (r#"["\"[[",[]]"#, 2), ("]][[", 2)] {
            assert_eq!(depth(json.as_bytes()), deep, "{json}");
        }
    }

    fn read(pairs: &[(&str, &str)]) -> Option<Value> {
        object(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()).ok()
    }

    #[test]
    fn forms_are_read_with_every_spelling_of_arrays() {
        let pairs = [("a", "1"), ("b[]", "2"), ("b[]", "3"), ("c[d]", "4"), ("c[e]", "5"), ("f", "6"), ("f", "7"), ("f", "8")];
        assert_eq!(read(&pairs), Some(json!({"a": "1", "b": ["2", "3"], "c": {"d": "4", "e": "5"}, "f": ["6", "7", "8"]})));
        let pairs = [("p[1][value]", "2"), ("p[0][value]", "1"), ("p[0][type]", "home"), ("q[10]", "4"), ("q[9]", "3"), ("r[0]", "5"), ("r[x]", "6")];
        assert_eq!(read(&pairs), Some(json!({"p": [{"value": "1", "type": "home"}, {"value": "2"}], "q": ["3", "4"], "r": {"0": "5", "x": "6"}})));
        let odd =
            [("a[", "1"), ("[b]", "2"), ("", "3"), ("c]", "4"), ("d[e]f", "5"), ("g[h", "6"), ("0", "7"), ("i[]", "8"), ("i", "9"), ("i[j]", "10")];
        assert!(read(&odd).unwrap().is_object());
    }

    #[test]
    fn no_name_costs_more_than_its_length() {
        let far = [("a[999999999]", "1"), ("b[0][999999999]", "2"), ("b[999999999][0]", "3"), ("c[18446744073709551615]", "4")];
        assert_eq!(read(&far), Some(json!({"a": ["1"], "b": [["2"], ["3"]], "c": ["4"]})));
        assert_eq!(read(&[(&format!("a{}", "[0]".repeat(300_000)), "1")]), None);
        assert_eq!(read(&[("a[0][1][2][3][4][5][6]", "1")]), Some(json!({"a": [[[[[[["1"]]]]]]]})));
    }
}
