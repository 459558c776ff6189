//! Waiting for something to come true on the server.

use std::{future::Future, pin::pin, time::Duration};

use tokio::time::{Instant, sleep_until, timeout_at};

use crate::{
    Client, Error, Result, Retry,
    client::{
        Mode,
        call::{CENTURY, CallOptions, Deadline},
        callback::Tell,
    },
};

/// How long a wait goes on unless told otherwise.
const LONGEST: Duration = Duration::from_secs(600);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// The same where each answer is a large one.
const LONGEST_PAUSE_IF_LARGE: Duration = Duration::from_secs(10);
/// Time after which a pending question is reported as an outage, and between two such reports.
const SILENCE: Duration = Duration::from_secs(3);

/// A wait under way: asks with growing pauses, to its deadline.
///
/// A server that does not answer for a while, as while a JobManager restarts, is asked again until the client's patience
/// for outages is over.
#[derive(Debug)]
pub(crate) struct Waiting {
    what: String,
    deadline: Deadline,
    started: Instant,
    pause: Duration,
    patience: Duration,
    /// Whether the server has answered, so that an unknown host is an outage and no wrong address.
    has_answered: bool,
    /// When the first question was asked that got no answer, if the last one got none.
    out_since: Option<Instant>,
    /// What came of the last question, if that was no answer.
    missed: Option<Error>,
    on_outage: Tell<Outage>,
    /// Whether the answers are large: what took long may then be noticed a tenth of that late.
    pub(crate) is_large: bool,
}

impl Waiting {
    /// A wait for this, to be read as «… took longer than».
    pub(crate) fn new<M: Mode>(
        what: String,
        client: &Client<M>,
        on_outage: Tell<Outage>,
        options: CallOptions,
    ) -> Self {
        Self {
            what,
            deadline: client.deadline(options, LONGEST),
            started: Instant::now(),
            pause: FIRST_PAUSE,
            patience: client.shared.outage_patience.min(CENTURY),
            has_answered: false,
            out_since: None,
            missed: None,
            on_outage,
            is_large: false,
        }
    }

    /// The settings of one question: what fails in passing is asked again by the wait itself.
    pub(crate) fn question() -> CallOptions {
        let mut options = CallOptions::default();
        options.retry = Some(Retry::never());
        options
    }

    /// Asks once. If there is no answer yet, and still time, it returns `None` when it is time to ask again.
    pub(crate) async fn ask<T>(
        &mut self,
        question: impl Future<Output = Result<Option<T>>>,
    ) -> Result<Option<T>> {
        let asked_at = Instant::now();
        let gives_up_at = self.out_since.unwrap_or(asked_at) + self.patience;
        let end = self.deadline.at.min(gives_up_at);
        let mut question = pin!(question);
        let answer = loop {
            let silent_until = Instant::now() + SILENCE;
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
        // The last time is shortly before the deadline.
        let now = Instant::now();
        let last = self.deadline.at.checked_sub(FIRST_PAUSE).unwrap_or(now);
        let next = (now + self.pause).min(last);
        if next <= now {
            // An outage to the end explains more than the time it took.
            let late = || Error::timeout(self.what.clone(), self.deadline.after);
            return Err(self.missed.take().unwrap_or_else(late));
        }
        sleep_until(next.min(self.out_since.map_or(next, |since| since + self.patience))).await;
        let longest = match self.is_large {
            true => (self.started.elapsed() / 10).clamp(LONGEST_PAUSE, LONGEST_PAUSE_IF_LARGE),
            false => LONGEST_PAUSE,
        };
        self.pause = (self.pause * 3 / 2).min(longest);
        Ok(None)
    }

    /// Whether the server may answer again.
    fn may_pass(&self, error: &Error) -> bool {
        error.is_passing() || error.is_timeout() || (self.has_answered && error.is_unreachable())
    }

    /// Tells of an outage, and gives up if it has lasted too long.
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

    /// Tells of the outage that the question of this time is part of.
    fn report(&mut self, asked_at: Instant) {
        let lasting = self.out_since.unwrap_or(asked_at).elapsed();
        let outage = Outage { error: self.missed.take(), lasting, patience: self.patience };
        self.on_outage.tell(&outage);
        self.missed = outage.error;
    }

    /// The end of the whole wait.
    pub(crate) fn end(&self) -> Instant {
        self.deadline.at
    }
}

/// A time in which the server does not answer, or only that it cannot, while something is waited for.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outage {
    /// The failure of the last question; none while the first one is still pending.
    pub error: Option<Error>,
    /// The time since the first question without an answer.
    pub lasting: Duration,
    /// The wait ends when it has lasted as long as this.
    pub patience: Duration,
}
