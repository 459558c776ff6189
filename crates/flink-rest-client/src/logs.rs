//! Reading logs: the current entries of one process or of all, ordered by time.
//!
//! ```no_run
//! # async fn f() -> flink_rest_client::Result<()> {
//! use flink_rest_client::logs::{LogFilter, LogLevel};
//! let flink = flink_rest_client::FlinkRestClient::new("http://localhost:8081")?;
//! let mut entries = flink.logs().filter(LogFilter::default().level(LogLevel::Warn)).last(20).entries();
//! while let Some(entry) = entries.next().await? {
//!     println!("{}: {}", entry.process, entry.to_string_lossy());
//! }
//! for unread in entries.take_unread() {
//!     eprintln!("{unread}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Logs are streamed: memory does not grow with their size or number. Flink cannot send a part of a file, so each log
//! is sent as a whole, even for its last entry. The file is the one that [`log()`](crate::jobmanager::JobManager::log)
//! returns; [following](crate::follow) a log also reads rotated files.
//!
//! An entry is a line and its continuation lines, such as a stack trace: the next entry begins with a date or a level.
//! Before the first such line, and in logs without any, each line is an entry.
//!
//! A log that cannot be read does not hide the others: [`LogEntries::take_unread`] lists the unreadable ones.

mod entries;
mod filter;
pub mod follow;
mod merge;
mod reader;
mod tail;

use std::{
    borrow::Cow,
    collections::VecDeque,
    fmt, mem,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    vec,
};

use bytes::Bytes;
use futures_core::Stream;
use jiff::{Timestamp, tz::Offset};

pub use self::filter::{LogFilter, LogLevel};
use self::{
    entries::{Entry, Overflow, Selection},
    merge::{Merge, Merged},
    reader::{Read, Reader, Readers},
    tail::Tail,
};
use crate::{
    Async, CallOptions, Client, Error, MAX_CONCURRENT_REQUESTS, Mode, Result,
    client::pull::{Batches, Pull},
    logs::follow::{Process, files::Files},
    rest::{cluster::GetConfig, taskmanagers::details::GetTaskManagers},
};

/// An entry of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogEntry {
    /// The process that wrote it.
    pub process: Process,
    /// The entry's time, or that of the previous entry; the first entries may have none. Times never decrease within a
    /// log.
    ///
    /// Logs have times without a zone. They are read in the JobManager's zone at its start (`timezone-offset` of
    /// `/config`).
    pub time: Option<Timestamp>,
    /// The level; none if it has none.
    pub level: Option<LogLevel>,
    /// True if it continues the previous entry. An entry of more than 256 KiB is split into pieces, unless only the
    /// [last](Logs::last) entries are read.
    pub continues: bool,
    /// Bytes cut off at the end: the [last](Logs::last) entries are limited to 256 KiB each.
    pub cut: u64,
    /// Number of the group, from 0. Entries are ordered by time within a group.
    ///
    /// There are several groups if the logs exceed 14 MiB in memory. A log with more than 32 KiB of selected entries
    /// counts as 1 MiB, others by the size of their selected entries. The [last](Logs::last) entries are always one
    /// group.
    pub group: usize,
    /// The bytes without the final line end, mostly UTF-8.
    pub bytes: Bytes,
}

impl LogEntry {
    /// Returns the text; bytes that are not UTF-8 become `\u{fffd}`.
    pub fn to_string_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }
}

/// A log that could not be read, at all or to its end.
#[derive(Debug)]
#[non_exhaustive]
pub struct Unread {
    /// The process; none if the TaskManagers could not be listed.
    pub process: Option<Process>,
    /// The reason.
    pub error: Error,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.process {
            Some(process) => write!(f, "{process}: {}", self.error),
            None => write!(f, "the TaskManagers: {}", self.error),
        }
    }
}

/// The log entries to read. Sends nothing until the first of the [entries](Self::entries) is requested.
#[derive(Clone, Debug)]
#[must_use = "nothing is read until entries() is called"]
pub struct Logs<M> {
    client: Client<M>,
    /// The processes; none for all.
    processes: Option<Vec<Process>>,
    since: Option<Timestamp>,
    filter: LogFilter,
    last: Option<usize>,
}

impl<M: Mode> Client<M> {
    /// Returns a reader of the current logs of all processes.
    pub fn logs(&self) -> Logs<M> {
        let (client, filter) = (self.clone(), LogFilter::default());
        Logs { client, processes: None, since: None, filter, last: None }
    }
}

