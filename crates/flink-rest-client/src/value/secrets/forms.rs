//! The secret parts of a credential, and their encodings.

use base64::{
    Engine,
    engine::GeneralPurpose,
    prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD},
};
use http::HeaderValue;
use serde_json::Value;

use super::MIN_SECRET_BYTES;

/// All texts to hide for a header value.
pub(super) fn forms(value: &HeaderValue) -> Vec<String> {
    let value = String::from_utf8_lossy(value.as_bytes());
    let mut parts = parts(&value);
    parts.retain(|part| part.len() >= MIN_SECRET_BYTES);
    let mut forms: Vec<_> = parts.iter().flat_map(|part| encoded(part)).collect();
    forms.extend(parts.iter().flat_map(|part| of_jwt(part)).map(str::to_owned));
    forms.extend(parts);
    forms.retain(|secret| secret.len() >= MIN_SECRET_BYTES);
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// The whole value, and its secret parts in any scheme: `Basic …`, `Bearer …`, `a=b; c=d`, `a=b&c=d`, `name:password`,
/// JSON, and each of these nested in another.
fn parts(value: &str) -> Vec<String> {
    let (scheme, text) = value.split_once(' ').unwrap_or(("", value));
    let text = text.trim_start();
    let mut parts = vec![value.to_owned(), text.to_owned()];
    if scheme.eq_ignore_ascii_case("basic")
        && let Some(both) = from_base64(text)
    {
        // The user name is not secret.
        let both = String::from_utf8_lossy(&both);
        parts.extend(both.split_once(':').map(|(_, password)| password.to_owned()));
        return parts;
    }
    let pairs = value.split(SEPARATORS).filter_map(|pair| pair.split_once('='));
    let values = pairs.map(|(_, value)| unquoted(value));
    parts.extend(values.filter(|value| !COMMON_VALUES.contains(value)).map(str::to_owned));
    let decoded: Vec<_> = parts.iter().filter_map(|part| without_percent(part)).collect();
    parts.extend(decoded);
    let mut searched = 0;
    while let Some(part) = parts.get(searched).filter(|_| parts.len() < MAX_PARTS) {
        let mut within = within(part);
        within.retain(|inner| inner.len() >= MIN_INNER_BYTES && !parts.contains(inner));
        parts.extend(within);
        searched += 1;
    }
    parts
}

const SEPARATORS: [char; 3] = [';', '&', ','];

/// Values of `name=value` that are too common to be secrets.
const COMMON_VALUES: [&str; 4] = ["true", "false", "null", "none"];

/// Minimum length of a nested part, in bytes. A shorter one may be a common word.
const MIN_INNER_BYTES: usize = 8;

/// Maximum number of parts. Each is searched in several encodings.
const MAX_PARTS: usize = 64;

/// The nested parts of a part.
fn within(part: &str) -> Vec<String> {
    if let Some(strings) = strings(part) {
        return strings;
    }
    let mut within: Vec<_> = without_percent(part).into_iter().collect();
    let is_text = |text: &String| !text.chars().any(char::is_control);
    let text = from_base64(part).and_then(|bytes| String::from_utf8(bytes).ok()).filter(is_text);
    within.extend(text.into_iter().flat_map(|text| match (strings(&text), text.split_once(':')) {
        (Some(strings), _) => strings,
        // `name:password`, as in basic authentication.
        (None, Some((_, password))) => vec![password.to_owned()],
        (None, None) => vec![text],
    }));
    let pieces = part.split(SEPARATORS).filter(|piece| piece.len() < part.len());
    within.extend(pieces.map(|piece| unquoted(piece).to_owned()));
    let value = part.split_once('=').map(|(_, value)| value);
    // The colon of a URL scheme precedes no password.
    let after_name = part.split_once(':').map(|(_, rest)| rest).filter(|rest| !rest.starts_with("//"));
    within.extend(value.into_iter().chain(after_name).map(|rest| unquoted(rest).to_owned()));
    // A signed cookie of Express.
    let signed = part.strip_prefix("s:").and_then(|rest| rest.rsplit_once('.'));
    within.extend(signed.into_iter().flat_map(|(id, signature)| [id.to_owned(), signature.to_owned()]));
    within
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches('"')
}

/// Decodes base64 in either alphabet, with or without padding.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    BASE64_STANDARD_NO_PAD.decode(digits).or_else(|_| BASE64_URL_SAFE_NO_PAD.decode(digits)).ok()
}

/// The strings and numbers in a JSON object, array or string; `None` for other texts.
fn strings(text: &str) -> Option<Vec<String>> {
    let mut values = match text.trim_start().starts_with(['{', '[', '"']) {
        true => vec![serde_json::from_str::<Value>(text).ok()?],
        false => return None,
    };
    let mut strings = Vec::new();
    while let Some(value) = values.pop() {
        match value {
            Value::String(text) => strings.push(text),
            Value::Array(elements) => values.extend(elements),
            Value::Object(members) => values.extend(members.into_iter().map(|(_, value)| value)),
            Value::Number(number) => strings.push(number.to_string()),
            Value::Null | Value::Bool(_) => {}
        }
    }
    Some(strings)
}

/// The percent-decoded text, if that differs.
fn without_percent(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        let digits =
            others.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = others.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    String::from_utf8(bytes).ok().filter(|decoded| decoded != text)
}

/// The payload and the signature of a JSON Web Token. Its header is not secret: many tokens share it.
fn of_jwt(token: &str) -> impl Iterator<Item = &str> {
    /// Minimum length of a piece, in bytes. Dotted names have shorter ones.
    const MIN_PIECE_BYTES: usize = 16;
    let pieces: Vec<_> = token.split('.').collect();
    let is_jwt = pieces.len() == 3 && pieces.iter().all(|piece| piece.len() >= MIN_PIECE_BYTES);
    pieces.into_iter().skip(1).filter(move |_| is_jwt)
}

/// The secret in base64, also inside a longer base64 text, and in hexadecimal digits.
fn encoded(secret: &str) -> Vec<String> {
    let digits: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut encoded = vec![digits.to_uppercase(), digits];
    for base64 in [BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD] {
        encoded.push(base64.encode(secret));
        encoded.extend((0..3).map(|before| within_base64(&base64, secret, before)));
    }
    encoded
}

/// The base64 characters that depend only on the secret, if this many bytes precede it.
fn within_base64(base64: &GeneralPurpose, secret: &str, before: usize) -> String {
    let bytes = [&[0].repeat(before), secret.as_bytes()].concat();
    let (first, end) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
    base64.encode(&bytes).get(first..end).unwrap_or_default().to_owned()
}
