//! Waiting for something to come true on the server.

use std::{future::Future, time::Duration};

use tokio::time::{Instant, sleep_until, timeout_at};

use crate::{
    Error, Result, Retry,
    call::{CallOptions, Deadline},
};

/// How long a wait goes on unless told otherwise.
const LONGEST: Duration = Duration::from_secs(600);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// The same where each answer is a large one.
const LONGEST_PAUSE_IF_LARGE: Duration = Duration::from_secs(10);

/// A wait under way: asks with growing pauses, to its deadline.
///
/// A server that cannot be reached for a while, as while a JobManager restarts, is asked again.
#[derive(Debug)]
pub(crate) struct Waiting {
    what: String,
    deadline: Deadline,
    started: Instant,
    pause: Duration,
    /// Whether the answers are large: what took long may then be noticed a tenth of that late.
    pub(crate) is_large: bool,
}

impl Waiting {
    /// A wait for this, to be read as «… took longer than».
    pub(crate) fn new(what: String, options: CallOptions) -> Self {
        let (deadline, started) = (options.deadline(LONGEST), Instant::now());
        Self { what, deadline, started, pause: FIRST_PAUSE, is_large: false }
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
        let missed = match timeout_at(self.deadline.at, question).await {
            Ok(Ok(Some(value))) => return Ok(Some(value)),
            Ok(Err(error)) if error.is_passing() || error.is_timeout() => Some(error),
            Ok(Err(error)) => return Err(error),
            Ok(Ok(None)) | Err(_) => None,
        };
        // The last time is shortly before the deadline.
        let now = Instant::now();
        let last = self.deadline.at.checked_sub(FIRST_PAUSE).unwrap_or(now);
        let next = (now + self.pause).min(last);
        if next <= now {
            // An outage to the end explains more than the time it took.
            return Err(missed.unwrap_or_else(|| Error::timeout(self.what.clone(), self.deadline.after)));
        }
        sleep_until(next).await;
        let longest = match self.is_large {
            true => (self.started.elapsed() / 10).clamp(LONGEST_PAUSE, LONGEST_PAUSE_IF_LARGE),
            false => LONGEST_PAUSE,
        };
        self.pause = (self.pause * 3 / 2).min(longest);
        Ok(None)
    }
}
