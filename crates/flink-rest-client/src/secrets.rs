//! What must not be shown, wherever it turns up: servers and proxies repeat what they were sent, in their own spelling.

use std::{
    borrow::Cow,
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
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

/// What is longer is cut: nobody reads it, and to look for secrets takes time.
pub(crate) const LONGEST: usize = 1 << 20;

/// So much more is looked at, so that no secret is cut in two and half of it shown.
const OVERLAP: usize = 128 * 1024;

/// The credentials that are sent. Each text of a server or a proxy that an error or a log quotes goes through
/// [`hide`](Self::hide).
#[derive(Default)]
pub(crate) struct Secrets {
    /// Those of proxies.
    always: Vec<String>,
    /// Those of the last requests, by header.
    sent: Mutex<VecDeque<(HeaderValue, Arc<[String]>)>>,
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
            sent.push_back(entry.unwrap_or_else(|| (value.clone(), forms(value).into())));
        }
        let too_many = sent.len().saturating_sub(MOST);
        sent.drain(..too_many);
    }

    /// The same text without them, and without what is beyond the [longest](LONGEST).
    pub(crate) fn hide<'a>(&self, text: impl Into<Cow<'a, str>>) -> Cow<'a, str> {
        let text = text.into();
        // Other requests do not wait for this one.
        let sent: Vec<_> = {
            let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
            sent.iter().map(|(_, secrets)| secrets.clone()).collect()
        };
        let secrets = sent.iter().flat_map(|secrets| secrets.iter()).chain(&self.always);
        let hidden =
            Search::new(secrets.map(String::as_str).collect()).hide(beginning(&text, LONGEST + OVERLAP));
        match hidden {
            None if text.len() <= LONGEST => text,
            None => cut(beginning(&text, LONGEST)).into(),
            Some(shown) if text.len() <= LONGEST + OVERLAP => {
                if shown.len() > LONGEST {
                    cut(beginning(&shown, LONGEST)).into()
                } else {
                    shown.into()
                }
            }
            // A secret may have been cut at the end.
            Some(shown) => cut(beginning(&shown, LONGEST.min(shown.len().saturating_sub(OVERLAP)))).into(),
        }
    }
}

/// Said in the place of what is beyond the [longest](LONGEST).
pub(crate) const CUT: &str = "… (what is beyond 1 MiB is left out)";

fn cut(text: &str) -> String {
    format!("{text}{CUT}")
}

/// At most so many bytes of it.
fn beginning(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
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

/// All secrets at once: how long the search takes does not depend on how many there are.
struct Search<'a> {
    /// In order, so that those that begin alike stand together.
    secrets: Vec<&'a str>,
    /// Whether a secret may begin with this byte, in whatever spelling.
    begins: [bool; 256],
}

impl<'a> Search<'a> {
    fn new(mut secrets: Vec<&'a str>) -> Self {
        secrets.sort_unstable();
        secrets.dedup();
        let mut begins = [false; 256];
        // Latin-1 that is UTF-8 begins with U+00C2 to U+00F4.
        let escapes = b"%&\\+\xc3".iter().filter(|_| !secrets.is_empty());
        for byte in escapes.chain(secrets.iter().filter_map(|secret| secret.as_bytes().first())) {
            if let Some(begins) = begins.get_mut(usize::from(*byte)) {
                *begins = true;
            }
        }
        Self { secrets, begins }
    }

    /// The text without them; none if it holds none.
    fn hide(&self, text: &str) -> Option<String> {
        let (mut shown, mut from, mut at) = (String::new(), 0, 0);
        while let Some(rest) = text.get(at..) {
            let may_begin = |byte: &u8| self.begins.get(usize::from(*byte)) == Some(&true);
            let Some(skipped) = rest.as_bytes().iter().position(may_begin) else { break };
            at += skipped;
            let Some(rest) = text.get(at..) else { break };
            match length(rest, &self.secrets) {
                Some(length) => {
                    shown += text.get(from..at).unwrap_or_default();
                    shown += HIDDEN;
                    at += length;
                    from = at;
                }
                None => at += rest.chars().next().map_or(1, char::len_utf8),
            }
        }
        (from > 0).then(|| shown + text.get(from..).unwrap_or_default())
    }
}

