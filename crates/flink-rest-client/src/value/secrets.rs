//! What must not be shown, wherever it turns up: servers and proxies repeat what they were sent, in their own spelling.

use std::{
    borrow::Cow,
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use http::{HeaderMap, HeaderValue};

use self::forms::forms;

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
    sent: Mutex<Sent>,
}

/// The credentials of the last requests.
#[derive(Default)]
struct Sent {
    /// By header.
    headers: VecDeque<(HeaderValue, Vec<String>)>,
    /// For all of them, and those of proxies.
    search: Arc<Search>,
}

impl Secrets {
    /// These headers are sent by somebody else, with any request.
    pub(crate) fn new(always: impl IntoIterator<Item = HeaderValue>) -> Self {
        let always: Vec<_> = always.into_iter().flat_map(|value| forms(&value)).collect();
        let search = Arc::new(Search::new(always.clone()));
        Self { always, sent: Mutex::new(Sent { headers: VecDeque::new(), search }) }
    }

    /// A request with these headers is sent.
    pub(crate) fn send(&self, headers: &HeaderMap) {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let mut is_new = false;
        for value in headers.values().filter(|value| value.is_sensitive()) {
            let known = sent.headers.iter().position(|(known, _)| known == value);
            let entry = known.and_then(|known| sent.headers.remove(known));
            is_new |= entry.is_none();
            sent.headers.push_back(entry.unwrap_or_else(|| (value.clone(), forms(value))));
        }
        if is_new {
            let too_many = sent.headers.len().saturating_sub(MOST);
            sent.headers.drain(..too_many);
            let all = sent.headers.iter().flat_map(|(_, forms)| forms).chain(&self.always);
            sent.search = Arc::new(Search::new(all.cloned().collect()));
        }
    }

    /// Other requests do not wait for this one.
    fn search(&self) -> Arc<Search> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).search.clone()
    }

    /// The same text without them.
    pub(crate) fn hide_all<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        self.search().hide(&text).map_or(text, Cow::Owned)
    }

    /// The same text without them, and without what is beyond the [longest](LONGEST).
    pub(crate) fn hide<'a>(&self, text: impl Into<Cow<'a, str>>) -> Cow<'a, str> {
        let text = text.into();
        let hidden = self.search().hide(beginning(&text, LONGEST + OVERLAP));
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

/// All secrets at once: how long the search takes does not depend on how many there are.
struct Search {
    /// In order, so that those that begin alike stand together.
    secrets: Vec<String>,
    /// Whether a secret may begin with this byte, in whatever spelling.
    begins: [bool; 256],
}

impl Default for Search {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Search {
    fn new(mut secrets: Vec<String>) -> Self {
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
        if self.secrets.is_empty() {
            return None;
        }
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
fn length(text: &str, secrets: &[String]) -> Option<usize> {
    let mut longest = None;
    // Where in the text, and how many bytes of these secrets, which begin alike, stand before that.
    let (mut next_one, mut others) = (Some((0, 0, secrets)), Vec::new());
    while let Some((at, depth, secrets)) = next_one.take().or_else(|| others.pop()) {
        if secrets.first().is_some_and(|secret| secret.len() == depth) {
            longest = longest.max(Some(at));
        }
        let next = |secret: &String| secret.get(depth..).and_then(|rest| rest.chars().next());
        let readings = readings(text.get(at..).unwrap_or_default());
        for (char, bytes) in readings.iter().flatten() {
            let is_next = |secret: Option<&String>| secret.and_then(next) == Some(*char);
            let (start, end) = match is_next(secrets.first()) && is_next(secrets.last()) {
                true => (0, secrets.len()),
                false => (
                    secrets.partition_point(|secret| next(secret) < Some(*char)),
                    secrets.partition_point(|secret| next(secret) <= Some(*char)),
                ),
            };
            if let Some(these) = secrets.get(start..end).filter(|these| !these.is_empty()) {
                // As a rule there is one reading.
                others.extend(next_one.replace((at + bytes, depth + char.len_utf8(), these)));
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

mod forms;

#[cfg(test)]
mod tests;
