//! Merges the entries of many logs by time, with bounded memory and few open connections.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
    vec,
};

use jiff::Timestamp;

use super::{
    entries::Entry,
    reader::{Read, Reader, Readers},
};
use crate::{Error, MAX_CONCURRENT_REQUESTS, Mode};

/// Maximum memory of a group of logs, in bytes: merging needs an entry of each. At most [`MAX_CONCURRENT_REQUESTS`] of
/// them are requested or read at a time. Logs already being opened when a group is full still belong to it.
const MAX_GROUP_BYTES: usize = 14 << 20;

/// Memory of a log not read to its end, in bytes: two or three chunks of its connection, of 408 KiB at most, and the
/// entries read ahead.
const OPEN_LOG_BYTES: usize = 1 << 20;

/// Maximum number of entries to return at once.
const MAX_BATCH_ENTRIES: usize = 256;

/// Merges logs by time. Logs that together exceed the memory are merged group by group.
pub(super) struct Merge<M> {
    /// The logs of later groups.
    waiting: vec::IntoIter<Reader<M>>,
    readers: Readers<M>,
    /// The logs of this group.
    logs: Vec<Log<M>>,
    /// The number of the group's first log.
    first: usize,
    /// Time of the first entry of each log, with the log's index in the group.
    heads: BinaryHeap<Reverse<(Option<Timestamp>, usize)>>,
}

struct Log<M> {
    entries: VecDeque<Entry>,
    /// None while the log is being read, and at its end.
    reader: Option<Reader<M>>,
}

/// A batch of merged entries.
pub(super) struct Merged {
    /// Entries with their log numbers.
    pub(super) entries: Vec<(usize, Entry)>,
    /// Logs that could not be read, at all or to their end.
    pub(super) failed: Vec<(usize, Error)>,
    /// True for the first batch of a group.
    pub(super) starts_group: bool,
}

impl<M: Mode> Merge<M> {
    pub(super) fn new(logs: Vec<Reader<M>>) -> Self {
        let (waiting, readers) = (logs.into_iter(), Readers::new());
        Self { waiting, readers, logs: Vec::new(), first: 0, heads: BinaryHeap::new() }
    }

    /// Returns the next batch; none at the end.
    pub(super) async fn next(&mut self) -> Option<Merged> {
        let mut merged = Merged { entries: Vec::new(), failed: Vec::new(), starts_group: false };
        if self.heads.is_empty() {
            self.first += self.logs.len();
            self.logs.clear();
            if self.waiting.len() == 0 {
                return None;
            }
            merged.starts_group = true;
            self.start_group(&mut merged.failed).await;
        }
        while merged.entries.len() < MAX_BATCH_ENTRIES
            && let Some(Reverse((_, log))) = self.heads.pop()
        {
            self.emit(log, &mut merged).await;
        }
        Some(merged)
    }

    /// Opens as many logs as fit into memory, and reads a little of each.
    async fn start_group(&mut self, failed: &mut Vec<(usize, Error)>) {
        let mut used = 0;
        loop {
            while self.readers.len() < MAX_CONCURRENT_REQUESTS
                && used < MAX_GROUP_BYTES
                && let Some(reader) = self.waiting.next()
            {
                self.readers.start(self.logs.len(), reader);
                self.logs.push(Log { entries: VecDeque::new(), reader: None });
            }
            let Some(part) = self.readers.next().await else { break };
            used += match part.reader {
                Some(_) => OPEN_LOG_BYTES,
                None => part.entries.iter().map(Entry::size).sum(),
            };
            self.take(part, failed);
        }
        let heads = self.logs.iter().enumerate();
        self.heads = heads.filter_map(|(log, of)| Some(Reverse((of.entries.front()?.time, log)))).collect();
    }

    fn take(&mut self, Read { log, entries, reader, error }: Read<M>, failed: &mut Vec<(usize, Error)>) {
        failed.extend(error.map(|error| (self.first + log, error)));
        let Some(of) = self.logs.get_mut(log) else { return };
        of.entries.extend(entries);
        of.reader = reader;
    }

    /// Emits the first entry of a log, with its further pieces.
    async fn emit(&mut self, log: usize, merged: &mut Merged) {
        loop {
            let Some(of) = self.logs.get_mut(log) else { return };
            merged.entries.extend(of.entries.pop_front().map(|entry| (self.first + log, entry)));
            if of.entries.is_empty()
                && let Some(reader) = of.reader.take()
            {
                self.readers.start(log, reader);
                while let Some(part) = self.readers.next().await {
                    self.take(part, &mut merged.failed);
                }
            }
            match self.logs.get(log).and_then(|of| of.entries.front()) {
                Some(next) if next.continues => {}
                Some(next) => return self.heads.push(Reverse((next.time, log))),
                None => return,
            }
        }
    }
}
