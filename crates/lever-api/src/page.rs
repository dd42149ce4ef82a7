//! The paging token: a percent-encoded JSON array, as the live API hands it out (July 2026).
//!
//! Clients put the token through their own URL encoder, so it arrives percent-encoded once after decoding; a client
//! that pastes it raw sends it decoded. Both are read.

use serde_json::Value;

/// Writes the sort key of a page's first row as a token.
#[must_use]
pub fn token(key: &[Value]) -> String {
    let json = serde_json::to_string(key).unwrap_or_default();
    json.bytes().fold(String::with_capacity(json.len() * 2), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            out.push(byte as char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

/// Reads a token back. `None`: this server never gave it out.
#[must_use]
pub fn read(token: &str) -> Option<Vec<Value>> {
    let text = if token.starts_with('[') { token.to_owned() } else { decode(token)? };
    serde_json::from_str(&text).ok()
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}
