//! Hiding of secrets in texts of servers and proxies, which may repeat credentials in any encoding.

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

/// The replacement for a secret.
const HIDDEN: &str = "******";

/// Minimum length of a secret, in bytes. A shorter text may be part of any word.
const MIN_SECRET_BYTES: usize = 4;

/// Maximum number of remembered headers. As many tokens may be in use at once.
const MAX_HEADERS: usize = 64;

/// Maximum length of a text, in bytes. Longer ones are truncated, because the search for secrets takes time.
pub(crate) const MAX_TEXT_BYTES: usize = 1 << 20;

/// Number of bytes that are searched beyond the maximum, so that no secret is cut in two and half of it shown.
const OVERLAP: usize = 128 * 1024;

/// The credentials that a client sends. Every text of a server or a proxy in an error or a log goes through
/// [`hide`](Self::hide).
#[derive(Default)]
pub(crate) struct Secrets {
    /// The credentials for proxies.
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
    /// The header values, each with its secret forms.
    headers: VecDeque<(HeaderValue, Vec<String>)>,
    /// The search for all of them, and for those of proxies.
    search: Arc<Search>,
}

impl Secrets {
    /// Starts with headers that the transport adds to any request.
    pub(crate) fn new(always: impl IntoIterator<Item = HeaderValue>) -> Self {
        let always: Vec<_> = always.into_iter().flat_map(|value| forms(&value)).collect();
        let search = Arc::new(Search::new(always.clone()));
        Self { always, sent: Mutex::new(Sent { headers: VecDeque::new(), search }) }
    }

    /// Remembers the credentials in the headers of a request.
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
            let too_many = sent.headers.len().saturating_sub(MAX_HEADERS);
            sent.headers.drain(..too_many);
            let all = sent.headers.iter().flat_map(|(_, forms)| forms).chain(&self.always);
            sent.search = Arc::new(Search::new(all.cloned().collect()));
        }
    }

    /// A clone of the search, so that the lock is not held while a text is searched.
    fn search(&self) -> Arc<Search> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).search.clone()
    }

    /// Hides secrets in a text of any length.
    pub(crate) fn hide_all<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        self.search().hide_in_text(&text).map_or(text, Cow::Owned)
    }

    /// Hides secrets in bytes. Bytes that are not UTF-8 are read as Latin-1.
    pub(crate) fn hide_in_bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        self.search().hide(bytes).map_or(bytes.into(), Cow::Owned)
    }

    /// The length of the prefix of an incomplete text such that no secret begins in it and may end beyond it.
    pub(crate) fn end_outside(&self, text: &[u8]) -> usize {
        self.search().end_outside(text)
    }

    /// Hides secrets, and truncates the text to the [maximum](MAX_TEXT_BYTES).
    pub(crate) fn hide<'a>(&self, text: impl Into<Cow<'a, str>>) -> Cow<'a, str> {
        let text = text.into();
        let hidden = self.search().hide_in_text(beginning(&text, MAX_TEXT_BYTES + OVERLAP));
        match hidden {
            None if text.len() <= MAX_TEXT_BYTES => text,
            None => truncated(beginning(&text, MAX_TEXT_BYTES)).into(),
            Some(shown) if text.len() <= MAX_TEXT_BYTES + OVERLAP => {
                if shown.len() > MAX_TEXT_BYTES {
                    truncated(beginning(&shown, MAX_TEXT_BYTES)).into()
                } else {
                    shown.into()
                }
            }
            // The end may be part of a secret.
            Some(shown) => {
                truncated(beginning(&shown, MAX_TEXT_BYTES.min(shown.len().saturating_sub(OVERLAP)))).into()
            }
        }
    }
}

/// The mark of a text that was truncated to the [maximum](MAX_TEXT_BYTES).
pub(crate) const TRUNCATED: &str = "… (truncated to 1 MiB)";

fn truncated(text: &str) -> String {
    format!("{text}{TRUNCATED}")
}

