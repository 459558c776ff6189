//! The position of a reader in a log: a state machine that returns the next request, takes the response, and emits lines.
//! It does no I/O itself.
//!
//! A file is identified by a [`Fingerprint`] of the bytes read so far, so that it is found again under any name. The server
//! may send a copy that is some seconds old, while the list of files is current: such a copy begins like a file that was
//! read before.
//!
//! ```text
//!            list: unchanged
//!   Check ────────────────────────────────────────────► Idle
//!    │ changed                                            ▲
//!    ▼           begins with the current file: new lines  │
//!   the log ──────────────────────────────────────────────┤
//!    │ begins otherwise: it was rotated or truncated      │
//!    ▼            not found: gap                          │
//!   Find ────────────────────────────────► the log ───────┤
//!    │ a rotated file begins with the current file        │
//!    ▼                                                    │
//!   the rest of it, each file after it, and the log ──────┘
//! ```

use std::{collections::VecDeque, mem, sync::Arc, time::Duration};

use bytes::Bytes;
use jiff::Timestamp;

use super::{
    doubt::Doubt,
    lines::{Line, Lines},
    listing::{Listed, Listing},
    mark::{HEAD, Heads, Mark},
};
use crate::{LogFileName, rest::processes::LogInfo, value::secrets::Secrets};

/// Maximum number of folder changes while a rotated file is opened, at two per poll; beyond that, lines are given up.
/// No log rotates that often: an undetected growing file causes the changes.
const MOST_CHANGES: u32 = 60;

/// The next step.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    /// List the files, for [`Cursor::listed`].
    List,
    /// Open this file, for [`Cursor::opened`].
    Open(&'a LogFileName),
    /// Continue reading the open file, for [`Cursor::read`] or [`Cursor::ended`].
    Read,
    /// Wait until the next [`poll`](Cursor::poll).
    Rest,
}

/// A file to read, or being read.
#[derive(Clone, Debug)]
struct Reading {
    file: Listed,
    why: Why,
    /// True if its size differs from the list.
    is_other: bool,
    /// The part read since it was opened.
    seen: Mark,
    /// The rotated files, oldest first.
    rotated: Vec<Listed>,
}

#[derive(Clone, Debug)]
enum Why {
    /// It is the log.
    Log,
    /// It may be the file that was read before; if not, try these, the last one first.
    Sought(Vec<Listed>),
    /// It follows the file that was read before.
    Next,
}

#[derive(Debug)]
enum State {
    Look,
    Seek,
    Open(Reading),
    /// Open. The next list shows if the name meant the same file all the time.
    Confirm(Reading),
    Read(Reading),
    Rest,
}

/// The position of the reader in a log.
#[derive(Debug)]
pub(crate) struct Trail {
    name: LogFileName,
    /// Until something was read: the time from which rotated files are read as well.
    since: Option<Timestamp>,
    /// Fingerprint of the current file, as far as it was read.
    mark: Mark,
    lines: Lines,
    state: State,
    listing: Listing,
    /// The log as listed when everything was read; without a time if unknown.
    rested: Option<Listed>,
    /// The rotated files when everything was read. They reveal the replacement of a log by one of equal size, if it is
    /// empty or has no time.
    beside: Vec<Listed>,
    heads: Heads,
    /// First bytes of the next file: too few so far to identify it.
    start: Vec<u8>,
    /// Time of the last poll.
    now: Duration,
    /// Grace period for finding the current file: outdated copies may hide it.
    about_sought: Doubt,
    /// Grace period for opening the next file: the server may send an outdated copy.
    about_next: Doubt,
    /// Length of the current file, if it was rotated and read to its end.
    end: Option<u64>,
    /// True if lines read since the log may be incomplete, or not all from the log.
    is_astray: bool,
    /// Number of folder changes while a rotated file was opened, since the last progress.
    changes: u32,
    /// True if lines were lost before the next one.
    gap: bool,
    given: VecDeque<Line>,
}

impl Trail {
    /// Starts at the beginning of the log with this name, or of the first file written since this time.
    ///
    /// `copies` is the maximum age of outdated copies that the server may send.
    pub(crate) fn new(
        name: LogFileName,
        since: Option<Timestamp>,
        copies: Duration,
        secrets: Arc<Secrets>,
    ) -> Self {
        let patience = copies * 2 + Duration::from_secs(2);
        Self {
            name,
            since,
            mark: Mark::START,
            lines: Lines::new(secrets),
            state: State::Rest,
            listing: Listing::default(),
            rested: None,
            beside: Vec::new(),
            heads: Heads::new(),
            start: Vec::new(),
            now: Duration::ZERO,
            about_sought: Doubt::lasting(patience),
            // In that time names may change, and the server may send outdated copies of other files.
            about_next: Doubt::lasting(patience * 3),
            end: None,
            is_astray: false,
            changes: 0,
            gap: false,
            given: VecDeque::new(),
        }
    }

