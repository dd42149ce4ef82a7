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

/// Fields by name, and files.
type Form = (Vec<(String, String)>, Vec<Attachment>);

/// The body as JSON bytes, empty if there is none; and the files that come with it, where any are taken.
pub(crate) async fn read(request: Request, takes_files: bool) -> Result<(Vec<u8>, Vec<Attachment>), Unreadable> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let mut body = request.into_body().into_data_stream();
    let read = match multer::parse_boundary(&kind) {
        Ok(boundary) if takes_files => form(&mut body, boundary).await.map(|(pairs, files)| (object(pairs).to_string().into_bytes(), files)),
        _ => plain(&mut body, &kind).await.map(|bytes| (bytes, Vec::new())),
    };
    if read.is_err() {
        let_out(&mut body).await;
    }
    read
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
            pairs.push((field, part.text().await.map_err(unreadable)?));
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
        return Ok(object(pairs(&bytes)?).to_string().into_bytes());
    }
    Ok(bytes)
}

/// `a=1&b[]=2&b[]=3&c[d]=4&e[0][f]=5` as `{"a":"1","b":["2","3"],"c":{"d":"4"},"e":[{"f":"5"}]}`. Repeated plain names become lists too.
fn object(pairs: Vec<(String, String)>) -> Value {
    let mut all = Value::Object(Map::new());
    for (name, value) in pairs {
        let (first, inner) = name.split_once('[').map_or((name.as_str(), ""), |(first, inner)| (first, inner));
        let mut path = vec![first];
        path.extend(inner.strip_suffix(']').into_iter().flat_map(|inner| inner.split("][")));
        put(&mut all, &path, value);
    }
    all
}

/// Nobody counts further in a form.
const MOST: usize = 1000;

/// Puts a text where its name says.
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
    match (key, key.parse::<usize>()) {
        ("", _) | (_, Ok(0..MOST)) if at.is_null() || at.is_array() => {
            if at.is_null() {
                *at = Value::Array(Vec::new());
            }
            let Value::Array(list) = at else { return };
            let n = key.parse::<usize>().unwrap_or(list.len());
            if list.len() <= n {
                list.resize(n + 1, Value::Null);
            }
            if let Some(entry) = list.get_mut(n) {
                put(entry, rest, text);
            }
        }
        _ => {
            if !at.is_object() {
                *at = Value::Object(Map::new());
            }
            if let Value::Object(fields) = at {
                put(fields.entry(key).or_insert(Value::Null), rest, text);
            }
        }
    }
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
        let pairs = [("p[0][value]", "1"), ("p[0][type]", "home"), ("p[1][value]", "2"), ("q[0]", "3"), ("q[99999999]", "4")];
        let pairs = pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec();
        assert_eq!(object(pairs), json!({"p": [{"value": "1", "type": "home"}, {"value": "2"}], "q": {"99999999": "4"}}));
        let odd = [("a[", "1"), ("[b]", "2"), ("", "3"), ("c]", "4"), ("d[e]f", "5"), ("g[h", "6")];
        assert!(object(odd.map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec()).is_object());
    }
}
