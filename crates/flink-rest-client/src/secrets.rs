//! What must not be shown, wherever it turns up: servers and proxies repeat what they were sent, in their own spelling.

use std::{
    borrow::Cow,
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD},
};
use http::{HeaderMap, HeaderValue};

/// Stands in the place of a secret.
const HIDDEN: &str = "******";

/// What is shorter may stand in any word.
const SHORTEST: usize = 4;

/// How many headers are remembered: as many tokens may be under way at once.
const MOST: usize = 64;

/// The credentials that are sent. Each text of a server or a proxy that an error or a log quotes goes through
/// [`hide`](Self::hide).
#[derive(Default)]
pub(crate) struct Secrets {
    /// Those of proxies.
    always: Vec<String>,
    /// Those of the last requests, by header.
    sent: Mutex<VecDeque<(HeaderValue, Vec<String>)>>,
}

impl Secrets {
    /// These headers are sent by somebody else, with any request.
    pub(crate) fn new(always: impl IntoIterator<Item = HeaderValue>) -> Self {
        Self { always: always.into_iter().flat_map(|value| forms(&value)).collect(), sent: Mutex::default() }
    }

    /// A request with these headers is sent.
    pub(crate) fn send(&self, headers: &HeaderMap) {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        for value in headers.values().filter(|value| value.is_sensitive()) {
            let known = sent.iter().position(|(known, _)| known == value);
            let entry = known.and_then(|known| sent.remove(known));
            sent.push_back(entry.unwrap_or_else(|| (value.clone(), forms(value))));
        }
        let too_many = sent.len().saturating_sub(MOST);
        sent.drain(..too_many);
    }

    /// The same text without them.
    pub(crate) fn hide<'a>(&self, text: impl Into<Cow<'a, str>>) -> Cow<'a, str> {
        let text = text.into();
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let secrets = || self.always.iter().chain(sent.iter().flat_map(|(_, secrets)| secrets));
        if secrets().next().is_none() {
            return text;
        }
        let (mut shown, mut from, mut at) = (String::new(), 0, 0);
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            match secrets().filter_map(|secret| length(rest, secret)).max() {
                Some(length) => {
                    shown += text.get(from..at).unwrap_or_default();
                    shown += HIDDEN;
                    at += length;
                    from = at;
                }
                None => at += rest.chars().next().map_or(1, char::len_utf8),
            }
        }
        if from == 0 {
            return text;
        }
        (shown + text.get(from..).unwrap_or_default()).into()
    }
}

/// What a header's value holds that is secret by itself, longest first.
fn forms(value: &HeaderValue) -> Vec<String> {
    let value = String::from_utf8_lossy(value.as_bytes());
    let (scheme, text) = value.split_once(' ').unwrap_or(("", &value));
    let both = BASE64_STANDARD.decode(text).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"));
    let both = both.map(|both| String::from_utf8_lossy(&both).into_owned());
    let plain = match both.as_deref().and_then(|both| both.split_once(':')) {
        Some((_, password)) => password,
        None => text,
    };
    let mut forms = vec![value.to_string(), text.to_owned(), plain.to_owned()];
    forms.extend([BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD].map(|base64| base64.encode(plain)));
    forms.retain(|secret| secret.len() >= SHORTEST);
    forms.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    forms.dedup();
    forms
}

/// How much of the beginning of this text is the secret, in whatever spelling; none if it is not.
fn length(text: &str, secret: &str) -> Option<usize> {
    if text.starts_with(secret) {
        return Some(secret.len());
    }
    let mut rest = text.as_bytes();
    for char in secret.chars() {
        rest = after(rest, char)?;
    }
    Some(text.len() - rest.len())
}

/// What follows a character, however it is written.
fn after(text: &[u8], char: char) -> Option<&[u8]> {
    let mut utf8 = [0; 4];
    let utf8 = char.encode_utf8(&mut utf8).as_bytes();
    after_escaped(text, char, utf8).or_else(|| text.strip_prefix(utf8))
}

/// What follows a character that is written as it must be in an address, a form, HTML or JSON.
fn after_escaped<'a>(text: &'a [u8], char: char, utf8: &[u8]) -> Option<&'a [u8]> {
    match text.first()? {
        b'%' => utf8.iter().try_fold(text, |text, byte| {
            let digits = text.strip_prefix(b"%")?.get(..2)?;
            (number(digits, 16)? == u32::from(*byte)).then_some(text.get(3..)?)
        }),
        b'+' if char == ' ' => text.get(1..),
        b'&' => {
            // Beyond this there is no name of one that matters.
            let end = text.iter().take(10).position(|byte| *byte == b';')?;
            (entity(text.get(1..end)?)? == char).then(|| text.get(end + 1..))?
        }
        b'\\' => match text.get(1)? {
            b'u' => (number(text.get(2..6)?, 16)? == u32::from(char)).then(|| text.get(6..))?,
            byte => (b"\"\\/".contains(byte) && char == char::from(*byte)).then(|| text.get(2..))?,
        },
        _ => None,
    }
}

