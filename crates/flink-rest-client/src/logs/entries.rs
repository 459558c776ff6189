//! Parsing the bytes of a log into entries, in bounded memory.

use std::sync::Arc;

use bytes::Bytes;
use jiff::{Timestamp, tz::Offset};

use super::filter::{LogFilter, LogLevel};
use crate::{
    logs::follow::lines::{Lines, TimeParser},
    value::secrets::Secrets,
};

/// Maximum size of an entry in memory, in bytes.
pub(super) const MAX_ENTRY_BYTES: usize = 256 * 1024;

/// An entry of a log, without its process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The entry's time, or that of the latest entry before: times never decrease within a log.
    pub(super) time: Option<Timestamp>,
    pub(super) continues: bool,
    pub(super) cut: u64,
    pub(super) bytes: Bytes,
}

impl Entry {
    /// Returns its memory in bytes, including the allocator's overhead.
    pub(super) fn size(&self) -> usize {
        self.bytes.len() + size_of::<Self>() + 64
    }
}

/// The handling of an entry longer than [`MAX_ENTRY_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overflow {
    /// Split into several pieces.
    Split,
    /// Cut off, and the cut bytes counted.
    Cut,
}

/// The entries to return, and how to read them.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    pub(super) since: Option<Timestamp>,
    pub(super) filter: LogFilter,
    /// The zone of times that have none.
    pub(super) zone: Offset,
    pub(super) overflow: Overflow,
}

/// An entry that has not ended yet.
#[derive(Debug)]
struct PartialEntry {
    /// Whether it is selected, once known. A long entry is judged by its first piece.
    is_selected: Option<bool>,
    continues: bool,
    cut: u64,
}

/// Parses the entries of a log.
#[derive(Debug)]
pub(super) struct EntryParser {
    selection: Selection,
    times: TimeParser,
    lines: Lines,
    latest: Option<Timestamp>,
    /// True after the first line that certainly begins an entry. Lines before it are entries of their own.
    has_started: bool,
    partial: Option<PartialEntry>,
    text: Vec<u8>,
    ready: Vec<Entry>,
    size: usize,
}

impl EntryParser {
    pub(super) fn new(selection: Selection, secrets: Arc<Secrets>) -> Self {
        Self {
            times: TimeParser::new(selection.zone),
            selection,
            lines: Lines::up_to(MAX_ENTRY_BYTES, secrets),
            latest: None,
            has_started: false,
            partial: None,
            text: Vec::new(),
            ready: Vec::new(),
            size: 0,
        }
    }