    /// Returns the next step.
    pub(crate) fn step(&self) -> Step<'_> {
        match &self.state {
            State::Look | State::Seek | State::Confirm(_) => Step::List,
            State::Open(reading) => Step::Open(&reading.file.name),
            State::Read(_) => Step::Read,
            State::Rest => Step::Rest,
        }
    }

    /// Returns the new lines.
    pub(crate) fn take(&mut self) -> VecDeque<Line> {
        mem::take(&mut self.given)
    }

    /// Continues under another name of the log.
    pub(crate) fn renamed(self, name: LogFileName) -> Self {
        Self { name, rested: None, ..self }
    }

    /// Ends the log: a last line without a line end counts as one.
    pub(crate) fn finish(&mut self) -> VecDeque<Line> {
        self.file_ended();
        self.take()
    }

    fn file_ended(&mut self) {
        if let Some(bytes) = self.lines.finish() {
            self.given.push_back(Line { bytes, gap: mem::take(&mut self.gap) });
        }
    }

    /// Starts a poll, this long after the start.
    pub(crate) fn poll(&mut self, now: Duration) {
        (self.now, self.state) = (now, State::Look);
    }

    /// Abandons the current step. The lines read so far are kept.
    pub(crate) fn interrupt(&mut self) {
        self.state = State::Rest;
    }

    /// Handles the list of files. Returns true if the log is among them.
    pub(crate) fn listed(&mut self, files: &[LogInfo]) -> bool {
        let (log, rotated) = self.listing.update(&self.name, files);
        let is_there = log.is_some();
        self.state = match (mem::replace(&mut self.state, State::Rest), log) {
            (State::Look, Some(log)) => self.look(log, rotated),
            (State::Look, None) => State::Rest,
            (State::Seek, _) => self.seek(rotated),
            (State::Confirm(reading), _) if reading.rotated == rotated => self.confirmed(reading),
            (State::Confirm(_), _) => self.changed(),
            (other, _) => other,
        };
        is_there
    }

    /// Handles an opened file; its size may be unknown.
    pub(crate) fn opened(&mut self, size: Option<u64>) {
        let State::Open(reading) = mem::replace(&mut self.state, State::Rest) else { return };
        self.start.clear();
        // Rotated files do not grow: another size means an outdated copy, or a file that is not rotated.
        let is_other = reading.file.name != self.name && size.is_some_and(|size| size != reading.file.size);
        self.state = match reading.why {
            Why::Log => State::Read(reading),
            Why::Next if is_other && self.about_next.lasts(self.now) => State::Rest,
            Why::Sought(_) if is_other && self.about_sought.lasts(self.now) => State::Rest,
            _ => State::Confirm(Reading { is_other, ..reading }),
        }
    }

    /// The open file is the listed one, unless its size differs.
    fn confirmed(&mut self, reading: Reading) -> State {
        match reading.why {
            // The bytes of an outdated copy do not identify the file that now has this name.
            Why::Sought(others) if reading.is_other => self.try_one(reading.rotated, others),
            Why::Next if reading.is_other => self.lost(),
            _ => State::Read(reading),
        }
    }

    /// The folder has changed since the file was opened, so that the file is unknown.
    fn changed(&mut self) -> State {
        self.changes += 1;
        match self.changes {
            MOST_CHANGES.. => self.lost(),
            // A folder that changes with each list is left alone until the next poll.
            changes if changes.is_multiple_of(2) => State::Rest,
            // Nothing was read yet that could be found again.
            _ if self.since.is_some() => State::Look,
            _ => State::Seek,
        }
    }

    /// Handles the next bytes of the file.
    pub(crate) fn read(&mut self, bytes: &[u8]) {
        let State::Read(reading) = &mut self.state else { return };
        if !matches!(reading.why, Why::Next) || reading.seen != Mark::START {
            return self.read_on(bytes);
        }
        self.start.extend_from_slice(bytes);
        if self.start.len() >= HEAD {
            self.judge();
        }
    }

    /// Starts the next file, unless it is an outdated copy of one that was read.
    fn judge(&mut self) {
        let bytes = mem::take(&mut self.start);
        if self.heads.has(&bytes) && self.about_next.lasts(self.now) {
            return self.interrupt();
        }
        self.begin_file();
        self.read_on(&bytes);
    }

    fn read_on(&mut self, bytes: &[u8]) {
        let State::Read(reading) = &mut self.state else { return };
        // Most other files differ in their first bytes.
        if reading.seen == Mark::START && self.heads.is_another(bytes) {
            return self.is_another();
        }
        let unknown = self.mark.bytes - reading.seen.bytes;
        let known = usize::try_from(unknown).map_or(bytes.len(), |unknown| unknown.min(bytes.len()));
        let (known, news) = bytes.split_at(known);
        reading.seen.add(known);
        self.since = None;
        if reading.seen.bytes < self.mark.bytes {
            return;
        }
        if reading.seen != self.mark {
            return self.is_another();
        }
        self.about_sought.settle();
        // Finding the current file again is no progress.
        if !matches!(reading.why, Why::Sought(_)) {
            self.about_next.settle();
        }
        self.mark.add(news);
        self.heads.add(news);
        reading.seen = self.mark;
        self.lines.feed(news, |line| {
            let bytes = Bytes::copy_from_slice(line);
            self.given.push_back(Line { bytes, gap: mem::take(&mut self.gap) });
        });
    }

    /// Handles the end of the file.
    pub(crate) fn ended(&mut self) {
        if !self.start.is_empty() {
            self.judge();
        }
        let State::Read(Reading { file, why, is_other, seen, rotated }) =
            mem::replace(&mut self.state, State::Rest)
        else {
            return;
        };
        if seen.bytes < self.mark.bytes && !matches!(why, Why::Next) {
            // The copy may be older than the list.
            let is_old_copy = matches!(why, Why::Log) && file.size >= self.mark.bytes;
            if !is_old_copy {
                self.state = State::Read(Reading { file, why, is_other, seen, rotated });
                self.is_another();
            }
        } else if file.name != self.name {
            self.file_ended();
            // A file that grows out of turn does not determine its successor, and may be the successor itself.
            let has_grown = self.end.replace(self.mark.bytes).is_some_and(|end| end != self.mark.bytes);
            let newer = rotated.iter().skip_while(|other| **other != file).nth(1).cloned();
            // A file with another pattern of names may belong to another program.
            let is_other_kind = newer.as_ref().is_some_and(|newer| newer.shape() != file.shape());
            self.is_astray |= has_grown || is_other_kind || self.listing.is_doubtful();
            self.gap |= self.is_astray;
            let file = newer.unwrap_or_else(|| self.log());
            self.state =
                State::Open(Reading { file, why: Why::Next, is_other: false, seen: Mark::START, rotated });
        } else if seen.bytes == self.mark.bytes {
            // If the list has another size, its time does not apply.
            let mtime = file.mtime.filter(|_| file.size == self.mark.bytes);
            self.rested = Some(Listed { size: self.mark.bytes, mtime, ..file });
            (self.beside, self.changes, self.is_astray) = (rotated, 0, false);
        } else if seen == Mark::START {
            // Nothing was written since the rotation: the current file stays the one before.
            (self.rested, self.beside, self.changes) = (Some(Listed { size: 0, ..file }), rotated, 0);
        }
    }

    /// Compares the log with the last poll.
    fn look(&mut self, log: Listed, rotated: Vec<Listed>) -> State {
        let is_as_before = |rested: &Listed| {
            let time = log.mtime.filter(|_| log.size > 0);
            rested.size == log.size
                && if time.is_some() { rested.mtime == time } else { self.beside == rotated }
        };
        if self.rested.as_ref().is_some_and(is_as_before) {
            return State::Rest;
        }
        self.rested = None;
        let (file, why) = match self.since {
            None => (log, Why::Log),
            Some(since) => {
                let first = rotated.iter().find(|file| file.mtime.is_none_or(|time| time >= since));
                (first.cloned().unwrap_or(log), Why::Next)
            }
        };
        State::Open(Reading { file, why, is_other: false, seen: Mark::START, rotated })
    }

    /// Looks for the current file among the rotated ones.
    fn seek(&mut self, rotated: Vec<Listed>) -> State {
        let others: Vec<_> = rotated.iter().filter(|file| file.size >= self.mark.bytes).cloned().collect();
        if others.is_empty() { self.lost() } else { self.try_one(rotated, others) }
    }

    fn try_one(&mut self, rotated: Vec<Listed>, mut others: Vec<Listed>) -> State {
        match others.pop() {
            Some(file) => State::Open(Reading {
                file,
                why: Why::Sought(others),
                is_other: false,
                seen: Mark::START,
                rotated,
            }),
            None if self.about_sought.lasts(self.now) => State::Rest,
            None => self.lost(),
        }
    }

    /// The open file is not the current one.
    fn is_another(&mut self) {
        self.state = match mem::replace(&mut self.state, State::Seek) {
            State::Read(Reading { rotated, why: Why::Sought(others), .. }) => self.try_one(rotated, others),
            _ => State::Seek,
        };
    }

    /// Gives up the rest of the current file, and reads the log from its start.
    fn lost(&mut self) -> State {
        self.file_ended();
        self.begin_file();
        self.about_sought.settle();
        self.about_next.settle();
        (self.gap, self.since) = (true, None);
        State::Open(Reading {
            file: self.log(),
            why: Why::Log,
            is_other: false,
            seen: Mark::START,
            rotated: Vec::new(),
        })
    }

    /// Starts another file.
    fn begin_file(&mut self) {
        (self.mark, self.end, self.changes) = (Mark::START, None, 0);
        self.heads.begin_file();
    }

    /// Returns the log itself, with unknown size.
    fn log(&self) -> Listed {
        Listed { name: self.name.clone(), size: 0, mtime: None }
    }
}

#[cfg(test)]
mod tests;