/// How much of the beginning of this text is one of these secrets, which are in order: the longest, in
/// whatever spelling; none if it is none.
fn length(text: &str, secrets: &[&str]) -> Option<usize> {
    let mut longest = None;
    // Where in the text, and how many bytes of these secrets, which begin alike, stand before that.
    let mut open = vec![(0, 0, secrets)];
    while let Some((at, depth, secrets)) = open.pop() {
        if secrets.first().is_some_and(|secret| secret.len() == depth) {
            longest = longest.max(Some(at));
        }
        let next = |secret: &&str| secret.get(depth..).and_then(|rest| rest.chars().next());
        let readings = readings(text.get(at..).unwrap_or_default());
        for (char, bytes) in readings.iter().flatten() {
            let is_next = |secret: Option<&&str>| secret.and_then(&next) == Some(*char);
            let (start, end) = match is_next(secrets.first()) && is_next(secrets.last()) {
                true => (0, secrets.len()),
                false => (
                    secrets.partition_point(|secret| next(secret) < Some(*char)),
                    secrets.partition_point(|secret| next(secret) <= Some(*char)),
                ),
            };
            if let Some(these) = secrets.get(start..end).filter(|these| !these.is_empty()) {
                open.push((at + bytes, depth + char.len_utf8(), these));
            }
        }
    }
    longest
}

/// A character, and how many bytes of a text it takes.
type Read = Option<(char, usize)>;

/// What a text may begin with: as it is written in an address, a form, HTML or JSON, and as it is.
fn readings(text: &str) -> [Read; 4] {
    let itself = text.chars().next().map(|char| (char, char.len_utf8()));
    let bytes = text.as_bytes();
    match bytes.first() {
        Some(b'%') => [percent(bytes, b"%"), percent(bytes, b"%25"), itself, None],
        Some(b'+') => [Some((' ', 1)), itself, None, None],
        Some(b'&') => [reference(bytes), itself, None, None],
        Some(b'\\') => [json(bytes), itself, None, None],
        Some(0xc3) => [latin1(text), itself, None, None],
        _ => [itself, None, None, None],
    }
}

/// A character whose bytes in UTF-8 are written as numbers after such a prefix: in an address, or in one within another.
fn percent(text: &[u8], prefix: &[u8]) -> Read {
    let step = prefix.len() + 2;
    utf8(|at| {
        let digits = text.get(at * step..)?.strip_prefix(prefix)?.get(..2)?;
        u8::try_from(number(digits, 16)?).ok()
    })
    .map(|char| (char, char.len_utf8() * step))
}

/// A character whose bytes in UTF-8 were taken for characters.
fn latin1(text: &str) -> Read {
    let char = utf8(|at| u8::try_from(u32::from(text.chars().nth(at)?)).ok())?;
    Some((char, text.chars().take(char.len_utf8()).map(char::len_utf8).sum()))
}

/// The character that has these bytes.
fn utf8(byte: impl Fn(usize) -> Option<u8>) -> Option<char> {
    let bytes: Vec<_> = (0..4).map_while(byte).collect();
    let chars = (1..=bytes.len()).filter_map(|length| std::str::from_utf8(bytes.get(..length)?).ok());
    chars.flat_map(str::chars).next()
}

/// A character as `&amp;` or `&#38;`.
fn reference(text: &[u8]) -> Read {
    // Beyond this there is none that matters.
    let end = text.iter().take(32).position(|byte| *byte == b';')?;
    Some((entity(text.get(1..end)?)?, end + 1))
}