impl<M: Mode> Logs<M> {
    /// Reads only the logs of these processes.
    pub fn of(mut self, processes: impl IntoIterator<Item = Process>) -> Self {
        self.processes = Some(processes.into_iter().collect());
        self
    }

    /// Reads only entries of this time or later.
    pub fn since(mut self, time: Timestamp) -> Self {
        self.since = Some(time);
        self
    }

    /// Reads only entries that the filter selects.
    pub fn filter(mut self, filter: LogFilter) -> Self {
        self.filter = filter;
        self
    }

    /// Reads only the last entries, this many of all logs together. They are limited to 8 MiB: see
    /// [`LogEntries::is_short`].
    pub fn last(mut self, entries: usize) -> Self {
        self.last = Some(entries);
        self
    }

    /// Returns the entries. Sends nothing until the first is requested.
    pub fn entries(self) -> LogEntries<M> {
        let (mode, report) = (self.client.mode.clone(), Arc::<Mutex<Report>>::default());
        let reading = Reading {
            logs: self,
            processes: Vec::new(),
            group: None,
            report: report.clone(),
            unread: 0,
            error: None,
            state: State::New,
        };
        LogEntries { pull: Pull::new(reading), report, mode }
    }
}

/// The result of the reading, apart from the entries.
#[derive(Debug, Default)]
struct Report {
    processes: usize,
    unread: Vec<Unread>,
    is_short: bool,
}

/// Entries of logs. Dropping it stops the reading.
///
/// Async code calls [`next`](Self::next) or uses it as a [`Stream`]; in blocking code it is an [`Iterator`]. If no log
/// can be read, that is an error. If only some can, [`take_unread`](Self::take_unread) lists the others at the end.
#[must_use = "nothing is sent until an entry is requested"]
pub struct LogEntries<M: Mode> {
    pull: Pull<Reading<M>>,
    report: Arc<Mutex<Report>>,
    mode: M,
}

impl<M: Mode> LogEntries<M> {
    /// Returns the logs that could not be read, at all or to their end, and clears the list.
    pub fn take_unread(&mut self) -> Vec<Unread> {
        mem::take(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner).unread)
    }

    /// Returns the number of processes whose logs are read; 0 before the first entry.
    pub fn processes(&self) -> usize {
        self.report.lock().unwrap_or_else(PoisonError::into_inner).processes
    }

    /// Returns true if there are fewer of the [last](Logs::last) entries than requested, because more would exceed 8
    /// MiB.
    pub fn is_short(&self) -> bool {
        self.report.lock().unwrap_or_else(PoisonError::into_inner).is_short
    }
}

impl LogEntries<Async> {
    /// Returns the next entry; none at the end. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Result<Option<LogEntry>> {
        self.pull.next().await
    }
}

impl Stream for LogEntries<Async> {
    type Item = Result<LogEntry>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.pull.poll(context)
    }
}

#[cfg(feature = "blocking")]
impl Iterator for LogEntries<crate::client::blocking::Blocking> {
    type Item = Result<LogEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        let mode = self.mode.clone();
        mode.block_on(self.pull.next()).transpose()
    }
}

impl<M: Mode> fmt::Debug for LogEntries<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogEntries").field("report", &self.report).finish_non_exhaustive()
    }
}

/// Logs that are being read.
struct Reading<M> {
    logs: Logs<M>,
    /// The processes whose logs are read, by log number.
    processes: Vec<Process>,
    /// Number of the current group.
    group: Option<usize>,
    report: Arc<Mutex<Report>>,
    /// Number of logs that could not be read.
    unread: usize,
    /// The error to return at the end, if no log could be read.
    error: Option<Error>,
    state: State<M>,
}

enum State<M> {
    New,
    Merging(Merge<M>),
    /// The last entries are complete.
    Draining(vec::IntoIter<(usize, Entry)>),
}

impl<M: Mode> Batches for Reading<M> {
    type Item = LogEntry;

