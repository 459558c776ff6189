//! Entries of logs, and which of them are wanted.

use flink_rest_client::{Timestamp, follow::Process};
use jiff::tz::Offset;

use crate::output::human;

/// What a process wrote at once: a line with what follows it, such as a stack trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) process: Process,
    pub(super) text: String,
    /// Whether something before it may be missing.
    pub(super) gap: bool,
}

impl Entry {
    pub(super) fn level(&self) -> Option<Level> {
        level(&self.text)
    }
}

/// How grave an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(super) enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// Which entries are wanted.
#[derive(Debug, clap::Args)]
pub(super) struct Filter {
    /// Only entries of this level or a graver one
    #[arg(short, long, value_name = "LEVEL", ignore_case = true)]
    pub(super) level: Option<Level>,
    /// Only entries with this text in them
    #[arg(short, long, value_name = "TEXT")]
    pub(super) grep: Option<String>,
    /// Whatever the case of that text
    #[arg(short, long, requires = "grep")]
    pub(super) ignore_case: bool,
}

impl Filter {
    pub(super) fn wants(&self, entry: &Entry) -> bool {
        // What has no level is not left out: nobody knows how grave it is.
        self.level.is_none_or(|least| entry.level().is_none_or(|level| level >= least))
            && self.grep.as_ref().is_none_or(|text| match self.ignore_case {
                true => entry.text.to_lowercase().contains(&text.to_lowercase()),
                false => entry.text.contains(text),
            })
    }
}

/// Reads how long ago, as `10m`, or when, as `2026-11-23T15:39:51Z`.
pub(super) fn parse_since(text: &str) -> Result<Timestamp, String> {
    if let Ok(at) = text.parse() {
        return Ok(at);
    }
    let ago = human::parse_duration(text)
        .map_err(|_| format!("`{text}` is no time; write it as 10m, 1h30m or 2026-11-23T15:39:51Z"))?;
    Timestamp::now().checked_sub(ago).map_err(|error| error.to_string())
}

/// The time as it stands at the beginning of entries, which is that of the server's zone: `2026-11-23 15:39:51`.
pub(super) fn written(at: Timestamp, offset_millis: i32) -> String {
    let offset = Offset::from_seconds(offset_millis / 1000).unwrap_or(Offset::UTC);
    format!("{:.0}", offset.to_datetime(at)).replace('T', " ")
}

/// The entries of a whole log, each with its time, or that of the one before it.
pub(super) fn entries(process: &Process, log: &str) -> Vec<(String, Entry)> {
    let mut starts = vec![0];
    let mut at = 0;
    for line in log.split_inclusive('\n') {
        if at > 0 && line.starts_with(|c: char| c.is_ascii_digit()) && level(line).is_some() {
            starts.push(at);
        }
        at += line.len();
    }
    starts.push(log.len());
    let texts = starts.windows(2).filter_map(|ends| log.get(*ends.first()?..*ends.last()?));
    let texts = texts.map(str::trim_end).filter(|text| !text.is_empty());
    let dated = texts.scan(String::new(), |latest, text| {
        if let Some(time) = text.get(..23).filter(|time| *time > latest.as_str() && time.starts_with('2')) {
            time.clone_into(latest);
        }
        Some((latest.clone(), Entry { process: process.clone(), text: text.into(), gap: false }))
    });
    dated.collect()
}

/// The level of an entry, which stands among the first words: after date and time.
fn level(entry: &str) -> Option<Level> {
    entry.lines().next()?.split_whitespace().take(4).find_map(|word| match word.trim_matches(['[', ']']) {
        "TRACE" => Some(Level::Trace),
        "DEBUG" => Some(Level::Debug),
        "INFO" => Some(Level::Info),
        "WARN" => Some(Level::Warn),
        "ERROR" | "FATAL" => Some(Level::Error),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "2026-11-23 15:39:51,606 INFO  org.acme.A [] - one\n\
        2026-11-23 15:39:52,606 WARN  org.acme.B [] - two\n\
        java.lang.Exception: why\n\tat org.acme.B.b(B.java:1)\n\
        2026-11-23 15:39:53,606 ERROR org.acme.C [] - three\n";

    fn wanted(level: Option<Level>, grep: Option<&str>) -> Vec<String> {
        let filter = Filter { level, grep: grep.map(Into::into), ignore_case: false };
        let all = entries(&Process::JobManager, LOG).into_iter().map(|(_, entry)| entry);
        all.filter(|entry| filter.wants(entry)).map(|entry| entry.text).collect()
    }

    #[test]
    fn an_entry_keeps_its_stack_trace() {
        let entries = wanted(None, Some("why"));
        assert!(
            matches!(entries.as_slice(), [entry] if entry.contains("two") && entry.ends_with("B.java:1)"))
        );
    }

    #[test]
    fn entries_are_chosen_by_level_and_text() {
        assert_eq!(wanted(None, None).len(), 3);
        assert_eq!(wanted(Some(Level::Warn), None).len(), 2);
        assert_eq!(wanted(None, Some("nothing")), [""; 0]);
        assert_eq!(wanted(None, Some("WHY")), [""; 0]);
        let entry = &entries(&Process::JobManager, LOG)[1].1;
        assert!(Filter { level: None, grep: Some("WHY".into()), ignore_case: true }.wants(entry));
    }

    #[test]
    fn entries_have_times_that_never_go_back() {
        let log = "no time\n2026-11-23 15:39:53,606 INFO a\n2026-11-23 15:39:51,606 INFO b\n";
        let times: Vec<_> = entries(&Process::JobManager, log).into_iter().map(|(time, _)| time).collect();
        assert_eq!(times, ["", "2026-11-23 15:39:53,606", "2026-11-23 15:39:53,606"]);
    }

    #[test]
    fn a_time_is_written_as_the_server_writes_it() {
        let at = parse_since("2026-11-23T15:39:51.606Z").unwrap();
        assert_eq!(written(at, 3_600_000), "2026-11-23 16:39:51");
        assert!(parse_since("10m").unwrap() < Timestamp::now());
        assert!(parse_since("yesterday").is_err());
    }
}