/// A character as `\t` or `\u0009`, or as the two halves of UTF-16.
fn json(text: &[u8]) -> Read {
    let unit = |at: usize| number(text.get(at..)?.strip_prefix(b"\\u")?.get(..4)?, 16);
    let short = |char| Some((char, 2));
    match text.get(1)? {
        b'u' => match (unit(0)?, unit(6)) {
            (high @ 0xd800..0xdc00, Some(low @ 0xdc00..0xe000)) => {
                Some((char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00))?, 12))
            }
            (unit, _) => Some((char::from_u32(unit)?, 6)),
        },
        b't' => short('\t'),
        b'n' => short('\n'),
        b'r' => short('\r'),
        b'b' => short('\u{8}'),
        b'f' => short('\u{c}'),
        byte @ (b'"' | b'\\' | b'/') => short(char::from(*byte)),
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
    fn escapes_of_all_kinds_are_hidden() {
        let cases = [
            ("p😀ss-12345", r"p\ud83d\ude00ss-12345"),
            ("p😀ss-12345", "p%F0%9F%98%80ss-12345"),
            ("tok\ten-12345", r"tok\ten-12345"),
            ("schlüssel-geheim", "schlÃ¼ssel-geheim"),
            ("üssel-geheim", "Ã¼ssel-geheim"),
            ("secret\"x-12345", "secret&#0000000034;x-12345"),
            ("a/b%c&d-sécret", "a%252Fb%2525c%2526d-s%25C3%25A9cret"),
            ("a%41b-secret", "a%2541b-secret"),
            ("a%25b-secret", "a%25b-secret"),
        ];
        for (secret, spelled) in cases {
            let value = HeaderValue::from_bytes(secret.as_bytes()).unwrap();
            assert_eq!(Secrets::new([value]).hide(format!("<{spelled}>")), "<******>", "{spelled}");
        }
    }

    /// Even where each place looks like the beginning of a secret.
    #[test]
    fn many_secrets_in_a_long_text_take_no_longer_than_a_few() {
        let tokens: Vec<_> =
            (100..164).map(|number| format!("Bearer {}{number}", "eyJhbGci".repeat(50))).collect();
        let tokens: Vec<_> = tokens.iter().map(String::as_str).collect();
        let (few, many) = (secrets(&tokens[..4]), secrets(&tokens));
        for text in ["\tat a.B(c.java:1)\n", "e", "%65"] {
            // Whatever else the machine does, it does to all of them.
            let took = |secrets: &Secrets, bytes: usize, runs: u32| {
                let text = text.repeat(bytes / text.len());
                let runs = (0..runs).map(|_| {
                    let begun = std::time::Instant::now();
                    assert_eq!(secrets.hide(text.as_str()), text);
                    begun.elapsed()
                });
                runs.min().unwrap_or_default()
            };
            let (short, long) = (LONGEST / 8, LONGEST);
            let (of_long, few, many) = (took(&many, long, 2), took(&few, short, 3), took(&many, short, 3));
            // Eight times as long, and some more.
            assert!(of_long < many * 24, "{many:?}, {of_long:?}");
            // To try each secret at each place takes sixteen times as long.
            assert!(many < few * 6, "{few:?}, {many:?}");
        }
    }

    #[test]
    fn what_is_too_long_is_cut_and_no_secret_is_cut_in_two() {
        let secrets = secrets(&["Bearer t0ken.x-y"]);
        for before in [LONGEST - 5, LONGEST + OVERLAP - 5] {
            let text = format!("{}t0ken.x-y{}", "ü".repeat(before / 2), "x".repeat(2 * LONGEST));
            let shown = secrets.hide(&text);
            assert!(shown.len() < LONGEST + 100 && shown.ends_with("is left out)"), "{}", shown.len());
            assert!(!shown.contains("t0"));
        }
        let many = "t0ken.x-y ".repeat(LONGEST / 5);
        assert!(!secrets.hide(many).contains("t0"));
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
