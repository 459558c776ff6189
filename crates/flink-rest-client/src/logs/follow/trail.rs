//! Where the reading of a log stands: a machine that says what to ask the server for, takes what it answers, and gives
//! lines. It talks to nobody.
//!
//! A file is recognised by its bytes: the hash of those that were read. So it does not matter under which name it is
//! found again, and all that has to be remembered is the hash and their number. The server may answer with a copy that is
//! some seconds old, while the list of files is new: such a copy begins like a file that was read before.
//!
//! ```text
//!            listed: nothing new
//!   Look ─────────────────────────────────────────────► Rest
//!    │ changed                                            ▲
//!    ▼           begins as what was read: news             │
//!   the log ──────────────────────────────────────────────┤
//!    │ begins otherwise: it was rotated or truncated       │
//!    ▼            nowhere: lines may be missing            │
//!   Seek ────────────────────────────────► the log ────────┤
//!    │ a rotated file begins as what was read: its rest    │
//!    ▼                                                     │
//!   each file after that one, the log last ───────────────┘
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

/// How often a folder may change while a rotated file is opened, until lines are given up: two times a poll. No log is
/// rotated so often; it is a file that grows and is not seen to.
const MOST_CHANGES: u32 = 60;

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    /// Ask for the list of files, for [`Trail::listed`].
    List,
    /// Open this file, for [`Trail::opened`].
    Open(&'a LogFileName),
    /// Read on in the file that was opened, for [`Trail::read`] or [`Trail::ended`].
    Read,
    /// Nothing, until it is time to [`poll`](Trail::poll).
    Rest,
}

/// A file that is to be read, or is being read.
#[derive(Clone, Debug)]
struct Reading {
    file: Listed,
    why: Why,
    /// Whether it is of another size than in the list.
    is_other: bool,
    /// What was read of it this time.
    seen: Mark,
    /// The files that were rotated before, oldest first.
    rotated: Vec<Listed>,
}

#[derive(Clone, Debug)]
enum Why {
    /// It is the log.
    Log,
    /// It may be the file that was read before; else these may be, the last one first.
    Sought(Vec<Listed>),
    /// It comes after the file that was read before.
    Next,
}

#[derive(Debug)]
enum State {
    Look,
    Seek,
    Open(Reading),
    /// It is open. Did its name mean the same file all the time?
    Confirm(Reading),
    Read(Reading),
    Rest,
}

/// Where the reading of a log stands.
#[derive(Debug)]
pub(crate) struct Trail {
    name: LogFileName,
    /// Until something was read: from when on what was rotated is read as well.
    since: Option<Timestamp>,
    /// What was read of the file that was read last.
    mark: Mark,
    lines: Lines,
    state: State,
    listing: Listing,
    /// What the list says of the log while there is nothing new; without a time if that is not known.
    rested: Option<Listed>,
    /// The files that were rotated, while there is nothing new: a log that is empty, or has no time, and is replaced by one of
    /// its size shows only beside it.
    beside: Vec<Listed>,
    heads: Heads,
    /// How the next one begins, as far as that was read: too little to tell what it is.
    start: Vec<u8>,
    /// When the last poll was.
    now: Duration,
    /// Whether what is sought may be there, behind older copies.
    about_sought: Doubt,
    /// Whether what was sent as the file that comes next is an older copy.
    about_next: Doubt,
    /// How long the file that was read last is, if it was rotated and read to its end.
    end: Option<u64>,
    /// Whether what was read since the log may not be all of it, or not only that.
    is_astray: bool,
    /// How often the folder changed while a rotated file was opened, since there was progress.
    changes: u32,
    /// Whether lines were lost before the next one.
    gap: bool,
    given: VecDeque<Line>,
}

