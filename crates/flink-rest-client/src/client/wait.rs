//! Waiting for a condition on the server.

use std::{future::Future, pin::pin, time::Duration};

use tokio::time::{Instant, sleep_until, timeout_at};

use crate::{
    Client, Error, Result, Retry,
    client::{
        Mode,
        call::{CENTURY, CallOptions, Deadline},
        callback::Callback,
    },
};

/// Default timeout of a wait.
const WAIT_TIMEOUT: Duration = Duration::from_secs(600);
const FIRST_POLL_INTERVAL: Duration = Duration::from_millis(50);
const MAX_POLL_INTERVAL: Duration = Duration::from_secs(2);
/// Maximum poll interval if the answers are large.
const MAX_POLL_INTERVAL_IF_LARGE: Duration = Duration::from_secs(10);
/// Time after which a pending request is reported as an outage, and between two such reports.
const OUTAGE_REPORT_INTERVAL: Duration = Duration::from_secs(3);

/// A wait in progress. It polls at growing intervals until its deadline.
///
/// An outage, for example while a JobManager restarts, is tolerated up to the client's limit.
#[derive(Debug)]
pub(crate) struct Waiting {
    what: String,
    deadline: Deadline,
    started: Instant,
    pause: Duration,
    patience: Duration,
    /// True if the server has answered before: then an unreachable host is an outage, not a wrong address.
    has_answered: bool,
    /// Start of the current outage: the time of its first unanswered request.
    out_since: Option<Instant>,
    /// The error of the last request, during an outage.
    missed: Option<Error>,
    on_outage: Callback<Outage>,
    /// True if the answers are large: the poll interval then grows to a tenth of the elapsed time, up to a maximum.
    pub(crate) is_large: bool,
}

impl Waiting {
    /// Starts a wait. `what` is its subject in «… took longer than».
    pub(crate) fn new<M: Mode>(
        what: String,
        client: &Client<M>,
        on_outage: Callback<Outage>,
        options: CallOptions,
    ) -> Self {
        Self {
            what,
            deadline: client.deadline(options, WAIT_TIMEOUT),
            started: Instant::now(),
            pause: FIRST_POLL_INTERVAL,
            patience: client.shared.outage_patience.min(CENTURY),
            has_answered: false,
            out_since: None,
            missed: None,
            on_outage,
            is_large: false,
        }
    }

    /// The settings of one poll request: no retries, because the wait polls again.
    pub(crate) fn question() -> CallOptions {
        let mut options = CallOptions::default();
        options.retry = Some(Retry::never());
        options
    }

    /// Polls once. If the condition does not hold yet, waits for the poll interval and returns `None`.
    pub(crate) async fn ask<T>(
        &mut self,
        question: impl Future<Output = Result<Option<T>>>,
    ) -> Result<Option<T>> {
        let asked_at = Instant::now();
        let gives_up_at = self.out_since.unwrap_or(asked_at) + self.patience;
        let end = self.deadline.at.min(gives_up_at);
        let mut question = pin!(question);
        let answer = loop {
            let silent_until = Instant::now() + OUTAGE_REPORT_INTERVAL;
            match timeout_at(end.min(silent_until), &mut question).await {
                Err(_) if silent_until < end => self.report(asked_at),
                answer => break answer,
            }
        };
        match answer {
            Ok(Ok(Some(value))) => return Ok(Some(value)),
            Ok(Err(error)) if self.may_pass(&error) => self.endure(error, asked_at)?,
            Ok(Err(error)) => return Err(error),
            Ok(Ok(None)) => (self.has_answered, self.out_since, self.missed) = (true, None, None),
            Err(_) if gives_up_at < self.deadline.at => {
                let late = Error::timeout(self.what.clone(), self.patience);
                let error = self.missed.take().unwrap_or(late);
                self.endure(error, asked_at)?;
            }
            Err(_) => {}
        }
        // The last poll is shortly before the deadline.
        let now = Instant::now();
        let last = self.deadline.at.checked_sub(FIRST_POLL_INTERVAL).unwrap_or(now);
        let next = (now + self.pause).min(last);
        if next <= now {
            // An outage at the end says more than a timeout.
            let late = || Error::timeout(self.what.clone(), self.deadline.after);
            return Err(self.missed.take().unwrap_or_else(late));
        }
        sleep_until(next.min(self.out_since.map_or(next, |since| since + self.patience))).await;
        let longest = match self.is_large {
            true => (self.started.elapsed() / 10).clamp(MAX_POLL_INTERVAL, MAX_POLL_INTERVAL_IF_LARGE),
            false => MAX_POLL_INTERVAL,
        };
        self.pause = (self.pause * 3 / 2).min(longest);
        Ok(None)
    }

    /// Returns true if the server may recover from the error.
    fn may_pass(&self, error: &Error) -> bool {
        error.is_transient() || error.is_timeout() || (self.has_answered && error.is_unreachable())
    }

    /// Reports an outage. Returns an error if it has lasted too long.
    fn endure(&mut self, error: Error, asked_at: Instant) -> Result<()> {
        let lasting = self.out_since.get_or_insert(asked_at).elapsed();
        if lasting >= self.patience {
            let (what, source) = (self.what.clone(), Box::new(error.into_last()));
            return Err(Error::Outage { what, lasting: self.patience, source });
        }
        self.missed = Some(error);
        self.report(asked_at);
        Ok(())
    }

    /// Reports the outage that includes the request of this time.
    fn report(&mut self, asked_at: Instant) {
        let lasting = self.out_since.unwrap_or(asked_at).elapsed();
        let outage = Outage { error: self.missed.take(), lasting, patience: self.patience };
        self.on_outage.call(&outage);
        self.missed = outage.error;
    }

    /// The deadline of the wait.
    pub(crate) fn end(&self) -> Instant {
        self.deadline.at
    }
}

/// An outage during a wait: the server does not answer, or answers that it is unavailable.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outage {
    /// The error of the last request; `None` while the first one is still pending.
    pub error: Option<Error>,
    /// Time since the first unanswered request.
    pub lasting: Duration,
    /// Duration after which the wait ends.
    pub patience: Duration,
}