/// The character that a name or number between `&` and `;` stands for.
fn entity(name: &[u8]) -> Option<char> {
    let code = match name {
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16),
        [b'#', digits @ ..] => number(digits, 10),
        b"amp" => Some(u32::from('&')),
        b"lt" => Some(u32::from('<')),
        b"gt" => Some(u32::from('>')),
        b"quot" => Some(u32::from('"')),
        b"apos" => Some(u32::from('\'')),
        _ => None,
    };
    char::from_u32(code?)
}

fn number(digits: &[u8], base: u32) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, base).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn header(value: &str) -> HeaderValue {
        let mut value = HeaderValue::from_str(value).unwrap();
        value.set_sensitive(true);
        value
    }

    fn secrets(values: &[&str]) -> Secrets {
        let secrets = Secrets::default();
        for value in values {
            secrets.send(&HeaderMap::from_iter([(http::header::AUTHORIZATION, header(value))]));
        }
        secrets
    }

    #[test]
    fn each_spelling_is_hidden() {
        // The password is `p&ss "wörd/<%`.
        let both = BASE64_STANDARD.encode("me:p&ss \"wörd/<%");
        let secrets = secrets(&[&format!("Basic {both}"), "Bearer t0ken.x-y"]);
        let cases = [
            "p&ss \"wörd/<%",
            "p%26ss%20%22w%C3%B6rd%2F%3C%25",
            "p%26ss+%22w%c3%b6rd%2f%3c%25",
            "p&amp;ss &quot;wörd/&lt;%",
            "p&#38;ss &#x22;w&#246;rd&#x2F;&#060;%",
            r#"p&ss \"wörd\/<%"#,
            r#"p\u0026ss \"w\u00f6rd/\u003c%"#,
            &BASE64_STANDARD.encode("p&ss \"wörd/<%"),
            &BASE64_URL_SAFE_NO_PAD.encode("p&ss \"wörd/<%"),
            &both,
            &both.replace('=', "%3D"),
            "t0ken.x-y",
            "%74%30ken%2Ex%2dy",
            &BASE64_STANDARD.encode("t0ken.x-y"),
        ];
        for case in cases {
            let shown = secrets.hide(format!("<{case}>"));
            let padding = shown.trim_start_matches("<******").trim_end_matches('>');
            assert!(shown.starts_with("<******") && padding.trim_matches('=').is_empty(), "{case}: {shown}");
        }
        assert_eq!(secrets.hide("me:p&amp;ss \"wörd/<% t0ken.x-y"), "me:****** ******");
        for other in ["p&ss", "t0ken.x", "", "&", "&;", "%", "%7", "\\", "\\u00", "p&ampamp;ss", "tööt0ken"]
        {
            assert_eq!(secrets.hide(other), other);
        }
    }

    #[test]
    fn any_header_and_any_bytes_are_hidden() {
        let secrets = secrets(&["schlüssel", &format!("basic {}", BASE64_STANDARD.encode(b"me:\xff123"))]);
        assert_eq!(secrets.hide(String::from_utf8_lossy(b"schl\xc3\xbcssel, \xff123")), "******, ******");
    }

    #[test]
    fn what_is_short_is_in_any_word() {
        assert_eq!(secrets(&["Bearer abc"]).hide("abcdef, Bearer abc"), "abcdef, ******");
    }

    #[test]
    fn the_last_ones_are_remembered() {
        let tokens: Vec<_> = (100..200).map(|number| format!("Bearer token-{number}")).collect();
        let mut all: Vec<_> = tokens.iter().map(String::as_str).collect();
        // The first one is in use again and again.
        (0..10).for_each(|number| all.insert(number * 10, "Bearer constant"));
        let secrets = secrets(&all);
        let shown = secrets.hide(all.join(" "));
        assert!(!shown.contains("constant") && shown.contains("token-136") && !shown.contains("token-137"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_taken(text in ".*", secret in ".{4,8}") {
            let Ok(value) = HeaderValue::from_str(&secret) else { return Ok(()) };
            let secrets = Secrets::new([value]);
            let length = text.len();
            prop_assert_eq!(secrets.hide(format!("{text}{secret}")).contains(&secret), HIDDEN.contains(&secret));
            prop_assert!(secrets.hide(text).len() <= length.max(1) * HIDDEN.len());
        }
    }
}