    /// Parses the next bytes of the log.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        let mut lines = self.lines.take();
        lines.feed(bytes, |line| self.line(line));
        self.lines = lines;
    }

    /// Ends the log.
    pub(super) fn finish(&mut self) {
        if let Some(line) = self.lines.finish() {
            self.line(&line);
        }
        self.end_entry();
    }

    /// Returns the memory of the entries not yet taken, in bytes.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    pub(super) fn take(&mut self) -> Vec<Entry> {
        self.size = 0;
        std::mem::take(&mut self.ready)
    }

    fn line(&mut self, line: &[u8]) {
        let time = self.times.time(line);
        let has_level = || line.first().is_some_and(u8::is_ascii_digit) && LogLevel::of(line).is_some();
        let is_start = time.is_some() || has_level();
        if is_start || !self.has_started {
            self.end_entry();
            self.has_started |= is_start;
            self.begin(time, line);
        } else {
            self.append(line);
        }
    }

    fn begin(&mut self, time: Option<Timestamp>, line: &[u8]) {
        self.latest = self.latest.max(time);
        let Selection { since, filter, .. } = &self.selection;
        let is_late = since.is_none_or(|since| self.latest.is_some_and(|time| time >= since));
        let is_selected = match is_late && filter.matches_level(line) {
            false => Some(false),
            true if filter.has_text() => None,
            true => Some(true),
        };
        self.text.clear();
        if is_selected != Some(false) {
            self.text.extend_from_slice(line);
        }
        self.partial = Some(PartialEntry { is_selected, continues: false, cut: 0 });
    }

    fn append(&mut self, line: &[u8]) {
        let Some(partial) = &mut self.partial else { return };
        if partial.is_selected == Some(false) {
            return;
        }
        if partial.cut > 0 || self.text.len() + line.len() >= MAX_ENTRY_BYTES {
            match self.selection.overflow {
                Overflow::Cut => {
                    partial.cut += line.len() as u64 + 1;
                    return;
                }
                Overflow::Split => self.flush(),
            }
        }
        if !self.text.is_empty() {
            self.text.push(b'\n');
        }
        self.text.extend_from_slice(line);
    }

    fn end_entry(&mut self) {
        self.flush();
        self.partial = None;
    }

    /// Emits the entry as far as it was read; further lines become its next piece.
    fn flush(&mut self) {
        let Some(partial) = &mut self.partial else { return };
        let text = self.text.trim_ascii_end();
        let filter = &self.selection.filter;
        if *partial.is_selected.get_or_insert_with(|| filter.matches_text(text)) && !text.is_empty() {
            let entry = Entry {
                time: self.latest,
                continues: partial.continues,
                cut: partial.cut,
                bytes: Bytes::copy_from_slice(text),
            };
            self.size += entry.size();
            self.ready.push(entry);
        }
        partial.continues = true;
        self.text.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "a banner\n2026-11-23 15:39:53,606 INFO  org.acme.A [] - one\n\
        2026-11-23 15:39:52,606 WARN  org.acme.B [] - two\n\
        java.lang.Exception: why\n\n\tat org.acme.B.b(B.java:1)\n\
        15:39:54 ERROR no date";

    fn read(log: &str, filter: LogFilter, since: Option<&str>, overflow: Overflow) -> Vec<Entry> {
        let since = since.map(|time| time.parse().unwrap());
        let selection = Selection { since, filter, zone: jiff::tz::offset(1), overflow };
        let mut entries = EntryParser::new(selection, Arc::default());
        log.as_bytes().chunks(7).for_each(|chunk| entries.feed(chunk));
        entries.finish();
        assert_eq!(entries.size(), entries.ready.iter().map(Entry::size).sum::<usize>());
        entries.take()
    }

    fn texts(log: &str, filter: LogFilter, since: Option<&str>) -> Vec<String> {
        let entries = read(log, filter, since, Overflow::Split);
        entries.iter().map(|entry| String::from_utf8(entry.bytes.to_vec()).unwrap()).collect()
    }

    #[test]
    fn an_entry_keeps_its_stack_trace_and_times_do_not_go_back() {
        let entries = read(LOG, LogFilter::default(), None, Overflow::Split);
        let times: Vec<_> = entries.iter().map(|entry| entry.time.map(|time| time.to_string())).collect();
        let time = Some("2026-11-23T14:39:53.606Z".to_owned());
        assert_eq!(times, [None, time.clone(), time.clone(), time]);
        assert!(entries[2].bytes.ends_with(b"why\n\n\tat org.acme.B.b(B.java:1)"));
        assert_eq!(entries[3].bytes, "15:39:54 ERROR no date");
    }

    #[test]
    fn entries_are_selected() {
        let all = LogFilter::default;
        assert_eq!(texts(LOG, all().containing("why"), None).len(), 1);
        assert_eq!(texts(LOG, all().level(LogLevel::Error), None), ["a banner", "15:39:54 ERROR no date"]);
        assert_eq!(texts(LOG, all(), Some("2026-11-23T14:39:53.606Z")).len(), 3);
        assert_eq!(texts(LOG, all(), Some("2026-11-23T14:39:53.607Z")), [""; 0]);
        // Without times each line is an entry.
        assert_eq!(texts("{\"a\": 1}\n{\"b\": 2}\n\n", all(), None), ["{\"a\": 1}", "{\"b\": 2}"]);
    }

    #[test]
    fn a_long_entry_comes_in_pieces_or_is_cut() {
        let frame = format!("\tat org.acme.{}\n", "x".repeat(1000));
        let log = format!(
            "2026-11-23 15:39:52,606 ERROR first\n{}2026-11-23 15:39:53,606 INFO next\n",
            frame.repeat(600)
        );
        let pieces = read(&log, LogFilter::default().containing("first"), None, Overflow::Split);
        assert!(pieces.len() == 3 && pieces[1].continues && !pieces[0].continues);
        let whole: Vec<_> = pieces.iter().map(|piece| piece.bytes.to_vec()).collect();
        assert_eq!(
            whole.join(&b'\n').len(),
            "2026-11-23 15:39:52,606 ERROR first\n".len() + frame.len() * 600 - 1
        );
        let cut = read(&log, LogFilter::default(), None, Overflow::Cut);
        assert_eq!((cut.len(), cut[1].cut), (2, 0));
        assert_eq!(cut[0].bytes.len() as u64 + cut[0].cut, whole.join(&b'\n').len() as u64);
        let line = format!("2026-11-23 15:39:52,606 INFO {}\nend", "y".repeat(MAX_ENTRY_BYTES * 3));
        assert_eq!(read(&line, LogFilter::default(), None, Overflow::Cut).len(), 1);
    }
}
