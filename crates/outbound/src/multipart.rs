//! Forms with files, as they go over the wire (RFC 7578).

use endpoint::Attachment;
use serde_json::Value;

/// The form, and its content type. `fields`: a JSON object, or nothing.
pub fn form(fields: &[u8], files: &[Attachment]) -> (Vec<u8>, String) {
    // No file has 128 random bits in it.
    let boundary = format!("fulcrum-{}", uuid::Uuid::new_v4().simple());
    let mut body = Vec::new();
    let fields = serde_json::from_slice(fields).unwrap_or(Value::Null);
    let mut texts = Vec::new();
    for (name, value) in fields.as_object().into_iter().flatten() {
        spell(name, value, &mut texts);
    }
    for (name, text) in texts {
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{text}\r\n", quoted(&name));
        body.extend_from_slice(head.as_bytes());
    }
    for file in files {
        let kind = if file.media_type.is_empty() { "application/octet-stream" } else { &file.media_type };
        let (field, name, kind) = (quoted(&file.field), quoted(&file.name), quoted(kind));
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(&file.bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (body, format!("multipart/form-data; boundary={boundary}"))
}

/// A value as fields of a form, in Lever's spelling: `emails[]`, `archived[reason]`, `phones[0][value]`.
fn spell(name: &str, value: &Value, texts: &mut Vec<(String, String)>) {
    match value {
        Value::Null => {}
        Value::String(text) => texts.push((name.to_owned(), text.clone())),
        Value::Object(fields) => fields.iter().for_each(|(field, value)| spell(&format!("{name}[{field}]"), value, texts)),
        Value::Array(list) => {
            for (n, value) in list.iter().enumerate() {
                let name = if value.is_object() || value.is_array() { format!("{name}[{n}]") } else { format!("{name}[]") };
                spell(&name, value, texts);
            }
        }
        other => texts.push((name.to_owned(), other.to_string())),
    }
}

/// As browsers write names: what would end the quotes or the line is written as percent signs.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// The name in a `Content-Disposition`.
pub fn file_name(disposition: &str) -> String {
    let of = |key: &str| disposition.split(';').find_map(|part| part.trim().strip_prefix(key)).map(|value| value.trim_matches('"').to_owned());
    match of("filename*=UTF-8''") {
        Some(encoded) => percent_encoding::percent_decode_str(&encoded).decode_utf8_lossy().into_owned(),
        None => of("filename=").unwrap_or_default(),
    }
}
