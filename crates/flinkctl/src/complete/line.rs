//! An unfinished command line, split into words as a shell does. bash splits words at `:` and `=`, as in an address, so
//! flinkctl reads the whole line itself.

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The words. The last one is being completed.
    pub(super) words: Vec<String>,
    /// The quoting at the end.
    pub(super) end: End,
}

/// The quoting at the end of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Unquoted,
    /// A single quote is open.
    Quoted,
    /// An open double quote, a final backslash, or syntax that is not modelled here: `$…`, backquotes, here-documents.
    Unknown,
}

impl Line {
    pub(super) fn read(line: &str) -> Self {
        let (mut words, mut word) = (Vec::new(), String::new());
        let (mut quote, mut escaped, mut begun) = (None, false, false);
        let (mut is_modelled, mut before) = (true, '\0');
        for c in line.chars() {
            let is_literal = escaped || quote == Some('\'');
            is_modelled &= is_literal || !(matches!(c, '$' | '`') || (before, c) == ('<', '<'));
            before = c;
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
        let end = match quote {
            None if is_modelled && !escaped => End::Unquoted,
            Some('\'') if is_modelled => End::Quoted,
            _ => End::Unknown,
        };
        Self { words, end }
    }
}

#[cfg(test)]
mod tests {
    use super::{End, Line};

    #[test]
    fn a_line_is_read_as_a_shell_does() {
        let words = |line| Line::read(line).words;
        assert_eq!(words("flinkctl job get "), ["flinkctl", "job", "get", ""]);
        assert_eq!(words("f -u http://h:1/ Or"), ["f", "-u", "http://h:1/", "Or"]);
        assert_eq!(words(r#"f 'a b' "c \"d" e\ f '' g"#), ["f", "a b", "c \"d", "e f", "", "g"]);
        assert_eq!(words("f 'open a"), ["f", "open a"]);
    }

    #[test]
    fn syntax_that_is_not_modelled_is_unknown() {
        for (line, end) in [
            ("f a", End::Unquoted),
            ("f 'a'", End::Unquoted),
            (r"f \$\'\`", End::Unquoted),
            ("f '$`<<' ", End::Unquoted),
            ("f <a", End::Unquoted),
            ("f 'a", End::Quoted),
            ("f '$a", End::Quoted),
            (r#"f "a\""#, End::Unknown),
            (r"f a\", End::Unknown),
            ("f $'", End::Unknown),
            (r"f $'a\'' ", End::Unknown),
            ("f $'a' 'b", End::Unknown),
            ("f $\"", End::Unknown),
            ("f \"$(g '", End::Unknown),
            ("f $(g ", End::Unknown),
            ("f ${a:-'", End::Unknown),
            ("f `g ", End::Unknown),
            ("f $((1 ", End::Unknown),
            ("cat <<E; f '", End::Unknown),
            ("f <<<'", End::Unknown),
        ] {
            assert_eq!(Line::read(line).end, end, "{line}");
        }
    }
}
