//! Text that a server worded: shown without what would move the cursor, colour the terminal or turn text round.

use std::io::Write;

use anstyle::Style;
use serde_json::Value;

/// Whether it does something other than being seen: controls, and those that change the direction of writing.
pub(crate) fn is_wild(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text of several lines.
pub(crate) fn tame(text: &str) -> String {
    text.chars().map(|c| if is_wild(c) && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c }).collect()
}

/// One line of text, also without what would split a column.
pub(crate) fn plain(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.chars().map(|c| if is_wild(c) { ' ' } else { c }).collect()
}

/// JSON in which all of it is escaped; JSON itself wants that of the first 32 characters only.
pub(super) fn json(value: &Value) -> String {
    let mut text = String::new();
    for c in value.to_string().chars() {
        match is_wild(c) {
            true => text.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => text.push(c),
        }
    }
    text
}

/// Writes a line to stderr, after a mark in this style. That it cannot be written is no failure: nobody reads it.
pub(crate) fn say_as(mark: &str, style: Style, text: &str) {
    let _ = writeln!(anstream::stderr(), "{style}{mark}{style:#}{}", tame(text));
}

/// Writes a line to stderr, as `eprintln!` does; but tame, and without a panic if stderr is full or closed.
macro_rules! say {
    ($($text:tt)*) => {
        $crate::output::say_as("", anstyle::Style::new(), &format!($($text)*))
    };
}

pub(crate) use say;

#[cfg(test)]
mod tests {
    use super::*;

    const WILD: &str = "a\u{1b}[31m\u{9b}2J\u{7f}\u{202e}b\u{2066}\n";

    #[test]
    fn nothing_that_a_server_says_moves_the_cursor() {
        assert_eq!(tame(WILD), "a\u{fffd}[31m\u{fffd}2J\u{fffd}\u{fffd}b\u{fffd}\n");
        assert_eq!(plain(&WILD.into()), "a [31m 2J  b  ");
    }

    #[test]
    fn escaped_json_means_the_same() {
        let value = serde_json::json!({WILD: [WILD]});
        let text = json(&value);
        assert!(!text.contains(is_wild), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
