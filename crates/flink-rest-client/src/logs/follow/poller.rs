//! Polls the logs of one process or of all.

use std::{
    collections::VecDeque,
    future::poll_fn,
    iter, mem,
    pin::pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use jiff::tz::Offset;
use tokio::time::{Instant, sleep, sleep_until};

use super::{
    Follow, LogLine, Process, Start, Target,
    files::{File, Files},
    merge::{Queue, merge},
    source::{Server, Source},
};
use crate::{
    Error, MAX_CONCURRENT_REQUESTS, Mode, Result,
    client::{pull::Batches, transport::BoxFuture, wait::Waiting},
    logs::Unread,
    rest::{cluster::GetConfig, taskmanagers::details::GetTaskManagers},
};

/// Timeout after which the other logs no longer wait for a slow one: its process may be dead, or its log large.
const SLOW_LOG_TIMEOUT: Duration = Duration::from_secs(3);

/// As [`SLOW_LOG_TIMEOUT`], for the first poll, which reads all logs from their start.
const FIRST_READ_TIMEOUT: Duration = Duration::from_secs(30);

/// Maximum number of gone TaskManagers to remember: one that comes back is read from where it was.
const MAX_GONE_TASKMANAGERS: usize = 1000;

/// All logs that are followed.
pub(crate) struct Poller<M> {
    follow: Follow<M>,
    logs: Vec<Log<M>>,
    server: Server,
    interval: Duration,
    next_poll: Instant,
    /// True after the first response.
    has_response: bool,
    /// Start of the current outage.
    outage_since: Option<Instant>,
    /// The end of the stream.
    end: Option<Result<()>>,
}

/// A log that is followed.
struct Log<M> {
    process: Process,
    state: State<M>,
    lines: VecDeque<LogLine>,
    /// True if it must be read in this poll.
    is_due: bool,
    /// True if there is more to read.
    has_more: bool,
    /// True if the others do not wait for it: it was slow, and has not responded since.
    is_late: bool,
    error: Option<Error>,
    /// True if a failure to read it was reported.
    is_reported: bool,
    /// Time since which its process is gone.
    gone_since: Option<Instant>,
}

enum State<M> {
    Idle(Box<Source<M>>),
    Reading(BoxFuture<'static, (Box<Source<M>>, Result<bool>)>),
    /// Placeholder while the state changes.
    Taken,
}

impl<M: Mode> Poller<M> {
    pub(crate) fn new(follow: Follow<M>) -> Self {
        let (interval, next_poll) = (follow.min_interval, Instant::now());
        let server = Server { zone: Offset::UTC, copies: Duration::ZERO };
        let (has_response, outage_since, end) = (false, None, None);
        Self { follow, logs: Vec::new(), server, interval, next_poll, has_response, outage_since, end }
    }

    /// Waits until the next poll is due, which returns true, or until a late log has responded.
    async fn wait(&mut self) -> bool {
        let mut timer = pin!(sleep_until(self.next_poll));
        poll_fn(|context| {
            // Polls each log, as each must wake this task.
            let ended = self.logs.iter_mut().filter_map(|log| log.has_ended(context).then_some(())).count();
            let is_there = ended > 0;
            let is_time = timer.as_mut().poll(context).is_ready();
            if is_time || is_there { Poll::Ready(is_time) } else { Poll::Pending }
        })
        .await
    }

    /// Updates the logs to read.
    async fn poll(&mut self) -> Result<()> {
        if !self.has_response {
            let config = self.follow.client.execute(&GetConfig::new(), Waiting::question()).await?;
            self.server.zone = Offset::from_seconds(config.timezone_offset / 1000).unwrap_or(Offset::UTC);
            self.server.copies = config.refresh_interval;
        }
        match self.follow.target.clone() {
            Target::One(process, file) if self.logs.is_empty() => self.add(process, file),
            Target::One(..) => {}
            Target::All => self.update_processes().await?,
        }
        self.logs.iter_mut().for_each(|log| log.is_due = log.gone_since.is_none());
        Ok(())
    }

    /// Lists the TaskManagers.
    async fn update_processes(&mut self) -> Result<()> {
        let list = self.follow.client.execute(&GetTaskManagers::new(), Waiting::question()).await?;
        self.outage_since = None;
        let taskmanagers = list.taskmanagers.into_iter().map(|info| Process::TaskManager(info.id));
        let there: Vec<_> = iter::once(Process::JobManager).chain(taskmanagers).collect();
        for log in &mut self.logs {
            let is_there = there.contains(&log.process);
            log.gone_since = if is_there { None } else { log.gone_since.or_else(|| Some(Instant::now())) };
        }
        self.drop_gone();
        for process in there {
            if self.logs.iter().all(|log| log.process != process) {
                self.add(process, File::Log);
            }
        }
        Ok(())
    }

    fn add(&mut self, process: Process, file: File) {
        let start = match self.follow.start {
            // Everything that a new process has written is new.
            Start::Last(_) if self.has_response => Start::Beginning,
            start => start,
        };
        let files = Files { client: self.follow.client.clone(), process: process.clone() };
        self.logs.push(Log::new(process, Source::new(files, file, start, self.server)));
    }

    /// Ends the logs of processes that are gone for long, and drops the oldest if there are too many.
    fn drop_gone(&mut self) {
        let has_ended = |log: &Log<M>| {
            log.gone_since.is_some_and(|gone_since| gone_since.elapsed() > self.follow.patience)
        };
        self.logs.iter_mut().filter(|log| has_ended(log)).for_each(Log::finish);
        let mut too_many =
            self.logs.iter().filter(|log| has_ended(log)).count().saturating_sub(MAX_GONE_TASKMANAGERS);
        self.logs.retain(|log| {
            let is_dropped = too_many > 0 && has_ended(log) && log.lines.is_empty();
            too_many -= usize::from(is_dropped);
            !is_dropped
        });
    }

    /// Reads the logs that are due, a few at a time. Does not wait for slow ones.
    async fn read(&mut self) {
        let wait = match self.follow.target {
            Target::One(..) => Duration::MAX,
            Target::All if self.has_response => SLOW_LOG_TIMEOUT,
            Target::All => FIRST_READ_TIMEOUT,
        };
        let mut end = Box::pin(sleep(wait));
        poll_fn(|context| {
            loop {
                let (mut reading, mut has_progress) = (0, false);
                for log in &mut self.logs {
                    if log.is_due && reading < MAX_CONCURRENT_REQUESTS {
                        log.start();
                    }
                    has_progress |= log.has_ended(context);
                    reading += usize::from(log.is_reading() && !log.is_late);
                }
                if reading == 0 && self.logs.iter().all(|log| !log.is_due) {
                    return Poll::Ready(());
                }
                if !has_progress {
                    ready!(end.as_mut().poll(context));
                    self.logs.iter_mut().for_each(|log| log.is_late |= log.is_reading());
                }
                end.set(sleep(wait));
            }
        })
        .await;
    }

    /// Handles the errors of this poll.
    fn handle_errors(&mut self) {
        let follows_all = matches!(self.follow.target, Target::All);
        let failed = self.logs.iter().filter(|log| log.error.is_some()).count();
        // Some process may be about to end, or have no log.
        let is_some = follows_all && (self.has_response || failed < self.logs.len());
        let mut last = None;
        for log in &mut self.logs {
            let Some(error) = log.error.take() else { continue };
            if is_some && !mem::replace(&mut log.is_reported, true) {
                self.follow.on_unread.call(&Unread { process: Some(log.process.clone()), error });
            } else {
                last = Some(error);
            }
        }
        match last {
            _ if is_some => {}
            Some(error) => return self.failed(error),
            None if !follows_all => self.outage_since = None,
            None => {}
        }
        self.has_response |= self.end.is_none() && !self.logs.is_empty();
    }

    /// Handles a missing or failed response: ends the stream if the patience is exhausted.
    fn failed(&mut self, error: Error) {
        use crate::TransportErrorKind::{Incomplete, Interrupted};
        let is_new = self.outage_since.is_none();
        let since = *self.outage_since.get_or_insert_with(Instant::now);
        // An unreachable server is an error at once if it never responded. A lost connection does not count as
        // unreachable.
        let is_lost = matches!(error.last(), Error::Transport { kind: Interrupted | Incomplete, .. });
        if (self.has_response || is_lost) && since.elapsed() < self.follow.patience {
            tracing::debug!(%error, "logs cannot be read");
            if is_new {
                self.follow.on_outage.call(&error);
            }
            return;
        }
        let is_over =
            self.has_response && error.is_not_found() && matches!(self.follow.target, Target::One(..));
        if is_over {
            self.logs.iter_mut().for_each(Log::finish);
        }
        self.end = Some(if is_over { Ok(()) } else { Err(error) });
    }

    /// Returns the lines in order, and schedules the next poll.
    fn merge(&mut self) -> VecDeque<LogLine> {
        let queue = |log| {
            let Log { lines, has_more, .. }: &mut Log<M> = log;
            Queue { lines, has_more: *has_more }
        };
        let lines = merge(&mut self.logs.iter_mut().map(queue).collect::<Vec<_>>());
        self.interval = match lines.is_empty() {
            true => self.interval.saturating_add(self.interval / 2).min(self.follow.max_interval),
            false => self.follow.min_interval,
        };
        self.next_poll = Instant::now() + self.interval.min(crate::client::call::CENTURY);
        lines
    }
}

impl<M: Mode> Batches for Poller<M> {
    type Item = LogLine;

    async fn next(&mut self) -> Result<Option<VecDeque<LogLine>>> {
        loop {
            if let Some(end) = self.end.take() {
                return end.map(|()| None);
            }
            if self.logs.iter().any(|log| log.has_more) {
                self.logs.iter_mut().for_each(|log| log.is_due = log.has_more && log.lines.is_empty());
            } else if self.wait().await
                && let Err(error) = self.poll().await
            {
                self.failed(error);
            }
            self.read().await;
            self.handle_errors();
            let lines = self.merge();
            if !lines.is_empty() {
                return Ok(Some(lines));
            }
        }
    }
}

impl<M: Mode> Log<M> {
    fn new(process: Process, source: Source<M>) -> Self {
        let (state, lines) = (State::Idle(Box::new(source)), VecDeque::new());
        let (is_due, has_more, is_late, is_reported) = (false, false, false, false);
        Self { process, state, lines, is_due, has_more, is_late, error: None, is_reported, gone_since: None }
    }

    fn is_reading(&self) -> bool {
        matches!(self.state, State::Reading(_))
    }

    fn start(&mut self) {
        self.is_due = false;
        self.state = match mem::replace(&mut self.state, State::Taken) {
            State::Idle(mut source) => State::Reading(Box::pin(async {
                let pulled = source.pull().await;
                (source, pulled)
            })),
            other => other,
        };
    }

    /// Returns true if the reading has ended since the last check.
    fn has_ended(&mut self, context: &mut Context<'_>) -> bool {
        let State::Reading(reading) = &mut self.state else { return false };
        let Poll::Ready((mut source, pulled)) = reading.as_mut().poll(context) else { return false };
        self.lines.extend(source.take());
        self.state = State::Idle(source);
        self.is_late &= pulled.is_err();
        self.is_reported &= pulled.is_err();
        self.has_more = matches!(pulled, Ok(true));
        self.error = pulled.err();
        true
    }

    /// Ends the log: no more lines will come.
    fn finish(&mut self) {
        if let State::Idle(source) = &mut self.state {
            source.finish();
            self.lines.extend(source.take());
        }
    }
}
