//! Wrapping of text to the width of the terminal, between words.

use console::measure_text_width;

/// Wraps a text to `width` cells, and indents each line but the first. A longer word stays whole, so that a path can be
/// copied.
pub(crate) fn wrapped(text: &str, width: usize, indent: &str) -> String {
    let mut wrapped = String::new();
    let (mut used, mut begun) = (0, false);
    for word in text.split_inclusive([' ', '\n']) {
        let length = measure_text_width(word.trim_end());
        if begun && used + length > width {
            wrapped.truncate(wrapped.trim_end_matches(' ').len());
            wrapped += "\n";
            wrapped += indent;
            used = indent.len();
        }
        wrapped += word;
        begun = !word.ends_with('\n');
        used = if begun { used + measure_text_width(word) } else { 0 };
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("Caused by: it is too long", 14, "  "), "Caused by: it\n  is too long");
        assert_eq!(wrapped("a /long/path/of/it b", 6, "  "), "a\n  /long/path/of/it\n  b");
        assert_eq!(wrapped("a b\n  c d", 4, " "), "a b\n  c\n d");
        assert_eq!(wrapped("日本 語", 5, ""), "日本\n語");
        assert_eq!(wrapped("", 5, ""), "");
    }
}
