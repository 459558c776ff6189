//! A command line that is being written, as a shell reads it. bash cuts words at `:` and `=`, as in an address, so the
//! line is read here as a whole.

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The last one is the one that is being written.
    pub(super) words: Vec<String>,
    /// The quote that is open at the end.
    pub(super) quote: Option<char>,
}

impl Line {
    pub(super) fn read(line: &str) -> Self {
        let (mut words, mut word) = (Vec::new(), String::new());
        let (mut quote, mut escaped, mut begun) = (None, false, false);
        for c in line.chars() {
            match (quote, c) {
                _ if std::mem::take(&mut escaped) => word.push(c),
                (None | Some('"'), '\\') => escaped = true,
                (Some(open), c) if c == open => quote = None,
                (Some(_), c) => word.push(c),
                (None, '\'' | '"') => (quote, begun) = (Some(c), true),
                (None, c) if c.is_whitespace() => {
                    if begun || !word.is_empty() {
                        words.push(std::mem::take(&mut word));
                    }
                    begun = false;
                }
                (None, c) => word.push(c),
            }
        }
        words.push(word);
        Self { words, quote }
    }
}

#[cfg(test)]
mod tests {
    use super::Line;

    #[test]
    fn a_line_is_read_as_a_shell_does() {
        let words = |line| Line::read(line).words;
        assert_eq!(words("flinkctl job get "), ["flinkctl", "job", "get", ""]);
        assert_eq!(words("f -u http://h:1/ Or"), ["f", "-u", "http://h:1/", "Or"]);
        assert_eq!(words(r#"f 'a b' "c \"d" e\ f '' g"#), ["f", "a b", "c \"d", "e f", "", "g"]);
        assert_eq!(words("f 'open a"), ["f", "open a"]);
        assert_eq!(
            ["f 'a", "f \"a\\\"", "f 'a'"].map(|line| Line::read(line).quote),
            [Some('\''), Some('"'), None]
        );
    }
}