    async fn next(&mut self) -> Result<Option<VecDeque<LogEntry>>> {
        loop {
            let entries = match &mut self.state {
                State::New => {
                    self.start().await?;
                    continue;
                }
                State::Merging(merge) => match merge.next().await {
                    Some(Merged { entries, failed, starts_group }) => {
                        self.failed(failed);
                        if starts_group {
                            self.group = Some(self.group.map_or(0, |group| group + 1));
                        }
                        entries
                    }
                    None => return self.error.take().map_or(Ok(None), Err),
                },
                State::Draining(entries) => entries.by_ref().collect(),
            };
            let is_over = matches!(self.state, State::Draining(_));
            let group = self.group.unwrap_or_default();
            let entries: VecDeque<_> =
                entries.into_iter().filter_map(|(log, entry)| self.entry(log, entry, group)).collect();
            match entries.is_empty() {
                true if is_over => return self.error.take().map_or(Ok(None), Err),
                true => {}
                false => return Ok(Some(entries)),
            }
        }
    }
}

impl<M: Mode> Reading<M> {
    /// Lists the processes and starts reading their logs.
    async fn start(&mut self) -> Result<()> {
        let Logs { client, processes, since, filter, last } = self.logs.clone();
        let config = client.execute(&GetConfig::new(), CallOptions::default()).await?;
        let zone = Offset::from_seconds(config.timezone_offset / 1000).unwrap_or(Offset::UTC);
        self.processes = match processes {
            Some(processes) => processes,
            None => self.all_processes().await,
        };
        self.report().processes = self.processes.len();
        let overflow = if last.is_some() { Overflow::Cut } else { Overflow::Split };
        let selection = Selection { since, filter, zone, overflow };
        let reader = |process: &Process| {
            Reader::new(Files { client: client.clone(), process: process.clone() }, selection.clone())
        };
        let readers: Vec<_> = self.processes.iter().map(reader).collect();
        self.state = match last {
            None => State::Merging(Merge::new(readers)),
            Some(count) => State::Draining(self.tail(readers, count).await.into_iter()),
        };
        Ok(())
    }

    /// Lists all processes. If the TaskManagers cannot be listed, the JobManager's log is read all the same.
    async fn all_processes(&mut self) -> Vec<Process> {
        let taskmanagers =
            match self.logs.client.execute(&GetTaskManagers::new(), CallOptions::default()).await {
                Ok(list) => list.taskmanagers,
                Err(error) => {
                    self.report().unread.push(Unread { process: None, error });
                    Vec::new()
                }
            };
        let taskmanagers = taskmanagers.into_iter().map(|taskmanager| Process::TaskManager(taskmanager.id));
        std::iter::once(Process::JobManager).chain(taskmanagers).collect()
    }

    /// Reads the last entries, a few logs at a time.
    async fn tail(&mut self, logs: Vec<Reader<M>>, count: usize) -> Vec<(usize, Entry)> {
        let (mut tail, mut readers, mut number) = (Tail::new(count), Readers::new(), 0_u64);
        let mut waiting = logs.into_iter().enumerate();
        loop {
            while readers.len() < MAX_CONCURRENT_REQUESTS
                && let Some((log, reader)) = waiting.next()
            {
                readers.start(log, reader);
            }
            let Some(Read { log, entries, reader, error }) = readers.next().await else { break };
            // More than `count` entries of one log cannot be among the last.
            let skipped = entries.len().saturating_sub(count);
            for entry in entries.into_iter().skip(skipped) {
                number += 1;
                tail.push((entry.time, log, number), entry);
            }
            if let Some(reader) = reader {
                readers.start(log, reader);
            }
            self.failed(error.map(|error| (log, error)));
        }
        let (entries, is_short) = tail.into_entries();
        self.report().is_short = is_short;
        entries
    }

    /// Records the logs that could not be read. If none could, the error is returned after the entries there are.
    fn failed(&mut self, failed: impl IntoIterator<Item = (usize, Error)>) {
        let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        for (log, error) in failed {
            self.unread += 1;
            report.unread.push(Unread { process: self.processes.get(log).cloned(), error });
        }
        if self.unread > 0 && self.unread == self.processes.len() {
            self.error = self.error.take().or_else(|| report.unread.pop().map(|unread| unread.error));
        }
    }

    fn report(&self) -> MutexGuard<'_, Report> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn entry(
        &self,
        log: usize,
        Entry { time, continues, cut, bytes }: Entry,
        group: usize,
    ) -> Option<LogEntry> {
        let process = self.processes.get(log)?.clone();
        let level = LogLevel::of(&bytes);
        Some(LogEntry { process, time, level, continues, cut, group, bytes })
    }
}
