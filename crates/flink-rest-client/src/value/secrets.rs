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

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
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
        self.search().hide_in_text(&text).map_or(text, Cow::Owned)
    }

    /// The same bytes without them. What is no UTF-8 is read as Latin-1.
    pub(crate) fn hide_in_bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        self.search().hide(bytes).map_or(bytes.into(), Cow::Owned)
    }

    /// The length of the beginning of a text that goes on: no secret begins in it and may end beyond it.
    pub(crate) fn end_outside(&self, text: &[u8]) -> usize {
        self.search().end_outside(text)
    }

    /// The same text without them, and without what is beyond the [longest](LONGEST).
    pub(crate) fn hide<'a>(&self, text: impl Into<Cow<'a, str>>) -> Cow<'a, str> {
        let text = text.into();
        let hidden = self.search().hide_in_text(beginning(&text, LONGEST + OVERLAP));
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
        let mut mark = |byte: u8| {
            if let Some(begins) = begins.get_mut(usize::from(byte)) {
                *begins = true;
            }
        };
        if !secrets.is_empty() {
            // Latin-1 that was written as UTF-8 begins with U+00C2 to U+00F4.
            b"%&\\+\xc3".iter().copied().for_each(&mut mark);
        }
        for first in secrets.iter().filter_map(|secret| secret.chars().next()) {
            let mut utf8 = [0; 4];
            mark(first.encode_utf8(&mut utf8).as_bytes().first().copied().unwrap_or_default());
            // Bytes below may stand within a character.
            let latin1 = u8::try_from(u32::from(first)).ok().filter(|byte| *byte >= 0xc0);
            latin1.map(&mut mark);
        }
        Self { secrets, begins }
    }

    /// The text without them; none if it holds none.
    fn hide_in_text(&self, text: &str) -> Option<String> {
        let shown = self.hide(text.as_bytes())?;
        Some(
            String::from_utf8(shown).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into()),
        )
    }

    /// The text without them; none if it holds none.
    fn hide(&self, text: &[u8]) -> Option<Vec<u8>> {
        let (mut shown, mut from, mut at) = (Vec::new(), 0, 0);
        while let Some(start) = self.next(text, at) {
            let rest = text.get(start..).unwrap_or_default();
            match found(rest, &self.secrets).longest {
                Some(length) => {
                    shown.extend_from_slice(text.get(from..start).unwrap_or_default());
                    shown.extend_from_slice(HIDDEN.as_bytes());
                    at = start + length;
                    from = at;
                }
                None => at = start + char_of(rest).map_or(1, |(_, bytes)| bytes),
            }
        }
        (from > 0).then(|| {
            shown.extend_from_slice(text.get(from..).unwrap_or_default());
            shown
        })
    }

    /// The next place from here on where a secret may begin.
    fn next(&self, text: &[u8], at: usize) -> Option<usize> {
        if self.secrets.is_empty() {
            return None;
        }
        let may_begin = |byte: &u8| self.begins.get(usize::from(*byte)) == Some(&true);
        text.get(at..)?.iter().position(may_begin).map(|skipped| at + skipped)
    }

    /// Where the text can be cut, though it goes on: the end, or the place before it where a secret may have begun.
    fn end_outside(&self, text: &[u8]) -> usize {
        let mut at = text.len().saturating_sub(OVERLAP);
        while let Some(start) = self.next(text, at) {
            let rest = text.get(start..).unwrap_or_default();
            let found = found(rest, &self.secrets);
            if found.reach + LONGEST_CHAR > rest.len() {
                return start;
            }
            let char = char_of(rest).map_or(1, |(_, bytes)| bytes);
            at = start + found.longest.unwrap_or(char);
        }
        text.len()
    }
}

/// The most bytes that one character takes in any spelling, with what may stand before it.
const LONGEST_CHAR: usize = 64;

/// The most invisible characters and separators within a secret.
const MOST_SKIPPED: usize = 64;

/// A shorter secret is hidden only as a whole, and may be a word or a number otherwise.
const SHORTEST_BROKEN: usize = 8;

