//! Quoting for a shell, and the flag of shell completion.

use std::{
    borrow::Cow,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

static IS_COMPLETING: AtomicBool = AtomicBool::new(false);

/// Marks this process as one that answers a shell. From now on, it writes only the answer.
pub(crate) fn begin_completion() {
    IS_COMPLETING.store(true, Relaxed);
}

/// Returns true if this process answers a shell.
pub(crate) fn is_completing() -> bool {
    IS_COMPLETING.load(Relaxed)
}

/// Quotes a word for a POSIX shell, where needed.
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
