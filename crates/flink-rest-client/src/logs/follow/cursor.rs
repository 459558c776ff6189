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
    fingerprint::{Fingerprint, HEAD_BYTES, Heads},
    grace::GracePeriod,
    lines::{Line, Lines},
    listing::{Listed, Listing},
};
use crate::{LogFileName, rest::processes::LogInfo, value::secrets::Secrets};

/// Maximum number of folder changes while a rotated file is opened, at two per poll; beyond that, lines are given up.
/// No log rotates that often: an undetected growing file causes the changes.
const MAX_FOLDER_CHANGES: u32 = 60;

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
    Wait,
}

/// A file to read, or being read.
#[derive(Clone, Debug)]
struct Reading {
    file: Listed,
    role: Role,
    /// True if its size differs from the list.
    size_differs: bool,
    /// The part read since it was opened.
    read_so_far: Fingerprint,
    /// The rotated files, oldest first.
    rotated: Vec<Listed>,
}

impl Reading {
    fn new(file: Listed, role: Role, rotated: Vec<Listed>) -> Self {
        Self { file, role, size_differs: false, read_so_far: Fingerprint::START, rotated }
    }
}

#[derive(Clone, Debug)]
enum Role {
    /// It is the log.
    Log,
    /// It may be the file that was read before; if not, try these, the last one first.
    Candidate(Vec<Listed>),
    /// It follows the file that was read before.
    Next,
}

#[derive(Debug)]
enum State {
    Check,
    Find,
    Open(Reading),
    /// Open. The next list shows if the name meant the same file all the time.
    Confirm(Reading),
    Read(Reading),
    Idle,
}

/// The position of the reader in a log.
#[derive(Debug)]
pub(crate) struct Cursor {
    name: LogFileName,
    /// Until something was read: the time from which rotated files are read as well.
    since: Option<Timestamp>,
    /// Fingerprint of the current file, as far as it was read.
    fingerprint: Fingerprint,
    lines: Lines,
    state: State,
    listing: Listing,
    /// The log as listed when everything was read; without a time if unknown.
    idle_log: Option<Listed>,
    /// The rotated files when everything was read. They reveal the replacement of a log by one of equal size, if it is
    /// empty or has no time.
    idle_rotated: Vec<Listed>,
    heads: Heads,
    /// First bytes of the next file: too few so far to identify it.
    next_head: Vec<u8>,
    /// Time of the last poll.
    now: Duration,
    /// Grace period for finding the current file: outdated copies may hide it.
    find_grace: GracePeriod,
    /// Grace period for opening the next file: the server may send an outdated copy.
    next_grace: GracePeriod,
    /// Length of the current file, if it was rotated and read to its end.
    rotated_size: Option<u64>,
    /// True if lines read since the log may be incomplete, or not all from the log.
    is_incomplete: bool,
    /// Number of folder changes while a rotated file was opened, since the last progress.
    folder_changes: u32,
    /// True if lines were lost before the next one.
    gap: bool,
    ready: VecDeque<Line>,
}

