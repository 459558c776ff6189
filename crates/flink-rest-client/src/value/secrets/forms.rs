//! The parts of a credential that are secret by themselves, and how others may write them.

use base64::{
    Engine,
    engine::GeneralPurpose,
    prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD},
};
use http::HeaderValue;

use super::SHORTEST;

/// All that must not be shown of a header's value.
pub(super) fn forms(value: &HeaderValue) -> Vec<String> {
    let value = String::from_utf8_lossy(value.as_bytes());
    let mut parts = parts(&value);
    parts.retain(|part| part.len() >= SHORTEST);
    let mut forms: Vec<_> = parts.iter().flat_map(|part| encoded(part)).collect();
    forms.extend(parts.iter().flat_map(|part| of_jwt(part)).map(str::to_owned));
    forms.extend(parts);
    forms.retain(|secret| secret.len() >= SHORTEST);
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// The value as a whole, and what of it is a secret in whatever scheme: `Basic …`, `Bearer …`, `a=b; c=d`, `a=b&c=d`.
fn parts(value: &str) -> Vec<String> {
    let (scheme, text) = value.split_once(' ').unwrap_or(("", value));
    let mut parts = vec![value.to_owned(), text.to_owned()];
    if scheme.eq_ignore_ascii_case("basic")
        && let Ok(both) = BASE64_STANDARD.decode(text)
    {
        // The name is no secret.
        let both = String::from_utf8_lossy(&both);
        parts.extend(both.split_once(':').map(|(_, password)| password.to_owned()));
        return parts;
    }
    let pairs = value.split([';', '&', ',']).filter_map(|pair| pair.split_once('='));
    parts.extend(pairs.map(|(_, value)| value.trim().trim_matches('"').to_owned()));
    let decoded: Vec<_> = parts.iter().filter_map(|part| without_percent(part)).collect();
    parts.extend(decoded);
    parts
}

/// What it is to one who reads it out of an address, if that is something else.
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

/// The payload and the signature of a JSON Web Token. Its header is that of many.
fn of_jwt(token: &str) -> impl Iterator<Item = &str> {
    /// Shorter ones stand in any dotted name.
    const SHORTEST_PIECE: usize = 16;
    let pieces: Vec<_> = token.split('.').collect();
    let is_jwt = pieces.len() == 3 && pieces.iter().all(|piece| piece.len() >= SHORTEST_PIECE);
    pieces.into_iter().skip(1).filter(move |_| is_jwt)
}

/// It as base64, also within a longer one, and as hexadecimal digits.
fn encoded(secret: &str) -> Vec<String> {
    let digits: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut encoded = vec![digits.to_uppercase(), digits];
    for base64 in [BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD] {
        encoded.push(base64.encode(secret));
        encoded.extend((0..3).map(|before| within_base64(&base64, secret, before)));
    }
    encoded
}

/// The characters that are its own if so many bytes stand before it.
fn within_base64(base64: &GeneralPurpose, secret: &str, before: usize) -> String {
    let bytes = [&[0].repeat(before), secret.as_bytes()].concat();
    let (first, end) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
    base64.encode(&bytes).get(first..end).unwrap_or_default().to_owned()
}
