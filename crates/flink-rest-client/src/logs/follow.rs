//! Following logs: what is written now, line by line, until it is dropped.
//!
//! ```no_run
//! # async fn f() -> flink_rest_client::Result<()> {
//! let flink = flink_rest_client::FlinkRestClient::new("http://localhost:8081")?;
//! let mut lines = flink.follow_logs().last(10).lines();
//! while let Some(line) = lines.next().await? {
//!     println!("{}: {}", line.process, line.to_string_lossy());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! No line is lost and none comes twice, whether the log grows, is rotated or truncated, and through a restart of
//! the JobManager. If lines had to be lost, because a file was removed before it was read, the next one
//! [says so](LogLine::gap). A line comes when its end is written, or its file ends.
//!
//! What cannot be known: a log that is truncated may have held lines that were written since the last poll, or, where
//! copies are sent or Flink tells no times, one that was by chance as long as what was read before. Nor can it be known
//! what an older copy of a rotated file is that somebody else still writes to. And Flink tells since 1.15 when a file was
//! written to; before, `flink.log.1` is taken for the oldest of the rotated files, as log4j counts unless told otherwise.
//! Where it is the newest, as with logback, follow logs of Flink 1.13 and 1.14 only if they are not rotated.
//!
//! # What it costs
//!
//! While nothing changes, a poll is a list of files for each process, and of the TaskManagers if all are followed. Flink
//! cannot send a part of a file: when a log has grown it is sent again as a whole, and what is known is skipped. Memory
//! stays bounded, but a busy log of 100 MB is 100 MB a poll, so make it [rotate](https://logging.apache.org/log4j/2.x/)
//! earlier or [poll](Follow::poll_between) seldom. The JobManager keeps copies of TaskManagers' files for
//! `web.refresh-interval` (3 seconds), so their lines may come that late.
//!
//! # Which lines
//!
//! Those of the file that [`log()`](crate::jobmanager::JobManager::log) gives, and after a rotation those of the files
//! named after it (`flink.log.1`), unless they are compressed. What somebody else writes to a file of such a name is not
//! the log's: while one grows, a rotation counts as a [gap](LogLine::gap).

mod doubt;
pub(crate) mod files;
pub(crate) mod lines;
mod listing;
mod mark;
mod merge;
mod process;
mod rounds;
mod source;
mod trail;

use std::{
    borrow::Cow,
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use jiff::Timestamp;

use crate::{
    Async, Client, Error, Mode, Result, TaskManagerId,
    client::{callback::Tell, pull::Pull},
    logs::{
        Unread,
        follow::{files::File, rounds::Rounds},
    },
};

/// A process of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Process {
    /// The JobManager.
    JobManager,
    /// A TaskManager.
    TaskManager(TaskManagerId),
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::JobManager => f.write_str("jobmanager"),
            Self::TaskManager(id) => write!(f, "taskmanager {id}"),
        }
    }
}

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogLine {
    /// Who wrote it.
    pub process: Process,
    /// When it was written. A line without a time has that of the line before; the first ones may have none.
    ///
    /// Logs have times without a zone. They are taken to be in the JobManager's, which is that of its start: a
    /// TaskManager elsewhere, or a change to daylight saving time, puts them out.
    pub time: Option<Timestamp>,
    /// Whether it goes on where the line before ended, as a stack trace does.
    pub continues: bool,
    /// Whether lines before it may be missing: its file was truncated, or the one before it was removed or compressed
    /// before it was read, or a file that is named like it changes too much to tell.
    pub gap: bool,
    /// Its bytes without the line's end, mostly UTF-8. A line of more than a MiB comes in pieces.
    pub bytes: Bytes,
}

impl LogLine {
    /// Its text; what is not UTF-8 shows as `\u{fffd}`.
    pub fn to_string_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }
}

/// Where following a log begins.
#[derive(Clone, Copy, Debug)]
enum Start {
    Beginning,
    Last(usize),
    Since(Timestamp),
}

impl Start {
    fn since(self) -> Option<Timestamp> {
        match self {
            Self::Since(time) => Some(time),
            Self::Beginning | Self::Last(_) => None,
        }
    }
}

/// What is followed.
#[derive(Clone, Debug)]
enum What {
    One(Process, File),
    All,
}

/// How logs are followed. Nothing is sent until [lines](Self::lines) are asked for.
#[derive(Clone, Debug)]
#[must_use = "nothing is followed until lines() are asked for"]
pub struct Follow<M> {
    client: Client<M>,
    what: What,
    start: Start,
    shortest_pause: Duration,
    longest_pause: Duration,
    patience: Duration,
    on_outage: Tell<Error>,
    on_unread: Tell<Unread>,
}

