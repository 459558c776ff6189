//! Printing of failures: message, causes, place, trace and hint.

use anstyle::{AnsiColor, Style};

use super::{say, say_as, stderr_width, wrapped};
use crate::error::Failure;

impl Failure {
    /// Writes it to stderr.
    pub(crate) fn print(&self, verbose: bool) {
        self.print_with("", verbose);
    }

    /// Writes it to stderr, after the name of its context.
    pub(crate) fn print_of(&self, context: &str, verbose: bool) {
        self.print_with(&format!("{context}: "), verbose);
    }

    /// Writes one line to stderr: the part of the answer that failed, the message and its root cause.
    pub(crate) fn print_line(&self, part: &str) {
        let red = Style::new().fg_color(Some(AnsiColor::Red.into())).bold();
        let cause = self.causes.last().map(|cause| format!(": {cause}")).unwrap_or_default();
        say_as("Error:", red, &format!(" {part}: {}{cause}", self.message).replace('\n', " "));
    }

    fn print_with(&self, before: &str, verbose: bool) {
        let red = Style::new().fg_color(Some(AnsiColor::Red.into())).bold();
        let cyan = Style::new().fg_color(Some(AnsiColor::Cyan.into()));
        // In a pipe, lines are not wrapped.
        let width = stderr_width().unwrap_or(usize::MAX);
        let message = wrapped(&format!("Error: {before}{}", self.message), width, "  ");
        say_as("Error:", red, message.strip_prefix("Error:").unwrap_or(&message));
        for cause in &self.causes {
            say!("{}", wrapped(&format!("Caused by: {cause}"), width, "  "));
        }
        if let Some(place) = &self.place {
            say!("Where: {place}");
        }
        match &self.trace {
            Some(trace) if verbose => say!("\n{}\n", trace.trim_end()),
            _ => {}
        }
        let trace_hint = "-v shows Java's stack trace";
        let other =
            self.trace.as_deref().filter(|trace| !verbose && trace.contains("\tat ")).map(|_| trace_hint);
        if let Some(hint) = self.hint.as_deref().or(other) {
            say_as("Hint:", cyan, &format!(" {hint}"));
        }
    }
}
