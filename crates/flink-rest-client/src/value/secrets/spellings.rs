//! Encodings of a character: literal, and in a URL, a form, HTML, JSON or code.

/// A decoded character, and its length in the text, in bytes.
pub(super) type Read = Option<(char, usize)>;

/// The first character, literally. A byte that is not UTF-8 is read as Latin-1.
pub(super) fn char_of(text: &[u8]) -> Read {
    let first = *text.first()?;
    if first.is_ascii() {
        return Some((first.into(), 1));
    }
    let char = utf8(|at| text.get(at).copied());
    Some(char.map_or((first.into(), 1), |char| (char, char.len_utf8())))
}

/// Maximum number of nested encodings that are decoded.
const MAX_ENCODINGS: usize = 5;

/// Finds all ways to decode the first character: as part of a URL, a form, HTML, JSON or code, and literally.
pub(super) fn readings(text: &[u8], mut found: impl FnMut(char, usize)) {
    let mut find = |read: Read| read.map_or((), |(char, bytes)| found(char, bytes));
    match text.first() {
        Some(b'%') => (0..MAX_ENCODINGS).map_while(|times| percent(text, times)).for_each(&mut find),
        Some(b'+') => find(Some((' ', 1))),
        Some(b'&') => {
            let mut name = text.get(1..).unwrap_or_default();
            for _ in 0..MAX_ENCODINGS {
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

/// Decodes a percent-encoded UTF-8 character whose `%` was itself encoded this many times. Returns `None` if it was
/// not.
fn percent(text: &[u8], times: usize) -> Option<Read> {
    const ENCODED_PERCENTS: &[u8] = b"25252525";
    let prefix = ENCODED_PERCENTS.get(..2 * times)?;
    text.get(1..)?.strip_prefix(prefix)?;
    let step = prefix.len() + 3;
    let char = utf8(|at| {
        let digits = text.get(at * step..)?.strip_prefix(b"%")?.strip_prefix(prefix)?.get(..2)?;
        u8::try_from(number(digits, 16)?).ok()
    });
    Some(char.map(|char| (char, char.len_utf8() * step)))
}

/// Decodes a UTF-8 character whose bytes were taken for Latin-1 characters.
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

/// Decodes a UTF-8 character from its bytes.
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

/// Decodes an HTML character reference without its `&`, such as `amp;` or `#38;`.
fn reference(name: &[u8]) -> Read {
    // No reference of interest is longer.
    let end = name.iter().take(32).position(|byte| *byte == b';')?;
    Some((entity(name.get(..end)?)?, end + 1))
}

/// Decodes an escape of JSON, Java, C or a shell: `\t`, `\u0009`, `\x09`, `\011`. The backslash may itself be escaped.
fn escape(text: &[u8]) -> Read {
    let again = text.iter().take(1 << MAX_ENCODINGS).take_while(|byte| **byte == b'\\').count() - 1;
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

/// Decodes an escape of JSON: `\t`, `\u0009`, or a UTF-16 surrogate pair.
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

/// The character of an HTML entity, given the name or number between `&` and `;`.
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
