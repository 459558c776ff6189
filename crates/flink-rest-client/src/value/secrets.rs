//! What must not be shown, wherever it turns up: servers and proxies repeat what they were sent, in their own spelling.

mod forms;
mod spellings;

use std::{
    borrow::Cow,
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use http::{HeaderMap, HeaderValue};

use self::{
    forms::forms,
    spellings::{char_of, readings},
};

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
    !text.is_empty() && text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests;
