//! Log levels, and a filter for log entries.

use std::{fmt, str::FromStr};

/// The level of a log entry, in order of severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(clippy::exhaustive_enums, reason = "log4j and logback have no others")]
pub enum LogLevel {
    /// `TRACE`
    Trace,
    /// `DEBUG`
    Debug,
    /// `INFO`
    Info,
    /// `WARN`
    Warn,
    /// `ERROR`, and log4j's `FATAL`
    Error,
}

impl LogLevel {
    /// All levels, in order of severity.
    pub const ALL: [Self; 5] = [Self::Trace, Self::Debug, Self::Info, Self::Warn, Self::Error];

    /// Returns the level of an entry: one of the first four words of its first line, as in `2026-11-23 15:39:51,606
    /// WARN  org.acme.B [] - two`.
    pub fn of(entry: &[u8]) -> Option<Self> {
        let line = entry.split(|byte| *byte == b'\n').next()?;
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).take(4);
        words.find_map(|word| match word.strip_prefix(b"[").unwrap_or(word) {
            b"TRACE" | b"TRACE]" => Some(Self::Trace),
            b"DEBUG" | b"DEBUG]" => Some(Self::Debug),
            b"INFO" | b"INFO]" => Some(Self::Info),
            b"WARN" | b"WARN]" => Some(Self::Warn),
            b"ERROR" | b"ERROR]" | b"FATAL" | b"FATAL]" => Some(Self::Error),
            _ => None,
        })
    }

    /// Returns the name in capitals, as in logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for LogLevel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|level| level.as_str().eq_ignore_ascii_case(text));
        found.ok_or_else(|| format!("`{text}` is no level; there are TRACE, DEBUG, INFO, WARN and ERROR"))
    }
}

/// Selects log entries by level and text. Selects all by default.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct LogFilter {
    min_level: Option<LogLevel>,
    text: Option<String>,
    ignore_case: bool,
}

impl LogFilter {
    /// Selects only entries of this level or a more severe one, and those without a level.
    pub fn level(self, min_level: LogLevel) -> Self {
        Self { min_level: Some(min_level), ..self }
    }

    /// Selects only entries that contain this text, in any of their lines.
    pub fn containing(self, text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..self }
    }

    /// Ignores case when comparing the text.
    pub fn ignoring_case(self) -> Self {
        Self { ignore_case: true, ..self }
    }

    /// Returns true if the entry is selected.
    pub fn matches(&self, entry: &[u8]) -> bool {
        self.matches_level(entry) && self.matches_text(entry)
    }

    /// Selects an entry without a level, too: its severity is unknown.
    pub(crate) fn matches_level(&self, entry: &[u8]) -> bool {
        self.min_level.is_none_or(|min_level| LogLevel::of(entry).is_none_or(|level| level >= min_level))
    }

    pub(crate) fn has_text(&self) -> bool {
        self.text.is_some()
    }

    pub(crate) fn matches_text(&self, entry: &[u8]) -> bool {
        let Some(text) = &self.text else { return true };
        let entry = String::from_utf8_lossy(entry);
        match self.ignore_case {
            true => entry.to_lowercase().contains(&text.to_lowercase()),
            false => entry.contains(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &[u8] = b"2026-11-23 15:39:52,606 WARN  org.acme.B [] - two\njava.lang.Exception: why";

    #[test]
    fn levels_are_found_among_the_first_words() {
        let levels = ["15:39 [main] [ERROR] x", "a b c d INFO", "INFO x", "x\nERROR", "", "FATAL"];
        let levels = levels.map(|line| LogLevel::of(line.as_bytes()));
        let (info, error) = (Some(LogLevel::Info), Some(LogLevel::Error));
        assert_eq!(levels, [error, None, info, None, None, error]);
        assert!("warn".parse::<LogLevel>() == Ok(LogLevel::Warn) && "x".parse::<LogLevel>().is_err());
    }

    #[test]
    fn entries_are_selected_by_level_and_text() {
        let all = LogFilter::default;
        assert!(
            all().matches(ENTRY)
                && all().level(LogLevel::Warn).matches(ENTRY)
                && all().containing("why").matches(ENTRY)
        );
        assert!(
            !all().level(LogLevel::Error).matches(ENTRY) && all().level(LogLevel::Error).matches(b"no level")
        );
        assert!(
            !all().containing("WHY").matches(ENTRY) && all().containing("WHY").ignoring_case().matches(ENTRY)
        );
    }
}
