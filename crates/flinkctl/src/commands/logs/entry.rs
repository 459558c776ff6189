//! Entries of logs, and the options that filter them.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use flink_rest_client::{
    follow::{LogLine, Process},
    logs::{LogEntry, LogFilter, LogLevel},
};

/// An entry of a log: a line with its continuation lines, such as a stack trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) process: Process,
    pub(super) text: String,
    /// True if lines before it may be missing.
    pub(super) gap: bool,
    /// Bytes that were cut off at its end.
    pub(super) cut: u64,
}

impl Entry {
    pub(super) fn level(&self) -> Option<LogLevel> {
        LogLevel::of(self.text.as_bytes())
    }
}

impl From<LogLine> for Entry {
    fn from(line: LogLine) -> Self {
        Self { text: line.to_string_lossy().into_owned(), process: line.process, gap: line.gap, cut: 0 }
    }
}

impl From<LogEntry> for Entry {
    fn from(entry: LogEntry) -> Self {
        let text = entry.to_string_lossy().into_owned();
        Self { text, process: entry.process, gap: false, cut: entry.cut }
    }
}

/// The filter of entries.
#[derive(Debug, clap::Args)]
pub(super) struct Filter {
    /// Minimum level
    #[arg(short, long, value_name = "LEVEL", ignore_case = true, value_parser = levels())]
    pub(super) level: Option<LogLevel>,
    /// Only entries that contain this text
    #[arg(short, long, value_name = "TEXT")]
    pub(super) grep: Option<String>,
    /// Ignore case in --grep
    #[arg(short, long, requires = "grep")]
    pub(super) ignore_case: bool,
}

fn levels() -> impl TypedValueParser<Value = LogLevel> {
    PossibleValuesParser::new(["trace", "debug", "info", "warn", "error"])
        .try_map(|level| level.parse::<LogLevel>())
}

impl Filter {
    pub(super) fn of_logs(&self) -> LogFilter {
        let mut filter = LogFilter::default();
        if let Some(level) = self.level {
            filter = filter.level(level);
        }
        if let Some(text) = &self.grep {
            filter = filter.containing(text);
        }
        if self.ignore_case { filter.ignoring_case() } else { filter }
    }
}
