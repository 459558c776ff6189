//! Text of a server, without characters that move the cursor, colour the terminal or change the writing direction.

use std::{borrow::Cow, io::Write};

use anstyle::Style;
use flink_rest_client::is_printable;

use super::{screen, secrets::hide};

/// Returns true if the character has an effect other than being visible.
pub(crate) fn is_unprintable(c: char) -> bool {
    !is_printable(c)
}

/// Replaces characters that a terminal obeys, except line breaks and tabs.
pub(crate) fn sanitize(text: &str) -> String {
    replace_unprintable(text, |c| if matches!(c, '\n' | '\t') { c } else { '\u{fffd}' })
}

/// Replaces characters that a terminal obeys, and line breaks and tabs, which would split a column.
pub(crate) fn plain(text: &str) -> String {
    replace_unprintable(text, |_| ' ')
}

/// Hides secrets and replaces unprintable characters.
fn replace_unprintable(text: &str, instead: impl Fn(char) -> char) -> String {
    /// Combining marks per letter. More than any script has would cover the lines around it.
    const MAX_MARKS: usize = 8;
    let text = hide(text);
    // The fast path: almost all text is printable ASCII, and a log may have gigabytes of it.
    let stays =
        |byte: u8| matches!(byte, b' '..=b'~') || byte.is_ascii() && instead(byte.into()) == char::from(byte);
    if text.bytes().all(stays) {
        return text.into_owned();
    }
    let mut marks = 0;
    let shown = |c: char| {
        marks = if !c.is_ascii() && console::measure_text_width(c.encode_utf8(&mut [0; 4])) == 0 {
            marks + 1
        } else {
            0
        };
        if is_unprintable(c) { Some(instead(c)) } else { Some(c).filter(|_| marks <= MAX_MARKS) }
    };
    text.chars().filter_map(shown).collect()
}

/// Escapes all unprintable characters of a JSON token; JSON itself requires that of the first 32 only.
pub(super) fn json(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unprintable) {
        return text.into();
    }
    let mut escaped = String::new();
    for c in text.chars() {
        match is_unprintable(c) {
            true => c
                .encode_utf16(&mut [0; 2])
                .iter()
                .for_each(|unit| escaped.push_str(&format!("\\u{unit:04x}"))),
            false => escaped.push(c),
        }
    }
    escaped.into()
}

/// Writes a line to stderr, after a mark in this style. Ignores errors: if stderr is closed, nobody reads it.
pub(crate) fn say_as(mark: &str, style: Style, text: &str) {
    let mut stderr = screen::stderr();
    let _ = stderr.styled(style, mark).and_then(|()| writeln!(stderr, "{text}"));
}

/// Writes a line to stderr as `eprintln!` does, but sanitized, and without a panic if stderr is full or closed.
macro_rules! say {
    ($($text:tt)*) => {
        $crate::output::say_as("", anstyle::Style::new(), &format!($($text)*))
    };
}

pub(crate) use say;

#[cfg(test)]
mod tests {
    use super::*;

    const UNPRINTABLE: &str = "a\u{1b}[31m\u{9b}2J\u{7f}\u{202e}b\u{2066}\n";

    #[test]
    fn nothing_that_a_server_says_moves_the_cursor() {
        assert_eq!(sanitize(UNPRINTABLE), "a\u{fffd}[31m\u{fffd}2J\u{fffd}\u{fffd}b\u{fffd}\n");
        assert_eq!(plain(UNPRINTABLE), "a [31m 2J  b  ");
    }

    #[test]
    fn what_cannot_be_seen_or_covers_others_is_left_out() {
        assert_eq!(sanitize("a\u{200b}b\u{e0041}\u{2028}c\u{feff}"), "a\u{fffd}b\u{fffd}\u{fffd}c\u{fffd}");
        assert_eq!(sanitize(&format!("e{}x", "\u{301}".repeat(1000))), format!("e{}x", "\u{301}".repeat(8)));
        assert_eq!(sanitize("日本語 e\u{301} 😀"), "日本語 e\u{301} 😀");
    }

    #[test]
    fn escaped_json_means_the_same() {
        let value = serde_json::json!({UNPRINTABLE: [UNPRINTABLE]});
        let text = value.to_string();
        let text = json(&text);
        assert!(!text.contains(is_unprintable), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