/// What the beginning of a text is.
#[derive(Default)]
struct Found {
    /// The length of the longest secret, in whatever spelling.
    longest: Option<usize>,
    /// How far it is the beginning of a secret.
    reach: usize,
}

/// A place in a text that began like some secrets.
#[derive(Clone, Copy)]
struct Node<'a> {
    at: usize,
    /// How many bytes of these secrets, which begin alike, stand before that.
    depth: usize,
    secrets: &'a [String],
    /// How much stands between that is no part of them.
    skipped: usize,
    /// Whether some of that stands right before.
    is_between: bool,
}

/// Looks for these secrets, which are in order, at the beginning of a text.
fn found(text: &[u8], secrets: &[String]) -> Found {
    let mut found = Found::default();
    let (mut next_one, mut others) =
        (Some(Node { at: 0, depth: 0, secrets, skipped: 0, is_between: false }), Vec::new());
    while let Some(node) = next_one.take().or_else(|| others.pop()) {
        let Node { at, depth, secrets, skipped, is_between } = node;
        found.reach = found.reach.max(at);
        let whole = secrets.first().is_some_and(|secret| secret.len() == depth);
        if whole && !is_between && (skipped == 0 || depth >= SHORTEST_BROKEN) {
            found.longest = found.longest.max(Some(at));
        }
        let next = |secret: &String| secret.get(depth..).and_then(|rest| rest.chars().next());
        let rest = text.get(at..).unwrap_or_default();
        // As a rule there is one reading.
        let mut go_on = |node| others.extend(next_one.replace(node));
        readings(rest, |char, bytes| {
            let is_next = |secret: Option<&String>| secret.and_then(next) == Some(char);
            let (start, end) = match is_next(secrets.first()) && is_next(secrets.last()) {
                true => (0, secrets.len()),
                false => (
                    secrets.partition_point(|secret| next(secret) < Some(char)),
                    secrets.partition_point(|secret| next(secret) <= Some(char)),
                ),
            };
            if let Some(secrets) = secrets.get(start..end).filter(|these| !these.is_empty()) {
                go_on(Node {
                    at: at + bytes,
                    depth: depth + char.len_utf8(),
                    secrets,
                    skipped,
                    is_between: false,
                });
            }
            if depth > 0 && skipped < MOST_SKIPPED && is_invisible(char) {
                go_on(Node { at: at + bytes, skipped: skipped + 1, is_between: true, ..node });
            }
        });
        if skipped < MOST_SKIPPED
            && let Some(bytes) = between_digits(rest)
            && secrets.first().and_then(|secret| secret.get(..depth)).is_some_and(is_hexadecimal)
        {
            go_on(Node { at: at + bytes, skipped: skipped + 1, is_between: true, ..node });
        }
    }
    found
}