/// The first bytes of a text, at most this many.
fn beginning(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

/// A search for all secrets at once. Its duration does not depend on their number.
struct Search {
    /// The secrets, sorted, so that those with the same prefix are adjacent.
    secrets: Vec<String>,
    /// True for each byte with which a secret may begin, in any encoding.
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
            // UTF-8 that was taken for Latin-1 and encoded again begins with U+00C2 to U+00F4.
            b"%&\\+\xc3".iter().copied().for_each(&mut mark);
        }
        for first in secrets.iter().filter_map(|secret| secret.chars().next()) {
            let mut utf8 = [0; 4];
            mark(first.encode_utf8(&mut utf8).as_bytes().first().copied().unwrap_or_default());
            // Lower bytes may be inside a character.
            let latin1 = u8::try_from(u32::from(first)).ok().filter(|byte| *byte >= 0xc0);
            latin1.map(&mut mark);
        }
        Self { secrets, begins }
    }

    /// Hides secrets in a text. Returns `None` if it contains none.
    fn hide_in_text(&self, text: &str) -> Option<String> {
        let shown = self.hide(text.as_bytes())?;
        Some(
            String::from_utf8(shown).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into()),
        )
    }

    /// Hides secrets in bytes. Returns `None` if they contain none.
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

    /// The next position, from `at` on, where a secret may begin.
    fn next(&self, text: &[u8], at: usize) -> Option<usize> {
        if self.secrets.is_empty() {
            return None;
        }
        let may_begin = |byte: &u8| self.begins.get(usize::from(*byte)) == Some(&true);
        text.get(at..)?.iter().position(may_begin).map(|skipped| at + skipped)
    }

    /// The position where an incomplete text can be cut: its end, or an earlier position where a secret may have begun.
    fn end_outside(&self, text: &[u8]) -> usize {
        let mut at = text.len().saturating_sub(OVERLAP);
        while let Some(start) = self.next(text, at) {
            let rest = text.get(start..).unwrap_or_default();
            let found = found(rest, &self.secrets);
            if found.reach + MAX_CHAR_BYTES > rest.len() {
                return start;
            }
            let char = char_of(rest).map_or(1, |(_, bytes)| bytes);
            at = start + found.longest.unwrap_or(char);
        }
        text.len()
    }
}

/// Maximum number of bytes of one character in any encoding, including characters that may precede it.
const MAX_CHAR_BYTES: usize = 64;

/// Maximum number of invisible characters and separators within a secret.
const MAX_SKIPPED: usize = 64;

/// Minimum length of a secret that is hidden also with characters in between. A shorter one may be a common word or
/// number.
const MIN_BROKEN_BYTES: usize = 8;

/// The match of secrets at the start of a text.
#[derive(Default)]
struct Found {
    /// The length of the longest secret in the text, in any encoding.
    longest: Option<usize>,
    /// The length of the longest prefix of a secret in the text.
    reach: usize,
}

/// A partial match: a position in a text up to which it equals a prefix of some secrets.
#[derive(Clone, Copy)]
struct Node<'a> {
    at: usize,
    /// The length of the matched prefix of these secrets, in bytes.
    depth: usize,
    secrets: &'a [String],
    /// Number of skipped invisible characters and separators.
    skipped: usize,
    /// True if the last character was skipped.
    is_between: bool,
}

/// Matches these sorted secrets at the start of a text.
fn found(text: &[u8], secrets: &[String]) -> Found {
    let mut found = Found::default();
    let (mut next_one, mut others) =
        (Some(Node { at: 0, depth: 0, secrets, skipped: 0, is_between: false }), Vec::new());
    while let Some(node) = next_one.take().or_else(|| others.pop()) {
        let Node { at, depth, secrets, skipped, is_between } = node;
        found.reach = found.reach.max(at);
        let whole = secrets.first().is_some_and(|secret| secret.len() == depth);
        if whole && !is_between && (skipped == 0 || depth >= MIN_BROKEN_BYTES) {
            found.longest = found.longest.max(Some(at));
        }
        let next = |secret: &String| secret.get(depth..).and_then(|rest| rest.chars().next());
        let rest = text.get(at..).unwrap_or_default();
        // Usually there is only one way to decode a character.
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
            if depth > 0 && skipped < MAX_SKIPPED && is_invisible(char) {
                go_on(Node { at: at + bytes, skipped: skipped + 1, is_between: true, ..node });
            }
        });
        if skipped < MAX_SKIPPED
            && let Some(bytes) = between_digits(rest)
            && secrets.first().and_then(|secret| secret.get(..depth)).is_some_and(is_hexadecimal)
        {
            go_on(Node { at: at + bytes, skipped: skipped + 1, is_between: true, ..node });
        }
    }
    found
}

/// Returns true for characters that a terminal or a page does not show, and that words may therefore contain unnoticed.
fn is_invisible(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// The length of a separator between bytes in hexadecimal digits: `:`, `, ` or ` 0x`.
fn between_digits(text: &[u8]) -> Option<usize> {
    let separators = text.iter().take(2).take_while(|byte| b":,- ".contains(byte)).count();
    let prefix = match text.get(separators..) {
        Some([b'0', b'x' | b'X', ..]) => 2,
        _ => 0,
    };
    Some(separators + prefix).filter(|length| *length > 0)
}

/// Returns true for the hexadecimal digits of one or more bytes.
fn is_hexadecimal(text: &str) -> bool {
    !text.is_empty() && text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests;