impl<M: Mode> Client<M> {
    /// Follows the logs of all processes, those of TaskManagers that come later included.
    ///
    /// What one poll brings is in the order of the lines' times, and lines that [continue](LogLine::continues) another
    /// follow it. Between polls there is no order: a line that reached its file late, or a process that takes more than 3
    /// seconds to answer, comes after newer ones. A TaskManager's log that appears later is read from its beginning.
    /// Processes that keep no log are left out; if none keeps one, that is an error.
    pub fn follow_logs(&self) -> Follow<M> {
        Follow::new(self, What::All)
    }
}

impl<M: Mode> Follow<M> {
    fn new(client: &Client<M>, what: What) -> Self {
        Self {
            client: client.clone(),
            what,
            start: Start::Beginning,
            shortest_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(5),
            patience: Duration::from_secs(120),
            on_outage: Tell::default(),
            on_unread: Tell::default(),
        }
    }

    pub(crate) fn log(client: &Client<M>, process: Process) -> Self {
        Self::new(client, What::One(process, File::Log))
    }

    pub(crate) fn stdout(client: &Client<M>, process: Process) -> Self {
        Self::new(client, What::One(process, File::Stdout))
    }

    /// Begins with the last lines that are there now, so many of each process; 0 is what is written from now on.
    ///
    /// Unless this or [`since`](Self::since) is set, it begins with the first line of the file that is written now. In any
    /// case that file is sent as a whole once.
    pub fn last(mut self, lines: usize) -> Self {
        self.start = Start::Last(lines);
        self
    }

    /// Begins with the first line of that time or later, in files that were rotated as well.
    pub fn since(mut self, time: Timestamp) -> Self {
        self.start = Start::Since(time);
        self
    }

    /// The pauses between polls: the shortest after there was something new, then longer ones up to the longest; 1 and 5
    /// seconds unless set.
    pub fn poll_between(mut self, shortest: Duration, longest: Duration) -> Self {
        self.shortest_pause = shortest;
        self.longest_pause = longest.max(shortest);
        self
    }

    /// How long the server may be away, or answer with errors, before that is an error, and how long a TaskManager before
    /// its log is at its end; 2 minutes unless set. That no server is there at first is an error at once; that the connection
    /// was lost is not.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Tells when the server does not answer, or with an error, while there is [patience](Self::patience): once, until it
    /// has answered again.
    ///
    /// The function runs while the stream is read, as that of [`on_unread`](Self::on_unread) does, and must not block: as long as
    /// it does, the stream gives nothing. A channel hands on what takes time.
    pub fn on_outage(mut self, tell: impl Fn(&Error) + Send + Sync + 'static) -> Self {
        self.on_outage = Tell::to(tell);
        self
    }

    /// Calls back when the log of a process cannot be read while those of others can: once, until it can be read again.
    pub fn on_unread(mut self, callback: impl Fn(&Unread) + Send + Sync + 'static) -> Self {
        self.on_unread = Tell::to(callback);
        self
    }

    /// The lines. Nothing is sent until the first is asked for.
    pub fn lines(self) -> LogLines<M> {
        let mode = self.client.mode.clone();
        LogLines { pull: Pull::new(Rounds::new(self)), mode }
    }
}

/// The lines of logs, as they are written. Dropping it ends the following.
///
/// Async code takes the [next](Self::next), or uses it as a [`Stream`]; for blocking code it is an [`Iterator`]. It ends
/// after an error, and when the TaskManager is gone whose log it is.
#[must_use = "nothing is sent until a line is asked for"]
pub struct LogLines<M: Mode> {
    pull: Pull<Rounds<M>>,
    mode: M,
}

impl LogLines<Async> {
    /// The next line; none when there will be none any more. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Result<Option<LogLine>> {
        self.pull.next().await
    }
}

impl Stream for LogLines<Async> {
    type Item = Result<LogLine>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.pull.poll(context)
    }
}

#[cfg(feature = "blocking")]
impl Iterator for LogLines<crate::client::blocking::Blocking> {
    type Item = Result<LogLine>;

    fn next(&mut self) -> Option<Self::Item> {
        let mode = self.mode.clone();
        mode.block_on(self.pull.next()).transpose()
    }
}

impl<M: Mode> fmt::Debug for LogLines<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogLines").field("ready", &self.pull.ready()).finish_non_exhaustive()
    }
}