/// Whether a terminal or a page shows nothing in its place, so that words may hold it unseen.
fn is_invisible(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// The length of what may separate bytes in hexadecimal digits: `:`, `, ` or ` 0x`.
fn between_digits(text: &[u8]) -> Option<usize> {
    let separators = text.iter().take(2).take_while(|byte| b":,- ".contains(byte)).count();
    let prefix = match text.get(separators..) {
        Some([b'0', b'x' | b'X', ..]) => 2,
        _ => 0,
    };
    Some(separators + prefix).filter(|length| *length > 0)
}

/// Whether it is the digits of one or more bytes.
fn is_hexadecimal(text: &str) -> bool {
    !text.is_empty() && text.len() % 2 == 0 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A character, and how many bytes of a text it takes.
type Read = Option<(char, usize)>;

/// The first character as it is. A byte that is no UTF-8 is Latin-1.
fn char_of(text: &[u8]) -> Read {
    let first = *text.first()?;
    if first.is_ascii() {
        return Some((first.into(), 1));
    }
    let char = utf8(|at| text.get(at).copied());
    Some(char.map_or((first.into(), 1), |char| (char, char.len_utf8())))
}

/// Decodings of a text are undone up to so many times.
const MOST_TIMES: usize = 5;

/// Finds what a text may begin with: as it is written in an address, a form, HTML, JSON or code, and as it is.
fn readings(text: &[u8], mut found: impl FnMut(char, usize)) {
    let mut find = |read: Read| read.map_or((), |(char, bytes)| found(char, bytes));
    match text.first() {
        Some(b'%') => (0..MOST_TIMES).map_while(|times| percent(text, times)).for_each(|read| find(read)),
        Some(b'+') => find(Some((' ', 1))),
        Some(b'&') => {
            let mut name = text.get(1..).unwrap_or_default();
            for _ in 0..MOST_TIMES {
                find(reference(name).map(|(char, bytes)| (char, text.len() - name.len() + bytes)));
                let Some(rest) = name.strip_prefix(b"amp;") else { break };
                name = rest;
            }
        }
        Some(b'\\') => {
            find(escape(text));
            find(text.starts_with(br"\\").then_some(('\\', 2)));
        }
        Some(0xc3) => find(latin1(text)),
        _ => {}
    }
    find(char_of(text));
}

/// A character whose bytes in UTF-8 are written as `%` and a number, where the `%` was encoded so many times again;
/// none if it was not.
fn percent(text: &[u8], times: usize) -> Option<Read> {
    const AGAIN: &[u8] = b"25252525";
    let prefix = AGAIN.get(..2 * times)?;
    text.get(1..)?.strip_prefix(prefix)?;
    let step = prefix.len() + 3;
    let char = utf8(|at| {
        let digits = text.get(at * step..)?.strip_prefix(b"%")?.strip_prefix(prefix)?.get(..2)?;
        u8::try_from(number(digits, 16)?).ok()
    });
    Some(char.map(|char| (char, char.len_utf8() * step)))
}

/// A character whose bytes in UTF-8 were taken for characters.
fn latin1(text: &[u8]) -> Read {
    let (mut bytes, mut end) = (Vec::new(), 0);
    while let Some((char, length)) = char_of(text.get(end..)?).filter(|_| bytes.len() < 4) {
        let Ok(byte) = u8::try_from(u32::from(char)) else { break };
        bytes.push(byte);
        end += length;
        if let Some(char) = std::str::from_utf8(&bytes).ok().and_then(|text| text.chars().next()) {
            return Some((char, end));
        }
    }
    None
}

/// The character that has these bytes.
fn utf8(byte: impl Fn(usize) -> Option<u8>) -> Option<char> {
    let mut bytes = [0; 4];
    for length in 1..=bytes.len() {
        *bytes.get_mut(length - 1)? = byte(length - 1)?;
        if let Ok(text) = std::str::from_utf8(bytes.get(..length)?) {
            return text.chars().next();
        }
    }
    None
}

/// A character by its name in HTML and what that takes, as `amp;` or `#38;`.
fn reference(name: &[u8]) -> Read {
    // Beyond this there is none that matters.
    let end = name.iter().take(32).position(|byte| *byte == b';')?;
    Some((entity(name.get(..end)?)?, end + 1))
}

/// A character as in a string of JSON, Java, C or a shell: `\t`, `\u0009`, `\x09`, `\011`. The backslash may have been
/// escaped again.
fn escape(text: &[u8]) -> Read {
    let again = text.iter().take(1 << MOST_TIMES).take_while(|byte| **byte == b'\\').count() - 1;
    let text = text.get(again..)?;
    let numbered = |prefix: &[u8], base, digits| {
        let step = prefix.len() + digits;
        let char = utf8(|at| {
            let digits = text.get(at * step..)?.strip_prefix(prefix)?.get(..digits)?;
            u8::try_from(number(digits, base)?).ok()
        })?;
        Some((char, char.len_utf8() * step))
    };
    let (char, bytes) = match text.get(1)? {
        b'x' => numbered(b"\\x", 16, 2),
        b'0'..=b'3' => numbered(b"\\", 8, 3),
        _ => json(text),
    }?;
    Some((char, bytes + again))
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
