//! Words for a line that somebody may paste into a shell.

use std::borrow::Cow;

/// It as one word of a POSIX shell: as it is if there is nothing to quote.
pub(crate) fn quoted(word: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=+@%,".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.into(),
        false => format!("'{}'", word.replace('\'', r"'\''")).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_one_word() {
        for word in [
            "plain-1.jar",
            "",
            "a b",
            "$(touch x)",
            "`x`",
            "it's",
            "~",
            "*",
            "!1",
            "a;b",
            "\"",
            "a\\",
            "#a",
            "a\nb",
        ] {
            let line = format!("printf %s {}", quoted(word));
            let said = std::process::Command::new("sh").args(["-c", &line]).output().unwrap();
            assert_eq!(String::from_utf8(said.stdout).unwrap(), word, "{line}");
        }
    }
}
