//! Following logs: new lines, one by one, until the stream is dropped.
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
//! No line is lost or repeated while the log grows, is rotated or truncated, or while the JobManager restarts. If lines
//! are lost because a file was removed before it was read, the next line has a [gap](LogLine::gap). A line is returned
//! once its line end is written, or its file ends.
//!
//! Limits:
//!
//! - Lines may be lost unnoticed if a log is truncated: those written since the last poll. The same applies to a log
//!   replaced by one of equal length, if Flink sends copies or no file times.
//! - A file named like a rotated one, to which another program still writes, cannot be told from an older copy.
//! - File times exist since 1.15. Before, `flink.log.1` counts as the oldest rotated file, log4j's default. If it is
//!   the newest, as with logback, follow logs of Flink 1.13 and 1.14 only if they are not rotated.
//!
//! # Cost
//!
//! While nothing changes, a poll is one list of files per process, and one of the TaskManagers if all are followed.
//! Flink cannot send a part of a file: a log that has grown is sent again as a whole, and the known part is skipped.
//! Memory stays bounded, but a busy log of 100 MB costs 100 MB per poll: make it
//! [rotate](https://logging.apache.org/log4j/2.x/) earlier or [poll](Follow::poll_between) less often. The JobManager
//! caches copies of the TaskManagers' files for `web.refresh-interval` (3 seconds), so their lines may be that late.
//!
//! # Files
//!
//! The lines are those of the file that [`log()`](crate::jobmanager::JobManager::log) returns, and after a rotation
//! those of the uncompressed files named after it (`flink.log.1`). A file with such a name to which another program
//! writes does not belong to the log: while it grows, a rotation counts as a [gap](LogLine::gap).

mod cursor;
pub(crate) mod files;
mod fingerprint;
mod grace;
pub(crate) mod lines;
mod listing;
mod merge;
mod poller;
mod process;
mod source;

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
    client::{callback::Callback, pull::Pull},
    logs::{
        Unread,
        follow::{files::File, poller::Poller},
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
    /// The process that wrote it.
    pub process: Process,
    /// Time of the line, or that of the previous line if it has none; the first lines may have none.
    ///
    /// Logs have times without a zone. They are read in the JobManager's zone at its start. They are wrong for a
    /// TaskManager in another zone, and after a change to or from daylight saving time.
    pub time: Option<Timestamp>,
    /// True if it continues the previous line, as a stack trace does.
    pub continues: bool,
    /// True if lines before it may be missing: the file was truncated, the one before it was removed or compressed
    /// before it was read, or a similarly named file changes too much to tell.
    pub gap: bool,
    /// The bytes without the line end, mostly UTF-8. A line of more than 1 MiB is split into pieces.
    pub bytes: Bytes,
}

impl LogLine {
    /// Returns the text; bytes that are not UTF-8 become `\u{fffd}`.
    pub fn to_string_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }
}

/// The first line to return.
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

/// The logs to follow.
#[derive(Clone, Debug)]
enum Target {
    One(Process, File),
    All,
}

/// Options for following logs. Sends nothing until the first of the [lines](Self::lines) is requested.
#[derive(Clone, Debug)]
#[must_use = "nothing is followed until lines() is called"]
pub struct Follow<M> {
    client: Client<M>,
    target: Target,
    start: Start,
    min_interval: Duration,
    max_interval: Duration,
    patience: Duration,
    on_outage: Callback<Error>,
    on_unread: Callback<Unread>,
}

impl<M: Mode> Client<M> {
    /// Follows the logs of all processes, including TaskManagers that start later.
    ///
    /// The lines of one poll are ordered by time, and lines that [continue](LogLine::continues) another follow it.
    /// There is no order between polls: a line written late, or a process that takes more than 3 seconds to respond,
    /// comes after newer lines. The log of a new TaskManager is read from its beginning. Processes without a log are
    /// left out; if none has one, that is an error.
    pub fn follow_logs(&self) -> Follow<M> {
        Follow::new(self, Target::All)
    }
}

impl<M: Mode> Follow<M> {
    fn new(client: &Client<M>, target: Target) -> Self {
        Self {
            client: client.clone(),
            target,
            start: Start::Beginning,
            min_interval: Duration::from_secs(1),
            max_interval: Duration::from_secs(5),
            patience: Duration::from_secs(120),
            on_outage: Callback::default(),
            on_unread: Callback::default(),
        }
    }

    pub(crate) fn log(client: &Client<M>, process: Process) -> Self {
        Self::new(client, Target::One(process, File::Log))
    }

    pub(crate) fn stdout(client: &Client<M>, process: Process) -> Self {
        Self::new(client, Target::One(process, File::Stdout))
    }

    /// Begins with the last lines of each process, this many; 0 for new lines only.
    ///
    /// By default, following begins with the first line of the current file. In any case that file is read as a whole
    /// once.
    pub fn last(mut self, lines: usize) -> Self {
        self.start = Start::Last(lines);
        self
    }

    /// Begins with the first line of that time or later, rotated files included.
    pub fn since(mut self, time: Timestamp) -> Self {
        self.start = Start::Since(time);
        self
    }

    /// Sets the interval between polls [default: 1 to 5 seconds]. It is the shortest after new lines, and grows up to
    /// the longest without.
    pub fn poll_between(mut self, shortest: Duration, longest: Duration) -> Self {
        self.min_interval = shortest;
        self.max_interval = longest.max(shortest);
        self
    }

    /// Sets the time for which the server may be unreachable or respond with errors before that is an error, and for
    /// which a TaskManager may be gone before its log ends [default: 2 minutes]. A server that is unreachable at first
    /// is an error at once; a lost connection is not.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Calls this function when the server does not respond, or responds with an error, within the
    /// [patience](Self::patience): once, until it has responded again.
    ///
    /// The function runs while the stream is read, as that of [`on_unread`](Self::on_unread) does, and must not block:
    /// meanwhile the stream returns nothing. For slow work, send the event to a channel.
    pub fn on_outage(mut self, tell: impl Fn(&Error) + Send + Sync + 'static) -> Self {
        self.on_outage = Callback::new(tell);
        self
    }

    /// Calls this function when the log of a process cannot be read while those of others can: once, until it can be
    /// read again.
    pub fn on_unread(mut self, callback: impl Fn(&Unread) + Send + Sync + 'static) -> Self {
        self.on_unread = Callback::new(callback);
        self
    }

    /// Returns the lines. Sends nothing until the first is requested.
    pub fn lines(self) -> LogLines<M> {
        let mode = self.client.mode.clone();
        LogLines { pull: Pull::new(Poller::new(self)), mode }
    }
}

/// Lines of logs, as they are written. Dropping it stops the following.
///
/// Async code calls [`next`](Self::next) or uses it as a [`Stream`]; in blocking code it is an [`Iterator`]. It ends
/// after an error, and when the only TaskManager that it follows is gone.
#[must_use = "nothing is sent until a line is requested"]
pub struct LogLines<M: Mode> {
    pull: Pull<Poller<M>>,
    mode: M,
}

impl LogLines<Async> {
    /// Returns the next line; none once there will be no more. Dropping the future loses nothing.
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