impl Trail {
    /// The log with this name, from its start; if a time is given, from the first file that was written to since.
    ///
    /// The server may answer with copies, but not with older ones than this.
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
            // Meanwhile, names may come to mean other files, and older copies of those are sent.
            about_next: Doubt::lasting(patience * 3),
            end: None,
            is_astray: false,
            changes: 0,
            gap: false,
            given: VecDeque::new(),
        }
    }

    /// What to do next.
    pub(crate) fn step(&self) -> Step<'_> {
        match &self.state {
            State::Look | State::Seek | State::Confirm(_) => Step::List,
            State::Open(reading) => Step::Open(&reading.file.name),
            State::Read(_) => Step::Read,
            State::Rest => Step::Rest,
        }
    }

    /// The lines that have come since this was asked last.
    pub(crate) fn take(&mut self) -> VecDeque<Line> {
        mem::take(&mut self.given)
    }

    /// The same, now that the log has another name.
    pub(crate) fn renamed(self, name: LogFileName) -> Self {
        Self { name, rested: None, ..self }
    }

    /// Nothing more will come: the half line at the end is one.
    pub(crate) fn finish(&mut self) -> VecDeque<Line> {
        self.file_ended();
        self.take()
    }

    fn file_ended(&mut self) {
        if let Some(bytes) = self.lines.finish() {
            self.given.push_back(Line { bytes, gap: mem::take(&mut self.gap) });
        }
    }

    /// It is time to look for news, so long after the beginning.
    pub(crate) fn poll(&mut self, now: Duration) {
        (self.now, self.state) = (now, State::Look);
    }

    /// What was asked for cannot be had for now. What was read is kept.
    pub(crate) fn interrupt(&mut self) {
        self.state = State::Rest;
    }

    /// The list of files is here. Whether the log is among them.
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

    /// The file is open, and so long, if that is known.
    pub(crate) fn opened(&mut self, size: Option<u64>) {
        let State::Open(reading) = mem::replace(&mut self.state, State::Rest) else { return };
        self.start.clear();
        // What was rotated does not grow: another size is that of an older copy, or it is no such file.
        let is_other = reading.file.name != self.name && size.is_some_and(|size| size != reading.file.size);
        self.state = match reading.why {
            Why::Log => State::Read(reading),
            Why::Next if is_other && self.about_next.lasts(self.now) => State::Rest,
            Why::Sought(_) if is_other && self.about_sought.lasts(self.now) => State::Rest,
            _ => State::Confirm(Reading { is_other, ..reading }),
        }
    }

    /// The file that is open is the one that was listed, unless it is of another size.
    fn confirmed(&mut self, reading: Reading) -> State {
        match reading.why {
            // The bytes of an older copy say nothing of the file that has this name now.
            Why::Sought(others) if reading.is_other => self.try_one(reading.rotated, others),
            Why::Next if reading.is_other => self.lost(),
            _ => State::Read(reading),
        }
    }

    /// The folder is not as it was when the file was opened: what is this file?
    fn changed(&mut self) -> State {
        self.changes += 1;
        match self.changes {
            MOST_CHANGES.. => self.lost(),
            // A folder that changes with each look is left alone until the next poll.
            changes if changes.is_multiple_of(2) => State::Rest,
            // Nothing is known yet that could be sought.
            _ if self.since.is_some() => State::Look,
            _ => State::Seek,
        }
    }

    /// These are the next bytes of the file.
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

    /// Begins the next file, if that is not an older copy of one that was read.
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
        // Most other files differ at once.
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
        // To find again what was read is no progress.
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

    /// The file is at its end.
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
            // The copy that was sent may be older than the list.
            let is_old_copy = matches!(why, Why::Log) && file.size >= self.mark.bytes;
            if !is_old_copy {
                self.state = State::Read(Reading { file, why, is_other, seen, rotated });
                self.is_another();
            }
        } else if file.name != self.name {
            self.file_ended();
            // What grows out of turn does not tell what comes next, and may itself have come next.
            let has_grown = self.end.replace(self.mark.bytes).is_some_and(|end| end != self.mark.bytes);
            let newer = rotated.iter().skip_while(|other| **other != file).nth(1).cloned();
            // Who names its files otherwise may be somebody else.
            let is_other_kind = newer.as_ref().is_some_and(|newer| newer.shape() != file.shape());
            self.is_astray |= has_grown || is_other_kind || self.listing.is_doubtful();
            self.gap |= self.is_astray;
            let file = newer.unwrap_or_else(|| self.log());
            self.state =
                State::Open(Reading { file, why: Why::Next, is_other: false, seen: Mark::START, rotated });
        } else if seen.bytes == self.mark.bytes {
            // If it was of another size in the list, its time is not known.
            let mtime = file.mtime.filter(|_| file.size == self.mark.bytes);
            self.rested = Some(Listed { size: self.mark.bytes, mtime, ..file });
            (self.beside, self.changes, self.is_astray) = (rotated, 0, false);
        } else if seen == Mark::START {
            // Nothing was written since the rotation: what was read last stays the file before.
            (self.rested, self.beside, self.changes) = (Some(Listed { size: 0, ..file }), rotated, 0);
        }
    }

    /// Is there anything new?
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

    /// Where is the file that was read?
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

    /// The file that is being read is not the one that was read before.
    fn is_another(&mut self) {
        self.state = match mem::replace(&mut self.state, State::Seek) {
            State::Read(Reading { rotated, why: Why::Sought(others), .. }) => self.try_one(rotated, others),
            _ => State::Seek,
        };
    }

    /// What was not read of the file cannot be had any more: the log is read from its start.
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

    /// What is read next belongs to another file.
    fn begin_file(&mut self) {
        (self.mark, self.end, self.changes) = (Mark::START, None, 0);
        self.heads.begin_file();
    }

    /// The log itself, whatever its size.
    fn log(&self) -> Listed {
        Listed { name: self.name.clone(), size: 0, mtime: None }
    }
}

#[cfg(test)]
mod tests;