impl Cursor {
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
            fingerprint: Fingerprint::START,
            lines: Lines::new(secrets),
            state: State::Idle,
            listing: Listing::default(),
            idle_log: None,
            idle_rotated: Vec::new(),
            heads: Heads::new(),
            next_head: Vec::new(),
            now: Duration::ZERO,
            find_grace: GracePeriod::new(patience),
            // In that time names may change, and the server may send outdated copies of other files.
            next_grace: GracePeriod::new(patience * 3),
            rotated_size: None,
            is_incomplete: false,
            folder_changes: 0,
            gap: false,
            ready: VecDeque::new(),
        }
    }

    /// Returns the next step.
    pub(crate) fn step(&self) -> Step<'_> {
        match &self.state {
            State::Check | State::Find | State::Confirm(_) => Step::List,
            State::Open(reading) => Step::Open(&reading.file.name),
            State::Read(_) => Step::Read,
            State::Idle => Step::Wait,
        }
    }

    /// Returns the new lines.
    pub(crate) fn take(&mut self) -> VecDeque<Line> {
        mem::take(&mut self.ready)
    }

    /// Continues under another name of the log.
    pub(crate) fn renamed(self, name: LogFileName) -> Self {
        Self { name, idle_log: None, ..self }
    }

    /// Ends the log: a last line without a line end counts as one.
    pub(crate) fn finish(&mut self) -> VecDeque<Line> {
        self.file_ended();
        self.take()
    }

    fn file_ended(&mut self) {
        if let Some(bytes) = self.lines.finish() {
            self.ready.push_back(Line { bytes, gap: mem::take(&mut self.gap) });
        }
    }

    /// Starts a poll, this long after the start.
    pub(crate) fn poll(&mut self, now: Duration) {
        (self.now, self.state) = (now, State::Check);
    }

    /// Abandons the current step. The lines read so far are kept.
    pub(crate) fn interrupt(&mut self) {
        self.state = State::Idle;
    }

    /// Handles the list of files. Returns true if the log is among them.
    pub(crate) fn listed(&mut self, files: &[LogInfo]) -> bool {
        let (log, rotated) = self.listing.update(&self.name, files);
        let is_there = log.is_some();
        self.state = match (mem::replace(&mut self.state, State::Idle), log) {
            (State::Check, Some(log)) => self.check(log, rotated),
            (State::Check, None) => State::Idle,
            (State::Find, _) => self.find(rotated),
            (State::Confirm(reading), _) if reading.rotated == rotated => self.confirmed(reading),
            (State::Confirm(_), _) => self.changed(),
            (other, _) => other,
        };
        is_there
    }

    /// Handles an opened file; its size may be unknown.
    pub(crate) fn opened(&mut self, size: Option<u64>) {
        let State::Open(reading) = mem::replace(&mut self.state, State::Idle) else { return };
        self.next_head.clear();
        // Rotated files do not grow: another size means an outdated copy, or a file that is not rotated.
        let size_differs =
            reading.file.name != self.name && size.is_some_and(|size| size != reading.file.size);
        self.state = match reading.role {
            Role::Log => State::Read(reading),
            Role::Next if size_differs && self.next_grace.is_running(self.now) => State::Idle,
            Role::Candidate(_) if size_differs && self.find_grace.is_running(self.now) => State::Idle,
            _ => State::Confirm(Reading { size_differs, ..reading }),
        }
    }

    /// The open file is the listed one, unless its size differs.
    fn confirmed(&mut self, reading: Reading) -> State {
        match reading.role {
            // The bytes of an outdated copy do not identify the file that now has this name.
            Role::Candidate(others) if reading.size_differs => self.try_candidate(reading.rotated, others),
            Role::Next if reading.size_differs => self.restart(),
            _ => State::Read(reading),
        }
    }

    /// The folder has changed since the file was opened, so that the file is unknown.
    fn changed(&mut self) -> State {
        self.folder_changes += 1;
        match self.folder_changes {
            MAX_FOLDER_CHANGES.. => self.restart(),
            // A folder that changes with each list is left alone until the next poll.
            folder_changes if folder_changes.is_multiple_of(2) => State::Idle,
            // Nothing was read yet that could be found again.
            _ if self.since.is_some() => State::Check,
            _ => State::Find,
        }
    }

    /// Handles the next bytes of the file.
    pub(crate) fn read(&mut self, bytes: &[u8]) {
        let State::Read(reading) = &mut self.state else { return };
        if !matches!(reading.role, Role::Next) || reading.read_so_far != Fingerprint::START {
            return self.read_current(bytes);
        }
        self.next_head.extend_from_slice(bytes);
        if self.next_head.len() >= HEAD_BYTES {
            self.start_next();
        }
    }

    /// Starts the next file, unless it is an outdated copy of one that was read.
    fn start_next(&mut self) {
        let bytes = mem::take(&mut self.next_head);
        if self.heads.has(&bytes) && self.next_grace.is_running(self.now) {
            return self.interrupt();
        }
        self.start_file();
        self.read_current(&bytes);
    }

    fn read_current(&mut self, bytes: &[u8]) {
        let State::Read(reading) = &mut self.state else { return };
        // Most other files differ in their first bytes.
        if reading.read_so_far == Fingerprint::START && self.heads.is_other_file(bytes) {
            return self.not_current();
        }
        let unknown = self.fingerprint.bytes - reading.read_so_far.bytes;
        let known = usize::try_from(unknown).map_or(bytes.len(), |unknown| unknown.min(bytes.len()));
        let (known, new_bytes) = bytes.split_at(known);
        reading.read_so_far.add(known);
        self.since = None;
        if reading.read_so_far.bytes < self.fingerprint.bytes {
            return;
        }
        if reading.read_so_far != self.fingerprint {
            return self.not_current();
        }
        self.find_grace.reset();
        // Finding the current file again is no progress.
        if !matches!(reading.role, Role::Candidate(_)) {
            self.next_grace.reset();
        }
        self.fingerprint.add(new_bytes);
        self.heads.add(new_bytes);
        reading.read_so_far = self.fingerprint;
        self.lines.feed(new_bytes, |line| {
            let bytes = Bytes::copy_from_slice(line);
            self.ready.push_back(Line { bytes, gap: mem::take(&mut self.gap) });
        });
    }

    /// Handles the end of the file.
    pub(crate) fn ended(&mut self) {
        if !self.next_head.is_empty() {
            self.start_next();
        }
        let State::Read(Reading { file, role, size_differs, read_so_far, rotated }) =
            mem::replace(&mut self.state, State::Idle)
        else {
            return;
        };
        if read_so_far.bytes < self.fingerprint.bytes && !matches!(role, Role::Next) {
            // The copy may be older than the list.
            let is_old_copy = matches!(role, Role::Log) && file.size >= self.fingerprint.bytes;
            if !is_old_copy {
                self.state = State::Read(Reading { file, role, size_differs, read_so_far, rotated });
                self.not_current();
            }
        } else if file.name != self.name {
            self.file_ended();
            // A file that grows out of turn does not determine its successor, and may be the successor itself.
            let has_grown = self
                .rotated_size
                .replace(self.fingerprint.bytes)
                .is_some_and(|rotated_size| rotated_size != self.fingerprint.bytes);
            let newer = rotated.iter().skip_while(|other| **other != file).nth(1).cloned();
            // A file with another pattern of names may belong to another program.
            let has_other_pattern =
                newer.as_ref().is_some_and(|newer| newer.name_pattern() != file.name_pattern());
            self.is_incomplete |= has_grown || has_other_pattern || self.listing.is_unreliable();
            self.gap |= self.is_incomplete;
            let file = newer.unwrap_or_else(|| self.log());
            self.state = State::Open(Reading::new(file, Role::Next, rotated));
        } else if read_so_far.bytes == self.fingerprint.bytes {
            // If the list has another size, its time does not apply.
            let mtime = file.mtime.filter(|_| file.size == self.fingerprint.bytes);
            self.idle_log = Some(Listed { size: self.fingerprint.bytes, mtime, ..file });
            (self.idle_rotated, self.folder_changes, self.is_incomplete) = (rotated, 0, false);
        } else if read_so_far == Fingerprint::START {
            // Nothing was written since the rotation: the current file stays the one before.
            (self.idle_log, self.idle_rotated, self.folder_changes) =
                (Some(Listed { size: 0, ..file }), rotated, 0);
        }
    }

    /// Compares the log with the last poll.
    fn check(&mut self, log: Listed, rotated: Vec<Listed>) -> State {
        let is_as_before = |idle_log: &Listed| {
            let time = log.mtime.filter(|_| log.size > 0);
            idle_log.size == log.size
                && if time.is_some() { idle_log.mtime == time } else { self.idle_rotated == rotated }
        };
        if self.idle_log.as_ref().is_some_and(is_as_before) {
            return State::Idle;
        }
        self.idle_log = None;
        let (file, role) = match self.since {
            None => (log, Role::Log),
            Some(since) => {
                let first = rotated.iter().find(|file| file.mtime.is_none_or(|time| time >= since));
                (first.cloned().unwrap_or(log), Role::Next)
            }
        };
        State::Open(Reading::new(file, role, rotated))
    }

    /// Looks for the current file among the rotated ones.
    fn find(&mut self, rotated: Vec<Listed>) -> State {
        let others: Vec<_> =
            rotated.iter().filter(|file| file.size >= self.fingerprint.bytes).cloned().collect();
        if others.is_empty() { self.restart() } else { self.try_candidate(rotated, others) }
    }

    fn try_candidate(&mut self, rotated: Vec<Listed>, mut others: Vec<Listed>) -> State {
        match others.pop() {
            Some(file) => State::Open(Reading::new(file, Role::Candidate(others), rotated)),
            None if self.find_grace.is_running(self.now) => State::Idle,
            None => self.restart(),
        }
    }

    /// The open file is not the current one.
    fn not_current(&mut self) {
        self.state = match mem::replace(&mut self.state, State::Find) {
            State::Read(Reading { rotated, role: Role::Candidate(others), .. }) => {
                self.try_candidate(rotated, others)
            }
            _ => State::Find,
        };
    }

    /// Gives up the rest of the current file, and reads the log from its start.
    fn restart(&mut self) -> State {
        self.file_ended();
        self.start_file();
        self.find_grace.reset();
        self.next_grace.reset();
        (self.gap, self.since) = (true, None);
        State::Open(Reading::new(self.log(), Role::Log, Vec::new()))
    }

    /// Starts another file.
    fn start_file(&mut self) {
        (self.fingerprint, self.rotated_size, self.folder_changes) = (Fingerprint::START, None, 0);
        self.heads.start_file();
    }

    /// Returns the log itself, with unknown size.
    fn log(&self) -> Listed {
        Listed { name: self.name.clone(), size: 0, mtime: None }
    }
}

#[cfg(test)]
mod tests;
