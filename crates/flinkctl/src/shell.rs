//! Words for a line that somebody may paste into a shell, and whether a shell asks for completion.

use std::{
    borrow::Cow,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

static ASKS: AtomicBool = AtomicBool::new(false);

/// A shell asks: nothing but the answer may be written from now on.
pub(crate) fn begin_completion() {
    ASKS.store(true, Relaxed);
}

/// Whether a shell asks.
pub(crate) fn is_completing() -> bool {
    ASKS.load(Relaxed)
}

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
